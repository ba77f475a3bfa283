-- Classes of items: cut points and their boundaries, stages of life, and the
-- classification of a ledger: kept, compared with the last, each change recorded
-- once; VED as given.
\i test/setup.psql
BEGIN;
SET LOCAL client_min_messages = warning;
\i test/refusal.psql
SELECT plan(74);

SELECT is(ims.fsn_class(turns => v.turns), v.expected, coalesce(v.turns::text, 'no') || ' turns')
FROM (VALUES (1, 3.0, 'F'), (2, 2.999, 'S'), (3, 1, 'S'), (4, 0.999, 'N'), (5, 0, 'N'), (6, NULL, 'N'), (7, 'NaN', 'N'), (8, 'Infinity', 'F')) AS v (place, turns, expected)
ORDER BY v.place;
SELECT is(ims.fsn_class(turns => 5, fast_cut => 6, slow_cut => 5), 'S', 'cut points are arguments');
SELECT is(l.stage || coalesce(' ' || l.age, '') || coalesce(' ' || l.periods_since_last, ''), v.expected, v.title)
FROM (VALUES
    (1, '{}'::double precision[], 'none 0', 'no demand ever'), (2, '{0,0,NULL}', 'none 0', 'only zeros'), (3, NULL, 'none 0', 'no series'),
    (4, '{0,0,3,4,5}', 'new 3 0', 'young'), (5, '{1,2,1,0,0,0,0}', 'dead 7 4', 'over'), (6, '{1,2,1,0,0,0}', 'mature 6 3', 'not quite over'),
    (7, '{2,2,1,2,8,9,8,9}', 'growing 8 0', 'more'), (8, '{8,9,8,9,2,2,1,2}', 'declining 8 0', 'less'), (9, '{8,9,8,9,9,8,9,8}', 'mature 8 0', 'as before'),
    (10, '{1,2,1,0,NULL,0,0,NULL}', 'declining 8 3', 'unknown is not over')
    ) AS v (place, demand, expected, title)
CROSS JOIN LATERAL ims.life_cycle(demand => v.demand, new_periods => 4, dead_periods => 4, window_length => 4) AS l
ORDER BY v.place;
SELECT is(substring(pg_temp.refusal('SELECT * FROM ' || b.call) FROM '^[^|]*[^| ]'), b.expected, b.call)
FROM (VALUES (1, 'ims.fsn_class(1, 1, 2)', 'IV501'), (2, 'ims.fsn_class(1, -1)', 'IV501'), (3, 'ims.life_cycle(''{1}'', new_periods => -1)', 'IV501'),
    (4, 'ims.life_cycle(''{1}'', dead_periods => 0)', 'IV501'), (5, 'ims.life_cycle(''{1}'', growth_cut => 0.9)', 'IV501'), (6, 'ims.life_cycle(''{1}'', decline_cut => 1.1)', 'IV501'),
    (7, 'ims.life_cycle(''{{1}}'')', 'IV503'), (8, 'ims.classify_items(measure => ''weight'')', '22023'), (9, 'ims.classify_items(cuts => ''[]'')', 'IV503'),
    (10, 'ims.classify_items(cuts => ''{"z_cut": 1}'')', '22023'), (11, 'ims.classify_items(cuts => ''{"a_cut": "x"}'')', 'IV503'), (12, 'ims.classify_items(history_periods => 0)', '22023'),
    (13, 'ims.classify_items(items => ''{NONE}'')', 'IV203'), (14, 'ims.set_item_ved(item => ''NONE'', ved => ''V'')', 'IV203')) AS b (place, call, expected)
ORDER BY b.place;

-- A ledger: one item that sells much, one that sells little, one that does not.
SELECT ims.create_site(code => 'NORTH') AS s \gset ignored_
SELECT count(ims.create_item(code => v.code, cost_price => v.cost, retail_price => v.price)) FROM (VALUES ('BIG', 10, 12), ('SMALL', 1, 9), ('IDLE', 5, 5)) AS v (code, cost, price) \gset ignored_
SELECT count(*) FROM (SELECT ims.receive(item => v.code, quantity => 1000, to_location => 'NORTH', effective_at => '2025-01-01 00:00+00') FROM (VALUES ('BIG'), ('SMALL'), ('IDLE')) AS v (code)) AS r \gset ignored_
SELECT count(*) FROM (SELECT ims.ship(item => 'BIG', quantity => 19, from_location => 'NORTH', effective_at => timestamptz '2025-01-08 12:00+00' + n * interval '7 days') FROM generate_series(0, 50) AS n) AS r \gset ignored_
SELECT count(*) FROM (SELECT ims.ship(item => 'SMALL', quantity => 5, from_location => 'NORTH', effective_at => timestamptz '2025-01-08 12:00+00' + n * interval '35 days') FROM generate_series(0, 9) AS n) AS r \gset ignored_
SELECT is(c::text, '(3,15)', 'classified, everything new')
FROM ims.classify_items(as_of => '2026-01-05', cuts => '{"a_cut": 0.995, "b_cut": 0.999}', actor => 'me') AS c;
SELECT results_eq('SELECT c.item, c.amount, c.abc, c.xyz, c.demand_class, c.fsn, c.life_stage FROM ims_bi.item_class AS c ORDER BY c.item',
    $$VALUES ('BIG', 9690::numeric, 'A', 'X', 'smooth', 'S', 'mature'), ('IDLE', 0, 'C', 'Z', 'none', 'N', 'none'), ('SMALL', 50, 'C', 'Z', 'intermittent', 'N', 'mature')$$,
    'by cost, variation, pattern, turns and age');
