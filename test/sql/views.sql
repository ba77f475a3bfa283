-- Every view of ims_bi agrees with the tables at its grain, has plain types
-- only, and shows a role nothing of the owners of others.
\i test/setup.psql
BEGIN;
\i test/history.psql
SELECT plan(27);

-- 1. stock at its grains
SELECT results_eq(
    $$SELECT item_id, location_id, lot_id, handling_unit_id, item, location, lot, handling_unit,
             on_hand, last_movement_at
        FROM ims_bi.stock WHERE owner = 'HISTORY' ORDER BY 1, 2, 3, 4$$,
    $$SELECT s.item_id, s.location_id, s.lot_id, s.handling_unit_id, i.code, l.code, t.code,
             h.code, s.on_hand::numeric, s.last_effective_at
        FROM ims.stock AS s
        JOIN ims.item AS i USING (owner_id, item_id)
        JOIN ims.location AS l USING (location_id)
        LEFT JOIN ims.lot AS t USING (owner_id, lot_id)
        LEFT JOIN ims.handling_unit AS h USING (owner_id, handling_unit_id)
       WHERE s.owner_id = 9001 AND s.on_hand <> 0 ORDER BY 1, 2, 3, 4$$,
    'stock is the balances with their codes');
SELECT results_eq(
    $$SELECT item, on_hand, in_transit, sellable, held, available, place_count
        FROM ims_bi.stock_by_item WHERE owner_id = 9001 ORDER BY item$$,
    $$SELECT i.code, sum(s.on_hand)::numeric,
             sum(s.on_hand) FILTER (WHERE l.kind = 'transit')::numeric,
             sum(s.on_hand) FILTER (WHERE l.sellable)::numeric,
             sum(s.on_hand) FILTER (WHERE l.kind = 'quarantine')::numeric,
             sum(s.on_hand) FILTER (WHERE l.sellable)::numeric,
             count(DISTINCT s.location_id)
        FROM ims.stock AS s
        JOIN ims.item AS i USING (owner_id, item_id)
        JOIN ims.location AS l USING (location_id)
       WHERE s.owner_id = 9001 AND s.on_hand <> 0 GROUP BY i.code ORDER BY i.code$$,
    'stock_by_item adds it up by item');
SET LOCAL session_replication_role = replica;
INSERT INTO ims.item (owner_id, item_id, code, name, stocked)
    VALUES (9002, 9901, 'IDLE', 'never moved', true), (9002, 9902, 'WORK', 'a service', false);
SET LOCAL session_replication_role = origin;
SELECT results_eq(
    $$SELECT item, on_hand, in_transit, available, place_count, last_movement_at
        FROM ims_bi.stock_by_item WHERE owner = 'OTHER'$$,
    $$VALUES ('IDLE', 0::numeric, 0::numeric, 0::numeric, 0::bigint, NULL::timestamptz)$$,
    'an item without stock shows zeros, a service is left out');
SELECT results_eq(
    $$SELECT item_id, location, site, on_hand
        FROM ims_bi.stock_by_location WHERE owner_id = 9001 ORDER BY 1, 2$$,
    $$SELECT s.item_id, l.code, w.code, sum(s.on_hand)::numeric
        FROM ims.stock AS s
        JOIN ims.location AS l USING (location_id)
        LEFT JOIN ims.location AS w ON w.location_id = l.site_id
       WHERE s.owner_id = 9001
       GROUP BY s.item_id, l.code, w.code HAVING sum(s.on_hand) <> 0 ORDER BY 1, 2$$,
    'stock_by_location adds it up by item and place');
SELECT results_eq(
    $$SELECT item, lot, on_hand, expires_on
        FROM ims_bi.stock_by_lot WHERE owner_id = 9001 ORDER BY 1, 2$$,
    $$SELECT i.code, t.code, sum(s.on_hand)::numeric, t.expires_on
        FROM ims.stock AS s
        JOIN ims.item AS i USING (owner_id, item_id)
        JOIN ims.lot AS t USING (owner_id, lot_id)
       WHERE s.owner_id = 9001 GROUP BY i.code, t.code, t.expires_on
      HAVING sum(s.on_hand) <> 0 ORDER BY 1, 2$$,
    'stock_by_lot adds it up by lot');
