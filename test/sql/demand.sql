-- Demand from the ledger: shipments in the days of the site, returns netted as
-- asked, nothing of what was reversed, adjusted, scrapped or moved; for how much
-- of each period there was stock, as plain SQL computes it over a history of
-- 3,000 movements in two zones with summer time, from a closing too; days that
-- the site works, marks, predecessors, gaps and arguments; the same whatever the
-- number of workers, by a log of all series or by a group for each; by classes of
-- customers.
\i test/setup.psql
BEGIN;
SET LOCAL client_min_messages = warning;
\i test/history.psql
SELECT plan(155);

-- Other tests may have drawn the ids that the history took.
SELECT count(pg_catalog.setval(s.name, 1000000)) FROM (VALUES ('ims.owner_owner_id_seq'::regclass),
    ('ims.location_location_id_seq'), ('ims.item_item_id_seq'), ('ims.movement_movement_id_seq'),
    ('ims.posting_posting_id_seq')) AS s (name) \gset ignored_

-- A shelf of which everything is known.  Mondays: 5 January to 23 February.
SELECT count(*) FROM (VALUES (ims.create_owner(code => 'DEMAND', time_zone => 'America/New_York'))) AS v \gset ignored_
SELECT ims.create_site(code => 'DN', time_zone => 'America/New_York') AS ignored_site \gset
SELECT ims.create_site(code => 'DT', time_zone => 'Asia/Tokyo') AS ignored_site \gset
SELECT ims.create_category(owner => 'DEMAND', code => 'DRINKS') AS ignored_category \gset
SELECT ims.create_category(owner => 'DEMAND', code => 'HOT', parent => 'DRINKS') AS ignored_category \gset
SELECT count(ims.create_item(owner => 'DEMAND', code => i.code, category => i.category)) FROM (VALUES
    ('TEA', 'HOT'), ('TEA-2', 'DRINKS'), ('TEA-3', NULL), ('MUG', NULL), ('IDLE', NULL), ('CUP', NULL)) AS i (code, category) \gset ignored_
SELECT ims.create_item(owner => 'DEMAND', code => 'ADVICE', stocked => false) AS ignored_item \gset
SELECT ims.create_channel(owner => 'DEMAND', code => 'WEB') AS ignored_channel \gset
SELECT ims.create_channel(owner => 'DEMAND', code => 'SHOP') AS ignored_channel \gset
SELECT count(ims.create_party(owner => 'DEMAND', code => p.code, kind => 'customer', attributes => p.attributes::jsonb))
FROM (VALUES ('ANN', '{"class": "retail"}'), ('BIG', '{"class": "wholesale"}'), ('CAT', '{}'), ('DOG', '{"class": null}'),
    ('EVE', '{"class": "retail"}'), ('FOX', '{"class": 7}'), ('GNU', '{"class": ""}')) AS p (code, attributes) \gset ignored_

CREATE TEMPORARY TABLE done (name text, posting_id bigint);
CREATE FUNCTION pg_temp.receive(quantity numeric, site text, at timestamptz, item text DEFAULT 'TEA') RETURNS void
LANGUAGE sql AS $$ SELECT FROM ims.receive(owner => 'DEMAND', item => item, quantity => quantity, to_location => site, effective_at => at) $$;
CREATE FUNCTION pg_temp.ship(name text, quantity numeric, site text, at timestamptz, item text DEFAULT 'TEA',
    party text DEFAULT NULL, channel text DEFAULT NULL) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO done SELECT name, s.posting_id FROM ims.ship(owner => 'DEMAND', item => item, quantity => quantity,
        from_location => site, effective_at => at, party => party, channel => channel) AS s $$;
CREATE FUNCTION pg_temp.come_back(name text, origin text, quantity numeric, site text, at timestamptz,
    by_line boolean DEFAULT false) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO done SELECT name, r.posting_id FROM ims.return_from_customer(owner => 'DEMAND', item => 'TEA',
        quantity => quantity, to_location => site, effective_at => at,
        origin_posting_id => (SELECT d.posting_id FROM done AS d WHERE d.name = origin),
        origin_movement_id => (SELECT m.movement_id FROM done AS d JOIN ims.movement AS m USING (posting_id)
            WHERE d.name = origin AND by_line)) AS r $$;
CREATE FUNCTION pg_temp.undo(name text, at timestamptz) RETURNS void
LANGUAGE sql AS $$
    SELECT FROM done AS d, ims.reverse_posting(owner => 'DEMAND', posting_id => d.posting_id, effective_at => at,
        reason => 'test') WHERE d.name = $1 $$;

SELECT count(*) FROM (
    SELECT pg_temp.receive(10, 'DN', '2026-01-05 12:00+00'), pg_temp.receive(20, 'DT', '2026-01-01 00:00+00')) AS v \gset ignored_
SELECT pg_temp.ship('first', 4, 'DN', '2026-01-06 12:00+00', party => 'ANN', channel => 'WEB') \gset ignored_
-- Sunday night in New York, Monday everywhere else
SELECT pg_temp.ship('sunday', 1, 'DN', '2026-01-12 03:00+00', party => 'BIG', channel => 'SHOP') \gset ignored_
SELECT pg_temp.ship('last', 5, 'DN', '2026-01-14 17:00+00', party => 'ANN') \gset ignored_
SELECT pg_temp.receive(6, 'DN', '2026-01-21 17:00+00') \gset ignored_
SELECT pg_temp.ship('mistaken', 3, 'DN', '2026-01-27 12:00+00') \gset ignored_
SELECT pg_temp.undo('mistaken', '2026-02-03 12:00+00') \gset ignored_
SELECT pg_temp.come_back('linked', 'first', 2, 'DN', '2026-02-10 12:00+00') \gset ignored_
SELECT pg_temp.come_back('plain', NULL, 1, 'DN', '2026-02-17 12:00+00') \gset ignored_
-- one came to another site than it had left, one was a mistake of its own
SELECT pg_temp.come_back('by line', 'first', 1, 'DT', '2026-02-11 12:00+00', true) \gset ignored_
SELECT pg_temp.come_back('taken back', 'last', 1, 'DN', '2026-02-18 12:00+00', true) \gset ignored_
SELECT pg_temp.undo('taken back', '2026-02-24 12:00+00') \gset ignored_
SELECT pg_temp.come_back('taken back too', 'last', 1, 'DN', '2026-02-18 13:00+00') \gset ignored_
SELECT pg_temp.undo('taken back too', '2026-02-24 13:00+00') \gset ignored_
-- Monday in Tokyo, Sunday everywhere else
SELECT pg_temp.ship('tokyo', 2, 'DT', '2026-01-11 16:00+00', channel => 'WEB') \gset ignored_
-- No demand at all.
SELECT count(*) FROM ims.adjust(owner => 'DEMAND', item => 'TEA', quantity => -1, location => 'DN', effective_at => '2026-02-19 12:00+00', reason => 'lost') \gset ignored_
SELECT count(*) FROM ims.scrap(owner => 'DEMAND', item => 'TEA', quantity => 1, from_location => 'DN', effective_at => '2026-02-19 13:00+00', reason => 'broken') \gset ignored_
SELECT count(*) FROM ims.consume(owner => 'DEMAND', item => 'TEA', quantity => 1, from_location => 'DN', effective_at => '2026-02-19 14:00+00') \gset ignored_
SELECT count(*) FROM ims.transfer(owner => 'DEMAND', item => 'TEA', quantity => 1, from_location => 'DN', to_location => 'DN-DAMAGED', effective_at => '2026-02-19 15:00+00') \gset ignored_
SELECT count(*) FROM ims.return_to_supplier(owner => 'DEMAND', item => 'TEA', quantity => 1, from_location => 'DN', effective_at => '2026-02-19 16:00+00') \gset ignored_

-- Else plans are made for what other tests have left in the statistics.
ANALYZE ims.movement, ims.posting, ims.party, ims.location, ims.item;
\set window 'owner => ''DEMAND'', from_day => ''2026-01-05'', to_day => ''2026-03-02'''
SELECT is(s.demand::text, w.wanted, 'returns: ' || w.net_returns)
FROM (VALUES
    (1, 'sale', '{2,5,0,0,0,0,-1,0}'),
    (2, 'return', '{5,5,0,0,0,-3,-1,0}'),
    (3, 'none', '{5,5,0,0,0,0,0,0}')) AS w (place, net_returns, wanted)
CROSS JOIN LATERAL ims.demand_series(:window, items => '{TEA}', sites => '{DN}', net_returns => w.net_returns) AS s
ORDER BY w.place;
SELECT is(s.demand::text, w.wanted, 'gaps: ' || w.gaps)
FROM (VALUES (1, 'zero', '{2,5,0,0,0,0,-1,0}'), (2, 'null', '{2,5,NULL,0,NULL,NULL,-1,NULL}'),
    (3, 'carry', '{2,5,5,0,0,0,-1,-1}')) AS w (place, gaps, wanted)
