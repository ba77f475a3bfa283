/*-------------------------------------------------------------------------
 *
 * post_ids.c
 *	  ims.post_ids: many lines of one posting, as parallel arrays of ids.
 *
 * The bulk form: arrays are read where they lie, and a line costs no memory of
 * its own unless it has a cost or a sale value.  That the ids exist and fit
 * together is checked by the engine.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/tupmacs.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

#include "ledger/amount.h"
#include "ledger/detail.h"
#include "ledger/request.h"
#include "type/quantity.h"

static const ImsField post_ids_fields[] = {IMS_FIELD_ITEM_IDS,
										   IMS_FIELD_QUANTITIES,
										   IMS_FIELD_FROM_LOCATION_IDS,
										   IMS_FIELD_TO_LOCATION_IDS,
										   IMS_FIELD_LOT_IDS,
										   IMS_FIELD_SERIAL_IDS,
										   IMS_FIELD_FROM_HANDLING_UNIT_IDS,
										   IMS_FIELD_TO_HANDLING_UNIT_IDS,
										   IMS_FIELD_UNIT_COSTS,
										   IMS_FIELD_SALE_VALUES,
										   IMS_FIELD_CURRENCY,
										   IMS_FIELD_RATE,
										   IMS_FIELD_OWNER,
										   IMS_FIELD_KIND,
										   IMS_FIELD_EFFECTIVE_AT,
										   IMS_FIELD_REASON,
										   IMS_FIELD_PARTY,
										   IMS_FIELD_CHANNEL,
										   IMS_FIELD_REFERENCE_TYPE,
										   IMS_FIELD_REFERENCE_NUMBER,
										   IMS_FIELD_ACTOR,
										   IMS_FIELD_IDEMPOTENCY_KEY,
										   IMS_FIELD_ON_ERROR,
										   IMS_FIELD_DRY_RUN};

const ImsSignature ims_post_ids_signature = {"post_ids", post_ids_fields,
											 lengthof(post_ids_fields)};

/* Reads an array from its first element to its last, in place. */
typedef struct ArrayReader
{
	const char *next;	/* NULL where the array was not given */
	const bits8 *nulls; /* NULL where no element is null */
	int index;
} ArrayReader;

typedef struct Readers
{
	ArrayReader items;
	ArrayReader quantities;
	ArrayReader from_locations;
	ArrayReader to_locations;
	ArrayReader lots;
	ArrayReader serials;
	ArrayReader from_handling_units;
	ArrayReader to_handling_units;
	ArrayReader unit_costs;
	ArrayReader sale_values;
} Readers;

static ArrayReader
start_reading(const ImsRequest *request, ImsField field)
{
	ArrayType *array = ims_input_array(&request->input, field);
	ArrayReader reader = {NULL, NULL, 0};

	if (array != NULL)
	{
		reader.next = ARR_DATA_PTR(array);
		reader.nulls = ARR_NULLBITMAP(array);
	}
	return reader;
}

static inline bool
next_is_null(ArrayReader *reader)
{
	int index = reader->index++;

	return reader->next == NULL ||
		   (reader->nulls != NULL && (reader->nulls[index / 8] & (1 << (index % 8))) == 0);
}

/* 0 for a null element. */
static inline int64
next_id(ArrayReader *reader)
{
	int64 id;

	if (next_is_null(reader))
		return 0;
	id = *(const int64 *) reader->next;
	reader->next += sizeof(int64);
	return id;
}

/* NULL for a null element. */
static inline Numeric
next_number(ArrayReader *reader)
{
	const char *element;

	if (next_is_null(reader))
		return NULL;
	element = (const char *) att_align_pointer((uintptr_t) reader->next, TYPALIGN_INT, -1,
											   reader->next);
	reader->next = element + VARSIZE_ANY(element);
	return DatumGetNumeric(PointerGetDatum(element));
}

/* ---------------------------------------------------------------- shape */

static int
length_of(ArrayType *array, ImsField field)
{
	const char *name = ims_field_name(field);

	if (ARR_NDIM(array) == 0)
		return 0;
	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_IMS_INVALID_LINE),
				 errmsg("array \"%s\" must have one dimension", name),
				 errdetail_internal("%s",
									ims_error_detail(psprintf("It has %d.", ARR_NDIM(array)),
													 ims_detail_text("argument", name)))));
	return ARR_DIMS(array)[0];
}

