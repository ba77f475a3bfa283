-- A 3PL with three sites and two clients: sports wear, and food in lots.
--
-- Everything in demo/generated is made from md5 of names and numbers, so that
-- each run makes the same year.

\echo 'Making the master data of a 3PL ...'

CREATE SCHEMA demo;

-- A number from 0 to sides - 1, the same each time for the same words.
CREATE FUNCTION demo.dice(sides integer, VARIADIC words text[])
RETURNS integer
LANGUAGE sql IMMUTABLE
RETURN ('x' || left(md5(array_to_string(words, '/')), 7))::bit(28)::integer % sides;

\o /dev/null
SELECT ims.create_site(code => s.code, name => s.name, time_zone => s.zone)
FROM (VALUES ('HAM', 'Hamburg', 'Europe/Berlin'), ('RTM', 'Rotterdam', 'Europe/Amsterdam'),
             ('LYS', 'Lyon', 'Europe/Paris')) AS s (code, name, zone);
SELECT ims.create_location(code => s.code || '-PICK', name => 'picking area', kind => 'zone',
                           parent => s.code)
FROM (VALUES ('HAM'), ('RTM'), ('LYS')) AS s (code);

SELECT ims.create_owner(code => c.code, name => c.name, template => '3pl',
                        time_zone => 'Europe/Berlin', currency => 'EUR')
FROM (VALUES ('FJELL', 'Fjell sports wear'), ('MOULIN', 'Moulin fine food')) AS c (code, name);

SELECT ims.create_party(owner => c.code, code => 'S-' || n, name => 'supplier ' || n,
                        kind => 'supplier'),
       ims.create_party(owner => c.code, code => 'C-' || n, name => 'retailer ' || n,
                        kind => 'customer')
FROM (VALUES ('FJELL'), ('MOULIN')) AS c (code)
CROSS JOIN generate_series(101, 110) AS n;

SELECT ims.create_item(owner => 'FJELL', code => format('F-%s', 1000 + n),
                       name => format('%s, colour %s', k.name, 1 + n / 5), currency => 'EUR',
                       retail_price => 20 + demo.dice(180, 'price', n::text) - 0.05)
FROM generate_series(0, 199) AS n
JOIN (VALUES (0, 'jacket'), (1, 'trousers'), (2, 'shirt'), (3, 'cap'), (4, 'gloves'))
    AS k (kind, name) ON k.kind = n % 5;
SELECT ims.create_item(owner => 'MOULIN', code => format('M-%s', 5000 + n),
                       name => format('%s no. %s', k.name, 1 + n / 4), currency => 'EUR',
                       tracking => 'lot', shelf_life_days => 240,
                       retail_price => 3 + demo.dice(20, 'price', n::text) + 0.49)
FROM generate_series(0, 79) AS n
JOIN (VALUES (0, 'mustard'), (1, 'jam'), (2, 'biscuits'), (3, 'tea'))
    AS k (kind, name) ON k.kind = n % 4;

-- One lot of an item for every four weeks.
SELECT ims.create_lot(owner => 'MOULIN', item => format('M-%s', 5000 + n),
                      lot => format('L24-%s', to_char(k + 1, 'FM00')),
                      made_on => date '2024-01-01' + 28 * k - 14)
FROM generate_series(0, 79) AS n
CROSS JOIN generate_series(0, :periods - 1) AS k;
\o

CREATE TABLE demo.article AS
SELECT o.owner_id, o.code AS owner, i.item_id, i.code AS item, i.tracking = 'lot' AS in_lots,
       i.retail_price AS price,
       (row_number() OVER (PARTITION BY o.owner_id ORDER BY i.code) - 1)::integer AS rank
FROM ims.item AS i
JOIN ims.owner AS o ON o.owner_id = i.owner_id;
ALTER TABLE demo.article ADD PRIMARY KEY (owner, item);

CREATE TABLE demo.lot AS
SELECT l.item_id, right(l.code, 2)::integer - 1 AS number, l.lot_id
FROM ims.lot AS l;
ALTER TABLE demo.lot ADD PRIMARY KEY (item_id, number);

CREATE TABLE demo.site AS
SELECT s.code AS site, s.time_zone,
       max(l.location_id) FILTER (WHERE l.kind = 'dock') AS dock_id,
       max(l.location_id) FILTER (WHERE l.kind = 'zone') AS pick_id
FROM ims.location AS s
JOIN ims.location AS l ON l.site_id = s.location_id
WHERE s.kind = 'site'
GROUP BY s.code, s.time_zone;
ALTER TABLE demo.site ADD PRIMARY KEY (site);
ANALYZE demo.article, demo.lot, demo.site;
