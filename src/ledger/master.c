/*-------------------------------------------------------------------------
 *
 * master.c
 *	  Masters as the engine sees them: by id or by code, remembered per call.
 *
 * Whoever changes what is read here (but for the status of a lot) first takes
 * SHARE ROW EXCLUSIVE on ims.movement.  So a posting, which holds ROW EXCLUSIVE
 * from its start, may remember a row for the whole call: read once with the
 * latest snapshot it stays true until the end of the transaction.
 *
 * The status of a lot is true only once its balances are locked: what is
 * remembered of lots is forgotten then, and read with a newer snapshot.
 *
 * Memory: everything lives in the context of ims_masters_create(), lots in one
 * below it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "ledger/master.h"
#include "ledger/probe.h"
#include "type/quantity.h"

/* columns, in the order of sql/ledger */
#define OWNER_CODE 2
#define OWNER_STATUS 5
#define OWNER_TIME_ZONE 6
#define OWNER_CLOSED_THROUGH 9
#define ITEM_ITEM_ID 2
#define ITEM_CODE 3
#define ITEM_STATUS 7
#define ITEM_TRACKING 8
#define ITEM_STOCKED 9
#define ITEM_PERIODIC 10
#define ITEM_NEGATIVE_OK 11
#define ITEM_BASE_UNIT 13
#define ITEM_MEASURED_UNIT 25
#define ITEM_MEASURED_PER_BASE 26
#define ITEM_MEASURED_TOLERANCE 27
#define LOCATION_LOCATION_ID 1
#define LOCATION_CODE 2
#define LOCATION_KIND 4
#define LOCATION_SITE_ID 6
#define LOCATION_STATUS 7
#define LOCATION_KEEPS_STOCK 8
#define LOCATION_SELLABLE 9
#define LOCATION_NEGATIVE_OK 10
#define LOT_LOT_ID 2
#define LOT_ITEM_ID 3
#define LOT_CODE 4
#define LOT_STATUS 5
#define SERIAL_LOT_ID 5
#define ITEM_UNIT_NUMERATOR 4
#define ITEM_UNIT_DENOMINATOR 5
#define UNIT_WHOLE 4
/* the id of these tables is their second column */
#define MASTER_ID 2
#define HANDLING_UNIT_CODE 3
#define HANDLING_UNIT_STATUS 5
#define PARTY_CODE 3
#define PARTY_STATUS 6
#define CHANNEL_CODE 3
#define CHANNEL_STATUS 5

static const char *const place_names[] = {"site",		"zone",		"aisle",
										  "bay",		"bin",		"dock",
										  "quarantine", "damaged",	"returns",
										  "transit",	"supplier", "customer",
										  "adjustment", "scrap",	"production",
										  "ownership",	"service"};

typedef struct ItemEntry
{
	int64 owner_id;
	int64 item_id;
	ImsItem *item;
	char status;
} ItemEntry;

#define SH_PREFIX itemhash
#define SH_ELEMENT_TYPE ItemEntry
#define SH_KEY_TYPE int64
#define SH_KEY item_id
#define SH_HASH_KEY(tb, key) ims_hash_id(key)
#define SH_EQUAL(tb, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

typedef struct LocationEntry
{
	int64 location_id;
	ImsLocation *location;
	char status;
} LocationEntry;

#define SH_PREFIX locationhash
#define SH_ELEMENT_TYPE LocationEntry
#define SH_KEY_TYPE int64
#define SH_KEY location_id
#define SH_HASH_KEY(tb, key) ims_hash_id(key)
#define SH_EQUAL(tb, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* A lot that is not there is remembered too. */
typedef struct LotEntry
{
	int64 lot_id;
	int64 owner_id;
	ImsLot *lot;
	char status;
} LotEntry;

#define SH_PREFIX lothash
#define SH_ELEMENT_TYPE LotEntry
#define SH_KEY_TYPE int64
#define SH_KEY lot_id
#define SH_HASH_KEY(tb, key) ims_hash_id(key)
#define SH_EQUAL(tb, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

