-- Forecasts on arrays: the cores of src/forecast answer through SQL what plain
-- SQL computes for the simple methods, whatever array type a driver sends; the
-- interval is that of a t distribution, wider the further the step, and non-negative
-- where asked; no series is an error, every
-- bad argument is one, with its facts; the same arguments give the same answer,
-- in one process or in several; a cancel is heard.  Pictures are valid XML.
-- The aggregates are compared with GROUP BY, and with forecasts of its arrays; classes and accuracy with figures by hand.
\i test/setup.psql
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(223);

CREATE FUNCTION pg_temp.near(got double precision, wanted double precision) RETURNS boolean
LANGUAGE sql AS $$
    SELECT coalesce(abs(got - wanted) <= 1e-9 * greatest(1, abs(wanted)), got IS NULL AND wanted IS NULL)
$$;
CREATE TEMPORARY TABLE shirt AS
SELECT array_agg(v ORDER BY place)::double precision[] AS demand
FROM unnest(ARRAY[112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118,
                  115, 126, 141, 135, 125, 149, 170, 170, 158, 133, 114, 140]) WITH ORDINALITY AS u (v, place);

-- What plain SQL can say.
CREATE TEMPORARY TABLE expected (method text, season bigint, step bigint, forecast double precision);
INSERT INTO expected
SELECT 'naive', 1, h, 140 FROM generate_series(1, 3) AS h
UNION ALL SELECT 'seasonal naive', 12, h, demand[12 + h] FROM shirt, generate_series(1, 12) AS h
UNION ALL SELECT 'drift', 1, h, 140 + h * (140 - 112) / 23.0 FROM generate_series(1, 3) AS h
UNION ALL SELECT 'mean', 1, h, (SELECT avg(v) FROM shirt, unnest(demand) AS v) FROM generate_series(1, 3) AS h;
SELECT ok(bool_and(pg_temp.near(f.forecast, e.forecast)), e.method || ': as computed by hand')
FROM expected AS e
CROSS JOIN shirt
CROSS JOIN LATERAL ims.forecast(demand => demand, horizon => 12, season_length => e.season, method => e.method) AS f
WHERE f.step = e.step
GROUP BY e.method
ORDER BY e.method;
SELECT ok(pg_temp.near(f.forecast, (133 + 114 + 140) / 3.0), 'moving average: of window_length periods')
FROM shirt, ims.forecast(demand => demand, horizon => 1, method => 'moving average', window_length => 3) AS f;
WITH RECURSIVE ses AS (
    SELECT 1 AS t, demand[1] AS level FROM shirt
    UNION ALL
    SELECT t + 1, level + 0.3 * (demand[t + 1] - level) FROM ses, shirt WHERE t < 24)
SELECT ok(pg_temp.near(f.forecast, (SELECT level FROM ses WHERE t = 24)), 'simple exponential smoothing: the recursion')
FROM shirt, ims.forecast(demand => demand, horizon => 1, method => 'simple exponential smoothing', alpha => 0.3) AS f;
WITH RECURSIVE holt AS (
    SELECT 2 AS t, demand[2] AS level, demand[2] - demand[1] AS trend FROM shirt
    UNION ALL
    SELECT t + 1, l.level, h.trend + 0.1 * (l.level - h.level - h.trend)
    FROM holt AS h, shirt
    CROSS JOIN LATERAL (SELECT h.level + h.trend + 0.3 * (demand[h.t + 1] - h.level - h.trend)) AS l (level)
    WHERE h.t < 24)
SELECT ok(bool_and(pg_temp.near(f.forecast, h.level + f.step * h.trend)), 'Holt: the recursion')
FROM shirt
CROSS JOIN holt AS h
CROSS JOIN LATERAL ims.forecast(demand => demand, horizon => 4, method => 'holt', alpha => 0.3, beta => 0.1) AS f
WHERE h.t = 24;
SELECT ok(pg_temp.near(m.level, f.forecast) AND m.method_used = 'simple exponential smoothing'
        AND m.alpha_used = 0.3 AND m.points = 24 AND m.beta_used IS NULL AND m.season IS NULL,
    'the model says the level and the weight, and NULL for what it has not')
FROM shirt, ims.forecast(demand => demand, horizon => 1, method => 'simple exponential smoothing', alpha => 0.3) AS f,
    ims.forecast_model(demand => demand, method => 'simple exponential smoothing', alpha => 0.3) AS m;

-- ETS: the asked model, and its figures.
SELECT ok(m.model_used = 'ETS(M,Ad,M)' AND m.parameters = 18 AND cardinality(m.season) = 12
        AND m.phi_used BETWEEN 0.8 AND 0.98 AND m.sigma BETWEEN 0 AND 0.1
        AND pg_temp.near(m.aicc, -2 * m.log_likelihood + 2 * 18 + 2.0 * 18 * 19 / (24 - 18 - 1)),
    'ETS: the model that was asked for, AICc by its definition')
FROM shirt, ims.forecast_model(demand => demand, season_length => 12, method => 'ETS', model => 'ETS(M,Ad,M)') AS m;
SELECT ok(pg_temp.near(f.forecast, (m.level + m.phi_used * m.trend) * m.season[1]), 'ETS: its forecast is that of its states')
FROM shirt, ims.forecast_model(demand => demand, season_length => 12, method => 'ETS', model => 'ETS(M,Ad,M)') AS m,
    ims.forecast(demand => demand, horizon => 1, season_length => 12, method => 'ETS', model => 'ETS(M,Ad,M)') AS f;
SELECT ok(m.model_used LIKE 'ETS(A,%,N)', 'ETS: Z leaves a part open')
FROM shirt, ims.forecast_model(demand => demand, season_length => 12, method => 'ets', model => 'ETS(A,Z,N)') AS m;
SELECT ok(m.method_used = 'mean of ETS and Theta' AND m.status = 'ok' AND m.reason = '' AND m.theta IS NOT NULL,
    'auto is the mean of ETS and Theta')
FROM shirt, ims.forecast_model(demand => demand, season_length => 12) AS m;

-- Intervals.
SELECT ok(bool_and(pg_temp.near(f.upper - f.forecast, c.quantile * f.standard_deviation)
        AND pg_temp.near(f.forecast - f.lower, c.quantile * f.standard_deviation)),
    format('%s %%: t about the forecast, with a quarter of 24 periods as degrees', c.coverage * 100))
FROM (VALUES (0.5, 0.717558196491), (0.8, 1.43975574727), (0.95, 2.44691185114),
    (0.999, 5.95881617882)) AS c (coverage, quantile)
CROSS JOIN shirt
CROSS JOIN LATERAL ims.forecast(demand => demand, horizon => 6, method => 'Holt', coverage => c.coverage,
    non_negative => false) AS f
GROUP BY c.coverage
ORDER BY c.coverage;
SELECT ok(bool_and(pg_temp.near(f.standard_deviation, (SELECT stddev(v) FROM unnest(demand) AS v)
        * sqrt((1 + 1 / 24.0) * (1 + 2 * f.step / 24.0)))), 'wider the further the step')
