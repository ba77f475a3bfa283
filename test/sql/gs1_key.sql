-- ims.gtin, ims.sscc, ims.gln and the functions of the other keys: only right
-- check digits come in, by text, cast and binary protocol alike; 8, 12, 13 and
-- 14 digits of a GTIN are one value; a value is a full citizen of indexes,
-- joins, constraints, partitions, arrays and COPY.  Shown by cases, by hostile
-- messages through COPY, and by 100,000 numbers of each type.
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

-- Text.
SELECT is(c.code::ims.gtin::text, c.expected, format('GTIN %s', c.code))
FROM (VALUES ('96385074', '00000096385074'), ('012345678905', '00012345678905'),
    ('4006381333931', '04006381333931'), ('14006381333938', '14006381333938'),
    ('00000000000000', '00000000000000'), ('99999999999997', '99999999999997')
    ) AS c (code, expected);
SELECT is(pg_temp.problem(format('SELECT %L::ims.%s', c.code, c.type)), c.expected,
    format('%s "%s"', c.type, left(c.code, 30)))
FROM (VALUES
    (1, 'gtin', '', 'IV110 length 0'),
    (2, 'gtin', '4006381333932', 'IV110 check digit 13'),
    (3, 'gtin', '40063813339', 'IV110 length 0'),
    (4, 'gtin', '140063813339380', 'IV110 length 0'),
    (5, 'gtin', ' 006381333931', 'IV110 digits 1'),
    (6, 'gtin', '400638133393x', 'IV110 digits 13'),
    (7, 'gtin', '-006381333931', 'IV110 digits 1'),
    (8, 'gtin', 'ä00638133393', 'IV110 digits 1'),
    (9, 'gtin', repeat('9', 100000), 'IV110 length 0'),
    (10, 'sscc', '376104250021234569', 'none'),
    (11, 'sscc', '376104250021234560', 'IV110 check digit 18'),
    (12, 'sscc', '76104250021234569', 'IV110 length 0'),
    (13, 'sscc', '999999999999999995', 'none'),
    (14, 'gln', '0614141123452', 'none'),
    (15, 'gln', '0614141123453', 'IV110 check digit 13'),
    (16, 'gln', '061414112345', 'IV110 length 0'),
    (17, 'gln', '06141411234521', 'IV110 length 0')
    ) AS c (place, type, code, expected)
ORDER BY c.place;
SELECT is(v.found, v.expected, v.title)
FROM (VALUES
    (1, ims.is_gtin('4006381333931'), true, 'is_gtin: a GTIN'),
    (2, ims.is_gtin('4006381333932'), false, 'is_gtin: another check digit'),
    (3, ims.is_gtin(''), false, 'is_gtin: nothing'),
    (4, ims.is_gtin(NULL), NULL, 'is_gtin: NULL'),
    (5, ims.is_sscc('376104250021234569'), true, 'is_sscc: an SSCC'),
    (6, ims.is_sscc('0376104250021234569'), false, 'is_sscc: too long'),
    (7, ims.is_gln('0614141123452'), true, 'is_gln: a GLN'),
    (8, ims.is_gln('0614141123451'), false, 'is_gln: another check digit')
    ) AS v (place, found, expected, title)
ORDER BY v.place;

-- Numbers.
SELECT is(4006381333931::ims.gtin, '4006381333931', 'cast from bigint');
SELECT is('00012345678905'::ims.gtin::bigint, 12345678905, 'cast to bigint');
SELECT is(pg_temp.problem(format('SELECT (%s)::bigint::ims.%s', c.number, c.type)), c.expected,
    format('%s from the number %s', c.type, c.number))
FROM (VALUES (1, 'gtin', '-1', 'IV110 length 0'), (2, 'gtin', '100000000000000', 'IV110 length 0'),
    (3, 'gtin', '4006381333932', 'IV110 check digit 0'),
    (4, 'gtin', '-9223372036854775808', 'IV110 length 0'),
    (5, 'sscc', '1000000000000000000', 'IV110 length 0'), (6, 'sscc', '376104250021234569', 'none'),
    (7, 'gln', '10000000000000', 'IV110 length 0'), (8, 'gln', '614141123452', 'none')
    ) AS c (place, type, number, expected)
ORDER BY c.place;
SELECT throws_ok($$ SELECT '4006381333931'::ims.gtin = 4006381333931 $$, '42883', NULL,
    'a GTIN is not compared with a number');
