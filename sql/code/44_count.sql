-- Counts: what was on the shelf at an instant.
--
-- The balances are locked as a posting would lock them; then the level of the
-- books at the instant is the balance less the movements after it, and the
-- difference is posted between the place and ADJUSTMENT, dated at the instant.
-- Every counted balance takes the instant as its last effective time, so that
-- whatever is dated before it later is late to the engine, which compensates
-- it at the instant of the count (late.c).
--
-- A complete count also says that nothing else was there.  A posting of a
-- balance that does not exist yet would not meet any row lock: it would not see
-- the count, which is not committed, and dated before it would not be
-- compensated.  So a complete count keeps all postings out while it is taken.
-- A narrower lock, on the places, would have to come before those of balances
-- in every posting that may make one, and none knows that until it is there.

-- The whole count, with all that it calls, plans anew each time: a plan kept
-- from when the ledger was small would read whole tables later on.  The other
-- calls that are written in SQL do the same.

-- What is passed from step to step; JSON would take longer than all the rest.
CREATE TYPE ims._counted_line AS (
    line bigint,
    item_id bigint,
    location_id bigint,
    lot_id bigint,
    handling_unit_id bigint,
    serial_id bigint,
    quantity numeric,
    entered_quantity numeric,
    entered_unit text);
COMMENT ON TYPE ims._counted_line IS 'a line of a count by ids, base units';

CREATE TYPE ims._counted_level AS (
    item_id bigint,
    location_id bigint,
    lot_id bigint,
    handling_unit_id bigint,
    on_hand numeric,
    last_effective_at timestamptz,
    quantity numeric,
    book numeric,
    entered_quantity numeric,
    entered_unit text);
COMMENT ON TYPE ims._counted_level IS
    'a balance, what was counted of it and what the books had at the instant';

-- The first count at or after an instant that speaks of a balance; the same
-- question as IMS_PLAN_NEXT_COUNT, for one balance, leaving out one count, and
-- with those that wait for the close of their period.
CREATE FUNCTION ims._next_count(
    owner_id bigint,
    item_id bigint,
    location_id bigint,
    lot_id bigint,
    handling_unit_id bigint,
    effective_at timestamptz,
    but_posting_id bigint)
RETURNS TABLE (counted_at timestamptz, posting_id bigint, pending boolean)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT a.counted_at, a.posting_id, a.pending
    FROM (
        SELECT s.counted_at, s.posting_id, s.pending
        FROM ims.stock_count AS s
        WHERE s.owner_id = $1 AND s.item_id = $2 AND s.location_id = $3 AND s.lot_id = $4
          AND s.handling_unit_id = $5 AND s.counted_at >= $6
          AND s.reversed_posting_id IS NULL AND s.posting_id <> $7
        UNION ALL
        SELECT q.counted_at, q.posting_id, false
        FROM ims.stock_count_scope AS q
        WHERE q.owner_id = $1 AND q.location_id = $3 AND q.item_id IN (0, $2)
          AND q.counted_at >= $6 AND q.reversed_posting_id IS NULL AND q.posting_id <> $7
          AND NOT EXISTS (
            SELECT FROM ims.item AS i
            WHERE i.owner_id = $1 AND i.item_id = $2
              AND (i.periodic OR q.recorded_at < i.perpetual_since))) AS a
    ORDER BY a.counted_at
    LIMIT 1
$$;
COMMENT ON FUNCTION ims._next_count IS
    'first count at or after an instant that says what a balance was';
REVOKE ALL ON FUNCTION ims._next_count FROM PUBLIC;

-- What came to a balance after an instant, less what left it.
CREATE FUNCTION ims._change_since(
    owner_id bigint, item_id bigint, location_id bigint, lot_id bigint, handling_unit_id bigint,
    at timestamptz)
RETURNS numeric
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    RETURN (
        SELECT coalesce(sum(
            CASE WHEN m.to_location_id = location_id AND m.to_handling_unit_id = handling_unit_id
                 THEN m.quantity ELSE 0 END
            - CASE WHEN m.from_location_id = location_id
                    AND m.from_handling_unit_id = handling_unit_id
                   THEN m.quantity ELSE 0 END), 0)
        FROM ims.movement AS m
        WHERE m.owner_id = owner_id AND m.item_id = item_id AND m.effective_at > at
          AND m.lot_id = lot_id AND location_id IN (m.from_location_id, m.to_location_id));
END
$$;
COMMENT ON FUNCTION ims._change_since IS
    'change of a balance after an instant, base units';
REVOKE ALL ON FUNCTION ims._change_since FROM PUBLIC;

-- Single units at places at an instant, by the ledger.
CREATE FUNCTION ims._serials_at(owner_id bigint, item_ids bigint[], at timestamptz)
RETURNS TABLE (item_id bigint, location_id bigint, lot_id bigint, handling_unit_id bigint,
    serial_id bigint)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT l.item_id, l.to_location_id, l.lot_id, l.to_handling_unit_id, l.serial_id
    FROM (
        SELECT DISTINCT ON (m.item_id, m.serial_id)
            m.item_id, m.serial_id, m.lot_id, m.to_location_id, m.to_handling_unit_id
        FROM ims.movement AS m
        WHERE m.owner_id = $1 AND m.item_id = ANY ($2) AND m.effective_at <= $3
          AND m.serial_id <> 0
        ORDER BY m.item_id, m.serial_id, m.effective_at DESC, m.movement_id DESC) AS l
    JOIN ims.location AS p ON p.location_id = l.to_location_id AND p.keeps_stock
