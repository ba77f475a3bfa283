-- Scans of handling units: what the books have on one, and where.
--
-- The label of a unit stands for all that is in it, units inside included.  The
-- SSCC alone says nothing of that, so the books do, where it is one load.  What
-- is wrong with a unit is a problem of the scan, as of any other field, and
-- the verdicts follow from the problems.

-- All that lies in a unit and in the units inside, by the balances.
CREATE FUNCTION ims._unit_load(owner_id bigint, handling_unit_id bigint)
RETURNS TABLE (item_id bigint, lot_id bigint, quantity numeric, location_ids bigint[])
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN l.loads = 1 THEN l.item_id END, CASE WHEN l.loads = 1 THEN l.lot_id END,
        CASE WHEN l.loads = 1 THEN trim_scale(l.quantity) END, l.location_ids
    FROM (
        SELECT count(DISTINCT (b.item_id, b.lot_id)) AS loads, min(b.item_id) AS item_id,
            min(b.lot_id) AS lot_id, sum(b.on_hand) AS quantity,
            coalesce(array_agg(DISTINCT b.location_id), '{}') AS location_ids
        FROM ims._unit_balances($1, ims._whole_units($1, ARRAY[$2])) AS b) AS l
$$;
COMMENT ON FUNCTION ims._unit_load IS
    'places of a handling unit, and its item, lot and quantity where it is one load';
REVOKE ALL ON FUNCTION ims._unit_load FROM PUBLIC;

CREATE FUNCTION ims._scan_unit_problem(
    owner_id bigint, scanned ims._scanned, problem text, state text, code text,
    location_ids bigint[], is_in text)
RETURNS ims._scanned
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ims._scan_problem($2, $3, 'handling_unit', $4, jsonb_build_object(
        'handling_unit', $5, 'is_in', $7, 'location', CASE WHEN cardinality($6) = 1 THEN (
            SELECT l.code FROM ims.location AS l WHERE l.location_id = $6[1]) END))
$$;
COMMENT ON FUNCTION ims._scan_unit_problem IS 'the scan with what is wrong with its handling unit';
REVOKE ALL ON FUNCTION ims._scan_unit_problem FROM PUBLIC;

-- What the label does not say: the load, and the place where it is one.
CREATE FUNCTION ims._scan_load(
    owner_id bigint, scanned ims._scanned, location_id bigint, today date, take_load boolean)
RETURNS ims._scanned
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    load record;
BEGIN
    IF scanned.kind <> 'handling_unit' OR scanned.handling_unit_id IS NULL THEN
        RETURN scanned;
    END IF;
    load := ims._unit_load(owner_id, scanned.handling_unit_id);
    IF location_id <> ALL (load.location_ids) AND load.location_ids <> '{}' THEN
        scanned := ims._scan_unit_problem(owner_id, scanned, 'handling_unit_elsewhere', 'IV305',
            scanned.handling_unit, load.location_ids, NULL);
    END IF;
    IF scanned.location IS NULL AND cardinality(load.location_ids) = 1 THEN
        SELECT l.location_id, l.code INTO scanned.location_id, scanned.location
        FROM ims.location AS l
        WHERE l.location_id = load.location_ids[1];
    END IF;
    IF take_load AND load.item_id IS NOT NULL
        AND coalesce(scanned.item, scanned.gtin, scanned.lot, scanned.serial) IS NULL
    THEN
        SELECT i.item_id, i.code, i.base_unit INTO scanned.item_id, scanned.item, scanned.unit
        FROM ims.item AS i
        WHERE i.owner_id = owner_id AND i.item_id = load.item_id;
        scanned.quantity := load.quantity;
        scanned.base_quantity := load.quantity;
        scanned.lot := (SELECT l.code FROM ims.lot AS l
            WHERE l.owner_id = owner_id AND l.lot_id = load.lot_id);
        scanned := ims._scan_lot(owner_id, scanned, today);
    END IF;
    RETURN scanned;
