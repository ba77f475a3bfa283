-- The life of single units: numbers from a template that never meet, a state
-- that follows from the movements, through returns and reversals, the verbs
-- that each state allows, the warranty from the shipment that counts, and the
-- history.  View, function and history are three ways to the same state, so
-- each is compared with the others.
\i test/setup.psql
BEGIN;
SELECT plan(94);
\i test/posting.psql
\i test/refusal.psql
INSERT INTO ims.lot (owner_id, lot_id, item_id, code) VALUES (9001, 9402, 9304, 'RED');

-- Numbers.  Ids begin above the fixed ones.
SELECT setval('ims.serial_serial_id_seq', 100000) \g /dev/null
CREATE FUNCTION pg_temp.made(how_many bigint, template text, start bigint DEFAULT NULL,
    gs1 boolean DEFAULT NULL)
RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(g.serial, ' ' ORDER BY g.serial_id)
    FROM ims.generate_serials('SHOP', 'PHONE', how_many, template, start, gs1 => gs1) AS g
$$;
SELECT is(pg_temp.made(c.how_many, c.template, c.start, c.gs1), c.expected, c.name)
FROM (VALUES
    (1, 'without a template the number is all', 2, NULL, NULL, NULL, '1 2'),
    (2, 'and goes on', 2, '#', NULL, NULL, '3 4'),
    (3, 'leading zeros', 2, 'TV-####', NULL, NULL, 'TV-0001 TV-0002'),
    (4, 'a template counts by itself', 2, 'TV-##-X', NULL, NULL, 'TV-01-X TV-02-X'),
    (5, 'a start', 2, 'TV-####', 10, NULL, 'TV-0010 TV-0011'),
    (6, 'after which it goes on', 1, 'TV-####', NULL, NULL, 'TV-0012'),
    (7, 'a start behind is taken too', 1, 'TV-####', 9, NULL, 'TV-0009'),
    (8, 'and does not turn it back', 1, 'TV-####', NULL, NULL, 'TV-0013'),
    (9, 'the number zero', 1, 'Z#', 0, NULL, 'Z0'),
    (10, 'codes that are there are passed over', 3, 'S#', NULL, NULL, 'S3 S4 S5'),
    (11, 'also those of another template', 3, 'S3#', 2, NULL, 'S32 S33 S34'),
    (12, 'up to the last number', 1, 'N##', 99, NULL, 'N99'),
    (13, 'with so many digits as there can be', 1, '##################', 999999999999999999, NULL,
        '999999999999999999'),
    (14, 'twenty characters of GS1', 1, '12345678901234567(##', NULL, true, '12345678901234567(01'),
    (15, 'and as many digits as have room', 1, '1234567890123456789#', 9, true, '12345678901234567899'),
    (16, 'a hundred characters of ours', 1, repeat('x', 99) || '#', 9, NULL, repeat('x', 99) || '9')
) AS c (place, name, how_many, template, start, gs1, expected)
ORDER BY c.place;
SELECT is(pg_temp.made(30, 'S#', NULL), 'S6 S7 S8 S9 S10 S11 S12 S13 S14 S15 S16 S17 S18 S19 S20 S21 '
    'S22 S23 S24 S25 S26 S27 S28 S29 S30 S31 S35 S36 S37 S38', 'and in the midst of them');
