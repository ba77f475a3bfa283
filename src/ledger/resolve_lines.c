/*-------------------------------------------------------------------------
 *
 * resolve_lines.c
 *	  Lines by codes, for the ledger's own functions.
 *
 * Packing and receipts of transfers read lines as ims.post does, but post
 * something else than what is written.  They get ids, base units and refusals
 * from the same resolver, a thousand lines in one call.
 *
 * Only the ledger's role may execute this; it runs inside a door, which holds
 * ROW EXCLUSIVE on ims.movement, so that no master read here changes.
 *
 * Memory: a context for the call, gone at its end; at most IMS_MAX_LINES lines.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "ledger/info.h"
#include "ledger/json_line.h"
#include "ledger/request.h"
#include "type/quantity.h"

/* Columns of the answer. */
enum
{
	OF_PLACE,
	OF_ITEM_ID,
	OF_LOT_ID,
	OF_SERIAL_ID,
	OF_QUANTITY,
	OF_FROM_LOCATION_ID,
	OF_TO_LOCATION_ID,
	OF_FROM_HANDLING_UNIT_ID,
	OF_TO_HANDLING_UNIT_ID,
	OF_ENTERED_QUANTITY,
	OF_ENTERED_UNIT,
	OF_MEASURED_QUANTITY,
	OF_REFERENCE_LINE,
	OF_COLUMNS
};

static void
put_number(Numeric number, int column, Datum *values, bool *nulls)
{
	nulls[column] = number == NULL;
	if (number != NULL)
		values[column] = NumericGetDatum(number);
}

static void
put_text(const char *text, int column, Datum *values, bool *nulls)
{
	nulls[column] = text == NULL;
	if (text != NULL)
		values[column] = CStringGetTextDatum(text);
}

static void
put_line(ReturnSetInfo *rsinfo, int32 place, const ImsLine *line)
{
	static const ImsLineExtra nothing = {0};
	const ImsLineExtra *extra = line->extra == NULL ? &nothing : line->extra;
	Datum values[OF_COLUMNS] = {0};
	bool nulls[OF_COLUMNS] = {false};

	values[OF_PLACE] = Int64GetDatum(place);
	values[OF_ITEM_ID] = Int64GetDatum(line->item_id);
	values[OF_LOT_ID] = Int64GetDatum(line->lot_id);
	values[OF_SERIAL_ID] = Int64GetDatum(line->serial_id);
	values[OF_QUANTITY] = NumericGetDatum(ims_quantity_to_numeric(line->quantity));
	values[OF_FROM_LOCATION_ID] = Int64GetDatum(line->from_location_id);
	values[OF_TO_LOCATION_ID] = Int64GetDatum(line->to_location_id);
	values[OF_FROM_HANDLING_UNIT_ID] = Int64GetDatum(line->from_handling_unit_id);
	values[OF_TO_HANDLING_UNIT_ID] = Int64GetDatum(line->to_handling_unit_id);
	put_number(extra->entered_quantity, OF_ENTERED_QUANTITY, values, nulls);
	put_text(extra->entered_unit, OF_ENTERED_UNIT, values, nulls);
	put_number(extra->measured_quantity, OF_MEASURED_QUANTITY, values, nulls);
	put_text(extra->reference_line, OF_REFERENCE_LINE, values, nulls);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

static void
resolve_elements(ImsResolver *resolver, Jsonb *json, const int64 *numbers, int64 count,
				 ReturnSetInfo *rsinfo)
{
	ImsFieldSet allowed = ims_fields_of_kind(resolver->kind);
	MemoryContext old = MemoryContextSwitchTo(resolver->context);
	JsonbIterator *iterator = JsonbIteratorInit(&json->root);
	JsonbValue element;
	int64 i;

	(void) JsonbIteratorNext(&iterator, &element, false);
	for (i = 0; i < count; i++)
	{
		ImsLineInput input;
		ImsLine line;

		CHECK_FOR_INTERRUPTS();
		(void) JsonbIteratorNext(&iterator, &element, true);
		resolver->line = (int32) numbers[i];
		if (ims_json_line(resolver, &element, allowed, &input) &&
			ims_resolve_line(resolver, &input, &line))
			put_line(rsinfo, (int32) i + 1, &line);
	}
	MemoryContextSwitchTo(old);
}

/*
 * ims_resolve_lines -- SQL: ims._resolve_lines(owner_id bigint, kind text,
 * lines jsonb, numbers bigint[]) returns table (place bigint, item_id bigint, ...)
 *
 * A row per element of lines, which is what ims.post() takes for a posting of
 * that kind; errors call the elements by their numbers.
 */
PG_FUNCTION_INFO_V1(ims_resolve_lines);
Datum
ims_resolve_lines(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Jsonb *json = PG_GETARG_JSONB_P(2);
	ArrayType *numbers = PG_GETARG_ARRAYTYPE_P(3);
	int64 count = ims_json_count(json, IMS_FIELD_LINES);
	ImsResolver resolver = {.ledger = ims_ledger(), .owner_id = PG_GETARG_INT64(0)};

	if (!ims_kind_from_name(text_to_cstring(PG_GETARG_TEXT_PP(1)), &resolver.kind))
		elog(ERROR, "there is no such kind");
	if (ARR_HASNULL(numbers) ||
		ArrayGetNItems(ARR_NDIM(numbers), ARR_DIMS(numbers)) != count)
		elog(ERROR, "lines and numbers differ in length");
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	Ensure(rsinfo->setDesc->natts == OF_COLUMNS,
		   "a function's columns are not the library's");
	if (count == 0)
		return (Datum) 0;
	ims_check_line_count(count);

	resolver.shape = ims_shape_of(resolver.kind);
	resolver.context =
		AllocSetContextCreate(CurrentMemoryContext, "ims lines", ALLOCSET_DEFAULT_SIZES);
	resolver.masters = ims_masters_create(resolver.ledger);
	resolver.memo = ims_memo_create(resolver.masters, resolver.owner_id);
	resolve_elements(&resolver, json, (const int64 *) ARR_DATA_PTR(numbers), count, rsinfo);
	ims_masters_free(resolver.masters);
	MemoryContextDelete(resolver.context);
	return (Datum) 0;
}
