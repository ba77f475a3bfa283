-- Handling units: goods and units go into a unit and come out, a tree of units
-- moves as one posting, and what was in one is known for every instant: a
-- child that was packed after its parent was shipped is never part of it.
-- Shown with a day of packing, each step with a time of its own, read back at
-- every instant; then every refusal, and at the end verify().
\i test/setup.psql
BEGIN;
SELECT no_plan();
\i test/verb.psql
SET LOCAL TimeZone = 'UTC';
SELECT count(ims.create_handling_unit('SHOP', code => u, kind => k))
FROM (VALUES ('C1', 'carton'), ('C2', 'carton'), ('C3', 'carton'), ('T1', 'tote')) AS n (u, k) \g /dev/null
SELECT count(*) FROM ims.post('[
    {"item": "PEN", "quantity": 200, "to_location": "T-HERE-A"},
    {"item": "MILK", "quantity": 50, "to_location": "T-HERE-A", "lot": "L1"},
    {"item": "MILK", "quantity": 50, "to_location": "T-HERE-A", "lot": "L2"},
    {"item": "SUGAR", "quantity": 5.5, "to_location": "T-HERE-B"},
    {"item": "PEN", "quantity": 10, "to_location": "T-THERE-A"},
    {"item": "PHONE", "quantity": 1, "to_location": "T-HERE-A", "serial": "S1"},
    {"item": "PHONE", "quantity": 1, "to_location": "T-HERE-A", "serial": "S2"}]',
    'receive', 'SHOP', effective_at => '2024-05-01 08:00+00') \g /dev/null

-- What a unit holds, in one line of text.
CREATE FUNCTION pg_temp.content(unit text, at timestamptz DEFAULT NULL) RETURNS text
LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', repeat('>', c.level::integer) || c.handling_unit, c.item,
        c.lot, c.serial, c.quantity, c.location, 'left ' || to_char(c.left_at, 'HH24:MI')), ', ')
    FROM ims.contents_at(owner => 'SHOP', handling_unit => unit, at => content.at) AS c
$$;
CREATE FUNCTION pg_temp.at(clock text) RETURNS timestamptz
LANGUAGE sql AS $$ SELECT ('2024-05-01 ' || clock || '+00')::timestamptz $$;

-- Packing.
SELECT posting_id AS packed FROM ims.pack('SHOP', handling_unit => 'C1', location => 'T-HERE-A',
    effective_at => pg_temp.at('09:00'), reference_number => 'W-1', lines => '[
    {"item": "PEN", "quantity": 2, "unit": "DZN", "reference_line": "1"},
    {"item": "PHONE", "serial": "S1"}]') \gset
SELECT is(pg_temp.lines(:packed), 'PEN 24 T-HERE-A > T-HERE-A into C1, '
    'PHONE 1 T-HERE-A > T-HERE-A serial S1 into C1', 'loose goods go into a unit');
SELECT results_eq(format($$SELECT p.kind, p.reference_number, m.entered_quantity, m.entered_unit, m.reference_line
        FROM ims.posting AS p JOIN ims.movement AS m USING (owner_id, posting_id)
        WHERE p.posting_id = %s ORDER BY m.movement_id LIMIT 1$$, :packed),
    $$VALUES ('pack', 'W-1', 2::numeric, 'DZN', '1')$$, 'as it was entered');
SELECT posting_id AS packed FROM ims.pack('SHOP', handling_unit => 'C2', location => 'T-HERE-A',
    effective_at => pg_temp.at('09:10'), lines => '[{"item": "MILK", "quantity": 6, "lot": "L1"},
    {"item": "SUGAR", "quantity": 1.5, "from_location": "T-HERE-B"}]') \gset
SELECT is(pg_temp.lines(:packed), 'MILK 6 T-HERE-A > T-HERE-A lot L1 into C2, '
    'SUGAR 1.5 T-HERE-B > T-HERE-A into C2', 'from another place of the site, too');
SELECT posting_id AS nested FROM ims.pack('SHOP', handling_unit => 'P1', handling_units => '{C2,C1,C2}',
    effective_at => pg_temp.at('09:20')) \gset
SELECT is(pg_temp.lines(:nested), NULL, 'units alone go in without any line');
SELECT is_empty($$SELECT * FROM ims.verify('SHOP') AS v WHERE v.check_name !~ '^catalog'$$,
    'and that is no contradiction');
SELECT count(*) FROM ims.pack('SHOP', handling_unit => 'P1', effective_at => pg_temp.at('09:30'),
    lines => '[{"item": "PEN", "quantity": 10}]') \g /dev/null
SELECT posting_id AS packed FROM ims.pack('SHOP', handling_unit => 'T1', effective_at => pg_temp.at('09:35'),
    location => 'T-HERE-A', lines => '[{"item": "PEN", "quantity": 1, "from_handling_unit": "P1"}]') \gset
SELECT is(pg_temp.lines(:packed), 'PEN 1 T-HERE-A > T-HERE-A out of P1 into T1', 'out of another unit');
SELECT is(pg_temp.content('P1'), 'P1 PEN 9 T-HERE-A, >C1 PEN 24 T-HERE-A, >C1 PHONE S1 1 T-HERE-A, '
    '>C2 MILK L1 6 T-HERE-A, >C2 SUGAR 1.5 T-HERE-A', 'a pallet with goods and cartons');
SAVEPOINT shut;
SELECT ims.close_handling_unit('SHOP', 'P1') > 0 AS closed \g /dev/null
SELECT is(left(pg_temp.refusal($$SELECT ims.pack('SHOP', 'C3', location => 'T-HERE-A',
    lines => '[{"item": "PEN", "quantity": 1, "from_handling_unit": "C1"}]')$$), 5),
    'IV212', 'a closed pallet gives nothing, not through its cartons either');
