-- Recall: everything that is known of a lot and of what it became; where it is
-- now, and that all of it is accounted for.
--
-- A lot is blocked by its status.  A unit without a lot has none: the state of
-- stock is told by place or lot, so it is blocked by place, in the books, at
-- once.  It leaves the handling unit that it is in, a closed one too: a unit moves
-- and is shipped by its own code, wherever it stands, with all that it holds.
--
-- Locks of a recall: those of ims.set_lot_status(), which postings of the lot
-- wait for, and before them SHARE ROW EXCLUSIVE on ims.movement.  A line from
-- virtual place to virtual place has no balance to wait at, so without it the
-- report could miss a shipment; and no production can add a descendant while
-- they are looked for.  Their balances are then locked in the order of all,
-- availability before stock; those of one owner after those of another, the one
-- that the recall begins with first: whoever else takes balances of two owners in
-- a call posts, and waits for the lock of the table.  Units are moved after that
-- by a posting like any other; nobody else can post meanwhile.

-- What a line says by its end at a virtual place; null at a place that keeps
-- stock.  Three of the words say where goods came from, the others whereto they
-- went, or, of an end that they left, that they came back from there.
CREATE FUNCTION ims._trace_effect(location_id bigint, leaves boolean)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE location_id
    WHEN 2 THEN CASE WHEN leaves THEN 'received' ELSE 'returned_to_supplier' END
    WHEN 3 THEN CASE WHEN leaves THEN 'returned' ELSE 'shipped' END
    WHEN 4 THEN 'adjusted'
    WHEN 5 THEN 'scrapped'
    WHEN 6 THEN CASE WHEN leaves THEN 'produced' ELSE 'consumed' END
    WHEN 7 THEN CASE WHEN leaves THEN 'taken_over' ELSE 'handed_over' END
    WHEN 8 THEN 'adjusted' END;
COMMENT ON FUNCTION ims._trace_effect IS
    'what leaving or reaching a virtual place says of goods, null elsewhere';

CREATE FUNCTION ims._is_incoming(effect text)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN effect IN ('received', 'produced', 'taken_over');
COMMENT ON FUNCTION ims._is_incoming IS 'whether it says where goods came from';

CREATE FUNCTION ims._caller_owners()
RETURNS SETOF bigint
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED ROWS 10
AS 'MODULE_PATHNAME', 'ims_caller_owners';
COMMENT ON FUNCTION ims._caller_owners IS 'owners that whoever opened the door may act for';

-- src/ledger/recall_books.c.  Its statements look up by index, whatever the planner
-- knows of the tables: kept plans may have been made of an empty ledger.
CREATE FUNCTION ims._recall_rows(
    owner_id bigint,
    lot_ids bigint[],
    serial_ids bigint[],
    by_time boolean,
    at_most bigint,
    latest boolean,
    owner_ids bigint[],
    alone boolean)
RETURNS TABLE (
    level bigint,
    kind text,
    incoming boolean,
    item text,
    lot text,
    lot_status text,
    blocked boolean,
    serial text,
    quantity numeric,
    base_unit text,
    site text,
    location text,
    handling_unit text,
    root_handling_unit text,
    party text,
    posting_id bigint,
    document_number bigint,
    effective_at timestamptz,
    reference_type text,
    reference_number text,
    owner text,
    other_owner text,
    other_item text,
    other_lot text,
    other_serial text,
    other_posting_id bigint,
    other_document_number bigint)
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED ROWS 100
SET search_path = pg_catalog, pg_temp
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
SET jit = off
AS 'MODULE_PATHNAME', 'ims_recall_rows';
COMMENT ON FUNCTION ims._recall_rows IS 'work of ims.recall_report and ims.recall, by ids';

CREATE FUNCTION ims._recall_nodes(
    owner_id bigint,
    lot_ids bigint[],
    serial_ids bigint[],
    by_time boolean,
    at_most bigint,
    latest boolean,
    owner_ids bigint[])
RETURNS TABLE (owner_id bigint, lot_id bigint, serial_id bigint)
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED ROWS 1000
SET search_path = pg_catalog, pg_temp
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
SET jit = off
AS 'MODULE_PATHNAME', 'ims_recall_nodes';
COMMENT ON FUNCTION ims._recall_nodes IS
    'lots and units that a report of a recall tells of, in the books of owners';

CREATE FUNCTION ims.recall_report(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    lot text DEFAULT NULL,
    serial text DEFAULT NULL,
    by_time boolean DEFAULT false,
    at_most bigint DEFAULT 1000000)
RETURNS TABLE (
    level bigint,
    kind text,
    incoming boolean,
    item text,
    lot text,
    lot_status text,
    blocked boolean,
    serial text,
    quantity numeric,
    base_unit text,
    site text,
    location text,
    handling_unit text,
    root_handling_unit text,
    party text,
    posting_id bigint,
    document_number bigint,
    effective_at timestamptz,
    reference_type text,
    reference_number text,
    owner text,
    other_owner text,
    other_item text,
    other_lot text,
    other_serial text,
    other_posting_id bigint,
    other_document_number bigint)
LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 100
BEGIN ATOMIC
    -- parsed once, and taken into the caller's query
    SELECT r.*
    FROM ims._reading_owner_id($1) AS w (owner_id)
    CROSS JOIN LATERAL ims._trace_start(w.owner_id, $2, $3, $4, $6) AS s
    CROSS JOIN LATERAL ims._recall_rows(w.owner_id, s.lot_ids, s.serial_ids,
        coalesce($5, false), $6, false, ARRAY(SELECT ims._my_owners()), false) AS r;
