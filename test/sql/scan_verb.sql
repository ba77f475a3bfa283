-- Scans against what is expected: every field gets its verdict, a verdict that
-- refuses has the SQLSTATE and the numbers that the posting raises, and what is
-- posted is what was scanned, once per idempotency key.
\i test/setup.psql
BEGIN;
SELECT no_plan();
\i test/posting.psql
\i test/refusal.psql
INSERT INTO ims.item_code (owner_id, kind, code, item_id, unit) VALUES
    (9001, 'gtin', '09520123456788', 9301, NULL),
    (9001, 'gtin', '19520123456785', 9301, 'CS'),
    (9001, 'gtin', '09520123456795', 9303, NULL),
    (9001, 'gtin', '09520123456801', 9304, NULL),
    (9001, 'gtin', '99520123456811', 9302, NULL);
UPDATE ims.lot SET expires_on = '2099-06-30' WHERE owner_id = 9001 AND lot_id = 9401;
INSERT INTO ims.lot (owner_id, lot_id, item_id, code, status, expires_on) VALUES
    (9001, 9402, 9303, 'HELD', 'on_hold', NULL), (9001, 9403, 9303, 'STALE', 'released', '2020-01-31');
SELECT count(*) FROM ims.post('[
    {"item": "PEN", "quantity": 100, "to_location": "T-HERE-A"},
    {"item": "MILK", "quantity": 9, "to_location": "T-HERE-A", "lot": "L1"},
    {"item": "MILK", "quantity": 5, "to_location": "T-HERE-A", "lot": "HELD"},
    {"item": "MILK", "quantity": 5, "to_location": "T-HERE-A", "lot": "STALE"},
    {"item": "PHONE", "quantity": 1, "to_location": "T-HERE-A", "serial": "S1", "handling_unit": "P1"}]',
    kind => 'receive', owner => 'SHOP') \g /dev/null

-- Verdicts of a call, those that are ok left out; status at the end.
CREATE FUNCTION pg_temp.verdicts(call text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    said text;
BEGIN
    EXECUTE 'SELECT concat_ws('' '', string_agg(concat_ws('':'', v.field, v.verdict, v.sqlstate), '' ''
        ORDER BY v.field) FILTER (WHERE v.verdict <> ''ok''), max(v.status)) FROM ims.' || call || ' AS v'
    INTO said;
    RETURN said;
END
$$;
-- Stock of an item, by place, lot and handling unit.
CREATE FUNCTION pg_temp.stock(item text) RETURNS text
LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', s.location, s.lot, s.handling_unit, trim_scale(s.on_hand)), ', '
        ORDER BY s.location, s.lot, s.handling_unit)
    FROM ims_bi.stock AS s
    WHERE s.owner = 'SHOP' AND s.item = $1
$$;

