-- Packing: what goes into a handling unit and comes out, and units that move
-- with all that is in them.  Locks and rules are in 43_nesting.

-- Lines of a call by ids, each from an end to an end: goods that lie loose at
-- the place of the unit, or where and in what the line says.
CREATE FUNCTION ims._packing_lines(
    owner_id bigint, lines jsonb, location_id bigint, from_handling_unit_id bigint,
    to_handling_unit_id bigint)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    place text;
    goods jsonb;
BEGIN
    SELECT l.code INTO STRICT place FROM ims.location AS l WHERE l.location_id = location_id;
    SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
        'item_id', r.item_id, 'quantity', r.quantity, 'lot_id', r.lot_id,
        'serial_id', r.serial_id, 'from_location_id', r.from_location_id,
        'to_location_id', location_id,
        'from_handling_unit_id', coalesce(nullif(r.from_handling_unit_id, 0),
            from_handling_unit_id),
        'to_handling_unit_id', to_handling_unit_id, 'entered_quantity', r.entered_quantity,
        'entered_unit', r.entered_unit, 'measured_quantity', r.measured_quantity,
        'reference_line', r.reference_line)) ORDER BY r.place), '[]')
    INTO goods
    FROM (
        SELECT coalesce(jsonb_agg(jsonb_build_object('from_location', place)
                || CASE WHEN l.value ->> 'serial' IS NOT NULL THEN '{"quantity": 1}' ELSE '{}' END::jsonb
                || jsonb_strip_nulls(l.value) || jsonb_build_object('to_location', place)
                ORDER BY l.line), '[]') AS lines,
            coalesce(array_agg(l.line ORDER BY l.line), '{}') AS numbers
        FROM jsonb_array_elements(lines) WITH ORDINALITY AS l (value, line)) AS g
    CROSS JOIN LATERAL ims._resolve_lines(owner_id, 'pack', g.lines, g.numbers) AS r;
    PERFORM ims._check_unit_open(owner_id, u.handling_unit_id)
    FROM (
        SELECT DISTINCT g.from_handling_unit_id
        FROM jsonb_to_recordset(goods) AS g (from_handling_unit_id bigint)
        WHERE g.from_handling_unit_id NOT IN (0, from_handling_unit_id)
        ORDER BY g.from_handling_unit_id) AS u (handling_unit_id);
    RETURN goods;
END
$$;
COMMENT ON FUNCTION ims._packing_lines IS 'lines of ims.pack() and ims.unpack() by ids';
REVOKE ALL ON FUNCTION ims._packing_lines FROM PUBLIC;

-- Goods come from the site of the unit, as in a transfer.
CREATE FUNCTION ims._check_packing_site(lines jsonb)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wrong record;
BEGIN
    SELECT g.n AS line, f.code AS from_location, t.code AS to_location INTO wrong
    FROM ROWS FROM (jsonb_to_recordset(lines) AS (from_location_id bigint, to_location_id bigint))
        WITH ORDINALITY AS g (from_location_id, to_location_id, n)
    JOIN ims.location AS f ON f.location_id = g.from_location_id
    JOIN ims.location AS t ON t.location_id = g.to_location_id
    WHERE f.site_id <> t.site_id
    ORDER BY g.n
    LIMIT 1;
    IF FOUND THEN
        RAISE '"%" and "%" are on different sites', wrong.from_location, wrong.to_location
            USING ERRCODE = 'IV214',
                DETAIL = 'A unit is packed from places of its site. '
                    || jsonb_build_object('line', wrong.line,
                        'location', wrong.from_location)::text,
                HINT = 'Use ims.dispatch() and ims.receive_transfer().';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_packing_site IS 'raise IV214 for lines from another site';
REVOKE ALL ON FUNCTION ims._check_packing_site FROM PUBLIC;

CREATE FUNCTION ims._unit_ids(owner_id bigint, handling_units text[])
RETURNS bigint[]
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(array_agg(DISTINCT ims._handling_unit_id($1, u.code, 'handling_units')), '{}')
    FROM unnest($2) AS u (code)
$$;
COMMENT ON FUNCTION ims._unit_ids IS 'handling units of those codes, or IV207';
REVOKE ALL ON FUNCTION ims._unit_ids FROM PUBLIC;

CREATE FUNCTION ims._check_something(handling_unit text, something boolean)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT something THEN
        RAISE 'there is nothing to move of handling unit "%"', handling_unit
            USING ERRCODE = 'IV219',
                DETAIL = 'It holds nothing, or the call names nothing. '
                    || jsonb_build_object('handling_unit', handling_unit, 'lines', 0)::text,
                HINT = 'What it holds is in ims.contents_at().';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_something IS 'raise IV219 where nothing would be posted';
REVOKE ALL ON FUNCTION ims._check_something FROM PUBLIC;

-- A clock that is behind what was recorded of the units does not make a call
-- fail that leaves the time open.
CREATE FUNCTION ims._unit_time(effective_at timestamptz, last_event timestamptz)
RETURNS timestamptz
LANGUAGE sql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN $1 IS NULL AND $2 > clock_timestamp() THEN $2 ELSE $1 END
$$;
COMMENT ON FUNCTION ims._unit_time IS 'time to post at, null for the time of the engine';
REVOKE ALL ON FUNCTION ims._unit_time FROM PUBLIC;

