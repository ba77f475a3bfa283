-- ims.epc: what an RFID tag of a GS1 key holds.
--
-- Held as the bits of the tag in whole bytes and compared as bytes by the
-- server's own functions; decoded and checked on every way in.  Printed as the
-- tag URI, which says the same and can be read.  As for the other keys no cast
-- is implicit, and the operators are in pg_catalog.

CREATE TYPE ims.epc;

CREATE FUNCTION ims._epc_in(input cstring)
RETURNS ims.epc
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_epc_in';
COMMENT ON FUNCTION ims._epc_in IS 'EPC from a tag URI, a raw URI of 96 bits or hexadecimal digits';

CREATE FUNCTION ims._epc_out(epc ims.epc)
RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_epc_out';
COMMENT ON FUNCTION ims._epc_out IS 'EPC as its tag URI';

CREATE FUNCTION ims._epc_recv(message internal)
RETURNS ims.epc
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_epc_recv';
COMMENT ON FUNCTION ims._epc_recv IS 'EPC from the binary protocol, checked like text';

CREATE FUNCTION ims._epc_send(epc ims.epc)
RETURNS bytea
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
AS 'byteasend';
COMMENT ON FUNCTION ims._epc_send IS 'EPC in the binary protocol: its bits in whole bytes';

CREATE TYPE ims.epc (
    INPUT = ims._epc_in,
    OUTPUT = ims._epc_out,
    RECEIVE = ims._epc_recv,
    SEND = ims._epc_send,
    LIKE = pg_catalog.bytea
);
COMMENT ON TYPE ims.epc IS
    'EPC: bits of an RFID tag, SGTIN-96/198, SSCC-96, SGLN-96/195, GRAI-96/170 or GIAI-96/202; printed as tag URI, read from that or from hexadecimal digits';

CREATE FUNCTION ims._epc_eq(a ims.epc, b ims.epc)
RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'byteaeq';
COMMENT ON FUNCTION ims._epc_eq IS 'whether an EPC is equal to another';

CREATE FUNCTION ims._epc_ne(a ims.epc, b ims.epc)
RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'byteane';
COMMENT ON FUNCTION ims._epc_ne IS 'whether an EPC differs from another';

CREATE FUNCTION ims._epc_lt(a ims.epc, b ims.epc)
RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'bytealt';
COMMENT ON FUNCTION ims._epc_lt IS 'whether an EPC is before another';

CREATE FUNCTION ims._epc_le(a ims.epc, b ims.epc)
RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'byteale';
COMMENT ON FUNCTION ims._epc_le IS 'whether an EPC is not after another';

CREATE FUNCTION ims._epc_gt(a ims.epc, b ims.epc)
RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'byteagt';
COMMENT ON FUNCTION ims._epc_gt IS 'whether an EPC is after another';

CREATE FUNCTION ims._epc_ge(a ims.epc, b ims.epc)
RETURNS boolean
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'byteage';
COMMENT ON FUNCTION ims._epc_ge IS 'whether an EPC is not before another';

CREATE FUNCTION ims._epc_cmp(a ims.epc, b ims.epc)
RETURNS integer
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'byteacmp';
COMMENT ON FUNCTION ims._epc_cmp IS 'order of two EPCs, by their bits: negative, 0 or positive';

CREATE FUNCTION ims._epc_hash(epc ims.epc)
RETURNS integer
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'hashvarlena';
COMMENT ON FUNCTION ims._epc_hash IS 'hash of an EPC';

CREATE FUNCTION ims._epc_hash_extended(epc ims.epc, seed bigint)
RETURNS bigint
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'hashvarlenaextended';
COMMENT ON FUNCTION ims._epc_hash_extended IS 'hash of an EPC with a seed';

