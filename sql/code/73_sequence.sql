-- Sequences after a load that did not carry them: a data-only dump must leave
-- out those of document numbers, which a new ledger does not have yet, and
-- logical replication carries none.

CREATE FUNCTION ims._repair_document_sequences()
RETURNS TABLE (table_name text, guard text, state_before text, state_after text)
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
ROWS 20
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    ledger_role text := (SELECT pg_get_userbyid(c.relowner) FROM pg_class AS c
                         WHERE c.oid = 'ims.owner'::regclass);
    wrong record;
BEGIN
    FOR wrong IN
        SELECT format('document_number_%s_seq', o.owner_id) AS name, d.relation,
            pg_sequence_last_value(d.relation) AS reached, n.highest
        FROM ims.owner AS o
        LEFT JOIN ims._document_sequences() AS d ON d.owner_id = o.owner_id
        CROSS JOIN LATERAL (
            SELECT coalesce(max(p.document_number), 0) AS highest
            FROM ims.posting AS p
            WHERE p.owner_id = o.owner_id) AS n
        WHERE d.relation IS NULL OR n.highest > coalesce(pg_sequence_last_value(d.relation), 0)
        ORDER BY o.owner_id
    LOOP
        IF wrong.relation IS NULL THEN
            EXECUTE format('CREATE SEQUENCE ims.%I AS bigint CACHE 20', wrong.name);
            EXECUTE format('ALTER SEQUENCE ims.%I OWNER TO %I', wrong.name, ledger_role);
        END IF;
        IF wrong.highest > 0 THEN
            PERFORM setval(format('ims.%I', wrong.name), wrong.highest);
        END IF;
        table_name := 'ims.posting';
        guard := wrong.name;
        state_before := wrong.reached::text;
        state_after := wrong.highest::text;
        RETURN NEXT;
    END LOOP;
END
$$;
COMMENT ON FUNCTION ims._repair_document_sequences() IS
    'make missing sequences of document numbers, advance those overtaken; one row each';
REVOKE ALL ON FUNCTION ims._repair_document_sequences() FROM PUBLIC;

CREATE FUNCTION ims._repair_identities()
RETURNS TABLE (table_name text, guard text, state_before text, state_after text)
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
ROWS 20
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    identity record;
    highest bigint;
    reached bigint;
BEGIN
    FOR identity IN
        SELECT a.attrelid::regclass AS relation, a.attname AS name,
            pg_get_serial_sequence(a.attrelid::regclass::text, a.attname)::regclass AS sequence
        FROM ims._ledger_relations() AS r
        JOIN pg_attribute AS a ON a.attrelid = r.relation AND a.attidentity <> ''
        ORDER BY r.name
    LOOP
        EXECUTE format('SELECT max(t.%I) FROM %s AS t', identity.name, identity.relation)
        INTO highest;
        reached := pg_sequence_last_value(identity.sequence);
        CONTINUE WHEN highest IS NULL OR highest <= coalesce(reached, 0);
        PERFORM setval(identity.sequence, highest);
        table_name := identity.relation::text;
        guard := identity.sequence::text;
        state_before := reached::text;
        state_after := highest::text;
        RETURN NEXT;
    END LOOP;
END
$$;
COMMENT ON FUNCTION ims._repair_identities() IS
    'advance the sequences of ids that were overtaken by loaded rows; one row each';
REVOKE ALL ON FUNCTION ims._repair_identities() FROM PUBLIC;
