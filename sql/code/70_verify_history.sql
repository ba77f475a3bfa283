-- verify(), the ledger itself: that its lines and documents may be as they are,
-- and fit each other.  The rules are those of 69_verify_balance.  Every line is
-- looked at with all that it mentions: nested loops, which the planner takes
-- where it expects few, are switched off.

-- The routes of src/ledger/line_check.c: a site, or the kind of a virtual place.
-- A reversal may go any way.
CREATE FUNCTION ims._routes()
RETURNS TABLE (kind text, from_kind text, to_kind text)
LANGUAGE sql
IMMUTABLE
PARALLEL SAFE
ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT r.kind, f.kind, t.kind
    FROM (VALUES
        ('receive', '{supplier}'::text[], '{site,service}'::text[]),
        ('ship', '{site,service}', '{customer}'),
        ('transfer', '{site}', '{site}'),
        ('dispatch', '{site}', '{transit}'),
        ('receive_transfer', '{transit,adjustment}', '{site,adjustment}'),
        ('adjust', '{adjustment}', '{site,service}'),
        ('adjust', '{site,service}', '{adjustment}'),
        ('count', '{adjustment}', '{site}'),
        ('count', '{site}', '{adjustment}'),
        ('count_correction', '{adjustment}', '{site,transit}'),
        ('count_correction', '{site,transit}', '{adjustment}'),
        ('scrap', '{site,service}', '{scrap}'),
        ('consume', '{site,service}', '{production}'),
        ('produce', '{production}', '{site,service}'),
        ('produce', '{site,service}', '{production}'),
        ('return_from_customer', '{customer}', '{site,service}'),
        ('return_to_supplier', '{site,service}', '{supplier}'),
        ('ownership', '{site}', '{ownership}'),
        ('ownership', '{ownership}', '{site}'),
        ('usage', '{site}', '{production,customer}'),
        ('usage', '{production,customer}', '{site}'),
        ('move', '{site,supplier,customer,adjustment,scrap,production,service}',
            '{site,supplier,customer,adjustment,scrap,production,service}'),
        ('pack', '{site}', '{site}'),
        ('unpack', '{site}', '{site}'),
        ('relot', '{site}', '{production}'),
        ('relot', '{production}', '{site}'),
        ('disassemble', '{site}', '{production}'),
        ('disassemble', '{production}', '{site}')
        ) AS r (kind, from_kinds, to_kinds)
    CROSS JOIN unnest(r.from_kinds) AS f (kind)
    CROSS JOIN unnest(r.to_kinds) AS t (kind)
$$;
COMMENT ON FUNCTION ims._routes() IS
    'kinds of places that each kind of posting goes between';
REVOKE ALL ON FUNCTION ims._routes() FROM PUBLIC;

