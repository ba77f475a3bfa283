/*-------------------------------------------------------------------------
 *
 * resolve.c
 *	  From what people write, codes, to the ids that the engine takes.
 *
 * Here a line is refused for what only its caller knows: a code that names
 * nothing, a place that its kind of posting does not have, a missing
 * argument.  What the ids must satisfy is checked by the engine, under its
 * locks, for every door alike.
 *
 * A refusal is raised, or kept for the report; no error is ever caught, so
 * that nothing half done needs to be undone.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "ledger/amount.h"
#include "ledger/detail.h"
#include "ledger/movement_columns.h"
#include "ledger/probe.h"
#include "ledger/resolve.h"
#include "type/quantity.h"

#define TO_STOCK(place, unit, virtual_place)                                             \
	{                                                                                    \
		IMS_NO_FIELD, place, IMS_NO_FIELD, unit, virtual_place, 0, false                 \
	}
#define FROM_STOCK(place, unit, virtual_place)                                           \
	{                                                                                    \
		place, IMS_NO_FIELD, unit, IMS_NO_FIELD, 0, virtual_place, false                 \
	}
#define BOTH_PLACES(is_internal)                                                         \
	{                                                                                    \
		IMS_FIELD_FROM_LOCATION, IMS_FIELD_TO_LOCATION, IMS_FIELD_FROM_HANDLING_UNIT,    \
			IMS_FIELD_TO_HANDLING_UNIT, 0, 0, is_internal                                \
	}

/*
 * adjust, produce and disassemble turn around by sign and by the place given; dispatch and
 * the receipt of it have the goods on the same handling unit at both ends, and
 * to_location of a dispatch names the site they are bound for.
 */
static const ImsShape shapes[IMS_KIND_COUNT_OF] = {
	[IMS_KIND_RECEIVE] =
		TO_STOCK(IMS_FIELD_TO_LOCATION, IMS_FIELD_HANDLING_UNIT, IMS_LOCATION_SUPPLIER),
	[IMS_KIND_SHIP] = FROM_STOCK(IMS_FIELD_FROM_LOCATION, IMS_FIELD_HANDLING_UNIT,
								 IMS_LOCATION_CUSTOMER),
	[IMS_KIND_TRANSFER] = BOTH_PLACES(false),
	[IMS_KIND_DISPATCH] = {IMS_FIELD_FROM_LOCATION, IMS_NO_FIELD, IMS_FIELD_HANDLING_UNIT,
						   IMS_FIELD_HANDLING_UNIT, 0, IMS_LOCATION_TRANSIT, false},
	[IMS_KIND_RECEIVE_TRANSFER] = {IMS_NO_FIELD, IMS_FIELD_TO_LOCATION,
								   IMS_FIELD_HANDLING_UNIT, IMS_FIELD_HANDLING_UNIT,
								   IMS_LOCATION_TRANSIT, 0, true},
	[IMS_KIND_ADJUST] =
		TO_STOCK(IMS_FIELD_LOCATION, IMS_FIELD_HANDLING_UNIT, IMS_LOCATION_ADJUSTMENT),
	[IMS_KIND_COUNT] = BOTH_PLACES(true),
	[IMS_KIND_COUNT_CORRECTION] = BOTH_PLACES(true),
	[IMS_KIND_SCRAP] =
		FROM_STOCK(IMS_FIELD_FROM_LOCATION, IMS_FIELD_HANDLING_UNIT, IMS_LOCATION_SCRAP),
	[IMS_KIND_CONSUME] = FROM_STOCK(IMS_FIELD_FROM_LOCATION, IMS_FIELD_HANDLING_UNIT,
									IMS_LOCATION_PRODUCTION),
	[IMS_KIND_PRODUCE] =
		TO_STOCK(IMS_FIELD_TO_LOCATION, IMS_FIELD_HANDLING_UNIT, IMS_LOCATION_PRODUCTION),
	[IMS_KIND_RETURN_FROM_CUSTOMER] =
		TO_STOCK(IMS_FIELD_TO_LOCATION, IMS_FIELD_HANDLING_UNIT, IMS_LOCATION_CUSTOMER),
	[IMS_KIND_RETURN_TO_SUPPLIER] =
		FROM_STOCK(IMS_FIELD_FROM_LOCATION, IMS_FIELD_HANDLING_UNIT, IMS_LOCATION_SUPPLIER),
	[IMS_KIND_REVERSAL] = BOTH_PLACES(true),
	[IMS_KIND_OWNERSHIP] = BOTH_PLACES(true),
	[IMS_KIND_USAGE] = BOTH_PLACES(true),
	[IMS_KIND_MOVE] = BOTH_PLACES(false),
	[IMS_KIND_PACK] = BOTH_PLACES(true),
	[IMS_KIND_UNPACK] = BOTH_PLACES(true),
	[IMS_KIND_RELOT] = BOTH_PLACES(true),
	[IMS_KIND_DISASSEMBLE] =
		TO_STOCK(IMS_FIELD_TO_LOCATION, IMS_FIELD_HANDLING_UNIT, IMS_LOCATION_PRODUCTION),
};

