-- History laid out for people: the stock card, and stock at the end of days.
--
-- Both start from one balance as of the beginning and run through the
-- movements after it once; neither asks for the past row by row.

CREATE FUNCTION ims.stock_card(
    item text DEFAULT NULL,
    owner text DEFAULT NULL,
    location text DEFAULT NULL,
    lot text DEFAULT NULL,
    from_at timestamptz DEFAULT NULL,
    to_at timestamptz DEFAULT NULL)
RETURNS TABLE (
    effective_at timestamptz,
    recorded_at timestamptz,
    document_number bigint,
    kind text,
    reference_type text,
    reference_number text,
    reference_line text,
    party text,
    reason text,
    from_location text,
    to_location text,
    lot_code text,
    serial_code text,
    quantity numeric,
    balance numeric,
    posting_id bigint,
    movement_id bigint)
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
ROWS 1000
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    my_owner_id bigint := ims._reading_owner_id(owner);
    my_item_id bigint;
    my_lot_id bigint;
    places bigint[] := ims._place_ids(CASE WHEN location IS NOT NULL THEN ARRAY[location] END);
    outside bigint[] := ims._outside_ids();
    lower_at timestamptz := COALESCE(from_at, '-infinity');
    upper_at timestamptz := COALESCE(to_at, 'infinity');
    opening numeric;
BEGIN
    PERFORM ims._check_instant('from_at', from_at), ims._check_instant('to_at', to_at);
    IF item IS NULL THEN
        RAISE EXCEPTION 'argument "item" is missing'
            USING ERRCODE = 'IV201',
                  DETAIL = 'A stock card is of one item. {"argument": "item"}',
                  HINT = 'Name the item by its code.';
    END IF;
    my_item_id := (ims._item_ids(my_owner_id, ARRAY[item]))[1];
    IF lot IS NOT NULL THEN
        SELECT t.lot_id INTO my_lot_id
          FROM ims.lot AS t
         WHERE t.owner_id = my_owner_id AND t.item_id = my_item_id AND t.code = lot;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'lot "%" of item "%" is unknown', lot, item
                USING ERRCODE = 'IV205',
                      DETAIL = 'The item has no such lot. '
                               || pg_catalog.jsonb_build_object('item', item, 'lot', lot)::text,
                      HINT = 'Codes are matched exactly; see ims.lot.';
        END IF;
    END IF;
    SELECT COALESCE(pg_catalog.sum(s.on_hand), 0) INTO opening
      FROM ims._stock_at_ids(my_owner_id, lower_at, ARRAY[my_item_id], places) AS s
     WHERE my_lot_id IS NULL OR s.lot_id = my_lot_id;
    RETURN QUERY
    SELECT from_at, NULL::timestamptz, NULL::bigint, 'opening', NULL, NULL, NULL, NULL, NULL,
           NULL, NULL, NULL, NULL, NULL::numeric, opening, NULL::bigint, NULL::bigint;
    -- A line between two of the places changes nothing here and is left out.
    RETURN QUERY
    SELECT e.effective_at, e.recorded_at, p.document_number, p.kind,
           p.reference_type, p.reference_number, e.reference_line, y.code, p.reason,
           f.code, t.code, o.code, r.code, e.signed_quantity,
           opening + pg_catalog.sum(e.signed_quantity)
               OVER (ORDER BY e.effective_at, e.movement_id ROWS UNBOUNDED PRECEDING),
           e.posting_id, e.movement_id
      FROM (SELECT a.*, CASE WHEN a.arrives THEN a.quantity ELSE - a.quantity END
                            AS signed_quantity
              FROM (SELECT m.*,
                           (places IS NULL OR m.to_location_id = ANY (places))
                           AND m.to_location_id <> ALL (outside) AS arrives,
                           (places IS NULL OR m.from_location_id = ANY (places))
                           AND m.from_location_id <> ALL (outside) AS leaves
                      FROM ims.movement AS m
                     WHERE m.owner_id = my_owner_id
                       AND m.item_id = my_item_id
                       AND m.effective_at >= lower_at
                       AND m.effective_at < upper_at
                       AND (my_lot_id IS NULL OR m.lot_id = my_lot_id)) AS a
             WHERE a.arrives <> a.leaves) AS e
      LEFT JOIN ims.posting AS p
        ON p.owner_id = my_owner_id AND p.posting_id = e.posting_id
      LEFT JOIN ims.party AS y
        ON y.owner_id = my_owner_id AND y.party_id = p.party_id
      LEFT JOIN ims.location AS f ON f.location_id = e.from_location_id
      LEFT JOIN ims.location AS t ON t.location_id = e.to_location_id
      LEFT JOIN ims.lot AS o
        ON o.owner_id = my_owner_id AND o.lot_id = e.lot_id
      LEFT JOIN ims.serial AS r
        ON r.owner_id = my_owner_id AND r.serial_id = e.serial_id
     ORDER BY e.effective_at, e.movement_id;
