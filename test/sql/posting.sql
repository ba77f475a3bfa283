-- The posting functions: what each verb writes, that the three forms of a call
-- mean the same, that a dry run leaves nothing, that a key is answered once,
-- that a report posts the good lines, and who may call.
\i test/setup.psql
BEGIN;
SELECT no_plan();
\i test/posting.psql
\i test/refusal.psql

-- Rows of a posting as text: item, from, to, quantity and what else was said.
CREATE FUNCTION pg_temp.lines(posting bigint) RETURNS text[]
LANGUAGE sql AS $$
    SELECT array_agg(concat_ws(' ', i.code, f.code, t.code, trim_scale(m.quantity),
            'lot ' || NULLIF(m.lot_id, 0), 'serial ' || NULLIF(m.serial_id, 0),
            'out of ' || NULLIF(m.from_handling_unit_id, 0),
            'into ' || NULLIF(m.to_handling_unit_id, 0),
            'entered ' || m.entered_quantity || ' ' || m.entered_unit,
            'cost ' || m.unit_cost, 'sale ' || m.sale_value, 'rate ' || m.rate, m.currency,
            'ref ' || m.reference_line,
            'of ' || m.origin_movement_id) ORDER BY m.movement_id)
    FROM ims.movement AS m
    JOIN ims.item AS i USING (owner_id, item_id)
    JOIN ims.location AS f ON f.location_id = m.from_location_id
    JOIN ims.location AS t ON t.location_id = m.to_location_id
    WHERE m.posting_id = lines.posting
$$;
CREATE FUNCTION pg_temp.on_hand(item text, location text) RETURNS numeric
LANGUAGE sql AS $$
    SELECT coalesce(sum(s.on_hand), 0)
    FROM ims.stock AS s
    JOIN ims.item AS i USING (owner_id, item_id)
    JOIN ims.location AS l USING (location_id)
    WHERE i.code = on_hand.item AND l.code = on_hand.location
$$;

-- The library reads arguments by position: its list is the signature's.
SELECT is(
    ims._verb_arguments(p.proname),
    p.proargnames[1:p.pronargs],
    'the library and SQL agree on the arguments of ' || p.proname)
FROM pg_proc AS p
WHERE p.pronamespace = 'ims'::regnamespace
    AND p.proname IN ('receive', 'ship', 'transfer', 'dispatch', 'adjust', 'scrap', 'consume',
        'produce', 'return_from_customer', 'return_to_supplier', 'post', 'post_ids',
        'open_posting')
ORDER BY p.proname COLLATE "C";
SELECT is(
    (SELECT count(*)
     FROM pg_proc AS p
     WHERE p.pronamespace = 'ims'::regnamespace
        AND ims._verb_arguments(p.proname) IS NOT NULL
        AND p.pronargdefaults = p.pronargs
        AND NOT has_function_privilege('public', p.oid, 'EXECUTE')),
    13::bigint,
    'thirteen posting functions, every argument with a default, none for PUBLIC');
SELECT is(ims._verb_arguments('count_stock'), NULL, 'other functions are not the library''s');

-- One verb after the other.
SELECT results_eq(
    $$ SELECT pg_typeof(r.posting_id)::text, pg_typeof(r.document_number)::text, r.status, r.replayed
       FROM ims.receive(owner => 'SHOP', item => 'PEN', quantity => 100, to_location => 'T-HERE-A',
           party => 'ACME', unit_cost => 0.5, currency => 'USD', rate => 0.9,
           reference_type => 'purchase_order', reference_number => 'PO-1', reference_line => '10',
           reason => 'first', actor => 'kim') AS r $$,
    $$ VALUES ('bigint', 'bigint', 'posted', false) $$,
    'a verb returns named columns');
SELECT is(
    pg_temp.lines(max(p.posting_id)),
    '{"PEN SUPPLIER T-HERE-A 100 cost 0.5 rate 0.9 USD ref 10"}',
    'receive goes from the supplier to the place, with what was said')
FROM ims.posting AS p WHERE p.owner_id = 9001;
SELECT results_eq(
    $$ SELECT p.kind, p.party_id, p.channel_id, p.reference_type, p.reference_number, p.reason,
           p.actor, p.idempotency_key
       FROM ims.posting AS p WHERE p.owner_id = 9001 $$,
    $$ VALUES ('receive', 9001::bigint, NULL::bigint, 'purchase_order', 'PO-1', 'first', 'kim', NULL) $$,
    'and so does its posting');

