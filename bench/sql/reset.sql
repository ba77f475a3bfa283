-- Every balance full, the ledgers short, dead rows gone: each round starts alike.
TRUNCATE raw.movement, raw.posting;
ALTER TABLE ims.movement DISABLE TRIGGER ALL;
ALTER TABLE ims.posting DISABLE TRIGGER ALL;
ALTER TABLE ims.stock DISABLE TRIGGER ALL;
ALTER TABLE ims.availability DISABLE TRIGGER ALL;
TRUNCATE ims.movement, ims.posting, ims.stock, ims.availability;
SELECT count(*) FROM ims.repair_guards();
SELECT status FROM ims.post_ids(
    item_ids => (SELECT array_agg(i.item_id ORDER BY i.item_id, b.location_id)
                   FROM bench_item AS i, bench_bin AS b),
    quantities => (SELECT array_agg(100000000::numeric) FROM bench_item, bench_bin),
    from_location_ids => (SELECT array_agg(2::bigint) FROM bench_item, bench_bin),
    to_location_ids => (SELECT array_agg(b.location_id ORDER BY i.item_id, b.location_id)
                          FROM bench_item AS i, bench_bin AS b),
    kind => 'receive');
VACUUM ANALYZE ims.stock;
VACUUM ANALYZE ims.availability;
VACUUM ANALYZE ims.movement;