CREATE FUNCTION ims._verify_movement(wanted bigint)
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
    WITH periodic AS (
        -- Since when an item is counted, not issued: it may have been before.
        -- What was posted before may be recorded up to a minute ahead.
        SELECT i.owner_id, i.item_id,
            coalesce(max(c.changed_at) + interval '1 minute', '-infinity') AS since
        FROM ims.item AS i
        LEFT JOIN ims.master_change AS c ON c.owner_id = i.owner_id AND c.table_name = 'item'
            AND c.row_key = jsonb_build_object('owner_id', i.owner_id, 'item_id', i.item_id)
            AND c.new_row @> '{"periodic": true}'
            AND NOT coalesce(c.old_row, '{}') @> '{"periodic": true}'
        WHERE i.periodic AND (wanted IS NULL OR i.owner_id = wanted)
        GROUP BY i.owner_id, i.item_id),
    place AS (
        SELECT l.location_id, l.kind, CASE WHEN l.site_id > 0 THEN 'site' ELSE l.kind END AS class
        FROM ims.location AS l),
    line AS (
        SELECT m.owner_id, m.movement_id, m.posting_id, m.item_id, m.lot_id, m.serial_id,
            m.from_location_id, m.to_location_id, m.from_handling_unit_id,
            m.to_handling_unit_id, m.quantity, m.effective_at, m.recorded_at,
            p.effective_at AS posting_effective_at, p.recorded_at AS posting_recorded_at,
            i.tracking, p.kind, a.kind AS from_kind, b.kind AS to_kind,
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
                END AS wrong_tracking,
            w.kind IS NULL AND p.kind <> 'reversal' AND a.class IS NOT NULL
                AND b.class IS NOT NULL AS wrong_route,
            p.kind = 'receive_transfer' AND m.from_location_id = 1
                AND m.origin_movement_id IS NULL AS no_dispatch,
            CASE WHEN c.since IS NOT NULL
                 THEN p.kind NOT IN ('usage', 'reversal') AND b.kind IN ('customer', 'production')
                     AND m.recorded_at > c.since END AS wrong_issue
        FROM ims.movement AS m
        LEFT JOIN periodic AS c ON c.owner_id = m.owner_id AND c.item_id = m.item_id
        LEFT JOIN ims.posting AS p ON p.owner_id = m.owner_id AND p.posting_id = m.posting_id
        LEFT JOIN ims.item AS i ON i.owner_id = m.owner_id AND i.item_id = m.item_id
        LEFT JOIN place AS a ON a.location_id = m.from_location_id
        LEFT JOIN place AS b ON b.location_id = m.to_location_id
        LEFT JOIN ims._routes() AS w ON w.kind = p.kind AND w.from_kind = a.class
            AND w.to_kind = b.class
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
            OR m.no_from_unit OR m.no_to_unit OR m.wrong_tracking OR m.wrong_route
            OR m.no_dispatch OR m.wrong_issue)
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
                trim_scale(m.quantity), m.lot_id, m.serial_id)),
        ('movement.route', m.wrong_route, 'a route of kind ' || m.kind,
            format('from %s to %s', m.from_kind, m.to_kind)),
        ('movement.dispatch', m.no_dispatch, 'a line of a dispatch', NULL),
        ('movement.periodic', m.wrong_issue, 'no issue of a periodic item', m.kind)
        ) AS f (check_name, wrong, expected, found)
    WHERE f.wrong;
END
$$;
COMMENT ON FUNCTION ims._verify_movement(bigint) IS
    'lines of the ledger that break a rule or mention what does not exist';
REVOKE ALL ON FUNCTION ims._verify_movement(bigint) FROM PUBLIC;

