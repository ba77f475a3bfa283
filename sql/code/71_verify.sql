-- verify(), the rest: masters, references and catalog, and the call that runs
-- all of it.

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
    SELECT 'serial.lot', jsonb_build_object('owner_id', s.owner_id, 'serial_id', s.serial_id),
        format('lot %s of item %s', s.lot_id, s.item_id), NULL
    FROM ims.serial AS s
    LEFT JOIN ims.lot AS b ON b.owner_id = s.owner_id AND b.lot_id = s.lot_id
        AND b.item_id = s.item_id
    WHERE s.lot_id <> 0 AND b.lot_id IS NULL AND (wanted IS NULL OR s.owner_id = wanted)
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
    'balances and serials of items, places, lots or handling units that do not exist';
REVOKE ALL ON FUNCTION ims._verify_master(bigint) FROM PUBLIC;

-- Counts have no foreign keys either.
CREATE FUNCTION ims._verify_count_master(wanted bigint)
RETURNS TABLE (check_name text, key jsonb, expected text, found text)
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
BEGIN
    RETURN QUERY
    WITH counted AS (
        SELECT c.owner_id, c.posting_id, c.item_id, c.location_id, c.lot_id, c.handling_unit_id,
            i.item_id IS NULL AS no_item,
            l.location_id IS NULL AS no_location,
            c.lot_id <> 0 AND b.lot_id IS NULL AS no_lot,
            c.handling_unit_id <> 0 AND h.handling_unit_id IS NULL AS no_unit
        FROM ims.stock_count AS c
        LEFT JOIN ims.item AS i ON i.owner_id = c.owner_id AND i.item_id = c.item_id
        LEFT JOIN ims.location AS l ON l.location_id = c.location_id
        LEFT JOIN ims.lot AS b ON b.owner_id = c.owner_id AND b.lot_id = c.lot_id
            AND b.item_id = c.item_id
        LEFT JOIN ims.handling_unit AS h ON h.owner_id = c.owner_id
            AND h.handling_unit_id = c.handling_unit_id
        WHERE wanted IS NULL OR c.owner_id = wanted)
    SELECT f.check_name,
        jsonb_build_object('owner_id', c.owner_id, 'posting_id', c.posting_id,
            'item_id', c.item_id, 'location_id', c.location_id, 'lot_id', c.lot_id,
            'handling_unit_id', c.handling_unit_id),
        f.expected, NULL::text
    FROM counted AS c
    CROSS JOIN LATERAL (VALUES
        ('stock_count.item', c.no_item, 'item ' || c.item_id),
        ('stock_count.location', c.no_location, 'location ' || c.location_id),
        ('stock_count.lot', c.no_lot, format('lot %s of item %s', c.lot_id, c.item_id)),
        ('stock_count.handling_unit', c.no_unit, 'handling unit ' || c.handling_unit_id)
        ) AS f (check_name, wrong, expected)
    WHERE f.wrong
    UNION ALL
    SELECT f.check_name,
        jsonb_build_object('owner_id', q.owner_id, 'posting_id', q.posting_id,
            'item_id', q.item_id, 'location_id', q.location_id),
        f.expected, NULL::text
    FROM ims.stock_count_scope AS q
    LEFT JOIN ims.item AS i ON i.owner_id = q.owner_id AND i.item_id = q.item_id
    LEFT JOIN ims.location AS l ON l.location_id = q.location_id
    CROSS JOIN LATERAL (VALUES
        ('stock_count_scope.item', q.item_id <> 0 AND i.item_id IS NULL, 'item ' || q.item_id),
        ('stock_count_scope.location', l.location_id IS NULL, 'location ' || q.location_id)
        ) AS f (check_name, wrong, expected)
    WHERE f.wrong AND (wanted IS NULL OR q.owner_id = wanted);
END
$$;
COMMENT ON FUNCTION ims._verify_count_master(bigint) IS
    'counts of items, places, lots or handling units that do not exist';
REVOKE ALL ON FUNCTION ims._verify_count_master(bigint) FROM PUBLIC;

