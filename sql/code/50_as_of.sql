-- Stock at any past instant, and as it was known at any time of recording.
--
-- "As of T" includes the movements effective at T.  Inside, every instant is
-- an exclusive bound (before_at): T plus one microsecond, the resolution of
-- timestamptz, so that closings, periods and days are plain half-open ranges.
--
-- The answer starts from the nearest anchor (a closing, the live balance, or
-- the empty ledger before its first movement) and adds or takes away the
-- movements between.  With A the instant of the anchor, B = before_at and K the
-- time of recording asked for, the identity that all readers here use is
--
--   sum {effective < B, recorded <= K} = balance at A
--      + sum {A <= effective < B, recorded <= K}
--      - sum {B <= effective < A}
--      - sum {effective < least(A, B), recorded > K}
--
-- which holds for every A.  Each sum is a range of movement_time_idx (BRIN) or,
-- for a few items, of movement_item_idx.  Plans are made anew for each call
-- (plan_cache_mode), so that the planner sees the instants and drops the arms
-- that are empty.  It costs a bitmap scan as if the rows lay all over the table,
-- which the rows of a time do not: other scans are switched off, or it would
-- read everything, and JIT with them, which the switches would set off.  The
-- functions are STABLE: all that one call reads is of one snapshot.
--
-- Readers run as their caller, under row-level security.  Their helpers do so
-- too and give nobody more than he may read anyway, so they are left to PUBLIC.

CREATE FUNCTION ims._utc(instant timestamptz)
RETURNS text
LANGUAGE c
IMMUTABLE
STRICT
PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_utc';
COMMENT ON FUNCTION ims._utc(timestamptz) IS
    'an instant for messages: ISO 8601 in UTC, whatever the settings of the session';

-- Near the ends of what the server can write as a time, adding and subtracting
-- goes past them.  NULL and infinity pass.
CREATE FUNCTION ims._check_instant(argument text, instant timestamptz)
RETURNS void
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF isfinite(instant)
       AND (instant < '0001-01-01 00:00+00' OR instant >= '10000-01-01 00:00+00')
    THEN
        RAISE EXCEPTION 'instant of argument "%" is out of range', argument
            USING ERRCODE = 'IV232',
                  DETAIL = 'Its year is not from 1 to 9999. '
                           || jsonb_build_object('argument', argument,
                                                 'instant', ims._utc(instant))::text,
                  HINT = 'Write infinity, or nothing, for all there is.';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_instant(text, timestamptz) IS
    'raise IV232 for an instant that is too far away to compute with';

CREATE FUNCTION ims._reading_owner_id(owner text)
RETURNS bigint
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found_ids bigint[];
BEGIN
    -- Row-level security shows the caller his own owners only, so that an
    -- unknown owner and somebody else's give the same error.
    SELECT pg_catalog.array_agg(o.owner_id)
        INTO found_ids
        FROM (SELECT w.owner_id
                FROM ims.owner AS w
               WHERE _reading_owner_id.owner IS NULL OR w.code = _reading_owner_id.owner
               LIMIT 2) AS o;
    IF owner IS NOT NULL AND found_ids IS NULL THEN
        RAISE EXCEPTION 'owner "%" is unknown', owner
            USING ERRCODE = 'IV202',
                  DETAIL = 'It does not exist, or the role may not act for it. '
                           || pg_catalog.jsonb_build_object('owner', owner)::text,
                  HINT = 'Name an owner that your role may act for.';
    END IF;
    IF pg_catalog.cardinality(found_ids) IS DISTINCT FROM 1 THEN
        RAISE EXCEPTION 'argument "owner" is missing'
            USING ERRCODE = 'IV201',
                  DETAIL = 'Only a role with exactly one owner may leave it out. '
                           || pg_catalog.jsonb_build_object('argument', 'owner')::text,
                  HINT = 'Name an owner that your role may act for.';
    END IF;
    RETURN found_ids[1];
END
$$;
COMMENT ON FUNCTION ims._reading_owner_id(text) IS
    'identifies the owner whose rows a reader asks for, null for the only one';

CREATE FUNCTION ims._item_ids(owner_id bigint, items text[])
RETURNS bigint[]
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    item_ids bigint[];
    unknown text;
