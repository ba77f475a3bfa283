/*-------------------------------------------------------------------------
 *
 * gs1_ai.c
 *	  GS1 element strings checked strictly: with the identifiers of a ledger.
 *
 * The dictionary changes twice a year, so identifiers may be added to the
 * table ims.gs1_ai.  It is read only where an element is in no built-in table,
 * which leaves the usual scan as fast as a cast.  Without a ledger there are
 * the built-in identifiers.
 *
 * Only what says whether a scan is right reads the table.  The type and its
 * functions know of an added identifier what its digits tell, in every form, so
 * that they are immutable: a value in an index or a generated column does not
 * depend on what is in a table today.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "compat.h"
#include "ims.h"
#include "ledger/detail.h"
#include "ledger/plan.h"
#include "type/gs1.h"

#define IMS_MAX_ADDED_AIS 1000

/* columns of IMS_PLAN_READ_GS1_AI */
#define READ_AI 1
#define READ_FORMAT 2
#define READ_REQUIRED 3
#define READ_EXCLUDED 4
#define READ_TITLE 5

/* Null where the column is; copied out of SPI by the caller's context. */
static char *
read_text(int row, int column)
{
	return SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);
}

/* A list such as 01+21,02,31nn: two to four places each, at the end n for any digit. */
static bool
is_association(const char *list)
{
	int places = 0;
	bool is_open = false;

	for (const char *at = list;; at++)
	{
		if (*at == '\0' || *at == ',' || *at == '+')
		{
			if (places < 2 || places > IMS_GS1_MAX_AI_DIGITS)
				return false;
			if (*at == '\0')
				return true;
			places = 0;
			is_open = false;
			continue;
		}
		if (*at == 'n' ? places < 2 : is_open || *at < '0' || *at > '9')
			return false;
		is_open = *at == 'n';
		places++;
	}
}

/*
 * An identifier of the table; false if it is none, or built in by now.  The row
 * may have come past ims.set_gs1_ai(), so all of it is looked at.
 */
static bool
read_added(int row, ImsGs1Ai *added, MemoryContext context)
{
	char *ai = read_text(row, READ_AI);
	char *format = read_text(row, READ_FORMAT);
	ImsGs1Format *parts = MemoryContextAllocZero(context, sizeof(ImsGs1Format));
	char *required = read_text(row, READ_REQUIRED);
	char *excluded = read_text(row, READ_EXCLUDED);
	ImsGs1Key key;

	if (!ims_gs1_read_key(ai, strlen(ai), &key) || key.digits != strlen(ai) ||
		ims_gs1_find_ai(key) != NULL ||
		!ims_gs1_read_format(format, strlen(format), parts) ||
		(required && !is_association(required)) || (excluded && !is_association(excluded)))
		return false;
	memset(added, 0, sizeof(*added));
	added->low = added->high = key.number;
	added->digits = key.digits;
	added->format = parts;
	added->required = required ? MemoryContextStrdup(context, required) : NULL;
	added->excluded = excluded ? MemoryContextStrdup(context, excluded) : NULL;
	added->title = MemoryContextStrdup(context, read_text(row, READ_TITLE));
	return true;
}

/* Whether the table has to be asked. */
static bool
has_unknown(const ImsGs1Message *message)
{
	for (int i = 0; i < message->count; i++)
		if (message->elements[i].ai == NULL)
			return true;
	return false;
}

/* Whose the table is; invalid without a ledger. */
static Oid
table_owner(void)
{
	Oid namespace_id = get_namespace_oid("ims", true);
	Oid table =
		OidIsValid(namespace_id) ? get_relname_relid("gs1_ai", namespace_id) : InvalidOid;
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(table));
	Oid owner;

	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

/*
 * The identifiers that are valid now.  They belong to no owner, and whether a scan
 * is right must not depend on a right to read the table, so it is read as its
 * owner; not through a door, since an older ledger is read too.  An error restores
 * the user with the (sub)transaction.
 */
static void
add_identifiers(ImsGs1Options *options)
{
	MemoryContext context = CurrentMemoryContext;
	ImsGs1Ai *added;
	Oid owner = table_owner();
	Oid save_user;
	int save_sec_context;

	if (!OidIsValid(owner))
		return;
	GetUserIdAndSecContext(&save_user, &save_sec_context);
	SetUserIdAndSecContext(owner, save_sec_context | SECURITY_LOCAL_USERID_CHANGE |
									  SECURITY_NOFORCE_RLS);
	SPI_connect();
	ims_plan_execute(IMS_PLAN_READ_GS1_AI, NULL, NULL, GetActiveSnapshot());
	if (SPI_processed > IMS_MAX_ADDED_AIS)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("ims.gs1_ai holds more than %d application identifiers",
							   IMS_MAX_ADDED_AIS)));
	added = MemoryContextAlloc(context, sizeof(ImsGs1Ai) * Max(SPI_processed, 1));
	for (uint64 row = 0; row < SPI_processed; row++)
		if (read_added((int) row, &added[options->added_count], context))
			options->added_count++;
	options->added = added;
	SPI_finish();
	SetUserIdAndSecContext(save_user, save_sec_context);
}

/*
 * ims_gs1_parse_strictly -- SQL: ims.gs1_parse(value, strict, legacy_link, needs_day)
 *
 * Reads any form; strict: every identifier is known and the elements go
 * together.  Raises IV121, IV122, IV123.
 */
