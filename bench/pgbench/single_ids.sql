\set item random(1, :items)
\set from random(1, 20)
\set to 1 + (:from + random(0, 18)) % 20
SELECT status FROM ims.post_ids(item_ids => ARRAY[(SELECT first FROM bench_item_ids) + :item], quantities => ARRAY[1::numeric], from_location_ids => ARRAY[(SELECT first FROM bench_bin_ids) + :from], to_location_ids => ARRAY[(SELECT first FROM bench_bin_ids) + :to], kind => 'transfer');
