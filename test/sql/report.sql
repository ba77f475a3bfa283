-- A report posts the good lines and says of each other one why not, with the
-- SQLSTATE, message and facts that the line would meet in a call of its own.
-- Shown case by case, for what is there now, for what is promised, for the
-- past, for single units; and by comparing seeded random calls with the same
-- lines posted one after the other.
\i test/setup.psql
BEGIN;
SELECT plan(21);
\i test/posting.psql
SELECT set_config('search_path', 'pg_catalog, public', true) \g /dev/null

CREATE FUNCTION pg_temp.day(day numeric) RETURNS timestamptz
LANGUAGE sql IMMUTABLE RETURN timestamptz '2024-03-01 12:00+00' + day * interval '1 day';

-- status of each line: its SQLSTATE, or ok
CREATE FUNCTION pg_temp.report(lines jsonb, kind text, effective_at timestamptz) RETURNS text[]
LANGUAGE sql AS $$
    SELECT array_agg(coalesce(r.sqlstate, 'ok') ORDER BY r.line)
    FROM ims.post(lines, kind, 'SHOP', effective_at, on_error => 'report') AS r
    WHERE r.line > 0 $$;
CREATE FUNCTION pg_temp.reserve(sold bigint, quantity numeric) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    -- as a reservation would
    PERFORM set_config('session_replication_role', 'replica', true);
    UPDATE ims.availability SET reserved = quantity WHERE item_id = sold AND site_id = 9100;
    PERFORM set_config('session_replication_role', 'origin', true);
END
$$;
CREATE FUNCTION pg_temp.on_hand(item text, location text) RETURNS numeric
LANGUAGE sql AS $$
    SELECT coalesce(sum(s.on_hand), 0) FROM ims.stock AS s
    JOIN ims.item AS i USING (owner_id, item_id) JOIN ims.location AS l USING (location_id)
    WHERE i.owner_id = 9001 AND i.code = item AND l.code = location $$;

-- The past: 10 from day 1, 2 from day 5, 7 from day 7.
SELECT count(*) FROM ims.receive('SHOP', 'INK', 10, to_location => 'T-HERE-A', effective_at => pg_temp.day(1)) \g /dev/null
SELECT count(*) FROM ims.ship('SHOP', 'INK', 8, from_location => 'T-HERE-A', effective_at => pg_temp.day(5)) \g /dev/null
SELECT count(*) FROM ims.receive('SHOP', 'INK', 5, to_location => 'T-HERE-A', effective_at => pg_temp.day(7)) \g /dev/null
CREATE TEMPORARY TABLE late AS
SELECT r.* FROM ims.post('[{"item": "INK", "quantity": 1, "from_location": "T-HERE-A"},
    {"item": "INK", "quantity": 2, "from_location": "T-HERE-A"},
    {"item": "INK", "quantity": 1, "from_location": "T-HERE-A"},
    {"item": "INK", "quantity": 1, "from_location": "T-HERE-A"},
    {"item": "INK", "quantity": 9, "from_location": "T-HERE-A"}]', 'ship', 'SHOP',
    pg_temp.day(3), on_error => 'report', idempotency_key => 'late') AS r;
SELECT results_eq(
    'SELECT line, status, sqlstate FROM late ORDER BY line NULLS FIRST',
    $$ VALUES (NULL::integer, 'posted', NULL), (1, 'posted', NULL), (2, 'rejected', 'IV303'),
        (3, 'posted', NULL), (4, 'rejected', 'IV303'), (5, 'rejected', 'IV301') $$,
    'of late lines the first win, and what the past cannot bear is refused by itself');
SELECT is(l.message || ' | ' || l.detail,
    'stock of item "INK" at "T-HERE-A" would have been negative | At 2024-03-06T12:00:00Z it would have been -1. '
    '{"line": 2, "item": "INK", "location": "T-HERE-A", "effective_at": "2024-03-06T12:00:00Z", "level": -1}',
    'with the instant and the level')
FROM late AS l WHERE l.line = 2;
SELECT results_eq(
    $$ SELECT r.line, r.sqlstate, r.payload ->> 'quantity' FROM ims.rejected_line AS r
       WHERE r.owner_id = 9001 ORDER BY r.line $$,
    $$ VALUES (2, 'IV303', '2'), (4, 'IV303', '1'), (5, 'IV301', '9') $$,
    'and kept');
