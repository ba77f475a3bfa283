-- Lots, serials and handling units: a lot that is not released is held at
-- every site, whichever way its stock moves; serials and handling units are
-- made before postings name them.
\i test/setup.psql
BEGIN;
SELECT plan(85);

CREATE FUNCTION pg_temp.place(code text) RETURNS bigint LANGUAGE sql
    AS 'SELECT l.location_id FROM ims.location AS l WHERE l.code = $1';
CREATE FUNCTION pg_temp.item(code text) RETURNS bigint LANGUAGE sql
    AS 'SELECT i.item_id FROM ims.item AS i WHERE i.code = $1';
CREATE FUNCTION pg_temp.lot(code text) RETURNS bigint LANGUAGE sql
    AS 'SELECT l.lot_id FROM ims.lot AS l WHERE l.code = $1';
CREATE FUNCTION pg_temp.move(lot text, quantity numeric, source text, target text)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO ims.movement (item_id, lot_id, quantity, from_location_id, to_location_id)
    VALUES (pg_temp.item('MILK'), pg_temp.lot(lot), quantity, pg_temp.place(source), pg_temp.place(target))
$$;
CREATE VIEW pg_temp.available AS
    SELECT l.code AS site, a.sellable::numeric, a.held::numeric
    FROM ims.availability AS a
    JOIN ims.location AS l ON l.location_id = a.site_id
    ORDER BY a.site_id;
SELECT ims.create_site(code => 'ROM') > 0 AS made \gset
SELECT ims.create_site(code => 'MIL') > 0 AS made \gset
SELECT ims.create_item(code => 'MILK', tracking => 'lot', shelf_life_days => 10) > 0 AS made \gset
SELECT ims.create_item(code => 'TV', tracking => 'serial') > 0 AS made \gset
SELECT ims.create_item(code => 'NUT') > 0 AS made \gset
SELECT ims.create_party(code => 'S1', kind => 'supplier') > 0 AS made \gset

-- lots and their dates
SELECT lives_ok($$SELECT ims.create_lot(item => 'MILK', lot => 'L1', made_on => '2026-02-20')$$, 'a lot');
SELECT lives_ok($$SELECT ims.create_lot(item => 'MILK', lot => 'L2', made_on => '2026-02-20',
        best_before => '2026-02-25', sell_by => '2026-02-24', expires_on => '2026-02-28',
        supplier => 'S1', supplier_lot => 'X9', attributes => '{"fat": 3.5}', actor => 'dock')$$,
    'a lot with all dates');
SELECT results_eq($$SELECT l.code, l.status, l.made_on, l.best_before, l.sell_by, l.expires_on,
                        l.supplier_lot, p.code, l.attributes
                    FROM ims.lot AS l LEFT JOIN ims.party AS p USING (owner_id, party_id) ORDER BY 1$$,
    $$VALUES ('L1', 'released', '2026-02-20'::date, NULL::date, NULL::date, '2026-03-02'::date,
              NULL, NULL, '{}'::jsonb),
             ('L2', 'released', '2026-02-20', '2026-02-25', '2026-02-24', '2026-02-28',
              'X9', 'S1', '{"fat": 3.5}')$$,
    'expiry comes from the shelf life unless given');
SELECT lives_ok($$SELECT ims.change_lot(item => 'MILK', lot => 'L2', new_code => 'L-2',
        expires_on => '2026-03-01', clear => '{sell_by,supplier}', attributes => '{"fat": null}')$$,
    'a change');
SELECT results_eq($$SELECT l.made_on, l.best_before, l.sell_by, l.expires_on, l.supplier_lot, l.party_id,
                        l.attributes FROM ims.lot AS l WHERE l.code = 'L-2'$$,
    $$VALUES ('2026-02-20'::date, '2026-02-25'::date, NULL::date, '2026-03-01'::date, 'X9', NULL::bigint,
              '{}'::jsonb)$$,
    'changes what is given and leaves the rest');
