-- Views for people and BI tools.
--
-- Key columns first, then code and name of each dimension; one grain, said in
-- the comment.  Columns are numeric, text, boolean, bigint, date or
-- timestamptz, never a domain: quantities are cast.  Each view shows what its
-- reader may see (security_invoker, row-level security of the tables).  Masters
-- are joined from the left, so that the planner leaves out what is not asked
-- for; owner and item first, so that a filter on their codes is among the joins
-- that it may reorder (join_collapse_limit).  A view that has the rows of
-- another is made of it alone, so that the planner sees one query, as if it
-- were written out.  A released column is never removed, renamed or retyped.

CREATE SCHEMA ims_bi;
COMMENT ON SCHEMA ims_bi IS 'inventory management: views for people and BI tools';
REVOKE ALL ON SCHEMA ims_bi FROM PUBLIC;

CREATE VIEW ims_bi.stock WITH (security_invoker = true) AS
SELECT s.owner_id,
       s.item_id,
       s.location_id,
       s.lot_id,
       s.handling_unit_id,
       o.code AS owner,
       o.name AS owner_name,
       i.code AS item,
       i.name AS item_name,
       g.code AS category,
       i.base_unit,
       l.code AS location,
       l.name AS location_name,
       l.kind AS location_kind,
       l.site_id,
       w.code AS site,
       w.name AS site_name,
       t.code AS lot,
       t.status AS lot_status,
       t.expires_on,
       h.code AS handling_unit,
       s.on_hand::numeric AS on_hand,
       s.allocated::numeric AS allocated,
       s.on_hand::numeric - s.allocated::numeric AS unallocated,
       NULLIF(s.last_effective_at, '-infinity') AS last_movement_at
  FROM ims.stock AS s
  LEFT JOIN ims.owner AS o ON o.owner_id = s.owner_id
  LEFT JOIN ims.item AS i ON i.owner_id = s.owner_id AND i.item_id = s.item_id
  LEFT JOIN ims.category AS g ON g.owner_id = i.owner_id AND g.category_id = i.category_id
  LEFT JOIN ims.location AS l ON l.location_id = s.location_id
  LEFT JOIN ims.location AS w ON w.location_id = l.site_id
  LEFT JOIN ims.lot AS t ON t.owner_id = s.owner_id AND t.lot_id = s.lot_id
  LEFT JOIN ims.handling_unit AS h
    ON h.owner_id = s.owner_id AND h.handling_unit_id = s.handling_unit_id
 WHERE s.on_hand <> 0 OR s.allocated <> 0;
COMMENT ON VIEW ims_bi.stock IS
    'stock: one row per item, place, lot and handling unit; zeros are left out';
COMMENT ON COLUMN ims_bi.stock.owner_id IS 'identifies the owner';
COMMENT ON COLUMN ims_bi.stock.item_id IS 'identifies the item';
COMMENT ON COLUMN ims_bi.stock.location_id IS 'identifies the place';
COMMENT ON COLUMN ims_bi.stock.lot_id IS 'identifies the lot, 0 for none';
COMMENT ON COLUMN ims_bi.stock.handling_unit_id IS 'identifies the handling unit, 0 for none';
COMMENT ON COLUMN ims_bi.stock.owner IS 'code of the owner';
COMMENT ON COLUMN ims_bi.stock.owner_name IS 'name of the owner';
COMMENT ON COLUMN ims_bi.stock.item IS 'code of the item';
COMMENT ON COLUMN ims_bi.stock.item_name IS 'name of the item';
COMMENT ON COLUMN ims_bi.stock.category IS 'code of its category';
COMMENT ON COLUMN ims_bi.stock.base_unit IS 'unit of the quantities';
COMMENT ON COLUMN ims_bi.stock.location IS 'code of the place';
COMMENT ON COLUMN ims_bi.stock.location_name IS 'name of the place';
COMMENT ON COLUMN ims_bi.stock.location_kind IS 'kind of the place';
COMMENT ON COLUMN ims_bi.stock.site_id IS 'identifies the site, 0 in transit';
COMMENT ON COLUMN ims_bi.stock.site IS 'code of the site, null in transit';
COMMENT ON COLUMN ims_bi.stock.site_name IS 'name of the site';
COMMENT ON COLUMN ims_bi.stock.lot IS 'number of the lot';
COMMENT ON COLUMN ims_bi.stock.lot_status IS 'released, on_hold, recalled or expired';
COMMENT ON COLUMN ims_bi.stock.expires_on IS 'last day of use';
COMMENT ON COLUMN ims_bi.stock.handling_unit IS 'number of the handling unit';
COMMENT ON COLUMN ims_bi.stock.on_hand IS 'quantity there, base units';
COMMENT ON COLUMN ims_bi.stock.allocated IS 'quantity promised to orders, base units';
COMMENT ON COLUMN ims_bi.stock.unallocated IS 'quantity not promised, base units';
COMMENT ON COLUMN ims_bi.stock.last_movement_at IS 'effective time of the last movement or count';

CREATE VIEW ims_bi.stock_by_item WITH (security_invoker = true) AS
SELECT i.owner_id,
       i.item_id,
       o.code AS owner,
       o.name AS owner_name,
       i.code AS item,
       i.name AS item_name,
       g.code AS category,
       i.base_unit,
       i.status,
       COALESCE(s.on_hand, 0) AS on_hand,
       COALESCE(s.in_transit, 0) AS in_transit,
       COALESCE(a.sellable, 0) AS sellable,
       COALESCE(a.held, 0) AS held,
       COALESCE(a.reserved, 0) AS reserved,
       COALESCE(a.sellable - a.reserved, 0) AS available,
       COALESCE(s.allocated, 0) AS allocated,
       COALESCE(s.place_count, 0) AS place_count,
       i.minimum_quantity::numeric AS minimum_quantity,
       i.maximum_quantity::numeric AS maximum_quantity,
       s.last_movement_at
  FROM ims.item AS i
  LEFT JOIN ims.owner AS o ON o.owner_id = i.owner_id
  LEFT JOIN ims.category AS g ON g.owner_id = i.owner_id AND g.category_id = i.category_id
  LEFT JOIN LATERAL (
        SELECT pg_catalog.sum(b.on_hand)::numeric AS on_hand,
               pg_catalog.sum(b.on_hand) FILTER (WHERE l.site_id = 0)::numeric AS in_transit,
               pg_catalog.sum(b.allocated)::numeric AS allocated,
               pg_catalog.count(DISTINCT b.location_id) FILTER (WHERE b.on_hand <> 0)
                   AS place_count,
               NULLIF(pg_catalog.max(b.last_effective_at), '-infinity') AS last_movement_at
          FROM ims.stock AS b
          JOIN ims.location AS l ON l.location_id = b.location_id
         WHERE b.owner_id = i.owner_id AND b.item_id = i.item_id) AS s ON true
  LEFT JOIN LATERAL (
        SELECT pg_catalog.sum(b.sellable)::numeric AS sellable,
               pg_catalog.sum(b.held)::numeric AS held,
               pg_catalog.sum(b.reserved)::numeric AS reserved
          FROM ims.availability AS b
         WHERE b.owner_id = i.owner_id AND b.item_id = i.item_id) AS a ON true
 WHERE i.stocked;
