-- Lots split, merged and renamed: one posting, equal sums, dates and status that
-- never get better, serials that stay themselves, and all of it reversible.
\i test/setup.psql
BEGIN;
SELECT no_plan();
\i test/verb.psql
INSERT INTO ims.lot (owner_id, lot_id, item_id, code, status, made_on, best_before, sell_by, expires_on, supplier_lot, party_id, attributes)
VALUES
    (9001, 9491, 9303, 'A', 'released', '2024-01-05', '2024-05-01', NULL, '2024-06-30', 'X1', 9001, '{"farm": "n"}'),
    (9001, 9492, 9303, 'B', 'released', '2024-01-01', NULL, '2024-04-01', '2024-07-31', 'X1', 9001, '{"farm": "s"}'),
    (9001, 9493, 9303, 'C', 'released', NULL, NULL, NULL, NULL, NULL, NULL, '{}'),
    (9001, 9494, 9304, 'PA', 'released', NULL, NULL, NULL, '2030-01-01', NULL, NULL, '{}'),
    (9001, 9495, 9303, 'H', 'on_hold', NULL, NULL, NULL, '2024-06-30', NULL, NULL, '{}'),
    (9001, 9496, 9303, 'E', 'released', NULL, NULL, NULL, '2024-06-30', NULL, NULL, '{}');
CREATE FUNCTION pg_temp.stock(item text DEFAULT 'MILK') RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', l.code, trim_scale(s.on_hand), o.code, '(' || h.code || ')'), ', ' ORDER BY l.code, o.code, h.code)
    FROM ims.stock AS s
    JOIN ims.item AS i USING (owner_id, item_id)
    JOIN ims.location AS o USING (location_id)
    LEFT JOIN ims.lot AS l USING (owner_id, lot_id)
    LEFT JOIN ims.handling_unit AS h USING (owner_id, handling_unit_id)
    WHERE s.owner_id = 9001 AND i.code = item AND s.on_hand <> 0
$$;
SELECT count(*) FROM ims.post('[
    {"item": "MILK", "quantity": 40, "to_location": "T-HERE-A", "lot": "A"},
    {"item": "MILK", "quantity": 10, "to_location": "T-HERE-A", "lot": "A", "handling_unit": "P1"},
    {"item": "MILK", "quantity": 20, "to_location": "T-HERE-A", "lot": "B"},
    {"item": "MILK", "quantity": 7, "to_location": "T-HERE-B", "lot": "H"}]', 'receive', 'SHOP') \g /dev/null

-- Split: the new lots are like the old one; its quantity follows.
SELECT posting_id AS split FROM ims.relot('SHOP', 'MILK', location => 'T-HERE-A', from_lots => '{A}', to_lots => '{A1,A2}',
    to_quantities => '{25,5.0}', reason => 'two customers', actor => 'ann') \gset
SELECT is(pg_temp.lines(:split), 'MILK 30 T-HERE-A > PRODUCTION lot A, MILK 25 PRODUCTION > T-HERE-A lot A1, '
    'MILK 5 PRODUCTION > T-HERE-A lot A2', 'one posting, in and out');
SELECT results_eq(
    $$ SELECT l.status, l.made_on, l.best_before, l.sell_by, l.expires_on, l.supplier_lot, l.party_id, l.attributes
       FROM ims.lot AS l WHERE l.owner_id = 9001 AND l.code IN ('A', 'A1', 'A2') GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 $$,
    $$ VALUES ('released', date '2024-01-05', date '2024-05-01', NULL::date, date '2024-06-30', 'X1', 9001::bigint, '{"farm": "n"}'::jsonb) $$,
    'alike in all');
SELECT results_eq($$ SELECT c.old_status, c.new_status, c.reason, c.actor FROM ims.lot_status_change AS c JOIN ims.lot AS l USING (owner_id, lot_id)
    WHERE l.code = 'A1' $$, $$ VALUES (NULL, 'released', 'two customers', 'ann') $$, 'and on record');
SELECT results_eq($$ SELECT p.kind, p.reason FROM ims.posting AS p WHERE p.posting_id = pg_temp.last('relot') $$,
    $$ VALUES ('relot', 'two customers') $$, 'as a relot');

