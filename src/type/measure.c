/*-------------------------------------------------------------------------
 *
 * measure.c
 *	  ims.measure, an exact amount with a unit.
 *
 * Held as a few bytes of amount and the unit's code, as it was given: equal
 * measures may differ in bytes ('1 KGM', '1000 GRM'), so that an index does not
 * merge them.  Every way in is checked, so that the rest of the code may
 * believe a stored value, and notices one that is corrupt.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "compat.h"
#include "ims.h"
#include "ledger/detail.h"
#include "type/measure.h"

PG_FUNCTION_INFO_V1(ims_measure_in);
PG_FUNCTION_INFO_V1(ims_measure_out);
PG_FUNCTION_INFO_V1(ims_measure_recv);
PG_FUNCTION_INFO_V1(ims_measure_send);
PG_FUNCTION_INFO_V1(ims_measure_from_text);
PG_FUNCTION_INFO_V1(ims_is_measure);
PG_FUNCTION_INFO_V1(ims_measure_make);
PG_FUNCTION_INFO_V1(ims_measure_amount_of);
PG_FUNCTION_INFO_V1(ims_measure_unit_of);
PG_FUNCTION_INFO_V1(ims_measure_dimension_of);
PG_FUNCTION_INFO_V1(ims_unit_dimension);
PG_FUNCTION_INFO_V1(ims_measure_from_ai);
PG_FUNCTION_INFO_V1(ims_measure_eq);
PG_FUNCTION_INFO_V1(ims_measure_ne);
PG_FUNCTION_INFO_V1(ims_measure_lt);
PG_FUNCTION_INFO_V1(ims_measure_le);
PG_FUNCTION_INFO_V1(ims_measure_gt);
PG_FUNCTION_INFO_V1(ims_measure_ge);
PG_FUNCTION_INFO_V1(ims_measure_cmp);
PG_FUNCTION_INFO_V1(ims_measure_smaller);
PG_FUNCTION_INFO_V1(ims_measure_larger);
PG_FUNCTION_INFO_V1(ims_measure_hash);
PG_FUNCTION_INFO_V1(ims_measure_hash_extended);

/* For messages and details: no more of the input than a code may have. */
static char *
clipped(const char *text, size_t length)
{
	return pnstrdup(text, pg_mbcliplen(text, (int) length, IMS_MAX_CODE_LENGTH));
}

/* Whether the status is ok; IV130 otherwise, left in the context where one is given. */
static bool
require_softly(ImsMeasureStatus status, const char *shown, size_t length, fmNodePtr context)
{
	char *text;
	char *sentence;

	if (status.rule == IMS_MEASURE_OK)
		return true;
	text = clipped(shown, length);
	sentence = status.position > 0
				   ? psprintf("%s: position %d.", ims_measure_rule_text(status.rule),
							  status.position)
				   : psprintf("%s.", ims_measure_rule_text(status.rule));
	ims_errsave(context,
				(errcode(ERRCODE_IMS_INVALID_MEASURE),
				 errmsg("invalid measure \"%s\"", text),
				 errdetail_internal("%s",
									ims_error_detail(sentence,
													 ims_detail_text("measure", text),
													 ims_detail_integer("position",
																		status.position),
													 ims_detail_text("rule",
																	 ims_measure_rule_name(
																		 status.rule)))),
				 errhint("A measure is an amount, a space and a unit, such as 12.5 KGM.")));
	return false;
}

void
ims_measure_require(ImsMeasureStatus status, const char *shown, size_t length)
{
	require_softly(status, shown, length, NULL);
}

/* The core counts bytes; characters depend on the encoding of the database. */
static ImsMeasureStatus
status_of_unit(const char *unit, size_t size)
{
	ImsMeasureStatus status = {ims_measure_check_unit(unit, size), 0};

	if (status.rule == IMS_MEASURE_OK &&
		pg_mbstrlen_with_len(unit, (int) size) > IMS_UNIT_MAX_LENGTH)
		status.rule = IMS_MEASURE_UNIT_LENGTH;
	return status;
}

void
ims_measure_require_unit(const char *unit, size_t size)
{
	ims_measure_require(status_of_unit(unit, size), unit, size);
}

ImsMeasure
ims_measure_arg(FunctionCallInfo fcinfo, int place)
{
	struct varlena *stored = PG_GETARG_VARLENA_PP(place);
	ImsMeasure measure;

	if (ims_measure_decode((const uint8_t *) VARDATA_ANY(stored),
						   VARSIZE_ANY_EXHDR(stored), &measure) != IMS_MEASURE_OK)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED), errmsg("a stored measure is corrupt")));
	return measure;
}

