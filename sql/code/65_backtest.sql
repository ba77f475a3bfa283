-- Judging forecasts: methods on the past, runs by what came later, and what
-- somebody should look at.

-- Every measure of one series.  The scale is that of the part before the first
-- origin, which no forecast had to foresee.
CREATE FUNCTION ims._judge(
    actual double precision[],
    forecast double precision[],
    lower_bound double precision[],
    upper_bound double precision[],
    training double precision[],
    season_length bigint,
    coverage double precision)
RETURNS TABLE (
    periods bigint,
    mae double precision,
    rmse double precision,
    smape double precision,
    wape double precision,
    bias double precision,
    mase double precision,
    rmsse double precision,
    scaled_bias double precision,
    tracking_signal double precision,
    share_within double precision,
    msis double precision,
    pinball double precision)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
    SELECT a.periods, a.mae, a.rmse, a.smape, a.wape, a.bias, a.mase, a.rmsse, a.scaled_bias,
        a.tracking_signal, a.share_within, a.msis, (l.pinball + u.pinball) / 2
    FROM ims.forecast_accuracy(actual, forecast, training, season_length, lower_bound,
        upper_bound, coverage) AS a
    CROSS JOIN ims.quantile_accuracy(actual, lower_bound, (1 - coverage) / 2) AS l
    CROSS JOIN ims.quantile_accuracy(actual, upper_bound, (1 + coverage) / 2) AS u;
END;
COMMENT ON FUNCTION ims._judge IS 'accuracy of forecasts of one series by every measure';
REVOKE ALL ON FUNCTION ims._judge FROM PUBLIC;

CREATE FUNCTION ims._backtest(
    demand double precision[],
    horizon bigint,
    origins bigint,
    spacing bigint,
    season_length bigint,
    method text,
    coverage double precision,
    non_negative boolean,
    seed bigint,
    drivers double precision[],
    driver_names text[],
    open_shares double precision[])
RETURNS TABLE (
    origin bigint,
    step bigint,
    actual double precision,
    forecast double precision,
    lower double precision,
    upper double precision,
    method_used text,
    status text)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 40000 ROWS 48
AS 'MODULE_PATHNAME', 'ims_backtest';
COMMENT ON FUNCTION ims._backtest IS 'what ims.backtest() says, where drivers and open days are known';
REVOKE ALL ON FUNCTION ims._backtest FROM PUBLIC;

-- With a setting of its own it stays a function in FROM, which workers take; as the
-- subquery that it would become they do not.
CREATE FUNCTION ims._judge_method(
    demand double precision[],
    horizon bigint,
    origins bigint,
    spacing bigint,
    season_length bigint,
    method text,
    coverage double precision,
    non_negative boolean,
    seed bigint,
    drivers double precision[],
    driver_names text[],
    open_shares double precision[])
RETURNS TABLE (
    origins_used bigint,
    periods bigint,
    mae double precision,
    rmse double precision,
    smape double precision,
    wape double precision,
    bias double precision,
    mase double precision,
    rmsse double precision,
    scaled_bias double precision,
    tracking_signal double precision,
    share_within double precision,
    msis double precision,
    pinball double precision)
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 40000 ROWS 1
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT f.origins_used, j.*
    FROM (
        SELECT count(DISTINCT b.origin) AS origins_used, min(b.origin)::integer AS first_origin,
            coalesce(array_agg(b.actual ORDER BY b.origin, b.step), '{}') AS actual,
            coalesce(array_agg(b.forecast ORDER BY b.origin, b.step), '{}') AS forecast,
            coalesce(array_agg(b.lower ORDER BY b.origin, b.step), '{}') AS lower_bound,
            coalesce(array_agg(b.upper ORDER BY b.origin, b.step), '{}') AS upper_bound
        FROM ims._backtest(demand, horizon, origins, spacing, season_length, method, coverage,
            non_negative, seed, drivers, driver_names, open_shares) AS b) AS f
    CROSS JOIN LATERAL ims._judge(f.actual, f.forecast, f.lower_bound, f.upper_bound,
        demand[1 : f.first_origin], season_length, coverage) AS j;
