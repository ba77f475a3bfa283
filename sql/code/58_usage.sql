-- Usage of periodic items, when a period is closed.
--
-- Nobody issues screws one by one: what was used follows from the counts,
-- opening + receipts - counted.  The count of a periodic item is kept as it is
-- entered, and the books follow here: for each count of the period, in the
-- order of time, the level of the books less the level counted is posted from
-- the place to PRODUCTION, dated at the count, and linked to it.  Goods found
-- go the other way.
--
-- From then on the count asserts its level.  What is posted into the period when
-- it was reopened is compensated from or to ADJUSTMENT, and becomes usage when
-- the period is closed again.  What is reversed after its period was closed is
-- compensated at the time of the reversal, and changes the usage of that period.

-- Usage of each pending count: what the books have too much, less what the
-- earlier counts of the same balance took already.  What those take does not
-- reach beyond a count that was closed before, which keeps its level.
CREATE FUNCTION ims._pending_usage(owner_id bigint, balances jsonb, ends_at timestamptz)
RETURNS TABLE (
    count_posting_id bigint,
    counted_at timestamptz,
    item_id bigint,
    location_id bigint,
    lot_id bigint,
    handling_unit_id bigint,
    usage numeric)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
    WITH excess AS MATERIALIZED (
        SELECT s.posting_id, s.counted_at, s.item_id, s.location_id, s.lot_id, s.handling_unit_id,
            b.on_hand - ims._change_since($1, s.item_id, s.location_id, s.lot_id,
                s.handling_unit_id, s.counted_at) - s.counted_quantity AS quantity,
            (SELECT min(a.counted_at)
             FROM ims.stock_count AS a
             WHERE a.owner_id = s.owner_id AND a.item_id = s.item_id
               AND a.location_id = s.location_id AND a.lot_id = s.lot_id
               AND a.handling_unit_id = s.handling_unit_id AND a.counted_at > s.counted_at
               AND a.reversed_posting_id IS NULL AND NOT a.pending) AS kept_at
        FROM ims.stock_count AS s
        JOIN jsonb_to_recordset($2) AS b (
            item_id bigint, location_id bigint, lot_id bigint, handling_unit_id bigint,
            on_hand numeric)
            ON b.item_id = s.item_id AND b.location_id = s.location_id AND b.lot_id = s.lot_id
            AND b.handling_unit_id = s.handling_unit_id
        WHERE s.owner_id = $1 AND s.pending AND s.counted_at <= $3)
    SELECT e.posting_id, e.counted_at, e.item_id, e.location_id, e.lot_id, e.handling_unit_id,
        e.quantity - lag(e.quantity, 1, 0::numeric) OVER (
            PARTITION BY e.item_id, e.location_id, e.lot_id, e.handling_unit_id, e.kept_at
            ORDER BY e.counted_at)
    FROM excess AS e
$$;
COMMENT ON FUNCTION ims._pending_usage IS 'what periodic items were used up to each count, base units';
REVOKE ALL ON FUNCTION ims._pending_usage FROM PUBLIC;

