-- A recall goes on where goods became another owner's: traces and reports say what
-- they are in the other's books, and descendants are blocked there too, for a role
-- that acts for both.  For a role that does not, nothing is told of the other, and
-- nothing done.
\i test/setup.psql
BEGIN;
SELECT no_plan();
CREATE ROLE ims_t_both;
CREATE ROLE ims_t_one;
GRANT USAGE ON SCHEMA ims TO ims_t_both, ims_t_one;
GRANT SELECT ON ALL TABLES IN SCHEMA ims TO ims_t_both, ims_t_one;
GRANT EXECUTE ON FUNCTION ims.recall, ims.recall_report, ims.trace_forward, ims.trace_back TO ims_t_both, ims_t_one;
SELECT ims.create_owner(code => o) > 0 AND ims.create_channel(owner => o, code => 'X') > 0 FROM unnest('{A,B,C}'::text[]) AS o \g /dev/null
SELECT ims.add_owner_member(owner => o, role_name => 'ims_t_both') FROM unnest('{A,B}'::text[]) AS o \g /dev/null
SELECT ims.add_owner_member(owner => 'A', role_name => 'ims_t_one') \g /dev/null
SELECT ims.create_site(code => 'S'), ims.create_location(code => 'S-1', parent => 'S'),
    ims.create_location(code => 'S-Q', parent => 'S', kind => 'quarantine') \g /dev/null
SELECT ims.create_item(owner => o, code => i.code, tracking => i.tracking)
FROM unnest('{A,B,C}'::text[]) AS o,
    (VALUES ('MILK', 'lot'), ('KEFIR', 'lot'), ('CAKE', 'lot'), ('TV', 'serial')) AS i (code, tracking) \g /dev/null
CREATE FUNCTION pg_temp.at(n integer) RETURNS timestamptz
LANGUAGE sql IMMUTABLE AS $$ SELECT timestamptz '2024-05-01 00:00+00' + n * interval '1 hour' $$;
CREATE FUNCTION pg_temp.lines(VARIADIC lines text[]) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('item', w[1], CASE w[1] WHEN 'TV' THEN 'serial' ELSE 'lot' END, w[2],
        'quantity', w[3]::numeric, 'from_location', w[4], 'to_location', w[5])))
    FROM unnest(lines) AS l (line), LATERAL string_to_array(l.line, ' ') AS w
$$;

-- A hands 10 of R1 to B, as KEFIR; B makes cakes and a television of it, gives 2 back, and
-- 1 to C; A makes a cake of what came back, which C gets too.
SELECT ims.create_lot(owner => 'A', item => 'MILK', lot => 'R1') \g /dev/null
SELECT count(*) FROM ims.receive('A', 'MILK', 20, to_location => 'S-1', lot => 'R1', effective_at => pg_temp.at(1)) \g /dev/null
SELECT ims.create_lot(owner => 'B', item => 'KEFIR', lot => 'R1') \g /dev/null
SELECT count(*) FROM ims.receive('B', 'KEFIR', 1, to_location => 'S-1', lot => 'R1', effective_at => pg_temp.at(1)) \g /dev/null
SELECT count(*) FROM ims.ship('B', 'KEFIR', 1, from_location => 'S-1', lot => 'R1', effective_at => pg_temp.at(1)) \g /dev/null
SELECT posting_id AS given FROM ims.transfer_ownership(owner => 'A', to_owner => 'B', item => 'MILK', to_item => 'KEFIR', lot => 'R1',
    quantity => 10, location => 'S-1', effective_at => pg_temp.at(2)) \gset
SELECT ims.create_lot(owner => o, item => 'CAKE', lot => l) FROM (VALUES ('B', 'K1'), ('A', 'K2')) AS v (o, l) \g /dev/null
SELECT ims.create_serials(owner => 'B', item => 'TV', codes => '{T1}') \g /dev/null
SELECT count(*) FROM ims.post(pg_temp.lines('KEFIR R1 3 S-1 PRODUCTION', 'CAKE K1 5 PRODUCTION S-1', 'TV T1 1 PRODUCTION S-1'),
    'move', 'B', effective_at => pg_temp.at(3)) \g /dev/null
