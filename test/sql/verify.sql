-- verify() finds every contradiction between ledger, balances, masters and
-- catalog, names it, and finds nothing in a sound ledger.  Shown on a ledger
-- written by hand that is damaged in one place at a time; each damage is
-- undone before the next.
\i test/setup.psql
BEGIN;
\i test/ledger_fixture.psql
SELECT plan(153);

-- The checks that one damage trips, in alphabetical order; those of rows alone
-- take a fifth of the time.
CREATE FUNCTION pg_temp.findings(damage text, wanted text DEFAULT NULL,
    finder text DEFAULT 'ims.verify($1)')
RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    result text;
BEGIN
    EXECUTE damage;
    EXECUTE 'SELECT string_agg(DISTINCT v.check_name, '' '' ORDER BY v.check_name) FROM '
        || finder || ' AS v' INTO result USING wanted;
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
        'ALTER TABLE ims.posting_key DISABLE TRIGGER USER;'
        'ALTER TABLE ims.stock_count DISABLE TRIGGER USER;'
        'ALTER TABLE ims.stock_count_scope DISABLE TRIGGER USER;'
        'ALTER TABLE ims.movement DROP CONSTRAINT movement_quantity_check,'
        '    DROP CONSTRAINT movement_places_check;'
        'ALTER TABLE ims.stock DROP CONSTRAINT stock_on_hand_check,'
        '    DROP CONSTRAINT stock_allocated_check;'
        'ALTER TABLE ims.availability DROP CONSTRAINT availability_reserved_check;'
        'ALTER DOMAIN ims.quantity DROP CONSTRAINT quantity_check;' || damage,
        NULL, 'ims._verify_rows($1::bigint)');
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
    (19, 'UPDATE ims.serial SET location_id = 9102 WHERE serial_id = 9042',
        'serial.location stock.serials'),
    (20, 'UPDATE ims.serial SET location_id = 9101 WHERE serial_id = 9041',
        'serial.location stock.serials'),
    (21, 'UPDATE ims.serial SET handling_unit_id = 9051 WHERE serial_id = 9042',
        'serial.handling_unit stock.serials'),
    (22, 'UPDATE ims.serial SET lot_id = 1 WHERE serial_id = 9042', 'serial.lot stock.serials'),
    (22, $$INSERT INTO ims.serial (owner_id, item_id, code, lot_id)
        SELECT s.owner_id, s.item_id, 'NEVER MOVED', 1
        FROM ims.serial AS s
        WHERE s.serial_id = 9042$$, 'serial.lot'),
    (23, $$UPDATE ims.serial SET last_effective_at = '-infinity' WHERE serial_id = 9042$$,
        'serial.last_effective_at'),
    (23, 'UPDATE ims.serial SET last_movement_id = 0 WHERE serial_id = 9042',
        'serial.last_movement_id'),
    (24, 'UPDATE ims.movement SET from_location_id = 9102 WHERE movement_id = 9409',
        'closing.on_hand serial.chain stock.on_hand stock.past'),
    (25, 'UPDATE ims.movement SET posting_id = 9399 WHERE movement_id = 9410',
        'movement.posting posting.lines'),
    (26, $$UPDATE ims.movement SET effective_at = '2026-01-04 01:00+00'
        WHERE movement_id = 9410$$, 'movement.effective_at stock.last_effective_at'),
    (27, $$UPDATE ims.movement SET recorded_at = '2026-01-04 01:00+00'
        WHERE movement_id = 9410$$, 'movement.recorded_at'),
    (28, 'UPDATE ims.movement SET quantity = -1 WHERE movement_id = 9410',
        'closing.on_hand movement.quantity stock.on_hand stock.past stock_count.level'),
    (29, 'UPDATE ims.movement SET quantity = 1.0000001 WHERE movement_id = 9410',
        'closing.on_hand movement.quantity stock.on_hand stock_count.level'),
    (30, 'UPDATE ims.movement SET to_location_id = 9101 WHERE movement_id = 9410',
        'closing.on_hand movement.places movement.route stock.on_hand stock_count.level'),
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
    (37, 'INSERT INTO ims.stock VALUES (9001, 1, 9101, 0, 0)', 'stock.item'),
    (37, 'INSERT INTO ims.stock VALUES (9001, 9011, 99, 0, 0)', 'stock.location'),
    (37, $$INSERT INTO ims.stock VALUES (9001, 9011, 2, 0, 0, '-infinity', false, 1)$$,
        'stock.location_keeps_stock stock.on_hand'),
    (38, $$UPDATE ims.item SET tracking = 'lot' WHERE item_id = 9021$$, 'movement.tracking'),
    (39, $$UPDATE ims.item SET tracking = 'none' WHERE item_id = 9012$$, 'movement.tracking'),
    (40, $$UPDATE ims.item SET tracking = 'serial' WHERE item_id = 9021$$,
        'movement.tracking stock.serials'),
    (41, 'UPDATE ims.movement SET origin_movement_id = 99 WHERE movement_id = 9412',
        'movement.origin'),
    (42, 'DELETE FROM ims.movement WHERE movement_id = 9412',
        'posting.lines stock.on_hand'),
    (43, 'UPDATE ims.posting SET document_number = 1', 'posting.document_number'),
    (44, 'UPDATE ims.posting SET party_id = 99 WHERE posting_id = 9303', 'posting.party'),
    (45, 'UPDATE ims.posting SET channel_id = 99 WHERE posting_id = 9303', 'posting.channel'),
    (46, 'UPDATE ims.posting SET destination_id = 99 WHERE posting_id = 9304',
        'posting.destination'),
    (47, $$UPDATE ims.posting_key SET idempotency_key = 'k2'$$,
        'posting.idempotency_key posting_key.posting'),
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
    (58, 'UPDATE ims.location SET parent_id = 9200 WHERE location_id = 9101', 'location.site'),
    (59, 'UPDATE ims.stock_count SET lot_id = 99', 'stock.last_effective_at stock_count.level stock_count.lot')
    ) AS d (place, damage, expected)
