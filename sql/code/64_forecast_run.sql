-- Forecasts that are kept: runs, overrides, imported forecasts, and what reads
-- them.
--
-- A run is one statement of its caller.  Its history goes into a table of its
-- own first, unlogged and dropped at the end: parallel workers can read that,
-- and its size tells the planner that they are worth while.  RETURN QUERY gets
-- a parallel plan, which INSERT .. SELECT does not.  No row of a run is written
-- twice, so that nothing is locked but what is new.

-- Which items a call means: those named, those of a category and below it, or
-- every active one.
CREATE FUNCTION ims._planned_item_ids(owner_id bigint, items text[], category text)
RETURNS bigint[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    item_ids bigint[] := ims._demand_item_ids(owner_id, items, category);
BEGIN
    IF items IS NOT NULL THEN
        RETURN item_ids;
    END IF;
    RETURN ARRAY(
        SELECT i.item_id
        FROM ims.item AS i
        WHERE i.owner_id = owner_id AND i.status = 'active' AND i.stocked
          AND (item_ids IS NULL OR i.item_id = ANY (item_ids))
        ORDER BY i.item_id);
END
$$;
COMMENT ON FUNCTION ims._planned_item_ids IS 'items named, or of a category, or all active ones';

-- They stay until what is made of them is stored.
CREATE FUNCTION ims._keep_items(owner_id bigint, items text[], category text)
RETURNS bigint[]
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    item_ids bigint[] := ims._planned_item_ids(owner_id, items, category);
BEGIN
    RETURN ARRAY(
        SELECT i.item_id FROM ims.item AS i
        WHERE i.owner_id = owner_id AND i.item_id = ANY (item_ids)
        ORDER BY i.item_id FOR KEY SHARE);
END
$$;
COMMENT ON FUNCTION ims._keep_items IS 'items that a call means, locked against deletion';
REVOKE ALL ON FUNCTION ims._keep_items FROM PUBLIC;

-- Items as a condition of a query.  Where it is most of those of an owner, all
-- are read, and whoever asks leaves the others out: a condition with all their
-- ids would be checked for every movement.
CREATE FUNCTION ims._listed_items(owner_id bigint, item_ids bigint[])
RETURNS bigint[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    RETURN (SELECT CASE WHEN 2 * cardinality(item_ids) < count(*) THEN item_ids END
            FROM ims.item AS i WHERE i.owner_id = owner_id);
END
$$;
COMMENT ON FUNCTION ims._listed_items IS 'items where they are few of the owner''s, else null';

-- Whether an item of d, and the site, had demand before a window: a shipment of
-- which something stayed with the customer.  It is a condition, not a relation, so
-- that only those are asked for whose demand in the window does not tell.
CREATE FUNCTION ims._had_demand_condition(
    owner_id bigint,
    item_ids bigint[],
    by_site boolean,
    first_day date)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT string_agg(format('EXISTS (SELECT FROM %s ims_bi.demand_line AS l'
            ' WHERE l.owner_id = %s AND %s AND %s AND l.shipped > 0 AND l.demanded_at < %L'
            ' AND ims._local_day(l.demanded_at, l.time_zone) < %s'
            ' AND l.shipped > (SELECT coalesce(sum(r.quantity::numeric), 0)'
            ' FROM ims.movement AS r WHERE r.owner_id = %s AND r.origin_movement_id = l.movement_id'
            ' AND NOT EXISTS (SELECT FROM ims.movement AS u'
            ' WHERE u.owner_id = %s AND u.origin_movement_id = r.movement_id)))',
            w.relation, $1, w.item, CASE WHEN $3 THEN 'l.site_id = d.site_id' ELSE 'true' END,
            ims._utc(($4 + 1)::timestamp AT TIME ZONE 'UTC'), w.day, $1, $1),
        ' OR ' ORDER BY w.place)
    FROM ims._predecessor_query($1, $2, true) AS q
    CROSS JOIN LATERAL (VALUES
        (1, '', 'l.item_id = d.item_id', quote_literal($4) || '::date'),
        (2, q.relation || ' CROSS JOIN', 's.item_id = d.item_id AND l.item_id = s.predecessor_id',
            format('least(s.from_day, %L::date)', $4))) AS w (place, relation, item, day)
    WHERE w.relation IS NOT NULL
$$;
COMMENT ON FUNCTION ims._had_demand_condition IS
    'text of a condition on d.item_id and d.site_id: demand before a day';

-- Demand of the past as ims.demand_series() has it, predecessors included, without
-- periods that marks exclude, and with the time in stock, which ims._known_demand() puts together: the
-- text of a query for item_id, site_id, first_period, demand, in_stock.  A history
-- begins with the window where there was demand before it, else with the first
-- period that has any; without any it is left out.  What is compared with a forecast
-- has all periods (whole); what had neither demand nor stock is not there.  Other
-- items of the owner may be among them.
CREATE FUNCTION ims._forecast_history_query(
    owner_id bigint,
    item_ids bigint[],
    by_site boolean,
    bucket text,
    from_period date,
    to_period date,
    whole boolean,
    exclude text[])
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    listed_ids CONSTANT bigint[] := ims._listed_items(owner_id, item_ids);
    series CONSTANT text := ims._demand_series_query(owner_id, listed_ids, NULL, NULL, NULL,
        bucket, from_period, to_period, 'sale', 'zero', by_site, false, false, true, true,
        with_idle => true);
BEGIN
    RETURN format('SELECT d.item_id, d.site_id,'
        ' ims._period_after(%L, %L, f.n - 1) AS first_period, d.demand[f.n : ] AS demand,'
        ' d.in_stock[f.n : ] AS in_stock'
        ' FROM (%s) AS d CROSS JOIN LATERAL ('
        ' SELECT CASE WHEN %s THEN 1 ELSE ('
        ' SELECT min(u.n) FROM unnest(d.demand) WITH ORDINALITY AS u (value, n)'
        ' WHERE u.value <> 0) END OFFSET 0) AS f (n)'
        ' WHERE f.n IS NOT NULL',
        bucket, from_period, ims._unmarked_series_query(series, owner_id, exclude, bucket,
            from_period, to_period),
        CASE WHEN whole THEN 'true'
             ELSE 'd.demand[1] <> 0 OR '
                || ims._had_demand_condition(owner_id, listed_ids, by_site, from_period) END);
END
$$;
COMMENT ON FUNCTION ims._forecast_history_query IS
    'text of a query for demand per period of items, or of items and sites';

CREATE FUNCTION ims._forecast_history(
    owner_id bigint,
    item_ids bigint[],
    by_site boolean,
    bucket text,
    from_period date,
    to_period date,
    whole boolean,
    exclude text[])
RETURNS TABLE (
    item_id bigint,
    site_id bigint,
    first_period date,
    demand double precision[],
    in_stock double precision[])
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1000
SET search_path = pg_catalog, pg_temp
SET work_mem = '96MB'
SET jit = off
AS $$
#variable_conflict use_variable
BEGIN
    RETURN QUERY EXECUTE format('SELECT h.* FROM (%s) AS h WHERE h.item_id = ANY ($1)',
        ims._forecast_history_query(owner_id, item_ids, by_site, bucket, from_period, to_period,
            whole, exclude))
    USING item_ids;
END
$$;
COMMENT ON FUNCTION ims._forecast_history IS
    'demand per period of items, one row per item or per item and site; items without any are left out';

CREATE FUNCTION ims._forecast_arrays(
    demand double precision[],
    horizon bigint,
    season_length bigint,
    method text,
    coverage double precision,
    non_negative boolean,
    seed bigint,
    drivers double precision[] DEFAULT NULL,
    driver_names text[] DEFAULT NULL,
    open_shares double precision[] DEFAULT NULL,
    OUT forecast double precision[],
    OUT lower_bound double precision[],
    OUT upper_bound double precision[],
    OUT method_used text,
    OUT model_used text,
    OUT status text,
    OUT reason text,
    OUT parameters jsonb,
    OUT periods bigint,
    OUT mean_demand double precision,
    OUT naive_error double precision,
    OUT naive_deviation double precision,
    OUT last_season double precision[],
    OUT driver_effect double precision[])
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000
AS 'MODULE_PATHNAME', 'ims_forecast_arrays';
COMMENT ON FUNCTION ims._forecast_arrays IS
    'forecast of one series with bounds as arrays, weights, scale of errors and last season';
REVOKE ALL ON FUNCTION ims._forecast_arrays FROM PUBLIC;

-- What is planned of the periods of a series, those to come included.  Marks are
-- looked up per series, in the query that forecasts it, so that workers share that: by
-- functions, since no worker takes a subquery that depends on its row, or one whose OFFSET
-- is no constant.

CREATE FUNCTION ims._open_shares(
    usual_days double precision,
    bucket text,
    first_period date,
    periods bigint,
    closed_days date[])
RETURNS double precision[]
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100
AS 'MODULE_PATHNAME', 'ims_open_shares';
COMMENT ON FUNCTION ims._open_shares IS
    'open days of each period by their usual number, null where all are as usual';
REVOKE ALL ON FUNCTION ims._open_shares FROM PUBLIC;

CREATE FUNCTION ims._marked_shares(
    kinds bigint,
    places integer[],
    from_days date[],
    to_days date[],
    bucket text,
    first_period date,
    periods bigint,
    closed_days date[])
RETURNS double precision[]
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100
AS 'MODULE_PATHNAME', 'ims_marked_shares';
COMMENT ON FUNCTION ims._marked_shares IS
    'share of the open days of each period that marks of each kind touch, null where they touch none';
REVOKE ALL ON FUNCTION ims._marked_shares FROM PUBLIC;

CREATE FUNCTION ims._driver_shares(
    owner_id bigint,
    item_id bigint,
    site_id bigint,
    kinds text[],
    bucket text,
    first_period date,
    periods bigint,
    end_period date,
    closed_days date[])
RETURNS double precision[]
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    RETURN (
        SELECT ims._marked_shares(cardinality(kinds), array_agg(array_position(kinds, k.kind)),
            array_agg(k.from_day), array_agg(k.to_day), bucket, first_period, periods,
            closed_days)
        FROM ims.demand_mark AS k
        WHERE k.owner_id = owner_id AND k.kind = ANY (kinds)
          AND (k.item_id = item_id OR k.item_id IS NULL)
          AND (k.site_id = site_id OR k.site_id IS NULL)
          AND k.to_day > first_period AND k.from_day < end_period);
END
$$;
COMMENT ON FUNCTION ims._driver_shares IS
    'what ims._marked_shares() says of the marks of an item and site, null without any';
REVOKE ALL ON FUNCTION ims._driver_shares FROM PUBLIC;

CREATE FUNCTION ims._closed_days(calendar_id bigint, first_day date, end_day date)
RETURNS date[]
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ARRAY(
        SELECT d.day FROM ims._calendar_days($1, $2, $3) AS d WHERE NOT d.works ORDER BY d.day)
$$;
COMMENT ON FUNCTION ims._closed_days IS 'days of a window on which a calendar does not work';
REVOKE ALL ON FUNCTION ims._closed_days FROM PUBLIC;

-- Relations to join to a spool s, and what of them is drivers and open_shares; nothing
-- where nothing is wanted, or there is no such mark.
CREATE FUNCTION ims._planned_query(
    owner_id bigint,
    drivers text[],
    by_open_days boolean,
    bucket text,
    from_period date,
    end_period date,
    periods_ahead bigint,
    OUT relations text,
    OUT driver_shares text,
    OUT open_shares text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    span CONSTANT text := format('%L, s.first_period, cardinality(s.demand) + %s', bucket,
        periods_ahead);
    closed_days text := 'NULL';
BEGIN
    relations := '';
    driver_shares := 'NULL';
    open_shares := 'NULL';
    IF by_open_days THEN
        closed_days := 'o.closed_days';
        open_shares := 'e.shares';
        relations := format(' LEFT JOIN (SELECT l.location_id AS site_id,'
                ' ims._usual_days(c.working_days, %1$L)::double precision AS usual_days,'
                ' ims._closed_days(c.calendar_id, %2$L, %3$L) AS closed_days'
                ' FROM ims.location AS l JOIN ims.calendar AS c ON c.calendar_id = l.calendar_id'
                ' WHERE l.kind = ''site'' OFFSET bigint ''0'') AS o ON o.site_id = s.site_id'
                ' CROSS JOIN LATERAL ims._open_shares(o.usual_days, %4$s, o.closed_days)'
                ' AS e (shares)',
            bucket, from_period, end_period, span);
    END IF;
    IF EXISTS (
        SELECT FROM ims.demand_mark AS k
        WHERE k.owner_id = owner_id AND k.kind = ANY (drivers)
          AND k.to_day > from_period AND k.from_day < end_period)
    THEN
        driver_shares := 'd.shares';
        relations := relations || format(' CROSS JOIN LATERAL ims._driver_shares(%s, s.item_id,'
                ' s.site_id, %L, %s, %L, %s) AS d (shares)',
            owner_id, drivers, span, end_period, closed_days);
    END IF;
END
$$;
COMMENT ON FUNCTION ims._planned_query IS
    'text of relations and columns for the drivers and open days of the series of a spool';

-- Progress: counters of the backend, which the server clears at the end of the
-- transaction.

CREATE FUNCTION ims._progress_begin(owner_id bigint, kind text)
RETURNS void
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_progress_begin';
COMMENT ON FUNCTION ims._progress_begin IS 'a run over the items of an owner begins';
REVOKE ALL ON FUNCTION ims._progress_begin FROM PUBLIC;

CREATE FUNCTION ims._progress_phase(phase text, total bigint)
RETURNS void
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_progress_phase';
COMMENT ON FUNCTION ims._progress_phase IS 'a part of the run begins, of that many series';
REVOKE ALL ON FUNCTION ims._progress_phase FROM PUBLIC;

-- The leader counts what comes out of the workers.
CREATE FUNCTION ims._progress_step()
RETURNS boolean
LANGUAGE c VOLATILE STRICT PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'ims_progress_step';
COMMENT ON FUNCTION ims._progress_step IS 'one more series is done; always true';
REVOKE ALL ON FUNCTION ims._progress_step FROM PUBLIC;

CREATE FUNCTION ims._progress_end()
RETURNS void
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_progress_end';
COMMENT ON FUNCTION ims._progress_end IS 'the run ended';
REVOKE ALL ON FUNCTION ims._progress_end FROM PUBLIC;

CREATE FUNCTION ims._progress()
RETURNS TABLE (
    owner_id bigint,
    process_id bigint,
    kind text,
    phase text,
    series_done bigint,
    series_total bigint,
    started_at timestamptz)
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED ROWS 5
AS 'MODULE_PATHNAME', 'ims_progress_rows';
COMMENT ON FUNCTION ims._progress IS
    'runs under way in this database, for owners that the current role may act for';

-- The history of a run, where workers can read it.  CREATE TABLE AS gets a
-- parallel plan, and nothing is put by on the way.

CREATE FUNCTION ims._spool_history(
    spool text,
    owner_id bigint,
    item_ids bigint[],
    by_site boolean,
    bucket text,
    from_period date,
    to_period date,
    exclude text[])
RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET client_min_messages = error
SET default_tablespace = ''
SET default_table_access_method = heap
SET work_mem = '96MB'
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
    changed bigint;
    series bigint;
BEGIN
    EXECUTE format('CREATE UNLOGGED TABLE ims.%I WITH (autovacuum_enabled = off) AS %s', spool,
        ims._forecast_history_query(owner_id, item_ids, by_site, bucket, from_period, to_period,
            false, exclude));
    GET DIAGNOSTICS series = ROW_COUNT;
    EXECUTE format('DELETE FROM ims.%I AS s WHERE s.item_id <> ALL ($1)', spool)
    USING item_ids;
    GET DIAGNOSTICS changed = ROW_COUNT;
    series := series - changed;
    -- An item without any demand gets its row, too.
    EXECUTE format('INSERT INTO ims.%1$I (item_id, site_id, first_period, demand)'
        ' SELECT DISTINCT u.item_id, 0, $2, ''{}''::double precision[] FROM unnest($1) AS u (item_id)'
        ' WHERE NOT EXISTS (SELECT FROM ims.%1$I AS s WHERE s.item_id = u.item_id)', spool)
    USING item_ids, to_period;
    GET DIAGNOSTICS changed = ROW_COUNT;
    RETURN series + changed;
END
$$;
COMMENT ON FUNCTION ims._spool_history IS 'make a table of the demand of a run: number of series';
REVOKE ALL ON FUNCTION ims._spool_history FROM PUBLIC;

-- What a model made elsewhere says, where it says enough.
CREATE FUNCTION ims._mean_of_arrays(one double precision[], other double precision[])
RETURNS double precision[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN one IS NOT NULL AND other IS NOT NULL THEN (
        SELECT array_agg((u.a + u.b) / 2 ORDER BY u.place)
        FROM ROWS FROM (unnest(one), unnest(other)) WITH ORDINALITY AS u (a, b, place)) END;
COMMENT ON FUNCTION ims._mean_of_arrays IS 'mean of two arrays, element by element';
REVOKE ALL ON FUNCTION ims._mean_of_arrays FROM PUBLIC;

-- A period without demand in which the shelf was empty throughout says nothing.
-- With uncensor, what was missed while it was empty for a part is added; not
-- where something was sold without stock, so that an empty shelf stops nobody.
CREATE FUNCTION ims._known_demand(
    demand double precision[],
    in_stock double precision[],
    uncensor boolean)
RETURNS double precision[]
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000
AS 'MODULE_PATHNAME', 'ims_known_demand';
COMMENT ON FUNCTION ims._known_demand IS
    'demand, null for periods without any in which the shelf was empty; with uncensor what was missed is added';

CREATE FUNCTION ims._known_open_demand(
    demand double precision[],
    in_stock double precision[],
    uncensor boolean,
    open_shares double precision[])
RETURNS double precision[]
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000
AS 'MODULE_PATHNAME', 'ims_known_open_demand';
COMMENT ON FUNCTION ims._known_open_demand IS
    'the same, what was missed by the usual number of open days';
REVOKE ALL ON FUNCTION ims._known_open_demand FROM PUBLIC;

-- By the latest back-test that judged both on the series; at other origins they
-- cannot be compared.
CREATE FUNCTION ims._import_was_better(
    owner_id bigint,
    bucket text,
    item_id bigint,
    site_id bigint,
    method text,
    imported_model text)
RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    RETURN (
        SELECT i.origins = c.origins AND i.rmse < c.rmse
        FROM ims.backtest AS b
        JOIN ims.backtest_result AS i
            ON i.owner_id = owner_id AND i.backtest_id = b.backtest_id AND i.item_id = item_id
            AND i.site_id = site_id AND i.method = 'import:' || imported_model
            AND i.origins > 0
        JOIN ims.backtest_result AS c
            ON c.owner_id = owner_id AND c.backtest_id = b.backtest_id AND c.item_id = item_id
            AND c.site_id = site_id AND lower(c.method) = lower(method) AND c.origins > 0
        WHERE b.owner_id = owner_id AND b.bucket = bucket
        ORDER BY b.backtest_id DESC
        LIMIT 1);
END
$$;
COMMENT ON FUNCTION ims._import_was_better IS
    'whether a model made elsewhere had the smaller squared error in the latest back-test of the series';
REVOKE ALL ON FUNCTION ims._import_was_better FROM PUBLIC;

CREATE FUNCTION ims._at_least_zero(numbers double precision[], wanted boolean)
RETURNS double precision[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN wanted AND 0 > ANY (numbers) THEN (
        SELECT array_agg(greatest(u.value, 0) ORDER BY u.place)
        FROM unnest(numbers) WITH ORDINALITY AS u (value, place))
    ELSE numbers END;
COMMENT ON FUNCTION ims._at_least_zero IS 'numbers, those below zero raised to it where wanted';
REVOKE ALL ON FUNCTION ims._at_least_zero FROM PUBLIC;

CREATE FUNCTION ims._check_imported(owner_id bigint, imported_model text, bucket text)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    IF imported_model IS NOT NULL AND NOT EXISTS (
        SELECT FROM ims.forecast_import AS m
        WHERE m.owner_id = owner_id AND m.model = imported_model AND m.bucket = bucket)
    THEN
        PERFORM ims._raise_unknown('imported_model', format('imported model by %s', bucket),
            imported_model, 'IV229');
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_imported IS 'raise IV229 for a model of which nothing was imported';
REVOKE ALL ON FUNCTION ims._check_imported FROM PUBLIC;

-- One row per series of the spool, in parallel.  A forecast made elsewhere takes
-- the place of the computed one (replace), is averaged with it (combine), or takes
-- it where it was better in the latest back-test that judged both on the series (choose).  The
-- planner does not see what a function in FROM costs for each row, so workers are
-- made cheap for it here.
CREATE FUNCTION ims._forecast_series(
    spool text,
    owner_id bigint,
    bucket text,
    first_period date,
    horizon bigint,
    season_length bigint,
    method text,
    coverage numeric,
    non_negative boolean,
    seed bigint,
    uncensor boolean,
    from_period date,
    drivers text[],
    by_open_days boolean,
    imported_model text,
    import_use text)
RETURNS TABLE (
    item_id bigint,
    site_id bigint,
    forecast double precision[],
    lower_bound double precision[],
    upper_bound double precision[],
    method_used text,
    model_used text,
    status text,
    reason text,
    parameters jsonb,
    periods bigint,
    mean_demand numeric,
    naive_error numeric,
    naive_deviation numeric,
    last_season double precision[],
    driver_effect double precision[],
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
        from_period, ims._period_after(bucket, first_period, horizon), horizon);
    known CONSTANT text := CASE WHEN by_open_days
        THEN format('ims._known_open_demand(s.demand, s.in_stock, %L, %s)', uncensor,
            planned.open_shares)
        ELSE format('ims._known_demand(s.demand, s.in_stock, %L)', uncensor) END;
    computed CONSTANT text := format(
        'SELECT s.item_id, s.site_id, f.forecast, f.lower_bound, f.upper_bound, f.method_used,'
        ' f.model_used, f.status, f.reason, f.parameters, f.periods, f.mean_demand::numeric,'
        ' f.naive_error::numeric, f.naive_deviation::numeric, f.last_season, f.driver_effect,'
        ' ims._progress_step() AS counted'
        ' FROM ims.%I AS s%s'
        ' CROSS JOIN LATERAL ims._forecast_arrays(%s, $1, $2, $3, $4, $5, $6, %s, %L, %s) AS f',
        spool, planned.relations, known, planned.driver_shares, drivers, planned.open_shares);
    combined CONSTANT text := $q$
        SELECT c.item_id, c.site_id,
            CASE u.way WHEN 'combine' THEN ims._mean_of_arrays(c.forecast, u.forecast)
                WHEN 'replace' THEN u.forecast ELSE c.forecast END,
            CASE u.way WHEN 'combine' THEN ims._mean_of_arrays(c.lower_bound, u.lower_bound)
                WHEN 'replace' THEN u.lower_bound ELSE c.lower_bound END,
            CASE u.way WHEN 'combine' THEN ims._mean_of_arrays(c.upper_bound, u.upper_bound)
                WHEN 'replace' THEN u.upper_bound ELSE c.upper_bound END,
            CASE u.way WHEN 'combine' THEN c.method_used || ' and import:' || $10
                WHEN 'replace' THEN 'import:' || $10 ELSE c.method_used END,
            CASE u.way WHEN 'replace' THEN NULL ELSE c.model_used END,
            CASE u.way WHEN 'replace' THEN 'ok' ELSE c.status END,
            CASE u.way WHEN 'replace' THEN '' ELSE c.reason END,
            CASE u.way WHEN 'replace' THEN '{}' ELSE c.parameters END,
            c.periods, c.mean_demand, c.naive_error, c.naive_deviation, c.last_season,
            CASE u.way WHEN 'replace' THEN NULL ELSE c.driver_effect END, c.counted
        FROM (%s) AS c
        LEFT JOIN LATERAL (
            SELECT ims._at_least_zero(m.forecast[1 : $1], $5) AS forecast,
                ims._at_least_zero(m.lower_bound[1 : $1], $5) AS lower_bound,
                ims._at_least_zero(m.upper_bound[1 : $1], $5) AS upper_bound,
                CASE WHEN $11 = 'combine' AND c.status = 'no data' THEN 'replace'
                    WHEN $11 <> 'choose' THEN $11
                    WHEN ims._import_was_better($7, $8, c.item_id, c.site_id, $3, $10)
                    THEN 'replace' END AS way
            FROM ims.forecast_import AS m
            WHERE m.owner_id = $7 AND m.model = $10 AND m.bucket = $8 AND m.first_period = $9
              AND m.item_id = c.item_id AND m.site_id = c.site_id
              AND cardinality(m.forecast) >= $1) AS u ON true $q$;
BEGIN
    IF imported_model IS NULL THEN
        RETURN QUERY EXECUTE computed
        USING horizon, season_length, method, coverage::double precision, non_negative, seed;
        RETURN;
    END IF;
    RETURN QUERY EXECUTE format(combined, computed)
    USING horizon, season_length, method, coverage::double precision, non_negative, seed,
        owner_id, bucket, first_period, imported_model, import_use;
END
$$;
COMMENT ON FUNCTION ims._forecast_series IS 'forecasts of the series of a run, in parallel';
REVOKE ALL ON FUNCTION ims._forecast_series FROM PUBLIC;

-- What a run and a back-test check alike.  Arguments of the cores are checked
-- by an empty series, before any history is read.
CREATE FUNCTION ims._check_run(
    bucket text,
    horizon bigint,
    history_periods bigint,
    season_length bigint,
    coverage numeric,
    as_of date,
    today date,
    methods text[])
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM ims._check_choice('bucket', bucket, 'day', 'week', 'month');
    PERFORM ims._check_range('horizon', horizon, 1, 1000);
    PERFORM ims._check_range('history_periods', history_periods, 1, 10000);
    PERFORM ims._check_day('as_of', as_of);
    IF as_of > today THEN
        RAISE 'invalid time % for argument "%"', as_of, 'as_of'
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = 'It is in the future: periods that are not over have no demand yet. '
                    || jsonb_build_object('argument', 'as_of', 'value', as_of)::text,
                HINT = 'Leave it out for today.';
    END IF;
    PERFORM ims._forecast_arrays('{}', horizon, season_length, m.method,
        coverage::double precision, true, 1)
    FROM unnest(methods) AS m (method);
END
$$;
COMMENT ON FUNCTION ims._check_run IS
    'raise 22023 for arguments of a run that are out of bounds, IV501 or IV502 for those of the cores';
REVOKE ALL ON FUNCTION ims._check_run FROM PUBLIC;

CREATE FUNCTION ims._check_planned(
    exclude text[],
    drivers text[],
    by_open_days boolean,
    by_site boolean)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM ims._check_present('exclude', k.kind IS NOT NULL),
        ims._check_choice('exclude', k.kind, 'outlier', 'promotion', 'holiday', 'event')
    FROM unnest(exclude) AS k (kind);
    PERFORM ims._check_present('drivers', k.kind IS NOT NULL),
        ims._check_choice('drivers', k.kind, 'promotion', 'holiday', 'event')
    FROM unnest(drivers) AS k (kind);
    IF exclude && drivers THEN
        RAISE 'arguments "exclude" and "drivers" name the same kind of marks'
            USING ERRCODE = 'IV223',
                DETAIL = 'Of periods that are left out nobody learns what it does. '
                    || jsonb_build_object('argument', 'drivers')::text,
                HINT = 'Name it in one of them.';
    END IF;
    IF by_open_days AND NOT by_site THEN
        RAISE 'argument "by_open_days" needs "by_site"'
            USING ERRCODE = 'IV223',
                DETAIL = 'Calendars are those of sites: all together have none. '
                    || jsonb_build_object('argument', 'by_open_days')::text,
                HINT = 'Give by_site => true, too.';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_planned IS
    'raise 22023, IV201 or IV223 for marks and open days that cannot be taken into account';
REVOKE ALL ON FUNCTION ims._check_planned FROM PUBLIC;

CREATE FUNCTION ims._driver_kinds(drivers text[])
RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY(SELECT DISTINCT k.kind COLLATE "C" FROM unnest(drivers) AS k (kind) ORDER BY 1);
COMMENT ON FUNCTION ims._driver_kinds IS 'kinds of marks, each once, in order';
REVOKE ALL ON FUNCTION ims._driver_kinds FROM PUBLIC;

CREATE FUNCTION ims._usual_history(bucket text)
RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE bucket WHEN 'day' THEN 730 WHEN 'month' THEN 60 ELSE 104 END;
COMMENT ON FUNCTION ims._usual_history IS 'periods looked back where a call does not say';
REVOKE ALL ON FUNCTION ims._usual_history FROM PUBLIC;

CREATE FUNCTION ims._usual_season(bucket text)
RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE bucket WHEN 'day' THEN 7 WHEN 'month' THEN 12 ELSE 1 END;
COMMENT ON FUNCTION ims._usual_season IS 'periods of a season where a call does not say';
REVOKE ALL ON FUNCTION ims._usual_season FROM PUBLIC;

CREATE FUNCTION ims._run_forecast(
    owner_id bigint,
    items text[] DEFAULT NULL,
    category text DEFAULT NULL,
    bucket text DEFAULT 'week',
    horizon bigint DEFAULT 13,
    history_periods bigint DEFAULT NULL,
    by_site boolean DEFAULT false,
    as_of date DEFAULT NULL,
    season_length bigint DEFAULT NULL,
    method text DEFAULT 'auto',
    coverage numeric DEFAULT 0.95,
    non_negative boolean DEFAULT true,
    seed bigint DEFAULT 1,
    uncensor boolean DEFAULT true,
    exclude text[] DEFAULT '{outlier}',
    drivers text[] DEFAULT NULL,
    by_open_days boolean DEFAULT false,
    imported_model text DEFAULT NULL,
    import_use text DEFAULT 'combine',
    reason text DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT forecast_run_id bigint,
    OUT first_period date,
    OUT series bigint,
    OUT fallbacks bigint,
    OUT without_data bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    item_ids bigint[];
    spool text;
    from_period date;
    today date := ims._today(owner_id);
BEGIN
    bucket := coalesce(bucket, 'week');
    horizon := coalesce(horizon, 13);
    history_periods := coalesce(history_periods, ims._usual_history(bucket));
    season_length := coalesce(season_length, ims._usual_season(bucket));
    by_site := coalesce(by_site, false);
    as_of := coalesce(as_of, today);
    method := coalesce(method, 'auto');
    coverage := coalesce(coverage, 0.95);
    non_negative := coalesce(non_negative, true);
    seed := coalesce(seed, 1);
    uncensor := coalesce(uncensor, true);
    exclude := coalesce(exclude, '{outlier}');
    by_open_days := coalesce(by_open_days, false);
    import_use := coalesce(import_use, 'combine');
    PERFORM ims._check_why(reason, actor);
    PERFORM ims._check_choice('import_use', import_use, 'combine', 'replace', 'choose');
    PERFORM ims._check_run(bucket, horizon, history_periods, season_length, coverage, as_of,
        today, ARRAY[method]);
    PERFORM ims._check_planned(exclude, drivers, by_open_days, by_site);
    drivers := ims._driver_kinds(drivers);
    PERFORM ims._check_imported(owner_id, imported_model, bucket);
    item_ids := ims._keep_items(owner_id, items, category);
    first_period := ims._period_start(bucket, as_of);
    from_period := ims._period_after(bucket, first_period, - history_periods);

    forecast_run_id := nextval('ims.forecast_run_forecast_run_id_seq');
    spool := 'forecast_spool_' || forecast_run_id;
    PERFORM ims._progress_begin(owner_id, 'forecast');
    PERFORM ims._progress_phase('reading', cardinality(item_ids));
    series := ims._spool_history(spool, owner_id, item_ids, by_site, bucket, from_period,
        first_period, exclude);
    PERFORM ims._progress_phase('computing', series);
    PERFORM ims._engine_begin();
    INSERT INTO ims.forecast_run (owner_id, forecast_run_id, as_of, bucket, first_period,
        horizon, history_periods, season_length, by_site, exclude, drivers, by_open_days,
        method, coverage, parameters, series, library_version, recorded_at, reason,
        session_role, caller_role, actor)
    VALUES (owner_id, forecast_run_id, as_of, bucket, first_period, horizon, history_periods,
        season_length, by_site, exclude, drivers, by_open_days, method, coverage,
        jsonb_strip_nulls(jsonb_build_object('items', items, 'category', category,
            'non_negative', non_negative, 'seed', seed, 'uncensor', uncensor,
            'imported_model', imported_model, 'import_use',
            CASE WHEN imported_model IS NOT NULL THEN import_use END)),
        series, ims._library_version(), clock_timestamp(), reason, session_user,
        ims._caller_role(), actor);
    WITH stored AS (
        INSERT INTO ims.forecast_result AS r (owner_id, forecast_run_id, item_id, site_id,
            forecast, lower_bound, upper_bound, method, model, status, reason, parameters,
            periods, mean_demand, naive_error, naive_deviation, last_season, driver_effect)
        SELECT owner_id, forecast_run_id, f.item_id, f.site_id, f.forecast, f.lower_bound,
            f.upper_bound, f.method_used, f.model_used, f.status, f.reason, f.parameters,
            f.periods, f.mean_demand, f.naive_error, f.naive_deviation, f.last_season,
            f.driver_effect
        FROM ims._forecast_series(spool, owner_id, bucket, first_period, horizon,
            season_length, method, coverage, non_negative, seed, uncensor, from_period, drivers,
            by_open_days, imported_model, import_use) AS f
        RETURNING r.status)
    SELECT count(*) FILTER (WHERE s.status = 'fallback'),
        count(*) FILTER (WHERE s.status = 'no data')
    INTO fallbacks, without_data
    FROM stored AS s;
    PERFORM ims._engine_end();
    EXECUTE format('DROP TABLE ims.%I', spool);
    PERFORM ims._progress_end();
END
$$;
COMMENT ON FUNCTION ims._run_forecast IS 'internal form of ims.run_forecast()';
REVOKE ALL ON FUNCTION ims._run_forecast FROM PUBLIC;

CREATE FUNCTION ims.run_forecast(
    owner text DEFAULT NULL,
    items text[] DEFAULT NULL,
    category text DEFAULT NULL,
    bucket text DEFAULT 'week',
    horizon bigint DEFAULT 13,
    history_periods bigint DEFAULT NULL,
    by_site boolean DEFAULT false,
    as_of date DEFAULT NULL,
    season_length bigint DEFAULT NULL,
    method text DEFAULT 'auto',
    coverage numeric DEFAULT 0.95,
    non_negative boolean DEFAULT true,
    seed bigint DEFAULT 1,
    uncensor boolean DEFAULT true,
    exclude text[] DEFAULT '{outlier}',
    drivers text[] DEFAULT NULL,
    by_open_days boolean DEFAULT false,
    imported_model text DEFAULT NULL,
    import_use text DEFAULT 'combine',
    reason text DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT forecast_run_id bigint,
    OUT first_period date,
    OUT series bigint,
    OUT fallbacks bigint,
    OUT without_data bigint)
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.run_forecast IS
'forecast the items of an owner, and keep it

For items, or those of a category and below it, or all active ones: a result each, with
by_site one per item and site that had demand. bucket: day, week (from Monday) or month;
periods that ended before as_of, by default today, are the history, history_periods of them
at most (by default 730, 104, 60). season_length is 7, 1, 12 by default. method, coverage,
non_negative and seed as in ims.forecast(). History is that of ims.demand_series(): periods
with a mark of a kind in exclude are left out, and with uncensor what was missed while the
shelf was empty is added, as by ims.uncensor_demand(). drivers: kinds of marks (promotion,
holiday, event) whose effect is learned from the past and expected where they are marked in
the future, as by ims.forecast_with_drivers(). by_open_days (with by_site): demand is that of
the usual open days of ims.open_days(), and the forecast that of each period''s. imported_model: a model of ims.import_forecast(),
which import_use averages with the computed forecast (combine), lets take its place (replace),
or lets do so where it was better in the latest back-test of both on the series (choose);
non_negative holds for it, too; IV229 where nothing of it was imported for the bucket. One
bad series never ends a run: it is among fallbacks or without_data. Cancelled, nothing is kept.
Example: SELECT * FROM ims.run_forecast(bucket => ''week'', horizon => 13, as_of => ''2026-11-16'');';
REVOKE ALL ON FUNCTION ims.run_forecast FROM PUBLIC;

CREATE FUNCTION ims._run_id(owner_id bigint, forecast_run_id bigint)
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    found_id bigint;
BEGIN
    SELECT max(r.forecast_run_id) INTO found_id
    FROM ims.forecast_run AS r
    WHERE r.owner_id = owner_id
      AND (forecast_run_id IS NULL OR r.forecast_run_id = forecast_run_id);
    IF found_id IS NULL THEN
        PERFORM ims._raise_unknown('forecast_run_id', 'forecast run',
            coalesce(forecast_run_id::text, 'latest'), 'IV229');
    END IF;
    RETURN found_id;
END
$$;
COMMENT ON FUNCTION ims._run_id IS 'run of that id, the latest for null, or IV229';

CREATE FUNCTION ims._delete_forecast_run(
    owner_id bigint,
    forecast_run_id bigint DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM ims._check_present('forecast_run_id', forecast_run_id IS NOT NULL);
    PERFORM ims._run_id(owner_id, forecast_run_id);
    PERFORM ims._engine_begin();
    DELETE FROM ims.forecast_result AS r
    WHERE r.owner_id = owner_id AND r.forecast_run_id = forecast_run_id;
    DELETE FROM ims.forecast_run AS r
    WHERE r.owner_id = owner_id AND r.forecast_run_id = forecast_run_id;
    PERFORM ims._engine_end();
END
$$;
COMMENT ON FUNCTION ims._delete_forecast_run IS 'internal form of ims.delete_forecast_run()';
REVOKE ALL ON FUNCTION ims._delete_forecast_run FROM PUBLIC;

CREATE FUNCTION ims.delete_forecast_run(
    owner text DEFAULT NULL,
    forecast_run_id bigint DEFAULT NULL)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.delete_forecast_run IS
'delete a run of forecasts with its results

Overrides and imported forecasts stay. IV229 where there is no such run.
Example: SELECT ims.delete_forecast_run(forecast_run_id => 17);';
REVOKE ALL ON FUNCTION ims.delete_forecast_run FROM PUBLIC;
