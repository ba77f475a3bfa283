-- A reversal is the posting turned around: every kind goes back to where it
-- was, once, with the same values; what counts have found since stays.
\i test/setup.psql
BEGIN;
SELECT no_plan();
\i test/verb.psql
CREATE FUNCTION pg_temp.day(n integer) RETURNS timestamptz
LANGUAGE sql IMMUTABLE AS $$ SELECT timestamptz '2024-03-01 12:00+00' + n * interval '1 day' $$;
-- Balances as one text, without those at zero.
CREATE FUNCTION pg_temp.state() RETURNS text
LANGUAGE sql AS $$
    SELECT string_agg(format('%s %s %s %s %s', item_id, location_id, lot_id, handling_unit_id,
        trim_scale(on_hand)), ', ' ORDER BY item_id, location_id, lot_id, handling_unit_id)
    FROM ims.stock WHERE owner_id = 9001 AND on_hand <> 0
$$;

SELECT count(*) FROM ims.post('[
    {"item": "PEN", "quantity": 100, "to_location": "T-HERE-A"},
    {"item": "INK", "quantity": 50, "to_location": "T-HERE-A"},
    {"item": "MILK", "quantity": 20, "to_location": "T-HERE-A", "lot": "L1", "handling_unit": "P1"},
    {"item": "PHONE", "quantity": 1, "to_location": "T-HERE-A", "serial": "S1"}]',
    'receive', 'SHOP') \g /dev/null

-- Every kind, there and back.
CREATE TEMPORARY TABLE verb (n integer, call text);
INSERT INTO verb VALUES
    (1, $$ims.receive('SHOP', 'PEN', 5, to_location => 'T-HERE-B')$$),
    (2, $$ims.ship('SHOP', 'PEN', 1, 'DZN', 'T-HERE-A', party => 'JANE', channel => 'WEB', sale_value => 30,
        reference_type => 'order', reference_number => 'SO-1', reference_line => '7')$$),
    (3, $$ims.transfer('SHOP', 'MILK', 20, from_location => 'T-HERE-A', to_location => 'T-HERE-B',
        lot => 'L1', from_handling_unit => 'P1', to_handling_unit => 'P2')$$),
    (4, $$ims.dispatch('SHOP', 'PHONE', 1, from_location => 'T-HERE-A', to_location => 'T-THERE-A', serial => 'S1')$$),
    (5, $$ims.adjust('SHOP', 'PEN', -3, location => 'T-HERE-A')$$),
    (6, $$ims.scrap('SHOP', 'PEN', 3, from_location => 'T-HERE-A')$$),
    (7, $$ims.consume('SHOP', 'PEN', 3, from_location => 'T-HERE-A')$$),
    (8, $$ims.produce('SHOP', 'PEN', 3, to_location => 'T-HERE-A',
        components => '[{"item": "INK", "quantity": 6, "from_location": "T-HERE-A"}]')$$),
    (9, $$ims.return_from_customer('SHOP', 'PEN', 3, to_location => 'T-HERE-A')$$),
    (10, $$ims.return_to_supplier('SHOP', 'PEN', 3, from_location => 'T-HERE-A')$$),
    (11, $$ims.count_stock('SHOP', 'PEN', 90, location => 'T-HERE-A')$$),
    (12, $$ims.ship('SHOP', 'CARRIAGE', 1)$$),
    (13, $$ims.post('[{"item": "PEN", "quantity": 1, "from_location": "T-HERE-A", "to_location": "SCRAP"}]', owner => 'SHOP')$$);
