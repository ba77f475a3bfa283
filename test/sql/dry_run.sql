-- A dry run refuses what the call itself would refuse, with the same SQLSTATE
-- and message, and keeps nothing.  Shown for every verb that takes dry_run: what
-- each is called with is refused for real, too.
\i test/setup.psql
BEGIN;
SELECT no_plan();
\i test/posting.psql
\i test/refusal.psql
SELECT ims.receive('SHOP', 'PEN', 5, to_location => 'T-HERE-A') IS NULL AS received \gset
CREATE TEMPORARY TABLE refused (name text, arguments text);
INSERT INTO refused VALUES
    ('receive', '''SHOP'', ''NONE'', 1, to_location => ''T-HERE-A'''),
    ('ship', '''SHOP'', ''PEN'', 6, from_location => ''T-HERE-A'''),
    ('transfer', '''SHOP'', ''PEN'', 6, from_location => ''T-HERE-A'', to_location => ''T-HERE-B'''),
    ('dispatch', '''SHOP'', ''PEN'', 6, from_location => ''T-HERE-A'', to_location => ''T-THERE-A'''),
    ('receive_transfer', '''SHOP'', 999999, to_location => ''T-HERE-A'''),
    ('adjust', '''SHOP'', ''PEN'', -6, location => ''T-HERE-A'''),
    ('count_stock', '''SHOP'', ''NONE'', 1, location => ''T-HERE-A'''),
    ('scrap', '''SHOP'', ''PEN'', 6, from_location => ''T-HERE-A'''),
    ('consume', '''SHOP'', ''PEN'', 6, from_location => ''T-HERE-A'''),
    ('produce', '''SHOP'', ''NONE'', 6, to_location => ''T-HERE-A'''),
    ('return_from_customer', '''SHOP'', ''NONE'', 6, to_location => ''T-HERE-A'''),
    ('return_to_supplier', '''SHOP'', ''PEN'', 6, from_location => ''T-HERE-A'''),
    ('reverse_posting', '''SHOP'', 999999'),
    ('transfer_ownership', 'owner => ''SHOP'', to_owner => ''CLIENT'', item => ''PEN'', quantity => 6, location => ''T-HERE-A'''),
    ('post', '''[{"item": "PEN", "quantity": 6, "from_location": "T-HERE-A"}]'', ''ship'', ''SHOP'''),
    ('post_ids', '''{9301}'', ''{6}'', ''{9101}'', owner => ''SHOP'', kind => ''ship'''),
    ('pack', '''SHOP'', ''P1'', ''[{"item": "PEN", "quantity": 6}]'', location => ''T-HERE-A'''),
    ('unpack', '''SHOP'', ''NONE'''),
    ('move_handling_unit', '''SHOP'', ''NONE'', to_location => ''T-HERE-B'''),
    ('relot', '''SHOP'', ''MILK'', location => ''T-HERE-A'', from_lots => ''{NONE}'', to_lots => ''{L1}'''),
    ('recall', '''SHOP'', ''MILK'', ''NONE'''),
    ('receive_scan', '''SHOP'', ''NONE'', to_location => ''T-HERE-A'', post => true'),
    ('receive_handling_unit', '''SHOP'', ''NONE'', ''[{"item": "PEN", "quantity": 1}]'', ''T-HERE-A'', post => true'),
    ('pick_scan', '''SHOP'', ''NONE'', from_location => ''T-HERE-A'', post => true'),
    ('count_scan', '''SHOP'', ''NONE'', location => ''T-HERE-A'', post => true');
CREATE FUNCTION pg_temp.refused(name text, arguments text) RETURNS text
LANGUAGE sql AS $$ SELECT pg_temp.refusal(format('SELECT * FROM ims.%I(%s)', name, arguments)) $$;
SELECT matches(pg_temp.refused(r.name, r.arguments), '^IV', r.name || ' refuses')
FROM refused AS r ORDER BY r.name;
SELECT is(pg_temp.refused(r.name, r.arguments || ', dry_run => true'), pg_temp.refused(r.name, r.arguments),
    'so does its dry run: ' || r.name)
FROM refused AS r ORDER BY r.name;
SELECT set_eq('SELECT r.name FROM refused AS r',
    $$ SELECT p.proname::text FROM pg_proc AS p
       WHERE p.pronamespace = 'ims'::regnamespace AND p.proname !~ '^_' AND 'dry_run' = ANY (p.proargnames) $$,
    'every verb with dry_run is tried');
SELECT is(count(*), 1::bigint, 'nothing is kept') FROM ims.posting AS p WHERE p.owner_id = 9001;
-- What it accepts it answers like the call, without a posting.  The rows of a
-- recall outlive what they were read from, on disk too.
-- Ids of new lots are above the fixed ones of the masters.
SELECT setval(q.name, greatest(100000, nextval(q.name))) FROM pg_get_serial_sequence('ims.lot', 'lot_id') AS q (name) \g /dev/null
SELECT (ims.receive('SHOP', 'MILK', 500, lot => 'L1', to_location => 'T-HERE-A')).status AS received \gset
SELECT count(*) AS relotted
FROM generate_series(1, 400) AS n
CROSS JOIN LATERAL ims.relot('SHOP', 'MILK', location => 'T-HERE-A', from_lots => '{L1}',
    to_lots => ARRAY['L1-' || n], from_quantities => '{1}') AS r \gset
CREATE FUNCTION pg_temp.recalled(dry boolean) RETURNS SETOF text
LANGUAGE sql AS $$
    SELECT format('%s %s %s %s %s', r.level, r.kind, r.lot, r.lot_status, r.quantity)
    FROM ims.recall('SHOP', 'MILK', 'L1', descendants => true, reason => 'glass', dry_run => dry) AS r
$$;
SET LOCAL work_mem = '64kB';
CREATE TEMPORARY TABLE recalled AS SELECT * FROM pg_temp.recalled(true) AS row;
SELECT cmp_ok(count(*), '>=', 1000::bigint, 'many rows of a dry recall') FROM recalled;
SELECT is(count(*), 0::bigint, 'which blocks no lot') FROM ims.lot AS l WHERE l.owner_id = 9001 AND l.status = 'recalled';
SAVEPOINT recall;
SELECT results_eq('SELECT * FROM pg_temp.recalled(false) ORDER BY 1', 'SELECT * FROM recalled ORDER BY 1',
    'they are those of the recall');
ROLLBACK TO recall;
SELECT is((r).status || coalesce((r).posting_id, 0) || coalesce((r).document_number, 0) || (r).replayed, 'dry_run00false',
    'in a target list')
FROM (SELECT ims.count_stock('SHOP', 'PEN', 4, location => 'T-HERE-A', dry_run => true) AS r) AS t;
SELECT results_eq($$ SELECT r.status FROM generate_series(1, 3) AS n
    CROSS JOIN LATERAL ims.count_stock('SHOP', 'PEN', n, location => 'T-HERE-A', dry_run => n <> 2) AS r $$,
    $$ VALUES ('dry_run'), ('posted'), ('dry_run') $$, 'dry, real and dry again in one statement');
SELECT c.posting_id AS first FROM ims.count_stock('SHOP', 'PEN', 3, location => 'T-HERE-A', idempotency_key => 'C1') AS c \gset
SELECT results_eq(format($$ SELECT r.status, r.replayed, r.posting_id = %s, r.document_number IS NOT NULL
    FROM ims.count_stock('SHOP', 'PEN', 3, location => 'T-HERE-A', idempotency_key => 'C1', dry_run => true) AS r $$, :first),
    $$ VALUES ('posted', true, true, true) $$, 'a key with a posting answers with it');
SELECT results_eq($$ SELECT r.status FROM ims.count_stock('SHOP', 'PEN', 3, location => 'T-HERE-A', dry_run => NULL) AS r $$,
    $$ VALUES ('posted') $$, 'NULL is no dry run');
SELECT is(sum(s.on_hand), 3::numeric, 'what was posted stands') FROM ims.stock AS s
JOIN ims.item AS i ON i.owner_id = s.owner_id AND i.item_id = s.item_id
WHERE s.owner_id = 9001 AND i.code = 'PEN' AND s.location_id > 1000;
SELECT * FROM finish();
ROLLBACK;