SELECT is(pg_temp.verdicts(c.call), c.expected, c.name)
FROM (VALUES
    (1, 'nothing expected', $$pick_scan('SHOP', 'PEN', from_location => 'T-HERE-A')$$, 'checked'),
    (2, 'as expected', $$pick_scan('SHOP', '(01)09520123456795(10)L1', 'MILK', 1, lot => 'L1',
        minimum_expiry => '2099-06-30', from_location => 'T-HERE-A')$$, 'checked'),
    (3, 'one day too early', $$pick_scan('SHOP', '(01)09520123456795(10)L1', 'MILK', 1, lot => 'L1',
        minimum_expiry => '2099-07-01', from_location => 'T-HERE-A')$$,
        'expires_on:too_early:IV142 refused'),
    (4, 'another item', $$pick_scan('SHOP', '9520123456788', 'INK', from_location => 'T-HERE-A')$$,
        'item:other:IV141 refused'),
    (5, 'another lot', $$pick_scan('SHOP', '(01)09520123456795(10)L1', 'MILK', lot => 'HELD',
        from_location => 'T-HERE-A')$$, 'lot:other:IV141 refused'),
    (6, 'a label without the lot that was asked for', $$pick_scan('SHOP', '9520123456795', 'MILK',
        lot => 'L1', from_location => 'T-HERE-A')$$, 'lot:not_scanned:IV141 refused'),
    (7, 'a label without a lot at all', $$pick_scan('SHOP', '9520123456795', from_location => 'T-HERE-A')$$,
        'lot:not_scanned:IV213 refused'),
    (8, 'unknown lot', $$pick_scan('SHOP', '(01)09520123456795(10)L9', from_location => 'T-HERE-A')$$,
        'lot:unknown:IV205 refused'),
    (9, 'lot on hold', $$pick_scan('SHOP', '(01)09520123456795(10)HELD', from_location => 'T-HERE-A')$$,
        'lot:on_hold:IV304 refused'),
    (10, 'expired lot', $$pick_scan('SHOP', '(01)09520123456795(10)STALE', from_location => 'T-HERE-A')$$,
        'expires_on:expired:IV142 refused'),
    (11, 'expired, and accepted', $$pick_scan('SHOP', '(01)09520123456795(10)STALE',
        minimum_expiry => '2020-01-31', from_location => 'T-HERE-A')$$, 'checked'),
    (12, 'label and lot differ', $$pick_scan('SHOP', '(01)09520123456795(17)990531(10)L1',
        from_location => 'T-HERE-A')$$, 'expires_on:expired:IV142 refused'),
    (13, 'less than expected', $$pick_scan('SHOP', 'PEN', quantity => 3, from_location => 'T-HERE-A')$$,
        'quantity:under checked'),
    (14, 'exactly', $$pick_scan('SHOP', 'PEN', quantity => 3, labels => 3, from_location => 'T-HERE-A')$$,
        'checked'),
    (15, 'one more', $$pick_scan('SHOP', 'PEN', quantity => 3, labels => 4, from_location => 'T-HERE-A')$$,
        'quantity:over:IV143 refused'),
    (16, 'a case where a piece is asked for', $$pick_scan('SHOP', '19520123456785', 'PEN', 11,
        from_location => 'T-HERE-A')$$, 'quantity:over:IV143 refused'),
    (17, 'units are converted', $$pick_scan('SHOP', '19520123456785', 'PEN', 1, 'CS',
        from_location => 'T-HERE-A')$$, 'checked'),
    (18, 'unit of another place', $$pick_scan('SHOP', '(01)09520123456801(21)S1', from_location => 'T-HERE-B')$$,
        'serial:elsewhere:IV305 refused'),
    (19, 'unit not in stock', $$pick_scan('SHOP', '(01)09520123456801(21)S2', from_location => 'T-HERE-A')$$,
        'serial:elsewhere:IV305 refused'),
    (20, 'another unit', $$pick_scan('SHOP', '(01)09520123456801(21)S1', serial => 'S2',
        from_location => 'T-HERE-A')$$, 'serial:other:IV141 refused'),
    (21, 'another handling unit', $$pick_scan('SHOP', '(01)09520123456801(21)S1', handling_unit => 'P2',
        from_location => 'T-HERE-A')$$, 'handling_unit:other:IV141 refused'),
    (22, 'nothing known', $$pick_scan('SHOP', 'NOTHING', 'PEN', from_location => 'T-HERE-A')$$,
        'item:unknown:IV140 refused'),
    (99, 'a piece is not the item', $$pick_scan('SHOP', '(8006)095201234567880102', 'PEN', from_location => 'T-HERE-A')$$,
        'item:ambiguous:IV140 refused'),
    (23, 'unknown GTIN', $$pick_scan('SHOP', '4012345678901', 'PEN', from_location => 'T-HERE-A')$$,
        'item:unknown:IV203 refused'),
    (24, 'malformed', $$pick_scan('SHOP', '(01)09520123456789', 'PEN', from_location => 'T-HERE-A')$$,
        'item:malformed:IV121 refused'),
    (25, 'a place where goods are expected', $$pick_scan('SHOP', 'T-HERE-B', 'PEN', from_location => 'T-HERE-A')$$,
        'item:not_scanned:IV141 refused'),
    (26, 'arriving lot that is new', $$receive_scan('SHOP', '(01)09520123456795(17)991231(10)L9',
        to_location => 'T-HERE-A')$$, 'expires_on:expired:IV142 lot:unknown:IV205 refused'),
    (27, 'to be registered', $$receive_scan('SHOP', '(01)09520123456795(17)491231(10)L9', register => true,
        to_location => 'T-HERE-A')$$, 'lot:new checked'),
    (28, 'held lots may arrive', $$receive_scan('SHOP', '(01)09520123456795(10)HELD',
        to_location => 'T-HERE-A')$$, 'lot:on_hold checked'),
    (29, 'a unit in stock does not arrive', $$receive_scan('SHOP', '(01)09520123456801(21)S1',
        to_location => 'T-HERE-B')$$, 'serial:in_stock:IV305 refused'),
    (30, 'no date where one is asked for', $$receive_scan('SHOP', 'PEN', minimum_expiry => '2030-01-01',
        to_location => 'T-HERE-A')$$, 'expires_on:not_scanned:IV142 refused'),
    (31, 'another order', $$receive_scan('SHOP', '(01)09520123456788(400)PO-8', order_number => 'PO-7',
        to_location => 'T-HERE-A')$$, 'order_number:other:IV141 refused'),
    (32, 'pallet label, content as the call says', $$receive_scan('SHOP', '(00)106141412345678908', 'PEN', 40,
        register => true, to_location => 'T-HERE-A')$$,
        'handling_unit:new item:taken quantity:taken checked'),
    (33, 'pallet label, and nothing is expected', $$receive_scan('SHOP', '(00)106141412345678908',
        to_location => 'T-HERE-A')$$, 'handling_unit:unknown:IV207 item:not_scanned:IV141 refused'),
    (34, 'counted as the books say', $$count_scan('SHOP', 'PEN', quantity => 100, location => 'T-HERE-A')$$,
        'checked'),
    (35, 'counted less', $$count_scan('SHOP', 'PEN', quantity => 99, location => 'T-HERE-A')$$,
        'quantity:under checked'),
    (36, 'counted more, in cases', $$count_scan('SHOP', '19520123456785', labels => 9, location => 'T-HERE-A')$$,
        'quantity:over checked'),
    (37, 'expired and held goods are counted', $$count_scan('SHOP', '(01)09520123456795(10)STALE', quantity => 5,
        location => 'T-HERE-A')$$, 'expires_on:expired checked'),
    (38, 'another lot than the count is of', $$count_scan('SHOP', '(01)09520123456795(10)L1', lot => 'HELD',
        location => 'T-HERE-A')$$, 'lot:other:IV141 quantity:under refused')
    ) AS c (place, name, call, expected)
