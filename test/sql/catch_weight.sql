-- Catch weight: a second quantity of a line, in the unit of its item.  Every
-- door takes it, needs it where goods come and go, refuses it for other items
-- and beyond the tolerance, exactly at the limit; both paths write the same;
-- what is turned around has what it turns around.
\i test/setup.psql
BEGIN;
SELECT no_plan();
\i test/posting.psql
\i test/refusal.psql
SELECT ims.create_item('SHOP', 'HAM', tracking => 'lot', measured_unit => 'KGM', measured_per_base => 10,
    measured_tolerance => 0.1) \g /dev/null
SELECT ims.create_item('SHOP', 'FISH', measured_unit => 'KGM', measured_per_base => 0.333333) \g /dev/null
SELECT ims.create_item('SHOP', 'EXACT', base_unit => 'GRM', measured_unit => 'LTR', measured_per_base => 1000000,
    measured_tolerance => 0) \g /dev/null
SELECT ims.create_lot('SHOP', 'HAM', 'H1'), ims.create_lot('SHOP', 'HAM', 'H2') \g /dev/null
SELECT i.item_id AS ham FROM ims.item AS i WHERE i.owner_id = 9001 AND i.code = 'HAM' \gset
SELECT l.lot_id AS h1 FROM ims.lot AS l WHERE l.owner_id = 9001 AND l.code = 'H1' \gset