struct ImsMasters
{
	const ImsLedger *ledger;
	MemoryContext context;
	itemhash_hash *items;
	locationhash_hash *locations;
	ImsOwner **owners;
	int nowner;
	ItemEntry last_item;
	ImsProbe item_probe;
	bool item_probe_open;
	ImsProbe location_probe;
	bool location_probe_open;
	MemoryContext lot_context; /* NULL until a lot is read; see ims_masters_forget_lots() */
	lothash_hash *lots;
	ImsProbe lot_probe;
};

ImsMasters *
ims_masters_create(const ImsLedger *ledger)
{
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "ims masters", ALLOCSET_DEFAULT_SIZES);
	ImsMasters *masters = MemoryContextAllocZero(context, sizeof(ImsMasters));

	masters->ledger = ledger;
	masters->context = context;
	masters->items = itemhash_create(context, 32, NULL);
	masters->locations = locationhash_create(context, 32, NULL);
	return masters;
}

void
ims_masters_free(ImsMasters *masters)
{
	if (masters->item_probe_open)
		ims_probe_close(&masters->item_probe);
	if (masters->location_probe_open)
		ims_probe_close(&masters->location_probe);
	ims_masters_forget_lots(masters);
	MemoryContextDelete(masters->context);
}

static char *
probe_text(ImsProbe *probe, int attnum)
{
	return TextDatumGetCString(ims_probe_value(probe, attnum, NULL));
}

static bool
probe_text_is(ImsProbe *probe, int attnum, const char *value)
{
	text *found = DatumGetTextPP(ims_probe_value(probe, attnum, NULL));
	size_t len = strlen(value);

	return VARSIZE_ANY_EXHDR(found) == len && memcmp(VARDATA_ANY(found), value, len) == 0;
}

static bool
probe_bool(ImsProbe *probe, int attnum)
{
	return DatumGetBool(ims_probe_value(probe, attnum, NULL));
}

static int64
probe_int64(ImsProbe *probe, int attnum)
{
	return DatumGetInt64(ims_probe_value(probe, attnum, NULL));
}

ImsOwner *
ims_owner_by_id(ImsMasters *masters, int64 owner_id)
{
	ImsOwner *owner = NULL;
	ImsProbe probe;
	MemoryContext old;
	int i;

	for (i = 0; i < masters->nowner; i++)
		if (masters->owners[i]->owner_id == owner_id)
			return masters->owners[i];

	old = MemoryContextSwitchTo(masters->context);
	ims_probe_open(&probe, masters->ledger->owner, masters->ledger->owner_pkey);
	if (ims_probe_one(&probe, 1, &owner_id))
	{
		bool isnull;
		Datum closed = ims_probe_value(&probe, OWNER_CLOSED_THROUGH, &isnull);
		char name[NAMEDATALEN];

		owner = palloc0(sizeof(ImsOwner));
		owner->owner_id = owner_id;
		owner->code = probe_text(&probe, OWNER_CODE);
		owner->active = probe_text_is(&probe, OWNER_STATUS, "active");
		owner->time_zone = probe_text(&probe, OWNER_TIME_ZONE);
		owner->closed_through = isnull ? DT_NOBEGIN : DatumGetTimestampTz(closed);
		snprintf(name, sizeof(name), "document_number_" INT64_FORMAT "_seq", owner_id);
		owner->document_sequence = get_relname_relid(name, masters->ledger->namespace_id);
		Ensure(OidIsValid(owner->document_sequence),
			   "an owner has no document number sequence");

		if (masters->nowner == 0)
			masters->owners = palloc(sizeof(ImsOwner *));
		else
			masters->owners =
				repalloc(masters->owners, sizeof(ImsOwner *) * (masters->nowner + 1));
		masters->owners[masters->nowner++] = owner;
	}
	ims_probe_close(&probe);
	MemoryContextSwitchTo(old);
	return owner;
}