SELECT is(pg_temp.on_hand('INK', 'T-HERE-A'), 5.0, 'two have left');
SELECT is(
    pg_temp.report('[{"item": "INK", "quantity": 1, "from_location": "T-HERE-A", "to_location": "CUSTOMER"},
        {"item": "INK", "quantity": 1, "from_location": "SUPPLIER", "to_location": "T-HERE-A"},
        {"item": "INK", "quantity": 1, "from_location": "T-HERE-A", "to_location": "T-HERE-B"},
        {"item": "INK", "quantity": 2, "from_location": "T-HERE-B", "to_location": "CUSTOMER"},
        {"item": "INK", "quantity": 1, "from_location": "T-HERE-B", "to_location": "CUSTOMER"}]',
        'move', pg_temp.day(0)),
    '{IV303,ok,ok,IV301,ok}', 'a line rests on those before it, and on none behind it');

-- Promised: seven of ten.
SELECT count(*) FROM ims.receive('SHOP', 'PEN', 10, to_location => 'T-HERE-A') \g /dev/null
SELECT pg_temp.reserve(9301, 7) \g /dev/null
CREATE TEMPORARY TABLE promised AS
SELECT r.* FROM ims.post('[{"item": "PEN", "quantity": 2, "from_location": "T-HERE-A", "to_location": "CUSTOMER"},
    {"item": "PEN", "quantity": 2, "from_location": "T-HERE-A", "to_location": "CUSTOMER"},
    {"item": "PEN", "quantity": 1, "from_location": "SUPPLIER", "to_location": "T-HERE-A"},
    {"item": "PEN", "quantity": 2, "from_location": "T-HERE-A", "to_location": "T-THERE-A"},
    {"item": "PEN", "quantity": 1, "from_location": "T-HERE-A", "to_location": "T-HERE-B"},
    {"item": "PEN", "quantity": 1, "from_location": "T-HERE-A", "to_location": "T-HERE-Q"}]',
    'move', 'SHOP', on_error => 'report') AS r;
SELECT results_eq(
    'SELECT line, sqlstate FROM promised WHERE line > 0 ORDER BY line',
    $$ VALUES (1, NULL), (2, 'IV302'), (3, NULL), (4, NULL), (5, NULL), (6, 'IV302') $$,
    'what is promised stays, however it would leave');
SELECT is(p.message || ' | ' || p.detail,
    'item "PEN" is promised at "T-HERE" | Requested 2, sellable 8, reserved 7. '
    '{"line": 2, "item": "PEN", "location": "T-HERE", "requested": 2, "available": 1}',
    'with what was left when its turn came')
FROM promised AS p WHERE p.line = 2;
SELECT results_eq(
    $$ SELECT a.sellable::numeric, a.held::numeric FROM ims.availability AS a
       WHERE a.owner_id = 9001 AND a.item_id = 9301 AND a.site_id = 9100 $$,
    'VALUES (7::numeric, 0::numeric)', 'and seven are left');
SELECT is(
    pg_temp.report('[{"item": "MILK", "quantity": 5, "lot": "L1", "from_location": "SUPPLIER", "to_location": "T-HERE-A"},
        {"item": "MILK", "quantity": 6, "lot": "L1", "from_location": "T-HERE-A", "to_location": "CUSTOMER"},
        {"item": "MILK", "quantity": 5, "lot": "L1", "from_location": "T-HERE-A", "to_location": "CUSTOMER"}]',
        'move', NULL), '{ok,IV301,ok}', 'lots too');

-- A count in between: 3 from day 1, counted on day 4, none since day 5.
SELECT count(*) FROM ims.receive('SHOP', 'SUGAR', 3, to_location => 'T-HERE-A', effective_at => pg_temp.day(1)) \g /dev/null
SELECT count(*) FROM ims.count_stock('SHOP', 'SUGAR', 3, location => 'T-HERE-A', counted_at => pg_temp.day(4)) \g /dev/null
SELECT count(*) FROM ims.ship('SHOP', 'SUGAR', 2, from_location => 'T-HERE-A', effective_at => pg_temp.day(5)) \g /dev/null
SELECT pg_temp.reserve(9302, 1) \g /dev/null
SELECT is(
    pg_temp.report('[{"item": "SUGAR", "quantity": 2, "from_location": "T-HERE-A"},
        {"item": "SUGAR", "quantity": 2, "from_location": "T-HERE-A"},
        {"item": "SUGAR", "quantity": 1, "from_location": "T-HERE-A"}]', 'ship', pg_temp.day(2)),
    '{ok,IV303,ok}', 'the levels before a count bear the lines');
