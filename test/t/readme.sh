#!/bin/bash
# What the README shows is what happens: its session is run statement by
# statement in an empty database, and every page that it names is there.
set -euo pipefail
# shellcheck source=test/t/lib.sh
. "$(dirname "$0")/lib.sh"

plan 4
readme=$test_root/README.md

# Prompts are the only difference to what psql prints with --echo-all.
# shellcheck disable=SC2016  # the backquotes are those of Markdown
sed -n '/^```console$/,/^```$/p' "$readme" | sed '/^```/d' > "$test_dir/session"
sed -n 's/^shop[=-]# //p' "$test_dir/session" > "$test_dir/statements"
sed 's/^shop[=-]# //' "$test_dir/session" > "$test_dir/wanted"

cluster_start main
cluster main psql -q -d postgres -c 'CREATE DATABASE shop'
PGOPTIONS='-c client_min_messages=warning' cluster main psql -a -P footer=off -d shop \
    < "$test_dir/statements" > "$test_dir/got" 2>&1 || true
statements=$(grep -c ';' "$test_dir/statements")
ok $((statements < 10)) "the session has statements ($statements)"
status=0
diff "$test_dir/wanted" "$test_dir/got" > "$test_dir/diff" || status=1
ok $status 'its output is real'
sed 's/^/# /' "$test_dir/diff"

missing=$(grep -o '](\([^)]*\))' "$readme" | sed 's/^](//; s/)$//' | grep -v '^https:' |
    while read -r page; do
        [ -f "$test_root/$page" ] || printf '%s ' "$page"
    done)
is "$missing" '' 'the pages it names are there'
ok $(($(wc -l < "$readme") > 200)) 'it is short'
