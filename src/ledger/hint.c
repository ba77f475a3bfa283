/*-------------------------------------------------------------------------
 *
 * hint.c
 *	  Where rows may be: keys to tuple ids, remembered by a backend.
 *
 * Nothing here is true, and nothing has to be undone after an abort: whoever
 * follows a hint looks whether the row there is visible to its snapshot and
 * has the key, and asks the primary key otherwise.  A block may be gone too.
 *
 * Memory: one table per relation in TopMemoryContext, in buckets of eight
 * entries, a cache line each.  An entry holds 16 bits of the key's hash, block
 * and offset; 0 is empty.  A table grows with what is put into it, to 4 MB.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "ledger/hint.h"

#define BUCKET_ENTRIES 8
#define MIN_BUCKETS 128
#define MAX_BUCKETS (IMS_MAX_HINTS / BUCKET_ENTRIES)
#define MAX_TABLES 8

struct ImsHints
{
	Oid heap;
	uint32 nbucket; /* a power of two */
	uint64 nput;	/* entries put since the table last grew */
	void *space;
	uint64 *entries; /* within space, aligned to a cache line */
};

static ImsHints hint_tables[MAX_TABLES];
static int next_victim = 0;

ImsHints *
ims_hints_of(Oid heap)
{
	ImsHints *hints;
	int i;

	for (i = 0; i < MAX_TABLES; i++)
		if (hint_tables[i].heap == heap)
			return &hint_tables[i];
	/* A new relation, perhaps of a ledger made anew: it takes the oldest place. */
	hints = &hint_tables[next_victim];
	next_victim = (next_victim + 1) % MAX_TABLES;
	hints->heap = heap;
	hints->nput = 0;
	return hints;
}

static inline uint64 *
bucket_of(ImsHints *hints, uint64 hash)
{
	return hints->entries + (hash & (hints->nbucket - 1)) * BUCKET_ENTRIES;
}

bool
ims_hint_get(ImsHints *hints, uint64 hash, ItemPointer tid)
{
	uint64 *bucket;
	int i;

	if (hints->entries == NULL)
		return false;
	bucket = bucket_of(hints, hash);
	for (i = 0; i < BUCKET_ENTRIES; i++)
		if ((bucket[i] >> 48) == (hash >> 48) && bucket[i] != 0)
		{
			ItemPointerSet(tid, (BlockNumber) (bucket[i] >> 16), (OffsetNumber) bucket[i]);
			return true;
		}
	return false;
}

/* Begins anew with a larger table: entries cannot be moved, they lack the hash. */
static void
grow(ImsHints *hints, uint64 nentry)
{
	uint32 nbucket = Max(hints->nbucket, MIN_BUCKETS);

	while (nbucket < MAX_BUCKETS && (uint64) nbucket * BUCKET_ENTRIES < nentry)
		nbucket *= 2;
	if (nbucket == hints->nbucket)
		return;
	if (hints->space)
		pfree(hints->space);
	hints->space = NULL;
	hints->entries = NULL;
	hints->nbucket = 0;
	hints->nput = 0;
	hints->space = MemoryContextAllocZero(TopMemoryContext,
										  nbucket * BUCKET_ENTRIES * sizeof(uint64) +
											  PG_CACHE_LINE_SIZE);
	hints->entries = (uint64 *) CACHELINEALIGN(hints->space);
	hints->nbucket = nbucket;
}

void
ims_hint_put(ImsHints *hints, uint64 hash, ItemPointer tid)
{
	uint64 *bucket;
	int place = (int) ((hash >> 40) % BUCKET_ENTRIES); /* if all are taken */
	int i;

	/* A table that is filled over again is too small. */
	if (hints->nput >= (uint64) hints->nbucket * BUCKET_ENTRIES)
		grow(hints, (uint64) hints->nbucket * BUCKET_ENTRIES * 4);
	bucket = bucket_of(hints, hash);
	for (i = 0; i < BUCKET_ENTRIES; i++)
		if (bucket[i] == 0 || (bucket[i] >> 48) == (hash >> 48))
		{
			place = i;
			break;
		}
	bucket[place] = (hash >> 48) << 48 | (uint64) ItemPointerGetBlockNumber(tid) << 16 |
					ItemPointerGetOffsetNumber(tid);
	hints->nput++;
}

/*
 * Room for all rows of a relation; false if they are too many, or if about as
 * many have been put already, so that there is nothing to gain.
 */
bool
ims_hints_reserve(ImsHints *hints, uint64 nentry)
{
	uint64 room = (uint64) hints->nbucket * BUCKET_ENTRIES;

	if (nentry > IMS_MAX_HINTS || (nentry <= room && hints->nput >= nentry))
		return false;
	if (nentry > room)
		grow(hints, nentry);
	return true;
}
