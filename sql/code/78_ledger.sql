-- What create_ledger() and migrate_ledger() share: the checks before, the
-- rights and the record after.

CREATE FUNCTION ims._check_ledger_role(ledger_role text)
RETURNS void
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    role_row pg_catalog.pg_roles;
BEGIN
    IF ledger_role IS NULL OR ledger_role = '' THEN
        RAISE EXCEPTION USING ERRCODE = 'IV201',
            MESSAGE = 'argument "ledger_role" is missing',
            DETAIL = 'A role owns the ledger. {"argument": "ledger_role"}',
            HINT = 'Leave it out for ims_owner.';
    END IF;
    IF pg_catalog.octet_length(ledger_role) > 63 THEN
        RAISE EXCEPTION USING ERRCODE = 'name_too_long',
            MESSAGE = pg_catalog.format('role name "%s" is too long', ledger_role),
            DETAIL = 'A role name has at most 63 bytes.';
    END IF;
    IF NOT pg_catalog.pg_has_role(
        (SELECT n.nspowner FROM pg_catalog.pg_namespace AS n WHERE n.nspname = 'ims'), 'USAGE')
    THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'must have the rights of the role that owns schema "ims"',
            HINT = 'Run it as the superuser that created the extension.';
    END IF;
    BEGIN
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles AS r WHERE r.rolname = ledger_role) THEN
            EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN', ledger_role);
        END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL;  -- made in another database at the same time
    END;
    SELECT r.* INTO role_row FROM pg_catalog.pg_roles AS r WHERE r.rolname = ledger_role;
    IF role_row.rolsuper OR role_row.rolcanlogin THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_role_specification',
            MESSAGE = pg_catalog.format('role "%s" cannot own the ledger', ledger_role),
            DETAIL = CASE WHEN role_row.rolsuper THEN 'It is a superuser.'
                          ELSE 'It can log in.' END,
            HINT = 'Name a role of its own, or none for ims_owner.';
    END IF;
    IF NOT pg_catalog.pg_has_role(ledger_role, 'MEMBER') THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = pg_catalog.format('must be a member of role "%s"', ledger_role);
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_ledger_role(text) IS
    'make the role of the ledger if it is absent; raise where it or the caller will not do';
REVOKE ALL ON FUNCTION ims._check_ledger_role(text) FROM PUBLIC;

CREATE FUNCTION ims._check_ledger_script()
RETURNS void
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF ims._creating_extension() THEN
        RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
            MESSAGE = 'the ledger cannot be changed by the script of an extension',
            DETAIL = 'Its tables would become members of that extension, be left out of dumps'
                ' and go with DROP EXTENSION.',
            HINT = 'Call the function after CREATE EXTENSION.';
    END IF;
    PERFORM pg_catalog.pg_advisory_xact_lock(
        pg_catalog.hashtextextended('ims.create_ledger', 0));
END
$$;
COMMENT ON FUNCTION ims._check_ledger_script() IS
    'refuse inside the script of an extension; wait for others that change the ledger';
REVOKE ALL ON FUNCTION ims._check_ledger_script() FROM PUBLIC;

CREATE FUNCTION ims._check_no_foreign_object()
RETURNS void
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    object text;
BEGIN
    -- Looked up in the latest catalog, whatever the snapshot of the caller.
    IF pg_catalog.to_regclass('ims.ledger_info') IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'serialization_failure',
            MESSAGE = 'the ledger was created by another session at the same time';
    END IF;
    object := (
        SELECT pg_catalog.pg_describe_object(o.classid, o.objid, 0)
        FROM (
            SELECT 'pg_catalog.pg_class'::pg_catalog.regclass AS classid, c.oid AS objid,
                c.relnamespace AS namespace
            FROM pg_catalog.pg_class AS c
            WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
            UNION ALL
            SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, p.oid, p.pronamespace
            FROM pg_catalog.pg_proc AS p
            UNION ALL
            SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid, t.typnamespace
            FROM pg_catalog.pg_type AS t
            WHERE t.typelem = 0
                AND (t.typrelid = 0 OR EXISTS (
                    SELECT FROM pg_catalog.pg_class AS c
                    WHERE c.oid = t.typrelid AND c.relkind = 'c'))
            UNION ALL
            SELECT 'pg_catalog.pg_namespace'::pg_catalog.regclass, n.oid, n.oid
            FROM pg_catalog.pg_namespace AS n
            WHERE n.nspname <> 'ims') AS o
        JOIN pg_catalog.pg_namespace AS s ON s.oid = o.namespace
        WHERE s.nspname IN ('ims', 'ims_bi', 'ims_client')
            AND NOT EXISTS (
                SELECT FROM pg_catalog.pg_depend AS d
                WHERE d.classid = o.classid AND d.objid = o.objid AND d.deptype = 'e')
        ORDER BY 1
        LIMIT 1);
    IF object IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'IV904',
            MESSAGE = pg_catalog.format('%s is in the way of the ledger', object),
            DETAIL = 'There is no ledger in this database, but this object has a place of its own'
                ' in schemas that belong to the ledger. '
                || pg_catalog.jsonb_build_object('object', object)::text,
            HINT = 'Move or drop it, or restore the ledger that it belongs to.';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_no_foreign_object() IS
    'raise when something that is no member of the extension sits in the schemas of the ledger';
