/*-------------------------------------------------------------------------
 *
 * heap_write.c
 *	  The rows of posting and movement, written below the executor.
 *
 * The engine has checked every value by then, so that NOT NULL, the CHECKs and
 * the domain hold; ims_heap_eligible() has seen that there is nothing else to
 * keep but the known indexes.
 *
 * Rows go in by batches with heap_multi_insert, which logs a page at a time.
 * The entries of the index on (owner, item, time) are kept back and inserted
 * sorted, many batches at once, so that neighbours meet the same leaf while it
 * is in the processor's cache.  The BRIN index is told once for each page and
 * set of values: told twice, it would find its summary as it should be.
 *
 * Memory: a context reset after each batch, and the entries kept back.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/hio.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "commands/sequence.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "ledger/engine.h"
#include "ledger/heap_write.h"
#include "ledger/info.h"
#include "ledger/movement_columns.h"

/* Rows of one heap_multi_insert; some pages full. */
#define BATCH_ROWS 250
/* Rows from which on the writer keeps its page between batches. */
#define BULK_ROWS 1000
/* Entries of the index in random order that are sorted together. */
#define SORTED_ENTRIES (256 * 1024)

/* A column of a row that was written. */
#define COLUMN(slot, attnum) ((slot)->tts_values[(attnum) -1])

#define MAX_INDEX_COLUMNS 3

/* An index that rows are entered into. */
typedef struct EntryWriter
{
	Relation heap;
	Relation index;
	IndexInfo *info;
	int nkey;
	IndexUniqueCheck unique;
} EntryWriter;

/* A table that rows are written to, batch by batch. */
typedef struct RowWriter
{
	Relation heap;
	CommandId cid;
	BulkInsertState bulk;
	MemoryContext context; /* of the values of a batch */
	int nslot;
	TupleTableSlot **slots;
	int nfilled;
} RowWriter;

static void
open_entries(EntryWriter *entries, Relation heap, Oid index)
{
	entries->heap = heap;
	entries->index = index_open(index, RowExclusiveLock);
	entries->info = BuildIndexInfo(entries->index);
	entries->nkey = entries->info->ii_NumIndexKeyAttrs;
	entries->unique = entries->info->ii_Unique ? UNIQUE_CHECK_YES : UNIQUE_CHECK_NO;
	Assert(entries->nkey <= MAX_INDEX_COLUMNS);
}

/* The keys of all our indexes are 8-byte numbers that are never null. */
static inline void
insert_entry(EntryWriter *entries, Datum *values, ItemPointer tid)
{
	bool nulls[MAX_INDEX_COLUMNS] = {false};

	index_insert(entries->index, values, nulls, tid, entries->heap, entries->unique,
				 false, entries->info);
}

static void
close_entries(EntryWriter *entries)
{
	ims_index_insert_cleanup(entries->index, entries->info);
	index_close(entries->index, NoLock);
	pfree(entries->info);
}

static void
open_rows(RowWriter *writer, Oid relid, int64 nrow)
{
	int i;

	writer->heap = table_open(relid, RowExclusiveLock);
	writer->cid = GetCurrentCommandId(true);
	writer->bulk = nrow > BULK_ROWS ? GetBulkInsertState() : NULL;
	writer->context =
		AllocSetContextCreate(CurrentMemoryContext, "ims rows", ALLOCSET_DEFAULT_SIZES);
	writer->nslot = (int) Min(nrow, BATCH_ROWS);
	writer->slots = palloc(writer->nslot * sizeof(TupleTableSlot *));
	for (i = 0; i < writer->nslot; i++)
		writer->slots[i] =
			MakeSingleTupleTableSlot(RelationGetDescr(writer->heap), &TTSOpsHeapTuple);
	writer->nfilled = 0;
}

/* The slot to fill next; call within the context of the batch. */
static TupleTableSlot *
next_row(RowWriter *writer)
{
	Assert(writer->nfilled < writer->nslot);
	return writer->slots[writer->nfilled++];
}

/* Writes the filled slots; their tts_tid says where they are. */
static void
write_rows(RowWriter *writer)
{
	CHECK_FOR_INTERRUPTS();
	if (writer->nfilled == 1)
	{
		TupleTableSlot *slot = writer->slots[0];
		HeapTuple tuple = ExecFetchSlotHeapTuple(slot, true, NULL);

		heap_insert(writer->heap, tuple, writer->cid, 0, writer->bulk);
		slot->tts_tid = tuple->t_self;
	}
	else
		heap_multi_insert(writer->heap, writer->slots, writer->nfilled, writer->cid, 0,
						  writer->bulk);
}

