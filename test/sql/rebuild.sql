-- rebuild() derives every balance from the ledger, whatever the balances were;
-- repair_guards() resets what a restore with --disable-triggers leaves.  Shown
-- by damaging all balances of a sound ledger, and comparing every row after.
\i test/setup.psql
BEGIN;
\i test/ledger_fixture.psql
SELECT plan(29);

CREATE TEMP TABLE before AS
SELECT 'stock' AS name, to_jsonb(s) AS row FROM ims.stock AS s
UNION ALL SELECT 'availability', to_jsonb(a) FROM ims.availability AS a
UNION ALL SELECT 'serial', to_jsonb(s) FROM ims.serial AS s
UNION ALL SELECT 'closing', to_jsonb(c) FROM ims.closing_balance AS c;
CREATE FUNCTION pg_temp.differences() RETURNS SETOF text LANGUAGE sql AS $$
    WITH now AS (
        SELECT 'stock' AS name, to_jsonb(s) AS row FROM ims.stock AS s
        UNION ALL SELECT 'availability', to_jsonb(a) FROM ims.availability AS a
        UNION ALL SELECT 'serial', to_jsonb(s) FROM ims.serial AS s
        UNION ALL SELECT 'closing', to_jsonb(c) FROM ims.closing_balance AS c)
    (SELECT name || row FROM now EXCEPT SELECT name || row FROM before)
    UNION ALL
    (SELECT name || row FROM before EXCEPT SELECT name || row FROM now)
$$;
PREPARE rebuilt AS SELECT table_name, rows_changed FROM ims.rebuild();

SELECT results_eq('rebuilt', $$VALUES ('stock', 0::bigint), ('availability', 0),
    ('serial', 0), ('closing_balance', 0)$$, 'a sound ledger is left alone');

-- Everything lost.
SAVEPOINT damage;
DELETE FROM ims.stock;
DELETE FROM ims.availability;
DELETE FROM ims.closing_balance;
UPDATE ims.serial SET location_id = 77, handling_unit_id = 7, last_effective_at = '-infinity',
    last_movement_id = 7;
SET LOCAL session_replication_role = origin;
SELECT results_eq('rebuilt', $$VALUES ('stock', 8::bigint), ('availability', 4),
    ('serial', 2), ('closing_balance', 13)$$, 'lost balances come back');
SELECT is_empty('SELECT * FROM pg_temp.differences()', 'every row as before');
SELECT is_empty('SELECT * FROM ims.verify()', 'and verify() agrees');
SELECT throws_ok('UPDATE ims.stock SET on_hand = 0', 'IV222', NULL,
    'the balances are closed again to others');
ROLLBACK TO damage;

-- Everything wrong, and rows too many.
UPDATE ims.stock SET on_hand = on_hand + 1, last_effective_at = 'infinity', negative_ok = true;
INSERT INTO ims.stock (owner_id, item_id, location_id, lot_id, handling_unit_id, on_hand)
    VALUES (9001, 9011, 9201, 0, 0, 5);
UPDATE ims.availability SET sellable = 9, held = 9, negative_ok = true;
INSERT INTO ims.availability (owner_id, item_id, site_id, sellable) VALUES (9001, 9011, 9200, 5);
UPDATE ims.closing_balance SET on_hand = 1000;
INSERT INTO ims.closing_balance VALUES (9001, 9501, 9011, 9201, 0, 0, 5);
SET LOCAL session_replication_role = origin;
SELECT results_eq('rebuilt', $$VALUES ('stock', 9::bigint), ('availability', 5),
    ('serial', 0), ('closing_balance', 14)$$, 'wrong balances are set right');
SELECT results_eq('SELECT * FROM pg_temp.differences() ORDER BY 1', $$VALUES
    ('availability{"held": 0, "item_id": 9011, "site_id": 9200, "owner_id": 9001, "reserved": 0, "sellable": 0, "negative_ok": false}'),
    ('stock{"lot_id": 0, "item_id": 9011, "on_hand": 0, "owner_id": 9001, "allocated": 0, "location_id": 9201, "negative_ok": false, "handling_unit_id": 0, "last_effective_at": "-infinity"}')$$,
    'every row as before, and rows too many at zero');
SELECT is_empty('SELECT * FROM ims.verify()', 'verify() agrees');
ROLLBACK TO damage;

-- What is promised stays.
UPDATE ims.stock SET on_hand = 0, allocated = 0 WHERE owner_id = 9002;
UPDATE ims.stock SET on_hand = 4, allocated = 2 WHERE location_id = 9102;
UPDATE ims.availability SET sellable = 6, reserved = 5 WHERE item_id = 9011;
SELECT results_eq($$SELECT table_name, rows_changed FROM ims.rebuild('PA')$$,
    $$VALUES ('stock', 1::bigint), ('availability', 1), ('serial', 0),
        ('closing_balance', 0)$$, 'one owner is rebuilt');
SELECT results_eq('SELECT allocated::numeric FROM ims.stock WHERE location_id = 9102',
    'VALUES (2::numeric)', 'allocated is kept');