SELECT throws_ok(c.call, c.state, NULL, c.call)
FROM (VALUES
    ($$SELECT ims.create_lot()$$, 'IV201'),
    ($$SELECT ims.create_lot(item => 'none', lot => 'X')$$, 'IV203'),
    ($$SELECT ims.create_lot(item => 'MILK')$$, 'IV201'),
    ($$SELECT ims.create_lot(item => 'MILK', lot => '')$$, 'IV104'),
    ($$SELECT ims.create_lot(item => 'MILK', lot => 'L1')$$, '23505'),
    ($$SELECT ims.create_lot(item => 'NUT', lot => 'X')$$, 'IV213'),
    ($$SELECT ims.create_lot(item => 'MILK', lot => 'X', status => 'bad')$$, '22023'),
    ($$SELECT ims.create_lot(item => 'MILK', lot => 'X', supplier => 'none')$$, 'IV208'),
    ($$SELECT ims.create_lot(item => 'MILK', lot => 'X', made_on => '2026-02-02', expires_on => '2026-02-01')$$, '22023'),
    ($$SELECT ims.change_lot(item => 'MILK', lot => 'none')$$, 'IV205'),
    ($$SELECT ims.change_lot(item => 'MILK', lot => 'L1', expires_on => '2026-02-19')$$, '22023'),
    ($$SELECT ims.change_lot(item => 'MILK', lot => 'L1', new_code => 'L-2')$$, '23505'),
    ($$SELECT ims.change_lot(item => 'MILK', lot => 'L1', clear => '{status}')$$, '22023'),
    ($$SELECT ims.change_item(item => 'MILK', tracking => 'none')$$, 'IV228'),
    ($$SELECT ims.delete_item(item => 'MILK')$$, 'IV228'),
    ($$SELECT ims.delete_party(party => 'none')$$, 'IV208'),
    ($$SELECT ims.set_lot_status(item => 'MILK', lot => 'L1', reason => 'test')$$, 'IV201'),
    ($$SELECT ims.set_lot_status(item => 'MILK', lot => 'L1', status => 'on_hold')$$, 'IV201'),
    ($$SELECT ims.set_lot_status(item => 'MILK', lot => 'L1', status => 'released', reason => '')$$, 'IV201'),
    ($$SELECT ims.set_lot_status(item => 'MILK', lot => 'none', status => 'on_hold', reason => 'test')$$, 'IV205'),
    ($$SELECT ims.set_lot_status(item => 'MILK', lot => 'L1', status => 'bad', reason => 'test')$$, '22023')
) AS c (call, state);

-- status and availability
SELECT pg_temp.move('L1', 10, 'SUPPLIER', 'ROM');
SELECT pg_temp.move('L1', 3, 'SUPPLIER', 'MIL');
SELECT pg_temp.move('L1', 2, 'SUPPLIER', 'ROM-QUARANTINE');
SELECT pg_temp.move('L-2', 5, 'SUPPLIER', 'ROM');
SELECT results_eq('SELECT * FROM pg_temp.available',
    $$VALUES ('ROM', 15::numeric, 2::numeric), ('MIL', 3, 0)$$, 'two lots at two sites');
SELECT lives_ok($$SELECT ims.set_lot_status(item => 'MILK', lot => 'L1', status => 'on_hold',
        reason => 'smell', actor => 'qa')$$, 'a lot on hold');
SELECT results_eq('SELECT * FROM pg_temp.available',
    $$VALUES ('ROM', 5::numeric, 12::numeric), ('MIL', 0, 3)$$, 'is held at every site');
SELECT lives_ok($$SELECT pg_temp.move('L1', 4, 'ROM', 'ROM-QUARANTINE')$$, 'it moves to quarantine');
SELECT lives_ok($$SELECT pg_temp.move('L1', 1, 'SUPPLIER', 'ROM')$$, 'and more of it comes in');
SELECT results_eq('SELECT * FROM pg_temp.available',
    $$VALUES ('ROM', 5::numeric, 13::numeric), ('MIL', 0, 3)$$, 'all held');
SELECT throws_ok($$SELECT pg_temp.move('L1', 1, 'ROM', 'CUSTOMER')$$, 'IV304', NULL, 'it is not sold');
SELECT lives_ok($$SELECT ims.set_lot_status(item => 'MILK', lot => 'L1', status => 'recalled', reason => 'test')$$, 'recalled');
SELECT lives_ok($$SELECT ims.set_lot_status(item => 'MILK', lot => 'L1', status => 'recalled', reason => 'test')$$,
    'twice changes nothing');
SELECT results_eq('SELECT * FROM pg_temp.available',
    $$VALUES ('ROM', 5::numeric, 13::numeric), ('MIL', 0, 3)$$, 'still held');