-- Every door takes it.
SELECT lives_ok(c.statement, c.name)
FROM (VALUES
    (1, 'a verb', $$ SELECT ims.receive('SHOP', 'HAM', 2, to_location => 'T-HERE-A', lot => 'H1', measured_quantity => 20.5) $$),
    (2, 'JSON lines', $$ SELECT ims.post('[{"item": "HAM", "quantity": 1, "to_location": "T-HERE-A", "lot": "H1", "measured_quantity": 9.75},
        {"item": "PEN", "quantity": 5, "to_location": "T-HERE-A"},
        {"item": "HAM", "quantity": 3, "to_location": "T-HERE-B", "lot": "H2", "measured_quantity": "31.000001"}]', 'receive', 'SHOP') $$),
    (3, 'arrays', format($$ SELECT ims.post_ids('{%1$s,9301}', '{1,1}', to_location_ids => '{9102,9102}', lot_ids => '{%2$s,NULL}',
        measured_quantities => '{10.25,NULL}', kind => 'receive', owner => 'SHOP') $$, :ham, :h1)),
    (4, 'INSERT', format($$ INSERT INTO ims.movement (owner_id, item_id, lot_id, from_location_id, to_location_id, quantity, measured_quantity)
        VALUES (9001, %s, %s, 2, 9102, 1, 9) $$, :ham, :h1)),
    (5, 'components', $$ SELECT ims.produce('SHOP', 'PEN', 1, to_location => 'T-HERE-A',
        components => '[{"item": "HAM", "quantity": 1, "from_location": "T-HERE-A", "lot": "H1", "measured_quantity": 10.1}]') $$)
) AS c (place, name, statement)
ORDER BY c.place;
SELECT results_eq(
    $$ SELECT v.kind, v.quantity, v.measured_quantity, v.measured_unit FROM ims_bi.movement AS v
       WHERE v.owner_id = 9001 ORDER BY v.movement_id $$,
    $$ VALUES ('receive', 2::numeric, 20.5, 'KGM'), ('receive', 1, 9.75, 'KGM'), ('receive', 5, NULL, NULL),
        ('receive', 3, 31.000001, 'KGM'), ('receive', 1, 10.25, 'KGM'), ('receive', 1, NULL, NULL),
        ('move', 1, 9, 'KGM'), ('produce', 1, NULL, NULL), ('produce', 1, 10.1, 'KGM') $$,
    'each line has its own');

-- What is refused, by a verb.
CREATE FUNCTION pg_temp.taken(item text, quantity numeric, measured numeric) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.refusal(format('SELECT ims.receive(''SHOP'', %L, %s, to_location => ''T-HERE-A'', lot => %L, measured_quantity => %L)',
        item, quantity, CASE item WHEN 'HAM' THEN 'H1' END, measured))
$$;
SELECT is(pg_temp.taken(c.item, c.quantity, c.measured), c.expected, c.name)
FROM (VALUES
    (1, 'without it', 'HAM', 1, NULL,
     'IV201 | measured quantity of item "HAM" is missing | {"item": "HAM", "line": 1, "argument": "measured_quantity"}'),
    (2, 'zero', 'HAM', 1, 0,
     'IV101 | measured quantity 0 of item "HAM" is invalid | {"item": "HAM", "line": 1, "argument": "measured_quantity"}'),
    (3, 'negative', 'HAM', 1, -10,
     'IV101 | measured quantity -10 of item "HAM" is invalid | {"item": "HAM", "line": 1, "argument": "measured_quantity"}'),
    (4, 'seven decimals', 'HAM', 1, 10.0000001,
     'IV101 | measured quantity 10.0000001 of item "HAM" is invalid | {"item": "HAM", "line": 1, "argument": "measured_quantity"}'),
    (5, 'no number', 'HAM', 1, 'NaN',
     'IV101 | measured quantity NaN of item "HAM" is invalid | {"item": "HAM", "line": 1, "argument": "measured_quantity"}'),
    (6, 'too large', 'FISH', 1, 1e12,
     'IV101 | measured quantity 1000000000000 of item "FISH" is invalid | {"item": "FISH", "line": 1, "argument": "measured_quantity"}'),
    (7, 'an item without', 'PEN', 1, 1,
     'IV223 | item "PEN" is not measured | {"item": "PEN", "line": 1, "argument": "measured_quantity"}'),
    (8, 'just too little', 'HAM', 3, 26.999999,
     'IV106 | 26.999999 KGM of item "HAM" are out of tolerance | {"item": "HAM", "line": 1, "most": 33, "unit": "KGM", "least": 27, "nominal": 30, "measured_quantity": 26.999999}'),
    (9, 'the least', 'HAM', 3, 27, 'accepted'),
    (10, 'the most', 'HAM', 3, 33, 'accepted'),
    (11, 'just too much', 'HAM', 3, 33.000001,
     'IV106 | 33.000001 KGM of item "HAM" are out of tolerance | {"item": "HAM", "line": 1, "most": 33, "unit": "KGM", "least": 27, "nominal": 30, "measured_quantity": 33.000001}'),
    (12, 'any where there is no tolerance', 'FISH', 1, 0.000001, 'accepted'),
    (13, 'any however much', 'FISH', 1, 999999999999, 'accepted'),
    (14, 'a tolerance of nothing', 'EXACT', 0.000001, 1, 'accepted'),
    (15, 'is exact', 'EXACT', 0.000001, 1.000001,
     'IV106 | 1.000001 LTR of item "EXACT" are out of tolerance | {"item": "EXACT", "line": 1, "most": 1, "unit": "LTR", "least": 1, "nominal": 1, "measured_quantity": 1.000001}'),
    (16, 'the largest numbers that there are', 'EXACT', 999999999999, 999999999999,
     'IV106 | 999999999999 LTR of item "EXACT" are out of tolerance | {"item": "EXACT", "line": 1, "most": 999999999999.999999, "unit": "LTR", "least": 999999999999.999999, "nominal": 999999999999.999999, "measured_quantity": 999999999999}')
) AS c (place, name, item, quantity, measured, expected)
ORDER BY c.place;

-- And by the other doors.
SELECT is(pg_temp.refusal(c.statement), c.expected, c.name)
FROM (VALUES
    (1, 'JSON lines', $$ SELECT ims.post('[{"item": "PEN", "quantity": 1, "to_location": "T-HERE-A"},
        {"item": "HAM", "quantity": 1, "to_location": "T-HERE-A", "lot": "H1"}]', 'receive', 'SHOP') $$,
     'IV201 | measured quantity of item "HAM" is missing | {"item": "HAM", "line": 2, "argument": "measured_quantity"}'),
    (2, 'arrays', format($$ SELECT ims.post_ids('{9301,%s}', '{1,1}', to_location_ids => '{9102,9102}', lot_ids => '{NULL,%s}',
        measured_quantities => '{NULL,20}', kind => 'receive', owner => 'SHOP') $$, :ham, :h1),
     'IV106 | 20 KGM of item "HAM" are out of tolerance | {"item": "HAM", "line": 2, "most": 11, "unit": "KGM", "least": 9, "nominal": 10, "measured_quantity": 20}'),
    (3, 'an array that is shorter', format($$ SELECT ims.post_ids('{9301,%s}', '{1,1}', to_location_ids => '{9102,9102}',
        measured_quantities => '{20}', kind => 'receive', owner => 'SHOP') $$, :ham),
     'IV223 | array "measured_quantities" must be as long as "item_ids" | {"lines": 2, "argument": "measured_quantities", "elements": 1}'),
    (4, 'INSERT without it', format($$ INSERT INTO ims.movement (owner_id, item_id, lot_id, from_location_id, to_location_id, quantity)
        VALUES (9001, %s, %s, 2, 9102, 1) $$, :ham, :h1),
     'IV201 | measured quantity of item "HAM" is missing | {"item": "HAM", "line": 1, "argument": "measured_quantity"}'),
    (5, 'INSERT beyond it', format($$ INSERT INTO ims.movement (owner_id, item_id, lot_id, from_location_id, to_location_id, quantity, measured_quantity)
        VALUES (9001, %s, %s, 2, 9102, 1, 12) $$, :ham, :h1),
     'IV106 | 12 KGM of item "HAM" are out of tolerance | {"item": "HAM", "line": 1, "most": 11, "unit": "KGM", "least": 9, "nominal": 10, "measured_quantity": 12}'),
    (6, 'INSERT of another item', $$ INSERT INTO ims.movement (owner_id, item_id, from_location_id, to_location_id, quantity, measured_quantity)
        VALUES (9001, 9301, 2, 9102, 1, 12) $$,
     'IV223 | item "PEN" is not measured | {"item": "PEN", "line": 1, "argument": "measured_quantity"}'),
    (7, 'a shipment', $$ SELECT ims.ship('SHOP', 'HAM', 1, from_location => 'T-HERE-A', lot => 'H1') $$,
     'IV201 | measured quantity of item "HAM" is missing | {"item": "HAM", "line": 1, "argument": "measured_quantity"}'),
    (8, 'consumption', $$ SELECT ims.consume('SHOP', 'HAM', 1, from_location => 'T-HERE-A', lot => 'H1') $$,
     'IV201 | measured quantity of item "HAM" is missing | {"item": "HAM", "line": 1, "argument": "measured_quantity"}'),
    (9, 'a transfer may do without', $$ SELECT ims.transfer('SHOP', 'HAM', 1, from_location => 'T-HERE-B', to_location => 'T-HERE-Q', lot => 'H2') $$,
     'accepted'),
    (10, 'or have it', $$ SELECT ims.transfer('SHOP', 'HAM', 1, from_location => 'T-HERE-B', to_location => 'T-HERE-Q', lot => 'H2', measured_quantity => 10.5) $$,
     'accepted'),
    (11, 'so may scrap', $$ SELECT ims.scrap('SHOP', 'HAM', 1, from_location => 'T-HERE-Q', lot => 'H2', reason => 'old') $$, 'accepted')
) AS c (place, name, statement, expected)
ORDER BY c.place;
SELECT results_eq(
    $$ SELECT p.line, p.status, p.sqlstate
       FROM ims.post('[{"item": "HAM", "quantity": 1, "to_location": "T-HERE-A", "lot": "H1", "measured_quantity": 15},
                       {"item": "HAM", "quantity": 1, "to_location": "T-HERE-A", "lot": "H1", "measured_quantity": 10},
                       {"item": "HAM", "quantity": 1, "to_location": "T-HERE-A", "lot": "H1", "measured_quantity": true},
                       {"item": "PEN", "quantity": 1, "to_location": "T-HERE-A", "measured_quantity": 1}]',
            'receive', 'SHOP', on_error => 'report') AS p
       WHERE p.line IS NOT NULL ORDER BY p.line $$,
    $$ VALUES (1, 'rejected', 'IV106'), (2, 'posted', NULL), (3, 'rejected', 'IV223'), (4, 'rejected', 'IV223') $$,
    'a report refuses line by line');

