-- A recall blocks what has no lot, too: single units that a lot became go to the
-- quarantine of their site by a posting that can be read and reversed, out of
-- handling units, but none that is elsewhere already, and none where nothing can
-- be posted, which the report tells.  Goods with neither lot nor serial are told
-- by where they were made and where their item lies.
\i test/setup.psql
BEGIN;
SELECT no_plan();
\i test/verb.psql
INSERT INTO ims.item (owner_id, item_id, code, name, tracking, measured_unit, measured_per_base) VALUES
    (9001, 9391, 'CHIP', 'chip', 'lot', NULL, NULL), (9001, 9392, 'BOX', 'box', 'none', NULL, NULL),
    (9001, 9393, 'HAM', 'ham', 'serial', 'KGM', 5), (9001, 9394, 'OLD', 'old', 'serial', NULL, NULL);
INSERT INTO ims.lot (owner_id, lot_id, item_id, code) VALUES (9001, 9491, 9391, 'K1'), (9001, 9492, 9391, 'K2'),
    (9001, 9493, 9304, 'PL');
INSERT INTO ims.serial (owner_id, serial_id, item_id, code)
SELECT 9001, 9700 + n, 9304, 'U' || n FROM generate_series(1, 12) AS n
UNION ALL VALUES (9001, 9751, 9393, 'H1'), (9001, 9752, 9394, 'O1');
SELECT setval(q.name, greatest(100000, nextval(q.name))) FROM pg_get_serial_sequence('ims.location', 'location_id') AS q (name) \g /dev/null
CREATE FUNCTION pg_temp.at(n integer) RETURNS timestamptz
LANGUAGE sql IMMUTABLE AS $$ SELECT timestamptz '2024-05-01 00:00+00' + n * interval '1 hour' $$;
-- One unit, or a quantity, made of a chip.
CREATE FUNCTION pg_temp.make(hour integer, item text, serial text, place text, chip text DEFAULT 'K1', quantity numeric DEFAULT 1,
    lot text DEFAULT NULL, handling_unit text DEFAULT NULL, measured numeric DEFAULT NULL) RETURNS bigint LANGUAGE sql AS $$
    SELECT p.posting_id
    FROM ims.produce('SHOP', item, quantity, to_location => place, serial => serial, lot => lot, handling_unit => handling_unit,
        measured_quantity => measured, effective_at => pg_temp.at(hour), components => jsonb_build_array(jsonb_build_object(
            'item', 'CHIP', 'lot', chip, 'quantity', 1, 'from_location', 'T-HERE-A'))) AS p
$$;
-- What is there, of what is not the lot itself.
CREATE FUNCTION pg_temp.there(lot text DEFAULT 'K1', by_time boolean DEFAULT false) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT concat_ws(' ', r.kind, r.item, r.lot, r.serial, r.quantity, '@' || r.location, '(' || r.handling_unit || ')',
        CASE WHEN r.blocked THEN 'blocked' END)
    FROM ims.recall_report('SHOP', 'CHIP', lot, by_time => by_time) AS r
    WHERE r.blocked IS NOT NULL AND r.item <> 'CHIP' AND r.owner = 'SHOP'
$$;
CREATE FUNCTION pg_temp.recall(lot text DEFAULT 'K1', quarantine boolean DEFAULT true, by_time boolean DEFAULT false)
RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM ims.recall('SHOP', 'CHIP', lot, descendants => true, quarantine => quarantine, by_time => by_time,
        reason => 'fire', actor => 'qa')
$$;
-- Recalls move units of other owners too: their postings are told of by themselves.
CREATE OR REPLACE FUNCTION pg_temp.last(kind text) RETURNS bigint LANGUAGE sql AS $$
    SELECT max(p.posting_id) FROM ims.posting AS p WHERE p.owner_id = 9001 AND p.kind = last.kind
$$;
-- Of postings that recalls made.
CREATE FUNCTION pg_temp.moved() RETURNS SETOF text LANGUAGE sql AS $$
    SELECT pg_temp.lines(p.posting_id) FROM ims.posting AS p
    WHERE p.owner_id = 9001 AND p.reference_type = 'recall' AND p.kind = 'move' ORDER BY p.posting_id
