-- Units of an item and conversion between them, its codes and suppliers.

CREATE FUNCTION ims._check_unit_unused(owner_id bigint, item_id bigint, item text, unit text)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    balances bigint;
    entered bigint;
    counted bigint;
BEGIN
    balances := ims._latest(
        'SELECT count(*) FROM ims.stock AS s'
        ' WHERE s.owner_id = $1 AND s.item_id = $2 AND s.on_hand <> 0', owner_id, item_id);
    IF balances = 0 THEN
        RETURN;
    END IF;
    entered := ims._latest(
        'SELECT count(*) FROM ims.movement AS m'
        ' WHERE m.owner_id = $1 AND m.item_id = $2 AND m.entered_unit = '
        || quote_literal(unit), owner_id, item_id);
    counted := ims._latest(
        'SELECT count(*) FROM ims.stock_count AS s'
        ' WHERE s.owner_id = $1 AND s.item_id = $2 AND s.reversed_posting_id IS NULL'
        ' AND s.entered_unit = ' || quote_literal(unit), owner_id, item_id);
    IF entered + counted > 0 THEN
        RAISE 'unit "%" of item "%" is in use', unit, item
            USING ERRCODE = 'IV105',
                DETAIL = format('%s movements and %s counts were entered in it,'
                        ' %s balances are not zero. ', entered, counted, balances)
                    || jsonb_build_object('item', item, 'unit', unit,
                        'movements', entered, 'counts', counted, 'balances', balances)::text,
                HINT = 'Use another unit code for the new size.';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_unit_unused IS
    'raise IV105 if movements or counts were entered in the unit and stock is on hand';
REVOKE ALL ON FUNCTION ims._check_unit_unused FROM PUBLIC;