-- Returns ask for their own, reversals have what they turn around.
SELECT s.posting_id AS sale FROM ims.ship('SHOP', 'HAM', 3, from_location => 'T-HERE-A', lot => 'H1', party => 'JANE', measured_quantity => 30.3) AS s \gset
SELECT is(pg_temp.refusal(format($$ SELECT ims.return_from_customer('SHOP', 'HAM', 1, to_location => 'T-HERE-A', lot => 'H1', origin_posting_id => %s) $$, :sale)),
    'IV201 | measured quantity of item "HAM" is missing | {"item": "HAM", "line": 1, "argument": "measured_quantity"}',
    'a part that comes back is measured by itself');
SELECT lives_ok(format($$ SELECT ims.return_from_customer('SHOP', 'HAM', 1, to_location => 'T-HERE-A', lot => 'H1', origin_posting_id => %s, measured_quantity => 9.9) $$, :sale),
    'then it is taken');
SELECT s.posting_id AS wrong FROM ims.ship('SHOP', 'HAM', 1, from_location => 'T-HERE-A', lot => 'H1', measured_quantity => 10.7) AS s \gset
SELECT ims.change_item('SHOP', 'HAM', measured_tolerance => 0.01) \g /dev/null
SELECT lives_ok(format($$ SELECT ims.reverse_posting('SHOP', %s, reason => 'wrong') $$, :wrong),
    'a reversal is taken whatever the item tolerates now');