$$;

SELECT count(*) FROM (VALUES ('K1', 60), ('K2', 10)) AS c (lot, quantity) CROSS JOIN LATERAL ims.receive('SHOP', 'CHIP', c.quantity,
    to_location => 'T-HERE-A', lot => c.lot, party => 'ACME', effective_at => pg_temp.at(1)) \g /dev/null
SELECT count(pg_temp.make(2, 'PHONE', u.code, u.place, chip => u.chip, lot => u.lot, handling_unit => u.unit))
FROM (VALUES ('U1', 'T-HERE-A', NULL, NULL, 'K1'), ('U2', 'T-HERE-A', 'P1', NULL, 'K1'), ('U3', 'T-HERE-B', 'P2', NULL, 'K1'),
    ('U4', 'T-HERE-A', NULL, NULL, 'K1'), ('U5', 'T-HERE-A', NULL, NULL, 'K1'), ('U6', 'T-THERE-A', NULL, NULL, 'K1'),
    ('U7', 'T-HERE-Q', NULL, NULL, 'K1'), ('U8', 'T-HERE-A', NULL, 'PL', 'K1'), ('U9', 'T-HERE-A', 'P1', NULL, 'K2'),
    ('U10', 'T-HERE-A', NULL, NULL, 'K1'), ('U12', 'T-HERE-A', NULL, NULL, 'K2')) AS u (code, place, unit, lot, chip) \g /dev/null
SELECT count(pg_temp.make(2, 'HAM', 'H1', 'T-HERE-B', measured => 4.8)), count(pg_temp.make(2, 'OLD', 'O1', 'T-HERE-A')),
    count(pg_temp.make(2, 'BOX', NULL, 'T-HERE-B', quantity => 20)), count(pg_temp.make(3, 'BOX', NULL, 'T-HERE-B', quantity => 4)) \g /dev/null
SELECT count(*) FROM ims.create_handling_unit('SHOP', 'P3') \g /dev/null
SELECT count(*) FROM ims.receive('SHOP', 'BOX', 6, to_location => 'T-THERE-A', handling_unit => 'P3') \g /dev/null
SELECT count(*) FROM ims.ship('SHOP', 'PHONE', 1, from_location => 'T-HERE-A', serial => 'U4', party => 'JANE') \g /dev/null
SELECT posting_id AS way FROM ims.dispatch('SHOP', 'PHONE', 1, from_location => 'T-HERE-A', to_location => 'T-THERE', serial => 'U5') \gset
SELECT posting_id AS boxes FROM ims.dispatch('SHOP', 'BOX', 2, from_location => 'T-HERE-B', to_location => 'T-THERE') \gset
SELECT count(*) FROM ims.transfer_ownership('SHOP', to_owner => 'CLIENT', item => 'PHONE', quantity => 1, location => 'T-HERE-A',
    serial => 'U10') \g /dev/null
SELECT count(ims.close_handling_unit('SHOP', 'P2')) \g /dev/null
UPDATE ims.item SET status = 'inactive' WHERE item_id = 9394;

-- What a report says of it, before.
PREPARE before AS VALUES
    ('on_hand HAM H1 1 @T-HERE-B'), ('on_hand OLD O1 1 @T-HERE-A'), ('on_hand PHONE PL U8 1 @T-HERE-A'),
    ('on_hand PHONE U1 1 @T-HERE-A'), ('on_hand PHONE U2 1 @T-HERE-A (P1)'), ('on_hand PHONE U3 1 @T-HERE-B (P2)'),
    ('in_transit PHONE U5 1 @TRANSIT'), ('on_hand PHONE U6 1 @T-THERE-A'), ('on_hand PHONE U7 1 @T-HERE-Q blocked'),
    ('may_be_on_hand BOX 22 @T-HERE-B'), ('may_be_on_hand BOX 6 @T-THERE-A (P3)'), ('may_be_on_hand BOX 2 @TRANSIT');
