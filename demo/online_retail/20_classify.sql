-- What each order line means for the stock, and the opening stock that keeps
-- every balance from going negative.
--
--   return      a C invoice: goods that came back; linked to the customer's
--               latest earlier sale of the item with enough left, if any
--   adjust      negative without C, or positive at price 0 without customer
--   ship        everything else, free goods for a customer too
--
-- Postage, fees, discounts, vouchers and the like are items that are not
-- stocked: recorded with their line, moving nothing.

\pset footer off

CREATE TABLE demo.line AS
SELECT r.line_id, r.invoice, r.sku, r.description, r.quantity, r.price,
       nullif(regexp_replace(r.customer, '\.0$', ''), '') AS customer, r.country,
       r.invoiced_at AT TIME ZONE 'Europe/London' AS effective_at,
       NOT (r.sku IN ('POST', 'DOT', 'M', 'm', 'C2', 'D', 'S', 'B', 'BANK CHARGES',
                      'AMAZONFEE', 'CRUK')
            OR starts_with(r.sku, 'gift_')) AS stocked,
       CASE WHEN r.invoice LIKE 'C%' THEN 'return'
            WHEN r.quantity < 0 THEN 'adjust'
            WHEN r.price = 0 AND nullif(r.customer, '') IS NULL THEN 'adjust'
            ELSE 'ship'
       END AS kind,
       NULL::bigint AS origin_line_id
FROM demo.raw_line AS r;
ALTER TABLE demo.line ADD PRIMARY KEY (line_id);
DROP TABLE demo.raw_line;

-- What is left to return of each sale.  Returns choose in order of time, and
-- each choice leaves less for the next: a loop, not a join.
CREATE TABLE demo.sale_left AS
SELECT l.line_id, l.customer, l.sku, l.effective_at, l.quantity
FROM demo.line AS l
WHERE l.kind = 'ship' AND l.stocked AND l.customer IS NOT NULL
  AND EXISTS (SELECT FROM demo.line AS b
              WHERE b.kind = 'return' AND b.customer = l.customer AND b.sku = l.sku);
CREATE INDEX ON demo.sale_left (customer, sku, effective_at);
ANALYZE demo.sale_left;
DO $$
DECLARE
    back record;
    sale bigint;
BEGIN
    FOR back IN
        SELECT l.line_id, l.customer, l.sku, l.effective_at, -l.quantity AS quantity
        FROM demo.line AS l
        WHERE l.kind = 'return' AND l.stocked AND l.customer IS NOT NULL
        ORDER BY l.effective_at, l.line_id
    LOOP
        SELECT s.line_id INTO sale
        FROM demo.sale_left AS s
        WHERE s.customer = back.customer AND s.sku = back.sku
          AND s.effective_at <= back.effective_at AND s.quantity >= back.quantity
        ORDER BY s.effective_at DESC, s.line_id DESC
        LIMIT 1;
        IF FOUND THEN
            UPDATE demo.sale_left SET quantity = quantity - back.quantity WHERE line_id = sale;
            UPDATE demo.line SET origin_line_id = sale WHERE line_id = back.line_id;
        END IF;
    END LOOP;
END
$$;
DROP TABLE demo.sale_left;

-- The deepest fall of each item's running sum is what must have been there.
CREATE TABLE demo.opening AS
SELECT f.sku, greatest(0, -min(f.running)) AS quantity
FROM (SELECT l.sku, sum(CASE WHEN l.kind = 'adjust' THEN l.quantity ELSE -l.quantity END)
                        OVER (PARTITION BY l.sku ORDER BY l.effective_at, l.line_id) AS running
      FROM demo.line AS l
      WHERE l.stocked) AS f
GROUP BY f.sku;
ALTER TABLE demo.opening ADD PRIMARY KEY (sku);

\echo
\echo 'Order lines by what they mean'
SELECT l.kind, CASE WHEN l.stocked THEN 'stocked' ELSE 'not stocked' END AS item,
       count(*) AS lines, sum(l.quantity) AS net_units
FROM demo.line AS l
GROUP BY l.kind, l.stocked
ORDER BY l.kind, l.stocked DESC;

\echo 'Returns of stocked items, linked to the sale they come from or not'
SELECT count(l.origin_line_id) AS linked, count(*) - count(l.origin_line_id) AS not_linked
FROM demo.line AS l
WHERE l.kind = 'return' AND l.stocked;

\echo 'All lines'
SELECT count(*) AS lines, sum(l.quantity) AS net_units, count(DISTINCT l.sku) AS skus,
       count(DISTINCT l.invoice) AS invoices,
       sum(l.quantity) FILTER (WHERE l.stocked) AS stocked_units,
       sum(l.quantity) FILTER (WHERE NOT l.stocked) AS not_stocked_units
FROM demo.line AS l;