/* A line that is used up: a component, or what is taken apart. */
const ImsShape ims_component_shape =
	FROM_STOCK(IMS_FIELD_FROM_LOCATION, IMS_FIELD_HANDLING_UNIT, IMS_LOCATION_PRODUCTION);

/* An adjust line with a quantity below zero. */
static const ImsShape decrease_shape =
	FROM_STOCK(IMS_FIELD_LOCATION, IMS_FIELD_HANDLING_UNIT, IMS_LOCATION_ADJUSTMENT);

const ImsShape *
ims_shape_of(ImsKind kind)
{
	Assert(kind >= 0 && kind < IMS_KIND_COUNT_OF);
	return &shapes[kind];
}

/* Something is made of something else: lines go either way. */
static bool
is_production(const ImsShape *shape)
{
	return shape == &shapes[IMS_KIND_PRODUCE] || shape == &shapes[IMS_KIND_DISASSEMBLE];
}

static bool
is_place_field(ImsField field)
{
	return field == IMS_FIELD_FROM_LOCATION || field == IMS_FIELD_TO_LOCATION ||
		   field == IMS_FIELD_LOCATION || field == IMS_FIELD_HANDLING_UNIT ||
		   field == IMS_FIELD_FROM_HANDLING_UNIT || field == IMS_FIELD_TO_HANDLING_UNIT;
}

bool
ims_shape_has_field(const ImsShape *shape, ImsField field)
{
	int wanted = field;

	if (!is_place_field(field))
		return true;
	if (is_production(shape) && field == IMS_FIELD_FROM_LOCATION)
		return true;
	if (shape == &shapes[IMS_KIND_DISPATCH] && field == IMS_FIELD_TO_LOCATION)
		return true;
	return wanted == shape->from_field || wanted == shape->to_field ||
		   wanted == shape->from_unit_field || wanted == shape->to_unit_field;
}

/* ---------------------------------------------------------------- refusing */

static void
keep_rejection(ImsResolver *resolver, int sqlstate, const char *message, const char *detail)
{
	MemoryContext old = MemoryContextSwitchTo(resolver->context);
	ImsRejection *rejection;

	if (resolver->nrejection == resolver->nallocated)
	{
		resolver->nallocated = Max(16, resolver->nallocated * 2);
		resolver->rejections =
			resolver->rejections == NULL
				? palloc(sizeof(ImsRejection) * resolver->nallocated)
				: repalloc_huge(resolver->rejections,
								sizeof(ImsRejection) * resolver->nallocated);
	}
	rejection = &resolver->rejections[resolver->nrejection++];
	rejection->line = resolver->line;
	rejection->sqlstate = sqlstate;
	rejection->message = pstrdup(message);
	rejection->detail = pstrdup(detail);
	MemoryContextSwitchTo(old);
}

