-- Receipt of what was dispatched to another site: whole, in parts, damaged,
-- short or over.
--
-- What a dispatch sent is outstanding until it is received.  The row of the
-- dispatch is locked first, so that two receipts of it do not take the same
-- goods; the balance in transit would refuse the second one anyway.

-- What was received of each line, not counting receipts that were reversed.
-- Item and time of a line are what the index on ims.movement has.
CREATE FUNCTION ims._dispatch_lines(owner_id bigint, posting_id bigint)
RETURNS TABLE (
    movement_id bigint,
    item_id bigint,
    lot_id bigint,
    serial_id bigint,
    handling_unit_id bigint,
    dispatched numeric,
    received numeric)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT d.movement_id, d.item_id, d.lot_id, d.serial_id, d.to_handling_unit_id,
        d.quantity::numeric, coalesce(r.quantity, 0)
    FROM ims.movement AS d
    LEFT JOIN LATERAL (
        SELECT sum(m.quantity) AS quantity
        FROM ims.posting AS p
        JOIN ims.movement AS m
            ON m.owner_id = p.owner_id AND m.item_id = d.item_id
            AND m.effective_at = p.effective_at AND m.posting_id = p.posting_id
            AND m.from_location_id = 1 AND m.origin_movement_id = d.movement_id
        WHERE p.owner_id = d.owner_id AND p.origin_posting_id = d.posting_id
          AND p.kind = 'receive_transfer'
          AND NOT EXISTS (
            SELECT FROM ims.posting AS v
            WHERE v.owner_id = p.owner_id AND v.origin_posting_id = p.posting_id
              AND v.kind = 'reversal')) AS r ON true
    WHERE d.owner_id = _dispatch_lines.owner_id
      AND d.posting_id = _dispatch_lines.posting_id
      AND d.to_location_id = 1
$$;
COMMENT ON FUNCTION ims._dispatch_lines IS
    'lines of a dispatch, with what was sent and what was received of each, base units';
REVOKE ALL ON FUNCTION ims._dispatch_lines FROM PUBLIC;

-- Finds and locks the dispatch, and checks that the goods may arrive there.
CREATE FUNCTION ims._lock_dispatch(
    owner_id bigint, posting_id bigint, document_number bigint, to_location_id bigint,
    effective_at timestamptz)
RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    dispatch record;
    place record;
BEGIN
    posting_id := ims._posting_id(owner_id, posting_id, document_number);
    SELECT p.kind, p.document_number, p.destination_id, p.effective_at INTO STRICT dispatch
    FROM ims.posting AS p
    WHERE p.owner_id = owner_id AND p.posting_id = posting_id
    FOR NO KEY UPDATE;
    IF dispatch.kind <> 'dispatch' THEN
        RAISE 'posting % is no dispatch', posting_id
            USING ERRCODE = 'IV307',
                DETAIL = format('It is of kind %s. ', dispatch.kind)
                    || jsonb_build_object('posting_id', posting_id, 'kind', dispatch.kind)::text,
                HINT = 'What is on its way is in ims.transfers_outstanding().';
    END IF;
    SELECT l.code, l.site_id, s.code AS site, d.code AS destination INTO STRICT place
    FROM ims.location AS l
    LEFT JOIN ims.location AS s ON s.location_id = l.site_id
    LEFT JOIN ims.location AS d ON d.location_id = dispatch.destination_id
    WHERE l.location_id = to_location_id;
    IF place.site_id = 0 OR place.site_id IS DISTINCT FROM dispatch.destination_id THEN
        RAISE 'dispatch % is not bound for "%"', dispatch.document_number, place.code
            USING ERRCODE = 'IV214',
                DETAIL = format('It is bound for site "%s". ', place.destination)
                    || jsonb_build_object('document_number', dispatch.document_number,
                        'to_location', place.code, 'destination', place.destination)::text,
                HINT = 'Receive it at a place of that site.';
    END IF;
    IF ims._latest('SELECT v.posting_id FROM ims.posting AS v'
        ' WHERE v.owner_id = $1 AND v.origin_posting_id = $2 AND v.kind = ''reversal'' LIMIT 1',
        owner_id, posting_id) IS NOT NULL
    THEN
        RAISE 'dispatch % was reversed', dispatch.document_number
            USING ERRCODE = 'IV307',
                DETAIL = 'The goods are back where they came from. '
                    || jsonb_build_object('document_number', dispatch.document_number)::text,
                HINT = 'What is on its way is in ims.transfers_outstanding().';
    END IF;
    IF effective_at < dispatch.effective_at THEN
        RAISE 'a receipt is not dated before its dispatch'
            USING ERRCODE = 'IV223',
                DETAIL = format('The goods left at %s. ', ims._utc(dispatch.effective_at))
                    || jsonb_build_object('posting_id', posting_id,
                        'effective_at', ims._utc(effective_at),
                        'dispatched_at', ims._utc(dispatch.effective_at))::text,
                HINT = 'Leave effective_at out, or correct it.';
    END IF;
    RETURN posting_id;
