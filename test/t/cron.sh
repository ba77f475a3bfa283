#!/bin/bash
# The job of doc/operations.md: pg_cron calls ims.maintain_closings() in the
# ledger's database as a role that may do that and no more.  A closing that is
# due is taken by the next run; the runs after it take none, and what the role
# may not do ends as a failed run with nothing changed.
set -euo pipefail
# shellcheck source=test/t/lib.sh
. "$(dirname "$0")/lib.sh"
plan 8

cluster_start main
new_database main shop
q main postgres 'CREATE EXTENSION pg_cron'
cluster main psql -q -v ON_ERROR_STOP=1 -d shop -o /dev/null -f "$test_root/doc/roles.sql"
q main shop "CREATE ROLE shop_jobs LOGIN;
    GRANT ims_controller TO shop_jobs;
    SELECT ims.create_owner(code => 'CLIENT');
    SELECT ims.add_owner_member(owner => 'MAIN', role_name => 'shop_jobs');
    SELECT ims.create_site(code => 'HAM');
    SELECT ims.create_item(owner => o.code, code => 'PEN') FROM ims.owner AS o;
    SELECT ims.receive(owner => o.code, item => 'PEN', quantity => 1, to_location => 'HAM',
                       effective_at => '2026-01-05 10:00+00'::timestamptz + n * interval '1 minute')
    FROM ims.owner AS o, generate_series(1, 10) AS n" > "$test_dir/out"

# Runs from the next minute on; the sixth movement of the hour makes it due.
q main postgres "SELECT cron.schedule_in_database('ims closings', '* * * * *',
        'SELECT ims.maintain_closings(owner => o.code, every_movements => 6) FROM ims.owner AS o',
        'shop', 'shop_jobs');
    SELECT cron.schedule_in_database('ims beyond', '* * * * *',
        'SELECT ims.receive(owner => ''MAIN'', item => ''PEN'', quantity => 1, to_location => ''HAM'')',
        'shop', 'shop_jobs')" > "$test_dir/out"

# runs of a job that have ended, as status and number
runs()
{
    q main postgres "SELECT d.status || ' ' || count(*)
        FROM cron.job_run_details AS d
        JOIN cron.job AS j USING (jobid)
        WHERE j.jobname = '$1' AND d.end_time IS NOT NULL
        GROUP BY d.status"
}

wait_for_runs()
{
    local waited=0
    while [ -z "$(runs 'ims closings')" ] || [ -z "$(runs 'ims beyond')" ]; do
        waited=$((waited + 1))
        [ $waited -lt 150 ] || return 1
        sleep 1
    done
}

succeeds 'both jobs run within two and a half minutes' wait_for_runs
is "$(runs 'ims closings' | cut -d' ' -f1)" succeeded 'the run succeeded'
is "$(q main shop "SELECT o.code, c.closed_at AT TIME ZONE 'UTC', b.on_hand
        FROM ims.closing AS c
        JOIN ims.owner AS o USING (owner_id)
        JOIN ims.closing_balance AS b USING (owner_id, closing_id)")" \
    'MAIN|2026-01-05 11:00:00|10' 'the closing is taken, of the owner that the role may act for'
is "$(q main shop "SET SESSION AUTHORIZATION shop_jobs;
        SELECT ims.maintain_closings(every_movements => 6)")" 0 'a second run takes none'
is "$(runs 'ims beyond' | cut -d' ' -f1)" failed 'a run beyond the rights of its role fails'
is "$(q main postgres "SELECT DISTINCT d.return_message FROM cron.job_run_details AS d
        JOIN cron.job AS j USING (jobid) WHERE j.jobname = 'ims beyond' AND d.end_time IS NOT NULL" |
        grep -c 'permission denied for function receive')" 1 'and says why'
is "$(q main shop 'SELECT count(*) FROM ims.movement')" 20 'nothing was posted by it'
is "$(q main shop 'SELECT * FROM ims.verify()')" '' 'verify is clean'
