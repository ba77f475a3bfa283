-- Goods between sites: what was dispatched is received whole, in parts,
-- damaged, short and over; what is outstanding is always what was sent less
-- what was received.
\i test/setup.psql
BEGIN;
SELECT no_plan();
\i test/verb.psql

SELECT count(*) FROM ims.post('[
    {"item": "PEN", "quantity": 100, "to_location": "T-HERE-A", "unit_cost": 2},
    {"item": "MILK", "quantity": 50, "to_location": "T-HERE-A", "lot": "L1", "handling_unit": "P1"},
    {"item": "PHONE", "quantity": 1, "to_location": "T-HERE-A", "serial": "S1"},
    {"item": "PHONE", "quantity": 1, "to_location": "T-HERE-A", "serial": "S2"}]',
    'receive', 'SHOP') \g /dev/null

-- Whole, as it was sent.
SELECT posting_id AS first FROM ims.dispatch('SHOP', 'PEN', 10,
    from_location => 'T-HERE-A', to_location => 'T-THERE-A', unit_cost => 2.5) \gset
SELECT is(t.outstanding, 10::numeric, 'a dispatch is outstanding')
FROM ims.transfers_outstanding('SHOP') AS t;
SELECT results_eq(
    format($$ SELECT posting_id IS NULL, document_number IS NULL, status, replayed
              FROM ims.receive_transfer('SHOP', %s, to_location => 'T-THERE-A', dry_run => true) $$,
        :first),
    $$ VALUES (true, true, 'dry_run', false) $$, 'a dry run answers without ids');
SELECT is(pg_temp.on_hand('PEN', 'TRANSIT'), 10::numeric, 'and leaves everything as it was');
SELECT posting_id AS receipt FROM ims.receive_transfer('SHOP', :first, to_location => 'T-THERE-A') \gset
SELECT is(pg_temp.lines(:receipt), 'PEN 10 TRANSIT > T-THERE-A', 'all of it arrives');
SELECT results_eq(
    format($$ SELECT p.kind, p.origin_posting_id, m.origin_movement_id IS NOT NULL, m.unit_cost
              FROM ims.posting AS p JOIN ims.movement AS m USING (owner_id, posting_id)
              WHERE p.posting_id = %s $$, :receipt),
    format($$ VALUES ('receive_transfer', %s::bigint, true, 2.5) $$, :first),
    'linked to the dispatch and its line, at the cost it left with');
SELECT is_empty($$ SELECT * FROM ims.transfers_outstanding('SHOP') $$, 'nothing is outstanding');
SELECT is(pg_temp.refusal(format(
    $$ SELECT * FROM ims.receive_transfer('SHOP', %s, to_location => 'T-THERE-A') $$, :first)),
    format('IV307 | there is nothing to receive of posting %s | {"posting_id": %s}', :first, :first),
    'it is received once');

-- In parts: sound, damaged, missing; the rest later.
SELECT posting_id AS second, document_number AS number FROM ims.dispatch('SHOP', 'PEN', 24,
    from_location => 'T-HERE-A', to_location => 'T-THERE-A') \gset
SELECT posting_id AS receipt FROM ims.receive_transfer('SHOP', document_number => :number,
    to_location => 'T-THERE-Z1',
    lines => '[{"item": "PEN", "quantity": 1, "unit": "DZN"},
               {"item": "PEN", "quantity": "3", "damaged": 2, "missing": 1}]') \gset
SELECT is(pg_temp.lines(:receipt),
    'PEN 12 TRANSIT > T-THERE-Z1, PEN 3 TRANSIT > T-THERE-Z1, '
    'PEN 2 TRANSIT > T-THERE-D, PEN 1 TRANSIT > ADJUSTMENT',
    'sound goods to the place named, damaged ones to theirs, missing ones written off');
SELECT results_eq(
    $$ SELECT t.from_location, t.destination, t.item, t.dispatched, t.received, t.outstanding
       FROM ims.transfers_outstanding('SHOP', 'T-THERE') AS t $$,
    $$ VALUES ('T-HERE-A', 'T-THERE', 'PEN', 24::numeric, 18::numeric, 6::numeric) $$,
    'the rest stays outstanding');
SELECT is(pg_temp.refusal(format(
    $$ SELECT * FROM ims.receive_transfer('SHOP', %s, to_location => 'T-THERE-A',
       lines => '[{"item": "PEN", "quantity": 4}, {"item": "PEN", "quantity": 3}]') $$, :second)),
    format('IV307 | more of item "PEN" than is outstanding | '
        '{"item": "PEN", "line": 2, "state": "arrived", "excess": 1, "posting_id": %s}', :second),
    'more than is outstanding is refused, though each line alone would fit');