SELECT is(pg_temp.lines(c.posting_id), c.expected::text[], c.name)
FROM (
    SELECT 1, 'ship goes to the customer', r.posting_id,
        '{"PEN T-HERE-A CUSTOMER 24 entered 2 CS sale 24"}'
    FROM ims.ship(owner => 'SHOP', item => 'PEN', quantity => 2, unit => 'CS',
        from_location => 'T-HERE-A', party => 'JANE', channel => 'WEB', sale_value => 24) AS r
    UNION ALL
    SELECT 2, 'transfer goes to another place', r.posting_id, '{"PEN T-HERE-A T-HERE-B 5"}'
    FROM ims.transfer(owner => 'SHOP', item => 'PEN', quantity => 5,
        from_location => 'T-HERE-A', to_location => 'T-HERE-B') AS r
    UNION ALL
    SELECT 3, 'transfer goes onto a handling unit at the same place', r.posting_id,
        '{"PEN T-HERE-B T-HERE-B 4 into 9601"}'
    FROM ims.transfer(owner => 'SHOP', item => 'PEN', quantity => 4,
        from_location => 'T-HERE-B', to_location => 'T-HERE-B', to_handling_unit => 'P1') AS r
    UNION ALL
    SELECT 4, 'transfer moves between handling units', r.posting_id,
        '{"PEN T-HERE-B T-HERE-B 1 out of 9601 into 9602"}'
    FROM ims.transfer(owner => 'SHOP', item => 'PEN', quantity => 1,
        from_location => 'T-HERE-B', to_location => 'T-HERE-B',
        from_handling_unit => 'P1', to_handling_unit => 'P2') AS r
    UNION ALL
    SELECT 5, 'dispatch goes into transit, on its handling unit', r.posting_id,
        '{"PEN T-HERE-B TRANSIT 1 out of 9602 into 9602"}'
    FROM ims.dispatch(owner => 'SHOP', item => 'PEN', quantity => 1,
        from_location => 'T-HERE-B', to_location => 'T-THERE-A', handling_unit => 'P2') AS r
    UNION ALL
    SELECT 6, 'adjust above zero goes to the place', r.posting_id,
        '{"PEN ADJUSTMENT T-HERE-A 2"}'
    FROM ims.adjust(owner => 'SHOP', item => 'PEN', quantity => 2, location => 'T-HERE-A') AS r
    UNION ALL
    SELECT 7, 'adjust below zero goes from the place', r.posting_id,
        '{"PEN T-HERE-A ADJUSTMENT 12 entered 1 DZN"}'
    FROM ims.adjust(owner => 'SHOP', item => 'PEN', quantity => -1, unit => 'DZN',
        location => 'T-HERE-A') AS r
    UNION ALL
    SELECT 8, 'scrap goes to scrap, off its handling unit', r.posting_id,
        '{"PEN T-HERE-B SCRAP 1 out of 9601"}'
    FROM ims.scrap(owner => 'SHOP', item => 'PEN', quantity => 1, from_location => 'T-HERE-B',
        handling_unit => 'P1') AS r
    UNION ALL
    SELECT 9, 'consume goes to production', r.posting_id, '{"PEN T-HERE-A PRODUCTION 1"}'
    FROM ims.consume(owner => 'SHOP', item => 'PEN', quantity => 1,
        from_location => 'T-HERE-A') AS r
    UNION ALL
    SELECT 10, 'produce makes one and uses up the others', r.posting_id,
        '{"INK PRODUCTION T-HERE-A 3 cost 7","PEN T-HERE-A PRODUCTION 12 entered 1 CS","CARRIAGE SERVICE PRODUCTION 1"}'
    FROM ims.produce(owner => 'SHOP', item => 'INK', quantity => 3, to_location => 'T-HERE-A',
        unit_cost => 7,
        components => '[{"item": "PEN", "quantity": 1, "unit": "CS", "from_location": "T-HERE-A"},
                        {"item": "CARRIAGE", "quantity": 1}]') AS r
    UNION ALL
    SELECT 11, 'produce takes an empty list of components', r.posting_id,
        '{"INK PRODUCTION T-HERE-A 1"}'
    FROM ims.produce(owner => 'SHOP', item => 'INK', quantity => 1, to_location => 'T-HERE-A',
        components => '[]') AS r
    UNION ALL
    SELECT 12, 'a lot is named by its code', r.posting_id,
        '{"MILK SUPPLIER T-HERE-A 10 lot 9401"}'
    FROM ims.receive(owner => 'SHOP', item => 'MILK', quantity => 10, lot => 'L1',
        to_location => 'T-HERE-A') AS r
    UNION ALL
    SELECT 13, 'a serial is named by its code', r.posting_id,
        '{"PHONE SUPPLIER T-HERE-A 1 serial 9501"}'
    FROM ims.receive(owner => 'SHOP', item => 'PHONE', quantity => 1, serial => 'S1',
        to_location => 'T-HERE-A') AS r
    UNION ALL
    SELECT 14, 'what is not stocked needs no place', r.posting_id,
        '{"CARRIAGE SERVICE CUSTOMER 1 sale 5"}'
    FROM ims.ship(owner => 'SHOP', item => 'CARRIAGE', quantity => 1, sale_value => 5) AS r
    UNION ALL
    SELECT 15, 'and lies in none that was named', r.posting_id, '{"CARRIAGE SUPPLIER SERVICE 1"}'
    FROM ims.receive(owner => 'SHOP', item => 'CARRIAGE', quantity => 1,
        to_location => 'T-HERE-A') AS r
    UNION ALL
    SELECT 16, 'return_to_supplier goes to the supplier', r.posting_id,
        '{"PEN T-HERE-A SUPPLIER 1"}'
    FROM ims.return_to_supplier(owner => 'SHOP', item => 'PEN', quantity => 1,
        from_location => 'T-HERE-A') AS r
) AS c(n, name, posting_id, expected)
ORDER BY c.n;
SELECT is(p.destination_id, 9200::bigint, 'a dispatch names the site it is bound for')
FROM ims.posting AS p WHERE p.owner_id = 9001 AND p.kind = 'dispatch';
SELECT results_eq(
    $$ SELECT pg_temp.on_hand('PEN', l), pg_temp.on_hand('INK', l)
       FROM unnest('{T-HERE-A,T-HERE-B,TRANSIT,SUPPLIER}'::text[]) WITH ORDINALITY AS x(l, n)
       ORDER BY n $$,
    $$ VALUES (47::numeric, 4::numeric), (3, 0), (1, 0), (0, 0) $$,
    'balances follow');