SELECT is(c::text, '(3,0)', 'the same again changes nothing')
FROM ims.classify_items(as_of => '2026-01-05', cuts => '{"a_cut": 0.995, "b_cut": 0.999}') AS c;
SELECT count(*) FROM ims.classify_items(as_of => '2026-01-05', measure => 'picks') \gset ignored_
SELECT is((SELECT string_agg(concat_ws(' ', c.item, round(c.amount)), ', ' ORDER BY c.item) FROM ims_bi.item_class AS c), 'BIG 51, IDLE 0, SMALL 10', 'by lines');
SELECT count(*) FROM ims.classify_items(as_of => '2026-01-05', measure => 'margin') \gset ignored_
SELECT is((SELECT string_agg(concat_ws(' ', c.item, round(c.amount)), ', ' ORDER BY c.item) FROM ims_bi.item_class AS c), 'BIG 1938, IDLE 0, SMALL 400', 'by margin');
SELECT ims.set_item_ved(item => 'IDLE', ved => 'V', actor => 'me'), ims.set_item_ved(item => 'IDLE', ved => 'V') \gset ignored_
SELECT count(*) FROM ims.classify_items(as_of => '2026-01-12', cuts => '{"dead_periods": 1}') \gset ignored_
SELECT is((SELECT c.ved || to_char(c.classified_on, ' YYYY-MM-DD') FROM ims_bi.item_class AS c WHERE c.item = 'IDLE'), 'V 2026-01-12', 'VED stays as given');
SELECT results_eq($$SELECT c.item, c.kind, c.old_class, c.new_class FROM ims_bi.item_class_change AS c
    WHERE c.classified_on = '2026-01-12' OR c.kind = 'ved' ORDER BY c.item, c.kind COLLATE "C"$$,
    $$VALUES ('BIG', 'abc', 'B', 'C'), ('BIG', 'life_stage', 'mature', 'dead'), ('IDLE', 'ved', NULL, 'V'), ('SMALL', 'life_stage', 'mature', 'dead')$$,
    'each change is kept, once');
SELECT is(substring(pg_temp.refusal(b.statement) FROM 1 FOR 5), 'IV221', b.statement)
FROM (VALUES (1, 'UPDATE ims.item_class_change SET new_class = ''A'''), (2, 'DELETE FROM ims.item_class_change'), (3, 'TRUNCATE ims.item_class_change')) AS b (place, statement)
ORDER BY b.place;
SELECT ims.set_item_ved(item => 'IDLE', actor => 'me') \gset ignored_
SELECT is((SELECT concat_ws(' to ', c.old_class, coalesce(c.new_class, 'none')) FROM ims_bi.item_class_change AS c
    WHERE c.item = 'IDLE' AND c.kind = 'ved' AND c.old_class IS NOT NULL), 'V to none', 'VED is taken back');

-- What was reversed never was, whichever side of the window; what came back is taken off its sale.
SELECT ims.create_item(code => 'NOTED', cost_price => 2, retail_price => 5) AS i \gset ignored_
SELECT count(*) FROM ims.receive(item => 'NOTED', quantity => 1000, to_location => 'NORTH', effective_at => '2025-01-01 00:00+00') \gset ignored_
CREATE TEMP TABLE done (name text, posting_id bigint);
INSERT INTO done SELECT v.name, s.posting_id
FROM (VALUES ('sold', 10, '2025-06-02', 3, 60), ('undone later', 100, '2025-06-03', NULL, NULL), ('long undone', 50, '2025-01-02', NULL, NULL),
    ('before', 7, '2025-01-03', NULL, NULL)) AS v (name, quantity, day, unit_cost, sale_value)