bool
ims_refuse(ImsResolver *resolver, int sqlstate, const char *hint, char *detail,
		   const char *format, ...)
{
	StringInfoData message;
	int needed;

	Assert(resolver->line > 0);
	initStringInfo(&message);
	do
	{
		va_list arguments;

		va_start(arguments, format);
		needed = appendStringInfoVA(&message, format, arguments);
		va_end(arguments);
		if (needed > 0)
			enlargeStringInfo(&message, needed);
	} while (needed > 0);

	if (!resolver->report)
		ereport(ERROR, (errcode(sqlstate), errmsg_internal("%s", message.data),
						errdetail_internal("%s", detail), hint ? errhint("%s", hint) : 0));
	keep_rejection(resolver, sqlstate, message.data, detail);
	return false;
}

bool
ims_refuse_missing(ImsResolver *resolver, ImsField field)
{
	const char *name = ims_field_name(field);

	return ims_refuse(resolver, ERRCODE_IMS_MISSING_ARGUMENT, NULL,
					  ims_error_detail(psprintf("Line %d has no %s.", resolver->line, name),
									   ims_detail_integer("line", resolver->line),
									   ims_detail_text("argument", name)),
					  "argument \"%s\" is missing", name);
}

/* A code of the line that names nothing. */
static bool
refuse_code(ImsResolver *resolver, int sqlstate, ImsField field, const char *what,
			const char *code, const char *item)
{
	char *sentence = item == NULL ? psprintf("Line %d names it as %s.", resolver->line,
											 ims_field_name(field))
								  : psprintf("Line %d names it as %s of item \"%s\".",
											 resolver->line, ims_field_name(field), item);

	return ims_refuse(resolver, sqlstate, "Codes are matched exactly, letter by letter.",
					  ims_error_detail(sentence, ims_detail_integer("line", resolver->line),
									   ims_detail_text("item", item),
									   ims_detail_text(ims_field_name(field), code)),
					  "%s \"%s\" is unknown", what, code);
}

/* The same for a code of the call, which concerns every line. */
static void
raise_unknown(int sqlstate, ImsField field, const char *what, const char *code)
{
	ereport(ERROR,
			(errcode(sqlstate), errmsg("%s \"%s\" is unknown", what, code),
			 errdetail_internal("%s", ims_error_detail(psprintf("The call names it as %s.",
																ims_field_name(field)),
													   ims_detail_text(ims_field_name(field),
																	   code))),
			 errhint("Codes are matched exactly, letter by letter.")));
}

static void
check_text(ImsField field, const char *text, int limit)
{
	int length = text == NULL ? 0 : pg_mbstrlen(text);

	if (length > limit)
		ereport(ERROR,
				(errcode(ERRCODE_STRING_DATA_RIGHT_TRUNCATION),
				 errmsg("%s is too long", ims_field_name(field)),
				 errdetail("It has %d characters, at most %d are kept.", length, limit)));
}

/* The same for a text of one line. */
bool
ims_check_reference_line(ImsResolver *resolver, const char *text)
{
	int length = text == NULL ? 0 : pg_mbstrlen(text);

	if (length <= IMS_MAX_REFERENCE_LENGTH)
		return true;
	return ims_refuse(resolver, ERRCODE_STRING_DATA_RIGHT_TRUNCATION, NULL,
					  ims_error_detail(psprintf("It has %d characters, at most %d are kept.",
												length, IMS_MAX_REFERENCE_LENGTH),
									   ims_detail_integer("line", resolver->line),
									   ims_detail_text("argument",
													   ims_field_name(
														   IMS_FIELD_REFERENCE_LINE))),
					  "%s is too long", ims_field_name(IMS_FIELD_REFERENCE_LINE));
}

/* ---------------------------------------------------------------- the call */

static void
check_origin_posting(ImsResolver *resolver, int64 posting_id)
{
	if (!ims_posting_exists(resolver->masters, resolver->owner_id, posting_id))
		ereport(ERROR,
				(errcode(ERRCODE_IMS_UNKNOWN_POSTING),
				 errmsg("origin posting " INT64_FORMAT " is unknown", posting_id),
				 errdetail_internal("%s",
									ims_error_detail("The owner has no posting of this id.",
													 ims_detail_integer("origin_posting_id",
																		posting_id)))));
}

