-- Company prefixes of an owner: kept as they were licensed, with every change;
-- EPCs, class URIs and SSCCs take them where a call gives none, the longest that
-- begins the key, and refuse a key that none begins.  Shown by cases of each
-- kind of key, and against the functions that take the length.
\i test/setup.psql
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT no_plan();
\i test/verb.psql

-- 1. keeping them
SELECT is(o.gs1_company_prefixes, '{}', 'an owner has none') FROM ims.owner AS o WHERE o.code = 'SHOP';
SELECT lives_ok($$ SELECT ims.create_owner(code => 'LICENSED', gs1_company_prefixes => '{4012,123456789012}') $$,
    'an owner may be made with some');
SELECT lives_ok($$ SELECT ims.change_owner('SHOP', gs1_company_prefixes => '{0614141,9521,95212345,4006381}') $$, 'or get them later');
SELECT lives_ok($$ SELECT ims.change_owner('SHOP', name => 'shop') $$, 'a change of something else');
SELECT results_eq($$ SELECT o.code, o.gs1_company_prefixes FROM ims.owner AS o WHERE o.code IN ('SHOP', 'LICENSED', 'CLIENT') ORDER BY 1 $$,
    $$ VALUES ('CLIENT', '{}'::text[]), ('LICENSED', '{4012,123456789012}'), ('SHOP', '{0614141,9521,95212345,4006381}') $$,
    'leaves them');
SELECT results_eq($$ SELECT c.new_row -> 'gs1_company_prefixes' FROM ims.master_change AS c
    WHERE c.table_name = 'owner' AND c.owner_id = 9001 AND c.old_row -> 'gs1_company_prefixes' <> c.new_row -> 'gs1_company_prefixes' $$,
    $$ VALUES ('["0614141", "9521", "95212345", "4006381"]'::jsonb) $$, 'and is kept as every change');
SELECT lives_ok($$ SELECT ims.change_owner('LICENSED', gs1_company_prefixes => '{}') $$, 'they may be taken away');
SELECT is(o.gs1_company_prefixes, '{}', 'all of them') FROM ims.owner AS o WHERE o.code = 'LICENSED';
SELECT lives_ok($$ SELECT ims.change_owner('LICENSED', gs1_company_prefixes => array_fill('4012345'::text, '{100}')) $$, 'a hundred');
SELECT throws_ok(format('SELECT ims.change_owner(''LICENSED'', gs1_company_prefixes => %L)', c.prefixes), '22023', NULL, c.title)
FROM (VALUES ('{401}', 'three digits'), ('{4012345678901}', 'thirteen'), ('{4012345,ABCDEF}', 'letters'),
    ('{4012345,NULL}', 'null'), ('{""}', 'nothing'), ('{"4012345,4012346"}', 'two in one'), ('{{4012345},{4012346}}', 'two dimensions'),
    (array_fill('4012345'::text, '{101}')::text, 'more than a hundred')) AS c (prefixes, title);
SELECT throws_ok(format('UPDATE ims.owner SET gs1_company_prefixes = %L WHERE owner_id = 9001', c.prefixes), '23514', NULL,
    c.title || ', past the function')
FROM (VALUES ('{401}', 'three digits'), ('{4012345678901}', 'thirteen'), ('{4012345,NULL}', 'null'),
    ('{"4012345,4012346"}', 'two in one'), ('{{4012345},{4012346}}', 'two dimensions'),
    (array_fill('4012345'::text, '{101}')::text, 'more than a hundred')) AS c (prefixes, title);

-- 2. keys of each kind; the longest prefix wins, and one of four digits stands for those of six
SELECT is(e.tag_uri, c.expected, c.element_string)
FROM (VALUES
    (1, '(01)80614141123458(21)6789', 'urn:epc:tag:sgtin-96:0.0614141.812345.6789'),
    (2, '(00)106141412345678908', 'urn:epc:tag:sscc-96:0.0614141.1234567890'),
    (3, '(414)0614141123452(254)5678', 'urn:epc:tag:sgln-96:0.0614141.12345.5678'),
    (4, '(414)0614141123452', 'urn:epc:tag:sgln-96:0.0614141.12345.0'),
    (5, '(8003)006141411234525678', 'urn:epc:tag:grai-96:0.0614141.12345.5678'),
    (6, '(8004)06141415678', 'urn:epc:tag:giai-96:0.0614141.5678'),
    (7, '(01)09521234543213(21)1', 'urn:epc:tag:sgtin-96:0.95212345.04321.1'),
    (8, '(414)9521999000006', 'urn:epc:tag:sgln-96:0.952199.900000.0'),
    (9, '(01)14006381333938(21)A', 'urn:epc:tag:sgtin-198:0.4006381.133393.A')) AS c (place, element_string, expected)
CROSS JOIN LATERAL ims.encode_epc('SHOP', c.element_string) AS e
ORDER BY c.place;
SELECT results_eq($$ SELECT e.tag_uri, e.pure_uri, e.hex
        FROM ims.encode_epc('SHOP', '(01)80614141123458(21)6789', filter => 3, bits => 198) AS e $$,
    $$ SELECT ims.epc_tag_uri(v.epc), ims.epc_pure_uri(v.epc), ims.epc_hex(v.epc)
       FROM (SELECT ims.epc_from_element_string('(01)80614141123458(21)6789', 7, 3, 198)) AS v (epc) $$,
    'filter value and size are those of the call');
