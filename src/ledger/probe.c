/*-------------------------------------------------------------------------
 *
 * probe.c
 *	  Rows of a ledger table by an index, with the latest snapshot.
 *
 * The checks of a posting rest on what is committed now, at every isolation
 * level; SQL at REPEATABLE READ would see the past.  Keys are bigint or text,
 * leading columns of a btree index.  An error releases everything through the
 * resource owner.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "storage/bufmgr.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "ims.h"
#include "ledger/hint.h"
#include "ledger/probe.h"

#define IMS_PROBE_MAX_KEYS 5

/*
 * What is committed now.  In a parallel plan, leader and workers read what its
 * snapshot sees: a new one cannot be taken there, and they must agree anyway.
 */
Snapshot
ims_latest_snapshot(void)
{
	return IsInParallelMode() ? GetActiveSnapshot() : GetLatestSnapshot();
}

void
ims_probe_open(ImsProbe *probe, Oid table, Oid index)
{
	probe->heap = table_open(table, AccessShareLock);
	probe->index = index_open(index, AccessShareLock);
	probe->slot = table_slot_create(probe->heap, NULL);
	probe->snapshot = RegisterSnapshot(ims_latest_snapshot());
	probe->scan = NULL;
	probe->nblock = InvalidBlockNumber;
}

static void
rescan(ImsProbe *probe, int nkeys, ScanKey scankeys)
{
	if (probe->scan == NULL)
		probe->scan =
			ims_index_beginscan(probe->heap, probe->index, probe->snapshot, nkeys);
	index_rescan(probe->scan, scankeys, nkeys, NULL, 0);
}

void
ims_probe_start(ImsProbe *probe, int nkeys, const Datum *keys)
{
	ScanKeyData scankeys[IMS_PROBE_MAX_KEYS];
	int i;

	Assert(nkeys >= 1 && nkeys <= IMS_PROBE_MAX_KEYS);
	for (i = 0; i < nkeys; i++)
	{
		Oid type = TupleDescAttr(RelationGetDescr(probe->index), i)->atttypid;

		Assert(type == INT8OID || type == TEXTOID);
		ScanKeyEntryInitialize(&scankeys[i], 0, i + 1, BTEqualStrategyNumber, InvalidOid,
							   probe->index->rd_indcollation[i],
							   type == INT8OID ? F_INT8EQ : F_TEXTEQ, keys[i]);
	}
	rescan(probe, nkeys, scankeys);
}

void
ims_probe_start_from(ImsProbe *probe, int64 owner_id, TimestampTz from)
{
	ScanKeyData scankeys[2];

	Assert(TupleDescAttr(RelationGetDescr(probe->index), 1)->atttypid == TIMESTAMPTZOID);
	ScanKeyInit(&scankeys[0], 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(owner_id));
	ScanKeyInit(&scankeys[1], 2, BTGreaterEqualStrategyNumber, F_TIMESTAMPTZ_GE,
				TimestampTzGetDatum(from));
	rescan(probe, 2, scankeys);
}

bool
ims_probe_next(ImsProbe *probe)
{
	return index_getnext_slot(probe->scan, ForwardScanDirection, probe->slot);
}

/* The version that the hint names, if it is visible and has the key. */
static bool
follow_hint(ImsProbe *probe, ItemPointer tid, int nkeys, const int64 *key)
{
	int i;

	if (probe->nblock == InvalidBlockNumber)
		probe->nblock = RelationGetNumberOfBlocks(probe->heap);
	if (ItemPointerGetBlockNumber(tid) >= probe->nblock ||
		!table_tuple_fetch_row_version(probe->heap, tid, probe->snapshot, probe->slot))
		return false;
	for (i = 0; i < nkeys; i++)
	{
		AttrNumber attnum = probe->index->rd_index->indkey.values[i];

		if (DatumGetInt64(ims_probe_value(probe, attnum, NULL)) != key[i])
			return false;
	}
	return true;
}

/*
 * The row with that primary key, all bigint.  Where a heap had it last time is
 * remembered, which spares most calls the descent of the index.
 */
bool
ims_probe_one(ImsProbe *probe, int nkeys, const int64 *key)
{
	bool is_heap = probe->heap->rd_tableam == GetHeapamTableAmRoutine();
	ImsHints *hints = ims_hints_of(RelationGetRelid(probe->heap));
	uint64 hash = ims_hint_hash(key, nkeys);
	Datum keys[IMS_PROBE_MAX_KEYS] = {0};
	ItemPointerData tid;
	int i;

	Assert(nkeys == probe->index->rd_index->indnkeyatts);
	if (is_heap && ims_hint_get(hints, hash, &tid) && follow_hint(probe, &tid, nkeys, key))
		return true;

	for (i = 0; i < nkeys; i++)
		keys[i] = Int64GetDatum(key[i]);
	ims_probe_start(probe, nkeys, keys);
	if (!ims_probe_next(probe))
		return false;
	if (is_heap)
		ims_hint_put(hints, hash, &probe->slot->tts_tid);
	return true;
}

/* Value of the row just found; valid until the next one. */
Datum
ims_probe_value(ImsProbe *probe, int attnum, bool *isnull)
{
	bool null;
	Datum value = slot_getattr(probe->slot, attnum, &null);

	if (isnull)
		*isnull = null;
	else
		Ensure(!null, "a column that cannot be null is null");
	return value;
}

void
ims_probe_close(ImsProbe *probe)
{
	if (probe->scan)
		index_endscan(probe->scan);
	ExecDropSingleTupleTableSlot(probe->slot);
	UnregisterSnapshot(probe->snapshot);
	index_close(probe->index, AccessShareLock);
	table_close(probe->heap, AccessShareLock);
}
