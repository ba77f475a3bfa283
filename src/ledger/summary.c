/*-------------------------------------------------------------------------
 *
 * summary.c
 *	  How much of a table its BRIN index does not summarise.
 *
 * A range of pages without a summary is read whole by every scan by time.
 * Autovacuum makes the summaries; that it does not keep up shows nowhere in the
 * statistics, so health() counts the ranges here.  Reads the range map only,
 * one page of it at a time, under a share lock; nothing is written, so that it
 * works on a standby.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/brin_revmap.h"
#include "access/genam.h"
#include "access/table.h"
#include "catalog/index.h"
#include "catalog/pg_am_d.h"
#include "catalog/pg_class.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "compat.h"

static bool
is_summarized(BrinRevmap *revmap, BlockNumber block, Buffer *buffer)
{
	OffsetNumber offset;
	Size size;

	if (ims_brin_tuple(revmap, block, buffer, &offset, &size) == NULL)
		return false;
	LockBuffer(*buffer, BUFFER_LOCK_UNLOCK);
	return true;
}

/* The last range is summarised when it is full: until then it does not count. */
static int64
count_ranges(Relation heap, Relation index)
{
	BlockNumber nblocks = RelationGetNumberOfBlocks(heap);
	BlockNumber pages_per_range;
	BrinRevmap *revmap = ims_brin_revmap(index, &pages_per_range);
	Buffer buffer = InvalidBuffer;
	BlockNumber nranges = nblocks / pages_per_range;
	BlockNumber range;
	int64 missing = 0;

	for (range = 0; range < nranges; range++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!is_summarized(revmap, range * pages_per_range, &buffer))
			missing++;
	}
	if (BufferIsValid(buffer))
		ReleaseBuffer(buffer);
	brinRevmapTerminate(revmap);
	return missing;
}

/*
 * ims_unsummarized_ranges -- SQL: ims._unsummarized_ranges(index regclass) returns bigint
 *
 * Full ranges of pages that a BRIN index does not summarise; null for another
 * kind of index.  Does not ask for the ledger: health() tells of one that is
 * not complete, too.
 */
PG_FUNCTION_INFO_V1(ims_unsummarized_ranges);
Datum
ims_unsummarized_ranges(PG_FUNCTION_ARGS)
{
	Oid relid = PG_GETARG_OID(0);
	Relation heap;
	Relation index;
	int64 missing = 0;
	bool is_brin;

	if (get_rel_relkind(relid) != RELKIND_INDEX)
		PG_RETURN_NULL();
	heap = table_open(IndexGetRelation(relid, false), AccessShareLock);
	index = index_open(relid, AccessShareLock);
	is_brin = index->rd_rel->relam == BRIN_AM_OID && !RELATION_IS_OTHER_TEMP(heap);
	if (is_brin)
		missing = count_ranges(heap, index);
	index_close(index, AccessShareLock);
	table_close(heap, AccessShareLock);
	if (!is_brin)
		PG_RETURN_NULL();
	PG_RETURN_INT64(missing);
}
