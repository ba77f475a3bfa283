/*-------------------------------------------------------------------------
 *
 * recall_books.c
 *	  A recall goes on where goods became another owner's.
 *
 * A change of owner is two postings, one in the books of each; the second has the
 * first as its origin (48_ownership).  The books of the owner that the recall begins
 * with are reported first.  What they say was handed over to owners that may be told
 * of is where the report of those begins, at the level it was handed over at, and so
 * on: books are reported anew whenever others hand over to them what was not known, or
 * at a lower level or an earlier time.  There are only so many of each, so this ends.
 *
 * Memory: the rows of the other owners, and what is handed over, until the end.
 * Takes no locks.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "ledger/recall.h"

static const char *const recall_words[IMS_RECALL_NKIND] = {
	[IMS_RECALL_ADJUSTED] = "adjusted",
	[IMS_RECALL_CONSUMED] = "consumed",
	[IMS_RECALL_HANDED_OVER] = "handed_over",
	[IMS_RECALL_IN_TRANSIT] = "in_transit",
	[IMS_RECALL_MAY_BE_ON_HAND] = "may_be_on_hand",
	[IMS_RECALL_ON_HAND] = "on_hand",
	[IMS_RECALL_PRODUCED] = "produced",
	[IMS_RECALL_RECEIVED] = "received",
	[IMS_RECALL_RETURNED] = "returned",
	[IMS_RECALL_RETURNED_TO_SUPPLIER] = "returned_to_supplier",
	[IMS_RECALL_SCRAPPED] = "scrapped",
	[IMS_RECALL_SHIPPED] = "shipped",
	[IMS_RECALL_TAKEN_OVER] = "taken_over",
};

/* --------------------------------------------- changes of owner of a portion */

/* columns of IMS_PLAN_OTHER_OWNERS */
typedef enum OtherColumn
{
	OTHER_POSTING_ID,
	OTHER_OWNER_ID,
	OTHER_LOT_ID,
	OTHER_SERIAL_ID,
	OTHER_EFFECTIVE_AT,
	OTHER_NAMES /* and those after it */
} OtherColumn;

#define OTHER_COLUMNS (OTHER_NAMES + IMS_RECALL_OTHER_COLUMNS)

static int
compare_others(const void *a, const void *b)
{
	int64 x = ((const ImsRecallOther *) a)->posting_id;
	int64 y = ((const ImsRecallOther *) b)->posting_id;

	return (x > y) - (x < y);
}

const ImsRecallOther *
ims_recall_other(const ImsRecall *recall, int64 posting_id)
{
	ImsRecallOther key = {.posting_id = posting_id};

	if (recall->nother == 0)
		return NULL;
	return bsearch(&key, recall->others, recall->nother, sizeof(ImsRecallOther),
				   compare_others);
}

static bool
is_change_of_owner(const ImsRecallLine *line)
{
	return line->is_affected && (line->from.location_id == IMS_LOCATION_OWNERSHIP ||
								 line->to.location_id == IMS_LOCATION_OWNERSHIP);
}

static void
read_others_of(ImsRecall *recall, int64 *posting_ids, int64 n)
{
	Datum values[3] = {Int64GetDatum(recall->trace.owner_id),
					   ims_int64_array(posting_ids, ims_distinct_ids(posting_ids, n)),
					   recall->owner_ids};
	MemoryContext portion = CurrentMemoryContext;
	uint64 row;

	ims_recall_execute(recall, IMS_PLAN_OTHER_OWNERS, values);
	recall->nother = (int64) SPI_processed;
	recall->others =
		MemoryContextAllocHuge(portion, sizeof(ImsRecallOther) * Max(recall->nother, 1));
	for (row = 0; row < SPI_processed; row++)
	{
		ImsRecallOther *other = &recall->others[row];
		Datum columns[OTHER_COLUMNS];
		bool nulls[OTHER_COLUMNS];

		/* its names stay in the rows of SPI, until the report of these books ends */
		heap_deform_tuple(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, columns, nulls);
		other->posting_id = DatumGetInt64(columns[OTHER_POSTING_ID]);
		other->owner_id = DatumGetInt64(columns[OTHER_OWNER_ID]);
		other->key.lot_id = DatumGetInt64(columns[OTHER_LOT_ID]);
		other->key.serial_id = DatumGetInt64(columns[OTHER_SERIAL_ID]);
		other->effective_at = DatumGetTimestampTz(columns[OTHER_EFFECTIVE_AT]);
		memcpy(other->values, &columns[OTHER_NAMES], sizeof(other->values));
		memcpy(other->nulls, &nulls[OTHER_NAMES], sizeof(other->nulls));
	}
	qsort(recall->others, recall->nother, sizeof(ImsRecallOther), compare_others);
}

