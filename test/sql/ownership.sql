-- A change of owner: out of one owner's books and into the other's, at the
-- same place, both or none, by a role that may act for both.
\i test/setup.psql
BEGIN;
SELECT no_plan();
\i test/verb.psql

SELECT count(*) FROM ims.post('[
    {"item": "PEN", "quantity": 100, "to_location": "T-HERE-A"},
    {"item": "MILK", "quantity": 20, "to_location": "T-HERE-A", "lot": "L2", "handling_unit": "P1"},
    {"item": "PHONE", "quantity": 1, "to_location": "T-HERE-A", "serial": "S1"},
    {"item": "SCREW", "quantity": 5, "to_location": "T-HERE-A"},
    {"item": "SUGAR", "quantity": 5, "to_location": "T-HERE-A"}]',
    'receive', 'SHOP') \g /dev/null

SELECT posting_id AS gone, document_number AS number FROM ims.transfer_ownership('SHOP', 'CLIENT', 'PEN',
    quantity => 2, unit => 'DZN', location => 'T-HERE-A', unit_cost => 3, currency => 'EUR',
    sale_value => 72, reason => 'sold in place', idempotency_key => 'o1') \gset
SELECT results_eq(
    format($$ SELECT o.code, p.kind, p.reason, pg_temp.lines(p.posting_id), m.unit_cost, m.sale_value, m.currency
       FROM ims.posting AS p JOIN ims.owner AS o USING (owner_id)
       JOIN ims.movement AS m USING (owner_id, posting_id)
       WHERE p.posting_id = %s OR p.origin_posting_id = %s ORDER BY o.code DESC $$, :gone, :gone),
    $$ VALUES ('SHOP', 'ownership', 'sold in place', 'PEN 24 T-HERE-A > OWNERSHIP', 3::numeric, 72::numeric, 'EUR'),
              ('CLIENT', 'ownership', 'sold in place', 'PEN 24 OWNERSHIP > T-HERE-A', 3, 72, 'EUR') $$,
    'two linked postings, one in each owner''s books');
SELECT is(pg_temp.on_hand('PEN', 'T-HERE-A') || ' ' || pg_temp.on_hand('PEN', 'T-HERE-A', 'CLIENT'), '76 24',
    'the goods are where they were');
SELECT is(count(DISTINCT p.effective_at), 1::bigint, 'at one instant')
FROM ims.posting AS p WHERE p.kind = 'ownership';
SELECT is(r.posting_id = :gone AND r.document_number = :number AND r.replayed, true, 'a repeated call is answered')
FROM ims.transfer_ownership('SHOP', 'CLIENT', 'PEN', quantity => 2.0, unit => 'DZN', location => 'T-HERE-A',
    unit_cost => 3.00, currency => 'EUR', sale_value => 72, reason => 'sold in place', idempotency_key => 'o1') AS r;
SELECT is(split_part(pg_temp.refusal($$ SELECT * FROM ims.transfer_ownership('SHOP', 'CLIENT', 'PEN',
    quantity => 1, location => 'T-HERE-A', idempotency_key => 'o1') $$), ' |', 1), 'IV218', 'another one is not');

-- Lots and serials are made at the new owner, or found there.
SELECT posting_id AS gone FROM ims.transfer_ownership('SHOP', 'CLIENT', 'MILK', quantity => 8,
    location => 'T-HERE-A', lot => 'L2', handling_unit => 'P1') \gset
SELECT results_eq(
    $$ SELECT l.code, l.status, l.expires_on FROM ims.lot AS l WHERE l.owner_id = 9002 $$,
    $$ VALUES ('L2', 'released', date '2030-01-31') $$, 'the lot is made with its dates');
SELECT results_eq(
    $$ SELECT c.new_status FROM ims.lot_status_change AS c WHERE c.owner_id = 9002 $$,
    $$ VALUES ('released') $$, 'and its status is on record');
SELECT count(*) FROM ims.transfer_ownership('SHOP', 'CLIENT', 'MILK', quantity => 2,
    location => 'T-HERE-A', lot => 'L2', handling_unit => 'P1') \g /dev/null