END;
COMMENT ON FUNCTION ims.recall_report IS
'where a lot or a serial came from and went, with all it became

Base units. Rows with incoming say whence: received, produced, taken_over. The others say where
it is: on_hand by place and handling unit, in_transit by dispatch (site is where it is bound
for), shipped and returned (below zero) by party and document, consumed, scrapped, adjusted,
returned_to_supplier, handed_over. blocked: of what is there, whether its lot is not released,
or its place not sellable or inactive. root_handling_unit is the outermost unit that
handling_unit is in; shipped names those that left as a whole, as they were then. Per lot (per
serial) and level both add up to the same; what was reversed is left out. Level 0 is the lot
itself; others are what it became, as ims.trace_forward() finds it; by_time leaves out what left
before. Goods with neither lot nor serial come last: produced says what became of the lot,
may_be_on_hand all that there is of the item. Where goods were handed over to an owner that the
caller may act for, the columns other_* say what they are there, and the rows of that owner
(owner) follow; of others, nothing.
Example: SELECT * FROM ims.recall_report(item => ''FLOUR'', lot => ''F-7'');';
REVOKE ALL ON FUNCTION ims.recall_report FROM PUBLIC;

-- Blocks lots of an owner, whole: as ims.set_lot_status() does it, for all of them at
-- once.  Lots are looked for among the balances of their items; "+ 0" keeps the planner
-- from descending the index for each pair of item and lot.
CREATE FUNCTION ims._block_lots(
    owner_id bigint, found_ids bigint[], reason text, actor text)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    goods record;
    item_ids bigint[];
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    SELECT array_agg(DISTINCT l.item_id ORDER BY l.item_id) INTO item_ids
    FROM ims.lot AS l
    WHERE l.owner_id = owner_id AND l.lot_id = ANY (found_ids)
    HAVING count(*) = cardinality(found_ids);
    IF NOT FOUND THEN
        RAISE 'a lot was made while this transaction ran'
            USING ERRCODE = 'serialization_failure',
                HINT = 'Repeat the transaction.';
    END IF;
    PERFORM ims._engine_begin();
    PERFORM ims._lock_availability(owner_id, i.item_id)
    FROM unnest(item_ids) WITH ORDINALITY AS i (item_id, n)
    ORDER BY i.n;
    PERFORM FROM ims.stock AS s
    WHERE s.owner_id = owner_id AND s.item_id = ANY (item_ids) AND s.lot_id + 0 = ANY (found_ids)
    ORDER BY s.item_id, s.location_id, s.lot_id, s.handling_unit_id
    FOR NO KEY UPDATE;
    FOR goods IN
        WITH lot AS MATERIALIZED (
            SELECT l.item_id, l.lot_id, l.status
            FROM ims.lot AS l
            WHERE l.owner_id = owner_id AND l.lot_id = ANY (found_ids)
              AND l.status <> 'recalled'
            ORDER BY l.item_id, l.lot_id
            FOR NO KEY UPDATE),
        blocked AS (
            UPDATE ims.lot AS l
            SET status = 'recalled'
            FROM lot AS w
            WHERE l.owner_id = owner_id AND l.lot_id = w.lot_id),
        recorded AS (
            INSERT INTO ims.lot_status_change (owner_id, lot_id, old_status, new_status, reason,
                changed_at, session_role, caller_role, actor)
            SELECT owner_id, w.lot_id, w.status, 'recalled', reason, clock_timestamp(),
                session_user, ims._caller_role(), actor
            FROM lot AS w)
        SELECT w.item_id, array_agg(w.lot_id) AS lot_ids
        FROM lot AS w
        WHERE w.status = 'released'
        GROUP BY w.item_id
        ORDER BY w.item_id
    LOOP
        PERFORM ims._move_lot_availability(owner_id, goods.item_id, goods.lot_ids, -1);
    END LOOP;
    PERFORM ims._engine_end();
END
$$;
COMMENT ON FUNCTION ims._block_lots IS 'recall lots of an owner';
REVOKE ALL ON FUNCTION ims._block_lots FROM PUBLIC;

-- The first quarantine of the site, in the order of walking.  Where there is none,
-- or nothing can be posted of the item or there, the unit stays: a recall is not
-- refused for what it cannot move, the report says that it is not blocked.  Nor is
-- what is on its way moved: it arrives at a place, and may be recalled again.  A
-- hundred thousand units are a posting.
CREATE FUNCTION ims._quarantine_units(
    owner_id bigint, unit_ids bigint[], reason text, lot text, actor text)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_variable
DECLARE
    lines jsonb;