/* The second quantity of an item: few have one. */
static void
read_measured(ImsItem *item, ImsProbe *probe)
{
	bool isnull;
	Datum value = ims_probe_value(probe, ITEM_MEASURED_UNIT, &isnull);

	item->measured_tolerance = -1;
	if (isnull)
		return;
	item->measured_unit = TextDatumGetCString(value);
	value = ims_probe_value(probe, ITEM_MEASURED_PER_BASE, NULL);
	item->measured_per_base = ims_quantity_from_numeric(DatumGetNumeric(value));
	value = ims_probe_value(probe, ITEM_MEASURED_TOLERANCE, &isnull);
	if (!isnull)
		item->measured_tolerance = ims_quantity_from_numeric(DatumGetNumeric(value));
}

static ImsItem *
read_item(ImsMasters *masters, ImsProbe *probe, int64 owner_id)
{
	MemoryContext old = MemoryContextSwitchTo(masters->context);
	ImsItem *item = palloc0(sizeof(ImsItem));
	text *tracking;

	item->owner_id = owner_id;
	item->item_id = probe_int64(probe, ITEM_ITEM_ID);
	item->code = probe_text(probe, ITEM_CODE);
	item->base_unit = probe_text(probe, ITEM_BASE_UNIT);
	tracking = DatumGetTextPP(ims_probe_value(probe, ITEM_TRACKING, NULL));
	item->tracking = *VARDATA_ANY(tracking);
	item->active = probe_text_is(probe, ITEM_STATUS, "active");
	item->stocked = probe_bool(probe, ITEM_STOCKED);
	item->periodic = probe_bool(probe, ITEM_PERIODIC);
	item->negative_ok = probe_bool(probe, ITEM_NEGATIVE_OK);
	read_measured(item, probe);
	MemoryContextSwitchTo(old);
	return item;
}

/* item_id is unique over all owners (one identity); the owner is compared besides. */
ImsItem *
ims_item_by_id(ImsMasters *masters, int64 owner_id, int64 item_id)
{
	ItemEntry *entry;
	bool found;

	if (masters->last_item.item != NULL && masters->last_item.item_id == item_id &&
		masters->last_item.owner_id == owner_id)
		return masters->last_item.item;

	entry = itemhash_insert(masters->items, item_id, &found);
	if (!found || entry->owner_id != owner_id)
	{
		MemoryContext old = MemoryContextSwitchTo(masters->context);
		const int64 key[2] = {owner_id, item_id};

		entry->owner_id = owner_id;
		entry->item = NULL;
		if (!masters->item_probe_open)
			ims_probe_open(&masters->item_probe, masters->ledger->item,
						   masters->ledger->item_pkey);
		masters->item_probe_open = true;
		if (ims_probe_one(&masters->item_probe, 2, key))
			entry->item = read_item(masters, &masters->item_probe, owner_id);
		MemoryContextSwitchTo(old);
	}
	masters->last_item = *entry;
	return entry->item;
}

/* Item by code; remembered, so that the engine finds it by id for nothing. */
ImsItem *
ims_item_by_code(ImsMasters *masters, int64 owner_id, const char *code)
{
	ImsProbe probe;
	Datum keys[2];
	ImsItem *item = NULL;

	keys[0] = Int64GetDatum(owner_id);
	keys[1] = CStringGetTextDatum(code);
	ims_probe_open(&probe, masters->ledger->item, masters->ledger->item_code_key);
	ims_probe_start(&probe, 2, keys);
	if (ims_probe_next(&probe))
	{
		bool found;
		ItemEntry *entry;

		item = read_item(masters, &probe, owner_id);
		entry = itemhash_insert(masters->items, item->item_id, &found);
		entry->owner_id = owner_id;
		entry->item = item;
	}
	ims_probe_close(&probe);
	return item;
}