SELECT is((SELECT count(*) FROM ims.lot AS l WHERE l.owner_id = 9002) || ' '
    || pg_temp.on_hand('MILK', 'T-HERE-A', 'CLIENT'), '1 10', 'the second time it is found');
SELECT count(*) FROM ims.transfer_ownership('SHOP', 'CLIENT', 'PHONE', location => 'T-HERE-A', serial => 'S1') \g /dev/null
SELECT is(string_agg(format('%s %s %s', s.owner_id, s.code, s.location_id), ', ' ORDER BY s.owner_id),
    '9001 S1 0, 9002 S1 9101', 'a unit is in one owner''s stock at a time')
FROM ims.serial AS s WHERE s.code = 'S1';
SELECT count(*) FROM ims.transfer_ownership('CLIENT', 'SHOP', 'PHONE', quantity => 1, location => 'T-HERE-A', serial => 'S1') \g /dev/null
SELECT is(string_agg(format('%s %s %s', s.owner_id, s.code, s.location_id), ', ' ORDER BY s.owner_id),
    '9001 S1 9101, 9002 S1 0', 'and can come back')
FROM ims.serial AS s WHERE s.code = 'S1';
SELECT is(split_part(pg_temp.refusal(format($$ SELECT * FROM ims.reverse_posting('SHOP', %s, reason => 'test') $$, :gone)),
    ' |', 1), 'IV231', 'one half cannot be reversed');

-- Bad input: nothing is posted, no lot is made.
CREATE TEMPORARY TABLE before AS SELECT count(*) AS postings FROM ims.posting;
SELECT is(pg_temp.refusal(format($$ SELECT * FROM ims.transfer_ownership('SHOP', %s) $$, b.arguments)), b.refusal,
    format('bad input %s: %s', b.n, split_part(b.refusal, ' |', 1)))
