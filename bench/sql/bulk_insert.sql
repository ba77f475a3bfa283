INSERT INTO ims.movement (owner_id, item_id, from_location_id, to_location_id, quantity)
SELECT 1, s.item_id, s.from_id, s.to_id, s.quantity
  FROM source_bulk AS s
 WHERE s.n <= :lines
