-- verify(): the proof that everything equals the ledger.
--
-- Every check is one set-wise statement that returns what is wrong.  All run
-- under the snapshot of the calling query, so that the result is true while
-- others post.  What is wrong is picked by flags first and told in words then:
-- words for every row would take minutes.  The functions are STABLE, read as the caller, and see the
-- owners that the caller may see; null for the owner means all of them.

CREATE FUNCTION ims._verify_stock(wanted bigint)
RETURNS TABLE (check_name text, key jsonb, expected text, found text)
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
BEGIN
    RETURN QUERY
    WITH ledger AS (
        SELECT m.owner_id, m.item_id, v.location_id, m.lot_id, v.handling_unit_id,
            sum(v.quantity) AS on_hand, max(m.effective_at) AS last_effective_at
        FROM ims.movement AS m
        CROSS JOIN LATERAL (VALUES
            (m.from_location_id, m.from_handling_unit_id, - m.quantity),
            (m.to_location_id, m.to_handling_unit_id, m.quantity)
            ) AS v (location_id, handling_unit_id, quantity)
        JOIN ims.location AS l ON l.location_id = v.location_id
            AND (l.site_id > 0 OR l.kind = 'transit')
        WHERE wanted IS NULL OR m.owner_id = wanted
        GROUP BY m.owner_id, m.item_id, v.location_id, m.lot_id, v.handling_unit_id),
    stock AS (
        SELECT s.owner_id, s.item_id, s.location_id, s.lot_id, s.handling_unit_id,
            s.on_hand, s.last_effective_at, s.allocated, s.negative_ok,
            i.negative_ok OR p.negative_ok AS may_be_negative
        FROM ims.stock AS s
        LEFT JOIN ims.item AS i ON i.owner_id = s.owner_id AND i.item_id = s.item_id
        LEFT JOIN ims.location AS p ON p.location_id = s.location_id
        WHERE wanted IS NULL OR s.owner_id = wanted),
    pair AS (
        SELECT coalesce(a.owner_id, s.owner_id) AS owner_id,
            coalesce(a.item_id, s.item_id) AS item_id,
            coalesce(a.location_id, s.location_id) AS location_id,
            coalesce(a.lot_id, s.lot_id) AS lot_id,
            coalesce(a.handling_unit_id, s.handling_unit_id) AS handling_unit_id,
            coalesce(a.on_hand, 0) AS ledger_on_hand,
            a.last_effective_at AS ledger_effective_at,
            s.on_hand, s.last_effective_at, s.allocated, s.negative_ok, s.may_be_negative,
            coalesce(a.on_hand, 0) IS DISTINCT FROM s.on_hand AS wrong_on_hand,
            s.last_effective_at < a.last_effective_at AS wrong_effective_at,
            s.negative_ok <> s.may_be_negative AS wrong_flag,
            NOT s.negative_ok AND s.on_hand < 0 AS wrong_sign,
            -- Nothing allocates in this version.
            s.allocated <> 0 AS wrong_allocated
        FROM ledger AS a
        FULL JOIN stock AS s ON s.owner_id = a.owner_id AND s.item_id = a.item_id
            AND s.location_id = a.location_id AND s.lot_id = a.lot_id
            AND s.handling_unit_id = a.handling_unit_id),
    wrong AS MATERIALIZED (
        SELECT * FROM pair AS p
        WHERE p.wrong_on_hand OR p.wrong_effective_at OR p.wrong_flag OR p.wrong_sign
            OR p.wrong_allocated)
    SELECT f.check_name,
        jsonb_build_object('owner_id', p.owner_id, 'item_id', p.item_id,
            'location_id', p.location_id, 'lot_id', p.lot_id,
            'handling_unit_id', p.handling_unit_id),
        f.expected, f.found
    FROM wrong AS p
    CROSS JOIN LATERAL (VALUES
        ('stock.on_hand', p.wrong_on_hand,
            trim_scale(p.ledger_on_hand)::text, trim_scale(p.on_hand)::text),
        ('stock.last_effective_at', p.wrong_effective_at,
            p.ledger_effective_at::text, p.last_effective_at::text),
        ('stock.negative_ok', p.wrong_flag, p.may_be_negative::text, p.negative_ok::text),
        ('stock.negative', p.wrong_sign, '0 or more', trim_scale(p.on_hand)::text),
        ('stock.allocated', p.wrong_allocated, '0', trim_scale(p.allocated)::text)
        ) AS f (check_name, wrong, expected, found)
    WHERE f.wrong;
END
$$;
COMMENT ON FUNCTION ims._verify_stock(bigint) IS
    'balances that differ from the ledger or break their own rules';
REVOKE ALL ON FUNCTION ims._verify_stock(bigint) FROM PUBLIC;

