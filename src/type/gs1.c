/*-------------------------------------------------------------------------
 *
 * gs1.c
 *	  ims.gs1: a GS1 element string as a value.
 *
 * Input and the binary protocol go through the same parser, so that no value
 * comes in that breaks a rule.  What depends on tables or on the date (unknown
 * identifiers, associations, centuries) is no part of the type: a stored value
 * must always restore.  Comparison is that of bytea, over the text form, whose
 * elements have one order.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"

#include "compat.h"
#include "ims.h"
#include "ledger/detail.h"
#include "type/gs1.h"

static const ImsGs1Options lenient;

char *
ims_gs1_key_text(ImsGs1Key key, char *text)
{
	int length = key.digits > 0 ? ims_gs1_write_key(key, text) : 0;

	text[length] = '\0';
	return text;
}

static int
sqlstate_of(ImsGs1ElementRule rule)
{
	switch (rule)
	{
	case IMS_GS1_RULE_UNKNOWN_AI:
		return ERRCODE_IMS_UNKNOWN_AI;
	case IMS_GS1_RULE_REQUIRED_AI_MISSING:
	case IMS_GS1_RULE_EXCLUDED_AI:
	case IMS_GS1_RULE_SERIAL_MISSING:
		return ERRCODE_IMS_ELEMENT_ASSOCIATION;
	default:
		return ERRCODE_IMS_INVALID_ELEMENT_STRING;
	}
}

static void
raise_softly(const ImsGs1Problem *problem, fmNodePtr context)
{
	char ai[IMS_GS1_AI_TEXT];
	char rule[IMS_GS1_MAX_RULE_NAME];
	bool has_ai = problem->key.digits > 0;
	int64 position = (int64) problem->offset + 1;

	ims_gs1_key_text(problem->key, ai);
	ims_gs1_element_rule_name(problem->rule, rule);
	ims_errsave(context,
				(errcode(sqlstate_of(problem->rule)),
				 has_ai
					 ? errmsg("invalid GS1 element string: (%s) breaks rule %s at position %lld",
							  ai, rule, (long long) position)
					 : errmsg("invalid GS1 element string: rule %s is broken at position %lld",
							  rule, (long long) position),
				 errdetail_internal("%s",
									ims_error_detail(psprintf("%s.",
															  ims_gs1_element_rule_sentence(
																  problem->rule)),
													 ims_detail_text("ai", has_ai ? ai : NULL),
													 ims_detail_integer("position", position),
													 ims_detail_text("rule", rule)))));
}

void
ims_gs1_raise(const ImsGs1Problem *problem)
{
	raise_softly(problem, NULL);
}

text *
ims_gs1_to_value(ImsGs1Message *message)
{
	char text[IMS_GS1_MAX_TEXT];
	size_t length;

	ims_gs1_normalise(message);
	length = ims_gs1_write_text(message, text);
	return cstring_to_text_with_len(text, (int) length);
}

void
ims_gs1_from_value(const text *value, ImsGs1Message *message)
{
	bool is_read = ims_gs1_read_text(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), message);

	Ensure(is_read, "a stored GS1 element string is damaged");
}

static text *
parse(const char *input, size_t length)
{
	ImsGs1Message message;
	ImsGs1Problem problem;

	if (!ims_gs1_parse(input, length, &lenient, &message, &problem))
		ims_gs1_raise(&problem);
	return ims_gs1_to_value(&message);
}

/* ims_gs1_in -- SQL: input function of ims.gs1, any form of an element string */
PG_FUNCTION_INFO_V1(ims_gs1_in);
Datum
ims_gs1_in(PG_FUNCTION_ARGS)
{
	const char *input = PG_GETARG_CSTRING(0);
	ImsGs1Message message;
	ImsGs1Problem problem;

	if (!ims_gs1_parse(input, strlen(input), &lenient, &message, &problem))
	{
		raise_softly(&problem, fcinfo->context);
		return (Datum) 0;
	}
	PG_RETURN_TEXT_P(ims_gs1_to_value(&message));
}

/* ims_gs1_out -- SQL: output function of ims.gs1, the bracketed form */
PG_FUNCTION_INFO_V1(ims_gs1_out);
Datum
ims_gs1_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(text_to_cstring(PG_GETARG_TEXT_PP(0)));
}

/* ims_gs1_recv -- SQL: binary input of ims.gs1, checked as its text */
PG_FUNCTION_INFO_V1(ims_gs1_recv);
Datum
ims_gs1_recv(PG_FUNCTION_ARGS)
{
	StringInfo message = (StringInfo) PG_GETARG_POINTER(0);
	int length;
	char *input = pq_getmsgtext(message, message->len - message->cursor, &length);

	PG_RETURN_TEXT_P(parse(input, (size_t) length));
}

/* ims_gs1_send -- SQL: binary output of ims.gs1, its text */
PG_FUNCTION_INFO_V1(ims_gs1_send);
Datum
ims_gs1_send(PG_FUNCTION_ARGS)
{
	text *value = PG_GETARG_TEXT_PP(0);
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendtext(&message, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/*
 * ims_is_gs1 -- SQL: ims.is_gs1(value text) returns boolean
 *
 * Whether the text would be taken as an ims.gs1.
 */
PG_FUNCTION_INFO_V1(ims_is_gs1);
Datum
ims_is_gs1(PG_FUNCTION_ARGS)
{
	text *value = PG_GETARG_TEXT_PP(0);
	ImsGs1Message message;
	ImsGs1Problem problem;

	PG_RETURN_BOOL(ims_gs1_parse(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), &lenient,
								 &message, &problem));
}

/*
 * ims_gs1_from_ndef -- SQL: ims.gs1_from_ndef(message bytea) returns ims.gs1
 *
 * The first URI or text record of an NDEF message.  Raises IV121; positions in
 * the record are counted in bytes of the message, others in its text.
 */
PG_FUNCTION_INFO_V1(ims_gs1_from_ndef);
Datum
ims_gs1_from_ndef(PG_FUNCTION_ARGS)
{
	bytea *message = PG_GETARG_BYTEA_PP(0);
	char *input = palloc(IMS_GS1_MAX_INPUT);
	size_t length;
	ImsGs1Problem problem;

	if (!ims_gs1_read_ndef((unsigned char *) VARDATA_ANY(message),
						   VARSIZE_ANY_EXHDR(message), input, &length, &problem))
		ims_gs1_raise(&problem);
	PG_RETURN_TEXT_P(parse(input, length));
}
