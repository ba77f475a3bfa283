-- rebuild() and repair_guards(): what to do when verify() reports something.
--
-- rebuild() derives every balance anew from the ledger.  It needs the rights of
-- the ledger's role, keeps writers out for its duration, and writes as the
-- engine; what is promised to orders is kept.

CREATE FUNCTION ims._rebuild_stock(wanted bigint)
RETURNS bigint
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    changed bigint;
BEGIN
    MERGE INTO ims.stock AS t
    USING (
        SELECT coalesce(a.owner_id, s.owner_id) AS owner_id,
            coalesce(a.item_id, s.item_id) AS item_id,
            coalesce(a.location_id, s.location_id) AS location_id,
            coalesce(a.lot_id, s.lot_id) AS lot_id,
            coalesce(a.handling_unit_id, s.handling_unit_id) AS handling_unit_id,
            trim_scale(coalesce(a.on_hand, 0)) AS on_hand,
            -- a count is the latest word on a balance too, though it posted nothing
            greatest(a.last_effective_at, c.counted_at, '-infinity') AS last_effective_at,
            coalesce(i.negative_ok, false) OR coalesce(l.negative_ok, false) AS negative_ok
        FROM (
            SELECT m.owner_id, m.item_id, v.location_id, m.lot_id, v.handling_unit_id,
                sum(v.quantity) AS on_hand, max(m.effective_at) AS last_effective_at
            FROM ims.movement AS m
            CROSS JOIN LATERAL (VALUES
                (m.from_location_id, m.from_handling_unit_id, - m.quantity),
                (m.to_location_id, m.to_handling_unit_id, m.quantity)
                ) AS v (location_id, handling_unit_id, quantity)
            JOIN ims.location AS p ON p.location_id = v.location_id
                AND (p.site_id > 0 OR p.kind = 'transit')
            WHERE wanted IS NULL OR m.owner_id = wanted
            GROUP BY m.owner_id, m.item_id, v.location_id, m.lot_id, v.handling_unit_id) AS a
        FULL JOIN (
            SELECT k.owner_id, k.item_id, k.location_id, k.lot_id, k.handling_unit_id
            FROM ims.stock AS k
            WHERE wanted IS NULL OR k.owner_id = wanted) AS s
            ON s.owner_id = a.owner_id AND s.item_id = a.item_id
            AND s.location_id = a.location_id AND s.lot_id = a.lot_id
            AND s.handling_unit_id = a.handling_unit_id
        LEFT JOIN (
            SELECT k.owner_id, k.item_id, k.location_id, k.lot_id, k.handling_unit_id,
                max(k.counted_at) AS counted_at
            FROM ims.stock_count AS k
            WHERE wanted IS NULL OR k.owner_id = wanted
            GROUP BY k.owner_id, k.item_id, k.location_id, k.lot_id, k.handling_unit_id) AS c
            ON c.owner_id = coalesce(a.owner_id, s.owner_id)
            AND c.item_id = coalesce(a.item_id, s.item_id)
            AND c.location_id = coalesce(a.location_id, s.location_id)
            AND c.lot_id = coalesce(a.lot_id, s.lot_id)
            AND c.handling_unit_id = coalesce(a.handling_unit_id, s.handling_unit_id)
        LEFT JOIN ims.item AS i ON i.owner_id = coalesce(a.owner_id, s.owner_id)
            AND i.item_id = coalesce(a.item_id, s.item_id)
        LEFT JOIN ims.location AS l ON l.location_id = coalesce(a.location_id, s.location_id)
        ORDER BY 1, 2, 3, 4, 5) AS n
    ON t.owner_id = n.owner_id AND t.item_id = n.item_id AND t.location_id = n.location_id
        AND t.lot_id = n.lot_id AND t.handling_unit_id = n.handling_unit_id
    WHEN MATCHED AND (t.on_hand, t.last_effective_at, t.negative_ok)
        IS DISTINCT FROM (n.on_hand, n.last_effective_at, n.negative_ok) THEN
        UPDATE SET on_hand = n.on_hand, last_effective_at = n.last_effective_at,
            negative_ok = n.negative_ok
    WHEN NOT MATCHED THEN
        INSERT (owner_id, item_id, location_id, lot_id, handling_unit_id, last_effective_at,
            negative_ok, on_hand)
        VALUES (n.owner_id, n.item_id, n.location_id, n.lot_id, n.handling_unit_id,
            n.last_effective_at, n.negative_ok, n.on_hand);
    GET DIAGNOSTICS changed = ROW_COUNT;
    RETURN changed;