ORDER BY c.place;
SELECT is(pg_temp.stock('PEN') || '; ' || pg_temp.stock('MILK'),
    'T-HERE-A 100; T-HERE-A HELD 5, T-HERE-A L1 9, T-HERE-A STALE 5', 'a check changes nothing');

-- what refuses, when it is to be posted
SELECT is(pg_temp.refusal('SELECT ims.' || c.call), c.expected, c.name)
FROM (VALUES
    (1, 'another lot', $$pick_scan('SHOP', '(01)09520123456795(10)L1', 'MILK', lot => 'HELD',
        from_location => 'T-HERE-A', post => true)$$,
        'IV141 | lot "L1" was scanned, "HELD" is expected | '
        '{"item": "MILK", "field": "lot", "scanned": "L1", "expected": "HELD"}'),
    (2, 'expired', $$pick_scan('SHOP', '(01)09520123456795(10)STALE', minimum_expiry => '2026-01-01',
        from_location => 'T-HERE-A', post => true)$$,
        'IV142 | item "MILK" expires too early | {"lot": "STALE", "item": "MILK", '
        '"expires_on": "2020-01-31", "minimum_expiry": "2026-01-01"}'),
    (3, 'too many', $$pick_scan('SHOP', '19520123456785', 'PEN', 11, from_location => 'T-HERE-A', post => true)$$,
        'IV143 | 12 of item "PEN" were scanned, 11 are expected | '
        '{"item": "PEN", "scanned": 12, "expected": 11}'),
    (4, 'held', $$pick_scan('SHOP', '(01)09520123456795(10)HELD', from_location => 'T-HERE-A', post => true)$$,
        'IV304 | lot "HELD" is on hold | {"lot": "HELD", "item": "MILK", "status": "on_hold"}'),
    (5, 'elsewhere', $$pick_scan('SHOP', '(01)09520123456801(21)S1', from_location => 'T-HERE-B', post => true)$$,
        'IV305 | serial "S1" lies at "T-HERE-A" | {"item": "PHONE", "serial": "S1", "location": "T-HERE-A"}'),
    (6, 'malformed', $$pick_scan('SHOP', '(01)09520123456789', from_location => 'T-HERE-A', post => true)$$,
        'IV121 | invalid GS1 element string: (01) breaks rule incorrect_check_digit at position 18 | '
        '{"ai": "01", "rule": "incorrect_check_digit", "position": 18}'),
    (7, 'more than there is', $$pick_scan('SHOP', 'PEN', labels => 101, from_location => 'T-HERE-A', post => true)$$,
        'IV301 | insufficient stock of item "PEN" at "T-HERE-A" | '
        '{"item": "PEN", "line": 1, "location": "T-HERE-A", "available": 100, "requested": 101}'),
    (8, 'unit by unit', $$count_scan('SHOP', '(01)09520123456801(21)S1', location => 'T-HERE-A', post => true)$$,
        'IV213 | item "PHONE" is counted unit by unit | {"item": "PHONE", "tracking": "serial"}'),
    (9, 'no scan', $$receive_scan('SHOP', to_location => 'T-HERE-A')$$,
        'IV201 | argument "scan" is missing | {"argument": "scan"}'),
    (10, 'no place', $$receive_scan('SHOP', 'PEN')$$,
        'IV201 | argument "to_location" is missing | {"argument": "to_location"}'),
    (11, 'no place to pick from', $$pick_scan('SHOP', 'PEN')$$,
        'IV201 | argument "from_location" is missing | {"argument": "from_location"}'),
    (12, 'no place to count', $$count_scan('SHOP', 'PEN')$$,
        'IV201 | argument "location" is missing | {"argument": "location"}'),
    (13, 'half a label', $$pick_scan('SHOP', 'PEN', labels => 1.5, from_location => 'T-HERE-A')$$,
        'IV101 | labels come in whole numbers | {"argument": "labels", "quantity": 1.5}')
    ) AS c (place, name, call, expected)
