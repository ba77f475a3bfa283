-- The house rules that the catalog can tell: comments everywhere, search_path
-- pinned, labels and names, owner_id first in every key, nothing that a
-- distributed or replicated ledger would lose, plain types at the doors.  Each
-- rule is a query for what breaks it; the second part breaks each rule once.
\i test/setup.psql
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(71);

-- What the rules are about.
CREATE TEMP VIEW function AS
SELECT p.oid, p.proname AS name, p.oid::regprocedure::text AS signature,
    p.proname !~ '^_' AS is_public, l.lanname AS language, p.prosrc, p.prosqlbody, p.proconfig,
    p.prosecdef, p.provolatile, p.proparallel, p.pronargs, p.pronargdefaults, p.proargnames,
    p.proargtypes, p.proallargtypes, p.proargmodes, p.prorettype, p.proacl, p.proowner
FROM pg_proc AS p
JOIN pg_language AS l ON l.oid = p.prolang
WHERE p.pronamespace = 'ims'::regnamespace;
CREATE TEMP VIEW relation AS
SELECT c.oid, c.relname AS name, c.oid::regclass::text AS qualified, n.nspname AS schema,
    c.relkind AS kind, c.relrowsecurity AS has_row_security,
    EXISTS (SELECT FROM pg_attribute AS a
            WHERE a.attrelid = c.oid AND a.attname = 'owner_id') AS has_owner
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname IN ('ims', 'ims_bi', 'ims_client') AND c.relkind IN ('r', 'p', 'v', 'm', 'f');
CREATE TEMP VIEW argument AS
SELECT f.signature, f.is_public, a.name, a.mode, a.type, a.type::regtype::text AS type_name
FROM function AS f
CROSS JOIN LATERAL unnest(
    coalesce(f.proallargtypes, f.proargtypes::oid[]),
    coalesce(f.proargmodes::text[], array_fill('i'::text, ARRAY[cardinality(f.proargtypes)])),
    f.proargnames) AS a (type, mode, name);
-- Types that every driver and tool knows.
CREATE TEMP TABLE plain_type (name) AS
SELECT t.name || d.suffix
FROM unnest('{numeric,text,boolean,bigint,integer,date,"timestamp with time zone",interval,
    jsonb,uuid,bytea,int8range,numrange,daterange,tstzrange}'::text[]) AS t (name)
CROSS JOIN (VALUES (''), ('[]')) AS d (suffix);
-- Types of ims itself: what reads no table may take and return them, and what
-- is named after the type.
CREATE TEMP TABLE own_type (name, prefix) AS
SELECT t.oid::regtype::text, t.typname || '_' FROM pg_type AS t
WHERE t.typnamespace = 'ims'::regnamespace AND t.typtype = 'b' AND t.typelem = 0;
-- What is computed from its arguments alone may be floating point: estimates
-- with a deviation, never stock or money.
INSERT INTO own_type VALUES ('double precision'), ('double precision[]');
-- So may series of demand be, whose sums are exact in ims.demand_history().
INSERT INTO own_type VALUES ('double precision[]', 'demand_');
-- Tables that all owners share.
CREATE TEMP TABLE shared_table (name) AS
SELECT unnest('{ledger_info,ledger_object,location,calendar,calendar_day,gs1_ai,unit,job,job_run}'::text[]);

CREATE TEMP TABLE rule (place integer, title text, finder text);
INSERT INTO rule VALUES
(1, 'every function has a comment', $$
    SELECT f.signature FROM function AS f
    WHERE obj_description(f.oid, 'pg_proc') IS NULL $$),
(2, 'every table and view has a comment', $$
    SELECT r.qualified FROM relation AS r
    WHERE obj_description(r.oid, 'pg_class') IS NULL $$),
(3, 'every column of a table or view has a comment', $$
    SELECT r.qualified || '.' || a.attname
    FROM relation AS r
    JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE col_description(r.oid, a.attnum) IS NULL $$),
(4, 'every type and domain has a comment', $$
    SELECT t.oid::regtype::text FROM pg_type AS t
    WHERE t.typnamespace = 'ims'::regnamespace AND t.typrelid = 0 AND t.typelem = 0
        AND obj_description(t.oid, 'pg_type') IS NULL $$),
