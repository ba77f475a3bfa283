-- Counts, idempotency keys, serials and closings follow from calls: members of
-- the ledger's role, who may write its tables, meet a guard there too, and a
-- subscriber's apply worker meets those of history.
\i test/setup.psql
BEGIN;
SELECT plan(36);
SELECT ims.create_site(code => 'S') > 0, ims.create_item(code => 'X') > 0,
    ims.create_item(code => 'SN', tracking => 'serial') > 0;
SELECT count(*) FROM ims.create_serials(item => 'SN', codes => '{S1,S2}');
SELECT count(*) FROM ims.receive(item => 'X', quantity => 5, to_location => 'S', idempotency_key => 'k1');
SELECT count(*) FROM ims.receive(item => 'SN', serial => 'S1', quantity => 1, to_location => 'S');
SELECT count(*) FROM ims.count_stock(item => 'X', quantity => 5, location => 'S', idempotency_key => 'k2');
SELECT count(*) FROM ims.count_stock(location => 'S', item => 'X', complete => true);
SELECT ims.take_closing(closed_at => now() - interval '1 day') >= 0;
CREATE ROLE ims_test_member IN ROLE ims_owner;
CREATE FUNCTION pg_temp.state(statement text, replication_role text DEFAULT 'origin') RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('session_replication_role', replication_role, true);
    IF replication_role = 'origin' THEN
        PERFORM set_config('role', 'ims_test_member', true);
    END IF;
    EXECUTE statement;
    RAISE SQLSTATE 'P0099';
EXCEPTION WHEN SQLSTATE 'P0099' THEN
    RETURN '00000';
WHEN OTHERS THEN
    RETURN SQLSTATE;
END
$$;
SELECT is(pg_temp.state(s.statement), s.expected, s.expected || ': ' || s.statement)
FROM (VALUES
    (1, 'UPDATE ims.stock_count SET counted_quantity = 7', 'IV222'),
    (2, 'UPDATE ims.stock_count SET reversed_posting_id = 1', 'IV222'),
    (3, 'INSERT INTO ims.stock_count SELECT (jsonb_populate_record(c, ''{"posting_id": 7}'')).* FROM ims.stock_count AS c', 'IV222'),
    (4, 'DELETE FROM ims.stock_count', 'IV221'),
    (5, 'TRUNCATE ims.stock_count', 'IV221'),
    (6, 'UPDATE ims.stock_count_scope SET reversed_posting_id = 1', 'IV222'),
    (7, 'INSERT INTO ims.stock_count_scope VALUES (1, 1, 1, 0, now())', 'IV222'),
    (8, 'DELETE FROM ims.stock_count_scope', 'IV221'),
    (9, 'TRUNCATE ims.stock_count_scope', 'IV221'),
    (10, 'UPDATE ims.posting_key SET posting_id = 7', 'IV222'),
    (11, 'INSERT INTO ims.posting_key VALUES (1, ''k3'', ''\x00'')', 'IV222'),
    (12, 'DELETE FROM ims.posting_key', 'IV221'),
    (13, 'TRUNCATE ims.posting_key', 'IV221'),
    (14, 'UPDATE ims.serial SET location_id = 0', 'IV222'),
    (15, 'UPDATE ims.serial SET last_effective_at = ''-infinity''', 'IV222'),
    (16, 'INSERT INTO ims.serial (owner_id, item_id, code, location_id) SELECT s.owner_id, s.item_id, ''S9'', 100 FROM ims.serial AS s LIMIT 1', 'IV222'),
    (17, 'DELETE FROM ims.serial', 'IV222'),
    (18, 'TRUNCATE ims.serial', 'IV222'),
    (19, 'UPDATE ims.serial SET attributes = ''{"a": 1}''', '00000'),
    (20, 'UPDATE ims.closing SET closed_at = now()', 'IV222'),
    (21, 'INSERT INTO ims.closing (owner_id, closed_at, taken_at) VALUES (1, now(), now())', 'IV222'),
    (22, 'DELETE FROM ims.closing', 'IV222'),
    (23, 'UPDATE ims.closing_balance SET on_hand = 0', 'IV222'),
    (24, 'DELETE FROM ims.closing_balance', 'IV222'),
    (25, 'TRUNCATE ims.closing, ims.closing_balance', 'IV222')) AS s (n, statement, expected)
ORDER BY s.n;

-- What a publisher did arrives row by row: its changes pass, others do not.
SELECT is(pg_temp.state(s.statement, 'replica'), s.expected, s.expected || ' at a subscriber: ' || s.statement)
FROM (VALUES
    (1, 'UPDATE ims.stock_count SET reversed_posting_id = 1, pending = false', '00000'),
    (2, 'UPDATE ims.stock_count SET counted_quantity = 7', 'IV221'),
    (3, 'DELETE FROM ims.stock_count', 'IV221'),
    (4, 'UPDATE ims.stock_count_scope SET reversed_posting_id = 1', '00000'),
    (5, 'UPDATE ims.stock_count_scope SET counted_at = now()', 'IV221'),
    (6, 'UPDATE ims.posting_key SET posting_id = NULL, answer = ''{}''', '00000'),
    (7, 'UPDATE ims.posting_key SET payload_hash = ''\x00''', 'IV221'),
    (8, 'UPDATE ims.serial SET location_id = 0', '00000')) AS s (n, statement, expected)
ORDER BY s.n;

-- And nothing that calls do is in the way.
SELECT lives_ok($$
    SELECT ims.reverse_posting(posting_id => p.posting_id, reason => 'typo')
    FROM ims.posting AS p WHERE p.kind = 'count' ORDER BY p.posting_id DESC$$, 'counts are reversed');
SELECT lives_ok($$
    SELECT ims.change_serial(item => 'SN', serial => 'S1', new_code => 'S1a');
    SELECT ims.delete_serial(item => 'SN', serial => 'S2');
    SELECT ims.post('[{"item": "X", "quantity": 0, "to_location": "S"}]', 'receive', on_error => 'report',
        idempotency_key => 'k4');
    SELECT ims.drop_closing(closed_at => now() - interval '1 day');
    SELECT ims.rebuild()$$,
    'serials, keys, closings and rebuild() work');
SELECT is_empty('SELECT * FROM ims.verify()', 'all is well');
SELECT * FROM finish();
ROLLBACK;
