-- ims.gtin, ims.sscc, ims.gln: the GS1 keys that are numbers, as types; the
-- other keys by functions.
--
-- Each type is held as a bigint and compared as one: operators and support
-- functions are the server's own.  Casts from text are for assignment, those
-- from and to bigint only where they are written, so that no expression that
-- meant a number or a text changes its meaning.  The check digit is verified
-- on every way in.
--
-- The operators are in pg_catalog: in another schema, a = b, IS DISTINCT FROM,
-- IN and JOIN USING would fail for whoever has not ims in his search_path, in
-- every function with a pinned path for one.

-- GTIN

CREATE TYPE ims.gtin;

CREATE FUNCTION ims._gtin_in(input cstring)
RETURNS ims.gtin
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gtin_in';
COMMENT ON FUNCTION ims._gtin_in IS 'GTIN from text';

CREATE FUNCTION ims._gtin_out(gtin ims.gtin)
RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gtin_out';
COMMENT ON FUNCTION ims._gtin_out IS 'GTIN as text';

CREATE FUNCTION ims._gtin_recv(message internal)
RETURNS ims.gtin
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gtin_recv';
COMMENT ON FUNCTION ims._gtin_recv IS 'GTIN from the binary protocol, checked like text';

CREATE FUNCTION ims._gtin_send(gtin ims.gtin)
RETURNS bytea
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
AS 'int8send';
COMMENT ON FUNCTION ims._gtin_send IS 'GTIN in the binary protocol: eight bytes';

CREATE TYPE ims.gtin (
    INPUT = ims._gtin_in,
    OUTPUT = ims._gtin_out,
    RECEIVE = ims._gtin_recv,
    SEND = ims._gtin_send,
    LIKE = pg_catalog.int8
);
COMMENT ON TYPE ims.gtin IS
    'GTIN: a trade item, in 8, 12, 13 or 14 digits with a check digit; one value whatever the number of digits, printed as 14';

CREATE FUNCTION ims._gtin_eq(a ims.gtin, b ims.gtin)
RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'int8eq';
COMMENT ON FUNCTION ims._gtin_eq IS 'whether a GTIN is equal to another';

CREATE FUNCTION ims._gtin_ne(a ims.gtin, b ims.gtin)
RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'int8ne';
COMMENT ON FUNCTION ims._gtin_ne IS 'whether a GTIN differs from another';

CREATE FUNCTION ims._gtin_lt(a ims.gtin, b ims.gtin)
RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'int8lt';
COMMENT ON FUNCTION ims._gtin_lt IS 'whether a GTIN is before another';

CREATE FUNCTION ims._gtin_le(a ims.gtin, b ims.gtin)
RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'int8le';
COMMENT ON FUNCTION ims._gtin_le IS 'whether a GTIN is not after another';

CREATE FUNCTION ims._gtin_gt(a ims.gtin, b ims.gtin)
RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'int8gt';
COMMENT ON FUNCTION ims._gtin_gt IS 'whether a GTIN is after another';

CREATE FUNCTION ims._gtin_ge(a ims.gtin, b ims.gtin)
RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'int8ge';
COMMENT ON FUNCTION ims._gtin_ge IS 'whether a GTIN is not before another';

CREATE FUNCTION ims._gtin_cmp(a ims.gtin, b ims.gtin)
RETURNS integer
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'btint8cmp';
COMMENT ON FUNCTION ims._gtin_cmp IS 'order of two GTINs: -1, 0 or 1';

CREATE FUNCTION ims._gtin_hash(gtin ims.gtin)
RETURNS integer
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'hashint8';
COMMENT ON FUNCTION ims._gtin_hash IS 'hash of a GTIN';

CREATE FUNCTION ims._gtin_hash_extended(gtin ims.gtin, seed bigint)
RETURNS bigint
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'hashint8extended';
COMMENT ON FUNCTION ims._gtin_hash_extended IS 'hash of a GTIN with a seed';