/* Fills what the call says once for all its lines; raises in report mode too. */
void
ims_resolve_posting(ImsResolver *resolver, const ImsInput *input, ImsPosting *posting)
{
	const char *party = ims_input_text(input, IMS_FIELD_PARTY);
	const char *channel = ims_input_text(input, IMS_FIELD_CHANNEL);

	posting->owner_id = resolver->owner_id;
	posting->kind = resolver->kind;
	posting->effective_given = input->effective_given;
	posting->effective_at = input->effective_at;

	posting->reference_type = ims_input_text(input, IMS_FIELD_REFERENCE_TYPE);
	posting->reference_number = ims_input_text(input, IMS_FIELD_REFERENCE_NUMBER);
	posting->reason = ims_input_text(input, IMS_FIELD_REASON);
	posting->actor = ims_input_text(input, IMS_FIELD_ACTOR);
	posting->idempotency_key = ims_input_text(input, IMS_FIELD_IDEMPOTENCY_KEY);
	check_text(IMS_FIELD_REFERENCE_TYPE, posting->reference_type, IMS_MAX_REFERENCE_LENGTH);
	check_text(IMS_FIELD_REFERENCE_NUMBER, posting->reference_number,
			   IMS_MAX_REFERENCE_LENGTH);
	check_text(IMS_FIELD_ACTOR, posting->actor, IMS_MAX_REFERENCE_LENGTH);
	check_text(IMS_FIELD_REASON, posting->reason, IMS_MAX_REASON_LENGTH);

	if (party != NULL)
	{
		posting->party_id = ims_party_by_code(resolver->masters, resolver->owner_id, party);
		if (posting->party_id == 0)
			raise_unknown(ERRCODE_IMS_UNKNOWN_PARTY, IMS_FIELD_PARTY, "party", party);
	}
	if (channel != NULL)
	{
		posting->channel_id =
			ims_channel_by_code(resolver->masters, resolver->owner_id, channel);
		if (posting->channel_id == 0)
			raise_unknown(ERRCODE_IMS_UNKNOWN_CHANNEL, IMS_FIELD_CHANNEL, "channel",
						  channel);
	}
	if (input->origin_posting_id != 0)
		check_origin_posting(resolver, input->origin_posting_id);
	resolver->origin_posting_id = input->origin_posting_id;
}

/* ---------------------------------------------------------------- the line */

static bool
resolve_item(ImsResolver *resolver, const ImsLineInput *input, ImsItem **item)
{
	const char *code = ims_line_text(input, IMS_FIELD_ITEM);

	if (code == NULL)
		return ims_refuse_missing(resolver, IMS_FIELD_ITEM);
	*item = ims_memo_item(resolver->memo, code);
	if (*item == NULL)
		return refuse_code(resolver, ERRCODE_IMS_UNKNOWN_ITEM, IMS_FIELD_ITEM, "item",
						   code, NULL);
	return true;
}

/* Quantity in base units, above zero, and whether it was given below zero. */
static bool
resolve_quantity(ImsResolver *resolver, const ImsLineInput *input, const ImsItem *item,
				 ImsLine *line, bool *negative)
{
	Numeric given = ims_line_number(input, IMS_FIELD_QUANTITY);
	ImsQuantity quantity;

	if (given == NULL)
		return ims_refuse_missing(resolver, IMS_FIELD_QUANTITY);
	if (!ims_check_quantity(resolver, given, item->code,
							resolver->kind == IMS_KIND_ADJUST, &quantity))
		return false;
	*negative = quantity < 0;
	return ims_to_base_unit(resolver, item, ims_line_text(input, IMS_FIELD_UNIT), given,
							quantity < 0 ? -quantity : quantity, &line->quantity);
}

/*
 * The place that a field names; NULL in *location where it may stay unnamed,
 * since the item is not stocked.
 */
static bool
resolve_location(ImsResolver *resolver, const ImsLineInput *input, const ImsItem *item,
				 ImsField field, ImsLocation **location)
{
	const char *code = ims_line_text(input, field);

	*location = NULL;
	if (code == NULL)
		return item->stocked ? ims_refuse_missing(resolver, field) : true;
	*location = ims_memo_location(resolver->memo, code);
	if (*location == NULL)
		return refuse_code(resolver, ERRCODE_IMS_UNKNOWN_LOCATION, field, "location",
						   code, item->code);
	return true;
}

