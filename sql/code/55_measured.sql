-- Catch weight: what was measured beside the quantity, added up.
--
-- A line has its measure in movement.measured_quantity.  No balance is kept of
-- it: stock is guarded by the quantity, and what it weighs is asked for seldom
-- enough to be added up from the lines of the item.

CREATE FUNCTION ims.measured_stock(
    owner text DEFAULT NULL,
    items text[] DEFAULT NULL,
    locations text[] DEFAULT NULL)
RETURNS TABLE (
    item text,
    location text,
    lot text,
    on_hand numeric,
    measured_on_hand numeric,
    measured_unit text,
    nominal_on_hand numeric,
    unmeasured_lines bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    my_owner_id bigint := ims._reading_owner_id(owner);
    my_item_ids bigint[] := ims._item_ids(my_owner_id, items);
    places bigint[] := ims._place_ids(locations);
BEGIN
    RETURN QUERY
    SELECT i.code, l.code, t.code, sum(e.sign * m.quantity),
        sum(e.sign * coalesce(m.measured_quantity, m.quantity * i.measured_per_base)),
        i.measured_unit, sum(e.sign * m.quantity) * i.measured_per_base,
        count(*) FILTER (WHERE m.measured_quantity IS NULL)
    FROM ims.item AS i
    JOIN ims.movement AS m ON m.owner_id = i.owner_id AND m.item_id = i.item_id
    CROSS JOIN LATERAL (VALUES (m.to_location_id, 1), (m.from_location_id, -1))
        AS e (location_id, sign)
    JOIN ims.location AS l
        ON l.location_id = e.location_id AND (l.site_id > 0 OR l.kind = 'transit')
    LEFT JOIN ims.lot AS t ON t.owner_id = m.owner_id AND t.lot_id = m.lot_id
    WHERE i.owner_id = my_owner_id AND i.measured_unit IS NOT NULL
      AND (my_item_ids IS NULL OR i.item_id = ANY (my_item_ids))
      AND (places IS NULL OR e.location_id = ANY (places))
    GROUP BY i.item_id, i.code, i.measured_unit, i.measured_per_base, l.location_id, l.code,
        t.lot_id, t.code
    HAVING sum(e.sign * m.quantity) <> 0
    ORDER BY i.code, l.code, t.code;
END
$$;
COMMENT ON FUNCTION ims.measured_stock IS
'stock of catch weight items, with what was measured

One row per item, place and lot; a location stands for all below it. on_hand is in base
units, measured_on_hand in measured_unit: the measures of the lines that came less those of
the lines that went, a line without one at its nominal amount (unmeasured_lines of them);
nominal_on_hand is what on_hand should measure.
Example: SELECT * FROM ims.measured_stock(items => ''{HAM}'');';
REVOKE ALL ON FUNCTION ims.measured_stock FROM PUBLIC;
