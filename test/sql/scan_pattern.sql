-- Restricted numbers that hold a weight, a quantity or a price: read by the
-- patterns of the owner alone, never where two of them fit, and posted as the
-- same measure on another label would be.
\i test/setup.psql
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT no_plan();
\i test/posting.psql
\i test/refusal.psql
-- A number with its check digit.
CREATE FUNCTION pg_temp.n(body text) RETURNS text LANGUAGE sql AS $$
    SELECT body || ims.gs1_check_digit(body)
$$;
SELECT ims.create_item('SHOP', 'HAM', measured_unit => 'KGM', measured_per_base => 10, measured_tolerance => 0.1) \g /dev/null
SELECT ims.create_item('SHOP', '1234') \g /dev/null
SELECT ims.create_item('SHOP', '99999') \g /dev/null
SELECT ims.change_item('SHOP', '99999', status => 'inactive') \g /dev/null
SELECT ims.add_item_code('SHOP', c.item, kind => c.kind, code => c.code, unit => c.unit)
FROM (VALUES ('SUGAR', 'gtin', pg_temp.n('211234500000'), NULL), ('HAM', 'other', '54321', NULL), ('PEN', 'other', '77777', 'CS'),
    ('INK', 'gtin', pg_temp.n('211234509999'), NULL), ('PEN', 'gtin', pg_temp.n('25123400000'), NULL),
    ('INK', 'client', '88888', NULL), ('INK', 'other', '666', NULL), ('PEN', 'other', '6660', NULL))
    AS c (item, kind, code, unit) \g /dev/null
SELECT ims.create_owner('OTHER') \g /dev/null
SELECT ims.create_item('OTHER', '1234') \g /dev/null

-- keeping them
SELECT is(o.gtin_patterns, '{}', 'an owner has none') FROM ims.owner AS o WHERE o.code = 'SHOP';
SELECT lives_ok($$ SELECT ims.create_owner('WEIGHS', gtin_patterns => '{21IIIIIWWwwwC,2IIIIIPPPppC,0IIIWWWC}') $$,
    'an owner may be made with some');
SELECT lives_ok($$ SELECT ims.change_owner('WEIGHS', name => 'weighs') $$, 'a change of something else');
SELECT is(o.gtin_patterns, '{21IIIIIWWwwwC,2IIIIIPPPppC,0IIIWWWC}', 'leaves them') FROM ims.owner AS o WHERE o.code = 'WEIGHS';
SELECT lives_ok($$ SELECT ims.change_owner('WEIGHS', gtin_patterns => '{}') $$, 'they may be taken away');
SELECT is(o.gtin_patterns, '{}', 'all of them') FROM ims.owner AS o WHERE o.code = 'WEIGHS';
SELECT is((SELECT count(*) FROM ims.master_change AS c JOIN ims.owner AS o USING (owner_id)
    WHERE o.code = 'WEIGHS' AND c.old_row -> 'gtin_patterns' <> c.new_row -> 'gtin_patterns'), 1::bigint, 'and every change is kept');
SELECT lives_ok(format('SELECT ims.change_owner(''WEIGHS'', gtin_patterns => %L)',
    (SELECT array_agg(20 + n / 10 || (n % 10)::text || 'IIIIWWwwwC') FROM generate_series(0, 99) AS n)), 'a hundred');
SELECT is(pg_temp.refusal(format('SELECT ims.change_owner(''WEIGHS'', gtin_patterns => %L)', c.patterns)), c.expected, c.title)
FROM (VALUES
    (1, 'no item', '{21.....WWwwwC}', 'IV113 | invalid pattern "21.....WWwwwC" for argument "gtin_patterns" | '
        '{"pattern": "21.....WWwwwC", "argument": "gtin_patterns"}'),
    (2, 'the second', '{21IIIIIWWwwwC,22IIIIIWWwC}', 'IV113 | invalid pattern "22IIIIIWWwC" for argument "gtin_patterns" | '
        '{"pattern": "22IIIIIWWwC", "argument": "gtin_patterns"}')
    ) AS c (place, title, patterns, expected)
