-- Demand over a lead time: its mean and variance are what plain SQL computes where
-- that is easy, and quantiles are those of intervals; several lead times are a
-- mixture; irregular demand is drawn from a seed; a bad series is answered with a
-- status, every bad argument is an error with its facts; the same arguments give the
-- same answer, in one process or in several; a cancel is heard.
\i test/setup.psql
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(51);

CREATE FUNCTION pg_temp.near(got double precision, wanted double precision) RETURNS boolean
LANGUAGE sql AS $$
    SELECT coalesce(abs(got - wanted) <= 1e-9 * greatest(1, abs(wanted)), got IS NULL AND wanted IS NULL)
$$;
CREATE TEMPORARY TABLE shirt AS
SELECT ARRAY[112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118,
             115, 126, 141, 135, 125, 149, 170, 170, 158, 133, 114, 140]::double precision[] AS demand,
    ARRAY[0, 0, 3, 0, 0, 0, 5, 0, 0, 4, 0, 0, 3, 0, 0, 0, 2, 0, 0, 6, 0, 0, 0, 0]::double precision[] AS part;

-- By hand.
SELECT ok(pg_temp.near(l.mean, 3 * 140) AND pg_temp.near(l.variance, (1 + 4 + 9) * s.sigma2 * (1 + 4 * 3 / 24.0)),
    'naive: an error of the first period counts three times')
FROM shirt
CROSS JOIN LATERAL (SELECT sum((demand[t] - demand[t - 1]) ^ 2) / 23 FROM generate_series(2, 24) AS t) AS s (sigma2)
CROSS JOIN LATERAL ims.lead_time_demand(demand => demand, lead_times => ARRAY[3], method => 'naive') AS l;
SELECT ok(pg_temp.near(l.mean, s.mean * 4) AND pg_temp.near(l.variance, s.sigma2 * 4 * (1 + 4 / 24.0) * (1 + 4 * 4 / 24.0)),
    'mean: errors are those of each period and of the mean')
FROM shirt
CROSS JOIN LATERAL (SELECT avg(v), variance(v) FROM unnest(demand) AS v) AS s (mean, sigma2)
CROSS JOIN LATERAL ims.lead_time_demand(demand => demand, lead_times => ARRAY[4], method => 'mean') AS l;
SELECT ok(pg_temp.near(l.mean, f.mean), 'auto: the mean is the sum of the forecasts')
FROM shirt
CROSS JOIN LATERAL (SELECT sum(f.forecast) FROM ims.forecast(demand, 5, 12) AS f) AS f (mean)
CROSS JOIN LATERAL ims.lead_time_demand(demand, ARRAY[5], 12) AS l;
SELECT ok(pg_temp.near((l.quantiles[1] - l.mean) / sqrt(l.variance), (f.upper - f.forecast) / f.standard_deviation)
        AND pg_temp.near((l.mean - l.quantiles[2]) / sqrt(l.variance), (f.upper - f.forecast) / f.standard_deviation),
    format('%s %%: as many deviations as in an interval', 100 * c.coverage))
FROM (VALUES (0.5), (0.9), (0.998)) AS c (coverage)
CROSS JOIN shirt
CROSS JOIN LATERAL ims.forecast(demand, 1, 12, coverage => c.coverage) AS f
CROSS JOIN LATERAL ims.lead_time_demand(demand, ARRAY[2], 12, levels => ARRAY[(1 + c.coverage) / 2, (1 - c.coverage) / 2]) AS l
ORDER BY c.coverage;
SELECT ok(sum(f.standard_deviation ^ 2) * 1.5 < min(l.variance), 'variances per step do not add up to that of the sum')
FROM shirt
CROSS JOIN LATERAL ims.lead_time_demand(demand, ARRAY[6], method => 'simple exponential smoothing', alpha => 0.5) AS l
CROSS JOIN LATERAL ims.forecast(demand, 6, method => 'simple exponential smoothing', alpha => 0.5) AS f;

-- Lead times of all kinds.
SELECT is(l.mean::text || ' ' || l.variance::text || ' ' || l.quantiles::text,
    k.mean::text || ' ' || k.variance::text || ' ' || k.quantiles::text, w.name)
FROM (VALUES
    (1, 'the same lead time twice is one', ARRAY[3, 3], NULL::double precision[], ARRAY[3], NULL::double precision[]),
    (2, 'shares may have any sum', ARRAY[2, 4], ARRAY[3, 1], ARRAY[2, 4], ARRAY[0.75, 0.25]),
    (3, 'no shares are equal ones', ARRAY[2, 4], NULL, ARRAY[2, 4], ARRAY[7, 7]),
    (4, 'a share of none is as if it were not there', ARRAY[2, 4, 9], ARRAY[1, 1, 0], ARRAY[2, 4], NULL)
    ) AS w (place, name, one, one_share, other, other_share)
