-- INSERT and COPY into a posting that was opened: rows that leave out owner,
-- posting and times are lines of the one opened last in the transaction; a row
-- that names another brings its times too.
\i test/setup.psql
BEGIN;
SELECT plan(17);
\i test/posting.psql
\i test/refusal.psql
INSERT INTO ims.owner (owner_id, code, name) VALUES (9002, 'OTHER', 'other');
CREATE SEQUENCE ims.document_number_9002_seq;
INSERT INTO ims.item (owner_id, item_id, code, name, base_unit) VALUES (9002, 9399, 'PEN', 'pen', 'EA');

CREATE TEMPORARY TABLE opened (code text, posting_id bigint);
-- Which quantities the postings have, and whether their lines are dated as they are.
CREATE FUNCTION pg_temp.filled() RETURNS TABLE (code text, quantities text, dated boolean)
LANGUAGE sql AS $$
    SELECT o.code, string_agg(m.quantity::text, ',' ORDER BY m.movement_id),
        bool_and(m.effective_at = p.effective_at AND m.recorded_at = p.recorded_at)
    FROM opened AS o
    JOIN ims.posting AS p USING (posting_id)
    LEFT JOIN ims.movement AS m ON m.owner_id = p.owner_id AND m.posting_id = p.posting_id
    GROUP BY o.code ORDER BY o.code
$$;

SELECT lives_ok($$
    INSERT INTO ims.movement (owner_id, item_id, from_location_id, to_location_id, quantity)
    VALUES (9001, 9301, 2, 9101, 1) $$, 'with none opened the lines are a posting of their own');
INSERT INTO opened SELECT 'A', ims.open_posting('SHOP', kind => 'receive', effective_at => '2026-01-05 00:00+00');
SELECT lives_ok($$
    INSERT INTO ims.movement (item_id, from_location_id, to_location_id, quantity) VALUES (9301, 2, 9101, 11) $$,
    'what is opened is the default');
SELECT lives_ok(format($$
    INSERT INTO ims.movement (posting_id, item_id, from_location_id, to_location_id, quantity)
    VALUES (%s, 9301, 2, 9101, 12) $$, o.posting_id), 'and may be named')
FROM opened AS o;
COPY ims.movement (item_id, from_location_id, to_location_id, quantity) FROM STDIN;
9301	2	9101	13
9302	2	9101	14.5
\.
SELECT results_eq('SELECT * FROM pg_temp.filled()', $$ VALUES ('A', '11,12,13,14.5', true) $$,
    'by INSERT and by COPY');
SELECT is(pg_temp.refusal($$
    INSERT INTO ims.movement (item_id, from_location_id, to_location_id, quantity) VALUES (9301, 9101, 3, 1) $$),
    'IV214 | "receive" does not go from "T-HERE-A" to "CUSTOMER" | '
    '{"item": "PEN", "line": 1, "location": "T-HERE-A"}',
    'its kind binds the lines');
SELECT is(pg_temp.refusal($$
    INSERT INTO ims.movement (owner_id, item_id, from_location_id, to_location_id, quantity)
    VALUES (9002, 9399, 2, 9101, 1) $$),
    'IV223 | line 1: the lines of one posting have one owner | {"line": 1}',
    'and its owner');
SELECT is(pg_temp.refusal($$
    INSERT INTO ims.movement (effective_at, item_id, from_location_id, to_location_id, quantity)
    VALUES ('2026-01-06 00:00+00', 9301, 2, 9101, 1) $$),
    'IV223 | line 1: effective_at differs from that of its posting | {"line": 1}', 'and its times');
SELECT is(pg_temp.refusal($$
    INSERT INTO ims.movement (recorded_at, item_id, from_location_id, to_location_id, quantity)
    VALUES ('2026-01-06 00:00+00', 9301, 2, 9101, 1) $$),
    'IV223 | line 1: recorded_at cannot be chosen | {"line": 1}', 'both');

