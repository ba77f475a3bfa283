-- What has become of each single unit.
--
-- Nothing of it is stored: the place is the serial's, which the engine keeps
-- and verify() proves, and the rest follows from its movements.  A movement
-- stands unless it was reversed or reverses another.  Where the last one is a
-- reversal, the unit is again what it was before the movement that was
-- reversed, so only those before that one count.  What has to look through the
-- movements of a unit is worked out only where it is asked for.

CREATE VIEW ims_bi.serial WITH (security_invoker = true) AS
SELECT s.owner_id,
       s.item_id,
       s.serial_id,
       o.code AS owner,
       o.name AS owner_name,
       i.code AS item,
       i.name AS item_name,
       g.code AS category,
       s.code AS serial,
       ims._serial_state(e.kind, CASE WHEN u.movement_id IS NULL THEN f.kind ELSE (
            SELECT vf.kind
              FROM ims.movement AS v
              JOIN ims.posting AS vp
                ON vp.owner_id = v.owner_id AND vp.posting_id = v.posting_id
               AND vp.kind <> 'reversal'
              JOIN ims.location AS vf ON vf.location_id = v.from_location_id
             WHERE v.owner_id = s.owner_id AND v.serial_id = s.serial_id AND v.serial_id <> 0
               AND (v.effective_at, v.movement_id) < (u.effective_at, u.movement_id)
               AND NOT EXISTS (
                    SELECT
                      FROM ims.movement AS b
                      JOIN ims.posting AS k
                        ON k.owner_id = b.owner_id AND k.posting_id = b.posting_id
                       AND k.kind = 'reversal'
                     WHERE b.owner_id = v.owner_id AND b.origin_movement_id = v.movement_id)
             ORDER BY v.effective_at DESC, v.movement_id DESC
             LIMIT 1) END) AS state,
       s.lot_id,
       t.code AS lot,
       t.status AS lot_status,
       e.code AS location,
       e.name AS location_name,
       e.kind AS location_kind,
       w.code AS site,
       w.name AS site_name,
       h.code AS handling_unit,
       y.code AS party,
       y.name AS party_name,
       (SELECT pg_catalog.max(v.effective_at)
          FROM ims.movement AS v
          JOIN ims.posting AS vp
            ON vp.owner_id = v.owner_id AND vp.posting_id = v.posting_id AND vp.kind <> 'reversal'
          JOIN ims.location AS vf
            ON vf.location_id = v.from_location_id AND vf.kind IN ('supplier', 'production')
         WHERE v.owner_id = s.owner_id AND v.serial_id = s.serial_id AND v.serial_id <> 0
           AND NOT EXISTS (
                SELECT
                  FROM ims.movement AS b
                  JOIN ims.posting AS k
                    ON k.owner_id = b.owner_id AND k.posting_id = b.posting_id
                   AND k.kind = 'reversal'
                 WHERE b.owner_id = v.owner_id AND b.origin_movement_id = v.movement_id))
           AS received_at,
       NULLIF(s.last_effective_at, '-infinity') AS last_movement_at,
       c.effective_at AS shipped_at,
       cy.code AS customer,
       cy.name AS customer_name,
       i.warranty_months::bigint AS warranty_months,
       ((c.effective_at AT TIME ZONE CASE WHEN cw.location_id IS NULL THEN o.time_zone
                                          ELSE COALESCE(cw.time_zone, 'UTC') END)::date
        + pg_catalog.make_interval(months => i.warranty_months))::date AS warranty_until
  FROM ims.serial AS s
  LEFT JOIN ims.owner AS o ON o.owner_id = s.owner_id
  LEFT JOIN ims.item AS i ON i.owner_id = s.owner_id AND i.item_id = s.item_id
  LEFT JOIN ims.category AS g ON g.owner_id = i.owner_id AND g.category_id = i.category_id
  LEFT JOIN ims.lot AS t ON t.owner_id = s.owner_id AND t.lot_id = s.lot_id
  LEFT JOIN ims.handling_unit AS h
    ON h.owner_id = s.owner_id AND h.handling_unit_id = s.handling_unit_id
  LEFT JOIN ims.movement AS m ON m.owner_id = s.owner_id AND m.movement_id = s.last_movement_id
  LEFT JOIN ims.posting AS p ON p.owner_id = m.owner_id AND p.posting_id = m.posting_id
  LEFT JOIN ims.party AS y ON y.owner_id = p.owner_id AND y.party_id = p.party_id
  LEFT JOIN ims.location AS e ON e.location_id = m.to_location_id
  LEFT JOIN ims.location AS w ON w.location_id = e.site_id
  LEFT JOIN ims.location AS f ON f.location_id = m.from_location_id
  LEFT JOIN ims.movement AS u
    ON u.owner_id = m.owner_id AND u.movement_id = m.origin_movement_id AND p.kind = 'reversal'
  LEFT JOIN LATERAL (
        SELECT (pg_catalog.array_agg(v.movement_id
                                     ORDER BY v.effective_at DESC, v.movement_id DESC))[1]
                   AS shipment_id
          FROM ims.movement AS v
          JOIN ims.posting AS q
            ON q.owner_id = v.owner_id AND q.posting_id = v.posting_id AND q.kind <> 'reversal'
          JOIN ims.location AS l ON l.location_id = v.to_location_id AND l.kind = 'customer'
         WHERE v.owner_id = s.owner_id AND v.serial_id = s.serial_id AND v.serial_id <> 0
           AND NOT EXISTS (
                SELECT
                  FROM ims.movement AS b
                  JOIN ims.posting AS k
                    ON k.owner_id = b.owner_id AND k.posting_id = b.posting_id
                   AND k.kind = 'reversal'
                 WHERE b.owner_id = v.owner_id AND b.origin_movement_id = v.movement_id)) AS d
    ON true
  LEFT JOIN ims.movement AS c ON c.owner_id = s.owner_id AND c.movement_id = d.shipment_id
  LEFT JOIN ims.location AS cl ON cl.location_id = c.from_location_id
  LEFT JOIN ims.location AS cw ON cw.location_id = cl.site_id
  LEFT JOIN ims.posting AS cp ON cp.owner_id = c.owner_id AND cp.posting_id = c.posting_id
  LEFT JOIN ims.party AS cy ON cy.owner_id = cp.owner_id AND cy.party_id = cp.party_id;
