-- Reversal: what was posted by mistake is posted the other way round.
--
-- The original stays; its lines are swapped, with links and the same values.
-- A reversal is made now, unless a time is given.  Where a balance was counted
-- after the original, the count has said what was there, mistake or not: the
-- reversal must not change that level, so it is compensated like any posting
-- that came after the count and belongs before it.  Of a periodic item, whose
-- count waits for the close of the period, it must not become usage.
--
-- A count is reversed together with what it caused, its compensations and the
-- usage of periodic items; then it asserts nothing any more.  It is reversed at
-- its own instant, if the period is open: else what it found would stay in the
-- books until now, and another count of that instant would contradict it.
--
-- Handling units that the original packed, unpacked or shipped together go back
-- where they were (43_packing); their trees are locked before any balance.

CREATE FUNCTION ims._raise_not_reversible(
    state text, document_number bigint, why text, key text, value text, advice text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE 'posting % cannot be reversed', document_number
        USING ERRCODE = state,
            DETAIL = why || ' '
                || jsonb_build_object('document_number', document_number, key, value)::text,
            HINT = advice;
END
$$;
COMMENT ON FUNCTION ims._raise_not_reversible IS 'raise that a posting cannot be reversed';
REVOKE ALL ON FUNCTION ims._raise_not_reversible FROM PUBLIC;

-- Locks the posting, and first the one it came from: a receipt that is
-- reversed makes its dispatch outstanding again, a return the sale.
CREATE FUNCTION ims._lock_reversible(owner_id bigint, posting_id bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    original record;
    other bigint;
BEGIN
    PERFORM FROM ims.posting AS p
    WHERE p.owner_id = owner_id
      AND p.posting_id IN (posting_id, (
        SELECT o.origin_posting_id
        FROM ims.posting AS o
        WHERE o.owner_id = owner_id AND o.posting_id = posting_id))
    ORDER BY p.posting_id
    FOR NO KEY UPDATE;
    SELECT p.kind, p.document_number INTO STRICT original
    FROM ims.posting AS p
    WHERE p.owner_id = owner_id AND p.posting_id = posting_id;

    other := ims._latest('SELECT v.document_number FROM ims.posting AS v'
        ' WHERE v.owner_id = $1 AND v.origin_posting_id = $2 AND v.kind = ''reversal'' LIMIT 1',
        owner_id, posting_id);
    IF other IS NOT NULL THEN
        PERFORM ims._raise_not_reversible('IV225', original.document_number,
            format('Posting %s reversed it already.', other), 'reversed_by', other::text,
            'Post anew what should hold.');
    END IF;
    CASE original.kind
        WHEN 'reversal' THEN
            PERFORM ims._raise_not_reversible('IV225', original.document_number,
                'It is a reversal itself.', 'kind', original.kind, 'Post anew what should hold.');
        WHEN 'count_correction' THEN
            PERFORM ims._raise_not_reversible('IV231', original.document_number,
                'It keeps the level of a count true.', 'kind', original.kind,
                'Reverse the count, or the posting that it compensates.');
        WHEN 'usage' THEN
            PERFORM ims._raise_not_reversible('IV231', original.document_number,
                'It follows from a count.', 'kind', original.kind, 'Reverse the count.');
        WHEN 'ownership' THEN
            PERFORM ims._raise_not_reversible('IV231', original.document_number,
                'It is one half of a change of owner.', 'kind', original.kind,
                'Give the goods back by ims.transfer_ownership().');
        ELSE
            NULL;
    END CASE;
    -- a receipt names its dispatch, the lines of a return the lines they return
    other := ims._latest('SELECT v.document_number FROM ims.posting AS v'
        ' WHERE v.owner_id = $1 AND v.kind IN'
        ' (''receive_transfer'', ''return_from_customer'', ''return_to_supplier'')'
        ' AND (v.origin_posting_id = $2 OR v.posting_id IN ('
        '  SELECT m.posting_id FROM ims.movement AS o JOIN ims.movement AS m'
        '  ON m.owner_id = o.owner_id AND m.item_id = o.item_id'
        '  AND m.effective_at >= o.effective_at'
        '  AND m.origin_movement_id = o.movement_id'
        '  WHERE o.owner_id = $1 AND o.posting_id = $2))'
        ' AND NOT EXISTS (SELECT FROM ims.posting AS r WHERE r.owner_id = v.owner_id'
        ' AND r.origin_posting_id = v.posting_id AND r.kind = ''reversal'')'
        ' ORDER BY v.posting_id LIMIT 1',
        owner_id, posting_id);
    IF other IS NOT NULL THEN
        PERFORM ims._raise_not_reversible('IV228', original.document_number,
            format('Posting %s rests on it.', other), 'rests_on_it', other::text,
            'Reverse that posting first.');
    END IF;
END
$$;
COMMENT ON FUNCTION ims._lock_reversible IS 'lock a posting for its reversal, or IV225, IV228, IV231';
REVOKE ALL ON FUNCTION ims._lock_reversible FROM PUBLIC;

-- What never was has no past: dated before the original, and with a count in
-- between that keeps the level, a reversal would take nothing back.
CREATE FUNCTION ims._check_reversal_time(
    owner_id bigint, posting_id bigint, effective_at timestamptz)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    original record;
BEGIN
    SELECT p.document_number, p.effective_at INTO STRICT original
    FROM ims.posting AS p
    WHERE p.owner_id = owner_id AND p.posting_id = posting_id;
    IF isfinite(effective_at) AND effective_at < original.effective_at THEN
        PERFORM ims._raise_not_reversible('IV223', original.document_number,
            format('It is of %s, the reversal would be before it.',
                ims._utc(original.effective_at)),
            'effective_at', ims._utc(effective_at), 'Leave effective_at out, or correct it.');
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_reversal_time IS 'raise IV223 for a reversal dated before its original';
REVOKE ALL ON FUNCTION ims._check_reversal_time FROM PUBLIC;

-- The lines to swap: those of the posting, and what a count led to.  The ids
-- come first, so that the planner sees how few they are: joined, it would read
-- the whole ledger where postings have many lines on average.
CREATE FUNCTION ims._lines_to_reverse(owner_id bigint, posting_id bigint)
RETURNS SETOF jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_variable
DECLARE
    posting_ids CONSTANT bigint[] := posting_id || ARRAY(
        SELECT p.posting_id
        FROM ims.posting AS p
        WHERE p.owner_id = owner_id AND p.origin_posting_id = posting_id
          AND p.kind IN ('count_correction', 'usage'));
BEGIN
    RETURN QUERY
    SELECT to_jsonb(m)
    FROM ims.movement AS m
    WHERE m.owner_id = owner_id AND m.posting_id = ANY (posting_ids)
    ORDER BY m.movement_id;
END
$$;
COMMENT ON FUNCTION ims._lines_to_reverse IS 'rows of ims.movement that a reversal turns around';
REVOKE ALL ON FUNCTION ims._lines_to_reverse FROM PUBLIC;

-- Compensations: for each end of a line that a later count speaks of, the same
-- quantity back at the time of the reversal, linked to that count.  A reversal
-- dated at or before the count is compensated by the engine itself.
--
-- A count that is pending has not brought the books to its level yet.  What
-- never came was not used up either, so it is taken out at the instant of the
-- count, too, and the usage up to then is right.
CREATE FUNCTION ims._reversal_compensations(
    owner_id bigint, posting_id bigint, originals jsonb, effective_at timestamptz)
RETURNS TABLE (
    count_posting_id bigint,
    effective_at timestamptz,
    item_id bigint,
    lot_id bigint,
    serial_id bigint,
    location_id bigint,
    handling_unit_id bigint,
    delta numeric)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.posting_id, t.effective_at, m.item_id, m.lot_id, m.serial_id, e.location_id,
        e.handling_unit_id, sum(t.sign * e.delta)
    FROM jsonb_to_recordset($3) AS m (
        effective_at timestamptz, item_id bigint, lot_id bigint, serial_id bigint,
        from_location_id bigint, to_location_id bigint, from_handling_unit_id bigint,
        to_handling_unit_id bigint, quantity numeric)
    CROSS JOIN LATERAL (VALUES
        (m.from_location_id, m.from_handling_unit_id, - m.quantity),
        (m.to_location_id, m.to_handling_unit_id, m.quantity))
        AS e (location_id, handling_unit_id, delta)
    JOIN ims.location AS l ON l.location_id = e.location_id AND l.keeps_stock
    CROSS JOIN LATERAL ims._next_count($1, m.item_id, e.location_id, m.lot_id,
        e.handling_unit_id, m.effective_at, $2) AS c
    JOIN (VALUES (1, false), (-1, true)) AS d (sign, at_count)
        ON c.pending OR NOT d.at_count
    CROSS JOIN LATERAL (SELECT d.sign, CASE WHEN d.at_count THEN c.counted_at ELSE $4 END) AS t
        (sign, effective_at)
    WHERE $4 IS NULL OR $4 > c.counted_at
    GROUP BY c.posting_id, t.effective_at, m.item_id, m.lot_id, m.serial_id, e.location_id,
        e.handling_unit_id
    HAVING sum(t.sign * e.delta) <> 0
$$;
COMMENT ON FUNCTION ims._reversal_compensations IS
    'what a reversal would change of levels that were counted since, base units';
REVOKE ALL ON FUNCTION ims._reversal_compensations FROM PUBLIC;

-- The balances at both ends of the lines, and what a count says of others: what
-- follows from it is nowhere else.  A complete count speaks of balances
-- that do not exist yet, so its reversal keeps all postings out, as it did.
CREATE FUNCTION ims._lock_ends(owner_id bigint, posting_id bigint, lines jsonb)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF EXISTS (
        SELECT FROM ims.stock_count_scope AS s
        WHERE s.owner_id = $1 AND s.posting_id = $2)
    THEN
        LOCK TABLE ims.movement IN SHARE ROW EXCLUSIVE MODE;
    END IF;
    PERFORM FROM (
        SELECT array_agg(e.owner_id) AS owner_ids, array_agg(e.item_id) AS item_ids,
            array_agg(e.location_id) AS location_ids, array_agg(e.lot_id) AS lot_ids,
            array_agg(e.handling_unit_id) AS handling_unit_ids
        FROM (
            SELECT $1 AS owner_id, m.item_id, e.location_id, m.lot_id, e.handling_unit_id
            FROM jsonb_to_recordset($3) AS m (
                item_id bigint, lot_id bigint, from_location_id bigint, to_location_id bigint,
                from_handling_unit_id bigint, to_handling_unit_id bigint)
            CROSS JOIN LATERAL (VALUES
                (m.from_location_id, m.from_handling_unit_id),
                (m.to_location_id, m.to_handling_unit_id)) AS e (location_id, handling_unit_id)
            JOIN ims.location AS l ON l.location_id = e.location_id AND l.keeps_stock
            UNION
            SELECT s.owner_id, s.item_id, s.location_id, s.lot_id, s.handling_unit_id
            FROM ims.stock_count AS s
            WHERE s.owner_id = $1 AND s.posting_id = $2) AS e) AS k
    CROSS JOIN LATERAL ims._lock_balances(k.owner_ids, k.item_ids, k.location_ids, k.lot_ids,
        k.handling_unit_ids) AS b;
END
$$;
COMMENT ON FUNCTION ims._lock_ends IS 'lock the balances at both ends of lines';
REVOKE ALL ON FUNCTION ims._lock_ends FROM PUBLIC;

-- The lines to swap, under the locks.  What followed from a count is read again:
-- a late posting, or the close of a period, that we waited for added to it.
CREATE FUNCTION ims._lock_lines_to_reverse(owner_id bigint, posting_id bigint)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    originals jsonb;
BEGIN
    SELECT jsonb_agg(m) INTO originals
    FROM ims._lines_to_reverse(owner_id, posting_id) AS m;
    PERFORM ims._lock_ends(owner_id, posting_id, originals);
    IF EXISTS (
        SELECT FROM ims.posting AS p
        WHERE p.owner_id = owner_id AND p.posting_id = posting_id AND p.kind = 'count')
    THEN
        SELECT jsonb_agg(m) INTO originals
        FROM ims._lines_to_reverse(owner_id, posting_id) AS m;
        PERFORM ims._check_as_seen('SELECT count(*) FROM ims.posting AS p'
            ' WHERE p.owner_id = $1 AND p.origin_posting_id = $2',
            'corrections or usage of the count were posted', owner_id, posting_id);
    END IF;
    RETURN originals;
END
$$;
COMMENT ON FUNCTION ims._lock_lines_to_reverse IS
    'lock what a reversal changes, and read the lines it turns around';
REVOKE ALL ON FUNCTION ims._lock_lines_to_reverse FROM PUBLIC;

-- A count without a difference, or its reversal, need not change any balance
-- that was locked, so a row lock does not tell of it.
CREATE FUNCTION ims._check_reversal_snapshot(
    owner_id bigint, posting_id bigint, originals jsonb, effective_at timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM ims._check_as_seen(format(
        'SELECT coalesce(bit_xor(hash_record_extended(c, 0)), 0)'
        ' FROM ims._reversal_compensations($1, $2, %L, %L) AS c', originals, effective_at),
        'the stock was counted, or a count reversed,', owner_id, posting_id);
END
$$;
COMMENT ON FUNCTION ims._check_reversal_snapshot IS
    'raise 40001 where other counts speak of what is reversed than the snapshot shows';
REVOKE ALL ON FUNCTION ims._check_reversal_snapshot FROM PUBLIC;

CREATE FUNCTION ims._reversal_time(owner_id bigint, posting_id bigint, originals jsonb)
RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT p.effective_at
    FROM ims.posting AS p
    JOIN ims.owner AS o ON o.owner_id = p.owner_id
    WHERE p.owner_id = $1 AND p.posting_id = $2 AND p.kind = 'count'
      AND p.effective_at >= coalesce(o.closed_through, '-infinity')
      AND NOT EXISTS (
        -- a single unit moves forward in time only
        SELECT FROM jsonb_to_recordset($3) AS m (serial_id bigint)
        WHERE m.serial_id <> 0)
$$;
COMMENT ON FUNCTION ims._reversal_time IS 'when a posting is best reversed, null for now';
REVOKE ALL ON FUNCTION ims._reversal_time FROM PUBLIC;

CREATE FUNCTION ims._reverse_posting(
    owner_id bigint,
    original_id bigint,
    original_number bigint,
    effective_at timestamptz,
    reason text,
    actor text,
    idempotency_key text)
RETURNS TABLE (posting_id bigint, document_number bigint, status text, replayed boolean)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 1
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_variable
DECLARE
    originals jsonb;
    postings jsonb;
    lines jsonb;
    units bigint[];
BEGIN
    status := 'posted';
    SELECT k.posting_id, k.document_number, k.replayed INTO posting_id, document_number, replayed
    FROM ims._claim_key(owner_id, idempotency_key, 'reverse_posting', jsonb_build_object(
        'posting_id', original_id, 'document_number', original_number,
        'effective_at', extract(epoch FROM effective_at), 'reason', reason, 'actor', actor),
        ims._next_posting_id()) AS k;
    IF replayed THEN
        RETURN NEXT;
        RETURN;
    END IF;

    PERFORM ims._check_present('reason', coalesce(reason, '') <> '');
    original_id := ims._posting_id(owner_id, original_id, original_number);
    PERFORM ims._lock_reversible(owner_id, original_id);
    PERFORM ims._check_reversal_time(owner_id, original_id, effective_at);
    units := ims._lock_nesting_to_reverse(owner_id, original_id);
    originals := ims._lock_lines_to_reverse(owner_id, original_id);
    PERFORM ims._engine_begin();
    UPDATE ims.stock_count AS s
    SET reversed_posting_id = posting_id, pending = false
    WHERE s.owner_id = owner_id AND s.posting_id = original_id;
    UPDATE ims.stock_count_scope AS s
    SET reversed_posting_id = posting_id
    WHERE s.owner_id = owner_id AND s.posting_id = original_id;
    PERFORM ims._engine_end();

    effective_at := coalesce(effective_at, ims._reversal_time(owner_id, original_id, originals));
    IF units IS NOT NULL THEN
        effective_at := ims._unit_time(effective_at, ims._last_unit_event(owner_id, units));
    END IF;
    SELECT jsonb_build_array(jsonb_build_object(
        'owner_id', owner_id, 'posting_id', posting_id, 'kind', 'reversal',
        'effective_at', effective_at, 'party_id', p.party_id, 'channel_id', p.channel_id,
        'origin_posting_id', original_id, 'reference_type', p.reference_type,
        'reference_number', p.reference_number, 'reason', reason, 'actor', actor,
        'idempotency_key', idempotency_key))
    INTO STRICT postings
    FROM ims.posting AS p
    WHERE p.owner_id = owner_id AND p.posting_id = original_id;
    SELECT jsonb_agg(m.value || jsonb_build_object(
        'posting', 1, 'origin_movement_id', m.value -> 'movement_id',
        'from_location_id', m.value -> 'to_location_id',
        'to_location_id', m.value -> 'from_location_id',
        'from_handling_unit_id', m.value -> 'to_handling_unit_id',
        'to_handling_unit_id', m.value -> 'from_handling_unit_id') ORDER BY m.n DESC)
    INTO lines
    FROM jsonb_array_elements(originals) WITH ORDINALITY AS m (value, n);

    PERFORM ims._check_reversal_snapshot(owner_id, original_id, originals, effective_at);
    -- Each count that is to stay true has a posting of its own, as in late.c, or two.
    WITH compensation AS (
        SELECT c.*,
            dense_rank() OVER (ORDER BY c.count_posting_id, c.effective_at) + 1 AS posting
        FROM ims._reversal_compensations(owner_id, original_id, originals, effective_at) AS c)
    SELECT postings || coalesce((
            SELECT jsonb_agg(jsonb_build_object(
                'owner_id', owner_id, 'kind', 'count_correction', 'effective_at', p.effective_at,
                'origin_posting_id', p.count_posting_id, 'actor', actor,
                'reason', 'reversed after the count, posted before it') ORDER BY p.posting)
            FROM (
                SELECT DISTINCT c.posting, c.count_posting_id, c.effective_at
                FROM compensation AS c) AS p),
            '[]'),
        lines || coalesce((
            SELECT jsonb_agg(jsonb_build_object(
                'posting', c.posting, 'item_id', c.item_id, 'lot_id', c.lot_id,
                'serial_id', c.serial_id, 'quantity', abs(c.delta),
                'from_location_id', CASE WHEN c.delta > 0 THEN 4 ELSE c.location_id END,
                'to_location_id', CASE WHEN c.delta > 0 THEN c.location_id ELSE 4 END,
                'from_handling_unit_id',
                    CASE WHEN c.delta > 0 THEN 0 ELSE c.handling_unit_id END,
                'to_handling_unit_id',
                    CASE WHEN c.delta > 0 THEN c.handling_unit_id ELSE 0 END))
            FROM compensation AS c), '[]')
    INTO postings, lines;
    SELECT r.posting_id, r.document_number, r.effective_at
    INTO posting_id, document_number, effective_at
    FROM ims._post_lines(postings, lines) AS r
    WHERE r.posting_id = posting_id;
    IF units IS NOT NULL THEN
        PERFORM ims._reverse_nesting(owner_id, original_id, units, posting_id, effective_at);
    END IF;
    -- nor do goods of a lot that was held since become a lot that is not
    IF EXISTS (
        SELECT FROM ims.posting AS p
        WHERE p.owner_id = owner_id AND p.posting_id = original_id AND p.kind = 'relot')
    THEN
        PERFORM ims._check_relot_status(owner_id,
            array_agg(DISTINCT m.lot_id) FILTER (WHERE m.from_location_id = 6),
            array_agg(DISTINCT m.lot_id) FILTER (WHERE m.to_location_id = 6))
        FROM jsonb_to_recordset(originals) AS m (
            lot_id bigint, from_location_id bigint, to_location_id bigint);
    END IF;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION ims._reverse_posting IS 'internal form of ims.reverse_posting()';
REVOKE ALL ON FUNCTION ims._reverse_posting FROM PUBLIC;

CREATE FUNCTION ims.reverse_posting(
    owner text DEFAULT NULL,
    posting_id bigint DEFAULT NULL,
    document_number bigint DEFAULT NULL,
    effective_at timestamptz DEFAULT NULL,
    reason text DEFAULT NULL,
    actor text DEFAULT NULL,
    idempotency_key text DEFAULT NULL,
    dry_run boolean DEFAULT false)
RETURNS TABLE (posting_id bigint, document_number bigint, status text, replayed boolean)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 1
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.reverse_posting IS
'undo a posting by one that goes the other way

Every line is swapped, with its quantities, costs and values, and linked to the one it
undoes; a reason is needed. Once only (IV225), and not while another posting rests on it,
such as the receipt of a dispatch (IV228). It counts from now on, unless effective_at is
given; a level that was counted since stays as counted. A count is taken back at its own
instant, and what it said holds no longer.
Example: SELECT * FROM ims.reverse_posting(document_number => 42, reason => ''wrong item'');';
REVOKE ALL ON FUNCTION ims.reverse_posting FROM PUBLIC;
