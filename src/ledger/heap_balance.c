/*-------------------------------------------------------------------------
 *
 * heap_balance.c
 *	  Rows of a balance table by primary key: find, lock, update.
 *
 * Below the executor: only for tables that ims_heap_eligible() has accepted,
 * so that nothing but the row, its primary key and, for stock in handling
 * units, the entry of the unit has to be kept.
 *
 * Finding a row costs a descent of the index and, as half of every page is
 * left free, a pruning of its page at nearly every visit.  Both are avoided:
 *
 * - a backend remembers where the HOT chains of rows begin that it met, or that
 *	 stand beside them in the index.  That is a hint: the row found there must
 *	 be visible to the snapshot and have the key; the primary key makes it the
 *	 only one.  At REPEATABLE READ and above
 *	 the index is always read, for its predicate locks.
 * - a page is pruned when it is nearly full, not when it is half full.
 *
 * Snapshot: at READ COMMITTED the latest, else that of the transaction.  A row
 * changed since is met by ims_balance_lock() or ims_balance_update(), which
 * follow it to its newest version or raise 40001.
 *
 * Locks and memory: ROW EXCLUSIVE on table and index until the end of the
 * transaction, a pin on the current page, the hints for the life of the
 * backend.  An error releases the pin through the resource owner.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/nbtree.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "executor/executor.h"
#include "nodes/execnodes.h"
#include "pgstat.h"
#include "storage/bufmgr.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "compat.h"
#include "ledger/detail.h"
#include "ledger/heap_balance.h"
#include "ledger/hint.h"
#include "type/quantity_stored.h"

/* A page with less free space than this is pruned before the row is updated. */
#define PRUNE_BELOW 1024

/* Fewer rows than any leaf of a primary key names that has been split once. */
#define MIN_LEAF_ROWS 64

#define ROW_HEADER_SIZE MAXALIGN(SizeofHeapTupleHeader)
#define ROW_MAX_SIZE (ROW_HEADER_SIZE + IMS_BALANCE_MAX_COLUMNS * IMS_QUANTITY_STORED_MAX)

/* The row as int64: what a checked table holds, else the ledger is corrupt. */
static void
read_row(const ImsBalanceLayout *layout, HeapTuple tuple, int64 *columns)
{
	HeapTupleHeader header = tuple->t_data;
	char *data = (char *) header + header->t_hoff;
	int offset = layout->nint * sizeof(int64);
	int i;

	Ensure(!HeapTupleHasNulls(tuple), "a balance has a null column");
	Ensure(HeapTupleHeaderGetNatts(header) == layout->nint + 1 + layout->nquantity,
		   "a balance has another number of columns");
	memcpy(columns, data, offset);
	columns[layout->nint] = ((bool *) data)[offset] ? 1 : 0;
	offset += sizeof(bool);
	for (i = 0; i < layout->nquantity; i++)
	{
		offset = att_align_pointer(offset, TYPALIGN_INT, -1, data + offset);
		columns[layout->nint + 1 + i] = ims_quantity_read_stored(data + offset);
		offset += VARSIZE_ANY(data + offset);
	}
}

/* What heap_form_tuple() would make of these columns, into the given space. */
static void
form_row(ImsBalanceTable *table, const int64 *columns, HeapTuple tuple, char *space)
{
	const ImsBalanceLayout *layout = table->layout;
	HeapTupleHeader header = (HeapTupleHeader) space;
	char *data = space + ROW_HEADER_SIZE;
	int offset = layout->nint * sizeof(int64);
	int i;

	memset(space, 0, ROW_HEADER_SIZE);
	memcpy(data, columns, offset);
	data[offset++] = (char) columns[layout->nint];
	for (i = 0; i < layout->nquantity; i++)
		offset += ims_quantity_write_stored(columns[layout->nint + 1 + i], data + offset);

	header->t_hoff = ROW_HEADER_SIZE;
	header->t_infomask = HEAP_HASVARWIDTH;
	HeapTupleHeaderSetNatts(header, layout->nint + 1 + layout->nquantity);
	ItemPointerSetInvalid(&header->t_ctid);
	tuple->t_len = ROW_HEADER_SIZE + offset;
	ItemPointerSetInvalid(&tuple->t_self);
	tuple->t_tableOid = RelationGetRelid(table->heap);
	tuple->t_data = header;
	Assert(tuple->t_len <= ROW_MAX_SIZE);
}

