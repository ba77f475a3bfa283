-- verify(): the proof that everything equals the ledger.  Here: what follows
-- from the ledger, balances, serials, counts and closings.
--
-- Every check is set-wise, and reads a table as often as it asks another
-- question of it, not once per row.  All run under the snapshot of the calling
-- query, so that the result is true while others post.  What is wrong is picked
-- by flags first and told in words then: words for every row would take
-- minutes.  The functions are STABLE, read as the caller, and see the owners
-- that the caller may see; null for the owner means all of them.

CREATE FUNCTION ims._verify_stock(wanted bigint)
RETURNS TABLE (check_name text, key jsonb, expected text, found text)
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET jit = off
SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    -- Once allowed, a balance below zero stays in its past; changes of places
    -- are shown to nobody who sees some owners only.
    sees_all CONSTANT boolean := NOT row_security_active('ims.master_change');
BEGIN
    RETURN QUERY
    WITH lax_item AS (
        SELECT c.owner_id, (c.row_key ->> 'item_id')::bigint AS item_id
        FROM ims.master_change AS c
        WHERE c.table_name = 'item' AND c.old_row @> '{"negative_ok": true}'),
    lax_place AS (
        SELECT (c.row_key ->> 'location_id')::bigint AS location_id
        FROM ims.master_change AS c
        WHERE c.table_name = 'location' AND c.old_row @> '{"negative_ok": true}'),
    place AS (
        SELECT l.location_id
        FROM ims.location AS l
        WHERE l.site_id > 0 OR l.kind = 'transit'),
    delta AS (
        -- Two scans, each joined by hash: turning every row into two takes
        -- longer than reading it again.
        SELECT m.owner_id, m.item_id, m.from_location_id AS location_id, m.lot_id,
            m.from_handling_unit_id AS handling_unit_id, m.effective_at,
            - m.quantity AS quantity
        FROM ims.movement AS m
        JOIN place AS l ON l.location_id = m.from_location_id
        WHERE wanted IS NULL OR m.owner_id = wanted
        UNION ALL
        SELECT m.owner_id, m.item_id, m.to_location_id, m.lot_id, m.to_handling_unit_id,
            m.effective_at, m.quantity
        FROM ims.movement AS m
        JOIN place AS l ON l.location_id = m.to_location_id
        WHERE wanted IS NULL OR m.owner_id = wanted),
    level AS (
        -- What happens at one instant happens together: rows of one time are
        -- peers in the frame.
        SELECT d.owner_id, d.item_id, d.location_id, d.lot_id, d.handling_unit_id,
            d.effective_at, d.quantity,
            sum(d.quantity) OVER (
                PARTITION BY d.owner_id, d.item_id, d.location_id, d.lot_id, d.handling_unit_id
                ORDER BY d.effective_at RANGE UNBOUNDED PRECEDING) AS level
        FROM delta AS d),
    ledger AS (
        SELECT l.owner_id, l.item_id, l.location_id, l.lot_id, l.handling_unit_id,
            sum(l.quantity) AS on_hand, max(l.effective_at) AS last_effective_at,
            min(l.level) AS lowest, min(l.effective_at) FILTER (WHERE l.level < 0) AS below_at
        FROM level AS l
        GROUP BY l.owner_id, l.item_id, l.location_id, l.lot_id, l.handling_unit_id),
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
            a.last_effective_at AS ledger_effective_at, a.lowest, a.below_at,
            s.on_hand, s.last_effective_at, s.allocated, s.negative_ok, s.may_be_negative,
            coalesce(a.on_hand, 0) IS DISTINCT FROM s.on_hand AS wrong_on_hand,
            s.last_effective_at < a.last_effective_at AS wrong_effective_at,
            s.negative_ok <> s.may_be_negative AS wrong_flag,
            NOT s.negative_ok AND s.on_hand < 0 AS wrong_sign,
            -- Nothing allocates in this version.
            s.allocated <> 0 AS wrong_allocated,
            CASE WHEN a.lowest < 0 AND sees_all AND s.may_be_negative IS NOT TRUE
                 THEN (a.owner_id, a.item_id) NOT IN (
                         SELECT i.owner_id, i.item_id FROM lax_item AS i)
                     AND a.location_id NOT IN (SELECT p.location_id FROM lax_place AS p)
                 END AS wrong_past
        FROM ledger AS a
        FULL JOIN stock AS s ON s.owner_id = a.owner_id AND s.item_id = a.item_id
            AND s.location_id = a.location_id AND s.lot_id = a.lot_id
            AND s.handling_unit_id = a.handling_unit_id),
    wrong AS MATERIALIZED (
        SELECT * FROM pair AS p
        WHERE p.wrong_on_hand OR p.wrong_effective_at OR p.wrong_flag OR p.wrong_sign
            OR p.wrong_allocated OR p.wrong_past)
    SELECT f.check_name,
        jsonb_build_object('owner_id', p.owner_id, 'item_id', p.item_id,
            'location_id', p.location_id, 'lot_id', p.lot_id,
            'handling_unit_id', p.handling_unit_id) || f.more,
        f.expected, f.found
    FROM wrong AS p
    CROSS JOIN LATERAL (VALUES
        ('stock.on_hand', p.wrong_on_hand,
            trim_scale(p.ledger_on_hand)::text, trim_scale(p.on_hand)::text, '{}'::jsonb),
        ('stock.last_effective_at', p.wrong_effective_at,
            p.ledger_effective_at::text, p.last_effective_at::text, '{}'),
        ('stock.negative_ok', p.wrong_flag, p.may_be_negative::text, p.negative_ok::text, '{}'),
        ('stock.negative', p.wrong_sign, '0 or more', trim_scale(p.on_hand)::text, '{}'),
        ('stock.allocated', p.wrong_allocated, '0', trim_scale(p.allocated)::text, '{}'),
        ('stock.past', p.wrong_past, '0 or more', trim_scale(p.lowest)::text,
            jsonb_build_object('effective_at', p.below_at))
        ) AS f (check_name, wrong, expected, found, more)
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
        JOIN (SELECT p.location_id, p.site_id, p.sellable AND p.status = 'active' AS sellable
              FROM ims.location AS p
              WHERE p.site_id > 0) AS l ON l.location_id = s.location_id
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
            OR s.wrong_movement),
    unit AS (
        SELECT s.owner_id, s.item_id, s.location_id, s.lot_id, s.handling_unit_id,
            count(*) AS units
        FROM ims.serial AS s
        WHERE s.location_id <> 0 AND (wanted IS NULL OR s.owner_id = wanted)
        GROUP BY s.owner_id, s.item_id, s.location_id, s.lot_id, s.handling_unit_id),
    balance AS (
        SELECT s.owner_id, s.item_id, s.location_id, s.lot_id, s.handling_unit_id, s.on_hand
        FROM ims.item AS i
        JOIN ims.stock AS s ON s.owner_id = i.owner_id AND s.item_id = i.item_id
        WHERE i.tracking = 'serial' AND (wanted IS NULL OR i.owner_id = wanted))
    SELECT 'stock.serials',
        jsonb_build_object('owner_id', coalesce(b.owner_id, u.owner_id),
            'item_id', coalesce(b.item_id, u.item_id),
            'location_id', coalesce(b.location_id, u.location_id),
            'lot_id', coalesce(b.lot_id, u.lot_id),
            'handling_unit_id', coalesce(b.handling_unit_id, u.handling_unit_id)),
        coalesce(u.units, 0)::text, trim_scale(b.on_hand)::text
    FROM balance AS b
    FULL JOIN unit AS u ON u.owner_id = b.owner_id AND u.item_id = b.item_id
        AND u.location_id = b.location_id AND u.lot_id = b.lot_id
        AND u.handling_unit_id = b.handling_unit_id
    WHERE coalesce(b.on_hand, 0) <> coalesce(u.units, 0)
    UNION ALL
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
    'serials that are not where their movements led or stock says, or moved from elsewhere';
