-- create_ledger() makes a ledger once, whole, owned by a role of its own, and
-- gives nothing away; everything else that it meets is an error that names the
-- object.  Shown by dropping the ledger inside the test's transaction and
-- creating it among obstacles; migrate_ledger() is held to the same.
\i test/setup.psql
BEGIN;
SELECT plan(45);

-- Removes what is not a member of the extension, in any order.
CREATE FUNCTION pg_temp.drop_ledger() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    statement text;
BEGIN
    SET LOCAL client_min_messages = error;
    DROP SCHEMA IF EXISTS ims_bi, ims_client CASCADE;
    FOR statement IN
        SELECT format('DROP %s IF EXISTS %s CASCADE',
            CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
            c.oid::regclass)
        FROM pg_class AS c
        WHERE c.relnamespace = 'ims'::regnamespace AND c.relkind IN ('r', 'v', 'S')
        ORDER BY c.relkind DESC
    LOOP
        EXECUTE statement;
    END LOOP;
    RESET client_min_messages;
END
$$;

-- A ledger that is there.
SELECT is(ims.create_ledger(), 'present', 'a second call leaves the ledger alone');
SELECT is(ims.create_ledger('somebody_else'), 'present', 'whatever role it names');
SELECT is(ims.migrate_ledger(), ims._library_ledger_version(),
    'there is nothing to migrate');
SELECT results_eq('SELECT library, ledger FROM ims.version()',
    'SELECT ims._library_version(), ims._ledger_version()', 'version() tells the versions');
SELECT is((SELECT count(*) FROM pg_depend AS d
           JOIN pg_class AS c ON c.oid = d.objid AND d.classid = 'pg_class'::regclass
           WHERE d.deptype = 'e' AND c.relnamespace = 'ims'::regnamespace), 0::bigint,
    'no relation of the ledger is a member of an extension');
SELECT throws_ok('DROP EXTENSION ims', '2BP01', NULL, 'DROP EXTENSION refuses');

-- A partial, other or foreign one.
SAVEPOINT present;
ALTER TABLE ims.lot_status_change RENAME TO lost;
SELECT throws_ok('SELECT ims.create_ledger()', 'IV902',
    'the ledger is not complete: relation ims.lot_status_change is missing');
SELECT throws_ok('SELECT ims.migrate_ledger()', 'IV902',
    'the ledger is not complete: relation ims.lot_status_change is missing');
ROLLBACK TO present;
ALTER TABLE ims.ledger_info DROP COLUMN migrated_at;
SELECT throws_ok('SELECT ims.create_ledger()', 'IV902',
    'the ledger is not complete: column ims.ledger_info.migrated_at is missing');
ROLLBACK TO present;
DROP POLICY movement_rows ON ims.movement;
SELECT throws_ok('SELECT ims.create_ledger()', 'IV902',
    'the ledger is not complete: policy ims.movement.movement_rows is missing');
ROLLBACK TO present;
ALTER TABLE ims.movement DISABLE TRIGGER movement_no_change;
SELECT throws_ok('SELECT ims.migrate_ledger()', 'IV901',
    'trigger state ims.movement.movement_no_change is not as it was made');
ROLLBACK TO present;
DELETE FROM ims.ledger_info;
SELECT throws_ok('SELECT ims.create_ledger()', 'IV902',
    'the ledger is not complete: table ims.ledger_info is empty');
ROLLBACK TO present;
UPDATE ims.ledger_info SET ledger_version = '99.10.1';
SELECT throws_ok('SELECT ims.create_ledger()', 'IV903', format(
    'there is a ledger of version 99.10.1, this library makes version %s',
    ims._library_ledger_version()));
SELECT throws_ok('SELECT ims.migrate_ledger()', 'IV903', format(
    'the ledger is of version 99.10.1, the library of version %s',
    ims._library_ledger_version()));
UPDATE ims.ledger_info SET ledger_version = '0.0.9';
SELECT throws_ok('SELECT ims.create_ledger()', 'IV903', format(
    'there is a ledger of version 0.0.9, this library makes version %s',
    ims._library_ledger_version()));
SELECT throws_ok('SELECT ims.migrate_ledger()', 'IV903', format(
    'no step leads from ledger version 0.0.9 to %s', ims._library_ledger_version()));
CREATE FUNCTION ims._migrate_0_0_9_to_9_9_9() RETURNS void LANGUAGE sql AS '';
SELECT throws_ok('SELECT ims.migrate_ledger()', 'IV903', NULL,
    'a planted step is not run');
ROLLBACK TO present;
SELECT is(ims._compare_versions('0.9.0', '0.10.0'), -1, '0.9.0 is before 0.10.0');
SELECT is(ims._compare_versions('1.0', '0.10.0'), 1, '1.0 is after 0.10.0');

-- None, with something in the way.
SELECT pg_temp.drop_ledger() \gset
SAVEPOINT none;
SELECT is(ims._ledger_version(), NULL, 'no ledger, no version');
SELECT throws_ok('SELECT * FROM ims.verify()', 'IV902', 'there is no ledger in this database');
SELECT throws_ok('SELECT * FROM ims.rebuild()', 'IV902', 'there is no ledger in this database');
SELECT throws_ok('SELECT * FROM ims.health()', 'IV902', 'there is no ledger in this database');
SELECT throws_ok('SELECT * FROM ims.repair_guards()', 'IV902',
    'there is no ledger in this database');
