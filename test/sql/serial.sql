-- Single units: a unit is taken from the balance it is counted in, lot
-- included, so that no unit of a lot on hold leaves under another name.
\i test/setup.psql
BEGIN;
SELECT plan(28);
\i test/posting.psql
\i test/refusal.psql
INSERT INTO ims.serial (owner_id, serial_id, item_id, code) VALUES (9001, 9503, 9304, 'S3');
INSERT INTO ims.lot (owner_id, lot_id, item_id, code) VALUES
    (9001, 9402, 9304, 'RED'), (9001, 9403, 9304, 'BLUE');

SELECT lives_ok(
    $$ SELECT ims.receive('SHOP', 'PHONE', 1, to_location => 'T-HERE-A', serial => 'S1', lot => 'RED') $$,
    'a unit arrives in its lot');
SELECT lives_ok(
    $$ SELECT ims.receive('SHOP', 'PHONE', 1, to_location => 'T-HERE-A', serial => 'S2') $$,
    'another one in none');
SELECT lives_ok(
    $$ SELECT ims.set_lot_status('SHOP', 'PHONE', 'RED', 'recalled', 'test') $$,
    'the lot is recalled');
SELECT is(pg_temp.refusal(c.statement), c.expected, c.name)
FROM (VALUES
    ('a unit of a recalled lot is not shipped by its serial alone',
     $$ SELECT ims.ship('SHOP', 'PHONE', 1, from_location => 'T-HERE-A', serial => 'S1') $$,
     'IV304 | lot "RED" is recalled | {"lot": "RED", "item": "PHONE", "line": 1}'),
    ('nor by ids without the lot',
     $$ SELECT ims.post_ids('{9304}', '{1}', '{9101}', '{3}', serial_ids => '{9501}', owner => 'SHOP') $$,
     'IV213 | serial "S1" is of lot "RED" | {"item": "PHONE", "line": 1, "serial": "S1"}'),
    ('nor under another lot',
     $$ SELECT ims.ship('SHOP', 'PHONE', 1, from_location => 'T-HERE-A', serial => 'S1', lot => 'BLUE') $$,
     'IV301 | insufficient stock of item "PHONE" at "T-HERE-A" | '
     '{"item": "PHONE", "line": 1, "location": "T-HERE-A", "available": 0, "requested": 1}'),
    ('nor by INSERT',
     $$ INSERT INTO ims.movement (owner_id, item_id, serial_id, from_location_id, to_location_id, quantity)
        VALUES (9001, 9304, 9501, 9101, 3, 1) $$,
     'IV213 | serial "S1" is of lot "RED" | {"item": "PHONE", "line": 1, "serial": "S1"}'),
    ('a unit of no lot is not taken out of one',
     $$ SELECT ims.ship('SHOP', 'PHONE', 1, from_location => 'T-HERE-A', serial => 'S2', lot => 'RED') $$,
     'IV304 | lot "RED" is recalled | {"lot": "RED", "item": "PHONE", "line": 1}')
) AS c (name, statement, expected);

SELECT lives_ok($$
    SELECT ims.set_lot_status('SHOP', 'PHONE', 'RED', 'released', 'test');
    SELECT ims.ship('SHOP', 'PHONE', 1, from_location => 'T-HERE-A', serial => 'S1');
    $$, 'released, it is shipped by its serial alone');
SELECT is(
    (SELECT string_agg(m.lot_id::text, ',' ORDER BY m.movement_id) FROM ims.movement AS m
     WHERE m.owner_id = 9001 AND m.serial_id = 9501),
    '9402,9402', 'out of its lot');
SELECT is(
    pg_temp.refusal($$ SELECT ims.return_from_customer('SHOP', 'PHONE', 1, to_location => 'T-HERE-A',
        serial => 'S1', lot => 'BLUE') $$),
    'IV213 | serial "S1" is of lot "RED" | {"item": "PHONE", "line": 1, "serial": "S1"}',
    'it comes back in the lot that it left in');
SELECT lives_ok($$
    SELECT ims.return_from_customer('SHOP', 'PHONE', 1, to_location => 'T-HERE-A', serial => 'S1');
    SELECT ims.return_to_supplier('SHOP', 'PHONE', 1, from_location => 'T-HERE-A', serial => 'S1');
    SELECT ims.receive('SHOP', 'PHONE', 1, to_location => 'T-HERE-A', serial => 'S1', lot => 'BLUE');
    $$, 'and may be of another when it is received anew');
