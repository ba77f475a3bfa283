-- Who may call what, and who sees which rows.  The roles are those of
-- doc/roles.sql; every function, table and view is found in the catalog, so
-- that a new one is tested, and fails here until its rights are decided.
\i test/setup.psql
BEGIN;
\i test/ledger_fixture.psql
-- Constraints are dropped below.  The locks are taken before the catalog is
-- changed: autovacuum gives way to them now, and in a deadlock would not.
DO $$
BEGIN
    EXECUTE (SELECT 'LOCK TABLE ' || string_agg(c.oid::regclass::text, ', ' ORDER BY c.relname)
        || ' IN ACCESS EXCLUSIVE MODE'
        FROM pg_class AS c
        WHERE c.relnamespace = 'ims'::regnamespace AND c.relkind IN ('r', 'p'));
END
$$;
\i doc/roles.sql
SELECT plan(44);

-- Roles: the recipes, each with the right for one owner; and none at all.
CREATE ROLE ims_test_none;
CREATE ROLE ims_test_reader IN ROLE ims_reader;
CREATE ROLE ims_test_clerk IN ROLE ims_clerk;
CREATE ROLE ims_test_supervisor IN ROLE ims_supervisor;
CREATE ROLE ims_test_steward IN ROLE ims_steward;
CREATE ROLE ims_test_controller IN ROLE ims_controller;
CREATE ROLE ims_test_planner IN ROLE ims_planner;
CREATE ROLE ims_test_warehouse IN ROLE ims_warehouse;
CREATE ROLE ims_test_other IN ROLE ims_supervisor, ims_steward, ims_controller;
CREATE ROLE ims_test_both IN ROLE ims_reader;
CREATE ROLE ims_test_stranger IN ROLE ims_reader;
CREATE ROLE ims_test_auditor IN ROLE ims_reader BYPASSRLS;
CREATE ROLE ims_test_all IN ROLE ims_owner;
INSERT INTO ims.owner_member (owner_id, role_name) VALUES
    (9001, 'ims_test_reader'), (9001, 'ims_test_clerk'), (9001, 'ims_test_supervisor'),
    (9001, 'ims_test_steward'), (9001, 'ims_test_controller'), (9001, 'ims_test_planner'), (9002, 'ims_test_other'),
    (9001, 'ims_test_both'), (9002, 'ims_test_both'), (9001, 'no role of that name');

-- Calls a function as a role with NULL for every argument, or for all but the
-- owner; tells whether the right was missing, and else SQLSTATE and message.
CREATE FUNCTION pg_temp.call(role_name text, function oid, owner text DEFAULT NULL)
RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    call text := (
        SELECT format('SELECT * FROM ims.%I(%s)', p.proname, string_agg(
            CASE WHEN p.proargnames[a.place] = 'owner' THEN format('%L::text', owner)
                 ELSE format('NULL::%s', a.type::regtype) END, ', ' ORDER BY a.place)
            FILTER (WHERE a.place IS NOT NULL))
        FROM pg_proc AS p
        LEFT JOIN LATERAL unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a (type, place) ON true
        WHERE p.oid = function
        GROUP BY p.oid, p.proname);
    state text;
    text text;
BEGIN
    PERFORM set_config('role', role_name, true);
    EXECUTE call;
    RAISE EXCEPTION USING ERRCODE = 'P0099', MESSAGE = 'done';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, text = MESSAGE_TEXT;
    RETURN CASE WHEN state = '42501' AND text ~ '^permission denied for (function|schema)'
                THEN 'denied'
                ELSE state || ' ' || text END;
END
$$;
CREATE TEMP TABLE matrix AS
SELECT r.role, p.proname AS function, p.provolatile <> 'v' AS is_reader,
    pg_temp.call('ims_test_' || r.role, p.oid) AS answer
FROM pg_proc AS p
CROSS JOIN unnest('{none,reader,clerk,supervisor,steward,controller,planner,warehouse,all}'::text[]) AS r (role)
WHERE p.pronamespace = 'ims'::regnamespace AND p.proname !~ '^_';
CREATE FUNCTION pg_temp.may(role_name text) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(m.function::text, ' ' ORDER BY m.function), '')
    FROM matrix AS m
    WHERE m.role = role_name AND NOT m.is_reader AND m.answer <> 'denied'
$$;

SELECT is_empty($$SELECT m.function FROM matrix AS m WHERE m.role = 'none' AND m.answer <> 'denied'$$,
    'without a grant nothing can be called');
