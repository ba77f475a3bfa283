-- Judging forecasts: ims.backtest() forecasts each origin from what was known
-- there, stored back-tests have the measures that follow from it, imported models
-- are judged at their origins and chosen where they were better; a run is compared
-- with the demand that came to the ledger later, and what is out of bounds is listed.
\i test/setup.psql
BEGIN;
SET LOCAL client_min_messages = warning;
\i test/refusal.psql
SELECT plan(64);

CREATE FUNCTION pg_temp.near(got double precision, wanted double precision) RETURNS boolean LANGUAGE sql AS $$
    SELECT coalesce(abs(got - wanted) <= 1e-9 * greatest(1, abs(wanted)), got IS NULL AND wanted IS NULL)
$$;

-- On arrays.
SELECT results_eq($$SELECT b.origin, b.step, b.actual, b.forecast, b.method_used, b.status
    FROM ims.backtest(demand => ARRAY[1, 2, 4, 7, 11, 16], horizon => 2, origins => 2, method => 'naive') AS b$$,
    $$VALUES (3::bigint, 1::bigint, 7::double precision, 4::double precision, 'naive', 'ok'), (3, 2, 11, 4, 'naive', 'ok'),
        (4, 1, 11, 7, 'naive', 'ok'), (4, 2, 16, 7, 'naive', 'ok')$$, 'naive: the last value before each origin');
SELECT is(array_agg(DISTINCT b.origin) FILTER (WHERE b.origin > 0), s.expected, format('%s origins, %s apart, of %s periods', s.origins, s.spacing, s.periods))
FROM (VALUES (1, 6, 1, 1, '{4}'::bigint[]), (2, 6, 3, 2, '{2,4}'), (3, 6, 99, 1, '{1,2,3,4}'), (4, 3, 1, 1, '{1}'), (5, 2, 1, 1, NULL), (6, 0, 1, 1, NULL),
    (7, 6, 2, 10000000, '{4}')) AS s (place, periods, origins, spacing, expected)
LEFT JOIN LATERAL ims.backtest(demand => array_fill(3::double precision, ARRAY[s.periods]), horizon => 2, origins => s.origins, spacing => s.spacing) AS b ON true
GROUP BY s.place, s.periods, s.origins, s.spacing, s.expected
ORDER BY s.place;
SELECT is_empty($$
    WITH s (demand) AS (VALUES ('{12,15,11,14,13,16,12,18,14,13,15,17}'::double precision[]))
    SELECT b.* FROM s, ims.backtest(demand => s.demand, horizon => 3, origins => 3, method => 'ETS', coverage => 0.8) AS b
    JOIN LATERAL ims.forecast(demand => s.demand[1 : b.origin::integer], horizon => 3, method => 'ETS', coverage => 0.8) AS f ON f.step = b.step
    WHERE (b.forecast, b.lower, b.upper) IS DISTINCT FROM (f.forecast, f.lower, f.upper)$$, 'each origin is what ims.forecast() says of what came before it');
SELECT is((SELECT array_agg(b.actual ORDER BY b.step) FROM ims.backtest(demand => '{1,2,NULL,4}', horizon => 2, origins => 1) AS b), '{NULL,4}', 'an unknown actual is NULL');
SELECT is(substring(pg_temp.refusal('SELECT * FROM ims.backtest(ARRAY[1, 2, 3], ' || b.arguments || ')') FROM '^[^|]*[^| ]'), b.expected, b.arguments)
FROM (VALUES (1, 'horizon => NULL', 'IV501'), (2, 'horizon => 0', 'IV501'), (3, 'horizon => 10001', 'IV501'), (4, 'horizon => 1, origins => 0', 'IV501'),
    (5, 'horizon => 1, origins => 10001', 'IV501'), (6, 'horizon => 1, origins => 10000', 'accepted'), (7, 'horizon => 1, spacing => 0', 'IV501'),
    (8, 'horizon => 1, method => ''x''', 'IV502'), (9, 'horizon => 1, season_length => 367', 'IV501'), (10, 'horizon => 1, coverage => 1', 'IV501')) AS b (place, arguments, expected)
ORDER BY b.place;

