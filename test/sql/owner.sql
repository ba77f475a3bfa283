-- Owners and their members: made with their own document numbers, by template
-- or not, changed with the record of who did it, deleted only while unused.
\i test/setup.psql
BEGIN;
SELECT plan(96);

CREATE FUNCTION pg_temp.detail_of(call text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    detail text;
BEGIN
    EXECUTE call;
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN substring(detail FROM '\{.*\}$')::jsonb;
END
$$;

-- making one
SELECT is((SELECT array_agg(o.code ORDER BY o.code) FROM ims.owner AS o), '{MAIN}',
    'create_ledger() makes one owner');
SELECT lives_ok($$SELECT ims.create_owner(code => 'PLAIN')$$, 'the code is enough');
SELECT row_eq(
    $$SELECT o.name, o.kind, o.status, o.time_zone, o.currency, o.periodic, o.attributes
      FROM ims.owner AS o WHERE o.code = 'PLAIN'$$,
    ROW ('PLAIN'::text, 'company'::text, 'active'::text, 'UTC'::text, 'EUR'::text, false,
        '{}'::jsonb),
    'and gives the defaults');
SELECT lives_ok($$SELECT ims.create_owner(code => 'ACME', name => 'Acme Ltd', template => '3pl',
        time_zone => 'Europe/Rome', currency => 'USD', periodic => true,
        attributes => '{"sla": {"receipt_hours": 4}, "key": 1}', actor => 'sales')$$,
    'a client of a 3PL by template');
SELECT row_eq(
    $$SELECT o.kind, o.time_zone, o.currency, o.periodic, o.attributes -> 'sla',
          o.attributes ? 'billing_rules', o.attributes -> 'key'
      FROM ims.owner AS o WHERE o.code = 'ACME'$$,
    ROW ('client'::text, 'Europe/Rome'::text, 'USD'::text, true,
        '{"receipt_hours": 4}'::jsonb, true, '1'::jsonb),
    'the template gives what the call does not');
SELECT results_eq(
    $$SELECT c.code FROM ims.channel AS c JOIN ims.owner AS o USING (owner_id)
      WHERE o.code = 'ACME' ORDER BY c.code$$,
    $$VALUES ('B2B'), ('MARKETPLACE'), ('WEB')$$,
    'and its channels');
SELECT results_eq(
    $$SELECT o.code, s.data_type::text, s.cache_size::text, s.sequenceowner
      FROM ims.owner AS o
      JOIN pg_sequences AS s ON s.schemaname = 'ims'
          AND s.sequencename = format('document_number_%s_seq', o.owner_id)
      ORDER BY o.code$$,
    $$SELECT o.code, 'bigint', '20', c.relowner::regrole::name
      FROM ims.owner AS o, pg_class AS c
      WHERE c.oid = 'ims.owner'::regclass ORDER BY o.code$$,
    'every owner has a sequence of document numbers, of the ledger''s role');

-- changing one
SELECT lives_ok($$SELECT ims.change_owner(owner => 'ACME', new_code => 'ACME2', status => 'inactive',
        attributes => '{"key": null, "new": [1]}', actor => 'boss')$$, 'a change');
SELECT row_eq(
    $$SELECT o.name, o.status, o.currency, o.attributes ? 'key', o.attributes -> 'new',
          o.attributes -> 'sla'
      FROM ims.owner AS o WHERE o.code = 'ACME2'$$,
    ROW ('Acme Ltd'::text, 'inactive'::text, 'USD'::text, false, '[1]'::jsonb,
        '{"receipt_hours": 4}'::jsonb),
    'changes what is given and leaves the rest');
SELECT lives_ok($$SELECT ims.change_owner(owner => 'MAIN', currency => 'CHF')$$,
    'the currency may change before the first posting');

-- members
CREATE ROLE ims_test_clerk;
SELECT lives_ok($$SELECT ims.add_owner_member(owner => 'ACME2', role_name => 'ims_test_clerk')$$,
    'a member');
SELECT lives_ok($$SELECT ims.add_owner_member(owner => 'ACME2', role_name => 'ims_test_clerk')$$,
    'adding it again changes nothing');
SELECT results_eq(
    $$SELECT o.code, m.role_name FROM ims.owner_member AS m JOIN ims.owner AS o USING (owner_id)$$,
    $$VALUES ('ACME2', 'ims_test_clerk')$$, 'it is there once');
SELECT lives_ok($$SELECT ims.remove_owner_member(owner => 'ACME2', role_name => 'ims_test_clerk')$$,
    'a member removed');
SELECT is_empty($$SELECT FROM ims.owner_member$$, 'and gone');

-- the record
SELECT results_eq(
    $$SELECT c.action, c.actor, c.old_row ->> 'status', c.new_row ->> 'status',
          c.session_role = session_user, c.caller_role = current_user,
          c.row_key = jsonb_build_object('owner_id', c.owner_id)
      FROM ims.master_change AS c JOIN ims.owner AS o USING (owner_id)
      WHERE o.code = 'ACME2' AND c.table_name = 'owner' ORDER BY c.master_change_id$$,
    $$VALUES ('insert', 'sales', NULL, 'active', true, true, true),
             ('update', 'boss', 'active', 'inactive', true, true, true)$$,
    'every change is kept with old and new row, roles and actor');
SELECT results_eq(
    $$SELECT c.action, c.actor FROM ims.master_change AS c
      WHERE c.table_name = 'owner_member' ORDER BY c.master_change_id$$,
    $$VALUES ('insert', NULL), ('delete', NULL)$$,
    'an actor does not outlive its call');
SELECT lives_ok($$SELECT ims.change_owner(owner => 'MAIN')$$, 'a call without a change');
SELECT is((SELECT count(*) FROM ims.master_change AS c
           WHERE c.table_name = 'owner' AND c.action = 'update'), 2::bigint,
    'leaves no record');

SELECT throws_ok(c.call, 'IV221', NULL, c.call)
FROM (VALUES
    ('UPDATE ims.master_change SET actor = ''x'''),
    ('DELETE FROM ims.master_change'),
    ('TRUNCATE ims.master_change'),
    ('DELETE FROM ims.lot_status_change'),
    ('TRUNCATE ims.lot_status_change'),
    ('UPDATE ims.period_change SET actor = ''x'''),
    ('TRUNCATE ims.period_change')) AS c (call);

-- bad input
SELECT throws_ok(c.call, c.state, NULL, c.call)
FROM (VALUES
    ($$SELECT ims.create_owner()$$, 'IV201'),
    ($$SELECT ims.create_owner(code => '')$$, 'IV104'),
    ($$SELECT ims.create_owner(code => ' A')$$, 'IV104'),
    ($$SELECT ims.create_owner(code => repeat('x', 101))$$, 'IV104'),
    ($$SELECT ims.create_owner(code => 'MAIN')$$, '23505'),
    ($$SELECT ims.create_owner(code => 'X', kind => 'friend')$$, '22023'),
    ($$SELECT ims.create_owner(code => 'X', template => '4pl')$$, '22023'),
    ($$SELECT ims.create_owner(code => 'X', time_zone => 'Mars/Phobos')$$, '22023'),
    ($$SELECT ims.create_owner(code => 'X', currency => 'eur')$$, '22023'),
    ($$SELECT ims.create_owner(code => 'X', attributes => '[]')$$, '22023'),
    ($$SELECT ims.change_owner(owner => 'nobody')$$, 'IV202'),
    ($$SELECT ims.change_owner(owner => 'PLAIN', new_code => 'MAIN')$$, '23505'),
    ($$SELECT ims.add_owner_member(owner => 'PLAIN', role_name => 'ims_no_such_role')$$, '42704'),
    ($$SELECT ims.remove_owner_member(owner => 'PLAIN', role_name => 'x')$$, 'IV229')
) AS c (call, state);
SELECT is(pg_temp.detail_of($$SELECT ims.create_owner(code => repeat('x', 101))$$),
    '{"length": 101, "argument": "code"}', 'the detail has the numbers');

SELECT is(pg_temp.detail_of(format('SELECT ims.%s, attributes => %L)', c.call,
        format('{"key": 2, "epcis_domain": %s}', d.domain))),
    CASE WHEN d.is_refused THEN jsonb_build_object('key', 'epcis_domain', 'value', left(d.domain::jsonb #>> '{}', 100)) END,
    format('%s, epcis_domain %s', c.call, left(d.domain, 40)))
FROM (VALUES
    (1, '"javascript:alert(1)"', true), (2, '"shop.example"', true), (3, '""', true), (4, '"https://"', true),
    (5, '"https:///x"', true), (6, '"https://a.b/?x"', true), (7, '"https://a.b/\"c"', true), (8, '"ftp://a.b"', true),
    (9, '["https://a.b"]', true), (10, '{"a": 1}', true), (11, '7', true), (12, 'true', true),
    (13, format('"x%s"', repeat('y', 200)), true), (14, '"https://shop.example/epcis"', false),
    (15, '"http://127.0.0.1:8080"', false), (22, 'null', false),
    (17, '"https://a.b/%2"', true), (18, '"https://a.b/%2x"', true), (19, '"https://a.b/%2f"', false), (20, '"https://:80"', true),
    (21, '"https://é.b"', true)) AS d (place, domain, is_refused)
CROSS JOIN LATERAL (VALUES (1, format('create_owner(%L', 'NAMED' || d.place)), (2, format('change_owner(%L', 'PLAIN')))
    AS c (place, call)
ORDER BY c.place, d.place;
SELECT throws_ok($$SELECT ims.change_owner(owner => 'PLAIN', attributes => '{"epcis_domain": "x"}')$$, 'IV223',
    '"x" is no epcis_domain', 'where names cannot begin');
SELECT throws_ok($$SELECT ims.create_owner(code => 'X', template => '3pl', attributes => '["epcis_domain"]')$$, '22023',
    NULL, 'an array has no such attribute');
SELECT ok(NOT o.attributes ? 'epcis_domain' AND o.attributes ->> 'key' = '2', 'null took it away')
FROM ims.owner AS o WHERE o.code = 'PLAIN';

-- That a code is taken tells of another owner: EXECUTE is not enough to ask.
CREATE ROLE ims_test_curious;
GRANT USAGE ON SCHEMA ims TO ims_test_curious;
GRANT EXECUTE ON FUNCTION ims.create_owner, ims.change_owner TO ims_test_curious;
SELECT ims.add_owner_member(owner => 'PLAIN', role_name => 'ims_test_curious') \g /dev/null
CREATE ROLE ims_test_master IN ROLE ims_owner;
CREATE FUNCTION pg_temp.answer(role_name text, call text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('role', role_name, true);
    EXECUTE call;
    PERFORM set_config('role', 'none', true);
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;
SELECT is(pg_temp.answer(c.role_name, c.call), c.answer, c.title)
FROM (VALUES
    (1, 'ims_test_curious', $$SELECT ims.change_owner(new_code => 'MAIN')$$,
        '42501 must have the rights of the role that owns the ledger', 'a code that is taken'),
    (2, 'ims_test_curious', $$SELECT ims.change_owner(new_code => 'FREE')$$,
        '42501 must have the rights of the role that owns the ledger', 'and one that is not'),
    (3, 'ims_test_curious', $$SELECT ims.create_owner(code => 'MAIN')$$,
        '42501 must have the rights of the role that owns the ledger', 'for a new owner too'),
    (4, 'ims_test_master', $$SELECT ims.change_owner(owner => 'PLAIN', new_code => 'MAIN')$$,
        '23505 owner "MAIN" exists already', 'a member of the ledger''s role is told'),
    (5, 'ims_test_master', $$SELECT ims.change_owner(owner => 'PLAIN', name => 'plain')$$,
        'done', 'and may change owners')
    ) AS c (place, role_name, call, answer, title)
ORDER BY c.place;

-- deleting one
SELECT lives_ok($$SELECT ims.delete_owner(owner => 'PLAIN')$$, 'an unused owner is deleted');
SELECT ok(NOT EXISTS (SELECT FROM ims.owner AS o WHERE o.code = 'PLAIN'), 'and gone');
SELECT is((SELECT count(*) FROM pg_sequences AS s
           WHERE s.schemaname = 'ims' AND s.sequencename LIKE 'document\_number\_%'),
    (SELECT count(*) FROM ims.owner), 'with its sequence');
SELECT lives_ok($$SELECT ims.create_item(owner => 'ACME2', code => 'A')$$, 'an owner with an item');
SELECT throws_ok($$SELECT ims.delete_owner(owner => 'ACME2')$$, 'IV228', NULL, 'is not deleted');

SELECT * FROM finish();
ROLLBACK;