SELECT is(pg_temp.refusal(c.statement), c.expected, c.name)
FROM (VALUES
    (1, 'how many', $$ SELECT ims.generate_serials('SHOP', 'PHONE') $$,
     'IV201 | argument "how_many" is missing | {"argument": "how_many"}'),
    (2, 'the item', $$ SELECT ims.generate_serials('SHOP') $$,
     'IV201 | argument "item" is missing | {"argument": "item"}'),
    (3, 'none', $$ SELECT ims.generate_serials('SHOP', 'PHONE', 0) $$,
     '22023 | invalid value 0 for argument "how_many" | {"value": "0", "argument": "how_many"}'),
    (4, 'too many', $$ SELECT ims.generate_serials('SHOP', 'PHONE', 100001) $$,
     '22023 | invalid value 100001 for argument "how_many" | {"value": "100001", "argument": "how_many"}'),
    (5, 'a negative start', $$ SELECT ims.generate_serials('SHOP', 'PHONE', 1, start => -1) $$,
     '22023 | invalid value -1 for argument "start" | {"value": "-1", "argument": "start"}'),
    (6, 'no number', $$ SELECT ims.generate_serials('SHOP', 'PHONE', 1, 'TV') $$,
     '22023 | invalid value "TV" for argument "template" | {"value": "TV", "argument": "template"}'),
    (7, 'an empty template', $$ SELECT ims.generate_serials('SHOP', 'PHONE', 1, '') $$,
     '22023 | invalid value "" for argument "template" | {"value": "", "argument": "template"}'),
    (8, 'two numbers', $$ SELECT ims.generate_serials('SHOP', 'PHONE', 1, '#-#') $$,
     '22023 | invalid value "#-#" for argument "template" | {"value": "#-#", "argument": "template"}'),
    (9, 'nineteen digits', $$ SELECT ims.generate_serials('SHOP', 'PHONE', 1, repeat('#', 19)) $$,
     '22023 | invalid value 19 for argument "digits of template" | '
     '{"value": "19", "argument": "digits of template"}'),
    (10, 'a blank at the end', $$ SELECT ims.generate_serials('SHOP', 'PHONE', 1, '# ') $$,
     'IV104 | invalid code "0 " for argument "template" | {"length": 2, "argument": "template"}'),
    (11, 'a hundred and one characters', $$ SELECT ims.generate_serials('SHOP', 'PHONE', 1, repeat('x', 99) || '##') $$,
     'IV104 | invalid template "' || repeat('x', 99) || '##" | {"length": 101, "argument": "template"}'),
    (12, 'twenty-one for GS1', $$ SELECT ims.generate_serials('SHOP', 'PHONE', 1, '1234567890123456789##', gs1 => true) $$,
     'IV104 | invalid template "1234567890123456789##" | {"length": 21, "argument": "template"}'),
    (13, 'a character that GS1 has not', $$ SELECT ims.generate_serials('SHOP', 'PHONE', 1, 'A B#', gs1 => true) $$,
     'IV104 | invalid template "A B#" | {"length": 4, "argument": "template"}'),
    (14, 'more than there are', $$ SELECT ims.generate_serials('SHOP', 'PHONE', 2, 'N##', start => 99) $$,
     'IV107 | template "N##" has no 2 numbers left | '
     '{"next": 99, "highest": 99, "template": "N##", "requested": 2}'),
    (15, 'none left', $$ SELECT ims.generate_serials('SHOP', 'PHONE', 1, 'N##') $$,
     'IV107 | template "N##" has no 1 numbers left | '
     '{"next": 100, "highest": 99, "template": "N##", "requested": 1}'),
    (16, 'none left for GS1', $$ SELECT ims.generate_serials('SHOP', 'PHONE', 1, '1234567890123456789#', gs1 => true) $$,
     'IV107 | template "1234567890123456789#" has no 1 numbers left | '
     '{"next": 10, "highest": 9, "template": "1234567890123456789#", "requested": 1}'),
    (17, 'a start where one is taken', $$ SELECT ims.generate_serials('SHOP', 'PHONE', 3, 'TV-####', start => 13) $$,
     '23505 | 1 of 3 serials of item "PHONE" exist already | {"new": 2, "item": "PHONE", "given": 3}'),
    (18, 'a hundred thousand are not too many', $$ SELECT ims.generate_serials('SHOP', 'PHONE', 100000, 'M#####') $$,
     'IV107 | template "M#####" has no 100000 numbers left | '
     '{"next": 1, "highest": 99999, "template": "M#####", "requested": 100000}'),
    (19, 'an item without serials', $$ SELECT ims.generate_serials('SHOP', 'MILK', 1) $$,
     'IV213 | item "MILK" has no serials | {"item": "MILK", "tracking": "lot"}'),
    (20, 'a lot that is not there', $$ SELECT ims.generate_serials('SHOP', 'PHONE', 1, lot => 'BLUE') $$,
     'IV205 | lot "BLUE" is unknown | {"lot": "BLUE"}')
) AS c (place, name, statement, expected)
ORDER BY c.place;
SELECT is(pg_temp.made(1, 'TV-####'), 'TV-0014', 'what was refused leaves no gap');
SELECT ims.generate_serials('SHOP', 'PHONE', 1, 'L#', lot => 'RED', actor => 'anna') \g /dev/null
SELECT results_eq(
    $$ SELECT s.code, s.lot_id, s.location_id, c.actor, c.new_row ->> 'code', c.old_row
       FROM ims.serial AS s
       JOIN ims.master_change AS c ON c.table_name = 'serial' AND c.action = 'insert'
           AND c.row_key = jsonb_build_object('owner_id', 9001, 'serial_id', s.serial_id)
       WHERE s.owner_id = 9001 AND s.code = 'L1' $$,
    $$ VALUES ('L1', 9402::bigint, 0::bigint, 'anna', 'L1', NULL::jsonb) $$,
    'they are of the lot, nowhere, and recorded');