SELECT results_eq($$ SELECT pg_temp.there() $$, 'before', 'what there is, and that it is not blocked');
SELECT results_eq($$ SELECT concat_ws(' ', r.level, r.kind, r.incoming, r.item, r.quantity, r.base_unit, r.site, r.location, r.effective_at = pg_temp.at(2))
    FROM ims.recall_report('SHOP', 'CHIP', 'K1') AS r WHERE r.item = 'BOX' $$,
    ARRAY['1 produced t BOX 20 EA t', '1 produced t BOX 4 EA f', '1 may_be_on_hand f BOX 22 EA T-HERE T-HERE-B',
        '1 may_be_on_hand f BOX 6 EA T-THERE T-THERE-A', '1 may_be_on_hand f BOX 2 EA TRANSIT'],
    'boxes have neither lot nor serial: who made them, and where any are');
SELECT results_eq($$ SELECT DISTINCT r.blocked FROM ims.recall_report('SHOP', 'CHIP', 'K1') AS r WHERE r.location IS NULL $$,
    $$ VALUES (NULL::boolean) $$, 'what is gone is neither blocked nor not');
SELECT is_empty($$ SELECT t FROM pg_temp.there('K2') AS t WHERE t !~ 'U9|U12' $$, 'another chip, another phone');

-- The lot alone, the lots alone, a dry run: no unit moves.
SELECT results_eq(format($$ SELECT count(*) FROM ims.recall('SHOP', 'CHIP', 'K1', %s) $$, d.arguments),
    $$ SELECT count(*) FROM ims.recall_report('SHOP', 'CHIP', 'K1') $$, d.arguments)
FROM (VALUES (1, 'reason => ''fire'''), (2, 'reason => ''fire'', quarantine => true'),
    (3, 'reason => ''fire'', descendants => true, quarantine => false'),
    (4, 'reason => ''fire'', descendants => true, dry_run => true')) AS d (place, arguments) ORDER BY d.place;
SELECT is_empty($$ SELECT pg_temp.moved() $$, 'nothing was moved');
SELECT is(s.status, 'recalled', 'the lot of a unit is recalled') FROM ims.lot AS s WHERE s.lot_id = 9493;
SELECT (SELECT a.sellable FROM ims.availability AS a WHERE a.owner_id = 9001 AND a.item_id = 9304 AND a.site_id = 9100) AS sold \gset
SELECT is(:sold, 5, 'U1, U2, U3, U9 and U12 are for sale');

-- The whole recall.
SAVEPOINT whole;
SELECT results_eq($$ SELECT concat_ws(' ', r.kind, r.item, r.serial, r.quantity, '@' || r.location, '(' || r.handling_unit || ')',
        CASE WHEN r.blocked THEN 'blocked' END)
    FROM ims.recall('SHOP', 'CHIP', 'K1', descendants => true, reason => 'fire', dry_run => true) AS r WHERE r.serial IN ('U1', 'U2') AND r.kind = 'on_hand' $$,
    ARRAY['on_hand PHONE U1 1 @T-HERE-Q blocked', 'on_hand PHONE U2 1 @T-HERE-Q blocked'], 'a dry run says what would be');
SELECT pg_temp.recall() \g /dev/null
SELECT results_eq($$ SELECT pg_temp.moved() $$, ARRAY['PHONE 1 T-HERE-A > T-HERE-Q serial U1, PHONE 1 T-HERE-A > T-HERE-Q serial U2 out of P1, '
    'PHONE 1 T-HERE-B > T-HERE-Q serial U3 out of P2, HAM 1 T-HERE-B > T-HERE-Q serial H1'],
    'units go to quarantine, out of what they are in, a closed one too');
