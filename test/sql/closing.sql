-- Closings: a closing holds what the ledger adds up to before its instant,
-- stays exact when something is posted before it, and changes no answer when
-- it is dropped; the job takes what is due and no more.  A level of the past may
-- be more than a balance can hold.
\i test/setup.psql
BEGIN;
\i test/history.psql
SELECT plan(50);

-- rows of closings that differ from the ledger, a missing one being zero
CREATE FUNCTION pg_temp.closing_differences() RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*)
      FROM (SELECT c.closing_id, e.item_id, e.location_id, e.lot_id, e.handling_unit_id,
                   sum(e.quantity) AS quantity
              FROM ims.closing AS c
              JOIN end_of_line AS e ON e.effective_at < c.closed_at
             WHERE c.owner_id = 9001
             GROUP BY 1, 2, 3, 4, 5) AS l
      FULL JOIN (SELECT * FROM ims.closing_balance WHERE owner_id = 9001) AS b
        USING (closing_id, item_id, location_id, lot_id, handling_unit_id)
     WHERE COALESCE(l.quantity, 0) <> COALESCE(b.on_hand, 0)
$$;

-- 1. taking
SELECT is(
    ims._take_closing(9001, '2024-03-01 00:30+00'),
    (SELECT count(*)
       FROM (SELECT FROM end_of_line AS e WHERE e.effective_at < '2024-03-01 00:30+00'
              GROUP BY e.item_id, e.location_id, e.lot_id, e.handling_unit_id
             HAVING sum(e.quantity) <> 0) AS k),
    'take_closing says how many balances it keeps');
SELECT cmp_ok((SELECT count(*) FROM end_of_line WHERE effective_at = '2024-03-01 00:30+00'), '>',
    0::bigint, 'there are movements at the very instant');
SELECT is(pg_temp.closing_differences(), 0::bigint, 'they are not in it');
SELECT cmp_ok(ims._take_closing(9001, '2024-02-01 00:00+00'), '>', 0::bigint, 'one before it');
SELECT cmp_ok(ims._take_closing(9001, '2024-03-20 00:00+00'), '>', 0::bigint, 'one after it');
SELECT is(ims._take_closing(9001, '2001-01-01 00:00+00'), 0::bigint, 'one before all history');
SELECT is(pg_temp.closing_differences(), 0::bigint, 'all equal the ledger');
SELECT throws_ok(c.call, c.code, NULL, c.call)
  FROM (VALUES
        (1, $$SELECT ims._take_closing(9001, '2024-02-01 00:00+00')$$, '23505'),
        (2, $$SELECT ims._take_closing(9001, clock_timestamp() + interval '1 hour')$$, 'IV217'),
        (3, $$SELECT ims._take_closing(9001, 'infinity')$$, 'IV217'),
        (4, $$SELECT ims._take_closing(9001, '-infinity')$$, 'IV217'),
        (5, $$SELECT ims._take_closing(9001, NULL)$$, 'IV201'),
        (6, $$SELECT ims._drop_closing(9001, '2024-02-01 00:00:01+00')$$, 'P0002'),
        (7, $$SELECT ims._drop_closing(9002, '2024-02-01 00:00+00')$$, 'P0002'),
        (8, $$SELECT ims._drop_closing(9001, NULL)$$, 'IV201'))
       AS c (n, call, code)
 ORDER BY c.n;
SELECT lives_ok($$SELECT ims._take_closing(9002, '2024-02-01 00:00+00')$$,
    'another owner has his own');
SELECT ok(
    EXISTS (SELECT FROM pg_locks AS l
             WHERE l.pid = pg_backend_pid() AND l.relation = 'ims.movement'::regclass
               AND l.mode = 'ShareRowExclusiveLock' AND l.granted),
    'postings are kept out meanwhile');

