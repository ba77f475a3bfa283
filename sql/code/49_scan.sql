-- Scans: what a label, a tag or a typed code means in the ledger.
--
-- ims.scan() only reads: it says what a scan names, and what of it is unknown.
-- Nothing that a scan may hold is an exception, unless the call asks for it.
-- A scan becomes an element string where it is one, whatever it came as; else
-- it is looked up among the codes of the owner, and of the places that all
-- owners share.  No row of another owner is ever read.

CREATE TYPE ims._scanned AS (
    kind text,
    element_string text,
    epc text,
    gtin text,
    sscc text,
    item_id bigint,
    item text,
    unit text,
    quantity numeric,
    base_quantity numeric,
    measured_quantity numeric,
    measured_unit text,
    lot_id bigint,
    lot text,
    serial_id bigint,
    serial text,
    made_on date,
    best_before date,
    sell_by date,
    expires_on date,
    handling_unit_id bigint,
    handling_unit text,
    location_id bigint,
    location text,
    order_number text,
    price numeric,
    unknown text[],
    problems jsonb,
    weight numeric,
    pieces numeric);
COMMENT ON TYPE ims._scanned IS 'what a scan was found to mean';

CREATE FUNCTION ims._scan_problem(
    scanned ims._scanned, problem text, field text, state text, facts jsonb DEFAULT '{}')
RETURNS ims._scanned
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    scanned.problems := scanned.problems || jsonb_build_array(
        jsonb_build_object('problem', problem, 'field', field, 'sqlstate', state)
        || jsonb_strip_nulls(facts));
    RETURN scanned;
END
$$;
COMMENT ON FUNCTION ims._scan_problem IS 'the scan with one more problem';
REVOKE ALL ON FUNCTION ims._scan_problem FROM PUBLIC;

CREATE FUNCTION ims._scan_unknown(
    scanned ims._scanned, field text, state text, code text)
RETURNS ims._scanned
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    scanned.unknown := scanned.unknown || field;
    RETURN ims._scan_problem(scanned, 'unknown_' || field, field, state,
        jsonb_build_object(field, left(code, 120)));
END
$$;
COMMENT ON FUNCTION ims._scan_unknown IS 'the scan with one more field that names nothing';
REVOKE ALL ON FUNCTION ims._scan_unknown FROM PUBLIC;

-- What is usable until the end of a day is so at the clocks of its site; where
-- no site is named, at those of the owner, as in ims_bi.expiring_stock.
CREATE FUNCTION ims._day_at(owner_id bigint, location_id bigint, instant timestamptz)
RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ($3 AT TIME ZONE CASE WHEN w.location_id IS NULL THEN o.time_zone
                                 ELSE coalesce(w.time_zone, 'UTC') END)::date
    FROM ims.owner AS o
    LEFT JOIN ims.location AS l ON l.location_id = $2
    LEFT JOIN ims.location AS w ON w.location_id = l.site_id
    WHERE o.owner_id = $1
$$;
COMMENT ON FUNCTION ims._day_at IS 'business day of an instant at a place, null for no place';
REVOKE ALL ON FUNCTION ims._day_at FROM PUBLIC;

-- The item of a GTIN, and how many of its base units one label stands for.
CREATE FUNCTION ims._scan_gtin(owner_id bigint, scanned ims._scanned)
RETURNS ims._scanned
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    known record;
BEGIN
    SELECT i.item_id, i.code, i.status, coalesce(c.unit, i.base_unit) AS unit INTO known
    FROM ims.item_code AS c
    JOIN ims.item AS i ON i.owner_id = c.owner_id AND i.item_id = c.item_id
    WHERE c.owner_id = owner_id AND c.kind = 'gtin' AND c.code = scanned.gtin;
    IF NOT FOUND THEN
        IF ims.gtin_is_restricted(scanned.gtin::ims.gtin) THEN
            scanned := ims._scan_problem(scanned, 'restricted_number', 'item', NULL,
                jsonb_build_object('gtin', scanned.gtin,
                    'restricted_to', ims.gtin_restricted_to(scanned.gtin::ims.gtin)));
        END IF;
        RETURN ims._scan_unknown(scanned, 'item', 'IV203', scanned.gtin);
    END IF;
    scanned.item_id := known.item_id;
    scanned.item := known.code;
    scanned.unit := known.unit;
    IF known.status <> 'active' THEN
        scanned := ims._scan_problem(scanned, 'item_inactive', 'item', 'IV212',
            jsonb_build_object('item', known.code));
    END IF;
    RETURN scanned;
END
$$;
COMMENT ON FUNCTION ims._scan_gtin IS 'the scan with the item that its GTIN names';
REVOKE ALL ON FUNCTION ims._scan_gtin FROM PUBLIC;

