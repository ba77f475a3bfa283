-- Recall blocks a lot and finds all of it: on hand by place and handling unit,
-- on its way, at customers, consumed, scrapped and differing; what came in is
-- what is accounted for. And where a unit, a lot or a pallet is now.
\i test/setup.psql
BEGIN;
SELECT no_plan();
\i test/verb.psql
INSERT INTO ims.item (owner_id, item_id, code, name, tracking) VALUES (9001, 9381, 'CAKE', 'cake', 'lot');
INSERT INTO ims.lot (owner_id, lot_id, item_id, code) VALUES
    (9001, 9481, 9381, 'C1'), (9001, 9482, 9381, 'C2'), (9001, 9483, 9303, 'L3'), (9001, 9484, 9304, 'PL');
CREATE FUNCTION pg_temp.at(n integer) RETURNS timestamptz
LANGUAGE sql IMMUTABLE AS $$ SELECT timestamptz '2024-05-01 00:00+00' + n * interval '1 hour' $$;
CREATE FUNCTION pg_temp.report(item text, lot text, by_time boolean DEFAULT false) RETURNS SETOF text
LANGUAGE sql AS $$
    SELECT concat_ws(' ', r.level, CASE WHEN r.incoming THEN '+' ELSE '-' END, r.kind, r.item, r.lot, r.serial, r.quantity,
        '@' || r.location, '(' || r.handling_unit || ')', '> ' || r.site, r.party, r.reference_number)
    FROM ims.recall_report('SHOP', item, lot, by_time => by_time) AS r
$$;

SELECT count(*) FROM ims.post('[
    {"item": "MILK", "quantity": 60, "to_location": "T-HERE-A", "lot": "L1"},
    {"item": "MILK", "quantity": 40, "to_location": "T-HERE-A", "lot": "L1", "handling_unit": "P1"}]',
    'receive', 'SHOP', party => 'ACME', reference_number => 'PO-1', effective_at => pg_temp.at(1)) \g /dev/null
SELECT count(*) FROM ims.transfer('SHOP', 'MILK', 10, from_location => 'T-HERE-A', to_location => 'T-HERE-B', lot => 'L1',
    from_handling_unit => 'P1', effective_at => pg_temp.at(2)) \g /dev/null
SELECT posting_id AS sale FROM ims.ship('SHOP', 'MILK', 12, from_location => 'T-HERE-A', lot => 'L1', party => 'JANE',
    reference_number => 'SO-1', effective_at => pg_temp.at(3)) \gset
SELECT count(*) FROM ims.return_from_customer('SHOP', 'MILK', 2, to_location => 'T-HERE-Q', lot => 'L1', party => 'JANE',
    origin_posting_id => :sale, effective_at => pg_temp.at(4)) \g /dev/null
SELECT count(*) FROM ims.scrap('SHOP', 'MILK', 3, from_location => 'T-HERE-A', lot => 'L1', effective_at => pg_temp.at(5)) \g /dev/null
SELECT count(*) FROM ims.adjust('SHOP', 'MILK', -1, location => 'T-HERE-B', lot => 'L1', effective_at => pg_temp.at(6)) \g /dev/null
SELECT count(*) FROM ims.return_to_supplier('SHOP', 'MILK', 4, from_location => 'T-HERE-A', lot => 'L1', party => 'ACME',
    effective_at => pg_temp.at(7)) \g /dev/null
SELECT count(*) FROM ims.produce('SHOP', 'CAKE', 5, to_location => 'T-HERE-B', lot => 'C1', effective_at => pg_temp.at(8),
    components => '[{"item": "MILK", "lot": "L1", "quantity": 8, "from_location": "T-HERE-A"}]') \g /dev/null
SELECT posting_id AS way FROM ims.dispatch('SHOP', 'MILK', 9, from_location => 'T-HERE-A', to_location => 'T-THERE', lot => 'L1',
    effective_at => pg_temp.at(9)) \gset
SELECT count(*) FROM ims.receive_transfer('SHOP', :way, to_location => 'T-THERE-A',
    lines => '[{"item": "MILK", "lot": "L1", "quantity": 2, "missing": 1}]', effective_at => pg_temp.at(10)) \g /dev/null
