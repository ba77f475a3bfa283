-- What is in a handling unit, now and at any instant, and its label.
--
-- The content of a unit follows from the ledger; what is in a unit in a unit,
-- from the intervals of ims.handling_unit_nesting.  A unit that was shipped as a
-- whole is away until something is put into it again, or it into another: until
-- then its content is what left with it, by the lines of that posting.
--
-- Readers run as their caller, under row-level security, and so do the helpers.

CREATE FUNCTION ims._reading_unit_id(owner_id bigint, handling_unit text)
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    handling_unit_id bigint;
BEGIN
    PERFORM ims._check_present('handling_unit', handling_unit IS NOT NULL);
    SELECT h.handling_unit_id INTO handling_unit_id
    FROM ims.handling_unit AS h
    WHERE h.owner_id = _reading_unit_id.owner_id AND h.code = handling_unit;
    IF NOT FOUND THEN
        RAISE 'handling unit "%" is unknown', handling_unit
            USING ERRCODE = 'IV207',
                DETAIL = 'The owner has no such handling unit. '
                    || jsonb_build_object('handling_unit', handling_unit)::text,
                HINT = 'Codes are matched exactly; see ims.handling_unit.';
    END IF;
    RETURN handling_unit_id;
END
$$;
COMMENT ON FUNCTION ims._reading_unit_id IS
    'identifies the handling unit that a reader asks for; an unknown code is an error';

-- The posting with which a unit is away at an instant, null where it is not.
CREATE FUNCTION ims._unit_departure(owner_id bigint, handling_unit_id bigint, at timestamptz)
RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT d.posting_id
    FROM (
        SELECT d.posting_id, d.left_at
        FROM ims.handling_unit_departure AS d
        WHERE d.owner_id = $1 AND d.handling_unit_id = $2 AND d.left_at <= $3
        ORDER BY d.left_at DESC, d.posting_id DESC
        LIMIT 1) AS d
    WHERE NOT EXISTS (
        SELECT FROM ims.posting AS v
        WHERE v.owner_id = $1 AND v.origin_posting_id = d.posting_id AND v.kind = 'reversal'
          AND v.effective_at <= $3)
    -- At one instant the order of lines is that of their ids.
      AND NOT EXISTS (
        SELECT FROM ims.movement AS m
        WHERE m.owner_id = $1 AND m.to_handling_unit_id = $2 AND m.to_handling_unit_id <> 0
          AND m.effective_at <= $3
          AND (m.effective_at > d.left_at
            OR m.effective_at = d.left_at AND m.movement_id > (
                SELECT max(x.movement_id)
                FROM ims.movement AS x
                WHERE x.owner_id = $1 AND x.posting_id = d.posting_id)))
      AND NOT EXISTS (
        SELECT FROM ims.handling_unit_nesting AS n
        WHERE n.owner_id = $1 AND (n.handling_unit_id = $2 OR n.parent_id = $2)
          AND n.packed_at BETWEEN d.left_at AND $3
          AND n.unpack_posting_id IS DISTINCT FROM d.posting_id
          AND n.unpacked_at IS DISTINCT FROM n.packed_at)
    -- A line dated before it left may have put something into it since.
      AND NOT EXISTS (
        SELECT FROM ims.stock AS s
        WHERE $3 = 'infinity' AND s.owner_id = $1 AND s.handling_unit_id = $2
          AND s.handling_unit_id <> 0 AND s.on_hand > 0)
      AND NOT EXISTS (
        SELECT FROM (
            SELECT m.to_location_id, m.item_id, m.lot_id, m.quantity::numeric
            FROM ims.movement AS m
            WHERE $3 < 'infinity'
              AND m.owner_id = $1 AND m.to_handling_unit_id = $2 AND m.to_handling_unit_id <> 0
              AND m.effective_at <= $3
            UNION ALL
            SELECT m.from_location_id, m.item_id, m.lot_id, - m.quantity::numeric
            FROM ims.movement AS m
            WHERE $3 < 'infinity' AND m.owner_id = $1 AND m.from_handling_unit_id = $2
              AND m.from_handling_unit_id <> 0 AND m.effective_at <= $3)
            AS c (location_id, item_id, lot_id, quantity)
        GROUP BY c.location_id, c.item_id, c.lot_id
        HAVING sum(c.quantity) > 0)