bool
ims_holds_stock(const ImsLocation *location)
{
	return location->site_id != 0 || location->keeps_stock;
}

/* One end of the line.  What is not stocked is in no place that holds stock. */
static bool
resolve_place(ImsResolver *resolver, const ImsLineInput *input, const ImsItem *item,
			  int field, int64 virtual_place, int64 *location_id)
{
	ImsLocation *location;

	if (field == IMS_NO_FIELD)
	{
		*location_id = virtual_place;
		if (!item->stocked && virtual_place == IMS_LOCATION_TRANSIT)
			*location_id = IMS_LOCATION_SERVICE;
		return true;
	}
	if (!resolve_location(resolver, input, item, field, &location))
		return false;
	if (!item->stocked && (location == NULL || ims_holds_stock(location)))
		*location_id = IMS_LOCATION_SERVICE;
	else
		*location_id = location->location_id;
	return true;
}

static bool
refuse_destination(ImsResolver *resolver, const char *item, const ImsLocation *to,
				   const char *sentence, const char *hint)
{
	return ims_refuse(resolver, ERRCODE_IMS_WRONG_PLACE, hint,
					  ims_error_detail(sentence, ims_detail_integer("line", resolver->line),
									   ims_detail_text("item", item),
									   ims_detail_text("to_location", to->code)),
					  "goods cannot be dispatched to \"%s\"", to->code);
}

/*
 * The other site that a dispatch is bound for: one for all lines.  "from" is
 * NULL where it is not known.
 */
bool
ims_resolve_destination(ImsResolver *resolver, const char *item, const ImsLocation *from,
						const ImsLocation *to)
{
	if (to->site_id == 0)
		return refuse_destination(resolver, item, to, "The place is not at a site.", NULL);
	if (from != NULL && from->site_id == to->site_id)
		return refuse_destination(resolver, item, to, "Both places are at the same site.",
								  "Move goods within a site by ims.transfer().");
	if (resolver->destination_id != 0 && resolver->destination_id != to->site_id)
		return refuse_destination(resolver, item, to,
								  "Other lines of the call are bound for another site.",
								  "Dispatch to each site by a call of its own.");
	resolver->destination_id = to->site_id;
	return true;
}

static bool
resolve_dispatch(ImsResolver *resolver, const ImsLineInput *input, const ImsItem *item)
{
	ImsLocation *from;
	ImsLocation *to;

	if (!resolve_location(resolver, input, item, IMS_FIELD_FROM_LOCATION, &from) ||
		!resolve_location(resolver, input, item, IMS_FIELD_TO_LOCATION, &to))
		return false;
	return to == NULL || ims_resolve_destination(resolver, item->code, from, to);
}

/* Which end the place of this line is at, where its kind leaves that open. */
static bool
choose_shape(ImsResolver *resolver, const ImsLineInput *input, bool negative,
			 const ImsShape **shape)
{
	*shape = resolver->shape;
	if (resolver->kind == IMS_KIND_ADJUST && negative)
		*shape = &decrease_shape;
	if (is_production(resolver->shape) &&
		ims_line_text(input, IMS_FIELD_FROM_LOCATION) != NULL)
	{
		if (ims_line_text(input, IMS_FIELD_TO_LOCATION) != NULL)
			return ims_refuse(resolver, ERRCODE_IMS_INVALID_LINE,
							  "Output names to_location, a component names from_location.",
							  ims_error_detail(psprintf("Line %d names from_location and to_location.",
														resolver->line),
											   ims_detail_integer("line", resolver->line)),
							  "a line of a production is either output or component");
		*shape = &ims_component_shape;
	}
	return true;
}

bool
ims_refuse_not_stocked(ImsResolver *resolver, const char *item)
{
	return ims_refuse(resolver, ERRCODE_IMS_WRONG_PLACE, NULL,
					  ims_error_detail("It lies nowhere, so it cannot change its place.",
									   ims_detail_integer("line", resolver->line),
									   ims_detail_text("item", item)),
					  "item \"%s\" is not stocked", item);
}