SELECT is_empty($$SELECT m.role, m.function, m.answer FROM matrix AS m
    WHERE m.is_reader AND m.role NOT IN ('none', 'warehouse') AND m.answer = 'denied'$$,
    'every role of an owner''s people may call every reader');
SELECT is_empty($$SELECT m.role, m.function, m.answer FROM matrix AS m
    WHERE m.answer LIKE '42501%' AND m.answer !~ 'must have the rights of the role that owns'$$,
    'and lacks nothing inside');
SELECT is_empty($$SELECT m.function FROM matrix AS m WHERE m.role = 'all' AND m.answer = 'denied'$$,
    'members of the ledger''s role may call everything');
SELECT is(pg_temp.may('reader'), '', 'a reader changes nothing');
-- What is internal is nobody's but where a function runs it with the caller's rights.
SELECT is_empty($$SELECT p.oid::regprocedure FROM pg_proc AS p
    WHERE p.pronamespace = 'ims'::regnamespace AND p.proname ~ '^_'
        AND has_function_privilege('ims_test_reader', p.oid, 'EXECUTE')
        AND NOT has_function_privilege('ims_test_none', p.oid, 'EXECUTE')
        AND NOT EXISTS (SELECT FROM pg_proc AS c
            WHERE c.pronamespace = 'ims'::regnamespace
                AND c.proname ~ '^(verify$|_verify_)' AND c.oid <> p.oid
                AND c.prosrc ~ ('\mims\.' || p.proname || '\('))$$,
    'a reader may call internal functions only below verify()');

-- What each role may call, of the functions that are there.
CREATE TEMP TABLE duty (role text, functions text[]);
INSERT INTO duty VALUES
    ('clerk', '{allot_handling_units,close_handling_unit,consume,count_scan,count_stock,
        create_handling_unit,create_lot,create_serials,dispatch,generate_serials,
        move_handling_unit,open_handling_unit,pack,pick_scan,produce,receive,
        receive_handling_unit,receive_scan,receive_transfer,return_from_customer,return_to_supplier,rfid_ingest,rfid_sweep,
        ship,transfer,unpack}'),
    ('supervisor', '{adjust,open_posting,post,post_ids,recall,relot,reverse_posting,scrap,
        set_lot_status,transfer_ownership}'),
    ('steward', '{add_demand_mark,add_item_code,change_category,change_channel,
        change_handling_unit,change_item,change_lot,change_party,change_serial,
        create_category,create_channel,create_handling_unit,create_item,create_lot,
        create_party,create_serials,delete_category,delete_channel,delete_handling_unit,
        delete_item,delete_lot,delete_party,delete_serial,generate_serials,
        remove_demand_mark,remove_item_code,remove_item_succession,remove_item_supplier,
        remove_item_unit,set_item_succession,set_item_supplier,set_item_unit,
        set_rfid_reader}'),
    ('warehouse', '{change_calendar,change_location,change_unit,create_calendar,
        create_location,create_site,create_unit,delete_calendar,delete_location,delete_unit,
        remove_calendar_day,remove_gs1_ai,set_calendar_day,set_gs1_ai}'),
    ('controller', '{change_period,close_period,create_period,delete_period,drop_closing,
        drop_rfid_reads,maintain_closings,reopen_period,take_closing}'),
    ('planner', '{classify_items,delete_backtest,delete_forecast_run,import_forecast,
        remove_forecast_override,run_backtest,run_forecast,set_forecast_override,set_item_ved}'),
    ('administrator', '{add_owner_member,change_owner,create_ledger,create_owner,delete_owner,
        migrate_ledger,rebuild,remove_owner_member,repair_guards}');
INSERT INTO duty
SELECT 'supervisor', d.functions FROM duty AS d WHERE d.role = 'clerk';
SELECT is(pg_temp.may(r.role), (
        SELECT coalesce(string_agg(f, ' ' ORDER BY f), '')
        FROM (SELECT DISTINCT unnest(d.functions) AS f FROM duty AS d WHERE d.role = r.role) AS u
        WHERE EXISTS (SELECT FROM matrix AS m WHERE m.function = u.f)),
    'a ' || r.role || ' may call what is his duty')
FROM unnest('{clerk,supervisor,steward,controller,planner,warehouse}'::text[]) AS r (role);
SELECT is((SELECT string_agg(DISTINCT m.function::text, ' ') FROM matrix AS m
    WHERE NOT m.is_reader
        AND m.function NOT IN (SELECT unnest(d.functions) FROM duty AS d)), NULL,
    'every function is somebody''s duty');

