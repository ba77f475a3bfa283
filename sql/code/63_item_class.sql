-- Classes of all items of an owner, kept with every change.

-- What items are ranked by: demand of the window, at cost, at sale value, by
-- the number of lines that went out, or by margin.  What was reversed never was,
-- and what came back is taken off its sale.
-- Instants of a day lie within a day of the same day in UTC, in every zone.
CREATE FUNCTION ims._class_amounts(
    owner_id bigint,
    item_ids bigint[],
    measure text,
    from_period date,
    to_period date)
RETURNS TABLE (item_id bigint, amount double precision, quantity numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1000
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
    from_at CONSTANT timestamptz := (from_period - 1)::timestamp AT TIME ZONE 'UTC';
    to_at CONSTANT timestamptz := (to_period + 1)::timestamp AT TIME ZONE 'UTC';
BEGIN
    RETURN QUERY
    SELECT i.item_id, greatest(coalesce(s.amount, 0), 0)::double precision,
        greatest(coalesce(s.quantity, 0), 0)
    FROM ims.item AS i
    LEFT JOIN (
        SELECT l.item_id, sum(l.shipped - l.returned) AS quantity,
            CASE measure
                WHEN 'picks' THEN sum(sign(l.shipped))
                WHEN 'cost' THEN sum((l.shipped - l.returned) * p.cost)
                WHEN 'sales' THEN sum((l.shipped - l.returned) * p.price)
                ELSE sum((l.shipped - l.returned) * (p.price - p.cost)) END AS amount
        FROM ims_bi.demand_line AS l
        JOIN ims.item AS i ON i.owner_id = owner_id AND i.item_id = l.item_id
        CROSS JOIN LATERAL (
            SELECT coalesce(l.unit_cost, i.cost_price, 0) AS cost,
                coalesce(l.unit_price, i.retail_price, 0) AS price) AS p
        WHERE l.owner_id = owner_id AND l.item_id = ANY (item_ids)
          AND l.demanded_at >= from_at AND l.demanded_at < to_at
          AND ims._local_day(l.demanded_at, l.time_zone) >= from_period
          AND ims._local_day(l.demanded_at, l.time_zone) < to_period
        GROUP BY l.item_id) AS s ON s.item_id = i.item_id
    WHERE i.owner_id = owner_id AND i.item_id = ANY (item_ids);
END
$$;
COMMENT ON FUNCTION ims._class_amounts IS 'amount and quantity of the demand for each item';
REVOKE ALL ON FUNCTION ims._class_amounts FROM PUBLIC;

CREATE FUNCTION ims._class_turns(
    owner_id bigint,
    item_ids bigint[],
    from_at timestamptz,
    to_at timestamptz)
RETURNS TABLE (item_id bigint, mean_stock numeric)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.item_id, greatest(sum(s.on_hand) / 2, 0)
    FROM (
        SELECT a.item_id, a.on_hand FROM ims._stock_by_item_at_ids($1, $3, $2) AS a
        UNION ALL
        SELECT b.item_id, b.on_hand FROM ims._stock_by_item_at_ids($1, $4, $2) AS b) AS s
    GROUP BY s.item_id
$$;
COMMENT ON FUNCTION ims._class_turns IS 'mean of the stock of items at two instants';
REVOKE ALL ON FUNCTION ims._class_turns FROM PUBLIC;

-- A history begins with the item, or with the window: what is before its first
-- demand counts.
CREATE FUNCTION ims._history_class(
    demand double precision[], adi_cut double precision, cv2_cut double precision)
RETURNS text
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'ims_history_class';
COMMENT ON FUNCTION ims._history_class IS
    'demand class of a history, periods before its first demand included';
REVOKE ALL ON FUNCTION ims._history_class FROM PUBLIC;

CREATE FUNCTION ims._new_classes(
    owner_id bigint,
    item_ids bigint[],
    measure text,
    bucket text,
    from_period date,
    to_period date,
    zone text,
    cuts jsonb)
RETURNS TABLE (
    item_id bigint,
    amount numeric,
    turns numeric,
    abc text,
    xyz text,
    demand_class text,
    fsn text,
    life_stage text)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1000
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
    from_at timestamptz := from_period::timestamp AT TIME ZONE zone;
    to_at timestamptz := to_period::timestamp AT TIME ZONE zone;
    years CONSTANT numeric := (to_period - from_period) / 365.25;
BEGIN
    RETURN QUERY
    WITH amount AS MATERIALIZED (
        SELECT a.item_id, a.amount, a.quantity
        FROM ims._class_amounts(owner_id, item_ids, measure, from_period, to_period) AS a),
    ranked AS (
        SELECT r.item_id, r.abc
        FROM (SELECT array_agg(a.item_id ORDER BY a.item_id) AS ids,
                  array_agg(a.amount ORDER BY a.item_id) AS amounts
              FROM amount AS a) AS g
        CROSS JOIN LATERAL ROWS FROM (unnest(g.ids),
            unnest(ims.abc_class(amounts => g.amounts,
                a_cut => (cuts ->> 'a_cut')::double precision,
                b_cut => (cuts ->> 'b_cut')::double precision))) AS r (item_id, abc))
    SELECT a.item_id, a.amount::numeric, t.turns, r.abc,
        ims.xyz_class(demand => t.demand, x_cut => (cuts ->> 'x_cut')::double precision,
            y_cut => (cuts ->> 'y_cut')::double precision),
        ims._history_class(t.demand, (cuts ->> 'adi_cut')::double precision,
            (cuts ->> 'cv2_cut')::double precision),
        CASE WHEN t.turns IS NULL AND a.quantity > 0 THEN 'F'
             ELSE ims.fsn_class(turns => t.turns::double precision,
                 fast_cut => (cuts ->> 'fast_cut')::double precision,
                 slow_cut => (cuts ->> 'slow_cut')::double precision) END,
        l.stage
    FROM amount AS a
    JOIN ranked AS r ON r.item_id = a.item_id
    LEFT JOIN ims._forecast_history(owner_id, item_ids, false, bucket, from_period, to_period,
        false, '{outlier}') AS h ON h.item_id = a.item_id
    LEFT JOIN ims._class_turns(owner_id, item_ids, from_at, to_at) AS s ON s.item_id = a.item_id
    CROSS JOIN LATERAL (
        SELECT round(a.quantity / years / nullif(s.mean_stock, 0), 6) AS turns,
            ims._known_demand(h.demand, h.in_stock, false) AS demand OFFSET 0) AS t
    -- What begins without demand had some before the window: one, next to nothing,
    -- stands for it, so that the item may be dead; it is not new, however short the
    -- window.  What was not sold in all of it, and is not there at its end, nobody
    -- brought back: zeros count then, though the shelf was empty.
    CROSS JOIN LATERAL (
        SELECT h.demand IS NOT NULL AND coalesce(h.demand[1], 0) = 0 AS sold_before,
            (0 = ALL (h.demand)) IS NOT FALSE AND h.in_stock[cardinality(h.in_stock)] = 0
                AS is_gone) AS p
    CROSS JOIN LATERAL ims.life_cycle(
        demand => CASE WHEN p.sold_before THEN '{0.000001}'::double precision[] END
            || CASE WHEN p.is_gone THEN h.demand ELSE t.demand END,
        new_periods => CASE WHEN p.sold_before THEN least((cuts ->> 'new_periods')::numeric::bigint, 0)
            ELSE (cuts ->> 'new_periods')::numeric::bigint END,
        dead_periods => (cuts ->> 'dead_periods')::numeric::bigint,
        window_length => (cuts ->> 'window_length')::numeric::bigint,
        growth_cut => (cuts ->> 'growth_cut')::double precision,
        decline_cut => (cuts ->> 'decline_cut')::double precision) AS l;
END
$$;
COMMENT ON FUNCTION ims._new_classes IS 'classes of items by the demand of a window';
REVOKE ALL ON FUNCTION ims._new_classes FROM PUBLIC;

CREATE FUNCTION ims._check_cuts(cuts jsonb)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    known CONSTANT text[] := '{a_cut,b_cut,x_cut,y_cut,adi_cut,cv2_cut,fast_cut,slow_cut,
        new_periods,dead_periods,window_length,growth_cut,decline_cut}';
    whole CONSTANT text[] := '{new_periods,dead_periods,window_length}';
    cut record;
    value numeric;
