-- What goods became and what they were made of: every production, relot and
-- shipment on the way is told once, cycles end, what was reversed is gone, and
-- what left before is left out where time counts.
\i test/setup.psql
BEGIN;
SELECT no_plan();
\i test/verb.psql
INSERT INTO ims.item (owner_id, item_id, code, name, base_unit, tracking) VALUES
    (9001, 9361, 'FLOUR', 'flour', 'KGM', 'lot'), (9001, 9362, 'DOUGH', 'dough', 'KGM', 'lot'),
    (9001, 9363, 'BREAD', 'bread', 'EA', 'lot');
INSERT INTO ims.lot (owner_id, lot_id, item_id, code) VALUES
    (9001, 9461, 9361, 'F1'), (9001, 9462, 9361, 'F2'), (9001, 9463, 9362, 'D1'),
    (9001, 9464, 9362, 'D2'), (9001, 9465, 9363, 'B1'), (9001, 9466, 9363, 'B2'),
    (9001, 9470, 9363, 'B3'), (9001, 9467, 9304, 'PL');
CREATE FUNCTION pg_temp.at(n integer) RETURNS timestamptz
LANGUAGE sql IMMUTABLE AS $$ SELECT timestamptz '2024-05-01 00:00+00' + n * interval '1 hour' $$;
-- A production: components as "item lot quantity".
CREATE FUNCTION pg_temp.make(hour integer, item text, lot text, quantity numeric, VARIADIC components text[])
RETURNS bigint LANGUAGE sql AS $$
    SELECT p.posting_id
    FROM ims.produce('SHOP', item, quantity, to_location => 'T-HERE-A', lot => lot, effective_at => pg_temp.at(hour),
        components => (
            SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('item', split_part(c, ' ', 1),
                'lot', nullif(split_part(c, ' ', 2), ''), 'quantity', split_part(c, ' ', 3),
                'from_location', 'T-HERE-A')))
            FROM unnest(components) AS c)) AS p
$$;
CREATE FUNCTION pg_temp.forward(item text, lot text, by_time boolean DEFAULT false) RETURNS SETOF text
LANGUAGE sql AS $$
    SELECT concat_ws(' ', t.level, t.event, t.item, t.lot, t.serial, trim_scale(t.quantity), t.party)
    FROM ims.trace_forward('SHOP', item, lot, by_time => by_time) AS t
$$;
CREATE FUNCTION pg_temp.back(item text, lot text, by_time boolean DEFAULT false) RETURNS SETOF text
LANGUAGE sql AS $$
    SELECT concat_ws(' ', t.level, t.event, t.item, t.lot, t.serial, trim_scale(t.quantity), t.party)
    FROM ims.trace_back('SHOP', item, lot, by_time => by_time) AS t
$$;

-- F1 and F2 make D1, D1 makes B1; F2 alone makes D2; pens have no lots.
SELECT count(*) FROM (VALUES ('FLOUR', 'F1', 100), ('FLOUR', 'F2', 100), ('PEN', NULL, 50)) AS g (item, lot, quantity)
    CROSS JOIN LATERAL ims.receive('SHOP', g.item, g.quantity, to_location => 'T-HERE-A', lot => g.lot, party => 'ACME',
        effective_at => pg_temp.at(1)) \g /dev/null
SELECT pg_temp.make(2, 'DOUGH', 'D1', 50, 'FLOUR F1 30', 'FLOUR F2 10', 'PEN  1') AS d1 \gset
SELECT pg_temp.make(3, 'DOUGH', 'D2', 20, 'FLOUR F2 20') AS d2 \gset
SELECT pg_temp.make(4, 'BREAD', 'B1', 40, 'DOUGH D1 40') AS b1 \gset
SELECT posting_id AS sale FROM ims.ship('SHOP', 'BREAD', 25, from_location => 'T-HERE-A', lot => 'B1', party => 'JANE',
    effective_at => pg_temp.at(5)) \gset
SELECT count(*) FROM ims.return_from_customer('SHOP', 'BREAD', 5, to_location => 'T-HERE-Q', lot => 'B1', party => 'JANE',
    origin_posting_id => :sale, effective_at => pg_temp.at(6)) \g /dev/null