ORDER BY c.place;
SELECT is(left(pg_temp.refusal(format('SELECT ims.create_owner(''NEW'', gtin_patterns => %L)', c.patterns)), 5), c.expected, c.title)
FROM (VALUES
    (1, 'no pattern', '{""}', 'IV113'), (2, 'null', '{NULL}', 'IV113'), (3, 'two measures', '{21IIIIIWWPPPC}', 'IV113'),
    (4, 'one twice', '{21IIIIIWWwwwC,21IIIIIWWwwwC}', 'IV113'), (5, 'two in one', '{"21IIIIIWWwwwC,22IIIIIWWwwwC"}', 'IV113'),
    (6, 'two dimensions', '{{21IIIIIWWwwwC},{22IIIIIWWwwwC}}', '22023'),
    (7, 'more than a hundred', (SELECT array_agg(200 + n || 'IIIIWWwwwC') FROM generate_series(0, 100) AS n)::text, '22023')
    ) AS c (place, title, patterns, expected)
ORDER BY c.place;
SELECT throws_ok(format('UPDATE ims.owner SET gtin_patterns = %L WHERE owner_id = 9001', c.patterns), '23514', NULL,
    c.title || ', past the function')
FROM (VALUES ('{""}', 'no pattern'), ('{NULL}', 'null'), ('{{21IIIIIWWwwwC},{22IIIIIWWwwwC}}', 'two dimensions'),
    ((SELECT array_agg(200 + n || 'IIIIWWwwwC') FROM generate_series(0, 100) AS n)::text, 'more than a hundred')) AS c (patterns, title);

-- reading
CREATE FUNCTION pg_temp.said(scan text, context jsonb DEFAULT '{}', owner text DEFAULT 'SHOP') RETURNS text
LANGUAGE sql AS $$
    SELECT concat_ws(' ', s.kind, s.item, trim_scale(s.quantity) || ' ' || s.unit, 'base=' || nullif(trim_scale(s.base_quantity), s.quantity),
        'measured=' || s.measured_quantity || ' ' || s.measured_unit, 'price=' || s.price,
        (SELECT string_agg(concat_ws(':', p ->> 'problem', p ->> 'field', p ->> 'sqlstate'), ','
            ORDER BY n) FROM jsonb_array_elements(s.problems) WITH ORDINALITY AS e (p, n)))
    FROM ims.scan(owner, scan, context) AS s
$$;
SELECT is(pg_temp.said(pg_temp.n('211234501234')), 'item restricted_number:item,unknown_item:item:IV203', 'without patterns nothing is read');
SELECT ims.change_owner('SHOP', gtin_patterns =>
    '{21IIIIIWWwwwC,23IIIIVPPPppC,24IIIIIQQQQQC,25IIIIPPPPPC,26IIIIIIIIIIC,27IIIWWWWwwwC,27IIIIPPPPppC,28IIIIIWWwwwC,28IIIIIPPPppC,29IIIIIVPPPpC,2IIIWwwC}') \g /dev/null
