/*-------------------------------------------------------------------------
 *
 * line_check.c
 *	  What a posting and its lines must satisfy before any balance is locked.
 *
 * Masters are read under ROW EXCLUSIVE on ims.movement (see master.c), so what
 * holds here holds until the end of the transaction; only the status of a lot
 * can change until its balances are locked, and is checked again then.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "ledger/detail.h"
#include "ledger/engine.h"
#include "ledger/master.h"
#include "type/quantity.h"

/* Whether the period of a posting is open. */
void
ims_check_open(const ImsCall *call, const ImsPosting *posting)
{
	const ImsOwner *owner = ims_owner_by_id(call->masters, posting->owner_id);

	if (posting->effective_at < owner->closed_through)
		ereport(ERROR,
				(errcode(ERRCODE_IMS_CLOSED_PERIOD),
				 errmsg("the period of %s is closed", ims_time_text(posting->effective_at)),
				 errdetail_internal("%s",
									ims_error_detail(psprintf("Owner \"%s\" is closed until %s.",
															  owner->code,
															  ims_time_text(
																  owner->closed_through)),
													 ims_detail_text("owner", owner->code),
													 ims_detail_text("effective_at",
																	 ims_time_text(
																		 posting->effective_at)),
													 ims_detail_text("closed_through",
																	 ims_time_text(
																		 owner->closed_through)))),
				 errhint("Post into the open period, or have the period reopened.")));
}

/* An id of the posting itself that names nothing. */
static void
raise_unknown_id(int sqlstate, const char *what, int64 id)
{
	ereport(ERROR,
			(errcode(sqlstate), errmsg("%s " INT64_FORMAT " is unknown", what, id),
			 errdetail_internal("%s",
								ims_error_detail("There is none of this id.",
												 ims_detail_integer(psprintf("%s_id", what),
																	id)))));
}

/*
 * A party or channel that is inactive gets nothing new.  What it got before can
 * still come back, and be put right.
 */
static void
check_active(const ImsPosting *posting, const char *what, const char *code, bool active)
{
	switch (posting->kind)
	{
	case IMS_KIND_RETURN_FROM_CUSTOMER:
	case IMS_KIND_RETURN_TO_SUPPLIER:
	case IMS_KIND_REVERSAL:
	case IMS_KIND_COUNT_CORRECTION:
		return;
	default:
		break;
	}
	if (!active)
		ereport(ERROR,
				(errcode(ERRCODE_IMS_INACTIVE), errmsg("%s \"%s\" is inactive", what, code),
				 errdetail_internal("%s",
									ims_error_detail("Only returns and reversals name it.",
													 ims_detail_text(what, code))),
				 errhint("Activate the %s, or use another.", what)));
}

static void
check_parties(ImsCall *call, const ImsPosting *posting)
{
	char *code;
	bool active;

	if (posting->party_id != 0)
	{
		if (!ims_party_exists(call->masters, posting->owner_id, posting->party_id, &code,
							  &active))
			raise_unknown_id(ERRCODE_IMS_UNKNOWN_PARTY, "party", posting->party_id);
		check_active(posting, "party", code, active);
	}
	if (posting->channel_id != 0)
	{
		if (!ims_channel_exists(call->masters, posting->owner_id, posting->channel_id,
								&code, &active))
			raise_unknown_id(ERRCODE_IMS_UNKNOWN_CHANNEL, "channel", posting->channel_id);
		check_active(posting, "channel", code, active);
	}
}

static void
check_time(const ImsCall *call, const ImsPosting *posting)
{
	if (TIMESTAMP_NOT_FINITE(posting->effective_at) ||
		posting->effective_at > call->stamped_at + IMS_MAX_AHEAD_USECS)
		ereport(ERROR,
				(errcode(ERRCODE_IMS_FUTURE_TIME),
				 errmsg("effective time %s is ahead of the clock",
						ims_time_text(posting->effective_at)),
				 errdetail_internal("%s",
									ims_error_detail(psprintf("The clock of the server says %s; up to a minute ahead is accepted.",
															  ims_time_text(call->stamped_at)),
													 ims_detail_text("effective_at",
																	 ims_time_text(
																		 posting->effective_at)))),
				 errhint("Post when it has happened, or leave effective_at out.")));
	ims_check_open(call, posting);
}

