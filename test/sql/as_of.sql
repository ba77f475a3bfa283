-- Stock as of any instant, and as known at any time of recording, equals the
-- plain sum over the ledger, from whichever anchor it is computed; rights and
-- bad arguments.
\i test/setup.psql
BEGIN;
\i test/history.psql
SELECT plan(49);

-- the model: the definition, written down
CREATE FUNCTION pg_temp.model(as_of timestamptz, known timestamptz)
RETURNS TABLE (item text, location text, lot text, handling_unit text, on_hand numeric)
LANGUAGE sql
BEGIN ATOMIC
    SELECT i.code, l.code, t.code, h.code, sum(e.quantity)
      FROM end_of_line AS e
      JOIN ims.item AS i ON i.owner_id = 9001 AND i.item_id = e.item_id
      JOIN ims.location AS l ON l.location_id = e.location_id
      LEFT JOIN ims.lot AS t ON t.owner_id = 9001 AND t.lot_id = e.lot_id
      LEFT JOIN ims.handling_unit AS h
        ON h.owner_id = 9001 AND h.handling_unit_id = e.handling_unit_id
     WHERE e.effective_at <= as_of AND e.recorded_at <= known
     GROUP BY i.code, l.code, t.code, h.code
    HAVING sum(e.quantity) <> 0;
END;

-- instants around both ends, on and beside a movement, on and beside closings;
-- one time of knowing is that of a receipt
CREATE TEMPORARY TABLE instant AS
SELECT a.at, k.known_at
  FROM (VALUES ('-infinity'::timestamptz), ('2023-12-01 00:00+00'), ('2024-01-01 00:30+00'),
               ('2024-01-20 10:29:59.999999+00'), ('2024-01-20 10:30+00'),
               ('2024-02-29 23:59:59.999999+00'), ('2024-03-01 00:00+00'),
               ('2024-03-15 00:00+00'), ('2024-04-30 12:00+00'), ('2024-05-04 00:00+00'),
               ('2024-06-01 00:00+00'), ('infinity')) AS a (at)
 CROSS JOIN (VALUES (NULL::timestamptz), ('-infinity'), ('2024-01-25 08:30+00'),
                    ((SELECT min(m.recorded_at)
                        FROM ims.movement AS m
                       WHERE m.owner_id = 9001 AND m.recorded_at > '2024-03-10 00:00+00'
                         AND m.recorded_at = m.effective_at
                         AND m.from_location_id = 2 AND m.to_location_id = 9102)),
                    ('2024-04-29 23:00+00'), ('2030-01-01 00:00+00'))
       AS k (known_at);

CREATE TEMPORARY TABLE expected AS
SELECT n.at, n.known_at, m.*
  FROM instant AS n
 CROSS JOIN LATERAL pg_temp.model(n.at, COALESCE(n.known_at, 'infinity')) AS m;

CREATE FUNCTION pg_temp.differences() RETURNS bigint
LANGUAGE sql
AS $$
    WITH found AS (
        SELECT n.at, n.known_at, s.*
          FROM instant AS n
         CROSS JOIN LATERAL ims.stock_at(n.at, 'HISTORY', known_at => n.known_at) AS s
    )
    SELECT (SELECT count(*) FROM (SELECT * FROM found EXCEPT ALL SELECT * FROM expected) AS a)
         + (SELECT count(*) FROM (SELECT * FROM expected EXCEPT ALL SELECT * FROM found) AS b)
