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
SELECT * FROM finish();
ROLLBACK;