-- 2. what is posted before a closing
SET LOCAL session_replication_role = replica;
INSERT INTO ims.movement (owner_id, movement_id, posting_id, effective_at, recorded_at, item_id,
                          from_location_id, to_location_id, to_handling_unit_id, quantity)
    OVERRIDING SYSTEM VALUE VALUES
    (9001, 990001, 990001, '2024-01-15 00:00+00', '2024-06-01 00:00+00', 9001, 2, 9102, 0, 5),
    (9001, 990002, 990001, '2024-01-15 00:00+00', '2024-06-01 00:00+00', 9001, 9102, 9201, 9002, 2),
    (9001, 990003, 990002, '2024-03-01 00:30+00', '2024-06-01 00:00+00', 9001, 2, 9102, 0, 7);
INSERT INTO ims.stock AS s (owner_id, item_id, location_id, lot_id, handling_unit_id, on_hand)
    VALUES (9001, 9001, 9102, 0, 0, 10), (9001, 9001, 9201, 0, 9002, 2)
    ON CONFLICT ON CONSTRAINT stock_pkey DO UPDATE SET on_hand = s.on_hand + EXCLUDED.on_hand;
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.closing_differences(), 6::bigint, 'a late posting makes the later closings wrong');
SELECT lives_ok(
    $$SELECT ims._adjust_closings(9001, '{9001,9001,9001,9001}', '{9102,9102,9201,9102}',
             '{0,0,0,0}', '{0,0,9002,0}', '{5,-2,2,7}',
             '{2024-01-15 00:00+00,2024-01-15 00:00+00,2024-01-15 00:00+00,2024-03-01 00:30+00}')$$,
    'adjusting takes several lines of one balance');
SELECT is(pg_temp.closing_differences(), 0::bigint, 'and makes them right');
SELECT lives_ok($$SELECT ims._adjust_closings(9001, '{}', '{}', '{}', '{}', '{}', '{}')$$,
    'adjusting nothing is nothing');
SELECT is(pg_temp.closing_differences(), 0::bigint, 'they stay right');
SET LOCAL session_replication_role = replica;
UPDATE ims.closing_balance SET on_hand = on_hand + 1
 WHERE owner_id = 9001 AND item_id = 9001 AND lot_id = 0;
SET LOCAL session_replication_role = origin;
SELECT isnt(pg_temp.closing_differences(), 0::bigint, 'a wrong closing would be seen');

-- 3. dropping
SELECT cmp_ok(ims._drop_closing(9001, '2024-03-01 00:30+00'), '>', 100::bigint,
    'drop_closing says how many balances it dropped');
SELECT is((SELECT count(*) FROM ims.closing_balance AS b
            WHERE NOT EXISTS (SELECT FROM ims.closing AS c WHERE c.closing_id = b.closing_id)),
    0::bigint, 'all of them');
SELECT lives_ok(
    $$SELECT ims._drop_closing(9001, c.closed_at) FROM ims.closing AS c WHERE c.owner_id = 9001$$,
    'the others');

-- 4. the job
SELECT is(ims._maintain_closings(9001, 1000, '7 days', 1, NULL), 1::bigint, 'one is due, and taken');
SELECT is(ims._maintain_closings(9001, 1000, '7 days', 100, NULL), 2::bigint, 'then two more');
SELECT is(ims._maintain_closings(9001, 1000, '7 days', 100, NULL), 0::bigint, 'then none');
SELECT is(pg_temp.closing_differences(), 0::bigint, 'they equal the ledger');
SELECT is_empty(
    $$SELECT c.closed_at, count(m.movement_id)
        FROM (SELECT c.closed_at, lag(c.closed_at, 1, '-infinity') OVER (ORDER BY c.closed_at) AS prior
                FROM ims.closing AS c WHERE c.owner_id = 9001) AS c
        JOIN ims.movement AS m
          ON m.owner_id = 9001 AND m.effective_at >= c.prior AND m.effective_at < c.closed_at
       GROUP BY c.closed_at HAVING count(*) NOT BETWEEN 1000 AND 1010$$,
    'one per thousand movements');
SELECT throws_ok($$SELECT ims._maintain_closings(9001, 0, '7 days', 1, NULL)$$, '22023', NULL,
    'every_movements is at least 1');

-- 5. through the doors, with the engine at work
SELECT lives_ok(
    $$SELECT ims.drop_closing(owner => 'HISTORY', closed_at => c.closed_at)
        FROM ims.closing AS c WHERE c.owner_id = 9001$$, 'drop_closing');
