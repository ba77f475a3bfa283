-- Places: a tree below sites with fixed depth, virtual places left alone, flags
-- taken over into the balances, and no place deleted that the ledger mentions.
\i test/setup.psql
BEGIN;
SELECT plan(69);

CREATE FUNCTION pg_temp.place(code text) RETURNS bigint LANGUAGE sql
    AS 'SELECT l.location_id FROM ims.location AS l WHERE l.code = $1';
CREATE FUNCTION pg_temp.item(code text) RETURNS bigint LANGUAGE sql
    AS 'SELECT i.item_id FROM ims.item AS i WHERE i.code = $1';
CREATE FUNCTION pg_temp.move(item text, quantity numeric, source text, target text)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO ims.movement (item_id, quantity, from_location_id, to_location_id)
    VALUES (pg_temp.item(item), quantity, pg_temp.place(source), pg_temp.place(target))
$$;
CREATE VIEW pg_temp.available AS
    SELECT i.code AS item, l.code AS site, a.sellable::numeric, a.held::numeric, a.negative_ok
    FROM ims.availability AS a
    JOIN ims.item AS i USING (owner_id, item_id)
    JOIN ims.location AS l ON l.location_id = a.site_id;

-- calendars
SELECT lives_ok($$SELECT ims.create_calendar(code => 'IT', name => 'Italy')$$, 'a calendar');
SELECT is((SELECT c.working_days FROM ims.calendar AS c WHERE c.code = 'IT'), '{1,2,3,4,5}',
    'Monday to Friday by default');
SELECT lives_ok($$SELECT ims.change_calendar(calendar => 'IT', working_days => '{1,2,3,4,5,6}')$$,
    'changed');
SELECT is((SELECT c.working_days FROM ims.calendar AS c WHERE c.code = 'IT'), '{1,2,3,4,5,6}',
    'to Saturday');
SELECT lives_ok($$SELECT ims.set_calendar_day(calendar => 'IT', day => '2026-12-25')$$, 'a holiday');
SELECT lives_ok($$SELECT ims.set_calendar_day(calendar => 'IT', day => '2026-12-25',
        works => true, name => 'strike off')$$, 'set again');
SELECT results_eq($$SELECT d.day, d.works, d.name FROM ims.calendar_day AS d$$,
    $$VALUES ('2026-12-25'::date, true, 'strike off')$$, 'is replaced');
SELECT lives_ok($$SELECT ims.remove_calendar_day(calendar => 'IT', day => '2026-12-25')$$, 'removed');
SELECT throws_ok($$SELECT ims.remove_calendar_day(calendar => 'IT', day => '2026-12-25')$$,
    'IV229', NULL, 'removed once');

-- a site and its tree
SELECT lives_ok($$SELECT ims.create_site(code => 'ROM', name => 'Rome', time_zone => 'Europe/Rome',
        calendar => 'IT', actor => 'me')$$, 'a site');
SELECT results_eq(
    $$SELECT l.code, l.kind, l.keeps_stock, l.sellable, p.code, s.code
      FROM ims.location AS l
      JOIN ims.location AS s ON s.location_id = l.site_id
      LEFT JOIN ims.location AS p ON p.location_id = l.parent_id
      ORDER BY l.location_id$$,
    $$VALUES ('ROM', 'site', true, true, NULL, 'ROM'),
             ('ROM-DOCK', 'dock', true, false, 'ROM', 'ROM'),
             ('ROM-QUARANTINE', 'quarantine', true, false, 'ROM', 'ROM'),
             ('ROM-DAMAGED', 'damaged', true, false, 'ROM', 'ROM'),
             ('ROM-RETURNS', 'returns', true, false, 'ROM', 'ROM')$$,
    'with dock, quarantine, damaged and returns');
SELECT is((SELECT count(*) FROM ims.master_change AS c
           WHERE c.table_name = 'location' AND c.actor = 'me' AND c.owner_id = 0), 5::bigint,
    'each of them recorded');
SELECT lives_ok($$SELECT ims.create_location(code => 'Z', kind => 'zone', parent => 'ROM',
        keeps_stock => false)$$, 'a zone that keeps no stock');
