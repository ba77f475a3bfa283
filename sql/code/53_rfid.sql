-- RFID: raw reads in, arrivals and departures out.
--
-- Visits and events are a function of the set of the reads, of the latest
-- instant swept and of nothing else: each call turns its new reads into short
-- visits, joins them with the visits there that are within the window, and
-- writes what changed.  So batches may come late, twice and in any order.
--
-- Locks: the row of the read point, those of several in ascending order; every
-- call that changes something updates it, so that a snapshot of REPEATABLE
-- READ that is older gets 40001.  The ledger itself is not touched.

-- Master data: readers and their read points.

CREATE FUNCTION ims._raise_rfid_use(what text, code text, argument text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE '% "%" has reads: its % stays', what, code, argument
        USING ERRCODE = 'IV228',
            DETAIL = 'Events would no longer follow from the reads. '
                || jsonb_build_object(replace(what, ' ', '_'), code, 'argument', argument,
                    'mentioned_by', 'rfid_read')::text,
            HINT = 'Set the reader to inactive, and make a new one.';
END
$$;
COMMENT ON FUNCTION ims._raise_rfid_use IS 'raise IV228: reads rest on it';
REVOKE ALL ON FUNCTION ims._raise_rfid_use FROM PUBLIC;

-- The read point of that code, locked; made where there is none.
CREATE FUNCTION ims._rfid_point(owner_id bigint, code text, window_seconds bigint)
RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    point record;
BEGIN
    INSERT INTO ims.rfid_point (owner_id, code, window_seconds)
    VALUES (owner_id, code, coalesce(window_seconds, 30))
    ON CONFLICT ON CONSTRAINT rfid_point_code_key DO NOTHING;
    SELECT p.rfid_point_id, p.window_seconds, p.read_count INTO STRICT point
    FROM ims.rfid_point AS p
    WHERE p.owner_id = owner_id AND p.code = code
    FOR NO KEY UPDATE;
    IF point.window_seconds <> window_seconds THEN
        IF point.read_count > 0 THEN
            PERFORM ims._raise_rfid_use('read point', code, 'window_seconds');
        END IF;
        UPDATE ims.rfid_point AS p
        SET window_seconds = _rfid_point.window_seconds
        WHERE p.owner_id = owner_id AND p.rfid_point_id = point.rfid_point_id;
    END IF;
    RETURN point.rfid_point_id;
END
$$;
COMMENT ON FUNCTION ims._rfid_point IS 'read point of that code, made if it is new, locked';
REVOKE ALL ON FUNCTION ims._rfid_point FROM PUBLIC;

CREATE FUNCTION ims._set_rfid_reader(
    owner_id bigint,
    reader text DEFAULT NULL,
    location text DEFAULT NULL,
    read_point text DEFAULT NULL,
    window_seconds bigint DEFAULT NULL,
    name text DEFAULT NULL,
    status text DEFAULT NULL,
    tags text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    was record;
    place_id bigint;
    point_id bigint;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    PERFORM ims._check_code('reader', reader);
    PERFORM ims._check_range('window_seconds', window_seconds, 1, 86400);
    PERFORM ims._check_choice('status', status, 'active', 'inactive');
    PERFORM ims._check_choice('tags', tags, 'all', 'own');
    SELECT r.rfid_reader_id, r.location_id, r.read_count, p.code AS point INTO was
    FROM ims.rfid_reader AS r
    JOIN ims.rfid_point AS p ON p.owner_id = r.owner_id AND p.rfid_point_id = r.rfid_point_id
    WHERE r.owner_id = owner_id AND r.code = reader;
    place_id := CASE WHEN location IS NULL AND was.rfid_reader_id IS NOT NULL
        THEN was.location_id ELSE ims._location_id(location) END;
    read_point := coalesce(read_point, was.point, reader);
    PERFORM ims._check_code('read_point', read_point);
    point_id := ims._rfid_point(owner_id, read_point, window_seconds);
    IF was.rfid_reader_id IS NULL THEN
        INSERT INTO ims.rfid_reader
            (owner_id, code, name, rfid_point_id, location_id, status, tags)
        VALUES (owner_id, reader, coalesce(name, reader), point_id, place_id,
            coalesce(status, 'active'), coalesce(tags, 'all'));
        RETURN;
    END IF;
    -- Under the lock of the point, as ingesting is.
    SELECT r.rfid_reader_id, r.rfid_point_id, r.location_id, r.read_count INTO STRICT was
    FROM ims.rfid_reader AS r
    WHERE r.owner_id = owner_id AND r.rfid_reader_id = was.rfid_reader_id
    FOR NO KEY UPDATE;
    IF was.read_count > 0 AND was.location_id <> place_id THEN
        PERFORM ims._raise_rfid_use('reader', reader, 'location');
    ELSIF was.read_count > 0 AND was.rfid_point_id <> point_id THEN
        PERFORM ims._raise_rfid_use('reader', reader, 'read_point');
    END IF;
    UPDATE ims.rfid_reader AS r
    SET name = coalesce(_set_rfid_reader.name, r.name),
        status = coalesce(_set_rfid_reader.status, r.status),
        tags = coalesce(_set_rfid_reader.tags, r.tags),
        location_id = place_id, rfid_point_id = point_id
    WHERE r.owner_id = owner_id AND r.rfid_reader_id = was.rfid_reader_id;
END
$$;
COMMENT ON FUNCTION ims._set_rfid_reader IS 'internal form of ims.set_rfid_reader()';
REVOKE ALL ON FUNCTION ims._set_rfid_reader FROM PUBLIC;

CREATE FUNCTION ims.set_rfid_reader(
    owner text DEFAULT NULL,
    reader text DEFAULT NULL,
    location text DEFAULT NULL,
    read_point text DEFAULT NULL,
    window_seconds bigint DEFAULT NULL,
    name text DEFAULT NULL,
    status text DEFAULT NULL,
    tags text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.set_rfid_reader IS
'make an RFID reader, or change it

location is the place where a tag is that the reader hears. Readers of one read_point hear
the same tags; left out, the reader is alone at a point of its own code. A tag that no
reader of the point heard for more than window_seconds (1 to 86400, default 30) has gone.
tags is all (default), or own where goods of several owners pass: make the reader for each of
them, and only reads of tags of what the owner has are kept. Once there are reads, location,
read point and window stay (IV228).
Example: SELECT ims.set_rfid_reader(reader => ''DOOR-1'', location => ''DOCK'', window_seconds => 15);';
REVOKE ALL ON FUNCTION ims.set_rfid_reader FROM PUBLIC;

-- What is passed from step to step.
CREATE TYPE ims._rfid_given AS (
    line bigint,
    sequence bigint,
    epc text,
    read_at timestamptz,
    rssi numeric,
    antenna bigint);
COMMENT ON TYPE ims._rfid_given IS 'a read of a call';

CREATE TYPE ims._rfid_island AS (
    epc text,
    first_seen_at timestamptz,
    last_seen_at timestamptz,
    read_count bigint,
    rssi_sum numeric,
    rssi_count bigint,
    is_followed boolean,
    known boolean);
COMMENT ON TYPE ims._rfid_island IS 'reads of a tag by one reader, none further apart than the window';

CREATE TYPE ims._rfid_merged AS (
    epc text,
    first_seen_at timestamptz,
    last_seen_at timestamptz,
    departed boolean,
    rfid_reader_id bigint,
    location_id bigint,
    read_count bigint,
    heard jsonb,
    known boolean);
COMMENT ON TYPE ims._rfid_merged IS
    'a visit as it is after new reads; known where the tag was at the point before';

-- Locks a reader that may send, and its read point.
CREATE FUNCTION ims._rfid_lock(owner_id bigint, reader text, OUT rfid_reader_id bigint,
    OUT rfid_point_id bigint, OUT gap interval, OUT swept_through timestamptz,
    OUT dropped_through timestamptz, OUT tags text)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    state text;
BEGIN
    SELECT r.rfid_reader_id, r.rfid_point_id, make_interval(secs => p.window_seconds),
        p.swept_through, p.dropped_through, r.tags, r.status
    INTO rfid_reader_id, rfid_point_id, gap, swept_through, dropped_through, tags, state
    FROM ims.rfid_reader AS r
    JOIN ims.rfid_point AS p ON p.owner_id = r.owner_id AND p.rfid_point_id = r.rfid_point_id
    WHERE r.owner_id = $1 AND r.code = $2
    FOR NO KEY UPDATE OF p, r;
    IF NOT FOUND THEN
        PERFORM ims._raise_unknown('reader', 'reader', $2, 'IV229');
    ELSIF state <> 'active' THEN
        RAISE 'reader "%" is inactive', $2
            USING ERRCODE = 'IV212',
                DETAIL = 'No reads are taken from it. '
                    || jsonb_build_object('reader', $2)::text,
                HINT = 'Activate it with ims.set_rfid_reader().';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._rfid_lock IS 'reader of that code with its read point, locked';
REVOKE ALL ON FUNCTION ims._rfid_lock FROM PUBLIC;

-- What is no instant in every session alike is null here.
CREATE FUNCTION ims._rfid_reads(reads jsonb)
RETURNS SETOF ims._rfid_given
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10000
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT r.line, coalesce(r.sequence, r.line),
        CASE WHEN (starts_with(r.epc, 'urn:') OR length(r.epc) > 24) AND ims.is_epc(r.epc)
            THEN ims.epc_hex(r.epc::ims.epc) ELSE upper(r.epc) END,
        ims._iso_instant(r.read_at), r.rssi, r.antenna
    FROM ROWS FROM (jsonb_to_recordset($1) AS (
        sequence bigint, epc text, read_at text, rssi numeric, antenna bigint))
        WITH ORDINALITY AS r (sequence, epc, read_at, rssi, antenna, line)
$$;
COMMENT ON FUNCTION ims._rfid_reads IS 'reads of a call as rows; sequence is the line unless given';
REVOKE ALL ON FUNCTION ims._rfid_reads FROM PUBLIC;

CREATE FUNCTION ims._check_rfid_lines(reads jsonb)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    most CONSTANT bigint := (SELECT l.value FROM ims.limits() AS l
        WHERE l.name = 'rfid_reads_per_call');
BEGIN
    -- The slow check says what is wrong, a quick one whether anything is.
    IF jsonb_typeof(reads) <> 'array'
        OR jsonb_path_exists(reads, 'strict $[*] ? (@.type() != "object")')
        OR jsonb_path_exists(reads,
            'strict $[*].* ? (@.type() == "object" || @.type() == "array")')
        OR EXISTS (
            SELECT FROM jsonb_array_elements(reads) AS l (value)
            WHERE l.value - '{sequence,epc,read_at,rssi,antenna}'::text[] <> '{}')
    THEN
        PERFORM ims._check_lines(reads, 'sequence', 'epc', 'read_at', 'rssi', 'antenna');
    END IF;
    IF jsonb_array_length(reads) > most THEN
        RAISE '% reads are too many for one call', jsonb_array_length(reads)
            USING ERRCODE = 'IV220',
                DETAIL = format('At most %s are taken. ', most)
                    || jsonb_build_object('lines', jsonb_array_length(reads))::text,
                HINT = 'Send the batch in several calls.';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_rfid_lines IS 'raise for reads that are no array of objects, or too many';
REVOKE ALL ON FUNCTION ims._check_rfid_lines FROM PUBLIC;

CREATE FUNCTION ims._check_rfid_reads(reads jsonb, given ims._rfid_given[])
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    latest CONSTANT timestamptz := clock_timestamp() + interval '1 minute';
    bad record;
    given_at text;
BEGIN
    SELECT r.* INTO bad
    FROM unnest(given) AS r
    WHERE (r.epc ~ '^[0-9A-F]+$' AND length(r.epc) <= 124 AND length(r.epc) % 2 = 0
        AND r.read_at <= latest
        AND r.sequence >= 0 AND coalesce(r.rssi BETWEEN -1000 AND 1000, true)) IS NOT TRUE
    ORDER BY r.line
    LIMIT 1;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    given_at := reads -> (bad.line - 1)::integer ->> 'read_at';
    PERFORM ims._check_present('epc', bad.epc IS NOT NULL);
    PERFORM ims._check_present('read_at', given_at IS NOT NULL);
    IF bad.read_at IS NULL THEN
        RAISE 'read_at of read % is no instant', bad.line
            USING ERRCODE = 'IV223',
                DETAIL = 'Without its zone, or in another form, it would be another in every session. '
                    || jsonb_build_object('line', bad.line, 'read_at', left(given_at, 100))::text,
                HINT = 'Write it like 2026-01-01T00:00:00Z or 2026-01-01T01:00:00+01:00.';
    END IF;
    PERFORM ims._check_range('sequence', bad.sequence, 0, 9223372036854775807);
    PERFORM ims._check_range('rssi', bad.rssi, -1000, 1000);
    IF bad.read_at > latest THEN
        RAISE 'read % lies in the future', bad.line
            USING ERRCODE = 'IV217',
                DETAIL = 'It is more than a minute ahead of the clock of the server. '
                    || jsonb_build_object('line', bad.line, 'read_at', ims._utc(bad.read_at))::text,
                HINT = 'Set the clock of the reader.';
    END IF;
    RAISE 'read %: "%" is no EPC', bad.line, left(bad.epc, 130)
        USING ERRCODE = 'IV111',
            DETAIL = 'The bits of a tag are 1 to 62 bytes in hexadecimal digits. '
                || jsonb_build_object('line', bad.line, 'epc', left(bad.epc, 130),
                    'rule', 'hexadecimal', 'position', 0)::text,
            HINT = 'Give the digits as the reader delivers them, or a tag URI.';
END
$$;
COMMENT ON FUNCTION ims._check_rfid_reads IS 'raise what is wrong with the reads of a call';
REVOKE ALL ON FUNCTION ims._check_rfid_reads FROM PUBLIC;

-- Reads of tags of what the owner has: goods under one of his GTINs (single
-- units where he tracks them, so that two owners of one GTIN are told apart),
-- handling units, and units whose code is the tag itself.
CREATE FUNCTION ims._own_rfid_reads(owner_id bigint, given ims._rfid_given[])
RETURNS ims._rfid_given[]
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH tag AS MATERIALIZED (
        SELECT DISTINCT g.epc FROM unnest($2) AS g),
    element AS MATERIALIZED (
        SELECT t.epc, CASE WHEN ims.is_epc(t.epc)
            THEN ims.epc_element_string(t.epc::ims.epc)::ims.gs1 END AS string
        FROM tag AS t),
    own AS (
        SELECT e.epc
        FROM element AS e
        JOIN ims.item_code AS c
            ON c.owner_id = $1 AND c.kind = 'gtin' AND c.code = ims.gs1_get(e.string, '01')
        JOIN ims.item AS i ON i.owner_id = c.owner_id AND i.item_id = c.item_id
        LEFT JOIN ims.serial AS s ON s.owner_id = i.owner_id AND s.item_id = i.item_id
            AND s.code = ims.gs1_get(e.string, '21')
        WHERE i.tracking <> 'serial' OR s.serial_id IS NOT NULL
        UNION
        SELECT e.epc
        FROM element AS e
        JOIN ims.handling_unit AS h ON h.owner_id = $1 AND h.code = coalesce(
            ims.gs1_get(e.string, '00'), ims.gs1_get(e.string, '8003'),
            ims.gs1_get(e.string, '8004'), e.epc))
    SELECT coalesce(array_agg(g::ims._rfid_given ORDER BY g.line), '{}')
    FROM unnest($2) AS g
    JOIN own AS o ON o.epc = g.epc
$$;
COMMENT ON FUNCTION ims._own_rfid_reads IS 'the reads whose tags are on things of the owner';
REVOKE ALL ON FUNCTION ims._own_rfid_reads FROM PUBLIC;

-- Keeps the reads that are new, and returns them as short visits.  Tags are told
-- apart by their digits: what the collation would say of them takes longer.
CREATE FUNCTION ims._store_rfid_reads(
    owner_id bigint, point_id bigint, reader_id bigint, batch text, given ims._rfid_given[],
    gap interval, dropped_through timestamptz, OUT islands ims._rfid_island[],
    OUT stored bigint, OUT dropped bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_nestloop = off
AS $$
#variable_conflict use_variable
BEGIN
    WITH new_read AS (
        INSERT INTO ims.rfid_read
            (owner_id, rfid_reader_id, batch, sequence, epc, read_at, rssi, antenna)
        SELECT DISTINCT ON (g.sequence) owner_id, reader_id, batch, g.sequence, g.epc, g.read_at,
            g.rssi, g.antenna
        FROM unnest(given) AS g
        WHERE g.read_at >= dropped_through
          AND NOT EXISTS (
            SELECT FROM ims.rfid_read AS r
            WHERE r.owner_id = owner_id AND r.rfid_reader_id = reader_id AND r.batch = batch
              AND r.sequence = g.sequence)
        ORDER BY g.sequence, g.line
        RETURNING rfid_read.epc, rfid_read.read_at, rfid_read.rssi),
    marked AS (
        SELECT n.epc, n.read_at, n.rssi,
            n.read_at - lag(n.read_at) OVER w > gap AS begins,
            lead(n.read_at) OVER w - n.read_at > gap AS is_followed
        FROM new_read AS n
        WINDOW w AS (PARTITION BY n.epc COLLATE "C" ORDER BY n.read_at)),
    numbered AS (
        SELECT m.epc, m.read_at, m.rssi, m.is_followed,
            count(*) FILTER (WHERE m.begins) OVER w AS island
        FROM marked AS m
        WINDOW w AS (PARTITION BY m.epc COLLATE "C" ORDER BY m.read_at)),
    island AS (
        SELECT n.epc, min(n.read_at) AS first_seen_at, max(n.read_at) AS last_seen_at,
            count(*) AS read_count, coalesce(sum(n.rssi), 0) AS rssi_sum,
            count(n.rssi) AS rssi_count, coalesce(bool_or(n.is_followed), false) AS is_followed
        FROM numbered AS n
        GROUP BY n.epc, n.island)
    SELECT coalesce(array_agg((i.epc, i.first_seen_at, i.last_seen_at, i.read_count, i.rssi_sum,
            i.rssi_count, i.is_followed, (
                SELECT true FROM ims.rfid_visit AS v
                WHERE v.owner_id = owner_id AND v.epc = i.epc AND v.rfid_point_id = point_id
                LIMIT 1) IS NOT NULL)::ims._rfid_island), '{}'),
        coalesce(sum(i.read_count), 0),
        (SELECT count(*) FROM unnest(given) AS g WHERE g.read_at < dropped_through)
    INTO islands, stored, dropped
    FROM island AS i;
END
$$;
COMMENT ON FUNCTION ims._store_rfid_reads IS 'keep new reads; they as visits of one reader';
REVOKE ALL ON FUNCTION ims._store_rfid_reads FROM PUBLIC;

-- A number that was used must stand for the same read.
CREATE FUNCTION ims._check_rfid_repeats(
    owner_id bigint, reader_id bigint, batch text, given ims._rfid_given[],
    dropped_through timestamptz)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    other record;
BEGIN
    SELECT g.line, g.sequence INTO other
    FROM unnest(given) AS g
    JOIN ims.rfid_read AS r
        ON r.owner_id = owner_id AND r.rfid_reader_id = reader_id AND r.batch = batch
        AND r.sequence = g.sequence
    WHERE g.read_at >= dropped_through
      AND (r.epc, r.read_at) IS DISTINCT FROM (g.epc, g.read_at)
    ORDER BY g.line
    LIMIT 1;
    IF FOUND THEN
        RAISE 'number % of batch "%" stands for another read', other.sequence, batch
            USING ERRCODE = 'IV218',
                DETAIL = 'Tag or time differ. '
                    || jsonb_build_object('line', other.line, 'batch', batch,
                        'sequence', other.sequence)::text,
                HINT = 'Repeat a batch unchanged, or give a new code to a new batch.';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_rfid_repeats IS 'raise IV218 for a number that stands for another read';
REVOKE ALL ON FUNCTION ims._check_rfid_repeats FROM PUBLIC;

-- Most tags come to a point for the first time: their visits are those of the
-- reads, and nothing has to be looked for in the steps that follow.
CREATE FUNCTION ims._new_rfid_visits(
    owner_id bigint, reader_id bigint, islands ims._rfid_island[], gap interval,
    swept_through timestamptz)
RETURNS ims._rfid_merged[]
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(array_agg((i.epc, i.first_seen_at, i.last_seen_at,
        i.is_followed OR i.last_seen_at < swept_through - gap, r.rfid_reader_id, r.location_id,
        i.read_count, jsonb_build_object(r.rfid_reader_id,
            jsonb_build_array(i.read_count, i.rssi_sum, i.rssi_count)),
        false)::ims._rfid_merged), '{}')
    FROM unnest(islands) AS i
    JOIN ims.rfid_reader AS r ON r.owner_id = $1 AND r.rfid_reader_id = $2
    WHERE NOT i.known
$$;
COMMENT ON FUNCTION ims._new_rfid_visits IS 'visits of tags that come to a point for the first time';
REVOKE ALL ON FUNCTION ims._new_rfid_visits FROM PUBLIC;

-- The visits that the new reads of other tags make, with what is there.  Visits at
-- a point are further apart than the window, so that only those that one of
-- the islands reaches can join, and no other visit joins those.
CREATE FUNCTION ims._merge_rfid_visits(
    owner_id bigint, point_id bigint, reader_id bigint, islands ims._rfid_island[],
    gap interval, swept_through timestamptz)
RETURNS ims._rfid_merged[]
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
AS $$
    WITH island AS MATERIALIZED (
        SELECT i.* FROM unnest(islands) AS i WHERE i.known),
    reached AS (
        SELECT DISTINCT i.epc, v.first_seen_at, v.last_seen_at, v.heard
        FROM island AS i
        CROSS JOIN LATERAL (
            SELECT coalesce(max(u.first_seen_at), i.first_seen_at) AS first_seen_at
            FROM ims.rfid_visit AS u
            WHERE u.owner_id = $1 AND u.rfid_point_id = $2 AND u.epc = i.epc
              AND u.first_seen_at <= i.first_seen_at) AS b
        CROSS JOIN LATERAL (
            SELECT u.first_seen_at, u.last_seen_at, u.heard
            FROM ims.rfid_visit AS u
            WHERE u.owner_id = $1 AND u.rfid_point_id = $2 AND u.epc = i.epc
              AND u.first_seen_at >= b.first_seen_at
              AND u.first_seen_at <= i.last_seen_at + gap
              AND u.last_seen_at >= i.first_seen_at - gap
            OFFSET 0) AS v),
    piece AS (
        SELECT i.epc, i.first_seen_at, i.last_seen_at, $3 AS reader_id, i.read_count,
            i.rssi_sum, i.rssi_count
        FROM island AS i
        UNION ALL
        SELECT r.epc, r.first_seen_at, r.last_seen_at, h.key::bigint,
            (h.value ->> 0)::bigint, (h.value ->> 1)::numeric, (h.value ->> 2)::bigint
        FROM reached AS r
        CROSS JOIN LATERAL jsonb_each(r.heard) AS h),
    marked AS (
        SELECT p.*, p.first_seen_at - max(p.last_seen_at) OVER (
            PARTITION BY p.epc ORDER BY p.first_seen_at, p.last_seen_at
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) > gap AS begins
        FROM piece AS p),
    numbered AS (
        SELECT m.*, count(*) FILTER (WHERE m.begins) OVER (
            PARTITION BY m.epc ORDER BY m.first_seen_at, m.last_seen_at
            ROWS UNBOUNDED PRECEDING) AS visit
        FROM marked AS m),
    heard AS (
        SELECT n.epc, n.visit, n.reader_id, min(n.first_seen_at) AS first_seen_at,
            max(n.last_seen_at) AS last_seen_at, sum(n.read_count) AS read_count,
            sum(n.rssi_sum) AS rssi_sum, sum(n.rssi_count) AS rssi_count
        FROM numbered AS n
        GROUP BY n.epc, n.visit, n.reader_id),
    visit AS (
        SELECT h.epc, min(h.first_seen_at) AS first_seen_at, max(h.last_seen_at) AS last_seen_at,
            sum(h.read_count)::bigint AS read_count,
            (array_agg(h.reader_id ORDER BY h.read_count DESC,
                h.rssi_sum / nullif(h.rssi_count, 0) DESC NULLS LAST, h.reader_id))[1] AS reader_id,
            jsonb_object_agg(h.reader_id,
                jsonb_build_array(h.read_count, h.rssi_sum, h.rssi_count)) AS heard
        FROM heard AS h
        GROUP BY h.epc, h.visit)
    SELECT coalesce(array_agg((w.epc, w.first_seen_at, w.last_seen_at, w.departed, w.reader_id,
        r.location_id, w.read_count, w.heard, true)::ims._rfid_merged), '{}')
    FROM (
        SELECT v.*,
            lead(v.epc) OVER (PARTITION BY v.epc ORDER BY v.first_seen_at) IS NOT NULL
            OR v.last_seen_at < swept_through - gap
            OR EXISTS (
                SELECT FROM ims.rfid_visit AS u
                WHERE u.owner_id = $1 AND u.rfid_point_id = $2 AND u.epc = v.epc
                  AND u.first_seen_at > v.last_seen_at) AS departed
        FROM visit AS v) AS w
    JOIN ims.rfid_reader AS r ON r.owner_id = $1 AND r.rfid_reader_id = w.reader_id
$$;
COMMENT ON FUNCTION ims._merge_rfid_visits IS
    'visits as they are after new reads: those that are new, longer or joined';
REVOKE ALL ON FUNCTION ims._merge_rfid_visits FROM PUBLIC;

-- Rows are found by probing the key once per visit, in every step (OFFSET 0
-- and LIMIT keep the planner from turning it around, which it would do where it
-- has no statistics yet), and then written by where they are: the lock of the
-- read point keeps them there.  For the same reason nothing that is not found
-- comes from somebody else meanwhile, and rows are inserted without ON CONFLICT,
-- which would look up and insert each one twice.

-- Events: what is at the two ends of a visit holds, what is within does not.
CREATE FUNCTION ims._write_rfid_events(
    owner_id bigint, point_id bigint, visits ims._rfid_merged[], recorded_at timestamptz,
    OUT arrived bigint, OUT departed bigint, OUT retracted bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
AS $$
#variable_conflict use_variable
DECLARE
    places tid[] := ARRAY(
        SELECT f.place
        FROM unnest(visits) AS v
        CROSS JOIN LATERAL (
            SELECT e.ctid AS place
            FROM ims.rfid_event AS e
            WHERE e.owner_id = owner_id AND e.epc = v.epc AND e.rfid_point_id = point_id
              AND e.occurred_at BETWEEN v.first_seen_at AND v.last_seen_at
              AND e.retracted_at IS NULL
              AND NOT (e.rfid_reader_id = v.rfid_reader_id
                AND (e.kind = 'arrive' AND e.occurred_at = v.first_seen_at
                    OR e.kind = 'depart' AND e.occurred_at = v.last_seen_at AND v.departed))
            OFFSET 0) AS f
        WHERE v.known);
BEGIN
    UPDATE ims.rfid_event AS e
    SET retracted_at = recorded_at
    WHERE e.ctid = ANY (places);
    GET DIAGNOSTICS retracted = ROW_COUNT;
    WITH new_event AS (
        INSERT INTO ims.rfid_event (owner_id, epc, rfid_point_id, kind, occurred_at,
            rfid_reader_id, location_id, recorded_at)
        SELECT owner_id, v.epc, point_id, k.kind, k.occurred_at, v.rfid_reader_id,
            v.location_id, recorded_at
        FROM unnest(visits) AS v
        CROSS JOIN LATERAL (VALUES
            ('arrive', v.first_seen_at, true), ('depart', v.last_seen_at, v.departed))
            AS k (kind, occurred_at, holds)
        WHERE k.holds AND (NOT v.known OR (
            SELECT true FROM ims.rfid_event AS e
            WHERE e.owner_id = owner_id AND e.epc = v.epc AND e.rfid_point_id = point_id
              AND e.occurred_at = k.occurred_at AND e.kind = k.kind AND e.retracted_at IS NULL
            LIMIT 1) IS NULL)
        ORDER BY k.occurred_at, v.epc, k.kind
        RETURNING rfid_event.kind)
    SELECT count(*) FILTER (WHERE n.kind = 'arrive'), count(*) FILTER (WHERE n.kind = 'depart')
    INTO arrived, departed
    FROM new_event AS n;
END
$$;
COMMENT ON FUNCTION ims._write_rfid_events IS 'bring the events of visits to what they are now';
REVOKE ALL ON FUNCTION ims._write_rfid_events FROM PUBLIC;

-- Ends the visit that was the last one, where a new one follows it: a tag that
-- came again had gone.  The new ones know already whether they ended.
CREATE FUNCTION ims._end_rfid_visits(
    owner_id bigint, point_id bigint, visits ims._rfid_merged[], recorded_at timestamptz)
RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
AS $$
#variable_conflict use_variable
DECLARE
    places tid[] := ARRAY(
        SELECT f.place
        FROM unnest(visits) AS n
        CROSS JOIN LATERAL (
            -- all but the last visit had ended, and one of these follows it
            SELECT v.ctid AS place, v.departed
            FROM ims.rfid_visit AS v
            WHERE v.owner_id = owner_id AND v.epc = n.epc AND v.rfid_point_id = point_id
              AND v.first_seen_at < n.first_seen_at
            ORDER BY v.first_seen_at DESC
            LIMIT 1) AS f
        WHERE n.known AND NOT f.departed);
    ended bigint;
BEGIN
    WITH gone AS (
        UPDATE ims.rfid_visit AS v
        SET departed = true
        WHERE v.ctid = ANY (places)
        RETURNING v.epc, v.last_seen_at, v.rfid_reader_id)
    INSERT INTO ims.rfid_event (owner_id, epc, rfid_point_id, kind, occurred_at,
        rfid_reader_id, location_id, recorded_at)
    SELECT owner_id, g.epc, point_id, 'depart', g.last_seen_at, r.rfid_reader_id,
        r.location_id, recorded_at
    FROM gone AS g
    JOIN ims.rfid_reader AS r ON r.owner_id = owner_id AND r.rfid_reader_id = g.rfid_reader_id
    ORDER BY g.last_seen_at, g.epc;
    GET DIAGNOSTICS ended = ROW_COUNT;
    RETURN ended;
END
$$;
COMMENT ON FUNCTION ims._end_rfid_visits IS 'end visits that later ones follow; how many';
REVOKE ALL ON FUNCTION ims._end_rfid_visits FROM PUBLIC;

CREATE FUNCTION ims._write_rfid_visits(
    owner_id bigint, point_id bigint, visits ims._rfid_merged[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
AS $$
#variable_conflict use_variable
DECLARE
    places tid[] := ARRAY(
        SELECT f.place
        FROM unnest(visits) AS n
        CROSS JOIN LATERAL (
            SELECT v.ctid AS place
            FROM ims.rfid_visit AS v
            WHERE v.owner_id = owner_id AND v.epc = n.epc AND v.rfid_point_id = point_id
              AND v.first_seen_at BETWEEN n.first_seen_at AND n.last_seen_at
            OFFSET 0) AS f
        WHERE n.known);
BEGIN
    DELETE FROM ims.rfid_visit AS v
    WHERE v.ctid = ANY (places);
    INSERT INTO ims.rfid_visit (owner_id, epc, rfid_point_id, first_seen_at, last_seen_at,
        departed, rfid_reader_id, read_count, heard)
    SELECT owner_id, n.epc, point_id, n.first_seen_at, n.last_seen_at, n.departed,
        n.rfid_reader_id, n.read_count, n.heard
    FROM unnest(visits) AS n
    ORDER BY n.epc, n.first_seen_at;
END
$$;
COMMENT ON FUNCTION ims._write_rfid_visits IS 'write visits in the place of those that they join';
REVOKE ALL ON FUNCTION ims._write_rfid_visits FROM PUBLIC;

-- Plans are generic, and not compiled: one for just this array of reads would
-- copy it several times, and is thrown away.
CREATE FUNCTION ims._rfid_ingest(
    owner_id bigint,
    reader text DEFAULT NULL,
    batch text DEFAULT NULL,
    reads jsonb DEFAULT NULL)
RETURNS TABLE (
    stored bigint,
    repeated bigint,
    too_old bigint,
    foreign_tags bigint,
    arrived bigint,
    departed bigint,
    retracted bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 1
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
    given ims._rfid_given[];
    lock_row record;
    kept record;
    visits ims._rfid_merged[];
    written record;
    recorded_at timestamptz;
    earlier bigint;
BEGIN
    PERFORM ims._check_present('reader', reader IS NOT NULL);
    PERFORM ims._check_code('batch', batch);
    PERFORM ims._check_present('reads', reads IS NOT NULL);
    PERFORM ims._check_rfid_lines(reads);
    given := ARRAY(SELECT r::ims._rfid_given FROM ims._rfid_reads(reads) AS r);
    PERFORM ims._check_rfid_reads(reads, given);
    lock_row := ims._rfid_lock(owner_id, reader);
    recorded_at := clock_timestamp();
    foreign_tags := cardinality(given);
    IF lock_row.tags = 'own' THEN
        given := ims._own_rfid_reads(owner_id, given);
    END IF;
    foreign_tags := foreign_tags - cardinality(given);
    PERFORM ims._engine_begin();
    kept := ims._store_rfid_reads(owner_id, lock_row.rfid_point_id, lock_row.rfid_reader_id, batch,
        given, lock_row.gap, lock_row.dropped_through);
    stored := kept.stored;
    too_old := kept.dropped;
    repeated := cardinality(given) - stored - too_old;
    IF repeated > 0 THEN
        PERFORM ims._check_rfid_repeats(owner_id, lock_row.rfid_reader_id, batch, given,
            lock_row.dropped_through);
    END IF;
    arrived := 0;
    departed := 0;
    retracted := 0;
    IF stored > 0 THEN
        visits := ims._new_rfid_visits(owner_id, lock_row.rfid_reader_id, kept.islands,
                lock_row.gap, lock_row.swept_through)
            || ims._merge_rfid_visits(owner_id, lock_row.rfid_point_id,
                lock_row.rfid_reader_id, kept.islands, lock_row.gap, lock_row.swept_through);
        PERFORM ims._write_rfid_visits(owner_id, lock_row.rfid_point_id, visits);
        earlier := ims._end_rfid_visits(owner_id, lock_row.rfid_point_id, visits, recorded_at);
        written := ims._write_rfid_events(owner_id, lock_row.rfid_point_id, visits, recorded_at);
        arrived := written.arrived;
        departed := written.departed + earlier;
        retracted := written.retracted;
        UPDATE ims.rfid_point AS p
        SET read_count = p.read_count + stored
        WHERE p.owner_id = owner_id AND p.rfid_point_id = lock_row.rfid_point_id;
        UPDATE ims.rfid_reader AS r
        SET read_count = r.read_count + stored
        WHERE r.owner_id = owner_id AND r.rfid_reader_id = lock_row.rfid_reader_id;
    END IF;
    PERFORM ims._engine_end();
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION ims._rfid_ingest IS 'internal form of ims.rfid_ingest()';
REVOKE ALL ON FUNCTION ims._rfid_ingest FROM PUBLIC;

CREATE FUNCTION ims.rfid_ingest(
    owner text DEFAULT NULL,
    reader text DEFAULT NULL,
    batch text DEFAULT NULL,
    reads jsonb DEFAULT NULL)
RETURNS TABLE (
    stored bigint,
    repeated bigint,
    too_old bigint,
    foreign_tags bigint,
    arrived bigint,
    departed bigint,
    retracted bigint)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 1
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.rfid_ingest IS
'take raw reads of an RFID reader, and derive arrivals and departures

reads is an array of objects: epc (hexadecimal digits or a tag URI), read_at with its zone,
and sequence (the line unless given), rssi (dBm), antenna. A read is known by reader, batch and
sequence, so a call may be repeated; a number that stands for another read is IV218. Batches may
come in any order: a late read may take events back. Returns counts: of reads stored,
repeated, older than what was dropped, and left out since the tag is not the owner''s
(ims.set_rfid_reader()); of events made and taken back.
Example: SELECT * FROM ims.rfid_ingest(reader => ''DOOR-1'', batch => ''7'', reads =>
''[{"epc": "3074257BF7194E4000001A85", "read_at": "2026-11-02T06:30:00Z", "rssi": -61.5}]'');';
REVOKE ALL ON FUNCTION ims.rfid_ingest FROM PUBLIC;

CREATE FUNCTION ims._check_rfid_instant(argument text, instant timestamptz)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM ims._check_finite(argument, instant);
    IF instant > clock_timestamp() + interval '1 minute' THEN
        RAISE '"%" lies in the future', argument
            USING ERRCODE = 'IV217',
                DETAIL = 'It is more than a minute ahead of the clock of the server. '
                    || jsonb_build_object('argument', argument, 'instant',
                        ims._utc(instant))::text,
                HINT = 'Give an instant that has come, by the clock of the server.';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_rfid_instant IS 'raise IV217 for an instant that has not come';
REVOKE ALL ON FUNCTION ims._check_rfid_instant FROM PUBLIC;

CREATE FUNCTION ims._rfid_sweep(
    owner_id bigint,
    swept_at timestamptz DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    point record;
    ended bigint;
    departed bigint := 0;
BEGIN
    PERFORM ims._check_rfid_instant('swept_at', swept_at);
    swept_at := coalesce(swept_at, clock_timestamp());
    PERFORM ims._engine_begin();
    FOR point IN
        SELECT p.rfid_point_id, make_interval(secs => p.window_seconds) AS gap
        FROM ims.rfid_point AS p
        WHERE p.owner_id = owner_id AND p.swept_through < swept_at
        ORDER BY p.rfid_point_id
        FOR NO KEY UPDATE
    LOOP
        UPDATE ims.rfid_point AS p
        SET swept_through = swept_at
        WHERE p.owner_id = owner_id AND p.rfid_point_id = point.rfid_point_id;
        WITH gone AS (
            UPDATE ims.rfid_visit AS v
            SET departed = true
            WHERE v.owner_id = owner_id AND v.rfid_point_id = point.rfid_point_id
              AND NOT v.departed AND v.last_seen_at < swept_at - point.gap
            RETURNING v.epc, v.last_seen_at, v.rfid_reader_id)
        INSERT INTO ims.rfid_event (owner_id, epc, rfid_point_id, kind, occurred_at,
            rfid_reader_id, location_id, recorded_at)
        SELECT owner_id, g.epc, point.rfid_point_id, 'depart', g.last_seen_at,
            r.rfid_reader_id, r.location_id, clock_timestamp()
        FROM gone AS g
        JOIN ims.rfid_reader AS r
            ON r.owner_id = owner_id AND r.rfid_reader_id = g.rfid_reader_id
        ORDER BY g.last_seen_at, g.epc;
        GET DIAGNOSTICS ended = ROW_COUNT;
        departed := departed + ended;
    END LOOP;
    PERFORM ims._engine_end();
    RETURN departed;
END
$$;
COMMENT ON FUNCTION ims._rfid_sweep IS 'internal form of ims.rfid_sweep()';
REVOKE ALL ON FUNCTION ims._rfid_sweep FROM PUBLIC;

CREATE FUNCTION ims.rfid_sweep(
    owner text DEFAULT NULL,
    swept_at timestamptz DEFAULT NULL)
RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.rfid_sweep IS
'let tags depart that no reader has heard for longer than the window

Returns how many did, at all read points of the owner, as of swept_at (now unless given).
For a job, every window or so; silence is nothing that a reader sends. A read that comes
late takes the departure back.
Example: SELECT ims.rfid_sweep();';
REVOKE ALL ON FUNCTION ims.rfid_sweep FROM PUBLIC;

CREATE FUNCTION ims._drop_rfid_reads(
    owner_id bigint,
    before timestamptz DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    dropped bigint;
BEGIN
    PERFORM ims._check_present('before', before IS NOT NULL);
    PERFORM ims._check_rfid_instant('before', before);
    PERFORM ims._engine_begin();
    PERFORM FROM ims.rfid_point AS p
    WHERE p.owner_id = owner_id
    ORDER BY p.rfid_point_id
    FOR NO KEY UPDATE;
    UPDATE ims.rfid_point AS p
    SET dropped_through = before
    WHERE p.owner_id = owner_id AND p.dropped_through < before;
    DELETE FROM ims.rfid_read AS r
    WHERE r.owner_id = owner_id AND r.read_at < before;
    GET DIAGNOSTICS dropped = ROW_COUNT;
    PERFORM ims._engine_end();
    RETURN dropped;
END
$$;
COMMENT ON FUNCTION ims._drop_rfid_reads IS 'internal form of ims.drop_rfid_reads()';
REVOKE ALL ON FUNCTION ims._drop_rfid_reads FROM PUBLIC;

CREATE FUNCTION ims.drop_rfid_reads(
    owner text DEFAULT NULL,
    before timestamptz DEFAULT NULL)
RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.drop_rfid_reads IS
'drop raw reads of before an instant

Returns how many. Visits and events stay. Reads of before that instant are taken no more,
since it could not be told whether they are repeated.
Example: SELECT ims.drop_rfid_reads(before => now() - interval ''90 days'');';
REVOKE ALL ON FUNCTION ims.drop_rfid_reads FROM PUBLIC;
