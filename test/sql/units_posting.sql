-- Units in posting: a quantity given in another unit becomes an exact quantity
-- of the base unit, or is refused; it is kept as it was entered.  Whole units
-- stay whole.  Cases from other systems are named with their issue.
\i test/setup.psql
BEGIN;
SELECT no_plan();
\i test/verb.psql
INSERT INTO ims.item (owner_id, item_id, code, name, base_unit) VALUES
    (9001, 9310, 'BOX-OF-12', 'tea', 'EA'),
    (9001, 9311, 'BULK', 'oil', 'LTR'),
    (9001, 9312, 'HUGE', 'sand', 'GRM');
INSERT INTO ims.item_unit (owner_id, item_id, unit, numerator, denominator) VALUES
    (9001, 9310, 'CT', 12, 1),
    (9001, 9310, 'DZN', 12, 1),
    (9001, 9310, 'PF', 1000000000000, 1),
    (9001, 9311, 'PF', 999999999999, 1000000000000),
    (9001, 9311, 'MLT', 1, 1000),
    (9001, 9311, 'IN', 1, 3),
    (9001, 9312, 'TNE', 1000000, 1),
    (9001, 9312, 'KGM', 1000, 1),
    (9001, 9312, 'CT', 1, 1000000000000);
CREATE FUNCTION pg_temp.receive(item text, quantity numeric, unit text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    receipt bigint;
BEGIN
    SELECT r.posting_id INTO STRICT receipt
    FROM ims.receive('SHOP', item, quantity, unit, to_location => 'T-HERE-A') AS r;
    RETURN (
        SELECT concat_ws(' = ', NULLIF(concat_ws(' ', m.entered_quantity, m.entered_unit), ''),
            m.quantity)
        FROM ims.movement AS m
        WHERE m.owner_id = 9001 AND m.posting_id = receipt);
EXCEPTION WHEN OTHERS THEN
    RETURN concat_ws(' ', SQLSTATE, SQLERRM);
END
$$;

SELECT is(pg_temp.receive(c.item, c.quantity, c.unit), c.expected, c.name)
FROM (VALUES
    (1, 'five boxes of twelve are 60, not 61 (odoo #5667)', 'BOX-OF-12', 5, 'CT', '5 CT = 60'),
    (2, 'no unit is the base unit', 'BOX-OF-12', 5, NULL, '5'),
    (3, 'the base unit is not kept as entered', 'BOX-OF-12', 5, 'EA', '5'),
    (4, 'a unit below the base unit', 'BULK', 250, 'MLT', '250 MLT = 0.25'),
    (5, 'the least part of it', 'BULK', 0.001, 'MLT', '0.001 MLT = 0.000001'),
    (6, 'the number is kept as it was written', 'BULK', 250.00, 'MLT', '250.00 MLT = 0.25'),
    (7, 'thirds that add up', 'BULK', 3, 'IN', '3 IN = 1'),
    (8, 'a unit above', 'HUGE', 99999.999999, 'TNE', '99999.999999 TNE = 99999999999'),
    (9, 'the largest factors', 'BULK', 500000000000, 'PF',
        '500000000000 PF = 499999999999.5'),
    (10, 'the largest divisor', 'HUGE', 500000000000, 'CT', '500000000000 CT = 0.5'),
    (11, 'a third is not exact', 'BULK', 1, 'IN',
        'IV103 quantity 1 "IN" of item "BULK" is not exact in its base unit'),
    (12, 'nor is a seventh decimal', 'BULK', 0.0001, 'MLT',
        'IV103 quantity 0.0001 "MLT" of item "BULK" is not exact in its base unit'),
    (13, 'nor a millionth of a millionth', 'HUGE', 1, 'CT',
        'IV103 quantity 1 "CT" of item "HUGE" is not exact in its base unit'),
    (14, 'half a box is none', 'BOX-OF-12', 0.5, 'CT',
        'IV101 quantity 0.5 of item "BOX-OF-12" must be whole in unit "CT"'),
    (15, 'half a piece is none', 'BOX-OF-12', 0.5, NULL,
        'IV101 quantity 0.5 of item "BOX-OF-12" must be whole in unit "EA"'),
    (16, 'nor may a whole unit become part of one', 'PEN', 1, 'PR',
        'IV101 quantity 1 of item "PEN" must be whole in unit "EA"'),
    (17, 'two of them do', 'PEN', 2, 'PR', '2 PR = 1'),
    (18, 'too large for a quantity', 'BOX-OF-12', 1, 'PF',
        'IV101 quantity 1 of item "BOX-OF-12" must be below 1000000000000 in the base unit'),
    (19, 'far too large', 'BOX-OF-12', 999999999999, 'PF',
        'IV101 quantity 999999999999 of item "BOX-OF-12" must be below 1000000000000 in the base unit'),
    (20, 'a unit of another item', 'SUGAR', 1, 'CT', 'IV102 item "SUGAR" has no unit "CT"'),
    (21, 'units are matched exactly', 'SUGAR', 1, 'grm', 'IV102 item "SUGAR" has no unit "grm"'),
    (22, 'an empty unit', 'SUGAR', 1, '', 'IV102 item "SUGAR" has no unit ""'),
    (23, 'seven decimals are refused in every unit', 'SUGAR', 0.0000001, 'GRM',
        'IV101 quantity 0.0000001 of item "SUGAR" has more than six decimals')
) AS c(n, name, item, quantity, unit, expected)
ORDER BY c.n;
SELECT is(
    pg_temp.refusal($$ SELECT ims.receive('SHOP', 'BULK', 1, 'IN', to_location => 'T-HERE-A') $$),
    'IV103 | quantity 1 "IN" of item "BULK" is not exact in its base unit'
    ' | {"item": "BULK", "line": 1, "unit": "IN", "quantity": 1, "base_unit": "LTR",'
    ' "numerator": 1, "denominator": 3}',
    'an inexact conversion is refused with its numbers');

-- Balances stay exact over units.
CREATE FUNCTION pg_temp.on_hand(item text) RETURNS numeric
LANGUAGE sql AS $$
    SELECT s.on_hand
    FROM ims.stock AS s
    JOIN ims.item AS i USING (owner_id, item_id)
    WHERE i.code = on_hand.item AND s.location_id = 9102
$$;
CREATE FUNCTION pg_temp.after(item text, calls text[]) RETURNS numeric
LANGUAGE plpgsql AS $$
DECLARE
    call text;
BEGIN
    FOREACH call IN ARRAY calls LOOP
        EXECUTE 'SELECT ims.' || call;
    END LOOP;
    RETURN pg_temp.on_hand(item);
END
$$;
SELECT is(pg_temp.after(c.item, c.calls), c.expected, c.name)
FROM (VALUES
    (1, '120 less a dozen is 108, not 107 (odoo PR #2495)', 'BOX-OF-12', 108::numeric, ARRAY[
        $$receive('SHOP', 'BOX-OF-12', 120, to_location => 'T-HERE-B')$$,
        $$ship('SHOP', 'BOX-OF-12', 1, 'DZN', from_location => 'T-HERE-B')$$]),
    (2, '3140 less 3106.40 is 33.60 exactly (odoo PR #65453)', 'BULK', 33.60, ARRAY[
        $$receive('SHOP', 'BULK', 3140, to_location => 'T-HERE-B')$$,
        $$ship('SHOP', 'BULK', 3106400, 'MLT', from_location => 'T-HERE-B')$$]),
    (3, '559.8327 less 470.84 is 88.9927', 'SUGAR', 88.9927, ARRAY[
        $$receive('SHOP', 'SUGAR', 559832.7, 'GRM', to_location => 'T-HERE-B')$$,
        $$ship('SHOP', 'SUGAR', 470.84, from_location => 'T-HERE-B')$$]),
    (4, 'up and down in two units', 'HUGE', 1000, ARRAY[
        $$adjust('SHOP', 'HUGE', 1, 'KGM', location => 'T-HERE-B')$$,
        $$adjust('SHOP', 'HUGE', 0.5, 'TNE', location => 'T-HERE-B')$$,
        $$adjust('SHOP', 'HUGE', -500, 'KGM', location => 'T-HERE-B')$$])
) AS c(n, name, item, expected, calls)
ORDER BY c.n;
SELECT is(
    pg_temp.refusal($$ SELECT ims.ship('SHOP', 'SUGAR', 100, from_location => 'T-HERE-B') $$),
    'IV301 | insufficient stock of item "SUGAR" at "T-HERE-B"'
    ' | {"item": "SUGAR", "line": 1, "location": "T-HERE-B", "available": 88.9927, "requested": 100}',
    'and a shortage of 11.0073 is exact (erpnext PR #30837)');

-- The same in a batch, and in a component.
SELECT results_eq(
    $$ SELECT r.line, r.status, r.sqlstate
       FROM ims.post('[{"item": "BULK", "quantity": 3, "unit": "IN", "to_location": "T-HERE-A"},
               {"item": "BULK", "quantity": 1, "unit": "IN", "to_location": "T-HERE-A"},
               {"item": "BOX-OF-12", "quantity": 1.5, "unit": "CT", "to_location": "T-HERE-A"},
               {"item": "BOX-OF-12", "quantity": 1, "unit": "KGM", "to_location": "T-HERE-A"}]',
           'receive', 'SHOP', on_error => 'report') AS r $$,
    $$ VALUES (NULL::integer, 'posted', NULL), (1, 'posted', NULL), (2, 'rejected', 'IV103'),
        (3, 'rejected', 'IV101'), (4, 'rejected', 'IV102') $$,
    'a batch converts line by line');
