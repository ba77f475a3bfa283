-- What the ledger says of the order lines must be what the file says.

CREATE VIEW demo.posted_line AS
SELECT m.movement_id, i.stocked, p.kind, m.origin_movement_id,
       CASE p.kind
           WHEN 'return_from_customer' THEN -m.quantity::numeric
           WHEN 'ship' THEN m.quantity::numeric
           WHEN 'adjust' THEN CASE WHEN f.kind = 'adjustment' THEN m.quantity::numeric
                                   ELSE -m.quantity::numeric END
       END AS units
FROM ims.movement AS m
JOIN ims.posting AS p ON p.owner_id = m.owner_id AND p.posting_id = m.posting_id
JOIN ims.item AS i ON i.owner_id = m.owner_id AND i.item_id = m.item_id
JOIN ims.location AS f ON f.location_id = m.from_location_id
WHERE p.reference_type = 'invoice';

\echo
\echo '--- Returns as posted: linked to the sale they come from, or not'
SELECT CASE WHEN l.stocked THEN 'stocked' ELSE 'not stocked' END AS item,
       count(l.origin_movement_id) AS linked,
       count(*) - count(l.origin_movement_id) AS not_linked
FROM demo.posted_line AS l
WHERE l.kind = 'return_from_customer'
GROUP BY l.stocked
ORDER BY l.stocked DESC;

-- Without FACTS.json beside the file (demo/run) its own sum has to do.
\if :{?net_units}
\else
SELECT sum(l.quantity) AS net_units FROM demo.line AS l \gset
\endif

\echo '--- Net units: the ledger against the file'
SELECT sum(l.units) FILTER (WHERE l.stocked) AS stocked,
       sum(l.units) FILTER (WHERE NOT l.stocked) AS not_stocked,
       sum(l.units) AS together, :net_units AS in_the_file,
       CASE WHEN sum(l.units) = :net_units THEN 'equal' ELSE 'DIFFERENT' END AS verdict
FROM demo.posted_line AS l;

SELECT sum(l.units) = :net_units AS equal FROM demo.posted_line AS l \gset
\if :equal
\else
DO $$ BEGIN RAISE EXCEPTION 'the ledger does not hold what the file says'; END $$;
\endif