SELECT results_eq($$ SELECT * FROM pg_temp.forward('FLOUR', 'F1') $$, ARRAY['1 became DOUGH D1 50',
    '2 became BREAD B1 40', '2 shipped BREAD B1 25 JANE', '2 returned BREAD B1 5 JANE'], 'forward');
SELECT results_eq($$ SELECT * FROM pg_temp.back('BREAD', 'B1') $$, ARRAY['1 made_of DOUGH D1 40', '2 received FLOUR F1 100 ACME',
    '2 received FLOUR F2 100 ACME', '2 made_of FLOUR F1 30', '2 made_of FLOUR F2 10', '2 made_of PEN 1'], 'back');
SELECT results_eq(
    $$ SELECT t.kind, t.base_unit, t.effective_at, p.document_number = t.document_number
       FROM ims.trace_forward('SHOP', 'FLOUR', 'F1') AS t JOIN ims.posting AS p USING (posting_id)
       WHERE t.event = 'shipped' $$,
    $$ VALUES ('ship', 'EA', pg_temp.at(5), true) $$, 'with the document');
-- The pallet that left, and what was in which; what is picked from one leaves without.
SAVEPOINT packed;
SELECT count(*) FROM ims.pack('SHOP', handling_unit => 'P1', lines => '[{"item": "BREAD", "lot": "B1", "quantity": 6}]', location => 'T-HERE-A') \g /dev/null
SELECT count(*) FROM ims.ship('SHOP', 'BREAD', 1, from_location => 'T-HERE-A', lot => 'B1', handling_unit => 'P1', party => 'JANE') \g /dev/null
SELECT count(*) FROM ims.pack('SHOP', handling_unit => 'P2', handling_units => '{P1}',
    lines => '[{"item": "BREAD", "lot": "B1", "quantity": 2}]', location => 'T-HERE-A') \g /dev/null
SELECT count(*) FROM ims.move_handling_unit('SHOP', handling_unit => 'P2', kind => 'ship', party => 'JANE') \g /dev/null
SELECT results_eq($$ SELECT t.event, t.quantity::numeric, t.handling_unit, t.root_handling_unit
       FROM ims.trace_forward('SHOP', 'FLOUR', 'F1', by_time => true) AS t WHERE t.event <> 'became' $$,
    $$ VALUES ('shipped', 25::numeric, NULL, NULL), ('returned', 5, NULL, NULL), ('shipped', 1, NULL, NULL), ('shipped', 5, 'P1', 'P2'),
              ('shipped', 2, 'P2', 'P2') $$, 'with the handling units that left');
SELECT results_eq($$ SELECT r.kind, r.quantity, r.handling_unit, r.root_handling_unit
       FROM ims.recall_report('SHOP', 'FLOUR', 'F1') AS r WHERE r.handling_unit IS NOT NULL $$,
    $$ VALUES ('shipped', 5::numeric, 'P1', 'P2'), ('shipped', 2, 'P2', 'P2') $$, 'as a recall has them');
SELECT is_empty($$ SELECT * FROM ims.trace_back('SHOP', 'BREAD', 'B1') AS t WHERE t.handling_unit IS NOT NULL $$, 'back there are none');
ROLLBACK TO packed;
SELECT is_empty($$ SELECT * FROM pg_temp.forward('BREAD', 'B2') $$, 'a lot that never moved became nothing');
SELECT is_empty($$ SELECT * FROM pg_temp.back('BREAD', 'B2') $$, 'and is of nothing');

-- A kit taken apart: the parts are of the lot it was of.
SAVEPOINT apart;
SELECT is(pg_temp.refusal($$ SELECT * FROM ims.post('[{"item": "BREAD", "quantity": 2, "lot": "B1", "from_location": "T-HERE-A"},
    {"item": "DOUGH", "quantity": 3, "lot": "D2", "to_location": "T-HERE-A"}, {"item": "FLOUR", "quantity": 1, "lot": "F2", "to_location": "T-HERE-A"}]',
    'disassemble', 'SHOP') $$), 'accepted', 'taken apart');