SELECT is(e.pure_uri, 'urn:epc:id:sgtin:06141411.82345.6789', 'a length that is given wins')
FROM ims.encode_epc('SHOP', '(01)80614141123458(21)6789', company_prefix_length => 8) AS e;
SELECT is(e.pure_uri, 'urn:epc:id:sgtin:06141411.82345.6789', 'and needs no owner')
FROM ims.encode_epc(element_string => '(01)80614141123458(21)6789', company_prefix_length => 8) AS e;
SELECT is(ims.encode_class_uri('SHOP', '80614141123458', 'L/1'), 'urn:epc:class:lgtin:0614141.812345.L%2F1', 'a lot');
SELECT is(ims.encode_class_uri('SHOP', '4006381333931'), 'urn:epc:idpat:sgtin:4006381.033393.*', 'a class');
SELECT is(ims.encode_class_uri('SHOP', '80614141123458', 'L/1', 8), ims.epc_class_uri('80614141123458', 8, 'L/1'), 'by a length that is given');

-- 3. refused
SELECT is(pg_temp.refusal(c.call), c.expected, c.call)
FROM (VALUES
    (1, $$ SELECT ims.encode_epc('CLIENT', '(01)80614141123458(21)6789') $$,
        'IV112 | no company prefix of the owner begins the key "0614141123458" | '
        '{"key": "0614141123458", "argument": "company_prefix_length", "prefixes": []}'),
    (2, $$ SELECT ims.encode_class_uri('SHOP', '4023333020008', 'L') $$,
        'IV112 | no company prefix of the owner begins the key "4023333020008" | '
        '{"key": "4023333020008", "argument": "company_prefix_length", "prefixes": ["0614141", "9521", "95212345", "4006381"]}')
    ) AS c (place, call, expected)
ORDER BY c.place;
SELECT is(left(pg_temp.refusal(c.call), 5), c.expected, c.call)
FROM (VALUES
    (1, $$ SELECT ims.encode_epc('SHOP') $$, 'IV201'),
    (2, $$ SELECT ims.encode_class_uri('SHOP') $$, 'IV201'),
    (3, $$ SELECT ims.encode_epc('NOBODY', '(01)80614141123458(21)6789') $$, 'IV202'),
    (4, $$ SELECT ims.encode_epc('SHOP', '') $$, 'IV111'),
    (5, $$ SELECT ims.encode_epc('SHOP', '(10)0614141') $$, 'IV111'),
    (6, $$ SELECT ims.encode_epc('SHOP', '(01)') $$, 'IV111'),
    (7, $$ SELECT ims.encode_epc('SHOP', '(01)80614141123459(21)6789') $$, 'IV111'),
    (8, $$ SELECT ims.encode_epc('SHOP', '(8004)0614141') $$, 'IV111'),
    (9, $$ SELECT ims.encode_epc('SHOP', '(01)80614141123458(21)6789', 5) $$, 'IV111'),
    (10, $$ SELECT ims.encode_epc('SHOP', '(01)80614141123458(21)6789', filter => 8) $$, 'IV111'),
    (11, $$ SELECT ims.encode_class_uri('SHOP', '80614141123459') $$, 'IV110'),
    (12, $$ SELECT ims.encode_class_uri('SHOP', '80614141123458', 'a b') $$, 'IV111'),
    (13, $$ SELECT ims.encode_class_uri('SHOP', '80614141123458', company_prefix_length => 13) $$, 'IV111')
    ) AS c (place, call, expected)
ORDER BY c.place;

-- 4. SSCCs
SELECT is(left(pg_temp.refusal($$ SELECT ims.allot_handling_units('SHOP') $$), 5), 'IV201', 'of several prefixes none is chosen');
SELECT is(left(pg_temp.refusal($$ SELECT ims.allot_handling_units('CLIENT') $$), 5), 'IV201', 'nor is there one to choose');
SELECT count(*) FROM ims.allot_handling_units('CLIENT', '4012345') \g /dev/null
SELECT ims.change_owner('CLIENT', gs1_company_prefixes => '{9521234}') \g /dev/null
SELECT is(a.handling_unit, '095212340000000013', 'the only one is taken, whatever was used')
FROM ims.allot_handling_units('CLIENT') AS a;

-- 5. a role that reads has the prefixes of the owners that it acts for, and of no other
CREATE ROLE ims_test_reader;
GRANT USAGE ON SCHEMA ims TO ims_test_reader;
GRANT SELECT ON ims.owner, ims.owner_member TO ims_test_reader;
GRANT EXECUTE ON FUNCTION ims.encode_epc, ims.encode_class_uri, ims.epc_from_element_string, ims.epc_tag_uri,
    ims.epc_pure_uri, ims.epc_hex, ims.epc_class_uri TO ims_test_reader;
SELECT ims.add_owner_member('SHOP', 'ims_test_reader') \g /dev/null
GRANT EXECUTE ON FUNCTION pg_temp.refusal TO ims_test_reader;
SET LOCAL ROLE ims_test_reader;
SELECT is(e.pure_uri, 'urn:epc:id:sgtin:0614141.812345.6789', 'its own owner need not be named')
FROM ims.encode_epc(element_string => '(01)80614141123458(21)6789') AS e;
SELECT is(ims.encode_class_uri(gtin => '80614141123458'), 'urn:epc:idpat:sgtin:0614141.812345.*', 'nor for a class');
SELECT is(left(pg_temp.refusal($$ SELECT ims.encode_class_uri('CLIENT', '09521234000006') $$), 5), 'IV202', 'another owner is unknown');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
