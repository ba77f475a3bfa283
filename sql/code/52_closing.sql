-- Closings: taken, kept exact, dropped, and a job that takes them in time.
--
-- A closing holds what the movements effective before closed_at add up to.
-- Taking or dropping one locks ims.movement against writers, so that no
-- posting is under way that knows nothing of it; from then on a posting dated
-- before it adds its quantity to it (_adjust_closings, called by the engine
-- under the locks of its balances).

CREATE FUNCTION ims._lock_movement()
RETURNS void
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- What follows must see every posting that was committed before the lock:
    -- at the higher levels the snapshot is older than the lock.
    IF pg_catalog.current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'transaction isolation level must be read committed'
            USING ERRCODE = '25001',
                  DETAIL = 'Balances are summed after the ledger was locked against postings; '
                           'the snapshot of this transaction may be older.',
                  HINT = 'Call it in a transaction at READ COMMITTED.';
    END IF;
    LOCK TABLE ims.movement IN SHARE ROW EXCLUSIVE MODE;
END
$$;
COMMENT ON FUNCTION ims._lock_movement() IS
    'keep postings out until the end of the transaction, with a snapshot that is not older';
REVOKE ALL ON FUNCTION ims._lock_movement() FROM PUBLIC;

CREATE FUNCTION ims._touch_closing_clock(owner_id bigint)
RETURNS void
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM ims._engine_begin();
    INSERT INTO ims.closing_clock AS k (owner_id, changed_at)
    VALUES (_touch_closing_clock.owner_id, pg_catalog.clock_timestamp())
    ON CONFLICT ON CONSTRAINT closing_clock_pkey
    DO UPDATE SET changed_at = EXCLUDED.changed_at;
    PERFORM ims._engine_end();
END
$$;
COMMENT ON FUNCTION ims._touch_closing_clock(bigint) IS
    'note that the set of closings changed';
REVOKE ALL ON FUNCTION ims._touch_closing_clock(bigint) FROM PUBLIC;

CREATE FUNCTION ims._adjust_closings(
    owner_id bigint,
    item_ids bigint[],
    location_ids bigint[],
    lot_ids bigint[],
    handling_unit_ids bigint[],
    deltas numeric[],
    effective_ats timestamptz[])
RETURNS void
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
BEGIN
    PERFORM ims._engine_begin();
    -- A transaction whose snapshot is older than the last change of closings
    -- does not see it.  The clock row turns that into a serialization failure:
    -- a conflict with a row that the snapshot does not show raises it.
    IF pg_catalog.current_setting('transaction_isolation') <> 'read committed' THEN
        INSERT INTO ims.closing_clock AS k (owner_id, changed_at)
        VALUES (_adjust_closings.owner_id, pg_catalog.clock_timestamp())
        ON CONFLICT ON CONSTRAINT closing_clock_pkey DO NOTHING;
    END IF;
    -- The locks of the balances are held, so that two calls never meet on a
    -- row; the order makes it plain.
    INSERT INTO ims.closing_balance AS b
           (owner_id, closing_id, item_id, location_id, lot_id, handling_unit_id, on_hand)
    SELECT _adjust_closings.owner_id, c.closing_id,
           d.item_id, d.location_id, d.lot_id, d.handling_unit_id, pg_catalog.sum(d.delta)
      FROM ROWS FROM (
               pg_catalog.unnest(item_ids), pg_catalog.unnest(location_ids),
               pg_catalog.unnest(lot_ids), pg_catalog.unnest(handling_unit_ids),
               pg_catalog.unnest(deltas), pg_catalog.unnest(effective_ats))
           AS d (item_id, location_id, lot_id, handling_unit_id, delta, effective_at)
      JOIN ims.closing AS c
        ON c.owner_id = _adjust_closings.owner_id AND c.closed_at > d.effective_at
     GROUP BY c.closing_id, d.item_id, d.location_id, d.lot_id, d.handling_unit_id
    HAVING pg_catalog.sum(d.delta) <> 0
     ORDER BY c.closing_id, d.item_id, d.location_id, d.lot_id, d.handling_unit_id
    ON CONFLICT ON CONSTRAINT closing_balance_pkey
    DO UPDATE SET on_hand = b.on_hand + EXCLUDED.on_hand;
    PERFORM ims._engine_end();
