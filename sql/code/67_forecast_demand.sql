-- What people set beside the runs, what was made elsewhere, and the forecast
-- that counts: override else computed, less open orders, summed over items.

-- A category's quantity stands as long as none below it is changed: one above must not
-- have been spread yet, nor another over the same items.
CREATE FUNCTION ims._check_category_override(
    owner_id bigint,
    category_id bigint,
    item_ids bigint[],
    site_id bigint,
    bucket text,
    period date)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    other record;
BEGIN
    WITH RECURSIVE above AS (
        SELECT c.parent_id AS id
        FROM ims.category AS c
        WHERE c.owner_id = owner_id AND c.category_id = category_id
        UNION
        SELECT c.parent_id
        FROM above AS a
        JOIN ims.category AS c ON c.owner_id = owner_id AND c.category_id = a.id),
    below AS (
        SELECT category_id AS id
        UNION
        SELECT c.category_id
        FROM below AS b
        JOIN ims.category AS c ON c.owner_id = owner_id AND c.parent_id = b.id)
    SELECT g.code, sum(o.quantity::numeric) AS quantity, count(*) AS items INTO other
    FROM ims.forecast_override AS o
    JOIN ims.category AS g ON g.owner_id = owner_id AND g.category_id = o.category_id
    WHERE o.owner_id = owner_id AND o.site_id = site_id AND o.bucket = bucket
      AND o.period = period
      AND (o.category_id IN (SELECT a.id FROM above AS a)
        OR o.item_id = ANY (item_ids) AND o.category_id NOT IN (SELECT b.id FROM below AS b))
    GROUP BY g.code
    ORDER BY g.code
    LIMIT 1;
    IF FOUND THEN
        RAISE 'the quantity of category "%" is spread already', other.code
            USING ERRCODE = 'IV501',
                DETAIL = format('Its items have %s, %s of them; it would not stay what it is. ',
                        trim_scale(other.quantity), other.items)
                    || jsonb_build_object('argument', 'category', 'value', other.code)::text,
                HINT = 'Remove the override of that category first, and set it again afterwards.';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_category_override IS
    'raise IV501 where the quantity of a category above, or of others over its items, is set';
REVOKE ALL ON FUNCTION ims._check_category_override FROM PUBLIC;

-- A category's quantity less what is fixed, for single items of it and for categories
-- below it, goes to the others in proportion to the computed forecast, or equally where
-- that is zero.  Shares are cut to six decimals; what is left over goes to the largest.
CREATE FUNCTION ims._override_shares(
    owner_id bigint,
    forecast_run_id bigint,
    category_id bigint,
    item_ids bigint[],
    site_id bigint,
    bucket text,
    period date,
    quantity numeric)
