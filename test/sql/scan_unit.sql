-- Scans of handling units tell the truth: the label of a pallet stands for all
-- that is in it and in the cartons inside, a unit is received once, a whole one
-- is picked as the unit that it is, and the SSCC alone says what the books
-- have.  Shown with a day at a dock, then with every refusal, and verify().
\i test/setup.psql
BEGIN;
SELECT no_plan();
\i test/verb.psql
SET LOCAL TimeZone = 'UTC';
INSERT INTO ims.item_code (owner_id, kind, code, item_id, unit) VALUES
    (9001, 'gtin', '09520123456788', 9301, NULL),
    (9001, 'gtin', '19520123456785', 9301, 'CS'),
    (9001, 'gtin', '09520123456795', 9303, NULL);
\set P 106141412345678908
\set Q 376104250021234569
\set M 106141412345678915
SELECT count(ims.create_handling_unit('SHOP', u))
FROM unnest(ARRAY[:'P', :'Q', 'C1', 'C2', 'C3', 'C4', 'MIX', 'IN', 'SHUT', 'EMPTY', 'T1', 'T2', 'T3']) AS u \g /dev/null
SELECT count(*) FROM ims.post('[
    {"item": "PEN", "quantity": 12, "to_location": "T-HERE-A", "handling_unit": "C1"},
    {"item": "PEN", "quantity": 24, "to_location": "T-HERE-A", "handling_unit": "C2"},
    {"item": "MILK", "quantity": 10, "to_location": "T-HERE-A", "lot": "L1", "handling_unit": "C3"},
    {"item": "MILK", "quantity": 5, "to_location": "T-HERE-A", "lot": "L1", "handling_unit": "C4"},
    {"item": "PEN", "quantity": 7, "to_location": "T-HERE-A", "handling_unit": "MIX"},
    {"item": "INK", "quantity": 3, "to_location": "T-HERE-A", "handling_unit": "IN"},
    {"item": "PEN", "quantity": 5, "to_location": "T-HERE-B"},
    {"item": "PHONE", "quantity": 1, "to_location": "T-HERE-A", "serial": "S1", "handling_unit": "P1"}]',
    'receive', 'SHOP', effective_at => '2024-05-01 08:00+00') \g /dev/null
SELECT count(*) FROM (VALUES (:'P', '{C1,C2}'::text[]), (:'Q', '{C3,C4}'), ('MIX', '{IN,EMPTY}')) AS t (unit, units)
CROSS JOIN LATERAL ims.pack('SHOP', t.unit, handling_units => t.units, effective_at => '2024-05-01 09:00+00') AS p \g /dev/null
SELECT human AS "LABEL" FROM ims.handling_unit_label('SHOP', :'P') \gset
SELECT is(:'LABEL'::text, '(00)106141412345678908(02)19520123456785(37)3', 'the label of a pallet counts what is in its cartons');

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
-- What lies somewhere of an item.
CREATE FUNCTION pg_temp.stock(item text) RETURNS text
LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', s.location, s.lot, s.handling_unit, trim_scale(s.on_hand)), ', '
        ORDER BY s.location, s.lot COLLATE "C", s.handling_unit COLLATE "C")
    FROM ims_bi.stock AS s
    WHERE s.owner = 'SHOP' AND s.item = $1 AND s.on_hand <> 0
$$;
-- What a scan says, without what it leaves out.
CREATE FUNCTION pg_temp.said(scan text, context jsonb DEFAULT '{}') RETURNS text
LANGUAGE sql AS $$
    SELECT concat_ws(' ', s.kind, s.item, s.lot, s.quantity, s.unit, s.base_quantity, 'at ' || s.location,
        nullif(s.problems, '[]')::text)
    FROM ims.scan('SHOP', scan, context) AS s
$$;