SELECT ims.create_serials('SHOP', 'PHONE', ARRAY(SELECT 'K' || n FROM generate_series(1, 3000) AS n)) \g /dev/null
SELECT is(pg_temp.made(2, 'K#'), 'K3001 K3002', 'many that were given by hand are passed over at once');
SELECT is((SELECT c.next_number FROM ims.serial_counter AS c WHERE c.owner_id = 9001 AND c.template = 'K#'),
    3003::bigint, 'and it goes on there');
SELECT ims.create_item('SHOP', 'GONE', tracking => 'serial') \g /dev/null
SELECT is((SELECT count(*) FROM ims.generate_serials('SHOP', 'GONE', 1)), 1::bigint, 'an item with a serial');
SELECT lives_ok($$ SELECT ims.delete_serial('SHOP', 'GONE', '1'); SELECT ims.delete_item('SHOP', 'GONE') $$,
    'is deleted after it, numbers and all');

-- States.  A unit is brought into each, then each verb is tried from there.
UPDATE ims.item SET warranty_months = 24 WHERE owner_id = 9001 AND code = 'PHONE';
SELECT ims.create_owner(code => 'HEIR') \g /dev/null
SELECT ims.create_item('HEIR', 'PHONE', tracking => 'serial') \g /dev/null
CREATE FUNCTION pg_temp.move(verb text, serial text) RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
    CASE verb
        WHEN 'receive' THEN PERFORM ims.receive('SHOP', 'PHONE', 1, to_location => 'T-HERE-A', serial => serial, party => 'ACME');
        WHEN 'produce' THEN PERFORM ims.produce('SHOP', 'PHONE', 1, to_location => 'T-HERE-A', serial => serial);
        WHEN 'adjust up' THEN PERFORM ims.adjust('SHOP', 'PHONE', 1, location => 'T-HERE-A', serial => serial, reason => 'found');
        WHEN 'return' THEN PERFORM ims.return_from_customer('SHOP', 'PHONE', 1, to_location => 'T-HERE-A', serial => serial, party => 'JANE');
        WHEN 'ship' THEN PERFORM ims.ship('SHOP', 'PHONE', 1, from_location => 'T-HERE-A', serial => serial, party => 'JANE');
        WHEN 'scrap' THEN PERFORM ims.scrap('SHOP', 'PHONE', 1, from_location => 'T-HERE-A', serial => serial, reason => 'broken');
        WHEN 'consume' THEN PERFORM ims.consume('SHOP', 'PHONE', 1, from_location => 'T-HERE-A', serial => serial);
        WHEN 'send back' THEN PERFORM ims.return_to_supplier('SHOP', 'PHONE', 1, from_location => 'T-HERE-A', serial => serial, party => 'ACME');
        WHEN 'adjust down' THEN PERFORM ims.adjust('SHOP', 'PHONE', -1, location => 'T-HERE-A', serial => serial, reason => 'lost');
        WHEN 'dispatch' THEN PERFORM ims.dispatch('SHOP', 'PHONE', 1, from_location => 'T-HERE-A', to_location => 'T-THERE', serial => serial);
        WHEN 'hand over' THEN PERFORM ims.transfer_ownership('SHOP', 'HEIR', 'PHONE', quantity => 1, location => 'T-HERE-A', serial => serial);
        WHEN 'transfer' THEN
            PERFORM ims.transfer('SHOP', 'PHONE', 1, from_location => 'T-HERE-A', to_location => 'T-HERE-B', serial => serial);
            PERFORM ims.transfer('SHOP', 'PHONE', 1, from_location => 'T-HERE-B', to_location => 'T-HERE-A', serial => serial);
        WHEN 'reverse' THEN PERFORM ims.reverse_posting('SHOP', m.posting_id, reason => 'wrong')
            FROM ims.movement AS m JOIN ims.serial AS s ON s.owner_id = m.owner_id AND s.last_movement_id = m.movement_id
            WHERE s.owner_id = 9001 AND s.code = serial;
    END CASE;
    RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END