CROSS JOIN LATERAL ims.ship(item => 'NOTED', quantity => v.quantity, from_location => 'NORTH', effective_at => (v.day || ' 12:00+00')::timestamptz,
    unit_cost => v.unit_cost, sale_value => v.sale_value) AS s;
INSERT INTO done SELECT v.name, r.posting_id
FROM (VALUES ('back', 'sold', 4, '2025-08-01'), ('not back', 'sold', 2, '2025-08-02'), ('back of before', 'before', 7, '2025-08-04')) AS v (name, origin, quantity, day)
JOIN done AS d ON d.name = v.origin
JOIN ims.movement AS m ON m.posting_id = d.posting_id
CROSS JOIN LATERAL ims.return_from_customer(item => 'NOTED', quantity => v.quantity, to_location => 'NORTH', effective_at => (v.day || ' 12:00+00')::timestamptz,
    origin_movement_id => m.movement_id) AS r;
SELECT count(*) FROM (VALUES ('undone later', '2026-02-01'), ('long undone', '2025-07-01'), ('not back', '2025-08-03')) AS v (name, day)
JOIN done AS d ON d.name = v.name
CROSS JOIN LATERAL ims.reverse_posting(posting_id => d.posting_id, effective_at => (v.day || ' 12:00+00')::timestamptz, reason => 'mistake') AS r \gset ignored_
SELECT is((SELECT round(a.amount) || ' of ' || a.quantity FROM ims.owner AS o JOIN ims.item AS i ON i.owner_id = o.owner_id AND i.code = 'NOTED'
    CROSS JOIN LATERAL ims._class_amounts(o.owner_id, ARRAY[i.item_id], v.measure, '2025-01-06', '2026-01-05') AS a), v.wanted, 'ranked by ' || v.measure)
FROM (VALUES (1, 'cost', '18 of 6'), (2, 'sales', '36 of 6'), (3, 'picks', '1 of 6'), (4, 'margin', '18 of 6')) AS v (place, measure, wanted)
ORDER BY v.place;

-- A return that names the posting only is worth what that sold the item for, on average.
SELECT count(ims.create_item(code => v.code, cost_price => 2, retail_price => 12)) FROM (VALUES ('POSTED'), ('OTHER')) AS v (code) \gset ignored_
SELECT count(*) FROM (SELECT ims.receive(item => v.code, quantity => 1000, to_location => 'NORTH', effective_at => '2025-01-01 00:00+00')
    FROM (VALUES ('POSTED'), ('OTHER')) AS v (code)) AS r \gset ignored_
SELECT p.posting_id AS sold FROM ims.post(kind => 'ship', effective_at => '2025-06-02 12:00+00', lines => '[
    {"item": "POSTED", "quantity": 15, "from_location": "NORTH", "sale_value": 50, "unit_cost": 3}, {"item": "OTHER", "quantity": 5, "from_location": "NORTH", "sale_value": 99},
    {"item": "POSTED", "quantity": 5, "from_location": "NORTH", "sale_value": 10, "unit_cost": 1}]') AS p LIMIT 1 \gset
SELECT count(*) FROM ims.return_from_customer(item => 'POSTED', quantity => 10, to_location => 'NORTH', origin_posting_id => :sold, effective_at => '2025-06-04 12:00+00') \gset ignored_
SELECT is((SELECT round(a.amount) || ' of ' || a.quantity FROM ims.owner AS o JOIN ims.item AS i ON i.owner_id = o.owner_id AND i.code = 'POSTED'
    CROSS JOIN LATERAL ims._class_amounts(o.owner_id, ARRAY[i.item_id], v.measure, '2025-01-06', '2026-01-05') AS a), v.wanted, 'a return of a posting, by ' || v.measure)
FROM (VALUES (1, 'cost', '25 of 10'), (2, 'sales', '30 of 10'), (3, 'margin', '5 of 10')) AS v (place, measure, wanted)
ORDER BY v.place;

-- Five years old, and sold again: its history is the whole window, and it is not new.
SELECT count(ims.create_item(code => v.code)) FROM (VALUES ('AGED'), ('YOUNG')) AS v (code) \gset ignored_
SELECT count(*) FROM (SELECT ims.receive(item => v.code, quantity => 1000, to_location => 'NORTH', effective_at => '2020-01-01 00:00+00')
    FROM (VALUES ('AGED'), ('YOUNG')) AS v (code)) AS r \gset ignored_