CREATE FUNCTION ims._verify_availability(wanted bigint)
RETURNS TABLE (check_name text, key jsonb, expected text, found text)
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
BEGIN
    RETURN QUERY
    WITH stock AS (
        SELECT s.owner_id, s.item_id, l.site_id,
            coalesce(sum(s.on_hand) FILTER (WHERE
                l.sellable AND coalesce(b.status, 'released') = 'released'), 0) AS sellable,
            coalesce(sum(s.on_hand) FILTER (WHERE
                NOT l.sellable OR b.status <> 'released'), 0) AS held
        FROM ims.stock AS s
        JOIN ims.location AS l ON l.location_id = s.location_id AND l.site_id > 0
        LEFT JOIN ims.lot AS b ON b.owner_id = s.owner_id AND b.lot_id = s.lot_id
        WHERE wanted IS NULL OR s.owner_id = wanted
        GROUP BY s.owner_id, s.item_id, l.site_id),
    site AS (
        SELECT l.site_id, bool_or(l.negative_ok) AS negative_ok
        FROM ims.location AS l
        WHERE l.site_id > 0
        GROUP BY l.site_id),
    availability AS (
        SELECT a.owner_id, a.item_id, a.site_id, a.sellable, a.held, a.reserved, a.negative_ok,
            i.negative_ok OR i.backorder_ok OR p.negative_ok AS may_be_negative
        FROM ims.availability AS a
        LEFT JOIN ims.item AS i ON i.owner_id = a.owner_id AND i.item_id = a.item_id
        LEFT JOIN site AS p ON p.site_id = a.site_id
        WHERE wanted IS NULL OR a.owner_id = wanted),
    pair AS (
        SELECT coalesce(s.owner_id, a.owner_id) AS owner_id,
            coalesce(s.item_id, a.item_id) AS item_id,
            coalesce(s.site_id, a.site_id) AS site_id,
            coalesce(s.sellable, 0) AS stock_sellable, coalesce(s.held, 0) AS stock_held,
            coalesce(a.sellable, 0) AS sellable, coalesce(a.held, 0) AS held,
            a.reserved, a.negative_ok, a.may_be_negative,
            coalesce(s.sellable, 0) <> coalesce(a.sellable, 0) AS wrong_sellable,
            coalesce(s.held, 0) <> coalesce(a.held, 0) AS wrong_held,
            a.negative_ok <> a.may_be_negative AS wrong_flag,
            NOT a.negative_ok AND a.reserved > a.sellable AS wrong_promise,
            -- Nothing reserves in this version.
            a.reserved <> 0 AS wrong_reserved
        FROM stock AS s
        FULL JOIN availability AS a ON a.owner_id = s.owner_id AND a.item_id = s.item_id
            AND a.site_id = s.site_id),
    wrong AS MATERIALIZED (
        SELECT * FROM pair AS p
        WHERE p.wrong_sellable OR p.wrong_held OR p.wrong_flag OR p.wrong_promise
            OR p.wrong_reserved)
    SELECT f.check_name,
        jsonb_build_object('owner_id', p.owner_id, 'item_id', p.item_id, 'site_id', p.site_id),
        f.expected, f.found
    FROM wrong AS p
    CROSS JOIN LATERAL (VALUES
        ('availability.sellable', p.wrong_sellable,
            trim_scale(p.stock_sellable)::text, trim_scale(p.sellable)::text),
        ('availability.held', p.wrong_held,
            trim_scale(p.stock_held)::text, trim_scale(p.held)::text),
        ('availability.negative_ok', p.wrong_flag,
            p.may_be_negative::text, p.negative_ok::text),
        ('availability.reserved_above_sellable', p.wrong_promise,
            'at most ' || trim_scale(p.sellable), trim_scale(p.reserved)::text),
        ('availability.reserved', p.wrong_reserved, '0', trim_scale(p.reserved)::text)
        ) AS f (check_name, wrong, expected, found)
    WHERE f.wrong;
END
$$;
COMMENT ON FUNCTION ims._verify_availability(bigint) IS
    'availability that differs from the stock or breaks its own rules';
REVOKE ALL ON FUNCTION ims._verify_availability(bigint) FROM PUBLIC;