END
$$;
COMMENT ON FUNCTION ims._lock_dispatch IS
    'dispatch of that id or number, locked, or IV210, IV214, IV223, IV307';
REVOKE ALL ON FUNCTION ims._lock_dispatch FROM PUBLIC;

-- Each line of the call as ids and base units; without lines, all that is
-- outstanding as it was sent.  arrived, damaged and missing are to be taken
-- from lines of the dispatch that match.
CREATE FUNCTION ims._receipt_lines(
    owner_id bigint, posting_id bigint, lines jsonb, to_location text)
RETURNS TABLE (
    line bigint,
    item_id bigint,
    lot_id bigint,
    serial_id bigint,
    handling_unit_id bigint,
    arrived numeric,
    damaged numeric,
    missing numeric,
    unit text)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    IF lines IS NULL THEN
        RETURN QUERY
        SELECT row_number() OVER (ORDER BY d.item_id, d.lot_id, d.serial_id, d.handling_unit_id),
            d.item_id, d.lot_id, d.serial_id, d.handling_unit_id,
            sum(d.dispatched - d.received), 0::numeric, 0::numeric, NULL::text
        FROM ims._dispatch_lines(owner_id, posting_id) AS d
        WHERE d.dispatched > d.received
        GROUP BY d.item_id, d.lot_id, d.serial_id, d.handling_unit_id;
        RETURN;
    END IF;
    PERFORM ims._check_lines(lines, 'item', 'quantity', 'unit', 'lot', 'serial',
        'handling_unit', 'damaged', 'missing');
    PERFORM ims._check_present('quantity', l.value ->> 'quantity' IS NOT NULL
        OR l.value ->> 'damaged' IS NOT NULL OR l.value ->> 'missing' IS NOT NULL)
    FROM jsonb_array_elements(lines) AS l (value);
    -- Each quantity is looked up as a line of its own.
    RETURN QUERY
    WITH given AS MATERIALIZED (
        SELECT l.line, k.key, jsonb_strip_nulls(l.value) - '{quantity,damaged,missing}'::text[]
            || jsonb_build_object('quantity', q.quantity, 'to_location', to_location) AS value,
            row_number() OVER (ORDER BY l.line, k.key) AS place
        FROM jsonb_array_elements(lines) WITH ORDINALITY AS l (value, line)
        CROSS JOIN unnest('{quantity,damaged,missing}'::text[]) AS k (key)
        CROSS JOIN LATERAL (
            SELECT ims._line_number(l.line, k.key, l.value ->> k.key) AS quantity) AS q
        WHERE l.value ->> k.key IS NOT NULL AND q.quantity > 0),
    resolved AS (
        SELECT r.*
        FROM (
            SELECT coalesce(jsonb_agg(g.value ORDER BY g.place), '[]') AS lines,
                coalesce(array_agg(g.line ORDER BY g.place), '{}') AS numbers
            FROM given AS g) AS g
        CROSS JOIN LATERAL ims._resolve_lines(owner_id, 'receive_transfer', g.lines, g.numbers)
            AS r)
    SELECT g.line, r.item_id, r.lot_id, r.serial_id, r.to_handling_unit_id,
        coalesce(sum(r.quantity) FILTER (WHERE g.key = 'quantity'), 0),
        coalesce(sum(r.quantity) FILTER (WHERE g.key = 'damaged'), 0),
        coalesce(sum(r.quantity) FILTER (WHERE g.key = 'missing'), 0), g.value ->> 'unit'
    FROM given AS g
    JOIN resolved AS r ON r.place = g.place
    GROUP BY g.line, r.item_id, r.lot_id, r.serial_id, r.to_handling_unit_id, g.value ->> 'unit';
