-- Three forms, one meaning: what a line of ims.post can say, ims.post_ids can
-- say too.  Shown by names, every key of a line against the arguments, and by
-- rows: the same lines by either form leave the same movements.
\i test/setup.psql
BEGIN;
SELECT plan(16);
\i test/posting.psql
\i test/refusal.psql

-- The keys that some kind of posting takes: every argument of a verb is tried.
CREATE TEMPORARY TABLE tried AS
SELECT DISTINCT a.name
FROM pg_proc AS p
CROSS JOIN unnest(p.proargnames, p.proargmodes) AS a (name, mode)
WHERE p.pronamespace = 'ims'::regnamespace AND a.mode = 'i'
    AND p.proname IN ('receive', 'ship', 'transfer', 'dispatch', 'adjust', 'scrap', 'consume', 'produce',
        'return_from_customer', 'return_to_supplier');
CREATE TEMPORARY TABLE line_key AS
SELECT t.name FROM tried AS t
WHERE EXISTS (
    SELECT FROM unnest('{move,receive,ship,transfer,dispatch,adjust,scrap,consume,produce,return_from_customer,return_to_supplier}'::text[]) AS k (kind)
    WHERE pg_temp.refusal(format('SELECT ims.post(%L, %L, ''SHOP'')', jsonb_build_array(jsonb_build_object(t.name, NULL)), k.kind))
        !~ '^IV211');
CREATE TEMPORARY TABLE argument AS
SELECT p.proname AS function, a.name
FROM pg_proc AS p
CROSS JOIN unnest(p.proargnames, p.proargmodes) AS a (name, mode)
WHERE p.pronamespace = 'ims'::regnamespace AND p.proname IN ('post', 'post_ids') AND a.mode = 'i';
-- what a key is called where it is an array
CREATE TEMPORARY TABLE key_argument AS
SELECT k.name AS key, u.name AS argument
FROM line_key AS k
CROSS JOIN LATERAL unnest(CASE
    WHEN k.name = 'location' THEN '{from_location_ids,to_location_ids}'::text[]
    WHEN k.name = 'handling_unit' THEN '{from_handling_unit_ids,to_handling_unit_ids}'
    WHEN k.name IN ('item', 'lot', 'serial', 'from_location', 'to_location', 'from_handling_unit',
        'to_handling_unit') THEN ARRAY[k.name || '_ids']
    WHEN k.name IN ('quantity', 'measured_quantity') THEN ARRAY[replace(k.name, 'quantity', 'quantities')]
    WHEN k.name IN ('currency', 'rate') THEN ARRAY[k.name] -- of all lines
    ELSE ARRAY[k.name || 's'] END) AS u (name);
SELECT cmp_ok((SELECT count(*) FROM line_key), '=', 18::bigint, 'a line has eighteen keys');
SELECT set_eq(
    $$ SELECT argument FROM key_argument
       UNION SELECT name FROM argument WHERE function = 'post' AND name <> 'lines' $$,
    $$ SELECT name FROM argument WHERE function = 'post_ids' $$,
    'post_ids has an argument for each, and no other');

-- The same lines, by either form.
SELECT count(*) FROM ims.receive('SHOP', 'PEN', 60, to_location => 'T-HERE-A', effective_at => '2024-01-01 00:00+00') \g /dev/null
SELECT count(*) FROM ims.ship('SHOP', 'PEN', 40, from_location => 'T-HERE-A', effective_at => '2024-01-02 00:00+00') \g /dev/null
SELECT max(m.movement_id) AS sold FROM ims.movement AS m WHERE m.owner_id = 9001 \gset
CREATE FUNCTION pg_temp.rows_of(posting_id bigint) RETURNS SETOF jsonb
LANGUAGE sql AS $$
    SELECT to_jsonb(m) - '{posting_id,movement_id,effective_at,recorded_at}'::text[]
    FROM ims.movement AS m WHERE m.posting_id = $1 ORDER BY m.movement_id $$;
