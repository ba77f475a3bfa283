/*-------------------------------------------------------------------------
 *
 * names.c
 *	  What rows of a report call things: codes by id, read many at a time.
 *
 * A report of many rows names few things often.  Their ids are collected first
 * (ims_names_want), then all of a kind are read by one statement, and each is
 * kept for as long as the report is made.
 *
 * Memory: the names in the context that the caller gives.  Takes no locks.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "compat.h"
#include "ledger/names.h"
#include "ledger/plan.h"

#define NAMES_FIRST_SIZE 64

typedef struct NameEntry
{
	int64 id;
	ImsName *name; /* NULL until it is read */
	char status;
} NameEntry;

#define SH_PREFIX namehash
#define SH_ELEMENT_TYPE NameEntry
#define SH_KEY_TYPE int64
#define SH_KEY id
#define SH_HASH_KEY(tb, key) ims_hash_id(key)
#define SH_EQUAL(tb, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* columns of the plans */
#define NAME_ID 0
#define NAME_CODE 1
#define NAME_EXTRA 2
#define NAME_OTHER 3
#define NAME_COLUMNS 4

static const ImsPlan name_plans[IMS_NNAME] = {
	[IMS_NAME_ITEM] = IMS_PLAN_ITEM_NAMES,
	[IMS_NAME_LOT] = IMS_PLAN_LOT_NAMES,
	[IMS_NAME_SERIAL] = IMS_PLAN_SERIAL_NAMES,
	[IMS_NAME_LOCATION] = IMS_PLAN_LOCATION_NAMES,
	[IMS_NAME_HANDLING_UNIT] = IMS_PLAN_HANDLING_UNIT_NAMES,
	[IMS_NAME_PARTY] = IMS_PLAN_PARTY_NAMES,
};

void
ims_names_init(ImsNames *names, int64 owner_id, Snapshot snapshot, MemoryContext context)
{
	int kind;

	memset(names, 0, sizeof(ImsNames));
	names->owner_id = owner_id;
	names->snapshot = snapshot;
	names->context = context;
	for (kind = 0; kind < IMS_NNAME; kind++)
	{
		names->kinds[kind].hash = namehash_create(context, NAMES_FIRST_SIZE, NULL);
		names->kinds[kind].room = NAMES_FIRST_SIZE;
		names->kinds[kind].wanted =
			MemoryContextAlloc(context, sizeof(int64) * NAMES_FIRST_SIZE);
	}
}

void
ims_names_want(ImsNames *names, ImsNameKind kind, int64 id)
{
	NameEntry *entry;
	bool found;

	if (id == 0)
		return;
	entry = namehash_insert(names->kinds[kind].hash, id, &found);
	if (found)
		return;
	entry->name = NULL;
	if (names->kinds[kind].nwanted == names->kinds[kind].room)
	{
		names->kinds[kind].room *= 2;
		names->kinds[kind].wanted = repalloc_huge(names->kinds[kind].wanted,
												  sizeof(int64) * names->kinds[kind].room);
	}
	names->kinds[kind].wanted[names->kinds[kind].nwanted++] = id;
}

static void
keep_name(ImsNames *names, ImsNameKind kind, HeapTuple tuple, TupleDesc desc)
{
	MemoryContext old = MemoryContextSwitchTo(names->context);
	Datum values[NAME_COLUMNS];
	bool nulls[NAME_COLUMNS];
	ImsName *name = palloc(sizeof(ImsName));
	NameEntry *entry;

	Assert(desc->natts == NAME_COLUMNS);
	heap_deform_tuple(tuple, desc, values, nulls);
	name->code = DatumGetTextPCopy(values[NAME_CODE]);
	name->extra = nulls[NAME_EXTRA] ? NULL : DatumGetTextPCopy(values[NAME_EXTRA]);
	name->other = nulls[NAME_OTHER] ? 0 : DatumGetInt64(values[NAME_OTHER]);
	entry = namehash_lookup(names->kinds[kind].hash, DatumGetInt64(values[NAME_ID]));
	Assert(entry != NULL);
	entry->name = name;
	MemoryContextSwitchTo(old);
}

void
ims_names_read(ImsNames *names)
{
	MemoryContext old = CurrentMemoryContext; /* SPI leaves its own behind */
	int kind;
	uint64 row;

	for (kind = 0; kind < IMS_NNAME; kind++)
	{
		Datum values[2];

		if (names->kinds[kind].nwanted == 0)
			continue;
		values[0] = Int64GetDatum(names->owner_id);
		values[1] = ims_int64_array(names->kinds[kind].wanted, names->kinds[kind].nwanted);
		names->kinds[kind].nwanted = 0;
		ims_plan_execute(name_plans[kind], values, NULL, names->snapshot);
		for (row = 0; row < SPI_processed; row++)
		{
			if (row % 1024 == 0)
				CHECK_FOR_INTERRUPTS();
			keep_name(names, kind, SPI_tuptable->vals[row], SPI_tuptable->tupdesc);
		}
		SPI_freetuptable(SPI_tuptable);
		MemoryContextSwitchTo(old);
	}
}

const ImsName *
ims_name(const ImsNames *names, ImsNameKind kind, int64 id)
{
	NameEntry *entry = id == 0 ? NULL : namehash_lookup(names->kinds[kind].hash, id);

	return entry != NULL ? entry->name : NULL;
}

int
ims_name_compare(const ImsName *a, const ImsName *b)
{
	Size a_length;
	Size b_length;
	int order;

	if (a == NULL || b == NULL)
		return (a == NULL) - (b == NULL);
	a_length = VARSIZE_ANY_EXHDR(a->code);
	b_length = VARSIZE_ANY_EXHDR(b->code);
	order = memcmp(VARDATA_ANY(a->code), VARDATA_ANY(b->code), Min(a_length, b_length));
	return order != 0 ? order : (a_length > b_length) - (a_length < b_length);
}
