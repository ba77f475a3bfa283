-- The shape of the ledger: its objects, read from the catalog as text.
--
-- ims.ledger_object keeps the shape that create_ledger() or a migration left;
-- verify() compares.  Definitions are stripped of parentheses, which a dump and
-- restore may set differently.  Not looked at: bodies of views
-- (servers print them differently), storage settings, and what a DBA added
-- (indexes, columns, statistics), except what changes who may do what: the
-- kinds policy, rule, child and privilege must not have additions.

CREATE FUNCTION ims._ledger_relations()
RETURNS TABLE (relation oid, name text)
LANGUAGE sql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    -- The sequences of document numbers come and go with the owners.
    SELECT c.oid, n.nspname || '.' || c.relname
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname IN ('ims', 'ims_bi', 'ims_client')
        AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
        AND NOT (c.relkind = 'S' AND c.relname ~ '^document_number_[0-9]+_seq$')
        AND NOT EXISTS (
            SELECT FROM pg_depend AS d
            WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
$$;
COMMENT ON FUNCTION ims._ledger_relations() IS
    'tables, views and sequences of the ledger: oid and qualified name';
REVOKE ALL ON FUNCTION ims._ledger_relations() FROM PUBLIC;

CREATE FUNCTION ims._document_sequences()
RETURNS TABLE (relation oid, name text, owner_id bigint)
LANGUAGE sql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.oid, 'ims.' || c.relname,
        substring(c.relname::text FROM '^document_number_([0-9]+)_seq$')::bigint
    FROM pg_class AS c
    WHERE c.relnamespace = to_regnamespace('ims') AND c.relkind = 'S'
        AND c.relname ~ '^document_number_[0-9]+_seq$'
$$;
COMMENT ON FUNCTION ims._document_sequences() IS
    'sequences of document numbers: oid, qualified name and owner';
REVOKE ALL ON FUNCTION ims._document_sequences() FROM PUBLIC;

CREATE FUNCTION ims._ledger_grants()
RETURNS TABLE (object text, grantee text, privilege text)
LANGUAGE sql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    -- What was granted beyond reading, and beyond inserting movements: on
    -- tables, on columns, and functions opened to everybody that the
    -- extension had closed.
    SELECT r.name, coalesce(g.rolname, 'PUBLIC'), a.privilege_type
    FROM (
        SELECT l.relation, l.name FROM ims._ledger_relations() AS l
        UNION ALL
        SELECT d.relation, d.name FROM ims._document_sequences() AS d) AS r
    JOIN pg_class AS c ON c.oid = r.relation
    CROSS JOIN LATERAL (
        SELECT x.grantee, x.privilege_type, x.is_grantable FROM aclexplode(c.relacl) AS x
        UNION ALL
        SELECT y.grantee, y.privilege_type, y.is_grantable
        FROM pg_attribute AS t
        CROSS JOIN LATERAL aclexplode(t.attacl) AS y
        WHERE t.attrelid = c.oid) AS a
    LEFT JOIN pg_roles AS g ON g.oid = a.grantee
    WHERE a.grantee <> c.relowner
        AND (a.grantee = 0
            OR NOT (a.privilege_type = 'SELECT'
                OR r.name = 'ims.movement' AND a.privilege_type = 'INSERT'))
    UNION
    SELECT 'ims.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
        'PUBLIC', a.privilege_type
    FROM pg_proc AS p
    JOIN pg_init_privs AS i ON i.classoid = 'pg_proc'::regclass AND i.objoid = p.oid
    CROSS JOIN LATERAL aclexplode(p.proacl) AS a
    WHERE p.pronamespace = to_regnamespace('ims') AND a.grantee = 0
        AND NOT EXISTS (
            SELECT FROM aclexplode(i.initprivs) AS b WHERE b.grantee = 0)
$$;
COMMENT ON FUNCTION ims._ledger_grants() IS
    'rights on the ledger that no role but its owner should have';
REVOKE ALL ON FUNCTION ims._ledger_grants() FROM PUBLIC;

CREATE FUNCTION ims._ledger_shape()
RETURNS TABLE (kind text, name text, definition text)
LANGUAGE sql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH relation AS (
        SELECT r.relation, r.name, c.relkind, c.relowner, c.relpersistence,
            c.relrowsecurity, c.relforcerowsecurity, c.reloptions
        FROM ims._ledger_relations() AS r
        JOIN pg_class AS c ON c.oid = r.relation),
    object AS (
        SELECT 'relation' AS kind, r.name,
            concat_ws(' ', r.relkind, r.relpersistence,
                CASE WHEN r.relrowsecurity THEN 'row security' END,
                CASE WHEN r.relforcerowsecurity THEN 'forced' END,
                CASE WHEN r.relkind = 'v' THEN array_to_string(r.reloptions, ',') END)
                AS definition
        FROM relation AS r
        UNION ALL
        SELECT 'owner', r.name,
            CASE WHEN r.relowner = l.relowner THEN 'ledger role'
                 ELSE pg_get_userbyid(r.relowner)::text END
        FROM relation AS r
        CROSS JOIN (SELECT i.relowner FROM pg_class AS i
                    WHERE i.oid = to_regclass('ims.ledger_info')) AS l
        UNION ALL
        SELECT 'column', r.name || '.' || a.attname,
            concat_ws(' ', format_type(a.atttypid, a.atttypmod),
                CASE WHEN a.attnotnull THEN 'not null' END,
                'identity ' || nullif(a.attidentity::text, ''),
                'generated ' || nullif(a.attgenerated::text, ''),
                'default ' || pg_get_expr(d.adbin, d.adrelid))
        FROM relation AS r
        JOIN pg_attribute AS a ON a.attrelid = r.relation AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE r.relkind <> 'S'
        UNION ALL
        SELECT 'sequence', r.name,
            concat_ws(' ', format_type(s.seqtypid, NULL), s.seqincrement, s.seqmin, s.seqmax,
                s.seqcache, s.seqcycle)
        FROM relation AS r
        JOIN pg_sequence AS s ON s.seqrelid = r.relation
        UNION ALL
        -- 18 has NOT NULL as constraints too; the columns tell it on every server.
        SELECT 'constraint', r.name || '.' || c.conname,
            pg_get_constraintdef(c.oid) || CASE WHEN c.convalidated THEN '' ELSE ' not valid' END
        FROM relation AS r
        JOIN pg_constraint AS c ON c.conrelid = r.relation
        WHERE c.contype IN ('c', 'p', 'u', 'f', 'x')
        UNION ALL
        SELECT 'index', r.name || '.' || c.relname,
            regexp_replace(pg_get_indexdef(i.indexrelid), ' WITH \([^)]*\)', '')
            || CASE WHEN i.indisvalid AND i.indisready THEN '' ELSE ' invalid' END
        FROM relation AS r
        JOIN pg_index AS i ON i.indrelid = r.relation
        JOIN pg_class AS c ON c.oid = i.indexrelid
        UNION ALL
        SELECT 'trigger', r.name || '.' || t.tgname, pg_get_triggerdef(t.oid)
        FROM relation AS r
        JOIN pg_trigger AS t ON t.tgrelid = r.relation
        WHERE NOT t.tgisinternal
        UNION ALL
        SELECT 'trigger state', r.name || '.' || t.tgname, t.tgenabled::text
        FROM relation AS r
        JOIN pg_trigger AS t ON t.tgrelid = r.relation
        WHERE NOT t.tgisinternal
        UNION ALL
        -- Foreign keys are kept by internal triggers that can be disabled too.
        SELECT 'foreign key state', r.name || '.' || c.conname,
            string_agg(DISTINCT t.tgenabled::text, '' ORDER BY t.tgenabled::text)
        FROM relation AS r
        JOIN pg_constraint AS c ON c.conrelid = r.relation AND c.contype = 'f'
        JOIN pg_trigger AS t ON t.tgconstraint = c.oid
        GROUP BY r.name, c.conname
        UNION ALL
        SELECT DISTINCT 'trigger function', t.tgfoid::regprocedure::text,
            l.lanname || ' ' || p.prosrc || CASE WHEN p.prosecdef THEN ' definer' ELSE '' END
        FROM relation AS r
        JOIN pg_trigger AS t ON t.tgrelid = r.relation
        JOIN pg_proc AS p ON p.oid = t.tgfoid
        JOIN pg_language AS l ON l.oid = p.prolang
        WHERE NOT t.tgisinternal AND p.pronamespace = to_regnamespace('ims')
            AND l.lanname = 'c'
        UNION ALL
        SELECT 'policy', r.name || '.' || p.polname,
            concat_ws(' ', p.polcmd::text,
                CASE WHEN p.polpermissive THEN 'permissive' ELSE 'restrictive' END,
                (SELECT string_agg(coalesce(g.rolname, 'public'), ',' ORDER BY g.rolname)
                 FROM unnest(p.polroles) AS u (role)
                 LEFT JOIN pg_roles AS g ON g.oid = u.role),
                pg_get_expr(p.polqual, p.polrelid),
                pg_get_expr(p.polwithcheck, p.polrelid))
        FROM relation AS r
        JOIN pg_policy AS p ON p.polrelid = r.relation
        UNION ALL
        SELECT 'rule', r.name || '.' || w.rulename, concat(w.ev_type, w.ev_enabled)
        FROM relation AS r
        JOIN pg_rewrite AS w ON w.ev_class = r.relation
        WHERE w.rulename <> '_RETURN'
        UNION ALL
        SELECT 'child', r.name || '.' || i.inhrelid::regclass::text, 'inherits'
        FROM relation AS r
        JOIN pg_inherits AS i ON i.inhparent = r.relation
        UNION ALL
        SELECT 'privilege', concat_ws(' ', g.object, g.grantee, g.privilege), 'granted'
        FROM ims._ledger_grants() AS g)
    SELECT o.kind, o.name, regexp_replace(translate(o.definition, '()', ''), '\s+', ' ', 'g')
    FROM object AS o
$$;
COMMENT ON FUNCTION ims._ledger_shape() IS
    'objects of the ledger as the catalog has them: kind, name, definition';
REVOKE ALL ON FUNCTION ims._ledger_shape() FROM PUBLIC;

CREATE FUNCTION ims._ledger_differences()
RETURNS TABLE (kind text, name text, expected text, found text)
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
    SELECT coalesce(e.kind, f.kind), coalesce(e.name, f.name), e.definition, f.definition
    FROM ims.ledger_object AS e
    FULL JOIN ims._ledger_shape() AS f ON f.kind = e.kind AND f.name = e.name
    WHERE e.definition IS DISTINCT FROM f.definition
        AND (e.kind IS NOT NULL
            OR f.kind IN ('policy', 'rule', 'child', 'privilege')
                AND EXISTS (SELECT FROM ims.ledger_object))
    ORDER BY 1, 2;
END
$$;
COMMENT ON FUNCTION ims._ledger_differences() IS
    'objects of the ledger that are not as they were made: kind, name, expected, found';
REVOKE ALL ON FUNCTION ims._ledger_differences() FROM PUBLIC;