CROSS JOIN shirt
CROSS JOIN LATERAL ims.lead_time_demand(demand, w.one, method => 'drift', shares => w.one_share) AS l
CROSS JOIN LATERAL ims.lead_time_demand(demand, w.other, method => 'drift', shares => w.other_share) AS k
ORDER BY w.place;
SELECT ok(pg_temp.near(l.mean, (a.mean + b.mean) / 2)
        AND pg_temp.near(l.variance, (a.variance + b.variance) / 2 + ((a.mean - b.mean) / 2) ^ 2)
        AND l.quantiles[4] < b.quantiles[4] AND l.quantiles[4] > a.quantiles[4], 'two lead times are a mixture')
FROM shirt
CROSS JOIN LATERAL ims.lead_time_demand(demand, ARRAY[2], 12) AS a
CROSS JOIN LATERAL ims.lead_time_demand(demand, ARRAY[6], 12) AS b
CROSS JOIN LATERAL ims.lead_time_demand(demand, ARRAY[2, 6], 12) AS l;
SELECT ok(pg_temp.near(l.mean, 140 * 2.5) AND l.variance BETWEEN a.variance AND b.variance, 'half a period counts by its half')
FROM shirt
CROSS JOIN LATERAL ims.lead_time_demand(demand, ARRAY[2], method => 'naive') AS a
CROSS JOIN LATERAL ims.lead_time_demand(demand, ARRAY[3], method => 'naive') AS b
CROSS JOIN LATERAL ims.lead_time_demand(demand, ARRAY[2.5], method => 'naive') AS l;
SELECT is(l.mean::text || ' ' || l.quantiles::text, '0 {0,0,0,0}', 'no lead time, no demand: ' || w.name)
FROM shirt
CROSS JOIN LATERAL (VALUES (1, 'regular', demand), (2, 'irregular', part)) AS w (place, name, demand)
CROSS JOIN LATERAL ims.lead_time_demand(w.demand, ARRAY[0]) AS l
ORDER BY w.place;
SELECT ok(l.quantiles[1] = 0 AND k.quantiles[1] < 0, 'non-negative by default')
FROM ims.lead_time_demand(ARRAY[5, 0, 9, 1, 7, 2], ARRAY[3], method => 'naive', levels => ARRAY[0.01]) AS l,
    ims.lead_time_demand(ARRAY[5, 0, 9, 1, 7, 2], ARRAY[3], method => 'naive', levels => ARRAY[0.01], non_negative => false) AS k;
SELECT is((SELECT array_agg(l)::text FROM shirt, ims.lead_time_demand(demand, ARRAY[2], NULL, NULL, NULL, NULL, NULL, NULL) AS l),
    (SELECT array_agg(l)::text FROM shirt, ims.lead_time_demand(demand, ARRAY[2]) AS l), 'null stands for the default');

-- Irregular demand.
SELECT ok(l.distribution = 'drawn' AND l.method_used = 'combined' AND l.reason = 'demand is intermittent'
        AND pg_temp.near(l.mean, 6 * f.forecast), 'drawn about the same mean')
FROM shirt, ims.lead_time_demand(part, ARRAY[6]) AS l, ims.forecast(part, 1) AS f;
SELECT ok(l.quantiles[1] <= l.quantiles[2] AND l.quantiles[2] < l.quantiles[3] AND l.quantiles[3] < l.quantiles[4]
        AND l.quantiles[1] > 0 AND (SELECT bool_and(q = trunc(q)) FROM unnest(l.quantiles) AS q)
        AND abs(l.variance - 6 * v.variance) < 0.6 * 6 * v.variance, 'in order, whole, with a variance that is near')
FROM shirt
CROSS JOIN LATERAL (SELECT var_pop(v) FROM unnest(part) AS v) AS v (variance)
CROSS JOIN LATERAL ims.lead_time_demand(part, ARRAY[6]) AS l;
SELECT is((SELECT l::text FROM shirt, ims.lead_time_demand(part, ARRAY[6, 7]) AS l),
    (SELECT l::text FROM shirt, ims.lead_time_demand(part, ARRAY[6, 7], seed => 1) AS l), 'one seed, one answer');
SELECT ok(l.variance <> k.variance AND abs(l.variance / k.variance - 1) < 0.2, 'another seed, another one, not far away')
FROM shirt, ims.lead_time_demand(part, ARRAY[6]) AS l, ims.lead_time_demand(part, ARRAY[6], seed => -2) AS k;

-- A series is never an error.
SELECT is(l.status || ': ' || l.reason, o.wanted, o.name || ': status and reason')
FROM (VALUES
    ('null', NULL::double precision[], 'no data: no value in the history'),
    ('empty', '{}', 'no data: no value in the history'),
    ('all missing', '{NULL,NULL}', 'no data: no value in the history'),
    ('one period', '{5}', 'fallback: too few values'),
    ('constant', '{5,5,5,5,5,5}', 'fallback: all values are equal'),
    ('huge', '{1e308,0,1e308,3e307,0,0,1e308}', 'ok: demand is intermittent'),
    ('tiny', '{1e-300,2e-300,1e-300,3e-300,2e-300,1e-300,2e-300,1e-300}', 'ok: '),
    ('negative', '{-1,-5,-2,-8,-3,-1,-5,-2,-8}', 'ok: ')) AS o (name, demand, wanted)