END
$$;
COMMENT ON FUNCTION ims._rebuild_stock(bigint) IS
    'set the balances to what the ledger says; returns rows changed';
REVOKE ALL ON FUNCTION ims._rebuild_stock(bigint) FROM PUBLIC;

CREATE FUNCTION ims._rebuild_availability(wanted bigint)
RETURNS bigint
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    changed bigint;
BEGIN
    MERGE INTO ims.availability AS t
    USING (
        SELECT k.owner_id, k.item_id, k.site_id,
            trim_scale(sum(k.sellable)) AS sellable, trim_scale(sum(k.held)) AS held,
            bool_or(coalesce(i.negative_ok OR i.backorder_ok, false)
                OR EXISTS (SELECT FROM ims.location AS p
                           WHERE p.site_id = k.site_id AND p.negative_ok)) AS negative_ok
        FROM (
            SELECT s.owner_id, s.item_id, l.site_id,
                CASE WHEN l.sellable AND coalesce(b.status, 'released') = 'released'
                     THEN s.on_hand ELSE 0 END AS sellable,
                CASE WHEN l.sellable AND coalesce(b.status, 'released') = 'released'
                     THEN 0 ELSE s.on_hand END AS held
            FROM ims.stock AS s
            JOIN (SELECT p.location_id, p.site_id, p.sellable AND p.status = 'active' AS sellable
                  FROM ims.location AS p
                  WHERE p.site_id > 0) AS l ON l.location_id = s.location_id
            LEFT JOIN ims.lot AS b ON b.owner_id = s.owner_id AND b.lot_id = s.lot_id
            WHERE wanted IS NULL OR s.owner_id = wanted
            UNION ALL
            SELECT a.owner_id, a.item_id, a.site_id, 0, 0
            FROM ims.availability AS a
            WHERE wanted IS NULL OR a.owner_id = wanted) AS k
        LEFT JOIN ims.item AS i ON i.owner_id = k.owner_id AND i.item_id = k.item_id
        GROUP BY k.owner_id, k.item_id, k.site_id
        ORDER BY 1, 2, 3) AS n
    ON t.owner_id = n.owner_id AND t.item_id = n.item_id AND t.site_id = n.site_id
    WHEN MATCHED AND (t.sellable, t.held, t.negative_ok)
        IS DISTINCT FROM (n.sellable, n.held, n.negative_ok) THEN
        UPDATE SET sellable = n.sellable, held = n.held, negative_ok = n.negative_ok
    WHEN NOT MATCHED THEN
        INSERT (owner_id, item_id, site_id, negative_ok, sellable, held)
        VALUES (n.owner_id, n.item_id, n.site_id, n.negative_ok, n.sellable, n.held);
    GET DIAGNOSTICS changed = ROW_COUNT;
    RETURN changed;
END
$$;
COMMENT ON FUNCTION ims._rebuild_availability(bigint) IS
    'set the availability to what the stock says; returns rows changed';
REVOKE ALL ON FUNCTION ims._rebuild_availability(bigint) FROM PUBLIC;