(5, 'comments do not end with a period', $$
    SELECT d.description FROM pg_description AS d
    JOIN function AS f ON d.classoid = 'pg_proc'::regclass AND d.objoid = f.oid
    WHERE d.description LIKE '%.'
    UNION ALL
    SELECT d.description FROM pg_description AS d
    JOIN relation AS r ON d.classoid = 'pg_class'::regclass AND d.objoid = r.oid
    WHERE d.description LIKE '%.' $$),
(6, 'PL/pgSQL and string bodies pin search_path', $$
    SELECT f.signature FROM function AS f
    WHERE (f.language = 'plpgsql' OR f.language = 'sql' AND f.prosqlbody IS NULL)
        AND NOT coalesce(f.proconfig @> '{"search_path=pg_catalog, pg_temp"}', false) $$),
(7, 'symbols of the library start with ims_', $$
    SELECT f.signature FROM function AS f
    WHERE f.language = 'c' AND f.prosrc !~ '^ims_[a-z0-9_]+$' $$),
(8, 'no function runs with the rights of its owner', $$
    SELECT f.signature FROM function AS f WHERE f.prosecdef $$),
-- A door changes the user for its duration and stays with the leader.
(9, 'readers are labelled for parallel queries', $$
    SELECT f.signature FROM function AS f
    WHERE f.provolatile <> 'v' AND f.proparallel = 'u' AND f.prosrc <> 'ims_door'
        AND NOT EXISTS (SELECT FROM function AS d
                        WHERE d.prosrc = 'ims_door' AND f.name = '_' || d.name) $$),
(10, 'what writes is not labelled safe for parallel queries', $$
    SELECT f.signature FROM function AS f
    WHERE f.provolatile = 'v' AND f.proparallel = 's' $$),
(11, 'a function of the doors has one signature', $$
    SELECT f.name FROM function AS f WHERE f.is_public
    GROUP BY f.name HAVING count(*) > 1 $$),
-- version() has the arguments of its namesake, which always comes first.
(12, 'no function of the doors has a name of pg_catalog', $$
    SELECT f.signature FROM function AS f
    WHERE f.is_public AND f.name <> 'version'
        AND (EXISTS (SELECT FROM pg_proc AS p
                     WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname = f.name)
            OR EXISTS (SELECT FROM pg_type AS t
                       WHERE t.typnamespace = 'pg_catalog'::regnamespace
                           AND t.typname = f.name)) $$),
(13, 'no argument is a reserved word', $$
    SELECT a.signature || ' ' || a.name FROM argument AS a
    JOIN pg_get_keywords() AS k ON k.word = a.name AND k.catcode = 'R' $$),
(14, 'every argument of the doors has a name', $$
    SELECT a.signature FROM argument AS a
    WHERE a.is_public AND coalesce(a.name, '') = '' $$),
(15, 'arguments and results of the doors have plain types', $$
    SELECT a.signature || ' ' || a.name || ' ' || a.type_name FROM argument AS a
    JOIN function AS f ON f.signature = a.signature
    WHERE a.is_public AND a.type_name NOT IN (SELECT t.name FROM plain_type AS t)
        AND NOT EXISTS (SELECT FROM own_type AS o WHERE o.name = a.type_name
            AND (f.provolatile = 'i' OR f.provolatile = 's' AND starts_with(f.name, o.prefix)))
    UNION ALL
    SELECT f.signature || ' returns ' || f.prorettype::regtype::text FROM function AS f
    WHERE f.is_public AND f.prorettype NOT IN ('record'::regtype, 'void'::regtype)
        AND f.prorettype::regtype::text NOT IN (SELECT t.name FROM plain_type AS t)
        AND NOT EXISTS (SELECT FROM own_type AS o WHERE o.name = f.prorettype::regtype::text
            AND (f.provolatile = 'i' OR f.provolatile = 's' AND starts_with(f.name, o.prefix))) $$),
(16, 'every argument of what writes has a default', $$
    SELECT f.signature FROM function AS f
    WHERE f.is_public AND f.provolatile = 'v' AND f.pronargdefaults < f.pronargs $$),
(17, 'a function that returns a posting is VOLATILE', $$
    SELECT DISTINCT a.signature FROM argument AS a
    JOIN function AS f ON f.signature = a.signature
    WHERE a.is_public AND a.mode = 't' AND a.name = 'replayed' AND f.provolatile <> 'v' $$),
