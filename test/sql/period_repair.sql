-- A period made wrong is refused with what is wrong, and one that was never
-- closed is changed or deleted; each change is recorded.
\i test/setup.psql
BEGIN;
SELECT plan(30);
CREATE FUNCTION pg_temp.refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
BEGIN
    EXECUTE statement;
    RETURN '00000';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN SQLSTATE || ' ' || (SELECT string_agg(k, ' ' ORDER BY k)
        FROM jsonb_object_keys(substring(detail FROM '\{.*\}$')::jsonb) AS k);
END
$$;
SELECT ims.create_period(name => 'jan', starts_at => '2024-01-01 00:00+00', ends_at => '2024-02-01 00:00+00',
    actor => 'ann') > 0;
SELECT is(pg_temp.refusal(c.call), c.expected, c.call)
FROM (VALUES
    (1, $$SELECT ims.create_period(name => 'x', starts_at => '2024-03-02 00:00+00', ends_at => '2024-03-01 00:00+00')$$,
        'IV230 ends_at period starts_at'),
    (2, $$SELECT ims.create_period(name => 'x', starts_at => '2024-03-02 00:00+00', ends_at => '2024-03-02 00:00+00')$$,
        'IV230 ends_at period starts_at'),
    (3, $$SELECT ims.create_period(name => 'x', starts_at => '2024-01-31 23:59:59+00', ends_at => '2024-03-02 00:00+00')$$,
        'IV230 ends_at overlaps period starts_at'),
    (4, $$SELECT ims.create_period(name => 'jan', starts_at => '2024-03-01 00:00+00', ends_at => '2024-03-02 00:00+00')$$,
        '23505 code'),
    (5, $$SELECT ims.create_period(name => '', starts_at => '2024-03-01 00:00+00', ends_at => '2024-03-02 00:00+00')$$,
        'IV104 argument length'),
    (6, format($$SELECT ims.create_period(name => %L, starts_at => '2024-03-01 00:00+00', ends_at => '2024-03-02 00:00+00')$$,
        repeat('x', 101)), 'IV104 argument length'),
    (7, $$SELECT ims.create_period(name => 'x', starts_at => '-infinity', ends_at => '2023-03-02 00:00+00')$$,
        '22023 argument value'),
    (8, $$SELECT ims.create_period(name => 'x', starts_at => '2024-03-01 00:00+00', ends_at => 'infinity')$$,
        '22023 argument value'),
    (9, $$SELECT ims.change_period(name => 'feb')$$, 'IV226 period'),
    (10, $$SELECT ims.change_period()$$, 'IV201 argument'),
    (11, $$SELECT ims.delete_period(name => 'feb')$$, 'IV226 period'),
    (12, $$SELECT ims.delete_period()$$, 'IV201 argument')) AS c (n, call, expected)
ORDER BY c.n;
SELECT results_eq(
    $$SELECT c.action, c.new_row ->> 'name', c.actor FROM ims.master_change AS c WHERE c.table_name = 'period'$$,
    $$VALUES ('insert', 'jan', 'ann')$$, 'who made it is kept');

SELECT ims.create_period(name => 'fbe', starts_at => '2024-02-01 00:00+00', ends_at => '2024-03-02 00:00+00') > 0;
SELECT ims.create_period(name => 'apr', starts_at => '2024-04-01 00:00+00', ends_at => '2024-05-01 00:00+00') > 0;
SELECT is(pg_temp.refusal(c.call), c.expected, c.call)
FROM (VALUES
    (1, $$SELECT ims.change_period(name => 'fbe', new_name => 'jan')$$, '23505 code'),
    (2, $$SELECT ims.change_period(name => 'fbe', new_name => ' feb')$$, 'IV104 argument length'),
    (3, $$SELECT ims.change_period(name => 'fbe', ends_at => '2024-02-01 00:00+00')$$, 'IV230 ends_at period starts_at'),
    (4, $$SELECT ims.change_period(name => 'fbe', ends_at => '2024-04-02 00:00+00')$$,
        'IV230 ends_at overlaps period starts_at'),
    (5, $$SELECT ims.change_period(name => 'fbe', starts_at => 'infinity')$$, '22023 argument value'),
    (6, $$SELECT ims.change_period(name => 'fbe', new_name => 'feb', ends_at => '2024-03-01 00:00+00', actor => 'bob')$$,
        '00000')) AS c (n, call, expected)