CREATE OPERATOR pg_catalog.= (
    LEFTARG = ims.epc, RIGHTARG = ims.epc, FUNCTION = ims._epc_eq,
    COMMUTATOR = OPERATOR(pg_catalog.=), NEGATOR = OPERATOR(pg_catalog.<>),
    RESTRICT = eqsel, JOIN = eqjoinsel,
    HASHES, MERGES
);
CREATE OPERATOR pg_catalog.<> (
    LEFTARG = ims.epc, RIGHTARG = ims.epc, FUNCTION = ims._epc_ne,
    COMMUTATOR = OPERATOR(pg_catalog.<>), NEGATOR = OPERATOR(pg_catalog.=),
    RESTRICT = neqsel, JOIN = neqjoinsel
);
CREATE OPERATOR pg_catalog.< (
    LEFTARG = ims.epc, RIGHTARG = ims.epc, FUNCTION = ims._epc_lt,
    COMMUTATOR = OPERATOR(pg_catalog.>), NEGATOR = OPERATOR(pg_catalog.>=),
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR pg_catalog.<= (
    LEFTARG = ims.epc, RIGHTARG = ims.epc, FUNCTION = ims._epc_le,
    COMMUTATOR = OPERATOR(pg_catalog.>=), NEGATOR = OPERATOR(pg_catalog.>),
    RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR pg_catalog.> (
    LEFTARG = ims.epc, RIGHTARG = ims.epc, FUNCTION = ims._epc_gt,
    COMMUTATOR = OPERATOR(pg_catalog.<), NEGATOR = OPERATOR(pg_catalog.<=),
    RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
CREATE OPERATOR pg_catalog.>= (
    LEFTARG = ims.epc, RIGHTARG = ims.epc, FUNCTION = ims._epc_ge,
    COMMUTATOR = OPERATOR(pg_catalog.<=), NEGATOR = OPERATOR(pg_catalog.<),
    RESTRICT = scalargesel, JOIN = scalargejoinsel
);

CREATE OPERATOR CLASS ims.epc_ops DEFAULT FOR TYPE ims.epc USING btree AS
    OPERATOR 1 pg_catalog.<,
    OPERATOR 2 pg_catalog.<=,
    OPERATOR 3 pg_catalog.=,
    OPERATOR 4 pg_catalog.>=,
    OPERATOR 5 pg_catalog.>,
    FUNCTION 1 ims._epc_cmp(ims.epc, ims.epc),
    FUNCTION 2 (ims.epc, ims.epc) pg_catalog.bytea_sortsupport(internal),
    FUNCTION 4 (ims.epc, ims.epc) pg_catalog.btequalimage(oid);
CREATE OPERATOR CLASS ims.epc_hash_ops DEFAULT FOR TYPE ims.epc USING hash AS
    OPERATOR 1 pg_catalog.=,
    FUNCTION 1 ims._epc_hash(ims.epc),
    FUNCTION 2 ims._epc_hash_extended(ims.epc, bigint);

CREATE FUNCTION ims._epc_from_text(code text)
RETURNS ims.epc
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_epc_from_text';
COMMENT ON FUNCTION ims._epc_from_text IS 'cast from text to EPC';

CREATE FUNCTION ims._epc_from_bytea(bits bytea)
RETURNS ims.epc
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_epc_from_bytea';
COMMENT ON FUNCTION ims._epc_from_bytea IS 'cast from bytea to EPC: the bits in whole bytes or words of 16';

CREATE CAST (text AS ims.epc) WITH FUNCTION ims._epc_from_text(text) AS ASSIGNMENT;
CREATE CAST (varchar AS ims.epc) WITH FUNCTION ims._epc_from_text(text) AS ASSIGNMENT;
CREATE CAST (bytea AS ims.epc) WITH FUNCTION ims._epc_from_bytea(bytea);
CREATE CAST (ims.epc AS bytea) WITHOUT FUNCTION;

CREATE FUNCTION ims.is_epc(code text)
RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_is_epc';
COMMENT ON FUNCTION ims.is_epc IS
'whether a text is an EPC that ims knows

A tag URI, a raw URI of 96 bits or the hexadecimal digits that a reader delivers.
Example: SELECT ims.is_epc(code => ''3074257BF7194E4000001A85'');';
REVOKE ALL ON FUNCTION ims.is_epc FROM PUBLIC;

CREATE FUNCTION ims.epc_from_uri(
    uri text,
    filter integer DEFAULT 0,
    bits integer DEFAULT 0)
RETURNS ims.epc
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_epc_from_uri';
COMMENT ON FUNCTION ims.epc_from_uri IS
'EPC of a pure identity URI

Such a URI, as EPCIS writes it, names neither the filter value (0 to 7) nor the size of
the tag: bits is 96, 170, 195, 198 or 202; 0 takes 96 if the serial fits. A tag URI needs
no function: cast it.
Example: SELECT ims.epc_from_uri(uri => ''urn:epc:id:sgtin:0614141.812345.6789'', filter => 3);';
REVOKE ALL ON FUNCTION ims.epc_from_uri FROM PUBLIC;

CREATE FUNCTION ims.epc_from_element_string(
    element_string text,
    company_prefix_length integer,
    filter integer DEFAULT 0,
    bits integer DEFAULT 0)
RETURNS ims.epc
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_epc_from_element_string';
COMMENT ON FUNCTION ims.epc_from_element_string IS
'EPC of a GS1 element string

In brackets: (01) with (21), (00), (414) with or without (254), (8003) with a serial, (8004),
and no other element; a bracket in a serial is written \(. The length of the company prefix, 6 to 12 digits,
cannot be told from a key. bits is the size of the tag, 0 takes 96 if the serial fits.
Example: SELECT ims.epc_from_element_string(element_string => ''(01)80614141123458(21)6789'', company_prefix_length => 7, filter => 3);';
REVOKE ALL ON FUNCTION ims.epc_from_element_string FROM PUBLIC;

CREATE FUNCTION ims.epc_tag_uri(epc ims.epc)
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_epc_tag_uri';
COMMENT ON FUNCTION ims.epc_tag_uri IS
'tag URI of an EPC

Scheme, filter value, company prefix, reference, serial: all that the tag holds.
Example: SELECT ims.epc_tag_uri(epc => ''3074257BF7194E4000001A85'');';
REVOKE ALL ON FUNCTION ims.epc_tag_uri FROM PUBLIC;

CREATE FUNCTION ims.epc_pure_uri(epc ims.epc)
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_epc_pure_uri';
COMMENT ON FUNCTION ims.epc_pure_uri IS
'pure identity URI of an EPC

What the tag is about, whatever its filter value and size: the form of EPCIS events.
Example: SELECT ims.epc_pure_uri(epc => ''3074257BF7194E4000001A85'');';
REVOKE ALL ON FUNCTION ims.epc_pure_uri FROM PUBLIC;

CREATE FUNCTION ims.epc_hex(epc ims.epc)
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_epc_hex';
COMMENT ON FUNCTION ims.epc_hex IS
'bits of an EPC in hexadecimal digits

In whole bytes: 24 digits for 96 bits.
Example: SELECT ims.epc_hex(epc => ''urn:epc:tag:sgtin-96:3.0614141.812345.6789'');';
REVOKE ALL ON FUNCTION ims.epc_hex FROM PUBLIC;

CREATE FUNCTION ims.epc_scheme(epc ims.epc)
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_epc_scheme_name';
COMMENT ON FUNCTION ims.epc_scheme IS
'scheme of an EPC

sgtin-96, sgtin-198, sscc-96, sgln-96, sgln-195, grai-96, grai-170, giai-96 or giai-202.
Example: SELECT ims.epc_scheme(epc => ''3074257BF7194E4000001A85'');';
REVOKE ALL ON FUNCTION ims.epc_scheme FROM PUBLIC;

CREATE FUNCTION ims.epc_filter(epc ims.epc)
RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_epc_filter_value';
COMMENT ON FUNCTION ims.epc_filter IS
'filter value of an EPC, 0 to 7

For readers to choose by; of an SGTIN: 1 item for the point of sale, 2 full case, 4 inner
pack, 6 unit load, 7 unit inside a trade item, 0 other.
Example: SELECT ims.epc_filter(epc => ''3074257BF7194E4000001A85'');';
REVOKE ALL ON FUNCTION ims.epc_filter FROM PUBLIC;

CREATE FUNCTION ims.epc_company_prefix(epc ims.epc)
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_epc_company_prefix';
COMMENT ON FUNCTION ims.epc_company_prefix IS
'company prefix of an EPC, 6 to 12 digits

Example: SELECT ims.epc_company_prefix(epc => ''3074257BF7194E4000001A85'');';
REVOKE ALL ON FUNCTION ims.epc_company_prefix FROM PUBLIC;

CREATE FUNCTION ims.epc_serial(epc ims.epc)
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_epc_serial';
COMMENT ON FUNCTION ims.epc_serial IS
'serial of an EPC

Serial of a GTIN or GRAI, extension of a GLN; null for an SSCC, a GIAI and a GLN alone.
Example: SELECT ims.epc_serial(epc => ''3074257BF7194E4000001A85'');';
REVOKE ALL ON FUNCTION ims.epc_serial FROM PUBLIC;

CREATE FUNCTION ims.epc_gtin(epc ims.epc)
RETURNS ims.gtin
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_epc_gtin';
COMMENT ON FUNCTION ims.epc_gtin IS
'GTIN of an EPC

Null unless it is an SGTIN.
Example: SELECT ims.epc_gtin(epc => ''3074257BF7194E4000001A85'');';
REVOKE ALL ON FUNCTION ims.epc_gtin FROM PUBLIC;

CREATE FUNCTION ims.epc_sscc(epc ims.epc)
RETURNS ims.sscc
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_epc_sscc';
COMMENT ON FUNCTION ims.epc_sscc IS
'SSCC of an EPC

Null unless it is an SSCC.
Example: SELECT ims.epc_sscc(epc => ''3174257BF4499602D2000000'');';
REVOKE ALL ON FUNCTION ims.epc_sscc FROM PUBLIC;

CREATE FUNCTION ims.epc_gln(epc ims.epc)
RETURNS ims.gln
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_epc_gln';
COMMENT ON FUNCTION ims.epc_gln IS
'GLN of an EPC

Null unless it is an SGLN; the extension is ims.epc_serial().
Example: SELECT ims.epc_gln(epc => ''3274257BF46072000000162E'');';
REVOKE ALL ON FUNCTION ims.epc_gln FROM PUBLIC;

CREATE FUNCTION ims.epc_element_string(epc ims.epc)
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_epc_element_string';
COMMENT ON FUNCTION ims.epc_element_string IS
'element string of an EPC, in brackets

The GS1 key with its check digit, and the serial.
Example: SELECT ims.epc_element_string(epc => ''3074257BF7194E4000001A85'');';
REVOKE ALL ON FUNCTION ims.epc_element_string FROM PUBLIC;

CREATE FUNCTION ims.epc_digital_link(
    epc ims.epc,
    domain text DEFAULT 'https://id.gs1.org')
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_epc_digital_link';
COMMENT ON FUNCTION ims.epc_digital_link IS
'GS1 Digital Link URI of an EPC

domain is scheme and host, perhaps with a path.
Example: SELECT ims.epc_digital_link(epc => ''3074257BF7194E4000001A85'');';
REVOKE ALL ON FUNCTION ims.epc_digital_link FROM PUBLIC;

CREATE FUNCTION ims.epc_class_uri(
    gtin ims.gtin,
    company_prefix_length integer,
    lot text DEFAULT NULL)
RETURNS text
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_epc_class_uri';
COMMENT ON FUNCTION ims.epc_class_uri IS
'URI of a lot or of all units of a GTIN

urn:epc:class:lgtin with a lot, urn:epc:idpat:sgtin without: what EPCIS counts where units
have no serial. The length of the company prefix is 6 to 12 digits.
Example: SELECT ims.epc_class_uri(gtin => ''4023333020008'', company_prefix_length => 7, lot => ''2019-10-07'');';
REVOKE ALL ON FUNCTION ims.epc_class_uri FROM PUBLIC;
