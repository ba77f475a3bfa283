-- Scans: every form a label, a tag or a keyboard gives leads to the same item,
-- lot, unit and quantity; what is unknown is said, never raised; what is wrong
-- is told with the SQLSTATE that a posting would raise; nothing of another
-- owner shows.
\i test/setup.psql
BEGIN;
SELECT plan(114);
\i test/posting.psql
\i test/refusal.psql
INSERT INTO ims.item_code (owner_id, kind, code, item_id, unit) VALUES
    (9001, 'gtin', '09520123456788', 9301, NULL),
    (9001, 'gtin', '19520123456785', 9301, 'CS'),
    (9001, 'gtin', '09520123456795', 9303, NULL),
    (9001, 'gtin', '09520123456801', 9304, NULL),
    (9001, 'gtin', '99520123456811', 9302, NULL),
    (9001, 'gtin', '80614141123458', 9304, NULL),
    (9001, 'supplier', 'ACME-7', 9301, 'CS'),
    (9001, 'client', 'TWICE', 9301, NULL),
    (9001, 'supplier', 'TWICE', 9306, NULL);
INSERT INTO ims.item (owner_id, item_id, code, name, status) VALUES
    (9001, 9390, 'OLD', 'old', 'inactive');
INSERT INTO ims.item_code (owner_id, kind, code, item_id) VALUES
    (9001, 'gtin', '09520123456825', 9390);
UPDATE ims.lot SET made_on = '2026-01-01', best_before = '2027-06-30', expires_on = '2027-12-31'
WHERE owner_id = 9001 AND lot_id = 9401;
INSERT INTO ims.lot (owner_id, lot_id, item_id, code, status) VALUES
    (9001, 9402, 9303, 'HELD', 'on_hold'), (9001, 9403, 9304, 'RED', 'released');
SELECT count(*) FROM ims.receive('SHOP', 'PHONE', 1, to_location => 'T-HERE-A', serial => 'S1',
    lot => 'RED', handling_unit => 'P1') \g /dev/null
INSERT INTO ims.serial (owner_id, serial_id, item_id, code) VALUES (9001, 9503, 9304, '6789');
INSERT INTO ims.handling_unit (owner_id, handling_unit_id, code) VALUES
    (9001, 9603, '106141412345678908'), (9001, 9604, '06141411234525678');
INSERT INTO ims.location (location_id, code, name, kind, parent_id, site_id, attributes) VALUES
    (9104, 'T-HERE-C', 'bin', 'bin', 9100, 9100, '{"gln": "0614141123452"}'),
    (9105, 'T-HERE-D', 'bin', 'bin', 9100, 9100, '{"gln": "0614141123452.5678"}');
-- Another owner, with the same codes.
INSERT INTO ims.owner (owner_id, code, name) VALUES (9002, 'OTHER', 'other');
INSERT INTO ims.item (owner_id, item_id, code, name, tracking) VALUES
    (9002, 9391, 'SECRET', 'secret', 'lot'), (9002, 9392, 'PEN', 'pen of another', 'none');
INSERT INTO ims.lot (owner_id, lot_id, item_id, code) VALUES (9002, 9491, 9391, 'SL');
INSERT INTO ims.handling_unit (owner_id, handling_unit_id, code) VALUES
    (9002, 9691, '095201234567891235');
INSERT INTO ims.item_code (owner_id, kind, code, item_id, unit) VALUES
    (9002, 'gtin', '04006381333931', 9391, NULL);

-- What a scan says, without what it leaves out.
CREATE FUNCTION pg_temp.said(scan text, context jsonb DEFAULT '{}') RETURNS text
LANGUAGE sql SET datestyle = 'ISO' AS $$
    SELECT concat_ws(' ', s.kind, 'item=' || s.item, 'quantity=' || s.quantity, 'unit=' || s.unit,
        'base=' || nullif(s.base_quantity, s.quantity),
        'measured=' || s.measured_quantity || ' ' || s.measured_unit,
        'lot=' || s.lot, 'serial=' || s.serial, 'made=' || s.made_on, 'best=' || s.best_before,
        'sell=' || s.sell_by, 'expires=' || s.expires_on, 'in=' || s.handling_unit,
        'at=' || s.location, 'order=' || s.order_number,
        'unknown=' || nullif(array_to_string(s.unknown, ','), ''),
        'problems=' || (SELECT string_agg(concat_ws(':', p ->> 'problem', p ->> 'sqlstate'), ','
                ORDER BY n) FROM jsonb_array_elements(s.problems) WITH ORDINALITY AS e (p, n)))
    FROM ims.scan('SHOP', scan, '{"reference_date": "2026-11-02"}' || context) AS s