REVOKE ALL ON FUNCTION ims._check_no_foreign_object() FROM PUBLIC;

CREATE FUNCTION ims._compare_versions(one text, other text)
RETURNS integer
LANGUAGE plpgsql
IMMUTABLE
STRICT
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    one_parts integer[] := pg_catalog.string_to_array(one, '.')::integer[];
    other_parts integer[] := pg_catalog.string_to_array(other, '.')::integer[];
BEGIN
    RETURN CASE WHEN one_parts < other_parts THEN -1
                WHEN one_parts > other_parts THEN 1
                ELSE 0 END;
END
$$;
COMMENT ON FUNCTION ims._compare_versions(text, text) IS
    'order of two versions by their numbers: -1, 0 or 1';
REVOKE ALL ON FUNCTION ims._compare_versions(text, text) FROM PUBLIC;

CREATE FUNCTION ims._check_ledger_present()
RETURNS void
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    version text;
    missing_kind text;
    missing text;
BEGIN
    -- A table by that name may be anybody's.
    BEGIN
        version := (SELECT i.ledger_version FROM ims.ledger_info AS i);
        SELECT d.kind, d.name INTO missing_kind, missing
        FROM ims._ledger_differences() AS d
        WHERE d.found IS NULL
        ORDER BY CASE d.kind WHEN 'relation' THEN 1 WHEN 'column' THEN 2 ELSE 3 END, d.name
        LIMIT 1;
    EXCEPTION
        WHEN undefined_column OR undefined_function OR invalid_text_representation
            OR cardinality_violation THEN
            RAISE EXCEPTION USING ERRCODE = 'IV904',
                MESSAGE = 'table ims.ledger_info is in the way of the ledger',
                DETAIL = 'It was not made by ims.create_ledger(). {"object": "ims.ledger_info"}',
                HINT = 'Move or drop it, or restore the ledger that it belongs to.';
        WHEN undefined_table THEN
            missing_kind := 'relation';
            missing := 'ims.ledger_object';
    END;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'IV902',
            MESSAGE = pg_catalog.format('the ledger is not complete: %s %s is missing',
                missing_kind, missing),
            DETAIL = 'Part of the ledger is there. '
                || pg_catalog.jsonb_build_object('object', missing)::text,
            HINT = 'Restore it; SELECT * FROM ims.verify() lists all differences.';
    END IF;
    IF version IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'IV902',
            MESSAGE = 'the ledger is not complete: table ims.ledger_info is empty',
            DETAIL = 'It was created without seed, to load the data of a dump.'
                ' {"object": "ims.ledger_info"}',
            HINT = 'Load the data, then run SELECT * FROM ims.repair_guards().';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_ledger_present() IS
    'raise when the ledger in this database is partial or not ours';
REVOKE ALL ON FUNCTION ims._check_ledger_present() FROM PUBLIC;

CREATE FUNCTION ims._prepare_ledger(ledger_role text)
RETURNS boolean
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wanted text := ims._library_ledger_version();
    version text;
BEGIN
    PERFORM ims._check_ledger_script();
    IF EXISTS (SELECT FROM ims._ledger_relations() AS r WHERE r.name = 'ims.ledger_info') THEN
        PERFORM ims._check_ledger_present();
        version := ims._ledger_version();
        IF version <> wanted THEN
            RAISE EXCEPTION USING ERRCODE = 'IV903',
                MESSAGE = pg_catalog.format(
                    'there is a ledger of version %s, this library makes version %s',
                    version, wanted),
                DETAIL = 'A ledger is made once. '
                    || pg_catalog.jsonb_build_object('ledger_version', version,
                        'library_version', wanted)::text,
                HINT = CASE WHEN ims._compare_versions(version, wanted) < 0
                            THEN 'Run SELECT ims.migrate_ledger().'
                            ELSE 'Install the library of the ledger''s version or later.' END;
        END IF;
        RETURN false;
    END IF;
    PERFORM ims._check_no_foreign_object();
    PERFORM ims._check_ledger_role(_prepare_ledger.ledger_role);
    PERFORM ims._grant_to_ledger_role(_prepare_ledger.ledger_role);
    RETURN true;
END
$$;
COMMENT ON FUNCTION ims._prepare_ledger(text) IS
    'whether a ledger is to be made; raises where a partial, other or foreign one is there';
REVOKE ALL ON FUNCTION ims._prepare_ledger(text) FROM PUBLIC;

