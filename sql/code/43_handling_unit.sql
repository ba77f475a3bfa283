-- Handling units: pallets, cartons and totes that hold stock.

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
    PERFORM ims._check_code('code', code);
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

kind is pallet (default), carton, tote or other; the code is its SSCC or own number.
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
        PERFORM ims._check_code('new_code', new_code);
        PERFORM ims._check_new('handling unit', new_code, EXISTS (
            SELECT FROM ims.handling_unit AS h
            WHERE h.owner_id = owner_id AND h.code = new_code
              AND h.handling_unit_id <> handling_unit_id));
    END IF;
    IF status IS NOT NULL THEN
        LOCK TABLE ims.movement IN SHARE ROW EXCLUSIVE MODE;
    END IF;
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
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    handling_unit_id := ims._change_handling_unit(
        owner_id => owner_id, handling_unit => handling_unit, status => 'closed',
        actor => actor);
END
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
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    handling_unit_id := ims._change_handling_unit(
        owner_id => owner_id, handling_unit => handling_unit, status => 'open',
        actor => actor);
END
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

IV228 where a movement, a count or stock mentions it.
Example: SELECT ims.delete_handling_unit(handling_unit => ''TYPO'');';
REVOKE ALL ON FUNCTION ims.delete_handling_unit FROM PUBLIC;
