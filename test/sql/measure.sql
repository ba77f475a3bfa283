-- ims.measure: an exact amount with a unit.  One amount in several units is one
-- value for indexes, joins and groups; arithmetic is exact or refused, never
-- rounded but by a rule that is named; only what is a measure comes in, by text,
-- cast, JSON and binary protocol alike.  Shown by cases, by hostile messages
-- through COPY, and by 100,000 measures.  Conversions and units are proved in
-- test/core/measure.c and measure_unit.c.
\i test/setup.psql
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT no_plan();

-- SQLSTATE of a statement and the rule that its detail names.
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
SELECT is(c.input::ims.measure::text, c.expected, format('"%s"', c.input))
FROM (VALUES (1, '3 CS', '3 CS'), (2, ' +012.500  KGM ', '12.5 KGM'), (3, '-0 KGM', '0 KGM'),
    (4, '.5 own-code', '0.5 own-code'), (5, '999999999999.999999999999999999 EA',
        '999999999999.999999999999999999 EA'), (6, '1 ' || repeat('ü', 20), '1 ' || repeat('ü', 20))
    ) AS c (place, input, expected)
ORDER BY c.place;
SELECT is(pg_temp.problem(format('SELECT %L::ims.measure', c.input)), c.expected, format('"%s"', left(c.input, 40)))
FROM (VALUES (1, '', 'IV130 amount 1'), (2, 'KGM', 'IV130 amount 1'), (3, '1,5 KGM', 'IV130 amount 2'),
    (4, '3', 'IV130 unit missing 2'), (5, '1e3 KGM', 'IV130 amount 2'), (6, 'NaN KGM', 'IV130 amount 1'),
    (7, '1000000000000 KGM', 'IV130 too large 13'), (8, '0.0000000000000000001 KGM', 'IV130 too fine 21'),
    (9, '1 ' || repeat('ü', 21), 'IV130 unit length 0'), (10, '1 ' || repeat('u', 81), 'IV130 unit length 3'),
    (11, E'1 K\nM', 'IV130 unit character 3'), (12, '1 000 KGM', 'IV130 unit character 3'),
    (13, '3 big box', 'IV130 unit character 3'), (14, '1 000', 'IV130 unit number 3'),
    (15, '1 000,50', 'IV130 unit number 3')) AS c (place, input, expected)
ORDER BY c.place;
SELECT is(ims.is_measure(c.input), c.expected, format('is_measure(%s)', c.input))
FROM (VALUES (1, '3 CS', true), (2, '3', false), (3, '1 ' || repeat('ü', 21), false), (4, NULL, NULL),
    (5, '1 000 KGM', false), (6, '1 000', false), (7, '7 28', true)) AS c (place, input, expected)
ORDER BY c.place;

-- Parts.
SELECT is(concat_ws(' | ', ims.measure_amount(m.measure), ims.measure_unit(m.measure),
        ims.measure_dimension(m.measure)), m.expected, 'parts of ' || m.measure)
FROM (VALUES (1, '12.50 KGM'::ims.measure, '12.5 | KGM | mass'), (2, '-3 CS', '-3 | CS'),
    (3, '0.000000000000000001 LTR', '0.000000000000000001 | LTR | volume'), (4, '2 DZN', '2 | DZN')
    ) AS m (place, measure, expected)
ORDER BY m.place;
SELECT is(ims.measure_make(12.50, 'KGM')::text, '12.5 KGM', 'made of amount and unit');
SELECT is(pg_temp.problem(format('SELECT ims.measure_make(%s, %L)', c.amount, c.unit)), c.expected,
    format('not of %s and "%s"', c.amount, c.unit))
FROM (VALUES (1, '1e12', 'KGM', 'IV130 too large 13'), (2, '''NaN''', 'KGM', 'IV130 amount 1'),
    (3, '''-Infinity''', 'KGM', 'IV130 amount 2'), (4, '1e-19', 'KGM', 'IV130 too fine 21'),
    (5, '1', '', 'IV130 unit missing 0'), (6, '1', ' KGM', 'IV130 unit character 0'),
    (7, '1', repeat('u', 21), 'IV130 unit length 0'), (8, '1e1000', 'KGM', 'IV130 too large 13'),
    (9, '1', 'big box', 'IV130 unit character 0'), (10, '1', '000', 'IV130 unit number 0')
    ) AS c (place, amount, unit, expected)
ORDER BY c.place;