SELECT results_eq(
    $$SELECT item_id, site, sellable, held, on_hand, reserved, available
        FROM ims_bi.stock_by_site WHERE owner_id = 9001 ORDER BY 1, 2$$,
    $$SELECT a.item_id, w.code, a.sellable::numeric, a.held::numeric,
             (a.sellable + a.held)::numeric, 0::numeric, a.sellable::numeric
        FROM ims.availability AS a JOIN ims.location AS w ON w.location_id = a.site_id
       WHERE a.owner_id = 9001 AND (a.sellable <> 0 OR a.held <> 0) ORDER BY 1, 2$$,
    'stock_by_site is what can be promised');
SET LOCAL session_replication_role = replica;
UPDATE ims.item SET cost_price = 2.5, retail_price = 4 WHERE owner_id = 9001 AND code IN ('H1', 'H7');
SET LOCAL session_replication_role = origin;
SELECT results_eq(
    $$SELECT base_unit, currency, item_count, on_hand, cost_value, retail_value
        FROM ims_bi.stock_by_owner WHERE owner = 'HISTORY'$$,
    $$SELECT 'EA', 'EUR', count(DISTINCT s.item_id), sum(s.on_hand)::numeric,
             sum(s.on_hand * 2.5) FILTER (WHERE s.item_id IN (9001, 9007)),
             sum(s.on_hand * 4) FILTER (WHERE s.item_id IN (9001, 9007))
        FROM ims.stock AS s WHERE s.owner_id = 9001 AND s.on_hand <> 0$$,
    'stock_by_owner adds it up, with values');
SELECT results_eq(
    $$SELECT item_id, location_id, lot_id, handling_unit_id, on_hand
        FROM ims_bi.negative_stock WHERE owner_id = 9001 ORDER BY 1, 2, 3, 4$$,
    $$SELECT item_id, location_id, lot_id, handling_unit_id, on_hand::numeric
        FROM ims.stock WHERE owner_id = 9001 AND on_hand < 0 ORDER BY 1, 2, 3, 4$$,
    'negative_stock is the balances below zero');
SELECT isnt_empty($$SELECT * FROM ims_bi.negative_stock WHERE owner_id = 9001$$,
    'there are some');

-- 2. movements
SELECT results_eq(
    $$SELECT count(*), sum(quantity), count(DISTINCT document_number), min(from_location),
             max(to_location), count(party)
        FROM ims_bi.movement WHERE owner_id = 9001$$,
    $$SELECT count(*), sum(quantity)::numeric, 1500::bigint, 'ADJUSTMENT', 'WEST-B',
             count(*) FILTER (WHERE posting_id % 2 = 0)
        FROM ims.movement WHERE owner_id = 9001$$,
    'movement has each line once');
SELECT results_eq(
    $$SELECT movement_id, location_id, quantity
        FROM ims_bi.stock_movement WHERE owner_id = 9001 ORDER BY 1, 2, 3$$,
    $$SELECT movement_id, location_id, quantity FROM end_of_line ORDER BY 1, 2, 3$$,
    'stock_movement has each line at each place that keeps stock, signed');
SELECT is_empty(
    $$SELECT item_id, location_id, lot_id, handling_unit_id, sum(quantity)
        FROM ims_bi.stock_movement WHERE owner_id = 9001 GROUP BY 1, 2, 3, 4
      EXCEPT
      SELECT item_id, location_id, lot_id, handling_unit_id, on_hand::numeric
        FROM ims.stock WHERE owner_id = 9001$$,
    'and adds up to the stock');
