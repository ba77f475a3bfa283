-- Forecasts that are kept: a run says of each item what ims.forecast() says of its
-- history, in one process or in several, and whatever the series; it is there whole
-- or not at all, and never changed.  Overrides count and stay, a category's quantity
-- is spread exactly; open orders are netted; sums are those of the items; imported
-- models are combined, chosen and judged.  In the first half a table takes the place
-- of the history: no ledger holds the series that a run must survive (NaN, 1e300, a
-- million periods).  The second half forecasts what was posted.
\i test/setup.psql
BEGIN;
SET LOCAL client_min_messages = warning;
\i test/refusal.psql
SELECT plan(209);

-- Items T01 .. with chosen series.
SELECT ims.create_category(code => 'ALL') AS c, ims.create_category(code => 'SUB', parent => 'ALL') AS d \gset ignored_
CREATE TEMP TABLE series (code text, demand double precision[], in_stock double precision[]);
INSERT INTO series VALUES
    ('T01', '{12,15,11,14,13,16,12,18,14,13,15,17}', NULL),
    ('T02', '{0,0,4,0,0,5,0,0,3,0,0,6}', NULL),
    ('T03', '{7,7,7,7,7,7}', NULL),
    ('T04', '{}', NULL),
    ('T05', '{5}', NULL),
    ('T06', '{0,0,0,0,0}', NULL),
    ('T07', '{NaN,3,NaN,4,5,NaN,6,4}', NULL),
    ('T08', '{1e300,1e300,-1e300,1e299,1e300,1e298}', NULL),
    ('T09', '{-5,-4,-6,-5,-7,-4}', NULL),
    ('T10', '{NULL,NULL,NULL}', NULL),
    ('T11', '{Infinity,1,2,3,4,-Infinity}', NULL),
    ('T12', '{12,0,11,14,0,16,12,18,14,13,15,17}', '{1,0,1,1,0,1,1,1,1,1,1,1}'),
    ('T13', NULL, NULL);
SELECT count(ims.create_item(code => s.code, category => CASE WHEN s.code < 'T04' THEN 'SUB' END)) FROM series AS s \gset ignored_
CREATE TEMP TABLE history AS
SELECT i.item_id, 0::bigint AS site_id, date '2026-01-05' AS first_period, s.demand, s.in_stock
FROM series AS s JOIN ims.item AS i ON i.code = s.code;
GRANT SELECT ON history TO PUBLIC;
-- The real one comes back in the second half.
SELECT pg_get_functiondef('ims._forecast_history_query'::regproc) AS real_history \gset
CREATE OR REPLACE FUNCTION ims._forecast_history_query(owner_id bigint, item_ids bigint[], by_site boolean,
    bucket text, from_period date, to_period date, whole boolean, exclude text[])
RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT format('SELECT h.* FROM pg_temp.history AS h WHERE h.first_period < %L AND h.demand IS NOT NULL', $6)
$$;

-- One run over all of them.
SELECT r.* FROM ims.run_forecast(horizon => 3, as_of => '2026-04-01', reason => 'test', actor => 'me') AS r \gset run_
SELECT is(ARRAY[:run_series, :run_fallbacks, :run_without_data]::bigint[], ARRAY[13, 3, 3]::bigint[],
    'a row for every item, and how many were not as asked');
SELECT is(:'run_first_period'::date, date '2026-03-30', 'from the week that is not over');
SELECT results_eq('SELECT i.code, r.status, cardinality(r.forecast), r.periods'
    ' FROM ims.forecast_result AS r JOIN ims.item AS i USING (owner_id, item_id) ORDER BY i.code',
    $$VALUES ('T01', 'ok', 3, 12::bigint), ('T02', 'ok', 3, 12), ('T03', 'fallback', 3, 6), ('T04', 'no data', 3, 0),
    ('T05', 'fallback', 3, 1), ('T06', 'fallback', 3, 5), ('T07', 'ok', 3, 8), ('T08', 'ok', 3, 6),
    ('T09', 'ok', 3, 6), ('T10', 'no data', 3, 3), ('T11', 'ok', 3, 6), ('T12', 'ok', 3, 12), ('T13', 'no data', 3, 0)$$,
    'no series ends a run: each has a status');
SELECT is_empty($$SELECT * FROM ims.forecast_result AS r CROSS JOIN unnest(r.forecast || r.lower_bound) AS u (v)
    WHERE u.v IS NULL OR u.v = 'NaN' OR u.v = 'Infinity' OR u.v < 0$$, 'figures are finite and not negative');
SELECT is_empty($$
    SELECT s.code FROM series AS s
    JOIN ims.item AS i ON i.code = s.code JOIN ims.forecast_result AS r ON r.item_id = i.item_id
    CROSS JOIN LATERAL (SELECT array_agg(f.forecast ORDER BY f.step) AS forecast,
            array_agg(f.upper ORDER BY f.step) AS upper_bound, min(f.method_used) AS method, min(f.reason) AS reason
        FROM ims.forecast(demand => s.demand, horizon => 3) AS f) AS f
    WHERE s.code <> 'T12' AND (r.forecast, coalesce(r.upper_bound, array_fill(NULL::double precision, '{3}')), r.method, r.reason)
        IS DISTINCT FROM (f.forecast, f.upper_bound, f.method, f.reason)$$,
    'each is what ims.forecast() says of the series');
SELECT is((SELECT r.forecast FROM ims.forecast_result AS r JOIN ims.item AS i USING (item_id) WHERE i.code = 'T12'),
    (SELECT array_agg(f.forecast ORDER BY f.step)
     FROM ims.forecast(demand => '{12,NULL,11,14,NULL,16,12,18,14,13,15,17}', horizon => 3) AS f),
    'a period without demand and without stock is unknown');
SELECT is((SELECT (r.parameters ->> 'alpha')::double precision FROM ims.forecast_result AS r JOIN ims.item AS i USING (item_id)
    WHERE i.code = 'T01'),
    (SELECT m.alpha_used FROM ims.forecast_model(demand => '{12,15,11,14,13,16,12,18,14,13,15,17}', horizon => 3) AS m),
    'with the weights');
SELECT is((SELECT ARRAY[round(r.mean_demand, 6), round(r.naive_error, 6), round(r.naive_deviation, 6)]
    FROM ims.forecast_result AS r JOIN ims.item AS i USING (item_id) WHERE i.code = 'T01'),
    (SELECT ARRAY[round(170 / 12.0, 6), round(avg(abs(u.v - u.before)), 6), round(sqrt(avg((u.v - u.before) ^ 2)), 6)]
     FROM (SELECT v::numeric, lag(v) OVER (ORDER BY n)::numeric AS before
           FROM unnest('{12,15,11,14,13,16,12,18,14,13,15,17}'::integer[]) WITH ORDINALITY AS x (v, n)) AS u),
    'and the scale of errors');
SELECT results_eq('SELECT r.as_of, r.bucket, r.horizon, r.history_periods, r.season_length, r.by_site, r.method, r.coverage,'
    ' r.series, r.reason, r.actor, r.parameters::text FROM ims_bi.forecast_run AS r',
    $$VALUES (date '2026-04-01', 'week', 3::bigint, 104::bigint, 1::bigint, false, 'auto', 0.95, 13::bigint, 'test', 'me',
        '{"seed": 1, "uncensor": true, "non_negative": true}')$$, 'the run says how it was made');
SELECT is_empty('SELECT * FROM ims.verify()', 'verify() finds nothing');
SELECT is_empty($$SELECT c.relname FROM pg_class AS c WHERE c.relname ~ 'spool'$$, 'no table is left');

-- Workers.
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT r.forecast_run_id AS alone FROM ims.run_forecast(horizon => 3, as_of => '2026-04-01') AS r \gset
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_leader_participation = off;
-- Here a worker forgets the series that it gets, so that it can be seen who computes.
SELECT pg_get_functiondef('ims._known_demand'::regproc) AS real_demand, set_config('test.leader', pg_backend_pid()::text, true) AS leader \gset
CREATE OR REPLACE FUNCTION ims._known_demand(demand double precision[], in_stock double precision[], uncensor boolean)
RETURNS double precision[] LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN pg_backend_pid()::text = current_setting('test.leader') THEN demand ELSE '{}' END
$$;
SELECT is(r.without_data, 13::bigint, 'workers compute') FROM ims.run_forecast(horizon => 3, as_of => '2026-04-01') AS r;
:real_demand;
SELECT r.forecast_run_id AS shared FROM ims.run_forecast(horizon => 3, as_of => '2026-04-01') AS r \gset
SET LOCAL parallel_leader_participation = on;
SELECT is_empty(format('SELECT item_id, forecast, lower_bound, upper_bound, method, status, reason, parameters'
    ' FROM ims.forecast_result WHERE forecast_run_id = %s EXCEPT'
    ' SELECT item_id, forecast, lower_bound, upper_bound, method, status, reason, parameters'
    ' FROM ims.forecast_result WHERE forecast_run_id = %s', :alone, :shared), 'the same, whoever computes');