static ImsLocationKind
location_kind(ImsProbe *probe)
{
	int i;

	for (i = 0; i < lengthof(place_names); i++)
		if (probe_text_is(probe, LOCATION_KIND, place_names[i]))
			return (ImsLocationKind) i;
	Ensure(false, "a location is of an unknown kind");
	return IMS_PLACE_SITE;
}

static ImsLocation *
read_location(ImsMasters *masters, ImsProbe *probe)
{
	MemoryContext old = MemoryContextSwitchTo(masters->context);
	ImsLocation *location = palloc0(sizeof(ImsLocation));

	location->location_id = probe_int64(probe, LOCATION_LOCATION_ID);
	location->code = probe_text(probe, LOCATION_CODE);
	location->kind = location_kind(probe);
	location->site_id = probe_int64(probe, LOCATION_SITE_ID);
	location->active = probe_text_is(probe, LOCATION_STATUS, "active");
	location->keeps_stock = probe_bool(probe, LOCATION_KEEPS_STOCK);
	location->sellable = location->active && probe_bool(probe, LOCATION_SELLABLE);
	location->negative_ok = probe_bool(probe, LOCATION_NEGATIVE_OK);
	MemoryContextSwitchTo(old);
	return location;
}

ImsLocation *
ims_location_by_id(ImsMasters *masters, int64 location_id)
{
	bool found;
	LocationEntry *entry = locationhash_insert(masters->locations, location_id, &found);

	if (!found)
	{
		MemoryContext old = MemoryContextSwitchTo(masters->context);

		entry->location = NULL;
		if (!masters->location_probe_open)
			ims_probe_open(&masters->location_probe, masters->ledger->location,
						   masters->ledger->location_pkey);
		masters->location_probe_open = true;
		if (ims_probe_one(&masters->location_probe, 1, &location_id))
			entry->location = read_location(masters, &masters->location_probe);
		MemoryContextSwitchTo(old);
	}
	return entry->location;
}

ImsLocation *
ims_location_by_code(ImsMasters *masters, const char *code)
{
	ImsProbe probe;
	Datum key = CStringGetTextDatum(code);
	ImsLocation *location = NULL;

	ims_probe_open(&probe, masters->ledger->location, masters->ledger->location_code_key);
	ims_probe_start(&probe, 1, &key);
	if (ims_probe_next(&probe))
	{
		bool found;

		location = read_location(masters, &probe);
		locationhash_insert(masters->locations, location->location_id, &found)->location =
			location;
	}
	ims_probe_close(&probe);
	return location;
}

static ImsLot *
read_lot(ImsProbe *probe, int64 lot_id)
{
	ImsLot *lot = palloc(sizeof(ImsLot));

	lot->lot_id = lot_id;
	lot->item_id = probe_int64(probe, LOT_ITEM_ID);
	lot->code = probe_text(probe, LOT_CODE);
	lot->status = probe_text(probe, LOT_STATUS);
	return lot;
}

ImsLot *
ims_lot_by_id(ImsMasters *masters, int64 owner_id, int64 lot_id)
{
	LotEntry *entry;
	bool found;

	if (masters->lot_context == NULL)
	{
		masters->lot_context =
			AllocSetContextCreate(masters->context, "ims lots", ALLOCSET_DEFAULT_SIZES);
		masters->lots = lothash_create(masters->lot_context, 32, NULL);
		ims_probe_open(&masters->lot_probe, masters->ledger->lot,
					   masters->ledger->lot_pkey);
	}
	entry = lothash_insert(masters->lots, lot_id, &found);
	if (!found || entry->owner_id != owner_id)
	{
		MemoryContext old = MemoryContextSwitchTo(masters->lot_context);
		const int64 key[2] = {owner_id, lot_id};

		entry->owner_id = owner_id;
		entry->lot = NULL;
		if (ims_probe_one(&masters->lot_probe, 2, key))
			entry->lot = read_lot(&masters->lot_probe, lot_id);
		MemoryContextSwitchTo(old);
	}
	return entry->lot;
}