ORDER BY d.place;

-- Handling units: H2 was packed into H1, both were shipped; H2 is in H3 since.
CREATE FUNCTION pg_temp.nesting_findings(damage text)
RETURNS text
LANGUAGE plpgsql
AS $$
BEGIN
    RETURN pg_temp.findings(
        'ALTER TABLE ims.handling_unit_nesting DISABLE TRIGGER USER;'
        'ALTER TABLE ims.handling_unit_departure DISABLE TRIGGER USER;'
        'ALTER TABLE ims.posting DISABLE TRIGGER USER;'
        'ALTER TABLE ims.handling_unit_nesting'
        '    DROP CONSTRAINT handling_unit_nesting_self_check,'
        '    DROP CONSTRAINT handling_unit_nesting_order_check,'
        '    DROP CONSTRAINT handling_unit_nesting_end_check,'
        '    DROP CONSTRAINT handling_unit_nesting_excl;'
        'DROP INDEX ims.handling_unit_nesting_open_key;'
        'INSERT INTO ims.handling_unit (owner_id, handling_unit_id, code) VALUES'
        '    (9001, 9052, ''H2''), (9001, 9053, ''H3'');'
        'INSERT INTO ims.posting (owner_id, posting_id, document_number, kind, effective_at,'
        '    utc_offset_minutes, recorded_at, session_role, caller_role, system_identifier, commit_xid)'
        '    OVERRIDING SYSTEM VALUE VALUES'
        '    (9001, 9307, 7, ''pack'', ''2026-01-01 06:00+00'', 0, ''2026-01-01 06:00+00'', ''x'', ''x'', 1, ''1''),'
        '    (9001, 9308, 8, ''pack'', ''2026-01-06 06:00+00'', 0, ''2026-01-06 06:00+00'', ''x'', ''x'', 1, ''1'');'
        'INSERT INTO ims.handling_unit_nesting (owner_id, handling_unit_nesting_id, handling_unit_id,'
        '    parent_id, packed_at, unpacked_at, pack_posting_id, unpack_posting_id) VALUES'
        '    (9001, 9601, 9052, 9051, ''2026-01-01 06:00+00'', ''2026-01-03 00:00+00'', 9307, 9303),'
        '    (9001, 9602, 9052, 9053, ''2026-01-06 06:00+00'', NULL, 9308, NULL);'
        'INSERT INTO ims.handling_unit_departure (owner_id, posting_id, handling_unit_id, parent_id, left_at)'
        '    VALUES (9001, 9303, 9051, NULL, ''2026-01-03 00:00+00''),'
        '    (9001, 9303, 9052, 9051, ''2026-01-03 00:00+00'');' || damage,
        NULL, 'ims._verify_rows($1::bigint)');
