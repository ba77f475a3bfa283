-- Bad input: each is refused with its own SQLSTATE, naming line and value; the
-- bounds themselves are accepted.  Nothing is posted, and nothing of a refused
-- call leaks into a later one.
\i test/setup.psql
BEGIN;
SELECT no_plan();
\i test/posting.psql
\i test/refusal.psql
INSERT INTO ims.owner (owner_id, code, name, closed_through) VALUES
    (9002, 'OTHER', 'other', NULL),
    (9003, 'CLOSED', 'closed', '2020-01-01 00:00:00+00');
CREATE SEQUENCE ims.document_number_9002_seq;
CREATE SEQUENCE ims.document_number_9003_seq;
INSERT INTO ims.item (owner_id, item_id, code, name, base_unit, status) VALUES
    (9001, 9307, 'OLD', 'old', 'EA', 'inactive'),
    (9002, 9399, 'THEIRS', 'theirs', 'EA', 'active'),
    (9003, 9398, 'PEN', 'pen', 'EA', 'active');
INSERT INTO ims.location (location_id, code, name, kind, parent_id, site_id, status) VALUES
    (9104, 'T-SHUT', 'shut bin', 'bin', 9100, 9100, 'inactive'),
    (9250, 'T-FAR', 'far site', 'site', NULL, 9250, 'active');
SELECT lives_ok(
    $$ SELECT ims.receive('SHOP', 'PEN', 100, to_location => 'T-HERE-A') $$, 'stock to begin with');
SELECT lives_ok(
    $$ SELECT ims.receive('SHOP', 'PHONE', 1, to_location => 'T-HERE-A', serial => 'S2') $$,
    'a serial in its place');
SELECT lives_ok(
    $$ SELECT ims.receive('SHOP', 'PHONE', 1, to_location => 'T-HERE-B', serial => 'S1') $$,
    'another one elsewhere');
SELECT lives_ok(
    $$ SELECT ims.ship('SHOP', 'PEN', 10, from_location => 'T-HERE-A') $$, 'and a shipment');
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
CREATE TEMPORARY TABLE before AS SELECT pg_temp.everything() AS state;

-- What is missing is named.
SELECT is(pg_temp.refusal(c.call), c.expected, c.name)
FROM (VALUES
    (1, 'receive without an item',
        $$ SELECT ims.receive('SHOP', quantity => 1, to_location => 'T-HERE-A') $$,
        'IV201 | argument "item" is missing | {"line": 1, "argument": "item"}'),
    (2, 'receive without a quantity',
        $$ SELECT ims.receive('SHOP', 'PEN', to_location => 'T-HERE-A') $$,
        'IV201 | argument "quantity" is missing | {"line": 1, "argument": "quantity"}'),
    (3, 'receive without a place',
        $$ SELECT ims.receive('SHOP', 'PEN', 1) $$,
        'IV201 | argument "to_location" is missing | {"line": 1, "argument": "to_location"}'),
    (4, 'ship without a place',
        $$ SELECT ims.ship('SHOP', 'PEN', 1) $$,
        'IV201 | argument "from_location" is missing | {"line": 1, "argument": "from_location"}'),
    (5, 'transfer without the first place',
        $$ SELECT ims.transfer('SHOP', 'PEN', 1, to_location => 'T-HERE-B') $$,
        'IV201 | argument "from_location" is missing | {"line": 1, "argument": "from_location"}'),
    (6, 'transfer without the second place',
        $$ SELECT ims.transfer('SHOP', 'PEN', 1, from_location => 'T-HERE-A') $$,
        'IV201 | argument "to_location" is missing | {"line": 1, "argument": "to_location"}'),
    (7, 'dispatch without a destination',
        $$ SELECT ims.dispatch('SHOP', 'PEN', 1, from_location => 'T-HERE-A') $$,
        'IV201 | argument "to_location" is missing | {"line": 1, "argument": "to_location"}'),
    (8, 'adjust without a place',
        $$ SELECT ims.adjust('SHOP', 'PEN', 1) $$,
        'IV201 | argument "location" is missing | {"line": 1, "argument": "location"}'),
    (9, 'scrap without a place',
        $$ SELECT ims.scrap('SHOP', 'PEN', 1) $$,
        'IV201 | argument "from_location" is missing | {"line": 1, "argument": "from_location"}'),
    (10, 'consume without a place',
        $$ SELECT ims.consume('SHOP', 'PEN', 1) $$,
        'IV201 | argument "from_location" is missing | {"line": 1, "argument": "from_location"}'),
    (11, 'produce without a place',
        $$ SELECT ims.produce('SHOP', 'INK', 1) $$,
        'IV201 | argument "to_location" is missing | {"line": 1, "argument": "to_location"}'),
    (12, 'a component without a place',
        $$ SELECT ims.produce('SHOP', 'INK', 1, to_location => 'T-HERE-A', components =>
        '[{"item": "PEN", "quantity": 1, "from_location": "T-HERE-A"}, {"item": "PEN",
        "quantity": 1}]') $$,
        'IV201 | argument "from_location" is missing | {"line": 3, "argument": "from_location"}'),
    (13, 'return_from_customer without a place',
        $$ SELECT ims.return_from_customer('SHOP', 'PEN', 1) $$,
        'IV201 | argument "to_location" is missing | {"line": 1, "argument": "to_location"}'),
    (14, 'return_to_supplier without a place',
        $$ SELECT ims.return_to_supplier('SHOP', 'PEN', 1) $$,
        'IV201 | argument "from_location" is missing | {"line": 1, "argument": "from_location"}'),
    (15, 'post without lines',
        $$ SELECT ims.post(owner => 'SHOP') $$,
        'IV201 | argument "lines" is missing | {"argument": "lines"}'),
    (16, 'post_ids without items',
        $$ SELECT ims.post_ids(quantities => '{1}', owner => 'SHOP') $$,
        'IV201 | argument "item_ids" is missing | {"argument": "item_ids"}'),
    (17, 'post_ids without quantities',
        $$ SELECT ims.post_ids('{9301}', NULL, '{2}', '{9101}', owner => 'SHOP') $$,
        'IV201 | argument "quantities" is missing | {"argument": "quantities"}'),
    (18, 'post_ids without the first place',
        $$ SELECT ims.post_ids('{9301}', '{1}', to_location_ids => '{9101}', owner => 'SHOP') $$,
        'IV201 | argument "from_location_ids" is missing | {"argument": "from_location_ids"}'),
    (19, 'post_ids without the second place',
        $$ SELECT ims.post_ids('{9301}', '{1}', '{9101}', owner => 'SHOP') $$,
        'IV201 | argument "to_location_ids" is missing | {"argument": "to_location_ids"}'),
    (20, 'post_ids of adjust without any place',
        $$ SELECT ims.post_ids('{9301}', '{1}', owner => 'SHOP', kind => 'adjust') $$,
        'IV201 | argument "to_location_ids" is missing | {"argument": "to_location_ids"}'),
    (21, 'post_ids with a null item',
        $$ SELECT ims.post_ids('{9301,NULL}', '{1,1}', '{2,2}', '{9101,9101}', owner => 'SHOP') $$,
        'IV201 | argument "item_ids" is missing | {"line": 2, "argument": "item_ids"}'),
    (22, 'post_ids with a null quantity',
        $$ SELECT ims.post_ids('{9301,9301}', '{1,NULL}', '{2,2}', '{9101,9101}', owner =>
        'SHOP') $$,
        'IV201 | argument "quantities" is missing | {"line": 2, "argument": "quantities"}'),
    (23, 'post_ids with a null first place',
        $$ SELECT ims.post_ids('{9301,9301}', '{1,1}', '{2,NULL}', '{9101,9101}', owner =>
        'SHOP') $$,
        'IV201 | argument "from_location_ids" is missing | {"line": 2, "argument": "from_location_ids"}'),
    (24, 'post_ids with a null second place',
        $$ SELECT ims.post_ids('{9301,9301}', '{1,1}', '{2,2}', '{9101,NULL}', owner => 'SHOP') $$,
        'IV201 | argument "to_location_ids" is missing | {"line": 2, "argument": "to_location_ids"}'),
    (25, 'post_ids with a null item (zero)',
        $$ SELECT ims.post_ids('{9301,0}', '{1,1}', '{2,2}', '{9101,9101}', owner => 'SHOP') $$,
        'IV201 | argument "item_ids" is missing | {"line": 2, "argument": "item_ids"}')
) AS c(n, name, call, expected)
ORDER BY c.n;