-- The SSCC alone says what is on the pallet.
SELECT is(pg_temp.said(c.scan, c.context), c.expected, c.name)
FROM (VALUES
    (1, 'cartons of one item', '(00)106141412345678908', '{}'::jsonb, 'handling_unit PEN 36 EA 36 at T-HERE-A'),
    (2, 'of one lot', '376104250021234569', '{}', 'handling_unit MILK L1 15 EA 15 at T-HERE-A'),
    (3, 'where it lies', '(00)106141412345678908', '{"location": "T-HERE-A"}', 'handling_unit PEN 36 EA 36 at T-HERE-A'),
    (4, 'and where not', '(00)106141412345678908', '{"location": "T-HERE-B"}', 'handling_unit PEN 36 EA 36 at T-HERE-A '
        '[{"field": "handling_unit", "problem": "handling_unit_elsewhere", "location": "T-HERE-A", "sqlstate": "IV305", '
        '"handling_unit": "106141412345678908"}]'),
    (5, 'what the label says stays', '(00)106141412345678908(02)19520123456785(37)2', '{}',
        'handling_unit PEN 2 CS 24 at T-HERE-A'),
    (6, 'a carton', 'C1', '{}', 'handling_unit PEN 12 EA 12 at T-HERE-A'),
    (7, 'two items', 'MIX', '{}', 'handling_unit at T-HERE-A'),
    (8, 'a single unit', 'P1', '{}', 'handling_unit PHONE 1 EA 1 at T-HERE-A'),
    (9, 'nothing is in it', 'EMPTY', '{"location": "T-HERE-B"}', 'handling_unit')
    ) AS c (place, name, scan, context, expected)
ORDER BY c.place;
SAVEPOINT held;
SELECT count(ims.set_lot_status('SHOP', 'MILK', 'L1', 'on_hold', reason => 'glass')) \g /dev/null
SELECT matches(pg_temp.said(:'Q'), '"problem": "lot_on_hold"', 'that its lot is held');
ROLLBACK TO held;

-- Counting: over the tree.
SELECT is(pg_temp.verdicts(format('count_scan(''SHOP'', %L, location => %L%s)', c.scan, c.location, c.more)), c.expected, c.name)
FROM (VALUES
    (1, 'as the label says', :'LABEL', 'T-HERE-A', '', 'checked'),
    (2, 'all of it', :'LABEL', 'T-HERE-A', ', quantity => 36', 'checked'),
    (3, 'in cases', :'LABEL', 'T-HERE-A', $$, quantity => 3, unit => 'CS'$$, 'checked'),
    (4, 'one less: of which carton', :'LABEL', 'T-HERE-A', ', quantity => 35', 'quantity:under:IV223 refused'),
    (5, 'one more', :'LABEL', 'T-HERE-A', ', quantity => 37', 'quantity:over:IV223 refused'),
    (6, 'nothing', :'LABEL', 'T-HERE-A', ', quantity => 0', 'quantity:under:IV223 refused'),
    (7, 'the SSCC alone: as it is', :'P', 'T-HERE-A', '', 'checked'),
    (8, 'and its quantity', :'P', 'T-HERE-A', $$, item => 'PEN', quantity => 36$$, 'checked'),
    (9, 'and another one', :'P', 'T-HERE-A', ', quantity => 12', 'quantity:under:IV223 refused'),
    (10, 'another item is expected', :'P', 'T-HERE-A', $$, item => 'INK'$$, 'item:other:IV141 refused'),
    (11, 'at another place', :'P', 'T-HERE-B', '', 'handling_unit:elsewhere:IV305 quantity:over refused'),
    (12, 'with its label', :'LABEL', 'T-HERE-B', '', 'handling_unit:elsewhere:IV305 quantity:over refused'),
    (13, 'a carton by itself', 'C1', 'T-HERE-A', ', quantity => 11', 'quantity:under checked'),
    (14, 'loose goods on a pallet with others in a carton', 'MIX', 'T-HERE-A', $$, item => 'PEN', quantity => 6$$,
        'item:not_scanned:IV141 quantity:taken refused'),
    (15, 'by their label on it', '9520123456788', 'T-HERE-A', $$, handling_unit => 'MIX', quantity => 6$$,
        'handling_unit:not_scanned quantity:under checked')
    ) AS c (place, name, scan, location, more, expected)
