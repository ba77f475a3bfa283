SELECT status
  FROM (SELECT array_agg(item_id) AS items, array_agg(quantity) AS quantities,
               array_agg(from_id) AS from_ids, array_agg(to_id) AS to_ids
          FROM source_bulk WHERE n <= :lines) AS s,
       LATERAL ims.post_ids(item_ids => s.items, quantities => s.quantities,
                            from_location_ids => s.from_ids, to_location_ids => s.to_ids)