-- Merge: the earliest days, what both have in common; all that lies there.
SELECT count(*) FROM ims.relot('SHOP', 'MILK', location => 'T-HERE-A', from_lots => '{A,B}', to_lots => '{M}') \g /dev/null
SELECT is(pg_temp.stock(), 'A 10 T-HERE-A (P1), A1 25 T-HERE-A, A2 5 T-HERE-A, H 7 T-HERE-B, M 30 T-HERE-A', 'all that lies there, not on the pallet');
SELECT results_eq(
    $$ SELECT l.made_on, l.best_before, l.sell_by, l.expires_on, l.supplier_lot, l.party_id, l.attributes
       FROM ims.lot AS l WHERE l.owner_id = 9001 AND l.code = 'M' $$,
    $$ VALUES (date '2024-01-01', date '2024-05-01', date '2024-04-01', date '2024-06-30', 'X1', 9001::bigint, '{}'::jsonb) $$,
    'the earliest days; what both have in common');
SELECT count(*) FROM ims.relot('SHOP', 'MILK', location => 'T-HERE-A', handling_unit => 'P1', from_lots => '{A}', to_lots => '{A1}',
    from_quantities => '{4}') \g /dev/null
SELECT is(pg_temp.stock(), 'A 6 T-HERE-A (P1), A1 4 T-HERE-A (P1), A1 25 T-HERE-A, A2 5 T-HERE-A, H 7 T-HERE-B, M 30 T-HERE-A', 'in a handling unit');
SELECT count(*) FROM ims.relot('SHOP', 'MILK', location => 'T-HERE-A', from_lots => '{A1,A2}', from_quantities => '{3,2}',
    to_lots => '{M,N}', to_quantities => '{1,4}') \g /dev/null
SELECT is(pg_temp.stock(), 'A 6 T-HERE-A (P1), A1 4 T-HERE-A (P1), A1 22 T-HERE-A, A2 3 T-HERE-A, H 7 T-HERE-B, M 31 T-HERE-A, N 4 T-HERE-A', 'many into many');
SELECT results_eq($$ SELECT t.lot || ' ' || t.level FROM ims.trace_forward('SHOP', 'MILK', 'A') AS t ORDER BY 1 $$,
    ARRAY['A1 1', 'A1 1', 'A2 1', 'M 1', 'M 2', 'N 2'], 'a trace follows');

-- Held goods stay held.
SELECT count(*) FROM ims.relot('SHOP', 'MILK', location => 'T-HERE-B', from_lots => '{H}', to_lots => '{H1}', from_quantities => '{3}') \g /dev/null
SELECT is(l.status, 'on_hold', 'a lot made of held goods is held') FROM ims.lot AS l WHERE l.owner_id = 9001 AND l.code = 'H1';
SAVEPOINT mixed;
SELECT count(*) FROM ims.transfer('SHOP', 'MILK', 2, from_location => 'T-HERE-A', to_location => 'T-HERE-B', lot => 'N') \g /dev/null
SELECT count(*) FROM ims.relot('SHOP', 'MILK', location => 'T-HERE-B', from_lots => '{H,N}', to_lots => '{H2}') \g /dev/null
SELECT is(l.status, 'on_hold', 'of held goods and others too') FROM ims.lot AS l WHERE l.owner_id = 9001 AND l.code = 'H2';
ROLLBACK TO mixed;
SELECT is(pg_temp.refusal($$ SELECT * FROM ims.relot('SHOP', 'MILK', location => 'T-HERE-B', from_lots => '{H}', to_lots => '{E}') $$),
    'IV304 | goods that are on_hold would become lot "E", which is released | {"lot": "E", "item": "MILK", "status": "on_hold", "to_status": "released"}',
    'and one that is not is refused');
SELECT count(ims.set_lot_status('SHOP', 'MILK', 'E', 'recalled', 'test')) \g /dev/null
SELECT is(pg_temp.refusal($$ SELECT * FROM ims.relot('SHOP', 'MILK', location => 'T-HERE-B', from_lots => '{H}', to_lots => '{E}') $$), 'accepted',
    'into a stricter one they may go');