SELECT is(pg_temp.refusal(format(
    $$ SELECT * FROM ims.receive_transfer('SHOP', %s, to_location => 'T-THERE-A',
       accept_overage => true, lines => '[{"item": "PEN", "missing": 7}]') $$, :second)),
    format('IV307 | more of item "PEN" than is outstanding | '
        '{"item": "PEN", "line": 1, "state": "missing", "excess": 1, "posting_id": %s}', :second),
    'what was not sent cannot be missing');
SELECT posting_id AS receipt FROM ims.receive_transfer('SHOP', :second,
    to_location => 'T-THERE-A', accept_overage => true,
    lines => '[{"item": "PEN", "quantity": 8}, {"item": "INK", "quantity": 1}]') \gset
SELECT is(pg_temp.lines(:receipt),
    'PEN 6 TRANSIT > T-THERE-A, PEN 2 ADJUSTMENT > T-THERE-A, INK 1 ADJUSTMENT > T-THERE-A',
    'an overage that is accepted comes from ADJUSTMENT');
SELECT is(pg_temp.on_hand('PEN', 'TRANSIT'), 0::numeric, 'nothing is left on the way');

-- Lots on a handling unit, and serials.
SELECT posting_id AS third FROM ims.post('[
    {"item": "MILK", "quantity": 20, "from_location": "T-HERE-A", "to_location": "T-THERE-A", "lot": "L1", "handling_unit": "P1"},
    {"item": "PHONE", "quantity": 1, "from_location": "T-HERE-A", "to_location": "T-THERE-A", "serial": "S1"},
    {"item": "PHONE", "quantity": 1, "from_location": "T-HERE-A", "to_location": "T-THERE-A", "serial": "S2"}]',
    'dispatch', 'SHOP') \gset
SELECT is(pg_temp.refusal(format(
    $$ SELECT * FROM ims.receive_transfer('SHOP', %s, to_location => 'T-THERE-A',
       lines => '[{"item": "MILK", "quantity": 1, "lot": "L1"}]') $$, :third)),
    format('IV307 | more of item "MILK" than is outstanding | '
        '{"item": "MILK", "line": 1, "state": "arrived", "excess": 1, "posting_id": %s}', :third),
    'a line names the handling unit that the goods were sent on');
SELECT posting_id AS receipt FROM ims.receive_transfer('SHOP', :third, to_location => 'T-THERE-A',
    lines => '[{"item": "PHONE", "quantity": 1, "serial": "S2"},
               {"item": "MILK", "quantity": 15, "damaged": 5, "lot": "L1", "handling_unit": "P1"}]') \gset
SELECT is(pg_temp.lines(:receipt),
    'PHONE 1 TRANSIT > T-THERE-A serial S2, '
    'MILK 15 TRANSIT > T-THERE-A lot L1 out of P1 into P1, '
    'MILK 5 TRANSIT > T-THERE-D lot L1 out of P1',
    'lots, serials and handling units arrive as they were sent; damaged goods leave the unit');
SELECT results_eq(
    $$ SELECT t.item, t.serial, t.outstanding FROM ims.transfers_outstanding('SHOP') AS t $$,
    $$ VALUES ('PHONE', 'S1', 1::numeric) $$, 'one serial is still on its way');
SELECT posting_id AS receipt FROM ims.receive_transfer('SHOP', :third, to_location => 'T-THERE-A',
    lines => '[{"item": "PHONE", "serial": "S1", "missing": 1}]') \gset
SELECT is(pg_temp.lines(:receipt), 'PHONE 1 TRANSIT > ADJUSTMENT serial S1', 'a missing serial');

-- A receipt that is reversed is outstanding again; a dispatch with a receipt stays.
SELECT is(pg_temp.refusal(format(
    $$ SELECT * FROM ims.reverse_posting('SHOP', %s, reason => 'test') $$, :third)) ~ '^IV228',
    true, 'a dispatch that was received cannot be reversed');
SELECT count(*) FROM ims.reverse_posting('SHOP', :receipt, reason => 'found') \g /dev/null
SELECT is(t.outstanding, 1::numeric, 'a reversed receipt makes its goods outstanding again')
FROM ims.transfers_outstanding('SHOP') AS t;
SELECT count(*) FROM ims.receive_transfer('SHOP', :third, to_location => 'T-THERE-A') \g /dev/null
SELECT posting_id AS fourth FROM ims.dispatch('SHOP', 'PEN', 1,
    from_location => 'T-HERE-A', to_location => 'T-THERE-A') \gset
SELECT count(*) FROM ims.reverse_posting('SHOP', :fourth, reason => 'stays here') \g /dev/null
SELECT is_empty($$ SELECT * FROM ims.transfers_outstanding('SHOP') $$,
    'a reversed dispatch is not outstanding');