SELECT posting_id AS slip FROM ims.ship('SHOP', 'MILK', 5, from_location => 'T-HERE-A', lot => 'L1', party => 'JANE') \gset
SELECT count(*) FROM ims.reverse_posting('SHOP', :slip, reason => 'slip') \g /dev/null
SELECT count(*) FROM ims.ship('SHOP', 'CAKE', 2, from_location => 'T-HERE-B', lot => 'C1', party => 'JANE', reference_number => 'SO-2',
    effective_at => pg_temp.at(11)) \g /dev/null

PREPARE expected AS VALUES
    ('0 + received MILK L1 100 ACME PO-1'), ('0 - adjusted MILK L1 1'), ('0 - adjusted MILK L1 1'),
    ('0 - consumed MILK L1 8'), ('0 - in_transit MILK L1 6 @TRANSIT > T-THERE'),
    ('0 - on_hand MILK L1 24 @T-HERE-A > T-HERE'), ('0 - on_hand MILK L1 30 @T-HERE-A (P1) > T-HERE'),
    ('0 - on_hand MILK L1 9 @T-HERE-B > T-HERE'), ('0 - on_hand MILK L1 2 @T-HERE-Q > T-HERE'),
    ('0 - on_hand MILK L1 2 @T-THERE-A > T-THERE'), ('0 - returned MILK L1 -2 JANE'),
    ('0 - returned_to_supplier MILK L1 4 ACME'), ('0 - scrapped MILK L1 3'), ('0 - shipped MILK L1 12 JANE SO-1'),
    ('1 + produced CAKE C1 5'), ('1 - on_hand CAKE C1 3 @T-HERE-B > T-HERE'), ('1 - shipped CAKE C1 2 JANE SO-2');
SELECT set_eq($$ SELECT * FROM pg_temp.report('MILK', 'L1') $$, 'expected', 'where all of it is');
SELECT is((SELECT sum(CASE WHEN r.incoming THEN r.quantity ELSE - r.quantity END) FROM ims.recall_report('SHOP', 'MILK', 'L1') AS r
    WHERE r.level = 0), 0::numeric, 'and that it is all');
SELECT results_eq(
    $$ SELECT b.lot, b.received, b.produced, b.on_hand, b.in_transit, b.shipped, b.returned, b.consumed, b.scrapped, b.adjusted,
           b.returned_to_supplier, b.handed_over, b.difference FROM ims.mass_balance('SHOP', 'MILK') AS b $$,
    $$ VALUES ('L1', 100::numeric, 0::numeric, 67::numeric, 6::numeric, 12::numeric, 2::numeric, 8::numeric, 3::numeric, 2::numeric,
           4::numeric, 0::numeric, 0::numeric) $$, 'the mass balance has the same sums');
SELECT results_eq($$ SELECT b.lot, b.received, b.difference FROM ims.mass_balance('SHOP', 'MILK', 'L2') AS b $$,
    $$ VALUES ('L2', 0::numeric, 0::numeric) $$, 'a lot that never moved has one too');
-- It sees what it should: a balance that is not what the ledger says.
SAVEPOINT damage;
SET LOCAL session_replication_role = replica;
UPDATE ims.stock SET on_hand = on_hand - 1 WHERE owner_id = 9001 AND lot_id = 9401 AND location_id = 9103;
SET LOCAL session_replication_role = origin;
SELECT is(b.difference, 1::numeric, 'what is missing is seen') FROM ims.mass_balance('SHOP', 'MILK', 'L1') AS b;
ROLLBACK TO damage;
SELECT is(b.difference, 0::numeric, 'items without lots') FROM ims.receive('SHOP', 'PEN', 3, to_location => 'T-HERE-A'),
    ims.mass_balance('SHOP', 'PEN') AS b;

-- Blocking.
SELECT set_eq($$ SELECT concat_ws(' ', r.level, CASE WHEN r.incoming THEN '+' ELSE '-' END, r.kind, r.item, r.lot, r.serial, r.quantity,
        '@' || r.location, '(' || r.handling_unit || ')', '> ' || r.site, r.party, r.reference_number)
    FROM ims.recall('SHOP', 'MILK', 'L1', reason => 'glass', dry_run => true) AS r $$, 'expected', 'a dry run says it all');
