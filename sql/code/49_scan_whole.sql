-- A handling unit that arrives as it was announced: one scan, one posting.
--
-- The list says what is in which unit, as an advance ship notice does; the scan
-- says which unit came.  Of the list only the tree of that unit is taken.  Each
-- of its lines is read as if its label had been scanned, and gets the verdicts
-- of ims.receive_scan(); the label of the unit is compared with them.  Nothing of
-- the list is kept but what is posted.
--
-- Locks: the idempotency key; ROW EXCLUSIVE on movement; new handling units,
-- ascending by code; the roots of the trees of all of them; new lots, new
-- serials, balances.  Whether a unit is there already is asked again under the
-- lock of its tree, so that two scans of it receive it once.

CREATE TYPE ims._announced AS (
    line bigint,
    handling_unit text,
    value jsonb,
    goods ims._scanned,
    tracking text);
COMMENT ON TYPE ims._announced IS 'a line of what was announced, and its goods as a label of them';

CREATE TYPE ims._arrival_verdict AS (
    line bigint,
    handling_unit text,
    item text,
    verdict ims._scan_verdict);
COMMENT ON TYPE ims._arrival_verdict IS 'a verdict on a line of what was announced, or on a unit';

-- The tree below a unit by the parents that the list names; what the unit
-- itself is in does not matter.
CREATE FUNCTION ims._announced_units(contents jsonb, root text)
RETURNS TABLE (handling_unit text, parent text, level bigint)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
    WITH RECURSIVE edge AS (
        SELECT DISTINCT l.value ->> 'handling_unit' AS handling_unit, l.value ->> 'parent' AS parent
        FROM jsonb_array_elements($1) AS l (value)
        WHERE l.value ->> 'parent' IS NOT NULL AND l.value ->> 'handling_unit' <> $2),
    tree AS (
        SELECT $2 AS handling_unit, NULL::text AS parent, 0::bigint AS level
        UNION ALL
        SELECT e.handling_unit, e.parent, t.level + 1
        FROM tree AS t
        JOIN edge AS e ON e.parent = t.handling_unit
        WHERE t.level < 100)
    SELECT t.handling_unit, t.parent, t.level FROM tree AS t
$$;
COMMENT ON FUNCTION ims._announced_units IS 'a unit and those that a list says are in it';
REVOKE ALL ON FUNCTION ims._announced_units FROM PUBLIC;

