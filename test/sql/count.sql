-- Counts assert levels: the difference is posted at the instant of the count,
-- movements after it do not spoil it, and whatever is posted later but dated
-- before it leaves the counted level true.
\i test/setup.psql
BEGIN;
SELECT no_plan();
\i test/verb.psql

-- Times: one day each, all in the past.
CREATE FUNCTION pg_temp.day(n integer) RETURNS timestamptz
LANGUAGE sql IMMUTABLE AS $$ SELECT timestamptz '2024-03-01 12:00+00' + n * interval '1 day' $$;

-- The case of OpenBoxes: in 25, out 15, counted 30: 10 before, 30 after.
SELECT count(*) FROM ims.receive('SHOP', 'PEN', 25, to_location => 'T-HERE-A', effective_at => pg_temp.day(1)) \g /dev/null
SELECT count(*) FROM ims.ship('SHOP', 'PEN', 15, from_location => 'T-HERE-A', effective_at => pg_temp.day(2)) \g /dev/null
SELECT posting_id AS counted FROM ims.count_stock('SHOP', 'PEN', 30, location => 'T-HERE-A', counted_at => pg_temp.day(3)) \gset
SELECT results_eq(
    format($$ SELECT s.book_quantity::numeric, s.counted_quantity::numeric, p.kind, pg_temp.lines(p.posting_id),
                  p.effective_at = s.counted_at
              FROM ims.stock_count AS s JOIN ims.posting AS p USING (owner_id, posting_id)
              WHERE s.posting_id = %s $$, :counted),
    $$ VALUES (10::numeric, 30::numeric, 'count', 'PEN 20 ADJUSTMENT > T-HERE-A', true) $$,
    'in 25, out 15, counted 30: 10 by the books, 20 found');

-- erpnext#54295: a receipt dated before the count does not change the level.
SELECT count(*) FROM ims.receive('SHOP', 'PEN', 41, to_location => 'T-HERE-A', effective_at => pg_temp.day(2)) \g /dev/null
SELECT is(pg_temp.level('PEN', 'T-HERE-A', pg_temp.day(3)), 30::numeric, 'a backdated receipt leaves the counted level');
SELECT is(pg_temp.on_hand('PEN', 'T-HERE-A'), 30::numeric, 'and the balance');
SELECT is(pg_temp.level('PEN', 'T-HERE-A', pg_temp.day(2)), 51::numeric, 'between the two it shows');
SELECT results_eq(
    $$ SELECT pg_temp.lines(p.posting_id), p.origin_posting_id, p.effective_at
       FROM ims.posting AS p WHERE p.posting_id = pg_temp.last('count_correction') $$,
    format($$ VALUES ('PEN 41 T-HERE-A > ADJUSTMENT', %s::bigint, pg_temp.day(3)) $$, :counted),
    'by a compensation at the count, linked to it');
SELECT count(*) FROM ims.ship('SHOP', 'PEN', 5, from_location => 'T-HERE-A', effective_at => pg_temp.day(2) + interval '1 hour') \g /dev/null
SELECT is(pg_temp.on_hand('PEN', 'T-HERE-A'), 30::numeric, 'a backdated shipment neither');
SELECT count(*) FROM ims.ship('SHOP', 'PEN', 5, from_location => 'T-HERE-A', effective_at => pg_temp.day(3)) \g /dev/null
SELECT is(pg_temp.on_hand('PEN', 'T-HERE-A'), 30::numeric, 'nor one at the very instant of the count');
SELECT count(*) FROM ims.ship('SHOP', 'PEN', 1, from_location => 'T-HERE-A', effective_at => pg_temp.day(3) + interval '1 microsecond') \g /dev/null
SELECT is(pg_temp.on_hand('PEN', 'T-HERE-A'), 29::numeric, 'one after it does');

