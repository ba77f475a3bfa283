-- A clock that is behind the books, as after a failover: what is posted
-- without a time is dated after the closed periods and after the closings of
-- its owner, by every door, and every closing stays exact.  The clock itself
-- cannot be set back here, so the closed time is moved ahead of it.
\i test/setup.psql
BEGIN;
SELECT plan(29);
\i test/posting.psql
\i test/refusal.psql

CREATE FUNCTION pg_temp.last_effective_at() RETURNS timestamptz
LANGUAGE sql AS $$
    SELECT p.effective_at FROM ims.posting AS p WHERE p.owner_id = 9001
    ORDER BY p.posting_id DESC LIMIT 1
$$;
CREATE FUNCTION pg_temp.wrong() RETURNS TABLE (check_name text, key jsonb)
LANGUAGE sql AS $$
    SELECT v.check_name, v.key FROM ims.verify() AS v WHERE v.check_name NOT LIKE 'catalog.%'
$$;
CREATE TEMPORARY TABLE door (n integer, name text, call text);
INSERT INTO door VALUES
    (1, 'a verb', $$ SELECT ims.receive('SHOP', 'PEN', 5, to_location => 'T-HERE-A') $$),
    (2, 'a batch',
        $$ SELECT ims.post('[{"item": "PEN", "quantity": 1, "to_location": "T-HERE-A"}]', 'receive', 'SHOP') $$),
    (3, 'a report', $$ SELECT ims.post('[{"item": "PEN", "quantity": 1, "to_location": "T-HERE-A"}]', 'receive',
        'SHOP', on_error => 'report') $$),
    (4, 'a batch by ids',
        $$ SELECT ims.post_ids('{9301}', '{1}', to_location_ids => '{9102}', owner => 'SHOP', kind => 'receive') $$),
    (5, 'a lot', $$ SELECT ims.receive('SHOP', 'MILK', 5, to_location => 'T-HERE-A', lot => 'L1') $$),
    (6, 'a count', $$ SELECT ims.count_stock('SHOP', 'INK', 7, location => 'T-HERE-B') $$),
    (7, 'a reversal', $$ SELECT ims.reverse_posting('SHOP', (SELECT max(p.posting_id) FROM ims.posting AS p
        WHERE p.owner_id = 9001 AND p.kind = 'receive'), reason => 'wrong') $$);
-- How long after an instant a door dates its posting, which is then undone: so
-- no balance has learned that time from an earlier call.
CREATE FUNCTION pg_temp.dated(call text, closed_at timestamptz) RETURNS interval
LANGUAGE plpgsql AS $$
DECLARE
    effective_at timestamptz;
BEGIN
    EXECUTE call;
    effective_at := pg_temp.last_effective_at();
    RAISE EXCEPTION 'undone' USING ERRCODE = 'ZZZZZ';
EXCEPTION WHEN SQLSTATE 'ZZZZZ' THEN
    RETURN effective_at - closed_at;
END
$$;
CREATE FUNCTION pg_temp.call_all() RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    call text;
BEGIN
    FOR call IN SELECT d.call FROM door AS d ORDER BY d.n LOOP
        EXECUTE call;
    END LOOP;
END
$$;

-- A closing that was taken by a clock 40 seconds ahead of this one.
SELECT ims.receive('SHOP', 'PEN', 5, to_location => 'T-HERE-A') IS NOT NULL AS posted;
SAVEPOINT open;
SELECT ims._take_closing(9001, clock_timestamp()) AS balances;
SET LOCAL session_replication_role = replica;
UPDATE ims.closing SET closed_at = clock_timestamp() + interval '40 seconds' WHERE owner_id = 9001;
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.dated(d.call, c.closed_at), interval '1 microsecond', d.name || ' is dated after the closing')
FROM door AS d, ims.closing AS c
WHERE c.owner_id = 9001
ORDER BY d.n;
SELECT lives_ok('SELECT pg_temp.call_all()', 'all of them');
SELECT is_empty('SELECT * FROM pg_temp.wrong()', 'it stays as it is');
SELECT lives_ok($$
    INSERT INTO ims.movement (owner_id, item_id, from_location_id, to_location_id, quantity)
    VALUES (9001, 9306, 2, 9101, 3) $$, 'a row that is inserted has the time of the clock');