SELECT is(l.status, 'released', 'and blocks nothing') FROM ims.lot AS l WHERE l.lot_id = 9401;
SELECT results_eq($$ SELECT DISTINCT r.lot, r.lot_status FROM ims.recall('SHOP', 'MILK', 'L1', reason => 'glass', actor => 'qa') AS r
    ORDER BY 1 $$, $$ VALUES ('C1', 'released'), ('L1', 'recalled') $$, 'a recall blocks the lot');
SELECT results_eq($$ SELECT c.old_status, c.new_status, c.reason, c.actor FROM ims.lot_status_change AS c WHERE c.lot_id = 9401 $$,
    $$ VALUES ('released', 'recalled', 'glass', 'qa') $$, 'with its reason');
SELECT is(pg_temp.refusal(d.call), d.expected, d.call)
FROM (VALUES
    (1, $$ SELECT * FROM ims.ship('SHOP', 'MILK', 1, from_location => 'T-HERE-A', lot => 'L1') $$,
        'IV304 | lot "L1" is recalled | {"lot": "L1", "item": "MILK", "line": 1}'),
    (2, $$ SELECT * FROM ims.ship('SHOP', 'CAKE', 1, from_location => 'T-HERE-B', lot => 'C1') $$, 'accepted')) AS d (place, call, expected)
ORDER BY d.place;
SELECT is((SELECT sum(a.sellable) FROM ims.availability AS a WHERE a.owner_id = 9001 AND a.item_id = 9303), 0::numeric,
    'none of it is available');
SELECT results_eq($$ SELECT DISTINCT r.lot, r.lot_status FROM ims.recall('SHOP', 'MILK', 'L1', descendants => true, reason => 'glass') AS r
    ORDER BY 1 $$, $$ VALUES ('C1', 'recalled'), ('L1', 'recalled') $$, 'or all that it became');
SELECT is((SELECT sum(a.sellable) FROM ims.availability AS a WHERE a.owner_id = 9001 AND a.item_id = 9381), 0::numeric,
    'none of that is available either');
SELECT results_eq($$ SELECT count(*) FROM ims.recall('SHOP', 'MILK', 'L1', descendants => true, reason => 'glass') $$,
    $$ SELECT count(*) FROM ims.recall_report('SHOP', 'MILK', 'L1') $$, 'again it reports anew');
SELECT is((SELECT count(*) FROM ims.lot_status_change AS c WHERE c.owner_id = 9001 AND c.new_status = 'recalled'), 2::bigint,
    'and changes nothing');
SELECT is(pg_temp.refusal(d.call), d.expected, d.call)
FROM (VALUES
    (1, $$ SELECT * FROM ims.recall('SHOP', 'MILK', reason => 'x') $$, 'IV201 | argument "lot" is missing | {"argument": "lot"}'),
    (2, $$ SELECT * FROM ims.recall('SHOP', 'MILK', 'L1') $$, 'IV201 | argument "reason" is missing | {"argument": "reason"}'),
    (3, $$ SELECT * FROM ims.recall('SHOP', 'MILK', 'L1', reason => '') $$, 'IV201 | argument "reason" is missing | {"argument": "reason"}'),
    (4, $$ SELECT * FROM ims.recall('SHOP', 'MILK', 'NOPE', reason => 'x') $$,
        'IV205 | lot "NOPE" of item "MILK" is unknown | {"lot": "NOPE", "item": "MILK"}'),
    (5, $$ SELECT * FROM ims.recall('SHOP', 'MILK', 'L1', descendants => true, reason => 'x', at_most => 1) $$,
        'IV250 | the trace reaches more than 1 lots and units | {"at_most": 1}'),
    (6, $$ SELECT * FROM ims.recall_report('SHOP', 'MILK') $$, 'IV201 | argument "lot" is missing | {"argument": "lot"}'),
    (7, $$ SELECT * FROM ims.mass_balance('SHOP') $$, 'IV201 | argument "item" is missing | {"argument": "item"}'),
    (8, $$ SELECT * FROM ims.mass_balance('SHOP', 'MILK', serial => 'X') $$,
        'IV206 | serial "X" of item "MILK" is unknown | {"item": "MILK", "serial": "X"}')) AS d (place, call, expected)
