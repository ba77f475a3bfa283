-- What comes back is never dated before what went out, so that a line is not
-- returned twice: a shipment may be a minute ahead of the clock.
\i test/setup.psql
BEGIN;
SELECT plan(8);
\i test/posting.psql
\i test/refusal.psql
CREATE TEMP TABLE sent AS
SELECT r.posting_id FROM ims.receive('SHOP', 'PEN', 10, to_location => 'T-HERE-A') AS r;
UPDATE sent SET posting_id = r.posting_id
FROM ims.ship('SHOP', 'PEN', 10, from_location => 'T-HERE-A',
    effective_at => clock_timestamp() + interval '50 seconds') AS r;
CREATE TEMP TABLE line AS
SELECT m.movement_id, m.effective_at FROM ims.movement AS m JOIN sent USING (posting_id);

SELECT lives_ok(
    $$ SELECT ims.return_from_customer('SHOP', 'PEN', 4, to_location => 'T-HERE-Q',
           origin_movement_id => movement_id) FROM line $$,
    'a part comes back');
SELECT ok(m.effective_at >= l.effective_at, 'not before it went out')
FROM ims.movement AS m JOIN line AS l ON m.origin_movement_id = l.movement_id;
SELECT is(
    pg_temp.refusal($$ SELECT ims.return_from_customer('SHOP', 'PEN', 7, to_location => 'T-HERE-Q',
        origin_movement_id => (SELECT movement_id FROM line)) $$)
        LIKE 'IV307 | more of item "PEN" is returned than is left to return | %',
    true, 'and counts against the rest');
SELECT lives_ok(
    $$ SELECT ims.return_from_customer('SHOP', 'PEN', 6, to_location => 'T-HERE-Q',
           origin_movement_id => movement_id) FROM line $$,
    'the rest comes back');
SELECT is(s.on_hand::numeric, 10::numeric, 'as much as went out')
FROM ims.stock AS s WHERE s.owner_id = 9001 AND s.location_id = 9103;

-- Of the same lot and serial, too.
INSERT INTO ims.lot (owner_id, lot_id, item_id, code) VALUES (9001, 9402, 9303, 'L2');
SELECT r.posting_id AS sold_lot FROM ims.receive('SHOP', 'MILK', 5, to_location => 'T-HERE-A', lot => 'L1') AS i
CROSS JOIN LATERAL ims.ship('SHOP', 'MILK', 5, from_location => 'T-HERE-A', lot => 'L1') AS r
WHERE i.status = 'posted' \gset
SELECT r.posting_id AS sold_unit FROM ims.receive('SHOP', 'PHONE', 1, to_location => 'T-HERE-A', serial => 'S1') AS i
CROSS JOIN LATERAL ims.receive('SHOP', 'PHONE', 1, to_location => 'T-HERE-A', serial => 'S2') AS j
CROSS JOIN LATERAL ims.ship('SHOP', 'PHONE', 1, from_location => 'T-HERE-A', serial => 'S2') AS k
CROSS JOIN LATERAL ims.ship('SHOP', 'PHONE', 1, from_location => 'T-HERE-A', serial => 'S1') AS r
WHERE i.status = j.status AND k.status = 'posted' \gset
SELECT m.movement_id AS lot_line FROM ims.movement AS m WHERE m.posting_id = :sold_lot \gset
SELECT m.movement_id AS unit_line FROM ims.movement AS m WHERE m.posting_id = :sold_unit \gset
SELECT alike(pg_temp.refusal(format($$ SELECT ims.return_from_customer('SHOP', 'MILK', 1, to_location => 'T-HERE-Q', lot => 'L2',
    origin_movement_id => %s) $$, :lot_line)), 'IV210 | origin movement % is unknown | %', 'another lot was not sold there');
SELECT alike(pg_temp.refusal(format($$ SELECT ims.return_from_customer('SHOP', 'PHONE', 1, to_location => 'T-HERE-Q', serial => 'S2',
    origin_movement_id => %s) $$, :unit_line)), 'IV210 | origin movement % is unknown | %', 'nor was another unit');
SELECT alike(pg_temp.refusal(format($$ SELECT ims.post_ids('{9303}', '{1}', to_location_ids => '{9103}', lot_ids => '{9402}',
    owner => 'SHOP', kind => 'return_from_customer', origin_movement_ids => '{%s}') $$, :lot_line)), 'IV210 | origin movement % is unknown | %', 'by ids, too');
SELECT * FROM finish();
ROLLBACK;