static void
keep_handover(ImsRecall *recall, const ImsRecallLine *line)
{
	const ImsRecallOther *other = ims_recall_other(recall, line->posting_id);
	ImsRecallHandover *handover;

	if (other == NULL)
		return;
	if (recall->nhandover == recall->handover_room)
	{
		recall->handover_room *= 2;
		recall->handovers = repalloc_huge(recall->handovers, sizeof(ImsRecallHandover) *
																 recall->handover_room);
	}
	handover = &recall->handovers[recall->nhandover++];
	handover->owner_id = other->owner_id;
	handover->entry.key = other->key;
	handover->entry.level = recall->levels[line->from.group];
	handover->entry.bound = recall->trace.by_time ? other->effective_at : DT_NOBEGIN;
}

void
ims_recall_read_others(ImsRecall *recall)
{
	int64 *posting_ids;
	int64 n = 0;
	int64 i;

	recall->nother = 0;
	for (i = 0; i < recall->nline; i++)
		n += is_change_of_owner(&recall->lines[i]);
	if (n == 0)
		return;
	posting_ids = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int64) * n);
	n = 0;
	for (i = 0; i < recall->nline; i++)
	{
		if (is_change_of_owner(&recall->lines[i]))
			posting_ids[n++] = recall->lines[i].posting_id;
	}
	read_others_of(recall, posting_ids, n);
	for (i = 0; i < recall->nline; i++)
	{
		if (is_change_of_owner(&recall->lines[i]) &&
			recall->lines[i].to.location_id == IMS_LOCATION_OWNERSHIP)
			keep_handover(recall, &recall->lines[i]);
	}
}

/* ------------------------------------------------------------------- books */

/* What is known of the goods of a recall in the books of one owner. */
typedef struct Book
{
	int64 owner_id;
	Tuplestorestate *result; /* NULL where rows are not asked for */
	ImsTraceEntry *entries;
	int64 nentry;
	ImsTraceNode *nodes; /* as of its last report */
	int64 nnode;
	bool is_open; /* to be reported, again or for the first time */
} Book;

typedef struct Books
{
	FunctionCallInfo fcinfo; /* of the two functions below, with the same arguments */
	ReturnSetInfo *rsinfo;
	Snapshot snapshot;
	bool wants_rows;
	Datum words[IMS_RECALL_NKIND];
	Book *books;
	int nbook;
	int room;
} Books;

static int
compare_keys(const ImsTraceEntry *x, const ImsTraceEntry *y)
{
	if (x->key.lot_id != y->key.lot_id)
		return x->key.lot_id < y->key.lot_id ? -1 : 1;
	return (x->key.serial_id > y->key.serial_id) - (x->key.serial_id < y->key.serial_id);
}

static int
compare_entries_by_key(const void *a, const void *b)
{
	return compare_keys(a, b);
}

static int
compare_entries(const void *a, const void *b)
{
	const ImsTraceEntry *x = a;
	const ImsTraceEntry *y = b;

	if (x->level != y->level)
		return x->level < y->level ? -1 : 1;
	return compare_keys(x, y);
}

static Book *
find_book(Books *books, int64 owner_id)
{
	Book *book;
	int i;

	for (i = 0; i < books->nbook; i++)
	{
		if (books->books[i].owner_id == owner_id)
			return &books->books[i];
	}
	if (books->nbook == books->room)
	{
		books->room *= 2;
		books->books = repalloc(books->books, sizeof(Book) * books->room);
	}
	book = &books->books[books->nbook++];
	memset(book, 0, sizeof(Book));
	book->owner_id = owner_id;
	if (books->wants_rows)
		book->result = books->nbook == 1 ? books->rsinfo->setResult
										 : tuplestore_begin_heap(false, false, work_mem);
	return book;
}