ROLLBACK TO shut;
SELECT results_eq($$SELECT h.handling_unit, h.parent, h.root, h.level, h.location, h.site, h.location_count,
        h.item_count, h.unit_count, h.homogeneous
        FROM ims_bi.handling_unit AS h WHERE h.owner = 'SHOP' ORDER BY 1$$, $$VALUES
    ('C1', 'P1', 'P1', 1::bigint, 'T-HERE-A', 'T-HERE', 1::bigint, 2::bigint, 0::bigint, false),
    ('C2', 'P1', 'P1', 1, 'T-HERE-A', 'T-HERE', 1, 2, 0, false),
    ('C3', NULL, 'C3', 0, NULL, NULL, 0, 0, 0, false),
    ('P1', NULL, 'P1', 0, 'T-HERE-A', 'T-HERE', 1, 4, 2, false),
    ('P2', NULL, 'P2', 0, NULL, NULL, 0, 0, 0, false),
    ('T1', NULL, 'T1', 0, 'T-HERE-A', 'T-HERE', 1, 1, 0, true)$$, 'as a view shows it');

-- Moving: one posting of the whole tree.
SELECT posting_id AS moved FROM ims.move_handling_unit('SHOP', 'P1', to_location => 'T-HERE-B',
    effective_at => pg_temp.at('10:00')) \gset
SELECT is(pg_temp.lines(:moved), 'PEN 24 T-HERE-A > T-HERE-B out of C1 into C1, '
    'PEN 9 T-HERE-A > T-HERE-B out of P1 into P1, SUGAR 1.5 T-HERE-A > T-HERE-B out of C2 into C2, '
    'MILK 6 T-HERE-A > T-HERE-B lot L1 out of C2 into C2, '
    'PHONE 1 T-HERE-A > T-HERE-B serial S1 out of C1 into C1', 'a pallet moves with all that is in it');
SELECT is(pg_temp.content('P1'), 'P1 PEN 9 T-HERE-B, >C1 PEN 24 T-HERE-B, >C1 PHONE S1 1 T-HERE-B, '
    '>C2 MILK L1 6 T-HERE-B, >C2 SUGAR 1.5 T-HERE-B', 'and is there');
SELECT results_eq($$SELECT status, posting_id IS NULL FROM ims.move_handling_unit('SHOP', 'P1',
        to_location => 'T-HERE-A', dry_run => true)$$, $$VALUES ('dry_run', true)$$, 'a dry run');
SELECT is(pg_temp.on_hand('MILK', 'T-HERE-B'), 6::numeric, 'moves nothing');

-- Unpacking: a line, a unit, all.
SELECT posting_id AS unpacked FROM ims.unpack('SHOP', 'P1', effective_at => pg_temp.at('10:10'),
    lines => '[{"item": "PEN", "quantity": 2}]', handling_units => '{C2}') \gset
SELECT is(pg_temp.lines(:unpacked), 'PEN 2 T-HERE-B > T-HERE-B out of P1', 'goods come out');
SELECT is(pg_temp.content('P1'), 'P1 PEN 7 T-HERE-B, >C1 PEN 24 T-HERE-B, >C1 PHONE S1 1 T-HERE-B',
    'and a unit');
SELECT posting_id AS unpacked FROM ims.unpack('SHOP', 'C2', effective_at => pg_temp.at('10:20')) \gset
SELECT is(pg_temp.lines(:unpacked), 'SUGAR 1.5 T-HERE-B > T-HERE-B out of C2, '
    'MILK 6 T-HERE-B > T-HERE-B lot L1 out of C2', 'a whole unit is emptied');
SELECT is(pg_temp.content('C2'), 'C2', 'nothing is left in it');

-- Shipping; and then the pallet comes back and is used again.
SELECT ims.close_handling_unit('SHOP', 'P1') > 0 AS closed \g /dev/null
SELECT posting_id AS shipped, document_number AS shipment FROM ims.move_handling_unit('SHOP', 'P1',
    kind => 'ship', party => 'JANE', channel => 'WEB', effective_at => pg_temp.at('11:00'),
    idempotency_key => 'ship P1') \gset
SELECT is(pg_temp.lines(:shipped), 'PEN 24 T-HERE-B > CUSTOMER out of C1, PEN 7 T-HERE-B > CUSTOMER out of P1, '
    'PHONE 1 T-HERE-B > CUSTOMER serial S1 out of C1', 'a closed pallet is shipped');
SELECT results_eq($$SELECT posting_id, replayed FROM ims.move_handling_unit('SHOP', 'P1', kind => 'ship',
        party => 'JANE', channel => 'WEB', effective_at => '2024-05-01 11:00+00', idempotency_key => 'ship P1')$$,
    format('VALUES (%s::bigint, true)', :shipped), 'once');
SELECT results_eq($$SELECT c.left_at, c.document_number FROM ims.contents_at('SHOP', 'C1') AS c$$,
    format($$VALUES ('2024-05-01 11:00+00'::timestamptz, %1$s::bigint), ('2024-05-01 11:00+00', %1$s)$$, :shipment),
    'a carton on it left by the same document');
SELECT ims.open_handling_unit('SHOP', 'P1') > 0 AS opened \g /dev/null
SELECT count(*) FROM ims.pack('SHOP', handling_unit => 'C3', location => 'T-HERE-A',
    effective_at => pg_temp.at('12:00'), lines => '[{"item": "MILK", "quantity": 3, "lot": "L2"}]') \g /dev/null
SELECT count(*) FROM ims.pack('SHOP', handling_unit => 'P1', handling_units => '{C3}',
    effective_at => pg_temp.at('13:00')) \g /dev/null