END
$$;
SELECT is(pg_temp.nesting_findings(d.damage), coalesce(d.expected, ''),
    coalesce(d.expected, 'nothing') || ': ' || regexp_replace(d.damage, '\s+', ' ', 'g'))
FROM (VALUES
    (1, 'SELECT 1', NULL),
    (2, 'UPDATE ims.handling_unit_nesting SET handling_unit_id = 99 WHERE handling_unit_nesting_id = 9602',
        'handling_unit_nesting.handling_unit'),
    (3, 'UPDATE ims.handling_unit_nesting SET parent_id = 99 WHERE handling_unit_nesting_id = 9602',
        'handling_unit_nesting.parent'),
    (4, 'UPDATE ims.handling_unit_nesting SET packed_at = ''2026-01-05 00:00+00'''
        ' WHERE handling_unit_nesting_id = 9601',
        'handling_unit_nesting.interval handling_unit_nesting.pack_posting'),
    (5, 'UPDATE ims.handling_unit_nesting SET unpacked_at = NULL WHERE handling_unit_nesting_id = 9601',
        'handling_unit_nesting.interval handling_unit_nesting.overlap handling_unit_nesting.unpack_posting'),
    (6, 'UPDATE ims.handling_unit_nesting SET pack_posting_id = 99 WHERE handling_unit_nesting_id = 9602',
        'handling_unit_nesting.pack_posting posting.lines'),
    (7, 'UPDATE ims.handling_unit_nesting SET unpack_posting_id = 9302 WHERE handling_unit_nesting_id = 9601',
        'handling_unit_departure.parent handling_unit_nesting.unpack_posting'),
    (8, 'UPDATE ims.posting SET effective_at = ''2026-01-06 07:00+00'' WHERE posting_id = 9308',
        'handling_unit_nesting.pack_posting'),
    (9, 'UPDATE ims.posting SET kind = ''transfer'' WHERE posting_id = 9308',
        'handling_unit_nesting.pack_posting'),
    (10, 'UPDATE ims.handling_unit_nesting SET parent_id = 9052 WHERE handling_unit_nesting_id = 9602',
        'handling_unit_nesting.cycle'),
    (11, 'INSERT INTO ims.handling_unit_nesting (owner_id, handling_unit_nesting_id, handling_unit_id,'
        ' parent_id, packed_at, pack_posting_id) VALUES (9001, 9603, 9053, 9052, ''2026-01-06 06:00+00'', 9308)',
        'handling_unit_nesting.cycle'),
    (12, 'INSERT INTO ims.handling_unit_nesting (owner_id, handling_unit_nesting_id, handling_unit_id,'
        ' parent_id, packed_at, pack_posting_id) VALUES (9001, 9603, 9051, 9052, ''2026-01-06 06:00+00'', 9308)',
        NULL),
    (13, 'INSERT INTO ims.handling_unit_nesting (owner_id, handling_unit_nesting_id, handling_unit_id,'
        ' parent_id, packed_at, pack_posting_id) VALUES (9001, 9603, 9051, 9052, ''2026-01-01 06:00+00'', 9307)',
        'handling_unit_nesting.cycle'),
    (14, 'UPDATE ims.handling_unit_departure SET left_at = ''2026-01-04 00:00+00''',
        'handling_unit_departure.posting'),
    (15, 'UPDATE ims.handling_unit_departure SET posting_id = 9302',
        'handling_unit_departure.parent handling_unit_departure.posting'),
    (16, 'UPDATE ims.handling_unit_departure SET parent_id = 9053 WHERE handling_unit_id = 9052',
        'handling_unit_departure.parent'),
    (17, 'UPDATE ims.handling_unit_departure SET handling_unit_id = 99 WHERE parent_id IS NULL',
        'handling_unit_departure.handling_unit handling_unit_departure.parent'),
    (18, 'DELETE FROM ims.handling_unit_departure WHERE parent_id IS NULL',
        'handling_unit_departure.parent')
    ) AS d (place, damage, expected)