SELECT is(
    (SELECT count(*) FROM ims.stock AS s JOIN ims.item AS i USING (owner_id, item_id)
     WHERE i.code = 'CARRIAGE'),
    0::bigint,
    'what is not stocked has no balance');

-- Returns and what they return.
SELECT is(
    pg_temp.lines(r.posting_id),
    ARRAY['PEN CUSTOMER T-HERE-Q 1 of ' || m.movement_id],
    'a return is linked to the line it returns')
FROM ims.movement AS m
JOIN ims.posting AS p USING (owner_id, posting_id),
    ims.return_from_customer(owner => 'SHOP', item => 'PEN', quantity => 1,
        to_location => 'T-HERE-Q', origin_posting_id => p.posting_id,
        origin_movement_id => m.movement_id) AS r
WHERE p.kind = 'ship' AND m.item_id = 9301;
SELECT is(p.origin_posting_id, s.posting_id, 'and its posting to the posting')
FROM ims.posting AS p, ims.posting AS s
WHERE p.owner_id = 9001 AND p.kind = 'return_from_customer'
    AND s.owner_id = 9001 AND s.kind = 'ship' AND s.party_id = 9002;
SELECT is(r.status, 'posted', 'a line alone will do')
FROM ims.movement AS m
JOIN ims.posting AS p USING (owner_id, posting_id),
    ims.return_to_supplier(owner => 'SHOP', item => 'MILK', quantity => 1, lot => 'L1',
        from_location => 'T-HERE-A', origin_movement_id => m.movement_id) AS r
WHERE p.kind = 'receive' AND m.item_id = 9303;
SELECT is(o.kind, 'receive', 'its posting follows')
FROM ims.posting AS p
JOIN ims.posting AS o ON o.owner_id = p.owner_id AND o.posting_id = p.origin_posting_id
WHERE p.owner_id = 9001 AND p.kind = 'return_to_supplier';

-- Three forms, one meaning.
SELECT is(
    pg_temp.lines(r.posting_id),
    '{"PEN SUPPLIER T-HERE-A 24 entered 2.0 CS cost 0.5 rate 0.9 USD ref 10","CARRIAGE SUPPLIER SERVICE 1 sale 1","MILK SUPPLIER T-HERE-A 1 lot 9401"}',
    'post takes an array of objects')
FROM ims.post(
    '[{"item": "PEN", "quantity": "2.0", "unit": "CS", "to_location": "T-HERE-A", "unit_cost": "0.5",
       "currency": "USD", "rate": 0.9, "reference_line": "10", "lot": null},
      {"item": "CARRIAGE", "quantity": 1, "sale_value": 1},
      {"item": "MILK", "quantity": 1e0, "to_location": "T-HERE-A", "lot": "L1"}]',
    owner => 'SHOP', kind => 'receive') AS r
WHERE r.line IS NULL;
SELECT is(
    pg_temp.lines(r.posting_id),
    '{"PEN SUPPLIER T-HERE-A 24 cost 0.5 rate 0.9 USD","CARRIAGE SUPPLIER SERVICE 1 sale 1 rate 0.9 USD","MILK SUPPLIER T-HERE-A 1 lot 9401 rate 0.9 USD"}',
    'post_ids takes arrays of ids')
FROM ims.post_ids('{9301,9305,9303}', '{24,1,1.0}', to_location_ids => '{9101,9101,9101}',
    lot_ids => '{0,NULL,9401}', unit_costs => '{0.5,NULL,NULL}', sale_values => '{NULL,1,NULL}',
    currency => 'USD', rate => 0.9, owner => 'SHOP', kind => 'receive') AS r;