$$;
COMMENT ON FUNCTION ims._serials_at IS 'where the single units of items lay at an instant';
REVOKE ALL ON FUNCTION ims._serials_at FROM PUBLIC;

-- The lines of a count as balances and serials, each with the first rule that
-- it breaks.  All are looked up by one statement: function by function, 5,000
-- lines would take most of the time of a count.
CREATE FUNCTION ims._look_up_counted(owner_id bigint, lines jsonb)
RETURNS TABLE (counted ims._counted_line, problem text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT (l.line, i.item_id, p.location_id, coalesce(t.lot_id, s.lot_id, 0),
            coalesce(h.handling_unit_id, 0), coalesce(s.serial_id, 0), b.quantity,
            CASE WHEN f.unit IS NOT NULL THEN q.quantity END, f.unit)::ims._counted_line,
        CASE
            WHEN i.item_id IS NULL THEN 'item'
            WHEN p.location_id IS NULL THEN 'location'
            WHEN g.lot IS NOT NULL AND t.lot_id IS NULL THEN 'lot'
            WHEN g.serial IS NOT NULL AND s.serial_id IS NULL THEN 'serial'
            WHEN g.handling_unit IS NOT NULL AND h.handling_unit_id IS NULL THEN 'handling_unit'
            WHEN b.quantity IS NULL OR b.quantity >= 1e12 OR NOT b.is_exact
                OR (u.whole AND b.quantity <> trunc(b.quantity))
                OR (v.whole AND q.quantity <> trunc(q.quantity)) THEN 'quantity'
            WHEN NOT (i.stocked AND p.site_id > 0 AND p.keeps_stock) THEN 'place'
            WHEN NOT CASE i.tracking
                WHEN 'none' THEN g.lot IS NULL AND g.serial IS NULL
                WHEN 'lot' THEN g.lot IS NOT NULL AND g.serial IS NULL
                ELSE b.quantity = (g.serial IS NOT NULL)::integer
                END THEN 'tracking'
            END
    FROM jsonb_array_elements($2) WITH ORDINALITY AS l (value, line)
    CROSS JOIN LATERAL jsonb_to_record(l.value) AS g (
        item text, quantity text, unit text, location text, lot text, serial text,
        handling_unit text)
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN g.quantity ~ '^[0-9]{1,12}([.][0-9]{1,6})?$' THEN g.quantity::numeric
            WHEN g.quantity IS NOT NULL THEN ims._quantity_or_null(g.quantity)
            WHEN g.serial IS NOT NULL THEN 1
            END AS quantity) AS q
    LEFT JOIN ims.item AS i ON i.owner_id = $1 AND i.code = g.item
    LEFT JOIN ims.unit AS u ON u.code = i.base_unit
    LEFT JOIN ims.unit AS v ON v.code = g.unit
    LEFT JOIN ims.item_unit AS f
        ON f.owner_id = $1 AND f.item_id = i.item_id AND f.unit = g.unit
        AND f.unit <> i.base_unit
    CROSS JOIN LATERAL (
        SELECT CASE
                WHEN f.unit IS NOT NULL
                    THEN ims._in_base_unit(q.quantity, f.numerator, f.denominator)
                WHEN g.unit IS NULL OR g.unit = i.base_unit THEN trim_scale(q.quantity)
                END AS quantity,
            f.unit IS NULL OR ims._is_exact(q.quantity, f.numerator, f.denominator) AS is_exact)
        AS b
    LEFT JOIN ims.location AS p ON p.code = g.location
    LEFT JOIN ims.lot AS t ON t.owner_id = $1 AND t.item_id = i.item_id AND t.code = g.lot
    LEFT JOIN ims.serial AS s ON s.owner_id = $1 AND s.item_id = i.item_id AND s.code = g.serial
    LEFT JOIN ims.handling_unit AS h ON h.owner_id = $1 AND h.code = g.handling_unit
$$;
COMMENT ON FUNCTION ims._look_up_counted IS
    'lines of a count by ids, base units, each with what is wrong with it';
REVOKE ALL ON FUNCTION ims._look_up_counted FROM PUBLIC;

-- In words: who looks up a code, or reads a quantity, says what is wrong there.
CREATE FUNCTION ims._raise_uncountable(
    owner_id bigint, counted ims._counted_line, problem text, value jsonb)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    line CONSTANT bigint := counted.line;
    item CONSTANT text := value ->> 'item';
    known record;