CREATE FUNCTION ims._verify_serial(wanted bigint)
RETURNS TABLE (check_name text, key jsonb, expected text, found text)
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
BEGIN
    RETURN QUERY
    WITH step AS (
        -- Place 0 is outside: with a supplier, a customer, scrapped.
        SELECT m.owner_id, m.serial_id, m.movement_id, m.lot_id, m.effective_at,
            CASE WHEN f.keeps THEN m.from_location_id ELSE 0 END AS from_id,
            CASE WHEN f.keeps THEN m.from_handling_unit_id ELSE 0 END AS from_unit_id,
            CASE WHEN t.keeps THEN m.to_location_id ELSE 0 END AS to_id,
            CASE WHEN t.keeps THEN m.to_handling_unit_id ELSE 0 END AS to_unit_id
        FROM ims.movement AS m
        LEFT JOIN (SELECT l.location_id, l.site_id > 0 OR l.kind = 'transit' AS keeps
                   FROM ims.location AS l) AS f ON f.location_id = m.from_location_id
        LEFT JOIN (SELECT l.location_id, l.site_id > 0 OR l.kind = 'transit' AS keeps
                   FROM ims.location AS l) AS t ON t.location_id = m.to_location_id
        WHERE m.serial_id <> 0 AND (wanted IS NULL OR m.owner_id = wanted)),
    chain AS (
        SELECT s.owner_id, s.serial_id, s.movement_id, s.lot_id, s.effective_at,
            s.from_id, s.from_unit_id, s.to_id, s.to_unit_id,
            lag(s.to_id, 1, 0::bigint) OVER w AS before_id,
            lag(s.to_unit_id, 1, 0::bigint) OVER w AS before_unit_id,
            lead(s.movement_id) OVER w IS NULL AS is_last
        FROM step AS s
        WINDOW w AS (PARTITION BY s.owner_id, s.serial_id ORDER BY s.effective_at, s.movement_id)),
    place AS (
        SELECT s.owner_id, s.serial_id, s.location_id, s.handling_unit_id, s.lot_id,
            s.last_effective_at, s.last_movement_id, c.movement_id,
            coalesce(c.to_id, 0) AS to_id,
            coalesce(c.to_unit_id, 0) AS to_unit_id, c.lot_id AS moved_lot_id, c.effective_at,
            s.location_id <> coalesce(c.to_id, 0) AS wrong_location,
            s.handling_unit_id <> coalesce(c.to_unit_id, 0) AS wrong_unit,
            s.lot_id <> c.lot_id AS wrong_lot,
            s.last_effective_at < c.effective_at AS wrong_effective_at,
            s.last_movement_id <> coalesce(c.movement_id, 0) AS wrong_movement
        FROM ims.serial AS s
        LEFT JOIN chain AS c ON c.owner_id = s.owner_id AND c.serial_id = s.serial_id
            AND c.is_last
        WHERE wanted IS NULL OR s.owner_id = wanted),
    wrong AS MATERIALIZED (
        SELECT * FROM place AS s
        WHERE s.wrong_location OR s.wrong_unit OR s.wrong_lot OR s.wrong_effective_at
            OR s.wrong_movement)
    SELECT 'serial.chain',
        jsonb_build_object('owner_id', c.owner_id, 'serial_id', c.serial_id,
            'movement_id', c.movement_id),
        format('from location %s, unit %s', c.before_id, c.before_unit_id),
        format('from location %s, unit %s', c.from_id, c.from_unit_id)
    FROM chain AS c
    WHERE (c.from_id, c.from_unit_id) <> (c.before_id, c.before_unit_id)
    UNION ALL
    SELECT f.check_name, jsonb_build_object('owner_id', s.owner_id, 'serial_id', s.serial_id),
        f.expected, f.found
    FROM wrong AS s
    CROSS JOIN LATERAL (VALUES
        ('serial.location', s.wrong_location, s.to_id::text, s.location_id::text),
        ('serial.handling_unit', s.wrong_unit, s.to_unit_id::text, s.handling_unit_id::text),
        ('serial.lot', s.wrong_lot, s.moved_lot_id::text, s.lot_id::text),
        ('serial.last_effective_at', s.wrong_effective_at,
            s.effective_at::text, s.last_effective_at::text),
        ('serial.last_movement_id', s.wrong_movement,
            coalesce(s.movement_id, 0)::text, s.last_movement_id::text)
        ) AS f (check_name, wrong, expected, found)
    WHERE f.wrong;
END
$$;
COMMENT ON FUNCTION ims._verify_serial(bigint) IS
    'serials that are not where their movements led, or that moved from elsewhere';
REVOKE ALL ON FUNCTION ims._verify_serial(bigint) FROM PUBLIC;

