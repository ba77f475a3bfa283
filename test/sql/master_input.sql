-- What master data may hold: days and instants that are finite, codes without
-- what nobody sees, zones with a name, texts of a length, no value given and
-- cleared in one call.  Arguments with times are found in the catalog.
\i test/setup.psql
BEGIN;
SELECT no_plan();
SELECT ims.create_site(code => 'S') > 0, ims.create_location(code => 'BIN', parent => 'S') > 0,
    ims.create_calendar(code => 'CAL') > 0, ims.create_category(code => 'C') > 0,
    ims.create_item(code => 'L', tracking => 'lot') > 0, ims.create_item(code => 'SN', tracking => 'serial') > 0,
    ims.create_lot(item => 'L', lot => 'L1') > 0, ims.create_party(code => 'P', kind => 'supplier') > 0,
    ims.create_period(name => 'p1', starts_at => '2024-01-01 00:00+00', ends_at => '2024-02-01 00:00+00') > 0;
CREATE FUNCTION pg_temp.refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
BEGIN
    EXECUTE statement;
    RAISE SQLSTATE 'P0099';
EXCEPTION WHEN SQLSTATE 'P0099' THEN
    RETURN '00000';
WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN SQLSTATE || coalesce(' ' || (substring(detail FROM '\{.*\}$')::jsonb ->> 'argument'), '');
END
$$;

-- Every argument of master data that is a day or an instant, in a call that is
-- right otherwise.
CREATE TEMP TABLE time_argument AS
SELECT p.proname::text AS function, a.name AS argument, a.type
FROM pg_proc AS p
CROSS JOIN LATERAL unnest(p.proargnames[:p.pronargs], p.proargtypes::oid[]) AS a (name, type)
WHERE p.pronamespace = 'ims'::regnamespace AND p.prosrc = 'ims_door' AND p.provolatile = 'v'
    -- A GS1 identifier may be valid from ever.
    AND p.proname ~ '^(create|change|set|add|remove)_' AND p.proname !~ 'gs1_ai' AND a.type IN ('date'::regtype, 'timestamptz'::regtype);
CREATE TEMP TABLE good_call (function text, arguments text);
INSERT INTO good_call VALUES
    ('create_lot', 'item => ''L'', lot => ''NEW'''), ('change_lot', 'item => ''L'', lot => ''L1'''),
    ('set_calendar_day', 'calendar => ''CAL'''), ('remove_calendar_day', 'calendar => ''CAL'''),
    ('create_period', 'name => ''p2'', starts_at => ''2024-03-01 00:00+00'', ends_at => ''2024-04-01 00:00+00'''),
    ('change_period', 'name => ''p1'''),
    ('set_forecast_override', 'item => ''L'', quantity => 1'),
    ('remove_forecast_override', 'item => ''L'''),
    ('add_demand_mark', 'kind => ''outlier'', from_day => ''2024-01-01'''),
    ('set_item_succession', 'item => ''L'', predecessor => ''SN''');
SELECT set_eq('SELECT DISTINCT t.function FROM time_argument AS t', 'SELECT g.function FROM good_call AS g',
    'every function with a time is tried');
SELECT is_empty(format($$
    SELECT t.function, t.argument, v.value, r.answer
    FROM time_argument AS t
    JOIN good_call AS g USING (function)
    CROSS JOIN unnest(%L::text[]) AS v (value)
    CROSS JOIN LATERAL pg_temp.refusal(format('SELECT ims.%%I(%%s, %%I => %%L)', t.function,
        regexp_replace(g.arguments, ', ' || t.argument || ' => ''[^'']*''', ''), t.argument, v.value)) AS r (answer)
    WHERE r.answer IS DISTINCT FROM CASE WHEN t.type = 'timestamptz'::regtype AND v.value !~ 'infinity'
        THEN 'IV232 ' ELSE '22023 ' END || t.argument$$,
    '{infinity,-infinity,"0001-12-31 00:00+00 BC","10000-01-01 00:00+00"}'),
    'infinite and far away times are refused by name');
SELECT is(pg_temp.refusal(format('SELECT ims.create_lot(item => ''L'', lot => ''N'', made_on => %L, expires_on => %L)',
    d.first, d.last)), '00000', 'the first and the last day')
FROM (VALUES ('0001-01-01', '9999-12-31')) AS d (first, last);
SELECT is(pg_temp.refusal($$SELECT ims.change_item(item => 'L', shelf_life_days => 100000),
    ims.create_lot(item => 'L', lot => 'N', made_on => '9999-01-01')$$), '22023 expires_on', 'by shelf life too');
