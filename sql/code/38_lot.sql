-- Lots: which units exactly.

CREATE FUNCTION ims._tracked_item_id(
    owner_id bigint, item text, what text, VARIADIC trackings text[])
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    found_id bigint;
    tracking text;
BEGIN
    found_id := ims._item_id(owner_id, item);
    SELECT i.tracking INTO STRICT tracking
    FROM ims.item AS i
    WHERE i.owner_id = owner_id AND i.item_id = found_id;
    IF tracking <> ALL (trackings) THEN
        RAISE 'item "%" has no %', item, what
            USING ERRCODE = 'IV213',
                DETAIL = format('Its tracking is %s. ', tracking)
                    || jsonb_build_object('item', item, 'tracking', tracking)::text,
                HINT = format('Only an item with tracking %s has them.',
                    array_to_string(trackings, ' or '));
    END IF;
    RETURN found_id;
END
$$;
COMMENT ON FUNCTION ims._tracked_item_id IS 'item of that code, or IV213 unless it is tracked so';
REVOKE ALL ON FUNCTION ims._tracked_item_id FROM PUBLIC;

CREATE FUNCTION ims._check_lot_dates(
    lot text, made_on date, best_before date, sell_by date, expires_on date)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM ims._check_day('made_on', made_on);
    PERFORM ims._check_day('best_before', best_before);
    PERFORM ims._check_day('sell_by', sell_by);
    PERFORM ims._check_day('expires_on', expires_on);
    IF made_on > least(best_before, sell_by, expires_on) THEN
        RAISE 'lot "%" would end before it was made', lot
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = format('Made on %s, best before %s, sell by %s, expires on %s. ',
                        to_char(made_on, 'YYYY-MM-DD'),
                        coalesce(to_char(best_before, 'YYYY-MM-DD'), 'none'),
                        coalesce(to_char(sell_by, 'YYYY-MM-DD'), 'none'),
                        coalesce(to_char(expires_on, 'YYYY-MM-DD'), 'none'))
                    || jsonb_build_object('lot', lot, 'made_on', made_on,
                        'best_before', best_before, 'sell_by', sell_by,
                        'expires_on', expires_on)::text,
                HINT = 'Give the dates in order.';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_lot_dates IS
    'raise 22023 for days of a lot that are far away or out of order';
REVOKE ALL ON FUNCTION ims._check_lot_dates FROM PUBLIC;