ORDER BY d.place;

-- By time, what left before the affected goods came is left out; what is there is not.
SELECT count(*) FROM ims.receive('SHOP', 'CAKE', 10, to_location => 'T-HERE-A', lot => 'C2', effective_at => pg_temp.at(1)) \g /dev/null
SELECT count(*) FROM ims.receive('SHOP', 'MILK', 10, to_location => 'T-HERE-A', lot => 'L3', effective_at => pg_temp.at(1)) \g /dev/null
SELECT count(*) FROM ims.ship('SHOP', 'CAKE', 1, from_location => 'T-HERE-A', lot => 'C2', party => 'JANE', effective_at => pg_temp.at(2)) \g /dev/null
SELECT count(*) FROM ims.produce('SHOP', 'CAKE', 1, to_location => 'T-HERE-A', lot => 'C2', effective_at => pg_temp.at(3),
    components => '[{"item": "MILK", "lot": "L3", "quantity": 1, "from_location": "T-HERE-A"}]') \g /dev/null
SELECT count(*) FROM ims.ship('SHOP', 'CAKE', 3, from_location => 'T-HERE-A', lot => 'C2', party => 'JANE', effective_at => pg_temp.at(4)) \g /dev/null
SELECT results_eq($$ SELECT * FROM pg_temp.report('MILK', 'L3', true) AS r WHERE r ~ 'CAKE' $$, ARRAY[
    '1 + produced CAKE C2 1', '1 - on_hand CAKE C2 7 @T-HERE-A > T-HERE', '1 - shipped CAKE C2 3 JANE'], 'by time');

-- Where things are.
SELECT count(*) FROM unnest('{S1,S2}'::text[]) AS s
    CROSS JOIN LATERAL ims.receive('SHOP', 'PHONE', 1, to_location => 'T-HERE-A', lot => 'PL', serial => s, handling_unit => 'P2') \g /dev/null
CREATE FUNCTION pg_temp.whereabouts(item text DEFAULT NULL, lot text DEFAULT NULL, serial text DEFAULT NULL, handling_unit text DEFAULT NULL)
RETURNS SETOF text LANGUAGE sql AS $$
    SELECT concat_ws(' ', w.state, w.item, w.lot, w.serial, w.quantity, '@' || w.location, '(' || w.handling_unit || ')', '> ' || w.site,
        w.party)
    FROM ims.where_is('SHOP', item, lot, serial, handling_unit) AS w
$$;
SELECT set_eq($$ SELECT pg_temp.whereabouts('MILK', 'L1') $$, ARRAY[
    'on_hand MILK L1 24 @T-HERE-A > T-HERE', 'on_hand MILK L1 30 @T-HERE-A (P1) > T-HERE', 'on_hand MILK L1 9 @T-HERE-B > T-HERE',
    'on_hand MILK L1 2 @T-HERE-Q > T-HERE', 'on_hand MILK L1 2 @T-THERE-A > T-THERE', 'in_transit MILK L1 6 @TRANSIT'], 'a lot');
SELECT is_empty($$ SELECT pg_temp.whereabouts('MILK', 'L2') $$, 'a lot that is nowhere');
SELECT results_eq($$ SELECT pg_temp.whereabouts(handling_unit => 'P1') $$, ARRAY['on_hand MILK L1 30 @T-HERE-A (P1) > T-HERE'], 'a pallet');
SELECT results_eq($$ SELECT pg_temp.whereabouts(handling_unit => 'P2') $$, ARRAY['on_hand PHONE PL S1 1 @T-HERE-A (P2) > T-HERE',
    'on_hand PHONE PL S2 1 @T-HERE-A (P2) > T-HERE'], 'a pallet of units');
SELECT results_eq($$ SELECT pg_temp.whereabouts('PHONE', 'PL') $$, ARRAY['on_hand PHONE PL S1 1 @T-HERE-A (P2) > T-HERE',
    'on_hand PHONE PL S2 1 @T-HERE-A (P2) > T-HERE'], 'a lot of units');
