-- A role that sees its owners' rows only may read in parallel plans: the set
-- of its owners is found in the leader and in the workers, for tables, for
-- every view and for the default owner.
\i test/setup.psql
BEGIN;
SELECT plan(8);
\i test/posting.psql
\i doc/roles.sql
CREATE ROLE ims_test_reader IN ROLE ims_reader;
CREATE ROLE ims_test_auditor IN ROLE ims_reader BYPASSRLS;
INSERT INTO ims.owner (owner_id, code, name) VALUES (9002, 'CLIENT', 'client');
INSERT INTO ims.item (owner_id, item_id, code, name, base_unit) VALUES (9002, 9311, 'PEN', 'pen', 'EA');
INSERT INTO ims.owner_member (owner_id, role_name) VALUES (9001, 'ims_test_reader'), (9001, 'ims_test_auditor');
GRANT SELECT ON ims.movement TO ims_test_reader, ims_test_auditor;
INSERT INTO ims.movement (owner_id, item_id, from_location_id, to_location_id, quantity)
    SELECT 9001, 9301, 2, 9101, 1 FROM generate_series(1, 3000);
CREATE SEQUENCE ims.document_number_9002_seq;
INSERT INTO ims.movement (owner_id, item_id, from_location_id, to_location_id, quantity)
    VALUES (9002, 9311, 2, 9101, 7);

-- Lines of a plan that name what is looked for.
CREATE FUNCTION pg_temp.plan_has(query text, node text) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        IF line ~ node THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END
$$;
CREATE FUNCTION pg_temp.number_of_rows(query text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    n bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM (%s) AS q', query) INTO n;
    RETURN n;
END
$$;

SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL min_parallel_index_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
-- Whatever other tests have left behind in the table, and in its statistics.
ANALYZE ims.movement;
SET LOCAL enable_indexscan = off;
SET LOCAL enable_bitmapscan = off;
-- Before 16 the policy itself kept plans serial; it does not bind this role.
\set by_default 'SELECT * FROM ims.movement AS m WHERE m.owner_id + 0 = ims._default_owner_id()'
SET LOCAL ROLE ims_test_auditor;
SELECT ok(pg_temp.plan_has(:'by_default', 'Parallel Seq Scan on movement'), 'a table is read by several processes');
SELECT is(pg_temp.number_of_rows(:'by_default'), 3000::bigint, 'which find the default owner');
SET LOCAL parallel_leader_participation = off;
SELECT is(pg_temp.number_of_rows(:'by_default'), 3000::bigint, 'without the leader too');
SET LOCAL parallel_leader_participation = on;
SET LOCAL ROLE ims_test_reader;
SELECT is(pg_temp.number_of_rows('TABLE ims.movement'), 3000::bigint, 'a policy is followed');

-- Every plan that may be parallel is.
RESET ROLE;
SELECT count(set_config(s.name, 'on', true)) = 1 AS forced
FROM pg_settings AS s WHERE s.name IN ('force_parallel_mode', 'debug_parallel_query') \gset
SELECT ok(:'forced', 'parallel plans are asked for');
SET LOCAL ROLE ims_test_reader;
SELECT ok(pg_temp.plan_has('SELECT * FROM ims._my_owners()', 'Gather'), 'and made');
SELECT is(pg_temp.number_of_rows('SELECT * FROM ims._my_owners()'), 1::bigint, 'the role has its owner');
SELECT is(
    (SELECT string_agg(format('%s.%s', v.schemaname, v.viewname), ', ')
     FROM pg_views AS v
     WHERE v.schemaname IN ('ims_bi', 'ims_client')
        AND has_table_privilege(format('%I.%I', v.schemaname, v.viewname), 'SELECT')
        AND pg_temp.number_of_rows(format('SELECT * FROM %I.%I', v.schemaname, v.viewname)) < 0),
    NULL, 'every view can be read');
SELECT * FROM finish();
ROLLBACK;