-- Other units of one dimension.
SELECT is(ims.measure_in(c.measure, c.unit, c.rounding, c.decimals)::text, c.expected,
    format('%s in %s, %s to %s', c.measure, c.unit, c.rounding, c.decimals))
FROM (VALUES (1, '1 LBR'::ims.measure, 'KGM', 'exact', 18, '0.45359237 KGM'),
    (2, '1 KGM', 'LBR', 'half_up', 6, '2.204623 LBR'), (3, '1 KGM', 'LBR', 'down', 6, '2.204622 LBR'),
    (4, '-1 KGM', 'LBR', 'up', 6, '-2.204623 LBR'), (5, '2.5 CS', 'CS', 'half_even', 0, '2 CS')
    ) AS c (place, measure, unit, rounding, decimals, expected)
ORDER BY c.place;
SELECT is(ims.measure_in(measure => '5 GRM', unit => 'KGM')::text, '0.005 KGM', 'exact unless told');
SELECT is(pg_temp.problem(c.statement), c.expected, c.statement)
FROM (VALUES (1, $$SELECT ims.measure_in('1 KGM', 'LBR')$$, 'IV103'),
    (2, $$SELECT ims.measure_in('1 KGM', 'LTR')$$, 'IV131'), (3, $$SELECT ims.measure_in('1 CS', 'EA')$$, 'IV131'),
    (4, $$SELECT ims.measure_in('1 KGM', '')$$, 'IV130 unit missing 0'),
    (5, $$SELECT ims.measure_in('1 KGM', 'GRM', 'half')$$, '22023'),
    (6, $$SELECT ims.measure_in('1 KGM', 'GRM', 'up', 19)$$, '22023'),
    (7, $$SELECT ims.measure_in('1 KGM', 'GRM', 'up', -1)$$, '22023'),
    (8, $$SELECT ims.measure_in('999999999999 TNE', 'KGM')$$, 'IV130 too large 0')) AS c (place, statement, expected)
ORDER BY c.place;

-- Arithmetic.
SELECT is(c.result::text, c.expected, c.title)
FROM (VALUES
    (1, 'in the unit of the first', '1 KGM'::ims.measure + '1 LBR'::ims.measure, '1.45359237 KGM'),
    (2, 'one unit', '3 CS'::ims.measure - '5 CS', '-2 CS'),
    (3, 'negated', - '3 CS'::ims.measure, '-3 CS'),
    (4, 'times an integer', '2.5 KGM'::ims.measure * 3, '7.5 KGM'),
    (5, 'times a numeric', '2.5 KGM'::ims.measure * -0.000000000000000002, '-0.000000000000000005 KGM'),
    (6, 'an integer times', 3 * '2.5 KGM'::ims.measure, '7.5 KGM'),
    (7, 'divided', '1 KGM'::ims.measure / 8, '0.125 KGM'),
    (8, 'divided by a fraction', '-1 KGM'::ims.measure / -0.000001, '1000000 KGM'),
    (9, 'a third, rounded', ims.measure_scale('10 KGM', 1, 3, 'half_up', 6), '3.333333 KGM'),
    (10, 'two thirds, up', ims.measure_scale('-10 KGM', 2, 3, 'up', 0), '-7 KGM'),
    (11, 'seven thirds of three', ims.measure_scale(measure => '3 CS', numerator => 7, denominator => 3), '7 CS')
    ) AS c (place, title, result, expected)
ORDER BY c.place;
SELECT is(pg_temp.problem('SELECT ' || c.expression), c.expected, c.expression)
FROM (VALUES (1, $$'1 LBR'::ims.measure + '1 KGM'$$, 'IV103'), (2, $$'1 CS'::ims.measure + '1 EA'$$, 'IV131'),
    (3, $$'1 KGM'::ims.measure - '1 LTR'$$, 'IV131'), (4, $$'1 KGM'::ims.measure / 3$$, 'IV103'),
    (5, $$'1 KGM'::ims.measure / 0$$, '22012'), (6, $$'1 KGM'::ims.measure * 1e12$$, 'IV130 too large 13'),
    (7, $$'999999999999 KGM'::ims.measure * 2$$, 'IV130 too large 0'),
    (8, $$'999999999999 KGM'::ims.measure + '1 TNE'$$, 'IV130 too large 0'),
    (9, $$'1 KGM'::ims.measure * 'NaN'::numeric$$, 'IV130 amount 1'),
    (10, $$'1 KGM'::ims.measure * 0.5::float8$$, '42883'), (11, $$'1 KGM'::ims.measure + 1$$, '42883'),
    (12, $$'0.000000000000000001 KGM'::ims.measure / 2$$, 'IV103'), (13, $$'1 KGM'::ims.measure = 1$$, '42883'))
    AS c (place, expression, expected)