END
$$;
COMMENT ON FUNCTION ims._adjust_closings(
    bigint, bigint[], bigint[], bigint[], bigint[], numeric[], timestamptz[]) IS
    'add to every closing what was posted with an effective time before it';
REVOKE ALL ON FUNCTION ims._adjust_closings(
    bigint, bigint[], bigint[], bigint[], bigint[], numeric[], timestamptz[]) FROM PUBLIC;

CREATE FUNCTION ims._take_closing(owner_id bigint, closed_at timestamptz)
RETURNS bigint
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    new_closing_id bigint;
    balance_count bigint;
BEGIN
    IF closed_at IS NULL THEN
        RAISE EXCEPTION 'argument "closed_at" is missing'
            USING ERRCODE = 'IV201',
                  DETAIL = 'A closing is taken for an instant. '
                           '{"argument": "closed_at"}',
                  HINT = 'Give the first instant that is not in the closing.';
    END IF;
    PERFORM ims._lock_movement();
    IF NOT pg_catalog.isfinite(closed_at) OR closed_at > pg_catalog.clock_timestamp() THEN
        RAISE EXCEPTION 'closing at % is not in the past', ims._utc(closed_at)
            USING ERRCODE = 'IV217',
                  DETAIL = 'Postings before that instant are still to come. '
                           || pg_catalog.jsonb_build_object('closed_at', ims._utc(closed_at))::text,
                  HINT = 'Take the closing for an instant that has passed.';
    END IF;
    IF EXISTS (SELECT FROM ims.closing AS c
                WHERE c.owner_id = _take_closing.owner_id
                  AND c.closed_at = _take_closing.closed_at)
    THEN
        RAISE EXCEPTION 'closing at % exists already', ims._utc(closed_at)
            USING ERRCODE = '23505',
                  DETAIL = 'An owner has one closing for an instant. '
                           || pg_catalog.jsonb_build_object('closed_at', ims._utc(closed_at))::text,
                  HINT = 'A closing is kept exact; it need not be taken again.';
    END IF;
    -- The closing itself comes last: it would be its own nearest anchor.
    new_closing_id := pg_catalog.nextval(
        pg_catalog.pg_get_serial_sequence('ims.closing', 'closing_id'));
    PERFORM ims._engine_begin();
    INSERT INTO ims.closing_balance AS b
           (owner_id, closing_id, item_id, location_id, lot_id, handling_unit_id, on_hand)
    SELECT _take_closing.owner_id, new_closing_id,
           s.item_id, s.location_id, s.lot_id, s.handling_unit_id, s.on_hand
      FROM ims._stock_at_ids(_take_closing.owner_id, _take_closing.closed_at) AS s
     ORDER BY s.item_id, s.location_id, s.lot_id, s.handling_unit_id;
    GET DIAGNOSTICS balance_count = ROW_COUNT;
    INSERT INTO ims.closing AS c (owner_id, closing_id, closed_at, taken_at)
    VALUES (_take_closing.owner_id, new_closing_id, _take_closing.closed_at,
            pg_catalog.clock_timestamp());
    PERFORM ims._engine_end();
    PERFORM ims._touch_closing_clock(_take_closing.owner_id);
    RETURN balance_count;
END
$$;
COMMENT ON FUNCTION ims._take_closing(bigint, timestamptz) IS
    'work of ims.take_closing';
REVOKE ALL ON FUNCTION ims._take_closing(bigint, timestamptz) FROM PUBLIC;

CREATE FUNCTION ims.take_closing(owner text DEFAULT NULL, closed_at timestamptz DEFAULT NULL)
RETURNS bigint
LANGUAGE c
VOLATILE
PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.take_closing(text, timestamptz) IS
    'keep the balances at an instant: number of balances kept; '
    'movements effective before it are in; postings wait while it is taken; '
    'example: SELECT ims.take_closing(closed_at => ''2026-02-01 00:00+01'')';