SELECT is_empty(
    $$SELECT c.movement_id, c.balance
        FROM ims_bi.stock_card AS c
       WHERE c.item = 'H7' AND c.owner = 'HISTORY'
         AND c.balance <> (SELECT sum(e.quantity)
                             FROM end_of_line AS e
                            WHERE (e.item_id, e.location_id, e.lot_id, e.handling_unit_id)
                                = (c.item_id, c.location_id, c.lot_id, c.handling_unit_id)
                              AND (e.effective_at, e.movement_id)
                               <= (c.effective_at, c.movement_id))$$,
    'stock_card runs through them');
SELECT cmp_ok((SELECT count(*) FROM ims_bi.stock_card WHERE item = 'H7'), '>', 100::bigint,
    'all of them');
CREATE FUNCTION pg_temp.plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; whole text := '';
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        whole := whole || line || E'\n';
    END LOOP;
    RETURN whole;
END $$;
SET LOCAL enable_seqscan = off;
SET LOCAL enable_bitmapscan = off;
SELECT alike(pg_temp.plan_of('SELECT * FROM ims_bi.stock_card WHERE owner_id = 9001 AND item_id = 9002'),
    '%WindowAgg%movement_item_idx%(item_id = 9002)%',
    'a filter on the item reaches the index below the window');
RESET enable_bitmapscan;
SELECT alike(pg_temp.plan_of('SELECT * FROM ims_bi.posting WHERE owner_id = 9001 AND ' || c.condition),
    '%Aggregate%' || c.expected || '%', 'posting: ' || c.name)
FROM (VALUES
    (1, 'document_number = 7', '(document_number = 7)',
     'a document is found before the lines are read'),
    (2, 'origin_posting_id = 7', '(origin_posting_id = 7)',
     'so is what comes from a posting'),
    (3, 'reference_number = ''R''', '(reference_number = ''R''::text)',
     'and what is of a reference')) AS c (place, condition, expected, name)
ORDER BY c.place;
RESET enable_seqscan;
SELECT results_eq(
    $$SELECT posting_id, document_number, party, line_count, item_count, total_quantity
        FROM ims_bi.posting WHERE owner_id = 9001 ORDER BY 1$$,
    $$SELECT posting_id, posting_id - 899999, CASE WHEN posting_id % 2 = 0 THEN 'ACME' END,
             count(*), count(DISTINCT item_id), sum(quantity)::numeric
        FROM ims.movement WHERE owner_id = 9001 GROUP BY posting_id ORDER BY 1$$,
    'posting has each document with its totals');

-- 3. time: days at the site
SELECT is_empty(
    $$SELECT item, location FROM ims_bi.inactive_stock
       WHERE owner_id = 9001
         AND days_without_movement
             <> trunc(extract(epoch FROM statement_timestamp() - last_movement_at) / 86400)$$,
    'inactive_stock counts whole days');
SELECT results_eq(
    $$SELECT count(*), sum(on_hand) FROM ims_bi.inactive_stock WHERE owner_id = 9001$$,
    $$SELECT count(*), sum(on_hand) FROM ims_bi.stock_by_location
       WHERE owner_id = 9001 AND on_hand <> 0$$,
    'of all stock');
SELECT results_eq(
    $$SELECT item, location, lot, on_hand, due_on, days_left
        FROM ims_bi.expiring_stock WHERE owner_id = 9001 ORDER BY 1, 2, 3$$,
    $$SELECT i.code, l.code, t.code, sum(s.on_hand)::numeric, t.expires_on,
             (t.expires_on - (statement_timestamp() AT TIME ZONE
                 CASE WHEN l.code LIKE 'WEST%' THEN 'Pacific/Auckland'
                      ELSE 'America/New_York' END)::date)::bigint
        FROM ims.stock AS s
        JOIN ims.item AS i USING (owner_id, item_id)
        JOIN ims.lot AS t USING (owner_id, lot_id)
        JOIN ims.location AS l USING (location_id)
       WHERE s.owner_id = 9001
       GROUP BY i.code, l.code, t.code, t.expires_on HAVING sum(s.on_hand) <> 0
       ORDER BY 1, 2, 3$$,
    'expiring_stock counts the days of the site, and those of the owner in transit');