BEGIN
    IF items IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT pg_catalog.array_agg(i.item_id ORDER BY g.n),
           (pg_catalog.array_agg(g.code ORDER BY g.n) FILTER (WHERE i.item_id IS NULL))[1]
        INTO item_ids, unknown
        FROM pg_catalog.unnest(_item_ids.items) WITH ORDINALITY AS g (code, n)
        LEFT JOIN ims.item AS i ON i.owner_id = _item_ids.owner_id AND i.code = g.code;
    IF pg_catalog.array_position(item_ids, NULL) IS NOT NULL THEN
        RAISE EXCEPTION 'item "%" is unknown', unknown
            USING ERRCODE = 'IV203',
                  DETAIL = 'The owner has no such item. '
                           || pg_catalog.jsonb_build_object('item', unknown)::text,
                  HINT = 'Codes are matched exactly; see ims.item.';
    END IF;
    RETURN COALESCE(item_ids, '{}');
END
$$;
COMMENT ON FUNCTION ims._item_ids(bigint, text[]) IS
    'ids of items by code, null for all; unknown codes are an error';

CREATE FUNCTION ims._place_ids(locations text[])
RETURNS bigint[]
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    place_ids bigint[];
    root_ids bigint[];
    unknown text;
BEGIN
    IF locations IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT pg_catalog.array_agg(l.location_id ORDER BY g.n),
           (pg_catalog.array_agg(g.code ORDER BY g.n) FILTER (WHERE l.location_id IS NULL))[1]
        INTO root_ids, unknown
        FROM pg_catalog.unnest(_place_ids.locations) WITH ORDINALITY AS g (code, n)
        LEFT JOIN ims.location AS l ON l.code = g.code;
    IF pg_catalog.array_position(root_ids, NULL) IS NOT NULL THEN
        RAISE EXCEPTION 'location "%" is unknown', unknown
            USING ERRCODE = 'IV204',
                  DETAIL = 'There is no such place. '
                           || pg_catalog.jsonb_build_object('location', unknown)::text,
                  HINT = 'Codes are matched exactly; see ims.location.';
    END IF;
    WITH RECURSIVE node AS (
        SELECT l.location_id
          FROM ims.location AS l
         WHERE l.location_id = ANY (root_ids)
        UNION
        SELECT c.location_id
          FROM node AS n
          JOIN ims.location AS c ON c.parent_id = n.location_id
    )
    SELECT pg_catalog.array_agg(n.location_id ORDER BY n.location_id)
        INTO place_ids
        FROM node AS n
       WHERE n.location_id <> ALL (ims._outside_ids());
    RETURN COALESCE(place_ids, '{}');
END
$$;
COMMENT ON FUNCTION ims._place_ids(text[]) IS
    'ids of the places at and below the named ones, without those outside, null for all';

-- A place of a site that keeps no stock any more did so in the past.
CREATE FUNCTION ims._outside_ids()
RETURNS bigint[]
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN ARRAY(SELECT l.location_id
                   FROM ims.location AS l
                  WHERE l.site_id = 0 AND NOT l.keeps_stock
                  ORDER BY l.location_id);
END
$$;
COMMENT ON FUNCTION ims._outside_ids() IS
    'ids of the virtual places that keep no balance';

CREATE FUNCTION ims._nearest_anchor(
    owner_id bigint,
    before_at timestamptz,
    OUT closing_id bigint,
    OUT anchor_at timestamptz)
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET enable_indexscan = on
AS $$
DECLARE
    lower_id bigint;
    upper_id bigint;
    lower_at timestamptz;
    upper_at timestamptz;
    start_at timestamptz;
    end_at timestamptz;
BEGIN
    SELECT c.closing_id, c.closed_at INTO lower_id, lower_at
      FROM ims.closing AS c
     WHERE c.owner_id = _nearest_anchor.owner_id AND c.closed_at <= before_at
     ORDER BY c.closed_at DESC
     LIMIT 1;
    SELECT c.closing_id, c.closed_at INTO upper_id, upper_at
      FROM ims.closing AS c
     WHERE c.owner_id = _nearest_anchor.owner_id AND c.closed_at >= before_at
     ORDER BY c.closed_at
     LIMIT 1;
    -- Distance is time: between two closings movements are taken to be spread
    -- evenly.  The ends of history are guessed from the first and the last
    -- movement recorded.  A wrong guess costs time, never a wrong answer.
    -- (Its readers switch index scans off, which these searches need.)
    IF lower_id IS NULL THEN
        SELECT m.effective_at INTO start_at
          FROM ims.movement AS m
         WHERE m.owner_id = _nearest_anchor.owner_id
         ORDER BY m.movement_id
         LIMIT 1;
    END IF;
    IF upper_id IS NULL THEN
        SELECT m.effective_at INTO end_at
          FROM ims.movement AS m
         WHERE m.owner_id = _nearest_anchor.owner_id
         ORDER BY m.movement_id DESC
         LIMIT 1;
    END IF;
    lower_at := COALESCE(lower_at, LEAST(start_at, before_at));
    upper_at := COALESCE(upper_at, GREATEST(end_at, before_at));
    IF pg_catalog.isfinite(before_at) IS NOT TRUE THEN
        -- The whole ledger, or nothing of it.
        closing_id := NULL;
        anchor_at := before_at;
    ELSIF lower_at IS NOT NULL
          AND before_at - lower_at <= upper_at - before_at
    THEN
        closing_id := lower_id;
        anchor_at := CASE WHEN lower_id IS NULL THEN '-infinity' ELSE lower_at END;
    ELSE
        closing_id := upper_id;
        anchor_at := CASE WHEN upper_id IS NULL THEN 'infinity' ELSE upper_at END;
    END IF;