static void
begin_snapshot(ImsBalanceTable *table)
{
	CommandCounterIncrement();
	table->xact_snapshot = IsolationUsesXactSnapshot();
	if (table->xact_snapshot)
	{
		PushCopiedSnapshot(GetTransactionSnapshot());
		UpdateActiveSnapshotCommandId();
	}
	else
		PushActiveSnapshot(GetLatestSnapshot());
	table->snapshot = GetActiveSnapshot();
	table->cid = GetCurrentCommandId(true);
	table->nblock = RelationGetNumberOfBlocks(table->heap);
}

void
ims_balance_open(ImsBalanceTable *table, const ImsBalanceLayout *layout, Oid heap,
				 Oid index, Oid unit_index)
{
	Assert(layout->nkey <= IMS_BALANCE_MAX_KEYS);
	Assert(layout->nint + 1 + layout->nquantity <= IMS_BALANCE_MAX_COLUMNS);
	memset(table, 0, sizeof(*table));
	table->layout = layout;
	table->heap = table_open(heap, RowExclusiveLock);
	table->index = index_open(index, RowExclusiveLock);
	table->unit_index = unit_index;
	/* what the executor checks at an UPDATE of a published table */
	CheckCmdReplicaIdentity(table->heap, CMD_UPDATE);
	ItemPointerSetInvalid(&table->tid);
	begin_snapshot(table);
}

/* Lets SQL run that changes the table; the snapshot is taken anew afterwards. */
void
ims_balance_suspend(ImsBalanceTable *table)
{
	if (BufferIsValid(table->buffer))
		ReleaseBuffer(table->buffer);
	table->buffer = InvalidBuffer;
	if (table->scan)
		index_endscan(table->scan);
	table->scan = NULL;
	PopActiveSnapshot();
	table->snapshot = NULL;
}

void
ims_balance_resume(ImsBalanceTable *table)
{
	Assert(table->snapshot == NULL);
	begin_snapshot(table);
}

void
ims_balance_close(ImsBalanceTable *table)
{
	ims_balance_suspend(table);
	if (table->slot)
		ExecDropSingleTupleTableSlot(table->slot);
	index_close(table->index, NoLock);
	table_close(table->heap, NoLock);
	CommandCounterIncrement();
}

/*
 * The version of the chain that begins at root which the snapshot sees, if its
 * key is the one looked for.
 */
static bool
fetch_row(ImsBalanceTable *table, ItemPointer root, const int64 *key, bool *all_dead)
{
	ItemPointerData tid = *root;
	HeapTupleData tuple;
	bool found;
	bool prune = false;

	table->buffer =
		ReleaseAndReadBuffer(table->buffer, table->heap, ItemPointerGetBlockNumber(&tid));
	LockBuffer(table->buffer, BUFFER_LOCK_SHARE);
	found = heap_hot_search_buffer(&tid, table->heap, table->buffer, table->snapshot,
								   &tuple, all_dead, true);
	if (found)
	{
		Page page = BufferGetPage(table->buffer);

		read_row(table->layout, &tuple, table->columns);
		table->tid = tid;
		prune = PageIsFull(page) || PageGetHeapFreeSpace(page) < PRUNE_BELOW;
	}
	LockBuffer(table->buffer, BUFFER_LOCK_UNLOCK);

	if (prune)
		heap_page_prune_opt(table->heap, table->buffer);
	return found && memcmp(table->columns, key, table->layout->nkey * sizeof(int64)) == 0;
}

