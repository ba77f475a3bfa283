/*-------------------------------------------------------------------------
 *
 * measure_json.c
 *	  ims.measure as JSON, {"amount": 12.5, "unit": "KGM"}, and its units as rows.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "ims.h"
#include "type/measure.h"

PG_FUNCTION_INFO_V1(ims_measure_to_json);
PG_FUNCTION_INFO_V1(ims_measure_from_json);
PG_FUNCTION_INFO_V1(ims_rec20_rows);

static void
push_text(JsonbParseState **state, JsonbIteratorToken token, const char *text, size_t size)
{
	JsonbValue value;

	value.type = jbvString;
	value.val.string.val = unconstify(char *, text);
	value.val.string.len = (int) size;
	pushJsonbValue(state, token, &value);
}

/* ims_measure_to_json -- SQL: ims.measure_to_json(measure ims.measure) returns jsonb */
Datum
ims_measure_to_json(PG_FUNCTION_ARGS)
{
	ImsMeasure measure = ims_measure_arg(fcinfo, 0);
	JsonbParseState *state = NULL;
	JsonbValue amount;

	amount.type = jbvNumeric;
	amount.val.numeric = DatumGetNumeric(ims_amount_datum(measure.amount));
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	push_text(&state, WJB_KEY, "amount", strlen("amount"));
	pushJsonbValue(&state, WJB_VALUE, &amount);
	push_text(&state, WJB_KEY, "unit", strlen("unit"));
	push_text(&state, WJB_VALUE, measure.unit, measure.unit_size);
	PG_RETURN_JSONB_P(JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL)));
}

static JsonbValue *
field_of(Jsonb *object, const char *name)
{
	return getKeyJsonValueFromContainer(&object->root, name, (int) strlen(name), NULL);
}

/* A number, or a string of digits from those whose numbers are binary. */
static bool
has_amount(const JsonbValue *value, char **text)
{
	if (value == NULL || (value->type != jbvNumeric && value->type != jbvString))
		return false;
	if (value->type == jbvString)
		*text = pnstrdup(value->val.string.val, value->val.string.len);
	else
		*text = DatumGetCString(
			DirectFunctionCall1(numeric_out, NumericGetDatum(value->val.numeric)));
	return true;
}

/* ims_measure_from_json -- SQL: ims.measure_from_json(object jsonb) returns ims.measure */
Datum
ims_measure_from_json(PG_FUNCTION_ARGS)
{
	Jsonb *json = PG_GETARG_JSONB_P(0);
	bool is_object = JB_ROOT_IS_OBJECT(json) && JB_ROOT_COUNT(json) == 2;
	JsonbValue *unit = is_object ? field_of(json, "unit") : NULL;
	ImsMeasure measure;
	char *amount;

	if (unit == NULL || unit->type != jbvString ||
		!has_amount(field_of(json, "amount"), &amount))
	{
		char *shown = JsonbToCString(NULL, &json->root, VARSIZE(json));

		ims_measure_require((ImsMeasureStatus){IMS_MEASURE_JSON, 0}, shown, strlen(shown));
		pg_unreachable();
	}
	ims_measure_require(ims_amount_parse(amount, strlen(amount), &measure.amount), amount,
						strlen(amount));
	measure.unit = unit->val.string.val;
	measure.unit_size = unit->val.string.len;
	ims_measure_require_unit(measure.unit, measure.unit_size);
	PG_RETURN_DATUM(ims_measure_datum(&measure));
}

/* Symbols are UTF-8; the encodings of western Europe have all but a few. */
static Datum
text_of(const char *text)
{
	return PointerGetDatum(
		cstring_to_text(pg_any_to_server(text, (int) strlen(text), PG_UTF8)));
}

/* ims_rec20_rows -- SQL: ims.rec20_units() returns a row for each unit of the table */
Datum
ims_rec20_rows(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	for (int i = 0; i < ims_rec20_count; i++)
	{
		const ImsRec20Unit *unit = &ims_rec20_units[i];
		Datum values[8];
		bool nulls[8] = {0};

		values[0] = text_of(unit->code);
		values[1] = text_of(unit->name);
		nulls[2] = unit->symbol[0] == '\0';
		values[2] = nulls[2] ? (Datum) 0 : text_of(unit->symbol);
		values[3] = text_of(ims_dimension_name(unit->dimension));
		values[4] = text_of(ims_dimension_base_unit(unit->dimension));
		values[5] = Int64GetDatum(unit->numerator);
		values[6] = Int64GetDatum(unit->denominator);
		values[7] = text_of(unit->is_deprecated ? "deprecated" : "active");
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