END
$$;
COMMENT ON FUNCTION ims._nearest_anchor(bigint, timestamptz) IS
    'balances to start from: a closing; none and infinity: live; none and -infinity: empty';

CREATE FUNCTION ims._stock_at_ids(
    owner_id bigint,
    before_at timestamptz,
    item_ids bigint[] DEFAULT NULL,
    location_ids bigint[] DEFAULT NULL,
    known_at timestamptz DEFAULT NULL)
RETURNS TABLE (item_id bigint, location_id bigint, lot_id bigint, handling_unit_id bigint,
               on_hand numeric)
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
ROWS 10000
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET enable_seqscan = off
SET enable_indexscan = off
SET jit = off
AS $$
DECLARE
    owner bigint := _stock_at_ids.owner_id;
    items bigint[] := item_ids;
    places bigint[] := location_ids;
    outside bigint[] := ims._outside_ids();
    anchor record;
    lower_at timestamptz;
    upper_at timestamptz;
    forward boolean;
BEGIN
    SELECT * INTO anchor FROM ims._nearest_anchor(owner, LEAST(before_at, known_at)) AS a;
    forward := anchor.anchor_at < before_at;
    lower_at := LEAST(anchor.anchor_at, before_at);
    upper_at := GREATEST(anchor.anchor_at, before_at);
    RETURN QUERY
    SELECT d.item_id, d.location_id, d.lot_id, d.handling_unit_id, pg_catalog.sum(d.quantity)
      FROM (
            SELECT s.item_id, s.location_id, s.lot_id, s.handling_unit_id,
                   s.on_hand::numeric AS quantity
              FROM ims.stock AS s
             WHERE anchor.anchor_at = 'infinity'
               AND s.owner_id = owner
               AND (items IS NULL OR s.item_id = ANY (items))
               AND (places IS NULL OR s.location_id = ANY (places))
            UNION ALL
            SELECT b.item_id, b.location_id, b.lot_id, b.handling_unit_id, b.on_hand
              FROM ims.closing_balance AS b
             WHERE anchor.closing_id IS NOT NULL
               AND b.owner_id = owner
               AND b.closing_id = anchor.closing_id
               AND (items IS NULL OR b.item_id = ANY (items))
               AND (places IS NULL OR b.location_id = ANY (places))
            UNION ALL
            -- between anchor and instant: what arrived, and what left
            SELECT m.item_id, m.to_location_id, m.lot_id, m.to_handling_unit_id,
                   CASE WHEN forward THEN m.quantity ELSE - m.quantity END
              FROM ims.movement AS m
             WHERE lower_at < upper_at
               AND m.owner_id = owner
               AND m.effective_at >= lower_at
               AND m.effective_at < upper_at
               AND (known_at IS NULL OR NOT forward OR m.recorded_at <= known_at)
               AND (items IS NULL OR m.item_id = ANY (items))
               AND (places IS NULL OR m.to_location_id = ANY (places))
               AND m.to_location_id <> ALL (outside)
            UNION ALL
            SELECT m.item_id, m.from_location_id, m.lot_id, m.from_handling_unit_id,
                   CASE WHEN forward THEN - m.quantity ELSE m.quantity END
              FROM ims.movement AS m
             WHERE lower_at < upper_at
               AND m.owner_id = owner
               AND m.effective_at >= lower_at
               AND m.effective_at < upper_at
               AND (known_at IS NULL OR NOT forward OR m.recorded_at <= known_at)
               AND (items IS NULL OR m.item_id = ANY (items))
               AND (places IS NULL OR m.from_location_id = ANY (places))
               AND m.from_location_id <> ALL (outside)
            UNION ALL
            -- learned too late: the same the other way round
            SELECT m.item_id, m.to_location_id, m.lot_id, m.to_handling_unit_id, - m.quantity
              FROM ims.movement AS m
             WHERE known_at IS NOT NULL
               AND m.owner_id = owner
               AND m.effective_at < lower_at
               AND m.recorded_at > known_at
               AND (items IS NULL OR m.item_id = ANY (items))
               AND (places IS NULL OR m.to_location_id = ANY (places))
               AND m.to_location_id <> ALL (outside)
            UNION ALL
            SELECT m.item_id, m.from_location_id, m.lot_id, m.from_handling_unit_id, m.quantity
              FROM ims.movement AS m
             WHERE known_at IS NOT NULL
               AND m.owner_id = owner
               AND m.effective_at < lower_at
               AND m.recorded_at > known_at
               AND (items IS NULL OR m.item_id = ANY (items))
               AND (places IS NULL OR m.from_location_id = ANY (places))
               AND m.from_location_id <> ALL (outside)
           ) AS d
     GROUP BY d.item_id, d.location_id, d.lot_id, d.handling_unit_id
    HAVING pg_catalog.sum(d.quantity) <> 0;