END
$$;
COMMENT ON FUNCTION ims._receipt_lines IS 'what a receipt says to have arrived, by ids, base units';
REVOKE ALL ON FUNCTION ims._receipt_lines FROM PUBLIC;

-- Lines of the call take from matching lines of the dispatch in their order;
-- within a line what is missing comes first, then what is damaged, then the
-- rest; what is left over is overage.  All as intervals on one axis per kind
-- of goods: a piece is where two intervals meet.
CREATE FUNCTION ims._receipt_pieces(
    owner_id bigint, posting_id bigint, lines jsonb, to_location text)
RETURNS TABLE (
    line bigint,
    item_id bigint,
    lot_id bigint,
    serial_id bigint,
    handling_unit_id bigint,
    state text,
    movement_id bigint,
    quantity numeric,
    unit text)
LANGUAGE sql VOLATILE PARALLEL UNSAFE ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
    WITH part AS (
        SELECT r.line, r.item_id, r.lot_id, r.serial_id, r.handling_unit_id, r.unit, v.state,
            sum(v.quantity) OVER w - v.quantity AS starts, sum(v.quantity) OVER w AS ends
        FROM ims._receipt_lines(_receipt_pieces.owner_id, _receipt_pieces.posting_id,
            _receipt_pieces.lines, _receipt_pieces.to_location) AS r
        CROSS JOIN LATERAL (VALUES
            (1, 'missing', r.missing), (2, 'damaged', r.damaged), (3, 'arrived', r.arrived))
            AS v (n, state, quantity)
        WHERE v.quantity > 0
        WINDOW w AS (
            PARTITION BY r.item_id, r.lot_id, r.serial_id, r.handling_unit_id
            ORDER BY r.line, v.n)),
    sent AS (
        SELECT d.movement_id, d.item_id, d.lot_id, d.serial_id, d.handling_unit_id,
            sum(d.dispatched - d.received) OVER w - (d.dispatched - d.received) AS starts,
            sum(d.dispatched - d.received) OVER w AS ends
        FROM ims._dispatch_lines(_receipt_pieces.owner_id, _receipt_pieces.posting_id) AS d
        WHERE d.dispatched > d.received
        WINDOW w AS (
            PARTITION BY d.item_id, d.lot_id, d.serial_id, d.handling_unit_id
            ORDER BY d.movement_id)),
    reach AS (
        SELECT s.item_id, s.lot_id, s.serial_id, s.handling_unit_id, max(s.ends) AS ends
        FROM sent AS s
        GROUP BY s.item_id, s.lot_id, s.serial_id, s.handling_unit_id)
    SELECT p.line, p.item_id, p.lot_id, p.serial_id, p.handling_unit_id, p.state,
        s.movement_id, least(p.ends, s.ends) - greatest(p.starts, s.starts), p.unit
    FROM part AS p
    JOIN sent AS s
        ON s.item_id = p.item_id AND s.lot_id = p.lot_id AND s.serial_id = p.serial_id
        AND s.handling_unit_id = p.handling_unit_id
        AND s.starts < p.ends AND p.starts < s.ends
    UNION ALL
    SELECT p.line, p.item_id, p.lot_id, p.serial_id, p.handling_unit_id, p.state,
        NULL, p.ends - greatest(p.starts, coalesce(r.ends, 0)), p.unit
    FROM part AS p
    LEFT JOIN reach AS r
        ON r.item_id = p.item_id AND r.lot_id = p.lot_id AND r.serial_id = p.serial_id
        AND r.handling_unit_id = p.handling_unit_id
    WHERE p.ends > coalesce(r.ends, 0)
$$;
COMMENT ON FUNCTION ims._receipt_pieces IS
    'how the lines of a receipt divide over the lines of its dispatch; no movement is overage';
REVOKE ALL ON FUNCTION ims._receipt_pieces FROM PUBLIC;

CREATE FUNCTION ims._damaged_place(site_id bigint)
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    location_id bigint;
    site text;