ORDER BY d.place;

SELECT is(pg_temp.findings('UPDATE ims.stock SET on_hand = 8 WHERE owner_id = 9002', 'PA'), '',
    'damage of another owner is not reported');
SELECT is(pg_temp.findings('UPDATE ims.stock SET on_hand = 8 WHERE owner_id = 9002', 'PB'),
    'availability.sellable stock.on_hand', 'damage of the owner is');

-- Documents and lines that do not fit each other, and what rests on them: the
-- findings themselves.  What the damage does to the balances besides is above.
SET LOCAL TimeZone = 'UTC';
SET LOCAL DateStyle = 'ISO';
CREATE FUNCTION pg_temp.rows(damage text, hidden text DEFAULT '^stock[.](last|past)')
RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    result text;
BEGIN
    EXECUTE 'ALTER TABLE ims.movement DISABLE TRIGGER USER;'
        'ALTER TABLE ims.posting DISABLE TRIGGER USER;'
        'ALTER TABLE ims.stock_count DISABLE TRIGGER USER;'
        'ALTER TABLE ims.stock_count_scope DISABLE TRIGGER USER;' || damage;
    SELECT string_agg(format('%s %s: %s, %s', v.check_name, v.key - 'owner_id'::text,
        coalesce(v.expected, 'nothing'), coalesce(v.found, 'nothing')), '; '
        ORDER BY v.check_name, v.key::text, v.expected)
    INTO result
    FROM ims._verify_rows(NULL) AS v
    WHERE v.check_name !~ hidden
        AND v.check_name !~ '^(sequence|availability|closing[.]|serial)|on_hand|count[.]level';
    RAISE EXCEPTION USING ERRCODE = 'P0099', MESSAGE = coalesce(result, '');
EXCEPTION WHEN SQLSTATE 'P0099' THEN
    RETURN SQLERRM;
END
$$;
-- A document of its own, with copies of lines, linked to them and turned around.
CREATE FUNCTION pg_temp.add(posting_id bigint, kind text, origin_id bigint, movement_ids bigint[],
    changes jsonb DEFAULT '{}', turned boolean DEFAULT true)
RETURNS void
LANGUAGE sql
AS $$
    INSERT INTO ims.posting OVERRIDING SYSTEM VALUE
    SELECT (jsonb_populate_record(p, jsonb_build_object('posting_id', $1, 'document_number', $1,
        'kind', $2, 'origin_posting_id', $3, 'idempotency_key', NULL, 'party_id', NULL,
        'owner_id', coalesce(($5 ->> 'owner_id')::bigint, 9001),
        'effective_at', '2026-01-08 00:00+00', 'recorded_at', '2026-01-08 00:00+00'))).*
    FROM ims.posting AS p WHERE p.posting_id = 9304;
    INSERT INTO ims.movement OVERRIDING SYSTEM VALUE
    SELECT (jsonb_populate_record(m, jsonb_build_object('movement_id', $1 * 10 + m.movement_id,
            'posting_id', $1, 'origin_movement_id', m.movement_id,
            'effective_at', '2026-01-08 00:00+00', 'recorded_at', '2026-01-08 00:00+00')
        || CASE WHEN $6 THEN jsonb_build_object(
            'from_location_id', m.to_location_id, 'to_location_id', m.from_location_id,
            'from_handling_unit_id', m.to_handling_unit_id,
            'to_handling_unit_id', m.from_handling_unit_id) ELSE '{}' END || $5)).*
    FROM ims.movement AS m WHERE m.movement_id = ANY ($4);
