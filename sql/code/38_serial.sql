-- Serials: single units of an item, each in at most one place.
--
-- Where a unit lies is the engine's to write (src/ledger/serial.c).  What has
-- become of it, expected, in stock, shipped and so on, is kept nowhere: it
-- follows from its movements (94_view_serial.sql), so that it cannot drift.
--
-- Locks: ROW EXCLUSIVE on ims.movement, so that the item stays tracked until
-- its serials can be seen; the row of the lot, the counter of the template, then
-- the codes.

CREATE FUNCTION ims._max_serials()
RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 100000;
COMMENT ON FUNCTION ims._max_serials IS 'most serials that one call makes';
REVOKE ALL ON FUNCTION ims._max_serials FROM PUBLIC;

-- Serials have no foreign key to their lot: its row is kept until they can be
-- seen.
CREATE FUNCTION ims._lot_of_new_serials(owner_id bigint, item_id bigint, lot text)
RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    lot_id bigint;
BEGIN
    IF lot IS NULL THEN
        RETURN 0;
    END IF;
    lot_id := ims._lot_id(owner_id, item_id, lot);
    PERFORM FROM ims.lot AS l
    WHERE l.owner_id = owner_id AND l.lot_id = lot_id
    FOR KEY SHARE;
    IF NOT FOUND THEN
        PERFORM ims._raise_unknown('lot', 'lot', lot, 'IV205');
    END IF;
    RETURN lot_id;
END
$$;
COMMENT ON FUNCTION ims._lot_of_new_serials IS 'lot of that code, kept from deletion, 0 for none, or IV205';
REVOKE ALL ON FUNCTION ims._lot_of_new_serials FROM PUBLIC;