-- Codes name something, exactly.
SELECT is(pg_temp.refusal(c.call), c.expected, c.name)
FROM (VALUES
    (1, 'unknown item',
        $$ SELECT ims.receive('SHOP', 'pen', 1, to_location => 'T-HERE-A') $$,
        'IV203 | item "pen" is unknown | {"item": "pen", "line": 1}'),
    (2, 'another owner''s item',
        $$ SELECT ims.receive('SHOP', 'THEIRS', 1, to_location => 'T-HERE-A') $$,
        'IV203 | item "THEIRS" is unknown | {"item": "THEIRS", "line": 1}'),
    (3, 'empty item',
        $$ SELECT ims.receive('SHOP', '', 1, to_location => 'T-HERE-A') $$,
        'IV203 | item "" is unknown | {"item": "", "line": 1}'),
    (4, 'unknown place',
        $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'NOWHERE') $$,
        'IV204 | location "NOWHERE" is unknown | {"item": "PEN", "line": 1, "to_location": "NOWHERE"}'),
    (5, 'unknown lot',
        $$ SELECT ims.receive('SHOP', 'MILK', 1, to_location => 'T-HERE-A', lot => 'L9') $$,
        'IV205 | lot "L9" is unknown | {"lot": "L9", "item": "MILK", "line": 1}'),
    (6, 'unknown serial',
        $$ SELECT ims.receive('SHOP', 'PHONE', 1, to_location => 'T-HERE-A', serial => 'S9') $$,
        'IV206 | serial "S9" is unknown | {"item": "PHONE", "line": 1, "serial": "S9"}'),
    (7, 'unknown handling unit',
        $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', handling_unit => 'P9') $$,
        'IV207 | handling unit "P9" is unknown | {"line": 1, "handling_unit": "P9"}'),
    (8, 'unknown party',
        $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', party => 'NOBODY') $$,
        'IV208 | party "NOBODY" is unknown | {"party": "NOBODY"}'),
    (9, 'unknown channel',
        $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', channel => 'TV') $$,
        'IV209 | channel "TV" is unknown | {"channel": "TV"}'),
    (10, 'unknown unit',
        $$ SELECT ims.receive('SHOP', 'PEN', 1, 'PF', 'T-HERE-A') $$,
        'IV102 | item "PEN" has no unit "PF" | {"item": "PEN", "line": 1, "unit": "PF"}'),
    (11, 'unknown owner',
        $$ SELECT ims.receive('NONE', 'PEN', 1, to_location => 'T-HERE-A') $$,
        'IV202 | owner "NONE" is unknown | {"owner": "NONE"}'),
    (12, 'currency in small letters',
        $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', currency => 'eur') $$,
        'IV104 | currency "eur" is invalid | {"line": 1, "currency": "eur"}'),
    (13, 'currency of four letters',
        $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', currency => 'EURO') $$,
        'IV104 | currency "EURO" is invalid | {"line": 1, "currency": "EURO"}'),
    (14, 'unknown origin posting',
        $$ SELECT ims.return_from_customer('SHOP', 'PEN', 1, to_location => 'T-HERE-A',
        origin_posting_id => -1) $$,
        'IV210 | origin posting -1 is unknown | {"origin_posting_id": -1}'),
    (15, 'unknown origin movement',
        $$ SELECT ims.return_from_customer('SHOP', 'PEN', 1, to_location => 'T-HERE-A',
        origin_movement_id => -1) $$,
        'IV210 | origin movement -1 is unknown | {"item": "PEN", "line": 1, "origin_movement_id": -1}'),
    (16, 'unknown kind',
        $$ SELECT ims.post('[{}]', 'sell', 'SHOP') $$,
        '22023 | kind "sell" is unknown'),
    (17, 'unknown on_error',
        $$ SELECT ims.post('[{}]', 'ship', 'SHOP', on_error => 'ignore') $$,
        '22023 | on_error "ignore" is unknown'),
    (18, 'unknown item id',
        $$ SELECT ims.post_ids('{9301,9399}', '{1,1}', '{2,2}', '{9101,9101}', owner => 'SHOP') $$,
        'IV203 | item 9399 is unknown | {"line": 2, "item_id": 9399}'),
    (19, 'unknown place id',
        $$ SELECT ims.post_ids('{9301,9301}', '{1,1}', '{2,2}', '{9101,77}', owner => 'SHOP') $$,
        'IV204 | location 77 is unknown | {"item": "PEN", "line": 2, "location_id": 77}')
) AS c(n, name, call, expected)
ORDER BY c.n;