-- A measure on the label: the quantity itself where the item is kept in such a
-- unit (1.5 kg of an item in KGM), else what is told beside it (catch weight).
-- Net weight comes before other measures, the metric one before others.  The weight
-- in a restricted number is in kilograms, and comes after one that is told beside it.
CREATE FUNCTION ims._scan_measure(owner_id bigint, scanned ims._scanned, elements ims.gs1)
RETURNS ims._scanned
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    base_unit text := (SELECT i.base_unit FROM ims.item AS i
        WHERE i.owner_id = owner_id AND i.item_id = scanned.item_id);
    label record;
BEGIN
    SELECT m.measure, ims.measure_dimension(m.measure)
            = ims._unit_dimension(base_unit) AS fits
    INTO label
    FROM (
        SELECT 1 AS place, e.ai, ims.measure_from_gs1(e.ai, e.value) AS measure
        FROM ims.gs1_elements(elements) AS e
        WHERE e.ai ~ '^(31[0-6]|32[0-9]|35[0-7]|36[0-9])[0-5]$'
        UNION ALL
        SELECT 2, '310', ims.measure_make(scanned.weight, 'KGM')
        WHERE scanned.weight IS NOT NULL) AS m
    ORDER BY fits DESC NULLS LAST, (m.ai ~ '^310') DESC, (m.ai ~ '^(320|356)') DESC,
        m.place, m.ai
    LIMIT 1;
    IF NOT FOUND THEN
        RETURN scanned;
    END IF;
    scanned.measured_quantity := ims.measure_amount(label.measure);
    scanned.measured_unit := ims.measure_unit(label.measure);
    IF label.fits THEN
        scanned.quantity := trim_scale(ims.measure_amount(
            ims.measure_in(label.measure, base_unit, 'half_up', 6)));
        scanned.unit := base_unit;
        IF ims.measure_make(scanned.quantity, base_unit) <> label.measure THEN
            scanned := ims._scan_problem(scanned, 'rounded', 'quantity', NULL,
                jsonb_build_object('quantity', scanned.quantity, 'unit', base_unit,
                    'measure', label.measure::text));
        END IF;
    END IF;
    RETURN scanned;
END
$$;
COMMENT ON FUNCTION ims._scan_measure IS 'the scan with the measure on its label';
REVOKE ALL ON FUNCTION ims._scan_measure FROM PUBLIC;

-- (37) counts the trade items of a logistic unit, each in the unit of its GTIN;
-- (30) counts what is inside one trade item, in base units, and so does the
-- quantity in a restricted number.
CREATE FUNCTION ims._scan_quantity(owner_id bigint, scanned ims._scanned, elements ims.gs1)
RETURNS ims._scanned
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    pieces CONSTANT numeric := coalesce(ims.gs1_get(elements, '30')::numeric, scanned.pieces);
    factor record;
BEGIN
    IF scanned.item_id IS NULL THEN
        RETURN scanned;
    END IF;
    IF elements IS NOT NULL OR scanned.weight IS NOT NULL THEN
        scanned := ims._scan_measure(owner_id, scanned, elements);
    END IF;
    IF scanned.quantity IS NULL AND pieces IS NOT NULL THEN
        scanned.quantity := pieces;
        scanned.unit := (SELECT i.base_unit FROM ims.item AS i
            WHERE i.owner_id = owner_id AND i.item_id = scanned.item_id);
    ELSIF scanned.quantity IS NULL THEN
        scanned.quantity := coalesce(ims.gs1_get(elements, '37')::numeric, 1);
        -- a price says nothing of how much there is of what is kept by weight
        IF scanned.price IS NOT NULL AND ims._unit_dimension(scanned.unit) IS NOT NULL THEN
            scanned := ims._scan_problem(scanned, 'ambiguous', 'quantity', 'IV140',
                jsonb_build_object('price', scanned.price, 'unit', scanned.unit));
        END IF;
    END IF;
    factor := ims._unit_factor(owner_id, scanned.item_id, scanned.item, scanned.unit);
    scanned.base_quantity := ims._in_base_unit(scanned.quantity, factor.numerator,
        factor.denominator);
    RETURN scanned;
END
$$;
COMMENT ON FUNCTION ims._scan_quantity IS 'the scan with the quantity that it stands for';
REVOKE ALL ON FUNCTION ims._scan_quantity FROM PUBLIC;

CREATE FUNCTION ims._scan_lot(owner_id bigint, scanned ims._scanned, today date)
RETURNS ims._scanned
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    known record;
    differing record;