$$;
CREATE FUNCTION pg_temp.state(serial text) RETURNS text LANGUAGE sql AS $$
    SELECT s.state FROM ims.serial_state('SHOP', 'PHONE', serial) AS s
$$;
-- The same by the history, expected where it is empty.
CREATE FUNCTION pg_temp.history_state(serial text) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce((
        SELECT h.state FROM ims.serial_history('SHOP', 'PHONE', serial) AS h
        ORDER BY h.effective_at DESC, h.movement_id DESC LIMIT 1), 'expected')
$$;
-- Another unit keeps the balance above zero, so that it is the unit that is asked for.
SELECT pg_temp.move('receive', 'S1'), pg_temp.move('receive', 'S2') \g /dev/null
ANALYZE ims.serial, ims.item, ims.movement, ims.posting;
CREATE TEMPORARY TABLE way (place integer, verbs text, state text, at_place text);
INSERT INTO way VALUES
    (1, '', 'expected', NULL),
    (2, 'receive', 'in_stock', 'T-HERE-A'),
    (3, 'produce', 'in_stock', 'T-HERE-A'),
    (4, 'adjust up', 'in_stock', 'T-HERE-A'),
    (5, 'receive,transfer', 'in_stock', 'T-HERE-A'),
    (6, 'receive,dispatch', 'in_transit', 'TRANSIT'),
    (7, 'receive,ship', 'shipped', 'CUSTOMER'),
    (8, 'receive,ship,return', 'returned', 'T-HERE-A'),
    (9, 'receive,ship,return,transfer', 'in_stock', 'T-HERE-A'),
    (10, 'receive,ship,return,ship', 'shipped', 'CUSTOMER'),
    (11, 'receive,scrap', 'scrapped', 'SCRAP'),
    (12, 'receive,consume', 'consumed', 'PRODUCTION'),
    (13, 'receive,send back', 'sent_back', 'SUPPLIER'),
    (14, 'receive,ship,return,send back,receive', 'in_stock', 'T-HERE-A'),
    (15, 'receive,adjust down', 'missing', 'ADJUSTMENT'),
    (16, 'receive,hand over', 'handed_over', 'OWNERSHIP'),
    (17, 'return', 'returned', 'T-HERE-A'),
    -- what was reversed counts for nothing
    (18, 'receive,reverse', 'expected', 'SUPPLIER'),
    (19, 'produce,reverse', 'expected', 'PRODUCTION'),
    (20, 'adjust up,reverse', 'expected', 'ADJUSTMENT'),
    (21, 'return,reverse', 'expected', 'CUSTOMER'),
    (22, 'receive,ship,reverse', 'in_stock', 'T-HERE-A'),
    (23, 'receive,scrap,reverse', 'in_stock', 'T-HERE-A'),
    (24, 'receive,ship,return,reverse', 'shipped', 'CUSTOMER'),
    (25, 'receive,ship,return,ship,reverse', 'returned', 'T-HERE-A'),
    (26, 'receive,send back,receive,reverse', 'sent_back', 'SUPPLIER'),
    (27, 'receive,reverse,receive', 'in_stock', 'T-HERE-A'),
    (28, 'receive,adjust down,adjust up,reverse', 'missing', 'ADJUSTMENT');