ORDER BY c.place;
SELECT is(split_part(pg_temp.refusal('SELECT ims.' || c.call), ' | ', 1), c.expected, c.name)
FROM (VALUES
    (1, 'no label', $$pick_scan('SHOP', 'PEN', labels => 0, from_location => 'T-HERE-A')$$, '22023'),
    (2, 'a million labels', $$pick_scan('SHOP', 'PEN', labels => 1000000, from_location => 'T-HERE-A')$$, 'accepted'),
    (3, 'one more', $$pick_scan('SHOP', 'PEN', labels => 1000001, from_location => 'T-HERE-A')$$, '22023'),
    (4, 'negative quantity', $$pick_scan('SHOP', 'PEN', quantity => -1, from_location => 'T-HERE-A')$$, 'IV101'),
    (5, 'unknown item', $$pick_scan('SHOP', 'PEN', 'PIN', from_location => 'T-HERE-A')$$, 'IV203'),
    (6, 'unknown unit', $$pick_scan('SHOP', 'PEN', quantity => 1, unit => 'PAL', from_location => 'T-HERE-A')$$, 'IV102'),
    (7, 'unknown party', $$pick_scan('SHOP', 'PEN', from_location => 'T-HERE-A', party => 'WHO', post => true)$$, 'IV208'),
    (8, 'no arguments', $$pick_scan(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)$$, 'IV201'),
    (9, 'unknown owner', $$count_scan('NOBODY', 'PEN', location => 'T-HERE-A')$$, 'IV202')
    ) AS c (place, name, call, expected)