SELECT is(pg_temp.lines(c.posting_id), c.expected::text[], c.name)
FROM (
    SELECT 1, 'kind move names both places, virtual ones too', r.posting_id,
        '{"PEN SUPPLIER T-HERE-A 1","PEN T-HERE-A T-HERE-B 1 into 9601"}'
    FROM ims.post('[{"item": "PEN", "quantity": 1, "from_location": "SUPPLIER", "to_location": "T-HERE-A"},
        {"item": "PEN", "quantity": 1, "from_location": "T-HERE-A", "to_location": "T-HERE-B",
         "to_handling_unit": "P1"}]', owner => 'SHOP') AS r
    UNION ALL
    SELECT 2, 'kind adjust goes by the sign', r.posting_id,
        '{"PEN ADJUSTMENT T-HERE-A 1","PEN T-HERE-A ADJUSTMENT 1"}'
    FROM ims.post('[{"item": "PEN", "quantity": 1, "location": "T-HERE-A"},
        {"item": "PEN", "quantity": -1, "location": "T-HERE-A"}]', 'adjust', 'SHOP') AS r
    UNION ALL
    SELECT 3, 'kind produce goes by the place', r.posting_id,
        '{"INK PRODUCTION T-HERE-A 1","PEN T-HERE-A PRODUCTION 1"}'
    FROM ims.post('[{"item": "INK", "quantity": 1, "to_location": "T-HERE-A"},
        {"item": "PEN", "quantity": 1, "from_location": "T-HERE-A"}]', 'produce', 'SHOP') AS r
    UNION ALL
    SELECT 4, 'kind dispatch names the place it is bound for', r.posting_id,
        '{"PEN T-HERE-A TRANSIT 1"}'
    FROM ims.post('[{"item": "PEN", "quantity": 1, "from_location": "T-HERE-A",
        "to_location": "T-THERE-A"}]', 'dispatch', 'SHOP') AS r
    UNION ALL
    SELECT 5, 'so do ids', r.posting_id, '{"PEN T-HERE-A TRANSIT 1"}'
    FROM ims.post_ids('{9301}', '{1}', '{9101}', '{9201}', owner => 'SHOP',
        kind => 'dispatch') AS r
    UNION ALL
    SELECT 6, 'ids of adjust: one end is enough', r.posting_id, '{"PEN T-HERE-A ADJUSTMENT 1"}'
    FROM ims.post_ids('{9301}', '{1}', from_location_ids => '{9101}', owner => 'SHOP',
        kind => 'adjust') AS r
    UNION ALL
    SELECT 7, 'ids of move name both', r.posting_id, '{"PEN T-HERE-A T-HERE-B 2 into 9601"}'
    FROM ims.post_ids('{9301}', '{2}', '{9101}', '{9102}', to_handling_unit_ids => '{9601}',
        owner => 'SHOP') AS r
    UNION ALL
    SELECT 8, 'a return in a batch is linked by its line', r.posting_id,
        ARRAY['PEN CUSTOMER T-HERE-A 1 of ' || r.movement_id]::text
    FROM (SELECT p.posting_id, m.movement_id
          FROM ims.movement AS m
          JOIN ims.posting AS o USING (owner_id, posting_id),
              ims.post(format('[{"item": "PEN", "quantity": 1, "to_location": "T-HERE-A",
                  "origin_movement_id": %s}]', m.movement_id)::jsonb,
                  'return_from_customer', 'SHOP') AS p
          WHERE o.kind = 'ship' AND m.item_id = 9301) AS r
) AS c(n, name, posting_id, expected)
ORDER BY c.n;
SELECT is(
    (SELECT array_agg(DISTINCT p.destination_id) FROM ims.posting AS p
     WHERE p.owner_id = 9001 AND p.kind = 'dispatch'),
    '{9200}',
    'each with its destination');

-- Not more comes back than went out.
CREATE TEMPORARY TABLE sold AS
SELECT p.posting_id
FROM ims.post('[{"item": "PEN", "quantity": 5, "from_location": "T-HERE-A"},
                {"item": "INK", "quantity": 2, "from_location": "T-HERE-A"}]', 'ship', 'SHOP') AS p;
CREATE TEMPORARY TABLE sale AS
SELECT m.* FROM ims.movement AS m JOIN sold USING (posting_id);
CREATE FUNCTION pg_temp.return_sold(item text, quantities numeric[], options text DEFAULT '')
RETURNS text
LANGUAGE sql AS $$
    SELECT regexp_replace(pg_temp.refusal(format(
            'SELECT ims.post(%L, ''return_from_customer'', ''SHOP''%s)',
            (SELECT jsonb_agg(jsonb_build_object('item', return_sold.item, 'quantity', q.quantity,
                 'to_location', 'T-HERE-A', 'origin_movement_id', s.movement_id) ORDER BY q.n)
             FROM unnest(quantities) WITH ORDINALITY AS q(quantity, n)),
            options)), '"origin_movement_id": \d+', '"origin_movement_id": 0')
    FROM sale AS s
    JOIN ims.item AS i ON i.owner_id = 9001 AND i.item_id = s.item_id AND i.code = return_sold.item
$$;
SELECT is(pg_temp.return_sold(c.item, c.quantities), c.expected, c.name)
FROM (VALUES
    (1, 'two of five come back', 'PEN', '{2}'::numeric[], 'accepted'),
    (2, 'four more do not', 'PEN', '{4}',
        'IV307 | more of item "PEN" is returned than is left to return | {"item": "PEN", "line": 1,'
        ' "available": 3, "requested": 4, "origin_movement_id": 0}'),
    (3, 'nor two and two', 'PEN', '{2,2}',
        'IV307 | more of item "PEN" is returned than is left to return | {"item": "PEN", "line": 2,'
        ' "available": 1, "requested": 2, "origin_movement_id": 0}'),
    (4, 'two and one do', 'PEN', '{2,1}', 'accepted'),
    (5, 'then nothing is left', 'PEN', '{0.000001}',
        'IV101 | quantity 0.000001 of item "PEN" must be whole in unit "EA"'
        ' | {"item": "PEN", "line": 1, "unit": "EA", "quantity": 0.000001}'),
    (6, 'not even one', 'PEN', '{1}',
        'IV307 | more of item "PEN" is returned than is left to return | {"item": "PEN", "line": 1,'
        ' "available": 0, "requested": 1, "origin_movement_id": 0}'),
    (7, 'another line of the sale is another rest', 'INK', '{2}', 'accepted')
) AS c(n, name, item, quantities, expected)
ORDER BY c.n;
SELECT results_eq(
    $$ SELECT r.line, r.status, r.sqlstate
       FROM sale AS s,
           LATERAL ims.post(jsonb_build_array(
               jsonb_build_object('item', 'PEN', 'quantity', 1, 'to_location', 'T-HERE-A',
                   'origin_movement_id', s.movement_id),
               jsonb_build_object('item', 'PEN', 'quantity', 1, 'to_location', 'T-HERE-A')),
               'return_from_customer', 'SHOP', on_error => left('report', 6)) AS r
       WHERE s.item_id = 9301 $$,
    $$ VALUES (NULL::integer, 'posted', NULL), (1, 'rejected', 'IV307'), (2, 'posted', NULL) $$,
    'a report rejects the line that returns too much');
