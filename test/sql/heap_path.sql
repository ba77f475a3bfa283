-- The heap path: taken exactly while the tables are as create_ledger() made
-- them; what it writes is what the executor would have written, in every index
-- and to the last byte of a quantity; balances that are missing, met again in
-- one transaction, taken back by a savepoint or stamped late come out right.
-- Whatever the path of the run, the tests choose it themselves.
\i test/setup.psql
BEGIN;
SELECT no_plan();
\i test/posting.psql
SET LOCAL ims.posting_path = auto;
CREATE EXTENSION IF NOT EXISTS amcheck;

CREATE FUNCTION pg_temp.on_hand(location bigint, item bigint DEFAULT 9301) RETURNS numeric
LANGUAGE sql AS $$
    SELECT sum(s.on_hand) FROM ims.stock AS s
    WHERE s.owner_id = 9001 AND s.item_id = item AND s.location_id = location
$$;
-- Moves in one call; how many lines there are now.
CREATE FUNCTION pg_temp.move(quantities numeric[], from_ids bigint[], to_ids bigint[],
    item bigint DEFAULT 9301) RETURNS bigint
LANGUAGE sql AS $$
    SELECT p.posting_id
    FROM ims.post_ids(owner => 'SHOP', quantities => quantities, from_location_ids => from_ids,
        to_location_ids => to_ids, item_ids => array_fill(item, ARRAY[cardinality(quantities)])) AS p
    WHERE p.line IS NULL
$$;
-- Every index of the ledger has every row, and no other.
CREATE FUNCTION pg_temp.indexes_are_complete() RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bt_index_check(i.indexrelid, true)
    FROM pg_index AS i
    JOIN pg_class AS c ON c.oid = i.indexrelid AND c.relam = 403
    WHERE i.indrelid IN ('ims.posting'::regclass, 'ims.movement'::regclass, 'ims.stock'::regclass,
        'ims.availability'::regclass);
    RETURN true;
END
$$;
-- Balances are what the movements add up to, and as late as the latest.
CREATE FUNCTION pg_temp.unequal_balances() RETURNS bigint
LANGUAGE sql AS $$
    SELECT count(*)
    FROM (SELECT m.item_id, e.location_id, e.lot_id, e.unit_id, sum(e.delta) AS on_hand,
            max(m.effective_at) AS last_effective_at
        FROM ims.movement AS m
        JOIN ims.location AS f ON f.location_id = m.from_location_id
        JOIN ims.location AS t ON t.location_id = m.to_location_id
        CROSS JOIN LATERAL (VALUES
            (m.from_location_id, m.lot_id, m.from_handling_unit_id, -m.quantity, f.keeps_stock),
            (m.to_location_id, m.lot_id, m.to_handling_unit_id, m.quantity, t.keeps_stock))
            AS e(location_id, lot_id, unit_id, delta, keeps_stock)
        WHERE m.owner_id = 9001 AND e.keeps_stock
        GROUP BY 1, 2, 3, 4) AS m
    FULL JOIN (SELECT * FROM ims.stock AS s WHERE s.owner_id = 9001) AS s
        ON (s.item_id, s.location_id, s.lot_id, s.handling_unit_id)
            = (m.item_id, m.location_id, m.lot_id, m.unit_id)
    WHERE (m.on_hand, m.last_effective_at) IS DISTINCT FROM (s.on_hand, s.last_effective_at)
$$;

SELECT is(ims._posting_path(), 'heap', 'a new ledger is written below the executor');
SET LOCAL ims.posting_path = spi;
SELECT is(ims._posting_path(), 'spi', 'unless SQL is asked for');
SET LOCAL ims.posting_path = auto;

-- Something is added or taken away: SQL writes, and keeps it.
CREATE FUNCTION pg_temp.path_after(change text, OUT path text, OUT on_hand numeric)
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE change;
    path := ims._posting_path();
    PERFORM ims.receive('SHOP', 'PEN', 5, to_location => 'T-HERE-A');
    PERFORM ims.transfer('SHOP', 'PEN', 2, from_location => 'T-HERE-A', to_location => 'T-HERE-B');
    on_hand := pg_temp.on_hand(9101);
    RAISE EXCEPTION 'undone' USING ERRCODE = 'ZZZZZ';
