/*-------------------------------------------------------------------------
 *
 * gln.c
 *	  ims.gln, the number of a party or a place.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "compat.h"
#include "type/gs1_key.h"

PG_FUNCTION_INFO_V1(ims_gln_in);
PG_FUNCTION_INFO_V1(ims_gln_out);
PG_FUNCTION_INFO_V1(ims_gln_recv);
PG_FUNCTION_INFO_V1(ims_gln_from_text);
PG_FUNCTION_INFO_V1(ims_gln_from_bigint);
PG_FUNCTION_INFO_V1(ims_is_gln);
PG_FUNCTION_INFO_V1(ims_gln_make);

#define KIND "GLN"

static int64
parse(const char *text, size_t length)
{
	int64_t gln = 0;

	ims_gs1_require(ims_gln_parse(text, length, &gln), KIND, text, length);
	return gln;
}

/* ims_gln_in -- 13 digits with their check digit */
Datum
ims_gln_in(PG_FUNCTION_ARGS)
{
	char *text = PG_GETARG_CSTRING(0);
	int64_t gln = 0;

	if (!ims_gs1_require_softly(ims_gln_parse(text, strlen(text), &gln), KIND, text,
								strlen(text), fcinfo->context))
		return (Datum) 0;
	PG_RETURN_INT64(gln);
}

Datum
ims_gln_out(PG_FUNCTION_ARGS)
{
	char *text = palloc(IMS_GLN_DIGITS + 1);

	ims_gs1_number_format(PG_GETARG_INT64(0), IMS_GLN_DIGITS, text);
	PG_RETURN_CSTRING(text);
}

Datum
ims_gln_recv(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(ims_gs1_recv_number(fcinfo, KIND, IMS_GLN_LIMIT));
}

/* ims_gln_from_text -- cast from text */
Datum
ims_gln_from_text(PG_FUNCTION_ARGS)
{
	text *code = PG_GETARG_TEXT_PP(0);

	PG_RETURN_INT64(parse(VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code)));
}

/* ims_gln_from_bigint -- cast from bigint, check digit included */
Datum
ims_gln_from_bigint(PG_FUNCTION_ARGS)
{
	int64 number = PG_GETARG_INT64(0);

	ims_gs1_require_number(number, KIND, IMS_GLN_LIMIT);
	PG_RETURN_INT64(number);
}

/* ims_is_gln -- SQL: ims.is_gln(code text) returns boolean */
Datum
ims_is_gln(PG_FUNCTION_ARGS)
{
	text *code = PG_GETARG_TEXT_PP(0);
	int64_t gln;

	PG_RETURN_BOOL(ims_gln_parse(VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code), &gln).rule ==
				   IMS_GS1_OK);
}

/* ims_gln_make -- SQL: ims.gln_make(company_prefix text, location_reference text) */
Datum
ims_gln_make(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(ims_gs1_compose_args(fcinfo, 0, KIND, -1, IMS_GLN_DIGITS));
}