$$;
SELECT is(pg_temp.rows(d.damage), d.expected, d.title)
FROM (VALUES
    (1, 'a reversal of all lines', $$SELECT pg_temp.add(9601, 'reversal', 9302, '{9406,9407}')$$,
        ''),
    (2, 'a reversal that lacks a line', $$SELECT pg_temp.add(9601, 'reversal', 9302, '{9406}')$$,
        'posting.reversal {"posting_id": 9601}: movement 9407 turned around, nothing'),
    (3, 'two reversals', $$SELECT pg_temp.add(9601, 'reversal', 9302, '{9406,9407}');
        SELECT pg_temp.add(9602, 'reversal', 9302, '{9406,9407}')$$,
        'posting.reversed {"posting_id": 9302}: 1 reversal, 2'),
    (4, 'a reversal of less', $$SELECT pg_temp.add(9601, 'reversal', 9302, '{9406,9407}');
        UPDATE ims.movement SET quantity = 1 WHERE movement_id = 105416$$,
        'movement.reversal {"movement_id": 105416}: movement 9406 turned around, nothing'),
    (5, 'a reversal the same way', $$SELECT pg_temp.add(9601, 'reversal', 9302, '{9406,9407}');
        UPDATE ims.movement SET from_location_id = 9101, to_location_id = 9102
        WHERE movement_id = 105416$$,
        'movement.reversal {"movement_id": 105416}: movement 9406 turned around, nothing'),
    (6, 'a reversal of another posting',
        $$SELECT pg_temp.add(9601, 'reversal', 9302, '{9406,9407,9401}')$$,
        'movement.reversal {"movement_id": 105411}: movement 9401 turned around, nothing'),
    (7, 'a reversal of nothing', $$SELECT pg_temp.add(9601, 'reversal', 99, '{}')$$,
        'posting.lines {"posting_id": 9601}: at least one movement, 0; '
        'posting.origin {"posting_id": 9601}: an origin of reversal 99, nothing'),
    (8, 'a return of more than was sold',
        'UPDATE ims.movement SET quantity = 1.000001 WHERE movement_id = 9412',
        'movement.returned {"movement_id": 9408}: at most 1, 1.000001'),
    (9, 'returns that are too many together', $$SELECT pg_temp.add(9601,
        'return_from_customer', NULL, '{9408}', '{"quantity": 0.000001}')$$,
        'movement.returned {"movement_id": 9408}: at most 1, 1.000001'),
    (10, 'one of them reversed', $$SELECT pg_temp.add(9601, 'return_from_customer', NULL, '{9408}');
        SELECT pg_temp.add(9602, 'reversal', 9601, '{105418}')$$, ''),
    (11, 'a return of what was reversed', $$SELECT pg_temp.add(9601, 'reversal', 9303,
        '{9408,9409}')$$, 'movement.returned {"movement_id": 9408}: at most 0, 1'),
    (12, 'a return before the sale', $$UPDATE ims.posting SET effective_at = '2026-01-02 00:00+00'
        WHERE posting_id = 9306; UPDATE ims.movement SET effective_at = '2026-01-02 00:00+00'
        WHERE movement_id = 9412$$, 'movement.origin_time {"movement_id": 9412}: '
        'not before 2026-01-03 00:00:00+00, 2026-01-02 00:00:00+00'),
    (13, 'a return of another item',
        'UPDATE ims.movement SET origin_movement_id = 9409 WHERE movement_id = 9412',
        'movement.origin {"movement_id": 9412}: movement 9409 of the item, nothing'),
    (14, 'a receipt', $$SELECT pg_temp.add(9601, 'receive_transfer', 9304, '{9410}',
        '{"to_location_id": 9201}')$$, ''),
    (15, 'a receipt of more than was sent', $$SELECT pg_temp.add(9601, 'receive_transfer', 9304,
        '{9410}', '{"to_location_id": 9201, "quantity": 1.5}')$$,
        'movement.received {"movement_id": 9410}: at most 1, 1.5'),
    (16, 'a receipt of nothing that was sent', $$SELECT pg_temp.add(9601, 'receive_transfer', 9304,
        '{9410}', '{"to_location_id": 9201, "origin_movement_id": null}')$$,
        'movement.dispatch {"movement_id": 105420}: a line of a dispatch, nothing'),
    (17, 'a receipt of a sale', $$SELECT pg_temp.add(9601, 'receive_transfer', 9303, '{9410}',
        '{"to_location_id": 9201}')$$,
        'posting.origin {"posting_id": 9601}: an origin of receive_transfer 9303, ship'),
    (18, 'a dispatch to nowhere',
        'UPDATE ims.posting SET destination_id = NULL WHERE posting_id = 9304',
        'posting.destination {"posting_id": 9304}: a site, nothing'),
    (19, 'goods in transit that nobody dispatched',
        'UPDATE ims.movement SET to_location_id = 1 WHERE movement_id = 9406',
        'movement.route {"movement_id": 9406}: a route of kind transfer, from bin to transit'),
    (20, 'a sale within a site',
        $$UPDATE ims.posting SET kind = 'ship' WHERE posting_id = 9302$$,
        'movement.route {"movement_id": 9406}: a route of kind ship, from bin to quarantine; '
        'movement.route {"movement_id": 9407}: a route of kind ship, from bin to bin'),
    (21, 'an issue of a periodic item', 'UPDATE ims.item SET periodic = true WHERE item_id = 9011',
        'movement.periodic {"movement_id": 9408}: no issue of a periodic item, ship'),
    (22, 'an issue before it was periodic', $$UPDATE ims.item SET periodic = true
        WHERE item_id = 9011; INSERT INTO ims.master_change (owner_id, table_name, action, row_key,
        old_row, new_row, changed_at, session_role, caller_role) VALUES (9001, 'item', 'update',
        '{"owner_id": 9001, "item_id": 9011}', '{"periodic": false}', '{"periodic": true}',
        '2026-01-03 00:00+00', 'x', 'x')$$, ''),
    (23, 'a change of owner', $$SELECT pg_temp.add(9601, 'ownership', NULL, '{9410}',
        '{"from_location_id": 9101, "to_location_id": 7, "origin_movement_id": null}');
        SELECT pg_temp.add(9602, 'ownership', 9601, '{9410}', '{"from_location_id": 7,
        "to_location_id": 9201, "origin_movement_id": null, "owner_id": 9002, "item_id": 9021}')$$,
        ''),
    (24, 'one of another quantity', $$SELECT pg_temp.add(9601, 'ownership', NULL, '{9410}',
        '{"from_location_id": 9101, "to_location_id": 7, "origin_movement_id": null}');
        SELECT pg_temp.add(9602, 'ownership', 9601, '{9410}', '{"from_location_id": 7, "quantity": 2,
        "to_location_id": 9201, "origin_movement_id": null, "owner_id": 9002, "item_id": 9021}')$$,
        'posting.ownership {"posting_id": 9601}: '
        'two postings of one quantity, to OWNERSHIP and from it, 1, 2'),
    (25, 'half of one', $$SELECT pg_temp.add(9601, 'ownership', NULL, '{9410}',
        '{"from_location_id": 9101, "to_location_id": 7, "origin_movement_id": null}')$$,
        'posting.ownership {"posting_id": 9601}: '
        'two postings of one quantity, to OWNERSHIP and from it, 1'),
    (26, 'the other half', $$SELECT pg_temp.add(9602, 'ownership', 99, '{9410}',
        '{"from_location_id": 7, "to_location_id": 9101, "origin_movement_id": null}')$$,
        'posting.ownership {"posting_id": 9602}: '
        'two postings of one quantity, to OWNERSHIP and from it, 1'),
    (27, 'a closing that is gone', 'DELETE FROM ims.closing WHERE closing_id = 9501',
        'closing_balance.closing {"closing_id": 9501}: closing 9501, nothing'),
    (28, 'a count of another time than its posting',
        $$UPDATE ims.stock_count SET counted_at = '2026-01-05 00:00:01+00'$$,
        'stock_count.counted_at {"posting_id": 9305}: '
        '2026-01-05 00:00:00+00, 2026-01-05 00:00:01+00'),
    (29, 'a count that nobody reversed',
        'UPDATE ims.stock_count SET reversed_posting_id = 9306',
        'stock_count.reversal {"posting_id": 9305}: nothing, 9306'),
    (30, 'a count that was reversed', $$SELECT pg_temp.add(9601, 'reversal', 9305, '{9411}')$$,
        'stock_count.reversal {"posting_id": 9305}: 9601, nothing'),
    (31, 'a count that waits for a period that is closed', $$UPDATE ims.stock_count
        SET pending = true; UPDATE ims.owner SET closed_through = '2026-02-01 00:00+00'
        WHERE owner_id = 9001$$, 'stock_count.pending {"posting_id": 9305}: false, true'),
    (32, 'a complete count without a posting', $$INSERT INTO ims.stock_count_scope
        (owner_id, posting_id, location_id, item_id, counted_at)
        VALUES (9001, 99, 9201, 0, '2026-01-05 00:00+00')$$,
        'stock_count_scope.posting {"posting_id": 99}: count 99, nothing'),
    (33, 'more stock than serials',
        'UPDATE ims.stock SET on_hand = 2 WHERE item_id = 9013',
        'stock.serials {"lot_id": 0, "item_id": 9013, "location_id": 9101,'
        ' "handling_unit_id": 0}: 1, 2'),
    (34, 'serials without stock', 'DELETE FROM ims.stock WHERE item_id = 9013',
        'stock.serials {"lot_id": 0, "item_id": 9013, "location_id": 9101,'
        ' "handling_unit_id": 0}: 1, nothing'),
    (35, 'a count that was reversed without its correction', $$SELECT pg_temp.add(9601,
        'count_correction', 9305, '{9411}', '{"origin_movement_id": null}');
        SELECT pg_temp.add(9602, 'reversal', 9305, '{9411}');
        UPDATE ims.stock_count SET reversed_posting_id = 9602$$,
        'posting.reversal {"posting_id": 9602}: movement 105421 turned around, nothing'),
    (36, 'and with it', $$SELECT pg_temp.add(9601,
        'count_correction', 9305, '{9411}', '{"origin_movement_id": null}');
        SELECT pg_temp.add(9602, 'reversal', 9305, '{9411,105421}');
        UPDATE ims.stock_count SET reversed_posting_id = 9602$$, '')
    ) AS d (place, title, damage, expected)
