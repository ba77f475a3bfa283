-- Demand: what customers were shipped, and what came back.
--
-- A line to CUSTOMER (3) without an origin is a shipment, one from there a
-- return; it may be that its posting names the sale.  A line with an origin
-- takes something back: a return that names the line it returns, or a reversal,
-- which makes a shipment, or a return, as if it had never been.  The origin says
-- when and where that was, and for a reversed return its own origin does.
-- Adjustments, scrap, transfers, production and changes of owner do not touch
-- CUSTOMER, and so are not here.
-- OFFSET: places and sites are joined before the many lines are.

CREATE VIEW ims_bi.demand_line WITH (security_invoker = true) AS
SELECT m.owner_id,
       m.movement_id,
       m.posting_id,
       m.item_id,
       l.site_id,
       o.code AS owner,
       i.code AS item,
       l.site,
       COALESCE(l.time_zone, 'UTC') AS time_zone,
       m.effective_at AS demanded_at,
       NULL::timestamptz AS returned_at,
       m.quantity::numeric AS shipped,
       0::numeric AS returned,
       'shipment'::text AS basis,
       m.unit_cost * COALESCE(m.rate, 1) AS unit_cost,
       m.sale_value * COALESCE(m.rate, 1) / m.quantity::numeric AS unit_price
  FROM ims.movement AS m
  JOIN (SELECT p.location_id, p.site_id, w.code AS site, w.time_zone
          FROM ims.location AS p
          LEFT JOIN ims.location AS w ON w.location_id = p.site_id
        OFFSET bigint '0') AS l
    ON l.location_id = m.from_location_id
  LEFT JOIN ims.owner AS o ON o.owner_id = m.owner_id
  LEFT JOIN ims.item AS i ON i.owner_id = m.owner_id AND i.item_id = m.item_id
 WHERE m.origin_movement_id IS NULL AND m.to_location_id = 3
UNION ALL
SELECT m.owner_id,
       m.movement_id,
       COALESCE(q.posting_id, m.posting_id),
       m.item_id,
       l.site_id,
       o.code,
       i.code,
       l.site,
       COALESCE(l.time_zone, 'UTC'),
       COALESCE(q.effective_at, m.effective_at),
       m.effective_at,
       0::numeric,
       m.quantity::numeric,
       'shipment'::text,
       COALESCE(m.unit_cost * COALESCE(m.rate, 1),
                (SELECT pg_catalog.sum(s.unit_cost * COALESCE(s.rate, 1) * s.quantity::numeric)
                        / pg_catalog.sum(s.quantity::numeric)
                   FROM ims.movement AS s
                  WHERE s.owner_id = m.owner_id AND s.item_id = m.item_id
                    AND s.effective_at = q.effective_at AND s.posting_id = q.posting_id
                    AND s.to_location_id = 3 AND s.unit_cost IS NOT NULL)),
       COALESCE(m.sale_value * COALESCE(m.rate, 1) / m.quantity::numeric,
                (SELECT pg_catalog.sum(s.sale_value * COALESCE(s.rate, 1))
                        / pg_catalog.sum(s.quantity::numeric)
                   FROM ims.movement AS s
                  WHERE s.owner_id = m.owner_id AND s.item_id = m.item_id
                    AND s.effective_at = q.effective_at AND s.posting_id = q.posting_id
                    AND s.to_location_id = 3 AND s.sale_value IS NOT NULL))
  FROM ims.movement AS m
  LEFT JOIN (ims.posting AS p
       JOIN ims.posting AS q
         ON q.owner_id = p.owner_id AND q.posting_id = p.origin_posting_id)
    ON p.owner_id = m.owner_id AND p.posting_id = m.posting_id
  JOIN (SELECT p.location_id, p.site_id, w.code AS site, w.time_zone
          FROM ims.location AS p
          LEFT JOIN ims.location AS w ON w.location_id = p.site_id
        OFFSET bigint '0') AS l
    ON l.location_id = m.to_location_id
  LEFT JOIN ims.owner AS o ON o.owner_id = m.owner_id
  LEFT JOIN ims.item AS i ON i.owner_id = m.owner_id AND i.item_id = m.item_id
 WHERE m.origin_movement_id IS NULL AND m.from_location_id = 3