EXCEPTION WHEN SQLSTATE 'ZZZZZ' THEN
    NULL;
END
$$;
SELECT results_eq(
    format('SELECT * FROM pg_temp.path_after(%L)', v.change),
    format('VALUES (%L, 3::numeric)', v.path),
    v.change || ': ' || v.path)
FROM (VALUES
    ('CREATE INDEX ON ims.stock (last_effective_at)', 'spi'),
    ('CREATE INDEX ON ims.movement (posting_id)', 'spi'),
    ('CREATE UNIQUE INDEX ON ims.posting (owner_id, document_number)', 'spi'),
    ('CREATE INDEX ON ims.availability (sellable)', 'spi'),
    ('DROP INDEX ims.movement_item_idx; CREATE INDEX movement_item_idx ON ims.movement (owner_id, item_id)',
        'spi'),
    ('DROP INDEX ims.posting_origin_idx; CREATE INDEX posting_origin_idx ON ims.posting (owner_id, origin_posting_id)',
        'spi'),
    ('DROP INDEX ims.movement_lot_idx; CREATE INDEX movement_lot_idx ON ims.movement (owner_id, lot_id)', 'spi'),
    ('DROP INDEX ims.movement_lot_idx; CREATE INDEX movement_lot_idx ON ims.movement (owner_id, lot_id) WHERE lot_id > 0',
        'spi'),
    ('ALTER TABLE ims.stock ADD CONSTRAINT few CHECK (on_hand < 1000)', 'spi'),
    ('ALTER TABLE ims.movement ADD CONSTRAINT few CHECK (quantity < 1000) NOT VALID', 'spi'),
    ('ALTER TABLE ims.stock DROP CONSTRAINT stock_on_hand_check', 'spi'),
    ('ALTER TABLE ims.stock DROP CONSTRAINT stock_on_hand_check, ADD CONSTRAINT stock_on_hand_check CHECK (on_hand >= 0)',
        'spi'),
    ('ALTER TABLE ims.stock ADD COLUMN note text', 'spi'),
    ('ALTER TABLE ims.movement ADD COLUMN double numeric GENERATED ALWAYS AS (quantity * 2) STORED', 'spi'),
    ('ALTER TABLE ims.movement ALTER COLUMN serial_id DROP NOT NULL', 'spi'),
    ('ALTER TABLE ims.stock ALTER COLUMN on_hand SET STORAGE PLAIN', 'spi'),
    ('CREATE TRIGGER same BEFORE UPDATE ON ims.stock FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()',
        'spi'),
    ('ALTER TABLE ims.movement DISABLE TRIGGER movement_post', 'spi'),
    ('ALTER TABLE ims.movement ENABLE ALWAYS TRIGGER movement_post', 'spi'),
    ('DROP TRIGGER posting_no_truncate ON ims.posting', 'spi'),
    ('CREATE RULE again AS ON INSERT TO ims.posting DO ALSO NOTHING', 'spi'),
    ('CREATE TABLE stock_child () INHERITS (ims.stock)', 'spi'),
    ('CREATE TABLE parent (owner_id bigint NOT NULL); ALTER TABLE ims.stock INHERIT parent', 'spi'),
    ('ALTER TABLE ims.movement REPLICA IDENTITY FULL', 'spi'),
    ('ALTER TABLE ims.stock SET UNLOGGED', 'spi'),
    ('ALTER DOMAIN ims.quantity ADD CHECK (VALUE < 1000000)', 'spi'),
    ('ALTER DOMAIN ims.quantity DROP CONSTRAINT quantity_check', 'spi'),
    ('CREATE TABLE note (owner_id bigint, posting_id bigint, FOREIGN KEY (owner_id, posting_id) REFERENCES ims.posting)',
        'heap'),
    ('ALTER TABLE ims.stock SET (fillfactor = 40)', 'heap')
) AS v(change, path);
SELECT is(ims._posting_path(), 'heap', 'all undone: below the executor again');

