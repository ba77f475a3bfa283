-- Units in units: trees, their locks, what one may be in, what is in them.
--
-- Locks, in this order: ROW EXCLUSIVE on movement; the idempotency key; the
-- roots of all trees of units that the call touches, ascending; balances.  A
-- root is locked, then looked up again: whoever changes a tree holds its root,
-- so what is root under its lock stays root, and the tree as it is.  Where a
-- tree was joined to another meanwhile, the new root is locked too; two such
-- calls may deadlock, and one of them gets 40P01.
--
-- What is in a unit is read under the locks of its balances: a pick from it is
-- either before, and no longer read, or finds nothing left.  A posting that
-- puts something into a unit at its old place while the unit moves is as if it
-- came after: the unit then has content at two places until it is moved again.
-- Under REPEATABLE READ a tree or a content that is newer than the snapshot is
-- 40001.

CREATE FUNCTION ims._unit_code(owner_id bigint, handling_unit_id bigint)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT h.code FROM ims.handling_unit AS h WHERE h.owner_id = $1 AND h.handling_unit_id = $2
$$;
COMMENT ON FUNCTION ims._unit_code IS 'code of a handling unit';
REVOKE ALL ON FUNCTION ims._unit_code FROM PUBLIC;

-- The bounds of the recursions here are above every depth that is allowed:
-- they end in a tree that is damaged, too.
CREATE FUNCTION ims._unit_root(owner_id bigint, handling_unit_id bigint)
RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ims._latest('WITH RECURSIVE up (unit_id, level) AS ('
        ' SELECT $2, 0 UNION ALL SELECT n.parent_id, u.level + 1 FROM up AS u'
        ' JOIN ims.handling_unit_nesting AS n ON n.owner_id = $1'
        ' AND n.handling_unit_id = u.unit_id AND n.unpacked_at IS NULL WHERE u.level < 100)'
        ' SELECT u.unit_id FROM up AS u ORDER BY u.level DESC LIMIT 1', $1, $2)
$$;
COMMENT ON FUNCTION ims._unit_root IS
    'outermost unit that a handling unit is in, itself where it is in none';
REVOKE ALL ON FUNCTION ims._unit_root FROM PUBLIC;

CREATE FUNCTION ims._units_below(owner_id bigint, handling_unit_ids bigint[])
RETURNS TABLE (handling_unit_id bigint, parent_id bigint, level bigint)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
    WITH RECURSIVE tree (handling_unit_id, parent_id, level) AS (
        SELECT u.handling_unit_id, NULL::bigint, 0::bigint
        FROM unnest($2) AS u (handling_unit_id)
        UNION ALL
        SELECT n.handling_unit_id, n.parent_id, t.level + 1
        FROM tree AS t
        JOIN ims.handling_unit_nesting AS n
            ON n.owner_id = $1 AND n.parent_id = t.handling_unit_id AND n.unpacked_at IS NULL
        WHERE t.level < 100)
    SELECT t.handling_unit_id, t.parent_id, t.level FROM tree AS t
$$;
COMMENT ON FUNCTION ims._units_below IS
    'handling units and all that are in them now, each with what it is in';
REVOKE ALL ON FUNCTION ims._units_below FROM PUBLIC;

CREATE FUNCTION ims._whole_units(owner_id bigint, handling_unit_ids bigint[])
RETURNS bigint[]
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ARRAY(SELECT u.handling_unit_id FROM ims._units_below($1, $2) AS u)
$$;
COMMENT ON FUNCTION ims._whole_units IS 'handling units and all that are in them now, by ids';
REVOKE ALL ON FUNCTION ims._whole_units FROM PUBLIC;