static void
check_posting(ImsCall *call, ImsPosting *posting)
{
	ImsOwner *owner = ims_owner_by_id(call->masters, posting->owner_id);

	if (owner == NULL)
		raise_unknown_id(ERRCODE_IMS_UNKNOWN_OWNER, "owner", posting->owner_id);
	if (!owner->active)
		ereport(ERROR,
				(errcode(ERRCODE_IMS_INACTIVE),
				 errmsg("owner \"%s\" is inactive", owner->code),
				 errdetail_internal("%s", ims_error_detail("Nothing can be posted for it.",
														   ims_detail_text("owner",
																		   owner->code))),
				 errhint("Activate the owner first.")));
	if (posting->effective_given)
		check_time(call, posting);
	check_parties(call, posting);
}

void
ims_check_postings(ImsCall *call)
{
	int p;

	for (p = 0; p < call->nposting; p++)
		check_posting(call, &call->postings[p]);
}

/* Refuses a line with the usual facts: its number, the item, one more value. */
static void
refuse(ImsCall *call, ImsLine *line, int sqlstate, char *message, const char *sentence,
	   const char *key, const char *value, const char *hint)
{
	ims_engine_refuse(call, line, sqlstate, message,
					  ims_error_detail(sentence, ims_detail_integer("line", line->line),
									   ims_detail_text("item",
													   ims_item_label(call->masters,
																	  call->postings[line->posting]
																		  .owner_id,
																	  line->item_id)),
									   ims_detail_text(key ? key : "value", value)),
					  hint);
}

/* Refuses a line for an id that names nothing; it stands under the name of its column. */
static void
refuse_id(ImsCall *call, ImsLine *line, int sqlstate, char *message, const char *sentence,
		  const char *key, int64 id, const char *hint)
{
	const ImsItem *item =
		ims_item_by_id(call->masters, call->postings[line->posting].owner_id,
					   line->item_id);

	ims_engine_refuse(call, line, sqlstate, message,
					  ims_error_detail(sentence, ims_detail_line(line->line),
									   ims_detail_text("item", item ? item->code : NULL),
									   ims_detail_integer(key, id)),
					  hint);
}

/* Goods come from places and go to places; services have a source of their own. */
static bool
check_stocked(ImsCall *call, ImsLine *line, const ImsLocation *location, bool stocked)
{
	const char *item;

	if (stocked ? location->kind != IMS_PLACE_SERVICE : !location->keeps_stock)
		return true;
	item = ims_item_label(call->masters, call->postings[line->posting].owner_id,
						  line->item_id);
	if (stocked)
		refuse(call, line, ERRCODE_IMS_WRONG_PLACE,
			   psprintf("item \"%s\" is stocked", item),
			   "Only what is not stocked comes from or goes to that place.", "location",
			   location->code, "Name a place of a site.");
	else
		refuse(call, line, ERRCODE_IMS_WRONG_PLACE,
			   psprintf("item \"%s\" is not stocked", item),
			   "It moves between virtual places only.", "location", location->code,
			   "Leave the place out, or make the item stocked.");
	return false;
}

/*
 * Postings of these kinds follow from what was posted or counted: nobody
 * chooses what they touch, so it may be inactive, closed or held by now.
 */
bool
ims_kind_follows(ImsKind kind)
{
	return kind == IMS_KIND_COUNT_CORRECTION || kind == IMS_KIND_REVERSAL ||
		   kind == IMS_KIND_USAGE;
}

static bool
check_place(ImsCall *call, ImsLine *line, const ImsLocation *location, int64 location_id,
			bool stocked)
{
	if (location == NULL)
	{
		refuse_id(call, line, ERRCODE_IMS_UNKNOWN_LOCATION,
				  psprintf("location " INT64_FORMAT " is unknown", location_id),
				  "There is no such place.", "location_id", location_id,
				  "Create the location first.");
		return false;
	}
	if (!location->active && !ims_kind_follows(call->postings[line->posting].kind))
	{
		refuse(call, line, ERRCODE_IMS_INACTIVE,
			   psprintf("location \"%s\" is inactive", location->code),
			   "Nothing can be posted there.", "location", location->code,
			   "Activate the location, or use another.");
		return false;
	}
	if (location->site_id != 0 && !location->keeps_stock)
	{
		refuse(call, line, ERRCODE_IMS_WRONG_PLACE,
			   psprintf("location \"%s\" keeps no stock", location->code),
			   "It only groups other places.", "location", location->code,
			   "Name a place below it.");
		return false;
	}
	return check_stocked(call, line, location, stocked);
}