SELECT cmp_ok(ims.take_closing(owner => 'HISTORY', closed_at => '2024-02-01 00:00+00'), '>', 100::bigint,
    'take_closing');
SELECT cmp_ok(ims.maintain_closings(owner => 'HISTORY', every_movements => 1000), '=', 1::bigint,
    'maintain_closings');
SELECT lives_ok(
    $$SELECT ims.receive('HISTORY', 'H3', 12, NULL, 'WEST-B', effective_at => '2024-01-31 12:00+00'),
             ims.receive('HISTORY', 'H3', 1, NULL, 'WEST-B', effective_at => '2024-02-01 00:00+00'),
             ims.transfer('HISTORY', 'H3', 2, NULL, 'WEST-B', 'WEST-A',
                          effective_at => '2024-01-31 13:00+00'),
             ims.ship('HISTORY', 'H3', 1, NULL, 'WEST-B')$$,
    'posting before the closings, at the instant of one, and now');
SELECT is(pg_temp.closing_differences(), 0::bigint, 'closings equal the ledger');
SELECT is(
    (SELECT sum(s.on_hand) FROM ims.stock_at('infinity', 'HISTORY', '{H3}', '{WEST}') AS s),
    (SELECT sum(e.quantity) FROM end_of_line AS e
      WHERE e.item_id = 9003 AND e.location_id IN (9201, 9202)),
    'so does the stock');
SELECT throws_ok(c.call, c.code, NULL, c.call)
  FROM (VALUES
        (1, $$SELECT ims.take_closing(owner => 'HISTORY', closed_at => '2024-02-01 00:00+00')$$, '23505'),
        (2, $$SELECT ims.take_closing(owner => 'HISTORY')$$, 'IV201'),
        (3, $$SELECT ims.take_closing(owner => 'NOBODY', closed_at => '2024-02-02 00:00+00')$$, 'IV202'),
        (4, $$SELECT ims.drop_closing(owner => 'HISTORY', closed_at => '2024-02-02 00:00+00')$$, 'P0002'),
        (5, $$SELECT ims.maintain_closings(owner => 'HISTORY', at_most => 0)$$, '22023'))
       AS c (n, call, code)
 ORDER BY c.n;

-- 6. late lines lift a level of the past above what may be on hand now
SELECT ims.create_item('HISTORY', 'BIG') \g /dev/null
SELECT lives_ok(
    $$SELECT ims.receive('HISTORY', 'BIG', 600000000000, NULL, 'WEST-B', effective_at => '2024-01-30 12:00+00'),
             ims.ship('HISTORY', 'BIG', 600000000000, NULL, 'WEST-B', effective_at => '2024-02-03 12:00+00'),
             ims.receive('HISTORY', 'BIG', 600000000000, NULL, 'WEST-B', effective_at => '2024-01-31 12:00+00')$$,
    'a late receipt is posted, a closing of before or not');
SELECT is(
    (SELECT max(b.on_hand) FROM ims.closing_balance AS b
       JOIN ims.closing AS c USING (owner_id, closing_id)
      WHERE c.closed_at = '2024-02-01 00:00+00'),
    1200000000000::numeric, 'the closing between has both receipts');
SELECT cmp_ok(ims.take_closing(owner => 'HISTORY', closed_at => '2024-02-02 00:00+00'), '>', 100::bigint,
    'another one is taken there');
SELECT is(pg_temp.closing_differences(), 0::bigint, 'closings equal the ledger');
SELECT is(s.on_hand, 1200000000000::numeric, 'so does the past')
  FROM ims.stock_at('2024-02-02 12:00+00', 'HISTORY', '{BIG}') AS s;
SELECT lives_ok(
    $$SELECT ims.count_stock('HISTORY', 'BIG', 900000000000, location => 'WEST-B', counted_at => '2024-02-02 12:00+00')$$,
    'it can be counted');
SELECT is(s.on_hand, 300000000000::numeric, 'and is by what was counted less since')
  FROM ims.stock_at('infinity', 'HISTORY', '{BIG}') AS s;

SELECT * FROM finish();
ROLLBACK;
