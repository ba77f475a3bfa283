-- The stock card runs through the movements of an item in the order of history
-- and ends at its stock; stock_by_day is the stock as of the end of every day
-- of the site.
\i test/setup.psql
BEGIN;
\i test/history.psql
SELECT plan(33);

-- 1. stock card
SELECT results_eq(
    $$SELECT c.effective_at, c.document_number, c.reference_line, c.quantity, c.balance
        FROM ims.stock_card('H2', 'HISTORY', 'EAST', NULL,
                            '2024-02-01 00:00+00', '2024-02-10 12:30+00') AS c
       WHERE c.kind <> 'opening'$$,
    $$SELECT e.effective_at, e.posting_id - 899999, e.reference_line, e.quantity,
             (SELECT sum(b.quantity) FROM end_of_line AS b
               WHERE b.item_id = 9002 AND b.location_id IN (9102, 9103)
                 AND (b.effective_at, b.movement_id) <= (e.effective_at, e.movement_id))
        FROM (SELECT m.effective_at, m.movement_id, m.posting_id, m.reference_line,
                     CASE WHEN m.to_location_id IN (9102, 9103) THEN m.quantity
                          ELSE - m.quantity END AS quantity
                FROM ims.movement AS m
               WHERE m.owner_id = 9001 AND m.item_id = 9002
                 AND (m.to_location_id IN (9102, 9103)) <> (m.from_location_id IN (9102, 9103))
                 AND m.effective_at >= '2024-02-01 00:00+00'
                 AND m.effective_at < '2024-02-10 12:30+00') AS e
       ORDER BY e.effective_at, e.movement_id$$,
    'lines of a site with the running balance, in the order of history');
SELECT results_eq(
    $$SELECT c.effective_at, c.kind, c.quantity, c.balance
        FROM ims.stock_card('H2', 'HISTORY', 'EAST', from_at => '2024-02-01 00:00+00') AS c
       LIMIT 1$$,
    $$SELECT timestamptz '2024-02-01 00:00+00', 'opening', NULL::numeric, sum(e.quantity)
        FROM end_of_line AS e
       WHERE e.item_id = 9002 AND e.location_id IN (9102, 9103)
         AND e.effective_at < '2024-02-01 00:00+00'$$,
    'the first row is the opening balance');
SELECT is(
    (SELECT c.balance FROM ims.stock_card('H' || n, 'HISTORY') WITH ORDINALITY AS c
      ORDER BY c.ordinality DESC LIMIT 1),
    (SELECT sum(s.on_hand)::numeric FROM ims.stock AS s
      WHERE s.owner_id = 9001 AND s.item_id = 9000 + n),
    'the last balance is the stock of H' || n)
  FROM generate_series(1, 8) AS n;
SELECT is(
    (SELECT c.balance FROM ims.stock_card('H7', 'HISTORY', lot => 'L2') WITH ORDINALITY AS c
      ORDER BY c.ordinality DESC LIMIT 1),
    (SELECT sum(s.on_hand)::numeric FROM ims.stock AS s
      WHERE s.owner_id = 9001 AND s.lot_id = 9072),
    'a lot chooses');
SELECT is_empty(
    $$SELECT c.movement_id FROM ims.stock_card('H7', 'HISTORY', lot => 'L2') AS c
       WHERE c.lot_code <> 'L2'$$, 'its lines only');
SELECT results_eq(
    $$SELECT c.kind, c.balance FROM ims.stock_card('H1', 'HISTORY', to_at => '2020-01-01') AS c$$,
    $$VALUES ('opening', 0::numeric)$$, 'before history: opening zero');
SELECT is(
    (SELECT count(*) FROM ims.stock_card('H1', 'HISTORY', from_at => c.effective_at,
                                         to_at => c.effective_at + interval '1 microsecond')) > 1
    AND (SELECT count(*) FROM ims.stock_card('H1', 'HISTORY', from_at => c.effective_at,
                                             to_at => c.effective_at)) = 1,
    true, 'the range is half open')
  FROM (SELECT k.effective_at FROM ims.stock_card('H1', 'HISTORY') AS k OFFSET 5 LIMIT 1) AS c;
SELECT throws_ok(c.call, c.code, NULL, c.call)
  FROM (VALUES
        (1, $$SELECT ims.stock_card(owner => 'HISTORY')$$, 'IV201'),
        (2, $$SELECT ims.stock_card('H1')$$, 'IV201'),
        (3, $$SELECT ims.stock_card('H1', 'NOBODY')$$, 'IV202'),
        (4, $$SELECT ims.stock_card('X', 'HISTORY')$$, 'IV203'),
        (5, $$SELECT ims.stock_card('H1', 'HISTORY', 'NOWHERE')$$, 'IV204'),
        (6, $$SELECT ims.stock_card('H7', 'HISTORY', lot => 'L9')$$, 'IV205'))
       AS c (n, call, code)
 ORDER BY c.n;