static void
end_batch(RowWriter *writer)
{
	int i;

	for (i = 0; i < writer->nfilled; i++)
		ExecClearTuple(writer->slots[i]);
	writer->nfilled = 0;
	MemoryContextReset(writer->context);
}

static void
close_rows(RowWriter *writer)
{
	int i;

	for (i = 0; i < writer->nslot; i++)
		ExecDropSingleTupleTableSlot(writer->slots[i]);
	pfree(writer->slots);
	if (writer->bulk)
		FreeBulkInsertState(writer->bulk);
	MemoryContextDelete(writer->context);
	table_close(writer->heap, NoLock);
}

typedef struct PostingWriter
{
	RowWriter rows;
	EntryWriter primary;
	EntryWriter document;
	bool has_origin; /* some posting has; else the index is left alone */
	EntryWriter origin;
} PostingWriter;

static void
flush_postings(PostingWriter *writer)
{
	int i;

	if (writer->rows.nfilled == 0)
		return;
	write_rows(&writer->rows);
	for (i = 0; i < writer->rows.nfilled; i++)
	{
		TupleTableSlot *slot = writer->rows.slots[i];
		Datum key[2];

		key[0] = COLUMN(slot, POSTING_OWNER_ID);
		key[1] = COLUMN(slot, POSTING_POSTING_ID);
		insert_entry(&writer->primary, key, &slot->tts_tid);
		key[1] = COLUMN(slot, POSTING_DOCUMENT_NUMBER);
		insert_entry(&writer->document, key, &slot->tts_tid);
		if (!slot->tts_isnull[POSTING_ORIGIN_POSTING_ID - 1])
		{
			key[1] = COLUMN(slot, POSTING_ORIGIN_POSTING_ID);
			insert_entry(&writer->origin, key, &slot->tts_tid);
		}
	}
	end_batch(&writer->rows);
}

void
ims_heap_write_postings(ImsCall *call)
{
	PostingWriter writer = {0};
	MemoryContext old;
	int nrow = 0;
	int i;

	for (i = 0; i < call->nposting; i++)
		if (!call->postings[i].written)
		{
			nrow++;
			writer.has_origin |= call->postings[i].origin_posting_id != 0;
		}
	if (nrow == 0)
		return;

	open_rows(&writer.rows, call->ledger->posting, nrow);
	open_entries(&writer.primary, writer.rows.heap, call->ledger->posting_pkey);
	open_entries(&writer.document, writer.rows.heap, call->ledger->posting_document_idx);
	if (writer.has_origin)
		open_entries(&writer.origin, writer.rows.heap, call->ledger->posting_origin_idx);
	old = MemoryContextSwitchTo(writer.rows.context);
	for (i = 0; i < call->nposting; i++)
	{
		TupleTableSlot *slot;

		if (call->postings[i].written)
			continue;
		slot = next_row(&writer.rows);
		ims_engine_posting_values(call, &call->postings[i], slot->tts_values,
								  slot->tts_isnull);
		ExecStoreVirtualTuple(slot);
		if (writer.rows.nfilled == writer.rows.nslot)
			flush_postings(&writer);
	}
	flush_postings(&writer);
	MemoryContextSwitchTo(old);
	if (writer.has_origin)
		close_entries(&writer.origin);
	close_entries(&writer.document);
	close_entries(&writer.primary);
	close_rows(&writer.rows);
}

/* An entry of the index on (owner, item, time) that is kept back. */
typedef struct ItemEntry
{
	int64 owner_id;
	int64 item_id;
	int64 effective_at;
	ItemPointerData tid;
} ItemEntry;

static inline int
compare_entries(ItemEntry *a, ItemEntry *b)
{
	if (a->owner_id != b->owner_id)
		return a->owner_id < b->owner_id ? -1 : 1;
	if (a->item_id != b->item_id)
		return a->item_id < b->item_id ? -1 : 1;
	if (a->effective_at != b->effective_at)
		return a->effective_at < b->effective_at ? -1 : 1;
	return ItemPointerCompare(&a->tid, &b->tid);
}

#define ST_SORT sort_entries
#define ST_ELEMENT_TYPE ItemEntry
#define ST_COMPARE(a, b) compare_entries((ItemEntry *) (a), (ItemEntry *) (b))
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

/*
 * The partial indexes of movement: (owner, key) of the lines that have what
 * they are about, one number that is neither null nor 0.
 */