CROSS JOIN LATERAL ims.demand_series(:window, items => '{TEA}', sites => '{DN}', gaps => w.gaps) AS s
ORDER BY w.place;
SELECT is(s.demand::text, w.wanted, w.title)
FROM (VALUES
    (1, 'a site has its own days', 'DT', NULL, NULL, '{0,2,0,0,0,0,0,0}'),
    (2, 'a channel: the return goes with its sale', 'DN', 'WEB', NULL, '{1,0,0,0,0,0,0,0}'),
    (3, 'another channel', 'DN', 'SHOP', NULL, '{1,0,0,0,0,0,0,0}'),
    (4, 'a class of customers', 'DN', NULL, 'retail', '{1,5,0,0,0,0,0,0}'),
    (5, 'a channel and a class', 'DN', 'SHOP', 'wholesale', '{1,0,0,0,0,0,0,0}')) AS w (place, title, site, channel, class, wanted)
CROSS JOIN LATERAL ims.demand_series(:window, items => '{TEA}', sites => ARRAY[w.site],
    channels => CASE WHEN w.channel IS NOT NULL THEN ARRAY[w.channel] END, party_classes => CASE WHEN w.class IS NOT NULL THEN ARRAY[w.class] END) AS s
ORDER BY w.place;
SELECT results_eq($$SELECT s.owner_code, s.item, s.site, s.channel, s.first_period, s.demand::text, s.status, s.basis
    FROM ims.demand_series(owner => 'DEMAND', from_day => '2026-01-05', to_day => '2026-03-02') AS s ORDER BY s.item, s.site$$,
    $$VALUES ('DEMAND', 'TEA', 'DN', NULL, '2026-01-05'::date, '{2,5,0,0,0,0,-1,0}', 'returns', 'shipment'),
        ('DEMAND', 'TEA', 'DT', NULL, '2026-01-05', '{0,2,0,0,0,0,0,0}', 'ok', 'shipment')$$, 'a row per item and site');
SELECT results_eq($$SELECT s.item, s.site, s.site_id, s.demand::text FROM ims.demand_series(owner => 'DEMAND', by_site => false,
    from_day => '2026-01-05', to_day => '2026-03-02') AS s$$,
    $$VALUES ('TEA', NULL::text, NULL::bigint, '{2,7,0,0,0,0,-1,0}')$$, 'all sites in one, each in its days');
SELECT results_eq($$SELECT s.site, s.channel, s.demand::text FROM ims.demand_series(owner => 'DEMAND', by_channel => true,
    from_day => '2026-01-05', to_day => '2026-03-02') AS s ORDER BY s.site, s.channel$$,
    $$VALUES ('DN', 'SHOP', '{1,0,0,0,0,0,0,0}'), ('DN', 'WEB', '{1,0,0,0,0,0,0,0}'), ('DN', NULL, '{0,5,0,0,0,0,-1,0}'),
        ('DT', 'WEB', '{0,2,0,0,0,0,0,0}')$$, 'a row per channel, one for lines without');
SELECT is((SELECT count(*) FROM ims.demand_series(:window, category => w.category) AS s), w.rows, 'category ' || w.category)
FROM (VALUES (1, 'DRINKS', 2::bigint), (2, 'HOT', 2)) AS w (place, category, rows) ORDER BY w.place;
SELECT is((SELECT count(*) FROM ims.demand_series(:window, items => '{MUG}', category => 'HOT')), 0::bigint, 'item and category: both must hold');
SELECT is((SELECT count(*) FROM ims.demand_series(:window, items => w.items)), w.rows, 'items: ' || w.items::text)
FROM (VALUES (1, '{}'::text[], 0::bigint), (2, '{IDLE}', 0), (3, '{TEA,TEA}', 2)) AS w (place, items, rows) ORDER BY w.place;

-- Windows.
SELECT is(to_char(s.first_period, 'YYYY-MM-DD') || ' ' || s.demand::text, w.wanted, format('%s from %s to %s', w.bucket, w.from_day, w.to_day))
FROM (VALUES
    (1, 'month', '2026-01-01', '2026-03-01', '2026-01-01 {7,-1}'),
    (2, 'month', '2026-01-31', '2026-03-30', '2026-01-01 {7,-1}'),
    (3, 'week', '2026-01-11', '2026-01-25', '2026-01-05 {2,5}'),
    (4, 'day', '2026-01-11', '2026-01-13', '2026-01-11 {1,0}'),
    (5, 'day', '2026-01-06', '2026-01-07', '2026-01-06 {1}')) AS w (place, bucket, from_day, to_day, wanted)
CROSS JOIN LATERAL ims.demand_series(owner => 'DEMAND', items => '{TEA}', sites => '{DN}', bucket => w.bucket,
    from_day => w.from_day::date, to_day => w.to_day::date) AS s
ORDER BY w.place;
SELECT is(cardinality(d.days) || ' ' || (d.days[1] = s.first_day) || ' ' || (s.end_day <= current_date + 1), w.wanted, 'usual window of ' || w.bucket)
FROM (VALUES (1, 'day', '364 true true'), (2, 'week', '104 true true'), (3, 'month', '36 true true')) AS w (place, bucket, wanted)
CROSS JOIN LATERAL ims._demand_window(w.bucket, NULL, NULL, 'UTC') AS s
CROSS JOIN LATERAL ims._period_days(w.bucket, s.first_day, s.end_day) AS d (days)
ORDER BY w.place;

-- For how long there was stock, by hand: out from Wednesday noon to Wednesday noon.
SELECT is(ARRAY(SELECT round(u.share::numeric * 168, 6) FROM unnest(s.in_stock) WITH ORDINALITY AS u (share, n) ORDER BY u.n)::text,
    '{161.000000,60.000000,108.000000,168.000000,168.000000,168.000000,168.000000,168.000000}', 'hours in stock')
FROM ims.demand_series(:window, items => '{TEA}', sites => '{DN}') AS s;
SELECT ok(s.in_stock IS NULL, 'and nothing of it where it is not asked for')
FROM ims.demand_series(:window, items => '{TEA}', sites => '{DN}', with_stock => false) AS s;
SELECT is(s.in_stock::text, '{1,1,1,1,1,1,1,1}', 'all sites in one: in stock while any is')
FROM ims.demand_series(:window, items => '{TEA}', by_site => false) AS s;
SELECT count(*) FROM ims.ship(owner => 'DEMAND', item => 'ADVICE', quantity => 2, from_location => 'SERVICE', effective_at => '2026-01-07 12:00+00') \gset ignored_
SELECT ok(s.site IS NULL AND s.demand::text = '{2,0,0,0,0,0,0,0}' AND s.in_stock IS NULL, 'what is not stocked has demand, but no site and no shelf')
FROM ims.demand_series(:window, items => '{ADVICE}') AS s;

-- The parts, exactly.
SELECT results_eq($$SELECT h.item, h.site, h.period, h.ordered, h.shipped, h.returned, h.demand, h.in_stock, h.marks, h.basis
    FROM ims.demand_history(owner => 'DEMAND', items => '{TEA}', sites => '{DN}', from_day => '2026-01-05', to_day => '2026-01-26') AS h$$,
    $$VALUES ('TEA', 'DN', '2026-01-05'::date, NULL::numeric, 5::numeric, 3::numeric, 2::numeric, 0.958333, NULL::text[], 'shipment'),
        ('TEA', 'DN', '2026-01-12', NULL, 5, 0, 5, 0.357143, NULL, 'shipment'),
        ('TEA', 'DN', '2026-01-19', NULL, 0, 0, 0, 0.642857, NULL, 'shipment')$$, 'history: one row per period');
SELECT is(array_agg(h.returned ORDER BY h.period)::text, w.wanted, 'history, returns: ' || w.net_returns)
FROM (VALUES (1, 'sale', '{3,0,0,0,0,0,1,0}'), (2, 'return', '{0,0,0,0,0,3,1,0}'), (3, 'none', '{0,0,0,0,0,0,0,0}')) AS w (place, net_returns, wanted)
CROSS JOIN LATERAL ims.demand_history(:window, items => '{TEA}', sites => '{DN}', net_returns => w.net_returns) AS h
GROUP BY w.place, w.net_returns, w.wanted
ORDER BY w.place;
SELECT results_eq($$SELECT v.week, v.shipped, v.returned, v.demand, v.basis FROM ims_bi.demand AS v
    WHERE v.owner = 'DEMAND' AND v.item = 'TEA' AND v.site = 'DN' ORDER BY v.week$$,
    $$VALUES ('2026-01-05'::date, 5::numeric, 3::numeric, 2::numeric, 'shipment'), ('2026-01-12', 5, 0, 5, 'shipment'),
        ('2026-02-16', 0, 1, -1, 'shipment')$$, 'the view: weeks with demand');