$$;

SELECT is(pg_temp.said(c.scan), c.expected, c.name)
FROM (VALUES
    (1, 'brackets', '(01)09520123456795(17)271231(10)L1',
     'lot item=MILK quantity=1 unit=EA lot=L1 made=2026-01-01 best=2027-06-30 expires=2027-12-31'),
    (2, 'a scanner with symbology identifier and GS', ']C1010952012345679510L1' || chr(29) || '17271231',
     'lot item=MILK quantity=1 unit=EA lot=L1 made=2026-01-01 best=2027-06-30 expires=2027-12-31'),
    (3, 'GS without symbology identifier', '010952012345679510L1' || chr(29) || '17271231',
     'lot item=MILK quantity=1 unit=EA lot=L1 made=2026-01-01 best=2027-06-30 expires=2027-12-31'),
    (4, 'digits that begin with a key', '01095201234567951727123110L1',
     'lot item=MILK quantity=1 unit=EA lot=L1 made=2026-01-01 best=2027-06-30 expires=2027-12-31'),
    (5, 'Digital Link', 'https://example.com/01/09520123456795/10/L1?17=271231',
     'lot item=MILK quantity=1 unit=EA lot=L1 made=2026-01-01 best=2027-06-30 expires=2027-12-31'),
    (6, 'Digital Link in a QR symbol that is not of GS1', ']Q1https://id.gs1.org/01/09520123456795/10/L1',
     'lot item=MILK quantity=1 unit=EA lot=L1 made=2026-01-01 best=2027-06-30 expires=2027-12-31'),
    (7, 'line feed of the reader', E'(01)09520123456788\r\n', 'item item=PEN quantity=1 unit=EA'),
    (8, 'EAN-13', '9520123456788', 'item item=PEN quantity=1 unit=EA'),
    (9, 'EAN-13 with symbology identifier', ']E09520123456788', 'item item=PEN quantity=1 unit=EA'),
    (10, 'GTIN-14 of a case', '19520123456785', 'item item=PEN quantity=1 unit=CS base=12'),
    (11, 'ITF-14', ']I119520123456785', 'item item=PEN quantity=1 unit=CS base=12'),
    (12, 'tag of a single unit, hexadecimal', '3074257BF7194E4000001A85',
     'serial item=PHONE quantity=1 unit=EA serial=6789'),
    (13, 'the same in small letters', '3074257bf7194e4000001a85',
     'serial item=PHONE quantity=1 unit=EA serial=6789'),
    (14, 'its tag URI', 'urn:epc:tag:sgtin-96:3.0614141.812345.6789',
     'serial item=PHONE quantity=1 unit=EA serial=6789'),
    (15, 'its pure identity', 'urn:epc:id:sgtin:0614141.812345.6789',
     'serial item=PHONE quantity=1 unit=EA serial=6789'),
    (16, 'tag of a pallet', '3174257BF4499602D2000000', 'handling_unit in=106141412345678908'),
    (17, 'SSCC', '106141412345678908', 'handling_unit in=106141412345678908'),
    (18, 'SSCC with its identifier', '00106141412345678908', 'handling_unit in=106141412345678908'),
    (19, 'GLN in the attributes of a place', '(414)0614141123452', 'location at=T-HERE-C'),
    (20, 'GLN with extension', '(414)0614141123452(254)5678', 'location at=T-HERE-D'),
    (21, 'tag of a place', '3274257BF46072000000162E', 'location at=T-HERE-D'),
    (22, 'GLN as plain digits', '0614141123452', 'location at=T-HERE-C'),
    (23, 'own code of an item', 'PEN', 'item item=PEN quantity=1 unit=EA'),
    (24, 'code of a supplier, for a case', 'ACME-7', 'item item=PEN quantity=1 unit=CS base=12'),
    (25, 'code of a place', 'T-HERE-A', 'location at=T-HERE-A'),
    (26, 'code of a handling unit, with what is in it', 'P1',
     'handling_unit item=PHONE quantity=1 unit=EA lot=RED in=P1 at=T-HERE-A'),
    (27, 'code of a lot', 'L1', 'lot item=MILK quantity=1 unit=EA lot=L1 made=2026-01-01 '
     'best=2027-06-30 expires=2027-12-31'),
    (28, 'code of a single unit, with where it lies', 'S1',
     'serial item=PHONE quantity=1 unit=EA lot=RED serial=S1 in=P1 at=T-HERE-A'),
    (29, 'own code behind a symbology identifier', ']A0PEN', 'item item=PEN quantity=1 unit=EA'),
    (30, 'measure', '12.5 KGM', 'measure measured=12.5 KGM'),
    (30.1, 'digits in groups', '1 000 KGM', 'unknown unknown=scan problems=unknown_scan:IV140'),
    (30.2, 'groups alone', '1 000', 'unknown unknown=scan problems=unknown_scan:IV140'),
    (31, 'order number', '(400)PO-7', 'order order=PO-7'),
    (32, 'expiry with the hour', '(01)09520123456795(10)L1(7003)2712302359',
     'lot item=MILK quantity=1 unit=EA lot=L1 made=2026-01-01 best=2027-06-30 expires=2027-12-30 problems=date_differs:IV141'),
    (33, 'the earlier one of two days of expiry', '(01)09520123456795(10)L1(17)271229(7003)2712302359',
     'lot item=MILK quantity=1 unit=EA lot=L1 made=2026-01-01 best=2027-06-30 expires=2027-12-29 problems=date_differs:IV141'),
    (34, 'made to order', '(03)09520123456795(10)L1',
     'lot item=MILK quantity=1 unit=EA lot=L1 made=2026-01-01 best=2027-06-30 expires=2027-12-31'),
    (35, 'a piece of an item in two', '(8006)095201234567880102',
     'item item=PEN quantity=1 unit=EA problems=ambiguous:IV140'),
    (36, 'and of an item in one', '(8006)095201234567880101', 'item item=PEN quantity=1 unit=EA'),
    (37, 'pieces on a pallet', '(00)106141412345678908(8026)095201234567880102(37)5',
     'handling_unit item=PEN quantity=5 unit=EA in=106141412345678908 problems=ambiguous:IV140')
    ) AS c (place, name, scan, expected)