$$;
CREATE FUNCTION pg_temp.differences_by_item(places text[]) RETURNS bigint
LANGUAGE sql
AS $$
    WITH found AS (
        SELECT n.at, n.known_at, s.*
          FROM instant AS n
         CROSS JOIN LATERAL
               ims.stock_by_item_at(n.at, 'HISTORY', NULL, places, n.known_at) AS s
    ), expected_item AS (
        SELECT m.at, m.known_at, m.item, sum(m.on_hand)
          FROM expected AS m
          JOIN ims.location AS l ON l.code = m.location
          LEFT JOIN ims.location AS w ON w.location_id = l.site_id
         WHERE places IS NULL OR l.code = ANY (places) OR w.code = ANY (places)
         GROUP BY m.at, m.known_at, m.item
        HAVING sum(m.on_hand) <> 0
    )
    SELECT (SELECT count(*) FROM (SELECT * FROM found EXCEPT ALL SELECT * FROM expected_item) AS a)
         + (SELECT count(*) FROM (SELECT * FROM expected_item EXCEPT ALL SELECT * FROM found) AS b)
$$;
CREATE FUNCTION pg_temp.anchors() RETURNS text
LANGUAGE sql
AS $$
    SELECT string_agg(DISTINCT CASE WHEN a.closing_id IS NOT NULL THEN 'closing'
                                    WHEN a.anchor_at = 'infinity' THEN 'live'
                                    ELSE 'empty' END, ' '
                      ORDER BY CASE WHEN a.closing_id IS NOT NULL THEN 'closing'
                                    WHEN a.anchor_at = 'infinity' THEN 'live'
                                    ELSE 'empty' END)
      FROM instant AS n
     CROSS JOIN LATERAL ims._nearest_anchor(9001, LEAST(n.at, n.known_at)) AS a
$$;

-- 1. every instant, every anchor
SELECT cmp_ok((SELECT count(*) FROM pg_temp.model('2024-03-01 00:00+00', 'infinity')), '>', 100::bigint,
    'the model has stock to compare');
SELECT isnt_empty($$SELECT * FROM pg_temp.model('2024-04-30 12:00+00', 'infinity')
                    EXCEPT SELECT * FROM pg_temp.model('2024-04-30 12:00+00', '2024-04-29 23:00+00')$$,
    'late knowledge makes a difference');
SELECT is(pg_temp.anchors(), 'empty live', 'without closings: the live balance and the empty ledger');
SELECT is(pg_temp.differences(), 0::bigint, 'stock_at equals the ledger, without closings');
SELECT is(pg_temp.differences_by_item(NULL), 0::bigint, 'stock_by_item_at does');
SELECT is(pg_temp.differences_by_item('{EAST,TRANSIT}'), 0::bigint, 'at a site and in transit');
SELECT ims._take_closing(9001, '2024-03-01 00:00+00') > 100 AS taken;
SELECT is(pg_temp.anchors(), 'closing empty live', 'with one closing: all three');
SELECT is(pg_temp.differences(), 0::bigint, 'stock_at equals the ledger, with one closing');
SELECT is(pg_temp.differences_by_item(NULL), 0::bigint, 'stock_by_item_at does');
SELECT ims._take_closing(9001, '2024-01-20 10:30+00') > 100 AS taken;
SELECT ims._take_closing(9001, '2024-04-30 12:00:00.000001+00') > 100 AS taken;
SELECT is(pg_temp.differences(), 0::bigint, 'stock_at equals the ledger, with three closings');
SELECT is(pg_temp.differences_by_item('{EAST,TRANSIT}'), 0::bigint, 'stock_by_item_at does');

SET LOCAL session_replication_role = replica;
UPDATE ims.location SET keeps_stock = false, sellable = false WHERE code = 'EAST-A-1';
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.differences_by_item('{EAST}'), 0::bigint, 'a place that keeps no stock any more did then');

SET LOCAL session_replication_role = replica;
UPDATE ims.location SET keeps_stock = true, sellable = true WHERE code = 'EAST-A-1';
SET LOCAL session_replication_role = origin;

-- a closing that is wrong is seen: the anchor is really used
SET LOCAL session_replication_role = replica;
UPDATE ims.closing_balance SET on_hand = on_hand + 1 WHERE owner_id = 9001;
SELECT isnt(pg_temp.differences(), 0::bigint, 'answers come from the closings');
UPDATE ims.closing_balance SET on_hand = on_hand - 1 WHERE owner_id = 9001;
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.differences(), 0::bigint, 'and are right again');

