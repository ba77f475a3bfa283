/*-------------------------------------------------------------------------
 *
 * compat.h
 *	  One wrapper for each server interface that changed between 15 and 18.
 *
 * Written for the newest interface and emulated for older servers.  No other
 * file looks at PG_VERSION_NUM.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_COMPAT_H
#define IMS_COMPAT_H

#include "access/brin_revmap.h"
#include "access/genam.h"
#include "access/heapam.h"
#include "access/tableam.h"
#include "storage/bufmgr.h"
#include "utils/backend_status.h"

#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* 18: the mark of a function that does not return stands before its declaration */
#if PG_VERSION_NUM < 180000
#define pg_noreturn pg_attribute_noreturn()
#endif

/*
 * 16: an input function leaves its error in the context of a caller who gives
 * one (pg_input_is_valid, COPY with ON_ERROR); before, it always raises.
 */
#if PG_VERSION_NUM >= 160000
#define ims_errsave(context, ...) errsave(context, __VA_ARGS__)
#else
#define ims_errsave(context, ...) ereport(ERROR, __VA_ARGS__)
#endif

/* 18: index_beginscan counts searches where asked to */
static inline IndexScanDesc
ims_index_beginscan(Relation heap, Relation index, Snapshot snapshot, int nkeys)
{
#if PG_VERSION_NUM >= 180000
	return index_beginscan(heap, index, snapshot, NULL, nkeys, 0);
#else
	return index_beginscan(heap, index, snapshot, nkeys, 0);
#endif
}

/*
 * 16: heap_update says which indexes need a new entry; before, the tuple's
 * being heap-only did.  Summarizing indexes (BRIN) are the caller's business.
 */
static inline TM_Result
ims_heap_update(Relation rel, ItemPointer tid, HeapTuple tuple, CommandId cid,
				TM_FailureData *failure, bool *index_entries_needed)
{
	LockTupleMode mode;
	TM_Result result;
#if PG_VERSION_NUM >= 160000
	TU_UpdateIndexes indexes = TU_None;

	result =
		heap_update(rel, tid, tuple, cid, InvalidSnapshot, true, failure, &mode, &indexes);
	*index_entries_needed = (indexes == TU_All);
#else
	result = heap_update(rel, tid, tuple, cid, InvalidSnapshot, true, failure, &mode);
	*index_entries_needed = (result == TM_Ok && !HeapTupleIsHeapOnly(tuple));
#endif
	return result;
}

/* 17: an index may keep state (pins, for BRIN) between insertions */
static inline void
ims_index_insert_cleanup(Relation index, struct IndexInfo *info)
{
#if PG_VERSION_NUM >= 170000
	index_insert_cleanup(index, info);
#endif
}

/* 17: the range map of a BRIN index is read without a snapshot */
static inline BrinRevmap *
ims_brin_revmap(Relation index, BlockNumber *pages_per_range)
{
#if PG_VERSION_NUM >= 170000
	return brinRevmapInitialize(index, pages_per_range);
#else
	return brinRevmapInitialize(index, pages_per_range, NULL);
#endif
}

/* NULL for a range without a summary; else the buffer is locked to share. */
static inline BrinTuple *
ims_brin_tuple(BrinRevmap *revmap, BlockNumber block, Buffer *buffer,
			   OffsetNumber *offset, Size *size)
{
#if PG_VERSION_NUM >= 170000
	return brinGetTupleForHeapBlock(revmap, block, buffer, offset, size, BUFFER_LOCK_SHARE);
#else
	return brinGetTupleForHeapBlock(revmap, block, buffer, offset, size,
									BUFFER_LOCK_SHARE, NULL);
#endif
}

/* 16: what backends report is fetched by index under another name */
static inline const PgBackendStatus *
ims_backend_status(int place)
{
#if PG_VERSION_NUM >= 160000
	const LocalPgBackendStatus *backend = pgstat_get_local_beentry_by_index(place);
#else
	const LocalPgBackendStatus *backend = pgstat_fetch_stat_local_beentry(place);
#endif

	return backend != NULL ? &backend->backendStatus : NULL;
}

#endif /* IMS_COMPAT_H */