-- Lines that name an earlier line: what comes back, what arrives, what is
-- turned around.  They are few, and have an index of their own.
CREATE FUNCTION ims._verify_link(wanted bigint)
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
    WITH reversal AS MATERIALIZED (
        SELECT p.owner_id, p.posting_id, p.origin_posting_id
        FROM ims.posting AS p
        WHERE p.kind = 'reversal' AND (wanted IS NULL OR p.owner_id = wanted)),
    undone AS (
        SELECT DISTINCT v.owner_id, v.origin_posting_id AS posting_id FROM reversal AS v),
    link AS MATERIALIZED (
        SELECT m.owner_id, m.movement_id, m.posting_id, m.origin_movement_id, m.quantity,
            m.effective_at, p.kind, u.posting_id IS NOT NULL AS is_undone,
            o.effective_at AS origin_at,
            CASE WHEN w.posting_id IS NULL THEN o.quantity ELSE 0 END AS to_give,
            o.item_id IS DISTINCT FROM m.item_id AS wrong_origin,
            p.kind IN ('return_from_customer', 'return_to_supplier')
                AND m.effective_at < o.effective_at AS wrong_time,
            p.kind = 'reversal' AND (
                p.origin_posting_id IS DISTINCT FROM coalesce(b.origin_posting_id, o.posting_id)
                OR (o.from_location_id, o.from_handling_unit_id, o.to_location_id,
                    o.to_handling_unit_id, o.lot_id, o.serial_id, o.quantity)
                IS DISTINCT FROM (m.to_location_id, m.to_handling_unit_id, m.from_location_id,
                    m.from_handling_unit_id, m.lot_id, m.serial_id, m.quantity))
                AS wrong_reversal
        FROM ims.movement AS m
        JOIN ims.posting AS p ON p.owner_id = m.owner_id AND p.posting_id = m.posting_id
        LEFT JOIN undone AS u ON u.owner_id = m.owner_id AND u.posting_id = m.posting_id
        LEFT JOIN ims.movement AS o ON o.owner_id = m.owner_id
            AND o.movement_id = m.origin_movement_id
        LEFT JOIN undone AS w ON w.owner_id = o.owner_id AND w.posting_id = o.posting_id
        -- A count is reversed together with what followed from it.
        LEFT JOIN ims.posting AS b ON b.owner_id = o.owner_id AND b.posting_id = o.posting_id
            AND b.kind IN ('count_correction', 'usage')
        WHERE m.origin_movement_id IS NOT NULL AND (wanted IS NULL OR m.owner_id = wanted))
    SELECT f.check_name, jsonb_build_object('owner_id', l.owner_id, 'movement_id', l.movement_id),
        f.expected, f.found
    FROM link AS l
    CROSS JOIN LATERAL (VALUES
        ('movement.origin', l.wrong_origin,
            format('movement %s of the item', l.origin_movement_id), NULL),
        ('movement.origin_time', l.wrong_time,
            'not before ' || l.origin_at, l.effective_at::text),
        ('movement.reversal', l.wrong_reversal AND NOT l.wrong_origin,
            format('movement %s turned around', l.origin_movement_id), NULL)
        ) AS f (check_name, wrong, expected, found)
    WHERE f.wrong
    UNION ALL
    -- No more comes back, or arrives, than went out.
    SELECT CASE l.kind WHEN 'receive_transfer' THEN 'movement.received'
                       ELSE 'movement.returned' END,
        jsonb_build_object('owner_id', l.owner_id, 'movement_id', l.origin_movement_id),
        'at most ' || trim_scale(max(l.to_give)), trim_scale(sum(l.quantity))::text
    FROM link AS l
    WHERE l.kind IN ('receive_transfer', 'return_from_customer', 'return_to_supplier')
        AND NOT l.is_undone
    GROUP BY l.owner_id, l.origin_movement_id, l.kind
    HAVING sum(l.quantity) > max(l.to_give)
    UNION ALL
    -- All lines are turned around, those that followed from a count with it.
    SELECT 'posting.reversal',
        jsonb_build_object('owner_id', v.owner_id, 'posting_id', v.posting_id),
        format('movement %s turned around', m.movement_id), NULL
    FROM (
        SELECT v.owner_id, v.posting_id, v.origin_posting_id AS undone_posting_id
        FROM reversal AS v
        UNION ALL
        SELECT v.owner_id, v.posting_id, f.posting_id
        FROM reversal AS v
        JOIN ims.posting AS f ON f.owner_id = v.owner_id
            AND f.origin_posting_id = v.origin_posting_id
            AND f.kind IN ('count_correction', 'usage')) AS v
    JOIN ims.movement AS m ON m.owner_id = v.owner_id AND m.posting_id = v.undone_posting_id
    LEFT JOIN link AS l ON l.owner_id = v.owner_id AND l.posting_id = v.posting_id
        AND l.origin_movement_id = m.movement_id
    WHERE l.movement_id IS NULL
    UNION ALL
    SELECT 'posting.reversed',
        jsonb_build_object('owner_id', v.owner_id, 'posting_id', v.origin_posting_id),
        '1 reversal', count(*)::text
    FROM reversal AS v
    WHERE v.origin_posting_id IS NOT NULL
    GROUP BY v.owner_id, v.origin_posting_id
    HAVING count(*) > 1;
END
$$;
COMMENT ON FUNCTION ims._verify_link(bigint) IS
    'returns, receipts and reversals that do not fit the lines they name';
REVOKE ALL ON FUNCTION ims._verify_link(bigint) FROM PUBLIC;