-- 2. which rows
SELECT results_eq(
    $$SELECT * FROM ims.stock_at('2024-03-10 00:00+00', 'HISTORY', '{H2,H7}') ORDER BY 1, 2, 3, 4$$,
    $$SELECT * FROM pg_temp.model('2024-03-10 00:00+00', 'infinity')
       WHERE item IN ('H2', 'H7') ORDER BY 1, 2, 3, 4$$,
    'items choose');
SELECT results_eq(
    $$SELECT * FROM ims.stock_at('2024-03-10 00:00+00', 'HISTORY', NULL, '{EAST-A,WEST-B}')
       ORDER BY 1, 2, 3, 4$$,
    $$SELECT * FROM pg_temp.model('2024-03-10 00:00+00', 'infinity')
       WHERE location IN ('EAST-A-1', 'WEST-B') ORDER BY 1, 2, 3, 4$$,
    'a place stands for all below it');
SELECT is_empty($$SELECT * FROM ims.stock_at('2024-03-10 00:00+00', 'HISTORY', '{}')$$,
    'no items: nothing');
SELECT is_empty($$SELECT * FROM ims.stock_at('2024-03-10 00:00+00', 'HISTORY', NULL, '{}')$$,
    'no places: nothing');
SELECT is_empty($$SELECT * FROM ims.stock_at('2024-03-10 00:00+00', 'HISTORY', NULL, '{SUPPLIER}')$$,
    'a place that keeps no stock: nothing');
SELECT is_empty($$SELECT * FROM ims.stock_at(owner => 'OTHER')$$, 'an owner without stock: nothing');
SELECT results_eq(
    $$SELECT s.item, s.location, s.lot, s.handling_unit, s.on_hand
        FROM ims.stock_at(owner => 'HISTORY') AS s ORDER BY 1, 2, 3, 4$$,
    $$SELECT i.code, l.code, t.code, h.code, s.on_hand::numeric
        FROM ims.stock AS s
        JOIN ims.item AS i USING (owner_id, item_id)
        JOIN ims.location AS l USING (location_id)
        LEFT JOIN ims.lot AS t USING (owner_id, lot_id)
        LEFT JOIN ims.handling_unit AS h USING (owner_id, handling_unit_id)
       WHERE s.owner_id = 9001 AND s.on_hand <> 0 ORDER BY 1, 2, 3, 4$$,
    'no instant: the live balance');
SELECT is(
    (SELECT sum(on_hand) FROM ims.stock_at('2024-01-20 10:30+00', 'HISTORY'))
    - (SELECT sum(on_hand) FROM ims.stock_at('2024-01-20 10:29:59.999999+00', 'HISTORY')),
    (SELECT sum(quantity) FROM end_of_line WHERE effective_at = '2024-01-20 10:30+00'),
    'a movement at the instant is in');

