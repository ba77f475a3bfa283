#!/bin/bash
# A cluster of an older major version, moved by pg_upgrade: the ledger is equal
# row for row, verify() is clean and posting goes on.  The older server with
# ims is the tree in IMS_OLD_TREE (tools/debian-root carry); without one there
# is nothing to move.
set -euo pipefail
# shellcheck source=test/t/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/t/ledger.sh
. "$(dirname "$0")/ledger.sh"

if [ ! -d "${IMS_OLD_TREE:-}" ]; then
    plan 1
    ok 0 'skipped: no second version (IMS_OLD_TREE)'
    exit
fi
plan 5

# The older programs, with the libraries they were linked to.
old_bin=$(dirname "$(find "$IMS_OLD_TREE" -path '*/bin/initdb')")
mkdir "$test_dir/bin"
for program in "$old_bin"/*; do
    name=$(basename "$program")
    printf '#!/bin/sh\nLD_LIBRARY_PATH=%s exec %s "$@"\n' "$IMS_OLD_TREE/needed" "$program" \
        > "$test_dir/bin/$name"
    chmod 755 "$test_dir/bin/$name"
done

# The new cluster, empty; the old one lies beside it under its own name.
cluster_start new
cluster new env > "$test_dir/env"
new_bin=$(dirname "$(sed -n 's/^export PG_CONFIG=//p' "$test_dir/env")")
new_data=$(server_data new)
old_home=$test_dir/old
mkdir "$old_home"
chown --reference="$new_data" "$old_home"
checksums=()
[ "$(q new postgres 'SHOW data_checksums')" = off ] || checksums=(-k)

on_old()
{
    as_server new env PGHOST="$old_home" PGPORT=5432 PGUSER=postgres "$@"
}

on_old "$test_dir/bin/initdb" -D "$old_home/data" "${checksums[@]}" -A trust -U postgres --no-sync \
    -E UTF8 --locale=C.UTF-8 > "$test_dir/initdb.log"
on_old "$test_dir/bin/pg_ctl" -s -w -D "$old_home/data" -l "$old_home/log" \
    -o "-c listen_addresses='' -k $old_home" start
on_old "$new_bin/psql" -X -q -d postgres -c 'CREATE DATABASE shop'
on_old "$new_bin/psql" -X -q -d shop -o /dev/null -c 'SET client_min_messages = warning' \
    -c 'CREATE EXTENSION ims CASCADE' -c 'SELECT ims.create_ledger()'
on_old "$new_bin/psql" -X -q -d shop -f - < "$test_root/test/t/shop.psql"
fingerprint_queries | on_old "$new_bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 -d shop \
    > "$test_dir/shop"
on_old "$test_dir/bin/pg_ctl" -s -w -D "$old_home/data" -m fast stop
cluster new stop

succeeds "pg_upgrade from $("$test_dir/bin/postgres" -V)" \
    as_server new sh -c "cd '$old_home' && '$new_bin/pg_upgrade' -U postgres \
        -b '$test_dir/bin' -B '$new_bin' -d '$old_home/data' -D '$new_data'"
cluster new start
same_ledger "$test_dir/shop" new shop 'equal row for row'
is_clean new shop 'verify is clean'
succeeds 'posting goes on' post_some new shop
is_clean new shop 'verify is clean after it'