SELECT is_empty($$ SELECT pg_temp.whereabouts('PEN', handling_unit => 'P1') $$, 'an item that is not on the pallet');
SELECT is(pg_temp.whereabouts('PHONE', serial => 'S3'), 'expected PHONE S3 0', 'a unit that never moved');
SELECT is(pg_temp.whereabouts('PHONE', serial => 'S1'), 'on_hand PHONE PL S1 1 @T-HERE-A (P2) > T-HERE', 'in stock');
-- Units in units.  P1 with what is left of L1 goes into P2, which holds phones.
SELECT count(*) FROM ims.pack('SHOP', handling_unit => 'P2', handling_units => '{P1}', location => 'T-HERE-A') \g /dev/null
CREATE FUNCTION pg_temp.nested(item text, lot text) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT concat_ws(' ', r.kind, r.quantity, '@' || r.location, '(' || r.handling_unit || ' in ' || r.root_handling_unit || ')', r.party)
    FROM ims.recall_report('SHOP', item, lot) AS r
    WHERE r.handling_unit IS NOT NULL
$$;
SELECT results_eq($$ SELECT pg_temp.nested('MILK', 'L1') $$, ARRAY['on_hand 30 @T-HERE-A (P1 in P2)'], 'a recall names the pallet, too');
SELECT results_eq($$ SELECT w.quantity, w.handling_unit, w.root_handling_unit FROM ims.where_is('SHOP', 'MILK', 'L1') AS w
    WHERE w.location = 'T-HERE-A' $$, $$ VALUES (30::numeric, 'P1', 'P2'), (24, NULL, NULL) $$, 'and so does where_is');
SELECT is(w.handling_unit || ' in ' || w.root_handling_unit, 'P2 in P2', 'of a unit') FROM ims.where_is('SHOP', 'PHONE', serial => 'S1') AS w;
SELECT results_eq($$ SELECT pg_temp.whereabouts(handling_unit => 'P2') $$, ARRAY['on_hand MILK L1 30 @T-HERE-A (P1) > T-HERE',
    'on_hand PHONE PL S1 1 @T-HERE-A (P2) > T-HERE', 'on_hand PHONE PL S2 1 @T-HERE-A (P2) > T-HERE'], 'a pallet with what is in it');
SELECT results_eq($$ SELECT pg_temp.whereabouts(handling_unit => 'P1') $$, ARRAY['on_hand MILK L1 30 @T-HERE-A (P1) > T-HERE'],
    'the carton alone');
SAVEPOINT whole;
SELECT count(*) FROM ims.set_lot_status('SHOP', 'MILK', 'L1', 'released', 'sold after all') \g /dev/null
SELECT count(*) FROM ims.move_handling_unit('SHOP', handling_unit => 'P2', kind => 'ship', party => 'JANE') \g /dev/null
SELECT results_eq($$ SELECT pg_temp.nested('MILK', 'L1') $$, ARRAY['shipped 30 (P1 in P2) JANE'], 'who has which pallet');
SELECT results_eq($$ SELECT pg_temp.whereabouts(handling_unit => 'P2') $$, ARRAY['shipped MILK L1 30 (P1) JANE',
    'shipped PHONE PL S1 1 (P2) JANE', 'shipped PHONE PL S2 1 (P2) JANE'], 'a pallet that left');
SELECT results_eq($$ SELECT w.item, w.handling_unit, w.root_handling_unit, w.posting_id = pg_temp.last('ship')
    FROM ims.where_is('SHOP', handling_unit => 'P1') AS w $$, $$ VALUES ('MILK', 'P1', 'P2', true) $$, 'a carton that left in it');
SELECT is(concat_ws(' ', w.state, w.handling_unit, w.root_handling_unit), 'shipped P2 P2', 'a unit that left in it')
FROM ims.where_is('SHOP', 'PHONE', serial => 'S1') AS w;
-- Packed anew, it is another load; the report is still of the one that left.
SELECT count(*) FROM ims.receive('SHOP', 'PEN', 5, to_location => 'T-HERE-A', handling_unit => 'P1') \g /dev/null
SELECT results_eq($$ SELECT pg_temp.nested('MILK', 'L1') $$, ARRAY['shipped 30 (P1 in P2) JANE'], 'whatever is packed later');
SELECT results_eq($$ SELECT pg_temp.whereabouts(handling_unit => 'P1') $$, ARRAY['on_hand PEN 5 @T-HERE-A (P1) > T-HERE'],
    'and the unit is where it is now');