BEGIN
    SELECT l.lot_id, l.status, l.made_on, l.best_before, l.sell_by, l.expires_on INTO known
    FROM ims.lot AS l
    WHERE l.owner_id = owner_id AND l.item_id = scanned.item_id AND l.code = scanned.lot;
    IF NOT FOUND AND scanned.lot IS NOT NULL AND scanned.item_id IS NOT NULL THEN
        scanned := ims._scan_unknown(scanned, 'lot', 'IV205', scanned.lot);
    END IF;
    scanned.lot_id := known.lot_id;
    IF known.status <> 'released' THEN
        scanned := ims._scan_problem(scanned, 'lot_' || known.status, 'lot', 'IV304',
            jsonb_build_object('item', scanned.item, 'lot', scanned.lot, 'status', known.status));
    END IF;
    FOR differing IN
        SELECT d.field, d.scanned, d.recorded
        FROM (VALUES
            (1, 'made_on', scanned.made_on, known.made_on),
            (2, 'best_before', scanned.best_before, known.best_before),
            (3, 'sell_by', scanned.sell_by, known.sell_by),
            (4, 'expires_on', scanned.expires_on, known.expires_on)
            ) AS d (place, field, scanned, recorded)
        WHERE d.scanned <> d.recorded
        ORDER BY d.place
    LOOP
        scanned := ims._scan_problem(scanned, 'date_differs', differing.field, 'IV141',
            jsonb_build_object('item', scanned.item, 'lot', scanned.lot, 'expected',
                differing.recorded, 'scanned', differing.scanned));
    END LOOP;
    -- What the label says, and what it does not from the lot.
    scanned.made_on := coalesce(scanned.made_on, known.made_on);
    scanned.best_before := coalesce(scanned.best_before, known.best_before);
    scanned.sell_by := coalesce(scanned.sell_by, known.sell_by);
    scanned.expires_on := coalesce(scanned.expires_on, known.expires_on);
    IF least(scanned.expires_on, known.expires_on) < today THEN
        scanned := ims._scan_problem(scanned, 'expired', 'expires_on', 'IV142',
            jsonb_build_object('item', scanned.item, 'lot', scanned.lot,
                'expires_on', least(scanned.expires_on, known.expires_on), 'today', today));
    END IF;
    RETURN scanned;
END
$$;
COMMENT ON FUNCTION ims._scan_lot IS 'the scan with its lot, and what is wrong with it';
REVOKE ALL ON FUNCTION ims._scan_lot FROM PUBLIC;

CREATE FUNCTION ims._scan_serial(owner_id bigint, scanned ims._scanned, location_id bigint)
RETURNS ims._scanned
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    known record;
BEGIN
    SELECT s.serial_id, s.lot_id, b.code AS lot, s.location_id, l.code AS location,
        s.handling_unit_id, h.code AS handling_unit
    INTO known
    FROM ims.serial AS s
    LEFT JOIN ims.lot AS b ON b.owner_id = s.owner_id AND b.lot_id = s.lot_id
    LEFT JOIN ims.location AS l ON l.location_id = s.location_id
    LEFT JOIN ims.handling_unit AS h
        ON h.owner_id = s.owner_id AND h.handling_unit_id = s.handling_unit_id
    WHERE s.owner_id = owner_id AND s.item_id = scanned.item_id AND s.code = scanned.serial;
    IF NOT FOUND THEN
        RETURN CASE WHEN scanned.serial IS NULL OR scanned.item_id IS NULL THEN scanned
            ELSE ims._scan_unknown(scanned, 'serial', 'IV206', scanned.serial) END;
    END IF;
    scanned.serial_id := known.serial_id;
    IF known.lot <> scanned.lot THEN
        scanned := ims._scan_problem(scanned, 'serial_of_other_lot', 'serial', 'IV213',
            jsonb_build_object('item', scanned.item, 'serial', scanned.serial,
                'lot', known.lot));
    END IF;
    scanned.lot := coalesce(scanned.lot, known.lot);
    IF location_id IS NOT NULL AND known.location_id <> location_id THEN
        scanned := ims._scan_problem(scanned, 'serial_elsewhere', 'serial', 'IV305',
            jsonb_build_object('item', scanned.item, 'serial', scanned.serial,
                'location', known.location));
    END IF;
    IF scanned.location IS NULL AND known.location_id <> 0 THEN
        scanned.location_id := known.location_id;
        scanned.location := known.location;
    END IF;
    IF scanned.handling_unit IS NULL AND known.handling_unit_id <> 0 THEN
        scanned.handling_unit_id := known.handling_unit_id;
        scanned.handling_unit := known.handling_unit;
    END IF;
    RETURN scanned;
END
$$;
COMMENT ON FUNCTION ims._scan_serial IS 'the scan with its single unit, and where that lies';
REVOKE ALL ON FUNCTION ims._scan_serial FROM PUBLIC;

CREATE FUNCTION ims._scan_handling_unit(owner_id bigint, scanned ims._scanned)
RETURNS ims._scanned
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    SELECT h.handling_unit_id INTO scanned.handling_unit_id
    FROM ims.handling_unit AS h
    WHERE h.owner_id = owner_id AND h.code = scanned.handling_unit;
    IF NOT FOUND THEN
        scanned := ims._scan_unknown(scanned, 'handling_unit', 'IV207', scanned.handling_unit);
    END IF;
    RETURN scanned;
END
$$;
COMMENT ON FUNCTION ims._scan_handling_unit IS 'the scan with the pallet, carton or tote it names';
REVOKE ALL ON FUNCTION ims._scan_handling_unit FROM PUBLIC;