SELECT is(
    left(pg_temp.refusal(format($$ SELECT ims.return_from_customer('SHOP', 'PEN', 1,
        to_location => 'T-HERE-A', origin_movement_id => %s,
        effective_at => '2001-01-01 00:00:00+00') $$, s.movement_id)), 57),
    'IV223 | a return is not dated before what it returns | {"',
    'a return is not dated before what it returns')
FROM sale AS s WHERE s.item_id = 9301;

-- The same item twice in one call is summed before it is checked.
SELECT is(
    pg_temp.refusal($$ SELECT ims.post(jsonb_build_array(l, l), 'ship', 'SHOP')
        FROM jsonb_build_object('item', 'INK', 'quantity', 3, 'from_location', 'T-HERE-A') AS l $$),
    'IV301 | insufficient stock of item "INK" at "T-HERE-A"'
    ' | {"item": "INK", "line": 2, "location": "T-HERE-A", "available": 5, "requested": 6}',
    'two halves that are too much are refused');

-- A dry run checks everything and leaves nothing.
CREATE FUNCTION pg_temp.everything() RETURNS text
LANGUAGE sql AS $$
    SELECT md5(concat_ws(',',
        (SELECT array_agg(m ORDER BY m.movement_id)::text FROM ims.movement AS m),
        (SELECT array_agg(p ORDER BY p.posting_id)::text FROM ims.posting AS p),
        (SELECT array_agg(s ORDER BY s.item_id, s.location_id, s.lot_id, s.handling_unit_id)::text
         FROM ims.stock AS s),
        (SELECT array_agg(a ORDER BY a.item_id, a.site_id)::text FROM ims.availability AS a),
        (SELECT array_agg(k ORDER BY k.idempotency_key)::text FROM ims.posting_key AS k),
        (SELECT array_agg(r ORDER BY r.rejected_line_id)::text FROM ims.rejected_line AS r)))
$$;
CREATE TEMPORARY TABLE before_dry_run AS SELECT pg_temp.everything() AS state;
SELECT results_eq(
    $$ SELECT * FROM ims.ship(owner => 'SHOP', item => 'PEN', quantity => 1,
           from_location => 'T-HERE-A', idempotency_key => 'dry', dry_run => true) $$,
    $$ VALUES (NULL::bigint, NULL::bigint, 'dry_run', false) $$,
    'a dry run answers like a posting, without ids');
SELECT results_eq(
    $$ SELECT r.posting_id, r.status, r.line, r.sqlstate
       FROM ims.post('[{"item": "PEN", "quantity": 1, "from_location": "T-HERE-A"},
                       {"item": "PEN", "quantity": 1000000, "from_location": "T-HERE-A"}]',
           kind => 'ship', owner => 'SHOP', on_error => 'report', idempotency_key => 'dry',
           dry_run => true) AS r $$,
    $$ VALUES (NULL::bigint, 'dry_run', NULL::integer, NULL), (NULL, 'dry_run', 1, NULL),
           (NULL, 'rejected', 2, 'IV301') $$,
    'a dry run reports too');
SELECT matches(
    pg_temp.refusal($$ SELECT ims.ship('SHOP', 'PEN', 1000000, from_location => 'T-HERE-A',
        dry_run => true) $$),
    '^IV301 ',
    'a dry run refuses what a posting would refuse');
SELECT is(pg_temp.everything(), state, 'and nothing is left of either') FROM before_dry_run;
SELECT is(r.status, 'posted', 'nor is the key used up')
FROM ims.ship(owner => 'SHOP', item => 'PEN', quantity => 1, from_location => 'T-HERE-A',
    idempotency_key => 'dry') AS r;

-- One key, one call.
CREATE TEMPORARY TABLE keyed AS
SELECT * FROM ims.receive(owner => 'SHOP', item => 'PEN', quantity => 1.00, unit => 'EA',
    to_location => 'T-HERE-B', actor => 'kim', idempotency_key => 'once');
SELECT results_eq(
    $$ SELECT * FROM ims.receive(owner => 'SHOP', item => 'PEN', quantity => 1, unit => 'EA',
           to_location => 'T-HERE-B', actor => 'kim', idempotency_key => 'once') $$,
    $$ SELECT k.posting_id, k.document_number, 'posted', true FROM keyed AS k $$,
    'the same call gets the first answer, whatever the zeros behind the point');
SELECT is(
    (SELECT count(*) FROM ims.posting AS p WHERE p.idempotency_key = 'once'),
    1::bigint,
    'and posts once');
SELECT is(
    pg_temp.refusal(c.call),
    'IV218 | idempotency key "once" stands for another call | {"idempotency_key": "once"}',
    c.name)
