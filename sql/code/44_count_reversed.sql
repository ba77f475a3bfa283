-- Counts that are entered after a posting was reversed, for an instant between.
--
-- A posting and its reversal cancel out, so what was counted between them had the
-- effect of neither: the one that follows must not move the level again.  It is
-- compensated as where the count comes before the reversal (46_reversal), unless
-- another count was between them, which did it.  The books of a periodic item
-- follow when the period is closed; until then they are to have neither.
-- Single units name where they are, there is nothing to make up for.

CREATE FUNCTION ims._count_compensations(
    owner_id bigint, levels ims._counted_level[], counted_at timestamptz)
RETURNS TABLE (
    effective_at timestamptz,
    item_id bigint,
    location_id bigint,
    lot_id bigint,
    handling_unit_id bigint,
    delta numeric)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN d.at_count THEN $3 ELSE x.effective_at END, l.item_id, l.location_id,
        l.lot_id, l.handling_unit_id, sum(d.sign * e.delta)
    FROM unnest($2) AS l
    JOIN ims.item AS i
        ON i.owner_id = $1 AND i.item_id = l.item_id AND i.tracking <> 'serial'
    JOIN ims.movement AS x
        ON x.owner_id = $1 AND x.item_id = l.item_id AND x.effective_at > $3
        AND x.lot_id = l.lot_id AND l.location_id IN (x.from_location_id, x.to_location_id)
    CROSS JOIN LATERAL (
        SELECT o.effective_at
        FROM ims.movement AS o
        JOIN ims.posting AS p
            ON p.owner_id = x.owner_id AND p.posting_id = x.posting_id AND p.kind = 'reversal'
        WHERE o.owner_id = x.owner_id AND o.movement_id = x.origin_movement_id
        UNION ALL
        -- only a correction is reversed at an earlier time, together with its count
        SELECT r.effective_at
        FROM ims.movement AS r
        JOIN ims.posting AS p
            ON p.owner_id = r.owner_id AND p.posting_id = r.posting_id AND p.kind = 'reversal'
        WHERE r.owner_id = x.owner_id AND r.origin_movement_id = x.movement_id
          AND 4 IN (x.from_location_id, x.to_location_id)) AS y (effective_at)
    CROSS JOIN LATERAL (VALUES
        (x.from_location_id, x.from_handling_unit_id, - x.quantity),
        (x.to_location_id, x.to_handling_unit_id, x.quantity))
        AS e (location_id, handling_unit_id, delta)
    JOIN (VALUES (-1, false), (1, true)) AS d (sign, at_count) ON i.periodic OR NOT d.at_count
    WHERE l.last_effective_at > $3 AND y.effective_at <= $3
      AND e.location_id = l.location_id AND e.handling_unit_id = l.handling_unit_id
      AND NOT EXISTS (
        SELECT FROM ims._next_count($1, l.item_id, l.location_id, l.lot_id, l.handling_unit_id,
            y.effective_at, 0) AS c
        WHERE c.counted_at < x.effective_at)
    GROUP BY 1, l.item_id, l.location_id, l.lot_id, l.handling_unit_id
    HAVING sum(d.sign * e.delta) <> 0
$$;
COMMENT ON FUNCTION ims._count_compensations IS
    'what keeps counted levels where a posting and its reversal are on both sides of the count';
REVOKE ALL ON FUNCTION ims._count_compensations FROM PUBLIC;

CREATE FUNCTION ims._compensating_lines(
    owner_id bigint, posting_id bigint, levels ims._counted_level[], counted_at timestamptz,
    actor text, OUT postings jsonb, OUT lines jsonb)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH compensation AS MATERIALIZED (
        SELECT c.*, dense_rank() OVER (ORDER BY c.effective_at) + 1 AS posting
        FROM ims._count_compensations($1, $3, $4) AS c)
    SELECT coalesce((
            SELECT jsonb_agg(jsonb_build_object(
                'owner_id', $1, 'kind', 'count_correction', 'effective_at', p.effective_at,
                'origin_posting_id', $2, 'actor', $5,
                'reason', 'reversed after the count, posted before it') ORDER BY p.posting)
            FROM (SELECT DISTINCT c.posting, c.effective_at FROM compensation AS c) AS p), '[]'),
        coalesce((
            SELECT jsonb_agg(jsonb_build_object(
                'posting', c.posting, 'item_id', c.item_id, 'lot_id', c.lot_id,
                'quantity', abs(c.delta),
                'from_location_id', CASE WHEN c.delta > 0 THEN 4 ELSE c.location_id END,
                'to_location_id', CASE WHEN c.delta > 0 THEN c.location_id ELSE 4 END,
                'from_handling_unit_id',
                    CASE WHEN c.delta > 0 THEN 0 ELSE c.handling_unit_id END,
                'to_handling_unit_id',
                    CASE WHEN c.delta > 0 THEN c.handling_unit_id ELSE 0 END)
                ORDER BY c.posting, c.item_id, c.location_id, c.lot_id, c.handling_unit_id)
            FROM compensation AS c), '[]')
$$;
COMMENT ON FUNCTION ims._compensating_lines IS 'compensations of a count as lines, and their postings';
REVOKE ALL ON FUNCTION ims._compensating_lines FROM PUBLIC;