SELECT r.posting_id AS by_codes FROM ims.post(format('[
    {"item": "PEN", "quantity": 1, "unit": "CS", "to_location": "T-HERE-A", "origin_movement_id": %s,
     "reference_line": "1", "currency": "EUR", "rate": 1.5, "unit_cost": 2.5, "sale_value": 30},
    {"item": "PEN", "quantity": 2, "unit": "EA", "to_location": "T-HERE-B", "origin_movement_id": %1$s,
     "handling_unit": "P1", "currency": "EUR", "rate": 1.5},
    {"item": "PEN", "quantity": 3, "to_location": "T-HERE-A", "reference_line": "3", "currency": "EUR", "rate": 1.5},
    {"item": "PEN", "quantity": 4, "unit": "PR", "to_location": "T-HERE-A", "currency": "EUR", "rate": 1.5},
    {"item": "MILK", "quantity": 5, "lot": "L1", "to_location": "T-HERE-A", "currency": "EUR", "rate": 1.5}]',
    :sold)::jsonb, 'return_from_customer', 'SHOP') AS r \gset
SELECT r.posting_id AS by_ids FROM ims.post_ids(
    item_ids => '{9301,9301,9301,9301,9303}', quantities => '{1,2,3,4,5}', units => '{CS,EA,NULL,PR,NULL}',
    to_location_ids => '{9101,9102,9101,9101,9101}', to_handling_unit_ids => '{0,9601,NULL,0,0}',
    lot_ids => '{0,0,0,0,9401}', origin_movement_ids => ARRAY[:sold, :sold, NULL, 0, NULL]::bigint[],
    reference_lines => '{1,NULL,3,NULL,NULL}', unit_costs => '{2.5,NULL,NULL,NULL,NULL}',
    sale_values => '{30,NULL,NULL,NULL,NULL}', currency => 'EUR', rate => 1.5,
    owner => 'SHOP', kind => 'return_from_customer') AS r \gset
SELECT results_eq(format('SELECT pg_temp.rows_of(%s)', :by_ids), format('SELECT pg_temp.rows_of(%s)', :by_codes),
    'codes and ids leave the same movements');
SELECT results_eq(
    format($$ SELECT m.quantity::numeric, m.entered_quantity, m.entered_unit, m.reference_line, m.origin_movement_id = %s
        FROM ims.movement AS m WHERE m.posting_id = %s ORDER BY m.movement_id LIMIT 4 $$, :sold, :by_ids),
    $$ VALUES (12::numeric, 1::numeric, 'CS', '1', true), (2, NULL, NULL, NULL, true),
        (3, NULL, NULL, '3', NULL), (2, 4, 'PR', NULL, NULL) $$, 'with what was entered');