ROLLBACK TO whole;
SELECT count(*) FROM ims.set_lot_status('SHOP', 'MILK', 'L1', 'released', 'sold after all') \g /dev/null
SELECT posting_id AS whole FROM ims.move_handling_unit('SHOP', handling_unit => 'P2', kind => 'ship', party => 'JANE') \gset
SELECT count(*) FROM ims.reverse_posting('SHOP', :whole, reason => 'slip') \g /dev/null
SELECT results_eq($$ SELECT pg_temp.nested('MILK', 'L1') $$, ARRAY['on_hand 30 @T-HERE-A (P1 in P2)'], 'a shipment taken back');
-- What is picked from a pallet leaves it.
SELECT count(*) FROM ims.ship('SHOP', 'MILK', 1, from_location => 'T-HERE-A', lot => 'L1', handling_unit => 'P1', party => 'JANE') \g /dev/null
SELECT results_eq($$ SELECT pg_temp.nested('MILK', 'L1') $$, ARRAY['on_hand 29 @T-HERE-A (P1 in P2)'], 'what is picked from it is not in it');
SELECT count(*) FROM ims.unpack('SHOP', handling_unit => 'P2', handling_units => '{P1}') \g /dev/null
SELECT results_eq($$ SELECT pg_temp.nested('MILK', 'L1') $$, ARRAY['on_hand 29 @T-HERE-A (P1 in P1)'], 'nor is a carton that was taken out');