END
$$;
COMMENT ON FUNCTION ims.stock_card(text, text, text, text, timestamptz, timestamptz) IS
    'stock card of an item with running balance, base units; '
    'the first row is the opening balance; the range is half open; '
    'a location stands for all below it, and lines between two of its places are left out; '
    'example: SELECT * FROM ims.stock_card(item => ''TEA'', location => ''NORTH'')';
REVOKE ALL ON FUNCTION ims.stock_card(text, text, text, text, timestamptz, timestamptz)
    FROM PUBLIC;

CREATE FUNCTION ims.stock_by_day(
    owner text DEFAULT NULL,
    items text[] DEFAULT NULL,
    locations text[] DEFAULT NULL,
    from_day date DEFAULT NULL,
    to_day date DEFAULT NULL)
RETURNS TABLE (day date, item text, site text, on_hand numeric)
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
ROWS 10000
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    -- ten years; a longer chart is asked for in parts
    max_days CONSTANT integer := 3660;
    my_owner_id bigint := ims._reading_owner_id(owner);
    owner_zone text;
    my_items bigint[] := ims._item_ids(my_owner_id, items);
    places bigint[] := ims._place_ids(locations);
    outside bigint[] := ims._outside_ids();
    lower_at timestamptz;
    upper_at timestamptz;
