-- Periods close in the order of time and reopen from the last; each change is
-- recorded, moves closed_through and leaves a closing at the end.
\i test/setup.psql
BEGIN;
\i test/history.psql
SELECT plan(48);

SELECT lives_ok(c.call, c.call)
  FROM (VALUES
        (1, $$SELECT ims._create_period(9001, 'JAN', '2024-01-01 00:00-05', '2024-02-01 00:00-05')$$),
        (2, $$SELECT ims._create_period(9001, 'FEB', '2024-02-01 00:00-05', '2024-03-01 00:00-05')$$),
        (3, $$SELECT ims._create_period(9001, 'APR', '2024-04-01 00:00-04', '2024-05-01 00:00-04')$$),
        (4, $$SELECT ims._create_period(9001, 'NOW', '2024-05-01 00:00-04', '2999-01-01 00:00-05')$$),
        (5, $$SELECT ims._create_period(9002, 'JAN', '2024-01-01 00:00+00', '2024-02-01 00:00+00')$$))
       AS c (n, call)
 ORDER BY c.n;
SELECT throws_ok(c.call, c.code, NULL, c.call)
  FROM (VALUES
        (1, $$SELECT ims._create_period(9001, 'FEB', '2024-03-01 00:00-05', '2024-03-02 00:00-05')$$, '23505'),
        (2, $$SELECT ims._create_period(9001, 'X', '2024-02-29 00:00-05', '2024-03-02 00:00-05')$$, 'IV230'),
        (3, $$SELECT ims._create_period(9001, 'X', '2024-03-02 00:00-05', '2024-03-02 00:00-05')$$, 'IV230'),
        (4, $$SELECT ims._create_period(9001, NULL, '2024-03-02 00:00-05', '2024-03-03 00:00-05')$$, 'IV201'),
        (5, $$SELECT ims._create_period(9001, 'X', NULL, '2024-03-03 00:00-05')$$, 'IV201'),
        (6, $$SELECT ims._create_period(9001, 'X', '2024-03-02 00:00-05', NULL)$$, 'IV201'),
        (7, $$SELECT ims._close_period(9001, 'FEB', NULL, NULL)$$, 'IV230'),
        (8, $$SELECT ims._close_period(9001, 'MAR', NULL, NULL)$$, 'IV226'),
        (9, $$SELECT ims._close_period(9001, NULL, NULL, NULL)$$, 'IV201'),
        (10, $$SELECT ims._reopen_period(9001, 'JAN', 'why not', NULL)$$, 'IV230'))
       AS c (n, call, code)
 ORDER BY c.n;

SELECT results_eq(
    $$SELECT p.status, p.closed_through FROM ims._close_period(9001, 'JAN', 'month end', 'ann') AS p$$,
    $$VALUES ('closed', timestamptz '2024-02-01 00:00-05')$$, 'close_period closes');
SELECT is((SELECT o.closed_through FROM ims.owner AS o WHERE o.owner_id = 9001),
    timestamptz '2024-02-01 00:00-05', 'through its end');
SELECT is((SELECT o.closed_through FROM ims.owner AS o WHERE o.owner_id = 9002),
    NULL::timestamptz, 'for its owner only');
SELECT is((SELECT count(*) FROM ims.closing AS c
            WHERE c.owner_id = 9001 AND c.closed_at = '2024-02-01 00:00-05'), 1::bigint,
    'a closing is there');
SELECT results_eq(
    $$SELECT p.name, h.action, h.reason, h.actor, h.session_role
        FROM ims.period_change AS h JOIN ims.period AS p USING (owner_id, period_id)
       WHERE h.owner_id = 9001$$,
    $$VALUES ('JAN', 'close', 'month end', 'ann', session_user::text COLLATE "default")$$, 'and a record');
SELECT throws_ok(c.call, c.code, NULL, c.call)
  FROM (VALUES
        (1, $$SELECT ims._close_period(9001, 'JAN', NULL, NULL)$$, 'IV230'),
        (2, $$SELECT ims._create_period(9001, 'OLD', '2023-01-01 00:00-05', '2023-02-01 00:00-05')$$, 'IV230'),
        (3, $$SELECT ims._close_period(9001, 'APR', NULL, NULL)$$, 'IV230'))
       AS c (n, call, code)
 ORDER BY c.n;

SELECT ims._take_closing(9001, '2024-03-01 00:00-05') > 0 AS taken;
SELECT lives_ok($$SELECT ims._close_period(9001, 'FEB', NULL, NULL)$$,
    'a closing that is there already is fine');
SELECT lives_ok($$SELECT ims._close_period(9001, 'APR', NULL, NULL)$$,
    'time between two periods closes with the later one');