-- An origin that is not what is returned.
SELECT is(left(pg_temp.refusal(c.call), 5), c.expected, c.name)
FROM (VALUES
    (1, 'the origin is of another item',
        $$ SELECT ims.return_from_customer('SHOP', 'INK', 1, to_location => 'T-HERE-A',
        origin_movement_id => (SELECT max(movement_id) FROM ims.movement WHERE item_id = 9301
        AND to_location_id = 3)) $$,
        'IV210'),
    (2, 'the origin did not go to a customer',
        $$ SELECT ims.return_from_customer('SHOP', 'PEN', 1, to_location => 'T-HERE-A',
        origin_movement_id => (SELECT min(movement_id) FROM ims.movement WHERE item_id =
        9301)) $$,
        'IV210'),
    (3, 'the origin is of another posting',
        $$ SELECT ims.return_from_customer('SHOP', 'PEN', 1, to_location => 'T-HERE-A',
        origin_posting_id => (SELECT min(posting_id) FROM ims.posting WHERE owner_id = 9001),
        origin_movement_id => (SELECT max(movement_id) FROM ims.movement WHERE item_id = 9301
        AND to_location_id = 3)) $$,
        'IV210')
) AS c(n, name, call, expected)
ORDER BY c.n;

-- Quantities.
SELECT is(pg_temp.refusal(c.call), c.expected, c.name)
FROM (VALUES
    (1, 'quantity 0',
        $$ SELECT ims.receive('SHOP', 'SUGAR', 0, to_location => 'T-HERE-A') $$,
        'IV101 | quantity 0 of item "SUGAR" must be above zero | {"item": "SUGAR", "line": 1, "quantity": 0}'),
    (2, 'quantity -1',
        $$ SELECT ims.receive('SHOP', 'SUGAR', -1, to_location => 'T-HERE-A') $$,
        'IV101 | quantity -1 of item "SUGAR" must be above zero | {"item": "SUGAR", "line": 1, "quantity": -1}'),
    (3, 'quantity NaN',
        $$ SELECT ims.receive('SHOP', 'SUGAR', 'NaN', to_location => 'T-HERE-A') $$,
        'IV101 | quantity NaN of item "SUGAR" is not a finite number | {"item": "SUGAR", "line": 1, "quantity": "NaN"}'),
    (4, 'quantity Infinity',
        $$ SELECT ims.receive('SHOP', 'SUGAR', 'Infinity', to_location => 'T-HERE-A') $$,
        'IV101 | quantity Infinity of item "SUGAR" is not a finite number | {"item": "SUGAR", "line": 1, "quantity": "Infinity"}'),
    (5, 'quantity -Infinity',
        $$ SELECT ims.receive('SHOP', 'SUGAR', '-Infinity', to_location => 'T-HERE-A') $$,
        'IV101 | quantity -Infinity of item "SUGAR" is not a finite number | {"item": "SUGAR", "line": 1, "quantity": "-Infinity"}'),
    (6, 'quantity 0.0000001',
        $$ SELECT ims.receive('SHOP', 'SUGAR', 0.0000001, to_location => 'T-HERE-A') $$,
        'IV101 | quantity 0.0000001 of item "SUGAR" has more than six decimals | {"item": "SUGAR", "line": 1, "quantity": 0.0000001}'),
    (7, 'quantity 1.2345678',
        $$ SELECT ims.receive('SHOP', 'SUGAR', 1.2345678, to_location => 'T-HERE-A') $$,
        'IV101 | quantity 1.2345678 of item "SUGAR" has more than six decimals | {"item": "SUGAR", "line": 1, "quantity": 1.2345678}'),
    (8, 'quantity 1000000000000',
        $$ SELECT ims.receive('SHOP', 'SUGAR', 1000000000000, to_location => 'T-HERE-A') $$,
        'IV101 | quantity 1000000000000 of item "SUGAR" must be below 1000000000000 in size | {"item": "SUGAR", "line": 1, "quantity": 1000000000000}'),
    (9, 'quantity -1000000000000',
        $$ SELECT ims.receive('SHOP', 'SUGAR', -1000000000000, to_location => 'T-HERE-A') $$,
        'IV101 | quantity -1000000000000 of item "SUGAR" must be below 1000000000000 in size | {"item": "SUGAR", "line": 1, "quantity": -1000000000000}'),
    (10, 'quantity 1e50',
        $$ SELECT ims.receive('SHOP', 'SUGAR', 1e50, to_location => 'T-HERE-A') $$,
        'IV101 | quantity 1.000000e+50 of item "SUGAR" must be below 1000000000000 in size | {"item": "SUGAR", "line": 1, "quantity": 100000000000000000000000000000000000000000000000000}'),
    (11, 'the least quantity',
        $$ SELECT ims.receive('SHOP', 'SUGAR', 0.000001, to_location => 'T-HERE-A', dry_run =>
        true) $$,
        'accepted'),
    (12, 'the most',
        $$ SELECT ims.receive('SHOP', 'SUGAR', 999999999999.999999, to_location => 'T-HERE-A',
        dry_run => true) $$,
        'accepted'),
    (13, 'zeros behind the sixth decimal',
        $$ SELECT ims.receive('SHOP', 'SUGAR', 1.50000000, to_location => 'T-HERE-A', dry_run =>
        true) $$,
        'accepted'),
    (14, 'adjust by nothing',
        $$ SELECT ims.adjust('SHOP', 'PEN', 0, location => 'T-HERE-A') $$,
        'IV101 | quantity 0 of item "PEN" must not be zero | {"item": "PEN", "line": 1, "quantity": 0}'),
    (15, 'adjust by not a number',
        $$ SELECT ims.adjust('SHOP', 'PEN', 'NaN', location => 'T-HERE-A') $$,
        'IV101 | quantity NaN of item "PEN" is not a finite number | {"item": "PEN", "line": 1, "quantity": "NaN"}'),
    (16, 'a part of a whole unit',
        $$ SELECT ims.receive('SHOP', 'PEN', 1.5, to_location => 'T-HERE-A') $$,
        'IV101 | quantity 1.5 of item "PEN" must be whole in unit "EA" | {"item": "PEN", "line": 1, "unit": "EA", "quantity": 1.5}'),
    (17, 'ids: quantity -1',
        $$ SELECT ims.post_ids('{9301,9302}', '{1,-1}', '{2,2}', '{9101,9101}', owner => 'SHOP') $$,
        'IV101 | quantity -1 of item "SUGAR" must be above zero | {"item": "SUGAR", "line": 2, "quantity": -1}'),
    (18, 'ids: quantity NaN',
        $$ SELECT ims.post_ids('{9301,9302}', '{1,NaN}', '{2,2}', '{9101,9101}', owner => 'SHOP') $$,
        'IV101 | quantity NaN of item "SUGAR" is not a finite number | {"item": "SUGAR", "line": 2, "quantity": "NaN"}'),
    (19, 'ids: quantity 1.2345678',
        $$ SELECT ims.post_ids('{9301,9302}', '{1,1.2345678}', '{2,2}', '{9101,9101}', owner =>
        'SHOP') $$,
        'IV101 | quantity 1.2345678 of item "SUGAR" has more than six decimals | {"item": "SUGAR", "line": 2, "quantity": 1.2345678}'),
    (20, 'ids: quantity 1000000000000',
        $$ SELECT ims.post_ids('{9301,9302}', '{1,1000000000000}', '{2,2}', '{9101,9101}', owner
        => 'SHOP') $$,
        'IV101 | quantity 1000000000000 of item "SUGAR" must be below 1000000000000 in size | {"item": "SUGAR", "line": 2, "quantity": 1000000000000}')
) AS c(n, name, call, expected)
ORDER BY c.n;