REVOKE ALL ON FUNCTION ims._verify_serial(bigint) FROM PUBLIC;

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
                WHERE i.owner_id = s.owner_id AND i.item_id = s.item_id
                    AND (i.periodic OR q.recorded_at < i.perpetual_since))
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
    -- What is dated before a count is told by the balance's last time.
    SELECT 'stock.last_effective_at',
        jsonb_build_object('owner_id', c.owner_id, 'item_id', c.item_id,
            'location_id', c.location_id, 'lot_id', c.lot_id,
            'handling_unit_id', c.handling_unit_id),
        max(c.counted_at)::text, max(s.last_effective_at)::text
    FROM ims.stock_count AS c
    LEFT JOIN ims.stock AS s ON s.owner_id = c.owner_id AND s.item_id = c.item_id
        AND s.location_id = c.location_id AND s.lot_id = c.lot_id
        AND s.handling_unit_id = c.handling_unit_id
    WHERE c.reversed_posting_id IS NULL AND (wanted IS NULL OR c.owner_id = wanted)
    GROUP BY c.owner_id, c.item_id, c.location_id, c.lot_id, c.handling_unit_id
    HAVING coalesce(max(s.last_effective_at), '-infinity') < max(c.counted_at);
END
$$;
COMMENT ON FUNCTION ims._verify_count(bigint) IS
    'counts whose level is not what the ledger says for that instant';