SELECT posting_id AS back FROM ims.transfer_ownership(owner => 'B', to_owner => 'A', item => 'KEFIR', to_item => 'MILK', lot => 'R1',
    quantity => 2, location => 'S-1', effective_at => pg_temp.at(4)) \gset
SELECT count(*) FROM ims.transfer_ownership(owner => 'B', to_owner => 'A', item => 'CAKE', lot => 'K1', quantity => 1,
    location => 'S-1', effective_at => pg_temp.at(5)) \g /dev/null
SELECT count(*) FROM ims.post(pg_temp.lines('CAKE K1 1 S-1 PRODUCTION', 'CAKE K2 1 PRODUCTION S-1'), 'move', 'A',
    effective_at => pg_temp.at(6)) \g /dev/null
SELECT count(*) FROM ims.transfer_ownership(owner => 'B', to_owner => 'C', item => 'KEFIR', to_item => 'MILK', lot => 'R1',
    quantity => 1, location => 'S-1', effective_at => pg_temp.at(7)) \g /dev/null

CREATE FUNCTION pg_temp.report(of_lot text, by_time boolean DEFAULT false) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT concat_ws(' ', r.owner, r.level, r.kind, r.item, r.lot, r.serial, r.lot_status, r.quantity, r.location,
        CASE WHEN r.blocked THEN 'blocked' END, '= ' || r.other_owner, r.other_item, r.other_lot, r.other_serial)
    FROM ims.recall_report('A', 'MILK', of_lot, by_time => by_time) AS r
$$;
CREATE FUNCTION pg_temp.trace(owner text, item text, lot text, forward boolean) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT concat_ws('' '', t.level, t.event, t.item, t.lot, t.quantity, ''= '' || t.other_owner, t.other_item, t.other_lot,
             t.other_posting_id = p.posting_id AND t.other_document_number = p.document_number)
         FROM ims.trace_%s(%L, %L, %L) AS t
         LEFT JOIN ims.posting AS p ON p.posting_id = t.other_posting_id', CASE WHEN forward THEN 'forward' ELSE 'back' END,
        owner, item, lot);
END
$$;
SET LOCAL ROLE ims_t_both;
\echo a report of who acts for A and B
SELECT line FROM pg_temp.report('R1') AS line;
\echo traces
SELECT line FROM pg_temp.trace('A', 'MILK', 'R1', true) AS line WHERE line ~ 'over';
SELECT line FROM pg_temp.trace('B', 'KEFIR', 'R1', false) AS line WHERE line ~ 'over';
\echo by time
SELECT line FROM pg_temp.report('R1', true) AS line WHERE line ~ 'KEFIR';
SET LOCAL ROLE ims_t_one;
\echo a report of who acts for A alone
SELECT line FROM pg_temp.report('R1') AS line;
SELECT line FROM pg_temp.trace('A', 'MILK', 'R1', true) AS line WHERE line ~ 'over';
SAVEPOINT one;
SELECT count(*) FROM ims.recall('A', 'MILK', 'R1', descendants => true, reason => 'glass') AS r WHERE r.owner <> 'A' OR r.other_owner IS NOT NULL;
RESET ROLE;
SELECT results_eq($$ SELECT o.code, l.code, l.status FROM ims.lot AS l JOIN ims.owner AS o USING (owner_id) WHERE o.code IN ('A', 'B', 'C')
    AND l.status <> 'released' ORDER BY 1, 2 $$, $$ VALUES ('A', 'R1', 'recalled') $$, 'nothing is done to others');
ROLLBACK TO one;

SET LOCAL ROLE ims_t_both;
SAVEPOINT lot_alone;
SELECT count(*) > 1 AS told FROM ims.recall('A', 'MILK', 'R1', reason => 'glass') AS r WHERE r.owner = 'B';
RESET ROLE;
SELECT results_eq($$ SELECT o.code, l.code FROM ims.lot AS l JOIN ims.owner AS o USING (owner_id) WHERE o.code IN ('A', 'B', 'C')
    AND l.status <> 'released' ORDER BY 1, 2 $$, $$ VALUES ('A', 'R1') $$, 'without descendants the lot alone');
ROLLBACK TO lot_alone;
SET LOCAL ROLE ims_t_both;
\echo a recall of who acts for A and B
SELECT concat_ws(' ', r.owner, r.level, r.kind, r.item, r.lot, r.serial, r.lot_status, r.quantity, r.location,
    CASE WHEN r.blocked THEN 'blocked' END, '= ' || r.other_owner, r.other_item, r.other_lot, r.other_serial) AS line