SELECT results_eq(format($$ SELECT m.quantity::numeric, m.measured_quantity FROM ims.movement AS m
    JOIN ims.posting AS p USING (owner_id, posting_id) WHERE p.owner_id = 9001 AND p.origin_posting_id = %s $$, :wrong),
    'VALUES (1::numeric, 10.7)', 'and has the same measure');
SELECT results_eq($$ SELECT s.* FROM ims.measured_stock('SHOP', '{HAM}') AS s $$,
    $$ SELECT 'HAM', l.code, t.code, s.on_hand::numeric, x.measured, 'KGM', s.on_hand * 10, x.unmeasured
       FROM (VALUES ('T-HERE-A', 'H1', 20.5 + 9.75 - 10.1 + 27 + 33 + 10 - 30.3 + 9.9, 0::bigint),
                    ('T-HERE-B', 'H1', 10.25 + 9, 0), ('T-HERE-B', 'H2', 31.000001 - 10 - 10.5, 1),
                    ('T-HERE-Q', 'H2', 10 + 10.5 - 10, 2)) AS x (location, lot, measured, unmeasured)
       JOIN ims.location AS l ON l.code = x.location
       JOIN ims.lot AS t ON t.owner_id = 9001 AND t.code = x.lot
       JOIN ims.stock AS s ON s.owner_id = 9001 AND s.location_id = l.location_id AND s.lot_id = t.lot_id
      ORDER BY l.code, t.code $$,
    'what lies there, counted and measured');
SELECT results_eq($$ SELECT s.location, s.lot FROM ims.measured_stock('SHOP', '{HAM}', '{T-HERE-Q}') AS s $$,
    $$ VALUES ('T-HERE-Q', 'H2') $$, 'of one place');
SELECT is_empty($$ SELECT * FROM ims.measured_stock('SHOP', '{PEN}') $$, 'nothing of an item that is not measured');
SELECT is(pg_temp.refusal($$ SELECT * FROM ims.measured_stock('SHOP', '{NONE}') $$),
    'IV203 | item "NONE" is unknown | {"item": "NONE"}', 'an unknown item');