SELECT count(*) FROM (SELECT ims.ship(item => 'AGED', quantity => 10, from_location => 'NORTH', effective_at => '2020-02-03 12:00+00')) AS r \gset ignored_
SELECT count(*) FROM (SELECT ims.ship(item => v.code, quantity => 10, from_location => 'NORTH', effective_at => timestamptz '2025-12-08 12:00+00' + n * interval '7 days')
    FROM (VALUES ('AGED'), ('YOUNG')) AS v (code), generate_series(0, 3) AS n) AS r \gset ignored_
SELECT count(*) FROM ims.classify_items(items => '{AGED,YOUNG}', as_of => '2026-01-05') \gset ignored_
SELECT is((SELECT concat_ws(' ', c.xyz, c.demand_class, c.life_stage) FROM ims_bi.item_class AS c WHERE c.item = v.item), v.expected, v.title)
FROM (VALUES ('AGED', 'Z intermittent mature', 'weeks without demand after the first ever count'), ('YOUNG', 'X smooth new', 'those before it do not')) AS v (item, expected, title)
ORDER BY v.item;

-- Sold until the shelf was empty; nobody knows what would have been sold since.  Another was there, and not wanted.
SELECT count(ims.create_item(code => v.code)) FROM (VALUES ('EMPTY'), ('FULL'), ('LONG AGO')) AS v (code) \gset ignored_
SELECT count(*) FROM (SELECT ims.receive(item => v.code, quantity => v.quantity, to_location => 'NORTH', effective_at => '2024-01-01 00:00+00')
    FROM (VALUES ('EMPTY', 500), ('FULL', 1000), ('LONG AGO', 1000)) AS v (code, quantity)) AS r \gset ignored_
SELECT count(*) FROM (SELECT ims.ship(item => v.code, quantity => 10, from_location => 'NORTH', effective_at => v.from_at::timestamptz + n * interval '7 days')
    FROM (VALUES ('EMPTY', '2024-12-02 12:00+00'), ('FULL', '2024-12-02 12:00+00'), ('LONG AGO', '2024-01-05 12:00+00')) AS v (code, from_at), generate_series(0, 49) AS n
    WHERE v.code <> 'LONG AGO' OR n = 0) AS r \gset ignored_
SELECT count(*) FROM ims.classify_items(items => '{EMPTY,FULL,LONG AGO}', as_of => '2026-07-06', history_periods => 80) \gset ignored_
SELECT is((SELECT concat_ws(' ', c.xyz, c.demand_class, c.life_stage) FROM ims_bi.item_class AS c WHERE c.item = v.item), v.expected, v.title)
FROM (VALUES ('EMPTY', 'X smooth mature', 'weeks with an empty shelf are no weeks without demand'), ('FULL', 'Y intermittent dead', 'those with a full one are'),
    ('LONG AGO', 'Z none dead', 'what was sold before the window only is dead')) AS v (item, expected, title)
ORDER BY v.item;

-- Sold out before the window, and brought back since, for a time, or never.
SELECT count(ims.create_item(code => v.code)) FROM (VALUES ('GONE'), ('LEFT'), ('BACK')) AS v (code) \gset ignored_
SELECT count(*) FROM (VALUES ('GONE', 10, '2024-01-01'), ('LEFT', 20, '2024-01-01'), ('BACK', 10, '2024-01-01'), ('BACK', 5, '2026-06-24')) AS v (code, quantity, day)
CROSS JOIN LATERAL ims.receive(item => v.code, quantity => v.quantity, to_location => 'NORTH', effective_at => (v.day || ' 00:00+00')::timestamptz) AS r \gset ignored_
SELECT count(*) FROM (VALUES ('GONE'), ('LEFT'), ('BACK')) AS v (code)
CROSS JOIN LATERAL ims.ship(item => v.code, quantity => 10, from_location => 'NORTH', effective_at => '2024-02-01 12:00+00') AS r \gset ignored_
SELECT count(*) FROM ims.scrap(item => 'LEFT', quantity => 10, from_location => 'NORTH', reason => 'old', effective_at => '2026-03-01 12:00+00') AS r \gset ignored_
SELECT is((SELECT string_agg(concat_ws(' ', n.xyz, n.demand_class, n.life_stage), ', ' ORDER BY i.code) FROM ims.owner AS o
    CROSS JOIN LATERAL ims._new_classes(o.owner_id, ARRAY(SELECT f.item_id FROM ims.item AS f WHERE f.code IN ('BACK', 'GONE', 'LEFT')), 'cost', 'week',
        date '2026-07-06' - 7 * w.periods, '2026-07-06', 'UTC', w.cuts::jsonb) AS n
    JOIN ims.item AS i ON i.item_id = n.item_id), w.expected, w.title)
