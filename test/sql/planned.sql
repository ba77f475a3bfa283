-- Runs and back-tests that know what is planned: marks of the kinds asked for are drivers,
-- as by ims.forecast_with_drivers() with the share of each period's days that they touch,
-- past and future; demand by open days is that of usual periods, and the forecast that of
-- each period's own.  What has neither is forecast as without, to the bit; drivers that say
-- nothing are left out with a reason, and no series ends a run.  In the first part a table
-- takes the place of the history: weeks from 1 September 2025, forecast as of 30 March 2026.
\i test/setup.psql
BEGIN;
SET LOCAL client_min_messages = warning;
\i test/refusal.psql
SELECT plan(73);

CREATE FUNCTION pg_temp.near(got double precision, wanted double precision) RETURNS boolean LANGUAGE sql AS $$
    SELECT coalesce(abs(got - wanted) <= 1e-9 * greatest(1, abs(wanted)), got IS NULL AND wanted IS NULL)
$$;
CREATE FUNCTION pg_temp.plain(n bigint) RETURNS double precision LANGUAGE sql AS 'SELECT 20 + (n * n) % 7';

-- Shares of days.
SELECT is(ims._marked_shares(v.kinds, v.places, v.from_days::date[], v.to_days::date[], v.bucket, v.first_day::date, v.periods, v.closed::date[])::text, v.wanted, v.title)
FROM (VALUES
    (1, 1, '{1}'::integer[], '{2026-01-05}', '{2026-01-12}', 'week', '2026-01-05', 2, NULL, '{{1},{0}}', 'a week'),
    (2, 1, '{1,1}', '{2026-01-05,2026-01-06}', '{2026-01-07,2026-01-08}', 'week', '2026-01-05', 1, NULL, '{{' || (3 / 7.0)::double precision || '}}', 'a day that two marks touch counts once'),
    (3, 2, '{2,1}', '{2026-01-11,2026-01-12}', '{2026-01-12,2026-01-13}', 'day', '2026-01-10', 4, NULL, '{{0,0},{0,1},{1,0},{0,0}}', 'each kind has its column'),
    (4, 1, '{1}', '{2025-12-31}', '{2026-02-15}', 'month', '2026-01-01', 3, NULL, '{{1},{0.5},{0}}', 'months as long as they are'),
    (5, 1, '{1}', '{2026-01-01}', '{2026-01-05}', 'week', '2026-01-05', 2, NULL, NULL, 'before the first period is none'),
    (6, 1, '{1}', '{2026-01-19}', '{2026-01-20}', 'week', '2026-01-05', 2, NULL, NULL, 'nor is after the last'),
    (7, 1, '{1}', '{2026-01-18}', '{9999-12-31}', 'week', '2026-01-05', 2, NULL, '{{0},{' || (1 / 7.0)::double precision || '}}', 'one that does not end'),
    (8, 1, '{1}', '{2026-01-09}', '{2026-01-12}', 'week', '2026-01-05', 1, '{2026-01-10,2026-01-11}', '{{0.2}}', 'of open days'),
    (9, 1, '{1}', '{2026-01-10}', '{2026-01-12}', 'week', '2026-01-05', 1, '{2026-01-10,2026-01-11}', NULL, 'a mark of closed days is none'),
    (10, 1, '{1}', '{2026-01-05}', '{2026-01-13}', 'day', '2026-01-11', 3, '{2026-01-11}', '{{0},{1},{0}}', 'a closed day'),
    (11, 1, NULL, NULL, NULL, 'week', '2026-01-05', 1, NULL, NULL, 'no mark'),
    (12, 1, '{1}', '{2026-01-05}', '{2026-01-12}', 'week', '2026-01-05', 0, NULL, NULL, 'no period'))
    AS v (place, kinds, places, from_days, to_days, bucket, first_day, periods, closed, wanted, title)
ORDER BY v.place;
SELECT is(ims._open_shares(v.usual, v.bucket, v.first_day::date, v.periods, v.closed::date[])::text, v.wanted, v.title)
FROM (VALUES
    (1, 5, 'week', '2026-01-05', 2, '{2026-01-10,2026-01-11,2026-01-14,2026-01-17,2026-01-18}', '{1,0.8}', 'open days by the usual number'),
    (2, 5, 'week', '2026-01-05', 1, '{2026-01-10,2026-01-11}', NULL, 'null where all are as usual'),
    (3, NULL, 'week', '2026-01-05', 1, '{2026-01-10}', NULL, 'or nobody knows'),
    (4, 1, 'day', '2026-01-05', 2, '{2026-01-06}', '{1,0}', 'of days'),
    (5, 31, 'month', '2026-02-01', 2, '{}', '{' || (28 / 31.0)::double precision || ',1}', 'of months')) AS v (place, usual, bucket, first_day, periods, closed, wanted, title)
ORDER BY v.place;