SELECT results_eq($$SELECT l.demanded_at, l.returned_at, l.shipped, l.returned FROM ims_bi.demand_line AS l
    WHERE l.owner = 'DEMAND' AND l.site = 'DN' ORDER BY l.movement_id$$,
    $$VALUES ('2026-01-06 12:00+00'::timestamptz, NULL::timestamptz, 4::numeric, 0::numeric),
        ('2026-01-12 03:00+00', NULL, 1, 0), ('2026-01-14 17:00+00', NULL, 5, 0), ('2026-01-27 12:00+00', NULL, 3, 0),
        ('2026-01-27 12:00+00', NULL, -3, 0), ('2026-01-06 12:00+00', '2026-02-10 12:00+00', 0, 2),
        ('2026-02-17 12:00+00', '2026-02-17 12:00+00', 0, 1), ('2026-01-06 12:00+00', '2026-02-11 12:00+00', 0, 1),
        ('2026-01-14 17:00+00', '2026-02-18 12:00+00', 0, 1), ('2026-01-14 17:00+00', '2026-02-18 12:00+00', 0, -1),
        ('2026-01-14 17:00+00', '2026-02-18 13:00+00', 0, 1), ('2026-01-14 17:00+00', '2026-02-18 13:00+00', 0, -1)$$, 'lines of demand, each with the time it belongs to');

-- Classes of customers: a row for each, on one shelf.
SELECT results_eq($$SELECT s.site, s.channel, s.party_class, s.demand::text, s.in_stock IS NOT DISTINCT FROM w.in_stock
    FROM ims.demand_series(owner => 'DEMAND', items => '{TEA}', by_party_class => true, from_day => '2026-01-05', to_day => '2026-03-02') AS s
    JOIN ims.demand_series(owner => 'DEMAND', items => '{TEA}', from_day => '2026-01-05', to_day => '2026-03-02') AS w USING (site)
    ORDER BY s.site, s.party_class$$,
    $$VALUES ('DN', NULL::text, 'retail', '{1,5,0,0,0,0,0,0}', true), ('DN', NULL, 'wholesale', '{1,0,0,0,0,0,0,0}', true),
        ('DN', NULL, NULL, '{0,0,0,0,0,0,-1,0}', true), ('DT', NULL, NULL, '{0,2,0,0,0,0,0,0}', true)$$,
    'a row per class: a return goes with its sale, what names no customer is apart');
SELECT pg_temp.receive(100, 'DN', '2026-01-05 12:00+00', 'CUP') \gset ignored_
SELECT count(*) FROM (VALUES (1, 'ANN', 'WEB', 1), (2, 'EVE', 'WEB', 2), (3, 'EVE', NULL, 4), (4, 'CAT', 'WEB', 8), (5, 'DOG', NULL, 16),
    (6, NULL, 'WEB', 32), (7, 'FOX', 'SHOP', 5), (8, 'GNU', 'SHOP', 7)) AS v (place, party, channel, quantity)
CROSS JOIN LATERAL pg_temp.ship('cup', v.quantity, 'DN', '2026-01-05 18:00+00'::timestamptz + v.place * interval '1 hour', 'CUP', v.party, v.channel) \gset ignored_
SELECT results_eq($$SELECT s.party_class, s.demand[1] FROM ims.demand_series(owner => 'DEMAND', items => '{CUP}', by_party_class => true,
    from_day => '2026-01-05', to_day => '2026-01-12') AS s ORDER BY s.party_class COLLATE "C"$$,
    $$VALUES ('', 7::double precision), ('7', 5), ('retail', 7), (NULL, 56)$$, 'customers of a class are one, whoever has none is with those');
SELECT results_eq($$SELECT s.channel, s.party_class, s.demand[1] FROM ims.demand_series(owner => 'DEMAND', items => '{CUP}', by_channel => true,
    by_party_class => true, by_site => false, from_day => '2026-01-05', to_day => '2026-01-12') AS s ORDER BY s.channel, s.party_class COLLATE "C"$$,
    $$VALUES ('SHOP', '', 7::double precision), ('SHOP', '7', 5), ('WEB', 'retail', 3), ('WEB', NULL, 40), (NULL, 'retail', 4), (NULL, NULL, 16)$$,
    'by channel and class');
SELECT results_eq($$SELECT s.party_class, s.demand[1] FROM ims.demand_series(owner => 'DEMAND', items => '{CUP}', by_party_class => true,
    party_classes => '{retail,7,none,NULL}', from_day => '2026-01-05', to_day => '2026-01-12') AS s ORDER BY s.party_class$$,
    $$VALUES ('7', 5::double precision), ('retail', 7)$$, 'some classes by themselves');
SELECT is((SELECT count(*) FROM ims.demand_series(:window, party_classes => '{}')), 0::bigint, 'of no class, nothing');
SELECT is((SELECT count(*) || ' ' || count(s.party_class) FROM ims.demand_series(:window, items => '{CUP}', by_party_class => NULL) AS s), '1 0',
    'all classes in one without saying');
SELECT results_eq($$SELECT h.party_class, h.period, h.shipped, h.returned, h.demand, h.in_stock
    FROM ims.demand_history(owner => 'DEMAND', items => '{TEA}', sites => '{DN}', by_party_class => true, from_day => '2026-01-05', to_day => '2026-01-19') AS h$$,
    $$VALUES ('retail', '2026-01-05'::date, 4::numeric, 3::numeric, 1::numeric, 0.958333), ('retail', '2026-01-12', 5, 0, 5, 0.357143),
        ('wholesale', '2026-01-05', 1, 0, 1, 0.958333), ('wholesale', '2026-01-12', 0, 0, 0, 0.357143)$$, 'history by class, in the order of its name');

-- Days that the site works: a Saturday more, a holiday, two weeks of none.
SELECT ims.create_calendar(code => 'DC'), ims.create_calendar(code => 'DC-NEVER', working_days => '{}') \gset ignored_
SELECT count(*) FROM (SELECT ims.set_calendar_day(calendar => 'DC', day => d.day::date, works => d.works)
FROM (VALUES ('2026-01-10', true), ('2026-01-19', false), ('2026-02-02', false), ('2026-02-03', false), ('2026-02-04', false),
    ('2026-02-05', false), ('2026-02-06', false), ('2026-02-16', false), ('2026-02-17', false), ('2026-02-18', false),
    ('2026-02-19', false), ('2026-02-20', false)) AS d (day, works)) AS v \gset ignored_
SELECT ok(s.open_days IS NULL AND s.demand::text = '{2,5,0,0,0,0,-1,0}', 'a site without a calendar: as it is')
FROM ims.demand_series(:window, items => '{TEA}', sites => '{DN}', by_open_days => true) AS s;
SELECT ims.change_location(location => 'DN', calendar => 'DC') \gset ignored_
SELECT is(s.demand::text || s.open_days::text, w.wanted, w.title)
FROM (VALUES
    (1, false, true, '{2,5,0,0,0,0,-1,0}{6,5,4,5,0,5,0,5}', 'days that a site works'),
    (2, true, true, '{1.6666666666666667,5,0,0,NULL,0,-1,0}{6,5,4,5,0,5,0,5}', 'demand by them: what is closed and sells nothing is unknown'),
    (3, NULL, true, '{2,5,0,0,0,0,-1,0}{6,5,4,5,0,5,0,5}', 'not by them without saying'),
    (4, true, false, NULL, 'all sites in one have no calendar')) AS w (place, by_open_days, by_site, wanted, title)
CROSS JOIN LATERAL ims.demand_series(:window, items => '{TEA}', sites => '{DN}', by_site => w.by_site, by_open_days => w.by_open_days) AS s
ORDER BY w.place;
SELECT is(s.demand::text || s.open_days::text, w.wanted, 'open days by ' || w.bucket)
FROM (VALUES
    (1, 'day', '2026-01-09', '2026-01-20', '{0,0,1,0,0,5,0,0,NULL,NULL,NULL}{1,1,0,1,1,1,1,1,0,0,0}'),
    (2, 'month', '2026-01-01', '2026-03-01', '{6.917471590909091,-2.1740625000000002}{22,10}')) AS w (place, bucket, from_day, to_day, wanted)
CROSS JOIN LATERAL ims.demand_series(owner => 'DEMAND', items => '{TEA}', sites => '{DN}', bucket => w.bucket, from_day => w.from_day::date,
    to_day => w.to_day::date, by_open_days => true) AS s
ORDER BY w.place;
SELECT is((SELECT array_agg(h.open_days ORDER BY h.period) FROM ims.demand_history(:window, items => '{TEA}', sites => w.sites) AS h)::text, w.wanted, w.title)
FROM (VALUES (1, '{DN}'::text[], '{6,5,4,5,0,5,0,5}', 'history has them too'), (2, '{DT}', '{NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL}', 'but not of a site without a calendar'))
    AS w (place, sites, wanted, title)