SELECT is(pg_temp.content('P1', pg_temp.at(c.clock)), c.expected, 'the pallet at ' || c.clock)
FROM (VALUES
    ('08:30', 'P1'),
    ('09:19:59', 'P1'),
    ('09:20', 'P1, >C1 PEN 24 T-HERE-A, >C1 PHONE S1 1 T-HERE-A, >C2 MILK L1 6 T-HERE-A, >C2 SUGAR 1.5 T-HERE-A'),
    ('09:30', 'P1 PEN 10 T-HERE-A, >C1 PEN 24 T-HERE-A, >C1 PHONE S1 1 T-HERE-A, >C2 MILK L1 6 T-HERE-A, >C2 SUGAR 1.5 T-HERE-A'),
    ('10:00', 'P1 PEN 9 T-HERE-B, >C1 PEN 24 T-HERE-B, >C1 PHONE S1 1 T-HERE-B, >C2 MILK L1 6 T-HERE-B, >C2 SUGAR 1.5 T-HERE-B'),
    ('10:10', 'P1 PEN 7 T-HERE-B, >C1 PEN 24 T-HERE-B, >C1 PHONE S1 1 T-HERE-B'),
    ('11:00', 'P1 PEN 7 CUSTOMER left 11:00, >C1 PEN 24 CUSTOMER left 11:00, >C1 PHONE S1 1 CUSTOMER left 11:00'),
    ('12:59:59', 'P1 PEN 7 CUSTOMER left 11:00, >C1 PEN 24 CUSTOMER left 11:00, >C1 PHONE S1 1 CUSTOMER left 11:00'),
    ('13:00', 'P1, >C3 MILK L2 3 T-HERE-A'),
    (NULL, 'P1, >C3 MILK L2 3 T-HERE-A')) AS c (clock, expected);
SELECT is(pg_temp.content('C1'), 'C1 PEN 24 CUSTOMER left 11:00, C1 PHONE S1 1 CUSTOMER left 11:00',
    'the carton that left stays away');
SELECT is(pg_temp.content('P1', 'infinity'), pg_temp.content('P1'), 'infinity is now');
SELECT is(pg_temp.content('P1', '-infinity'), 'P1', 'and before all time there was nothing');

-- At one instant: packed, shipped, back and packed again, in this order.
SAVEPOINT one_instant;
SELECT count(*) FROM ims.unpack('SHOP', 'P1', effective_at => pg_temp.at('14:00')) \g /dev/null
SELECT count(*) FROM ims.pack('SHOP', 'P1', handling_units => '{C3}', effective_at => pg_temp.at('14:00')) \g /dev/null
SELECT count(*) FROM ims.move_handling_unit('SHOP', 'P1', kind => 'ship', effective_at => pg_temp.at('14:00')) \g /dev/null
SELECT is(pg_temp.content('P1'), 'P1 left 14:00, >C3 MILK L2 3 CUSTOMER left 14:00', 'shipped at the instant of packing');
SELECT is(pg_temp.content('P1', pg_temp.at('14:00')), 'P1 left 14:00, >C3 MILK L2 3 CUSTOMER left 14:00', 'asked for that instant');
SELECT count(*) FROM ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', handling_unit => 'P1',
    effective_at => pg_temp.at('14:00')) \g /dev/null
SELECT is(pg_temp.content('P1', pg_temp.at('14:00')), 'P1 PEN 1 T-HERE-A', 'what is filled again is back');
SELECT is_empty($$SELECT * FROM ims.verify('SHOP') AS v WHERE v.check_name !~ '^catalog'$$, 'all is well');
ROLLBACK TO one_instant;

-- A unit that was put into it and out at one instant was never in it.
SAVEPOINT for_no_time;
SELECT count(*) FROM ims.pack('SHOP', 'C1', handling_units => '{T1}', location => 'T-HERE-A',
    effective_at => pg_temp.at('15:00')) \g /dev/null
SELECT count(*) FROM ims.unpack('SHOP', 'C1', handling_units => '{T1}', effective_at => pg_temp.at('15:00')) \g /dev/null
SELECT is(pg_temp.content('C1', c.at), 'C1 PEN 24 CUSTOMER left 11:00, C1 PHONE S1 1 CUSTOMER left 11:00', 'a unit is away still ' || c.name)
FROM (VALUES (pg_temp.at('15:00'), 'at the instant'), (NULL, 'afterwards')) AS c (at, name);
SELECT count(*) FROM ims.pack('SHOP', 'C1', handling_units => '{T1}', location => 'T-HERE-A',
    effective_at => pg_temp.at('15:00')) \g /dev/null
SELECT is(pg_temp.content('C1'), 'C1, >T1 PEN 1 T-HERE-A', 'until another stays in it');
ROLLBACK TO for_no_time;

-- Three levels: a recall names the unit around the goods, and the outermost.
SAVEPOINT deep;
SELECT count(ims.create_handling_unit('SHOP', code => u)) FROM unnest('{R1,R2,R3,R4}'::text[]) AS u \g /dev/null
SELECT count(*) FROM ims.pack('SHOP', 'R1', location => 'T-HERE-A', lines => '[{"item": "MILK", "quantity": 3, "lot": "L1"}]',
    effective_at => pg_temp.at('15:00')) \g /dev/null
SELECT count(*) FROM ims.pack('SHOP', 'R2', handling_units => '{R1}', effective_at => pg_temp.at('15:01')) \g /dev/null
SELECT count(*) FROM ims.pack('SHOP', 'R3', handling_units => '{R2}', effective_at => pg_temp.at('15:02')) \g /dev/null
SELECT count(*) FROM ims.pack('SHOP', 'R4', handling_units => '{R3}', effective_at => pg_temp.at('15:03')) \g /dev/null
SELECT results_eq($$SELECT r.handling_unit, r.root_handling_unit FROM ims.recall_report('SHOP', 'MILK', 'L1') AS r
    WHERE r.handling_unit = 'R1'$$, $$VALUES ('R1', 'R4')$$, 'in stock four levels deep');