-- No lot makes goods live longer.
SELECT is(pg_temp.refusal($$ SELECT * FROM ims.relot('SHOP', 'MILK', location => 'T-HERE-A', from_lots => '{A1}', to_lots => '{B}') $$),
    'IV251 | lot "B" would lengthen the life of what goes into it | {"day": "expires_on", "lot": "B", "was": "2024-06-30", "becomes": "2024-07-31"}',
    'a later day');
SELECT is(pg_temp.refusal($$ SELECT * FROM ims.relot('SHOP', 'MILK', location => 'T-HERE-A', from_lots => '{A1}', to_lots => '{C}') $$),
    'IV251 | lot "C" would lengthen the life of what goes into it | {"day": "expires_on", "lot": "C", "was": "2024-06-30", "becomes": null}',
    'or none');

-- Reversal: the goods get their lots back, and no trace remains.
SELECT count(ims.set_lot_status('SHOP', 'MILK', 'E', 'on_hold', 'test')) \g /dev/null
SELECT count(*) FROM ims.reverse_posting('SHOP', pg_temp.last('relot'), reason => 'wrong') \g /dev/null
SELECT is((SELECT sum(s.on_hand) FROM ims.stock AS s WHERE s.owner_id = 9001 AND s.lot_id = 9495), 4::numeric, 'the lot has its goods back');
SELECT is_empty($$ SELECT * FROM ims.trace_back('SHOP', 'MILK', 'E') $$, 'and no trace');

SELECT count(*) FROM ims.relot('SHOP', 'MILK', location => 'T-HERE-A', from_lots => '{A1}', to_lots => '{A3}',
    from_quantities => '{1}') \g /dev/null
SELECT count(ims.set_lot_status('SHOP', 'MILK', 'A3', 'recalled', 'test')) \g /dev/null
SELECT is(pg_temp.refusal(format($$ SELECT * FROM ims.reverse_posting('SHOP', %s, reason => 'wrong') $$, pg_temp.last('relot'))),
    'IV304 | goods that are recalled would become lot "A1", which is released | {"lot": "A1", "item": "MILK", "status": "recalled", "to_status": "released"}',
    'but not out of a lot that was recalled since');
SELECT count(ims.set_lot_status('SHOP', 'MILK', 'A3', 'released', 'test')) \g /dev/null
SELECT count(*) FROM ims.reverse_posting('SHOP', pg_temp.last('relot'), reason => 'wrong') \g /dev/null

-- Serials keep their codes.
SELECT count(*) FROM unnest('{S1,S2}'::text[]) AS s
    CROSS JOIN LATERAL ims.receive('SHOP', 'PHONE', 1, to_location => 'T-HERE-A', serial => s) \g /dev/null
SELECT count(*) FROM ims.receive('SHOP', 'PHONE', 1, to_location => 'T-HERE-A', lot => 'PA', serial => 'S3') \g /dev/null
SELECT posting_id AS units FROM ims.relot('SHOP', 'PHONE', location => 'T-HERE-A', serials => '{S1,S3}', to_lots => '{PB}') \gset
SELECT is(pg_temp.lines(:units), 'PHONE 1 T-HERE-A > PRODUCTION serial S1, PHONE 1 T-HERE-A > PRODUCTION lot PA serial S3, '
    'PHONE 1 PRODUCTION > T-HERE-A lot PB serial S1, PHONE 1 PRODUCTION > T-HERE-A lot PB serial S3', 'units come out as they went in');
SELECT is(l.expires_on, date '2030-01-01', 'in a lot like theirs') FROM ims.lot AS l WHERE l.code = 'PB';
SELECT results_eq($$ SELECT concat_ws(' ', t.level, t.event, t.lot, t.serial) FROM ims.trace_forward('SHOP', 'PHONE', 'PA') AS t $$,
    ARRAY['1 became PB S3'], 'a unit becomes itself alone');
SAVEPOINT shipped;
SELECT count(*) FROM ims.ship('SHOP', 'PHONE', 1, from_location => 'T-HERE-A', lot => 'PB', serial => 'S1', party => 'JANE') \g /dev/null
SELECT is_empty($$ SELECT * FROM ims.trace_forward('SHOP', 'PHONE', 'PA') AS t WHERE t.event = 'shipped' $$, 'its neighbour is another');
ROLLBACK TO shipped;
SELECT results_eq($$ SELECT from_serial, to_serial FROM ims_bi.genealogy WHERE posting_id = pg_temp.last('relot') ORDER BY 1 $$,
    $$ VALUES ('S1', 'S1'), ('S3', 'S3') $$, 'in the view too');
