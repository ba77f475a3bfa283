-- Plain INSERT into ims.movement: what only the verbs used to check is checked
-- here too, and rows that were never posted cannot be committed.
\i test/setup.psql
\i test/refusal.psql
BEGIN;
SELECT plan(29);
\i test/posting.psql
CREATE FUNCTION pg_temp.insert(columns text, given text) RETURNS text
LANGUAGE sql AS $$
    SELECT pg_temp.refusal(format(
        'INSERT INTO ims.movement (owner_id, item_id, from_location_id, to_location_id, quantity, %s)
         VALUES (9001, 9301, 2, 9101, 12, %s)', columns, given))
$$;

SELECT is(pg_temp.insert(c.columns, c.given), c.expected, c.columns || ' ' || left(c.given, 20))
FROM (VALUES
    ('unit_cost', '0', 'accepted'),
    ('unit_cost', $$'NaN'$$, '22003 | unit_cost NaN is out of range | {"line": 1, "argument": "unit_cost", "unit_cost": "NaN"}'),
    ('unit_cost', '-1', '22003 | unit_cost -1 is out of range | {"line": 1, "argument": "unit_cost", "unit_cost": -1}'),
    ('sale_value', $$'-Infinity'$$, '22003 | sale_value -Infinity is out of range | {"line": 1, "argument": "sale_value", "sale_value": "-Infinity"}'),
    ('sale_value', '1e15', '22003 | sale_value 1000000000000000 is out of range | {"line": 1, "argument": "sale_value", "sale_value": 1000000000000000}'),
    ('sale_value', '-5', 'accepted'),
    ('rate', '0', '22003 | rate 0 is out of range | {"line": 1, "rate": 0, "argument": "rate"}'),
    ('currency', $$'euro'$$, 'IV104 | currency "euro" is invalid | {"line": 1, "currency": "euro"}'),
    ('currency, rate', $$'USD', 0.9$$, 'accepted'),
    ('reference_line', $$repeat('x', 101)$$, '22001 | reference_line is too long | {"line": 1, "argument": "reference_line"}'),
    ('entered_unit', $$'CS'$$, 'IV223 | line 1: entered_quantity and entered_unit go together | {"line": 1}'),
    ('entered_quantity', '1', 'IV223 | line 1: entered_quantity and entered_unit go together | {"line": 1}'),
    ('entered_quantity, entered_unit', $$2, 'CS'$$, 'IV223 | line 1: quantity is not what was entered | {"line": 1}'),
    ('entered_quantity, entered_unit', $$1, 'XX'$$, 'IV102 | item "PEN" has no unit "XX" | {"item": "PEN", "line": 1, "unit": "XX"}'),
    ('entered_quantity, entered_unit', $$1, 'CS'$$, 'accepted'),
    ('origin_movement_id', '1', 'IV223 | line 1: origin_movement_id is set by the posting functions | {"line": 1}')
) AS c (columns, given, expected);

-- Ids come from the sequence, where each belongs to the session that drew it.
SELECT is(
    pg_temp.refusal(format(
        'INSERT INTO ims.movement (owner_id, movement_id, item_id, from_location_id, to_location_id, quantity)
         OVERRIDING SYSTEM VALUE VALUES (9001, %s, 9301, 2, 9101, 1)', c.movement_id)),
    c.expected, c.name)
FROM (VALUES
    ('an id drawn before is refused', '-1',
     'IV223 | movement_id -1 was not drawn by this statement | {"movement_id": -1}'),
    ('and one that nobody drew', '9000000000000000000',
     'IV223 | movement_id 9000000000000000000 was not drawn by this statement | {"movement_id": 9000000000000000000}')
) AS c (name, movement_id, expected);

-- A session draws ids a hundred at a time: those it has not used yet are not
-- drawn.  The first of a hundred leaves room for one chosen ahead of it.
SELECT nextval('ims.movement_movement_id_seq') AS drawn \gset
SELECT max(nextval('ims.movement_movement_id_seq')) AS first
FROM ims.movement_movement_id_seq AS s, generate_series(:drawn, s.last_value) \gset
SELECT s.last_value > :first + 20 AS kept FROM ims.movement_movement_id_seq AS s \gset
SELECT ok(:'kept', 'the session keeps more ids than it has drawn');
SELECT is(
    pg_temp.refusal(format(
        'INSERT INTO ims.movement (owner_id, movement_id, item_id, from_location_id, to_location_id, quantity)
         OVERRIDING SYSTEM VALUE VALUES (9001, %s, 9301, 2, 9101, 1)', :first + 20)),
    format('IV223 | movement_id %s was not drawn by this statement | {"movement_id": %1$s}', :first + 20),
    'one that the session keeps but has not drawn');

SELECT is(count(*), 0::bigint, 'nothing of what was refused is there')
FROM ims.movement AS m
WHERE m.owner_id = 9001
    AND (m.origin_movement_id IS NOT NULL OR m.movement_id < 0 OR m.unit_cost <> 0 OR m.rate = 0);

-- The right of the recipe: every column but those that the ledger fills.
\i doc/roles.sql
CREATE ROLE ims_test_loader IN ROLE ims_supervisor;
INSERT INTO ims.owner_member (owner_id, role_name) VALUES (9001, 'ims_test_loader');
SET LOCAL ROLE ims_test_loader;
SELECT is(pg_temp.refusal(c.statement), c.expected, c.name)
FROM (VALUES
    ('a loader inserts',
     'INSERT INTO ims.movement (item_id, from_location_id, to_location_id, quantity)
      VALUES (9301, 2, 9101, 1)', 'accepted'),
    ('all that a line can say',
     'INSERT INTO ims.movement (owner_id, item_id, lot_id, serial_id, from_location_id,
          to_location_id, from_handling_unit_id, to_handling_unit_id, quantity, entered_quantity,
          entered_unit, unit_cost, sale_value, rate, currency, reference_line, effective_at)
      VALUES (9001, 9301, 0, 0, 2, 9101, 0, 0, 12, 1, ''CS'', 1, 2, 3, ''USD'', ''x'', DEFAULT)',
     'accepted'),
    ('but no id',
     'INSERT INTO ims.movement (movement_id, item_id, from_location_id, to_location_id, quantity)
      OVERRIDING SYSTEM VALUE VALUES (1, 9301, 2, 9101, 1)',
     '42501 | permission denied for table movement'),
    ('and no time of recording',
     'INSERT INTO ims.movement (recorded_at, item_id, from_location_id, to_location_id, quantity)
      VALUES (clock_timestamp(), 9301, 2, 9101, 1)',
     '42501 | permission denied for table movement')
) AS c (name, statement, expected);

-- What was opened is filled without them too.
SELECT ims.open_posting(kind => 'receive', reason => 'first') AS first \gset
SELECT lives_ok('INSERT INTO ims.movement (item_id, from_location_id, to_location_id, quantity)
    VALUES (9301, 2, 9101, 1)', 'a posting that was opened is filled');
SELECT ims.open_posting(kind => 'receive', reason => 'second') AS second \gset
SELECT lives_ok('INSERT INTO ims.movement (item_id, from_location_id, to_location_id, quantity)
    VALUES (9301, 2, 9101, 1)', 'and another after it');
RESET ROLE;
SELECT is(count(*), 3::bigint, 'all are there') FROM ims.movement AS m
WHERE m.owner_id = 9001 AND m.item_id = 9301 AND m.quantity IN (1, 12) AND m.posting_id >= :first
    OR m.reference_line = 'x';
SELECT is_empty($$SELECT v.* FROM ims.verify('SHOP') AS v WHERE v.check_name LIKE 'movement.%'$$,
    'with the times of their postings');
SELECT * FROM finish();
ROLLBACK;

-- A procedural language can end an INSERT .. RETURNING after some rows, before
-- its trigger has posted them; a trigger that is switched off does the same.
BEGIN;
\i test/posting.psql
ALTER TABLE ims.movement DISABLE TRIGGER movement_post;
INSERT INTO ims.movement (owner_id, item_id, from_location_id, to_location_id, quantity)
    VALUES (9001, 9301, 2, 9101, 1);
COMMIT;
BEGIN;
\i test/posting.psql
ALTER TABLE ims.movement DISABLE TRIGGER movement_post;
SAVEPOINT kept;
INSERT INTO ims.movement (owner_id, item_id, from_location_id, to_location_id, quantity)
    VALUES (9001, 9301, 2, 9101, 1);
RELEASE SAVEPOINT kept;
SAVEPOINT undone;
ROLLBACK TO SAVEPOINT undone;
COMMIT;
SELECT count(*) || ' rows of it' FROM ims.movement AS m WHERE m.owner_id = 9001;
-- Undone, it is forgotten.
BEGIN;
SAVEPOINT undone;
\i test/posting.psql
ALTER TABLE ims.movement DISABLE TRIGGER movement_post;
INSERT INTO ims.movement (owner_id, item_id, from_location_id, to_location_id, quantity)
    VALUES (9001, 9301, 2, 9101, 1);
ROLLBACK TO SAVEPOINT undone;
COMMIT;