-- A quantile.
SELECT ok(a.status = 'training part is too short' AND a.periods = 4 AND pg_temp.near(a.pinball, (0.9 * 2 + 0.1 * 3 + 0.1 * 1 + 0) / 4) AND a.share_below = 0.75, 'pinball: by hand')
FROM ims.quantile_accuracy(actual => ARRAY[12, 7, 9, 10], quantile => ARRAY[10, 10, 10, 10], level => 0.9) AS a;
SELECT is(substring(pg_temp.refusal('SELECT * FROM ims.quantile_accuracy(' || b.arguments || ')') FROM '^[^|]*[^| ]'), b.expected, b.arguments)
FROM (VALUES (1, 'ARRAY[1], ARRAY[1, 2], 0.5', 'IV503'), (2, 'ARRAY[1], ARRAY[1], 1.1', 'IV501'), (3, 'ARRAY[1], ARRAY[1], -0.1', 'IV501'), (4, 'ARRAY[1], ARRAY[1], 1', 'accepted'),
    (5, 'NULL, NULL, 0.5', 'accepted')) AS b (place, arguments, expected)
ORDER BY b.place;

-- In the ledger: fifty weeks of sales, a return, a sale at midnight in another zone.
SELECT ims.create_site(code => 'NORTH', time_zone => 'Asia/Tokyo') AS s \gset ignored_
SELECT count(ims.create_item(code => v.code)) FROM (VALUES ('TEA'), ('RARE'), ('IDLE')) AS v (code) \gset ignored_
SELECT count(*) FROM (SELECT ims.receive(item => v.code, quantity => 10000, to_location => 'NORTH', effective_at => '2025-01-01 00:00+00')
FROM (VALUES ('TEA'), ('RARE')) AS v (code)) AS r \gset ignored_
SELECT count(*) FROM (SELECT ims.ship(item => 'TEA', quantity => 20 + (n * n) % 7, from_location => 'NORTH', effective_at => timestamptz '2025-01-08 03:00+00' + n * interval '7 days')
FROM generate_series(0, 49) AS n) AS r \gset ignored_
SELECT count(*) FROM (SELECT ims.ship(item => 'RARE', quantity => 5, from_location => 'NORTH', effective_at => timestamptz '2025-01-08 03:00+00' + n * interval '35 days')
FROM generate_series(0, 9) AS n) AS r \gset ignored_
-- Sunday evening in London is Monday in Tokyo.
SELECT count(*) FROM (SELECT ims.ship(item => 'RARE', quantity => 1, from_location => 'NORTH', effective_at => '2025-03-02 16:00+00')) AS r \gset ignored_
SELECT o.owner_id FROM ims.owner AS o \gset
CREATE FUNCTION pg_temp.history(item text, to_period date) RETURNS TABLE (first_period date, demand double precision[]) LANGUAGE sql AS $$
    SELECT h.first_period, h.demand
    FROM ims.owner AS o
    JOIN ims.item AS i ON i.code = history.item
    CROSS JOIN LATERAL ims._forecast_history(o.owner_id, ARRAY[i.item_id], false, 'week', date '2024-12-02', history.to_period, false, '{outlier}') AS h
$$;
SELECT is((SELECT to_char(h.first_period, 'YYYY-MM-DD ') || h.demand::text FROM pg_temp.history('RARE', '2025-03-10') AS h), '2025-01-06 {5,0,0,0,0,5,0,0,1}', 'weeks are those of the site, from the first with demand');
SELECT is((SELECT cardinality(h.demand) FROM pg_temp.history('TEA', '2025-12-22') AS h), 50, 'a week each');

SELECT b.backtest_id FROM ims.run_backtest(horizon => 2, origins => 3, as_of => '2025-12-22', methods => '{naive,auto,naive}') AS b \gset
SELECT results_eq('SELECT b.item, b.method, b.origins, b.periods FROM ims_bi.backtest AS b ORDER BY b.item, b.method COLLATE "C"',
    $$VALUES ('IDLE', 'auto', 0::bigint, 0::bigint), ('IDLE', 'naive', 0, 0), ('IDLE', 'seasonal naive', 0, 0), ('RARE', 'auto', 3, 6), ('RARE', 'naive', 3, 6),
        ('RARE', 'seasonal naive', 3, 6), ('TEA', 'auto', 3, 6), ('TEA', 'naive', 3, 6), ('TEA', 'seasonal naive', 3, 6)$$,
    'each item and method once, seasonal naive among them, nothing for a series without demand');