CREATE OPERATOR pg_catalog.= (
    LEFTARG = ims.gtin, RIGHTARG = ims.gtin, FUNCTION = ims._gtin_eq,
    COMMUTATOR = OPERATOR(pg_catalog.=), NEGATOR = OPERATOR(pg_catalog.<>),
    RESTRICT = eqsel, JOIN = eqjoinsel,
    HASHES, MERGES
);
CREATE OPERATOR pg_catalog.<> (
    LEFTARG = ims.gtin, RIGHTARG = ims.gtin, FUNCTION = ims._gtin_ne,
    COMMUTATOR = OPERATOR(pg_catalog.<>), NEGATOR = OPERATOR(pg_catalog.=),
    RESTRICT = neqsel, JOIN = neqjoinsel
);
CREATE OPERATOR pg_catalog.< (
    LEFTARG = ims.gtin, RIGHTARG = ims.gtin, FUNCTION = ims._gtin_lt,
    COMMUTATOR = OPERATOR(pg_catalog.>), NEGATOR = OPERATOR(pg_catalog.>=),
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR pg_catalog.<= (
    LEFTARG = ims.gtin, RIGHTARG = ims.gtin, FUNCTION = ims._gtin_le,
    COMMUTATOR = OPERATOR(pg_catalog.>=), NEGATOR = OPERATOR(pg_catalog.>),
    RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR pg_catalog.> (
    LEFTARG = ims.gtin, RIGHTARG = ims.gtin, FUNCTION = ims._gtin_gt,
    COMMUTATOR = OPERATOR(pg_catalog.<), NEGATOR = OPERATOR(pg_catalog.<=),
    RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
CREATE OPERATOR pg_catalog.>= (
    LEFTARG = ims.gtin, RIGHTARG = ims.gtin, FUNCTION = ims._gtin_ge,
    COMMUTATOR = OPERATOR(pg_catalog.<=), NEGATOR = OPERATOR(pg_catalog.<),
    RESTRICT = scalargesel, JOIN = scalargejoinsel
);

CREATE OPERATOR CLASS ims.gtin_ops DEFAULT FOR TYPE ims.gtin USING btree AS
    OPERATOR 1 pg_catalog.<,
    OPERATOR 2 pg_catalog.<=,
    OPERATOR 3 pg_catalog.=,
    OPERATOR 4 pg_catalog.>=,
    OPERATOR 5 pg_catalog.>,
    FUNCTION 1 ims._gtin_cmp(ims.gtin, ims.gtin),
    FUNCTION 2 (ims.gtin, ims.gtin) pg_catalog.btint8sortsupport(internal),
    FUNCTION 4 (ims.gtin, ims.gtin) pg_catalog.btequalimage(oid);
CREATE OPERATOR CLASS ims.gtin_hash_ops DEFAULT FOR TYPE ims.gtin USING hash AS
    OPERATOR 1 pg_catalog.=,
    FUNCTION 1 ims._gtin_hash(ims.gtin),
    FUNCTION 2 ims._gtin_hash_extended(ims.gtin, bigint);

CREATE FUNCTION ims._gtin_from_text(code text)
RETURNS ims.gtin
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gtin_from_text';
COMMENT ON FUNCTION ims._gtin_from_text IS 'cast from text to GTIN';

CREATE FUNCTION ims._gtin_from_bigint(number bigint)
RETURNS ims.gtin
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gtin_from_bigint';
COMMENT ON FUNCTION ims._gtin_from_bigint IS 'cast from bigint to GTIN; the check digit is verified';

CREATE CAST (text AS ims.gtin) WITH FUNCTION ims._gtin_from_text(text) AS ASSIGNMENT;
CREATE CAST (varchar AS ims.gtin) WITH FUNCTION ims._gtin_from_text(text) AS ASSIGNMENT;
CREATE CAST (bigint AS ims.gtin) WITH FUNCTION ims._gtin_from_bigint(bigint);
CREATE CAST (ims.gtin AS bigint) WITHOUT FUNCTION;

CREATE FUNCTION ims._gtin_smaller(a ims.gtin, b ims.gtin)
RETURNS ims.gtin
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'int8smaller';
COMMENT ON FUNCTION ims._gtin_smaller IS 'smaller of two GTINs';

CREATE FUNCTION ims._gtin_larger(a ims.gtin, b ims.gtin)
RETURNS ims.gtin
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'int8larger';
COMMENT ON FUNCTION ims._gtin_larger IS 'larger of two GTINs';

CREATE AGGREGATE pg_catalog.min(ims.gtin) (
    SFUNC = ims._gtin_smaller,
    STYPE = ims.gtin,
    COMBINEFUNC = ims._gtin_smaller,
    SORTOP = OPERATOR(pg_catalog.<),
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE pg_catalog.min(ims.gtin) IS 'smallest GTIN';
CREATE AGGREGATE pg_catalog.max(ims.gtin) (
    SFUNC = ims._gtin_larger,
    STYPE = ims.gtin,
    COMBINEFUNC = ims._gtin_larger,
    SORTOP = OPERATOR(pg_catalog.>),
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE pg_catalog.max(ims.gtin) IS 'largest GTIN';

CREATE FUNCTION ims.is_gtin(code text)
RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_is_gtin';
COMMENT ON FUNCTION ims.is_gtin IS
'whether a text is a GTIN

8, 12, 13 or 14 digits with a right check digit.
Example: SELECT ims.is_gtin(code => ''4006381333931'');';
REVOKE ALL ON FUNCTION ims.is_gtin FROM PUBLIC;

CREATE FUNCTION ims.gtin_format(gtin ims.gtin, digits integer)
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gtin_format';
COMMENT ON FUNCTION ims.gtin_format IS
'GTIN in 8, 12, 13 or 14 digits

IV110 if there are more digits than that.
Example: SELECT ims.gtin_format(gtin => ''00012345678905'', digits => 12);';
REVOKE ALL ON FUNCTION ims.gtin_format FROM PUBLIC;

CREATE FUNCTION ims.gtin_indicator(gtin ims.gtin)
RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gtin_indicator_of';
COMMENT ON FUNCTION ims.gtin_indicator IS
'indicator digit of a GTIN

The first of 14 digits: 0 for the base item, 1 to 8 for packaging levels, 9 for an item of
variable measure.
Example: SELECT ims.gtin_indicator(gtin => ''14006381333938'');';
REVOKE ALL ON FUNCTION ims.gtin_indicator FROM PUBLIC;

CREATE FUNCTION ims.gtin_with_indicator(gtin ims.gtin, indicator integer)
RETURNS ims.gtin
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gtin_with_indicator_of';
COMMENT ON FUNCTION ims.gtin_with_indicator IS
'GTIN of another packaging level

Same item, other indicator digit from 0 to 9, new check digit. Whether the brand owner gave
that number to a packaging level, the number does not tell.
Example: SELECT ims.gtin_with_indicator(gtin => ''4006381333931'', indicator => 1);';
REVOKE ALL ON FUNCTION ims.gtin_with_indicator FROM PUBLIC;

CREATE FUNCTION ims.gtin_kind(gtin ims.gtin)
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gtin_kind_of';
COMMENT ON FUNCTION ims.gtin_kind IS
'kind of a GTIN, by its prefix

standard, restricted (prefixes 02, 04, 20 to 29; 0 and 2 of eight digits), variable measure
(indicator 9), isbn, ismn, issn, refund (980) or coupon (981 to 984, 99).
Example: SELECT ims.gtin_kind(gtin => ''9783161484100'');';
REVOKE ALL ON FUNCTION ims.gtin_kind FROM PUBLIC;

CREATE FUNCTION ims.gtin_is_restricted(gtin ims.gtin)
RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gtin_is_restricted';
COMMENT ON FUNCTION ims.gtin_is_restricted IS
'whether a GTIN circulates within limits only

Such a number means something within one company or one region; elsewhere the same number
stands for something else. Never take it for an item of the world.
Example: SELECT ims.gtin_is_restricted(gtin => ''2112345678900'');';
REVOKE ALL ON FUNCTION ims.gtin_is_restricted FROM PUBLIC;

CREATE FUNCTION ims.gtin_restricted_to(gtin ims.gtin)
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gtin_restricted_to';
COMMENT ON FUNCTION ims.gtin_restricted_to IS
'where a restricted GTIN is valid

company (prefix 04; 0 and 2 of eight digits), region (02, 20 to 29: as the GS1 organisation
there rules), null for a number of the world.
Example: SELECT ims.gtin_restricted_to(gtin => ''2112345678900'');';
REVOKE ALL ON FUNCTION ims.gtin_restricted_to FROM PUBLIC;

CREATE FUNCTION ims.gtin_restricted_fields(gtin ims.gtin, pattern text)
RETURNS TABLE (item_reference text, item_gtin ims.gtin, price numeric, weight numeric, quantity numeric)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 1
AS 'MODULE_PATHNAME', 'ims_gtin_restricted_fields';
COMMENT ON FUNCTION ims.gtin_restricted_fields IS
'what a restricted GTIN says, by a pattern

The pattern has a character for each of 8, 12 or 13 digits: a digit; I of the item; P of a
price, W of a weight, Q of a quantity, in lower case behind the decimal point; V, the check
digit of four or five of these (IV110 if wrong); a point, any digit; C, the check digit, last.
item_gtin has zeros for the measure. No row if the GTIN is not restricted or has other digits;
IV113 for what is no pattern.
Example: SELECT * FROM ims.gtin_restricted_fields(gtin => ''2112345012346'', pattern => ''21IIIIIWWwwwC'');';
REVOKE ALL ON FUNCTION ims.gtin_restricted_fields FROM PUBLIC;

CREATE FUNCTION ims._is_gtin_pattern(pattern text)
RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_is_gtin_pattern';
COMMENT ON FUNCTION ims._is_gtin_pattern IS 'whether it says what each digit of a restricted number is';
REVOKE ALL ON FUNCTION ims._is_gtin_pattern FROM PUBLIC;

CREATE FUNCTION ims._gtin_pattern_fields(gtin ims.gtin, patterns text[])
RETURNS TABLE (item_reference text, item_gtin ims.gtin, price numeric, weight numeric,
    quantity numeric, place bigint, is_right boolean)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 1
AS 'MODULE_PATHNAME', 'ims_gtin_pattern_fields';
COMMENT ON FUNCTION ims._gtin_pattern_fields IS
    'what a restricted GTIN says by each pattern that it matches; is_right with the check digit of the measure';
REVOKE ALL ON FUNCTION ims._gtin_pattern_fields FROM PUBLIC;

CREATE FUNCTION ims.gtin_from_upce(code text)
RETURNS ims.gtin
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gtin_from_upce_text';
COMMENT ON FUNCTION ims.gtin_from_upce IS
'GTIN of a zero-suppressed UPC-E code

Six digits as printed, with number system 0 before them and the check digit after them if
read. Eight digits may be a GTIN-8 as well: what was scanned must be known.
Example: SELECT ims.gtin_from_upce(code => ''04252614'');';
REVOKE ALL ON FUNCTION ims.gtin_from_upce FROM PUBLIC;

CREATE FUNCTION ims.gtin_make(
    company_prefix text,
    item_reference text,
    indicator integer DEFAULT 0)
RETURNS ims.gtin
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gtin_make';
COMMENT ON FUNCTION ims.gtin_make IS
'GTIN from company prefix and item reference

The prefix has 4 to 12 digits, as the licence says; the reference is filled with zeros on
the left to 12 digits together; the check digit is computed.
Example: SELECT ims.gtin_make(company_prefix => ''4006381'', item_reference => ''33393'');';
REVOKE ALL ON FUNCTION ims.gtin_make FROM PUBLIC;

-- SSCC

CREATE TYPE ims.sscc;

CREATE FUNCTION ims._sscc_in(input cstring)
RETURNS ims.sscc
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_sscc_in';
COMMENT ON FUNCTION ims._sscc_in IS 'SSCC from text';

CREATE FUNCTION ims._sscc_out(sscc ims.sscc)
RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_sscc_out';
COMMENT ON FUNCTION ims._sscc_out IS 'SSCC as text';

CREATE FUNCTION ims._sscc_recv(message internal)
RETURNS ims.sscc
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_sscc_recv';
COMMENT ON FUNCTION ims._sscc_recv IS 'SSCC from the binary protocol, checked like text';

CREATE FUNCTION ims._sscc_send(sscc ims.sscc)
RETURNS bytea
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
AS 'int8send';
COMMENT ON FUNCTION ims._sscc_send IS 'SSCC in the binary protocol: eight bytes';

CREATE TYPE ims.sscc (
    INPUT = ims._sscc_in,
    OUTPUT = ims._sscc_out,
    RECEIVE = ims._sscc_recv,
    SEND = ims._sscc_send,
    LIKE = pg_catalog.int8
);
COMMENT ON TYPE ims.sscc IS
    'SSCC: a logistic unit (pallet, carton, tote), 18 digits with a check digit';

CREATE FUNCTION ims._sscc_eq(a ims.sscc, b ims.sscc)
RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'int8eq';
COMMENT ON FUNCTION ims._sscc_eq IS 'whether a SSCC is equal to another';

CREATE FUNCTION ims._sscc_ne(a ims.sscc, b ims.sscc)
RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'int8ne';
COMMENT ON FUNCTION ims._sscc_ne IS 'whether a SSCC differs from another';

CREATE FUNCTION ims._sscc_lt(a ims.sscc, b ims.sscc)
RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'int8lt';
COMMENT ON FUNCTION ims._sscc_lt IS 'whether a SSCC is before another';

CREATE FUNCTION ims._sscc_le(a ims.sscc, b ims.sscc)
RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'int8le';
COMMENT ON FUNCTION ims._sscc_le IS 'whether a SSCC is not after another';

CREATE FUNCTION ims._sscc_gt(a ims.sscc, b ims.sscc)
RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'int8gt';
COMMENT ON FUNCTION ims._sscc_gt IS 'whether a SSCC is after another';

CREATE FUNCTION ims._sscc_ge(a ims.sscc, b ims.sscc)
RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'int8ge';
COMMENT ON FUNCTION ims._sscc_ge IS 'whether a SSCC is not before another';

CREATE FUNCTION ims._sscc_cmp(a ims.sscc, b ims.sscc)
RETURNS integer
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'btint8cmp';
COMMENT ON FUNCTION ims._sscc_cmp IS 'order of two SSCCs: -1, 0 or 1';

CREATE FUNCTION ims._sscc_hash(sscc ims.sscc)
RETURNS integer
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'hashint8';
COMMENT ON FUNCTION ims._sscc_hash IS 'hash of a SSCC';

CREATE FUNCTION ims._sscc_hash_extended(sscc ims.sscc, seed bigint)
RETURNS bigint
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'hashint8extended';
COMMENT ON FUNCTION ims._sscc_hash_extended IS 'hash of a SSCC with a seed';

CREATE OPERATOR pg_catalog.= (
    LEFTARG = ims.sscc, RIGHTARG = ims.sscc, FUNCTION = ims._sscc_eq,
    COMMUTATOR = OPERATOR(pg_catalog.=), NEGATOR = OPERATOR(pg_catalog.<>),
    RESTRICT = eqsel, JOIN = eqjoinsel,
    HASHES, MERGES
);
CREATE OPERATOR pg_catalog.<> (
    LEFTARG = ims.sscc, RIGHTARG = ims.sscc, FUNCTION = ims._sscc_ne,
    COMMUTATOR = OPERATOR(pg_catalog.<>), NEGATOR = OPERATOR(pg_catalog.=),
    RESTRICT = neqsel, JOIN = neqjoinsel
);
CREATE OPERATOR pg_catalog.< (
    LEFTARG = ims.sscc, RIGHTARG = ims.sscc, FUNCTION = ims._sscc_lt,
    COMMUTATOR = OPERATOR(pg_catalog.>), NEGATOR = OPERATOR(pg_catalog.>=),
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR pg_catalog.<= (
    LEFTARG = ims.sscc, RIGHTARG = ims.sscc, FUNCTION = ims._sscc_le,
    COMMUTATOR = OPERATOR(pg_catalog.>=), NEGATOR = OPERATOR(pg_catalog.>),
    RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR pg_catalog.> (
    LEFTARG = ims.sscc, RIGHTARG = ims.sscc, FUNCTION = ims._sscc_gt,
    COMMUTATOR = OPERATOR(pg_catalog.<), NEGATOR = OPERATOR(pg_catalog.<=),
    RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
CREATE OPERATOR pg_catalog.>= (
    LEFTARG = ims.sscc, RIGHTARG = ims.sscc, FUNCTION = ims._sscc_ge,
    COMMUTATOR = OPERATOR(pg_catalog.<=), NEGATOR = OPERATOR(pg_catalog.<),
    RESTRICT = scalargesel, JOIN = scalargejoinsel
);

CREATE OPERATOR CLASS ims.sscc_ops DEFAULT FOR TYPE ims.sscc USING btree AS
    OPERATOR 1 pg_catalog.<,
    OPERATOR 2 pg_catalog.<=,
    OPERATOR 3 pg_catalog.=,
    OPERATOR 4 pg_catalog.>=,
    OPERATOR 5 pg_catalog.>,
    FUNCTION 1 ims._sscc_cmp(ims.sscc, ims.sscc),
    FUNCTION 2 (ims.sscc, ims.sscc) pg_catalog.btint8sortsupport(internal),
    FUNCTION 4 (ims.sscc, ims.sscc) pg_catalog.btequalimage(oid);
CREATE OPERATOR CLASS ims.sscc_hash_ops DEFAULT FOR TYPE ims.sscc USING hash AS
    OPERATOR 1 pg_catalog.=,
    FUNCTION 1 ims._sscc_hash(ims.sscc),
    FUNCTION 2 ims._sscc_hash_extended(ims.sscc, bigint);

CREATE FUNCTION ims._sscc_from_text(code text)
RETURNS ims.sscc
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_sscc_from_text';
COMMENT ON FUNCTION ims._sscc_from_text IS 'cast from text to SSCC';

CREATE FUNCTION ims._sscc_from_bigint(number bigint)
RETURNS ims.sscc
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_sscc_from_bigint';
COMMENT ON FUNCTION ims._sscc_from_bigint IS 'cast from bigint to SSCC; the check digit is verified';

CREATE CAST (text AS ims.sscc) WITH FUNCTION ims._sscc_from_text(text) AS ASSIGNMENT;
CREATE CAST (varchar AS ims.sscc) WITH FUNCTION ims._sscc_from_text(text) AS ASSIGNMENT;
CREATE CAST (bigint AS ims.sscc) WITH FUNCTION ims._sscc_from_bigint(bigint);
CREATE CAST (ims.sscc AS bigint) WITHOUT FUNCTION;

CREATE FUNCTION ims._sscc_smaller(a ims.sscc, b ims.sscc)
RETURNS ims.sscc
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'int8smaller';
COMMENT ON FUNCTION ims._sscc_smaller IS 'smaller of two SSCCs';

CREATE FUNCTION ims._sscc_larger(a ims.sscc, b ims.sscc)
RETURNS ims.sscc
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'int8larger';
COMMENT ON FUNCTION ims._sscc_larger IS 'larger of two SSCCs';

CREATE AGGREGATE pg_catalog.min(ims.sscc) (
    SFUNC = ims._sscc_smaller,
    STYPE = ims.sscc,
    COMBINEFUNC = ims._sscc_smaller,
    SORTOP = OPERATOR(pg_catalog.<),
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE pg_catalog.min(ims.sscc) IS 'smallest SSCC';
CREATE AGGREGATE pg_catalog.max(ims.sscc) (
    SFUNC = ims._sscc_larger,
    STYPE = ims.sscc,
    COMBINEFUNC = ims._sscc_larger,
    SORTOP = OPERATOR(pg_catalog.>),
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE pg_catalog.max(ims.sscc) IS 'largest SSCC';

CREATE FUNCTION ims.is_sscc(code text)
RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_is_sscc';
COMMENT ON FUNCTION ims.is_sscc IS
'whether a text is an SSCC

18 digits with a right check digit.
Example: SELECT ims.is_sscc(code => ''376104250021234569'');';
REVOKE ALL ON FUNCTION ims.is_sscc FROM PUBLIC;

CREATE FUNCTION ims.sscc_make(
    extension integer,
    company_prefix text,
    serial_reference text)
RETURNS ims.sscc
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_sscc_make';
COMMENT ON FUNCTION ims.sscc_make IS
'SSCC from extension, company prefix and serial

The extension is a digit of free choice, the prefix has 4 to 12 digits; the serial
reference is filled with zeros on the left to 17 digits in all; the check digit is computed.
Example: SELECT ims.sscc_make(extension => 3, company_prefix => ''7610425'', serial_reference => ''2123456'');';
REVOKE ALL ON FUNCTION ims.sscc_make FROM PUBLIC;

-- GLN

CREATE TYPE ims.gln;

CREATE FUNCTION ims._gln_in(input cstring)
RETURNS ims.gln
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gln_in';
COMMENT ON FUNCTION ims._gln_in IS 'GLN from text';

CREATE FUNCTION ims._gln_out(gln ims.gln)
RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gln_out';
COMMENT ON FUNCTION ims._gln_out IS 'GLN as text';

CREATE FUNCTION ims._gln_recv(message internal)
RETURNS ims.gln
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gln_recv';
COMMENT ON FUNCTION ims._gln_recv IS 'GLN from the binary protocol, checked like text';

CREATE FUNCTION ims._gln_send(gln ims.gln)
RETURNS bytea
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
AS 'int8send';
COMMENT ON FUNCTION ims._gln_send IS 'GLN in the binary protocol: eight bytes';

CREATE TYPE ims.gln (
    INPUT = ims._gln_in,
    OUTPUT = ims._gln_out,
    RECEIVE = ims._gln_recv,
    SEND = ims._gln_send,
    LIKE = pg_catalog.int8
);
COMMENT ON TYPE ims.gln IS
    'GLN: a party or a place, 13 digits with a check digit';

CREATE FUNCTION ims._gln_eq(a ims.gln, b ims.gln)
RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'int8eq';
COMMENT ON FUNCTION ims._gln_eq IS 'whether a GLN is equal to another';

CREATE FUNCTION ims._gln_ne(a ims.gln, b ims.gln)
RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'int8ne';
COMMENT ON FUNCTION ims._gln_ne IS 'whether a GLN differs from another';

CREATE FUNCTION ims._gln_lt(a ims.gln, b ims.gln)
RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'int8lt';
COMMENT ON FUNCTION ims._gln_lt IS 'whether a GLN is before another';

CREATE FUNCTION ims._gln_le(a ims.gln, b ims.gln)
RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'int8le';
COMMENT ON FUNCTION ims._gln_le IS 'whether a GLN is not after another';

CREATE FUNCTION ims._gln_gt(a ims.gln, b ims.gln)
RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'int8gt';
COMMENT ON FUNCTION ims._gln_gt IS 'whether a GLN is after another';

CREATE FUNCTION ims._gln_ge(a ims.gln, b ims.gln)
RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'int8ge';
COMMENT ON FUNCTION ims._gln_ge IS 'whether a GLN is not before another';

CREATE FUNCTION ims._gln_cmp(a ims.gln, b ims.gln)
RETURNS integer
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'btint8cmp';
COMMENT ON FUNCTION ims._gln_cmp IS 'order of two GLNs: -1, 0 or 1';

CREATE FUNCTION ims._gln_hash(gln ims.gln)
RETURNS integer
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'hashint8';
COMMENT ON FUNCTION ims._gln_hash IS 'hash of a GLN';

CREATE FUNCTION ims._gln_hash_extended(gln ims.gln, seed bigint)
RETURNS bigint
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'hashint8extended';
COMMENT ON FUNCTION ims._gln_hash_extended IS 'hash of a GLN with a seed';

CREATE OPERATOR pg_catalog.= (
    LEFTARG = ims.gln, RIGHTARG = ims.gln, FUNCTION = ims._gln_eq,
    COMMUTATOR = OPERATOR(pg_catalog.=), NEGATOR = OPERATOR(pg_catalog.<>),
    RESTRICT = eqsel, JOIN = eqjoinsel,
    HASHES, MERGES
);
CREATE OPERATOR pg_catalog.<> (
    LEFTARG = ims.gln, RIGHTARG = ims.gln, FUNCTION = ims._gln_ne,
    COMMUTATOR = OPERATOR(pg_catalog.<>), NEGATOR = OPERATOR(pg_catalog.=),
    RESTRICT = neqsel, JOIN = neqjoinsel
);
CREATE OPERATOR pg_catalog.< (
    LEFTARG = ims.gln, RIGHTARG = ims.gln, FUNCTION = ims._gln_lt,
    COMMUTATOR = OPERATOR(pg_catalog.>), NEGATOR = OPERATOR(pg_catalog.>=),
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR pg_catalog.<= (
    LEFTARG = ims.gln, RIGHTARG = ims.gln, FUNCTION = ims._gln_le,
    COMMUTATOR = OPERATOR(pg_catalog.>=), NEGATOR = OPERATOR(pg_catalog.>),
    RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR pg_catalog.> (
    LEFTARG = ims.gln, RIGHTARG = ims.gln, FUNCTION = ims._gln_gt,
    COMMUTATOR = OPERATOR(pg_catalog.<), NEGATOR = OPERATOR(pg_catalog.<=),
    RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
CREATE OPERATOR pg_catalog.>= (
    LEFTARG = ims.gln, RIGHTARG = ims.gln, FUNCTION = ims._gln_ge,
    COMMUTATOR = OPERATOR(pg_catalog.<=), NEGATOR = OPERATOR(pg_catalog.<),
    RESTRICT = scalargesel, JOIN = scalargejoinsel
);

CREATE OPERATOR CLASS ims.gln_ops DEFAULT FOR TYPE ims.gln USING btree AS
    OPERATOR 1 pg_catalog.<,
    OPERATOR 2 pg_catalog.<=,
    OPERATOR 3 pg_catalog.=,
    OPERATOR 4 pg_catalog.>=,
    OPERATOR 5 pg_catalog.>,
    FUNCTION 1 ims._gln_cmp(ims.gln, ims.gln),
    FUNCTION 2 (ims.gln, ims.gln) pg_catalog.btint8sortsupport(internal),
    FUNCTION 4 (ims.gln, ims.gln) pg_catalog.btequalimage(oid);
CREATE OPERATOR CLASS ims.gln_hash_ops DEFAULT FOR TYPE ims.gln USING hash AS
    OPERATOR 1 pg_catalog.=,
    FUNCTION 1 ims._gln_hash(ims.gln),
    FUNCTION 2 ims._gln_hash_extended(ims.gln, bigint);

CREATE FUNCTION ims._gln_from_text(code text)
RETURNS ims.gln
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gln_from_text';
COMMENT ON FUNCTION ims._gln_from_text IS 'cast from text to GLN';

CREATE FUNCTION ims._gln_from_bigint(number bigint)
RETURNS ims.gln
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gln_from_bigint';
COMMENT ON FUNCTION ims._gln_from_bigint IS 'cast from bigint to GLN; the check digit is verified';

CREATE CAST (text AS ims.gln) WITH FUNCTION ims._gln_from_text(text) AS ASSIGNMENT;
CREATE CAST (varchar AS ims.gln) WITH FUNCTION ims._gln_from_text(text) AS ASSIGNMENT;
CREATE CAST (bigint AS ims.gln) WITH FUNCTION ims._gln_from_bigint(bigint);
CREATE CAST (ims.gln AS bigint) WITHOUT FUNCTION;

CREATE FUNCTION ims._gln_smaller(a ims.gln, b ims.gln)
RETURNS ims.gln
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'int8smaller';
COMMENT ON FUNCTION ims._gln_smaller IS 'smaller of two GLNs';

CREATE FUNCTION ims._gln_larger(a ims.gln, b ims.gln)
RETURNS ims.gln
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'int8larger';
COMMENT ON FUNCTION ims._gln_larger IS 'larger of two GLNs';

CREATE AGGREGATE pg_catalog.min(ims.gln) (
    SFUNC = ims._gln_smaller,
    STYPE = ims.gln,
    COMBINEFUNC = ims._gln_smaller,
    SORTOP = OPERATOR(pg_catalog.<),
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE pg_catalog.min(ims.gln) IS 'smallest GLN';
CREATE AGGREGATE pg_catalog.max(ims.gln) (
    SFUNC = ims._gln_larger,
    STYPE = ims.gln,
    COMBINEFUNC = ims._gln_larger,
    SORTOP = OPERATOR(pg_catalog.>),
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE pg_catalog.max(ims.gln) IS 'largest GLN';

CREATE FUNCTION ims.is_gln(code text)
RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_is_gln';
COMMENT ON FUNCTION ims.is_gln IS
'whether a text is a GLN

13 digits with a right check digit.
Example: SELECT ims.is_gln(code => ''0614141123452'');';
REVOKE ALL ON FUNCTION ims.is_gln FROM PUBLIC;

CREATE FUNCTION ims.gln_make(
    company_prefix text,
    location_reference text)
RETURNS ims.gln
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gln_make';
COMMENT ON FUNCTION ims.gln_make IS
'GLN from company prefix and location reference

The prefix has 4 to 12 digits; the reference is filled with zeros on the left to 12 digits
together; the check digit is computed.
Example: SELECT ims.gln_make(company_prefix => ''0614141'', location_reference => ''12345'');';
REVOKE ALL ON FUNCTION ims.gln_make FROM PUBLIC;

-- Keys of any kind, as text

CREATE FUNCTION ims.gs1_check_digit(body text)
RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gs1_check_digit_of';
COMMENT ON FUNCTION ims.gs1_check_digit IS
'check digit of a GS1 key

The body is the key without it, 1 to 17 digits; weights 3 and 1 from the right.
Example: SELECT ims.gs1_check_digit(body => ''37610425002123456'');';
REVOKE ALL ON FUNCTION ims.gs1_check_digit FROM PUBLIC;

CREATE FUNCTION ims.gs1_check_pair(body text)
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gs1_check_pair_of';
COMMENT ON FUNCTION ims.gs1_check_pair IS
'check characters of a Global Model Number

The two characters that complete the key; the body has characters of set 82.
Example: SELECT ims.gs1_check_pair(body => ''1987654Ad4X4bL5ttr2310c'');';
REVOKE ALL ON FUNCTION ims.gs1_check_pair FROM PUBLIC;

CREATE FUNCTION ims.gs1_key_is_valid(kind text, key text)
RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gs1_key_is_valid';
COMMENT ON FUNCTION ims.gs1_key_is_valid IS
'whether a text is a GS1 key of a kind

Kinds: gtin, sscc, gln, gsin, gsrn, grai (filler zero, 13 digits, serial), giai, gdti, gcn,
ginc, cpid, gmn.
Example: SELECT ims.gs1_key_is_valid(kind => ''gln'', key => ''0614141123452'');';
REVOKE ALL ON FUNCTION ims.gs1_key_is_valid FROM PUBLIC;

CREATE FUNCTION ims.gs1_key_check(kind text, key text)
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_gs1_key_check_of';
COMMENT ON FUNCTION ims.gs1_key_check IS
'a GS1 key, or an error that says what is wrong

Kinds: gtin, sscc, gln, gsin, gsrn, grai (filler zero, 13 digits, serial), giai, gdti, gcn,
ginc, cpid, gmn. Returns the key; IV110 names position and rule.
Example: SELECT ims.gs1_key_check(kind => ''sscc'', key => ''376104250021234569'');';
REVOKE ALL ON FUNCTION ims.gs1_key_check FROM PUBLIC;
