-- ims.gs1: a GS1 element string as a value, and what it says.
--
-- A value is stored as its text form, its elements in one order, so that its
-- comparison is that of bytea.  What depends on tables or on today is no part
-- of the type: ims.gs1_parse() is strict, a cast only keeps to the formats.
--
-- The operators are in pg_catalog: in another schema, a = b, IS DISTINCT FROM,
-- IN and JOIN USING would fail for whoever has not ims in his search_path.

CREATE TYPE ims.gs1;

CREATE FUNCTION ims._gs1_in(input cstring)
RETURNS ims.gs1
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gs1_in';
COMMENT ON FUNCTION ims._gs1_in IS
    'element string from text, in any of its forms';

CREATE FUNCTION ims._gs1_out(value ims.gs1)
RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gs1_out';
COMMENT ON FUNCTION ims._gs1_out IS
    'element string as text, with brackets';

CREATE FUNCTION ims._gs1_recv(message internal)
RETURNS ims.gs1
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gs1_recv';
COMMENT ON FUNCTION ims._gs1_recv IS
    'element string from the binary protocol, checked like text';

CREATE FUNCTION ims._gs1_send(value ims.gs1)
RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gs1_send';
COMMENT ON FUNCTION ims._gs1_send IS
    'element string in the binary protocol: its text';

CREATE TYPE ims.gs1 (
    INPUT = ims._gs1_in,
    OUTPUT = ims._gs1_out,
    RECEIVE = ims._gs1_recv,
    SEND = ims._gs1_send,
    LIKE = pg_catalog.bytea
);
COMMENT ON TYPE ims.gs1 IS
    'GS1 element string: application identifiers with values that keep their formats; read from scans, brackets and Digital Links, printed with brackets';

CREATE FUNCTION ims._gs1_eq(a ims.gs1, b ims.gs1)
RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'byteaeq';
COMMENT ON FUNCTION ims._gs1_eq IS
    'whether an element string is equal to another';

CREATE FUNCTION ims._gs1_ne(a ims.gs1, b ims.gs1)
RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'byteane';
COMMENT ON FUNCTION ims._gs1_ne IS
    'whether an element string differs from another';

CREATE FUNCTION ims._gs1_lt(a ims.gs1, b ims.gs1)
RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'bytealt';
COMMENT ON FUNCTION ims._gs1_lt IS
    'whether an element string is before another';

CREATE FUNCTION ims._gs1_le(a ims.gs1, b ims.gs1)
RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'byteale';
COMMENT ON FUNCTION ims._gs1_le IS
    'whether an element string is not after another';

CREATE FUNCTION ims._gs1_gt(a ims.gs1, b ims.gs1)
RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'byteagt';
COMMENT ON FUNCTION ims._gs1_gt IS
    'whether an element string is after another';

CREATE FUNCTION ims._gs1_ge(a ims.gs1, b ims.gs1)
RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'byteage';
COMMENT ON FUNCTION ims._gs1_ge IS
    'whether an element string is not before another';

CREATE FUNCTION ims._gs1_cmp(a ims.gs1, b ims.gs1)
RETURNS integer
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'byteacmp';
COMMENT ON FUNCTION ims._gs1_cmp IS
    'order of two element strings: negative, 0 or positive';

CREATE FUNCTION ims._gs1_sortsupport(state internal)
RETURNS void
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
AS 'bytea_sortsupport';
COMMENT ON FUNCTION ims._gs1_sortsupport IS
    'sorts element strings by their first bytes';

CREATE FUNCTION ims._gs1_hash(value ims.gs1)
RETURNS integer
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'hashvarlena';
COMMENT ON FUNCTION ims._gs1_hash IS
    'hash of an element string';

CREATE FUNCTION ims._gs1_hash_extended(value ims.gs1, seed bigint)
RETURNS bigint
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'hashvarlenaextended';
COMMENT ON FUNCTION ims._gs1_hash_extended IS
    'hash of an element string with a seed';

