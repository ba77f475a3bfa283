-- Single units: a unit is taken from the balance it is counted in, lot
-- included, so that no unit of a lot on hold leaves under another name.
\i test/setup.psql
BEGIN;
SELECT plan(15);
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
    $$ SELECT ims.set_lot_status('SHOP', 'PHONE', 'RED', 'recalled') $$,
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
    SELECT ims.set_lot_status('SHOP', 'PHONE', 'RED', 'released');
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
SELECT * FROM finish();
ROLLBACK;