SELECT is(pg_temp.said(c.scan, c.context::jsonb), c.expected, c.title)
FROM (VALUES
    (1, 'weight of an item kept by weight', pg_temp.n('211234501234'), '{}', 'item SUGAR 1.234 KGM measured=1.234 KGM'),
    (2, 'with symbology identifier', ']E0' || pg_temp.n('211234501234'), '{}', 'item SUGAR 1.234 KGM measured=1.234 KGM'),
    (3, 'in an element string', '(01)0' || pg_temp.n('211234501234'), '{}', 'item SUGAR 1.234 KGM measured=1.234 KGM'),
    (4, 'a weight told beside it comes first', '(01)0' || pg_temp.n('211234501234') || '(3103)001300', '{}', 'item SUGAR 1.3 KGM measured=1.3 KGM'),
    (5, 'no weight', pg_temp.n('211234500000'), '{}', 'item SUGAR 0 KGM measured=0 KGM'),
    (6, 'the most', pg_temp.n('211234599999'), '{}', 'item SUGAR 99.999 KGM measured=99.999 KGM'),
    (7, 'a code that is the whole number', pg_temp.n('211234509999'), '{}', 'item INK 1 EA'),
    (8, 'catch weight, by reference', pg_temp.n('215432110500'), '{}', 'item HAM 1 EA measured=10.5 KGM'),
    (9, 'reference of a case', pg_temp.n('217777700250'), '{}', 'item PEN 1 CS base=12 measured=0.25 KGM'),
    (10, 'reference of nothing', pg_temp.n('211111101234'), '{}', 'item restricted_number:item,unknown_item:item:IV203'),
    (11, 'a code of a client is no reference', pg_temp.n('218888801234'), '{}', 'item restricted_number:item,unknown_item:item:IV203'),
    (12, 'price, by own code', '2312346146853', '{}', 'item 1234 1 EA price=146.85'),
    (13, 'price with another check digit', pg_temp.n('231234714685'), '{}', 'malformed malformed:scan:IV110'),
    (14, 'pieces', pg_temp.n('247777700040'), '{}', 'item PEN 40 EA'),
    (15, 'twelve digits', pg_temp.n('25123400499'), '{}', 'item PEN 1 EA price=499'),
    (16, 'nothing but the item', pg_temp.n('260000000666'), '{}', 'item restricted_number:item,unknown_item:item:IV203'),
    (17, 'two patterns, two items', pg_temp.n('276660001234'), '{}', 'item INK 1 EA measured=1.234 KGM ambiguous:item:IV140'),
    (18, 'told apart by the item', pg_temp.n('276660001234'), '{"item": "PEN"}', 'item PEN 1 EA price=12.34'),
    (19, 'or the other', pg_temp.n('276660001234'), '{"item": "INK"}', 'item INK 1 EA measured=1.234 KGM'),
    (20, 'two patterns, one item', pg_temp.n('285432110500'), '{}', 'item HAM 1 EA measured=10.5 KGM ambiguous:quantity:IV140'),
    (21, 'the item does not tell', pg_temp.n('285432110500'), '{"item": "HAM"}', 'item HAM 1 EA measured=10.5 KGM ambiguous:quantity:IV140'),
    (22, 'another item does not either', pg_temp.n('211234501234'), '{"item": "PEN"}', 'item SUGAR 1.234 KGM measured=1.234 KGM'),
    (23, 'an inactive item', pg_temp.n('219999901234'), '{}', 'item 99999 1 EA measured=1.234 KGM item_inactive:item:IV212'),
    (23.1, 'eight digits', pg_temp.n('2666150'), '{}', 'item INK 1 EA measured=1.5 KGM'),
    (24, 'a number that is not restricted', '4012345678901', '{}', 'item unknown_item:item:IV203')
    ) AS c (place, title, scan, context, expected)
ORDER BY c.place;
SELECT is((SELECT s.problems -> 0 FROM ims.scan('SHOP', pg_temp.n('276660001234')) AS s),
    '{"problem": "ambiguous", "field": "item", "sqlstate": "IV140", "pattern": "27IIIWWWWwwwC",
        "others": [{"pattern": "27IIIIPPPPppC", "item": "PEN", "price": 12.34}]}', 'both are told');
SELECT is(pg_temp.said('2312346146853', owner => 'OTHER'), 'item restricted_number:item,unknown_item:item:IV203',
    'patterns are those of the owner');
SELECT is(pg_temp.refusal(format($$SELECT ims.scan('SHOP', %L, '{"strict": true}')$$, pg_temp.n('231234714685'))),
    'IV110 | invalid GTIN "' || pg_temp.n('231234714685') || '" | {"key": "' || pg_temp.n('231234714685')
    || '", "kind": "GTIN", "rule": "price check digit", "position": 7}', 'strict: another check digit of the price');