SELECT lives_ok($$SELECT ims.create_location(code => 'A', kind => 'aisle', parent => 'Z')$$, 'an aisle');
SELECT lives_ok($$SELECT ims.create_location(code => 'A-1', kind => 'bay', parent => 'A')$$, 'a bay');
SELECT lives_ok($$SELECT ims.create_location(code => 'A-1-1', parent => 'A-1', sort_order => 7,
        attributes => '{"level": 1}')$$, 'a bin is the default kind');
SELECT lives_ok($$SELECT ims.create_location(code => 'B', parent => 'ROM')$$, 'a bin at the site');
SELECT lives_ok($$SELECT ims.create_site(code => 'MIL', keeps_stock => false)$$, 'a second site');
SELECT row_eq($$SELECT l.kind, l.sort_order, l.attributes, l.sellable, l.site_id = pg_temp.place('ROM')
                FROM ims.location AS l WHERE l.code = 'A-1-1'$$,
    ROW ('bin'::text, 7, '{"level": 1}'::jsonb, true, true), 'the bin is as given');
SELECT is((SELECT l.sellable FROM ims.location AS l WHERE l.code = 'MIL'), false,
    'a site without stock is not sellable');
SELECT throws_ok($$SELECT ims.delete_calendar(calendar => 'IT')$$, 'IV228', NULL,
    'a calendar in use is not deleted');
SELECT lives_ok($$SELECT ims.change_location(location => 'ROM', clear => '{calendar,time_zone}')$$,
    'calendar and time zone cleared');
SELECT row_eq($$SELECT l.calendar_id, l.time_zone FROM ims.location AS l WHERE l.code = 'ROM'$$,
    ROW (NULL::bigint, NULL::text), 'and empty');
SELECT lives_ok($$SELECT ims.delete_calendar(calendar => 'IT')$$, 'then it is deleted');

-- bad input
SELECT throws_ok(c.call, c.state, NULL, c.call)
FROM (VALUES
    ($$SELECT ims.create_location()$$, 'IV201'),
    ($$SELECT ims.create_location(code => 'X')$$, 'IV201'),
    ($$SELECT ims.create_location(code => '', parent => 'ROM')$$, 'IV104'),
    ($$SELECT ims.create_location(code => 'X', parent => 'nowhere')$$, 'IV204'),
    ($$SELECT ims.create_location(code => 'X', kind => 'customer')$$, '22023'),
    ($$SELECT ims.create_location(code => 'X', kind => 'site', parent => 'ROM')$$, 'IV214'),
    ($$SELECT ims.create_location(code => 'X', kind => 'aisle', parent => 'A-1')$$, 'IV214'),
    ($$SELECT ims.create_location(code => 'X', parent => 'TRANSIT')$$, 'IV214'),
    ($$SELECT ims.create_location(code => 'B', parent => 'ROM')$$, '23505'),
    ($$SELECT ims.create_location(code => 'X', parent => 'ROM', keeps_stock => false, sellable => true)$$, '22023'),
    ($$SELECT ims.create_location(code => 'X', parent => 'ROM', sort_order => 2147483648)$$, '22023'),
    ($$SELECT ims.create_location(code => 'X', kind => 'site', calendar => 'none')$$, 'IV229'),
    ($$SELECT ims.create_site(code => repeat('x', 95))$$, 'IV104'),
    ($$SELECT ims.create_calendar(code => 'X', working_days => '{8}')$$, '22023'),
    ($$SELECT ims.change_location(location => 'nowhere', name => 'x')$$, 'IV204'),
    ($$SELECT ims.change_location(location => 'B', clear => '{code}')$$, '22023'),
    ($$SELECT ims.change_location(location => 'B', new_code => 'A')$$, '23505'),
    ($$SELECT ims.change_location(location => 'B', status => 'gone')$$, '22023'),
    ($$SELECT ims.change_location(location => 'A', parent => 'A-1')$$, 'IV214'),
    ($$SELECT ims.change_location(location => 'ROM', parent => 'MIL')$$, 'IV214'),
    ($$SELECT ims.change_location(location => 'SUPPLIER', status => 'inactive')$$, 'IV214'),
    ($$SELECT ims.delete_location(location => 'SUPPLIER')$$, 'IV228'),
    ($$SELECT ims.delete_location(location => 'A')$$, 'IV228')
) AS c (call, state);

