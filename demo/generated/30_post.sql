-- Every document in order of time: one posting, one transaction each.

\echo 'Posting, one transaction per document ...'

CREATE TABLE demo.posted (
    document_id bigint PRIMARY KEY,
    posting_id bigint NOT NULL
);
CREATE TABLE demo.loading (
    step text PRIMARY KEY,
    lines bigint NOT NULL,
    seconds numeric NOT NULL
);

-- One of the first line of the shipment comes back.
CREATE FUNCTION demo.return_lines(shipment_id bigint, to_location text)
RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
               'item', i.code, 'lot', l.code, 'quantity', 1, 'to_location', to_location,
               'origin_movement_id', m.movement_id)))
    FROM demo.plan AS d
    JOIN demo.posted AS p ON p.document_id = d.document_id
    JOIN ims.movement AS m ON m.owner_id = d.owner_id AND m.item_id = d.item_ids[1]
        AND m.effective_at = d.effective_at AND m.posting_id = p.posting_id
    JOIN ims.item AS i ON i.owner_id = m.owner_id AND i.item_id = m.item_id
    LEFT JOIN ims.lot AS l ON l.owner_id = m.owner_id AND l.lot_id = m.lot_id
    WHERE d.document_id = shipment_id
$$;

-- What was counted: the books, or one more, or one less.
CREATE FUNCTION demo.count_lines(counted bigint)
RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
               'item', i.code, 'lot', l.code,
               'quantity', greatest(0, coalesce(b.on_hand::numeric, 0) + u.difference)))
               ORDER BY i.code)
    FROM demo.plan AS d
    CROSS JOIN unnest(d.item_ids, d.lot_ids, d.quantities, d.from_location_ids)
        AS u (item_id, lot_id, difference, location_id)
    JOIN ims.item AS i ON i.owner_id = d.owner_id AND i.item_id = u.item_id
    LEFT JOIN ims.lot AS l ON l.owner_id = d.owner_id AND l.lot_id = u.lot_id
    LEFT JOIN ims.stock AS b ON b.owner_id = d.owner_id AND b.item_id = u.item_id
        AND b.location_id = u.location_id AND b.lot_id = coalesce(u.lot_id, 0)
        AND b.handling_unit_id = 0
    WHERE d.document_id = counted
$$;

-- Of the first item one piece is broken and one is not there; the rest follows.
CREATE PROCEDURE demo.receive_transfer(doc demo.plan, INOUT new_posting_id bigint)
LANGUAGE plpgsql
AS $$
DECLARE
    dispatch_id CONSTANT bigint := (SELECT p.posting_id FROM demo.posted AS p
                                    WHERE p.document_id = doc.origin_document_id);
    place CONSTANT text := doc.site || '-PICK';
BEGIN
    IF demo.dice(3, 'rough road', doc.document_id::text) = 0 THEN
        PERFORM r.posting_id
        FROM ims.receive_transfer(
            owner => doc.owner,
            posting_id => dispatch_id,
            to_location => place,
            lines => (SELECT jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
                                 'item', i.code, 'lot', l.code,
                                 'quantity', d.quantities[1] - 2, 'damaged', 1, 'missing', 1)))
                      FROM demo.plan AS d
                      JOIN ims.item AS i ON i.owner_id = d.owner_id AND i.item_id = d.item_ids[1]
                      LEFT JOIN ims.lot AS l ON l.owner_id = d.owner_id
                          AND l.lot_id = d.lot_ids[1]
                      WHERE d.document_id = doc.origin_document_id),
            effective_at => doc.effective_at,
            reason => 'pallet fell over') AS r;
    END IF;
    SELECT r.posting_id INTO STRICT new_posting_id
    FROM ims.receive_transfer(
        owner => doc.owner,
        posting_id => dispatch_id,
        to_location => place,
        effective_at => doc.effective_at + interval '1 hour') AS r;
END
$$;

CREATE PROCEDURE demo.post_documents()
LANGUAGE plpgsql
AS $$
DECLARE
    started CONSTANT timestamptz := clock_timestamp();
    doc demo.plan;
    new_posting_id bigint;
BEGIN
    FOR doc IN
        SELECT d.* FROM demo.plan AS d ORDER BY d.effective_at, d.document_id
    LOOP
        IF doc.kind = 'return_from_customer' THEN
            SELECT p.posting_id INTO STRICT new_posting_id
            FROM ims.post(
                owner => doc.owner,
                kind => doc.kind,
                lines => demo.return_lines(doc.origin_document_id, doc.site || '-RETURNS'),
                effective_at => doc.effective_at,
                channel => doc.channel,
                reference_type => doc.reference_type,
                reference_number => doc.reference_number) AS p;
        ELSIF doc.kind = 'count' THEN
            SELECT p.posting_id INTO new_posting_id
            FROM ims.count_stock(
                owner => doc.owner,
                location => doc.site || '-PICK',
                lines => demo.count_lines(doc.document_id),
                counted_at => doc.effective_at,
                reason => 'cycle count') AS p;
        ELSIF doc.kind = 'receive_transfer' THEN
            CALL demo.receive_transfer(doc, new_posting_id);
        ELSE
            SELECT p.posting_id INTO STRICT new_posting_id
            FROM ims.post_ids(
                owner => doc.owner,
                kind => doc.kind,
                item_ids => doc.item_ids,
                quantities => doc.quantities,
                from_location_ids => doc.from_location_ids,
                to_location_ids => doc.to_location_ids,
                lot_ids => doc.lot_ids,
                unit_costs => doc.unit_costs,
                sale_values => doc.sale_values,
                effective_at => doc.effective_at,
                party => doc.party,
                channel => doc.channel,
                reference_type => doc.reference_type,
                reference_number => doc.reference_number) AS p;
        END IF;
        IF doc.kind IN ('ship', 'dispatch') THEN
            INSERT INTO demo.posted (document_id, posting_id)
            VALUES (doc.document_id, new_posting_id);
        END IF;
        COMMIT;
    END LOOP;
    INSERT INTO demo.loading (step, lines, seconds)
    SELECT format('%s postings', (SELECT count(*) FROM ims.posting)), count(*),
           extract(epoch FROM clock_timestamp() - started)
    FROM ims.movement;
END
$$;

CALL demo.post_documents();

-- A few of the last lots smell of smoke.
\o /dev/null
SELECT ims.set_lot_status(owner => 'MOULIN', item => a.item,
                          lot => 'L24-' || to_char(:periods, 'FM00'),
                          status => 'on_hold', reason => 'smell of smoke')
FROM demo.article AS a
WHERE a.owner = 'MOULIN' AND a.rank < 3;
\o
VACUUM (ANALYZE) ims.movement, ims.posting, ims.stock, ims.availability;

\echo
\echo '--- What happened'
SELECT d.owner, d.kind, count(*) AS documents, min(d.effective_at)::date AS first_day,
       max(d.effective_at)::date AS last_day
FROM demo.plan AS d
GROUP BY d.owner, d.kind
ORDER BY d.owner, documents DESC;