ORDER BY c.place;
SELECT is(pg_temp.verdicts($$count_scan('SHOP', '(00)106141412345678908(02)19520123456785(37)3', quantity => 36,
    location => 'T-HERE-A', post => true, idempotency_key => 'C')$$), 'posted', 'counted as a whole');
SELECT is(pg_temp.stock('PEN'), 'T-HERE-A C1 12, T-HERE-A C2 24, T-HERE-A MIX 7, T-HERE-B 5', 'nothing is doubled');
SELECT results_eq(format($$SELECT h.code, trim_scale(c.counted_quantity) FROM ims.stock_count AS c
        JOIN ims.handling_unit AS h USING (owner_id, handling_unit_id) WHERE c.posting_id = %s ORDER BY 1$$, pg_temp.last('count')),
    $$VALUES ('C1', 12::numeric), ('C2', 24)$$, 'each balance was counted');
SELECT is(pg_temp.lines(pg_temp.last('count')), NULL, 'and nothing was posted');
SELECT is(pg_temp.refusal(format($$SELECT ims.count_scan('SHOP', %L, quantity => 35, location => 'T-HERE-A', post => true)$$, :'LABEL')),
    'IV223 | 35 of item "PEN" were counted on handling unit "106141412345678908", the books have 36 in units inside | '
    '{"item": "PEN", "scanned": 35, "expected": 36, "handling_unit": "106141412345678908"}', 'what differs is not guessed');
SELECT is(pg_temp.refusal(format($$SELECT ims.count_scan('SHOP', %L, location => 'T-HERE-B', post => true)$$, :'P')),
    'IV305 | handling unit "106141412345678908" lies at "T-HERE-A" | '
    '{"location": "T-HERE-A", "handling_unit": "106141412345678908"}', 'and a pallet is not counted into a second place');
SELECT is(pg_temp.verdicts(format($$count_scan('SHOP', %L, location => 'T-HERE-A', post => true)$$, :'Q')), 'posted', 'with its lot');
SELECT is(pg_temp.stock('MILK'), 'T-HERE-A L1 C3 10, T-HERE-A L1 C4 5', 'as it was');

-- Counted this morning, entered now.
SELECT count(ims.create_handling_unit('SHOP', u)) FROM unnest('{OLD,OLD1,OLD2}'::text[]) AS u \g /dev/null
SELECT count(*) FROM ims.post('[{"item": "INK", "quantity": 4, "to_location": "T-HERE-B", "handling_unit": "OLD1"},
    {"item": "INK", "quantity": 6, "to_location": "T-HERE-B", "handling_unit": "OLD2"}]', 'receive', 'SHOP',
    effective_at => '2024-05-02 08:00+00') \g /dev/null
SELECT count(*) FROM ims.pack('SHOP', 'OLD', handling_units => '{OLD1,OLD2}', effective_at => '2024-05-02 09:00+00') \g /dev/null
SELECT count(*) FROM ims.ship('SHOP', 'INK', 4, from_location => 'T-HERE-B', handling_unit => 'OLD1',
    effective_at => '2024-05-02 11:00+00') \g /dev/null
SELECT is(pg_temp.verdicts(format($$count_scan('SHOP', 'OLD', quantity => %s, location => 'T-HERE-B', counted_at => %L)$$,
    c.quantity, c.counted_at)), c.expected, c.name)
FROM (VALUES
    (1, 10, '2024-05-02 10:00+00', 'checked', 'what was there then'),
    (2, 6, '2024-05-02 10:00+00', 'quantity:under:IV223 refused', 'not what is there now'),
    (3, 6, NULL, 'checked', 'which is something else')) AS c (place, quantity, counted_at, expected, name)
ORDER BY c.place;
SELECT is(pg_temp.verdicts($$count_scan('SHOP', 'OLD', quantity => 10, location => 'T-HERE-B',
    counted_at => '2024-05-02 10:00+00', post => true)$$), 'posted', 'counted then');