REVOKE ALL ON FUNCTION ims.take_closing(text, timestamptz) FROM PUBLIC;

CREATE FUNCTION ims._drop_closing(owner_id bigint, closed_at timestamptz)
RETURNS bigint
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    old_closing_id bigint;
    balance_count bigint;
BEGIN
    IF closed_at IS NULL THEN
        RAISE EXCEPTION 'argument "closed_at" is missing'
            USING ERRCODE = 'IV201',
                  DETAIL = 'A closing is named by its instant. '
                           '{"argument": "closed_at"}',
                  HINT = 'The instants are in ims.closing.';
    END IF;
    PERFORM ims._lock_movement();
    PERFORM ims._engine_begin();
    DELETE FROM ims.closing AS c
     WHERE c.owner_id = _drop_closing.owner_id AND c.closed_at = _drop_closing.closed_at
    RETURNING c.closing_id INTO old_closing_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no closing at %', ims._utc(closed_at)
            USING ERRCODE = 'P0002',
                  DETAIL = 'The owner has no closing for that instant. '
                           || pg_catalog.jsonb_build_object('closed_at', ims._utc(closed_at))::text,
                  HINT = 'The instants are in ims.closing.';
    END IF;
    DELETE FROM ims.closing_balance AS b
     WHERE b.owner_id = _drop_closing.owner_id AND b.closing_id = old_closing_id;
    GET DIAGNOSTICS balance_count = ROW_COUNT;
    PERFORM ims._engine_end();
    PERFORM ims._touch_closing_clock(_drop_closing.owner_id);
    RETURN balance_count;
END
$$;
COMMENT ON FUNCTION ims._drop_closing(bigint, timestamptz) IS
    'work of ims.drop_closing';
REVOKE ALL ON FUNCTION ims._drop_closing(bigint, timestamptz) FROM PUBLIC;

CREATE FUNCTION ims.drop_closing(owner text DEFAULT NULL, closed_at timestamptz DEFAULT NULL)
RETURNS bigint
LANGUAGE c
VOLATILE
PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.drop_closing(text, timestamptz) IS
    'forget the balances kept for an instant: number of balances dropped; '
    'no answer changes, only its speed; postings wait meanwhile; '
    'example: SELECT ims.drop_closing(closed_at => ''2026-02-01 00:00+01'')';
REVOKE ALL ON FUNCTION ims.drop_closing(text, timestamptz) FROM PUBLIC;

CREATE FUNCTION ims._closing_instants_due(
    owner_id bigint,
    every_movements bigint,
    from_at timestamptz,
    to_at timestamptz,
    at_most bigint)
RETURNS SETOF timestamptz
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
ROWS 10
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    counted bigint := 0;
    due integer := 0;
    found_hour record;
BEGIN
    -- Movements per hour, and the closings there are: an instant is due at the
    -- end of the hour in which the count since the last closing reaches the
    -- number.  One pass over the range, a few rows per day to walk.
    FOR found_hour IN
        SELECT h.ends_at, pg_catalog.sum(h.movements) AS movements,
               pg_catalog.bool_or(h.closed) AS closed
          FROM (SELECT pg_catalog.date_bin('1 hour', m.effective_at, '2000-01-01 00:00+00')
                           + interval '1 hour' AS ends_at,
                       1 AS movements, false AS closed
                  FROM ims.movement AS m
                 WHERE m.owner_id = _closing_instants_due.owner_id
                   AND m.effective_at >= from_at
                   AND m.effective_at < to_at
                UNION ALL
                SELECT pg_catalog.date_bin('1 hour', c.closed_at - interval '1 microsecond',
                                           '2000-01-01 00:00+00') + interval '1 hour',
                       0, true
                  FROM ims.closing AS c
                 WHERE c.owner_id = _closing_instants_due.owner_id
                   AND c.closed_at > from_at
                   AND c.closed_at <= to_at) AS h
         GROUP BY h.ends_at
        HAVING h.ends_at <= to_at
         ORDER BY h.ends_at
    LOOP
        counted := counted + found_hour.movements;
        IF found_hour.closed THEN
            counted := 0;
        ELSIF counted >= every_movements THEN
            counted := 0;
            due := due + 1;
            RETURN NEXT found_hour.ends_at;
            EXIT WHEN due >= at_most;
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION ims._closing_instants_due(bigint, bigint, timestamptz, timestamptz, bigint) IS
    'ends of hours at which so many movements have passed since the closing before';
