/*-------------------------------------------------------------------------
 *
 * memo.c
 *	  Items and places by code, looked up once per call.
 *
 * The lines of a batch name few codes many times, and a look-up through the
 * index costs more than the rest of a line.
 *
 * Memory: the context of ims_memo_create(), with a copy of each code.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "utils/memutils.h"

#include "ledger/memo.h"

/* Entries that a call starts with; a verb needs no more. */
#define INITIAL_ENTRIES 8

typedef struct CodeEntry
{
	const char *code;
	void *row;
	uint32 hash;
	char status;
} CodeEntry;

static inline uint32
hash_code(const char *code)
{
	return hash_bytes((const unsigned char *) code, (int) strlen(code));
}

#define SH_PREFIX codehash
#define SH_ELEMENT_TYPE CodeEntry
#define SH_KEY_TYPE const char *
#define SH_KEY code
#define SH_HASH_KEY(tb, key) hash_code(key)
#define SH_EQUAL(tb, a, b) (strcmp((a), (b)) == 0)
#define SH_STORE_HASH
#define SH_GET_HASH(tb, a) ((a)->hash)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

struct ImsMemo
{
	ImsMasters *masters;
	int64 owner_id;
	MemoryContext context;
	codehash_hash *items;
	codehash_hash *locations;
};

ImsMemo *
ims_memo_create(ImsMasters *masters, int64 owner_id)
{
	ImsMemo *memo = palloc(sizeof(ImsMemo));

	memo->masters = masters;
	memo->owner_id = owner_id;
	memo->context = CurrentMemoryContext;
	memo->items = codehash_create(memo->context, INITIAL_ENTRIES, NULL);
	memo->locations = codehash_create(memo->context, INITIAL_ENTRIES, NULL);
	return memo;
}

static void
remember(ImsMemo *memo, codehash_hash *hash, const char *code, void *row)
{
	bool found;
	CodeEntry *entry;

	if (row == NULL)
		return;
	entry = codehash_insert(hash, MemoryContextStrdup(memo->context, code), &found);
	Assert(!found);
	entry->row = row;
}

ImsItem *
ims_memo_item(ImsMemo *memo, const char *code)
{
	CodeEntry *entry = codehash_lookup(memo->items, code);
	ImsItem *item;

	if (entry != NULL)
		return entry->row;
	item = ims_item_by_code(memo->masters, memo->owner_id, code);
	remember(memo, memo->items, code, item);
	return item;
}

ImsLocation *
ims_memo_location(ImsMemo *memo, const char *code)
{
	CodeEntry *entry = codehash_lookup(memo->locations, code);
	ImsLocation *location;

	if (entry != NULL)
		return entry->row;
	location = ims_location_by_code(memo->masters, code);
	remember(memo, memo->locations, code, location);
	return location;
}