SELECT is(pg_temp.refusal(format(
    $$ SELECT * FROM ims.receive_transfer('SHOP', %s, to_location => 'T-THERE-A') $$, :fourth)) ~ '^IV307',
    true, 'nor can it be received');

-- Idempotency.
SELECT posting_id AS fifth FROM ims.dispatch('SHOP', 'PEN', 2,
    from_location => 'T-HERE-A', to_location => 'T-THERE-A') \gset
SELECT posting_id AS receipt FROM ims.receive_transfer('SHOP', :fifth,
    to_location => 'T-THERE-A', idempotency_key => 'k1') \gset
SELECT is(r.posting_id = :receipt AND r.replayed AND r.status = 'posted', true,
    'a repeated call is answered, not done again')
FROM ims.receive_transfer('SHOP', :fifth, to_location => 'T-THERE-A', idempotency_key => 'k1') AS r;
SELECT is(pg_temp.refusal(format(
    $$ SELECT * FROM ims.receive_transfer('SHOP', %s, to_location => 'T-THERE-D',
       idempotency_key => 'k1') $$, :fifth)),
    'IV218 | idempotency key "k1" stands for another call | {"idempotency_key": "k1"}',
    'another call with the same key is refused');

-- Bad input: nothing is posted.
SELECT posting_id AS sixth, document_number AS number FROM ims.dispatch('SHOP', 'PEN', 2,
    from_location => 'T-HERE-A', to_location => 'T-THERE-A') \gset