-- Several: the last is the default.
INSERT INTO opened SELECT 'B', ims.open_posting('SHOP', kind => 'ship', effective_at => '2026-01-07 00:00+00');
SELECT lives_ok($$
    INSERT INTO ims.movement (item_id, from_location_id, to_location_id, quantity) VALUES (9301, 9101, 3, 2) $$,
    'another one is the default from then on');
COPY ims.movement (item_id, from_location_id, to_location_id, quantity) FROM STDIN;
9301	9101	3	3
\.
SELECT is(pg_temp.refusal(format($$
    INSERT INTO ims.movement (posting_id, item_id, from_location_id, to_location_id, quantity)
    VALUES (%s, 9301, 2, 9101, 15) $$, o.posting_id)),
    'IV223 | line 1: effective_at differs from that of its posting | {"line": 1}',
    'the first one''s lines need its times')
FROM opened AS o WHERE o.code = 'A';
SELECT lives_ok($$
    INSERT INTO ims.movement (posting_id, effective_at, recorded_at, item_id, from_location_id, to_location_id, quantity)
    SELECT p.posting_id, p.effective_at, p.recorded_at, 9301, v.from_id, v.to_id, v.quantity
    FROM (VALUES ('A', 2, 9101, 15), ('B', 9101, 3, 4)) AS v (code, from_id, to_id, quantity)
    JOIN opened AS o USING (code) JOIN ims.posting AS p USING (posting_id) $$, 'with them, lines of both in one statement');
SELECT results_eq('SELECT * FROM pg_temp.filled()',
    $$ VALUES ('A', '11,12,13,14.5,15', true), ('B', '2,3,4', true) $$, 'each gets its own');

-- What is undone is not the default any more, what is released stays.
SAVEPOINT undone;
SELECT lives_ok($$ SELECT ims.open_posting('OTHER') $$, 'one for another owner');
SELECT lives_ok($$
    INSERT INTO ims.movement (item_id, from_location_id, to_location_id, quantity) VALUES (9399, 2, 9101, 1) $$,
    'whose lines need not say so');
ROLLBACK TO SAVEPOINT undone;
SAVEPOINT kept;
INSERT INTO opened SELECT 'C', ims.open_posting('SHOP', effective_at => '2026-01-08 00:00+00');
SAVEPOINT lines;
INSERT INTO ims.movement (item_id, from_location_id, to_location_id, quantity) VALUES (9301, 2, 9101, 5);
ROLLBACK TO SAVEPOINT lines;
RELEASE SAVEPOINT kept;
INSERT INTO ims.movement (item_id, from_location_id, to_location_id, quantity) VALUES (9301, 2, 9101, 6);
SAVEPOINT undone;
INSERT INTO opened SELECT 'D', ims.open_posting('SHOP');
ROLLBACK TO SAVEPOINT undone;
COPY ims.movement (item_id, from_location_id, to_location_id, quantity) FROM STDIN;
9301	2	9101	7
\.
SELECT results_eq('SELECT * FROM pg_temp.filled()',
    $$ VALUES ('A', '11,12,13,14.5,15', true), ('B', '2,3,4', true), ('C', '6,7', true) $$,
    'savepoints undo what was opened after them, and no more');

-- Whoever may not act for the owner does not fill its posting.
CREATE ROLE open_posting_clerk;
GRANT USAGE ON SCHEMA ims TO open_posting_clerk;
GRANT INSERT ON ims.movement TO open_posting_clerk;
INSERT INTO ims.owner_member (owner_id, role_name) VALUES (9002, 'open_posting_clerk');
SET LOCAL ROLE open_posting_clerk;
SELECT throws_ok($$
    INSERT INTO ims.movement (item_id, from_location_id, to_location_id, quantity) VALUES (9399, 2, 9101, 1) $$,
    '42501', NULL, 'a role of another owner is kept out by its policy');
RESET ROLE;
SELECT is_empty($$ SELECT v.check_name, v.key FROM ims.verify() AS v WHERE v.check_name NOT LIKE 'catalog.%' $$,
    'the ledger is sound');
SELECT * FROM finish();
ROLLBACK;