-- What a session has set does not make known tables unknown.
CREATE FUNCTION pg_temp.path_with(setting text, value text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    path text;
    was text := current_setting(setting);
BEGIN
    PERFORM set_config(setting, value, true), ims._forget_ledger();
    path := ims._posting_path() || ' ' || current_setting(setting);
    PERFORM set_config(setting, was, true);
    RETURN path;
END
$$;
CREATE SCHEMA ims_test_operator;
CREATE FUNCTION ims_test_operator.equal(numeric, numeric) RETURNS boolean
LANGUAGE sql IMMUTABLE RETURN $1 OPERATOR(pg_catalog.=) $2;
CREATE OPERATOR ims_test_operator.> (LEFTARG = numeric, RIGHTARG = numeric, FUNCTION = ims_test_operator.equal);
SELECT is(pg_temp.path_with(v.setting, v.value), 'heap ' || v.value, format('%s = %s', v.setting, v.value))
FROM (VALUES
    ('quote_all_identifiers', 'on'),
    ('search_path', 'ims_test_operator, pg_catalog')) AS v(setting, value);
SELECT throws_ok(
    $$ SELECT pg_temp.path_after('ALTER TABLE ims.stock ADD CONSTRAINT few CHECK (on_hand < 5)') $$,
    '23514', NULL, 'a CHECK that was added is enforced');

-- Quantities: the bytes of the executor.
CREATE TEMPORARY TABLE amount (n integer, quantity numeric, heap bytea, spi bytea);
INSERT INTO amount (n, quantity)
SELECT ordinality, q
FROM unnest('{0.000001, 0.0001, 0.01, 0.012345, 0.123456, 1, 1.5, 9999, 9999.9999, 10000, 10000.000001,
    120000, 99999999.9, 100000000, 100000000.01, 999999999999, 999999999999.999999, 5.10, 7.000}'::numeric[])
    WITH ORDINALITY AS u(q, ordinality);
CREATE FUNCTION pg_temp.stored(amount numeric, path text) RETURNS bytea
LANGUAGE plpgsql AS $$
DECLARE
    bytes bytea;
BEGIN
    PERFORM set_config('ims.posting_path', path, true);
    PERFORM pg_temp.move(ARRAY[amount], '{2}', '{9201}', 9302);
    SELECT numeric_send(s.on_hand) || int4send(pg_column_size(s.on_hand)) INTO bytes
    FROM ims.stock AS s WHERE s.owner_id = 9001 AND s.location_id = 9201;
    PERFORM pg_temp.move(ARRAY[amount], '{9201}', '{3}', 9302);
    PERFORM set_config('ims.posting_path', 'auto', true);
    RETURN bytes;
END
$$;
UPDATE amount SET heap = pg_temp.stored(quantity, 'auto'), spi = pg_temp.stored(quantity, 'spi');
SELECT is_empty(
    'SELECT quantity, heap, spi FROM amount WHERE heap IS DISTINCT FROM spi',
    'both paths store quantities alike');
SELECT is(pg_temp.on_hand(9201, 9302), 0::numeric, 'and take them off again');
SELECT ok(count(*) = 1 AND min(pg_column_size(s.on_hand)) = 3, 'zero is three bytes')
FROM ims.stock AS s WHERE s.owner_id = 9001 AND s.location_id = 9201;

-- Missing balances between existing ones; the same one in many lines.
SELECT lives_ok(
    $$ SELECT pg_temp.move('{10,6,2,1,4}', '{2,9101,9101,9101,9102}', '{9101,9102,9103,9201,9103}') $$,
    'one call makes the balances it needs');
SELECT results_eq(
    $$ SELECT pg_temp.on_hand(l) FROM unnest('{9101,9102,9103,9201}'::bigint[]) AS l $$,
    $$ VALUES (1::numeric), (2), (6), (1) $$,
    'and its lines are summed');
SELECT results_eq(
    $$ SELECT a.site_id, a.sellable::numeric, a.held::numeric FROM ims.availability AS a
       WHERE a.owner_id = 9001 AND a.item_id = 9301 ORDER BY a.site_id $$,
    $$ VALUES (9100::bigint, 3::numeric, 6::numeric), (9200, 1, 0) $$,
    'sellable and held follow');
SELECT throws_ok(
    $$ SELECT pg_temp.move('{1,1}', '{9103,2}', '{9102,9102}', 9302) $$, 'IV301', NULL,
    'nothing is taken where nothing ever was');

-- One balance again and again within a transaction, and taken back.
SAVEPOINT again;
SELECT lives_ok(
    $$ SELECT pg_temp.move('{1}', '{2}', '{9101}') FROM generate_series(1, 300) $$,
    'more versions than a page holds');
SELECT is(pg_temp.on_hand(9101), 301::numeric, 'each on top of the one before');
SELECT ok(pg_temp.indexes_are_complete(), 'the primary key follows to other pages');
SELECT lives_ok($$ SELECT pg_temp.move('{300}', '{9101}', '{9102}') $$, 'and finds it there');
ROLLBACK TO again;
SELECT lives_ok($$ SELECT pg_temp.move('{1}', '{9101}', '{9102}') $$, 'taken back: found where it was');
SELECT results_eq(
    $$ SELECT pg_temp.on_hand(l) FROM unnest('{9101,9102}'::bigint[]) AS l $$,
    $$ VALUES (0::numeric), (3) $$,
    'with what it was');

-- A balance whose last time is ahead of the clock: what is stamped comes after
-- it, on balances that were written before it too.
SELECT ims.receive('SHOP', 'PEN', 5, to_location => 'T-HERE-B',
    effective_at => clock_timestamp() + interval '30 seconds') IS NULL AS ahead \gset
SELECT pg_temp.move('{5,1}', '{2,9102}', '{9101,9103}') AS stamped \gset
SELECT is(
    (SELECT count(*)
     FROM ims.posting AS p
     JOIN ims.movement AS m ON m.owner_id = p.owner_id AND m.posting_id = p.posting_id
     JOIN ims.stock AS s ON s.owner_id = m.owner_id AND s.item_id = m.item_id
        AND s.location_id IN (m.from_location_id, m.to_location_id)
     WHERE p.posting_id = :stamped AND p.effective_at > clock_timestamp()
        AND m.effective_at = p.effective_at AND s.last_effective_at = p.effective_at),
    3::bigint,
    'posting, lines and all balances have one time, after the latest');

-- More lines than are written at once, more than one of each size of batch.
SELECT pg_temp.move(array_agg((n % 7 + 1)::numeric), array_agg(CASE n % 3 WHEN 0 THEN 2 ELSE 9101 END),
    array_agg(CASE n % 3 WHEN 0 THEN 9101 WHEN 1 THEN 9103 ELSE 3 END)) AS many
FROM (SELECT (n * 3)::bigint AS n FROM generate_series(0, 2602) AS n) AS l \gset
SELECT results_eq(
    format('SELECT count(*), count(DISTINCT m.movement_id), min(m.recorded_at) = max(m.recorded_at)'
        ' FROM ims.movement AS m WHERE m.posting_id = %s', :many),
    $$ VALUES (2603::bigint, 2603::bigint, true) $$,
    'every line of a large call is written');
SELECT ok(pg_temp.indexes_are_complete(), 'and entered in every index');
SET LOCAL enable_seqscan = off;
SET LOCAL enable_indexscan = off;
SELECT results_eq(
    format('SELECT count(*) FROM ims.movement AS m WHERE m.posting_id BETWEEN %s AND %1$s', :many),
    $$ VALUES (2603::bigint) $$,
    'in that on time too');
SELECT brin_summarize_new_values('ims.movement_time_idx') IS NULL AS summarized \gset
SELECT pg_temp.move(array_agg(1::numeric), array_agg(2::bigint), array_agg(9101::bigint)) AS later
FROM generate_series(1, 40) \gset
SELECT results_eq(
    format('SELECT count(*) FROM ims.movement AS m WHERE m.posting_id BETWEEN %s AND %1$s', :later),
    $$ VALUES (40::bigint) $$,
    'and its summaries grow');
RESET enable_seqscan;
RESET enable_indexscan;

-- A posting with an origin is in the partial index.
SELECT r.posting_id AS returned
FROM ims.return_from_customer('SHOP', 'PEN', 1, to_location => 'T-HERE-A',
    origin_posting_id => :many) AS r \gset
SET LOCAL enable_seqscan = off;
SELECT results_eq(
    format('SELECT p.posting_id FROM ims.posting AS p'
        ' WHERE p.owner_id = 9001 AND p.origin_posting_id = %s', :many),
    format('VALUES (%s::bigint)', :returned),
    'a posting is found by its origin');
RESET enable_seqscan;

-- The partial indexes: one line each, and more than a batch with and without.
INSERT INTO ims.handling_unit (owner_id, handling_unit_id, code) VALUES (9001, 9602, 'P2')
ON CONFLICT DO NOTHING;
SELECT results_eq(
    $$ SELECT count(*) FROM (SELECT ims.post_ids(owner => 'SHOP', kind => 'receive', item_ids => array_agg(x.item),
        quantities => array_agg(1::numeric), to_location_ids => array_agg(9101::bigint),
        lot_ids => array_agg(x.lot), to_handling_unit_ids => array_agg(x.unit))
        FROM (SELECT CASE n % 2 WHEN 0 THEN 9303 ELSE 9306 END::bigint AS item,
                CASE n % 2 WHEN 0 THEN 9401 END::bigint AS lot,
                CASE WHEN n > 700 THEN 9601 + n % 2 END::bigint AS unit
            FROM generate_series(1, 1400) AS n) AS x) AS posted $$,
    'VALUES (1::bigint)', 'lines with and without lot and handling unit');
SELECT lives_ok(v.call, v.name)
FROM (VALUES
    (1, 'a serial', $$ SELECT ims.receive('SHOP', 'PHONE', 1, to_location => 'T-HERE-A', serial => 'S2') $$),
    (2, 'off a handling unit', $$ SELECT ims.transfer('SHOP', 'MILK', 3, from_location => 'T-HERE-A',
        to_location => 'T-HERE-B', lot => 'L1', from_handling_unit => 'P1') $$),
    (3, 'into production', $$ SELECT ims.consume('SHOP', 'INK', 3, from_location => 'T-HERE-A') $$),
    (4, 'out of it', $$ SELECT ims.produce('SHOP', 'INK', 3, to_location => 'T-HERE-A') $$)) AS v(n, name, call)
ORDER BY v.n;
SET LOCAL enable_seqscan = off;
SELECT results_eq(
    format('SELECT count(*) FROM ims.movement AS m WHERE m.owner_id = 9001 AND %s', v.condition),
    format('VALUES (%s::bigint)', v.n), 'found by ' || v.condition)
FROM (VALUES
    (1, 'm.lot_id = 9401 AND m.lot_id <> 0', 701),
    (2, 'm.serial_id = 9502 AND m.serial_id <> 0', 1),
    (3, 'm.from_handling_unit_id = 9601 AND m.from_handling_unit_id <> 0', 1),
    (4, 'm.to_handling_unit_id = 9602 AND m.to_handling_unit_id <> 0', 350),
    (5, '(m.from_location_id = 6 OR m.to_location_id = 6)', 2)) AS v(o, condition, n)
ORDER BY v.o;
RESET enable_seqscan;

-- Long texts are compressed or moved out as the executor would.
CREATE FUNCTION pg_temp.noise(length integer) RETURNS text
LANGUAGE sql AS $$
    SELECT string_agg(chr(65536 + ('x' || left(md5(n::text), 4))::bit(16)::integer), '' ORDER BY n)
    FROM generate_series(1, length) AS n
$$;
SELECT r.posting_id AS long
FROM ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', reason => pg_temp.noise(1000)) AS r \gset
SELECT ok(p.reason = pg_temp.noise(1000) AND octet_length(p.reason) = 4000,
    'a reason of 4,000 bytes is kept whole')
FROM ims.posting AS p WHERE p.posting_id = :long;

-- A call leaves nothing behind in memory.
SELECT pg_temp.move('{1}', '{2}', '{9101}') FROM generate_series(1, 20) AS n \g /dev/null
SELECT sum(c.used_bytes) AS used FROM pg_backend_memory_contexts AS c \gset
SELECT pg_temp.move('{1}', '{2}', '{9101}') FROM generate_series(1, 200) AS n \g /dev/null
SELECT ok(sum(c.used_bytes) < :used + 200 * 1024, 'memory does not grow with the calls')
FROM pg_backend_memory_contexts AS c;

SELECT is(pg_temp.unequal_balances(), 0::bigint, 'balances are what the movements add up to');
SELECT ok(pg_temp.indexes_are_complete(), 'and all indexes are complete');

SELECT * FROM finish();
ROLLBACK;