CREATE FUNCTION pg_temp.after(call text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'SELECT FROM ' || call;
    RETURN pg_temp.whereabouts('PHONE', serial => 'S1');
END
$$;
SELECT is(pg_temp.after(d.call), d.expected, d.expected)
FROM (VALUES
    (1, 'ims.dispatch(''SHOP'', ''PHONE'', 1, from_location => ''T-HERE-A'', to_location => ''T-THERE'', lot => ''PL'', serial => ''S1'','
        ' handling_unit => ''P2'')', 'in_transit PHONE PL S1 1 @TRANSIT (P2) > T-THERE'),
    (2, 'ims.receive_transfer(''SHOP'', pg_temp.last(''dispatch''), to_location => ''T-THERE-A'')',
        'on_hand PHONE PL S1 1 @T-THERE-A (P2) > T-THERE'),
    (3, 'ims.ship(''SHOP'', ''PHONE'', 1, from_location => ''T-THERE-A'', lot => ''PL'', serial => ''S1'', handling_unit => ''P2'','
        ' party => ''JANE'')', 'shipped PHONE PL S1 0 JANE'),
    (4, 'ims.return_from_customer(''SHOP'', ''PHONE'', 1, to_location => ''T-HERE-A'', lot => ''PL'', serial => ''S1'')',
        'on_hand PHONE PL S1 1 @T-HERE-A > T-HERE'),
    (5, 'ims.return_to_supplier(''SHOP'', ''PHONE'', 1, from_location => ''T-HERE-A'', lot => ''PL'', serial => ''S1'', party => ''ACME'')',
        'returned_to_supplier PHONE PL S1 0 ACME'),
    (6, 'ims.receive(''SHOP'', ''PHONE'', 1, to_location => ''T-HERE-A'', lot => ''PL'', serial => ''S1'')',
        'on_hand PHONE PL S1 1 @T-HERE-A > T-HERE'),
    (7, 'ims.adjust(''SHOP'', ''PHONE'', -1, location => ''T-HERE-A'', lot => ''PL'', serial => ''S1'')', 'adjusted PHONE PL S1 0'),
    (8, 'ims.adjust(''SHOP'', ''PHONE'', 1, location => ''T-HERE-A'', lot => ''PL'', serial => ''S1'')',
        'on_hand PHONE PL S1 1 @T-HERE-A > T-HERE'),
    (9, 'ims.consume(''SHOP'', ''PHONE'', 1, from_location => ''T-HERE-A'', lot => ''PL'', serial => ''S1'')', 'consumed PHONE PL S1 0'),
    (10, 'ims.reverse_posting(''SHOP'', pg_temp.last(''consume''), reason => ''slip'')', 'on_hand PHONE PL S1 1 @T-HERE-A > T-HERE'),
    (11, 'ims.scrap(''SHOP'', ''PHONE'', 1, from_location => ''T-HERE-A'', lot => ''PL'', serial => ''S1'')', 'scrapped PHONE PL S1 0')
    ) AS d (place, call, expected)
ORDER BY d.place;
SELECT count(*) FROM ims.receive('SHOP', 'PHONE', 1, to_location => 'T-HERE-A', serial => 'S3') \g /dev/null
SELECT count(*) FROM ims.reverse_posting('SHOP', pg_temp.last('receive'), reason => 'slip') \g /dev/null
SELECT is(pg_temp.whereabouts('PHONE', serial => 'S3'), 'expected PHONE S3 0', 'a reversed receipt leaves a unit as it was');
SELECT count(*) FROM ims.receive('SHOP', 'PHONE', 1, to_location => 'T-HERE-A', serial => 'S3') \g /dev/null
SELECT count(*) FROM ims.dispatch('SHOP', 'PHONE', 1, from_location => 'T-HERE-A', to_location => 'T-THERE', serial => 'S3') \g /dev/null
SELECT count(*) FROM ims.receive_transfer('SHOP', pg_temp.last('dispatch'), to_location => 'T-THERE-A') \g /dev/null
SELECT count(*) FROM ims.reverse_posting('SHOP', pg_temp.last('receive_transfer'), reason => 'slip') \g /dev/null
SELECT is(pg_temp.whereabouts('PHONE', serial => 'S3'), 'in_transit PHONE S3 1 @TRANSIT > T-THERE', 'a reversed arrival is bound for the same site');
SELECT results_eq($$ SELECT b.received, b.shipped, b.returned, b.scrapped, b.on_hand, b.difference
    FROM ims.mass_balance('SHOP', 'PHONE', serial => 'S1') AS b $$,
    $$ VALUES (2::numeric, 1::numeric, 1::numeric, 1::numeric, 0::numeric, 0::numeric) $$, 'and all that happened to it adds up');
SELECT is(pg_temp.refusal(d.call), d.expected, d.call)
FROM (VALUES
    (1, $$ SELECT * FROM ims.where_is('SHOP') $$, 'IV201 | argument "serial" is missing | {"argument": "serial"}'),
    (2, $$ SELECT * FROM ims.where_is('SHOP', serial => 'S1') $$, 'IV201 | argument "item" is missing | {"argument": "item"}'),
    (3, $$ SELECT * FROM ims.where_is('SHOP', 'PHONE', 'PL', 'S1') $$,
        'IV223 | arguments "lot", "serial" and "handling_unit" contradict | {"argument": "serial"}'),
    (4, $$ SELECT * FROM ims.where_is('SHOP', handling_unit => 'X') $$,
        'IV207 | handling unit "X" is unknown | {"handling_unit": "X"}'),
    (5, $$ SELECT * FROM ims.where_is('SHOP', 'PHONE', serial => 'X') $$,
        'IV206 | serial "X" of item "PHONE" is unknown | {"item": "PHONE", "serial": "X"}')) AS d (place, call, expected)
ORDER BY d.place;
-- In a relot a unit becomes itself alone.
INSERT INTO ims.serial (owner_id, serial_id, item_id, code) VALUES (9001, 9601, 9304, 'R1'), (9001, 9602, 9304, 'R2');
SELECT count(*) FROM unnest('{R1,R2}'::text[]) AS s
    CROSS JOIN LATERAL ims.receive('SHOP', 'PHONE', 1, to_location => 'T-HERE-A', serial => s) \g /dev/null
SELECT count(*) FROM ims.relot('SHOP', 'PHONE', location => 'T-HERE-A', to_lots => '{PL}', serials => '{R1,R2}') \g /dev/null
SELECT results_eq($$ SELECT concat_ws(' ', r.level, r.kind, r.lot, r.serial) FROM ims.recall_report('SHOP', 'PHONE', serial => 'R1') AS r $$,
    ARRAY['0 produced PL R1', '0 on_hand PL R1', '0 received R1', '0 consumed R1'], 'a unit that was relotted with another');
SELECT is_empty($$ SELECT * FROM pg_temp.drift $$, 'the books agree with the ledger');
SELECT * FROM finish();
ROLLBACK;