-- And the same refusals.
SELECT is(pg_temp.refusal(c.ids), pg_temp.refusal(c.codes), c.name)
FROM (VALUES
    (1, 'a unit that the item has not',
        $$ SELECT ims.post_ids('{9301,9301}', '{1,1}', '{2,2}', '{9101,9101}', units => '{EA,PAL}', owner => 'SHOP') $$,
        $$ SELECT ims.post('[{"item": "PEN", "quantity": 1, "to_location": "T-HERE-A", "from_location": "SUPPLIER"},
            {"item": "PEN", "quantity": 1, "unit": "PAL", "to_location": "T-HERE-A", "from_location": "SUPPLIER"}]', 'move', 'SHOP') $$),
    (2, 'a quantity that is not exact',
        $$ SELECT ims.post_ids('{9302}', '{1}', '{2}', '{9101}', units => '{IN}', owner => 'SHOP') $$,
        $$ SELECT ims.post('[{"item": "SUGAR", "quantity": 1, "unit": "IN", "to_location": "T-HERE-A", "from_location": "SUPPLIER"}]', 'move', 'SHOP') $$),
    (3, 'half a case',
        $$ SELECT ims.post_ids('{9301}', '{0.5}', '{2}', '{9101}', units => '{CS}', owner => 'SHOP') $$,
        $$ SELECT ims.post('[{"item": "PEN", "quantity": 0.5, "unit": "CS", "to_location": "T-HERE-A", "from_location": "SUPPLIER"}]', 'move', 'SHOP') $$),
    (4, 'a line that is no origin',
        $$ SELECT ims.post_ids('{9301}', '{1}', to_location_ids => '{9101}', origin_movement_ids => '{-1}', owner => 'SHOP',
            kind => 'return_from_customer') $$,
        $$ SELECT ims.return_from_customer('SHOP', 'PEN', 1, to_location => 'T-HERE-A', origin_movement_id => -1) $$),
    (6, 'a reference that is too long',
        $$ SELECT ims.post_ids('{9301}', '{1}', '{2}', '{9101}', reference_lines => ARRAY[repeat('x', 101)], owner => 'SHOP') $$,
        $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', reference_line => repeat('x', 101)) $$)
) AS c (n, name, ids, codes) ORDER BY c.n;
SELECT is(
    pg_temp.refusal(format($$ SELECT ims.post_ids('{9301,9301}', '{20,8}', to_location_ids => '{9101,9101}',
        origin_movement_ids => ARRAY[%s, %1$s], owner => 'SHOP', kind => 'return_from_customer') $$, :sold)),
    format('IV307 | more of item "PEN" is returned than is left to return | {"item": "PEN", "line": 1, '
        '"available": 12, "requested": 20, "origin_movement_id": %s}', :sold), 'more than is left to return');
SELECT is(
    pg_temp.refusal(format($$ SELECT ims.post_ids('{9301,77}', '{1,1}', to_location_ids => '{9101,9101}',
        units => '{EA,CS}', origin_movement_ids => ARRAY[%s, 5], owner => 'SHOP', kind => 'return_from_customer') $$, :sold)),
    'IV203 | item 77 is unknown | {"line": 2, "item_id": 77}', 'an unknown item with all of it');

-- Arrays of text are part of the payload, and of what a report keeps.
SELECT results_eq(
    $$ SELECT r.status, r.sqlstate FROM ims.post_ids('{9301,9301}', '{1,2}', '{2,2}', '{9101,9101}', units => '{CS,PAL}',
           reference_lines => '{a,b}', owner => 'SHOP', on_error => 'report', idempotency_key => 'k') AS r
       ORDER BY r.line NULLS FIRST $$,
    $$ VALUES ('posted', NULL), ('posted', NULL), ('rejected', 'IV102') $$, 'a unit is refused by itself');
SELECT is(
    (SELECT r.payload FROM ims.rejected_line AS r WHERE r.owner_id = 9001),
    '{"item_ids": 9301, "quantities": "2", "units": "PAL", "reference_lines": "b", "from_location_ids": 2, "to_location_ids": 9101}',
    'with its elements');
SELECT results_eq(
    $$ SELECT left(pg_temp.refusal(format('SELECT ims.post_ids(''{9301,9301}'', ''{1,2}'', ''{2,2}'', ''{9101,9101}'',
           units => ''{CS,PAL}'', reference_lines => %L, owner => ''SHOP'', on_error => ''report'', idempotency_key => ''k'')', x.v)), 8)
       FROM (VALUES (1, '{a,b}'), (2, '{a,c}')) AS x (n, v) ORDER BY x.n $$,
    $$ VALUES ('accepted'), ('IV218 | ') $$, 'another text is another call');

-- A number is the same call however it is written, in lines of JSON too.
SELECT results_eq($$ SELECT c.name, x.n, left(pg_temp.refusal(format(c.call, x.lines)), 8)
    FROM (VALUES (1, 'post', $q$ SELECT ims.post('[%s]', 'receive', 'SHOP', idempotency_key => 'n1') $q$),
                 (2, 'count_stock', $q$ SELECT ims.count_stock('SHOP', lines => '[%s]', counted_at => '2026-01-02 00:00+00', idempotency_key => 'n2') $q$),
                 (3, 'pack', $q$ SELECT ims.pack('SHOP', 'P2', '[%s]', location => 'T-HERE-A', idempotency_key => 'n3') $q$)
        ) AS c (place, name, call)
    CROSS JOIN LATERAL (VALUES (1, CASE c.place WHEN 1 THEN '{"item": "PEN", "quantity": 10, "to_location": "T-HERE-A"}'
                                         WHEN 2 THEN '{"item": "PEN", "quantity": 10, "location": "T-HERE-A"}' ELSE '{"item": "PEN", "quantity": 10}' END)) AS l (n, line)
    CROSS JOIN LATERAL (VALUES (1, l.line), (2, replace(l.line, '10', '10.00')), (3, replace(l.line, '10', '1e1')), (4, replace(l.line, '10', '"10"'))) AS x (n, lines)
    ORDER BY c.place, x.n $$,
    $$ SELECT c.name, n, CASE n WHEN 4 THEN 'IV218 | ' ELSE 'accepted' END
       FROM unnest('{post,count_stock,pack}'::text[]) WITH ORDINALITY AS c (name, place), generate_series(1, 4) AS n ORDER BY c.place, n $$,
    'ten is ten, and no text');
SELECT is(count(*), 2::bigint, 'each is posted once') FROM ims.posting_key AS k
JOIN ims.posting AS p USING (owner_id, posting_id) WHERE k.owner_id = 9001 AND k.idempotency_key IN ('n1', 'n3');
SELECT * FROM finish();
ROLLBACK;