SELECT throws_ok(s.statement, '23514', NULL, s.statement)
FROM (VALUES
    (1, $$INSERT INTO ims.lot (owner_id, item_id, code, expires_on)
        SELECT i.owner_id, i.item_id, 'X', 'infinity' FROM ims.item AS i WHERE i.code = 'L'$$),
    (2, $$UPDATE ims.lot SET sell_by = '-infinity'$$),
    (3, $$UPDATE ims.lot SET made_on = '2024-02-02', sell_by = '2024-02-01'$$),
    (4, $$INSERT INTO ims.calendar_day SELECT c.calendar_id, 'infinity', false FROM ims.calendar AS c$$),
    (5, $$UPDATE ims.period SET ends_at = 'infinity'$$)) AS s (n, statement)
ORDER BY s.n;

-- dates of a lot
SELECT is(pg_temp.refusal(c.call), '22023', c.call)
FROM (VALUES
    (1, $$SELECT ims.create_lot(item => 'L', lot => 'N', made_on => '2024-02-02', sell_by => '2024-02-01')$$),
    (2, $$SELECT ims.change_lot(item => 'L', lot => 'L1', made_on => '2024-02-02', sell_by => '2024-02-01')$$))
    AS c (n, call)
ORDER BY c.n;

-- codes: nothing unseen at an end, no control character anywhere
SELECT is(pg_temp.refusal(format('SELECT ims.create_party(code => %L, kind => ''customer'')', c.code)), 'IV104 code',
    'code ' || c.what)
FROM (VALUES
    (1, 'with a newline at the end', E'X\n'), (2, 'with a tab before', E'\tX'), (3, 'with a return', E'X\r'),
    (4, 'with a no-break space', 'X' || chr(160)), (5, 'with an em space', chr(8195) || 'X'),
    (6, 'with an ideographic space', 'X' || chr(12288)), (7, 'with a byte order mark', chr(65279) || 'X'),
    (8, 'with a zero width space', 'X' || chr(8203)), (9, 'with a newline inside', E'X\nY'),
    (10, 'with an escape inside', E'X\x1bY'), (11, 'with delete inside', E'X\x7fY'), (12, 'of a space', ' '),
    (13, 'of nothing', ''), (14, 'of 101 characters', repeat('x', 101))) AS c (n, what, code)
ORDER BY c.n;
SELECT is(pg_temp.refusal(format('SELECT ims.create_party(code => %L, kind => ''customer'')', c.code)), '00000',
    'code ' || c.what)
FROM (VALUES
    (1, 'with a space inside', 'X Y'), (2, 'of 100 characters', repeat('x', 100)), (3, 'with a no-break space inside',
    'X' || chr(160) || 'Y'), (4, 'of other scripts', chr(26085) || chr(26412)), (5, 'of one letter', chr(233)))
    AS c (n, what, code)
ORDER BY c.n;
SELECT is(pg_temp.refusal($$SELECT ims.create_serials(item => 'SN', codes => ARRAY['A', E'B\n'])$$), 'IV104 codes',
    'codes of serials too');

-- time zones have names, and only sites have them
SELECT is(pg_temp.refusal(format('SELECT ims.create_owner(code => ''Z'', time_zone => %L)', z.name)), z.expected, 'zone ' || z.name)
FROM (VALUES
    (1, 'Europe/Rome', '00000'), (2, 'america/argentina/buenos_aires', '00000'), (3, 'UTC', '00000'),
    (4, 'Etc/GMT+5', '00000'), (5, 'Asia/Kolkata', '00000'), (6, 'FOO+99', '22023 time_zone'),
    (7, 'Foo/Bar+9', '22023 time_zone'), (8, 'CEST', '22023 time_zone'), (9, '<+07>-7', '22023 time_zone'),
    (10, '', '22023 time_zone'), (11, 'Mars/Phobos', '22023 time_zone')) AS z (n, name, expected)
ORDER BY z.n;
SELECT is(pg_temp.refusal(c.call), c.expected, c.call)
FROM (VALUES
    (1, $$SELECT ims.create_location(code => 'B2', parent => 'S', time_zone => 'UTC')$$, 'IV214 time_zone'),
    (2, $$SELECT ims.create_location(code => 'B2', parent => 'S', calendar => 'CAL')$$, 'IV214 calendar'),
    (3, $$SELECT ims.change_location(location => 'BIN', time_zone => 'UTC')$$, 'IV214 time_zone'),
    (4, $$SELECT ims.change_location(location => 'SUPPLIER', time_zone => 'UTC')$$, 'IV214 time_zone'),
    (5, $$SELECT ims.change_location(location => 'SUPPLIER', calendar => 'CAL')$$, 'IV214 calendar'),
    (6, $$SELECT ims.change_location(location => 'S', time_zone => 'UTC', calendar => 'CAL')$$, '00000'),
    (7, $$SELECT ims.change_location(location => 'SUPPLIER', name => 'vendors')$$, '00000')) AS c (n, call, expected)