SELECT results_eq(
    'SELECT b.on_hand::numeric FROM ims.closing_balance AS b WHERE b.owner_id = 9001 AND b.item_id = 9306',
    'VALUES (3::numeric)', 'before the closing, which learns of it');
SELECT is_empty('SELECT * FROM pg_temp.wrong()', 'and equals the ledger');
ROLLBACK TO SAVEPOINT open;

-- A count that was taken by a clock 40 seconds ahead of this one: a row that is
-- inserted meanwhile is dated before it, and compensated.
SELECT ims.receive('SHOP', 'INK', 5, to_location => 'T-HERE-A') IS NOT NULL AS posted;
SELECT ims.count_stock('SHOP', 'INK', 7, location => 'T-HERE-A', counted_at => clock_timestamp() + interval '40 seconds')
    IS NOT NULL AS counted;
SELECT lives_ok($$
    INSERT INTO ims.movement (owner_id, item_id, from_location_id, to_location_id, quantity)
    VALUES (9001, 9306, 2, 9101, 3) $$, 'a count ahead of the clock does not keep rows out');
SELECT results_eq($$
    SELECT p.kind, m.quantity::numeric FROM ims.posting AS p JOIN ims.movement AS m USING (owner_id, posting_id)
    WHERE p.owner_id = 9001 AND m.item_id = 9306 ORDER BY p.posting_id DESC LIMIT 2 $$,
    $$ VALUES ('count_correction', 3::numeric), ('move', 3) $$, 'they are compensated at the time of the count');
SELECT results_eq($$
    SELECT s.on_hand::numeric FROM ims.stock AS s WHERE s.owner_id = 9001 AND s.item_id = 9306 AND s.location_id = 9101 $$,
    'VALUES (7::numeric)', 'whose level stays');
SELECT is_empty('SELECT * FROM pg_temp.wrong()', 'and equals the ledger');
ROLLBACK TO SAVEPOINT open;

-- A period that ends in half a minute, by this clock.
UPDATE ims.owner SET closed_through = clock_timestamp() + interval '30 seconds' WHERE owner_id = 9001;
SELECT is(pg_temp.dated(d.call, o.closed_through), interval '1 microsecond',
    d.name || ' is dated after the period that is closed')
FROM door AS d, ims.owner AS o
WHERE o.owner_id = 9001
ORDER BY d.n;
SELECT matches(pg_temp.refusal($$
    SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', effective_at => clock_timestamp()) $$),
    '^IV216 ', 'a time of one''s own is not moved');
SELECT matches(pg_temp.refusal($$
    INSERT INTO ims.movement (owner_id, item_id, from_location_id, to_location_id, quantity)
    VALUES (9001, 9301, 2, 9101, 1) $$),
    '^IV216 ', 'nor that of a row that is inserted');
SELECT lives_ok($$
    SELECT ims.open_posting('SHOP', kind => 'receive');
    INSERT INTO ims.movement (item_id, from_location_id, to_location_id, quantity)
    VALUES (9301, 2, 9101, 1) $$,
    'but a posting that is opened first is dated before its rows come');
SELECT lives_ok('SELECT pg_temp.call_all()', 'all of them again');
SELECT is_empty('SELECT * FROM pg_temp.wrong()', 'the ledger is sound');
UPDATE ims.owner SET closed_through = 'infinity' WHERE owner_id = 9001;
SELECT matches(pg_temp.refusal($$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A') $$),
    '^IV216 ', 'where all time is closed nothing is posted');
SELECT * FROM finish();
ROLLBACK;