CREATE OPERATOR pg_catalog.= (
    LEFTARG = ims.gs1, RIGHTARG = ims.gs1, FUNCTION = ims._gs1_eq,
    COMMUTATOR = OPERATOR(pg_catalog.=), NEGATOR = OPERATOR(pg_catalog.<>),
    RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
CREATE OPERATOR pg_catalog.<> (
    LEFTARG = ims.gs1, RIGHTARG = ims.gs1, FUNCTION = ims._gs1_ne,
    COMMUTATOR = OPERATOR(pg_catalog.<>), NEGATOR = OPERATOR(pg_catalog.=),
    RESTRICT = neqsel, JOIN = neqjoinsel
);
CREATE OPERATOR pg_catalog.< (
    LEFTARG = ims.gs1, RIGHTARG = ims.gs1, FUNCTION = ims._gs1_lt,
    COMMUTATOR = OPERATOR(pg_catalog.>), NEGATOR = OPERATOR(pg_catalog.>=),
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR pg_catalog.<= (
    LEFTARG = ims.gs1, RIGHTARG = ims.gs1, FUNCTION = ims._gs1_le,
    COMMUTATOR = OPERATOR(pg_catalog.>=), NEGATOR = OPERATOR(pg_catalog.>),
    RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR pg_catalog.> (
    LEFTARG = ims.gs1, RIGHTARG = ims.gs1, FUNCTION = ims._gs1_gt,
    COMMUTATOR = OPERATOR(pg_catalog.<), NEGATOR = OPERATOR(pg_catalog.<=),
    RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
CREATE OPERATOR pg_catalog.>= (
    LEFTARG = ims.gs1, RIGHTARG = ims.gs1, FUNCTION = ims._gs1_ge,
    COMMUTATOR = OPERATOR(pg_catalog.<=), NEGATOR = OPERATOR(pg_catalog.<),
    RESTRICT = scalargesel, JOIN = scalargejoinsel
);

CREATE OPERATOR CLASS ims.gs1_ops DEFAULT FOR TYPE ims.gs1 USING btree AS
    OPERATOR 1 pg_catalog.<, OPERATOR 2 pg_catalog.<=, OPERATOR 3 pg_catalog.=,
    OPERATOR 4 pg_catalog.>=, OPERATOR 5 pg_catalog.>,
    FUNCTION 1 ims._gs1_cmp(ims.gs1, ims.gs1),
    FUNCTION 2 ims._gs1_sortsupport(internal),
    FUNCTION 4 pg_catalog.btequalimage(oid);
CREATE OPERATOR CLASS ims.gs1_ops DEFAULT FOR TYPE ims.gs1 USING hash AS
    OPERATOR 1 pg_catalog.=,
    FUNCTION 1 ims._gs1_hash(ims.gs1),
    FUNCTION 2 ims._gs1_hash_extended(ims.gs1, bigint);

-- A scan in a text column may be stored as what it is; nothing is cast unasked
-- in an expression.
CREATE CAST (text AS ims.gs1) WITH INOUT AS ASSIGNMENT;
CREATE CAST (varchar AS ims.gs1) WITH INOUT AS ASSIGNMENT;

-- reading

CREATE FUNCTION ims.is_gs1(value text)
RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_is_gs1';
COMMENT ON FUNCTION ims.is_gs1 IS
'whether a text is a GS1 element string

True if the cast to ims.gs1 would succeed.
Example: SELECT ims.is_gs1(''(01)09520123456788(10)ABC'');';
REVOKE ALL ON FUNCTION ims.is_gs1 FROM PUBLIC;

CREATE FUNCTION ims.gs1_parse(
    value text,
    strict boolean DEFAULT true,
    legacy_link boolean DEFAULT false,
    needs_day boolean DEFAULT false)
RETURNS ims.gs1
LANGUAGE c STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gs1_parse_strictly';
COMMENT ON FUNCTION ims.gs1_parse IS
'read a GS1 element string, strictly unless told otherwise

Strict: every identifier is built in or in ims.gs1_ai, and each element has the
others that it needs and none that it excludes. legacy_link takes names in place
of identifiers and GTINs of 8, 12 and 13 digits in Digital Links; needs_day refuses
(11) and (17) without a day. IV121, IV122 or IV123 name identifier, position and rule.
Example: SELECT ims.gs1_parse(value => '']C101095201234567881727123110ABC'');';
REVOKE ALL ON FUNCTION ims.gs1_parse FROM PUBLIC;

CREATE FUNCTION ims.gs1_problems(value ims.gs1)
RETURNS TABLE (ai text, "position" integer, rule text, explanation text)
LANGUAGE c STABLE STRICT PARALLEL SAFE ROWS 1
AS 'MODULE_PATHNAME', 'ims_gs1_problems';
COMMENT ON FUNCTION ims.gs1_problems IS
'what strict reading would refuse in an element string

One row for each element that is wrong; positions count the characters of the text
form from 1. No row: nothing is wrong.
Example: SELECT * FROM ims.gs1_problems(''(10)ABC'');';
REVOKE ALL ON FUNCTION ims.gs1_problems FROM PUBLIC;

CREATE FUNCTION ims.gs1_from_ndef(message bytea)
RETURNS ims.gs1
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gs1_from_ndef';
COMMENT ON FUNCTION ims.gs1_from_ndef IS
'GS1 element string on an NFC tag

The first URI or text record of an NDEF message. IV121 if there is none, or it is no
element string.
Example: SELECT ims.gs1_from_ndef(''\xd1011d550469642e6773312e6f72672f30312f3039353230313233343536373838'');';
REVOKE ALL ON FUNCTION ims.gs1_from_ndef FROM PUBLIC;

-- writing

CREATE FUNCTION ims.gs1_wire(value ims.gs1, symbology text DEFAULT '')
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gs1_wire';
COMMENT ON FUNCTION ims.gs1_wire IS
'element string as a reader transmits it

Elements of predefined length first, GS (hexadecimal 1D) after each other one but the
last. symbology is put before: ]C1, ]e0, ]d2, ]Q3 or ]J1.
Example: SELECT ims.gs1_wire(''(01)09520123456788(10)ABC'', '']d2'');';
REVOKE ALL ON FUNCTION ims.gs1_wire FROM PUBLIC;