FROM (VALUES
    (1, 'another quantity', $$ SELECT ims.receive(owner => 'SHOP', item => 'PEN', quantity => 2,
        unit => 'EA', to_location => 'T-HERE-B', actor => 'kim', idempotency_key => 'once') $$),
    (2, 'another actor', $$ SELECT ims.receive(owner => 'SHOP', item => 'PEN', quantity => 1,
        unit => 'EA', to_location => 'T-HERE-B', actor => 'max', idempotency_key => 'once') $$),
    (3, 'an argument less', $$ SELECT ims.receive(owner => 'SHOP', item => 'PEN', quantity => 1,
        to_location => 'T-HERE-B', actor => 'kim', idempotency_key => 'once') $$),
    (4, 'a time more', $$ SELECT ims.receive(owner => 'SHOP', item => 'PEN', quantity => 1,
        unit => 'EA', to_location => 'T-HERE-B', actor => 'kim', idempotency_key => 'once',
        effective_at => '2020-01-01 00:00:00+00') $$),
    (5, 'the value in another argument', $$ SELECT ims.receive(owner => 'SHOP', item => 'PEN',
        quantity => 1, unit => 'EA', to_location => 'T-HERE-B', reason => 'kim',
        idempotency_key => 'once') $$),
    (6, 'another function', $$ SELECT ims.post('[{"item": "PEN", "quantity": 1, "unit": "EA",
        "to_location": "T-HERE-B"}]', 'receive', 'SHOP', actor => 'kim',
        idempotency_key => 'once') $$)
) AS c(n, name, call)
ORDER BY c.n;
INSERT INTO ims.owner (owner_id, code, name) VALUES (9002, 'OTHER', 'other');
CREATE SEQUENCE ims.document_number_9002_seq;
INSERT INTO ims.item (owner_id, item_id, code, name, base_unit)
VALUES (9002, 9399, 'PEN', 'another pen', 'EA');
SELECT is(r.replayed, false, 'a key of another owner is another key')
FROM ims.receive(owner => 'OTHER', item => 'PEN', quantity => 9, to_location => 'T-HERE-B',
    idempotency_key => 'once') AS r;
SELECT results_eq(
    $$ SELECT a.replayed, b.replayed, a.posting_id = b.posting_id
       FROM ims.post_ids('{9302,9302}', '{1,2.50}', to_location_ids => '{9101,9101}',
               lot_ids => '{NULL,0}', owner => 'SHOP', kind => 'receive',
               idempotency_key => 'arrays') AS a,
           LATERAL (SELECT * FROM ims.post_ids('{9302,9302}', '{1.0,2.5}',
               to_location_ids => '{9101,9101}', lot_ids => '{NULL,0}', owner => 'SHOP',
               kind => 'receive',
               idempotency_key => 'arrays' || left(a.status, 0))) AS b $$,
    $$ VALUES (false, true, true) $$,
    'arrays are compared by value');
SELECT matches(
    pg_temp.refusal($$ SELECT ims.post_ids('{9302,9302}', '{1,2.5}',
        to_location_ids => '{9101,9101}', lot_ids => '{0,NULL}', owner => 'SHOP',
        kind => 'receive', idempotency_key => 'arrays') $$),
    '^IV218 ',
    'element by element');
SELECT is(
    pg_temp.refusal(format($$ SELECT ims.receive(owner => 'SHOP', item => 'PEN', quantity => 1,
        to_location => 'T-HERE-A', idempotency_key => %L) $$, repeat('k', c.length))),
    c.expected,
    c.length || ' characters of a key')
FROM (VALUES
    (0, '22023 | idempotency_key must have 1 to 200 characters'),
    (1, 'accepted'),
    (200, 'accepted'),
    (201, '22023 | idempotency_key must have 1 to 200 characters')
) AS c(length, expected)
ORDER BY c.length;
SELECT is(
    (SELECT count(*) FROM ims.posting_key AS k
     LEFT JOIN ims.posting AS p ON p.posting_id = k.posting_id AND p.owner_id = k.owner_id
        AND p.idempotency_key = k.idempotency_key
     WHERE p.posting_id IS NULL),
    0::bigint,
    'every key has its posting');

-- A report posts the good lines.
CREATE TEMPORARY TABLE report AS
SELECT r.*, r.posting_id = max(r.posting_id) OVER () AS has_posting
FROM ims.post('[{"item": "PEN", "quantity": 1, "from_location": "T-HERE-A"},
                {"item": "NONE", "quantity": 1, "from_location": "T-HERE-A"},
                {"item": "INK", "quantity": 4, "from_location": "T-HERE-A"},
                {"item": "INK", "quantity": 4, "from_location": "T-HERE-A"},
                {"item": "PEN", "quantity": 0, "from_location": "T-HERE-A"},
                7,
                {"item": "PEN", "quantity": 1, "from_location": "T-HERE-A", "lots": "x"},
                {"item": "CARRIAGE", "quantity": 1}]',
    kind => 'ship', owner => 'SHOP', on_error => 'report', idempotency_key => 'report') AS r;
SELECT results_eq(
    $$ SELECT r.line, r.status, r.sqlstate, r.has_posting, r.message IS NULL, r.detail IS NULL
       FROM report AS r ORDER BY r.line NULLS FIRST $$,
    $$ VALUES (NULL::integer, 'posted', NULL, true, true, true),
        (1, 'posted', NULL, true, true, true),
        (2, 'rejected', 'IV203', NULL, false, false),
        (3, 'posted', NULL, true, true, true),
        (4, 'rejected', 'IV301', NULL, false, false),
        (5, 'rejected', 'IV101', NULL, false, false),
        (6, 'rejected', 'IV223', NULL, false, false),
        (7, 'rejected', 'IV211', NULL, false, false),
        (8, 'posted', NULL, true, true, true) $$,
    'a report has a row for the posting and one per line');
SELECT is(
    pg_temp.lines(r.posting_id),
    '{"PEN T-HERE-A CUSTOMER 1","INK T-HERE-A CUSTOMER 4","CARRIAGE SERVICE CUSTOMER 1"}',
    'the good lines are posted, in call order')