/* Which kinds of places a kind of posting connects. */
typedef enum PlaceClass
{
	CLASS_PHYSICAL = 1 << 0, /* in the tree of a site */
	CLASS_TRANSIT = 1 << 1,
	CLASS_SUPPLIER = 1 << 2,
	CLASS_CUSTOMER = 1 << 3,
	CLASS_ADJUSTMENT = 1 << 4,
	CLASS_SCRAP = 1 << 5,
	CLASS_PRODUCTION = 1 << 6,
	CLASS_OWNERSHIP = 1 << 7,
	CLASS_SERVICE = 1 << 8,
	CLASS_ANY = (1 << 9) - 1
} PlaceClass;

#define CLASS_STOCK (CLASS_PHYSICAL | CLASS_SERVICE)
/* what is in transit belongs to a dispatch, what changes its owner to two postings */
#define CLASS_FREE (CLASS_ANY & ~(CLASS_TRANSIT | CLASS_OWNERSHIP))

typedef struct KindRule
{
	int from;
	int to;
	int from2; /* a second pair, 0 for none */
	int to2;
} KindRule;

static const KindRule kind_rules[IMS_KIND_COUNT_OF] = {
	[IMS_KIND_RECEIVE] = {CLASS_SUPPLIER, CLASS_STOCK, 0, 0},
	[IMS_KIND_SHIP] = {CLASS_STOCK, CLASS_CUSTOMER, 0, 0},
	[IMS_KIND_TRANSFER] = {CLASS_PHYSICAL, CLASS_PHYSICAL, 0, 0},
	[IMS_KIND_DISPATCH] = {CLASS_PHYSICAL, CLASS_TRANSIT, 0, 0},
	[IMS_KIND_RECEIVE_TRANSFER] = {CLASS_TRANSIT | CLASS_ADJUSTMENT,
								   CLASS_PHYSICAL | CLASS_ADJUSTMENT, 0, 0},
	[IMS_KIND_ADJUST] = {CLASS_ADJUSTMENT, CLASS_STOCK, CLASS_STOCK, CLASS_ADJUSTMENT},
	[IMS_KIND_COUNT] = {CLASS_ADJUSTMENT, CLASS_PHYSICAL, CLASS_PHYSICAL, CLASS_ADJUSTMENT},
	[IMS_KIND_COUNT_CORRECTION] = {CLASS_ADJUSTMENT, CLASS_PHYSICAL | CLASS_TRANSIT,
								   CLASS_PHYSICAL | CLASS_TRANSIT, CLASS_ADJUSTMENT},
	[IMS_KIND_SCRAP] = {CLASS_STOCK, CLASS_SCRAP, 0, 0},
	[IMS_KIND_CONSUME] = {CLASS_STOCK, CLASS_PRODUCTION, 0, 0},
	[IMS_KIND_PRODUCE] = {CLASS_PRODUCTION, CLASS_STOCK, CLASS_STOCK, CLASS_PRODUCTION},
	[IMS_KIND_RETURN_FROM_CUSTOMER] = {CLASS_CUSTOMER, CLASS_STOCK, 0, 0},
	[IMS_KIND_RETURN_TO_SUPPLIER] = {CLASS_STOCK, CLASS_SUPPLIER, 0, 0},
	[IMS_KIND_REVERSAL] = {CLASS_ANY, CLASS_ANY, 0, 0},
	[IMS_KIND_OWNERSHIP] = {CLASS_PHYSICAL, CLASS_OWNERSHIP, CLASS_OWNERSHIP,
							CLASS_PHYSICAL},
	[IMS_KIND_USAGE] = {CLASS_PHYSICAL, CLASS_PRODUCTION | CLASS_CUSTOMER,
						CLASS_PRODUCTION | CLASS_CUSTOMER, CLASS_PHYSICAL},
	[IMS_KIND_MOVE] = {CLASS_FREE, CLASS_FREE, 0, 0},
	[IMS_KIND_PACK] = {CLASS_PHYSICAL, CLASS_PHYSICAL, 0, 0},
	[IMS_KIND_UNPACK] = {CLASS_PHYSICAL, CLASS_PHYSICAL, 0, 0},
	[IMS_KIND_RELOT] = {CLASS_PHYSICAL, CLASS_PRODUCTION, CLASS_PRODUCTION, CLASS_PHYSICAL},
	[IMS_KIND_DISASSEMBLE] = {CLASS_PRODUCTION, CLASS_PHYSICAL, CLASS_PHYSICAL,
							  CLASS_PRODUCTION},
};

