#!/bin/bash
# A logical subscriber gets masters, ledger and balances: nothing is applied
# twice, nobody can edit its history, not even a publisher whose guards were
# switched off, and when it is put to work after repair_guards() it posts with
# new ids.
set -euo pipefail
# shellcheck source=test/t/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/t/ledger.sh
. "$(dirname "$0")/ledger.sh"
plan 22

cluster_start main
cluster_start subscriber
new_shop main shop
q main shop 'CREATE PUBLICATION ledger FOR TABLES IN SCHEMA ims'

q subscriber postgres 'CREATE DATABASE shop'
q subscriber shop 'SET client_min_messages = warning; CREATE EXTENSION ims CASCADE'
q subscriber shop 'SELECT ims.create_ledger(seed => false)' > "$test_dir/out"
(
    eval "$(cluster main env)"
    q subscriber shop "CREATE SUBSCRIPTION ledger
        CONNECTION 'host=$PGHOST port=$PGPORT user=postgres dbname=shop' PUBLICATION ledger" 2> "$test_dir/out"
)

# wait_for cluster database condition
wait_for()
{
    local waited=0
    until [ "$(q "$1" "$2" "SELECT $3")" = t ]; do
        waited=$((waited + 1))
        [ $waited -lt 300 ] || return 1
        sleep 0.1
    done
}

caught_up()
{
    wait_for main shop "count(*) = 1 FROM pg_replication_slots AS s
        WHERE s.slot_name = 'ledger' AND s.confirmed_flush_lsn >= '$(q main shop \
            'SELECT pg_current_wal_lsn()')'"
}

# Replication carries no sequences.
tables()
{
    fingerprint "$1" shop | grep -v '|[tf]$'
}

only_sequences()
{
    is "$(q subscriber shop "SELECT * FROM ims.verify() AS v
                              WHERE v.check_name NOT LIKE 'sequence.%'")" '' "$1"
}

succeeds 'the tables are copied' wait_for subscriber shop \
    "bool_and(r.srsubstate = 'r') FROM pg_subscription_rel AS r"
is "$(tables subscriber)" "$(tables main)" 'the copy is equal row for row'
only_sequences 'verify is clean on the copy, but for the sequences'

post_some main shop
q main shop "SELECT * FROM ims.change_item(owner => 'MAIN', item => 'PEN', name => 'better pen');
    SELECT ims.set_lot_status(owner => 'MAIN', item => 'MILK', lot => 'L1', status => 'recalled', reason => 'test');
    SELECT ims.receive(owner => 'MAIN', item => 'SUGAR', quantity => 1, to_location => 'N-01',
                       effective_at => '2026-02-04 12:00+00')" > "$test_dir/out"
succeeds 'what is posted arrives' caught_up
is "$(tables subscriber)" "$(tables main)" 'nothing is applied twice, nothing is lost'
only_sequences 'verify finds nothing else after it'

for statement in 'UPDATE ims.movement SET quantity = quantity + 1' 'DELETE FROM ims.movement' \
    'TRUNCATE ims.movement' "UPDATE ims.posting SET reason = 'x'" 'DELETE FROM ims.posting' \
    'TRUNCATE ims.posting'; do
    sqlstate subscriber shop "$statement" IV221 "refused on the subscriber: $statement"
    sqlstate subscriber shop "SET session_replication_role = replica; $statement" IV221 \
        'refused in replica mode too'
done

# A publisher without guards: the row guards of the subscriber stop the apply.
before=$(q subscriber shop 'SELECT apply_error_count FROM pg_stat_subscription_stats')
q main shop "ALTER TABLE ims.movement DISABLE TRIGGER ALL;
    UPDATE ims.movement SET reference_line = 'edited' WHERE movement_id =
        (SELECT min(m.movement_id) FROM ims.movement AS m);
    ALTER TABLE ims.movement ENABLE TRIGGER ALL"
wait_for subscriber shop "apply_error_count > $before FROM pg_stat_subscription_stats" || true
is "$(q subscriber shop "SELECT count(*) FROM ims.movement WHERE reference_line = 'edited'")" 0 \
    'an UPDATE of the publisher does not arrive'

# The subscriber is put to work.
q subscriber shop 'ALTER SUBSCRIPTION ledger DISABLE'
q subscriber shop 'ALTER SUBSCRIPTION ledger SET (slot_name = NONE)'
q subscriber shop 'DROP SUBSCRIPTION ledger'
q subscriber shop 'SELECT * FROM ims.repair_guards()' > "$test_dir/out"
is_clean subscriber shop 'repair_guards() sees to the sequences'
succeeds 'the former subscriber posts on' post_some subscriber shop
is_clean subscriber shop 'verify is clean after it'