ORDER BY c.place;

-- Order: physical units by dimension and amount, then others by code.
SELECT is(array_agg(m.measure::text ORDER BY m.measure, m.place),
    '{0 KGM,1 ONZ,"1 LBR","1 KGM","1000 GRM","2 KGM","1 LTR","1 GLL","-1 CS","1 CS","0 EA"}', 'the order is total')
FROM (VALUES (1, '1 CS'::ims.measure), (2, '1 KGM'), (3, '2 KGM'), (4, '0 EA'), (5, '1 GLL'), (6, '1000 GRM'),
    (7, '1 LBR'), (8, '-1 CS'), (9, '1 LTR'), (10, '0 KGM'), (11, '1 ONZ')) AS m (place, measure);
SELECT is(ARRAY['1 KGM'::ims.measure = '1000 GRM', '1 KGM'::ims.measure <> '1000 GRM', '1 KGM'::ims.measure < '1001 GRM',
    '1 KGM'::ims.measure <= '1000 GRM', '1 KGM'::ims.measure > '1000 GRM', '1 KGM'::ims.measure >= '1001 GRM',
    '1 KGM'::ims.measure IN ('1 CS', '0.001 TNE'), '1 KGM'::ims.measure IS DISTINCT FROM '1000 GRM'],
    '{t,f,t,t,f,f,t,f}', 'each operator');
SELECT ok(ims._measure_hash('1 KGM') = ims._measure_hash('1000 GRM')
    AND ims._measure_hash_extended('1 KGM', 7) = ims._measure_hash_extended('1000 GRM', 7)
    AND ims._measure_hash('0 KGM') = ims._measure_hash('0 LBR')
    AND ims._measure_hash('1 KGM') <> ims._measure_hash('1 LTR')
    AND ims._measure_hash('1 CS') <> ims._measure_hash('1 EA')
    AND ims._measure_hash_extended('1 KGM', 7) <> ims._measure_hash_extended('1 KGM', 8), 'equal ones hash alike');
SELECT ok(pg_amop.is_valid, 'operator class ' || pg_amop.name)
FROM (SELECT c.opcname AS name, amvalidate(c.oid) AS is_valid FROM pg_opclass AS c
    WHERE c.opcnamespace = 'ims'::regnamespace AND c.opcname ~ 'measure') AS pg_amop
ORDER BY pg_amop.name;
CREATE TEMP TABLE kept (measure ims.measure PRIMARY KEY,
    amount numeric GENERATED ALWAYS AS (ims.measure_amount(measure)) STORED);
INSERT INTO kept VALUES ('1 KGM'), ('1 CS'), ('1 LTR');
SELECT is(pg_temp.problem($$INSERT INTO kept VALUES ('1000 GRM')$$), '23505', 'one value in another unit is a duplicate');
SELECT is((SELECT k.measure::text FROM kept AS k WHERE k.measure = '1000 MLT'), '1 LTR', 'and is found');
SELECT is(ARRAY(SELECT k.measure::text FROM kept AS k WHERE k.measure = ANY ('{1 CS,0.001 TNE}'::ims.measure[])
    ORDER BY k.measure), '{1 KGM,1 CS}', 'arrays');

-- Aggregates.
SELECT is(c.result::text, c.expected, c.title)
FROM (
    SELECT 1, 'sum of one unit', sum(v.m), '4.5 CS' FROM (VALUES ('1 CS'::ims.measure), (NULL), ('3.5 CS')) AS v (m)
    UNION ALL
    SELECT 2, 'sum of several, in the base unit', sum(v.m), '1.45859237 KGM'
    FROM (VALUES ('5 GRM'::ims.measure), ('1 LBR'), ('1 KGM')) AS v (m)
    UNION ALL SELECT 3, 'sum of none', sum(v.m), NULL FROM (VALUES (NULL::ims.measure)) AS v (m)
    UNION ALL SELECT 4, 'smallest', min(v.m), '1 LBR' FROM (VALUES ('1 CS'::ims.measure), ('1 KGM'), ('1 LBR')) AS v (m)
    UNION ALL SELECT 5, 'largest', max(v.m), '1 CS' FROM (VALUES ('1 CS'::ims.measure), ('1 KGM'), ('1 LBR')) AS v (m)
    UNION ALL SELECT 6, 'beyond the range and back', sum(v.m), '1 CS'
    FROM (VALUES (1, '999999999999 CS'::ims.measure), (2, '999999999999 CS'), (3, '-999999999999 CS'),
        (4, '-999999999998 CS')) AS v (place, m)
    ) AS c (place, title, result, expected)
