-- Roles for the people and programs that use a ledger.  psql, as superuser:
--
--     psql -d shop -f doc/roles.sql
--
-- Safe to run again: do so after ALTER EXTENSION ims UPDATE, which may bring
-- new functions.  The roles cannot log in; grant them to roles that can, and
-- name those in ims.owner_member for the owners that they may act for:
--
--     GRANT ims_clerk TO anna;
--     SELECT ims.add_owner_member(owner => 'MAIN', role_name => 'anna');

SELECT format('CREATE ROLE %I NOLOGIN', r.name)
FROM unnest('{ims_reader,ims_clerk,ims_supervisor,ims_steward,ims_controller,
    ims_planner,ims_warehouse,ims_monitor}'::text[]) AS r (name)
WHERE NOT EXISTS (SELECT FROM pg_roles AS p WHERE p.rolname = r.name)
\gexec

-- reader: sees the rows of his owners, in tables, views and functions that
-- change nothing.  An auditor is a reader with the attribute BYPASSRLS.
SELECT format('GRANT USAGE ON SCHEMA %I TO ims_reader', n.nspname)
FROM pg_namespace AS n
WHERE n.nspname IN ('ims', 'ims_bi')
\gexec
SELECT format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO ims_reader', n.nspname)
FROM pg_namespace AS n
WHERE n.nspname IN ('ims', 'ims_bi')
\gexec
GRANT USAGE ON SCHEMA ims TO ims_warehouse, ims_monitor;
GRANT SELECT ON ims.location, ims.calendar, ims.calendar_day, ims.unit TO ims_warehouse;
-- monitor: watches the server and sees no row of any owner.  Sessions of others
-- are shown to it once it is granted pg_monitor.
GRANT SELECT ON ims.ledger_info, ims.ledger_object, ims.closing TO ims_monitor;
GRANT EXECUTE ON FUNCTION ims.version(), ims.limits(), ims.health() TO ims_monitor;
-- Functions whose names begin with _ are internal.  Of these he gets only what
-- ims.verify() calls with his rights; those of views, policies and types belong
-- to everybody.  (He once had them all: what he has is taken first.)
SELECT format('REVOKE EXECUTE ON FUNCTION %s FROM ims_reader', p.oid::regprocedure)
FROM pg_proc AS p
CROSS JOIN LATERAL aclexplode(p.proacl) AS a
WHERE p.pronamespace = 'ims'::regnamespace AND a.grantee = 'ims_reader'::regrole
ORDER BY p.proname
\gexec
SELECT format('GRANT EXECUTE ON FUNCTION %s TO ims_reader', p.oid::regprocedure)
FROM pg_proc AS p
WHERE p.pronamespace = 'ims'::regnamespace AND p.provolatile <> 'v'
    AND (p.proname !~ '^_' OR p.proname ~ '^_verify_'
        OR p.proname IN ('_acts_for_all', '_closing_levels', '_routes', '_visible_owner_id'))
\gexec

-- clerk: moves goods as they come, go and are counted.
-- supervisor: a clerk who also corrects, scraps, reverses and holds lots, and
-- loads movements in bulk by INSERT.
-- steward: keeps the master data of his owners.
-- controller: closes and reopens periods, keeps closings.
-- planner: forecasts, judges methods, sets overrides, classifies items.
-- warehouse: keeps what all owners share, places, calendars and units.  It is
-- for whoever runs the warehouse, never for a client's people: a flag of a
-- place counts for every owner.  It sees no row of any owner by itself.  (The
-- steward once had these rights: what he has is taken, and given anew below.)
SELECT format('REVOKE EXECUTE ON FUNCTION %s FROM ims_steward', p.oid::regprocedure)
FROM pg_proc AS p
WHERE p.pronamespace = 'ims'::regnamespace AND p.provolatile = 'v'
    AND has_function_privilege('ims_steward', p.oid, 'EXECUTE')
ORDER BY p.proname
\gexec
GRANT ims_reader TO ims_clerk, ims_steward, ims_controller, ims_planner;
GRANT ims_clerk TO ims_supervisor;
-- Ids and times of recording are the ledger's to give: every other column.
REVOKE INSERT ON ims.movement FROM ims_supervisor;
SELECT format('GRANT INSERT (%s) ON ims.movement TO ims_supervisor',
    string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum))
FROM pg_attribute AS a
WHERE a.attrelid = 'ims.movement'::regclass AND a.attnum > 0 AND NOT a.attisdropped
    AND a.attname NOT IN ('movement_id', 'recorded_at')
\gexec
SELECT format('GRANT EXECUTE ON FUNCTION %s TO %I', p.oid::regprocedure, g.role_name)
FROM (VALUES
    ('ims_clerk', '{receive,ship,transfer,dispatch,receive_transfer,return_from_customer,
        return_to_supplier,consume,produce,count_stock,open_handling_unit,
        close_handling_unit,create_handling_unit,create_lot,create_serials,
        generate_serials,allot_handling_units,pack,unpack,move_handling_unit,rfid_ingest,
        rfid_sweep,receive_scan,receive_handling_unit,pick_scan,count_scan}'::text[]),
    ('ims_supervisor', '{adjust,scrap,reverse_posting,transfer_ownership,set_lot_status,
        post,post_ids,open_posting,recall,relot}'),
    ('ims_steward', '{create_item,change_item,delete_item,set_item_unit,remove_item_unit,
        add_item_code,remove_item_code,set_item_supplier,remove_item_supplier,
        create_category,change_category,delete_category,create_party,change_party,
        delete_party,create_channel,change_channel,delete_channel,create_lot,change_lot,
        delete_lot,create_serials,change_serial,delete_serial,create_handling_unit,
        change_handling_unit,delete_handling_unit,generate_serials,add_demand_mark,
        remove_demand_mark,set_item_succession,remove_item_succession,set_rfid_reader}'),
    ('ims_warehouse', '{create_site,create_location,change_location,delete_location,
        create_calendar,change_calendar,delete_calendar,set_calendar_day,
        remove_calendar_day,set_gs1_ai,remove_gs1_ai,create_unit,change_unit,delete_unit}'),
    ('ims_controller', '{create_period,change_period,delete_period,close_period,
        reopen_period,take_closing,drop_closing,maintain_closings,drop_rfid_reads}'),
    ('ims_planner', '{run_forecast,delete_forecast_run,set_forecast_override,
        remove_forecast_override,import_forecast,run_backtest,delete_backtest,classify_items,
        set_item_ved}')
    ) AS g (role_name, functions)
JOIN pg_proc AS p ON p.pronamespace = 'ims'::regnamespace AND p.proname = ANY (g.functions)
ORDER BY g.role_name, p.proname
\gexec