SELECT set_eq($$ SELECT t.item, t.lot, t.quantity::numeric FROM ims.trace_forward('SHOP', 'BREAD', 'B1') AS t
       WHERE t.event = 'became' AND t.kind = 'disassemble' $$,
    $$ VALUES ('DOUGH', 'D2', 3::numeric), ('FLOUR', 'F2', 1) $$, 'into its parts');
SELECT results_eq($$ SELECT e.event_type, e.biz_step, e.disposition FROM ims_bi.epcis_event AS e
       WHERE e.owner_id = 9001 AND e.kind = 'disassemble' $$,
    $$ VALUES ('TransformationEvent', 'disassembling', 'available') $$, 'as partners are told');
SELECT is(pg_temp.refusal(c.call), c.expected, c.call)
FROM (VALUES
    (1, $$ SELECT * FROM ims.post('[{"item": "BREAD", "quantity": 1, "lot": "B1", "from_location": "T-HERE-A", "to_location": "T-HERE-B"}]', 'disassemble', 'SHOP') $$,
        'IV223 | a line of a production is either output or component | {"line": 1}'),
    (2, $$ SELECT * FROM ims.post('[{"item": "BREAD", "quantity": 1, "lot": "B1"}]', 'disassemble', 'SHOP') $$,
        'IV201 | argument "to_location" is missing | {"line": 1, "argument": "to_location"}')) AS c (place, call, expected)
ORDER BY c.place;
SELECT is_empty($$ SELECT v.* FROM ims.verify('SHOP') AS v WHERE v.check_name !~ '^catalog' $$, 'and proved');
ROLLBACK TO apart;

-- A cycle: bread that is left over goes back into dough.
SELECT pg_temp.make(7, 'DOUGH', 'D1', 3, 'BREAD B1 3') AS rework \gset
SELECT results_eq($$ SELECT * FROM pg_temp.forward('FLOUR', 'F1') $$, ARRAY['1 became DOUGH D1 50',
    '2 became BREAD B1 40', '2 shipped BREAD B1 25 JANE', '2 returned BREAD B1 5 JANE', '3 became DOUGH D1 3'],
    'a cycle ends where it began');
SELECT results_eq($$ SELECT * FROM pg_temp.back('DOUGH', 'D1') $$, ARRAY['1 received FLOUR F1 100 ACME',
    '1 received FLOUR F2 100 ACME', '1 made_of FLOUR F1 30', '1 made_of FLOUR F2 10', '1 made_of PEN 1',
    '1 made_of BREAD B1 3', '2 made_of DOUGH D1 40'], 'back too');

-- Time: what was sold, or used, before the affected goods came.
SELECT pg_temp.make(8, 'DOUGH', 'D2', 5, 'FLOUR F1 5') AS late \gset
SELECT pg_temp.make(9, 'BREAD', 'B2', 4, 'DOUGH D2 4') AS b2 \gset
SELECT count(*) FROM ims.ship('SHOP', 'DOUGH', 1, from_location => 'T-HERE-A', lot => 'D2', party => 'JANE',
    effective_at => pg_temp.at(4)) \g /dev/null
SELECT results_eq($$ SELECT * FROM pg_temp.forward('FLOUR', 'F1') AS f WHERE f ~ 'D2|B2' $$, ARRAY['1 shipped DOUGH D2 1 JANE',
    '1 became DOUGH D2 5', '2 became BREAD B2 4'], 'all of a lot that was ever touched');
SELECT results_eq($$ SELECT * FROM pg_temp.forward('FLOUR', 'F1', true) AS f WHERE f ~ 'D2|B2' $$, ARRAY[
    '1 became DOUGH D2 5', '2 became BREAD B2 4'], 'by time without what left before');
SELECT results_eq($$ SELECT * FROM pg_temp.back('BREAD', 'B1', true) $$, ARRAY['1 made_of DOUGH D1 40',
    '2 received FLOUR F1 100 ACME', '2 received FLOUR F2 100 ACME', '2 made_of FLOUR F1 30', '2 made_of FLOUR F2 10',
    '2 made_of PEN 1'], 'and back without what came after');
