-- What all owners share (places, calendars, units) is kept by a role of the
-- warehouse and by no client; and what a call on it says tells no owner of
-- another.  Every door without an owner is found in the catalog.
\i test/setup.psql
BEGIN;
\i doc/roles.sql
SELECT plan(15);

SELECT ims.create_owner(code => 'A') > 0, ims.create_owner(code => 'B') > 0;
CREATE ROLE ims_test_b_all IN ROLE ims_supervisor, ims_steward, ims_controller;
CREATE ROLE ims_test_keeper IN ROLE ims_warehouse;
CREATE ROLE ims_test_reader_b IN ROLE ims_reader;
SELECT ims.add_owner_member(owner => 'B', role_name => r)
FROM unnest('{ims_test_b_all,ims_test_reader_b}'::text[]) AS r;
SELECT ims.create_site(code => 'S1') > 0,
    ims.create_location(code => 'BIN', parent => 'S1') > 0,
    ims.create_item(owner => 'A', code => 'X') > 0,
    ims.create_item(owner => 'B', code => 'X') > 0;
SELECT r.status FROM ims.receive(owner => 'A', item => 'X', quantity => 5, to_location => 'BIN') AS r;
SELECT r.status FROM ims.receive(owner => 'B', item => 'X', quantity => 7, to_location => 'BIN') AS r;

CREATE FUNCTION pg_temp.says(role_name text, statement text, OUT state text, OUT said text)
LANGUAGE plpgsql AS $$
DECLARE
    detail text;
    hint text;
BEGIN
    PERFORM set_config('role', role_name, true);
    EXECUTE statement;
    PERFORM set_config('role', 'none', true);
    state := '00000';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, said = MESSAGE_TEXT,
        detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    said := said || ' ' || detail || ' ' || hint;
END
$$;

-- Doors that change something and name no owner.
CREATE TEMP TABLE shared_door AS
SELECT p.oid, p.proname::text AS name
FROM pg_proc AS p
WHERE p.pronamespace = 'ims'::regnamespace AND p.prosrc = 'ims_door' AND p.provolatile = 'v'
    AND NOT 'owner' = ANY (p.proargnames);
SELECT set_eq(
    $$SELECT d.name FROM shared_door AS d WHERE has_function_privilege('ims_test_b_all', d.oid, 'EXECUTE')$$,
    '{}'::text[], 'no role of a client changes what all owners share');
SELECT set_eq(
    $$SELECT d.name FROM shared_door AS d WHERE has_function_privilege('ims_test_keeper', d.oid, 'EXECUTE')$$,
    $$SELECT d.name FROM shared_door AS d WHERE d.name <> 'create_owner'$$,
    'the role of the warehouse does');
SELECT is((SELECT string_agg(p.proname::text, ' ' ORDER BY p.proname) FROM pg_proc AS p
           WHERE p.pronamespace = 'ims'::regnamespace AND p.provolatile = 'v' AND p.proname !~ '^_'
               AND has_function_privilege('ims_test_keeper', p.oid, 'EXECUTE')
               AND p.oid NOT IN (SELECT d.oid FROM shared_door AS d)), NULL,
    'and nothing else');
SELECT is((pg_temp.says('ims_test_b_all', c.call)).state, '42501', c.call)
FROM (VALUES
    (1, $$SELECT ims.change_location(location => 'BIN', negative_ok => true)$$),
    (2, $$SELECT ims.change_location(location => 'BIN', status => 'inactive')$$),
    (3, $$SELECT ims.change_unit(unit => 'EA', whole => false)$$),
    (4, $$SELECT ims.create_calendar(code => 'C')$$)) AS c (n, call)
ORDER BY c.n;
SELECT is((pg_temp.says('ims_test_keeper', c.call)).state, '00000', c.call)
FROM (VALUES
    (1, $$SELECT ims.change_location(location => 'BIN', sort_order => 3)$$),
    (2, $$SELECT ims.create_calendar(code => 'C')$$),
    (3, $$SELECT ims.create_unit(code => 'BX')$$)) AS c (n, call)
ORDER BY c.n;
SELECT is((pg_temp.says('ims_test_keeper', 'SELECT count(*) FROM ims.stock')).state, '42501',
    'the warehouse sees no stock');

-- No number of the stock of owners.
SELECT is(s.state, 'IV228', 'a place with stock keeps it'),
    unalike(s.said, '%2%', 'and tells nobody how many balances lie there')
FROM pg_temp.says('ims_test_keeper',
    $$SELECT ims.change_location(location => 'BIN', keeps_stock => false, sellable => false)$$) AS s;

-- verify() for a reader of one owner: what is wrong, but no other role's name.
CREATE ROLE ims_test_secret;
GRANT UPDATE ON ims.stock TO ims_test_secret;
SET LOCAL ROLE ims_test_reader_b;
SELECT is((SELECT count(*) FILTER (WHERE v.check_name = 'catalog.privilege') || ' '
               || count(*) FILTER (WHERE v.key::text || coalesce(v.found, '') ~ 'secret')
           FROM ims.verify() AS v), '1 0',
    'a reader learns that there is a right too many, not whose');
RESET ROLE;
SELECT is((SELECT count(*) FROM ims.verify() AS v WHERE v.key::text ~ 'secret'), 1::bigint,
    'a member of the ledger''s role reads whose');

SELECT * FROM finish();
ROLLBACK;
