# Shared by the server-level tests: TAP, and clusters that are gone afterwards.
# shellcheck shell=bash
#
#   #!/bin/bash
#   # What is guaranteed, and how it is shown.
#   set -euo pipefail
#   . "$(dirname "$0")/lib.sh"
#   plan 2
#   cluster_start main --durable
#   new_database main shop
#   is "$(q main shop 'SELECT 1')" 1 'it answers'
#   sqlstate main shop 'SELECT 1/0' 22012 'it refuses'
#
# A test may also use `tools/cluster --name "$(cluster_name main)"` itself.

test_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
test_name=${IMS_CLUSTER:-t_$(basename "$0" | sed 's/\..*//; s/[^a-z0-9_]/_/g')}
test_number=0
test_failed=0
test_planned=0
test_clusters=()
test_dir=$(mktemp -d "${TMPDIR:-/tmp}/ims-test-XXXXXX")
# Readable for the server's account too (dumps, base backups).
chmod 755 "$test_dir"

plan()
{
    test_planned=$1
    echo "1..$1"
}

ok()
{
    local status=$1 description=$2
    test_number=$((test_number + 1))
    if [ "$status" -eq 0 ]; then
        echo "ok $test_number - $description"
    else
        echo "not ok $test_number - $description"
        test_failed=$((test_failed + 1))
    fi
}

# is got wanted description
is()
{
    local status=0
    [ "$1" = "$2" ] || status=1
    ok $status "$3"
    if [ $status -ne 0 ]; then
        printf 'got:    %s\nwanted: %s\n' "$1" "$2" | sed 's/^/# /'
    fi
}

# succeeds description command ...
succeeds()
{
    local description=$1 status=0 output
    shift
    output=$("$@" 2>&1) || status=1
    ok $status "$description"
    if [ $status -ne 0 ]; then
        printf '%s\n' "$output" | sed 's/^/# /'
    fi
}

cluster_name()
{
    echo "${test_name}_$1"
}

# cluster name command ... : tools/cluster on one of the test's clusters
cluster()
{
    local name=$1
    shift
    "$test_root/tools/cluster" --name "$(cluster_name "$name")" "$@"
}

# cluster_start name [options of tools/cluster]
cluster_start()
{
    local name=$1
    shift
    test_clusters+=("$name")
    "$test_root/tools/cluster" --name "$(cluster_name "$name")" "$@" start
}

# new_database cluster database: with ims and its ledger
new_database()
{
    local name=$1 database=$2
    cluster "$name" psql -q -v ON_ERROR_STOP=1 -d postgres -c "CREATE DATABASE $database"
    cluster "$name" psql -q -v ON_ERROR_STOP=1 -d "$database" -o /dev/null \
        -c 'SET client_min_messages = warning' \
        -c 'CREATE EXTENSION ims CASCADE' \
        -c 'SELECT ims.create_ledger()'
}

# q cluster database sql: bare rows
q()
{
    cluster "$1" psql -q -A -t -v ON_ERROR_STOP=1 -d "$2" -c "$3"
}

# sqlstate cluster database sql wanted description
sqlstate()
{
    local got
    got=$(cluster "$1" psql -q -A -t -v VERBOSITY=sqlstate -d "$2" -c "$3" 2>&1 >/dev/null |
        sed -n 's/^ERROR:  *\([0-9A-Z]\{5\}\)$/\1/p' | head -n 1) || true
    is "${got:-success}" "$4" "$5"
}

# Runs as the account of the server (root cannot run server programs).
as_server()
{
    if [ "$(id -u)" -eq 0 ]; then
        (cd / && runuser -u "$(stat -c %U "$(server_data "$1")")" -- "${@:2}")
    else
        (cd / && "${@:2}")
    fi
}

# The data directory of one of the test's clusters
server_data()
{
    (eval "$(cluster "$1" env)" && echo "$PGDATA")
}

test_end()
{
    local status=$? name
    trap - EXIT
    for name in "${test_clusters[@]}"; do
        cluster "$name" destroy || true
    done
    rm -rf "$test_dir"
    if [ "$status" -eq 0 ] && [ "$test_number" -ne "$test_planned" ]; then
        echo "# planned $test_planned tests but ran $test_number"
        status=1
    fi
    [ "$test_failed" -eq 0 ] || status=1
    exit "$status"
}
trap test_end EXIT
trap 'exit 143' TERM INT