-- A place has its number of GS1 in its attributes, or as its code.
CREATE FUNCTION ims._scan_gln(scanned ims._scanned, gln text, extension text)
RETURNS ims._scanned
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    name CONSTANT text := concat_ws('.', gln, extension);
BEGIN
    SELECT l.location_id, l.code INTO scanned.location_id, scanned.location
    FROM ims.location AS l
    WHERE l.attributes ->> 'gln' = name OR l.code = name
    ORDER BY l.location_id
    LIMIT 1;
    IF NOT FOUND THEN
        scanned.location := name;
        scanned := ims._scan_unknown(scanned, 'location', 'IV204', name);
    END IF;
    RETURN scanned;
END
$$;
COMMENT ON FUNCTION ims._scan_gln IS 'the scan with the place of a GLN and its extension';
REVOKE ALL ON FUNCTION ims._scan_gln FROM PUBLIC;

-- What an element string says, each field by the identifier that GS1 gives it.
CREATE FUNCTION ims._scan_elements(
    owner_id bigint, scanned ims._scanned, elements ims.gs1, strict boolean, today date,
    item_id bigint)
RETURNS ims._scanned
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    asset CONSTANT text := coalesce(ims.gs1_get(elements, '8003'), ims.gs1_get(elements, '8004'));
    -- GTIN, number of the piece, pieces of the trade item
    piece CONSTANT text := coalesce(ims.gs1_get(elements, '8006'), ims.gs1_get(elements, '8026'));
    broken record;
BEGIN
    scanned.element_string := elements::text;
    scanned.gtin := coalesce(ims.gs1_get(elements, '01'), ims.gs1_get(elements, '02'),
        ims.gs1_get(elements, '03'), left(piece, 14));
    scanned.sscc := ims.gs1_get(elements, '00');
    scanned.lot := ims.gs1_get(elements, '10');
    scanned.serial := ims.gs1_get(elements, '21');
    scanned.order_number := ims.gs1_get(elements, '400');
    scanned.made_on := ims.gs1_date(elements, '11', today);
    scanned.best_before := ims.gs1_date(elements, '15', today);
    scanned.sell_by := ims.gs1_date(elements, '16', today);
    scanned.expires_on := least(ims.gs1_date(elements, '17', today),
        ims.gs1_date(elements, '7003', today));
    scanned.handling_unit := coalesce(scanned.sscc, asset);
    scanned.kind := CASE
        WHEN scanned.handling_unit IS NOT NULL THEN 'handling_unit'
        WHEN scanned.gtin IS NOT NULL AND scanned.serial IS NOT NULL THEN 'serial'
        WHEN scanned.gtin IS NOT NULL AND scanned.lot IS NOT NULL THEN 'lot'
        WHEN scanned.gtin IS NOT NULL THEN 'item'
        WHEN ims.gs1_get(elements, '414') IS NOT NULL THEN 'location'
        WHEN scanned.order_number IS NOT NULL THEN 'order'
        ELSE 'unknown' END;
    IF scanned.gtin IS NOT NULL THEN
        scanned := ims._scan_number(owner_id, scanned, strict, item_id);
    END IF;
    -- a piece is not one of the item, nor nothing
    IF right(piece, 2)::integer > 1 THEN
        scanned := ims._scan_problem(scanned, 'ambiguous', 'quantity', 'IV140',
            jsonb_build_object('piece', substr(piece, 15, 2)::integer,
                'pieces', right(piece, 2)::integer));
    END IF;
    IF scanned.handling_unit IS NOT NULL THEN
        scanned := ims._scan_handling_unit(owner_id, scanned);
    END IF;
    IF ims.gs1_get(elements, '414') IS NOT NULL THEN
        scanned := ims._scan_gln(scanned, ims.gs1_get(elements, '414'),
            ims.gs1_get(elements, '254'));
    END IF;
    FOR broken IN SELECT p.* FROM ims.gs1_problems(elements) AS p ORDER BY p."position" LOOP
        scanned := ims._scan_problem(scanned, broken.rule, '(' || broken.ai || ')',
            CASE broken.rule WHEN 'unknown_ai' THEN 'IV123' ELSE 'IV122' END,
            jsonb_build_object('ai', broken.ai, 'position', broken."position"));
    END LOOP;
    RETURN ims._scan_quantity(owner_id, scanned, elements);
END
$$;
COMMENT ON FUNCTION ims._scan_elements IS 'what an element string means';
REVOKE ALL ON FUNCTION ims._scan_elements FROM PUBLIC;

-- Whose code it may be.  Items come before handling units and places; single
-- units and lots only where nothing else has the code, since they have it
-- within an item only.
CREATE FUNCTION ims._scan_candidates(
    owner_id bigint, code text, for_kind text, for_item_id bigint)