static bool
resolve_places(ImsResolver *resolver, const ImsLineInput *input, const ImsItem *item,
			   const ImsShape *shape, ImsLine *line)
{
	if (resolver->kind == IMS_KIND_DISPATCH && !resolve_dispatch(resolver, input, item))
		return false;
	if (!resolve_place(resolver, input, item, shape->from_field, shape->from_location_id,
					   &line->from_location_id) ||
		!resolve_place(resolver, input, item, shape->to_field, shape->to_location_id,
					   &line->to_location_id))
		return false;
	return item->stocked || line->from_location_id != line->to_location_id ||
		   ims_refuse_not_stocked(resolver, item->code);
}

static bool
resolve_handling_unit(ImsResolver *resolver, const ImsLineInput *input,
					  const ImsItem *item, int field, int64 *handling_unit_id)
{
	const char *code = field == IMS_NO_FIELD ? NULL : ims_line_text(input, field);

	*handling_unit_id = 0;
	if (code == NULL)
		return true;
	if (!item->stocked)
		return ims_refuse(resolver, ERRCODE_IMS_WRONG_PLACE, NULL,
						  ims_error_detail("A handling unit cannot hold it.",
										   ims_detail_integer("line", resolver->line),
										   ims_detail_text("item", item->code),
										   ims_detail_text(ims_field_name(field), code)),
						  "item \"%s\" is not stocked", item->code);
	*handling_unit_id =
		ims_handling_unit_by_code(resolver->masters, resolver->owner_id, code);
	if (*handling_unit_id == 0)
		return refuse_code(resolver, ERRCODE_IMS_UNKNOWN_HANDLING_UNIT, field,
						   "handling unit", code, NULL);
	return true;
}

static bool
refuse_tracking(ImsResolver *resolver, const ImsItem *item, ImsField field, const char *code)
{
	const char *name = ims_field_name(field);

	return ims_refuse(resolver, ERRCODE_IMS_TRACKING, NULL,
					  ims_error_detail(psprintf("Line %d names %s \"%s\".",
												resolver->line, name, code),
									   ims_detail_integer("line", resolver->line),
									   ims_detail_text("item", item->code),
									   ims_detail_text(name, code)),
					  "item \"%s\" is not tracked by %s", item->code, name);
}

/* Codes of lots and serials; that a tracked item has them is the engine's check. */
static bool
resolve_tracking(ImsResolver *resolver, const ImsLineInput *input, const ImsItem *item,
				 ImsLine *line)
{
	const char *lot = ims_line_text(input, IMS_FIELD_LOT);
	const char *serial = ims_line_text(input, IMS_FIELD_SERIAL);

	if (lot != NULL)
	{
		if (item->tracking == 'n')
			return refuse_tracking(resolver, item, IMS_FIELD_LOT, lot);
		line->lot_id =
			ims_lot_by_code(resolver->masters, resolver->owner_id, item->item_id, lot);
		if (line->lot_id == 0)
			return refuse_code(resolver, ERRCODE_IMS_UNKNOWN_LOT, IMS_FIELD_LOT, "lot",
							   lot, item->code);
	}
	if (serial != NULL)
	{
		int64 lot_id;

		if (item->tracking != 's')
			return refuse_tracking(resolver, item, IMS_FIELD_SERIAL, serial);
		line->serial_id = ims_serial_by_code(resolver->masters, resolver->owner_id,
											 item->item_id, serial, &lot_id);
		if (line->serial_id == 0)
			return refuse_code(resolver, ERRCODE_IMS_UNKNOWN_SERIAL, IMS_FIELD_SERIAL,
							   "serial", serial, item->code);
		/* the unit tells its lot, where the caller does not */
		if (lot == NULL)
			line->lot_id = lot_id;
	}
	return true;
}

/* ---------------------------------------------------------------- extras */

/* Whether the origin's end is where this kind of return comes back from. */
static bool
is_origin_of_kind(ImsProbe *probe, ImsKind kind)
{
	if (kind == IMS_KIND_RETURN_FROM_CUSTOMER)
		return DatumGetInt64(ims_probe_value(probe, MOVEMENT_TO_LOCATION_ID, NULL)) ==
			   IMS_LOCATION_CUSTOMER;
	if (kind == IMS_KIND_RETURN_TO_SUPPLIER)
		return DatumGetInt64(ims_probe_value(probe, MOVEMENT_FROM_LOCATION_ID, NULL)) ==
			   IMS_LOCATION_SUPPLIER;
	return true;
}