$$;
COMMENT ON FUNCTION ims._unit_departure IS
    'posting with which a handling unit left and has not come back at an instant, null for none';

CREATE FUNCTION ims._contents_at(my_owner_id bigint, my_unit_id bigint, at timestamptz)
RETURNS TABLE (
    level bigint,
    path text[],
    handling_unit_id bigint,
    parent_id bigint,
    item_id bigint,
    lot_id bigint,
    serial_id bigint,
    location_id bigint,
    quantity numeric,
    posting_id bigint,
    left_at timestamptz)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
DECLARE
    my_at CONSTANT timestamptz := coalesce(at, 'infinity');
    departure_id CONSTANT bigint := ims._unit_departure(my_owner_id, my_unit_id, my_at);
BEGIN
    RETURN QUERY
    WITH RECURSIVE edge AS (
        SELECT d.handling_unit_id, d.parent_id
        FROM ims.handling_unit_departure AS d
        WHERE departure_id IS NOT NULL AND d.owner_id = my_owner_id
          AND d.posting_id = departure_id),
    tree (handling_unit_id, parent_id, level, path) AS (
        SELECT h.handling_unit_id, NULL::bigint, 0::bigint, ARRAY[h.code]
        FROM ims.handling_unit AS h
        WHERE h.owner_id = my_owner_id AND h.handling_unit_id = my_unit_id
        UNION ALL
        SELECT e.handling_unit_id, t.handling_unit_id, t.level + 1, t.path || h.code
        FROM tree AS t
        CROSS JOIN LATERAL (
            SELECT g.handling_unit_id
            FROM edge AS g
            WHERE g.parent_id = t.handling_unit_id
            UNION ALL
            SELECT n.handling_unit_id
            FROM ims.handling_unit_nesting AS n
            WHERE departure_id IS NULL AND n.owner_id = my_owner_id
              AND n.parent_id = t.handling_unit_id
              AND n.packed_at <= my_at AND (n.unpacked_at > my_at OR n.unpacked_at IS NULL))
            AS e
        JOIN ims.handling_unit AS h
            ON h.owner_id = my_owner_id AND h.handling_unit_id = e.handling_unit_id
        WHERE t.level < 100),
    -- now, by the balances: of a unit that is used again and again they are few
    held AS (
        SELECT s.handling_unit_id, s.item_id, s.lot_id, s.location_id,
            s.on_hand::numeric AS on_hand, i.tracking = 'serial' AS by_serial
        FROM tree AS t
        JOIN ims.stock AS s
            ON s.owner_id = my_owner_id AND s.handling_unit_id = t.handling_unit_id
            AND s.handling_unit_id <> 0 AND s.on_hand <> 0
        JOIN ims.item AS i ON i.owner_id = my_owner_id AND i.item_id = s.item_id
        WHERE departure_id IS NULL AND my_at = 'infinity'),
    line AS (
        SELECT h.handling_unit_id, h.item_id, h.lot_id, 0::bigint AS serial_id, h.location_id,
            h.on_hand AS quantity, NULL::timestamptz AS left_at
        FROM held AS h
        WHERE NOT h.by_serial
        UNION ALL
        SELECT e.handling_unit_id, e.item_id, e.lot_id, e.serial_id, e.location_id, 1, NULL
        FROM (
            SELECT DISTINCT m.serial_id
            FROM tree AS t
            JOIN ims.movement AS m
                ON m.owner_id = my_owner_id AND m.to_handling_unit_id = t.handling_unit_id
                AND m.to_handling_unit_id <> 0 AND m.serial_id <> 0
            WHERE (SELECT count(*) FILTER (WHERE h.by_serial) > 0 FROM held AS h)) AS k
        JOIN ims.serial AS e ON e.owner_id = my_owner_id AND e.serial_id = k.serial_id
        JOIN tree AS t ON t.handling_unit_id = e.handling_unit_id
        UNION ALL
        SELECT m.from_handling_unit_id, m.item_id, m.lot_id, m.serial_id, m.to_location_id,
            m.quantity::numeric, m.effective_at
        FROM tree AS t
        JOIN ims.movement AS m
            ON m.owner_id = my_owner_id AND m.from_handling_unit_id = t.handling_unit_id
            AND m.from_handling_unit_id <> 0
        WHERE m.posting_id = departure_id
        UNION ALL
        SELECT m.to_handling_unit_id, m.item_id, m.lot_id, m.serial_id, m.to_location_id,
            m.quantity::numeric, NULL
        FROM tree AS t
        JOIN ims.movement AS m
            ON m.owner_id = my_owner_id AND m.to_handling_unit_id = t.handling_unit_id
            AND m.to_handling_unit_id <> 0
        WHERE departure_id IS NULL AND my_at < 'infinity' AND m.effective_at <= my_at
        UNION ALL
        SELECT m.from_handling_unit_id, m.item_id, m.lot_id, m.serial_id, m.from_location_id,
            - m.quantity::numeric, NULL
        FROM tree AS t
        JOIN ims.movement AS m
            ON m.owner_id = my_owner_id AND m.from_handling_unit_id = t.handling_unit_id
            AND m.from_handling_unit_id <> 0
        WHERE departure_id IS NULL AND my_at < 'infinity' AND m.effective_at <= my_at),
    content AS (
        SELECT l.handling_unit_id, l.item_id, l.lot_id, l.serial_id, l.location_id,
            sum(l.quantity) AS quantity, max(l.left_at) AS left_at
        FROM line AS l
        GROUP BY l.handling_unit_id, l.item_id, l.lot_id, l.serial_id, l.location_id
        HAVING sum(l.quantity) <> 0)
    SELECT t.level, t.path, t.handling_unit_id, t.parent_id, c.item_id, c.lot_id, c.serial_id,
        c.location_id, c.quantity, departure_id, c.left_at
    FROM tree AS t
    LEFT JOIN content AS c ON c.handling_unit_id = t.handling_unit_id;