COMMENT ON VIEW ims_bi.stock_by_item IS 'stock by item: one row per stocked item, with zeros';
COMMENT ON COLUMN ims_bi.stock_by_item.owner_id IS 'identifies the owner';
COMMENT ON COLUMN ims_bi.stock_by_item.item_id IS 'identifies the item';
COMMENT ON COLUMN ims_bi.stock_by_item.owner IS 'code of the owner';
COMMENT ON COLUMN ims_bi.stock_by_item.owner_name IS 'name of the owner';
COMMENT ON COLUMN ims_bi.stock_by_item.item IS 'code of the item';
COMMENT ON COLUMN ims_bi.stock_by_item.item_name IS 'name of the item';
COMMENT ON COLUMN ims_bi.stock_by_item.category IS 'code of its category';
COMMENT ON COLUMN ims_bi.stock_by_item.base_unit IS 'unit of the quantities';
COMMENT ON COLUMN ims_bi.stock_by_item.status IS 'active or inactive';
COMMENT ON COLUMN ims_bi.stock_by_item.on_hand IS
    'quantity in all places and in transit, base units';
COMMENT ON COLUMN ims_bi.stock_by_item.in_transit IS 'part of it between sites, base units';
COMMENT ON COLUMN ims_bi.stock_by_item.sellable IS 'part of it that can be sold, base units';
COMMENT ON COLUMN ims_bi.stock_by_item.held IS
    'part of it at sites that cannot be sold, base units';
COMMENT ON COLUMN ims_bi.stock_by_item.reserved IS 'promised and not yet shipped, base units';
COMMENT ON COLUMN ims_bi.stock_by_item.available IS 'what can be promised, base units';
COMMENT ON COLUMN ims_bi.stock_by_item.allocated IS 'promised from particular balances, base units';
COMMENT ON COLUMN ims_bi.stock_by_item.place_count IS 'places with stock';
COMMENT ON COLUMN ims_bi.stock_by_item.minimum_quantity IS 'stock below which it should be ordered';
COMMENT ON COLUMN ims_bi.stock_by_item.maximum_quantity IS 'stock it should be filled up to';
COMMENT ON COLUMN ims_bi.stock_by_item.last_movement_at IS 'effective time of the last movement or count';

CREATE VIEW ims_bi.stock_by_location WITH (security_invoker = true) AS
SELECT s.owner_id,
       s.item_id,
       s.location_id,
       o.code AS owner,
       o.name AS owner_name,
       i.code AS item,
       i.name AS item_name,
       g.code AS category,
       i.base_unit,
       l.code AS location,
       l.name AS location_name,
       l.kind AS location_kind,
       l.site_id,
       w.code AS site,
       w.name AS site_name,
       pg_catalog.sum(s.on_hand)::numeric AS on_hand,
       pg_catalog.sum(s.allocated)::numeric AS allocated,
       NULLIF(pg_catalog.max(s.last_effective_at), '-infinity') AS last_movement_at
  FROM ims.stock AS s
  LEFT JOIN ims.owner AS o ON o.owner_id = s.owner_id
  LEFT JOIN ims.item AS i ON i.owner_id = s.owner_id AND i.item_id = s.item_id
  LEFT JOIN ims.category AS g ON g.owner_id = i.owner_id AND g.category_id = i.category_id
  LEFT JOIN ims.location AS l ON l.location_id = s.location_id
  LEFT JOIN ims.location AS w ON w.location_id = l.site_id
 GROUP BY s.owner_id, s.item_id, s.location_id, o.code, o.name, i.code, i.name, g.code,
       i.base_unit, l.code, l.name, l.kind, l.site_id, w.code, w.name
HAVING pg_catalog.sum(s.on_hand) <> 0 OR pg_catalog.sum(s.allocated) <> 0;
COMMENT ON VIEW ims_bi.stock_by_location IS
    'stock by place: one row per item and place; zeros are left out';
COMMENT ON COLUMN ims_bi.stock_by_location.owner_id IS 'identifies the owner';
COMMENT ON COLUMN ims_bi.stock_by_location.item_id IS 'identifies the item';
COMMENT ON COLUMN ims_bi.stock_by_location.location_id IS 'identifies the place';
COMMENT ON COLUMN ims_bi.stock_by_location.owner IS 'code of the owner';
COMMENT ON COLUMN ims_bi.stock_by_location.owner_name IS 'name of the owner';
COMMENT ON COLUMN ims_bi.stock_by_location.item IS 'code of the item';
COMMENT ON COLUMN ims_bi.stock_by_location.item_name IS 'name of the item';
COMMENT ON COLUMN ims_bi.stock_by_location.category IS 'code of its category';
COMMENT ON COLUMN ims_bi.stock_by_location.base_unit IS 'unit of the quantities';
COMMENT ON COLUMN ims_bi.stock_by_location.location IS 'code of the place';
COMMENT ON COLUMN ims_bi.stock_by_location.location_name IS 'name of the place';
COMMENT ON COLUMN ims_bi.stock_by_location.location_kind IS 'kind of the place';
COMMENT ON COLUMN ims_bi.stock_by_location.site_id IS 'identifies the site, 0 in transit';
COMMENT ON COLUMN ims_bi.stock_by_location.site IS 'code of the site, null in transit';
COMMENT ON COLUMN ims_bi.stock_by_location.site_name IS 'name of the site';
COMMENT ON COLUMN ims_bi.stock_by_location.on_hand IS 'quantity there, base units';
COMMENT ON COLUMN ims_bi.stock_by_location.allocated IS 'quantity promised to orders, base units';
COMMENT ON COLUMN ims_bi.stock_by_location.last_movement_at IS
    'effective time of the last movement or count';

CREATE VIEW ims_bi.stock_by_lot WITH (security_invoker = true) AS
SELECT s.owner_id,
       s.item_id,
       s.lot_id,
       o.code AS owner,
       o.name AS owner_name,
       i.code AS item,
       i.name AS item_name,
       g.code AS category,
       i.base_unit,
       t.code AS lot,
       t.status AS lot_status,
       t.expires_on,
       t.best_before,
       t.sell_by,
       t.made_on,
       t.supplier_lot,
       pg_catalog.sum(s.on_hand)::numeric AS on_hand,
       pg_catalog.sum(s.allocated)::numeric AS allocated,
       pg_catalog.count(DISTINCT s.location_id) FILTER (WHERE s.on_hand <> 0) AS place_count,
       NULLIF(pg_catalog.max(s.last_effective_at), '-infinity') AS last_movement_at
  FROM ims.stock AS s
  LEFT JOIN ims.owner AS o ON o.owner_id = s.owner_id
  LEFT JOIN ims.item AS i ON i.owner_id = s.owner_id AND i.item_id = s.item_id
  LEFT JOIN ims.category AS g ON g.owner_id = i.owner_id AND g.category_id = i.category_id
  LEFT JOIN ims.lot AS t ON t.owner_id = s.owner_id AND t.lot_id = s.lot_id
 WHERE s.lot_id <> 0
 GROUP BY s.owner_id, s.item_id, s.lot_id, o.code, o.name, i.code, i.name, g.code, i.base_unit,
       t.code, t.status, t.expires_on, t.best_before, t.sell_by, t.made_on, t.supplier_lot
