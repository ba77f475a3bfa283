-- Input of the types of ims that may fail softly: from 16 on the server asks
-- whether a text is valid (pg_input_is_valid) and loads good lines alone (COPY
-- with ON_ERROR, from 17 on).  What is refused has the same SQLSTATE as ever.  On
-- 15, where every error is hard, the same answers come from the hard ones.
\i test/setup.psql
BEGIN;
SELECT plan(27);

CREATE FUNCTION pg_temp.hard_state(input text, type text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SELECT %L::%s', input, type);
    RETURN 'valid';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END
$$;
-- No handler: a hard error would end the test.
CREATE FUNCTION pg_temp.soft_state(input text, type text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    state text;
BEGIN
    IF to_regprocedure('pg_catalog.pg_input_error_info(text,text)') IS NULL THEN
        RETURN pg_temp.hard_state(input, type);
    END IF;
    EXECUTE 'SELECT coalesce(e.sql_error_code, ''valid'') FROM pg_catalog.pg_input_error_info($1, $2) AS e'
        INTO state USING input, type;
    RETURN state;
END
$$;
SELECT is(pg_temp.soft_state(c.input, c.type) || ' ' || pg_temp.hard_state(c.input, c.type),
    c.expected || ' ' || c.expected, format('%s "%s"', c.type, c.input))
FROM (VALUES
    (1, 'ims.gtin', '4006381333931', 'valid'),
    (2, 'ims.gtin', '4006381333932', 'IV110'),
    (3, 'ims.gtin', '', 'IV110'),
    (4, 'ims.sscc', '106141412345678908', 'valid'),
    (5, 'ims.sscc', '106141412345678909', 'IV110'),
    (6, 'ims.gln', '0614141123452', 'valid'),
    (7, 'ims.gln', 'x', 'IV110'),
    (8, 'ims.epc', '3074257BF7194E4000001A85', 'valid'),
    (9, 'ims.epc', '3074257BF7194E4000001A8', 'IV111'),
    (10, 'ims.epc', 'urn:epc:tag:sgtin-96:9.0614141.812345.6789', 'IV111'),
    (11, 'ims.epc', 'FF', 'IV111'),
    (12, 'ims.gs1', '(01)09521234543213(10)A', 'valid'),
    (13, 'ims.gs1', '(01)09521234543214', 'IV121'),
    (14, 'ims.gs1', '(10)', 'IV121'),
    (15, 'ims.gs1', '', 'IV121'),
    (16, 'ims.measure', '12.5 KGM', 'valid'),
    (17, 'ims.measure', '12.5', 'IV130'),
    (18, 'ims.measure', 'x KGM', 'IV130'),
    (19, 'ims.measure', '1 ' || repeat('U', 21), 'IV130'),
    (20, 'ims.measure', '', 'IV130'),
    (20.1, 'ims.measure', '1 000 KGM', 'IV130'),
    (20.2, 'ims.measure', '1 000', 'IV130'),
    (21, 'ims.gtin[]', '{4006381333931,4006381333932}', 'IV110'),
    (22, 'ims.measure[]', '{1 KGM,1}', 'IV130'),
    (23, 'ims.gtin[]', '{4006381333931,NULL}', 'valid')
    ) AS c (place, type, input, expected)
ORDER BY c.place;
SELECT is(pg_temp.hard_state(NULL, 'ims.gtin'), 'valid', 'NULL is no input');
SELECT throws_ok($$ SELECT 'x'::ims.gtin $$, 'IV110', NULL, 'a cast raises as before');

SELECT * FROM finish();
ROLLBACK;