BEGIN
    PERFORM ims._check_as_seen(format(
        'SELECT coalesce(bit_xor(hash_record_extended(s, 0)), 0) FROM ims.serial AS s'
        ' WHERE s.owner_id = $1 AND s.serial_id = ANY (%L)', unit_ids),
        'units of the recall were moved', owner_id);
    LOOP
        SELECT jsonb_agg(jsonb_build_object(
            'item_id', u.item_id, 'quantity', 1, 'serial_id', u.serial_id,
            'from_location_id', u.location_id, 'to_location_id', u.quarantine_id,
            'from_handling_unit_id', u.handling_unit_id,
            'measured_quantity', u.measured_quantity) ORDER BY u.serial_id)
        INTO lines
        FROM (
            SELECT s.serial_id, s.item_id, s.location_id, s.handling_unit_id,
                q.location_id AS quarantine_id,
                CASE WHEN i.measured_unit IS NOT NULL THEN m.measured_quantity END
                    AS measured_quantity
            FROM unnest(unit_ids) AS k (serial_id)
            JOIN ims.serial AS s ON s.owner_id = owner_id AND s.serial_id = k.serial_id
            JOIN ims.owner AS o ON o.owner_id = s.owner_id AND o.status = 'active'
            JOIN ims.item AS i
                ON i.owner_id = s.owner_id AND i.item_id = s.item_id AND i.status = 'active'
            JOIN ims.location AS l
                ON l.location_id = s.location_id AND l.sellable AND l.status = 'active'
            JOIN (
                SELECT DISTINCT ON (q.site_id) q.site_id, q.location_id
                FROM ims.location AS q
                WHERE q.kind = 'quarantine' AND q.keeps_stock AND NOT q.sellable
                  AND q.status = 'active'
                ORDER BY q.site_id, q.sort_order, q.code COLLATE "C") AS q
                ON q.site_id = l.site_id
            LEFT JOIN ims.movement AS m
                ON m.owner_id = s.owner_id AND m.movement_id = s.last_movement_id
            WHERE s.lot_id = 0
            ORDER BY s.serial_id
            LIMIT 100000) AS u;
        EXIT WHEN lines IS NULL;
        PERFORM FROM ims._post_lines(jsonb_build_array(jsonb_build_object(
            'owner_id', owner_id, 'kind', 'move', 'reason', reason, 'whole_units', true,
            'reference_type', 'recall', 'reference_number', lot, 'actor', actor)), lines) AS r;
    END LOOP;
END
$$;
COMMENT ON FUNCTION ims._quarantine_units IS
    'move units of no lot from sellable places to the quarantine of their site';
REVOKE ALL ON FUNCTION ims._quarantine_units FROM PUBLIC;

CREATE FUNCTION ims._block_goods(
    owner_id bigint, lot_ids bigint[], unit_ids bigint[], quarantine boolean, reason text,
    lot text, actor text)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF lot_ids IS NOT NULL THEN
        PERFORM ims._block_lots(owner_id, lot_ids, reason, actor);
    END IF;
    IF quarantine AND unit_ids IS NOT NULL THEN
        PERFORM ims._quarantine_units(owner_id, unit_ids, reason, lot, actor);
    END IF;
END
$$;
COMMENT ON FUNCTION ims._block_goods IS
    'recall lots of an owner, and move its units of no lot to quarantine';
REVOKE ALL ON FUNCTION ims._block_goods FROM PUBLIC;

CREATE FUNCTION ims._recall(
    owner_id bigint,
    of_item text,
    of_lot text,
    descendants boolean,
    quarantine boolean,
    by_time boolean,
    reason text,
    at_most bigint,
    actor text)