static void
check_length(ImsField field, int64 length, int64 lines)
{
	const char *name = ims_field_name(field);

	if (length != lines)
		ereport(ERROR,
				(errcode(ERRCODE_IMS_INVALID_LINE),
				 errmsg("array \"%s\" must be as long as \"%s\"", name,
						ims_field_name(IMS_FIELD_ITEM_IDS)),
				 errdetail_internal("%s",
									ims_error_detail(psprintf("It has " INT64_FORMAT
															  " elements, there are " INT64_FORMAT
															  " lines.",
															  length, lines),
													 ims_detail_text("argument", name),
													 ims_detail_integer("elements", length),
													 ims_detail_integer("lines", lines)))));
}

/* A place may be left out where the kind of posting says it. */
static bool
is_needed(const ImsRequest *request, ImsField field)
{
	const ImsShape *shape = ims_shape_of(request->kind);
	bool has_from = ims_input_array(&request->input, IMS_FIELD_FROM_LOCATION_IDS) != NULL;
	bool has_to = ims_input_array(&request->input, IMS_FIELD_TO_LOCATION_IDS) != NULL;

	switch (field)
	{
	case IMS_FIELD_ITEM_IDS:
	case IMS_FIELD_QUANTITIES:
		return true;
	case IMS_FIELD_FROM_LOCATION_IDS:
		return !((request->kind == IMS_KIND_ADJUST || request->kind == IMS_KIND_PRODUCE) &&
				 has_to) &&
			   shape->from_location_id == 0;
	case IMS_FIELD_TO_LOCATION_IDS:
		if (request->kind == IMS_KIND_ADJUST || request->kind == IMS_KIND_PRODUCE)
			return !has_from;
		return shape->to_location_id == 0 || request->kind == IMS_KIND_DISPATCH;
	default:
		return false;
	}
}

static int64
count_lines(ImsRequest *request)
{
	ArrayType *items = ims_input_array(&request->input, IMS_FIELD_ITEM_IDS);
	int64 lines;
	int field;

	if (items == NULL)
		ims_raise_missing(IMS_FIELD_ITEM_IDS);
	lines = length_of(items, IMS_FIELD_ITEM_IDS);
	ims_check_line_count(lines);
	for (field = IMS_FIELD_ITEM_IDS; field < IMS_FIELDS; field++)
	{
		ArrayType *array = ims_input_array(&request->input, field);

		if (array != NULL)
			check_length(field, length_of(array, field), lines);
		else if (is_needed(request, field))
			ims_raise_missing(field);
	}
	return lines;
}

/* ---------------------------------------------------------------- lines */

/* One line as read: its ids are in *line already. */
typedef struct IdLine
{
	ImsLine *line;
	Numeric quantity;
	Numeric unit_cost;
	Numeric sale_value;
} IdLine;

/* What the lines share. */
typedef struct Batch
{
	ImsRequest *request;
	Readers readers;
	int64 from_location_id; /* where there is no array of places */
	int64 to_location_id;
	ImsLineExtra *shared; /* NULL where no line has more than ids */
	ImsLineExtra *extras; /* one per line, only where there are costs or values */
} Batch;

/* Moves every reader on by one element, whatever becomes of the line. */
static inline void
read_line(Batch *batch, IdLine *read)
{
	Readers *readers = &batch->readers;
	ImsLine *line = read->line;

	memset(line, 0, sizeof(ImsLine));
	line->line = batch->request->resolver.line;
	line->item_id = next_id(&readers->items);
	line->lot_id = next_id(&readers->lots);
	line->serial_id = next_id(&readers->serials);
	line->from_handling_unit_id = next_id(&readers->from_handling_units);
	line->to_handling_unit_id = next_id(&readers->to_handling_units);
	line->from_location_id = readers->from_locations.next == NULL
								 ? batch->from_location_id
								 : next_id(&readers->from_locations);
	line->to_location_id = readers->to_locations.next == NULL
							   ? batch->to_location_id
							   : next_id(&readers->to_locations);
	read->quantity = next_number(&readers->quantities);
	read->unit_cost = next_number(&readers->unit_costs);
	read->sale_value = next_number(&readers->sale_values);
}

