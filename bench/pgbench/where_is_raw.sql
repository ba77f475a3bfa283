\set n random(1, :units)
SELECT s.code, l.code, m.effective_at, p.document_number
  FROM ims.item AS i
  JOIN ims.serial AS s ON s.owner_id = i.owner_id AND s.item_id = i.item_id
  JOIN ims.location AS l ON l.location_id = s.location_id
  JOIN ims.movement AS m ON m.owner_id = s.owner_id AND m.movement_id = s.last_movement_id
  JOIN ims.posting AS p ON p.owner_id = m.owner_id AND p.posting_id = m.posting_id
 WHERE i.owner_id = 1 AND i.code = :item AND s.code = 'S' || :n;
