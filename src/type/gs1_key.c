/*-------------------------------------------------------------------------
 *
 * gs1_key.c
 *	  GS1 keys between SQL and their core: arguments, errors, keys of any kind.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/formatting.h"

#include "compat.h"
#include "ims.h"
#include "ledger/detail.h"
#include "type/gs1_check_pair_core.h"
#include "type/gs1_key.h"

PG_FUNCTION_INFO_V1(ims_gs1_check_digit_of);
PG_FUNCTION_INFO_V1(ims_gs1_check_pair_of);
PG_FUNCTION_INFO_V1(ims_gs1_key_is_valid);
PG_FUNCTION_INFO_V1(ims_gs1_key_check_of);

char *
ims_gs1_shown(const char *text, size_t length)
{
	return pnstrdup(text, pg_mbcliplen(text, length, IMS_MAX_CODE_LENGTH));
}

bool
ims_gs1_require_softly(ImsGs1Status status, const char *kind, const char *text,
					   size_t length, fmNodePtr context)
{
	char *shown;
	char *sentence;

	if (status.rule == IMS_GS1_OK)
		return true;
	shown = ims_gs1_shown(text, length);
	sentence = status.position > 0
				   ? psprintf("It %s, at position %d.", ims_gs1_rule_text(status.rule),
							  status.position)
				   : psprintf("It %s.", ims_gs1_rule_text(status.rule));
	ims_errsave(context,
				(errcode(ERRCODE_IMS_INVALID_GS1_KEY),
				 errmsg("invalid %s \"%s\"", kind, shown),
				 errdetail_internal("%s",
									ims_error_detail(sentence, ims_detail_text("kind", kind),
													 ims_detail_text("key", shown),
													 ims_detail_integer("position",
																		status.position),
													 ims_detail_text("rule",
																	 ims_gs1_rule_name(
																		 status.rule)))),
				 status.rule == IMS_GS1_CHECK_DIGIT
					 ? errhint("Scan or type it again; the last digit is computed from the others.")
					 : 0));
	return false;
}

void
ims_gs1_require(ImsGs1Status status, const char *kind, const char *text, size_t length)
{
	ims_gs1_require_softly(status, kind, text, length, NULL);
}

void
ims_gs1_require_number(int64 number, const char *kind, int64 limit)
{
	char text[MAXINT8LEN + 1];
	ImsGs1Status status = {IMS_GS1_CHECK_DIGIT, 0};

	if (ims_gs1_number_is_valid(number, limit))
		return;
	if (number < 0 || number >= limit)
		status.rule = IMS_GS1_LENGTH;
	snprintf(text, sizeof(text), INT64_FORMAT, number);
	ims_gs1_require(status, kind, text, strlen(text));
}

int64
ims_gs1_recv_number(FunctionCallInfo fcinfo, const char *kind, int64 limit)
{
	int64 number = pq_getmsgint64((StringInfo) PG_GETARG_POINTER(0));

	ims_gs1_require_number(number, kind, limit);
	return number;
}

int
ims_gs1_digit_arg(FunctionCallInfo fcinfo, int place, const char *name)
{
	int digit = PG_GETARG_INT32(place);

	if (digit < 0 || digit > 9)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("%s must be a digit from 0 to 9, not %d", name, digit)));
	return digit;
}

int64
ims_gs1_compose_args(FunctionCallInfo fcinfo, int first, const char *kind, int lead,
					 int digits)
{
	text *prefix = PG_GETARG_TEXT_PP(first);
	text *reference = PG_GETARG_TEXT_PP(first + 1);
	int64 number = 0;
	ImsGs1Status status = ims_gs1_compose(lead, VARDATA_ANY(prefix),
										  VARSIZE_ANY_EXHDR(prefix), VARDATA_ANY(reference),
										  VARSIZE_ANY_EXHDR(reference), digits, &number);

	if (status.rule == IMS_GS1_PREFIX)
		ims_gs1_require(status, "company prefix", VARDATA_ANY(prefix),
						VARSIZE_ANY_EXHDR(prefix));
	ims_gs1_require(status, psprintf("reference of a %s", kind), VARDATA_ANY(reference),
					VARSIZE_ANY_EXHDR(reference));
	return number;
}

/*
 * ims_gs1_check_digit_of -- SQL: ims.gs1_check_digit(body text) returns integer
 *
 * Of 1 to 17 digits; IV110 on anything else.
 */
