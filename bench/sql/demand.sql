-- :items items over :weeks weeks from 2024-01-01, Monday: of ten weeks each item is
-- received in one and shipped in nine, 45 in all.  Every fourth gets back no more
-- than that and is without stock for a week, the others gain 5.
CREATE EXTENSION ims CASCADE;
SELECT ims.create_ledger();
SELECT ims.create_location(code => 'S1', name => 'site', kind => 'site');
SELECT ims.create_location(code => 'B01', name => 'bin', kind => 'bin', parent => 'S1');
SET session_replication_role = replica;
INSERT INTO ims.item (owner_id, code, name)
SELECT o.owner_id, 'D' || lpad(g::text, 7, '0'), 'item ' || g
  FROM ims.owner AS o, generate_series(1, :items) AS g
 WHERE o.code = 'MAIN';
SET session_replication_role = origin;
CREATE TABLE bench_item AS
SELECT row_number() OVER (ORDER BY i.code)::int AS n, i.item_id FROM ims.item AS i;
VACUUM ANALYZE bench_item;
SELECT set_config('bench.weeks', (:weeks)::text, false);
DO $$
DECLARE
    bin constant bigint := (SELECT l.location_id FROM ims.location AS l WHERE l.code = 'B01');
    weeks constant int := current_setting('bench.weeks')::int;
BEGIN
    PERFORM ims.post_ids(
        item_ids => a.items, quantities => a.quantities, from_location_ids => a.from_ids,
        to_location_ids => a.to_ids, effective_at => timestamptz '2023-12-31 00:00+00')
      FROM (SELECT array_agg(i.item_id ORDER BY i.n) AS items,
                   array_agg(('{45,42,34,29,28,19,15,8,6}'::numeric[])[i.n / 5 % 10] ORDER BY i.n)
                       AS quantities,
                   array_agg(2::bigint) AS from_ids, array_agg(bin) AS to_ids
              FROM bench_item AS i WHERE i.n / 5 % 10 > 0 GROUP BY i.n / 50000) AS a;
    FOR part IN 0 .. weeks * 5 - 1 LOOP
        PERFORM ims.post_ids(
            item_ids => a.items, quantities => a.quantities, from_location_ids => a.from_ids,
            to_location_ids => a.to_ids,
            effective_at => timestamptz '2024-01-01 12:00+00' + part / 5 * interval '7 days'
                            + part % 5 * interval '1 day')
          FROM (SELECT array_agg(x.item_id ORDER BY x.n) AS items,
                       array_agg(CASE WHEN x.k > 0 THEN ('{3,8,5,1,9,4,7,2,6}'::numeric[])[x.k]
                                      WHEN x.n % 4 = 0 THEN 45 ELSE 50 END ORDER BY x.n) AS quantities,
                       array_agg(CASE WHEN x.k > 0 THEN bin ELSE 2 END ORDER BY x.n) AS from_ids,
                       array_agg(CASE WHEN x.k > 0 THEN 3 ELSE bin END ORDER BY x.n) AS to_ids
                  FROM (SELECT i.n, i.item_id, (i.n / 5 + part / 5) % 10 AS k
                          FROM bench_item AS i WHERE i.n % 5 = part % 5) AS x
                 GROUP BY x.n / 100000) AS a;
        COMMIT;
    END LOOP;
END $$;
VACUUM ANALYZE ims.movement;
VACUUM ANALYZE ims.posting;