END
$$;
COMMENT ON FUNCTION ims._stock_at_ids(bigint, timestamptz, bigint[], bigint[], timestamptz) IS
    'balances from the movements effective before an instant, by ids, without zeros';

CREATE FUNCTION ims._stock_by_item_at_ids(
    owner_id bigint,
    before_at timestamptz,
    item_ids bigint[] DEFAULT NULL,
    location_ids bigint[] DEFAULT NULL,
    known_at timestamptz DEFAULT NULL)
RETURNS TABLE (item_id bigint, on_hand numeric)
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
ROWS 10000
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET enable_seqscan = off
SET enable_indexscan = off
SET jit = off
AS $$
DECLARE
    owner bigint := _stock_by_item_at_ids.owner_id;
    items bigint[] := item_ids;
    places bigint[] := location_ids;
    outside bigint[] := ims._outside_ids();
    anchor record;
    lower_at timestamptz;
    upper_at timestamptz;
    forward boolean;
BEGIN
    SELECT * INTO anchor FROM ims._nearest_anchor(owner, LEAST(before_at, known_at)) AS a;
    forward := anchor.anchor_at < before_at;
    lower_at := LEAST(anchor.anchor_at, before_at);
    upper_at := GREATEST(anchor.anchor_at, before_at);
    -- A movement counts where exactly one of its ends is among the places.
    -- Each part is summed by itself, so that few rows go through the union.
    RETURN QUERY
    SELECT d.item_id, pg_catalog.sum(d.quantity)
      FROM (
            SELECT s.item_id, pg_catalog.sum(s.on_hand)::numeric AS quantity
              FROM ims.stock AS s
             WHERE anchor.anchor_at = 'infinity'
               AND s.owner_id = owner
               AND (items IS NULL OR s.item_id = ANY (items))
               AND (places IS NULL OR s.location_id = ANY (places))
             GROUP BY s.item_id
            UNION ALL
            SELECT b.item_id, pg_catalog.sum(b.on_hand)
              FROM ims.closing_balance AS b
             WHERE anchor.closing_id IS NOT NULL
               AND b.owner_id = owner
               AND b.closing_id = anchor.closing_id
               AND (items IS NULL OR b.item_id = ANY (items))
               AND (places IS NULL OR b.location_id = ANY (places))
             GROUP BY b.item_id
            UNION ALL
            SELECT e.item_id,
                   pg_catalog.sum(CASE WHEN e.arrives = forward
                                       THEN e.quantity ELSE - e.quantity END)
              FROM (SELECT m.item_id, m.quantity,
                           (places IS NULL OR m.to_location_id = ANY (places))
                           AND m.to_location_id <> ALL (outside) AS arrives,
                           (places IS NULL OR m.from_location_id = ANY (places))
                           AND m.from_location_id <> ALL (outside) AS leaves
                      FROM ims.movement AS m
                     WHERE lower_at < upper_at
                       AND m.owner_id = owner
                       AND m.effective_at >= lower_at
                       AND m.effective_at < upper_at
                       AND (known_at IS NULL OR NOT forward OR m.recorded_at <= known_at)
                       AND (items IS NULL OR m.item_id = ANY (items))) AS e
             WHERE e.arrives <> e.leaves
             GROUP BY e.item_id
            UNION ALL
            SELECT e.item_id,
                   pg_catalog.sum(CASE WHEN e.arrives THEN - e.quantity ELSE e.quantity END)
              FROM (SELECT m.item_id, m.quantity,
                           (places IS NULL OR m.to_location_id = ANY (places))
                           AND m.to_location_id <> ALL (outside) AS arrives,
                           (places IS NULL OR m.from_location_id = ANY (places))
                           AND m.from_location_id <> ALL (outside) AS leaves
                      FROM ims.movement AS m
                     WHERE known_at IS NOT NULL
                       AND m.owner_id = owner
                       AND m.effective_at < lower_at
                       AND m.recorded_at > known_at
                       AND (items IS NULL OR m.item_id = ANY (items))) AS e
             WHERE e.arrives <> e.leaves
             GROUP BY e.item_id
           ) AS d
     GROUP BY d.item_id
    HAVING pg_catalog.sum(d.quantity) <> 0;