/* Where what is handed over is new, or better than what was, the book is open again. */
static void
merge_entries(Book *book, const ImsTraceEntry *more, int64 nmore)
{
	int64 nold = book->nentry;
	int64 i;

	qsort(book->entries, nold, sizeof(ImsTraceEntry), compare_entries_by_key);
	for (i = 0; i < nmore; i++)
	{
		ImsTraceEntry *old = nold == 0
								 ? NULL
								 : bsearch(&more[i], book->entries, nold,
										   sizeof(ImsTraceEntry), compare_entries_by_key);

		if (old == NULL)
		{
			/* those of one call each once, the best of them */
			if (book->nentry > nold &&
				compare_keys(&book->entries[book->nentry - 1], &more[i]) == 0)
				old = &book->entries[book->nentry - 1];
			else
			{
				book->entries[book->nentry++] = more[i];
				book->is_open = true;
				continue;
			}
		}
		if (more[i].level < old->level || more[i].bound < old->bound)
			book->is_open = true;
		old->level = Min(old->level, more[i].level);
		old->bound = Min(old->bound, more[i].bound);
	}
	qsort(book->entries, book->nentry, sizeof(ImsTraceEntry), compare_entries);
}

static int
compare_handovers(const void *a, const void *b)
{
	const ImsRecallHandover *x = a;
	const ImsRecallHandover *y = b;

	if (x->owner_id != y->owner_id)
		return x->owner_id < y->owner_id ? -1 : 1;
	return compare_keys(&x->entry, &y->entry);
}

static void
hand_over(Books *books, ImsRecallHandover *handovers, int64 n)
{
	ImsTraceEntry *more =
		palloc_extended(sizeof(ImsTraceEntry) * Max(n, 1), MCXT_ALLOC_HUGE);
	int64 first;
	int64 next;

	qsort(handovers, n, sizeof(ImsRecallHandover), compare_handovers);
	for (first = 0; first < n; first = next)
	{
		Book *book = find_book(books, handovers[first].owner_id);
		ImsTraceEntry *entries;

		for (next = first; next < n && handovers[next].owner_id == book->owner_id; next++)
			more[next - first] = handovers[next].entry;
		entries = palloc_extended(sizeof(ImsTraceEntry) * (book->nentry + next - first),
								  MCXT_ALLOC_HUGE);
		if (book->nentry > 0)
			memcpy(entries, book->entries, sizeof(ImsTraceEntry) * book->nentry);
		book->entries = entries;
		merge_entries(book, more, next - first);
	}
	pfree(more);
}

static void
read_owner(ImsRecall *recall)
{
	Datum values[1] = {Int64GetDatum(recall->trace.owner_id)};
	bool isnull;

	ims_recall_execute(recall, IMS_PLAN_OWNER_CODE, values);
	if (SPI_processed != 1)
		elog(ERROR, "owner " INT64_FORMAT " has no code", recall->trace.owner_id);
	recall->owner = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
}

static void
report_book(Books *books, int place)
{
	FunctionCallInfo fcinfo = books->fcinfo;
	Book *book = &books->books[place];
	ImsRecall *recall = palloc0(sizeof(ImsRecall));
	MemoryContext caller = CurrentMemoryContext;

	book->is_open = false;
	if (book->result != NULL)
		tuplestore_clear(book->result);
	recall->result = book->result;
	recall->desc = books->rsinfo->setDesc;
	recall->owner_ids = PG_GETARG_DATUM(6);
	memcpy(recall->words, books->words, sizeof(recall->words));
	recall->handover_room = IMS_RECALL_FIRST_SIZE;
	recall->handovers = palloc(sizeof(ImsRecallHandover) * recall->handover_room);
	ims_recall_begin(recall, book->owner_id, true, PG_GETARG_BOOL(3), PG_GETARG_INT64(4),
					 books->snapshot);
	recall->trace.entries = book->entries;
	recall->trace.nentry = book->nentry;
	read_owner(recall);
	ims_recall_report(recall);
	if (book->nodes != NULL)
		pfree(book->nodes);
	book->nnode = recall->trace.nnode;
	book->nodes = NULL;
	if (!books->wants_rows)
	{
		book->nodes = MemoryContextAllocHuge(caller, sizeof(ImsTraceNode) * book->nnode);
		memcpy(book->nodes, recall->trace.nodes, sizeof(ImsTraceNode) * book->nnode);
	}
	ims_recall_end(recall);
	hand_over(books, recall->handovers, recall->nhandover);
	pfree(recall->handovers);
	pfree(recall);
}