ORDER BY c.place;

-- quantities
INSERT INTO ims.unit (code, name) VALUES ('BIG BOX', 'big box');
INSERT INTO ims.item (owner_id, item_id, code, name, base_unit) VALUES (9001, 9392, 'CRATE', 'crate', 'BIG BOX');
INSERT INTO ims.item_code (owner_id, kind, code, item_id) VALUES (9001, 'gtin', '09520123456849', 9392);
SELECT is(pg_temp.said(c.scan), c.expected, c.name)
FROM (VALUES
    (1, 'content of a pallet: cases',
     '(00)106141412345678908(02)19520123456785(37)25',
     'handling_unit item=PEN quantity=25 unit=CS base=300 in=106141412345678908'),
    (2, 'content of a pallet: pieces',
     '(00)106141412345678908(02)09520123456788(37)1',
     'handling_unit item=PEN quantity=1 unit=EA in=106141412345678908'),
    (3, 'variable count: pieces, whatever the GTIN stands for', '(01)19520123456785(30)7',
     'item item=PEN quantity=7 unit=EA'),
    (4, 'no count', '(01)19520123456785', 'item item=PEN quantity=1 unit=CS base=12'),
    (5, 'count of nothing', '(01)09520123456788(30)0', 'item item=PEN quantity=0 unit=EA'),
    (6, 'largest count', '(01)09520123456788(30)99999999', 'item item=PEN quantity=99999999 unit=EA'),
    (7, 'net weight of an item kept by weight', '(01)99520123456811(3103)001500',
     'item item=SUGAR quantity=1.5 unit=KGM measured=1.5 KGM'),
    (8, 'in pounds, rounded and said so', '(01)99520123456811(3201)000015',
     'item item=SUGAR quantity=0.680389 unit=KGM measured=1.5 LBR problems=rounded'),
    (9, 'metric before pounds', '(01)99520123456811(3201)000015(3102)000068',
     'item item=SUGAR quantity=0.68 unit=KGM measured=0.68 KGM'),
    (10, 'net weight of an item kept by the piece', '(01)09520123456788(3103)000195',
     'item item=PEN quantity=1 unit=EA measured=0.195 KGM'),
    (10.1, 'and by a unit that no measure has', '(01)09520123456849(3103)000195',
     'item item=CRATE quantity=1 unit=BIG BOX measured=0.195 KGM'),
    (11, 'gross weight is none of the item', '(00)106141412345678908(3300)000500',
     'handling_unit in=106141412345678908')
    ) AS c (place, name, scan, expected)