-- At one instant nobody knows what was first.
SELECT pg_temp.make(8, 'BREAD', 'B2', 1, 'DOUGH D2 1') AS same \gset
SELECT ok('2 became BREAD B2 1' IN (SELECT pg_temp.forward('FLOUR', 'F1', true)), 'the same instant counts as after');
SELECT pg_temp.make(8, 'BREAD', 'B3', 1, 'DOUGH D2 1') AS same \gset
SELECT count(*) FROM ims.ship('SHOP', 'BREAD', 1, from_location => 'T-HERE-A', lot => 'B3', party => 'JANE') \g /dev/null
SELECT ok('2 shipped BREAD B3 1 JANE' IN (SELECT pg_temp.forward('FLOUR', 'F1', true)), 'and what follows from it');
SELECT ok('3 received FLOUR F1 100 ACME' NOT IN (SELECT pg_temp.back('BREAD', 'B3', true))
    AND '2 received FLOUR F1 100 ACME' IN (SELECT pg_temp.back('BREAD', 'B3', true)), 'back too');

-- A reversal takes the edge back.
SELECT count(*) FROM ims.reverse_posting('SHOP', :rework, reason => 'not done') \g /dev/null
SELECT results_eq($$ SELECT * FROM pg_temp.forward('BREAD', 'B1') $$, ARRAY['0 shipped BREAD B1 25 JANE',
    '0 returned BREAD B1 5 JANE'], 'what was reversed became nothing');
SELECT ok('1 made_of BREAD B1 3' NOT IN (SELECT pg_temp.back('DOUGH', 'D1')), 'and was made of nothing');
SELECT count(*) FROM ims.ship('SHOP', 'BREAD', 2, from_location => 'T-HERE-A', lot => 'B1', party => 'JANE',
    effective_at => pg_temp.at(10)) \g /dev/null
SELECT count(*) FROM ims.reverse_posting('SHOP', pg_temp.last('ship'), reason => 'not sent') \g /dev/null
SELECT is((SELECT sum(t.quantity) FROM ims.trace_forward('SHOP', 'BREAD', 'B1') AS t WHERE t.event = 'shipped'), 25::numeric,
    'nor was a reversed shipment shipped');

-- Productions that say one side only, differences, other owners.
SELECT count(*) FROM ims.consume('SHOP', 'FLOUR', 2, from_location => 'T-HERE-A', lot => 'F2') \g /dev/null
SELECT count(*) FROM ims.produce('SHOP', 'BREAD', 2, to_location => 'T-HERE-A', lot => 'B2') \g /dev/null
SELECT count(*) FROM ims.adjust('SHOP', 'BREAD', 3, location => 'T-HERE-A', lot => 'B2') \g /dev/null
SELECT count(*) FROM ims.receive('SHOP', 'MILK', 1, to_location => 'T-HERE-A', lot => 'L1') \g /dev/null
SELECT count(*) FROM ims.transfer_ownership('SHOP', to_owner => 'CLIENT', item => 'MILK', quantity => 1, location => 'T-HERE-A',
    lot => 'L1') \g /dev/null
SELECT ok('0 consumed FLOUR F2 2' IN (SELECT pg_temp.forward('FLOUR', 'F2')), 'used for what nobody said');
SELECT ok('0 produced BREAD B2 2' IN (SELECT pg_temp.back('BREAD', 'B2')), 'made of what nobody said');
SELECT ok('0 found BREAD B2 3' IN (SELECT pg_temp.back('BREAD', 'B2')), 'found');
SELECT ok('0 handed_over MILK L1 1' IN (SELECT pg_temp.forward('MILK', 'L1')), 'handed over to another owner');
SELECT is((SELECT t.event || ' ' || t.quantity FROM ims.trace_back('CLIENT', 'MILK', 'L1') AS t), 'taken_over 1',
    'who sees where it came from, not from whom');

-- Single units: through their lots, and with the others of a lot.
SELECT count(*) FROM unnest('{S1,S2}'::text[]) AS s
    CROSS JOIN LATERAL ims.receive('SHOP', 'PHONE', 1, to_location => 'T-HERE-A', lot => 'PL', serial => s) \g /dev/null
