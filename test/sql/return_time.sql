-- What comes back is never dated before what went out, so that a line is not
-- returned twice: a shipment may be a minute ahead of the clock.
\i test/setup.psql
BEGIN;
SELECT plan(5);
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
SELECT * FROM finish();
ROLLBACK;