SELECT count(*) FROM ims.move_handling_unit('SHOP', 'R4', kind => 'ship', effective_at => pg_temp.at('15:04')) \g /dev/null
SELECT results_eq($$SELECT r.handling_unit, r.root_handling_unit FROM ims.recall_report('SHOP', 'MILK', 'L1') AS r
    WHERE r.handling_unit = 'R1'$$, $$VALUES ('R1', 'R4')$$, 'and shipped so');
ROLLBACK TO deep;

-- To another site, and back to one place after a receipt in parts.
SELECT posting_id AS sent, document_number AS number FROM ims.move_handling_unit('SHOP', 'P1', kind => 'dispatch',
    to_location => 'T-THERE-A', effective_at => pg_temp.at('14:00')) \gset
SELECT is(pg_temp.lines(:sent), 'MILK 3 T-HERE-A > TRANSIT lot L2 out of C3 into C3', 'a pallet on its way');
SELECT is(pg_temp.content('P1'), 'P1, >C3 MILK L2 3 TRANSIT', 'is a pallet still');
SELECT count(*) FROM ims.receive_transfer('SHOP', document_number => :number, to_location => 'T-THERE-A',
    lines => '[{"item": "MILK", "quantity": 2, "lot": "L2", "handling_unit": "C3"}]',
    effective_at => pg_temp.at('15:00')) \g /dev/null
SELECT is(pg_temp.content('P1'), 'P1, >C3 MILK L2 2 T-THERE-A, >C3 MILK L2 1 TRANSIT', 'received in part');
SAVEPOINT part;
SELECT lives_ok($$SELECT ims.unpack('SHOP', 'C3', '[{"item": "MILK", "quantity": 1, "lot": "L2"}]',
    location => 'T-THERE-A', effective_at => pg_temp.at('15:10'))$$, 'goods come out of the part that is there');
ROLLBACK TO part;
SELECT results_eq($$SELECT h.location, h.location_count FROM ims_bi.handling_unit AS h
    WHERE h.owner = 'SHOP' AND h.handling_unit = 'P1'$$, 'VALUES (NULL::text, 2::bigint)', 'it is at two places');
SELECT is(pg_temp.refusal($$SELECT ims.pack('SHOP', 'P1', lines => '[{"item": "PEN", "quantity": 1}]')$$),
    'IV214 | handling unit "P1" would be at more than one place | '
    '{"locations": ["T-THERE-A", "TRANSIT"], "handling_unit": "P1"}', 'and not packed meanwhile');
SELECT count(*) FROM ims.receive_transfer('SHOP', document_number => :number, to_location => 'T-THERE-Z1',
    effective_at => pg_temp.at('15:30')) \g /dev/null
SELECT posting_id AS moved FROM ims.move_handling_unit('SHOP', 'P1', to_location => 'T-THERE-A',
    effective_at => pg_temp.at('16:00')) \gset
SELECT is(pg_temp.lines(:moved), 'MILK 1 T-THERE-Z1 > T-THERE-A lot L2 out of C3 into C3',
    'a move brings it to one place');

-- Reversal: nesting goes back with the goods.
SELECT is(pg_temp.refusal(format($$SELECT ims.reverse_posting('SHOP', %s, reason => 'x')$$, :nested)),
    format('IV228 | posting %s cannot be reversed | {"rests_on_it": "%s", "document_number": %1$s}',
        (SELECT p.document_number FROM ims.posting AS p WHERE p.posting_id = :nested),
        (SELECT min(p.document_number) FROM ims.posting AS p WHERE p.kind = 'unpack')),
    'a packing is not reversed once its units were unpacked');
SELECT is(left(pg_temp.refusal(format($$SELECT ims.reverse_posting('SHOP', %s, reason => 'x')$$, :shipped)), 5),
    'IV228', 'nor a shipment whose pallet was used again');
SELECT posting_id AS p2 FROM ims.pack('SHOP', 'P2', location => 'T-HERE-A', handling_units => '{T1,C2}',
    lines => '[{"item": "PEN", "quantity": 5}]', effective_at => pg_temp.at('17:00')) \gset
SELECT posting_id AS gone FROM ims.move_handling_unit('SHOP', 'P2', kind => 'ship', effective_at => pg_temp.at('18:00')) \gset
SELECT is(pg_temp.content('P2'), 'P2 PEN 5 CUSTOMER left 18:00, >C2 left 18:00, >T1 PEN 1 CUSTOMER left 18:00',
    'shipped with an empty unit in it');
SELECT count(*) FROM ims.reverse_posting('SHOP', :gone, reason => 'wrong pallet', effective_at => pg_temp.at('19:00')) \g /dev/null
SELECT is(pg_temp.content('P2'), 'P2 PEN 5 T-HERE-A, >C2, >T1 PEN 1 T-HERE-A', 'a shipment reversed is a pallet again');
SELECT is(pg_temp.content('P2', pg_temp.at('18:30')), 'P2 PEN 5 CUSTOMER left 18:00, >C2 left 18:00, >T1 PEN 1 CUSTOMER left 18:00',
    'from the reversal on');
SELECT posting_id AS out FROM ims.unpack('SHOP', 'P2', effective_at => pg_temp.at('20:00')) \gset
SELECT is(pg_temp.content('P2'), 'P2', 'unpacked');
SELECT count(*) FROM ims.reverse_posting('SHOP', :out, reason => 'not yet', effective_at => pg_temp.at('21:00')) \g /dev/null
SELECT is(pg_temp.content('P2'), 'P2 PEN 5 T-HERE-A, >C2, >T1 PEN 1 T-HERE-A', 'and, reversed, packed again');
SAVEPOINT chain;
SELECT lives_ok(format($$SELECT ims.reverse_posting('SHOP', %s, reason => 'x', effective_at => pg_temp.at('21:30'))$$, :p2),
    'reversible once what followed was reversed');
