-- health() grades what a DBA should look at, and tells what to do only where
-- something is wrong; limits() and version() say what is enforced and what runs.
\i test/setup.psql
BEGIN;
SELECT plan(31);

SELECT results_eq('SELECT h.name, h.unit FROM ims.health() AS h', $$VALUES
    ('oldest_snapshot_age', 'seconds'), ('standby_snapshot_age', 'transactions'),
    ('oldest_prepared_age', 'seconds'),
    ('not_hot_updates.availability', 'percent'), ('dead_rows.availability', 'percent'),
    ('size_per_row.availability', 'bytes'), ('not_hot_updates.stock', 'percent'),
    ('dead_rows.stock', 'percent'), ('size_per_row.stock', 'bytes'),
    ('unsummarized_ranges.movement', 'ranges'), ('disabled_guards', 'triggers'),
    ('changed_objects', 'objects'), ('ledger_version_differs', 'boolean'),
    ('last_closing_age', 'days'), ('sequence_used', 'percent')$$,
    'every figure has a name and a unit');
SELECT is_empty($$SELECT h.* FROM ims.health() AS h
    WHERE h.value IS NULL OR h.status NOT IN ('ok', 'warning', 'critical')
        OR (h.status = 'ok') <> (h.hint IS NULL)$$, 'hints come with what is wrong');
SELECT is_empty($$SELECT h.name, h.value FROM ims.health() AS h WHERE h.status <> 'ok'
    AND h.name NOT LIKE 'oldest%'$$, 'a new ledger is well');

-- Limits: below, at the warning, at the critical one.
SELECT is(h.row_status, d.expected, format('%s of 10 and 20 is %s', d.value, d.expected))
FROM (VALUES (1, 9.99, 'ok'), (2, 10, 'warning'), (3, 19.9, 'warning'), (4, 20, 'critical'),
    (5, 1e9, 'critical'), (6, NULL, 'ok')) AS d (place, value, expected)
CROSS JOIN LATERAL ims._health_row('x', d.value, 'u', 10, 20, 'hint') AS h
ORDER BY d.place;

CREATE FUNCTION pg_temp.status(damage text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE damage;
    RAISE EXCEPTION USING ERRCODE = 'P0099', MESSAGE = (
        SELECT coalesce(string_agg(format('%s %s %s', h.name, h.value, h.status), ', '), '')
        FROM ims.health() AS h
        WHERE h.status <> 'ok' AND h.name NOT LIKE 'oldest%');
EXCEPTION WHEN SQLSTATE 'P0099' THEN
    RETURN SQLERRM;
END
$$;
SELECT is(pg_temp.status(d.damage), d.expected, d.damage)
FROM (VALUES
    (1, 'ALTER TABLE ims.movement DISABLE TRIGGER movement_no_change',
        'disabled_guards 1 critical'),
    (2, 'ALTER TABLE ims.item DISABLE ROW LEVEL SECURITY', 'changed_objects 1 critical'),
    (3, 'UPDATE ims.ledger_info SET ledger_version = ''0.0.1''',
        'ledger_version_differs 1 critical'),
    (4, 'UPDATE ims.ledger_info SET created_at = statement_timestamp() - interval ''45 days''',
        'last_closing_age 45.0 warning'),
    (5, 'UPDATE ims.ledger_info SET created_at = statement_timestamp() - interval ''400 days''',
        'last_closing_age 400.0 critical'),
    (6, 'UPDATE ims.ledger_info SET created_at = statement_timestamp() - interval ''400 days'';'
        'SET LOCAL session_replication_role = replica;'
        'INSERT INTO ims.closing (owner_id, closed_at, taken_at)'
        ' SELECT o.owner_id, statement_timestamp() - interval ''1 day'', statement_timestamp()'
        ' FROM ims.owner AS o', '')
    ) AS d (place, damage, expected)
ORDER BY d.place;
CREATE SEQUENCE ims.nearly_full MAXVALUE 100;
SELECT is(pg_temp.status('SELECT setval(''ims.nearly_full'', 49)'), '',
    'a sequence with half of its numbers left');
SELECT is(pg_temp.status('SELECT setval(''ims.nearly_full'', 50)'), 'sequence_used 50.0 warning',
    'one with less');
SELECT is(pg_temp.status('SELECT setval(''ims.nearly_full'', 90)'), 'sequence_used 90.0 critical',
    'one with a tenth');

-- Pages without a summary: of whole ranges, however they came to lack it.
CREATE TEMPORARY TABLE page (n integer, filler text) WITH (fillfactor = 10);
ALTER TABLE page ALTER filler SET STORAGE PLAIN;
CREATE INDEX page_idx ON page USING brin (n) WITH (pages_per_range = 4, autosummarize = off);
CREATE INDEX page_other_idx ON page (n);
INSERT INTO page SELECT n, repeat('x', 4000) FROM generate_series(1, 19) AS n;
SELECT is(pg_relation_size('page') / 8192, 19::bigint, 'nineteen pages');
SELECT is(ims._unsummarized_ranges('page_idx'), 3::bigint,
    'have four full ranges, of which one has had a summary since the index was made');
SELECT is(brin_summarize_range('page_idx', 4), 1, 'one of them is summarised');
SELECT is(ims._unsummarized_ranges('page_idx'), 2::bigint, 'two are not');
SELECT is(brin_summarize_new_values('page_idx'), 3, 'then all, and the last, which is not full');
SELECT is(ims._unsummarized_ranges('page_idx'), 0::bigint, 'none is not');
SELECT results_eq($$SELECT ims._unsummarized_ranges('page_other_idx'),
    ims._unsummarized_ranges('page'), ims._unsummarized_ranges(NULL)$$,
    'VALUES (NULL::bigint, NULL::bigint, NULL::bigint)', 'what is no BRIN index has none');

-- Limits are those that are enforced.
SELECT results_eq('SELECT l.name, l.value FROM ims.limits() AS l', $$VALUES
    ('attributes_length', 100000::bigint), ('code_length', 100), ('effective_seconds_ahead', 60),
    ('handling_unit_levels', 10), ('handling_units_per_tree', 10000),
    ('idempotency_key_length', 200), ('lines_per_call', 10000000), ('name_length', 1000),
    ('quantity_below', 1000000000000), ('quantity_decimals', 6), ('reason_length', 1000),
    ('reference_length', 100), ('rfid_reads_per_call', 1000000), ('text_length', 10000),
    ('trace_nodes', 10000000)$$, 'limits() lists them');
SELECT lives_ok($$SELECT (l.value - 1)::ims.quantity FROM ims.limits() AS l
    WHERE l.name = 'quantity_below'$$, 'a quantity below the limit');
SELECT throws_ok($$SELECT l.value::ims.quantity FROM ims.limits() AS l
    WHERE l.name = 'quantity_below'$$, '23514', NULL, 'a quantity at the limit');
SELECT throws_ok($$SELECT (10::numeric ^ -(l.value + 1))::ims.quantity FROM ims.limits() AS l
    WHERE l.name = 'quantity_decimals'$$, '23514', NULL, 'one decimal too many');
SELECT throws_ok($$SELECT * FROM ims.create_party(owner => 'MAIN', code => repeat('x', 101),
    name => 'x', kind => 'customer')$$, 'IV104', NULL, 'a code that is too long');

SELECT results_eq('SELECT v.extension, v.server FROM ims.version() AS v',
    'SELECT e.extversion COLLATE "default", current_setting(''server_version'') FROM pg_extension AS e
     WHERE e.extname = ''ims''', 'version() tells extension and server');

SELECT * FROM finish();
ROLLBACK;