CREATE FUNCTION ims._create_lot(
    owner_id bigint,
    item text DEFAULT NULL,
    lot text DEFAULT NULL,
    status text DEFAULT NULL,
    made_on date DEFAULT NULL,
    best_before date DEFAULT NULL,
    sell_by date DEFAULT NULL,
    expires_on date DEFAULT NULL,
    supplier_lot text DEFAULT NULL,
    supplier text DEFAULT NULL,
    attributes jsonb DEFAULT NULL,
    reason text DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT lot_id bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    item_id bigint;
    party_id bigint;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    -- as a posting does, before masters are read
    LOCK TABLE ims.movement IN ROW EXCLUSIVE MODE;
    item_id := ims._tracked_item_id(owner_id, item, 'lots', 'lot', 'serial');
    PERFORM ims._check_code('lot', lot);
    PERFORM ims._check_choice('status', status, 'released', 'on_hold', 'recalled', 'expired');
    IF supplier IS NOT NULL THEN
        party_id := ims._party_id(owner_id, supplier, 'supplier');
    END IF;
    -- Before arithmetic with it.
    PERFORM ims._check_day('made_on', made_on);
    IF expires_on IS NULL AND made_on IS NOT NULL THEN
        SELECT made_on + i.shelf_life_days INTO expires_on
        FROM ims.item AS i
        WHERE i.owner_id = owner_id AND i.item_id = item_id;
    END IF;
    PERFORM ims._check_lot_dates(lot, made_on, best_before, sell_by, expires_on);
    status := coalesce(status, 'released');
    INSERT INTO ims.lot AS l
        (owner_id, item_id, code, status, made_on, best_before, sell_by, expires_on,
         supplier_lot, party_id, attributes)
    VALUES (owner_id, item_id, lot, status, made_on, best_before, sell_by, expires_on,
            supplier_lot, party_id, ims._patch_attributes('{}', attributes))
    ON CONFLICT ON CONSTRAINT lot_code_key DO NOTHING
    RETURNING l.lot_id INTO lot_id;
    PERFORM ims._check_new('lot', lot, lot_id IS NULL);
    PERFORM ims._record_lot_status(owner_id, lot_id, NULL, status, reason, actor);
END
$$;
COMMENT ON FUNCTION ims._create_lot IS 'internal form of ims.create_lot()';
REVOKE ALL ON FUNCTION ims._create_lot FROM PUBLIC;

CREATE FUNCTION ims.create_lot(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    lot text DEFAULT NULL,
    status text DEFAULT NULL,
    made_on date DEFAULT NULL,
    best_before date DEFAULT NULL,
    sell_by date DEFAULT NULL,
    expires_on date DEFAULT NULL,
    supplier_lot text DEFAULT NULL,
    supplier text DEFAULT NULL,
    attributes jsonb DEFAULT NULL,
    reason text DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT lot_id bigint)
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.create_lot IS
'create a lot (batch) of an item

status is released (default), on_hold, recalled or expired; only released lots count as
available. expires_on comes from made_on and the item''s shelf life unless given.
Example: SELECT ims.create_lot(item => ''A-1'', lot => ''L-77'', made_on => ''2026-11-02'');';
REVOKE ALL ON FUNCTION ims.create_lot FROM PUBLIC;

CREATE FUNCTION ims._record_lot_status(
    owner_id bigint, lot_id bigint, old_status text, new_status text, reason text, actor text)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM ims._check_why(reason, actor);
    INSERT INTO ims.lot_status_change
        (owner_id, lot_id, old_status, new_status, reason, changed_at,
         session_role, caller_role, actor)
    VALUES (owner_id, lot_id, old_status, new_status, reason, clock_timestamp(),
            session_user, ims._caller_role(), actor);
END
$$;
COMMENT ON FUNCTION ims._record_lot_status IS 'keep a change of the status of a lot';
REVOKE ALL ON FUNCTION ims._record_lot_status FROM PUBLIC;

CREATE FUNCTION ims._change_lot(
    owner_id bigint,
    item text DEFAULT NULL,
    lot text DEFAULT NULL,
    new_code text DEFAULT NULL,
    made_on date DEFAULT NULL,
    best_before date DEFAULT NULL,
    sell_by date DEFAULT NULL,
    expires_on date DEFAULT NULL,
    supplier_lot text DEFAULT NULL,
    supplier text DEFAULT NULL,
    attributes jsonb DEFAULT NULL,
    clear text[] DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT lot_id bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    item_id bigint;
    party_id bigint;
    now_is ims.lot;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    PERFORM ims._check_clear(clear, jsonb_build_object('made_on', made_on,
        'best_before', best_before, 'sell_by', sell_by, 'expires_on', expires_on,
        'supplier_lot', supplier_lot, 'supplier', supplier));
    item_id := ims._item_id(owner_id, item);
    lot_id := ims._lot_id(owner_id, item_id, lot);
    IF supplier IS NOT NULL THEN
        party_id := ims._party_id(owner_id, supplier, 'supplier');
    END IF;
    IF new_code IS NOT NULL THEN
        PERFORM ims._check_code('new_code', new_code);
        PERFORM ims._check_new('lot', new_code, EXISTS (
            SELECT FROM ims.lot AS l
            WHERE l.owner_id = owner_id AND l.item_id = item_id AND l.code = new_code
              AND l.lot_id <> lot_id));
    END IF;
    SELECT l.* INTO now_is
    FROM ims.lot AS l
    WHERE l.owner_id = owner_id AND l.lot_id = lot_id
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM ims._raise_unknown('lot', 'lot', lot, 'IV205');
    END IF;
    made_on := CASE WHEN 'made_on' = ANY (clear) THEN NULL
                    ELSE coalesce(made_on, now_is.made_on) END;
    best_before := CASE WHEN 'best_before' = ANY (clear) THEN NULL
                        ELSE coalesce(best_before, now_is.best_before) END;
    expires_on := CASE WHEN 'expires_on' = ANY (clear) THEN NULL
                       ELSE coalesce(expires_on, now_is.expires_on) END;
    sell_by := CASE WHEN 'sell_by' = ANY (clear) THEN NULL
                    ELSE coalesce(sell_by, now_is.sell_by) END;
    PERFORM ims._check_lot_dates(lot, made_on, best_before, sell_by, expires_on);
    UPDATE ims.lot AS l
    SET code = coalesce(new_code, l.code),
        made_on = made_on,
        best_before = best_before,
        sell_by = sell_by,
        expires_on = expires_on,
        supplier_lot = CASE WHEN 'supplier_lot' = ANY (clear) THEN NULL
                            ELSE coalesce(supplier_lot, l.supplier_lot) END,
        party_id = CASE WHEN 'supplier' = ANY (clear) THEN NULL
                        ELSE coalesce(party_id, l.party_id) END,
        attributes = ims._patch_attributes(l.attributes, attributes)
    WHERE l.owner_id = owner_id AND l.lot_id = lot_id;
END
$$;
COMMENT ON FUNCTION ims._change_lot IS 'internal form of ims.change_lot()';
REVOKE ALL ON FUNCTION ims._change_lot FROM PUBLIC;

CREATE FUNCTION ims.change_lot(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    lot text DEFAULT NULL,
    new_code text DEFAULT NULL,
    made_on date DEFAULT NULL,
    best_before date DEFAULT NULL,
    sell_by date DEFAULT NULL,
    expires_on date DEFAULT NULL,
    supplier_lot text DEFAULT NULL,
    supplier text DEFAULT NULL,
    attributes jsonb DEFAULT NULL,
    clear text[] DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT lot_id bigint)
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.change_lot IS
'change dates and other data of a lot

Null leaves a value as it is; keys of attributes are set, or removed where null; clear
names columns to empty. The status has a call of its own, ims.set_lot_status().
Example: SELECT ims.change_lot(item => ''A-1'', lot => ''L-77'', expires_on => ''2027-11-02'');';
REVOKE ALL ON FUNCTION ims.change_lot FROM PUBLIC;

-- Availability of an item is locked at every site, in order; a row that is
-- missing is inserted as zero at its place, as the engine does it.
CREATE FUNCTION ims._lock_availability(owner_id bigint, item_id bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    site_id bigint := 0;
BEGIN
    LOOP
        site_id := ims._latest(
            'SELECT min(l.location_id) FROM ims.location AS l'
            ' WHERE l.kind = ''site'' AND l.location_id > $1', site_id);
        EXIT WHEN site_id IS NULL;
        LOOP
            PERFORM FROM ims.availability AS a
            WHERE a.owner_id = owner_id AND a.item_id = item_id AND a.site_id = site_id
            FOR NO KEY UPDATE;
            EXIT WHEN FOUND;
            INSERT INTO ims.availability (owner_id, item_id, site_id, negative_ok)
            VALUES (owner_id, item_id, site_id,
                    ims._availability_negative_ok(owner_id, item_id, site_id))
            ON CONFLICT ON CONSTRAINT availability_pkey DO NOTHING;
        END LOOP;
    END LOOP;
END
$$;
COMMENT ON FUNCTION ims._lock_availability IS
    'lock the availability of an item at every site, ascending';
REVOKE ALL ON FUNCTION ims._lock_availability FROM PUBLIC;

-- The caller holds the availability of the item at every site.  Postings that
-- change the sellable stock of the lots wait for it, so one statement's
-- snapshot has the right sums; transfers from one sellable place of a site to
-- another pass, and change no sum.
CREATE FUNCTION ims._move_lot_availability(
    owner_id bigint, item_id bigint, lot_ids bigint[], direction numeric)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    site record;
BEGIN
    FOR site IN
        SELECT a.site_id, place.code, a.sellable, a.reserved, a.negative_ok,
            sum(s.on_hand) * direction AS delta
        FROM ims.stock AS s
        JOIN ims.location AS l
            ON l.location_id = s.location_id AND l.sellable AND l.status = 'active'
        JOIN ims.location AS place ON place.location_id = l.site_id
        JOIN ims.availability AS a
            ON a.owner_id = s.owner_id AND a.item_id = s.item_id AND a.site_id = l.site_id
        WHERE s.owner_id = owner_id AND s.item_id = item_id AND s.lot_id = ANY (lot_ids)
        GROUP BY a.site_id, place.code, a.sellable, a.reserved, a.negative_ok
        HAVING sum(s.on_hand) <> 0
        ORDER BY a.site_id
    LOOP
        IF NOT site.negative_ok AND site.reserved > site.sellable + site.delta THEN
            PERFORM ims._raise_reserved(
                (SELECT i.code FROM ims.item AS i
                 WHERE i.owner_id = owner_id AND i.item_id = item_id),
                site.code, site.reserved, site.sellable + site.delta);
        END IF;
        UPDATE ims.availability AS a
        SET sellable = a.sellable + site.delta, held = a.held - site.delta
        WHERE a.owner_id = owner_id AND a.item_id = item_id AND a.site_id = site.site_id;
    END LOOP;
END
$$;
COMMENT ON FUNCTION ims._move_lot_availability IS
    'move the stock of lots into sellable (1) or out of it (-1), at every site';
REVOKE ALL ON FUNCTION ims._move_lot_availability FROM PUBLIC;

CREATE FUNCTION ims._set_lot_status(
    owner_id bigint,
    item text DEFAULT NULL,
    lot text DEFAULT NULL,
    status text DEFAULT NULL,
    reason text DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT lot_id bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    item_id bigint;
    was text;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    PERFORM ims._check_present('status', status IS NOT NULL);
    PERFORM ims._check_choice('status', status, 'released', 'on_hold', 'recalled', 'expired');
    PERFORM ims._check_present('reason', coalesce(reason, '') <> '');
    item_id := ims._item_id(owner_id, item);
    lot_id := ims._lot_id(owner_id, item_id, lot);
    -- Like a posting against changes of master data; and no site may be made
    -- or removed between the locks on the sites there are.
    LOCK TABLE ims.movement IN ROW EXCLUSIVE MODE;
    LOCK TABLE ims.location IN SHARE MODE;
    PERFORM ims._engine_begin();
    PERFORM ims._lock_availability(owner_id, item_id);
    PERFORM FROM ims.stock AS s
    WHERE s.owner_id = owner_id AND s.item_id = item_id AND s.lot_id = lot_id
    ORDER BY s.location_id, s.handling_unit_id
    FOR NO KEY UPDATE;
    SELECT l.status INTO was
    FROM ims.lot AS l
    WHERE l.owner_id = owner_id AND l.lot_id = lot_id
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM ims._raise_unknown('lot', 'lot', lot, 'IV205');
    END IF;
    IF status <> was THEN
        UPDATE ims.lot AS l
        SET status = status
        WHERE l.owner_id = owner_id AND l.lot_id = lot_id;
        PERFORM ims._record_lot_status(owner_id, lot_id, was, status, reason, actor);
        IF (status = 'released') <> (was = 'released') THEN
            PERFORM ims._move_lot_availability(owner_id, item_id, ARRAY[lot_id],
                CASE status WHEN 'released' THEN 1 ELSE -1 END);
        END IF;
    END IF;
    PERFORM ims._engine_end();
END
$$;
COMMENT ON FUNCTION ims._set_lot_status IS 'internal form of ims.set_lot_status()';
REVOKE ALL ON FUNCTION ims._set_lot_status FROM PUBLIC;

CREATE FUNCTION ims.set_lot_status(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    lot text DEFAULT NULL,
    status text DEFAULT NULL,
    reason text DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT lot_id bigint)
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.set_lot_status IS
'release, hold, recall or expire a lot

status is released, on_hold, recalled or expired. Stock of a lot that is not released
is not available; postings of the item wait for this transaction. Needs a reason.
Example: SELECT ims.set_lot_status(item => ''A-1'', lot => ''L-77'', status => ''on_hold'', reason => ''smell'');';
REVOKE ALL ON FUNCTION ims.set_lot_status FROM PUBLIC;

CREATE FUNCTION ims._check_lot_unused(owner_id bigint, item_id bigint, lot_id bigint, lot text)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    asked record;
BEGIN
    FOR asked IN VALUES
        ('counts', 'ims.stock_count AS r WHERE true'),
        ('serials', 'ims.serial AS r WHERE true'),
        ('movements', 'ims.stock AS r WHERE (r.last_effective_at > ''-infinity'' '
            'OR r.on_hand <> 0 OR r.allocated <> 0)')
    LOOP
        IF ims._latest('SELECT 1::bigint FROM ' || asked.column2 || ' AND r.owner_id = $1'
            ' AND r.item_id = $2 AND r.lot_id = $3 LIMIT 1', owner_id, item_id, lot_id) IS NOT NULL
        THEN
            PERFORM ims._raise_in_use('lot', lot, asked.column1,
                'Put it on hold with ims.set_lot_status().');
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION ims._check_lot_unused IS
    'raise IV228 where a count, a serial or a movement mentions the lot';
REVOKE ALL ON FUNCTION ims._check_lot_unused FROM PUBLIC;

CREATE FUNCTION ims._delete_lot(
    owner_id bigint,
    item text DEFAULT NULL,
    lot text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    item_id bigint;
    lot_id bigint;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    LOCK TABLE ims.movement IN SHARE ROW EXCLUSIVE MODE;
    item_id := ims._item_id(owner_id, item);
    lot_id := ims._lot_id(owner_id, item_id, lot);
    -- Whoever makes serials of the lot holds its row until they can be seen.
    PERFORM FROM ims.lot AS l
    WHERE l.owner_id = owner_id AND l.lot_id = lot_id
    FOR UPDATE;
    PERFORM ims._check_lot_unused(owner_id, item_id, lot_id, lot);
    PERFORM ims._check_balance_snapshot(owner_id, item_id, NULL);
    PERFORM ims._engine_begin();
    DELETE FROM ims.stock AS s
    WHERE s.owner_id = owner_id AND s.item_id = item_id AND s.lot_id = lot_id;
    PERFORM ims._engine_end();
    DELETE FROM ims.lot AS l WHERE l.owner_id = owner_id AND l.lot_id = lot_id;
END
$$;
COMMENT ON FUNCTION ims._delete_lot IS 'internal form of ims.delete_lot()';
REVOKE ALL ON FUNCTION ims._delete_lot FROM PUBLIC;

CREATE FUNCTION ims.delete_lot(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    lot text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.delete_lot IS
'delete a lot that nothing mentions

For a slip of the pen. IV228 where a movement, a count or a serial mentions it: put it
on hold instead. What is known of its status stays in ims.lot_status_change.
Example: SELECT ims.delete_lot(item => ''A-1'', lot => ''TYPO'');';
REVOKE ALL ON FUNCTION ims.delete_lot FROM PUBLIC;