FROM shirt, ims.forecast(demand => demand, horizon => 6, method => 'mean') AS f
GROUP BY demand;
SELECT ok(bool_and(f.method_used = 'combined' AND f.lower = 0 AND f.upper = 5), 'irregular demand: from none to one of the largest')
FROM ims.forecast(demand => ARRAY[0, 0, 3, 0, 0, 0, 5, 0, 0, 4, 0, 0, 3, 0, 0, 0], horizon => 3) AS f;
SELECT ok(bool_and(f.lower IS NULL AND f.upper IS NULL AND f.status = 'no data'), 'irregular demand: nothing known, no bounds')
FROM ims.forecast(demand => ARRAY[0, 0, 0], horizon => 3, method => 'TSB') AS f;
SELECT is(f.method_used || ': ' || f.reason, w.wanted, 'auto: ' || w.name)
FROM (VALUES
    (1, 'a period in twenty without demand is regular', 20, 1, 'mean of ETS and Theta: '),
    (2, 'two in twenty are slow: no trend', 10, 1, 'SES: demand is regular'),
    (3, 'unless there is a season', 10, 4, 'mean of ETS and Theta: ')) AS w (place, name, every, season, wanted)
CROSS JOIN LATERAL (SELECT array_agg(CASE WHEN t % w.every = 0 THEN 0 ELSE 5 + t % 4 END ORDER BY t) AS demand
    FROM generate_series(1, 39) AS t) AS d
CROSS JOIN LATERAL ims.forecast(demand => d.demand, horizon => 1, season_length => w.season) AS f
ORDER BY w.place;
SELECT ok(bool_and(f.upper > f.forecast AND f.upper < 'infinity'), 'no coverage below 1 is unbounded')
FROM shirt, ims.forecast(demand => demand, horizon => 3, coverage => 1 - 1e-16) AS f;
SELECT ok(bool_and(f.forecast = 0 AND f.lower = 0 AND f.upper >= 0), 'non-negative by default')
FROM ims.forecast(demand => ARRAY[50, 40, 30, 20, 10, 0], horizon => 3, method => 'drift') AS f;
SELECT ok(bool_and(pg_temp.near(f.forecast, -10 * f.step) AND f.lower < f.forecast), 'and below zero where asked')
FROM ims.forecast(demand => ARRAY[50, 41, 30, 20, 10, 0], horizon => 3, method => 'drift', non_negative => false) AS f;

-- Arrays as drivers send them.
SELECT ok(pg_temp.near(s.sum, 3 * 12.5), 'demand as ' || s.type)
FROM (
    SELECT 'integer[]', (SELECT sum(forecast) FROM ims.forecast(ARRAY[10, 15]::integer[], 3::integer, method => 'mean'))
    UNION ALL SELECT 'bigint[]', (SELECT sum(forecast) FROM ims.forecast(ARRAY[10, 15]::bigint[], 3::bigint, method => 'mean'))
    UNION ALL SELECT 'smallint[]', (SELECT sum(forecast) FROM ims.forecast(ARRAY[10, 15]::smallint[], 3::smallint, method => 'mean'))
    UNION ALL SELECT 'numeric[]', (SELECT sum(forecast) FROM ims.forecast(ARRAY[10, 15]::numeric[], 3, method => 'mean', coverage => 0.9::numeric))
    UNION ALL SELECT 'real[]', (SELECT sum(forecast) FROM ims.forecast(ARRAY[10, 15]::real[], 3, method => 'mean', coverage => 0.9::real))
    UNION ALL SELECT 'ims.quantity[]', (SELECT sum(forecast) FROM ims.forecast(ARRAY[10, 15]::ims.quantity[], 3, method => 'mean'))
    UNION ALL SELECT 'text of no known type', (SELECT sum(forecast) FROM ims.forecast('{10,15}', '3', method => 'mean'))
    UNION ALL SELECT 'an array that starts at 7', (SELECT sum(forecast) FROM ims.forecast('[7:8]={10,15}', 3, method => 'mean'))
    UNION ALL SELECT 'with a missing period', (SELECT sum(forecast) FROM ims.forecast('{NULL,10,15}', 3, method => 'mean'))
    ) AS s (type, sum);

-- Null arguments are those not given.
SELECT is((SELECT array_agg(f)::text FROM shirt, ims.forecast(demand, 2, NULL, NULL, NULL, NULL, NULL) AS f),
    (SELECT array_agg(f)::text FROM shirt, ims.forecast(demand, 2) AS f), 'null stands for the default');

-- A series is never an error.
CREATE TEMPORARY TABLE odd (name text, demand double precision[], status text, reason text);
INSERT INTO odd VALUES
    ('null', NULL, 'no data', 'no value in the history'),
    ('empty', '{}', 'no data', 'no value in the history'),
    ('all missing', '{NULL,NULL}', 'no data', 'no value in the history'),
    ('NaN only', '{NaN,infinity}', 'no data', 'no value in the history'),
    ('one period', '{5}', 'fallback', 'too few values'),
    ('constant', '{5,5,5,5,5,5}', 'fallback', 'all values are equal'),
    ('all zero', '{0,0,0,0,0,0}', 'fallback', 'all values are equal'),
    ('two periods', '{1,9}', 'fallback', 'too few values'),
    ('a gap', '{12,15,NULL,11,14,13,15,16,12,14}', 'ok', 'some periods are unknown'),
    ('huge', '{1e300,2e300,1e300,3e300,2e300,1e300,2e300,1e300}', 'ok', ''),
    ('tiny', '{1e-300,2e-300,1e-300,3e-300,2e-300,1e-300,2e-300,1e-300}', 'ok', ''),
    ('negative', '{-1,-5,-2,-8,-3,-1,-5,-2,-8}', 'ok', '');
SELECT is(string_agg(DISTINCT f.status || ': ' || f.reason, ' '), o.status || ': ' || o.reason, o.name || ': status and reason')
FROM odd AS o
CROSS JOIN LATERAL ims.forecast(demand => o.demand, horizon => 3) AS f
GROUP BY o.name, o.status, o.reason
ORDER BY o.name;
SELECT ok(bool_and(m.status IN ('ok', 'fallback', 'no data') AND f.steps = 5
        AND f.least >= 0 AND f.most < 'infinity' AND NOT f.bad), o.name || ': an answer by every method')
FROM odd AS o
CROSS JOIN unnest(string_to_array('naive,seasonal naive,drift,mean,moving average,simple exponential smoothing,'
    'Holt,damped Holt,additive Holt-Winters,multiplicative Holt-Winters,ETS,average of ETS models,Theta,'
    'dynamic optimised Theta,mean of ETS and Theta', ',')) AS u (method)
CROSS JOIN LATERAL ims.forecast_model(demand => o.demand, season_length => 3, method => u.method) AS m
CROSS JOIN LATERAL (
    SELECT count(*), min(f.forecast), max(f.forecast), coalesce(bool_or(f.lower > f.forecast OR f.upper < f.forecast), false)
    FROM ims.forecast(demand => o.demand, horizon => 5, season_length => 3, method => u.method) AS f
    ) AS f (steps, least, most, bad)
GROUP BY o.name
ORDER BY o.name;

