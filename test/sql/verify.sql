-- verify() finds every contradiction between ledger, balances, masters and
-- catalog, names it, and finds nothing in a sound ledger.  Shown on a ledger
-- written by hand that is damaged in one place at a time; each damage is
-- undone before the next.
\i test/setup.psql
BEGIN;
\i test/ledger_fixture.psql
SELECT plan(91);

-- The checks that one damage trips, in alphabetical order.
CREATE FUNCTION pg_temp.findings(damage text, wanted text DEFAULT NULL,
    hidden text DEFAULT 'nothing')
RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    result text;
BEGIN
    EXECUTE damage;
    SELECT string_agg(DISTINCT v.check_name, ' ' ORDER BY v.check_name) INTO result
    FROM ims.verify(wanted) AS v
    WHERE v.check_name NOT LIKE hidden;
    RAISE EXCEPTION USING ERRCODE = 'P0099', MESSAGE = coalesce(result, '');
EXCEPTION WHEN SQLSTATE 'P0099' THEN
    RETURN SQLERRM;
END
$$;

SELECT is_empty('SELECT * FROM ims.verify()', 'a sound ledger has no findings');
SELECT is_empty($$SELECT * FROM ims.verify('PA')$$, 'nor has one owner of it');
SELECT throws_ok($$SELECT * FROM ims.verify('NONE')$$, 'IV202', 'owner "NONE" is unknown');
SELECT throws_ok($$SELECT * FROM ims.verify('')$$, 'IV202', 'owner "" is unknown');

-- What the guards forbid is done with the guards of history out of the way;
-- the catalog checks, which see that, come after.
CREATE FUNCTION pg_temp.data_findings(damage text)
RETURNS text
LANGUAGE plpgsql
AS $$
BEGIN
    RETURN pg_temp.findings(
        'ALTER TABLE ims.movement DISABLE TRIGGER USER;'
        'ALTER TABLE ims.posting DISABLE TRIGGER USER;'
        'ALTER TABLE ims.movement DROP CONSTRAINT movement_quantity_check,'
        '    DROP CONSTRAINT movement_places_check;'
        'ALTER TABLE ims.stock DROP CONSTRAINT stock_on_hand_check,'
        '    DROP CONSTRAINT stock_allocated_check;'
        'ALTER TABLE ims.availability DROP CONSTRAINT availability_reserved_check;'
        'ALTER DOMAIN ims.quantity DROP CONSTRAINT quantity_check;' || damage,
        NULL, 'catalog.%');
END
$$;

SELECT is(pg_temp.data_findings(d.damage), coalesce(d.expected, ''),
    coalesce(d.expected, 'nothing') || ': ' || regexp_replace(d.damage, '\s+', ' ', 'g'))
