-- What the ledger, a count or a dispatch mentions is neither deleted nor moved
-- to another site; flags follow a place that moves; lots and serials of a slip
-- of the pen can go.
\i test/setup.psql
BEGIN;
SELECT plan(35);

SELECT ims.create_site(code => 'W1') > 0, ims.create_site(code => 'W2') > 0,
    ims.create_site(code => 'W3') > 0, ims.create_site(code => 'W4') > 0,
    ims.create_location(code => 'AISLE', kind => 'aisle', parent => 'W1') > 0,
    ims.create_location(code => 'BIN-1', parent => 'AISLE') > 0,
    ims.create_location(code => 'BIN-2', parent => 'AISLE') > 0,
    ims.create_location(code => 'BIN-3', parent => 'W1') > 0,
    ims.create_location(code => 'BIN-4', parent => 'W1') > 0,
    ims.create_item(code => 'X') > 0, ims.create_item(code => 'Y') > 0,
    ims.create_item(code => 'LOTTED', tracking => 'lot') > 0,
    ims.create_item(code => 'SINGLE', tracking => 'serial') > 0,
    ims.create_handling_unit(code => 'P1') > 0, ims.create_handling_unit(code => 'P2') > 0;
SELECT count(*) FROM ims.receive(item => 'X', quantity => 10, to_location => 'W1');
CREATE FUNCTION pg_temp.in_use(statement text, mentioned_by text, what text) RETURNS SETOF text
LANGUAGE plpgsql AS $$
DECLARE
    detail text;
BEGIN
    EXECUTE statement;
    RETURN NEXT fail(what);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN NEXT is(SQLSTATE || ' ' || (substring(detail FROM '\{.*\}$')::jsonb ->> 'mentioned_by'),
        'IV228 ' || mentioned_by, what);
END
$$;

-- a dispatch names the site it is bound for
SELECT count(*) FROM ims.dispatch(item => 'X', quantity => 2, from_location => 'W1', to_location => 'W3');
DO $$
DECLARE
    child text;
BEGIN
    FOR child IN SELECT l.code FROM ims.location AS l
        WHERE l.parent_id = (SELECT s.location_id FROM ims.location AS s WHERE s.code = 'W3')
    LOOP
        PERFORM ims.delete_location(location => child);
    END LOOP;
END
$$;
SELECT pg_temp.in_use($$SELECT ims.delete_location(location => 'W3')$$, 'dispatches',
    'the site a dispatch is bound for stays');
SELECT results_eq(
    $$SELECT r.status FROM ims.receive_transfer(to_location => 'W3', document_number =>
        (SELECT p.document_number FROM ims.posting AS p WHERE p.kind = 'dispatch')) AS r$$,
    $$VALUES ('posted')$$, 'and receives it');

-- a posting that is opened has lines only, and a dispatch needs a destination
SELECT throws_ok($$SELECT ims.open_posting(kind => 'dispatch')$$, '22023', NULL,
    'a dispatch is not opened for INSERT');
SAVEPOINT undirected;
SELECT lives_ok($$SELECT ims.open_posting(kind => 'transfer')$$, 'a transfer is');
SET LOCAL session_replication_role = replica;
INSERT INTO ims.posting (owner_id, posting_id, document_number, kind, effective_at,
        utc_offset_minutes, recorded_at, session_role, caller_role, system_identifier, commit_xid)
    OVERRIDING SYSTEM VALUE
SELECT p.owner_id, 990001, 990001, 'dispatch', p.effective_at, 0, p.recorded_at, 'x', 'x', 0, '0'
FROM ims.posting AS p WHERE p.kind = 'dispatch';
SET LOCAL session_replication_role = origin;
SELECT throws_ok($$SELECT * FROM ims.receive_transfer(document_number => 990001, to_location => 'W2')$$,
    'IV214', NULL, 'a dispatch without a destination is not received just anywhere');
ROLLBACK TO undirected;

-- a place that moves to another site takes its flags there
SELECT count(*) FROM ims.receive(item => 'Y', quantity => 1, to_location => 'W2');
SELECT lives_ok($$SELECT ims.change_location(location => 'BIN-4', parent => 'W2',
    negative_ok => true, sellable => false)$$, 'a place moves and may go below zero');
SELECT results_eq(
    $$SELECT l.code, a.negative_ok FROM ims.availability AS a
      JOIN ims.location AS l ON l.location_id = a.site_id
      JOIN ims.item AS i ON i.owner_id = a.owner_id AND i.item_id = a.item_id AND i.code = 'Y'
      ORDER BY l.code$$,
    $$VALUES ('W2', true)$$, 'and with it the site that it comes to');
SELECT lives_ok($$SELECT ims.change_location(location => 'BIN-4', parent => 'W1')$$, 'and back');
SELECT is((SELECT bool_or(a.negative_ok) FROM ims.availability AS a
           JOIN ims.location AS l ON l.location_id = a.site_id AND l.code = 'W2'), false,
    'it takes the permission along');
SELECT is_empty($$SELECT * FROM ims.verify() AS v WHERE v.check_name !~ '^catalog'$$, 'all is well');

-- counts protect what they name
SELECT count(*) FROM ims.count_stock(item => 'Y', quantity => 0, location => 'BIN-3');
SELECT count(*) FROM ims.count_stock(location => 'BIN-1', complete => true);
SELECT count(*) FROM ims.count_stock(item => 'LOTTED', location => 'BIN-2', complete => true);
SELECT count(*) FROM ims.count_stock(item => 'X', quantity => 0, location => 'BIN-2', handling_unit => 'P1');
SELECT ims.create_item(code => 'Z') > 0;
SELECT count(*) FROM ims.count_stock(item => 'Z', quantity => 0, location => 'W2-DOCK');
SELECT pg_temp.in_use($$SELECT ims.delete_item(item => 'Z')$$, 'counts', 'an item that was counted');
SELECT pg_temp.in_use($$SELECT ims.delete_item(item => 'LOTTED')$$, 'counts',
    'an item that was counted completely');
