-- Handling units for people and BI tools.

CREATE VIEW ims_bi.handling_unit WITH (security_invoker = true) AS
WITH RECURSIVE up (owner_id, handling_unit_id, ancestor_id, level) AS (
    SELECT h.owner_id, h.handling_unit_id, h.handling_unit_id, 0
      FROM ims.handling_unit AS h
    UNION ALL
    SELECT u.owner_id, u.handling_unit_id, n.parent_id, u.level + 1
      FROM up AS u
      JOIN ims.handling_unit_nesting AS n
        ON n.owner_id = u.owner_id AND n.handling_unit_id = u.ancestor_id
       AND n.unpacked_at IS NULL
     WHERE u.level < 100),
root AS (
    SELECT DISTINCT ON (u.owner_id, u.handling_unit_id)
           u.owner_id, u.handling_unit_id, u.ancestor_id AS root_id, u.level
      FROM up AS u
     ORDER BY u.owner_id, u.handling_unit_id, u.level DESC),
inside AS (
    SELECT u.owner_id, u.ancestor_id AS handling_unit_id, pg_catalog.count(*) - 1 AS unit_count
      FROM up AS u
     GROUP BY u.owner_id, u.ancestor_id),
content AS (
    SELECT u.owner_id, u.ancestor_id AS handling_unit_id,
           pg_catalog.count(DISTINCT s.item_id) AS item_count,
           pg_catalog.count(DISTINCT (s.item_id, s.lot_id)) AS lot_count,
           pg_catalog.count(DISTINCT s.location_id) AS location_count,
           pg_catalog.min(s.location_id) AS location_id,
           pg_catalog.max(s.last_effective_at) AS last_effective_at
      FROM up AS u
      JOIN ims.stock AS s
        ON s.owner_id = u.owner_id AND s.handling_unit_id = u.handling_unit_id
       AND s.handling_unit_id <> 0 AND s.on_hand <> 0
     GROUP BY u.owner_id, u.ancestor_id)
SELECT h.owner_id,
       h.handling_unit_id,
       n.parent_id,
       r.root_id,
       o.code AS owner,
       o.name AS owner_name,
       h.code AS handling_unit,
       h.kind,
       h.status,
       p.code AS parent,
       t.code AS root,
       r.level::bigint AS level,
       CASE WHEN c.location_count = 1 THEN l.code END AS location,
       CASE WHEN c.location_count = 1 THEN s.code END AS site,
       COALESCE(c.location_count, 0) AS location_count,
       COALESCE(c.item_count, 0) AS item_count,
       COALESCE(i.unit_count, 0) AS unit_count,
       COALESCE(c.lot_count, 0) = 1 AS homogeneous,
       c.last_effective_at
  FROM ims.handling_unit AS h
  LEFT JOIN ims.owner AS o ON o.owner_id = h.owner_id
  LEFT JOIN root AS r ON r.owner_id = h.owner_id AND r.handling_unit_id = h.handling_unit_id
  LEFT JOIN ims.handling_unit_nesting AS n
    ON n.owner_id = h.owner_id AND n.handling_unit_id = h.handling_unit_id
   AND n.unpacked_at IS NULL
  LEFT JOIN ims.handling_unit AS p
    ON p.owner_id = h.owner_id AND p.handling_unit_id = n.parent_id
  LEFT JOIN ims.handling_unit AS t
    ON t.owner_id = h.owner_id AND t.handling_unit_id = r.root_id
  LEFT JOIN inside AS i ON i.owner_id = h.owner_id AND i.handling_unit_id = h.handling_unit_id
  LEFT JOIN content AS c ON c.owner_id = h.owner_id AND c.handling_unit_id = h.handling_unit_id
  LEFT JOIN ims.location AS l ON l.location_id = c.location_id
  LEFT JOIN ims.location AS s ON s.location_id = l.site_id;
COMMENT ON VIEW ims_bi.handling_unit IS
    'handling units with what they are in and where: one row per unit, content with that of units inside';
COMMENT ON COLUMN ims_bi.handling_unit.owner_id IS 'identifies the owner';
COMMENT ON COLUMN ims_bi.handling_unit.handling_unit_id IS 'identifies the handling unit';
COMMENT ON COLUMN ims_bi.handling_unit.parent_id IS 'identifies the unit that it is in';
COMMENT ON COLUMN ims_bi.handling_unit.root_id IS 'identifies the outermost unit that it is in';
COMMENT ON COLUMN ims_bi.handling_unit.owner IS 'code of the owner';
COMMENT ON COLUMN ims_bi.handling_unit.owner_name IS 'name of the owner';
COMMENT ON COLUMN ims_bi.handling_unit.handling_unit IS 'SSCC or own number';
COMMENT ON COLUMN ims_bi.handling_unit.kind IS 'pallet, carton, tote or other';
COMMENT ON COLUMN ims_bi.handling_unit.status IS 'open, or closed: nothing goes in or out';
COMMENT ON COLUMN ims_bi.handling_unit.parent IS 'code of the unit that it is in, null for none';
COMMENT ON COLUMN ims_bi.handling_unit.root IS 'code of the outermost unit, its own where it is in none';
COMMENT ON COLUMN ims_bi.handling_unit.level IS 'how many units it is in, one inside the other';
COMMENT ON COLUMN ims_bi.handling_unit.location IS
    'code of the place, null where it holds nothing or is at several';
COMMENT ON COLUMN ims_bi.handling_unit.site IS 'code of the site of that place';
COMMENT ON COLUMN ims_bi.handling_unit.location_count IS
    'places at which it holds something; above 1 while a transfer of it is received in parts';
COMMENT ON COLUMN ims_bi.handling_unit.item_count IS 'different items in it';
COMMENT ON COLUMN ims_bi.handling_unit.unit_count IS 'units inside it, at all levels';
COMMENT ON COLUMN ims_bi.handling_unit.homogeneous IS 'whether it holds one item of one lot';
COMMENT ON COLUMN ims_bi.handling_unit.last_effective_at IS 'when its content last changed';
