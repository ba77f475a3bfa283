-- Known drivers of demand: coefficients are those that made the series, effects come
-- back in the forecast, the interval is wider for it; drivers that say nothing have no
-- effect; a bad series is answered with a status, every bad argument is an error with
-- its facts.  What is estimated of moving levels is tested in test/core/drivers.c.
\i test/setup.psql
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(31);

CREATE FUNCTION pg_temp.near(got double precision, wanted double precision, most double precision DEFAULT 1e-9) RETURNS boolean
LANGUAGE sql AS $$
    SELECT coalesce(abs(got - wanted) <= most * greatest(1, abs(wanted)), got IS NULL AND wanted IS NULL)
$$;
-- 48 months: a season, a price, a promotion in some; six more months are known of both.
CREATE TEMPORARY TABLE month AS
SELECT t, 10 + (t * 7 % 5) / 2.0 AS price, (t * 5 % 11 = 0)::integer AS promotion,
    300 + 20 * (t % 12) - 15 * (10 + (t * 7 % 5) / 2.0) + 40 * (t * 5 % 11 = 0)::integer + abs(hashint4(t)) % 3 AS quantity
FROM generate_series(1, 54) AS t;
CREATE TEMPORARY TABLE shop AS
SELECT array_agg(quantity ORDER BY t) FILTER (WHERE t <= 48)::double precision[] AS demand,
    array_agg(ARRAY[price, promotion] ORDER BY t)::double precision[] AS drivers,
    array_agg(promotion ORDER BY t)::double precision[] AS promotions
FROM month;

SELECT ok(bool_and(e.status = 'used' AND abs(e.coefficient - w.coefficient) < 4 * e.standard_error AND e.standard_error < 1),
    'coefficients are those that made the series')
FROM shop, ims.driver_effects(demand, drivers, 12) AS e
JOIN (VALUES (1, -15), (2, 40)) AS w (driver, coefficient) USING (driver);
SELECT ok(count(*) = 6 AND bool_and(pg_temp.near(f.forecast, m.quantity, 0.03) AND m.quantity BETWEEN f.lower AND f.upper
        AND f.drivers_used = 2 AND f.status = 'ok'), 'forecasts follow price and promotion')
FROM shop, ims.forecast_with_drivers(demand, drivers, 12) AS f
JOIN month AS m ON m.t = 48 + f.step;
SELECT ok(sum(abs(f.forecast - m.quantity)) < 0.3 * sum(abs(g.forecast - m.quantity)), 'nearer than without them')
FROM shop, ims.forecast_with_drivers(demand, drivers, 12) AS f
JOIN month AS m ON m.t = 48 + f.step
JOIN shop AS s ON true
CROSS JOIN LATERAL ims.forecast(s.demand, 6, 12) AS g
WHERE g.step = f.step;
-- The parts: effect by coefficients, the rest by ims.forecast().
CREATE TEMPORARY TABLE part AS
SELECT m.t, sum(e.coefficient * (CASE e.driver WHEN 1 THEN m.price - a.price ELSE m.promotion - a.promotion END)) AS effect
FROM shop CROSS JOIN ims.driver_effects(demand, drivers, 12) AS e
CROSS JOIN month AS m
CROSS JOIN (SELECT avg(price), avg(promotion) FROM month WHERE t <= 48) AS a (price, promotion)
GROUP BY m.t;
SELECT ok(bool_and(pg_temp.near(f.driver_effect, p.effect)), 'the effect is that of coefficients, from the mean of drivers')
FROM shop CROSS JOIN ims.forecast_with_drivers(demand, drivers, 12) AS f
JOIN part AS p ON p.t = 48 + f.step;
SELECT ok(bool_and(pg_temp.near(f.forecast, g.forecast + f.driver_effect) AND f.standard_deviation > g.standard_deviation
        AND pg_temp.near((f.upper - f.forecast) / f.standard_deviation, (g.upper - g.forecast) / g.standard_deviation)),
    format('%s: the rest is forecast, the interval a little wider', w.method))
FROM (VALUES ('naive'), ('ETS'), ('Theta')) AS w (method)
CROSS JOIN shop
CROSS JOIN LATERAL ims.forecast_with_drivers(demand, drivers, 12, w.method, 0.9) AS f
CROSS JOIN (SELECT array_agg(m.quantity - p.effect ORDER BY m.t) AS demand FROM month AS m JOIN part AS p USING (t) WHERE m.t <= 48) AS r
CROSS JOIN LATERAL ims.forecast(r.demand, 6, 12, w.method, 0.9, false) AS g
WHERE g.step = f.step
GROUP BY w.method
ORDER BY w.method;
SELECT is((SELECT array_agg(f)::text FROM shop, ims.forecast_with_drivers(demand, promotions, 12) AS f),
    (SELECT array_agg(f)::text FROM shop, ims.forecast_with_drivers(demand,
        (SELECT array_agg(ARRAY[p] ORDER BY n) FROM unnest(promotions) WITH ORDINALITY AS u (p, n)), 12) AS f),
    'one driver needs no second dimension');
SELECT is((SELECT array_agg(f)::text FROM shop, ims.forecast_with_drivers(demand, drivers, NULL, NULL, NULL, NULL, NULL) AS f),
    (SELECT array_agg(f)::text FROM shop, ims.forecast_with_drivers(demand, drivers) AS f), 'null stands for the default');