HAVING pg_catalog.sum(s.on_hand) <> 0 OR pg_catalog.sum(s.allocated) <> 0;
COMMENT ON VIEW ims_bi.stock_by_lot IS 'stock by lot: one row per item and lot; zeros are left out';
COMMENT ON COLUMN ims_bi.stock_by_lot.owner_id IS 'identifies the owner';
COMMENT ON COLUMN ims_bi.stock_by_lot.item_id IS 'identifies the item';
COMMENT ON COLUMN ims_bi.stock_by_lot.lot_id IS 'identifies the lot';
COMMENT ON COLUMN ims_bi.stock_by_lot.owner IS 'code of the owner';
COMMENT ON COLUMN ims_bi.stock_by_lot.owner_name IS 'name of the owner';
COMMENT ON COLUMN ims_bi.stock_by_lot.item IS 'code of the item';
COMMENT ON COLUMN ims_bi.stock_by_lot.item_name IS 'name of the item';
COMMENT ON COLUMN ims_bi.stock_by_lot.category IS 'code of its category';
COMMENT ON COLUMN ims_bi.stock_by_lot.base_unit IS 'unit of the quantities';
COMMENT ON COLUMN ims_bi.stock_by_lot.lot IS 'number of the lot';
COMMENT ON COLUMN ims_bi.stock_by_lot.lot_status IS 'released, on_hold, recalled or expired';
COMMENT ON COLUMN ims_bi.stock_by_lot.expires_on IS 'last day of use';
COMMENT ON COLUMN ims_bi.stock_by_lot.best_before IS 'best before day';
COMMENT ON COLUMN ims_bi.stock_by_lot.sell_by IS 'last day of sale';
COMMENT ON COLUMN ims_bi.stock_by_lot.made_on IS 'day of production';
COMMENT ON COLUMN ims_bi.stock_by_lot.supplier_lot IS 'lot number of the supplier';
COMMENT ON COLUMN ims_bi.stock_by_lot.on_hand IS
    'quantity in all places and in transit, base units';
COMMENT ON COLUMN ims_bi.stock_by_lot.allocated IS 'quantity promised to orders, base units';
COMMENT ON COLUMN ims_bi.stock_by_lot.place_count IS 'places with stock';
COMMENT ON COLUMN ims_bi.stock_by_lot.last_movement_at IS 'effective time of the last movement or count';

CREATE VIEW ims_bi.stock_by_site WITH (security_invoker = true) AS
SELECT s.owner_id,
       s.item_id,
       s.site_id,
       o.code AS owner,
       o.name AS owner_name,
       i.code AS item,
       i.name AS item_name,
       g.code AS category,
       i.base_unit,
       w.code AS site,
       w.name AS site_name,
       s.sellable::numeric + s.held::numeric AS on_hand,
       s.sellable::numeric AS sellable,
       s.held::numeric AS held,
       s.reserved::numeric AS reserved,
       s.sellable::numeric - s.reserved::numeric AS available
  FROM ims.availability AS s
  LEFT JOIN ims.owner AS o ON o.owner_id = s.owner_id
  LEFT JOIN ims.item AS i ON i.owner_id = s.owner_id AND i.item_id = s.item_id
  LEFT JOIN ims.category AS g ON g.owner_id = i.owner_id AND g.category_id = i.category_id
  LEFT JOIN ims.location AS w ON w.location_id = s.site_id
 WHERE s.sellable <> 0 OR s.held <> 0 OR s.reserved <> 0;
COMMENT ON VIEW ims_bi.stock_by_site IS
    'stock by site, with what can be promised: one row per item and site; zeros are left out';
COMMENT ON COLUMN ims_bi.stock_by_site.owner_id IS 'identifies the owner';
COMMENT ON COLUMN ims_bi.stock_by_site.item_id IS 'identifies the item';
COMMENT ON COLUMN ims_bi.stock_by_site.site_id IS 'identifies the site';
COMMENT ON COLUMN ims_bi.stock_by_site.owner IS 'code of the owner';
COMMENT ON COLUMN ims_bi.stock_by_site.owner_name IS 'name of the owner';
COMMENT ON COLUMN ims_bi.stock_by_site.item IS 'code of the item';
COMMENT ON COLUMN ims_bi.stock_by_site.item_name IS 'name of the item';
COMMENT ON COLUMN ims_bi.stock_by_site.category IS 'code of its category';
COMMENT ON COLUMN ims_bi.stock_by_site.base_unit IS 'unit of the quantities';
COMMENT ON COLUMN ims_bi.stock_by_site.site IS 'code of the site';
COMMENT ON COLUMN ims_bi.stock_by_site.site_name IS 'name of the site';
COMMENT ON COLUMN ims_bi.stock_by_site.on_hand IS 'quantity at the site, base units';
COMMENT ON COLUMN ims_bi.stock_by_site.sellable IS 'part of it that can be sold, base units';
COMMENT ON COLUMN ims_bi.stock_by_site.held IS 'part of it that cannot be sold, base units';
COMMENT ON COLUMN ims_bi.stock_by_site.reserved IS 'promised and not yet shipped, base units';
COMMENT ON COLUMN ims_bi.stock_by_site.available IS 'what can be promised, base units';

CREATE VIEW ims_bi.stock_by_owner WITH (security_invoker = true) AS
SELECT s.owner_id,
       o.code AS owner,
       o.name AS owner_name,
       i.base_unit,
       COALESCE(i.currency, o.currency) AS currency,
       pg_catalog.count(DISTINCT s.item_id) AS item_count,
       pg_catalog.sum(s.on_hand)::numeric AS on_hand,
       pg_catalog.sum(s.on_hand * i.cost_price) AS cost_value,
       pg_catalog.sum(s.on_hand * i.retail_price) AS retail_value
  FROM ims.stock AS s
  LEFT JOIN ims.owner AS o ON o.owner_id = s.owner_id
  LEFT JOIN ims.item AS i ON i.owner_id = s.owner_id AND i.item_id = s.item_id
 WHERE s.on_hand <> 0
 GROUP BY s.owner_id, o.code, o.name, i.base_unit, COALESCE(i.currency, o.currency);
COMMENT ON VIEW ims_bi.stock_by_owner IS
    'stock by owner: one row per base unit and currency of price';
COMMENT ON COLUMN ims_bi.stock_by_owner.owner_id IS 'identifies the owner';
COMMENT ON COLUMN ims_bi.stock_by_owner.owner IS 'code of the owner';
COMMENT ON COLUMN ims_bi.stock_by_owner.owner_name IS 'name of the owner';
COMMENT ON COLUMN ims_bi.stock_by_owner.base_unit IS 'unit of the quantity';
COMMENT ON COLUMN ims_bi.stock_by_owner.currency IS 'currency of the values';
COMMENT ON COLUMN ims_bi.stock_by_owner.item_count IS 'items with stock';
COMMENT ON COLUMN ims_bi.stock_by_owner.on_hand IS
    'quantity in all places and in transit, base units';
COMMENT ON COLUMN ims_bi.stock_by_owner.cost_value IS
    'value at the cost price of the items that have one';