SELECT pg_temp.in_use($$SELECT ims.change_item(item => 'Z', tracking => 'lot')$$, 'counts',
    'the tracking of a counted item');
SELECT pg_temp.in_use($$SELECT ims.delete_location(location => 'BIN-3')$$, 'counts', 'a counted place');
SELECT pg_temp.in_use($$SELECT ims.delete_location(location => 'BIN-1')$$, 'counts',
    'a place counted completely');
SELECT pg_temp.in_use($$SELECT ims.change_location(location => 'AISLE', parent => 'W2')$$, 'counts',
    'an aisle with a counted place does not move to another site');
SELECT pg_temp.in_use($$SELECT ims.delete_handling_unit(handling_unit => 'P1')$$, 'counts',
    'a counted pallet');
SELECT lives_ok($$SELECT ims.delete_handling_unit(handling_unit => 'P2')$$, 'another one goes');

-- verify() finds what dangles all the same
SAVEPOINT broken;
SET LOCAL session_replication_role = replica;
DELETE FROM ims.item AS i WHERE i.code IN ('Z', 'LOTTED');
DELETE FROM ims.location AS l WHERE l.code IN ('BIN-1', 'BIN-3');
DELETE FROM ims.handling_unit AS h WHERE h.code = 'P1';
SET LOCAL session_replication_role = origin;
SELECT set_eq(
    $$SELECT v.check_name FROM ims.verify() AS v WHERE v.check_name ~ '^stock_count'$$,
    '{stock_count.item,stock_count.location,stock_count.handling_unit,stock_count_scope.item,
      stock_count_scope.location}'::text[], 'counts of what is not there');
ROLLBACK TO broken;
SELECT is_empty($$SELECT * FROM ims.verify() AS v WHERE v.check_name !~ '^catalog'$$, 'nothing dangles');

-- places that were used, and not: no scan of the ledger tells it
SELECT pg_temp.in_use($$SELECT ims.delete_location(location => 'W1')$$, 'movements', 'a place that was used');
SELECT lives_ok($$SELECT ims.create_location(code => 'NEW', parent => 'W1')$$, 'a new place');
SELECT lives_ok($$SELECT ims.change_location(location => 'NEW', parent => 'W2')$$, 'moves');
SELECT lives_ok($$SELECT ims.delete_location(location => 'NEW')$$, 'and goes');
SELECT count(*) FROM ims.transfer(item => 'X', quantity => 3, from_location => 'W1', to_location => 'BIN-4');
SELECT count(*) FROM ims.transfer(item => 'X', quantity => 3, from_location => 'BIN-4', to_location => 'W1');
SELECT pg_temp.in_use($$SELECT ims.change_location(location => 'BIN-4', parent => 'W2')$$, 'movements',
    'a place that is empty again stays where its history is');

-- lots and serials made by mistake
SELECT ims.create_lot(item => 'LOTTED', lot => 'TYPO') > 0, ims.create_lot(item => 'LOTTED', lot => 'L1') > 0,
    ims.create_lot(item => 'SINGLE', lot => 'S-LOT') > 0;
SELECT count(*) FROM ims.create_serials(item => 'SINGLE', codes => '{S1,S2}', lot => 'S-LOT');
SELECT count(*) FROM ims.receive(item => 'LOTTED', lot => 'L1', quantity => 1, to_location => 'W1');
SELECT count(*) FROM ims.ship(item => 'LOTTED', lot => 'L1', quantity => 1, from_location => 'W1');
SELECT count(*) FROM ims.receive(item => 'SINGLE', serial => 'S1', quantity => 1, to_location => 'W1');
SELECT count(*) FROM ims.ship(item => 'SINGLE', serial => 'S1', quantity => 1, from_location => 'W1');
SELECT lives_ok($$SELECT ims.delete_lot(item => 'LOTTED', lot => 'TYPO', actor => 'ann')$$, 'a lot goes');
SELECT is((SELECT count(*) FROM ims.lot AS l WHERE l.code = 'TYPO'), 0::bigint, 'and is gone');
SELECT is((SELECT c.actor FROM ims.master_change AS c
           WHERE c.table_name = 'lot' AND c.action = 'delete'), 'ann', 'with a record');
SELECT pg_temp.in_use($$SELECT ims.delete_lot(item => 'LOTTED', lot => 'L1')$$, 'movements', 'a lot that moved');
SELECT pg_temp.in_use($$SELECT ims.delete_lot(item => 'SINGLE', lot => 'S-LOT')$$, 'serials', 'a lot of serials');
SELECT lives_ok($$SELECT ims.delete_serial(item => 'SINGLE', serial => 'S2')$$, 'a serial goes');
SELECT pg_temp.in_use($$SELECT ims.delete_serial(item => 'SINGLE', serial => 'S1')$$, 'movements',
    'one that moved stays');
SELECT throws_ok($$SELECT ims.delete_lot(item => 'LOTTED', lot => 'TYPO')$$, 'IV205', NULL, 'gone once');
SELECT throws_ok($$SELECT ims.delete_serial(item => 'SINGLE', serial => 'S2')$$, 'IV206', NULL, 'gone once');
SELECT is_empty($$SELECT * FROM ims.verify() AS v WHERE v.check_name !~ '^catalog'$$, 'all is well');

SELECT * FROM finish();
ROLLBACK;
