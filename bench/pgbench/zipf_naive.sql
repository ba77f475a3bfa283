\set item random_zipfian(1, 10000, 1.2)
\set from random(1, 20)
\set to 1 + (:from + random(0, 18)) % 20
INSERT INTO naive.movement (owner, item, from_loc, to_loc, quantity) VALUES (1, (SELECT first FROM bench_item_ids) + :item, (SELECT first FROM bench_bin_ids) + :from, (SELECT first FROM bench_bin_ids) + :to, 1);