SELECT results_eq(
    $$ SELECT s.lot_id, s.on_hand::numeric FROM ims.stock AS s
       WHERE s.owner_id = 9001 AND s.item_id = 9304 ORDER BY s.lot_id $$,
    $$ VALUES (0::bigint, 1::numeric), (9402, 0), (9403, 1) $$,
    'every balance counts the units that lie there');

-- In a report a line whose unit is elsewhere is refused by itself.
SELECT results_eq(
    $$ SELECT p.line, p.status, p.sqlstate
       FROM ims.post('[{"item": "PEN", "quantity": 1, "to_location": "T-HERE-A"},
                       {"item": "PHONE", "quantity": 1, "serial": "S1", "to_location": "T-HERE-A"},
                       {"item": "PHONE", "quantity": 1, "serial": "S3", "to_location": "T-HERE-B"},
                       {"item": "PHONE", "quantity": 1, "serial": "S3", "to_location": "T-HERE-A"}]',
            'receive', 'SHOP', on_error => 'report') AS p
       WHERE p.line IS NOT NULL ORDER BY p.line $$,
    $$ VALUES (1, 'posted', NULL), (2, 'rejected', 'IV305'), (3, 'posted', NULL), (4, 'rejected', 'IV305') $$,
    'the good lines are posted');
SELECT results_eq(
    $$ SELECT s.code, s.location_id FROM ims.serial AS s WHERE s.owner_id = 9001 ORDER BY s.code $$,
    $$ VALUES ('S1', 9101::bigint), ('S2', 9101), ('S3', 9102) $$,
    'and every unit lies where it was put');

-- History is ordered by time and id: at one instant a unit may move on under a
-- higher id, so that documents of a day can be entered as they are.
CREATE FUNCTION pg_temp.wrong() RETURNS TABLE (check_name text, key jsonb)
LANGUAGE sql AS $$
    SELECT v.check_name, v.key FROM ims.verify() AS v WHERE v.check_name NOT LIKE 'catalog.%'
$$;
INSERT INTO ims.serial (owner_id, serial_id, item_id, code)
SELECT 9001, 9510 + n, 9304, 'D' || n FROM generate_series(0, 6) AS n;
SELECT lives_ok($$
    SELECT ims.post('[{"item": "PHONE", "quantity": 1, "serial": "D0", "from_location": "SUPPLIER", "to_location": "T-HERE-A"},
                      {"item": "PHONE", "quantity": 1, "serial": "D0", "from_location": "T-HERE-A", "to_location": "T-HERE-B"},
                      {"item": "PHONE", "quantity": 1, "serial": "D0", "from_location": "T-HERE-B", "to_location": "CUSTOMER"}]',
        owner => 'SHOP', effective_at => '2026-01-05 00:00+00') $$,
    'received, put away and shipped in one call, at one instant');
SELECT lives_ok($$
    SELECT ims.post('[{"item": "PHONE", "quantity": 1, "serial": "D1", "from_location": "SUPPLIER", "to_location": "T-HERE-A"},
                      {"item": "PHONE", "quantity": 1, "serial": "D1", "from_location": "T-HERE-A", "to_location": "CUSTOMER"}]',
        owner => 'SHOP') $$, 'or now');
SELECT results_eq($$
    SELECT p.line, p.status, p.sqlstate
    FROM ims.post('[{"item": "PHONE", "quantity": 1, "serial": "D2", "from_location": "SUPPLIER", "to_location": "T-HERE-A"},
                    {"item": "PHONE", "quantity": 1, "serial": "D2", "from_location": "SUPPLIER", "to_location": "T-HERE-A"},
                    {"item": "PHONE", "quantity": 1, "serial": "D2", "from_location": "T-HERE-A", "to_location": "CUSTOMER"}]',
        owner => 'SHOP', effective_at => '2026-01-05 00:00+00', on_error => 'report') AS p
    WHERE p.line IS NOT NULL ORDER BY p.line $$,
    $$ VALUES (1, 'posted', NULL), (2, 'rejected', 'IV305'), (3, 'posted', NULL) $$,
    'a report takes the lines in their order');
SELECT lives_ok($$
    SELECT ims.receive('SHOP', 'PHONE', 1, to_location => 'T-HERE-A', serial => 'D3', effective_at => '2026-01-05 00:00+00');
    SELECT ims.transfer('SHOP', 'PHONE', 1, from_location => 'T-HERE-A', to_location => 'T-HERE-B',
        serial => 'D3', effective_at => '2026-01-05 00:00+00');
    SELECT ims.ship('SHOP', 'PHONE', 1, from_location => 'T-HERE-B', serial => 'D3', effective_at => '2026-01-05 00:00+00');
    $$, 'or in one call after the other');