BEGIN
    IF from_day IS NULL OR to_day IS NULL THEN
        RAISE EXCEPTION 'argument "%" is missing',
                CASE WHEN from_day IS NULL THEN 'from_day' ELSE 'to_day' END
            USING ERRCODE = 'IV201',
                  DETAIL = 'A chart has a first and a last day. '
                           || pg_catalog.jsonb_build_object('argument',
                                  CASE WHEN from_day IS NULL THEN 'from_day'
                                       ELSE 'to_day' END)::text,
                  HINT = 'Both days are included.';
    END IF;
    IF from_day < '0001-01-01' OR to_day >= '10000-01-01'
       OR to_day < from_day OR to_day - from_day >= max_days
    THEN
        RAISE EXCEPTION 'days from % to % are no range of 1 to % days',
                pg_catalog.to_jsonb(from_day) #>> '{}', pg_catalog.to_jsonb(to_day) #>> '{}',
                max_days
            USING ERRCODE = '22023',
                  DETAIL = 'Both days are included.',
                  HINT = 'Ask for a longer range in parts.';
    END IF;
    -- Days are those of the site; what is in transit has none and takes the
    -- owner's zone.  The first day begins at another instant in each zone.
    SELECT o.time_zone INTO owner_zone FROM ims.owner AS o WHERE o.owner_id = my_owner_id;
    SELECT pg_catalog.min(from_day::timestamp AT TIME ZONE z.zone),
           pg_catalog.max((to_day + 1)::timestamp AT TIME ZONE z.zone)
      INTO lower_at, upper_at
      FROM (SELECT owner_zone AS zone
            UNION
            SELECT COALESCE(w.time_zone, 'UTC')
              FROM ims.location AS w
             WHERE w.kind = 'site') AS z;
    RETURN QUERY
    WITH place AS (
        SELECT l.location_id, COALESCE(w.location_id, l.location_id) AS place_id,
               CASE WHEN w.location_id IS NULL THEN owner_zone
                    ELSE COALESCE(w.time_zone, 'UTC') END AS zone
          FROM ims.location AS l
          LEFT JOIN ims.location AS w ON w.location_id = l.site_id
         WHERE (places IS NULL OR l.location_id = ANY (places))
           AND l.location_id <> ALL (outside)
    ), change AS (
        -- what each day changed; the day before the first one stands for the
        -- stock at its beginning
        SELECT e.item_id, e.place_id, e.day, pg_catalog.sum(e.quantity) AS quantity
          FROM (SELECT s.item_id, l.place_id, from_day - 1 AS day, s.on_hand AS quantity
                  FROM ims._stock_at_ids(my_owner_id, lower_at, my_items, places) AS s
                  JOIN place AS l ON l.location_id = s.location_id
                UNION ALL
                SELECT m.item_id, l.place_id,
                       GREATEST((m.effective_at AT TIME ZONE l.zone)::date, from_day - 1),
                       p.quantity
                  FROM ims.movement AS m
                 CROSS JOIN LATERAL (VALUES
                        (m.to_location_id, m.quantity::numeric),
                        (m.from_location_id, - m.quantity)) AS p (location_id, quantity)
                  JOIN place AS l ON l.location_id = p.location_id
                 WHERE m.owner_id = my_owner_id
                   AND m.effective_at >= lower_at
                   AND m.effective_at < upper_at
                   AND (my_items IS NULL OR m.item_id = ANY (my_items))) AS e
         WHERE e.day <= to_day
         GROUP BY e.item_id, e.place_id, e.day
        HAVING pg_catalog.sum(e.quantity) <> 0
    ), level AS (
        -- the level after each change, and the day of the next
        SELECT c.item_id, c.place_id, c.day,
               pg_catalog.sum(c.quantity) OVER key AS on_hand,
               pg_catalog.lead(c.day, 1, to_day + 1) OVER key AS next_day
          FROM (SELECT c.item_id, c.place_id, c.day, c.quantity
                  FROM change AS c
                UNION ALL
                -- shown from the first day on, where it began with nothing
                SELECT c.item_id, c.place_id, from_day - 1, 0
                  FROM change AS c
                 GROUP BY c.item_id, c.place_id
                HAVING pg_catalog.min(c.day) >= from_day) AS c
        WINDOW key AS (PARTITION BY c.item_id, c.place_id ORDER BY c.day)
    )
    SELECT GREATEST(v.day, from_day) + g.n, i.code, l.code, v.on_hand
      FROM level AS v
     CROSS JOIN LATERAL pg_catalog.generate_series(
               0, v.next_day - GREATEST(v.day, from_day) - 1) AS g (n)
      LEFT JOIN ims.item AS i ON i.owner_id = my_owner_id AND i.item_id = v.item_id
      LEFT JOIN ims.location AS l ON l.location_id = v.place_id;
END
$$;
COMMENT ON FUNCTION ims.stock_by_day(text, text[], text[], date, date) IS
    'stock at the end of each day, by item and site, base units; '
    'days are those of the site, both ends included; goods in transit are a site of their own; '
    'an item and site without stock or change in the range is left out; '
    'example: SELECT * FROM ims.stock_by_day(items => ''{TEA}'', '
    'from_day => ''2026-01-01'', to_day => ''2026-01-31'')';
REVOKE ALL ON FUNCTION ims.stock_by_day(text, text[], text[], date, date) FROM PUBLIC;