SELECT is(pg_temp.content('P2') || '; ' || pg_temp.content('T1'), 'P2; T1 PEN 1 T-HERE-A', 'and all of it is out');
SELECT count(*) FROM ims.pack('SHOP', 'P2', handling_units => '{T1}', effective_at => pg_temp.at('21:35')) \g /dev/null
SELECT posting_id AS again FROM ims.move_handling_unit('SHOP', 'P2', kind => 'ship', effective_at => pg_temp.at('21:40')) \gset
SELECT count(*) FROM ims.reverse_posting('SHOP', :again, reason => 'x', effective_at => pg_temp.at('21:45')) \g /dev/null
SELECT count(*) FROM ims.unpack('SHOP', 'P2', effective_at => pg_temp.at('21:45')) \g /dev/null
SELECT is(pg_temp.content('P2'), 'P2', 'unpacked at the instant of the reversal, it is not away');
SELECT posting_id AS once FROM ims.move_handling_unit('SHOP', 'T1', kind => 'ship', effective_at => pg_temp.at('21:50')) \gset
SELECT count(*) FROM ims.receive('SHOP', 'PEN', 2, to_location => 'T-HERE-A', handling_unit => 'T1',
    effective_at => pg_temp.at('21:51')) \g /dev/null
SELECT count(*) FROM ims.move_handling_unit('SHOP', 'T1', kind => 'ship', effective_at => pg_temp.at('21:52')) \g /dev/null
SELECT is(left(pg_temp.refusal(format($$SELECT ims.reverse_posting('SHOP', %s, reason => 'x')$$, :once)), 5),
    'IV228', 'nor is a shipment reversed before the next one of its unit');
ROLLBACK TO chain;
SELECT posting_id AS lone FROM ims.unpack('SHOP', 'P2', handling_units => '{T1}', effective_at => pg_temp.at('22:00')) \gset
SELECT count(*) FROM ims.move_handling_unit('SHOP', 'T1', to_location => 'T-HERE-B', effective_at => pg_temp.at('22:10')) \g /dev/null
SELECT is(left(pg_temp.refusal(format($$SELECT ims.reverse_posting('SHOP', %s, reason => 'x')$$, :lone)), 5),
    'IV214', 'a unit that is elsewhere does not go back in');
SELECT is(pg_temp.content('P2') || '; ' || pg_temp.content('T1'), 'P2 PEN 5 T-HERE-A, >C2; T1 PEN 1 T-HERE-B', 'nothing changed');
SELECT count(*) FROM ims.move_handling_unit('SHOP', 'T1', kind => 'ship', effective_at => pg_temp.at('22:20')) \g /dev/null
SELECT is(left(pg_temp.refusal(format($$SELECT ims.reverse_posting('SHOP', %s, reason => 'x')$$, :lone)), 5),
    'IV228', 'nor one that was shipped alone');
SELECT posting_id AS in FROM ims.pack('SHOP', 'P2', handling_units => '{C1}', effective_at => pg_temp.at('23:00')) \gset
SELECT is(pg_temp.content('P2'), 'P2 PEN 5 T-HERE-A, >C1, >C2', 'an empty unit comes back by being packed');
SELECT count(*) FROM ims.reverse_posting('SHOP', :in, reason => 'slip', effective_at => pg_temp.at('23:10')) \g /dev/null
SELECT is(pg_temp.content('P2') || '; ' || pg_temp.content('C1'), 'P2 PEN 5 T-HERE-A, >C2; C1', 'and out by the reversal');
SELECT is_empty($$SELECT * FROM ims.verify('SHOP') AS v WHERE v.check_name !~ '^catalog'$$, 'verify() agrees');
SELECT is_empty('SELECT * FROM drift', 'and so do the books');

-- Without a time: after all that is recorded, even by a clock that is behind.
SELECT count(*) FROM ims.pack('SHOP', 'P2', handling_units => '{C1}', effective_at => clock_timestamp() + '30 s') \g /dev/null
SELECT lives_ok($$SELECT ims.unpack('SHOP', 'P2', handling_units => '{C1}')$$, 'a unit comes out after it went in');
SELECT lives_ok($$SELECT ims.pack('SHOP', 'P2', handling_units => '{C1}')$$, 'and in after it came out');