-- Items and series; promotions of 15 in weeks 4, 10 and 22, and of three days in week 16.
CREATE TEMP TABLE series (code text, demand double precision[], in_stock double precision[], first_period date DEFAULT '2025-09-01');
CREATE TEMP TABLE planned_week AS
SELECT n, CASE n WHEN 4 THEN 1 WHEN 10 THEN 1 WHEN 16 THEN 3 / 7.0::double precision WHEN 22 THEN 1 WHEN 32 THEN 1 WHEN 34 THEN 2 / 7.0::double precision ELSE 0 END AS share
FROM generate_series(1, 34::bigint) AS n;
INSERT INTO series (code, demand)
SELECT v.code, array_agg(pg_temp.plain(w.n) + v.lift * w.share ORDER BY w.n)
FROM (VALUES ('PROMO', 15), ('TWIN', 15), ('PLAIN', 0), ('AHEAD', 0), ('LONG AGO', 0), ('BAD', -19)) AS v (code, lift), planned_week AS w
WHERE w.n <= 30
GROUP BY v.code;
-- Without what promotions seem to do two weeks are below zero.
INSERT INTO series (code, demand)
SELECT 'WILD', array_agg(CASE w.n WHEN 4 THEN 300 WHEN 10 THEN 1 WHEN 16 THEN 1 WHEN 22 THEN 300 ELSE pg_temp.plain(w.n) END ORDER BY w.n) FROM planned_week AS w WHERE w.n <= 30;
INSERT INTO series (code, demand, in_stock, first_period) VALUES
    ('SHORT', '{30,31,32}', NULL, '2026-03-09'), ('RARE', '{0,0,4,0,0,5,0,0,3,0,0,6,0,0,4,0,0,5,0,0,3,0,0,6,0,0,5,0,0,4}', NULL, '2025-09-01'),
    ('UNSEEN', ARRAY[20,25,24,NULL,22,21,23,20,25,24,20,22,21,23,20,25,24,20,22,21,23,20,25,24,20,22,21,23,20,25], NULL, '2025-09-01');
SELECT count(ims.create_item(code => s.code)) FROM series AS s \gset ignored_
CREATE TEMP TABLE history AS
SELECT i.item_id, 0::bigint AS site_id, s.first_period, s.demand, s.in_stock
FROM series AS s JOIN ims.item AS i ON i.code = s.code;
GRANT SELECT ON history TO PUBLIC;
SELECT pg_get_functiondef('ims._forecast_history_query'::regproc) AS real_history \gset
CREATE OR REPLACE FUNCTION ims._forecast_history_query(owner_id bigint, item_ids bigint[], by_site boolean,
    bucket text, from_period date, to_period date, whole boolean, exclude text[])
RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT format('SELECT h.* FROM pg_temp.history AS h WHERE h.first_period < %L', $6)
$$;
SELECT count(ims.add_demand_mark(kind => m.kind, item => i.code, from_day => m.from_day::date, to_day => m.from_day::date + m.days))
FROM (VALUES ('PROMO'), ('TWIN'), ('BAD'), ('WILD')) AS i (code), (VALUES ('promotion', '2025-09-22', 7), ('promotion', '2025-11-03', 7), ('promotion', '2025-12-15', 3), ('promotion', '2025-12-16', 2),
    ('promotion', '2026-01-26', 7), ('promotion', '2026-04-06', 7), ('promotion', '2026-04-20', 2), ('promotion', '2026-05-04', 7)) AS m (kind, from_day, days) \gset ignored_
SELECT count(ims.add_demand_mark(kind => v.kind, item => v.item, from_day => v.from_day::date, to_day => v.from_day::date + CASE v.from_day WHEN '2025-12-15' THEN 3 ELSE 7 END))
FROM (VALUES ('TWIN', 'holiday', '2025-12-15'), ('TWIN', 'holiday', '2025-09-22'), ('TWIN', 'holiday', '2025-11-03'), ('TWIN', 'holiday', '2026-01-26'), ('TWIN', 'holiday', '2026-04-06'),
    ('AHEAD', 'promotion', '2026-04-06'), ('LONG AGO', 'promotion', '2025-08-04'), ('SHORT', 'promotion', '2026-03-16'), ('RARE', 'promotion', '2025-10-06'), ('RARE', 'promotion', '2026-04-06'),
    ('UNSEEN', 'promotion', '2025-09-22'), ('UNSEEN', 'promotion', '2026-04-06'), ('PLAIN', 'event', '2026-01-05'), ('PLAIN', 'outlier', '2026-02-02')) AS v (item, kind, from_day) \gset ignored_