FROM (VALUES (1, 52, '{}', 'Z none mature, Z none dead, Z none dead', 'what nobody brought back is dead, what is there again is not'),
    (2, 26, '{}', 'Z none mature, Z none dead, Z none dead', 'so it is in as many weeks as make one dead'),
    (3, 25, '{}', 'Z none mature, Z none mature, Z none mature', 'in fewer nobody knows'),
    (4, 1, '{}', 'Z none mature, Z none mature, Z none mature', 'and new it is in none'),
    (5, 52, '{"dead_periods": 2}', 'Z none dead, Z none dead, Z none dead', 'weeks on the shelf again count')) AS w (place, periods, cuts, expected, title)
ORDER BY w.place;

-- Cut points of another school: 80 and 90 %, 0.2 and 0.6, each within.
SELECT count(ims.create_item(code => v.code, retail_price => 1)) FROM (VALUES ('DA'), ('DB'), ('DC'), ('DD')) AS v (code) \gset ignored_
SELECT count(*) FROM (SELECT ims.receive(item => v.code, quantity => 1000, to_location => 'NORTH', effective_at => '2025-01-01 00:00+00')
    FROM (VALUES ('DA'), ('DB'), ('DC'), ('DD')) AS v (code)) AS r \gset ignored_
SELECT count(*) FROM (SELECT ims.ship(item => v.code, quantity => w.quantity, from_location => 'NORTH', effective_at => timestamptz '2025-12-09 12:00+00' + w.week * interval '7 days')
    FROM (VALUES ('DA', '{32,40,48}'::integer[]), ('DB', '{2,5,8}'), ('DC', '{2,2,10}'), ('DD', '{1}')) AS v (code, demand)
    CROSS JOIN LATERAL unnest(v.demand) WITH ORDINALITY AS w (quantity, week)) AS r \gset ignored_
SELECT count(*) FROM ims.classify_items(items => '{DA,DB,DC,DD}', measure => 'sales', history_periods => 3, as_of => '2026-01-05',
    cuts => '{"a_cut": 0.8, "b_cut": 0.9, "x_cut": 0.2, "y_cut": 0.6}') \gset ignored_
SELECT is((SELECT string_agg(concat_ws(' ', c.item, c.abc, c.xyz), ', ' ORDER BY c.item) FROM ims_bi.item_class AS c WHERE c.item ~ '^D'),
    'DA A X, DB B Y, DC C Z, DD C Z', 'A up to 80 %, B to 90 %, X up to 0.2, Y to 0.6');
-- Cut points that no number is, with items to cut.
SELECT is(substring(pg_temp.refusal('SELECT * FROM ims.classify_items(as_of => ''2026-01-12'', cuts => ''' || b.cuts || ''')') FROM '^[^|]*[^| ]'), b.expected, 'cuts ' || b.cuts)
FROM (VALUES (1, '{"new_periods": 1.5}', 'IV503'), (2, '{"a_cut": 1e30}', 'IV501'), (3, '{"dead_periods": 1e30}', 'IV503'), (4, '{"x_cut": 1e400}', 'IV503'), (5, '{"growth_cut": 1e-400}', 'IV503'),
    (6, '{"new_periods": -1}', 'IV501'), (7, '{"dead_periods": 1e18}', 'IV501'), (8, '{"x_cut": -1e301}', 'IV503'), (9, '{"a_cut": null}', 'IV503'), (10, '{"new_periods": 12, "window_length": 4.0, "x_cut": 0}', 'accepted')) AS b (place, cuts, expected)
ORDER BY b.place;
-- Passed through between two moments without stock: turns are unknown, and it moves fast.
SELECT count(ims.create_item(code => v.code)) FROM (VALUES ('PASSED'), ('NEVER')) AS v (code) \gset ignored_
SELECT count(*) FROM ims.receive(item => 'PASSED', quantity => 10, to_location => 'NORTH', effective_at => '2025-06-02 00:00+00') AS r,
    ims.ship(item => 'PASSED', quantity => 10, from_location => 'NORTH', effective_at => '2025-06-03 00:00+00') AS s \gset ignored_
SELECT count(*) FROM ims.classify_items(items => '{PASSED,NEVER}', as_of => '2026-01-05') \gset ignored_
SELECT is((SELECT string_agg(concat_ws(' ', c.item, coalesce(c.turns::text, 'unknown'), c.fsn), ', ' ORDER BY c.item) FROM ims_bi.item_class AS c WHERE c.item IN ('PASSED', 'NEVER')),
    'NEVER unknown N, PASSED unknown F', 'demand without stock is fast, none is not');
SELECT is_empty('SELECT * FROM ims.verify()', 'verify() finds nothing');
SELECT * FROM finish();
ROLLBACK;