UNION ALL
SELECT m.owner_id,
       m.movement_id,
       CASE WHEN m.from_location_id = 3 THEN r.posting_id
            ELSE COALESCE(s.posting_id, q.posting_id, r.posting_id) END,
       m.item_id,
       l.site_id,
       o.code,
       i.code,
       l.site,
       COALESCE(l.time_zone, 'UTC'),
       CASE WHEN m.from_location_id = 3 THEN r.effective_at
            ELSE COALESCE(s.effective_at, q.effective_at, r.effective_at) END,
       CASE WHEN m.to_location_id = 3 THEN r.effective_at
            WHEN p.kind <> 'reversal' THEN m.effective_at END,
       CASE WHEN m.from_location_id = 3 AND p.kind = 'reversal' THEN - m.quantity::numeric ELSE 0 END,
       CASE WHEN m.to_location_id = 3 THEN - m.quantity::numeric
            WHEN p.kind <> 'reversal' THEN m.quantity::numeric ELSE 0 END,
       'shipment'::text,
       COALESCE(m.unit_cost * COALESCE(m.rate, 1), r.unit_cost * COALESCE(r.rate, 1),
                s.unit_cost * COALESCE(s.rate, 1)),
       COALESCE(m.sale_value * COALESCE(m.rate, 1) / m.quantity::numeric,
                r.sale_value * COALESCE(r.rate, 1) / r.quantity::numeric,
                s.sale_value * COALESCE(s.rate, 1) / s.quantity::numeric)
  FROM ims.movement AS m
  JOIN ims.posting AS p ON p.owner_id = m.owner_id AND p.posting_id = m.posting_id
  JOIN ims.movement AS r
    ON r.owner_id = m.owner_id AND r.movement_id = m.origin_movement_id
  LEFT JOIN (ims.posting AS b
       JOIN ims.posting AS q
         ON q.owner_id = b.owner_id AND q.posting_id = b.origin_posting_id)
    ON b.owner_id = r.owner_id AND b.posting_id = r.posting_id
  LEFT JOIN ims.movement AS s
    ON s.owner_id = r.owner_id AND s.movement_id = r.origin_movement_id
  JOIN (SELECT p.location_id, p.site_id, w.code AS site, w.time_zone
          FROM ims.location AS p
          LEFT JOIN ims.location AS w ON w.location_id = p.site_id
        OFFSET bigint '0') AS l
    ON l.location_id =
       CASE WHEN m.from_location_id = 3 THEN r.from_location_id
            ELSE COALESCE(s.from_location_id, r.to_location_id) END
  LEFT JOIN ims.owner AS o ON o.owner_id = m.owner_id
  LEFT JOIN ims.item AS i ON i.owner_id = m.owner_id AND i.item_id = m.item_id
 WHERE m.origin_movement_id IS NOT NULL
   AND (m.to_location_id = 3 OR m.from_location_id = 3);
COMMENT ON VIEW ims_bi.demand_line IS
    'lines of demand: one row per line that goes to a customer or comes back';
COMMENT ON COLUMN ims_bi.demand_line.owner_id IS 'identifies the owner';
COMMENT ON COLUMN ims_bi.demand_line.movement_id IS 'identifies the line';
COMMENT ON COLUMN ims_bi.demand_line.posting_id IS
    'posting of the sale, or of the return that names none';
COMMENT ON COLUMN ims_bi.demand_line.item_id IS 'identifies the item';
COMMENT ON COLUMN ims_bi.demand_line.site_id IS
    'identifies the site that sold, or that a return came to which names no line; 0 for none';
COMMENT ON COLUMN ims_bi.demand_line.owner IS 'code of the owner';
COMMENT ON COLUMN ims_bi.demand_line.item IS 'code of the item';
COMMENT ON COLUMN ims_bi.demand_line.site IS 'code of the site, null for none';
COMMENT ON COLUMN ims_bi.demand_line.time_zone IS 'zone of its business days, UTC without a site';
COMMENT ON COLUMN ims_bi.demand_line.demanded_at IS
    'when it was sold; of a return that names no sale, when it came';