COMMENT ON COLUMN ims_bi.stock_by_owner.retail_value IS
    'value at the retail price of the items that have one';

CREATE VIEW ims_bi.movement WITH (security_invoker = true) AS
SELECT m.owner_id,
       m.movement_id,
       m.posting_id,
       m.effective_at,
       m.recorded_at,
       o.code AS owner,
       o.name AS owner_name,
       p.document_number,
       p.kind,
       m.item_id,
       i.code AS item,
       i.name AS item_name,
       g.code AS category,
       i.base_unit,
       m.lot_id,
       t.code AS lot,
       m.serial_id,
       r.code AS serial,
       m.from_location_id,
       fl.code AS from_location,
       fl.kind AS from_location_kind,
       fw.code AS from_site,
       fh.code AS from_handling_unit,
       m.to_location_id,
       tl.code AS to_location,
       tl.kind AS to_location_kind,
       tw.code AS to_site,
       th.code AS to_handling_unit,
       m.quantity::numeric AS quantity,
       COALESCE(m.entered_quantity, m.quantity::numeric) AS entered_quantity,
       COALESCE(m.entered_unit, i.base_unit) AS entered_unit,
       m.unit_cost,
       m.sale_value,
       m.rate,
       COALESCE(m.currency, o.currency) AS currency,
       y.code AS party,
       y.name AS party_name,
       x.code AS channel,
       p.reference_type,
       p.reference_number,
       m.reference_line,
       p.reason,
       m.measured_quantity,
       CASE WHEN m.measured_quantity IS NOT NULL THEN i.measured_unit END AS measured_unit
  FROM ims.movement AS m
  LEFT JOIN ims.owner AS o ON o.owner_id = m.owner_id
  LEFT JOIN ims.item AS i ON i.owner_id = m.owner_id AND i.item_id = m.item_id
  LEFT JOIN ims.lot AS t ON t.owner_id = m.owner_id AND t.lot_id = m.lot_id
  LEFT JOIN ims.posting AS p ON p.owner_id = m.owner_id AND p.posting_id = m.posting_id
  LEFT JOIN ims.party AS y ON y.owner_id = p.owner_id AND y.party_id = p.party_id
  LEFT JOIN ims.channel AS x ON x.owner_id = p.owner_id AND x.channel_id = p.channel_id
  LEFT JOIN ims.category AS g ON g.owner_id = i.owner_id AND g.category_id = i.category_id
  LEFT JOIN ims.serial AS r ON r.owner_id = m.owner_id AND r.serial_id = m.serial_id
  LEFT JOIN ims.location AS fl ON fl.location_id = m.from_location_id
  LEFT JOIN ims.location AS fw ON fw.location_id = fl.site_id
  LEFT JOIN ims.handling_unit AS fh
    ON fh.owner_id = m.owner_id AND fh.handling_unit_id = m.from_handling_unit_id
  LEFT JOIN ims.location AS tl ON tl.location_id = m.to_location_id
  LEFT JOIN ims.location AS tw ON tw.location_id = tl.site_id
  LEFT JOIN ims.handling_unit AS th
    ON th.owner_id = m.owner_id AND th.handling_unit_id = m.to_handling_unit_id;
COMMENT ON VIEW ims_bi.movement IS 'movements with names: one row per line of the ledger';
COMMENT ON COLUMN ims_bi.movement.owner_id IS 'identifies the owner';
COMMENT ON COLUMN ims_bi.movement.movement_id IS
    'identifies the line; with effective_at it orders history';
COMMENT ON COLUMN ims_bi.movement.posting_id IS 'identifies the posting';
COMMENT ON COLUMN ims_bi.movement.effective_at IS 'when it happened';
COMMENT ON COLUMN ims_bi.movement.recorded_at IS 'when the ledger learned of it';
COMMENT ON COLUMN ims_bi.movement.owner IS 'code of the owner';
COMMENT ON COLUMN ims_bi.movement.owner_name IS 'name of the owner';
COMMENT ON COLUMN ims_bi.movement.document_number IS 'number of the document';
COMMENT ON COLUMN ims_bi.movement.kind IS 'verb that made the posting';
COMMENT ON COLUMN ims_bi.movement.item_id IS 'identifies the item';
COMMENT ON COLUMN ims_bi.movement.item IS 'code of the item';
COMMENT ON COLUMN ims_bi.movement.item_name IS 'name of the item';
COMMENT ON COLUMN ims_bi.movement.category IS 'code of its category';
COMMENT ON COLUMN ims_bi.movement.base_unit IS 'unit of the quantities';
COMMENT ON COLUMN ims_bi.movement.lot_id IS 'identifies the lot, 0 for none';
COMMENT ON COLUMN ims_bi.movement.lot IS 'number of the lot';
COMMENT ON COLUMN ims_bi.movement.serial_id IS 'identifies the single unit, 0 for none';
COMMENT ON COLUMN ims_bi.movement.serial IS 'serial number';
COMMENT ON COLUMN ims_bi.movement.from_location_id IS 'identifies the place it left';
COMMENT ON COLUMN ims_bi.movement.from_location IS 'code of the place it left';
COMMENT ON COLUMN ims_bi.movement.from_location_kind IS 'kind of the place it left';
COMMENT ON COLUMN ims_bi.movement.from_site IS 'code of the site it left';
COMMENT ON COLUMN ims_bi.movement.from_handling_unit IS 'number of the handling unit it left';
COMMENT ON COLUMN ims_bi.movement.to_location_id IS 'identifies the place it arrived at';
COMMENT ON COLUMN ims_bi.movement.to_location IS 'code of the place it arrived at';
COMMENT ON COLUMN ims_bi.movement.to_location_kind IS 'kind of the place it arrived at';
COMMENT ON COLUMN ims_bi.movement.to_site IS 'code of the site it arrived at';
COMMENT ON COLUMN ims_bi.movement.to_handling_unit IS 'number of the handling unit it arrived in';
COMMENT ON COLUMN ims_bi.movement.quantity IS 'amount, base units, above zero';
COMMENT ON COLUMN ims_bi.movement.entered_quantity IS 'amount as entered';
COMMENT ON COLUMN ims_bi.movement.entered_unit IS 'unit as entered';
COMMENT ON COLUMN ims_bi.movement.unit_cost IS 'cost of one base unit as given';
COMMENT ON COLUMN ims_bi.movement.sale_value IS 'sale value of the line as given';
COMMENT ON COLUMN ims_bi.movement.rate IS 'units of the owner''s currency per unit of currency';
COMMENT ON COLUMN ims_bi.movement.currency IS 'currency of cost and value';
COMMENT ON COLUMN ims_bi.movement.party IS 'code of the customer, supplier, carrier or partner';
COMMENT ON COLUMN ims_bi.movement.party_name IS 'name of the party';
COMMENT ON COLUMN ims_bi.movement.channel IS 'code of the sales channel';
COMMENT ON COLUMN ims_bi.movement.reference_type IS 'kind of the caller''s document';
COMMENT ON COLUMN ims_bi.movement.reference_number IS 'number of the caller''s document';
COMMENT ON COLUMN ims_bi.movement.reference_line IS 'line of the caller''s document';
COMMENT ON COLUMN ims_bi.movement.reason IS 'reason given';
COMMENT ON COLUMN ims_bi.movement.measured_quantity IS
    'second quantity measured for the line, null where none was';