FROM (VALUES
    (1, 'SELECT 1', NULL),
    (2, 'UPDATE ims.stock SET on_hand = 4 WHERE item_id = 9011 AND location_id = 9102',
        'availability.held stock.on_hand'),
    (3, 'UPDATE ims.stock SET on_hand = 0.999999 WHERE location_id = 1', 'stock.on_hand'),
    (4, 'DELETE FROM ims.stock WHERE location_id = 1', 'stock.on_hand'),
    (5, 'INSERT INTO ims.stock (owner_id, item_id, location_id, lot_id, handling_unit_id, on_hand)'
        ' VALUES (9001, 9011, 9102, 0, 9051, 1)', 'availability.held stock.on_hand'),
    (6, 'INSERT INTO ims.stock (owner_id, item_id, location_id, lot_id, handling_unit_id)'
        ' VALUES (9001, 9011, 9102, 0, 9051)', NULL),
    (7, $$UPDATE ims.stock SET last_effective_at = '2026-01-05 00:00+00' WHERE location_id = 9101
        AND item_id = 9011 AND handling_unit_id = 0$$, 'stock.last_effective_at'),
    (8, 'UPDATE ims.stock SET negative_ok = true WHERE location_id = 9102', 'stock.negative_ok'),
    (9, 'UPDATE ims.stock SET on_hand = -1 WHERE location_id = 1',
        'stock.negative stock.on_hand'),
    (10, 'UPDATE ims.stock SET allocated = 1 WHERE location_id = 9102', 'stock.allocated'),
    (11, 'UPDATE ims.availability SET sellable = 6 WHERE item_id = 9011',
        'availability.sellable'),
    (12, 'UPDATE ims.availability SET held = 0 WHERE item_id = 9012', 'availability.held'),
    (13, 'DELETE FROM ims.availability WHERE item_id = 9013', 'availability.sellable'),
    (14, 'UPDATE ims.availability SET negative_ok = true WHERE item_id = 9013',
        'availability.negative_ok'),
    (15, 'UPDATE ims.availability SET reserved = 2 WHERE item_id = 9013',
        'availability.reserved availability.reserved_above_sellable'),
    (16, $$UPDATE ims.lot SET status = 'released' WHERE lot_id = 9032$$,
        'availability.held availability.sellable'),
    (17, 'UPDATE ims.location SET sellable = true WHERE location_id = 9102',
        'availability.held availability.sellable'),
    (18, 'UPDATE ims.location SET negative_ok = true WHERE location_id = 9102',
        'availability.negative_ok stock.negative_ok'),
    (19, 'UPDATE ims.serial SET location_id = 9102 WHERE serial_id = 9042', 'serial.location'),
    (20, 'UPDATE ims.serial SET location_id = 9101 WHERE serial_id = 9041', 'serial.location'),
    (21, 'UPDATE ims.serial SET handling_unit_id = 9051 WHERE serial_id = 9042',
        'serial.handling_unit'),
    (22, 'UPDATE ims.serial SET lot_id = 1 WHERE serial_id = 9042', 'serial.lot'),
    (23, $$UPDATE ims.serial SET last_effective_at = '-infinity' WHERE serial_id = 9042$$,
        'serial.last_effective_at'),
    (23, 'UPDATE ims.serial SET last_movement_id = 0 WHERE serial_id = 9042',
        'serial.last_movement_id'),
    (24, 'UPDATE ims.movement SET from_location_id = 9102 WHERE movement_id = 9409',
        'closing.on_hand serial.chain stock.on_hand'),
    (25, 'UPDATE ims.movement SET posting_id = 9399 WHERE movement_id = 9410',
        'movement.posting posting.lines'),
    (26, $$UPDATE ims.movement SET effective_at = '2026-01-04 01:00+00'
        WHERE movement_id = 9410$$, 'movement.effective_at stock.last_effective_at'),
    (27, $$UPDATE ims.movement SET recorded_at = '2026-01-04 01:00+00'
        WHERE movement_id = 9410$$, 'movement.recorded_at'),
    (28, 'UPDATE ims.movement SET quantity = -1 WHERE movement_id = 9410',
        'closing.on_hand movement.quantity stock.on_hand stock_count.level'),
    (29, 'UPDATE ims.movement SET quantity = 1.0000001 WHERE movement_id = 9410',
        'closing.on_hand movement.quantity stock.on_hand stock_count.level'),
    (30, 'UPDATE ims.movement SET to_location_id = 9101 WHERE movement_id = 9410',
        'closing.on_hand movement.places stock.on_hand stock_count.level'),
    (31, 'UPDATE ims.movement SET item_id = 1 WHERE movement_id = 9491',
        'movement.item stock.on_hand'),
    (32, 'UPDATE ims.movement SET from_location_id = 99 WHERE movement_id = 9491',
        'movement.location'),
    (33, 'UPDATE ims.movement SET to_location_id = 99 WHERE movement_id = 9408',
        'movement.location'),
    (34, 'UPDATE ims.lot SET item_id = 9011 WHERE lot_id = 9031', 'movement.lot stock.lot'),
    (35, 'UPDATE ims.serial SET item_id = 9011 WHERE serial_id = 9041', 'movement.serial'),
    (36, 'UPDATE ims.movement SET from_handling_unit_id = 99 WHERE movement_id = 9491',
        'movement.handling_unit'),
    (37, 'DELETE FROM ims.handling_unit', 'movement.handling_unit stock.handling_unit'),
    (38, $$UPDATE ims.item SET tracking = 'lot' WHERE item_id = 9021$$, 'movement.tracking'),
    (39, $$UPDATE ims.item SET tracking = 'none' WHERE item_id = 9012$$, 'movement.tracking'),
    (40, $$UPDATE ims.item SET tracking = 'serial' WHERE item_id = 9021$$, 'movement.tracking'),
    (41, 'UPDATE ims.movement SET origin_movement_id = 99 WHERE movement_id = 9412',
        'movement.origin'),
    (42, 'DELETE FROM ims.movement WHERE movement_id = 9412',
        'posting.lines stock.on_hand'),
    (43, 'UPDATE ims.posting SET document_number = 1', 'posting.document_number'),
    (44, 'UPDATE ims.posting SET party_id = 99 WHERE posting_id = 9303', 'posting.party'),
    (45, 'UPDATE ims.posting SET channel_id = 99 WHERE posting_id = 9303', 'posting.channel'),
    (46, 'UPDATE ims.posting SET destination_id = 99 WHERE posting_id = 9304',
        'posting.destination'),
    (47, $$UPDATE ims.posting_key SET idempotency_key = 'k2'$$, 'posting.idempotency_key'),
    (48, 'UPDATE ims.posting_key SET posting_id = 99', 'posting_key.posting'),
    (49, 'UPDATE ims.stock_count SET counted_quantity = 3', 'stock_count.level'),
    (50, 'UPDATE ims.stock_count SET posting_id = 99', 'stock_count.posting'),
    (51, 'UPDATE ims.closing_balance SET on_hand = 6 WHERE closing_id = 9501 AND item_id = 9013',
        'closing.on_hand'),
    (52, 'DELETE FROM ims.closing_balance WHERE closing_id = 9502 AND item_id = 9013',
        'closing.on_hand'),
    (53, 'INSERT INTO ims.closing_balance VALUES (9001, 9501, 9013, 9102, 0, 0, 1)',
        'closing.on_hand'),
    (54, 'INSERT INTO ims.closing_balance VALUES (9001, 9501, 9013, 9102, 0, 0, 0)', NULL),
    (55, $$INSERT INTO ims.period (owner_id, name, starts_at, ends_at, status) VALUES
        (9001, '2026-01', '2026-01-01 00:00+00', '2026-02-01 00:00+00', 'closed')$$,
        'closing.period'),
    (56, 'DELETE FROM ims.owner WHERE owner_id = 9002', 'posting.owner'),
    (57, 'DELETE FROM ims.location WHERE location_id = 9200',
        'availability.site posting.destination'),
    (58, 'UPDATE ims.location SET parent_id = 9200 WHERE location_id = 9101', 'location.site')
    ) AS d (place, damage, expected)