ORDER BY c.place;
SELECT is(pg_temp.problem(format('SELECT sum(m) FROM unnest(%L::ims.measure[]) AS m', c.measures)), c.expected, c.measures)
FROM (VALUES (1, '{1 CS,1 EA}', 'IV131'), (2, '{1 KGM,1 LTR}', 'IV131'), (3, '{1 KGM,1 CS}', 'IV131'),
    (4, '{999999999999 CS,1 CS}', 'IV130 too large 0'), (5, '{1 ACR,1 MTK}', 'IV103')) AS c (place, measures, expected)
ORDER BY c.place;

-- From GS1 element strings and JSON.
SELECT is(ims.measure_from_gs1(c.ai, c.value)::text, c.expected, format('(%s)%s', c.ai, c.value))
FROM (VALUES (1, '3103', '000195', '0.195 KGM'), (2, '3202', '012345', '123.45 LBR'), (3, '3110', '000012', '12 MTR'),
    (4, '3155', '000001', '0.00001 LTR'), (5, '3571', '000120', '12 OZA')) AS c (place, ai, value, expected)
ORDER BY c.place;
SELECT is(pg_temp.problem(format('SELECT ims.measure_from_gs1(%L, %L)', c.ai, c.value)), c.expected,
    format('(%s)%s', c.ai, c.value))
FROM (VALUES (1, '3106', '000195', 'IV130 ai 0'), (2, '01', '000195', 'IV130 ai 0'), (3, '3103', '195', 'IV130 ai value 0')
    ) AS c (place, ai, value, expected)
ORDER BY c.place;
SELECT is('12.5 KGM'::ims.measure::jsonb, '{"amount": 12.5, "unit": "KGM"}', 'to JSON');
SELECT is(c.json::jsonb::ims.measure::text, c.expected, c.json)
FROM (VALUES (1, '{"unit": "KGM", "amount": 12.50}', '12.5 KGM'), (2, '{"amount": "0.1", "unit": "CS"}', '0.1 CS'),
    (3, '{"amount": 1.5e3, "unit": "CS"}', '1500 CS')) AS c (place, json, expected)
ORDER BY c.place;
SELECT is(pg_temp.problem(format('SELECT ims.measure_from_json(%L)', c.json)), c.expected, c.json)
FROM (VALUES (1, '{}', 'IV130 json 0'), (2, '[1, "KGM"]', 'IV130 json 0'), (3, '"1 KGM"', 'IV130 json 0'),
    (4, '{"amount": 1, "unit": "KGM", "lot": "A"}', 'IV130 json 0'), (5, '{"amount": 1, "Unit": "KGM"}', 'IV130 json 0'),
    (6, '{"amount": null, "unit": "KGM"}', 'IV130 json 0'), (7, '{"amount": 1, "unit": 5}', 'IV130 json 0'),
    (8, '{"amount": "1 KGM", "unit": "KGM"}', 'IV130 amount 2'), (9, '{"amount": 1e400, "unit": "KGM"}', 'IV130 too large 13'),
    (10, '{"amount": 1, "unit": ""}', 'IV130 unit missing 0'), (11, 'null', 'IV130 json 0')) AS c (place, json, expected)
ORDER BY c.place;

-- Units.
SELECT is(concat_ws('|', u.name, u.symbol, u.dimension, u.base_unit, u.numerator, u.denominator, u.status), c.expected,
    'unit ' || c.code)
FROM (VALUES ('KGM', 'kilogram|kg|mass|KGM|1|1|active'), ('LBR', 'pound|lb|mass|KGM|45359237|100000000|active'),
    ('HAR', 'hectare|ha|area|MTK|10000|1|deprecated'), ('GLL', 'gallon (US)|gal (US)|volume|LTR|473176473|125000000|active')
    ) AS c (code, expected)
LEFT JOIN ims.rec20_units() AS u USING (code)
ORDER BY c.code;
SELECT ok(bool_and(u.numerator::numeric / u.denominator > 0)
        AND bool_and(ims.measure_dimension(ims.measure_make(1, u.code)) = u.dimension)
        AND bool_and(ims.measure_make(u.denominator, u.code) = ims.measure_make(u.numerator, u.base_unit)),
    'each is numerator/denominator base units')
