-- What each order line means for the stock.
--
--   return      a C invoice: goods that came back; linked to the customer's
--               latest earlier sale of the item with enough left, if any
--   adjust      negative without C, or positive at price 0 without customer
--   ship        everything else, free goods for a customer too
--
-- Postage, fees, discounts, vouchers and the like are items that are not
-- stocked: recorded with their line, moving nothing.  The lines of an invoice
-- that mean the same and bear the same minute are one document.

CREATE TABLE demo.line AS
SELECT c.*, dense_rank() OVER (ORDER BY c.effective_at, c.invoice, c.kind) AS document
FROM (SELECT r.line_id, r.invoice, r.sku, nullif(r.description, '') AS description,
             r.quantity, r.price, nullif(regexp_replace(r.customer, '\.0$', ''), '') AS customer,
             r.country, r.invoiced_at AT TIME ZONE 'Europe/London' AS effective_at,
             NOT (r.sku IN ('POST', 'DOT', 'M', 'm', 'C2', 'D', 'S', 'B', 'BANK CHARGES',
                            'AMAZONFEE', 'CRUK')
                  OR starts_with(r.sku, 'gift_')) AS stocked,
             CASE WHEN r.invoice LIKE 'C%' THEN 'return'
                  WHEN r.quantity < 0 THEN 'adjust'
                  WHEN r.price = 0 AND nullif(r.customer, '') IS NULL THEN 'adjust'
                  ELSE 'ship'
             END AS kind
      FROM demo.raw_line AS r) AS c;
ALTER TABLE demo.line ADD PRIMARY KEY (line_id);
DROP TABLE demo.raw_line;
ANALYZE demo.line;

-- What is left to return of each sale.  Returns choose in order of time, and
-- each choice leaves less for the next: a loop, not a join.
CREATE TABLE demo.sale_left AS
SELECT l.line_id, l.customer, l.sku, l.document, l.quantity
FROM demo.line AS l
WHERE l.kind = 'ship' AND l.customer IS NOT NULL
  AND EXISTS (SELECT FROM demo.line AS b
              WHERE b.kind = 'return' AND b.customer = l.customer AND b.sku = l.sku);
ALTER TABLE demo.sale_left ADD PRIMARY KEY (line_id);
CREATE INDEX ON demo.sale_left (customer, sku, document);
ANALYZE demo.sale_left;
CREATE TABLE demo.return_of (line_id bigint PRIMARY KEY, sale_line_id bigint NOT NULL);
DO $$
DECLARE
    back record;
    sale bigint;
BEGIN
    FOR back IN
        SELECT l.line_id, l.customer, l.sku, l.document, -l.quantity AS quantity
        FROM demo.line AS l
        WHERE l.kind = 'return' AND l.customer IS NOT NULL
        ORDER BY l.document, l.line_id
    LOOP
        SELECT s.line_id INTO sale
        FROM demo.sale_left AS s
        WHERE s.customer = back.customer AND s.sku = back.sku
          AND s.document < back.document AND s.quantity >= back.quantity
        ORDER BY s.document DESC, s.line_id DESC
        LIMIT 1;
        IF FOUND THEN
            UPDATE demo.sale_left SET quantity = quantity - back.quantity WHERE line_id = sale;
            INSERT INTO demo.return_of (line_id, sale_line_id) VALUES (back.line_id, sale);
        END IF;
    END LOOP;
END
$$;
DROP TABLE demo.sale_left;

-- The deepest fall of each item's running sum must have been there; made up to
-- whole dozens, and one on top.
CREATE TABLE demo.opening AS
SELECT f.sku, 12 * (1 + ceil(greatest(0, -min(f.running)) / 12)) AS quantity
FROM (SELECT l.sku, sum(CASE WHEN l.kind = 'adjust' THEN l.quantity ELSE -l.quantity END)
                        OVER (PARTITION BY l.sku ORDER BY l.document, l.line_id) AS running
      FROM demo.line AS l
      WHERE l.stocked) AS f
GROUP BY f.sku;

\echo
\echo '--- What the order lines mean'
SELECT l.kind, CASE WHEN l.stocked THEN 'stocked' ELSE 'not stocked' END AS item,
       count(*) AS lines, sum(l.quantity) AS net_units,
       count(*) FILTER (WHERE r.sale_line_id IS NOT NULL) AS linked_to_sale,
       count(*) FILTER (WHERE l.kind = 'return' AND r.sale_line_id IS NULL) AS not_linked
FROM demo.line AS l
LEFT JOIN demo.return_of AS r ON r.line_id = l.line_id
GROUP BY l.kind, l.stocked
ORDER BY l.kind DESC, l.stocked DESC;