-- Money.
SELECT is(pg_temp.refusal(c.call), c.expected, c.name)
FROM (VALUES
    (1, 'a cost below zero',
        $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', unit_cost => -1) $$,
        '22003 | unit_cost -1 is out of range | {"line": 1, "argument": "unit_cost", "unit_cost": -1}'),
    (2, 'a cost that is not a number',
        $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', unit_cost => 'NaN') $$,
        '22003 | unit_cost NaN is out of range | {"line": 1, "argument": "unit_cost", "unit_cost": "NaN"}'),
    (3, 'an infinite cost',
        $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', unit_cost =>
        'Infinity') $$,
        '22003 | unit_cost Infinity is out of range | {"line": 1, "argument": "unit_cost", "unit_cost": "Infinity"}'),
    (4, 'a cost of 10^15',
        $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', unit_cost => 1e15) $$,
        '22003 | unit_cost 1000000000000000 is out of range | {"line": 1, "argument": "unit_cost", "unit_cost": 1000000000000000}'),
    (5, 'a rate of zero',
        $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', rate => 0) $$,
        '22003 | rate 0 is out of range | {"line": 1, "rate": 0, "argument": "rate"}'),
    (6, 'an infinite sale value',
        $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', sale_value =>
        '-Infinity') $$,
        '22003 | sale_value -Infinity is out of range | {"line": 1, "argument": "sale_value", "sale_value": "-Infinity"}'),
    (7, 'a sale value of 10^15',
        $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', sale_value => 1e15) $$,
        '22003 | sale_value 1000000000000000 is out of range | {"line": 1, "argument": "sale_value", "sale_value": 1000000000000000}'),
    (8, 'the least and the most money',
        $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', unit_cost => 0, rate
        => 0.000001, sale_value => -999999999999999.99, dry_run => true) $$,
        'accepted'),
    (9, 'ids: a cost below zero',
        $$ SELECT ims.post_ids('{9301,9301}', '{1,1}', '{2,2}', '{9101,9101}', unit_costs =>
        '{NULL,-1}', owner => 'SHOP') $$,
        '22003 | unit_cost -1 is out of range | {"line": 2, "argument": "unit_cost", "unit_cost": -1}'),
    (10, 'ids: a rate below zero',
        $$ SELECT ims.post_ids('{9301}', '{1}', '{2}', '{9101}', rate => -1, owner => 'SHOP') $$,
        '22003 | rate -1 is out of range | {"line": 1, "rate": -1, "argument": "rate"}'),
    (11, 'ids: a rate below zero is no single line''s',
        $$ SELECT ims.post_ids('{9301}', '{1}', '{2}', '{9101}', rate => -1, owner => 'SHOP',
        on_error => 'report') $$,
        '22003 | rate -1 is out of range | {"line": 1, "rate": -1, "argument": "rate"}')
) AS c(n, name, call, expected)
ORDER BY c.n;