ORDER BY c.n;
SELECT results_eq(
    $$SELECT p.name, p.starts_at, p.ends_at FROM ims.period AS p ORDER BY p.starts_at$$,
    $$VALUES ('jan', timestamptz '2024-01-01 00:00+00', timestamptz '2024-02-01 00:00+00'),
        ('feb', '2024-02-01 00:00+00', '2024-03-01 00:00+00'),
        ('apr', '2024-04-01 00:00+00', '2024-05-01 00:00+00')$$, 'the slip is repaired');
SELECT is(pg_temp.refusal($$SELECT ims.delete_period(name => 'apr', actor => 'eve')$$), '00000', 'a period goes');
SELECT results_eq(
    $$SELECT c.action, coalesce(c.old_row ->> 'name', c.new_row ->> 'name'), c.actor FROM ims.master_change AS c
      WHERE c.table_name = 'period' AND c.actor IN ('bob', 'eve') ORDER BY c.master_change_id$$,
    $$VALUES ('update', 'fbe', 'bob'), ('delete', 'apr', 'eve')$$, 'with records');

-- What was closed once stays as it was closed.
SELECT count(*) FROM ims.close_period(name => 'jan', actor => 'ann');
SELECT is(pg_temp.refusal(c.call), c.expected, c.call)
FROM (VALUES
    (1, $$SELECT ims.change_period(name => 'jan', new_name => 'january')$$, 'IV230 period'),
    (2, $$SELECT ims.delete_period(name => 'jan')$$, 'IV230 period'),
    (3, $$SELECT ims.change_period(name => 'feb', starts_at => '2024-01-30 00:00+00')$$,
        'IV230 closed_through period starts_at')) AS c (n, call, expected)
ORDER BY c.n;
SELECT count(*) FROM ims.reopen_period(name => 'jan', reason => 'late invoice', actor => 'ann');
SELECT is(pg_temp.refusal($$SELECT ims.delete_period(name => 'jan')$$), 'IV230 period', 'reopened or not');

-- The actor is the one of the call, whatever the session says.
SET LOCAL ims.actor = 'forged';
SELECT count(*) FROM ims.close_period(name => 'jan', actor => 'real');
SELECT count(*) FROM ims.reopen_period(name => 'jan', reason => 'again', actor => 'real');
SELECT ims.create_period(name => 'may', starts_at => '2024-05-01 00:00+00', ends_at => '2024-06-01 00:00+00') > 0;
SELECT ims.create_owner(code => 'B', actor => 'real') > 0, ims.create_site(code => 'S', actor => 'real') > 0,
    ims.create_item(owner => 'MAIN', code => 'L', tracking => 'lot', actor => 'real') > 0,
    ims.create_item(owner => 'B', code => 'L', tracking => 'lot', actor => 'real') > 0,
    ims.create_lot(owner => 'MAIN', item => 'L', lot => 'L1', actor => 'real') > 0;
SELECT count(*) FROM ims.receive(owner => 'MAIN', item => 'L', lot => 'L1', quantity => 1, to_location => 'S');
SELECT count(*) FROM ims.transfer_ownership(owner => 'MAIN', to_owner => 'B', item => 'L', lot => 'L1', quantity => 1,
    location => 'S', actor => 'real');
SELECT is((SELECT count(*) FROM ims.master_change AS c WHERE c.actor = 'forged'), 0::bigint, 'no change is the forger''s');
SELECT cmp_ok((SELECT count(*) FROM ims.master_change AS c WHERE c.actor = 'real' AND c.table_name IN ('owner', 'lot')),
    '>=', 4::bigint, 'those of a closing and of a change of owner are the caller''s');
RESET ims.actor;
SELECT is(current_setting('ims.actor'), '', 'and leaves none behind');
SELECT is_empty('SELECT * FROM ims.verify() AS v WHERE v.check_name !~ ''^catalog''', 'all is well');
SELECT * FROM finish();
ROLLBACK;
