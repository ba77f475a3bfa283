-- Demand of the past, from the ledger.
--
-- What was shipped to customers, less what came back; in_stock says for how
-- much of each period the shelf was not empty.  Both are read in parallel: the
-- queries are put together as text, with what does not matter left out, and
-- run by the functions below or by whoever needs series for more (a run of
-- forecasts).  RETURN QUERY takes parallel plans, which a query around these
-- functions would not give them: they stay with the leader.
--
-- Lines of demand are those of ims_bi.demand_line, the one place that knows
-- what demand is: when orders are in the ledger, that view will show them.
-- Readers run as their caller, under row-level security; the helpers give
-- nobody more than he may read anyway, so they are left to PUBLIC.

CREATE FUNCTION ims._in_stock_array_add(
    state internal,
    change numeric,
    at timestamptz,
    zone text,
    from_period date,
    to_period date,
    step text)
RETURNS internal
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_in_stock_array_add';
COMMENT ON FUNCTION ims._in_stock_array_add IS 'state of ims._in_stock_array() after one more row';

CREATE FUNCTION ims._in_stock_array_combine(state internal, other internal)
RETURNS internal
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_in_stock_array_combine';
COMMENT ON FUNCTION ims._in_stock_array_combine IS 'state of ims._in_stock_array() over the rows of two';

CREATE FUNCTION ims._in_stock_array_send(state internal)
RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_in_stock_array_send';
COMMENT ON FUNCTION ims._in_stock_array_send IS 'state of ims._in_stock_array() as bytes';

CREATE FUNCTION ims._in_stock_array_receive(bytes bytea, unused internal)
RETURNS internal
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_in_stock_array_receive';
COMMENT ON FUNCTION ims._in_stock_array_receive IS 'state of ims._in_stock_array() from bytes';

CREATE FUNCTION ims._in_stock_array_finish(state internal)
RETURNS double precision[]
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_in_stock_array_finish';
COMMENT ON FUNCTION ims._in_stock_array_finish IS
    'one share per period from the state of ims._in_stock_array()';