-- Movements between the instant and the entry do not spoil it.
SELECT count(*) FROM ims.ship('SHOP', 'PEN', 4, from_location => 'T-HERE-A', effective_at => pg_temp.day(6)) \g /dev/null
SELECT posting_id AS counted FROM ims.count_stock('SHOP', 'PEN', 28, location => 'T-HERE-A', counted_at => pg_temp.day(5)) \gset
SELECT is(pg_temp.lines(:counted), 'PEN 1 T-HERE-A > ADJUSTMENT', 'counted before a shipment, entered after it');
SELECT is(pg_temp.on_hand('PEN', 'T-HERE-A'), 24::numeric, 'the shipment counts on top');
-- A count that agrees with the books still asserts them.
SELECT posting_id AS counted FROM ims.count_stock('SHOP', 'PEN', 24, location => 'T-HERE-A', counted_at => pg_temp.day(8)) \gset
SELECT is(pg_temp.lines(:counted), NULL, 'a count that agrees has no line');
SELECT is(split_part(pg_temp.refusal($$ SELECT * FROM ims.ship('SHOP', 'PEN', 25,
    from_location => 'T-HERE-A', effective_at => pg_temp.day(7) + interval '1 hour') $$), ' |', 1), 'IV303',
    'between the last movement and a count that agreed there is no more than there was');
SELECT count(*) FROM ims.receive('SHOP', 'PEN', 3, to_location => 'T-HERE-A', effective_at => pg_temp.day(7)) \g /dev/null
SELECT is(pg_temp.on_hand('PEN', 'T-HERE-A'), 24::numeric, 'and stays true');
-- An older count than the last one.
SELECT posting_id AS counted FROM ims.count_stock('SHOP', 'PEN', 20, location => 'T-HERE-A', counted_at => pg_temp.day(4)) \gset
SELECT is(pg_temp.lines(:counted), 'PEN 9 T-HERE-A > ADJUSTMENT', 'a count of an earlier day');
SELECT is(pg_temp.level('PEN', 'T-HERE-A', pg_temp.day(4)), 20::numeric, 'holds for that day');
SELECT is(pg_temp.level('PEN', 'T-HERE-A', pg_temp.day(5)), 28::numeric, 'and the next count for its own');
SELECT is(split_part(pg_temp.refusal(
    $$ SELECT * FROM ims.count_stock('SHOP', 'PEN', 21, location => 'T-HERE-A', counted_at => pg_temp.day(4)) $$), ' |', 1),
    'IV227', 'one count per balance and instant');
SELECT is_empty('SELECT * FROM pg_temp.drift', 'the books agree with the ledger and the counts');

-- Without a time: now, after everything recorded.
SELECT count(*) FROM ims.receive('SHOP', 'INK', 7, to_location => 'T-HERE-B') \g /dev/null
SELECT is(r.status, 'dry_run', 'a dry run')
FROM ims.count_stock('SHOP', 'INK', 5, location => 'T-HERE-B', dry_run => true) AS r;
SELECT is(pg_temp.on_hand('INK', 'T-HERE-B'), 7::numeric, 'leaves everything as it was');
SELECT posting_id AS counted FROM ims.count_stock('SHOP', 'INK', 5, location => 'T-HERE-B', idempotency_key => 'c1') \gset
SELECT is(r.posting_id = :counted AND r.replayed, true, 'a repeated call is answered')
FROM ims.count_stock('SHOP', 'INK', 5.0, location => 'T-HERE-B', idempotency_key => 'c1') AS r;
SELECT is(p.effective_at, s.last_effective_at, 'the balance takes the time of the count')
FROM ims.posting AS p JOIN ims.stock AS s USING (owner_id)
WHERE p.posting_id = :counted AND s.item_id = 9306 AND s.location_id = 9102;
SELECT count(*) FROM ims.ship('SHOP', 'INK', 1, from_location => 'T-HERE-B') \g /dev/null
SELECT is(pg_temp.on_hand('INK', 'T-HERE-B'), 4::numeric, 'what comes later counts on top');
-- A plain INSERT, too, and an explicit earlier time is compensated there as well.
INSERT INTO ims.movement (owner_id, item_id, from_location_id, to_location_id, quantity)
    VALUES (9001, 9306, 9102, 3, 1);
SELECT is(pg_temp.on_hand('INK', 'T-HERE-B'), 3::numeric, 'a direct INSERT counts on top');
INSERT INTO ims.movement (owner_id, effective_at, item_id, from_location_id, to_location_id, quantity)
    VALUES (9001, pg_temp.day(1), 9306, 2, 9102, 9);
SELECT is(pg_temp.on_hand('INK', 'T-HERE-B'), 3::numeric, 'unless it is dated before the count');

-- A clock that is ahead by less than a minute is accepted; what comes later is later.
SELECT posting_id AS counted FROM ims.count_stock('SHOP', 'INK', 3, location => 'T-HERE-B',
    counted_at => clock_timestamp() + interval '30 seconds') \gset