static bool
find_by_index(ImsBalanceTable *table, const int64 *key, ItemPointer root)
{
	ScanKeyData keys[IMS_BALANCE_MAX_KEYS];
	int nkey = table->layout->nkey;
	ItemPointer tid;
	int i;

	if (table->scan == NULL)
		table->scan = ims_index_beginscan(table->heap, table->index, table->snapshot, nkey);
	for (i = 0; i < nkey; i++)
		ScanKeyInit(&keys[i], i + 1, BTEqualStrategyNumber, F_INT8EQ,
					Int64GetDatum(key[i]));
	index_rescan(table->scan, keys, nkey, NULL, 0);

	while ((tid = index_getnext_tid(table->scan, ForwardScanDirection)) != NULL)
	{
		bool all_dead = false;

		*root = *tid;
		if (fetch_row(table, root, key, &all_dead))
		{
			pgstat_count_heap_fetch(table->index);
			return true;
		}
		/* tells the index that nobody needs this entry any more */
		table->scan->kill_prior_tuple = all_dead;
	}
	return false;
}

/*
 * Remembers where all rows begin that the leaf names on which the scan has
 * just found one, if there is room for the whole index.
 */
static void
learn_leaf(ImsBalanceTable *table, ImsHints *hints)
{
	BTScanOpaque position = (BTScanOpaque) table->scan->opaque;
	Buffer buffer;
	Page page;
	BTPageOpaque opaque;
	OffsetNumber offset;
	OffsetNumber last;

	if (!BlockNumberIsValid(position->currPos.currPage))
		return;
	if (table->index_nblock == 0)
		table->index_nblock = RelationGetNumberOfBlocks(table->index);
	if ((uint64) table->index_nblock * MIN_LEAF_ROWS > IMS_MAX_HINTS)
		return;
	buffer = ReadBuffer(table->index, position->currPos.currPage);
	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	page = BufferGetPage(buffer);
	opaque = BTPageGetOpaque(page);
	last = PageGetMaxOffsetNumber(page);
	if (P_ISLEAF(opaque) && !P_IGNORE(opaque) &&
		ims_hints_reserve(hints, (uint64) last * table->index_nblock))
		for (offset = P_FIRSTDATAKEY(opaque); offset <= last; offset++)
		{
			ItemId item = PageGetItemId(page, offset);
			IndexTuple tuple = (IndexTuple) PageGetItem(page, item);
			int64 *key = (int64 *) ((char *) tuple + sizeof(IndexTupleData));

			if (!ItemIdIsDead(item) && !BTreeTupleIsPosting(tuple))
				ims_hint_put(hints, ims_hint_hash(key, table->layout->nkey), &tuple->t_tid);
		}
	UnlockReleaseBuffer(buffer);
}

/*
 * ims_balance_find -- the row with that key as the snapshot sees it, unlocked
 *
 * Fills columns and tid.
 */
bool
ims_balance_find(ImsBalanceTable *table, const int64 *key)
{
	ImsHints *hints = ims_hints_of(RelationGetRelid(table->heap));
	uint64 hash = ims_hint_hash(key, table->layout->nkey);
	ItemPointerData root;
	bool all_dead;

	Assert(table->snapshot != NULL);
	if (!table->xact_snapshot && ims_hint_get(hints, hash, &root) &&
		ItemPointerGetBlockNumber(&root) < table->nblock &&
		fetch_row(table, &root, key, &all_dead))
		return true;
	if (!find_by_index(table, key, &root))
		return false;
	learn_leaf(table, hints);
	ims_hint_put(hints, hash, &root);
	return true;
}

/*
 * ims_balance_lock -- lock the newest version of the row just found
 *
 * Reads it; true if it is another version than the one found, so that what
 * was computed from that is void.  40001 where the snapshot forbids that.
 */