ORDER BY w.place;
SELECT results_eq($$SELECT o.site, o.period, o.open_days, o.usual_days FROM ims.open_days(sites => '{DN,DT}', bucket => 'month',
    from_day => '2026-01-15', to_day => '2026-03-01') AS o$$,
    $$VALUES ('DN', '2026-01-01'::date, 22::bigint, 21.740625), ('DN', '2026-02-01', 10, 21.740625)$$, 'they are told alone, of the future too');
SELECT is((SELECT count(*) FROM ims.open_days(sites => '{DN}', bucket => w.bucket) AS o WHERE o.usual_days = w.usual_days), w.periods, 'usual window of ' || coalesce(w.bucket, 'null'))
FROM (VALUES (1, 'day', 1, 364::bigint), (2, 'week', 5, 52), (3, NULL, 5, 52), (4, 'month', 21.740625, 12)) AS w (place, bucket, usual_days, periods)
ORDER BY w.place;
SELECT ims.change_location(location => 'DN', calendar => 'DC-NEVER') \gset ignored_
SELECT ok(s.demand::text = '{2,5,0,0,0,0,-1,0}' AND s.open_days::text = '{0,0,0,0,0,0,0,0}', 'a calendar that never works scales nothing')
FROM ims.demand_series(:window, items => '{TEA}', sites => '{DN}', by_open_days => true) AS s;

-- Marks.
SELECT ims.add_demand_mark(owner => 'DEMAND', kind => 'outlier', item => 'TEA', site => 'DN', from_day => '2026-01-18', note => 'a coach party') AS mark \gset
SELECT ims.add_demand_mark(owner => 'DEMAND', kind => 'promotion', item => 'TEA', from_day => '2026-01-26', to_day => '2026-02-09') AS ignored_mark \gset
SELECT ims.add_demand_mark(owner => 'DEMAND', kind => 'holiday', from_day => '2026-02-16') AS ignored_mark \gset
SELECT ims.add_demand_mark(owner => 'DEMAND', kind => 'event', item => 'MUG', from_day => '2026-01-05') AS ignored_mark \gset
SELECT is(s.demand::text, w.wanted, 'exclude ' || coalesce(w.exclude::text, 'null'))
FROM (VALUES
    (1, '{outlier}'::text[], '{2,NULL,0,0,0,0,-1,0}'), (2, '{}', '{2,5,0,0,0,0,-1,0}'), (3, NULL, '{2,5,0,0,0,0,-1,0}'),
    (4, '{outlier,promotion,holiday,event}', '{2,NULL,0,NULL,NULL,0,NULL,0}')) AS w (place, exclude, wanted)
CROSS JOIN LATERAL ims.demand_series(:window, items => '{TEA}', sites => '{DN}', exclude => w.exclude) AS s
ORDER BY w.place;
SELECT is(s.demand::text, '{0,2,0,0,0,0,0,0}', 'a mark of one site is not another''s')
FROM ims.demand_series(:window, items => '{TEA}', sites => '{DT}') AS s;
SELECT is((SELECT array_agg(array_to_string(h.marks, '+') ORDER BY h.period) FROM ims.demand_history(:window, items => '{TEA}', sites => '{DN}') AS h)::text,
    '{NULL,outlier,NULL,promotion,promotion,NULL,holiday,NULL}', 'history shows the marks');
SELECT is(count(*), 4::bigint, 'marks are recorded') FROM ims.master_change AS c WHERE c.table_name = 'demand_mark';
SELECT lives_ok(format('SELECT ims.remove_demand_mark(owner => ''DEMAND'', demand_mark_id => %s)', :mark), 'a mark is removed');
SELECT is(s.demand::text, '{2,5,0,0,0,0,-1,0}', 'and does nothing any more')
FROM ims.demand_series(:window, items => '{TEA}', sites => '{DN}') AS s;

-- Predecessors.
SELECT pg_temp.receive(8, 'DN', '2026-01-29 12:00+00', 'TEA-2') \gset ignored_
SELECT pg_temp.ship('second', 2, 'DN', '2026-02-04 12:00+00', 'TEA-2') \gset ignored_
SELECT pg_temp.receive(5, 'DN', '2026-02-20 12:00+00', 'TEA-3') \gset ignored_
SELECT pg_temp.ship('third', 4, 'DN', '2026-02-25 12:00+00', 'TEA-3') \gset ignored_
SELECT ims.set_item_succession(owner => 'DEMAND', item => 'TEA-2', predecessor => 'TEA', from_day => '2026-01-14') \gset ignored_
SELECT ims.set_item_succession(owner => 'DEMAND', item => 'TEA-3', predecessor => 'TEA-2', share => 0.5, from_day => '2026-02-18') \gset ignored_
SELECT is(s.demand::text, w.wanted, w.title)
FROM (VALUES
    (1, 'TEA', true, '{2,5,0,0,0,0,-1,0}', 'the first item of a line has its own demand'),
    (2, 'TEA-2', true, '{2,0,0,0,2,0,0,0}', 'the next has what came before its day too'),
    (3, 'TEA-3', true, '{1,0,0,0,1,0,0,4}', 'and the third a share of both'),
    (4, 'TEA-3', false, '{0,0,0,0,0,0,0,4}', 'unless it is asked for alone')) AS w (place, item, predecessors, wanted, title)
CROSS JOIN LATERAL ims.demand_series(:window, items => ARRAY[w.item], sites => '{DN}', with_predecessors => w.predecessors) AS s
ORDER BY w.place;
SELECT results_eq($$SELECT s.party_class, s.demand::text FROM ims.demand_series(owner => 'DEMAND', items => '{TEA-2}', sites => '{DN}', by_party_class => true,
    from_day => '2026-01-05', to_day => '2026-03-02') AS s ORDER BY s.party_class$$,
    $$VALUES ('retail', '{1,0,0,0,0,0,0,0}'), ('wholesale', '{1,0,0,0,0,0,0,0}'), (NULL, '{0,0,0,0,2,0,0,0}')$$, 'each class has what came before');
SELECT is((SELECT array_agg(h.demand ORDER BY h.period) FROM ims.demand_history(:window, items => '{TEA-3}', sites => '{DN}') AS h)::text,
    '{1.000000,0,0,0,1.000000,0,0,4}', 'history has them too');
SELECT is(ARRAY(SELECT round(u.share::numeric * 168) FROM unnest(s.in_stock) WITH ORDINALITY AS u (share, n) ORDER BY u.n)::text,
    '{161,48,0,89,168,168,168,168}', 'its shelf was theirs: until it had one of its own')
FROM ims.demand_series(:window, items => '{TEA-2}', sites => '{DN}') AS s;
SELECT is((SELECT count(*) FROM ims.demand_series(:window) AS s WHERE s.item LIKE 'TEA%'), 4 + 2::bigint,
    'a predecessor''s sites are the item''s');

