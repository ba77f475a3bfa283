-- Owners: the company, or the clients of a 3PL, and the roles that act for them.
--
-- Codes of owners are unique across owners, as nothing else is: that a code is
-- taken tells of somebody else's.  So only whoever acts for all owners gives one.

CREATE FUNCTION ims._check_administrator()
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT pg_has_role(ims._caller_role(), (
        SELECT c.relowner FROM pg_class AS c WHERE c.oid = 'ims.owner'::regclass), 'USAGE')
    THEN
        RAISE 'must have the rights of the role that owns the ledger'
            USING ERRCODE = 'insufficient_privilege',
                HINT = 'Owners are made and changed by its members.';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_administrator IS
    'raise 42501 unless the caller of the door may act for all owners';
REVOKE ALL ON FUNCTION ims._check_administrator FROM PUBLIC;

CREATE FUNCTION ims._3pl_attributes()
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '{
    "billing_rules": [
        {"activity": "receive", "per": "line", "price": 0},
        {"activity": "storage", "per": "pallet_day", "price": 0},
        {"activity": "ship", "per": "order", "price": 0},
        {"activity": "ship", "per": "line", "price": 0},
        {"activity": "return_from_customer", "per": "line", "price": 0}],
    "sla": {
        "receipt_hours": 24,
        "shipment_hours": 24,
        "order_cutoff": "14:00",
        "stock_accuracy_percent": 99.5}
}'::jsonb;
COMMENT ON FUNCTION ims._3pl_attributes IS
    'attributes of a new client: prices and service levels to fill in';
REVOKE ALL ON FUNCTION ims._3pl_attributes FROM PUBLIC;

CREATE FUNCTION ims._check_company_prefixes(argument text, prefixes text[])
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM ims._check_range(argument, cardinality(prefixes), 0, 100);
    PERFORM ims._check_pattern(argument, coalesce(p.prefix, ''), '^[0-9]{4,12}$', '4012345')
    FROM unnest(prefixes) AS p (prefix);
    -- of two dimensions, each prefix would be well formed
    PERFORM ims._check_range(argument, array_ndims(prefixes), 1, 1);
END
$$;
COMMENT ON FUNCTION ims._check_company_prefixes IS
    'raise 22023 unless each is a GS1 company prefix, and there are at most 100';
REVOKE ALL ON FUNCTION ims._check_company_prefixes FROM PUBLIC;

-- A pattern twice would make each of its numbers ambiguous.
CREATE FUNCTION ims._check_gtin_patterns(argument text, patterns text[])
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    bad record;
BEGIN
    PERFORM ims._check_range(argument, cardinality(patterns), 0, 100);
    PERFORM ims._check_range(argument, array_ndims(patterns), 1, 1);
    SELECT coalesce(p.pattern, 'NULL') AS pattern, count(*) AS times INTO bad
    FROM unnest(patterns) AS p (pattern)
    GROUP BY p.pattern
    HAVING count(*) > 1 OR ims._is_gtin_pattern(p.pattern) IS NOT TRUE
    ORDER BY p.pattern COLLATE "C"
    LIMIT 1;
    IF FOUND THEN
        RAISE 'invalid pattern "%" for argument "%"', left(bad.pattern, 40), argument
            USING ERRCODE = 'IV113',
                DETAIL = CASE WHEN bad.times > 1 THEN format('It is given %s times. ', bad.times)
                    ELSE 'It does not say what each digit is. ' END
                    || jsonb_build_object('argument', argument, 'pattern', left(bad.pattern, 40))::text,
                HINT = 'Write a character for each of 8, 12 or 13 digits, such as 21IIIIIWWwwwC.';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_gtin_patterns IS
    'raise IV113 unless each is a pattern of restricted numbers, 22023 for more than 100';
REVOKE ALL ON FUNCTION ims._check_gtin_patterns FROM PUBLIC;

CREATE FUNCTION ims._is_epcis_domain(domain text)
RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_is_epcis_domain';
COMMENT ON FUNCTION ims._is_epcis_domain IS
    'whether names can begin with this: http or https, a host and perhaps a path';
REVOKE ALL ON FUNCTION ims._is_epcis_domain FROM PUBLIC;