CREATE FUNCTION ims._verify_posting(wanted bigint)
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
    WITH document AS (
        SELECT p.owner_id, p.posting_id, p.party_id, p.channel_id, p.destination_id,
            p.idempotency_key,
            w.owner_id IS NULL AS no_owner,
            p.party_id IS NOT NULL AND y.party_id IS NULL AS no_party,
            p.channel_id IS NOT NULL AND c.channel_id IS NULL AS no_channel,
            (p.destination_id IS NOT NULL OR p.kind = 'dispatch') AND d.location_id IS NULL
                AS no_destination,
            p.idempotency_key IS NOT NULL AND k.idempotency_key IS NULL AS no_key,
            p.kind, p.origin_posting_id, o.kind AS origin_kind,
            CASE p.kind
                WHEN 'ownership' THEN false
                WHEN 'reversal' THEN o.posting_id IS NULL
                WHEN 'receive_transfer' THEN o.kind IS DISTINCT FROM 'dispatch'
                WHEN 'count_correction' THEN o.kind IS DISTINCT FROM 'count'
                WHEN 'usage' THEN o.kind IS DISTINCT FROM 'count'
                ELSE p.origin_posting_id IS NOT NULL AND o.posting_id IS NULL
                END AS wrong_origin
        FROM ims.posting AS p
        LEFT JOIN ims.owner AS w ON w.owner_id = p.owner_id
        LEFT JOIN ims.party AS y ON y.owner_id = p.owner_id AND y.party_id = p.party_id
        LEFT JOIN ims.channel AS c ON c.owner_id = p.owner_id AND c.channel_id = p.channel_id
        LEFT JOIN ims.location AS d ON d.location_id = p.destination_id
        LEFT JOIN ims.posting_key AS k ON k.owner_id = p.owner_id
            AND k.idempotency_key = p.idempotency_key
        LEFT JOIN ims.posting AS o ON o.owner_id = p.owner_id
            AND o.posting_id = p.origin_posting_id
        WHERE wanted IS NULL OR p.owner_id = wanted),
    wrong AS MATERIALIZED (
        SELECT * FROM document AS p
        WHERE p.no_owner OR p.no_party OR p.no_channel OR p.no_destination OR p.no_key
            OR p.wrong_origin)
    -- A count that agreed with the books has no lines, nor has its reversal; nor
    -- what only puts units into units.
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
        AND NOT EXISTS (SELECT FROM ims.handling_unit_nesting AS n
                        WHERE n.owner_id = p.owner_id AND n.pack_posting_id = p.posting_id)
        AND NOT EXISTS (SELECT FROM ims.handling_unit_nesting AS n
                        WHERE n.owner_id = p.owner_id AND n.unpack_posting_id = p.posting_id)
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
        ('posting.destination', p.no_destination,
            coalesce('location ' || p.destination_id, 'a site'), NULL),
        ('posting.origin', p.wrong_origin,
            concat_ws(' ', 'an origin of', p.kind, p.origin_posting_id), p.origin_kind),
        ('posting.idempotency_key', p.no_key, 'key ' || p.idempotency_key, NULL)
        ) AS f (check_name, wrong, expected, found)
    WHERE f.wrong;
END
$$;
COMMENT ON FUNCTION ims._verify_posting(bigint) IS
    'documents without lines, with a number twice, or that mention what does not exist';
REVOKE ALL ON FUNCTION ims._verify_posting(bigint) FROM PUBLIC;

-- A change of owner is two postings.  Who sees one owner only sees one of them.
CREATE FUNCTION ims._verify_ownership(wanted bigint)
RETURNS TABLE (check_name text, key jsonb, expected text, found text)
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
BEGIN
    IF row_security_active('ims.posting') THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH half AS MATERIALIZED (
        SELECT p.owner_id, p.posting_id, p.origin_posting_id
        FROM ims.posting AS p
        WHERE p.kind = 'ownership'),
    moved AS (
        SELECT h.posting_id, sum(m.quantity) AS quantity,
            bool_and(m.to_location_id = 7) AS leaves, bool_and(m.from_location_id = 7) AS arrives
        FROM half AS h
        JOIN ims.movement AS m ON m.owner_id = h.owner_id AND m.posting_id = h.posting_id
        GROUP BY h.posting_id)
    SELECT 'posting.ownership',
        jsonb_build_object('owner_id', coalesce(a.owner_id, b.owner_id),
            'posting_id', coalesce(a.posting_id, b.posting_id)),
        'two postings of one quantity, to OWNERSHIP and from it',
        concat_ws(', ', trim_scale(x.quantity), trim_scale(y.quantity))
    FROM (SELECT * FROM half AS h WHERE h.origin_posting_id IS NULL) AS a
    FULL JOIN (SELECT * FROM half AS h WHERE h.origin_posting_id IS NOT NULL) AS b
        ON b.origin_posting_id = a.posting_id
    LEFT JOIN moved AS x ON x.posting_id = a.posting_id
    LEFT JOIN moved AS y ON y.posting_id = b.posting_id
    WHERE (wanted IS NULL OR wanted IN (a.owner_id, b.owner_id))
        AND NOT coalesce(a.owner_id <> b.owner_id AND x.quantity = y.quantity
            AND x.leaves AND y.arrives, false);
