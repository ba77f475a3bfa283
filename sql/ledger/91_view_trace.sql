-- Genealogy for people and BI tools, by the rules of 90_view.

CREATE VIEW ims_bi.genealogy WITH (security_invoker = true) AS
SELECT a.owner_id,
       a.posting_id,
       a.item_id AS from_item_id,
       a.lot_id AS from_lot_id,
       a.serial_id AS from_serial_id,
       b.item_id AS to_item_id,
       b.lot_id AS to_lot_id,
       b.serial_id AS to_serial_id,
       o.code AS owner,
       p.document_number,
       p.kind,
       p.effective_at,
       i.code AS from_item,
       i.name AS from_item_name,
       i.base_unit AS from_base_unit,
       l.code AS from_lot,
       s.code AS from_serial,
       a.quantity AS from_quantity,
       j.code AS to_item,
       j.name AS to_item_name,
       j.base_unit AS to_base_unit,
       k.code AS to_lot,
       t.code AS to_serial,
       b.quantity AS to_quantity,
       p.reference_type,
       p.reference_number,
       p.reason
  FROM (SELECT m.owner_id, m.posting_id, m.item_id, m.lot_id, m.serial_id,
               pg_catalog.sum(m.quantity)::numeric AS quantity
          FROM ims.movement AS m
         WHERE m.to_location_id = 6
         GROUP BY m.owner_id, m.posting_id, m.item_id, m.lot_id, m.serial_id) AS a
  JOIN (SELECT m.owner_id, m.posting_id, m.item_id, m.lot_id, m.serial_id,
               pg_catalog.sum(m.quantity)::numeric AS quantity
          FROM ims.movement AS m
         WHERE m.from_location_id = 6
         GROUP BY m.owner_id, m.posting_id, m.item_id, m.lot_id, m.serial_id) AS b
    ON b.owner_id = a.owner_id AND b.posting_id = a.posting_id
  JOIN ims.posting AS p
    ON p.owner_id = a.owner_id AND p.posting_id = a.posting_id
   AND p.kind NOT IN ('reversal', 'usage')
  LEFT JOIN ims.owner AS o ON o.owner_id = a.owner_id
  LEFT JOIN ims.item AS i ON i.owner_id = a.owner_id AND i.item_id = a.item_id
  LEFT JOIN ims.lot AS l ON l.owner_id = a.owner_id AND l.lot_id = a.lot_id
  LEFT JOIN ims.serial AS s ON s.owner_id = a.owner_id AND s.serial_id = a.serial_id
  LEFT JOIN ims.item AS j ON j.owner_id = b.owner_id AND j.item_id = b.item_id
  LEFT JOIN ims.lot AS k ON k.owner_id = b.owner_id AND k.lot_id = b.lot_id
  LEFT JOIN ims.serial AS t ON t.owner_id = b.owner_id AND t.serial_id = b.serial_id
 WHERE NOT (p.kind = 'relot' AND a.serial_id <> b.serial_id)
   AND NOT EXISTS (
        SELECT FROM ims.posting AS v
         WHERE v.owner_id = p.owner_id AND v.origin_posting_id = p.posting_id
           AND v.kind = 'reversal');
COMMENT ON VIEW ims_bi.genealogy IS
    'genealogy: one row per posting, what went into it and what came out';
COMMENT ON COLUMN ims_bi.genealogy.owner_id IS 'identifies the owner';
COMMENT ON COLUMN ims_bi.genealogy.posting_id IS 'identifies the posting';
COMMENT ON COLUMN ims_bi.genealogy.from_item_id IS 'identifies the item that went in';
COMMENT ON COLUMN ims_bi.genealogy.from_lot_id IS 'identifies the lot that went in, 0 for none';
COMMENT ON COLUMN ims_bi.genealogy.from_serial_id IS
    'identifies the single unit that went in, 0 for none';
COMMENT ON COLUMN ims_bi.genealogy.to_item_id IS 'identifies the item that came out';
COMMENT ON COLUMN ims_bi.genealogy.to_lot_id IS 'identifies the lot that came out, 0 for none';
COMMENT ON COLUMN ims_bi.genealogy.to_serial_id IS
    'identifies the single unit that came out, 0 for none';
COMMENT ON COLUMN ims_bi.genealogy.owner IS 'code of the owner';
COMMENT ON COLUMN ims_bi.genealogy.document_number IS 'number of the document';
COMMENT ON COLUMN ims_bi.genealogy.kind IS 'verb that made the posting';
COMMENT ON COLUMN ims_bi.genealogy.effective_at IS 'when it happened';
COMMENT ON COLUMN ims_bi.genealogy.from_item IS 'code of the item that went in';
COMMENT ON COLUMN ims_bi.genealogy.from_item_name IS 'name of the item that went in';
COMMENT ON COLUMN ims_bi.genealogy.from_base_unit IS 'unit of from_quantity';
COMMENT ON COLUMN ims_bi.genealogy.from_lot IS 'number of the lot that went in';
COMMENT ON COLUMN ims_bi.genealogy.from_serial IS 'serial number that went in';
COMMENT ON COLUMN ims_bi.genealogy.from_quantity IS 'how much of it the posting used, base units';
COMMENT ON COLUMN ims_bi.genealogy.to_item IS 'code of the item that came out';
COMMENT ON COLUMN ims_bi.genealogy.to_item_name IS 'name of the item that came out';
COMMENT ON COLUMN ims_bi.genealogy.to_base_unit IS 'unit of to_quantity';
COMMENT ON COLUMN ims_bi.genealogy.to_lot IS 'number of the lot that came out';
COMMENT ON COLUMN ims_bi.genealogy.to_serial IS 'serial number that came out';
COMMENT ON COLUMN ims_bi.genealogy.to_quantity IS 'how much of it the posting made, base units';
COMMENT ON COLUMN ims_bi.genealogy.reference_type IS 'kind of the caller''s document';
COMMENT ON COLUMN ims_bi.genealogy.reference_number IS 'number of the caller''s document';
COMMENT ON COLUMN ims_bi.genealogy.reason IS 'reason given';