REVOKE ALL ON FUNCTION
    ims._closing_instants_due(bigint, bigint, timestamptz, timestamptz, bigint) FROM PUBLIC;

CREATE FUNCTION ims._maintain_closings(
    owner_id bigint,
    every_movements bigint,
    settled_after interval,
    at_most bigint,
    from_at timestamptz)
RETURNS bigint
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '2s'
AS $$
DECLARE
    due_at timestamptz;
    taken bigint := 0;
    balance_count bigint;
    first_at timestamptz;
BEGIN
    IF every_movements IS NULL OR every_movements < 1
       OR at_most IS NULL OR at_most < 1
       OR settled_after IS NULL OR settled_after < interval '0'
    THEN
        RAISE EXCEPTION 'every_movements and at_most must be at least 1, settled_after not negative'
            USING ERRCODE = '22023',
                  DETAIL = pg_catalog.format(
                      'every_movements is %s, at_most is %s, settled_after is %s.',
                      COALESCE(every_movements::text, 'null'), COALESCE(at_most::text, 'null'),
                      COALESCE(settled_after::text, 'null')),
                  HINT = 'Leave them out to take the defaults.';
    END IF;
    -- Another run is at it: what is due will be done.
    IF NOT pg_catalog.pg_try_advisory_xact_lock(
               pg_catalog.hashtextextended('ims.maintain_closings', owner_id))
    THEN
        RETURN 0;
    END IF;
    -- A closing costs as many rows as there are balances: never more often
    -- than one per that many movements, or closings would outgrow the ledger.
    SELECT pg_catalog.count(*) INTO balance_count
      FROM ims.stock AS s
     WHERE s.owner_id = _maintain_closings.owner_id;
    first_at := COALESCE(
        from_at,
        (SELECT pg_catalog.max(c.closed_at)
           FROM ims.closing AS c
          WHERE c.owner_id = _maintain_closings.owner_id),
        '-infinity');
    FOR due_at IN
        SELECT d.instant
          FROM ims._closing_instants_due(
                   _maintain_closings.owner_id,
                   GREATEST(every_movements, balance_count),
                   first_at,
                   pg_catalog.clock_timestamp() - settled_after,
                   at_most) AS d (instant)
    LOOP
        PERFORM ims._take_closing(_maintain_closings.owner_id, due_at);
        taken := taken + 1;
    END LOOP;
    RETURN taken;
END
$$;
COMMENT ON FUNCTION ims._maintain_closings(bigint, bigint, interval, bigint, timestamptz) IS
    'work of ims.maintain_closings';
REVOKE ALL ON FUNCTION ims._maintain_closings(bigint, bigint, interval, bigint, timestamptz)
    FROM PUBLIC;

CREATE FUNCTION ims.maintain_closings(
    owner text DEFAULT NULL,
    every_movements bigint DEFAULT 1000000,
    settled_after interval DEFAULT '7 days',
    at_most bigint DEFAULT 1,
    from_at timestamptz DEFAULT NULL)
RETURNS bigint
LANGUAGE c
VOLATILE
PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.maintain_closings(text, bigint, interval, bigint, timestamptz) IS
    'take the closings that are due: number of closings taken; '
    'one per every_movements after the last closing, older than settled_after, '
    'at_most so many in one call; from_at looks at history from there again; '
    'example, as a job: SELECT ims.maintain_closings()';
REVOKE ALL ON FUNCTION ims.maintain_closings(text, bigint, interval, bigint, timestamptz)
    FROM PUBLIC;