RETURNS TABLE (
    place bigint,
    kind text,
    id bigint,
    name text,
    item_id bigint,
    unit text)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT c.place, c.kind, c.id, c.name, c.item_id, c.unit
    FROM (
        SELECT 1::bigint, 'item', i.item_id, i.code, i.item_id, i.base_unit
        FROM ims.item AS i
        WHERE i.owner_id = $1 AND i.code = $2
        UNION ALL
        SELECT CASE c.kind WHEN 'gtin' THEN 2::bigint ELSE 3 END, 'item', i.item_id, i.code,
            i.item_id, coalesce(c.unit, i.base_unit)
        FROM ims.item_code AS c
        JOIN ims.item AS i ON i.owner_id = c.owner_id AND i.item_id = c.item_id
        WHERE c.owner_id = $1
          AND (c.kind IN ('client', 'supplier', 'channel', 'other') AND c.code = $2
            OR c.kind = 'gtin' AND c.code = ims._gtin_code($2))
        UNION ALL
        SELECT 4::bigint, 'handling_unit', h.handling_unit_id, h.code, NULL, NULL
        FROM ims.handling_unit AS h
        WHERE h.owner_id = $1 AND h.code = $2
        UNION ALL
        SELECT 5::bigint, 'location', l.location_id, l.code, NULL, NULL
        FROM ims.location AS l
        WHERE l.code = $2
        ) AS c (place, kind, id, name, item_id, unit)
    WHERE ($3 IS NULL OR c.kind = $3) AND ($4 IS NULL OR c.item_id = $4 OR c.item_id IS NULL)
    ORDER BY c.place, c.id;
    IF NOT FOUND THEN
        RETURN QUERY
        SELECT c.place, c.kind, c.id, c.name, c.item_id, c.unit
        FROM (
            SELECT 6::bigint, 'serial', s.serial_id, s.code, s.item_id, i.base_unit
            FROM ims.serial AS s
            JOIN ims.item AS i ON i.owner_id = s.owner_id AND i.item_id = s.item_id
            WHERE s.owner_id = $1 AND s.code = $2 AND i.tracking = 'serial'
            UNION ALL
            SELECT 7::bigint, 'lot', l.lot_id, l.code, l.item_id, i.base_unit
            FROM ims.lot AS l
            JOIN ims.item AS i ON i.owner_id = l.owner_id AND i.item_id = l.item_id
            WHERE l.owner_id = $1 AND l.code = $2 AND i.tracking IN ('lot', 'serial')
            ) AS c (place, kind, id, name, item_id, unit)
        WHERE ($3 IS NULL OR c.kind = $3) AND ($4 IS NULL OR c.item_id = $4)
        ORDER BY c.place, c.id;
    END IF;
END
$$;
COMMENT ON FUNCTION ims._scan_candidates IS 'what of the owner, or which place, has a code';
REVOKE ALL ON FUNCTION ims._scan_candidates FROM PUBLIC;

CREATE FUNCTION ims._scan_code(
    owner_id bigint, scanned ims._scanned, code text, strict boolean, kind text, item_id bigint)
RETURNS ims._scanned
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    candidate record;
    others jsonb;
    item record;
BEGIN
    -- The item only tells apart what has one code.
    SELECT c.* INTO candidate
    FROM ims._scan_candidates(owner_id, code, kind, item_id) AS c
    LIMIT 1;
    IF NOT FOUND AND item_id IS NOT NULL THEN
        RETURN ims._scan_code(owner_id, scanned, code, strict, kind, NULL);
    ELSIF NOT FOUND THEN
        RETURN scanned;
    END IF;
    scanned.kind := candidate.kind;
    IF candidate.place = 2 THEN
        scanned.gtin := ims._gtin_code(code);
        scanned := ims._scan_number(owner_id, scanned, strict, item_id);
    ELSE
        SELECT i.item_id, i.code, i.status INTO item
        FROM ims.item AS i
        WHERE i.owner_id = owner_id AND i.item_id = candidate.item_id;
        scanned.item_id := item.item_id;
        scanned.item := item.code;
        scanned.unit := candidate.unit;
        IF item.status <> 'active' THEN
            scanned := ims._scan_problem(scanned, 'item_inactive', 'item', 'IV212',
                jsonb_build_object('item', item.code));
        END IF;
    END IF;
    CASE candidate.kind
        WHEN 'handling_unit' THEN
            scanned.handling_unit_id := candidate.id;
            scanned.handling_unit := candidate.name;
            scanned.sscc := CASE WHEN ims.is_sscc(candidate.name) THEN candidate.name END;
        WHEN 'location' THEN
            scanned.location_id := candidate.id;
            scanned.location := candidate.name;
        WHEN 'serial' THEN
            scanned.serial := candidate.name;
        WHEN 'lot' THEN
            scanned.lot := candidate.name;
        ELSE
    END CASE;
    SELECT jsonb_agg(o.object ORDER BY o.place, o.id) INTO others
    FROM (
        SELECT c.place, c.id, jsonb_strip_nulls(jsonb_build_object(
            'kind', c.kind, 'code', c.name, 'item', i.code)) AS object
        FROM ims._scan_candidates(owner_id, code, kind, item_id) AS c
        LEFT JOIN ims.item AS i
            ON i.owner_id = owner_id AND i.item_id = c.item_id AND c.kind <> 'item'
        WHERE (c.kind, c.id) <> (candidate.kind, candidate.id)
        ORDER BY c.place, c.id
        LIMIT 10) AS o;
    IF others IS NOT NULL THEN
        scanned := ims._scan_problem(scanned, 'ambiguous', candidate.kind, 'IV140',
            jsonb_build_object('others', others));
    END IF;
    RETURN ims._scan_quantity(owner_id, scanned, NULL);
