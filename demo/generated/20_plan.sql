-- What happens in :periods times four weeks from January 2024 on: documents
-- with their lines.
--
-- Every second Monday each site receives what its clients will need of each
-- item in the next two weeks and some more, so that nothing goes negative.

\echo 'Making up a year ...'

CREATE TABLE demo.document (
    document_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    owner text NOT NULL,
    site text NOT NULL,
    other_site text,
    day integer NOT NULL,
    at time NOT NULL,
    party text,
    channel text,
    reference_type text,
    reference_number text,
    origin_document_id bigint
);
CREATE TABLE demo.line (
    document_id bigint NOT NULL,
    item text NOT NULL,
    quantity numeric NOT NULL
);

-- Orders of the web shop, of market places and of retailers; more before Christmas.
INSERT INTO demo.document (kind, owner, site, day, at, party, channel, reference_type,
                           reference_number)
SELECT 'ship', c.owner, s.site, d.day,
       time '09:00' + make_interval(mins => demo.dice(480, 'minute', c.owner, s.site, k.channel,
                                                      d.day::text, n::text)),
       CASE WHEN k.channel = 'B2B'
            THEN 'C-' || 101 + demo.dice(10, 'retailer', c.owner, s.site, d.day::text) END,
       k.channel, 'sales_order',
       format('%s-%s-%s', s.site, 1000 + d.day, left(k.channel, 1) || n)
FROM (VALUES ('FJELL'), ('MOULIN')) AS c (owner)
CROSS JOIN demo.site AS s
CROSS JOIN generate_series(0, 28 * :periods - 1) AS d (day)
CROSS JOIN (VALUES ('WEB', 4, 4), ('MARKETPLACE', 1, 3), ('B2B', 1, 1))
    AS k (channel, least, more)
CROSS JOIN LATERAL generate_series(
    1, k.least + demo.dice(k.more, 'orders', c.owner, s.site, k.channel, d.day::text)
       + CASE WHEN d.day > 310 AND k.channel = 'WEB' THEN 3 ELSE 0 END) AS n
WHERE k.channel <> 'B2B' OR d.day % 7 < 5
ORDER BY d.day, c.owner, s.site, k.channel, n;

-- The lower the rank of an item the oftener it is chosen.
INSERT INTO demo.line (document_id, item, quantity)
SELECT o.document_id, a.item, sum(o.pack * (1 + demo.dice(o.packs, 'quantity', o.word, n::text)))
FROM (SELECT d.document_id, d.owner, d.document_id::text AS word,
             CASE WHEN d.channel = 'B2B' THEN 6 ELSE 1 END AS pack,
             CASE WHEN d.channel = 'B2B' THEN 4 ELSE 2 END AS packs,
             CASE d.channel WHEN 'B2B' THEN 9 WHEN 'WEB' THEN 1 ELSE 1 END AS least,
             CASE d.channel WHEN 'B2B' THEN 9 WHEN 'WEB' THEN 4 ELSE 2 END AS more,
             (SELECT count(*) FROM demo.article AS a WHERE a.owner = d.owner) AS articles
      FROM demo.document AS d) AS o
CROSS JOIN LATERAL generate_series(1, o.least + demo.dice(o.more, 'lines', o.word)) AS n
JOIN demo.article AS a ON a.owner = o.owner
    AND a.rank = floor(o.articles * (demo.dice(1000, 'item', o.word, n::text) / 1000.0) ^ 2)
GROUP BY o.document_id, a.item;

-- Every four weeks the first site sends the best sellers on to another one.
INSERT INTO demo.document (kind, owner, site, other_site, day, at, reference_type,
                           reference_number)
SELECT 'dispatch', c.owner, 'HAM', CASE WHEN k % 2 = 0 THEN 'LYS' ELSE 'RTM' END, 28 * k + 9,
       '15:00', 'transfer_order', format('T-%s', 100 + k)
FROM (VALUES ('FJELL'), ('MOULIN')) AS c (owner)
CROSS JOIN generate_series(0, :periods - 1) AS k;
INSERT INTO demo.line (document_id, item, quantity)
SELECT d.document_id, a.item, 24
FROM demo.document AS d
JOIN demo.article AS a ON a.owner = d.owner AND a.rank < 20
WHERE d.kind = 'dispatch';
INSERT INTO demo.document (kind, owner, site, day, at, reference_type, reference_number,
                           origin_document_id)
SELECT 'receive_transfer', d.owner, d.other_site, d.day + 2, '11:00', d.reference_type,
       d.reference_number, d.document_id
FROM demo.document AS d
WHERE d.kind = 'dispatch';