SELECT is_empty($$
    SELECT b.method FROM pg_temp.history('TEA', '2025-12-22') AS h
    CROSS JOIN (SELECT * FROM ims_bi.backtest WHERE item = 'TEA') AS b
    CROSS JOIN LATERAL (SELECT avg(abs(f.forecast - f.actual)) AS mae, sqrt(avg((f.forecast - f.actual) ^ 2)) AS rmse, sum(f.forecast - f.actual) / sum(f.actual) AS bias,
            avg((f.actual BETWEEN f.lower AND f.upper)::integer) AS share_within,
            avg(0.025 * greatest(f.actual - f.lower, 0) + 0.975 * greatest(f.lower - f.actual, 0)
                + 0.975 * greatest(f.actual - f.upper, 0) + 0.025 * greatest(f.upper - f.actual, 0)) / 2 AS pinball
        FROM ims.backtest(demand => h.demand, horizon => 2, origins => 3, method => b.method) AS f) AS f
    CROSS JOIN LATERAL (SELECT avg(abs(u.v - u.before)) AS absolute FROM (SELECT v, lag(v) OVER (ORDER BY n) AS before
        FROM unnest(h.demand[1 : 46]) WITH ORDINALITY AS x (v, n)) AS u) AS scale
    WHERE NOT (pg_temp.near(b.mae, f.mae) AND pg_temp.near(b.rmse, f.rmse) AND pg_temp.near(b.bias, f.bias) AND pg_temp.near(b.mase, f.mae / scale.absolute)
        AND pg_temp.near(b.share_within, f.share_within) AND pg_temp.near(b.pinball, f.pinball))$$, 'measures as computed by hand from the forecasts');
SELECT is_empty($$SELECT b.* FROM ims_bi.backtest AS b JOIN ims_bi.backtest AS s ON s.item = b.item AND s.method = 'seasonal naive'
    WHERE b.item <> 'IDLE' AND abs(b.value_added - (1 - b.mae / s.mae)) > 1e-9$$, 'value added is against seasonal naive');

-- Workers: here they forget the series that they get, so that it can be seen who judges.
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_leader_participation = off;
SELECT pg_get_functiondef('ims._known_demand'::regproc) AS real_demand, set_config('test.leader', pg_backend_pid()::text, true) AS leader \gset
CREATE OR REPLACE FUNCTION ims._known_demand(demand double precision[], in_stock double precision[], uncensor boolean)
RETURNS double precision[] LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN pg_backend_pid()::text = current_setting('test.leader') THEN demand ELSE '{}' END
$$;
SELECT b.backtest_id AS forgotten FROM ims.run_backtest(horizon => 2, origins => 3, as_of => '2025-12-22', methods => '{naive,auto}') AS b \gset
SELECT is((SELECT sum(r.origins) FROM ims.backtest_result AS r WHERE r.backtest_id = :forgotten), 0::numeric, 'workers judge');
:real_demand;
SELECT b.backtest_id AS shared FROM ims.run_backtest(horizon => 2, origins => 3, as_of => '2025-12-22', methods => '{naive,auto}') AS b \gset
SELECT is_empty(format('SELECT to_jsonb(r) - ''backtest_id'' FROM ims.backtest_result AS r WHERE r.backtest_id = %s EXCEPT SELECT to_jsonb(r) - ''backtest_id'' FROM ims.backtest_result AS r WHERE r.backtest_id = %s',
    :shared, :backtest_id), 'the same, whoever judges');
SET LOCAL parallel_leader_participation = on;
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT ims.delete_backtest(backtest_id => :forgotten), ims.delete_backtest(backtest_id => :shared) \gset ignored_

-- A model made elsewhere that knew better.
SELECT count(ims.import_forecast(model => 'oracle', lines => jsonb_build_array(jsonb_build_object('item', 'TEA', 'first_period', h.first_period + 7 * o.origin,
    'forecast', to_jsonb(h.demand[o.origin + 1 : o.origin + 2])))))