SELECT ok(bool_and(f.forecast = 0 AND f.lower = 0 AND f.upper >= 0) AND bool_and(g.forecast < 0), 'non-negative by default')
FROM shop
CROSS JOIN (SELECT array_agg(ARRAY[CASE WHEN t > 48 THEN 100 ELSE price END] ORDER BY t)::double precision[] AS dear FROM month) AS d
CROSS JOIN LATERAL ims.forecast_with_drivers(demand, dear, 12) AS f
CROSS JOIN LATERAL ims.forecast_with_drivers(demand, dear, 12, non_negative => false) AS g;

-- Drivers that say nothing.
SELECT is(string_agg(e.status || ' ' || (e.coefficient = 0) || ' ' || (e.standard_error IS NULL), ', ' ORDER BY e.driver),
    'used false false, collinear true true, constant true true', 'constant and collinear drivers have no effect')
FROM shop
CROSS JOIN (SELECT array_agg(ARRAY[promotion, 1 - promotion, 7] ORDER BY t)::double precision[] AS drivers FROM month) AS d
CROSS JOIN LATERAL ims.driver_effects(demand, d.drivers) AS e;
SELECT is((SELECT array_agg((f.forecast, f.lower, f.upper, f.standard_deviation, f.reason, f.drivers_used, f.driver_effect))::text
        FROM shop, ims.forecast_with_drivers(demand, array_fill(3::double precision, ARRAY[54]), 12) AS f),
    (SELECT array_agg((f.forecast, f.lower, f.upper, f.standard_deviation, f.reason, 0::bigint, 0::double precision))::text
        FROM shop, ims.forecast(demand, 6, 12) AS f), 'a driver that never changed leaves the forecast as it is');

-- A series is never an error.
SELECT is(f.status || ': ' || f.reason || ' ' || f.drivers_used, o.wanted, o.name)
FROM (VALUES
    ('null', NULL::double precision[], '{1}'::double precision[], 'no data: no value in the history 0'),
    ('all missing', '{NULL,NULL}', '{1,0,1}', 'no data: no value in the history 0'),
    ('one period', '{5}', '{0,1}', 'fallback: too few values 0'),
    ('a gap', '{12,15,NULL,11,14,13,15,16,12,14}', '{0,1,0,0,0,0,1,1,0,0,1}', 'ok: some periods are unknown 1'),
    ('huge', '{1e308,1.2e308,1e308,1e308,1.3e308,1e308,1.2e308,1e308}', '{0,1,0,0,1,0,1,0,9e14}', 'ok:  1')) AS o (name, demand, drivers, wanted)
CROSS JOIN LATERAL ims.forecast_with_drivers(o.demand, o.drivers) AS f
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
SELECT is(pg_temp.problem('SELECT ims.' || p.call), p.wanted, 'refused: ' || p.call)
FROM (VALUES
    (1, 'forecast_with_drivers(''{1,2}'', NULL)', 'IV503 {"most": 10002, "periods": 0, "argument": "drivers"}'),
    (2, 'forecast_with_drivers(''{1,2}'', ''{}'')', 'IV503 {"most": 10002, "periods": 0, "argument": "drivers"}'),
    (3, 'forecast_with_drivers(''{1,2}'', ''{0,1}'')', 'IV503 {"most": 10002, "periods": 2, "argument": "drivers"}'),
    (4, 'forecast_with_drivers(''{1,2}'', array_fill(1::float8, ARRAY[10002]))', 'none'),
    (5, 'forecast_with_drivers(''{1,2}'', array_fill(1::float8, ARRAY[10003]))', 'IV503 {"most": 10002, "periods": 10003, "argument": "drivers"}'),
    (6, 'forecast_with_drivers(''{1,2}'', array_fill(1::float8, ARRAY[3, 20]))', 'none'),
    (7, 'forecast_with_drivers(''{1,2}'', array_fill(1::float8, ARRAY[3, 21]))', 'IV501 {"most": 20, "least": 1, "value": 21, "argument": "drivers"}'),
    (8, 'forecast_with_drivers(''{1,2}'', array_fill(1::float8, ARRAY[3, 1, 1]))', 'IV503 {"argument": "drivers", "dimensions": 3}'),
    (9, 'forecast_with_drivers(''{1,2}'', ''{0,1,NULL}'')', 'IV503 {"element": 0, "argument": "drivers"}'),
    (10, 'forecast_with_drivers(''{1,2}'', ''{0,1,NaN}'')', 'IV503 {"element": 3, "argument": "drivers"}'),
    (11, 'forecast_with_drivers(''{1,2}'', ''{0,-1.1e15,1}'')', 'IV503 {"element": 2, "argument": "drivers"}'),
    (12, 'driver_effects(''{1,2}'', ''{0,1}'')', 'none'),
    (13, 'driver_effects(''{1,2}'', ''{0}'')', 'IV503 {"most": 10002, "periods": 1, "argument": "drivers"}'),
    (14, 'driver_effects(''{1,2}'', ''{0,1}'', 367)', 'IV501 {"most": 366, "least": 1, "value": 367, "argument": "season_length"}')
    ) AS p (place, call, wanted)
ORDER BY p.place;

SELECT * FROM finish();
ROLLBACK;