-- An item that comes before itself, directly or by others: only rows written
-- past ims.set_item_succession() can make one.
CREATE FUNCTION ims._verify_succession(wanted bigint)
RETURNS TABLE (check_name text, key jsonb, expected text, found text)
LANGUAGE sql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH RECURSIVE chain AS (
        SELECT s.owner_id, s.item_id, s.predecessor_id
        FROM ims.item_succession AS s
        WHERE $1 IS NULL OR s.owner_id = $1
        UNION
        SELECT c.owner_id, c.item_id, s.predecessor_id
        FROM chain AS c
        JOIN ims.item_succession AS s
            ON s.owner_id = c.owner_id AND s.item_id = c.predecessor_id)
    SELECT 'item_succession.circle', jsonb_build_object('owner_id', c.owner_id, 'item_id', c.item_id),
        'an item that does not come before itself', NULL::text
    FROM chain AS c
    WHERE c.predecessor_id = c.item_id
$$;
COMMENT ON FUNCTION ims._verify_succession(bigint) IS 'items that come before themselves';
REVOKE ALL ON FUNCTION ims._verify_succession(bigint) FROM PUBLIC;

-- What small tables mention: one statement each, all of one shape.
CREATE FUNCTION ims._verify_reference(wanted bigint)
RETURNS TABLE (check_name text, key jsonb, expected text, found text)
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    reference record;
BEGIN
    FOR reference IN
        SELECT r.*
        FROM (VALUES
            ('availability', 'item', 'item', 'item_id', '{item_id,site_id}'::text[],
                'x.owner_id = t.owner_id AND x.item_id = t.item_id'),
            ('availability', 'site', 'location', 'site_id', '{item_id,site_id}',
                'x.location_id = t.site_id AND x.kind = ''site'''),
            ('forecast_result', 'site', 'location', 'site_id',
                '{forecast_run_id,item_id,site_id}',
                't.site_id = 0 OR x.location_id = t.site_id AND x.kind = ''site'''),
            ('forecast_override', 'site', 'location', 'site_id', '{item_id,site_id,bucket,period}',
                't.site_id = 0 OR x.location_id = t.site_id AND x.kind = ''site'''),
            ('closing_balance', 'closing', 'closing', 'closing_id', '{closing_id}',
                'x.owner_id = t.owner_id AND x.closing_id = t.closing_id'),
            ('posting_key', 'posting', 'posting', 'posting_id', '{idempotency_key}',
                'x.owner_id = t.owner_id AND x.posting_id = t.posting_id'
                ' AND x.idempotency_key = t.idempotency_key'),
            ('rfid_read', 'reader', 'rfid_reader', 'rfid_reader_id', '{rfid_reader_id}',
                'x.owner_id = t.owner_id AND x.rfid_reader_id = t.rfid_reader_id'),
            ('rfid_visit', 'reader', 'rfid_reader', 'rfid_reader_id', '{epc,rfid_point_id}',
                'x.owner_id = t.owner_id AND x.rfid_reader_id = t.rfid_reader_id'
                ' AND x.rfid_point_id = t.rfid_point_id')
            ) AS r (table_name, what, other, mention, key_columns, match)
    LOOP
        RETURN QUERY EXECUTE format(
            'SELECT DISTINCT %1$L, jsonb_build_object(''owner_id'', t.owner_id, %2$s),'
            '    %3$L || '' '' || t.%4$I, NULL::text'
            ' FROM ims.%5$I AS t'
            ' WHERE t.%4$I IS NOT NULL AND ($1 IS NULL OR t.owner_id = $1)'
            '    AND NOT EXISTS (SELECT FROM ims.%6$I AS x WHERE %7$s)',
            reference.table_name || '.' || reference.what,
            (SELECT string_agg(format('%L, t.%I', c.name, c.name), ', ')
             FROM unnest(reference.key_columns) AS c (name)),
            reference.what, reference.mention, reference.table_name, reference.other,
            reference.match) USING wanted;
    END LOOP;
END
$$;
COMMENT ON FUNCTION ims._verify_reference(bigint) IS
    'rows of small tables that mention what does not exist';
REVOKE ALL ON FUNCTION ims._verify_reference(bigint) FROM PUBLIC;