void
ims_masters_forget_lots(ImsMasters *masters)
{
	if (masters->lot_context == NULL)
		return;
	ims_probe_close(&masters->lot_probe);
	MemoryContextDelete(masters->lot_context);
	masters->lot_context = NULL;
}

/* Id (second column) of the row that an index finds, or 0. */
static int64
find_id(Oid table, Oid index, int nkeys, const Datum *keys)
{
	ImsProbe probe;
	int64 id = 0;

	ims_probe_open(&probe, table, index);
	ims_probe_start(&probe, nkeys, keys);
	if (ims_probe_next(&probe))
		id = probe_int64(&probe, MASTER_ID);
	ims_probe_close(&probe);
	return id;
}

static int64
find_id_by_code(Oid table, Oid index, int64 owner_id, const char *code)
{
	Datum keys[2];

	keys[0] = Int64GetDatum(owner_id);
	keys[1] = CStringGetTextDatum(code);
	return find_id(table, index, 2, keys);
}

static int64
find_id_by_item_code(Oid table, Oid index, int64 owner_id, int64 item_id, const char *code)
{
	Datum keys[3];

	keys[0] = Int64GetDatum(owner_id);
	keys[1] = Int64GetDatum(item_id);
	keys[2] = CStringGetTextDatum(code);
	return find_id(table, index, 3, keys);
}

/* Whether there is a row of that id; its code, and whether its status is the one named. */
static bool
find_status(Oid table, Oid index, int64 owner_id, int64 id, int code_attnum,
			int status_attnum, const char *status, char **code, bool *has_status)
{
	ImsProbe probe;
	Datum keys[2];
	bool found;

	keys[0] = Int64GetDatum(owner_id);
	keys[1] = Int64GetDatum(id);
	ims_probe_open(&probe, table, index);
	ims_probe_start(&probe, 2, keys);
	found = ims_probe_next(&probe);
	if (found)
	{
		*code = probe_text(&probe, code_attnum);
		*has_status = probe_text_is(&probe, status_attnum, status);
	}
	ims_probe_close(&probe);
	return found;
}

int64
ims_lot_by_code(ImsMasters *masters, int64 owner_id, int64 item_id, const char *code)
{
	return find_id_by_item_code(masters->ledger->lot, masters->ledger->lot_code_key,
								owner_id, item_id, code);
}

/* Its lot as well, which may change until the row of the unit is locked. */
int64
ims_serial_by_code(ImsMasters *masters, int64 owner_id, int64 item_id, const char *code,
				   int64 *lot_id)
{
	ImsProbe probe;
	Datum keys[3];
	int64 serial_id = 0;

	*lot_id = 0;
	keys[0] = Int64GetDatum(owner_id);
	keys[1] = Int64GetDatum(item_id);
	keys[2] = CStringGetTextDatum(code);
	ims_probe_open(&probe, masters->ledger->serial, masters->ledger->serial_code_key);
	ims_probe_start(&probe, 3, keys);
	if (ims_probe_next(&probe))
	{
		serial_id = probe_int64(&probe, MASTER_ID);
		*lot_id = probe_int64(&probe, SERIAL_LOT_ID);
	}
	ims_probe_close(&probe);
	return serial_id;
}

int64
ims_handling_unit_by_code(ImsMasters *masters, int64 owner_id, const char *code)
{
	return find_id_by_code(masters->ledger->handling_unit,
						   masters->ledger->handling_unit_code_key, owner_id, code);
}

int64
ims_party_by_code(ImsMasters *masters, int64 owner_id, const char *code)
{
	return find_id_by_code(masters->ledger->party, masters->ledger->party_code_key,
						   owner_id, code);
}

int64
ims_channel_by_code(ImsMasters *masters, int64 owner_id, const char *code)
{
	return find_id_by_code(masters->ledger->channel, masters->ledger->channel_code_key,
						   owner_id, code);
}

