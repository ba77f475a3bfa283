-- Parties and channels: made, changed, and deleted only while nothing
-- mentions them; codes are unique per owner and kept apart between owners.
\i test/setup.psql
BEGIN;
SELECT plan(52);

SELECT lives_ok($$SELECT ims.create_party(code => 'C1', name => 'Customer 1', kind => 'customer',
        attributes => '{"vat": "IT1"}', actor => 'me')$$, 'a customer');
SELECT lives_ok($$SELECT ims.create_party(code => 'S1', kind => 'supplier')$$, 'a supplier');
SELECT results_eq($$SELECT p.code, p.name, p.kind, p.status, p.attributes FROM ims.party AS p ORDER BY 1$$,
    $$VALUES ('C1', 'Customer 1', 'customer', 'active', '{"vat": "IT1"}'::jsonb),
             ('S1', 'S1', 'supplier', 'active', '{}')$$, 'are as given');
SELECT lives_ok($$SELECT ims.change_party(party => 'C1', new_code => 'C-1', status => 'inactive',
        kind => 'partner', attributes => '{"vat": null, "zip": "1"}')$$, 'a change');
SELECT results_eq($$SELECT p.code, p.name, p.kind, p.status, p.attributes
                    FROM ims.party AS p WHERE p.code = 'C-1'$$,
    $$VALUES ('C-1', 'Customer 1', 'partner', 'inactive', '{"zip": "1"}'::jsonb)$$,
    'changes what is given and leaves the rest');
SELECT lives_ok($$SELECT ims.create_channel(code => 'WEB', name => 'web shop')$$, 'a channel');
SELECT lives_ok($$SELECT ims.change_channel(channel => 'WEB', status => 'inactive')$$, 'changed');
SELECT results_eq($$SELECT c.code, c.name, c.status FROM ims.channel AS c$$,
    $$VALUES ('WEB', 'web shop', 'inactive')$$, 'is as given');
SELECT results_eq(
    $$SELECT c.table_name, c.action, c.actor, c.row_key = jsonb_build_object(
          'owner_id', c.owner_id, c.table_name || '_id', coalesce(c.new_row, c.old_row) -> (c.table_name || '_id'))
      FROM ims.master_change AS c WHERE c.table_name IN ('party', 'channel')
      ORDER BY c.master_change_id$$,
    $$VALUES ('party', 'insert', 'me', true), ('party', 'insert', NULL, true),
             ('party', 'update', NULL, true), ('channel', 'insert', NULL, true),
             ('channel', 'update', NULL, true)$$,
    'every change is recorded');

-- another owner
SELECT ims.create_owner(code => 'OTHER') > 0 AS made \gset
SELECT lives_ok($$SELECT ims.create_party(owner => 'OTHER', code => 'S1', kind => 'carrier')$$,
    'the same code for another owner');
SELECT throws_ok($$SELECT ims.create_party(code => 'X', kind => 'carrier')$$, 'IV201', NULL,
    'with two owners, one must be named');
SELECT throws_ok($$SELECT ims.change_party(owner => 'OTHER', party => 'C-1', name => 'x')$$,
    'IV208', NULL, 'the party of another owner is unknown');
SELECT ims.create_item(owner => 'MAIN', code => 'I') > 0 AS made \gset
SELECT lives_ok($$SELECT ims.set_item_supplier(owner => 'MAIN', item => 'I', supplier => 'S1',
        lead_time_days => 4.5, unit_cost => 2, currency => 'USD')$$, 'terms of a supplier');
SELECT lives_ok($$SELECT ims.set_item_supplier(owner => 'MAIN', item => 'I', supplier => 'S1',
        order_multiple => 6, priority => 2)$$, 'more terms');
SELECT results_eq($$SELECT s.priority, s.lead_time_days, s.order_multiple::numeric, s.unit_cost, s.currency
                    FROM ims.item_supplier AS s$$,
    $$VALUES (2, 4.5, 6::numeric, 2::numeric, 'USD')$$, 'add to the terms');