SELECT is((SELECT o.closed_through FROM ims.owner AS o WHERE o.owner_id = 9001),
    timestamptz '2024-05-01 00:00-04', 'all time before its end');
SELECT throws_ok(c.call, c.code, NULL, c.call)
  FROM (VALUES
        (1, $$SELECT ims._close_period(9001, 'NOW', NULL, NULL)$$, 'IV217'),
        (2, $$SELECT ims._reopen_period(9001, 'FEB', 'late invoice', NULL)$$, 'IV230'),
        (3, $$SELECT ims._reopen_period(9001, 'APR', NULL, NULL)$$, 'IV201'),
        (4, $$SELECT ims._reopen_period(9001, 'APR', '', NULL)$$, 'IV201'),
        (5, $$SELECT ims._reopen_period(9001, 'MAR', 'late invoice', NULL)$$, 'IV226'))
       AS c (n, call, code)
 ORDER BY c.n;
SELECT results_eq(
    $$SELECT p.status, p.closed_through FROM ims._reopen_period(9001, 'APR', 'late invoice', 'bob') AS p$$,
    $$VALUES ('open', timestamptz '2024-03-01 00:00-05')$$,
    'reopen_period reopens the last, through the end of the one before');
SELECT lives_ok($$SELECT ims._reopen_period(9001, 'FEB', 'x', NULL), ims._reopen_period(9001, 'JAN', 'x', NULL)$$,
    'and so on');
SELECT is((SELECT o.closed_through FROM ims.owner AS o WHERE o.owner_id = 9001),
    NULL::timestamptz, 'until nothing is closed');

-- through the doors, with the engine at work
SELECT cmp_ok(ims.create_period(owner => 'HISTORY', name => 'MAR', starts_at => '2024-03-01 00:00-05',
                                ends_at => '2024-04-01 00:00-04'), '>', 0::bigint, 'create_period');
SELECT results_eq(
    $$SELECT p.status FROM ims.close_period(owner => 'HISTORY', name => 'JAN', actor => 'ann') AS p$$,
    $$VALUES ('closed')$$, 'close_period');
SELECT throws_ok(c.call, c.code, NULL, c.call)
  FROM (VALUES
        (1, $$SELECT ims.receive('HISTORY', 'H3', 1, NULL, 'WEST-B', effective_at => '2024-01-31 23:59:59.999999-05')$$, 'IV216'),
        (2, $$SELECT ims.close_period(owner => 'HISTORY', name => 'APR')$$, 'IV230'),
        (3, $$SELECT ims.close_period(owner => 'OTHER', name => 'APR')$$, 'IV226'),
        (4, $$SELECT ims.close_period(owner => 'NOBODY', name => 'APR')$$, 'IV202'),
        (5, $$SELECT ims.reopen_period(owner => 'HISTORY', name => 'JAN')$$, 'IV201'))
       AS c (n, call, code)
 ORDER BY c.n;
SELECT lives_ok(
    $$SELECT ims.receive('HISTORY', 'H3', 1, NULL, 'WEST-B', effective_at => '2024-02-01 00:00-05')$$,
    'the first instant after the period is open');
SELECT results_eq(
    $$SELECT p.status, p.closed_through
        FROM ims.reopen_period(owner => 'HISTORY', name => 'JAN', reason => 'late invoice') AS p$$,
    $$VALUES ('open', NULL::timestamptz)$$, 'reopen_period');
SELECT lives_ok(
    $$SELECT ims.receive('HISTORY', 'H3', 1, NULL, 'WEST-B', effective_at => '2024-01-31 23:59:59.999999-05')$$,
    'a reopened period takes postings');
CREATE ROLE asof_clerk;
GRANT USAGE ON SCHEMA ims TO asof_clerk;
SET LOCAL ROLE asof_clerk;
SELECT throws_ok($$SELECT ims.close_period(owner => 'HISTORY', name => 'JAN')$$, '42501', NULL,
    'the right to close is EXECUTE');
RESET ROLE;
GRANT EXECUTE ON FUNCTION ims.close_period(text, text, text, text) TO asof_clerk;
SET LOCAL ROLE asof_clerk;
SELECT throws_ok($$SELECT ims.close_period(owner => 'HISTORY', name => 'JAN')$$, 'IV202', NULL,
    'for one''s own owners');
RESET ROLE;
INSERT INTO ims.owner_member (owner_id, role_name) VALUES (9001, 'asof_clerk');
SET LOCAL ROLE asof_clerk;
SELECT lives_ok($$SELECT ims.close_period(name => 'JAN')$$, 'by a member, who may leave the owner out');
RESET ROLE;
SELECT is((SELECT h.caller_role FROM ims.period_change AS h ORDER BY h.period_change_id DESC LIMIT 1),
    'asof_clerk', 'and it says who called');

SELECT * FROM finish();
ROLLBACK;