ORDER BY d.place;

SELECT is(pg_temp.findings('UPDATE ims.stock SET on_hand = 8 WHERE owner_id = 9002', 'PA'), '',
    'damage of another owner is not reported');
SELECT is(pg_temp.findings('UPDATE ims.stock SET on_hand = 8 WHERE owner_id = 9002', 'PB'),
    'availability.sellable stock.on_hand', 'damage of the owner is');

-- The finding itself: key, expected and found.
SAVEPOINT damaged;
UPDATE ims.stock SET on_hand = 4 WHERE location_id = 1;
SELECT results_eq('SELECT * FROM ims.verify()',
    $$VALUES ('stock.on_hand', '{"lot_id": 0, "item_id": 9011, "owner_id": 9001,
        "location_id": 1, "handling_unit_id": 0}'::jsonb, '1', '4')$$,
    'a finding names key, expected and found');
ROLLBACK TO damaged;

-- The catalog.
SELECT is(pg_temp.findings(d.damage), d.expected,
    coalesce(nullif(d.expected, ''), 'nothing') || ': ' || d.damage)
FROM (VALUES
    (1, 'ALTER TABLE ims.movement DISABLE TRIGGER movement_no_change', 'catalog.trigger_state'),
    (2, 'ALTER TABLE ims.movement ENABLE TRIGGER movement_no_change', 'catalog.trigger_state'),
    (3, 'DROP TRIGGER stock_engine_only ON ims.stock',
        'catalog.trigger catalog.trigger_state'),
    (4, 'ALTER TABLE ims.party DISABLE TRIGGER ALL',
        'catalog.foreign_key_state catalog.trigger_state'),
    (5, 'ALTER TABLE ims.stock DROP CONSTRAINT stock_on_hand_check', 'catalog.constraint'),
    (6, 'ALTER TABLE ims.movement DISABLE ROW LEVEL SECURITY', 'catalog.relation'),
    (7, 'CREATE POLICY all_rows ON ims.movement USING (true)', 'catalog.policy'),
    (8, 'CREATE RULE nothing AS ON INSERT TO ims.movement DO INSTEAD NOTHING', 'catalog.rule'),
    (9, 'CREATE TABLE ims.more () INHERITS (ims.movement)', 'catalog.child'),
    (10, 'GRANT UPDATE ON ims.stock TO pg_monitor', 'catalog.privilege'),
    (11, 'GRANT UPDATE (name) ON ims.item TO pg_monitor', 'catalog.privilege'),
    (12, 'GRANT SELECT ON ims.item TO PUBLIC', 'catalog.privilege'),
    (13, 'GRANT UPDATE ON SEQUENCE ims.document_number_9001_seq TO pg_monitor',
        'catalog.privilege'),
    (14, 'GRANT EXECUTE ON FUNCTION ims.verify(text) TO PUBLIC', 'catalog.privilege'),
    (15, 'GRANT SELECT ON ims.item TO pg_monitor; GRANT INSERT ON ims.movement TO pg_monitor', ''),
    (16, 'ALTER TABLE ims.item OWNER TO pg_monitor', 'catalog.owner'),
    (17, 'CREATE OR REPLACE FUNCTION ims._refuse_change() RETURNS trigger LANGUAGE plpgsql'
        ' AS ''BEGIN RETURN NEW; END''', 'catalog.trigger_function'),
    (18, 'ALTER TABLE ims.stock ALTER on_hand DROP NOT NULL', 'catalog.column'),
    (19, 'DROP INDEX ims.movement_item_idx', 'catalog.index'),
    (20, 'ALTER SEQUENCE ims.movement_movement_id_seq INCREMENT 2', 'catalog.sequence'),
    (21, 'CREATE INDEX ON ims.stock (location_id); ALTER TABLE ims.item ADD mine text', ''),
    (22, 'UPDATE ims.ledger_info SET ledger_version = ''0.0.1''', 'catalog.ledger_version'),
    (23, 'DROP SEQUENCE ims.document_number_9002_seq', 'sequence.document_number'),
    (24, 'ALTER ROLE ims_owner LOGIN', 'catalog.ledger_role'),
    -- Last, since sequences do not roll back.
    (25, 'SELECT setval(''ims.movement_movement_id_seq'', 9400);'
        'SELECT setval(''ims.posting_posting_id_seq'', 9300);'
        'SELECT setval(''ims.document_number_9001_seq'', 5)',
        'sequence.document_number sequence.movement sequence.posting')
    ) AS d (place, damage, expected)
ORDER BY d.place;

SELECT * FROM finish();
ROLLBACK;