-- The item.
SELECT is(pg_temp.refusal(c.statement), c.expected, c.name)
FROM (VALUES
    (1, 'a unit alone', $$ SELECT ims.create_item('SHOP', 'X', measured_unit => 'KGM') $$,
     '22023 | measured unit of item "X" and what belongs to it contradict each other | '
     '{"item": "X", "stocked": true, "measured_unit": "KGM", "measured_per_base": null, "measured_tolerance": null}'),
    (2, 'a tolerance alone', $$ SELECT ims.create_item('SHOP', 'X', measured_tolerance => 0) $$,
     '22023 | measured unit of item "X" and what belongs to it contradict each other | '
     '{"item": "X", "stocked": true, "measured_unit": null, "measured_per_base": null, "measured_tolerance": 0}'),
    (3, 'a service', $$ SELECT ims.create_item('SHOP', 'X', stocked => false, measured_unit => 'KGM', measured_per_base => 1) $$,
     '22023 | measured unit of item "X" and what belongs to it contradict each other | '
     '{"item": "X", "stocked": false, "measured_unit": "KGM", "measured_per_base": 1, "measured_tolerance": null}'),
    (4, 'an unknown unit', $$ SELECT ims.create_item('SHOP', 'X', measured_unit => 'XX', measured_per_base => 1) $$,
     'IV102 | unit "XX" is unknown | {"measured_unit": "XX"}'),
    (5, 'zero', $$ SELECT ims.create_item('SHOP', 'X', measured_unit => 'KGM', measured_per_base => 0) $$,
     'IV101 | invalid quantity 0 for argument "measured_per_base" | {"argument": "measured_per_base", "quantity": "0"}'),
    (6, 'more than a million', $$ SELECT ims.create_item('SHOP', 'X', measured_unit => 'KGM', measured_per_base => 1000000.000001) $$,
     '22023 | invalid value 1000000.000001 for argument "measured_per_base" | {"value": "1000000.000001", "argument": "measured_per_base"}'),
    (7, 'a negative tolerance', $$ SELECT ims.create_item('SHOP', 'X', measured_unit => 'KGM', measured_per_base => 1, measured_tolerance => -0.000001) $$,
     'IV101 | invalid quantity -0.000001 for argument "measured_tolerance" | {"argument": "measured_tolerance", "quantity": "-0.000001"}'),
    (8, 'a tolerance of more than all', $$ SELECT ims.create_item('SHOP', 'X', measured_unit => 'KGM', measured_per_base => 1, measured_tolerance => 1.000001) $$,
     '22023 | invalid value 1.000001 for argument "measured_tolerance" | {"value": "1.000001", "argument": "measured_tolerance"}'),
    (9, 'another unit once there are movements', $$ SELECT ims.change_item('SHOP', 'HAM', measured_unit => 'LTR') $$,
     'IV228 | item "HAM" is in use | {"item": "HAM", "mentioned_by": "movements"}'),
    (10, 'none any more', $$ SELECT ims.change_item('SHOP', 'HAM', clear => '{measured_unit,measured_per_base,measured_tolerance}') $$,
     'IV228 | item "HAM" is in use | {"item": "HAM", "mentioned_by": "movements"}'),
    (11, 'another nominal quantity', $$ SELECT ims.change_item('SHOP', 'HAM', measured_per_base => 11) $$, 'accepted'),
    (12, 'one for an item that was not measured', $$ SELECT ims.change_item('SHOP', 'PEN', measured_unit => 'GRM', measured_per_base => 8) $$,
     'accepted')
) AS c (place, name, statement, expected)
ORDER BY c.place;
-- The least that is taken is rounded once.
SELECT ims.create_item('SHOP', 'CRUMB', base_unit => 'GRM', measured_unit => 'LTR', measured_per_base => 8.888889,
    measured_tolerance => 0.1) \g /dev/null
SELECT is(pg_temp.taken('CRUMB', 0.000001, 0.000008),
    'IV106 | 0.000008 LTR of item "CRUMB" are out of tolerance | {"item": "CRUMB", "line": 1, "most": 0.000009, "unit": "LTR", "least": 0.000009, "nominal": 0.000008, "measured_quantity": 0.000008}',
    'what is named as the least');
SELECT is(pg_temp.taken('CRUMB', 0.000001, 0.000009), 'accepted', 'is taken');

-- What arrives whole weighs what was sent, whatever the item tolerates by then.
SELECT ims.create_item('SHOP', 'CHEESE', measured_unit => 'KGM', measured_per_base => 10, measured_tolerance => 0.1) \g /dev/null
SELECT count(*) FROM ims.receive('SHOP', 'CHEESE', 3, to_location => 'T-HERE-A', measured_quantity => 30.4) \g /dev/null
SELECT count(*) FROM ims.dispatch('SHOP', 'CHEESE', 3, from_location => 'T-HERE-A', to_location => 'T-THERE', measured_quantity => 30.4) \g /dev/null
SELECT ims.change_item('SHOP', 'CHEESE', measured_tolerance => 0) \g /dev/null
SELECT p.posting_id AS sent FROM ims.posting AS p WHERE p.owner_id = 9001 AND p.kind = 'dispatch' ORDER BY p.posting_id DESC LIMIT 1 \gset
SELECT lives_ok(format($$ SELECT ims.receive_transfer('SHOP', %s, to_location => 'T-THERE-A') $$, :sent), 'an arrival is taken');
SELECT results_eq($$ SELECT s.location, s.on_hand, s.measured_on_hand, s.unmeasured_lines FROM ims.measured_stock('SHOP', '{CHEESE}') AS s $$,
    $$ VALUES ('T-THERE-A', 3::numeric, 30.4, 0::bigint) $$, 'with the weight of its dispatch, and nothing stays behind');
