-- Periodic items: nobody issues them; closing a period posts what was used,
-- opening + receipts - counted.
\i test/setup.psql
BEGIN;
SELECT no_plan();
\i test/verb.psql
CREATE FUNCTION pg_temp.day(n integer) RETURNS timestamptz
LANGUAGE sql IMMUTABLE AS $$ SELECT timestamptz '2024-03-01 00:00+00' + n * interval '1 day' $$;
SELECT count(*) FROM (VALUES ('march', 0, 31), ('april', 31, 61), ('may', 61, 92)) AS p (name, first, last)
    CROSS JOIN LATERAL ims.create_period('SHOP', p.name, pg_temp.day(p.first), pg_temp.day(p.last)) \g /dev/null

SELECT is(split_part(pg_temp.refusal($$ SELECT * FROM ims.ship('SHOP', 'SCREW', 1, from_location => 'T-HERE-A') $$),
    ' |', 1), 'IV224', 'a periodic item is not issued');

-- March: 100 received, some moved, counted at two places, one of them twice.
SELECT count(*) FROM ims.receive('SHOP', 'SCREW', 100, to_location => 'T-HERE-A', effective_at => pg_temp.day(1)) \g /dev/null
SELECT count(*) FROM ims.transfer('SHOP', 'SCREW', 20, from_location => 'T-HERE-A', to_location => 'T-HERE-B', effective_at => pg_temp.day(2)) \g /dev/null
SELECT count(*) FROM ims.receive('SHOP', 'PEN', 9, to_location => 'T-HERE-A', effective_at => pg_temp.day(1)) \g /dev/null
SELECT is(pg_temp.refusal($$ SELECT * FROM ims.close_period('SHOP', 'march') $$),
    'IV227 | period "march" cannot be closed: periodic items were not counted | {"items": ["SCREW", "SCREW"], '
    '"period": "march", "balances": 2, "locations": ["T-HERE-A", "T-HERE-B"]}',
    'without counts the usage is not known');
SELECT posting_id AS mixed FROM ims.count_stock('SHOP', counted_at => pg_temp.day(10), location => 'T-HERE-A',
    lines => '[{"item": "SCREW", "quantity": 70}, {"item": "PEN", "quantity": 8}]') \gset
SELECT is(pg_temp.lines(:mixed), 'PEN 1 T-HERE-A > ADJUSTMENT', 'the count of a periodic item posts nothing yet');
SELECT count(*) FROM ims.count_stock('SHOP', 'SCREW', 65, location => 'T-HERE-A', counted_at => pg_temp.day(31)) \g /dev/null
SELECT count(*) FROM ims.count_stock('SHOP', 'SCREW', 21, location => 'T-HERE-B', counted_at => pg_temp.day(30)) \g /dev/null
SELECT count(*) FROM ims.receive('SHOP', 'SCREW', 5, to_location => 'T-HERE-A', effective_at => pg_temp.day(5)) \g /dev/null
SELECT count(*) FROM ims.receive('SHOP', 'SCREW', 10, to_location => 'T-HERE-A', effective_at => pg_temp.day(40)) \g /dev/null
SELECT is(pg_temp.on_hand('SCREW', 'T-HERE-A'), 95::numeric, 'the books know receipts only, until the period is closed');
SET LOCAL track_functions = 'pl';
SELECT count(*) FROM ims.close_period('SHOP', 'march') \g /dev/null
SELECT is(f.calls, 3::bigint, 'history is read once per count, not per balance and instant')
FROM pg_stat_xact_user_functions AS f WHERE f.schemaname = 'ims' AND f.funcname = '_change_since';
RESET track_functions;
SELECT results_eq(
    $$ SELECT p.effective_at, pg_temp.lines(p.posting_id), p.reference_number, c.kind
       FROM ims.posting AS p JOIN ims.posting AS c
            ON c.owner_id = p.owner_id AND c.posting_id = p.origin_posting_id
       WHERE p.owner_id = 9001 AND p.kind = 'usage' ORDER BY p.effective_at $$,
    $$ VALUES (pg_temp.day(10), 'SCREW 15 T-HERE-A > PRODUCTION', 'march', 'count'),
              (pg_temp.day(30), 'SCREW 1 PRODUCTION > T-HERE-B', 'march', 'count'),
              (pg_temp.day(31) - interval '1 microsecond', 'SCREW 5 T-HERE-A > PRODUCTION', 'march', 'count') $$,
    'usage up to each count, linked to it; goods found go back');