SELECT r.forecast_run_id AS without FROM ims.run_forecast(horizon => 4, as_of => '2026-04-01') AS r \gset
SELECT r.* FROM ims.run_forecast(horizon => 4, as_of => '2026-04-01', drivers => '{promotion,holiday,promotion}') AS r \gset run_
CREATE TEMP VIEW result AS SELECT i.code, l.code AS site, r.* FROM ims.forecast_result AS r JOIN ims.item AS i USING (owner_id, item_id) LEFT JOIN ims.location AS l ON l.location_id = r.site_id;
SELECT is_empty(format($$
    SELECT f.forecast, r.forecast, f.effect, r.driver_effect
    FROM series AS s
    JOIN result AS r ON r.code = s.code AND r.forecast_run_id = %s
    CROSS JOIN (SELECT array_agg(ARRAY[w.share] ORDER BY w.n) AS drivers FROM planned_week AS w) AS d
    CROSS JOIN LATERAL (SELECT array_agg(f.forecast ORDER BY f.step) AS forecast, array_agg(f.lower ORDER BY f.step) AS lower_bound, array_agg(f.upper ORDER BY f.step) AS upper_bound,
        array_agg(f.driver_effect ORDER BY f.step) AS effect, min(f.method_used) AS method, min(f.drivers_used) AS used
        FROM ims.forecast_with_drivers(demand => s.demand, drivers => d.drivers) AS f) AS f
    WHERE s.code IN ('PROMO', 'BAD', 'WILD') AND ((r.forecast, r.lower_bound, r.upper_bound, r.driver_effect, r.method, r.status, r.reason, f.used)
        IS DISTINCT FROM (f.forecast, f.lower_bound, f.upper_bound, f.effect, f.method, 'ok', '', 1::bigint)
      OR r.parameters ->> 'drivers' <> (SELECT jsonb_build_object('promotion', e.coefficient)::text FROM ims.driver_effects(demand => s.demand, drivers => d.drivers) AS e))$$, :run_forecast_run_id),
    'marks are drivers, by the share of days that they touch');
SELECT ok(r.forecast[2] - r.forecast[1] BETWEEN 10 AND 20 AND r.forecast[4] - r.forecast[1] BETWEEN 2 AND 7 AND abs(r.forecast[3] - r.forecast[1]) < 1, 'a planned promotion is expected, for as long as it is')
FROM result AS r WHERE r.code = 'PROMO' AND r.forecast_run_id = :run_forecast_run_id;
SELECT ok(r.forecast[2] >= 0 AND r.lower_bound[2] = 0 AND r.driver_effect[2] < 0, 'what it takes away leaves nothing below zero')
FROM result AS r WHERE r.code = 'BAD' AND r.forecast_run_id = :run_forecast_run_id;
SELECT results_eq(format('SELECT r.code, r.status, r.reason, r.driver_effect IS NULL FROM result AS r WHERE r.forecast_run_id = %s ORDER BY r.code', :run_forecast_run_id),
    $$VALUES ('AHEAD', 'fallback', 'promotion was the same in all of the history', true), ('BAD', 'ok', '', false), ('LONG AGO', 'ok', '', true), ('PLAIN', 'ok', '', true),
        ('PROMO', 'ok', '', false), ('RARE', 'ok', 'demand is intermittent; drivers are for regular demand', true), ('SHORT', 'fallback', 'too few values; the history is too short for drivers', true),
        ('TWIN', 'ok', 'promotion cannot be told from the rest', false), ('UNSEEN', 'fallback', 'some periods are unknown; promotion was the same in all of the history', true), ('WILD', 'ok', '', false)$$,
    'what says nothing is named, where it would have mattered');
SELECT is(:run_fallbacks, 3, 'and counted');
SELECT is_empty(format($$SELECT r.code FROM result AS r JOIN result AS w USING (owner_id, item_id) WHERE r.forecast_run_id = %s AND w.forecast_run_id = %s AND r.code NOT IN ('PROMO', 'TWIN', 'BAD', 'WILD')
    AND (r.forecast, r.lower_bound, r.upper_bound, r.method, r.parameters, r.naive_error, r.last_season) IS DISTINCT FROM (w.forecast, w.lower_bound, w.upper_bound, w.method, w.parameters, w.naive_error, w.last_season)$$,
    :run_forecast_run_id, :without), 'all others are forecast as without, to the bit');
SELECT is_empty(format($$SELECT r.code FROM result AS r JOIN result AS w USING (owner_id, item_id) WHERE r.forecast_run_id = %s AND w.forecast_run_id = %s
    AND (r.mean_demand, r.naive_error, r.naive_deviation, r.last_season, r.periods) IS DISTINCT FROM (w.mean_demand, w.naive_error, w.naive_deviation, w.last_season, w.periods)$$,
    :run_forecast_run_id, :without), 'what accuracy is judged by is the demand as it came');
SELECT results_eq(format('SELECT r.exclude, r.drivers, r.by_open_days FROM ims_bi.forecast_run AS r WHERE r.forecast_run_id IN (%s, %s) ORDER BY r.forecast_run_id', :without, :run_forecast_run_id),
    $$VALUES ('outlier', '', false), ('outlier', 'holiday, promotion', false)$$, 'the run says what it knew');
SELECT is((SELECT array_agg(round(f.driver_effect) ORDER BY f.period) FROM ims_bi.forecast AS f WHERE f.forecast_run_id = :run_forecast_run_id AND f.item = 'PROMO'),
    (SELECT array_agg(round(e.v::numeric) ORDER BY e.n) FROM result AS r CROSS JOIN unnest(r.driver_effect) WITH ORDINALITY AS e (v, n) WHERE r.forecast_run_id = :run_forecast_run_id AND r.code = 'PROMO'),
    'and the view what came of it');