(18, 'nobody but its owner has a right on a function of the doors', $$
    SELECT f.signature FROM function AS f
    CROSS JOIN LATERAL aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) AS a
    WHERE f.is_public AND a.grantee = 0 $$),
(19, 'no table, view or sequence is a member of the extension', $$
    SELECT c.oid::regclass::text FROM pg_class AS c
    JOIN pg_depend AS d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid
        AND d.deptype = 'e'
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname IN ('ims', 'ims_bi', 'ims_client') $$),
(20, 'every table without owner_id is one that all owners share', $$
    SELECT r.qualified FROM relation AS r
    WHERE r.schema = 'ims' AND r.kind IN ('r', 'p')
        AND NOT r.has_owner AND r.name NOT IN (SELECT s.name FROM shared_table AS s) $$),
-- Owners are told apart by their codes.
(21, 'owner_id is first in every unique key', $$
    SELECT i.indexrelid::regclass::text FROM relation AS r
    JOIN pg_index AS i ON i.indrelid = r.oid AND (i.indisunique OR i.indisexclusion)
    LEFT JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum = i.indkey[0]
    WHERE r.has_owner AND a.attname IS DISTINCT FROM 'owner_id'
        AND i.indexrelid::regclass::text <> 'ims.owner_code_key' $$),
(22, 'owner_id is first in every index', $$
    SELECT i.indexrelid::regclass::text FROM relation AS r
    JOIN pg_index AS i ON i.indrelid = r.oid
    JOIN pg_class AS c ON c.oid = i.indexrelid
    JOIN pg_am AS m ON m.oid = c.relam AND m.amname <> 'brin'
    LEFT JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum = i.indkey[0]
    WHERE r.has_owner AND a.attname IS DISTINCT FROM 'owner_id'
        AND i.indexrelid::regclass::text <> 'ims.owner_code_key' $$),
(23, 'owner_id is first in every foreign key between tables of owners', $$
    SELECT r.qualified || ' ' || k.conname FROM relation AS r
    JOIN pg_constraint AS k ON k.conrelid = r.oid AND k.contype = 'f'
    JOIN relation AS t ON t.oid = k.confrelid AND t.has_owner
    LEFT JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum = k.conkey[1]
    LEFT JOIN pg_attribute AS b ON b.attrelid = t.oid AND b.attnum = k.confkey[1]
    WHERE r.has_owner
        AND (a.attname IS DISTINCT FROM 'owner_id' OR b.attname IS DISTINCT FROM 'owner_id') $$),
(24, 'every table of owners has row security with a policy, not forced', $$
    SELECT r.qualified FROM relation AS r
    JOIN pg_class AS c ON c.oid = r.oid
    WHERE r.schema = 'ims' AND r.kind IN ('r', 'p') AND r.has_owner
        AND (NOT r.has_row_security OR c.relforcerowsecurity
            OR NOT EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = r.oid)) $$),
(25, 'identities and ids are bigint', $$
    SELECT r.qualified || '.' || a.attname FROM relation AS r
    JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE (a.attidentity <> '' OR a.attname ~ '_id$') AND a.atttypid <> 'bigint'::regtype $$),
(26, 'no trigger mixes TRUNCATE with other events', $$
    SELECT t.tgrelid::regclass::text || ' ' || t.tgname FROM pg_trigger AS t
    JOIN relation AS r ON r.oid = t.tgrelid
    WHERE NOT t.tgisinternal AND t.tgtype & 32 <> 0 AND t.tgtype & (4 | 8 | 16) <> 0 $$),
(27, 'constraints are named after their table', $$
    SELECT r.qualified || ' ' || k.conname FROM relation AS r
    JOIN pg_constraint AS k ON k.conrelid = r.oid AND k.contype IN ('c', 'p', 'u', 'f', 'x')
    WHERE NOT starts_with(k.conname, r.name || '_') $$),
(28, 'times have a time zone', $$
    SELECT r.qualified || '.' || a.attname FROM relation AS r
    JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE a.atttypid IN ('timestamp'::regtype, 'time'::regtype, 'timetz'::regtype) $$),
(29, 'no column is binary floating point, money or an enum', $$
    SELECT r.qualified || '.' || a.attname FROM relation AS r
    JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_type AS t ON t.oid = a.atttypid
    WHERE t.oid IN ('real'::regtype, 'double precision'::regtype, 'money'::regtype)
        OR t.typtype = 'e' $$),