typedef struct PartialIndex
{
	size_t index; /* where ImsLedger has it */
	AttrNumber key;
	AttrNumber about[2]; /* 0 for none */
	int64 wanted;		 /* the number it must be; 0: any but 0 */
} PartialIndex;

static const PartialIndex partial_indexes[] = {
	{offsetof(ImsLedger, movement_origin_idx),
	 MOVEMENT_ORIGIN_MOVEMENT_ID,
	 {MOVEMENT_ORIGIN_MOVEMENT_ID, 0},
	 0},
	{offsetof(ImsLedger, movement_lot_idx), MOVEMENT_LOT_ID, {MOVEMENT_LOT_ID, 0}, 0},
	{offsetof(ImsLedger, movement_serial_idx), MOVEMENT_SERIAL_ID, {MOVEMENT_SERIAL_ID, 0}, 0},
	{offsetof(ImsLedger, movement_from_handling_unit_idx),
	 MOVEMENT_FROM_HANDLING_UNIT_ID,
	 {MOVEMENT_FROM_HANDLING_UNIT_ID, 0},
	 0},
	{offsetof(ImsLedger, movement_to_handling_unit_idx),
	 MOVEMENT_TO_HANDLING_UNIT_ID,
	 {MOVEMENT_TO_HANDLING_UNIT_ID, 0},
	 0},
	{offsetof(ImsLedger, movement_production_idx),
	 MOVEMENT_POSTING_ID,
	 {MOVEMENT_FROM_LOCATION_ID, MOVEMENT_TO_LOCATION_ID},
	 IMS_LOCATION_PRODUCTION},
};

typedef struct MovementWriter
{
	RowWriter rows;
	EntryWriter primary;
	EntryWriter item;
	EntryWriter time;
	/* opened with the first line that belongs into it; else left alone */
	EntryWriter partial[lengthof(partial_indexes)];
	int nkept;
	int max_kept;
	ItemEntry *kept;
	/* what the BRIN index was told last */
	BlockNumber time_block;
	Datum time_key[3];
} MovementWriter;

static void
flush_kept(MovementWriter *writer)
{
	int i;

	sort_entries(writer->kept, writer->nkept);
	for (i = 0; i < writer->nkept; i++)
	{
		ItemEntry *entry = &writer->kept[i];
		Datum key[3];

		if (i % BATCH_ROWS == 0)
			CHECK_FOR_INTERRUPTS();
		key[0] = Int64GetDatum(entry->owner_id);
		key[1] = Int64GetDatum(entry->item_id);
		key[2] = TimestampTzGetDatum(entry->effective_at);
		insert_entry(&writer->item, key, &entry->tid);
	}
	writer->nkept = 0;
}

/*
 * All rows of the batch are in the heap, so that a summary made from now on
 * sees them; an existing one has to be told once.
 *
 * The first row of a page asks autovacuum for a summary of the range before.
 * The index looks at nothing else of the offset; in bulk it gets another one,
 * as the queue of such requests would overflow and fill the server's log.
 */
static void
insert_time_entry(MovementWriter *writer, TupleTableSlot *slot)
{
	Datum key[3];
	ItemPointerData tid = slot->tts_tid;
	BlockNumber block = ItemPointerGetBlockNumber(&tid);

	key[0] = COLUMN(slot, MOVEMENT_POSTING_ID);
	key[1] = COLUMN(slot, MOVEMENT_EFFECTIVE_AT);
	key[2] = COLUMN(slot, MOVEMENT_RECORDED_AT);
	if (block == writer->time_block && memcmp(key, writer->time_key, sizeof(key)) == 0)
		return;
	if (writer->rows.bulk != NULL)
		ItemPointerSetOffsetNumber(&tid, FirstOffsetNumber + 1);
	insert_entry(&writer->time, key, &tid);
	writer->time_block = block;
	memcpy(writer->time_key, key, sizeof(key));
}

static inline bool
is_about(const TupleTableSlot *slot, AttrNumber attnum, int64 wanted)
{
	int64 value;

	if (attnum == 0 || slot->tts_isnull[attnum - 1])
		return false;
	value = DatumGetInt64(COLUMN(slot, attnum));
	return wanted == 0 ? value != 0 : value == wanted;
}