-- Receipts at the dock, and the way from there to the picking area.
CREATE INDEX ON demo.line (document_id);
ANALYZE demo.document, demo.line;
CREATE TABLE demo.need AS
SELECT d.owner, d.site, d.day / 14 AS fortnight, l.item, sum(l.quantity) + 3 AS quantity
FROM demo.document AS d
JOIN demo.line AS l ON l.document_id = d.document_id
GROUP BY d.owner, d.site, d.day / 14, l.item;
INSERT INTO demo.document (kind, owner, site, day, at, party, reference_type, reference_number)
SELECT k.kind, n.owner, n.site, 14 * n.fortnight, k.at,
       CASE WHEN k.kind = 'receive' THEN 'S-' || 101 + demo.dice(10, n.owner, n.fortnight::text) END,
       'purchase_order', format('P-%s-%s', n.site, 100 + n.fortnight)
FROM (SELECT DISTINCT n.owner, n.site, n.fortnight FROM demo.need AS n) AS n
CROSS JOIN (VALUES ('receive', time '06:00'), ('transfer', time '08:00')) AS k (kind, at);
INSERT INTO demo.line (document_id, item, quantity)
SELECT d.document_id, n.item, n.quantity
FROM demo.document AS d
JOIN demo.need AS n ON n.owner = d.owner AND n.site = d.site AND 14 * n.fortnight = d.day
WHERE d.kind IN ('receive', 'transfer');

-- One web order in twelve comes back, its first line, a week or two later.
INSERT INTO demo.document (kind, owner, site, day, at, channel, reference_type, reference_number,
                           origin_document_id)
SELECT 'return_from_customer', d.owner, d.site, d.day + 5 + demo.dice(10, 'after', d.document_id::text),
       '17:30', d.channel, d.reference_type, d.reference_number, d.document_id
FROM demo.document AS d
WHERE d.channel = 'WEB' AND d.kind = 'ship' AND d.day < 28 * :periods - 16
  AND demo.dice(12, 'returned', d.document_id::text) = 0;

-- At the end of every four weeks each client has five items counted at each site.
INSERT INTO demo.document (kind, owner, site, day, at)
SELECT 'count', c.owner, s.site, 28 * k + 27, '19:00'
FROM (VALUES ('FJELL'), ('MOULIN')) AS c (owner)
CROSS JOIN demo.site AS s
CROSS JOIN generate_series(0, :periods - 1) AS k;
INSERT INTO demo.line (document_id, item, quantity)
SELECT d.document_id, a.item, demo.dice(3, 'difference', d.document_id::text, a.item) - 1
FROM demo.document AS d
CROSS JOIN generate_series(0, 4) AS n
JOIN demo.article AS a ON a.owner = d.owner AND a.rank = 4 * n + demo.dice(4, 'counted', d.document_id::text)
WHERE d.kind = 'count';

-- As arrays of ids, in order of time.
CREATE TABLE demo.plan AS
SELECT d.document_id, d.kind, d.owner, o.owner_id, d.site, d.party, d.channel, d.reference_type,
       d.reference_number, d.origin_document_id,
       (date '2024-01-01' + d.day + d.at) AT TIME ZONE s.time_zone AS effective_at,
       count(l.item) AS lines,
       array_agg(a.item_id ORDER BY l.item) AS item_ids,
       array_agg(l.quantity ORDER BY l.item) AS quantities,
       array_agg(CASE d.kind WHEN 'receive' THEN 2 WHEN 'transfer' THEN s.dock_id
                 ELSE s.pick_id END ORDER BY l.item) AS from_location_ids,
       array_agg(CASE d.kind WHEN 'ship' THEN 3 WHEN 'dispatch' THEN t.dock_id
                 WHEN 'receive' THEN s.dock_id ELSE s.pick_id END ORDER BY l.item)
           AS to_location_ids,
       array_agg(b.lot_id ORDER BY l.item) AS lot_ids,
       array_agg(CASE d.kind WHEN 'receive' THEN round(a.price * 0.4, 2) END ORDER BY l.item)
           AS unit_costs,
       array_agg(CASE d.kind WHEN 'ship' THEN l.quantity * a.price END ORDER BY l.item)
           AS sale_values
FROM demo.document AS d
JOIN demo.site AS s ON s.site = d.site
JOIN ims.owner AS o ON o.code = d.owner
LEFT JOIN demo.site AS t ON t.site = d.other_site
LEFT JOIN demo.line AS l ON l.document_id = d.document_id
LEFT JOIN demo.article AS a ON a.owner = d.owner AND a.item = l.item
LEFT JOIN demo.lot AS b ON b.item_id = a.item_id AND b.number = d.day / 28
GROUP BY d.document_id, o.owner_id, s.time_zone;
ALTER TABLE demo.plan ADD PRIMARY KEY (document_id);
ANALYZE demo.plan;