REVOKE ALL ON FUNCTION ims._verify_count(bigint) FROM PUBLIC;

-- Each count as a document: of its posting, at its time, reversed or not.
CREATE FUNCTION ims._verify_count_posting(wanted bigint)
RETURNS TABLE (check_name text, key jsonb, expected text, found text)
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
BEGIN
    RETURN QUERY
    WITH part AS (
        SELECT DISTINCT 'stock_count' AS table_name, c.owner_id, c.posting_id, c.counted_at,
            c.reversed_posting_id
        FROM ims.stock_count AS c
        WHERE wanted IS NULL OR c.owner_id = wanted
        UNION ALL
        SELECT DISTINCT 'stock_count_scope', q.owner_id, q.posting_id, q.counted_at,
            q.reversed_posting_id
        FROM ims.stock_count_scope AS q
        WHERE wanted IS NULL OR q.owner_id = wanted),
    told AS (
        SELECT c.table_name, c.owner_id, c.posting_id, c.counted_at, c.reversed_posting_id,
            p.kind, p.effective_at, v.posting_id AS reversal_id,
            p.kind IS DISTINCT FROM 'count' AS wrong_posting,
            p.effective_at <> c.counted_at AS wrong_time,
            c.reversed_posting_id IS DISTINCT FROM v.posting_id AS wrong_reversal
        FROM part AS c
        LEFT JOIN ims.posting AS p ON p.owner_id = c.owner_id AND p.posting_id = c.posting_id
        LEFT JOIN ims.posting AS v ON v.owner_id = c.owner_id
            AND v.origin_posting_id = c.posting_id AND v.kind = 'reversal')
    SELECT c.table_name || f.check_name,
        jsonb_build_object('owner_id', c.owner_id, 'posting_id', c.posting_id),
        f.expected, f.found
    FROM told AS c
    CROSS JOIN LATERAL (VALUES
        ('.posting', c.wrong_posting, 'count ' || c.posting_id, c.kind),
        ('.counted_at', c.wrong_time, c.effective_at::text, c.counted_at::text),
        ('.reversal', c.wrong_reversal, c.reversal_id::text, c.reversed_posting_id::text)
        ) AS f (check_name, wrong, expected, found)
    WHERE f.wrong
    UNION ALL
    -- Usage is posted when the period of a count is closed, of periodic items.
    SELECT 'stock_count.pending',
        jsonb_build_object('owner_id', c.owner_id, 'posting_id', c.posting_id),
        'false', 'true'
    FROM ims.owner AS o
    JOIN ims.stock_count AS c ON c.owner_id = o.owner_id AND c.pending
    LEFT JOIN ims.item AS i ON i.owner_id = c.owner_id AND i.item_id = c.item_id
    WHERE (wanted IS NULL OR o.owner_id = wanted)
      AND (c.counted_at < o.closed_through OR NOT i.periodic)
    GROUP BY c.owner_id, c.posting_id;
END
$$;
COMMENT ON FUNCTION ims._verify_count_posting(bigint) IS
    'counts that are not as their postings say';
REVOKE ALL ON FUNCTION ims._verify_count_posting(bigint) FROM PUBLIC;

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