SELECT is(pg_temp.stock('INK'), 'T-HERE-A IN 3, T-HERE-B OLD2 6', 'and what happened since stays');

-- Receiving: a unit comes once.
SELECT ims.close_handling_unit('SHOP', 'SHUT') > 0 AS closed \g /dev/null
SELECT is(pg_temp.verdicts('receive_scan(''SHOP'', ' || c.call || ')'), c.expected, c.name)
FROM (VALUES
    (1, 'again', $$'(00)106141412345678908(02)19520123456785(37)3', to_location => 'T-HERE-A'$$,
        'handling_unit:in_stock:IV242 refused'),
    (2, 'again, as expected', $$'(00)106141412345678908(02)19520123456785(37)3', 'PEN', 3, 'CS',
        handling_unit => '106141412345678908', to_location => 'T-HERE-A'$$, 'handling_unit:in_stock:IV242 refused'),
    (3, 'at another site', $$'(00)106141412345678908', 'PEN', 36, to_location => 'T-THERE-A'$$,
        'handling_unit:in_stock:IV242 item:taken quantity:taken refused'),
    (4, 'a carton that is in a pallet', $$'C1', 'PEN', 12, to_location => 'T-THERE-A'$$,
        'handling_unit:in_stock:IV242 item:taken quantity:taken refused'),
    (5, 'an empty one in a pallet', $$'EMPTY', 'PEN', 12, to_location => 'T-HERE-A'$$,
        'handling_unit:in_stock:IV242 item:taken quantity:taken refused'),
    (6, 'a closed one', $$'SHUT', 'PEN', 12, to_location => 'T-HERE-A'$$,
        'handling_unit:closed:IV212 item:taken quantity:taken refused'),
    (7, 'goods into a closed one', $$'9520123456788', handling_unit => 'SHUT', to_location => 'T-HERE-A'$$,
        'handling_unit:closed:IV212 refused'),
    (8, 'goods into one that lies elsewhere', $$'9520123456788', handling_unit => 'C1', to_location => 'T-HERE-B'$$,
        'handling_unit:elsewhere:IV305 refused'),
    (9, 'goods into one that lies here', $$'9520123456788', handling_unit => 'C1', to_location => 'T-HERE-A'$$,
        'handling_unit:not_scanned checked'),
    (10, 'one that is loose and empty', $$'T1', 'PEN', 12, to_location => 'T-HERE-A'$$,
        'item:taken quantity:taken checked')
    ) AS c (place, name, call, expected)
ORDER BY c.place;
SELECT is(pg_temp.refusal('SELECT ims.receive_scan(''SHOP'', ' || c.call || ', post => true)'), c.expected, c.name)
FROM (VALUES
    (1, 'again', $$'(00)106141412345678908(02)19520123456785(37)3', to_location => 'T-THERE-A', register => true$$,
        'IV242 | handling unit "106141412345678908" is in stock already | '
        '{"location": "T-HERE-A", "handling_unit": "106141412345678908"}'),
    (2, 'in a pallet', $$'C1', 'PEN', 12, to_location => 'T-HERE-A'$$, 'IV242 | handling unit "C1" is in stock already | '
        '{"is_in": "106141412345678908", "location": "T-HERE-A", "handling_unit": "C1"}'),
    (3, 'closed', $$'SHUT', 'PEN', 12, to_location => 'T-HERE-A'$$,
        'IV212 | handling unit "SHUT" is closed | {"handling_unit": "SHUT"}'),
    (4, 'elsewhere', $$'9520123456788', handling_unit => 'C1', to_location => 'T-HERE-B'$$,
        'IV305 | handling unit "C1" lies at "T-HERE-A" | {"location": "T-HERE-A", "handling_unit": "C1"}')
    ) AS c (place, name, call, expected)
ORDER BY c.place;