ORDER BY c.place;

-- what is unknown or wrong
SELECT is(pg_temp.said(c.scan, c.context::jsonb), c.expected, c.name)
FROM (VALUES
    (1, 'unknown GTIN', '(01)04012345678901', '{}', 'item unknown=item problems=unknown_item:IV203'),
    (2, 'unknown EAN', '4012345678901', '{}', 'item unknown=item problems=unknown_item:IV203'),
    (3, 'restricted circulation number', '2112345678900', '{}',
     'item unknown=item problems=restricted_number,unknown_item:IV203'),
    (4, 'unknown lot', '(01)09520123456795(10)L9', '{}',
     'lot item=MILK quantity=1 unit=EA lot=L9 unknown=lot problems=unknown_lot:IV205'),
    (5, 'a lot of an unknown item is not looked for', '(01)04012345678901(10)L1', '{}',
     'lot lot=L1 unknown=item problems=unknown_item:IV203'),
    (6, 'unknown single unit', '(01)09520123456801(21)S9', '{}',
     'serial item=PHONE quantity=1 unit=EA serial=S9 unknown=serial problems=unknown_serial:IV206'),
    (7, 'unknown SSCC', '376104250021234569', '{}',
     'handling_unit in=376104250021234569 unknown=handling_unit problems=unknown_handling_unit:IV207'),
    (8, 'unknown place', '(414)6291041500213', '{}',
     'location at=6291041500213 unknown=location problems=unknown_location:IV204'),
    (9, 'nothing known', 'NOTHING', '{}', 'unknown unknown=scan problems=unknown_scan:IV140'),
    (10, 'an empty scan', '', '{}', 'unknown unknown=scan problems=unknown_scan:IV140'),
    (11, 'an element string that names nothing of stock', '(8020)REF', '{}',
     'unknown unknown=scan problems=required_ai_missing:IV122,unknown_scan:IV140'),
    (12, 'another expiry than the lot has', '(01)09520123456795(17)271130(10)L1', '{}',
     'lot item=MILK quantity=1 unit=EA lot=L1 made=2026-01-01 best=2027-06-30 expires=2027-11-30 '
     'problems=date_differs:IV141'),
    (13, 'expired yesterday', '(01)09520123456795(17)271231(10)L1', '{"reference_date": "2028-01-01"}',
     'lot item=MILK quantity=1 unit=EA lot=L1 made=2026-01-01 best=2027-06-30 expires=2027-12-31 '
     'problems=expired:IV142'),
    (14, 'usable on its last day', '(01)09520123456795(17)271231(10)L1', '{"reference_date": "2027-12-31"}',
     'lot item=MILK quantity=1 unit=EA lot=L1 made=2026-01-01 best=2027-06-30 expires=2027-12-31'),
    (15, 'day 00 is the last of the month', '(01)09520123456788(17)280200', '{"reference_date": "2028-02-29"}',
     'item item=PEN quantity=1 unit=EA expires=2028-02-29'),
    (16, 'lot on hold', '(01)09520123456795(10)HELD', '{}',
     'lot item=MILK quantity=1 unit=EA lot=HELD problems=lot_on_hold:IV304'),
    (17, 'single unit of another lot', '(01)09520123456801(10)BLUE(21)S1', '{}',
     'serial item=PHONE quantity=1 unit=EA lot=BLUE serial=S1 in=P1 at=T-HERE-A unknown=lot '
     'problems=serial_of_other_lot:IV213,unknown_lot:IV205'),
    (18, 'single unit elsewhere', '(01)09520123456801(21)S1', '{"location": "T-HERE-B"}',
     'serial item=PHONE quantity=1 unit=EA lot=RED serial=S1 in=P1 at=T-HERE-A '
     'problems=serial_elsewhere:IV305'),
    (19, 'single unit here', '(01)09520123456801(21)S1', '{"location": "T-HERE-A"}',
     'serial item=PHONE quantity=1 unit=EA lot=RED serial=S1 in=P1 at=T-HERE-A'),
    (20, 'a unit that is not in stock is not here', '(01)09520123456801(21)S2', '{"location": "T-HERE-A"}',
     'serial item=PHONE quantity=1 unit=EA serial=S2 problems=serial_elsewhere:IV305'),
    (21, 'no lot of an item that has lots', '9520123456795', '{}',
     'item item=MILK quantity=1 unit=EA problems=lot_missing:IV213'),
    (22, 'no serial of an item that has serials', '(01)09520123456801', '{}',
     'item item=PHONE quantity=1 unit=EA problems=serial_missing:IV213'),
    (23, 'inactive item', '9520123456825', '{}',
     'item item=OLD quantity=1 unit=EA problems=item_inactive:IV212'),
    (24, 'one code of two items', 'TWICE', '{}',
     'item item=PEN quantity=1 unit=EA problems=ambiguous:IV140'),
    (25, 'told apart by the item', 'TWICE', '{"item": "INK"}', 'item item=INK quantity=1 unit=EA'),
    (26, 'a kind that the code is not', 'T-HERE-A', '{"kind": "item"}',
     'unknown unknown=scan problems=unknown_scan:IV140'),
    (27, 'a lot with no item', '(10)L1', '{}',
     'unknown lot=L1 unknown=scan problems=required_ai_missing:IV122,unknown_scan:IV140'),
    (28, 'wrong check digit', '(01)09520123456789', '{}', 'malformed problems=malformed:IV121'),
    (29, 'no link of GS1', 'https://example.com/about', '{}', 'malformed problems=malformed:IV121'),
    (30, 'no EPC', 'urn:epc:id:sgtin:0614141', '{}', 'malformed problems=malformed:IV111')
    ) AS c (place, name, scan, context, expected)