CREATE FUNCTION ims._rebuild_serial(wanted bigint)
RETURNS bigint
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    changed bigint;
BEGIN
    UPDATE ims.serial AS s
    SET location_id = n.location_id, handling_unit_id = n.handling_unit_id, lot_id = n.lot_id,
        last_effective_at = n.last_effective_at, last_movement_id = n.last_movement_id
    FROM (
        SELECT k.owner_id, k.serial_id,
            CASE WHEN l.location_id IS NULL THEN 0 ELSE m.to_location_id END AS location_id,
            CASE WHEN l.location_id IS NULL THEN 0 ELSE m.to_handling_unit_id END
                AS handling_unit_id,
            coalesce(m.lot_id, k.lot_id) AS lot_id,
            coalesce(m.effective_at, '-infinity') AS last_effective_at,
            coalesce(m.movement_id, 0) AS last_movement_id
        FROM ims.serial AS k
        LEFT JOIN (
            SELECT DISTINCT ON (x.owner_id, x.serial_id) x.owner_id, x.serial_id,
                x.to_location_id, x.to_handling_unit_id, x.lot_id, x.effective_at,
                x.movement_id
            FROM ims.movement AS x
            WHERE x.serial_id <> 0 AND (wanted IS NULL OR x.owner_id = wanted)
            ORDER BY x.owner_id, x.serial_id, x.effective_at DESC, x.movement_id DESC) AS m
            ON m.owner_id = k.owner_id AND m.serial_id = k.serial_id
        LEFT JOIN ims.location AS l ON l.location_id = m.to_location_id
            AND (l.site_id > 0 OR l.kind = 'transit')
        WHERE wanted IS NULL OR k.owner_id = wanted) AS n
    WHERE s.owner_id = n.owner_id AND s.serial_id = n.serial_id
        AND (s.location_id, s.handling_unit_id, s.lot_id, s.last_effective_at,
             s.last_movement_id)
            IS DISTINCT FROM (n.location_id, n.handling_unit_id, n.lot_id, n.last_effective_at,
             n.last_movement_id);
    GET DIAGNOSTICS changed = ROW_COUNT;
    RETURN changed;
END
$$;
COMMENT ON FUNCTION ims._rebuild_serial(bigint) IS
    'put every serial where its last movement led; returns rows changed';
REVOKE ALL ON FUNCTION ims._rebuild_serial(bigint) FROM PUBLIC;

CREATE FUNCTION ims._rebuild_closing(wanted bigint)
RETURNS bigint
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    changed bigint;
BEGIN
    MERGE INTO ims.closing_balance AS t
    USING (
        SELECT l.owner_id, l.closing_id, l.item_id, l.location_id, l.lot_id,
            l.handling_unit_id, trim_scale(l.expected) AS on_hand
        FROM ims._closing_levels(wanted) AS l
        WHERE l.expected <> coalesce(l.found, 0)) AS n
    ON t.owner_id = n.owner_id AND t.closing_id = n.closing_id AND t.item_id = n.item_id
        AND t.location_id = n.location_id AND t.lot_id = n.lot_id
        AND t.handling_unit_id = n.handling_unit_id
    WHEN MATCHED AND n.on_hand = 0 THEN
        DELETE
    WHEN MATCHED THEN
        UPDATE SET on_hand = n.on_hand
    WHEN NOT MATCHED THEN
        INSERT (owner_id, closing_id, item_id, location_id, lot_id, handling_unit_id, on_hand)
        VALUES (n.owner_id, n.closing_id, n.item_id, n.location_id, n.lot_id,
            n.handling_unit_id, n.on_hand);
    GET DIAGNOSTICS changed = ROW_COUNT;
    RETURN changed;
END
$$;
COMMENT ON FUNCTION ims._rebuild_closing(bigint) IS
    'set the kept closings to what the ledger says; returns rows changed';
REVOKE ALL ON FUNCTION ims._rebuild_closing(bigint) FROM PUBLIC;

CREATE FUNCTION ims._check_rebuild_possible()
RETURNS void
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF to_regclass('ims.ledger_info') IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'IV902',
            MESSAGE = 'there is no ledger in this database',
            DETAIL = 'There is no relation "ims.ledger_object". {"object": "ims.ledger_object"}',
            HINT = 'Run SELECT ims.create_ledger().';
    END IF;
    IF NOT pg_has_role((SELECT c.relowner FROM pg_class AS c
                        WHERE c.oid = 'ims.ledger_info'::regclass), 'USAGE') THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'must have the rights of the role that owns the ledger';
    END IF;
    -- An older snapshot would not see what was posted before the lock.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_transaction_state',
            MESSAGE = 'the balances can be rebuilt at isolation level read committed only',
            HINT = 'Start the transaction with BEGIN ISOLATION LEVEL READ COMMITTED.';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_rebuild_possible() IS
    'raise without a ledger, without its rights, or at a higher isolation level';
REVOKE ALL ON FUNCTION ims._check_rebuild_possible() FROM PUBLIC;

CREATE FUNCTION ims.rebuild(owner text DEFAULT NULL)
RETURNS TABLE (table_name text, rows_changed bigint)
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
ROWS 4
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wanted bigint;
    below record;