END;
COMMENT ON FUNCTION ims._judge_method IS 'accuracy of a method on one series, over origins and steps';
REVOKE ALL ON FUNCTION ims._judge_method FROM PUBLIC;

-- The same for a model made elsewhere, at origins for which it was imported.
CREATE FUNCTION ims._judge_import(
    owner_id bigint,
    model text,
    item_id bigint,
    site_id bigint,
    bucket text,
    first_period date,
    demand double precision[],
    horizon bigint,
    origins bigint,
    spacing bigint,
    season_length bigint,
    coverage double precision)
RETURNS TABLE (
    origins_used bigint,
    periods bigint,
    mae double precision,
    rmse double precision,
    smape double precision,
    wape double precision,
    bias double precision,
    mase double precision,
    rmsse double precision,
    scaled_bias double precision,
    tracking_signal double precision,
    share_within double precision,
    msis double precision,
    pinball double precision)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT f.origins_used, j.*
    FROM (
        SELECT count(DISTINCT o.origin) AS origins_used, min(o.origin)::integer AS first_origin,
            coalesce(array_agg(($7)[o.origin + h.step] ORDER BY o.origin, h.step), '{}') AS actual,
            coalesce(array_agg(m.forecast[h.step] ORDER BY o.origin, h.step), '{}') AS forecast,
            coalesce(array_agg(m.lower_bound[h.step] ORDER BY o.origin, h.step), '{}')
                AS lower_bound,
            coalesce(array_agg(m.upper_bound[h.step] ORDER BY o.origin, h.step), '{}')
                AS upper_bound
        FROM (
            SELECT cardinality($7) - $8 - g.n * $10 AS origin
            FROM generate_series(0, $9 - 1) AS g (n)) AS o
        JOIN ims.forecast_import AS m
            ON m.owner_id = $1 AND m.model = $2 AND m.item_id = $3 AND m.site_id = $4
            AND m.bucket = $5 AND m.first_period = ims._period_after($5, $6, o.origin)
            AND cardinality(m.forecast) >= $8
        CROSS JOIN LATERAL generate_series(1, $8) AS h (step)
        WHERE o.origin >= 1) AS f
    CROSS JOIN LATERAL ims._judge(f.actual, f.forecast, f.lower_bound, f.upper_bound,
        ($7)[1 : f.first_origin], $11, $12) AS j
$$;
COMMENT ON FUNCTION ims._judge_import IS 'accuracy of imported forecasts of one series, over origins and steps';
REVOKE ALL ON FUNCTION ims._judge_import FROM PUBLIC;

-- One method at a time: the planner would read the spool for each of them in the
-- leader, since it does not see what judging costs.
CREATE FUNCTION ims._backtest_series(
    spool text,
    owner_id bigint,
    bucket text,
    horizon bigint,
    origins bigint,
    spacing bigint,
    season_length bigint,
    methods text[],
    coverage numeric,
    non_negative boolean,
    seed bigint,
    from_period date,
    end_period date,
    drivers text[],
    by_open_days boolean)
RETURNS TABLE (
    item_id bigint,
    site_id bigint,
    method text,
    origins_used bigint,
    periods bigint,
    mae double precision,
    rmse double precision,
    smape double precision,
    wape double precision,
    bias double precision,
    mase double precision,
    rmsse double precision,
    scaled_bias double precision,
    tracking_signal double precision,
    share_within double precision,
    msis double precision,
    pinball double precision,
    counted boolean)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 100000
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET min_parallel_table_scan_size = 0
SET parallel_setup_cost = 0
SET parallel_tuple_cost = 0
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
    planned CONSTANT record := ims._planned_query(owner_id, drivers, by_open_days, bucket,
        from_period, end_period, 0);
    computed CONSTANT text := format(
        'SELECT s.item_id, s.site_id, $3, j.*, ims._progress_step() FROM ims.%I AS s%s'
        ' CROSS JOIN LATERAL ims._judge_method(ims._known_demand(s.demand, s.in_stock, false),'
        ' $4, $5, $6, $7, $3, $8, $9, $10, %s, $11, %s) AS j',
        spool, planned.relations, planned.driver_shares, planned.open_shares);
    imported CONSTANT text := format(
        'SELECT s.item_id, s.site_id, $3, j.*, ims._progress_step() FROM ims.%I AS s'
        ' CROSS JOIN LATERAL ims._judge_import($1, substring($3 FROM 8), s.item_id, s.site_id,'
        ' $2, s.first_period, ims._known_demand(s.demand, s.in_stock, false),'
        ' $4, $5, $6, $7, $8) AS j',
        spool);