BEGIN
    CASE problem
        WHEN 'item' THEN
            PERFORM ims._item_id(owner_id, item);
        WHEN 'location' THEN
            PERFORM ims._location_id(value ->> 'location');
        WHEN 'lot' THEN
            PERFORM ims._lot_id(owner_id, counted.item_id, value ->> 'lot');
        WHEN 'serial' THEN
            PERFORM ims._serial_id(owner_id, counted.item_id, value ->> 'serial');
        WHEN 'handling_unit' THEN
            PERFORM ims._handling_unit_id(owner_id, value ->> 'handling_unit');
        WHEN 'quantity' THEN
            PERFORM ims._check_present('quantity', value ?| '{quantity,serial}');
            PERFORM ims._base_quantity(owner_id, counted.item_id, item, line,
                coalesce(ims._line_number(line, 'quantity', value ->> 'quantity'), 1),
                value ->> 'unit');
        ELSE
            SELECT i.stocked, i.tracking INTO STRICT known
            FROM ims.item AS i
            WHERE i.owner_id = owner_id AND i.item_id = counted.item_id;
    END CASE;
    IF problem = 'place' THEN
        RAISE 'item "%" cannot be counted at "%"', item, value ->> 'location'
            USING ERRCODE = 'IV214',
                DETAIL = CASE WHEN known.stocked THEN 'The place keeps no stock. '
                        ELSE 'The item is not stocked. ' END
                    || jsonb_build_object('line', line, 'item', item,
                        'location', value ->> 'location')::text,
                HINT = 'Count stocked items at places of a site that keep stock.';
    END IF;
    RAISE 'line % does not name what item "%" is tracked by', line, item
        USING ERRCODE = 'IV213',
            DETAIL = format('The item is tracked by %s. ', known.tracking)
                || jsonb_build_object('line', line, 'item', item,
                    'tracking', known.tracking)::text,
            HINT = 'One line per lot, one per serial; quantity 0 without a serial '
                'says that no unit is there.';
END
$$;
COMMENT ON FUNCTION ims._raise_uncountable IS 'raise what is wrong with a line of a count';
REVOKE ALL ON FUNCTION ims._raise_uncountable FROM PUBLIC;

