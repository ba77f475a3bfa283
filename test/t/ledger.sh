# For the server-level tests that compare ledgers; sourced after lib.sh.
# shellcheck shell=bash disable=SC2154 # variables of lib.sh

# new_shop cluster database: two owners with a little of everything
new_shop()
{
    new_database "$1" "$2"
    cluster "$1" psql -q -d "$2" -f "$test_root/test/t/shop.psql"
}

# Every row of every table of the ledger and every sequence, one line each:
# name, number of rows, hash.  Equal text means equal ledgers.
fingerprint_queries()
{
    cat <<'SQL'
SET timezone = 'UTC';
SET datestyle = 'ISO, MDY';
SET intervalstyle = 'postgres';
SELECT format($$SELECT %L, count(*), md5(string_agg(t::text, E'\n' ORDER BY t::text COLLATE "C"))
                  FROM %s AS t$$, c.relname, c.oid::regclass)
  FROM pg_class AS c
 WHERE c.relnamespace = 'ims'::regnamespace AND c.relkind IN ('r', 'p')
 ORDER BY c.relname COLLATE "C"
\gexec
SELECT format('SELECT %L, last_value, is_called FROM %s', c.relname, c.oid::regclass)
  FROM pg_class AS c
 WHERE c.relnamespace = 'ims'::regnamespace AND c.relkind = 'S'
 ORDER BY c.relname COLLATE "C"
\gexec
SQL
}

# fingerprint cluster database
fingerprint()
{
    fingerprint_queries | cluster "$1" psql -q -A -t -v ON_ERROR_STOP=1 -d "$2"
}

# same_ledger fingerprint-file cluster database description
same_ledger()
{
    local status=0
    fingerprint "$2" "$3" > "$test_dir/fingerprint" || status=1
    cmp -s "$1" "$test_dir/fingerprint" || status=1
    ok $status "$4"
    [ $status -eq 0 ] || diff "$1" "$test_dir/fingerprint" | sed 's/^/# /' || true
}

# is_clean cluster database description: ims.verify() finds nothing
is_clean()
{
    is "$(q "$1" "$2" 'SELECT * FROM ims.verify() LIMIT 20' 2>&1)" '' "$3"
}

# Postings of each kind of balance; fails when an id collides.
post_some()
{
    cluster "$1" psql -q -d "$2" -v ON_ERROR_STOP=1 -o /dev/null <<'SQL'
DO $$
DECLARE
    last_posting bigint := (SELECT max(p.posting_id) FROM ims.posting AS p);
    last_movement bigint := (SELECT max(m.movement_id) FROM ims.movement AS m);
    last_number bigint := (SELECT max(p.document_number) FROM ims.posting AS p
                             JOIN ims.owner AS o USING (owner_id) WHERE o.code = 'MAIN');
    new record;
BEGIN
    SELECT r.* INTO new FROM ims.receive(owner => 'MAIN', item => 'MILK', quantity => 4,
                                         to_location => 'N-01', lot => 'L1') AS r;
    ASSERT new.posting_id > last_posting AND new.document_number > last_number;
    ASSERT (SELECT min(m.movement_id) FROM ims.movement AS m
             WHERE m.posting_id = new.posting_id) > last_movement;
    PERFORM ims.ship(owner => 'MAIN', item => 'PHONE', quantity => 1, from_location => 'N-03',
                     serial => (SELECT s.code FROM ims.serial AS s WHERE s.location_id <> 0
                                 ORDER BY s.code LIMIT 1));
    PERFORM ims.transfer(owner => 'MAIN', item => 'PEN', quantity => 1, from_location => 'N-02',
                         from_handling_unit => 'P1', to_location => 'N-01');
    PERFORM ims.create_item(owner => 'CLIENT', code => 'NEW' || last_posting, name => 'new');
    PERFORM ims.receive(owner => 'CLIENT', item => 'NEW' || last_posting, quantity => 1, to_location => 'S-01');
    BEGIN
        PERFORM ims.ship(owner => 'MAIN', item => 'PEN', quantity => 1000000,
                         from_location => 'N-01');
        ASSERT false, 'oversold';
    EXCEPTION WHEN SQLSTATE 'IV301' THEN NULL;
    END;
    ASSERT (SELECT r.replayed FROM ims.receive(owner => 'MAIN', item => 'PEN', quantity => 100,
        unit => 'CS', to_location => 'N-01', effective_at => '2026-01-05 10:00+00',
        party => 'ACME', unit_cost => 1.05, currency => 'EUR',
        reference_type => 'purchase_order', reference_number => 'PO-1',
        idempotency_key => 'po-1') AS r), 'not replayed';
END
$$;
INSERT INTO ims.movement (owner_id, item_id, from_location_id, to_location_id, quantity)
SELECT m.owner_id, m.item_id, m.from_location_id, m.to_location_id, m.quantity
  FROM ims.movement AS m JOIN ims.posting AS p USING (owner_id, posting_id)
 WHERE p.kind = 'move' LIMIT 1;
SQL
}