Datum
ims_measure_datum(const ImsMeasure *measure)
{
	uint8_t bytes[IMS_MEASURE_MAX_STORED];
	size_t size = ims_measure_encode(measure, bytes);
	struct varlena *result = palloc(VARHDRSZ + size);

	SET_VARSIZE(result, VARHDRSZ + size);
	memcpy(VARDATA(result), bytes, size);
	return PointerGetDatum(result);
}

/* numeric_out and numeric_in are exact, and as fast as anything on digits. */
ImsAmount
ims_amount_arg(FunctionCallInfo fcinfo, int place)
{
	char *text = DatumGetCString(DirectFunctionCall1(numeric_out, PG_GETARG_DATUM(place)));
	ImsAmount amount = 0;

	ims_measure_require(ims_amount_parse(text, strlen(text), &amount), text, strlen(text));
	return amount;
}

Datum
ims_amount_datum(ImsAmount amount)
{
	char text[IMS_AMOUNT_MAX_TEXT];

	ims_amount_write(amount, text);
	return DirectFunctionCall3(numeric_in, CStringGetDatum(text),
							   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

static Datum
parse(const char *text, size_t length)
{
	ImsMeasure measure;

	ims_measure_require(ims_measure_parse(text, length, &measure), text, length);
	ims_measure_require_unit(measure.unit, measure.unit_size);
	return ims_measure_datum(&measure);
}

/* ims_measure_in -- amount, space, unit */
Datum
ims_measure_in(PG_FUNCTION_ARGS)
{
	char *text = PG_GETARG_CSTRING(0);
	size_t length = strlen(text);
	ImsMeasure measure;

	if (!require_softly(ims_measure_parse(text, length, &measure), text, length,
						fcinfo->context) ||
		!require_softly(status_of_unit(measure.unit, measure.unit_size), measure.unit,
						measure.unit_size, fcinfo->context))
		return (Datum) 0;
	PG_RETURN_DATUM(ims_measure_datum(&measure));
}

Datum
ims_measure_out(PG_FUNCTION_ARGS)
{
	ImsMeasure measure = ims_measure_arg(fcinfo, 0);
	char *text = palloc(IMS_MEASURE_MAX_TEXT);

	ims_measure_write(&measure, text);
	PG_RETURN_CSTRING(text);
}

/* ims_measure_recv -- sixteen bytes of amount in 10^-18, then the unit */
Datum
ims_measure_recv(PG_FUNCTION_ARGS)
{
	StringInfo message = (StringInfo) PG_GETARG_POINTER(0);
	ImsMeasure measure;
	char *unit;
	int size;

	measure.amount =
		ims_amount_decode((const uint8_t *) pq_getmsgbytes(message, IMS_AMOUNT_SIZE));
	unit = pq_getmsgtext(message, message->len - message->cursor, &size);
	ims_measure_require_unit(unit, size);
	if (!ims_amount_is_valid(measure.amount))
		ims_measure_require((ImsMeasureStatus){IMS_MEASURE_TOO_LARGE, 0}, unit, size);
	measure.unit = unit;
	measure.unit_size = size;
	PG_RETURN_DATUM(ims_measure_datum(&measure));
}

Datum
ims_measure_send(PG_FUNCTION_ARGS)
{
	ImsMeasure measure = ims_measure_arg(fcinfo, 0);
	uint8_t amount[IMS_AMOUNT_SIZE];
	StringInfoData message;

	ims_amount_encode(measure.amount, amount);
	pq_begintypsend(&message);
	pq_sendbytes(&message, (const char *) amount, sizeof(amount));
	pq_sendtext(&message, measure.unit, (int) measure.unit_size);
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/* ims_measure_from_text -- cast from text */
Datum
ims_measure_from_text(PG_FUNCTION_ARGS)
{
	text *input = PG_GETARG_TEXT_PP(0);

	PG_RETURN_DATUM(parse(VARDATA_ANY(input), VARSIZE_ANY_EXHDR(input)));
}

/* ims_is_measure -- SQL: ims.is_measure(input text) returns boolean */
Datum
ims_is_measure(PG_FUNCTION_ARGS)
{
	text *input = PG_GETARG_TEXT_PP(0);
	ImsMeasure measure;

	PG_RETURN_BOOL(
		ims_measure_parse(VARDATA_ANY(input), VARSIZE_ANY_EXHDR(input), &measure).rule ==
			IMS_MEASURE_OK &&
		pg_mbstrlen_with_len(measure.unit, (int) measure.unit_size) <= IMS_UNIT_MAX_LENGTH);
}

/* ims_measure_make -- SQL: ims.measure_make(amount numeric, unit text) returns ims.measure */
Datum
ims_measure_make(PG_FUNCTION_ARGS)
{
	text *unit = PG_GETARG_TEXT_PP(1);
	ImsMeasure measure = {ims_amount_arg(fcinfo, 0), VARDATA_ANY(unit),
						  VARSIZE_ANY_EXHDR(unit)};

	ims_measure_require_unit(measure.unit, measure.unit_size);
	PG_RETURN_DATUM(ims_measure_datum(&measure));
}

/* ims_measure_amount_of -- SQL: ims.measure_amount(measure ims.measure) returns numeric */
Datum
ims_measure_amount_of(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(ims_amount_datum(ims_measure_arg(fcinfo, 0).amount));
}

/* ims_measure_unit_of -- SQL: ims.measure_unit(measure ims.measure) returns text */
Datum
ims_measure_unit_of(PG_FUNCTION_ARGS)
{
	ImsMeasure measure = ims_measure_arg(fcinfo, 0);

	PG_RETURN_TEXT_P(cstring_to_text_with_len(measure.unit, (int) measure.unit_size));
}

static Datum
dimension_of(FunctionCallInfo fcinfo, const char *code, size_t size)
{
	const ImsRec20Unit *unit = ims_rec20_find(code, size);

	if (unit == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(ims_dimension_name(unit->dimension)));
}

/*
 * ims_measure_dimension_of -- SQL: ims.measure_dimension(measure ims.measure) returns text
 *
 * Null for a unit without dimension.
 */
Datum
ims_measure_dimension_of(PG_FUNCTION_ARGS)
{
	ImsMeasure measure = ims_measure_arg(fcinfo, 0);

	return dimension_of(fcinfo, measure.unit, measure.unit_size);
}

/* ims_unit_dimension -- SQL: ims._unit_dimension(unit text) returns text, for any text */
Datum
ims_unit_dimension(PG_FUNCTION_ARGS)
{
	text *unit = PG_GETARG_TEXT_PP(0);

	return dimension_of(fcinfo, VARDATA_ANY(unit), VARSIZE_ANY_EXHDR(unit));
}

/*
 * ims_measure_from_ai -- SQL: ims.measure_from_gs1(ai text, value text) returns ims.measure
 *
 * Of an identifier from 3100 to 3695 and six digits.
 */
Datum
ims_measure_from_ai(PG_FUNCTION_ARGS)
{
	text *ai = PG_GETARG_TEXT_PP(0);
	text *value = PG_GETARG_TEXT_PP(1);
	ImsMeasure measure;
	ImsMeasureStatus status =
		ims_measure_from_gs1(VARDATA_ANY(ai), VARSIZE_ANY_EXHDR(ai), VARDATA_ANY(value),
							 VARSIZE_ANY_EXHDR(value), &measure);

	if (status.rule != IMS_MEASURE_OK)
	{
		char *shown = psprintf("(%s)%s", clipped(VARDATA_ANY(ai), VARSIZE_ANY_EXHDR(ai)),
							   clipped(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value)));

		ims_measure_require(status, shown, strlen(shown));
	}
	PG_RETURN_DATUM(ims_measure_datum(&measure));
}

/* order */

static int
compare_args(FunctionCallInfo fcinfo)
{
	ImsMeasure a = ims_measure_arg(fcinfo, 0);
	ImsMeasure b = ims_measure_arg(fcinfo, 1);

	return ims_measure_compare(&a, &b);
}

Datum
ims_measure_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) == 0);
}