SELECT throws_ok($$ SELECT '4006381333931'::ims.gtin = '4006381333931'::text $$, '42883', NULL,
    'nor with a text');
SELECT throws_ok($$ SELECT '0614141123452'::ims.gtin = '0614141123452'::ims.gln $$, '42883', NULL,
    'nor with another key');

-- Order and equality.
SELECT ok('012345678905'::ims.gtin = '00012345678905', 'twelve and fourteen digits are equal');
SELECT is(count(DISTINCT g.gtin), 1::bigint, 'and one in a set')
FROM (VALUES ('012345678905'::ims.gtin), ('0012345678905'), ('00012345678905')) AS g (gtin);
SELECT is(array_agg(g.gtin ORDER BY g.gtin)::text, '{00000096385074,04006381333931,14006381333938}',
    'sorted as numbers, an array in and out')
FROM unnest('{14006381333938,96385074,4006381333931}'::ims.gtin[]) AS g (gtin);
SELECT is(ARRAY[a < b, a <= b, a = b, a <> b, a >= b, a > b], '{t,t,f,t,f,f}', 'six operators: less')
FROM (VALUES ('96385074'::ims.gtin, '4006381333931'::ims.gtin)) AS v (a, b);
SELECT is(ARRAY[a < b, a <= b, a = b, a <> b, a >= b, a > b], '{f,t,t,f,t,f}', 'six operators: equal')
FROM (VALUES ('012345678905'::ims.gtin, '0012345678905'::ims.gtin)) AS v (a, b);
SELECT ok(amvalidate(o.oid), 'operator class ' || o.opcname || ' is complete')
FROM pg_opclass AS o
JOIN pg_type AS t ON t.oid = o.opcintype
WHERE t.typnamespace = 'ims'::regnamespace AND t.typname IN ('gtin', 'sscc', 'gln')
ORDER BY o.opcname;
SELECT is_empty($$
    SELECT c.castsource::regtype, c.casttarget::regtype FROM pg_cast AS c
    JOIN pg_type AS t ON t.oid IN (c.castsource, c.casttarget)
    WHERE t.typnamespace = 'ims'::regnamespace AND c.castcontext = 'i' $$,
    'no cast is implicit');

-- A citizen of tables.
CREATE TABLE pg_temp.scanned (
    code text,
    gtin ims.gtin GENERATED ALWAYS AS (code::ims.gtin) STORED,
    UNIQUE (gtin));
INSERT INTO scanned (code) VALUES ('012345678905'), ('4006381333931');
SELECT throws_ok($$ INSERT INTO scanned (code) VALUES ('0012345678905') $$, '23505', NULL,
    'unique over a generated column, whatever the number of digits');
CREATE TABLE pg_temp.keyed (gtin ims.gtin PRIMARY KEY, sscc ims.sscc, gln ims.gln, history ims.gtin[]);
INSERT INTO keyed (gtin) SELECT s.code FROM scanned AS s;
SELECT is(count(*), 2::bigint, 'text is assigned to a column') FROM keyed AS k;
CREATE STATISTICS pg_temp.keyed_statistics ON gtin, sscc, gln FROM pg_temp.keyed;
CREATE INDEX keyed_sscc ON keyed USING hash (sscc);
CREATE TABLE pg_temp.parted (gtin ims.gtin NOT NULL) PARTITION BY HASH (gtin);
CREATE TABLE pg_temp.parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE pg_temp.parted_1 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE pg_temp.ranged (gln ims.gln NOT NULL) PARTITION BY RANGE (gln);
CREATE TABLE pg_temp.ranged_0 PARTITION OF ranged FOR VALUES FROM (MINVALUE) TO ('0614141123452');
CREATE TABLE pg_temp.ranged_1 PARTITION OF ranged FOR VALUES FROM ('0614141123452') TO (MAXVALUE);

-- 100,000 of each type, from a hash of their number.
CREATE TABLE pg_temp.sample AS
SELECT i, lpad((abs(hashint8extended(i, 1)) % 10000000000000)::text, 13, '0') AS gtin_body,
    lpad((abs(hashint8extended(i, 2)) % 100000000000000000)::text, 17, '0') AS sscc_body,
    lpad((abs(hashint8extended(i, 3)) % 1000000000000)::text, 12, '0') AS gln_body