-- Units in units.  A cycle is looked for at every instant, by following a unit
-- outward through the times that its intervals have in common.
CREATE FUNCTION ims._verify_nesting(wanted bigint)
RETURNS TABLE (check_name text, key jsonb, expected text, found text)
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
BEGIN
    RETURN QUERY
    WITH RECURSIVE nest AS MATERIALIZED (
        SELECT n.*, CASE WHEN n.packed_at <= coalesce(n.unpacked_at, 'infinity')
            THEN tstzrange(n.packed_at, n.unpacked_at) ELSE 'empty' END AS span
        FROM ims.handling_unit_nesting AS n
        WHERE wanted IS NULL OR n.owner_id = wanted),
    outward (owner_id, start_id, nest_id, unit_id, span, level) AS (
        SELECT n.owner_id, n.handling_unit_id, n.handling_unit_nesting_id, n.parent_id, n.span, 1
        FROM nest AS n
        WHERE NOT isempty(n.span)
        UNION ALL
        SELECT o.owner_id, o.start_id, o.nest_id, n.parent_id, o.span * n.span, o.level + 1
        FROM outward AS o
        JOIN nest AS n
            ON n.owner_id = o.owner_id AND n.handling_unit_id = o.unit_id AND n.span && o.span
        WHERE o.level < 20 AND o.unit_id <> o.start_id)
    SELECT f.check_name,
        jsonb_build_object('owner_id', n.owner_id,
            'handling_unit_nesting_id', n.handling_unit_nesting_id),
        f.expected, f.found
    FROM nest AS n
    LEFT JOIN ims.handling_unit AS h
        ON h.owner_id = n.owner_id AND h.handling_unit_id = n.handling_unit_id
    LEFT JOIN ims.handling_unit AS g
        ON g.owner_id = n.owner_id AND g.handling_unit_id = n.parent_id
    LEFT JOIN ims.posting AS p
        ON p.owner_id = n.owner_id AND p.posting_id = n.pack_posting_id
    LEFT JOIN ims.posting AS u
        ON u.owner_id = n.owner_id AND u.posting_id = n.unpack_posting_id
    CROSS JOIN LATERAL (VALUES
        ('handling_unit_nesting.handling_unit', h.handling_unit_id IS NULL,
            'handling unit ' || n.handling_unit_id, NULL),
        ('handling_unit_nesting.parent', g.handling_unit_id IS NULL,
            'handling unit ' || n.parent_id, NULL),
        ('handling_unit_nesting.interval',
            n.unpacked_at < n.packed_at
            OR (n.unpacked_at IS NULL) <> (n.unpack_posting_id IS NULL),
            'ended not before ' || n.packed_at, n.unpacked_at::text),
        ('handling_unit_nesting.pack_posting',
            p.effective_at IS DISTINCT FROM n.packed_at
            OR p.kind NOT IN ('pack', 'receive', 'reversal'),
            'a packing at ' || n.packed_at, p.kind || ' at ' || p.effective_at),
        ('handling_unit_nesting.unpack_posting',
            n.unpack_posting_id IS NOT NULL
            AND (u.effective_at IS DISTINCT FROM n.unpacked_at
                OR u.kind NOT IN ('unpack', 'ship', 'reversal')),
            'an unpacking at ' || n.unpacked_at, u.kind || ' at ' || u.effective_at),
        ('handling_unit_nesting.overlap', EXISTS (
            SELECT FROM nest AS o
            WHERE o.owner_id = n.owner_id AND o.handling_unit_id = n.handling_unit_id
              AND o.handling_unit_nesting_id > n.handling_unit_nesting_id AND o.span && n.span),
            'in one unit at a time', NULL),
        ('handling_unit_nesting.cycle', EXISTS (
            SELECT FROM outward AS o
            WHERE o.owner_id = n.owner_id AND o.nest_id = n.handling_unit_nesting_id
              AND o.unit_id = o.start_id),
            'not in itself', NULL)) AS f (check_name, wrong, expected, found)
    WHERE f.wrong
    UNION ALL
    SELECT f.check_name,
        jsonb_build_object('owner_id', d.owner_id, 'posting_id', d.posting_id,
            'handling_unit_id', d.handling_unit_id),
        f.expected, f.found
    FROM ims.handling_unit_departure AS d
    LEFT JOIN ims.posting AS p ON p.owner_id = d.owner_id AND p.posting_id = d.posting_id
    LEFT JOIN ims.handling_unit AS h
        ON h.owner_id = d.owner_id AND h.handling_unit_id = d.handling_unit_id
    CROSS JOIN LATERAL (VALUES
        ('handling_unit_departure.handling_unit', h.handling_unit_id IS NULL,
            'handling unit ' || d.handling_unit_id, NULL),
        ('handling_unit_departure.posting',
            p.effective_at IS DISTINCT FROM d.left_at OR p.kind <> 'ship',
            'a shipment at ' || d.left_at, p.kind || ' at ' || p.effective_at),
        -- what a unit was in left with it, and it was in there until then
        ('handling_unit_departure.parent', d.parent_id IS NOT NULL AND (NOT EXISTS (
                SELECT FROM ims.handling_unit_departure AS o
                WHERE o.owner_id = d.owner_id AND o.posting_id = d.posting_id
                  AND o.handling_unit_id = d.parent_id)
            OR NOT EXISTS (
                SELECT FROM nest AS n
                WHERE n.owner_id = d.owner_id AND n.handling_unit_id = d.handling_unit_id
                  AND n.parent_id = d.parent_id AND n.unpack_posting_id = d.posting_id)),
            format('in unit %s until then', d.parent_id), NULL))
        AS f (check_name, wrong, expected, found)
    WHERE f.wrong AND (wanted IS NULL OR d.owner_id = wanted);