SELECT throws_ok('SELECT ims.migrate_ledger()', 'IV902', 'there is no ledger in this database');
CREATE TABLE ims.stock (a integer);
SELECT throws_ok('SELECT ims.create_ledger()', 'IV904',
    'table ims.stock is in the way of the ledger');
ROLLBACK TO none;
CREATE TABLE ims.ledger_info (a integer);
SELECT throws_ok('SELECT ims.create_ledger()', 'IV904',
    'table ims.ledger_info is in the way of the ledger');
ROLLBACK TO none;
CREATE SCHEMA ims_bi;
SELECT throws_ok('SELECT ims.create_ledger()', 'IV904',
    'schema ims_bi is in the way of the ledger');
ROLLBACK TO none;
CREATE FUNCTION ims.mine() RETURNS void LANGUAGE sql AS '';
SELECT throws_ok('SELECT ims.create_ledger()', 'IV904',
    'function ims.mine() is in the way of the ledger');
ROLLBACK TO none;

-- The role.
SELECT throws_ok('SELECT ims.create_ledger(NULL)', 'IV201', NULL, 'a role is needed');
SELECT throws_ok($$SELECT ims.create_ledger('')$$, 'IV201', NULL, 'with a name');
SELECT throws_ok(format('SELECT ims.create_ledger(%L)', repeat('x', 64)), '42622', NULL,
    'of at most 63 bytes');
CREATE ROLE ims_test_super SUPERUSER;
SELECT throws_ok($$SELECT ims.create_ledger('ims_test_super')$$, '0P000', NULL,
    'a superuser cannot own the ledger');
CREATE ROLE ims_test_login LOGIN;
SELECT throws_ok($$SELECT ims.create_ledger('ims_test_login')$$, '0P000', NULL,
    'nor a role that can log in');
GRANT USAGE ON SCHEMA ims TO ims_test_login;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ims TO ims_test_login;
SET LOCAL ROLE ims_test_login;
SELECT throws_ok('SELECT ims.create_ledger()', '42501',
    'must have the rights of the role that owns schema "ims"');
RESET ROLE;
ROLLBACK TO none;

-- Nothing is given away, though default privileges say so.
CREATE ROLE ims_test_app;
CREATE ROLE "ims test owner";
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO ims_test_app;
ALTER DEFAULT PRIVILEGES FOR ROLE "ims test owner" GRANT ALL ON TABLES TO ims_test_app, PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE "ims test owner" GRANT ALL ON SEQUENCES TO ims_test_app;
ALTER DEFAULT PRIVILEGES FOR ROLE "ims test owner" GRANT ALL ON SCHEMAS TO ims_test_app, PUBLIC;
GRANT EXECUTE ON FUNCTION ims.verify(text) TO ims_test_app;
SELECT is(ims.create_ledger('ims test owner'), 'created', 'a ledger of another role');
SELECT is(current_user, session_user, 'the caller is back in his role');
SELECT is((SELECT string_agg(DISTINCT pg_get_userbyid(c.relowner), ' ')
           FROM pg_class AS c
           JOIN pg_namespace AS n ON n.oid = c.relnamespace
           -- but the row types of the extension's own functions
           WHERE n.nspname IN ('ims', 'ims_bi', 'ims_client') AND c.relkind <> 'c'),
    'ims test owner', 'which owns every relation');
SELECT is((SELECT count(*) FROM pg_class AS c
           CROSS JOIN LATERAL aclexplode(c.relacl) AS a
           WHERE c.relnamespace IN (SELECT n.oid FROM pg_namespace AS n
                                    WHERE n.nspname IN ('ims', 'ims_bi', 'ims_client'))
               AND a.grantee <> c.relowner), 0::bigint, 'no other role has a right on them');
SELECT is((SELECT count(*) FROM pg_proc AS p
           WHERE p.pronamespace = 'ims'::regnamespace
               AND NOT has_function_privilege('ims test owner', p.oid, 'EXECUTE')), 0::bigint,
    'it may execute every function');
SELECT ok(NOT has_function_privilege('ims_test_app', 'ims.verify(text)', 'EXECUTE')
    AND NOT has_database_privilege('ims test owner', current_database(), 'CREATE'),
    'and others none; the right to create schemas was only lent');
SELECT is_empty('SELECT * FROM ims.verify()', 'verify() finds nothing');
ROLLBACK TO none;

-- To be filled by a dump.
SELECT is(ims.create_ledger(seed => false), 'created', 'a ledger without seed');
SELECT is((SELECT count(*) FROM ims.location) + (SELECT count(*) FROM ims.owner)
    + (SELECT count(*) FROM ims.ledger_info) + (SELECT count(*) FROM ims.ledger_object),
    0::bigint, 'has no rows');
SELECT is((SELECT string_agg(v.check_name, ' ') FROM ims.verify() AS v),
    'catalog.ledger_version', 'and says that its version is missing');

SELECT * FROM finish();
ROLLBACK;