/* The first owner's books alone, or all; false where it ended before the end. */
static bool
report_books(Books *books, FunctionCallInfo fcinfo, bool wants_rows, bool is_alone)
{
	Snapshot latest = PG_GETARG_BOOL(5) ? GetLatestSnapshot() : GetActiveSnapshot();
	Book *book;
	int kind;
	int i = 0;

	books->fcinfo = fcinfo;
	books->rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	books->snapshot = RegisterSnapshot(latest);
	books->wants_rows = wants_rows;
	books->room = 8;
	books->books = palloc(sizeof(Book) * books->room);
	for (kind = 0; kind < IMS_RECALL_NKIND; kind++)
		books->words[kind] = CStringGetTextDatum(recall_words[kind]);
	book = find_book(books, PG_GETARG_INT64(0));
	book->entries = ims_trace_entries(PG_GETARG_ARRAYTYPE_P(1), PG_GETARG_ARRAYTYPE_P(2),
									  true, &book->nentry);
	book->is_open = true;
	while (i < books->nbook && !(is_alone && books->nbook > 1))
	{
		if (books->books[i].is_open)
		{
			report_book(books, i);
			i = 0;
		}
		else
			i++;
	}
	UnregisterSnapshot(books->snapshot);
	return i == books->nbook;
}

static int
compare_books(const void *a, const void *b)
{
	int64 x = ((const Book *) a)->owner_id;
	int64 y = ((const Book *) b)->owner_id;

	return (x > y) - (x < y);
}

static void
append_rows(Books *books, Book *book)
{
	TupleTableSlot *slot =
		MakeSingleTupleTableSlot(books->rsinfo->setDesc, &TTSOpsMinimalTuple);

	while (tuplestore_gettupleslot(book->result, true, false, slot))
	{
		CHECK_FOR_INTERRUPTS();
		tuplestore_puttupleslot(books->rsinfo->setResult, slot);
	}
	ExecDropSingleTupleTableSlot(slot);
	tuplestore_end(book->result);
}

/*
 * ims_recall_rows -- SQL: ims._recall_rows(owner_id bigint, lot_ids bigint[],
 * serial_ids bigint[], by_time boolean, at_most bigint, latest boolean,
 * owner_ids bigint[], alone boolean) returns the rows of ims.recall_report()
 *
 * The lots and units to begin with are parallel arrays, level 0.  latest: as of the
 * latest snapshot at every isolation level, for a recall, which holds locks; else as
 * of the caller's.  owner_ids: those whose books may be told of.  alone: no rows at all
 * where one of them has goods of it.  Raises IV250 beyond at_most lots and units of an
 * owner.
 */
PG_FUNCTION_INFO_V1(ims_recall_rows);
Datum
ims_recall_rows(PG_FUNCTION_ARGS)
{
	Books books = {0};
	int i;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	if (((ReturnSetInfo *) fcinfo->resultinfo)->setDesc->natts != IMS_RECALL_COLUMNS)
		elog(ERROR, "a report of other columns than %d", IMS_RECALL_COLUMNS);
	if (!report_books(&books, fcinfo, true, PG_GETARG_BOOL(7)))
	{
		tuplestore_clear(books.rsinfo->setResult);
		return (Datum) 0;
	}
	qsort(books.books + 1, books.nbook - 1, sizeof(Book), compare_books);
	for (i = 1; i < books.nbook; i++)
		append_rows(&books, &books.books[i]);
	return (Datum) 0;
}

/*
 * ims_recall_nodes -- SQL: ims._recall_nodes(owner_id bigint, lot_ids bigint[],
 * serial_ids bigint[], by_time boolean, at_most bigint, latest boolean,
 * owner_ids bigint[]) returns table (owner_id bigint, lot_id bigint, serial_id bigint)
 *
 * The lots and units of that report, in the books of all the owners.
 */
PG_FUNCTION_INFO_V1(ims_recall_nodes);
Datum
ims_recall_nodes(PG_FUNCTION_ARGS)
{
	Books books = {0};
	int i;
	int64 n;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	report_books(&books, fcinfo, false, false);
	for (i = 0; i < books.nbook; i++)
	{
		const Book *book = &books.books[i];

		for (n = 0; n < book->nnode; n++)
		{
			Datum values[3] = {Int64GetDatum(book->owner_id),
							   Int64GetDatum(book->nodes[n].key.lot_id),
							   Int64GetDatum(book->nodes[n].key.serial_id)};
			bool nulls[3] = {false};

			tuplestore_putvalues(books.rsinfo->setResult, books.rsinfo->setDesc, values,
								 nulls);
		}
	}
	return (Datum) 0;
}