/* The row just found, and room for it in the list. */
static ImsOrigin *
add_origin(ImsResolver *resolver, ImsProbe *probe)
{
	ImsOrigin *origin;

	if (resolver->norigin == resolver->norigin_allocated)
	{
		Size size;

		resolver->norigin_allocated = Max(16, resolver->norigin_allocated * 2);
		size = sizeof(ImsOrigin) * resolver->norigin_allocated;
		resolver->origins = resolver->origins == NULL
								? MemoryContextAlloc(resolver->context, size)
								: repalloc_huge(resolver->origins, size);
	}
	origin = &resolver->origins[resolver->norigin++];
	memset(origin, 0, sizeof(ImsOrigin));
	origin->movement_id = DatumGetInt64(ims_probe_value(probe, MOVEMENT_MOVEMENT_ID, NULL));
	origin->posting_id = DatumGetInt64(ims_probe_value(probe, MOVEMENT_POSTING_ID, NULL));
	origin->item_id = DatumGetInt64(ims_probe_value(probe, MOVEMENT_ITEM_ID, NULL));
	origin->effective_at =
		DatumGetTimestampTz(ims_probe_value(probe, MOVEMENT_EFFECTIVE_AT, NULL));
	origin->quantity = ims_quantity_from_numeric(
		DatumGetNumeric(ims_probe_value(probe, MOVEMENT_QUANTITY, NULL)));
	return origin;
}

/* Whether the movement just found was of the goods of the line. */
static bool
is_of_same_goods(ImsProbe *probe, const ImsLine *line)
{
	return DatumGetInt64(ims_probe_value(probe, MOVEMENT_ITEM_ID, NULL)) == line->item_id &&
		   DatumGetInt64(ims_probe_value(probe, MOVEMENT_LOT_ID, NULL)) == line->lot_id &&
		   DatumGetInt64(ims_probe_value(probe, MOVEMENT_SERIAL_ID, NULL)) ==
			   line->serial_id;
}

/*
 * The line that this one returns: of the same item, lot and serial, and of the
 * posting named, if one is.
 */
bool
ims_resolve_origin(ImsResolver *resolver, const ImsItem *item, const ImsLine *line,
				   int64 origin_movement_id, int64 *origin_posting_id)
{
	Datum keys[2];
	ImsProbe probe;
	bool found;

	keys[0] = Int64GetDatum(resolver->owner_id);
	keys[1] = Int64GetDatum(origin_movement_id);
	ims_probe_open(&probe, resolver->ledger->movement, resolver->ledger->movement_pkey);
	ims_probe_start(&probe, 2, keys);
	found = ims_probe_next(&probe);
	if (found)
	{
		ImsOrigin *origin = add_origin(resolver, &probe);

		found = is_of_same_goods(&probe, line) &&
				is_origin_of_kind(&probe, resolver->kind) &&
				(*origin_posting_id == 0 || *origin_posting_id == origin->posting_id);
		*origin_posting_id = origin->posting_id;
		if (!found)
			resolver->norigin--;
	}
	ims_probe_close(&probe);
	if (found)
		return true;
	return ims_refuse(resolver, ERRCODE_IMS_UNKNOWN_POSTING, NULL,
					  ims_error_detail(psprintf("No line that item \"%s\" could come from has this id%s.",
												item->code,
												item->tracking == 'n' ? ""
																	  : ", lot and serial"),
									   ims_detail_integer("line", resolver->line),
									   ims_detail_text("item", item->code),
									   ims_detail_integer("origin_movement_id",
														  origin_movement_id)),
					  "origin movement " INT64_FORMAT " is unknown", origin_movement_id);
}

static Numeric
copy_numeric(Numeric value)
{
	return value == NULL ? NULL : DatumGetNumericCopy(NumericGetDatum(value));
}

static char *
copy_text(const char *value)
{
	return value == NULL ? NULL : pstrdup(value);
}