SELECT count(*) FROM ims.generate_serials('SHOP', 'PHONE', 28, 'W##') \g /dev/null
CREATE FUNCTION pg_temp.walk(serial text, verbs text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    verb text;
    said text := 'ok';
BEGIN
    FOREACH verb IN ARRAY string_to_array(verbs, ',') LOOP
        said := pg_temp.move(verb, serial);
        EXIT WHEN said <> 'ok';
    END LOOP;
    RETURN said;
END
$$;
CREATE TEMPORARY TABLE walked AS
SELECT w.*, 'W' || lpad(w.place::text, 2, '0') AS serial,
    pg_temp.walk('W' || lpad(w.place::text, 2, '0'), w.verbs) AS said
FROM way AS w;
SELECT is(w.said || ' ' || v.state || ' ' || coalesce(v.location, '-') || ' ' || pg_temp.state(w.serial) || ' '
        || pg_temp.history_state(w.serial),
    'ok ' || w.state || ' ' || coalesce(w.at_place, '-') || ' ' || w.state || ' ' || w.state,
    coalesce(nullif(replace(w.verbs, ',', ', '), ''), 'nothing') || ': ' || w.state)
FROM walked AS w
CROSS JOIN LATERAL (
    SELECT v.state, v.location FROM ims_bi.serial AS v
    WHERE v.owner_id = 9001 AND v.serial_id = ims._reading_serial_id(9001, 'PHONE', w.serial) OFFSET 0) AS v
ORDER BY w.place;

-- Which verbs each state allows: what leaves must lie there, what arrives must
-- lie nowhere.
CREATE FUNCTION pg_temp.tried(verb text, serial text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    said text;
BEGIN
    said := pg_temp.move(verb, serial);
    RAISE SQLSTATE 'P0099' USING MESSAGE = said;
EXCEPTION WHEN SQLSTATE 'P0099' THEN
    RETURN SQLERRM;
END
$$;
CREATE TEMPORARY TABLE attempt AS
SELECT DISTINCT ON (w.state, v.verb) w.state, v.verb, v.direction, pg_temp.tried(v.verb, w.serial) AS said
FROM walked AS w
CROSS JOIN (VALUES
    ('receive', 'in'), ('produce', 'in'), ('adjust up', 'in'), ('return', 'in'),
    ('ship', 'out'), ('scrap', 'out'), ('consume', 'out'), ('send back', 'out'),
    ('adjust down', 'out'), ('dispatch', 'out'), ('hand over', 'out'), ('transfer', 'out'))
    AS v (verb, direction)
ORDER BY w.state, v.verb, w.place;
SELECT is((SELECT count(*) FROM attempt), 120::bigint, 'ten states, twelve verbs');
SELECT is_empty($$ SELECT a.* FROM attempt AS a
    WHERE a.said <> CASE WHEN (a.state IN ('in_stock', 'returned')) = (a.direction = 'out') AND a.state <> 'in_transit'
                         THEN 'ok' ELSE 'IV305' END $$,
    'in stock a unit may leave, outside it may arrive, and nothing else');
SELECT is_empty($$ SELECT v.check_name, v.key FROM ims.verify() AS v WHERE v.check_name NOT LIKE 'catalog.%' $$,
    'nothing of it is wrong');

-- Warranty: days of the site that ships, months that end as months do.
SELECT ims.change_location('T-HERE', time_zone => 'Pacific/Auckland') \g /dev/null
SELECT count(*) FROM ims.generate_serials('SHOP', 'PHONE', 9, 'G#') \g /dev/null
CREATE FUNCTION pg_temp.at(verb text, serial text, at timestamptz, place text DEFAULT 'T-HERE-A') RETURNS void LANGUAGE sql AS $$
    SELECT ims.post(jsonb_build_array(jsonb_build_object('item', 'PHONE', 'quantity', 1, 'serial', serial)
        || CASE WHEN verb IN ('receive', 'return_from_customer') THEN jsonb_build_object('to_location', place)
                ELSE jsonb_build_object('from_location', place) END),
        verb, 'SHOP', effective_at => at)
$$;
SELECT pg_temp.at('receive', 'G' || n, '2026-01-01 00:00+00', CASE n WHEN 3 THEN 'T-THERE-A' ELSE 'T-HERE-A' END)
FROM generate_series(1, 8) AS n \g /dev/null
SELECT pg_temp.at('ship', 'G1', '2026-01-30 10:59:59.999999+00') \g /dev/null
SELECT pg_temp.at('ship', 'G2', '2026-01-30 11:00:00+00') \g /dev/null
SELECT pg_temp.at('ship', 'G3', '2026-01-30 23:59:59.999999+00', 'T-THERE-A') \g /dev/null
SELECT pg_temp.at('ship', 'G4', '2026-01-10 00:00+00'), pg_temp.at('return_from_customer', 'G4', '2026-02-01 00:00+00') \g /dev/null
SELECT pg_temp.at('ship', 'G5', '2026-01-10 00:00+00') \g /dev/null
SELECT pg_temp.at('return_from_customer', 'G5', '2026-02-01 00:00+00') \g /dev/null
SELECT pg_temp.at('ship', 'G5', '2026-03-01 00:00+00') \g /dev/null
SELECT pg_temp.at('ship', 'G6', '2026-01-10 00:00+00'), pg_temp.move('reverse', 'G6') \g /dev/null
SELECT pg_temp.at('ship', 'G7', '2026-01-10 00:00+00') \g /dev/null
SELECT pg_temp.at('return_from_customer', 'G7', '2026-02-01 00:00+00') \g /dev/null
SELECT pg_temp.at('ship', 'G7', '2026-03-01 00:00+00') \g /dev/null
SELECT pg_temp.move('reverse', 'G7') \g /dev/null
CREATE FUNCTION pg_temp.warranty(months integer) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ims.item SET warranty_months = months WHERE owner_id = 9001 AND code = 'PHONE';
    RETURN (SELECT string_agg(coalesce(to_char(ims.warranty_until('SHOP', 'PHONE', 'G' || n), 'YYYY-MM-DD'), '-'), ' ' ORDER BY n)
            FROM generate_series(1, 9) AS n);
END
$$;
SELECT is(pg_temp.warranty(c.months), c.expected, c.name)
FROM (VALUES
    (1, '24 months: by the day at the site, from the last shipment that stands', 24,
     '2028-01-30 2028-01-31 2028-01-30 2028-01-10 2028-03-01 - 2028-01-10 - -'),
    (2, 'one month: February has no 30th or 31st', 1,
     '2026-02-28 2026-02-28 2026-02-28 2026-02-10 2026-04-01 - 2026-02-10 - -'),
    (3, 'the longest', 1200, '2126-01-30 2126-01-31 2126-01-30 2126-01-10 2126-03-01 - 2126-01-10 - -'),
    (4, 'an item without warranty', NULL, '- - - - - - - - -')
) AS c (place, name, months, expected)
ORDER BY c.place;
SELECT pg_temp.warranty(24) \g /dev/null
SELECT is((SELECT v.warranty_until FROM ims_bi.serial AS v WHERE v.owner = 'SHOP' AND v.item = 'PHONE' AND v.serial = 'G2'),
    '2028-01-31'::date, 'the view has it too');
SELECT results_eq(
    $$ SELECT s.state, s.location, s.site, s.party, s.received_at, s.last_movement_at, s.shipped_at, s.customer
       FROM ims.serial_state('SHOP', 'PHONE', 'W14') AS s $$,
    $$ SELECT 'in_stock', 'T-HERE-A', 'T-HERE', 'ACME', m.effective_at, m.effective_at, c.effective_at, 'JANE'
       FROM ims.serial AS s
       JOIN ims.movement AS m ON m.owner_id = s.owner_id AND m.movement_id = s.last_movement_id
       JOIN ims.movement AS c ON c.owner_id = s.owner_id AND c.serial_id = s.serial_id AND c.to_location_id = 3
       WHERE s.owner_id = 9001 AND s.code = 'W14' $$,
    'place, parties and times');

-- History.
SELECT results_eq(
    $$ SELECT h.kind, h.from_location, h.to_location, h.party, h.state
       FROM ims.serial_history('SHOP', 'PHONE', 'W25') AS h $$,
    $$ VALUES ('receive', 'SUPPLIER', 'T-HERE-A', 'ACME', 'in_stock'),
        ('ship', 'T-HERE-A', 'CUSTOMER', 'JANE', 'shipped'),
        ('return_from_customer', 'CUSTOMER', 'T-HERE-A', 'JANE', 'returned'),
        ('ship', 'T-HERE-A', 'CUSTOMER', 'JANE', 'shipped'),
        ('reversal', 'CUSTOMER', 'T-HERE-A', 'JANE', 'returned') $$,
    'every movement with its party, and the state after it');
SELECT is((SELECT string_agg(h.state, ' ' ORDER BY h.effective_at, h.movement_id)
           FROM ims.serial_history('SHOP', 'PHONE', 'W18') AS h), 'in_stock expected',
    'what is reversed later was so all the same');
SELECT is_empty($$ SELECT * FROM ims.serial_history('SHOP', 'PHONE', 'W01') $$, 'none where it never moved');
SELECT results_eq(
    $$ SELECT h.document_number, h.posting_id, h.movement_id, h.effective_at, h.recorded_at
       FROM ims.serial_history('SHOP', 'PHONE', 'W02') AS h $$,
    $$ SELECT p.document_number, m.posting_id, m.movement_id, m.effective_at, m.recorded_at
       FROM ims.serial AS s
       JOIN ims.movement AS m ON m.owner_id = s.owner_id AND m.movement_id = s.last_movement_id
       JOIN ims.posting AS p ON p.owner_id = m.owner_id AND p.posting_id = m.posting_id
       WHERE s.owner_id = 9001 AND s.code = 'W02' $$,
    'with its document');
SELECT is(pg_temp.refusal(format('SELECT * FROM ims.%s(''SHOP'', ''PHONE'', ''none'')', f.name)),
    'IV206 | serial "none" of item "PHONE" is unknown | {"item": "PHONE", "serial": "none"}',
    f.name || '() knows the serials')
FROM unnest('{serial_state,serial_history,warranty_until}'::text[]) AS f (name);
SELECT is(pg_temp.refusal(format('SELECT * FROM ims.%s(''SHOP'', %L, %L)', f.name, g.item, g.serial)),
    format('IV201 | argument "%s" is missing | {"argument": "%1$s"}', g.argument), f.name || '() needs the ' || g.argument)
FROM unnest('{serial_state,serial_history,warranty_until}'::text[]) WITH ORDINALITY AS f (name, place)
CROSS JOIN (VALUES (1, 'item', NULL, 'S1'), (2, 'serial', 'PHONE', NULL)) AS g (place, argument, item, serial)
ORDER BY f.place, g.place;
SELECT is(pg_temp.refusal('SELECT * FROM ims.serial_state(''SHOP'', ''none'', ''S1'')'),
    'IV203 | item "none" is unknown | {"item": "none"}', 'and the items');
SELECT * FROM finish();
ROLLBACK;