-- What the corrections of each count have left at ADJUSTMENT, to be usage: nothing
-- where it is usage by now, or where a correction made up for another.  Of a count
-- in closed time it is dated as its last correction is.  What a count found while
-- its item was perpetual is no usage, nor is what corrects it.
CREATE FUNCTION ims._corrected_usage(owner_id bigint, ends_at timestamptz)
RETURNS TABLE (
    count_posting_id bigint,
    counted_at timestamptz,
    item_id bigint,
    location_id bigint,
    lot_id bigint,
    handling_unit_id bigint,
    usage numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_variable
DECLARE
    open_from CONSTANT timestamptz := coalesce(
        (SELECT o.closed_through FROM ims.owner AS o WHERE o.owner_id = owner_id), '-infinity');
    count_ids CONSTANT bigint[] := ARRAY(
        SELECT s.posting_id
        FROM ims.stock_count AS s
        JOIN ims.item AS i ON i.owner_id = s.owner_id AND i.item_id = s.item_id
        WHERE s.owner_id = owner_id AND s.counted_at >= open_from AND s.counted_at <= ends_at
          AND s.reversed_posting_id IS NULL AND i.periodic AND i.tracking <> 'serial'
        UNION
        SELECT p.origin_posting_id
        FROM ims.item AS i
        JOIN ims.movement AS m ON m.owner_id = i.owner_id AND m.item_id = i.item_id
            AND m.effective_at >= open_from AND m.effective_at < ends_at
            AND 4 IN (m.from_location_id, m.to_location_id)
        JOIN ims.posting AS p ON p.owner_id = m.owner_id AND p.posting_id = m.posting_id
        WHERE i.owner_id = owner_id AND p.kind = 'count_correction'
          AND i.periodic AND i.tracking <> 'serial');
    correction_ids CONSTANT bigint[] := ARRAY(
        SELECT p.posting_id
        FROM ims.posting AS p
        WHERE p.owner_id = owner_id AND p.kind = 'count_correction'
          AND p.origin_posting_id = ANY (count_ids));
BEGIN
    IF cardinality(correction_ids) = 0 THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT c.posting_id,
        CASE WHEN c.counted_at >= open_from THEN c.counted_at ELSE max(m.effective_at) END,
        c.item_id, c.location_id, c.lot_id, c.handling_unit_id, sum(e.quantity)
    FROM ims.movement AS m
    JOIN ims.posting AS p ON p.owner_id = m.owner_id AND p.posting_id = m.posting_id
    CROSS JOIN LATERAL (VALUES
        (m.from_location_id, m.from_handling_unit_id, m.quantity::numeric),
        (m.to_location_id, m.to_handling_unit_id, - m.quantity))
        AS e (location_id, handling_unit_id, quantity)
    JOIN ims.stock_count AS c ON c.owner_id = m.owner_id AND c.posting_id = p.origin_posting_id
        AND c.item_id = m.item_id AND c.location_id = e.location_id AND c.lot_id = m.lot_id
        AND c.handling_unit_id = e.handling_unit_id AND c.reversed_posting_id IS NULL
    JOIN ims.posting AS o ON o.owner_id = c.owner_id AND o.posting_id = c.posting_id
    JOIN ims.item AS i ON i.owner_id = m.owner_id AND i.item_id = m.item_id
        AND i.periodic AND i.tracking <> 'serial'
    WHERE m.owner_id = owner_id AND m.posting_id = ANY (correction_ids)
      AND NOT EXISTS (
        SELECT FROM ims.master_change AS h
        WHERE h.owner_id = i.owner_id AND h.table_name = 'item'
          AND h.row_key = jsonb_build_object('owner_id', i.owner_id, 'item_id', i.item_id)
          AND h.new_row @> '{"periodic": true}' AND h.old_row @> '{"periodic": false}'
          AND h.changed_at > o.recorded_at)
    GROUP BY c.posting_id, c.counted_at, c.item_id, c.location_id, c.lot_id, c.handling_unit_id
    HAVING sum(e.quantity) <> 0;
END
$$;
COMMENT ON FUNCTION ims._corrected_usage IS
    'what corrections of counts of periodic items left at ADJUSTMENT, base units';
REVOKE ALL ON FUNCTION ims._corrected_usage FROM PUBLIC;

-- Stock of a periodic item that nobody counted in the period has no usage to
-- be computed from.
CREATE FUNCTION ims._check_periodic_counted(
    owner_id bigint, period text, starts_at timestamptz, ends_at timestamptz)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    missing record;
BEGIN
    -- The level reads history, so only what was not counted is asked for it.
    WITH uncounted AS MATERIALIZED (
        SELECT s.owner_id, s.item_id, s.location_id, s.lot_id, s.handling_unit_id, s.on_hand,
            i.code AS item, l.code AS location
        FROM ims.item AS i
        JOIN ims.stock AS s ON s.owner_id = i.owner_id AND s.item_id = i.item_id
        JOIN ims.location AS l ON l.location_id = s.location_id AND l.site_id > 0
        WHERE i.owner_id = owner_id AND i.periodic AND i.tracking <> 'serial'
          AND NOT EXISTS (
            SELECT FROM ims.stock_count AS c
            WHERE c.owner_id = s.owner_id AND c.item_id = s.item_id
              AND c.location_id = s.location_id AND c.lot_id = s.lot_id
              AND c.handling_unit_id = s.handling_unit_id
              AND c.counted_at > starts_at AND c.counted_at <= ends_at
              AND c.reversed_posting_id IS NULL)),
    missed AS (
        SELECT DISTINCT u.item, u.location
        FROM uncounted AS u
        WHERE u.on_hand <> ims._change_since(u.owner_id, u.item_id, u.location_id, u.lot_id,
            u.handling_unit_id, ends_at))
    SELECT count(*) AS number, (array_agg(m.item ORDER BY m.item, m.location))[1:20] AS items,
        (array_agg(m.location ORDER BY m.item, m.location))[1:20] AS locations
    INTO missing
    FROM missed AS m;
    IF missing.number > 0 THEN
        RAISE 'period "%" cannot be closed: periodic items were not counted', period
            USING ERRCODE = 'IV227',
                DETAIL = format('%s balances have no count in it. ', missing.number)
                    || jsonb_build_object('period', period, 'balances', missing.number,
                        'items', missing.items, 'locations', missing.locations)::text,
                HINT = 'Count them with counted_at in the period, or make the items perpetual.';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_periodic_counted IS
    'raise IV227 where stock of a periodic item was not counted in a period';
REVOKE ALL ON FUNCTION ims._check_periodic_counted FROM PUBLIC;

-- The usage of counts, a posting for each.  What comes from ADJUSTMENT goes back
-- to the place at the same instant first, so that no level changes.
CREATE FUNCTION ims._post_usage(
    owner_id bigint, period text, ends_at timestamptz, usages jsonb, from_adjustment boolean)
RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    postings jsonb;
    lines jsonb;
BEGIN
    -- A count at the very end of the period belongs to it: its usage is dated
    -- the instant before.
    WITH usage AS (
        SELECT u.*, k.kind, k.place,
            CASE WHEN k.kind = 'usage' THEN u.usage ELSE - u.usage END AS leaves,
            dense_rank() OVER (ORDER BY u.counted_at, u.count_posting_id, k.kind) AS posting
        FROM jsonb_to_recordset(usages) AS u (
            count_posting_id bigint, counted_at timestamptz, item_id bigint,
            location_id bigint, lot_id bigint, handling_unit_id bigint, usage numeric)
        JOIN (VALUES ('count_correction', 4), ('usage', 6)) AS k (kind, place)
            ON from_adjustment OR k.kind = 'usage'
        WHERE u.usage <> 0)
    SELECT (
            SELECT jsonb_agg(jsonb_build_object(
                'owner_id', owner_id, 'kind', p.kind, 'origin_posting_id', p.count_posting_id,
                'effective_at', least(p.counted_at, ends_at - interval '1 microsecond'),
                'reference_type', 'period', 'reference_number', period,
                'reason', 'used, by the count') ORDER BY p.posting)
            FROM (
                SELECT DISTINCT u.posting, u.kind, u.count_posting_id, u.counted_at
                FROM usage AS u) AS p),
        (
            SELECT jsonb_agg(jsonb_build_object(
                'posting', u.posting, 'item_id', u.item_id, 'lot_id', u.lot_id,
                'quantity', abs(u.leaves),
                'from_location_id', CASE WHEN u.leaves > 0 THEN u.location_id ELSE u.place END,
                'to_location_id', CASE WHEN u.leaves > 0 THEN u.place ELSE u.location_id END,
                'from_handling_unit_id', CASE WHEN u.leaves > 0 THEN u.handling_unit_id ELSE 0 END,
                'to_handling_unit_id', CASE WHEN u.leaves > 0 THEN 0 ELSE u.handling_unit_id END)
                ORDER BY u.posting, u.item_id, u.location_id, u.lot_id, u.handling_unit_id)
            FROM usage AS u)
    INTO postings, lines;
    IF postings IS NOT NULL THEN
        PERFORM ims._post_lines(postings, lines);
    END IF;
    RETURN coalesce(jsonb_array_length(postings), 0);
END
$$;
COMMENT ON FUNCTION ims._post_usage IS 'post usage of periodic items: number of postings';
REVOKE ALL ON FUNCTION ims._post_usage FROM PUBLIC;

-- Called while the period is being closed: postings are kept out.
CREATE FUNCTION ims._post_period_usage(owner_id bigint, period_id bigint)
RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    period record;
    balances jsonb;
    usages jsonb;
    posted bigint;
BEGIN
    SELECT p.name, p.starts_at, p.ends_at INTO STRICT period
    FROM ims.period AS p
    WHERE p.owner_id = owner_id AND p.period_id = period_id;
    IF NOT EXISTS (SELECT FROM ims.item AS i WHERE i.owner_id = owner_id AND i.periodic)
        AND NOT EXISTS (SELECT FROM ims.stock_count AS s WHERE s.owner_id = owner_id AND s.pending)
    THEN
        RETURN 0;
    END IF;
    PERFORM ims._check_periodic_counted(owner_id, period.name, period.starts_at, period.ends_at);

    SELECT jsonb_agg(to_jsonb(b)) INTO balances
    FROM (
        SELECT array_agg(owner_id) AS owner_ids, array_agg(s.item_id) AS item_ids,
            array_agg(s.location_id) AS location_ids, array_agg(s.lot_id) AS lot_ids,
            array_agg(s.handling_unit_id) AS handling_unit_ids
        FROM (
            SELECT DISTINCT s.item_id, s.location_id, s.lot_id, s.handling_unit_id
            FROM ims.stock_count AS s
            WHERE s.owner_id = owner_id AND s.pending AND s.counted_at <= period.ends_at) AS s)
        AS k
    CROSS JOIN LATERAL ims._lock_balances(k.owner_ids, k.item_ids, k.location_ids, k.lot_ids,
        k.handling_unit_ids) AS b;

    SELECT jsonb_agg(to_jsonb(u)) INTO usages
    FROM ims._pending_usage(owner_id, balances, period.ends_at) AS u;
    posted := ims._post_usage(owner_id, period.name, period.ends_at, usages, false);
    PERFORM ims._engine_begin();
    UPDATE ims.stock_count AS s
    SET pending = false
    WHERE s.owner_id = owner_id AND s.pending AND s.counted_at <= period.ends_at;
    PERFORM ims._engine_end();
    -- The usage of a count may be corrected by a later one that was closed before.
    SELECT jsonb_agg(to_jsonb(u)) INTO usages
    FROM ims._corrected_usage(owner_id, period.ends_at) AS u;
    RETURN posted + ims._post_usage(owner_id, period.name, period.ends_at, usages, true);
END
$$;
COMMENT ON FUNCTION ims._post_period_usage IS
    'post the usage of periodic items that a period ends with: number of postings';
REVOKE ALL ON FUNCTION ims._post_period_usage FROM PUBLIC;
