-- Six sites with :balances / 6 items each, one balance per item and site.
SELECT count(ims.create_location(code => 'M' || g, name => 'site', kind => 'site'))
  FROM generate_series(1, 6) AS g;
CREATE TABLE many_site AS
SELECT row_number() OVER (ORDER BY code)::int AS n, location_id
  FROM ims.location WHERE code ~ '^M[1-6]$';
ALTER TABLE many_site ADD PRIMARY KEY (n);
ALTER TABLE ims.item DISABLE TRIGGER USER;
WITH made AS (
    INSERT INTO ims.item (owner_id, code, name)
    SELECT 1, 'X' || g, 'item' FROM generate_series(1, :balances / 6) AS g
    RETURNING item_id)
SELECT min(item_id) - 1 AS first, max(item_id) AS last INTO many_ids FROM made;
ALTER TABLE ims.item ENABLE TRIGGER USER;
DO $$
DECLARE
    batch constant bigint := 100000;
    low bigint;
    high bigint;
BEGIN
    SELECT first + 1, last INTO low, high FROM many_ids;
    WHILE low <= high LOOP
        PERFORM ims.post_ids(
            item_ids => (SELECT array_agg(i) FROM generate_series(low, least(low + batch - 1, high)) AS i,
                         many_site),
            quantities => (SELECT array_agg(1000::numeric)
                             FROM generate_series(low, least(low + batch - 1, high)) AS i, many_site),
            from_location_ids => (SELECT array_agg(2::bigint)
                             FROM generate_series(low, least(low + batch - 1, high)) AS i, many_site),
            to_location_ids => (SELECT array_agg(s.location_id)
                             FROM generate_series(low, least(low + batch - 1, high)) AS i,
                                  many_site AS s),
            kind => 'receive');
        low := low + batch;
        COMMIT;
    END LOOP;
END $$;
VACUUM ANALYZE ims.stock;
VACUUM ANALYZE ims.availability;
VACUUM ANALYZE ims.item;
CHECKPOINT;