-- A mixed pallet, built by scans.
SELECT is(pg_temp.verdicts('receive_scan(''SHOP'', ' || c.call || ', register => true, post => true)'), c.expected, c.name)
FROM (VALUES
    (1, 'its first label', $$'(00)106141412345678915(02)19520123456785(37)3', to_location => 'T-HERE-A'$$, 'handling_unit:new posted'),
    (2, 'other goods on it', $$'(01)09520123456795(10)L1', labels => 4, handling_unit => '106141412345678915',
        to_location => 'T-HERE-A'$$, 'handling_unit:not_scanned posted'),
    (3, 'a carton more of them', $$'(01)09520123456795(10)L1', handling_unit => '106141412345678915',
        to_location => 'T-HERE-A'$$, 'handling_unit:not_scanned posted'),
    (4, 'a second label of the unit, with another lot', $$'(00)106141412345678915(02)09520123456795(37)6(10)L2',
        handling_unit => '106141412345678915', to_location => 'T-HERE-A'$$, 'posted')
    ) AS c (place, name, call, expected)
ORDER BY c.place;
SELECT is(pg_temp.stock('MILK'), 'T-HERE-A L1 106141412345678915 5, T-HERE-A L1 C3 10, T-HERE-A L1 C4 5, '
    'T-HERE-A L2 106141412345678915 6', 'all of it is on the pallet');
SELECT is(pg_temp.verdicts('receive_scan(''SHOP'', ' || c.call || ')'), c.expected, c.name)
FROM (VALUES
    (1, 'the second label again', $$'(00)106141412345678915(02)09520123456795(37)6(10)L2',
        handling_unit => '106141412345678915', to_location => 'T-HERE-A'$$, 'handling_unit:in_stock:IV242 refused'),
    (2, 'a third one, the unit not named', $$'(00)106141412345678915(02)09520123456795(37)1(10)L3',
        register => true, to_location => 'T-HERE-A'$$, 'handling_unit:in_stock:IV242 lot:new refused'),
    (3, 'named', $$'(00)106141412345678915(02)09520123456795(37)1(10)L3', handling_unit => '106141412345678915',
        register => true, to_location => 'T-HERE-A'$$, 'lot:new checked'),
    (4, 'named, but it lies elsewhere', $$'(00)106141412345678915(02)09520123456795(37)1(10)L3',
        handling_unit => '106141412345678915', register => true, to_location => 'T-HERE-B'$$,
        'handling_unit:elsewhere:IV305 lot:new refused'),
    (5, 'what the call says is on it', $$'(00)106141412345678915', 'INK', 2, handling_unit => '106141412345678915',
        to_location => 'T-HERE-A'$$, 'item:taken quantity:taken checked'),
    (6, 'is on it already', $$'(00)106141412345678915', 'MILK', 2, lot => 'L1', handling_unit => '106141412345678915',
        to_location => 'T-HERE-A'$$, 'handling_unit:in_stock:IV242 item:taken lot:taken quantity:taken refused')
    ) AS c (place, name, call, expected)
ORDER BY c.place;
SELECT is(pg_temp.said(:'M'), 'handling_unit at T-HERE-A', 'it is no load of one kind');

-- Picking a whole unit: it goes as such.
CREATE FUNCTION pg_temp.content(unit text) RETURNS text
LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', repeat('>', c.level::integer) || c.handling_unit, c.item,
        c.lot, c.serial, c.quantity, c.location, CASE WHEN c.left_at IS NOT NULL THEN 'left' END), ', ')
    FROM ims.contents_at(owner => 'SHOP', handling_unit => unit) AS c
$$;
SELECT is(pg_temp.refusal(format($$SELECT ims.pick_scan('SHOP', %L, 'PEN', 36, from_location => 'T-HERE-B', post => true)$$, :'P')),
    'IV305 | handling unit "106141412345678908" lies at "T-HERE-A" | '
    '{"location": "T-HERE-A", "handling_unit": "106141412345678908"}', 'not from another place');
SELECT is(pg_temp.verdicts(format($$pick_scan('SHOP', %L, 'PEN', 36, from_location => 'T-HERE-A', to_location => 'T-HERE-B',
    post => true)$$, :'P')), 'item:taken quantity:taken posted', 'a pallet to another place');