-- A bad argument is, with its facts.
CREATE FUNCTION pg_temp.problem(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
    hint text;
BEGIN
    EXECUTE statement;
    RETURN 'none';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN SQLSTATE || ' ' || coalesce(substring(detail FROM '\{.*\}$')::jsonb::text, '')
        || CASE WHEN hint = '' THEN ' no hint' ELSE '' END;
END
$$;
SELECT is(pg_temp.problem('SELECT ims.forecast(' || p.arguments || ')'), p.wanted, 'refused: ' || p.arguments)
FROM (VALUES
    (1, '''{1}'', 0', 'IV501 {"most": 10000, "least": 1, "value": 0, "argument": "horizon"}'),
    (2, '''{1}'', 10001', 'IV501 {"most": 10000, "least": 1, "value": 10001, "argument": "horizon"}'),
    (3, '''{1}'', NULL', 'IV501 {"most": 10000, "least": 1, "argument": "horizon"}'),
    (4, '''{1}'', 10000', 'none'),
    (5, '''{1}'', 1, 0', 'IV501 {"most": 366, "least": 1, "value": 0, "argument": "season_length"}'),
    (6, '''{1}'', 1, 366', 'none'),
    (7, '''{1}'', 1, 367', 'IV501 {"most": 366, "least": 1, "value": 367, "argument": "season_length"}'),
    (8, '''{1}'', 1, 9223372036854775807', 'IV501 {"most": 366, "least": 1, "value": 9223372036854775807, "argument": "season_length"}'),
    (9, '''{1}'', 1, coverage => 0', 'IV501 {"most": 1, "least": 0, "value": 0, "argument": "coverage"}'),
    (10, '''{1}'', 1, coverage => 1', 'IV501 {"most": 1, "least": 0, "value": 1, "argument": "coverage"}'),
    (11, '''{1}'', 1, coverage => ''NaN''', 'IV501 {"most": 1, "least": 0, "value": "NaN", "argument": "coverage"}'),
    (12, '''{1}'', 1, alpha => -0.5', 'IV501 {"most": 1, "least": 0, "value": -0.5, "argument": "alpha"}'),
    (13, '''{1}'', 1, window_length => 0', 'IV501 {"most": 10000000, "least": 1, "value": 0, "argument": "window_length"}'),
    (14, '''{1}'', 1, method => ''arima''', 'IV502 {"method": "arima"}'),
    (15, '''{1}'', 1, method => ''''', 'IV502 {"method": ""}'),
    (16, '''{1}'', 1, method => ''none''', 'IV502 {"method": "none"}'),
    (17, '''{1}'', 1, model => ''ETS(A,N,M)''', 'IV501 {"value": "ETS(A,N,M)", "argument": "model"}'),
    (18, '''{1}'', 1, model => ''ETS(A,A''', 'IV501 {"value": "ETS(A,A", "argument": "model"}'),
    (19, '''{1}'', 1, model => ''ETS(A,Ad,A))''', 'IV501 {"value": "ETS(A,Ad,A))", "argument": "model"}'),
    (20, '''{{1,2}}'', 1', 'IV503 {"argument": "demand", "dimensions": 2}')
    ) AS p (place, arguments, wanted)
ORDER BY p.place;
SELECT is(pg_temp.problem($$SELECT ims.forecast(array_fill(1::double precision, ARRAY[10000001]), 1, method => 'naive')$$),
    'IV503 {"most": 10000000, "periods": 10000001, "argument": "demand"}', 'refused: one period too many');

-- The same arguments, the same answer; another seed moves simulated deviations only.
SELECT is((SELECT array_agg(f)::text FROM shirt, ims.forecast(demand, 6, 12, 'ETS', model => 'ETS(M,A,M)') AS f),
    (SELECT array_agg(f)::text FROM shirt, ims.forecast(demand, 6, 12, 'ETS', model => 'ETS(M,A,M)', seed => 1) AS f),
    'one seed, one answer');
SELECT ok(bool_and(f.forecast = g.forecast AND f.standard_deviation <> g.standard_deviation
        AND abs(f.standard_deviation / g.standard_deviation - 1) < 0.2), 'another seed, other deviations, not far away')
FROM shirt, ims.forecast(demand, 6, 12, 'ETS', model => 'ETS(M,A,M)', seed => 1) AS f,
    ims.forecast(demand, 6, 12, 'ETS', model => 'ETS(M,A,M)', seed => -2) AS g
WHERE f.step = g.step;

-- In parallel as in one process.
CREATE TABLE public.item_demand AS
SELECT i AS item, (SELECT array_agg(abs(hashint4(i * 1000 + t)) % 40 + 10 * (t % 12) ORDER BY t)::double precision[]
    FROM generate_series(1, 36) AS t) AS demand
FROM generate_series(1, 2000) AS i;
CREATE TABLE public.sale AS
SELECT i % 50 AS item, '2026-01-01'::date + abs(hashint4(i)) % 100 AS day, (abs(hashint4(-i)) % 100000)::numeric / 1000 AS quantity
FROM generate_series(1, 20000) AS i;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
ANALYZE public.item_demand, public.sale;
SET LOCAL parallel_leader_participation = off;
CREATE FUNCTION pg_temp.plan_has(what text, query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN ' || query LOOP
        IF line ~ what THEN RETURN true; END IF;
    END LOOP;
    RETURN false;
END
$$;
-- Who sleeps now and then lets the other worker have a share of every group.
\set forecasts 'SELECT d.item, f.* FROM public.item_demand AS d CROSS JOIN LATERAL ims.forecast(d.demand, 6, 12) AS f'
\set arrays 'SELECT s.item, ims.demand_array(s.quantity, s.day, ''2026-01-05'', ''2026-03-30'', ''week'', ''null'') AS demand FROM public.sale AS s WHERE s.item <> 7 OR pg_sleep(0.001) IS NOT NULL GROUP BY s.item'
SET LOCAL max_parallel_workers_per_gather = 0;
CREATE TEMPORARY TABLE serial_forecast AS :forecasts;
CREATE TEMPORARY TABLE serial_array AS :arrays;
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT ok(pg_temp.plan_has('Gather', :'forecasts') AND pg_temp.plan_has('Partial', :'arrays'), 'there are parallel plans');
CREATE TEMPORARY TABLE parallel_forecast AS :forecasts;
CREATE TEMPORARY TABLE parallel_array AS :arrays;
SELECT is(count(*), 12000::bigint, 'six steps of 2,000 series') FROM serial_forecast;
SELECT is_empty('(TABLE serial_forecast EXCEPT TABLE parallel_forecast) UNION ALL (TABLE parallel_forecast EXCEPT TABLE serial_forecast)',
    'the same forecasts in parallel');
SELECT is_empty('(TABLE serial_array EXCEPT TABLE parallel_array) UNION ALL (TABLE parallel_array EXCEPT TABLE serial_array)',
    'the same arrays in parallel');

-- A cancel is heard; how soon, test/t/forecast.py says.
-- pgTAP's own functions let a cancel pass.
CREATE FUNCTION pg_temp.is_cancelled(statement text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RETURN false;
EXCEPTION WHEN query_canceled THEN
    RETURN true;
END
$$;
SET LOCAL statement_timeout = '100ms';
SELECT ok(pg_temp.is_cancelled($$SELECT count(*) FROM shirt, ims.forecast(demand, 10000, 12, 'ETS', model => 'ETS(M,A,M)')$$),
    'statement_timeout ends a forecast');
SET LOCAL statement_timeout = 0;

-- One value per period.
SELECT is_empty($$
    SELECT a.item, p.place FROM serial_array AS a
    CROSS JOIN generate_series(1, 12) AS p (place)
    LEFT JOIN (SELECT s.item, (s.day - '2026-01-05') / 7 + 1 AS place, sum(s.quantity) AS quantity
        FROM public.sale AS s WHERE s.day >= '2026-01-05' AND s.day < '2026-03-30' GROUP BY 1, 2) AS g
        ON g.item = a.item AND g.place = p.place
    WHERE a.demand[p.place] IS DISTINCT FROM g.quantity::double precision OR cardinality(a.demand) <> 12$$,
    'demand_array: as GROUP BY has it');
SELECT is(ims.demand_array(d.quantity, d.day, '2026-01-01', '2026-04-01', w.step, w.gaps)::text, w.wanted,
    format('demand_array: %s, gaps %s', w.step, w.gaps))
FROM (VALUES
    (1, 'month', 'zero', '{5,0,-1.5}'), (2, 'month', 'null', '{5,NULL,-1.5}'), (3, 'month', 'carry', '{5,5,-1.5}')) AS w (place, step, gaps, wanted)
CROSS JOIN (VALUES (2, '2026-01-01'::date), (3, '2026-01-31'), (4, '2026-04-01'), (5, '2025-12-31'),
    (NULL, '2026-02-05'), (7, NULL), (8, 'infinity'), (-1.5, '2026-03-31')) AS d (quantity, day)
GROUP BY w.place, w.step, w.gaps, w.wanted
ORDER BY w.place;
SELECT is(ims.demand_array(d.quantity, d.day, '2023-12-31', '2024-03-02', 'day', 'zero')::text,
    '{' || repeat('0,', 60) || '1,0}', 'demand_array: days over a leap day')
FROM (VALUES (1, '2024-02-29'::date)) AS d (quantity, day);
SELECT is((SELECT ims.demand_array(1, '2026-01-01', '2026-01-01', '2026-01-02', 'day', 'zero')::text WHERE false), NULL,
    'demand_array: no row, no array');
SELECT is(pg_temp.problem('SELECT ims.demand_array(' || p.arguments || ')'), p.wanted, 'demand_array refuses ' || p.arguments)
FROM (VALUES
    (1, '1, ''2026-01-01'', ''2026-01-01'', ''2026-01-01'', ''day'', ''zero''', 'IV504 {"most": 100000, "to_period": "2026-01-01", "from_period": "2026-01-01"}'),
    (2, '1, ''2026-01-01'', ''2026-01-01'', ''2026-01-09'', ''week'', ''zero''', 'IV504 {"most": 100000, "to_period": "2026-01-09", "from_period": "2026-01-01"}'),
    (3, '1, ''2026-01-01'', ''2026-01-01'', ''2026-02-02'', ''month'', ''zero''', 'IV504 {"most": 100000, "to_period": "2026-02-02", "from_period": "2026-01-01"}'),
    (4, '1, ''2026-01-01'', ''-infinity'', ''2026-02-02'', ''day'', ''zero''', 'IV504 {"most": 100000, "to_period": "2026-02-02", "from_period": "-infinity"}'),
    (5, '1, ''2026-01-01'', ''2000-01-01'', ''2273-10-16'', ''day'', ''zero''', 'none'),
    (6, '1, ''2026-01-01'', ''2000-01-01'', ''2273-10-17'', ''day'', ''zero''', 'IV504 {"most": 100000, "to_period": "2273-10-17", "from_period": "2000-01-01"}'),
    (7, '1, ''2026-01-01'', ''2026-01-01'', ''2026-01-02'', ''year'', ''zero''', 'IV501 {"value": "year", "argument": "step"}'),
    (8, '1, ''2026-01-01'', ''2026-01-01'', ''2026-01-02'', ''day'', ''hold''', 'IV501 {"value": "hold", "argument": "gaps"}'),
    (9, '1, ''2026-01-01'', NULL, ''2026-01-02'', ''day'', ''zero''', 'IV501 {"argument": "from_period"}'),
    (10, '''NaN'', ''2026-01-01'', ''2026-01-01'', ''2026-01-02'', ''day'', ''zero''', 'IV101 {"argument": "quantity", "quantity": "NaN"}'),
    (11, '999999999999999999, ''2026-01-01'', ''2026-01-01'', ''2026-01-02'', ''day'', ''zero''', 'none'),
    (12, '-1e18, ''2026-01-01'', ''2026-01-01'', ''2026-01-02'', ''day'', ''zero''', 'IV101 {"argument": "quantity", "quantity": -1000000000000000000}'),
    (13, '1e15 + 0.0000001, ''2026-01-01'', ''2026-01-01'', ''2026-01-02'', ''day'', ''zero''', 'IV101 {"argument": "quantity", "quantity": 1000000000000000.0000001}')
    ) AS p (place, arguments, wanted)
ORDER BY p.place;
SELECT throws_ok($$SELECT ims.demand_array(1, '2026-01-01', w.from_period, '2026-02-01', 'day', 'zero')
    FROM (VALUES ('2026-01-01'::date), ('2026-01-02')) AS w (from_period)$$, 'IV504', NULL,
    'demand_array: one window per group');
SELECT is(ims.demand_array(d.quantity, d.day::date, '2026-01-01', '2026-01-03', 'day', 'zero')::text, '{9.99e+17,0.999999}',
    'demand_array: no sum is out of range, or inexact before its end')
FROM (SELECT 1e15, '2026-01-01' FROM generate_series(1, 999) UNION ALL SELECT s.sign * 1e15, '2026-01-02' FROM (VALUES (1), (-1)) AS s (sign), generate_series(1, 999)
    UNION ALL VALUES (1234567890123.000009, '2026-01-02'), (-1234567890122.000009, '2026-01-02'), (-0.5, '2026-01-02'), (0.499999, '2026-01-02')) AS d (quantity, day);

-- A forecast of rows is that of their array, figure by figure, whatever the session's settings are.
SELECT f.parameters AS kept FROM shirt, ims._forecast_arrays(demand, 3, 12, 'ETS', 0.95, true, 1) AS f \gset
SET LOCAL extra_float_digits = -15;
SELECT is_empty($$
    SELECT m.method, s.item, s.means, f.means, s.answer, g.*
    FROM unnest(string_to_array('auto,naive,seasonal naive,drift,mean,moving average,simple exponential smoothing,Holt,damped Holt,'
        'additive Holt-Winters,multiplicative Holt-Winters,ETS,average of ETS models,Theta,dynamic optimised Theta,mean of ETS and Theta,'
        'Croston,SBA,SBJ,TSB,ADIDA,IMAPA,combined', ',') || NULL::text) AS m (method)
    CROSS JOIN LATERAL (
        SELECT s.item, ims.demand_array(s.quantity, s.day, '2026-01-05', '2026-03-30', 'week', 'null') AS demand,
            ims.forecast_array(s.quantity, s.day, '2026-01-05', '2026-03-30', 'week', 'null', 5, 3, m.method) AS means,
            ims.forecast_json(s.quantity, s.day, '2026-01-05', '2026-03-30', 'week', 'null', 5, 3, m.method, 0.8, false, 7) AS answer
        FROM public.sale AS s WHERE s.item < 12 GROUP BY s.item) AS s
    CROSS JOIN LATERAL (SELECT array_agg(f.forecast ORDER BY f.step) FROM ims.forecast(s.demand, 5, 3, m.method) AS f) AS f (means)
    CROSS JOIN LATERAL (
        SELECT array_agg(g.forecast ORDER BY g.step), array_agg(g.lower ORDER BY g.step), array_agg(g.upper ORDER BY g.step),
            array_agg(g.standard_deviation ORDER BY g.step), min(g.method_used), min(g.status), min(g.reason)
        FROM ims.forecast(s.demand, 5, 3, m.method, 0.8, false, 7) AS g) AS g
    CROSS JOIN LATERAL jsonb_to_record(s.answer) AS r (forecast double precision[], lower double precision[], upper double precision[],
        standard_deviation double precision[], method_used text, status text, reason text)
    WHERE s.means IS DISTINCT FROM f.means OR r IS DISTINCT FROM g OR r.status IS NULL$$, 'forecast_array, forecast_json: as ims.forecast() of demand_array');
SELECT is(f.parameters, :'kept'::jsonb, 'nor do they change what a run keeps') FROM shirt, ims._forecast_arrays(demand, 3, 12, 'ETS', 0.95, true, 1) AS f;
SET LOCAL extra_float_digits = 1;
SELECT is((SELECT array_agg(k ORDER BY k) FROM (SELECT ims.forecast_json(1, '2026-01-01', '2026-01-01', '2026-01-02', 'day', 'zero', 1, 1, NULL, NULL, NULL, NULL)) AS f (answer), jsonb_object_keys(f.answer) AS k)::text,
    '{forecast,lower,method_used,reason,standard_deviation,status,upper}', 'forecast_json: its keys');

-- No row is an error, and no series.
SELECT is(concat_ws(' ', array_to_string(ims.demand_array(CASE WHEN w.is_array THEN d.quantity END, d.day, '2026-01-01', '2026-01-05', 'day', w.gaps), ',', '-'),
    ims.forecast_json(d.quantity, d.day, '2026-01-01', '2026-01-05', 'day', w.gaps, 2, NULL, w.method, NULL, w.non_negative, NULL) - '{lower,upper,standard_deviation}'::text[]),
    w.wanted, 'forecast_json: ' || w.title)
FROM (VALUES
    (1, 'rows', true, 'zero', 'naive', true, '{1,2,3,4}'::numeric[], '1,2,3,4 {"reason": "", "status": "ok", "forecast": [4, 4], "method_used": "naive"}'),
    (2, 'below zero', true, 'zero', 'naive', true, '{1,2,3,-4}', '1,2,3,-4 {"reason": "", "status": "ok", "forecast": [0, 0], "method_used": "naive"}'),
    (3, 'below zero where asked', true, 'zero', 'naive', false, '{1,2,3,-4}', '1,2,3,-4 {"reason": "", "status": "ok", "forecast": [-4, -4], "method_used": "naive"}'),
    (4, 'a gap of zero', true, 'zero', 'naive', true, '{1,2,NULL,NULL}', '1,2,0,0 {"reason": "", "status": "ok", "forecast": [0, 0], "method_used": "naive"}'),
    (5, 'a gap of null', true, 'null', 'naive', true, '{1,2,NULL,4}', '1,2,-,4 {"reason": "some periods are unknown", "status": "ok", "forecast": [4, 4], "method_used": "naive"}'),
    (6, 'nothing known', true, 'null', NULL, true, '{NULL,NULL}', '-,-,-,- {"reason": "no value in the history", "status": "no data", "forecast": [0, 0], "method_used": "none"}'),
    (7, 'all zero', true, 'zero', NULL, true, '{NULL,0}', '0,0,0,0 {"reason": "all values are equal", "status": "fallback", "forecast": [0, 0], "method_used": "mean"}'),
    (8, 'no number', false, 'zero', 'naive', true, '{1,NaN,3,4}', '0,0,0,0 {"reason": "some periods are unknown", "status": "ok", "forecast": [4, 4], "method_used": "naive"}'),
    (9, 'no number in its gap', false, 'carry', 'naive', true, '{1,2,Infinity}', '-,-,-,- {"reason": "some periods are unknown", "status": "ok", "forecast": [2, 2], "method_used": "naive"}'),
    (10, 'too large', false, 'zero', 'naive', true, '{1,2,1e18,1e300}', '0,0,0,0 {"reason": "some periods are unknown", "status": "ok", "forecast": [2, 2], "method_used": "naive"}'),
    (11, 'as large as can be', true, 'zero', 'naive', true, '{1,2,3,999999999999999999}', '1,2,3,1e+18 {"reason": "", "status": "ok", "forecast": [1000000000000000000, 1000000000000000000], "method_used": "naive"}'),
    (12, 'too fine', false, 'zero', 'naive', true, '{1,2,3,4.00000050000000001}', '0,0,0,0 {"reason": "", "status": "ok", "forecast": [4.000001, 4.000001], "method_used": "naive"}'),
    (13, 'all but nothing', false, 'zero', 'naive', true, '{1,2,3,1e-300}', '0,0,0,0 {"reason": "", "status": "ok", "forecast": [0, 0], "method_used": "naive"}')
    ) AS w (place, title, is_array, gaps, method, non_negative, quantities, wanted)
CROSS JOIN LATERAL unnest(w.quantities) WITH ORDINALITY AS u (quantity, n)
CROSS JOIN LATERAL (SELECT u.quantity, '2025-12-31'::date + u.n::integer) AS d (quantity, day)
GROUP BY w.place, w.title, w.is_array, w.gaps, w.method, w.non_negative, w.wanted
ORDER BY w.place;
SELECT is(ims.forecast_array(d.quantity, d.day, '2026-01-01', '2026-01-03', 'day', 'zero', 1, 1, 'naive')::text, '{7}', 'forecast_array: what is not known stays so, whatever is added')
FROM (VALUES (7::numeric, '2026-01-01'::date), ('NaN', '2026-01-02'), (5, '2026-01-02'), ('Infinity', '2026-01-02'), (999999999999999999, '2026-01-02'), ('-Infinity', '2026-01-02'),
    (NULL, '2026-01-02'), (9, NULL), (9, '2026-01-03'), (9, 'infinity')) AS d (quantity, day);
SELECT is(concat_ws(' ', ims.forecast_array(s.quantity, s.day, '2026-01-05', '2026-03-30', 'week', 'zero', 2, NULL, NULL) FILTER (WHERE s.item = 1) =
        (SELECT ims.forecast_array(s.quantity, s.day, '2026-01-05', '2026-03-30', 'week', 'zero', 2, NULL, NULL) FROM public.sale AS s WHERE s.item = 1),
    ims.forecast_array(s.quantity, s.day, '2026-01-05', '2026-03-30', 'week', 'zero', 2, NULL, NULL) FILTER (WHERE s.item < 0) IS NULL,
    ims.forecast_json(s.quantity, s.day, '2026-01-05', '2026-03-30', 'week', 'zero', 2, NULL, NULL, NULL, NULL, NULL) FILTER (WHERE s.item < 0) IS NULL,
    ims.forecast_array(s.quantity, s.day, '2026-01-05', '2026-03-30', 'week', 'zero', 2, NULL, NULL ORDER BY s.day DESC) =
        ims.forecast_array(s.quantity, s.day, '2026-01-05', '2026-03-30', 'week', 'zero', 2, NULL, NULL ORDER BY s.quantity)),
    't t t t', 'forecast_array, forecast_json: FILTER, no rows, any order')
FROM public.sale AS s;
SELECT is(array_agg(f.means::text ORDER BY f.day)::text, '{"{1,1}","{2.2,2.2}","{2.8,2.8}"}', 'forecast_array: as a window function, what was forecast from day to day')
FROM (SELECT d.day, ims.forecast_array(d.quantity, d.day, '2026-01-01', '2026-01-06', 'day', 'carry', 2, NULL, 'mean') OVER (ORDER BY d.day) AS means
    FROM (VALUES (1, '2026-01-01'::date), (3, '2026-01-03'), (6, '2026-01-05')) AS d (quantity, day)) AS f;
SELECT is(pg_temp.problem(format('SELECT ims.forecast_json(1, ''2026-01-01'', %s) FROM (VALUES (1), (2)) AS v (n)', p.arguments)), p.wanted, 'forecast_json refuses ' || p.arguments)
FROM (VALUES
    (1, $$'2026-01-01', '2026-01-02', 'day', 'zero', NULL, 1, NULL, NULL, NULL, NULL$$, 'IV501 {"most": 10000, "least": 1, "argument": "horizon"}'),
    (2, $$'2026-01-01', '2026-01-02', 'day', 'zero', 10000, 366, NULL, NULL, NULL, NULL$$, 'none'),
    (3, $$'2026-01-01', '2026-01-02', 'day', 'zero', 10001, 1, NULL, NULL, NULL, NULL$$, 'IV501 {"most": 10000, "least": 1, "value": 10001, "argument": "horizon"}'),
    (4, $$'2026-01-01', '2026-01-02', 'day', 'zero', 1, 367, NULL, NULL, NULL, NULL$$, 'IV501 {"most": 366, "least": 1, "value": 367, "argument": "season_length"}'),
    (5, $$'2026-01-01', '2026-01-02', 'day', 'zero', 1, 1, 'arima', NULL, NULL, NULL$$, 'IV502 {"method": "arima"}'),
    (6, $$'2026-01-01', '2026-01-02', 'day', 'zero', 1, 1, NULL, 1, NULL, NULL$$, 'IV501 {"most": 1, "least": 0, "value": 1, "argument": "coverage"}'),
    (7, $$'2026-01-01', NULL, 'day', 'zero', 1, 1, NULL, NULL, NULL, NULL$$, 'IV501 {"argument": "to_period"}'),
    (8, $$'2026-01-01', '2026-01-01', 'day', 'zero', 1, 1, NULL, NULL, NULL, NULL$$, 'IV504 {"most": 100000, "to_period": "2026-01-01", "from_period": "2026-01-01"}'),
    (9, $$'2026-01-01', '2026-01-02'::date + n, 'day', 'zero', 1, 1, NULL, NULL, NULL, NULL$$, 'IV504 {"most": 100000, "to_period": "2026-01-04", "from_period": "2026-01-01"}'),
    (10, $$'2026-01-01', '2026-01-02', 'day', 'zero', n, 1, NULL, NULL, NULL, NULL$$, 'IV501 {"argument": "horizon"}'),
    (11, $$'2026-01-01', '2026-01-02', 'day', 'zero', 1, n, NULL, NULL, NULL, NULL$$, 'IV501 {"argument": "season_length"}'),
    (12, $$'2026-01-01', '2026-01-02', 'day', 'zero', 1, 1, CASE n WHEN 1 THEN 'Holt' END, NULL, NULL, NULL$$, 'IV501 {"argument": "method"}'),
    (13, $$'2026-01-01', '2026-01-02', 'day', 'zero', 1, 1, CASE n WHEN 1 THEN 'SBA' ELSE 'TSB' END, NULL, NULL, NULL$$, 'IV501 {"argument": "method"}'),
    (14, $$'2026-01-01', '2026-01-02', 'day', 'zero', 1, 1, CASE n WHEN 1 THEN 'ets' ELSE 'ETS' END, NULL, NULL, NULL$$, 'none'),
    (15, $$'2026-01-01', '2026-01-02', 'day', 'zero', 1, 1, NULL, n / 10.0, NULL, NULL$$, 'IV501 {"argument": "coverage"}'),
    (16, $$'2026-01-01', '2026-01-02', 'day', 'zero', 1, 1, NULL, NULL, n = 1, NULL$$, 'IV501 {"argument": "non_negative"}'),
    (17, $$'2026-01-01', '2026-01-02', 'day', 'zero', 1, 1, NULL, NULL, NULL, n$$, 'IV501 {"argument": "seed"}'),
    (18, $$'2026-01-01', '2026-01-02', 'day', 'zero', 1, n / n, NULL, 0.95 + n * 0, n > 0, n / n$$, 'none')
    ) AS p (place, arguments, wanted)
ORDER BY p.place;

-- Irregular demand.
SELECT is(string_agg(DISTINCT concat_ws(': ', f.method_used, f.status, f.reason), ' '), d.wanted, 'auto: ' || d.name)
FROM (VALUES
    (1, 'intermittent', '{0,0,4,0,0,5,0,0,4,0,0,5,0,0,4,0,0,0,5,0}'::double precision[], 'combined: ok: demand is intermittent'),
    (2, 'lumpy', '{0,0,1,0,0,90,0,0,2,0,0,50,0,0,1,0,0,0,40,0}', 'TSB: ok: demand is lumpy'),
    (3, 'dead', string_to_array(repeat('3,0,', 10) || repeat('0,', 39) || '0', ',')::double precision[],
        'zero: ok: no demand for much longer than usual')
    ) AS d (place, name, demand, wanted)
CROSS JOIN LATERAL ims.forecast(demand => d.demand, horizon => 3, season_length => 12) AS f
GROUP BY d.place, d.name, d.wanted
ORDER BY d.place;
WITH f AS (
    SELECT u.method, m.level
    FROM unnest('{Croston,SBA,SBJ}'::text[]) AS u (method)
    CROSS JOIN LATERAL ims.forecast_model(demand => '{0,0,4,0,0,5,0,0,4,0}', method => u.method, alpha => 0.2, beta => 0.1) AS m)
SELECT ok(pg_temp.near(b.level, a.level * (1 - 0.1 / 2)) AND pg_temp.near(c.level, a.level * (1 - 0.1 / (2 - 0.1))) AND a.level > 0,
    'SBA and SBJ are Croston less their share of the weight of intervals')
FROM f AS a, f AS b, f AS c
WHERE a.method = 'Croston' AND b.method = 'SBA' AND c.method = 'SBJ';
SELECT ok(bool_and(f.forecast > 0 AND f.standard_deviation > 0 AND f.lower >= 0 AND f.method_used = u.method AND f.status = 'ok'),
    u.method || ': answers by its name')
FROM unnest('{Croston,SBA,SBJ,TSB,ADIDA,IMAPA,combined}'::text[]) AS u (method)
CROSS JOIN LATERAL ims.forecast(demand => '{0,0,4,0,0,5,0,0,4,0,0,5}', horizon => 2, method => u.method) AS f
GROUP BY u.method
ORDER BY u.method;

-- Classes and accuracy.
SELECT is(d.class || ' ' || coalesce(round(d.adi::numeric, 4), -1) || ' ' || coalesce(round(d.cv2::numeric, 4), -1), c.wanted, 'demand class: ' || c.wanted)
FROM (VALUES
    (1, '{0,0,4,0,0,5,0,0}'::double precision[], 'intermittent 3.0000 0.0247'), (2, '{5,6,5,6}', 'smooth 1.0000 0.0110'),
    (3, '{1,20,1,20}', 'erratic 1.0000 1.0915'), (4, '{1,0,20,0,1,0,20}', 'lumpy 1.7500 1.0915'), (5, '{0,NULL,0}', 'none -1 -1'), (6, NULL, 'none -1 -1')
    ) AS c (place, demand, wanted)
CROSS JOIN LATERAL ims.demand_class(demand => c.demand) AS d
ORDER BY c.place;
SELECT is((SELECT d.class FROM ims.demand_class(demand => '{1,0,20,0,1,0,20}', adi_cut => 2, cv2_cut => 2) AS d), 'smooth', 'demand class: cuts are arguments');
SELECT is((SELECT f.forecast || ' ' || f.method_used || ' ' || f.reason FROM ims.forecast(demand => ARRAY[100, NULL, 10], horizon => 1) AS f),
    '55 mean too few values', 'the mean is that of what is known');
SELECT is(ims.abc_class(amounts => ARRAY[10, 70, 5, 15])::text, '{B,A,C,B}', 'ABC by shares of the sum, the order kept');
SELECT is(ims.abc_class(amounts => ARRAY[10, 70, 5, 15], a_cut => 0.85, b_cut => 1)::text, '{B,A,B,A}', 'ABC: cuts are arguments, at the cut is within');
SELECT is(ims.abc_class(amounts => '{}')::text || ims.abc_class(amounts => '{0,0}')::text, '{}{C,C}', 'ABC of nothing');
SELECT is(ims.abc_class(amounts => '{96,1,1,1,1}')::text || ims.abc_class(amounts => '{7}')::text || ims.abc_class(amounts => '{7}', b_cut => 1)::text, '{C,C,C,C,C}{C}{B}',
    'ABC: what crosses a cut is below it, though it be all');
SELECT is(ims.xyz_class('{10,12,9,11}') || ims.xyz_class('{2,10,2,10}') || ims.xyz_class('{0,0,0,40}') || ims.xyz_class('{5}'), 'XYZZ', 'XYZ by variation');
SELECT ok(a.status = 'ok' AND a.periods = 3 AND pg_temp.near(a.mean_error, 1.0 / 3) AND pg_temp.near(a.mae, 5.0 / 3) AND pg_temp.near(a.rmse, sqrt(11.0 / 3))
        AND pg_temp.near(a.wape, 5.0 / 36) AND pg_temp.near(a.bias, 1.0 / 36) AND pg_temp.near(a.mase, (5.0 / 3) / 2.5) AND pg_temp.near(a.cumulative_error, 1)
        AND pg_temp.near(a.smape, (2.0 * 1 / 21 + 2.0 * 1 / 23 + 2.0 * 3 / 31) / 3) AND pg_temp.near(a.share_within, 2.0 / 3) AND a.msis > 0,
    'accuracy: by hand')
FROM ims.forecast_accuracy(actual => ARRAY[10, 12, 14], forecast => ARRAY[11, 11, 17]::numeric[], training => ARRAY[9, 12, 10],
    lower => ARRAY[8, 8, 15], upper => ARRAY[14, 14, 20]) AS a
WHERE pg_temp.near(a.tracking_signal, 1 / (5.0 / 3));
SELECT is(concat_ws(' ', a.status, a.periods, a.mase, a.share_within), 'periods were left out, training part is too short, no demand in the training part 1', 'accuracy: what is missing, and said')
FROM ims.forecast_accuracy(actual => '{10,NULL}', forecast => '{11,12}') AS a;
SELECT is(pg_temp.problem('SELECT ims.' || p.call), p.wanted, 'refused: ' || p.call)
FROM (VALUES
    (1, 'demand_class(''{1}'', adi_cut => 0.5)', 'IV501 {"most": 1000000, "least": 1, "value": 0.5, "argument": "adi_cut"}'),
    (2, 'demand_class(''{1}'', cv2_cut => -1)', 'IV501 {"most": 1000000, "least": 0, "value": -1, "argument": "cv2_cut"}'),
    (3, 'abc_class(''{1,-1}'')', 'IV503 {"element": 2, "argument": "amounts"}'),
    (4, 'abc_class(''{NULL,1}'')', 'IV503 {"element": 1, "argument": "amounts"}'),
    (5, 'abc_class(''{1}'', 0.9, 0.8)', 'IV501 {"argument": "a_cut"}'),
    (6, 'abc_class(''{1}'', 0.9, 1.1)', 'IV501 {"most": 1, "least": 0, "value": 1.1, "argument": "b_cut"}'),
    (7, 'xyz_class(''{1}'', 2)', 'IV501 {"argument": "x_cut"}'),
    (8, 'forecast_accuracy(''{1}'', ''{1,2}'')', 'IV503 {"most": 1, "periods": 2, "argument": "forecast"}'),
    (9, 'forecast_accuracy(''{1}'', ''{1}'', lower => ''{1}'')', 'IV503 {"most": 1, "periods": 0, "argument": "upper"}')
    ) AS p (place, call, wanted)
ORDER BY p.place;

-- Demand of periods without stock; the figures are proved by test/core/censored.c.
SELECT is(array(SELECT round(v::numeric, 3) FROM unnest(ims.uncensor_demand(demand => w.demand::double precision[],
    in_stock => w.in_stock::double precision[], method => w.method)) WITH ORDINALITY AS u (v, n) ORDER BY u.n)::text, w.wanted,
    format('uncensor_demand: %s of %s in %s', coalesce(w.method, 'null'), w.demand, coalesce(w.in_stock, 'null')))
FROM (VALUES
    (1, '{10,4,0}', '{1,0.5,0}', 'share', '{10.000,8.000,NULL}'),
    (2, '{10,4,0}', '{1,0.5,0}', 'missing', '{10.000,NULL,NULL}'),
    (3, '{8,4,4,2}', '{1,0.5,0.5,0.25}', 'rate', '{8.000,8.000,8.000,8.000}'),
    (4, '{8,4,4,2}', '{1,0.5,0.5,0.25}', 'negative binomial', '{8.000,8.000,8.000,8.000}'),
    (5, '{8,4,4,2}', '{1,0.5,0.5,0.25}', NULL, '{8.000,8.000,8.000,8.000}'),
    (6, '{10,4,NULL}', '{1,NULL,0.5}', 'share', '{10.000,4.000,NULL}'),
    (7, '{10,1,1}', '{2,0.01,0.0099}', 'share', '{10.000,100.000,NULL}'),
    (8, '{-2,3}', '{0.5,0.5}', 'share', '{-2.000,6.000}'),
    (9, '{0,0}', '{0.5,1}', 'negative binomial', '{0.000,0.000}'),
    (10, '{5,6}', NULL, 'share', '{5.000,6.000}'),
    (11, '{}', '{}', 'share', '{}')) AS w (place, demand, in_stock, method, wanted)
ORDER BY w.place;
SELECT is(ims.uncensor_demand(NULL, '{1}'), NULL, 'uncensor_demand: of nothing, nothing');
SELECT is(pg_temp.problem('SELECT ims.uncensor_demand(' || p.arguments || ')'), p.wanted, 'uncensor_demand refuses ' || p.arguments)
FROM (VALUES
    (1, '''{1,2}'', ''{1}''', 'IV503 {"periods": 1, "argument": "in_stock"}'),
    (2, '''{1}'', ''{1}'', ''guess''', 'IV501 {"value": "guess", "argument": "method"}'),
    (3, '''{{1},{2}}'', ''{1,1}''', 'IV503 {"argument": "demand", "dimensions": 2}')) AS p (place, arguments, wanted)
ORDER BY p.place;

-- Trend and seasons: figures of R, forecast::mstl 8.20; sums; gaps; lengths.
CREATE TEMPORARY TABLE quarter AS
SELECT '{12,20,9,5,14,22,10,7,15,25,11,6,17,26,14,9,18,29,14,10}'::double precision[] AS demand;
CREATE TEMPORARY TABLE two_seasons AS
SELECT array_agg(round(100 + t / 2.0 + CASE t % 3 WHEN 0 THEN 10 ELSE 0 END + 20 * sin(2 * pi() * t / 12)::numeric + t * 7 % 5)::double precision ORDER BY t) AS demand
FROM generate_series(1, 60) AS t;
SELECT is(ARRAY[round(d.trend::numeric, 4), round(d.seasonals[1]::numeric, 4), round(d.remainder::numeric, 4)]::text, w.wanted,
    'decompose: as mstl of R, period ' || w.period)
FROM (VALUES (1, '{10.5222,1.0923,0.3856}'), (2, '{11.1424,9.7437,-0.8861}'), (11, '{14.4712,-3.1794,-0.2919}'),
    (20, '{17.9268,-7.8418,-0.0850}')) AS w (period, wanted)
JOIN quarter AS q ON true
JOIN LATERAL ims.decompose(demand => q.demand, season_lengths => ARRAY[4]) AS d ON d.period = w.period
ORDER BY w.period;
SELECT is(array_agg(ARRAY[round(d.trend::numeric, 4), round(d.seasonals[1]::numeric, 4), round(d.seasonals[2]::numeric, 4)] ORDER BY d.period)::text,
    '{{106.6636,-3.2571,7.9912},{178.3104,6.5807,-0.0621},{252.3942,6.6587,1.5175}}', 'decompose: two seasons, as mstl of R')
FROM ims.decompose(demand => '{112,122,138,127,122,125,108,103,112,108,117,140,142,152,168,157,152,155,138,133,142,138,147,170,172,182,198,187,182,185,168,163,172,168,178,200,202,212,228,217,213,215,198,193,202,198,208,230,232,242,258,247,242,245,227,223,232,228,238,260}',
    season_lengths => '{3,12}') AS d
WHERE d.period IN (1, 30, 60);
SELECT ok(count(*) = 60 AND bool_and(pg_temp.near(d.trend + d.seasonals[1] + d.seasonals[2] + d.remainder, d.demand_known)), 'decompose: the parts add up')
FROM two_seasons AS q, ims.decompose(demand => q.demand, season_lengths => '{3,12}') AS d;
SELECT is(array_agg(d.period ORDER BY d.period) FILTER (WHERE d.demand_known IS NULL AND d.remainder IS NULL
        AND abs(d.trend + d.seasonals[1] - w.wanted) < 2)::text || min(d.period) || max(d.period),
    '{8,14}320', 'decompose: periods that are not known have trend and season')
FROM quarter AS q
CROSS JOIN ims.decompose(demand => ARRAY[NULL, 'NaN']::double precision[] || q.demand[3:7] || NULL::double precision || q.demand[9:13] || NULL::double precision || q.demand[15:], season_lengths => '{4}') AS d
JOIN unnest(q.demand) WITH ORDINALITY AS w (wanted, period) ON w.period = d.period;
SELECT is((SELECT array_agg(d.trend || ' ' || d.seasonals::text ORDER BY d.period)::text FROM ims.decompose('{1,3,5}', '{2,4}') AS d),
    '{"3 {0,0}","3 {0,0}","3 {0,0}"}', 'decompose: no season was seen twice');
SELECT is((SELECT count(*) FROM (VALUES ('{}'::double precision[]), (NULL), ('{NULL,NaN}')) AS s (demand), ims.decompose(s.demand, '{2}')), 0::bigint,
    'decompose: nothing is known');
SELECT is(pg_temp.problem('SELECT * FROM ims.decompose(''{1,2,3}'', ' || p.lengths || ')'), 'IV501 {"argument": "season_lengths"}', 'decompose refuses ' || p.lengths)
FROM (VALUES (1, 'NULL'), (2, '''{}'''), (3, '''{2,3,4,5,6}'''), (4, '''{1}'''), (5, '''{2,8785}'''), (6, '''{3,3}'''), (7, '''{NULL}'''),
    (8, '''{-1}''')) AS p (place, lengths)
ORDER BY p.place;

-- Pictures.
SELECT is(ims.sparkline(series => s.series), s.wanted, 'sparkline of ' || s.series::text)
FROM (VALUES
    (1, '{1,2,3,4,5,6,7,8}'::double precision[], '▁▂▃▄▅▆▇█'), (2, '{0,NULL,NaN,7}', '▁  █'), (3, '{3,3}', '▁▁'), (4, '{}', ''),
    (5, '{NULL}', ' '), (6, '{-1e308,0,1e308}', '▁▅█')) AS s (place, series, wanted)
ORDER BY s.place;
SELECT is(pg_temp.problem('SELECT ims.sparkline(array_fill(1, ARRAY[10001]))'),
    'IV503 {"most": 10000, "periods": 10001, "argument": "series"}', 'sparkline: one period too many');
SELECT ok(bool_and(xml_is_well_formed_document(ims.forecast_plot(demand => o.demand, horizon => 5, title => '<"&''' || chr(7) || o.name))),
    'plots of odd series are XML')
FROM odd AS o;
SELECT is((xpath('//*[local-name()="title"]/text()', ims.forecast_plot(demand, 3, title => 'a<b & "c"')::xml))[1]::text,
    'a&lt;b &amp; "c"', 'the title is escaped') FROM shirt;
SELECT ok(bool_and(coordinate >= 0 AND coordinate <= 800), 'all is drawn inside')
FROM shirt, regexp_matches(ims.forecast_plot(demand => demand || '{NULL,1e300}', horizon => 9, season_length => 12, title => 'x'),
    '[ MLxy12="](-?[0-9]+\.[0-9])[ LMZh"]', 'g') AS m, CAST(m[1] AS numeric) AS coordinate;
SELECT is(ims.forecast_plot(demand, 6, 12), ims.forecast_plot(demand, 6, 12), 'the same plot again') FROM shirt;
SELECT ok(bool_and(f.lower < 'Infinity' AND f.upper < 'Infinity'), 'bounds of huge irregular demand are finite')
FROM ims.forecast(demand => '{0,0,1.5e308,0,0,1.6e308,0,0,0,1.7e308,0,0,1.7e308,0,0,0,1.7e308,0,0,1.7e308,0,0,1.7e308,1.7e308,1.7e308}',
    horizon => 1) AS f;
SELECT * FROM finish();
ROLLBACK;