SELECT posting_id AS shipped FROM ims.ship('SHOP', 'INK', 1, from_location => 'T-HERE-B') \gset
SELECT is(s.effective_at > c.effective_at, true, 'a posting without a time comes after the count')
FROM ims.posting AS s, ims.posting AS c WHERE s.posting_id = :shipped AND c.posting_id = :counted;

-- Complete: what is not named was not there.  The case of OpenBoxes: a count
-- of the whole product zeroes lots that were not counted.
SELECT count(*) FROM ims.post('[
    {"item": "MILK", "quantity": 25, "to_location": "T-THERE-A", "lot": "L1"},
    {"item": "MILK", "quantity": 45, "to_location": "T-THERE-Z1", "lot": "L2", "handling_unit": "P1"},
    {"item": "SUGAR", "quantity": 2.5, "to_location": "T-THERE-A"}]',
    'receive', 'SHOP', effective_at => pg_temp.day(10)) \g /dev/null
SELECT posting_id AS counted FROM ims.count_stock('SHOP', 'MILK', location => 'T-THERE', complete => true,
    lines => '[{"quantity": 30, "lot": "L1", "location": "T-THERE-A"}]', counted_at => pg_temp.day(11)) \gset
SELECT is(pg_temp.lines(:counted),
    'MILK 45 T-THERE-Z1 > ADJUSTMENT lot L2 out of P1, MILK 5 ADJUSTMENT > T-THERE-A lot L1',
    'an item at all places of a site: what was not named is gone');
SELECT is(pg_temp.on_hand('SUGAR', 'T-THERE-A'), 2.5, 'another item is left alone');
SELECT posting_id AS counted FROM ims.count_stock('SHOP', location => 'T-THERE-A', complete => true,
    lines => '[{"item": "SUGAR", "quantity": 2600, "unit": "GRM"}]', counted_at => pg_temp.day(12)) \gset
SELECT is(pg_temp.lines(:counted), 'MILK 30 T-THERE-A > ADJUSTMENT lot L1, SUGAR 0.1 ADJUSTMENT > T-THERE-A',
    'a bin, in another unit: whatever else was there is gone');
SELECT count(*) FROM ims.receive('SHOP', 'PEN', 8, to_location => 'T-THERE-A', effective_at => pg_temp.day(11)) \g /dev/null
SELECT is(pg_temp.on_hand('PEN', 'T-THERE-A'), 0::numeric,
    'a backdated receipt of an item that was not there is taken back at the count');
SELECT count(*) FROM ims.receive('SHOP', 'PEN', 8, to_location => 'T-THERE-A', effective_at => pg_temp.day(13)) \g /dev/null
SELECT is(pg_temp.on_hand('PEN', 'T-THERE-A'), 8::numeric, 'one after the count stays');
SELECT posting_id AS counted FROM ims.count_stock('SHOP', location => 'T-THERE-A', complete => true) \gset
SELECT is(pg_temp.lines(:counted), 'PEN 8 T-THERE-A > ADJUSTMENT, SUGAR 2.6 T-THERE-A > ADJUSTMENT',
    'an empty bin, now');
SELECT is(pg_temp.lines(r.posting_id), NULL, 'a bin that never held anything')
FROM ims.count_stock('SHOP', location => 'T-HERE-Q', complete => true) AS r;
-- A complete count speaks of what it does not name, at its own instant too.
SELECT posting_id AS counted FROM ims.count_stock('SHOP', location => 'T-THERE-D', complete => true, counted_at => pg_temp.day(14)) \gset
SELECT is(pg_temp.refusal($$ SELECT * FROM ims.count_stock('SHOP', 'INK', 5, location => 'T-THERE-D', counted_at => pg_temp.day(14)) $$),
    format('IV227 | item "INK" at "T-THERE-D" was counted at this instant already | {"item": "INK", '
        '"location": "T-THERE-D", "counted_at": "2024-03-15T11:00:00Z", "posting_id": %s}', :counted),
    'what it found empty is not counted again at this instant');
SELECT is(pg_temp.refusal($$ SELECT * FROM ims.count_stock('SHOP', 'INK', 0, location => 'T-THERE-D', counted_at => pg_temp.day(14)) $$)
    LIKE 'IV227 %', true, 'nor with the same result');
SELECT is(pg_temp.refusal($$ SELECT * FROM ims.count_stock('SHOP', 'SCREW', 5, location => 'T-THERE-D', counted_at => pg_temp.day(14)) $$),
    'accepted', 'but of a periodic item it said nothing');