ORDER BY c.n;

-- a value is given or cleared
SELECT is(pg_temp.refusal(c.call), c.expected, c.call)
FROM (VALUES
    (1, $$SELECT ims.change_item(item => 'L', description => 'x', clear => '{description}')$$, 'IV223 description'),
    (2, $$SELECT ims.change_item(item => 'L', category => 'C', clear => '{category}')$$, 'IV223 category'),
    (3, $$SELECT ims.change_location(location => 'S', time_zone => 'UTC', clear => '{time_zone}')$$, 'IV223 time_zone'),
    (4, $$SELECT ims.change_category(category => 'C', parent => 'C', clear => '{parent}')$$, 'IV223 parent'),
    (5, $$SELECT ims.change_lot(item => 'L', lot => 'L1', expires_on => '2025-01-01', clear => '{made_on,expires_on}')$$,
        'IV223 expires_on'),
    (6, $$SELECT ims.change_lot(item => 'L', lot => 'L1', expires_on => '2025-01-01', clear => '{made_on}')$$, '00000'),
    (7, $$SELECT ims.change_lot(item => 'L', lot => 'L1', clear => '{status}')$$, '22023 clear'),
    (8, $$SELECT ims.change_lot(item => 'L', lot => 'L1', clear => '{NULL}')$$, '22023 clear')) AS c (n, call, expected)
ORDER BY c.n;
SELECT is_empty($$
    SELECT p.proname FROM pg_proc AS p
    WHERE p.pronamespace = 'ims'::regnamespace AND p.prosrc = 'ims_door' AND 'clear' = ANY (p.proargnames)
        AND p.proname NOT IN ('change_item', 'change_location', 'change_category', 'change_lot')$$,
    'no other function clears');

-- texts: as long as ims.limits() says
CREATE FUNCTION pg_temp.longest(name text) RETURNS integer LANGUAGE sql AS
    'SELECT l.value::integer FROM ims.limits() AS l WHERE l.name = $1';
SELECT is(pg_temp.refusal(format(c.call, repeat('x', pg_temp.longest(c.limit_name)))), '00000', c.limit_name || ': as long as that'),
    is(pg_temp.refusal(format(c.call, repeat('x', pg_temp.longest(c.limit_name) + 1))), '22001 ' || c.argument,
        c.argument || ' one longer')
FROM (VALUES
    (1, 'name_length', 'name', $$SELECT ims.create_item(code => 'T', name => '%s')$$),
    (2, 'name_length', 'name', $$SELECT ims.change_location(location => 'BIN', name => '%s')$$),
    (3, 'name_length', 'name', $$SELECT ims.set_calendar_day(calendar => 'CAL', day => '2024-01-01', name => '%s')$$),
    (4, 'text_length', 'description', $$SELECT ims.change_item(item => 'L', description => '%s')$$),
    (5, 'text_length', 'supplier_lot', $$SELECT ims.change_lot(item => 'L', lot => 'L1', supplier_lot => '%s')$$),
    (6, 'reason_length', 'reason', $$SELECT ims.set_lot_status(item => 'L', lot => 'L1', status => 'on_hold', reason => '%s')$$),
    (7, 'reason_length', 'reason', $$SELECT * FROM ims.close_period(name => 'p1', reason => '%s')$$),
    (8, 'reference_length', 'actor', $$SELECT ims.change_location(location => 'BIN', name => 'b', actor => '%s')$$),
    (9, 'reference_length', 'actor', $$SELECT * FROM ims.close_period(name => 'p1', actor => '%s')$$)
    ) AS c (n, limit_name, argument, call)
ORDER BY c.n;
SELECT is(pg_temp.refusal(format($$SELECT ims.create_party(code => 'A', kind => 'carrier', attributes => '{"a": "%s"}')$$,
    repeat('x', pg_temp.longest('attributes_length') - l.less))), l.expected, 'attributes ' || l.less)
FROM (VALUES (9, '00000'), (8, '22001 attributes')) AS l (less, expected);
SELECT throws_ok(format('INSERT INTO ims.channel (owner_id, code, name) VALUES (1, ''X'', %L)', repeat('x', 1001)),
    '22001', NULL, 'a row inserted directly too');
SELECT is_empty('SELECT * FROM ims.verify() AS v WHERE v.check_name !~ ''^catalog''', 'all is well');
SELECT * FROM finish();
ROLLBACK;