SELECT is(pg_temp.content(:'P'), '106141412345678908, >C1 PEN 12 T-HERE-B, >C2 PEN 24 T-HERE-B', 'is there as a pallet');
SELECT is((SELECT p.kind FROM ims.posting AS p WHERE p.posting_id = pg_temp.last('transfer')) || ' ' || pg_temp.lines(pg_temp.last('transfer')),
    'transfer PEN 12 T-HERE-A > T-HERE-B out of C1 into C1, PEN 24 T-HERE-A > T-HERE-B out of C2 into C2', 'by one posting');
SELECT is(pg_temp.verdicts($$pick_scan('SHOP', 'C1', 'PEN', 12, from_location => 'T-HERE-B', to_location => 'T-HERE-A',
    reference_number => 'W-7', reference_line => '3', post => true)$$), 'item:taken quantity:taken posted', 'a carton off the pallet');
SELECT is(pg_temp.content(:'P') || '; ' || pg_temp.content('C1'), '106141412345678908, >C2 PEN 24 T-HERE-B; C1 PEN 12 T-HERE-A',
    'is no longer on it');
SELECT results_eq($$SELECT p.kind, p.reference_number, m.reference_line FROM ims.posting AS p
        LEFT JOIN ims.movement AS m USING (owner_id, posting_id)
        WHERE p.owner_id = 9001 AND p.reference_number = 'W-7' ORDER BY p.posting_id DESC$$,
    $$VALUES ('unpack', 'W-7', NULL), ('transfer', 'W-7', '3')$$, 'and that is said, with the reference');
SELECT ims.close_handling_unit('SHOP', :'Q') > 0 AS closed \g /dev/null
SELECT is(pg_temp.refusal($$SELECT ims.pick_scan('SHOP', 'C3', 'MILK', 10, lot => 'L1', from_location => 'T-HERE-A', post => true)$$),
    'IV212 | handling unit "376104250021234569" is closed | {"handling_unit": "376104250021234569"}', 'not off a closed one');
SELECT is(pg_temp.verdicts(format($$pick_scan('SHOP', %L, 'MILK', 15, lot => 'L1', from_location => 'T-HERE-A', party => 'JANE',
    reference_number => 'SO-7', post => true, idempotency_key => 'Q')$$, :'Q')), 'item:taken lot:taken quantity:taken posted',
    'a closed pallet is shipped');
SELECT is(pg_temp.content(:'Q'), '376104250021234569 left, >C3 MILK L1 10 CUSTOMER left, >C4 MILK L1 5 CUSTOMER left', 'it left, and so did its cartons');
SELECT results_eq($$SELECT r.handling_unit, r.root_handling_unit, r.party, r.reference_number
        FROM ims.recall_report('SHOP', 'MILK', 'L1') AS r WHERE r.handling_unit LIKE 'C%' ORDER BY 1$$,
    $$VALUES ('C3', '376104250021234569', 'JANE', 'SO-7'), ('C4', '376104250021234569', 'JANE', 'SO-7')$$, 'a recall names it');
SELECT is(pg_temp.verdicts(format($$pick_scan('SHOP', %L, 'MILK', 15, lot => 'L1', from_location => 'T-HERE-A', party => 'JANE',
    reference_number => 'SO-7', post => true, idempotency_key => 'Q')$$, :'Q')), 'item:taken lot:taken quantity:taken posted',
    'again with the same key');
SELECT is((SELECT count(*) FROM ims.handling_unit_departure AS d JOIN ims.handling_unit AS h USING (owner_id, handling_unit_id)
    WHERE h.code = :'Q'), 1::bigint, 'is the same shipment');
SELECT is(pg_temp.verdicts(format($$receive_scan('SHOP', %L, 'MILK', 15, lot => 'L1', to_location => 'T-HERE-A')$$, :'Q')),
    'handling_unit:closed:IV212 item:taken lot:taken quantity:taken refused', 'closed still');