-- Arguments, each with its SQLSTATE.
CREATE FUNCTION pg_temp.state(call text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'SELECT * FROM ' || call;
    RETURN 'none';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END
$$;
SELECT is(pg_temp.state(w.call), w.wanted, w.call)
FROM (VALUES
    (1, 'ims.demand_series(owner => ''NOBODY'')', 'IV202'),
    (2, 'ims.demand_series(owner => ''DEMAND'', items => ''{NONE}'')', 'IV203'),
    (3, 'ims.demand_series(owner => ''DEMAND'', sites => ''{NONE}'')', 'IV204'),
    (4, 'ims.demand_series(owner => ''DEMAND'', sites => ''{DN-DOCK}'')', 'IV204'),
    (5, 'ims.demand_series(owner => ''DEMAND'', channels => ''{NONE}'')', 'IV209'),
    (6, 'ims.demand_series(owner => ''DEMAND'', category => ''NONE'')', 'IV229'),
    (7, 'ims.demand_series(owner => ''DEMAND'', bucket => ''year'')', '22023'),
    (8, 'ims.demand_series(owner => ''DEMAND'', bucket => NULL, net_returns => NULL, gaps => NULL, exclude => NULL)', 'none'),
    (9, 'ims.demand_series(owner => ''DEMAND'', net_returns => ''x'')', '22023'),
    (10, 'ims.demand_series(owner => ''DEMAND'', gaps => ''x'')', '22023'),
    (11, 'ims.demand_series(owner => ''DEMAND'', exclude => ''{x}'')', '22023'),
    (12, 'ims.demand_series(owner => ''DEMAND'', exclude => ''{NULL}'')', 'IV201'),
    (13, 'ims.demand_series(owner => ''DEMAND'', from_day => ''2026-01-05'', to_day => ''2026-01-11'')', 'IV504'),
    (14, 'ims.demand_series(owner => ''DEMAND'', from_day => ''infinity'')', 'IV504'),
    (15, 'ims.demand_series(owner => ''DEMAND'', from_day => ''-infinity'')', 'IV504'),
    (16, 'ims.demand_series(owner => ''DEMAND'', bucket => ''day'', from_day => ''1700-01-01'', to_day => ''1973-10-17'')', 'none'),
    (17, 'ims.demand_series(owner => ''DEMAND'', bucket => ''day'', from_day => ''1700-01-01'', to_day => ''1973-10-18'')', 'IV504'),
    (18, 'ims.demand_history(owner => ''DEMAND'', net_returns => ''x'')', '22023'),
    (19, 'ims.add_demand_mark(owner => ''DEMAND'', from_day => ''2026-01-05'')', 'IV201'),
    (20, 'ims.add_demand_mark(owner => ''DEMAND'', kind => ''x'', from_day => ''2026-01-05'')', '22023'),
    (21, 'ims.add_demand_mark(owner => ''DEMAND'', kind => ''outlier'')', 'IV201'),
    (22, 'ims.add_demand_mark(owner => ''DEMAND'', kind => ''outlier'', from_day => ''infinity'')', '22023'),
    (23, 'ims.add_demand_mark(owner => ''DEMAND'', kind => ''outlier'', from_day => ''2026-01-05'', to_day => ''2026-01-05'')', 'IV504'),
    (24, 'ims.add_demand_mark(owner => ''DEMAND'', kind => ''outlier'', item => ''NONE'', from_day => ''2026-01-05'')', 'IV203'),
    (25, 'ims.add_demand_mark(owner => ''DEMAND'', kind => ''outlier'', site => ''NONE'', from_day => ''2026-01-05'')', 'IV204'),
    (26, 'ims.remove_demand_mark(owner => ''DEMAND'', demand_mark_id => 0)', 'IV229'),
    (27, 'ims.set_item_succession(owner => ''DEMAND'', item => ''TEA'', predecessor => ''TEA'', from_day => ''2026-01-05'')', '22023'),
    (28, 'ims.set_item_succession(owner => ''DEMAND'', item => ''TEA'', predecessor => ''TEA-3'', from_day => ''2026-01-05'')', '22023'),
    (29, 'ims.set_item_succession(owner => ''DEMAND'', item => ''MUG'', predecessor => ''TEA'', share => 0, from_day => ''2026-01-05'')', '22023'),
    (30, 'ims.set_item_succession(owner => ''DEMAND'', item => ''MUG'', predecessor => ''TEA'', share => 1000.1, from_day => ''2026-01-05'')', '22023'),
    (31, 'ims.set_item_succession(owner => ''DEMAND'', item => ''MUG'', predecessor => ''TEA'', share => 1000)', 'IV201'),
    (32, 'ims.set_item_succession(owner => ''DEMAND'', item => ''MUG'', predecessor => ''NONE'', from_day => ''2026-01-05'')', 'IV203'),
    (33, 'ims.remove_item_succession(owner => ''DEMAND'', item => ''MUG'', predecessor => ''TEA'')', 'IV229'),
    (34, 'ims.delete_item(owner => ''DEMAND'', item => ''MUG'')', 'IV228'),
    (35, 'ims.open_days(sites => ''{NONE}'')', 'IV204'),
    (36, 'ims.open_days(bucket => ''year'')', '22023'),
    (37, 'ims.open_days(from_day => ''infinity'')', 'IV504'),
    (38, 'ims.open_days(from_day => ''2026-01-05'', to_day => ''2026-01-05'')', 'IV504')
    ) AS w (place, call, wanted)
ORDER BY w.place;
SELECT ims.remove_item_succession(owner => 'DEMAND', item => 'TEA-3', predecessor => 'TEA-2') \gset ignored_
SELECT is(s.demand::text, '{0,0,0,0,0,0,0,4}', 'a succession that was removed')
FROM ims.demand_series(:window, items => '{TEA-3}', sites => '{DN}') AS s;

-- A long history: the same as plain SQL.  Weeks of both sites, summer time begins and ends in them.
\set long 'owner => ''HISTORY'', from_day => ''2023-12-18'', to_day => ''2024-05-13'''
CREATE TEMPORARY TABLE week AS
SELECT w.site_id, p.n, p.day, (p.day::timestamp AT TIME ZONE w.zone) AS starts_at,
    ((p.day + 7)::timestamp AT TIME ZONE w.zone) AS ends_at, w.zone
FROM (VALUES (9100, 'America/New_York'), (9200, 'Pacific/Auckland')) AS w (site_id, zone)
CROSS JOIN LATERAL (SELECT n, '2023-12-18'::date + 7 * (n - 1) AS day FROM generate_series(1, 21) AS n) AS p;
CREATE TEMPORARY TABLE level AS
SELECT c.item_id, c.site_id, c.effective_at AS from_at,
    lead(c.effective_at, 1, 'infinity') OVER key AS to_at, sum(c.quantity) OVER key AS level
FROM (SELECT e.item_id, l.site_id, e.effective_at, sum(e.quantity) AS quantity
    FROM end_of_line AS e
    JOIN ims.location AS l ON l.location_id = e.location_id AND l.sellable AND l.site_id > 0
    GROUP BY e.item_id, l.site_id, e.effective_at) AS c
WINDOW key AS (PARTITION BY c.item_id, c.site_id ORDER BY c.effective_at);
CREATE TEMPORARY TABLE model AS
SELECT i.item_id, w.site_id, w.n,
    coalesce((SELECT sum(CASE WHEN m.to_location_id = 3 THEN m.quantity ELSE - m.quantity END)
        FROM ims.movement AS m
        JOIN ims.location AS l ON l.location_id IN (m.from_location_id, m.to_location_id) AND l.site_id = w.site_id
        WHERE m.owner_id = 9001 AND m.item_id = i.item_id AND 3 IN (m.from_location_id, m.to_location_id)
            AND date_trunc('week', m.effective_at AT TIME ZONE w.zone)::date = w.day), 0) AS demand,
    coalesce((SELECT sum(extract(epoch FROM least(v.to_at, w.ends_at) - greatest(v.from_at, w.starts_at)))
        FROM level AS v
        WHERE v.item_id = i.item_id AND v.site_id = w.site_id AND v.level > 0
            AND v.from_at < w.ends_at AND v.to_at > w.starts_at), 0)
        / extract(epoch FROM w.ends_at - w.starts_at) AS in_stock
FROM ims.item AS i
CROSS JOIN week AS w
WHERE i.owner_id = 9001;
SELECT ok(count(*) = 8 * 2 * 21 AND count(*) FILTER (WHERE m.in_stock > 0 AND m.in_stock < 1) > 50
    AND count(*) FILTER (WHERE m.in_stock = 0) > 20 AND count(*) FILTER (WHERE m.demand <> 0) > 200, 'the model has all kinds of weeks')
FROM model AS m;
CREATE TEMPORARY TABLE series AS
SELECT s.item_id, s.site_id, s.demand, s.in_stock FROM ims.demand_series(:long) AS s WHERE s.site_id > 0;
SELECT is_empty($$SELECT m.*, s.demand[m.n], s.in_stock[m.n] FROM model AS m
    LEFT JOIN series AS s ON s.item_id = m.item_id AND s.site_id = m.site_id
    WHERE s.item_id IS NULL OR abs(s.demand[m.n] - m.demand) > 1e-9 OR abs(s.in_stock[m.n] - m.in_stock) > 1e-9$$,
    'demand and time in stock are those of plain SQL');
SELECT count(*) FROM ims.take_closing(owner => 'HISTORY', closed_at => '2024-02-15 00:00+00') \gset ignored_
CREATE TEMPORARY TABLE later AS
SELECT s.item_id, s.site_id, s.demand, s.in_stock
FROM ims.demand_series(owner => 'HISTORY', from_day => '2024-02-19', to_day => '2024-05-13') AS s WHERE s.site_id > 0;
SELECT ok(q.text ~ 'closing_balance', 'levels start from a closing')
FROM ims._in_stock_query(9001, NULL, NULL, 'week', '2024-02-19', '2024-05-13', true, true) AS q (text);
SELECT is_empty($$SELECT m.*, s.demand[m.n - 9], s.in_stock[m.n - 9] FROM model AS m
    LEFT JOIN later AS s ON s.item_id = m.item_id AND s.site_id = m.site_id
    WHERE m.n > 9 AND (s.item_id IS NULL OR abs(s.demand[m.n - 9] - m.demand) > 1e-9 OR abs(s.in_stock[m.n - 9] - m.in_stock) > 1e-9)$$,
    'and are the same');
SELECT is_empty($$SELECT v.item_id, v.site_id, v.week, v.demand, m.demand FROM ims_bi.demand AS v
    FULL JOIN (SELECT m.*, w.day FROM model AS m JOIN week AS w USING (site_id, n) WHERE m.demand <> 0) AS m
        ON m.item_id = v.item_id AND m.site_id = v.site_id AND m.day = v.week
    WHERE (v.owner = 'HISTORY' AND v.site_id > 0 AND v.week >= '2023-12-18' OR v.owner IS NULL) AND v.demand IS DISTINCT FROM m.demand
        AND coalesce(v.demand, m.demand) <> 0$$, 'the view is too');

-- All sites in one: what goes from shelf to shelf changes nothing.
CREATE TEMPORARY TABLE whole AS
SELECT s.item_id, s.demand, s.in_stock FROM ims.demand_series(:long, by_site => false) AS s;
SELECT is_empty($$
    WITH zone AS (SELECT o.time_zone FROM ims.owner AS o WHERE o.owner_id = 9001),
    change AS (SELECT e.item_id, e.effective_at, sum(e.quantity) AS quantity FROM end_of_line AS e
        JOIN ims.location AS l ON l.location_id = e.location_id AND l.sellable AND l.site_id > 0 GROUP BY 1, 2),
    level AS (SELECT c.item_id, c.effective_at AS from_at, lead(c.effective_at, 1, 'infinity') OVER key AS to_at,
            sum(c.quantity) OVER key AS level FROM change AS c WINDOW key AS (PARTITION BY c.item_id ORDER BY c.effective_at)),
    week AS (SELECT n, (d.day::timestamp AT TIME ZONE z.time_zone) AS starts_at, ((d.day + 7)::timestamp AT TIME ZONE z.time_zone) AS ends_at
        FROM zone AS z, generate_series(1, 21) AS n, LATERAL (SELECT '2023-12-18'::date + 7 * (n - 1) AS day) AS d)
    SELECT i.item_id, w.n, h.in_stock[w.n], m.share
    FROM ims.item AS i CROSS JOIN week AS w
    CROSS JOIN LATERAL (SELECT coalesce(sum(extract(epoch FROM least(v.to_at, w.ends_at) - greatest(v.from_at, w.starts_at))), 0)
            / extract(epoch FROM w.ends_at - w.starts_at) AS share
        FROM level AS v WHERE v.item_id = i.item_id AND v.level > 0 AND v.from_at < w.ends_at AND v.to_at > w.starts_at) AS m
    LEFT JOIN whole AS h ON h.item_id = i.item_id
    WHERE i.owner_id = 9001 AND (h.item_id IS NULL OR abs(h.in_stock[w.n] - m.share) > 1e-9)$$, 'all sites in one are those of plain SQL');
SELECT ok(bool_or(1 > ANY (h.in_stock)) AND bool_or(0 < ANY (h.in_stock)), 'and there were empty shelves') FROM whole AS h;

-- By a log of all series, or by a group for each.
CREATE FUNCTION pg_temp.all_series() RETURNS TABLE (place integer, item_id bigint, site_id bigint, channel_id bigint, party_class text,
    demand double precision[], in_stock double precision[]) LANGUAGE sql AS $$
    SELECT w.place, s.item_id, s.site_id, s.channel_id, s.party_class, s.demand, s.in_stock
    FROM (VALUES (1, 'HISTORY', 'week', 'zero', true, false, false), (2, 'HISTORY', 'day', 'null', false, false, false),
        (3, 'HISTORY', 'month', 'carry', false, true, true), (4, 'DEMAND', 'week', 'carry', true, true, true), (5, 'DEMAND', 'day', 'zero', false, false, false),
        (6, 'DEMAND', 'day', 'zero', false, false, true)) AS w (place, owner, bucket, gaps, by_site, by_channel, by_party_class)
    CROSS JOIN LATERAL ims.demand_series(owner => w.owner, bucket => w.bucket, gaps => w.gaps, by_site => w.by_site,
        by_channel => w.by_channel, by_party_class => w.by_party_class, from_day => '2023-12-18', to_day => '2026-03-02') AS s
$$;
CREATE TEMPORARY TABLE by_log AS SELECT s.* FROM pg_temp.all_series() AS s;
SELECT ok(q.text ~ '_series_rows.*GROUP BY p.portion' AND q.text !~ '_array|JOIN .*_series_rows', 'one log, where the ledger is not too large')
FROM ims._demand_series_query(9001, NULL, NULL, NULL, NULL, 'week', '2023-12-18', '2024-05-13', 'sale', 'zero', false, false, false, true, true) AS q (text);
-- Sites of one zone are in one log, too.
SELECT ok(q.text ~ '_in_stock_array', 'sites of several zones are not')
FROM ims._demand_series_query(9001, NULL, NULL, NULL, NULL, 'week', '2023-12-18', '2024-05-13', 'sale', 'zero', true, false, false, true, true) AS q (text);
CREATE TEMPORARY TABLE zone AS SELECT l.location_id, l.time_zone FROM ims.location AS l WHERE l.kind = 'site';
UPDATE ims.location SET time_zone = 'America/New_York' WHERE kind = 'site';
SELECT ok(q.text ~ '_series_rows' AND q.text !~ '_array', 'those of one are')
FROM ims._demand_series_query(9001, NULL, NULL, NULL, NULL, 'week', '2023-12-18', '2024-05-13', 'sale', 'zero', true, false, false, true, true) AS q (text);
INSERT INTO by_log SELECT 10 + s.place, s.item_id, s.site_id, s.channel_id, s.party_class, s.demand, s.in_stock FROM pg_temp.all_series() AS s;
SELECT pg_get_functiondef('ims._fits_series_log'::regproc) AS real_fits \gset
CREATE OR REPLACE FUNCTION ims._fits_series_log() RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS 'SELECT false';
SELECT ok(q.text !~ '_series_rows' AND q.text ~ 'demand_array.*_in_stock_array.*GROUP BY', 'groups, where it is too large')
FROM ims._demand_series_query(9001, NULL, NULL, NULL, NULL, 'week', '2023-12-18', '2024-05-13', 'sale', 'zero', false, false, false, true, true) AS q (text);
CREATE TEMPORARY TABLE by_group AS SELECT 10 + s.place AS place, s.item_id, s.site_id, s.channel_id, s.party_class, s.demand, s.in_stock FROM pg_temp.all_series() AS s;
UPDATE ims.location AS l SET time_zone = z.time_zone FROM zone AS z WHERE l.location_id = z.location_id;
INSERT INTO by_group SELECT s.* FROM pg_temp.all_series() AS s;
:real_fits;
SELECT is_empty('(TABLE by_log EXCEPT TABLE by_group) UNION ALL (TABLE by_group EXCEPT TABLE by_log)', 'with the same series');
SELECT ok(count(DISTINCT s.place) = 12 AND count(*) > 60 AND count(*) FILTER (WHERE s.in_stock IS NOT NULL AND s.place = 11) > 10 AND count(DISTINCT s.party_class) = 4, 'of all kinds') FROM by_log AS s;
SELECT is_empty($$
    SELECT a.item_id, a.n, a.value, c.value
    FROM (SELECT s.item_id, u.n, u.value FROM by_log AS s, unnest(s.demand) WITH ORDINALITY AS u (value, n) WHERE s.place = 5) AS a
    FULL JOIN (SELECT s.item_id, u.n, sum(u.value) AS value FROM by_log AS s, unnest(s.demand) WITH ORDINALITY AS u (value, n)
        WHERE s.place = 6 GROUP BY 1, 2) AS c USING (item_id, n)
    WHERE a.value IS DISTINCT FROM c.value$$, 'classes add up to all, predecessors too');

-- The log by itself: all that may be in a row, more series and more rows than are made into arrays at a time, or are in memory.
\set rows 'SELECT r.item_id, r.site_id, r.channel_id, r.class_id, r.demand::text, r.in_stock::text FROM (SELECT ims._series_log('
SELECT results_eq(:'rows' || $$v.item, v.site, v.channel, v.class, v.day, v.at, v.amount) AS log
        FROM (VALUES (1::bigint, 0::bigint, 0::bigint, 0::bigint, '2026-01-05'::date, NULL::timestamptz, 2.5), (2, 0, 0, 0, '2026-01-25', NULL, -3), (1, 0, 0, 0, '2026-01-11', NULL, 1),
            (9223372036854775807, -9223372036854775808, 7, 9223372036854775807, '2026-01-12', NULL, 999999999999.999999), (1, 0, 0, 0, '2026-01-26', NULL, 9), (1, 0, 0, 0, '2026-01-04', NULL, 9),
            (1, 0, 0, 0, 'infinity', NULL, 9), (1, 0, 0, 0, '-infinity', NULL, 9), (1, 0, 1, 0, NULL, NULL, 9), (1, 0, 0, 1, '2026-01-12', NULL, 6), (3, 0, 0, 0, '2026-01-05', NULL, NULL), (2, 0, 0, 0, '2026-01-25', NULL, 0.000001),
            (1, 0, 0, 0, NULL, '-infinity', 1), (2, 0, 0, 0, NULL, '2026-01-20 00:00+00', -1), (1, 0, 0, 0, NULL, '2026-01-13 12:00+00', 1), (2, 0, 0, 0, NULL, '-infinity', 1),
            (1, 0, 0, 0, NULL, '2026-01-06 00:00+00', -1), (5, 0, 0, 0, NULL, 'infinity', 1), (2, 0, 0, 0, NULL, '2026-01-26 00:00+00', 5), (4, 0, 0, 0, NULL, '2026-01-05 00:00+00', 3),
            (1, 0, 0, 0, NULL, '2026-01-06 00:00+00', 0), (6, 0, 0, 0, NULL, '2026-01-06 00:00+00', NULL))
            AS v (item, site, channel, class, day, at, amount)) AS a, ims._series_rows(a.log, '2026-01-05', '2026-01-26', 'week', 'null', 'UTC') AS r ORDER BY 1, 2, 3, 4$$,
    $$VALUES (1::bigint, 0::bigint, 0::bigint, 0::bigint, '{3.5,NULL,NULL}', '{0.14285714285714285,0.7857142857142857,1}'), (1, 0, 0, 1, '{NULL,6,NULL}', NULL), (1, 0, 1, 0, '{NULL,NULL,NULL}', NULL),
        (2, 0, 0, 0, '{NULL,NULL,-2.999999}', '{1,1,0.14285714285714285}'), (3, 0, 0, 0, '{NULL,NULL,NULL}', NULL), (4, 0, 0, 0, NULL, '{1,1,1}'), (5, 0, 0, 0, NULL, '{0,0,0}'),
        (6, 0, 0, 0, NULL, '{0,0,0}'), (9223372036854775807, -9223372036854775808, 7, 9223372036854775807, '{NULL,1000000000000,NULL}', NULL)$$, 'a log of demand and levels');