BEGIN
    SELECT l.location_id INTO location_id
    FROM ims.location AS l
    WHERE l.site_id = site_id AND l.kind = 'damaged' AND l.keeps_stock AND l.status = 'active'
    ORDER BY l.sort_order, l.location_id
    LIMIT 1;
    IF location_id IS NULL THEN
        SELECT l.code INTO STRICT site
        FROM ims.location AS l
        WHERE l.location_id = site_id;
        RAISE 'site "%" has no place for damaged goods', site
            USING ERRCODE = 'IV204',
                DETAIL = 'Damaged goods go to an active place of kind damaged. '
                    || jsonb_build_object('location', site)::text,
                HINT = 'Create one with ims.create_location().';
    END IF;
    RETURN location_id;
END
$$;
COMMENT ON FUNCTION ims._damaged_place IS 'first place for damaged goods of a site, or IV204';
REVOKE ALL ON FUNCTION ims._damaged_place FROM PUBLIC;

CREATE FUNCTION ims._raise_overage(
    owner_id bigint, posting_id bigint, line bigint, item_id bigint, state text, excess numeric)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    item text;
BEGIN
    SELECT i.code INTO STRICT item
    FROM ims.item AS i
    WHERE i.owner_id = owner_id AND i.item_id = item_id;
    RAISE 'more of item "%" than is outstanding', item
        USING ERRCODE = 'IV307',
            DETAIL = format('Line %s has %s too many. ', line, trim_scale(excess))
                || jsonb_build_object('line', line, 'item', item, 'posting_id', posting_id,
                    'state', state, 'excess', trim_scale(excess))::text,
            HINT = CASE state
                WHEN 'missing' THEN 'Only what was sent can be missing.'
                ELSE 'Check item, lot, serial and handling unit, or accept the overage with '
                    'accept_overage => true.' END;
END
$$;
COMMENT ON FUNCTION ims._raise_overage IS 'raise IV307 for what was not sent';
REVOKE ALL ON FUNCTION ims._raise_overage FROM PUBLIC;

CREATE FUNCTION ims._receive_transfer(
    owner_id bigint,
    dispatch_id bigint,
    dispatch_number bigint,
    lines jsonb,
    to_location text,
    accept_overage boolean,
    effective_at timestamptz,
    reason text,
    reference_type text,
    reference_number text,
    actor text,
    idempotency_key text)
RETURNS TABLE (posting_id bigint, document_number bigint, status text, replayed boolean)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 1
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_variable
DECLARE
    place record;
    damaged_id bigint;
    pieces jsonb;
    excess record;