SELECT count(*) FROM ims.post('[{"item": "PHONE", "quantity": 1, "from_location": "T-HERE-A", "to_location": "PRODUCTION",
        "lot": "PL", "serial": "S1"},
    {"item": "PHONE", "quantity": 1, "from_location": "PRODUCTION", "to_location": "T-HERE-A", "serial": "S3"}]',
    owner => 'SHOP') \g /dev/null
SELECT count(*) FROM ims.ship('SHOP', 'PHONE', 1, from_location => 'T-HERE-A', serial => 'S3', party => 'JANE') \g /dev/null
SELECT results_eq($$ SELECT concat_ws(' ', t.level, t.event, t.serial) FROM ims.trace_forward('SHOP', 'PHONE', serial => 'S1') AS t $$,
    ARRAY['1 became S3', '1 shipped S3'], 'a unit became another');
SELECT is_empty($$ SELECT * FROM ims.trace_forward('SHOP', 'PHONE', serial => 'S2') $$, 'its neighbour did not');
SELECT results_eq($$ SELECT * FROM pg_temp.forward('PHONE', 'PL') $$, ARRAY['1 became PHONE S3 1', '1 shipped PHONE S3 1 JANE'],
    'a lot stands for its units');
SELECT results_eq($$ SELECT concat_ws(' ', t.level, t.event, t.lot, t.serial) FROM ims.trace_back('SHOP', 'PHONE', serial => 'S3') AS t $$,
    ARRAY['1 received PL S1', '1 made_of PL S1'], 'back to the unit, not its neighbours');
SELECT is_empty($$ SELECT * FROM ims.trace_forward('SHOP', 'PHONE', 'PL', 'S2') $$, 'a unit of a lot');

-- The view has the edges.
SELECT results_eq(
    format($$ SELECT from_item, from_lot, from_quantity, to_item, to_lot, to_quantity FROM ims_bi.genealogy
              WHERE owner = 'SHOP' AND posting_id = %s ORDER BY from_item, from_lot $$, :d1),
    $$ VALUES ('FLOUR', 'F1', 30::numeric, 'DOUGH', 'D1', 50::numeric), ('FLOUR', 'F2', 10, 'DOUGH', 'D1', 50),
              ('PEN', NULL, 1, 'DOUGH', 'D1', 50) $$, 'each input with each output');
SELECT is_empty(format($$ SELECT * FROM ims_bi.genealogy WHERE posting_id = %s $$, :rework), 'none of what was reversed');

-- Usage of a period is no production, though its lines may go both ways.
INSERT INTO ims.item (owner_id, item_id, code, name, base_unit, tracking, periodic) VALUES
    (9001, 9364, 'SALT', 'salt', 'KGM', 'lot', true);
INSERT INTO ims.lot (owner_id, lot_id, item_id, code) VALUES (9001, 9468, 9364, 'T1'), (9001, 9469, 9364, 'T2');
SELECT count(*) FROM unnest('{T1,T2}'::text[]) AS l
    CROSS JOIN LATERAL ims.receive('SHOP', 'SALT', 10, to_location => 'T-HERE-A', lot => l, effective_at => pg_temp.at(1)) \g /dev/null
SELECT count(*) FROM ims.create_period('SHOP', 'may', pg_temp.at(0), pg_temp.at(240)) \g /dev/null
SELECT count(*) FROM ims.count_stock('SHOP', counted_at => pg_temp.at(239), location => 'T-HERE-A', lines => '[
    {"item": "SALT", "lot": "T1", "quantity": 7}, {"item": "SALT", "lot": "T2", "quantity": 11}]') \g /dev/null
SELECT count(*) FROM ims.close_period('SHOP', 'may') \g /dev/null
SELECT results_eq($$ SELECT * FROM pg_temp.forward('SALT', 'T1') $$, ARRAY['0 consumed SALT T1 3'], 'usage is consumption');
SELECT is(max(r.level), 0::bigint, 'and leads no recall further') FROM ims.recall_report('SHOP', 'SALT', 'T1') AS r;
-- What another lot was too much by is not made of it, wherever that goes next.
SELECT count(*) FROM ims.create_period('SHOP', 'june', pg_temp.at(240), pg_temp.at(480)) \g /dev/null
SELECT count(*) FROM ims.count_stock('SHOP', counted_at => pg_temp.at(479), location => 'T-HERE-A', lines => '[
    {"item": "SALT", "lot": "T1", "quantity": 7}, {"item": "SALT", "lot": "T2", "quantity": 9}]') \g /dev/null
