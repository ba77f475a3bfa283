-- Serials: single units of an item, each in at most one place.

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
    lot_id bigint := 0;
    code text;
    made bigint;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    item_id := ims._tracked_item_id(owner_id, item, 'serials', 'serial');
    PERFORM ims._check_present('codes', coalesce(cardinality(codes), 0) > 0);
    PERFORM ims._check_range('number of codes', cardinality(codes), 1, 100000);
    IF lot IS NOT NULL THEN
        lot_id := ims._lot_id(owner_id, item_id, lot);
        -- Serials have no foreign key to their lot.
        PERFORM FROM ims.lot AS l
        WHERE l.owner_id = owner_id AND l.lot_id = lot_id
        FOR KEY SHARE;
        IF NOT FOUND THEN
            PERFORM ims._raise_unknown('lot', 'lot', lot, 'IV205');
        END IF;
    END IF;
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