(30, 'columns of views have plain types', $$
    SELECT r.qualified || '.' || a.attname || ' ' || a.atttypid::regtype::text
    FROM relation AS r
    JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE r.schema IN ('ims_bi', 'ims_client')
        AND a.atttypid::regtype::text NOT IN (SELECT t.name FROM plain_type AS t) $$),
(31, 'views for people run with the rights of the reader', $$
    SELECT r.qualified FROM relation AS r
    JOIN pg_class AS c ON c.oid = r.oid
    WHERE r.schema = 'ims_bi'
        AND NOT coalesce(c.reloptions && '{security_invoker=true,security_invoker=on}', false) $$),
(32, 'what is safe for parallel queries calls nothing that is not', $$
    SELECT f.signature || ' calls ' || g.signature
    FROM function AS f
    -- remarks and hints name functions, too
    CROSS JOIN LATERAL (
        SELECT DISTINCT m[1] AS name
        FROM regexp_matches(
            regexp_replace(regexp_replace(f.prosrc, '--[^\n]*', '', 'g'), '''[^'']*''', '''''', 'g'),
            '\mims\.(\w+)\s*\(', 'g') AS m) AS c
    JOIN function AS g ON g.name = c.name AND g.proparallel <> 's'
    WHERE f.proparallel = 's' AND f.language IN ('sql', 'plpgsql') $$);

