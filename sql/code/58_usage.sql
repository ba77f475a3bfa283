-- Usage of periodic items, when a period is closed.
--
-- Nobody issues screws one by one: what was used follows from the counts,
-- opening + receipts - counted.  The count of a periodic item is kept as it is
-- entered, and the books follow here: for each count of the period, in the
-- order of time, the level of the books less the level counted is posted from
-- the place to PRODUCTION, dated at the count, and linked to it.  Goods found
-- go the other way.

-- Usage of each pending count: what the books have too much, less what the
-- earlier counts of the same balance took already.
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
                s.handling_unit_id, s.counted_at) - s.counted_quantity AS quantity
        FROM ims.stock_count AS s
        JOIN jsonb_to_recordset($2) AS b (
            item_id bigint, location_id bigint, lot_id bigint, handling_unit_id bigint,
            on_hand numeric)
            ON b.item_id = s.item_id AND b.location_id = s.location_id AND b.lot_id = s.lot_id
            AND b.handling_unit_id = s.handling_unit_id
        WHERE s.owner_id = $1 AND s.pending AND s.counted_at <= $3)
    SELECT e.posting_id, e.counted_at, e.item_id, e.location_id, e.lot_id, e.handling_unit_id,
        e.quantity - lag(e.quantity, 1, 0::numeric) OVER (
            PARTITION BY e.item_id, e.location_id, e.lot_id, e.handling_unit_id
            ORDER BY e.counted_at)
    FROM excess AS e
$$;
COMMENT ON FUNCTION ims._pending_usage IS 'what periodic items were used up to each count, base units';
REVOKE ALL ON FUNCTION ims._pending_usage FROM PUBLIC;

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
    postings jsonb;
    lines jsonb;
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

    -- A count at the very end of the period belongs to it: its usage is dated
    -- the instant before.
    WITH usage AS (
        SELECT u.*, dense_rank() OVER (ORDER BY u.counted_at, u.count_posting_id) AS posting
        FROM ims._pending_usage(owner_id, balances, period.ends_at) AS u
        WHERE u.usage <> 0)
    SELECT (
            SELECT jsonb_agg(jsonb_build_object(
                'owner_id', owner_id, 'kind', 'usage', 'origin_posting_id', p.count_posting_id,
                'effective_at',
                    least(p.counted_at, period.ends_at - interval '1 microsecond'),
                'reference_type', 'period', 'reference_number', period.name,
                'reason', 'used, by the count') ORDER BY p.posting)
            FROM (SELECT DISTINCT u.posting, u.count_posting_id, u.counted_at FROM usage AS u)
                AS p),
        (
            SELECT jsonb_agg(jsonb_build_object(
                'posting', u.posting, 'item_id', u.item_id, 'lot_id', u.lot_id,
                'quantity', abs(u.usage),
                'from_location_id', CASE WHEN u.usage > 0 THEN u.location_id ELSE 6 END,
                'to_location_id', CASE WHEN u.usage > 0 THEN 6 ELSE u.location_id END,
                'from_handling_unit_id', CASE WHEN u.usage > 0 THEN u.handling_unit_id ELSE 0 END,
                'to_handling_unit_id', CASE WHEN u.usage > 0 THEN 0 ELSE u.handling_unit_id END)
                ORDER BY u.posting, u.item_id, u.location_id, u.lot_id, u.handling_unit_id)
            FROM usage AS u)
    INTO postings, lines;
    IF postings IS NOT NULL THEN
        PERFORM ims._post_lines(postings, lines);
    END IF;
    PERFORM ims._engine_begin();
    UPDATE ims.stock_count AS s
    SET pending = false
    WHERE s.owner_id = owner_id AND s.pending AND s.counted_at <= period.ends_at;
    PERFORM ims._engine_end();
    RETURN coalesce(jsonb_array_length(postings), 0);
END
$$;
COMMENT ON FUNCTION ims._post_period_usage IS
    'post the usage of periodic items that a period ends with: number of postings';
REVOKE ALL ON FUNCTION ims._post_period_usage FROM PUBLIC;