-- Refusals.
SELECT ims.create_handling_unit('CLIENT', code => 'X1') > 0 AS made \g /dev/null
SELECT ims.create_handling_unit('SHOP', code => 'D' || n) > 0 AS made FROM generate_series(1, 11) AS n \g /dev/null
SELECT count(*) FROM generate_series(1, 9) AS n
CROSS JOIN LATERAL ims.pack('SHOP', 'D' || n, location => 'T-HERE-A', handling_units => ARRAY['D' || n + 1]) AS p \g /dev/null
SELECT count(*) FROM ims.pack('SHOP', 'D10', location => 'T-HERE-A', lines => '[{"item": "PEN", "quantity": 1}]') \g /dev/null
SELECT is(regexp_replace(pg_temp.refusal(c.call), '\d{4}-[0-9T:.Z-]*', 'TIME', 'g'), c.expected, c.call)
FROM (VALUES
    (1, $$SELECT ims.pack('SHOP')$$,
        'IV201 | argument "handling_unit" is missing | {"argument": "handling_unit"}'),
    (2, $$SELECT ims.pack('SHOP', 'P9')$$, 'IV207 | handling unit "P9" is unknown | {"handling_unit": "P9"}'),
    (3, $$SELECT ims.pack('SHOP', 'P2', handling_units => '{X1}')$$,
        'IV207 | handling unit "X1" is unknown | {"handling_units": "X1"}'),
    (4, $$SELECT ims.pack('SHOP', 'P2')$$,
        'IV219 | there is nothing to move of handling unit "P2" | {"lines": 0, "handling_unit": "P2"}'),
    (5, $$SELECT ims.pack('SHOP', 'P2', lines => '[]', handling_units => '{}')$$,
        'IV219 | there is nothing to move of handling unit "P2" | {"lines": 0, "handling_unit": "P2"}'),
    (6, $$SELECT ims.pack('SHOP', 'D11', lines => '[{"item": "PEN", "quantity": 1}]')$$,
        'IV201 | argument "location" is missing | {"argument": "location"}'),
    (7, $$SELECT ims.pack('SHOP', 'P2', lines => '[{"item": "PEN"}]')$$,
        'IV201 | argument "quantity" is missing | {"line": 1, "argument": "quantity"}'),
    (8, $$SELECT ims.pack('SHOP', 'P2', lines => '[{"itme": "PEN"}]')$$,
        'IV211 | line 1: key "itme" is unknown | {"key": "itme", "line": 1}'),
    (14, $$SELECT ims.pack('SHOP', 'P2', location => 'T-HERE-B', lines => '[{"item": "PEN", "quantity": 1}]')$$,
        'IV214 | handling unit "P2" would be at more than one place | '
        '{"locations": ["T-HERE-A", "T-HERE-B"], "handling_unit": "P2"}'),
    (15, $$SELECT ims.pack('SHOP', 'P2', handling_units => '{P1}')$$,
        'IV214 | handling unit "P2" would be at more than one place | '
        '{"locations": ["T-HERE-A", "T-THERE-A"], "handling_unit": "P2"}'),
    (16, $$SELECT ims.pack('SHOP', 'P2', lines => '[{"item": "PEN", "quantity": 1, "from_location": "T-THERE-A"}]')$$,
        'IV214 | "T-THERE-A" and "T-HERE-A" are on different sites | {"line": 1, "location": "T-THERE-A"}'),
    (17, $$SELECT ims.pack('SHOP', 'P2', handling_units => '{P2}')$$,
        'IV240 | handling unit "P2" cannot be in "P2" | {"parent": "P2", "handling_unit": "P2"}'),
    (18, $$SELECT ims.pack('SHOP', 'D5', handling_units => '{D1}')$$,
        'IV240 | handling unit "D1" cannot be in "D5" | {"parent": "D5", "handling_unit": "D1"}'),
    (19, $$SELECT ims.pack('SHOP', 'P2', handling_units => '{D2}')$$,
        'IV240 | handling unit "D2" cannot be in "P2" | {"is_in": "D1", "parent": "P2", "handling_unit": "D2"}'),
    (20, $$SELECT ims.pack('SHOP', 'P2', handling_units => '{C1}')$$,
        'IV240 | handling unit "C1" cannot be in "P2" | {"is_in": "P2", "parent": "P2", "handling_unit": "C1"}'),
    (21, $$SELECT ims.pack('SHOP', 'D10', handling_units => '{D11}')$$,
        'IV240 | handling unit "D10" would hold too much | {"units": 11, "levels": 11, "handling_unit": "D10"}'),
    (22, $$SELECT ims.pack('SHOP', 'D11', handling_units => '{D1}')$$,
        'IV240 | handling unit "D11" would hold too much | {"units": 11, "levels": 11, "handling_unit": "D11"}'),
    (23, $$SELECT ims.pack('SHOP', 'P2', handling_units => '{D11}', effective_at => '2024-05-01 23:05+00')$$,
        'IV241 | handling unit "P2" was packed later than TIME | '
        '{"last": "TIME", "effective_at": "TIME", "handling_unit": "P2"}'),
    (24, $$SELECT ims.unpack('SHOP', 'P2', handling_units => '{D11}')$$,
        'IV240 | handling unit "D11" is not in "P2" | {"parent": "P2", "handling_unit": "D11"}'),
    (25, $$SELECT ims.unpack('SHOP', 'D1', handling_units => '{D3}')$$,
        'IV240 | handling unit "D3" is not in "D1" | {"parent": "D1", "handling_unit": "D3"}'),
    (26, $$SELECT ims.unpack('SHOP', 'D11')$$,
        'IV219 | there is nothing to move of handling unit "D11" | {"lines": 0, "handling_unit": "D11"}'),
    (27, $$SELECT ims.unpack('SHOP', 'P2', lines => '[]')$$,
        'IV219 | there is nothing to move of handling unit "P2" | {"lines": 0, "handling_unit": "P2"}'),
    (29, $$SELECT ims.unpack('SHOP', 'P2', effective_at => '2024-05-01 23:05+00')$$,
        'IV241 | handling unit "P2" was packed later than TIME | '
        '{"last": "TIME", "effective_at": "TIME", "handling_unit": "P2"}'),
    (30, $$SELECT ims.move_handling_unit('SHOP', 'P2')$$,
        'IV201 | argument "to_location" is missing | {"argument": "to_location"}'),
    (31, $$SELECT ims.move_handling_unit('SHOP', 'D2', to_location => 'T-HERE-B')$$,
        'IV240 | handling unit "D2" does not move without "D1" | {"is_in": "D1", "handling_unit": "D2"}'),
    (32, $$SELECT ims.move_handling_unit('SHOP', 'D11', to_location => 'T-HERE-B')$$,
        'IV219 | there is nothing to move of handling unit "D11" | {"lines": 0, "handling_unit": "D11"}'),
    (33, $$SELECT ims.move_handling_unit('SHOP', 'P2', to_location => 'T-HERE-A')$$,
        'IV219 | there is nothing to move of handling unit "P2" | {"lines": 0, "handling_unit": "P2"}'),
    (35, $$SELECT ims.move_handling_unit('SHOP', 'P2', kind => 'dispatch', to_location => 'T-HERE-B')$$,
        'IV214 | goods cannot be dispatched to the site where they are | {"to_location": "T-HERE"}'),
    (36, $$SELECT ims.move_handling_unit('SHOP', 'P2', kind => 'dispatch', to_location => 'SCRAP')$$,
        'IV214 | goods cannot be dispatched to "SCRAP" | {"to_location": "SCRAP"}'),
    (37, $$SELECT ims.move_handling_unit('SHOP', 'P2', kind => 'ship', to_location => 'T-HERE-B')$$,
        'IV223 | what is shipped goes to no place of ours | {"argument": "to_location"}'),
    (38, $$SELECT ims.move_handling_unit('SHOP', 'P2', kind => 'fly')$$,
        '22023 | invalid value "fly" for argument "kind" | {"value": "fly", "argument": "kind"}'),
    (39, $$SELECT ims.move_handling_unit('SHOP', 'P2', kind => 'ship', party => 'JIM')$$,
        'IV208 | party "JIM" is unknown | {"party": "JIM"}'),
    (40, $$SELECT ims.move_handling_unit('SHOP', 'P2', kind => 'ship', effective_at => '2024-05-01 23:05+00')$$,
        'IV241 | handling unit "P2" was packed later than TIME | '
        '{"last": "TIME", "effective_at": "TIME", "handling_unit": "P2"}'),
    (41, $$SELECT * FROM ims.contents_at('SHOP')$$,
        'IV201 | argument "handling_unit" is missing | {"argument": "handling_unit"}'),
    (42, $$SELECT * FROM ims.contents_at('SHOP', 'P9')$$,
        'IV207 | handling unit "P9" is unknown | {"handling_unit": "P9"}'),
    (43, $$SELECT * FROM ims.contents_at('CLIENT', 'P2')$$,
        'IV207 | handling unit "P2" is unknown | {"handling_unit": "P2"}'),
    (45, $$SELECT ims.delete_handling_unit('SHOP', 'D5')$$,
        'IV228 | handling unit "D5" is in use | {"mentioned_by": "other handling units", "handling_unit": "D5"}'),
    (46, $$SELECT ims.move_handling_unit('SHOP', 'P1', kind => 'ship', party => 'JANE', idempotency_key => 'ship P1')$$,
        'IV218 | idempotency key "ship P1" stands for another call | {"idempotency_key": "ship P1"}')
    ) AS c (place, call, expected)
