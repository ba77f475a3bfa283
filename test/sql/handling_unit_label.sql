-- Numbers and labels of handling units: 18 digits are an SSCC or refused, the
-- next numbers are given out once, and a label says what is in the unit: all of
-- it where the load is homogeneous, the SSCC alone where it is mixed.
\i test/setup.psql
BEGIN;
SELECT plan(45);
\i test/verb.psql

-- Numbers that are typed in.
SELECT lives_ok($$SELECT ims.create_handling_unit('SHOP', code => '376104250021234569')$$, 'an SSCC');
SELECT is(left(pg_temp.refusal(c.call), 5), c.expected, c.call)
FROM (VALUES
    (1, $$SELECT ims.create_handling_unit('SHOP', code => '376104250021234568')$$, 'IV110'),
    (2, $$SELECT ims.change_handling_unit('SHOP', '376104250021234569', new_code => '376104250021234560')$$, 'IV110'),
    (3, $$SELECT ims.create_handling_unit('SHOP', code => '37610425002123456')$$, 'accep'),
    (4, $$SELECT ims.create_handling_unit('SHOP', code => '3761042500212345690')$$, 'accep'),
    (5, $$SELECT ims.create_handling_unit('SHOP', code => '37610425002123456X')$$, 'accep')) AS c (place, call, expected)
ORDER BY c.place;

-- Numbers that are given out.
SELECT results_eq($$SELECT a.handling_unit FROM ims.allot_handling_units('SHOP', company_prefix => '4012345', quantity => 3) AS a$$,
    $$VALUES ('040123450000000016'), ('040123450000000023'), ('040123450000000030')$$, 'the first numbers of a prefix');
SELECT is(count(*), 0::bigint, 'are SSCCs') FROM ims.handling_unit AS h
WHERE h.code LIKE '04012345%' AND NOT ims.is_sscc(h.code);
SELECT ims.create_handling_unit('SHOP', code => '040123450000000047') > 0 AS made \g /dev/null
SELECT is((SELECT count(*) FROM ims.allot_handling_units('SHOP', quantity => 2, kind => 'carton',
        attributes => '{"colour": "blue"}') AS a), 2::bigint, 'more of the same prefix');
SELECT results_eq($$SELECT h.code, h.kind, h.attributes FROM ims.handling_unit AS h
        WHERE h.owner_id = 9001 AND h.kind = 'carton' ORDER BY 1$$,
    $$VALUES ('040123450000000054', 'carton', '{"colour": "blue"}'::jsonb), ('040123450000000061', 'carton', '{"colour": "blue"}')$$,
    'are the next ones, without one that was taken');
SELECT results_eq($$SELECT a.handling_unit FROM ims.allot_handling_units('SHOP', extension => 9) AS a$$,
    $$VALUES ('940123450000000019')$$, 'another extension begins anew');
SELECT results_eq($$SELECT a.handling_unit FROM ims.allot_handling_units('CLIENT', '4012345') AS a$$,
    $$VALUES ('040123450000000016')$$, 'and another owner');
SELECT throws_ok(c.call, c.expected, NULL, c.call)
FROM (VALUES
    (1, $$SELECT ims.allot_handling_units('SHOP', quantity => 0)$$, '22023'),
    (2, $$SELECT ims.allot_handling_units('SHOP', quantity => 10001)$$, '22023'),
    (3, $$SELECT ims.allot_handling_units('SHOP', extension => 10)$$, '22023'),
    (4, $$SELECT ims.allot_handling_units('SHOP', extension => -1)$$, '22023'),
    (5, $$SELECT ims.allot_handling_units('SHOP', '401')$$, '22023'),
    (6, $$SELECT ims.allot_handling_units('SHOP', '4012345678901')$$, '22023'),
    (7, $$SELECT ims.allot_handling_units('SHOP', 'ABCDE')$$, '22023'),
    (8, $$SELECT ims.allot_handling_units('SHOP', kind => 'ship')$$, '22023'),
    (9, $$DO $do$ BEGIN
            PERFORM ims.allot_handling_units('SHOP', '5012345');
            PERFORM ims.allot_handling_units('SHOP');
        END $do$ $$, 'IV201')) AS c (place, call, expected)