COMMENT ON COLUMN ims_bi.movement.measured_unit IS 'unit of what was measured';

CREATE VIEW ims_bi.stock_movement WITH (security_invoker = true) AS
SELECT m.owner_id,
       m.movement_id,
       m.posting_id,
       m.effective_at,
       m.recorded_at,
       o.code AS owner,
       o.name AS owner_name,
       p.document_number,
       p.kind,
       m.item_id,
       i.code AS item,
       i.name AS item_name,
       g.code AS category,
       i.base_unit,
       e.location_id,
       l.code AS location,
       l.name AS location_name,
       l.kind AS location_kind,
       l.site_id,
       w.code AS site,
       w.name AS site_name,
       m.lot_id,
       t.code AS lot,
       e.handling_unit_id,
       h.code AS handling_unit,
       m.serial_id,
       r.code AS serial,
       e.quantity,
       q.code AS other_location,
       q.kind AS other_location_kind,
       y.code AS party,
       y.name AS party_name,
       x.code AS channel,
       p.reference_type,
       p.reference_number,
       m.reference_line,
       p.reason
  FROM ims.movement AS m
  LEFT JOIN ims.owner AS o ON o.owner_id = m.owner_id
  LEFT JOIN ims.item AS i ON i.owner_id = m.owner_id AND i.item_id = m.item_id
 CROSS JOIN LATERAL (VALUES
        (m.to_location_id, m.to_handling_unit_id, m.quantity::numeric,
         m.from_location_id),
        (m.from_location_id, m.from_handling_unit_id, - m.quantity,
         m.to_location_id))
       AS e (location_id, handling_unit_id, quantity, other_location_id)
  JOIN ims.location AS l
    ON l.location_id = e.location_id AND (l.keeps_stock OR l.site_id > 0)
  LEFT JOIN ims.location AS w ON w.location_id = l.site_id
  LEFT JOIN ims.location AS q ON q.location_id = e.other_location_id
  LEFT JOIN ims.handling_unit AS h
    ON h.owner_id = m.owner_id AND h.handling_unit_id = e.handling_unit_id
  LEFT JOIN ims.lot AS t ON t.owner_id = m.owner_id AND t.lot_id = m.lot_id
  LEFT JOIN ims.posting AS p ON p.owner_id = m.owner_id AND p.posting_id = m.posting_id
  LEFT JOIN ims.party AS y ON y.owner_id = p.owner_id AND y.party_id = p.party_id
  LEFT JOIN ims.channel AS x ON x.owner_id = p.owner_id AND x.channel_id = p.channel_id
  LEFT JOIN ims.category AS g ON g.owner_id = i.owner_id AND g.category_id = i.category_id
  LEFT JOIN ims.serial AS r ON r.owner_id = m.owner_id AND r.serial_id = m.serial_id;
COMMENT ON VIEW ims_bi.stock_movement IS
    'signed movements: one row per line and place that keeps stock';
COMMENT ON COLUMN ims_bi.stock_movement.owner_id IS 'identifies the owner';
COMMENT ON COLUMN ims_bi.stock_movement.movement_id IS
    'identifies the line; with effective_at it orders history';
COMMENT ON COLUMN ims_bi.stock_movement.posting_id IS 'identifies the posting';
COMMENT ON COLUMN ims_bi.stock_movement.effective_at IS 'when it happened';
COMMENT ON COLUMN ims_bi.stock_movement.recorded_at IS 'when the ledger learned of it';
COMMENT ON COLUMN ims_bi.stock_movement.owner IS 'code of the owner';
COMMENT ON COLUMN ims_bi.stock_movement.owner_name IS 'name of the owner';
COMMENT ON COLUMN ims_bi.stock_movement.document_number IS 'number of the document';
COMMENT ON COLUMN ims_bi.stock_movement.kind IS 'verb that made the posting';
COMMENT ON COLUMN ims_bi.stock_movement.item_id IS 'identifies the item';
COMMENT ON COLUMN ims_bi.stock_movement.item IS 'code of the item';
COMMENT ON COLUMN ims_bi.stock_movement.item_name IS 'name of the item';
COMMENT ON COLUMN ims_bi.stock_movement.category IS 'code of its category';
COMMENT ON COLUMN ims_bi.stock_movement.base_unit IS 'unit of the quantities';
COMMENT ON COLUMN ims_bi.stock_movement.location_id IS 'identifies the place';
COMMENT ON COLUMN ims_bi.stock_movement.location IS 'code of the place';
COMMENT ON COLUMN ims_bi.stock_movement.location_name IS 'name of the place';
COMMENT ON COLUMN ims_bi.stock_movement.location_kind IS 'kind of the place';
COMMENT ON COLUMN ims_bi.stock_movement.site_id IS 'identifies the site, 0 in transit';
COMMENT ON COLUMN ims_bi.stock_movement.site IS 'code of the site, null in transit';
COMMENT ON COLUMN ims_bi.stock_movement.site_name IS 'name of the site';
COMMENT ON COLUMN ims_bi.stock_movement.lot_id IS 'identifies the lot, 0 for none';
COMMENT ON COLUMN ims_bi.stock_movement.lot IS 'number of the lot';
COMMENT ON COLUMN ims_bi.stock_movement.handling_unit_id IS
    'identifies the handling unit, 0 for none';
COMMENT ON COLUMN ims_bi.stock_movement.handling_unit IS 'number of the handling unit';
COMMENT ON COLUMN ims_bi.stock_movement.serial_id IS 'identifies the single unit, 0 for none';
COMMENT ON COLUMN ims_bi.stock_movement.serial IS 'serial number';
COMMENT ON COLUMN ims_bi.stock_movement.quantity IS
    'amount, base units: above zero in, below zero out';
COMMENT ON COLUMN ims_bi.stock_movement.other_location IS 'code of the other end of the line';
COMMENT ON COLUMN ims_bi.stock_movement.other_location_kind IS 'kind of the other end';
COMMENT ON COLUMN ims_bi.stock_movement.party IS
    'code of the customer, supplier, carrier or partner';
COMMENT ON COLUMN ims_bi.stock_movement.party_name IS 'name of the party';
COMMENT ON COLUMN ims_bi.stock_movement.channel IS 'code of the sales channel';
COMMENT ON COLUMN ims_bi.stock_movement.reference_type IS 'kind of the caller''s document';
COMMENT ON COLUMN ims_bi.stock_movement.reference_number IS 'number of the caller''s document';
COMMENT ON COLUMN ims_bi.stock_movement.reference_line IS 'line of the caller''s document';
COMMENT ON COLUMN ims_bi.stock_movement.reason IS 'reason given';