-- Names in EPCIS documents begin with it: what is none shows here and not at a partner.
CREATE FUNCTION ims._check_epcis_domain(attributes jsonb)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    domain CONSTANT text := attributes ->> 'epcis_domain';
BEGIN
    IF NOT ims._is_epcis_domain(domain) THEN
        RAISE '"%" is no epcis_domain', left(domain, 100)
            USING ERRCODE = 'IV223',
                DETAIL = 'Names cannot begin with it. '
                    || jsonb_build_object('key', 'epcis_domain', 'value', left(domain, 100))::text,
                HINT = 'Write http or https, a domain and perhaps a path, such as https://shop.example/epcis.';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_epcis_domain IS
    'raise IV223 where attributes of an owner have an epcis_domain that is none';
REVOKE ALL ON FUNCTION ims._check_epcis_domain FROM PUBLIC;

CREATE FUNCTION ims._create_owner(
    code text DEFAULT NULL,
    name text DEFAULT NULL,
    kind text DEFAULT NULL,
    template text DEFAULT NULL,
    time_zone text DEFAULT NULL,
    currency text DEFAULT NULL,
    periodic boolean DEFAULT NULL,
    gs1_company_prefixes text[] DEFAULT NULL,
    gtin_patterns text[] DEFAULT NULL,
    attributes jsonb DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT owner_id bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    ledger_role name;
    sequence_name text;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    PERFORM ims._check_administrator();
    PERFORM ims._check_code('code', code);
    PERFORM ims._check_choice('kind', kind, 'company', 'client');
    PERFORM ims._check_choice('template', template, '3pl');
    PERFORM ims._check_time_zone('time_zone', time_zone);
    PERFORM ims._check_pattern('currency', currency, '^[A-Z]{3}$', 'EUR');
    PERFORM ims._check_company_prefixes('gs1_company_prefixes', gs1_company_prefixes);
    PERFORM ims._check_gtin_patterns('gtin_patterns', gtin_patterns);
    PERFORM ims._check_epcis_domain(attributes);
    IF template = '3pl' THEN
        kind := coalesce(kind, 'client');
        attributes := ims._patch_attributes(ims._3pl_attributes(), attributes);
    END IF;
    INSERT INTO ims.owner AS o (code, name, kind, time_zone, currency, periodic,
        gs1_company_prefixes, gtin_patterns, attributes)
    VALUES (code, coalesce(name, code), coalesce(kind, 'company'), coalesce(time_zone, 'UTC'),
            coalesce(currency, 'EUR'), coalesce(periodic, false),
            coalesce(gs1_company_prefixes, '{}'), coalesce(gtin_patterns, '{}'),
            ims._patch_attributes('{}', attributes))
    ON CONFLICT ON CONSTRAINT owner_code_key DO NOTHING
    RETURNING o.owner_id INTO owner_id;
    PERFORM ims._check_new('owner', code, owner_id IS NULL);

    -- Document numbers come from one sequence per owner: no row of a counter
    -- that all its postings would wait for.
    sequence_name := format('document_number_%s_seq', owner_id);
    EXECUTE format('CREATE SEQUENCE ims.%I AS bigint CACHE 20', sequence_name);
    SELECT pg_get_userbyid(c.relowner) INTO STRICT ledger_role
    FROM pg_class AS c
    WHERE c.oid = 'ims.owner'::regclass;
    EXECUTE format('ALTER SEQUENCE ims.%I OWNER TO %I', sequence_name, ledger_role);

    IF template = '3pl' THEN
        INSERT INTO ims.channel (owner_id, code, name)
        VALUES (owner_id, 'WEB', 'web shop'),
            (owner_id, 'B2B', 'business customers'),
            (owner_id, 'MARKETPLACE', 'marketplaces');
    END IF;
END
$$;
COMMENT ON FUNCTION ims._create_owner IS 'internal form of ims.create_owner()';
REVOKE ALL ON FUNCTION ims._create_owner FROM PUBLIC;

CREATE FUNCTION ims.create_owner(
    code text DEFAULT NULL,
    name text DEFAULT NULL,
    kind text DEFAULT NULL,
    template text DEFAULT NULL,
    time_zone text DEFAULT NULL,
    currency text DEFAULT NULL,
    periodic boolean DEFAULT NULL,
    gs1_company_prefixes text[] DEFAULT NULL,
    gtin_patterns text[] DEFAULT NULL,
    attributes jsonb DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT owner_id bigint)
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.create_owner IS
'create an owner of stock

For members of the ledger''s role alone. The template 3pl makes a client with channels WEB, B2B and MARKETPLACE and
attributes billing_rules and sla to fill in; attributes given win over its own.
gs1_company_prefixes are those licensed to the owner, 4 to 12 digits, for EPCs and SSCCs;
gtin_patterns say how its restricted numbers hold weight, price or quantity, as those of
ims.gtin_restricted_fields() do, and scans read them so (IV113 for what is none).
The attribute epcis_domain is where names in EPCIS documents begin (IV223 for what is none).
Roles act for the owner once ims.add_owner_member() names them.
Example: SELECT ims.create_owner(code => ''ACME'', template => ''3pl'');';
REVOKE ALL ON FUNCTION ims.create_owner FROM PUBLIC;

CREATE FUNCTION ims._change_owner(
    owner_id bigint,
    new_code text DEFAULT NULL,
    name text DEFAULT NULL,
    kind text DEFAULT NULL,
    status text DEFAULT NULL,
    time_zone text DEFAULT NULL,
    currency text DEFAULT NULL,
    periodic boolean DEFAULT NULL,
    gs1_company_prefixes text[] DEFAULT NULL,
    gtin_patterns text[] DEFAULT NULL,
    attributes jsonb DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT changed_owner_id bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    was ims.owner;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    PERFORM ims._check_administrator();
    PERFORM ims._check_choice('kind', kind, 'company', 'client');
    PERFORM ims._check_choice('status', status, 'active', 'inactive');
    PERFORM ims._check_time_zone('time_zone', time_zone);
    PERFORM ims._check_pattern('currency', currency, '^[A-Z]{3}$', 'EUR');
    PERFORM ims._check_company_prefixes('gs1_company_prefixes', gs1_company_prefixes);
    PERFORM ims._check_gtin_patterns('gtin_patterns', gtin_patterns);
    PERFORM ims._check_epcis_domain(attributes);
    IF status IS NOT NULL OR currency IS NOT NULL THEN
        LOCK TABLE ims.movement IN SHARE ROW EXCLUSIVE MODE;
    END IF;
    SELECT o.* INTO STRICT was FROM ims.owner AS o WHERE o.owner_id = owner_id;
    IF new_code IS NOT NULL THEN
        PERFORM ims._check_code('new_code', new_code);
        PERFORM ims._check_new('owner', new_code, EXISTS (
            SELECT FROM ims.owner AS o WHERE o.code = new_code AND o.owner_id <> owner_id));
    END IF;
    IF currency <> was.currency AND ims._latest(
        'SELECT 1::bigint FROM ims.movement AS m WHERE m.owner_id = $1 LIMIT 1',
        owner_id) IS NOT NULL
    THEN
        PERFORM ims._raise_in_use('owner', was.code, 'movements',
            'The currency can be changed only before the first posting.');
    END IF;
    UPDATE ims.owner AS o
    SET code = coalesce(new_code, o.code),
        name = coalesce(name, o.name),
        kind = coalesce(kind, o.kind),
        status = coalesce(status, o.status),
        time_zone = coalesce(time_zone, o.time_zone),
        currency = coalesce(currency, o.currency),
        periodic = coalesce(periodic, o.periodic),
        gs1_company_prefixes = coalesce(gs1_company_prefixes, o.gs1_company_prefixes),
        gtin_patterns = coalesce(gtin_patterns, o.gtin_patterns),
        attributes = ims._patch_attributes(o.attributes, attributes)
    WHERE o.owner_id = owner_id;
    changed_owner_id := owner_id;
END
$$;
COMMENT ON FUNCTION ims._change_owner IS 'internal form of ims.change_owner()';
REVOKE ALL ON FUNCTION ims._change_owner FROM PUBLIC;

CREATE FUNCTION ims.change_owner(
    owner text DEFAULT NULL,
    new_code text DEFAULT NULL,
    name text DEFAULT NULL,
    kind text DEFAULT NULL,
    status text DEFAULT NULL,
    time_zone text DEFAULT NULL,
    currency text DEFAULT NULL,
    periodic boolean DEFAULT NULL,
    gs1_company_prefixes text[] DEFAULT NULL,
    gtin_patterns text[] DEFAULT NULL,
    attributes jsonb DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT owner_id bigint)
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.change_owner IS
'change an owner

For members of the ledger''s role alone. Null leaves a value as it is; keys of
attributes are set, or removed where null; gs1_company_prefixes and gtin_patterns replace those
that were there.
The currency stays once something was posted: amounts without a currency are in it.
Example: SELECT ims.change_owner(owner => ''ACME'', status => ''inactive'');';
REVOKE ALL ON FUNCTION ims.change_owner FROM PUBLIC;

CREATE FUNCTION ims._delete_owner(
    owner_id bigint,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    code text;
    mentioned text;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    LOCK TABLE ims.movement IN SHARE ROW EXCLUSIVE MODE;
    SELECT o.code INTO STRICT code FROM ims.owner AS o WHERE o.owner_id = owner_id;
    IF ims._latest('SELECT 1::bigint FROM ims.posting AS p WHERE p.owner_id = $1 LIMIT 1',
                   owner_id) IS NOT NULL
    THEN
        PERFORM ims._raise_in_use('owner', code, 'postings', 'Set its status to inactive.');
    END IF;
    BEGIN
        DELETE FROM ims.channel AS c WHERE c.owner_id = owner_id;
        DELETE FROM ims.owner_member AS m WHERE m.owner_id = owner_id;
        DELETE FROM ims.owner AS o WHERE o.owner_id = owner_id;
    EXCEPTION WHEN foreign_key_violation THEN
        GET STACKED DIAGNOSTICS mentioned = TABLE_NAME;
        PERFORM ims._raise_in_use('owner', code, mentioned, 'Delete those rows first.');
    END;
    EXECUTE format('DROP SEQUENCE ims.%I', format('document_number_%s_seq', owner_id));
END
$$;
COMMENT ON FUNCTION ims._delete_owner IS 'internal form of ims.delete_owner()';
REVOKE ALL ON FUNCTION ims._delete_owner FROM PUBLIC;

CREATE FUNCTION ims.delete_owner(
    owner text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.delete_owner IS
'delete an owner that nothing mentions

Members and channels go with it; items, parties, categories and handling units
must have been deleted before. IV228 where something is left.
Example: SELECT ims.delete_owner(owner => ''TYPO'');';
REVOKE ALL ON FUNCTION ims.delete_owner FROM PUBLIC;

CREATE FUNCTION ims._add_owner_member(
    owner_id bigint,
    role_name text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    PERFORM ims._check_present('role_name', role_name IS NOT NULL);
    IF NOT EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = role_name) THEN
        RAISE 'role "%" does not exist', role_name
            USING ERRCODE = 'undefined_object',
                DETAIL = 'The server has no such role. '
                    || jsonb_build_object('role_name', role_name)::text,
                HINT = 'Create the role first.';
    END IF;
    INSERT INTO ims.owner_member (owner_id, role_name)
    VALUES (owner_id, role_name)
    ON CONFLICT ON CONSTRAINT owner_member_pkey DO NOTHING;
END
$$;
COMMENT ON FUNCTION ims._add_owner_member IS 'internal form of ims.add_owner_member()';
REVOKE ALL ON FUNCTION ims._add_owner_member FROM PUBLIC;

CREATE FUNCTION ims.add_owner_member(
    owner text DEFAULT NULL,
    role_name text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.add_owner_member IS
'let a role act for an owner

The role and its members may then call the functions they may execute for this
owner, and see its rows. Nothing happens where it may already.
Example: SELECT ims.add_owner_member(owner => ''ACME'', role_name => ''acme_clerk'');';
REVOKE ALL ON FUNCTION ims.add_owner_member FROM PUBLIC;

CREATE FUNCTION ims._remove_owner_member(
    owner_id bigint,
    role_name text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    DELETE FROM ims.owner_member AS m
    WHERE m.owner_id = owner_id AND m.role_name = role_name;
    IF NOT FOUND THEN
        PERFORM ims._raise_unknown('role_name', 'member', role_name, 'IV229');
    END IF;
END
$$;
COMMENT ON FUNCTION ims._remove_owner_member IS 'internal form of ims.remove_owner_member()';
REVOKE ALL ON FUNCTION ims._remove_owner_member FROM PUBLIC;

CREATE FUNCTION ims.remove_owner_member(
    owner text DEFAULT NULL,
    role_name text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.remove_owner_member IS
'no longer let a role act for an owner

IV229 if the role was not named.
Example: SELECT ims.remove_owner_member(owner => ''ACME'', role_name => ''acme_clerk'');';
REVOKE ALL ON FUNCTION ims.remove_owner_member FROM PUBLIC;