SELECT is_empty($$SELECT r.* FROM (SELECT ims._series_log(1, 0, 0, 0, NULL, NULL, NULL) AS log WHERE false) AS a, ims._series_rows(a.log, '2026-01-05', '2026-01-26', 'week', 'null', 'UTC') AS r$$,
    'of no row, no series');
SELECT is(ROW(count(*), count(DISTINCT r.item_id), sum(r.demand[r.item_id]), max(cardinality(r.demand)), count(r.in_stock))::text, '(90,90,4095,100000,0)', 'series that do not fit at a time')
FROM (SELECT ims._series_log(n, 0, 0, 0, '1700-01-01'::date + n::integer - 1, NULL, n) AS log FROM generate_series(1, 90) AS n) AS a,
    ims._series_rows(a.log, '1700-01-01', '1973-10-17', 'day', 'zero', 'UTC') AS r;
SELECT is(ROW(count(*), round(sum(r.in_stock[1])::numeric, 6), round(sum(r.in_stock[2])::numeric, 6), count(r.demand))::text, '(2,1.000000,0.736111,0)', 'changes that do not fit at a time')
FROM (SELECT ims._series_log(n % 2, 0, 0, 0, NULL, '2026-01-05 00:00+00'::timestamptz + (n / 2 + 1) * interval '1 second',
        CASE WHEN n / 2 % 2 = 0 THEN 1 ELSE -1 END) AS log FROM generate_series(0, 2 * 1050000 - 1) AS n) AS a,
    ims._series_rows(a.log, '2026-01-05', '2026-01-19', 'week', 'zero', 'UTC') AS r;