static int
place_class(const ImsLocation *location)
{
	if (location->site_id != 0)
		return CLASS_PHYSICAL;
	return 1 << (location->kind - IMS_PLACE_TRANSIT + 1);
}

static bool
check_route(ImsCall *call, ImsLine *line, const ImsLocation *from, const ImsLocation *to)
{
	ImsKind kind = call->postings[line->posting].kind;
	const KindRule *rule = &kind_rules[kind];
	int from_class = place_class(from);
	int to_class = place_class(to);

	if (from->location_id == to->location_id &&
		line->from_handling_unit_id == line->to_handling_unit_id)
	{
		refuse(call, line, ERRCODE_IMS_SAME_PLACE,
			   psprintf("a movement from \"%s\" to itself", from->code),
			   "From and to must differ.", "location", from->code,
			   "Name two places, or two handling units at one place.");
		return false;
	}
	if (!((from_class & rule->from && to_class & rule->to) ||
		  (from_class & rule->from2 && to_class & rule->to2)))
	{
		refuse(call, line, ERRCODE_IMS_WRONG_PLACE,
			   psprintf("\"%s\" does not go from \"%s\" to \"%s\"", ims_kind_names[kind],
						from->code, to->code),
			   psprintf("These are places of kind %s and %s.",
						from->site_id ? "physical" : from->code,
						to->site_id ? "physical" : to->code),
			   "location", from_class & (rule->from | rule->from2) ? to->code : from->code,
			   "Use the verb for that route, or kind \"move\".");
		return false;
	}
	if (kind == IMS_KIND_TRANSFER && from->site_id != to->site_id)
	{
		refuse(call, line, ERRCODE_IMS_WRONG_PLACE,
			   psprintf("\"%s\" and \"%s\" are on different sites", from->code, to->code),
			   "A transfer stays within a site.", "location", to->code,
			   "Use ims.dispatch() and ims.receive_transfer().");
		return false;
	}
	return true;
}

static bool
check_lot_of_line(ImsCall *call, ImsLine *line, const ImsItem *item)
{
	ImsLot *lot = ims_lot_by_id(call->masters, item->owner_id, line->lot_id);

	if (lot == NULL || lot->item_id != line->item_id)
	{
		refuse_id(call, line, ERRCODE_IMS_UNKNOWN_LOT,
				  psprintf("lot " INT64_FORMAT " of item \"%s\" is unknown", line->lot_id,
						   item->code),
				  "The item has no such lot.", "lot_id", line->lot_id,
				  "Create the lot first.");
		return false;
	}
	return true;
}

static bool
check_tracking(ImsCall *call, ImsLine *line, const ImsItem *item)
{
	bool lot = line->lot_id != 0;
	bool serial = line->serial_id != 0;
	const char *problem = NULL;

	if (item->tracking == 'n' && lot)
		problem = "names a lot, but the item is not tracked";
	else if (item->tracking == 'l' && !lot)
		problem = "names no lot, but the item is tracked by lot";
	else if (item->tracking != 's' && serial)
		problem = "names a serial, but the item is not tracked by serial";
	else if (item->tracking == 's' && !serial)
		problem = "names no serial, but the item is tracked by serial";
	else if (serial && line->quantity != IMS_QUANTITY_ONE)
		problem = "moves other than one unit of a serial";
	if (problem != NULL)
	{
		refuse(call, line, ERRCODE_IMS_TRACKING,
			   psprintf("line %d of item \"%s\" %s", line->line, item->code, problem),
			   psprintf("The item is tracked by %s.", item->tracking == 'n'	  ? "nothing"
													  : item->tracking == 'l' ? "lot"
																			  : "serial"),
			   "tracking",
			   item->tracking == 'n'   ? "none"
			   : item->tracking == 'l' ? "lot"
									   : "serial",
			   "Name what the item's tracking asks for, one line per serial.");
		return false;
	}
	return !lot || check_lot_of_line(call, line, item);
}