ORDER BY c.place;
SELECT is(left(pg_temp.refusal(c.call), 5), c.expected, c.call)
FROM (VALUES
    (1, $$SELECT ims.pack('SHOP', 'P2', lines => '[{"item": "PEN", "quantity": 0}]')$$, 'IV101'),
    (2, $$SELECT ims.pack('SHOP', 'P2', lines => '[{"item": "PEN", "quantity": -1}]')$$, 'IV101'),
    (9, $$SELECT ims.pack('SHOP', 'P2', lines => '[{"item": "PEN", "serial": null}]', location => 'T-HERE-A')$$, 'IV201'),
    (3, $$SELECT ims.pack('SHOP', 'P2', lines => '[{"item": "PEN", "quantity": 1e12}]')$$, 'IV101'),
    (4, $$SELECT ims.pack('SHOP', 'P2', lines => '[{"item": "PEN", "quantity": 999}]')$$, 'IV301'),
    (5, $$SELECT ims.pack('SHOP', 'P2', lines => '[{"item": "MILK", "quantity": 1}]')$$, 'IV213'),
    (6, $$SELECT ims.unpack('SHOP', 'P2', lines => '[{"item": "PEN", "quantity": 6}]')$$, 'IV301'),
    (7, $$SELECT ims.move_handling_unit('SHOP', 'P2', to_location => 'T-THERE-A')$$, 'IV214'),
    (8, $$SELECT * FROM ims.contents_at('SHOP', 'P2', '20000-01-01 00:00+00')$$, 'IV232')
    ) AS c (place, call, expected)
ORDER BY c.place;

-- What is closed, or in a closed one, takes nothing and gives nothing, but moves.
SELECT ims.close_handling_unit('SHOP', 'D3') > 0 AS closed \g /dev/null
SELECT is(pg_temp.refusal(c.call),
    'IV212 | handling unit "D3" is closed | {"handling_unit": "D3"}', 'closed: ' || c.call)
FROM (VALUES
    (1, $$SELECT ims.pack('SHOP', 'D3', lines => '[{"item": "PEN", "quantity": 1}]')$$),
    (2, $$SELECT ims.pack('SHOP', 'D6', lines => '[{"item": "PEN", "quantity": 1}]')$$),
    (3, $$SELECT ims.unpack('SHOP', 'D3', handling_units => '{D4}')$$),
    (4, $$SELECT ims.unpack('SHOP', 'D10')$$)) AS c (place, call)
ORDER BY c.place;
SELECT lives_ok($$SELECT ims.unpack('SHOP', 'D2', handling_units => '{D3}')$$, 'a closed unit is taken out');
SELECT lives_ok($$SELECT ims.move_handling_unit('SHOP', 'D3', to_location => 'T-HERE-B')$$, 'moves');
SELECT lives_ok($$SELECT ims.pack('SHOP', 'D2', location => 'T-HERE-B', handling_units => '{D3}')$$, 'and goes in again');
SELECT throws_ok($$SELECT ims.move_handling_unit('SHOP', 'D1', kind => 'ship', effective_at => 'infinity')$$, 'IV217', NULL,
    'no time but a real one');

