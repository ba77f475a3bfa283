/*-------------------------------------------------------------------------
 *
 * field.c
 *	  What a call can say: one list of names for arguments and JSON keys.
 *
 * Arguments are read by position, in the order that the function's signature
 * lists.  A test compares that list with pg_proc.
 * Memory: values live in the caller's context, or are the argument itself.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

#include "ledger/field.h"

typedef struct FieldInfo
{
	const char *name;
	ImsFieldType type;
} FieldInfo;

static const FieldInfo fields[IMS_FIELDS] = {
	[IMS_FIELD_ITEM] = {"item", IMS_TYPE_TEXT},
	[IMS_FIELD_UNIT] = {"unit", IMS_TYPE_TEXT},
	[IMS_FIELD_FROM_LOCATION] = {"from_location", IMS_TYPE_TEXT},
	[IMS_FIELD_TO_LOCATION] = {"to_location", IMS_TYPE_TEXT},
	[IMS_FIELD_LOCATION] = {"location", IMS_TYPE_TEXT},
	[IMS_FIELD_LOT] = {"lot", IMS_TYPE_TEXT},
	[IMS_FIELD_SERIAL] = {"serial", IMS_TYPE_TEXT},
	[IMS_FIELD_HANDLING_UNIT] = {"handling_unit", IMS_TYPE_TEXT},
	[IMS_FIELD_FROM_HANDLING_UNIT] = {"from_handling_unit", IMS_TYPE_TEXT},
	[IMS_FIELD_TO_HANDLING_UNIT] = {"to_handling_unit", IMS_TYPE_TEXT},
	[IMS_FIELD_REFERENCE_LINE] = {"reference_line", IMS_TYPE_TEXT},
	[IMS_FIELD_CURRENCY] = {"currency", IMS_TYPE_TEXT},
	[IMS_FIELD_QUANTITY] = {"quantity", IMS_TYPE_NUMBER},
	[IMS_FIELD_UNIT_COST] = {"unit_cost", IMS_TYPE_NUMBER},
	[IMS_FIELD_RATE] = {"rate", IMS_TYPE_NUMBER},
	[IMS_FIELD_SALE_VALUE] = {"sale_value", IMS_TYPE_NUMBER},
	[IMS_FIELD_MEASURED_QUANTITY] = {"measured_quantity", IMS_TYPE_NUMBER},
	[IMS_FIELD_ORIGIN_MOVEMENT_ID] = {"origin_movement_id", IMS_TYPE_INTEGER},
	[IMS_FIELD_OWNER] = {"owner", IMS_TYPE_TEXT},
	[IMS_FIELD_KIND] = {"kind", IMS_TYPE_TEXT},
	[IMS_FIELD_REASON] = {"reason", IMS_TYPE_TEXT},
	[IMS_FIELD_PARTY] = {"party", IMS_TYPE_TEXT},
	[IMS_FIELD_CHANNEL] = {"channel", IMS_TYPE_TEXT},
	[IMS_FIELD_REFERENCE_TYPE] = {"reference_type", IMS_TYPE_TEXT},
	[IMS_FIELD_REFERENCE_NUMBER] = {"reference_number", IMS_TYPE_TEXT},
	[IMS_FIELD_ACTOR] = {"actor", IMS_TYPE_TEXT},
	[IMS_FIELD_IDEMPOTENCY_KEY] = {"idempotency_key", IMS_TYPE_TEXT},
	[IMS_FIELD_ON_ERROR] = {"on_error", IMS_TYPE_TEXT},
	[IMS_FIELD_EFFECTIVE_AT] = {"effective_at", IMS_TYPE_TIME},
	[IMS_FIELD_ORIGIN_POSTING_ID] = {"origin_posting_id", IMS_TYPE_INTEGER},
	[IMS_FIELD_DRY_RUN] = {"dry_run", IMS_TYPE_FLAG},
	[IMS_FIELD_LINES] = {"lines", IMS_TYPE_JSON},
	[IMS_FIELD_COMPONENTS] = {"components", IMS_TYPE_JSON},
	[IMS_FIELD_ITEM_IDS] = {"item_ids", IMS_TYPE_INTEGERS},
	[IMS_FIELD_FROM_LOCATION_IDS] = {"from_location_ids", IMS_TYPE_INTEGERS},
	[IMS_FIELD_TO_LOCATION_IDS] = {"to_location_ids", IMS_TYPE_INTEGERS},
	[IMS_FIELD_LOT_IDS] = {"lot_ids", IMS_TYPE_INTEGERS},
	[IMS_FIELD_SERIAL_IDS] = {"serial_ids", IMS_TYPE_INTEGERS},
	[IMS_FIELD_FROM_HANDLING_UNIT_IDS] = {"from_handling_unit_ids", IMS_TYPE_INTEGERS},
	[IMS_FIELD_TO_HANDLING_UNIT_IDS] = {"to_handling_unit_ids", IMS_TYPE_INTEGERS},
	[IMS_FIELD_ORIGIN_MOVEMENT_IDS] = {"origin_movement_ids", IMS_TYPE_INTEGERS},
	[IMS_FIELD_QUANTITIES] = {"quantities", IMS_TYPE_NUMBERS},
	[IMS_FIELD_UNIT_COSTS] = {"unit_costs", IMS_TYPE_NUMBERS},
	[IMS_FIELD_SALE_VALUES] = {"sale_values", IMS_TYPE_NUMBERS},
	[IMS_FIELD_MEASURED_QUANTITIES] = {"measured_quantities", IMS_TYPE_NUMBERS},
	[IMS_FIELD_UNITS] = {"units", IMS_TYPE_TEXTS},
	[IMS_FIELD_REFERENCE_LINES] = {"reference_lines", IMS_TYPE_TEXTS},
};

const char *
ims_field_name(ImsField field)
{
	Assert(field < IMS_FIELDS);
	return fields[field].name;
}

ImsFieldType
ims_field_type(ImsField field)
{
	Assert(field < IMS_FIELDS);
	return fields[field].type;
}

/* The field of a line that a JSON key names, -1 for none. */
int
ims_line_field_by_name(const char *name, int length)
{
	int field;

	for (field = 0; field < IMS_LINE_FIELDS; field++)
	{
		if (strncmp(fields[field].name, name, length) == 0 &&
			fields[field].name[length] == '\0')
			return field;
	}
	return -1;
}