-- Tracking and places.
SELECT is(pg_temp.refusal(c.call), c.expected, c.name)
FROM (VALUES
    (1, 'a lot for an item without',
        $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', lot => 'L1') $$,
        'IV213 | item "PEN" is not tracked by lot | {"lot": "L1", "item": "PEN", "line": 1}'),
    (2, 'no lot for an item with',
        $$ SELECT ims.receive('SHOP', 'MILK', 1, to_location => 'T-HERE-A') $$,
        'IV213 | line 1 of item "MILK" names no lot, but the item is tracked by lot | {"item": "MILK", "line": 1, "tracking": "lot"}'),
    (3, 'a serial for an item without',
        $$ SELECT ims.receive('SHOP', 'MILK', 1, to_location => 'T-HERE-A', lot => 'L1', serial
        => 'S1') $$,
        'IV213 | item "MILK" is not tracked by serial | {"item": "MILK", "line": 1, "serial": "S1"}'),
    (4, 'no serial for an item with',
        $$ SELECT ims.receive('SHOP', 'PHONE', 1, to_location => 'T-HERE-A') $$,
        'IV213 | line 1 of item "PHONE" names no serial, but the item is tracked by serial | {"item": "PHONE", "line": 1, "tracking": "serial"}'),
    (5, 'two units of one serial',
        $$ SELECT ims.receive('SHOP', 'PHONE', 2, to_location => 'T-HERE-A', serial => 'S1') $$,
        'IV213 | line 1 of item "PHONE" moves other than one unit of a serial | {"item": "PHONE", "line": 1, "tracking": "serial"}'),
    (6, 'a serial that is elsewhere',
        $$ SELECT ims.ship('SHOP', 'PHONE', 1, from_location => 'T-HERE-A', serial => 'S1') $$,
        'IV305 | serial "S1" is not at "T-HERE-A" | {"item": "PHONE", "line": 1, "serial": "S1"}'),
    (7, 'a serial where there is none',
        $$ SELECT ims.ship('SHOP', 'PHONE', 1, from_location => 'T-HERE-B', serial => 'S2') $$,
        'IV305 | serial "S2" is not at "T-HERE-B" | {"item": "PHONE", "line": 1, "serial": "S2"}'),
    (8, 'from a place to itself',
        $$ SELECT ims.transfer('SHOP', 'PEN', 1, from_location => 'T-HERE-A', to_location =>
        'T-HERE-A') $$,
        'IV215 | a movement from "T-HERE-A" to itself | {"item": "PEN", "line": 1, "location": "T-HERE-A"}'),
    (9, 'transfer to another site',
        $$ SELECT ims.transfer('SHOP', 'PEN', 1, from_location => 'T-HERE-A', to_location =>
        'T-THERE-A') $$,
        'IV214 | "T-HERE-A" and "T-THERE-A" are on different sites | {"item": "PEN", "line": 1, "location": "T-THERE-A"}'),
    (10, 'dispatch within a site',
        $$ SELECT ims.dispatch('SHOP', 'PEN', 1, from_location => 'T-HERE-A', to_location =>
        'T-HERE-B') $$,
        'IV214 | goods cannot be dispatched to "T-HERE-B" | {"item": "PEN", "line": 1, "to_location": "T-HERE-B"}'),
    (11, 'dispatch to no site',
        $$ SELECT ims.dispatch('SHOP', 'PEN', 1, from_location => 'T-HERE-A', to_location =>
        'SCRAP') $$,
        'IV214 | goods cannot be dispatched to "SCRAP" | {"item": "PEN", "line": 1, "to_location": "SCRAP"}'),
    (12, 'dispatch to two sites',
        $$ SELECT ims.post('[{"item": "PEN", "quantity": 1, "from_location": "T-HERE-A",
        "to_location": "T-THERE-A"}, {"item": "PEN", "quantity": 1, "from_location":
        "T-HERE-A", "to_location": "T-FAR"}]', 'dispatch', 'SHOP') $$,
        'IV214 | goods cannot be dispatched to "T-FAR" | {"item": "PEN", "line": 2, "to_location": "T-FAR"}'),
    (13, 'ids: dispatch to two sites',
        $$ SELECT ims.post_ids('{9301,9301}', '{1,1}', '{9101,9101}', '{9201,9250}', owner =>
        'SHOP', kind => 'dispatch') $$,
        'IV214 | goods cannot be dispatched to "T-FAR" | {"item": "PEN", "line": 2, "to_location": "T-FAR"}'),
    (14, 'receive into a virtual place',
        $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'CUSTOMER') $$,
        'IV214 | "receive" does not go from "SUPPLIER" to "CUSTOMER" | {"item": "PEN", "line": 1, "location": "CUSTOMER"}'),
    (15, 'transfer of what is not stocked',
        $$ SELECT ims.transfer('SHOP', 'CARRIAGE', 1, from_location => 'T-HERE-A', to_location =>
        'T-HERE-B') $$,
        'IV214 | item "CARRIAGE" is not stocked | {"item": "CARRIAGE", "line": 1}'),
    (16, 'dispatch of what is not stocked',
        $$ SELECT ims.dispatch('SHOP', 'CARRIAGE', 1) $$,
        'IV214 | item "CARRIAGE" is not stocked | {"item": "CARRIAGE", "line": 1}'),
    (17, 'a pallet of what is not stocked',
        $$ SELECT ims.receive('SHOP', 'CARRIAGE', 1, handling_unit => 'P1') $$,
        'IV214 | item "CARRIAGE" is not stocked | {"item": "CARRIAGE", "line": 1, "handling_unit": "P1"}'),
    (18, 'ids: transfer of what is not stocked',
        $$ SELECT ims.post_ids('{9305}', '{1}', '{9101}', '{9102}', owner => 'SHOP') $$,
        'IV214 | item "CARRIAGE" is not stocked | {"item": "CARRIAGE", "line": 1}'),
    (19, 'output and component at once',
        $$ SELECT ims.post('[{"item": "PEN", "quantity": 1, "from_location": "T-HERE-A",
        "to_location": "T-HERE-B"}]', 'produce', 'SHOP') $$,
        'IV223 | a line of a production is either output or component | {"line": 1}'),
    (20, 'an inactive item',
        $$ SELECT ims.receive('SHOP', 'OLD', 1, to_location => 'T-HERE-A') $$,
        'IV212 | item "OLD" is inactive | {"item": "OLD", "line": 1}'),
    (21, 'an inactive place',
        $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-SHUT') $$,
        'IV212 | location "T-SHUT" is inactive | {"item": "PEN", "line": 1, "location": "T-SHUT"}'),
    (22, 'more than is there',
        $$ SELECT ims.ship('SHOP', 'PEN', 91, from_location => 'T-HERE-A') $$,
        'IV301 | insufficient stock of item "PEN" at "T-HERE-A" | {"item": "PEN", "line": 1, "location": "T-HERE-A", "available": 90, "requested": 91}'),
    (23, 'goods from the source of services',
        $$ SELECT ims.ship('SHOP', 'PEN', 1, from_location => 'SERVICE') $$,
        'IV214 | item "PEN" is stocked | {"item": "PEN", "line": 1, "location": "SERVICE"}'),
    (24, 'goods into the source of services',
        $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'SERVICE') $$,
        'IV214 | item "PEN" is stocked | {"item": "PEN", "line": 1, "location": "SERVICE"}'),
    (25, 'ids: goods from the source of services',
        $$ SELECT ims.post_ids('{9301}', '{1}', '{8}', '{9101}', owner => 'SHOP', kind => 'move') $$,
        'IV214 | item "PEN" is stocked | {"item": "PEN", "line": 1, "location": "SERVICE"}')
) AS c(n, name, call, expected)
ORDER BY c.n;