END
$$;
COMMENT ON FUNCTION ims._scan_code IS 'what a code of the owner means, without a kind if nothing has it';
REVOKE ALL ON FUNCTION ims._scan_code FROM PUBLIC;

-- Digits that are no code of the owner are told apart by length and check
-- digit; EAN-13 and GLN are alike, so a place that has the number comes first.
CREATE FUNCTION ims._scan_plain(scanned ims._scanned, code text)
RETURNS ims._scanned
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    place ims._scanned;
BEGIN
    IF ims.is_gln(code) THEN
        place := ims._scan_gln(scanned, code, NULL);
        IF place.location_id IS NOT NULL THEN
            place.kind := 'location';
            RETURN place;
        END IF;
    END IF;
    IF ims.is_gtin(code) THEN
        scanned.kind := 'item';
        scanned.gtin := ims._gtin_code(code);
    ELSIF ims.is_sscc(code) THEN
        scanned.kind := 'handling_unit';
        scanned.sscc := code;
        scanned.handling_unit := code;
    ELSIF ims.is_measure(code) THEN
        scanned.kind := 'measure';
        scanned.measured_quantity := ims.measure_amount(code::ims.measure);
        scanned.measured_unit := ims.measure_unit(code::ims.measure);
    ELSE
        scanned.kind := 'unknown';
    END IF;
    RETURN scanned;
END
$$;
COMMENT ON FUNCTION ims._scan_plain IS 'what a text that is no code of the owner looks like';
REVOKE ALL ON FUNCTION ims._scan_plain FROM PUBLIC;

-- The element string behind a scan, in whatever form; null for a plain code.
-- Digits alone are read as one only from a key on that a label begins with:
-- (01), (00) and so on; every other number could be one by accident.  Of those that
-- are read so, and of the digits of a tag, nothing says what they are: they are bare.
CREATE FUNCTION ims._scan_form(scan text, OUT content text, OUT form text, OUT is_bare boolean)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    content := scan;
    form := CASE
        WHEN content ~ '^\](C1|e0|d2|Q3|J1|E0|E3|E4|I1)' THEN 'gs1'
        WHEN content ~ '^\][A-Za-z][0-9A-Za-z]' THEN 'symbology'
        WHEN content ~* '^urn:epc:' THEN 'epc'
        WHEN content ~ '^\([0-9]{2,4}\)' OR content ~* '^https?://'
            OR strpos(content, chr(29)) > 0 THEN 'gs1'
        ELSE 'plain' END;
    is_bare := form = 'plain';
    IF form = 'symbology' THEN
        form := CASE WHEN ims.is_gs1(content) THEN 'gs1' ELSE 'plain' END;
        content := CASE form WHEN 'plain' THEN substr(content, 4) ELSE content END;
    END IF;
    IF form = 'plain' AND length(content) >= 24 AND ims.is_epc(content) THEN
        form := 'epc';
    ELSIF form = 'plain' AND length(content) > 14 AND content ~ '^(0[0-2]|414|800[346])[0-9]{13}'
        AND NOT ims.is_sscc(content) AND ims.is_gs1(content)
    THEN
        form := 'gs1';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._scan_form IS
    'gs1, epc or plain, what is left without an identifier of a plain symbol, and whether the digits alone say so';
REVOKE ALL ON FUNCTION ims._scan_form FROM PUBLIC;

-- In strict reading what is malformed is raised here.
CREATE FUNCTION ims._scan_read(content text, form text, strict boolean, OUT elements ims.gs1,
    OUT epc text, OUT problem jsonb)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    message text;
    detail text;
    facts jsonb;
BEGIN
    BEGIN
        IF form = 'epc' THEN
            epc := ims.epc_hex(CASE WHEN content ~* '^urn:epc:id:' THEN ims.epc_from_uri(content)
                ELSE content::ims.epc END);
            elements := ims.epc_element_string(epc::ims.epc)::ims.gs1;
        ELSE
            elements := ims.gs1_parse(content, strict);
        END IF;
    EXCEPTION
        WHEN SQLSTATE 'IV110' OR SQLSTATE 'IV111' OR SQLSTATE 'IV121' OR SQLSTATE 'IV122'
            OR SQLSTATE 'IV123'
        THEN
            IF strict THEN
                RAISE;
            END IF;
            GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
            facts := substring(detail FROM '\{.*\}$')::jsonb;
            epc := NULL;
            elements := NULL;
            problem := facts || jsonb_build_object('problem', 'malformed', 'field', 'scan',
                'sqlstate', SQLSTATE, 'message', message);
    END;
