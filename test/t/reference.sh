#!/bin/bash
# doc/reference.md is what tools/reference makes of the catalog now, and
# leaves out no public function, table, view or setting.
set -euo pipefail
# shellcheck source=test/t/lib.sh
. "$(dirname "$0")/lib.sh"

plan 2
cluster_start main
page=$test_root/doc/reference.md

succeeds 'doc/reference.md is up to date (make reference)' \
    "$test_root/tools/reference" --cluster "$(cluster_name main)" --check

new_database main shop
# What a public object is called in a heading or a row of the page.
q main shop "
    LOAD 'ims';
    SELECT '### ims.' || p.proname
    FROM pg_proc AS p
    WHERE p.pronamespace = 'ims'::regnamespace AND p.proname !~ '^_'
    UNION ALL
    SELECT format('### %s.%s', c.relnamespace::regnamespace, c.relname)
    FROM pg_class AS c
    WHERE c.relnamespace::regnamespace::text ~ '^ims' AND c.relkind IN ('r', 'p', 'v', 'm')
    UNION ALL
    SELECT format('| \`ims.%s\` |', t.typname)
    FROM pg_type AS t
    WHERE t.typnamespace = 'ims'::regnamespace AND t.typrelid = 0 AND t.typelem = 0
    UNION ALL
    SELECT format('| \`%s\` |', s.name)
    FROM pg_settings AS s
    WHERE s.name LIKE 'ims.%'" > "$test_dir/wanted"
missing=$(while IFS= read -r entry; do
    grep -qF -- "$entry" "$page" || echo "$entry"
done < "$test_dir/wanted")
is "$missing" '' "$(wc -l < "$test_dir/wanted") public objects are in it"