SELECT count(*) FROM ims.set_forecast_override(item => 'PROMO', quantity => 99, period => '2026-04-06') \gset ignored_
SELECT is((SELECT d.forecast FROM ims.forecast_demand(items => '{PROMO}', forecast_run_id => :run_forecast_run_id) AS d WHERE d.period = '2026-04-06'), 99::numeric, 'what people say counts all the same');
SELECT count(*) FROM ims.import_forecast(model => 'ml', lines => '[{"item": "PROMO", "first_period": "2026-03-30", "forecast": [20, 20, 20, 20]}]') \gset ignored_
CREATE TEMP TABLE imported AS
SELECT u.use, n.forecast_run_id FROM unnest('{combine,replace}'::text[]) AS u (use),
    ims.run_forecast(items => '{PROMO}', horizon => 4, as_of => '2026-04-01', drivers => '{promotion}', imported_model => 'ml', import_use => u.use) AS n;
SELECT is((SELECT string_agg(u.use || ' ' || (r.driver_effect IS NULL), ', ' ORDER BY u.use) FROM imported AS u JOIN result AS r USING (forecast_run_id)), 'combine false, replace true', 'a model made elsewhere knows of none');

-- A mark of all items; of one site it is one of series of that site.
SELECT count(ims.create_site(code => s.code, time_zone => 'UTC')) FROM (VALUES ('OPEN'), ('ALWAYS')) AS s (code) \gset ignored_
SELECT ims.add_demand_mark(kind => 'event', site => 'OPEN', from_day => '2025-11-03', to_day => '2025-11-10') AS o,
    ims.add_demand_mark(kind => 'event', site => 'OPEN', from_day => '2026-04-13', to_day => '2026-04-20') AS n \gset ignored_
SELECT r.forecast_run_id AS event FROM ims.run_forecast(items => '{PLAIN,PROMO}', horizon => 4, as_of => '2026-04-01', drivers => '{event}') AS r \gset
SELECT is((SELECT string_agg(r.code, ' ' ORDER BY r.code) FROM result AS r WHERE r.forecast_run_id = :event AND r.driver_effect IS NOT NULL), 'PLAIN', 'a mark of a site says nothing of all sites together');
INSERT INTO history SELECT h.item_id, l.location_id, h.first_period, h.demand, h.in_stock
FROM history AS h JOIN ims.item AS i USING (item_id), ims.location AS l WHERE i.code IN ('PLAIN', 'PROMO') AND l.code IN ('OPEN', 'ALWAYS') AND l.kind = 'site';
SELECT r.forecast_run_id AS event FROM ims.run_forecast(items => '{PLAIN,PROMO}', horizon => 4, as_of => '2026-04-01', drivers => '{event}', by_site => true) AS r \gset
SELECT is((SELECT string_agg(concat_ws(' ', r.code, r.site), ', ' ORDER BY r.code, r.site) FROM result AS r WHERE r.forecast_run_id = :event AND r.driver_effect IS NOT NULL),
    'PLAIN ALWAYS, PLAIN OPEN, PLAIN, PROMO OPEN', 'but of that site');

-- Open days: Monday to Friday, but for a Thursday, a whole week in December, and a Monday and a whole week to come.
SELECT ims.create_calendar(code => 'PLANNED') AS c, ims.change_location(location => 'OPEN', calendar => 'PLANNED') AS l \gset ignored_
SELECT count(*) FROM (SELECT ims.set_calendar_day(calendar => 'PLANNED', day => d.day::date, works => false)
    FROM unnest('{2025-10-02,2025-12-22,2025-12-23,2025-12-24,2025-12-25,2025-12-26,2026-04-06,2026-04-13,2026-04-14,2026-04-15,2026-04-16,2026-04-17}'::text[]) AS d (day)) AS s \gset ignored_
CREATE TEMP TABLE open_week AS SELECT n, CASE n WHEN 5 THEN 0.8 WHEN 17 THEN 0 WHEN 32 THEN 0.8 WHEN 33 THEN 0 ELSE 1 END::double precision AS open FROM generate_series(1, 34::bigint) AS n;
UPDATE history AS h SET demand[17] = 0 FROM ims.location AS l WHERE l.location_id = h.site_id AND l.code = 'OPEN';
SELECT r.forecast_run_id AS as_it_came FROM ims.run_forecast(items => '{PLAIN,PROMO}', horizon => 4, as_of => '2026-04-01', by_site => true) AS r \gset
SELECT r.forecast_run_id AS by_days FROM ims.run_forecast(items => '{PLAIN,PROMO}', horizon => 4, as_of => '2026-04-01', by_site => true, by_open_days => true) AS r \gset
CREATE TEMP VIEW usual AS
SELECT h.item_id, h.site_id, array_agg(CASE WHEN w.open > 0 THEN u.v / w.open WHEN u.v <> 0 THEN u.v END ORDER BY u.n) AS demand
FROM history AS h CROSS JOIN unnest(h.demand) WITH ORDINALITY AS u (v, n) JOIN open_week AS w ON w.n = u.n GROUP BY h.item_id, h.site_id;
SELECT is_empty(format($$
    SELECT r.code, r.site FROM result AS r
    LEFT JOIN usual AS u USING (item_id, site_id)
    CROSS JOIN LATERAL (SELECT array_agg(f.forecast * w.open ORDER BY f.step) AS forecast, array_agg(f.lower * w.open ORDER BY f.step) AS lower_bound, array_agg(f.upper * w.open ORDER BY f.step) AS upper_bound
        FROM ims.forecast(demand => u.demand, horizon => 4) AS f JOIN open_week AS w ON w.n = 30 + f.step) AS f
    WHERE r.forecast_run_id = %s AND r.site = 'OPEN' AND ((r.forecast, r.lower_bound, r.upper_bound) IS DISTINCT FROM (f.forecast, f.lower_bound, f.upper_bound) OR r.forecast[3] <> 0 OR r.upper_bound[3] <> 0)$$, :by_days),
    'by open days: the forecast of usual weeks, each by its days');