CROSS JOIN LATERAL ims.lead_time_demand(o.demand, ARRAY[5, 0.5]) AS l
ORDER BY o.name;
SELECT is(l.mean::text || ' ' || l.quantiles::text, '10 {10,10,10,10}', 'constant demand has one quantile')
FROM ims.lead_time_demand(ARRAY[5, 5, 5, 5, 5], ARRAY[2]) AS l;
SELECT is(l::text, '(0,,"{NULL,NULL}",t,none,"no data","no value in the history")', 'nothing known, no quantiles')
FROM ims.lead_time_demand(NULL, ARRAY[2], levels => ARRAY[0.5, 0.9]) AS l;

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
SELECT is(pg_temp.problem('SELECT ims.lead_time_demand(''{1,2}'', ' || p.arguments || ')'), p.wanted, 'refused: ' || p.arguments)
FROM (VALUES
    (1, 'NULL', 'IV501 {"most": 1000, "least": 1, "value": 0, "argument": "lead_times"}'),
    (2, '''{}''', 'IV501 {"most": 1000, "least": 1, "value": 0, "argument": "lead_times"}'),
    (3, 'array_fill(1::float8, ARRAY[1001])', 'IV501 {"most": 1000, "least": 1, "value": 1001, "argument": "lead_times"}'),
    (4, 'array_fill(1::float8, ARRAY[1000])', 'none'),
    (5, '''{1000.5}''', 'IV501 {"most": 1000, "least": 0, "value": 1000.5, "argument": "lead_times"}'),
    (6, '''{1000}''', 'none'),
    (7, '''{2,-1}''', 'IV501 {"most": 1000, "least": 0, "value": -1, "argument": "lead_times"}'),
    (8, '''{2,NULL}''', 'IV501 {"most": 1000, "least": 0, "value": "NaN", "argument": "lead_times"}'),
    (9, '''{{1,2}}''', 'IV503 {"argument": "lead_times", "dimensions": 2}'),
    (10, '''{2}'', levels => ''{}''', 'IV501 {"most": 100, "least": 1, "value": 0, "argument": "levels"}'),
    (11, '''{2}'', levels => array_fill(0.5::float8, ARRAY[101])', 'IV501 {"most": 100, "least": 1, "value": 101, "argument": "levels"}'),
    (12, '''{2}'', levels => ''{0.5,1}''', 'IV501 {"most": 1, "least": 0, "value": 1, "argument": "levels"}'),
    (13, '''{2}'', levels => ''{0}''', 'IV501 {"most": 1, "least": 0, "value": 0, "argument": "levels"}'),
    (14, '''{2,3}'', shares => ''{1}''', 'IV503 {"most": 2, "periods": 1, "argument": "shares"}'),
    (15, '''{2,3}'', shares => ''{0,0}''', 'IV503 {"most": 2, "periods": 2, "argument": "shares"}'),
    (16, '''{2}'', shares => ''{-1}''', 'IV501 {"most": 1000000, "least": 0, "value": -1, "argument": "shares"}'),
    (17, '''{2}'', method => ''arima''', 'IV502 {"method": "arima"}')
    ) AS p (place, arguments, wanted)
ORDER BY p.place;

-- In parallel as in one process.
CREATE TABLE public.item_demand AS
SELECT i AS item, (SELECT array_agg((CASE WHEN i % 2 = 0 OR t % 3 = 0 THEN 1 ELSE 0 END)
        * (abs(hashint4(i * 1000 + t)) % 40 + 10 * (t % 4)) ORDER BY t)::double precision[]
    FROM generate_series(1, 36) AS t) AS demand
FROM generate_series(1, 400) AS i;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
ANALYZE public.item_demand;
SET LOCAL parallel_leader_participation = off;
\set sums 'SELECT d.item, l.* FROM public.item_demand AS d CROSS JOIN LATERAL ims.lead_time_demand(d.demand, ARRAY[4, 6], 4) AS l'
SET LOCAL max_parallel_workers_per_gather = 0;
CREATE TEMPORARY TABLE serial_sum AS :sums;
SET LOCAL max_parallel_workers_per_gather = 2;
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
SELECT ok(pg_temp.plan_has('Gather', :'sums'), 'there is a parallel plan');
CREATE TEMPORARY TABLE parallel_sum AS :sums;
SELECT is_empty('(TABLE serial_sum EXCEPT TABLE parallel_sum) UNION ALL (TABLE parallel_sum EXCEPT TABLE serial_sum)',
    'the same sums in parallel');

-- A cancel is heard.
CREATE FUNCTION pg_temp.is_cancelled(statement text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RETURN false;
EXCEPTION WHEN query_canceled THEN
    RETURN true;
END
$$;
SET LOCAL statement_timeout = '30ms';
SELECT ok(pg_temp.is_cancelled('SELECT count(l) FROM shirt, generate_series(1, 1000) AS i, ims.lead_time_demand(part, ARRAY[1000], seed => i) AS l'),
    'statement_timeout ends it');
SET LOCAL statement_timeout = 0;

SELECT * FROM finish();
ROLLBACK;