CREATE VIEW ims_bi.stock_card WITH (security_invoker = true) AS
SELECT m.owner_id,
       m.movement_id,
       m.posting_id,
       m.effective_at,
       m.recorded_at,
       m.owner,
       m.owner_name,
       m.document_number,
       m.kind,
       m.item_id,
       m.item,
       m.item_name,
       m.category,
       m.base_unit,
       m.location_id,
       m.location,
       m.location_name,
       m.location_kind,
       m.site_id,
       m.site,
       m.site_name,
       m.lot_id,
       m.lot,
       m.handling_unit_id,
       m.handling_unit,
       m.serial_id,
       m.serial,
       m.quantity,
       pg_catalog.sum(m.quantity) OVER (
           PARTITION BY m.owner_id, m.item_id, m.location_id, m.lot_id, m.handling_unit_id,
                        m.owner, m.item, m.location, m.site, m.lot, m.handling_unit
           ORDER BY m.effective_at, m.movement_id, m.quantity
           ROWS UNBOUNDED PRECEDING) AS balance,
       m.other_location,
       m.other_location_kind,
       m.party,
       m.party_name,
       m.channel,
       m.reference_type,
       m.reference_number,
       m.reference_line,
       m.reason
  FROM ims_bi.stock_movement AS m;
COMMENT ON VIEW ims_bi.stock_card IS
    'stock card: one row per line and place that keeps stock, with the running balance; '
    'filters on item, place, lot and handling unit, by code or id, are fast';
COMMENT ON COLUMN ims_bi.stock_card.owner_id IS 'identifies the owner';
COMMENT ON COLUMN ims_bi.stock_card.movement_id IS
    'identifies the line; with effective_at it orders history';
COMMENT ON COLUMN ims_bi.stock_card.posting_id IS 'identifies the posting';
COMMENT ON COLUMN ims_bi.stock_card.effective_at IS 'when it happened';
COMMENT ON COLUMN ims_bi.stock_card.recorded_at IS 'when the ledger learned of it';
COMMENT ON COLUMN ims_bi.stock_card.owner IS 'code of the owner';
COMMENT ON COLUMN ims_bi.stock_card.owner_name IS 'name of the owner';
COMMENT ON COLUMN ims_bi.stock_card.document_number IS 'number of the document';
COMMENT ON COLUMN ims_bi.stock_card.kind IS 'verb that made the posting';
COMMENT ON COLUMN ims_bi.stock_card.item_id IS 'identifies the item';
COMMENT ON COLUMN ims_bi.stock_card.item IS 'code of the item';
COMMENT ON COLUMN ims_bi.stock_card.item_name IS 'name of the item';
COMMENT ON COLUMN ims_bi.stock_card.category IS 'code of its category';
COMMENT ON COLUMN ims_bi.stock_card.base_unit IS 'unit of the quantities';
COMMENT ON COLUMN ims_bi.stock_card.location_id IS 'identifies the place';
COMMENT ON COLUMN ims_bi.stock_card.location IS 'code of the place';
COMMENT ON COLUMN ims_bi.stock_card.location_name IS 'name of the place';
COMMENT ON COLUMN ims_bi.stock_card.location_kind IS 'kind of the place';
COMMENT ON COLUMN ims_bi.stock_card.site_id IS 'identifies the site, 0 in transit';
COMMENT ON COLUMN ims_bi.stock_card.site IS 'code of the site, null in transit';
COMMENT ON COLUMN ims_bi.stock_card.site_name IS 'name of the site';
COMMENT ON COLUMN ims_bi.stock_card.lot_id IS 'identifies the lot, 0 for none';
COMMENT ON COLUMN ims_bi.stock_card.lot IS 'number of the lot';
COMMENT ON COLUMN ims_bi.stock_card.handling_unit_id IS 'identifies the handling unit, 0 for none';
COMMENT ON COLUMN ims_bi.stock_card.handling_unit IS 'number of the handling unit';
COMMENT ON COLUMN ims_bi.stock_card.serial_id IS 'identifies the single unit, 0 for none';
COMMENT ON COLUMN ims_bi.stock_card.serial IS 'serial number';
COMMENT ON COLUMN ims_bi.stock_card.quantity IS 'amount, base units: above zero in, below zero out';
COMMENT ON COLUMN ims_bi.stock_card.balance IS
    'stock after the line at this item, place, lot and handling unit';
COMMENT ON COLUMN ims_bi.stock_card.other_location IS 'code of the other end of the line';
COMMENT ON COLUMN ims_bi.stock_card.other_location_kind IS 'kind of the other end';
COMMENT ON COLUMN ims_bi.stock_card.party IS 'code of the customer, supplier, carrier or partner';
COMMENT ON COLUMN ims_bi.stock_card.party_name IS 'name of the party';
COMMENT ON COLUMN ims_bi.stock_card.channel IS 'code of the sales channel';
COMMENT ON COLUMN ims_bi.stock_card.reference_type IS 'kind of the caller''s document';
COMMENT ON COLUMN ims_bi.stock_card.reference_number IS 'number of the caller''s document';
COMMENT ON COLUMN ims_bi.stock_card.reference_line IS 'line of the caller''s document';
COMMENT ON COLUMN ims_bi.stock_card.reason IS 'reason given';

CREATE VIEW ims_bi.inactive_stock WITH (security_invoker = true) AS
SELECT s.owner_id,
       s.item_id,
       s.location_id,
       s.owner,
       s.owner_name,
       s.item,
       s.item_name,
       s.category,
       s.base_unit,
       s.location,
       s.location_name,
       s.location_kind,
       s.site_id,
       s.site,
       s.site_name,
       s.on_hand,
       t.last_movement_at,
       pg_catalog.floor(EXTRACT(epoch FROM pg_catalog.statement_timestamp()
           - t.last_movement_at) / 86400)::bigint AS days_without_movement
  FROM ims_bi.stock_by_location AS s
 CROSS JOIN LATERAL (
        -- A count moves nothing: where it came last, history is asked.  What
        -- only counts have brought lies there since the last of them.
        SELECT CASE WHEN EXISTS (
                   SELECT FROM ims.stock_count AS c
                    WHERE c.owner_id = s.owner_id AND c.item_id = s.item_id
                      AND c.location_id = s.location_id AND c.counted_at = s.last_movement_at)
               THEN COALESCE((
                   SELECT m.effective_at
                     FROM ims.movement AS m
                     JOIN ims.posting AS p
                       ON p.owner_id = m.owner_id AND p.posting_id = m.posting_id
                    WHERE m.owner_id = s.owner_id AND m.item_id = s.item_id
                      AND m.effective_at <= s.last_movement_at
                      AND s.location_id IN (m.from_location_id, m.to_location_id)
                      AND p.kind NOT IN ('count', 'count_correction')
                    ORDER BY m.effective_at DESC
                    LIMIT 1), s.last_movement_at)
               ELSE s.last_movement_at END AS last_movement_at) AS t
 WHERE s.on_hand <> 0;
COMMENT ON VIEW ims_bi.inactive_stock IS
    'stock and how long it has lain: one row per item and place with stock; '
    'filter on days_without_movement';