SELECT throws_ok(c.call, c.state, NULL, c.call)
FROM (VALUES
    ($$SELECT ims.create_party(owner => 'MAIN', kind => 'customer')$$, 'IV201'),
    ($$SELECT ims.create_party(owner => 'MAIN', code => 'X')$$, 'IV201'),
    ($$SELECT ims.create_party(owner => 'MAIN', code => 'X', kind => 'friend')$$, '22023'),
    ($$SELECT ims.create_party(owner => 'MAIN', code => 'S1', kind => 'carrier')$$, '23505'),
    ($$SELECT ims.create_party(owner => 'MAIN', code => 'X', kind => 'carrier', attributes => '1')$$, '22023'),
    ($$SELECT ims.change_party(owner => 'MAIN')$$, 'IV201'),
    ($$SELECT ims.change_party(owner => 'MAIN', party => 'S1', new_code => 'C-1')$$, '23505'),
    ($$SELECT ims.create_channel(owner => 'MAIN', code => 'WEB')$$, '23505'),
    ($$SELECT ims.change_channel(owner => 'MAIN', channel => 'none')$$, 'IV209'),
    ($$SELECT ims.set_item_supplier(owner => 'MAIN', item => 'I')$$, 'IV201'),
    ($$SELECT ims.set_item_supplier(owner => 'MAIN', item => 'I', supplier => 'none')$$, 'IV208'),
    ($$SELECT ims.set_item_supplier(owner => 'OTHER', item => 'I', supplier => 'S1')$$, 'IV203'),
    ($$SELECT ims.set_item_supplier(owner => 'MAIN', item => 'I', supplier => 'S1', order_multiple => 0)$$, 'IV101'),
    ($$SELECT ims.set_item_supplier(owner => 'MAIN', item => 'I', supplier => 'S1', lead_time_days => -1)$$, '22023'),
    ($$SELECT ims.delete_party(owner => 'MAIN', party => 'S1')$$, 'IV228')
) AS c (call, state);

SELECT lives_ok($$SELECT ims.remove_item_supplier(owner => 'MAIN', item => 'I', supplier => 'S1')$$,
    'terms removed');
SELECT throws_ok($$SELECT ims.remove_item_supplier(owner => 'MAIN', item => 'I', supplier => 'S1')$$,
    'IV229', NULL, 'terms removed once');
SELECT lives_ok($$SELECT ims.delete_party(owner => 'MAIN', party => 'S1')$$, 'an unused party is deleted');
SELECT lives_ok($$SELECT ims.delete_channel(owner => 'MAIN', channel => 'WEB')$$,
    'an unused channel is deleted');
SELECT results_eq($$SELECT o.code, p.code FROM ims.party AS p JOIN ims.owner AS o USING (owner_id) ORDER BY 1$$,
    $$VALUES ('MAIN', 'C-1'), ('OTHER', 'S1')$$, 'and nothing else');

-- postings
SELECT ims._engine_begin();
INSERT INTO ims.posting (owner_id, document_number, kind, effective_at, utc_offset_minutes, recorded_at,
    party_id, session_role, caller_role, system_identifier, commit_xid)
SELECT p.owner_id, 1, 'receive', '2026-01-01', 0, '2026-01-01', p.party_id, 'x', 'x', 1, '1'
FROM ims.party AS p WHERE p.code = 'C-1';
SELECT ims._engine_end();
SELECT throws_ok($$SELECT ims.delete_party(owner => 'MAIN', party => 'C-1')$$, 'IV228', NULL,
    'a party that a posting mentions is not deleted');
SELECT throws_ok($$SELECT ims.change_owner(owner => 'MAIN', currency => 'CHF', new_code => 'OTHER')$$,
    '23505', NULL, 'and an owner''s code is unique');


-- An inactive party or channel gets nothing new; what it got can come back.
\i test/posting.psql
SELECT count(*) FROM ims.receive('SHOP', 'PEN', 9, to_location => 'T-HERE-A') \g /dev/null
SELECT posting_id AS receipt FROM ims.receive('SHOP', 'PEN', 40, to_location => 'T-HERE-A',
    party => 'ACME') \gset