static bool
check_handling_unit(ImsCall *call, ImsLine *line, int64 owner_id, int64 handling_unit_id,
					const ImsLocation *location)
{
	ImsKind kind = call->postings[line->posting].kind;
	char *code;
	bool is_open;

	if (handling_unit_id == 0)
		return true;
	/* where there is no stock, nothing lies on a pallet */
	if (!location->keeps_stock)
	{
		refuse(call, line, ERRCODE_IMS_WRONG_PLACE,
			   psprintf("location \"%s\" has no handling units", location->code),
			   "Only places that keep stock have.", "location", location->code,
			   "Name the handling unit at the place that keeps stock.");
		return false;
	}
	if (!ims_handling_unit_exists(call->masters, owner_id, handling_unit_id, &code,
								  &is_open))
	{
		refuse_id(call, line, ERRCODE_IMS_UNKNOWN_HANDLING_UNIT,
				  psprintf("handling unit " INT64_FORMAT " is unknown", handling_unit_id),
				  "There is no such handling unit.", "handling_unit_id", handling_unit_id,
				  "Create the handling unit first.");
		return false;
	}
	/* a closed one moves with its content, but nothing goes in or out */
	if (!is_open && line->from_handling_unit_id != line->to_handling_unit_id &&
		!ims_kind_follows(kind) && !call->postings[line->posting].whole_units)
	{
		refuse(call, line, ERRCODE_IMS_INACTIVE,
			   psprintf("handling unit \"%s\" is closed", code), "Nothing goes in or out.",
			   "handling_unit", code, "Open the handling unit first.");
		return false;
	}
	return true;
}

static bool
check_item(ImsCall *call, ImsLine *line, const ImsItem *item)
{
	ImsKind kind = call->postings[line->posting].kind;

	if (item == NULL)
	{
		refuse_id(call, line, ERRCODE_IMS_UNKNOWN_ITEM,
				  psprintf("item " INT64_FORMAT " is unknown", line->item_id),
				  "The owner has no such item.", "item_id", line->item_id,
				  "Create the item first.");
		return false;
	}
	if (!item->active && !ims_kind_follows(kind))
	{
		refuse(call, line, ERRCODE_IMS_INACTIVE,
			   psprintf("item \"%s\" is inactive", item->code),
			   "Nothing can be posted for it.", NULL, NULL, "Activate the item first.");
		return false;
	}
	return true;
}

/*
 * Quantities of these kinds follow from what the books say, which may be older
 * than the rule that a unit is whole: what is left must be countable to zero,
 * and what was posted reversible.
 */
static bool
is_derived(ImsKind kind)
{
	return kind == IMS_KIND_COUNT || ims_kind_follows(kind);
}

/* The unit is looked at only where the quantity is a fraction: bulk has none. */
static bool
check_quantity(ImsCall *call, ImsLine *line, ImsItem *item)
{
	const char *quantity;

	if (line->quantity <= 0 || line->quantity >= IMS_QUANTITY_LIMIT)
	{
		refuse(call, line, ERRCODE_IMS_INVALID_QUANTITY,
			   psprintf("quantity %s is not above zero", ims_quantity_out(line->quantity)),
			   "A line moves a quantity above zero.", "quantity",
			   ims_quantity_out(line->quantity),
			   "Swap from and to instead of a negative quantity.");
		return false;
	}
	if (likely(line->quantity % IMS_QUANTITY_ONE == 0) ||
		is_derived(call->postings[line->posting].kind) ||
		!ims_item_is_whole(call->masters, item))
		return true;
	quantity = ims_quantity_out(line->quantity);
	ims_engine_refuse(call, line, ERRCODE_IMS_INVALID_QUANTITY,
					  psprintf("quantity %s of item \"%s\" must be whole in unit \"%s\"",
							   quantity, item->code, item->base_unit),
					  ims_error_detail(psprintf("The quantity of line %d is %s.",
												line->line, quantity),
									   ims_detail_integer("line", line->line),
									   ims_detail_text("item", item->code),
									   ims_detail_quantity("quantity", line->quantity),
									   ims_detail_text("unit", item->base_unit)),
					  NULL);
	return false;
}