RETURNS TABLE (
    level bigint,
    kind text,
    incoming boolean,
    item text,
    lot text,
    lot_status text,
    blocked boolean,
    serial text,
    quantity numeric,
    base_unit text,
    site text,
    location text,
    handling_unit text,
    root_handling_unit text,
    party text,
    posting_id bigint,
    document_number bigint,
    effective_at timestamptz,
    reference_type text,
    reference_number text,
    owner text,
    other_owner text,
    other_item text,
    other_lot text,
    other_serial text,
    other_posting_id bigint,
    other_document_number bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    start record;
    goods record;
    owner_ids bigint[];
BEGIN
    PERFORM ims._check_present('lot', $3 IS NOT NULL);
    PERFORM ims._check_present('reason', coalesce($7, '') <> '');
    SELECT s.lot_ids, s.serial_ids INTO STRICT start
    FROM ims._trace_start($1, $2, $3, NULL, $8) AS s;
    LOCK TABLE ims.movement IN SHARE ROW EXCLUSIVE MODE;
    PERFORM ims._check_as_seen('SELECT count(*) FROM ims.movement AS m'
        ' WHERE m.owner_id = $1 AND m.lot_id = $2', 'movements of the lot were posted', $1,
        start.lot_ids[1]);
    owner_ids := ARRAY(SELECT ims._caller_owners());
    IF NOT coalesce($4, false) THEN
        PERFORM ims._set_lot_status($1, $2, $3, 'recalled', $7, $9);
        RETURN QUERY
        SELECT r.*
        FROM ims._recall_rows($1, start.lot_ids, start.serial_ids, coalesce($6, false), $8, true,
            owner_ids, false) AS r;
        RETURN;
    END IF;
    PERFORM ims._check_why($7, $9);
    LOCK TABLE ims.location IN SHARE MODE;
    SELECT array_agg(DISTINCT n.lot_id) FILTER (WHERE n.lot_id <> 0) AS lot_ids,
        array_agg(n.serial_id) FILTER (WHERE n.lot_id = 0) AS unit_ids
    INTO goods
    FROM ims._trace_nodes($1, start.lot_ids, start.serial_ids, true, coalesce($6, false), $8,
        true) AS n;
    PERFORM ims._block_goods($1, goods.lot_ids, goods.unit_ids, coalesce($5, true), $7, $3, $9);
    RETURN QUERY
    SELECT r.*
    FROM ims._recall_rows($1, start.lot_ids, start.serial_ids, coalesce($6, false), $8, true,
        owner_ids, true) AS r;
    IF FOUND THEN
        RETURN;
    END IF;
    -- others have goods of it: those are blocked before anything is told
    FOR goods IN
        SELECT n.owner_id, array_agg(DISTINCT n.lot_id) FILTER (WHERE n.lot_id <> 0) AS lot_ids,
            array_agg(n.serial_id) FILTER (WHERE n.lot_id = 0) AS unit_ids
        FROM ims._recall_nodes($1, start.lot_ids, start.serial_ids, coalesce($6, false), $8, true,
            owner_ids) AS n
        GROUP BY n.owner_id
        ORDER BY n.owner_id
    LOOP
        PERFORM ims._block_goods(goods.owner_id, goods.lot_ids, goods.unit_ids,
            coalesce($5, true), $7, $3, $9);
    END LOOP;
    RETURN QUERY
    SELECT r.*
    FROM ims._recall_rows($1, start.lot_ids, start.serial_ids, coalesce($6, false), $8, true,
        owner_ids, false) AS r;
END
$$;
COMMENT ON FUNCTION ims._recall IS 'internal form of ims.recall()';
REVOKE ALL ON FUNCTION ims._recall FROM PUBLIC;

CREATE FUNCTION ims.recall(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    lot text DEFAULT NULL,
    descendants boolean DEFAULT false,
    quarantine boolean DEFAULT true,
    by_time boolean DEFAULT false,
    reason text DEFAULT NULL,
    at_most bigint DEFAULT 1000000,
    actor text DEFAULT NULL,
    dry_run boolean DEFAULT false)
RETURNS TABLE (
    level bigint,
    kind text,
    incoming boolean,
    item text,
    lot text,
    lot_status text,
    blocked boolean,
    serial text,
    quantity numeric,
    base_unit text,
    site text,
    location text,
    handling_unit text,
    root_handling_unit text,
    party text,
    posting_id bigint,
    document_number bigint,
    effective_at timestamptz,
    reference_type text,
    reference_number text,
    owner text,
    other_owner text,
    other_item text,
    other_lot text,
    other_serial text,
    other_posting_id bigint,
    other_document_number bigint)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 100
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.recall IS
'block a lot, and say where all of it is

Sets the status of the lot to recalled, so that none of it can be shipped or consumed, and
returns the rows of ims.recall_report() as of just then. descendants blocks all that it became
too: whole lots by their status, and single units without a lot by place, unless quarantine is
false: one posting (kind move, reference recall and the lot) takes them out of sellable places,
and out of their handling units, to the quarantine of their site. What could not be blocked,
such as units at a site without a quarantine, says so in its row. It goes on in the books of
owners that took goods over and that the caller may act for (column owner); what others took
over is said, and not blocked. Postings wait for it. Needs a reason. Again, it blocks what came
back since, and reports anew.
Example: SELECT * FROM ims.recall(item => ''FLOUR'', lot => ''F-7'', reason => ''glass'',
    descendants => true);';
REVOKE ALL ON FUNCTION ims.recall FROM PUBLIC;

-- From the lines with all reversals, each taken as less of what it undoes, so
-- that it also proves the reports, which leave both out.
CREATE FUNCTION ims._mass_balance(
    owner_id bigint, of_item text, of_lot text, of_serial text)
RETURNS TABLE (
    item text,
    lot text,
    serial text,
    base_unit text,
    received numeric,
    produced numeric,
    taken_over numeric,
    on_hand numeric,
    in_transit numeric,
    shipped numeric,
    returned numeric,
    consumed numeric,
    scrapped numeric,
    adjusted numeric,
    returned_to_supplier numeric,
    handed_over numeric,
    difference numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
DECLARE
    my_owner_id CONSTANT bigint := $1;
    my_item_id bigint;
    my_lot_id bigint;
    my_serial_id bigint;
BEGIN
    PERFORM ims._check_present('item', $2 IS NOT NULL);
    my_item_id := (ims._item_ids(my_owner_id, ARRAY[$2]))[1];
    IF $3 IS NOT NULL THEN
        my_lot_id := ims._reading_lot_id(my_owner_id, my_item_id, $2, $3);
    END IF;
    IF $4 IS NOT NULL THEN
        my_serial_id := ims._reading_serial_id(my_owner_id, $2, $4);
    END IF;
    RETURN QUERY
    WITH effect AS (
        SELECT m.lot_id, e.effect AS kind, sum(
            CASE WHEN m.is_reversal = (e.leaves AND NOT ims._is_incoming(e.effect))
                 THEN m.quantity ELSE - m.quantity END) AS quantity
        FROM (
            SELECT m.lot_id, m.quantity, p.kind = 'reversal' AS is_reversal,
                CASE p.kind WHEN 'reversal' THEN m.to_location_id ELSE m.from_location_id END
                    AS from_id,
                CASE p.kind WHEN 'reversal' THEN m.from_location_id ELSE m.to_location_id END
                    AS to_id
            FROM ims.movement AS m
            JOIN ims.posting AS p ON p.owner_id = m.owner_id AND p.posting_id = m.posting_id
            WHERE m.owner_id = my_owner_id AND m.item_id = my_item_id
              AND (my_lot_id IS NULL OR m.lot_id = my_lot_id)
              AND (my_serial_id IS NULL OR m.serial_id = my_serial_id)) AS m
        CROSS JOIN LATERAL (VALUES
            (true, ims._trace_effect(m.from_id, true)),
            (false, ims._trace_effect(m.to_id, false))) AS e (leaves, effect)
        WHERE e.effect IS NOT NULL
        GROUP BY m.lot_id, e.effect
        UNION ALL
        SELECT s.lot_id, CASE s.location_id WHEN 1 THEN 'in_transit' ELSE 'on_hand' END,
            sum(s.on_hand)
        FROM ims.stock AS s
        WHERE s.owner_id = my_owner_id AND s.item_id = my_item_id AND my_serial_id IS NULL
          AND (my_lot_id IS NULL OR s.lot_id = my_lot_id)
        GROUP BY 1, 2
        UNION ALL
        SELECT u.lot_id, CASE u.location_id WHEN 1 THEN 'in_transit' ELSE 'on_hand' END, 1
        FROM ims.serial AS u
        WHERE u.owner_id = my_owner_id AND u.serial_id = my_serial_id AND u.location_id <> 0
          AND (my_lot_id IS NULL OR u.lot_id = my_lot_id)
        UNION ALL
        SELECT my_lot_id, 'received', 0 WHERE my_lot_id IS NOT NULL),
    total AS (
        SELECT f.lot_id,
            coalesce(sum(f.quantity) FILTER (WHERE f.kind = 'received'), 0) AS received,
            coalesce(sum(f.quantity) FILTER (WHERE f.kind = 'produced'), 0) AS produced,
            coalesce(sum(f.quantity) FILTER (WHERE f.kind = 'taken_over'), 0) AS taken_over,
            coalesce(sum(f.quantity) FILTER (WHERE f.kind = 'on_hand'), 0) AS on_hand,
            coalesce(sum(f.quantity) FILTER (WHERE f.kind = 'in_transit'), 0) AS in_transit,
            coalesce(sum(f.quantity) FILTER (WHERE f.kind = 'shipped'), 0) AS shipped,
            coalesce(- sum(f.quantity) FILTER (WHERE f.kind = 'returned'), 0) AS returned,
            coalesce(sum(f.quantity) FILTER (WHERE f.kind = 'consumed'), 0) AS consumed,
            coalesce(sum(f.quantity) FILTER (WHERE f.kind = 'scrapped'), 0) AS scrapped,
            coalesce(sum(f.quantity) FILTER (WHERE f.kind = 'adjusted'), 0) AS adjusted,
            coalesce(sum(f.quantity) FILTER (WHERE f.kind = 'returned_to_supplier'), 0)
                AS returned_to_supplier,
            coalesce(sum(f.quantity) FILTER (WHERE f.kind = 'handed_over'), 0) AS handed_over
        FROM effect AS f
        GROUP BY f.lot_id)
    SELECT i.code, l.code, $4, i.base_unit, trim_scale(t.received), trim_scale(t.produced),
        trim_scale(t.taken_over), trim_scale(t.on_hand), trim_scale(t.in_transit),
        trim_scale(t.shipped), trim_scale(t.returned), trim_scale(t.consumed),
        trim_scale(t.scrapped), trim_scale(t.adjusted), trim_scale(t.returned_to_supplier),
        trim_scale(t.handed_over),
        trim_scale(t.received + t.produced + t.taken_over - t.on_hand - t.in_transit - t.shipped
            + t.returned - t.consumed - t.scrapped - t.adjusted - t.returned_to_supplier
            - t.handed_over)
    FROM total AS t
    JOIN ims.item AS i ON i.owner_id = my_owner_id AND i.item_id = my_item_id
    LEFT JOIN ims.lot AS l ON l.owner_id = my_owner_id AND l.lot_id = t.lot_id
    ORDER BY l.code;
END
$$;
COMMENT ON FUNCTION ims._mass_balance IS 'work of ims.mass_balance';

CREATE FUNCTION ims.mass_balance(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    lot text DEFAULT NULL,
    serial text DEFAULT NULL)
RETURNS TABLE (
    item text,
    lot text,
    serial text,
    base_unit text,
    received numeric,
    produced numeric,
    taken_over numeric,
    on_hand numeric,
    in_transit numeric,
    shipped numeric,
    returned numeric,
    consumed numeric,
    scrapped numeric,
    adjusted numeric,
    returned_to_supplier numeric,
    handed_over numeric,
    difference numeric)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT b.*
    FROM ims._mass_balance(ims._reading_owner_id($1), $2, $3, $4) AS b
$$;
COMMENT ON FUNCTION ims.mass_balance IS
'what came in of a lot, and where all of it went

One row per lot, of one lot, or of one serial; base units. received + produced + taken_over =
on_hand + in_transit + shipped - returned + consumed + scrapped + adjusted (lost less found)
+ returned_to_supplier + handed_over, each less what was reversed; difference is what is
missing in this sum, 0 unless balances and ledger disagree.
Example: SELECT * FROM ims.mass_balance(item => ''FLOUR'', lot => ''F-7'');';
REVOKE ALL ON FUNCTION ims.mass_balance FROM PUBLIC;

CREATE FUNCTION ims._whereabouts(location_id bigint, last_to_location_id bigint)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN location_id = 1 THEN 'in_transit'
    WHEN location_id <> 0 THEN 'on_hand'
    WHEN last_to_location_id IS NULL THEN 'expected'
    ELSE (ARRAY['returned_to_supplier', 'shipped', 'adjusted', 'scrapped', 'consumed',
        'handed_over', 'adjusted'])[last_to_location_id - 1] END;
COMMENT ON FUNCTION ims._whereabouts IS
    'state of a unit by its place (0 for none), else by where it went last';

-- As it left with a posting, or as it is now.
CREATE FUNCTION ims._root_unit(owner_id bigint, handling_unit_id bigint, posting_id bigint)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    RETURN (
        WITH RECURSIVE up (unit_id, level) AS (
            SELECT $2, 0
            UNION ALL
            SELECT e.parent_id, u.level + 1
            FROM up AS u
            CROSS JOIN LATERAL (
                SELECT n.parent_id
                FROM ims.handling_unit_nesting AS n
                WHERE $3 IS NULL AND n.owner_id = $1 AND n.handling_unit_id = u.unit_id
                  AND n.unpacked_at IS NULL
                UNION ALL
                SELECT d.parent_id
                FROM ims.handling_unit_departure AS d
                WHERE d.owner_id = $1 AND d.posting_id = $3 AND d.handling_unit_id = u.unit_id
                  AND d.parent_id IS NOT NULL) AS e
            WHERE u.level < 100)
        SELECT h.code
        FROM up AS u
        JOIN ims.handling_unit AS h ON h.owner_id = $1 AND h.handling_unit_id = u.unit_id
        ORDER BY u.level DESC
        LIMIT 1);
END
$$;
COMMENT ON FUNCTION ims._root_unit IS
    'code of the outermost unit that a handling unit is in, or was in when it left';

-- A unit whose last movement was reversed is again what it was before that: told
-- by a statement of its own, since few are, and joins cost all of them.
CREATE FUNCTION ims._where_is_serial(owner_id bigint, serial_id bigint)
RETURNS TABLE (
    state text,
    item text,
    lot text,
    serial text,
    quantity numeric,
    base_unit text,
    site text,
    location text,
    handling_unit text,
    root_handling_unit text,
    party text,
    posting_id bigint,
    document_number bigint,
    effective_at timestamptz)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT ims._whereabouts(s.location_id, m.to_location_id), i.code, l.code, s.code,
        CASE WHEN s.location_id <> 0 THEN 1 ELSE 0 END::numeric, i.base_unit, w.code, o.code,
        h.code,
        CASE WHEN h.handling_unit_id IS NOT NULL THEN ims._root_unit($1, h.handling_unit_id,
            d.posting_id) END,
        y.code, m.posting_id, p.document_number, m.effective_at
    FROM ims.serial AS s
    JOIN ims.item AS i ON i.owner_id = s.owner_id AND i.item_id = s.item_id
    LEFT JOIN ims.lot AS l ON l.owner_id = s.owner_id AND l.lot_id = s.lot_id
    LEFT JOIN ims.movement AS m
        ON m.owner_id = s.owner_id AND m.movement_id = s.last_movement_id
    LEFT JOIN ims.posting AS p ON p.owner_id = s.owner_id AND p.posting_id = m.posting_id
    -- what left as a whole, not what was picked from it
    LEFT JOIN ims.handling_unit_departure AS d
        ON s.location_id = 0 AND d.owner_id = s.owner_id AND d.posting_id = m.posting_id
        AND d.handling_unit_id = m.from_handling_unit_id
    LEFT JOIN ims.handling_unit AS h
        ON h.owner_id = s.owner_id
        AND h.handling_unit_id = CASE s.location_id
            WHEN 0 THEN d.handling_unit_id ELSE s.handling_unit_id END
    LEFT JOIN ims.party AS y ON y.owner_id = s.owner_id AND y.party_id = p.party_id
    LEFT JOIN ims.location AS o ON o.location_id = s.location_id
    LEFT JOIN ims.location AS w
        ON w.location_id = CASE s.location_id WHEN 1 THEN p.destination_id ELSE o.site_id END
    WHERE s.owner_id = $1 AND s.serial_id = $2 AND p.kind IS DISTINCT FROM 'reversal';
    IF FOUND THEN
        RETURN;
    END IF;

    RETURN QUERY
    SELECT ims._whereabouts(s.location_id, v.to_location_id), i.code, l.code, s.code,
        CASE WHEN s.location_id <> 0 THEN 1 ELSE 0 END::numeric, i.base_unit, w.code, o.code,
        h.code,
        CASE WHEN h.handling_unit_id IS NOT NULL THEN ims._root_unit($1, h.handling_unit_id,
            CASE s.location_id WHEN 0 THEN v.posting_id END) END,
        y.code, m.posting_id, p.document_number, m.effective_at
    FROM ims.serial AS s
    JOIN ims.item AS i ON i.owner_id = s.owner_id AND i.item_id = s.item_id
    LEFT JOIN ims.lot AS l ON l.owner_id = s.owner_id AND l.lot_id = s.lot_id
    JOIN ims.movement AS m ON m.owner_id = s.owner_id AND m.movement_id = s.last_movement_id
    JOIN ims.posting AS p ON p.owner_id = s.owner_id AND p.posting_id = m.posting_id
    -- what the reversal undid
    LEFT JOIN ims.movement AS x
        ON x.owner_id = s.owner_id AND x.movement_id = m.origin_movement_id
    LEFT JOIN LATERAL (
        SELECT v.to_location_id, v.posting_id, v.from_handling_unit_id
        FROM ims.movement AS v
        JOIN ims.posting AS q
            ON q.owner_id = v.owner_id AND q.posting_id = v.posting_id AND q.kind <> 'reversal'
        WHERE v.owner_id = s.owner_id AND v.serial_id = s.serial_id AND v.serial_id <> 0
          AND (v.effective_at, v.movement_id) < (x.effective_at, x.movement_id)
          AND NOT EXISTS (
                SELECT FROM ims.movement AS b
                JOIN ims.posting AS k
                    ON k.owner_id = b.owner_id AND k.posting_id = b.posting_id
                    AND k.kind = 'reversal'
                WHERE b.owner_id = v.owner_id AND b.origin_movement_id = v.movement_id)
        ORDER BY v.effective_at DESC, v.movement_id DESC
        LIMIT 1) AS v ON true
    LEFT JOIN ims.handling_unit_departure AS e
        ON s.location_id = 0 AND e.owner_id = s.owner_id AND e.posting_id = v.posting_id
        AND e.handling_unit_id = v.from_handling_unit_id
    LEFT JOIN ims.handling_unit AS h
        ON h.owner_id = s.owner_id
        AND h.handling_unit_id = CASE s.location_id
            WHEN 0 THEN e.handling_unit_id ELSE s.handling_unit_id END
    -- after a reversed arrival it is bound for where its dispatch sent it
    LEFT JOIN ims.posting AS a ON a.owner_id = s.owner_id AND a.posting_id = x.posting_id
    LEFT JOIN ims.posting AS d ON d.owner_id = s.owner_id AND d.posting_id = a.origin_posting_id
    LEFT JOIN ims.party AS y ON y.owner_id = s.owner_id AND y.party_id = p.party_id
    LEFT JOIN ims.location AS o ON o.location_id = s.location_id
    LEFT JOIN ims.location AS w
        ON w.location_id = CASE s.location_id
            WHEN 1 THEN coalesce(p.destination_id, d.destination_id) ELSE o.site_id END
    WHERE s.owner_id = $1 AND s.serial_id = $2;
END
$$;
COMMENT ON FUNCTION ims._where_is_serial IS 'work of ims.where_is for a serial';

-- Balances of a lot, where its lines say that there may be some; or in handling units.
CREATE FUNCTION ims._where_is_stock(
    owner_id bigint, of_lot_id bigint, of_handling_unit_ids bigint[])
RETURNS TABLE (
    state text,
    item text,
    lot text,
    serial text,
    quantity numeric,
    base_unit text,
    site text,
    location text,
    handling_unit text,
    root_handling_unit text,
    party text,
    posting_id bigint,
    document_number bigint,
    effective_at timestamptz)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH candidate AS (
        SELECT m.item_id, m.lot_id, e.location_id, e.handling_unit_id
        FROM ims.movement AS m
        CROSS JOIN LATERAL (VALUES
            (m.from_location_id, m.from_handling_unit_id),
            (m.to_location_id, m.to_handling_unit_id)) AS e (location_id, handling_unit_id)
        WHERE $2 IS NOT NULL AND m.owner_id = $1 AND m.lot_id = $2
        GROUP BY 1, 2, 3, 4
        UNION ALL
        SELECT b.item_id, b.lot_id, b.location_id, b.handling_unit_id
        FROM ims.stock AS b
        WHERE $3 IS NOT NULL AND b.owner_id = $1 AND b.handling_unit_id = ANY ($3)
          AND b.handling_unit_id <> 0 AND b.on_hand <> 0)
    SELECT ims._whereabouts(c.location_id, NULL),
        i.code, l.code, u.code, trim_scale(coalesce(u.quantity, s.on_hand)), i.base_unit, w.code,
        o.code, h.code,
        CASE WHEN c.handling_unit_id <> 0 THEN ims._root_unit($1, c.handling_unit_id, NULL) END,
        NULL::text, NULL::bigint, NULL::bigint, s.last_effective_at
    FROM candidate AS c
    JOIN ims.stock AS s
        ON s.owner_id = $1 AND s.item_id = c.item_id AND s.location_id = c.location_id
        AND s.lot_id = c.lot_id AND s.handling_unit_id = c.handling_unit_id AND s.on_hand <> 0
    JOIN ims.item AS i ON i.owner_id = $1 AND i.item_id = c.item_id
    JOIN ims.location AS o ON o.location_id = c.location_id
    LEFT JOIN ims.location AS w ON w.location_id = o.site_id
    LEFT JOIN ims.lot AS l ON l.owner_id = $1 AND l.lot_id = c.lot_id
    LEFT JOIN ims.handling_unit AS h
        ON h.owner_id = $1 AND h.handling_unit_id = c.handling_unit_id
    LEFT JOIN LATERAL (
        SELECT u.code, 1::numeric AS quantity
        FROM ims.serial AS u
        WHERE i.tracking = 'serial' AND u.owner_id = $1 AND u.item_id = c.item_id
          AND u.location_id = c.location_id AND u.lot_id = c.lot_id
          AND u.handling_unit_id = c.handling_unit_id) AS u ON true
    ORDER BY i.code, l.code, o.code, h.code, u.code;
END
$$;
COMMENT ON FUNCTION ims._where_is_stock IS 'work of ims.where_is for a lot or handling units';

-- With all that is in it, at any depth; away, with all that left with it.
CREATE FUNCTION ims._where_is_unit(owner_id bigint, handling_unit_id bigint)
RETURNS TABLE (
    state text,
    item text,
    lot text,
    serial text,
    quantity numeric,
    base_unit text,
    site text,
    location text,
    handling_unit text,
    root_handling_unit text,
    party text,
    posting_id bigint,
    document_number bigint,
    effective_at timestamptz)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
DECLARE
    departure_id CONSTANT bigint := ims._unit_departure($1, $2, 'infinity');
BEGIN
    IF departure_id IS NULL THEN
        RETURN QUERY
        WITH RECURSIVE tree (unit_id, level) AS (
            SELECT $2, 0
            UNION ALL
            SELECT n.handling_unit_id, t.level + 1
            FROM tree AS t
            JOIN ims.handling_unit_nesting AS n
                ON n.owner_id = $1 AND n.parent_id = t.unit_id AND n.unpacked_at IS NULL
            WHERE t.level < 100)
        SELECT r.*
        FROM ims._where_is_stock($1, NULL, ARRAY(SELECT t.unit_id FROM tree AS t)) AS r;
        RETURN;
    END IF;
    RETURN QUERY
    SELECT ims._whereabouts(0, c.location_id), i.code, l.code, u.code, trim_scale(c.quantity),
        i.base_unit, NULL::text, NULL::text, h.code,
        ims._root_unit($1, c.handling_unit_id, c.posting_id), y.code, c.posting_id,
        p.document_number, p.effective_at
    FROM ims._contents_at($1, $2, NULL) AS c
    JOIN ims.item AS i ON i.owner_id = $1 AND i.item_id = c.item_id
    JOIN ims.handling_unit AS h
        ON h.owner_id = $1 AND h.handling_unit_id = c.handling_unit_id
    JOIN ims.posting AS p ON p.owner_id = $1 AND p.posting_id = c.posting_id
    LEFT JOIN ims.lot AS l ON l.owner_id = $1 AND l.lot_id = c.lot_id
    LEFT JOIN ims.serial AS u ON u.owner_id = $1 AND u.serial_id = c.serial_id
    LEFT JOIN ims.party AS y ON y.owner_id = $1 AND y.party_id = p.party_id
    ORDER BY i.code, l.code, h.code, u.code;
END
$$;
COMMENT ON FUNCTION ims._where_is_unit IS 'work of ims.where_is for a handling unit';

CREATE FUNCTION ims._where_is(
    owner_id bigint, of_item text, of_lot text, of_serial text, of_handling_unit text)
RETURNS TABLE (
    state text,
    item text,
    lot text,
    serial text,
    quantity numeric,
    base_unit text,
    site text,
    location text,
    handling_unit text,
    root_handling_unit text,
    party text,
    posting_id bigint,
    document_number bigint,
    effective_at timestamptz)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    my_owner_id CONSTANT bigint := $1;
    my_item_id bigint;
BEGIN
    PERFORM ims._check_present('serial', num_nonnulls($3, $4, $5) > 0);
    IF num_nonnulls($3, $4, $5) > 1 THEN
        RAISE 'arguments "lot", "serial" and "handling_unit" contradict'
            USING ERRCODE = 'IV223',
                DETAIL = 'Each of them asks for something else. {"argument": "serial"}',
                HINT = 'Name one of them.';
    END IF;
    PERFORM ims._check_present('item', num_nonnulls($2, $5) > 0);
    IF $4 IS NOT NULL THEN
        RETURN QUERY
        SELECT r.*
        FROM ims._where_is_serial(my_owner_id,
            ims._reading_serial_id(my_owner_id, $2, $4)) AS r;
        RETURN;
    ELSIF $2 IS NOT NULL THEN
        my_item_id := (ims._item_ids(my_owner_id, ARRAY[$2]))[1];
    END IF;
    IF $3 IS NOT NULL THEN
        RETURN QUERY
        SELECT r.*
        FROM ims._where_is_stock(my_owner_id,
            ims._reading_lot_id(my_owner_id, my_item_id, $2, $3), NULL) AS r;
    ELSE
        RETURN QUERY
        SELECT r.*
        FROM ims._where_is_unit(my_owner_id, ims._reading_unit_id(my_owner_id, $5)) AS r
        WHERE $2 IS NULL OR r.item = $2;
    END IF;
END
$$;
COMMENT ON FUNCTION ims._where_is IS 'work of ims.where_is';

CREATE FUNCTION ims.where_is(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    lot text DEFAULT NULL,
    serial text DEFAULT NULL,
    handling_unit text DEFAULT NULL)
RETURNS TABLE (
    state text,
    item text,
    lot text,
    serial text,
    quantity numeric,
    base_unit text,
    site text,
    location text,
    handling_unit text,
    root_handling_unit text,
    party text,
    posting_id bigint,
    document_number bigint,
    effective_at timestamptz)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
    -- parsed once, and taken into the caller's query
    SELECT r.*
    FROM ims._where_is(ims._reading_owner_id($1), $2, $3, $4, $5) AS r;
END;
COMMENT ON FUNCTION ims.where_is IS
'where a serial, a lot or the content of a handling unit is now

A serial has one row: state is on_hand, in_transit (site is where it is bound for), shipped,
consumed, scrapped, returned_to_supplier, adjusted, handed_over, or expected where it never
moved or that was reversed, with party, document and time of its last movement; quantity is 0
where it is gone. A lot and a handling unit have a row per balance, and per serial in it; none
where there is no stock. A handling unit comes with those inside of it, at any depth; one that
was shipped as a whole with what left in it, until it is used again. root_handling_unit is the
outermost one. Base units.
Example: SELECT * FROM ims.where_is(item => ''TV-1'', serial => ''S1'');';
REVOKE ALL ON FUNCTION ims.where_is FROM PUBLIC;