SELECT is((SELECT r.demand::text FROM (SELECT ims._series_log(1, 0, 0, 0, '2026-01-05', NULL, w.amount) AS log
    FROM (VALUES (999999999999999, 20), (-999999999999999, 19), (-999999999999998.5, 1)) AS w (amount, times), generate_series(1, w.times)) AS a,
    ims._series_rows(a.log, '2026-01-05', '2026-01-26', 'week', 'null', 'UTC') AS r), '{0.5,NULL,NULL}', 'no sum is out of range');
SELECT is((SELECT r.in_stock::text FROM (SELECT ims._series_log(1, 0, 0, 0, NULL, CASE WHEN n <= 20 THEN '-infinity' ELSE '2026-01-12 00:00+00' END::timestamptz,
    CASE WHEN n <= 20 THEN 999999999999 ELSE -999999999999 END) AS log FROM generate_series(1, 40) AS n) AS a,
    ims._series_rows(a.log, '2026-01-05', '2026-01-26', 'week', 'null', 'UTC') AS r), '{1,0,0}', 'nor is a level');

-- Portions of which each has more rows of both kinds than stay in memory.
CREATE TABLE public.log_row AS
SELECT 1 + n % 101 AS item_id, n % 3 AS site_id, CASE WHEN n % 2 = 0 THEN '2023-12-25'::date + (n % 401)::integer END AS day,
    CASE WHEN n % 2 = 1 THEN '2023-12-25 00:00+00'::timestamptz + n % 400009 * interval '91 seconds' END AS at,
    (n * 7919 % 2000003 - 1000001) / 1000.0 AS amount, n / 2 % 4 AS portion
FROM generate_series(1, 250000::bigint) AS n;
CREATE FUNCTION pg_temp.by_portion(hashed boolean) RETURNS TABLE (portion bigint, item_id bigint, site_id bigint, channel_id bigint, class_id bigint,
    demand double precision[], in_stock double precision[]) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('enable_hashagg', hashed::text, true), set_config('enable_sort', (NOT hashed)::text, true);
    RETURN QUERY SELECT a.portion, r.*
    FROM (SELECT l.portion, ims._series_log(l.item_id, l.site_id, 0, 0, l.day, l.at, l.amount) AS log FROM public.log_row AS l GROUP BY l.portion) AS a,
        ims._series_rows(a.log, '2024-01-01', '2025-01-06', 'week', 'null', 'America/New_York') AS r;
    PERFORM set_config('enable_hashagg', 'on', true), set_config('enable_sort', 'on', true);
END
$$;
CREATE TEMPORARY TABLE portion_series AS SELECT p.* FROM pg_temp.by_portion(true) AS p;
SET LOCAL work_mem = '64kB';
CREATE TEMPORARY TABLE batched_series AS SELECT p.* FROM pg_temp.by_portion(true) AS p;
RESET work_mem;
CREATE TEMPORARY TABLE sorted_series AS SELECT p.* FROM pg_temp.by_portion(false) AS p;
CREATE TEMPORARY TABLE grouped_series AS
SELECT l.portion, l.item_id, l.site_id, 0::bigint AS channel_id, 0::bigint AS class_id,
    ims.demand_array(l.amount, l.day, '2024-01-01', '2025-01-06', 'week', 'null') FILTER (WHERE l.day IS NOT NULL),
    ims._in_stock_array(l.amount, l.at, 'America/New_York', '2024-01-01', '2025-01-06', 'week') FILTER (WHERE l.at IS NOT NULL)
FROM public.log_row AS l GROUP BY 1, 2, 3;
CREATE TEMPORARY TABLE whole_series AS
SELECT l.item_id, l.site_id, 0::bigint AS channel_id, 0::bigint AS class_id,
    ims.demand_array(l.amount, l.day, '2024-01-01', '2025-01-06', 'week', 'null') FILTER (WHERE l.day IS NOT NULL),
    ims._in_stock_array(l.amount, l.at, 'America/New_York', '2024-01-01', '2025-01-06', 'week') FILTER (WHERE l.at IS NOT NULL)
FROM public.log_row AS l GROUP BY 1, 2;
SELECT is_empty('(TABLE portion_series EXCEPT TABLE grouped_series) UNION ALL (TABLE grouped_series EXCEPT TABLE portion_series)',
    'a log of which most is in a file is the same, all portions at a time');
SELECT is_empty('(TABLE sorted_series EXCEPT TABLE grouped_series) UNION ALL (TABLE grouped_series EXCEPT TABLE sorted_series)', 'and one after the other');
SELECT is_empty('(TABLE batched_series EXCEPT TABLE grouped_series) UNION ALL (TABLE grouped_series EXCEPT TABLE batched_series)', 'or as many as fit');
SELECT ok(min(length(a.log)) > 6 * 65536 AND count(*) = 4, 'it is large enough')
FROM (SELECT ims._series_log(l.item_id, l.site_id, 0, 0, l.day, l.at, l.amount) AS log FROM public.log_row AS l GROUP BY l.portion) AS a;
SET LOCAL enable_material = off;
SELECT is(ROW(count(*), count(DISTINCT (a.portion, a.log)))::text, '(8,4)', 'and may be asked for again')
FROM (VALUES (1), (2)) AS v (n) LEFT JOIN (
    SELECT l.portion, ims._series_log(l.item_id, l.site_id, 0, 0, l.day, l.at, l.amount) AS log
    FROM public.log_row AS l GROUP BY l.portion) AS a ON true;