static bool
check_given(ImsResolver *resolver, const IdLine *read)
{
	if (read->line->item_id == 0)
		return ims_refuse_missing(resolver, IMS_FIELD_ITEM_IDS);
	if (read->quantity == NULL)
		return ims_refuse_missing(resolver, IMS_FIELD_QUANTITIES);
	if (read->line->from_location_id == 0)
		return ims_refuse_missing(resolver, IMS_FIELD_FROM_LOCATION_IDS);
	if (read->line->to_location_id == 0)
		return ims_refuse_missing(resolver, IMS_FIELD_TO_LOCATION_IDS);
	return true;
}

static inline bool
convert_quantity(ImsResolver *resolver, const IdLine *read)
{
	ImsQuantity *quantity = &read->line->quantity;

	if (likely(ims_quantity_parse(read->quantity, quantity) == IMS_QUANTITY_OK &&
			   *quantity > 0))
		return true;
	return ims_check_quantity(resolver, read->quantity,
							  ims_item_label(resolver->masters, resolver->owner_id,
											 read->line->item_id),
							  false, quantity);
}

/* What is not stocked is in no place that holds stock, as in the other forms. */
static void
leave_stock(ImsMasters *masters, int64 *location_id)
{
	const ImsLocation *location = ims_location_by_id(masters, *location_id);

	if (location != NULL && ims_holds_stock(location))
		*location_id = IMS_LOCATION_SERVICE;
}

/* Ids that name nothing are left to the engine, which refuses the line. */
static bool
settle_places(ImsResolver *resolver, ImsLine *line)
{
	const ImsItem *item =
		ims_item_by_id(resolver->masters, resolver->owner_id, line->item_id);

	if (item == NULL)
		return true;
	if (resolver->kind == IMS_KIND_DISPATCH)
	{
		const ImsLocation *from =
			ims_location_by_id(resolver->masters, line->from_location_id);
		const ImsLocation *to = ims_location_by_id(resolver->masters, line->to_location_id);

		if (to != NULL && !ims_resolve_destination(resolver, item->code, from, to))
			return false;
		if (to != NULL)
			line->to_location_id = IMS_LOCATION_TRANSIT;
	}
	if (item->stocked)
		return true;
	leave_stock(resolver->masters, &line->from_location_id);
	leave_stock(resolver->masters, &line->to_location_id);
	return line->from_location_id != line->to_location_id ||
		   ims_refuse_not_stocked(resolver, item->code);
}

static bool
set_extra(Batch *batch, const IdLine *read)
{
	ImsResolver *resolver = &batch->request->resolver;
	ImsLineExtra *extra;

	read->line->extra = batch->shared;
	if (read->unit_cost == NULL && read->sale_value == NULL)
		return true;
	if (!ims_check_money(resolver, IMS_FIELD_UNIT_COST, read->unit_cost) ||
		!ims_check_money(resolver, IMS_FIELD_SALE_VALUE, read->sale_value))
		return false;
	extra = &batch->extras[resolver->line - 1];
	if (batch->shared != NULL)
		*extra = *batch->shared;
	else
		memset(extra, 0, sizeof(ImsLineExtra));
	extra->unit_cost = read->unit_cost;
	extra->sale_value = read->sale_value;
	read->line->extra = extra;
	return true;
}

static ImsLineExtra *
make_shared_extra(ImsRequest *request)
{
	const ImsLineInput *input = &request->input.line;
	ImsLineExtra *extra;

	request->resolver.line = 1;
	if (!ims_check_currency(&request->resolver, ims_line_text(input, IMS_FIELD_CURRENCY)) ||
		!ims_check_money(&request->resolver, IMS_FIELD_RATE,
						 ims_line_number(input, IMS_FIELD_RATE)))
		return NULL;
	if (ims_line_text(input, IMS_FIELD_CURRENCY) == NULL &&
		ims_line_number(input, IMS_FIELD_RATE) == NULL)
		return NULL;
	extra = palloc0(sizeof(ImsLineExtra));
	extra->currency = ims_line_text(input, IMS_FIELD_CURRENCY);
	extra->rate = ims_line_number(input, IMS_FIELD_RATE);
	return extra;
}