-- 3. bad arguments
SELECT throws_ok(c.call, c.code, NULL, c.call)
  FROM (VALUES
        (1, $$SELECT ims.stock_at(owner => 'NOBODY')$$, 'IV202'),
        (2, $$SELECT ims.stock_at(owner => '')$$, 'IV202'),
        (3, $$SELECT ims.stock_at()$$, 'IV201'),
        (4, $$SELECT ims.stock_at(owner => 'HISTORY', items => '{H1,h1}')$$, 'IV203'),
        (5, $$SELECT ims.stock_at(owner => 'HISTORY', items => '{NULL}')$$, 'IV203'),
        (6, $$SELECT ims.stock_at(owner => 'OTHER', items => '{H1}')$$, 'IV203'),
        (7, $$SELECT ims.stock_at(owner => 'HISTORY', locations => '{EAST,NOWHERE}')$$, 'IV204'),
        (8, $$SELECT ims.stock_by_item_at(owner => 'NOBODY')$$, 'IV202'),
        (9, $$SELECT ims.stock_by_item_at(owner => 'HISTORY', items => '{X}')$$, 'IV203'),
        (10, $$SELECT ims.stock_by_item_at(owner => 'HISTORY', locations => '{X}')$$, 'IV204'),
        (11, $$SELECT ims.stock_at('294276-12-31 23:59:59.999999+00', 'HISTORY')$$, 'IV232'),
        (12, $$SELECT ims.stock_at('10000-01-01 00:00+00', 'HISTORY')$$, 'IV232'),
        (13, $$SELECT ims.stock_at('0001-12-31 23:59:59.999999+00 BC', 'HISTORY')$$, 'IV232'),
        (14, $$SELECT ims.stock_at(owner => 'HISTORY', known_at => '4714-11-24 00:00+00 BC')$$,
            'IV232'),
        (15, $$SELECT ims.stock_by_item_at('294276-12-31 23:59:59.999999+00', 'HISTORY')$$, 'IV232'),
        (16, $$SELECT ims.stock_by_item_at(owner => 'HISTORY', known_at => '294276-01-01 00:00+00')$$,
            'IV232'),
        (17, $$SELECT ims.stock_card('H1', 'HISTORY', from_at => '4714-11-24 00:00+00 BC')$$, 'IV232'),
        (18, $$SELECT ims.stock_card('H1', 'HISTORY', to_at => '294276-01-01 00:00+00')$$, 'IV232'),
        (19, $$SELECT ims.stock_by_day('HISTORY', from_day => '5874897-12-31',
            to_day => '5874897-12-31')$$, '22023'),
        (20, $$SELECT ims.stock_by_day('HISTORY', from_day => '4713-01-01 BC',
            to_day => '4713-01-01 BC')$$, '22023'))
       AS c (n, call, code)
 ORDER BY c.n;

SELECT results_eq(
    format('SELECT * FROM ims.stock_at(%L, ''HISTORY'') ORDER BY 1, 2, 3, 4', c.at),
    format('SELECT * FROM ims.stock_at(%L, ''HISTORY'') ORDER BY 1, 2, 3, 4', c.same),
    c.at || ' can be asked for')
  FROM (VALUES
        ('9999-12-31 23:59:59.999999+00', 'infinity'),
        ('0001-01-01 00:00+00', '-infinity')) AS c (at, same);

-- 4. rights: the caller's, row by row
CREATE ROLE asof_stranger;
GRANT USAGE ON SCHEMA ims TO asof_stranger;
GRANT SELECT ON ALL TABLES IN SCHEMA ims TO asof_stranger;
SET LOCAL ROLE asof_stranger;
SELECT throws_ok($$SELECT ims.stock_at(owner => 'HISTORY')$$, '42501', NULL,
    'the right to call is EXECUTE');
RESET ROLE;
GRANT EXECUTE ON FUNCTION ims.stock_at(timestamptz, text, text[], text[], timestamptz)
    TO asof_stranger;
SET LOCAL ROLE asof_stranger;
SELECT throws_ok($$SELECT ims.stock_at(owner => 'HISTORY')$$, 'IV202', NULL,
    'an owner of others is unknown');
RESET ROLE;
GRANT EXECUTE ON FUNCTION ims.stock_by_item_at, ims.stock_card, ims.stock_by_day TO asof_stranger;
INSERT INTO ims.owner_member (owner_id, role_name) VALUES (9001, 'asof_stranger');
SET LOCAL ROLE asof_stranger;
SELECT is(
    (SELECT sum(s.on_hand) FROM ims.stock_at('2024-03-10 00:00+00') AS s),
    (SELECT sum(m.on_hand) FROM ims.stock_by_item_at('2024-03-10 00:00+00') AS m),
    'one''s own may be left out');
SELECT isnt_empty($$SELECT FROM ims.stock_card('H1')$$, 'with the rights of the recipe: stock_card');
SELECT isnt_empty($$SELECT FROM ims.stock_by_day(from_day => '2024-03-01', to_day => '2024-03-02')$$,
    'and stock_by_day');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