FROM generate_series(1, 100000) AS i;
CREATE TABLE pg_temp.typed AS
SELECT s.*, (s.gtin_body || ims.gs1_check_digit(s.gtin_body))::ims.gtin AS gtin,
    (s.sscc_body || ims.gs1_check_digit(s.sscc_body))::ims.sscc AS sscc,
    (s.gln_body || ims.gs1_check_digit(s.gln_body))::ims.gln AS gln
FROM sample AS s;
ANALYZE typed;
SELECT is(count(*) FILTER (WHERE left(t.gtin::text, 13) = t.gtin_body
        AND left(t.sscc::text, 17) = t.sscc_body AND left(t.gln::text, 12) = t.gln_body),
    100000::bigint, 'random keys are printed as they were read') FROM typed AS t;
SELECT is(count(*), 0::bigint, 'with the next check digit none is taken')
FROM typed AS t
WHERE ims.is_gtin(t.gtin_body || (right(t.gtin::text, 1)::integer + 1) % 10)
    OR ims.is_sscc(t.sscc_body || (right(t.sscc::text, 1)::integer + 1) % 10)
    OR ims.is_gln(t.gln_body || (right(t.gln::text, 1)::integer + 1) % 10);
SELECT is(array_agg(t.i ORDER BY t.gtin, t.i), array_agg(t.i ORDER BY t.gtin::bigint, t.i),
    'the order is that of the numbers') FROM typed AS t;
INSERT INTO parted SELECT t.gtin FROM typed AS t;
SELECT cmp_ok(min(c.rows), '>', 40000::bigint, 'hash partitions share the rows')
FROM (SELECT count(*) AS rows FROM parted AS p GROUP BY p.tableoid) AS c;
INSERT INTO ranged SELECT t.gln FROM typed AS t;
SELECT is(count(*), (SELECT count(*) FROM typed AS t WHERE t.gln < '0614141123452'),
    'a range partition has what is below its end') FROM ranged_0 AS r;