SELECT throws_ok(
    $$ SELECT ims.produce('SHOP', 'INK', 1, to_location => 'T-HERE-A',
        components => '[{"item": "BULK", "quantity": 1, "unit": "IN", "from_location": "T-HERE-A"}]') $$,
    'IV103', NULL, 'a component is converted too');
SELECT throws_ok(
    $$ SELECT ims.adjust('SHOP', 'BULK', -1, 'IN', location => 'T-HERE-A') $$,
    'IV103', NULL, 'and an adjustment below zero');

-- Whole units are whole by every door, ids and rows too.
SELECT is(pg_temp.refusal(c.statement), c.expected, c.name)
FROM (VALUES
    (1, 'half a piece by ids',
     $$ SELECT ims.post_ids('{9301,9301}', '{1,0.5}', to_location_ids => '{9101,9101}', owner => 'SHOP',
            kind => 'receive') $$,
     'IV101 | quantity 0.5 of item "PEN" must be whole in unit "EA" | '
     '{"item": "PEN", "line": 2, "unit": "EA", "quantity": 0.5}'),
    (2, 'the least part of one',
     $$ SELECT ims.post_ids('{9301}', '{1.000001}', to_location_ids => '{9101}', owner => 'SHOP',
            kind => 'receive') $$,
     'IV101 | quantity 1.000001 of item "PEN" must be whole in unit "EA" | '
     '{"item": "PEN", "line": 1, "unit": "EA", "quantity": 1.000001}'),
    (3, 'half a piece by INSERT',
     $$ INSERT INTO ims.movement (owner_id, item_id, from_location_id, to_location_id, quantity)
        VALUES (9001, 9301, 2, 9101, 2.5) $$,
     'IV101 | quantity 2.5 of item "PEN" must be whole in unit "EA" | '
     '{"item": "PEN", "line": 1, "unit": "EA", "quantity": 2.5}'),
    (4, 'zeros at the end are no fraction',
     $$ INSERT INTO ims.movement (owner_id, item_id, from_location_id, to_location_id, quantity)
        VALUES (9001, 9301, 2, 9101, 2.000000) $$, 'accepted'),
    (5, 'half a kilogram by ids',
     $$ SELECT ims.post_ids('{9302}', '{0.5}', to_location_ids => '{9101}', owner => 'SHOP',
            kind => 'receive') $$, 'accepted'),
    (6, 'and by INSERT',
     $$ INSERT INTO ims.movement (owner_id, item_id, from_location_id, to_location_id, quantity)
        VALUES (9001, 9302, 2, 9101, 0.25) $$, 'accepted')
) AS c (n, name, statement, expected)
ORDER BY c.n;
SELECT results_eq(
    $$ SELECT r.line, r.status, r.sqlstate
       FROM ims.post_ids('{9301,9302,9301}', '{0.5,0.5,1}', to_location_ids => '{9101,9101,9101}',
           owner => 'SHOP', kind => 'receive', on_error => 'report') AS r
       WHERE r.line IS NOT NULL ORDER BY r.line $$,
    $$ VALUES (1, 'rejected', 'IV101'), (2, 'posted', NULL), (3, 'posted', NULL) $$,
    'a report refuses that line alone');

