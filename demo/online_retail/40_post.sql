-- The opening stock, then every document in order of time: one posting, one
-- transaction each, as a shop would.
--
-- Sales and adjustments go by ims.post_ids, which takes ids; returns by
-- ims.post, whose lines can name the movement that they come from.

\echo 'Posting, one transaction per document ...'

-- One posting each; a return without its sale is told apart by its reason.
CREATE TABLE demo.document AS
SELECT l.document, l.kind, r.sale_line_id IS NULL AS unlinked, l.invoice, l.effective_at,
       l.customer, l.country, min(l.description) AS description, count(*) AS lines,
       array_agg(l.line_id ORDER BY l.line_id) AS line_ids,
       array_agg(i.item_id ORDER BY l.line_id) AS item_ids,
       array_agg(abs(l.quantity) ORDER BY l.line_id) AS quantities,
       array_agg(CASE WHEN l.kind = 'adjust' AND l.quantity > 0 THEN v.adjustment_id
                      ELSE v.pick_id END ORDER BY l.line_id) AS from_location_ids,
       array_agg(CASE WHEN l.kind = 'ship' THEN v.customer_id
                      WHEN l.quantity > 0 THEN v.pick_id
                      ELSE v.adjustment_id END ORDER BY l.line_id) AS to_location_ids,
       array_agg(l.quantity * l.price ORDER BY l.line_id) AS sale_values
FROM demo.line AS l
JOIN demo.item AS i ON i.sku = l.sku
LEFT JOIN demo.return_of AS r ON r.line_id = l.line_id
CROSS JOIN (SELECT max(p.location_id) FILTER (WHERE p.code = 'LONDON-PICK') AS pick_id,
                   max(p.location_id) FILTER (WHERE p.code = 'CUSTOMER') AS customer_id,
                   max(p.location_id) FILTER (WHERE p.code = 'ADJUSTMENT') AS adjustment_id
            FROM ims.location AS p) AS v
GROUP BY l.document, l.kind, r.sale_line_id IS NULL, l.invoice, l.effective_at, l.customer,
         l.country;
ANALYZE demo.document;

-- Sales that something comes back from: the how-many-eth line of its item in
-- which document.
CREATE TABLE demo.sale AS
SELECT n.line_id, n.document, i.owner_id, i.item_id, n.effective_at, n.position
FROM (SELECT l.line_id, l.document, l.sku, l.effective_at,
             row_number() OVER (PARTITION BY l.document, l.sku ORDER BY l.line_id) AS position
      FROM demo.line AS l
      WHERE l.kind = 'ship') AS n
JOIN ims.item AS i ON i.code = n.sku
WHERE n.line_id IN (SELECT r.sale_line_id FROM demo.return_of AS r);
ALTER TABLE demo.sale ADD PRIMARY KEY (line_id);
ANALYZE demo.sale;

CREATE TABLE demo.posted (
    document bigint NOT NULL,
    unlinked boolean NOT NULL,
    posting_id bigint NOT NULL,
    PRIMARY KEY (document, unlinked)
);
CREATE TABLE demo.loading (
    step text PRIMARY KEY,
    lines bigint NOT NULL,
    seconds numeric NOT NULL
);

CREATE PROCEDURE demo.post_opening()
LANGUAGE plpgsql
AS $$
DECLARE
    started CONSTANT timestamptz := clock_timestamp();
BEGIN
    PERFORM p.posting_id
    FROM (SELECT array_agg(i.item_id ORDER BY i.item_id) AS item_ids,
                 array_agg(n.quantity ORDER BY i.item_id) AS quantities,
                 array_agg(v.location_id ORDER BY i.item_id) AS location_ids
          FROM demo.opening AS n
          JOIN demo.item AS i ON i.sku = n.sku
          JOIN ims.location AS v ON v.code = 'LONDON-PICK') AS o
    CROSS JOIN ims.post_ids(
        kind => 'receive',
        item_ids => o.item_ids,
        quantities => o.quantities,
        to_location_ids => o.location_ids,
        effective_at => (SELECT min(l.effective_at) - interval '1 day' FROM demo.line AS l),
        reason => 'opening stock, made up') AS p;
    INSERT INTO demo.loading (step, lines, seconds)
    SELECT 'opening stock', count(*), extract(epoch FROM clock_timestamp() - started)
    FROM demo.opening AS n;
END
$$;

-- The lines of a return as ims.post takes them.
CREATE FUNCTION demo.return_lines(line_ids bigint[])
RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
               'item', l.sku,
               'quantity', -l.quantity,
               'to_location', 'LONDON-PICK',
               'sale_value', l.quantity * l.price,
               'origin_movement_id', m.movement_id)) ORDER BY l.line_id)
    FROM demo.line AS l
    LEFT JOIN demo.return_of AS r ON r.line_id = l.line_id
    LEFT JOIN demo.sale AS s ON s.line_id = r.sale_line_id
    LEFT JOIN demo.posted AS d ON d.document = s.document
    LEFT JOIN LATERAL (
        -- the lines of a posting are numbered in the order given
        SELECT n.movement_id
        FROM ims.movement AS n
        WHERE n.owner_id = s.owner_id AND n.item_id = s.item_id
          AND n.effective_at = s.effective_at AND n.posting_id = d.posting_id
        ORDER BY n.movement_id
        OFFSET s.position - 1
        LIMIT 1) AS m ON true
    WHERE l.line_id = ANY (line_ids)
$$;

CREATE PROCEDURE demo.post_documents()
LANGUAGE plpgsql
AS $$
DECLARE
    started CONSTANT timestamptz := clock_timestamp();
    doc record;
    new_posting_id bigint;
BEGIN
    FOR doc IN
        SELECT d.* FROM demo.document AS d ORDER BY d.document, d.unlinked
    LOOP
        IF doc.kind = 'return' THEN
            SELECT p.posting_id INTO STRICT new_posting_id
            FROM ims.post(
                kind => 'return_from_customer',
                lines => demo.return_lines(doc.line_ids),
                effective_at => doc.effective_at,
                reason => CASE WHEN doc.unlinked
                               THEN 'no earlier sale to the customer with enough left' END,
                party => doc.customer,
                channel => doc.country,
                reference_type => 'invoice',
                reference_number => doc.invoice) AS p;
        ELSE
            SELECT p.posting_id INTO STRICT new_posting_id
            FROM ims.post_ids(
                kind => doc.kind,
                item_ids => doc.item_ids,
                quantities => doc.quantities,
                from_location_ids => doc.from_location_ids,
                to_location_ids => doc.to_location_ids,
                sale_values => doc.sale_values,
                effective_at => doc.effective_at,
                reason => CASE WHEN doc.kind = 'adjust'
                               THEN coalesce(doc.description, 'not explained') END,
                party => doc.customer,
                channel => doc.country,
                reference_type => 'invoice',
                reference_number => doc.invoice) AS p;
        END IF;
        INSERT INTO demo.posted (document, unlinked, posting_id)
        VALUES (doc.document, doc.unlinked, new_posting_id);
        COMMIT;
    END LOOP;
    INSERT INTO demo.loading (step, lines, seconds)
    SELECT format('%s postings of order lines', count(*)), sum(d.lines),
           extract(epoch FROM clock_timestamp() - started)
    FROM demo.document AS d;
END
$$;

CALL demo.post_opening();
CALL demo.post_documents();
VACUUM (ANALYZE) ims.movement, ims.posting, ims.stock, ims.availability;