SELECT is(sum(CASE m.to_location_id WHEN 6 THEN m.quantity ELSE - m.quantity END),
    0 + (100 + 5) - (65 + 21)::numeric, 'in all opening + receipts - counted')
FROM ims.movement AS m JOIN ims.posting AS p USING (owner_id, posting_id)
WHERE p.kind = 'usage';
SELECT is(pg_temp.on_hand('SCREW', 'T-HERE-A'), 75::numeric, 'the receipt of april is on top');
SELECT is_empty($$ SELECT * FROM ims.stock_count WHERE pending $$, 'no count is pending');
SELECT is_empty('SELECT * FROM pg_temp.drift', 'the books agree with the ledger and the counts');

-- April: opening 86, 10 received, all used at one place; the other is empty.
SELECT is(split_part(pg_temp.refusal($$ SELECT * FROM ims.close_period('SHOP', 'april') $$), ' |', 1), 'IV227',
    'each period has its own counts');
SELECT count(*) FROM ims.count_stock('SHOP', 'SCREW', location => 'T-HERE', complete => true, counted_at => pg_temp.day(60)) \g /dev/null
SELECT count(*) FROM ims.close_period('SHOP', 'april') \g /dev/null
SELECT is(pg_temp.on_hand('SCREW', 'T-HERE-A') + pg_temp.on_hand('SCREW', 'T-HERE-B'), 0::numeric, 'all is used up');
SELECT is_empty('SELECT * FROM pg_temp.drift', 'the books agree with the ledger and the counts');

-- Reopened: a late receipt is compensated by the count, which posted its usage.
SELECT count(*) FROM ims.reopen_period('SHOP', 'april', reason => 'late receipt') \g /dev/null
SELECT count(*) FROM ims.receive('SHOP', 'SCREW', 4, to_location => 'T-HERE-A', effective_at => pg_temp.day(50)) \g /dev/null
SELECT is(pg_temp.on_hand('SCREW', 'T-HERE-A'), 0::numeric, 'a late receipt leaves the counted level');
SELECT is(split_part(pg_temp.refusal(format($$ SELECT * FROM ims.reverse_posting('SHOP', %s, reason => 'test') $$,
    pg_temp.last('usage'))), ' |', 1), 'IV231', 'usage is not reversed by itself');
SELECT count(*) FROM ims.reverse_posting('SHOP', pg_temp.last('count'), reason => 'counted wrong') \g /dev/null
SELECT is(pg_temp.on_hand('SCREW', 'T-HERE-A') || ' ' || pg_temp.on_hand('SCREW', 'T-HERE-B'), '79 21',
    'the count is reversed with its usage');
SELECT count(*) FROM ims.count_stock('SHOP', counted_at => pg_temp.day(60), lines => '[
    {"item": "SCREW", "quantity": 79, "location": "T-HERE-A"},
    {"item": "SCREW", "quantity": 11, "location": "T-HERE-B"}]') \g /dev/null
SELECT count(*) FROM ims.close_period('SHOP', 'april') \g /dev/null
SELECT is(pg_temp.lines(pg_temp.last('usage')), 'SCREW 10 T-HERE-B > PRODUCTION', 'and counted and closed anew');

-- May: nothing moves, nothing is counted in places without stock.
SELECT count(*) FROM ims.count_stock('SHOP', 'SCREW', location => 'T-HERE', complete => true, counted_at => pg_temp.day(91)) \g /dev/null
SELECT is(pg_temp.refusal($$ SELECT * FROM ims.close_period('SHOP', 'may') $$), 'accepted', 'may');
SELECT is_empty('SELECT * FROM pg_temp.drift', 'the books agree with the ledger and the counts');

-- A receipt that never came, reversed after the count, is no usage; nor is it
-- where the count is reversed, too.  What was used besides is.
CREATE FUNCTION pg_temp.taken(place text) RETURNS numeric
LANGUAGE sql AS $$
    SELECT trim_scale(coalesce(sum(CASE m.to_location_id WHEN l.location_id THEN m.quantity ELSE - m.quantity END), 0))
    FROM ims.movement AS m JOIN ims.location AS l ON l.location_id IN (m.from_location_id, m.to_location_id)
    WHERE m.owner_id = 9001 AND m.item_id = 9307 AND l.code = taken.place AND m.effective_at >= pg_temp.day(92)
$$;
-- The level counted, what is used and what is on hand in the end.
CREATE FUNCTION pg_temp.undone(counted numeric, undo_at timestamptz, recount boolean DEFAULT false, undo_first boolean DEFAULT false)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    wrong bigint;
    result text;