BEGIN
    IF jsonb_typeof(cuts) <> 'object' THEN
        PERFORM ims._raise_bad_line('cuts', 0, 'It is not an object.');
    END IF;
    FOR cut IN SELECT c.key, c.value FROM jsonb_each(cuts) AS c ORDER BY c.key LOOP
        PERFORM ims._check_choice('cuts', cut.key, VARIADIC known);
        IF jsonb_typeof(cut.value) <> 'number' THEN
            PERFORM ims._raise_bad_line('cuts', 0, format('%s is no number.', cut.key));
        END IF;
        value := abs((cut.value #>> '{}')::numeric);
        IF cut.key = ANY (whole) AND (value <> trunc(value) OR value > 1e18) THEN
            PERFORM ims._raise_bad_line('cuts', 0,
                format('%s is no whole number of that size.', cut.key));
        ELSIF value > 1e300 OR value > 0 AND value < 1e-300 THEN
            PERFORM ims._raise_bad_line('cuts', 0,
                format('%s is beyond 1e300, or next to zero.', cut.key));
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION ims._check_cuts IS 'raise IV503 or 22023 for cut points that are none';
REVOKE ALL ON FUNCTION ims._check_cuts FROM PUBLIC;

CREATE FUNCTION ims._classify_items(
    owner_id bigint,
    items text[] DEFAULT NULL,
    category text DEFAULT NULL,
    measure text DEFAULT 'cost',
    bucket text DEFAULT 'week',
    history_periods bigint DEFAULT 52,
    as_of date DEFAULT NULL,
    cuts jsonb DEFAULT '{}',
    actor text DEFAULT NULL,
    OUT items_classified bigint,
    OUT classes_changed bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    zone text;
    today date := ims._today(owner_id);
    to_period date;
    item_ids bigint[];
BEGIN
    measure := coalesce(measure, 'cost');
    bucket := coalesce(bucket, 'week');
    history_periods := coalesce(history_periods, 52);
    as_of := coalesce(as_of, today);
    cuts := coalesce(cuts, '{}');
    PERFORM ims._check_why(NULL, actor);
    PERFORM ims._check_choice('measure', measure, 'cost', 'sales', 'picks', 'margin');
    PERFORM ims._check_run(bucket, 1, history_periods, 1, 0.95, as_of, today, '{}');
    PERFORM ims._check_cuts(cuts);
    item_ids := ims._planned_item_ids(owner_id, items, category);
    to_period := ims._period_start(bucket, as_of);
    -- One classification of an owner at a time: each compares with the last.
    SELECT o.time_zone INTO zone FROM ims.owner AS o WHERE o.owner_id = owner_id FOR NO KEY UPDATE;
    WITH found AS MATERIALIZED (
        SELECT n.*
        FROM ims._new_classes(owner_id, item_ids, measure, bucket,
            ims._period_after(bucket, to_period, - history_periods), to_period, zone, cuts) AS n),
    change AS (
        INSERT INTO ims.item_class_change (owner_id, item_id, kind, old_class, new_class,
            classified_on, changed_at, session_role, caller_role, actor)
        SELECT owner_id, n.item_id, k.kind, k.old_class, k.new_class, as_of, clock_timestamp(),
            session_user, ims._caller_role(), actor
        FROM found AS n
        LEFT JOIN ims.item_class AS c ON c.owner_id = owner_id AND c.item_id = n.item_id
        CROSS JOIN LATERAL (VALUES
            ('abc', c.abc, n.abc), ('xyz', c.xyz, n.xyz),
            ('demand_class', c.demand_class, n.demand_class), ('fsn', c.fsn, n.fsn),
            ('life_stage', c.life_stage, n.life_stage)) AS k (kind, old_class, new_class)
        WHERE k.old_class IS DISTINCT FROM k.new_class
        ORDER BY n.item_id, k.kind
        RETURNING 1),
    kept AS (
        INSERT INTO ims.item_class AS c (owner_id, item_id, classified_on, amount, turns, abc,
            xyz, demand_class, fsn, life_stage)
        SELECT owner_id, n.item_id, as_of, n.amount, n.turns, n.abc, n.xyz, n.demand_class,
            n.fsn, n.life_stage
        FROM found AS n
        ORDER BY n.item_id
        ON CONFLICT ON CONSTRAINT item_class_pkey DO UPDATE
        SET classified_on = EXCLUDED.classified_on, amount = EXCLUDED.amount,
            turns = EXCLUDED.turns, abc = EXCLUDED.abc, xyz = EXCLUDED.xyz,
            demand_class = EXCLUDED.demand_class, fsn = EXCLUDED.fsn,
            life_stage = EXCLUDED.life_stage
        RETURNING 1)
    SELECT (SELECT count(*) FROM kept), (SELECT count(*) FROM change)
    INTO items_classified, classes_changed;
END
$$;
COMMENT ON FUNCTION ims._classify_items IS 'internal form of ims.classify_items()';
REVOKE ALL ON FUNCTION ims._classify_items FROM PUBLIC;

CREATE FUNCTION ims.classify_items(
    owner text DEFAULT NULL,
    items text[] DEFAULT NULL,
    category text DEFAULT NULL,
    measure text DEFAULT 'cost',
    bucket text DEFAULT 'week',
    history_periods bigint DEFAULT 52,
    as_of date DEFAULT NULL,
    cuts jsonb DEFAULT '{}',
    actor text DEFAULT NULL,
    OUT items_classified bigint,
    OUT classes_changed bigint)
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.classify_items IS
'classify items, and keep what changed

By the history_periods that ended before as_of, by default today: abc among these items by
measure, cost (demand at unit cost), sales, picks (lines) or margin; xyz and demand class by
their demand per bucket, as far as it is known; fsn by turns, demand of a year over the mean
of the stock at both ends; life stage, dead also where an item is sold out for the whole
history and not there at its end. cuts: cut points by name, those of ims.abc_class(), ims.xyz_class(),
ims.demand_class(), ims.fsn_class() and ims.life_cycle(). Each class that differs from the
last is kept in ims_bi.item_class_change. An item without stock but with demand is F.
Example: SELECT * FROM ims.classify_items(measure => ''sales'', cuts => ''{"a_cut": 0.7, "b_cut": 0.9}'');';
REVOKE ALL ON FUNCTION ims.classify_items FROM PUBLIC;

CREATE FUNCTION ims._set_item_ved(
    owner_id bigint,
    item text DEFAULT NULL,
    ved text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    item_id bigint := ims._item_id(owner_id, item);
    today date := ims._today(owner_id);
    old_class text;
BEGIN
    PERFORM ims._check_why(NULL, actor);
    PERFORM ims._check_choice('ved', ved, 'V', 'E', 'D');
    INSERT INTO ims.item_class AS c (owner_id, item_id, classified_on)
    VALUES (owner_id, item_id, today)
    ON CONFLICT ON CONSTRAINT item_class_pkey DO NOTHING;
    SELECT c.ved INTO old_class
    FROM ims.item_class AS c
    WHERE c.owner_id = owner_id AND c.item_id = item_id
    FOR NO KEY UPDATE;
    IF old_class IS DISTINCT FROM ved THEN
        UPDATE ims.item_class AS c
        SET ved = _set_item_ved.ved
        WHERE c.owner_id = owner_id AND c.item_id = item_id;
        INSERT INTO ims.item_class_change (owner_id, item_id, kind, old_class, new_class,
            classified_on, changed_at, session_role, caller_role, actor)
        VALUES (owner_id, item_id, 'ved', old_class, ved, today, clock_timestamp(),
            session_user, ims._caller_role(), actor);
    END IF;
END
$$;
COMMENT ON FUNCTION ims._set_item_ved IS 'internal form of ims.set_item_ved()';
REVOKE ALL ON FUNCTION ims._set_item_ved FROM PUBLIC;

CREATE FUNCTION ims.set_item_ved(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    ved text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.set_item_ved IS
'say how much an item is needed: V, E or D

Vital, essential or desirable, which no demand tells; null takes it back. It stays when items
are classified.
Example: SELECT ims.set_item_ved(item => ''VALVE'', ved => ''V'');';
REVOKE ALL ON FUNCTION ims.set_item_ved FROM PUBLIC;