SELECT is_empty(format($$SELECT r.code, r.site FROM result AS r JOIN result AS w USING (owner_id, item_id, site_id) WHERE r.forecast_run_id = %s AND w.forecast_run_id = %s
    AND ((r.site IS DISTINCT FROM 'OPEN' AND (r.forecast, r.lower_bound, r.upper_bound, r.parameters) IS DISTINCT FROM (w.forecast, w.lower_bound, w.upper_bound, w.parameters))
      OR (r.mean_demand, r.naive_error, r.naive_deviation, r.last_season) IS DISTINCT FROM (w.mean_demand, w.naive_error, w.naive_deviation, w.last_season))$$, :by_days, :as_it_came),
    'a site without a calendar is as it was, to the bit, and so is what accuracy is judged by');
SELECT r.forecast_run_id AS both FROM ims.run_forecast(items => '{PLAIN,PROMO}', horizon => 4, as_of => '2026-04-01', by_site => true, drivers => '{promotion}', by_open_days => true) AS r \gset
SELECT is_empty(format($$
    SELECT r.code, f.*, r.forecast, r.driver_effect FROM result AS r
    JOIN usual AS u USING (item_id, site_id)
    -- three of five days in week 16, two of five in the last one
    CROSS JOIN (SELECT array_agg(CASE w.n WHEN 16 THEN 0.6 WHEN 34 THEN 0.4 ELSE w.share END ORDER BY w.n) AS drivers FROM planned_week AS w) AS d
    CROSS JOIN LATERAL (SELECT array_agg(f.forecast * w.open ORDER BY f.step) AS forecast, array_agg(f.upper * w.open ORDER BY f.step) AS upper_bound, array_agg(f.driver_effect * w.open ORDER BY f.step) AS effect
        FROM ims.forecast_with_drivers(demand => u.demand, drivers => d.drivers) AS f JOIN open_week AS w ON w.n = 30 + f.step) AS f
    WHERE r.forecast_run_id = %s AND r.code = 'PROMO' AND r.site = 'OPEN' AND (r.forecast, r.upper_bound, r.driver_effect) IS DISTINCT FROM (f.forecast, f.upper_bound, f.effect)$$, :both),
    'both: marks of open days, and the forecast by open days');
SELECT ims.add_demand_mark(kind => 'holiday', item => 'PROMO', from_day => '2025-10-11', to_day => '2025-10-13') AS m \gset ignored_
SELECT r.forecast_run_id AS weekend FROM ims.run_forecast(items => '{PROMO}', horizon => 1, as_of => '2026-04-01', drivers => '{holiday}', by_site => true, by_open_days => true) AS r \gset
SELECT is((SELECT string_agg(concat_ws(' ', r.site, (r.parameters ->> 'drivers') IS NULL), ', ' ORDER BY r.site) FROM result AS r WHERE r.forecast_run_id = :weekend AND r.site IS NOT NULL),
    'ALWAYS f, OPEN t', 'a mark of closed days says nothing');
-- What was missed in a week is that of its days.
UPDATE history AS h SET in_stock = array_fill(1::double precision, ARRAY[4]) || ARRAY[0.5::double precision] || array_fill(1::double precision, ARRAY[25]) FROM ims.location AS l, ims.item AS i
WHERE l.location_id = h.site_id AND l.code = 'OPEN' AND i.item_id = h.item_id AND i.code = 'PLAIN';
SELECT r.forecast_run_id AS missed FROM ims.run_forecast(items => '{PLAIN}', horizon => 4, as_of => '2026-04-01', by_site => true, by_open_days => true) AS r \gset
SELECT ok(bool_and(pg_temp.near(v.got, v.wanted)) AND bool_and(NOT pg_temp.near(v.got, v.other)) FILTER (WHERE v.n = 1), 'what was missed is estimated of usual weeks')
FROM result AS r
JOIN history AS h ON h.item_id = r.item_id AND h.site_id = r.site_id
JOIN usual AS u ON u.item_id = r.item_id AND u.site_id = r.site_id
CROSS JOIN LATERAL (SELECT f.step AS n, r.forecast[f.step] AS got, f.forecast * w.open AS wanted, g.forecast * w.open AS other
    FROM ims.forecast(demand => ims.uncensor_demand(demand => u.demand, in_stock => h.in_stock), horizon => 4) AS f
    JOIN ims.forecast(demand => u.demand, horizon => 4) AS g USING (step) JOIN open_week AS w ON w.n = 30 + f.step) AS v
