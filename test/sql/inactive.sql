-- What follows from what was posted or counted is not held up by what is
-- inactive, closed or on hold by now: usage of a period, reversals, corrections.
-- What lies at an inactive place cannot be sold.  And stock that only counts have
-- touched is inactive stock.
\i test/setup.psql
BEGIN;
SELECT no_plan();
\i test/verb.psql
CREATE FUNCTION pg_temp.day(n integer) RETURNS timestamptz
LANGUAGE sql IMMUTABLE AS $$ SELECT timestamptz '2024-03-01 00:00+00' + n * interval '1 day' $$;
SELECT count(*) FROM ims.create_period('SHOP', 'march', pg_temp.day(0), pg_temp.day(31)) \g /dev/null
SELECT count(*) FROM ims.create_item('SHOP', code => 'GLUE', tracking => 'lot', periodic => true) \g /dev/null
SELECT count(*) FROM ims.create_lot('SHOP', item => 'GLUE', lot => 'G1') \g /dev/null
SELECT count(*) FROM ims.create_handling_unit('SHOP', code => 'BOX') \g /dev/null

SELECT count(*) FROM ims.receive('SHOP', 'GLUE', 10, lot => 'G1', to_location => 'T-HERE-A', handling_unit => 'BOX', effective_at => pg_temp.day(1)) \g /dev/null
SELECT count(*) FROM ims.receive('SHOP', 'PEN', 10, to_location => 'T-HERE-A', effective_at => pg_temp.day(1)) \g /dev/null
SELECT count(*) FROM ims.count_stock('SHOP', 'GLUE', 4, lot => 'G1', location => 'T-HERE-A', handling_unit => 'BOX', counted_at => pg_temp.day(20)) \g /dev/null
SELECT count(*) FROM ims.count_stock('SHOP', 'PEN', 10, location => 'T-HERE-A', counted_at => pg_temp.day(20)) \g /dev/null
SELECT r.posting_id AS moved FROM ims.transfer('SHOP', 'PEN', 3, from_location => 'T-HERE-A', to_location => 'T-HERE-B', effective_at => pg_temp.day(40)) AS r \gset
SELECT ims.set_lot_status('SHOP', 'GLUE', 'G1', status => 'on_hold', reason => 'smell') \g /dev/null
SELECT ims.close_handling_unit('SHOP', 'BOX') \g /dev/null
SELECT ims.change_item('SHOP', 'GLUE', status => 'inactive') \g /dev/null
SELECT ims.change_item('SHOP', 'PEN', status => 'inactive') \g /dev/null
SELECT ims.change_location('T-HERE-A', status => 'inactive') \g /dev/null
SELECT is(pg_temp.refusal($$ SELECT * FROM ims.transfer('SHOP', 'PEN', 1, from_location => 'T-HERE-B', to_location => 'T-HERE-A') $$),
    'IV212 | item "PEN" is inactive | {"item": "PEN", "line": 1}', 'nothing new is posted');
CREATE FUNCTION pg_temp.site_stock(item text) RETURNS text LANGUAGE sql AS $$
    SELECT trim_scale(a.sellable) || ' sellable, ' || trim_scale(a.held) || ' held'
    FROM ims.availability AS a JOIN ims.item AS i USING (owner_id, item_id)
    WHERE a.owner_id = 9001 AND a.site_id = 9100 AND i.code = site_stock.item
$$;
SELECT is(pg_temp.site_stock('PEN'), '3 sellable, 7 held', 'what lies at an inactive place is held');

SELECT is(pg_temp.refusal($$ SELECT * FROM ims.close_period('SHOP', 'march') $$), 'accepted', 'a period is closed');
SELECT is(pg_temp.lines(pg_temp.last('usage')), 'GLUE 6 T-HERE-A > PRODUCTION lot G1 out of BOX', 'with its usage');
SELECT is(pg_temp.refusal(format($$ SELECT * FROM ims.reverse_posting('SHOP', %s, reason => 'wrong') $$, :moved)), 'accepted', 'a posting is reversed');
SELECT is(pg_temp.on_hand('PEN', 'T-HERE-A'), 10::numeric, 'at the inactive place');
SELECT is(pg_temp.site_stock('PEN'), '0 sellable, 10 held', 'where it is held too');
SELECT ims.set_lot_status('SHOP', 'GLUE', 'G1', status => 'released', reason => 'aired') \g /dev/null
SELECT is(pg_temp.site_stock('GLUE'), '0 sellable, 4 held', 'whatever its lot is');
SELECT is_empty($$ SELECT v.* FROM ims.verify('SHOP') AS v WHERE v.check_name !~ '^catalog' $$, 'verify() finds nothing');
SELECT is_empty($$ SELECT * FROM ims.rebuild('SHOP') AS r WHERE r.rows_changed > 0 $$, 'nor does rebuild() change a row');

-- Days without movement.
SELECT ims.change_location('T-HERE-A', status => 'active'), ims.change_item('SHOP', 'PEN', status => 'active') \g /dev/null
SELECT is(pg_temp.site_stock('PEN') || ', ' || pg_temp.site_stock('GLUE'), '10 sellable, 0 held, 4 sellable, 0 held', 'active again, it is sold again');
SELECT count(*) FROM ims.receive('SHOP', 'INK', 8, to_location => 'T-HERE-B', effective_at => pg_temp.day(35)) \g /dev/null
SELECT count(*) FROM ims.receive('SHOP', 'INK', 2, to_location => 'T-HERE-A', effective_at => pg_temp.day(36)) \g /dev/null
SELECT count(*) FROM ims.count_stock('SHOP', 'INK', 7, location => 'T-HERE-B') \g /dev/null
SELECT count(*) FROM ims.count_stock('SHOP', 'SUGAR', 7, location => 'T-HERE-B', counted_at => pg_temp.day(37)) \g /dev/null
SELECT count(*) FROM ims.count_stock('SHOP', 'SUGAR', 7, location => 'T-HERE-B', counted_at => pg_temp.day(38)) \g /dev/null
SELECT results_eq($$ SELECT s.item, s.location, s.last_movement_at, s.days_without_movement
    = floor(extract(epoch FROM statement_timestamp() - s.last_movement_at) / 86400)
    FROM ims_bi.inactive_stock AS s WHERE s.owner = 'SHOP' AND s.item IN ('INK', 'SUGAR') ORDER BY 1, 2 $$,
    $$ VALUES ('INK', 'T-HERE-A', pg_temp.day(36), true), ('INK', 'T-HERE-B', pg_temp.day(35), true), ('SUGAR', 'T-HERE-B', pg_temp.day(38), true) $$,
    'a count moves nothing; what only counts brought lies since the last');
SELECT * FROM finish();
ROLLBACK;