BEGIN
    PERFORM ims._check_rebuild_possible();
    LOCK TABLE ims.movement IN SHARE ROW EXCLUSIVE MODE;
    wanted := ims._visible_owner_id(rebuild.owner);
    -- A history that sums to less than nothing is not for a balance to hide.
    SELECT v.key, v.expected INTO below
    FROM ims._verify_stock(wanted) AS v
    WHERE v.check_name = 'stock.on_hand' AND v.expected::numeric < 0
        AND NOT EXISTS (
            SELECT FROM ims.item AS i
            WHERE i.owner_id = (v.key ->> 'owner_id')::bigint
                AND i.item_id = (v.key ->> 'item_id')::bigint AND i.negative_ok)
        AND NOT EXISTS (
            SELECT FROM ims.location AS l
            WHERE l.location_id = (v.key ->> 'location_id')::bigint AND l.negative_ok)
    ORDER BY v.key
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'IV901',
            MESSAGE = 'the ledger sums to less than nothing',
            DETAIL = format('Its movements leave %s. ', below.expected)
                || (jsonb_build_object('expected', below.expected) || below.key)::text,
            HINT = 'Find the missing receipts; rebuild each other owner by its code meanwhile.';
    END IF;
    PERFORM ims._engine_begin();
    table_name := 'stock';
    rows_changed := ims._rebuild_stock(wanted);
    RETURN NEXT;
    table_name := 'availability';
    rows_changed := ims._rebuild_availability(wanted);
    RETURN NEXT;
    table_name := 'serial';
    rows_changed := ims._rebuild_serial(wanted);
    RETURN NEXT;
    table_name := 'closing_balance';
    rows_changed := ims._rebuild_closing(wanted);
    RETURN NEXT;
    PERFORM ims._engine_end();
END
$$;
COMMENT ON FUNCTION ims.rebuild(text) IS
    'derive every balance anew from the ledger; rows changed, one row per table';
REVOKE ALL ON FUNCTION ims.rebuild(text) FROM PUBLIC;

CREATE FUNCTION ims.repair_guards()
RETURNS TABLE (table_name text, guard text, state_before text, state_after text)
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
ROWS 20
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wrong record;
BEGIN
    IF to_regclass('ims.ledger_object') IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'IV902',
            MESSAGE = 'there is no ledger in this database',
            DETAIL = 'There is no relation "ims.ledger_info". {"object": "ims.ledger_info"}',
            HINT = 'Run SELECT ims.create_ledger().';
    END IF;
    FOR wrong IN
        SELECT c.oid::regclass AS relation, t.tgname AS trigger_name, k.conname,
            t.tgenabled::text AS state, coalesce(e.definition, 'O') AS expected
        FROM ims._ledger_relations() AS r
        JOIN pg_class AS c ON c.oid = r.relation
        JOIN pg_trigger AS t ON t.tgrelid = c.oid
        LEFT JOIN pg_constraint AS k ON k.oid = t.tgconstraint
        LEFT JOIN ims.ledger_object AS e ON e.kind = 'trigger state'
            AND e.name = r.name || '.' || t.tgname
        -- Triggers of others stay as they are; those of foreign keys are internal.
        WHERE (e.kind IS NOT NULL OR t.tgisinternal)
            AND t.tgenabled::text <> coalesce(e.definition, 'O')
        ORDER BY r.name, t.tgname
    LOOP
        EXECUTE format('ALTER TABLE %s ENABLE %s TRIGGER %I', wrong.relation,
            CASE wrong.expected WHEN 'A' THEN 'ALWAYS' WHEN 'R' THEN 'REPLICA' ELSE '' END,
            wrong.trigger_name);
        table_name := wrong.relation::text;
        guard := coalesce(wrong.conname, wrong.trigger_name);
        state_before := wrong.state;
        state_after := wrong.expected;
        RETURN NEXT;
    END LOOP;
    RETURN QUERY SELECT d.* FROM ims._repair_document_sequences() AS d;
    RETURN QUERY SELECT i.* FROM ims._repair_identities() AS i;
END
$$;
COMMENT ON FUNCTION ims.repair_guards() IS
    'reset triggers of the ledger to their states, see to overtaken sequences; one row per change';
REVOKE ALL ON FUNCTION ims.repair_guards() FROM PUBLIC;
