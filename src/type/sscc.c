/*-------------------------------------------------------------------------
 *
 * sscc.c
 *	  ims.sscc, the number of a logistic unit: a pallet, a carton, a tote.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "compat.h"
#include "type/gs1_key.h"

PG_FUNCTION_INFO_V1(ims_sscc_in);
PG_FUNCTION_INFO_V1(ims_sscc_out);
PG_FUNCTION_INFO_V1(ims_sscc_recv);
PG_FUNCTION_INFO_V1(ims_sscc_from_text);
PG_FUNCTION_INFO_V1(ims_sscc_from_bigint);
PG_FUNCTION_INFO_V1(ims_is_sscc);
PG_FUNCTION_INFO_V1(ims_sscc_make);

#define KIND "SSCC"

static int64
parse(const char *text, size_t length)
{
	int64_t sscc = 0;

	ims_gs1_require(ims_sscc_parse(text, length, &sscc), KIND, text, length);
	return sscc;
}

/* ims_sscc_in -- 18 digits with their check digit */
Datum
ims_sscc_in(PG_FUNCTION_ARGS)
{
	char *text = PG_GETARG_CSTRING(0);
	int64_t sscc = 0;

	if (!ims_gs1_require_softly(ims_sscc_parse(text, strlen(text), &sscc), KIND, text,
								strlen(text), fcinfo->context))
		return (Datum) 0;
	PG_RETURN_INT64(sscc);
}

Datum
ims_sscc_out(PG_FUNCTION_ARGS)
{
	char *text = palloc(IMS_SSCC_DIGITS + 1);

	ims_gs1_number_format(PG_GETARG_INT64(0), IMS_SSCC_DIGITS, text);
	PG_RETURN_CSTRING(text);
}

Datum
ims_sscc_recv(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(ims_gs1_recv_number(fcinfo, KIND, IMS_SSCC_LIMIT));
}

/* ims_sscc_from_text -- cast from text */
Datum
ims_sscc_from_text(PG_FUNCTION_ARGS)
{
	text *code = PG_GETARG_TEXT_PP(0);

	PG_RETURN_INT64(parse(VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code)));
}

/* ims_sscc_from_bigint -- cast from bigint, check digit included */
Datum
ims_sscc_from_bigint(PG_FUNCTION_ARGS)
{
	int64 number = PG_GETARG_INT64(0);

	ims_gs1_require_number(number, KIND, IMS_SSCC_LIMIT);
	PG_RETURN_INT64(number);
}

/* ims_is_sscc -- SQL: ims.is_sscc(code text) returns boolean */
Datum
ims_is_sscc(PG_FUNCTION_ARGS)
{
	text *code = PG_GETARG_TEXT_PP(0);
	int64_t sscc;

	PG_RETURN_BOOL(ims_sscc_parse(VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code), &sscc).rule ==
				   IMS_GS1_OK);
}

/*
 * ims_sscc_make -- SQL: ims.sscc_make(extension integer, company_prefix text,
 *									  serial_reference text) returns ims.sscc
 */
Datum
ims_sscc_make(PG_FUNCTION_ARGS)
{
	int extension = ims_gs1_digit_arg(fcinfo, 0, "extension");

	PG_RETURN_INT64(ims_gs1_compose_args(fcinfo, 1, KIND, extension, IMS_SSCC_DIGITS));
}
