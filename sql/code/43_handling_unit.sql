-- Handling units: pallets, cartons and totes that hold stock.

-- A number of 18 digits is an SSCC, and scanned as one: a wrong check digit
-- would never be found again.
CREATE FUNCTION ims._check_unit_code(argument text, code text)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM ims._check_code(argument, code);
    IF code ~ '^[0-9]{18}$' THEN
        PERFORM ims.gs1_key_check('sscc', code);
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_unit_code IS
    'raise IV201, IV104 for what is no code, IV110 for 18 digits that are no SSCC';
REVOKE ALL ON FUNCTION ims._check_unit_code FROM PUBLIC;

CREATE FUNCTION ims._create_handling_unit(
    owner_id bigint,
    code text DEFAULT NULL,
    kind text DEFAULT NULL,
    attributes jsonb DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT handling_unit_id bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    PERFORM ims._check_unit_code('code', code);
    PERFORM ims._check_choice('kind', kind, 'pallet', 'carton', 'tote', 'other');
    INSERT INTO ims.handling_unit AS h (owner_id, code, kind, attributes)
    VALUES (owner_id, code, coalesce(kind, 'pallet'), ims._patch_attributes('{}', attributes))
    ON CONFLICT ON CONSTRAINT handling_unit_code_key DO NOTHING
    RETURNING h.handling_unit_id INTO handling_unit_id;
    PERFORM ims._check_new('handling unit', code, handling_unit_id IS NULL);
END
$$;
COMMENT ON FUNCTION ims._create_handling_unit IS 'internal form of ims.create_handling_unit()';
REVOKE ALL ON FUNCTION ims._create_handling_unit FROM PUBLIC;

CREATE FUNCTION ims.create_handling_unit(
    owner text DEFAULT NULL,
    code text DEFAULT NULL,
    kind text DEFAULT NULL,
    attributes jsonb DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT handling_unit_id bigint)
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.create_handling_unit IS
'create a handling unit: pallet, carton or tote

kind is pallet (default), carton, tote or other; the code is its SSCC or own number. 18 digits
are an SSCC, with a right check digit (IV110).
Example: SELECT ims.create_handling_unit(code => ''340123450000000017'');';
REVOKE ALL ON FUNCTION ims.create_handling_unit FROM PUBLIC;

CREATE FUNCTION ims._change_handling_unit(
    owner_id bigint,
    handling_unit text DEFAULT NULL,
    new_code text DEFAULT NULL,
    kind text DEFAULT NULL,
    status text DEFAULT NULL,
    attributes jsonb DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT handling_unit_id bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    PERFORM ims._check_choice('kind', kind, 'pallet', 'carton', 'tote', 'other');
    PERFORM ims._check_choice('status', status, 'open', 'closed');
    handling_unit_id := ims._handling_unit_id(owner_id, handling_unit);
    IF new_code IS NOT NULL THEN
        PERFORM ims._check_unit_code('new_code', new_code);
        PERFORM ims._check_new('handling unit', new_code, EXISTS (
            SELECT FROM ims.handling_unit AS h
            WHERE h.owner_id = owner_id AND h.code = new_code
              AND h.handling_unit_id <> handling_unit_id));
    END IF;
    -- waits for what is being posted into it or out of it
    UPDATE ims.handling_unit AS h
    SET code = coalesce(new_code, h.code),
        kind = coalesce(kind, h.kind),
        status = coalesce(status, h.status),
        attributes = ims._patch_attributes(h.attributes, attributes)
    WHERE h.owner_id = owner_id AND h.handling_unit_id = handling_unit_id;
END
$$;
COMMENT ON FUNCTION ims._change_handling_unit IS 'internal form of ims.change_handling_unit()';
REVOKE ALL ON FUNCTION ims._change_handling_unit FROM PUBLIC;

CREATE FUNCTION ims.change_handling_unit(
    owner text DEFAULT NULL,
    handling_unit text DEFAULT NULL,
    new_code text DEFAULT NULL,
    kind text DEFAULT NULL,
    status text DEFAULT NULL,
    attributes jsonb DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT handling_unit_id bigint)
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.change_handling_unit IS
'change a handling unit

Null leaves a value as it is; keys of attributes are set, or removed where null. status
is open, or closed: nothing goes in or out any more.
Example: SELECT ims.change_handling_unit(handling_unit => ''P-1'', status => ''closed'');';
REVOKE ALL ON FUNCTION ims.change_handling_unit FROM PUBLIC;

CREATE FUNCTION ims._close_handling_unit(
    owner_id bigint,
    handling_unit text DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT handling_unit_id bigint)
LANGUAGE sql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ims._change_handling_unit(
        owner_id => $1, handling_unit => $2, status => 'closed', actor => $3)
$$;
COMMENT ON FUNCTION ims._close_handling_unit IS 'internal form of ims.close_handling_unit()';
REVOKE ALL ON FUNCTION ims._close_handling_unit FROM PUBLIC;

CREATE FUNCTION ims.close_handling_unit(
    owner text DEFAULT NULL,
    handling_unit text DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT handling_unit_id bigint)
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.close_handling_unit IS
'close a handling unit: nothing goes in or out

Example: SELECT ims.close_handling_unit(handling_unit => ''P-1'');';
REVOKE ALL ON FUNCTION ims.close_handling_unit FROM PUBLIC;

CREATE FUNCTION ims._open_handling_unit(
    owner_id bigint,
    handling_unit text DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT handling_unit_id bigint)
LANGUAGE sql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ims._change_handling_unit(
        owner_id => $1, handling_unit => $2, status => 'open', actor => $3)
$$;
COMMENT ON FUNCTION ims._open_handling_unit IS 'internal form of ims.open_handling_unit()';
REVOKE ALL ON FUNCTION ims._open_handling_unit FROM PUBLIC;

CREATE FUNCTION ims.open_handling_unit(
    owner text DEFAULT NULL,
    handling_unit text DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT handling_unit_id bigint)
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.open_handling_unit IS
'open a closed handling unit again

Example: SELECT ims.open_handling_unit(handling_unit => ''P-1'');';
REVOKE ALL ON FUNCTION ims.open_handling_unit FROM PUBLIC;

CREATE FUNCTION ims._delete_handling_unit(
    owner_id bigint,
    handling_unit text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    handling_unit_id bigint;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    LOCK TABLE ims.movement IN SHARE ROW EXCLUSIVE MODE;
    handling_unit_id := ims._handling_unit_id(owner_id, handling_unit);
    IF ims._latest('SELECT 1::bigint FROM ims.stock_count AS c'
                   ' WHERE c.owner_id = $1 AND c.handling_unit_id = $2 LIMIT 1',
                   owner_id, handling_unit_id) IS NOT NULL
    THEN
        PERFORM ims._raise_in_use('handling unit', handling_unit, 'counts', 'Close it instead.');
    END IF;
    -- Also rows at zero: every handling unit that a movement mentions has one.
    IF ims._latest('SELECT 1::bigint FROM ims.stock AS s'
                   ' WHERE s.owner_id = $1 AND s.handling_unit_id = $2 LIMIT 1',
                   owner_id, handling_unit_id) IS NOT NULL
    THEN
        PERFORM ims._raise_in_use('handling unit', handling_unit, 'movements or stock',
            'Close it instead.');
    END IF;
    IF ims._latest('SELECT 1::bigint FROM ims.handling_unit_nesting AS n'
                   ' WHERE n.owner_id = $1 AND $2 IN (n.handling_unit_id, n.parent_id)'
                   ' UNION ALL SELECT 1 FROM ims.handling_unit_departure AS d'
                   ' WHERE d.owner_id = $1 AND d.handling_unit_id = $2 LIMIT 1',
                   owner_id, handling_unit_id) IS NOT NULL
    THEN
        PERFORM ims._raise_in_use('handling unit', handling_unit, 'other handling units',
            'Close it instead.');
    END IF;
    DELETE FROM ims.handling_unit AS h
    WHERE h.owner_id = owner_id AND h.handling_unit_id = handling_unit_id;
END
$$;
COMMENT ON FUNCTION ims._delete_handling_unit IS 'internal form of ims.delete_handling_unit()';
REVOKE ALL ON FUNCTION ims._delete_handling_unit FROM PUBLIC;

CREATE FUNCTION ims.delete_handling_unit(
    owner text DEFAULT NULL,
    handling_unit text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.delete_handling_unit IS
'delete a handling unit that nothing mentions

IV228 where a movement, a count, stock or another unit mentions it.
Example: SELECT ims.delete_handling_unit(handling_unit => ''TYPO'');';
REVOKE ALL ON FUNCTION ims.delete_handling_unit FROM PUBLIC;

-- Numbers.  One row per prefix and extension is updated, so that no number is
-- given out twice; whoever needs many asks for them in one call, and commits.
CREATE FUNCTION ims._allot_handling_units(
    owner_id bigint,
    company_prefix text,
    extension bigint,
    quantity bigint,
    kind text,
    attributes jsonb,
    actor text)
RETURNS TABLE (handling_unit text, handling_unit_id bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 10
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    serial bigint;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    quantity := coalesce(quantity, 1);
    extension := coalesce(extension, 0);
    PERFORM ims._check_range('extension', extension, 0, 9);
    PERFORM ims._check_range('quantity', quantity, 1, 10000);
    PERFORM ims._check_choice('kind', kind, 'pallet', 'carton', 'tote', 'other');
    -- the only one that the owner has, else the only one that it used
    IF company_prefix IS NULL THEN
        SELECT o.gs1_company_prefixes[1] INTO company_prefix
        FROM ims.owner AS o
        WHERE o.owner_id = owner_id AND cardinality(o.gs1_company_prefixes) = 1;
    END IF;
    IF company_prefix IS NULL THEN
        SELECT min(s.company_prefix) INTO company_prefix
        FROM ims.sscc_serial AS s
        WHERE s.owner_id = owner_id
        HAVING count(DISTINCT s.company_prefix) = 1;
    END IF;
    PERFORM ims._check_present('company_prefix', company_prefix IS NOT NULL);
    PERFORM ims._check_pattern('company_prefix', company_prefix, '^[0-9]{4,12}$', '4012345');
    INSERT INTO ims.sscc_serial AS s (owner_id, company_prefix, extension, last_serial)
    VALUES (owner_id, company_prefix, extension, 0)
    ON CONFLICT ON CONSTRAINT sscc_serial_pkey DO NOTHING;
    SELECT s.last_serial INTO STRICT serial
    FROM ims.sscc_serial AS s
    WHERE s.owner_id = owner_id AND s.company_prefix = company_prefix
      AND s.extension = extension
    FOR NO KEY UPDATE;
    WHILE quantity > 0 LOOP
        serial := serial + 1;
        -- raises IV110 when all are used
        handling_unit := ims.sscc_make(extension::integer, company_prefix, serial::text)::text;
        handling_unit_id := NULL;
        -- a number that somebody typed in is passed over
        INSERT INTO ims.handling_unit AS h (owner_id, code, kind, attributes)
        VALUES (owner_id, handling_unit, coalesce(kind, 'pallet'),
                ims._patch_attributes('{}', attributes))
        ON CONFLICT ON CONSTRAINT handling_unit_code_key DO NOTHING
        RETURNING h.handling_unit_id INTO handling_unit_id;
        IF handling_unit_id IS NOT NULL THEN
            quantity := quantity - 1;
            RETURN NEXT;
        END IF;
    END LOOP;
    UPDATE ims.sscc_serial AS s
    SET last_serial = serial
    WHERE s.owner_id = owner_id AND s.company_prefix = company_prefix
      AND s.extension = extension;
END
$$;
COMMENT ON FUNCTION ims._allot_handling_units IS 'internal form of ims.allot_handling_units()';
REVOKE ALL ON FUNCTION ims._allot_handling_units FROM PUBLIC;

CREATE FUNCTION ims.allot_handling_units(
    owner text DEFAULT NULL,
    company_prefix text DEFAULT NULL,
    extension bigint DEFAULT 0,
    quantity bigint DEFAULT 1,
    kind text DEFAULT NULL,
    attributes jsonb DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS TABLE (handling_unit text, handling_unit_id bigint)
LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 10
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.allot_handling_units IS
'create handling units with the next SSCCs

company_prefix is the GS1 company prefix, 4 to 12 digits; it may be left out where the owner
has exactly one, or has used exactly one. extension is the first digit, 0 to 9; quantity is 1 to 10000 units of
a kind. Numbers ascend and are never given out twice; until the call commits, others wait
for theirs. IV110 when all are used.
Example: SELECT * FROM ims.allot_handling_units(company_prefix => ''4012345'', quantity => 3);';
REVOKE ALL ON FUNCTION ims.allot_handling_units FROM PUBLIC;
