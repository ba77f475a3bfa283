-- Parties and channels: whom an owner deals with, and where it sells.

CREATE FUNCTION ims._check_not_posted(what text, code text, owner_id bigint, id bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF ims._latest(format('SELECT 1::bigint FROM ims.posting AS p'
            ' WHERE p.owner_id = $1 AND p.%I = $2 LIMIT 1', what || '_id'),
        owner_id, id) IS NOT NULL
    THEN
        PERFORM ims._raise_in_use(what, code, 'postings', 'Set its status to inactive.');
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_not_posted IS
    'raise IV228 where a posting mentions the party or channel';
REVOKE ALL ON FUNCTION ims._check_not_posted FROM PUBLIC;

CREATE FUNCTION ims._create_party(
    owner_id bigint,
    code text DEFAULT NULL,
    name text DEFAULT NULL,
    kind text DEFAULT NULL,
    attributes jsonb DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT party_id bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    PERFORM ims._check_code('code', code);
    PERFORM ims._check_present('kind', kind IS NOT NULL);
    PERFORM ims._check_choice('kind', kind, 'customer', 'supplier', 'carrier', 'partner');
    INSERT INTO ims.party AS p (owner_id, code, name, kind, attributes)
    VALUES (owner_id, code, coalesce(name, code), kind, ims._patch_attributes('{}', attributes))
    ON CONFLICT ON CONSTRAINT party_code_key DO NOTHING
    RETURNING p.party_id INTO party_id;
    PERFORM ims._check_new('party', code, party_id IS NULL);
END
$$;
COMMENT ON FUNCTION ims._create_party IS 'internal form of ims.create_party()';
REVOKE ALL ON FUNCTION ims._create_party FROM PUBLIC;

CREATE FUNCTION ims.create_party(
    owner text DEFAULT NULL,
    code text DEFAULT NULL,
    name text DEFAULT NULL,
    kind text DEFAULT NULL,
    attributes jsonb DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT party_id bigint)
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.create_party IS
'create a customer, supplier, carrier or partner

Example: SELECT ims.create_party(code => ''C1'', name => ''Customer 1'', kind => ''customer'');';
REVOKE ALL ON FUNCTION ims.create_party FROM PUBLIC;

CREATE FUNCTION ims._change_party(
    owner_id bigint,
    party text DEFAULT NULL,
    new_code text DEFAULT NULL,
    name text DEFAULT NULL,
    kind text DEFAULT NULL,
    status text DEFAULT NULL,
    attributes jsonb DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT party_id bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    PERFORM ims._check_choice('kind', kind, 'customer', 'supplier', 'carrier', 'partner');
    PERFORM ims._check_choice('status', status, 'active', 'inactive');
    IF status IS NOT NULL THEN
        LOCK TABLE ims.movement IN SHARE ROW EXCLUSIVE MODE;
    END IF;
    party_id := ims._party_id(owner_id, party);
    IF new_code IS NOT NULL THEN
        PERFORM ims._check_code('new_code', new_code);
        PERFORM ims._check_new('party', new_code, EXISTS (
            SELECT FROM ims.party AS p
            WHERE p.owner_id = owner_id AND p.code = new_code AND p.party_id <> party_id));
    END IF;
    UPDATE ims.party AS p
    SET code = coalesce(new_code, p.code),
        name = coalesce(name, p.name),
        kind = coalesce(kind, p.kind),
        status = coalesce(status, p.status),
        attributes = ims._patch_attributes(p.attributes, attributes)
    WHERE p.owner_id = owner_id AND p.party_id = party_id;
END
$$;
COMMENT ON FUNCTION ims._change_party IS 'internal form of ims.change_party()';
REVOKE ALL ON FUNCTION ims._change_party FROM PUBLIC;

CREATE FUNCTION ims.change_party(
    owner text DEFAULT NULL,
    party text DEFAULT NULL,
    new_code text DEFAULT NULL,
    name text DEFAULT NULL,
    kind text DEFAULT NULL,
    status text DEFAULT NULL,
    attributes jsonb DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT party_id bigint)
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.change_party IS
'change a party

Null leaves a value as it is; keys of attributes are set, or removed where null.
An inactive party is named by returns and reversals only (IV212).
Example: SELECT ims.change_party(party => ''C1'', status => ''inactive'');';
REVOKE ALL ON FUNCTION ims.change_party FROM PUBLIC;

CREATE FUNCTION ims._delete_party(
    owner_id bigint,
    party text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    party_id bigint;
    mentioned text;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    party_id := ims._party_id(owner_id, party);
    -- First without keeping anybody out: most that cannot go is found soon.
    PERFORM ims._check_not_posted('party', party, owner_id, party_id);
    LOCK TABLE ims.movement IN SHARE ROW EXCLUSIVE MODE;
    PERFORM ims._check_not_posted('party', party, owner_id, party_id);
    BEGIN
        DELETE FROM ims.party AS p WHERE p.owner_id = owner_id AND p.party_id = party_id;
    EXCEPTION WHEN foreign_key_violation THEN
        GET STACKED DIAGNOSTICS mentioned = TABLE_NAME;
        PERFORM ims._raise_in_use('party', party, mentioned, 'Delete those rows first.');
    END;
END
$$;
COMMENT ON FUNCTION ims._delete_party IS 'internal form of ims.delete_party()';
REVOKE ALL ON FUNCTION ims._delete_party FROM PUBLIC;

CREATE FUNCTION ims.delete_party(
    owner text DEFAULT NULL,
    party text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.delete_party IS
'delete a party that nothing mentions

IV228 where a posting, code, supplier term or lot mentions it.
Example: SELECT ims.delete_party(party => ''TYPO'');';
REVOKE ALL ON FUNCTION ims.delete_party FROM PUBLIC;

CREATE FUNCTION ims._create_channel(
    owner_id bigint,
    code text DEFAULT NULL,
    name text DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT channel_id bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    PERFORM ims._check_code('code', code);
    INSERT INTO ims.channel AS c (owner_id, code, name)
    VALUES (owner_id, code, coalesce(name, code))
    ON CONFLICT ON CONSTRAINT channel_code_key DO NOTHING
    RETURNING c.channel_id INTO channel_id;
    PERFORM ims._check_new('channel', code, channel_id IS NULL);
END
$$;
COMMENT ON FUNCTION ims._create_channel IS 'internal form of ims.create_channel()';
REVOKE ALL ON FUNCTION ims._create_channel FROM PUBLIC;

CREATE FUNCTION ims.create_channel(
    owner text DEFAULT NULL,
    code text DEFAULT NULL,
    name text DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT channel_id bigint)
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.create_channel IS
'create a sales channel

Example: SELECT ims.create_channel(code => ''WEB'', name => ''web shop'');';
REVOKE ALL ON FUNCTION ims.create_channel FROM PUBLIC;

CREATE FUNCTION ims._change_channel(
    owner_id bigint,
    channel text DEFAULT NULL,
    new_code text DEFAULT NULL,
    name text DEFAULT NULL,
    status text DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT channel_id bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    PERFORM ims._check_choice('status', status, 'active', 'inactive');
    IF status IS NOT NULL THEN
        LOCK TABLE ims.movement IN SHARE ROW EXCLUSIVE MODE;
    END IF;
    channel_id := ims._channel_id(owner_id, channel);
    IF new_code IS NOT NULL THEN
        PERFORM ims._check_code('new_code', new_code);
        PERFORM ims._check_new('channel', new_code, EXISTS (
            SELECT FROM ims.channel AS c
            WHERE c.owner_id = owner_id AND c.code = new_code AND c.channel_id <> channel_id));
    END IF;
    UPDATE ims.channel AS c
    SET code = coalesce(new_code, c.code),
        name = coalesce(name, c.name),
        status = coalesce(status, c.status)
    WHERE c.owner_id = owner_id AND c.channel_id = channel_id;
END
$$;
COMMENT ON FUNCTION ims._change_channel IS 'internal form of ims.change_channel()';
REVOKE ALL ON FUNCTION ims._change_channel FROM PUBLIC;

CREATE FUNCTION ims.change_channel(
    owner text DEFAULT NULL,
    channel text DEFAULT NULL,
    new_code text DEFAULT NULL,
    name text DEFAULT NULL,
    status text DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT channel_id bigint)
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.change_channel IS
'change a sales channel

Null leaves a value as it is. An inactive channel is named by returns and reversals
only (IV212).
Example: SELECT ims.change_channel(channel => ''WEB'', name => ''shop'');';
REVOKE ALL ON FUNCTION ims.change_channel FROM PUBLIC;

CREATE FUNCTION ims._delete_channel(
    owner_id bigint,
    channel text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    channel_id bigint;
    mentioned text;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    channel_id := ims._channel_id(owner_id, channel);
    -- First without keeping anybody out: most that cannot go is found soon.
    PERFORM ims._check_not_posted('channel', channel, owner_id, channel_id);
    LOCK TABLE ims.movement IN SHARE ROW EXCLUSIVE MODE;
    PERFORM ims._check_not_posted('channel', channel, owner_id, channel_id);
    BEGIN
        DELETE FROM ims.channel AS c WHERE c.owner_id = owner_id AND c.channel_id = channel_id;
    EXCEPTION WHEN foreign_key_violation THEN
        GET STACKED DIAGNOSTICS mentioned = TABLE_NAME;
        PERFORM ims._raise_in_use('channel', channel, mentioned, 'Delete those rows first.');
    END;
END
$$;
COMMENT ON FUNCTION ims._delete_channel IS 'internal form of ims.delete_channel()';
REVOKE ALL ON FUNCTION ims._delete_channel FROM PUBLIC;

CREATE FUNCTION ims.delete_channel(
    owner text DEFAULT NULL,
    channel text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.delete_channel IS
'delete a sales channel that nothing mentions

IV228 where a posting or a code mentions it.
Example: SELECT ims.delete_channel(channel => ''TYPO'');';
REVOKE ALL ON FUNCTION ims.delete_channel FROM PUBLIC;