CREATE FUNCTION ims._verify_movement(wanted bigint)
RETURNS TABLE (check_name text, key jsonb, expected text, found text)
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
BEGIN
    RETURN QUERY
    WITH line AS (
        SELECT m.owner_id, m.movement_id, m.posting_id, m.item_id, m.lot_id, m.serial_id,
            m.from_location_id, m.to_location_id, m.from_handling_unit_id,
            m.to_handling_unit_id, m.quantity, m.effective_at, m.recorded_at,
            p.effective_at AS posting_effective_at, p.recorded_at AS posting_recorded_at,
            i.tracking,
            p.posting_id IS NULL AS no_posting,
            p.effective_at <> m.effective_at AS other_effective_at,
            p.recorded_at <> m.recorded_at AS other_recorded_at,
            m.quantity <= 0 OR m.quantity >= 1e12 OR scale(m.quantity) > 6
                AND m.quantity <> trunc(m.quantity, 6) AS wrong_quantity,
            m.from_location_id = m.to_location_id
                AND m.from_handling_unit_id = m.to_handling_unit_id AS one_place,
            i.item_id IS NULL AS no_item,
            a.location_id IS NULL AS no_from,
            b.location_id IS NULL AS no_to,
            m.lot_id <> 0 AND l.lot_id IS NULL AS no_lot,
            m.serial_id <> 0 AND s.serial_id IS NULL AS no_serial,
            m.from_handling_unit_id <> 0 AND g.handling_unit_id IS NULL AS no_from_unit,
            m.to_handling_unit_id <> 0 AND h.handling_unit_id IS NULL AS no_to_unit,
            CASE i.tracking
                WHEN 'none' THEN m.lot_id <> 0 OR m.serial_id <> 0
                WHEN 'lot' THEN m.lot_id = 0 OR m.serial_id <> 0
                WHEN 'serial' THEN m.serial_id = 0 OR m.quantity <> 1
                END AS wrong_tracking
        FROM ims.movement AS m
        LEFT JOIN ims.posting AS p ON p.owner_id = m.owner_id AND p.posting_id = m.posting_id
        LEFT JOIN ims.item AS i ON i.owner_id = m.owner_id AND i.item_id = m.item_id
        LEFT JOIN ims.location AS a ON a.location_id = m.from_location_id
        LEFT JOIN ims.location AS b ON b.location_id = m.to_location_id
        LEFT JOIN ims.lot AS l ON l.owner_id = m.owner_id AND l.lot_id = m.lot_id
            AND l.item_id = m.item_id
        LEFT JOIN ims.serial AS s ON s.owner_id = m.owner_id AND s.serial_id = m.serial_id
            AND s.item_id = m.item_id
        LEFT JOIN ims.handling_unit AS g ON g.owner_id = m.owner_id
            AND g.handling_unit_id = m.from_handling_unit_id
        LEFT JOIN ims.handling_unit AS h ON h.owner_id = m.owner_id
            AND h.handling_unit_id = m.to_handling_unit_id
        WHERE wanted IS NULL OR m.owner_id = wanted),
    wrong AS MATERIALIZED (
        SELECT * FROM line AS m
        WHERE m.no_posting OR m.other_effective_at OR m.other_recorded_at OR m.wrong_quantity
            OR m.one_place OR m.no_item OR m.no_from OR m.no_to OR m.no_lot OR m.no_serial
            OR m.no_from_unit OR m.no_to_unit OR m.wrong_tracking)
    SELECT f.check_name, jsonb_build_object('owner_id', m.owner_id, 'movement_id', m.movement_id),
        f.expected, f.found
    FROM wrong AS m
    CROSS JOIN LATERAL (VALUES
        ('movement.posting', m.no_posting, 'posting ' || m.posting_id, NULL),
        ('movement.effective_at', m.other_effective_at,
            m.posting_effective_at::text, m.effective_at::text),
        ('movement.recorded_at', m.other_recorded_at,
            m.posting_recorded_at::text, m.recorded_at::text),
        ('movement.quantity', m.wrong_quantity,
            'above 0, below 10^12, six decimals', m.quantity::text),
        ('movement.places', m.one_place, 'two places', 'location ' || m.from_location_id),
        ('movement.item', m.no_item, 'item ' || m.item_id, NULL),
        ('movement.location', m.no_from, 'location ' || m.from_location_id, NULL),
        ('movement.location', m.no_to, 'location ' || m.to_location_id, NULL),
        ('movement.lot', m.no_lot, format('lot %s of item %s', m.lot_id, m.item_id), NULL),
        ('movement.serial', m.no_serial,
            format('serial %s of item %s', m.serial_id, m.item_id), NULL),
        ('movement.handling_unit', m.no_from_unit,
            'handling unit ' || m.from_handling_unit_id, NULL),
        ('movement.handling_unit', m.no_to_unit,
            'handling unit ' || m.to_handling_unit_id, NULL),
        ('movement.tracking', m.wrong_tracking,
            'as tracking ' || m.tracking || ' says',
            format('quantity %s, lot %s, serial %s',
                trim_scale(m.quantity), m.lot_id, m.serial_id))
        ) AS f (check_name, wrong, expected, found)
    WHERE f.wrong
    UNION ALL
    SELECT 'movement.origin',
        jsonb_build_object('owner_id', m.owner_id, 'movement_id', m.movement_id),
        'movement ' || m.origin_movement_id, NULL
    FROM ims.movement AS m
    LEFT JOIN ims.movement AS o ON o.owner_id = m.owner_id
        AND o.movement_id = m.origin_movement_id
    WHERE m.origin_movement_id IS NOT NULL AND o.movement_id IS NULL
        AND (wanted IS NULL OR m.owner_id = wanted);
END
$$;
COMMENT ON FUNCTION ims._verify_movement(bigint) IS
    'lines of the ledger that break a rule or mention what does not exist';
REVOKE ALL ON FUNCTION ims._verify_movement(bigint) FROM PUBLIC;

