-- A handling unit is received with what was announced to be in it: of the list
-- the tree of the unit that was scanned, and nothing else, in one posting, with
-- its nesting; every difference between the list, the label and what is known
-- has its verdict, and refuses the posting by its SQLSTATE; a unit is received
-- once.
\i test/setup.psql
BEGIN;
SELECT no_plan();
\i test/posting.psql
\i test/refusal.psql
INSERT INTO ims.item_code (owner_id, kind, code, item_id, unit) VALUES
    (9001, 'gtin', '09520123456788', 9301, NULL),
    (9001, 'gtin', '19520123456785', 9301, 'CS'),
    (9001, 'gtin', '09520123456795', 9303, NULL);
UPDATE ims.lot SET expires_on = '2099-06-30' WHERE owner_id = 9001 AND lot_id = 9401;
SELECT ims.create_item('SHOP', 'HAM', tracking => 'lot', measured_unit => 'KGM', measured_per_base => 10,
    measured_tolerance => 0.1) \g /dev/null
SELECT ims.create_item('SHOP', 'OLD') \g /dev/null
SELECT ims.change_item('SHOP', 'OLD', status => 'inactive') \g /dev/null
SELECT ims.create_handling_unit('SHOP', c.code) FROM (VALUES ('SHUT'), ('FULL'), ('OUTER'), ('INNER')) AS c (code) \g /dev/null
SELECT ims.close_handling_unit('SHOP', 'SHUT') \g /dev/null
SELECT count(*) FROM ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-B', handling_unit => 'FULL') \g /dev/null
SELECT count(*) FROM ims.receive('SHOP', 'PHONE', 1, to_location => 'T-HERE-B', serial => 'S1') \g /dev/null
SELECT count(*) FROM ims.receive('SHOP', 'INK', 1, to_location => 'T-HERE-B', handling_unit => 'INNER') \g /dev/null
SELECT count(*) FROM ims.pack('SHOP', 'OUTER', handling_units => '{INNER}') \g /dev/null
SELECT count(*) FROM ims.unpack('SHOP', 'INNER') \g /dev/null