-- flags and balances
SELECT ims.create_item(code => 'I') > 0 AS made \gset
SELECT pg_temp.move('I', 10, 'SUPPLIER', 'A-1-1');
SELECT pg_temp.move('I', 4, 'SUPPLIER', 'B');
SELECT pg_temp.move('I', 1, 'SUPPLIER', 'ROM-DAMAGED');
SELECT results_eq('SELECT * FROM pg_temp.available', $$VALUES ('I', 'ROM', 14::numeric, 1::numeric, false)$$,
    'stock in three places');
SELECT lives_ok($$SELECT ims.change_location(location => 'A-1-1', sellable => false)$$, 'a bin is blocked');
SELECT results_eq('SELECT * FROM pg_temp.available', $$VALUES ('I', 'ROM', 4::numeric, 11::numeric, false)$$,
    'its stock is held');
SELECT lives_ok($$SELECT ims.change_location(location => 'A-1-1', sellable => true)$$, 'and freed');
SELECT results_eq('SELECT * FROM pg_temp.available', $$VALUES ('I', 'ROM', 14::numeric, 1::numeric, false)$$,
    'its stock is sellable again');
SELECT throws_ok($$SELECT pg_temp.move('I', 5, 'B', 'CUSTOMER')$$, 'IV301', NULL, 'five of four');
SELECT lives_ok($$SELECT ims.change_location(location => 'B', negative_ok => true)$$,
    'a bin that may go below zero');
SELECT results_eq('SELECT * FROM pg_temp.available', $$VALUES ('I', 'ROM', 14::numeric, 1::numeric, true)$$,
    'lets its site');
SELECT lives_ok($$SELECT pg_temp.move('I', 5, 'B', 'CUSTOMER')$$, 'five of four');
SELECT throws_ok($$SELECT ims.change_location(location => 'B', negative_ok => false)$$, 'IV301',
    'stock at "B" is below zero or allocated in excess',
    'the flag stays while stock is below zero, and no owner''s item is named');
SELECT lives_ok($$SELECT pg_temp.move('I', 1, 'SUPPLIER', 'B')$$, 'back at zero');
SELECT lives_ok($$SELECT ims.change_location(location => 'B', negative_ok => false)$$, 'the flag goes');
SELECT results_eq($$SELECT bool_or(s.negative_ok), bool_or(a.negative_ok)
                    FROM ims.stock AS s, ims.availability AS a$$,
    $$VALUES (false, false)$$, 'from every balance');

-- what the ledger mentions
SELECT throws_ok(c.call, 'IV228', NULL, c.call)
FROM (VALUES
    ($$SELECT ims.delete_location(location => 'B')$$),
    ($$SELECT ims.delete_location(location => 'A-1-1')$$),
    ($$SELECT ims.change_location(location => 'A', parent => 'MIL')$$),
    ($$SELECT ims.change_location(location => 'A-1-1', keeps_stock => false, sellable => false)$$)
) AS c (call);
SELECT lives_ok($$SELECT ims.change_location(location => 'B', keeps_stock => false, sellable => false)$$,
    'an empty place stops keeping stock');
SELECT lives_ok($$SELECT ims.change_location(location => 'A', parent => 'ROM')$$,
    'an aisle moves within the site');
SELECT ims.create_location(code => 'N', kind => 'aisle', parent => 'ROM') > 0 AS made \gset
SELECT ims.create_location(code => 'N-1', parent => 'N') > 0 AS made \gset
SELECT lives_ok($$SELECT ims.change_location(location => 'N', parent => 'MIL')$$,
    'unused places move to another site');
SELECT is((SELECT l.site_id FROM ims.location AS l WHERE l.code = 'N-1'), pg_temp.place('MIL'),
    'with what they contain');
SELECT lives_ok($$SELECT ims.delete_location(location => 'N-1')$$, 'an unused place is deleted');

SELECT * FROM finish();
ROLLBACK;