FROM report AS r WHERE r.line IS NULL;
SELECT results_eq(
    $$ SELECT r.line, r.sqlstate, r.message, r.detail, r.payload
       FROM ims.rejected_line AS r
       WHERE r.owner_id = 9001
           AND r.posting_id = (SELECT o.posting_id FROM report AS o WHERE o.line IS NULL)
       ORDER BY r.line $$,
    $$ SELECT r.line, r.sqlstate, r.message, r.detail, p.payload::jsonb
       FROM report AS r
       JOIN (VALUES (2, '{"item": "NONE", "quantity": 1, "from_location": "T-HERE-A"}'),
           (4, '{"item": "INK", "quantity": 4, "from_location": "T-HERE-A"}'),
           (5, '{"item": "PEN", "quantity": 0, "from_location": "T-HERE-A"}'),
           (6, '7'),
           (7, '{"item": "PEN", "quantity": 1, "from_location": "T-HERE-A", "lots": "x"}')
       ) AS p(line, payload) USING (line)
       ORDER BY r.line $$,
    'the others are kept as they were given');
SELECT results_eq(
    $$ SELECT r.posting_id, r.document_number, r.status, r.replayed, r.line, r.sqlstate, r.message,
           r.detail
       FROM ims.post('[{"item": "PEN", "quantity": 1, "from_location": "T-HERE-A"},
                {"item": "NONE", "quantity": 1, "from_location": "T-HERE-A"},
                {"item": "INK", "quantity": 4, "from_location": "T-HERE-A"},
                {"item": "INK", "quantity": 4, "from_location": "T-HERE-A"},
                {"item": "PEN", "quantity": 0, "from_location": "T-HERE-A"},
                7,
                {"item": "PEN", "quantity": 1, "from_location": "T-HERE-A", "lots": "x"},
                {"item": "CARRIAGE", "quantity": 1}]',
    kind => 'ship', owner => 'SHOP', on_error => 'report', idempotency_key => 'report') AS r $$,
    $$ SELECT r.posting_id, r.document_number, r.status, true, r.line, r.sqlstate, r.message,
           r.detail
       FROM report AS r ORDER BY r.line NULLS FIRST $$,
    'the replay of a report is the report');
SELECT results_eq(
    $$ SELECT r.line, r.status, r.sqlstate
       FROM ims.post_ids('{9301,NULL,9301,1,9301}', '{1,1,NaN,1,1}',
           to_location_ids => '{9101,9101,9101,9101,NULL}', owner => 'SHOP', kind => 'receive',
           on_error => 'report', unit_costs => '{1,1,1,1,1}') AS r $$,
    $$ VALUES (NULL::integer, 'posted', NULL), (1, 'posted', NULL), (2, 'rejected', 'IV201'),
        (3, 'rejected', 'IV101'), (4, 'rejected', 'IV203'), (5, 'rejected', 'IV201') $$,
    'ids are reported too');
SELECT results_eq(
    $$ SELECT r.line, r.payload FROM ims.rejected_line AS r
       WHERE r.owner_id = 9001
           AND r.posting_id = (SELECT max(p.posting_id) FROM ims.posting AS p WHERE p.owner_id = 9001)
       ORDER BY r.line $$,
    $$ VALUES (2, '{"to_location_ids": 9101, "quantities": "1", "unit_costs": "1"}'::jsonb),
        (3, '{"item_ids": 9301, "to_location_ids": 9101, "quantities": "NaN", "unit_costs": "1"}'),
        (4, '{"item_ids": 1, "to_location_ids": 9101, "quantities": "1", "unit_costs": "1"}'),
        (5, '{"item_ids": 9301, "quantities": "1", "unit_costs": "1"}') $$,
    'with their elements');

CREATE TEMPORARY TABLE before_rejection AS SELECT pg_temp.everything() AS state;
SELECT results_eq(
    $$ SELECT r.posting_id, r.status, r.line, r.sqlstate
       FROM ims.post('[{"item": "NONE", "quantity": 1}, {"item": "INK", "quantity": 999999,
           "from_location": "T-HERE-A"}]', 'ship', 'SHOP', on_error => 'report') AS r $$,
    $$ VALUES (NULL::bigint, 'rejected', NULL::integer, NULL), (NULL, 'rejected', 1, 'IV203'),
        (NULL, 'rejected', 2, 'IV301') $$,
    'where every line is bad there is no posting');
SELECT is(pg_temp.everything(), state, 'and nothing is kept') FROM before_rejection;
SELECT results_eq(
    $$ SELECT r.posting_id, r.status, r.replayed, r.line, r.sqlstate
       FROM generate_series(1, 2) AS n,
           LATERAL ims.post('[{"item": "NONE", "quantity": 1}]', 'ship', 'SHOP',
               on_error => left('report', 6 + n - n), idempotency_key => 'all bad') AS r
       ORDER BY n, r.line NULLS FIRST $$,
    $$ VALUES (NULL::bigint, 'rejected', false, NULL::integer, NULL),
        (NULL, 'rejected', false, 1, 'IV203'),
        (NULL, 'rejected', true, NULL, NULL), (NULL, 'rejected', true, 1, 'IV203') $$,
    'unless there is a key to answer by');
SELECT results_eq(
    $$ SELECT k.posting_id, k.answer ->> 'rejected_posting_id' = r.posting_id::text, r.line
       FROM ims.posting_key AS k, ims.rejected_line AS r
       WHERE k.owner_id = 9001 AND k.idempotency_key = 'all bad' AND r.owner_id = 9001
           AND r.posting_id::text = k.answer ->> 'rejected_posting_id' $$,
    $$ VALUES (NULL::bigint, true, 1) $$,
    'which then has no posting, only rejected lines');