ORDER BY d.place;
SELECT is(pg_temp.rows(d.damage, 'nothing'), d.expected, d.title)
FROM (VALUES
    (1, 'a balance older than its count', $$SELECT pg_temp.add(9601, 'count', NULL, '{}');
        INSERT INTO ims.stock_count (owner_id, posting_id, item_id, location_id, lot_id,
            handling_unit_id, counted_at, counted_quantity, book_quantity)
        VALUES (9001, 9601, 9011, 9102, 0, 0, '2026-01-08 00:00+00', 3, 3)$$,
        'stock.last_effective_at {"lot_id": 0, "item_id": 9011, "location_id": 9102,'
        ' "handling_unit_id": 0}: 2026-01-08 00:00:00+00, 2026-01-02 00:00:00+00'),
    (2, 'an issue before the receipt', $$UPDATE ims.posting SET effective_at = '2026-01-09 00:00+00'
        WHERE posting_id = 9391; UPDATE ims.movement SET effective_at = '2026-01-09 00:00+00'
        WHERE movement_id = 9491; SELECT pg_temp.add(9601, 'ship', NULL, '{9491}',
        '{"owner_id": 9002, "to_location_id": 3, "origin_movement_id": null, "quantity": 5}');
        UPDATE ims.stock SET last_effective_at = '2026-01-09 00:00+00' WHERE owner_id = 9002$$,
        'stock.past {"lot_id": 0, "item_id": 9021, "location_id": 9201,'
        ' "effective_at": "2026-01-08T00:00:00+00:00", "handling_unit_id": 0}: 0 or more, -5'),
    (3, 'where that was allowed at the time', $$UPDATE ims.posting
        SET effective_at = '2026-01-09 00:00+00' WHERE posting_id = 9391; UPDATE ims.movement
        SET effective_at = '2026-01-09 00:00+00' WHERE movement_id = 9491; SELECT pg_temp.add(9601,
        'ship', NULL, '{9491}', '{"owner_id": 9002, "to_location_id": 3,
            "origin_movement_id": null, "quantity": 5}');
        UPDATE ims.stock SET last_effective_at = '2026-01-09 00:00+00' WHERE owner_id = 9002;
        INSERT INTO ims.master_change (owner_id, table_name, action, row_key, old_row, new_row,
        changed_at, session_role, caller_role) VALUES (0, 'location', 'update',
        '{"location_id": 9201}', '{"negative_ok": true}', '{"negative_ok": false}',
        '2026-01-10 00:00+00', 'x', 'x')$$, '')
    ) AS d (place, title, damage, expected)
ORDER BY d.place;

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