-- posting
CREATE FUNCTION pg_temp.verdicts(call text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    said text;
BEGIN
    EXECUTE 'SELECT concat_ws('' '', string_agg(concat_ws('':'', v.field, v.verdict, v.sqlstate), '' ''
        ORDER BY v.field) FILTER (WHERE v.verdict <> ''ok''), max(v.status)) FROM ims.' || call || ' AS v'
    INTO said;
    RETURN said;
END
$$;
SELECT is(pg_temp.verdicts(format(c.call, pg_temp.n(c.body))), c.expected, c.title)
FROM (VALUES
    (1, 'received by weight', $$receive_scan('SHOP', '%s', 'SUGAR', 2, to_location => 'T-HERE-A', post => true)$$, '211234501234', 'quantity:under posted'),
    (2, 'two such labels', $$receive_scan('SHOP', '%s', to_location => 'T-HERE-A', labels => 2, post => true)$$, '211234501000', 'posted'),
    (3, 'catch weight', $$receive_scan('SHOP', '%s', to_location => 'T-HERE-A', labels => 2, post => true)$$, '215432110250', 'posted'),
    (4, 'picked by weight', $$pick_scan('SHOP', '%s', 'SUGAR', 1, from_location => 'T-HERE-A', post => true)$$, '211234500500', 'quantity:under posted'),
    (5, 'too much', $$pick_scan('SHOP', '%s', 'SUGAR', 1, from_location => 'T-HERE-A')$$, '211234501001', 'quantity:over:IV143 refused'),
    (6, 'counted by weight', $$count_scan('SHOP', '%s', location => 'T-HERE-A', post => true)$$, '211234502500', 'quantity:under posted'),
    (7, 'pieces', $$receive_scan('SHOP', '%s', to_location => 'T-HERE-A', post => true)$$, '247777700040', 'posted'),
    (8, 'another check digit of the price', $$receive_scan('SHOP', '%s', to_location => 'T-HERE-A')$$, '231234714685', 'item:malformed:IV110 refused'),
    (9, 'two items', $$receive_scan('SHOP', '%s', to_location => 'T-HERE-A')$$, '276660001234', 'item:ambiguous:IV140 refused'),
    (10, 'the one that is expected', $$receive_scan('SHOP', '%s', 'PEN', to_location => 'T-HERE-A')$$, '276660001234', 'checked'),
    (11, 'two weights', $$receive_scan('SHOP', '%s', 'HAM', to_location => 'T-HERE-A')$$, '285432110500', 'item:ambiguous:IV140 refused'),
    (12, 'two weights, counted', $$count_scan('SHOP', '%s', 'HAM', location => 'T-HERE-A')$$, '285432110500',
        'item:ambiguous:IV140 quantity:under refused')
    ) AS c (place, title, call, body, expected)
ORDER BY c.place;
SELECT results_eq($$SELECT i.code, trim_scale(sum(s.on_hand)) FROM ims.stock AS s JOIN ims.item AS i USING (owner_id, item_id)
    WHERE s.owner_id = 9001 AND s.location_id = 9101 AND s.on_hand <> 0 GROUP BY i.code ORDER BY i.code$$,
    $$VALUES ('HAM', 2::numeric), ('PEN', 40), ('SUGAR', 2.5)$$, 'what the labels said is there');
SELECT results_eq($$SELECT trim_scale(m.quantity), trim_scale(m.measured_quantity) FROM ims.movement AS m
    JOIN ims.item AS i USING (owner_id, item_id) WHERE m.owner_id = 9001 AND i.code = 'HAM'$$,
    'VALUES (2::numeric, 20.5)', 'with its weight');
SELECT is(split_part(pg_temp.refusal(format($$SELECT ims.receive_scan('SHOP', %L, to_location => 'T-HERE-A', post => true)$$,
    pg_temp.n('211234500000'))), ' | ', 1), 'IV101', 'nothing weighed is nothing received');
SELECT is_empty($$SELECT * FROM ims.verify('SHOP')$$, 'the ledger proves');

SELECT * FROM finish();
ROLLBACK;