static ImsLineExtra *
copy_extra(const ImsLineExtra *extra, MemoryContext context)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	ImsLineExtra *copy = palloc(sizeof(ImsLineExtra));

	copy->origin_movement_id = extra->origin_movement_id;
	copy->entered_quantity = copy_numeric(extra->entered_quantity);
	copy->entered_unit = copy_text(extra->entered_unit);
	copy->unit_cost = copy_numeric(extra->unit_cost);
	copy->sale_value = copy_numeric(extra->sale_value);
	copy->rate = copy_numeric(extra->rate);
	copy->currency = copy_text(extra->currency);
	copy->reference_line = copy_text(extra->reference_line);
	copy->measured_quantity = copy_numeric(extra->measured_quantity);
	MemoryContextSwitchTo(old);
	return copy;
}

/* The other columns of the line; allocated only where there is one. */
static bool
resolve_extra(ImsResolver *resolver, const ImsLineInput *input, const ImsItem *item,
			  ImsLine *line)
{
	const char *unit = ims_line_text(input, IMS_FIELD_UNIT);
	ImsLineExtra extra = {0};
	static const ImsLineExtra nothing = {0};
	int64 origin_posting_id = resolver->one_origin ? resolver->origin_posting_id : 0;

	extra.unit_cost = ims_line_number(input, IMS_FIELD_UNIT_COST);
	extra.sale_value = ims_line_number(input, IMS_FIELD_SALE_VALUE);
	extra.rate = ims_line_number(input, IMS_FIELD_RATE);
	extra.currency = ims_line_text(input, IMS_FIELD_CURRENCY);
	extra.reference_line = ims_line_text(input, IMS_FIELD_REFERENCE_LINE);
	extra.measured_quantity = ims_line_number(input, IMS_FIELD_MEASURED_QUANTITY);
	extra.origin_movement_id = input->origin_movement_id;
	if (unit != NULL && strcmp(unit, item->base_unit) != 0)
	{
		extra.entered_quantity = DatumGetNumeric(
			DirectFunctionCall1(numeric_abs,
								NumericGetDatum(ims_line_number(input, IMS_FIELD_QUANTITY))));
		extra.entered_unit = unit;
	}
	if (memcmp(&extra, &nothing, sizeof(extra)) == 0)
		return true;

	if (!ims_check_money(resolver, IMS_FIELD_UNIT_COST, extra.unit_cost) ||
		!ims_check_money(resolver, IMS_FIELD_SALE_VALUE, extra.sale_value) ||
		!ims_check_money(resolver, IMS_FIELD_RATE, extra.rate) ||
		!ims_check_currency(resolver, extra.currency) ||
		!ims_check_reference_line(resolver, extra.reference_line))
		return false;
	if (extra.origin_movement_id != 0 &&
		!ims_resolve_origin(resolver, item, line, extra.origin_movement_id,
							&origin_posting_id))
		return false;
	if (resolver->one_origin)
		resolver->origin_posting_id = origin_posting_id;
	line->extra = copy_extra(&extra, resolver->context);
	return true;
}

/*
 * Fills *line from what was given.  False: the line is refused, and the
 * refusal kept (report mode); otherwise a refusal raises.
 */
bool
ims_resolve_line(ImsResolver *resolver, const ImsLineInput *input, ImsLine *line)
{
	ImsItem *item;
	const ImsShape *shape;
	bool negative = false;

	memset(line, 0, sizeof(ImsLine));
	line->line = resolver->line;
	if (!resolve_item(resolver, input, &item))
		return false;
	line->item_id = item->item_id;
	return resolve_quantity(resolver, input, item, line, &negative) &&
		   choose_shape(resolver, input, negative, &shape) &&
		   resolve_places(resolver, input, item, shape, line) &&
		   resolve_handling_unit(resolver, input, item, shape->from_unit_field,
								 &line->from_handling_unit_id) &&
		   resolve_handling_unit(resolver, input, item, shape->to_unit_field,
								 &line->to_handling_unit_id) &&
		   resolve_tracking(resolver, input, item, line) &&
		   resolve_extra(resolver, input, item, line);
}