SELECT is_empty($$ SELECT v.check_name, v.key FROM ims.verify() AS v WHERE v.check_name NOT LIKE 'catalog.%' $$,
    'nothing of it is wrong');
-- A whole unit goes with what its content measures.
SELECT ims.create_item('SHOP', 'BEEF', tracking => 'serial', measured_unit => 'KGM', measured_per_base => 10) \g /dev/null
SELECT ims.create_item('SHOP', 'BRIE', measured_unit => 'KGM', measured_per_base => 10, measured_tolerance => 0.1) \g /dev/null
SELECT count(*) FROM ims.create_serials('SHOP', 'BEEF', '{B1,B2}') \g /dev/null
SELECT ims.create_handling_unit('SHOP', c.code) FROM (VALUES ('W1'), ('W2'), ('W3')) AS c (code) \g /dev/null
SELECT count(*) FROM ims.post('[
    {"item": "BRIE", "quantity": 4, "to_location": "T-HERE-A", "handling_unit": "W1", "measured_quantity": 41.5},
    {"item": "BRIE", "quantity": 2, "to_location": "T-HERE-A", "handling_unit": "W2", "measured_quantity": 19.25},
    {"item": "BEEF", "quantity": 1, "to_location": "T-HERE-A", "handling_unit": "W2", "serial": "B1", "measured_quantity": 8.125},
    {"item": "BEEF", "quantity": 1, "to_location": "T-HERE-A", "handling_unit": "W2", "serial": "B2", "measured_quantity": 9.5},
    {"item": "INK", "quantity": 7, "to_location": "T-HERE-A", "handling_unit": "W2"}]', 'receive', 'SHOP') \g /dev/null
