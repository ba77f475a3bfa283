#!/bin/bash
# The demo does what it says, with order lines and without: each rule of
# demo/online_retail is shown on a line made for it, a file that the ledger
# does not agree with ends in an error, and a second run finds no trace of the
# first.
set -euo pipefail
# shellcheck source=test/t/lib.sh
. "$(dirname "$0")/lib.sh"

plan 19

# Line by line: two sales of A to 17850 and free goods for him; a and A are two
# items; a return before any sale; a return of 3 A, which only the earlier sale
# can be, and of 2 A, which is the later one; one more that none is enough for;
# somebody else's return; stock lost, and found; postage, and some of it back.
mkdir "$test_dir/data"
cat > "$test_dir/data/lines.csv" <<'END'
InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
C100,A,LANTERN,-1,2010-12-01 08:00:00,2.50,17850.0,United Kingdom
101,A,LANTERN,5,2010-12-01 09:00:00,2.50,17850.0,United Kingdom
101,a,lantern small,4,2010-12-01 09:00:00,1.50,17850.0,United Kingdom
101,POST,POSTAGE,1,2010-12-01 09:00:00,18.00,17850.0,United Kingdom
102,A,LANTERN,2,2010-12-02 09:00:00,2.50,17850.0,United Kingdom
103,A,LANTERN,1,2010-12-02 10:00:00,0.0,17850.0,United Kingdom
C104,A,LANTERN,-3,2010-12-03 09:00:00,2.50,17850.0,United Kingdom
C105,A,LANTERN,-2,2010-12-03 10:00:00,2.50,17850.0,United Kingdom
C106,A,LANTERN,-4,2010-12-03 11:00:00,2.50,17850.0,United Kingdom
C107,a,lantern small,-1,2010-12-03 12:00:00,1.50,12345.0,France
C107,POST,POSTAGE,-1,2010-12-03 12:00:00,18.00,12345.0,France
108,A,thrown away,-7,2010-12-04 09:00:00,0.0,,United Kingdom
109,A,found,2,2010-12-04 10:00:00,0.0,,United Kingdom
110,a,,20,2010-12-05 09:00:00,1.50,,United Kingdom
END
echo '{"net_units": 16}' > "$test_dir/data/FACTS.json"

# What clusters of the system there are, and whose.
system_clusters()
{
    find /etc/postgresql /var/lib/postgresql -maxdepth 3 -printf '%p %u %m\n' 2>/dev/null | sort
}
system_clusters > "$test_dir/system_before"

test_clusters+=(main)
demo()
{
    IMS_CLUSTER=$(cluster_name main) "$test_root/demo/run"
}

for run in first second; do
    status=0
    DATA=$test_dir/data/lines.csv demo > "$test_dir/$run" 2>&1 || status=$?
    ok $status "the $run run with order lines ends well"
done
contains()
{
    local status=0
    grep -Eq "$2" "$test_dir/$1" || status=1
    ok $status "$3"
}
contains second '^ +16 +\| +0 +\| +16 +\| +16 +\| equal$' 'the units posted are those of the file'
contains second '^ stocked +\| +2 +\| +3$' 'returns linked and not linked are printed'
contains second '^SQLSTATE IV301$' 'an oversell is refused'
is "$(grep -c DIFFERENT "$test_dir/second" || true)" 0 'nothing is different'
tables="SELECT string_agg(concat_ws('/', p.reference_number, p.kind, i.code, m.quantity::numeric,
               o.reference_number), ' ' ORDER BY m.effective_at, m.movement_id)
        FROM ims.movement AS m
        JOIN ims.posting AS p USING (owner_id, posting_id)
        JOIN ims.item AS i USING (owner_id, item_id)
        LEFT JOIN ims.movement AS n ON n.movement_id = m.origin_movement_id
        LEFT JOIN ims.posting AS o ON o.posting_id = n.posting_id
        WHERE p.reference_type = 'invoice' AND p.kind"