bool
ims_balance_lock(ImsBalanceTable *table)
{
	ItemPointerData tid = table->tid;
	TM_FailureData failure;
	TM_Result result;
	HeapTuple tuple;

	Assert(ItemPointerIsValid(&tid));
	if (table->slot == NULL)
		table->slot = table_slot_create(table->heap, NULL);
	failure.traversed = false;
	result = table_tuple_lock(table->heap, &tid, table->snapshot, table->slot, table->cid,
							  LockTupleNoKeyExclusive, LockWaitBlock,
							  table->xact_snapshot ? 0 : TUPLE_LOCK_FLAG_FIND_LAST_VERSION,
							  &failure);
	if (table->xact_snapshot && (result == TM_Updated || result == TM_Deleted))
		ims_raise_concurrent_update();
	Ensure(result != TM_Deleted, "a balance was deleted");
	if (result != TM_Ok)
		elog(ERROR, "unexpected result %d of locking a balance", result);

	tuple = ExecFetchSlotHeapTuple(table->slot, false, NULL);
	read_row(table->layout, tuple, table->columns);
	table->tid = table->slot->tts_tid;
	ExecClearTuple(table->slot);
	return failure.traversed;
}

/*
 * The index on handling units, whose id is the last column of the key.  Seldom
 * needed, since an update stays on its page: opened when it is.
 */
static void
insert_unit_entry(ImsBalanceTable *table, HeapTuple tuple, const int64 *key)
{
	int64 handling_unit_id = key[table->layout->nkey - 1];
	Datum values[2] = {Int64GetDatum(key[0]), Int64GetDatum(handling_unit_id)};
	bool nulls[2] = {false, false};
	Relation index;
	IndexInfo *info;

	if (!OidIsValid(table->unit_index) || handling_unit_id == 0)
		return;
	index = index_open(table->unit_index, RowExclusiveLock);
	info = BuildIndexInfo(index);
	index_insert(index, values, nulls, &tuple->t_self, table->heap, UNIQUE_CHECK_NO,
				 false, info);
	pfree(info);
	index_close(index, NoLock);
}

static void
insert_index_entry(ImsBalanceTable *table, HeapTuple tuple, const int64 *key)
{
	Datum values[IMS_BALANCE_MAX_KEYS];
	bool nulls[IMS_BALANCE_MAX_KEYS] = {false};
	IndexInfo *info = BuildIndexInfo(table->index);
	int i;

	for (i = 0; i < table->layout->nkey; i++)
		values[i] = Int64GetDatum(key[i]);
	index_insert(table->index, values, nulls, &tuple->t_self, table->heap,
				 UNIQUE_CHECK_YES, true, info);
	pfree(info);
	ims_hint_put(ims_hints_of(RelationGetRelid(table->heap)),
				 ims_hint_hash(key, table->layout->nkey), &tuple->t_self);
}

/*
 * ims_balance_update -- write the row at table->tid
 *
 * False if somebody else changed it first: lock it and look again.  Waits for
 * a transaction that holds the row.  On success tid is that of the new version.
 */
bool
ims_balance_update(ImsBalanceTable *table, const int64 *columns)
{
	union
	{
		char space[ROW_MAX_SIZE];
		int64 force_alignment;
	} row;
	HeapTupleData tuple;
	TM_FailureData failure;
	TM_Result result;
	bool index_entry_needed;

	Assert(ItemPointerIsValid(&table->tid));
	form_row(table, columns, &tuple, row.space);
	result = ims_heap_update(table->heap, &table->tid, &tuple, table->cid, &failure,
							 &index_entry_needed);
	if (result == TM_Updated || result == TM_Deleted)
	{
		if (table->xact_snapshot)
			ims_raise_concurrent_update();
		return false;
	}
	if (result != TM_Ok)
		elog(ERROR, "unexpected result %d of updating a balance", result);

	table->tid = tuple.t_self;
	if (index_entry_needed)
	{
		insert_index_entry(table, &tuple, columns);
		insert_unit_entry(table, &tuple, columns);
	}
	return true;
}