COMMENT ON COLUMN ims_bi.inactive_stock.owner_id IS 'identifies the owner';
COMMENT ON COLUMN ims_bi.inactive_stock.item_id IS 'identifies the item';
COMMENT ON COLUMN ims_bi.inactive_stock.location_id IS 'identifies the place';
COMMENT ON COLUMN ims_bi.inactive_stock.owner IS 'code of the owner';
COMMENT ON COLUMN ims_bi.inactive_stock.owner_name IS 'name of the owner';
COMMENT ON COLUMN ims_bi.inactive_stock.item IS 'code of the item';
COMMENT ON COLUMN ims_bi.inactive_stock.item_name IS 'name of the item';
COMMENT ON COLUMN ims_bi.inactive_stock.category IS 'code of its category';
COMMENT ON COLUMN ims_bi.inactive_stock.base_unit IS 'unit of the quantities';
COMMENT ON COLUMN ims_bi.inactive_stock.location IS 'code of the place';
COMMENT ON COLUMN ims_bi.inactive_stock.location_name IS 'name of the place';
COMMENT ON COLUMN ims_bi.inactive_stock.location_kind IS 'kind of the place';
COMMENT ON COLUMN ims_bi.inactive_stock.site_id IS 'identifies the site, 0 in transit';
COMMENT ON COLUMN ims_bi.inactive_stock.site IS 'code of the site, null in transit';
COMMENT ON COLUMN ims_bi.inactive_stock.site_name IS 'name of the site';
COMMENT ON COLUMN ims_bi.inactive_stock.on_hand IS 'quantity there, base units';
COMMENT ON COLUMN ims_bi.inactive_stock.last_movement_at IS
    'effective time of the last movement that was no count';
COMMENT ON COLUMN ims_bi.inactive_stock.days_without_movement IS 'whole days since then';

CREATE VIEW ims_bi.negative_stock WITH (security_invoker = true) AS
SELECT s.owner_id,
       s.item_id,
       s.location_id,
       s.lot_id,
       s.handling_unit_id,
       s.owner,
       s.owner_name,
       s.item,
       s.item_name,
       s.category,
       s.base_unit,
       s.location,
       s.location_name,
       s.location_kind,
       s.site_id,
       s.site,
       s.site_name,
       s.lot,
       s.lot_status,
       s.expires_on,
       s.handling_unit,
       s.on_hand,
       s.last_movement_at
  FROM ims_bi.stock AS s
 WHERE s.on_hand < 0;
COMMENT ON VIEW ims_bi.negative_stock IS
    'balances below zero: one row per item, place, lot and handling unit';
COMMENT ON COLUMN ims_bi.negative_stock.owner_id IS 'identifies the owner';
COMMENT ON COLUMN ims_bi.negative_stock.item_id IS 'identifies the item';
COMMENT ON COLUMN ims_bi.negative_stock.location_id IS 'identifies the place';
COMMENT ON COLUMN ims_bi.negative_stock.lot_id IS 'identifies the lot, 0 for none';
COMMENT ON COLUMN ims_bi.negative_stock.handling_unit_id IS
    'identifies the handling unit, 0 for none';
COMMENT ON COLUMN ims_bi.negative_stock.owner IS 'code of the owner';
COMMENT ON COLUMN ims_bi.negative_stock.owner_name IS 'name of the owner';
COMMENT ON COLUMN ims_bi.negative_stock.item IS 'code of the item';
COMMENT ON COLUMN ims_bi.negative_stock.item_name IS 'name of the item';
COMMENT ON COLUMN ims_bi.negative_stock.category IS 'code of its category';
COMMENT ON COLUMN ims_bi.negative_stock.base_unit IS 'unit of the quantities';
COMMENT ON COLUMN ims_bi.negative_stock.location IS 'code of the place';
COMMENT ON COLUMN ims_bi.negative_stock.location_name IS 'name of the place';
COMMENT ON COLUMN ims_bi.negative_stock.location_kind IS 'kind of the place';
COMMENT ON COLUMN ims_bi.negative_stock.site_id IS 'identifies the site, 0 in transit';
COMMENT ON COLUMN ims_bi.negative_stock.site IS 'code of the site, null in transit';
COMMENT ON COLUMN ims_bi.negative_stock.site_name IS 'name of the site';
COMMENT ON COLUMN ims_bi.negative_stock.lot IS 'number of the lot';
COMMENT ON COLUMN ims_bi.negative_stock.lot_status IS 'released, on_hold, recalled or expired';
COMMENT ON COLUMN ims_bi.negative_stock.expires_on IS 'last day of use';
COMMENT ON COLUMN ims_bi.negative_stock.handling_unit IS 'number of the handling unit';
COMMENT ON COLUMN ims_bi.negative_stock.on_hand IS 'quantity there, base units, below zero';
COMMENT ON COLUMN ims_bi.negative_stock.last_movement_at IS 'effective time of the last movement or count';

CREATE VIEW ims_bi.expiring_stock WITH (security_invoker = true) AS
SELECT s.owner_id,
       s.item_id,
       s.location_id,
       s.lot_id,
       o.code AS owner,
       o.name AS owner_name,
       i.code AS item,
       i.name AS item_name,
       g.code AS category,
       i.base_unit,
       l.code AS location,
       l.name AS location_name,
       l.kind AS location_kind,
       l.site_id,
       w.code AS site,
       w.name AS site_name,
       t.code AS lot,
       t.status AS lot_status,
       t.expires_on,
       t.best_before,
       t.sell_by,
       t.made_on,
       t.supplier_lot,
       LEAST(t.expires_on, t.sell_by, t.best_before) AS due_on,
       (LEAST(t.expires_on, t.sell_by, t.best_before)
        - (pg_catalog.statement_timestamp()
           AT TIME ZONE CASE WHEN w.location_id IS NULL THEN o.time_zone
                             ELSE COALESCE(w.time_zone, 'UTC') END)::date)::bigint AS days_left,
       pg_catalog.sum(s.on_hand)::numeric AS on_hand
  FROM ims.stock AS s
  LEFT JOIN ims.owner AS o ON o.owner_id = s.owner_id
  LEFT JOIN ims.item AS i ON i.owner_id = s.owner_id AND i.item_id = s.item_id
  LEFT JOIN ims.category AS g ON g.owner_id = i.owner_id AND g.category_id = i.category_id
  LEFT JOIN ims.location AS l ON l.location_id = s.location_id
  LEFT JOIN ims.location AS w ON w.location_id = l.site_id
  LEFT JOIN ims.lot AS t ON t.owner_id = s.owner_id AND t.lot_id = s.lot_id
 WHERE s.lot_id <> 0
   AND LEAST(t.expires_on, t.sell_by, t.best_before) IS NOT NULL
 GROUP BY s.owner_id, s.item_id, s.location_id, s.lot_id, o.code, o.name, i.code, i.name,
       g.code, i.base_unit, l.code, l.name, l.kind, l.site_id, w.code, w.name, t.code,
       t.status, t.expires_on, t.best_before, t.sell_by, t.made_on, t.supplier_lot,
       LEAST(t.expires_on, t.sell_by, t.best_before),
       w.location_id, w.time_zone, o.time_zone
HAVING pg_catalog.sum(s.on_hand) <> 0;
COMMENT ON VIEW ims_bi.expiring_stock IS
    'stock of lots with a date: one row per item, place and lot with stock; filter on days_left';