FROM ims.recall('A', 'MILK', 'R1', descendants => true, reason => 'glass', actor => 'qa') AS r;
RESET ROLE;
SELECT results_eq($$ SELECT o.code, l.code, l.status FROM ims.lot AS l JOIN ims.owner AS o USING (owner_id) WHERE o.code IN ('A', 'B', 'C')
    AND l.status <> 'released' ORDER BY 1, 2 $$,
    $$ VALUES ('A', 'K1', 'recalled'), ('A', 'K2', 'recalled'), ('A', 'R1', 'recalled'), ('B', 'K1', 'recalled'), ('B', 'R1', 'recalled') $$,
    'goods are blocked in the books of both');
SELECT results_eq($$ SELECT o.code, c.new_status, c.reason, c.actor FROM ims.lot_status_change AS c JOIN ims.owner AS o USING (owner_id)
    WHERE c.new_status = 'recalled' AND o.code = 'B' ORDER BY c.lot_id $$,
    $$ VALUES ('B', 'recalled', 'glass', 'qa'), ('B', 'recalled', 'glass', 'qa') $$, 'with the reason');
SELECT throws_ok($$ SELECT * FROM ims.ship('B', 'KEFIR', 1, from_location => 'S-1', lot => 'R1') $$, 'IV304', NULL, 'and not shipped');
SELECT is((SELECT sum(a.sellable) FROM ims.availability AS a JOIN ims.owner AS o USING (owner_id) WHERE o.code = 'B'), 0::numeric,
    'none is available there');

-- B has Z at level 1, from A's product, until C is found to have handed it over at level 0.
SELECT ims.create_lot(owner => o, item => i, lot => 'Z') FROM (VALUES ('A', 'MILK'), ('A', 'KEFIR'), ('B', 'CAKE')) AS v (o, i) \g /dev/null
SELECT count(*) FROM ims.receive('A', 'MILK', 9, to_location => 'S-1', lot => 'Z', effective_at => pg_temp.at(10)) \g /dev/null
SELECT count(*) FROM ims.post(pg_temp.lines('MILK Z 1 S-1 PRODUCTION', 'KEFIR Z 1 PRODUCTION S-1'), 'move', 'A',
    effective_at => pg_temp.at(11)) \g /dev/null
SELECT count(*) FROM (VALUES (1, 'A', 'B', 'KEFIR', 'KEFIR'), (2, 'A', 'C', 'MILK', 'MILK'), (3, 'C', 'B', 'MILK', 'KEFIR'))
    AS t (n, old, new, item, to_item)
CROSS JOIN LATERAL ims.transfer_ownership(owner => t.old, to_owner => t.new, item => t.item, to_item => t.to_item, lot => 'Z', quantity => 1,
    location => 'S-1', effective_at => pg_temp.at(11 + t.n)) \g /dev/null
SELECT count(*) FROM ims.post(pg_temp.lines('KEFIR Z 2 S-1 PRODUCTION', 'CAKE Z 1 PRODUCTION S-1'), 'move', 'B',
    effective_at => pg_temp.at(15)) \g /dev/null
SELECT results_eq($$ SELECT DISTINCT r.owner, r.level, r.item FROM ims.recall_report('A', 'MILK', 'Z') AS r ORDER BY 1, 2 $$,
    $$ VALUES ('A', 0::bigint, 'MILK'), ('A', 1, 'KEFIR'), ('B', 0, 'KEFIR'), ('B', 1, 'CAKE'), ('C', 0, 'MILK') $$,
    'levels are the lowest, whoever is reported first');
SELECT is_empty($$ SELECT r.owner, r.level, r.item FROM ims.recall_report('A', 'MILK', 'Z') AS r
    GROUP BY 1, 2, 3 HAVING sum(CASE WHEN r.incoming THEN r.quantity ELSE - r.quantity END) <> 0 $$, 'and all adds up');
SELECT is_empty($$ SELECT * FROM ims.verify() AS v WHERE v.check_name !~ '^catalog' $$, 'all is well');
SELECT * FROM finish();
ROLLBACK;