is "$(q main ims_demo "$tables = 'ship'")" \
    '101/ship/A/5 101/ship/a/4 101/ship/POST/1 102/ship/A/2 103/ship/A/1 110/ship/a/20' \
    'sales and free goods are shipped; codes that differ by case are two items'
is "$(q main ims_demo "$tables = 'return_from_customer'")" \
    "$(printf '%s ' C100/return_from_customer/A/1 C104/return_from_customer/A/3/101 \
        C105/return_from_customer/A/2/102 C106/return_from_customer/A/4 \
        C107/return_from_customer/a/1 C107/return_from_customer/POST/1 | sed 's/ $//')" \
    'returns are linked to the latest earlier sale with enough left, if any'
is "$(q main ims_demo "SELECT count(*) FROM ims.posting WHERE kind = 'return_from_customer'
                       AND reason = 'no earlier sale to the customer with enough left'")" 3 \
    'the others say why'
is "$(q main ims_demo "SELECT string_agg(concat_ws(' ', p.reason, f.code, t.code, m.quantity::numeric),
                              ', ' ORDER BY m.movement_id)
                       FROM ims.movement AS m
                       JOIN ims.posting AS p USING (owner_id, posting_id)
                       JOIN ims.location AS f ON f.location_id = m.from_location_id
                       JOIN ims.location AS t ON t.location_id = m.to_location_id
                       WHERE p.kind = 'adjust'")" \
    'thrown away LONDON-PICK ADJUSTMENT 7, found ADJUSTMENT LONDON-PICK 2' \
    'what was lost and found is adjusted, with its reason'
is "$(q main ims_demo "SELECT string_agg(i.code || ' ' || s.on_hand::numeric, ', ' ORDER BY i.code COLLATE \"C\")
                       FROM ims.stock AS s JOIN ims.item AS i USING (owner_id, item_id)")" \
    'A 21, a 13' 'there was enough of everything, and postage moved nothing'
is "$(q main ims_demo "SELECT to_char(p.effective_at AT TIME ZONE 'UTC', 'HH24:MI') || ' ' || y.code
                              || ' ' || c.code
                       FROM ims.posting AS p
                       JOIN ims.party AS y USING (owner_id, party_id)
                       JOIN ims.channel AS c USING (owner_id, channel_id)
                       WHERE p.reference_number = '102'")" \
    '09:00 17850 United Kingdom' 'a document has its time, customer and channel'
is "$(q main ims_demo 'SELECT count(*) FROM ims.verify()')" 0 'verify() finds nothing'

echo '{"net_units": 17}' > "$test_dir/data/FACTS.json"
status=0
DATA=$test_dir/data/lines.csv demo > "$test_dir/wrong" 2>&1 || status=$?
ok $((status == 0)) 'a sum that differs from that of the file ends in an error'
contains wrong '\| DIFFERENT$' 'and says so'

# Without data: a copy that has no ../shared beside it is what a newcomer has.
status=0
DATA=none DEMO_PERIODS=2 demo > "$test_dir/generated" 2>&1 || status=$?
ok $status 'without order lines a 3PL is made up'
is "$(q main ims_demo "SELECT concat_ws(', ',
           (SELECT count(DISTINCT s.site) FROM ims_bi.stock_by_site AS s),
           (SELECT count(DISTINCT s.owner) FROM ims_bi.stock_by_site AS s),
           (SELECT count(DISTINCT p.kind) FROM ims.posting AS p),
           (SELECT count(*) FROM ims.lot AS l WHERE l.status = 'on_hold'),
           (SELECT count(*) FROM ims.verify()))")" \
    '3, 2, 7, 3, 0' 'three sites, two clients, seven kinds of posting, lots on hold, verified'
took=$(sed -n 's/^The demo took \([0-9]*\) s\..*/\1/p' "$test_dir/generated")
ok $((${took:-120} >= 120)) "it takes less than two minutes"
is "$(system_clusters)" "$(cat "$test_dir/system_before")" 'clusters of the system are left alone'
