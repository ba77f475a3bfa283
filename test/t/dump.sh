#!/bin/bash
# Every form of dump that the documentation names, restored: the ledger is
# equal row for row and so are its sequences, verify() is clean, and posting
# goes on with the next ids.  With IMS_DUMPS the dumps are kept there, and
# those of older major versions are restored too, those included that the
# older version had itself restored from a still older one.
set -euo pipefail
# shellcheck source=test/t/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/t/ledger.sh
. "$(dirname "$0")/ledger.sh"

cluster_start main
major=$(q main postgres 'SHOW server_version_num')
major=${major%????}
older=()
if [ -n "${IMS_DUMPS:-}" ]; then
    for dump in "$IMS_DUMPS"/*/*.dump; do
        version=$(basename "$(dirname "$dump")")
        if [ -f "$dump" ] && [ "$version" -lt "$major" ]; then
            older+=("$dump")
        fi
    done
fi
plan $((4 * 9 + 1 + 1 + 4 * ${#older[@]}))

run()
{
    cluster main run "$@"
}

restore_sql()
{
    cluster "${2:-main}" psql -q -v ON_ERROR_STOP=1 -d "$1" -o /dev/null
}

# restored cluster database form: what must hold of every restored ledger
restored()
{
    same_ledger "$test_dir/shop" "$1" "$2" "$3: equal row for row"
    is_clean "$1" "$2" "$3: verify is clean"
    succeeds "$3: posting goes on" post_some "$1" "$2"
    is_clean "$1" "$2" "$3: verify is clean after it"
}

new_shop main shop
fingerprint main shop > "$test_dir/shop"
is_clean main shop 'the ledger to be dumped is clean'

# The whole cluster, with its roles, into another one.
cluster_start other
run pg_dumpall --no-role-passwords > "$test_dir/all.sql"
grep -v '^CREATE ROLE postgres;$' "$test_dir/all.sql" | restore_sql postgres other
restored other shop pg_dumpall
cluster other destroy

run createdb plain
run pg_dump shop > "$test_dir/plain.sql"
restore_sql plain < "$test_dir/plain.sql"
restored main plain plain

# Over the copy, which has gone on meanwhile.
run pg_dump --clean --if-exists shop | restore_sql plain
restored main plain 'clean over a copy'

run createdb custom
run pg_dump -Fc -f "$test_dir/shop.dump" shop
run pg_restore -e -d custom "$test_dir/shop.dump"
restored main custom custom

run createdb directory
run pg_dump -Fd -j2 -f "$test_dir/directory" shop
run pg_restore -e -j2 -d directory "$test_dir/directory"
restored main directory 'directory, two jobs'

run createdb inserts
run pg_dump --inserts shop | restore_sql inserts
restored main inserts inserts

# Only the schemas: the extensions must be named with them.
schemas=(-n ims)
[ "$(q main shop "SELECT count(*) FROM pg_namespace WHERE nspname = 'ims_bi'")" = 0 ] ||
    schemas+=(-n ims_bi)
run createdb schemas
run pg_dump "${schemas[@]}" -e ims -e btree_gist shop | restore_sql schemas
restored main schemas 'schemas and extensions'

run createdb sections
for section in pre-data data post-data; do
    run pg_dump --section="$section" shop | restore_sql sections
done
restored main sections 'three sections'

# Data only: into a ledger that was made without seed.  It has no sequences of
# document numbers yet; repair_guards() makes them after the highest number.
run createdb data_only
q main data_only 'SET client_min_messages = warning; CREATE EXTENSION ims CASCADE' > "$test_dir/out"
q main data_only 'SELECT ims.create_ledger(seed => false)' > "$test_dir/out"
run pg_dump --data-only --disable-triggers "${schemas[@]}" -T 'ims.document_number_*_seq' shop \
    2> "$test_dir/out" | restore_sql data_only
q main data_only 'SELECT * FROM ims.repair_guards()' > "$test_dir/out"
is "$(grep -c '|A$' "$test_dir/out")" \
    "$(q main shop "SELECT count(*) FROM pg_trigger WHERE tgenabled = 'A'")" \
    'data only: the guards are armed again'
# Numbers drawn ahead of the highest are lost with the sequences; nothing else.
fingerprint main data_only | grep -v '^document_number_' > "$test_dir/out"
is "$(cat "$test_dir/out")" "$(grep -v '^document_number_' "$test_dir/shop")" \
    'data only: equal row for row'
is_clean main data_only 'data only: verify is clean'
succeeds 'data only: posting goes on' post_some main data_only
is_clean main data_only 'data only: verify is clean after it'

# What newer versions find here.
if [ -n "${IMS_DUMPS:-}" ]; then
    mkdir -p "$IMS_DUMPS/$major"
    cp "$test_dir/shop.dump" "$IMS_DUMPS/$major/new.dump"
    cp "$test_dir/shop" "$IMS_DUMPS/$major/new.fingerprint"
fi
for dump in "${older[@]}"; do
    version=$(basename "$(dirname "$dump")")
    name=$(basename "$dump" .dump)
    cp "${dump%.dump}.fingerprint" "$test_dir/shop"
    run createdb "from_${version}_$name"
    run pg_restore -e -d "from_${version}_$name" "$dump"
    run pg_dump -Fc -f "$IMS_DUMPS/$major/${name}_$version.dump" "from_${version}_$name"
    cp "$test_dir/shop" "$IMS_DUMPS/$major/${name}_$version.fingerprint"
    restored main "from_${version}_$name" "dump of $version ($name)"
done