RESET enable_material;

-- Any number of workers.
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL enable_indexscan = off;
SET LOCAL enable_bitmapscan = off;
ANALYZE ims.movement, ims.posting, ims.location, ims.item;
CREATE FUNCTION pg_temp.plan_has(node text, statement text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    line text;
    found boolean := false;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || statement LOOP
        found := found OR line ~ node;
    END LOOP;
    RETURN found;
END
$$;
SELECT ok(pg_temp.plan_has('Partial', q.text) AND pg_temp.plan_has('Gather', q.text)
        AND by_class = pg_temp.plan_has('Scan.* on party', q.text), 'series are read in parallel' || CASE WHEN by_class THEN ', by class' ELSE ', without a look at parties' END)
FROM unnest('{false,true}'::boolean[]) AS by_class
CROSS JOIN LATERAL ims._demand_series_query(9001, NULL, NULL, NULL, NULL, 'week', '2023-12-18', '2024-05-13', 'sale', 'zero', true, false, by_class, true, true) AS q (text)
ORDER BY by_class;
CREATE TEMPORARY TABLE parallel_series AS
SELECT s.item_id, s.site_id, s.demand, s.in_stock FROM ims.demand_series(:long) AS s WHERE s.site_id > 0;
SELECT is_empty('(TABLE series EXCEPT TABLE parallel_series) UNION ALL (TABLE parallel_series EXCEPT TABLE series)',
    'and are the same whatever the number of workers');
CREATE TEMPORARY TABLE parallel_whole AS
SELECT s.item_id, s.demand, s.in_stock FROM ims.demand_series(:long, by_site => false) AS s;
SELECT is_empty('(TABLE whole EXCEPT TABLE parallel_whole) UNION ALL (TABLE parallel_whole EXCEPT TABLE whole)', 'of both kinds');
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
ANALYZE public.log_row;
SELECT ims._series_query('SELECT l.item_id, l.site_id, 0::bigint AS channel_id, 0::bigint AS class_id, l.day, l.at, l.amount FROM public.log_row AS l',
    '2024-01-01', '2025-01-06', 'week', 'null', 'America/New_York') AS of_rows \gset
SELECT ok(bool_and(pg_temp.plan_has(v.node, :'of_rows') = v.wanted), 'workers make portions of many rows, and nothing is sorted')
FROM (VALUES ('Finalize HashAggregate', true), ('Partial HashAggregate', true), ('Parallel Seq Scan', true), ('Sort', false)) AS v (node, wanted);
CREATE TEMPORARY TABLE merged_series AS :of_rows;
UPDATE pg_class SET reltuples = 1, relpages = 1000000 WHERE oid = 'public.log_row'::regclass;
SELECT ok(pg_temp.plan_has('HashAggregate', :'of_rows') AND NOT pg_temp.plan_has('Sort', :'of_rows'), 'nor where few rows are expected');
SELECT is_empty('(TABLE merged_series EXCEPT TABLE whole_series) UNION ALL (TABLE whole_series EXCEPT TABLE merged_series)', 'in files, too');
SET LOCAL enable_indexscan = on;
SET LOCAL enable_bitmapscan = on;

SELECT is_empty('SELECT * FROM ims.verify() AS v WHERE v.check_name LIKE ''catalog.%''', 'the ledger is as it was made');
SELECT is_empty('SELECT * FROM ims.verify(''DEMAND'')', 'and the owner''s rows are too');
INSERT INTO ims.item_succession (owner_id, item_id, predecessor_id, from_day, share)
SELECT s.owner_id, s.predecessor_id, s.item_id, s.from_day, 1 FROM ims.item_succession AS s;
SELECT results_eq($$SELECT v.check_name, count(*) FROM ims.verify('DEMAND') AS v GROUP BY 1$$,
    $$VALUES ('item_succession.circle', 2::bigint)$$, 'verify finds an item that comes before itself');
SELECT is((SELECT count(*) FROM ims._predecessors((SELECT o.owner_id FROM ims.owner AS o WHERE o.code = 'DEMAND'), NULL)), 2::bigint,
    'which does no harm to history');

-- A shelf of two lots: one held for nine days and a half and then released, one from the beginning.
SELECT count(ims.create_item(owner => 'DEMAND', code => v.code, tracking => 'lot')) FROM (VALUES ('LOT-1'), ('LOT-2')) AS v (code) \gset ignored_
SELECT ims.create_lot(owner => 'DEMAND', item => 'LOT-1', lot => 'A') AS a, ims.create_lot(owner => 'DEMAND', item => 'LOT-1', lot => 'B', status => 'on_hold') AS b,
    ims.create_lot(owner => 'DEMAND', item => 'LOT-2', lot => 'C') AS c \gset ignored_
SELECT count(*) FROM (VALUES ('LOT-1', 'A', 50, '2026-01-05 05:00+00'), ('LOT-1', 'B', 50, '2026-01-05 05:00+00'), ('LOT-1', 'A', 5, '2026-01-15 12:00+00'),
    ('LOT-2', 'C', 5, '2026-02-16 05:00+00')) AS v (item, lot, quantity, at)
CROSS JOIN LATERAL ims.receive(owner => 'DEMAND', item => v.item, lot => v.lot, quantity => v.quantity, to_location => 'DN', effective_at => v.at::timestamptz) AS r \gset ignored_
SELECT count(*) FROM (VALUES ('LOT-1', 'A', 1, '2026-01-07 12:00+00'), ('LOT-1', 'A', 54, '2026-02-09 05:00+00'), ('LOT-2', 'C', 1, '2026-02-17 12:00+00')) AS v (item, lot, quantity, at)
CROSS JOIN LATERAL ims.ship(owner => 'DEMAND', item => v.item, lot => v.lot, quantity => v.quantity, from_location => 'DN', effective_at => v.at::timestamptz) AS r \gset ignored_
-- Statuses change when they are set; these were.
INSERT INTO ims.lot_status_change (owner_id, lot_id, old_status, new_status, changed_at, session_role, caller_role)
SELECT l.owner_id, l.lot_id, v.was, v.becomes, v.at::timestamptz, 'test', 'test'
FROM (VALUES (1, 'released', 'on_hold', '2026-01-12 05:00+00'), (2, 'on_hold', 'recalled', '2026-01-13 05:00+00'), (3, 'recalled', 'released', '2026-01-21 17:00+00')) AS v (place, was, becomes, at)
JOIN ims.lot AS l ON l.code = 'A' AND l.owner_id = (SELECT o.owner_id FROM ims.owner AS o WHERE o.code = 'DEMAND')
ORDER BY v.place;
SELECT ims.set_item_succession(owner => 'DEMAND', item => 'LOT-2', predecessor => 'LOT-1', from_day => '2026-02-02') \gset ignored_
PREPARE in_stock AS SELECT s.item, ARRAY(SELECT round(u.share::numeric * 168) FROM unnest(s.in_stock) WITH ORDINALITY AS u (share, n) ORDER BY u.n)::text
FROM ims.demand_series(owner => 'DEMAND', items => $1, from_day => '2026-01-05', to_day => '2026-03-02', by_site => $2) AS s ORDER BY s.item;
SELECT results_eq('EXECUTE in_stock(''{LOT-1,LOT-2}'', true)', $$VALUES ('LOT-1', '{168,0,108,168,168,0,0,0}'), ('LOT-2', '{168,0,108,168,0,0,168,168}')$$,
    'what is in a lot on hold or recalled cannot be sold');
SELECT is(ARRAY(SELECT round(u.share::numeric * 168) FROM unnest(s.in_stock) WITH ORDINALITY AS u (share, n) ORDER BY u.n)::text, '{168,0,108,168,168,0,0,0}', 'read with all items')
FROM ims.demand_series(owner => 'DEMAND', from_day => '2026-01-05', to_day => '2026-03-02') AS s WHERE s.item = 'LOT-1';
SELECT count(*) FROM ims.take_closing(owner => 'DEMAND', closed_at => '2026-01-14 00:00+00') \gset ignored_
SELECT is(ARRAY(SELECT round(u.share::numeric * 168) FROM unnest(s.in_stock) WITH ORDINALITY AS u (share, n) ORDER BY u.n)::text, '{108,168,168,0,0,0}', 'from a closing, too')
FROM ims.demand_series(owner => 'DEMAND', items => '{LOT-1}', from_day => '2026-01-19', to_day => '2026-03-02') AS s;
SELECT * FROM finish();
ROLLBACK;