SELECT results_eq('SELECT sellable::numeric, reserved::numeric FROM ims.availability
    WHERE item_id = 9011', 'VALUES (5::numeric, 5::numeric)', 'reserved is kept');
SELECT results_eq('SELECT on_hand::numeric FROM ims.stock WHERE owner_id = 9002',
    'VALUES (0::numeric)', 'the other owner is left alone');
ROLLBACK TO damage;

-- Flags follow item and place.
UPDATE ims.item SET negative_ok = true WHERE item_id = 9012;
UPDATE ims.item SET backorder_ok = true WHERE item_id = 9013;
SELECT is((SELECT string_agg(r.rows_changed::text, ' ') FROM ims.rebuild() AS r), '2 2 0 0',
    'negative_ok is derived too');
SELECT is_empty('SELECT * FROM ims.verify()', 'verify() agrees on the flags');
ROLLBACK TO damage;

-- A history below zero is refused and named; allowed where the item allows it.
INSERT INTO ims.posting (owner_id, posting_id, document_number, kind, effective_at,
    utc_offset_minutes, recorded_at, session_role, caller_role, system_identifier, commit_xid)
    OVERRIDING SYSTEM VALUE
    VALUES (9002, 9392, 92, 'ship', '2026-01-02 00:00+00', 0, '2026-01-02 00:00+00',
        'x', 'x', 1, '1');
INSERT INTO ims.movement (owner_id, movement_id, posting_id, effective_at, recorded_at, item_id,
    from_location_id, to_location_id, quantity) OVERRIDING SYSTEM VALUE
    VALUES (9002, 9492, 9392, '2026-01-02 00:00+00', '2026-01-02 00:00+00', 9021, 9201, 3, 8);
SELECT throws_ok('SELECT * FROM ims.rebuild()', 'IV901', 'the ledger sums to less than nothing');
SELECT is(pg_temp.differences(), NULL, 'and nothing was changed');
SELECT lives_ok($$SELECT * FROM ims.rebuild('PA')$$, 'the other owner can be rebuilt');
UPDATE ims.item SET negative_ok = true WHERE item_id = 9021;
SELECT lives_ok('SELECT * FROM ims.rebuild()', 'below zero where the item allows it');
SELECT is((SELECT s.on_hand::numeric FROM ims.stock AS s WHERE s.owner_id = 9002), -1.0,
    'is what the balance says then');
SELECT is_empty('SELECT * FROM ims.verify()', 'verify() agrees');
ROLLBACK TO damage;

-- Who and when.
SELECT throws_ok($$SELECT * FROM ims.rebuild('NONE')$$, 'IV202', 'owner "NONE" is unknown');
CREATE ROLE ims_test_clerk;
GRANT USAGE ON SCHEMA ims TO ims_test_clerk;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ims TO ims_test_clerk;
SET LOCAL ROLE ims_test_clerk;
SELECT throws_ok('SELECT * FROM ims.rebuild()', '42501',
    'must have the rights of the role that owns the ledger');
RESET ROLE;
GRANT ims_owner TO ims_test_clerk;
UPDATE ims.stock SET on_hand = 8 WHERE owner_id = 9002;
SET LOCAL session_replication_role = origin;
SET LOCAL ROLE ims_test_clerk;
SELECT is((SELECT string_agg(r.rows_changed::text, ' ') FROM ims.rebuild() AS r), '1 0 0 0',
    'a member of the ledger''s role may rebuild');
RESET ROLE;
ROLLBACK TO damage;

-- Guards.
SELECT is_empty('SELECT * FROM ims.repair_guards()', 'sound guards are left alone');
ALTER TABLE ims.movement DISABLE TRIGGER ALL;
ALTER TABLE ims.movement ENABLE TRIGGER ALL;
ALTER TABLE ims.stock DISABLE TRIGGER stock_engine_only;
ALTER TABLE ims.party DISABLE TRIGGER ALL;
SELECT isnt_empty('SELECT * FROM ims.verify()', 'lost guards are found');
SELECT results_eq('SELECT * FROM ims.repair_guards()
        WHERE table_name <> ''ims.party''',
    $$VALUES ('ims.movement', 'movement_no_change', 'O', 'A'),
        ('ims.movement', 'movement_no_change_statement', 'O', 'A'),
        ('ims.movement', 'movement_no_truncate', 'O', 'A'),
        ('ims.stock', 'stock_engine_only', 'D', 'O')$$, 'the guards are reset');
SELECT is_empty('SELECT * FROM ims.verify()', 'foreign keys too: verify() is clean');
SELECT is_empty('SELECT * FROM ims.repair_guards()', 'a second run changes nothing');
SELECT throws_ok('DELETE FROM ims.movement', 'IV221', NULL, 'history is guarded again');
CREATE TRIGGER mine BEFORE INSERT ON ims.party FOR EACH ROW
    EXECUTE FUNCTION suppress_redundant_updates_trigger();
ALTER TABLE ims.party DISABLE TRIGGER mine;
SELECT is_empty('SELECT * FROM ims.repair_guards()', 'triggers of others stay as they are');

SELECT * FROM finish();
ROLLBACK;
