-- Change of owner: goods stay where they are, and become somebody else's.
--
-- Two linked postings in one call, out of the one owner's books and into the
-- other's, through the virtual place OWNERSHIP.  The engine takes the balances
-- of both in one order, ascending by owner, so that two transfers in opposite
-- directions do not deadlock.  The caller must be able to act for both.

CREATE FUNCTION ims._raise_second_item(item text, why text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE 'item "%" of the new owner does not fit', item
        USING ERRCODE = 'IV213',
            DETAIL = why || ' ' || jsonb_build_object('to_item', item)::text,
            HINT = 'Both items need the same tracking and the same base unit.';
END
$$;
COMMENT ON FUNCTION ims._raise_second_item IS 'raise IV213 for an item that cannot take the goods';
REVOKE ALL ON FUNCTION ims._raise_second_item FROM PUBLIC;

-- The lot of the same code at the new owner, made like the old one if absent.
CREATE FUNCTION ims._lot_of_new_owner(
    owner_id bigint, lot_id bigint, to_owner_id bigint, to_item_id bigint, reason text, actor text)
RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    old record;
    new_id bigint;
BEGIN
    IF lot_id = 0 THEN
        RETURN 0;
    END IF;
    SELECT l.code, l.status, l.made_on, l.best_before, l.sell_by, l.expires_on, l.supplier_lot,
        l.attributes
    INTO STRICT old
    FROM ims.lot AS l
    WHERE l.owner_id = owner_id AND l.lot_id = lot_id;
    INSERT INTO ims.lot AS l
        (owner_id, item_id, code, status, made_on, best_before, sell_by, expires_on,
         supplier_lot, attributes)
    VALUES (to_owner_id, to_item_id, old.code, old.status, old.made_on, old.best_before,
            old.sell_by, old.expires_on, old.supplier_lot, old.attributes)
    ON CONFLICT ON CONSTRAINT lot_code_key DO NOTHING
    RETURNING l.lot_id INTO new_id;
    IF new_id IS NULL THEN
        RETURN ims._lot_id(to_owner_id, to_item_id, old.code);
    END IF;
    PERFORM ims._record_lot_status(to_owner_id, new_id, NULL, old.status, reason, actor);
    RETURN new_id;
END
$$;
COMMENT ON FUNCTION ims._lot_of_new_owner IS 'lot that a lot becomes when it changes its owner';
REVOKE ALL ON FUNCTION ims._lot_of_new_owner FROM PUBLIC;

-- Asked under the locks of the posting, which whoever changes the status of
-- one of the lots waits for.
CREATE FUNCTION ims._check_lot_of_new_owner(
    owner_id bigint, lot_id bigint, to_owner_id bigint, to_lot_id bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    strictness CONSTANT text[] := '{released,on_hold,expired,recalled}';
    look CONSTANT text :=
        'SELECT array_position(%L::text[], l.status)::bigint FROM ims.lot AS l'
        ' WHERE l.owner_id = $1 AND l.lot_id = $2';
    was bigint := ims._latest(format(look, strictness), owner_id, lot_id);
    becomes bigint := ims._latest(format(look, strictness), to_owner_id, to_lot_id);
    goods record;
BEGIN
    IF becomes >= was THEN
        RETURN;
    END IF;
    SELECT i.code AS item, l.code AS lot, o.code AS to_owner INTO STRICT goods
    FROM ims.lot AS l
    JOIN ims.item AS i ON i.owner_id = l.owner_id AND i.item_id = l.item_id
    CROSS JOIN ims.owner AS o
    WHERE l.owner_id = owner_id AND l.lot_id = lot_id AND o.owner_id = to_owner_id;
    RAISE 'lot "%" of item "%" is % and would become %', goods.lot, goods.item,
        strictness[was], strictness[becomes]
        USING ERRCODE = 'IV304',
            DETAIL = format('The lot of that code of owner "%s" is %s. ',
                    goods.to_owner, strictness[becomes])
                || jsonb_build_object('item', goods.item, 'lot', goods.lot,
                    'status', strictness[was], 'to_owner', goods.to_owner,
                    'to_status', strictness[becomes])::text,
            HINT = 'Hold or recall the lot of the new owner first, by ims.set_lot_status().';
END
$$;
COMMENT ON FUNCTION ims._check_lot_of_new_owner IS
    'raise IV304 where a held lot would be less held at the new owner';
REVOKE ALL ON FUNCTION ims._check_lot_of_new_owner FROM PUBLIC;

CREATE FUNCTION ims._serial_of_new_owner(
    owner_id bigint, serial_id bigint, to_owner_id bigint, to_item_id bigint, to_lot_id bigint)
RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    new_id bigint;
BEGIN
    IF serial_id = 0 THEN
        RETURN 0;
    END IF;
    INSERT INTO ims.serial AS s (owner_id, item_id, code, lot_id, attributes)
    SELECT to_owner_id, to_item_id, o.code, to_lot_id, o.attributes
    FROM ims.serial AS o
    WHERE o.owner_id = owner_id AND o.serial_id = serial_id
    ON CONFLICT ON CONSTRAINT serial_code_key DO NOTHING
    RETURNING s.serial_id INTO new_id;
    IF new_id IS NULL THEN
        SELECT s.serial_id INTO STRICT new_id
        FROM ims.serial AS o
        JOIN ims.serial AS s
            ON s.owner_id = to_owner_id AND s.item_id = to_item_id AND s.code = o.code
        WHERE o.owner_id = owner_id AND o.serial_id = serial_id;
    END IF;
    RETURN new_id;
END
$$;
COMMENT ON FUNCTION ims._serial_of_new_owner IS 'serial that a unit becomes when it changes its owner';
REVOKE ALL ON FUNCTION ims._serial_of_new_owner FROM PUBLIC;

-- The item of the new owner: the same code unless another is named.
CREATE FUNCTION ims._item_of_new_owner(
    owner_id bigint, item_id bigint, to_owner_id bigint, to_item text)
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    to_item_id bigint := ims._item_id(to_owner_id, to_item, 'to_item');
    both_items record;
BEGIN
    SELECT o.tracking, n.tracking AS to_tracking, o.base_unit, n.base_unit AS to_base_unit,
        o.stocked AND n.stocked AS stocked
    INTO STRICT both_items
    FROM ims.item AS o
    CROSS JOIN ims.item AS n
    WHERE o.owner_id = owner_id AND o.item_id = item_id
      AND n.owner_id = to_owner_id AND n.item_id = to_item_id;
    IF both_items.tracking <> both_items.to_tracking THEN
        PERFORM ims._raise_second_item(to_item, format('Its tracking is %s instead of %s.',
            both_items.to_tracking, both_items.tracking));
    ELSIF both_items.base_unit <> both_items.to_base_unit THEN
        PERFORM ims._raise_second_item(to_item, format('Its base unit is %s instead of %s.',
            both_items.to_base_unit, both_items.base_unit));
    ELSIF NOT both_items.stocked THEN
        PERFORM ims._raise_second_item(to_item, 'One of the two items is not stocked.');
    END IF;
    RETURN to_item_id;
END
$$;
COMMENT ON FUNCTION ims._item_of_new_owner IS 'item that goods become when they change their owner';
REVOKE ALL ON FUNCTION ims._item_of_new_owner FROM PUBLIC;

-- All ids of the goods, in the books of both owners.
CREATE FUNCTION ims._goods_of_new_owner(
    owner_id bigint,
    item_id bigint,
    lot text,
    serial text,
    handling_unit text,
    to_owner_id bigint,
    to_item text,
    to_handling_unit text,
    reason text,
    actor text,
    OUT lot_id bigint,
    OUT serial_id bigint,
    OUT handling_unit_id bigint,
    OUT to_item_id bigint,
    OUT to_lot_id bigint,
    OUT to_serial_id bigint,
    OUT to_handling_unit_id bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    serial_id := CASE WHEN serial IS NULL THEN 0
        ELSE ims._serial_id(owner_id, item_id, serial) END;
    lot_id := CASE WHEN lot IS NOT NULL THEN ims._lot_id(owner_id, item_id, lot)
        ELSE coalesce((
            SELECT s.lot_id
            FROM ims.serial AS s
            WHERE s.owner_id = owner_id AND s.serial_id = serial_id), 0) END;
    handling_unit_id := CASE WHEN handling_unit IS NULL THEN 0
        ELSE ims._handling_unit_id(owner_id, handling_unit) END;
    to_item_id := ims._item_of_new_owner(owner_id, item_id, to_owner_id, to_item);
    to_handling_unit_id := CASE WHEN to_handling_unit IS NULL THEN 0
        ELSE ims._handling_unit_id(to_owner_id, to_handling_unit,
            'to_handling_unit') END;
    -- units before lots, as everywhere
    PERFORM ims._share_units(u.owner_id, ARRAY[u.unit_id])
    FROM (
        SELECT u.owner_id, u.unit_id
        FROM (VALUES (owner_id, handling_unit_id), (to_owner_id, to_handling_unit_id))
            AS u (owner_id, unit_id)
        WHERE u.unit_id <> 0
        ORDER BY u.owner_id OFFSET 0) AS u;
    to_lot_id := ims._lot_of_new_owner(owner_id, lot_id, to_owner_id, to_item_id, reason, actor);
    to_serial_id := ims._serial_of_new_owner(owner_id, serial_id, to_owner_id, to_item_id,
        to_lot_id);
END
$$;
COMMENT ON FUNCTION ims._goods_of_new_owner IS
    'ids of goods in the books of both owners; lot and serial are made if absent';
REVOKE ALL ON FUNCTION ims._goods_of_new_owner FROM PUBLIC;

CREATE FUNCTION ims._check_money(argument text, value numeric)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- NaN and infinity are not below the bound.
    IF NOT abs(value) < 1e15 OR (argument = 'unit_cost' AND value < 0)
        OR (argument = 'rate' AND value <= 0)
    THEN
        RAISE 'invalid % %', argument, value
            USING ERRCODE = 'numeric_value_out_of_range',
                DETAIL = CASE argument
                    WHEN 'unit_cost' THEN 'It must be zero or above, and below 10^15. '
                    WHEN 'rate' THEN 'It must be above zero and below 10^15. '
                    ELSE 'It must be finite and below 10^15 in size. ' END
                    || jsonb_build_object('argument', argument, 'value', value::text)::text,
                HINT = 'Give an amount of money.';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_money IS 'raise 22003 unless the value is a cost, a rate or an amount of money';
REVOKE ALL ON FUNCTION ims._check_money FROM PUBLIC;

CREATE FUNCTION ims._transfer_ownership(
    owner_id bigint,
    to_owner text,
    item text,
    to_item text,
    quantity numeric,
    unit text,
    location text,
    lot text,
    serial text,
    handling_unit text,
    to_handling_unit text,
    effective_at timestamptz,
    reason text,
    reference_type text,
    reference_number text,
    reference_line text,
    unit_cost numeric,
    currency text,
    rate numeric,
    sale_value numeric,
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
    to_owner_id bigint;
    to_posting_id bigint := ims._next_posting_id();
    goods record;
    new record;
    line jsonb;
    entered CONSTANT numeric := quantity;
    as_entered jsonb;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    status := 'posted';
    PERFORM ims._check_present('to_owner', to_owner IS NOT NULL);
    to_owner_id := ims._second_owner(to_owner);
    SELECT k.posting_id, k.document_number, k.replayed INTO posting_id, document_number, replayed
    FROM ims._claim_key(owner_id, idempotency_key, 'transfer_ownership', jsonb_build_object(
        'to_owner', to_owner, 'item', item, 'to_item', to_item,
        'quantity', trim_scale(quantity), 'unit', unit, 'location', location, 'lot', lot,
        'serial', serial, 'handling_unit', handling_unit, 'to_handling_unit', to_handling_unit,
        'effective_at', extract(epoch FROM effective_at), 'reason', reason,
        'reference_type', reference_type, 'reference_number', reference_number,
        'reference_line', reference_line, 'unit_cost', trim_scale(unit_cost),
        'currency', currency, 'rate', trim_scale(rate), 'sale_value', trim_scale(sale_value),
        'actor', actor), ims._next_posting_id()) AS k;
    IF replayed THEN
        RETURN NEXT;
        RETURN;
    END IF;

    IF to_owner_id = owner_id THEN
        RAISE 'owner "%" has the goods already', to_owner
            USING ERRCODE = 'IV215',
                DETAIL = 'Both owners are the same. '
                    || jsonb_build_object('to_owner', to_owner)::text,
                HINT = 'Move goods of one owner by ims.transfer().';
    END IF;
    PERFORM ims._check_money('unit_cost', unit_cost);
    PERFORM ims._check_money('rate', rate);
    PERFORM ims._check_money('sale_value', sale_value);
    PERFORM ims._check_pattern('currency', currency, '^[A-Z]{3}$', 'EUR');
    -- no item, place or unit factor that is read below changes any more
    LOCK TABLE ims.movement IN ROW EXCLUSIVE MODE;
    SELECT i.item_id, ims._location_id(location) AS location_id INTO goods
    FROM ims._item_id(owner_id, item) AS i (item_id);
    PERFORM ims._check_present('quantity', quantity IS NOT NULL OR serial IS NOT NULL);
    quantity := ims._base_quantity(owner_id, goods.item_id, item, 1,
        ims._line_number(1, 'quantity', coalesce(quantity, 1)::text), unit);
    new := ims._goods_of_new_owner(owner_id, goods.item_id, lot, serial, handling_unit,
        to_owner_id, coalesce(to_item, item), to_handling_unit, reason, actor);
    line := jsonb_build_object('quantity', quantity, 'unit_cost', unit_cost, 'rate', rate,
        'currency', currency, 'sale_value', sale_value, 'reference_line', reference_line);
    -- in the books of whoever has that unit of that size
    as_entered := jsonb_build_object('entered_quantity', entered, 'entered_unit', unit);

    SELECT r.posting_id, r.document_number INTO posting_id, document_number
    FROM ims._post_lines(
        (SELECT jsonb_agg(jsonb_build_object(
            'owner_id', p.owner_id, 'posting_id', p.posting_id, 'kind', 'ownership',
            'effective_at', effective_at, 'origin_posting_id', p.origin_posting_id,
            'reason', reason, 'reference_type', reference_type,
            'reference_number', reference_number, 'actor', actor,
            'idempotency_key', p.idempotency_key))
         FROM (VALUES
            (owner_id, posting_id, NULL::bigint, idempotency_key),
            (to_owner_id, to_posting_id, posting_id, NULL))
            AS p (owner_id, posting_id, origin_posting_id, idempotency_key)),
        jsonb_build_array(
            line || jsonb_build_object('posting', 1, 'item_id', goods.item_id,
                'lot_id', new.lot_id, 'serial_id', new.serial_id,
                'from_location_id', goods.location_id, 'to_location_id', 7,
                'from_handling_unit_id', new.handling_unit_id, 'to_handling_unit_id', 0)
                || CASE WHEN ims._entered_quantity(owner_id, goods.item_id, unit, quantity)
                    = entered THEN as_entered ELSE '{}' END,
            line || jsonb_build_object('posting', 2, 'item_id', new.to_item_id,
                'lot_id', new.to_lot_id, 'serial_id', new.to_serial_id,
                'from_location_id', 7, 'to_location_id', goods.location_id,
                'from_handling_unit_id', 0,
                'to_handling_unit_id', new.to_handling_unit_id)
                || CASE WHEN ims._entered_quantity(to_owner_id, new.to_item_id, unit, quantity)
                    = entered THEN as_entered ELSE '{}' END)) AS r
    WHERE r.posting_id = posting_id;
    IF new.lot_id <> 0 THEN
        PERFORM ims._check_lot_of_new_owner(owner_id, new.lot_id, to_owner_id, new.to_lot_id);
    END IF;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION ims._transfer_ownership IS 'internal form of ims.transfer_ownership()';
REVOKE ALL ON FUNCTION ims._transfer_ownership FROM PUBLIC;

CREATE FUNCTION ims.transfer_ownership(
    owner text DEFAULT NULL,
    to_owner text DEFAULT NULL,
    item text DEFAULT NULL,
    to_item text DEFAULT NULL,
    quantity numeric DEFAULT NULL,
    unit text DEFAULT NULL,
    location text DEFAULT NULL,
    lot text DEFAULT NULL,
    serial text DEFAULT NULL,
    handling_unit text DEFAULT NULL,
    to_handling_unit text DEFAULT NULL,
    effective_at timestamptz DEFAULT NULL,
    reason text DEFAULT NULL,
    reference_type text DEFAULT NULL,
    reference_number text DEFAULT NULL,
    reference_line text DEFAULT NULL,
    unit_cost numeric DEFAULT NULL,
    currency text DEFAULT NULL,
    rate numeric DEFAULT NULL,
    sale_value numeric DEFAULT NULL,
    actor text DEFAULT NULL,
    idempotency_key text DEFAULT NULL,
    dry_run boolean DEFAULT false)
RETURNS TABLE (posting_id bigint, document_number bigint, status text, replayed boolean)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 1
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.transfer_ownership IS
'make goods somebody else''s, where they lie

The role must be able to act for both owners. to_item is the item of the new owner, the same
code unless given; lot and serial are made there if absent. Two postings: the answer is the
one of the old owner, that of the new one is linked to it.
A lot that is held at the old owner must be held as strictly at the new one (IV304).
Example: SELECT * FROM ims.transfer_ownership(owner => ''ACME'', to_owner => ''SHOP'',
    item => ''A-1'', quantity => 4, location => ''BIN-7'');';
REVOKE ALL ON FUNCTION ims.transfer_ownership FROM PUBLIC;