SELECT lives_ok($$SELECT ims.set_lot_status(item => 'MILK', lot => 'L1', status => 'released', reason => 'test')$$, 'released');
SELECT results_eq('SELECT * FROM pg_temp.available',
    $$VALUES ('ROM', 12::numeric, 6::numeric), ('MIL', 3, 0)$$,
    'what lies in sellable places is sellable again');
SELECT results_eq(
    $$SELECT c.old_status, c.new_status, c.reason, c.actor FROM ims.lot_status_change AS c
      WHERE c.lot_id = pg_temp.lot('L1') ORDER BY c.lot_status_change_id$$,
    $$VALUES (NULL, 'released', NULL, NULL), ('released', 'on_hold', 'smell', 'qa'),
             ('on_hold', 'recalled', 'test', NULL), ('recalled', 'released', 'test', NULL)$$,
    'the history of the status');
SELECT lives_ok($$SELECT ims.create_lot(item => 'MILK', lot => 'L3', status => 'on_hold')$$,
    'a lot made on hold');
SELECT lives_ok($$SELECT pg_temp.move('L3', 7, 'SUPPLIER', 'MIL')$$, 'comes in');
SELECT results_eq('SELECT * FROM pg_temp.available',
    $$VALUES ('ROM', 12::numeric, 6::numeric), ('MIL', 3, 7)$$, 'and is held');
SELECT lives_ok($$SELECT ims.change_location(location => 'MIL', sellable => false)$$, 'a site is blocked');
SELECT results_eq('SELECT * FROM pg_temp.available',
    $$VALUES ('ROM', 12::numeric, 6::numeric), ('MIL', 0, 10)$$, 'all is held there');
SELECT lives_ok($$SELECT ims.change_location(location => 'MIL', sellable => true)$$, 'and freed');
SELECT results_eq('SELECT * FROM pg_temp.available',
    $$VALUES ('ROM', 12::numeric, 6::numeric), ('MIL', 3, 7)$$, 'but for the lot on hold');

-- reserved stock (reservations are made elsewhere; the row is set by hand)
SELECT ims._engine_begin();
UPDATE ims.availability SET reserved = 6 WHERE site_id = pg_temp.place('ROM');
SELECT ims._engine_end();
SELECT throws_ok($$SELECT ims.set_lot_status(item => 'MILK', lot => 'L1', status => 'on_hold', reason => 'test')$$, 'IV302', NULL,
    'a lot whose stock is reserved is not held');
SELECT throws_ok($$SELECT ims.change_location(location => 'ROM', sellable => false)$$, 'IV302', NULL,
    'nor its place blocked');
SELECT lives_ok($$SELECT ims.change_item(item => 'MILK', backorder_ok => true)$$, 'with backorders');
SELECT lives_ok($$SELECT ims.set_lot_status(item => 'MILK', lot => 'L1', status => 'on_hold', reason => 'test')$$, 'it is');
SELECT throws_ok($$SELECT ims.change_item(item => 'MILK', backorder_ok => false)$$, 'IV302', NULL,
    'and backorders stay while more is reserved than is there');

-- serials
SELECT results_eq($$SELECT s.serial FROM ims.create_serials(item => 'TV', codes => '{S2,S1,S3}') AS s$$,
    $$VALUES ('S2'), ('S1'), ('S3')$$, 'three serials');
SELECT results_eq($$SELECT s.code, s.lot_id, s.location_id, s.handling_unit_id FROM ims.serial AS s ORDER BY 1$$,
    $$VALUES ('S1', 0::bigint, 0::bigint, 0::bigint), ('S2', 0, 0, 0), ('S3', 0, 0, 0)$$, 'are nowhere yet');
SELECT lives_ok($$SELECT ims.change_serial(item => 'TV', serial => 'S1', new_code => 'S-1',
        attributes => '{"grade": "B"}')$$, 'one is changed');
SELECT is((SELECT count(*) FROM ims.create_serials(item => 'TV',
        codes => ARRAY (SELECT format('B%s', n) FROM generate_series(1, 1000) AS n))), 1000::bigint,
    'a thousand at once');