FROM pg_temp.history('TEA', '2025-12-22') AS h, (VALUES (47), (48), (46)) AS o (origin) \gset ignored_
SELECT count(ims.import_forecast(model => 'oracle', lines => '[{"item": "TEA", "first_period": "2025-12-22", "forecast": [1, 2]}, {"item": "RARE", "first_period": "2025-12-22", "forecast": [1, 2]}]')) \gset ignored_
SELECT b.backtest_id AS second_id FROM ims.run_backtest(horizon => 2, origins => 3, as_of => '2025-12-22', methods => '{auto,import:oracle}') AS b \gset
SELECT results_eq(format('SELECT b.item, b.origins, b.mae FROM ims_bi.backtest AS b WHERE b.backtest_id = %s AND b.method = ''import:oracle'' ORDER BY b.item', :second_id),
    $$VALUES ('IDLE', 0::bigint, NULL::numeric), ('RARE', 0, NULL), ('TEA', 3, 0)$$, 'it is judged where it was imported');
SELECT r.forecast_run_id AS run_id FROM ims.run_forecast(horizon => 2, as_of => '2025-12-22', imported_model => 'oracle', import_use => 'choose') AS r \gset
SELECT is((SELECT string_agg(i.code || ' ' || (r.method = 'import:oracle')::text, ', ' ORDER BY i.code) FROM ims.forecast_result AS r JOIN ims.item AS i USING (item_id)
    WHERE r.forecast_run_id = :run_id), 'IDLE false, RARE false, TEA true', 'and chosen where it was better');
-- Later ones of another item and by site judged another series; a later one of both items did not know better.
SELECT b.backtest_id AS other_id FROM ims.run_backtest(items => '{RARE}', horizon => 2, origins => 3, as_of => '2025-12-22', methods => '{auto,import:oracle}') AS b \gset
SELECT b.backtest_id AS site_id FROM ims.run_backtest(items => '{TEA}', by_site => true, horizon => 2, origins => 3, as_of => '2025-12-22', methods => '{auto,import:oracle}') AS b \gset
SELECT r.forecast_run_id AS run_id FROM ims.run_forecast(horizon => 2, as_of => '2025-12-22', imported_model => 'oracle', import_use => 'choose') AS r \gset
SELECT is((SELECT string_agg(i.code || ' ' || (r.method = 'import:oracle')::text, ', ' ORDER BY i.code) FROM ims.forecast_result AS r JOIN ims.item AS i USING (item_id)
    WHERE r.forecast_run_id = :run_id), 'IDLE false, RARE false, TEA true', 'by the latest that judged the item');
SAVEPOINT wiser;
SELECT count(ims.import_forecast(model => 'oracle', lines => jsonb_build_array(jsonb_build_object('item', 'TEA', 'first_period', h.first_period + 7 * o.origin,
    'forecast', '[999, 999]'::jsonb)))) FROM pg_temp.history('TEA', '2025-12-22') AS h, (VALUES (47), (48), (46)) AS o (origin) \gset ignored_
SELECT count(*) FROM ims.run_backtest(horizon => 2, origins => 3, as_of => '2025-12-22', methods => '{auto,import:oracle}') AS b \gset ignored_
SELECT r.forecast_run_id AS run_id FROM ims.run_forecast(horizon => 2, as_of => '2025-12-22', imported_model => 'oracle', import_use => 'choose') AS r \gset
SELECT is((SELECT count(*) FROM ims.forecast_result AS r WHERE r.forecast_run_id = :run_id AND r.method = 'import:oracle'), 0::bigint, 'and no older one');
ROLLBACK TO wiser;
-- Another knew better, but was imported for two of the three origins only.
SELECT count(ims.import_forecast(model => 'partial', lines => jsonb_build_array(jsonb_build_object('item', 'TEA', 'first_period', h.first_period + 7 * o.origin,
    'forecast', coalesce(to_jsonb(nullif(h.demand[o.origin + 1 : o.origin + o.periods], '{}')), '[1, 2]')))))
