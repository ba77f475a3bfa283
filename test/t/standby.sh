#!/bin/bash
# A hot standby answers every reader and view, and refuses every posting with
# 25006; promoted, it posts on with the next ids, and a transaction prepared
# before the promotion can still be committed or rolled back.
set -euo pipefail
# shellcheck source=test/t/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/t/ledger.sh
. "$(dirname "$0")/ledger.sh"
plan 19

cluster_start main
new_shop main shop
fingerprint main shop > "$test_dir/shop"

# The standby: a base backup under the name of another cluster.
cluster standby destroy
cluster standby env > "$test_dir/env"
data=$(sed -n 's/^export PGDATA=//p' "$test_dir/env")
test_clusters+=(standby)
mkdir -p "$(dirname "$data")/socket"
chown -R --reference="$(server_data main)" "$(dirname "$data")"
(
    eval "$(cluster main env)"
    as_server main "$(command -v pg_basebackup)" -D "$data" -R -X stream -c fast
)
# With a configuration of its own: port and socket of the backup are the primary's.
cluster standby --conf "hot_standby = on" --conf "hot_standby_feedback = on" \
    --conf "wal_receiver_status_interval = 1s" start

caught_up()
{
    local target waited=0
    target=$(q main postgres 'SELECT pg_current_wal_lsn()')
    while [ "$(q standby postgres "SELECT pg_last_wal_replay_lsn() >= '$target'")" != t ]; do
        waited=$((waited + 1))
        [ $waited -lt 300 ] || return 1
        sleep 0.1
    done
}

caught_up
is "$(q standby postgres 'SELECT pg_is_in_recovery()')" t 'the standby is one'
same_ledger "$test_dir/shop" standby shop 'the standby has the ledger'
is_clean standby shop 'verify runs on the standby and is clean'

# Every reader: with its defaults, and what takes an owner with one.
cat > "$test_dir/readers.sql" <<'SQL'
SELECT format('SELECT count(*) FROM ims.%I(%s)', p.proname,
              CASE WHEN 'owner' = ANY (p.proargnames) THEN 'owner => ''MAIN''' END
              || CASE WHEN p.proname IN ('contents_at', 'handling_unit_label')
                      THEN ', handling_unit => ''P1'''
                      WHEN p.proname ~ '^serial_|^warranty'
                      THEN ', item => ''PHONE'', serial => ''S1'''
                      WHEN p.proname = 'encode_epc'
                      THEN ', element_string => ''(00)106141412345678908'', company_prefix_length => 7'
                      WHEN p.proname = 'encode_class_uri'
                      THEN ', gtin => ''4006381333931'', company_prefix_length => 7'
                      WHEN 'lot' = ANY (p.proargnames[:p.pronargs])
                      THEN ', item => ''MILK'', lot => ''L1'''
                      WHEN 'item' = ANY (p.proargnames[:p.pronargs])
                      THEN ', item => ''PEN''' ELSE '' END
              || CASE WHEN 'from_unit' = ANY (p.proargnames)
                      THEN ', quantity => 2, from_unit => ''CS''' ELSE '' END
              || CASE WHEN 'from_day' = ANY (p.proargnames)
                      THEN ', from_day => ''2026-01-01'', to_day => ''2026-02-28''' ELSE '' END
              || CASE p.proname WHEN 'find_item' THEN ', code => ''PEN'''
                      WHEN 'scan' THEN ', scan => ''PEN''' ELSE '' END)
  FROM pg_proc AS p
 WHERE p.pronamespace = 'ims'::regnamespace AND p.prokind = 'f' AND p.proname NOT LIKE '\_%'
   AND (p.provolatile = 's' OR p.proname IN ('verify', 'health', 'limits', 'version'))
   AND p.pronargdefaults = p.pronargs
   AND p.prorettype <> 'trigger'::regtype
 ORDER BY p.proname;
SELECT format('SELECT count(*) FROM ims.%I()', p.proname)
  FROM pg_proc AS p
 WHERE p.pronamespace = 'ims'::regnamespace AND p.proname IN ('health', 'limits', 'version');
SELECT format('SELECT count(*) FROM %s', c.oid::regclass)
  FROM pg_class AS c
 WHERE c.relnamespace IN (SELECT n.oid FROM pg_namespace AS n
                           WHERE n.nspname IN ('ims', 'ims_bi', 'ims_client'))
   AND c.relkind IN ('r', 'v')
 ORDER BY 1;
