-- Different GTINs in random order, as text.
DROP TABLE IF EXISTS gtin_code;
CREATE TABLE gtin_code AS
SELECT body || ims.gs1_check_digit(body) AS code
FROM (SELECT lpad((n * 7368787::bigint % 10000000000000)::text, 13, '0') AS body
      FROM generate_series(1, :lines) AS n) AS b;
VACUUM ANALYZE gtin_code;
