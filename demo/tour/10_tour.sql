-- What the ledger can say.  Each step shows the SQL that it runs.

\pset null ''

-- The busiest item without lots or serials, where most of it is; of several
-- owners, its own.
SELECT s.item, s.location, s.on_hand, o.time_zone AS zone,
       CASE WHEN (SELECT count(*) FROM ims.owner) > 1
            THEN format('owner => %L, ', o.code) ELSE '' END AS owner
FROM ims_bi.stock AS s
JOIN ims.owner AS o ON o.owner_id = s.owner_id
JOIN (SELECT m.owner_id, m.item_id
      FROM ims.movement AS m
      JOIN ims.item AS i ON i.owner_id = m.owner_id AND i.item_id = m.item_id
      WHERE i.stocked AND i.tracking = 'none'
      GROUP BY m.owner_id, m.item_id
      ORDER BY count(*) DESC, m.owner_id, m.item_id
      LIMIT 1) AS b ON b.owner_id = s.owner_id AND b.item_id = s.item_id
WHERE s.location_kind = 'zone'
ORDER BY s.on_hand DESC, s.location
LIMIT 1 \gset
SET TimeZone = :'zone';

-- The arguments of the calls: one more than there is; half of the way through
-- history; the first days of its last whole week.
SELECT format('%sitem => %L, quantity => %s, from_location => %L', :'owner', :'item',
              :on_hand + 1, :'location') AS ship,
       format('%sat => %L', :'owner', (h.first_at + (h.last_at - h.first_at) / 2)::date)
           AS stock_at,
       format('%sitem => %L, from_at => %L, to_at => %L', :'owner', :'item',
              (date_trunc('week', h.last_at) - interval '7 days')::date,
              (date_trunc('week', h.last_at) - interval '5 days')::date) AS stock_card
FROM (SELECT min(p.effective_at) AS first_at, max(p.effective_at) AS last_at
      FROM ims.posting AS p) AS h \gset

\echo
\echo '--- Postings made'
\set ECHO queries
SELECT kind, count(*) AS postings, sum(line_count) AS lines, sum(total_quantity) AS units
FROM ims_bi.posting
GROUP BY kind
ORDER BY lines DESC;
\set ECHO none

\echo '--- Stock by site'
\set ECHO queries
SELECT site, owner, count(*) AS items, sum(on_hand) AS on_hand, sum(held) AS held,
       sum(available) AS available
FROM ims_bi.stock_by_site
GROUP BY site, owner
ORDER BY site, owner;
\set ECHO none

\echo '--- Nobody can sell what is not there'
\set ON_ERROR_STOP off
\set ECHO queries
SELECT * FROM ims.ship(:ship);
\set ECHO none
\set refused :ERROR
\echo 'SQLSTATE' :SQLSTATE
\echo
\set ON_ERROR_STOP on
\if :refused
\else
DO $$ BEGIN RAISE EXCEPTION 'more was shipped than there was'; END $$;
\endif

\echo '--- Stock as it was on a past day, of the items with most of it'
\set ECHO queries
SELECT item, on_hand
FROM ims.stock_by_item_at(:stock_at)
ORDER BY on_hand DESC
LIMIT 5;
\set ECHO none

\echo '--- The stock card of an item, with its running balance'
\set ECHO queries
SELECT effective_at, kind, reference_number, party, from_location, to_location, quantity, balance
FROM ims.stock_card(:stock_card)
LIMIT 9;
\set ECHO none

\echo '--- Every balance equals its ledger (no row: nothing found)'
\set ECHO queries
SELECT * FROM ims.verify();
\set ECHO none

\echo '--- How fast the data went in'
\set ECHO queries
SELECT step, lines, round(seconds, 1) AS seconds, round(lines / seconds) AS lines_per_second
FROM demo.loading
ORDER BY lines;
\set ECHO none