Datum
ims_measure_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) != 0);
}

Datum
ims_measure_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) < 0);
}

Datum
ims_measure_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) <= 0);
}

Datum
ims_measure_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) > 0);
}

Datum
ims_measure_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) >= 0);
}

Datum
ims_measure_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare_args(fcinfo));
}

/* ims_measure_smaller -- of min(ims.measure); the first of equal ones */
Datum
ims_measure_smaller(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(PG_GETARG_DATUM(compare_args(fcinfo) > 0 ? 1 : 0));
}

/* ims_measure_larger -- of max(ims.measure); the first of equal ones */
Datum
ims_measure_larger(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(PG_GETARG_DATUM(compare_args(fcinfo) < 0 ? 1 : 0));
}

Datum
ims_measure_hash(PG_FUNCTION_ARGS)
{
	ImsMeasure measure = ims_measure_arg(fcinfo, 0);
	uint8_t key[IMS_MEASURE_MAX_KEY];
	size_t size = ims_measure_key(&measure, key);

	PG_RETURN_DATUM(hash_any(key, (int) size));
}

Datum
ims_measure_hash_extended(PG_FUNCTION_ARGS)
{
	ImsMeasure measure = ims_measure_arg(fcinfo, 0);
	uint8_t key[IMS_MEASURE_MAX_KEY];
	size_t size = ims_measure_key(&measure, key);

	PG_RETURN_DATUM(hash_any_extended(key, (int) size, PG_GETARG_INT64(1)));
}