ORDER BY c.place;

-- what is posted
SELECT is(pg_temp.verdicts($$receive_scan('SHOP', '(01)09520123456795(11)260101(17)491231(10)L9', 'MILK', 12,
    labels => 12, to_location => 'T-HERE-B', register => true, post => true, dry_run => true)$$),
    'lot:new dry_run', 'tried');
SELECT is((SELECT count(*) FROM ims.lot WHERE owner_id = 9001 AND code = 'L9'), 0::bigint, 'and nothing kept');
SELECT is(pg_temp.verdicts($$receive_scan('SHOP', '(01)09520123456795(11)260101(17)491231(10)L9', 'MILK', 12,
    labels => 12, to_location => 'T-HERE-B', register => true, post => true, party => 'ACME',
    reference_number => 'PO-7', unit_cost => 1.5, idempotency_key => 'R1')$$), 'lot:new posted', 'received');
SELECT is(pg_temp.stock('MILK'), 'T-HERE-A HELD 5, T-HERE-A L1 9, T-HERE-A STALE 5, T-HERE-B L9 12',
    'as many as there were labels');
SELECT results_eq($$SELECT l.made_on, l.expires_on FROM ims.lot AS l WHERE l.owner_id = 9001 AND l.code = 'L9'$$,
    $$VALUES ('2026-01-01'::date, '2049-12-31'::date)$$, 'the lot has the dates of the label');
SELECT results_eq($$SELECT p.kind, p.reference_number, p.idempotency_key, m.unit_cost
    FROM ims.posting AS p JOIN ims.movement AS m ON m.owner_id = p.owner_id AND m.posting_id = p.posting_id
    WHERE p.owner_id = 9001 AND p.idempotency_key = 'R1'$$,
    $$VALUES ('receive', 'PO-7', 'R1', 1.5)$$, 'with its document');
SELECT is(pg_temp.verdicts($$receive_scan('SHOP', '(01)09520123456795(11)260101(17)491231(10)L9', 'MILK', 12,
    labels => 12, to_location => 'T-HERE-B', register => true, post => true, party => 'ACME',
    reference_number => 'PO-7', unit_cost => 1.5, idempotency_key => 'R1')$$), 'posted', 'once more with the same key');
SELECT is(pg_temp.stock('MILK'), 'T-HERE-A HELD 5, T-HERE-A L1 9, T-HERE-A STALE 5, T-HERE-B L9 12',
    'is the same receipt');
SELECT is(split_part(pg_temp.refusal($$SELECT ims.receive_scan('SHOP', 'PEN', to_location => 'T-HERE-B',
    post => true, idempotency_key => 'R1')$$), ' | ', 1), 'IV218', 'another call with that key is refused');
SELECT is(pg_temp.verdicts($$receive_scan('SHOP', '(00)106141412345678908(02)19520123456785(37)3', 'PEN', 3, 'CS',
    to_location => 'T-HERE-B', register => true, post => true)$$), 'handling_unit:new posted', 'a pallet of cases');
SELECT is(pg_temp.stock('PEN'), 'T-HERE-A 100, T-HERE-B 106141412345678908 36', 'is in its handling unit');
SELECT is((SELECT m.entered_quantity || ' ' || m.entered_unit FROM ims.movement AS m
    WHERE m.owner_id = 9001 AND m.entered_unit IS NOT NULL), '3 CS', 'entered in cases');
