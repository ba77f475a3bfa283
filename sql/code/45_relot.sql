-- Lots split, merged and renamed.
--
-- All of it is production: goods of one lot go into PRODUCTION and come out as
-- goods of another, in one posting, which is the record that traces follow
-- (59_trace).  Locks are those of a posting, in its order.  A lot made here is
-- as strictly held as the strictest that went in, and lives no longer than the
-- first of them to end.  So held goods may be relotted, which src/ledger/
-- line_check.c allows this kind alone; that the result is held too is asked
-- under the locks of the posting, which whoever changes a status waits for.

CREATE FUNCTION ims._raise_relot(argument text, message text, sentence text, hint text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE '%', message
        USING ERRCODE = 'IV223',
            DETAIL = sentence || ' ' || jsonb_build_object('argument', argument)::text,
            HINT = hint;
END
$$;
COMMENT ON FUNCTION ims._raise_relot IS 'raise IV223 for arguments that do not fit each other';
REVOKE ALL ON FUNCTION ims._raise_relot FROM PUBLIC;

-- Lots and quantities of one side.  Quantities are null where they follow from
-- the other side, or from what lies there.
CREATE FUNCTION ims._check_relot_side(side text, lots text[], quantities numeric[])
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    lot_argument CONSTANT text := side || '_lots';
    quantity_argument CONSTANT text := side || '_quantities';
BEGIN
    PERFORM ims._check_present(lot_argument, coalesce(cardinality(lots), 0) > 0);
    PERFORM ims._check_range('number of ' || lot_argument, cardinality(lots), 1, 1000);
    PERFORM ims._check_code(lot_argument, l.lot) FROM unnest(lots) AS l (lot);
    IF (SELECT count(DISTINCT l.lot) FROM unnest(lots) AS l (lot)) < cardinality(lots) THEN
        PERFORM ims._raise_relot(lot_argument, format('a lot stands twice in "%s"', lot_argument),
            format('They are %s.', array_to_string(lots, ', ')), 'Name each lot once.');
    END IF;
    IF cardinality(quantities) <> cardinality(lots) THEN
        PERFORM ims._raise_relot(quantity_argument,
            format('"%s" has other elements than "%s"', quantity_argument, lot_argument),
            format('There are %s quantities of %s lots.', cardinality(quantities),
                cardinality(lots)),
            'Give one quantity for each lot, or none.');
    END IF;
    PERFORM ims._check_present(quantity_argument, q.quantity IS NOT NULL),
        ims._check_quantity(quantity_argument, q.quantity, 0.000001)
    FROM unnest(quantities) AS q (quantity);
END
$$;
COMMENT ON FUNCTION ims._check_relot_side IS 'raise unless lots and quantities of a side can be';
REVOKE ALL ON FUNCTION ims._check_relot_side FROM PUBLIC;

-- What a lot is that lots are merged into: the earliest days, the strictest
-- status, and of the rest what they all have.
CREATE FUNCTION ims._merged_lot(owner_id bigint, lot_ids bigint[])
RETURNS TABLE (
    status text,
    made_on date,
    best_before date,
    sell_by date,
    expires_on date,
    supplier_lot text,
    party_id bigint,
    attributes jsonb)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT (ARRAY['released', 'on_hold', 'expired', 'recalled'])[coalesce(max(
            array_position(ARRAY['released', 'on_hold', 'expired', 'recalled'], l.status)), 1)],
        CASE WHEN min(l.made_on) > least(min(l.best_before), min(l.sell_by), min(l.expires_on))
             THEN NULL ELSE min(l.made_on) END,
        min(l.best_before), min(l.sell_by), min(l.expires_on),
        CASE WHEN count(DISTINCT l.supplier_lot) = 1 AND count(l.supplier_lot) = count(*)
             THEN min(l.supplier_lot) END,
        CASE WHEN count(DISTINCT l.party_id) = 1 AND count(l.party_id) = count(*)
             THEN min(l.party_id) END,
        CASE WHEN count(DISTINCT l.attributes) = 1 THEN (array_agg(l.attributes))[1]
             ELSE '{}' END
    FROM ims.lot AS l
    WHERE l.owner_id = $1 AND l.lot_id = ANY ($2)
$$;
COMMENT ON FUNCTION ims._merged_lot IS 'status, days and data of a lot made of others';
REVOKE ALL ON FUNCTION ims._merged_lot FROM PUBLIC;

-- The lots to come out: those that exist must not outlive what goes in.
CREATE FUNCTION ims._relot_target(
    owner_id bigint, item_id bigint, from_ids bigint[], lot text, reason text, actor text)
RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    merged record;
    there record;
    day record;
    new_id bigint;
BEGIN
    SELECT m.* INTO STRICT merged FROM ims._merged_lot(owner_id, from_ids) AS m;
    INSERT INTO ims.lot AS l
        (owner_id, item_id, code, status, made_on, best_before, sell_by, expires_on,
         supplier_lot, party_id, attributes)
    VALUES (owner_id, item_id, lot, merged.status, merged.made_on, merged.best_before,
            merged.sell_by, merged.expires_on, merged.supplier_lot, merged.party_id,
            merged.attributes)
    ON CONFLICT ON CONSTRAINT lot_code_key DO NOTHING
    RETURNING l.lot_id INTO new_id;
    IF new_id IS NOT NULL THEN
        PERFORM ims._record_lot_status(owner_id, new_id, NULL, merged.status, reason, actor);
        RETURN new_id;
    END IF;
    SELECT l.lot_id, l.best_before, l.sell_by, l.expires_on INTO there
    FROM ims.lot AS l
    WHERE l.owner_id = owner_id AND l.item_id = item_id AND l.code = lot
    FOR KEY SHARE;
    SELECT d.name, d.becomes, d.was INTO day
    FROM (VALUES
        (1, 'expires_on', there.expires_on, merged.expires_on),
        (2, 'best_before', there.best_before, merged.best_before),
        (3, 'sell_by', there.sell_by, merged.sell_by)) AS d (place, name, becomes, was)
    WHERE coalesce(d.becomes, 'infinity') > d.was
    ORDER BY d.place
    LIMIT 1;
    IF FOUND THEN
        RAISE 'lot "%" would lengthen the life of what goes into it', lot
            USING ERRCODE = 'IV251',
                DETAIL = format('Its %s is %s, that of the goods %s. ', day.name,
                        coalesce(to_char(day.becomes, 'YYYY-MM-DD'), 'open'),
                        to_char(day.was, 'YYYY-MM-DD'))
                    || jsonb_build_object('lot', lot, 'day', day.name, 'becomes', day.becomes,
                        'was', day.was)::text,
                HINT = 'Shorten it by ims.change_lot() first, or name a new lot.';
    END IF;
    RETURN there.lot_id;
END
$$;
COMMENT ON FUNCTION ims._relot_target IS
    'lot of that code, made like those that go into it if absent, or IV251';
REVOKE ALL ON FUNCTION ims._relot_target FROM PUBLIC;

CREATE FUNCTION ims._check_relot_status(owner_id bigint, from_ids bigint[], to_ids bigint[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    strictness CONSTANT text[] := '{released,on_hold,expired,recalled}';
    look CONSTANT text := format(
        'SELECT array_position(%L::text[], l.status)::bigint FROM ims.lot AS l'
        ' WHERE l.owner_id = $1 AND l.lot_id = $2', strictness);
    was bigint := (SELECT max(ims._latest(look, owner_id, f)) FROM unnest(from_ids) AS f);
    goods record;
BEGIN
    SELECT i.code AS item, l.code AS lot, s.becomes INTO goods
    FROM unnest(to_ids) AS t (lot_id)
    CROSS JOIN LATERAL (SELECT coalesce(ims._latest(look, owner_id, t.lot_id), 1) AS becomes) AS s
    LEFT JOIN ims.lot AS l ON l.owner_id = owner_id AND l.lot_id = t.lot_id
    LEFT JOIN ims.item AS i ON i.owner_id = owner_id AND i.item_id = l.item_id
    WHERE s.becomes < was
    ORDER BY l.code
    LIMIT 1;
    IF FOUND THEN
        RAISE 'goods that are % would become lot "%", which is %', strictness[was],
            coalesce(goods.lot, 'none'), strictness[goods.becomes]
            USING ERRCODE = 'IV304',
                DETAIL = 'A lot is as strictly held as the strictest that goes into it. '
                    || jsonb_build_object('item', goods.item, 'lot', goods.lot,
                        'status', strictness[was], 'to_status', strictness[goods.becomes])::text,
                HINT = 'Hold or recall that lot first by ims.set_lot_status(), or name a new one.';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_relot_status IS
    'raise IV304 where held goods would become a lot that is less held';
REVOKE ALL ON FUNCTION ims._check_relot_status FROM PUBLIC;

-- Quantities of both sides in base units, in the order of the lots.
CREATE FUNCTION ims._relot_quantities(
    owner_id bigint,
    item_id bigint,
    item text,
    unit text,
    location_id bigint,
    location text,
    handling_unit_id bigint,
    from_ids bigint[],
    to_ids bigint[],
    INOUT from_quantities numeric[],
    INOUT to_quantities numeric[])
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    n CONSTANT integer := cardinality(from_ids);
    n_both CONSTANT integer := n + cardinality(to_ids);
BEGIN
    SELECT array_agg(ims._base_quantity(owner_id, item_id, item, q.n, q.quantity, unit) ORDER BY q.n)
    INTO from_quantities
    FROM unnest(from_quantities) WITH ORDINALITY AS q (quantity, n);
    SELECT array_agg(ims._base_quantity(owner_id, item_id, item, q.n, q.quantity, unit) ORDER BY q.n)
    INTO to_quantities
    FROM unnest(to_quantities) WITH ORDINALITY AS q (quantity, n);
    IF from_quantities IS NULL AND n = 1 AND to_quantities IS NOT NULL THEN
        from_quantities := ARRAY[(SELECT sum(q) FROM unnest(to_quantities) AS q)];
    ELSIF from_quantities IS NULL THEN
        -- all that lies there; balances of both sides are locked in one order
        SELECT array_agg(greatest(coalesce(b.on_hand, 0), 0) ORDER BY f.n) INTO from_quantities
        FROM unnest(from_ids) WITH ORDINALITY AS f (lot_id, n)
        LEFT JOIN ims._lock_balances(array_fill(owner_id, ARRAY[n_both]),
            array_fill(item_id, ARRAY[n_both]), array_fill(location_id, ARRAY[n_both]),
            from_ids || to_ids, array_fill(handling_unit_id, ARRAY[n_both])) AS b
            ON b.lot_id = f.lot_id;
        IF 0 = ALL (from_quantities) THEN
            RAISE 'nothing to relot at "%"', location
                USING ERRCODE = 'IV219',
                    DETAIL = 'None of the lots lies there. '
                        || jsonb_build_object('location', location)::text,
                    HINT = 'Where a lot is, ims.where_is() tells.';
        END IF;
    END IF;
    IF to_quantities IS NULL AND cardinality(to_ids) > 1 THEN
        PERFORM ims._check_present('to_quantities', false);
    END IF;
    to_quantities := coalesce(to_quantities,
        ARRAY[(SELECT sum(q) FROM unnest(from_quantities) AS q)]);
    IF (SELECT sum(q) FROM unnest(from_quantities) AS q)
        <> (SELECT sum(q) FROM unnest(to_quantities) AS q)
    THEN
        PERFORM ims._raise_relot('to_quantities', 'what goes in is not what comes out',
            format('In go %s, out come %s.',
                trim_scale((SELECT sum(q) FROM unnest(from_quantities) AS q)),
                trim_scale((SELECT sum(q) FROM unnest(to_quantities) AS q))),
            'Book a loss by ims.scrap() or ims.adjust().');
    END IF;
END
$$;
COMMENT ON FUNCTION ims._relot_quantities IS 'quantities of a relot on both sides, base units';
REVOKE ALL ON FUNCTION ims._relot_quantities FROM PUBLIC;

-- Lines into PRODUCTION, then lines out of it; a unit comes out after it went in.
CREATE FUNCTION ims._relot_lines(
    owner_id bigint,
    item_id bigint,
    unit text,
    location_id bigint,
    handling_unit_id bigint,
    from_ids bigint[],
    from_quantities numeric[],
    from_serial_ids bigint[],
    to_ids bigint[],
    to_quantities numeric[],
    to_serial_ids bigint[])
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_agg(jsonb_build_object(
        'item_id', $2, 'quantity', s.quantity, 'lot_id', s.lot_id, 'serial_id', s.serial_id,
        'from_location_id', CASE s.side WHEN 1 THEN $4 ELSE 6 END,
        'to_location_id', CASE s.side WHEN 1 THEN 6 ELSE $4 END,
        'from_handling_unit_id', CASE s.side WHEN 1 THEN $5 ELSE 0 END,
        'to_handling_unit_id', CASE s.side WHEN 1 THEN 0 ELSE $5 END,
        'entered_quantity', e.quantity,
        'entered_unit', CASE WHEN e.quantity IS NOT NULL THEN $3 END) ORDER BY s.side, s.n)
    FROM (
        SELECT 1 AS side, f.*
        FROM unnest($6, $7, $8) WITH ORDINALITY AS f (lot_id, quantity, serial_id, n)
        UNION ALL
        SELECT 2, t.*
        FROM unnest($9, $10, $11) WITH ORDINALITY AS t (lot_id, quantity, serial_id, n)) AS s
    LEFT JOIN LATERAL ims._entered_quantity($1, $2, $3, s.quantity) AS e (quantity) ON true
    WHERE s.quantity > 0
$$;
COMMENT ON FUNCTION ims._relot_lines IS 'lines of a relot, as ims._post_lines takes them';
REVOKE ALL ON FUNCTION ims._relot_lines FROM PUBLIC;

CREATE FUNCTION ims._relot(
    owner_id bigint,
    item text,
    from_quantities numeric[],
    to_quantities numeric[],
    unit text,
    location text,
    from_lots text[],
    to_lots text[],
    serials text[],
    handling_unit text,
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
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    item_id bigint;
    location_id bigint;
    handling_unit_id bigint := 0;
    from_ids bigint[];
    to_ids bigint[];
    serial_ids bigint[];
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    status := 'posted';
    SELECT k.posting_id, k.document_number, k.replayed INTO posting_id, document_number, replayed
    FROM ims._claim_key(owner_id, idempotency_key, 'relot', jsonb_build_object(
        'item', item, 'from_quantities', from_quantities, 'to_quantities', to_quantities,
        'unit', unit, 'location', location, 'from_lots', from_lots, 'to_lots', to_lots,
        'serials', serials, 'handling_unit', handling_unit,
        'effective_at', extract(epoch FROM effective_at), 'reason', reason,
        'reference_type', reference_type, 'reference_number', reference_number,
        'actor', actor), ims._next_posting_id()) AS k;
    IF replayed THEN
        RETURN NEXT;
        RETURN;
    END IF;

    item_id := ims._tracked_item_id(owner_id, item, 'lots', 'lot', 'serial');
    PERFORM ims._check_present('location', location IS NOT NULL);
    location_id := ims._location_id(location);
    IF handling_unit IS NOT NULL THEN
        handling_unit_id := ims._handling_unit_id(owner_id, handling_unit);
    END IF;
    PERFORM ims._check_relot_side('to', to_lots, to_quantities);
    IF unit IS NOT NULL THEN
        PERFORM ims._unit_factor(owner_id, item_id, item, unit);
    END IF;
    -- as a posting does, before masters are read
    LOCK TABLE ims.movement IN ROW EXCLUSIVE MODE;
    PERFORM ims._share_units(owner_id, ARRAY[handling_unit_id]);
    IF EXISTS (
        SELECT FROM ims.item AS i
        WHERE i.owner_id = owner_id AND i.item_id = item_id AND i.tracking = 'serial')
    THEN
        -- one unit each; which lot it is of is known
        PERFORM ims._check_present('serials', coalesce(cardinality(serials), 0) > 0);
        PERFORM ims._check_range('number of serials', cardinality(serials), 1, 100000);
        IF from_lots IS NOT NULL OR from_quantities IS NOT NULL OR to_quantities IS NOT NULL
            OR cardinality(to_lots) > 1
        THEN
            PERFORM ims._raise_relot('serials', 'serials are relotted into one lot',
                'Which lot a serial is of is known, and each is one unit.',
                'Name serials and one of to_lots only.');
        END IF;
        SELECT array_agg(s.serial_id ORDER BY c.n), array_agg(s.lot_id ORDER BY c.n)
        INTO serial_ids, from_ids
        FROM unnest(serials) WITH ORDINALITY AS c (code, n)
        CROSS JOIN LATERAL ims._serial_id(owner_id, item_id, c.code) AS i (serial_id)
        JOIN ims.serial AS s ON s.owner_id = owner_id AND s.serial_id = i.serial_id;
        from_quantities := array_fill(1::numeric, ARRAY[cardinality(serial_ids)]);
    ELSE
        IF serials IS NOT NULL THEN
            PERFORM ims._tracked_item_id(owner_id, item, 'serials', 'serial');
        END IF;
        PERFORM ims._check_relot_side('from', from_lots, from_quantities);
        SELECT array_agg(ims._lot_id(owner_id, item_id, f.lot) ORDER BY f.n) INTO from_ids
        FROM unnest(from_lots) WITH ORDINALITY AS f (lot, n);
    END IF;
    -- in one order, whoever makes the same lots, and before any balance is locked
    SELECT array_agg(x.lot_id ORDER BY x.n) INTO to_ids
    FROM (
        SELECT t.n, ims._relot_target(owner_id, item_id, from_ids, t.lot, reason, actor) AS lot_id
        FROM (
            SELECT t.lot, t.n
            FROM unnest(to_lots) WITH ORDINALITY AS t (lot, n)
            ORDER BY t.lot OFFSET 0) AS t) AS x;
    IF to_ids && from_ids THEN
        PERFORM ims._raise_relot('to_lots', 'a lot would become itself',
            'It goes in and comes out.', 'Leave out what stays in its lot.');
    END IF;
    IF serial_ids IS NOT NULL THEN
        to_ids := array_fill(to_ids[1], ARRAY[cardinality(serial_ids)]);
        to_quantities := from_quantities;
    ELSE
        SELECT q.from_quantities, q.to_quantities INTO from_quantities, to_quantities
        FROM ims._relot_quantities(owner_id, item_id, item, unit, location_id, location,
            handling_unit_id, from_ids, to_ids, from_quantities, to_quantities) AS q;
    END IF;

    SELECT r.posting_id, r.document_number INTO posting_id, document_number
    FROM ims._post_lines(
        jsonb_build_array(jsonb_build_object(
            'owner_id', owner_id, 'posting_id', posting_id, 'kind', 'relot',
            'effective_at', effective_at, 'reason', reason, 'reference_type', reference_type,
            'reference_number', reference_number, 'actor', actor,
            'idempotency_key', idempotency_key)),
        ims._relot_lines(owner_id, item_id, unit, location_id, handling_unit_id, from_ids,
            from_quantities, serial_ids, to_ids, to_quantities, serial_ids)) AS r;
    PERFORM ims._check_relot_status(owner_id,
        (SELECT array_agg(DISTINCT f) FROM unnest(from_ids) AS f WHERE f <> 0),
        (SELECT array_agg(DISTINCT t) FROM unnest(to_ids) AS t));
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION ims._relot IS 'internal form of ims.relot()';
REVOKE ALL ON FUNCTION ims._relot FROM PUBLIC;

CREATE FUNCTION ims.relot(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    from_quantities numeric[] DEFAULT NULL,
    to_quantities numeric[] DEFAULT NULL,
    unit text DEFAULT NULL,
    location text DEFAULT NULL,
    from_lots text[] DEFAULT NULL,
    to_lots text[] DEFAULT NULL,
    serials text[] DEFAULT NULL,
    handling_unit text DEFAULT NULL,
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
COMMENT ON FUNCTION ims.relot IS
'split a lot, merge lots, or give goods another lot

Goods of from_lots at a place (in a handling unit) become goods of to_lots there, in one
posting that traces follow. Quantities are by lot, in unit, and equal in sum; those of a
single lot follow from the other side; without any, all that lies there. Serials keep their
codes and go into one lot. A lot that does not exist is made: with the earliest days and the
strictest status of what goes in. One that does must not live longer (IV251) nor be held less
(IV304). Reversing the posting gives the goods their lots back.
Example: SELECT * FROM ims.relot(item => ''MILK'', location => ''COLD-1'', from_lots => ''{L-7}'',
    to_lots => ''{L-7A,L-7B}'', to_quantities => ''{30,10}'', reason => ''two customers'');';
REVOKE ALL ON FUNCTION ims.relot FROM PUBLIC;
