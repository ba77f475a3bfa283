-- :movements movements, a tenth of them in productions of two lots into two:
-- as many edges as a tenth of the movements, four levels deep.  Half are
-- shipments of what was made, the rest receipts, single units and untracked
-- goods.  Lot 1 went into one of a hundred productions of the first level.
-- Written past the engine, and then derived from the ledger by rebuild().
SELECT :movements / 40 AS productions, :movements / 80 AS raws, :movements / 100 AS units,
       (SELECT first FROM bench_item_ids) AS item, (SELECT first FROM bench_bin_ids) AS bin,
       (SELECT owner_id FROM ims.owner WHERE code = 'MAIN') AS owner \gset
DO $$
DECLARE
    target text;
BEGIN
    FOREACH target IN ARRAY '{movement,posting,stock,availability,lot,serial,item,party}'::text[] LOOP
        EXECUTE 'ALTER TABLE ims.' || target || ' DISABLE TRIGGER ALL';
    END LOOP;
END $$;
TRUNCATE ims.movement, ims.posting, ims.stock, ims.availability, ims.lot, ims.serial;
UPDATE ims.item SET tracking = 'lot' WHERE item_id BETWEEN :item + 1 AND :item + 500;
UPDATE ims.item SET tracking = 'serial' WHERE item_id = :item + 501;
INSERT INTO ims.party (owner_id, code, name, kind)
SELECT :owner, 'CUSTOMER-' || g, 'customer ' || g, 'customer' FROM generate_series(1, 100) AS g
ON CONFLICT DO NOTHING;
SELECT min(party_id) AS party FROM ims.party WHERE code LIKE 'CUSTOMER-%' \gset

-- lots by number: raw ones first, then two of each production
INSERT INTO ims.lot (owner_id, lot_id, item_id, code)
SELECT :owner, g,
       :item + 1 + g % 100 + CASE WHEN g <= :raws THEN 0
                             ELSE 100 * (1 + (g - :raws - 1) * 4 / (2 * :productions)) END,
       'L' || g
  FROM generate_series(1, :raws + 2 * :productions) AS g;
INSERT INTO ims.serial (owner_id, serial_id, item_id, code)
SELECT :owner, g, :item + 501, 'S' || g FROM generate_series(1, :units) AS g;

CREATE TEMP TABLE line AS
WITH made AS (
    SELECT g, (g - 1) * 4 / :productions AS level FROM generate_series(1, :productions) AS g),
used AS (
    SELECT m.g, CASE
               WHEN m.level = 0 AND m.g % 100 = 1 AND j = 0 THEN 1
               WHEN m.level = 0 THEN 2 + (m.g::bigint * 7919 + j * 104729) % (:raws - 1)
               ELSE :raws + (m.level - 1) * (:productions / 2) + 1
                    + (m.g * 2654435761 + j * 40503) % (:productions / 2) END AS lot_id
      FROM made AS m, generate_series(0, 1) AS j)
SELECT p.posting_id, p.kind, l.item_id, l.lot_id, p.serial_id, p.quantity, p.from_id, p.to_id
  FROM (SELECT g AS posting_id, 'receive' AS kind, g AS lot_id, 0 AS serial_id, 1000000 AS quantity, 2 AS from_id,
               :bin + 1 AS to_id
          FROM generate_series(1, :raws) AS g
        UNION ALL
        SELECT 1000000 + u.g, 'produce', u.lot_id, 0, 1, :bin + 1, 6 FROM used AS u
        UNION ALL
        SELECT 1000000 + m.g, 'produce', :raws + 2 * m.g - j, 0, 1000, 6, :bin + 1
          FROM made AS m, generate_series(0, 1) AS j
        UNION ALL
        SELECT 10000000 + g / 10, 'ship', :raws + 1 + (g::bigint * 7919) % (2 * :productions), 0, 1, :bin + 1, 3
          FROM generate_series(1, :movements / 2) AS g) AS p
  JOIN ims.lot AS l ON l.owner_id = :owner AND l.lot_id = p.lot_id