-- What is counted, received in parts and handed over is kept as entered too, a
-- part of a line as far as the unit divides; so the unit cannot change its size.
CREATE FUNCTION pg_temp.entered(wanted bigint) RETURNS text
LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', o.code, trim_scale(m.quantity), '=', m.entered_quantity,
        m.entered_unit), ', ' ORDER BY m.movement_id)
    FROM ims.posting AS p
    JOIN ims.movement AS m USING (owner_id, posting_id)
    JOIN ims.owner AS o USING (owner_id)
    WHERE p.posting_id = wanted OR (p.origin_posting_id = wanted AND p.kind = 'ownership')
$$;
INSERT INTO ims.item (owner_id, item_id, code, name, base_unit) VALUES
    (9001, 9320, 'CAN', 'can', 'EA'), (9002, 9320, 'CAN', 'can', 'EA'),
    (9002, 9321, 'SAME', 'can', 'EA');
INSERT INTO ims.item_unit (owner_id, item_id, unit, numerator, denominator) VALUES
    (9001, 9320, 'CS', 10, 1), (9002, 9320, 'CS', 24, 1), (9002, 9321, 'CS', 10, 1);
SELECT pg_temp.entered(r.posting_id) AS counted
FROM ims.count_stock('SHOP', 'CAN', 10, 'CS', 'T-HERE-A') AS r \gset
SELECT is(:'counted'::text, 'SHOP 100 = 10 CS', 'a count of what the books had not');
SELECT is(pg_temp.refusal($$ SELECT ims.set_item_unit('SHOP', 'CAN', 'CS', 24) $$),
    'IV105 | unit "CS" of item "CAN" is in use | '
    '{"item": "CAN", "unit": "CS", "counts": 1, "balances": 1, "movements": 1}',
    'and the size of the unit is fixed');