CREATE FUNCTION ims._pack(
    owner_id bigint,
    handling_unit text,
    lines jsonb,
    handling_units text[],
    location text,
    effective_at timestamptz,
    reason text,
    reference_type text,
    reference_number text,
    actor text,
    idempotency_key text)
RETURNS TABLE (posting_id bigint, document_number bigint, status text, replayed boolean)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 1
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_variable
DECLARE
    handling_unit_id bigint;
    child_ids bigint[];
    source_ids bigint[];
    units bigint[];
    location_id bigint;
    last_event timestamptz;
BEGIN
    status := 'posted';
    SELECT k.posting_id, k.document_number, k.replayed INTO posting_id, document_number, replayed
    FROM ims._claim_key(owner_id, idempotency_key, 'pack', jsonb_build_object(
        'handling_unit', handling_unit, 'lines', lines, 'handling_units', handling_units,
        'location', location, 'effective_at', extract(epoch FROM effective_at),
        'reason', reason, 'reference_type', reference_type,
        'reference_number', reference_number, 'actor', actor), ims._next_posting_id()) AS k;
    IF replayed THEN
        RETURN NEXT;
        RETURN;
    END IF;

    -- no unit, item, place or factor that is read below changes any more
    LOCK TABLE ims.movement IN ROW EXCLUSIVE MODE;
    handling_unit_id := ims._handling_unit_id(owner_id, handling_unit);
    lines := coalesce(lines, '[]');
    PERFORM ims._check_lines(lines, 'item', 'quantity', 'unit', 'lot', 'serial', 'from_location',
        'from_handling_unit', 'measured_quantity', 'reference_line');
    child_ids := ims._unit_ids(owner_id, handling_units);
    PERFORM ims._check_something(handling_unit, lines <> '[]' OR cardinality(child_ids) > 0);
    -- the engine will lock what goods come from, so that is locked in the same order
    SELECT array_agg(ims._handling_unit_id(owner_id, l.code, 'from_handling_unit'))
    INTO source_ids
    FROM (
        SELECT DISTINCT l.value ->> 'from_handling_unit' AS code
        FROM jsonb_array_elements(lines) AS l (value)) AS l
    WHERE l.code IS NOT NULL;
    IF source_ids IS NOT NULL THEN
        PERFORM ims._lock_unit_trees(owner_id, handling_unit_id || child_ids || source_ids);
    END IF;
    units := ims._lock_unit_trees(owner_id, handling_unit_id || child_ids);
    PERFORM ims._check_unit_open(owner_id, handling_unit_id);
    PERFORM ims._check_packable(owner_id, handling_unit_id, child_ids);
    location_id := ims._packing_place(owner_id, handling_unit_id, units, location);
    IF cardinality(child_ids) > 0 THEN
        last_event := ims._last_unit_event(owner_id, units);
        effective_at := ims._unit_time(effective_at, last_event);
    END IF;
    lines := ims._packing_lines(owner_id, lines, location_id, 0, handling_unit_id);
    PERFORM ims._check_packing_site(lines);

    SELECT r.posting_id, r.document_number, r.effective_at
    INTO posting_id, document_number, effective_at
    FROM ims._post_lines(jsonb_build_array(jsonb_build_object(
        'owner_id', owner_id, 'posting_id', posting_id, 'kind', 'pack',
        'effective_at', effective_at, 'reason', reason, 'reference_type', reference_type,
        'reference_number', reference_number, 'actor', actor,
        'idempotency_key', idempotency_key)), lines) AS r;
    PERFORM ims._check_unit_time(owner_id, handling_unit_id, last_event, effective_at);
    PERFORM ims._engine_begin();
    INSERT INTO ims.handling_unit_nesting
        (owner_id, handling_unit_id, parent_id, packed_at, pack_posting_id)
    SELECT owner_id, c.child_id, handling_unit_id, effective_at, posting_id
    FROM unnest(child_ids) AS c (child_id);
    PERFORM ims._engine_end();
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION ims._pack IS 'internal form of ims.pack()';
REVOKE ALL ON FUNCTION ims._pack FROM PUBLIC;

CREATE FUNCTION ims.pack(
    owner text DEFAULT NULL,
    handling_unit text DEFAULT NULL,
    lines jsonb DEFAULT NULL,
    handling_units text[] DEFAULT NULL,
    location text DEFAULT NULL,
    effective_at timestamptz DEFAULT NULL,
    reason text DEFAULT NULL,
    reference_type text DEFAULT NULL,
    reference_number text DEFAULT NULL,
    actor text DEFAULT NULL,
    idempotency_key text DEFAULT NULL,
    dry_run boolean DEFAULT false)
RETURNS TABLE (posting_id bigint, document_number bigint, status text, replayed boolean)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 1
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.pack IS
'put goods and other units into a handling unit

One posting, where the unit is: at location, which may be left out where the unit or one of
those that go in holds something. A line has item, quantity, unit, lot, serial,
measured_quantity and reference_line; from_location (of the same site) and from_handling_unit
say where the goods come from, else they lie loose at the place. handling_units go in with what
they hold. IV212 where it is closed, IV214 where a unit is elsewhere, IV240 where one is in
another already or the nesting would be a cycle or too deep, IV241 where the units changed
later.
Example: SELECT * FROM ims.pack(handling_unit => ''340123450000000017'', location => ''DOCK'',
    lines => ''[{"item": "A-1", "quantity": 12}]'', handling_units => ''{C-1,C-2}'');';
