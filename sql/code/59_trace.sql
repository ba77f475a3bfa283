-- Trace: what goods became, and what they were made of.
--
-- An edge of the genealogy is a posting with lines into PRODUCTION and lines
-- out of it: all that went in is in all that came out.  There is no second
-- record.  Reversals and what they undo are no edges, and neither is the usage
-- of a period, where different goods were counted short and over.  In a relot a
-- unit becomes itself.  What is tracked by nothing is named where a trace meets
-- it, and ends it there.
--
-- The search is src/ledger/trace.c; it asks here for one level at a time.
-- Planned for indexes alone: a level may be a few rows of a ledger of any size.
-- What is named in many rows (events, at the end) is looked up once.
-- Readers run as their caller, so their helpers are left to PUBLIC.

CREATE FUNCTION ims._trace_step(
    owner_id bigint,
    lot_ids bigint[],
    serial_ids bigint[],
    bounds timestamptz[],
    forward boolean,
    by_time boolean)
RETURNS TABLE (lot_id bigint, serial_id bigint, bound timestamptz)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
SET jit = off
AS $$
#variable_conflict use_variable
BEGIN
    RETURN QUERY
    WITH line AS (
        SELECT l.posting_id, l.serial_id, l.effective_at
        FROM unnest(lot_ids, serial_ids, bounds) AS f (lot_id, serial_id, bound)
        CROSS JOIN LATERAL (
            SELECT m.posting_id, m.serial_id, m.effective_at
            FROM ims.movement AS m
            WHERE f.serial_id = 0 AND m.owner_id = owner_id
              AND m.lot_id = f.lot_id AND m.lot_id <> 0
              AND CASE WHEN forward THEN m.to_location_id ELSE m.from_location_id END = 6
            UNION ALL
            SELECT m.posting_id, m.serial_id, m.effective_at
            FROM ims.movement AS m
            WHERE f.serial_id <> 0 AND m.owner_id = owner_id
              AND m.serial_id = f.serial_id AND m.serial_id <> 0 AND m.lot_id = f.lot_id
              AND CASE WHEN forward THEN m.to_location_id ELSE m.from_location_id END = 6
            OFFSET 0) AS l
        WHERE NOT by_time
           OR CASE WHEN forward THEN l.effective_at >= f.bound ELSE l.effective_at <= f.bound END),
    edge AS (
        SELECT l.posting_id, CASE WHEN p.kind = 'relot' THEN l.serial_id ELSE 0 END AS unit_id,
            min(l.effective_at) AS effective_at
        FROM line AS l
        CROSS JOIN LATERAL (
            SELECT p.kind
            FROM ims.posting AS p
            WHERE p.owner_id = owner_id AND p.posting_id = l.posting_id
            OFFSET 0) AS p
        WHERE p.kind NOT IN ('reversal', 'usage')
          AND NOT EXISTS (
            SELECT FROM ims.posting AS v
            WHERE v.owner_id = owner_id AND v.origin_posting_id = l.posting_id
              AND v.kind = 'reversal' OFFSET 0)
        GROUP BY 1, 2)
    SELECT o.lot_id, o.serial_id,
        CASE WHEN forward THEN min(g.effective_at) ELSE max(g.effective_at) END
    FROM edge AS g
    CROSS JOIN LATERAL (
        SELECT m.lot_id, m.serial_id
        FROM ims.movement AS m
        WHERE m.owner_id = owner_id AND m.posting_id = g.posting_id
          AND (m.from_location_id = 6 OR m.to_location_id = 6)
          AND CASE WHEN forward THEN m.from_location_id ELSE m.to_location_id END = 6
          AND (m.lot_id <> 0 OR m.serial_id <> 0)
        OFFSET 0) AS o
    WHERE g.unit_id IN (0, o.serial_id)
    GROUP BY o.lot_id, o.serial_id;
END
$$;
COMMENT ON FUNCTION ims._trace_step IS
    'lots and units that are one production away from others, and when';

