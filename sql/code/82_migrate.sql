-- Moving an older ledger to the version of the library.
--
-- One step per version that changed the ledger: a function of the extension
-- ims._migrate_<from>_to_<to>(), dots written as underscores, that runs as the
-- role of the ledger.  A step only adds: what clients call or read stays.

CREATE FUNCTION ims._next_migration(version text)
RETURNS text
LANGUAGE plpgsql
STABLE
STRICT
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- Members only: a planted function is never run.
    RETURN (
        SELECT pg_catalog.max(p.proname)
        FROM pg_catalog.pg_proc AS p
        JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
            AND d.objid = p.oid AND d.deptype = 'e'
            AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
        JOIN pg_catalog.pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'ims'
        WHERE p.pronamespace = 'ims'::pg_catalog.regnamespace
            AND p.pronargs = 0
            AND pg_catalog.starts_with(p.proname,
                '_migrate_' || pg_catalog.replace(version, '.', '_') || '_to_'));
END
$$;
COMMENT ON FUNCTION ims._next_migration(text) IS
    'name of the step that leads on from a version of the ledger, null for none';
REVOKE ALL ON FUNCTION ims._next_migration(text) FROM PUBLIC;

CREATE FUNCTION ims.migrate_ledger()
RETURNS text
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    caller_setting text := pg_catalog.current_setting('role');
    wanted text := ims._library_ledger_version();
    reached text;
    step text;
    ledger_role text;
    difference record;
BEGIN
    PERFORM ims._check_ledger_script();
    IF ims._ledger_version() IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'IV902',
            MESSAGE = 'there is no ledger in this database',
            DETAIL = 'There is no relation "ims.ledger_info". {"object": "ims.ledger_info"}',
            HINT = 'Run SELECT ims.create_ledger().';
    END IF;
    -- Nobody posts while the tables change, and another migration is seen.
    LOCK TABLE ims.ledger_info IN ACCESS EXCLUSIVE MODE;
    LOCK TABLE ims.movement IN SHARE ROW EXCLUSIVE MODE;
    PERFORM ims._check_ledger_present();
    reached := ims._ledger_version();
    ledger_role := (SELECT pg_catalog.pg_get_userbyid(c.relowner) FROM pg_catalog.pg_class AS c
                    WHERE c.oid = 'ims.ledger_info'::pg_catalog.regclass);
    PERFORM ims._check_ledger_role(ledger_role);

    -- A ledger that was tampered with must not be recorded as sound.
    SELECT d.* INTO difference FROM ims._ledger_differences() AS d LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'IV901',
            MESSAGE = pg_catalog.format('%s %s is not as it was made',
                difference.kind, difference.name),
            DETAIL = pg_catalog.format('Expected %s, found %s. ',
                coalesce(difference.expected, 'nothing'),
                coalesce(difference.found, 'nothing'))
                || pg_catalog.jsonb_build_object('object', difference.name,
                    'expected', difference.expected, 'found', difference.found)::text,
            HINT = 'SELECT * FROM ims.verify() lists all differences; repair them first.';
    END IF;

    PERFORM ims._grant_to_ledger_role(ledger_role);
    IF ims._compare_versions(reached, wanted) > 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'IV903',
            MESSAGE = pg_catalog.format('the ledger is of version %s, the library of version %s',
                reached, wanted),
            DETAIL = 'An older library cannot write to a newer ledger. '
                || pg_catalog.jsonb_build_object('ledger_version', reached,
                    'library_version', wanted)::text,
            HINT = 'Install the library of the ledger''s version or later.';
    END IF;
    IF reached = wanted THEN
        RETURN reached;
    END IF;
    WHILE reached <> wanted LOOP
        step := ims._next_migration(reached);
        IF step IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'IV903',
                MESSAGE = pg_catalog.format('no step leads from ledger version %s to %s',
                    reached, wanted),
                DETAIL = 'A step leads from one version to the next. '
                    || pg_catalog.jsonb_build_object('ledger_version', reached,
                        'library_version', wanted)::text,
                HINT = 'Run ALTER EXTENSION ims UPDATE first.';
        END IF;
        PERFORM pg_catalog.set_config('role', ledger_role, true);
        EXECUTE pg_catalog.format('SELECT ims.%I()', step);
        PERFORM pg_catalog.set_config('role', caller_setting, true);
        reached := pg_catalog.replace(
            pg_catalog.regexp_replace(step, '^.*_to_', ''), '_', '.');
    END LOOP;
    UPDATE ims.ledger_info
    SET ledger_version = reached, migrated_at = pg_catalog.statement_timestamp();
    PERFORM ims._finish_ledger(ledger_role);
    RETURN reached;
END
$$;
COMMENT ON FUNCTION ims.migrate_ledger() IS
    'move the ledger to the version of the library; returns the version reached';
REVOKE ALL ON FUNCTION ims.migrate_ledger() FROM PUBLIC;