CREATE FUNCTION ims._verify_posting(wanted bigint)
RETURNS TABLE (check_name text, key jsonb, expected text, found text)
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
BEGIN
    RETURN QUERY
    WITH document AS (
        SELECT p.owner_id, p.posting_id, p.party_id, p.channel_id, p.destination_id,
            p.idempotency_key,
            w.owner_id IS NULL AS no_owner,
            p.party_id IS NOT NULL AND y.party_id IS NULL AS no_party,
            p.channel_id IS NOT NULL AND c.channel_id IS NULL AS no_channel,
            p.destination_id IS NOT NULL AND d.location_id IS NULL AS no_destination,
            p.idempotency_key IS NOT NULL AND k.idempotency_key IS NULL AS no_key
        FROM ims.posting AS p
        LEFT JOIN ims.owner AS w ON w.owner_id = p.owner_id
        LEFT JOIN ims.party AS y ON y.owner_id = p.owner_id AND y.party_id = p.party_id
        LEFT JOIN ims.channel AS c ON c.owner_id = p.owner_id AND c.channel_id = p.channel_id
        LEFT JOIN ims.location AS d ON d.location_id = p.destination_id
        LEFT JOIN ims.posting_key AS k ON k.owner_id = p.owner_id
            AND k.idempotency_key = p.idempotency_key
        WHERE wanted IS NULL OR p.owner_id = wanted),
    wrong AS MATERIALIZED (
        SELECT * FROM document AS p
        WHERE p.no_owner OR p.no_party OR p.no_channel OR p.no_destination OR p.no_key)
    -- A count that agreed with the books has no lines, nor has its reversal.
    SELECT 'posting.lines',
        jsonb_build_object('owner_id', p.owner_id, 'posting_id', p.posting_id),
        'at least one movement', '0'
    FROM ims.posting AS p
    WHERE (wanted IS NULL OR p.owner_id = wanted)
        AND p.kind <> 'count'
        AND NOT (p.kind = 'reversal' AND EXISTS (
            SELECT FROM ims.posting AS o
            WHERE o.owner_id = p.owner_id AND o.posting_id = p.origin_posting_id
                AND o.kind = 'count'))
        AND NOT EXISTS (SELECT FROM ims.movement AS m
                        WHERE m.owner_id = p.owner_id AND m.posting_id = p.posting_id)
    UNION ALL
    SELECT 'posting.document_number',
        jsonb_build_object('owner_id', p.owner_id, 'document_number', p.document_number),
        '1 posting', count(*)::text
    FROM ims.posting AS p
    WHERE wanted IS NULL OR p.owner_id = wanted
    GROUP BY p.owner_id, p.document_number
    HAVING count(*) > 1
    UNION ALL
    SELECT 'sequence.document_number', jsonb_build_object('owner_id', o.owner_id),
        'at least ' || coalesce(n.last, 0),
        CASE WHEN d.relation IS NULL THEN 'no sequence'
             ELSE coalesce(pg_sequence_last_value(d.relation)::text, 'unused') END
    FROM ims.owner AS o
    LEFT JOIN ims._document_sequences() AS d ON d.owner_id = o.owner_id
    LEFT JOIN (
        SELECT p.owner_id, max(p.document_number) AS last
        FROM ims.posting AS p
        WHERE wanted IS NULL OR p.owner_id = wanted
        GROUP BY p.owner_id) AS n ON n.owner_id = o.owner_id
    WHERE (wanted IS NULL OR o.owner_id = wanted)
        AND CASE WHEN d.relation IS NULL THEN true
                 WHEN has_sequence_privilege(d.relation, 'USAGE, SELECT')
                 THEN n.last > coalesce(pg_sequence_last_value(d.relation), 0)
                 ELSE false END
    UNION ALL
    SELECT f.check_name, jsonb_build_object('owner_id', p.owner_id, 'posting_id', p.posting_id),
        f.expected, f.found
    FROM wrong AS p
    CROSS JOIN LATERAL (VALUES
        ('posting.owner', p.no_owner, 'owner ' || p.owner_id, NULL),
        ('posting.party', p.no_party, 'party ' || p.party_id, NULL),
        ('posting.channel', p.no_channel, 'channel ' || p.channel_id, NULL),
        ('posting.destination', p.no_destination, 'location ' || p.destination_id, NULL),
        ('posting.idempotency_key', p.no_key, 'key ' || p.idempotency_key, NULL)
        ) AS f (check_name, wrong, expected, found)
    WHERE f.wrong
    UNION ALL
    SELECT 'posting_key.posting',
        jsonb_build_object('owner_id', k.owner_id, 'idempotency_key', k.idempotency_key),
        'posting ' || k.posting_id, NULL
    FROM ims.posting_key AS k
    LEFT JOIN ims.posting AS p ON p.owner_id = k.owner_id AND p.posting_id = k.posting_id
    WHERE k.posting_id IS NOT NULL AND p.posting_id IS NULL
        AND (wanted IS NULL OR k.owner_id = wanted);
END
$$;
COMMENT ON FUNCTION ims._verify_posting(bigint) IS
    'documents without lines, with a number twice, or that mention what does not exist';
REVOKE ALL ON FUNCTION ims._verify_posting(bigint) FROM PUBLIC;

-- Without statistics the planner expects next to no count and would compare
-- every movement with each of them: nested loops are switched off.
CREATE FUNCTION ims._verify_count(wanted bigint)
RETURNS TABLE (check_name text, key jsonb, expected text, found text)
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off
SET jit = off
SET plan_cache_mode = force_custom_plan
AS $$
BEGIN
    RETURN QUERY
    WITH asserted AS (
        SELECT c.owner_id, c.item_id, c.location_id, c.lot_id, c.handling_unit_id,
            c.counted_at, c.counted_quantity
        FROM ims.stock_count AS c
        WHERE NOT c.pending AND c.reversed_posting_id IS NULL
            AND (wanted IS NULL OR c.owner_id = wanted)
        UNION ALL
        -- A complete count says that all it does not name was zero.
        SELECT s.owner_id, s.item_id, s.location_id, s.lot_id, s.handling_unit_id,
            q.counted_at, 0
        FROM ims.stock_count_scope AS q
        JOIN ims.stock AS s ON s.owner_id = q.owner_id AND s.location_id = q.location_id
            AND (q.item_id = s.item_id OR q.item_id = 0)
        WHERE q.reversed_posting_id IS NULL AND (wanted IS NULL OR q.owner_id = wanted)
            AND NOT EXISTS (
                SELECT FROM ims.item AS i
                WHERE i.owner_id = s.owner_id AND i.item_id = s.item_id AND i.periodic)
            AND NOT EXISTS (
                SELECT FROM ims.stock_count AS c
                WHERE c.owner_id = q.owner_id AND c.posting_id = q.posting_id
                    AND c.item_id = s.item_id AND c.location_id = s.location_id
                    AND c.lot_id = s.lot_id AND c.handling_unit_id = s.handling_unit_id)),
    event AS (
        SELECT m.owner_id, m.item_id, v.location_id, m.lot_id, v.handling_unit_id,
            m.effective_at, v.quantity AS delta, NULL::numeric AS counted
        FROM ims.movement AS m
        CROSS JOIN LATERAL (VALUES
            (m.from_location_id, m.from_handling_unit_id, - m.quantity),
            (m.to_location_id, m.to_handling_unit_id, m.quantity)
            ) AS v (location_id, handling_unit_id, quantity)
        JOIN (
            SELECT DISTINCT c.owner_id, c.item_id, c.location_id, c.lot_id, c.handling_unit_id
            FROM asserted AS c) AS k
            ON k.owner_id = m.owner_id AND k.item_id = m.item_id
            AND k.location_id = v.location_id AND k.lot_id = m.lot_id
            AND k.handling_unit_id = v.handling_unit_id
        WHERE wanted IS NULL OR m.owner_id = wanted
        UNION ALL
        SELECT c.owner_id, c.item_id, c.location_id, c.lot_id, c.handling_unit_id,
            c.counted_at, 0, c.counted_quantity
        FROM asserted AS c),
    running AS (
        -- The default frame ends with the peers: what is effective at the
        -- instant of the count is in.
        SELECT e.owner_id, e.item_id, e.location_id, e.lot_id, e.handling_unit_id,
            e.effective_at, e.counted,
            sum(e.delta) OVER (
                PARTITION BY e.owner_id, e.item_id, e.location_id, e.lot_id, e.handling_unit_id
                ORDER BY e.effective_at) AS level
        FROM event AS e)
    SELECT 'stock_count.level',
        jsonb_build_object('owner_id', r.owner_id, 'item_id', r.item_id,
            'location_id', r.location_id, 'lot_id', r.lot_id,
            'handling_unit_id', r.handling_unit_id, 'counted_at', r.effective_at),
        trim_scale(r.counted)::text, trim_scale(r.level)::text
    FROM running AS r
    WHERE r.counted IS NOT NULL AND r.counted <> r.level
    UNION ALL
    SELECT 'stock_count.posting',
        jsonb_build_object('owner_id', c.owner_id, 'posting_id', c.posting_id),
        'posting ' || c.posting_id, NULL
    FROM ims.stock_count AS c
    LEFT JOIN ims.posting AS p ON p.owner_id = c.owner_id AND p.posting_id = c.posting_id
    WHERE p.posting_id IS NULL AND (wanted IS NULL OR c.owner_id = wanted);