BEGIN
    PERFORM ims.receive('SHOP', 'SCREW', 40, to_location => 'T-HERE-A', effective_at => pg_temp.day(93));
    SELECT r.posting_id INTO wrong FROM ims.post('[{"item": "SCREW", "quantity": 10, "to_location": "T-HERE-A"},
        {"item": "SCREW", "quantity": 5, "to_location": "T-HERE-B"}]', 'receive', 'SHOP', effective_at => pg_temp.day(94)) AS r;
    IF undo_first THEN
        PERFORM ims.reverse_posting('SHOP', wrong, reason => 'never came', effective_at => undo_at);
    END IF;
    PERFORM ims.count_stock('SHOP', counted_at => pg_temp.day(100), lines => format('[
        {"item": "SCREW", "quantity": %s, "location": "T-HERE-A"},
        {"item": "SCREW", "quantity": 0, "location": "T-HERE-B"}]', counted)::jsonb);
    IF NOT undo_first THEN
        PERFORM ims.reverse_posting('SHOP', wrong, reason => 'never came', effective_at => undo_at);
    END IF;
    IF recount THEN
        PERFORM ims.reverse_posting('SHOP', pg_temp.last('count'), reason => 'miscounted');
        PERFORM ims.count_stock('SHOP', counted_at => pg_temp.day(100), lines => format('[
            {"item": "SCREW", "quantity": %s, "location": "T-HERE-A"},
            {"item": "SCREW", "quantity": 0, "location": "T-HERE-B"}]', counted)::jsonb);
    END IF;
    PERFORM ims.close_period('SHOP', 'june');
    result := concat_ws(' ', pg_temp.level('SCREW', 'T-HERE-A', pg_temp.day(100)), pg_temp.taken('PRODUCTION'),
        pg_temp.on_hand('SCREW', 'T-HERE-A') + pg_temp.on_hand('SCREW', 'T-HERE-B'),
        (SELECT count(*) FROM pg_temp.drift) + (SELECT count(*) FROM ims.verify('SHOP') AS v WHERE v.check_name !~ '^catalog'));
    RAISE EXCEPTION USING ERRCODE = 'P0099', MESSAGE = result;
EXCEPTION
    WHEN SQLSTATE 'P0099' THEN
        RETURN SQLERRM;
    WHEN OTHERS THEN
        RETURN SQLSTATE;
END
$$;
SELECT ims.create_period('SHOP', 'june', pg_temp.day(92), pg_temp.day(122)) \g /dev/null
SELECT is(pg_temp.undone(c.counted, c.undo_at, c.recount, c.undo_first), c.expected, c.title)
FROM (VALUES
    (1, 40, NULL, false, false, '40 0 40 0', 'a receipt undone after the count is no usage'),
    (2, 33, NULL, false, false, '33 7 33 0', 'and what was used besides is'),
    (3, 40, pg_temp.day(94), false, false, '40 0 40 0', 'undone at its own time'),
    (4, 40, pg_temp.day(100), false, false, '40 0 40 0', 'or that of the count'),
    (5, 40, pg_temp.day(100) + interval '1 microsecond', false, false, '40 0 40 0', 'just after it'),
    (6, 40, pg_temp.day(130), false, false, '40 0 40 0', 'or in another period'),
    (7, 33, NULL, true, false, '33 7 33 0', 'counted anew'),
    (8, 40, NULL, false, true, '40 0 40 0', 'undone before it is counted, for an earlier time'),
    (9, 33, NULL, true, true, '33 7 33 0', 'and counted anew')
    ) AS c (n, counted, undo_at, recount, undo_first, expected, title)
ORDER BY c.n;

-- Closed with 7 used, reopened, and closed again: what was posted or counted
-- meanwhile is in the usage, and nothing of it stays at ADJUSTMENT.
CREATE FUNCTION pg_temp.reopened(calls text[]) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    call text;
    result text;
BEGIN
    PERFORM ims.receive('SHOP', 'SCREW', 30, to_location => 'T-HERE-A', effective_at => pg_temp.day(93));
    PERFORM ims.receive('SHOP', 'SCREW', 10, to_location => 'T-HERE-A', effective_at => pg_temp.day(94), idempotency_key => 'ten');
    PERFORM ims.count_stock('SHOP', 'SCREW', 33, location => 'T-HERE-A', counted_at => pg_temp.day(100), idempotency_key => 'count');
    FOREACH call IN ARRAY ARRAY['close', 'reopen'] || calls || 'close'::text LOOP
        CASE call
            WHEN 'close' THEN PERFORM ims.close_period('SHOP', 'june');
            WHEN 'reopen' THEN PERFORM ims.reopen_period('SHOP', 'june', reason => 'test');
            ELSE EXECUTE 'SELECT ' || call;
        END CASE;
    END LOOP;
    result := concat_ws(' ', pg_temp.level('SCREW', 'T-HERE-A', pg_temp.day(100)), pg_temp.taken('PRODUCTION'),
        pg_temp.taken('ADJUSTMENT'), pg_temp.on_hand('SCREW', 'T-HERE-A'),
        (SELECT count(*) FROM pg_temp.drift) + (SELECT count(*) FROM ims.verify('SHOP') AS v WHERE v.check_name !~ '^catalog'));
    RAISE EXCEPTION USING ERRCODE = 'P0099', MESSAGE = result;
EXCEPTION
    WHEN SQLSTATE 'P0099' THEN
        RETURN SQLERRM;
    WHEN OTHERS THEN
        RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;
CREATE FUNCTION pg_temp.undo(key text, undo_at timestamptz DEFAULT NULL) RETURNS void
LANGUAGE sql AS $$
    SELECT ims.reverse_posting('SHOP', k.posting_id, reason => 'test', effective_at => undo_at)
    FROM ims.posting_key AS k WHERE k.owner_id = 9001 AND k.idempotency_key = key
$$;
SELECT is(pg_temp.reopened(c.calls), c.expected, c.title)
FROM (VALUES
    (1, '{}'::text[], '33 7 0 33 0', 'closed again: the same'),
    (2, ARRAY[$$ims.receive('SHOP', 'SCREW', 4, to_location => 'T-HERE-A', effective_at => pg_temp.day(95))$$],
        '33 11 0 33 0', 'a late receipt is usage'),
    (3, ARRAY[$$ims.receive('SHOP', 'SCREW', 4, to_location => 'T-HERE-A', effective_at => pg_temp.day(95))$$,
        'close', 'reopen'], '33 11 0 33 0', 'once'),
    (4, ARRAY[$$ims.receive('SHOP', 'SCREW', 4, to_location => 'T-HERE-A', effective_at => pg_temp.day(101))$$],
        '33 7 0 37 0', 'one after the count is not'),
    (5, ARRAY[$$pg_temp.undo('ten', pg_temp.day(94))$$], '33 -3 0 33 0', 'a receipt reversed at its own time was not used'),
    (6, ARRAY[$$pg_temp.undo('ten')$$], '33 -3 0 33 0', 'nor now'),
    (7, ARRAY[$$ims.count_stock('SHOP', 'SCREW', 20, location => 'T-HERE-A', counted_at => pg_temp.day(96))$$],
        '33 7 0 33 0', 'another count before'),
    (8, ARRAY[$$ims.count_stock('SHOP', 'SCREW', 20, location => 'T-HERE-A', counted_at => pg_temp.day(96))$$,
        $$ims.count_stock('SHOP', 'SCREW', 30, location => 'T-HERE-A', counted_at => pg_temp.day(110))$$],
        '33 10 0 30 0', 'one before and one after'),
    (9, ARRAY[$$ims.receive('SHOP', 'SCREW', 4, to_location => 'T-HERE-A', effective_at => pg_temp.day(95))$$,
        'close', 'reopen', $$pg_temp.undo('count')$$,
        $$ims.count_stock('SHOP', 'SCREW', 30, location => 'T-HERE-A', counted_at => pg_temp.day(100))$$],
        '30 14 0 30 0', 'counted anew')
    ) AS c (n, calls, expected, title)
ORDER BY c.n;
-- What a count found while its item was perpetual stays what it was.
INSERT INTO ims.item (owner_id, item_id, code, name, base_unit, tracking, periodic) VALUES
    (9001, 9308, 'NAIL', 'nail', 'EA', 'none', false);
SELECT count(*) FROM ims.receive('SHOP', 'NAIL', 10, to_location => 'T-HERE-A', effective_at => pg_temp.day(93)) \g /dev/null
SELECT count(*) FROM ims.count_stock('SHOP', 'NAIL', 10, location => 'T-HERE-A', counted_at => pg_temp.day(95)) \g /dev/null
SELECT count(*) FROM ims.receive('SHOP', 'NAIL', 4, to_location => 'T-HERE-A', effective_at => pg_temp.day(94)) \g /dev/null
SELECT ims.change_item('SHOP', 'NAIL', periodic => true) \g /dev/null
SELECT count(*) FROM ims.count_stock('SHOP', 'NAIL', 7, location => 'T-HERE-A', counted_at => pg_temp.day(100)) \g /dev/null
SELECT count(*) FROM ims.close_period('SHOP', 'june') \g /dev/null
SELECT is(string_agg(pg_temp.lines(p.posting_id), ', ' ORDER BY p.posting_id), 'NAIL 4 T-HERE-A > ADJUSTMENT, NAIL 3 T-HERE-A > PRODUCTION',
    'a correction from when it was perpetual is no usage')
FROM ims.posting AS p WHERE p.owner_id = 9001 AND p.effective_at >= pg_temp.day(92) AND p.kind IN ('usage', 'count_correction');

-- An owner without periodic items, or a period before any stock, closes as before.
SELECT count(*) FROM ims.create_period('CLIENT', 'march', pg_temp.day(0), pg_temp.day(31)) \g /dev/null
SELECT is(pg_temp.refusal($$ SELECT * FROM ims.close_period('CLIENT', 'march') $$), 'accepted', 'no periodic item');

-- A receipt that is reversed after its period was closed was not used either: it
-- comes off the usage of the period in which it is reversed.
INSERT INTO ims.item (owner_id, item_id, code, name, base_unit, tracking, periodic) VALUES
    (9002, 9358, 'SAND', 'sand', 'EA', 'none', true);
SELECT count(*) FROM (VALUES ('april', 31, 61), ('may', 61, 92)) AS p (name, first, last)
    CROSS JOIN LATERAL ims.create_period('CLIENT', p.name, pg_temp.day(p.first), pg_temp.day(p.last)) \g /dev/null
SELECT r.posting_id AS wrong FROM ims.receive('CLIENT', 'SAND', 100, to_location => 'T-HERE-A', effective_at => pg_temp.day(32)) AS r \gset
SELECT count(*) FROM ims.count_stock('CLIENT', 'SAND', 70, location => 'T-HERE-A', counted_at => pg_temp.day(40)) \g /dev/null
SELECT count(*) FROM ims.close_period('CLIENT', 'april') \g /dev/null
SELECT count(*) FROM ims.reverse_posting('CLIENT', :wrong, effective_at => pg_temp.day(70), reason => 'of another') \g /dev/null
SELECT count(*) FROM ims.receive('CLIENT', 'SAND', 90, to_location => 'T-HERE-A', effective_at => pg_temp.day(71)) \g /dev/null
SELECT count(*) FROM ims.count_stock('CLIENT', 'SAND', 60, location => 'T-HERE-A', counted_at => pg_temp.day(80)) \g /dev/null
CREATE FUNCTION pg_temp.sand() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(round(extract(epoch FROM p.effective_at - pg_temp.day(0)) / 86400) || ' ' || p.kind || ' ' || pg_temp.lines(p.posting_id), ', '
        ORDER BY p.effective_at, p.posting_id)
    FROM ims.posting AS p WHERE p.owner_id = 9002 AND p.kind IN ('usage', 'count_correction')
$$;
SELECT count(*) FROM ims.close_period('CLIENT', 'may') \g /dev/null
SELECT is(pg_temp.sand(), '40 usage SAND 30 T-HERE-A > PRODUCTION, '
    '70 count_correction SAND 100 ADJUSTMENT > T-HERE-A, 70 count_correction SAND 100 T-HERE-A > ADJUSTMENT, '
    '70 usage SAND 100 PRODUCTION > T-HERE-A, 80 usage SAND 100 T-HERE-A > PRODUCTION', 'of april and may what came less what is there was used');
SELECT is(pg_temp.on_hand('SAND', 'T-HERE-A', 'CLIENT'), 60::numeric, 'what was counted is there');
SELECT count(*) FROM ims.reopen_period('CLIENT', 'may', reason => 'test') \g /dev/null
SELECT pg_temp.sand() AS sand \gset
SELECT count(*) FROM ims.close_period('CLIENT', 'may') \g /dev/null
SELECT is(pg_temp.sand(), :'sand', 'once');

SELECT is_empty($$ SELECT v.* FROM (VALUES ('SHOP'), ('CLIENT')) AS o (code), ims.verify(o.code) AS v
    WHERE v.check_name !~ '^catalog' $$, 'and verify() finds nothing');
SELECT is(sum(r.changed), 0::numeric, 'nor does rebuild()') FROM (VALUES ('SHOP'), ('CLIENT')) AS o (code), ims.rebuild(o.code) AS r (what, changed);
SELECT * FROM finish();
ROLLBACK;
