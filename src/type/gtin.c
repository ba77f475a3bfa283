/*-------------------------------------------------------------------------
 *
 * gtin.c
 *	  ims.gtin, the number of a trade item.
 *
 * Held as the number that its digits make, so that comparing, hashing and
 * sorting are those of bigint, and 8, 12, 13 and 14 digits are one value.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "compat.h"
#include "ims.h"
#include "ledger/detail.h"
#include "type/gs1_key.h"
#include "type/gtin_pattern_core.h"

PG_FUNCTION_INFO_V1(ims_gtin_in);
PG_FUNCTION_INFO_V1(ims_gtin_out);
PG_FUNCTION_INFO_V1(ims_gtin_recv);
PG_FUNCTION_INFO_V1(ims_gtin_from_text);
PG_FUNCTION_INFO_V1(ims_gtin_from_bigint);
PG_FUNCTION_INFO_V1(ims_is_gtin);
PG_FUNCTION_INFO_V1(ims_gtin_format);
PG_FUNCTION_INFO_V1(ims_gtin_indicator_of);
PG_FUNCTION_INFO_V1(ims_gtin_with_indicator_of);
PG_FUNCTION_INFO_V1(ims_gtin_kind_of);
PG_FUNCTION_INFO_V1(ims_gtin_is_restricted);
PG_FUNCTION_INFO_V1(ims_gtin_restricted_to);
PG_FUNCTION_INFO_V1(ims_is_gtin_pattern);
PG_FUNCTION_INFO_V1(ims_gtin_restricted_fields);
PG_FUNCTION_INFO_V1(ims_gtin_pattern_fields);
PG_FUNCTION_INFO_V1(ims_gtin_from_upce_text);
PG_FUNCTION_INFO_V1(ims_gtin_make);

#define KIND "GTIN"

static int64
parse(const char *text, size_t length)
{
	int64_t gtin = 0;

	ims_gs1_require(ims_gtin_parse(text, length, &gtin), KIND, text, length);
	return gtin;
}

/* ims_gtin_in -- 8, 12, 13 or 14 digits with their check digit */
Datum
ims_gtin_in(PG_FUNCTION_ARGS)
{
	char *text = PG_GETARG_CSTRING(0);
	int64_t gtin = 0;

	if (!ims_gs1_require_softly(ims_gtin_parse(text, strlen(text), &gtin), KIND, text,
								strlen(text), fcinfo->context))
		return (Datum) 0;
	PG_RETURN_INT64(gtin);
}

/* ims_gtin_out -- always 14 digits */
Datum
ims_gtin_out(PG_FUNCTION_ARGS)
{
	char *text = palloc(IMS_GTIN_DIGITS + 1);

	ims_gs1_number_format(PG_GETARG_INT64(0), IMS_GTIN_DIGITS, text);
	PG_RETURN_CSTRING(text);
}

Datum
ims_gtin_recv(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(ims_gs1_recv_number(fcinfo, KIND, IMS_GTIN_LIMIT));
}

/* ims_gtin_from_text -- cast from text */
Datum
ims_gtin_from_text(PG_FUNCTION_ARGS)
{
	text *code = PG_GETARG_TEXT_PP(0);

	PG_RETURN_INT64(parse(VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code)));
}

/* ims_gtin_from_bigint -- cast from bigint, check digit included */
Datum
ims_gtin_from_bigint(PG_FUNCTION_ARGS)
{
	int64 number = PG_GETARG_INT64(0);

	ims_gs1_require_number(number, KIND, IMS_GTIN_LIMIT);
	PG_RETURN_INT64(number);
}

/* ims_is_gtin -- SQL: ims.is_gtin(code text) returns boolean */
Datum
ims_is_gtin(PG_FUNCTION_ARGS)
{
	text *code = PG_GETARG_TEXT_PP(0);
	int64_t gtin;

	PG_RETURN_BOOL(ims_gtin_parse(VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code), &gtin).rule ==
				   IMS_GS1_OK);
}

/*
 * ims_gtin_format -- SQL: ims.gtin_format(gtin ims.gtin, digits integer) returns text
 *
 * 8, 12, 13 or 14 digits; IV110 if the number has more.
 */
