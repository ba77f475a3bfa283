-- A line posted after a count and dated before it is taken back at the instant
-- of the count.  The two cancel out, but each is a line that must be in range.
\i test/setup.psql
BEGIN;
SELECT plan(5);
\i test/posting.psql
\i test/refusal.psql
CREATE TEMP TABLE counted AS
SELECT r.posting_id FROM ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A',
    effective_at => '2024-01-01 00:00+00') AS r;
SET LOCAL session_replication_role = replica;
INSERT INTO ims.stock_count (owner_id, item_id, location_id, lot_id, handling_unit_id, counted_at,
    posting_id, counted_quantity, book_quantity)
SELECT 9001, 9301, 9101, 0, 0, '2024-06-01 00:00+00', c.posting_id, 1, 1 FROM counted AS c;
SET LOCAL session_replication_role = origin;

SELECT is(
    pg_temp.refusal(format($$ SELECT ims.post('[{"item": "PEN", "quantity": %s, "to_location": "T-HERE-A"},
        {"item": "PEN", "quantity": %s, "to_location": "T-HERE-A"}]', 'receive', 'SHOP',
        effective_at => '2024-02-01 00:00+00') $$, c.first, c.second)),
    c.expected, c.name)
FROM (VALUES
    ('two lines that only together are out of range', 999999999999, 1,
     'IV306 | the correction of a count of item "PEN" would be out of range | {"item": "PEN"}'),
    ('far out', 999999999999, 999999999999,
     'IV306 | the correction of a count of item "PEN" would be out of range | {"item": "PEN"}'),
    ('the most that a line can hold', 999999999998, 1, 'accepted')
) AS c (name, first, second, expected);
SELECT is(max(m.quantity)::numeric, 999999999999::numeric, 'no line is larger')
FROM ims.movement AS m WHERE m.owner_id = 9001;
SELECT is(s.on_hand::numeric, 1::numeric, 'the level counted stands')
FROM ims.stock AS s WHERE s.owner_id = 9001 AND s.item_id = 9301;
SELECT * FROM finish();
ROLLBACK;