WHERE r.forecast_run_id = :missed AND r.site = 'OPEN';
SELECT is(ims._known_open_demand(b.demand, b.in_stock, b.uncensor, b.open), b.expected, 'known of ' || coalesce(b.demand::text, 'nothing') || ' open ' || coalesce(b.open::text, 'as usual'))
FROM (VALUES
    (1, NULL::double precision[], NULL::double precision[], true, '{1}'::double precision[], NULL::double precision[]), (2, '{}', '{}', true, '{1}', '{}'),
    (3, '{4,0,0,6}', '{1,0,0,1}', false, '{1,1,0,1,1}', '{4,NULL,0,6}'), (4, '{4,0,3,6}', '{1,0,0,1}', true, NULL, '{4,NULL,3,6}'), (5, '{4,0,NULL}', NULL, true, '{1,0,1}', '{4,0,NULL}'))
    AS b (place, demand, in_stock, uncensor, open, expected)
ORDER BY b.place;

-- Workers.
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT r.forecast_run_id AS alone FROM ims.run_forecast(horizon => 4, as_of => '2026-04-01', by_site => true, drivers => '{promotion,holiday,event}', by_open_days => true) AS r \gset
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_leader_participation = off;
SELECT r.forecast_run_id AS shared FROM ims.run_forecast(horizon => 4, as_of => '2026-04-01', by_site => true, drivers => '{promotion,holiday,event}', by_open_days => true) AS r \gset
-- Here a worker forgets the series that it gets, so that it can be seen who computes.
SELECT pg_get_functiondef('ims._known_open_demand'::regproc) AS real_demand, set_config('test.leader', pg_backend_pid()::text, true) AS leader \gset
CREATE OR REPLACE FUNCTION ims._known_open_demand(demand double precision[], in_stock double precision[], uncensor boolean, open_shares double precision[])
RETURNS double precision[] LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN pg_backend_pid()::text = current_setting('test.leader') THEN demand ELSE array_fill(NULL::double precision, ARRAY[cardinality(demand)]) END
$$;
SELECT is(r.without_data, r.series, 'workers compute') FROM ims.run_forecast(horizon => 4, as_of => '2026-04-01', by_site => true, drivers => '{promotion,holiday,event}', by_open_days => true) AS r;
:real_demand;
SELECT pg_get_functiondef('ims._open_shares'::regproc) AS real_shares \gset
CREATE OR REPLACE FUNCTION ims._open_shares(usual_days double precision, bucket text, first_period date, periods bigint, closed_days date[])
RETURNS double precision[] LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN pg_backend_pid()::text <> current_setting('test.leader') THEN array_fill(0::double precision, ARRAY[periods::integer]) END
$$;
SELECT b.backtest_id AS judged FROM ims.run_backtest(items => '{PLAIN,PROMO}', as_of => '2026-04-01', methods => '{naive}', by_site => true, by_open_days => true, drivers => '{promotion}') AS b \gset
SELECT is((SELECT count(*) FROM ims.backtest_result AS r WHERE r.backtest_id = :judged AND NOT pg_temp.near(r.wape::double precision, 1)), 0::bigint, 'and judge');
:real_shares;
SET LOCAL parallel_leader_participation = on;
SELECT is_empty(format('SELECT to_jsonb(r) - ''forecast_run_id'' FROM ims.forecast_result AS r WHERE r.forecast_run_id = %s EXCEPT SELECT to_jsonb(r) - ''forecast_run_id'' FROM ims.forecast_result AS r WHERE r.forecast_run_id = %s',
    :alone, :shared), 'the same, whoever computes');

-- Back-tests: at each origin marks and days of its horizon are known.
SELECT b.backtest_id AS plain_id FROM ims.run_backtest(items => '{PLAIN,PROMO}', horizon => 3, origins => 6, spacing => 2, as_of => '2026-04-01', methods => '{auto}', by_site => true) AS b \gset
SELECT b.backtest_id AS driven_id FROM ims.run_backtest(items => '{PLAIN,PROMO}', horizon => 3, origins => 6, spacing => 2, as_of => '2026-04-01', methods => '{auto}', by_site => true, drivers => '{promotion}', by_open_days => true) AS b \gset
CREATE TEMP VIEW judged AS SELECT b.* FROM ims_bi.backtest AS b;
SELECT is_empty(format($$
    SELECT b.item, b.site, b.mae, f.mae, f.n FROM judged AS b
    JOIN ims.item AS i ON i.code = b.item LEFT JOIN ims.location AS l ON l.code = b.site
    JOIN history AS h ON h.item_id = i.item_id AND h.site_id = coalesce(l.location_id, 0)
    CROSS JOIN LATERAL (SELECT CASE WHEN b.site = 'OPEN' THEN ARRAY(SELECT w.open FROM open_week AS w ORDER BY w.n) ELSE array_fill(1::double precision, ARRAY[34]) END AS open) AS o
    CROSS JOIN LATERAL (SELECT array_agg(ARRAY[CASE WHEN w.n = 16 AND b.site = 'OPEN' THEN 0.6 ELSE w.share END] ORDER BY w.n) AS drivers,
        array_agg(CASE WHEN o.open[w.n] > 0 THEN h.demand[w.n] / o.open[w.n] WHEN h.demand[w.n] <> 0 THEN h.demand[w.n] END ORDER BY w.n) AS demand FROM planned_week AS w WHERE w.n <= 30) AS d
    CROSS JOIN LATERAL (SELECT count(*) AS n, avg(abs(f.forecast * o.open[g.origin + f.step] - h.demand[g.origin + f.step])) AS mae
        FROM generate_series(17, 27, 2) AS g (origin)
        CROSS JOIN LATERAL ims.forecast_with_drivers(demand => d.demand[1 : g.origin], drivers => d.drivers[1 : g.origin + 3]) AS f) AS f
    WHERE b.backtest_id = %s AND b.method = 'auto' AND b.item = 'PROMO' AND NOT (b.periods = f.n AND pg_temp.near(b.mae, f.mae))$$, :driven_id), 'measures as computed by hand');