SELECT pg_temp.entered(r.posting_id) AS counted, r.posting_id AS recount
FROM ims.count_stock('SHOP', 'CAN', 9, 'CS', 'T-HERE-A') AS r \gset
SELECT is(:'counted'::text, 'SHOP 10 =', 'a difference was not entered by anybody');
SELECT results_eq(format($$ SELECT c.counted_quantity::numeric, c.entered_quantity, c.entered_unit
    FROM ims.stock_count AS c WHERE c.owner_id = 9001 AND c.posting_id = %s $$, :recount),
    $$ VALUES (90::numeric, 9::numeric, 'CS') $$, 'but what was counted is kept with the count');

SELECT posting_id AS sent FROM ims.dispatch('SHOP', 'CAN', 4, 'CS', 'T-HERE-A', 'T-THERE-A') \gset
SELECT pg_temp.entered(r.posting_id) AS received
FROM ims.receive_transfer('SHOP', :sent, to_location => 'T-THERE-A',
    lines => '[{"item": "CAN", "quantity": 1, "unit": "CS", "damaged": 1},
        {"item": "CAN", "quantity": 10}]') AS r \gset
SELECT is(:'received'::text, 'SHOP 10 = 1 CS, SHOP 10 = 1 CS, SHOP 10 =', 'a receipt in parts');
SELECT pg_temp.entered(r.posting_id) AS received
FROM ims.receive_transfer('SHOP', :sent, to_location => 'T-THERE-A') AS r \gset
SELECT is(:'received'::text, 'SHOP 10 = 1 CS', 'the rest arrives in the unit it was sent in');
SELECT posting_id AS one FROM ims.dispatch('SHOP', 'CAN', 5, NULL, 'T-HERE-A', 'T-THERE-A') \gset
SELECT pg_temp.entered(r.posting_id) AS received
FROM ims.receive_transfer('SHOP', :one, to_location => 'T-THERE-A', accept_overage => true,
    lines => '[{"item": "CAN", "quantity": 1, "unit": "CS"}]') AS r \gset
SELECT is(:'received'::text, 'SHOP 5 =, SHOP 5 =', 'half a case was entered by nobody');

SELECT pg_temp.entered(r.posting_id) AS given
FROM ims.transfer_ownership('SHOP', 'CLIENT', 'CAN', 'SAME', 1, 'CS', 'T-HERE-A') AS r \gset
SELECT is(:'given'::text, 'SHOP 10 = 1 CS, CLIENT 10 = 1 CS', 'a change of owner, by a unit that both have');
SELECT pg_temp.entered(r.posting_id) AS given
FROM ims.transfer_ownership('SHOP', 'CLIENT', 'CAN', NULL, 1, 'CS', 'T-HERE-A') AS r \gset
SELECT is(:'given'::text, 'SHOP 10 = 1 CS, CLIENT 10 =', 'and by one that is another size there');

-- A unit that is made whole leaves fractions behind: they can be undone and
-- counted away, no more.
CREATE TEMPORARY TABLE fraction AS
SELECT r.posting_id
FROM ims.post_ids('{9302}', '{0.5}', to_location_ids => '{9102}', owner => 'SHOP', kind => 'receive') AS r;
UPDATE ims.unit SET whole = true WHERE code = 'KGM';
SELECT is(pg_temp.refusal(c.statement), c.expected, c.name)
FROM (VALUES
    (1, 'a fraction of before is not moved',
     $$ SELECT ims.post_ids('{9302}', '{0.5}', '{9102}', '{9101}', owner => 'SHOP') $$,
     'IV101 | quantity 0.5 of item "SUGAR" must be whole in unit "KGM" | '
     '{"item": "SUGAR", "line": 1, "unit": "KGM", "quantity": 0.5}'),
    (2, 'but its posting is reversed',
     $$ SELECT ims.reverse_posting('SHOP', (SELECT f.posting_id FROM fraction AS f), reason => 'wrong') $$,
     'accepted'),
    (3, 'and what is left is counted away',
     $$ SELECT ims.count_stock('SHOP', 'SUGAR', 0, location => 'T-HERE-A') $$, 'accepted')
) AS c (n, name, statement, expected)
ORDER BY c.n;

SELECT * FROM finish();
ROLLBACK;