SELECT is(pg_temp.on_hand('SUGAR', 'T-HERE-A'), 1.0, 'what is there now is as the count has it');
SELECT is(
    pg_temp.report('[{"item": "SUGAR", "quantity": 1, "from_location": "T-HERE-A"}]', 'ship', pg_temp.day(6)),
    '{IV302}', 'after the count a line takes from what is there');

-- Single units: a line that was refused has not moved its unit.
SELECT count(*) FROM ims.receive('SHOP', 'PHONE', 1, to_location => 'T-HERE-A', serial => 'S1') \g /dev/null
SELECT count(*) FROM ims.receive('SHOP', 'PHONE', 1, to_location => 'T-HERE-Q', serial => 'S2') \g /dev/null
SELECT pg_temp.reserve(9304, 1) \g /dev/null
SELECT is(
    pg_temp.report('[{"item": "PHONE", "quantity": 1, "serial": "S1", "from_location": "T-HERE-A", "to_location": "T-HERE-Q"},
        {"item": "PHONE", "quantity": 1, "serial": "S1", "from_location": "T-HERE-Q", "to_location": "SCRAP"},
        {"item": "PHONE", "quantity": 1, "serial": "S2", "from_location": "T-HERE-Q", "to_location": "SCRAP"}]',
        'move', NULL),
    '{IV302,IV305,ok}', 'what would follow it is refused too');

-- More than a balance can hold, were all lines summed.
SELECT is(
    pg_temp.report((SELECT jsonb_agg('{"item": "MILK", "lot": "L1", "quantity": 999999999999, "to_location": "T-THERE-A"}'::jsonb)
        FROM generate_series(1, 11)), 'receive', NULL),
    '{ok,IV306,IV306,IV306,IV306,IV306,IV306,IV306,IV306,IV306,IV306}', 'a balance holds what it can');
SELECT results_eq(
    $$ SELECT r.status, r.sqlstate FROM ims.post('[{"item": "INK", "quantity": 99, "from_location": "T-HERE-A"}]',
           'ship', 'SHOP', pg_temp.day(3), on_error => 'report') AS r ORDER BY r.line NULLS FIRST $$,
    $$ VALUES ('rejected', NULL), ('rejected', 'IV301') $$, 'nothing is posted where no line is good');
SELECT results_eq(
    $$ SELECT r.line, r.sqlstate FROM ims.post_ids('{9306,9306}', '{3,1}', '{9101,9101}', owner => 'SHOP',
           kind => 'ship', effective_at => pg_temp.day(4), on_error => 'report') AS r WHERE r.line > 0 ORDER BY r.line $$,
    $$ VALUES (1, 'IV303'), (2, 'IV303') $$, 'ids are judged alike');
SELECT is_empty($$ SELECT v.* FROM ims.verify('SHOP') AS v
    WHERE v.check_name !~ '^(catalog|availability.reserved)' $$, 'verify() finds nothing');

-- Random lines in one report, and the same lines one after the other.
CREATE FUNCTION pg_temp.line() RETURNS jsonb
LANGUAGE sql VOLATILE AS $$
    SELECT jsonb_build_object('item', (ARRAY['PEN', 'SUGAR', 'INK'])[1 + trunc(random() * 3)],
        'quantity', 1 + trunc(random() * 5),
        'from_location', (ARRAY['SUPPLIER', 'T-HERE-A', 'T-HERE-B', 'T-HERE-Q', 'T-THERE-A'])[1 + trunc(random() * 5)],
        'to_location', (ARRAY['CUSTOMER', 'T-HERE-A', 'T-HERE-B', 'T-HERE-Q', 'T-THERE-A'])[1 + trunc(random() * 5)]) $$;