SELECT is_empty(format($$SELECT b.item, b.site, b.method, b.mae, w.mae FROM judged AS b JOIN judged AS w USING (item, method) WHERE b.backtest_id = %s AND w.backtest_id = %s AND b.site IS NOT DISTINCT FROM w.site
    AND b.site IS DISTINCT FROM 'OPEN' AND CASE b.item WHEN 'PLAIN' THEN (b.mae, b.mase, b.msis, b.pinball) IS DISTINCT FROM (w.mae, w.mase, w.msis, w.pinball) ELSE b.method = 'auto' AND NOT b.mae < w.mae END$$, :driven_id, :plain_id),
    'better with promotions, to the bit the same where there are none');
SELECT is((SELECT DISTINCT concat_ws(' ', b.exclude, b.drivers, b.by_open_days) FROM judged AS b WHERE b.backtest_id = :driven_id), 'outlier promotion t', 'the back-test says what it knew');

-- Demand that becomes irregular: drivers have a part as long as it is regular.
SELECT is(count(*) || ' ' || count(DISTINCT f.driver_effect IS NULL), '36 2', 'each origin is what a run there would have said')
FROM (SELECT array_agg(CASE WHEN w.n <= 20 THEN pg_temp.plain(w.n) + 15 * w.share WHEN w.n % 5 = 0 THEN 9 ELSE 0 END ORDER BY w.n) AS demand, array_agg(ARRAY[w.share] ORDER BY w.n) AS drivers,
        array_agg(1 - (w.n % 7 = 3)::integer * 0.2 ORDER BY w.n)::double precision[] AS open FROM planned_week AS w) AS s
CROSS JOIN LATERAL ims._backtest(s.demand, 2, 18, 1, 1, 'auto', 0.9, true, 1, s.drivers, '{promotion}', s.open) AS b
CROSS JOIN LATERAL ims._forecast_arrays(s.demand[1 : b.origin], 2, 1, 'auto', 0.9, true, 1, s.drivers[1 : b.origin + 2], '{promotion}', s.open[1 : b.origin + 2]) AS f
WHERE (b.forecast, b.lower, b.upper, b.method_used, b.status) IS NOT DISTINCT FROM (f.forecast[b.step], f.lower_bound[b.step], f.upper_bound[b.step], f.method_used, f.status)
  AND b.actual = s.demand[b.origin + b.step];

-- No series ends a run, whatever is marked.
INSERT INTO series (code, demand) VALUES ('B01', '{}'), ('B02', '{5}'), ('B03', '{0,0,0,0,0,0,0,0,0,0,0,0}'), ('B04', '{NaN,3,NaN,4,5,NaN,6,4,5,3,4,5}'), ('B05', '{1e300,1e300,-1e300,1e299,1e300,1e298,1e300,1e299,1e300}'),
    ('B06', '{-5,-4,-6,-5,-7,-4,-5,-6,-5}'), ('B07', '{NULL,NULL,NULL}'), ('B08', '{Infinity,1,2,3,4,-Infinity,2,3,4,3}'), ('B09', '{7,7,7,7,7,7,7,7,7}');
SELECT count(ims.create_item(code => s.code)) FROM series AS s WHERE s.code ~ '^B0' \gset ignored_
INSERT INTO history SELECT i.item_id, l.location_id, s.first_period, s.demand, NULL FROM series AS s JOIN ims.item AS i ON i.code = s.code, ims.location AS l WHERE s.code ~ '^B0' AND l.code = 'OPEN';
SELECT count(ims.add_demand_mark(kind => k.kind, from_day => d.day::date, to_day => d.day::date + 4))
FROM (VALUES ('promotion'), ('holiday'), ('event')) AS k (kind), (VALUES ('2025-09-08'), ('2025-09-25'), ('2025-10-20'), ('2025-11-10'), ('2026-04-06')) AS d (day) \gset ignored_
CREATE TEMP TABLE by_method AS
SELECT u.method, r.forecast_run_id, r.series
FROM unnest('{auto,naive,seasonal naive,drift,mean,moving average,simple exponential smoothing,Holt,damped Holt,additive Holt-Winters,
    multiplicative Holt-Winters,ETS,average of ETS models,Theta,dynamic optimised Theta,mean of ETS and Theta,Croston,TSB,combined}'::text[]) AS u (method)