-- Verdicts of a call, that of the unit left out if it is ok; status at the end.
CREATE FUNCTION pg_temp.verdicts(scan text, contents jsonb, more text DEFAULT '') RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    said text;
BEGIN
    EXECUTE 'SELECT concat_ws('' '', string_agg(concat_ws('':'', v.line, v.handling_unit, v.item, v.field, v.verdict,
            v.sqlstate), '' '' ORDER BY v.line NULLS FIRST, v.handling_unit COLLATE "C", v.field)
        FILTER (WHERE v.verdict <> ''ok''), max(v.status))
        FROM ims.receive_handling_unit(''SHOP'', $1, $2, ''T-HERE-A''' || more || ') AS v'
    INTO said USING scan, contents;
    RETURN said;
END
$$;

-- What is announced: two pallets and a carton that comes alone.
SELECT '[
    {"handling_unit": "C1", "parent": "LAYER", "item": "PEN", "quantity": 2, "unit": "CS", "reference_line": "10"},
    {"handling_unit": "C2", "parent": "LAYER", "gtin": "9520123456795", "quantity": 5, "lot": "N1",
        "made_on": "2026-01-01", "expires_on": "2049-12-31"},
    {"handling_unit": "LAYER", "parent": "106141412345678908"},
    {"handling_unit": "106141412345678908", "item": "PHONE", "serial": "N7", "unit_cost": 250, "currency": "EUR"},
    {"item": "HAM", "quantity": 3, "lot": "H1", "measured_quantity": 30.25},
    {"handling_unit": "106141412345678915", "item": "INK", "quantity": 4},
    {"handling_unit": "C3", "item": "INK", "quantity": 1}]' AS notice \gset

SELECT is(pg_temp.verdicts('(00)106141412345678908', :'notice'),
    '106141412345678908:handling_unit:unknown:IV207 C1:handling_unit:unknown:IV207 C2:handling_unit:unknown:IV207 '
    'LAYER:handling_unit:unknown:IV207 2:C2:MILK:lot:unknown:IV205 4:106141412345678908:PHONE:serial:unknown:IV206 '
    '5:106141412345678908:HAM:lot:unknown:IV205 refused', 'nobody knows them');
SELECT is(pg_temp.verdicts('(00)106141412345678908', :'notice', ', register => true'),
    '106141412345678908:handling_unit:new C1:handling_unit:new C2:handling_unit:new LAYER:handling_unit:new '
    '2:C2:MILK:lot:new 4:106141412345678908:PHONE:serial:new 5:106141412345678908:HAM:lot:new checked',
    'to be registered');
SELECT is_empty($$SELECT FROM ims.handling_unit AS h WHERE h.owner_id = 9001 AND h.code IN ('C1', '106141412345678908')$$,
    'a check makes nothing');
SELECT is(pg_temp.verdicts(']C100106141412345678908', :'notice', $$, register => true, post => true, party => 'ACME',
    reference_type => 'desadv', reference_number => 'D-7', actor => 'dock', idempotency_key => 'K1', dry_run => true$$),
    '106141412345678908:handling_unit:new C1:handling_unit:new C2:handling_unit:new LAYER:handling_unit:new '
    '2:C2:MILK:lot:new 4:106141412345678908:PHONE:serial:new 5:106141412345678908:HAM:lot:new dry_run', 'tried');
SELECT is_empty($$SELECT FROM ims.handling_unit AS h WHERE h.owner_id = 9001 AND h.code IN ('C1', '106141412345678908')$$,
    'nor does a dry run');
SELECT is(pg_temp.verdicts(']C100106141412345678908', :'notice', $$, register => true, post => true, party => 'ACME',
    reference_type => 'desadv', reference_number => 'D-7', actor => 'dock', idempotency_key => 'K1'$$),
    '106141412345678908:handling_unit:new C1:handling_unit:new C2:handling_unit:new LAYER:handling_unit:new '
    '2:C2:MILK:lot:new 4:106141412345678908:PHONE:serial:new 5:106141412345678908:HAM:lot:new posted', 'received');
SELECT results_eq($$SELECT c.level, c.handling_unit, c.parent, c.item, c.lot, c.serial, c.quantity, c.location
    FROM ims.contents_at('SHOP', '106141412345678908') AS c$$,
    $$VALUES (0::bigint, '106141412345678908', NULL, 'HAM', 'H1', NULL, 3::numeric, 'T-HERE-A'),
        (0, '106141412345678908', NULL, 'PHONE', NULL, 'N7', 1, 'T-HERE-A'),
        (1, 'LAYER', '106141412345678908', NULL, NULL, NULL, NULL, NULL),
        (2, 'C1', 'LAYER', 'PEN', NULL, NULL, 24, 'T-HERE-A'),
        (2, 'C2', 'LAYER', 'MILK', 'N1', NULL, 5, 'T-HERE-A')$$, 'as announced, each in its unit');
SELECT results_eq($$SELECT p.kind, p.reference_number, p.actor, y.code, i.code, m.quantity::numeric, m.entered_quantity,
        m.entered_unit, m.unit_cost, m.currency, m.measured_quantity, m.reference_line
    FROM ims.posting AS p JOIN ims.party AS y USING (owner_id, party_id)
    JOIN ims.movement AS m ON m.owner_id = p.owner_id AND m.posting_id = p.posting_id
    JOIN ims.item AS i ON i.owner_id = m.owner_id AND i.item_id = m.item_id
    WHERE p.owner_id = 9001 AND p.idempotency_key = 'K1' ORDER BY m.movement_id$$,
    $$VALUES ('receive', 'D-7', 'dock', 'ACME', 'PEN', 24::numeric, 2::numeric, 'CS', NULL::numeric, NULL, NULL::numeric, '10'),
        ('receive', 'D-7', 'dock', 'ACME', 'MILK', 5, NULL, NULL, NULL, NULL, NULL, NULL),
        ('receive', 'D-7', 'dock', 'ACME', 'PHONE', 1, NULL, NULL, 250, 'EUR', NULL, NULL),
        ('receive', 'D-7', 'dock', 'ACME', 'HAM', 3, NULL, NULL, NULL, NULL, 30.25, NULL)$$, 'in one posting');
SELECT results_eq($$SELECT l.made_on, l.expires_on FROM ims.lot AS l WHERE l.owner_id = 9001 AND l.code = 'N1'$$,
    $$VALUES ('2026-01-01'::date, '2049-12-31'::date)$$, 'the lot has its dates');
SELECT results_eq($$SELECT h.code, h.kind FROM ims.handling_unit AS h
    WHERE h.owner_id = 9001 AND h.code IN ('LAYER', 'C3', '106141412345678908', '106141412345678915') ORDER BY h.code$$,
    $$VALUES ('106141412345678908', 'pallet'), ('LAYER', 'carton')$$, 'of other units nothing is made');
SELECT is((SELECT count(*) FROM ims.master_change AS c WHERE c.owner_id = 9001 AND c.actor = 'dock'
    AND c.table_name IN ('handling_unit', 'lot', 'serial')), 7::bigint, 'who made them is kept');
SELECT is(pg_temp.verdicts(']C100106141412345678908', :'notice', $$, register => true, post => true, party => 'ACME',
    reference_type => 'desadv', reference_number => 'D-7', actor => 'dock', idempotency_key => 'K1'$$),
    'posted',
    'the same key gives the first answer');
SELECT is(pg_temp.refusal(format($$SELECT ims.receive_handling_unit('SHOP', '(00)106141412345678908', %L, 'T-HERE-A',
    post => true)$$, :'notice')), 'IV242 | handling unit "106141412345678908" is in stock already | '
    '{"location": "T-HERE-A", "handling_unit": "106141412345678908"}', 'without it the second scan is refused');
SELECT is(split_part(pg_temp.refusal($$SELECT ims.receive_handling_unit('SHOP', 'P2', '[{"item": "PEN", "quantity": 1}]',
    'T-HERE-A', post => true, idempotency_key => 'K1')$$), ' | ', 1), 'IV218', 'the key of another call');
SELECT is_empty($$SELECT * FROM ims.verify('SHOP')$$, 'the ledger proves');
SELECT results_eq($$SELECT e.event_type || ' ' || e.action || ' ' || e.biz_step, e.event ->> 'parentID',
        coalesce(e.event -> 'epcList', e.event -> 'childEPCs')::text
    FROM (SELECT v.owner_id, v.posting_id, v.event_type, v.action, v.biz_step, v.event::jsonb AS event
          FROM ims_bi.epcis_event AS v) AS e
    JOIN ims.posting AS p ON p.owner_id = e.owner_id AND p.posting_id = e.posting_id
    WHERE p.owner_id = 9001 AND p.idempotency_key = 'K1' ORDER BY e.event ->> 'parentID' COLLATE "C"$$,
    $$VALUES ('AggregationEvent OBSERVE receiving', 'https://epcis.invalid/obj/SHOP/C1', NULL),
        ('AggregationEvent OBSERVE receiving', 'https://epcis.invalid/obj/SHOP/C2', NULL),
        ('AggregationEvent OBSERVE receiving', 'https://epcis.invalid/obj/SHOP/LAYER',
            '["https://epcis.invalid/obj/SHOP/C1", "https://epcis.invalid/obj/SHOP/C2"]'),
        ('AggregationEvent OBSERVE receiving', 'https://id.gs1.org/00/106141412345678908',
            '["https://epcis.invalid/obj/SHOP/LAYER", "https://epcis.invalid/obj/SHOP/PHONE/N7"]'),
        ('ObjectEvent OBSERVE receiving', NULL, '["https://epcis.invalid/obj/SHOP/C1", "https://epcis.invalid/obj/SHOP/C2", '
            '"https://epcis.invalid/obj/SHOP/LAYER", "https://epcis.invalid/obj/SHOP/PHONE/N7", "https://id.gs1.org/00/106141412345678908"]')$$,
    'partners hear of it, each unit in its own');

-- a carton of it alone, and a unit that a notice says nothing about
SELECT is(pg_temp.verdicts('C3', :'notice', ', register => true, post => true'), 'C3:handling_unit:new posted',
    'a code that nobody has is one of the list');
SELECT is(pg_temp.verdicts('C4', :'notice'::jsonb - 4, ', register => true'), 'C4:handling_unit:not_announced:IV141 refused',
    'or a unit that was not announced');

-- verdicts, one each
SELECT is(pg_temp.verdicts(c.scan, c.contents::jsonb, c.more), c.expected, c.name)
FROM (VALUES
    (1, 'all well', 'P1', '[{"item": "PEN", "quantity": 1}]', '', 'checked'),
    (2, 'unknown item', 'P1', '[{"item": "PIN", "quantity": 1}]', '', '1:P1:PIN:item:unknown:IV203 refused'),
    (3, 'unknown GTIN', 'P1', '[{"gtin": "4012345678901", "quantity": 1}]', '',
        '1:P1:04012345678901:item:unknown:IV203 refused'),
    (4, 'item and GTIN differ', 'P1', '[{"item": "INK", "gtin": "9520123456788", "quantity": 1}]', '',
        '1:P1:PEN:item:other:IV141 refused'),
    (5, 'inactive item', 'P1', '[{"item": "OLD", "quantity": 1}]', '', '1:P1:OLD:item:inactive:IV212 refused'),
    (6, 'a case GTIN', 'P1', '[{"gtin": "19520123456785", "quantity": 1}]', '', 'checked'),
    (7, 'no lot', 'P1', '[{"item": "MILK", "quantity": 1}]', '', '1:P1:MILK:lot:not_scanned:IV213 refused'),
    (8, 'no serial', 'P1', '[{"item": "PHONE", "quantity": 1}]', '', '1:P1:PHONE:serial:not_scanned:IV213 refused'),
    (9, 'a serial in stock', 'P1', '[{"item": "PHONE", "serial": "S1"}]', '', '1:P1:PHONE:serial:in_stock:IV305 refused'),
    (10, 'a serial twice', 'P1', '[{"item": "PHONE", "serial": "S2"}, {"item": "PHONE", "serial": "S2"}]', '',
        '2:P1:PHONE:serial:repeated:IV305 refused'),
    (11, 'another expiry date', 'P1', '[{"item": "MILK", "quantity": 1, "lot": "L1", "expires_on": "2099-07-01"}]', '',
        '1:P1:MILK:expires_on:other:IV141 refused'),
    (12, 'too early', 'P1', '[{"item": "MILK", "quantity": 1, "lot": "L1"}]', $$, minimum_expiry => '2099-07-01'$$,
        '1:P1:MILK:expires_on:too_early:IV142 refused'),
    (13, 'on its last day', 'P1', '[{"item": "MILK", "quantity": 1, "lot": "L1"}]', $$, minimum_expiry => '2099-06-30'$$,
        'checked'),
    (14, 'two dates of a new lot', 'P1', '[{"item": "MILK", "quantity": 1, "lot": "N9", "expires_on": "2098-01-01"},
        {"item": "MILK", "quantity": 1, "lot": "N9", "expires_on": "2098-01-02"}]', ', register => true',
        '1:P1:MILK:lot:new 2:P1:MILK:expires_on:other:IV141 2:P1:MILK:lot:new refused'),
    (15, 'a closed unit', 'SHUT', '[{"item": "PEN", "quantity": 1}]', '', 'SHUT:handling_unit:closed:IV212 refused'),
    (16, 'a unit that holds something', 'FULL', '[{"item": "PEN", "quantity": 1}]', '',
        'FULL:handling_unit:in_stock:IV242 refused'),
    (17, 'a unit in another', 'INNER', '[{"item": "PEN", "quantity": 1}]', '', 'INNER:handling_unit:in_stock:IV242 refused'),
    (18, 'a unit around another', 'OUTER', '[{"item": "PEN", "quantity": 1}]', '', 'OUTER:handling_unit:in_stock:IV242 refused'),
    (19, 'a full carton on an empty pallet', 'P1', '[{"handling_unit": "FULL", "parent": "P1", "item": "PEN", "quantity": 1}]', '',
        'FULL:handling_unit:in_stock:IV242 refused'),
    (20, 'no unit at all', '(01)09520123456788', '[{"item": "PEN", "quantity": 1}]', '',
        'handling_unit:not_scanned:IV141 refused'),
    (21, 'malformed', '(00)106141412345678909', '[{"item": "PEN", "quantity": 1}]', '', 'item:malformed:IV121 refused'),
    (22, 'nothing announced', 'P1', '[]', '', 'P1:handling_unit:not_announced:IV141 refused'),
    (23, 'empty cartons only', 'P1', '[{"handling_unit": "P2", "parent": "P1"}]', '',
        'P1:handling_unit:not_announced:IV141 refused'),
    (24, 'its own parent does not matter', 'P1', '[{"handling_unit": "P1", "parent": "P2", "item": "PEN", "quantity": 1},
        {"handling_unit": "P2", "parent": "P1"}]', '', 'checked'),
    (25, 'label as announced', '(00)106141412345678915(02)19520123456785(37)3',
        '[{"item": "PEN", "quantity": 30}, {"item": "PEN", "quantity": 6}]', ', register => true',
        '106141412345678915:handling_unit:new checked'),
    (26, 'label of more', '(00)106141412345678915(02)19520123456785(37)4', '[{"item": "PEN", "quantity": 36}]',
        ', register => true', '106141412345678915:handling_unit:new 106141412345678915:PEN:quantity:other:IV141 refused'),
    (27, 'label of another item', '(00)106141412345678915(02)09520123456788(37)1', '[{"item": "INK", "quantity": 1}]',
        ', register => true', '106141412345678915:handling_unit:new 1:106141412345678915:INK:item:other:IV141 refused'),
    (28, 'label of another lot', '(00)106141412345678915(02)09520123456795(37)1(10)L1',
        '[{"item": "MILK", "quantity": 1, "lot": "N1"}]', ', register => true',
        '106141412345678915:handling_unit:new 1:106141412345678915:MILK:lot:other:IV141 refused')
    ) AS c (place, name, scan, contents, more, expected)
ORDER BY c.place;

-- what is raised, with the line
SELECT is(pg_temp.refusal(format('SELECT ims.receive_handling_unit(''SHOP'', %L, %L, ''T-HERE-A'', post => true)', c.scan,
    c.contents)), c.expected, c.name)
FROM (VALUES
    (1, 'unknown lot', 'P1', '[{"item": "PEN", "quantity": 1}, {"item": "MILK", "quantity": 1, "lot": "N0"}]',
        'IV205 | lot "N0" is unknown | {"lot": "N0", "item": "MILK", "line": 2}'),
    (2, 'unknown item', 'P1', '[{"item": "PIN", "quantity": 1}]', 'IV203 | item "PIN" is unknown | {"item": "PIN", "line": 1}'),
    (3, 'not announced', 'P1', '[{"handling_unit": "P2", "item": "PEN", "quantity": 1}]',
        'IV141 | handling unit "P1" was not announced | {"field": "handling_unit", "scanned": "P1"}'),
    (4, 'label of more', '(00)106141412345678908(02)19520123456785(37)4', '[{"item": "PEN", "quantity": 36}]',
        'IV242 | handling unit "106141412345678908" is in stock already | '
        '{"location": "T-HERE-A", "handling_unit": "106141412345678908"}'),
    (5, 'in another', 'INNER', '[{"item": "PEN", "quantity": 1}]',
        'IV242 | handling unit "INNER" is in stock already | {"is_in": "OUTER", "handling_unit": "INNER"}'),
    (6, 'two parents', 'P1', '[{"handling_unit": "A", "parent": "P1"}, {"handling_unit": "B", "parent": "P1"},
        {"handling_unit": "X", "parent": "A"}, {"handling_unit": "X", "parent": "B", "item": "PEN", "quantity": 1}]',
        'IV240 | handling unit "X" cannot be in "A" and in "B" | {"is_in": "A", "parent": "B", "handling_unit": "X"}'),
    (7, 'a parent of nothing', 'P1', '[{"parent": "P1", "item": "PEN", "quantity": 1}]',
        'IV201 | argument "handling_unit" is missing | {"argument": "handling_unit"}'),
    (8, 'no quantity', 'P1', '[{"item": "PEN"}]', 'IV201 | argument "quantity" is missing | {"argument": "quantity"}'),
    (9, 'no item', 'P1', '[{"quantity": 1}]', 'IV201 | argument "item" is missing | {"argument": "item"}'),
    (10, 'no measure', 'P1', '[{"item": "HAM", "quantity": 1, "lot": "H1"}]',
        'IV201 | measured quantity of item "HAM" is missing | {"item": "HAM", "line": 1, "argument": "measured_quantity"}'),
    (11, 'a bad SSCC inside', 'P1', '[{"handling_unit": "106141412345678909", "parent": "P1", "item": "PEN", "quantity": 1}]',
        'IV110 | invalid SSCC "106141412345678909" | {"key": "106141412345678909", "kind": "SSCC", "rule": "check digit", "position": 18}')
    ) AS c (place, name, scan, contents, expected)
ORDER BY c.place;
SELECT is(split_part(pg_temp.refusal('SELECT ims.receive_handling_unit(' || c.call || ')'), ' | ', 1), c.expected, c.name)
FROM (VALUES
    (1, 'nothing', $$'SHOP'$$, 'IV201'),
    (2, 'no contents', $$'SHOP', 'P1', to_location => 'T-HERE-A'$$, 'IV201'),
    (3, 'no scan', $$'SHOP', contents => '[]', to_location => 'T-HERE-A'$$, 'IV201'),
    (4, 'empty scan', $$'SHOP', '', '[]', 'T-HERE-A'$$, 'IV104'),
    (5, 'unknown place', $$'SHOP', 'P1', '[]', 'NOWHERE'$$, 'IV204'),
    (6, 'no array', $$'SHOP', 'P1', '{}', 'T-HERE-A'$$, 'IV223'),
    (7, 'unknown key', $$'SHOP', 'P1', '[{"sku": "PEN"}]', 'T-HERE-A'$$, 'IV211'),
    (8, 'no quantity', $$'SHOP', 'P1', '[{"item": "PEN", "quantity": "many"}]', 'T-HERE-A'$$, 'IV101'),
    (9, 'nothing of it', $$'SHOP', 'P1', '[{"item": "PEN", "quantity": 0}]', 'T-HERE-A', post => true$$, 'IV101'),
    (10, 'no day', $$'SHOP', 'P1', '[{"item": "MILK", "quantity": 1, "lot": "L1", "expires_on": "31/12/2030"}]', 'T-HERE-A'$$, 'IV223'),
    (11, 'no such day', $$'SHOP', 'P1', '[{"item": "MILK", "quantity": 1, "lot": "L1", "expires_on": "2030-02-30"}]', 'T-HERE-A'$$, 'IV223'),
    (12, 'unknown unit', $$'SHOP', 'P1', '[{"item": "PEN", "quantity": 1, "unit": "PAL"}]', 'T-HERE-A'$$, 'IV102'),
    (13, 'no GTIN', $$'SHOP', 'P1', '[{"gtin": "9520123456789", "quantity": 1}]', 'T-HERE-A'$$, 'IV110'),
    (14, 'unknown party', $$'SHOP', 'P1', '[{"item": "PEN", "quantity": 1}]', 'T-HERE-A', party => 'WHO', post => true$$, 'IV208'),
    (15, 'two units of a serial', $$'SHOP', 'P1', '[{"item": "PHONE", "quantity": 2, "serial": "S2"}]', 'T-HERE-A', post => true$$, 'IV213'),
    (16, 'a place without stock', $$'SHOP', 'P1', '[{"item": "PEN", "quantity": 1}]', 'SCRAP', post => true$$, 'IV214'),
    (17, 'the future', $$'SHOP', 'P1', '[{"item": "PEN", "quantity": 1}]', 'T-HERE-A', effective_at => '9999-01-01', post => true$$, 'IV217'),
    (18, 'units of before they were packed', $$'SHOP', 'P2', '[{"item": "PEN", "quantity": 1}]', 'T-HERE-A',
        effective_at => '2020-01-01 00:00+00', post => true$$, 'accepted'),
    (19, 'unknown owner', $$'NOBODY', 'P1', '[]', 'T-HERE-A'$$, 'IV202')
    ) AS c (place, name, call, expected)
ORDER BY c.place;

-- limits: ten levels, and one more
CREATE FUNCTION pg_temp.chain(levels bigint) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_agg(jsonb_build_object('handling_unit', 'Z' || n, 'parent', CASE n WHEN 2 THEN 'Z1' ELSE 'Z' || n - 1 END)
        || CASE n WHEN levels THEN '{"item": "PEN", "quantity": 1}'::jsonb ELSE '{}' END)
    FROM generate_series(2, levels) AS n
$$;
SELECT is(split_part(pg_temp.refusal(format('SELECT ims.receive_handling_unit(''SHOP'', ''Z1'', %L, ''T-HERE-A'', register => true, post => true)',
    pg_temp.chain(n))), ' | ', 1), CASE n WHEN 10 THEN 'accepted' ELSE 'IV240' END, n || ' levels')
FROM generate_series(10, 11) AS n;

-- an order that does not matter; back again; anew
SELECT is(pg_temp.verdicts('P1', '[{"handling_unit": "B2", "parent": "B1", "item": "PEN", "quantity": 3},
    {"handling_unit": "B1", "parent": "P1"}]', ', register => true, post => true'),
    'B1:handling_unit:new B2:handling_unit:new posted', 'inner units before outer ones');
SELECT max(p.posting_id) AS arrival FROM ims.posting AS p WHERE p.owner_id = 9001 \gset
SELECT count(*) FROM ims.reverse_posting('SHOP', :arrival, reason => 'not ours') \g /dev/null
SELECT results_eq($$SELECT c.handling_unit, c.item FROM ims.contents_at('SHOP', 'P1') AS c$$, $$VALUES ('P1', NULL)$$,
    'a reversal takes goods and nesting back');
SELECT is(pg_temp.verdicts('P1', '[{"handling_unit": "B2", "parent": "P1", "item": "PEN", "quantity": 3}]',
    ', post => true'), 'posted', 'the units may come again');
SELECT results_eq($$SELECT c.level, c.handling_unit, c.quantity FROM ims.contents_at('SHOP', 'P1') AS c$$,
    $$VALUES (0::bigint, 'P1', NULL::numeric), (1, 'B2', 3)$$, 'otherwise than before');
SELECT is(split_part(pg_temp.refusal($$SELECT ims.receive_handling_unit('SHOP', 'B1', '[{"item": "PEN", "quantity": 1}]',
    'T-HERE-A', effective_at => '2020-01-01 00:00+00', post => true)$$), ' | ', 1), 'IV241', 'but not before they were unpacked');
SELECT is_empty($$SELECT * FROM ims.verify('SHOP')$$, 'the ledger proves');

SELECT * FROM finish();
ROLLBACK;