CREATE FUNCTION ims._trace_nodes(
    owner_id bigint,
    lot_ids bigint[],
    serial_ids bigint[],
    forward boolean,
    by_time boolean,
    at_most bigint,
    latest boolean)
RETURNS TABLE (lot_id bigint, serial_id bigint, level bigint, bound timestamptz)
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED ROWS 1000
AS 'MODULE_PATHNAME', 'ims_trace_nodes';
COMMENT ON FUNCTION ims._trace_nodes IS
    'lots and units that others lead to, each once, with the fewest productions between';

-- src/ledger/trace_lines.c.  Its statements look up by index, whatever the planner
-- knows of the tables: kept plans may have been made of an empty ledger.
CREATE FUNCTION ims._trace_lines(
    owner_id bigint,
    lot_ids bigint[],
    serial_ids bigint[],
    forward boolean,
    by_time boolean,
    at_most bigint)
RETURNS TABLE (
    level bigint,
    is_affected boolean,
    posting_id bigint,
    kind text,
    item_id bigint,
    lot_id bigint,
    serial_id bigint,
    from_location_id bigint,
    to_location_id bigint,
    quantity numeric,
    handling_unit_id bigint,
    root_handling_unit_id bigint)
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED ROWS 1000
SET search_path = pg_catalog, pg_temp
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
SET jit = off
AS 'MODULE_PATHNAME', 'ims_trace_lines';
COMMENT ON FUNCTION ims._trace_lines IS 'lines of the lots and units that a trace reaches';