END
$$;
COMMENT ON FUNCTION
    ims._stock_by_item_at_ids(bigint, timestamptz, bigint[], bigint[], timestamptz) IS
    'quantity per item from the movements effective before an instant, by ids, without zeros';

CREATE FUNCTION ims.stock_at(
    at timestamptz DEFAULT NULL,
    owner text DEFAULT NULL,
    items text[] DEFAULT NULL,
    locations text[] DEFAULT NULL,
    known_at timestamptz DEFAULT NULL)
RETURNS TABLE (item text, location text, lot text, handling_unit text, on_hand numeric)
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
ROWS 10000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    my_owner_id bigint := ims._reading_owner_id(owner);
BEGIN
    PERFORM ims._check_instant('at', at), ims._check_instant('known_at', known_at);
    RETURN QUERY
    SELECT i.code, l.code, t.code, h.code, s.on_hand
      FROM ims._stock_at_ids(
               owner_id => my_owner_id,
               before_at => COALESCE(at, 'infinity') + interval '1 microsecond',
               item_ids => ims._item_ids(my_owner_id, items),
               location_ids => ims._place_ids(locations),
               known_at => stock_at.known_at) AS s
      LEFT JOIN ims.item AS i
        ON i.owner_id = my_owner_id AND i.item_id = s.item_id
      LEFT JOIN ims.location AS l ON l.location_id = s.location_id
      LEFT JOIN ims.lot AS t
        ON t.owner_id = my_owner_id AND t.lot_id = s.lot_id
      LEFT JOIN ims.handling_unit AS h
        ON h.owner_id = my_owner_id AND h.handling_unit_id = s.handling_unit_id;
END
$$;
COMMENT ON FUNCTION ims.stock_at(timestamptz, text, text[], text[], timestamptz) IS
    'stock by item, place, lot and handling unit as of an instant, base units; '
    'movements effective at the instant are in, zeros are left out; '
    'locations include what is below them; known_at: as the ledger knew it then; '
    'example: SELECT * FROM ims.stock_at(at => ''2026-01-31 18:00+01'', items => ''{TEA}'')';
REVOKE ALL ON FUNCTION ims.stock_at(timestamptz, text, text[], text[], timestamptz) FROM PUBLIC;

CREATE FUNCTION ims.stock_by_item_at(
    at timestamptz DEFAULT NULL,
    owner text DEFAULT NULL,
    items text[] DEFAULT NULL,
    locations text[] DEFAULT NULL,
    known_at timestamptz DEFAULT NULL)
RETURNS TABLE (item text, on_hand numeric)
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
ROWS 10000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    my_owner_id bigint := ims._reading_owner_id(owner);
BEGIN
    PERFORM ims._check_instant('at', at), ims._check_instant('known_at', known_at);
    RETURN QUERY
    SELECT i.code, s.on_hand
      FROM ims._stock_by_item_at_ids(
               owner_id => my_owner_id,
               before_at => COALESCE(at, 'infinity') + interval '1 microsecond',
               item_ids => ims._item_ids(my_owner_id, items),
               location_ids => ims._place_ids(locations),
               known_at => stock_by_item_at.known_at) AS s
      LEFT JOIN ims.item AS i
        ON i.owner_id = my_owner_id AND i.item_id = s.item_id;
END
$$;
COMMENT ON FUNCTION ims.stock_by_item_at(timestamptz, text, text[], text[], timestamptz) IS
    'stock by item as of an instant, base units; the arguments are those of ims.stock_at; '
    'example: SELECT * FROM ims.stock_by_item_at(at => ''2026-01-31 18:00+01'')';
REVOKE ALL ON FUNCTION ims.stock_by_item_at(timestamptz, text, text[], text[], timestamptz)
    FROM PUBLIC;