REVOKE ALL ON FUNCTION ims.pack FROM PUBLIC;

-- Units of the tree that are not in this one are an error, not nothing.
CREATE FUNCTION ims._check_inside(owner_id bigint, handling_unit_id bigint, child_ids bigint[])
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    parent CONSTANT text := ims._unit_code(owner_id, handling_unit_id);
    child text;
BEGIN
    SELECT ims._unit_code(owner_id, c.child_id) INTO child
    FROM unnest(child_ids) AS c (child_id)
    WHERE NOT EXISTS (
        SELECT FROM ims.handling_unit_nesting AS n
        WHERE n.owner_id = owner_id AND n.handling_unit_id = c.child_id
          AND n.parent_id = handling_unit_id AND n.unpacked_at IS NULL)
    ORDER BY c.child_id
    LIMIT 1;
    IF FOUND THEN
        PERFORM ims._raise_nesting(format('handling unit "%s" is not in "%s"', child, parent),
            'It lies loose, or is in another unit.',
            child, jsonb_build_object('parent', parent),
            'Where it is, ims_bi.handling_unit tells.');
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_inside IS 'raise IV240 for units that are not in the one directly';
REVOKE ALL ON FUNCTION ims._check_inside FROM PUBLIC;

CREATE FUNCTION ims._unpack(
    owner_id bigint,
    handling_unit text,
    lines jsonb,
    handling_units text[],
    location text,
    effective_at timestamptz,
    reason text,
    reference_type text,
    reference_number text,
    actor text,
    idempotency_key text)
RETURNS TABLE (posting_id bigint, document_number bigint, status text, replayed boolean)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 1
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_variable
DECLARE
    whole CONSTANT boolean := lines IS NULL AND handling_units IS NULL;
    handling_unit_id bigint;
    child_ids bigint[];
    units bigint[];
    last_event timestamptz;
BEGIN
    status := 'posted';
    SELECT k.posting_id, k.document_number, k.replayed INTO posting_id, document_number, replayed
    FROM ims._claim_key(owner_id, idempotency_key, 'unpack', jsonb_build_object(
        'handling_unit', handling_unit, 'lines', lines, 'handling_units', handling_units,
        'location', location, 'effective_at', extract(epoch FROM effective_at),
        'reason', reason, 'reference_type', reference_type,
        'reference_number', reference_number, 'actor', actor), ims._next_posting_id()) AS k;
    IF replayed THEN
        RETURN NEXT;
        RETURN;
    END IF;

    LOCK TABLE ims.movement IN ROW EXCLUSIVE MODE;
    handling_unit_id := ims._handling_unit_id(owner_id, handling_unit);
    lines := coalesce(lines, '[]');
    PERFORM ims._check_lines(lines, 'item', 'quantity', 'unit', 'lot', 'serial',
        'measured_quantity', 'reference_line');
    child_ids := ims._unit_ids(owner_id, handling_units);
    PERFORM ims._check_something(handling_unit,
        whole OR lines <> '[]' OR cardinality(child_ids) > 0);
    units := ims._lock_unit_trees(owner_id, handling_unit_id || child_ids);
    PERFORM ims._check_unit_open(owner_id, handling_unit_id);
    IF whole THEN
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'item_id', c.item_id, 'quantity', c.quantity, 'lot_id', c.lot_id,
            'serial_id', c.serial_id, 'from_location_id', c.location_id,
            'to_location_id', c.location_id, 'from_handling_unit_id', c.handling_unit_id,
            'to_handling_unit_id', 0)
            ORDER BY c.item_id, c.location_id, c.lot_id, c.serial_id), '[]')
        INTO lines
        FROM ims._lock_content(owner_id, ARRAY[handling_unit_id], NULL, true) AS c
        WHERE location IS NULL OR c.location_id = ims._location_id(location);
        SELECT coalesce(array_agg(n.handling_unit_id), '{}') INTO child_ids
        FROM ims.handling_unit_nesting AS n
        WHERE n.owner_id = owner_id AND n.parent_id = handling_unit_id AND n.unpacked_at IS NULL;
        PERFORM ims._check_something(handling_unit,
            lines <> '[]' OR cardinality(child_ids) > 0);
    ELSE
        PERFORM ims._check_inside(owner_id, handling_unit_id, child_ids);
        IF lines <> '[]' THEN
            lines := ims._packing_lines(owner_id, lines,
                CASE WHEN location IS NULL
                    THEN ims._packing_place(owner_id, handling_unit_id, ARRAY[handling_unit_id], NULL)
                    ELSE ims._location_id(location) END,
                handling_unit_id, 0);
        END IF;
    END IF;
    IF cardinality(child_ids) > 0 THEN
        last_event := ims._last_unit_event(owner_id, units);
        effective_at := ims._unit_time(effective_at, last_event);
    END IF;

    SELECT r.posting_id, r.document_number, r.effective_at
    INTO posting_id, document_number, effective_at
    FROM ims._post_lines(jsonb_build_array(jsonb_build_object(
        'owner_id', owner_id, 'posting_id', posting_id, 'kind', 'unpack',
        'effective_at', effective_at, 'reason', reason, 'reference_type', reference_type,
        'reference_number', reference_number, 'actor', actor,
        'idempotency_key', idempotency_key)), lines) AS r;
    PERFORM ims._check_unit_time(owner_id, handling_unit_id, last_event, effective_at);
    PERFORM ims._end_nesting(owner_id, child_ids, effective_at, posting_id);
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION ims._unpack IS 'internal form of ims.unpack()';
REVOKE ALL ON FUNCTION ims._unpack FROM PUBLIC;