SELECT is(pg_temp.refusal($$ SELECT * FROM ims.count_stock('SHOP', 'INK', 5, location => 'T-THERE-D', counted_at => pg_temp.day(15)) $$),
    'accepted', 'nor of another instant');
SELECT count(*) FROM ims.reverse_posting('SHOP', :counted, reason => 'wrong bin') \g /dev/null
SELECT is(pg_temp.refusal($$ SELECT * FROM ims.count_stock('SHOP', 'INK', 7, location => 'T-THERE-D', counted_at => pg_temp.day(14)) $$),
    'accepted', 'and reversed it says nothing any more');
SELECT count(*) FROM ims.count_stock('SHOP', 'INK', location => 'T-THERE-D', complete => true, counted_at => pg_temp.day(16)) \g /dev/null
SELECT is(pg_temp.refusal($$ SELECT * FROM ims.count_stock('SHOP', 'PEN', 5, location => 'T-THERE-D', counted_at => pg_temp.day(16)) $$),
    'accepted', 'a complete count of one item says nothing of another');
SELECT is_empty('SELECT * FROM pg_temp.drift', 'the books agree with the ledger and the counts');

-- Single units: those that are named are there, the others are gone.
SELECT count(*) FROM ims.post('[
    {"item": "PHONE", "quantity": 1, "to_location": "T-HERE-A", "serial": "S1"},
    {"item": "PHONE", "quantity": 1, "to_location": "T-HERE-A", "serial": "S2"}]',
    'receive', 'SHOP', effective_at => pg_temp.day(20)) \g /dev/null
SELECT posting_id AS counted FROM ims.count_stock('SHOP', 'PHONE', location => 'T-HERE-A',
    lines => '[{"serial": "S3"}, {"serial": "S2", "quantity": 1}]', counted_at => pg_temp.day(22)) \gset
SELECT is(pg_temp.lines(:counted),
    'PHONE 1 T-HERE-A > ADJUSTMENT serial S1, PHONE 1 ADJUSTMENT > T-HERE-A serial S3',
    'one unit is gone, one was found');
SELECT count(*) FROM ims.receive('SHOP', 'PHONE', 1, to_location => 'T-HERE-B', serial => 'S1',
    effective_at => pg_temp.day(23)) \g /dev/null
SELECT is(pg_temp.refusal(
    $$ SELECT * FROM ims.count_stock('SHOP', 'PHONE', location => 'T-HERE-A', serial => 'S1') $$),
    'IV305 | serial "S1" of item "PHONE" lies elsewhere | '
    '{"item": "PHONE", "line": 1, "serial": "S1", "location": "T-HERE-B"}',
    'a unit that lies elsewhere by the books cannot be counted here');
SELECT count(*) FROM ims.ship('SHOP', 'PHONE', 1, from_location => 'T-HERE-A', serial => 'S2',
    effective_at => pg_temp.day(21)) \g /dev/null
SELECT is(s.location_id, 9101::bigint, 'a unit that was counted is there, though shipped before')
FROM ims.serial AS s WHERE s.serial_id = 9502;
SELECT is(pg_temp.lines(pg_temp.last('count_correction')), 'PHONE 1 ADJUSTMENT > T-HERE-A serial S2',
    'the compensation names the unit');
SELECT posting_id AS counted FROM ims.count_stock('SHOP', 'PHONE', 0, location => 'T-HERE-A') \gset
SELECT is(pg_temp.lines(:counted),
    'PHONE 1 T-HERE-A > ADJUSTMENT serial S2, PHONE 1 T-HERE-A > ADJUSTMENT serial S3', 'none is there');
SELECT is_empty('SELECT * FROM pg_temp.drift', 'the books agree with the ledger and the counts');

-- Bad input: nothing is posted.
CREATE TEMPORARY TABLE before AS SELECT count(*) AS postings FROM ims.posting;
SELECT is(pg_temp.refusal(format($$ SELECT * FROM ims.count_stock('SHOP', %s) $$, b.arguments)), b.refusal,
    format('bad input %s: %s', b.n, split_part(b.refusal, ' |', 1)))