SELECT is(pg_temp.verdicts($$receive_scan('SHOP', '(00)376104250021234569', 'PEN', 40, to_location => 'T-HERE-B',
    register => true, post => true)$$), 'handling_unit:new item:taken quantity:taken posted',
    'a pallet whose label does not say what is on it');
SELECT is(pg_temp.verdicts($$receive_scan('SHOP', '(01)09520123456801(21)S7', to_location => 'T-HERE-B',
    register => true, post => true)$$), 'serial:new posted', 'a single unit');
SELECT is(pg_temp.verdicts($$receive_scan('SHOP', '(01)99520123456811(3103)001500', 'SUGAR', 2,
    to_location => 'T-HERE-B', post => true)$$), 'quantity:under posted', 'by weight');
SELECT is(pg_temp.stock('SUGAR'), 'T-HERE-B 1.5', 'the weight of the label');
SELECT is(pg_temp.verdicts($$pick_scan('SHOP', '(01)09520123456801(21)S1', 'PHONE', 1, from_location => 'T-HERE-A',
    party => 'JANE', post => true, idempotency_key => 'P1')$$), 'posted', 'picked out of its handling unit, shipped');
SELECT is(pg_temp.verdicts($$pick_scan('SHOP', '(01)09520123456801(21)S1', 'PHONE', 1, from_location => 'T-HERE-A',
    party => 'JANE', post => true, idempotency_key => 'P1')$$), 'posted',
    'again with the same key: the first answer, though the unit has gone');
SELECT is(pg_temp.verdicts($$pick_scan('SHOP', '19520123456785', from_location => 'T-HERE-A',
    to_location => 'T-HERE-B', post => true)$$), 'posted', 'moved to another place');
SELECT is(pg_temp.stock('PEN'),
    'T-HERE-A 88, T-HERE-B 106141412345678908 36, T-HERE-B 376104250021234569 40, T-HERE-B 12',
    'a case of it');
SELECT is(pg_temp.verdicts($$count_scan('SHOP', '19520123456785', labels => 7, location => 'T-HERE-A',
    post => true, dry_run => true)$$), 'quantity:under dry_run', 'a count is tried');
SELECT is(pg_temp.verdicts($$count_scan('SHOP', '19520123456785', labels => 7, location => 'T-HERE-A',
    post => true, idempotency_key => 'C1')$$), 'quantity:under posted', 'and made');
SELECT is(pg_temp.verdicts($$count_scan('SHOP', '(00)106141412345678908(02)19520123456785(37)2',
    location => 'T-HERE-B', post => true)$$), 'quantity:under posted', 'a count of a pallet');
SELECT is(pg_temp.stock('PEN'),
    'T-HERE-A 84, T-HERE-B 106141412345678908 24, T-HERE-B 376104250021234569 40, T-HERE-B 12',
    'what was counted is there');
SELECT results_eq($$SELECT v.field, v.expected, v.scanned, v.verdict, v.sqlstate
    FROM ims.pick_scan('SHOP', '(01)09520123456795(17)491231(10)L9', 'MILK', 24, lot => 'L1',
        from_location => 'T-HERE-B') AS v$$,
    $$VALUES ('item', 'MILK', 'MILK', 'ok', NULL), ('lot', 'L1', 'L9', 'other', 'IV141'),
        ('expires_on', NULL, '2049-12-31', 'ok', NULL), ('quantity', '24', '1', 'under', NULL)$$,
    'rows say what was expected and what was scanned');

-- units that do not divide, catch weight, lots of bare pallets, keys, places
INSERT INTO ims.item_code (owner_id, kind, code, item_id, unit) VALUES (9001, 'gtin', '09520123456825', 9302, 'IN');
SELECT is(pg_temp.verdicts($$receive_scan('SHOP', '09520123456825', labels => 3, to_location => 'T-HERE-A', post => true)$$),
    'posted', 'three labels of a third');
