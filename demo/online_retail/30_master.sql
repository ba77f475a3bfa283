-- Owner, warehouse, channels, customers and items, as the order lines name them.

\echo 'Making the master data ...'

\o /dev/null
SELECT FROM ims.change_owner(owner => 'MAIN', name => 'gift wholesaler',
                             time_zone => 'Europe/London', currency => 'GBP');
SELECT FROM ims.create_site(code => 'LONDON', name => 'warehouse',
                            time_zone => 'Europe/London');
SELECT FROM ims.create_location(code => 'LONDON-PICK', name => 'picking area', kind => 'zone',
                                parent => 'LONDON');

SELECT count(ims.create_channel(code => c.country, name => 'web shop, ' || c.country))
FROM (SELECT DISTINCT l.country FROM demo.line AS l) AS c;

SELECT count(ims.create_party(code => c.customer, name => 'customer ' || c.customer,
                              kind => 'customer',
                              attributes => jsonb_build_object('country', c.country)))
FROM (SELECT l.customer, (array_agg(l.country ORDER BY l.line_id DESC))[1] AS country
      FROM demo.line AS l
      WHERE l.customer IS NOT NULL
      GROUP BY l.customer) AS c;

-- The name of an item is its usual description, its price the usual one.
SELECT count(ims.create_item(code => i.sku, name => coalesce(i.name, i.sku),
                             stocked => i.stocked, retail_price => i.price, currency => 'GBP'))
FROM (SELECT l.sku, bool_and(l.stocked) AS stocked,
             mode() WITHIN GROUP (ORDER BY l.description)
                 FILTER (WHERE l.kind = 'ship') AS name,
             mode() WITHIN GROUP (ORDER BY l.price)
                 FILTER (WHERE l.kind = 'ship' AND l.price > 0) AS price
      FROM demo.line AS l
      GROUP BY l.sku) AS i;
\o

CREATE TABLE demo.item AS
SELECT i.item_id, i.code AS sku FROM ims.item AS i;
ALTER TABLE demo.item ADD PRIMARY KEY (sku);
ANALYZE demo.item;