-- The limits are those of ims.limits().
CREATE FUNCTION ims._check_announced(contents jsonb, root text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    bad record;
    depth bigint;
    units bigint;
BEGIN
    PERFORM ims._check_lines(contents, 'handling_unit', 'parent', 'item', 'gtin', 'quantity', 'unit',
        'lot', 'serial', 'made_on', 'best_before', 'sell_by', 'expires_on', 'measured_quantity',
        'unit_cost', 'currency', 'reference_line');
    SELECT l.line, l.value ->> 'handling_unit' AS handling_unit INTO bad
    FROM jsonb_array_elements(contents) WITH ORDINALITY AS l (value, line)
    WHERE l.value ->> 'parent' IS NOT NULL AND l.value ->> 'handling_unit' IS NULL
    ORDER BY l.line
    LIMIT 1;
    PERFORM ims._check_present('handling_unit', NOT FOUND);
    -- Before the trees are followed: units in two others would double them at each level.
    SELECT l.value ->> 'handling_unit' AS handling_unit, min(l.value ->> 'parent') AS parent,
        max(l.value ->> 'parent') AS other
    INTO bad
    FROM jsonb_array_elements(contents) AS l (value)
    GROUP BY l.value ->> 'handling_unit'
    HAVING min(l.value ->> 'parent') <> max(l.value ->> 'parent')
    ORDER BY l.value ->> 'handling_unit'
    LIMIT 1;
    IF FOUND THEN
        PERFORM ims._raise_nesting(
            format('handling unit "%s" cannot be in "%s" and in "%s"', bad.handling_unit,
                bad.parent, bad.other),
            'The list names both.', bad.handling_unit,
            jsonb_build_object('parent', bad.other, 'is_in', bad.parent),
            'Name one parent of a unit.');
    END IF;
    SELECT max(t.level) + 1, count(*) INTO depth, units
    FROM ims._announced_units(contents, root) AS t;
    IF depth > 10 OR units > 10000 THEN
        PERFORM ims._raise_nesting(format('handling unit "%s" would hold too much', root),
            format('There would be %s levels and %s units; at most 10 and 10000 are allowed.',
                depth, units),
            root, jsonb_build_object('levels', depth, 'units', units), 'See ims.limits().');
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_announced IS
    'raise for lines that are none, IV240 for units that cannot be in each other so';
REVOKE ALL ON FUNCTION ims._check_announced FROM PUBLIC;

-- An item by its own code or a GTIN; what is known of its lot and serial.
CREATE FUNCTION ims._announced_goods(owner_id bigint, line bigint, value jsonb, today date)
RETURNS ims._scanned
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    s ims._scanned;
    known record;
BEGIN
    s.kind := 'item';
    s.unknown := '{}';
    s.problems := '[]';
    s.lot := value ->> 'lot';
    s.serial := value ->> 'serial';
    s.made_on := ims._json_day(value, 'made_on', line);
    s.best_before := ims._json_day(value, 'best_before', line);
    s.sell_by := ims._json_day(value, 'sell_by', line);
    s.expires_on := ims._json_day(value, 'expires_on', line);
    IF value ->> 'gtin' IS NOT NULL THEN
        s.gtin := (value ->> 'gtin')::ims.gtin::text;
        s := ims._scan_gtin(owner_id, s);
    ELSE
        PERFORM ims._check_present('item', value ->> 'item' IS NOT NULL);
        SELECT i.item_id, i.code, i.base_unit, i.status INTO known
        FROM ims.item AS i
        WHERE i.owner_id = owner_id AND i.code = value ->> 'item';
        s.item_id := known.item_id;
        s.item := known.code;
        s.unit := known.base_unit;
        IF known.status <> 'active' THEN
            s := ims._scan_problem(s, 'item_inactive', 'item', 'IV212',
                jsonb_build_object('item', known.code));
        END IF;
    END IF;
    -- of a code that nobody has the rest cannot be told
    IF s.item_id IS NULL THEN
        RETURN s;
    END IF;
    s.unit := coalesce(value ->> 'unit', s.unit);
    s.quantity := ims._line_number(line, 'quantity', value ->> 'quantity');
    PERFORM ims._check_present('quantity', s.quantity IS NOT NULL OR s.serial IS NOT NULL);
    s.quantity := coalesce(s.quantity, 1);
    s.base_quantity := ims._base_quantity(owner_id, s.item_id, s.item, line, s.quantity, s.unit);
    -- what arrives is nowhere yet
    s := ims._scan_serial(owner_id, s, 0);
    RETURN ims._scan_lot(owner_id, s, today);
END
$$;
COMMENT ON FUNCTION ims._announced_goods IS 'goods of a line, as a label of them would be read';
REVOKE ALL ON FUNCTION ims._announced_goods FROM PUBLIC;

-- The lines of a tree that are goods.
CREATE FUNCTION ims._announced_lines(owner_id bigint, contents jsonb, root text, today date)
RETURNS SETOF ims._announced
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT l.line, t.handling_unit, l.value, g.goods, (
            SELECT i.tracking FROM ims.item AS i
            WHERE i.owner_id = $1 AND i.item_id = (g.goods).item_id)
    FROM jsonb_array_elements($2) WITH ORDINALITY AS l (value, line)
    JOIN ims._announced_units($2, $3) AS t
        ON t.handling_unit = coalesce(l.value ->> 'handling_unit', $3)
    CROSS JOIN LATERAL (
        SELECT ims._announced_goods($1, l.line, l.value, $4) OFFSET 0) AS g (goods)
    WHERE l.value ->> 'item' IS NOT NULL OR l.value ->> 'gtin' IS NOT NULL
       OR l.value ->> 'parent' IS NULL
$$;
COMMENT ON FUNCTION ims._announced_lines IS 'goods that a list says are in a unit, or in units in it';
REVOKE ALL ON FUNCTION ims._announced_lines FROM PUBLIC;

-- A unit arrives empty and loose; what is in it already, or it in another, came
-- before.
CREATE FUNCTION ims._units_in_use(owner_id bigint, handling_unit_ids bigint[])
RETURNS TABLE (handling_unit_id bigint, why text, location text, is_in text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT DISTINCT ON (u.handling_unit_id) u.handling_unit_id, u.why, u.location, u.is_in
    FROM (
        SELECT b.handling_unit_id, 1 AS place, format('It holds goods at "%s".', l.code) AS why,
            l.code AS location, NULL::text AS is_in
        FROM ims._unit_balances($1, $2) AS b
        JOIN ims.location AS l ON l.location_id = b.location_id
        UNION ALL
        SELECT n.handling_unit_id, 2, format('It is in "%s".', ims._unit_code($1, n.parent_id)),
            NULL, ims._unit_code($1, n.parent_id)
        FROM ims.handling_unit_nesting AS n
        WHERE n.owner_id = $1 AND n.handling_unit_id = ANY ($2) AND n.unpacked_at IS NULL
        UNION ALL
        SELECT n.parent_id, 3, 'Other units are in it.', NULL, NULL
        FROM ims.handling_unit_nesting AS n
        WHERE n.owner_id = $1 AND n.parent_id = ANY ($2) AND n.unpacked_at IS NULL) AS u
    ORDER BY u.handling_unit_id, u.place, u.location
$$;
COMMENT ON FUNCTION ims._units_in_use IS 'handling units that hold something, or are in others';
REVOKE ALL ON FUNCTION ims._units_in_use FROM PUBLIC;

CREATE FUNCTION ims._announced_unit_verdicts(owner_id bigint, units text[], may_be_new boolean)
RETURNS SETOF ims._arrival_verdict
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
    WITH known AS (
        SELECT u.n, u.code, h.handling_unit_id, h.status
        FROM unnest($2) WITH ORDINALITY AS u (code, n)
        LEFT JOIN ims.handling_unit AS h ON h.owner_id = $1 AND h.code = u.code),
    compared AS (
        SELECT k.*, ims._scan_compare(6, 'handling_unit', NULL, k.code,
            k.handling_unit_id IS NULL, $3, 'IV207', NULL) AS verdict
        FROM known AS k)
    SELECT NULL::bigint, c.code, NULL::text, CASE
        WHEN c.status = 'closed' THEN ims._scan_refuse(c.verdict, 'closed', 'IV212',
            format('handling unit "%s" is closed', c.code),
            jsonb_build_object('handling_unit', c.code))
        WHEN b.handling_unit_id IS NOT NULL THEN ims._scan_refuse(c.verdict, 'in_stock', 'IV242',
            format('handling unit "%s" is in stock already', c.code),
            jsonb_build_object('handling_unit', c.code, 'location', b.location, 'is_in', b.is_in))
        ELSE c.verdict END
    FROM compared AS c
    LEFT JOIN ims._units_in_use($1, (
            SELECT coalesce(array_agg(k.handling_unit_id), '{}') FROM known AS k
            WHERE k.handling_unit_id IS NOT NULL)) AS b
        ON b.handling_unit_id = c.handling_unit_id
    ORDER BY c.n
$$;
COMMENT ON FUNCTION ims._announced_unit_verdicts IS 'verdicts on the units of a list';
REVOKE ALL ON FUNCTION ims._announced_unit_verdicts FROM PUBLIC;

-- Verdicts that are not ok.  Of the list the label is what was scanned; of what
-- is known here the list is.
CREATE FUNCTION ims._announced_line_verdicts(
    announced ims._announced[], label ims._scanned, may_be_new boolean, minimum_expiry date,
    today date)
RETURNS SETOF ims._arrival_verdict
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
    WITH given AS MATERIALIZED (
        SELECT a.line, a.handling_unit, a.value, a.goods, a.tracking, (a.goods).item_id,
            coalesce((a.goods).item, a.value ->> 'item', (a.goods).gtin) AS item,
            (a.goods).lot, (a.goods).serial, (a.goods).expires_on, (a.goods).base_quantity
        FROM unnest($1) AS a),
    repeated AS (
        SELECT g.*,
            row_number() OVER (PARTITION BY g.item_id, g.serial ORDER BY g.line) AS nth,
            min(g.expires_on) OVER (PARTITION BY g.item_id, g.lot) AS first_expiry
        FROM given AS g),
    verdict AS (
        SELECT g.line, g.handling_unit, g.item, v
        FROM given AS g
        CROSS JOIN LATERAL ims._scan_verdicts(g.goods, 'receive', jsonb_strip_nulls(
                jsonb_build_object('item', CASE WHEN g.value ? 'gtin' THEN g.value -> 'item' END,
                    'register', $3, 'minimum_expiry', $4)),
            g.base_quantity, NULL, g.tracking, $5) AS v
        WHERE g.item_id IS NOT NULL AND v.verdict <> 'ok'
        UNION ALL
        SELECT g.line, g.handling_unit, g.item, ims._scan_refuse(
            ims._scan_compare(1, 'item', NULL, g.item, false, false, NULL, NULL), 'unknown', 'IV203',
            format('item "%s" is unknown', left(g.item, 120)),
            jsonb_build_object('item', left(g.item, 120)))
        FROM given AS g
        WHERE g.item_id IS NULL
        UNION ALL
        SELECT g.line, g.handling_unit, g.item,
            ims._scan_compare(f.place, f.field, f.announced, f.scanned, false, false, NULL, g.item)
        FROM given AS g
        CROSS JOIN LATERAL (VALUES
            (1, 'item', g.item, ($2).item), (2, 'lot', g.lot, ($2).lot))
            AS f (place, field, announced, scanned)
        WHERE f.announced <> f.scanned
        UNION ALL
        SELECT NULL, coalesce(($2).handling_unit, ''), ($2).item,
            ims._scan_compare(5, 'quantity', trim_scale(q.announced)::text,
                trim_scale(($2).base_quantity)::text, false, false, NULL, ($2).item)
        FROM (SELECT sum(g.base_quantity) AS announced FROM given AS g) AS q
        WHERE q.announced <> ($2).base_quantity
        UNION ALL
        SELECT r.line, r.handling_unit, r.item, ims._scan_refuse(
            ims._scan_compare(3, 'serial', NULL, r.serial, false, false, NULL, r.item), 'repeated',
            'IV305', format('serial "%s" is announced twice', r.serial),
            jsonb_build_object('item', r.item, 'serial', r.serial))
        FROM repeated AS r
        WHERE r.serial IS NOT NULL AND r.item_id IS NOT NULL AND r.nth > 1
        UNION ALL
        SELECT r.line, r.handling_unit, r.item, ims._scan_compare(4, 'expires_on',
            to_jsonb(r.first_expiry) #>> '{}', to_jsonb(r.expires_on) #>> '{}', false, false, NULL,
            r.item)
        FROM repeated AS r
        WHERE 'lot' = ANY ((r.goods).unknown) AND r.expires_on <> r.first_expiry)
    SELECT v.line, v.handling_unit, v.item, v.v
    FROM verdict AS v
    ORDER BY v.line NULLS FIRST, (v.v).place
$$;
COMMENT ON FUNCTION ims._announced_line_verdicts IS 'verdicts on the lines of a list that are not ok';
REVOKE ALL ON FUNCTION ims._announced_line_verdicts FROM PUBLIC;

-- Makes the units that nobody knows yet; another scanner may make them meanwhile.
CREATE FUNCTION ims._register_announced_units(owner_id bigint, units text[], actor text)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    INSERT INTO ims.handling_unit (owner_id, code, kind)
    SELECT owner_id, u.code, CASE u.n WHEN 1 THEN 'pallet' ELSE 'carton' END
    FROM unnest(units) WITH ORDINALITY AS u (code, n)
    ORDER BY u.code
    ON CONFLICT ON CONSTRAINT handling_unit_code_key DO NOTHING;
END
$$;
COMMENT ON FUNCTION ims._register_announced_units IS 'make the units of a list that are new';
REVOKE ALL ON FUNCTION ims._register_announced_units FROM PUBLIC;

CREATE FUNCTION ims._register_announced_goods(
    owner_id bigint, announced ims._announced[], actor text)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    new record;
    named ims._scanned;
BEGIN
    FOR new IN
        SELECT (a.goods).item, (a.goods).item_id, (a.goods).lot, min((a.goods).made_on) AS made_on,
            min((a.goods).best_before) AS best_before, min((a.goods).sell_by) AS sell_by,
            min((a.goods).expires_on) AS expires_on
        FROM unnest(announced) AS a
        WHERE 'lot' = ANY ((a.goods).unknown)
        GROUP BY (a.goods).item, (a.goods).item_id, (a.goods).lot
        ORDER BY (a.goods).item, (a.goods).lot
    LOOP
        named.item := new.item;
        named.item_id := new.item_id;
        named.lot := new.lot;
        named.made_on := new.made_on;
        named.best_before := new.best_before;
        named.sell_by := new.sell_by;
        named.expires_on := new.expires_on;
        PERFORM ims._register_lot(owner_id, named, actor);
    END LOOP;
    FOR new IN
        SELECT (a.goods).item, (a.goods).lot,
            array_agg((a.goods).serial ORDER BY (a.goods).serial) AS codes
        FROM unnest(announced) AS a
        WHERE 'serial' = ANY ((a.goods).unknown)
        GROUP BY (a.goods).item, (a.goods).lot
        ORDER BY (a.goods).item, (a.goods).lot
    LOOP
        PERFORM ims._create_serials(owner_id, new.item, new.codes, new.lot, actor => actor);
    END LOOP;
END
$$;
COMMENT ON FUNCTION ims._register_announced_goods IS 'make lots and serials of a list that are new';
REVOKE ALL ON FUNCTION ims._register_announced_goods FROM PUBLIC;

-- The unit that a scan names: by its SSCC or asset number in any form, or a code
-- of the owner; else what was scanned is a code that nobody has yet.
CREATE FUNCTION ims._arriving_unit(owner_id bigint, scan text, today date, OUT label ims._scanned,
    OUT handling_unit text)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM ims._check_present('scan', scan IS NOT NULL);
    PERFORM ims._check_text('scan', scan, 10000);
    label := ims._scan_resolve(owner_id, scan, false, today, 0, NULL, 'handling_unit');
    handling_unit := CASE label.kind
        WHEN 'handling_unit' THEN label.handling_unit
        WHEN 'unknown' THEN rtrim(scan, E'\r\n\t') END;
    IF handling_unit IS NOT NULL THEN
        PERFORM ims._check_unit_code('scan', handling_unit);
    END IF;
END
$$;
COMMENT ON FUNCTION ims._arriving_unit IS 'handling unit that a scan names, null for something else';
REVOKE ALL ON FUNCTION ims._arriving_unit FROM PUBLIC;

-- All verdicts, the one on the unit that was scanned first.
CREATE FUNCTION ims._announced_verdicts(
    owner_id bigint, label ims._scanned, units text[], announced ims._announced[],
    may_be_new boolean, minimum_expiry date, today date)
RETURNS ims._arrival_verdict[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    verdicts ims._arrival_verdict[];
    first ims._arrival_verdict;
BEGIN
    IF units IS NULL THEN
        first.verdict := ims._scan_compare(6, 'handling_unit', NULL, NULL, false, false, NULL, NULL);
        first.verdict := CASE label.kind WHEN 'malformed'
            THEN ims._scan_item_verdict(label, NULL, false)
            ELSE ims._scan_refuse(first.verdict, 'not_scanned', 'IV141',
                'the scan names no handling unit', '{"field": "handling_unit"}') END;
        RETURN ARRAY[first];
    END IF;
    verdicts := ARRAY(
        SELECT v::ims._arrival_verdict
        FROM ims._announced_unit_verdicts(owner_id, units, may_be_new) AS v
        WHERE v.handling_unit = units[1] OR (v.verdict).verdict <> 'ok');
    IF announced = '{}' AND (verdicts[1].verdict).state IS NULL THEN
        first := verdicts[1];
        first.verdict := ims._scan_refuse(first.verdict, 'not_announced', 'IV141',
            format('handling unit "%s" was not announced', units[1]),
            jsonb_build_object('field', 'handling_unit', 'scanned', units[1]));
        RETURN ARRAY[first];
    END IF;
    RETURN verdicts || ARRAY(
        SELECT v::ims._arrival_verdict
        FROM ims._announced_line_verdicts(announced, label, may_be_new, minimum_expiry, today) AS v);
END
$$;
COMMENT ON FUNCTION ims._announced_verdicts IS 'verdicts on a unit that arrives and on what was announced';
REVOKE ALL ON FUNCTION ims._announced_verdicts FROM PUBLIC;

CREATE FUNCTION ims._raise_arrival_verdict(verdicts ims._arrival_verdict[])
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    refusing record;
    v ims._scan_verdict;
BEGIN
    SELECT r.line, r.verdict INTO refusing
    FROM unnest(verdicts) WITH ORDINALITY AS r (line, handling_unit, item, verdict, n)
    WHERE (r.verdict).state IS NOT NULL
    ORDER BY r.n
    LIMIT 1;
    IF FOUND THEN
        v := refusing.verdict;
        v.facts := v.facts || jsonb_strip_nulls(jsonb_build_object('line', refusing.line));
        PERFORM ims._raise_verdict(ARRAY[v]);
    END IF;
END
$$;
COMMENT ON FUNCTION ims._raise_arrival_verdict IS 'raise the first verdict that refuses, with its line';
REVOKE ALL ON FUNCTION ims._raise_arrival_verdict FROM PUBLIC;

-- What is known under the lock of the trees only.
CREATE FUNCTION ims._check_units_arrive(owner_id bigint, handling_unit_ids bigint[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    used record;
BEGIN
    PERFORM ims._check_unit_open(owner_id, u.id) FROM unnest(handling_unit_ids) AS u (id);
    SELECT ims._unit_code(owner_id, u.handling_unit_id) AS code, u.why, u.location, u.is_in
    INTO used
    FROM ims._units_in_use(owner_id, handling_unit_ids) AS u
    ORDER BY u.handling_unit_id
    LIMIT 1;
    IF FOUND THEN
        RAISE 'handling unit "%" is in stock already', used.code
            USING ERRCODE = 'IV242',
                DETAIL = used.why || ' ' || jsonb_strip_nulls(jsonb_build_object(
                    'handling_unit', used.code, 'location', used.location,
                    'is_in', used.is_in))::text,
                HINT = 'Was it received before? What it holds is in ims.contents_at().';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_units_arrive IS 'raise IV212 or IV242 for units that cannot arrive';
REVOKE ALL ON FUNCTION ims._check_units_arrive FROM PUBLIC;

CREATE FUNCTION ims._post_announced(
    owner_id bigint, contents jsonb, units text[], announced ims._announced[], posting jsonb,
    to_id bigint, register boolean)
RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_variable
DECLARE
    unit_ids bigint[];
    last_event timestamptz;
    lines jsonb;
    posted record;
BEGIN
    IF register THEN
        PERFORM ims._register_announced_units(owner_id, units, posting ->> 'actor');
    END IF;
    unit_ids := ims._unit_ids(owner_id, units);
    PERFORM ims._lock_unit_trees(owner_id, unit_ids);
    PERFORM ims._check_units_arrive(owner_id, unit_ids);
    IF register THEN
        PERFORM ims._register_announced_goods(owner_id, announced, posting ->> 'actor');
    END IF;
    last_event := ims._last_unit_event(owner_id, unit_ids);
    SELECT jsonb_agg(jsonb_build_object(
        'item_id', (a.goods).item_id, 'quantity', (a.goods).base_quantity,
        'lot_id', coalesce(l.lot_id, 0), 'serial_id', coalesce(e.serial_id, 0),
        'from_location_id', 2, 'to_location_id', to_id,
        'from_handling_unit_id', 0, 'to_handling_unit_id', h.handling_unit_id,
        'measured_quantity', ims._line_number(a.line, 'measured_quantity',
            a.value ->> 'measured_quantity'),
        'unit_cost', a.value -> 'unit_cost', 'currency', a.value -> 'currency',
        'reference_line', a.value -> 'reference_line', 'entered_quantity', q.entered,
        'entered_unit', CASE WHEN q.entered IS NOT NULL THEN (a.goods).unit END) ORDER BY a.line)
    INTO lines
    FROM unnest(announced) AS a
    JOIN ims.handling_unit AS h ON h.owner_id = owner_id AND h.code = a.handling_unit
    LEFT JOIN ims.lot AS l ON l.owner_id = owner_id AND l.item_id = (a.goods).item_id
        AND l.code = (a.goods).lot
    LEFT JOIN ims.serial AS e ON e.owner_id = owner_id AND e.item_id = (a.goods).item_id
        AND e.code = (a.goods).serial
    CROSS JOIN LATERAL ims._entered_quantity(owner_id, (a.goods).item_id, (a.goods).unit,
        (a.goods).base_quantity) AS q (entered);
    SELECT r.posting_id, r.document_number, r.effective_at INTO posted
    FROM ims._post_lines(jsonb_build_array(posting || jsonb_build_object('effective_at',
        ims._unit_time((posting ->> 'effective_at')::timestamp AT TIME ZONE 'UTC', last_event))),
        lines) AS r;
    PERFORM ims._check_unit_time(owner_id, ims._handling_unit_id(owner_id, units[1]), last_event,
        posted.effective_at);
    PERFORM ims._engine_begin();
    INSERT INTO ims.handling_unit_nesting
        (owner_id, handling_unit_id, parent_id, packed_at, pack_posting_id)
    SELECT owner_id, h.handling_unit_id, p.handling_unit_id, posted.effective_at,
        posted.posting_id
    FROM ims._announced_units(contents, units[1]) AS t
    JOIN ims.handling_unit AS h ON h.owner_id = owner_id AND h.code = t.handling_unit
    JOIN ims.handling_unit AS p ON p.owner_id = owner_id AND p.code = t.parent
    ORDER BY h.handling_unit_id;
    PERFORM ims._engine_end();
    RETURN posted.document_number;
END
$$;
COMMENT ON FUNCTION ims._post_announced IS 'receive a unit with all that was announced to be in it';
REVOKE ALL ON FUNCTION ims._post_announced FROM PUBLIC;

CREATE FUNCTION ims._receive_handling_unit(
    owner_id bigint,
    scan text,
    contents jsonb,
    to_location text,
    minimum_expiry date,
    register boolean,
    post boolean,
    effective_at timestamptz,
    reason text,
    party text,
    reference_type text,
    reference_number text,
    actor text,
    idempotency_key text)
RETURNS TABLE (
    line bigint,
    handling_unit text,
    item text,
    field text,
    expected text,
    scanned text,
    verdict text,
    "sqlstate" text,
    message text,
    posting_id bigint,
    document_number bigint,
    status text,
    replayed boolean)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 10
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_variable
DECLARE
    to_id CONSTANT bigint := ims._location_id(to_location, 'to_location');
    today CONSTANT date := ims._day_at(owner_id, to_id, clock_timestamp());
    arriving record;
    units text[];
    announced ims._announced[] := '{}';
    verdicts ims._arrival_verdict[];
BEGIN
    register := coalesce(register, false);
    PERFORM ims._check_present('contents', contents IS NOT NULL);
    IF post THEN
        SELECT k.posting_id, k.document_number, k.replayed
        INTO posting_id, document_number, replayed
        FROM ims._claim_key(owner_id, idempotency_key, 'receive_handling_unit',
            jsonb_build_object('scan', scan, 'contents', contents, 'to_location', to_location,
                'minimum_expiry', minimum_expiry, 'register', register,
                'effective_at', extract(epoch FROM effective_at), 'reason', reason,
                'party', party, 'reference_type', reference_type,
                'reference_number', reference_number, 'actor', actor),
            ims._next_posting_id()) AS k;
        -- no master that is read below changes any more
        LOCK TABLE ims.movement IN ROW EXCLUSIVE MODE;
    END IF;
    arriving := ims._arriving_unit(owner_id, scan, today);
    IF arriving.handling_unit IS NOT NULL THEN
        PERFORM ims._check_announced(contents, arriving.handling_unit);
        units := ARRAY(
            SELECT u.handling_unit FROM ims._announced_units(contents, arriving.handling_unit) AS u
            ORDER BY u.level, u.handling_unit);
        PERFORM ims._check_unit_code('handling_unit', u.code) FROM unnest(units) AS u (code);
        announced := ARRAY(
            SELECT a::ims._announced
            FROM ims._announced_lines(owner_id, contents, arriving.handling_unit, today) AS a
            ORDER BY a.line);
    END IF;
    verdicts := ims._announced_verdicts(owner_id, arriving.label, units, announced, register,
        minimum_expiry, today);
    status := CASE WHEN EXISTS (
            SELECT FROM unnest(verdicts) AS v WHERE (v.verdict).state IS NOT NULL)
        THEN 'refused' ELSE 'checked' END;
    IF replayed THEN
        status := 'posted';
    ELSIF post THEN
        PERFORM ims._raise_arrival_verdict(verdicts);
        document_number := ims._post_announced(owner_id, contents, units, announced,
            jsonb_build_object('owner_id', owner_id, 'posting_id', posting_id, 'kind', 'receive',
                'effective_at', effective_at AT TIME ZONE 'UTC', 'reason', reason,
                'party_id', CASE WHEN party IS NOT NULL THEN ims._party_id(owner_id, party) END,
                'reference_type', reference_type, 'reference_number', reference_number,
                'actor', actor, 'idempotency_key', idempotency_key), to_id, register);
        status := 'posted';
    END IF;
    RETURN QUERY
    SELECT v.line, v.handling_unit, v.item, a.field, a.expected, a.scanned, a.verdict, a.state,
        a.message, CASE status WHEN 'posted' THEN posting_id END,
        CASE status WHEN 'posted' THEN document_number END, status, coalesce(replayed, false)
    FROM unnest(verdicts) WITH ORDINALITY AS v (line, handling_unit, item, verdict, n)
    CROSS JOIN LATERAL ims._scan_answer(v.verdict, replayed) AS a
    ORDER BY v.n;
END
$$;
COMMENT ON FUNCTION ims._receive_handling_unit IS 'internal form of ims.receive_handling_unit()';
REVOKE ALL ON FUNCTION ims._receive_handling_unit FROM PUBLIC;

CREATE FUNCTION ims.receive_handling_unit(
    owner text DEFAULT NULL,
    scan text DEFAULT NULL,
    contents jsonb DEFAULT NULL,
    to_location text DEFAULT NULL,
    minimum_expiry date DEFAULT NULL,
    register boolean DEFAULT false,
    post boolean DEFAULT false,
    effective_at timestamptz DEFAULT NULL,
    reason text DEFAULT NULL,
    party text DEFAULT NULL,
    reference_type text DEFAULT NULL,
    reference_number text DEFAULT NULL,
    actor text DEFAULT NULL,
    idempotency_key text DEFAULT NULL,
    dry_run boolean DEFAULT false)
RETURNS TABLE (
    line bigint,
    handling_unit text,
    item text,
    field text,
    expected text,
    scanned text,
    verdict text,
    "sqlstate" text,
    message text,
    posting_id bigint,
    document_number bigint,
    status text,
    replayed boolean)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 10
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.receive_handling_unit IS
'receive a handling unit with all that was announced

scan is its label or code; contents the ship notice, of which the tree of that unit is taken:
a line has item or gtin, quantity, unit, lot, serial, made_on, best_before, sell_by, expires_on,
measured_quantity, unit_cost, currency, reference_line, handling_unit (the one scanned unless
given) and parent, what that unit is in. A row for the unit, and one for each field that is
not ok. With post => true one posting receives it all, nesting included, unless a verdict has
a SQLSTATE, as in ims.receive_scan(); IV242 where it is in stock already.
Example: SELECT * FROM ims.receive_handling_unit(scan => ''(00)340123450000000017'', contents =>
''[{"item": "A-1", "quantity": 12, "handling_unit": "C-1", "parent": "340123450000000017"}]'',
to_location => ''DOCK'', register => true, post => true);';
REVOKE ALL ON FUNCTION ims.receive_handling_unit FROM PUBLIC;