COMMENT ON COLUMN ims_bi.demand_line.returned_at IS 'when it came back, null for a shipment';
COMMENT ON COLUMN ims_bi.demand_line.shipped IS
    'quantity shipped, below zero where that was reversed, base units';
COMMENT ON COLUMN ims_bi.demand_line.returned IS
    'quantity that came back, below zero where that was reversed, base units';
COMMENT ON COLUMN ims_bi.demand_line.basis IS 'what stands for demand: shipment';
COMMENT ON COLUMN ims_bi.demand_line.unit_cost IS
    'cost of one base unit as given, or as its sale had it (the mean of its lines where only their'
    ' posting is named), in the currency of the owner';
COMMENT ON COLUMN ims_bi.demand_line.unit_price IS
    'sale value of one base unit, in the same way';

CREATE VIEW ims_bi.demand WITH (security_invoker = true) AS
SELECT d.owner_id,
       d.item_id,
       d.site_id,
       d.week,
       o.code AS owner,
       o.name AS owner_name,
       i.code AS item,
       i.name AS item_name,
       g.code AS category,
       i.base_unit,
       w.code AS site,
       w.name AS site_name,
       NULL::numeric AS ordered,
       d.shipped,
       d.returned,
       d.shipped - d.returned AS demand,
       'shipment'::text AS basis
  FROM (SELECT l.owner_id,
               l.item_id,
               l.site_id,
               pg_catalog.date_trunc('week', l.demanded_at AT TIME ZONE l.time_zone)::date AS week,
               pg_catalog.sum(l.shipped) AS shipped,
               pg_catalog.sum(l.returned) AS returned
          FROM ims_bi.demand_line AS l
         GROUP BY l.owner_id, l.item_id, l.site_id,
               pg_catalog.date_trunc('week', l.demanded_at AT TIME ZONE l.time_zone)::date) AS d
  LEFT JOIN ims.owner AS o ON o.owner_id = d.owner_id
  LEFT JOIN ims.item AS i ON i.owner_id = d.owner_id AND i.item_id = d.item_id
  LEFT JOIN ims.category AS g ON g.owner_id = i.owner_id AND g.category_id = i.category_id
  LEFT JOIN ims.location AS w ON w.location_id = d.site_id
 WHERE d.shipped <> 0 OR d.returned <> 0;
COMMENT ON VIEW ims_bi.demand IS
    'demand by week: one row per item, site and week with any; returns in the week of the sale';
COMMENT ON COLUMN ims_bi.demand.owner_id IS 'identifies the owner';
COMMENT ON COLUMN ims_bi.demand.item_id IS 'identifies the item';
COMMENT ON COLUMN ims_bi.demand.site_id IS 'identifies the site, 0 for none';
COMMENT ON COLUMN ims_bi.demand.week IS 'Monday of the week, in the zone of the site';
COMMENT ON COLUMN ims_bi.demand.owner IS 'code of the owner';
COMMENT ON COLUMN ims_bi.demand.owner_name IS 'name of the owner';
COMMENT ON COLUMN ims_bi.demand.item IS 'code of the item';
COMMENT ON COLUMN ims_bi.demand.item_name IS 'name of the item';
COMMENT ON COLUMN ims_bi.demand.category IS 'code of its category';
COMMENT ON COLUMN ims_bi.demand.base_unit IS 'unit of the quantities';
COMMENT ON COLUMN ims_bi.demand.site IS 'code of the site, null for none';
COMMENT ON COLUMN ims_bi.demand.site_name IS 'name of the site';
COMMENT ON COLUMN ims_bi.demand.ordered IS 'quantity ordered; null until orders are in the ledger';
COMMENT ON COLUMN ims_bi.demand.shipped IS 'quantity shipped to customers, base units';
COMMENT ON COLUMN ims_bi.demand.returned IS 'quantity that came back of it, base units';
COMMENT ON COLUMN ims_bi.demand.demand IS 'shipped less returned, base units';
COMMENT ON COLUMN ims_bi.demand.basis IS 'what stands for demand: shipment';