ORDER BY c.place;

-- strict reading, arguments
SELECT is(split_part(pg_temp.refusal(c.statement), ' | ', 1), c.expected, c.name)
FROM (VALUES
    (1, 'strict: wrong check digit', $$SELECT ims.scan('SHOP', '(01)09520123456789', '{"strict": true}')$$, 'IV121'),
    (2, 'strict: a lot without an item', $$SELECT ims.scan('SHOP', '(10)L1', '{"strict": true}')$$, 'IV122'),
    (3, 'strict: unknown identifier', $$SELECT ims.scan('SHOP', '(7099)A', '{"strict": true}')$$, 'IV123'),
    (4, 'strict: no EPC', $$SELECT ims.scan('SHOP', 'urn:epc:id:sgtin:0614141', '{"strict": true}')$$, 'IV111'),
    (5, 'strict: an unknown code is no error', $$SELECT ims.scan('SHOP', 'NOTHING', '{"strict": true}')$$, 'accepted'),
    (6, 'no scan', $$SELECT ims.scan('SHOP')$$, 'IV201'),
    (7, 'no context', $$SELECT ims.scan('SHOP', 'PEN', NULL)$$, 'accepted'),
    (8, 'longest text', $$SELECT ims.scan('SHOP', repeat('x', 10000))$$, 'accepted'),
    (9, 'one longer', $$SELECT ims.scan('SHOP', repeat('x', 10001))$$, '22001'),
    (10, 'unknown key of the context', $$SELECT ims.scan('SHOP', 'PEN', '{"places": "A"}')$$, 'IV211'),
    (11, 'unknown place of the context', $$SELECT ims.scan('SHOP', 'PEN', '{"location": "NOWHERE"}')$$, 'IV204'),
    (12, 'unknown item of the context', $$SELECT ims.scan('SHOP', 'PEN', '{"item": "SECRET"}')$$, 'IV203'),
    (13, 'unknown kind', $$SELECT ims.scan('SHOP', 'PEN', '{"kind": "thing"}')$$, '22023'),
    (14, 'unknown owner', $$SELECT ims.scan('NOBODY', 'PEN')$$, 'IV202')
    ) AS c (place, name, statement, expected)