BEGIN
    status := 'posted';
    SELECT k.posting_id, k.document_number, k.replayed INTO posting_id, document_number, replayed
    FROM ims._claim_key(owner_id, idempotency_key, 'receive_transfer', jsonb_build_object(
        'posting_id', dispatch_id, 'document_number', dispatch_number, 'lines', lines,
        'to_location', to_location, 'accept_overage', accept_overage,
        'effective_at', extract(epoch FROM effective_at), 'reason', reason,
        'reference_type', reference_type, 'reference_number', reference_number,
        'actor', actor), ims._next_posting_id()) AS k;
    IF replayed THEN
        RETURN NEXT;
        RETURN;
    END IF;

    -- no item, place or factor that is read below changes any more
    LOCK TABLE ims.movement IN ROW EXCLUSIVE MODE;
    PERFORM ims._check_present('to_location', to_location IS NOT NULL);
    SELECT l.location_id, l.site_id INTO STRICT place
    FROM ims.location AS l
    WHERE l.location_id = ims._location_id(to_location, 'to_location');
    dispatch_id := ims._lock_dispatch(owner_id, dispatch_id, dispatch_number, place.location_id,
        effective_at);

    SELECT jsonb_agg(to_jsonb(p) ORDER BY p.line, p.state, p.movement_id) INTO pieces
    FROM ims._receipt_pieces(owner_id, dispatch_id, lines, to_location) AS p;
    IF pieces IS NULL THEN
        RAISE 'there is nothing to receive of posting %', dispatch_id
            USING ERRCODE = CASE WHEN lines IS NULL THEN 'IV307' ELSE 'IV219' END,
                DETAIL = CASE WHEN lines IS NULL THEN 'All of it has been received. '
                        ELSE 'The lines name no quantity. ' END
                    || jsonb_build_object('posting_id', dispatch_id)::text,
                HINT = 'What is on its way is in ims.transfers_outstanding().';
    END IF;
    SELECT p.line, p.item_id, p.state, p.quantity INTO excess
    FROM jsonb_to_recordset(pieces) AS p (
        line bigint, item_id bigint, state text, movement_id bigint, quantity numeric)
    WHERE p.movement_id IS NULL AND (p.state = 'missing' OR accept_overage IS NOT TRUE)
    LIMIT 1;
    IF FOUND THEN
        PERFORM ims._raise_overage(owner_id, dispatch_id, excess.line, excess.item_id,
            excess.state, excess.quantity);
    END IF;
    IF pieces @> '[{"state": "damaged"}]' THEN
        damaged_id := ims._damaged_place(place.site_id);
    END IF;

    SELECT r.posting_id, r.document_number INTO posting_id, document_number
    FROM ims._post_lines(
        jsonb_build_array(jsonb_build_object(
            'owner_id', owner_id, 'posting_id', posting_id, 'kind', 'receive_transfer',
            'effective_at', effective_at, 'origin_posting_id', dispatch_id, 'reason', reason,
            'reference_type', reference_type, 'reference_number', reference_number,
            'actor', actor, 'idempotency_key', idempotency_key)),
        (SELECT jsonb_agg(jsonb_build_object(
            'item_id', p.item_id, 'quantity', p.quantity, 'lot_id', p.lot_id,
            'serial_id', p.serial_id,
            'from_location_id', CASE WHEN p.movement_id IS NULL THEN 4 ELSE 1 END,
            'to_location_id', CASE p.state WHEN 'missing' THEN 4 WHEN 'damaged' THEN damaged_id
                ELSE place.location_id END,
            'from_handling_unit_id', CASE WHEN p.movement_id IS NULL THEN 0
                ELSE p.handling_unit_id END,
            'to_handling_unit_id', CASE WHEN p.state = 'arrived' THEN p.handling_unit_id
                ELSE 0 END,
            'origin_movement_id', p.movement_id, 'unit_cost', d.unit_cost, 'rate', d.rate,
            'currency', d.currency, 'reference_line', d.reference_line,
            -- what arrives whole weighs what was sent
            'measured_quantity',
                CASE WHEN p.quantity = d.quantity THEN d.measured_quantity END,
            'entered_quantity', e.quantity,
            'entered_unit', CASE WHEN e.quantity IS NOT NULL THEN u.unit END) ORDER BY p.n)
         FROM ROWS FROM (jsonb_to_recordset(pieces) AS (
            item_id bigint, lot_id bigint, serial_id bigint, handling_unit_id bigint,
            state text, movement_id bigint, quantity numeric, unit text))
            WITH ORDINALITY AS p (item_id, lot_id, serial_id, handling_unit_id, state,
                movement_id, quantity, unit, n)
         LEFT JOIN ims.movement AS d
            ON d.owner_id = owner_id AND d.movement_id = p.movement_id
         -- without lines it arrives in the unit that it was sent in
         CROSS JOIN LATERAL (
            SELECT CASE WHEN lines IS NULL THEN d.entered_unit ELSE p.unit END) AS u (unit)
         CROSS JOIN LATERAL ims._entered_quantity(owner_id, p.item_id, u.unit, p.quantity)
            AS e (quantity))) AS r;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION ims._receive_transfer IS 'internal form of ims.receive_transfer()';
REVOKE ALL ON FUNCTION ims._receive_transfer FROM PUBLIC;

CREATE FUNCTION ims.receive_transfer(
    owner text DEFAULT NULL,
    posting_id bigint DEFAULT NULL,
    document_number bigint DEFAULT NULL,
    lines jsonb DEFAULT NULL,
    to_location text DEFAULT NULL,
    accept_overage boolean DEFAULT false,
    effective_at timestamptz DEFAULT NULL,
    reason text DEFAULT NULL,
    reference_type text DEFAULT NULL,
    reference_number text DEFAULT NULL,
    actor text DEFAULT NULL,
    idempotency_key text DEFAULT NULL,
    dry_run boolean DEFAULT false)
RETURNS TABLE (posting_id bigint, document_number bigint, status text, replayed boolean)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 1
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.receive_transfer IS
'receive what was dispatched to a site

posting_id or document_number names the dispatch. Without lines all that is outstanding
arrives at to_location as it was sent. A line names item, lot, serial and handling_unit as
they were sent, and quantity (arrived sound), damaged (goes to the place for damaged goods
of the site) and missing (written off to ADJUSTMENT); what no line names stays outstanding.
More than is outstanding is refused (IV307), unless accept_overage books it in from
ADJUSTMENT.
Example: SELECT * FROM ims.receive_transfer(document_number => 17, to_location => ''B-DOCK'',
    lines => ''[{"item": "A-1", "quantity": 8, "damaged": 1, "missing": 1}]'');';
