/*-------------------------------------------------------------------------
 *
 * detail.c
 *	  The detail of a class IV error: a sentence, then a JSON object.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/timestamp.h"

#include "ledger/detail.h"
#include "type/quantity.h"

#define IMS_MAX_NUMBER_TEXT 40 /* characters of a number in a message */

static bool
is_left_out(const ImsDetailField *field)
{
	return field->key == NULL || (field->type == IMS_DETAIL_TEXT && field->text == NULL) ||
		   (field->type == IMS_DETAIL_NUMBER && field->number == NULL);
}

char *
ims_number_text(Numeric number)
{
	char *text = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(number)));

	if (strlen(text) <= IMS_MAX_NUMBER_TEXT)
		return text;
	pfree(text);
	return numeric_out_sci(number, IMS_QUANTITY_SCALE);
}

static void
append_number(StringInfo json, Numeric number)
{
	char *text = ims_number_text(number);

	if (numeric_is_nan(number) || numeric_is_inf(number))
		escape_json(json, text);
	else
		appendStringInfoString(json, text);
}

static void
append_value(StringInfo json, const ImsDetailField *field)
{
	switch (field->type)
	{
	case IMS_DETAIL_TEXT:
		escape_json(json, field->text);
		break;
	case IMS_DETAIL_INTEGER:
		appendStringInfo(json, INT64_FORMAT, field->integer);
		break;
	case IMS_DETAIL_QUANTITY:
		appendStringInfoString(json, ims_quantity_out(field->integer));
		break;
	case IMS_DETAIL_NUMBER:
		append_number(json, field->number);
		break;
	case IMS_DETAIL_END:
		break;
	}
}

char *
ims_error_detail_build(const char *sentence, const ImsDetailField *fields)
{
	StringInfoData detail;
	const char *separator = "";

	initStringInfo(&detail);
	appendStringInfo(&detail, "%s {", sentence);
	for (; fields->type != IMS_DETAIL_END; fields++)
	{
		if (is_left_out(fields))
			continue;
		appendStringInfoString(&detail, separator);
		escape_json(&detail, fields->key);
		appendStringInfoString(&detail, ": ");
		append_value(&detail, fields);
		separator = ", ";
	}
	appendStringInfoChar(&detail, '}');
	return detail.data;
}

char *
ims_condition_detail(const char *condition)
{
	return ims_error_detail(psprintf("Condition failed: %s.", condition),
							ims_detail_text("condition", condition));
}

void
ims_raise_concurrent_update(void)
{
	ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
					errmsg("could not serialize access due to concurrent update")));
}

char *
ims_time_text(TimestampTz at)
{
	struct pg_tm tm;
	fsec_t fsec;
	char text[MAXDATELEN + 1];
	const char *era;

	if (TIMESTAMP_NOT_FINITE(at))
	{
		EncodeSpecialTimestamp(at, text);
		return pstrdup(text);
	}
	if (timestamp2tm(at, NULL, &tm, &fsec, NULL, NULL) != 0)
		return pstrdup("out of range");
	EncodeDateTime(&tm, fsec, false, 0, NULL, USE_XSD_DATES, text);
	era = strchr(text, ' '); /* before the first year " BC" comes last */
	return psprintf("%.*sZ%s", era ? (int) (era - text) : (int) strlen(text), text,
					era ? era : "");
}

/* ims_utc -- SQL: ims._utc(instant timestamptz) returns text, as above */
PG_FUNCTION_INFO_V1(ims_utc);
Datum
ims_utc(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(ims_time_text(PG_GETARG_TIMESTAMPTZ(0))));
}