END
$$;
COMMENT ON FUNCTION ims._scan_load IS
    'the scan of a handling unit with what lies on it, where its label does not say it';
REVOKE ALL ON FUNCTION ims._scan_load FROM PUBLIC;

-- A handling unit that the label names, else the one that the call names, else
-- for a pick the one that the single unit lies in.
CREATE FUNCTION ims._scan_unit_id(owner_id bigint, s ims._scanned, verb text, handling_unit text)
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF s.handling_unit_id IS NOT NULL AND (s.kind = 'handling_unit' OR verb = 'pick') THEN
        RETURN s.handling_unit_id;
    END IF;
    RETURN CASE WHEN handling_unit IS NULL THEN 0
        ELSE ims._handling_unit_id(owner_id, handling_unit) END;
END
$$;
COMMENT ON FUNCTION ims._scan_unit_id IS 'handling unit of a posting that rests on a scan, 0 for none';
REVOKE ALL ON FUNCTION ims._scan_unit_id FROM PUBLIC;

-- A unit arrives empty and loose.  More goes onto one that has come already
-- where the caller names it: by a label of the goods, or by one of the unit
-- that says another item or lot than it holds.  The same label again is the
-- same goods.
CREATE FUNCTION ims._scan_arriving(
    owner_id bigint, scanned ims._scanned, call jsonb, location_id bigint)
RETURNS ims._scanned
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    by_label CONSTANT boolean := scanned.kind = 'handling_unit';
    code CONSTANT text := CASE WHEN by_label THEN scanned.handling_unit
        ELSE call ->> 'handling_unit' END;
    item CONSTANT text := coalesce(scanned.item, call ->> 'item');
    lot CONSTANT text := coalesce(scanned.lot, call ->> 'lot');
    unit record;
    units bigint[];
    location_ids bigint[];
BEGIN
    SELECT h.handling_unit_id, h.status INTO unit
    FROM ims.handling_unit AS h
    WHERE h.owner_id = owner_id AND h.code = code;
    IF NOT FOUND THEN
        RETURN scanned;
    ELSIF unit.status = 'closed' THEN
        RETURN ims._scan_unit_problem(owner_id, scanned, 'handling_unit_closed', 'IV212', code,
            '{}', NULL);
    ELSIF NOT EXISTS (
        SELECT FROM ims._units_in_use(owner_id, ARRAY[unit.handling_unit_id]) AS u)
    THEN
        RETURN scanned;
    END IF;
    units := ims._whole_units(owner_id, ARRAY[unit.handling_unit_id]);
    location_ids := ims._unit_places(owner_id, units);
    IF by_label AND (call ->> 'handling_unit' IS DISTINCT FROM code OR EXISTS (
        SELECT FROM ims._unit_balances(owner_id, units) AS b
        JOIN ims.item AS i
            ON i.owner_id = owner_id AND i.item_id = b.item_id AND i.code = item
        LEFT JOIN ims.lot AS t ON t.owner_id = owner_id AND t.lot_id = b.lot_id
        WHERE t.code IS NOT DISTINCT FROM lot))
    THEN
        RETURN ims._scan_unit_problem(owner_id, scanned, 'handling_unit_in_stock', 'IV242', code,
            location_ids, (
                SELECT ims._unit_code(owner_id, n.parent_id)
                FROM ims.handling_unit_nesting AS n
                WHERE n.owner_id = owner_id AND n.handling_unit_id = unit.handling_unit_id
                  AND n.unpacked_at IS NULL));
    ELSIF location_id <> ALL (location_ids) AND location_ids <> '{}' THEN
        RETURN ims._scan_unit_problem(owner_id, scanned, 'handling_unit_elsewhere', 'IV305', code,
            location_ids, NULL);
    END IF;
    RETURN scanned;