CREATE FUNCTION pg_temp.lines(kind text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', i.code, e.code, h.code, trim_scale(m.quantity), m.measured_quantity), ', ' ORDER BY m.movement_id)
    FROM ims.movement AS m JOIN ims.item AS i USING (owner_id, item_id)
    LEFT JOIN ims.serial AS e ON e.owner_id = m.owner_id AND e.serial_id = m.serial_id
    LEFT JOIN ims.handling_unit AS h ON h.owner_id = m.owner_id AND h.handling_unit_id = m.from_handling_unit_id
    WHERE m.owner_id = 9001 AND m.posting_id = (
        SELECT p.posting_id FROM ims.posting AS p WHERE p.owner_id = 9001 AND p.kind = $1 ORDER BY p.posting_id DESC LIMIT 1)
$$;
SELECT lives_ok($$ SELECT ims.ship('SHOP', 'BRIE', 1, from_location => 'T-HERE-A', handling_unit => 'W1', measured_quantity => 10.75);
    SELECT ims.pack('SHOP', 'W1', handling_units => '{W2}') $$, 'one was taken off, a carton went on');
SELECT lives_ok($$ SELECT ims.change_item('SHOP', 'BRIE', measured_tolerance => 0);
    SELECT ims.move_handling_unit('SHOP', 'W1', to_location => 'T-HERE-B') $$, 'the unit moves, whatever is tolerated by now');
SELECT is(pg_temp.lines('transfer'), 'BEEF B1 W2 1 8.125, BEEF B2 W2 1 9.5, BRIE W1 3 30.75, BRIE W2 2 19.25, INK W2 7',
    'with what is left of its measure');
SELECT lives_ok($$ SELECT ims.move_handling_unit('SHOP', 'W1', kind => 'dispatch', to_location => 'T-THERE-A') $$, 'is dispatched');
SELECT lives_ok(format($$ SELECT ims.receive_transfer('SHOP', %s, to_location => 'T-THERE-A') $$, p.posting_id), 'and received')
FROM ims.posting AS p WHERE p.owner_id = 9001 AND p.kind = 'dispatch' ORDER BY p.posting_id DESC LIMIT 1;
SELECT is(pg_temp.lines('receive_transfer'), pg_temp.lines('dispatch'), 'with the same');
SELECT lives_ok($$ SELECT ims.move_handling_unit('SHOP', 'W1', kind => 'ship', party => 'JANE') $$, 'and shipped');
SELECT is(pg_temp.lines('ship'), 'BEEF B1 W2 1 8.125, BEEF B2 W2 1 9.5, BRIE W1 3 30.75, BRIE W2 2 19.25, INK W2 7',
    'as it was measured at the door');
SELECT is_empty($$ SELECT * FROM ims.measured_stock('SHOP', '{BRIE,BEEF}') $$, 'nothing is left');
SELECT ims.change_item('SHOP', 'BRIE', measured_tolerance => 0.1) \g /dev/null
-- A unit that is used again begins anew.
SELECT lives_ok($$ SELECT ims.receive('SHOP', 'BRIE', 2, to_location => 'T-HERE-A', handling_unit => 'W3', measured_quantity => 21);
    SELECT ims.ship('SHOP', 'BRIE', 2, from_location => 'T-HERE-A', handling_unit => 'W3', measured_quantity => 20.5);
    SELECT ims.receive('SHOP', 'BRIE', 1, to_location => 'T-HERE-A', handling_unit => 'W3', measured_quantity => 9.5);
    SELECT ims.move_handling_unit('SHOP', 'W3', kind => 'ship') $$, 'a unit is filled, emptied and filled');
SELECT is(pg_temp.lines('ship'), 'BRIE W3 1 9.5', 'what earlier goods lost is not in it');
-- What was not measured is not guessed.
SELECT lives_ok($$ SELECT ims.receive('SHOP', 'BRIE', 5, to_location => 'T-HERE-A', measured_quantity => 50);
    SELECT ims.pack('SHOP', 'W3', lines => '[{"item": "BRIE", "quantity": 2}]', location => 'T-HERE-A') $$, 'packed without a measure');
SELECT is(pg_temp.refusal($$ SELECT ims.move_handling_unit('SHOP', 'W3', kind => 'ship') $$),
    'IV201 | what handling unit "W3" holds of item "BRIE" was not measured | {"item": "BRIE", "argument": "measured_quantity", "handling_unit": "W3"}',
    'is not shipped as a whole');
SELECT is(pg_temp.refusal($$ SELECT ims.move_handling_unit('SHOP', 'W3', to_location => 'T-HERE-B') $$), 'accepted', 'but moved');
SELECT is(pg_temp.lines('transfer'), 'BRIE W3 2', 'without one');
SELECT is(split_part(pg_temp.refusal(c.statement), ' | ', 1), c.expected, c.name)
FROM (VALUES
    (1, 'out of tolerance', $$ SELECT ims.pack('SHOP', 'W2', lines => '[{"item": "BRIE", "quantity": 2, "measured_quantity": 23}]', location => 'T-HERE-A') $$, 'IV106'),
    (2, 'no number', $$ SELECT ims.pack('SHOP', 'W2', lines => '[{"item": "BRIE", "quantity": 2, "measured_quantity": "much"}]', location => 'T-HERE-A') $$, 'IV223'),
    (3, 'not measured at all', $$ SELECT ims.pack('SHOP', 'W2', lines => '[{"item": "INK", "quantity": 2, "measured_quantity": 23}]', location => 'T-HERE-A') $$, 'IV223'),
    (4, 'packed with it', $$ SELECT ims.pack('SHOP', 'W2', lines => '[{"item": "BRIE", "quantity": 3, "measured_quantity": 31}]', location => 'T-HERE-A') $$, 'accepted'),
    (5, 'taken out with it', $$ SELECT ims.unpack('SHOP', 'W2', lines => '[{"item": "BRIE", "quantity": 1, "measured_quantity": 10.5}]') $$, 'accepted'),
    (6, 'shipped', $$ SELECT ims.move_handling_unit('SHOP', 'W2', kind => 'ship') $$, 'accepted'),
    (7, 'in with a measure, and out without', $$ DO $do$ BEGIN
        PERFORM ims.receive('SHOP', 'BRIE', 3, to_location => 'T-HERE-A', handling_unit => 'W2', measured_quantity => 31);
        PERFORM ims.unpack('SHOP', 'W2', lines => '[{"item": "BRIE", "quantity": 1}]');
        PERFORM ims.move_handling_unit('SHOP', 'W2', kind => 'ship');
        END $do$ $$, 'IV201')
) AS c (place, name, statement, expected)
ORDER BY c.place;
SELECT is(pg_temp.lines('ship'), 'BRIE W2 2 20.5', 'goes with what was packed less what was taken out');
SELECT is_empty($$ SELECT * FROM ims.verify('SHOP') $$, 'the ledger proves');

SELECT * FROM finish();
ROLLBACK;