-- Lines as JSON.
SELECT is(pg_temp.refusal(c.call), c.expected, c.name)
FROM (VALUES
    (1, 'an object instead of an array',
        $$ SELECT ims.post('{}', 'receive', 'SHOP') $$,
        'IV223 | argument "lines" must be an array of objects | {"argument": "lines"}'),
    (2, 'a string',
        $$ SELECT ims.post('"x"', 'receive', 'SHOP') $$,
        'IV223 | argument "lines" must be an array of objects | {"argument": "lines"}'),
    (3, 'a number',
        $$ SELECT ims.post('7', 'receive', 'SHOP') $$,
        'IV223 | argument "lines" must be an array of objects | {"argument": "lines"}'),
    (4, 'null',
        $$ SELECT ims.post('null', 'receive', 'SHOP') $$,
        'IV223 | argument "lines" must be an array of objects | {"argument": "lines"}'),
    (5, 'an empty array',
        $$ SELECT ims.post('[]', 'receive', 'SHOP') $$,
        'IV219 | there is no line to post | {"lines": 0}'),
    (6, 'a line that is a number',
        $$ SELECT ims.post('[{"item": "PEN", "quantity": 1, "to_location": "T-HERE-A"}, 7]',
        'receive', 'SHOP') $$,
        'IV223 | a line must be a JSON object | {"line": 2}'),
    (7, 'a line that is an array',
        $$ SELECT ims.post('[{"item": "PEN", "quantity": 1, "to_location": "T-HERE-A"}, []]',
        'receive', 'SHOP') $$,
        'IV223 | a line must be a JSON object | {"line": 2}'),
    (8, 'a line that is null',
        $$ SELECT ims.post('[{"item": "PEN", "quantity": 1, "to_location": "T-HERE-A"}, null]',
        'receive', 'SHOP') $$,
        'IV223 | a line must be a JSON object | {"line": 2}'),
    (9, 'an empty line',
        $$ SELECT ims.post('[{"item": "PEN", "quantity": 1, "to_location": "T-HERE-A"}, {}]',
        'receive', 'SHOP') $$,
        'IV201 | argument "item" is missing | {"line": 2, "argument": "item"}'),
    (10, 'an unknown key',
        $$ SELECT ims.post('[{"item": "PEN", "quantity": 1, "to_location": "T-HERE-A"}, {"item":
        "PEN", "quantity": 1, "to_location": "T-HERE-A", "colour": "red"}]', 'receive',
        'SHOP') $$,
        'IV211 | key "colour" is unknown in a line of kind "receive" | {"key": "colour", "line": 2}'),
    (11, 'a key of the call',
        $$ SELECT ims.post('[{"item": "PEN", "quantity": 1, "to_location": "T-HERE-A", "party":
        "ACME"}]', 'receive', 'SHOP') $$,
        'IV211 | key "party" is unknown in a line of kind "receive" | {"key": "party", "line": 1}'),
    (12, 'a key of another kind',
        $$ SELECT ims.post('[{"item": "PEN", "quantity": 1, "location": "T-HERE-A"}]', 'receive',
        'SHOP') $$,
        'IV211 | key "location" has no place in a line of kind "receive" | {"key": "location", "line": 1}'),
    (13, 'a key in capitals',
        $$ SELECT ims.post('[{"Item": "PEN", "quantity": 1, "to_location": "T-HERE-A"}]',
        'receive', 'SHOP') $$,
        'IV211 | key "Item" is unknown in a line of kind "receive" | {"key": "Item", "line": 1}'),
    (14, 'an item that is a number',
        $$ SELECT ims.post('[{"item": 7, "quantity": 1, "to_location": "T-HERE-A"}]', 'receive',
        'SHOP') $$,
        'IV223 | value of key "item" must be a string | {"key": "item", "line": 1}'),
    (15, 'an item that is an object',
        $$ SELECT ims.post('[{"item": {}, "quantity": 1, "to_location": "T-HERE-A"}]', 'receive',
        'SHOP') $$,
        'IV223 | value of key "item" must be a string | {"key": "item", "line": 1}'),
    (16, 'a quantity that is a word',
        $$ SELECT ims.post('[{"item": "PEN", "quantity": "one", "to_location": "T-HERE-A"}]',
        'receive', 'SHOP') $$,
        'IV223 | value of key "quantity" must be a number | {"key": "quantity", "line": 1}'),
    (17, 'a quantity that is empty',
        $$ SELECT ims.post('[{"item": "PEN", "quantity": "", "to_location": "T-HERE-A"}]',
        'receive', 'SHOP') $$,
        'IV223 | value of key "quantity" must be a number | {"key": "quantity", "line": 1}'),
    (18, 'a quantity with a space',
        $$ SELECT ims.post('[{"item": "PEN", "quantity": "1 ", "to_location": "T-HERE-A"}]',
        'receive', 'SHOP') $$,
        'IV223 | value of key "quantity" must be a number | {"key": "quantity", "line": 1}'),
    (19, 'a quantity with a comma',
        $$ SELECT ims.post('[{"item": "PEN", "quantity": "1,5", "to_location": "T-HERE-A"}]',
        'receive', 'SHOP') $$,
        'IV223 | value of key "quantity" must be a number | {"key": "quantity", "line": 1}'),
    (20, 'a quantity that is true',
        $$ SELECT ims.post('[{"item": "PEN", "quantity": true, "to_location": "T-HERE-A"}]',
        'receive', 'SHOP') $$,
        'IV223 | value of key "quantity" must be a number | {"key": "quantity", "line": 1}'),
    (21, 'a quantity that is an array',
        $$ SELECT ims.post('[{"item": "PEN", "quantity": [1], "to_location": "T-HERE-A"}]',
        'receive', 'SHOP') $$,
        'IV223 | value of key "quantity" must be a number | {"key": "quantity", "line": 1}'),
    (22, 'a quantity that is null',
        $$ SELECT ims.post('[{"item": "PEN", "quantity": null, "to_location": "T-HERE-A"}]',
        'receive', 'SHOP') $$,
        'IV201 | argument "quantity" is missing | {"line": 1, "argument": "quantity"}'),
    (23, 'a quantity that is no number',
        $$ SELECT ims.post('[{"item": "PEN", "quantity": "NaN", "to_location": "T-HERE-A"}]',
        'receive', 'SHOP') $$,
        'IV101 | quantity NaN of item "PEN" is not a finite number | {"item": "PEN", "line": 1, "quantity": "NaN"}'),
    (24, 'a quantity of too many digits',
        $$ SELECT ims.post('[{"item": "PEN", "quantity": "1e1000", "to_location": "T-HERE-A"}]',
        'receive', 'SHOP') $$,
        'IV223 | value of key "quantity" must be a number | {"key": "quantity", "line": 1}'),
    (25, 'a quantity without digits',
        $$ SELECT ims.post('[{"item": "PEN", "quantity": "-.e1", "to_location": "T-HERE-A"}]',
        'receive', 'SHOP') $$,
        'IV223 | value of key "quantity" must be a number | {"key": "quantity", "line": 1}'),
    (26, 'an origin that is a word',
        $$ SELECT ims.post('[{"item": "PEN", "quantity": 1, "to_location": "T-HERE-A",
        "origin_movement_id": "x"}]', 'receive', 'SHOP') $$,
        'IV223 | value of key "origin_movement_id" must be a number | {"key": "origin_movement_id", "line": 1}'),
    (27, 'an origin with a point',
        $$ SELECT ims.post('[{"item": "PEN", "quantity": 1, "to_location": "T-HERE-A",
        "origin_movement_id": 1.5}]', 'receive', 'SHOP') $$,
        'IV223 | value of key "origin_movement_id" must be an id | {"key": "origin_movement_id", "line": 1}'),
    (28, 'an origin of 2^63',
        $$ SELECT ims.post('[{"item": "PEN", "quantity": 1, "to_location": "T-HERE-A",
        "origin_movement_id": 9223372036854775808}]', 'receive', 'SHOP') $$,
        'IV223 | value of key "origin_movement_id" must be an id | {"key": "origin_movement_id", "line": 1}'),
    (29, 'numbers as strings',
        $$ SELECT ims.post('[{"item": "PEN", "quantity": "+1.0e0", "to_location": "T-HERE-A",
        "unit_cost": ".5", "sale_value": "-1."}]', 'receive', 'SHOP', dry_run => true) $$,
        'accepted'),
    (30, 'components that are no array',
        $$ SELECT ims.produce('SHOP', 'INK', 1, to_location => 'T-HERE-A', components => '{}') $$,
        'IV223 | argument "components" must be an array of objects | {"argument": "components"}'),
    (31, 'a component with a key of its own',
        $$ SELECT ims.produce('SHOP', 'INK', 1, to_location => 'T-HERE-A', components =>
        '[{"item": "PEN", "quantity": 1, "from_location": "T-HERE-A", "to_location":
        "T-HERE-B"}]') $$,
        'IV211 | key "to_location" has no place in a line of kind "produce" | {"key": "to_location", "line": 2}')
) AS c(n, name, call, expected)
ORDER BY c.n;