CREATE FUNCTION pg_temp.finds(finder text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format('SELECT q.what::text FROM (%s) AS q (what)', finder);
END
$$;
SELECT is((SELECT string_agg(f, E'\n' ORDER BY f) FROM pg_temp.finds(r.finder) AS f), NULL, r.title)
FROM rule AS r
ORDER BY r.place;

-- Each rule can fail.
CREATE FUNCTION pg_temp.finds_after(damage text, finder text) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    before integer := (SELECT count(*) FROM pg_temp.finds(finder));
    after integer;
BEGIN
    EXECUTE damage;
    after := (SELECT count(*) FROM pg_temp.finds(finder));
    RAISE EXCEPTION USING ERRCODE = 'P0099', MESSAGE = (after > before)::text;
EXCEPTION WHEN SQLSTATE 'P0099' THEN
    RETURN SQLERRM::boolean;
END
$$;
SELECT ok(pg_temp.finds_after(d.damage, r.finder), 'seen to fail: ' || r.title)
FROM (VALUES
    (1, 'CREATE FUNCTION ims.bad() RETURNS void LANGUAGE sql AS '''''),
    (2, 'CREATE TABLE ims.bad (a bigint)'),
    (3, 'CREATE TABLE ims.bad (a bigint)'),
    (4, 'CREATE DOMAIN ims.bad AS text'),
    (5, 'COMMENT ON TABLE ims.item IS ''items.'''),
    (6, 'CREATE FUNCTION ims.bad() RETURNS void LANGUAGE sql AS '''''),
    (7, 'CREATE FUNCTION ims.bad() RETURNS boolean LANGUAGE c AS ''$libdir/plpgsql'', ''plpgsql_call_handler'''),
    (8, 'ALTER FUNCTION ims.verify(text) SECURITY DEFINER'),
    (9, 'ALTER FUNCTION ims.verify(text) PARALLEL UNSAFE'),
    (10, 'ALTER FUNCTION ims.rebuild(text) PARALLEL SAFE'),
    (11, 'CREATE FUNCTION ims.verify(a bigint) RETURNS void LANGUAGE sql AS '''''),
    (12, 'CREATE FUNCTION ims.count(a bigint) RETURNS void LANGUAGE sql AS '''''),
    (13, 'CREATE FUNCTION ims.bad("from" bigint) RETURNS void LANGUAGE sql AS '''''),
    (14, 'CREATE FUNCTION ims.bad(bigint, b bigint) RETURNS void LANGUAGE sql AS '''''),
    (15, 'CREATE FUNCTION ims.bad(a ims.quantity) RETURNS void LANGUAGE sql AS '''''),
    (15, 'CREATE FUNCTION ims.bad(a ims.gtin) RETURNS void LANGUAGE sql STABLE AS '''''),
    (15, 'CREATE FUNCTION ims.bad() RETURNS ims.gtin LANGUAGE sql STABLE AS ''SELECT NULL::ims.gtin'''),
    (15, 'CREATE FUNCTION ims.bad(a ims.gs1) RETURNS void LANGUAGE sql STABLE AS '''''),
    (15, 'CREATE FUNCTION ims.bad() RETURNS ims.gs1 LANGUAGE sql STABLE AS ''SELECT NULL::ims.gs1'''),
    (15, 'CREATE FUNCTION ims.gs1_bad(a ims.gs1) RETURNS void LANGUAGE sql AS '''''),
    (16, 'CREATE FUNCTION ims.bad(a text) RETURNS void LANGUAGE sql AS '''''),
    (17, 'CREATE FUNCTION ims.bad() RETURNS TABLE (posting_id bigint, replayed boolean)'
        ' LANGUAGE sql STABLE AS ''SELECT 1::bigint, true'''),
    (18, 'GRANT EXECUTE ON FUNCTION ims.verify(text) TO PUBLIC'),
    (19, 'CREATE TABLE ims.bad (a bigint); ALTER EXTENSION ims ADD TABLE ims.bad'),
    (20, 'CREATE TABLE ims.bad (a bigint)'),
    (21, 'CREATE UNIQUE INDEX bad ON ims.item (code)'),
    (22, 'CREATE INDEX bad ON ims.item (code)'),
    (23, 'ALTER TABLE ims.lot ADD FOREIGN KEY (item_id, owner_id)'
        ' REFERENCES ims.item (item_id, owner_id)'),
    (24, 'ALTER TABLE ims.item DISABLE ROW LEVEL SECURITY'),
    (25, 'ALTER TABLE ims.item ADD bad_id integer'),
    (26, 'CREATE TRIGGER bad BEFORE DELETE OR TRUNCATE ON ims.item'
        ' EXECUTE FUNCTION ims._refuse_change()'),
    (27, 'ALTER TABLE ims.item ADD CONSTRAINT bad CHECK (code <> ''bad'')'),
    (28, 'ALTER TABLE ims.item ADD bad timestamp'),
    (29, 'ALTER TABLE ims.item ADD bad real'),
    (30, 'CREATE SCHEMA IF NOT EXISTS ims_bi;'
        ' CREATE VIEW ims_bi.bad AS SELECT s.on_hand FROM ims.stock AS s'),
    (31, 'CREATE SCHEMA IF NOT EXISTS ims_bi;'
        ' CREATE VIEW ims_bi.bad AS SELECT i.code FROM ims.item AS i'),
    (32, 'CREATE FUNCTION ims.bad() RETURNS boolean LANGUAGE sql PARALLEL SAFE AS'
        ' ''SELECT ims.verify() IS NULL''')
    ) AS d (place, damage)
JOIN rule AS r USING (place)
ORDER BY r.place;

-- A C function that is not STRICT looks for NULL itself: called with nothing
-- else, it may refuse, but must not bring the server down.
CREATE FUNCTION pg_temp.state_of_nulls(function oid) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE (
        SELECT format('SELECT * FROM ims.%I(%s)', p.proname,
            string_agg(format('NULL::%s', a.type::regtype), ', ' ORDER BY a.place))
        FROM pg_proc AS p
        LEFT JOIN LATERAL unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a (type, place) ON true
        WHERE p.oid = function
        GROUP BY p.oid, p.proname);
    RAISE EXCEPTION USING ERRCODE = 'P0099', MESSAGE = 'done';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END
$$;
CREATE TEMP TABLE null_call AS
SELECT f.signature, pg_temp.state_of_nulls(f.oid) AS state
FROM function AS f
JOIN pg_proc AS p ON p.oid = f.oid
WHERE f.language = 'c' AND NOT p.proisstrict AND p.prokind = 'f'
    AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype, 'internal'::regtype)
    AND NOT p.proargtypes::oid[] && ARRAY['internal'::regtype, 'cstring'::regtype]::oid[];
SELECT is_empty($$SELECT n.signature, n.state FROM null_call AS n
    WHERE n.state IS NULL OR n.state LIKE 'XX%'$$,
    'C functions that are not STRICT bear NULL for every argument');
SELECT ok('22004' = ANY (array_agg(n.state)) AND 'P0099' = ANY (array_agg(n.state)),
    'some refuse it, some do not') FROM null_call AS n;

SELECT * FROM finish();
ROLLBACK;