END
$$;
COMMENT ON FUNCTION ims._verify_count(bigint) IS
    'counts whose level is not what the ledger says for that instant';
REVOKE ALL ON FUNCTION ims._verify_count(bigint) FROM PUBLIC;

CREATE FUNCTION ims._closing_levels(wanted bigint)
RETURNS TABLE (owner_id bigint, closing_id bigint, item_id bigint, location_id bigint,
    lot_id bigint, handling_unit_id bigint, expected numeric, found numeric)
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
ROWS 100000
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
BEGIN
    -- One pass over the ledger for all closings: every line is put into the
    -- first closing that holds it, and the sums run on from closing to closing.
    RETURN QUERY
    WITH closing AS (
        SELECT c.owner_id, c.closing_id, c.closed_at,
            row_number() OVER (PARTITION BY c.owner_id ORDER BY c.closed_at)::integer AS n
        FROM ims.closing AS c
        WHERE wanted IS NULL OR c.owner_id = wanted),
    instants AS (
        SELECT c.owner_id, array_agg(c.closed_at ORDER BY c.closed_at) AS closed_at
        FROM closing AS c
        GROUP BY c.owner_id),
    delta AS (
        SELECT m.owner_id, width_bucket(m.effective_at, i.closed_at) + 1 AS n, m.item_id,
            v.location_id, m.lot_id, v.handling_unit_id, sum(v.quantity) AS quantity
        FROM ims.movement AS m
        JOIN instants AS i ON i.owner_id = m.owner_id
            AND m.effective_at < i.closed_at[array_upper(i.closed_at, 1)]
        CROSS JOIN LATERAL (VALUES
            (m.from_location_id, m.from_handling_unit_id, - m.quantity),
            (m.to_location_id, m.to_handling_unit_id, m.quantity)
            ) AS v (location_id, handling_unit_id, quantity)
        JOIN ims.location AS l ON l.location_id = v.location_id
            AND (l.site_id > 0 OR l.kind = 'transit')
        GROUP BY 1, 2, 3, 4, 5, 6),
    grid AS (
        -- A key is carried into every closing from the one that first knows it.
        SELECT k.owner_id, c.n, c.closing_id, k.item_id, k.location_id, k.lot_id,
            k.handling_unit_id
        FROM (
            SELECT e.owner_id, min(e.n) AS n, e.item_id, e.location_id, e.lot_id,
                e.handling_unit_id
            FROM (
                SELECT d.owner_id, d.n, d.item_id, d.location_id, d.lot_id, d.handling_unit_id
                FROM delta AS d
                UNION ALL
                SELECT b.owner_id, c.n, b.item_id, b.location_id, b.lot_id, b.handling_unit_id
                FROM ims.closing_balance AS b
                JOIN closing AS c ON c.owner_id = b.owner_id AND c.closing_id = b.closing_id
                ) AS e
            GROUP BY e.owner_id, e.item_id, e.location_id, e.lot_id, e.handling_unit_id) AS k
        JOIN closing AS c ON c.owner_id = k.owner_id AND c.n >= k.n)
    SELECT g.owner_id, g.closing_id, g.item_id, g.location_id, g.lot_id, g.handling_unit_id,
        sum(coalesce(d.quantity, 0)) OVER (
            PARTITION BY g.owner_id, g.item_id, g.location_id, g.lot_id, g.handling_unit_id
            ORDER BY g.n),
        b.on_hand::numeric
    FROM grid AS g
    LEFT JOIN delta AS d ON d.owner_id = g.owner_id AND d.n = g.n AND d.item_id = g.item_id
        AND d.location_id = g.location_id AND d.lot_id = g.lot_id
        AND d.handling_unit_id = g.handling_unit_id
    LEFT JOIN ims.closing_balance AS b ON b.owner_id = g.owner_id
        AND b.closing_id = g.closing_id AND b.item_id = g.item_id
        AND b.location_id = g.location_id AND b.lot_id = g.lot_id
        AND b.handling_unit_id = g.handling_unit_id;