SELECT results_eq($$ SELECT pg_temp.there() $$, $$ VALUES
    ('on_hand HAM H1 1 @T-HERE-Q blocked'), ('on_hand OLD O1 1 @T-HERE-A'), ('on_hand PHONE PL U8 1 @T-HERE-A blocked'),
    ('on_hand PHONE U1 1 @T-HERE-Q blocked'), ('on_hand PHONE U2 1 @T-HERE-Q blocked'), ('on_hand PHONE U3 1 @T-HERE-Q blocked'),
    ('in_transit PHONE U5 1 @TRANSIT'), ('on_hand PHONE U6 1 @T-THERE-A'), ('on_hand PHONE U7 1 @T-HERE-Q blocked'),
    ('may_be_on_hand BOX 22 @T-HERE-B'), ('may_be_on_hand BOX 6 @T-THERE-A (P3)'), ('may_be_on_hand BOX 2 @TRANSIT') $$,
    'the report says what is blocked, and what could not be');
SELECT results_eq($$ SELECT p.kind, p.reason, p.actor, p.reference_type, p.reference_number FROM ims.posting AS p
    WHERE p.owner_id = 9001 AND p.posting_id = pg_temp.last('move') $$,
    $$ VALUES ('move', 'fire', 'qa', 'recall', 'K1') $$, 'the posting says why');
SELECT results_eq($$ SELECT m.from_location, m.from_handling_unit, m.serial FROM ims_bi.movement AS m
    WHERE m.owner = 'SHOP' AND m.reference_type = 'recall' AND m.reference_number = 'K1' AND m.item = 'PHONE' ORDER BY m.serial $$,
    $$ VALUES ('T-HERE-A', NULL, 'U1'), ('T-HERE-A', 'P1', 'U2'), ('T-HERE-B', 'P2', 'U3') $$, 'and where to fetch them');
SELECT is((SELECT m.measured_quantity::numeric FROM ims.movement AS m WHERE m.owner_id = 9001 AND m.posting_id = pg_temp.last('move') AND m.serial_id = 9751),
    4.8, 'with what was measured');
SELECT results_eq($$ SELECT a.sellable::numeric, a.held::numeric FROM ims.availability AS a WHERE a.owner_id = 9001 AND a.item_id = 9304 AND a.site_id = 9100 $$,
    $$ VALUES (2::numeric, 5::numeric) $$, 'those of the other chip are for sale still');
SELECT results_eq($$ SELECT p.kind, p.reason, p.actor, p.reference_type, p.reference_number, pg_temp.lines(p.posting_id) FROM ims.posting AS p
    WHERE p.owner_id = 9002 AND p.kind = 'move' $$,
    $$ VALUES ('move', 'fire', 'qa', 'recall', 'K1', 'PHONE 1 T-HERE-A > T-HERE-Q serial U10') $$,
    'the unit that another owner has goes to quarantine in its books');
SELECT is(pg_temp.refusal(d.call), d.expected, d.call)
FROM (VALUES
    (1, $$ SELECT * FROM ims.ship('SHOP', 'PHONE', 1, from_location => 'T-HERE-A', serial => 'U1') $$,
        'IV305 | serial "U1" is not at "T-HERE-A" | {"item": "PHONE", "line": 1, "serial": "U1"}'),
    (2, $$ SELECT * FROM ims.ship('SHOP', 'PHONE', 1, from_location => 'T-HERE-A', serial => 'U1', effective_at => pg_temp.at(3)) $$,
        'IV305 | serial "U1" is not at "T-HERE-A" | {"item": "PHONE", "line": 1, "serial": "U1"}'),
    (3, $$ SELECT * FROM ims.move_handling_unit('SHOP', handling_unit => 'P1', kind => 'ship', party => 'JANE') $$, 'accepted')) AS d (place, call, expected)
ORDER BY d.place;
SELECT is(pg_temp.lines(pg_temp.last('ship')), 'PHONE 1 T-HERE-A > CUSTOMER serial U9 out of P1', 'a pallet that is shipped now goes without them');

-- Again: what is there is there, what came meanwhile is blocked.
SELECT pg_temp.recall() \g /dev/null
SELECT is((SELECT count(*) FROM pg_temp.moved()), 1::bigint, 'again it moves nothing');
SELECT count(*) FROM ims.create_location(code => 'T-THERE-Q', kind => 'quarantine', parent => 'T-THERE', sort_order => 2) AS a,
    ims.create_location(code => 'T-THERE-Q1', kind => 'quarantine', parent => 'T-THERE', sort_order => 1) AS b \g /dev/null