-- What of a history is known.
SELECT is(ims._known_demand(b.demand, b.in_stock, b.uncensor), b.expected, 'known of ' || coalesce(b.demand::text, 'nothing') || ' in stock '
    || coalesce(b.in_stock::text, 'always') || CASE WHEN b.uncensor THEN ', and what was missed' ELSE '' END)
FROM (VALUES
    (1, NULL::double precision[], NULL::double precision[], true, NULL::double precision[]), (2, '{}', '{}', true, '{}'), (3, '{1,NULL,0}', NULL, true, '{1,NULL,0}'),
    (4, '{1,2,0}', '{1,1,1}', true, '{1,2,0}'), (5, '{1,2,0}', '{1,NULL,NaN}', true, '{1,2,0}'), (6, '{1,0,-1,2}', '{1,0,0,0.5}', false, '{1,NULL,NULL,2}'),
    (7, '{1,0,0,2}', '{1,0,0.5,0.5}', true, ims.uncensor_demand('{1,0,0,2}', '{1,0,0.5,0.5}')), (8, '{1,0,3,2}', '{1,0,0,0.5}', true, '{1,NULL,3,2}'),
    (9, '{1,NULL,0}', '{0.5,0,NULL}', true, ims.uncensor_demand('{1,NULL,0}', '{0.5,0,1}'))) AS b (place, demand, in_stock, uncensor, expected)
ORDER BY b.place;
SELECT is(substring(pg_temp.refusal($$SELECT ims._known_demand('{1,2}', '{0.5}', true)$$) FROM 1 FOR 5), 'IV503', 'of another length it is refused');

-- Most items of an owner are not listed.
SELECT is(ims._listed_items(o.owner_id, b.items), b.expected, 'listed: ' || coalesce(b.items::text, 'none'))
FROM ims.owner AS o, (VALUES (1, NULL::bigint[], NULL::bigint[]), (2, '{}', '{}'), (3, '{1,2,3,4,5,6}', '{1,2,3,4,5,6}'), (4, '{1,2,3,4,5,6,7}', NULL)) AS b (place, items, expected)
ORDER BY b.place;

-- Buckets.
SELECT is((SELECT r.first_period FROM ims.run_forecast(items => '{T01}', bucket => b.bucket, as_of => b.as_of::date) AS r),
    b.expected::date, b.bucket || ' of ' || b.as_of)
FROM (VALUES ('day', '2026-04-01', '2026-04-01'), ('week', '2026-04-05', '2026-03-30'), ('week', '2026-04-06', '2026-04-06'),
    ('month', '2026-04-30', '2026-04-01'), ('month', '2026-05-01', '2026-05-01')) AS b (bucket, as_of, expected)
ORDER BY b.bucket, b.as_of;
SELECT is(ims._periods_between(b.bucket, b.early::date, b.late::date), b.expected, b.bucket || 's between')
FROM (VALUES ('day', '2026-02-28', '2026-03-01', 1::bigint), ('week', '2025-12-29', '2026-01-12', 2),
    ('month', '2025-11-01', '2026-02-01', 3)) AS b (bucket, early, late, expected)
ORDER BY b.bucket;

-- Bad arguments.
SELECT is(substring(pg_temp.refusal('SELECT * FROM ims.run_forecast(' || b.arguments || ')') FROM '^[^|]*[^| ]'), b.expected,
    'refused: ' || b.arguments)
FROM (VALUES
    (1, 'bucket => ''year''', '22023'), (2, 'horizon => 0', '22023'), (3, 'horizon => -1', '22023'), (4, 'horizon => 1001', '22023'),
    (5, 'history_periods => 0', '22023'), (6, 'history_periods => 10001', '22023'),
    (7, 'as_of => ''9999-01-01''', '22023'), (8, 'as_of => ''infinity''', '22023'), (9, 'season_length => 367', 'IV501'),
    (10, 'method => ''magic''', 'IV502'), (11, 'coverage => 1', 'IV501'), (12, 'coverage => 0', 'IV501'),
    (13, 'items => ''{NONE}''', 'IV203'), (14, 'category => ''NONE''', 'IV229'), (15, 'import_use => ''guess''', '22023'),
    (16, 'owner => ''NONE''', 'IV202'), (17, 'actor => repeat(''x'', 101)', '22001'),
    (18, 'items => ''{}'', as_of => ''2026-04-01''', 'accepted'), (19, 'horizon => 1, history_periods => 1, items => ''{T01}''', 'accepted'),
    (20, 'horizon => 1000, items => ''{T01}'', as_of => ''2026-04-01''', 'accepted')
    ) AS b (place, arguments, expected)
ORDER BY b.place;

