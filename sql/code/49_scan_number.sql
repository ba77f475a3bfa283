-- Restricted numbers that hold a weight, a price or a quantity.
--
-- How the digits are divided each company rules for itself, so that a number is
-- read by the patterns of its owner alone, and never where two of them fit.

-- What the patterns of the owner make of a restricted number.  The item is that of
-- the number with zeros for the measure; else the one that has the reference as
-- its own code, or as one of kind other.  A code that is the whole number says
-- more than a pattern, but for the number with zeros.
CREATE FUNCTION ims._scan_readings(owner_id bigint, gtin text)
RETURNS TABLE (
    place bigint,
    pattern text,
    item_id bigint,
    item text,
    status text,
    unit text,
    weight numeric,
    pieces numeric,
    price numeric,
    is_right boolean)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT f.place, o.gtin_patterns[f.place], k.item_id, k.code, k.status, k.unit, f.weight,
        f.quantity, f.price, f.is_right
    FROM ims.owner AS o
    CROSS JOIN LATERAL ims._gtin_pattern_fields($2::ims.gtin, o.gtin_patterns) AS f
    CROSS JOIN LATERAL (
        SELECT i.item_id, i.code, i.status, coalesce(c.unit, i.base_unit) AS unit
        FROM (
            SELECT 1 AS place, c.item_id, c.unit
            FROM ims.item_code AS c
            WHERE c.owner_id = $1 AND c.kind = 'gtin' AND c.code = f.item_gtin::text
            UNION ALL
            SELECT 2, i.item_id, NULL
            FROM ims.item AS i
            WHERE i.owner_id = $1 AND i.code = f.item_reference
            UNION ALL
            SELECT 3, c.item_id, c.unit
            FROM ims.item_code AS c
            WHERE c.owner_id = $1 AND c.kind = 'other' AND c.code = f.item_reference) AS c
        JOIN ims.item AS i ON i.owner_id = $1 AND i.item_id = c.item_id
        ORDER BY c.place
        LIMIT 1) AS k
    WHERE o.owner_id = $1
      AND (f.item_gtin::text = $2 OR NOT EXISTS (
        SELECT FROM ims.item_code AS c
        WHERE c.owner_id = $1 AND c.kind = 'gtin' AND c.code = $2))
$$;
COMMENT ON FUNCTION ims._scan_readings IS
    'items of a restricted number and what it holds, by each pattern of the owner that finds one';
REVOKE ALL ON FUNCTION ims._scan_readings FROM PUBLIC;

-- In strict reading it is raised here.
CREATE FUNCTION ims._scan_wrong_measure(gtin text, pattern text, strict boolean)
RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    message text;
    detail text;
BEGIN
    PERFORM ims.gtin_restricted_fields(gtin::ims.gtin, pattern);
    RETURN NULL;
EXCEPTION WHEN SQLSTATE 'IV110' THEN
    IF strict THEN
        RAISE;
    END IF;
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
    RETURN substring(detail FROM '\{.*\}$')::jsonb || jsonb_build_object(
        'problem', 'malformed', 'field', 'scan', 'sqlstate', SQLSTATE, 'message', message);
END
$$;
COMMENT ON FUNCTION ims._scan_wrong_measure IS
    'problem of a restricted number whose price or weight has another check digit';
REVOKE ALL ON FUNCTION ims._scan_wrong_measure FROM PUBLIC;

-- Two patterns that fit say two things, unless the item tells which it is.  Where
-- both are of one item it is the quantity that nobody knows.
CREATE FUNCTION ims._scan_restricted(
    owner_id bigint, scanned ims._scanned, strict boolean, for_item_id bigint)
RETURNS ims._scanned
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    reading record;
    others record;
BEGIN
    SELECT r.* INTO reading
    FROM ims._scan_readings(owner_id, scanned.gtin) AS r
    ORDER BY r.is_right DESC, (r.item_id = for_item_id) DESC NULLS LAST, r.place
    LIMIT 1;
    IF NOT FOUND THEN
        RETURN scanned;
    ELSIF NOT reading.is_right THEN
        scanned.kind := 'malformed';
        scanned.problems := jsonb_build_array(
            ims._scan_wrong_measure(scanned.gtin, reading.pattern, strict));
        RETURN scanned;
    END IF;
    scanned.item_id := reading.item_id;
    scanned.item := reading.item;
    scanned.unit := reading.unit;
    scanned.weight := reading.weight;
    scanned.pieces := reading.pieces;
    scanned.price := reading.price;
    IF reading.status <> 'active' THEN
        scanned := ims._scan_problem(scanned, 'item_inactive', 'item', 'IV212',
            jsonb_build_object('item', reading.item));
    END IF;
    SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('pattern', r.pattern, 'item', r.item,
            'weight', r.weight, 'quantity', r.pieces, 'price', r.price)) ORDER BY r.place) AS list,
        bool_and(r.item_id = reading.item_id) AS of_one_item
    INTO others
    FROM ims._scan_readings(owner_id, scanned.gtin) AS r
    WHERE r.is_right AND r.place <> reading.place
      AND ((reading.item_id = for_item_id) IS NOT TRUE OR r.item_id = for_item_id);
    IF others.list IS NOT NULL THEN
        scanned := ims._scan_problem(scanned, 'ambiguous',
            CASE WHEN others.of_one_item THEN 'quantity' ELSE 'item' END, 'IV140',
            jsonb_build_object('pattern', reading.pattern, 'others', others.list));
    END IF;
    RETURN scanned;
END
$$;
COMMENT ON FUNCTION ims._scan_restricted IS
    'the scan with what a pattern of the owner reads in its number, unchanged where none does';
REVOKE ALL ON FUNCTION ims._scan_restricted FROM PUBLIC;

CREATE FUNCTION ims._scan_number(
    owner_id bigint, scanned ims._scanned, strict boolean, for_item_id bigint)
RETURNS ims._scanned
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF ims.gtin_is_restricted(scanned.gtin::ims.gtin) THEN
        scanned := ims._scan_restricted(owner_id, scanned, strict, for_item_id);
    END IF;
    IF scanned.item_id IS NOT NULL OR scanned.kind = 'malformed' THEN
        RETURN scanned;
    END IF;
    RETURN ims._scan_gtin(owner_id, scanned);
END
$$;
COMMENT ON FUNCTION ims._scan_number IS 'the scan with the item of its GTIN, and what that holds of a measure';
REVOKE ALL ON FUNCTION ims._scan_number FROM PUBLIC;