-- 4. the house: plain types, the reader's rights
SELECT is_empty(
    $$SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
        FROM pg_class AS c
        JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
       WHERE c.relnamespace = 'ims_bi'::regnamespace
         AND format_type(a.atttypid, a.atttypmod) NOT IN
             ('numeric', 'text', 'boolean', 'bigint', 'date', 'timestamp with time zone')$$,
    'columns have plain types only');
SELECT is_empty(
    $$SELECT c.relname, a.attname
        FROM pg_class AS c
        JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
       WHERE c.relnamespace = 'ims_bi'::regnamespace
         AND (col_description(c.oid, a.attnum) IS NULL OR obj_description(c.oid) IS NULL)$$,
    'views and columns have comments');
SELECT is_empty(
    $$SELECT c.relname FROM pg_class AS c
       WHERE c.relnamespace = 'ims_bi'::regnamespace
         AND NOT 'security_invoker=true' = ANY (COALESCE(c.reloptions, '{}'))$$,
    'views run with the rights of their reader');
INSERT INTO ims.serial (owner_id, serial_id, item_id, code) VALUES (9001, 9001, 9001, 'U1');
CREATE FUNCTION pg_temp.rows_of(name text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE found bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM ims_bi.%I WHERE owner_id = 9001', name) INTO found;
    RETURN found;
END $$;
CREATE TEMPORARY TABLE view_name AS
    SELECT c.relname::text AS name FROM pg_class AS c
     WHERE c.relnamespace = 'ims_bi'::regnamespace AND c.relkind = 'v';
SELECT ims.set_rfid_reader('HISTORY', 'DOOR', 'TRANSIT') \g /dev/null
SELECT count(*) FROM ims.rfid_ingest('HISTORY', 'DOOR', 'A',
    '[{"epc": "AA", "read_at": "2026-01-01T00:00:00Z"}]') \g /dev/null
SELECT count(*) FROM
    ims.run_forecast(owner => 'HISTORY', as_of => '2026-02-02', horizon => 2) AS f,
    ims.run_backtest(owner => 'HISTORY', as_of => '2026-02-02') AS b,
    ims.classify_items(owner => 'HISTORY', as_of => '2026-02-02') AS c \gset ignored_
SELECT ims._progress_begin(9001, 'forecast'), ims._progress_phase('reading', 1) \gset ignored_
-- a production, for what shows nothing else
SET LOCAL session_replication_role = replica;
INSERT INTO ims.movement (owner_id, posting_id, effective_at, recorded_at, item_id, from_location_id, to_location_id, quantity)
SELECT p.owner_id, p.posting_id, p.effective_at, p.recorded_at, 9001, v.from_id, v.to_id, 1
  FROM (SELECT * FROM ims.posting AS p WHERE p.owner_id = 9001 AND p.kind <> 'reversal' ORDER BY p.posting_id LIMIT 1) AS p
 CROSS JOIN (VALUES (9101, 6), (6, 9101)) AS v (from_id, to_id);
SET LOCAL session_replication_role = origin;
SELECT is((SELECT string_agg(v.name, ' ' ORDER BY v.name COLLATE "C") FROM view_name AS v
            WHERE pg_temp.rows_of(v.name) = 0),
    NULL, 'every view has rows for its owner');
CREATE ROLE asof_stranger;
GRANT USAGE ON SCHEMA ims, ims_bi TO asof_stranger;
GRANT SELECT ON ALL TABLES IN SCHEMA ims, ims_bi TO asof_stranger;
GRANT SELECT ON view_name TO asof_stranger;
SET LOCAL ROLE asof_stranger;
SELECT is((SELECT string_agg(v.name, ' ' ORDER BY v.name COLLATE "C") FROM view_name AS v
            WHERE pg_temp.rows_of(v.name) > 0),
    NULL, 'and none for others');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