FROM (VALUES
    (1, 'item => ''PEN''', 'IV201 | argument "to_owner" is missing | {"argument": "to_owner"}'),
    (2, '''NOBODY'', ''PEN''', 'IV202 | owner "NOBODY" is unknown | {"owner": "NOBODY"}'),
    (3, '''SHOP'', ''PEN'', quantity => 1, location => ''T-HERE-A''',
        'IV215 | owner "SHOP" has the goods already | {"to_owner": "SHOP"}'),
    (4, '''CLIENT''', 'IV201 | argument "item" is missing | {"argument": "item"}'),
    (5, '''CLIENT'', ''PEN''', 'IV201 | argument "location" is missing | {"argument": "location"}'),
    (6, '''CLIENT'', ''PEN'', location => ''T-HERE-A''', 'IV201 | argument "quantity" is missing | {"argument": "quantity"}'),
    (7, '''CLIENT'', ''PEN'', quantity => -1, location => ''T-HERE-A''',
        'IV101 | line 1: quantity "-1" is not a quantity | {"line": 1, "quantity": "-1"}'),
    (8, '''CLIENT'', ''SCREW'', quantity => 1, location => ''T-HERE-A''',
        'IV203 | item "SCREW" is unknown | {"to_item": "SCREW"}'),
    (9, '''CLIENT'', ''SUGAR'', quantity => 1, location => ''T-HERE-A''',
        'IV213 | item "SUGAR" of the new owner does not fit | {"to_item": "SUGAR"}'),
    (10, '''CLIENT'', ''PEN'', ''MILK'', quantity => 1, location => ''T-HERE-A''',
        'IV213 | item "MILK" of the new owner does not fit | {"to_item": "MILK"}'),
    (11, '''CLIENT'', ''PEN'', quantity => 1, location => ''NO''',
        'IV204 | location "NO" is unknown | {"location": "NO"}'),
    (12, '''CLIENT'', ''MILK'', quantity => 1, location => ''T-HERE-A'', lot => ''NO''',
        'IV205 | lot "NO" is unknown | {"lot": "NO"}'),
    (13, '''CLIENT'', ''PEN'', quantity => 1, location => ''T-HERE-A'', to_handling_unit => ''P1''',
        'IV207 | handling unit "P1" is unknown | {"to_handling_unit": "P1"}'),
    (14, '''CLIENT'', ''PEN'', quantity => 1, location => ''T-HERE-A'', unit_cost => -1',
        '22003 | invalid unit_cost -1 | {"value": "-1", "argument": "unit_cost"}'),
    (15, '''CLIENT'', ''PEN'', quantity => 1, location => ''T-HERE-A'', rate => ''NaN''',
        '22003 | invalid rate NaN | {"value": "NaN", "argument": "rate"}')
    ) AS b (n, arguments, refusal)
ORDER BY b.n;
SELECT is(split_part(pg_temp.refusal(format($$ SELECT * FROM ims.transfer_ownership('SHOP', 'CLIENT', %s) $$, b.arguments)),
    ' |', 1), b.state, format('refused by the engine: %s', b.state))
FROM (VALUES
    (1, '''PEN'', quantity => 1000, location => ''T-HERE-A''', 'IV301'),
    (2, '''MILK'', quantity => 1, location => ''T-HERE-A''', 'IV213'),
    (3, '''MILK'', quantity => 1, location => ''T-HERE-A'', lot => ''L1''', 'IV301'),
    (4, '''PEN'', quantity => 0, location => ''T-HERE-A''', 'IV101'),
    (5, '''PEN'', quantity => 1, location => ''TRANSIT''', 'IV214')) AS b (n, arguments, state)
ORDER BY b.n;
SELECT is(r.status, 'dry_run', 'a dry run')
FROM ims.transfer_ownership('SHOP', 'CLIENT', 'PEN', quantity => 1, location => 'T-HERE-A', dry_run => true) AS r;
SELECT is((SELECT count(*) FROM ims.posting) - b.postings || ' ' || (SELECT count(*) FROM ims.lot AS l WHERE l.owner_id = 9002),
    '0 1', 'nothing was posted by any of these') FROM before AS b;

-- Who may: a member of both.
CREATE ROLE ims_test_shop;
GRANT USAGE ON SCHEMA ims TO ims_test_shop;
GRANT EXECUTE ON FUNCTION ims.transfer_ownership TO ims_test_shop;
INSERT INTO ims.owner_member (owner_id, role_name) VALUES (9001, 'ims_test_shop');
SET LOCAL ROLE ims_test_shop;
SELECT is(pg_temp.refusal($$ SELECT * FROM ims.transfer_ownership(to_owner => 'CLIENT', item => 'PEN',
    quantity => 1, location => 'T-HERE-A') $$), 'IV202 | owner "CLIENT" is unknown | {"owner": "CLIENT"}', 'a member of the old owner alone');
RESET ROLE;
UPDATE ims.owner_member SET owner_id = 9002 WHERE role_name = 'ims_test_shop';
SET LOCAL ROLE ims_test_shop;
SELECT is(pg_temp.refusal($$ SELECT * FROM ims.transfer_ownership('SHOP', 'CLIENT', 'PEN',
    quantity => 1, location => 'T-HERE-A') $$), 'IV202 | owner "SHOP" is unknown | {"owner": "SHOP"}', 'a member of the new owner alone');
RESET ROLE;
INSERT INTO ims.owner_member (owner_id, role_name) VALUES (9001, 'ims_test_shop');
SET LOCAL ROLE ims_test_shop;
SELECT is(pg_temp.refusal($$ SELECT * FROM ims.transfer_ownership('SHOP', 'CLIENT', 'PEN',
    quantity => 1, location => 'T-HERE-A') $$), 'accepted', 'a member of both may');
RESET ROLE;

SELECT is_empty('SELECT * FROM pg_temp.drift', 'the books agree with the ledger');
SELECT is_empty($$ SELECT v.* FROM (VALUES ('SHOP'), ('CLIENT')) AS o (code), ims.verify(o.code) AS v
    WHERE v.check_name !~ '^catalog' $$, 'and verify() finds nothing');
SELECT is(sum(r.changed), 0::numeric, 'nor does rebuild()') FROM (VALUES ('SHOP'), ('CLIENT')) AS o (code), ims.rebuild(o.code) AS r (what, changed);
SELECT * FROM finish();
ROLLBACK;