CREATE FUNCTION pg_temp.there_and_back(call text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    before text := pg_temp.state();
    original bigint;
    back bigint;
    changed boolean;
BEGIN
    EXECUTE 'SELECT posting_id FROM ' || call INTO original;
    changed := before <> pg_temp.state();
    SELECT r.posting_id INTO back FROM ims.reverse_posting('SHOP', original, reason => 'test') AS r;
    IF EXISTS (
        SELECT m.item_id, m.lot_id, m.serial_id, m.from_location_id, m.to_location_id,
            m.from_handling_unit_id, m.to_handling_unit_id, m.quantity, m.entered_quantity,
            m.entered_unit, m.sale_value, m.reference_line, m.movement_id
        FROM ims.movement AS m WHERE m.posting_id = original
        EXCEPT
        SELECT m.item_id, m.lot_id, m.serial_id, m.to_location_id, m.from_location_id,
            m.to_handling_unit_id, m.from_handling_unit_id, m.quantity, m.entered_quantity,
            m.entered_unit, m.sale_value, m.reference_line, m.origin_movement_id
        FROM ims.movement AS m WHERE m.posting_id = back)
    THEN
        RETURN 'lines differ';
    END IF;
    RETURN (SELECT concat_ws(' ', r.kind, r.reason, CASE WHEN r.origin_posting_id = original
            AND r.party_id IS NOT DISTINCT FROM o.party_id
            AND r.reference_number IS NOT DISTINCT FROM o.reference_number THEN 'linked' END,
            CASE WHEN changed THEN 'moved' END, CASE WHEN pg_temp.state() = before THEN 'back' END)
        FROM ims.posting AS r JOIN ims.posting AS o ON o.posting_id = original
        WHERE r.posting_id = back);
END
$$;
SELECT is(pg_temp.there_and_back(v.call),
    CASE v.n WHEN 12 THEN 'reversal test linked back' ELSE 'reversal test linked moved back' END,
    format('%s there and back', substring(v.call FROM 'ims\.([a-z_]+)')))
FROM verb AS v ORDER BY v.n;
SELECT is_empty('SELECT * FROM pg_temp.drift', 'the books agree with the ledger and the counts');

-- A receipt of a transfer.
SELECT posting_id AS sent FROM ims.dispatch('SHOP', 'PEN', 6, from_location => 'T-HERE-A', to_location => 'T-THERE-A') \gset
SELECT posting_id AS receipt FROM ims.receive_transfer('SHOP', :sent, to_location => 'T-THERE-A',
    lines => '[{"item": "PEN", "quantity": 3, "damaged": 2, "missing": 1}]') \gset
SELECT count(*) FROM ims.reverse_posting('SHOP', :receipt, reason => 'test') \g /dev/null
SELECT is(pg_temp.on_hand('PEN', 'TRANSIT'), 6::numeric, 'a receipt is reversed: all is on its way again');
SELECT count(*) FROM ims.reverse_posting('SHOP', :sent, reason => 'test') \g /dev/null
SELECT is(pg_temp.on_hand('PEN', 'TRANSIT'), 0::numeric, 'then the dispatch can be, too');

-- Once, and not what something rests on.
SELECT posting_id AS sale FROM ims.ship('SHOP', 'PEN', 10, from_location => 'T-HERE-A') \gset
SELECT movement_id AS sold FROM ims.movement WHERE posting_id = :sale \gset
SELECT posting_id AS came_back FROM ims.post(format('[{"item": "PEN", "quantity": 2,
    "to_location": "T-HERE-A", "origin_movement_id": %s}]', :sold)::jsonb, 'return_from_customer', 'SHOP') \gset
SELECT is(split_part(pg_temp.refusal(format($$ SELECT * FROM ims.reverse_posting('SHOP', %s, reason => 'test') $$, :sale)),
    ' |', 1), 'IV228', 'a sale of which something came back cannot be reversed');
SELECT is(split_part(pg_temp.refusal(format($$ SELECT * FROM ims.return_from_customer('SHOP', 'PEN', 9,
    to_location => 'T-HERE-A', origin_movement_id => %s) $$, :sold)), ' |', 1), 'IV307',
    'more than was sold cannot come back');
SELECT is(r.quantity_left, 8::numeric, 'what is left to return') FROM ims.returnable('SHOP', item => 'PEN') AS r WHERE r.movement_id = :sold;
SELECT count(*) FROM ims.reverse_posting('SHOP', :came_back, reason => 'test') \g /dev/null
SELECT is(r.quantity_left, 10::numeric, 'a return that was reversed did not happen') FROM ims.returnable('SHOP', item => 'PEN') AS r WHERE r.movement_id = :sold;
SELECT posting_id AS reversal FROM ims.reverse_posting('SHOP', :sale, reason => 'test', idempotency_key => 'r1') \gset
SELECT is_empty(format('SELECT * FROM ims.returnable(''SHOP'', item => ''PEN'') WHERE movement_id = %s', :sold),
    'nothing comes back of a sale that was reversed');
SELECT is(split_part(pg_temp.refusal(format($$ SELECT * FROM ims.return_from_customer('SHOP', 'PEN', 1,
    to_location => 'T-HERE-A', origin_movement_id => %s) $$, :sold)), ' |', 1), 'IV307', 'neither by its id');
SELECT is(r.posting_id = :reversal AND r.replayed, true, 'a repeated call is answered')
FROM ims.reverse_posting('SHOP', :sale, reason => 'test', idempotency_key => 'r1') AS r;
SELECT is(split_part(pg_temp.refusal(format($$ SELECT * FROM ims.reverse_posting('SHOP', %s, reason => 'test') $$, :sale)),
    ' |', 1), 'IV225', 'a posting is reversed once');
SELECT is(split_part(pg_temp.refusal(format($$ SELECT * FROM ims.reverse_posting('SHOP', %s, reason => 'test') $$, :reversal)),
    ' |', 1), 'IV225', 'and a reversal never');

-- Later movements: what is gone cannot be taken back.
SELECT posting_id AS got FROM ims.receive('SHOP', 'INK', 4, to_location => 'T-HERE-Q') \gset
SELECT count(*) FROM ims.scrap('SHOP', 'INK', 1, from_location => 'T-HERE-Q') \g /dev/null
SELECT is(split_part(pg_temp.refusal(format($$ SELECT * FROM ims.reverse_posting('SHOP', %s, reason => 'test') $$, :got)),
    ' |', 1), 'IV301', 'stock that is gone cannot go back');

-- Counts. A reversal after a count leaves the level that was counted.
SELECT posting_id AS wrong FROM ims.receive('SHOP', 'SUGAR', 10, to_location => 'T-HERE-A', effective_at => pg_temp.day(1)) \gset
SELECT count(*) FROM ims.count_stock('SHOP', 'SUGAR', 4, location => 'T-HERE-A', counted_at => pg_temp.day(2)) \g /dev/null
SELECT count(*) FROM ims.reverse_posting('SHOP', :wrong, reason => 'test') \g /dev/null
SELECT is(pg_temp.on_hand('SUGAR', 'T-HERE-A'), 4::numeric, 'reversed after a count: the counted level stays');
SELECT is(pg_temp.lines(pg_temp.last('count_correction')), 'SUGAR 10 ADJUSTMENT > T-HERE-A', 'by a compensation of its own');
-- The same at the time of the original.
SELECT posting_id AS wrong FROM ims.receive('SHOP', 'SUGAR', 7, to_location => 'T-HERE-A', effective_at => pg_temp.day(1)) \gset
SELECT is(pg_temp.on_hand('SUGAR', 'T-HERE-A'), 4::numeric, 'a backdated receipt');
SELECT count(*) FROM ims.reverse_posting('SHOP', :wrong, effective_at => pg_temp.day(1), reason => 'test') \g /dev/null
SELECT is(pg_temp.on_hand('SUGAR', 'T-HERE-A'), 4::numeric, 'reversed at its own time: the counted level stays');
SELECT is(pg_temp.level('SUGAR', 'T-HERE-A', pg_temp.day(1)), 10::numeric, 'and before the count it is gone');
SELECT is_empty('SELECT * FROM pg_temp.drift', 'the books agree with the ledger and the counts');

-- A count is reversed with what it led to.
SELECT posting_id AS counted FROM ims.count_stock('SHOP', 'INK', 20, location => 'T-HERE-B', counted_at => pg_temp.day(2)) \gset
SELECT count(*) FROM ims.receive('SHOP', 'INK', 5, to_location => 'T-HERE-B', effective_at => pg_temp.day(1)) \g /dev/null
SELECT is(pg_temp.on_hand('INK', 'T-HERE-B'), 20::numeric, 'counted 20, then 5 of the day before');
SELECT count(*) FROM ims.reverse_posting('SHOP', :counted, reason => 'wrong shelf') \g /dev/null
SELECT is(pg_temp.on_hand('INK', 'T-HERE-B'), 5::numeric, 'the count is reversed: the 5 remain');
SELECT is(pg_temp.level('INK', 'T-HERE-B', pg_temp.day(2)), 5::numeric, 'since its own instant');
SELECT count(*) FROM ims.receive('SHOP', 'INK', 1, to_location => 'T-HERE-B', effective_at => pg_temp.day(1)) \g /dev/null
SELECT is(pg_temp.on_hand('INK', 'T-HERE-B'), 6::numeric, 'and it asserts nothing any more');
SELECT count(*) FROM ims.count_stock('SHOP', 'INK', 9, location => 'T-HERE-B', counted_at => pg_temp.day(2)) \g /dev/null
SELECT is(pg_temp.on_hand('INK', 'T-HERE-B'), 9::numeric, 'the same instant can be counted anew');
SELECT is(split_part(pg_temp.refusal(format($$ SELECT * FROM ims.reverse_posting('SHOP', %s, reason => 'test') $$,
    pg_temp.last('count_correction'))), ' |', 1), 'IV231', 'a compensation is not reversed by itself');
SELECT posting_id AS counted FROM ims.count_stock('SHOP', 'PHONE', 0, location => 'T-HERE-A') \gset
SELECT count(*) FROM ims.reverse_posting('SHOP', :counted, reason => 'test') \g /dev/null
SELECT is(pg_temp.on_hand('PHONE', 'T-HERE-A'), 1::numeric, 'units that were missed are back');
-- Two counts: taking back the first leaves the second true.
SELECT posting_id AS counted FROM ims.count_stock('SHOP', 'INK', 12, location => 'T-HERE-B', counted_at => pg_temp.day(1) + interval '1 hour') \gset
SELECT count(*) FROM ims.reverse_posting('SHOP', :counted, reason => 'test') \g /dev/null
SELECT is(pg_temp.on_hand('INK', 'T-HERE-B'), 9::numeric, 'a later count stays true');
SELECT posting_id AS counted FROM ims.count_stock('SHOP', 'INK', 12, location => 'T-HERE-B', counted_at => pg_temp.day(1) + interval '1 hour') \gset
SELECT count(*) FROM ims.reverse_posting('SHOP', :counted, effective_at => clock_timestamp(), reason => 'test') \g /dev/null
SELECT is(pg_temp.on_hand('INK', 'T-HERE-B'), 9::numeric, 'reversed now, too');
-- A count of an instant between a posting and its reversal, before or after the
-- reversal is posted: the level counted is the level now.
CREATE FUNCTION pg_temp.between(counted numeric, calls text[]) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    call text;
    result text;
BEGIN
    PERFORM ims.receive('SHOP', 'SUGAR', 10, to_location => 'T-HERE-Q', effective_at => pg_temp.day(10));
    PERFORM ims.receive('SHOP', 'SUGAR', 4, to_location => 'T-HERE-Q', effective_at => pg_temp.day(11), idempotency_key => 'four');
    FOREACH call IN ARRAY calls LOOP
        CASE call
            WHEN 'count' THEN PERFORM ims.count_stock('SHOP', 'SUGAR', counted, location => 'T-HERE-Q', counted_at => pg_temp.day(14), idempotency_key => 'between');
            WHEN 'complete' THEN PERFORM ims.count_stock('SHOP', location => 'T-HERE-Q', complete => true, counted_at => pg_temp.day(14), idempotency_key => 'between',
                lines => jsonb_build_array(jsonb_build_object('item', 'SUGAR', 'quantity', counted)));
            WHEN 'again' THEN PERFORM ims.count_stock('SHOP', 'SUGAR', counted, location => 'T-HERE-Q', counted_at => pg_temp.day(14), reason => 'again');
            WHEN 'early' THEN PERFORM ims.count_stock('SHOP', 'SUGAR', counted, location => 'T-HERE-Q', counted_at => pg_temp.day(12));
            WHEN 'late' THEN PERFORM ims.count_stock('SHOP', 'SUGAR', counted, location => 'T-HERE-Q', counted_at => pg_temp.day(16));
            WHEN 'after' THEN PERFORM ims.count_stock('SHOP', 'SUGAR', counted, location => 'T-HERE-Q', counted_at => pg_temp.day(20));
            WHEN 'reverse' THEN PERFORM ims.reverse_posting('SHOP', k.posting_id, effective_at => pg_temp.day(18), reason => 'test')
                FROM ims.posting_key AS k WHERE k.idempotency_key = 'four';
            WHEN 'undo' THEN PERFORM ims.reverse_posting('SHOP', k.posting_id, reason => 'test')
                FROM ims.posting_key AS k WHERE k.idempotency_key = 'between';
        END CASE;
    END LOOP;
    result := concat_ws(' ', pg_temp.level('SUGAR', 'T-HERE-Q', pg_temp.day(14)), pg_temp.on_hand('SUGAR', 'T-HERE-Q'),
        (SELECT count(*) FROM pg_temp.drift) + (SELECT count(*) FROM ims.verify('SHOP') AS v WHERE v.check_name !~ '^catalog'));
    RAISE EXCEPTION USING ERRCODE = 'P0099', MESSAGE = result;
EXCEPTION
    WHEN SQLSTATE 'P0099' THEN
        RETURN SQLERRM;
    WHEN OTHERS THEN
        RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;
SELECT is(pg_temp.between(c.counted, c.calls), c.expected, format('%s: %s', c.counted, array_to_string(c.calls, ', ')))
FROM (VALUES
    (1, 12, '{count,reverse}'::text[], '12 12 0'),
    (2, 12, '{reverse,count}', '12 12 0'),
    (3, 12, '{reverse,complete}', '12 12 0'),
    (4, 0, '{reverse,count}', '0 0 0'),
    (5, 14, '{reverse,count}', '14 14 0'),
    (6, 12, '{reverse,count,undo}', '10 10 0'),
    (7, 12, '{count,reverse,undo,again}', '12 12 0'),
    (8, 12, '{reverse,count,undo,again}', '12 12 0'),
    (9, 12, '{early,reverse,count}', '12 12 0'),
    (10, 12, '{late,reverse,count}', '12 12 0'),
    (11, 12, '{reverse,early,late,count}', '12 12 0'),
    (12, 12, '{reverse,count,after}', '12 12 0'),
    (13, 12, '{after,reverse,count}', '12 12 0')
    ) AS c (n, counted, calls, expected)
ORDER BY c.n;
-- A complete count that agreed with the books.
SELECT posting_id AS counted FROM ims.count_stock('SHOP', location => 'T-THERE-Z1', complete => true, counted_at => pg_temp.day(5)) \gset
SELECT posting_id AS reversal FROM ims.reverse_posting('SHOP', :counted, reason => 'test') \gset
SELECT is(pg_temp.lines(:reversal), NULL, 'a count without lines is reversed without lines');
SELECT count(*) FROM ims.receive('SHOP', 'INK', 1, to_location => 'T-THERE-Z1', effective_at => pg_temp.day(4)) \g /dev/null
SELECT is(pg_temp.on_hand('INK', 'T-THERE-Z1'), 1::numeric, 'a place that was counted completely is free again');
SELECT is_empty('SELECT * FROM pg_temp.drift', 'the books agree with the ledger and the counts');

-- Single units go back through all their places.
SELECT posting_id AS trip FROM ims.transfer('SHOP', 'PHONE', 1, from_location => 'T-HERE-A', to_location => 'T-HERE-B', serial => 'S1') \gset
SELECT count(*) FROM ims.transfer('SHOP', 'PHONE', 1, from_location => 'T-HERE-B', to_location => 'T-HERE-Q', serial => 'S1') \g /dev/null
SELECT is(split_part(pg_temp.refusal(format($$ SELECT * FROM ims.reverse_posting('SHOP', %s, reason => 'test') $$, :trip)),
    ' |', 1), 'IV301', 'a unit that has moved on stays');

-- Bad input: nothing is posted.
SELECT posting_id AS covered, document_number AS covered_number
FROM ims.receive('SHOP', 'INK', 5, to_location => 'T-HERE-B', effective_at => pg_temp.day(4)) \gset
CREATE TEMPORARY TABLE before AS SELECT count(*) AS postings FROM ims.posting;
SELECT is(pg_temp.refusal(format($$ SELECT * FROM ims.reverse_posting('SHOP', %s) $$, b.arguments)), b.refusal,
    format('bad input %s: %s', b.n, split_part(b.refusal, ' |', 1)))
FROM (VALUES
    (1, 'reason => ''test''', 'IV201 | argument "posting_id" is missing | {"argument": "posting_id"}'),
    (2, '1', 'IV201 | argument "reason" is missing | {"argument": "reason"}'),
    (3, '1, reason => ''''', 'IV201 | argument "reason" is missing | {"argument": "reason"}'),
    (4, '-1, reason => ''test''', 'IV210 | posting -1 is unknown | {"posting_id": -1}'),
    (5, 'document_number => -1, reason => ''test''', 'IV210 | posting -1 is unknown | {"document_number": -1}')
    ) AS b (n, arguments, refusal)
ORDER BY b.n;
SELECT posting_id AS some FROM ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-B') \gset
SELECT is(split_part(pg_temp.refusal(format($$ SELECT * FROM ims.reverse_posting('SHOP', %s, reason => 'test',
    effective_at => clock_timestamp() + interval '1 hour') $$, :some)), ' |', 1), 'IV217', 'a future time');
SELECT is(split_part(pg_temp.refusal(format($$ SELECT * FROM ims.reverse_posting('SHOP', %s, reason => 'test',
    effective_at => pg_temp.day(1)) $$, :some)), ' |', 1), 'IV223', 'before the original');
-- A count between them would keep the level: nothing would be short, or taken back.
SELECT is(pg_temp.refusal(format($$ SELECT * FROM ims.reverse_posting('SHOP', %s, reason => 'test',
    effective_at => pg_temp.day(4) - interval '1 microsecond') $$, :covered)),
    format('IV223 | posting %s cannot be reversed | {"effective_at": "2024-03-05T11:59:59.999999Z", '
        '"document_number": %s}', :covered_number, :covered_number), 'a microsecond before it');
SELECT is(r.status, 'dry_run', 'at its own time') FROM ims.reverse_posting('SHOP', :covered, reason => 'test',
    effective_at => pg_temp.day(4), dry_run => true) AS r;
SELECT is(split_part(pg_temp.refusal(format($$ SELECT * FROM ims.reverse_posting('CLIENT', %s, reason => 'test') $$,
    :some)), ' |', 1), 'IV210', 'another owner''s posting');
SELECT is(r.status, 'dry_run', 'a dry run') FROM ims.reverse_posting('SHOP', :some, reason => 'test', dry_run => true) AS r;
SELECT is(count(*), (SELECT b.postings + 1 FROM before AS b), 'nothing was posted by any of these')
FROM ims.posting;

-- A posting of one line among postings of thousands: the ledger is not read whole.
SELECT count(*) FROM generate_series(1, 4) AS p (n)
CROSS JOIN LATERAL ims.post_ids((SELECT array_agg(9301) FROM generate_series(1, 5000)),
    (SELECT array_agg(1) FROM generate_series(1, 5000)),
    to_location_ids => (SELECT array_agg(9101) FROM generate_series(1, 5000)),
    kind => 'receive', owner => 'SHOP', reason => p.n::text) \g /dev/null
SELECT posting_id AS small FROM ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A') \gset
SELECT brin_summarize_new_values('ims.movement_time_idx') \g /dev/null
ANALYZE ims.movement;
CREATE TEMPORARY TABLE scan AS
SELECT t.seq_scan FROM pg_stat_xact_user_tables AS t WHERE t.relid = 'ims.movement'::regclass;
SELECT is(count(*), 1::bigint, 'one line is found') FROM ims._lines_to_reverse(9001, :small);
SELECT is(t.seq_scan - s.seq_scan, 0::bigint, 'by the index')
FROM pg_stat_xact_user_tables AS t CROSS JOIN scan AS s WHERE t.relid = 'ims.movement'::regclass;

SELECT is_empty('SELECT * FROM pg_temp.drift', 'the books agree with the ledger and the counts');
SELECT is_empty($$ SELECT v.* FROM (VALUES ('SHOP'), ('CLIENT')) AS o (code), ims.verify(o.code) AS v
    WHERE v.check_name !~ '^catalog' $$, 'and verify() finds nothing');
SELECT is(sum(r.changed), 0::numeric, 'nor does rebuild()') FROM (VALUES ('SHOP'), ('CLIENT')) AS o (code), ims.rebuild(o.code) AS r (what, changed);
SELECT * FROM finish();
ROLLBACK;