FROM (VALUES
    (1, 'location => ''T-HERE-A''', 'IV201 | argument "item" is missing | {"argument": "item"}'),
    (2, '''PEN'', 1', 'IV201 | argument "location" is missing | {"argument": "location"}'),
    (3, '''PEN'', location => ''T-HERE-A''', 'IV201 | argument "quantity" is missing | {"argument": "quantity"}'),
    (4, 'complete => true, lines => ''[]''', 'IV201 | argument "location" is missing | {"argument": "location"}'),
    (5, '''PEN'', -1, location => ''T-HERE-A''',
        'IV101 | line 1: quantity "-1" is not a quantity | {"line": 1, "quantity": "-1"}'),
    (6, '''PEN'', ''NaN'', location => ''T-HERE-A''',
        'IV101 | line 1: quantity "NaN" is not a quantity | {"line": 1, "quantity": "NaN"}'),
    (7, '''PEN'', 1e12, location => ''T-HERE-A''',
        'IV101 | line 1: quantity "1000000000000" is not a quantity | {"line": 1, "quantity": "1000000000000"}'),
    (8, '''SUGAR'', 0.0000001, location => ''T-HERE-A''',
        'IV101 | line 1: quantity "0.0000001" is not a quantity | {"line": 1, "quantity": "0.0000001"}'),
    (9, '''SUGAR'', 0.001, ''IN'', ''T-HERE-A''',
        'IV101 | quantity 0.001 of item "SUGAR" cannot be | {"item": "SUGAR", "line": 1, "unit": "IN", "quantity": 0.001}'),
    (10, '''SUGAR'', 1, ''IN'', ''T-HERE-A''',
        'IV103 | quantity 1 of item "SUGAR" is not exact in its base unit | '
        '{"item": "SUGAR", "line": 1, "unit": "IN", "quantity": 1}'),
    (11, '''NO'', 1, location => ''T-HERE-A''',
        'IV203 | item "NO" is unknown | {"item": "NO"}'),
    (12, '''PEN'', 1, location => ''NO''',
        'IV204 | location "NO" is unknown | {"location": "NO"}'),
    (13, '''MILK'', 1, location => ''T-HERE-A'', lot => ''NO''',
        'IV205 | lot "NO" is unknown | {"lot": "NO"}'),
    (14, '''PHONE'', location => ''T-HERE-A'', serial => ''NO''',
        'IV206 | serial "NO" is unknown | {"serial": "NO"}'),
    (15, '''PEN'', 1, location => ''T-HERE-A'', handling_unit => ''NO''',
        'IV207 | handling unit "NO" is unknown | {"handling_unit": "NO"}'),
    (16, '''PEN'', 1, location => ''T-THERE-Z''',
        'IV214 | item "PEN" cannot be counted at "T-THERE-Z" | {"item": "PEN", "line": 1, "location": "T-THERE-Z"}'),
    (17, '''PEN'', 1, location => ''TRANSIT''',
        'IV214 | item "PEN" cannot be counted at "TRANSIT" | {"item": "PEN", "line": 1, "location": "TRANSIT"}'),
    (18, '''CARRIAGE'', 1, location => ''T-HERE-A''',
        'IV214 | item "CARRIAGE" cannot be counted at "T-HERE-A" | {"item": "CARRIAGE", "line": 1, "location": "T-HERE-A"}'),
    (19, '''MILK'', 1, location => ''T-HERE-A''',
        'IV213 | line 1 does not name what item "MILK" is tracked by | {"item": "MILK", "line": 1, "tracking": "lot"}'),
    (20, '''PHONE'', 2, location => ''T-HERE-A'', serial => ''S1''',
        'IV213 | line 1 does not name what item "PHONE" is tracked by | {"item": "PHONE", "line": 1, "tracking": "serial"}'),
    (21, '''PEN'', 1, location => ''T-HERE-A'', lines => ''[]''',
        'IV223 | it is not clear what was counted | {"argument": "lines"}'),
    (22, 'location => ''T-HERE-A'', lines => ''[]''', 'IV219 | there is no line to count | {"lines": 0}'),
    (23, 'location => ''T-HERE-A'', lines => ''[{"item": "PEN", "amount": 1}]''',
        'IV211 | line 1: key "amount" is unknown | {"key": "amount", "line": 1}'),
    (24, 'location => ''T-HERE-A'', lines => ''[{"item": "PEN", "quantity": 1}, {"item": "PEN", "quantity": 2}]''',
        'IV223 | line 2 counts what line 1 counts already | {"item": "PEN", "line": 2, "location": "T-HERE-A"}'),
    (25, 'location => ''T-THERE'', complete => true, lines => ''[{"item": "PEN", "quantity": 1, "location": "T-HERE-A"}]''',
        'IV223 | it is not clear what was counted | {"argument": "lines"}'),
    (26, '''INK'', location => ''T-HERE-A'', complete => true, lines => ''[{"item": "PEN", "quantity": 1}]''',
        'IV223 | it is not clear what was counted | {"argument": "lines"}'),
    (27, 'location => ''SUPPLIER'', complete => true', 'IV214 | no place to count | {"argument": "location"}')
    ) AS b (n, arguments, refusal)