-- Every join finds the same rows.
CREATE FUNCTION pg_temp.joined(setting text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    node text;
    rows bigint;
BEGIN
    PERFORM set_config('enable_' || j, (j = setting)::text, true)
    FROM unnest('{hashjoin,mergejoin,nestloop}'::text[]) AS j;
    SELECT count(*) INTO rows FROM typed AS a JOIN parted AS b ON b.gtin = a.gtin;
    EXECUTE 'EXPLAIN (FORMAT json) SELECT FROM typed AS a JOIN parted AS b ON b.gtin = a.gtin'
    INTO node;
    RETURN (node::jsonb -> 0 -> 'Plan' ->> 'Node Type') || ' ' || rows;
END
$$;
SELECT is(pg_temp.joined('hashjoin'), 'Hash Join ' || count(*), 'hash join')
FROM typed AS a JOIN parted AS b ON b.gtin::bigint = a.gtin::bigint;
SELECT is(pg_temp.joined('mergejoin'), 'Merge Join ' || count(*), 'merge join')
FROM typed AS a JOIN parted AS b ON b.gtin::bigint = a.gtin::bigint;
SET LOCAL enable_nestloop = on;
SET LOCAL enable_hashjoin = on;
INSERT INTO keyed (gtin, sscc, gln) SELECT DISTINCT ON (t.gtin) t.gtin, t.sscc, t.gln FROM typed AS t;
ANALYZE keyed;
SET LOCAL enable_seqscan = off;
SET LOCAL enable_bitmapscan = off;
SELECT is((SELECT t.i FROM typed AS t WHERE t.gtin = k.gtin ORDER BY t.i LIMIT 1), 77,
    'found by the hash index of an SSCC')
FROM keyed AS k WHERE k.sscc = (SELECT t.sscc FROM typed AS t WHERE t.i = 77);
SELECT ok((SELECT count(*) FROM keyed AS k WHERE k.gtin BETWEEN '10000000000007' AND '20000000000004')
    = (SELECT count(*) FROM keyed AS k WHERE k.gtin::bigint BETWEEN 10000000000007 AND 20000000000004),
    'a range by the B-tree index');
RESET enable_seqscan;
RESET enable_bitmapscan;

-- The binary protocol.  A message of one row with one field.
CREATE FUNCTION pg_temp.copy_in(type text, field bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message bytea := '\x5047434f50590aff0d0a000000000000000000'::bytea || '\x0001'
        || int4send(length(field)) || field || '\xffff'::bytea;
    problem text;
BEGIN
    EXECUTE format('CREATE TEMP TABLE received (key ims.%I)', type);
    problem := pg_temp.problem(format('COPY received FROM PROGRAM %L (FORMAT binary)',
        'echo ' || translate(encode(message, 'base64'), E'\n', '') || ' | base64 -d'));
    IF problem = 'none' THEN
        EXECUTE 'SELECT key::text FROM received' INTO problem;
    END IF;
    DROP TABLE received;
    RETURN problem;
END
$$;
SELECT is(pg_temp.copy_in(c.type, c.field), c.expected, format('%s from %s', c.type, c.field))
FROM (VALUES
    (1, 'gtin', int8send(4006381333931), '04006381333931'),
    (2, 'gtin', int8send(4006381333932), 'IV110 check digit 0'),
    (3, 'gtin', int8send(-1), 'IV110 length 0'),
    (4, 'gtin', int8send(100000000000000), 'IV110 length 0'),
    (4, 'gtin', int8send(100000000000009), 'IV110 length 0'),
    (5, 'gtin', '\x8000000000000000', 'IV110 length 0'),
    (6, 'gtin', '\x7fffffffffffffff', 'IV110 length 0'),
    (7, 'gtin', '\x00', '08P01'),
    (8, 'gtin', '', '08P01'),
    (9, 'gtin', '\x000000000000000000', '22P03'),
    (10, 'sscc', int8send(376104250021234569), '376104250021234569'),
    (11, 'sscc', int8send(376104250021234568), 'IV110 check digit 0'),
    (12, 'sscc', int8send(1000000000000000000), 'IV110 length 0'),
    (13, 'gln', int8send(614141123452), '0614141123452'),
    (14, 'gln', int8send(10614141123450), 'IV110 length 0')
    ) AS c (place, type, field, expected)
ORDER BY c.place;
-- Any eight bytes are a key or refused; a random number is one in ten times at most.
SELECT is(pg_temp.copy_in(t.type, n.field), CASE WHEN n.number BETWEEN 0 AND t.last
        AND ims.gs1_check_digit(left(lpad(n.number::text, t.digits, '0'), -1)) = n.number % 10
    THEN lpad(n.number::text, t.digits, '0')
    WHEN n.number BETWEEN 0 AND t.last THEN 'IV110 check digit 0' ELSE 'IV110 length 0' END,
    format('%s from random bytes %s', t.type, n.i))
FROM (VALUES ('gtin', 14, 99999999999999), ('sscc', 18, 999999999999999999), ('gln', 13, 9999999999999)
    ) AS t (type, digits, last)
CROSS JOIN LATERAL (SELECT i, int8send(r.number) AS field, r.number
    FROM generate_series(1, 30) AS i
    CROSS JOIN LATERAL (SELECT hashint8extended(i, 7) >> (i % 4 * 6)) AS r (number)) AS n
ORDER BY t.type, n.i;
SELECT is(array_send(ARRAY['4006381333931'::ims.gtin]) IS NULL, false, 'arrays have a binary form');

-- Functions of GTINs.
SELECT is(ims.gtin_format('012345678905', d.digits), d.expected, format('in %s digits', d.digits))
FROM (VALUES (12, '012345678905'), (13, '0012345678905'), (14, '00012345678905')) AS d (digits, expected);
SELECT is(ims.gtin_format('96385074', 8), '96385074', 'in 8 digits');
SELECT is(pg_temp.problem(format('SELECT ims.gtin_format(%L, %s)', c.gtin, c.digits)), c.expected,
    format('%s in %s digits', c.gtin, c.digits))
FROM (VALUES (1, '012345678905', 8, 'IV110'), (2, '4006381333931', 12, 'IV110'),
    (3, '14006381333938', 13, 'IV110'), (4, '96385074', 7, '22023'), (5, '96385074', 15, '22023'),
    (6, '96385074', 0, '22023')) AS c (place, gtin, digits, expected)
ORDER BY c.place;
SELECT is(ims.gtin_indicator('14006381333938'), 1, 'indicator of a case');
SELECT is(ims.gtin_indicator('4006381333931'), 0, 'indicator of the base item');
SELECT is(ims.gtin_with_indicator('4006381333931', 1), '14006381333938', 'the case of an item');
SELECT is(ims.gtin_with_indicator('14006381333938', 0), '4006381333931', 'the item of a case');
SELECT is(pg_temp.problem($$SELECT ims.gtin_with_indicator('4006381333931', 10)$$), '22023',
    'an indicator is one digit');
SELECT is(pg_temp.problem($$SELECT ims.gtin_with_indicator('4006381333931', -1)$$), '22023',
    'and not negative');
SELECT is(concat_ws(' / ', ims.gtin_kind(k.gtin), ims.gtin_is_restricted(k.gtin),
        ims.gtin_restricted_to(k.gtin)), k.expected, format('kind of %s', k.gtin))
FROM (SELECT c.place, c.expected, (c.body || ims.gs1_check_digit(c.body))::ims.gtin
    FROM (VALUES (1, '400638133393', 'standard / f'), (2, '021234567890', 'restricted / t / region'),
        (3, '041234567890', 'restricted / t / company'), (4, '211234567890', 'restricted / t / region'),
        (5, '0123456', 'restricted / t / company'), (6, '9400638133393', 'variable measure / f'),
        (7, '977123456789', 'issn / f'), (8, '978316148410', 'isbn / f'),
        (9, '979012345678', 'ismn / f'), (10, '980123456789', 'refund / f'),
        (11, '981123456789', 'coupon / f'), (12, '991234567890', 'coupon / f'),
        (13, '9000009638507', 'variable measure / f'),
        (14, '9000000123456', 'restricted / t / company')
        ) AS c (place, body, expected)) AS k (place, expected, gtin)
ORDER BY k.place;

-- Restricted numbers that hold a measure.
CREATE FUNCTION pg_temp.fields(body text, pattern text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', f.item_reference, f.item_gtin, 'price ' || f.price,
        'weight ' || f.weight, 'quantity ' || f.quantity), ',')
    FROM ims.gtin_restricted_fields((body || ims.gs1_check_digit(body))::ims.gtin, pattern) AS f
$$;
SELECT is(pg_temp.fields(c.body, c.pattern), c.expected, format('%s as %s', c.body, c.pattern))
FROM (VALUES
    (1, '211234501234', '21IIIIIWWwwwC', '12345 02112345000008 weight 1.234'),
    (2, '201234502875', '20IIIIIPPPPPC', '12345 02012345000001 price 2875'),
    (3, '201234502875', '20IIIIIPPPppC', '12345 02012345000001 price 28.75'),
    (4, '201234592875', '20IIIIIVPPPPC', '12345 02012345000001 price 2875'),
    (5, '231234614685', '23IIIIVPPPPPC', '1234 02312340000007 price 14685'),
    (6, '231234614685', '23IIII.PPPPPC', '1234 02312346000001 price 14685'),
    (7, '231234614685', '2.IIIIVPPPppC', '1234 02312340000007 price 146.85'),
    (8, '21234592875', '2IIIIIVPPppC', '12345 00212345000007 price 28.75'),
    (9, '021234592875', '02IIIIIVPPppC', '12345 00212345000007 price 28.75'),
    (10, '221234500017', '22IIIIIQQQQQC', '12345 02212345000005 quantity 17'),
    (11, '221234599999', '22IIIIIqqqqqC', '12345 02212345000005 quantity 0.99999'),
    (12, '221234500000', '22IIIIIWWwwwC', '12345 02212345000005 weight 0.000'),
    (13, '041234567890', '04IIIIIIIIIIC', '1234567890 00412345678903'),
    (14, '0123450', '0IIIPPpC', '123 00000001230000 price 45.0'),
    (15, '201234502875', '21IIIIIPPPPPC', NULL),
    (16, '400638133393', 'IIIIIIIIIIIIC', NULL),
    (17, '1201234502875', '20IIIIIPPPPPC', NULL),
    (18, '201234502875', '2IIIIIPPPPPC', NULL),
    (19, '201234502875', NULL, NULL)
    ) AS c (place, body, pattern, expected)
ORDER BY c.place;
SELECT is(pg_temp.problem(format('SELECT * FROM ims.gtin_restricted_fields(%L, %L)',
    c.body || ims.gs1_check_digit(c.body), c.pattern)), c.expected, format('%s as %s', c.body, c.pattern))
FROM (VALUES
    (1, '201234572875', '20IIIIIVPPPPC', 'IV110 price check digit 8'),
    (2, '201234592876', '20IIIIIVPPPPC', 'IV110 price check digit 8'),
    (3, '221234614685', '22IIIIVPPPPPC', 'none'),
    (4, '221234714685', '22IIIIVPPPPPC', 'IV110 price check digit 7'),
    (5, '221234146856', '22IIIIWWwwwVC', 'none'),
    (6, '21234582875', '2IIIIIVPPPPC', 'IV110 price check digit 7'),
    (7, '201234572875', '', 'IV113'),
    (8, '201234572875', '20IIIIIPPPPP', 'IV113'),
    (9, '201234572875', '20IIIIIPPPPPCC', 'IV113'),
    (10, '201234572875', '20IIIIICPPPPP', 'IV113'),
    (11, '201234572875', '20IIIIICPPPPC', 'IV113'),
    (12, '201234572875', '20.....PPPPPC', 'IV113'),
    (13, '201234572875', '20IIIIIPPPWWC', 'IV113'),
    (14, '201234572875', '20IIIIIPPpPPC', 'IV113'),
    (15, '201234572875', '20IIIIIVVPPPC', 'IV113'),
    (16, '201234572875', '20IIIIIIVPPPC', 'IV113'),
    (17, '201234572875', '20IIIIVPPPPpC', 'IV110 price check digit 7'),
    (18, '201234572875', '20IIIVPPPPPPC', 'IV113'),
    (19, '201234572875', '20IIIIIVIIIIC', 'IV113'),
    (20, '201234572875', '20IIIIIXPPPPC', 'IV113'),
    (21, '201234572875', '20iiiiiVPPPPC', 'IV113'),
    (22, '201234572875', '20IIIIIVPPPcC', 'IV113'),
    (23, '201234572875', repeat('I', 100000), 'IV113')
    ) AS c (place, body, pattern, expected)
ORDER BY c.place;
SELECT is(ims.gtin_from_upce('04252614'), '042100005264', 'UPC-E expanded');
SELECT is(ims.gtin_from_upce('425261'), '042100005264', 'UPC-E of six digits expanded');
SELECT is(pg_temp.problem($$SELECT ims.gtin_from_upce('04252615')$$), 'IV110 check digit 8',
    'UPC-E with a wrong check digit');

-- Keys made.
SELECT is(ims.gtin_make('4006381', '33393'), '4006381333931', 'GTIN from its parts');
SELECT is(ims.gtin_make('4006381', '33393', 1), '14006381333938', 'with an indicator');
SELECT is(ims.gtin_make('061414112345', ''), '0614141123452', 'a prefix that leaves no reference');
SELECT is(ims.sscc_make(3, '7610425', '2123456'), '376104250021234569', 'SSCC from its parts');
SELECT is(ims.gln_make('0614141', '12345'), '0614141123452', 'GLN from its parts');
SELECT is(pg_temp.problem('SELECT ims.' || c.call), c.expected, c.call)
FROM (VALUES (1, $$gtin_make('061', '1')$$, 'IV110 prefix 0'),
    (2, $$gtin_make('0614141123451', '')$$, 'IV110 prefix 0'),
    (3, $$gtin_make('0614141', '123456')$$, 'IV110 length 0'),
    (4, $$gtin_make('0614141', '12a')$$, 'IV110 digits 3'),
    (5, $$gtin_make('0614141', '1', 10)$$, '22023'),
    (6, $$sscc_make(-1, '0614141', '1')$$, '22023'),
    (7, $$sscc_make(0, '0614141', '1234567890')$$, 'IV110 length 0'),
    (8, $$gln_make('061x', '1')$$, 'IV110 prefix 0')) AS c (place, call, expected)
ORDER BY c.place;

-- Other keys.
SELECT is(ims.gs1_check_digit(c.body), c.digit, 'check digit of ' || c.body)
FROM (VALUES ('629104150021', 3), ('37610425002123456', 9), ('0234567', 3), ('41600033610', 8),
    ('211234567890', 0), ('8061414112345', 8), ('061414112345', 2), ('0', 0)) AS c (body, digit);
SELECT is(ims.gs1_check_pair('1987654Ad4X4bL5ttr2310c'), '2K', 'check pair of a model number');
SELECT is(pg_temp.problem('SELECT ims.' || c.call), c.expected, left(c.call, 60))
FROM (VALUES (1, $$gs1_check_digit('')$$, 'IV110 length 0'),
    (2, format('gs1_check_digit(%L)', repeat('1', 18)), 'IV110 length 0'),
    (3, $$gs1_check_digit('12a')$$, 'IV110 digits 3'),
    (4, $$gs1_check_pair('')$$, 'IV110 length 0'),
    (5, format('gs1_check_pair(%L)', repeat('1', 98)), 'IV110 length 0'),
    (6, $$gs1_check_pair('12 4')$$, 'IV110 character 3'),
    (7, $$gs1_key_check('sscc', '376104250021234569')$$, 'none'),
    (8, $$gs1_key_check('sscc', '376104250021234568')$$, 'IV110 check digit 18'),
    (9, $$gs1_key_check('grai', '10614141123452')$$, 'IV110 zero 1'),
    (10, $$gs1_key_check('giai', '06A4')$$, 'IV110 prefix 3'),
    (11, $$gs1_key_check('gmn', '1987654Ad4X4bL5ttr2310c2L')$$, 'IV110 check pair 24'),
    (12, $$gs1_key_check('cpid', '0614141abc')$$, 'IV110 character 8'),
    (13, $$gs1_key_check('nothing', '1')$$, '22023'),
    (14, $$gs1_key_is_valid('GTIN', '1')$$, '22023')) AS c (place, call, expected)
ORDER BY c.place;
SELECT ok(ims.gs1_key_is_valid(c.kind, c.key), format('%s %s', c.kind, c.key))
FROM (VALUES (1, 'gtin', '4006381333931'), (2, 'sscc', '376104250021234569'), (3, 'gln', '0614141123452'),
    (4, 'gsrn', '376104250021234569'), (5, 'grai', '0061414112345232a/b'), (6, 'giai', '061414132a/b'),
    (7, 'gdti', '0614141123452X'), (8, 'gcn', '0614141123452123'), (9, 'ginc', '0614141ABC'),
    (10, 'cpid', '0614141ABC-1'), (11, 'gmn', '1987654Ad4X4bL5ttr2310c2K'),
    (12, 'gsin', '1234567890123456' || ims.gs1_check_digit('1234567890123456'))) AS c (place, kind, key)
ORDER BY c.place;
SELECT ok(NOT ims.gs1_key_is_valid('gln', '0614141123453'), 'a key that is none');
SELECT is(ims.gs1_key_check('giai', '061414132a/b'), '061414132a/b', 'a key is returned');

-- Least and greatest.
SELECT results_eq(
    $$ SELECT min(k.gtin)::text, max(k.gtin)::text, min(k.sscc)::text, max(k.sscc)::text,
              min(k.gln)::text, max(k.gln)::text
       FROM (VALUES ('4006381333931'::ims.gtin, '106141412345678908'::ims.sscc, '0614141123452'::ims.gln),
            ('96385074', '000000000000000000', '9521234543213'), (NULL, NULL, NULL),
            ('99999999999997', '340123450000000017', '0000000000000')) AS k (gtin, sscc, gln) $$,
    $$ VALUES ('00000096385074', '99999999999997', '000000000000000000', '340123450000000017',
        '0000000000000', '9521234543213') $$, 'min and max of each type pass over NULL');
SELECT results_eq(
    $$ SELECT min(k.gtin), max(k.sscc), min(k.gln)
       FROM (VALUES (NULL::ims.gtin, NULL::ims.sscc, NULL::ims.gln)) AS k (gtin, sscc, gln) $$,
    $$ VALUES (NULL::ims.gtin, NULL::ims.sscc, NULL::ims.gln) $$, 'and are NULL of nothing');
CREATE TEMP TABLE least (gtin ims.gtin PRIMARY KEY);
INSERT INTO least SELECT ims.gtin_make('4006381', n::text) FROM generate_series(0, 9999) AS n;
ANALYZE least;
CREATE FUNCTION pg_temp.plan_of(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || query;
END
$$;
SELECT ok(bool_or(p.line ~ 'Index Only Scan Backward'), 'an index knows the greatest')
FROM pg_temp.plan_of('SELECT max(gtin) FROM least') AS p (line);

SELECT * FROM finish();
ROLLBACK;
