-- What runs here: versions and limits.

CREATE FUNCTION ims._creating_extension()
RETURNS boolean
LANGUAGE C
VOLATILE
STRICT
PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'ims_creating_extension';
COMMENT ON FUNCTION ims._creating_extension() IS
    'whether the script of an extension runs, so that new objects become its members';
REVOKE ALL ON FUNCTION ims._creating_extension() FROM PUBLIC;

CREATE FUNCTION ims._library_version()
RETURNS text
LANGUAGE C
STABLE
STRICT
PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_library_version';
COMMENT ON FUNCTION ims._library_version() IS 'version of the library that is loaded';

CREATE FUNCTION ims._library_ledger_version()
RETURNS text
LANGUAGE C
STABLE
STRICT
PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_library_ledger_version';
COMMENT ON FUNCTION ims._library_ledger_version() IS
    'version of the ledger tables that the library was built for';

CREATE FUNCTION ims._forget_ledger()
RETURNS void
LANGUAGE C
VOLATILE
STRICT
PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_forget_ledger';
COMMENT ON FUNCTION ims._forget_ledger() IS
    'make every session look at the ledger and its version again';
REVOKE ALL ON FUNCTION ims._forget_ledger() FROM PUBLIC;

-- In C: whoever may ask for it needs no right on the table.
CREATE FUNCTION ims._ledger_version()
RETURNS text
LANGUAGE C
STABLE
STRICT
PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'ims_ledger_version';
COMMENT ON FUNCTION ims._ledger_version() IS
    'version of the ledger tables in this database, null where there are none';

CREATE FUNCTION ims.version()
RETURNS TABLE (library text, extension text, ledger text, server text)
LANGUAGE plpgsql
STABLE
PARALLEL RESTRICTED
ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    library := ims._library_version();
    ledger := ims._ledger_version();
    extension := (SELECT e.extversion FROM pg_catalog.pg_extension AS e
                  WHERE e.extname = 'ims');
    server := pg_catalog.current_setting('server_version');
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION ims.version() IS
    'versions of library, extension, ledger tables and server, one row';
REVOKE ALL ON FUNCTION ims.version() FROM PUBLIC;

CREATE FUNCTION ims.limits()
RETURNS TABLE (name text, value bigint, meaning text)
LANGUAGE C
STABLE
STRICT
PARALLEL SAFE
ROWS 10
AS 'MODULE_PATHNAME', 'ims_limits';
COMMENT ON FUNCTION ims.limits() IS
    'largest values that calls accept, one row per limit, ordered by name';
REVOKE ALL ON FUNCTION ims.limits() FROM PUBLIC;