SELECT is(pg_temp.stock('SUGAR'), 'T-HERE-A 1, T-HERE-B 1.5', 'are one');
SELECT is(split_part(pg_temp.refusal($$SELECT ims.receive_scan('SHOP', '09520123456825', to_location => 'T-HERE-A',
    post => true)$$), ' | ', 1), 'IV103', 'one is not exact');
SELECT ims.create_item('SHOP', 'HAM', tracking => 'lot', measured_unit => 'KGM', measured_per_base => 10,
    measured_tolerance => 0.1) \g /dev/null
SELECT ims.create_lot('SHOP', 'HAM', 'H1') \g /dev/null
INSERT INTO ims.item_code (owner_id, kind, code, item_id) SELECT 9001, 'gtin', '99520123456835', i.item_id
FROM ims.item AS i WHERE i.owner_id = 9001 AND i.code = 'HAM';
SELECT is(pg_temp.verdicts($$receive_scan('SHOP', '(01)99520123456835(3103)010250(10)H1', to_location => 'T-HERE-A',
    labels => 2, post => true)$$), 'posted', 'catch weight');
SELECT results_eq($$SELECT trim_scale(m.quantity), trim_scale(m.measured_quantity) FROM ims.movement AS m JOIN ims.item AS i USING (owner_id, item_id)
    WHERE m.owner_id = 9001 AND i.code = 'HAM'$$, 'VALUES (2::numeric, 20.5)', 'as the labels say');
SELECT ims.create_unit('BIG BOX', 'big box') \g /dev/null
SELECT ims.create_item('SHOP', 'CRATE', measured_unit => 'BIG BOX', measured_per_base => 10) \g /dev/null
INSERT INTO ims.item_code (owner_id, kind, code, item_id) SELECT 9001, 'gtin', '09520123456849', i.item_id
FROM ims.item AS i WHERE i.owner_id = 9001 AND i.code = 'CRATE';
SELECT is(split_part(pg_temp.refusal($$SELECT ims.receive_scan('SHOP', '(01)09520123456849(3103)010250', to_location => 'T-HERE-A',
    post => true)$$), ' | ', 1), 'IV201', 'a weight is nothing to a unit that no measure has');
SELECT is(split_part(pg_temp.refusal('SELECT ims.' || c.call), ' | ', 1), c.expected, c.name)
FROM (VALUES
    (1, 'expired lot of a bare pallet', $$pick_scan('SHOP', '(00)376104250021234569', 'MILK', 1, lot => 'STALE',
        from_location => 'T-HERE-B', post => true)$$, 'IV142'),
    (2, 'one that expires too early', $$pick_scan('SHOP', '(00)376104250021234569', 'MILK', 1, lot => 'L1',
        minimum_expiry => '2099-07-01', from_location => 'T-HERE-B', post => true)$$, 'IV142'),
    (3, 'key of another call, tried', $$pick_scan('SHOP', 'PEN', from_location => 'T-HERE-A', post => true,
        idempotency_key => 'P1', dry_run => true)$$, 'IV218'),
    (4, 'no labels, counted', $$count_scan('SHOP', 'PEN', labels => NULL, location => 'T-HERE-A', post => true)$$,
        'accepted')
    ) AS c (place, name, call, expected)
ORDER BY c.place;
SELECT is(pg_temp.verdicts($$pick_scan('SHOP', 'PEN', from_location => 'T-HERE-A', post => true,
    idempotency_key => 'P2', dry_run => true)$$), 'dry_run', 'a new key is not taken');
SELECT is_empty($$SELECT FROM ims.posting_key AS k WHERE k.idempotency_key = 'P2'$$, 'by a dry run');
SELECT is(pg_temp.verdicts($$receive_scan('SHOP', '(01)09520123456801(21)S8(414)9520123456788', register => true,
    to_location => 'T-HERE-A')$$), 'serial:new checked', 'a new unit whose label names a place');