END
$$;
COMMENT ON FUNCTION ims._verify_ownership(bigint) IS
    'changes of owner of which one half is missing or differs';
REVOKE ALL ON FUNCTION ims._verify_ownership(bigint) FROM PUBLIC;

-- RFID: visits of a tag are further apart than the window, all but the last
-- have ended, and the events that hold are their ends.
CREATE FUNCTION ims._verify_rfid(wanted bigint)
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
    WITH visit AS MATERIALIZED (
        SELECT v.owner_id, v.epc, v.rfid_point_id, v.first_seen_at, v.last_seen_at, v.departed,
            v.rfid_reader_id, p.swept_through - make_interval(secs => p.window_seconds) AS silent,
            make_interval(secs => p.window_seconds) AS gap,
            lead(v.first_seen_at) OVER (
                PARTITION BY v.owner_id, v.rfid_point_id, v.epc ORDER BY v.first_seen_at) AS next_at
        FROM ims.rfid_visit AS v
        JOIN ims.rfid_point AS p
            ON p.owner_id = v.owner_id AND p.rfid_point_id = v.rfid_point_id
        WHERE wanted IS NULL OR v.owner_id = wanted)
    SELECT f.check_name,
        jsonb_build_object('owner_id', v.owner_id, 'rfid_point_id', v.rfid_point_id,
            'epc', v.epc, 'first_seen_at', v.first_seen_at),
        f.expected, f.found
    FROM visit AS v
    CROSS JOIN LATERAL (VALUES
        ('rfid_visit.gap', v.next_at - v.last_seen_at <= v.gap, 'more than ' || v.gap,
            (v.next_at - v.last_seen_at)::text),
        ('rfid_visit.departed', v.departed <> (v.next_at IS NOT NULL OR v.last_seen_at < v.silent),
            (NOT v.departed)::text, v.departed::text)
        ) AS f (check_name, wrong, expected, found)
    WHERE f.wrong
    UNION ALL
    SELECT 'rfid_event.visit',
        jsonb_build_object('owner_id', coalesce(e.owner_id, w.owner_id),
            'rfid_point_id', coalesce(e.rfid_point_id, w.rfid_point_id),
            'epc', coalesce(e.epc, w.epc), 'kind', coalesce(e.kind, w.kind),
            'occurred_at', coalesce(e.occurred_at, w.occurred_at)),
        w.rfid_reader_id::text, e.rfid_reader_id::text
    FROM (
        SELECT v.owner_id, v.epc, v.rfid_point_id, v.rfid_reader_id, k.kind, k.occurred_at
        FROM visit AS v
        CROSS JOIN LATERAL (VALUES
            ('arrive', v.first_seen_at, true), ('depart', v.last_seen_at, v.departed))
            AS k (kind, occurred_at, holds)
        WHERE k.holds) AS w
    FULL JOIN (
        SELECT x.*
        FROM ims.rfid_event AS x
        WHERE x.retracted_at IS NULL AND (wanted IS NULL OR x.owner_id = wanted)) AS e
        ON e.owner_id = w.owner_id AND e.rfid_point_id = w.rfid_point_id AND e.epc = w.epc
        AND e.kind = w.kind AND e.occurred_at = w.occurred_at
    WHERE e.rfid_reader_id IS DISTINCT FROM w.rfid_reader_id
    UNION ALL
    SELECT 'rfid_point.read_count',
        jsonb_build_object('owner_id', p.owner_id, 'rfid_point_id', p.rfid_point_id),
        coalesce(v.read_count, 0)::text, p.read_count::text
    FROM ims.rfid_point AS p
    LEFT JOIN (
        SELECT v.owner_id, v.rfid_point_id, sum(v.read_count) AS read_count
        FROM ims.rfid_visit AS v
        GROUP BY v.owner_id, v.rfid_point_id) AS v
        ON v.owner_id = p.owner_id AND v.rfid_point_id = p.rfid_point_id
    WHERE p.read_count <> coalesce(v.read_count, 0) AND (wanted IS NULL OR p.owner_id = wanted);
END
$$;
COMMENT ON FUNCTION ims._verify_rfid(bigint) IS
    'visits and events of tags that do not follow from each other';
REVOKE ALL ON FUNCTION ims._verify_rfid(bigint) FROM PUBLIC;
