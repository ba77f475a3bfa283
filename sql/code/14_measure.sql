-- ims.measure: an exact amount with a unit.
--
-- Equal are measures of one amount in whatever physical unit: '1 KGM' and
-- '1000 GRM'.  Since their bytes differ, the btree operator class has no
-- equalimage function and an index keeps both.  Casts from text are for
-- assignment, all others only where they are written.  Operators and aggregates
-- are in pg_catalog as those of the GS1 keys are: they work for whoever has not
-- ims in his search_path.

CREATE TYPE ims.measure;

CREATE FUNCTION ims._measure_in(input cstring)
RETURNS ims.measure
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_measure_in';
COMMENT ON FUNCTION ims._measure_in IS 'measure from text: amount, space, unit';

CREATE FUNCTION ims._measure_out(measure ims.measure)
RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_measure_out';
COMMENT ON FUNCTION ims._measure_out IS 'measure as text';

CREATE FUNCTION ims._measure_recv(message internal)
RETURNS ims.measure
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_measure_recv';
COMMENT ON FUNCTION ims._measure_recv IS 'measure from the binary protocol, checked like text';

CREATE FUNCTION ims._measure_send(measure ims.measure)
RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_measure_send';
COMMENT ON FUNCTION ims._measure_send IS 'measure in the binary protocol: the amount in 10^-18 as sixteen bytes, then the unit';

CREATE TYPE ims.measure (
    INPUT = ims._measure_in,
    OUTPUT = ims._measure_out,
    RECEIVE = ims._measure_recv,
    SEND = ims._measure_send,
    INTERNALLENGTH = VARIABLE,
    STORAGE = main
);
COMMENT ON TYPE ims.measure IS
    'measure: an exact amount with a unit, such as 12.5 KGM or 3 CS; less than 10^12 in size, 18 decimals, a unit of UN/ECE Rec 20 or any other of up to 20 characters';

CREATE FUNCTION ims._measure_eq(a ims.measure, b ims.measure)
RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'MODULE_PATHNAME', 'ims_measure_eq';
COMMENT ON FUNCTION ims._measure_eq IS 'whether a measure is equal to another';

CREATE FUNCTION ims._measure_ne(a ims.measure, b ims.measure)
RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'MODULE_PATHNAME', 'ims_measure_ne';
COMMENT ON FUNCTION ims._measure_ne IS 'whether a measure differs from another';

CREATE FUNCTION ims._measure_lt(a ims.measure, b ims.measure)
RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'MODULE_PATHNAME', 'ims_measure_lt';
COMMENT ON FUNCTION ims._measure_lt IS 'whether a measure is before another';

CREATE FUNCTION ims._measure_le(a ims.measure, b ims.measure)
RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'MODULE_PATHNAME', 'ims_measure_le';
COMMENT ON FUNCTION ims._measure_le IS 'whether a measure is not after another';

CREATE FUNCTION ims._measure_gt(a ims.measure, b ims.measure)
RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'MODULE_PATHNAME', 'ims_measure_gt';
COMMENT ON FUNCTION ims._measure_gt IS 'whether a measure is after another';

CREATE FUNCTION ims._measure_ge(a ims.measure, b ims.measure)
RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'MODULE_PATHNAME', 'ims_measure_ge';
COMMENT ON FUNCTION ims._measure_ge IS 'whether a measure is not before another';

CREATE FUNCTION ims._measure_cmp(a ims.measure, b ims.measure)
RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'MODULE_PATHNAME', 'ims_measure_cmp';
COMMENT ON FUNCTION ims._measure_cmp IS 'order of two measures: -1, 0 or 1';

CREATE FUNCTION ims._measure_hash(measure ims.measure)
RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'MODULE_PATHNAME', 'ims_measure_hash';
COMMENT ON FUNCTION ims._measure_hash IS 'hash of a measure, the same for equal ones';

CREATE FUNCTION ims._measure_hash_extended(measure ims.measure, seed bigint)
RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
AS 'MODULE_PATHNAME', 'ims_measure_hash_extended';
COMMENT ON FUNCTION ims._measure_hash_extended IS 'hash of a measure with a seed';