SELECT count(*) FROM ims.receive_transfer('SHOP', :way, to_location => 'T-THERE-A'),
    ims.return_from_customer('SHOP', 'PHONE', 1, to_location => 'T-HERE-B', serial => 'U4', party => 'JANE') \g /dev/null
SELECT pg_temp.recall() \g /dev/null
SELECT results_eq($$ SELECT pg_temp.moved() OFFSET 1 $$, ARRAY['PHONE 1 T-HERE-B > T-HERE-Q serial U4, PHONE 1 T-THERE-A > T-THERE-Q1 serial U5, '
    'PHONE 1 T-THERE-A > T-THERE-Q1 serial U6'], 'but what arrived and came back, to the first quarantine of each site');

-- A place where nothing can be posted, and a quarantine that is none.
SELECT count(*) FROM ims.reverse_posting('SHOP', pg_temp.last('move'), reason => 'cleared') \g /dev/null
SELECT results_eq($$ SELECT t FROM pg_temp.there() AS t WHERE t ~ 'U[456]' $$, ARRAY['on_hand PHONE U4 1 @T-HERE-B', 'on_hand PHONE U5 1 @T-THERE-A',
    'on_hand PHONE U6 1 @T-THERE-A'], 'a reversal brings them back');
UPDATE ims.location SET status = 'inactive' WHERE code IN ('T-HERE-B', 'T-THERE-Q1');
UPDATE ims.location SET keeps_stock = false WHERE code = 'T-THERE-Q';
SELECT pg_temp.recall() \g /dev/null
SELECT results_eq($$ SELECT t FROM pg_temp.there() AS t WHERE t ~ 'U[456]' $$, ARRAY['on_hand PHONE U4 1 @T-HERE-B blocked', 'on_hand PHONE U5 1 @T-THERE-A',
    'on_hand PHONE U6 1 @T-THERE-A'], 'where nothing can be posted nothing moves, and nothing is refused');
UPDATE ims.location SET status = 'active' WHERE code IN ('T-HERE-B', 'T-THERE-Q1');
UPDATE ims.location SET sellable = true WHERE code = 'T-THERE-Q1';
SELECT pg_temp.recall() \g /dev/null
SELECT results_eq($$ SELECT t FROM pg_temp.there() AS t WHERE t ~ 'U[456]' $$, ARRAY['on_hand PHONE U4 1 @T-HERE-Q blocked', 'on_hand PHONE U5 1 @T-THERE-A',
    'on_hand PHONE U6 1 @T-THERE-A'], 'nor to a quarantine from which goods are sold');
SELECT is_empty($$ SELECT * FROM pg_temp.drift $$, 'the books agree with the ledger');
ROLLBACK TO whole;
SELECT ims.change_owner('CLIENT', status => 'inactive') > 0 AS changed \g /dev/null
SELECT is(pg_temp.refusal($$ SELECT * FROM ims.recall('SHOP', 'CHIP', 'K1', descendants => true, reason => 'fire') $$), 'accepted',
    'an owner of whom nothing can be posted does not hold it up');
ROLLBACK TO whole;

-- Reversed, units are in their handling units again.
SELECT pg_temp.recall() \g /dev/null
SELECT count(*) FROM ims.reverse_posting('SHOP', pg_temp.last('move'), reason => 'cleared') \g /dev/null
SELECT results_eq($$ SELECT replace(t, ' PL U8 1 @T-HERE-A blocked', ' PL U8 1 @T-HERE-A') FROM pg_temp.there() AS t $$, 'before', 'a reversal leaves all as it was');
ROLLBACK TO whole;

-- By time: what was made before the affected chips came is not moved, nor named.
SELECT count(*) FROM ims.set_lot_status('SHOP', 'CHIP', 'K1', 'released', 'test') \g /dev/null
SELECT count(*) FROM ims.relot('SHOP', 'CHIP', location => 'T-HERE-A', from_lots => '{K1}', to_lots => '{K2}', from_quantities => '{1}',
    effective_at => pg_temp.at(5)) \g /dev/null