UNION ALL
SELECT 20000000 + g / 10, 'receive', :item + 501, 0, g, 1, 2, :bin + 2 FROM generate_series(1, :units) AS g
UNION ALL
SELECT 30000000 + g / 10, 'receive', :item + 502 + g % 1000, 0, 0, 5, 2, :bin + 2 + g % 10
  FROM generate_series(1, :movements - :movements / 2 - 4 * :productions - :raws - :units) AS g;
-- in the order of time: what is made is shipped, or used, later
INSERT INTO ims.posting (owner_id, posting_id, document_number, kind, effective_at,
    utc_offset_minutes, recorded_at, party_id, session_role, caller_role, system_identifier, commit_xid)
OVERRIDING SYSTEM VALUE
SELECT :owner, p.posting_id, p.posting_id, p.kind,
       timestamptz '2024-01-01' + p.posting_id * interval '1 second', 0,
       timestamptz '2025-01-01' + p.posting_id * interval '1 second',
       CASE p.kind WHEN 'ship' THEN :party + p.posting_id % 100 END, 'bench', 'bench', 1, '3'
  FROM (SELECT DISTINCT posting_id, kind FROM line) AS p
 ORDER BY p.posting_id;
INSERT INTO ims.movement (owner_id, movement_id, posting_id, effective_at, recorded_at, item_id,
    lot_id, serial_id, from_location_id, to_location_id, quantity)
OVERRIDING SYSTEM VALUE
SELECT :owner, row_number() OVER (ORDER BY l.posting_id), l.posting_id,
       timestamptz '2024-01-01' + l.posting_id * interval '1 second',
       timestamptz '2025-01-01' + l.posting_id * interval '1 second', l.item_id, l.lot_id,
       l.serial_id, l.from_id, l.to_id, l.quantity
  FROM line AS l
 ORDER BY l.posting_id;
DROP TABLE line;
SELECT count(*) FROM ims.repair_guards();
SELECT setval(pg_get_serial_sequence('ims.movement', 'movement_id'), max(movement_id)) FROM ims.movement;
SELECT setval(pg_get_serial_sequence('ims.posting', 'posting_id'), max(posting_id)),
       setval('ims.document_number_' || :owner || '_seq', max(document_number)) FROM ims.posting;
SELECT setval(pg_get_serial_sequence('ims.lot', 'lot_id'), max(lot_id)) FROM ims.lot;
SELECT setval(pg_get_serial_sequence('ims.serial', 'serial_id'), max(serial_id)) FROM ims.serial;
VACUUM ANALYZE ims.movement, ims.posting, ims.lot, ims.serial;
SELECT count(*) FROM ims.rebuild();
VACUUM ANALYZE ims.stock;
-- the peer: what is written without ims, by the same indexes
CREATE OR REPLACE FUNCTION bench_recall(start bigint) RETURNS TABLE (lot bigint, what text, n numeric)
LANGUAGE sql STABLE AS $$
    WITH RECURSIVE reach (lot_id) AS (
        SELECT start
        UNION
        SELECT b.lot_id
          FROM reach AS r
          JOIN ims.movement AS a ON a.owner_id = 1 AND a.lot_id = r.lot_id AND a.lot_id <> 0
           AND a.to_location_id = 6
          JOIN ims.movement AS b ON b.owner_id = 1 AND b.posting_id = a.posting_id
           AND b.from_location_id = 6)
    SELECT m.lot_id, p.kind || ' ' || p.posting_id || COALESCE(y.code, ''), sum(m.quantity)
      FROM reach AS r
      JOIN ims.movement AS m ON m.owner_id = 1 AND m.lot_id = r.lot_id AND m.lot_id <> 0
      JOIN ims.posting AS p ON p.owner_id = 1 AND p.posting_id = m.posting_id
      LEFT JOIN ims.party AS y ON y.owner_id = 1 AND y.party_id = p.party_id
     GROUP BY 1, 2
$$;