RETURNS TABLE (item_id bigint, share numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    fixed record;
BEGIN
    SELECT coalesce(sum(o.quantity::numeric), 0) AS quantity, count(*) AS items,
        coalesce(array_agg(o.item_id), '{}') AS item_ids INTO fixed
    FROM ims.forecast_override AS o
    WHERE o.owner_id = owner_id AND o.item_id = ANY (item_ids) AND o.site_id = site_id
      AND o.bucket = bucket AND o.period = period
      AND o.category_id IS DISTINCT FROM category_id;
    RETURN QUERY
    WITH open AS (
        SELECT r.item_id, greatest(r.forecast[
            ims._periods_between(bucket, n.first_period, period) + 1]::numeric, 0) AS computed
        FROM ims.forecast_run AS n
        JOIN ims.forecast_result AS r
            ON r.owner_id = owner_id AND r.forecast_run_id = forecast_run_id
            AND r.item_id = ANY (item_ids) AND r.site_id = site_id
        WHERE n.owner_id = owner_id AND n.forecast_run_id = forecast_run_id
          AND r.item_id <> ALL (fixed.item_ids)),
    cut AS (
        SELECT o.item_id, o.computed, trunc(greatest(quantity - fixed.quantity, 0)
            * CASE WHEN sum(o.computed) OVER () > 0
                   THEN o.computed / sum(o.computed) OVER ()
                   ELSE 1.0 / count(*) OVER () END, 6) AS share
        FROM open AS o)
    SELECT c.item_id, c.share + CASE
        WHEN row_number() OVER (ORDER BY c.computed DESC, c.item_id) = 1
        THEN greatest(quantity - fixed.quantity, 0) - sum(c.share) OVER () ELSE 0 END
    FROM cut AS c;
    IF quantity < fixed.quantity OR quantity > fixed.quantity AND NOT FOUND THEN
        RAISE 'quantity % cannot be that of the category', trim_scale(quantity)
            USING ERRCODE = 'IV501',
                DETAIL = format('%s is fixed for %s of its items, and %s. ',
                        trim_scale(fixed.quantity), fixed.items,
                        CASE WHEN quantity < fixed.quantity THEN 'that stays'
                             ELSE 'the run has no other to share the rest' END)
                    || jsonb_build_object('argument', 'quantity', 'value', quantity,
                        CASE WHEN quantity < fixed.quantity THEN 'least' ELSE 'most' END,
                        trim_scale(fixed.quantity))::text,
                HINT = 'Change what is set for its items and the categories below it first.';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._override_shares IS
    'what the items of a category get of its quantity, or IV501';
REVOKE ALL ON FUNCTION ims._override_shares FROM PUBLIC;

CREATE FUNCTION ims._planned_site_id(site text)
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN coalesce(ims._site_id(site), 0);
END
$$;
COMMENT ON FUNCTION ims._planned_site_id IS 'site of that code, 0 for null, or IV204';

CREATE FUNCTION ims._run_of_period(
    owner_id bigint,
    forecast_run_id bigint,
    bucket text,
    by_site boolean,
    period date)
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
    WHERE r.owner_id = owner_id AND r.bucket = bucket AND r.by_site = by_site
      AND r.first_period <= period
      AND ims._period_after(bucket, r.first_period, r.horizon) > period
      AND (forecast_run_id IS NULL OR r.forecast_run_id = forecast_run_id);
    IF found_id IS NULL THEN
        RAISE 'no forecast run covers the period'
            USING ERRCODE = 'IV501',
                DETAIL = 'A category''s quantity is spread in proportion to one. '
                    || jsonb_build_object('argument', 'period', 'value', period)::text,
                HINT = 'Name a period, bucket and site that a run forecast.';
    END IF;
    RETURN found_id;
END
$$;
COMMENT ON FUNCTION ims._run_of_period IS 'run that forecast the period, by default the latest, or IV501';
REVOKE ALL ON FUNCTION ims._run_of_period FROM PUBLIC;

CREATE FUNCTION ims._check_override(
    item text,
    category text,
    bucket text,
    period date)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM ims._check_present('period', period IS NOT NULL),
        ims._check_present('item', coalesce(item, category) IS NOT NULL);
    PERFORM ims._check_choice('bucket', bucket, 'day', 'week', 'month'),
        ims._check_day('period', period);
    IF item IS NOT NULL AND category IS NOT NULL THEN
        RAISE 'arguments "item" and "category" exclude each other'
            USING ERRCODE = 'IV223',
                DETAIL = 'An override is of one of them. '
                    || jsonb_build_object('argument', 'category')::text,
                HINT = 'Leave one of them out.';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_override IS 'raise IV201, IV223 or 22023 for an override that names no period of one thing';
REVOKE ALL ON FUNCTION ims._check_override FROM PUBLIC;

-- What a category's items get rests on what is set for single items: one change
-- of an owner's overrides at a time.  People make them, so nobody waits long.
CREATE FUNCTION ims._lock_overrides(owner_id bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM FROM ims.owner AS o WHERE o.owner_id = _lock_overrides.owner_id FOR NO KEY UPDATE;
END
$$;
COMMENT ON FUNCTION ims._lock_overrides IS 'keep others from changing overrides of the owner until the end of the transaction';
REVOKE ALL ON FUNCTION ims._lock_overrides FROM PUBLIC;

CREATE FUNCTION ims._check_overrides_as_seen(
    owner_id bigint,
    site_id bigint,
    bucket text,
    period date)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM ims._check_as_seen(format('SELECT coalesce(bit_xor(hash_record_extended(o, 0)), 0)'
        ' FROM ims.forecast_override AS o WHERE o.owner_id = $1 AND o.site_id = $2'
        ' AND o.bucket = %L AND o.period = %L', bucket, period),
        'overrides of the period were changed', owner_id, site_id);
END
$$;
COMMENT ON FUNCTION ims._check_overrides_as_seen IS
    'raise 40001 where overrides of a period are newer than the snapshot';
REVOKE ALL ON FUNCTION ims._check_overrides_as_seen FROM PUBLIC;

CREATE FUNCTION ims._set_forecast_override(
    owner_id bigint,
    item text DEFAULT NULL,
    category text DEFAULT NULL,
    quantity numeric DEFAULT NULL,
    site text DEFAULT NULL,
    bucket text DEFAULT 'week',
    period date DEFAULT NULL,
    forecast_run_id bigint DEFAULT NULL,
    reason text DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT items_set bigint,
    OUT first_day date)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    site_id bigint := ims._planned_site_id(site);
    category_id bigint;
    item_ids bigint[];
    quantities numeric[];
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    PERFORM ims._check_why(reason, actor);
    bucket := coalesce(bucket, 'week');
    PERFORM ims._check_override(item, category, bucket, period);
    PERFORM ims._check_present('quantity', quantity IS NOT NULL);
    PERFORM ims._check_quantity('quantity', quantity, 0);
    first_day := ims._period_start(bucket, period);
    PERFORM ims._lock_overrides(owner_id);
    IF category IS NULL THEN
        item_ids := ARRAY[ims._item_id(owner_id, item)];
        quantities := ARRAY[quantity];
    ELSE
        PERFORM ims._check_overrides_as_seen(owner_id, site_id, bucket, first_day);
        category_id := ims._category_id(owner_id, category);
        forecast_run_id := ims._run_of_period(owner_id, forecast_run_id, bucket, site_id > 0,
            first_day);
        item_ids := ims._planned_item_ids(owner_id, NULL, category);
        PERFORM ims._check_category_override(owner_id, category_id, item_ids, site_id, bucket,
            first_day);
        SELECT coalesce(array_agg(s.item_id ORDER BY s.item_id), '{}'),
            array_agg(s.share ORDER BY s.item_id) INTO item_ids, quantities
        FROM ims._override_shares(owner_id, forecast_run_id, category_id, item_ids, site_id,
            bucket, first_day, quantity) AS s;
        -- Who had a share before, and gets none now.
        DELETE FROM ims.forecast_override AS o
        WHERE o.owner_id = owner_id AND o.category_id = category_id AND o.site_id = site_id
          AND o.bucket = bucket AND o.period = first_day AND o.item_id <> ALL (item_ids);
    END IF;
    INSERT INTO ims.forecast_override AS o
        (owner_id, item_id, site_id, bucket, period, quantity, category_id, reason)
    SELECT owner_id, s.item_id, site_id, bucket, first_day, s.quantity, category_id, reason
    FROM unnest(item_ids, quantities) AS s (item_id, quantity)
    ON CONFLICT ON CONSTRAINT forecast_override_pkey DO UPDATE
    SET quantity = EXCLUDED.quantity, category_id = EXCLUDED.category_id,
        reason = EXCLUDED.reason;
    GET DIAGNOSTICS items_set = ROW_COUNT;
END
$$;
COMMENT ON FUNCTION ims._set_forecast_override IS 'internal form of ims.set_forecast_override()';
REVOKE ALL ON FUNCTION ims._set_forecast_override FROM PUBLIC;

CREATE FUNCTION ims.set_forecast_override(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    category text DEFAULT NULL,
    quantity numeric DEFAULT NULL,
    site text DEFAULT NULL,
    bucket text DEFAULT 'week',
    period date DEFAULT NULL,
    forecast_run_id bigint DEFAULT NULL,
    reason text DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT items_set bigint,
    OUT first_day date)
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.set_forecast_override IS
'set the demand of a period beside what is computed

quantity: in base units, of the period that has the day period. It stands beside every run,
those made later included, until it is removed, also for an item or site that a run did not
forecast. Of a category (middle-out) it is spread over the items of it and below it, in
proportion to what a run computed, by default the latest that forecast the period: items with
an override of their own keep it, those of a category below with one keep their shares, and
the rest is shared by the others. IV501 where that is less than what they keep, or a rest
that nobody can share, and where a category above is spread already: set that last. Items
that come into the category later get none. Without site it is of all sites together, and
counts for runs that were not made by site.
Example: SELECT * FROM ims.set_forecast_override(item => ''TEA'', quantity => 500, period => ''2026-12-21'', reason => ''promotion'');';
REVOKE ALL ON FUNCTION ims.set_forecast_override FROM PUBLIC;

CREATE FUNCTION ims._remove_forecast_override(
    owner_id bigint,
    item text DEFAULT NULL,
    category text DEFAULT NULL,
    site text DEFAULT NULL,
    bucket text DEFAULT 'week',
    period date DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT items_removed bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    site_id bigint := ims._planned_site_id(site);
    item_id bigint;
    category_id bigint;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    PERFORM ims._check_why(NULL, actor);
    bucket := coalesce(bucket, 'week');
    PERFORM ims._check_override(item, category, bucket, period);
    IF item IS NOT NULL THEN
        item_id := ims._item_id(owner_id, item);
    ELSE
        category_id := ims._category_id(owner_id, category);
    END IF;
    PERFORM ims._lock_overrides(owner_id);
    IF category IS NOT NULL THEN
        PERFORM ims._check_overrides_as_seen(owner_id, site_id, bucket,
            ims._period_start(bucket, period));
        PERFORM ims._check_category_override(owner_id, category_id, '{}', site_id, bucket,
            ims._period_start(bucket, period));
    END IF;
    DELETE FROM ims.forecast_override AS o
    WHERE o.owner_id = owner_id AND o.site_id = site_id AND o.bucket = bucket
      AND o.period = ims._period_start(bucket, period)
      AND (o.item_id = item_id OR o.category_id = category_id);
    GET DIAGNOSTICS items_removed = ROW_COUNT;
END
$$;
COMMENT ON FUNCTION ims._remove_forecast_override IS
    'internal form of ims.remove_forecast_override()';
REVOKE ALL ON FUNCTION ims._remove_forecast_override FROM PUBLIC;

CREATE FUNCTION ims.remove_forecast_override(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    category text DEFAULT NULL,
    site text DEFAULT NULL,
    bucket text DEFAULT 'week',
    period date DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT items_removed bigint)
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.remove_forecast_override IS
'remove the override of a period

Of an item, or what was spread from a category; zero items where there is none. IV501 where a
category above is spread: remove that first.
Example: SELECT ims.remove_forecast_override(item => ''TEA'', period => ''2026-12-21'');';
REVOKE ALL ON FUNCTION ims.remove_forecast_override FROM PUBLIC;

-- Forecasts made elsewhere.

CREATE FUNCTION ims._raise_bad_line(argument text, place bigint, problem text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE 'argument "%" is not as it should be', argument
        USING ERRCODE = 'IV503',
            DETAIL = CASE WHEN place > 0 THEN format('Line %s: ', place) ELSE '' END || problem
                || ' ' || jsonb_build_object('argument', argument, 'element', place)::text,
            HINT = 'Give an array of objects, as the example in the reference shows.';
END
$$;
COMMENT ON FUNCTION ims._raise_bad_line IS 'raise IV503 for an element of a JSON array';

CREATE FUNCTION ims._is_forecast_array(value jsonb, other jsonb)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN value IS NULL OR jsonb_typeof(value) = 'null' THEN other IS NOT NULL
    WHEN jsonb_typeof(value) <> 'array' THEN false
    WHEN jsonb_array_length(value) NOT BETWEEN 1 AND 1000 THEN false
    WHEN jsonb_array_length(value) <> jsonb_array_length(coalesce(other, value)) THEN false
    ELSE NOT jsonb_path_exists(value,
        '$[*] ? (!(@.type() == "number" && @ <= 1e300 && @ >= -1e300))') END;
COMMENT ON FUNCTION ims._is_forecast_array IS
    'whether it is an array of 1 to 1000 finite numbers; as long as the other, or nothing, where there is one';
REVOKE ALL ON FUNCTION ims._is_forecast_array FROM PUBLIC;

CREATE FUNCTION ims._is_json_day(value jsonb)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN jsonb_typeof(value) = 'string' AND ims._iso_day(value #>> '{}') IS NOT NULL;
COMMENT ON FUNCTION ims._is_json_day IS 'whether it is a day like 2026-11-16';

CREATE FUNCTION ims._json_floats(value jsonb)
RETURNS double precision[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT array_agg(CASE WHEN abs(e.number::numeric) < 1e-300 THEN 0
                ELSE e.number::double precision END ORDER BY e.place)
        FROM jsonb_array_elements_text(CASE WHEN jsonb_typeof(value) = 'array' THEN value END)
            WITH ORDINALITY AS e (number, place));
COMMENT ON FUNCTION ims._json_floats IS
    'numbers of a JSON array, those next to zero as zero; null for none';
REVOKE ALL ON FUNCTION ims._json_floats FROM PUBLIC;

CREATE FUNCTION ims._import_line_problem(line jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN jsonb_typeof(line) <> 'object' THEN 'It is not an object.'
    WHEN NOT line ?& ARRAY['item', 'first_period', 'forecast']
        THEN 'item, first_period and forecast are needed.'
    WHEN line - ARRAY['item', 'site', 'first_period', 'forecast', 'lower', 'upper'] <> '{}'
        THEN 'A key is not known.'
    WHEN NOT ims._is_json_day(line -> 'first_period')
        THEN 'first_period is no day like 2026-11-16.'
    WHEN NOT ims._is_forecast_array(line -> 'forecast', NULL)
        THEN 'forecast is no array of 1 to 1000 finite numbers.'
    WHEN NOT ims._is_forecast_array(line -> 'lower', line -> 'forecast')
        OR NOT ims._is_forecast_array(line -> 'upper', line -> 'forecast')
        THEN 'lower or upper is no array of as many finite numbers.' END;
COMMENT ON FUNCTION ims._import_line_problem IS 'what is wrong with a line of ims.import_forecast(), null for nothing';
REVOKE ALL ON FUNCTION ims._import_line_problem FROM PUBLIC;

CREATE FUNCTION ims._import_forecast(
    owner_id bigint,
    model text DEFAULT NULL,
    lines jsonb DEFAULT NULL,
    bucket text DEFAULT 'week',
    actor text DEFAULT NULL,
    OUT imported bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    bad record;
BEGIN
    PERFORM ims._check_code('model', model);
    PERFORM ims._check_why(NULL, actor);
    PERFORM ims._check_present('lines', lines IS NOT NULL);
    bucket := coalesce(bucket, 'week');
    PERFORM ims._check_choice('bucket', bucket, 'day', 'week', 'month');
    IF jsonb_typeof(lines) <> 'array' THEN
        PERFORM ims._raise_bad_line('lines', 0, 'It is not an array.');
    END IF;
    SELECT e.place, ims._import_line_problem(e.line) AS problem INTO bad
    FROM jsonb_array_elements(lines) WITH ORDINALITY AS e (line, place)
    WHERE ims._import_line_problem(e.line) IS NOT NULL
    ORDER BY e.place
    LIMIT 1;
    IF FOUND THEN
        PERFORM ims._raise_bad_line('lines', bad.place, bad.problem);
    END IF;
    -- Of lines that say the same thing the last one counts.
    INSERT INTO ims.forecast_import AS m (owner_id, model, item_id, site_id, bucket, first_period,
        forecast, lower_bound, upper_bound, recorded_at, session_role, caller_role, actor)
    SELECT DISTINCT ON (e.first_period, e.item_id, e.site_id)
        owner_id, model, e.item_id, e.site_id, bucket, e.first_period,
        ims._json_floats(e.line -> 'forecast'), ims._json_floats(e.line -> 'lower'),
        ims._json_floats(e.line -> 'upper'), clock_timestamp(), session_user,
        ims._caller_role(), actor
    FROM (
        SELECT a.line, a.place, ims._item_id(owner_id, a.line ->> 'item') AS item_id,
            ims._planned_site_id(a.line ->> 'site') AS site_id,
            ims._period_start(bucket, (a.line ->> 'first_period')::date) AS first_period
        FROM jsonb_array_elements(lines) WITH ORDINALITY AS a (line, place)) AS e
    ORDER BY e.first_period, e.item_id, e.site_id, e.place DESC
    ON CONFLICT ON CONSTRAINT forecast_import_pkey DO UPDATE
    SET forecast = EXCLUDED.forecast, lower_bound = EXCLUDED.lower_bound,
        upper_bound = EXCLUDED.upper_bound, recorded_at = EXCLUDED.recorded_at,
        session_role = EXCLUDED.session_role, caller_role = EXCLUDED.caller_role,
        actor = EXCLUDED.actor;
    GET DIAGNOSTICS imported = ROW_COUNT;
END
$$;
COMMENT ON FUNCTION ims._import_forecast IS 'internal form of ims.import_forecast()';
REVOKE ALL ON FUNCTION ims._import_forecast FROM PUBLIC;

CREATE FUNCTION ims.import_forecast(
    owner text DEFAULT NULL,
    model text DEFAULT NULL,
    lines jsonb DEFAULT NULL,
    bucket text DEFAULT 'week',
    actor text DEFAULT NULL,
    OUT imported bigint)
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.import_forecast IS
'take in forecasts that were made elsewhere

lines: one object per item, site and first period, with item, first_period (a day of it, as
YYYY-MM-DD), forecast (one number per period, base units), and where there are any site,
lower, upper.
What the model said before of the same item, site and first period is replaced.
ims.run_forecast() combines it with its own or lets it take its place; ims.run_backtest()
judges it as method import:<model>, at origins for which it was imported. A bad line is IV503.
Example: SELECT ims.import_forecast(model => ''ml'', lines => ''[{"item": "TEA", "first_period": "2026-11-16", "forecast": [12, 13, 11]}]'');';
REVOKE ALL ON FUNCTION ims.import_forecast FROM PUBLIC;

-- Readers.

-- What is set for periods of a run: of sites exactly where the run was made by site.
CREATE FUNCTION ims._run_overrides(owner_id bigint, forecast_run_id bigint)
RETURNS TABLE (item_id bigint, site_id bigint, period date, quantity numeric)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT o.item_id, o.site_id, o.period, o.quantity::numeric
    FROM ims.forecast_run AS n
    JOIN ims.forecast_override AS o
        ON o.owner_id = $1 AND o.bucket = n.bucket AND (o.site_id > 0) = n.by_site
        AND o.period >= n.first_period
        AND o.period < ims._period_after(n.bucket, n.first_period, n.horizon)
    WHERE n.owner_id = $1 AND n.forecast_run_id = $2
$$;
COMMENT ON FUNCTION ims._run_overrides IS 'overrides of the periods of a run';

-- A result has all periods of its run; an override of what has none is a row of its own.
CREATE FUNCTION ims._forecast_rows(
    owner_id bigint,
    forecast_run_id bigint,
    item_ids bigint[],
    site_id bigint)
RETURNS TABLE (
    item_id bigint,
    site_id bigint,
    period date,
    computed numeric,
    lower_bound numeric,
    upper_bound numeric,
    override numeric,
    forecast numeric)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000
SET search_path = pg_catalog, pg_temp
AS $$
    WITH override AS MATERIALIZED (
        SELECT o.item_id, o.site_id, o.period, o.quantity
        FROM ims._run_overrides($1, $2) AS o
        WHERE ($3 IS NULL OR o.item_id = ANY ($3)) AND ($4 IS NULL OR o.site_id = $4))
    SELECT p.item_id, p.site_id, p.period, p.computed, p.lower_bound, p.upper_bound,
        o.quantity, coalesce(o.quantity, p.computed)
    FROM (
        SELECT r.item_id, r.site_id,
            ims._period_after(n.bucket, n.first_period, u.place - 1) AS period,
            u.value::numeric AS computed, u.lower_value::numeric AS lower_bound,
            u.upper_value::numeric AS upper_bound
        FROM ims.forecast_run AS n
        JOIN ims.forecast_result AS r ON r.owner_id = $1 AND r.forecast_run_id = $2
        CROSS JOIN LATERAL ROWS FROM (
            unnest(r.forecast), unnest(r.lower_bound), unnest(r.upper_bound))
            WITH ORDINALITY AS u (value, lower_value, upper_value, place)
        WHERE n.owner_id = $1 AND n.forecast_run_id = $2
          AND ($3 IS NULL OR r.item_id = ANY ($3)) AND ($4 IS NULL OR r.site_id = $4)) AS p
    LEFT JOIN override AS o
        ON o.item_id = p.item_id AND o.site_id = p.site_id AND o.period = p.period
    UNION ALL
    SELECT o.item_id, o.site_id, o.period, NULL, NULL, NULL, o.quantity, o.quantity
    FROM override AS o
    WHERE NOT EXISTS (
        SELECT FROM ims.forecast_result AS r
        WHERE r.owner_id = $1 AND r.forecast_run_id = $2 AND r.item_id = o.item_id
          AND r.site_id = o.site_id)
$$;
COMMENT ON FUNCTION ims._forecast_rows IS
    'results of a run and overrides per period: the forecast that counts is the last column';

CREATE FUNCTION ims._order_line_problem(line jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN jsonb_typeof(line) <> 'object' THEN 'It is not an object.'
    WHEN NOT line ?& ARRAY['item', 'day', 'quantity'] THEN 'item, day and quantity are needed.'
    WHEN line - ARRAY['item', 'site', 'day', 'quantity'] <> '{}' THEN 'A key is not known.'
    WHEN NOT ims._is_json_day(line -> 'day') THEN 'day is no day like 2026-11-18.'
    WHEN NOT jsonb_path_exists(line, '$.quantity ? (@.type() == "number" && @ >= 0)')
        THEN 'quantity is no number from 0 on.' END;
COMMENT ON FUNCTION ims._order_line_problem IS 'what is wrong with an open order, null for nothing';

CREATE FUNCTION ims._ordered(owner_id bigint, open_orders jsonb)
RETURNS TABLE (place bigint, item_id bigint, site_id bigint, day date, quantity numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1000
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    bad record;
BEGIN
    IF open_orders IS NULL THEN
        RETURN;
    END IF;
    IF jsonb_typeof(open_orders) <> 'array' THEN
        PERFORM ims._raise_bad_line('open_orders', 0, 'It is not an array.');
    END IF;
    SELECT e.place, ims._order_line_problem(e.line) AS problem INTO bad
    FROM jsonb_array_elements(open_orders) WITH ORDINALITY AS e (line, place)
    WHERE ims._order_line_problem(e.line) IS NOT NULL
    ORDER BY e.place
    LIMIT 1;
    IF FOUND THEN
        PERFORM ims._raise_bad_line('open_orders', bad.place, bad.problem);
    END IF;
    RETURN QUERY
    SELECT e.place, (ims._item_ids(owner_id, ARRAY[e.line ->> 'item']))[1],
        ims._planned_site_id(e.line ->> 'site'), (e.line ->> 'day')::date,
        (e.line ->> 'quantity')::numeric
    FROM jsonb_array_elements(open_orders) WITH ORDINALITY AS e (line, place);
END
$$;
COMMENT ON FUNCTION ims._ordered IS 'open orders given as JSON, one row each';

CREATE FUNCTION ims.forecast_demand(
    owner text DEFAULT NULL,
    items text[] DEFAULT NULL,
    category text DEFAULT NULL,
    site text DEFAULT NULL,
    forecast_run_id bigint DEFAULT NULL,
    open_orders jsonb DEFAULT NULL)
RETURNS TABLE (
    item text,
    site_code text,
    period date,
    computed numeric,
    lower_bound numeric,
    upper_bound numeric,
    override numeric,
    forecast numeric,
    ordered numeric,
    net_forecast numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1000
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_variable
DECLARE
    my_owner_id bigint := ims._reading_owner_id(owner);
    my_run_id bigint := ims._run_id(my_owner_id, forecast_run_id);
    my_item_ids bigint[] := CASE WHEN items IS NOT NULL OR category IS NOT NULL
        THEN ims._planned_item_ids(my_owner_id, items, category) END;
    my_site_id bigint := CASE WHEN site IS NOT NULL THEN ims._planned_site_id(site) END;
    run record;
    nowhere bigint;
BEGIN
    SELECT n.bucket, n.first_period, n.by_site,
        ims._period_after(n.bucket, n.first_period, n.horizon) AS end_day INTO run
    FROM ims.forecast_run AS n
    WHERE n.owner_id = my_owner_id AND n.forecast_run_id = my_run_id;
    -- A row without site is of what went out without one, or of an item that had no
    -- history: that one takes no order from what is set for sites.
    IF run.by_site THEN
        SELECT min(o.place) INTO nowhere
        FROM ims._ordered(my_owner_id, open_orders) AS o
        WHERE o.site_id = 0
          AND NOT EXISTS (
            SELECT FROM ims.forecast_result AS r
            WHERE r.owner_id = my_owner_id AND r.forecast_run_id = my_run_id
              AND r.item_id = o.item_id AND r.site_id = 0 AND r.periods > 0)
          AND (EXISTS (
                SELECT FROM ims.forecast_result AS r
                WHERE r.owner_id = my_owner_id AND r.forecast_run_id = my_run_id
                  AND r.item_id = o.item_id AND r.site_id > 0)
            OR o.item_id IN (
                SELECT s.item_id FROM ims._run_overrides(my_owner_id, my_run_id) AS s));
        IF nowhere IS NOT NULL THEN
            PERFORM ims._raise_bad_line('open_orders', nowhere,
                'site is needed: the run was made by site.');
        END IF;
    END IF;
    -- What is overdue is wanted in the first period; what comes after the last
    -- one has no forecast to be taken from.  What nobody forecast is ordered all
    -- the same.
    RETURN QUERY
    WITH due AS (
        SELECT o.item_id, o.site_id, o.period, sum(o.quantity) AS quantity
        FROM (
            SELECT o.item_id, CASE WHEN run.by_site THEN o.site_id ELSE 0 END AS site_id,
                greatest(ims._period_start(run.bucket, o.day), run.first_period) AS period,
                o.quantity
            FROM ims._ordered(my_owner_id, open_orders) AS o) AS o
        WHERE o.period < run.end_day AND (my_item_ids IS NULL OR o.item_id = ANY (my_item_ids))
          AND (my_site_id IS NULL OR o.site_id = my_site_id)
        GROUP BY 1, 2, 3)
    SELECT i.code, l.code, r.period, r.computed, r.lower_bound, r.upper_bound, r.override,
        coalesce(r.forecast, 0), r.ordered, greatest(coalesce(r.forecast, 0) - r.ordered, 0)
    FROM (
        SELECT coalesce(f.item_id, d.item_id) AS item_id, coalesce(f.site_id, d.site_id) AS site_id,
            coalesce(f.period, d.period) AS period, f.computed, f.lower_bound, f.upper_bound,
            f.override, f.forecast, coalesce(d.quantity, 0) AS ordered
        FROM ims._forecast_rows(my_owner_id, my_run_id, my_item_ids, my_site_id) AS f
        FULL JOIN due AS d
            ON d.item_id = f.item_id AND d.site_id = f.site_id AND d.period = f.period) AS r
    JOIN ims.item AS i ON i.owner_id = my_owner_id AND i.item_id = r.item_id
    LEFT JOIN ims.location AS l ON l.location_id = r.site_id
    ORDER BY i.code, l.code, r.period;
END
$$;
COMMENT ON FUNCTION ims.forecast_demand IS
'forecast per item and period, with overrides and open orders

Of a run, by default the latest. computed: by the run, between lower_bound and upper_bound
with its coverage; override: as set by ims.set_forecast_override(), whose quantity counts;
forecast: what counts. open_orders: an array of objects with item, day, quantity and, for
runs by site, site; they use up the forecast of their period, overdue ones that of the first:
net_forecast is what is expected besides them, never below zero. Overrides and orders of an
item or site that the run did not forecast have rows of their own, computed NULL, orders
alone with a forecast of zero; those after its last period have none. Base units. A bad line, such as one that names no site where the
run was made by site, is IV503, no such run IV229.
Example: SELECT * FROM ims.forecast_demand(items => ARRAY[''TEA''], open_orders => ''[{"item": "TEA", "day": "2026-11-18", "quantity": 30}]'');';
REVOKE ALL ON FUNCTION ims.forecast_demand FROM PUBLIC;

CREATE FUNCTION ims.forecast_hierarchy(
    owner text DEFAULT NULL,
    level text DEFAULT 'category',
    forecast_run_id bigint DEFAULT NULL)
RETURNS TABLE (
    code text,
    period date,
    items bigint,
    computed numeric,
    overridden bigint,
    forecast numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1000
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_variable
DECLARE
    my_owner_id bigint := ims._reading_owner_id(owner);
    my_run_id bigint;
BEGIN
    PERFORM ims._check_present('level', level IS NOT NULL),
        ims._check_choice('level', level, 'item', 'category', 'site', 'owner');
    my_run_id := ims._run_id(my_owner_id, forecast_run_id);
    RETURN QUERY
    WITH RECURSIVE under AS (
        SELECT c.code AS root_code, c.category_id
        FROM ims.category AS c
        WHERE c.owner_id = my_owner_id AND level = 'category'
        UNION
        SELECT u.root_code, c.category_id
        FROM under AS u
        JOIN ims.category AS c ON c.owner_id = my_owner_id AND c.parent_id = u.category_id)
    SELECT CASE level WHEN 'category' THEN u.root_code WHEN 'site' THEN l.code
            WHEN 'item' THEN i.code ELSE o.code END AS code,
        r.period, count(DISTINCT r.item_id), sum(r.computed), count(r.override), sum(r.forecast)
    FROM ims._forecast_rows(my_owner_id, my_run_id, NULL, NULL) AS r
    JOIN ims.item AS i ON i.owner_id = my_owner_id AND i.item_id = r.item_id
    JOIN ims.owner AS o ON o.owner_id = my_owner_id
    LEFT JOIN under AS u ON u.category_id = i.category_id
    LEFT JOIN ims.location AS l ON l.location_id = r.site_id
    GROUP BY 1, 2
    ORDER BY 1, 2;
END
$$;
COMMENT ON FUNCTION ims.forecast_hierarchy IS
'forecast summed over items: by category, site or owner

Bottom-up, of a run, by default the latest. level: item, category (with all below it; a row
without code is for items that have none), site (without code: all together) or owner.
overridden: results of the period with an override, which forecast takes instead of what was
computed. To go the other way, give a category an override: it is spread over its items.
Example: SELECT * FROM ims.forecast_hierarchy(level => ''category'');';
REVOKE ALL ON FUNCTION ims.forecast_hierarchy FROM PUBLIC;