END
$$;
COMMENT ON FUNCTION ims._closing_levels(bigint) IS
    'every balance of every closing, as the ledger has it and as it is kept';
REVOKE ALL ON FUNCTION ims._closing_levels(bigint) FROM PUBLIC;

CREATE FUNCTION ims._verify_closing(wanted bigint)
RETURNS TABLE (check_name text, key jsonb, expected text, found text)
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
BEGIN
    RETURN QUERY
    SELECT 'closing.on_hand',
        jsonb_build_object('owner_id', l.owner_id, 'closing_id', l.closing_id,
            'item_id', l.item_id, 'location_id', l.location_id, 'lot_id', l.lot_id,
            'handling_unit_id', l.handling_unit_id),
        trim_scale(l.expected)::text, trim_scale(l.found)::text
    FROM ims._closing_levels(wanted) AS l
    WHERE l.expected <> coalesce(l.found, 0)
    UNION ALL
    SELECT 'closing.period',
        jsonb_build_object('owner_id', o.owner_id),
        max(p.ends_at)::text, o.closed_through::text
    FROM ims.owner AS o
    JOIN ims.period AS p ON p.owner_id = o.owner_id AND p.status = 'closed'
    WHERE wanted IS NULL OR o.owner_id = wanted
    GROUP BY o.owner_id, o.closed_through
    HAVING coalesce(o.closed_through, '-infinity') < max(p.ends_at);
END
$$;
COMMENT ON FUNCTION ims._verify_closing(bigint) IS
    'closings that differ from the ledger, and closed periods that are not refused';
REVOKE ALL ON FUNCTION ims._verify_closing(bigint) FROM PUBLIC;

CREATE FUNCTION ims._verify_master(wanted bigint)
RETURNS TABLE (check_name text, key jsonb, expected text, found text)
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
BEGIN
    -- What the balances mention; the ledger's own lines are checked apart.
    RETURN QUERY
    WITH balance AS (
        SELECT s.owner_id, s.item_id, s.location_id, s.lot_id, s.handling_unit_id,
            i.item_id IS NULL AS no_item,
            l.location_id IS NULL AS no_location,
            NOT l.keeps_stock AND s.on_hand <> 0 AS wrong_location,
            s.lot_id <> 0 AND b.lot_id IS NULL AS no_lot,
            s.handling_unit_id <> 0 AND h.handling_unit_id IS NULL AS no_unit
        FROM ims.stock AS s
        LEFT JOIN ims.item AS i ON i.owner_id = s.owner_id AND i.item_id = s.item_id
        LEFT JOIN ims.location AS l ON l.location_id = s.location_id
        LEFT JOIN ims.lot AS b ON b.owner_id = s.owner_id AND b.lot_id = s.lot_id
            AND b.item_id = s.item_id
        LEFT JOIN ims.handling_unit AS h ON h.owner_id = s.owner_id
            AND h.handling_unit_id = s.handling_unit_id
        WHERE wanted IS NULL OR s.owner_id = wanted),
    wrong AS MATERIALIZED (
        SELECT * FROM balance AS s
        WHERE s.no_item OR s.no_location OR s.wrong_location OR s.no_lot OR s.no_unit)
    SELECT f.check_name,
        jsonb_build_object('owner_id', s.owner_id, 'item_id', s.item_id,
            'location_id', s.location_id, 'lot_id', s.lot_id,
            'handling_unit_id', s.handling_unit_id),
        f.expected, NULL::text
    FROM wrong AS s
    CROSS JOIN LATERAL (VALUES
        ('stock.item', s.no_item, 'item ' || s.item_id),
        ('stock.location', s.no_location, 'location ' || s.location_id),
        ('stock.location_keeps_stock', s.wrong_location, 'a location that keeps stock'),
        ('stock.lot', s.no_lot, format('lot %s of item %s', s.lot_id, s.item_id)),
        ('stock.handling_unit', s.no_unit, 'handling unit ' || s.handling_unit_id)
        ) AS f (check_name, wrong, expected)
    WHERE f.wrong
    UNION ALL
    SELECT 'availability.item',
        jsonb_build_object('owner_id', a.owner_id, 'item_id', a.item_id, 'site_id', a.site_id),
        'item ' || a.item_id, NULL::text
    FROM ims.availability AS a
    LEFT JOIN ims.item AS i ON i.owner_id = a.owner_id AND i.item_id = a.item_id
    WHERE i.item_id IS NULL AND (wanted IS NULL OR a.owner_id = wanted)
    UNION ALL
    SELECT 'availability.site',
        jsonb_build_object('owner_id', a.owner_id, 'item_id', a.item_id, 'site_id', a.site_id),
        'site ' || a.site_id, NULL::text
    FROM ims.availability AS a
    LEFT JOIN ims.location AS l ON l.location_id = a.site_id AND l.kind = 'site'
    WHERE l.location_id IS NULL AND (wanted IS NULL OR a.owner_id = wanted)
    UNION ALL
    -- A place belongs to the site of the place that contains it.
    SELECT 'location.site', jsonb_build_object('location_id', l.location_id),
        p.site_id::text, l.site_id::text
    FROM ims.location AS l
    JOIN ims.location AS p ON p.location_id = l.parent_id
    WHERE l.site_id <> p.site_id;