CREATE FUNCTION ims._count_lines(owner_id bigint, lines jsonb)
RETURNS ims._counted_line[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    all_counted ims._counted_line[];
    problems text[];
    first bigint;
BEGIN
    SELECT array_agg(c.counted ORDER BY (c.counted).line),
        array_agg(c.problem ORDER BY (c.counted).line),
        min((c.counted).line) FILTER (WHERE c.problem IS NOT NULL)
    INTO all_counted, problems, first
    FROM ims._look_up_counted(owner_id, lines) AS c;
    IF first IS NOT NULL THEN
        PERFORM ims._raise_uncountable(owner_id, all_counted[first], problems[first],
            lines -> (first - 1)::integer);
    END IF;
    RETURN all_counted;
END
$$;
COMMENT ON FUNCTION ims._count_lines IS 'lines of a count by ids, base units, or what is wrong';
REVOKE ALL ON FUNCTION ims._count_lines FROM PUBLIC;

-- The counted balances: what the lines say of each.  Lines with serials add
-- up; any other balance is named once.
CREATE FUNCTION ims._counted_balances(owner_id bigint, counted ims._counted_line[])
RETURNS ims._counted_level[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    twice record;
BEGIN
    SELECT c.first, c.last, i.code, l.code AS place INTO twice
    FROM (
        SELECT min(c.line) AS first, max(c.line) AS last, c.item_id, c.location_id
        FROM unnest(counted) AS c
        GROUP BY c.item_id, c.location_id, c.lot_id, c.handling_unit_id, c.serial_id
        HAVING count(*) > 1
        ORDER BY min(c.line)
        LIMIT 1) AS c
    JOIN ims.item AS i ON i.owner_id = owner_id AND i.item_id = c.item_id
    JOIN ims.location AS l ON l.location_id = c.location_id;
    IF FOUND THEN
        RAISE 'line % counts what line % counts already', twice.last, twice.first
            USING ERRCODE = 'IV223',
                DETAIL = 'A balance is counted once. '
                    || jsonb_build_object('line', twice.last, 'item', twice.code,
                        'location', twice.place)::text,
                HINT = 'Add up what lies at the place before you enter it.';
    END IF;
    RETURN (
        SELECT array_agg((b.item_id, b.location_id, b.lot_id, b.handling_unit_id, NULL, NULL,
            b.quantity, NULL, b.entered_quantity, b.entered_unit)::ims._counted_level)
        FROM (
            SELECT c.item_id, c.location_id, c.lot_id, c.handling_unit_id,
                sum(c.quantity) AS quantity,
                CASE WHEN count(*) = 1 THEN min(c.entered_quantity) END AS entered_quantity,
                CASE WHEN count(*) = 1 THEN min(c.entered_unit) END AS entered_unit
            FROM unnest(counted) AS c
            GROUP BY c.item_id, c.location_id, c.lot_id, c.handling_unit_id) AS b);
END
$$;
COMMENT ON FUNCTION ims._counted_balances IS 'balances that a count names, or IV223 for one named twice';
REVOKE ALL ON FUNCTION ims._counted_balances FROM PUBLIC;

-- Places of a complete count: the one named and all below it that keep stock.
CREATE FUNCTION ims._places_below(location_id bigint)
RETURNS bigint[]
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH RECURSIVE place AS (
        SELECT l.location_id, l.site_id, l.keeps_stock, l.status
        FROM ims.location AS l
        WHERE l.location_id = $1
        UNION ALL
        SELECT l.location_id, l.site_id, l.keeps_stock, l.status
        FROM place AS p
        JOIN ims.location AS l ON l.parent_id = p.location_id)
    SELECT coalesce(array_agg(p.location_id ORDER BY p.location_id), '{}')
    FROM place AS p
    WHERE p.keeps_stock AND p.site_id > 0
$$;
COMMENT ON FUNCTION ims._places_below IS 'a place and all below it, those that keep stock';
REVOKE ALL ON FUNCTION ims._places_below FROM PUBLIC;

-- Row locks find out what changed since the snapshot of a REPEATABLE READ
-- transaction, but not what is new.
CREATE FUNCTION ims._check_scope_snapshot(owner_id bigint, scope_location_ids bigint[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM ims._check_as_seen('SELECT count(*) FROM ims.stock AS s'
        ' WHERE s.owner_id = $1 AND s.location_id = $2', 'balances were added', owner_id,
        l.location_id)
    FROM unnest(scope_location_ids) AS l (location_id);
END
$$;
COMMENT ON FUNCTION ims._check_scope_snapshot IS
    'raise 40001 where a place has a balance that the snapshot does not show';
REVOKE ALL ON FUNCTION ims._check_scope_snapshot FROM PUBLIC;

-- The books at the instant, into the levels.
CREATE FUNCTION ims._with_books(
    owner_id bigint, levels ims._counted_level[], counted_at timestamptz)
RETURNS ims._counted_level[]
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(array_agg((l.item_id, l.location_id, l.lot_id, l.handling_unit_id, l.on_hand,
        l.last_effective_at, l.quantity,
        -- nothing is later than the last of a balance
        l.on_hand - CASE WHEN l.last_effective_at > $3
            THEN ims._change_since($1, l.item_id, l.location_id, l.lot_id, l.handling_unit_id, $3)
            ELSE 0 END, l.entered_quantity, l.entered_unit)::ims._counted_level), '{}')
    FROM unnest($2) AS l
$$;
COMMENT ON FUNCTION ims._with_books IS
    'counted levels of locked balances, with what the books had at an instant';
REVOKE ALL ON FUNCTION ims._with_books FROM PUBLIC;

-- A complete count speaks of balances that it does not name, even of those that
-- did not exist: their level is zero.  It, or another count, need not have
-- changed a balance that is locked here.
CREATE FUNCTION ims._check_counted_before(
    owner_id bigint, balances ims._counted_level[], counted_at timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    same record;
BEGIN
    SELECT i.code AS item, l.code AS location, a.posting_id INTO same
    FROM (
        SELECT s.item_id, s.location_id, s.posting_id
        FROM unnest(balances) AS b
        JOIN ims.stock_count AS s
            ON s.owner_id = owner_id AND s.item_id = b.item_id AND s.location_id = b.location_id
            AND s.lot_id = b.lot_id AND s.handling_unit_id = b.handling_unit_id
            AND s.counted_at = counted_at AND s.reversed_posting_id IS NULL
        UNION ALL
        SELECT b.item_id, b.location_id, q.posting_id
        FROM ims.stock_count_scope AS q
        JOIN unnest(balances) AS b
            ON b.location_id = q.location_id AND q.item_id IN (0, b.item_id)
        WHERE q.owner_id = owner_id AND q.counted_at = counted_at
          AND q.reversed_posting_id IS NULL
          AND NOT EXISTS (
            SELECT FROM ims.item AS i
            WHERE i.owner_id = owner_id AND i.item_id = b.item_id
              AND (i.periodic OR q.recorded_at < i.perpetual_since))) AS a
    JOIN ims.item AS i ON i.owner_id = owner_id AND i.item_id = a.item_id
    JOIN ims.location AS l ON l.location_id = a.location_id
    LIMIT 1;
    IF FOUND THEN
        RAISE 'item "%" at "%" was counted at this instant already', same.item, same.location
            USING ERRCODE = 'IV227',
                DETAIL = format('Posting %s holds that count. ', same.posting_id)
                    || jsonb_build_object('item', same.item, 'location', same.location,
                        'counted_at', ims._utc(counted_at),
                        'posting_id', same.posting_id)::text,
                HINT = 'Reverse that count first, or count anew.';
    END IF;
    PERFORM ims._check_as_seen(format('SELECT'
        ' (SELECT count(*) FROM ims.stock_count AS s'
        '  WHERE s.owner_id = $1 AND s.counted_at = %1$L)'
        ' + (SELECT count(*) FROM ims.stock_count_scope AS q'
        '  WHERE q.owner_id = $1 AND q.counted_at = %1$L)', counted_at),
        'stock was counted at that instant', owner_id);
END
$$;
COMMENT ON FUNCTION ims._check_counted_before IS
    'raise IV227 where a balance was counted at the same instant';
REVOKE ALL ON FUNCTION ims._check_counted_before FROM PUBLIC;

-- Locks the counted balances, and with them those that the scope says are
-- empty; returns all with on hand and the quantity counted.
CREATE FUNCTION ims._lock_counted(
    owner_id bigint, balances ims._counted_level[], scope_location_ids bigint[],
    scope_item_id bigint)
RETURNS ims._counted_level[]
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    locked ims._counted_level[];
BEGIN
    PERFORM ims._share_units(owner_id, ARRAY(
        SELECT b.handling_unit_id FROM unnest(balances) AS b WHERE b.handling_unit_id <> 0));
    SELECT array_agg((b.item_id, b.location_id, b.lot_id, b.handling_unit_id, b.on_hand,
        b.last_effective_at, coalesce(c.quantity, 0), NULL, c.entered_quantity,
        c.entered_unit)::ims._counted_level)
    INTO locked
    FROM (
        SELECT array_agg(owner_id) AS owner_ids, array_agg(k.item_id) AS item_ids,
            array_agg(k.location_id) AS location_ids, array_agg(k.lot_id) AS lot_ids,
            array_agg(k.handling_unit_id) AS handling_unit_ids
        FROM (
            SELECT b.item_id, b.location_id, b.lot_id, b.handling_unit_id
            FROM unnest(balances) AS b
            UNION
            SELECT s.item_id, s.location_id, s.lot_id, s.handling_unit_id
            FROM ims.stock AS s
            WHERE cardinality(scope_location_ids) > 0
              AND s.owner_id = owner_id AND s.location_id = ANY (scope_location_ids)
              AND (scope_item_id = 0 OR s.item_id = scope_item_id)) AS k) AS k
    CROSS JOIN LATERAL ims._lock_balances(k.owner_ids, k.item_ids, k.location_ids, k.lot_ids,
        k.handling_unit_ids) AS b
    LEFT JOIN unnest(balances) AS c
        ON c.item_id = b.item_id AND c.location_id = b.location_id AND c.lot_id = b.lot_id
        AND c.handling_unit_id = b.handling_unit_id;
    RETURN coalesce(locked, '{}');
END
$$;
COMMENT ON FUNCTION ims._lock_counted IS 'lock and read the balances that a count speaks of';
REVOKE ALL ON FUNCTION ims._lock_counted FROM PUBLIC;

-- The differences as lines of a posting.  Periodic items have none: their
-- books follow when the period is closed (but single units are never used up
-- unnamed, so a serial-tracked item is brought to the count at once).
CREATE FUNCTION ims._count_differences(
    owner_id bigint, levels ims._counted_level[], counted ims._counted_line[],
    counted_at timestamptz)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH level AS (
        SELECT l.item_id, l.location_id, l.lot_id, l.handling_unit_id,
            l.quantity - l.book AS difference, i.tracking = 'serial' AS by_serial,
            -- as entered, where the books had nothing
            CASE WHEN l.book = 0 THEN l.entered_quantity END AS entered_quantity,
            CASE WHEN l.book = 0 THEN l.entered_unit END AS entered_unit
        FROM unnest($2) AS l
        JOIN ims.item AS i ON i.owner_id = $1 AND i.item_id = l.item_id
        WHERE NOT i.periodic OR i.tracking = 'serial'),
    unit AS (
        SELECT DISTINCT c.item_id, c.location_id, c.lot_id, c.handling_unit_id, c.serial_id
        FROM unnest($3) AS c
        WHERE c.serial_id <> 0),
    book AS (
        SELECT b.item_id, b.location_id, b.lot_id, b.handling_unit_id, b.serial_id
        FROM ims._serials_at($1,
            ARRAY(SELECT DISTINCT l.item_id FROM level AS l WHERE l.by_serial), $4) AS b
        JOIN level AS l
            ON l.item_id = b.item_id AND l.location_id = b.location_id AND l.lot_id = b.lot_id
            AND l.handling_unit_id = b.handling_unit_id),
    difference AS (
        SELECT l.item_id, l.location_id, l.lot_id, l.handling_unit_id, 0 AS serial_id,
            l.difference, l.entered_quantity, l.entered_unit
        FROM level AS l
        WHERE NOT l.by_serial AND l.difference <> 0
        UNION ALL
        SELECT b.item_id, b.location_id, b.lot_id, b.handling_unit_id, b.serial_id, -1,
            NULL, NULL
        FROM (TABLE book EXCEPT TABLE unit) AS b
        UNION ALL
        SELECT u.item_id, u.location_id, u.lot_id, u.handling_unit_id, u.serial_id, 1,
            NULL, NULL
        FROM (TABLE unit EXCEPT TABLE book) AS u)
    SELECT jsonb_agg(l)
    FROM (
        SELECT d.item_id, abs(d.difference) AS quantity, d.lot_id, d.serial_id,
            CASE WHEN d.difference > 0 THEN 4 ELSE d.location_id END AS from_location_id,
            CASE WHEN d.difference > 0 THEN d.location_id ELSE 4 END AS to_location_id,
            CASE WHEN d.difference > 0 THEN 0 ELSE d.handling_unit_id END
                AS from_handling_unit_id,
            CASE WHEN d.difference > 0 THEN d.handling_unit_id ELSE 0 END
                AS to_handling_unit_id,
            d.entered_quantity, d.entered_unit
        FROM difference AS d
        ORDER BY d.difference, d.item_id, d.location_id, d.lot_id, d.handling_unit_id,
            d.serial_id) AS l
$$;
COMMENT ON FUNCTION ims._count_differences IS 'lines that bring the books to a count';
REVOKE ALL ON FUNCTION ims._count_differences FROM PUBLIC;

-- A unit that was seen here cannot lie elsewhere.
CREATE FUNCTION ims._check_counted_serials(
    owner_id bigint, counted ims._counted_line[], counted_at timestamptz)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    stray record;
BEGIN
    SELECT c.line, s.code, l.code AS location, i.code AS item INTO stray
    FROM unnest(counted) AS c
    JOIN ims._serials_at(owner_id,
        ARRAY(SELECT DISTINCT d.item_id
              FROM unnest(counted) AS d
              WHERE d.serial_id <> 0), counted_at) AS b ON b.serial_id = c.serial_id
    JOIN ims.serial AS s ON s.owner_id = owner_id AND s.serial_id = c.serial_id
    JOIN ims.item AS i ON i.owner_id = owner_id AND i.item_id = c.item_id
    JOIN ims.location AS l ON l.location_id = b.location_id
    WHERE b.location_id <> c.location_id OR b.handling_unit_id <> c.handling_unit_id
    ORDER BY c.line
    LIMIT 1;
    IF FOUND THEN
        RAISE 'serial "%" of item "%" lies elsewhere', stray.code, stray.item
            USING ERRCODE = 'IV305',
                DETAIL = format('By the books it is at "%s". ', stray.location)
                    || jsonb_build_object('line', stray.line, 'item', stray.item,
                        'serial', stray.code, 'location', stray.location)::text,
                HINT = 'Post the move that was forgotten, then count again.';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_counted_serials IS 'raise IV305 for a counted serial that is elsewhere';
REVOKE ALL ON FUNCTION ims._check_counted_serials FROM PUBLIC;

-- The difference of a periodic item is left to the close of its period, so
-- whether it is one must be what it is now; the lock on movement keeps it so.
CREATE FUNCTION ims._check_counted_items(owner_id bigint, levels ims._counted_level[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    item_ids bigint[];
    periodic_ids bigint[];
BEGIN
    IF current_setting('transaction_isolation') NOT IN ('repeatable read', 'serializable') THEN
        RETURN;
    END IF;
    SELECT array_agg(i.item_id), coalesce(array_agg(i.item_id) FILTER (WHERE i.periodic), '{}')
    INTO item_ids, periodic_ids
    FROM ims.item AS i
    WHERE i.owner_id = owner_id
      AND i.item_id IN (SELECT l.item_id FROM unnest(levels) AS l);
    IF ims._latest(format('SELECT count(*) FROM ims.item AS i WHERE i.owner_id = $1'
            ' AND i.item_id = ANY (%L) AND i.periodic <> (i.item_id = ANY (%L))',
            item_ids, periodic_ids), owner_id) > 0 THEN
        PERFORM ims._raise_stale_snapshot('a counted item was made periodic or perpetual');
    END IF;
    PERFORM ims._check_as_seen(format('SELECT coalesce(bit_xor(hash_record_extended(u, 0)), 0)'
        ' FROM ims.item_unit AS u WHERE u.owner_id = $1 AND u.item_id = ANY (%L)', item_ids),
        'units of a counted item were changed', owner_id);
END
$$;
COMMENT ON FUNCTION ims._check_counted_items IS
    'raise 40001 where items became periodic or perpetual, or units changed, since the snapshot';
REVOKE ALL ON FUNCTION ims._check_counted_items FROM PUBLIC;

-- What was asserted, after the differences are posted.
CREATE FUNCTION ims._record_count(
    owner_id bigint,
    posting_id bigint,
    levels ims._counted_level[],
    counted_at timestamptz,
    scope_location_ids bigint[],
    scope_item_id bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM ims._check_counted_items(owner_id, levels);
    PERFORM ims._engine_begin();
    INSERT INTO ims.stock_count
        (owner_id, posting_id, item_id, location_id, lot_id, handling_unit_id, counted_at,
         counted_quantity, book_quantity, entered_quantity, entered_unit, pending)
    SELECT owner_id, posting_id, l.item_id, l.location_id, l.lot_id, l.handling_unit_id,
        counted_at, l.quantity, l.book, l.entered_quantity, l.entered_unit, i.periodic AND i.tracking <> 'serial'
    FROM unnest(levels) AS l
    JOIN ims.item AS i ON i.owner_id = owner_id AND i.item_id = l.item_id;
    INSERT INTO ims.stock_count_scope (owner_id, posting_id, location_id, item_id, counted_at)
    SELECT owner_id, posting_id, s.location_id, scope_item_id, counted_at
    FROM unnest(scope_location_ids) AS s (location_id);
    UPDATE ims.stock AS s
    SET last_effective_at = counted_at
    FROM unnest(levels) AS l
    WHERE s.owner_id = owner_id AND s.item_id = l.item_id AND s.location_id = l.location_id
      AND s.lot_id = l.lot_id AND s.handling_unit_id = l.handling_unit_id
      AND s.last_effective_at < counted_at;
    PERFORM ims._engine_end();
END
$$;
COMMENT ON FUNCTION ims._record_count IS 'keep what a count asserts';
REVOKE ALL ON FUNCTION ims._record_count FROM PUBLIC;

CREATE FUNCTION ims._raise_unclear_count(what text, advice text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE 'it is not clear what was counted'
        USING ERRCODE = 'IV223',
            DETAIL = what || ' ' || jsonb_build_object('argument', 'lines')::text,
            HINT = advice;
END
$$;
COMMENT ON FUNCTION ims._raise_unclear_count IS 'raise IV223 for arguments of a count that contradict';
REVOKE ALL ON FUNCTION ims._raise_unclear_count FROM PUBLIC;

-- One form for all: lines that name item and place each.
CREATE FUNCTION ims._count_arguments_as_lines(
    item text, quantity numeric, unit text, location text, lot text, serial text,
    handling_unit text, lines jsonb, complete boolean)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF lines IS NULL AND complete AND quantity IS NULL AND serial IS NULL THEN
        lines := '[]';
    END IF;
    IF lines IS NULL THEN
        PERFORM ims._check_present('item', item IS NOT NULL);
        PERFORM ims._check_present('location', location IS NOT NULL);
        PERFORM ims._check_present('quantity', quantity IS NOT NULL OR serial IS NOT NULL);
        RETURN jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('item', item,
            'quantity', quantity, 'unit', unit, 'location', location, 'lot', lot,
            'serial', serial, 'handling_unit', handling_unit)));
    END IF;
    IF coalesce(quantity::text, unit, lot, serial, handling_unit) IS NOT NULL THEN
        PERFORM ims._raise_unclear_count('There are lines, and a quantity, unit, lot, serial or '
            'handling unit outside of them.', 'Say it in the lines.');
    END IF;
    PERFORM ims._check_lines(lines, 'item', 'quantity', 'unit', 'location', 'lot', 'serial',
        'handling_unit');
    IF lines = '[]' AND complete IS NOT TRUE THEN
        RAISE 'there is no line to count'
            USING ERRCODE = 'IV219',
                DETAIL = 'The call has 0 lines. {"lines": 0}',
                HINT = 'Only with complete => true no line means that nothing is there.';
    END IF;
    RETURN (
        SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
            'item', item, 'location', location)) || l.value ORDER BY l.line), '[]')
        FROM jsonb_array_elements(lines) WITH ORDINALITY AS l (value, line));
END
$$;
COMMENT ON FUNCTION ims._count_arguments_as_lines IS 'arguments of a count as lines that name all';
REVOKE ALL ON FUNCTION ims._count_arguments_as_lines FROM PUBLIC;

CREATE FUNCTION ims._check_count_scope(
    owner_id bigint, counted ims._counted_line[], scope_location_ids bigint[],
    scope_item_id bigint)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    outside bigint;
BEGIN
    IF cardinality(scope_location_ids) = 0 THEN
        RAISE 'no place to count'
            USING ERRCODE = 'IV214',
                DETAIL = 'Neither the place nor any below it keeps stock. {"argument": "location"}',
                HINT = 'Count a site, or a place below one.';
    END IF;
    SELECT min(c.line) INTO outside
    FROM unnest(counted) AS c
    WHERE c.location_id <> ALL (scope_location_ids)
       OR scope_item_id NOT IN (0, c.item_id);
    IF outside IS NOT NULL THEN
        PERFORM ims._raise_unclear_count(
            format('Line %s is outside of what is counted completely.', outside),
            'A complete count is of a place and all below it, and of one item or all of them.');
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_count_scope IS 'raise unless the lines are within the scope';
REVOKE ALL ON FUNCTION ims._check_count_scope FROM PUBLIC;

CREATE FUNCTION ims._post_count(
    owner_id bigint,
    posting_id bigint,
    item text,
    quantity numeric,
    unit text,
    location text,
    lot text,
    serial text,
    handling_unit text,
    lines jsonb,
    complete boolean,
    counted_at timestamptz,
    reason text,
    reference_type text,
    reference_number text,
    actor text,
    idempotency_key text,
    OUT document_number bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_variable
DECLARE
    counted ims._counted_line[];
    levels ims._counted_level[];
    scope_location_ids bigint[] := '{}';
    scope_item_id bigint := 0;
    postings jsonb;
BEGIN
    lines := ims._count_arguments_as_lines(item, quantity, unit, location, lot, serial,
        handling_unit, lines, complete);
    IF complete THEN
        PERFORM ims._check_present('location', location IS NOT NULL);
        LOCK TABLE ims.movement IN SHARE ROW EXCLUSIVE MODE;
    ELSE
        -- no item, place or unit factor that is read below changes any more
        LOCK TABLE ims.movement IN ROW EXCLUSIVE MODE;
    END IF;
    counted := ims._count_lines(owner_id, lines);
    IF complete THEN
        scope_location_ids := ims._places_below(ims._location_id(location));
        scope_item_id := CASE WHEN item IS NULL THEN 0 ELSE ims._item_id(owner_id, item) END;
        PERFORM ims._check_count_scope(owner_id, counted, scope_location_ids, scope_item_id);
        PERFORM ims._check_scope_snapshot(owner_id, scope_location_ids);
    END IF;

    levels := ims._lock_counted(owner_id, ims._counted_balances(owner_id, counted),
        scope_location_ids, scope_item_id);
    IF counted_at IS NULL THEN
        SELECT greatest(clock_timestamp(), max(b.last_effective_at) + interval '1 microsecond',
            ims._closed_until(owner_id) + interval '1 microsecond')
        INTO counted_at
        FROM unnest(levels) AS b;
    END IF;
    PERFORM ims._check_counted_before(owner_id, levels, counted_at);
    PERFORM ims._check_counted_serials(owner_id, counted, counted_at);
    levels := ims._with_books(owner_id, levels, counted_at);

    postings := jsonb_build_array(jsonb_build_object(
        'owner_id', owner_id, 'posting_id', posting_id, 'kind', 'count',
        'effective_at', counted_at, 'reason', reason, 'reference_type', reference_type,
        'reference_number', reference_number, 'actor', actor,
        'idempotency_key', idempotency_key));
    lines := ims._count_differences(owner_id, levels, coalesce(counted, '{}'), counted_at);
    IF EXISTS (SELECT FROM unnest(levels) AS l WHERE l.last_effective_at > counted_at) THEN
        SELECT postings || a.postings, coalesce(lines, '[]') || a.lines INTO postings, lines
        FROM ims._compensating_lines(owner_id, posting_id, levels, counted_at, actor) AS a;
    END IF;
    SELECT r.document_number INTO document_number
    FROM ims._post_lines(postings, lines) AS r
    WHERE r.posting_id = posting_id;
    PERFORM ims._record_count(owner_id, posting_id, levels, counted_at,
        scope_location_ids, scope_item_id);
END
$$;
COMMENT ON FUNCTION ims._post_count IS 'post a count under an id, its key claimed';
REVOKE ALL ON FUNCTION ims._post_count FROM PUBLIC;

CREATE FUNCTION ims._count_stock(
    owner_id bigint,
    item text,
    quantity numeric,
    unit text,
    location text,
    lot text,
    serial text,
    handling_unit text,
    lines jsonb,
    complete boolean,
    counted_at timestamptz,
    reason text,
    reference_type text,
    reference_number text,
    actor text,
    idempotency_key text)
RETURNS TABLE (posting_id bigint, document_number bigint, status text, replayed boolean)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    status := 'posted';
    SELECT k.posting_id, k.document_number, k.replayed INTO posting_id, document_number, replayed
    FROM ims._claim_key(owner_id, idempotency_key, 'count_stock', jsonb_build_object(
        'item', item, 'quantity', trim_scale(quantity), 'unit', unit, 'location', location,
        'lot', lot, 'serial', serial, 'handling_unit', handling_unit, 'lines', lines,
        'complete', complete, 'counted_at', extract(epoch FROM counted_at), 'reason', reason,
        'reference_type', reference_type, 'reference_number', reference_number,
        'actor', actor), ims._next_posting_id()) AS k;
    IF NOT replayed THEN
        document_number := ims._post_count(owner_id, posting_id, item, quantity, unit, location,
            lot, serial, handling_unit, lines, complete, counted_at, reason, reference_type,
            reference_number, actor, idempotency_key);
    END IF;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION ims._count_stock IS 'internal form of ims.count_stock()';
REVOKE ALL ON FUNCTION ims._count_stock FROM PUBLIC;

CREATE FUNCTION ims.count_stock(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    quantity numeric DEFAULT NULL,
    unit text DEFAULT NULL,
    location text DEFAULT NULL,
    lot text DEFAULT NULL,
    serial text DEFAULT NULL,
    handling_unit text DEFAULT NULL,
    lines jsonb DEFAULT NULL,
    complete boolean DEFAULT false,
    counted_at timestamptz DEFAULT NULL,
    reason text DEFAULT NULL,
    reference_type text DEFAULT NULL,
    reference_number text DEFAULT NULL,
    actor text DEFAULT NULL,
    idempotency_key text DEFAULT NULL,
    dry_run boolean DEFAULT false)
RETURNS TABLE (posting_id bigint, document_number bigint, status text, replayed boolean)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 1
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.count_stock IS
'say what was on the shelf at an instant

The difference to the books is posted to or from ADJUSTMENT. Movements after counted_at do
not spoil it, and what is posted later but dated before it leaves the level as counted.
Either item, quantity and location, or lines with the same keys; item and location given
outside are the default of every line. With complete => true all that is not named is zero:
at location and every place below it, of one item if item is given, else of all. Units of
an item tracked by serial are named one by one; a unit that is not named is gone.
The count of a periodic item changes nothing before its period is closed.
Example: SELECT * FROM ims.count_stock(item => ''A-1'', quantity => 12, location => ''BIN-7'');';
REVOKE ALL ON FUNCTION ims.count_stock FROM PUBLIC;