CREATE AGGREGATE ims._in_stock_array(
    change numeric,
    at timestamptz,
    zone text,
    from_period date,
    to_period date,
    step text) (
    SFUNC = ims._in_stock_array_add,
    STYPE = internal,
    SSPACE = 1500,
    FINALFUNC = ims._in_stock_array_finish,
    FINALFUNC_MODIFY = READ_WRITE,
    COMBINEFUNC = ims._in_stock_array_combine,
    SERIALFUNC = ims._in_stock_array_send,
    DESERIALFUNC = ims._in_stock_array_receive,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE ims._in_stock_array(numeric, timestamptz, text, date, date, text) IS
    'share of each period, 0 to 1, in which the sum of the changes so far is above zero';

-- Rows of all series in one log, from which the arrays are made: over many items
-- that is several times as quick as a group for each.

CREATE FUNCTION ims._series_log_add(
    state internal,
    item_id bigint,
    site_id bigint,
    channel_id bigint,
    class_id bigint,
    day date,
    at timestamptz,
    amount numeric)
RETURNS internal
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_series_log_add';
COMMENT ON FUNCTION ims._series_log_add IS 'state of ims._series_log() after one more row';

CREATE FUNCTION ims._series_log_combine(state internal, other internal)
RETURNS internal
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_series_log_combine';
COMMENT ON FUNCTION ims._series_log_combine IS 'state of ims._series_log() over the rows of two';

CREATE FUNCTION ims._series_log_send(state internal)
RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_series_log_send';
COMMENT ON FUNCTION ims._series_log_send IS 'state of ims._series_log() as bytes';

CREATE FUNCTION ims._series_log_receive(bytes bytea, unused internal)
RETURNS internal
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_series_log_receive';
COMMENT ON FUNCTION ims._series_log_receive IS 'state of ims._series_log() from bytes';

CREATE FUNCTION ims._series_log_finish(state internal)
RETURNS bytea
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_series_log_finish';
COMMENT ON FUNCTION ims._series_log_finish IS 'all rows of ims._series_log() as bytes';

CREATE AGGREGATE ims._series_log(
    item_id bigint,
    site_id bigint,
    channel_id bigint,
    class_id bigint,
    day date,
    at timestamptz,
    amount numeric) (
    SFUNC = ims._series_log_add,
    STYPE = internal,
    SSPACE = 100000,
    FINALFUNC = ims._series_log_finish,
    FINALFUNC_MODIFY = READ_WRITE,
    COMBINEFUNC = ims._series_log_combine,
    SERIALFUNC = ims._series_log_send,
    DESERIALFUNC = ims._series_log_receive,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE ims._series_log(bigint, bigint, bigint, bigint, date, timestamptz, numeric) IS
    'rows of many series as bytes, for ims._series_rows()';

CREATE FUNCTION ims._series_rows(
    log bytea,
    from_period date,
    to_period date,
    step text,
    gaps text,
    zone text)
RETURNS TABLE (
    item_id bigint,
    site_id bigint,
    channel_id bigint,
    class_id bigint,
    demand double precision[],
    in_stock double precision[])
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 500
AS 'MODULE_PATHNAME', 'ims_series_rows';
COMMENT ON FUNCTION ims._series_rows IS
    'what ims.demand_array() and ims._in_stock_array() say of each series of a log';

-- A portion of a log is one value, of a gigabyte at most, which is some sixty
-- million movements.  Items are in portions by their ids, so it takes many items
-- for many movements; else they are read by groups.
CREATE FUNCTION ims._fits_series_log()
RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN pg_relation_size('ims.movement') < 4000000000 * (
        SELECT least(greatest(c.reltuples / 5000, 1), 50)
        FROM pg_class AS c WHERE c.oid = 'ims.item'::regclass);
END
$$;
COMMENT ON FUNCTION ims._fits_series_log IS 'whether series may be read by ims._series_log()';

CREATE FUNCTION ims._series_portion(item_id bigint)
RETURNS xid
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_series_portion';
COMMENT ON FUNCTION ims._series_portion IS 'portion of the items that an item is in, of 256';

-- Rows have item_id, site_id, channel_id, class_id, and either day, or at, and amount.
-- OFFSET hides from the planner what a portion is, so that it expects some hundred.
CREATE FUNCTION ims._series_query(
    series_rows text, first_day date, end_day date, step text, gaps text, zone text)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN format('SELECT (r.series).item_id, (r.series).site_id, (r.series).channel_id,'
    ' (r.series).class_id, (r.series).demand, (r.series).in_stock'
    ' FROM (SELECT ims._series_rows(a.log, %L, %L, %L, %L, %L) AS series'
    ' FROM (SELECT ims._series_log(p.item_id, p.site_id, p.channel_id, p.class_id, p.day, p.at,'
    ' p.amount) AS log'
    ' FROM (SELECT u.*, ims._series_portion(u.item_id) AS portion FROM (%s) AS u OFFSET bigint ''0'') AS p'
    ' GROUP BY p.portion) AS a) AS r',
    first_day, end_day, step, gaps, zone, series_rows);
COMMENT ON FUNCTION ims._series_query IS
    'text of a query for the series of rows: item_id, site_id, channel_id, class_id, demand, in_stock';

CREATE FUNCTION ims._local_day(instant timestamptz, zone text)
RETURNS date
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_local_day';
COMMENT ON FUNCTION ims._local_day IS 'day of an instant in a zone, quick for many in the order of time';

-- Periods: a day, a week from Monday, a month.

CREATE FUNCTION ims._period_start(bucket text, day date)
RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE bucket
    WHEN 'day' THEN day
    WHEN 'week' THEN date_trunc('week', day::timestamp)::date
    ELSE date_trunc('month', day::timestamp)::date END;
COMMENT ON FUNCTION ims._period_start IS 'first day of the period that has the day';

CREATE FUNCTION ims._period_after(bucket text, period date, periods bigint)
RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE bucket
    WHEN 'day' THEN period + periods::integer
    WHEN 'week' THEN period + 7 * periods::integer
    ELSE (period + make_interval(months => periods::integer))::date END;
COMMENT ON FUNCTION ims._period_after IS 'first day of the period that many periods later';

CREATE FUNCTION ims._periods_between(bucket text, period date, later date)
RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE bucket
    WHEN 'day' THEN later - period
    WHEN 'week' THEN (later - period) / 7
    ELSE (extract(year FROM later) - extract(year FROM period)) * 12
        + extract(month FROM later) - extract(month FROM period) END::bigint;
COMMENT ON FUNCTION ims._periods_between IS 'periods from one first day to a later one';

CREATE FUNCTION ims._no_demand(bucket text, period date, later date)
RETURNS double precision[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN array_fill(0::double precision,
    ARRAY[ims._periods_between(bucket, period, later)::integer]);
COMMENT ON FUNCTION ims._no_demand IS 'zero for each period from one first day to a later one';

CREATE FUNCTION ims._today(owner_id bigint)
RETURNS date
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (SELECT (now() AT TIME ZONE o.time_zone)::date
            FROM ims.owner AS o WHERE o.owner_id = _today.owner_id);
END
$$;
COMMENT ON FUNCTION ims._today IS 'day in the zone of the owner';

-- Whole periods: both days are moved back to the first of theirs.
CREATE FUNCTION ims._demand_window(
    bucket text, from_day date, to_day date, zone text, OUT first_day date, OUT end_day date)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    most_periods CONSTANT integer := 100000;
BEGIN
    PERFORM ims._check_choice('bucket', bucket, 'day', 'week', 'month');
    end_day := ims._period_start(bucket,
        coalesce(to_day, (statement_timestamp() AT TIME ZONE zone)::date));
    first_day := ims._period_start(bucket, coalesce(from_day, ims._period_after(bucket, end_day,
        CASE bucket WHEN 'day' THEN -364 WHEN 'week' THEN -104 ELSE -36 END)));
    IF NOT (first_day < end_day AND first_day >= '0001-01-01' AND end_day <= '9999-12-31')
        OR (end_day - first_day) / (CASE bucket WHEN 'day' THEN 1 WHEN 'week' THEN 7 ELSE 30 END)
            > most_periods
    THEN
        RAISE 'the window of a demand series is not valid'
            USING ERRCODE = 'IV504',
                DETAIL = format('It has no whole period, more than %s, or a day without a year from 1 to 9999. ',
                        most_periods)
                    || jsonb_build_object('from_period', to_jsonb(first_day) #>> '{}',
                        'to_period', to_jsonb(end_day) #>> '{}', 'most', most_periods)::text,
                HINT = 'Give the first day, and the day after the last.';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._demand_window IS
    'first day of a window and the day after its last, or IV504; null days take the usual window';

CREATE FUNCTION ims._site_ids(sites text[])
RETURNS bigint[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    site_ids bigint[];
    unknown text;
BEGIN
    IF sites IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT array_agg(l.location_id ORDER BY g.n),
        (array_agg(coalesce(g.code, 'NULL') ORDER BY g.n) FILTER (WHERE l.location_id IS NULL))[1]
    INTO site_ids, unknown
    FROM unnest(_site_ids.sites) WITH ORDINALITY AS g (code, n)
    LEFT JOIN ims.location AS l ON l.code = g.code AND l.kind = 'site';
    IF unknown IS NOT NULL THEN
        PERFORM ims._raise_unknown('site', 'site', unknown, 'IV204');
    END IF;
    RETURN coalesce(site_ids, '{}');
END
$$;
COMMENT ON FUNCTION ims._site_ids IS 'ids of sites by code, null for all; unknown codes are an error';

CREATE FUNCTION ims._channel_ids(owner_id bigint, channels text[])
RETURNS bigint[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    channel_ids bigint[];
    unknown text;
BEGIN
    IF channels IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT array_agg(c.channel_id ORDER BY g.n),
        (array_agg(coalesce(g.code, 'NULL') ORDER BY g.n) FILTER (WHERE c.channel_id IS NULL))[1]
    INTO channel_ids, unknown
    FROM unnest(_channel_ids.channels) WITH ORDINALITY AS g (code, n)
    LEFT JOIN ims.channel AS c ON c.owner_id = _channel_ids.owner_id AND c.code = g.code;
    IF unknown IS NOT NULL THEN
        PERFORM ims._raise_unknown('channel', 'channel', unknown, 'IV209');
    END IF;
    RETURN coalesce(channel_ids, '{}');
END
$$;
COMMENT ON FUNCTION ims._channel_ids IS
    'ids of channels by code, null for all; unknown codes are an error';

-- The items asked for: by code, or in a category and those below it.
CREATE FUNCTION ims._demand_item_ids(owner_id bigint, items text[], category text)
RETURNS bigint[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    item_ids bigint[] := ims._item_ids(owner_id, items);
BEGIN
    IF category IS NULL THEN
        RETURN item_ids;
    END IF;
    IF NOT EXISTS (
        SELECT FROM ims.category AS c WHERE c.owner_id = owner_id AND c.code = category)
    THEN
        PERFORM ims._raise_unknown('category', 'category', category, 'IV229');
    END IF;
    RETURN ARRAY(
        WITH RECURSIVE node AS (
            SELECT c.category_id
            FROM ims.category AS c
            WHERE c.owner_id = owner_id AND c.code = category
            UNION
            SELECT c.category_id
            FROM node AS n
            JOIN ims.category AS c ON c.owner_id = owner_id AND c.parent_id = n.category_id)
        SELECT i.item_id
        FROM ims.item AS i
        JOIN node AS n ON n.category_id = i.category_id
        WHERE i.owner_id = owner_id AND (item_ids IS NULL OR i.item_id = ANY (item_ids))
        ORDER BY i.item_id);
END
$$;
COMMENT ON FUNCTION ims._demand_item_ids IS
    'ids of items by code and category, null for all; unknown codes are an error';

-- Items before an item and before those, ten deep: the demand of a line of
-- items counts until the first of the days between.
CREATE FUNCTION ims._predecessors(owner_id bigint, item_ids bigint[])
RETURNS TABLE (item_id bigint, predecessor_id bigint, from_day date, share numeric)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
    WITH RECURSIVE chain AS (
        SELECT s.item_id, s.predecessor_id, s.from_day, s.share, 1 AS depth,
            ARRAY[s.item_id, s.predecessor_id] AS path
        FROM ims.item_succession AS s
        WHERE s.owner_id = $1 AND ($2 IS NULL OR s.item_id = ANY ($2))
        UNION ALL
        SELECT c.item_id, s.predecessor_id, least(c.from_day, s.from_day), c.share * s.share,
            c.depth + 1, c.path || s.predecessor_id
        FROM chain AS c
        JOIN ims.item_succession AS s ON s.owner_id = $1 AND s.item_id = c.predecessor_id
        WHERE c.depth < 10 AND s.predecessor_id <> ALL (c.path)
          -- worth no more than one link may be
          AND c.share * s.share <= 1000)
    SELECT c.item_id, c.predecessor_id, c.from_day, c.share
    FROM chain AS c
$$;
COMMENT ON FUNCTION ims._predecessors IS
    'items whose demand before a day is history of an item, directly or by others';

-- The same as a relation of constants, null where it would be empty.
CREATE FUNCTION ims._predecessor_query(
    owner_id bigint, item_ids bigint[], with_predecessors boolean,
    OUT relation text, OUT predecessor_ids bigint[])
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT format('unnest(%L::bigint[], %L::bigint[], %L::date[], %L::numeric[])'
            ' AS s (item_id, predecessor_id, from_day, share)',
            array_agg(s.item_id), array_agg(s.predecessor_id), array_agg(s.from_day),
            array_agg(s.share)),
        array_agg(DISTINCT s.predecessor_id)
    FROM (
        SELECT s.*
        FROM ims._predecessors($1, $2) AS s
        WHERE $3
        ORDER BY s.item_id, s.predecessor_id, s.from_day, s.share) AS s
    HAVING count(*) > 0
$$;
COMMENT ON FUNCTION ims._predecessor_query IS
    'predecessors as the text of a relation, and their ids; null for none';

-- OFFSET: parties are put in classes before the many lines are joined.
CREATE FUNCTION ims._party_class_query(owner_id bigint)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT format('SELECT y.party_id, f.class_id FROM ims.party AS y'
        ' JOIN (SELECT g.attributes ->> ''class'' AS class, min(g.party_id) AS class_id'
        ' FROM ims.party AS g WHERE g.owner_id = %1$s GROUP BY 1) AS f'
        ' ON f.class = y.attributes ->> ''class'' WHERE y.owner_id = %1$s OFFSET bigint ''0''', $1)
$$;
COMMENT ON FUNCTION ims._party_class_query IS
    'text of a query for parties that have a class: party_id, class_id, the least party of the class';

-- Lines of demand: item_id, site_id, channel_id, class_id, shipped, returned, day.
-- Instants of a day lie within a day of the same day in UTC, in every zone.  A
-- class of customers goes by the least party_id that has it, 0 for none.
CREATE FUNCTION ims._demand_line_query(
    owner_id bigint,
    item_ids bigint[],
    site_ids bigint[],
    channel_ids bigint[],
    party_classes text[],
    first_day date,
    end_day date,
    net_returns text,
    by_site boolean,
    by_channel boolean,
    by_party_class boolean,
    with_predecessors boolean)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    lower_at CONSTANT text := quote_literal(ims._utc((first_day - 1)::timestamp AT TIME ZONE 'UTC'));
    upper_at CONSTANT text := quote_literal(ims._utc((end_day + 1)::timestamp AT TIME ZONE 'UTC'));
    with_posting CONSTANT boolean := channel_ids IS NOT NULL OR party_classes IS NOT NULL
        OR by_channel OR by_party_class;
    before record;
    lines text;
    own text;
BEGIN
    lines := format('SELECT l.item_id, %s AS site_id, %s AS channel_id, %s AS class_id, l.shipped,'
            ' %s AS returned, ims._local_day(%s, l.time_zone) AS day'
            ' FROM ims_bi.demand_line AS l',
        CASE WHEN by_site THEN 'l.site_id' ELSE '0::bigint' END,
        CASE WHEN by_channel THEN 'coalesce(p.channel_id, 0)' ELSE '0::bigint' END,
        CASE WHEN by_party_class THEN 'coalesce(k.class_id, 0)' ELSE '0::bigint' END,
        CASE WHEN net_returns = 'none' THEN '0::numeric' ELSE 'l.returned' END,
        CASE WHEN net_returns = 'return' THEN 'coalesce(l.returned_at, l.demanded_at)'
             ELSE 'l.demanded_at' END);
    IF with_posting THEN
        lines := lines || ' JOIN ims.posting AS p'
            ' ON p.owner_id = l.owner_id AND p.posting_id = l.posting_id';
    END IF;
    IF party_classes IS NOT NULL THEN
        lines := lines || format(' JOIN ims.party AS y ON y.owner_id = p.owner_id'
            ' AND y.party_id = p.party_id AND y.attributes ->> ''class'' = ANY (%L::text[])',
            party_classes);
    END IF;
    IF by_party_class THEN
        lines := lines || format(' LEFT JOIN (%s) AS k ON k.party_id = p.party_id',
            ims._party_class_query(owner_id));
    END IF;
    lines := lines || format(' WHERE l.owner_id = %s', owner_id);
    IF net_returns = 'return' THEN
        lines := lines || format(' AND (l.demanded_at >= %1$s AND l.demanded_at < %2$s'
            ' OR l.returned_at >= %1$s AND l.returned_at < %2$s)', lower_at, upper_at);
    ELSE
        lines := lines || format(' AND l.demanded_at >= %s AND l.demanded_at < %s', lower_at, upper_at);
    END IF;
    IF site_ids IS NOT NULL THEN
        lines := lines || format(' AND l.site_id = ANY (%L::bigint[])', site_ids);
    END IF;
    IF channel_ids IS NOT NULL THEN
        lines := lines || format(' AND p.channel_id = ANY (%L::bigint[])', channel_ids);
    END IF;
    own := lines;
    IF item_ids IS NOT NULL THEN
        own := own || format(' AND l.item_id = ANY (%L::bigint[])', item_ids);
    END IF;
    SELECT q.* INTO before FROM ims._predecessor_query(owner_id, item_ids, with_predecessors) AS q;
    IF before.relation IS NOT NULL THEN
        own := own || format(' UNION ALL SELECT s.item_id, l.site_id, l.channel_id, l.class_id,'
            ' round(l.shipped * s.share, 6), round(l.returned * s.share, 6), l.day'
            ' FROM (%s AND l.item_id = ANY (%L::bigint[])) AS l'
            ' JOIN %s ON s.predecessor_id = l.item_id AND l.day < s.from_day',
            lines, before.predecessor_ids, before.relation);
    END IF;
    RETURN own;
END
$$;
COMMENT ON FUNCTION ims._demand_line_query IS
    'text of a query for lines of demand: '
    'item_id, site_id, channel_id, class_id, shipped, returned, day';

-- Stretches of time in which a lot was not released, null where there is none: it
-- is asked for whenever series are read, and most owners hold little.
CREATE FUNCTION ims._held_lot_query(owner_id bigint, item_ids bigint[])
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT format('(SELECT s.lot_id, s.from_at, s.to_at FROM ('
            ' SELECT c.lot_id, c.new_status,'
            ' CASE WHEN c.old_status IS NULL THEN ''-infinity'' ELSE c.changed_at END AS from_at,'
            ' coalesce(lead(c.changed_at) OVER w, ''infinity'') AS to_at'
            ' FROM ims.lot_status_change AS c WHERE c.owner_id = %s%s'
            ' WINDOW w AS (PARTITION BY c.lot_id ORDER BY c.changed_at, c.lot_status_change_id))'
            ' AS s WHERE s.new_status <> ''released'') AS h',
        $1, CASE WHEN $2 IS NOT NULL THEN format(' AND c.lot_id IN (SELECT l.lot_id FROM ims.lot AS l'
            ' WHERE l.owner_id = %s AND l.item_id = ANY (%L::bigint[]))', $1, $2) ELSE '' END)
    WHERE EXISTS (
        SELECT FROM ims.lot_status_change AS c
        WHERE c.owner_id = $1 AND c.new_status <> 'released')
$$;
COMMENT ON FUNCTION ims._held_lot_query IS
    'stretches in which lots were held, as the text of a relation h: lot_id, from_at, to_at; null for none';

-- Changes of levels as rows of a log.
CREATE FUNCTION ims._level_rows(changes text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN format('SELECT e.item_id, e.site_id, 0::bigint AS channel_id, 0::bigint AS class_id,'
    ' NULL::date AS day, e.at, e.change AS amount FROM (%s) AS e', changes);
COMMENT ON FUNCTION ims._level_rows IS 'text of a query for rows of ims._series_query() from changes of levels';

-- Levels of the sellable places of a site: the closing before the window, if
-- there is one, and the movements since.  What goes from one such place to
-- another changes nothing, unless sites are told apart and there are several:
-- else one look at each movement is enough.  What moves while its lot is held, or
-- was there before, is taken out, and comes back when the lot is released.  A
-- predecessor's level counts with the item's until the item has history of its
-- own: then it is taken out again.
CREATE FUNCTION ims._level_query(
    owner_id bigint,
    item_ids bigint[],
    site_ids bigint[],
    first_day date,
    end_day date,
    by_site boolean,
    with_predecessors boolean,
    OUT changes text,
    OUT zone text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    lower_at CONSTANT timestamptz := (first_day - 1)::timestamp AT TIME ZONE 'UTC';
    upper_at CONSTANT timestamptz := (end_day + 1)::timestamp AT TIME ZONE 'UTC';
    only_site bigint;
    anchor record;
    before record;
    span text;
    place text;
    held text;
    own text;
BEGIN
    SELECT c.closing_id, c.closed_at INTO anchor
    FROM ims.closing AS c
    WHERE c.owner_id = owner_id AND c.closed_at <= lower_at
    ORDER BY c.closed_at DESC
    LIMIT 1;
    span := format('m.owner_id = %s AND m.effective_at < %L AND m.effective_at >= %L',
        owner_id, ims._utc(upper_at), coalesce(ims._utc(anchor.closed_at), '-infinity'));
    IF by_site THEN
        SELECT CASE WHEN count(*) = 1 THEN min(w.location_id) END,
            CASE WHEN count(DISTINCT coalesce(w.time_zone, 'UTC')) = 1
                THEN min(coalesce(w.time_zone, 'UTC')) END
        INTO only_site, zone
        FROM (SELECT DISTINCT l.site_id FROM ims.location AS l
              WHERE l.sellable AND l.site_id > 0) AS l
        JOIN ims.location AS w ON w.location_id = l.site_id;
    ELSE
        SELECT 0, o.time_zone INTO STRICT only_site, zone
        FROM ims.owner AS o WHERE o.owner_id = owner_id;
    END IF;
    -- OFFSET: places and sites are joined before the many rows are.
    place := format('(SELECT l.location_id, %s AS site_id, %s AS zone FROM ims.location AS l'
            ' JOIN ims.location AS w ON w.location_id = l.site_id'
            ' WHERE l.sellable AND l.site_id > 0 AND %s OFFSET bigint ''0'')',
        coalesce(only_site || '::bigint', 'l.site_id'),
        coalesce(quote_literal(zone) || '::text', 'coalesce(w.time_zone, ''UTC'')'),
        CASE WHEN site_ids IS NULL THEN 'true'
             ELSE format('l.site_id = ANY (%L::bigint[])', site_ids) END);
    IF only_site IS NULL THEN
        SELECT string_agg(format('SELECT m.item_id, l.site_id, %s AS change,'
                ' m.effective_at AS at, l.zone, m.lot_id'
                ' FROM ims.movement AS m JOIN %s AS l ON l.location_id = m.%s WHERE %s',
                e.change, place, e.place, span), ' UNION ALL ' ORDER BY e.place)
        INTO changes
        FROM (VALUES ('from_location_id', '- m.quantity'), ('to_location_id', 'm.quantity::numeric'))
            AS e (place, change);
    ELSE
        changes := format('SELECT m.item_id, %3$s::bigint AS site_id,'
            ' CASE WHEN t.location_id IS NULL THEN - m.quantity ELSE m.quantity::numeric END'
            ' AS change, m.effective_at AS at, %4$L::text AS zone, m.lot_id'
            ' FROM ims.movement AS m LEFT JOIN %1$s AS f ON f.location_id = m.from_location_id'
            ' LEFT JOIN %1$s AS t ON t.location_id = m.to_location_id'
            ' WHERE %2$s AND (f.location_id IS NULL) <> (t.location_id IS NULL)', place, span,
            only_site, zone);
    END IF;
    IF anchor.closing_id IS NOT NULL THEN
        changes := changes || format(' UNION ALL SELECT b.item_id, l.site_id, b.on_hand::numeric,'
                ' ''-infinity''::timestamptz, l.zone, b.lot_id'
                ' FROM ims.closing_balance AS b JOIN %s AS l ON l.location_id = b.location_id'
                ' WHERE b.owner_id = %s AND b.closing_id = %s',
            place, owner_id, anchor.closing_id);
    END IF;
    SELECT q.* INTO before FROM ims._predecessor_query(owner_id, item_ids, with_predecessors) AS q;
    held := ims._held_lot_query(owner_id,
        CASE WHEN item_ids IS NOT NULL THEN item_ids || before.predecessor_ids END);
    IF held IS NOT NULL THEN
        changes := changes || format(' UNION ALL SELECT e.item_id, e.site_id, e.change * t.sign,'
                ' t.at, e.zone, e.lot_id FROM (%s) AS e'
                ' JOIN %s ON h.lot_id = e.lot_id AND e.at < h.to_at'
                ' CROSS JOIN LATERAL (VALUES (-1, greatest(e.at, h.from_at)), (1, h.to_at))'
                ' AS t (sign, at) WHERE e.lot_id <> 0 AND t.at < %L',
            changes, held, ims._utc(upper_at));
    END IF;
    own := format('SELECT e.item_id, e.site_id, e.change, e.at, e.zone FROM (%s) AS e', changes);
    IF item_ids IS NOT NULL THEN
        own := own || format(' WHERE e.item_id = ANY (%L::bigint[])', item_ids);
    END IF;
    IF before.relation IS NOT NULL THEN
        own := own || format(' UNION ALL SELECT s.item_id, e.site_id,'
            ' e.change * t.sign, t.at, e.zone FROM (%s) AS e'
            ' JOIN %s ON s.predecessor_id = e.item_id'
            ' AND e.at < (s.from_day::timestamp AT TIME ZONE e.zone)'
            ' CROSS JOIN LATERAL (VALUES (1, e.at),'
            ' (-1, s.from_day::timestamp AT TIME ZONE e.zone)) AS t (sign, at)'
            ' WHERE e.item_id = ANY (%L::bigint[])',
            changes, before.relation, before.predecessor_ids);
    END IF;
    changes := own;
END
$$;
COMMENT ON FUNCTION ims._level_query IS
    'text of a query for changes of levels: item_id, site_id, change, at, zone; and the zone where there is one';

CREATE FUNCTION ims._in_stock_query(
    owner_id bigint,
    item_ids bigint[],
    site_ids bigint[],
    bucket text,
    first_day date,
    end_day date,
    by_site boolean,
    with_predecessors boolean)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    level record;
BEGIN
    SELECT q.* INTO level
    FROM ims._level_query(owner_id, item_ids, site_ids, first_day, end_day, by_site,
        with_predecessors) AS q;
    IF level.zone IS NOT NULL AND ims._fits_series_log() THEN
        RETURN format('SELECT r.item_id, r.site_id, r.in_stock FROM (%s) AS r',
            ims._series_query(ims._level_rows(level.changes), first_day, end_day, bucket, 'zero',
                level.zone));
    END IF;
    RETURN format('SELECT e.item_id, e.site_id,'
            ' ims._in_stock_array(e.change, e.at, e.zone, %L::date, %L::date, %L::text) AS in_stock'
            ' FROM (%s) AS e GROUP BY e.item_id, e.site_id',
        first_day, end_day, bucket, level.changes);
END
$$;
COMMENT ON FUNCTION ims._in_stock_query IS
    'text of a query for the share of each period in stock: item_id, site_id, in_stock';

-- What ims.demand_series() reads, for whoever needs series for more.  One log has
-- all rows, of demand and of levels, unless there are channels or classes, which
-- share a level.  with_idle: items that were in stock, too, without any demand.
CREATE FUNCTION ims._demand_series_query(
    owner_id bigint,
    item_ids bigint[],
    site_ids bigint[],
    channel_ids bigint[],
    party_classes text[],
    bucket text,
    first_day date,
    end_day date,
    net_returns text,
    gaps text,
    by_site boolean,
    by_channel boolean,
    by_party_class boolean,
    with_stock boolean,
    with_predecessors boolean,
    with_idle boolean DEFAULT false)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    by_log CONSTANT boolean := ims._fits_series_log();
    lines CONSTANT text := ims._demand_line_query(owner_id, item_ids, site_ids, channel_ids,
        party_classes, first_day, end_day, net_returns, by_site, by_channel, by_party_class,
        with_predecessors);
    line_rows CONSTANT text := format('SELECT d.item_id, d.site_id, d.channel_id,'
        ' d.class_id, d.day, NULL::timestamptz AS at, d.shipped - d.returned AS amount'
        ' FROM (%s) AS d', lines);
    level record;
    series text;
BEGIN
    IF with_stock AND by_log AND NOT (by_channel OR by_party_class) THEN
        SELECT q.* INTO level
        FROM ims._level_query(owner_id, item_ids, site_ids, first_day, end_day, by_site,
            with_predecessors) AS q;
        IF level.zone IS NOT NULL THEN
            RETURN format('SELECT d.item_id, d.site_id, d.channel_id, d.class_id, %s AS demand,'
                ' d.in_stock FROM (%s) AS d WHERE %s',
                CASE WHEN with_idle THEN format('coalesce(d.demand, ims._no_demand(%L, %L, %L))',
                    bucket, first_day, end_day) ELSE 'd.demand' END,
                ims._series_query(line_rows || ' UNION ALL ' || ims._level_rows(level.changes),
                    first_day, end_day, bucket, gaps, level.zone),
                CASE WHEN with_idle THEN 'true' ELSE 'd.demand IS NOT NULL' END);
        END IF;
    END IF;
    IF by_log THEN
        series := format('SELECT r.item_id, r.site_id, r.channel_id, r.class_id, r.demand'
                ' FROM (%s) AS r',
            ims._series_query(line_rows, first_day, end_day, bucket, gaps, 'UTC'));
    ELSE
        series := format('SELECT d.item_id, d.site_id, d.channel_id, d.class_id,'
                ' ims.demand_array(d.shipped - d.returned, d.day, %L::date, %L::date, %L::text,'
                ' %L::text) AS demand FROM (%s) AS d'
                ' GROUP BY d.item_id, d.site_id, d.channel_id, d.class_id',
            first_day, end_day, bucket, gaps, lines);
    END IF;
    IF NOT with_stock THEN
        RETURN format('SELECT d.*, NULL::double precision[] AS in_stock FROM (%s) AS d', series);
    END IF;
    RETURN format('SELECT coalesce(d.item_id, k.item_id) AS item_id,'
            ' coalesce(d.site_id, k.site_id) AS site_id, coalesce(d.channel_id, 0) AS channel_id,'
            ' coalesce(d.class_id, 0) AS class_id,'
            ' coalesce(d.demand, ims._no_demand(%L, %L, %L)) AS demand, k.in_stock'
            ' FROM (%s) AS d %s JOIN (%s) AS k ON k.item_id = d.item_id AND k.site_id = d.site_id',
        bucket, first_day, end_day, series, CASE WHEN with_idle THEN 'FULL' ELSE 'LEFT' END,
        ims._in_stock_query(owner_id, item_ids, site_ids, bucket, first_day, end_day, by_site,
            with_predecessors));
END
$$;
COMMENT ON FUNCTION ims._demand_series_query IS
    'text of a query for series: item_id, site_id, channel_id, class_id, demand, in_stock; '
    'site_id, channel_id and class_id are 0 where all are summed';

-- First days of the periods of a window.
CREATE FUNCTION ims._period_days(bucket text, first_day date, end_day date)
RETURNS date[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ARRAY(
        SELECT d.day::date
        FROM generate_series($2::timestamp, ($3 - 1)::timestamp, ('1 ' || $1)::interval) AS d (day)
        ORDER BY d.day)
$$;
COMMENT ON FUNCTION ims._period_days IS 'first days of the periods of a window, in order';

-- Numbers of the periods that marks of some kinds touch.
CREATE FUNCTION ims._marked_periods(
    owner_id bigint, item_id bigint, site_id bigint, kinds text[], days date[], end_day date)
RETURNS bigint[]
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT array_agg(DISTINCT d.n)
    FROM ims.demand_mark AS k
    JOIN unnest($5) WITH ORDINALITY AS d (day, n)
        ON k.to_day > d.day AND k.from_day < coalesce(($5)[d.n + 1], $6)
    WHERE k.owner_id = $1 AND (k.item_id = $2 OR k.item_id IS NULL)
      AND (k.site_id = $3 OR k.site_id IS NULL) AND k.kind = ANY ($4)
$$;
COMMENT ON FUNCTION ims._marked_periods IS
    'numbers, from 1, of the periods with a mark of those kinds, null for none';

-- Series without the periods that marks of some kinds touch; only where there are any.
CREATE FUNCTION ims._unmarked_series_query(
    series text,
    owner_id bigint,
    exclude text[],
    bucket text,
    first_day date,
    end_day date)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    IF NOT EXISTS (
        SELECT FROM ims.demand_mark AS k
        WHERE k.owner_id = owner_id AND k.kind = ANY (exclude)
          AND k.to_day > first_day AND k.from_day < end_day)
    THEN
        RETURN series;
    END IF;
    RETURN format('SELECT d.item_id, d.site_id, d.channel_id, d.class_id,'
        ' CASE WHEN k.periods IS NULL THEN d.demand ELSE ARRAY('
        ' SELECT CASE WHEN u.n <> ALL (k.periods) THEN u.value END'
        ' FROM unnest(d.demand) WITH ORDINALITY AS u (value, n) ORDER BY u.n) END AS demand,'
        ' d.in_stock FROM (%s) AS d CROSS JOIN LATERAL'
        ' ims._marked_periods(%s, d.item_id, d.site_id, %L, %L, %L) AS k (periods)',
        series, owner_id, exclude, ims._period_days(bucket, first_day, end_day), end_day);
END
$$;
COMMENT ON FUNCTION ims._unmarked_series_query IS
    'text of a query for series, null in periods with a mark of those kinds';

-- Days that a calendar works.

CREATE FUNCTION ims._calendar_days(calendar_id bigint, first_day date, end_day date)
RETURNS TABLE (day date, works boolean)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 700
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT g.day::date, coalesce(e.works, extract(isodow FROM g.day)::integer = ANY (c.working_days))
    FROM ims.calendar AS c
    CROSS JOIN generate_series($2::timestamp, ($3 - 1)::timestamp, interval '1 day') AS g (day)
    LEFT JOIN ims.calendar_day AS e ON e.calendar_id = c.calendar_id AND e.day = g.day::date
    WHERE c.calendar_id = $1
$$;
COMMENT ON FUNCTION ims._calendar_days IS 'days of a window, and whether a calendar works on them';

CREATE FUNCTION ims._open_days(calendar_id bigint, bucket text, first_day date, end_day date)
RETURNS TABLE (period date, open_days bigint)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ims._period_start($2, d.day), count(*) FILTER (WHERE d.works)
    FROM ims._calendar_days($1, $3, $4) AS d
    GROUP BY 1
    ORDER BY 1
$$;
COMMENT ON FUNCTION ims._open_days IS 'days of each period of a window that a calendar works';

-- A day is one; a month has 4.348 weeks (365.2425 days by 12 by 7).
CREATE FUNCTION ims._usual_days(working_days integer[], bucket text)
RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT CASE bucket WHEN 'day' THEN 1 WHEN 'week' THEN nullif(count(DISTINCT d.day), 0)
            ELSE round(nullif(count(DISTINCT d.day), 0) * 365.2425 / 84, 6) END
        FROM unnest(working_days) AS d (day));
COMMENT ON FUNCTION ims._usual_days IS
    'days that a calendar works in a period without holidays, null for one that never does';

-- The same per site, where it has a calendar, for a series as an array.
CREATE FUNCTION ims._open_days_query(bucket text, first_day date, end_day date)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT format('SELECT l.location_id AS site_id, o.open_days,'
        ' ims._usual_days(c.working_days, %1$L) AS usual_days'
        ' FROM ims.location AS l JOIN ims.calendar AS c ON c.calendar_id = l.calendar_id'
        ' CROSS JOIN LATERAL (SELECT array_agg(d.open_days ORDER BY d.period) AS open_days'
        ' FROM ims._open_days(c.calendar_id, %1$L, %2$L, %3$L) AS d) AS o'
        ' WHERE l.kind = ''site''',
        $1, $2, $3)
$$;
COMMENT ON FUNCTION ims._open_days_query IS
    'text of a query for the days that sites with a calendar work: site_id, open_days, usual_days';

-- A period that was closed throughout says nothing, unless something was sold.
CREATE FUNCTION ims._usual_demand(
    demand double precision[], open_days bigint[], usual_days numeric)
RETURNS double precision[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN open_days IS NULL OR usual_days IS NULL THEN demand
    ELSE (
        SELECT array_agg(CASE WHEN u.days > 0 THEN u.value * usual_days::double precision / u.days
                WHEN u.value <> 0 THEN u.value END ORDER BY u.place)
        FROM ROWS FROM (unnest(demand), unnest(open_days)) WITH ORDINALITY
            AS u (value, days, place)) END;
COMMENT ON FUNCTION ims._usual_demand IS 'demand as if each period had its usual number of open days';

CREATE FUNCTION ims.open_days(
    sites text[] DEFAULT NULL,
    bucket text DEFAULT 'week',
    from_day date DEFAULT NULL,
    to_day date DEFAULT NULL)
RETURNS TABLE (
    site text,
    period date,
    open_days bigint,
    usual_days numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    site_ids CONSTANT bigint[] := ims._site_ids(sites);
    span record;
BEGIN
    bucket := coalesce(bucket, 'week');
    from_day := coalesce(from_day, (statement_timestamp() AT TIME ZONE 'UTC')::date);
    to_day := coalesce(to_day, ims._period_after(bucket, ims._period_start(bucket, from_day),
        CASE bucket WHEN 'day' THEN 364 WHEN 'week' THEN 52 ELSE 12 END));
    SELECT w.* INTO span FROM ims._demand_window(bucket, from_day, to_day, 'UTC') AS w;
    RETURN QUERY
    SELECT l.code, o.period, o.open_days, ims._usual_days(c.working_days, bucket)
    FROM ims.location AS l
    JOIN ims.calendar AS c ON c.calendar_id = l.calendar_id
    CROSS JOIN LATERAL ims._open_days(c.calendar_id, bucket, span.first_day, span.end_day) AS o
    WHERE l.kind = 'site' AND (site_ids IS NULL OR l.location_id = ANY (site_ids))
    ORDER BY l.code, o.period;
END
$$;
COMMENT ON FUNCTION ims.open_days IS
'days that sites work, by their calendars

One row per site and period; a site without a calendar has none. bucket, from_day and to_day
as in ims.demand_series(), but without them the 364 days, 52 weeks or 12 months from now on.
usual_days: of a period without holidays, 1 for a day, 4.348 weeks for a month; NULL for a
calendar that never works. By open_days over usual_days a forecast of demand by open days
becomes one of the periods to come. IV204, IV504.
Example: SELECT o.period, o.open_days FROM ims.open_days(sites => ''{NORTH}'', bucket => ''month'') AS o;';
REVOKE ALL ON FUNCTION ims.open_days FROM PUBLIC;

-- The class of a series by name; parties are looked at only where it is asked for.
CREATE FUNCTION ims._class_column(by_party_class boolean)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN by_party_class THEN '(y.attributes ->> ''class'')' ELSE 'NULL::text' END;
COMMENT ON FUNCTION ims._class_column IS 'text of a column that names the class of customers';

CREATE FUNCTION ims._class_join(owner_id bigint, by_party_class boolean, series text)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN by_party_class
    THEN format(' LEFT JOIN ims.party AS y ON y.owner_id = %s AND y.party_id = nullif(%I.class_id, 0)',
        owner_id, series)
    ELSE '' END;
COMMENT ON FUNCTION ims._class_join IS 'text of the join that this column needs';

CREATE FUNCTION ims.demand_series(
    owner text DEFAULT NULL,
    items text[] DEFAULT NULL,
    category text DEFAULT NULL,
    sites text[] DEFAULT NULL,
    channels text[] DEFAULT NULL,
    party_classes text[] DEFAULT NULL,
    bucket text DEFAULT 'week',
    from_day date DEFAULT NULL,
    to_day date DEFAULT NULL,
    net_returns text DEFAULT 'sale',
    gaps text DEFAULT 'zero',
    exclude text[] DEFAULT '{outlier}',
    by_site boolean DEFAULT true,
    by_channel boolean DEFAULT false,
    by_party_class boolean DEFAULT false,
    with_stock boolean DEFAULT true,
    with_predecessors boolean DEFAULT true,
    by_open_days boolean DEFAULT false)
RETURNS TABLE (
    item_id bigint,
    site_id bigint,
    channel_id bigint,
    owner_code text,
    item text,
    site text,
    channel text,
    party_class text,
    first_period date,
    demand double precision[],
    in_stock double precision[],
    status text,
    basis text,
    open_days bigint[])
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 10000
SET search_path = pg_catalog, pg_temp
SET work_mem = '96MB'
SET jit = off
AS $$
DECLARE
    my_owner_id CONSTANT bigint := ims._reading_owner_id(owner);
    my_owner record;
    span record;
    series text;
BEGIN
    by_party_class := coalesce(by_party_class, false);
    bucket := coalesce(bucket, 'week');
    net_returns := coalesce(net_returns, 'sale');
    gaps := coalesce(gaps, 'zero');
    SELECT o.code, o.time_zone INTO my_owner FROM ims.owner AS o WHERE o.owner_id = my_owner_id;
    SELECT w.* INTO span FROM ims._demand_window(bucket, from_day, to_day, my_owner.time_zone) AS w;
    PERFORM ims._check_choice('net_returns', net_returns, 'sale', 'return', 'none'),
        ims._check_choice('gaps', gaps, 'zero', 'null', 'carry');
    PERFORM ims._check_present('exclude', k.kind IS NOT NULL),
        ims._check_choice('exclude', k.kind, 'outlier', 'promotion', 'holiday', 'event')
    FROM unnest(exclude) AS k (kind);
    series := ims._demand_series_query(my_owner_id,
        ims._demand_item_ids(my_owner_id, items, category), ims._site_ids(sites),
        ims._channel_ids(my_owner_id, channels), party_classes, bucket, span.first_day,
        span.end_day, net_returns, gaps, coalesce(by_site, true), coalesce(by_channel, false),
        by_party_class, coalesce(with_stock, true), coalesce(with_predecessors, true));
    series := ims._unmarked_series_query(series, my_owner_id, exclude, bucket, span.first_day,
        span.end_day);
    RETURN QUERY EXECUTE format('SELECT d.item_id, nullif(d.site_id, 0), nullif(d.channel_id, 0),'
        ' %L::text, i.code, w.code, c.code, %s, %L::date, %s, d.in_stock,'
        ' CASE WHEN (0 = ALL (d.demand)) IS NOT FALSE THEN ''no demand'''
        ' WHEN 0 > ANY (d.demand) THEN ''returns'' ELSE ''ok'' END, ''shipment''::text, o.open_days'
        ' FROM (%s) AS d'
        ' LEFT JOIN (%s) AS o ON o.site_id = d.site_id'
        ' LEFT JOIN ims.item AS i ON i.owner_id = %s AND i.item_id = d.item_id'
        ' LEFT JOIN ims.location AS w ON w.location_id = nullif(d.site_id, 0)'
        ' LEFT JOIN ims.channel AS c ON c.owner_id = %s AND c.channel_id = nullif(d.channel_id, 0)%s',
        my_owner.code, ims._class_column(by_party_class), span.first_day, CASE WHEN by_open_days
            THEN 'ims._usual_demand(d.demand, o.open_days, o.usual_days)' ELSE 'd.demand' END,
        series, ims._open_days_query(bucket, span.first_day, span.end_day), my_owner_id,
        my_owner_id, ims._class_join(my_owner_id, by_party_class, 'd'));
END
$$;
COMMENT ON FUNCTION ims.demand_series IS
'demand of the past as arrays: one row per item and site

demand has one value per period from first_period on, base units: what was shipped to
customers less what came back, oldest first. bucket: day, week (from Monday) or month; both days are moved back to the
first of their period, to_day itself is not part. Days are those of the site, UTC where goods
left from none. Without them: 104 weeks, 36 months or 364 days up to now. net_returns: sale
takes a return that names its sale off the period of the sale, return off that of its day,
none leaves it out; what was reversed never was. gaps: what a period without lines is, zero,
null or carry (the value before). exclude: kinds of marks whose periods become NULL.
in_stock: share of each period in which sellable places of the site had stock of released
lots, or without lot; NULL: never any.
party_class: the attribute class of a customer. by_site, by_channel and by_party_class make a
row for each, and one for lines that have none; with_predecessors adds the demand of items
before. open_days: days of each period that the calendar of the site works, NULL without one;
with by_open_days demand is that of the usual_days of ims.open_days(), NULL where the site was
closed throughout and sold nothing.
status: ok, returns (a period is below zero) or no demand; basis: shipment until orders are
in the ledger. IV504 on a window without a whole period.
Example: SELECT s.item, f.forecast FROM ims.demand_series() AS s, ims.forecast(demand => s.demand, horizon => 4) AS f;';
REVOKE ALL ON FUNCTION ims.demand_series FROM PUBLIC;

CREATE FUNCTION ims.demand_history(
    owner text DEFAULT NULL,
    items text[] DEFAULT NULL,
    category text DEFAULT NULL,
    sites text[] DEFAULT NULL,
    channels text[] DEFAULT NULL,
    party_classes text[] DEFAULT NULL,
    bucket text DEFAULT 'week',
    from_day date DEFAULT NULL,
    to_day date DEFAULT NULL,
    net_returns text DEFAULT 'sale',
    by_site boolean DEFAULT true,
    by_channel boolean DEFAULT false,
    by_party_class boolean DEFAULT false,
    with_stock boolean DEFAULT true,
    with_predecessors boolean DEFAULT true)
RETURNS TABLE (
    item_id bigint,
    site_id bigint,
    channel_id bigint,
    owner_code text,
    item text,
    site text,
    channel text,
    party_class text,
    period date,
    ordered numeric,
    shipped numeric,
    returned numeric,
    demand numeric,
    in_stock numeric,
    marks text[],
    basis text,
    open_days bigint)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 10000
SET search_path = pg_catalog, pg_temp
SET work_mem = '96MB'
SET jit = off
AS $$
DECLARE
    my_owner_id CONSTANT bigint := ims._reading_owner_id(owner);
    my_owner record;
    span record;
    my_items bigint[];
    my_sites bigint[];
    lines text;
    levels text;
BEGIN
    by_party_class := coalesce(by_party_class, false);
    bucket := coalesce(bucket, 'week');
    net_returns := coalesce(net_returns, 'sale');
    SELECT o.code, o.time_zone INTO my_owner FROM ims.owner AS o WHERE o.owner_id = my_owner_id;
    SELECT w.* INTO span FROM ims._demand_window(bucket, from_day, to_day, my_owner.time_zone) AS w;
    PERFORM ims._check_choice('net_returns', net_returns, 'sale', 'return', 'none');
    my_items := ims._demand_item_ids(my_owner_id, items, category);
    my_sites := ims._site_ids(sites);
    lines := ims._demand_line_query(my_owner_id, my_items, my_sites,
        ims._channel_ids(my_owner_id, channels), party_classes, span.first_day, span.end_day,
        net_returns, coalesce(by_site, true), coalesce(by_channel, false), by_party_class,
        coalesce(with_predecessors, true));
    levels := CASE WHEN coalesce(with_stock, true)
        THEN ims._in_stock_query(my_owner_id, my_items, my_sites, bucket, span.first_day,
            span.end_day, coalesce(by_site, true), coalesce(with_predecessors, true))
        ELSE 'SELECT 0::bigint, 0::bigint, NULL::double precision[] WHERE false' END;
    RETURN QUERY EXECUTE format('WITH line AS MATERIALIZED ('
        ' SELECT d.item_id, d.site_id, d.channel_id, d.class_id,'
        ' ims._period_start(%1$L, d.day) AS day, sum(d.shipped) AS shipped, sum(d.returned) AS returned'
        ' FROM (%2$s) AS d WHERE d.day >= %3$L AND d.day < %4$L GROUP BY 1, 2, 3, 4, 5),'
        ' series AS (SELECT DISTINCT l.item_id, l.site_id, l.channel_id, l.class_id FROM line AS l),'
        ' period AS (SELECT p.day, p.n, coalesce(lead(p.day) OVER (ORDER BY p.n), %4$L) AS end_day'
        ' FROM unnest(%5$L::date[]) WITH ORDINALITY AS p (day, n))'
        ' SELECT s.item_id, nullif(s.site_id, 0), nullif(s.channel_id, 0), %6$L::text, i.code,'
        ' w.code, c.code, %10$s, p.day, NULL::numeric, coalesce(l.shipped, 0),'
        ' coalesce(l.returned, 0),'
        ' coalesce(l.shipped - l.returned, 0), round(k.in_stock[p.n]::numeric, 6),'
        ' (SELECT array_agg(DISTINCT m.kind ORDER BY m.kind) FROM ims.demand_mark AS m'
        ' WHERE m.owner_id = %7$s AND (m.item_id = s.item_id OR m.item_id IS NULL)'
        ' AND (m.site_id = s.site_id OR m.site_id IS NULL)'
        ' AND m.from_day < p.end_day AND m.to_day > p.day), ''shipment''::text, o.open_days[p.n]'
        ' FROM series AS s CROSS JOIN period AS p'
        ' LEFT JOIN line AS l ON l.item_id = s.item_id AND l.site_id = s.site_id'
        ' AND l.channel_id = s.channel_id AND l.class_id = s.class_id AND l.day = p.day'
        ' LEFT JOIN (%8$s) AS k (item_id, site_id, in_stock)'
        ' ON k.item_id = s.item_id AND k.site_id = s.site_id'
        ' LEFT JOIN (%9$s) AS o ON o.site_id = s.site_id'
        ' LEFT JOIN ims.item AS i ON i.owner_id = %7$s AND i.item_id = s.item_id'
        ' LEFT JOIN ims.location AS w ON w.location_id = nullif(s.site_id, 0)'
        ' LEFT JOIN ims.channel AS c ON c.owner_id = %7$s AND c.channel_id = nullif(s.channel_id, 0)%11$s'
        ' ORDER BY i.code, w.code, c.code, %10$s COLLATE "C", p.day',
        bucket, lines, span.first_day, span.end_day,
        ims._period_days(bucket, span.first_day, span.end_day), my_owner.code, my_owner_id, levels,
        ims._open_days_query(bucket, span.first_day, span.end_day),
        ims._class_column(by_party_class), ims._class_join(my_owner_id, by_party_class, 's'));
END
$$;
COMMENT ON FUNCTION ims.demand_history IS
'demand of the past: one row per item, site and period

What ims.demand_series() has as arrays, exactly and with its parts, base units: shipped,
returned, and demand, the one less the other; arguments as there. period is its first day.
ordered is NULL until orders are in the ledger. in_stock: share of the period in which the
site had stock. marks: kinds of marks that touch it, NULL for none. open_days: its days that
the calendar of the site works, NULL without one. An item and site without a line in the
window has no row.
Example: SELECT h.period, h.demand, h.in_stock FROM ims.demand_history(items => ''{TEA}'', bucket => ''month'') AS h;';
REVOKE ALL ON FUNCTION ims.demand_history FROM PUBLIC;
