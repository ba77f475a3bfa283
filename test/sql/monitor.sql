-- A role that only watches: version(), limits() and health(), and no row of any
-- owner.
\i test/setup.psql
BEGIN;
\i doc/roles.sql
SELECT plan(9);
CREATE ROLE ims_test_monitor IN ROLE ims_monitor;
CREATE ROLE ims_test_bare;
GRANT USAGE ON SCHEMA ims TO ims_test_bare;
GRANT EXECUTE ON FUNCTION ims.version(), ims.health() TO ims_test_bare;

SET LOCAL ROLE ims_test_monitor;
SELECT is(v.ledger IS NOT NULL AND v.library IS NOT NULL, true, 'a monitor reads the versions') FROM ims.version() AS v;
SELECT cmp_ok((SELECT count(*) FROM ims.limits()), '>', 5::bigint, 'and the limits');
SELECT cmp_ok((SELECT count(*) FROM ims.health() AS h WHERE h.name IN
    ('oldest_snapshot_age', 'dead_rows.stock', 'disabled_guards', 'changed_objects', 'sequence_used')), '=', 5::bigint,
    'and the health, sessions and tables and ledger');
SELECT is_empty($$SELECT * FROM ims.health() AS h WHERE h.name = 'last_closing_age'$$,
    'but of closings it sees nothing, and says nothing');
SELECT throws_ok('SELECT * FROM ims.stock', '42501', NULL, 'it has no right on balances');
SELECT throws_ok('SELECT * FROM ims.verify()', '42501', NULL, 'nor on functions of others');
RESET ROLE;
SELECT isnt_empty($$SELECT * FROM ims.health() AS h WHERE h.name = 'last_closing_age'$$, 'who sees owners sees it');
SET LOCAL ROLE ims_test_bare;
SELECT lives_ok('SELECT * FROM ims.version()', 'the right on version() is enough for it');
SELECT throws_like('SELECT * FROM ims.health()', 'permission denied for table ledger_%',
    'health() also reads two tables of the ledger');
RESET ROLE;
SELECT * FROM finish();
ROLLBACK;