CREATE FUNCTION ims._create_serials(
    owner_id bigint,
    item text DEFAULT NULL,
    codes text[] DEFAULT NULL,
    lot text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS TABLE (serial_id bigint, serial text)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 100
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    item_id bigint;
    lot_id bigint;
    code text;
    made bigint;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    -- as a posting does, before masters are read
    LOCK TABLE ims.movement IN ROW EXCLUSIVE MODE;
    item_id := ims._tracked_item_id(owner_id, item, 'serials', 'serial');
    PERFORM ims._check_present('codes', coalesce(cardinality(codes), 0) > 0);
    PERFORM ims._check_range('number of codes', cardinality(codes), 1, ims._max_serials());
    lot_id := ims._lot_of_new_serials(owner_id, item_id, lot);
    SELECT c.code INTO code
    FROM unnest(codes) AS c (code)
    WHERE ims._is_code(c.code) IS NOT TRUE
    LIMIT 1;
    IF FOUND THEN
        PERFORM ims._check_code('codes', code);
    END IF;
    SELECT c.code INTO code
    FROM unnest(codes) AS c (code)
    GROUP BY c.code
    HAVING count(*) > 1
    ORDER BY c.code
    LIMIT 1;
    PERFORM ims._check_new('serial', code, FOUND);
    -- In the order of the call, so that two calls of the same codes fail
    -- rather than deadlock if they list them alike.
    RETURN QUERY
        INSERT INTO ims.serial AS s (owner_id, item_id, code, lot_id)
        SELECT owner_id, item_id, c.code, lot_id
        FROM unnest(codes) WITH ORDINALITY AS c (code, position)
        ORDER BY c.position
        ON CONFLICT ON CONSTRAINT serial_code_key DO NOTHING
        RETURNING s.serial_id, s.code;
    GET DIAGNOSTICS made = ROW_COUNT;
    IF made < cardinality(codes) THEN
        RAISE '% of % serials of item "%" exist already', cardinality(codes) - made,
            cardinality(codes), item
            USING ERRCODE = 'unique_violation',
                DETAIL = format('%s of %s codes are new. ', made, cardinality(codes))
                    || jsonb_build_object('item', item, 'given', cardinality(codes), 'new', made)::text,
                HINT = 'Leave those out that exist.';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._create_serials IS 'internal form of ims.create_serials()';
REVOKE ALL ON FUNCTION ims._create_serials FROM PUBLIC;

CREATE FUNCTION ims.create_serials(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    codes text[] DEFAULT NULL,
    lot text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS TABLE (serial_id bigint, serial text)
LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 100
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.create_serials IS
'create serial numbers of an item

At most 100,000 in a call; all are of the lot, where one is named. They are nowhere
until a posting receives them.
Example: SELECT * FROM ims.create_serials(item => ''TV-1'', codes => ''{S1,S2,S3}'');';
REVOKE ALL ON FUNCTION ims.create_serials FROM PUBLIC;

-- Codes from a template.  Numbers are counted per item and template in a row of
-- ims.serial_counter, locked until the end of the transaction: two calls for
-- one template wait for each other and never meet at a code, and what is rolled
-- back leaves no gap.  Codes that are there already, given by hand or made from
-- another template, are passed over.

CREATE FUNCTION ims._serial_template(template text, gs1 boolean)
RETURNS TABLE (prefix text, suffix text, digits integer, highest bigint)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    -- GS1 General Specifications, section 7.11: the 82 characters of AI (21)
    gs1_characters CONSTANT text := '!"%&''()*+,-./0123456789:;<=>?'
        'ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz';
    longest CONSTANT integer := CASE WHEN gs1 THEN 20 ELSE 100 END;
    room integer;
BEGIN
    PERFORM ims._check_pattern('template', template, '^[^#]*#+[^#]*$', 'TV-######');
    prefix := substring(template FROM '^[^#]*');
    suffix := substring(template FROM '[^#]*$');
    digits := length(template) - length(prefix) - length(suffix);
    PERFORM ims._check_range('digits of template', digits, 1, 18);
    PERFORM ims._check_code('template', prefix || '0' || suffix);
    room := longest - length(prefix) - length(suffix);
    IF room < digits OR gs1 AND translate(prefix || suffix, gs1_characters, '') <> '' THEN
        RAISE 'invalid template "%"', left(template, 120)
            USING ERRCODE = 'IV104',
                DETAIL = format('It makes codes of at least %s characters. ',
                        length(prefix) + length(suffix) + digits)
                    || jsonb_build_object('argument', 'template',
                        'length', length(prefix) + length(suffix) + digits)::text,
                HINT = CASE WHEN gs1 THEN 'A serial of GS1 has 1 to 20 characters: letters and digits of '
                    'ASCII and !"%&''()*+,-./:;<=>?_' ELSE 'A code has 1 to 100 characters.' END;
    END IF;
    highest := CASE WHEN digits = 1 THEN 10::numeric ^ least(room, 18) ELSE 10::numeric ^ digits END - 1;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION ims._serial_template IS
    'parts of a template and its highest number, or 22023 or IV104; one digit is any number of them';
REVOKE ALL ON FUNCTION ims._serial_template FROM PUBLIC;

CREATE FUNCTION ims._serial_code(prefix text, number bigint, digits integer, suffix text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN prefix || CASE WHEN digits = 1 THEN number::text
                      ELSE lpad(number::text, digits, '0') END || suffix;
COMMENT ON FUNCTION ims._serial_code IS 'code of a number';
REVOKE ALL ON FUNCTION ims._serial_code FROM PUBLIC;

CREATE FUNCTION ims._check_serial_numbers(template text, first bigint, how_many bigint, highest bigint)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF first + how_many - 1 > highest THEN
        RAISE 'template "%" has no % numbers left', template, how_many
            USING ERRCODE = 'IV107',
                DETAIL = format('The next number is %s, the highest %s. ', first, highest)
                    || jsonb_build_object('template', template, 'requested', how_many,
                        'next', first, 'highest', highest)::text,
                HINT = 'Use a template with more digits, or another prefix.';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_serial_numbers IS 'raise IV107 where a template runs out of numbers';
REVOKE ALL ON FUNCTION ims._check_serial_numbers FROM PUBLIC;

-- Locked, and made if absent.
CREATE FUNCTION ims._next_serial_number(owner_id bigint, item_id bigint, template text)
RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO ims.serial_counter AS n (owner_id, item_id, template)
    VALUES ($1, $2, $3)
    ON CONFLICT ON CONSTRAINT serial_counter_pkey DO UPDATE SET next_number = n.next_number
    RETURNING n.next_number
$$;
COMMENT ON FUNCTION ims._next_serial_number IS 'next number of a template, locked until the transaction ends';
REVOKE ALL ON FUNCTION ims._next_serial_number FROM PUBLIC;

-- Numbers whose codes are free as far as can be seen; fewer than wanted where
-- the window has no more.
CREATE FUNCTION ims._free_serial_numbers(
    owner_id bigint, item_id bigint, prefix text, digits integer, suffix text,
    first bigint, last bigint, how_many bigint)
RETURNS bigint[]
LANGUAGE sql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT array_agg(f.number ORDER BY f.number)
    FROM (
        SELECT g.number
        FROM generate_series($6, $7) AS g (number)
        WHERE NOT EXISTS (
            SELECT FROM ims.serial AS s
            WHERE s.owner_id = $1 AND s.item_id = $2
              AND s.code = ims._serial_code($3, g.number, $4, $5))
        ORDER BY g.number
        LIMIT $8) AS f
$$;
COMMENT ON FUNCTION ims._free_serial_numbers IS 'first numbers of a window that no serial has';
REVOKE ALL ON FUNCTION ims._free_serial_numbers FROM PUBLIC;

CREATE FUNCTION ims._generate_serials(
    owner_id bigint,
    item text DEFAULT NULL,
    how_many bigint DEFAULT NULL,
    template text DEFAULT NULL,
    start bigint DEFAULT NULL,
    lot text DEFAULT NULL,
    gs1 boolean DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS TABLE (serial_id bigint, serial text)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 1000
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    item_id bigint;
    lot_id bigint;
    part record;
    next bigint;
    numbers bigint[];
    wanted bigint := how_many;
    made bigint;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    -- as a posting does, before masters are read
    LOCK TABLE ims.movement IN ROW EXCLUSIVE MODE;
    item_id := ims._tracked_item_id(owner_id, item, 'serials', 'serial');
    PERFORM ims._check_present('how_many', how_many IS NOT NULL);
    PERFORM ims._check_range('how_many', how_many, 1, ims._max_serials());
    PERFORM ims._check_range('start', start, 0, 999999999999999999);
    template := coalesce(template, '#');
    SELECT t.* INTO part FROM ims._serial_template(template, coalesce(gs1, false)) AS t;
    lot_id := ims._lot_of_new_serials(owner_id, item_id, lot);
    next := ims._next_serial_number(owner_id, item_id, template);
    PERFORM ims._check_serial_numbers(template, coalesce(start, next), how_many, part.highest);
    numbers := ARRAY(SELECT generate_series(coalesce(start, next), coalesce(start, next) + how_many - 1));
    LOOP
        RETURN QUERY
            INSERT INTO ims.serial AS s (owner_id, item_id, code, lot_id)
            SELECT owner_id, item_id, ims._serial_code(part.prefix, n.number, part.digits, part.suffix),
                lot_id
            FROM unnest(numbers) AS n (number)
            ORDER BY n.number
            ON CONFLICT ON CONSTRAINT serial_code_key DO NOTHING
            RETURNING s.serial_id, s.code;
        GET DIAGNOSTICS made = ROW_COUNT;
        wanted := wanted - made;
        next := greatest(next, coalesce(numbers[cardinality(numbers)] + 1, next));
        EXIT WHEN wanted = 0;
        IF start IS NOT NULL THEN
            RAISE '% of % serials of item "%" exist already', wanted, how_many, item
                USING ERRCODE = 'unique_violation',
                    DETAIL = format('%s of %s codes are new. ', made, how_many)
                        || jsonb_build_object('item', item, 'given', how_many, 'new', made)::text,
                    HINT = 'Leave start out to go on after the last one.';
        END IF;
        -- Where many are taken they are passed over by the window, not one by one.
        PERFORM ims._check_serial_numbers(template, next, wanted, part.highest);
        numbers := ims._free_serial_numbers(owner_id, item_id, part.prefix, part.digits, part.suffix,
            next, least(next + ims._max_serials() - 1, part.highest), wanted);
        IF coalesce(cardinality(numbers), 0) < wanted THEN
            next := least(next + ims._max_serials(), part.highest + 1);
        END IF;
    END LOOP;
    UPDATE ims.serial_counter AS c
    SET next_number = next
    WHERE c.owner_id = owner_id AND c.item_id = item_id AND c.template = template;
END
$$;
COMMENT ON FUNCTION ims._generate_serials IS 'internal form of ims.generate_serials()';
REVOKE ALL ON FUNCTION ims._generate_serials FROM PUBLIC;

CREATE FUNCTION ims.generate_serials(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    how_many bigint DEFAULT NULL,
    template text DEFAULT NULL,
    start bigint DEFAULT NULL,
    lot text DEFAULT NULL,
    gs1 boolean DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS TABLE (serial_id bigint, serial text)
LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1000
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.generate_serials IS
'make serial numbers from a template

At most 100,000 in a call. ## and more in the template stand for a number with so many
digits, a single # for a number without leading zeros (default: nothing but it). Numbers go
on from the last call for the item and template, and pass over codes that exist; with start
they are exactly those from start on, or 23505. gs1 => true takes only what fits AI (21),
IV104 else; IV107 where a template has no more numbers.
Example: SELECT * FROM ims.generate_serials(item => ''TV-1'', how_many => 3, template => ''TV-######'');';
REVOKE ALL ON FUNCTION ims.generate_serials FROM PUBLIC;

CREATE FUNCTION ims._change_serial(
    owner_id bigint,
    item text DEFAULT NULL,
    serial text DEFAULT NULL,
    new_code text DEFAULT NULL,
    attributes jsonb DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT serial_id bigint)
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
    serial_id := ims._serial_id(owner_id, item_id, serial);
    IF new_code IS NOT NULL THEN
        PERFORM ims._check_code('new_code', new_code);
        PERFORM ims._check_new('serial', new_code, EXISTS (
            SELECT FROM ims.serial AS s
            WHERE s.owner_id = owner_id AND s.item_id = item_id AND s.code = new_code
              AND s.serial_id <> serial_id));
    END IF;
    UPDATE ims.serial AS s
    SET code = coalesce(new_code, s.code),
        attributes = ims._patch_attributes(s.attributes, attributes)
    WHERE s.owner_id = owner_id AND s.serial_id = serial_id;
    IF NOT FOUND THEN
        PERFORM ims._raise_unknown('serial', 'serial', serial, 'IV206');
    END IF;
END
$$;
COMMENT ON FUNCTION ims._change_serial IS 'internal form of ims.change_serial()';
REVOKE ALL ON FUNCTION ims._change_serial FROM PUBLIC;

CREATE FUNCTION ims.change_serial(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    serial text DEFAULT NULL,
    new_code text DEFAULT NULL,
    attributes jsonb DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT serial_id bigint)
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.change_serial IS
'change the code or the attributes of a serial

Null leaves a value as it is; keys of attributes are set, or removed where null. Where
it lies is changed by postings alone.
Example: SELECT ims.change_serial(item => ''TV-1'', serial => ''S1'', attributes => ''{"grade": "B"}'');';
REVOKE ALL ON FUNCTION ims.change_serial FROM PUBLIC;

CREATE FUNCTION ims._delete_serial(
    owner_id bigint,
    item text DEFAULT NULL,
    serial text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    serial_id bigint;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    LOCK TABLE ims.movement IN SHARE ROW EXCLUSIVE MODE;
    serial_id := ims._serial_id(owner_id, ims._item_id(owner_id, item), serial);
    -- A serial knows when it last moved; verify() proves it.
    IF ims._latest('SELECT 1::bigint FROM ims.serial AS s WHERE s.owner_id = $1'
        ' AND s.serial_id = $2 AND (s.last_effective_at > ''-infinity'' OR s.location_id <> 0)',
        owner_id, serial_id) IS NOT NULL
    THEN
        PERFORM ims._raise_in_use('serial', serial, 'movements', 'Scrap it, or change its code.');
    END IF;
    PERFORM ims._engine_begin();
    DELETE FROM ims.serial AS s WHERE s.owner_id = owner_id AND s.serial_id = serial_id;
    PERFORM ims._engine_end();
END
$$;
COMMENT ON FUNCTION ims._delete_serial IS 'internal form of ims.delete_serial()';
REVOKE ALL ON FUNCTION ims._delete_serial FROM PUBLIC;

CREATE FUNCTION ims.delete_serial(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    serial text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.delete_serial IS
'delete a serial that never moved

For a slip of the pen. IV228 once a movement mentions it.
Example: SELECT ims.delete_serial(item => ''TV-1'', serial => ''TYPO'');';
REVOKE ALL ON FUNCTION ims.delete_serial FROM PUBLIC;

-- Life cycle.  A state follows from the place that the last movement led to,
-- and, for a unit in stock, from where it came; came_from is null for a unit of
-- which no movement stands: none was made, or all were reversed.  The view and
-- the history have it from here.  A unit that an order has allocated will be
-- reserved: that goes before in stock.
CREATE FUNCTION ims._serial_state(place_kind text, came_from text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN place_kind = 'transit' THEN 'in_transit'
    WHEN place_kind IN ('site', 'zone', 'aisle', 'bay', 'bin', 'dock', 'quarantine', 'damaged', 'returns')
        THEN CASE WHEN came_from = 'customer' THEN 'returned' ELSE 'in_stock' END
    WHEN place_kind IS NULL OR came_from IS NULL THEN 'expected'
    WHEN place_kind = 'customer' THEN 'shipped'
    WHEN place_kind = 'scrap' THEN 'scrapped'
    WHEN place_kind = 'production' THEN 'consumed'
    WHEN place_kind = 'supplier' THEN 'sent_back'
    WHEN place_kind = 'adjustment' THEN 'missing'
    WHEN place_kind = 'ownership' THEN 'handed_over'
END;
COMMENT ON FUNCTION ims._serial_state IS
    'state of a unit by the kind of the place it is at and of the one it came from';

CREATE FUNCTION ims._reading_serial_id(owner_id bigint, item text, serial text)
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    serial_id bigint;
BEGIN
    PERFORM ims._check_present('item', item IS NOT NULL),
        ims._check_present('serial', serial IS NOT NULL);
    SELECT s.serial_id INTO serial_id
    FROM ims.item AS i
    JOIN ims.serial AS s ON s.owner_id = i.owner_id AND s.item_id = i.item_id
    WHERE i.owner_id = owner_id AND i.code = item AND s.code = serial;
    IF serial_id IS NULL THEN
        PERFORM ims._item_ids(owner_id, ARRAY[item]); -- an unknown item is said first
        RAISE 'serial "%" of item "%" is unknown', left(serial, 120), item
            USING ERRCODE = 'IV206',
                DETAIL = 'The item has no such serial. '
                    || jsonb_build_object('item', item, 'serial', left(serial, 120))::text,
                HINT = 'Codes are matched exactly; see ims.serial.';
    END IF;
    RETURN serial_id;
END
$$;
COMMENT ON FUNCTION ims._reading_serial_id IS
    'identifies the unit that a reader asks for; an unknown code is an error';

CREATE FUNCTION ims.serial_state(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    serial text DEFAULT NULL)
RETURNS TABLE (
    state text,
    lot text,
    location text,
    site text,
    handling_unit text,
    party text,
    received_at timestamptz,
    last_movement_at timestamptz,
    shipped_at timestamptz,
    customer text,
    warranty_until date)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    my_owner_id bigint := ims._reading_owner_id(owner);
    my_serial_id bigint := ims._reading_serial_id(my_owner_id, item, serial);
BEGIN
    -- By ids: of the joins of the view the planner reorders only the first.
    RETURN QUERY
    SELECT v.state, v.lot, v.location, v.site, v.handling_unit, v.party, v.received_at,
        v.last_movement_at, v.shipped_at, v.customer, v.warranty_until
    FROM ims_bi.serial AS v
    WHERE v.owner_id = my_owner_id AND v.serial_id = my_serial_id;
END
$$;
COMMENT ON FUNCTION ims.serial_state IS
'what has become of a single unit, and where it is

One row of ims_bi.serial: its comments say what the columns mean. state is expected (made,
or its receipt reversed), in_stock, returned (from a customer, and not moved since),
in_transit, shipped, scrapped, consumed, sent_back (to the supplier), missing (by a count or
an adjustment) or handed_over (to another owner). IV206 for an unknown serial.
Example: SELECT * FROM ims.serial_state(item => ''TV-1'', serial => ''S1'');';
REVOKE ALL ON FUNCTION ims.serial_state FROM PUBLIC;

CREATE FUNCTION ims.warranty_until(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    serial text DEFAULT NULL)
RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.warranty_until FROM ims.serial_state($1, $2, $3) AS s
$$;
COMMENT ON FUNCTION ims.warranty_until IS
'last day of the warranty of a single unit

The day of its latest shipment to a customer, in the zone of the site that shipped it, and
the months of the item from there: a period of months ends with the day of the same number,
or the last of a month that has none. A shipment that was reversed counts for nothing; a
return leaves the warranty as it is, and the next shipment begins it anew. Null for a unit
that was not shipped, or an item without warranty_months; IV206 for an unknown serial.
Example: SELECT ims.warranty_until(item => ''TV-1'', serial => ''S1'') >= current_date;';
REVOKE ALL ON FUNCTION ims.warranty_until FROM PUBLIC;

-- After a reversal the unit is what it was before the movement that was
-- reversed: what stood then, and came before that one.
CREATE FUNCTION ims._serial_history(owner_id bigint, serial_id bigint)
RETURNS TABLE (
    effective_at timestamptz,
    recorded_at timestamptz,
    document_number bigint,
    kind text,
    from_location text,
    to_location text,
    from_handling_unit text,
    to_handling_unit text,
    lot text,
    party text,
    reference_type text,
    reference_number text,
    reference_line text,
    reason text,
    state text,
    posting_id bigint,
    movement_id bigint)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
    WITH step AS MATERIALIZED (
        SELECT m.*, p.document_number, p.kind, p.party_id, p.reference_type, p.reference_number,
            p.reason, f.code AS from_code, f.kind AS from_kind, t.code AS to_code, t.kind AS to_kind,
            row_number() OVER (ORDER BY m.effective_at, m.movement_id) AS place
        FROM ims.movement AS m
        JOIN ims.posting AS p ON p.owner_id = m.owner_id AND p.posting_id = m.posting_id
        JOIN ims.location AS f ON f.location_id = m.from_location_id
        JOIN ims.location AS t ON t.location_id = m.to_location_id
        WHERE m.owner_id = $1 AND m.serial_id = $2 AND m.serial_id <> 0),
    undo AS MATERIALIZED (
        SELECT r.movement_id, r.place, o.movement_id AS undone_id, o.place AS undone_place
        FROM step AS r
        JOIN step AS o ON o.movement_id = r.origin_movement_id
        WHERE r.kind = 'reversal')
    SELECT s.effective_at, s.recorded_at, s.document_number, s.kind, s.from_code, s.to_code,
        a.code, b.code, l.code, y.code, s.reference_type, s.reference_number, s.reference_line,
        s.reason,
        ims._serial_state(s.to_kind, CASE WHEN u.place IS NULL THEN s.from_kind ELSE (
            SELECT w.from_kind
            FROM step AS w
            WHERE w.place < u.undone_place AND w.kind <> 'reversal'
              AND NOT EXISTS (
                SELECT FROM undo AS x
                WHERE x.undone_id = w.movement_id AND x.place <= s.place)
            ORDER BY w.place DESC
            LIMIT 1) END),
        s.posting_id, s.movement_id
    FROM step AS s
    LEFT JOIN undo AS u ON u.place = s.place
    LEFT JOIN ims.party AS y ON y.owner_id = s.owner_id AND y.party_id = s.party_id
    LEFT JOIN ims.lot AS l ON l.owner_id = s.owner_id AND l.lot_id = s.lot_id
    LEFT JOIN ims.handling_unit AS a
        ON a.owner_id = s.owner_id AND a.handling_unit_id = s.from_handling_unit_id
    LEFT JOIN ims.handling_unit AS b
        ON b.owner_id = s.owner_id AND b.handling_unit_id = s.to_handling_unit_id
    ORDER BY s.place
$$;
COMMENT ON FUNCTION ims._serial_history IS 'work of ims.serial_history, by ids';

CREATE FUNCTION ims.serial_history(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    serial text DEFAULT NULL)
RETURNS TABLE (
    effective_at timestamptz,
    recorded_at timestamptz,
    document_number bigint,
    kind text,
    from_location text,
    to_location text,
    from_handling_unit text,
    to_handling_unit text,
    lot text,
    party text,
    reference_type text,
    reference_number text,
    reference_line text,
    reason text,
    state text,
    posting_id bigint,
    movement_id bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    my_owner_id bigint := ims._reading_owner_id(owner);
    my_serial_id bigint := ims._reading_serial_id(my_owner_id, item, serial);
BEGIN
    RETURN QUERY
    SELECT h.* FROM ims._serial_history(my_owner_id, my_serial_id) AS h;
END
$$;
COMMENT ON FUNCTION ims.serial_history IS
'movements of a single unit, first to last

One row per line of the ledger, reversals too, with its document, party and places, and the
state that it left the unit in, as ims.serial_state() names it. No row for a unit that never
moved; IV206 for an unknown serial.
Example: SELECT * FROM ims.serial_history(item => ''TV-1'', serial => ''S1'');';
REVOKE ALL ON FUNCTION ims.serial_history FROM PUBLIC;