END
$$;
COMMENT ON FUNCTION ims._scan_arriving IS
    'the scan with what forbids that its goods arrive in their handling unit';
REVOKE ALL ON FUNCTION ims._scan_arriving FROM PUBLIC;

-- Another scanner may make the unit meanwhile.
CREATE FUNCTION ims._register_unit(owner_id bigint, code text, actor text)
RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN c.handling_unit_id
    FROM ims._create_handling_unit(owner_id, code, actor => actor) AS c;
EXCEPTION WHEN unique_violation THEN
    RETURN ims._handling_unit_id(owner_id, code);
END
$$;
COMMENT ON FUNCTION ims._register_unit IS 'make the handling unit that a label names';
REVOKE ALL ON FUNCTION ims._register_unit FROM PUBLIC;

-- Two scanners with one pallet receive it once: the second waits here for the first.
CREATE FUNCTION ims._check_arriving(
    owner_id bigint, s ims._scanned, call jsonb, location_id bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM ims._lock_unit_trees(owner_id, ARRAY[s.handling_unit_id]);
    PERFORM ims._raise_verdict(ARRAY[ims._scan_unit_verdict(
        ims._scan_arriving(owner_id, s, call, location_id), call ->> 'handling_unit', true)]);
END
$$;
COMMENT ON FUNCTION ims._check_arriving IS
    'raise for a handling unit that cannot arrive, under the lock of its tree';
REVOKE ALL ON FUNCTION ims._check_arriving FROM PUBLIC;

-- In the order of locks: the handling unit, its tree, then lots.
CREATE FUNCTION ims._register_scan(
    owner_id bigint, s ims._scanned, call jsonb, location_id bigint)
RETURNS ims._scanned
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    IF 'handling_unit' = ANY (s.unknown) AND (call ->> 'register')::boolean THEN
        s.handling_unit_id := ims._register_unit(owner_id, s.handling_unit, call ->> 'actor');
    END IF;
    IF s.kind = 'handling_unit' THEN
        PERFORM ims._check_arriving(owner_id, s, call, location_id);
    END IF;
    IF (call ->> 'register')::boolean THEN
        s := ims._register_goods(owner_id, s, call ->> 'actor');
    END IF;
    RETURN s;
END
$$;
COMMENT ON FUNCTION ims._register_scan IS
    'make what a label of arriving goods names and nobody knows yet; its unit is locked';
REVOKE ALL ON FUNCTION ims._register_scan FROM PUBLIC;

-- A unit with all that is in it, locked: as it is read then, it stays.
CREATE FUNCTION ims._lock_unit(owner_id bigint, handling_unit_id bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    LOCK TABLE ims.movement IN ROW EXCLUSIVE MODE;
    PERFORM ims._lock_unit_trees(owner_id, ARRAY[handling_unit_id]);
    PERFORM FROM ims._lock_content(owner_id,
        ims._whole_units(owner_id, ARRAY[handling_unit_id]), NULL, false) AS c;
END
$$;
COMMENT ON FUNCTION ims._lock_unit IS 'lock a handling unit, its tree and the balances in it';
REVOKE ALL ON FUNCTION ims._lock_unit FROM PUBLIC;

-- What the books had of the goods of a label: of those on a handling unit at an
-- instant, with a line for each balance where some lie in units inside.
CREATE FUNCTION ims._count_book(
    owner_id bigint, s ims._scanned, location_id bigint, handling_unit text, at timestamptz,
    OUT quantity numeric, OUT lines jsonb)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    IF s.kind <> 'handling_unit' OR s.handling_unit_id IS NULL THEN
        quantity := coalesce((
            SELECT b.on_hand
            FROM ims.stock AS b
            WHERE b.owner_id = owner_id AND b.item_id = s.item_id
              AND b.location_id = location_id AND b.lot_id = coalesce(s.lot_id, 0)
              AND b.handling_unit_id = ims._scan_unit_id(owner_id, s, 'count', handling_unit)), 0);
        RETURN;
    END IF;
    SELECT coalesce(sum(c.quantity), 0),
        CASE WHEN bool_or(c.handling_unit_id <> s.handling_unit_id)
            THEN jsonb_agg(jsonb_strip_nulls(jsonb_build_object('item', s.item,
                'quantity', trim_scale(c.quantity), 'lot', s.lot, 'handling_unit', h.code))
                ORDER BY c.handling_unit_id) END
    INTO quantity, lines
    FROM (
        SELECT c.handling_unit_id, sum(c.quantity) AS quantity
        FROM ims._contents_at(owner_id, s.handling_unit_id, at) AS c
        WHERE c.item_id = s.item_id AND c.lot_id = coalesce(s.lot_id, 0)
          AND c.location_id = location_id
        GROUP BY c.handling_unit_id) AS c
    JOIN ims.handling_unit AS h
        ON h.owner_id = owner_id AND h.handling_unit_id = c.handling_unit_id;
END
$$;
COMMENT ON FUNCTION ims._count_book IS
    'books of what a label names, base units, and the lines of units inside where there are any';
REVOKE ALL ON FUNCTION ims._count_book FROM PUBLIC;

-- Whether a pick from a unit takes all that is in it.
CREATE FUNCTION ims._takes_all(
    owner_id bigint, handling_unit_id bigint, s ims._scanned, quantity numeric,
    location_id bigint)
RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    units CONSTANT bigint[] := ims._whole_units(owner_id, ARRAY[handling_unit_id]);
BEGIN
    RETURN (
        SELECT coalesce(sum(b.on_hand) = quantity AND bool_and(b.item_id = s.item_id
            AND b.location_id = location_id
            AND (s.serial_id IS NOT NULL OR b.lot_id = coalesce(s.lot_id, 0))), false)
        FROM ims._unit_balances(owner_id, units) AS b)
        AND (s.serial_id IS NULL OR EXISTS (
            SELECT FROM ims.serial AS e
            WHERE e.owner_id = owner_id AND e.serial_id = s.serial_id
              AND e.handling_unit_id = ANY (units)));
END
$$;
COMMENT ON FUNCTION ims._takes_all IS 'whether a pick is of the whole content of a handling unit';
REVOKE ALL ON FUNCTION ims._takes_all FROM PUBLIC;

-- The unit goes with its content, out of the unit that it is in.  Whoever was
-- there first may have left less: then nothing is posted here.
CREATE FUNCTION ims._pick_unit(
    owner_id bigint, handling_unit_id bigint, s ims._scanned, quantity numeric, posting jsonb,
    line jsonb, from_id bigint, to_id bigint)
RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    parent text;
BEGIN
    PERFORM ims._lock_unit(owner_id, handling_unit_id);
    IF NOT ims._takes_all(owner_id, handling_unit_id, s, quantity, from_id) THEN
        RETURN NULL;
    END IF;
    SELECT ims._unit_code(owner_id, n.parent_id) INTO parent
    FROM ims.handling_unit_nesting AS n
    WHERE n.owner_id = owner_id AND n.handling_unit_id = handling_unit_id
      AND n.unpacked_at IS NULL;
    IF FOUND THEN
        PERFORM FROM ims._unpack(owner_id, parent, NULL, ARRAY[s.handling_unit], NULL,
            (posting ->> 'effective_at')::timestamptz, posting ->> 'reason',
            posting ->> 'reference_type', posting ->> 'reference_number', posting ->> 'actor',
            NULL) AS u;
    END IF;
    RETURN ims._post_unit_move(owner_id, handling_unit_id, posting, line, to_id, NULL);
END
$$;
COMMENT ON FUNCTION ims._pick_unit IS
    'pick a handling unit with all that is in it; null where it is not all any more';
REVOKE ALL ON FUNCTION ims._pick_unit FROM PUBLIC;