FROM pg_temp.history('TEA', '2025-12-22') AS h, (VALUES (47, 2), (48, 2), (50, -1)) AS o (origin, periods) \gset ignored_
SELECT b.backtest_id AS partial_id FROM ims.run_backtest(items => '{TEA}', horizon => 2, origins => 3, as_of => '2025-12-22', methods => '{auto,import:partial}') AS b \gset
SELECT r.forecast_run_id AS run_id FROM ims.run_forecast(items => '{TEA}', horizon => 2, as_of => '2025-12-22', imported_model => 'partial', import_use => 'choose') AS r \gset
SELECT is((SELECT concat_ws(' ', b.origins, b.mae, (SELECT count(*) FROM ims.forecast_result AS r WHERE r.forecast_run_id = :run_id AND r.method = 'import:partial'))
    FROM ims_bi.backtest AS b WHERE b.backtest_id = :partial_id AND b.method = 'import:partial'), '2 0 0', 'at fewer origins nobody knows which was better');
SELECT ims.delete_backtest(backtest_id => :partial_id) \gset ignored_
SELECT ims.delete_backtest(backtest_id => :other_id), ims.delete_backtest(backtest_id => :site_id) \gset ignored_
SELECT is(substring(pg_temp.refusal('SELECT * FROM ims.run_backtest(' || b.arguments || ')') FROM '^[^|]*[^| ]'), b.expected, b.arguments)
FROM (VALUES (1, 'methods => ''{magic}''', 'IV502'), (2, 'origins => 0', '22023'), (3, 'origins => 1001', '22023'), (4, 'spacing => 0', '22023'), (5, 'horizon => 0', '22023'),
    (6, 'methods => NULL, items => ''{}''', 'accepted'), (7, 'methods => ''{auto,import:typo}''', 'IV229'), (8, 'methods => ''{import:}''', 'IV229'),
    (9, 'methods => ''{import:oracle}'', bucket => ''month''', 'IV229')) AS b (place, arguments, expected)
ORDER BY b.place;
SELECT ims.delete_backtest(backtest_id => :backtest_id) \gset ignored_
SELECT is(substring(pg_temp.refusal(format('SELECT ims.delete_backtest(backtest_id => %s)', :backtest_id)) FROM 1 FOR 5), 'IV229', 'a back-test is deleted once');

-- A run against what came.
SELECT r.forecast_run_id AS old_id FROM ims.run_forecast(horizon => 8, as_of => '2025-10-01', method => 'naive') AS r \gset
SELECT is((SELECT count(*) FROM ims.forecast_run_accuracy(forecast_run_id => :old_id, as_of => '2025-10-05')), 0::bigint, 'nothing is over yet');
SELECT is((SELECT array_agg(a.periods ORDER BY a.item) FROM ims.forecast_run_accuracy(forecast_run_id => :old_id, as_of => '2025-10-20') AS a), '{3,3,3}'::bigint[], 'three weeks are');
SELECT is_empty(format($$
    SELECT a.* FROM ims.forecast_run_accuracy(forecast_run_id => %1$s, as_of => '2026-06-01') AS a
    JOIN ims.item AS i ON i.code = a.item
    JOIN ims.forecast_result AS r ON r.item_id = i.item_id AND r.forecast_run_id = %1$s
    LEFT JOIN LATERAL pg_temp.history(a.item, '2025-11-24') AS h ON true
    CROSS JOIN LATERAL (SELECT coalesce(h.demand[cardinality(h.demand) - 7 :], array_fill(0::double precision, '{8}')) AS actual) AS c
    CROSS JOIN LATERAL (SELECT avg(abs(f - y)) AS mae, sum(y) AS actual, sum(f) AS forecast, sum(f - y) / nullif(sum(y), 0) AS bias
        FROM unnest(c.actual, r.forecast) AS u (y, f)) AS e
    WHERE NOT (a.periods = 8 AND pg_temp.near(a.mae, e.mae) AND pg_temp.near(a.actual, e.actual) AND pg_temp.near(a.forecast, e.forecast) AND pg_temp.near(a.bias, e.bias)
        AND pg_temp.near(a.mase, e.mae / nullif(r.naive_error, 0)))$$, :old_id), 'accuracy as computed by hand, zeros where nothing was sold');