CREATE FUNCTION pg_temp.balances() RETURNS text
LANGUAGE sql AS $$
    SELECT md5(string_agg(x::text, E'\n' ORDER BY x::text)) FROM (
        SELECT s.item_id, s.location_id, s.lot_id, trim_scale(s.on_hand), 0 FROM ims.stock AS s
        WHERE s.owner_id = 9001 AND s.on_hand <> 0
        UNION ALL
        SELECT a.item_id, a.site_id, -1, trim_scale(a.sellable), trim_scale(a.held) FROM ims.availability AS a
        WHERE a.owner_id = 9001 AND (a.sellable <> 0 OR a.held <> 0)) AS x $$;
CREATE TEMPORARY TABLE outcome (turn integer, way text, line integer, said text);

CREATE FUNCTION pg_temp.in_one(turn integer, lines jsonb, at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    said text[];
BEGIN
    BEGIN
        said := ARRAY(SELECT coalesce(r.sqlstate || ' ' || r.message
                    || ' ' || (substring(r.detail FROM '\{.*\}$')::jsonb - 'line'), 'ok')
                FROM ims.post(lines, 'move', 'SHOP', at, on_error => 'report') AS r
                WHERE r.line > 0 ORDER BY r.line)
            || pg_temp.balances();
        RAISE SQLSTATE 'UNDO0';
    EXCEPTION WHEN SQLSTATE 'UNDO0' THEN
        NULL;
    END;
    INSERT INTO outcome SELECT turn, 'report', u.n, u.v FROM unnest(said) WITH ORDINALITY AS u (v, n);
END
$$;
CREATE FUNCTION pg_temp.one_by_one(turn integer, lines jsonb, at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    said text[] := '{}';
    element jsonb;
    detail text;
BEGIN
    FOR element IN SELECT e.v FROM jsonb_array_elements(lines) WITH ORDINALITY AS e (v, n) ORDER BY e.n LOOP
        BEGIN
            PERFORM ims.post(jsonb_build_array(element), 'move', 'SHOP', at);
            said := said || 'ok'::text;
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
            said := said || (SQLSTATE || ' ' || SQLERRM
                || ' ' || (substring(detail FROM '\{.*\}$')::jsonb - 'line'));
        END;
    END LOOP;
    INSERT INTO outcome SELECT turn, 'single', u.n, u.v
        FROM unnest(said || pg_temp.balances()) WITH ORDINALITY AS u (v, n);
END
$$;
DO $$
DECLARE
    lines jsonb;
    at timestamptz;
BEGIN
    PERFORM setseed(0.25);
    FOR turn IN 1..60 LOOP
        lines := (SELECT jsonb_agg(pg_temp.line()) FROM generate_series(1, 8));
        at := CASE WHEN random() < 0.8 THEN pg_temp.day(trunc(random() * 9)::numeric) END;
        IF turn % 10 = 0 THEN
            BEGIN
                PERFORM ims.count_stock('SHOP', 'INK', trunc(random() * 6)::numeric, location => 'T-HERE-B',
                    counted_at => pg_temp.day(turn / 10 + 0.5));
            EXCEPTION WHEN SQLSTATE 'IV303' THEN
                NULL; -- what was counted does not bear what left since
            END;
        END IF;
        PERFORM pg_temp.in_one(turn, lines, at);
        PERFORM pg_temp.one_by_one(turn, lines, at);
    END LOOP;
END
$$;
SELECT is_empty(
    $$ SELECT coalesce(r.turn, s.turn), coalesce(r.line, s.line), r.said, s.said
       FROM (SELECT o.* FROM outcome AS o WHERE o.way = 'report') AS r
       FULL JOIN (SELECT o.* FROM outcome AS o WHERE o.way = 'single') AS s USING (turn, line)
       WHERE r.said IS DISTINCT FROM s.said $$,
    'a report comes to what its lines come to one after the other');
SELECT set_has('SELECT DISTINCT left(o.said, 5) FROM outcome AS o',
    $$ VALUES ('ok'), ('IV301'), ('IV302'), ('IV303') $$, 'and meets every refusal');
SELECT cmp_ok((SELECT count(*) FROM outcome WHERE said ~ '^IV303'), '>', 20::bigint, 'the past often enough');
SELECT is_empty($$ SELECT v.* FROM ims.verify('SHOP') AS v
    WHERE v.check_name !~ '^(catalog|availability.reserved)' $$, 'and leaves the books sound');
SELECT * FROM finish();
ROLLBACK;