-- Rows are added and ended, never removed: counted both ways, each change
-- makes the sum greater.
CREATE FUNCTION ims._check_unit_snapshot(owner_id bigint, handling_unit_ids bigint[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM ims._check_as_seen(format(
        'SELECT (SELECT count(*) + count(n.unpacked_at) FROM ims.handling_unit_nesting AS n'
        ' WHERE n.owner_id = $1 AND (n.handling_unit_id = ANY (%1$L) OR n.parent_id = ANY (%1$L)))'
        ' + (SELECT count(*) FROM ims.handling_unit_departure AS d'
        ' WHERE d.owner_id = $1 AND d.handling_unit_id = ANY (%1$L))'
        ' + (SELECT count(*) FROM ims.movement AS m WHERE m.owner_id = $1'
        ' AND m.to_handling_unit_id <> 0 AND m.to_handling_unit_id = ANY (%1$L))',
        handling_unit_ids), 'a handling unit was packed or unpacked', owner_id);
END
$$;
COMMENT ON FUNCTION ims._check_unit_snapshot IS
    'raise 40001 if handling units were packed, filled or shipped since the snapshot';
REVOKE ALL ON FUNCTION ims._check_unit_snapshot FROM PUBLIC;

-- Returns all units of the trees.
CREATE FUNCTION ims._lock_unit_trees(owner_id bigint, handling_unit_ids bigint[])
RETURNS bigint[]
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    roots bigint[];
    locked bigint[] := '{}';
    units bigint[];
BEGIN
    LOOP
        SELECT array_agg(DISTINCT ims._unit_root(owner_id, u.handling_unit_id)) INTO roots
        FROM unnest(handling_unit_ids) AS u (handling_unit_id);
        EXIT WHEN roots <@ locked;
        PERFORM FROM ims.handling_unit AS h
        WHERE h.owner_id = owner_id AND h.handling_unit_id = ANY (roots)
        ORDER BY h.handling_unit_id
        FOR NO KEY UPDATE;
        locked := locked || roots;
    END LOOP;
    units := ims._whole_units(owner_id, roots);
    PERFORM ims._check_unit_snapshot(owner_id, units);
    RETURN units;
END
$$;
COMMENT ON FUNCTION ims._lock_unit_trees IS
    'lock the trees that handling units belong to; returns all units of them';
REVOKE ALL ON FUNCTION ims._lock_unit_trees FROM PUBLIC;

-- What src/ledger/unit_lock.c does when lines are posted.
CREATE FUNCTION ims._share_units(owner_id bigint, handling_unit_ids bigint[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM FROM ims.handling_unit AS h
    WHERE h.owner_id = owner_id AND h.handling_unit_id = ANY (handling_unit_ids)
    ORDER BY h.handling_unit_id
    FOR SHARE;
END
$$;
COMMENT ON FUNCTION ims._share_units IS
    'lock handling units against being closed, before balances are locked';
REVOKE ALL ON FUNCTION ims._share_units FROM PUBLIC;

CREATE FUNCTION ims._raise_nesting(
    message text, why text, handling_unit text, facts jsonb, advice text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE '%', message
        USING ERRCODE = 'IV240',
            DETAIL = why || ' '
                || (jsonb_build_object('handling_unit', handling_unit) || facts)::text,
            HINT = advice;
END
$$;
COMMENT ON FUNCTION ims._raise_nesting IS 'raise IV240: one unit cannot be in the other';
REVOKE ALL ON FUNCTION ims._raise_nesting FROM PUBLIC;

-- A unit that is in a closed one is closed, too.
CREATE FUNCTION ims._check_unit_open(owner_id bigint, handling_unit_id bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    closed CONSTANT text := ims._unit_code(owner_id, ims._latest(
        'WITH RECURSIVE up (unit_id, level) AS ('
        ' SELECT $2, 0 UNION ALL SELECT n.parent_id, u.level + 1 FROM up AS u'
        ' JOIN ims.handling_unit_nesting AS n ON n.owner_id = $1'
        ' AND n.handling_unit_id = u.unit_id AND n.unpacked_at IS NULL WHERE u.level < 100)'
        ' SELECT h.handling_unit_id FROM up AS u JOIN ims.handling_unit AS h'
        ' ON h.owner_id = $1 AND h.handling_unit_id = u.unit_id AND h.status = ''closed'''
        ' ORDER BY u.level LIMIT 1', owner_id, handling_unit_id));
BEGIN
    IF closed IS NOT NULL THEN
        RAISE 'handling unit "%" is closed', closed
            USING ERRCODE = 'IV212',
                DETAIL = 'Nothing goes in or out. '
                    || jsonb_build_object('handling_unit', closed)::text,
                HINT = 'Open the handling unit first.';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_unit_open IS
    'raise IV212 for a handling unit that is closed, or in a closed one';
REVOKE ALL ON FUNCTION ims._check_unit_open FROM PUBLIC;

-- The limits are those of ims.limits().
CREATE FUNCTION ims._check_packable(owner_id bigint, handling_unit_id bigint, child_ids bigint[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    root_id CONSTANT bigint := ims._unit_root(owner_id, handling_unit_id);
    parent CONSTANT text := ims._unit_code(owner_id, handling_unit_id);
    child text;
    other text;
    depth bigint;
    units bigint;
BEGIN
    SELECT ims._unit_code(owner_id, c.child_id), ims._unit_code(owner_id, n.parent_id)
    INTO child, other
    FROM unnest(child_ids) AS c (child_id)
    LEFT JOIN ims.handling_unit_nesting AS n
        ON n.owner_id = owner_id AND n.handling_unit_id = c.child_id AND n.unpacked_at IS NULL
    WHERE n.parent_id IS NOT NULL OR c.child_id IN (handling_unit_id, root_id)
    ORDER BY c.child_id
    LIMIT 1;
    IF child IS NOT NULL THEN
        PERFORM ims._raise_nesting(format('handling unit "%s" cannot be in "%s"', child, parent),
            CASE WHEN other IS NULL THEN 'It would be in itself.'
                ELSE format('It is in "%s".', other) END,
            child, jsonb_strip_nulls(jsonb_build_object('parent', parent, 'is_in', other)),
            'Take it out by ims.unpack() first.');
    END IF;
    SELECT (SELECT t.level FROM ims._units_below(owner_id, ARRAY[root_id]) AS t
            WHERE t.handling_unit_id = handling_unit_id) + 2 + max(t.level),
        (SELECT count(*) FROM ims._units_below(owner_id, ARRAY[root_id])) + count(*)
    INTO depth, units
    FROM ims._units_below(owner_id, child_ids) AS t;
    IF depth > 10 OR units > 10000 THEN
        PERFORM ims._raise_nesting(format('handling unit "%s" would hold too much', parent),
            format('There would be %s levels and %s units; at most 10 and 10000 are allowed.',
                depth, units),
            parent, jsonb_build_object('levels', depth, 'units', units),
            'See ims.limits().');
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_packable IS
    'raise IV240 where units cannot be put into another: in one already, a cycle, too many';
REVOKE ALL ON FUNCTION ims._check_packable FROM PUBLIC;

CREATE FUNCTION ims._last_unit_event(owner_id bigint, handling_unit_ids bigint[])
RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT greatest(
        (SELECT max(greatest(n.packed_at, n.unpacked_at))
         FROM ims.handling_unit_nesting AS n
         WHERE n.owner_id = $1 AND n.handling_unit_id = ANY ($2)),
        (SELECT max(greatest(n.packed_at, n.unpacked_at))
         FROM ims.handling_unit_nesting AS n
         WHERE n.owner_id = $1 AND n.parent_id = ANY ($2)),
        (SELECT max(d.left_at)
         FROM ims.handling_unit_departure AS d
         WHERE d.owner_id = $1 AND d.handling_unit_id = ANY ($2)))
$$;
COMMENT ON FUNCTION ims._last_unit_event IS
    'when handling units were last packed into one another, taken apart or shipped';
REVOKE ALL ON FUNCTION ims._last_unit_event FROM PUBLIC;

-- What units are in which is recorded in the order of time: only so is a cycle
-- in the past impossible where there is none now.
CREATE FUNCTION ims._check_unit_time(
    owner_id bigint, handling_unit_id bigint, last_event timestamptz, effective_at timestamptz)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF effective_at < last_event THEN
        RAISE 'handling unit "%" was packed later than %',
            ims._unit_code(owner_id, handling_unit_id), ims._utc(effective_at)
            USING ERRCODE = 'IV241',
                DETAIL = format('Its units were last packed, unpacked or shipped at %s. ',
                        ims._utc(last_event))
                    || jsonb_build_object(
                        'handling_unit', ims._unit_code(owner_id, handling_unit_id),
                        'effective_at', ims._utc(effective_at),
                        'last', ims._utc(last_event))::text,
                HINT = 'Record units in the order of time, or leave effective_at out.';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_unit_time IS 'raise IV241 for what happened before the last change';
REVOKE ALL ON FUNCTION ims._check_unit_time FROM PUBLIC;

-- Content, by the index of balances in units: their lines are many more where
-- units are used again and again.
CREATE FUNCTION ims._unit_balances(owner_id bigint, handling_unit_ids bigint[])
RETURNS TABLE (
    item_id bigint, location_id bigint, lot_id bigint, handling_unit_id bigint, on_hand numeric)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.item_id, s.location_id, s.lot_id, s.handling_unit_id, s.on_hand::numeric
    FROM ims.stock AS s
    WHERE s.owner_id = $1 AND s.handling_unit_id = ANY ($2) AND s.handling_unit_id <> 0
      AND s.on_hand > 0
$$;
COMMENT ON FUNCTION ims._unit_balances IS 'balances of handling units that hold something';
REVOKE ALL ON FUNCTION ims._unit_balances FROM PUBLIC;

CREATE FUNCTION ims._unit_places(owner_id bigint, handling_unit_ids bigint[])
RETURNS bigint[]
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(array_agg(DISTINCT b.location_id), '{}')
    FROM ims._unit_balances($1, $2) AS b
$$;
COMMENT ON FUNCTION ims._unit_places IS 'places at which handling units hold something';
REVOKE ALL ON FUNCTION ims._unit_places FROM PUBLIC;

-- The place that the caller names, or the only one where the units are; all
-- that they hold must lie there.
CREATE FUNCTION ims._packing_place(
    owner_id bigint, handling_unit_id bigint, handling_unit_ids bigint[], location text)
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    places CONSTANT bigint[] := ims._unit_places(owner_id, handling_unit_ids);
    location_id bigint;
BEGIN
    PERFORM ims._check_present('location', location IS NOT NULL OR cardinality(places) > 0);
    location_id := CASE WHEN location IS NULL THEN places[1] ELSE ims._location_id(location) END;
    IF places <> ARRAY[location_id] AND cardinality(places) > 0 THEN
        PERFORM ims._raise_unit_places(owner_id, handling_unit_id, places || location_id, 'IV214');
    END IF;
    RETURN location_id;
END
$$;
COMMENT ON FUNCTION ims._packing_place IS
    'the place where units are packed, or IV201; IV214 where they hold something elsewhere';
REVOKE ALL ON FUNCTION ims._packing_place FROM PUBLIC;

CREATE FUNCTION ims._raise_unit_places(
    owner_id bigint, handling_unit_id bigint, location_ids bigint[], state text)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    codes text[];
BEGIN
    SELECT array_agg(l.code ORDER BY l.code) INTO codes
    FROM ims.location AS l
    WHERE l.location_id = ANY (location_ids);
    RAISE 'handling unit "%" would be at more than one place',
        ims._unit_code(owner_id, handling_unit_id)
        USING ERRCODE = state,
            DETAIL = format('Its content, what would be in it, or the place named: %s. ',
                    array_to_string(codes, ', '))
                || jsonb_build_object(
                    'handling_unit', ims._unit_code(owner_id, handling_unit_id),
                    'locations', codes)::text,
            HINT = 'Bring the units to one place first, by ims.move_handling_unit().';
END
$$;
COMMENT ON FUNCTION ims._raise_unit_places IS 'raise that a tree of units is at several places';
REVOKE ALL ON FUNCTION ims._raise_unit_places FROM PUBLIC;

-- What is in the units directly, locked, with the balances that it goes to: at
-- another place or off the units.  Balances that were filled while it waited
-- are locked in a further pass.
CREATE FUNCTION ims._lock_content(
    owner_id bigint, handling_unit_ids bigint[], to_location_id bigint, loose boolean)
RETURNS TABLE (
    item_id bigint,
    location_id bigint,
    lot_id bigint,
    handling_unit_id bigint,
    serial_id bigint,
    quantity numeric)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    found text[];
    known text[] := '{}';
BEGIN
    LOOP
        SELECT coalesce(array_agg(format('%s %s %s %s',
            b.item_id, b.location_id, b.lot_id, b.handling_unit_id)), '{}') INTO found
        FROM ims._unit_balances(owner_id, handling_unit_ids) AS b;
        EXIT WHEN found <@ known;
        PERFORM FROM (
            SELECT array_agg(owner_id) AS owner_ids, array_agg(k.item_id) AS item_ids,
                array_agg(k.location_id) AS location_ids, array_agg(k.lot_id) AS lot_ids,
                array_agg(k.handling_unit_id) AS handling_unit_ids
            FROM (
                SELECT b.item_id, e.location_id, b.lot_id, e.handling_unit_id
                FROM ims._unit_balances(owner_id, handling_unit_ids) AS b
                CROSS JOIN LATERAL (VALUES
                    (b.location_id, b.handling_unit_id),
                    (to_location_id, b.handling_unit_id),
                    (CASE WHEN loose THEN b.location_id END, 0::bigint))
                    AS e (location_id, handling_unit_id)
                WHERE e.location_id IS NOT NULL
                GROUP BY b.item_id, e.location_id, b.lot_id, e.handling_unit_id) AS k) AS k
        CROSS JOIN LATERAL ims._lock_balances(k.owner_ids, k.item_ids, k.location_ids,
            k.lot_ids, k.handling_unit_ids) AS b;
        known := known || found;
    END LOOP;
    RETURN QUERY
    SELECT b.item_id, b.location_id, b.lot_id, b.handling_unit_id,
        coalesce(e.serial_id, 0), CASE WHEN i.tracking = 'serial' THEN 1 ELSE b.on_hand END
    FROM ims._unit_balances(owner_id, handling_unit_ids) AS b
    JOIN ims.item AS i ON i.owner_id = owner_id AND i.item_id = b.item_id
    LEFT JOIN (
        SELECT DISTINCT m.serial_id
        FROM ims.movement AS m
        WHERE m.owner_id = owner_id AND m.to_handling_unit_id = ANY (handling_unit_ids)
          AND m.to_handling_unit_id <> 0 AND m.serial_id <> 0
          AND (
            SELECT count(*) > 0
            FROM ims._unit_balances(owner_id, handling_unit_ids) AS c
            JOIN ims.item AS j ON j.owner_id = owner_id AND j.item_id = c.item_id
            WHERE j.tracking = 'serial')) AS k
        JOIN ims.serial AS e ON e.owner_id = owner_id AND e.serial_id = k.serial_id
        ON i.tracking = 'serial' AND e.item_id = b.item_id AND e.location_id = b.location_id
        AND e.lot_id = b.lot_id AND e.handling_unit_id = b.handling_unit_id
    WHERE format('%s %s %s %s', b.item_id, b.location_id, b.lot_id, b.handling_unit_id)
        = ANY (known)
    ORDER BY 1, 2, 3, 4, 5;
END
$$;
COMMENT ON FUNCTION ims._lock_content IS 'lock and read what is in handling units, base units';
REVOKE ALL ON FUNCTION ims._lock_content FROM PUBLIC;