/* What a periodic item was used for is known only by its counts. */
static bool
check_issue(ImsCall *call, ImsLine *line, const ImsItem *item, const ImsLocation *to)
{
	ImsKind kind = call->postings[line->posting].kind;

	if (!item->periodic || !(place_class(to) & (CLASS_CUSTOMER | CLASS_PRODUCTION)) ||
		kind == IMS_KIND_USAGE || kind == IMS_KIND_REVERSAL)
		return true;
	refuse(call, line, ERRCODE_IMS_PERIODIC_ITEM,
		   psprintf("item \"%s\" is counted, not issued", item->code),
		   "Its usage follows from the counts when a period is closed.", NULL, NULL,
		   "Count it, or make the item perpetual.");
	return false;
}

/* What leaves the house or comes into it is measured; within, it may be. */
static bool
needs_measure(ImsKind kind, int from_class, int to_class)
{
	switch (kind)
	{
	case IMS_KIND_RECEIVE:
	case IMS_KIND_SHIP:
	case IMS_KIND_RETURN_FROM_CUSTOMER:
	case IMS_KIND_RETURN_TO_SUPPLIER:
	case IMS_KIND_CONSUME:
	case IMS_KIND_PRODUCE:
	case IMS_KIND_DISASSEMBLE:
		return true;
	case IMS_KIND_MOVE:
		return ((from_class | to_class) &
				(CLASS_SUPPLIER | CLASS_CUSTOMER | CLASS_PRODUCTION)) != 0;
	default:
		return false;
	}
}

static bool
refuse_measure(ImsCall *call, ImsLine *line, const ImsItem *item, int sqlstate,
			   char *message, const char *sentence, const char *hint)
{
	ims_engine_refuse(call, line, sqlstate, message,
					  ims_error_detail(sentence, ims_detail_integer("line", line->line),
									   ims_detail_text("item", item->code),
									   ims_detail_text("argument", "measured_quantity")),
					  hint);
	return false;
}

static ImsQuantity
clamp_quantity(int128 value)
{
	return (ImsQuantity) Min(value, (int128) (IMS_QUANTITY_LIMIT - 1));
}

/*
 * Within the tolerance of nominal * quantity, exactly: all are millionths, and
 * measured_per_base is at most a million, so that the products fit 128 bits.
 */
static bool
check_tolerance(ImsCall *call, ImsLine *line, const ImsItem *item, ImsQuantity measured)
{
	int128 nominal = (int128) item->measured_per_base * line->quantity;
	int128 off = (int128) measured * IMS_QUANTITY_ONE - nominal;
	const int128 square = (int128) IMS_QUANTITY_ONE * IMS_QUANTITY_ONE;
	int128 least;
	int128 most;

	if (item->measured_tolerance < 0 ||
		(off < 0 ? -off : off) * IMS_QUANTITY_ONE <= nominal * item->measured_tolerance)
		return true;
	/* the least amount that is taken, rounded up, and the most, rounded down */
	least = (nominal * (IMS_QUANTITY_ONE - item->measured_tolerance) + square - 1) / square;
	most = nominal * (IMS_QUANTITY_ONE + item->measured_tolerance) / IMS_QUANTITY_ONE /
		   IMS_QUANTITY_ONE;
	ims_engine_refuse(call, line, ERRCODE_IMS_OUT_OF_TOLERANCE,
					  psprintf("%s %s of item \"%s\" are out of tolerance",
							   ims_quantity_out(measured), item->measured_unit, item->code),
					  ims_error_detail(psprintf("For a quantity of %s it is between %s and %s.",
												ims_quantity_out(line->quantity),
												ims_quantity_out(clamp_quantity(least)),
												ims_quantity_out(clamp_quantity(most))),
									   ims_detail_integer("line", line->line),
									   ims_detail_text("item", item->code),
									   ims_detail_quantity("measured_quantity", measured),
									   ims_detail_quantity("nominal",
														   clamp_quantity(
															   nominal / IMS_QUANTITY_ONE)),
									   ims_detail_quantity("least", clamp_quantity(least)),
									   ims_detail_quantity("most", clamp_quantity(most)),
									   ims_detail_text("unit", item->measured_unit)),
					  "Measure again, or change the tolerance of the item.");
	return false;
}

/*
 * The second quantity of a line.  What follows from the books, or turns a
 * posting around, has what that one had, whatever the item says by now.
 */