SELECT count(*) FROM ims.reverse_posting('SHOP', :units, reason => 'wrong') \g /dev/null
SELECT results_eq($$ SELECT s.code, s.lot_id FROM ims.serial AS s WHERE s.item_id = 9304 ORDER BY 1 $$,
    $$ VALUES ('S1', 0::bigint), ('S2', 0), ('S3', 9494) $$, 'reversed they are of their lots');

-- Once only, or not at all.
SELECT results_eq(
    $$ SELECT r.status, r.replayed FROM generate_series(1, 2) AS g, LATERAL ims.relot('SHOP', 'MILK', location => 'T-HERE-A', from_lots => '{A1}',
           from_quantities => '{1}', to_lots => '{K}', idempotency_key => left('k', g)) AS r $$,
    $$ VALUES ('posted', false), ('posted', true) $$, 'a key stands for one call');
SELECT results_eq($$ SELECT r.posting_id, r.document_number, r.status, r.replayed FROM ims.relot('SHOP', 'MILK', location => 'T-HERE-A',
    from_lots => '{A1}', from_quantities => '{1}', to_lots => '{DRY}', dry_run => true) AS r $$,
    $$ VALUES (NULL::bigint, NULL::bigint, 'dry_run', false) $$, 'a dry run');
SELECT is_empty($$ SELECT FROM ims.lot AS l WHERE l.code = 'DRY' $$, 'makes no lot');

