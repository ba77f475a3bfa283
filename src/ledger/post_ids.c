/*-------------------------------------------------------------------------
 *
 * post_ids.c
 *	  ims.post_ids: many lines of one posting, as parallel arrays of ids.
 *
 * The bulk form: arrays are read where they lie, and a line costs no memory of
 * its own unless it has more than ids and a quantity.  That the ids exist and
 * fit together is checked by the engine.
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
										   IMS_FIELD_UNITS,
										   IMS_FIELD_ORIGIN_MOVEMENT_IDS,
										   IMS_FIELD_REFERENCE_LINES,
										   IMS_FIELD_UNIT_COSTS,
										   IMS_FIELD_SALE_VALUES,
										   IMS_FIELD_MEASURED_QUANTITIES,
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
	ArrayReader units;
	ArrayReader origins;
	ArrayReader reference_lines;
	ArrayReader unit_costs;
	ArrayReader sale_values;
	ArrayReader measured_quantities;
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
static inline const char *
next_varlena(ArrayReader *reader)
{
	const char *element;

	if (next_is_null(reader))
		return NULL;
	element = (const char *) att_align_pointer((uintptr_t) reader->next, TYPALIGN_INT, -1,
											   reader->next);
	reader->next = element + VARSIZE_ANY(element);
	return element;
}

static inline Numeric
next_number(ArrayReader *reader)
{
	const char *element = next_varlena(reader);

	return element == NULL ? NULL : DatumGetNumeric(PointerGetDatum(element));
}

/* As a string; the one of the line before where it is the same, as units mostly are. */
static const char *
next_text(ArrayReader *reader, const char *before)
{
	const char *element = next_varlena(reader);

	if (element == NULL)
		return NULL;
	if (before != NULL && strlen(before) == VARSIZE_ANY_EXHDR(element) &&
		memcmp(before, VARDATA_ANY(element), VARSIZE_ANY_EXHDR(element)) == 0)
		return before;
	return TextDatumGetCString(PointerGetDatum(element));
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

/* Lines of these kinds name one of two places. */
static bool
goes_either_way(ImsKind kind)
{
	return kind == IMS_KIND_ADJUST || kind == IMS_KIND_PRODUCE ||
		   kind == IMS_KIND_DISASSEMBLE;
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
		return !(goes_either_way(request->kind) && has_to) && shape->from_location_id == 0;
	case IMS_FIELD_TO_LOCATION_IDS:
		if (goes_either_way(request->kind))
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
	const char *unit;
	ImsLineExtra extra; /* as given; the unit apart */
} IdLine;

/* What the lines share. */
typedef struct Batch
{
	ImsRequest *request;
	Readers readers;
	int64 from_location_id; /* where there is no array of places */
	int64 to_location_id;
	ImsLineExtra shared;  /* currency and rate are those of the call */
	ImsLineExtra *extras; /* one per line; NULL where no line has more than ids */
	const char *unit;	  /* of the last line that has one */
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
	read->unit = next_text(&readers->units, batch->unit);
	if (read->unit != NULL)
		batch->unit = read->unit;
	read->extra = batch->shared;
	read->extra.origin_movement_id = next_id(&readers->origins);
	read->extra.reference_line = next_text(&readers->reference_lines, NULL);
	read->extra.unit_cost = next_number(&readers->unit_costs);
	read->extra.sale_value = next_number(&readers->sale_values);
	read->extra.measured_quantity = next_number(&readers->measured_quantities);
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

/* In the base unit, and what was entered where that is another. */
static inline bool
convert_quantity(ImsResolver *resolver, IdLine *read)
{
	ImsQuantity *quantity = &read->line->quantity;
	const ImsItem *item;

	if (unlikely(ims_quantity_parse(read->quantity, quantity) != IMS_QUANTITY_OK ||
				 *quantity <= 0))
		return ims_check_quantity(resolver, read->quantity,
								  ims_item_label(resolver->masters, resolver->owner_id,
												 read->line->item_id),
								  false, quantity);
	if (read->unit == NULL)
		return true;
	item = ims_item_by_id(resolver->masters, resolver->owner_id, read->line->item_id);
	if (item == NULL)
		return true; /* left to the engine, like the id */
	if (strcmp(read->unit, item->base_unit) != 0)
	{
		read->extra.entered_quantity = read->quantity;
		read->extra.entered_unit = read->unit;
	}
	return ims_to_base_unit(resolver, item, read->unit, read->quantity, *quantity,
							quantity);
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
	const ImsLineExtra *given = &read->extra;
	ImsLineExtra *extra;
	const ImsItem *item;
	int64 origin_posting_id = 0;

	if (batch->extras == NULL)
		return true;
	extra = &batch->extras[resolver->line - 1];
	*extra = *given;
	if (!ims_check_money(resolver, IMS_FIELD_UNIT_COST, given->unit_cost) ||
		!ims_check_money(resolver, IMS_FIELD_SALE_VALUE, given->sale_value) ||
		!ims_check_reference_line(resolver, given->reference_line))
		return false;
	item = ims_item_by_id(resolver->masters, resolver->owner_id, read->line->item_id);
	if (item == NULL)
		extra->origin_movement_id = 0; /* the engine refuses the line */
	else if (given->origin_movement_id != 0 &&
			 !ims_resolve_origin(resolver, item, read->line, given->origin_movement_id,
								 &origin_posting_id))
		return false;
	read->line->extra = extra;
	return true;
}

/* What every line has; raises in report mode too. */
static void
read_shared_extra(Batch *batch)
{
	ImsResolver *resolver = &batch->request->resolver;
	const ImsLineInput *input = &batch->request->input.line;
	bool report = resolver->report;

	batch->shared.currency = ims_line_text(input, IMS_FIELD_CURRENCY);
	batch->shared.rate = ims_line_number(input, IMS_FIELD_RATE);
	resolver->line = 1;
	resolver->report = false;
	ims_check_currency(resolver, batch->shared.currency);
	ims_check_money(resolver, IMS_FIELD_RATE, batch->shared.rate);
	resolver->report = report;
}

static bool
has_extras(const Batch *batch)
{
	const Readers *readers = &batch->readers;

	return batch->shared.currency != NULL || batch->shared.rate != NULL ||
		   readers->units.next != NULL || readers->origins.next != NULL ||
		   readers->reference_lines.next != NULL || readers->unit_costs.next != NULL ||
		   readers->sale_values.next != NULL || readers->measured_quantities.next != NULL;
}

static void
start_batch(Batch *batch, ImsRequest *request)
{
	const ImsShape *shape = request->resolver.shape;
	Readers *readers = &batch->readers;

	memset(batch, 0, sizeof(Batch));
	batch->request = request;
	readers->items = start_reading(request, IMS_FIELD_ITEM_IDS);
	readers->quantities = start_reading(request, IMS_FIELD_QUANTITIES);
	readers->from_locations = start_reading(request, IMS_FIELD_FROM_LOCATION_IDS);
	readers->to_locations = start_reading(request, IMS_FIELD_TO_LOCATION_IDS);
	readers->lots = start_reading(request, IMS_FIELD_LOT_IDS);
	readers->serials = start_reading(request, IMS_FIELD_SERIAL_IDS);
	readers->from_handling_units = start_reading(request, IMS_FIELD_FROM_HANDLING_UNIT_IDS);
	readers->to_handling_units = start_reading(request, IMS_FIELD_TO_HANDLING_UNIT_IDS);
	readers->units = start_reading(request, IMS_FIELD_UNITS);
	readers->origins = start_reading(request, IMS_FIELD_ORIGIN_MOVEMENT_IDS);
	readers->reference_lines = start_reading(request, IMS_FIELD_REFERENCE_LINES);
	readers->unit_costs = start_reading(request, IMS_FIELD_UNIT_COSTS);
	readers->sale_values = start_reading(request, IMS_FIELD_SALE_VALUES);
	readers->measured_quantities = start_reading(request, IMS_FIELD_MEASURED_QUANTITIES);

	/* adjust and produce go either way: out of stock where only that end is named */
	batch->from_location_id = shape->from_location_id;
	batch->to_location_id =
		shape->to_location_id != 0 ? shape->to_location_id : shape->from_location_id;

	read_shared_extra(batch);
	if (has_extras(batch))
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
		ImsFieldType type = ims_field_type(field);
		bool is_id = type == IMS_TYPE_INTEGERS;
		bool isnull;
		Datum value;

		if (array == NULL)
			continue;
		value = array_ref(array, 1, (int[]){line - 1 + ARR_LBOUND(array)[0]}, -1,
						  is_id ? sizeof(int64) : -1, is_id,
						  is_id ? TYPALIGN_DOUBLE : TYPALIGN_INT, &isnull);
		if (isnull)
			continue;
		appendStringInfoString(&json, separator);
		escape_json(&json, ims_field_name(field));
		appendStringInfoString(&json, ": ");
		if (is_id)
			appendStringInfo(&json, INT64_FORMAT, DatumGetInt64(value));
		else
			escape_json(&json,
						type == IMS_TYPE_NUMBERS
							? DatumGetCString(DirectFunctionCall1(numeric_out, value))
							: TextDatumGetCString(value));
		separator = ", ";
	}
	appendStringInfoChar(&json, '}');
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data)));
}

static const ImsForm post_ids_form = {count_lines, fill_lines, line_payload, true};

/*
 * ims_post_ids -- SQL: ims.post_ids(item_ids bigint[], quantities numeric[], ...)
 *
 * Arrays of equal length, one element per line; quantities are above zero, in
 * the unit of the line or else in base units.  Currency and rate are those of
 * every line.  The place arrays name both ends; the virtual end of a kind may
 * be left out.
 */
PG_FUNCTION_INFO_V1(ims_post_ids);
Datum
ims_post_ids(PG_FUNCTION_ARGS)
{
	return ims_request_run(fcinfo, &post_ids_form, &ims_post_ids_signature, IMS_KIND_MOVE);
}