-- 2. stock by day
CREATE FUNCTION pg_temp.day_differences(first_day date, last_day date, chosen text[], places text[])
RETURNS bigint LANGUAGE sql AS $$
    WITH chart AS (
        SELECT * FROM ims.stock_by_day('HISTORY', chosen, places, first_day, last_day)
    ), model AS (
        SELECT g.day::date AS day, i.code AS item, z.site, COALESCE(sum(e.quantity), 0) AS on_hand
          FROM generate_series(first_day, last_day, interval '1 day') AS g (day)
         CROSS JOIN (VALUES ('EAST', 'America/New_York', '{9102,9103}'::bigint[]),
                            ('WEST', 'Pacific/Auckland', '{9201,9202}'),
                            ('TRANSIT', 'America/New_York', '{1}')) AS z (site, zone, ids)
          JOIN ims.item AS i ON i.owner_id = 9001 AND (chosen IS NULL OR i.code = ANY (chosen))
          LEFT JOIN end_of_line AS e
            ON e.item_id = i.item_id AND e.location_id = ANY (z.ids)
               AND e.effective_at < (g.day + interval '1 day')::timestamp AT TIME ZONE z.zone
         WHERE places IS NULL OR z.site = ANY (places)
         GROUP BY g.day, i.code, z.site
    )
    SELECT (SELECT count(*) FROM (SELECT * FROM chart WHERE on_hand <> 0
                                  EXCEPT SELECT * FROM model) AS a)
         + (SELECT count(*) FROM (SELECT * FROM model WHERE on_hand <> 0
                                  EXCEPT SELECT * FROM chart) AS b)
         + (SELECT count(*) - count(DISTINCT (day, item, site)) FROM chart)
$$;
SELECT is(pg_temp.day_differences('2024-02-01', '2024-02-20', NULL, NULL), 0::bigint,
    'stock_by_day is the stock at the end of the days of the site');
SELECT is(pg_temp.day_differences('2024-03-08', '2024-03-12', '{H3,H8}', NULL), 0::bigint,
    'over a change of the clocks');
SELECT is(pg_temp.day_differences('2023-12-25', '2024-01-05', NULL, '{WEST}'), 0::bigint,
    'from before the first movement, one site');
SELECT is(pg_temp.day_differences('2024-05-01', '2024-05-10', NULL, NULL), 0::bigint,
    'to after the last');
SELECT results_eq(
    $$SELECT count(*), count(DISTINCT d.day), count(DISTINCT (d.item, d.site))
        FROM ims.stock_by_day('HISTORY', NULL, NULL, '2024-02-01', '2024-02-20') AS d$$,
    $$VALUES (480::bigint, 20::bigint, 24::bigint)$$,
    'every day of every item and site');
SELECT is_empty($$SELECT * FROM ims.stock_by_day('HISTORY', NULL, NULL, '2020-01-01', '2020-01-31')$$,
    'no stock, no rows');
SELECT is((SELECT count(*) FROM ims.stock_by_day('HISTORY', '{H1}', '{EAST}', '2024-02-01', '2024-02-01')),
    1::bigint, 'one day');
SELECT is((SELECT count(*) FROM ims.stock_by_day('HISTORY', '{H1}', '{EAST}', '2024-01-01', '2034-01-07')),
    3660::bigint, 'the longest range');
SELECT throws_ok(c.call, c.code, NULL, c.call)
  FROM (VALUES
        (1, $$SELECT ims.stock_by_day('HISTORY', NULL, NULL, '2024-01-01', '2034-01-08')$$, '22023'),
        (2, $$SELECT ims.stock_by_day('HISTORY', NULL, NULL, '2024-01-02', '2024-01-01')$$, '22023'),
        (3, $$SELECT ims.stock_by_day('HISTORY', NULL, NULL, '-infinity', '2024-01-01')$$, '22023'),
        (4, $$SELECT ims.stock_by_day('HISTORY', to_day => '2024-01-01')$$, 'IV201'),
        (5, $$SELECT ims.stock_by_day('HISTORY', from_day => '2024-01-01')$$, 'IV201'))
       AS c (n, call, code)
 ORDER BY c.n;

SELECT * FROM finish();
ROLLBACK;