SELECT throws_ok(c.call, c.state, NULL, c.call)
FROM (VALUES
    ($$SELECT ims.create_serials(item => 'TV')$$, 'IV201'),
    ($$SELECT ims.create_serials(item => 'TV', codes => '{}')$$, 'IV201'),
    ($$SELECT ims.create_serials(item => 'TV', codes => '{X,NULL}')$$, 'IV201'),
    ($$SELECT ims.create_serials(item => 'TV', codes => '{X,""}')$$, 'IV104'),
    ($$SELECT ims.create_serials(item => 'TV', codes => '{X,X}')$$, '23505'),
    ($$SELECT ims.create_serials(item => 'TV', codes => '{X,S2}')$$, '23505'),
    ($$SELECT ims.create_serials(item => 'MILK', codes => '{X}')$$, 'IV213'),
    ($$SELECT ims.create_serials(item => 'TV', codes => array_fill('X'::text, '{100001}'))$$, '22023'),
    ($$SELECT ims.create_serials(item => 'TV', codes => '{X}', lot => 'none')$$, 'IV205'),
    ($$SELECT ims.change_serial(item => 'TV', serial => 'S1')$$, 'IV206'),
    ($$SELECT ims.change_serial(item => 'TV', serial => 'S-1', new_code => 'S2')$$, '23505')
) AS c (call, state);

-- handling units
SELECT lives_ok($$SELECT ims.create_handling_unit(code => 'P1', attributes => '{"colour": "blue"}')$$, 'a pallet');
SELECT lives_ok($$SELECT ims.change_handling_unit(handling_unit => 'P1', new_code => 'P-1', kind => 'tote')$$, 'changed');
SELECT lives_ok($$SELECT ims.close_handling_unit(handling_unit => 'P-1')$$, 'closed');
SELECT results_eq($$SELECT h.code, h.kind, h.status, h.attributes FROM ims.handling_unit AS h$$,
    $$VALUES ('P-1', 'tote', 'closed', '{"colour": "blue"}'::jsonb)$$, 'is as given');
SELECT throws_ok($$INSERT INTO ims.movement (item_id, quantity, from_location_id, to_location_id, to_handling_unit_id)
        SELECT pg_temp.item('NUT'), 1, 2, pg_temp.place('ROM'), h.handling_unit_id FROM ims.handling_unit AS h$$,
    'IV212', NULL, 'nothing goes in');
SELECT lives_ok($$SELECT ims.open_handling_unit(handling_unit => 'P-1')$$, 'opened');
SELECT lives_ok($$INSERT INTO ims.movement (item_id, quantity, from_location_id, to_location_id, to_handling_unit_id)
        SELECT pg_temp.item('NUT'), 1, 2, pg_temp.place('ROM'), h.handling_unit_id FROM ims.handling_unit AS h$$,
    'it goes in');
SELECT lives_ok($$SELECT ims.create_handling_unit(code => 'P2')$$, 'an unused one');
SELECT lives_ok($$SELECT ims.delete_handling_unit(handling_unit => 'P2')$$, 'is deleted');
SELECT throws_ok(c.call, c.state, NULL, c.call)
FROM (VALUES
    ($$SELECT ims.delete_handling_unit(handling_unit => 'P-1')$$, 'IV228'),
    ($$SELECT ims.create_handling_unit()$$, 'IV201'),
    ($$SELECT ims.create_handling_unit(code => 'P-1')$$, '23505'),
    ($$SELECT ims.create_handling_unit(code => 'X', kind => 'ship')$$, '22023'),
    ($$SELECT ims.change_handling_unit(handling_unit => 'P-1', status => 'lost')$$, '22023'),
    ($$SELECT ims.close_handling_unit(handling_unit => 'none')$$, 'IV207')
) AS c (call, state);

-- an item never moved, whose lot was held: its rows at zero go with it
SELECT ims.create_item(code => 'GONE', tracking => 'serial') > 0 AS made \gset
SELECT lives_ok($$SELECT ims._lock_availability(1, pg_temp.item('GONE'))
                  FROM (SELECT ims._engine_begin()) AS b$$, 'availability at zero');
SELECT ims._engine_end();
SELECT is((SELECT count(*) FROM ims.availability AS a WHERE a.item_id = pg_temp.item('GONE')), 2::bigint,
    'at both sites');
SELECT lives_ok($$SELECT ims.delete_item(item => 'GONE')$$, 'does not keep the item');
SELECT is_empty($$SELECT FROM ims.availability AS a WHERE NOT EXISTS (
        SELECT FROM ims.item AS i WHERE i.owner_id = a.owner_id AND i.item_id = a.item_id)$$,
    'and goes with it');

SELECT * FROM finish();
ROLLBACK;
