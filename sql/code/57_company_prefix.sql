-- EPCs of an owner's own keys: where its GS1 company prefix ends.
--
-- An EPC divides a key behind the company prefix, and the key does not say
-- where that is.  The functions of 13_epc take the length and read nothing;
-- these look it up in the prefixes of the owner.

CREATE FUNCTION ims._company_prefix_length(owner_id bigint, digits text)
RETURNS integer
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    prefixes text[];
    prefix text;
BEGIN
    SELECT o.gs1_company_prefixes INTO STRICT prefixes
    FROM ims.owner AS o
    WHERE o.owner_id = owner_id;
    SELECT p.prefix INTO prefix
    FROM unnest(prefixes) AS p (prefix)
    WHERE starts_with(digits, p.prefix)
    ORDER BY length(p.prefix) DESC
    LIMIT 1;
    IF prefix IS NULL THEN
        RAISE 'no company prefix of the owner begins the key "%"', left(digits, 40)
            USING ERRCODE = 'IV112',
                DETAIL = CASE WHEN prefixes = '{}' THEN 'The owner has none. '
                    ELSE format('The owner has %s. ', array_to_string(prefixes, ', ')) END
                    || jsonb_build_object('argument', 'company_prefix_length',
                        'key', left(digits, 40), 'prefixes', prefixes)::text,
                HINT = 'Give company_prefix_length, or set gs1_company_prefixes with ims.change_owner().';
    END IF;
    -- EPCs have no shorter ones (the partition tables of the Tag Data Standard,
    -- section 14, have lengths of 6 to 12): four or five digits stand for the
    -- prefixes of six that begin with them.
    RETURN greatest(length(prefix), 6);
END
$$;
COMMENT ON FUNCTION ims._company_prefix_length IS
    'digits of the owner''s company prefix in a key that begins with one, 6 to 12; IV112 where none does';

CREATE FUNCTION ims.encode_epc(
    owner text DEFAULT NULL,
    element_string text DEFAULT NULL,
    company_prefix_length integer DEFAULT NULL,
    filter integer DEFAULT 0,
    bits integer DEFAULT 0)
RETURNS TABLE (tag_uri text, pure_uri text, hex text)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    element text[];
    epc ims.epc;
BEGIN
    PERFORM ims._check_present('element_string', element_string IS NOT NULL);
    IF company_prefix_length IS NULL THEN
        -- the extension of an SSCC, the indicator of a GTIN and the filler of a
        -- GRAI stand before the prefix
        element := regexp_match(element_string, '^\((?:(?:00|01|8003)\)[0-9]|(?:414|8004)\))([0-9]+)');
        IF element IS NOT NULL THEN
            company_prefix_length := ims._company_prefix_length(
                ims._reading_owner_id(owner), element[1]);
        END IF;
    END IF;
    -- what is no key of these is refused whatever the length
    epc := ims.epc_from_element_string(element_string, coalesce(company_prefix_length, 6),
        coalesce(filter, 0), coalesce(bits, 0));
    RETURN QUERY SELECT ims.epc_tag_uri(epc), ims.epc_pure_uri(epc), ims.epc_hex(epc);
END
$$;
COMMENT ON FUNCTION ims.encode_epc IS
'EPC of a GS1 element string, by the prefixes of the owner

As ims.epc_from_element_string(), for keys of one''s own: company_prefix_length may be left
out where a company prefix of the owner begins the key; the longest does. tag_uri and hex
are what is written to a tag, pure_uri is what EPCIS names. IV112 where no prefix of the
owner begins the key, IV111 for what makes no EPC.
Example: SELECT e.hex FROM ims.encode_epc(element_string => ''(01)80614141123458(21)6789'', filter => 3) AS e;';
REVOKE ALL ON FUNCTION ims.encode_epc FROM PUBLIC;

CREATE FUNCTION ims.encode_class_uri(
    owner text DEFAULT NULL,
    gtin text DEFAULT NULL,
    lot text DEFAULT NULL,
    company_prefix_length integer DEFAULT NULL)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    key ims.gtin;
BEGIN
    PERFORM ims._check_present('gtin', gtin IS NOT NULL);
    key := gtin::ims.gtin;
    IF company_prefix_length IS NULL THEN
        company_prefix_length := ims._company_prefix_length(
            ims._reading_owner_id(owner), substr(key::text, 2));
    END IF;
    RETURN ims.epc_class_uri(key, company_prefix_length, lot);
END
$$;
COMMENT ON FUNCTION ims.encode_class_uri IS
'URI of a lot or of all units of a GTIN, by the prefixes of the owner

As ims.epc_class_uri(), for keys of one''s own: company_prefix_length may be left out where
a company prefix of the owner begins the GTIN behind its indicator. IV110 for a GTIN that is
none, IV111 for a lot, IV112 where no prefix of the owner begins it.
Example: SELECT ims.encode_class_uri(gtin => ''4023333020008'', lot => ''2019-10-07'');';
REVOKE ALL ON FUNCTION ims.encode_class_uri FROM PUBLIC;