CREATE FUNCTION ims._grant_to_ledger_role(ledger_role text)
RETURNS void
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    refused text;
BEGIN
    -- A GRANT that has no effect only warns, so the result is looked at.
    EXECUTE pg_catalog.format('GRANT USAGE, CREATE ON SCHEMA ims TO %I', ledger_role);
    EXECUTE pg_catalog.format('GRANT EXECUTE ON ALL ROUTINES IN SCHEMA ims TO %I', ledger_role);
    IF NOT pg_catalog.has_schema_privilege(ledger_role, 'ims', 'USAGE')
        OR NOT pg_catalog.has_schema_privilege(ledger_role, 'ims', 'CREATE')
    THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = pg_catalog.format('role "%s" got no rights on schema "ims"', ledger_role);
    END IF;
    refused := (
        SELECT pg_catalog.min(p.oid::pg_catalog.regprocedure::text)
        FROM pg_catalog.pg_proc AS p
        WHERE p.pronamespace = 'ims'::pg_catalog.regnamespace
            AND NOT pg_catalog.has_function_privilege(ledger_role, p.oid, 'EXECUTE'));
    IF refused IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = pg_catalog.format('role "%s" got no right to execute %s',
                ledger_role, refused);
    END IF;
END
$$;
COMMENT ON FUNCTION ims._grant_to_ledger_role(text) IS
    'give the role of the ledger what it needs of the code; raise where a grant has no effect';
REVOKE ALL ON FUNCTION ims._grant_to_ledger_role(text) FROM PUBLIC;

CREATE FUNCTION ims._strip_default_privileges(ledger_role text)
RETURNS void
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    statement text;
BEGIN
    -- Default privileges of whoever made the objects end here: tables and
    -- sequences that are not recorded yet, the schema of the views, and the
    -- functions, whose rights are handed out only after the ledger exists.
    FOR statement IN
        SELECT pg_catalog.format('REVOKE ALL ON %s %s FROM %s CASCADE', o.kind, o.name,
            CASE WHEN o.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(g.rolname) END)
        FROM (
            SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind,
                c.oid::pg_catalog.regclass::text AS name, a.grantee, c.relowner AS owner
            FROM ims._ledger_relations() AS r
            JOIN pg_catalog.pg_class AS c ON c.oid = r.relation
            CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) AS a
            WHERE NOT EXISTS (SELECT FROM ims.ledger_object AS e
                              WHERE e.kind = 'relation' AND e.name = r.name)
            UNION
            SELECT 'SEQUENCE', c.oid::pg_catalog.regclass::text, a.grantee, c.relowner
            FROM ims._document_sequences() AS d
            JOIN pg_catalog.pg_class AS c ON c.oid = d.relation
            CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) AS a
            WHERE NOT EXISTS (SELECT FROM ims.ledger_object AS e WHERE e.kind = 'relation')
            UNION
            SELECT 'SCHEMA', pg_catalog.quote_ident(n.nspname), a.grantee, n.nspowner
            FROM pg_catalog.pg_namespace AS n
            CROSS JOIN LATERAL pg_catalog.aclexplode(n.nspacl) AS a
            WHERE n.nspname IN ('ims_bi', 'ims_client')
                AND NOT EXISTS (SELECT FROM ims.ledger_object AS e WHERE e.kind = 'relation')
            UNION
            SELECT 'ROUTINE', p.oid::pg_catalog.regprocedure::text, a.grantee, p.proowner
            FROM pg_catalog.pg_proc AS p
            CROSS JOIN LATERAL pg_catalog.aclexplode(p.proacl) AS a
            WHERE p.pronamespace = 'ims'::pg_catalog.regnamespace
                AND a.grantee <> 0
                AND NOT EXISTS (SELECT FROM ims.ledger_object AS e WHERE e.kind = 'relation')
            ) AS o
        LEFT JOIN pg_catalog.pg_roles AS g ON g.oid = o.grantee
        WHERE o.grantee <> o.owner
            AND (o.grantee = 0 OR g.rolname <> _strip_default_privileges.ledger_role)
        ORDER BY 1
    LOOP
        EXECUTE statement;
    END LOOP;
END
$$;
COMMENT ON FUNCTION ims._strip_default_privileges(text) IS
    'take back what default privileges gave away on new objects of the ledger';
REVOKE ALL ON FUNCTION ims._strip_default_privileges(text) FROM PUBLIC;

CREATE FUNCTION ims._finish_ledger(ledger_role text)
RETURNS void
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    refused text;
BEGIN
    PERFORM ims._strip_default_privileges(_finish_ledger.ledger_role);
    refused := (
        SELECT pg_catalog.min(pg_catalog.format('%s on %s to %s', g.privilege, g.object, g.grantee))
        FROM ims._ledger_grants() AS g);
    IF refused IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = pg_catalog.format('a default privilege cannot be taken back: %s', refused);
    END IF;
    -- Without seed the record comes with the data of a dump, as the version does.
    IF ims._ledger_version() IS NOT NULL THEN
        DELETE FROM ims.ledger_object;
        INSERT INTO ims.ledger_object (kind, name, definition)
        SELECT s.kind, s.name, s.definition FROM ims._ledger_shape() AS s;
    END IF;
    PERFORM ims._forget_ledger();
END
$$;
COMMENT ON FUNCTION ims._finish_ledger(text) IS
    'clear the rights on new objects and record the shape of the ledger';
REVOKE ALL ON FUNCTION ims._finish_ledger(text) FROM PUBLIC;