-- Other goods are on their way since two hours: no receipt takes their place.
SELECT (ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', effective_at => now() - interval '1 day')).status AS received,
    (ims.dispatch('SHOP', 'PEN', 1, from_location => 'T-HERE-A', to_location => 'T-THERE', effective_at => now() - interval '2 hours')).status AS sent \gset
CREATE TEMPORARY TABLE before AS SELECT count(*) AS movements FROM ims.movement;
SELECT is(pg_temp.refusal(format($$ SELECT * FROM ims.receive_transfer('SHOP', %s) $$,
        replace(b.arguments, '$', :'sixth'))), b.refusal,
    format('bad input %s: %s', b.n, split_part(b.refusal, ' |', 1)))
FROM (VALUES
    (1, 'to_location => ''T-THERE-A''',
        'IV201 | argument "posting_id" is missing | {"argument": "posting_id"}'),
    (2, '$', 'IV201 | argument "to_location" is missing | {"argument": "to_location"}'),
    (3, '-1, to_location => ''T-THERE-A''',
        'IV210 | posting -1 is unknown | {"posting_id": -1}'),
    (4, '$, to_location => ''NOWHERE''',
        'IV204 | location "NOWHERE" is unknown | {"to_location": "NOWHERE"}'),
    (5, '$, to_location => ''T-HERE-A''',
        'IV214 | dispatch ' || :number || ' is not bound for "T-HERE-A" | {"destination": "T-THERE", '
        '"to_location": "T-HERE-A", "document_number": ' || :number || '}'),
    (6, '$, to_location => ''T-THERE-A'', lines => ''{}''',
        'IV223 | lines must be a JSON array of objects | {"argument": "lines"}'),
    (7, '$, to_location => ''T-THERE-A'', lines => ''[1]''',
        'IV223 | line 1 is not a JSON object | {"line": 1}'),
    (8, '$, to_location => ''T-THERE-A'', lines => ''[]''',
        'IV219 | there is nothing to receive of posting ' || :sixth || ' | {"posting_id": ' || :sixth || '}'),
    (9, '$, to_location => ''T-THERE-A'', lines => ''[{"item": "PEN", "quantity": 1, "colour": 3}]''',
        'IV211 | line 1: key "colour" is unknown | {"key": "colour", "line": 1}'),
    (10, '$, to_location => ''T-THERE-A'', lines => ''[{"item": "PEN", "quantity": [1]}]''',
        'IV223 | line 1: "quantity" is not a single value | {"key": "quantity", "line": 1}'),
    (11, '$, to_location => ''T-THERE-A'', lines => ''[{"item": "PEN", "quantity": -1}]''',
        'IV101 | line 1: quantity "-1" is not a quantity | {"line": 1, "quantity": "-1"}'),
    (12, '$, to_location => ''T-THERE-A'', lines => ''[{"item": "PEN", "quantity": "NaN"}]''',
        'IV101 | line 1: quantity "NaN" is not a quantity | {"line": 1, "quantity": "NaN"}'),
    (13, '$, to_location => ''T-THERE-A'', lines => ''[{"item": "PEN", "quantity": "many"}]''',
        'IV101 | line 1: quantity "many" is not a quantity | {"line": 1, "quantity": "many"}'),
    (14, '$, to_location => ''T-THERE-A'', lines => ''[{"item": "PEN", "quantity": 1.0000001}]''',
        'IV101 | line 1: quantity "1.0000001" is not a quantity | {"line": 1, "quantity": "1.0000001"}'),
    (15, '$, to_location => ''T-THERE-A'', lines => ''[{"item": "PEN"}]''',
        'IV201 | argument "quantity" is missing | {"argument": "quantity"}'),
    (16, '$, to_location => ''T-THERE-A'', lines => ''[{"item": "NO", "quantity": 1}]''',
        'IV203 | item "NO" is unknown | {"item": "NO", "line": 1}'),
    (17, '$, to_location => ''T-THERE-A'', lines => ''[{"item": "PEN", "quantity": 1, "unit": "KGM"}]''',
        'IV102 | item "PEN" has no unit "KGM" | {"item": "PEN", "line": 1, "unit": "KGM"}'),
    (18, '$, to_location => ''T-THERE-A'', lines => ''[{"item": "PEN", "quantity": 1.5}]''',
        'IV101 | quantity 1.5 of item "PEN" must be whole in unit "EA" | {"item": "PEN", "line": 1, "unit": "EA", "quantity": 1.5}')
    ) AS b (n, arguments, refusal)
ORDER BY b.n;
SELECT is(split_part(pg_temp.refusal(format(
    $$ SELECT * FROM ims.receive_transfer('SHOP', %s, to_location => 'T-THERE-A',
       effective_at => now() + interval '1 hour') $$, :sixth)), ' |', 1), 'IV217', 'a future time');
SELECT alike(pg_temp.refusal(format(
    $$ SELECT * FROM ims.receive_transfer('SHOP', %s, to_location => 'T-THERE-A',
       effective_at => now() - interval '1 hour') $$, :sixth)),
    'IV223 | a receipt is not dated before its dispatch | {"posting_id": %, "effective_at": "%Z", "dispatched_at": "%Z"}',
    'a receipt cannot be dated before its dispatch');
SELECT is(split_part(pg_temp.refusal(
    $$ SELECT * FROM ims.receive_transfer('SHOP', document_number => 1, to_location => 'T-THERE-A') $$),
    ' |', 1), 'IV307', 'only a dispatch is received');
UPDATE ims.location SET status = 'inactive' WHERE code = 'T-THERE-D';
SELECT is(pg_temp.refusal(format(
    $$ SELECT * FROM ims.receive_transfer('SHOP', %s, to_location => 'T-THERE-A',
       lines => '[{"item": "PEN", "damaged": 1}]') $$, :sixth)),
    'IV204 | site "T-THERE" has no place for damaged goods | {"location": "T-THERE"}',
    'damaged goods need a place');
SELECT is(count(*), (SELECT b.movements FROM before AS b), 'nothing was posted by any of these')
FROM ims.movement;

-- Who may.
CREATE ROLE ims_test_clerk;
GRANT USAGE ON SCHEMA ims TO ims_test_clerk;
INSERT INTO ims.owner_member (owner_id, role_name) VALUES (9002, 'ims_test_clerk');
SET LOCAL ROLE ims_test_clerk;
SELECT is(split_part(pg_temp.refusal(
    $$ SELECT * FROM ims.receive_transfer('CLIENT', 1, to_location => 'T-THERE-A') $$), ' |', 1),
    '42501', 'EXECUTE is needed');
RESET ROLE;
GRANT EXECUTE ON FUNCTION ims.receive_transfer TO ims_test_clerk;
SET LOCAL ROLE ims_test_clerk;
SELECT is(pg_temp.refusal(
    $$ SELECT * FROM ims.receive_transfer('SHOP', 1, to_location => 'T-THERE-A') $$),
    'IV202 | owner "SHOP" is unknown | {"owner": "SHOP"}', 'another owner is as unknown as none');
SELECT is(split_part(pg_temp.refusal(format(
    $$ SELECT * FROM ims.receive_transfer('CLIENT', %s, to_location => 'T-THERE-A') $$, :sixth)), ' |', 1),
    'IV210', 'and its dispatches too');
RESET ROLE;

SELECT is_empty('SELECT * FROM pg_temp.drift', 'the books agree with the ledger');
SELECT is_empty($$ SELECT v.* FROM (VALUES ('SHOP'), ('CLIENT')) AS o (code), ims.verify(o.code) AS v
    WHERE v.check_name !~ '^catalog' $$, 'and verify() finds nothing');
SELECT is(sum(r.changed), 0::numeric, 'nor does rebuild()') FROM (VALUES ('SHOP'), ('CLIENT')) AS o (code), ims.rebuild(o.code) AS r (what, changed);
SELECT * FROM finish();
ROLLBACK;