-- Tables: reading only, and inserting movements.
SELECT is_empty(format($$
    SELECT c.oid::regclass, p.privilege
    FROM pg_class AS c
    CROSS JOIN unnest('{INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) AS p (privilege)
    WHERE c.relnamespace IN (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname IN ('ims', 'ims_bi'))
        AND c.relkind IN ('r', 'p', 'v')
        AND has_table_privilege(%L, c.oid, p.privilege)
        AND (%L, c.relname, p.privilege) NOT IN (
            ('ims_test_supervisor', 'movement', 'INSERT'), ('ims_test_other', 'movement', 'INSERT'))$$,
    r.role, r.role), r.role || ' writes no table')
FROM unnest('{ims_test_none,ims_test_reader,ims_test_clerk,ims_test_supervisor,
    ims_test_steward,ims_test_controller,ims_test_planner,ims_test_warehouse,ims_test_other}'::text[]) AS r (role);
SELECT is_empty('SELECT * FROM ims.verify() AS v WHERE v.check_name LIKE ''catalog.%''',
    'verify() accepts the rights of the recipes');

-- Rows: every table of owners gets a row of each owner, whatever its columns;
-- constraints are out of the way, so that the values need no sense.
CREATE TEMP TABLE owner_table AS
SELECT c.oid::regclass AS relation
FROM pg_class AS c
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'owner_id'
WHERE c.relnamespace = 'ims'::regnamespace AND c.relkind IN ('r', 'p');
CREATE TEMP TABLE owner_view AS
SELECT c.oid::regclass AS relation, a.attname AS column_name
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname IN ('ims_bi', 'ims_client')
LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname IN ('owner', 'owner_code')
WHERE c.relkind = 'v';
GRANT SELECT ON owner_table, owner_view TO PUBLIC;
DO $$
DECLARE
    constraint_row record;
    target regclass;
    owner bigint;
    columns text;
    expressions text;
BEGIN
    FOR constraint_row IN
        SELECT k.conrelid::regclass AS relation, k.conname AS name
        FROM pg_constraint AS k
        JOIN owner_table AS t ON t.relation = k.conrelid
        WHERE k.contype IN ('c', 'f', 'x')
        ORDER BY k.contype = 'f' DESC
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I CASCADE',
            constraint_row.relation, constraint_row.name);
    END LOOP;
    FOR target IN SELECT t.relation FROM owner_table AS t WHERE t.relation <> 'ims.owner'::regclass LOOP
        FOREACH owner IN ARRAY '{9001,9002}'::bigint[] LOOP
            SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum),
                string_agg(CASE
                    WHEN a.attname = 'owner_id' THEN owner::text
                    WHEN a.atttypid = 'text'::regtype THEN quote_literal('x')
                    WHEN a.atttypid = 'boolean'::regtype THEN 'true'
                    WHEN a.atttypid = 'timestamptz'::regtype THEN quote_literal('2026-01-01 00:00+00')
                    WHEN a.atttypid = 'date'::regtype THEN quote_literal('2026-01-01')
                    WHEN a.atttypid = 'jsonb'::regtype THEN quote_literal('{}')
                    WHEN a.atttypid = 'bytea'::regtype THEN quote_literal('')
                    WHEN a.atttypid::regtype::text LIKE '%[]' THEN quote_literal('{7}')
                    ELSE quote_literal('7') END, ', ' ORDER BY a.attnum)
            INTO columns, expressions
            FROM pg_attribute AS a
            WHERE a.attrelid = target AND a.attnum > 0 AND NOT a.attisdropped
                AND a.attnotnull AND a.attidentity = '' AND a.attgenerated = '';
            EXECUTE format('INSERT INTO %s (%s) VALUES (%s)', target, columns, expressions);
        END LOOP;
    END LOOP;
END
$$;