END
$$;
COMMENT ON FUNCTION ims._scan_read IS 'element string of a scan, or why it is none';
REVOKE ALL ON FUNCTION ims._scan_read FROM PUBLIC;

-- A lot or single unit that the item needs and the scan does not say.
CREATE FUNCTION ims._scan_tracking(owner_id bigint, scanned ims._scanned)
RETURNS ims._scanned
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    tracking text := (SELECT i.tracking FROM ims.item AS i
        WHERE i.owner_id = owner_id AND i.item_id = scanned.item_id);
BEGIN
    IF tracking = 'lot' AND scanned.lot IS NULL OR tracking = 'serial' AND scanned.serial IS NULL
    THEN
        scanned := ims._scan_problem(scanned, tracking || '_missing', tracking, 'IV213',
            jsonb_build_object('item', scanned.item, 'tracking', tracking));
    END IF;
    RETURN scanned;
END
$$;
COMMENT ON FUNCTION ims._scan_tracking IS 'the scan, with what its item is tracked by and it lacks';
REVOKE ALL ON FUNCTION ims._scan_tracking FROM PUBLIC;

-- Digits that read as an element string or a tag, and that are a code of the owner
-- as they stand.  The string comes first where what it names is known, and then
-- the scan may mean two things, unless they are one, or the call tells.
CREATE FUNCTION ims._scan_either(
    read ims._scanned, own ims._scanned, kind text, item_id bigint)
RETURNS ims._scanned
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    IF own.kind IS NULL OR read.item_id = item_id
        OR (read.item_id, read.handling_unit_id, read.location_id)
            IS NOT DISTINCT FROM (own.item_id, own.handling_unit_id, own.location_id)
    THEN
        RETURN read;
    ELSIF own.item_id = item_id OR own.kind = kind AND read.kind <> kind
        OR coalesce(read.item_id, read.handling_unit_id, read.location_id) IS NULL
    THEN
        RETURN own;
    END IF;
    RETURN ims._scan_problem(read, 'ambiguous', read.kind, 'IV140',
        jsonb_build_object('others', jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
            'kind', own.kind, 'code', CASE own.kind WHEN 'item' THEN own.item
                WHEN 'handling_unit' THEN own.handling_unit WHEN 'location' THEN own.location
                WHEN 'serial' THEN own.serial ELSE own.lot END,
            'item', CASE WHEN own.kind <> 'item' THEN own.item END)))));
END
$$;
COMMENT ON FUNCTION ims._scan_either IS 'the scan as digits were read, or as the code of the owner that they are';
REVOKE ALL ON FUNCTION ims._scan_either FROM PUBLIC;

CREATE FUNCTION ims._scan_resolve(
    owner_id bigint, scan text, strict boolean, today date, location_id bigint, item_id bigint,
    kind text)
RETURNS ims._scanned
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    scanned ims._scanned;
    text_form record;
    elements ims.gs1;
    epc text;
    problem jsonb;
    own ims._scanned;
BEGIN
    scanned.unknown := '{}';
    scanned.problems := '[]';
    -- A reader may end what it sends with a line feed or a tab.
    text_form := ims._scan_form(rtrim(scan, E'\r\n\t'));
    IF text_form.form <> 'plain' THEN
        SELECT r.elements, r.epc, r.problem INTO elements, epc, problem
        FROM ims._scan_read(text_form.content, text_form.form, strict) AS r;
    END IF;
    IF elements IS NULL OR text_form.is_bare THEN
        own := ims._scan_code(owner_id, scanned, text_form.content, strict, kind, item_id);
    END IF;
    scanned.epc := epc;
    IF elements IS NOT NULL THEN
        scanned := ims._scan_either(
            ims._scan_elements(owner_id, scanned, elements, strict, today, item_id), own, kind,
            item_id);
    ELSE
        scanned := own;
    END IF;
    IF scanned.kind IS NULL AND problem IS NOT NULL THEN
        scanned.kind := 'malformed';
        scanned.problems := jsonb_build_array(problem);
    ELSIF scanned.kind IS NULL THEN
        scanned := ims._scan_plain(scanned, text_form.content);
        IF scanned.gtin IS NOT NULL THEN
            scanned := ims._scan_quantity(owner_id,
                ims._scan_number(owner_id, scanned, strict, item_id), NULL);
        ELSIF scanned.handling_unit IS NOT NULL THEN
            scanned := ims._scan_handling_unit(owner_id, scanned);
        END IF;
    END IF;
    IF scanned.kind = 'unknown' THEN
        scanned := ims._scan_unknown(scanned, 'scan', 'IV140', text_form.content);
    END IF;
    scanned := ims._scan_serial(owner_id, scanned, location_id);
    scanned := ims._scan_lot(owner_id, scanned, today);
    RETURN ims._scan_tracking(owner_id, scanned);