Datum
ims_gtin_format(PG_FUNCTION_ARGS)
{
	int digits = PG_GETARG_INT32(1);
	char text[IMS_GTIN_DIGITS + 1];
	char *first = text;

	if (digits != 8 && digits != 12 && digits != 13 && digits != IMS_GTIN_DIGITS)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("a GTIN has 8, 12, 13 or 14 digits, not %d", digits)));
	ims_gs1_number_format(PG_GETARG_INT64(0), IMS_GTIN_DIGITS, text);
	for (; first < text + IMS_GTIN_DIGITS - digits; first++)
		if (*first != '0')
			ereport(ERROR,
					(errcode(ERRCODE_IMS_INVALID_GS1_KEY),
					 errmsg("GTIN %s does not fit into %d digits", text, digits),
					 errdetail_internal("%s",
										ims_error_detail("Only zeros can be left out in front.",
														 ims_detail_text("kind", KIND),
														 ims_detail_text("key", text),
														 ims_detail_integer("digits",
																			digits)))));
	PG_RETURN_TEXT_P(cstring_to_text_with_len(first, digits));
}

/* ims_gtin_indicator_of -- SQL: ims.gtin_indicator(gtin ims.gtin) returns integer */
Datum
ims_gtin_indicator_of(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(ims_gtin_indicator(PG_GETARG_INT64(0)));
}

/* ims_gtin_with_indicator_of -- SQL: ims.gtin_with_indicator(gtin ims.gtin, indicator integer) */
Datum
ims_gtin_with_indicator_of(PG_FUNCTION_ARGS)
{
	int indicator = ims_gs1_digit_arg(fcinfo, 1, "indicator");

	PG_RETURN_INT64(ims_gtin_with_indicator(PG_GETARG_INT64(0), indicator));
}

static const char *
kind_name(ImsGtinKind kind)
{
	switch (kind)
	{
	case IMS_GTIN_STANDARD:
		break;
	case IMS_GTIN_VARIABLE_MEASURE:
		return "variable measure";
	case IMS_GTIN_RESTRICTED_COMPANY:
	case IMS_GTIN_RESTRICTED_REGION:
		return "restricted";
	case IMS_GTIN_ISSN:
		return "issn";
	case IMS_GTIN_ISBN:
		return "isbn";
	case IMS_GTIN_ISMN:
		return "ismn";
	case IMS_GTIN_REFUND:
		return "refund";
	case IMS_GTIN_COUPON:
		return "coupon";
	}
	return "standard";
}

/* ims_gtin_kind_of -- SQL: ims.gtin_kind(gtin ims.gtin) returns text */
Datum
ims_gtin_kind_of(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(kind_name(ims_gtin_kind(PG_GETARG_INT64(0)))));
}

/* ims_gtin_is_restricted -- SQL: ims.gtin_is_restricted(gtin ims.gtin) returns boolean */
Datum
ims_gtin_is_restricted(PG_FUNCTION_ARGS)
{
	ImsGtinKind kind = ims_gtin_kind(PG_GETARG_INT64(0));

	PG_RETURN_BOOL(kind == IMS_GTIN_RESTRICTED_COMPANY ||
				   kind == IMS_GTIN_RESTRICTED_REGION);
}

/* ims_gtin_restricted_to -- SQL: ims.gtin_restricted_to(gtin ims.gtin) returns text */
Datum
ims_gtin_restricted_to(PG_FUNCTION_ARGS)
{
	ImsGtinKind kind = ims_gtin_kind(PG_GETARG_INT64(0));

	if (kind == IMS_GTIN_RESTRICTED_COMPANY)
		PG_RETURN_TEXT_P(cstring_to_text("company"));
	if (kind == IMS_GTIN_RESTRICTED_REGION)
		PG_RETURN_TEXT_P(cstring_to_text("region"));
	PG_RETURN_NULL();
}

/* ims_is_gtin_pattern -- SQL: ims._is_gtin_pattern(pattern text) returns boolean */
Datum
ims_is_gtin_pattern(PG_FUNCTION_ARGS)
{
	text *argument = PG_GETARG_TEXT_PP(0);
	ImsGtinPattern pattern;

	PG_RETURN_BOOL(ims_gtin_read_pattern(VARDATA_ANY(argument),
										 VARSIZE_ANY_EXHDR(argument), &pattern));
}

static ImsGtinPattern
read_pattern(const text *argument)
{
	ImsGtinPattern pattern;
	size_t length = VARSIZE_ANY_EXHDR(argument);

	if (!ims_gtin_read_pattern(VARDATA_ANY(argument), length, &pattern))
	{
		char *shown = ims_gs1_shown(VARDATA_ANY(argument), length);

		ereport(ERROR,
				(errcode(ERRCODE_IMS_INVALID_GTIN_PATTERN),
				 errmsg("\"%s\" is no pattern of a restricted number", shown),
				 errdetail_internal("%s",
									ims_error_detail("It does not say what each digit is.",
													 ims_detail_text("pattern", shown))),
				 errhint(
					 "It has a character for each of 8, 12 or 13 digits, such as "
					 "21IIIIIWWwwwC: a digit, I of the item, P of a price, W of a weight or "
					 "Q of a quantity, in lower case behind the decimal point, V for a "
					 "check digit of four or five of these, a point for any digit, C last.")));
	}
	return pattern;
}