Datum
ims_gs1_check_digit_of(PG_FUNCTION_ARGS)
{
	text *body = PG_GETARG_TEXT_PP(0);
	const char *digits = VARDATA_ANY(body);
	size_t length = VARSIZE_ANY_EXHDR(body);
	ImsGs1Status status = {IMS_GS1_OK, 0};

	if (length < 1 || length >= IMS_GS1_MAX_KEY_DIGITS)
		status.rule = IMS_GS1_LENGTH;
	for (size_t i = 0; status.rule == IMS_GS1_OK && i < length; i++)
		if (!ims_gs1_is_digits(digits + i, 1))
			status = (ImsGs1Status){IMS_GS1_DIGIT, (int) i + 1};
	ims_gs1_require(status, "key without its check digit", digits, length);
	PG_RETURN_INT32(ims_gs1_check_digit(digits, length));
}

/*
 * ims_gs1_check_pair_of -- SQL: ims.gs1_check_pair(body text) returns text
 *
 * The two characters that complete a Global Model Number.
 */
Datum
ims_gs1_check_pair_of(PG_FUNCTION_ARGS)
{
	text *body = PG_GETARG_TEXT_PP(0);
	const char *characters = VARDATA_ANY(body);
	size_t length = VARSIZE_ANY_EXHDR(body);
	ImsGs1Status status = {IMS_GS1_OK, 0};
	char pair[2];

	if (length < 1 || length > IMS_GS1_MAX_CHECK_PAIR_BODY)
		status.rule = IMS_GS1_LENGTH;
	for (size_t i = 0; status.rule == IMS_GS1_OK && i < length; i++)
		if (!ims_gs1_is_cset82(characters + i, 1))
			status = (ImsGs1Status){IMS_GS1_CHARACTER, (int) i + 1};
	ims_gs1_require(status, "key without its check pair", characters, length);
	if (!ims_gs1_check_pair(characters, length, pair))
		elog(ERROR, "no check pair of a valid body");
	PG_RETURN_TEXT_P(cstring_to_text_with_len(pair, 2));
}

static ImsGs1Kind
kind_arg(FunctionCallInfo fcinfo)
{
	text *name = PG_GETARG_TEXT_PP(0);
	ImsGs1Kind kind;

	if (!ims_gs1_kind_parse(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name), &kind))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown kind of GS1 key: \"%s\"",
						ims_gs1_shown(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name))),
				 errhint("It is one of gtin, sscc, gln, gsin, gsrn, grai, giai, gdti, gcn, "
						 "ginc, cpid, gmn.")));
	return kind;
}

static ImsGs1Status
key_arg_status(FunctionCallInfo fcinfo)
{
	ImsGs1Kind kind = kind_arg(fcinfo);
	text *key = PG_GETARG_TEXT_PP(1);

	return ims_gs1_key_check(kind, VARDATA_ANY(key), VARSIZE_ANY_EXHDR(key));
}

/* ims_gs1_key_is_valid -- SQL: ims.gs1_key_is_valid(kind text, key text) returns boolean */
Datum
ims_gs1_key_is_valid(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(key_arg_status(fcinfo).rule == IMS_GS1_OK);
}

/* ims_gs1_key_check_of -- SQL: ims.gs1_key_check(kind text, key text) returns text, the key */
Datum
ims_gs1_key_check_of(PG_FUNCTION_ARGS)
{
	text *key = PG_GETARG_TEXT_PP(1);
	ImsGs1Status status = key_arg_status(fcinfo);

	if (status.rule != IMS_GS1_OK)
	{
		text *kind = PG_GETARG_TEXT_PP(0);

		ims_gs1_require(status, asc_toupper(VARDATA_ANY(kind), VARSIZE_ANY_EXHDR(kind)),
						VARDATA_ANY(key), VARSIZE_ANY_EXHDR(key));
	}
	PG_RETURN_TEXT_P(key);
}
