-- What can still be returned.  src/ledger/returns.c checks a return by the same
-- rule: what was shipped, less the returns of it that hold.
-- The helpers run as the reader's caller too, and are left to PUBLIC.

CREATE FUNCTION ims._reading_party_id(owner_id bigint, party text)
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    party_id bigint;
BEGIN
    IF party IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT y.party_id INTO party_id
    FROM ims.party AS y
    WHERE y.owner_id = _reading_party_id.owner_id AND y.code = party;
    IF NOT FOUND THEN
        RAISE 'party "%" is unknown', party
            USING ERRCODE = 'IV208',
                DETAIL = 'The owner has no such party. '
                    || jsonb_build_object('party', party)::text,
                HINT = 'Codes are matched exactly; see ims.party.';
    END IF;
    RETURN party_id;
END
$$;
COMMENT ON FUNCTION ims._reading_party_id IS
    'identifies the party that a reader asks for, null for all; an unknown code is an error';

-- Planned for each call: whether one item is asked for, or all, decides.
CREATE FUNCTION ims._returnable(owner_id bigint, party_id bigint, item_ids bigint[])
RETURNS TABLE (
    posting_id bigint,
    movement_id bigint,
    document_number bigint,
    effective_at timestamptz,
    reference_type text,
    reference_number text,
    reference_line text,
    party text,
    item text,
    lot text,
    serial text,
    shipped numeric,
    returned numeric,
    quantity_left numeric,
    unit_cost numeric,
    sale_value numeric,
    currency text)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT p.posting_id, m.movement_id, p.document_number, p.effective_at,
        p.reference_type, p.reference_number, m.reference_line, y.code, i.code, l.code, e.code,
        m.quantity::numeric, coalesce(r.quantity, 0), m.quantity - coalesce(r.quantity, 0),
        m.unit_cost, m.sale_value, m.currency
    FROM ims.item AS i
    JOIN ims.movement AS m
        ON m.owner_id = i.owner_id AND m.item_id = i.item_id AND m.to_location_id = 3
    JOIN ims.posting AS p
        ON p.owner_id = m.owner_id AND p.posting_id = m.posting_id AND p.kind <> 'reversal'
    LEFT JOIN ims.party AS y ON y.owner_id = p.owner_id AND y.party_id = p.party_id
    LEFT JOIN ims.lot AS l ON l.owner_id = m.owner_id AND l.lot_id = m.lot_id
    LEFT JOIN ims.serial AS e ON e.owner_id = m.owner_id AND e.serial_id = m.serial_id
    LEFT JOIN LATERAL (
        SELECT sum(b.quantity) AS quantity
        FROM ims.movement AS b
        JOIN ims.posting AS c
            ON c.owner_id = b.owner_id AND c.posting_id = b.posting_id
            AND c.kind = 'return_from_customer'
        WHERE b.owner_id = m.owner_id AND b.item_id = m.item_id
          AND b.effective_at >= m.effective_at
          AND b.origin_movement_id = m.movement_id
          AND NOT EXISTS (
            SELECT FROM ims.posting AS v
            WHERE v.owner_id = c.owner_id AND v.origin_posting_id = c.posting_id
              AND v.kind = 'reversal')) AS r ON true
    WHERE i.owner_id = $1
      AND ($2 IS NULL OR p.party_id = $2)
      AND ($3 IS NULL OR i.item_id = ANY ($3))
      AND m.quantity > coalesce(r.quantity, 0)
      AND NOT EXISTS (
        SELECT FROM ims.posting AS v
        WHERE v.owner_id = p.owner_id AND v.origin_posting_id = p.posting_id
          AND v.kind = 'reversal')
    ORDER BY p.effective_at DESC, m.movement_id DESC;
END
$$;
COMMENT ON FUNCTION ims._returnable IS 'work of ims.returnable, by ids';

CREATE FUNCTION ims.returnable(
    owner text DEFAULT NULL,
    party text DEFAULT NULL,
    item text DEFAULT NULL)
RETURNS TABLE (
    posting_id bigint,
    movement_id bigint,
    document_number bigint,
    effective_at timestamptz,
    reference_type text,
    reference_number text,
    reference_line text,
    party text,
    item text,
    lot text,
    serial text,
    shipped numeric,
    returned numeric,
    quantity_left numeric,
    unit_cost numeric,
    sale_value numeric,
    currency text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT r.*
    FROM ims._reading_owner_id($1) AS w (owner_id)
    CROSS JOIN LATERAL ims._returnable(w.owner_id, ims._reading_party_id(w.owner_id, $2),
        ims._item_ids(w.owner_id, CASE WHEN $3 IS NOT NULL THEN ARRAY[$3] END)) AS r
$$;
COMMENT ON FUNCTION ims.returnable IS
'lines shipped to customers of which not all came back

Latest first, in base units; name the item, and the party where it is known. posting_id and
movement_id are what a return names as its origin.
Example: SELECT * FROM ims.returnable(party => ''JANE'', item => ''A-1'') LIMIT 1;';
REVOKE ALL ON FUNCTION ims.returnable FROM PUBLIC;
