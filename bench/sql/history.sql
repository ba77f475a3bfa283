-- :movements movements over five years in time order: 10k items in 20 bins,
-- half receipts, half issues; closings by the job.
SELECT set_config('bench.movements', (:movements)::text, false);
DO $$
BEGIN
    EXECUTE 'ALTER TABLE ims.movement DISABLE TRIGGER ALL';
    EXECUTE 'ALTER TABLE ims.posting DISABLE TRIGGER ALL';
    EXECUTE 'ALTER TABLE ims.stock DISABLE TRIGGER ALL';
    EXECUTE 'ALTER TABLE ims.availability DISABLE TRIGGER ALL';
END $$;
TRUNCATE ims.movement, ims.posting, ims.stock, ims.availability;
SELECT count(*) FROM ims.repair_guards();
DO $$
DECLARE
    total constant bigint := current_setting('bench.movements')::bigint;
    batch constant bigint := 100000;
    done bigint := 0;
BEGIN
    WHILE done < total LOOP
        PERFORM ims.post_ids(
            item_ids => a.items, quantities => a.quantities, from_location_ids => a.from_ids,
            to_location_ids => a.to_ids,
            effective_at => timestamptz '2020-01-01' + (done + batch) * (interval '1826 days' / total))
          FROM (SELECT array_agg(x.item ORDER BY g) AS items,
                       array_agg(x.quantity ORDER BY g) AS quantities,
                       array_agg(CASE WHEN x.receipt THEN 2 ELSE x.bin END ORDER BY g) AS from_ids,
                       array_agg(CASE WHEN x.receipt THEN x.bin ELSE 3 END ORDER BY g) AS to_ids
                  FROM generate_series(done, done + batch - 1) AS g,
                       LATERAL (SELECT (SELECT first FROM bench_item_ids)
                                       + 1 + (g * 2654435761) % 10000 AS item,
                                       (SELECT first FROM bench_bin_ids) + 1 + (g / 10000) % 20 AS bin,
                                       (g / 200000) % 2 = 0 AS receipt,
                                       CASE WHEN (g / 200000) % 2 = 0 THEN 10 ELSE 9 END::numeric
                                           AS quantity) AS x) AS a;
        done := done + batch;
        COMMIT;
    END LOOP;
END $$;
VACUUM ANALYZE ims.movement;
SELECT ims.maintain_closings(at_most => 1000);
VACUUM ANALYZE ims.closing_balance;
CREATE FUNCTION bench_full_as_of(at date) RETURNS TABLE (item_id bigint, q numeric)
LANGUAGE sql STABLE AS $$
    SELECT m.item_id,
           sum(CASE WHEN m.to_location_id > 8 THEN m.quantity ELSE 0 END
               - CASE WHEN m.from_location_id > 8 THEN m.quantity ELSE 0 END)
      FROM ims.movement AS m
     WHERE m.effective_at <= at + time '12:00' AT TIME ZONE 'UTC'
     GROUP BY m.item_id
$$;