#define FIELD_COLUMNS 5

/* Item reference, number of the item, price, weight, quantity: columns of both functions below. */
static void
put_fields(const ImsGtinPattern *pattern, const ImsGtinFields *fields, Datum *values,
		   bool *nulls)
{
	int place = pattern->measure == 'P' ? 2 : pattern->measure == 'W' ? 3 : 4;

	for (int i = 0; i < FIELD_COLUMNS; i++)
		nulls[i] = i >= 2;
	values[0] = CStringGetTextDatum(fields->reference);
	values[1] = Int64GetDatum(fields->base);
	if (pattern->measure)
	{
		values[place] =
			NumericGetDatum(int64_div_fast_to_numeric(fields->amount, fields->decimals));
		nulls[place] = false;
	}
}

/*
 * ims_gtin_restricted_fields -- SQL: ims.gtin_restricted_fields(gtin ims.gtin, pattern text)
 *
 * A row of item reference, number of the item, price, weight, quantity; none if the
 * number is not such a one.  Raises IV110 for a wrong check digit of the measure.
 */
Datum
ims_gtin_restricted_fields(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int64 gtin = PG_GETARG_INT64(0);
	ImsGtinPattern pattern = read_pattern(PG_GETARG_TEXT_PP(1));
	ImsGtinFields fields;
	ImsGs1Status status;
	char number[IMS_GTIN_DIGITS + 1];
	Datum values[FIELD_COLUMNS] = {0};
	bool nulls[FIELD_COLUMNS];

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	if (!ims_gtin_matches(&pattern, gtin))
		return (Datum) 0;
	status = ims_gtin_read_fields(&pattern, gtin, &fields);
	ims_gs1_number_format(gtin, pattern.digits, number);
	ims_gs1_require(status, KIND, number, strlen(number));
	put_fields(&pattern, &fields, values, nulls);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	return (Datum) 0;
}

/*
 * ims_gtin_pattern_fields -- SQL: ims._gtin_pattern_fields(gtin ims.gtin, patterns text[])
 *
 * The same by each of the patterns that the number matches, with the pattern's
 * place and whether the check digit of the measure is right.
 */
Datum
ims_gtin_pattern_fields(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int64 gtin = PG_GETARG_INT64(0);
	Datum *patterns;
	int count;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false, TYPALIGN_INT,
					  &patterns, NULL, &count);
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	for (int i = 0; i < count; i++)
	{
		ImsGtinPattern pattern = read_pattern(DatumGetTextPP(patterns[i]));
		ImsGtinFields fields;
		Datum values[FIELD_COLUMNS + 2] = {0};
		bool nulls[FIELD_COLUMNS + 2] = {0};

		if (!ims_gtin_matches(&pattern, gtin))
			continue;
		values[FIELD_COLUMNS + 1] =
			BoolGetDatum(ims_gtin_read_fields(&pattern, gtin, &fields).rule == IMS_GS1_OK);
		values[FIELD_COLUMNS] = Int64GetDatum(i + 1);
		put_fields(&pattern, &fields, values, nulls);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* ims_gtin_from_upce_text -- SQL: ims.gtin_from_upce(code text) returns ims.gtin */
Datum
ims_gtin_from_upce_text(PG_FUNCTION_ARGS)
{
	text *code = PG_GETARG_TEXT_PP(0);
	const char *digits = VARDATA_ANY(code);
	size_t length = VARSIZE_ANY_EXHDR(code);
	int64_t gtin = 0;

	ims_gs1_require(ims_gtin_from_upce(digits, length, &gtin), "UPC-E", digits, length);
	PG_RETURN_INT64(gtin);
}

/*
 * ims_gtin_make -- SQL: ims.gtin_make(company_prefix text, item_reference text,
 *									  indicator integer DEFAULT 0) returns ims.gtin
 */
Datum
ims_gtin_make(PG_FUNCTION_ARGS)
{
	int indicator = ims_gs1_digit_arg(fcinfo, 2, "indicator");

	PG_RETURN_INT64(ims_gs1_compose_args(fcinfo, 0, KIND, indicator, IMS_GTIN_DIGITS));
}