-- A run that is cut short leaves nothing.
CREATE FUNCTION pg_temp.cut_short(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RETURN 'done';
EXCEPTION WHEN query_canceled THEN
    RETURN SQLSTATE;
END
$$;
SELECT count(*) AS runs FROM ims.forecast_run \gset
SET LOCAL statement_timeout = '300ms';
SELECT is(pg_temp.cut_short($$SELECT count(r.series) FROM generate_series(1, 1000000) AS n
    CROSS JOIN LATERAL ims.run_forecast(items => '{T01}', horizon => 1000, as_of => '2026-04-01', seed => n) AS r$$), '57014',
    'a run is interrupted');
SET LOCAL statement_timeout = 0;
SELECT is((SELECT count(*) FROM ims.forecast_run), :runs::bigint, 'and none is kept in part');
SELECT is_empty($$SELECT c.relname FROM pg_class AS c WHERE c.relname ~ 'spool'$$, 'nor its table');
SELECT is_empty('SELECT * FROM ims_bi.progress', 'nor its progress');

-- Progress, while a run is under way and after it.
SELECT o.owner_id FROM ims.owner AS o \gset
SELECT ims._progress_begin(:owner_id, 'forecast'), ims._progress_phase('computing', 7), ims._progress_step(), ims._progress_step(),
    pg_stat_clear_snapshot() \gset ignored_
SELECT is((SELECT ROW(p.owner_id, p.kind, p.phase, p.series_done, p.series_total)::text FROM ims_bi.progress AS p
    WHERE p.process_id = pg_backend_pid()), format('(%s,forecast,computing,2,7)', :owner_id), 'progress is told');
SELECT is_empty('SELECT * FROM pg_stat_progress_copy', 'but not in the views of the server');
CREATE ROLE ims_test_nobody;
GRANT USAGE ON SCHEMA ims, ims_bi TO ims_test_nobody;
GRANT SELECT ON ims_bi.progress, ims.owner TO ims_test_nobody;
SET LOCAL ROLE ims_test_nobody;
SELECT is_empty('SELECT * FROM ims_bi.progress', 'nor to who may not act for the owner');
RESET ROLE;
SELECT ims._progress_end() \gset ignored_
SELECT pg_stat_clear_snapshot() \gset ignored_
SELECT is_empty('SELECT * FROM ims_bi.progress', 'nor when the run ended');

-- Overrides.
SELECT ok(s.items_set = 1 AND s.first_day = '2026-03-30', 'an override, of the period that has the day')
FROM ims.set_forecast_override(item => 'T01', quantity => 40, period => '2026-04-02', reason => 'fair', actor => 'me') AS s;
SELECT r.forecast_run_id AS later FROM ims.run_forecast(horizon => 3, as_of => '2026-04-01') AS r \gset
SELECT results_eq(format('SELECT d.override, d.forecast FROM ims.forecast_demand(items => ''{T01}'', forecast_run_id => %s) AS d'
    ' WHERE d.period = ''2026-03-30''', r.id), 'VALUES (40::numeric, 40::numeric)', 'counts for runs made ' || r.what)
FROM (VALUES (1, :run_forecast_run_id, 'before'), (2, :later, 'after')) AS r (place, id, what) ORDER BY r.place;
SELECT ok(d.computed BETWEEN 10 AND 20 AND d.override IS NULL AND d.forecast = d.computed, 'and for no other period')
FROM ims.forecast_demand(items => '{T01}') AS d WHERE d.period = '2026-04-06';
SELECT is((SELECT s.items_set FROM ims.set_forecast_override(category => 'ALL', quantity => 100, period => '2026-03-30') AS s), 2::bigint,
    'a category''s quantity goes to its items, and those below it, but for what is set already');
SELECT is((SELECT h.forecast FROM ims.forecast_hierarchy(level => 'category') AS h WHERE h.code = 'ALL' AND h.period = '2026-03-30'), 100::numeric,
    'and adds up to it');
SELECT ok((SELECT abs(a.forecast / b.forecast - a.computed / b.computed) < 1e-5 FROM ims.forecast_demand(items => '{T02}') AS a,
    ims.forecast_demand(items => '{T03}') AS b WHERE a.period = '2026-03-30' AND b.period = '2026-03-30'), 'in proportion to what was computed');
SELECT is((SELECT sum(o.quantity) FROM ims.forecast_override AS o WHERE o.category_id IS NOT NULL), 60::numeric, 'to the last millionth');
SELECT is(pg_temp.refusal('SELECT * FROM ims.set_forecast_override(period => ''2026-03-30'', category => ' || b.arguments || ')'), b.expected, b.title)
FROM (VALUES
    (1, '''SUB'', quantity => 30', 'IV501 | the quantity of category "ALL" is spread already | {"value": "ALL", "argument": "category"}', 'a category above would not keep what it has'),
    (2, '''ALL'', quantity => 39.999999', 'IV501 | quantity 39.999999 cannot be that of the category | {"least": 40, "value": 39.999999, "argument": "quantity"}', 'nor a single item, with less'),
    (3, '''ALL'', quantity => 40', 'accepted', 'what is just enough for it is enough')) AS b (place, arguments, expected, title)
ORDER BY b.place;
SELECT is((SELECT sum(o.quantity) FROM ims.forecast_override AS o WHERE o.category_id IS NOT NULL), 0::numeric, 'nothing where single items take it all');
SAVEPOINT above;
SELECT is((SELECT s.items_set FROM ims.remove_forecast_override(category => 'ALL', period => '2026-03-30') AS r,
    ims.set_forecast_override(category => 'SUB', quantity => 50, period => '2026-03-30') AS s), 2::bigint, 'first the category below');
SELECT is(pg_temp.refusal('SELECT * FROM ims.set_forecast_override(period => ''2026-03-30'', category => ' || b.arguments || ')'), b.expected, b.title)
FROM (VALUES
    (1, '''ALL'', quantity => 60', 'IV501 | quantity 60 cannot be that of the category | {"most": 50, "value": 60, "argument": "quantity"}', 'a rest that nobody can share'),
    (2, '''ALL'', quantity => 49', 'IV501 | quantity 49 cannot be that of the category | {"least": 50, "value": 49, "argument": "quantity"}', 'what is set below stays'),
    (3, '''ALL'', quantity => 50', 'accepted', 'no rest, and nobody to share it')) AS b (place, arguments, expected, title)
ORDER BY b.place;
SELECT ims.change_item(item => 'T04', category => 'ALL') AS i \gset ignored_
SELECT is((SELECT s.items_set FROM ims.set_forecast_override(category => 'ALL', quantity => 80, period => '2026-03-30') AS s), 1::bigint, 'then the one above: the rest for the others');
SELECT is((SELECT string_agg(concat_ws(' ', h.code, trim_scale(h.forecast)), ', ' ORDER BY h.code) FROM ims.forecast_hierarchy(level => 'category') AS h
    WHERE h.period = '2026-03-30' AND h.code IS NOT NULL), 'ALL 80, SUB 50', 'and both are what they were set to');
SELECT is(substring(pg_temp.refusal('SELECT * FROM ims.' || b.call) FROM 1 FOR 5), 'IV501', b.title)
FROM (VALUES (1, 'set_forecast_override(category => ''SUB'', quantity => 45, period => ''2026-03-30'')', 'changed only with the one above'),
    (2, 'remove_forecast_override(category => ''SUB'', period => ''2026-03-30'')', 'and removed')) AS b (place, call, title)
ORDER BY b.place;
SELECT count(*) FROM ims.remove_forecast_override(category => 'ALL', period => '2026-03-30') AS r \gset ignored_
SELECT ims.create_category(code => 'OTHER') AS o, ims.change_item(item => 'T05', category => 'OTHER') AS i \gset ignored_
SELECT s.items_set, ims.change_item(item => 'T05', category => 'SUB') AS i FROM ims.set_forecast_override(category => 'OTHER', quantity => 7, period => '2026-03-30') AS s \gset ignored_
SELECT is(pg_temp.refusal('SELECT * FROM ims.set_forecast_override(category => ''SUB'', quantity => 45, period => ''2026-03-30'')'),
    'IV501 | the quantity of category "OTHER" is spread already | {"value": "OTHER", "argument": "category"}', 'nor what an item brings with it from another');
SELECT count(*) FROM ims.remove_forecast_override(category => 'OTHER', period => '2026-03-30') AS r, ims.change_item(item => 'T05', category => 'ALL') AS i \gset ignored_
SELECT r.forecast_run_id AS narrow FROM ims.run_forecast(items => '{T02}', horizon => 3, as_of => '2026-04-01') AS r \gset
SELECT is((SELECT s.items_set FROM ims.set_forecast_override(category => 'SUB', quantity => 45, period => '2026-03-30', forecast_run_id => :narrow) AS s), 1::bigint,
    'by a run that has one of the items');
SELECT is((SELECT string_agg(trim_scale(o.quantity::numeric)::text, ' ') FROM ims.forecast_override AS o WHERE o.category_id IS NOT NULL), '5', 'the other has no share any more');
ROLLBACK TO above;
SELECT is((SELECT count(*) FROM ims.master_change AS m WHERE m.table_name = 'forecast_override' AND m.actor = 'me'), 1::bigint, 'who set it is kept');
SELECT is((SELECT r.items_removed FROM ims.remove_forecast_override(category => 'ALL', period => '2026-03-31') AS r), 2::bigint, 'removed with the category');
SELECT is((SELECT r.items_removed FROM ims.remove_forecast_override(item => 'T01', period => '2026-04-05') AS r), 1::bigint, 'or alone');
SELECT is((SELECT r.items_removed FROM ims.remove_forecast_override(item => 'T01', period => '2026-04-05') AS r), 0::bigint, 'once');
SELECT is(substring(pg_temp.refusal('SELECT * FROM ims.set_forecast_override(' || b.arguments || ')') FROM '^[^|]*[^| ]'), b.expected,
    'refused: ' || b.arguments)
FROM (VALUES
    (1, 'item => ''T01'', quantity => 1', 'IV201'), (2, 'quantity => 1, period => ''2026-04-01''', 'IV201'),
    (3, 'item => ''T01'', period => ''2026-04-01''', 'IV201'), (4, 'item => ''T01'', category => ''ALL'', quantity => 1, period => ''2026-04-01''', 'IV223'),
    (5, 'item => ''T01'', quantity => -1, period => ''2026-04-01''', 'IV101'), (6, 'item => ''T01'', quantity => 1e12, period => ''2026-04-01''', 'IV101'),
    (7, 'item => ''T01'', quantity => 1, period => ''infinity''', '22023'), (8, 'category => ''ALL'', quantity => 1, period => ''2099-04-01''', 'IV501'),
    (9, 'item => ''NONE'', quantity => 1, period => ''2026-04-01''', 'IV203'), (10, 'item => ''T01'', quantity => 1, site => ''NONE'', period => ''2026-04-01''', 'IV204')
    ) AS b (place, arguments, expected)
ORDER BY b.place;

-- Netting: 350 a period, of which 130, 100 and 80 are ordered.
SELECT count(*) FROM generate_series(0, 2) AS n, ims.set_forecast_override(item => 'T01', quantity => 350, period => date '2026-03-30' + 7 * n) \gset ignored_
SELECT results_eq($$SELECT d.ordered, d.net_forecast FROM ims.forecast_demand(items => '{T01}', open_orders => '[
    {"item": "T01", "day": "2026-03-01", "quantity": 30}, {"item": "T01", "day": "2026-04-02", "quantity": 100},
    {"item": "T01", "day": "2026-04-12", "quantity": 100}, {"item": "T01", "day": "2026-04-13", "quantity": 80},
    {"item": "T01", "day": "2026-04-20", "quantity": 999}]') AS d$$,
    'VALUES (130::numeric, 220::numeric), (100, 250), (80, 270)', 'open orders use up the forecast of their period, overdue ones of the first');
SELECT is((SELECT min(d.net_forecast) FROM ims.forecast_demand(items => '{T01}', open_orders => '[{"item": "T01", "day": "2026-03-30", "quantity": 9999}]') AS d),
    0::numeric, 'never below zero');
SELECT is(substring(pg_temp.refusal(format('SELECT * FROM ims.forecast_demand(open_orders => %L)', b.orders)) FROM '^[^|]*[^| ]'), b.expected, 'refused: ' || b.orders)
FROM (VALUES (1, '{}', 'IV503'), (2, '[1]', 'IV503'), (3, '[{"item": "T01"}]', 'IV503'), (4, '[{"item": "T01", "day": "2026-04-01", "quantity": -1}]', 'IV503'),
    (5, '[{"item": "T01", "day": "2026-04-01", "quantity": 1, "colour": "red"}]', 'IV503'), (6, '[{"item": "NONE", "day": "2026-04-01", "quantity": 1}]', 'IV203'),
    (7, '[]', 'accepted'), (8, '[{"item": "T01", "day": "01/02/2026", "quantity": 1}]', 'IV503'), (9, '[{"item": "T01", "day": 20260401, "quantity": 1}]', 'IV503'),
    (10, '[{"item": "T01", "day": "2026-02-30", "quantity": 1}]', 'IV503'), (11, '[{"item": "T01", "day": "2026-04-1", "quantity": 1}]', 'IV503'),
    (12, '[{"item": "T01", "day": "0000-04-01", "quantity": 1}]', 'IV503'), (13, '[{"item": "T01", "day": "2028-02-29", "quantity": 1}]', 'accepted')) AS b (place, orders, expected)
ORDER BY b.place;

-- Sums.
SELECT is((SELECT sum(h.computed) FROM ims.forecast_hierarchy(level => b.level) AS h), (SELECT sum(d.computed) FROM ims.forecast_demand() AS d),
    b.level || ': the sum of all items') FROM unnest('{item,owner,site}'::text[]) AS b (level);
SELECT is(substring(pg_temp.refusal('SELECT * FROM ims.forecast_hierarchy(level => ''planet'')') FROM 1 FOR 5), '22023', 'no other level');
SELECT is(substring(pg_temp.refusal('SELECT * FROM ims.forecast_demand(forecast_run_id => 0)') FROM 1 FOR 5), 'IV229', 'no other run');

-- Models made elsewhere.
SELECT is((SELECT i.imported FROM ims.import_forecast(model => 'ml', lines => '[
    {"item": "T01", "first_period": "2026-03-31", "forecast": [20, 20, 20], "lower": [1, 2, 3], "upper": [30, 30, 30]},
    {"item": "T02", "first_period": "2026-03-30", "forecast": [1, 1]},
    {"item": "T03", "first_period": "2026-03-30", "forecast": [9, 9, 9]},
    {"item": "T04", "first_period": "2026-03-30", "forecast": [20, 20, 20]},
    {"item": "T01", "first_period": "2026-03-09", "forecast": [13, 15, 17], "lower": [9, 9, 9], "upper": [20, 20, 20]},
    {"item": "T01", "first_period": "2026-03-09", "forecast": [14, 15, 17], "lower": [9, 9, 9], "upper": [20, 20, 20]}]') AS i), 5::bigint,
    'imported, the last of two that say the same');
SELECT r.forecast_run_id AS plain, c.forecast_run_id AS combined, p.forecast_run_id AS replaced
FROM ims.run_forecast(horizon => 3, as_of => '2026-04-01') AS r,
    ims.run_forecast(horizon => 3, as_of => '2026-04-01', imported_model => 'ml') AS c,
    ims.run_forecast(horizon => 3, as_of => '2026-04-01', imported_model => 'ml', import_use => 'replace') AS p \gset
SELECT is((SELECT c.computed - (a.computed + 20) / 2 FROM ims.forecast_demand(items => '{T01}', forecast_run_id => :combined) AS c,
    ims.forecast_demand(items => '{T01}', forecast_run_id => :plain) AS a WHERE c.period = '2026-03-30' AND a.period = '2026-03-30')::numeric(9, 6), 0::numeric,
    'combined: the mean of both');
SELECT is((SELECT r.status || ' ' || r.forecast::text FROM ims.forecast_result AS r JOIN ims.item AS i USING (item_id)
    WHERE r.forecast_run_id = :combined AND i.code = 'T04'), 'ok {20,20,20}', 'all there is where nothing was computed');
SELECT is((SELECT r.lower_bound IS NULL AND r.forecast[1] = 8 FROM ims.forecast_result AS r JOIN ims.item AS i USING (item_id)
    WHERE r.forecast_run_id = :combined AND i.code = 'T03'), true, 'without bounds where one has none');
SELECT r.forecast_run_id AS of_today FROM ims.run_forecast(horizon => 3) AS r \gset
SELECT is_empty(format('SELECT * FROM ims.forecast_run_accuracy(forecast_run_id => %s, as_of => ''9999-01-01'')', :of_today),
    'what has not been is not judged');
SELECT results_eq(format('SELECT i.code, r.forecast, r.lower_bound, r.method FROM ims.forecast_result AS r JOIN ims.item AS i USING (item_id)'
    ' WHERE r.forecast_run_id = %s AND i.code = ''T01''', :replaced),
    $$VALUES ('T01', '{20,20,20}'::double precision[], '{1,2,3}'::double precision[], 'import:ml')$$, 'or in its place');
SELECT is((SELECT r.method ~ 'import' FROM ims.forecast_result AS r JOIN ims.item AS i USING (item_id) WHERE r.forecast_run_id = :replaced AND i.code = 'T02'), false,
    'not where it says too little');
SELECT is(substring(pg_temp.refusal(format('SELECT * FROM ims.import_forecast(model => ''ml'', lines => %L)', b.lines)) FROM '^[^|]*[^| ]'), b.expected, 'refused: ' || left(b.lines, 70))
FROM (VALUES (1, NULL, 'IV201'), (2, '1', 'IV503'), (3, '[{}]', 'IV503'), (4, '[{"item": "T01", "first_period": "2026-03-30", "forecast": []}]', 'IV503'),
    (5, '[{"item": "T01", "first_period": "2026-03-30", "forecast": [null]}]', 'IV503'), (6, '[{"item": "T01", "first_period": "2026-03-30", "forecast": [1e301]}]', 'IV503'),
    (7, '[{"item": "T01", "first_period": "2026-03-30", "forecast": [1], "lower": [1, 2]}]', 'IV503'), (8, '[{"item": "NONE", "first_period": "2026-03-30", "forecast": [1]}]', 'IV203'),
    (9, '[{"item": "T01", "first_period": "someday", "forecast": [1]}]', 'IV503'), (10, '[{"item": "T01", "first_period": "01/02/2026", "forecast": [1]}]', 'IV503'),
    (11, '[{"item": "T01", "first_period": "infinity", "forecast": [1]}]', 'IV503'), (12, '[{"item": "T01", "first_period": null, "forecast": [1]}]', 'IV503'),
    (13, '[{"item": "T01", "first_period": "2025-03-30", "forecast": [1e-400, -1e-320]}]', 'accepted')) AS b (place, lines, expected)
ORDER BY b.place;

SELECT is((SELECT m.forecast FROM ims.forecast_import AS m WHERE m.first_period = '2025-03-24'), '{0,0}'::double precision[], 'next to zero is zero');
SELECT is(substring(pg_temp.refusal('SELECT * FROM ims.run_forecast(items => ''{T01}'', as_of => ''2026-04-01'', ' || b.arguments || ')') FROM '^[^|]*[^| ]'), b.expected, 'refused: ' || b.arguments)
FROM (VALUES (1, 'imported_model => ''typo'', import_use => ''replace''', 'IV229'), (2, 'imported_model => ''ml'', bucket => ''month''', 'IV229'),
    (3, 'imported_model => ''ml'', import_use => ''choose''', 'accepted')) AS b (place, arguments, expected)
ORDER BY b.place;
SELECT count(*) FROM ims.import_forecast(model => 'low', lines => '[{"item": "T01", "first_period": "2026-03-30", "forecast": [-5, 6, -7], "lower": [-9, 1, -9], "upper": [-1, 9, 2]}]') \gset ignored_
SELECT r.forecast_run_id AS low, n.forecast_run_id AS negative
FROM ims.run_forecast(items => '{T01}', horizon => 3, as_of => '2026-04-01', imported_model => 'low', import_use => 'replace') AS r,
    ims.run_forecast(items => '{T01}', horizon => 3, as_of => '2026-04-01', imported_model => 'low', import_use => 'replace', non_negative => false) AS n \gset
SELECT is((SELECT concat_ws(' ', r.forecast, r.lower_bound, r.upper_bound) FROM ims.forecast_result AS r WHERE r.forecast_run_id = b.run_id), b.wanted, b.title)
FROM (VALUES (1, :low, '{0,6,0} {0,1,0} {0,9,2}', 'imported demand is not negative'), (2, :negative, '{-5,6,-7} {-9,1,-9} {-1,9,2}', 'unless it may be')) AS b (place, run_id, wanted, title)
ORDER BY b.place;

-- Nobody changes what was said.
SELECT is(substring(pg_temp.refusal(b.statement) FROM 1 FOR 5), b.expected, b.statement)
FROM (VALUES (1, 'UPDATE ims.forecast_result SET forecast = ''{}''', 'IV221'), (2, 'UPDATE ims.forecast_run SET horizon = 1', 'IV221'),
    (3, 'DELETE FROM ims.forecast_result', 'IV222'), (4, 'TRUNCATE ims.forecast_result', 'IV221'), (5, 'DELETE FROM ims.forecast_run', 'IV222')) AS b (place, statement, expected)
ORDER BY b.place;
SELECT ims.delete_forecast_run(forecast_run_id => :plain) \gset ignored_
SELECT is((SELECT count(*) FROM ims.forecast_result AS r WHERE r.forecast_run_id = :plain), 0::bigint, 'but a run goes as a whole');
SELECT is(substring(pg_temp.refusal(format('SELECT ims.delete_forecast_run(forecast_run_id => %s)', :plain)) FROM 1 FOR 5), 'IV229', 'once');

-- Every method, whatever the series; a million periods; periods that are missing in between.
SELECT count(ims.create_item(code => v.code)) FROM (VALUES ('T14'), ('T15')) AS v (code) \gset ignored_
INSERT INTO history
SELECT i.item_id, 0, date '2026-01-05', s.demand, NULL
FROM (VALUES ('T14', (SELECT array_agg(20 + (n * n) % 7 ORDER BY n) FROM generate_series(1, 1000000::bigint) AS n)::double precision[]),
    ('T15', '{3,NULL,4,NULL,NULL,5,6,NULL,4,3}')) AS s (code, demand)
JOIN ims.item AS i ON i.code = s.code;
SELECT r.forecast_run_id AS long FROM ims.run_forecast(items => '{T14,T15}', horizon => 3, as_of => '2026-04-01') AS r \gset
SELECT is((SELECT string_agg(concat_ws(' ', i.code, r.status, r.periods), ', ' ORDER BY i.code)
    FROM ims.forecast_result AS r JOIN ims.item AS i USING (item_id) WHERE r.forecast_run_id = :long), 'T14 ok 1000000, T15 ok 10', 'a million periods, and missing ones');
DELETE FROM history AS h USING ims.item AS i WHERE i.item_id = h.item_id AND i.code = 'T14';
CREATE TEMP TABLE by_method AS
SELECT u.method, r.forecast_run_id, r.series
FROM unnest('{auto,naive,seasonal naive,drift,mean,moving average,simple exponential smoothing,Holt,damped Holt,additive Holt-Winters,
    multiplicative Holt-Winters,ETS,average of ETS models,Theta,dynamic optimised Theta,mean of ETS and Theta,Croston,SBA,SBJ,TSB,ADIDA,IMAPA,combined}'::text[]) AS u (method)
CROSS JOIN LATERAL ims.run_forecast(horizon => 3, as_of => '2026-04-01', season_length => 4, method => u.method) AS r;
SELECT is_empty('SELECT * FROM by_method WHERE series <> 15', 'a row for every item, by every method');
SELECT is_empty($$SELECT i.code, r.method FROM by_method JOIN ims.forecast_result AS r USING (forecast_run_id) JOIN ims.item AS i USING (item_id)
    WHERE r.status NOT IN ('ok', 'fallback', 'no data') OR EXISTS (SELECT FROM unnest(r.forecast || r.lower_bound) AS u (v)
        WHERE u.v IS NULL OR u.v = 'NaN' OR u.v = 'Infinity' OR u.v < 0)$$, 'finite and not negative');
SELECT is((SELECT string_agg(concat_ws(' ', i.code, r.last_season::text), ', ' ORDER BY i.code) FROM by_method JOIN ims.forecast_result AS r USING (forecast_run_id)
    JOIN ims.item AS i USING (item_id) WHERE by_method.method = 'auto' AND i.code IN ('T01', 'T04', 'T05', 'T07', 'T13')),
    'T01 {14,13,15,17}, T04, T05, T07 {5,3,6,4}, T13', 'the last season is kept, of each time the latest that is known');
SELECT is((SELECT string_agg(concat_ws(' ', e.item, e.kind), ', ' ORDER BY e.item) FROM ims.forecast_exceptions(forecast_run_id => :run_forecast_run_id, as_of => '2026-04-01') AS e),
    'T03 fallback, T04 no data, T05 fallback, T06 fallback, T10 no data, T13 no data', 'what was not as asked is listed');
SELECT ok(e.explanation <> '', 'with the reason') FROM ims.forecast_exceptions(forecast_run_id => :run_forecast_run_id, as_of => '2026-04-01') AS e WHERE e.item = 'T03';

-- The ledger's own history: eight weeks from 5 January, sold on Friday at noon.
:real_history;
SELECT ims.create_site(code => 'RUN', time_zone => 'UTC') AS s \gset ignored_
SELECT count(ims.create_item(code => 'R-' || v.code, negative_ok => v.code = 'FREE')) FROM unnest('{PLAIN,UNDONE,OUT,FREE,OLD,NEW,LATE,MARK,BACK,NOTBACK,HEIR}'::text[]) AS v (code) \gset ignored_
SELECT count(*) FROM (VALUES ('PLAIN', 1000, '2026-01-01 00:00+00'), ('UNDONE', 1000, '2026-01-01 00:00+00'), ('OUT', 42, '2026-01-01 00:00+00'),
    ('OUT', 1000, '2026-02-09 00:00+00'), ('OLD', 1000, '2026-01-01 00:00+00'), ('NEW', 1000, '2026-02-01 00:00+00'), ('LATE', 1000, '2026-02-01 00:00+00'),
    ('MARK', 2000, '2026-01-01 00:00+00'), ('BACK', 1000, '2025-06-01 00:00+00'), ('NOTBACK', 1000, '2025-06-01 00:00+00'),
    ('HEIR', 1000, '2025-06-01 00:00+00')) AS v (item, quantity, at)
CROSS JOIN LATERAL ims.receive(item => 'R-' || v.item, quantity => v.quantity, to_location => 'RUN', effective_at => v.at::timestamptz) AS r \gset ignored_
SELECT count(*) FROM (VALUES ('PLAIN', '{10,12,9,11,14,10,12,11}'::integer[]), ('UNDONE', '{10,12,9,11,14,10,12,11}'), ('OUT', '{10,12,9,11,0,10,12,11}'),
    ('FREE', '{10,12,9,11,14,10,12,11}'), ('OLD', '{10,12,9,11,0,0,0,0}'), ('NEW', '{0,0,0,0,14,10,12,11}'), ('LATE', '{0,0,0,0,14,10,12,11}'),
    ('MARK', '{10,12,900,11,14,10,12,11}'), ('BACK', '{0,0,0,0,14,10,12,11}'), ('NOTBACK', '{0,0,0,0,14,10,12,11}'),
    ('HEIR', '{0,0,0,0,14,10,12,11}')) AS v (item, demand)
CROSS JOIN LATERAL unnest(v.demand) WITH ORDINALITY AS w (quantity, week)
CROSS JOIN LATERAL ims.ship(item => 'R-' || v.item, quantity => w.quantity, from_location => 'RUN',
    effective_at => timestamptz '2026-01-02 12:00+00' + w.week * interval '7 days') AS p
WHERE w.quantity > 0 \gset ignored_
-- A mistake of 500 in the third week, undone in the fourth.
SELECT p.posting_id AS mistake FROM ims.ship(item => 'R-UNDONE', quantity => 500, from_location => 'RUN', effective_at => '2026-01-23 13:00+00') AS p \gset
SELECT count(*) FROM ims.reverse_posting(posting_id => :mistake, effective_at => '2026-01-28 12:00+00', reason => 'mistake') AS r \gset ignored_
-- Long before the window one was sold, and another sold, taken back, sold again and that undone.
SELECT count(*) FROM ims.ship(item => 'R-BACK', quantity => 1, from_location => 'RUN', effective_at => '2025-06-02 12:00+00') AS p \gset ignored_
SELECT p.posting_id AS sold FROM ims.ship(item => 'R-NOTBACK', quantity => 5, from_location => 'RUN', effective_at => '2025-06-02 12:00+00') AS p \gset
SELECT count(*) FROM ims.return_from_customer(item => 'R-NOTBACK', quantity => 5, to_location => 'RUN', effective_at => '2025-06-03 12:00+00',
    origin_movement_id => (SELECT m.movement_id FROM ims.movement AS m WHERE m.posting_id = :sold)) AS r \gset ignored_
SELECT p.posting_id AS undone FROM ims.ship(item => 'R-NOTBACK', quantity => 3, from_location => 'RUN', effective_at => '2025-06-04 12:00+00') AS p \gset
SELECT count(*) FROM ims.reverse_posting(posting_id => :undone, effective_at => '2025-06-05 12:00+00', reason => 'mistake') AS r \gset ignored_
SELECT count(ims.add_demand_mark(kind => k.kind, item => 'R-MARK', from_day => k.day::date))
FROM (VALUES ('outlier', '2026-01-23'), ('promotion', '2026-02-06')) AS k (kind, day) \gset ignored_
SELECT ims.set_item_succession(item => 'R-NEW', predecessor => 'R-OLD', from_day => '2026-02-02'),
    ims.set_item_succession(item => 'R-HEIR', predecessor => 'R-BACK', from_day => '2026-02-02') AS h \gset ignored_
SELECT r.forecast_run_id AS ledger FROM ims.run_forecast(items => '{R-PLAIN,R-UNDONE,R-OUT,R-FREE,R-OLD,R-NEW,R-LATE,R-MARK,R-BACK,R-NOTBACK,R-HEIR}', horizon => 3,
    as_of => '2026-03-02', history_periods => 12) AS r \gset
SELECT r.forecast_run_id AS censored FROM ims.run_forecast(items => '{R-PLAIN,R-OUT,R-FREE}', horizon => 3, as_of => '2026-03-02', history_periods => 12,
    uncensor => false) AS r \gset
SELECT is((SELECT array_agg(round(u.v::numeric, 6) ORDER BY u.n) || r.periods::numeric FROM ims.forecast_result AS r
        JOIN ims.item AS i USING (owner_id, item_id) CROSS JOIN unnest(r.forecast) WITH ORDINALITY AS u (v, n)
        WHERE i.code = 'R-' || w.item AND r.forecast_run_id = w.run_id GROUP BY r.periods),
    (SELECT array_agg(round(f.forecast::numeric, 6) ORDER BY f.step) || cardinality(w.demand)::numeric FROM ims.forecast(demand => w.demand, horizon => 3) AS f), w.title)
FROM (VALUES
    (1, 'PLAIN', :ledger, '{10,12,9,11,14,10,12,11}'::double precision[], 'from the first week with demand'),
    (2, 'UNDONE', :ledger, '{10,12,9,11,14,10,12,11}', 'a shipment that was reversed is no demand'),
    (3, 'OUT', :ledger, ims.uncensor_demand('{10,12,9,11,0,10,12,11}', ARRAY[1, 1, 1, 4.5 / 7, 0, 1, 1, 1]), 'an empty shelf: what was missed is added, a week without stock unknown'),
    (4, 'OUT', :censored, '{10,12,9,11,NULL,10,12,11}', 'unless it is not wanted: only the week without stock is unknown'),
    (5, 'FREE', :ledger, '{10,12,9,11,14,10,12,11}', 'what is sold without stock misses nothing'),
    (6, 'FREE', :censored, '{10,12,9,11,14,10,12,11}', 'either way'),
    (7, 'OLD', :ledger, '{10,12,9,11,0,0,0,0}', 'a predecessor has its own demand'),
    (8, 'NEW', :ledger, '{10,12,9,11,14,10,12,11}', 'and its successor both'),
    (9, 'LATE', :ledger, '{14,10,12,11}', 'weeks before the first demand are no history, nor are those of an empty shelf'),
    (10, 'MARK', :ledger, '{10,12,NULL,11,14,10,12,11}', 'an outlier that is marked is unknown, a promotion is demand'),
    (11, 'BACK', :ledger, '{0,0,0,0,0,0,0,0,14,10,12,11}', 'what was sold before has a history as long as the window'),
    (12, 'NOTBACK', :ledger, '{14,10,12,11}', 'not what was taken back or undone'),
    (13, 'HEIR', :ledger, '{0,0,0,0,0,0,0,0,14,10,12,11}', 'nor only by its own sales')) AS w (place, item, run_id, demand, title)
ORDER BY w.place;
SELECT isnt((SELECT r.forecast FROM ims.forecast_result AS r JOIN ims.item AS i USING (item_id) WHERE r.forecast_run_id = :ledger AND i.code = 'R-OUT'),
    (SELECT r.forecast FROM ims.forecast_result AS r JOIN ims.item AS i USING (item_id) WHERE r.forecast_run_id = :censored AND i.code = 'R-OUT'), 'which makes a difference');
SELECT is((SELECT array_agg(r.parameters -> 'uncensor' ORDER BY r.forecast_run_id) FROM ims.forecast_run AS r WHERE r.forecast_run_id IN (:ledger, :censored)),
    '{true,false}'::jsonb[], 'the run says which');
SELECT r.forecast_run_id AS by_site FROM ims.run_forecast(items => '{R-OUT}', horizon => 3, as_of => '2026-03-02', by_site => true) AS r \gset
SELECT is((SELECT string_agg(l.code || ' ' || r.periods, ', ' ORDER BY l.code) FROM ims.forecast_result AS r
    JOIN ims.location AS l ON l.location_id = r.site_id
    WHERE r.forecast_run_id = :by_site), 'RUN 8', 'a site has its own history');
-- A second site, which began with the window.
SELECT ims.create_site(code => 'LATER', time_zone => 'UTC') AS s \gset ignored_
SELECT count(*) FROM ims.receive(item => 'R-BACK', quantity => 10, to_location => 'LATER', effective_at => '2026-02-10 00:00+00') AS r,
    ims.ship(item => 'R-BACK', quantity => 2, from_location => 'LATER', effective_at => '2026-02-18 12:00+00') AS p \gset ignored_
SELECT r.forecast_run_id AS by_site FROM ims.run_forecast(items => '{R-BACK}', horizon => 3, as_of => '2026-03-02', by_site => true, history_periods => 12) AS r \gset
SELECT is((SELECT string_agg(l.code || ' ' || r.periods, ', ' ORDER BY l.code) FROM ims.forecast_result AS r
    JOIN ims.location AS l ON l.location_id = r.site_id
    WHERE r.forecast_run_id = :by_site), 'LATER 2, RUN 12', 'which began with the first demand there');
-- Middle-out and netting at a site: its own runs, overrides and orders.
SELECT count(ims.change_item(item => v.code, category => 'SUB')) FROM (VALUES ('R-OUT'), ('R-PLAIN')) AS v (code) \gset ignored_
SELECT ims.create_site(code => 'RUN-2', time_zone => 'UTC') AS s \gset ignored_
SELECT count(*) FROM ims.receive(item => 'R-PLAIN', quantity => 10, to_location => 'RUN-2', effective_at => '2026-02-01 00:00+00') \gset ignored_
SELECT count(*) FROM ims.ship(item => 'R-PLAIN', quantity => 7, from_location => 'RUN-2', effective_at => '2026-02-20 12:00+00') \gset ignored_
SELECT r.forecast_run_id AS of_site FROM ims.run_forecast(items => '{R-OUT,R-PLAIN}', horizon => 2, as_of => '2026-03-02', by_site => true) AS r \gset
SELECT is((SELECT s.items_set FROM ims.set_forecast_override(category => 'SUB', quantity => 60, site => 'RUN', period => '2026-03-02') AS s), 2::bigint,
    'a category''s quantity at a site goes to the items that were forecast there');
SELECT results_eq(format('SELECT h.code, h.items, h.overridden, h.forecast FROM ims.forecast_hierarchy(level => ''site'', forecast_run_id => %s) AS h'
    ' WHERE h.period = ''2026-03-02'' AND h.code = ''RUN''', :of_site), $$VALUES ('RUN', 2::bigint, 2::bigint, 60::numeric)$$, 'and adds up to it');
SELECT is((SELECT sum(d.net_forecast) FROM ims.forecast_demand(items => '{R-OUT,R-PLAIN}', site => 'RUN', forecast_run_id => :of_site, open_orders => '[
    {"item": "R-PLAIN", "site": "RUN", "day": "2026-03-03", "quantity": 5}, {"item": "R-OUT", "site": "LATER", "day": "2026-03-03", "quantity": 5}]') AS d
    WHERE d.period = '2026-03-02'), 55::numeric, 'orders of the site use it up, those of another do not');
SELECT results_eq(format('SELECT d.item, d.site_code, d.period, d.computed, d.forecast, d.ordered, d.net_forecast'
    ' FROM ims.forecast_demand(items => ''{R-OUT,R-FREE}'', forecast_run_id => %s, open_orders => ''[{"item": "R-OUT", "site": "LATER", "day": "2026-03-09", "quantity": 5},'
    ' {"item": "R-OUT", "site": "LATER", "day": "2026-01-01", "quantity": 1}, {"item": "R-OUT", "site": "LATER", "day": "2026-03-15", "quantity": 2},'
    ' {"item": "R-OUT", "site": "LATER", "day": "2026-03-16", "quantity": 9}, {"item": "R-FREE", "day": "2026-03-09", "quantity": 3},'
    ' {"item": "R-PLAIN", "site": "LATER", "day": "2026-03-09", "quantity": 5}]'') AS d WHERE d.site_code IS DISTINCT FROM ''RUN''', :of_site),
    $$VALUES ('R-FREE', NULL::text, date '2026-03-09', NULL::numeric, 0::numeric, 3::numeric, 0::numeric), ('R-OUT', 'LATER', '2026-03-02', NULL, 0, 1, 0),
    ('R-OUT', 'LATER', '2026-03-09', NULL, 0, 7, 0)$$, 'what nobody forecast there is ordered all the same');
SELECT is(pg_temp.refusal(format('SELECT * FROM ims.forecast_demand(forecast_run_id => %s, open_orders => ''[{"item": "R-FREE", "day": "2026-03-03", "quantity": 5},'
    ' {"item": "R-OUT", "day": "2026-03-03", "quantity": 5}]'')', :of_site)) ~ '^IV503.*"element": 2', true, 'an order without site has no place in a run by site');
SELECT is((SELECT count(d.override) FROM ims.forecast_demand(items => '{R-OUT,R-PLAIN}', forecast_run_id => :ledger) AS d), 0::bigint, 'nor do they count elsewhere');
SELECT is((SELECT r.items_removed FROM ims.remove_forecast_override(category => 'SUB', site => 'RUN', period => '2026-03-02') AS r), 2::bigint, 'removed at the site');
-- An override of what a run has no row for: an item made later, a site where it was never sold.
SELECT ims.create_item(code => 'R-LAUNCH', category => 'SUB') AS i \gset ignored_
SELECT r.forecast_run_id AS placed FROM ims.run_forecast(items => '{R-LAUNCH}', horizon => 2, as_of => '2026-03-02', by_site => true) AS r \gset
CREATE TEMP TABLE launched (item text, site text, bucket text, period date, quantity numeric);
INSERT INTO launched VALUES ('R-LAUNCH', NULL, 'week', '2026-03-10', 8), ('R-LAUNCH', 'RUN', 'week', '2026-03-10', 5), ('R-PLAIN', 'LATER', 'week', '2026-03-02', 6),
    ('R-LAUNCH', 'RUN', 'week', '2026-03-01', 101), ('R-LAUNCH', 'RUN', 'week', '2026-03-16', 102), ('R-LAUNCH', 'RUN', 'day', '2026-03-09', 103),
    ('R-LAUNCH', NULL, 'week', '2026-03-01', 104), ('R-LAUNCH', NULL, 'week', '2026-03-22', 7), ('R-LAUNCH', NULL, 'week', '2026-03-23', 105);
SELECT sum(s.items_set) FROM launched AS v CROSS JOIN LATERAL
    ims.set_forecast_override(item => v.item, quantity => v.quantity, site => v.site, bucket => v.bucket, period => v.period, reason => 'launch') AS s \gset ignored_
SELECT is((SELECT string_agg(concat_ws(' ', d.item, d.site_code, d.period - date '2026-03-02', d.computed, d.override, d.forecast, d.net_forecast), ', ' ORDER BY d.item, d.period)
    FROM ims.forecast_demand(forecast_run_id => r.id) AS d WHERE d.override IS NOT NULL), r.expected, r.title)
FROM (VALUES (1, :ledger, 'R-LAUNCH 7 8 8 8, R-LAUNCH 14 7 7 7', 'an override of an item made later counts'),
    (2, :of_site, 'R-LAUNCH RUN 7 5 5 5, R-PLAIN LATER 0 6 6 6', 'so does one at a site without history'),
    (3, :placed, 'R-LAUNCH RUN 7 5 5 5, R-PLAIN LATER 0 6 6 6', 'and none without site in a run by site')) AS r (place, id, expected, title)
ORDER BY r.place;
SELECT is_empty(format('(SELECT d.item, d.site_code, d.period, d.computed, d.override, d.forecast FROM ims.forecast_demand(forecast_run_id => %1$s) AS d'
    ' EXCEPT SELECT f.item, f.site, f.period, f.computed, f.override, f.forecast FROM ims_bi.forecast AS f WHERE f.forecast_run_id = %1$s) UNION ALL'
    ' (SELECT f.item, f.site, f.period, f.computed, f.override, f.forecast FROM ims_bi.forecast AS f WHERE f.forecast_run_id = %1$s'
    ' EXCEPT SELECT d.item, d.site_code, d.period, d.computed, d.override, d.forecast FROM ims.forecast_demand(forecast_run_id => %1$s) AS d)', r.id), r.title)
FROM (VALUES (1, :ledger, 'the view has the same'), (2, :of_site, 'by site, too'), (3, :placed, 'whatever the run has')) AS r (place, id, title)
ORDER BY r.place;
SELECT results_eq(format('SELECT f.item, f.site, f.override_reason, f.status FROM ims_bi.forecast AS f WHERE f.forecast_run_id = %s AND f.override > 0 ORDER BY f.item', :of_site),
    $$VALUES ('R-LAUNCH', 'RUN', 'launch', NULL::text), ('R-PLAIN', 'LATER', 'launch', NULL)$$, 'which says why, and that nothing was computed');
SELECT results_eq(format('SELECT h.code, h.period, h.items, h.computed, h.overridden, h.forecast FROM ims.forecast_hierarchy(level => ''site'', forecast_run_id => %s) AS h'
    ' WHERE h.code = ''LATER''', :of_site), $$VALUES ('LATER', date '2026-03-02', 1::bigint, NULL::numeric, 1::bigint, 6::numeric)$$, 'sums have it');
SELECT is((SELECT h.forecast - h.computed FROM ims.forecast_hierarchy(level => 'category', forecast_run_id => :of_site) AS h
    WHERE h.code = 'ALL' AND h.period = '2026-03-09'), 5::numeric, 'so have those of categories');
SELECT results_eq(format('SELECT d.item, d.site_code, d.period, d.forecast, d.ordered, d.net_forecast FROM ims.forecast_demand(items => ''{R-LAUNCH,R-PLAIN}'', forecast_run_id => %s,'
    ' open_orders => ''[{"item": "R-LAUNCH", "site": "RUN", "day": "2026-03-10", "quantity": 2}, {"item": "R-PLAIN", "site": "LATER", "day": "2026-02-01", "quantity": 9}]'') AS d'
    ' WHERE d.computed IS NULL', :of_site),
    $$VALUES ('R-LAUNCH', 'RUN', date '2026-03-09', 5::numeric, 2::numeric, 3::numeric), ('R-PLAIN', 'LATER', '2026-03-02', 6, 9, 0)$$, 'orders use it up');
SELECT is((SELECT count(*) FROM ims.forecast_demand(items => w.items, site => w.site, forecast_run_id => :of_site) AS d WHERE d.computed IS NULL), w.expected, w.title)
FROM (VALUES (1, '{R-PLAIN}'::text[], NULL, 1::bigint, 'asked for by item'), (2, NULL, 'RUN', 1, 'or by site'), (3, '{R-PLAIN}', 'RUN', 0, 'or both')) AS w (place, items, site, expected, title)
ORDER BY w.place;
SELECT is(substring(pg_temp.refusal(format('SELECT * FROM ims.forecast_demand(forecast_run_id => %s, open_orders => ''[{"item": "R-LAUNCH", "day": "2026-03-03", "quantity": 5}]'')', r.id))
    FROM 1 FOR 5), 'IV503', r.title)
FROM (VALUES (1, :of_site, 'an order without site takes nothing from an override of one'), (2, :placed, 'nor from the row of an item without history')) AS r (place, id, title)
ORDER BY r.place;
SELECT sum(s.items_removed) FROM launched AS v CROSS JOIN LATERAL
    ims.remove_forecast_override(item => v.item, site => v.site, bucket => v.bucket, period => v.period) AS s \gset ignored_
SELECT r.forecast_run_id AS early FROM ims.run_forecast(items => '{R-MARK,R-UNDONE}', horizon => 3, as_of => '2026-01-19') AS r \gset
SELECT is((SELECT string_agg(concat_ws(' ', a.item, a.periods, a.actual), ', ' ORDER BY a.item) FROM ims.forecast_run_accuracy(forecast_run_id => :early, as_of => '2026-03-02') AS a),
    'R-MARK 2 25, R-UNDONE 3 34', 'what came is compared less what was reversed, and outliers');
-- An item that sold out for good, and one that nobody wanted.
SELECT count(ims.create_item(code => v.code)) FROM (VALUES ('R-GONE'), ('R-IDLE')) AS v (code) \gset ignored_
SELECT count(*) FROM (VALUES ('R-GONE', 50), ('R-IDLE', 1000)) AS v (item, quantity)
CROSS JOIN LATERAL ims.receive(item => v.item, quantity => v.quantity, to_location => 'RUN', effective_at => '2025-12-01 00:00+00') AS r \gset ignored_
SELECT count(*) FROM (VALUES ('R-GONE'), ('R-IDLE')) AS v (item) CROSS JOIN generate_series(1, 5) AS g (week)
CROSS JOIN LATERAL ims.ship(item => v.item, quantity => 10, from_location => 'RUN', effective_at => timestamptz '2025-11-28 12:00+00' + g.week * interval '7 days') AS p \gset ignored_
SELECT r.forecast_run_id AS empty FROM ims.run_forecast(items => '{R-OUT,R-GONE,R-IDLE}', horizon => 3, as_of => '2026-02-02', method => 'mean', uncensor => false) AS r \gset
SELECT r.forecast_run_id AS empty_site FROM ims.run_forecast(items => '{R-OUT,R-GONE,R-IDLE}', horizon => 3, as_of => '2026-02-02', method => 'mean', uncensor => false, by_site => true) AS r \gset
SELECT is((SELECT string_agg(concat_ws(' ', a.item, a.periods, coalesce(a.actual::text, 'unknown'), coalesce(round(a.forecast)::text, 'unknown'), round(a.bias, 2)), ', ' ORDER BY a.item)
    FROM ims.forecast_run_accuracy(forecast_run_id => r.id, as_of => '2026-02-23') AS a),
    'R-GONE 0 unknown unknown, R-IDLE 3 0 17, R-OUT 2 22 21 -0.05', r.title)
FROM (VALUES (1, :empty, 'periods with an empty shelf are not judged, those with a full one are'), (2, :empty_site, 'nor by site')) AS r (place, id, title) ORDER BY r.place;
SELECT is((SELECT string_agg(DISTINCT e.item, ', ') FROM ims.forecast_exceptions(forecast_run_id => :empty, as_of => '2026-02-23', tracking_limit => 0.9) AS e WHERE e.kind = 'tracking signal'), 'R-IDLE',
    'and nobody need look at them');
SELECT r.forecast_run_id AS without FROM ims.run_forecast(items => '{R-GONE,R-IDLE}', horizon => 1, as_of => '2026-03-02', history_periods => 5, method => 'mean') AS r \gset
SELECT is((SELECT string_agg(concat_ws(' ', i.code, r.status, r.periods, round(r.forecast[1]::numeric)), ', ' ORDER BY i.code)
    FROM ims.forecast_result AS r JOIN ims.item AS i USING (item_id) WHERE r.forecast_run_id = :without),
    'R-GONE no data 5 0, R-IDLE ok 5 0', 'without demand in the window: unknown, or none');

-- A predecessor by the ton, sold by the million: no item ends a run, or a reading of all.
SELECT count(ims.create_item(code => v.code)) FROM (VALUES ('R-TON'), ('R-GRAM')) AS v (code) \gset ignored_
SELECT ims.set_item_succession(item => 'R-GRAM', predecessor => 'R-TON', share => 1000, from_day => '2026-02-23') \gset ignored_
SELECT count(*) FROM generate_series(1, 11) AS g (n)
CROSS JOIN LATERAL ims.receive(item => 'R-TON', quantity => 900000000000, to_location => 'RUN', effective_at => timestamptz '2026-01-01 00:00+00' + g.n * interval '1 hour') AS r
CROSS JOIN LATERAL ims.ship(item => 'R-TON', quantity => 900000000000, from_location => 'RUN', effective_at => timestamptz '2026-02-16 00:00+00' + g.n * interval '1 hour') AS p
    \gset ignored_
SELECT r.forecast_run_id AS large FROM ims.run_forecast(horizon => 1, as_of => '2026-02-23', history_periods => 4, method => 'naive', uncensor => false) AS r \gset
SELECT is((SELECT string_agg(concat_ws(' ', i.code, r.status, round(r.forecast[1]::numeric)), ', ' ORDER BY i.code)
    FROM ims.forecast_result AS r JOIN ims.item AS i USING (item_id) WHERE r.forecast_run_id = :large AND i.code IN ('R-GRAM', 'R-TON')),
    'R-GRAM ok 9900000000000000, R-TON ok 9900000000000', 'demand of any size has its row');

SELECT is(sum(cardinality(h.demand)), 8 * 6 + 4::bigint, 'the history has eight weeks of six items and four of one')
FROM ims._forecast_history(:owner_id, ARRAY(SELECT i.item_id FROM ims.item AS i WHERE i.code LIKE 'R-%' AND i.code NOT IN ('R-OLD', 'R-BACK', 'R-NOTBACK', 'R-HEIR', 'R-GONE', 'R-IDLE', 'R-TON', 'R-GRAM')), false, 'week',
    '2025-12-01', '2026-03-02', false, '{outlier}') AS h;
SELECT is_empty('SELECT * FROM ims.verify()', 'verify() finds nothing');
SET LOCAL session_replication_role = replica;
SELECT is((SELECT string_agg(DISTINCT v.check_name, ' ') FROM (SELECT 1) AS x, LATERAL (
    SELECT f.check_name FROM ims._verify_forecast(NULL) AS f) AS v), NULL, 'nor before the damage');
DELETE FROM ims.forecast_result AS r WHERE r.forecast_run_id = :combined AND r.item_id = (
    SELECT max(f.item_id) FROM ims.forecast_result AS f WHERE f.forecast_run_id = :combined);
SELECT is((SELECT string_agg(DISTINCT f.check_name, ' ') FROM ims._verify_forecast(NULL) AS f), 'forecast_run.series', 'a result that is lost is found');
ALTER TABLE ims.forecast_result DISABLE TRIGGER USER;
UPDATE ims.forecast_result AS r SET forecast = r.forecast || 1, last_season = r.last_season || 1 WHERE r.forecast_run_id = :combined AND r.item_id = (
    SELECT min(f.item_id) FROM ims.forecast_result AS f WHERE f.forecast_run_id = :combined);
SELECT is((SELECT string_agg(DISTINCT f.check_name, ' ' ORDER BY f.check_name) FROM ims._verify_forecast(NULL) AS f),
    'forecast_result.horizon forecast_result.last_season forecast_run.series', 'so is one of another length');
SELECT * FROM finish();
ROLLBACK;