CREATE FUNCTION ims._set_item_unit(
    owner_id bigint,
    item text DEFAULT NULL,
    unit text DEFAULT NULL,
    numerator bigint DEFAULT NULL,
    denominator bigint DEFAULT NULL,
    length_mm numeric DEFAULT NULL,
    width_mm numeric DEFAULT NULL,
    height_mm numeric DEFAULT NULL,
    weight_g numeric DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    item_id bigint;
    base_unit text;
    was ims.item_unit;
    is_new boolean;
    is_other boolean;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    item_id := ims._item_id(owner_id, item);
    PERFORM ims._check_unit('unit', unit);
    PERFORM ims._check_range('numerator', numerator, 1, 1000000000000);
    PERFORM ims._check_range('denominator', denominator, 1, 1000000000000);
    PERFORM ims._check_sizes(length_mm, width_mm, height_mm, weight_g);
    SELECT u.* INTO was
    FROM ims.item_unit AS u
    WHERE u.owner_id = owner_id AND u.item_id = item_id AND u.unit = unit;
    is_new := NOT FOUND;
    IF numerator IS NOT NULL THEN
        denominator := coalesce(denominator, 1);
    END IF;
    numerator := coalesce(numerator, was.numerator);
    denominator := coalesce(denominator, was.denominator);
    PERFORM ims._check_present('numerator', numerator IS NOT NULL);
    is_other := NOT is_new
        AND numerator::numeric * was.denominator <> was.numerator::numeric * denominator;
    IF is_other THEN
        LOCK TABLE ims.movement IN SHARE ROW EXCLUSIVE MODE;
        PERFORM ims._check_unit_unused(owner_id, item_id, item, unit);
    END IF;
    -- Locked, so that the base unit stays what the factor counts.
    SELECT i.base_unit INTO STRICT base_unit
    FROM ims.item AS i
    WHERE i.owner_id = owner_id AND i.item_id = item_id
    FOR SHARE;
    IF unit = base_unit THEN
        RAISE 'unit "%" is the base unit of item "%"', unit, item
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = 'One base unit is one base unit. '
                    || jsonb_build_object('item', item, 'unit', unit)::text,
                HINT = 'Set the sizes of the base unit with ims.change_item().';
    END IF;
    IF is_new THEN
        INSERT INTO ims.item_unit
            (owner_id, item_id, unit, numerator, denominator,
             length_mm, width_mm, height_mm, weight_g)
        VALUES (owner_id, item_id, unit, numerator, coalesce(denominator, 1),
                length_mm, width_mm, height_mm, weight_g)
        ON CONFLICT ON CONSTRAINT item_unit_pkey DO NOTHING;
        PERFORM ims._check_new('unit', unit, NOT FOUND);
        RETURN;
    END IF;
    UPDATE ims.item_unit AS u
    SET numerator = CASE WHEN is_other THEN numerator ELSE u.numerator END,
        denominator = CASE WHEN is_other THEN denominator ELSE u.denominator END,
        length_mm = coalesce(length_mm, u.length_mm),
        width_mm = coalesce(width_mm, u.width_mm),
        height_mm = coalesce(height_mm, u.height_mm),
        weight_g = coalesce(weight_g, u.weight_g)
    WHERE u.owner_id = owner_id AND u.item_id = item_id AND u.unit = unit;
END
$$;
COMMENT ON FUNCTION ims._set_item_unit IS 'internal form of ims.set_item_unit()';
REVOKE ALL ON FUNCTION ims._set_item_unit FROM PUBLIC;

CREATE FUNCTION ims.set_item_unit(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    unit text DEFAULT NULL,
    numerator bigint DEFAULT NULL,
    denominator bigint DEFAULT NULL,
    length_mm numeric DEFAULT NULL,
    width_mm numeric DEFAULT NULL,
    height_mm numeric DEFAULT NULL,
    weight_g numeric DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.set_item_unit IS
'set a unit of an item, as a fraction of its base unit

One unit is numerator/denominator base units. Sizes are of one such unit; null leaves
them as they are. Another factor is refused (IV105) while stock is on hand and movements
were entered in the unit.
Example: SELECT ims.set_item_unit(item => ''A-1'', unit => ''CS'', numerator => 12);';
REVOKE ALL ON FUNCTION ims.set_item_unit FROM PUBLIC;

CREATE FUNCTION ims._remove_item_unit(
    owner_id bigint,
    item text DEFAULT NULL,
    unit text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    item_id bigint;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    item_id := ims._item_id(owner_id, item);
    PERFORM ims._check_present('unit', unit IS NOT NULL);
    LOCK TABLE ims.movement IN SHARE ROW EXCLUSIVE MODE;
    PERFORM ims._check_unit_unused(owner_id, item_id, item, unit);
    DELETE FROM ims.item_unit AS u
    WHERE u.owner_id = owner_id AND u.item_id = item_id AND u.unit = unit;
    IF NOT FOUND THEN
        PERFORM ims._raise_unknown('unit', 'unit', unit, 'IV102');
    END IF;
    IF ims._latest('SELECT 1::bigint FROM ims.item_code AS c'
                   ' WHERE c.owner_id = $1 AND c.item_id = $2 AND c.unit = '
                   || quote_literal(unit) || ' LIMIT 1', owner_id, item_id) IS NOT NULL
    THEN
        PERFORM ims._raise_in_use('unit', unit, 'codes of the item', 'Remove those codes first.');
    END IF;
END
$$;
COMMENT ON FUNCTION ims._remove_item_unit IS 'internal form of ims.remove_item_unit()';
REVOKE ALL ON FUNCTION ims._remove_item_unit FROM PUBLIC;

CREATE FUNCTION ims.remove_item_unit(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    unit text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.remove_item_unit IS
'remove a unit of an item

IV105 while stock is on hand and movements were entered in it, IV228 where a code
names it.
Example: SELECT ims.remove_item_unit(item => ''A-1'', unit => ''CS'');';
REVOKE ALL ON FUNCTION ims.remove_item_unit FROM PUBLIC;

-- Conversion: exact rationals, in integers.

CREATE FUNCTION ims._divide(dividend numeric, divisor numeric, rounding text)
RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    whole numeric := div(dividend, divisor);
    twice_rest numeric := abs(dividend - whole * divisor) * 2;
    away numeric := sign(dividend);
BEGIN
    -- Both are integers and the divisor is above zero; div() cuts toward zero.
    RETURN CASE
        WHEN twice_rest = 0 THEN whole
        WHEN rounding = 'up' THEN whole + away
        WHEN rounding = 'down' THEN whole
        WHEN rounding = 'half_up' AND twice_rest >= divisor THEN whole + away
        WHEN rounding = 'half_up' THEN whole
        WHEN rounding = 'half_even' AND (twice_rest > divisor
            OR (twice_rest = divisor AND mod(whole, 2) <> 0)) THEN whole + away
        WHEN rounding = 'half_even' THEN whole
    END;
END
$$;
COMMENT ON FUNCTION ims._divide IS
    'integer quotient by the named rule; null where exact is asked and it is not';
REVOKE ALL ON FUNCTION ims._divide FROM PUBLIC;

CREATE FUNCTION ims._unit_factor(
    owner_id bigint, item_id bigint, item text, unit text,
    OUT numerator bigint, OUT denominator bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    base_unit text;
BEGIN
    SELECT i.base_unit INTO STRICT base_unit
    FROM ims.item AS i
    WHERE i.owner_id = owner_id AND i.item_id = item_id;
    IF unit IS NULL OR unit = base_unit THEN
        numerator := 1;
        denominator := 1;
        RETURN;
    END IF;
    SELECT u.numerator, u.denominator INTO numerator, denominator
    FROM ims.item_unit AS u
    WHERE u.owner_id = owner_id AND u.item_id = item_id AND u.unit = unit;
    IF NOT FOUND THEN
        RAISE 'item "%" has no unit "%"', item, left(unit, 120)
            USING ERRCODE = 'IV102',
                DETAIL = format('Its base unit is %s. ', base_unit)
                    || jsonb_build_object('item', item, 'unit', left(unit, 120),
                        'base_unit', base_unit)::text,
                HINT = 'Set the unit with ims.set_item_unit().';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._unit_factor IS
    'fraction of the base unit that a unit of the item is, or IV102';
REVOKE ALL ON FUNCTION ims._unit_factor FROM PUBLIC;

CREATE FUNCTION ims._convert_quantity(
    owner_id bigint,
    item text DEFAULT NULL,
    quantity numeric DEFAULT NULL,
    from_unit text DEFAULT NULL,
    to_unit text DEFAULT NULL,
    rounding text DEFAULT 'exact',
    decimals bigint DEFAULT 6)
RETURNS numeric
LANGUAGE plpgsql STABLE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    item_id bigint;
    source record;
    target record;
    scale numeric;
    dividend numeric;
    divisor numeric;
    result numeric;
BEGIN
    item_id := ims._item_id(owner_id, item);
    PERFORM ims._check_present('quantity', quantity IS NOT NULL);
    PERFORM ims._check_present('rounding', rounding IS NOT NULL);
    PERFORM ims._check_present('decimals', decimals IS NOT NULL);
    PERFORM ims._check_quantity('quantity', quantity, -1e12);
    PERFORM ims._check_choice('rounding', rounding, 'exact', 'up', 'down', 'half_up', 'half_even');
    PERFORM ims._check_range('decimals', decimals, 0, 6);
    source := ims._unit_factor(owner_id, item_id, item, from_unit);
    target := ims._unit_factor(owner_id, item_id, item, to_unit);
    scale := ('1e' || decimals)::numeric;
    dividend := trunc(quantity * 1000000) * source.numerator * target.denominator * scale;
    divisor := 1000000::numeric * source.denominator * target.numerator;
    -- A product with a power of ten is exact, a quotient is cut to some scale.
    result := ims._divide(dividend, divisor, rounding) * ('1e-' || decimals)::numeric;
    IF result IS NULL THEN
        RAISE 'quantity % of item "%" is not exact in unit "%"', quantity, item,
            coalesce(to_unit, 'base unit')
            USING ERRCODE = 'IV103',
                DETAIL = format('It is %s/%s, and %s decimals are allowed. ',
                        trim_scale(quantity * source.numerator * target.denominator),
                        source.denominator::numeric * target.numerator, decimals)
                    || jsonb_build_object('item', item, 'quantity', quantity,
                        'from_unit', from_unit, 'to_unit', to_unit, 'decimals', decimals)::text,
                HINT = 'Name a rounding: up, down, half_up or half_even.';
    END IF;
    PERFORM ims._check_quantity('quantity', result, -1e12);
    RETURN trim_scale(result);
END
$$;
COMMENT ON FUNCTION ims._convert_quantity IS 'internal form of ims.convert_quantity()';
REVOKE ALL ON FUNCTION ims._convert_quantity FROM PUBLIC;

CREATE FUNCTION ims.convert_quantity(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    quantity numeric DEFAULT NULL,
    from_unit text DEFAULT NULL,
    to_unit text DEFAULT NULL,
    rounding text DEFAULT 'exact',
    decimals bigint DEFAULT 6)
RETURNS numeric
LANGUAGE C STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.convert_quantity IS
'convert a quantity between units of an item

Computed in exact fractions. rounding says what to do where the result does not fit
the decimals: exact refuses (IV103), up rounds away from zero, down toward zero, half_up
and half_even to the nearest. A unit left out is the base unit.
Example: SELECT ims.convert_quantity(item => ''A-1'', quantity => 5, from_unit => ''CS'', to_unit => ''EA'');';
REVOKE ALL ON FUNCTION ims.convert_quantity FROM PUBLIC;

-- Codes of an item.
--
-- A GTIN is one number whether it is written in 8, 12, 13 or 14 digits, so it is
-- kept in 14, and looked up so.

CREATE FUNCTION ims._gtin_code(code text)
RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN ims.is_gtin(code) THEN code::ims.gtin::text END
$$;
COMMENT ON FUNCTION ims._gtin_code IS 'a GTIN in 14 digits; null if the text is none';
REVOKE ALL ON FUNCTION ims._gtin_code FROM PUBLIC;

CREATE FUNCTION ims._add_item_code(
    owner_id bigint,
    item text DEFAULT NULL,
    code text DEFAULT NULL,
    kind text DEFAULT NULL,
    unit text DEFAULT NULL,
    party text DEFAULT NULL,
    channel text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    item_id bigint;
    party_id bigint;
    channel_id bigint;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    item_id := ims._item_id(owner_id, item);
    kind := coalesce(kind, 'other');
    PERFORM ims._check_code('code', code);
    PERFORM ims._check_choice('kind', kind, 'gtin', 'client', 'supplier', 'channel', 'other');
    IF kind = 'gtin' AND ims._gtin_code(code) IS NULL THEN
        RAISE 'invalid GTIN "%"', code
            USING ERRCODE = 'IV104',
                DETAIL = format('It has %s characters, or its check digit is wrong. ', length(code))
                    || jsonb_build_object('item', item, 'code', code, 'length', length(code))::text,
                HINT = 'A GTIN has 8, 12, 13 or 14 digits, the last one computed from the others.';
    END IF;
    IF kind = 'gtin' THEN
        code := ims._gtin_code(code);
    END IF;
    PERFORM ims._unit_factor(owner_id, item_id, item, unit);
    -- Locked, so that the unit is not removed meanwhile.
    PERFORM FROM ims.item_unit AS u
    WHERE u.owner_id = owner_id AND u.item_id = item_id AND u.unit = unit
    FOR KEY SHARE;
    IF party IS NOT NULL THEN
        party_id := ims._party_id(owner_id, party);
    END IF;
    IF channel IS NOT NULL THEN
        channel_id := ims._channel_id(owner_id, channel);
    END IF;
    INSERT INTO ims.item_code (owner_id, kind, code, item_id, unit, party_id, channel_id)
    VALUES (owner_id, kind, code, item_id, unit, party_id, channel_id)
    ON CONFLICT ON CONSTRAINT item_code_pkey DO NOTHING;
    PERFORM ims._check_new(kind || ' code', code, NOT FOUND);
END
$$;
COMMENT ON FUNCTION ims._add_item_code IS 'internal form of ims.add_item_code()';
REVOKE ALL ON FUNCTION ims._add_item_code FROM PUBLIC;

CREATE FUNCTION ims.add_item_code(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    code text DEFAULT NULL,
    kind text DEFAULT NULL,
    unit text DEFAULT NULL,
    party text DEFAULT NULL,
    channel text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.add_item_code IS
'add a code by which an item is known elsewhere

kind is gtin, client, supplier, channel or other (default); a GTIN needs a right check
digit, and is kept in 14 digits, however many it is given in. unit is what the code stands for, party and channel say whose it is.
Example: SELECT ims.add_item_code(item => ''A-1'', kind => ''gtin'', code => ''4006381333931'');';
REVOKE ALL ON FUNCTION ims.add_item_code FROM PUBLIC;

CREATE FUNCTION ims._remove_item_code(
    owner_id bigint,
    code text DEFAULT NULL,
    kind text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    PERFORM ims._check_present('code', code IS NOT NULL);
    kind := coalesce(kind, 'other');
    DELETE FROM ims.item_code AS c
    WHERE c.owner_id = owner_id AND c.kind = kind
      AND c.code = CASE WHEN kind = 'gtin' THEN coalesce(ims._gtin_code(code), code) ELSE code END;
    IF NOT FOUND THEN
        PERFORM ims._raise_unknown('code', kind || ' code', code, 'IV229');
    END IF;
END
$$;
COMMENT ON FUNCTION ims._remove_item_code IS 'internal form of ims.remove_item_code()';
REVOKE ALL ON FUNCTION ims._remove_item_code FROM PUBLIC;

CREATE FUNCTION ims.remove_item_code(
    owner text DEFAULT NULL,
    code text DEFAULT NULL,
    kind text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.remove_item_code IS
'remove a code of an item

IV229 if there is none of that kind.
Example: SELECT ims.remove_item_code(kind => ''gtin'', code => ''4006381333931'');';
REVOKE ALL ON FUNCTION ims.remove_item_code FROM PUBLIC;

CREATE FUNCTION ims._find_item(
    owner_id bigint,
    code text DEFAULT NULL)
RETURNS TABLE (item text, unit text, kind text)
LANGUAGE plpgsql STABLE PARALLEL UNSAFE ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM ims._check_present('code', code IS NOT NULL);
    RETURN QUERY
        SELECT i.code, NULL::text, 'item'
        FROM ims.item AS i
        WHERE i.owner_id = owner_id AND i.code = code
        UNION ALL
        SELECT i.code, c.unit, c.kind
        FROM ims.item_code AS c
        JOIN ims.item AS i ON i.owner_id = c.owner_id AND i.item_id = c.item_id
        WHERE c.owner_id = owner_id
          AND (c.kind IN ('client', 'supplier', 'channel', 'other') AND c.code = code
            OR c.kind = 'gtin' AND c.code = ims._gtin_code(code))
        ORDER BY 3, 1;
END
$$;
COMMENT ON FUNCTION ims._find_item IS 'internal form of ims.find_item()';
REVOKE ALL ON FUNCTION ims._find_item FROM PUBLIC;

CREATE FUNCTION ims.find_item(
    owner text DEFAULT NULL,
    code text DEFAULT NULL)
RETURNS TABLE (item text, unit text, kind text)
LANGUAGE C STABLE PARALLEL UNSAFE ROWS 1
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.find_item IS
'find the items that a code names

The code may be the item''s own or any other of its codes, a GTIN in 8, 12, 13 or 14
digits; unit is what it stands for, null for the base unit.
Example: SELECT * FROM ims.find_item(code => ''4006381333931'');';
REVOKE ALL ON FUNCTION ims.find_item FROM PUBLIC;

-- Suppliers of an item.

CREATE FUNCTION ims._set_item_supplier(
    owner_id bigint,
    item text DEFAULT NULL,
    supplier text DEFAULT NULL,
    priority bigint DEFAULT NULL,
    lead_time_days numeric DEFAULT NULL,
    minimum_order_quantity numeric DEFAULT NULL,
    order_multiple numeric DEFAULT NULL,
    unit_cost numeric DEFAULT NULL,
    currency text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    item_id bigint;
    party_id bigint;
    party_kind text;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    item_id := ims._item_id(owner_id, item);
    PERFORM ims._check_present('supplier', supplier IS NOT NULL);
    party_id := ims._party_id(owner_id, supplier, 'supplier');
    SELECT p.kind INTO STRICT party_kind
    FROM ims.party AS p
    WHERE p.owner_id = owner_id AND p.party_id = party_id;
    PERFORM ims._check_choice('kind of supplier', party_kind, 'supplier', 'partner');
    PERFORM ims._check_range('priority', priority, 1, 1000000);
    PERFORM ims._check_range('lead_time_days', lead_time_days, 0, 9999);
    PERFORM ims._check_quantity('minimum_order_quantity', minimum_order_quantity, 0.000001);
    PERFORM ims._check_quantity('order_multiple', order_multiple, 0.000001);
    PERFORM ims._check_range('unit_cost', unit_cost, 0, 999999999999999);
    PERFORM ims._check_pattern('currency', currency, '^[A-Z]{3}$', 'EUR');
    INSERT INTO ims.item_supplier AS s
        (owner_id, item_id, party_id, priority, lead_time_days, minimum_order_quantity,
         order_multiple, unit_cost, currency)
    VALUES (owner_id, item_id, party_id, coalesce(priority, 1), lead_time_days,
            minimum_order_quantity, order_multiple, unit_cost, currency)
    ON CONFLICT ON CONSTRAINT item_supplier_pkey DO UPDATE
    SET priority = coalesce(priority, s.priority),
        lead_time_days = coalesce(lead_time_days, s.lead_time_days),
        minimum_order_quantity = coalesce(minimum_order_quantity, s.minimum_order_quantity),
        order_multiple = coalesce(order_multiple, s.order_multiple),
        unit_cost = coalesce(unit_cost, s.unit_cost),
        currency = coalesce(currency, s.currency);
END
$$;
COMMENT ON FUNCTION ims._set_item_supplier IS 'internal form of ims.set_item_supplier()';
REVOKE ALL ON FUNCTION ims._set_item_supplier FROM PUBLIC;

CREATE FUNCTION ims.set_item_supplier(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    supplier text DEFAULT NULL,
    priority bigint DEFAULT NULL,
    lead_time_days numeric DEFAULT NULL,
    minimum_order_quantity numeric DEFAULT NULL,
    order_multiple numeric DEFAULT NULL,
    unit_cost numeric DEFAULT NULL,
    currency text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.set_item_supplier IS
'set the terms on which a supplier delivers an item

Null leaves a value as it is. Quantities are in base units, unit_cost is for one.
Example: SELECT ims.set_item_supplier(item => ''A-1'', supplier => ''S1'', lead_time_days => 14);';
REVOKE ALL ON FUNCTION ims.set_item_supplier FROM PUBLIC;

CREATE FUNCTION ims._remove_item_supplier(
    owner_id bigint,
    item text DEFAULT NULL,
    supplier text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    item_id bigint;
    party_id bigint;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    item_id := ims._item_id(owner_id, item);
    PERFORM ims._check_present('supplier', supplier IS NOT NULL);
    party_id := ims._party_id(owner_id, supplier, 'supplier');
    DELETE FROM ims.item_supplier AS s
    WHERE s.owner_id = owner_id AND s.item_id = item_id AND s.party_id = party_id;
    IF NOT FOUND THEN
        PERFORM ims._raise_unknown('supplier', 'supplier of the item', supplier, 'IV229');
    END IF;
END
$$;
COMMENT ON FUNCTION ims._remove_item_supplier IS 'internal form of ims.remove_item_supplier()';
REVOKE ALL ON FUNCTION ims._remove_item_supplier FROM PUBLIC;

CREATE FUNCTION ims.remove_item_supplier(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    supplier text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.remove_item_supplier IS
'remove a supplier of an item

IV229 if there are no such terms.
Example: SELECT ims.remove_item_supplier(item => ''A-1'', supplier => ''S1'');';
REVOKE ALL ON FUNCTION ims.remove_item_supplier FROM PUBLIC;
