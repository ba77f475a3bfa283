-- What a count said is kept as it was said: an item that turns from periodic to
-- perpetual, or back, changes no count of before.
\i test/setup.psql
BEGIN;
SELECT plan(18);
CREATE FUNCTION pg_temp.day(n integer) RETURNS timestamptz
LANGUAGE sql IMMUTABLE AS $$ SELECT timestamptz '2024-03-01 00:00+00' + n * interval '1 day' $$;
CREATE FUNCTION pg_temp.facts(statement text, OUT state text, OUT facts jsonb) LANGUAGE plpgsql AS $$
DECLARE
    detail text;
BEGIN
    EXECUTE statement;
    state := '00000';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    state := SQLSTATE;
    facts := substring(detail FROM '\{.*\}$')::jsonb;
END
$$;
SELECT ims.create_site(code => 'S') > 0, ims.create_item(code => 'SCREW', periodic => true) > 0,
    ims.create_item(code => 'PEN') > 0;
SELECT ims.create_period(name => 'march', starts_at => pg_temp.day(0), ends_at => pg_temp.day(31)) > 0;

-- A complete count says nothing of a periodic item, then or later.
SELECT count(*) FROM ims.count_stock(location => 'S', complete => true, counted_at => pg_temp.day(5));
SELECT count(*) FROM ims.receive(item => 'SCREW', quantity => 10, to_location => 'S', effective_at => pg_temp.day(1));
SELECT count(*) FROM ims.receive(item => 'PEN', quantity => 10, to_location => 'S', effective_at => pg_temp.day(1));
SELECT results_eq(
    $$SELECT i.code, s.on_hand::numeric FROM ims.stock AS s JOIN ims.item AS i USING (owner_id, item_id)
      JOIN ims.location AS l ON l.location_id = s.location_id AND l.code = 'S' ORDER BY i.code$$,
    $$VALUES ('PEN', 0::numeric), ('SCREW', 10)$$, 'of the perpetual item there was nothing');
SELECT lives_ok($$SELECT ims.change_item(item => 'SCREW', periodic => false)$$, 'the item becomes perpetual');
SELECT is_empty('SELECT * FROM ims.verify() AS v WHERE v.check_name !~ ''^catalog''', 'the count did not speak of it');
SELECT count(*) FROM ims.receive(item => 'SCREW', quantity => 7, to_location => 'S', effective_at => pg_temp.day(2));
SELECT is((SELECT s.on_hand::numeric FROM ims.stock AS s JOIN ims.item AS i USING (owner_id, item_id)
           WHERE i.code = 'SCREW'), 17::numeric, 'and does not speak of it now');
SELECT is_empty('SELECT * FROM ims.verify() AS v WHERE v.check_name !~ ''^catalog''', 'the books agree');

-- From now on one does.
SELECT count(*) FROM ims.count_stock(location => 'S', complete => true, counted_at => pg_temp.day(6));
SELECT count(*) FROM ims.receive(item => 'SCREW', quantity => 5, to_location => 'S', effective_at => pg_temp.day(3));
SELECT is((SELECT s.on_hand::numeric FROM ims.stock AS s JOIN ims.item AS i USING (owner_id, item_id)
           WHERE i.code = 'SCREW'), 0::numeric, 'a complete count of a perpetual item holds');
SELECT is_empty('SELECT * FROM ims.verify() AS v WHERE v.check_name !~ ''^catalog''', 'the books agree');
SELECT lives_ok($$SELECT ims.change_item(item => 'SCREW', periodic => true)$$, 'periodic again');
SELECT count(*) FROM ims.receive(item => 'SCREW', quantity => 4, to_location => 'S', effective_at => pg_temp.day(4));
SELECT is_empty('SELECT * FROM ims.verify() AS v WHERE v.check_name !~ ''^catalog''', 'the books agree');
SELECT lives_ok($$SELECT ims.change_item(item => 'SCREW', periodic => false)$$, 'and perpetual again');
SELECT is_empty('SELECT * FROM ims.verify() AS v WHERE v.check_name !~ ''^catalog''',
    'what came while it was periodic contradicts no count');
SELECT lives_ok($$SELECT ims.change_item(item => 'SCREW', periodic => true)$$, 'periodic for good');

-- Counts that wait for the end of their period.
SELECT count(*) FROM ims.count_stock(item => 'SCREW', quantity => 3, location => 'S', counted_at => pg_temp.day(20));
SELECT is(f.state, 'IV228', 'an item with pending counts stays periodic'),
    is(f.facts, jsonb_build_object('item', 'SCREW', 'mentioned_by', 'pending counts', 'counts', 1,
        'document_numbers', (SELECT jsonb_agg(p.document_number) FROM ims.stock_count AS c
            JOIN ims.posting AS p USING (owner_id, posting_id) WHERE c.pending)), 'with their numbers')
FROM pg_temp.facts($$SELECT ims.change_item(item => 'SCREW', periodic => false)$$) AS f;
SELECT lives_ok($$SELECT * FROM ims.close_period(name => 'march')$$, 'the period closes');
SELECT lives_ok($$SELECT ims.change_item(item => 'SCREW', periodic => false)$$, 'then it may change');
SELECT is_empty('SELECT * FROM ims.verify() AS v WHERE v.check_name !~ ''^catalog''', 'the books agree');

-- A shipment after a count ahead of the clock is recorded ahead of it too.
SELECT count(*) FROM ims.count_stock(item => 'PEN', quantity => 9, location => 'S',
    counted_at => clock_timestamp() + interval '50 seconds');
SELECT count(*) FROM ims.ship(item => 'PEN', quantity => 2, from_location => 'S');
SELECT count(*) FROM ims.change_item(item => 'PEN', periodic => true);
SELECT is_empty('SELECT * FROM ims.verify() AS v WHERE v.check_name !~ ''^catalog''',
    'what was shipped before the item turned periodic is no fault');
SELECT * FROM finish();
ROLLBACK;
