-- ims.epc: the bits of a tag, from and to hexadecimal digits, URIs and element
-- strings; only what decodes comes in, by text, cast and binary protocol alike;
-- a value is a full citizen of indexes, joins, constraints, arrays and COPY.
-- Shown by cases, by hostile messages through COPY, and by 100,000 tags.  The
-- vectors of the standard and all refusals are in test/core/epc.c.
\i test/setup.psql
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT no_plan();

-- SQLSTATE of a statement and what its detail says: rule and position.
CREATE FUNCTION pg_temp.problem(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
    facts jsonb;
BEGIN
    EXECUTE statement;
    RETURN 'none';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    facts := substring(detail FROM '\{.*\}$')::jsonb;
    RETURN concat_ws(' ', SQLSTATE, facts ->> 'rule', facts ->> 'position');
END
$$;

-- One tag of each scheme, in every form.
CREATE TABLE pg_temp.tag (place integer, scheme text, prefix_length integer, element_string text,
    pure_uri text, tag_uri text, hex text, link text);
INSERT INTO tag VALUES
    (1, 'sgtin-96', 7, '(01)80614141123458(21)6789', 'urn:epc:id:sgtin:0614141.812345.6789',
        'urn:epc:tag:sgtin-96:3.0614141.812345.6789', '3074257BF7194E4000001A85',
        'https://id.gs1.org/01/80614141123458/21/6789'),
    (2, 'sgtin-198', 7, '(01)70614141123451(21)32a/b', 'urn:epc:id:sgtin:0614141.712345.32a%2Fb',
        'urn:epc:tag:sgtin-198:3.0614141.712345.32a%2Fb',
        '3674257BF6B7A659B2C2BF1000000000000000000000000000',
        'https://id.gs1.org/01/70614141123451/21/32a%2Fb'),
    (3, 'sscc-96', 7, '(00)106141412345678908', 'urn:epc:id:sscc:0614141.1234567890',
        'urn:epc:tag:sscc-96:3.0614141.1234567890', '3174257BF4499602D2000000',
        'https://id.gs1.org/00/106141412345678908'),
    (4, 'sgln-96', 7, '(414)0614141123452(254)5678', 'urn:epc:id:sgln:0614141.12345.5678',
        'urn:epc:tag:sgln-96:3.0614141.12345.5678', '3274257BF46072000000162E',
        'https://id.gs1.org/414/0614141123452/254/5678'),
    (5, 'sgln-96', 12, '(414)0614141123452', 'urn:epc:id:sgln:061414112345..0',
        'urn:epc:tag:sgln-96:1.061414112345..0', '3220393243F1640000000000',
        'https://id.gs1.org/414/0614141123452'),
    (6, 'sgln-195', 7, '(414)0614141123452(254)32a/b', 'urn:epc:id:sgln:0614141.12345.32a%2Fb',
        'urn:epc:tag:sgln-195:3.0614141.12345.32a%2Fb',
        '3974257BF46072CD9615F88000000000000000000000000000',
        'https://id.gs1.org/414/0614141123452/254/32a%2Fb'),
    (7, 'grai-96', 7, '(8003)006141411234525678', 'urn:epc:id:grai:0614141.12345.5678',
        'urn:epc:tag:grai-96:3.0614141.12345.5678', '3374257BF40C0E400000162E',
        'https://id.gs1.org/8003/006141411234525678'),
    (8, 'grai-170', 7, '(8003)0061414112345232a/b', 'urn:epc:id:grai:0614141.12345.32a%2Fb',
        'urn:epc:tag:grai-170:3.0614141.12345.32a%2Fb', '3774257BF40C0E59B2C2BF1000000000000000000000',
        'https://id.gs1.org/8003/0061414112345232a%2Fb'),
    (9, 'giai-96', 7, '(8004)06141415678', 'urn:epc:id:giai:0614141.5678',
        'urn:epc:tag:giai-96:3.0614141.5678', '3474257BF40000000000162E',
        'https://id.gs1.org/8004/06141415678'),
    (10, 'giai-202', 7, '(8004)061414132a/b', 'urn:epc:id:giai:0614141.32a%2Fb',
        'urn:epc:tag:giai-202:3.0614141.32a%2Fb',
        '3874257BF59B2C2BF10000000000000000000000000000000000',
        'https://id.gs1.org/8004/061414132a%2Fb');
SELECT is(ARRAY[e.epc::text, ims.epc_tag_uri(e.epc), ims.epc_hex(e.epc), ims.epc_pure_uri(e.epc),
        ims.epc_element_string(e.epc), ims.epc_digital_link(e.epc), ims.epc_scheme(e.epc)],
    ARRAY[t.tag_uri, t.tag_uri, t.hex, t.pure_uri, t.element_string, t.link, t.scheme],
    format('%s from %s', t.scheme, e.form))
FROM tag AS t
CROSS JOIN LATERAL (VALUES
    (1, 'hexadecimal digits', t.hex::ims.epc),
    (2, 'small ones', lower(t.hex)::ims.epc),
    (3, 'its tag URI', t.tag_uri::ims.epc),
    (4, 'its pure URI', ims.epc_from_uri(t.pure_uri, ims.epc_filter(t.hex::ims.epc))),
    (5, 'its element string', ims.epc_from_element_string(t.element_string, t.prefix_length,
        ims.epc_filter(t.hex::ims.epc))),
    (6, 'bytes', decode(t.hex, 'hex')::ims.epc)) AS e (place, form, epc)
ORDER BY t.place, e.place;
SELECT is(concat_ws(' ', ims.epc_filter(e), ims.epc_company_prefix(e), ims.epc_serial(e),
        ims.epc_gtin(e), ims.epc_sscc(e), ims.epc_gln(e)), p.expected, 'parts of ' || t.tag_uri)
FROM (VALUES (1, '3 0614141 6789 80614141123458'), (2, '3 0614141 32a/b 70614141123451'),
    (3, '3 0614141 106141412345678908'), (4, '3 0614141 5678 0614141123452'),
    (5, '1 061414112345 0614141123452'), (6, '3 0614141 32a/b 0614141123452'),
    (7, '3 0614141 5678'), (8, '3 0614141 32a/b'), (9, '3 0614141'), (10, '3 0614141')
    ) AS p (place, expected)
JOIN tag AS t USING (place)
CROSS JOIN LATERAL (SELECT t.hex::ims.epc) AS v (e)
ORDER BY p.place;
SELECT is('urn:epc:raw:96.x3074257BF7194E4000001A85'::ims.epc, '3074257BF7194E4000001A85',
    'a raw URI of 96 bits');
SELECT is('3674257BF6B7A659B2C2BF100000000000000000000000000000'::ims.epc,
    '3674257BF6B7A659B2C2BF1000000000000000000000000000', 'digits of whole words');
SELECT is(ims.epc_digital_link('3074257BF7194E4000001A85', 'https://example.com/shop/'),
    'https://example.com/shop/01/80614141123458/21/6789', 'link of another domain');
SELECT is(ims.epc_from_element_string('(01)70614141123451(21)a\(b', 7)::text,
    'urn:epc:tag:sgtin-198:0.0614141.712345.a(b', 'a bracket in a serial');
SELECT is(ims.epc_element_string('urn:epc:tag:sgtin-198:0.0614141.712345.a(b'),
    '(01)70614141123451(21)a\(b', 'and back');

SELECT is((t.hex || '00')::ims.epc, t.hex::ims.epc, format('%s from words of 16 bits', t.scheme))
FROM tag AS t WHERE t.scheme IN ('sgtin-198', 'sgln-195') ORDER BY t.place;
SELECT is(decode(t.hex || '00', 'hex')::ims.epc::bytea, decode(t.hex, 'hex'), format('%s held in whole bytes', t.scheme))
FROM tag AS t WHERE t.scheme IN ('sgtin-198', 'sgln-195') ORDER BY t.place;

-- Size of the tag.
SELECT is(ims.epc_scheme(ims.epc_from_element_string(c.element_string, 7, bits => c.bits)), c.scheme,
    format('%s in %s bits', c.element_string, c.bits))
FROM (VALUES (1, '(01)80614141123458(21)274877906943', 0, 'sgtin-96'),
    (2, '(01)80614141123458(21)274877906944', 0, 'sgtin-198'),
    (3, '(01)80614141123458(21)06789', 0, 'sgtin-198'), (4, '(01)80614141123458(21)1', 198, 'sgtin-198'),
    (5, '(414)0614141123452', 195, 'sgln-195'), (6, '(8003)00614141123452X', 0, 'grai-170'),
    (7, '(8004)0614141X', 0, 'giai-202')) AS c (place, element_string, bits, scheme)
ORDER BY c.place;

-- Refused.
SELECT is(pg_temp.problem(format('SELECT %L::ims.epc', c.code)), c.expected, format('"%s"', left(c.code, 60)))
FROM (VALUES
    (1, '', 'IV111 length 0'), (2, 'x', 'IV111 syntax 1'), (3, '3074257BF7194E4000001A8', 'IV111 length 0'),
    (4, '3074257BF7194E4000001A8G', 'IV111 syntax 24'), (5, '3174257BF4499602D2000001', 'IV111 zero bits 0'),
    (6, 'E274257BF7194E4000001A85', 'IV111 header 0'), (7, 'F774257BF7194E4000001A85', '0A000 unsupported 0'),
    (8, '2C74257BF7194E4000001A85', '0A000 unsupported 0'), (9, '307C257BF7194E4000001A85', 'IV111 partition 0'),
    (10, '3077FFFFF7194E4000001A85', 'IV111 company prefix 0'),
    (11, '3074257BF7FFFFC000001A85', 'IV111 reference 0'),
    (12, 'urn:epc:tag:sgtin-96:3.0614141.812345.274877906944', 'IV111 serial too large 39'),
    (13, 'urn:epc:tag:sgtin-96:3.0614141.812345.01', 'IV111 leading zero 39'),
    (14, 'urn:epc:tag:sgtin-96:3.0614141.812345.ä', 'IV111 character 39'),
    (15, 'urn:epc:id:sgtin:0614141.812345.6789', 'IV111 syntax 1'),
    (16, 'urn:epc:raw:96.x3074257BF7194E4000001A8', 'IV111 length 0'),
    (17, 'urn:epc:raw:96.x3074257BF7194E4000001A8G', 'IV111 syntax 40'),
    (18, 'urn:epc:raw:198.x3674257BF6B7A659B2C2BF1000000000000000000000000000', 'IV111 syntax 1'),
    (19, repeat('0', 100000), 'IV111 header 0'),
    (20, 'urn:epc:tag:gdti-113:0.0614141.06012.1234', '0A000 unsupported 13'),
    (21, 'urn:epc:tag:sgtin+:0.80614141123458.6789', '0A000 unsupported 13'),
    (22, 'urn:epc:tag:+:0', 'IV111 header 13'), (23, 'urn:epc:tag:gdti-11:0.1', 'IV111 header 13'),
    (24, 'urn:epc:tag:gdti-113', 'IV111 header 13'), (25, 'urn:epc:tag:', 'IV111 header 13'))
    AS c (place, code, expected)
ORDER BY c.place;
SELECT is(pg_temp.problem('SELECT ims.' || c.call), c.expected, c.call)
FROM (VALUES
    (1, $$epc_from_uri('3074257BF7194E4000001A85')$$, 'IV111 syntax 1'),
    (14, $$epc_from_uri('urn:epc:id:gdti:0614141.06012.1234')$$, '0A000 unsupported 12'),
    (15, $$epc_from_uri('urn:epc:id:sgtins:0614141.06012.1234')$$, 'IV111 header 12'),
    (2, $$epc_from_uri('urn:epc:id:sgtin:0614141.812345.6789', 8)$$, 'IV111 filter 0'),
    (3, $$epc_from_uri('urn:epc:id:sgtin:0614141.812345.6789', bits => 170)$$, 'IV111 length 0'),
    (4, $$epc_from_uri('urn:epc:id:sgtin:0614141.812345.x', bits => 96)$$, 'IV111 character 33'),
    (5, $$epc_from_element_string('(01)80614141123458(21)6789', 5)$$, 'IV111 company prefix 0'),
    (6, $$epc_from_element_string('(01)80614141123459(21)6789', 7)$$, 'IV111 check digit 18'),
    (7, $$epc_from_element_string('(414)0614141123452(254)0', 7)$$, 'IV111 extension 24'),
    (16, $$epc_from_element_string('(01)80614141123458(21)67(10)89', 7)$$, 'IV111 element 25'),
    (8, $$epc_digital_link('3074257BF7194E4000001A85', 'ftp://a')$$, '22023'),
    (9, $$epc_digital_link('3074257BF7194E4000001A85', 'https://a?b')$$, '22023'),
    (10, $$epc_digital_link('3074257BF7194E4000001A85', 'https://')$$, '22023'),
    (11, $$epc_class_uri('4023333020008', 13)$$, 'IV111 company prefix 0'),
    (12, $$epc_class_uri('4023333020008', 7, '')$$, 'IV111 serial missing 0'),
    (13, $$epc_class_uri('4023333020008', 7, 'a b')$$, 'IV111 character 2')
    ) AS c (place, call, expected)
ORDER BY c.place;
SELECT is(v.found, v.expected, v.title)
FROM (VALUES (1, ims.is_epc('3074257BF7194E4000001A85'), true, 'is_epc: digits'),
    (2, ims.is_epc('urn:epc:tag:giai-96:3.0614141.5678'), true, 'is_epc: tag URI'),
    (3, ims.is_epc('F774257BF7194E4000001A85'), false, 'is_epc: an unsupported scheme'),
    (4, ims.is_epc(''), false, 'is_epc: nothing'), (5, ims.is_epc(NULL), NULL, 'is_epc: NULL')
    ) AS v (place, found, expected, title)
ORDER BY v.place;

-- Classes.
SELECT is(ims.epc_class_uri('4023333020008', 7, '2019-10-07'),
    'urn:epc:class:lgtin:4023333.002000.2019-10-07', 'class of a lot');
SELECT is(ims.epc_class_uri('4023333020008', 7), 'urn:epc:idpat:sgtin:4023333.002000.*',
    'all units of a GTIN');
SELECT is(ims.epc_class_uri(NULL, 7), NULL, 'of none');

-- A citizen of tables.
SELECT ok(amvalidate(o.oid), 'operator class ' || o.opcname || ' is complete')
FROM pg_opclass AS o
WHERE o.opcintype = 'ims.epc'::regtype
ORDER BY o.opcname;
SELECT is(ARRAY[a < b, a <= b, a = b, a <> b, a >= b, a > b], '{t,t,f,t,f,f}', 'six operators: less')
FROM (VALUES ('3074257BF7194E4000001A85'::ims.epc, '3174257BF4499602D2000000'::ims.epc)) AS v (a, b);
SELECT is(ARRAY[a < b, a <= b, a = b, a <> b, a >= b, a > b], '{f,t,t,f,t,f}', 'six operators: equal')
FROM (VALUES ('3074257BF7194E4000001A85'::ims.epc,
    'urn:epc:tag:sgtin-96:3.0614141.812345.6789'::ims.epc)) AS v (a, b);
SELECT throws_ok($$ SELECT '3074257BF7194E4000001A85'::ims.epc = '\x30'::bytea $$, '42883', NULL,
    'an EPC is not compared with bytes');
CREATE TABLE pg_temp.read_tag (
    code text,
    epc ims.epc GENERATED ALWAYS AS (code::ims.epc) STORED UNIQUE,
    gtin ims.gtin GENERATED ALWAYS AS (ims.epc_gtin(code::ims.epc)) STORED);
INSERT INTO read_tag (code) SELECT t.hex FROM tag AS t;
SELECT is(count(DISTINCT r.epc) || ' ' || count(r.gtin), '10 2', 'generated columns') FROM read_tag AS r;
SELECT throws_ok($$ INSERT INTO read_tag (code) VALUES ('urn:epc:tag:sgtin-96:3.0614141.812345.6789') $$,
    '23505', NULL, 'unique, whatever the form');
CREATE TABLE pg_temp.parted (epc ims.epc NOT NULL) PARTITION BY HASH (epc);
CREATE TABLE pg_temp.parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE pg_temp.parted_1 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 1);
SELECT is(array_length('{3074257BF7194E4000001A85,3174257BF4499602D2000000}'::ims.epc[], 1), 2, 'an array');