static bool
check_measured(ImsCall *call, ImsLine *line, const ImsItem *item, const ImsLocation *from,
			   const ImsLocation *to)
{
	Numeric given = line->extra == NULL ? NULL : line->extra->measured_quantity;
	ImsKind kind = call->postings[line->posting].kind;
	ImsQuantityStatus status;
	ImsQuantity measured = 0;

	/* an arrival has the measure of its dispatch, whatever is tolerated by now */
	if (likely(given == NULL && item->measured_unit == NULL) || is_derived(kind) ||
		kind == IMS_KIND_RECEIVE_TRANSFER)
		return true;
	if (given == NULL)
		return !needs_measure(kind, place_class(from), place_class(to)) ||
			   refuse_measure(call, line, item, ERRCODE_IMS_MISSING_ARGUMENT,
							  psprintf("measured quantity of item \"%s\" is missing",
									   item->code),
							  psprintf("It is measured in %s.", item->measured_unit),
							  "Give measured_quantity for the whole line.");
	if (item->measured_unit == NULL)
		return refuse_measure(call, line, item, ERRCODE_IMS_INVALID_LINE,
							  psprintf("item \"%s\" is not measured", item->code),
							  "It has no measured unit.",
							  "Leave measured_quantity out, or give the item a measured_unit.");
	status = ims_quantity_parse(given, &measured);
	if (status != IMS_QUANTITY_OK || measured <= 0)
		return refuse_measure(call, line, item, ERRCODE_IMS_INVALID_QUANTITY,
							  psprintf("measured quantity %s of item \"%s\" is invalid",
									   ims_number_text(given), item->code),
							  status == IMS_QUANTITY_OK ? "It is not above zero."
														: ims_quantity_problem(status),
							  "A measured quantity is above zero, below 10^12, with at most six decimals.");
	/* whole units go with what the books say of them, too */
	return call->postings[line->posting].whole_units ||
		   check_tolerance(call, line, item, measured);
}

/* Checks one line; refuses at the first rule that it breaks. */
void
ims_check_line(ImsCall *call, ImsLine *line)
{
	int64 owner_id = call->postings[line->posting].owner_id;
	ImsItem *item = ims_item_by_id(call->masters, owner_id, line->item_id);
	ImsLocation *from;
	ImsLocation *to;

	if (!check_item(call, line, item) || !check_quantity(call, line, item))
		return;
	from = ims_location_by_id(call->masters, line->from_location_id);
	to = ims_location_by_id(call->masters, line->to_location_id);
	if (check_place(call, line, from, line->from_location_id, item->stocked) &&
		check_place(call, line, to, line->to_location_id, item->stocked) &&
		check_route(call, line, from, to) && check_issue(call, line, item, to) &&
		check_tracking(call, line, item) && check_measured(call, line, item, from, to) &&
		check_handling_unit(call, line, owner_id, line->from_handling_unit_id, from))
		check_handling_unit(call, line, owner_id, line->to_handling_unit_id, to);
}

/*
 * Under the locks: what is not released may move, but not leave to a customer or
 * production.  A relot comes back out of production in the same posting, and its
 * caller sees to it that it is held there too (sql/code/45_relot.sql).
 */
void
ims_check_lots(ImsCall *call)
{
	int64 i;

	for (i = 0; i < call->nline; i++)
	{
		ImsLine *line = &call->lines[i];
		ImsPosting *posting = &call->postings[line->posting];
		ImsLot *lot;
		int to_class;

		if (line->lot_id == 0 || line->rejected || ims_kind_follows(posting->kind) ||
			posting->kind == IMS_KIND_RELOT)
			continue;
		to_class = place_class(ims_location_by_id(call->masters, line->to_location_id));
		if (!(to_class & (CLASS_CUSTOMER | CLASS_PRODUCTION)))
			continue;
		lot = ims_lot_by_id(call->masters, posting->owner_id, line->lot_id);
		if (lot != NULL && strcmp(lot->status, "released") == 0)
			continue;
		refuse(call, line, ERRCODE_IMS_LOT_HELD,
			   psprintf("lot \"%s\" is %s", lot ? lot->code : "?",
						lot ? lot->status : "gone"),
			   "Only a released lot can be shipped or consumed.", "lot",
			   lot ? lot->code : NULL, "Release the lot, or take another.");
	}
}