SELECT posting_id AS sale FROM ims.ship('SHOP', 'PEN', 3, from_location => 'T-HERE-A',
    party => 'JANE', channel => 'WEB') \gset
SELECT m.movement_id AS sold FROM ims.movement AS m WHERE m.posting_id = :sale \gset
SELECT ims.change_party('SHOP', p.code, status => 'inactive') FROM ims.party AS p
WHERE p.owner_id = 9001 \g /dev/null
SELECT ims.change_channel('SHOP', 'WEB', status => 'inactive') \g /dev/null
\i test/refusal.psql
SELECT is(pg_temp.refusal(c.statement), c.expected, regexp_replace(c.statement, '\d+', 'n', 'g'))
FROM (VALUES
    (1, $$SELECT ims.ship('SHOP', 'PEN', 1, from_location => 'T-HERE-A', party => 'JANE')$$,
        'IV212 | party "JANE" is inactive | {"party": "JANE"}'),
    (2, $$SELECT ims.ship('SHOP', 'PEN', 1, from_location => 'T-HERE-A', channel => 'WEB')$$,
        'IV212 | channel "WEB" is inactive | {"channel": "WEB"}'),
    (3, $$SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', party => 'ACME')$$,
        'IV212 | party "ACME" is inactive | {"party": "ACME"}'),
    (4, $$SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', party => 'ACME',
        dry_run => true)$$, 'IV212 | party "ACME" is inactive | {"party": "ACME"}'),
    (5, $$SELECT ims.post('[{"item": "PEN", "quantity": 1, "to_location": "T-HERE-A"}]', 'receive',
        'SHOP', party => 'ACME', on_error => 'report')$$,
        'IV212 | party "ACME" is inactive | {"party": "ACME"}'),
    (6, $$SELECT ims.post_ids('{9301}', '{1}', to_location_ids => '{9101}', owner => 'SHOP',
        kind => 'receive', channel => 'WEB')$$,
        'IV212 | channel "WEB" is inactive | {"channel": "WEB"}'),
    (7, $$SELECT ims.open_posting('SHOP', 'receive', party => 'ACME')$$,
        'IV212 | party "ACME" is inactive | {"party": "ACME"}'),
    (8, $$SELECT ims.adjust('SHOP', 'PEN', 1, location => 'T-HERE-A', party => 'ACME')$$,
        'IV212 | party "ACME" is inactive | {"party": "ACME"}'),
    (9, $$SELECT ims.ship('SHOP', 'PEN', 1, from_location => 'T-HERE-A', party => 'NONE')$$,
        'IV208 | party "NONE" is unknown | {"party": "NONE"}'),
    (10, $$SELECT ims.ship('SHOP', 'PEN', 1, from_location => 'T-HERE-A')$$, 'accepted'),
    (11, format($$SELECT ims.return_from_customer('SHOP', 'PEN', 1, to_location => 'T-HERE-A',
        party => 'JANE', channel => 'WEB', origin_movement_id => %s)$$, :sold), 'accepted'),
    (12, $$SELECT ims.return_from_customer('SHOP', 'PEN', 1, to_location => 'T-HERE-A',
        party => 'JANE')$$, 'accepted'),
    (13, $$SELECT ims.return_to_supplier('SHOP', 'PEN', 1, from_location => 'T-HERE-A',
        party => 'ACME')$$, 'accepted'),
    (14, format($$SELECT ims.reverse_posting('SHOP', %s, reason => 'wrong')$$, :receipt), 'accepted'),
    (15, $$SELECT ims.change_party('SHOP', 'JANE', status => 'active'); SELECT ims.ship('SHOP',
        'PEN', 1, from_location => 'T-HERE-A', party => 'JANE')$$, 'accepted')
    ) AS c (place, statement, expected)
ORDER BY c.place;
SELECT * FROM finish();
ROLLBACK;