END
$$;
COMMENT ON FUNCTION ims._contents_at IS
    'work of ims.contents_at, by ids; a unit without content has one row';

-- By names; a result column cannot be called like an argument there.
CREATE FUNCTION ims._named_contents_at(owner text, unit text, at timestamptz)
RETURNS TABLE (
    level bigint,
    handling_unit text,
    parent text,
    item text,
    lot text,
    serial text,
    quantity numeric,
    location text,
    left_at timestamptz,
    document_number bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    my_owner_id CONSTANT bigint := ims._reading_owner_id(owner);
    my_unit_id CONSTANT bigint := ims._reading_unit_id(my_owner_id, unit);
BEGIN
    PERFORM ims._check_instant('at', at);
    RETURN QUERY
    SELECT c.level, h.code, g.code, i.code, t.code, e.code, trim_scale(c.quantity), l.code,
        d.left_at, p.document_number
    FROM ims._contents_at(my_owner_id, my_unit_id, at) AS c
    JOIN ims.handling_unit AS h
        ON h.owner_id = my_owner_id AND h.handling_unit_id = c.handling_unit_id
    LEFT JOIN ims.handling_unit AS g
        ON g.owner_id = my_owner_id AND g.handling_unit_id = c.parent_id
    LEFT JOIN ims.item AS i ON i.owner_id = my_owner_id AND i.item_id = c.item_id
    LEFT JOIN ims.lot AS t ON t.owner_id = my_owner_id AND t.lot_id = c.lot_id
    LEFT JOIN ims.serial AS e ON e.owner_id = my_owner_id AND e.serial_id = c.serial_id
    LEFT JOIN ims.location AS l ON l.location_id = c.location_id
    LEFT JOIN ims.posting AS p ON p.owner_id = my_owner_id AND p.posting_id = c.posting_id
    LEFT JOIN ims.handling_unit_departure AS d
        ON d.owner_id = my_owner_id AND d.posting_id = c.posting_id
        AND d.handling_unit_id = c.handling_unit_id
    ORDER BY c.path, i.code, t.code, e.code, l.code;
END
$$;
COMMENT ON FUNCTION ims._named_contents_at IS 'work of ims.contents_at, by codes';

CREATE FUNCTION ims.contents_at(
    owner text DEFAULT NULL,
    handling_unit text DEFAULT NULL,
    at timestamptz DEFAULT NULL)
RETURNS TABLE (
    level bigint,
    handling_unit text,
    parent text,
    item text,
    lot text,
    serial text,
    quantity numeric,
    location text,
    left_at timestamptz,
    document_number bigint)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.* FROM ims._named_contents_at($1, $2, $3) AS c
$$;
COMMENT ON FUNCTION ims.contents_at IS
'what is in a handling unit, now or at an instant

One row per unit, item, lot, serial and place, in base units; units in units follow theirs,
with their level (0 for the unit itself). A unit that holds nothing directly has one row
without item. Without an instant: by all that is recorded. Of a unit that was shipped as a
whole by ims.move_handling_unit() it is what left with it, with left_at and the document,
until the unit is used again: what was packed later is no part of it.
Example: SELECT * FROM ims.contents_at(handling_unit => ''340123450000000017'',
    at => ''2026-11-02 12:00+01'');';
REVOKE ALL ON FUNCTION ims.contents_at FROM PUBLIC;

-- The GTIN under which most goods count as one: 2 cases rather than 24 pieces.
-- (37) has at most eight digits.
CREATE FUNCTION ims._label_gtin(owner_id bigint, item_id bigint, quantity numeric)
RETURNS TABLE (gtin text, trade_items bigint)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.code, (div($3 * f.denominator, f.numerator))::bigint
    FROM ims.item_code AS c
    LEFT JOIN ims.item_unit AS u
        ON u.owner_id = c.owner_id AND u.item_id = c.item_id AND u.unit = c.unit
    CROSS JOIN LATERAL (
        SELECT coalesce(u.numerator, 1) AS numerator, coalesce(u.denominator, 1) AS denominator)
        AS f
    WHERE c.owner_id = $1 AND c.item_id = $2 AND c.kind = 'gtin'
      AND mod($3 * f.denominator, f.numerator) = 0
      AND $3 * f.denominator / f.numerator BETWEEN 1 AND 99999999
    ORDER BY f.numerator / f.denominator::numeric DESC, c.code
    LIMIT 1
$$;
COMMENT ON FUNCTION ims._label_gtin IS
    'GTIN of the largest unit that a quantity is a whole number of, and that number';

-- A year of two digits is one of the hundred around this one (GS1 General
-- Specifications, section 7.12): a day of another would be read as another.
CREATE FUNCTION ims._label_date(ai text, day date, today date)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT $1 || to_char($2, 'YYMMDD')
    WHERE extract(year FROM $2) - extract(year FROM $3) BETWEEN -49 AND 50
$$;
COMMENT ON FUNCTION ims._label_date IS 'a date as an element, null where two digits do not tell its year';

-- Elements one after another as a scanner sends them: a lot may have brackets.
CREATE FUNCTION ims._label_elements(
    sscc text, gtin text, trade_items bigint, lot text, best_before date, expires_on date,
    today date)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ']C100' || $1 || CASE WHEN $2 IS NULL THEN '' ELSE concat(
        '02', $2,
        ims._label_date('15', $5, $7),
        ims._label_date('17', $6, $7),
        '37' || $3,
        chr(29) || '10' || CASE
            WHEN $4 ~ '^[!"%&''()*+,./0-9:;<=>?A-Z_a-z-]{1,20}$' THEN $4 END) END
$$;
COMMENT ON FUNCTION ims._label_elements IS
    'scan of the label of a logistic unit; without a GTIN the SSCC alone';

CREATE FUNCTION ims._named_label(owner text, unit text, tare_weight_kg numeric)
RETURNS TABLE (
    handling_unit text,
    kind text,
    sscc text,
    homogeneous boolean,
    item text,
    item_name text,
    lot text,
    best_before date,
    expires_on date,
    gtin text,
    trade_item_count bigint,
    item_count bigint,
    unit_count bigint,
    gross_weight_kg numeric,
    human text,
    wire text)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    my_owner_id CONSTANT bigint := ims._reading_owner_id(owner);
    my_unit_id CONSTANT bigint := ims._reading_unit_id(my_owner_id, unit);
BEGIN
    RETURN QUERY
    WITH content AS (
        SELECT c.handling_unit_id, c.item_id, c.lot_id, c.quantity, i.weight_g
        FROM ims._contents_at(my_owner_id, my_unit_id, NULL) AS c
        LEFT JOIN ims.item AS i ON i.owner_id = my_owner_id AND i.item_id = c.item_id),
    load AS (
        SELECT count(DISTINCT (c.item_id, c.lot_id)) FILTER (WHERE c.item_id IS NOT NULL) = 1
                AS homogeneous,
            count(DISTINCT c.item_id) AS item_count,
            count(DISTINCT c.handling_unit_id) - 1 AS unit_count,
            min(c.item_id) AS item_id, min(c.lot_id) AS lot_id, sum(c.quantity) AS quantity,
            CASE WHEN bool_and(c.weight_g IS NOT NULL) FILTER (WHERE c.item_id IS NOT NULL)
                    IS NOT FALSE
                THEN coalesce(sum(c.quantity * c.weight_g), 0) / 1000 + tare_weight_kg END
                AS gross_weight_kg
        FROM content AS c)
    SELECT h.code, h.kind, k.sscc, w.homogeneous, i.code, i.name, t.code, t.best_before,
        t.expires_on, g.gtin, g.trade_items, w.item_count, w.unit_count,
        trim_scale(round(w.gross_weight_kg, 6)),
        ims.gs1_human(v.value), ims.gs1_wire(v.value)
    FROM load AS w
    JOIN ims.handling_unit AS h
        ON h.owner_id = my_owner_id AND h.handling_unit_id = my_unit_id
    CROSS JOIN LATERAL (SELECT CASE WHEN ims.is_sscc(h.code) THEN h.code END AS sscc) AS k
    LEFT JOIN ims.item AS i
        ON w.homogeneous AND i.owner_id = my_owner_id AND i.item_id = w.item_id
    LEFT JOIN ims.lot AS t
        ON w.homogeneous AND t.owner_id = my_owner_id AND t.lot_id = w.lot_id
    LEFT JOIN LATERAL ims._label_gtin(my_owner_id, i.item_id, w.quantity) AS g ON true
    CROSS JOIN LATERAL (
        SELECT ims.gs1_parse(ims._label_elements(k.sscc, g.gtin, g.trade_items, t.code,
            t.best_before, t.expires_on, ims._today(my_owner_id))) AS value) AS v;
END
$$;
COMMENT ON FUNCTION ims._named_label IS 'work of ims.handling_unit_label';

CREATE FUNCTION ims.handling_unit_label(
    owner text DEFAULT NULL,
    handling_unit text DEFAULT NULL,
    tare_weight_kg numeric DEFAULT 0)
RETURNS TABLE (
    handling_unit text,
    kind text,
    sscc text,
    homogeneous boolean,
    item text,
    item_name text,
    lot text,
    best_before date,
    expires_on date,
    gtin text,
    trade_item_count bigint,
    item_count bigint,
    unit_count bigint,
    gross_weight_kg numeric,
    human text,
    wire text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT l.* FROM ims._named_label($1, $2, $3) AS l
$$;
COMMENT ON FUNCTION ims.handling_unit_label IS
'data for the label of a handling unit

A homogeneous load (one item, one lot) whose item has a GTIN: human and wire are
(00)(02)(37), with lot, best before and expiry where there are any (and two digits tell the
year: from 49 years ago to 50 ahead); the GTIN is that of the
largest unit of the item that the quantity is a whole number of. Any other load: (00) alone.
Both are null where the code is no SSCC. gross_weight_kg is the weight of the items and
tare_weight_kg, null where an item has no weight; unit_count counts the units inside.
Example: SELECT sscc, human FROM ims.handling_unit_label(handling_unit => ''340123450000000017'');';
REVOKE ALL ON FUNCTION ims.handling_unit_label FROM PUBLIC;