-- With a season of four weeks and bounds of 80 %: the last four weeks that the run saw are the naive forecast.
SELECT r.forecast_run_id AS season_id FROM ims.run_forecast(items => '{TEA,RARE}', horizon => 8, as_of => '2025-10-01', method => 'mean', season_length => 4,
    coverage => 0.8) AS r \gset
CREATE TEMP VIEW season_accuracy AS SELECT a.* FROM ims.forecast_run_accuracy(forecast_run_id => :season_id, as_of => '2026-06-01') AS a;
SELECT is_empty(format($$
    SELECT a.item, a.msis, e.msis, a.pinball, e.pinball, a.value_added, e.value_added
    FROM season_accuracy AS a
    JOIN ims.item AS i ON i.code = a.item
    JOIN ims.forecast_result AS r ON r.item_id = i.item_id AND r.forecast_run_id = %s
    CROSS JOIN LATERAL pg_temp.history(a.item, '2025-09-29') AS k
    CROSS JOIN LATERAL pg_temp.history(a.item, '2025-11-24') AS h
    CROSS JOIN LATERAL (SELECT avg(u - l + 10 * greatest(l - y, 0) + 10 * greatest(y - u, 0)) / r.naive_error::double precision AS msis,
            avg(0.1 * greatest(y - l, 0) + 0.9 * greatest(l - y, 0) + 0.9 * greatest(y - u, 0) + 0.1 * greatest(u - y, 0)) / 2 AS pinball,
            1 - avg(abs(f - y)) / avg(abs(k.demand[(cardinality(k.demand) - 3 + (n - 1) %% 4)::integer] - y)) AS value_added
        FROM unnest(h.demand[cardinality(h.demand) - 7 :], r.forecast, r.lower_bound, r.upper_bound) WITH ORDINALITY AS x (y, f, l, u, n)) AS e
    WHERE NOT (pg_temp.near(a.msis, e.msis) AND pg_temp.near(a.pinball, e.pinball) AND pg_temp.near(a.value_added, e.value_added))$$, :season_id),
    'so are intervals, bounds as quantiles, and what was better than the last season again');
SELECT is((SELECT count(*) FROM season_accuracy AS a WHERE a.msis > 0 AND a.pinball > 0 AND a.value_added < 1 AND a.value_added <> 0), 2::bigint, 'for both items');
SELECT is_empty(format($$SELECT a.item, a.mae, a.mase, a.msis, a.pinball, a.value_added FROM ims.forecast_run_accuracy(forecast_run_id => %1$s) AS a
    EXCEPT SELECT v.item, v.mae, v.mase, v.msis, v.pinball, v.value_added FROM ims_bi.forecast_accuracy AS v WHERE v.forecast_run_id = %1$s$$, :season_id),
    'the view has the same');
SELECT is((SELECT string_agg(concat_ws(' ', e.item, e.kind, e.figure), ', ' ORDER BY e.item, e.kind)
    FROM ims.forecast_exceptions(forecast_run_id => :old_id, as_of => '2025-12-22', tracking_limit => 7.9, bias_limit => 0.9) AS e),
    'IDLE no data, RARE bias -1, RARE tracking signal -8, TEA tracking signal 8', 'exceptions: what is out of bounds, and what could not be forecast');
SELECT is((SELECT count(*) FROM ims.forecast_exceptions(forecast_run_id => :old_id, as_of => '2025-12-22', tracking_limit => 8, bias_limit => 1, least_periods => 8) AS e
    WHERE e.kind <> 'no data'), 0::bigint, 'at the bound is within');
SELECT is((SELECT string_agg(concat_ws(' ', e.item, e.kind, round(e.figure, 3), e.outside, e.explanation), ', ' ORDER BY e.item, e.kind)
    FROM ims.forecast_exceptions(forecast_run_id => :season_id, as_of => '2025-12-22', tracking_limit => 9, bias_limit => 9, value_added_limit => w.value_added,
        share_within_limit => w.share_within) AS e), w.wanted, w.title)
FROM (VALUES
    (1, 0.9, 0.8, 'RARE share within 0.750 0.8 6 of 8 demands between the bounds,'
        ' RARE value added 0.284 0.9 wrong by 1.8, the last season again by 2.5,'
        ' TEA value added 0.497 0.9 wrong by 1.0, the last season again by 2.0', 'what is hardly better than the last season again, and demands beyond the bounds'),
    (2, -9, 0, NULL, 'or not, by limits of one''s own')) AS w (place, value_added, share_within, wanted, title)