BEGIN
    FOREACH method IN ARRAY methods LOOP
        RETURN QUERY EXECUTE CASE WHEN method LIKE 'import:%' THEN imported ELSE computed END
        USING owner_id, bucket, method, horizon, origins, spacing, season_length,
            coverage::double precision, non_negative, seed, drivers;
    END LOOP;
END
$$;
COMMENT ON FUNCTION ims._backtest_series IS 'accuracy of each method on each series of a back-test, in parallel';
REVOKE ALL ON FUNCTION ims._backtest_series FROM PUBLIC;

CREATE FUNCTION ims._run_backtest(
    owner_id bigint,
    items text[] DEFAULT NULL,
    category text DEFAULT NULL,
    bucket text DEFAULT 'week',
    horizon bigint DEFAULT 4,
    origins bigint DEFAULT 4,
    spacing bigint DEFAULT 1,
    history_periods bigint DEFAULT NULL,
    by_site boolean DEFAULT false,
    as_of date DEFAULT NULL,
    season_length bigint DEFAULT NULL,
    methods text[] DEFAULT '{auto,"seasonal naive"}',
    coverage numeric DEFAULT 0.95,
    non_negative boolean DEFAULT true,
    seed bigint DEFAULT 1,
    exclude text[] DEFAULT '{outlier}',
    drivers text[] DEFAULT NULL,
    by_open_days boolean DEFAULT false,
    actor text DEFAULT NULL,
    OUT backtest_id bigint,
    OUT series bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    item_ids bigint[];
    spool text;
    from_period date;
    end_period date;
    today date := ims._today(owner_id);
BEGIN
    bucket := coalesce(bucket, 'week');
    horizon := coalesce(horizon, 4);
    origins := coalesce(origins, 4);
    spacing := coalesce(spacing, 1);
    history_periods := coalesce(history_periods, ims._usual_history(bucket));
    season_length := coalesce(season_length, ims._usual_season(bucket));
    by_site := coalesce(by_site, false);
    as_of := coalesce(as_of, today);
    coverage := coalesce(coverage, 0.95);
    non_negative := coalesce(non_negative, true);
    seed := coalesce(seed, 1);
    exclude := coalesce(exclude, '{outlier}');
    by_open_days := coalesce(by_open_days, false);
    -- Each method once; value added needs the seasonal naive forecast.
    methods := ARRAY(SELECT DISTINCT m.method
        FROM unnest(coalesce(methods, '{auto}') || 'seasonal naive'::text) AS m (method)
        WHERE m.method IS NOT NULL
        ORDER BY m.method);
    PERFORM ims._check_why(NULL, actor);
    PERFORM ims._check_range('origins', origins, 1, 1000), ims._check_range('spacing', spacing, 1, 1000),
        ims._check_range('number of methods', cardinality(methods), 1, 20);
    PERFORM ims._check_run(bucket, horizon, history_periods, season_length, coverage, as_of,
        today, ARRAY(SELECT m.method FROM unnest(methods) AS m (method)
                     WHERE m.method NOT LIKE 'import:%'));
    PERFORM ims._check_planned(exclude, drivers, by_open_days, by_site);
    drivers := ims._driver_kinds(drivers);
    PERFORM ims._check_imported(owner_id, substring(m.method FROM 8), bucket)
    FROM unnest(methods) AS m (method)
    WHERE m.method LIKE 'import:%';
    item_ids := ims._keep_items(owner_id, items, category);
    end_period := ims._period_start(bucket, as_of);
    from_period := ims._period_after(bucket, end_period, - history_periods);

    backtest_id := nextval('ims.backtest_backtest_id_seq');
    spool := 'backtest_spool_' || backtest_id;
    PERFORM ims._progress_begin(owner_id, 'back-test');
    PERFORM ims._progress_phase('reading', cardinality(item_ids));
    series := ims._spool_history(spool, owner_id, item_ids, by_site, bucket, from_period,
        end_period, exclude);
    PERFORM ims._progress_phase('computing', series * cardinality(methods));
    PERFORM ims._engine_begin();
    INSERT INTO ims.backtest (owner_id, backtest_id, as_of, bucket, horizon, origins, spacing,
        history_periods, season_length, by_site, exclude, drivers, by_open_days, methods,
        coverage, parameters, series, library_version, recorded_at, session_role, caller_role,
        actor)
    VALUES (owner_id, backtest_id, as_of, bucket, horizon, origins, spacing, history_periods,
        season_length, by_site, exclude, drivers, by_open_days, methods, coverage,
        jsonb_strip_nulls(jsonb_build_object('items', items, 'category', category,
            'non_negative', non_negative, 'seed', seed)),
        series, ims._library_version(), clock_timestamp(), session_user, ims._caller_role(),
        actor);
    INSERT INTO ims.backtest_result (owner_id, backtest_id, item_id, site_id, method, origins,
        periods, mae, rmse, smape, wape, bias, mase, rmsse, scaled_bias, tracking_signal,
        share_within, msis, pinball, value_added)
    SELECT owner_id, backtest_id, b.item_id, b.site_id, b.method, b.origins_used, b.periods,
        b.mae::numeric, b.rmse::numeric, b.smape::numeric, b.wape::numeric, b.bias::numeric,
        b.mase::numeric, b.rmsse::numeric, b.scaled_bias::numeric, b.tracking_signal::numeric,
        b.share_within::numeric, b.msis::numeric, b.pinball::numeric,
        CASE WHEN b.origins_used = max(b.origins_used) FILTER (WHERE b.method = 'seasonal naive') OVER w
             THEN 1 - b.mae::numeric / nullif(max(b.mae::numeric)
                 FILTER (WHERE b.method = 'seasonal naive') OVER w, 0) END
    FROM ims._backtest_series(spool, owner_id, bucket, horizon, origins, spacing, season_length,
        methods, coverage, non_negative, seed, from_period, end_period, drivers, by_open_days)
        AS b
    WINDOW w AS (PARTITION BY b.item_id, b.site_id);
    PERFORM ims._engine_end();
    EXECUTE format('DROP TABLE ims.%I', spool);
    PERFORM ims._progress_end();
END
$$;
COMMENT ON FUNCTION ims._run_backtest IS 'internal form of ims.run_backtest()';
REVOKE ALL ON FUNCTION ims._run_backtest FROM PUBLIC;

CREATE FUNCTION ims.run_backtest(
    owner text DEFAULT NULL,
    items text[] DEFAULT NULL,
    category text DEFAULT NULL,
    bucket text DEFAULT 'week',
    horizon bigint DEFAULT 4,
    origins bigint DEFAULT 4,
    spacing bigint DEFAULT 1,
    history_periods bigint DEFAULT NULL,
    by_site boolean DEFAULT false,
    as_of date DEFAULT NULL,
    season_length bigint DEFAULT NULL,
    methods text[] DEFAULT '{auto,"seasonal naive"}',
    coverage numeric DEFAULT 0.95,
    non_negative boolean DEFAULT true,
    seed bigint DEFAULT 1,
    exclude text[] DEFAULT '{outlier}',
    drivers text[] DEFAULT NULL,
    by_open_days boolean DEFAULT false,
    actor text DEFAULT NULL,
    OUT backtest_id bigint,
    OUT series bigint)
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.run_backtest IS
'compare methods on the past of the items of an owner, and keep it

At each of the origins, spacing periods apart, every method forecasts the horizon from what
was known then; ims_bi.backtest shows how far it was from what came. The last origin is a
horizon before the period of as_of. methods: names of ims.forecast(), auto, import:<model>
for a model of ims.import_forecast() (IV229 where nothing of it was imported for the bucket);
at most 20. seasonal naive is always among them, since value_added is measured against it. With drivers the marks of the horizon are known at each
origin. The other arguments are those of ims.run_forecast().
Example: SELECT * FROM ims.run_backtest(methods => ''{auto,Theta}'', as_of => ''2026-11-16'');';
REVOKE ALL ON FUNCTION ims.run_backtest FROM PUBLIC;

CREATE FUNCTION ims._delete_backtest(
    owner_id bigint,
    backtest_id bigint DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM ims._check_present('backtest_id', backtest_id IS NOT NULL);
    PERFORM ims._engine_begin();
    DELETE FROM ims.backtest_result AS r
    WHERE r.owner_id = owner_id AND r.backtest_id = backtest_id;
    DELETE FROM ims.backtest AS b
    WHERE b.owner_id = owner_id AND b.backtest_id = backtest_id;
    IF NOT FOUND THEN
        PERFORM ims._raise_unknown('backtest_id', 'back-test', backtest_id::text, 'IV229');
    END IF;
    PERFORM ims._engine_end();
END
$$;
COMMENT ON FUNCTION ims._delete_backtest IS 'internal form of ims.delete_backtest()';
REVOKE ALL ON FUNCTION ims._delete_backtest FROM PUBLIC;

CREATE FUNCTION ims.delete_backtest(
    owner text DEFAULT NULL,
    backtest_id bigint DEFAULT NULL)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.delete_backtest IS
'delete a back-test with its results

IV229 where there is none.
Example: SELECT ims.delete_backtest(backtest_id => 4);';
REVOKE ALL ON FUNCTION ims.delete_backtest FROM PUBLIC;

-- Runs by what came later.  Demand of the periods that are over, as far as it is
-- known: not in those that the run would have left out, or without demand and without
-- stock.
CREATE FUNCTION ims._run_accuracy(owner_id bigint, forecast_run_id bigint, as_of date)
RETURNS TABLE (
    item_id bigint,
    site_id bigint,
    periods bigint,
    actual numeric,
    forecast numeric,
    mae numeric,
    smape numeric,
    wape numeric,
    bias numeric,
    mase numeric,
    rmsse numeric,
    tracking_signal numeric,
    share_within numeric,
    msis numeric,
    pinball numeric,
    value_added numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1000
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_variable
DECLARE
    run record;
    over bigint;
    end_day date;
    tail double precision;
    unknown double precision[];
BEGIN
    SELECT n.bucket, n.first_period, n.horizon, n.by_site, n.exclude, n.coverage INTO run
    FROM ims.forecast_run AS n
    WHERE n.owner_id = owner_id AND n.forecast_run_id = forecast_run_id;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    over := least(run.horizon, ims._periods_between(run.bucket, run.first_period,
        ims._period_start(run.bucket, least(as_of, ims._today(owner_id)))));
    IF over < 1 THEN
        RETURN;
    END IF;
    end_day := ims._period_after(run.bucket, run.first_period, over);
    tail := (1 - run.coverage::double precision) / 2;
    unknown := array_fill(NULL::double precision, ARRAY[over::integer]);
    RETURN QUERY
    WITH came AS MATERIALIZED (
        SELECT h.item_id, h.site_id, ims._known_demand(h.demand, h.in_stock, false) AS demand
        -- In a run by site the row without one is what went out without any; but an
        -- item that had no history has one row, for all together.
        FROM (VALUES (false), (true)) AS g (by_site)
        CROSS JOIN LATERAL ims._forecast_history(owner_id,
            ARRAY(SELECT DISTINCT r.item_id FROM ims.forecast_result AS r
                  WHERE r.owner_id = owner_id AND r.forecast_run_id = forecast_run_id
                    AND (run.by_site AND (r.site_id > 0 OR r.periods > 0)) = g.by_site),
            g.by_site, run.bucket, run.first_period, end_day, true, run.exclude) AS h),
    judged AS (
        SELECT r.item_id, r.site_id, r.naive_error, r.naive_deviation, a.*, s.actual_sum,
            s.forecast_sum, (l.pinball + u.pinball) / 2 AS pinball
        FROM ims.forecast_result AS r
        LEFT JOIN came AS c ON c.item_id = r.item_id AND c.site_id = r.site_id
        CROSS JOIN LATERAL (
            SELECT coalesce(c.demand, array_fill(0::double precision, ARRAY[over::integer]))
                AS actual) AS d
        CROSS JOIN LATERAL ims.forecast_accuracy(actual => d.actual,
            forecast => r.forecast[1 : over], training => r.last_season,
            season_length => cardinality(r.last_season), lower => r.lower_bound[1 : over],
            upper => r.upper_bound[1 : over], coverage => run.coverage::double precision) AS a
        CROSS JOIN LATERAL ims.quantile_accuracy(actual => d.actual,
            quantile => coalesce(r.lower_bound[1 : over], unknown), level => tail) AS l
        CROSS JOIN LATERAL ims.quantile_accuracy(actual => d.actual,
            quantile => coalesce(r.upper_bound[1 : over], unknown), level => 1 - tail) AS u
        CROSS JOIN LATERAL (
            SELECT sum(u.actual::numeric) AS actual_sum,
                sum(u.forecast::numeric) FILTER (WHERE u.actual IS NOT NULL) AS forecast_sum
            FROM ROWS FROM (unnest(d.actual), unnest(r.forecast[1 : over])) AS u (actual, forecast))
            AS s
        WHERE r.owner_id = owner_id AND r.forecast_run_id = forecast_run_id)
    SELECT j.item_id, j.site_id, j.periods, j.actual_sum, j.forecast_sum, j.mae::numeric,
        j.smape::numeric, j.wape::numeric, j.bias::numeric,
        j.mae::numeric / nullif(j.naive_error, 0), j.rmse::numeric / nullif(j.naive_deviation, 0),
        j.tracking_signal::numeric, j.share_within::numeric,
        -- the interval score is the loss of both quantiles by their tail
        (2 * j.pinball / tail)::numeric / nullif(j.naive_error, 0), j.pinball::numeric,
        j.value_added::numeric
    FROM judged AS j;
END
$$;
COMMENT ON FUNCTION ims._run_accuracy IS
    'results of a run against the demand of its periods that are over on a day';

CREATE FUNCTION ims.forecast_run_accuracy(
    owner text DEFAULT NULL,
    forecast_run_id bigint DEFAULT NULL,
    as_of date DEFAULT NULL)
RETURNS TABLE (
    item text,
    site_code text,
    periods bigint,
    actual numeric,
    forecast numeric,
    mae numeric,
    smape numeric,
    wape numeric,
    bias numeric,
    mase numeric,
    rmsse numeric,
    tracking_signal numeric,
    share_within numeric,
    msis numeric,
    pinball numeric,
    value_added numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1000
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    my_owner_id bigint := ims._reading_owner_id(owner);
    my_run_id bigint := ims._run_id(my_owner_id, forecast_run_id);
BEGIN
    RETURN QUERY
    SELECT i.code, l.code, a.periods, a.actual, a.forecast, a.mae, a.smape, a.wape, a.bias,
        a.mase, a.rmsse, a.tracking_signal, a.share_within, a.msis, a.pinball, a.value_added
    FROM ims._run_accuracy(my_owner_id, my_run_id, coalesce(as_of, ims._today(my_owner_id))) AS a
    JOIN ims.item AS i ON i.owner_id = my_owner_id AND i.item_id = a.item_id
    LEFT JOIN ims.location AS l ON l.location_id = a.site_id
    ORDER BY i.code, l.code;
END
$$;
COMMENT ON FUNCTION ims.forecast_run_accuracy IS
'accuracy of a run against the demand that came

Of the periods that are over as of the day, by default today; no row before the first is. The
run is by default the latest. As in back-tests, periods with a mark that the run excluded
(outliers, where it did not say), and those without demand in which there was no stock, are
not judged. periods: those that are;
actual and forecast are sums over them, as computed, without overrides. An error is forecast less actual: positive bias and tracking_signal say
that too much was forecast. mase, rmsse and msis are scaled by the history that the run saw,
NULL where that repeats itself. share_within: of demands between the bounds; pinball: mean loss
of both bounds as quantiles, base units. value_added: what the mean absolute error is smaller
by than if the last season of that history came again; NULL without one.
Example: SELECT a.item, a.wape, a.bias FROM ims.forecast_run_accuracy(forecast_run_id => 17) AS a;';
REVOKE ALL ON FUNCTION ims.forecast_run_accuracy FROM PUBLIC;

CREATE FUNCTION ims.forecast_exceptions(
    owner text DEFAULT NULL,
    forecast_run_id bigint DEFAULT NULL,
    as_of date DEFAULT NULL,
    tracking_limit numeric DEFAULT 4,
    bias_limit numeric DEFAULT 0.5,
    least_periods bigint DEFAULT 3,
    value_added_limit numeric DEFAULT -0.5,
    share_within_limit numeric DEFAULT 0.5)
RETURNS TABLE (
    item text,
    site_code text,
    kind text,
    figure numeric,
    outside numeric,
    explanation text)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    my_owner_id bigint := ims._reading_owner_id(owner);
    my_run_id bigint := ims._run_id(my_owner_id, forecast_run_id);
BEGIN
    tracking_limit := coalesce(tracking_limit, 4);
    bias_limit := coalesce(bias_limit, 0.5);
    value_added_limit := coalesce(value_added_limit, -0.5);
    share_within_limit := coalesce(share_within_limit, 0.5);
    RETURN QUERY
    WITH wrong AS (
        SELECT a.item_id, a.site_id, v.kind, v.figure, v.outside, v.explanation
        FROM ims._run_accuracy(my_owner_id, my_run_id, coalesce(as_of, ims._today(my_owner_id)))
            AS a
        CROSS JOIN LATERAL (
            SELECT format('%s was forecast, %s came', round(a.forecast, 1), round(a.actual, 1))
                AS explanation) AS s
        CROSS JOIN LATERAL (VALUES
            ('tracking signal', a.tracking_signal, tracking_limit,
                abs(a.tracking_signal) > tracking_limit, s.explanation),
            ('bias', a.bias, bias_limit, abs(a.bias) > bias_limit, s.explanation),
            ('value added', a.value_added, value_added_limit, a.value_added < value_added_limit,
                format('wrong by %s, the last season again by %s', round(a.mae, 1),
                    round(a.mae / nullif(1 - a.value_added, 0), 1))),
            ('share within', a.share_within, share_within_limit,
                a.share_within < share_within_limit,
                format('%s of %s demands between the bounds', round(a.share_within * a.periods),
                    a.periods))) AS v (kind, figure, outside, holds, explanation)
        WHERE v.holds AND a.periods >= coalesce(least_periods, 3)
        UNION ALL
        SELECT r.item_id, r.site_id, r.status, NULL, NULL, r.method || ': ' || r.reason
        FROM ims.forecast_result AS r
        WHERE r.owner_id = my_owner_id AND r.forecast_run_id = my_run_id AND r.status <> 'ok'
        UNION ALL
        SELECT c.item_id, 0, 'class change', NULL, NULL,
            format('%s: from %s to %s', replace(c.kind, '_', ' '), c.old_class, c.new_class)
        FROM ims.item_class_change AS c
        JOIN ims.forecast_run AS n
            ON n.owner_id = my_owner_id AND n.forecast_run_id = my_run_id
            AND c.classified_on >= n.as_of
        WHERE c.owner_id = my_owner_id AND c.old_class IS NOT NULL AND c.new_class IS NOT NULL
          AND EXISTS (
            SELECT FROM ims.forecast_result AS r
            WHERE r.owner_id = my_owner_id AND r.forecast_run_id = my_run_id
              AND r.item_id = c.item_id))
    SELECT i.code, l.code, w.kind, w.figure, w.outside, w.explanation
    FROM wrong AS w
    JOIN ims.item AS i ON i.owner_id = my_owner_id AND i.item_id = w.item_id
    LEFT JOIN ims.location AS l ON l.location_id = w.site_id
    ORDER BY i.code, l.code, w.kind, w.explanation;
END
$$;
COMMENT ON FUNCTION ims.forecast_exceptions IS
'results of a run that somebody should look at

Of a run, by default the latest. Once least_periods are over, kind: tracking signal or bias,
where the figure is beyond outside on either side; value added, where it is below: the error
is that much larger than if the last season came again; share within, where fewer demands
were between the bounds. At any time: fallback and no data, where the method could not be
applied; class change, where the class of an item of the run changed on or after its day.
explanation says what happened, in words.
Example: SELECT * FROM ims.forecast_exceptions(tracking_limit => 6);';
REVOKE ALL ON FUNCTION ims.forecast_exceptions FROM PUBLIC;