static void
insert_partial_entries(MovementWriter *writer, const ImsLedger *ledger, TupleTableSlot *slot)
{
	int i;

	for (i = 0; i < lengthof(partial_indexes); i++)
	{
		const PartialIndex *partial = &partial_indexes[i];
		EntryWriter *entries = &writer->partial[i];
		Datum key[2];

		if (!is_about(slot, partial->about[0], partial->wanted) &&
			!is_about(slot, partial->about[1], partial->wanted))
			continue;
		if (entries->index == NULL)
		{
			/* what it allocates outlives the batch */
			MemoryContext old =
				MemoryContextSwitchTo(MemoryContextGetParent(writer->rows.context));

			open_entries(entries, writer->rows.heap,
						 *(const Oid *) ((const char *) ledger + partial->index));
			MemoryContextSwitchTo(old);
		}
		key[0] = COLUMN(slot, MOVEMENT_OWNER_ID);
		key[1] = COLUMN(slot, partial->key);
		insert_entry(entries, key, &slot->tts_tid);
	}
}

static void
flush_movements(MovementWriter *writer, const ImsLedger *ledger)
{
	int n = writer->rows.nfilled;
	int i;

	if (n == 0)
		return;
	write_rows(&writer->rows);
	for (i = 0; i < n; i++)
	{
		TupleTableSlot *slot = writer->rows.slots[i];
		Datum key[2];

		key[0] = COLUMN(slot, MOVEMENT_OWNER_ID);
		key[1] = COLUMN(slot, MOVEMENT_MOVEMENT_ID);
		insert_entry(&writer->primary, key, &slot->tts_tid);
	}
	for (i = 0; i < n; i++)
		insert_partial_entries(writer, ledger, writer->rows.slots[i]);
	writer->time_block = InvalidBlockNumber;
	for (i = 0; i < n; i++)
		insert_time_entry(writer, writer->rows.slots[i]);
	if (writer->nkept + n > writer->max_kept)
		flush_kept(writer);
	for (i = 0; i < n; i++)
	{
		TupleTableSlot *slot = writer->rows.slots[i];
		ItemEntry *entry = &writer->kept[writer->nkept++];

		entry->owner_id = DatumGetInt64(COLUMN(slot, MOVEMENT_OWNER_ID));
		entry->item_id = DatumGetInt64(COLUMN(slot, MOVEMENT_ITEM_ID));
		entry->effective_at = DatumGetTimestampTz(COLUMN(slot, MOVEMENT_EFFECTIVE_AT));
		entry->tid = slot->tts_tid;
	}
	end_batch(&writer->rows);
}

static void
open_movements(MovementWriter *writer, ImsCall *call, int64 nrow)
{
	const ImsLedger *ledger = call->ledger;

	open_rows(&writer->rows, ledger->movement, nrow);
	open_entries(&writer->primary, writer->rows.heap, ledger->movement_pkey);
	open_entries(&writer->item, writer->rows.heap, ledger->movement_item_idx);
	open_entries(&writer->time, writer->rows.heap, ledger->movement_time_idx);
	memset(writer->partial, 0, sizeof(writer->partial));
	writer->nkept = 0;
	writer->max_kept = (int) Min(nrow, SORTED_ENTRIES);
	writer->kept = palloc(writer->max_kept * sizeof(ItemEntry));
}

static void
close_movements(MovementWriter *writer)
{
	int i;

	pfree(writer->kept);
	for (i = 0; i < lengthof(partial_indexes); i++)
		if (writer->partial[i].index != NULL)
			close_entries(&writer->partial[i]);
	close_entries(&writer->time);
	close_entries(&writer->item);
	close_entries(&writer->primary);
	close_rows(&writer->rows);
}

void
ims_heap_write_movements(ImsCall *call)
{
	MovementWriter writer;
	MemoryContext old;
	int64 nrow = 0;
	int64 i;

	for (i = 0; i < call->nline; i++)
		nrow += ims_line_is_to_write(call, &call->lines[i]);
	if (nrow == 0)
		return;
	open_movements(&writer, call, nrow);
	old = MemoryContextSwitchTo(writer.rows.context);
	for (i = 0; i < call->nline; i++)
	{
		ImsLine *line = &call->lines[i];
		TupleTableSlot *slot;

		if (!ims_line_is_to_write(call, line))
			continue;
		line->movement_id = nextval_internal(call->ledger->movement_sequence, false);
		slot = next_row(&writer.rows);
		ims_engine_movement_values(call, line, slot->tts_values, slot->tts_isnull);
		ExecStoreVirtualTuple(slot);
		if (writer.rows.nfilled == writer.rows.nslot)
			flush_movements(&writer, call->ledger);
	}
	flush_movements(&writer, call->ledger);
	flush_kept(&writer);
	MemoryContextSwitchTo(old);
	close_movements(&writer);
}