-- 100,000 tags, from a hash of their number: GTINs, pallets, assets.
CREATE TABLE pg_temp.sample AS
SELECT i, CASE i % 3
    WHEN 0 THEN format('urn:epc:tag:sgtin-96:%s.%s.%s.%s', i % 8, substr(h.digits, 1, 7), substr(h.digits, 8, 6),
        abs(hashint8extended(i, 9)) % 274877906944)
    WHEN 1 THEN format('urn:epc:tag:sscc-96:%s.%s.%s', i % 8, substr(h.digits, 1, 10), substr(h.digits, 11, 7))
    ELSE format('urn:epc:tag:giai-202:%s.%s.%s', i % 8, substr(h.digits, 1, 6), md5(i::text)::varchar(24))
    END AS tag_uri
FROM generate_series(1, 100000) AS i
CROSS JOIN LATERAL (SELECT lpad((abs(hashint8extended(i, 7)) % 100000000000000000)::text, 17, '0')) AS h (digits);
CREATE TABLE pg_temp.typed AS SELECT s.*, s.tag_uri::ims.epc AS epc FROM sample AS s;
ANALYZE typed;
SELECT is(count(*), 100000::bigint, 'random tags are printed as they were read, and survive as digits')
FROM typed AS t WHERE t.epc::text = t.tag_uri AND ims.epc_hex(t.epc)::ims.epc = t.epc;
SELECT is(count(*), 100000::bigint, 'and as element strings')
FROM typed AS t
WHERE ims.epc_from_element_string(ims.epc_element_string(t.epc), length(ims.epc_company_prefix(t.epc)),
    ims.epc_filter(t.epc)) = t.epc;