END
$$;
COMMENT ON FUNCTION ims._verify_nesting(bigint) IS
    'handling units in two others at once, in themselves, or packed by no posting';
REVOKE ALL ON FUNCTION ims._verify_nesting(bigint) FROM PUBLIC;

CREATE FUNCTION ims._acts_for_all()
RETURNS boolean
LANGUAGE sql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(pg_has_role(current_user, c.relowner, 'USAGE'), false)
    FROM pg_class AS c
    WHERE c.oid = to_regclass('ims.ledger_info')
$$;
COMMENT ON FUNCTION ims._acts_for_all() IS
    'whether the current role has the rights of the ledger''s role';
REVOKE ALL ON FUNCTION ims._acts_for_all() FROM PUBLIC;

-- A run is there whole, or not at all.
CREATE FUNCTION ims._verify_forecast(wanted bigint)
RETURNS TABLE (check_name text, key jsonb, expected text, found text)
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
    SELECT 'forecast_run.series',
        jsonb_build_object('owner_id', n.owner_id, 'forecast_run_id', n.forecast_run_id),
        n.series::text, count(r.item_id)::text
    FROM ims.forecast_run AS n
    LEFT JOIN ims.forecast_result AS r
        ON r.owner_id = n.owner_id AND r.forecast_run_id = n.forecast_run_id
    WHERE wanted IS NULL OR n.owner_id = wanted
    GROUP BY n.owner_id, n.forecast_run_id, n.series
    HAVING count(r.item_id) <> n.series
    UNION ALL
    SELECT 'forecast_result.horizon',
        jsonb_build_object('owner_id', r.owner_id, 'forecast_run_id', r.forecast_run_id,
            'item_id', r.item_id, 'site_id', r.site_id),
        n.horizon::text, cardinality(r.forecast)::text
    FROM ims.forecast_run AS n
    JOIN ims.forecast_result AS r
        ON r.owner_id = n.owner_id AND r.forecast_run_id = n.forecast_run_id
    WHERE cardinality(r.forecast) <> n.horizon AND (wanted IS NULL OR n.owner_id = wanted)
    UNION ALL
    SELECT 'forecast_result.last_season',
        jsonb_build_object('owner_id', r.owner_id, 'forecast_run_id', r.forecast_run_id,
            'item_id', r.item_id, 'site_id', r.site_id),
        n.season_length::text, cardinality(r.last_season)::text
    FROM ims.forecast_run AS n
    JOIN ims.forecast_result AS r
        ON r.owner_id = n.owner_id AND r.forecast_run_id = n.forecast_run_id
    WHERE cardinality(r.last_season) <> n.season_length
        AND (wanted IS NULL OR n.owner_id = wanted)
    UNION ALL
    SELECT 'backtest.series',
        jsonb_build_object('owner_id', b.owner_id, 'backtest_id', b.backtest_id),
        (b.series * cardinality(b.methods))::text, count(r.item_id)::text
    FROM ims.backtest AS b
    LEFT JOIN ims.backtest_result AS r
        ON r.owner_id = b.owner_id AND r.backtest_id = b.backtest_id
    WHERE wanted IS NULL OR b.owner_id = wanted
    GROUP BY b.owner_id, b.backtest_id, b.series, b.methods
    HAVING count(r.item_id) <> b.series * cardinality(b.methods);