END
$$;
COMMENT ON FUNCTION ims._verify_master(bigint) IS
    'balances of items, places, lots or handling units that do not exist';
REVOKE ALL ON FUNCTION ims._verify_master(bigint) FROM PUBLIC;

CREATE FUNCTION ims._verify_catalog()
RETURNS TABLE (check_name text, key jsonb, expected text, found text)
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
    SELECT 'catalog.' || replace(d.kind, ' ', '_'), jsonb_build_object('name', d.name),
        d.expected, d.found
    FROM ims._ledger_differences() AS d
    UNION ALL
    SELECT 'catalog.ledger_version', jsonb_build_object('name', 'ims.ledger_info'),
        ims._library_ledger_version(), ims._ledger_version()
    WHERE ims._ledger_version() IS DISTINCT FROM ims._library_ledger_version()
    UNION ALL
    SELECT 'catalog.ledger_role', jsonb_build_object('role', r.rolname),
        'a role that is no superuser and cannot log in',
        concat_ws(' ', CASE WHEN r.rolsuper THEN 'superuser' END,
            CASE WHEN r.rolcanlogin THEN 'login' END)
    FROM pg_class AS c
    JOIN pg_roles AS r ON r.oid = c.relowner
    WHERE c.oid = to_regclass('ims.ledger_info') AND (r.rolsuper OR r.rolcanlogin)
    UNION ALL
    -- The next id must be above every id in use, after a restore too.
    SELECT 'sequence.' || m.table_name, jsonb_build_object('name', m.name),
        'at least ' || m.last, coalesce(pg_sequence_last_value(m.name::regclass)::text, 'unused')
    FROM (
        SELECT 'movement' AS table_name, 'ims.movement_movement_id_seq' AS name,
            max((SELECT max(x.movement_id) FROM ims.movement AS x
                 WHERE x.owner_id = o.owner_id)) AS last
        FROM ims.owner AS o
        UNION ALL
        SELECT 'posting', 'ims.posting_posting_id_seq',
            max((SELECT max(x.posting_id) FROM ims.posting AS x
                 WHERE x.owner_id = o.owner_id))
        FROM ims.owner AS o) AS m
    WHERE has_sequence_privilege(m.name, 'USAGE, SELECT')
        AND m.last > coalesce(pg_sequence_last_value(m.name::regclass), 0);
END
$$;
COMMENT ON FUNCTION ims._verify_catalog() IS
    'objects, rights and sequences of the ledger that are not as they should be';
REVOKE ALL ON FUNCTION ims._verify_catalog() FROM PUBLIC;

CREATE FUNCTION ims._visible_owner_id(owner text)
RETURNS bigint
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found_id bigint;
BEGIN
    IF owner IS NULL THEN
        RETURN NULL;
    END IF;
    found_id := (SELECT o.owner_id FROM ims.owner AS o WHERE o.code = owner);
    IF found_id IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'IV202',
            MESSAGE = format('owner "%s" is unknown', owner),
            DETAIL = 'It does not exist, or the role may not act for it. '
                || jsonb_build_object('owner', owner)::text,
            HINT = 'Owners and their roles are in ims.owner and ims.owner_member.';
    END IF;
    RETURN found_id;
END
$$;
COMMENT ON FUNCTION ims._visible_owner_id(text) IS
    'id of an owner that the caller may see, null for null; raises for any other code';
REVOKE ALL ON FUNCTION ims._visible_owner_id(text) FROM PUBLIC;

CREATE FUNCTION ims.verify(owner text DEFAULT NULL)
RETURNS TABLE (check_name text, key jsonb, expected text, found text)
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wanted bigint;
BEGIN
    IF to_regclass('ims.ledger_info') IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'IV902',
            MESSAGE = 'there is no ledger in this database',
            DETAIL = 'There is no relation "ims.ledger_info". {"object": "ims.ledger_info"}',
            HINT = 'Run SELECT ims.create_ledger().';
    END IF;
    wanted := ims._visible_owner_id(verify.owner);
    RETURN QUERY SELECT * FROM ims._verify_catalog();
    RETURN QUERY SELECT * FROM ims._verify_stock(wanted);
    RETURN QUERY SELECT * FROM ims._verify_availability(wanted);
    RETURN QUERY SELECT * FROM ims._verify_serial(wanted);
    RETURN QUERY SELECT * FROM ims._verify_movement(wanted);
    RETURN QUERY SELECT * FROM ims._verify_posting(wanted);
    RETURN QUERY SELECT * FROM ims._verify_count(wanted);
    RETURN QUERY SELECT * FROM ims._verify_closing(wanted);
    RETURN QUERY SELECT * FROM ims._verify_master(wanted);
END
$$;
COMMENT ON FUNCTION ims.verify(text) IS
    'prove the ledger: one row per contradiction, none when all is well';
REVOKE ALL ON FUNCTION ims.verify(text) FROM PUBLIC;