ORDER BY c.place;
SELECT setval('ims.handling_unit_handling_unit_id_seq', 100000) \g /dev/null
SELECT is((SELECT count(*) FROM ims.allot_handling_units('SHOP', '401234567890', 1, 9999) AS a), 9999::bigint, 'all of a short range');
SELECT is(left(pg_temp.refusal($$SELECT ims.allot_handling_units('SHOP', '401234567890', 1)$$), 5), 'IV110', 'and no more');
SELECT is((SELECT s.last_serial FROM ims.sscc_serial AS s WHERE s.company_prefix = '401234567890'), 9999::bigint, 'the last one stays');

-- Labels.
SELECT ims.change_item('SHOP', 'MILK', weight_g => 1050) > 0, ims.change_item('SHOP', 'PEN', weight_g => 12.5) > 0 \g /dev/null
SELECT ims.add_item_code('SHOP', 'MILK', kind => 'gtin', code => '4006381333931'), ims.set_item_unit('SHOP', 'MILK', 'CS', 12),
    ims.add_item_code('SHOP', 'MILK', kind => 'gtin', code => '14006381333938', unit => 'CS') \g /dev/null
SELECT ims.create_lot('SHOP', 'MILK', 'A(1)', expires_on => '2031-02-28', best_before => '2031-01-31') > 0,
    ims.create_lot('SHOP', 'MILK', 'longer than a label takes') > 0 \g /dev/null
SELECT count(*) FROM ims.post('[
    {"item": "MILK", "quantity": 100, "to_location": "T-HERE-A", "lot": "A(1)"},
    {"item": "MILK", "quantity": 100, "to_location": "T-HERE-A", "lot": "L1"},
    {"item": "MILK", "quantity": 100, "to_location": "T-HERE-A", "lot": "longer than a label takes"},
    {"item": "PEN", "quantity": 100, "to_location": "T-HERE-A"},
    {"item": "INK", "quantity": 100, "to_location": "T-HERE-A"}]', 'receive', 'SHOP') \g /dev/null
CREATE FUNCTION pg_temp.label(lines jsonb, units text[] DEFAULT NULL, OUT label text, OUT facts text)
LANGUAGE plpgsql AS $$
BEGIN
    IF lines IS NOT NULL OR units IS NOT NULL THEN
        PERFORM ims.pack('SHOP', '040123450000000016', location => 'T-HERE-A', lines => lines, handling_units => units);
    END IF;
    SELECT l.human, concat_ws(' ', l.homogeneous, l.item, l.lot, l.gtin, l.trade_item_count, l.item_count, l.unit_count, l.gross_weight_kg)
    INTO label, facts
    FROM ims.handling_unit_label('SHOP', '040123450000000016', tare_weight_kg => 25) AS l;
    RAISE SQLSTATE 'P0099';
EXCEPTION WHEN SQLSTATE 'P0099' THEN
    NULL;
END
$$;
SELECT count(*) FROM ims.pack('SHOP', '040123450000000023', location => 'T-HERE-A',
    lines => '[{"item": "MILK", "lot": "A(1)", "quantity": 12}]') \g /dev/null
SELECT results_eq(format('SELECT l.label, l.facts FROM pg_temp.label(%L, %L) AS l', c.lines, c.units),
    format('VALUES (%L, %L)', c.label, c.facts), c.title)