END
$$;
COMMENT ON FUNCTION ims._verify_forecast(bigint) IS
    'runs and back-tests that lack results, or have others than they say';
REVOKE ALL ON FUNCTION ims._verify_forecast(bigint) FROM PUBLIC;

CREATE FUNCTION ims._verify_catalog()
RETURNS TABLE (check_name text, key jsonb, expected text, found text)
LANGUAGE plpgsql
STABLE
PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- Names of roles are for those who act for all owners: to the reader of
    -- one client, the roles of the others are none of his business.
    RETURN QUERY
    SELECT 'catalog.' || replace(d.kind, ' ', '_'),
        jsonb_build_object('name', CASE WHEN r.may_read OR d.kind <> 'privilege'
            THEN d.name ELSE 'of another role' END),
        CASE WHEN r.may_read THEN d.expected END, CASE WHEN r.may_read THEN d.found END
    FROM ims._ledger_differences() AS d
    CROSS JOIN LATERAL (
        SELECT d.kind NOT IN ('privilege', 'owner', 'policy') OR ims._acts_for_all()) AS r (may_read)
    UNION ALL
    SELECT 'catalog.ledger_version', jsonb_build_object('name', 'ims.ledger_info'),
        ims._library_ledger_version(), ims._ledger_version()
    WHERE ims._ledger_version() IS DISTINCT FROM ims._library_ledger_version()
    UNION ALL
    SELECT 'catalog.ledger_role',
        jsonb_build_object('role', CASE WHEN ims._acts_for_all() THEN r.rolname END),
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

CREATE FUNCTION ims._verify_rows(wanted bigint)
RETURNS TABLE (check_name text, key jsonb, expected text, found text)
LANGUAGE plpgsql
STABLE
PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY SELECT * FROM ims._verify_stock(wanted);
    RETURN QUERY SELECT * FROM ims._verify_availability(wanted);
    RETURN QUERY SELECT * FROM ims._verify_serial(wanted);
    RETURN QUERY SELECT * FROM ims._verify_movement(wanted);
    RETURN QUERY SELECT * FROM ims._verify_link(wanted);
    RETURN QUERY SELECT * FROM ims._verify_posting(wanted);
    RETURN QUERY SELECT * FROM ims._verify_ownership(wanted);
    RETURN QUERY SELECT * FROM ims._verify_count(wanted);
    RETURN QUERY SELECT * FROM ims._verify_count_posting(wanted);
    RETURN QUERY SELECT * FROM ims._verify_count_master(wanted);
    RETURN QUERY SELECT * FROM ims._verify_succession(wanted);
    RETURN QUERY SELECT * FROM ims._verify_closing(wanted);
    RETURN QUERY SELECT * FROM ims._verify_master(wanted);
    RETURN QUERY SELECT * FROM ims._verify_reference(wanted);
    RETURN QUERY SELECT * FROM ims._verify_nesting(wanted);
    RETURN QUERY SELECT * FROM ims._verify_rfid(wanted);
    RETURN QUERY SELECT * FROM ims._verify_forecast(wanted);
END
$$;
COMMENT ON FUNCTION ims._verify_rows(bigint) IS
    'contradictions between the rows of the ledger, of one owner or all';
REVOKE ALL ON FUNCTION ims._verify_rows(bigint) FROM PUBLIC;

CREATE FUNCTION ims.verify(owner text DEFAULT NULL)
RETURNS TABLE (check_name text, key jsonb, expected text, found text)
LANGUAGE plpgsql
STABLE
PARALLEL RESTRICTED
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
    RETURN QUERY SELECT * FROM ims._verify_rows(wanted);
END
$$;
COMMENT ON FUNCTION ims.verify(text) IS
    'prove the ledger: one row per contradiction, none when all is well';
REVOKE ALL ON FUNCTION ims.verify(text) FROM PUBLIC;