COMMENT ON VIEW ims_bi.serial IS 'single units: one row per serial, with its state and warranty';
COMMENT ON COLUMN ims_bi.serial.owner_id IS 'identifies the owner';
COMMENT ON COLUMN ims_bi.serial.item_id IS 'identifies the item';
COMMENT ON COLUMN ims_bi.serial.serial_id IS 'identifies the unit';
COMMENT ON COLUMN ims_bi.serial.owner IS 'code of the owner';
COMMENT ON COLUMN ims_bi.serial.owner_name IS 'name of the owner';
COMMENT ON COLUMN ims_bi.serial.item IS 'code of the item';
COMMENT ON COLUMN ims_bi.serial.item_name IS 'name of the item';
COMMENT ON COLUMN ims_bi.serial.category IS 'code of its category';
COMMENT ON COLUMN ims_bi.serial.serial IS 'serial number';
COMMENT ON COLUMN ims_bi.serial.state IS
    'expected, in_stock, returned, in_transit, shipped, scrapped, consumed, sent_back, missing or handed_over';
COMMENT ON COLUMN ims_bi.serial.lot_id IS 'identifies the lot, 0 for none';
COMMENT ON COLUMN ims_bi.serial.lot IS 'number of the lot';
COMMENT ON COLUMN ims_bi.serial.lot_status IS 'released, on_hold, recalled or expired';
COMMENT ON COLUMN ims_bi.serial.location IS
    'code of the place that its last movement led to, virtual ones too';
COMMENT ON COLUMN ims_bi.serial.location_name IS 'name of the place';
COMMENT ON COLUMN ims_bi.serial.location_kind IS 'kind of the place';
COMMENT ON COLUMN ims_bi.serial.site IS 'code of the site, null where it is at none';
COMMENT ON COLUMN ims_bi.serial.site_name IS 'name of the site';
COMMENT ON COLUMN ims_bi.serial.handling_unit IS 'number of the handling unit it is in';
COMMENT ON COLUMN ims_bi.serial.party IS 'code of the party of its last movement';
COMMENT ON COLUMN ims_bi.serial.party_name IS 'name of the party';
COMMENT ON COLUMN ims_bi.serial.received_at IS
    'when it last came from a supplier or production, reversed receipts left out';
COMMENT ON COLUMN ims_bi.serial.last_movement_at IS 'effective time of its last movement';
COMMENT ON COLUMN ims_bi.serial.shipped_at IS
    'when it last went to a customer, reversed shipments left out';
COMMENT ON COLUMN ims_bi.serial.customer IS 'code of the customer of that shipment';
COMMENT ON COLUMN ims_bi.serial.customer_name IS 'name of the customer';
COMMENT ON COLUMN ims_bi.serial.warranty_months IS 'months of warranty of the item';
COMMENT ON COLUMN ims_bi.serial.warranty_until IS
    'last day of warranty, by the day of that shipment in the zone of its site';