CREATE FUNCTION ims._end_nesting(
    owner_id bigint, child_ids bigint[], effective_at timestamptz, posting_id bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM ims._engine_begin();
    UPDATE ims.handling_unit_nesting AS n
    SET unpacked_at = effective_at, unpack_posting_id = posting_id
    WHERE n.owner_id = owner_id AND n.handling_unit_id = ANY (child_ids)
      AND n.unpacked_at IS NULL;
    PERFORM ims._engine_end();
END
$$;
COMMENT ON FUNCTION ims._end_nesting IS 'handling units are in no other from then on';
REVOKE ALL ON FUNCTION ims._end_nesting FROM PUBLIC;

CREATE FUNCTION ims.unpack(
    owner text DEFAULT NULL,
    handling_unit text DEFAULT NULL,
    lines jsonb DEFAULT NULL,
    handling_units text[] DEFAULT NULL,
    location text DEFAULT NULL,
    effective_at timestamptz DEFAULT NULL,
    reason text DEFAULT NULL,
    reference_type text DEFAULT NULL,
    reference_number text DEFAULT NULL,
    actor text DEFAULT NULL,
    idempotency_key text DEFAULT NULL,
    dry_run boolean DEFAULT false)
RETURNS TABLE (posting_id bigint, document_number bigint, status text, replayed boolean)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 1
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.unpack IS
'take goods and units out of a handling unit

One posting; the goods lie loose at the same place then. A line has item, quantity, unit, lot,
serial, measured_quantity and reference_line; handling_units come out with what they hold. With
neither, all that is in the unit directly comes out. location is needed where it has content at
several places. IV212 where it is closed, IV219 where nothing is in it, IV240 where a unit is
not in it, IV241 where the units changed later.
Example: SELECT * FROM ims.unpack(handling_unit => ''340123450000000017'');';
REVOKE ALL ON FUNCTION ims.unpack FROM PUBLIC;

-- Where a unit goes: a place of the site, another site, or a customer.
CREATE FUNCTION ims._unit_destination(kind text, to_location text)
RETURNS TABLE (location_id bigint, destination_id bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM ims._check_choice('kind', kind, 'transfer', 'ship', 'dispatch');
    IF kind = 'ship' THEN
        IF to_location IS NOT NULL THEN
            RAISE 'what is shipped goes to no place of ours'
                USING ERRCODE = 'IV223',
                    DETAIL = 'Kind ship takes no place. '
                        || jsonb_build_object('argument', 'to_location')::text,
                    HINT = 'Name the customer as party, or use kind => ''transfer''.';
        END IF;
        location_id := 3;
    ELSE
        PERFORM ims._check_present('to_location', to_location IS NOT NULL);
        location_id := ims._location_id(to_location, 'to_location');
        IF kind = 'dispatch' THEN
            SELECT nullif(l.site_id, 0) INTO STRICT destination_id
            FROM ims.location AS l
            WHERE l.location_id = location_id;
            location_id := 1;
            IF destination_id IS NULL THEN
                RAISE 'goods cannot be dispatched to "%"', to_location
                    USING ERRCODE = 'IV214',
                        DETAIL = 'The place is not at a site. '
                            || jsonb_build_object('to_location', to_location)::text,
                        HINT = 'Name a site, or a place of one.';
            END IF;
        END IF;
    END IF;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION ims._unit_destination IS 'place that a unit goes to, and the site it is bound for';
REVOKE ALL ON FUNCTION ims._unit_destination FROM PUBLIC;

-- What the content of units measures, of items of catch weight: the lines since
-- the balance was last empty, added up.  Null where one of them has no measure:
-- what a customer pays for is not guessed.
CREATE FUNCTION ims._unit_measures(owner_id bigint, handling_unit_ids bigint[])
RETURNS TABLE (
    item_id bigint,
    location_id bigint,
    lot_id bigint,
    handling_unit_id bigint,
    serial_id bigint,
    measured numeric)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
    WITH line AS (
        SELECT m.movement_id, m.effective_at, m.item_id, m.to_location_id AS location_id, m.lot_id,
            m.to_handling_unit_id AS handling_unit_id, m.serial_id, m.quantity::numeric AS quantity,
            m.measured_quantity AS measured
        FROM ims.movement AS m
        WHERE m.owner_id = $1 AND m.to_handling_unit_id = ANY ($2) AND m.to_handling_unit_id <> 0
        UNION ALL
        SELECT m.movement_id, m.effective_at, m.item_id, m.from_location_id, m.lot_id,
            m.from_handling_unit_id, m.serial_id, - m.quantity::numeric, - m.measured_quantity
        FROM ims.movement AS m
        WHERE m.owner_id = $1 AND m.from_handling_unit_id = ANY ($2)
          AND m.from_handling_unit_id <> 0),
    level AS (
        SELECT l.*, sum(l.quantity) OVER w AS on_hand
        FROM line AS l
        JOIN ims.item AS i
            ON i.owner_id = $1 AND i.item_id = l.item_id AND i.measured_unit IS NOT NULL
        WINDOW w AS (
            PARTITION BY l.item_id, l.location_id, l.lot_id, l.handling_unit_id, l.serial_id
            ORDER BY l.effective_at, l.movement_id)),
    since AS (
        SELECT v.*, count(*) FILTER (WHERE v.on_hand = 0) OVER (
            PARTITION BY v.item_id, v.location_id, v.lot_id, v.handling_unit_id, v.serial_id
            ORDER BY v.effective_at DESC, v.movement_id DESC) AS emptied
        FROM level AS v)
    SELECT s.item_id, s.location_id, s.lot_id, s.handling_unit_id, s.serial_id,
        CASE WHEN count(*) = count(s.measured) THEN trim_scale(sum(s.measured)) END
    FROM since AS s
    WHERE s.emptied = 0
    GROUP BY s.item_id, s.location_id, s.lot_id, s.handling_unit_id, s.serial_id
$$;
COMMENT ON FUNCTION ims._unit_measures IS
    'measures of what is in handling units directly, null where it was not all measured';
REVOKE ALL ON FUNCTION ims._unit_measures FROM PUBLIC;

-- A shipment needs the measures; on the way within the house they are given
-- where they are known, so that they are known there, too.
CREATE FUNCTION ims._measured_lines(
    owner_id bigint, units bigint[], lines jsonb, needed boolean)
RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_variable
DECLARE
    unmeasured record;
BEGIN
    IF NOT EXISTS (
        SELECT FROM jsonb_to_recordset(lines) AS l (item_id bigint)
        JOIN ims.item AS i ON i.owner_id = owner_id AND i.item_id = l.item_id
        WHERE i.measured_unit IS NOT NULL)
    THEN
        RETURN lines;
    END IF;
    SELECT jsonb_agg(l.value || CASE WHEN m.measured > 0
        THEN jsonb_build_object('measured_quantity', m.measured) ELSE '{}' END ORDER BY l.n)
    INTO lines
    FROM jsonb_array_elements(lines) WITH ORDINALITY AS l (value, n)
    CROSS JOIN LATERAL jsonb_to_record(l.value) AS r (item_id bigint, from_location_id bigint,
        lot_id bigint, from_handling_unit_id bigint, serial_id bigint)
    LEFT JOIN ims._unit_measures(owner_id, units) AS m
        ON m.item_id = r.item_id AND m.location_id = r.from_location_id AND m.lot_id = r.lot_id
        AND m.handling_unit_id = r.from_handling_unit_id AND m.serial_id = r.serial_id;
    SELECT i.code AS item, r.from_handling_unit_id, i.measured_unit INTO unmeasured
    FROM jsonb_array_elements(lines) WITH ORDINALITY AS l (value, n)
    CROSS JOIN LATERAL jsonb_to_record(l.value) AS r (
        item_id bigint, from_handling_unit_id bigint, measured_quantity numeric)
    JOIN ims.item AS i
        ON i.owner_id = owner_id AND i.item_id = r.item_id AND i.measured_unit IS NOT NULL
    WHERE needed AND r.measured_quantity IS NULL
    ORDER BY l.n
    LIMIT 1;
    IF FOUND THEN
        RAISE 'what handling unit "%" holds of item "%" was not measured',
            ims._unit_code(owner_id, unmeasured.from_handling_unit_id), unmeasured.item
            USING ERRCODE = 'IV201',
                DETAIL = format('It was packed or taken out without its %s. ',
                        unmeasured.measured_unit)
                    || jsonb_build_object('argument', 'measured_quantity',
                        'handling_unit', ims._unit_code(owner_id,
                            unmeasured.from_handling_unit_id),
                        'item', unmeasured.item)::text,
                HINT = 'Take it out and pack it again with measured_quantity, or use ims.ship().';
    END IF;
    RETURN lines;
END
$$;
COMMENT ON FUNCTION ims._measured_lines IS
    'lines of whole units with what they measure, or IV201 where it is needed and not known';
REVOKE ALL ON FUNCTION ims._measured_lines FROM PUBLIC;

-- Content of the units as lines; what is there already stays.
CREATE FUNCTION ims._unit_lines(
    owner_id bigint, units bigint[], to_location_id bigint, destination_id bigint)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_variable
DECLARE
    keeps_stock CONSTANT boolean := (
        SELECT l.keeps_stock FROM ims.location AS l WHERE l.location_id = to_location_id);
    lines jsonb;
    sites bigint[];
BEGIN
    SELECT coalesce(jsonb_agg(jsonb_build_object(
            'item_id', c.item_id, 'quantity', c.quantity, 'lot_id', c.lot_id,
            'serial_id', c.serial_id, 'from_location_id', c.location_id,
            'to_location_id', to_location_id, 'from_handling_unit_id', c.handling_unit_id,
            'to_handling_unit_id', CASE WHEN keeps_stock THEN c.handling_unit_id ELSE 0 END)
            ORDER BY c.item_id, c.location_id, c.lot_id, c.handling_unit_id, c.serial_id),
            '[]'),
        array_agg(DISTINCT l.site_id)
    INTO lines, sites
    FROM ims._lock_content(owner_id, units, CASE WHEN keeps_stock THEN to_location_id END,
        false) AS c
    JOIN ims.location AS l ON l.location_id = c.location_id
    WHERE c.location_id <> to_location_id;
    IF destination_id = ANY (sites) THEN
        RAISE 'goods cannot be dispatched to the site where they are'
            USING ERRCODE = 'IV214',
                DETAIL = 'Both places are at the same site. '
                    || jsonb_build_object('to_location', (
                        SELECT l.code FROM ims.location AS l
                        WHERE l.location_id = destination_id))::text,
                HINT = 'Move the unit within the site by kind => ''transfer''.';
    END IF;
    RETURN lines;
END
$$;
COMMENT ON FUNCTION ims._unit_lines IS 'lines that move the content of handling units, locked';
REVOKE ALL ON FUNCTION ims._unit_lines FROM PUBLIC;

CREATE FUNCTION ims._move_handling_unit(
    owner_id bigint,
    handling_unit text,
    kind text,
    to_location text,
    effective_at timestamptz,
    reason text,
    party text,
    channel text,
    reference_type text,
    reference_number text,
    actor text,
    idempotency_key text)
RETURNS TABLE (posting_id bigint, document_number bigint, status text, replayed boolean)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 1
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_variable
DECLARE
    goal record;
BEGIN
    status := 'posted';
    kind := coalesce(kind, 'transfer');
    SELECT k.posting_id, k.document_number, k.replayed INTO posting_id, document_number, replayed
    FROM ims._claim_key(owner_id, idempotency_key, 'move_handling_unit', jsonb_build_object(
        'handling_unit', handling_unit, 'kind', kind, 'to_location', to_location,
        'effective_at', extract(epoch FROM effective_at), 'reason', reason, 'party', party,
        'channel', channel, 'reference_type', reference_type,
        'reference_number', reference_number, 'actor', actor), ims._next_posting_id()) AS k;
    IF replayed THEN
        RETURN NEXT;
        RETURN;
    END IF;

    LOCK TABLE ims.movement IN ROW EXCLUSIVE MODE;
    goal := ims._unit_destination(kind, to_location);
    document_number := ims._post_unit_move(owner_id,
        ims._handling_unit_id(owner_id, handling_unit), jsonb_build_object(
            'owner_id', owner_id, 'posting_id', posting_id, 'kind', kind,
            'effective_at', effective_at, 'reason', reason,
            'party_id', CASE WHEN party IS NOT NULL THEN ims._party_id(owner_id, party) END,
            'channel_id',
            CASE WHEN channel IS NOT NULL THEN ims._channel_id(owner_id, channel) END,
            'reference_type', reference_type, 'reference_number', reference_number,
            'actor', actor, 'idempotency_key', idempotency_key),
        '{}', goal.location_id, goal.destination_id);
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION ims._move_handling_unit IS 'internal form of ims.move_handling_unit()';
REVOKE ALL ON FUNCTION ims._move_handling_unit FROM PUBLIC;

-- The posting as _post_lines takes it; line is what every line says besides, and
-- what was entered only where there is one.
CREATE FUNCTION ims._post_unit_move(
    owner_id bigint, handling_unit_id bigint, posting jsonb, line jsonb, to_location_id bigint,
    destination_id bigint, OUT document_number bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_variable
DECLARE
    kind CONSTANT text := posting ->> 'kind';
    handling_unit CONSTANT text := ims._unit_code(owner_id, handling_unit_id);
    parent text;
    units bigint[];
    lines jsonb;
    last_event timestamptz;
    posted record;
BEGIN
    units := ims._lock_unit_trees(owner_id, ARRAY[handling_unit_id]);
    IF ims._unit_root(owner_id, handling_unit_id) <> handling_unit_id THEN
        SELECT ims._unit_code(owner_id, n.parent_id) INTO parent
        FROM ims.handling_unit_nesting AS n
        WHERE n.owner_id = owner_id AND n.handling_unit_id = handling_unit_id
          AND n.unpacked_at IS NULL;
        PERFORM ims._raise_nesting(
            format('handling unit "%s" does not move without "%s"', handling_unit, parent),
            'It is in that unit.',
            handling_unit, jsonb_build_object('is_in', parent),
            'Take it out by ims.unpack() first, or move the other one.');
    END IF;
    lines := ims._unit_lines(owner_id, units, to_location_id, destination_id);
    PERFORM ims._check_something(handling_unit, lines <> '[]');
    lines := ims._measured_lines(owner_id, units, lines, kind = 'ship');
    IF jsonb_array_length(lines) > 1 THEN
        line := line - '{entered_quantity,entered_unit}'::text[];
    END IF;
    SELECT jsonb_agg(l.value || line ORDER BY l.n) INTO lines
    FROM jsonb_array_elements(lines) WITH ORDINALITY AS l (value, n);
    last_event := ims._last_unit_event(owner_id, units);
    SELECT r.document_number, r.posting_id, r.effective_at INTO posted
    FROM ims._post_lines(jsonb_build_array(posting || jsonb_build_object(
        'effective_at', ims._unit_time((posting ->> 'effective_at')::timestamptz, last_event),
        'whole_units', true, 'destination_id', destination_id)), lines) AS r;
    document_number := posted.document_number;
    PERFORM ims._check_unit_time(owner_id, handling_unit_id, last_event, posted.effective_at);
    IF kind = 'ship' THEN
        PERFORM ims._record_departure(owner_id, handling_unit_id, posted.effective_at,
            posted.posting_id);
    END IF;
END
$$;
COMMENT ON FUNCTION ims._post_unit_move IS 'move or ship a handling unit with all that is in it';
REVOKE ALL ON FUNCTION ims._post_unit_move FROM PUBLIC;

-- What left together stays in the record of it, and nesting ends: whoever
-- comes back is a unit of its own.
CREATE FUNCTION ims._record_departure(
    owner_id bigint, handling_unit_id bigint, left_at timestamptz, posting_id bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    units bigint[];
BEGIN
    PERFORM ims._engine_begin();
    WITH gone AS (
        INSERT INTO ims.handling_unit_departure AS d
            (owner_id, posting_id, handling_unit_id, parent_id, left_at)
        SELECT owner_id, posting_id, t.handling_unit_id, t.parent_id, left_at
        FROM ims._units_below(owner_id, ARRAY[handling_unit_id]) AS t
        RETURNING d.handling_unit_id)
    SELECT array_agg(g.handling_unit_id) INTO units FROM gone AS g;
    PERFORM ims._engine_end();
    PERFORM ims._end_nesting(owner_id, units, left_at, posting_id);
END
$$;
COMMENT ON FUNCTION ims._record_departure IS 'a handling unit left with all that were in it';
REVOKE ALL ON FUNCTION ims._record_departure FROM PUBLIC;

CREATE FUNCTION ims.move_handling_unit(
    owner text DEFAULT NULL,
    handling_unit text DEFAULT NULL,
    kind text DEFAULT 'transfer',
    to_location text DEFAULT NULL,
    effective_at timestamptz DEFAULT NULL,
    reason text DEFAULT NULL,
    party text DEFAULT NULL,
    channel text DEFAULT NULL,
    reference_type text DEFAULT NULL,
    reference_number text DEFAULT NULL,
    actor text DEFAULT NULL,
    idempotency_key text DEFAULT NULL,
    dry_run boolean DEFAULT false)
RETURNS TABLE (posting_id bigint, document_number bigint, status text, replayed boolean)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 1
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.move_handling_unit IS
'move a handling unit with all that is in it

One posting of the whole content, units in units included: kind transfer (default) to another
place of the site, dispatch to another site, where ims.receive_transfer() takes it in, or ship
to a customer. A closed unit moves too. What was shipped together stays known by
ims.contents_at(), and the units are empty ones from then on. Goods of catch weight go with what
was measured of them; IV201 where they are shipped and that is not known. IV219 where it holds
nothing, IV240 where it is in another unit, IV241 where the units changed later than the
shipment.
Example: SELECT * FROM ims.move_handling_unit(handling_unit => ''340123450000000017'',
    kind => ''ship'', party => ''JANE'', reference_number => ''SO-7'');';
REVOKE ALL ON FUNCTION ims.move_handling_unit FROM PUBLIC;

-- Reversal (46_reversal).  The lines of a posting are swapped there; here the
-- nesting follows: what it packed comes out again, what it took out or shipped
-- goes in again, from the reversal on.  Only while the units are as it left
-- them: else IV228, and the later posting is to be reversed first.

CREATE FUNCTION ims._raise_units_used(owner_id bigint, original_id bigint, later_id bigint)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    original bigint;
    later bigint;
BEGIN
    SELECT p.document_number INTO STRICT original
    FROM ims.posting AS p
    WHERE p.owner_id = owner_id AND p.posting_id = original_id;
    SELECT p.document_number INTO later
    FROM ims.posting AS p
    WHERE p.owner_id = owner_id AND p.posting_id = later_id;
    PERFORM ims._raise_not_reversible('IV228', original,
        format('Posting %s packed, unpacked or shipped its handling units since.', later),
        'rests_on_it', later::text, 'Reverse that posting first.');
END
$$;
COMMENT ON FUNCTION ims._raise_units_used IS
    'raise IV228: the units of a posting were packed or shipped later';
REVOKE ALL ON FUNCTION ims._raise_units_used FROM PUBLIC;

-- Locks the trees of the units that the posting packed, unpacked or shipped
-- together, and returns all units of them; null for any other posting.
CREATE FUNCTION ims._lock_nesting_to_reverse(owner_id bigint, original_id bigint)
RETURNS bigint[]
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    touched bigint[];
    units bigint[];
    later_id bigint;
BEGIN
    SELECT array_agg(DISTINCT e.handling_unit_id) INTO touched
    FROM (
        SELECT u.handling_unit_id
        FROM ims.handling_unit_nesting AS n
        CROSS JOIN LATERAL (VALUES (n.handling_unit_id), (n.parent_id)) AS u (handling_unit_id)
        WHERE n.owner_id = owner_id
          AND (n.pack_posting_id = original_id OR n.unpack_posting_id = original_id)
        UNION ALL
        SELECT d.handling_unit_id
        FROM ims.handling_unit_departure AS d
        WHERE d.owner_id = owner_id AND d.posting_id = original_id) AS e;
    IF touched IS NULL THEN
        RETURN NULL;
    END IF;
    LOCK TABLE ims.movement IN ROW EXCLUSIVE MODE;
    units := ims._lock_unit_trees(owner_id, touched);
    -- what followed must have been reversed, latest first
    SELECT e.posting_id INTO later_id
    FROM (
        SELECT x.posting_id
        FROM ims.handling_unit_nesting AS n
        JOIN ims.handling_unit_nesting AS l
            ON l.owner_id = n.owner_id AND l.handling_unit_id = n.handling_unit_id
            AND l.handling_unit_nesting_id >= n.handling_unit_nesting_id
        CROSS JOIN LATERAL (VALUES (l.pack_posting_id), (l.unpack_posting_id)) AS x (posting_id)
        WHERE n.owner_id = owner_id
          AND (n.pack_posting_id = original_id OR n.unpack_posting_id = original_id
               AND l.handling_unit_nesting_id > n.handling_unit_nesting_id)
        UNION ALL
        SELECT x.posting_id
        FROM ims.handling_unit_departure AS d
        JOIN ims.handling_unit_nesting AS l
            ON l.owner_id = d.owner_id
            AND (l.handling_unit_id = d.handling_unit_id OR l.parent_id = d.handling_unit_id)
            AND l.packed_at >= d.left_at AND l.unpack_posting_id IS DISTINCT FROM d.posting_id
        CROSS JOIN LATERAL (VALUES (l.pack_posting_id), (l.unpack_posting_id)) AS x (posting_id)
        WHERE d.owner_id = owner_id AND d.posting_id = original_id
        UNION ALL
        SELECT l.posting_id
        FROM ims.handling_unit_departure AS d
        JOIN ims.handling_unit_departure AS l
            ON l.owner_id = d.owner_id AND l.handling_unit_id = d.handling_unit_id
            AND l.left_at >= d.left_at AND l.posting_id > d.posting_id
        WHERE d.owner_id = owner_id AND d.posting_id = original_id
        UNION ALL
        SELECT d.posting_id
        FROM ims.handling_unit_nesting AS n
        JOIN ims.handling_unit_departure AS d
            ON d.owner_id = n.owner_id AND d.handling_unit_id IN (n.handling_unit_id, n.parent_id)
            AND d.left_at >= n.unpacked_at
        WHERE n.owner_id = owner_id AND n.unpack_posting_id = original_id) AS e
    WHERE e.posting_id <> original_id
      AND NOT EXISTS (
        SELECT FROM ims.posting AS v
        WHERE v.owner_id = owner_id AND v.posting_id = e.posting_id AND v.kind = 'reversal')
      AND NOT EXISTS (
        SELECT FROM ims.posting AS v
        WHERE v.owner_id = owner_id AND v.origin_posting_id = e.posting_id
          AND v.kind = 'reversal')
    ORDER BY e.posting_id
    LIMIT 1;
    IF FOUND THEN
        PERFORM ims._raise_units_used(owner_id, original_id, later_id);
    END IF;
    RETURN units;
END
$$;
COMMENT ON FUNCTION ims._lock_nesting_to_reverse IS
    'lock the trees of units of a posting that is reversed, or IV228; null where there are none';
REVOKE ALL ON FUNCTION ims._lock_nesting_to_reverse FROM PUBLIC;

CREATE FUNCTION ims._reverse_nesting(
    owner_id bigint, original_id bigint, units bigint[], posting_id bigint,
    effective_at timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    packed_ids bigint[];
    nest record;
    root_id bigint;
BEGIN
    SELECT coalesce(array_agg(n.handling_unit_id), '{}') INTO packed_ids
    FROM ims.handling_unit_nesting AS n
    WHERE n.owner_id = owner_id AND n.pack_posting_id = original_id;
    PERFORM ims._check_unit_time(owner_id, units[1], ims._last_unit_event(owner_id, units),
        effective_at);
    PERFORM ims._end_nesting(owner_id, packed_ids, effective_at, posting_id);
    FOR nest IN
        SELECT n.parent_id, array_agg(n.handling_unit_id) AS child_ids
        FROM ims.handling_unit_nesting AS n
        WHERE n.owner_id = owner_id AND n.unpack_posting_id = original_id
        GROUP BY n.parent_id
        ORDER BY n.parent_id
    LOOP
        PERFORM ims._check_packable(owner_id, nest.parent_id, nest.child_ids);
        PERFORM ims._engine_begin();
        INSERT INTO ims.handling_unit_nesting
            (owner_id, handling_unit_id, parent_id, packed_at, pack_posting_id)
        SELECT owner_id, c.child_id, nest.parent_id, effective_at, posting_id
        FROM unnest(nest.child_ids) AS c (child_id);
        PERFORM ims._engine_end();
    END LOOP;
    FOR root_id IN
        SELECT DISTINCT ims._unit_root(owner_id, u.handling_unit_id)
        FROM unnest(units) AS u (handling_unit_id)
    LOOP
        units := ims._whole_units(owner_id, ARRAY[root_id]);
        IF cardinality(ims._unit_places(owner_id, units)) > 1 THEN
            PERFORM ims._raise_unit_places(owner_id, root_id,
                ims._unit_places(owner_id, units), 'IV214');
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION ims._reverse_nesting IS
    'nesting follows a reversal, or IV214, IV240, IV241 where it would not be true';
REVOKE ALL ON FUNCTION ims._reverse_nesting FROM PUBLIC;