SQL
cluster main psql -q -A -t -d shop -f "$test_dir/readers.sql" | sed '/./s/$/;/' > "$test_dir/calls.sql"
readers=$(grep -c . "$test_dir/calls.sql")
cluster main psql -q -A -t -d shop -f "$test_dir/calls.sql" > "$test_dir/on_main" 2>&1 || true
cluster standby psql -q -A -t -d shop -f "$test_dir/calls.sql" > "$test_dir/on_standby" 2>&1 || true
is "$(cat "$test_dir/on_standby")" "$(cat "$test_dir/on_main")" \
    "$readers readers, tables and views answer as on the primary"
is "$(grep -A 3 ERROR "$test_dir/on_standby" || true)" '' 'none of them raised an error'

while IFS='|' read -r name call; do
    sqlstate standby shop "$call" 25006 "$name is refused on the standby"
done <<'CALLS'
a verb|SELECT ims.receive(owner => 'MAIN', item => 'PEN', quantity => 1, to_location => 'N-01')
a replay|SELECT ims.receive(owner => 'MAIN', item => 'PEN', quantity => 100, unit => 'CS', to_location => 'N-01', effective_at => '2026-01-05 10:00+00', party => 'ACME', unit_cost => 1.05, currency => 'EUR', reference_type => 'purchase_order', reference_number => 'PO-1', idempotency_key => 'po-1')
a dry run|SELECT ims.ship(owner => 'MAIN', item => 'PEN', quantity => 1, from_location => 'N-01', dry_run => true)
a direct INSERT|INSERT INTO ims.movement (owner_id, item_id, from_location_id, to_location_id, quantity) SELECT owner_id, item_id, from_location_id, to_location_id, quantity FROM ims.movement LIMIT 1
a new item|SELECT ims.create_item(owner => 'MAIN', code => 'X', name => 'x')
rebuild|SELECT * FROM ims.rebuild()
CALLS

# A long query there holds back vacuum here, through the walsender or its slot:
# health() tells which.
held_by()
{
    local waited=0
    while [ "$(q main postgres "SELECT count(*) > 0 FROM $1")" != t ]; do
        waited=$((waited + 1))
        [ $waited -lt 300 ] || return 1
        sleep 0.1
    done
    q main shop "DO 'BEGIN FOR i IN 1..50 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END'"
    q main shop "SELECT h.value >= 50 FROM ims.health() AS h
                  WHERE h.name = 'standby_snapshot_age'"
}
cluster standby psql -q -d shop -c 'BEGIN ISOLATION LEVEL REPEATABLE READ' \
    -c 'SELECT count(*) FROM ims.stock' -c 'SELECT pg_sleep(60)' > "$test_dir/long" 2>&1 &
is "$(held_by "pg_stat_activity WHERE backend_type = 'walsender' AND backend_xmin IS NOT NULL")" t \
    'health() tells what a walsender holds back'
q main postgres "SELECT pg_create_physical_replication_slot('standby')" > "$test_dir/out"
q standby postgres "ALTER SYSTEM SET primary_slot_name = 'standby'"
q standby postgres 'SELECT pg_reload_conf()' > "$test_dir/out"
is "$(held_by 'pg_replication_slots WHERE xmin IS NOT NULL')" t 'and what its slot does'
q standby postgres "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                     WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()" > "$test_dir/out"

# Prepared before the promotion, finished after it.
for name in kept dropped; do
    q main shop "BEGIN;
        SELECT ims.receive(owner => 'MAIN', idempotency_key => '$name', quantity => 5,
                           item => CASE '$name' WHEN 'kept' THEN 'SUGAR' ELSE 'PEN' END,
                           to_location => CASE '$name' WHEN 'kept' THEN 'N-03' ELSE 'S-02' END);
        PREPARE TRANSACTION '$name'" > "$test_dir/out"
done
caught_up
cluster main stop
q standby postgres "SELECT pg_promote(wait => true)" > "$test_dir/out"
is "$(q standby shop 'SELECT gid FROM pg_prepared_xacts ORDER BY 1')" $'dropped\nkept' \
    'prepared postings survive the promotion'
q standby shop "COMMIT PREPARED 'kept'"
q standby shop "ROLLBACK PREPARED 'dropped'"
is "$(q standby shop "SELECT idempotency_key FROM ims.posting
                       WHERE idempotency_key IN ('kept', 'dropped')")" kept \
    'one is committed, the other is not'
is_clean standby shop 'verify is clean'
succeeds 'the promoted standby posts on' post_some standby shop
is_clean standby shop 'verify is clean after it'
is "$(q standby shop "SELECT count(DISTINCT system_identifier) FROM ims.posting")" 1 \
    'it is the same system to the ledger'