CROSS JOIN LATERAL ims.run_forecast(horizon => 3, as_of => '2026-04-01', season_length => 4, method => u.method, drivers => '{promotion,holiday,event}', by_site => true, by_open_days => true) AS r;
SELECT is((SELECT count(DISTINCT series) FROM by_method), 1::bigint, 'a row for every series, by every method');
SELECT is_empty($$SELECT r.code, r.method FROM by_method AS b JOIN result AS r USING (forecast_run_id) WHERE EXISTS (
    SELECT FROM unnest(r.forecast || r.lower_bound) AS u (v) WHERE u.v IS NULL OR u.v = 'NaN' OR u.v = 'Infinity' OR u.v < 0)$$, 'finite and not negative');
SELECT is((SELECT count(*) FROM ims.run_backtest(horizon => 3, as_of => '2026-04-01', season_length => 4, methods => '{auto,Croston,ETS}', drivers => '{promotion,holiday,event}', by_site => true, by_open_days => true)), 1::bigint, 'nor a back-test');

SELECT is(substring(pg_temp.refusal('SELECT * FROM ims.' || c.call || '(items => ''{PLAIN}'', as_of => ''2026-04-01'', ' || b.arguments || ')') FROM '^[^|]*[^| ]'), b.expected, c.call || ': ' || b.arguments)
FROM (VALUES ('run_forecast'), ('run_backtest')) AS c (call), (VALUES
    (1, 'drivers => ''{outlier}''', '22023'), (2, 'drivers => ''{promotion,NULL}''', 'IV201'), (3, 'exclude => ''{weather}''', '22023'), (4, 'exclude => ''{NULL}''', 'IV201'),
    (5, 'exclude => ''{outlier,holiday}'', drivers => ''{holiday}''', 'IV223'), (6, 'by_open_days => true', 'IV223'), (7, 'by_open_days => true, by_site => true', 'accepted'),
    (8, 'exclude => ''{}'', drivers => ''{}''', 'accepted'), (9, 'exclude => NULL, drivers => NULL, by_open_days => NULL', 'accepted')) AS b (place, arguments, expected)
ORDER BY c.call, b.place;

-- The ledger's own history: eight weeks from 5 January, the third with a promotion, the fifth an outlier; and what came.
:real_history;
SELECT ims.create_site(code => 'SHOP', time_zone => 'UTC') AS s, ims.create_item(code => 'SOLD') AS i \gset ignored_
SELECT count(*) FROM ims.receive(item => 'SOLD', quantity => 1000, to_location => 'SHOP', effective_at => '2026-01-01 00:00+00') \gset ignored_
SELECT count(*) FROM unnest('{10,12,40,11,90,10,12,11,13,50,12}'::integer[]) WITH ORDINALITY AS w (quantity, week)
CROSS JOIN LATERAL ims.ship(item => 'SOLD', quantity => w.quantity, from_location => 'SHOP', effective_at => timestamptz '2026-01-02 12:00+00' + w.week * interval '7 days') AS p \gset ignored_
SELECT count(ims.add_demand_mark(kind => m.kind, item => 'SOLD', from_day => m.day::date))
FROM (VALUES ('promotion', '2026-01-23'), ('outlier', '2026-02-06'), ('promotion', '2026-03-13')) AS m (kind, day) \gset ignored_
CREATE TEMP TABLE excluded AS
SELECT w.*, n.forecast_run_id
FROM (VALUES (1, '{outlier}'::text[], '{10,12,40,11,NULL,10,12,11}'), (2, '{promotion,outlier}', '{10,12,NULL,11,NULL,10,12,11}'), (3, '{}', '{10,12,40,11,90,10,12,11}')) AS w (place, exclude, demand)
CROSS JOIN LATERAL ims.run_forecast(items => '{SOLD}', horizon => 3, as_of => '2026-03-02', history_periods => 12, exclude => w.exclude) AS n;
SELECT is((SELECT array_agg(f.forecast ORDER BY f.step) FROM ims.forecast(demand => w.demand::double precision[], horizon => 3) AS f), r.forecast, 'left out: ' || w.exclude::text)
FROM excluded AS w JOIN ims.forecast_result AS r USING (forecast_run_id)
ORDER BY w.place;
SELECT is((SELECT string_agg(concat_ws(' ', n.exclude, a.periods, a.actual), ', ' ORDER BY n.forecast_run_id) FROM ims.forecast_run AS n
    CROSS JOIN LATERAL ims.forecast_run_accuracy(forecast_run_id => n.forecast_run_id, as_of => '2026-03-23') AS a WHERE n.as_of = '2026-03-02'),
    '{outlier} 3 75, {promotion,outlier} 2 25, {} 3 75', 'and not judged either');
SELECT is_empty('SELECT * FROM ims.verify()', 'verify() finds nothing');
SELECT * FROM finish();
ROLLBACK;