-- Refusals.
CREATE FUNCTION pg_temp.try(arguments text) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.refusal('SELECT * FROM ims.relot(''SHOP'', ' || arguments || ')') $$;
SELECT is(pg_temp.try(d.arguments), d.expected, d.arguments)
FROM (VALUES
    (1, 'location => ''T-HERE-A''', 'IV201 | argument "item" is missing | {"argument": "item"}'),
    (2, '''PEN'', location => ''T-HERE-A''', 'IV213 | item "PEN" has no lots | {"item": "PEN", "tracking": "none"}'),
    (3, '''MILK''', 'IV201 | argument "location" is missing | {"argument": "location"}'),
    (4, '''MILK'', location => ''NOPE''', 'IV204 | location "NOPE" is unknown | {"location": "NOPE"}'),
    (5, '''MILK'', location => ''T-HERE-A''', 'IV201 | argument "to_lots" is missing | {"argument": "to_lots"}'),
    (6, '''MILK'', location => ''T-HERE-A'', to_lots => ''{}''', 'IV201 | argument "to_lots" is missing | {"argument": "to_lots"}'),
    (7, '''MILK'', location => ''T-HERE-A'', to_lots => ''{N}''', 'IV201 | argument "from_lots" is missing | {"argument": "from_lots"}'),
    (8, '''MILK'', location => ''T-HERE-A'', to_lots => ''{N}'', from_lots => ''{NOPE}''', 'IV205 | lot "NOPE" is unknown | {"lot": "NOPE"}'),
    (9, '''MILK'', location => ''T-HERE-A'', to_lots => ''{N,N}'', from_lots => ''{A1}''',
        'IV223 | a lot stands twice in "to_lots" | {"argument": "to_lots"}'),
    (10, '''MILK'', location => ''T-HERE-A'', to_lots => ''{N,O}'', from_lots => ''{A1}''',
        'IV201 | argument "to_quantities" is missing | {"argument": "to_quantities"}'),
    (11, '''MILK'', location => ''T-HERE-A'', to_lots => ''{N}'', from_lots => ''{A1}'', to_quantities => ''{1,2}''',
        'IV223 | "to_quantities" has other elements than "to_lots" | {"argument": "to_quantities"}'),
    (12, '''MILK'', location => ''T-HERE-A'', to_lots => ''{N}'', from_lots => ''{A1}'', to_quantities => ''{NULL}''',
        'IV201 | argument "to_quantities" is missing | {"argument": "to_quantities"}'),
    (13, '''MILK'', location => ''T-HERE-A'', to_lots => ''{N}'', from_lots => ''{A1}'', to_quantities => ''{0}''',
        'IV101 | invalid quantity 0 for argument "to_quantities" | {"argument": "to_quantities", "quantity": "0"}'),
    (14, '''MILK'', location => ''T-HERE-A'', to_lots => ''{N}'', from_lots => ''{A1}'', to_quantities => ''{-1}''',
        'IV101 | invalid quantity -1 for argument "to_quantities" | {"argument": "to_quantities", "quantity": "-1"}'),
    (15, '''MILK'', location => ''T-HERE-A'', to_lots => ''{N}'', from_lots => ''{A1}'', to_quantities => ''{NaN}''',
        'IV101 | invalid quantity NaN for argument "to_quantities" | {"argument": "to_quantities", "quantity": "NaN"}'),
    (16, '''MILK'', location => ''T-HERE-A'', to_lots => ''{N}'', from_lots => ''{A1}'', to_quantities => ''{1}'', from_quantities => ''{2}''',
        'IV223 | what goes in is not what comes out | {"argument": "to_quantities"}'),
    (17, '''MILK'', location => ''T-HERE-A'', to_lots => ''{A1}'', from_lots => ''{A1}''',
        'IV223 | a lot would become itself | {"argument": "to_lots"}'),
    (18, '''MILK'', location => ''T-HERE-A'', to_lots => ''{N}'', from_lots => ''{A1}'', to_quantities => ''{22}''',
        'IV301 | insufficient stock of item "MILK" at "T-HERE-A" | {"item": "MILK", "line": 1, "location": "T-HERE-A",'
        ' "available": 21, "requested": 22}'),
    (19, '''MILK'', location => ''T-HERE-B'', to_lots => ''{N}'', from_lots => ''{A1}''',
        'IV219 | nothing to relot at "T-HERE-B" | {"location": "T-HERE-B"}'),
    (20, '''MILK'', location => ''T-HERE-A'', to_lots => ''{N}'', serials => ''{S1}''',
        'IV213 | item "MILK" has no serials | {"item": "MILK", "tracking": "lot"}'),
    (21, '''PHONE'', location => ''T-HERE-A'', to_lots => ''{N}''', 'IV201 | argument "serials" is missing | {"argument": "serials"}'),
    (22, '''PHONE'', location => ''T-HERE-A'', to_lots => ''{N,O}'', serials => ''{S1}''',
        'IV223 | serials are relotted into one lot | {"argument": "serials"}'),
    (23, '''PHONE'', location => ''T-HERE-A'', to_lots => ''{N}'', serials => ''{S9}''', 'IV206 | serial "S9" is unknown | {"serial": "S9"}'),
    (24, '''PHONE'', location => ''T-HERE-B'', to_lots => ''{N}'', serials => ''{S1}''',
        'IV301 | insufficient stock of item "PHONE" at "T-HERE-B" | {"item": "PHONE", "line": 1, "location": "T-HERE-B",'
        ' "available": 0, "requested": 1}'),
    (25, '''MILK'', location => ''SUPPLIER'', to_lots => ''{N}'', from_lots => ''{A1}'', to_quantities => ''{1}''',
        'IV214 | "relot" does not go from "SUPPLIER" to "PRODUCTION" | {"item": "MILK", "line": 1, "location": "SUPPLIER"}'),
    (26, '''MILK'', location => ''T-HERE-A'', to_lots => ''{" N"}'', from_lots => ''{A1}'', to_quantities => ''{1}''',
        'IV104 | invalid code " N" for argument "to_lots" | {"length": 2, "argument": "to_lots"}'),
    (27, '''MILK'', location => ''T-HERE-A'', to_lots => array_fill(''X''::text, ''{1001}''), from_lots => ''{A1}''',
        '22023 | invalid value 1001 for argument "number of to_lots" | {"value": "1001", "argument": "number of to_lots"}')
    ) AS d (place, arguments, expected)
ORDER BY d.place;
SELECT is_empty($$ SELECT FROM ims.lot AS l WHERE l.code IN ('O', ' N') $$, 'what is refused makes no lot');
SELECT is(pg_temp.refusal($$ SELECT * FROM ims.post('[{"item": "MILK", "quantity": 1, "lot": "H", "from_location": "T-HERE-B", "to_location": "PRODUCTION"}]',
    'relot', 'SHOP') $$), '42501 | kind "relot" is posted by its own function only', 'no other door takes the kind');
