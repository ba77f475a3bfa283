-- Items, their categories, and the units of measure.

CREATE FUNCTION ims._create_category(
    owner_id bigint,
    code text DEFAULT NULL,
    name text DEFAULT NULL,
    parent text DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT category_id bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    parent_id bigint;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    PERFORM ims._check_code('code', code);
    IF parent IS NOT NULL THEN
        parent_id := ims._category_id(owner_id, parent, 'parent');
    END IF;
    INSERT INTO ims.category AS c (owner_id, code, name, parent_id)
    VALUES (owner_id, code, coalesce(name, code), parent_id)
    ON CONFLICT ON CONSTRAINT category_code_key DO NOTHING
    RETURNING c.category_id INTO category_id;
    PERFORM ims._check_new('category', code, category_id IS NULL);
END
$$;
COMMENT ON FUNCTION ims._create_category IS 'internal form of ims.create_category()';
REVOKE ALL ON FUNCTION ims._create_category FROM PUBLIC;

CREATE FUNCTION ims.create_category(
    owner text DEFAULT NULL,
    code text DEFAULT NULL,
    name text DEFAULT NULL,
    parent text DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT category_id bigint)
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.create_category IS
'create an item category

Example: SELECT ims.create_category(code => ''SHOES'', parent => ''WEAR'');';
REVOKE ALL ON FUNCTION ims.create_category FROM PUBLIC;

CREATE FUNCTION ims._change_category(
    owner_id bigint,
    category text DEFAULT NULL,
    new_code text DEFAULT NULL,
    name text DEFAULT NULL,
    parent text DEFAULT NULL,
    clear text[] DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT category_id bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    parent_id bigint;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    PERFORM ims._check_clear(clear, jsonb_build_object('parent', parent));
    category_id := ims._category_id(owner_id, category);
    IF new_code IS NOT NULL THEN
        PERFORM ims._check_code('new_code', new_code);
        PERFORM ims._check_new('category', new_code, EXISTS (
            SELECT FROM ims.category AS c
            WHERE c.owner_id = owner_id AND c.code = new_code
              AND c.category_id <> category_id));
    END IF;
    IF parent IS NOT NULL THEN
        -- Two moves at once could close a circle that neither of them sees.
        LOCK TABLE ims.category IN SHARE ROW EXCLUSIVE MODE;
        parent_id := ims._category_id(owner_id, parent, 'parent');
        IF EXISTS (
            WITH RECURSIVE up (category_id, parent_id) AS (
                SELECT c.category_id, c.parent_id
                FROM ims.category AS c
                WHERE c.owner_id = owner_id AND c.category_id = parent_id
                UNION
                SELECT c.category_id, c.parent_id
                FROM up AS u
                JOIN ims.category AS c ON c.owner_id = owner_id AND c.category_id = u.parent_id)
            SELECT FROM up AS u WHERE u.category_id = category_id)
        THEN
            RAISE 'category "%" cannot lie in "%"', category, parent
                USING ERRCODE = 'invalid_parameter_value',
                    DETAIL = 'The parent lies within it. '
                        || jsonb_build_object('category', category, 'parent', parent)::text,
                    HINT = 'Choose a parent outside of the category.';
        END IF;
    END IF;
    UPDATE ims.category AS c
    SET code = coalesce(new_code, c.code),
        name = coalesce(name, c.name),
        parent_id = CASE WHEN 'parent' = ANY (clear) THEN NULL
                         ELSE coalesce(parent_id, c.parent_id) END
    WHERE c.owner_id = owner_id AND c.category_id = category_id;
END
$$;
COMMENT ON FUNCTION ims._change_category IS 'internal form of ims.change_category()';
REVOKE ALL ON FUNCTION ims._change_category FROM PUBLIC;

CREATE FUNCTION ims.change_category(
    owner text DEFAULT NULL,
    category text DEFAULT NULL,
    new_code text DEFAULT NULL,
    name text DEFAULT NULL,
    parent text DEFAULT NULL,
    clear text[] DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT category_id bigint)
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.change_category IS
'change an item category

Null leaves a value as it is; clear names columns to empty: parent.
Example: SELECT ims.change_category(category => ''SHOES'', name => ''shoes'');';
REVOKE ALL ON FUNCTION ims.change_category FROM PUBLIC;

CREATE FUNCTION ims._delete_category(
    owner_id bigint,
    category text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    category_id bigint;
    mentioned text;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    category_id := ims._category_id(owner_id, category);
    DELETE FROM ims.category AS c WHERE c.owner_id = owner_id AND c.category_id = category_id;
EXCEPTION WHEN foreign_key_violation THEN
    GET STACKED DIAGNOSTICS mentioned = TABLE_NAME;
    PERFORM ims._raise_in_use('category', category, mentioned, 'Change those rows first.');
END
$$;
COMMENT ON FUNCTION ims._delete_category IS 'internal form of ims.delete_category()';
REVOKE ALL ON FUNCTION ims._delete_category FROM PUBLIC;

CREATE FUNCTION ims.delete_category(
    owner text DEFAULT NULL,
    category text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.delete_category IS
'delete an item category that nothing mentions

IV228 where an item or another category mentions it.
Example: SELECT ims.delete_category(category => ''TYPO'');';
REVOKE ALL ON FUNCTION ims.delete_category FROM PUBLIC;

CREATE FUNCTION ims._create_unit(
    code text DEFAULT NULL,
    name text DEFAULT NULL,
    dimension text DEFAULT NULL,
    whole boolean DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    PERFORM ims._check_code('code', code);
    PERFORM ims._check_range('length of code', length(code), 1, 20);
    PERFORM ims._check_choice('dimension', dimension,
        'count', 'mass', 'length', 'area', 'volume', 'time', 'package');
    INSERT INTO ims.unit (code, name, dimension, whole)
    VALUES (code, coalesce(name, code), coalesce(dimension, 'count'), coalesce(whole, false))
    ON CONFLICT ON CONSTRAINT unit_pkey DO NOTHING;
    PERFORM ims._check_new('unit', code, NOT FOUND);
END
$$;
COMMENT ON FUNCTION ims._create_unit IS 'internal form of ims.create_unit()';
REVOKE ALL ON FUNCTION ims._create_unit FROM PUBLIC;

CREATE FUNCTION ims.create_unit(
    code text DEFAULT NULL,
    name text DEFAULT NULL,
    dimension text DEFAULT NULL,
    whole boolean DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.create_unit IS
'create a unit of measure

dimension is count (default), mass, length, area, volume, time or package; whole says
that only whole numbers of it make sense.
Example: SELECT ims.create_unit(code => ''BX'', name => ''box'', dimension => ''package'', whole => true);';
REVOKE ALL ON FUNCTION ims.create_unit FROM PUBLIC;

CREATE FUNCTION ims._change_unit(
    unit text DEFAULT NULL,
    name text DEFAULT NULL,
    whole boolean DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    PERFORM ims._check_unit('unit', unit);
    IF whole IS NOT NULL THEN
        LOCK TABLE ims.movement IN SHARE ROW EXCLUSIVE MODE;
    END IF;
    IF whole AND (
        ims._latest('SELECT 1::bigint FROM ims.item AS i'
            ' JOIN ims.stock AS s ON s.owner_id = i.owner_id AND s.item_id = i.item_id'
            ' WHERE i.base_unit = ' || quote_literal(unit)
            || ' AND s.on_hand <> trunc(s.on_hand) LIMIT 1', VARIADIC '{}'::bigint[]) IS NOT NULL)
    THEN
        PERFORM ims._raise_in_use('unit', unit, 'stock that is not whole',
            'Bring that stock to whole numbers first.');
    END IF;
    UPDATE ims.unit AS u
    SET name = coalesce(name, u.name), whole = coalesce(whole, u.whole)
    WHERE u.code = unit;
END
$$;
COMMENT ON FUNCTION ims._change_unit IS 'internal form of ims.change_unit()';
REVOKE ALL ON FUNCTION ims._change_unit FROM PUBLIC;

CREATE FUNCTION ims.change_unit(
    unit text DEFAULT NULL,
    name text DEFAULT NULL,
    whole boolean DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.change_unit IS
'change the name of a unit of measure

What it measures cannot change: quantities were entered in it. Null leaves a value as
it is; whole can be taken back.
Example: SELECT ims.change_unit(unit => ''BX'', name => ''carton box'');';
REVOKE ALL ON FUNCTION ims.change_unit FROM PUBLIC;

CREATE FUNCTION ims._delete_unit(
    unit text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    mentioned text;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    PERFORM ims._check_unit('unit', unit);
    -- A posting names a unit of its item.  Once the row is deleted no item has
    -- the unit and none takes it (foreign keys wait for this transaction), and
    -- whoever took it from an item waited for the postings of then: the ledger
    -- is read without keeping anybody out.
    BEGIN
        DELETE FROM ims.unit AS u WHERE u.code = unit;
    EXCEPTION WHEN foreign_key_violation THEN
        GET STACKED DIAGNOSTICS mentioned = TABLE_NAME;
        PERFORM ims._raise_in_use('unit', unit, mentioned, 'Change those rows first.');
    END;
    IF ims._latest('SELECT 1::bigint FROM ims.movement AS m WHERE m.entered_unit = '
                   || quote_literal(unit) || ' LIMIT 1', VARIADIC '{}'::bigint[]) IS NOT NULL
    THEN
        PERFORM ims._raise_in_use('unit', unit, 'movements', 'Leave it, and do not use it.');
    END IF;
END
$$;
COMMENT ON FUNCTION ims._delete_unit IS 'internal form of ims.delete_unit()';
REVOKE ALL ON FUNCTION ims._delete_unit FROM PUBLIC;

CREATE FUNCTION ims.delete_unit(
    unit text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.delete_unit IS
'delete a unit of measure that nothing mentions

IV228 where an item, a code or a movement mentions it.
Example: SELECT ims.delete_unit(unit => ''TYPO'');';
REVOKE ALL ON FUNCTION ims.delete_unit FROM PUBLIC;

CREATE FUNCTION ims._check_item_values(
    status text, tracking text, cost_price numeric, retail_price numeric, currency text,
    minimum_quantity numeric, maximum_quantity numeric, length_mm numeric, width_mm numeric,
    height_mm numeric, weight_g numeric, shelf_life_days bigint, warranty_months bigint,
    measured_unit text, measured_per_base numeric, measured_tolerance numeric,
    country_of_origin text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- Most items give few of these, and a call of each check costs more than
    -- to see that there is nothing to check.
    IF num_nonnulls(status, tracking) > 0 THEN
        PERFORM ims._check_choice('status', status, 'active', 'inactive');
        PERFORM ims._check_choice('tracking', tracking, 'none', 'lot', 'serial');
    END IF;
    IF num_nonnulls(cost_price, retail_price, currency) > 0 THEN
        PERFORM ims._check_range('cost_price', cost_price, 0, 999999999999999);
        PERFORM ims._check_range('retail_price', retail_price, 0, 999999999999999);
        PERFORM ims._check_pattern('currency', currency, '^[A-Z]{3}$', 'EUR');
    END IF;
    IF num_nonnulls(minimum_quantity, maximum_quantity) > 0 THEN
        PERFORM ims._check_quantity('minimum_quantity', minimum_quantity, 0);
        PERFORM ims._check_quantity('maximum_quantity', maximum_quantity, 0);
    END IF;
    IF num_nonnulls(length_mm, width_mm, height_mm, weight_g) > 0 THEN
        PERFORM ims._check_sizes(length_mm, width_mm, height_mm, weight_g);
    END IF;
    IF num_nonnulls(shelf_life_days, warranty_months, country_of_origin) > 0 THEN
        PERFORM ims._check_range('shelf_life_days', shelf_life_days, 1, 100000);
        PERFORM ims._check_range('warranty_months', warranty_months, 1, 1200);
        PERFORM ims._check_pattern('country_of_origin', country_of_origin, '^[A-Z]{2}$', 'IT');
    END IF;
    IF num_nonnulls(measured_unit, measured_per_base, measured_tolerance) > 0 THEN
        PERFORM ims._check_quantity('measured_per_base', measured_per_base, 0.000001);
        PERFORM ims._check_range('measured_per_base', measured_per_base, 0, 1000000);
        PERFORM ims._check_quantity('measured_tolerance', measured_tolerance, 0);
        PERFORM ims._check_range('measured_tolerance', measured_tolerance, 0, 1);
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_item_values IS 'raise for values that an item cannot have';
REVOKE ALL ON FUNCTION ims._check_item_values FROM PUBLIC;

CREATE FUNCTION ims._check_sizes(
    length_mm numeric, width_mm numeric, height_mm numeric, weight_g numeric)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM ims._check_range('length_mm', length_mm, 0.000001, 1e9);
    PERFORM ims._check_range('width_mm', width_mm, 0.000001, 1e9);
    PERFORM ims._check_range('height_mm', height_mm, 0.000001, 1e9);
    PERFORM ims._check_range('weight_g', weight_g, 0.000001, 1e12);
END
$$;
COMMENT ON FUNCTION ims._check_sizes IS 'raise 22023 for sizes that are not above zero';
REVOKE ALL ON FUNCTION ims._check_sizes FROM PUBLIC;

CREATE FUNCTION ims._check_item(item record)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF item.minimum_quantity > item.maximum_quantity THEN
        RAISE 'minimum of item "%" is above its maximum', item.code
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = format('Minimum %s, maximum %s. ',
                        item.minimum_quantity, item.maximum_quantity)
                    || jsonb_build_object('item', item.code,
                        'minimum_quantity', item.minimum_quantity,
                        'maximum_quantity', item.maximum_quantity)::text,
                HINT = 'Give both in the same call.';
    END IF;
    IF (item.measured_unit IS NULL) <> (item.measured_per_base IS NULL)
        OR item.measured_unit IS NULL AND item.measured_tolerance IS NOT NULL
        OR item.measured_unit IS NOT NULL AND NOT item.stocked
    THEN
        RAISE 'measured unit of item "%" and what belongs to it contradict each other', item.code
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = format('Measured unit %s, per base unit %s, tolerance %s. ',
                        coalesce(item.measured_unit, 'none'), coalesce(item.measured_per_base::text, 'none'),
                        coalesce(item.measured_tolerance::text, 'none'))
                    || jsonb_build_object('item', item.code, 'measured_unit', item.measured_unit,
                        'measured_per_base', item.measured_per_base,
                        'measured_tolerance', item.measured_tolerance, 'stocked', item.stocked)::text,
                HINT = 'A stocked item has both measured_unit and measured_per_base, or neither.';
    END IF;
    IF NOT item.stocked AND (item.tracking <> 'none' OR item.periodic) THEN
        RAISE 'item "%" is not stocked and can be neither tracked nor periodic', item.code
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = format('Tracking %s, periodic %s. ', item.tracking, item.periodic)
                    || jsonb_build_object('item', item.code, 'stocked', item.stocked,
                        'tracking', item.tracking, 'periodic', item.periodic)::text,
                HINT = 'Set tracking to none and periodic to false.';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_item IS 'raise 22023 for an item whose values contradict each other';
REVOKE ALL ON FUNCTION ims._check_item FROM PUBLIC;

CREATE FUNCTION ims._create_item(
    owner_id bigint,
    code text DEFAULT NULL,
    name text DEFAULT NULL,
    description text DEFAULT NULL,
    category text DEFAULT NULL,
    tracking text DEFAULT NULL,
    stocked boolean DEFAULT NULL,
    periodic boolean DEFAULT NULL,
    negative_ok boolean DEFAULT NULL,
    backorder_ok boolean DEFAULT NULL,
    base_unit text DEFAULT NULL,
    cost_price numeric DEFAULT NULL,
    retail_price numeric DEFAULT NULL,
    currency text DEFAULT NULL,
    minimum_quantity numeric DEFAULT NULL,
    maximum_quantity numeric DEFAULT NULL,
    length_mm numeric DEFAULT NULL,
    width_mm numeric DEFAULT NULL,
    height_mm numeric DEFAULT NULL,
    weight_g numeric DEFAULT NULL,
    shelf_life_days bigint DEFAULT NULL,
    warranty_months bigint DEFAULT NULL,
    measured_unit text DEFAULT NULL,
    measured_per_base numeric DEFAULT NULL,
    measured_tolerance numeric DEFAULT NULL,
    country_of_origin text DEFAULT NULL,
    customs_code text DEFAULT NULL,
    attributes jsonb DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT item_id bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    made ims.item;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    PERFORM ims._check_code('code', code);
    PERFORM ims._check_item_values(NULL, tracking, cost_price, retail_price, currency,
        minimum_quantity, maximum_quantity, length_mm, width_mm, height_mm, weight_g,
        shelf_life_days, warranty_months, measured_unit, measured_per_base, measured_tolerance,
        country_of_origin);
    PERFORM ims._check_unit('base_unit', coalesce(base_unit, 'EA'));
    IF measured_unit IS NOT NULL THEN
        PERFORM ims._check_unit('measured_unit', measured_unit);
    END IF;
    stocked := coalesce(stocked, true);
    made.owner_id := owner_id;
    made.code := code;
    made.name := coalesce(name, code);
    made.description := description;
    IF category IS NOT NULL THEN
        made.category_id := ims._category_id(owner_id, category);
    END IF;
    made.status := 'active';
    made.tracking := coalesce(tracking, 'none');
    made.stocked := stocked;
    made.periodic := coalesce(periodic, stocked AND (
        SELECT o.periodic FROM ims.owner AS o WHERE o.owner_id = owner_id));
    made.negative_ok := coalesce(negative_ok, false);
    made.backorder_ok := coalesce(backorder_ok, false);
    made.base_unit := coalesce(base_unit, 'EA');
    made.cost_price := cost_price;
    made.retail_price := retail_price;
    made.currency := currency;
    made.minimum_quantity := minimum_quantity;
    made.maximum_quantity := maximum_quantity;
    made.length_mm := length_mm;
    made.width_mm := width_mm;
    made.height_mm := height_mm;
    made.weight_g := weight_g;
    made.shelf_life_days := shelf_life_days;
    made.warranty_months := warranty_months;
    made.measured_unit := measured_unit;
    made.measured_per_base := measured_per_base;
    made.measured_tolerance := measured_tolerance;
    made.country_of_origin := country_of_origin;
    made.customs_code := customs_code;
    made.attributes := ims._patch_attributes('{}', attributes);
    made.perpetual_since := '-infinity';
    PERFORM ims._check_item(made);
    made.item_id := nextval('ims.item_item_id_seq');
    INSERT INTO ims.item AS i VALUES (made.*)
    ON CONFLICT ON CONSTRAINT item_code_key DO NOTHING
    RETURNING i.item_id INTO item_id;
    PERFORM ims._check_new('item', code, item_id IS NULL);
END
$$;
COMMENT ON FUNCTION ims._create_item IS 'internal form of ims.create_item()';
REVOKE ALL ON FUNCTION ims._create_item FROM PUBLIC;

CREATE FUNCTION ims.create_item(
    owner text DEFAULT NULL,
    code text DEFAULT NULL,
    name text DEFAULT NULL,
    description text DEFAULT NULL,
    category text DEFAULT NULL,
    tracking text DEFAULT NULL,
    stocked boolean DEFAULT NULL,
    periodic boolean DEFAULT NULL,
    negative_ok boolean DEFAULT NULL,
    backorder_ok boolean DEFAULT NULL,
    base_unit text DEFAULT NULL,
    cost_price numeric DEFAULT NULL,
    retail_price numeric DEFAULT NULL,
    currency text DEFAULT NULL,
    minimum_quantity numeric DEFAULT NULL,
    maximum_quantity numeric DEFAULT NULL,
    length_mm numeric DEFAULT NULL,
    width_mm numeric DEFAULT NULL,
    height_mm numeric DEFAULT NULL,
    weight_g numeric DEFAULT NULL,
    shelf_life_days bigint DEFAULT NULL,
    warranty_months bigint DEFAULT NULL,
    measured_unit text DEFAULT NULL,
    measured_per_base numeric DEFAULT NULL,
    measured_tolerance numeric DEFAULT NULL,
    country_of_origin text DEFAULT NULL,
    customs_code text DEFAULT NULL,
    attributes jsonb DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT item_id bigint)
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.create_item IS
'create an item (SKU)

tracking is none (default), lot or serial; stocked => false makes a service that moves
nothing; periodic comes from the owner unless given; prices are for one base unit;
warranty_months, 1 to 1200, count from the shipment of a serial. An item whose units weigh
differently has measured_unit, measured_per_base (what one base unit weighs nominally) and
measured_tolerance (0.05 for 5 percent either way, null for any).
Example: SELECT ims.create_item(code => ''A-1'', name => ''bolt'', tracking => ''lot'', base_unit => ''EA'');';
REVOKE ALL ON FUNCTION ims.create_item FROM PUBLIC;

-- The usage of a pending count is posted when its period is closed, and only
-- for a periodic item.
CREATE FUNCTION ims._check_no_pending_count(owner_id bigint, item_id bigint, item text)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    pending record;
BEGIN
    SELECT count(*) AS counts,
        (array_agg(c.document_number ORDER BY c.document_number))[1:20] AS document_numbers
    INTO pending
    FROM (
        SELECT DISTINCT p.document_number
        FROM ims.stock_count AS s
        JOIN ims.posting AS p ON p.owner_id = s.owner_id AND p.posting_id = s.posting_id
        WHERE s.owner_id = owner_id AND s.item_id = item_id AND s.pending) AS c;
    IF pending.counts > 0 THEN
        RAISE 'item "%" is in use', item
            USING ERRCODE = 'IV228',
                DETAIL = format('%s counts of it are pending. ', pending.counts)
                    || jsonb_build_object('item', item, 'mentioned_by', 'pending counts',
                        'counts', pending.counts,
                        'document_numbers', pending.document_numbers)::text,
                HINT = 'Close their period, or reverse them; then make the item perpetual.';
    END IF;
    IF ims._latest('SELECT count(*) FROM ims.stock_count AS s'
        ' WHERE s.owner_id = $1 AND s.item_id = $2 AND s.pending', owner_id, item_id) > 0 THEN
        PERFORM ims._raise_stale_snapshot(format('item "%s" was counted', item));
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_no_pending_count IS 'raise IV228 while counts of a periodic item are pending';
REVOKE ALL ON FUNCTION ims._check_no_pending_count FROM PUBLIC;

CREATE FUNCTION ims._check_item_change(was record, becomes record)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    mentioned_by text;
    units bigint;
BEGIN
    PERFORM ims._check_item(becomes);
    IF (was.tracking, was.stocked, was.base_unit)
       <> (becomes.tracking, becomes.stocked, becomes.base_unit)
    THEN
        mentioned_by := ims._item_use(was.owner_id, was.item_id);
        IF mentioned_by IS NOT NULL THEN
            PERFORM ims._raise_in_use('item', was.code, mentioned_by,
                'Tracking, base unit and stocked cannot change any more: create another item.');
        END IF;
    END IF;
    IF was.measured_unit <> becomes.measured_unit
        OR was.measured_unit IS NOT NULL AND becomes.measured_unit IS NULL
    THEN
        mentioned_by := ims._item_use(was.owner_id, was.item_id);
        IF mentioned_by IS NOT NULL THEN
            PERFORM ims._raise_in_use('item', was.code, mentioned_by,
                'Its measured unit cannot change any more: create another item.');
        END IF;
    END IF;
    IF was.periodic AND NOT becomes.periodic THEN
        PERFORM ims._check_no_pending_count(was.owner_id, was.item_id, was.code);
    END IF;
    IF becomes.tracking = 'none' AND was.tracking <> 'none' AND (
        EXISTS (SELECT FROM ims.lot AS l
                WHERE l.owner_id = was.owner_id AND l.item_id = was.item_id)
        OR EXISTS (SELECT FROM ims.serial AS s
                   WHERE s.owner_id = was.owner_id AND s.item_id = was.item_id))
    THEN
        PERFORM ims._raise_in_use('item', was.code, 'lots or serials', 'Keep its tracking.');
    END IF;
    IF becomes.base_unit <> was.base_unit THEN
        SELECT count(*) INTO units
        FROM ims.item_unit AS u
        WHERE u.owner_id = was.owner_id AND u.item_id = was.item_id;
        IF units > 0 THEN
            PERFORM ims._raise_in_use('item', was.code, format('%s units', units),
                'Remove them first: their factors count the base unit.');
        END IF;
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_item_change IS 'raise IV228 for a change that history forbids';
REVOKE ALL ON FUNCTION ims._check_item_change FROM PUBLIC;

CREATE FUNCTION ims._change_item(
    owner_id bigint,
    item text DEFAULT NULL,
    new_code text DEFAULT NULL,
    name text DEFAULT NULL,
    description text DEFAULT NULL,
    category text DEFAULT NULL,
    status text DEFAULT NULL,
    tracking text DEFAULT NULL,
    stocked boolean DEFAULT NULL,
    periodic boolean DEFAULT NULL,
    negative_ok boolean DEFAULT NULL,
    backorder_ok boolean DEFAULT NULL,
    base_unit text DEFAULT NULL,
    cost_price numeric DEFAULT NULL,
    retail_price numeric DEFAULT NULL,
    currency text DEFAULT NULL,
    minimum_quantity numeric DEFAULT NULL,
    maximum_quantity numeric DEFAULT NULL,
    length_mm numeric DEFAULT NULL,
    width_mm numeric DEFAULT NULL,
    height_mm numeric DEFAULT NULL,
    weight_g numeric DEFAULT NULL,
    shelf_life_days bigint DEFAULT NULL,
    warranty_months bigint DEFAULT NULL,
    measured_unit text DEFAULT NULL,
    measured_per_base numeric DEFAULT NULL,
    measured_tolerance numeric DEFAULT NULL,
    country_of_origin text DEFAULT NULL,
    customs_code text DEFAULT NULL,
    attributes jsonb DEFAULT NULL,
    clear text[] DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT item_id bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    was ims.item;
    becomes ims.item;
    category_id bigint;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    PERFORM ims._check_item_values(status, tracking, cost_price, retail_price, currency,
        minimum_quantity, maximum_quantity, length_mm, width_mm, height_mm, weight_g,
        shelf_life_days, warranty_months, measured_unit, measured_per_base, measured_tolerance,
        country_of_origin);
    IF clear IS NOT NULL THEN
        PERFORM ims._check_clear(clear, jsonb_build_object(
            'description', description, 'category', category, 'cost_price', cost_price,
            'retail_price', retail_price, 'currency', currency,
            'minimum_quantity', minimum_quantity, 'maximum_quantity', maximum_quantity,
            'length_mm', length_mm, 'width_mm', width_mm, 'height_mm', height_mm,
            'weight_g', weight_g, 'shelf_life_days', shelf_life_days,
            'warranty_months', warranty_months, 'measured_unit', measured_unit,
            'measured_per_base', measured_per_base, 'measured_tolerance', measured_tolerance,
            'country_of_origin', country_of_origin,
            'customs_code', customs_code));
    END IF;
    IF base_unit IS NOT NULL THEN
        PERFORM ims._check_unit('base_unit', base_unit);
    END IF;
    IF measured_unit IS NOT NULL THEN
        PERFORM ims._check_unit('measured_unit', measured_unit);
    END IF;
    IF category IS NOT NULL THEN
        category_id := ims._category_id(owner_id, category);
    END IF;
    item_id := ims._item_id(owner_id, item);
    IF num_nonnulls(status, tracking, stocked, periodic, negative_ok, backorder_ok, base_unit,
            measured_unit, measured_per_base, measured_tolerance) > 0
        OR clear && '{measured_unit,measured_per_base,measured_tolerance}'
    THEN
        LOCK TABLE ims.movement IN SHARE ROW EXCLUSIVE MODE;
    END IF;
    SELECT i.* INTO was
    FROM ims.item AS i
    WHERE i.owner_id = owner_id AND i.item_id = item_id
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM ims._raise_unknown('item', 'item', item, 'IV203');
    END IF;
    IF new_code IS NOT NULL THEN
        PERFORM ims._check_code('new_code', new_code);
        PERFORM ims._check_new('item', new_code, EXISTS (
            SELECT FROM ims.item AS i
            WHERE i.owner_id = owner_id AND i.code = new_code AND i.item_id <> item_id));
    END IF;
    becomes := ims._cleared_item(was, clear);
    becomes.code := coalesce(new_code, was.code);
    becomes.name := coalesce(name, was.name);
    becomes.description := coalesce(description, becomes.description);
    becomes.category_id := coalesce(category_id, becomes.category_id);
    becomes.status := coalesce(status, was.status);
    becomes.tracking := coalesce(tracking, was.tracking);
    becomes.stocked := coalesce(stocked, was.stocked);
    becomes.periodic := coalesce(periodic, was.periodic);
    becomes.negative_ok := coalesce(negative_ok, was.negative_ok);
    becomes.backorder_ok := coalesce(backorder_ok, was.backorder_ok);
    becomes.base_unit := coalesce(base_unit, was.base_unit);
    becomes.cost_price := coalesce(cost_price, becomes.cost_price);
    becomes.retail_price := coalesce(retail_price, becomes.retail_price);
    becomes.currency := coalesce(currency, becomes.currency);
    becomes.minimum_quantity := coalesce(minimum_quantity, becomes.minimum_quantity);
    becomes.maximum_quantity := coalesce(maximum_quantity, becomes.maximum_quantity);
    becomes.length_mm := coalesce(length_mm, becomes.length_mm);
    becomes.width_mm := coalesce(width_mm, becomes.width_mm);
    becomes.height_mm := coalesce(height_mm, becomes.height_mm);
    becomes.weight_g := coalesce(weight_g, becomes.weight_g);
    becomes.shelf_life_days := coalesce(shelf_life_days, becomes.shelf_life_days);
    becomes.warranty_months := coalesce(warranty_months, becomes.warranty_months);
    becomes.measured_unit := coalesce(measured_unit, becomes.measured_unit);
    becomes.measured_per_base := coalesce(measured_per_base, becomes.measured_per_base);
    becomes.measured_tolerance := coalesce(measured_tolerance, becomes.measured_tolerance);
    becomes.country_of_origin := coalesce(country_of_origin, becomes.country_of_origin);
    becomes.customs_code := coalesce(customs_code, becomes.customs_code);
    becomes.attributes := ims._patch_attributes(was.attributes, attributes);
    -- After the lock, that a complete count takes too: the order is theirs.
    IF was.periodic AND NOT becomes.periodic THEN
        becomes.perpetual_since := clock_timestamp();
    END IF;
    PERFORM ims._check_item_change(was, becomes);
    PERFORM ims._write_item(becomes);
    IF (was.negative_ok, was.backorder_ok) <> (becomes.negative_ok, becomes.backorder_ok) THEN
        PERFORM ims._refresh_balances(owner_id, item_id, NULL);
    END IF;
END
$$;
COMMENT ON FUNCTION ims._change_item IS 'internal form of ims.change_item()';
REVOKE ALL ON FUNCTION ims._change_item FROM PUBLIC;

CREATE FUNCTION ims.change_item(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    new_code text DEFAULT NULL,
    name text DEFAULT NULL,
    description text DEFAULT NULL,
    category text DEFAULT NULL,
    status text DEFAULT NULL,
    tracking text DEFAULT NULL,
    stocked boolean DEFAULT NULL,
    periodic boolean DEFAULT NULL,
    negative_ok boolean DEFAULT NULL,
    backorder_ok boolean DEFAULT NULL,
    base_unit text DEFAULT NULL,
    cost_price numeric DEFAULT NULL,
    retail_price numeric DEFAULT NULL,
    currency text DEFAULT NULL,
    minimum_quantity numeric DEFAULT NULL,
    maximum_quantity numeric DEFAULT NULL,
    length_mm numeric DEFAULT NULL,
    width_mm numeric DEFAULT NULL,
    height_mm numeric DEFAULT NULL,
    weight_g numeric DEFAULT NULL,
    shelf_life_days bigint DEFAULT NULL,
    warranty_months bigint DEFAULT NULL,
    measured_unit text DEFAULT NULL,
    measured_per_base numeric DEFAULT NULL,
    measured_tolerance numeric DEFAULT NULL,
    country_of_origin text DEFAULT NULL,
    customs_code text DEFAULT NULL,
    attributes jsonb DEFAULT NULL,
    clear text[] DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT item_id bigint)
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.change_item IS
'change an item

Null leaves a value as it is; keys of attributes are set, or removed where null; clear
names columns to empty. Tracking, stocked and base unit change only before the first
movement or count (IV228), and an item with pending counts stays periodic. negative_ok and backorder_ok are taken over into the balances.
Example: SELECT ims.change_item(item => ''A-1'', retail_price => 2.50, clear => ''{description}'');';
REVOKE ALL ON FUNCTION ims.change_item FROM PUBLIC;

CREATE FUNCTION ims._cleared_item(item record, clear text[])
RETURNS record
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    nothing jsonb;
BEGIN
    IF clear IS NULL OR clear = '{}' THEN
        RETURN item;
    END IF;
    SELECT jsonb_object_agg(CASE c.name WHEN 'category' THEN 'category_id' ELSE c.name END, NULL)
    INTO nothing
    FROM unnest(clear) AS c (name);
    RETURN jsonb_populate_record(item, nothing);
END
$$;
COMMENT ON FUNCTION ims._cleared_item IS 'the item with the named columns null';
REVOKE ALL ON FUNCTION ims._cleared_item FROM PUBLIC;

CREATE FUNCTION ims._write_item(item record)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE ims.item AS i
    SET (code, name, description, category_id, status, tracking, stocked, periodic,
         negative_ok, backorder_ok, base_unit, cost_price, retail_price, currency,
         minimum_quantity, maximum_quantity, length_mm, width_mm, height_mm, weight_g,
         shelf_life_days, warranty_months, measured_unit, measured_per_base, measured_tolerance,
         country_of_origin, customs_code, attributes, perpetual_since)
        = ROW (item.code, item.name, item.description, item.category_id, item.status,
         item.tracking, item.stocked, item.periodic, item.negative_ok, item.backorder_ok,
         item.base_unit, item.cost_price, item.retail_price, item.currency,
         item.minimum_quantity, item.maximum_quantity, item.length_mm, item.width_mm,
         item.height_mm, item.weight_g, item.shelf_life_days, item.warranty_months,
         item.measured_unit, item.measured_per_base, item.measured_tolerance, item.country_of_origin, item.customs_code, item.attributes, item.perpetual_since)
    WHERE i.owner_id = item.owner_id AND i.item_id = item.item_id;
END
$$;
COMMENT ON FUNCTION ims._write_item IS 'write all columns of an item';
REVOKE ALL ON FUNCTION ims._write_item FROM PUBLIC;

CREATE FUNCTION ims._delete_item(
    owner_id bigint,
    item text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    item_id bigint;
    mentioned text;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    LOCK TABLE ims.movement IN SHARE ROW EXCLUSIVE MODE;
    item_id := ims._item_id(owner_id, item);
    mentioned := ims._item_use(owner_id, item_id);
    IF mentioned IS NOT NULL THEN
        PERFORM ims._raise_in_use('item', item, mentioned, 'Set its status to inactive.');
    END IF;
    IF ims._latest('SELECT 1::bigint FROM ims.availability AS a'
                   ' WHERE a.owner_id = $1 AND a.item_id = $2 AND a.reserved <> 0 LIMIT 1',
                   owner_id, item_id) IS NOT NULL
    THEN
        PERFORM ims._raise_in_use('item', item, 'reservations', 'Release them first.');
    END IF;
    BEGIN
        PERFORM ims._forget_zero_balances(owner_id, item_id, NULL);
        DELETE FROM ims.item_unit AS u WHERE u.owner_id = owner_id AND u.item_id = item_id;
        DELETE FROM ims.item_code AS c WHERE c.owner_id = owner_id AND c.item_id = item_id;
        DELETE FROM ims.item_supplier AS s WHERE s.owner_id = owner_id AND s.item_id = item_id;
        DELETE FROM ims.serial_counter AS n WHERE n.owner_id = owner_id AND n.item_id = item_id;
        DELETE FROM ims.item AS i WHERE i.owner_id = owner_id AND i.item_id = item_id;
    EXCEPTION WHEN foreign_key_violation THEN
        GET STACKED DIAGNOSTICS mentioned = TABLE_NAME;
        PERFORM ims._raise_in_use('item', item, mentioned, 'Set its status to inactive.');
    END;
END
$$;
COMMENT ON FUNCTION ims._delete_item IS 'internal form of ims.delete_item()';
REVOKE ALL ON FUNCTION ims._delete_item FROM PUBLIC;

CREATE FUNCTION ims.delete_item(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.delete_item IS
'delete an item that nothing mentions

Its units, codes and supplier terms go with it. IV228 where a movement, count, stock, lot
or serial mentions it: set its status to inactive instead.
Example: SELECT ims.delete_item(item => ''TYPO'');';
REVOKE ALL ON FUNCTION ims.delete_item FROM PUBLIC;
