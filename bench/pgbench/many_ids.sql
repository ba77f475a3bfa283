\set item random(1, :items)
\set from random(1, 6)
\set to 1 + (:from + random(0, 4)) % 6
SELECT status FROM ims.post_ids(item_ids => ARRAY[(SELECT first FROM many_ids) + :item], quantities => ARRAY[1::numeric], from_location_ids => ARRAY[(SELECT location_id FROM many_site WHERE n = :from)], to_location_ids => ARRAY[(SELECT location_id FROM many_site WHERE n = :to)]);