SELECT is(pg_temp.try(d.arguments), 'IV102 | item "' || d.item || '" has no unit "NOPE" | {"item": "' || d.item || '", "unit": "NOPE", "base_unit": "EA"}', d.arguments)
FROM (VALUES
    (1, 'PHONE', '''PHONE'', location => ''T-HERE-A'', to_lots => ''{N}'', serials => ''{S1}'', unit => ''NOPE'''),
    (2, 'MILK', '''MILK'', location => ''T-HERE-A'', to_lots => ''{N}'', from_lots => ''{A1}'', unit => ''NOPE''')
    ) AS d (place, item, arguments)
ORDER BY d.place;

-- All that lies there is nothing where the balance is below zero.
INSERT INTO ims.item (owner_id, item_id, code, name, base_unit, tracking, negative_ok) VALUES
    (9001, 9371, 'SAND', 'sand', 'KGM', 'lot', true);
INSERT INTO ims.lot (owner_id, lot_id, item_id, code) VALUES (9001, 9481, 9371, 'A'), (9001, 9482, 9371, 'B');
SELECT count(*) FROM ims.receive('SHOP', 'SAND', 10, to_location => 'T-HERE-A', lot => 'A') \g /dev/null
SELECT count(*) FROM ims.ship('SHOP', 'SAND', 3, from_location => 'T-HERE-A', lot => 'B') \g /dev/null
SELECT posting_id AS heap FROM ims.relot('SHOP', 'SAND', location => 'T-HERE-A', from_lots => '{A,B}', to_lots => '{M}') \gset
SELECT is(pg_temp.lines(:heap), 'SAND 10 T-HERE-A > PRODUCTION lot A, SAND 10 PRODUCTION > T-HERE-A lot M', 'what is owed is not relotted');

-- Made after the other ends: nobody knows when the mixture was made.
INSERT INTO ims.lot (owner_id, lot_id, item_id, code, made_on, expires_on) VALUES
    (9001, 9483, 9371, 'X', NULL, '2026-01-01'), (9001, 9484, 9371, 'Y', '2026-06-01', NULL);
SELECT count(*) FROM unnest('{X,Y}'::text[]) AS l
    CROSS JOIN LATERAL ims.receive('SHOP', 'SAND', 1, to_location => 'T-HERE-B', lot => l) \g /dev/null
SELECT count(*) FROM ims.relot('SHOP', 'SAND', location => 'T-HERE-B', from_lots => '{X,Y}', to_lots => '{XY}') \g /dev/null
SELECT results_eq($$ SELECT l.made_on, l.expires_on FROM ims.lot AS l WHERE l.owner_id = 9001 AND l.item_id = 9371 AND l.code = 'XY' $$,
    $$ VALUES (NULL::date, date '2026-01-01') $$, 'the day it was made is open');

-- A unit without a lot does not get out of a recalled one by a reversal.
INSERT INTO ims.serial (owner_id, serial_id, item_id, code) VALUES (9001, 9581, 9304, 'S8');
SELECT count(*) FROM ims.receive('SHOP', 'PHONE', 1, to_location => 'T-HERE-A', serial => 'S8') \g /dev/null
SELECT posting_id AS bad FROM ims.relot('SHOP', 'PHONE', location => 'T-HERE-A', serials => '{S8}', to_lots => '{BAD}') \gset
SELECT count(ims.set_lot_status('SHOP', 'PHONE', 'BAD', 'recalled', 'test')) \g /dev/null
SELECT is(pg_temp.refusal(format($$ SELECT * FROM ims.reverse_posting('SHOP', %s, reason => 'slip') $$, :bad)),
    'IV304 | goods that are recalled would become lot "none", which is released | {"lot": null, "item": null, "status": "recalled", "to_status": "released"}',
    'nor is a recalled unit freed by a reversal');
SELECT is_empty($$ SELECT * FROM pg_temp.drift $$, 'the books agree with the ledger');
SELECT is_empty($$ SELECT v.* FROM ims.verify('SHOP') AS v WHERE v.check_name !~ '^catalog' $$, 'and verify() finds nothing');
SELECT * FROM finish();
ROLLBACK;