FROM ims.rec20_units() AS u
WHERE u.numerator < 1e12 AND u.denominator < 1e12;
SELECT is_empty($$SELECT s.code, s.dimension FROM ims.unit AS s LEFT JOIN ims.rec20_units() AS u USING (code)
    WHERE s.dimension IS DISTINCT FROM coalesce(u.dimension, s.dimension)
        OR s.dimension NOT IN ('count', 'package') AND u.code IS NULL$$, 'the units of the ledger mean the same');

-- 100,000 measures: text, order, index, hash, merge, partitions, parallel sum.
CREATE TEMP TABLE unit_of AS
SELECT row_number() OVER (ORDER BY u.code) - 1 AS place, u.code, count(*) OVER () AS units
FROM ims.rec20_units() AS u WHERE u.dimension IN ('mass', 'volume')
    AND u.numerator <= 1000000000 AND 1000000000 % u.denominator = 0;
CREATE TABLE ims_measure_sample AS
SELECT i, ims.measure_make(((hashint8extended(i, 1) % 1000000)::numeric / 1000), u.code) AS measure
FROM generate_series(1, 100000) AS i
JOIN unit_of AS u ON u.place = abs(hashint8extended(i, 2)) % u.units;
ANALYZE ims_measure_sample;
SELECT is(count(*), 100000::bigint, 'read back from text, bytes and JSON')
FROM ims_measure_sample AS s
WHERE s.measure::text::ims.measure::text = s.measure::text
    AND ims.measure_make(ims.measure_amount(s.measure), ims.measure_unit(s.measure))::text = s.measure::text
    AND s.measure::jsonb::ims.measure::text = s.measure::text;
SELECT is(array_agg(s.i ORDER BY s.measure, s.i),
    array_agg(s.i ORDER BY u.dimension, ims.measure_amount(s.measure) * u.numerator * (1000000000 / u.denominator), s.i),
    'the order is that of products in numeric')
FROM ims_measure_sample AS s JOIN ims.rec20_units() AS u ON u.code = ims.measure_unit(s.measure);
CREATE TABLE ims_measure_part (measure ims.measure NOT NULL) PARTITION BY HASH (measure);
CREATE TABLE ims_measure_part_0 PARTITION OF ims_measure_part FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE ims_measure_part_1 PARTITION OF ims_measure_part FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO ims_measure_part
SELECT CASE WHEN ims.measure_dimension(s.measure) = 'mass' THEN ims.measure_in(s.measure, 'GRM')
    ELSE ims.measure_in(s.measure, 'LTR') END
FROM ims_measure_sample AS s
WHERE abs(ims.measure_amount(s.measure)) < 10;
SELECT cmp_ok(min(c.rows), '>', 300::bigint, 'hash partitions share the rows')
FROM (SELECT count(*) FROM ims_measure_part GROUP BY tableoid) AS c (rows);
SELECT is(count(DISTINCT s.i), (SELECT count(*) FROM ims_measure_sample AS s
    WHERE abs(ims.measure_amount(s.measure)) < 10), 'each is found again in another unit')
FROM ims_measure_sample AS s JOIN ims_measure_part AS p USING (measure)
WHERE abs(ims.measure_amount(s.measure)) < 10;
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_nestloop = off;
SELECT is(count(DISTINCT s.i), (SELECT count(*) FROM ims_measure_sample AS s
    WHERE abs(ims.measure_amount(s.measure)) < 10), 'by a merge join too')