CREATE FUNCTION ims.gs1_human(value ims.gs1)
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gs1_human';
COMMENT ON FUNCTION ims.gs1_human IS
'element string as it is printed below a symbol

Brackets around identifiers, and no escapes: cast to text for what can be read back.
Example: SELECT ims.gs1_human(''(01)09520123456788(10)ABC'');';
REVOKE ALL ON FUNCTION ims.gs1_human FROM PUBLIC;

CREATE FUNCTION ims.gs1_digital_link(value ims.gs1, domain text DEFAULT 'id.gs1.org')
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gs1_digital_link';
COMMENT ON FUNCTION ims.gs1_digital_link IS
'element string as a GS1 Digital Link

The first primary key with its qualifiers makes the path, the rest the query, identifiers
that are not built in too. domain may have a scheme and a path. IV121 without a key, or
with an element no link has.
Example: SELECT ims.gs1_digital_link(''(01)09520123456788(10)ABC'', ''example.com'');';
REVOKE ALL ON FUNCTION ims.gs1_digital_link FROM PUBLIC;

CREATE FUNCTION ims.gs1_ndef(value ims.gs1, domain text DEFAULT 'id.gs1.org')
RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gs1_ndef';
COMMENT ON FUNCTION ims.gs1_ndef IS
'element string as an NDEF message for an NFC tag