-- Arrays of ids.
SELECT is(pg_temp.refusal(c.call), c.expected, c.name)
FROM (VALUES
    (1, 'no lines',
        $$ SELECT ims.post_ids('{}', '{}', '{}', '{}', owner => 'SHOP') $$,
        'IV219 | there is no line to post | {"lines": 0}'),
    (2, 'more quantities than items',
        $$ SELECT ims.post_ids('{9301}', '{1,1}', '{2}', '{9101}', owner => 'SHOP') $$,
        'IV223 | array "quantities" must be as long as "item_ids" | {"lines": 1, "argument": "quantities", "elements": 2}'),
    (3, 'fewer lots than items',
        $$ SELECT ims.post_ids('{9301,9301}', '{1,1}', '{2,2}', '{9101,9101}', lot_ids => '{0}',
        owner => 'SHOP') $$,
        'IV223 | array "lot_ids" must be as long as "item_ids" | {"lines": 2, "argument": "lot_ids", "elements": 1}'),
    (4, 'no costs for a line',
        $$ SELECT ims.post_ids('{9301}', '{1}', '{2}', '{9101}', unit_costs => '{}', owner =>
        'SHOP') $$,
        'IV223 | array "unit_costs" must be as long as "item_ids" | {"lines": 1, "argument": "unit_costs", "elements": 0}'),
    (5, 'two dimensions',
        $$ SELECT ims.post_ids('{{9301}}', '{1}', '{2}', '{9101}', owner => 'SHOP') $$,
        'IV223 | array "item_ids" must have one dimension | {"argument": "item_ids"}'),
    (6, 'an array that does not begin at one',
        $$ SELECT ims.post_ids('[0:1]={9301,9301}', '{1,1}', '{2,2}', '{9101,9101}', owner =>
        'SHOP', dry_run => true) $$,
        'accepted'),
    (7, 'more lines than there may be',
        $$ SELECT ims.post_ids(array_fill(9301::bigint, '{10000001}'), '{1}', '{2}', '{9101}',
        owner => 'SHOP') $$,
        'IV220 | there are too many lines in one call | {"lines": 10000001}')
) AS c(n, name, call, expected)
ORDER BY c.n;

