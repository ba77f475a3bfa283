-- Application identifiers of GS1 that are added to the built-in ones.

CREATE FUNCTION ims._check_gs1_ai(ai text, format text, required_with text, excluded_with text)
RETURNS void
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_check_gs1_ai';
COMMENT ON FUNCTION ims._check_gs1_ai IS 'IV124 unless the application identifier can be added';
REVOKE ALL ON FUNCTION ims._check_gs1_ai FROM PUBLIC;

CREATE FUNCTION ims._set_gs1_ai(
    ai text DEFAULT NULL,
    format text DEFAULT NULL,
    title text DEFAULT NULL,
    required_with text DEFAULT NULL,
    excluded_with text DEFAULT NULL,
    release text DEFAULT NULL,
    valid_from date DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    PERFORM ims._check_present('ai', ai IS NOT NULL);
    PERFORM ims._check_present('format', format IS NOT NULL);
    PERFORM ims._check_present('title', title IS NOT NULL);
    PERFORM ims._check_gs1_ai(ai, format, required_with, excluded_with);
    INSERT INTO ims.gs1_ai AS a
        (ai, valid_from, format, required_with, excluded_with, title, release)
    VALUES (ai, coalesce(valid_from, '-infinity'), format, required_with, excluded_with, title,
        release)
    ON CONFLICT ON CONSTRAINT gs1_ai_pkey DO UPDATE
    SET format = excluded.format, required_with = excluded.required_with,
        excluded_with = excluded.excluded_with, title = excluded.title,
        release = excluded.release;
END
$$;
COMMENT ON FUNCTION ims._set_gs1_ai IS 'internal form of ims.set_gs1_ai()';
REVOKE ALL ON FUNCTION ims._set_gs1_ai FROM PUBLIC;

CREATE FUNCTION ims.set_gs1_ai(
    ai text DEFAULT NULL,
    format text DEFAULT NULL,
    title text DEFAULT NULL,
    required_with text DEFAULT NULL,
    excluded_with text DEFAULT NULL,
    release text DEFAULT NULL,
    valid_from date DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.set_gs1_ai IS
'add a GS1 application identifier, or define it anew

format and associations are written as in the GS1 Barcode Syntax Dictionary. From
valid_from (UTC, null: always) on it is the definition, until a later one; one of the
same day is replaced. IV124 if it is built in or malformed.
Example: SELECT ims.set_gs1_ai(ai => ''7099'', format => ''X..20'', title => ''PILOT'', required_with => ''01'');';
REVOKE ALL ON FUNCTION ims.set_gs1_ai FROM PUBLIC;

CREATE FUNCTION ims._remove_gs1_ai(
    ai text DEFAULT NULL,
    valid_from date DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    PERFORM ims._check_present('ai', ai IS NOT NULL);
    DELETE FROM ims.gs1_ai AS a
    WHERE a.ai = ai AND (valid_from IS NULL OR a.valid_from = valid_from);
    IF NOT FOUND THEN
        PERFORM ims._raise_unknown('ai', 'application identifier', ai, 'IV229');
    END IF;
END
$$;
COMMENT ON FUNCTION ims._remove_gs1_ai IS 'internal form of ims.remove_gs1_ai()';
REVOKE ALL ON FUNCTION ims._remove_gs1_ai FROM PUBLIC;

CREATE FUNCTION ims.remove_gs1_ai(
    ai text DEFAULT NULL,
    valid_from date DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.remove_gs1_ai IS
'remove an added GS1 application identifier

All its definitions, or the one of a day. Values that have it stay, but strict reading
refuses new ones. IV229 if there is none.
Example: SELECT ims.remove_gs1_ai(ai => ''7099'');';
REVOKE ALL ON FUNCTION ims.remove_gs1_ai FROM PUBLIC;

CREATE FUNCTION ims.gs1_title(ai text)
RETURNS text
LANGUAGE c STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gs1_title';
COMMENT ON FUNCTION ims.gs1_title IS
'title of a GS1 application identifier

Built in, or added and valid today (UTC); null for any other.
Example: SELECT e.ai, ims.gs1_title(e.ai), e.value FROM ims.gs1_elements(''(10)ABC'') AS e;';
REVOKE ALL ON FUNCTION ims.gs1_title FROM PUBLIC;