SELECT count(*) FROM ims.close_period('SHOP', 'june') \g /dev/null
SELECT results_eq(format($$ SELECT * FROM pg_temp.forward('SALT', 'T1', %L) $$, t.by_time), ARRAY['0 consumed SALT T1 3'],
    'another lot is not made of it' || CASE WHEN t.by_time THEN ', by time' ELSE '' END)
FROM (VALUES (false), (true)) AS t (by_time) ORDER BY t.by_time;
SELECT is(max(r.level), 0::bigint, 'nor in a recall by time') FROM ims.recall_report('SHOP', 'SALT', 'T1', by_time => true) AS r;
SELECT results_eq($$ SELECT * FROM pg_temp.back('SALT', 'T2') $$, ARRAY['0 received SALT T2 10', '0 produced SALT T2 1'], 'nor back');

-- Arguments.
SELECT is(pg_temp.refusal(d.call), d.expected, d.call)
FROM (VALUES
    (1, $$ SELECT * FROM ims.trace_forward('SHOP') $$, 'IV201 | argument "item" is missing | {"argument": "item"}'),
    (2, $$ SELECT * FROM ims.trace_forward('SHOP', 'FLOUR') $$, 'IV201 | argument "lot" is missing | {"argument": "lot"}'),
    (3, $$ SELECT * FROM ims.trace_forward('NOPE', 'FLOUR', 'F1') $$, 'IV202 | owner "NOPE" is unknown | {"owner": "NOPE"}'),
    (4, $$ SELECT * FROM ims.trace_back('SHOP', 'NOPE', 'F1') $$, 'IV203 | item "NOPE" is unknown | {"item": "NOPE"}'),
    (5, $$ SELECT * FROM ims.trace_back('SHOP', 'FLOUR', '') $$, 'IV205 | lot "" of item "FLOUR" is unknown | {"lot": "", "item": "FLOUR"}'),
    (6, $$ SELECT * FROM ims.trace_back('SHOP', 'FLOUR', serial => 'X') $$,
        'IV206 | serial "X" of item "FLOUR" is unknown | {"item": "FLOUR", "serial": "X"}'),
    (7, $$ SELECT * FROM ims.trace_forward('SHOP', 'FLOUR', 'F1', at_most => 0) $$,
        '22023 | invalid value 0 for argument "at_most" | {"value": "0", "argument": "at_most"}'),
    (8, $$ SELECT * FROM ims.trace_forward('SHOP', 'FLOUR', 'F1', at_most => 10000001) $$,
        '22023 | invalid value 10000001 for argument "at_most" | {"value": "10000001", "argument": "at_most"}'),
    (9, $$ SELECT * FROM ims.trace_forward('SHOP', 'FLOUR', 'F1', at_most => NULL) $$,
        'IV201 | argument "at_most" is missing | {"argument": "at_most"}'),
    (10, $$ SELECT * FROM ims.trace_forward('SHOP', 'FLOUR', 'F1', at_most => 5) $$,
        'IV250 | the trace reaches more than 5 lots and units | {"at_most": 5}'),
    (11, $$ SELECT * FROM ims.trace_forward('SHOP', 'FLOUR', 'F1', at_most => 6) $$, 'accepted'),
    (12, $$ SELECT * FROM ims.trace_forward('SHOP', 'FLOUR', 'F1', at_most => 10000000, by_time => NULL) $$, 'accepted')
    ) AS d (place, call, expected)
ORDER BY d.place;
SELECT is(l.value, 10000000::bigint, 'the limit is named') FROM ims.limits() AS l WHERE l.name = 'trace_nodes';
SELECT is_empty($$ SELECT * FROM pg_temp.drift $$, 'the books agree with the ledger');
SELECT * FROM finish();
ROLLBACK;