-- Time and texts.
SELECT is(pg_temp.refusal(c.call), c.expected, c.name)
FROM (VALUES
    (1, 'more than a minute ahead',
        $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', effective_at =>
        'infinity') $$,
        'IV217 | effective time infinity is ahead of the clock | {"effective_at": "infinity"}'),
    (2, 'before all time',
        $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', effective_at =>
        '-infinity') $$,
        'IV217 | effective time -infinity is ahead of the clock | {"effective_at": "-infinity"}'),
    (3, 'the first instant after it',
        $$ SELECT ims.receive('CLOSED', 'PEN', 1, to_location => 'T-HERE-A', effective_at =>
        '2020-01-01 00:00:00+00', dry_run => true) $$,
        'accepted'),
    (4, '1000 characters of reason',
        $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', dry_run => true,
        reason => repeat('ä', 1000)) $$,
        'accepted'),
    (5, '1001 characters of reason',
        $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', dry_run => true,
        reason => repeat('ä', 1001)) $$,
        '22001 | reason is too long'),
    (6, '100 characters of actor',
        $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', dry_run => true, actor
        => repeat('ä', 100)) $$,
        'accepted'),
    (7, '101 characters of actor',
        $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', dry_run => true, actor
        => repeat('ä', 101)) $$,
        '22001 | actor is too long'),
    (8, '100 characters of reference_type',
        $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', dry_run => true,
        reference_type => repeat('ä', 100)) $$,
        'accepted'),
    (9, '101 characters of reference_type',
        $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', dry_run => true,
        reference_type => repeat('ä', 101)) $$,
        '22001 | reference_type is too long'),
    (10, '100 characters of reference_number',
        $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', dry_run => true,
        reference_number => repeat('ä', 100)) $$,
        'accepted'),
    (11, '101 characters of reference_number',
        $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', dry_run => true,
        reference_number => repeat('ä', 101)) $$,
        '22001 | reference_number is too long'),
    (12, '100 characters of reference_line',
        $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', dry_run => true,
        reference_line => repeat('ä', 100)) $$,
        'accepted'),
    (13, '101 characters of reference_line',
        $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', dry_run => true,
        reference_line => repeat('ä', 101)) $$,
        '22001 | reference_line is too long | {"line": 1, "argument": "reference_line"}'),
    (14, 'a long reference_line in a batch',
        $$ SELECT ims.post(jsonb_build_array(jsonb_build_object('item', 'PEN', 'quantity', 1,
        'to_location', 'T-HERE-A', 'reference_line', repeat('x', 101))), 'receive', 'SHOP') $$,
        '22001 | reference_line is too long | {"line": 1, "argument": "reference_line"}')
) AS c(n, name, call, expected)
ORDER BY c.n;

SELECT throws_ok(
    $$ SELECT ims.receive('CLOSED', 'PEN', 1, to_location => 'T-HERE-A',
        effective_at => '2019-12-31 23:59:59.999999+00') $$,
    'IV216', NULL, 'a closed period');
SELECT ok(
    length(pg_temp.refusal($$ SELECT ims.receive('SHOP', 'SUGAR', 1e131071,
        to_location => 'T-HERE-A') $$)) > 131071,
    'the longest number is refused with its value');
SELECT throws_ok(
    $$ SELECT ims.receive('SHOP', 'SUGAR', 1e131071, to_location => 'T-HERE-A') $$,
    'IV101',
    'quantity 1.000000e+131071 of item "SUGAR" must be below 1000000000000 in size',
    'in short');

-- One bad line among 100,000.
CREATE TEMPORARY TABLE big AS
SELECT array_agg(CASE WHEN n = 77777 THEN 9399 ELSE 9301 END ORDER BY n)::bigint[] AS items,
    array_agg(1 ORDER BY n)::numeric[] AS quantities,
    array_agg(2 ORDER BY n)::bigint[] AS suppliers,
    array_agg(9101 ORDER BY n)::bigint[] AS places,
    jsonb_agg(jsonb_build_object('item', CASE WHEN n = 77777 THEN 'THEIRS' ELSE 'PEN' END,
        'quantity', 1, 'to_location', 'T-HERE-A') ORDER BY n) AS lines
FROM generate_series(1, 100000) AS n;
SELECT is(
    pg_temp.refusal('SELECT ims.post_ids(b.items, b.quantities, b.suppliers, b.places,
        owner => ''SHOP'') FROM big AS b'),
    'IV203 | item 9399 is unknown | {"line": 77777, "item_id": 9399}',
    'one bad id among 100,000 is named');
SELECT is(
    pg_temp.refusal('SELECT ims.post(b.lines, ''receive'', ''SHOP'') FROM big AS b'),
    'IV203 | item "THEIRS" is unknown | {"item": "THEIRS", "line": 77777}',
    'one bad code among 100,000 is named');
SELECT is(pg_temp.everything(), b.state, 'nothing was posted by any of this') FROM before AS b;
SELECT results_eq(
    $$ SELECT r.line, r.sqlstate FROM big AS b,
           LATERAL ims.post(b.lines, 'receive', 'SHOP', on_error => 'report') AS r
       WHERE r.status = 'rejected' $$,
    $$ VALUES (77777, 'IV203') $$,
    'a report posts the 99,999 others');
SELECT is(count(*), 99999::bigint, 'all of them')
FROM ims.movement AS m
WHERE m.posting_id = (SELECT max(p.posting_id) FROM ims.posting AS p WHERE p.owner_id = 9001);
SELECT is(s.on_hand::numeric, 100089::numeric, 'and the balance follows')
FROM ims.stock AS s
WHERE s.item_id = 9301 AND s.location_id = 9101 AND s.handling_unit_id = 0;
SELECT results_eq(
    $$ SELECT r.status FROM ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A') AS r $$,
    $$ VALUES ('posted') $$,
    'a good call afterwards is as good as ever');

SELECT * FROM finish();
ROLLBACK;
