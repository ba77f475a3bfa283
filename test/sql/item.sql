-- Items, units and codes: what posting relies on cannot change under history,
-- a factor cannot change under stock, and conversion is exact or refused.
\i test/setup.psql
BEGIN;
SELECT plan(183);

CREATE FUNCTION pg_temp.place(code text) RETURNS bigint LANGUAGE sql
    AS 'SELECT l.location_id FROM ims.location AS l WHERE l.code = $1';
CREATE FUNCTION pg_temp.item(code text) RETURNS bigint LANGUAGE sql
    AS 'SELECT i.item_id FROM ims.item AS i WHERE i.code = $1';
CREATE FUNCTION pg_temp.move(item text, quantity numeric, source text, target text, unit text DEFAULT NULL)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO ims.movement (item_id, quantity, from_location_id, to_location_id,
        entered_unit, entered_quantity)
    VALUES (pg_temp.item(item), quantity, pg_temp.place(source), pg_temp.place(target),
        unit, CASE WHEN unit IS NOT NULL THEN quantity / 12 END)
$$;
CREATE FUNCTION pg_temp.detail_of(call text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    detail text;
BEGIN
    EXECUTE call;
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN substring(detail FROM '\{.*\}$')::jsonb;
END
$$;
SELECT ims.create_site(code => 'ROM') > 0 AS made \gset
SELECT ims.create_site(code => 'MIL') > 0 AS made \gset

-- categories and units
SELECT lives_ok($$SELECT ims.create_category(code => 'WEAR')$$, 'a category');
SELECT lives_ok($$SELECT ims.create_category(code => 'SHOES', name => 'shoes', parent => 'WEAR')$$,
    'one within it');
SELECT throws_ok($$SELECT ims.change_category(category => 'WEAR', parent => 'SHOES')$$, '22023', NULL,
    'no circle');
SELECT throws_ok($$SELECT ims.change_category(category => 'WEAR', parent => 'WEAR')$$, '22023', NULL,
    'nor a category within itself');
SELECT throws_ok($$SELECT ims.delete_category(category => 'WEAR')$$, 'IV228', NULL,
    'a category with another in it is not deleted');
SELECT lives_ok($$SELECT ims.change_category(category => 'SHOES', clear => '{parent}')$$, 'taken out');
SELECT lives_ok($$SELECT ims.delete_category(category => 'WEAR')$$, 'then it is deleted');
SELECT lives_ok($$SELECT ims.create_unit(code => 'BX', name => 'box', dimension => 'package')$$, 'a unit');
SELECT lives_ok($$SELECT ims.change_unit(unit => 'BX', whole => true)$$, 'changed');
SELECT row_eq($$SELECT u.name, u.dimension, u.whole FROM ims.unit AS u WHERE u.code = 'BX'$$,
    ROW ('box'::text, 'package'::text, true), 'is as given');

-- making and changing items
SELECT lives_ok($$SELECT ims.create_item(code => 'MIN')$$, 'the code is enough');
SELECT row_eq($$SELECT i.name, i.status, i.tracking, i.stocked, i.periodic, i.negative_ok,
                    i.backorder_ok, i.base_unit, i.attributes FROM ims.item AS i WHERE i.code = 'MIN'$$,
    ROW ('MIN'::text, 'active'::text, 'none'::text, true, false, false, false, 'EA'::text, '{}'::jsonb),
    'and gives the defaults');
SELECT lives_ok($$SELECT ims.create_item(code => 'MAX', name => 'shoe', description => 'a shoe',
        category => 'SHOES', tracking => 'lot', negative_ok => true, backorder_ok => true,
        base_unit => 'PR', cost_price => 10.123, retail_price => 0, currency => 'USD',
        minimum_quantity => 5, maximum_quantity => 5, length_mm => 1, width_mm => 2, height_mm => 3,
        weight_g => 4.5, shelf_life_days => 365, warranty_months => 1200, measured_unit => 'KGM',
        measured_per_base => 0.5, measured_tolerance => 0.1, country_of_origin => 'IT', customs_code => '6403',
        attributes => '{"colour": "red", "size": 42}', actor => 'buyer')$$, 'all of it');
SELECT is(to_jsonb(i) - '{owner_id,item_id,category_id}'::text[], '{"code": "MAX", "name": "shoe",
    "description": "a shoe", "status": "active", "tracking": "lot", "stocked": true, "periodic": false,
    "negative_ok": true, "backorder_ok": true, "base_unit": "PR", "cost_price": 10.123,
    "retail_price": 0, "currency": "USD", "minimum_quantity": 5, "maximum_quantity": 5,
    "length_mm": 1, "width_mm": 2, "height_mm": 3, "weight_g": 4.5, "shelf_life_days": 365, "warranty_months": 1200,
    "measured_unit": "KGM", "measured_per_base": 0.5, "measured_tolerance": 0.1,
    "country_of_origin": "IT", "perpetual_since": "-infinity", "customs_code": "6403",
    "attributes": {"colour": "red", "size": 42}}'::jsonb, 'is as given')
FROM ims.item AS i WHERE i.code = 'MAX';
SELECT throws_ok($$SELECT ims.delete_category(category => 'SHOES')$$, 'IV228', NULL,
    'a category in use is not deleted');
SELECT lives_ok($$SELECT ims.change_item(item => 'MAX', new_code => 'SHOE', name => 'boot',
        clear => '{description,category,cost_price,currency,minimum_quantity,shelf_life_days,warranty_months,measured_unit,measured_per_base,measured_tolerance}',
        retail_price => 20, maximum_quantity => 3, stocked => true,
        attributes => '{"colour": null, "sole": "x"}', actor => 'boss')$$, 'a change');
SELECT is(to_jsonb(i) - '{owner_id,item_id}'::text[], '{"code": "SHOE", "name": "boot",
    "description": null, "status": "active", "tracking": "lot", "stocked": true, "periodic": false,
    "negative_ok": true, "backorder_ok": true, "base_unit": "PR", "cost_price": null,
    "retail_price": 20, "currency": null, "minimum_quantity": null, "maximum_quantity": 3,
    "length_mm": 1, "width_mm": 2, "height_mm": 3, "weight_g": 4.5, "shelf_life_days": null, "warranty_months": null,
    "measured_unit": null, "measured_per_base": null, "measured_tolerance": null,
    "country_of_origin": "IT", "perpetual_since": "-infinity", "customs_code": "6403", "category_id": null,
    "attributes": {"size": 42, "sole": "x"}}'::jsonb, 'changes what is given and leaves the rest')
FROM ims.item AS i WHERE i.code = 'SHOE';
SELECT results_eq(
    $$SELECT c.action, c.actor, c.old_row ->> 'name', c.new_row ->> 'name'
      FROM ims.master_change AS c JOIN ims.item AS i ON c.row_key ->> 'item_id' = i.item_id::text
      WHERE c.table_name = 'item' AND i.code = 'SHOE' ORDER BY c.master_change_id$$,
    $$VALUES ('insert', 'buyer', NULL, 'shoe'), ('update', 'boss', 'shoe', 'boot')$$,
    'both are recorded');
SELECT ims.change_owner(owner => 'MAIN', periodic => true) > 0 AS made \gset
SELECT ims.create_item(code => 'PER') > 0 AS made \gset
SELECT ims.create_item(code => 'SRV', stocked => false) > 0 AS made \gset
SELECT ims.change_owner(owner => 'MAIN', periodic => false) > 0 AS made \gset
SELECT results_eq($$SELECT i.code, i.periodic FROM ims.item AS i WHERE i.code IN ('PER', 'SRV') ORDER BY 1$$,
    $$VALUES ('PER', true), ('SRV', false)$$, 'stocked items take periodic from the owner');

-- bad input
SELECT throws_ok(c.call, c.state, NULL, c.call)
FROM (VALUES
    ($$SELECT ims.create_item()$$, 'IV201'),
    ($$SELECT ims.create_item(code => '')$$, 'IV104'),
    ($$SELECT ims.create_item(code => 'MIN')$$, '23505'),
    ($$SELECT ims.create_item(code => 'X', category => 'none')$$, 'IV229'),
    ($$SELECT ims.create_item(code => 'X', tracking => 'batch')$$, '22023'),
    ($$SELECT ims.create_item(code => 'X', base_unit => 'XX')$$, 'IV102'),
    ($$SELECT ims.create_item(code => 'X', cost_price => 'NaN')$$, '22023'),
    ($$SELECT ims.create_item(code => 'X', cost_price => -0.01)$$, '22023'),
    ($$SELECT ims.create_item(code => 'X', retail_price => 1e15)$$, '22023'),
    ($$SELECT ims.create_item(code => 'X', currency => 'EURO')$$, '22023'),
    ($$SELECT ims.create_item(code => 'X', minimum_quantity => -1)$$, 'IV101'),
    ($$SELECT ims.create_item(code => 'X', minimum_quantity => 0.1234567)$$, 'IV101'),
    ($$SELECT ims.create_item(code => 'X', maximum_quantity => 1e12)$$, 'IV101'),
    ($$SELECT ims.create_item(code => 'X', maximum_quantity => 'infinity')$$, 'IV101'),
    ($$SELECT ims.create_item(code => 'X', minimum_quantity => 6, maximum_quantity => 5)$$, '22023'),
    ($$SELECT ims.create_item(code => 'X', weight_g => 0)$$, '22023'),
    ($$SELECT ims.create_item(code => 'X', shelf_life_days => 0)$$, '22023'),
    ($$SELECT ims.create_item(code => 'X', warranty_months => 0)$$, '22023'),
    ($$SELECT ims.create_item(code => 'X', warranty_months => 1201)$$, '22023'),
    ($$SELECT ims.create_item(code => 'X', country_of_origin => 'ITA')$$, '22023'),
    ($$SELECT ims.create_item(code => 'X', stocked => false, tracking => 'lot')$$, '22023'),
    ($$SELECT ims.create_item(code => 'X', stocked => false, periodic => true)$$, '22023'),
    ($$SELECT ims.create_item(code => 'X', attributes => '[1]')$$, '22023'),
    ($$SELECT ims.change_item(item => 'none')$$, 'IV203'),
    ($$SELECT ims.change_item()$$, 'IV201'),
    ($$SELECT ims.change_item(item => 'MIN', new_code => 'SHOE')$$, '23505'),
    ($$SELECT ims.change_item(item => 'MIN', clear => '{name}')$$, '22023'),
    ($$SELECT ims.change_item(item => 'MIN', clear => '{NULL}')$$, '22023'),
    ($$SELECT ims.change_item(item => 'SHOE', minimum_quantity => 4)$$, '22023'),
    ($$SELECT ims.change_item(item => 'SHOE', stocked => false)$$, '22023'),
    ($$SELECT ims.create_unit(code => 'BX')$$, '23505'),
    ($$SELECT ims.create_unit(code => repeat('x', 21))$$, '22023'),
    ($$SELECT ims.create_unit(code => 'X', dimension => 'taste')$$, '22023'),
    ($$SELECT ims.change_unit(unit => 'XX')$$, 'IV102'),
    ($$SELECT ims.delete_unit(unit => 'EA')$$, 'IV228')
) AS c (call, state);
SELECT is(pg_temp.detail_of($$SELECT ims.create_item(code => 'X', minimum_quantity => 6, maximum_quantity => 5)$$),
    '{"item": "X", "minimum_quantity": 6, "maximum_quantity": 5}', 'the detail has the numbers');

-- units of an item
SELECT ims.create_item(code => 'U', weight_g => 1) > 0 AS made \gset
SELECT lives_ok($$SELECT ims.set_item_unit(item => 'U', unit => 'CS', numerator => 12, weight_g => 12)$$, 'a case');
SELECT lives_ok($$SELECT ims.set_item_unit(item => 'U', unit => 'CS', length_mm => 300)$$, 'its length');
SELECT lives_ok($$SELECT ims.set_item_unit(item => 'U', unit => 'PF', numerator => 480)$$, 'a pallet');
SELECT lives_ok($$SELECT ims.set_item_unit(item => 'U', unit => 'GRM', numerator => 1, denominator => 3)$$, 'a third');
SELECT results_eq($$SELECT u.unit, u.numerator, u.denominator, u.length_mm, u.weight_g
                    FROM ims.item_unit AS u ORDER BY u.unit$$,
    $$VALUES ('CS', 12::bigint, 1::bigint, 300::numeric, 12::numeric), ('GRM', 1, 3, NULL, NULL),
             ('PF', 480, 1, NULL, NULL)$$, 'are as given');
SELECT throws_ok(c.call, c.state, NULL, c.call)
FROM (VALUES
    ($$SELECT ims.set_item_unit(item => 'U')$$, 'IV201'),
    ($$SELECT ims.set_item_unit(item => 'U', unit => 'BX')$$, 'IV201'),
    ($$SELECT ims.set_item_unit(item => 'U', unit => 'XX', numerator => 1)$$, 'IV102'),
    ($$SELECT ims.set_item_unit(item => 'U', unit => 'EA', numerator => 1)$$, '22023'),
    ($$SELECT ims.set_item_unit(item => 'U', unit => 'BX', numerator => 0)$$, '22023'),
    ($$SELECT ims.set_item_unit(item => 'U', unit => 'BX', numerator => 1000000000001)$$, '22023'),
    ($$SELECT ims.set_item_unit(item => 'U', unit => 'BX', numerator => 1, denominator => 0)$$, '22023'),
    ($$SELECT ims.set_item_unit(item => 'U', unit => 'CS', weight_g => -1)$$, '22023'),
    ($$SELECT ims.remove_item_unit(item => 'U', unit => 'BX')$$, 'IV102'),
    ($$SELECT ims.change_item(item => 'U', base_unit => 'PR')$$, 'IV228'),
    ($$SELECT ims.delete_unit(unit => 'CS')$$, 'IV228')
) AS c (call, state);

-- conversion: cases/costing_units D6 and the boundaries of each rounding
SELECT is(ims.convert_quantity(item => 'U', quantity => c.quantity, from_unit => c.source, to_unit => c.target,
        rounding => c.rounding, decimals => c.decimals), c.result,
    format('%s %s is %s %s (%s, %s)', c.quantity, coalesce(c.source, 'base'), c.result,
        coalesce(c.target, 'base'), c.rounding, c.decimals))
FROM (VALUES
    (5, 'CS', 'EA', 'exact', 6, 60),
    (60, 'EA', 'CS', 'exact', 6, 5),
    (6, NULL, 'CS', 'exact', 6, 0.5),
    (2, 'PF', 'CS', 'exact', 6, 80),
    (3, 'GRM', NULL, 'exact', 6, 1),
    (0, 'CS', 'EA', 'exact', 6, 0),
    (-5, 'CS', 'EA', 'exact', 6, -60),
    (0.000001, 'EA', NULL, 'exact', 6, 0.000001),
    (999999999999.999999, 'EA', 'EA', 'exact', 6, 999999999999.999999),
    (11.0073, 'CS', 'EA', 'exact', 6, 132.0876),
    (1, 'EA', 'CS', 'up', 0, 1),
    (13, 'EA', 'CS', 'down', 0, 1),
    (18, 'EA', 'CS', 'half_up', 0, 2),
    (17, 'EA', 'CS', 'half_up', 0, 1),
    (18, 'EA', 'CS', 'half_even', 0, 2),
    (30, 'EA', 'CS', 'half_even', 0, 2),
    (31, 'EA', 'CS', 'half_even', 0, 3),
    (-1, 'EA', 'CS', 'up', 0, -1),
    (-13, 'EA', 'CS', 'down', 0, -1),
    (-18, 'EA', 'CS', 'half_up', 0, -2),
    (-30, 'EA', 'CS', 'half_even', 0, -2),
    (1, 'EA', 'CS', 'half_up', 6, 0.083333),
    (1, 'EA', 'CS', 'up', 6, 0.083334),
    (1, 'EA', 'CS', 'up', 2, 0.09)
) AS c (quantity, source, target, rounding, decimals, result);
SELECT throws_ok(c.call, c.state, NULL, c.call)
FROM (VALUES
    ($$SELECT ims.convert_quantity(item => 'U')$$, 'IV201'),
    ($$SELECT ims.convert_quantity(item => 'none', quantity => 1)$$, 'IV203'),
    ($$SELECT ims.convert_quantity(item => 'U', quantity => 1, to_unit => 'CS')$$, 'IV103'),
    ($$SELECT ims.convert_quantity(item => 'U', quantity => 1, to_unit => 'BX')$$, 'IV102'),
    ($$SELECT ims.convert_quantity(item => 'U', quantity => 'NaN')$$, 'IV101'),
    ($$SELECT ims.convert_quantity(item => 'U', quantity => 0.0000001)$$, 'IV101'),
    ($$SELECT ims.convert_quantity(item => 'U', quantity => 1e12)$$, 'IV101'),
    ($$SELECT ims.convert_quantity(item => 'U', quantity => 1e11, from_unit => 'CS')$$, 'IV101'),
    ($$SELECT ims.convert_quantity(item => 'U', quantity => 1, rounding => 'ceil')$$, '22023'),
    ($$SELECT ims.convert_quantity(item => 'U', quantity => 1, decimals => 7)$$, '22023'),
    ($$SELECT ims.convert_quantity(item => 'U', quantity => 1, decimals => -1)$$, '22023')
) AS c (call, state);

-- codes
SELECT is(ims.is_gtin(c.code), c.valid, format('GTIN %s', c.code))
FROM (VALUES ('96385074', true), ('036000291452', true), ('4006381333931', true),
    ('10614141000415', true), ('4006381333932', false), ('400638133393', false),
    ('400638133393X', false), ('', false)) AS c (code, valid);
SELECT lives_ok($$SELECT ims.add_item_code(item => 'U', kind => 'gtin', code => '4006381333931', unit => 'CS')$$,
    'a GTIN of a case');
SELECT lives_ok($$SELECT ims.add_item_code(item => 'U', code => 'U-old')$$, 'another code');
SELECT results_eq($$SELECT * FROM ims.find_item(code => '4006381333931')$$, $$VALUES ('U', 'CS', 'gtin')$$,
    'a code finds item and unit');
SELECT results_eq($$SELECT * FROM ims.find_item(code => 'U')$$, $$VALUES ('U', NULL, 'item')$$,
    'the item''s own code too');
SELECT throws_ok(c.call, c.state, NULL, c.call)
FROM (VALUES
    ($$SELECT ims.add_item_code(item => 'U', kind => 'gtin', code => '4006381333932')$$, 'IV104'),
    ($$SELECT ims.add_item_code(item => 'MIN', kind => 'gtin', code => '4006381333931')$$, '23505'),
    ($$SELECT ims.add_item_code(item => 'U', kind => 'isbn', code => '1')$$, '22023'),
    ($$SELECT ims.add_item_code(item => 'U', code => '1', unit => 'BX')$$, 'IV102'),
    ($$SELECT ims.add_item_code(item => 'U', code => '1', party => 'none')$$, 'IV208'),
    ($$SELECT ims.remove_item_code(code => '4006381333931')$$, 'IV229'),
    ($$SELECT ims.remove_item_unit(item => 'U', unit => 'CS')$$, 'IV228')
) AS c (call, state);
SELECT lives_ok($$SELECT ims.remove_item_code(kind => 'gtin', code => '4006381333931')$$, 'a code removed');

-- One GTIN in any number of digits: it is given in one, and then found, refused
-- for another item and removed in each of the others.
CREATE FUNCTION pg_temp.gtin_story(given text, other text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    kept text;
    found text;
    state text := 'accepted';
BEGIN
    PERFORM ims.add_item_code(item => 'U', kind => 'gtin', code => given, unit => 'CS');
    kept := (SELECT c.code FROM ims.item_code AS c WHERE c.kind = 'gtin');
    found := (SELECT concat_ws(' ', f.item, f.unit, f.kind) FROM ims.find_item(code => other) AS f);
    BEGIN
        PERFORM ims.add_item_code(item => 'MIN', kind => 'gtin', code => other);
    EXCEPTION WHEN OTHERS THEN
        state := SQLSTATE;
    END;
    PERFORM ims.remove_item_code(kind => 'gtin', code => other);
    RETURN concat_ws(', ', kept, found, state);
END
$$;
SELECT is(pg_temp.gtin_story(a.code, b.code), g.kept || ', U CS gtin, 23505', a.code || ' as ' || b.code)
FROM (VALUES
    ('{96385074,000096385074,0000096385074,00000096385074}'::text[], '00000096385074'),
    ('{012345678905,0012345678905,00012345678905}', '00012345678905'),
    ('{4006381333931,04006381333931}', '04006381333931'),
    ('{10614141000415}', '10614141000415')) AS g (codes, kept)
CROSS JOIN LATERAL unnest(g.codes) AS a (code)
CROSS JOIN LATERAL unnest(g.codes) AS b (code)
ORDER BY g.kept, a.code, b.code;
SELECT is(count(*), 0::bigint, 'all of them removed') FROM ims.item_code AS c WHERE c.kind = 'gtin';
-- Codes of other kinds are texts, digits or not.
SELECT ims.add_item_code(item => 'U', kind => 'client', code => '012345678905');
SELECT is_empty($$SELECT * FROM ims.find_item(code => '00012345678905')$$, 'a client''s code is no number');
SELECT results_eq($$SELECT * FROM ims.find_item(code => '012345678905')$$, $$VALUES ('U', NULL, 'client')$$,
    'but found as it is written');
SELECT throws_ok($$SELECT ims.remove_item_code(kind => 'gtin', code => 'x')$$, 'IV229', NULL, 'no GTIN to remove');
SELECT throws_ok($$UPDATE ims.item_code SET kind = 'gtin' WHERE code = '012345678905'$$, '23514', NULL,
    'the table keeps GTINs in 14 digits');
SELECT ims.remove_item_code(kind => 'client', code => '012345678905');

-- under history
SELECT pg_temp.move('U', 24, 'SUPPLIER', 'ROM', 'CS');
SELECT throws_ok(c.call, c.state, NULL, c.call)
FROM (VALUES
    ($$SELECT ims.set_item_unit(item => 'U', unit => 'CS', numerator => 10)$$, 'IV105'),
    ($$SELECT ims.remove_item_unit(item => 'U', unit => 'CS')$$, 'IV105'),
    ($$SELECT ims.change_item(item => 'U', tracking => 'lot')$$, 'IV228'),
    ($$SELECT ims.change_item(item => 'U', stocked => false)$$, 'IV228'),
    ($$SELECT ims.delete_item(item => 'U')$$, 'IV228'),
    ($$SELECT ims.change_owner(owner => 'MAIN', currency => 'USD')$$, 'IV228')
) AS c (call, state);
SELECT is(pg_temp.detail_of($$SELECT ims.set_item_unit(item => 'U', unit => 'CS', numerator => 10)$$),
    '{"item": "U", "unit": "CS", "balances": 1, "counts": 0, "movements": 1}', 'the detail has the numbers');
SELECT lives_ok($$SELECT ims.set_item_unit(item => 'U', unit => 'CS', numerator => 24, denominator => 2)$$,
    'the same factor in other numbers');
SELECT lives_ok($$SELECT ims.set_item_unit(item => 'U', unit => 'PF', numerator => 600)$$,
    'a unit that no movement used');
SELECT pg_temp.move('U', 24, 'ROM', 'CUSTOMER');
SELECT lives_ok($$SELECT ims.set_item_unit(item => 'U', unit => 'CS', numerator => 10)$$,
    'without stock the factor may change');
SELECT lives_ok($$SELECT ims.change_item(item => 'U', backorder_ok => true)$$, 'backorder allowed');
SELECT results_eq($$SELECT a.negative_ok, s.negative_ok FROM ims.availability AS a, ims.stock AS s$$,
    $$VALUES (true, false)$$, 'is taken over into availability');
SELECT lives_ok($$SELECT ims.change_item(item => 'U', negative_ok => true)$$, 'negative stock allowed');
SELECT lives_ok($$SELECT pg_temp.move('U', 3, 'ROM', 'CUSTOMER')$$, 'is taken over into stock');
SELECT throws_ok($$SELECT ims.change_item(item => 'U', negative_ok => false)$$, 'IV301', NULL,
    'and stays while stock is below zero');
SELECT lives_ok($$SELECT ims.change_item(item => 'U', status => 'inactive')$$, 'set to inactive');
SELECT throws_ok($$SELECT pg_temp.move('U', 3, 'SUPPLIER', 'ROM')$$, 'IV212', NULL, 'nothing is posted');

-- deleting
SELECT lives_ok($$SELECT ims.set_item_unit(item => 'MIN', unit => 'CS', numerator => 6)$$, 'an item with a unit');
SELECT lives_ok($$SELECT ims.add_item_code(item => 'MIN', code => 'M', unit => 'CS')$$, 'and a code');
SELECT lives_ok($$SELECT ims.delete_item(item => 'MIN')$$, 'that nothing mentions is deleted');
SELECT is_empty($$SELECT * FROM ims.find_item(code => 'M')$$, 'with its codes');
SELECT throws_ok($$SELECT ims.delete_item(item => 'MIN')$$, 'IV203', NULL, 'once');

SELECT * FROM finish();
ROLLBACK;
