-- A role that sees its owners' rows only may read in parallel plans: the set
-- of its owners is found in the leader and in the workers, for tables, for
-- every view and for the default owner.  Rows are summed by any number of
-- workers, and forecasts of them are the same.
\i test/setup.psql
BEGIN;
SELECT plan(13);
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
-- Whatever other tests have left behind in the tables, and in their statistics.
ANALYZE ims.movement, ims.posting, ims.stock, ims.availability, ims.handling_unit_nesting;
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

-- Rows of every group in every worker; one of them says that nothing is known of its week.
RESET ROLE;
CREATE TABLE public.sold AS
SELECT abs(hashint4(i)) % 30 AS item, '2025-01-06'::date + abs(hashint4(-i)) % 364 AS day,
    CASE WHEN i = 777 THEN 'NaN' ELSE (abs(hashint4(i + 100000)) % 1000000)::numeric / 10000 END AS quantity
FROM generate_series(1, 20000) AS i;
ANALYZE public.sold;
GRANT SELECT ON public.sold TO ims_test_reader;
CREATE FUNCTION pg_temp.answers(query text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    answers text;
BEGIN
    EXECUTE format('SELECT count(*) || '' '' || md5(string_agg(q::text, '' '' ORDER BY q::text)) FROM (%s) AS q', query) INTO answers;
    RETURN answers;
END
$$;
SET LOCAL ROLE ims_test_reader;
\set forecasts 'SELECT s.item, ims.forecast_array(s.quantity, s.day, ''2025-01-06'', ''2026-01-05'', ''week'', ''zero'', 8, NULL, NULL), ims.forecast_json(s.quantity, s.day, ''2025-01-06'', ''2026-01-05'', ''week'', ''zero'', 8, 13, ''ETS'', 0.9, NULL, 5) FROM public.sold AS s GROUP BY s.item'
SELECT ok(pg_temp.plan_has(:'forecasts', 'Finalize') AND pg_temp.plan_has(:'forecasts', 'Partial')
        AND pg_temp.plan_has(:'forecasts', 'Parallel Seq Scan on sold'), 'rows to forecast are summed by several processes');
SELECT pg_temp.answers(:'forecasts') AS two \gset
SET LOCAL parallel_leader_participation = off;
SELECT pg_temp.answers(:'forecasts') AS two_alone \gset
SET LOCAL max_parallel_workers_per_gather = 1;
SELECT pg_temp.answers(:'forecasts') AS one_alone \gset
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT pg_temp.answers(:'forecasts') AS none \gset
SELECT ok(NOT pg_temp.plan_has(:'forecasts', 'Partial') AND :'none' LIKE '30 %', 'or by one');
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_leader_participation = on;
SELECT is(w.answers, :'none', format('forecasts are the same by %s', w.title))
FROM (VALUES (1, 'two workers and the leader', :'two'), (2, 'two workers', :'two_alone'), (3, 'one', :'one_alone')) AS w (place, title, answers)
ORDER BY w.place;

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