END
$$;
COMMENT ON FUNCTION ims._scan_resolve IS 'what a scan means, and what of it is unknown or wrong';
REVOKE ALL ON FUNCTION ims._scan_resolve FROM PUBLIC;

CREATE FUNCTION ims._scan(
    owner_id bigint,
    scan text DEFAULT NULL,
    context jsonb DEFAULT '{}')
RETURNS TABLE (
    kind text,
    item text,
    quantity numeric,
    unit text,
    base_quantity numeric,
    measured_quantity numeric,
    measured_unit text,
    lot text,
    serial text,
    made_on date,
    best_before date,
    sell_by date,
    expires_on date,
    handling_unit text,
    location text,
    order_number text,
    price numeric,
    gtin text,
    sscc text,
    epc text,
    element_string text,
    item_id bigint,
    lot_id bigint,
    serial_id bigint,
    handling_unit_id bigint,
    location_id bigint,
    unknown text[],
    problems jsonb)
LANGUAGE plpgsql STABLE PARALLEL UNSAFE ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    s ims._scanned;
    given record;
    place_id bigint;
BEGIN
    PERFORM ims._check_present('scan', scan IS NOT NULL);
    PERFORM ims._check_text('scan', scan, 10000);
    context := coalesce(context, '{}');
    PERFORM ims._check_lines(jsonb_build_array(context), 'strict', 'reference_date', 'location',
        'item', 'kind');
    SELECT c.*, ims._json_day(context, 'reference_date') AS reference_date INTO given
    FROM jsonb_to_record(context) AS c (location text, item text, kind text);
    PERFORM ims._check_choice('kind', given.kind, 'item', 'handling_unit', 'location', 'serial',
        'lot');
    place_id := CASE WHEN given.location IS NOT NULL THEN ims._location_id(given.location) END;
    s := ims._scan_resolve(owner_id, scan, coalesce((context ->> 'strict')::boolean, false),
        coalesce(given.reference_date, ims._day_at(owner_id, place_id, statement_timestamp())),
        place_id,
        CASE WHEN given.item IS NOT NULL THEN ims._item_id(owner_id, given.item) END,
        given.kind);
    s := ims._scan_load(owner_id, s, place_id,
        coalesce(given.reference_date, ims._day_at(owner_id, place_id, statement_timestamp())),
        true);
    RETURN QUERY SELECT s.kind, s.item, s.quantity, s.unit, s.base_quantity,
        s.measured_quantity, s.measured_unit, s.lot, s.serial, s.made_on, s.best_before,
        s.sell_by, s.expires_on, s.handling_unit, s.location, s.order_number, s.price, s.gtin,
        s.sscc, s.epc, s.element_string, s.item_id, s.lot_id, s.serial_id, s.handling_unit_id,
        s.location_id, s.unknown, s.problems;
END
$$;
COMMENT ON FUNCTION ims._scan IS 'internal form of ims.scan()';
REVOKE ALL ON FUNCTION ims._scan FROM PUBLIC;

CREATE FUNCTION ims.scan(
    owner text DEFAULT NULL,
    scan text DEFAULT NULL,
    context jsonb DEFAULT '{}')
RETURNS TABLE (
    kind text,
    item text,
    quantity numeric,
    unit text,
    base_quantity numeric,
    measured_quantity numeric,
    measured_unit text,
    lot text,
    serial text,
    made_on date,
    best_before date,
    sell_by date,
    expires_on date,
    handling_unit text,
    location text,
    order_number text,
    price numeric,
    gtin text,
    sscc text,
    epc text,
    element_string text,
    item_id bigint,
    lot_id bigint,
    serial_id bigint,
    handling_unit_id bigint,
    location_id bigint,
    unknown text[],
    problems jsonb)
LANGUAGE c STABLE PARALLEL UNSAFE ROWS 1
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.scan IS
'say what a scan means, and what of it is unknown

One row, never an error for a code that names nothing: unknown lists such fields, problems what
else is wrong, each with its SQLSTATE; of dates the scan verbs refuse only that of expiry, and
of element strings only what cannot be read. price is that in a restricted number, in the
currency of the owner. kind is item, lot, serial, handling_unit, location, order, measure,
unknown or malformed. A handling unit says where it lies, and its load where that is one item
and lot. The scan may be an element string in any form, an EPC, a GTIN, an SSCC, a GLN, a
measure or a code of the owner. context may have strict (malformed input raises IV110 to IV123),
reference_date (today at the site of location, of the owner without), location (where it is
scanned), item (which of several things with one code) and kind (of a code).
Example: SELECT * FROM ims.scan(scan => '']C101095201234567881727123110ABC'');';
REVOKE ALL ON FUNCTION ims.scan FROM PUBLIC;