COMMENT ON COLUMN ims_bi.expiring_stock.owner_id IS 'identifies the owner';
COMMENT ON COLUMN ims_bi.expiring_stock.item_id IS 'identifies the item';
COMMENT ON COLUMN ims_bi.expiring_stock.location_id IS 'identifies the place';
COMMENT ON COLUMN ims_bi.expiring_stock.lot_id IS 'identifies the lot';
COMMENT ON COLUMN ims_bi.expiring_stock.owner IS 'code of the owner';
COMMENT ON COLUMN ims_bi.expiring_stock.owner_name IS 'name of the owner';
COMMENT ON COLUMN ims_bi.expiring_stock.item IS 'code of the item';
COMMENT ON COLUMN ims_bi.expiring_stock.item_name IS 'name of the item';
COMMENT ON COLUMN ims_bi.expiring_stock.category IS 'code of its category';
COMMENT ON COLUMN ims_bi.expiring_stock.base_unit IS 'unit of the quantities';
COMMENT ON COLUMN ims_bi.expiring_stock.location IS 'code of the place';
COMMENT ON COLUMN ims_bi.expiring_stock.location_name IS 'name of the place';
COMMENT ON COLUMN ims_bi.expiring_stock.location_kind IS 'kind of the place';
COMMENT ON COLUMN ims_bi.expiring_stock.site_id IS 'identifies the site, 0 in transit';
COMMENT ON COLUMN ims_bi.expiring_stock.site IS 'code of the site, null in transit';
COMMENT ON COLUMN ims_bi.expiring_stock.site_name IS 'name of the site';
COMMENT ON COLUMN ims_bi.expiring_stock.lot IS 'number of the lot';
COMMENT ON COLUMN ims_bi.expiring_stock.lot_status IS 'released, on_hold, recalled or expired';
COMMENT ON COLUMN ims_bi.expiring_stock.expires_on IS 'last day of use';
COMMENT ON COLUMN ims_bi.expiring_stock.best_before IS 'best before day';
COMMENT ON COLUMN ims_bi.expiring_stock.sell_by IS 'last day of sale';
COMMENT ON COLUMN ims_bi.expiring_stock.made_on IS 'day of production';
COMMENT ON COLUMN ims_bi.expiring_stock.supplier_lot IS 'lot number of the supplier';
COMMENT ON COLUMN ims_bi.expiring_stock.due_on IS 'first of the three days';
COMMENT ON COLUMN ims_bi.expiring_stock.days_left IS
    'days from today at the site to due_on, below zero after it';
COMMENT ON COLUMN ims_bi.expiring_stock.on_hand IS 'quantity there, base units';

CREATE VIEW ims_bi.posting WITH (security_invoker = true) AS
SELECT p.owner_id,
       p.posting_id,
       o.code AS owner,
       o.name AS owner_name,
       p.document_number,
       p.kind,
       p.effective_at,
       p.utc_offset_minutes::bigint AS utc_offset_minutes,
       p.recorded_at,
       y.code AS party,
       y.name AS party_name,
       y.kind AS party_kind,
       x.code AS channel,
       d.code AS destination,
       p.reference_type,
       p.reference_number,
       p.reason,
       p.actor,
       p.session_role,
       p.caller_role,
       p.origin_posting_id,
       n.document_number AS origin_document_number,
       p.line_count,
       p.item_count,
       p.total_quantity
  FROM (
        -- Grouped by all columns of the posting, so that a condition on any of
        -- them is met before the lines are read; the planner needs the key only.
        SELECT v.owner_id, v.posting_id, v.document_number, v.kind, v.effective_at,
               v.utc_offset_minutes, v.recorded_at, v.party_id, v.channel_id, v.destination_id,
               v.reference_type, v.reference_number, v.reason, v.actor, v.session_role,
               v.caller_role, v.origin_posting_id,
               pg_catalog.count(m.movement_id) AS line_count,
               pg_catalog.count(DISTINCT m.item_id) AS item_count,
               COALESCE(pg_catalog.sum(m.quantity)::numeric, 0) AS total_quantity
          FROM ims.posting AS v
          LEFT JOIN ims.movement AS m
            ON m.owner_id = v.owner_id AND m.posting_id = v.posting_id
         GROUP BY v.owner_id, v.posting_id, v.document_number, v.kind, v.effective_at,
               v.utc_offset_minutes, v.recorded_at, v.party_id, v.channel_id, v.destination_id,
               v.reference_type, v.reference_number, v.reason, v.actor, v.session_role,
               v.caller_role, v.origin_posting_id) AS p
  LEFT JOIN ims.owner AS o ON o.owner_id = p.owner_id
  LEFT JOIN ims.party AS y ON y.owner_id = p.owner_id AND y.party_id = p.party_id
  LEFT JOIN ims.channel AS x ON x.owner_id = p.owner_id AND x.channel_id = p.channel_id
  LEFT JOIN ims.location AS d ON d.location_id = p.destination_id
  LEFT JOIN ims.posting AS n
    ON n.owner_id = p.owner_id AND n.posting_id = p.origin_posting_id;
COMMENT ON VIEW ims_bi.posting IS 'postings with names and totals: one row per document';
COMMENT ON COLUMN ims_bi.posting.owner_id IS 'identifies the owner';
COMMENT ON COLUMN ims_bi.posting.posting_id IS 'identifies the posting';
COMMENT ON COLUMN ims_bi.posting.owner IS 'code of the owner';
COMMENT ON COLUMN ims_bi.posting.owner_name IS 'name of the owner';
COMMENT ON COLUMN ims_bi.posting.document_number IS 'number of the document';
COMMENT ON COLUMN ims_bi.posting.kind IS 'verb that made it';
COMMENT ON COLUMN ims_bi.posting.effective_at IS 'when it happened';
COMMENT ON COLUMN ims_bi.posting.utc_offset_minutes IS
    'offset from UTC in the zone of the owner at that time';
COMMENT ON COLUMN ims_bi.posting.recorded_at IS 'when the ledger learned of it';
COMMENT ON COLUMN ims_bi.posting.party IS 'code of the customer, supplier, carrier or partner';
COMMENT ON COLUMN ims_bi.posting.party_name IS 'name of the party';
COMMENT ON COLUMN ims_bi.posting.party_kind IS 'kind of the party';
COMMENT ON COLUMN ims_bi.posting.channel IS 'code of the sales channel';
COMMENT ON COLUMN ims_bi.posting.destination IS 'code of the site a dispatch is bound for';
COMMENT ON COLUMN ims_bi.posting.reference_type IS 'kind of the caller''s document';
COMMENT ON COLUMN ims_bi.posting.reference_number IS 'number of the caller''s document';
COMMENT ON COLUMN ims_bi.posting.reason IS 'reason given';
COMMENT ON COLUMN ims_bi.posting.actor IS 'person or program, as the caller says';
COMMENT ON COLUMN ims_bi.posting.session_role IS 'role that logged in';
COMMENT ON COLUMN ims_bi.posting.caller_role IS 'role that called';
COMMENT ON COLUMN ims_bi.posting.origin_posting_id IS
    'posting that it reverses, receives, returns or corrects';
COMMENT ON COLUMN ims_bi.posting.origin_document_number IS 'number of that document';
COMMENT ON COLUMN ims_bi.posting.line_count IS 'lines';
COMMENT ON COLUMN ims_bi.posting.item_count IS 'different items';
COMMENT ON COLUMN ims_bi.posting.total_quantity IS
    'sum of the quantities, in the base unit of each item';