ORDER BY w.place;
SELECT ims.set_item_ved(item => 'TEA', ved => 'V'), ims.set_item_ved(item => 'TEA', ved => 'E') \gset ignored_
SELECT is((SELECT string_agg(concat_ws(' ', e.item, e.kind, e.explanation), ', ') FROM ims.forecast_exceptions(forecast_run_id => :season_id, as_of => '2025-10-01') AS e),
    'TEA class change ved: from V to E', 'and a class that changed since');
SELECT ims.create_item(code => 'ELSEWHERE') AS e, ims.set_item_ved(item => 'ELSEWHERE', ved => 'V') AS v, ims.set_item_ved(item => 'ELSEWHERE', ved => 'D') AS d \gset ignored_
SELECT is((SELECT count(*) FROM ims.forecast_exceptions(forecast_run_id => :season_id, as_of => '2025-10-01') AS e WHERE e.item = 'ELSEWHERE'), 0::bigint,
    'of an item of the run, that is');
-- By site: what goes from supplier to customer has no site, and is not what went from all; only an item without history has one row for all.
SELECT count(ims.create_item(code => v.code)) FROM (VALUES ('POT'), ('FRESH')) AS v (code) \gset ignored_
SELECT count(*) FROM (SELECT ims.receive(item => v.code, quantity => 1000, to_location => 'NORTH', effective_at => '2025-01-01 00:00+00') FROM (VALUES ('POT'), ('FRESH')) AS v (code)) AS r \gset ignored_
SELECT count(*) FROM (SELECT p.* FROM generate_series(0, 11) AS g (n) CROSS JOIN LATERAL ims.post(effective_at => timestamptz '2025-09-10 03:00+00' + g.n * interval '7 days',
    lines => '[{"item": "POT", "quantity": 100, "from_location": "SUPPLIER", "to_location": "CUSTOMER"}]') AS p) AS r \gset ignored_
SELECT count(*) FROM (SELECT ims.ship(item => v.code, quantity => v.quantity, from_location => 'NORTH', effective_at => timestamptz '2025-09-10 03:00+00' + n * interval '7 days')
    FROM (VALUES ('POT', 5, 0), ('FRESH', 3, 8)) AS v (code, quantity, first), generate_series(v.first, 11) AS n) AS r \gset ignored_
SELECT r.forecast_run_id AS apart_id FROM ims.run_forecast(items => '{POT,FRESH}', horizon => 4, as_of => '2025-11-03', method => 'naive', by_site => true) AS r \gset
SELECT r.forecast_run_id AS together_id FROM ims.run_forecast(items => '{POT,FRESH}', horizon => 4, as_of => '2025-11-03', method => 'naive') AS r \gset
SELECT is((SELECT string_agg(concat_ws(' ', a.item, a.site_code, a.periods, a.actual, a.forecast), ', ' ORDER BY a.item, a.site_code)
    FROM ims.forecast_run_accuracy(forecast_run_id => r.id, as_of => '2025-12-01') AS a), r.expected, r.title)
FROM (VALUES (1, :apart_id, 'FRESH 4 12 0, POT NORTH 4 20 20, POT 4 400 400', 'demand without a site is apart from that of all'),
    (2, :together_id, 'FRESH 4 12 0, POT 4 420 420', 'where a run is not by site it is among it')) AS r (place, id, expected, title)
ORDER BY r.place;
SELECT is_empty('SELECT * FROM ims.verify()', 'verify() finds nothing');
SET LOCAL session_replication_role = replica;
DELETE FROM ims.backtest_result AS r USING (
    SELECT min(f.backtest_id) AS backtest_id, min(f.item_id) AS item_id FROM ims.backtest_result AS f) AS f
WHERE r.backtest_id = f.backtest_id AND r.item_id = f.item_id;
SELECT is((SELECT string_agg(DISTINCT f.check_name, ' ') FROM ims._verify_forecast(NULL) AS f), 'backtest.series',
    'a result that is lost is found');
SELECT * FROM finish();
ROLLBACK;