CREATE FUNCTION pg_temp.owners_seen(role_name text, relation regclass, column_name text)
RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    result text;
BEGIN
    PERFORM set_config('role', role_name, true);
    EXECUTE format('SELECT coalesce(string_agg(DISTINCT %1$I::text, '' '' ORDER BY %1$I::text), '''')'
        ' FROM %2$s', column_name, relation) INTO result;
    PERFORM set_config('role', 'none', true);
    RETURN result;
END
$$;
SELECT is_empty(format('SELECT t.relation, pg_temp.owners_seen(%L, t.relation, ''owner_id'')'
        ' FROM owner_table AS t'
        ' WHERE pg_temp.owners_seen(%L, t.relation, ''owner_id'') !~ %L',
        'ims_test_' || e.role, 'ims_test_' || e.role, e.owners),
    e.role || ' sees exactly the rows of his owners in every table')
FROM (VALUES
    (1, 'reader', '^9001$'), (2, 'other', '^9002$'), (3, 'both', '^9001 9002$'),
    (4, 'stranger', '^$'), (5, 'auditor', '9001 9002$'), (6, 'all', '9001 9002$')
    ) AS e (place, role, owners)
ORDER BY e.place;
SELECT is_empty('SELECT v.relation FROM owner_view AS v WHERE v.column_name IS NULL',
    'every view names the owner');
SELECT is_empty(format('SELECT v.relation, pg_temp.owners_seen(%L, v.relation, v.column_name)'
        ' FROM owner_view AS v'
        ' WHERE v.column_name IS NOT NULL'
        ' AND pg_temp.owners_seen(%L, v.relation, v.column_name) !~ %L',
        'ims_test_' || e.role, 'ims_test_' || e.role, e.owners),
    e.role || ' sees no row of others in any view')
FROM (VALUES
    (1, 'reader', '^(PA)?$'), (2, 'other', '^(PB)?$'), (3, 'stranger', '^$')
    ) AS e (place, role, owners)
ORDER BY e.place;

-- An owner that is not mine and one that does not exist look the same.
CREATE TEMP TABLE oracle AS
SELECT p.proname AS function,
    replace(pg_temp.call('ims_test_other', p.oid, 'PA'), 'PA', '*') AS foreign_answer,
    replace(pg_temp.call('ims_test_other', p.oid, 'NOPE'), 'NOPE', '*') AS unknown_answer
FROM pg_proc AS p
WHERE p.pronamespace = 'ims'::regnamespace AND p.proname !~ '^_' AND 'owner' = ANY (p.proargnames);
SELECT is_empty($$SELECT o.* FROM oracle AS o WHERE o.foreign_answer <> o.unknown_answer$$,
    'no function tells another''s owner from none');
SELECT is_empty($$SELECT o.* FROM oracle AS o
    WHERE o.foreign_answer !~ '^(denied|IV202 |IV201 |IV211 |IV219 )'$$,
    'each refuses it');
SELECT ok(count(*) FILTER (WHERE o.foreign_answer LIKE 'IV202%') > 30,
    'most by the owner''s name, before anything else') FROM oracle AS o;

-- Writing past the doors.
SET LOCAL session_replication_role = origin;
CREATE FUNCTION pg_temp.state(role_name text, statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('role', role_name, true);
    EXECUTE statement;
    RAISE EXCEPTION USING ERRCODE = 'P0099';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END
$$;
SELECT is(pg_temp.state(d.role, d.statement), d.expected, d.title)
FROM (VALUES
    (1, 'ims_test_clerk', 'UPDATE ims.stock SET on_hand = 0', '42501', 'a clerk cannot set balances'),
    (2, 'ims_test_clerk', 'INSERT INTO ims.movement (owner_id) VALUES (9001)', '42501',
        'nor insert movements'),
    (3, 'ims_test_all', 'UPDATE ims.stock SET on_hand = 0', 'IV222',
        'a member of the ledger''s role meets the guard'),
    (4, 'ims_test_all', 'DELETE FROM ims.movement', 'IV221', 'on history too'),
    (5, 'ims_test_other', 'INSERT INTO ims.movement (owner_id, item_id, from_location_id,'
        ' to_location_id, quantity) VALUES (9001, 9011, 2, 9101, 1)', '42501',
        'movements of another owner are refused'),
    (6, 'ims_test_clerk', 'SELECT ims._engine_begin()', '42501', 'nobody else writes as the engine'),
    (7, 'ims_test_clerk', 'CREATE TRIGGER t BEFORE DELETE ON ims.movement'
        ' EXECUTE FUNCTION ims._engine_only()', '42501', 'or puts triggers on the ledger'),
    (8, 'ims_test_clerk', 'CREATE TABLE ims.mine (a integer)', '42501', 'or tables beside it')
    ) AS d (place, role, statement, expected, title)
ORDER BY d.place;

SELECT * FROM finish();
ROLLBACK;