FROM (VALUES
    (1, NULL, NULL, '(00)040123450000000016', 'f 0 0 25', 'an empty unit'),
    (2, '[{"item": "MILK", "lot": "A(1)", "quantity": 7}]', NULL,
        '(00)040123450000000016(02)04006381333931(15)310131(17)310228(10)A(1)(37)7',
        't MILK A(1) 04006381333931 7 1 0 32.35', 'pieces of one lot, with both days'),
    (3, '[{"item": "MILK", "lot": "A(1)", "quantity": 24}]', NULL,
        '(00)040123450000000016(02)14006381333938(15)310131(17)310228(10)A(1)(37)2',
        't MILK A(1) 14006381333938 2 1 0 50.2', 'whole cases'),
    (4, '[{"item": "MILK", "lot": "A(1)", "quantity": 12}]', '{040123450000000023}',
        '(00)040123450000000016(02)14006381333938(15)310131(17)310228(10)A(1)(37)2',
        't MILK A(1) 14006381333938 2 1 1 50.2', 'with the same in a unit inside'),
    (5, '[{"item": "MILK", "lot": "L1", "quantity": 12}]', '{040123450000000023}',
        '(00)040123450000000016', 'f 1 1 50.2', 'two lots are a mixed load'),
    (6, '[{"item": "MILK", "lot": "L1", "quantity": 1}, {"item": "PEN", "quantity": 1}]', NULL,
        '(00)040123450000000016', 'f 2 0 26.0625', 'and so are two items'),
    (7, '[{"item": "MILK", "lot": "longer than a label takes", "quantity": 1}]', NULL,
        '(00)040123450000000016(02)04006381333931(37)1',
        't MILK longer than a label takes 04006381333931 1 1 0 26.05', 'a lot that (10) does not take is left out'),
    (8, '[{"item": "PEN", "quantity": 10}]', NULL, '(00)040123450000000016', 't PEN 1 0 25.125', 'an item without GTIN'),
    (9, '[{"item": "INK", "quantity": 10}]', NULL, '(00)040123450000000016', 't INK 1 0', 'or without weight'))
    AS c (place, lines, units, label, facts, title)
ORDER BY c.place;
SELECT count(*) FROM ims.pack('SHOP', 'P1', location => 'T-HERE-A',
    lines => '[{"item": "MILK", "lot": "A(1)", "quantity": 12}]') \g /dev/null
SELECT results_eq($$SELECT l.handling_unit, l.kind, l.sscc, l.gtin, l.human, l.wire FROM ims.handling_unit_label('SHOP', 'P1') AS l$$,
    $$VALUES ('P1', 'pallet', NULL, '14006381333938', NULL, NULL)$$, 'no label without an SSCC');
SELECT results_eq($$SELECT l.wire, ims.gs1_wire(ims.gs1_parse(l.wire)) = l.wire FROM ims.handling_unit_label('SHOP', '040123450000000023') AS l$$,
    $$VALUES ('0004012345000000002302140063813339381531013117310228' || '10A(1)' || chr(29) || '371', true)$$,
    'the wire form is what a scanner reads back');
SELECT count(*) FROM ims.move_handling_unit('SHOP', '040123450000000023', kind => 'ship') \g /dev/null
SELECT is((SELECT l.human FROM ims.handling_unit_label('SHOP', '040123450000000023') AS l),
    '(00)040123450000000023(02)14006381333938(15)310131(17)310228(10)A(1)(37)1', 'the label of what was shipped stays');

-- Two digits do not tell every year.
SELECT is(ims.gs1_date(ims.gs1_parse('(01)04006381333931' || regexp_replace(ims._label_date('17', d.day, '2026-11-22'), '^17', '(17)')), '17', '2026-11-22'), d.read, d.title)
FROM (VALUES
    (1, '1977-01-01'::date, '1977-01-01'::date, '49 years ago'),
    (2, '2076-12-31', '2076-12-31', '50 years ahead'),
    (3, '1976-12-31', NULL, 'before that it is left out'),
    (4, '2077-01-01', NULL, 'and after'),
    (5, NULL, NULL, 'as where there is none')) AS d (place, day, read, title)
ORDER BY d.place;
SELECT ims.change_lot('SHOP', 'MILK', 'L1', expires_on => '9999-12-31') > 0 \g /dev/null
SELECT is(l.label, '(00)040123450000000016(02)04006381333931(10)L1(37)1', 'a label with a day of the far future')
FROM pg_temp.label('[{"item": "MILK", "lot": "L1", "quantity": 1}]') AS l;
SELECT is(pg_temp.refusal(c.call), c.expected, c.call)
FROM (VALUES
    (1, $$SELECT * FROM ims.handling_unit_label('SHOP')$$, 'IV201 | argument "handling_unit" is missing | {"argument": "handling_unit"}'),
    (2, $$SELECT * FROM ims.handling_unit_label('CLIENT', 'P1')$$, 'IV207 | handling unit "P1" is unknown | {"handling_unit": "P1"}'))
    AS c (place, call, expected)
ORDER BY c.place;
SELECT is_empty($$SELECT * FROM ims.verify() AS v WHERE v.check_name !~ '^catalog'$$, 'all is well');
SELECT * FROM finish();
ROLLBACK;