bool
ims_handling_unit_exists(ImsMasters *masters, int64 owner_id, int64 handling_unit_id,
						 char **code, bool *is_open)
{
	return find_status(masters->ledger->handling_unit,
					   masters->ledger->handling_unit_pkey, owner_id, handling_unit_id,
					   HANDLING_UNIT_CODE, HANDLING_UNIT_STATUS, "open", code, is_open);
}

bool
ims_party_exists(ImsMasters *masters, int64 owner_id, int64 party_id, char **code,
				 bool *active)
{
	return find_status(masters->ledger->party, masters->ledger->party_pkey, owner_id,
					   party_id, PARTY_CODE, PARTY_STATUS, "active", code, active);
}

bool
ims_channel_exists(ImsMasters *masters, int64 owner_id, int64 channel_id, char **code,
				   bool *active)
{
	return find_status(masters->ledger->channel, masters->ledger->channel_pkey, owner_id,
					   channel_id, CHANNEL_CODE, CHANNEL_STATUS, "active", code, active);
}

static bool
id_exists(Oid table, Oid index, int64 owner_id, int64 id)
{
	Datum keys[2];

	keys[0] = Int64GetDatum(owner_id);
	keys[1] = Int64GetDatum(id);
	return find_id(table, index, 2, keys) != 0;
}

bool
ims_serial_exists(ImsMasters *masters, int64 owner_id, int64 serial_id)
{
	return id_exists(masters->ledger->serial, masters->ledger->serial_pkey, owner_id,
					 serial_id);
}

bool
ims_posting_exists(ImsMasters *masters, int64 owner_id, int64 posting_id)
{
	return id_exists(masters->ledger->posting, masters->ledger->posting_pkey, owner_id,
					 posting_id);
}

bool
ims_item_unit_factor(ImsMasters *masters, const ImsItem *item, const char *unit,
					 int64 *numerator, int64 *denominator)
{
	ImsProbe probe;
	Datum keys[3];
	bool found;

	if (strcmp(unit, item->base_unit) == 0)
	{
		*numerator = *denominator = 1;
		return true;
	}
	keys[0] = Int64GetDatum(item->owner_id);
	keys[1] = Int64GetDatum(item->item_id);
	keys[2] = CStringGetTextDatum(unit);
	ims_probe_open(&probe, masters->ledger->item_unit, masters->ledger->item_unit_pkey);
	ims_probe_start(&probe, 3, keys);
	found = ims_probe_next(&probe);
	if (found)
	{
		*numerator = probe_int64(&probe, ITEM_UNIT_NUMERATOR);
		*denominator = probe_int64(&probe, ITEM_UNIT_DENOMINATOR);
	}
	ims_probe_close(&probe);
	return found;
}

bool
ims_unit_is_whole(ImsMasters *masters, const char *unit)
{
	ImsProbe probe;
	Datum key = CStringGetTextDatum(unit);
	bool whole;

	ims_probe_open(&probe, masters->ledger->unit, masters->ledger->unit_pkey);
	ims_probe_start(&probe, 1, &key);
	whole = ims_probe_next(&probe) && probe_bool(&probe, UNIT_WHOLE);
	ims_probe_close(&probe);
	return whole;
}

bool
ims_item_is_whole(ImsMasters *masters, ImsItem *item)
{
	if (item->whole == 0)
		item->whole = ims_unit_is_whole(masters, item->base_unit) ? 'y' : 'n';
	return item->whole == 'y';
}

const char *
ims_item_label(ImsMasters *masters, int64 owner_id, int64 item_id)
{
	ImsItem *item = ims_item_by_id(masters, owner_id, item_id);

	return item ? item->code : psprintf(INT64_FORMAT, item_id);
}

const char *
ims_location_label(ImsMasters *masters, int64 location_id)
{
	ImsLocation *location = ims_location_by_id(masters, location_id);

	return location ? location->code : psprintf(INT64_FORMAT, location_id);
}