One URI record with what ims.gs1_digital_link() gives, its beginning as a code (04 for
https://); a short record up to 255 bytes. ims.gs1_from_ndef() reads it back. IV121 as
for the link.
Example: SELECT ims.gs1_ndef(''(01)09520123456788(10)ABC'', ''example.com'');';
REVOKE ALL ON FUNCTION ims.gs1_ndef FROM PUBLIC;

-- elements

CREATE FUNCTION ims.gs1_elements(value ims.gs1)
RETURNS TABLE ("position" integer, ai text, title text, value text)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 4
AS 'MODULE_PATHNAME', 'ims_gs1_elements';
COMMENT ON FUNCTION ims.gs1_elements IS
'elements of an element string

One row each, position from 1; no title for an identifier that is not built in: for that,
ims.gs1_title() asks the table.
Example: SELECT * FROM ims.gs1_elements(''(01)09520123456788(10)ABC'');';
REVOKE ALL ON FUNCTION ims.gs1_elements FROM PUBLIC;

CREATE FUNCTION ims.gs1_get(value ims.gs1, ai text)
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gs1_get';
COMMENT ON FUNCTION ims.gs1_get IS
'value of an application identifier

Null if there is no such element.
Example: SELECT ims.gs1_get(''(01)09520123456788(10)ABC'', ''10'');';
REVOKE ALL ON FUNCTION ims.gs1_get FROM PUBLIC;

CREATE FUNCTION ims.gs1_gtin(value ims.gs1)
RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ims.gs1_get(value, '01');
COMMENT ON FUNCTION ims.gs1_gtin IS
'GTIN of the trade item

The 14 digits of (01), null without it. (02), the GTIN of the items inside a unit, is
read by ims.gs1_get().
Example: SELECT ims.gs1_gtin(''(01)09520123456788(10)ABC(21)4711'');';
REVOKE ALL ON FUNCTION ims.gs1_gtin FROM PUBLIC;

CREATE FUNCTION ims.gs1_lot(value ims.gs1)
RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ims.gs1_get(value, '10');
COMMENT ON FUNCTION ims.gs1_lot IS
'batch or lot

The value of (10), null without it.
Example: SELECT ims.gs1_lot(''(01)09520123456788(10)ABC(21)4711'');';
REVOKE ALL ON FUNCTION ims.gs1_lot FROM PUBLIC;

CREATE FUNCTION ims.gs1_serial(value ims.gs1)
RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ims.gs1_get(value, '21');
COMMENT ON FUNCTION ims.gs1_serial IS
'serial

The value of (21), null without it.
Example: SELECT ims.gs1_serial(''(01)09520123456788(10)ABC(21)4711'');';
REVOKE ALL ON FUNCTION ims.gs1_serial FROM PUBLIC;

CREATE FUNCTION ims.gs1_sscc(value ims.gs1)
RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ims.gs1_get(value, '00');
COMMENT ON FUNCTION ims.gs1_sscc IS
'SSCC of the logistic unit

The 18 digits of (00), null without it.
Example: SELECT ims.gs1_sscc(''(00)095201234567891235'');';
REVOKE ALL ON FUNCTION ims.gs1_sscc FROM PUBLIC;

CREATE FUNCTION ims.gs1_order_number(value ims.gs1)
RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ims.gs1_get(value, '400');
COMMENT ON FUNCTION ims.gs1_order_number IS
'order number of the customer

The value of (400), null without it.
Example: SELECT ims.gs1_order_number(''(00)095201234567891235(400)PO-7'');';
REVOKE ALL ON FUNCTION ims.gs1_order_number FROM PUBLIC;

CREATE FUNCTION ims.gs1_count(value ims.gs1)
RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN coalesce(ims.gs1_get(value, '37'), ims.gs1_get(value, '30'))::bigint;
COMMENT ON FUNCTION ims.gs1_count IS
'number of items

The value of (37), units inside, else of (30), items of variable measure; null without.
Example: SELECT ims.gs1_count(''(00)095201234567891235(02)09520123456788(37)25'');';
REVOKE ALL ON FUNCTION ims.gs1_count FROM PUBLIC;

CREATE FUNCTION ims.gs1_net_weight(value ims.gs1)
RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gs1_net_weight';
COMMENT ON FUNCTION ims.gs1_net_weight IS
'net weight in kilograms

From (310n), else pounds (320n) or troy ounces (356n), n from 0 to 5, exactly; null
without. IV122 if it has two of a group, such as (3102) and (3103).
Example: SELECT ims.gs1_net_weight(''(01)09520123456788(3103)000195'');';
REVOKE ALL ON FUNCTION ims.gs1_net_weight FROM PUBLIC;

CREATE FUNCTION ims.gs1_gross_weight(value ims.gs1)
RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gs1_gross_weight';
COMMENT ON FUNCTION ims.gs1_gross_weight IS
'gross weight in kilograms

From (330n), else pounds (340n), n from 0 to 5, exactly; null without. IV122 if it has
two of a group, such as (3302) and (3303).
Example: SELECT ims.gs1_gross_weight(''(00)095201234567891235(3301)004200'');';
REVOKE ALL ON FUNCTION ims.gs1_gross_weight FROM PUBLIC;

CREATE FUNCTION ims.gs1_price(value ims.gs1)
RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gs1_price';
COMMENT ON FUNCTION ims.gs1_price IS
'price of an item of variable measure

The amount to be paid for it, from (392n) or (393n), with n decimals; null without. IV122
if it has two of them. Its currency: ims.gs1_price_currency().
Example: SELECT ims.gs1_price(''(01)99521234567892(3103)001250(3922)0299'');';
REVOKE ALL ON FUNCTION ims.gs1_price FROM PUBLIC;

CREATE FUNCTION ims.gs1_price_currency(value ims.gs1)
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gs1_price_currency';
COMMENT ON FUNCTION ims.gs1_price_currency IS
'currency of the price of an item of variable measure

The three digits of ISO 4217 in (393n), such as 978 for euros; null without, as in (392n).
Example: SELECT ims.gs1_price_currency(''(01)99521234567892(3103)001250(3932)9780299'');';
REVOKE ALL ON FUNCTION ims.gs1_price_currency FROM PUBLIC;

-- dates: which century is meant depends on a reference date

CREATE FUNCTION ims.gs1_date(
    value ims.gs1,
    ai text,
    reference_date date DEFAULT (pg_catalog.now() AT TIME ZONE 'UTC')::date)
RETURNS date
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gs1_date';
COMMENT ON FUNCTION ims.gs1_date IS
'date of an application identifier

A year of two digits is the one from 49 years before to 50 years after the reference
date, today (UTC) unless given; day 00 is the last day of the month.
Example: SELECT ims.gs1_date(''(01)09520123456788(11)260100'', ''11'', ''2026-06-01'');';
REVOKE ALL ON FUNCTION ims.gs1_date FROM PUBLIC;

CREATE FUNCTION ims.gs1_has_day(value ims.gs1, ai text DEFAULT '17')
RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gs1_has_day';
COMMENT ON FUNCTION ims.gs1_has_day IS
'whether a date has a day

False if the day is 00, which means the end of the month; null without the element.
Example: SELECT ims.gs1_has_day(''(01)09520123456788(17)271200'');';
REVOKE ALL ON FUNCTION ims.gs1_has_day FROM PUBLIC;

CREATE FUNCTION ims.gs1_expiry(
    value ims.gs1,
    reference_date date DEFAULT (pg_catalog.now() AT TIME ZONE 'UTC')::date)
RETURNS date
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ims.gs1_date(value, '17', reference_date);
COMMENT ON FUNCTION ims.gs1_expiry IS
'expiry date

The date of (17), see ims.gs1_date(); null without it.
Example: SELECT ims.gs1_expiry(''(01)09520123456788(17)271200'', ''2026-06-01'');';
REVOKE ALL ON FUNCTION ims.gs1_expiry FROM PUBLIC;

CREATE FUNCTION ims.gs1_best_before(
    value ims.gs1,
    reference_date date DEFAULT (pg_catalog.now() AT TIME ZONE 'UTC')::date)
RETURNS date
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ims.gs1_date(value, '15', reference_date);
COMMENT ON FUNCTION ims.gs1_best_before IS
'best-before date

The date of (15), see ims.gs1_date(); null without it.
Example: SELECT ims.gs1_best_before(''(01)09520123456788(15)271200'', ''2026-06-01'');';
REVOKE ALL ON FUNCTION ims.gs1_best_before FROM PUBLIC;

-- the dictionary

CREATE FUNCTION ims.gs1_dictionary_version()
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gs1_dictionary_release';
COMMENT ON FUNCTION ims.gs1_dictionary_version IS
'release of the built-in application identifiers

The date of the GS1 Barcode Syntax Dictionary, and changes since.
Example: SELECT ims.gs1_dictionary_version();';
REVOKE ALL ON FUNCTION ims.gs1_dictionary_version FROM PUBLIC;

CREATE FUNCTION ims.gs1_dictionary()
RETURNS TABLE (
    first_ai text, last_ai text, title text, format text, predefined_length boolean,
    link_attribute boolean, required_with text, excluded_with text, qualifiers text)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 224
AS 'MODULE_PATHNAME', 'ims_gs1_dictionary';
COMMENT ON FUNCTION ims.gs1_dictionary IS
'built-in application identifiers

One row for an identifier or a range of them. Formats and associations are written as
in the GS1 Barcode Syntax Dictionary; qualifiers: of a primary key of a Digital Link.
Example: SELECT * FROM ims.gs1_dictionary() AS d WHERE d.first_ai = ''01'';';
REVOKE ALL ON FUNCTION ims.gs1_dictionary FROM PUBLIC;