ORDER BY c.place;

-- digits that read as an element string or a tag, and are a code of the owner
INSERT INTO ims.item_code (owner_id, kind, code, item_id, unit) VALUES
    (9001, 'other', '0104012345678901', 9306, NULL),
    (9001, 'other', '0109520123456788', 9306, NULL),
    (9001, 'other', '0119520123456785', 9301, NULL);
INSERT INTO ims.handling_unit (owner_id, handling_unit_id, code) VALUES
    (9001, 9605, '3074257BF7194E4000001A85'), (9001, 9606, '30740242201D8840009EFDF7');
SELECT is(pg_temp.said(c.scan, c.context::jsonb), c.expected, c.name)
FROM (VALUES
    (1, 'own code, where nobody has the GTIN', '0104012345678901', '{}', 'item item=INK quantity=1 unit=EA'),
    (2, 'with brackets it is the GTIN', '(01)04012345678901', '{}', 'item unknown=item problems=unknown_item:IV203'),
    (3, 'and with a symbology identifier', ']C10104012345678901', '{}', 'item unknown=item problems=unknown_item:IV203'),
    (4, 'an item has the GTIN, another the code', '0109520123456788', '{}',
     'item item=PEN quantity=1 unit=EA problems=ambiguous:IV140'),
    (5, 'told apart by the item', '0109520123456788', '{"item": "INK"}', 'item item=INK quantity=1 unit=EA'),
    (6, 'or the other', '0109520123456788', '{"item": "PEN"}', 'item item=PEN quantity=1 unit=EA'),
    (7, 'with brackets nothing is ambiguous', '(01)09520123456788', '{}', 'item item=PEN quantity=1 unit=EA'),
    (8, 'code and GTIN of one item', '0119520123456785', '{}', 'item item=PEN quantity=1 unit=CS base=12'),
    (9, 'a kind that the code is not', '0104012345678901', '{"kind": "lot"}',
     'item unknown=item problems=unknown_item:IV203'),
    (9.1, 'a kind that tells', '3074257BF7194E4000001A85', '{"kind": "handling_unit"}',
     'handling_unit in=3074257BF7194E4000001A85'),
    (9.2, 'or tells nothing', '0109520123456788', '{"kind": "item"}',
     'item item=PEN quantity=1 unit=EA problems=ambiguous:IV140'),
    (10, 'a unit whose code is a tag', '30740242201D8840009EFDF7', '{}', 'handling_unit in=30740242201D8840009EFDF7'),
    (11, 'of an item that there is', '3074257BF7194E4000001A85', '{}',
     'serial item=PHONE quantity=1 unit=EA serial=6789 problems=ambiguous:IV140')
    ) AS c (place, name, scan, context, expected)
ORDER BY c.place;
SELECT is((SELECT s.problems -> 0 -> 'others' FROM ims.scan('SHOP', c.scan) AS s), c.expected::jsonb, 'the other: ' || c.scan)
FROM (VALUES
    (1, '0109520123456788', '[{"kind": "item", "code": "INK"}]'),
    (2, '3074257BF7194E4000001A85', '[{"kind": "handling_unit", "code": "3074257BF7194E4000001A85"}]')
    ) AS c (place, scan, expected)
ORDER BY c.place;

-- other owners
SELECT is(pg_temp.said(c.scan), c.expected, 'nothing of another owner: ' || c.scan)
FROM (VALUES
    (1, 'SECRET', 'unknown unknown=scan problems=unknown_scan:IV140'),
    (2, 'SL', 'unknown unknown=scan problems=unknown_scan:IV140'),
    (3, '4006381333931', 'item unknown=item problems=unknown_item:IV203'),
    (4, '(00)095201234567891235', 'handling_unit in=095201234567891235 unknown=handling_unit '
        'problems=unknown_handling_unit:IV207')
    ) AS c (place, scan, expected)
ORDER BY c.place;

SELECT * FROM finish();
ROLLBACK;