FROM ims_measure_sample AS s JOIN ims_measure_part AS p USING (measure)
WHERE abs(ims.measure_amount(s.measure)) < 10;
CREATE INDEX ON ims_measure_sample (measure);
CREATE STATISTICS ims_measure_statistics ON (measure), (i % 10) FROM ims_measure_sample;
ANALYZE ims_measure_sample;
SET LOCAL enable_seqscan = off;
SELECT is(count(*), 100000::bigint, 'each is found by the index')
FROM ims_measure_sample AS s
WHERE EXISTS (SELECT FROM ims_measure_sample AS o WHERE o.measure = s.measure OFFSET 0);
SET LOCAL enable_seqscan = on;
CREATE TEMP TABLE serial_sum AS
SELECT sum(s.measure)::text AS total, min(s.measure) AS least, max(s.measure) AS most
FROM ims_measure_sample AS s WHERE ims.measure_dimension(s.measure) = 'mass';
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL enable_indexscan = off;
SET LOCAL enable_bitmapscan = off;
SET LOCAL enable_indexonlyscan = off;
ALTER TABLE ims_measure_sample SET (parallel_workers = 2);
CREATE FUNCTION pg_temp.plan(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || statement;
END
$$;
SELECT ok(bool_or(p.line ~ 'Partial Aggregate'), 'sums are combined of workers')
FROM pg_temp.plan('SELECT sum(s.measure) FROM ims_measure_sample AS s') AS p (line);
SELECT is(ARRAY[sum(s.measure)::text], ARRAY[(SELECT t.total FROM serial_sum AS t)], 'to the same')
FROM ims_measure_sample AS s WHERE ims.measure_dimension(s.measure) = 'mass';
SELECT ok(min(s.measure) = (SELECT t.least FROM serial_sum AS t) AND max(s.measure) = (SELECT t.most FROM serial_sum AS t),
    'least and most too')
FROM ims_measure_sample AS s WHERE ims.measure_dimension(s.measure) = 'mass';
SELECT is((SELECT t.total FROM serial_sum AS t)::ims.measure, ims.measure_make(sum(ims.measure_amount(s.measure)
    * u.numerator * (1000000000 / u.denominator)) * 0.000000001, 'KGM'), 'and to the sum in numeric')
FROM ims_measure_sample AS s JOIN ims.rec20_units() AS u ON u.code = ims.measure_unit(s.measure)
WHERE u.dimension = 'mass';

-- The binary protocol.  A message of one row with one field.
SELECT is(ims._measure_send('1 CS'), '\x00000000000000000de0b6b3a76400004353', 'sent as amount and unit');
CREATE FUNCTION pg_temp.copy_in(field bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message bytea := '\x5047434f50590aff0d0a000000000000000000'::bytea || '\x0001'
        || int4send(length(field)) || field || '\xffff'::bytea;
    problem text;
BEGIN
    CREATE TEMP TABLE received (measure ims.measure);
    problem := pg_temp.problem(format('COPY received FROM PROGRAM %L (FORMAT binary)',
        'echo ' || translate(encode(message, 'base64'), E'\n', '') || ' | base64 -d'));
    IF problem = 'none' THEN
        SELECT r.measure::text INTO problem FROM received AS r;
    END IF;
    DROP TABLE received;
    RETURN problem;
END
$$;
SELECT is(pg_temp.copy_in(ims._measure_send(m.measure)), m.measure::text, m.measure || ' from its bytes')
FROM (VALUES (1, '1 CS'::ims.measure), (2, '-12.5 KGM'), (3, '999999999999.999999999999999999 ü'), (4, '0 EA')
    ) AS m (place, measure)
ORDER BY m.place;
SELECT is(pg_temp.copy_in(c.field), c.expected, format('%s bytes: %s', length(c.field), left(c.field::text, 44)))
FROM (VALUES
    (1, ''::bytea, '08P01'), (2, '\x0000', '08P01'),
    (3, '\x00000000000000000de0b6b3a7640000', 'IV130 unit missing 0'),
    (4, '\x0000000c9f2c9cd04674edea400000004353', 'IV130 too large 0'),
    (5, '\xfffffff360d3632fb98b1215c00000004353', 'IV130 too large 0'),
    (6, '\x800000000000000000000000000000004353', 'IV130 too large 0'),
    (7, '\x7fffffffffffffffffffffffffffffff4353', 'IV130 too large 0'),
    (8, '\x00000000000000000de0b6b3a764000020', 'IV130 unit character 0'),
    (9, '\x00000000000000000de0b6b3a7640000430a53', 'IV130 unit character 0'),
    (10, '\x00000000000000000de0b6b3a764000043ff53', '22021'),
    (11, '\x00000000000000000de0b6b3a7640000430053', '22021'),
    (12, '\x00000000000000000de0b6b3a7640000'::bytea || convert_to(repeat('u', 21), 'UTF8'), 'IV130 unit length 0'),
    (13, '\x00000000000000000de0b6b3a7640000'::bytea || convert_to(repeat('ü', 20), 'UTF8'), '1 ' || repeat('ü', 20)),
    (14, '\x00000000000000000de0b6b3a7640000'::bytea || convert_to(repeat('u', 1000), 'UTF8'), 'IV130 unit length 0')
    ) AS c (place, field, expected)
ORDER BY c.place;

SELECT * FROM finish();
ROLLBACK;
