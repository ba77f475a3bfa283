-- :events postings of one line of an owner of their own: receipts for orders,
-- moves and shipments; half of the items have a GTIN, a quarter lots.
SELECT ims.create_owner(code => 'EPCIS', name => 'events',
                        attributes => '{"epcis_domain": "https://shop.example"}');
SELECT count(ims.create_item('EPCIS', code => 'I' || n,
                             tracking => CASE WHEN n % 4 = 0 THEN 'lot' ELSE 'none' END))
  FROM generate_series(1, 400) AS n;
SELECT count(ims.add_item_code('EPCIS', item => 'I' || n, kind => 'gtin',
                               code => ims.gtin_make('4006381', n::text)::text))
  FROM generate_series(2, 400, 2) AS n;
SELECT count(ims.create_lot('EPCIS', item => 'I' || n, lot => 'L')) FROM generate_series(4, 400, 4) AS n;
SELECT ims.create_party('EPCIS', code => 'FROM', kind => 'supplier'),
       ims.create_party('EPCIS', code => 'TO', kind => 'customer');
SELECT count(*)
  FROM (SELECT n, 'I' || n % 400 + 1 AS item, 'B' || lpad((n % 20 + 1)::text, 2, '0') AS bin,
               'B' || lpad(((n + 1) % 20 + 1)::text, 2, '0') AS other,
               CASE WHEN n % 400 % 4 = 3 THEN 'L' END AS lot
          FROM generate_series(1, :events) AS n) AS s,
       LATERAL (
        SELECT r.status FROM ims.receive('EPCIS', s.item, 10, to_location => s.bin, lot => s.lot,
                party => 'FROM', reference_type => 'po', reference_number => s.n::text) AS r
         WHERE s.n <= 0.4 * :events
        UNION ALL
        SELECT r.status FROM ims.transfer('EPCIS', s.item, 2, from_location => s.bin,
                to_location => s.other, lot => s.lot) AS r
         WHERE s.n > 0.4 * :events AND s.n <= 0.7 * :events
        UNION ALL
        SELECT r.status FROM ims.ship('EPCIS', s.item, 3, from_location => s.bin, lot => s.lot,
                party => 'TO', reference_type => 'order', reference_number => s.n::text) AS r
         WHERE s.n > 0.7 * :events) AS p;
VACUUM ANALYZE;
