-- ims.gs1: one value for every form of an element string, nothing in it that
-- breaks a rule, on whatever way it comes; errors name identifier, position and
-- rule; a type like any other in indexes, joins and partitions.  The published
-- cases are those of test/core/gs1.c; here is what SQL adds.
\i test/setup.psql
BEGIN;
SELECT plan(327);

-- SQLSTATE and the facts of a refused statement, else its message; null if accepted.
CREATE FUNCTION pg_temp.refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
BEGIN
    EXECUTE statement;
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(' ', SQLSTATE, coalesce((substring(detail FROM '\{.*\}$'))::jsonb::text, SQLERRM));
END
$$;

-- SQLSTATE of a statement that is undone, ok if it went through.
CREATE FUNCTION pg_temp.state(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RAISE EXCEPTION USING ERRCODE = 'P0099';
EXCEPTION WHEN OTHERS THEN
    RETURN CASE SQLSTATE WHEN 'P0099' THEN 'ok' ELSE SQLSTATE END;
END
$$;

-- Forms.
SELECT is(v.input::ims.gs1::text, '(01)09520123456788(17)271231(10)ABC(21)x/y', v.form)
FROM (VALUES
    ('wire', E'01095201234567881727123110ABC\x1d21x/y'),
    ('wire with a first GS', E'\x1d01095201234567881727123110ABC\x1d21x/y'),
    ('wire with superfluous separators', E'0109520123456788\x1d17271231\x1d10ABC\x1d21x/y\x1d'),
    ('wire in another order', E'10ABC\x1d21x/y\x1d010952012345678817271231'),
    ('GS1-128', E']C101095201234567881727123110ABC\x1d21x/y'),
    ('DataBar', E']e001095201234567881727123110ABC\x1d21x/y'),
    ('DataMatrix', E']d201095201234567881727123110ABC\x1d21x/y'),
    ('QR', E']Q301095201234567881727123110ABC\x1d21x/y'),
    ('DotCode', E']J101095201234567881727123110ABC\x1d21x/y'),
    ('EAN with a 2D part', E']E09520123456788|]e01727123110ABC\x1d21x/y'),
    ('brackets', '(21)x/y(10)ABC(17)271231(01)09520123456788'),
    ('an element twice', '(10)ABC(21)x/y(10)ABC(17)271231(01)09520123456788(17)271231'),
    ('link', 'https://example.com/some/stem/01/09520123456788/10/ABC/21/x%2Fy?17=271231'),
    ('link in capitals', 'HTTPS://EXAMPLE.COM/01/09520123456788/10/ABC/21/x%2fy?17=271231&x=1#part'),
    ('link in a QR', ']Q1https://id.gs1.org/01/09520123456788/10/ABC/21/x%2Fy?17=271231'),
    ('link in a DataMatrix', ']d1http://id.gs1.org/01/09520123456788/10/ABC/21/x%2Fy?17=271231')
    ) AS v (form, input);
SELECT is(']E402345673'::ims.gs1::text, '(01)00000002345673', 'EAN-8 is a GTIN');
SELECT is(v.input::ims.gs1::text, v.expected, v.input)
FROM (VALUES
    (']I110614141000415', '(01)10614141000415'),
    (']E3952012345678842', '(01)09520123456788'),
    (']E3952012345678851299', '(01)09520123456788'),
    (']E39520123456788', '(01)09520123456788')) AS v (input, expected);
SELECT is(pg_temp.refusal(format('SELECT %L::ims.gs1', v.input)),
    format('IV121 {"ai": "01", "rule": "%s", "position": %s}', v.rule, v."position"), 'refused: ' || v.input)
FROM (VALUES
    (']I11061414100041', 17, 'primary_too_short'), (']I1106141410004150', 18, 'primary_too_long'),
    (']I110614141000416', 17, 'incorrect_check_digit'), (']E3952012345678', 16, 'primary_too_short'),
    (']E395201234567884', 17, 'primary_too_long'), (']E39520123456788123', 17, 'primary_too_long'),
    (']E3952012345678812345678', 17, 'primary_too_long'),
    (']E395201234567884x', 18, 'non_digit_character'),
    (']E3952012345678942', 16, 'incorrect_check_digit')) AS v (input, "position", rule);
SELECT is('(10)A\(1)B\('::ims.gs1::text, '(10)A\(1)B\(', 'a bracket in data is escaped');
SELECT is(ims.gs1_get('(10)A\(1)B\(', '10'), 'A(1)B(', 'and is no part of the value');
SELECT is(ims.gs1_human('(01)09520123456788(10)A\(1)B'), '(01)09520123456788(10)A(1)B',
    'a label has no escapes');
SELECT is(ims.gs1_wire('(10)A\(1(01)09520123456788(21)7'), E'010952012345678810A(1\x1d217',
    'the wire has a separator where one is needed');
SELECT is(ims.gs1_wire('(01)09520123456788(10)A', ']Q3'), ']Q3010952012345678810A',
    'and a symbology identifier on demand');
SELECT is(pg_temp.refusal($$SELECT ims.gs1_wire('(10)A', ']Q1')$$), '22023 symbology "]Q1" carries no GS1 element strings',
    'of a symbology that carries element strings');

-- NDEF: header, length of type and payload, type, prefix code or language.
SELECT is(ims.gs1_from_ndef(v.message)::text, v.expected, v.what)
FROM (VALUES
    ('URI record', '\xd1011d5504'::bytea || 'id.gs1.org/01/09520123456788', '(01)09520123456788'),
    ('whole URI', '\xd101255500'::bytea || 'https://id.gs1.org/01/09520123456788', '(01)09520123456788'),
    ('text record', '\xd101155402656e'::bytea || '(01)09520123456788', '(01)09520123456788'),
    ('long record', '\xc1010000001d5504'::bytea || 'id.gs1.org/01/09520123456788', '(01)09520123456788'),
    ('record with an id', '\xd9011d02556162' || '\x04'::bytea || 'id.gs1.org/01/09520123456788', '(01)09520123456788'),
    ('second record', '\x920102'::bytea || 'aXX' || '\x51011d5504'::bytea || 'id.gs1.org/01/09520123456788',
        '(01)09520123456788')
    ) AS v (what, message, expected);
SELECT is(pg_temp.refusal(format('SELECT ims.gs1_from_ndef(%L)', v.message)), v.expected, v.what)
FROM (VALUES
    ('no record', ''::bytea, 'IV121 {"rule": "ndef_truncated", "position": 1}'),
    ('half a record', '\xd1011d5504', 'IV121 {"rule": "ndef_truncated", "position": 6}'),
    ('no text in it', '\xd20102614142', 'IV121 {"rule": "ndef_unsupported", "position": 7}'),
    ('UTF-16', '\xd1010354820041', 'IV121 {"rule": "ndef_unsupported", "position": 5}'),
    ('a chunk', '\xf1010255046a', 'IV121 {"rule": "ndef_unsupported", "position": 5}'),
    ('an unknown beginning', '\xd1010255246a', 'IV121 {"rule": "ndef_unsupported", "position": 5}'),
    ('another text', '\xd101055402656e4142', 'IV121 {"rule": "malformed_ai", "position": 1}')
    ) AS v (what, message, expected);

SELECT is(ims.gs1_ndef('(01)09520123456788'), '\xd1011d5504'::bytea || 'id.gs1.org/01/09520123456788', 'a tag');
SELECT is(substring(ims.gs1_ndef('(01)09520123456788', v.domain) FROM 5), v.code || v.rest::bytea, 'a tag for ' || v.domain)
FROM (VALUES ('example.com', '\x04'::bytea, 'example.com/01/09520123456788'),
    ('www.example.com', '\x02', 'example.com/01/09520123456788'),
    ('http://example.com/shop/', '\x03', 'example.com/shop/01/09520123456788'),
    ('http://www.', '\x01', '/01/09520123456788'),
    ('HTTPS://example.com', '\x00', 'HTTPS://example.com/01/09520123456788')) AS v (domain, code, rest);
SELECT is(left(encode(ims.gs1_ndef(v.value, v.domain), 'hex'), v.header_digits) || ' ' || length(ims.gs1_ndef(v.value, v.domain)),
    v.expected, v.what)
FROM (VALUES
    ('a payload of 255 bytes in a short record', '(01)09520123456788'::ims.gs1, repeat('a', 236), 10, 'd101ff5504 259'),
    ('of 256 in a long one', '(01)09520123456788', repeat('a', 237), 16, 'c101000001005504 263'),
    ('the longest domain', '(01)09520123456788', repeat('a', 1992), 16, 'c101000007db5504 2018')
    ) AS v (what, value, domain, header_digits, expected);
SELECT is(pg_temp.refusal(format('SELECT ims.gs1_ndef(%L, %L)', v.value, v.domain)), v.expected, 'no tag: ' || v.what)
FROM (VALUES
    ('no key', '(10)A', 'a', 'IV121 {"rule": "missing_primary_key", "position": 1}'),
    ('no attribute', '(01)09520123456788(8011)1', 'a', 'IV121 {"ai": "8011", "rule": "illegal_attribute", "position": 20}'),
    ('no domain', '(01)09520123456788', '', 'IV121 {"rule": "missing_path", "position": 9}'),
    ('a domain too long', '(01)09520123456788', repeat('a', 1993), 'IV121 {"rule": "input_too_long", "position": 2001}')
    ) AS v (what, value, domain, expected);
SELECT is(ims.gs1_ndef(NULL), NULL, 'no tag of NULL');

-- Refusals: identifier, position, rule.
SELECT is(pg_temp.refusal(format('SELECT %L::ims.gs1', v.input)),
    'IV121 ' || (CASE WHEN v.ai = '' THEN jsonb_build_object('rule', v.rule, 'position', v.place)
        ELSE jsonb_build_object('ai', v.ai, 'rule', v.rule, 'position', v.place) END)::text,
    v.rule || ' in ' || left(v.input, 60))
FROM (VALUES
    ('', '', 1, 'empty'),
    (']d2', '', 4, 'empty'),
    (']Q1HELLO', '', 4, 'plain_data'),
    (']X0', '', 1, 'unknown_symbology'),
    (']E0952012345678', '01', 16, 'primary_too_short'),
    (']E095201234567881', '01', 17, 'primary_too_long'),
    (']E09520123456789', '01', 16, 'incorrect_check_digit'),
    ('(01)09520123456789', '01', 18, 'incorrect_check_digit'),
    ('(10)A(01)09520123456789', '01', 23, 'incorrect_check_digit'),
    ('(10)A\(\((01)09520123456789', '01', 27, 'incorrect_check_digit'),
    ('(10)A\(\( ', '10', 10, 'invalid_cset82_character'),
    ('0109520123456789', '01', 16, 'incorrect_check_digit'),
    ('(17)271301', '17', 7, 'illegal_month'),
    ('(17)270229', '17', 9, 'illegal_day'),
    ('(17)2712', '17', 9, 'value_too_short'),
    ('(10)' || repeat('A', 21), '10', 25, 'value_too_long'),
    ('(91)' || repeat('A', 91), '91', 95, 'value_too_long'),
    ('(10)', '10', 5, 'empty_value'),
    ('(10)(01)09520123456788', '10', 5, 'empty_value'),
    ('(10)Ü', '10', 5, 'invalid_cset82_character'),
    ('(10)A(10)B', '10', 7, 'repeated_ai'),
    ('(1)A', '', 2, 'malformed_ai'),
    ('(100)A', '', 2, 'malformed_ai'),
    ('(10A', '', 5, 'missing_bracket'),
    ('(89)A', '', 2, 'ai_without_length'),
    ('ABC', '', 1, 'malformed_ai'),
    ('(3103)00019', '3103', 12, 'value_too_short'),
    ('(422)999', '422', 6, 'not_iso3166'),
    ('(3910)99X1', '3910', 9, 'non_digit_character'),
    ('(04)123', '04', 8, 'value_too_short'),
    ('https://example.com/', '', 20, 'missing_primary_key'),
    ('https://example.com/10/ABC', '', 20, 'missing_primary_key'),
    ('https://exa mple.com/01/09520123456788', '', 12, 'illegal_uri_character'),
    ('https://exa_mple.com/01/09520123456788', '', 12, 'illegal_domain'),
    ('https:///01/09520123456788', '', 9, 'missing_path'),
    ('https://a/01/09520123456789', '01', 27, 'incorrect_check_digit'),
    ('https://a/01/09520123456788/10/A%20B', '10', 33, 'invalid_cset82_character'),
    ('https://a/01/09520123456788/10/A%00B', '10', 32, 'illegal_null'),
    ('https://a/01/09520123456788/21/A/10/B', '21', 29, 'illegal_qualifier'),
    ('https://a/01/09520123456788?10=B', '10', 29, 'attribute_in_query'),
    ('https://a/01/09520123456788?8011=1', '8011', 29, 'illegal_attribute'),
    ('https://a/01/09520123456788?99=A&99=A', '99', 34, 'duplicate_ai'),
    ('https://a/01/9520123456788', '01', 27, 'value_too_short')
    ) AS v (input, ai, place, rule);
SELECT is(pg_temp.refusal(format('SELECT %L::ims.gs1', v.input)),
    format('IV121 {"ai": "01", "rule": "%s", "position": %s}', v.rule, v.place), 'legacy link: ' || v.input)
FROM (VALUES
    ('https://a/01/9520123456789', 27, 'value_too_short')) AS v (input, place, rule);
SELECT is(pg_temp.refusal(format('SELECT ims.gs1_parse(%L, legacy_link => true)', v.input)), v.expected,
    'legacy link: ' || v.input)
FROM (VALUES
    ('https://a/gtin/9520123456789/lot/A', 'IV121 {"ai": "01", "rule": "incorrect_check_digit", "position": 28}'),
    ('https://a/gtin/952012345678x/lot/A', 'IV121 {"ai": "01", "rule": "non_digit_character", "position": 28}'),
    ('https://a/01/%30%312345678906', 'IV121 {"ai": "01", "rule": "incorrect_check_digit", "position": 29}'),
    ('https://a/gtin/96385075', 'IV121 {"ai": "01", "rule": "incorrect_check_digit", "position": 23}'),
    ('https://a/gtin/x6385074', 'IV121 {"ai": "01", "rule": "non_digit_character", "position": 16}'),
    ('https://a/gtin/9520123456788/lot/A%20', 'IV121 {"ai": "10", "rule": "invalid_cset82_character", "position": 35}'),
    ('https://a/gtin/9520123456788/ser/1/lot/A', 'IV121 {"ai": "21", "rule": "illegal_qualifier", "position": 30}'),
    ('https://a/gtin/9520123456788?lot=A', NULL),
    ('https://a/gtin/9520123456788?10=A', 'IV121 {"ai": "10", "rule": "attribute_in_query", "position": 30}')
    ) AS v (input, expected);

-- Bounds.
SELECT is((SELECT string_agg('(' || n || ')' || repeat('A', 90), '' ORDER BY n)
        FROM generate_series(91, 99) AS n)::ims.gs1::text,
    (SELECT string_agg('(' || n || ')' || repeat('A', 90), '' ORDER BY n)
        FROM generate_series(91, 99) AS n), '90 characters');
SELECT is((SELECT count(*) FROM ims.gs1_elements((SELECT string_agg('(' || n || ')1', '' ORDER BY n)
        FROM generate_series(8100, 8163) AS n WHERE n NOT BETWEEN 8110 AND 8112)::ims.gs1)), 61::bigint,
    '61 elements');
SELECT is((SELECT count(*) FROM ims.gs1_elements(string_agg(e.element, '' ORDER BY e.element)::ims.gs1)),
    64::bigint, '64 elements')
FROM (SELECT '(' || n || ')' || repeat('\(', 90) AS element FROM generate_series(7260, 7323) AS n
    WHERE n < 7300
    UNION ALL SELECT '(' || n || ')' || repeat('\(', 90) FROM generate_series(8210, 8233) AS n) AS e;
SELECT is(pg_temp.refusal(format('SELECT %L::ims.gs1', string_agg('(' || n || ')1', '' ORDER BY n))),
    'IV121 {"ai": "8278", "rule": "too_many_elements", "position": 450}', '65 elements')
FROM generate_series(8214, 8278) AS n;
SELECT is(pg_temp.refusal(format('SELECT %L::ims.gs1', 'https://a' || repeat('/x', 10000))),
    'IV121 {"rule": "input_too_long", "position": 20001}', 'a long input');

-- Identifiers that no table has.
SELECT is((E'01095201234567880412345678901234567099A/b')::ims.gs1::text,
    '(01)09520123456788(04)1234567890123456(7099)A/b', 'an unknown identifier is kept');
SELECT is(ims.gs1_wire('(7099)A/b(10)C(04)1234567890123456'), E'04123456789012345610C\x1d7099A/b',
    'with the length that is predefined by its beginning');
SELECT results_eq($$SELECT * FROM ims.gs1_elements('(7099)A/b(10)C')$$,
    $$VALUES (1, '10', 'BATCH/LOT', 'C'), (2, '7099', NULL, 'A/b')$$, 'rows of elements');
SELECT is('https://a/01/09520123456788/10/C?7099=A%2Fb&x=1'::ims.gs1::text, '(01)09520123456788(10)C(7099)A/b',
    'a link has it as an attribute');
SELECT is(ims.gs1_digital_link('(7099)A/b&=(04)1234567890123456(01)09520123456788(10)C', 'a'),
    'https://a/01/09520123456788/10/C?04=1234567890123456&7099=A%2Fb%26%3D', 'and gets it');
SELECT is(ims.gs1_digital_link('(7099)A/b&=(04)1234567890123456(01)09520123456788(10)C')::ims.gs1,
    '(7099)A/b&=(04)1234567890123456(01)09520123456788(10)C', 'there and back');
SELECT is(pg_temp.refusal(format('SELECT %L::ims.gs1', 'https://a/01/09520123456788' || v.rest)),
    'IV121 ' || v.expected, 'a link with ' || v.rest)
FROM (VALUES
    ('?04=123', '{"ai": "04", "rule": "value_too_short", "position": 35}'),
    ('?7099=', '{"ai": "7099", "rule": "empty_value", "position": 34}'),
    ('?7099=A%20B', '{"ai": "7099", "rule": "invalid_cset82_character", "position": 35}'),
    ('?7099=A&7099=A', '{"ai": "7099", "rule": "duplicate_ai", "position": 36}'),
    ('?709=A', '{"rule": "malformed_ai", "position": 29}'),
    ('?89=A', '{"rule": "malformed_ai", "position": 29}'),
    ('/7099/A', '{"rule": "missing_primary_key", "position": 10}')
    ) AS v (rest, expected);
SELECT is(ims.gs1_get('(7099)A/b(10)C', '7099'), 'A/b', 'its value');
SELECT is(ims.is_gs1('(7099)A'), true, 'is_gs1 of one');
SELECT is(ims.is_gs1('(7099)'), false, 'and of none');
SELECT is(ims.is_gs1(NULL), NULL, 'and of nothing');

-- Strict reading.
SELECT is(pg_temp.refusal(format('SELECT ims.gs1_parse(%L)', v.input)), v.expected, 'strict: ' || v.input)
FROM (VALUES
    ('(01)09520123456788(10)A', NULL),
    ('(10)A', 'IV122 {"ai": "10", "rule": "required_ai_missing", "position": 2}'),
    ('(01)09520123456788(37)5', 'IV122 {"ai": "01", "rule": "excluded_ai", "position": 2}'),
    ('(00)095201234567891235(02)09520123456788(37)5', NULL),
    ('(253)9520123456788(8030)AB', 'IV122 {"ai": "253", "rule": "serial_missing", "position": 2}'),
    ('(01)09520123456788(3103)000100(3102)000100',
        'IV122 {"ai": "3103", "rule": "excluded_ai", "position": 20}'),
    ('(01)09520123456788(7099)A', 'IV123 {"ai": "7099", "rule": "unknown_ai", "position": 20}'),
    ('https://a/01/09520123456788?7099=A', 'IV123 {"ai": "7099", "rule": "unknown_ai", "position": 29}'),
    (']Q1https://a/01/09520123456788/21/A?37=5', 'IV122 {"ai": "01", "rule": "excluded_ai", "position": 14}')
    ) AS v (input, expected);
SELECT is(ims.gs1_parse('(10)A(7099)B', strict => false)::text, '(10)A(7099)B', 'lenient reading');
SELECT is(pg_temp.refusal($$SELECT ims.gs1_parse('(01)09520123456788(17)271200', needs_day => true)$$),
    'IV121 {"ai": "17", "rule": "day_zero", "position": 27}', 'a day can be asked for');
SELECT is(ims.gs1_parse('https://a/gtin/9520123456788/lot/A', legacy_link => true)::text,
    '(01)09520123456788(10)A', 'a legacy link');
SELECT is(pg_temp.refusal($$SELECT ims.gs1_parse('https://a/gtin/9520123456788/lot/A')$$),
    'IV121 {"rule": "missing_primary_key", "position": 10}', 'is refused unless told');
SELECT results_eq($$SELECT p.ai, p."position", p.rule FROM ims.gs1_problems('(10)A(21)B(7099)C(3103)000001') AS p$$,
    $$VALUES ('3103', 2, 'required_ai_missing'), ('10', 14, 'required_ai_missing'),
        ('21', 19, 'required_ai_missing'), ('7099', 24, 'unknown_ai')$$, 'all problems as rows');
SELECT is_empty($$SELECT * FROM ims.gs1_problems('(01)09520123456788(10)A')$$, 'or none');

-- Added identifiers.
SELECT lives_ok($$SELECT ims.set_gs1_ai(ai => '7099', format => 'N4,hhmi [X..3]', title => 'PILOT',
    required_with => '01+21,8006', excluded_with => '310n', release => 'pilot')$$, 'one is added');
SELECT is(pg_temp.refusal(format('SELECT ims.gs1_parse(%L)', v.input)), v.expected, 'added: ' || v.input)
FROM (VALUES
    ('(01)09520123456788(21)A(7099)2359', NULL),
    ('(01)09520123456788(21)A(7099)2359abc', NULL),
    ('(01)09520123456788(21)A(7099)2359abcd', 'IV121 {"ai": "7099", "rule": "value_too_long", "position": 37}'),
    ('(01)09520123456788(21)A(7099)2360', 'IV121 {"ai": "7099", "rule": "illegal_minute", "position": 32}'),
    ('(01)09520123456788(7099)2359', 'IV122 {"ai": "7099", "rule": "required_ai_missing", "position": 20}'),
    ('(01)09520123456788(21)A(3103)000100(7099)2359',
        'IV122 {"ai": "7099", "rule": "excluded_ai", "position": 37}'),
    ('(01)09520123456788(21)A(7099)x359', 'IV121 {"ai": "7099", "rule": "non_digit_character", "position": 30}'),
    ('(01)09520123456788(21)A\(\((7099)2359a\(\(\(', 'IV121 {"ai": "7099", "rule": "value_too_long", "position": 43}'),
    (E']d2010952012345678821A\x1d70992359', NULL),
    (E']d2010952012345678821A\x1d70992360', 'IV121 {"ai": "7099", "rule": "illegal_minute", "position": 30}'),
    ('https://a/01/09520123456788/21/A?7099=2359a%25', NULL),
    ('https://a/01/09520123456788/21/A?7099=%32%3360', 'IV121 {"ai": "7099", "rule": "illegal_minute", "position": 45}'),
    (']Q1https://a/01/09520123456788/21/A?7099=2', 'IV121 {"ai": "7099", "rule": "value_too_short", "position": 43}'),
    ('https://a/01/09520123456788?7099=2359', 'IV122 {"ai": "7099", "rule": "required_ai_missing", "position": 29}'),
    ('https://a/01/09520123456788?7098=2359', 'IV123 {"ai": "7098", "rule": "unknown_ai", "position": 29}')
    ) AS v (input, expected);
SELECT is(ims.gs1_parse(v.input), '(01)09520123456788(21)A(7099)2359a%', 'added: one value of ' || v.form)
FROM (VALUES
    ('wire', E'010952012345678821A\x1d70992359a%'), ('scan', E']C170992359a%\x1d010952012345678821A'),
    ('brackets', '(7099)2359a%(01)09520123456788(21)A'),
    ('link', 'https://a/01/09520123456788/21/A?7099=2359a%25')) AS v (form, input);
SELECT is(ims.gs1_parse(ims.gs1_digital_link(v.value)) || ' ' || ims.gs1_parse(ims.gs1_wire(v.value, ']d2')),
    v.value::text || ' ' || v.value::text, 'and one value in all')
FROM (VALUES ('(01)09520123456788(21)A(7099)2359a%'::ims.gs1)) AS v (value);
SELECT results_eq($$SELECT e."position", e.ai, e.title, e.value, ims.gs1_title(e.ai)
        FROM ims.gs1_elements('(7099)2359(10)C(7098)x') AS e$$,
    $$VALUES (1, '10', 'BATCH/LOT', 'C', 'BATCH/LOT'), (2, '7098', NULL, 'x', NULL),
        (3, '7099', NULL, '2359', 'PILOT')$$, 'as rows, with the title that the table has');
SELECT is(pg_temp.refusal($$SELECT ims.gs1_title('x')$$), '22023 "x" is no application identifier', 'title of none');
SELECT is(ims.gs1_title(NULL), NULL, 'title of NULL');
CREATE TEMP TABLE labelled (
    value ims.gs1 PRIMARY KEY,
    link text GENERATED ALWAYS AS (ims.gs1_digital_link(value)) STORED UNIQUE,
    pilot text GENERATED ALWAYS AS (ims.gs1_get(value, '7099')) STORED);
INSERT INTO labelled VALUES ('(01)09520123456788(7099)2359');
SELECT results_eq($$SELECT l.link, l.pilot FROM labelled AS l$$,
    $$VALUES ('https://id.gs1.org/01/09520123456788?7099=2359', '2359')$$, 'in generated columns');
SELECT lives_ok($$SELECT ims.set_gs1_ai(ai => '7099', format => 'N1', title => 'PILOT 2',
    valid_from => '2999-01-01')$$, 'a later definition');
SELECT is(pg_temp.refusal($$SELECT ims.gs1_parse('(7099)1')$$),
    'IV121 {"ai": "7099", "rule": "value_too_short", "position": 8}', 'is not yet valid');
SELECT lives_ok($$SELECT ims.set_gs1_ai(ai => '7099', format => 'N1', title => 'PILOT 1',
    valid_from => '2001-01-01')$$, 'an earlier one');
SELECT is(ims.gs1_parse('(7099)1')::text, '(7099)1', 'is');
SELECT is((SELECT array_agg(m.action ORDER BY m.master_change_id) FROM ims.master_change AS m
    WHERE m.table_name = 'gs1_ai'), '{insert,insert,insert}', 'changes are recorded');
SELECT is(pg_temp.refusal(v.call), v.expected, v.what)
FROM (VALUES
    ('built in', $$SELECT ims.set_gs1_ai(ai => '10', format => 'N1', title => 'x')$$,
        'IV124 {"ai": "10", "argument": "ai"}'),
    ('of three digits', $$SELECT ims.set_gs1_ai(ai => '709', format => 'N1', title => 'x')$$,
        'IV124 {"ai": "709", "argument": "ai"}'),
    ('of a bad format', $$SELECT ims.set_gs1_ai(ai => '7099', format => 'N', title => 'x')$$,
        'IV124 {"ai": "7099", "argument": "format"}'),
    ('of another length', $$SELECT ims.set_gs1_ai(ai => '04', format => 'N15', title => 'x')$$,
        'IV124 {"ai": "04", "argument": "format"}'),
    ('with a bad group', $$SELECT ims.set_gs1_ai(ai => '7099', format => 'N1', title => 'x', required_with => '01+')$$,
        'IV124 {"ai": "7099", "argument": "required_with"}'),
    ('with a digit behind n', $$SELECT ims.set_gs1_ai(ai => '7099', format => 'N1', title => 'x', required_with => '31n1')$$,
        'IV124 {"ai": "7099", "argument": "required_with"}'),
    ('with five digits', $$SELECT ims.set_gs1_ai(ai => '7099', format => 'N1', title => 'x', excluded_with => '02,31001')$$,
        'IV124 {"ai": "7099", "argument": "excluded_with"}'),
    ('with a bad list', $$SELECT ims.set_gs1_ai(ai => '7099', format => 'N1', title => 'x', excluded_with => 'n10')$$,
        'IV124 {"ai": "7099", "argument": "excluded_with"}'),
    ('without a title', $$SELECT ims.set_gs1_ai(ai => '7099', format => 'N1')$$,
        'IV201 {"argument": "title"}'),
    ('that is not there', $$SELECT ims.remove_gs1_ai(ai => '7098')$$, 'IV229 {"ai": "7098"}')
    ) AS v (what, call, expected);
-- Whoever may call the function needs no right on the table.
CREATE ROLE ims_test_scanner;
GRANT USAGE ON SCHEMA ims TO ims_test_scanner;
GRANT EXECUTE ON FUNCTION ims.gs1_parse, ims.gs1_problems, ims.gs1_title TO ims_test_scanner;
SET LOCAL ROLE ims_test_scanner;
SELECT ims.gs1_parse('(7099)1')::text AS parsed, ims.gs1_title('7099') AS title,
    (SELECT count(*) FROM ims.gs1_problems('(7099)1')) AS problems, current_user AS scanner \gset
RESET ROLE;
SELECT is(:'parsed' || ' ' || :'title' || ' ' || :'problems' || ' ' || :'scanner', '(7099)1 PILOT 1 0 ims_test_scanner',
    'known without a right to read the table');
SELECT lives_ok($$SELECT ims.remove_gs1_ai(ai => '7099')$$, 'removed');
SELECT is(pg_temp.refusal($$SELECT ims.gs1_parse('(7099)1')$$),
    'IV123 {"ai": "7099", "rule": "unknown_ai", "position": 2}', 'and unknown again');
SELECT is('(7099)1'::ims.gs1::text, '(7099)1', 'but what was stored restores');

-- The table keeps the same rule; a row that got past it is no identifier.
SELECT is(pg_temp.state(format('INSERT INTO ims.gs1_ai (ai, format, title, %I)'
        ' VALUES (%L, %L, %L, %L)', v.column_name, '7099', 'N1', 'x', v.list)),
    v.expected, format('%s %s', v.column_name, left(v.list, 25)))
FROM unnest('{required_with,excluded_with}'::text[]) AS c (name)
CROSS JOIN LATERAL (VALUES
    (c.name, '01', 'ok'), (c.name, '3100', 'ok'), (c.name, '01+21,310n,31nn+8006', 'ok'),
    (c.name, NULL, 'ok'), (c.name, '', '23514'), (c.name, '1', '23514'), (c.name, 'nn', '23514'),
    (c.name, '31000', '23514'), (c.name, '310nn', '23514'), (c.name, '31n1', '23514'),
    (c.name, '01,', '23514'), (c.name, '01++21', '23514'), (c.name, repeat('9', 1000), '23514')
    ) AS v (column_name, list, expected);
ALTER TABLE ims.gs1_ai DROP CONSTRAINT gs1_ai_required_with_check,
    DROP CONSTRAINT gs1_ai_excluded_with_check;
INSERT INTO ims.gs1_ai (ai, format, title, required_with, excluded_with)
VALUES ('7097', 'N1', 'x', repeat('9', 1000), NULL), ('7098', 'N1', 'x', NULL, '01,31000');
SELECT is(pg_temp.refusal(format('SELECT ims.gs1_parse(%L)', '(' || a.ai || ')1')),
    'IV123 {"ai": "' || a.ai || '", "rule": "unknown_ai", "position": 2}', a.ai || ' with a bad list')
FROM ims.gs1_ai AS a ORDER BY a.ai;

-- Links.
SELECT is(ims.gs1_digital_link('(01)09520123456788(10)A/1(17)271200(21)x(3103)000195'),
    'https://id.gs1.org/01/09520123456788/10/A%2F1/21/x?17=271200&3103=000195', 'a link');
SELECT is(ims.gs1_digital_link('(00)095201234567891235', v.domain), v.expected, 'link to ' || v.domain)
FROM (VALUES ('example.com', 'https://example.com/00/095201234567891235'),
    ('http://example.com/shop/', 'http://example.com/shop/00/095201234567891235')) AS v (domain, expected);
SELECT is(pg_temp.refusal(format('SELECT ims.gs1_digital_link(%L, %L)', v.value, v.domain)), v.expected, v.what)
FROM (VALUES
    ('no key', '(10)A', 'a', 'IV121 {"rule": "missing_primary_key", "position": 1}'),
    ('no attribute', '(01)09520123456788(8011)1', 'a', 'IV121 {"ai": "8011", "rule": "illegal_attribute", "position": 20}'),
    ('no domain', '(01)09520123456788', '', 'IV121 {"rule": "missing_path", "position": 9}'),
    ('a query', '(01)09520123456788', 'a/b?c', 'IV121 {"rule": "illegal_uri_character", "position": 12}')
    ) AS v (what, value, domain, expected);

-- A column of one of the types takes what another table holds as varchar.
CREATE TEMP TABLE scanned (gtin ims.gtin, sscc ims.sscc, gln ims.gln, scan ims.gs1, tag ims.epc);
SELECT lives_ok($$INSERT INTO scanned
    SELECT '4006381333931'::varchar, '095201234567891235'::varchar(18), '4012345000009'::varchar,
        '(10)A'::varchar(90), 'urn:epc:tag:sgtin-96:3.0614141.812345.6789'::varchar$$, 'varchar is assigned');
SELECT is(s.gtin::text || ' ' || s.sscc::text || ' ' || s.gln::text || ' ' || s.scan::text,
    '04006381333931 095201234567891235 4012345000009 (10)A', 'and read') FROM scanned AS s;

-- Fields.
SELECT is(ims.gs1_gtin('(01)09520123456788(10)A(21)B'), '09520123456788', 'GTIN');
SELECT is(ims.gs1_lot('(01)09520123456788(10)A(21)B'), 'A', 'lot');
SELECT is(ims.gs1_serial('(01)09520123456788(10)A(21)B'), 'B', 'serial');
SELECT is(ims.gs1_sscc('(00)095201234567891235(400)P-1'), '095201234567891235', 'SSCC');
SELECT is(ims.gs1_order_number('(00)095201234567891235(400)P-1'), 'P-1', 'order number');
SELECT is(ims.gs1_lot('(01)09520123456788'), NULL, 'no lot');
SELECT is(ims.gs1_count('(02)09520123456788(37)00000025'), 25::bigint, 'count of units inside');
SELECT is(ims.gs1_count('(01)09520123456788(30)7'), 7::bigint, 'count of variable items');
SELECT is(ims.gs1_net_weight(('(01)09520123456788' || v.element)::ims.gs1), v.expected, 'weight ' || v.element)
FROM (VALUES ('(3103)000195', 0.195), ('(3100)000005', 5), ('(3105)999999', 9.99999),
    ('(3200)000001', 0.45359237), ('(3205)000001', 0.0000045359237),
    ('(3560)000001', 0.0311034768), ('(3102)000100(3200)000001', 1), ('', NULL),
    ('(3106)000001', NULL), ('(3109)00000A', NULL), ('(3106)ABCDEF(3200)000001', 0.45359237),
    ('(3206)000001', NULL), ('(3566)000001', NULL)) AS v (element, expected);
SELECT is(pg_temp.refusal(format('SELECT ims.gs1_net_weight(%L)', '(01)09520123456788' || v.element)),
    'IV122 ' || v.expected, 'two weights ' || v.element)
FROM (VALUES
    ('(3102)000100(3103)000001', '{"ai": "3103", "rule": "excluded_ai", "position": 32}'),
    ('(3200)000001(3201)000010', '{"ai": "3201", "rule": "excluded_ai", "position": 32}')
    ) AS v (element, expected);
SELECT is(ims.gs1_gross_weight(('(00)095201234567891235' || v.element)::ims.gs1), v.expected, 'gross weight ' || v.element)
FROM (VALUES ('(3301)004200', 420), ('(3300)000000', 0), ('(3305)999999', 9.99999), ('(3400)000001', 0.45359237),
    ('(3405)999999', 4.5359191640763), ('(3302)000100(3400)000001', 1), ('(3103)000195', NULL), ('', NULL),
    ('(3306)000001', NULL), ('(3309)00000A', NULL)) AS v (element, expected);
SELECT is(ims.gs1_price(v.value::ims.gs1)::text || coalesce(' ' || ims.gs1_price_currency(v.value::ims.gs1), ''),
    v.expected, 'price ' || v.value)
FROM (VALUES ('(01)99521234567892(3922)0299', '2.99'), ('(3920)5', '5'), ('(3922)0000', '0.00'),
    ('(3929)999999999999999', '999999.999999999'), ('(3920)999999999999999', '999999999999999'),
    ('(3929)1', '0.000000001'), ('(3932)9780299', '2.99 978'), ('(3930)8401', '1 840'),
    ('(3939)978999999999999999', '999999.999999999 978'), ('(3902)0299', NULL), ('(3953)000299', NULL),
    ('(10)A', NULL)) AS v (value, expected);
SELECT is(pg_temp.refusal(format('SELECT ims.%s', v.call)), 'IV122 ' || v.expected, v.call)
FROM (VALUES
    ('gs1_gross_weight(''(3302)000100(3303)000001'')', '{"ai": "3303", "rule": "excluded_ai", "position": 14}'),
    ('gs1_gross_weight(''(3402)000100(3403)000001'')', '{"ai": "3403", "rule": "excluded_ai", "position": 14}'),
    ('gs1_price(''(3922)1(3923)1'')', '{"ai": "3923", "rule": "excluded_ai", "position": 9}'),
    ('gs1_price(''(3922)1(3932)9781'')', '{"ai": "3932", "rule": "excluded_ai", "position": 9}'),
    ('gs1_price_currency(''(3922)1(3932)9781'')', '{"ai": "3932", "rule": "excluded_ai", "position": 9}')
    ) AS v (call, expected);
SELECT is(pg_temp.refusal($$SELECT ims.gs1_get('(10)A', 'x')$$), '22023 "x" is no application identifier',
    'get of what is no identifier');

-- Dates: the year nearest to the reference, from 49 before to 50 after.
SELECT is_empty($$
    SELECT r.year, y.year
    FROM generate_series(2024, 2099) AS r (year)
    CROSS JOIN generate_series(0, 99) AS y (year)
    WHERE extract(year FROM ims.gs1_date(format('(11)%s0615', lpad(y.year::text, 2, '0'))::ims.gs1, '11',
            make_date(r.year, 12, 31)))
        <> (SELECT c.year FROM generate_series(r.year - 49, r.year + 50) AS c (year)
            WHERE c.year % 100 = y.year)$$, 'centuries');
SELECT is(ims.gs1_expiry(v.value::ims.gs1, v.reference), v.expected, v.value || ' seen in ' || v.reference)
FROM (VALUES
    ('(17)760101', '2026-01-01'::date, '2076-01-01'::date),
    ('(17)770101', '2026-12-31', '1977-01-01'),
    ('(17)010101', '2051-01-01', '2101-01-01'),
    ('(17)270200', '2026-01-01', '2027-02-28'),
    ('(17)280200', '2026-01-01', '2028-02-29'),
    ('(17)000229', '2026-01-01', '2000-02-29'),
    ('(10)A', '2026-01-01', NULL)) AS v (value, reference, expected);
SELECT is(pg_temp.refusal($$SELECT ims.gs1_expiry('(17)000229', '2060-01-01')$$),
    'IV121 {"ai": "17", "rule": "illegal_day", "position": 9}', '2100 is no leap year');
SELECT is(pg_temp.refusal($$SELECT ims.gs1_expiry('(17)270101', 'infinity')$$), '22023 the reference date is not finite',
    'no reference');
SELECT is(pg_temp.refusal(format($$SELECT ims.gs1_expiry('(17)270101', %L)$$, v.reference)), v.expected,
    'reference ' || v.reference)
FROM (VALUES ('0999-12-31', '22023 the reference date is not in the years 1000 to 9900'), ('1000-01-01', NULL),
    ('9900-12-31', NULL), ('5874897-12-31', '22023 the reference date is not in the years 1000 to 9900'),
    ('0001-01-01 BC', '22023 the reference date is not in the years 1000 to 9900')) AS v (reference, expected);
SELECT is(ims.gs1_best_before('(15)270131(17)270228', '2026-01-01'), '2027-01-31', 'best before');
SELECT is(ims.gs1_date('(7251)199912312359', '7251', '2026-01-01'), '1999-12-31', 'a year of four digits');
SELECT is(pg_temp.refusal($$SELECT ims.gs1_date('(10)A', '10')$$), '22023 application identifier (10) has no date',
    'no date');
SELECT is(ARRAY[ims.gs1_has_day('(17)270200'), ims.gs1_has_day('(17)270201'), ims.gs1_has_day('(10)A')],
    '{f,t,NULL}', 'whether there is a day');
SELECT is((SELECT count(*) FROM ims.gs1_dictionary()), 224::bigint, 'the dictionary');
SELECT isnt(ims.gs1_dictionary_version(), '', 'has a version');

-- A type like any other.
CREATE TEMP TABLE scan (
    value ims.gs1 PRIMARY KEY,
    gtin text GENERATED ALWAYS AS (ims.gs1_gtin(value)) STORED,
    best_before date GENERATED ALWAYS AS (ims.gs1_best_before(value, '2026-01-01')) STORED
);
CREATE STATISTICS scan_statistics ON gtin, value FROM scan;
CREATE INDEX scan_hash ON scan USING hash (value);
INSERT INTO scan
SELECT '(01)09520123456788(21)' || n FROM generate_series(1, 1000) AS n;
ANALYZE scan;
SELECT throws_ok($$INSERT INTO scan VALUES (E'2117\x1d0109520123456788')$$, '23505', NULL,
    'another form is the same value');
SELECT is((SELECT count(*) FROM scan AS a JOIN scan AS b USING (value)), 1000::bigint, 'joins');
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_nestloop = off;
SELECT is((SELECT count(*) FROM scan AS a JOIN scan AS b USING (value)), 1000::bigint, 'by merge');
SET LOCAL enable_mergejoin = off;
SET LOCAL enable_hashjoin = on;
SELECT is((SELECT count(*) FROM scan AS a JOIN scan AS b USING (value)), 1000::bigint, 'by hash');
SET LOCAL enable_nestloop = on;
SET LOCAL enable_mergejoin = on;
SELECT is((SELECT array_agg(s.value::text ORDER BY s.value) FROM scan AS s),
    (SELECT array_agg(s.value::text ORDER BY s.value::text COLLATE "C") FROM scan AS s), 'order is that of bytes');
SELECT is((SELECT count(*) FROM scan AS s WHERE s.value = '(21)17(01)09520123456788'), 1::bigint,
    'a literal finds it');
SELECT ok('(10)A'::ims.gs1 IS DISTINCT FROM '(10)B' AND '(10)A'::ims.gs1 IN ('(10)B', '(10)A')
    AND '(10)A'::ims.gs1 < '(10)B' AND '(10)A'::ims.gs1 <= '(10)A' AND '(10)B'::ims.gs1 > '(10)A'
    AND '(10)B'::ims.gs1 >= '(10)B' AND '(10)A'::ims.gs1 <> '(10)B', 'comparisons');
SELECT ok('{(10)A,(10)B}'::ims.gs1[] @> '{(10)B}'::ims.gs1[], 'arrays');
CREATE TEMP TABLE part (value ims.gs1) PARTITION BY HASH (value);
CREATE TEMP TABLE part0 PARTITION OF part FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TEMP TABLE part1 PARTITION OF part FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO part SELECT s.value FROM scan AS s;
SELECT ok((SELECT count(*) FROM part0) BETWEEN 400 AND 600, 'partitions');
CREATE TEMP TABLE assigned (value ims.gs1);
INSERT INTO assigned SELECT 'https://id.gs1.org/01/09520123456788'::text;
SELECT is((SELECT a.value::text FROM assigned AS a), '(01)09520123456788', 'text is cast by assignment');
SELECT throws_ok($$SELECT '(10)A'::text = '(10)A'::ims.gs1$$, '42883', NULL, 'and by nothing else');

-- Round trips of random values.
SELECT setseed(0.42);
CREATE TEMP TABLE random_value AS
SELECT ('(01)' || g.body || (10 - (SELECT sum(substr(g.body, k, 1)::integer * CASE WHEN k % 2 = 1 THEN 3 ELSE 1 END)
        FROM generate_series(1, 13) AS k) % 10) % 10
    || '(17)' || to_char('2000-01-01'::date + (random() * 36000)::integer, 'YYMMDD')
    || '(10)' || substr(md5(g.n::text), 1, 1 + (random() * 19)::integer)
    || '(21)' || translate(substr(md5((-g.n)::text), 1, 1 + (random() * 19)::integer), 'abcdef', '!"%&/;'))::ims.gs1 AS value
FROM (SELECT n, lpad((random() * 9999999999999)::bigint::text, 13, '0') AS body
    FROM generate_series(1, 100000) AS n) AS g;
SELECT is((SELECT count(*) FROM random_value AS r
    WHERE r.value = ims.gs1_wire(r.value, ']d2')::ims.gs1 AND r.value = ims.gs1_human(r.value)::ims.gs1
        AND r.value = ims.gs1_digital_link(r.value)::ims.gs1
        AND r.value = ims.gs1_from_ndef(ims.gs1_ndef(r.value)) AND r.value = r.value::text::ims.gs1
        AND r.value = ims.gs1_parse(ims.gs1_wire(r.value))), 100000::bigint, '100,000 random values round-trip');

-- The binary protocol: what is wrong there is refused as in text.
SELECT set_config('test.file', current_setting('data_directory') || '/gs1_recv.bin', true) AS file \gset
CREATE TEMP TABLE received (value ims.gs1);
CREATE FUNCTION pg_temp.receive(bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    object oid := lo_from_bytea(0, '\x5047434f50590aff0d0a000000000000000000'::bytea || '\x0001'::bytea
        || int4send(length(bytes)) || bytes || '\xffff'::bytea);
BEGIN
    PERFORM lo_export(object, current_setting('test.file'));
    PERFORM lo_unlink(object);
    EXECUTE format('COPY received FROM %L (FORMAT binary)', current_setting('test.file'));
    RETURN (SELECT string_agg(r.value::text, ',') FROM received AS r);
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END
$$;
SELECT is(pg_temp.receive(v.bytes), v.expected, v.what)
FROM (VALUES
    ('nothing', ''::bytea, 'IV121'),
    ('a wrong check digit', '(01)09520123456789', 'IV121'),
    ('an unordered element twice', '(10)A(10)B', 'IV121'),
    ('a zero byte', '\x2831302941004142', '22021'),
    ('no UTF-8', '\x28313029ff', '22021'),
    ('a truncated bracket', '(10', 'IV121'),
    ('a value without one', '\x31304142431d', '(10)ABC')
    ) AS v (what, bytes, expected);
SELECT is((SELECT count(*) FROM generate_series(1, 300) AS n
    WHERE pg_temp.receive(overlay(convert_to('(01)09520123456788(17)271231(10)ABC', 'UTF8')
        PLACING decode(substr(md5(n::text), 1, 2 + 2 * (n % 3)), 'hex') FROM 1 + n % 33)) NOT IN ('IV121', '22021')
        AND NOT EXISTS (SELECT FROM received AS r HAVING bool_and(ims.is_gs1(r.value::text)))), 0::bigint,
    'hostile bytes give no hostile values');
SELECT is((SELECT count(*) FROM random_value AS r WHERE ims._gs1_send(r.value) <> convert_to(r.value::text, 'UTF8')),
    0::bigint, 'binary output is the text');

SELECT * FROM finish();
ROLLBACK;