SELECT pg_temp.make(6, 'PHONE', 'U11', 'T-HERE-A', chip => 'K2'), pg_temp.make(7, 'BOX', NULL, 'T-HERE-B', chip => 'K2', quantity => 3) \g /dev/null
SELECT pg_temp.make(4, 'SUGAR', NULL, 'T-HERE-B', chip => 'K2', quantity => 3) \g /dev/null
SELECT results_eq($$ SELECT t FROM pg_temp.there(by_time => true) AS t WHERE t ~ 'U9|U11|SUGAR' $$, ARRAY['on_hand PHONE U11 1 @T-HERE-A'], 'by time');
SELECT results_eq($$ SELECT t FROM pg_temp.there() AS t WHERE t ~ 'U9|U11|SUGAR' $$, ARRAY['on_hand PHONE U11 1 @T-HERE-A',
    'on_hand PHONE U9 1 @T-HERE-A (P1)', 'may_be_on_hand SUGAR 3 @T-HERE-B'], 'or not');
SELECT results_eq(format($$ SELECT concat_ws(' ', r.level, r.item, r.kind, r.quantity) FROM ims.recall_report('SHOP', 'CHIP', 'K1', by_time => %s) AS r
    WHERE r.item = 'BOX' AND r.incoming $$, d.by_time), ARRAY['1 BOX produced 20', '1 BOX produced 4', '1 BOX produced 3'],
    'an item is told once, at its lowest level')
FROM (VALUES (1, 'false'), (2, 'true')) AS d (place, by_time) ORDER BY d.place;
SELECT pg_temp.recall(by_time => true) \g /dev/null
SELECT results_eq($$ SELECT t FROM pg_temp.there() AS t WHERE t ~ 'U9|U11' $$, ARRAY['on_hand PHONE U11 1 @T-HERE-Q blocked',
    'on_hand PHONE U9 1 @T-HERE-A (P1)'], 'what was made after');
SELECT pg_temp.recall() \g /dev/null
SELECT results_eq($$ SELECT t FROM pg_temp.there() AS t WHERE t ~ 'U9|U11' $$, ARRAY['on_hand PHONE U11 1 @T-HERE-Q blocked',
    'on_hand PHONE U9 1 @T-HERE-Q blocked'], 'or all of it');
-- A production that was reversed made nothing; one that has two affected inputs made it once.
SELECT count(*) FROM ims.reverse_posting('SHOP', (SELECT p.posting_id FROM ims.posting AS p JOIN ims.movement AS m USING (owner_id, posting_id)
    WHERE m.owner_id = 9001 AND m.item_id = 9392 AND m.quantity = 4), reason => 'slip') \g /dev/null
SELECT count(*) FROM ims.set_lot_status('SHOP', 'CHIP', 'K1', 'released', 'test') AS a, ims.set_lot_status('SHOP', 'CHIP', 'K2', 'released', 'test') AS b \g /dev/null
SELECT count(*) FROM ims.produce('SHOP', 'BOX', 5, to_location => 'T-HERE-B', components => '[
    {"item": "CHIP", "lot": "K1", "quantity": 1, "from_location": "T-HERE-A"}, {"item": "CHIP", "lot": "K2", "quantity": 1, "from_location": "T-HERE-A"}]') \g /dev/null
SELECT results_eq($$ SELECT concat_ws(' ', r.level, r.kind, r.quantity) FROM ims.recall_report('SHOP', 'CHIP', 'K1') AS r
    WHERE r.item = 'BOX' AND r.incoming $$, ARRAY['1 produced 20', '1 produced 3', '1 produced 5'], 'reversed, and of two');
SELECT is_empty($$ SELECT * FROM pg_temp.drift $$, 'the books agree with the ledger');
SELECT is_empty($$SELECT v.* FROM ims.verify('SHOP') AS v WHERE v.check_name !~ '^catalog'$$, 'verify() finds nothing');
SELECT * FROM finish();
ROLLBACK;