static void
read_text(ImsField field, Datum value, ImsInput *input)
{
	const char *string = TextDatumGetCString(value);

	if (field < IMS_LINE_TEXTS)
		input->line.texts[field] = string;
	else
		input->texts[field - IMS_FIELD_OWNER] = string;
}

static void
read_integer(ImsField field, Datum value, ImsInput *input)
{
	if (field == IMS_FIELD_ORIGIN_MOVEMENT_ID)
		input->line.origin_movement_id = DatumGetInt64(value);
	else
		input->origin_posting_id = DatumGetInt64(value);
}

static void
read_argument(ImsField field, Datum value, ImsInput *input)
{
	switch (fields[field].type)
	{
	case IMS_TYPE_TEXT:
		read_text(field, value, input);
		break;
	case IMS_TYPE_NUMBER:
		input->line.numbers[field - IMS_LINE_TEXTS] = DatumGetNumeric(value);
		break;
	case IMS_TYPE_INTEGER:
		read_integer(field, value, input);
		break;
	case IMS_TYPE_TIME:
		input->effective_at = DatumGetTimestampTz(value);
		input->effective_given = true;
		break;
	case IMS_TYPE_FLAG:
		input->dry_run = DatumGetBool(value);
		break;
	case IMS_TYPE_JSON:
		input->json = DatumGetJsonbP(value);
		break;
	case IMS_TYPE_INTEGERS:
	case IMS_TYPE_NUMBERS:
	case IMS_TYPE_TEXTS:
		input->arrays[field - IMS_FIELD_ITEM_IDS] = DatumGetArrayTypeP(value);
		break;
	}
}

/* Fills *input from the arguments; what is NULL was not given. */
void
ims_read_arguments(FunctionCallInfo fcinfo, const ImsSignature *signature, ImsInput *input)
{
	int i;

	Ensure(PG_NARGS() == signature->nfields, "a function's signature is not the library's");
	memset(input, 0, sizeof(ImsInput));
	for (i = 0; i < signature->nfields; i++)
	{
		if (!PG_ARGISNULL(i))
			read_argument(signature->fields[i], PG_GETARG_DATUM(i), input);
	}
}