SELECT ims.create_serials('SHOP', 'PHONE', '{S9}') \g /dev/null
SELECT is(pg_temp.verdicts($$receive_scan('SHOP', '(01)09520123456801(21)S9(414)9520123456788',
    to_location => 'T-HERE-A')$$), 'checked', 'and one that is known and nowhere');
-- The day is that of the site: there are 26 hours between these two, so that the
-- day in the one never is that in the other.
INSERT INTO ims.location (location_id, code, name, kind, parent_id, site_id, time_zone) VALUES
    (9700, 'T-EAST', 'site', 'site', NULL, 9700, 'Etc/GMT-14'), (9701, 'T-EAST-A', 'bin', 'bin', 9700, 9700, NULL),
    (9800, 'T-WEST', 'site', 'site', NULL, 9800, 'Etc/GMT+12'), (9801, 'T-WEST-A', 'bin', 'bin', 9800, 9800, NULL);
INSERT INTO ims.lot (owner_id, lot_id, item_id, code, expires_on)
SELECT 9001, 9410, 9303, 'TODAY', (clock_timestamp() AT TIME ZONE 'Etc/GMT+12')::date;
SELECT is(pg_temp.verdicts(c.call), c.expected, c.call)
FROM (VALUES
    (1, $$receive_scan('SHOP', '(01)09520123456795(10)TODAY', to_location => 'T-WEST-A', labels => 3, post => true)$$, 'posted'),
    (2, $$receive_scan('SHOP', '(01)09520123456795(10)TODAY', to_location => 'T-EAST-A')$$,
        'expires_on:expired:IV142 refused'),
    (3, $$pick_scan('SHOP', '(01)09520123456795(10)TODAY', from_location => 'T-WEST-A', to_location => 'T-EAST-A')$$, 'checked'),
    (4, $$pick_scan('SHOP', '(01)09520123456795(10)TODAY', from_location => 'T-EAST-A')$$, 'expires_on:expired:IV142 refused'),
    (5, $$count_scan('SHOP', '(01)09520123456795(10)TODAY', quantity => 3, location => 'T-WEST-A')$$, 'checked'),
    (6, $$count_scan('SHOP', '(01)09520123456795(10)TODAY', quantity => 0, location => 'T-EAST-A')$$, 'expires_on:expired checked'),
    (7, $$receive_handling_unit('SHOP', 'P2', '[{"item": "MILK", "lot": "TODAY", "quantity": 1}]', 'T-WEST-A')$$, 'checked'),
    (8, $$receive_handling_unit('SHOP', 'P2', '[{"item": "MILK", "lot": "TODAY", "quantity": 1}]', 'T-EAST-A')$$,
        'expires_on:expired:IV142 refused')
    ) AS c (place, call, expected)
ORDER BY c.place;
UPDATE ims.owner SET time_zone = 'Etc/GMT+12' WHERE owner_id = 9001;
SELECT is_empty($$SELECT FROM ims.scan('SHOP', '(01)09520123456795(10)TODAY') AS s WHERE s.problems <> '[]'$$,
    'without a place the day of the owner, in the west');
UPDATE ims.owner SET time_zone = 'Etc/GMT-14' WHERE owner_id = 9001;
SELECT is((SELECT jsonb_path_query_array(s.problems, '$[*].problem')::text
    FROM ims.scan('SHOP', '(01)09520123456795(10)TODAY', c.context) AS s), c.expected, c.name)
FROM (VALUES
    (1, 'in the west', '{"location": "T-WEST-A"}'::jsonb, '[]'),
    (2, 'in the east', '{"location": "T-EAST-A"}', '["expired"]'),
    (3, 'without a place the day of the owner, in the east', '{}', '["expired"]')
    ) AS c (place, name, context, expected)
ORDER BY c.place;

SELECT is_empty($$SELECT * FROM ims.verify('SHOP')$$, 'the ledger proves');

SELECT * FROM finish();
ROLLBACK;