SELECT is(
    pg_temp.refusal($$ SELECT ims.return_from_customer('SHOP', 'PHONE', 1, to_location => 'T-HERE-A', serial => 'D3',
        effective_at => '2026-01-04 23:59:59.999999+00') $$),
    'IV305 | serial "D3" has moved later already | {"item": "PHONE", "line": 1, "serial": "D3"}',
    'but not earlier');
SELECT results_eq($$
    SELECT a.at::text, s.serial_id, s.location_id
    FROM (VALUES ('2026-01-04 23:59:59.999999+00'::timestamptz), ('2026-01-05 00:00+00')) AS a (at),
        ims._serials_at(9001, '{9304}', a.at) AS s
    WHERE s.serial_id BETWEEN 9510 AND 9513 $$,
    $$ SELECT ''::text, 0::bigint, 0::bigint WHERE false $$,
    'where it was at that instant is where its last movement led');
SELECT lives_ok($$
    SELECT ims.reverse_posting('SHOP', m.posting_id, reason => 'wrong')
    FROM (SELECT DISTINCT m.posting_id FROM ims.movement AS m WHERE m.owner_id = 9001 AND m.serial_id = 9510) AS m $$,
    'all of it is reversed, from the end');

-- Without a time it is later than the last movement, wherever that was.
SELECT lives_ok($$
    SELECT ims.receive('SHOP', 'PHONE', 1, to_location => 'T-HERE-A', serial => 'D4');
    SELECT ims.ship('SHOP', 'PHONE', 1, from_location => 'T-HERE-A', serial => 'D4',
        effective_at => clock_timestamp() + interval '30 seconds');
    SELECT ims.return_from_customer('SHOP', 'PHONE', 1, to_location => 'T-THERE-A', serial => 'D4');
    $$, 'what was shipped by a clock that is ahead comes back now');
SELECT results_eq($$
    SELECT m.effective_at - lag(m.effective_at) OVER (ORDER BY m.movement_id) = interval '1 microsecond',
        m.effective_at = b.last_effective_at, m.effective_at = s.last_effective_at, m.movement_id = s.last_movement_id
    FROM ims.movement AS m
    JOIN ims.serial AS s USING (owner_id, serial_id)
    JOIN ims.stock AS b ON b.owner_id = m.owner_id AND b.item_id = 9304 AND b.location_id = 9201
    WHERE m.owner_id = 9001 AND m.serial_id = 9514 ORDER BY m.movement_id DESC LIMIT 1 $$,
    $$ VALUES (true, true, true, true) $$, 'just after, and the balance has that time too');

-- Rows of an INSERT have their ids already.
SELECT lives_ok($$
    INSERT INTO ims.movement (owner_id, item_id, serial_id, from_location_id, to_location_id, quantity)
    VALUES (9001, 9304, 9515, 2, 9101, 1), (9001, 9304, 9515, 9101, 9102, 1), (9001, 9304, 9515, 9102, 3, 1) $$,
    'several moves of a unit in one statement');
SELECT lives_ok($$
    SELECT ims.open_posting('SHOP', effective_at => '2026-01-06 00:00+00');
    INSERT INTO ims.movement (item_id, serial_id, from_location_id, to_location_id, quantity)
        VALUES (9304, 9516, 2, 9101, 1);
    INSERT INTO ims.movement (item_id, serial_id, from_location_id, to_location_id, quantity)
        VALUES (9304, 9516, 9101, 3, 1) $$,
    'or in two of one posting');
SELECT matches(
    pg_temp.refusal($$
        WITH drawn AS MATERIALIZED (
            SELECT nextval('ims.movement_movement_id_seq') AS low, nextval('ims.movement_movement_id_seq') AS high)
        INSERT INTO ims.movement (movement_id, item_id, serial_id, from_location_id, to_location_id, quantity)
        OVERRIDING SYSTEM VALUE
        SELECT v.id, 9304, 9516, v.from_id, v.to_id, 1
        FROM drawn AS d, LATERAL (VALUES (1, d.high, 3, 9101), (2, d.low, 9101, 9102)) AS v (n, id, from_id, to_id)
        ORDER BY v.n $$),
    '^IV305 \| serial "D6" moved under a higher id already',
    'lower ones are refused');
SELECT is_empty('SELECT * FROM pg_temp.wrong()', 'every unit is where the ledger says');
SELECT * FROM finish();
ROLLBACK;