ORDER BY b.n;
SELECT is(split_part(pg_temp.refusal(format($$ SELECT * FROM ims.count_stock('SHOP', 'PEN', 1,
    location => 'T-HERE-A', counted_at => %L) $$, b.at)), ' |', 1), b.state, b.what)
FROM (VALUES
    ((clock_timestamp() + interval '1 hour')::text, 'IV217', 'a count in the future'),
    ('infinity', 'IV217', 'a count at the end of time'),
    ('-infinity', 'IV217', 'a count before all time')) AS b (at, state, what);
UPDATE ims.owner SET closed_through = pg_temp.day(9) WHERE owner_id = 9001;
SELECT is(split_part(pg_temp.refusal($$ SELECT * FROM ims.count_stock('SHOP', 'PEN', 1,
    location => 'T-HERE-A', counted_at => pg_temp.day(8) + interval '1 hour') $$), ' |', 1), 'IV216', 'a count in closed time');
SELECT is(count(*), (SELECT b.postings FROM before AS b), 'nothing was posted by any of these')
FROM ims.posting;
SELECT is_empty('SELECT * FROM pg_temp.drift', 'the books agree with the ledger and the counts');

-- A line outside of what is sold below zero is compensated in either sign; a
-- level that would have been negative between is refused.
SELECT is(split_part(pg_temp.refusal($$ SELECT * FROM ims.ship('SHOP', 'INK', 1,
    from_location => 'T-HERE-A', effective_at => pg_temp.day(15)) $$), ' |', 1), 'IV301',
    'a count does not make stock that was never there');

SAVEPOINT damage;
SET LOCAL session_replication_role = replica;
INSERT INTO ims.stock_count_scope (owner_id, posting_id, location_id, item_id, counted_at)
    SELECT 9001, pg_temp.last('count'), 9101, 9301, pg_temp.day(2);
SELECT is(string_agg(v.check_name, ' ' ORDER BY v.check_name), 'stock_count.level stock_count_scope.counted_at',
    'verify() sees a complete count that is not true')
FROM ims.verify('SHOP') AS v WHERE v.check_name !~ '^catalog';
ROLLBACK TO damage;
SELECT is_empty($$ SELECT v.* FROM (VALUES ('SHOP'), ('CLIENT')) AS o (code), ims.verify(o.code) AS v
    WHERE v.check_name !~ '^catalog' $$, 'and verify() finds nothing');
SELECT is(sum(r.changed), 0::numeric, 'nor does rebuild()') FROM (VALUES ('SHOP'), ('CLIENT')) AS o (code), ims.rebuild(o.code) AS r (what, changed);
-- A complete count that is ahead of the clock speaks of balances to come, too.
SELECT posting_id AS counted FROM ims.count_stock('SHOP', location => 'T-HERE-Q', complete => true,
    lines => '[]', counted_at => clock_timestamp() + interval '30 seconds') \gset
SELECT posting_id AS received FROM ims.receive('SHOP', 'PEN', 7, to_location => 'T-HERE-Q') \gset
SELECT is(r.effective_at > c.effective_at, true, 'what arrives at a new balance comes after the count')
FROM ims.posting AS r, ims.posting AS c WHERE r.posting_id = :received AND c.posting_id = :counted;
SELECT lives_ok(
    $$ INSERT INTO ims.movement (owner_id, item_id, from_location_id, to_location_id, quantity)
       VALUES (9001, 9302, 2, 9103, 1) $$,
    'a direct INSERT is before it, and compensated');
SELECT is_empty(
    $$ SELECT v.check_name FROM ims.verify() AS v WHERE v.check_name LIKE 'stock_count%'
         AND v.key ->> 'owner_id' = '9001' $$,
    'and the count stands');

SELECT * FROM finish();
ROLLBACK;