PG_FUNCTION_INFO_V1(ims_gs1_parse_strictly);
Datum
ims_gs1_parse_strictly(PG_FUNCTION_ARGS)
{
	text *value = PG_GETARG_TEXT_PP(0);
	ImsGs1Options options = {.is_legacy_link = PG_GETARG_BOOL(2),
							 .needs_day = PG_GETARG_BOOL(3)};
	ImsGs1Message message;
	ImsGs1Problem problem;
	int at = 0;

	if (!ims_gs1_parse(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), &options, &message,
					   &problem))
		ims_gs1_raise(&problem);
	options.is_strict = PG_GETARG_BOOL(1);
	if (options.is_strict)
	{
		if (has_unknown(&message))
			add_identifiers(&options);
		if (ims_gs1_next_problem(&message, &options, &at, &problem))
			ims_gs1_raise(&problem);
	}
	PG_RETURN_TEXT_P(ims_gs1_to_value(&message));
}

/*
 * ims_gs1_problems -- SQL: ims.gs1_problems(value ims.gs1)
 *
 * What strict reading would refuse, one row for each element that is wrong;
 * positions are those of the text form.
 */
PG_FUNCTION_INFO_V1(ims_gs1_problems);
Datum
ims_gs1_problems(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ImsGs1Options options = {.is_strict = true};
	ImsGs1Message message;
	ImsGs1Problem problem;
	int at = 0;

	ims_gs1_from_value(PG_GETARG_TEXT_PP(0), &message);
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	if (has_unknown(&message))
		add_identifiers(&options);
	while (ims_gs1_next_problem(&message, &options, &at, &problem))
	{
		char ai[IMS_GS1_AI_TEXT];
		char rule[IMS_GS1_MAX_RULE_NAME];
		Datum values[4];
		bool nulls[4] = {false};

		values[0] = CStringGetTextDatum(ims_gs1_key_text(problem.key, ai));
		values[1] = Int32GetDatum((int32) problem.offset + 1);
		values[2] = CStringGetTextDatum(ims_gs1_element_rule_name(problem.rule, rule));
		values[3] = CStringGetTextDatum(ims_gs1_element_rule_sentence(problem.rule));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/*
 * ims_gs1_title -- SQL: ims.gs1_title(ai text) returns text
 *
 * Of a built-in identifier, or of one of the ledger; null for others.
 */
PG_FUNCTION_INFO_V1(ims_gs1_title);
Datum
ims_gs1_title(PG_FUNCTION_ARGS)
{
	ImsGs1Key key = ims_gs1_key_argument(PG_GETARG_TEXT_PP(0));
	const ImsGs1Ai *ai = ims_gs1_find_ai(key);
	ImsGs1Options options = {0};

	if (ai == NULL)
	{
		add_identifiers(&options);
		ai = ims_gs1_find_added(&options, key);
	}
	if (ai == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(ai->title));
}

static void
refuse_identifier(const char *ai, const char *argument, const char *sentence)
{
	ereport(ERROR,
			(errcode(ERRCODE_IMS_INVALID_AI),
			 errmsg("application identifier \"%s\" cannot be added", ai),
			 errdetail_internal("%s",
								ims_error_detail(sentence, ims_detail_text("ai", ai),
												 ims_detail_text("argument", argument)))));
}

/*
 * ims_check_gs1_ai -- SQL: ims._check_gs1_ai(ai, format, required_with, excluded_with)
 *
 * Whether an identifier can be added.  Not STRICT, since associations may be
 * null.  Raises IV124.
 */
PG_FUNCTION_INFO_V1(ims_check_gs1_ai);
Datum
ims_check_gs1_ai(PG_FUNCTION_ARGS)
{
	char *ai;
	char *format_text;
	ImsGs1Format format;
	ImsGs1Key key;
	size_t predefined;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("an application identifier has digits and a format, not null")));
	ai = text_to_cstring(PG_GETARG_TEXT_PP(0));
	format_text = text_to_cstring(PG_GETARG_TEXT_PP(1));
	if (!ims_gs1_read_key(ai, strlen(ai), &key) || key.digits != strlen(ai))
		refuse_identifier(ai, "ai", "It has not as many digits as its beginning tells.");
	if (ims_gs1_find_ai(key) != NULL)
		refuse_identifier(ai, "ai", "It is built in.");
	if (!ims_gs1_read_format(format_text, strlen(format_text), &format))
		refuse_identifier(ai, "format", "Its format is not like N13,csum [X..17].");
	predefined = (size_t) ims_gs1_predefined_length(key);
	if (predefined > 0 && ims_gs1_longest(&format) != predefined)
		refuse_identifier(ai, "format", "Its beginning tells another length of the value.");
	if (!PG_ARGISNULL(2) && !is_association(text_to_cstring(PG_GETARG_TEXT_PP(2))))
		refuse_identifier(ai, "required_with", "Its groups are not like 01+21,02,31nn.");
	if (!PG_ARGISNULL(3) && !is_association(text_to_cstring(PG_GETARG_TEXT_PP(3))))
		refuse_identifier(ai, "excluded_with", "Its identifiers are not like 37,310n.");
	PG_RETURN_VOID();
}