static void
start_batch(Batch *batch, ImsRequest *request)
{
	const ImsShape *shape = request->resolver.shape;
	Readers *readers = &batch->readers;
	bool report = request->resolver.report;

	batch->request = request;
	readers->items = start_reading(request, IMS_FIELD_ITEM_IDS);
	readers->quantities = start_reading(request, IMS_FIELD_QUANTITIES);
	readers->from_locations = start_reading(request, IMS_FIELD_FROM_LOCATION_IDS);
	readers->to_locations = start_reading(request, IMS_FIELD_TO_LOCATION_IDS);
	readers->lots = start_reading(request, IMS_FIELD_LOT_IDS);
	readers->serials = start_reading(request, IMS_FIELD_SERIAL_IDS);
	readers->from_handling_units = start_reading(request, IMS_FIELD_FROM_HANDLING_UNIT_IDS);
	readers->to_handling_units = start_reading(request, IMS_FIELD_TO_HANDLING_UNIT_IDS);
	readers->unit_costs = start_reading(request, IMS_FIELD_UNIT_COSTS);
	readers->sale_values = start_reading(request, IMS_FIELD_SALE_VALUES);

	/* adjust and produce go either way: out of stock where only that end is named */
	batch->from_location_id = shape->from_location_id;
	batch->to_location_id =
		shape->to_location_id != 0 ? shape->to_location_id : shape->from_location_id;

	/* currency and rate concern every line: no reason to report them line by line */
	request->resolver.report = false;
	batch->shared = make_shared_extra(request);
	request->resolver.report = report;
	batch->extras = NULL;
	if (readers->unit_costs.next != NULL || readers->sale_values.next != NULL)
		batch->extras = MemoryContextAllocHuge(request->resolver.context,
											   sizeof(ImsLineExtra) * request->ngiven);
}

static void
fill_lines(ImsRequest *request)
{
	ImsResolver *resolver = &request->resolver;
	Batch batch;

	start_batch(&batch, request);
	for (resolver->line = 1; resolver->line <= request->ngiven; resolver->line++)
	{
		IdLine read;

		if ((resolver->line & 0xFFF) == 0)
			CHECK_FOR_INTERRUPTS();
		read.line = ims_request_next_line(request);
		read_line(&batch, &read);
		if (!check_given(resolver, &read) || !convert_quantity(resolver, &read) ||
			!settle_places(resolver, read.line) || !set_extra(&batch, &read))
			request->call.nline--;
	}
}

/* ---------------------------------------------------------------- payload */

/* The elements of one line as an object; numbers as strings, NaN being none. */
static Jsonb *
line_payload(void *context, int32 line)
{
	ImsRequest *request = context;
	StringInfoData json;
	const char *separator = "";
	int field;

	initStringInfo(&json);
	appendStringInfoChar(&json, '{');
	for (field = IMS_FIELD_ITEM_IDS; field < IMS_FIELDS; field++)
	{
		ArrayType *array = ims_input_array(&request->input, field);
		bool is_number = ims_field_type(field) == IMS_TYPE_NUMBERS;
		bool isnull;
		Datum value;

		if (array == NULL)
			continue;
		value = array_ref(array, 1, (int[]){line - 1 + ARR_LBOUND(array)[0]}, -1,
						  is_number ? -1 : sizeof(int64), !is_number,
						  is_number ? TYPALIGN_INT : TYPALIGN_DOUBLE, &isnull);
		if (isnull)
			continue;
		appendStringInfoString(&json, separator);
		escape_json(&json, ims_field_name(field));
		appendStringInfoString(&json, ": ");
		if (is_number)
			escape_json(&json, DatumGetCString(DirectFunctionCall1(numeric_out, value)));
		else
			appendStringInfo(&json, INT64_FORMAT, DatumGetInt64(value));
		separator = ", ";
	}
	appendStringInfoChar(&json, '}');
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data)));
}

static const ImsForm post_ids_form = {count_lines, fill_lines, line_payload, true};

/*
 * ims_post_ids -- SQL: ims.post_ids(item_ids bigint[], quantities numeric[], ...)
 *
 * Arrays of equal length, one element per line; quantities are in base units,
 * above zero.  The place arrays name both ends; the virtual end of a kind may
 * be left out.
 */
PG_FUNCTION_INFO_V1(ims_post_ids);
Datum
ims_post_ids(PG_FUNCTION_ARGS)
{
	return ims_request_run(fcinfo, &post_ids_form, &ims_post_ids_signature, IMS_KIND_MOVE);
}