SELECT is(array_agg(t.i ORDER BY t.epc), array_agg(t.i ORDER BY t.epc::bytea), 'the order is that of bytes')
FROM typed AS t;
INSERT INTO parted SELECT t.epc FROM typed AS t;
SELECT is(count(*), 100000::bigint, 'each is found again in its partition')
FROM typed AS t JOIN parted AS p USING (epc);
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_nestloop = off;
SELECT is(count(*), 100000::bigint, 'by a merge join too') FROM typed AS t JOIN parted AS p USING (epc);

-- The binary protocol.  A message of one row with one field.
CREATE FUNCTION pg_temp.copy_in(field bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message bytea := '\x5047434f50590aff0d0a000000000000000000'::bytea || '\x0001'
        || int4send(length(field)) || field || '\xffff'::bytea;
    problem text;
BEGIN
    CREATE TEMP TABLE received (epc ims.epc);
    problem := pg_temp.problem(format('COPY received FROM PROGRAM %L (FORMAT binary)',
        'echo ' || translate(encode(message, 'base64'), E'\n', '') || ' | base64 -d'));
    IF problem = 'none' THEN
        SELECT r.epc::text INTO problem FROM received AS r;
    END IF;
    DROP TABLE received;
    RETURN problem;
END
$$;
SELECT is(pg_temp.copy_in(decode(t.hex, 'hex')), t.tag_uri, format('%s from its bytes', t.tag_uri))
FROM tag AS t
ORDER BY t.place;
SELECT is(pg_temp.copy_in(c.field), c.expected, format('%s bytes: %s', length(c.field), left(c.field::text, 30)))
FROM (VALUES
    (1, ''::bytea, 'IV111 length 0'), (2, '\x30', 'IV111 length 0'), (3, '\x00', 'IV111 header 0'),
    (4, '\x3074257bf7194e4000001a', 'IV111 length 0'), (5, '\x3074257bf7194e4000001a8500', 'IV111 length 0'),
    (6, '\x307c257bf7194e4000001a85', 'IV111 partition 0'), (7, '\x3077fffff7194e4000001a85', 'IV111 company prefix 0'),
    (8, '\x3174257bf4499602d2000001', 'IV111 zero bits 0'), (9, '\xf774257bf7194e4000001a85', '0A000 unsupported 0'),
    (10, '\x3674257bf6b7a659b2c2bf1000000000000000000000000001', 'IV111 zero bits 0'),
    (11, '\x3674257bf6b7a659b2c2bf1000000000000000000000000004', 'IV111 zero bits 0'),
    (12, '\x3674257bf6b780000000000000000000000000000000000000', 'IV111 serial missing 0'),
    (13, '\x3674257bf6b7a659b2c2bf1000000000000000000000000000' || '\x00'::bytea,
        'urn:epc:tag:sgtin-198:3.0614141.712345.32a%2Fb'),
    (14, '\x3674257bf6b7a659b2c2bf1000000000000000000000000000' || '\x01'::bytea, 'IV111 zero bits 0'),
    (15, '\x3674257bf6b7a659b2c2bf1000000000000000000000000000' || '\x0000'::bytea, 'IV111 length 0')
    ) AS c (place, field, expected)
ORDER BY c.place;

SELECT * FROM finish();
ROLLBACK;
