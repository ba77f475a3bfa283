#!/bin/bash
# Who is not root and lacks packages is told the exact line to run, and nothing
# is installed; make works where pg_config is not in the PATH.
set -euo pipefail
# shellcheck source=test/t/lib.sh
. "$(dirname "$0")/lib.sh"

plan 7

# A PATH with what the scripts themselves need, and nothing to build with.
bin=$test_dir/bin
mkdir "$bin"
for tool in bash sh env basename cat cmp cut dirname echo find grep head id mkdir readlink sed sort tail \
    mv rm touch tr uname xargs; do
    ln -s "$(type -P "$tool")" "$bin/$tool"
done
chmod -R a+rX "$test_dir"

poor()
{
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid=65534 --regid=65534 --clear-groups \
            "$(command -v env)" -i PATH="$bin" HOME="$test_dir" "$@"
    else
        "$(command -v env)" -i PATH="$bin" HOME="$test_dir" "$@"
    fi
}

# The tree may be where that account cannot go.
mkdir -p "$test_dir/tree"
cp -r "$test_root/tools" "$test_root/Makefile" "$test_root"/*.control "$test_dir/tree"
chmod -R a+rwX "$test_dir/tree"

status=0
poor "$test_dir/tree/tools/setup" > "$test_dir/out" 2> "$test_dir/err" || status=$?
is $status 1 'without packages and without root it stops'
is "$(cat "$test_dir/out")" '' 'prints nothing to standard output'
is "$(sed 's/--no-install-recommends .*/--no-install-recommends/' "$test_dir/err" | tail -n 1)" \
    '  sudo apt-get update && sudo apt-get install --no-install-recommends' 'but the line to run'
is "$(sed -n '$s/.*--no-install-recommends //p' "$test_dir/err" | tr ' ' '\n' |
    grep -cxE 'gcc|libc6-dev|make|python3')" 4 'with what is missing'
is "$(sed -n '$s/.*--no-install-recommends //p' "$test_dir/err" | tr ' ' '\n' |
    grep -vcE '^[a-z0-9][a-z0-9.+-]*$' || true)" 0 'and names of packages only'

ln -s "$(command -v make)" "$bin/make"
is "$(poor make -s -C "$test_dir/tree" help 2>&1 | grep -c '^ *make')" \
    "$(make -s -C "$test_root" help | grep -c '^ *make')" 'make help works without pg_config in the PATH'
poor make -s -C "$test_dir/tree" PG_CONFIG= all > "$test_dir/out" 2>&1 || true
is "$(grep -c "pg_config of a PostgreSQL server (15 or later) was not found" "$test_dir/out")" 1 \
    'make without any pg_config says what to do'