-- A lot on hold does not leave with its pallet.
SELECT count(ims.set_lot_status('SHOP', 'MILK', 'L2', 'on_hold', 'test')) \g /dev/null
SELECT is(left(pg_temp.refusal($$SELECT ims.move_handling_unit('SHOP', 'P1', kind => 'ship')$$), 5), 'IV304', 'what is held stays');
SELECT count(ims.set_lot_status('SHOP', 'MILK', 'L2', 'released', 'test')) \g /dev/null

-- History is not rewritten.
SELECT throws_ok(c.call, c.state, NULL, c.call)
FROM (VALUES
    (1, 'UPDATE ims.handling_unit_nesting SET packed_at = packed_at', 'IV222'),
    (2, 'DELETE FROM ims.handling_unit_nesting', 'IV221'),
    (3, 'TRUNCATE ims.handling_unit_nesting', 'IV221'),
    (4, 'INSERT INTO ims.handling_unit_nesting SELECT * FROM ims.handling_unit_nesting', 'IV222'),
    (5, 'UPDATE ims.handling_unit_departure SET left_at = left_at', 'IV221'),
    (6, 'DELETE FROM ims.handling_unit_departure', 'IV221'),
    (7, 'TRUNCATE ims.handling_unit_departure', 'IV221'),
    (8, 'INSERT INTO ims.handling_unit_departure SELECT * FROM ims.handling_unit_departure', 'IV222'),
    (9, $$DO $do$ BEGIN PERFORM ims._engine_begin();
        UPDATE ims.handling_unit_nesting SET unpacked_at = 'infinity' WHERE unpacked_at IS NOT NULL; END $do$ $$, 'IV221'),
    (10, $$DO $do$ BEGIN PERFORM ims._engine_begin();
        UPDATE ims.handling_unit_nesting SET parent_id = 0; END $do$ $$, 'IV221')) AS c (place, call, state)
ORDER BY c.place;

-- A line that comes late into a unit that has left: it is where that is.
SELECT count(ims.create_handling_unit('SHOP', code => u)) FROM unnest('{L1,L2,L3}'::text[]) AS u \g /dev/null
SELECT count(*) FROM ims.receive('SHOP', 'INK', 7, to_location => 'T-HERE-A', handling_unit => 'L1', effective_at => '2024-06-01 00:00+00') \g /dev/null
SELECT count(*) FROM ims.move_handling_unit('SHOP', 'L1', kind => 'ship', effective_at => '2024-06-10 00:00+00') \g /dev/null
SELECT is(pg_temp.content('L1'), 'L1 INK 7 CUSTOMER left 00:00', 'a unit that has left');
SELECT count(*) FROM ims.receive('SHOP', 'INK', 5, to_location => 'T-HERE-B', handling_unit => 'L1', effective_at => '2024-06-05 00:00+00') \g /dev/null
SELECT results_eq($$ SELECT n, pg_temp.content('L1', ('2024-06-' || n)::timestamptz) FROM unnest('{04,06,11}'::text[]) AS n $$,
    $$ VALUES ('04', 'L1 INK 7 T-HERE-A'), ('06', 'L1 INK 7 T-HERE-A, L1 INK 5 T-HERE-B'), ('11', 'L1 INK 5 T-HERE-B') $$,
    'and had something else put into it before, as is known now');
SELECT is(string_agg(w.location, ' '), 'T-HERE-B', 'as where_is() says') FROM ims.where_is('SHOP', handling_unit => 'L1') AS w;

-- A unit does not move with what was packed into it later.
SELECT count(r.status) FROM unnest('{L2,L3}'::text[]) AS u
CROSS JOIN LATERAL ims.receive('SHOP', 'INK', 7, to_location => 'T-HERE-A', handling_unit => u, effective_at => '2024-06-01 00:00+00') AS r \g /dev/null
SELECT count(*) FROM ims.pack('SHOP', 'L2', handling_units => '{L3}', effective_at => '2024-06-20 00:00+00') \g /dev/null
SELECT alike(pg_temp.refusal($$ SELECT ims.move_handling_unit('SHOP', 'L2', to_location => 'T-HERE-B', effective_at => '2024-06-10 00:00+00') $$),
    'IV241 | handling unit "L2" was packed later than 2024-06-10T00:00:00Z | %', 'by a transfer, either');
SELECT is(pg_temp.refusal($$ SELECT ims.move_handling_unit('SHOP', 'L2', to_location => 'T-HERE-B', effective_at => '2024-06-20 00:00+00') $$),
    'accepted', 'but from then on');

-- A balance is found by its unit on whatever page its row has come to.
SELECT ims.create_handling_unit('SHOP', 'FULL') > 0 AS made \g /dev/null
SELECT count(r.status) FROM generate_series(1, 400) AS n
CROSS JOIN LATERAL ims.receive('SHOP', 'INK', 1, to_location => 'T-HERE-A', handling_unit => 'FULL', reference_line => n::text) AS r \g /dev/null
SET LOCAL enable_seqscan = off;
SELECT is(pg_temp.content('FULL'), 'FULL INK 400 T-HERE-A', 'after many updates in one transaction');
SELECT is(string_agg(w.quantity || ' ' || w.location, ' '), '400 T-HERE-A', 'where it is') FROM ims.where_is('SHOP', handling_unit => 'FULL') AS w;
SET LOCAL enable_seqscan = on;

SELECT is_empty($$SELECT * FROM ims.verify() AS v WHERE v.check_name !~ '^catalog'$$, 'verify() agrees');
SELECT is_empty('SELECT * FROM drift', 'and so do the books');
SELECT * FROM finish();
ROLLBACK;