SELECT ims.open_handling_unit('SHOP', :'Q') > 0 AS opened \g /dev/null
SELECT is(pg_temp.verdicts(format($$receive_scan('SHOP', %L, 'MILK', 15, lot => 'L1', to_location => 'T-HERE-A')$$, :'Q')),
    'item:taken lot:taken quantity:taken checked', 'opened, it may come back');
SELECT is(pg_temp.said(:'Q', '{"location": "T-HERE-A"}'), 'handling_unit', 'until then it is not in stock');
SELECT is(pg_temp.verdicts($$count_scan('SHOP', '(00)106141412345678908(02)19520123456785(37)3', quantity => 36,
    location => 'T-HERE-A', post => true, idempotency_key => 'C')$$), 'quantity:over posted',
    'a count is replayed, although the pallet has gone');

-- The SSCC alone: all of it.
SELECT is(pg_temp.verdicts('pick_scan(''SHOP'', ' || c.call || ')'), c.expected, c.name)
FROM (VALUES
    (1, 'nothing is expected', $$'C2', from_location => 'T-HERE-B'$$, 'checked'),
    (2, 'no more than that', $$'C2', 'PEN', from_location => 'T-HERE-B'$$, 'checked'),
    (3, 'less is expected', $$'C2', quantity => 23, from_location => 'T-HERE-B'$$, 'quantity:over:IV143 refused'),
    (4, 'another item', $$'C2', 'INK', from_location => 'T-HERE-B'$$, 'item:other:IV141 refused')) AS c (place, name, call, expected)
ORDER BY c.place;
SELECT is(pg_temp.verdicts($$pick_scan('SHOP', 'C2', 'PEN', 20, from_location => 'T-HERE-B', party => 'JANE', post => true)$$),
    'item:taken quantity:taken posted', 'a part of it');
SELECT is(pg_temp.content(:'P'), '106141412345678908, >C2 PEN 4 T-HERE-B', 'leaves the carton');
SELECT is(pg_temp.verdicts($$pick_scan('SHOP', '9520123456788', 'PEN', 4, labels => 4, handling_unit => 'C2', from_location => 'T-HERE-B',
    party => 'JANE', post => true, dry_run => true)$$), 'handling_unit:not_scanned dry_run', 'as do the goods, scanned themselves');
SELECT is(pg_temp.verdicts($$pick_scan('SHOP', 'C2', from_location => 'T-HERE-B', party => 'JANE', post => true)$$), 'posted', 'the rest');
SELECT is(pg_temp.content('C2') || '; ' || pg_temp.content(:'P'), 'C2 PEN 4 CUSTOMER left; 106141412345678908', 'takes it along');
SELECT is(left(pg_temp.refusal($$SELECT ims.pick_scan('SHOP', 'P1', 'PHONE', 1, serial => 'S2', from_location => 'T-HERE-A', post => true)$$), 5),
    'IV305', 'a single unit that is not in it');
SELECT is(pg_temp.verdicts($$pick_scan('SHOP', 'P1', from_location => 'T-HERE-A', party => 'JANE', post => true, dry_run => true)$$),
    'dry_run', 'a load of single units by its own code');
SELECT is(pg_temp.verdicts($$pick_scan('SHOP', 'P1', 'PHONE', 1, serial => 'S1', from_location => 'T-HERE-A', party => 'JANE', post => true)$$),
    'item:taken quantity:taken serial:taken posted', 'and one that is');
SELECT is(pg_temp.content('P1'), 'P1 PHONE S1 1 CUSTOMER left', 'goes with its carton');
SELECT is(pg_temp.verdicts($$pick_scan('SHOP', 'C1', 'PEN', 12, from_location => 'T-HERE-A', to_location => 'T-HERE-A', post => true)$$),
    'item:taken quantity:taken posted', 'to where it lies: off the unit');
SELECT is(pg_temp.content('C1'), 'C1', 'and nothing is left in it');

SELECT is_empty($$SELECT * FROM ims.verify() AS v WHERE v.check_name !~ '^catalog'$$, 'verify() agrees');
SELECT is_empty('SELECT * FROM drift', 'and so do the books');
SELECT * FROM finish();
ROLLBACK;