-- What went into PRODUCTION, or came out of it, in a posting on the way.
CREATE FUNCTION ims._trace_other_side(owner_id bigint, posting_ids bigint[], forward boolean)
RETURNS TABLE (
    posting_id bigint,
    item_id bigint,
    lot_id bigint,
    serial_id bigint,
    quantity numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1000
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
#variable_conflict use_variable
BEGIN
    RETURN QUERY
    SELECT o.posting_id, o.item_id, o.lot_id, o.serial_id, sum(o.quantity)
    FROM unnest(posting_ids) AS g (posting_id)
    CROSS JOIN LATERAL (
        SELECT m.posting_id, m.item_id, m.lot_id, m.serial_id, m.quantity
        FROM ims.movement AS m
        WHERE m.owner_id = owner_id AND m.posting_id = g.posting_id
          AND (m.from_location_id = 6 OR m.to_location_id = 6)
          AND CASE WHEN forward THEN m.from_location_id ELSE m.to_location_id END = 6
        OFFSET 0) AS o
    GROUP BY o.posting_id, o.item_id, o.lot_id, o.serial_id;
END
$$;
COMMENT ON FUNCTION ims._trace_other_side IS
    'what came out of the productions of postings (forward), or went into them, base units';

-- A change of owner is a posting in the books of each, of one line; the second has the
-- first as its origin.  Of owners that are not named nothing is told.
CREATE FUNCTION ims._other_owners(owner_id bigint, posting_ids bigint[], owner_ids bigint[])
RETURNS TABLE (
    posting_id bigint,
    other_owner_id bigint,
    other_lot_id bigint,
    other_serial_id bigint,
    effective_at timestamptz,
    other_owner text,
    other_item text,
    other_lot text,
    other_serial text,
    other_posting_id bigint,
    other_document_number bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    IF cardinality($2) = 0 THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT k.posting_id, w.owner_id, m.lot_id, m.serial_id, m.effective_at,
        (SELECT o.code FROM ims.owner AS o WHERE o.owner_id = w.owner_id),
        (SELECT i.code FROM ims.item AS i
         WHERE i.owner_id = w.owner_id AND i.item_id = m.item_id),
        (SELECT l.code FROM ims.lot AS l WHERE l.owner_id = w.owner_id AND l.lot_id = m.lot_id),
        (SELECT s.code FROM ims.serial AS s
         WHERE s.owner_id = w.owner_id AND s.serial_id = m.serial_id),
        q.posting_id, q.document_number
    FROM unnest($2) AS k (posting_id)
    CROSS JOIN LATERAL (
        SELECT p.origin_posting_id
        FROM ims.posting AS p
        WHERE p.owner_id = $1 AND p.posting_id = k.posting_id AND p.kind = 'ownership'
        OFFSET 0) AS p
    CROSS JOIN unnest($3) AS w (owner_id)
    CROSS JOIN LATERAL (
        SELECT q.posting_id, q.document_number
        FROM ims.posting AS q
        WHERE p.origin_posting_id IS NULL AND q.owner_id = w.owner_id
          AND q.origin_posting_id = k.posting_id AND q.kind = 'ownership'
        UNION ALL
        SELECT q.posting_id, q.document_number
        FROM ims.posting AS q
        WHERE q.owner_id = w.owner_id AND q.posting_id = p.origin_posting_id
        OFFSET 0) AS q
    CROSS JOIN LATERAL (
        SELECT m.item_id, m.lot_id, m.serial_id, m.effective_at
        FROM ims.movement AS m
        WHERE m.owner_id = w.owner_id AND m.posting_id = q.posting_id
        OFFSET 0) AS m;
END
$$;
COMMENT ON FUNCTION ims._other_owners IS
    'what changes of owner are in the books of the other owners, of those that are named';

CREATE FUNCTION ims._reading_lot_id(owner_id bigint, item_id bigint, item text, lot text)
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found_id bigint;
BEGIN
    SELECT l.lot_id INTO found_id
    FROM ims.lot AS l
    WHERE l.owner_id = $1 AND l.item_id = $2 AND l.code = lot;
    IF NOT FOUND THEN
        RAISE 'lot "%" of item "%" is unknown', lot, item
            USING ERRCODE = 'IV205',
                DETAIL = 'The item has no such lot. '
                    || jsonb_build_object('item', item, 'lot', lot)::text,
                HINT = 'Codes are matched exactly; see ims.lot.';
    END IF;
    RETURN found_id;
END
$$;
COMMENT ON FUNCTION ims._reading_lot_id IS
    'identifies the lot that a reader asks for; an unknown code is an error';

CREATE FUNCTION ims._check_at_most(at_most bigint)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM ims._check_present('at_most', at_most IS NOT NULL),
        ims._check_range('at_most', at_most, 1, 10000000);
END
$$;
COMMENT ON FUNCTION ims._check_at_most IS 'raise IV201 without a limit of a trace, 22023 for one out of range';

-- A unit is traced through all lots that it was of; a lot with all its units.
CREATE FUNCTION ims._trace_start(
    owner_id bigint,
    item text,
    lot text,
    serial text,
    at_most bigint,
    OUT lot_ids bigint[],
    OUT serial_ids bigint[])
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_variable
DECLARE
    item_id bigint;
    lot_id bigint;
    unit_id bigint;
BEGIN
    PERFORM ims._check_at_most(at_most);
    PERFORM ims._check_present('item', item IS NOT NULL),
        ims._check_present('lot', coalesce(lot, serial) IS NOT NULL);
    item_id := (ims._item_ids(owner_id, ARRAY[item]))[1];
    IF lot IS NOT NULL THEN
        lot_id := ims._reading_lot_id(owner_id, item_id, item, lot);
    END IF;
    IF serial IS NULL THEN
        lot_ids := ARRAY[lot_id];
        serial_ids := '{0}';
        RETURN;
    END IF;
    unit_id := ims._reading_serial_id(owner_id, item, serial);
    IF lot_id IS NOT NULL THEN
        lot_ids := ARRAY[lot_id];
    ELSE
        SELECT coalesce(array_agg(u.lot_id ORDER BY u.lot_id), '{}') INTO lot_ids
        FROM (
            SELECT m.lot_id
            FROM ims.movement AS m
            WHERE m.owner_id = owner_id AND m.serial_id = unit_id AND m.serial_id <> 0
            GROUP BY m.lot_id) AS u;
    END IF;
    serial_ids := array_fill(unit_id, ARRAY[cardinality(lot_ids)]);
END
$$;
COMMENT ON FUNCTION ims._trace_start IS 'lots and units that a trace begins with, by ids';

CREATE FUNCTION ims._trace(
    owner_id bigint,
    lot_ids bigint[],
    serial_ids bigint[],
    forward boolean,
    by_time boolean,
    at_most bigint)
RETURNS TABLE (
    level bigint,
    event text,
    item text,
    lot text,
    serial text,
    quantity numeric,
    base_unit text,
    handling_unit text,
    root_handling_unit text,
    effective_at timestamptz,
    posting_id bigint,
    document_number bigint,
    kind text,
    party text,
    reference_type text,
    reference_number text,
    other_owner text,
    other_item text,
    other_lot text,
    other_serial text,
    other_posting_id bigint,
    other_document_number bigint)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 100
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_nestloop = off
SET enable_mergejoin = off
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH line AS MATERIALIZED (
        SELECT t.*
        FROM ims._trace_lines($1, $2, $3, $4, $5, $6) AS t
        WHERE t.is_affected),
    -- what goods of the trace went into, or came out of
    production AS MATERIALIZED (
        SELECT t.posting_id, CASE WHEN t.kind = 'relot' THEN t.serial_id ELSE 0 END AS unit_id,
            min(t.level) AS level
        FROM line AS t
        WHERE CASE WHEN $4 THEN t.to_location_id ELSE t.from_location_id END = 6
          AND t.kind <> 'usage'
        GROUP BY 1, 2),
    other_side AS MATERIALIZED (
        SELECT o.*
        FROM ims._trace_other_side($1,
            ARRAY(SELECT DISTINCT g.posting_id FROM production AS g), $4) AS o),
    found AS MATERIALIZED (
        SELECT g.level + 1 AS level, CASE WHEN $4 THEN 'became' ELSE 'made_of' END AS event,
            o.posting_id, o.item_id, o.lot_id, o.serial_id, o.quantity,
            0::bigint AS handling_unit_id, 0::bigint AS root_handling_unit_id
        FROM other_side AS o
        JOIN (
            SELECT g.posting_id, g.unit_id, min(g.level) AS level
            FROM production AS g
            GROUP BY g.posting_id, g.unit_id) AS g
            ON g.posting_id = o.posting_id AND g.unit_id IN (0, o.serial_id)
        UNION ALL
        SELECT min(t.level), e.event, t.posting_id, t.item_id, t.lot_id, t.serial_id,
            sum(t.quantity), t.handling_unit_id, t.root_handling_unit_id
        FROM line AS t
        JOIN (VALUES
            (true, 3, NULL, 'shipped'), (true, NULL, 3, 'returned'), (true, 7, NULL, 'handed_over'),
            (true, 6, NULL, 'consumed'), (false, NULL, 2, 'received'), (false, NULL, 4, 'found'),
            (false, NULL, 7, 'taken_over'), (false, NULL, 6, 'produced'))
            AS e (forward, to_location_id, from_location_id, event)
            ON e.forward = $4
            AND (e.to_location_id = t.to_location_id OR e.from_location_id = t.from_location_id)
        WHERE e.event NOT IN ('consumed', 'produced')
           OR t.kind = 'usage'
           OR t.posting_id NOT IN (SELECT o.posting_id FROM other_side AS o)
        GROUP BY e.event, t.posting_id, t.item_id, t.lot_id, t.serial_id, t.handling_unit_id,
            t.root_handling_unit_id),
    item AS MATERIALIZED (
        SELECT r.*
        FROM (SELECT DISTINCT f.item_id FROM found AS f) AS k
        CROSS JOIN LATERAL (
            SELECT i.item_id, i.code, i.base_unit
            FROM ims.item AS i
            WHERE i.owner_id = $1 AND i.item_id = k.item_id
            OFFSET 0) AS r),
    lot AS MATERIALIZED (
        SELECT r.*
        FROM (SELECT DISTINCT f.lot_id FROM found AS f) AS k
        CROSS JOIN LATERAL (
            SELECT l.lot_id, l.code
            FROM ims.lot AS l
            WHERE l.owner_id = $1 AND l.lot_id = k.lot_id
            OFFSET 0) AS r),
    unit AS MATERIALIZED (
        SELECT r.*
        FROM (SELECT DISTINCT f.serial_id FROM found AS f) AS k
        CROSS JOIN LATERAL (
            SELECT s.serial_id, s.code
            FROM ims.serial AS s
            WHERE s.owner_id = $1 AND s.serial_id = k.serial_id
            OFFSET 0) AS r),
    handling_unit AS MATERIALIZED (
        SELECT r.*
        FROM (
            SELECT DISTINCT u.handling_unit_id
            FROM found AS f
            CROSS JOIN LATERAL (VALUES (f.handling_unit_id), (f.root_handling_unit_id))
                AS u (handling_unit_id)
            WHERE f.handling_unit_id <> 0) AS k
        CROSS JOIN LATERAL (
            SELECT h.handling_unit_id, h.code
            FROM ims.handling_unit AS h
            WHERE h.owner_id = $1 AND h.handling_unit_id = k.handling_unit_id
            OFFSET 0) AS r),
    posting AS MATERIALIZED (
        SELECT r.*
        FROM (SELECT DISTINCT f.posting_id FROM found AS f ORDER BY 1) AS k
        CROSS JOIN LATERAL (
            SELECT p.posting_id, p.effective_at, p.document_number, p.kind, p.party_id,
                p.reference_type, p.reference_number
            FROM ims.posting AS p
            WHERE p.owner_id = $1 AND p.posting_id = k.posting_id
            OFFSET 0) AS r),
    party AS MATERIALIZED (
        SELECT r.*
        FROM (SELECT DISTINCT p.party_id FROM posting AS p WHERE p.party_id IS NOT NULL) AS k
        CROSS JOIN LATERAL (
            SELECT y.party_id, y.code
            FROM ims.party AS y
            WHERE y.owner_id = $1 AND y.party_id = k.party_id
            OFFSET 0) AS r),
    other AS MATERIALIZED (
        SELECT o.*
        FROM ims._other_owners($1,
            ARRAY(SELECT DISTINCT f.posting_id FROM found AS f
                  WHERE f.event IN ('handed_over', 'taken_over')),
            ARRAY(SELECT ims._my_owners())) AS o)
    SELECT f.level, f.event, i.code, l.code, s.code, f.quantity, i.base_unit, h.code, r.code,
        p.effective_at, f.posting_id, p.document_number, p.kind, y.code, p.reference_type,
        p.reference_number,
        x.other_owner, x.other_item, x.other_lot, x.other_serial, x.other_posting_id,
        x.other_document_number
    FROM found AS f
    JOIN item AS i ON i.item_id = f.item_id
    JOIN posting AS p ON p.posting_id = f.posting_id
    LEFT JOIN lot AS l ON l.lot_id = f.lot_id
    LEFT JOIN unit AS s ON s.serial_id = f.serial_id
    LEFT JOIN handling_unit AS h ON h.handling_unit_id = f.handling_unit_id
    LEFT JOIN handling_unit AS r ON r.handling_unit_id = f.root_handling_unit_id
    LEFT JOIN party AS y ON y.party_id = p.party_id
    LEFT JOIN other AS x
        ON x.posting_id = f.posting_id AND f.event IN ('handed_over', 'taken_over')
    ORDER BY f.level, p.effective_at, f.posting_id, f.event COLLATE "C", i.code COLLATE "C",
        l.code COLLATE "C", s.code COLLATE "C", h.code COLLATE "C";
END
$$;
COMMENT ON FUNCTION ims._trace IS 'work of ims.trace_forward and ims.trace_back';

CREATE FUNCTION ims.trace_forward(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    lot text DEFAULT NULL,
    serial text DEFAULT NULL,
    by_time boolean DEFAULT false,
    at_most bigint DEFAULT 1000000)
RETURNS TABLE (
    level bigint,
    event text,
    item text,
    lot text,
    serial text,
    quantity numeric,
    base_unit text,
    handling_unit text,
    root_handling_unit text,
    effective_at timestamptz,
    posting_id bigint,
    document_number bigint,
    kind text,
    party text,
    reference_type text,
    reference_number text,
    other_owner text,
    other_item text,
    other_lot text,
    other_serial text,
    other_posting_id bigint,
    other_document_number bigint)
LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 100
BEGIN ATOMIC
    -- parsed once, and taken into the caller's query
    SELECT t.*
    FROM ims._reading_owner_id($1) AS w (owner_id)
    CROSS JOIN LATERAL ims._trace_start(w.owner_id, $2, $3, $4, $6) AS s
    CROSS JOIN LATERAL ims._trace(w.owner_id, s.lot_ids, s.serial_ids, true,
        coalesce($5, false), $6) AS t;
END;
COMMENT ON FUNCTION ims.trace_forward IS
'what a lot or a serial became, and to whom it was shipped

One row per posting, item, lot and serial, in base units. event is became (came out of a
production that used goods of the trace), shipped, returned (by a customer), handed_over (to
another owner) or consumed (used in a posting that says no output). level counts the
productions between. handling_unit is the one that was shipped as a whole with the goods (a row
for each), root_handling_unit the outermost around it. Conservative: all of a lot that was ever
touched; by_time leaves out what left a lot before the affected goods came into it. other_*
say what goods are at the owner they were handed over to, where the caller may act for it. IV250
beyond at_most lots and units.
Example: SELECT * FROM ims.trace_forward(item => ''FLOUR'', lot => ''F-7'');';
REVOKE ALL ON FUNCTION ims.trace_forward FROM PUBLIC;

CREATE FUNCTION ims.trace_back(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    lot text DEFAULT NULL,
    serial text DEFAULT NULL,
    by_time boolean DEFAULT false,
    at_most bigint DEFAULT 1000000)
RETURNS TABLE (
    level bigint,
    event text,
    item text,
    lot text,
    serial text,
    quantity numeric,
    base_unit text,
    handling_unit text,
    root_handling_unit text,
    effective_at timestamptz,
    posting_id bigint,
    document_number bigint,
    kind text,
    party text,
    reference_type text,
    reference_number text,
    other_owner text,
    other_item text,
    other_lot text,
    other_serial text,
    other_posting_id bigint,
    other_document_number bigint)
LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 100
BEGIN ATOMIC
    -- parsed once, and taken into the caller's query
    SELECT t.*
    FROM ims._reading_owner_id($1) AS w (owner_id)
    CROSS JOIN LATERAL ims._trace_start(w.owner_id, $2, $3, $4, $6) AS s
    CROSS JOIN LATERAL ims._trace(w.owner_id, s.lot_ids, s.serial_ids, false,
        coalesce($5, false), $6) AS t;
END;
COMMENT ON FUNCTION ims.trace_back IS
'what a lot or a serial was made of, and from whom that came

One row per posting, item, lot and serial, in base units. event is made_of (went into a
production of goods of the trace), received (from a supplier), taken_over (from another
owner), found (a difference booked in) or produced (by a posting that says no input). level
counts the productions between. Conservative: all that ever came into a lot; by_time leaves
out what came after the goods in question had left. other_* say what goods were at the owner
they were taken over from, where the caller may act for it. IV250 beyond at_most lots and units.
Example: SELECT * FROM ims.trace_back(item => ''BREAD'', lot => ''B-12'');';
REVOKE ALL ON FUNCTION ims.trace_back FROM PUBLIC;