-- INSERT into a posting that was opened.
CREATE TEMPORARY TABLE opened AS
SELECT ims.open_posting('SHOP', kind => 'receive', reason => 'load', party => 'ACME') AS posting_id;
INSERT INTO ims.movement (owner_id, posting_id, effective_at, recorded_at, item_id,
    from_location_id, to_location_id, quantity)
SELECT p.owner_id, p.posting_id, p.effective_at, p.recorded_at, 9301, 2, 9101, q
FROM opened JOIN ims.posting AS p USING (posting_id), generate_series(1, 2) AS q
ORDER BY q;
SELECT is(
    pg_temp.lines(o.posting_id),
    '{"PEN SUPPLIER T-HERE-A 1","PEN SUPPLIER T-HERE-A 2"}',
    'lines inserted name the posting that was opened')
FROM opened AS o;
SELECT results_eq(
    $$ SELECT p.kind, p.reason, p.party_id FROM ims.posting AS p JOIN opened USING (posting_id) $$,
    $$ VALUES ('receive', 'load', 9001::bigint) $$,
    'which has what was said of it');

-- Many calls: plans are prepared once, and memory does not grow.
CREATE FUNCTION pg_temp.many(calls integer) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    lines jsonb;
BEGIN
    lines := jsonb_agg(jsonb_build_object('item', 'PEN', 'quantity', 1, 'to_location', 'T-HERE-A'))
        FROM generate_series(1, 100);
    FOR n IN 1..calls LOOP
        PERFORM ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A',
            idempotency_key => format('%s of %s', n, calls));
        PERFORM ims.ship('SHOP', 'PEN', 1, from_location => 'T-HERE-A', dry_run => true);
        PERFORM ims.post(lines, 'receive', 'SHOP', on_error => 'report');
        PERFORM ims.post_ids('{9301,NULL}', '{1,1}', to_location_ids => '{9101,9101}',
            owner => 'SHOP', kind => 'receive', on_error => 'report');
    END LOOP;
END
$$;
CREATE FUNCTION pg_temp.memory(OUT plans bigint, OUT bytes bigint)
LANGUAGE sql AS $$
    SELECT count(*) FILTER (WHERE c.name = 'CachedPlanSource'),
        sum(c.total_bytes) FILTER (WHERE c.name IN ('TopMemoryContext', 'TopTransactionContext',
            'CurTransactionContext', 'CacheMemoryContext', 'SPI Plan', 'CachedPlanSource'))
    FROM pg_backend_memory_contexts AS c
$$;
SELECT pg_temp.many(20) \g /dev/null
CREATE TEMPORARY TABLE memory_before AS SELECT * FROM pg_temp.memory();
SELECT pg_temp.many(100) \g /dev/null
SELECT is(m.plans, b.plans, 'four hundred calls prepare no further plan')
FROM memory_before AS b, pg_temp.memory() AS m;
SELECT cmp_ok(m.bytes - b.bytes, '<', 65536::bigint, 'and keep no memory')
FROM memory_before AS b, pg_temp.memory() AS m;

-- Who may call.
CREATE ROLE ims_test_clerk;
CREATE ROLE ims_test_stranger;
GRANT USAGE ON SCHEMA ims TO ims_test_clerk, ims_test_stranger;
GRANT EXECUTE ON FUNCTION ims.receive, ims.post TO ims_test_clerk, ims_test_stranger;
INSERT INTO ims.owner_member (owner_id, role_name) VALUES (9001, 'ims_test_clerk');
SET ROLE ims_test_clerk;
SELECT lives_ok(
    $$ SELECT ims.receive(item => 'PEN', quantity => 1, to_location => 'T-HERE-A') $$,
    'a role with one owner need not name it');
SELECT lives_ok(
    $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', dry_run => true) $$,
    'or may');
SELECT is(current_user::text, 'ims_test_clerk', 'and is itself again afterwards');
SELECT throws_ok(
    $$ SELECT ims.ship('SHOP', 'PEN', 1, from_location => 'T-HERE-A') $$, '42501', NULL,
    'EXECUTE on one verb is no right to another');
SELECT throws_ok(
    $$ SELECT ims.post('[{"item": "PEN", "quantity": 1, "from_location": "ADJUSTMENT",
        "to_location": "T-HERE-A"}]', 'count', 'SHOP') $$, '42501', NULL,
    'internal kinds are not for callers');
SELECT is(current_user::text, 'ims_test_clerk', 'nor does an error leave another role behind');
SET ROLE ims_test_stranger;
SELECT throws_ok(
    $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A') $$, 'IV202',
    'owner "SHOP" is unknown',
    'an owner of somebody else is unknown');
SELECT throws_ok(
    $$ SELECT ims.receive('NOBODY', 'PEN', 1, to_location => 'T-HERE-A') $$, 'IV202',
    'owner "NOBODY" is unknown',
    'like one that is not');
SELECT throws_ok(
    $$ SELECT ims.receive(item => 'PEN', quantity => 1, to_location => 'T-HERE-A') $$, 'IV201',
    'argument "owner" is missing',
    'and none follows from nothing');
RESET ROLE;
SELECT is(p.caller_role, 'ims_test_clerk', 'a posting records who called')
FROM ims.posting AS p WHERE p.owner_id = 9001 ORDER BY p.posting_id DESC LIMIT 1;

SELECT * FROM finish();
ROLLBACK;
