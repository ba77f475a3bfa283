-- What CREATE EXTENSION and create_ledger() leave behind: the version of the
-- control file, a library that loads, a schema that others cannot add to.
\i test/setup.psql
BEGIN;
SELECT plan(3);

SELECT ok(
    NOT has_schema_privilege('public', 'ims', 'CREATE'),
    'nobody may create objects in schema ims');
SELECT is(
    (SELECT e.extversion FROM pg_extension AS e WHERE e.extname = 'ims'),
    (SELECT v.default_version FROM pg_available_extensions AS v WHERE v.name = 'ims'),
    'the installed version is the version of the control file');

SELECT lives_ok($$LOAD '$libdir/ims'$$, 'the library loads');

SELECT * FROM finish();
ROLLBACK;