REVOKE ALL ON FUNCTION ims.receive_transfer FROM PUBLIC;

CREATE FUNCTION ims.transfers_outstanding(owner text DEFAULT NULL, to_location text DEFAULT NULL)
RETURNS TABLE (
    posting_id bigint,
    document_number bigint,
    effective_at timestamptz,
    from_location text,
    destination text,
    item text,
    lot text,
    serial text,
    handling_unit text,
    dispatched numeric,
    received numeric,
    outstanding numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    wanted_id bigint := ims._reading_owner_id(owner);
BEGIN
    PERFORM ims._place_ids(ARRAY[to_location]) WHERE to_location IS NOT NULL;
    RETURN QUERY
    WITH wanted AS (
        -- the balances in transit say which items to look for
        SELECT DISTINCT s.owner_id, s.item_id
        FROM ims.stock AS s
        WHERE s.owner_id = wanted_id AND s.location_id = 1 AND s.on_hand > 0),
    dispatch AS (
        SELECT p.document_number, p.destination_id, m.*
        FROM wanted AS w
        JOIN ims.movement AS m
            ON m.owner_id = w.owner_id AND m.item_id = w.item_id AND m.to_location_id = 1
        JOIN ims.posting AS p
            ON p.owner_id = m.owner_id AND p.posting_id = m.posting_id AND p.kind = 'dispatch'
        WHERE NOT EXISTS (
            SELECT FROM ims.posting AS v
            WHERE v.owner_id = p.owner_id AND v.origin_posting_id = p.posting_id
              AND v.kind = 'reversal'))
    SELECT m.posting_id, m.document_number, m.effective_at, f.code, d.code,
        i.code, l.code, e.code, h.code,
        sum(m.quantity), sum(coalesce(r.quantity, 0)),
        sum(m.quantity - coalesce(r.quantity, 0))
    FROM dispatch AS m
    LEFT JOIN LATERAL (
        SELECT sum(a.quantity) AS quantity
        FROM ims.posting AS c
        JOIN ims.movement AS a
            ON a.owner_id = c.owner_id AND a.item_id = m.item_id
            AND a.effective_at = c.effective_at AND a.posting_id = c.posting_id
            AND a.from_location_id = 1 AND a.origin_movement_id = m.movement_id
        WHERE c.owner_id = m.owner_id AND c.origin_posting_id = m.posting_id
          AND c.kind = 'receive_transfer'
          AND NOT EXISTS (
            SELECT FROM ims.posting AS v
            WHERE v.owner_id = c.owner_id AND v.origin_posting_id = c.posting_id
              AND v.kind = 'reversal')) AS r ON true
    JOIN ims.item AS i ON i.owner_id = m.owner_id AND i.item_id = m.item_id
    JOIN ims.location AS f ON f.location_id = m.from_location_id
    LEFT JOIN ims.location AS d ON d.location_id = m.destination_id
    LEFT JOIN ims.lot AS l ON l.owner_id = m.owner_id AND l.lot_id = m.lot_id
    LEFT JOIN ims.serial AS e ON e.owner_id = m.owner_id AND e.serial_id = m.serial_id
    LEFT JOIN ims.handling_unit AS h
        ON h.owner_id = m.owner_id AND h.handling_unit_id = m.to_handling_unit_id
    WHERE m.quantity > coalesce(r.quantity, 0) AND (d.code = to_location OR to_location IS NULL)
    GROUP BY m.posting_id, m.document_number, m.effective_at, f.code, d.code,
        i.code, l.code, e.code, h.code
    ORDER BY m.effective_at, m.posting_id, i.code, l.code, e.code, h.code;
END
$$;
COMMENT ON FUNCTION ims.transfers_outstanding IS
'goods on their way between sites

One row per dispatch, item, lot, serial and handling unit of which not all has been
received, in base units; to_location keeps to one site of arrival.
Example: SELECT * FROM ims.transfers_outstanding(to_location => ''SITE-B'');';
REVOKE ALL ON FUNCTION ims.transfers_outstanding FROM PUBLIC;