CREATE OPERATOR pg_catalog.= (
    LEFTARG = ims.measure, RIGHTARG = ims.measure, FUNCTION = ims._measure_eq,
    COMMUTATOR = OPERATOR(pg_catalog.=), NEGATOR = OPERATOR(pg_catalog.<>),
    RESTRICT = eqsel, JOIN = eqjoinsel,
    HASHES, MERGES
);
CREATE OPERATOR pg_catalog.<> (
    LEFTARG = ims.measure, RIGHTARG = ims.measure, FUNCTION = ims._measure_ne,
    COMMUTATOR = OPERATOR(pg_catalog.<>), NEGATOR = OPERATOR(pg_catalog.=),
    RESTRICT = neqsel, JOIN = neqjoinsel
);
CREATE OPERATOR pg_catalog.< (
    LEFTARG = ims.measure, RIGHTARG = ims.measure, FUNCTION = ims._measure_lt,
    COMMUTATOR = OPERATOR(pg_catalog.>), NEGATOR = OPERATOR(pg_catalog.>=),
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR pg_catalog.<= (
    LEFTARG = ims.measure, RIGHTARG = ims.measure, FUNCTION = ims._measure_le,
    COMMUTATOR = OPERATOR(pg_catalog.>=), NEGATOR = OPERATOR(pg_catalog.>),
    RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR pg_catalog.> (
    LEFTARG = ims.measure, RIGHTARG = ims.measure, FUNCTION = ims._measure_gt,
    COMMUTATOR = OPERATOR(pg_catalog.<), NEGATOR = OPERATOR(pg_catalog.<=),
    RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
CREATE OPERATOR pg_catalog.>= (
    LEFTARG = ims.measure, RIGHTARG = ims.measure, FUNCTION = ims._measure_ge,
    COMMUTATOR = OPERATOR(pg_catalog.<=), NEGATOR = OPERATOR(pg_catalog.<),
    RESTRICT = scalargesel, JOIN = scalargejoinsel
);

CREATE OPERATOR CLASS ims.measure_ops DEFAULT FOR TYPE ims.measure USING btree AS
    OPERATOR 1 pg_catalog.<,
    OPERATOR 2 pg_catalog.<=,
    OPERATOR 3 pg_catalog.=,
    OPERATOR 4 pg_catalog.>=,
    OPERATOR 5 pg_catalog.>,
    FUNCTION 1 ims._measure_cmp(ims.measure, ims.measure);
CREATE OPERATOR CLASS ims.measure_hash_ops DEFAULT FOR TYPE ims.measure USING hash AS
    OPERATOR 1 pg_catalog.=,
    FUNCTION 1 ims._measure_hash(ims.measure),
    FUNCTION 2 ims._measure_hash_extended(ims.measure, bigint);

-- Arithmetic.

CREATE FUNCTION ims._measure_plus(a ims.measure, b ims.measure)
RETURNS ims.measure
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_measure_plus';
COMMENT ON FUNCTION ims._measure_plus IS 'sum of two measures in the unit of the first';

CREATE FUNCTION ims._measure_minus(a ims.measure, b ims.measure)
RETURNS ims.measure
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_measure_minus';
COMMENT ON FUNCTION ims._measure_minus IS 'difference of two measures in the unit of the first';

CREATE FUNCTION ims._measure_negate(measure ims.measure)
RETURNS ims.measure
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_measure_negate';
COMMENT ON FUNCTION ims._measure_negate IS 'measure with the other sign';

CREATE FUNCTION ims._measure_multiply(measure ims.measure, factor numeric)
RETURNS ims.measure
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_measure_multiply';
COMMENT ON FUNCTION ims._measure_multiply IS 'measure times a number';

CREATE FUNCTION ims._measure_multiply_by(factor numeric, measure ims.measure)
RETURNS ims.measure
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_measure_multiply_by';
COMMENT ON FUNCTION ims._measure_multiply_by IS 'number times a measure';

CREATE FUNCTION ims._measure_divide(measure ims.measure, divisor numeric)
RETURNS ims.measure
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_measure_divide';
COMMENT ON FUNCTION ims._measure_divide IS 'measure divided by a number';

CREATE OPERATOR pg_catalog.+ (
    LEFTARG = ims.measure, RIGHTARG = ims.measure, FUNCTION = ims._measure_plus
);
CREATE OPERATOR pg_catalog.- (
    LEFTARG = ims.measure, RIGHTARG = ims.measure, FUNCTION = ims._measure_minus
);
CREATE OPERATOR pg_catalog.- (
    RIGHTARG = ims.measure, FUNCTION = ims._measure_negate
);
CREATE OPERATOR pg_catalog.* (
    LEFTARG = ims.measure, RIGHTARG = numeric, FUNCTION = ims._measure_multiply,
    COMMUTATOR = OPERATOR(pg_catalog.*)
);
CREATE OPERATOR pg_catalog.* (
    LEFTARG = numeric, RIGHTARG = ims.measure, FUNCTION = ims._measure_multiply_by,
    COMMUTATOR = OPERATOR(pg_catalog.*)
);
CREATE OPERATOR pg_catalog./ (
    LEFTARG = ims.measure, RIGHTARG = numeric, FUNCTION = ims._measure_divide
);

-- Aggregates.

CREATE FUNCTION ims._measure_smaller(a ims.measure, b ims.measure)
RETURNS ims.measure
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_measure_smaller';
COMMENT ON FUNCTION ims._measure_smaller IS 'smaller of two measures';

CREATE FUNCTION ims._measure_larger(a ims.measure, b ims.measure)
RETURNS ims.measure
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_measure_larger';
COMMENT ON FUNCTION ims._measure_larger IS 'larger of two measures';

CREATE FUNCTION ims._measure_sum_add(state internal, measure ims.measure)
RETURNS internal
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_measure_sum_add';
COMMENT ON FUNCTION ims._measure_sum_add IS 'add a measure to a sum';

CREATE FUNCTION ims._measure_sum_combine(state internal, other internal)
RETURNS internal
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_measure_sum_combine';
COMMENT ON FUNCTION ims._measure_sum_combine IS 'add the sum of a worker to another';

CREATE FUNCTION ims._measure_sum_serialize(state internal)
RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_measure_sum_serialize';
COMMENT ON FUNCTION ims._measure_sum_serialize IS 'sum of a worker as bytes';

CREATE FUNCTION ims._measure_sum_deserialize(bytes bytea, state internal)
RETURNS internal
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_measure_sum_deserialize';
COMMENT ON FUNCTION ims._measure_sum_deserialize IS 'sum of a worker from its bytes';

CREATE FUNCTION ims._measure_sum_final(state internal)
RETURNS ims.measure
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_measure_sum_final';
COMMENT ON FUNCTION ims._measure_sum_final IS 'sum of measures';

CREATE AGGREGATE pg_catalog.sum(ims.measure) (
    SFUNC = ims._measure_sum_add,
    STYPE = internal,
    FINALFUNC = ims._measure_sum_final,
    COMBINEFUNC = ims._measure_sum_combine,
    SERIALFUNC = ims._measure_sum_serialize,
    DESERIALFUNC = ims._measure_sum_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE pg_catalog.sum(ims.measure) IS
    'exact sum in the one unit of all measures, or in the base unit of the dimension of several';
CREATE AGGREGATE pg_catalog.min(ims.measure) (
    SFUNC = ims._measure_smaller,
    STYPE = ims.measure,
    COMBINEFUNC = ims._measure_smaller,
    SORTOP = OPERATOR(pg_catalog.<),
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE pg_catalog.min(ims.measure) IS 'smallest measure';
CREATE AGGREGATE pg_catalog.max(ims.measure) (
    SFUNC = ims._measure_larger,
    STYPE = ims.measure,
    COMBINEFUNC = ims._measure_larger,
    SORTOP = OPERATOR(pg_catalog.>),
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE pg_catalog.max(ims.measure) IS 'largest measure';

-- From and to other forms.

CREATE FUNCTION ims._measure_from_text(input text)
RETURNS ims.measure
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_measure_from_text';
COMMENT ON FUNCTION ims._measure_from_text IS 'cast from text to measure';

CREATE FUNCTION ims.is_measure(input text)
RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_is_measure';
COMMENT ON FUNCTION ims.is_measure IS
'whether a text is a measure

An amount in plain decimals, below 10^12 in size and with at most 18 decimals, a space and a
unit of 1 to 20 characters, without a space and no number: 1 000 KGM is none.
Example: SELECT ims.is_measure(input => ''12.5 KGM'');';
REVOKE ALL ON FUNCTION ims.is_measure FROM PUBLIC;

CREATE FUNCTION ims.measure_make(amount numeric, unit text)
RETURNS ims.measure
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_measure_make';
COMMENT ON FUNCTION ims.measure_make IS
'measure of an amount and a unit

IV130 for more than 18 decimals, 10^12 or more, or a bad unit.
Example: SELECT ims.measure_make(amount => 3, unit => ''CS'');';
REVOKE ALL ON FUNCTION ims.measure_make FROM PUBLIC;

CREATE FUNCTION ims.measure_amount(measure ims.measure)
RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_measure_amount_of';
COMMENT ON FUNCTION ims.measure_amount IS
'amount of a measure, in its own unit

Example: SELECT ims.measure_amount(measure => ''12.5 KGM'');';
REVOKE ALL ON FUNCTION ims.measure_amount FROM PUBLIC;

CREATE FUNCTION ims.measure_unit(measure ims.measure)
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_measure_unit_of';
COMMENT ON FUNCTION ims.measure_unit IS
'unit of a measure, as it was given

Example: SELECT ims.measure_unit(measure => ''12.5 KGM'');';
REVOKE ALL ON FUNCTION ims.measure_unit FROM PUBLIC;

CREATE FUNCTION ims.measure_dimension(measure ims.measure)
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_measure_dimension_of';
COMMENT ON FUNCTION ims.measure_dimension IS
'what a measure measures

mass, length, area, volume, time and others of ims.rec20_units(); null for counts, packages and
units of one''s own, which convert by item only.
Example: SELECT ims.measure_dimension(measure => ''12.5 KGM'');';
REVOKE ALL ON FUNCTION ims.measure_dimension FROM PUBLIC;

-- A code of ims.unit may be one that no measure has.
CREATE FUNCTION ims._unit_dimension(unit text)
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_unit_dimension';
COMMENT ON FUNCTION ims._unit_dimension IS
    'what a unit measures, null for any text that is no physical unit';
REVOKE ALL ON FUNCTION ims._unit_dimension FROM PUBLIC;

CREATE FUNCTION ims.measure_in(
    measure ims.measure,
    unit text,
    rounding text DEFAULT 'exact',
    decimals integer DEFAULT 18)
RETURNS ims.measure
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_measure_in_unit';
COMMENT ON FUNCTION ims.measure_in IS
'measure in another unit of its dimension

Computed in exact fractions. rounding says what to do where the result does not fit the
decimals: exact refuses (IV103), up rounds away from zero, down toward zero, half_up and
half_even to the nearest. IV131 if the units have no common dimension.
Example: SELECT ims.measure_in(measure => ''1 LBR'', unit => ''KGM'');';
REVOKE ALL ON FUNCTION ims.measure_in FROM PUBLIC;

CREATE FUNCTION ims.measure_scale(
    measure ims.measure,
    numerator numeric,
    denominator numeric DEFAULT 1,
    rounding text DEFAULT 'exact',
    decimals integer DEFAULT 18)
RETURNS ims.measure
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_measure_scale';
COMMENT ON FUNCTION ims.measure_scale IS
'fraction of a measure, in its own unit

As * and / where the rounding of ims.measure_in() is wanted; the division comes last.
Example: SELECT ims.measure_scale(measure => ''10 KGM'', numerator => 1, denominator => 3,
    rounding => ''half_up'', decimals => 6);';
REVOKE ALL ON FUNCTION ims.measure_scale FROM PUBLIC;

CREATE FUNCTION ims.measure_from_gs1(ai text, value text)
RETURNS ims.measure
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_measure_from_ai';
COMMENT ON FUNCTION ims.measure_from_gs1 IS
'measure of a GS1 element string

Application identifiers 310n to 369n, n of the six digits are decimals: kilograms, metres,
litres, pounds, inches and so on in the codes of UN/ECE Rec 20; IV130 for any other.
Example: SELECT ims.measure_from_gs1(ai => ''3103'', value => ''000195'');';
REVOKE ALL ON FUNCTION ims.measure_from_gs1 FROM PUBLIC;

CREATE FUNCTION ims.measure_from_json(object jsonb)
RETURNS ims.measure
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_measure_from_json';
COMMENT ON FUNCTION ims.measure_from_json IS
'measure of a JSON object

With the keys amount, a number or a string of decimals, and unit, and no other.
Example: SELECT ims.measure_from_json(object => ''{"amount": 12.5, "unit": "KGM"}'');';
REVOKE ALL ON FUNCTION ims.measure_from_json FROM PUBLIC;

CREATE FUNCTION ims.measure_to_json(measure ims.measure)
RETURNS jsonb
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_measure_to_json';
COMMENT ON FUNCTION ims.measure_to_json IS
'measure as a JSON object

With the keys amount, a number, and unit.
Example: SELECT ims.measure_to_json(measure => ''12.5 KGM'');';
REVOKE ALL ON FUNCTION ims.measure_to_json FROM PUBLIC;

CREATE CAST (text AS ims.measure) WITH FUNCTION ims._measure_from_text(text) AS ASSIGNMENT;
CREATE CAST (jsonb AS ims.measure) WITH FUNCTION ims.measure_from_json(jsonb);
CREATE CAST (ims.measure AS jsonb) WITH FUNCTION ims.measure_to_json(ims.measure);

CREATE FUNCTION ims.rec20_units()
RETURNS TABLE (code text, name text, symbol text, dimension text, base_unit text,
    numerator bigint, denominator bigint, status text)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 299
AS 'MODULE_PATHNAME', 'ims_rec20_rows';
COMMENT ON FUNCTION ims.rec20_units IS
'physical units of UN/ECE Rec 20, with exact factors

One of the unit is numerator/denominator of the base unit of its dimension. status is active
or, where the recommendation advises another code, deprecated. Counts, packages and compound
units are not here: a measure may have them, but nothing converts them.
Example: SELECT * FROM ims.rec20_units() WHERE dimension = ''mass'';';
REVOKE ALL ON FUNCTION ims.rec20_units FROM PUBLIC;
