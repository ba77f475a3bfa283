/*-------------------------------------------------------------------------
 *
 * recall_read.c
 *	  The lines that a recall rests on, with their postings.
 *
 * Of some nodes all lines are read, then all their postings: two statements,
 * each of many look-ups by index.  Reversals and the lines that they undo are
 * left out.  Both have the same lot and serial, so they are found among the
 * lines themselves.
 *
 * Memory: in the context of the portion; the caller resets it.  Takes no locks.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "ledger/recall.h"
#include "type/quantity.h"

/* columns of IMS_PLAN_LOT_LINES and IMS_PLAN_UNIT_LINES */
typedef enum LineColumn
{
	LINE_MOVEMENT_ID,
	LINE_POSTING_ID,
	LINE_EFFECTIVE_AT,
	LINE_ITEM_ID,
	LINE_LOT_ID,
	LINE_SERIAL_ID,
	LINE_FROM_LOCATION_ID,
	LINE_TO_LOCATION_ID,
	LINE_FROM_HANDLING_UNIT_ID,
	LINE_TO_HANDLING_UNIT_ID,
	LINE_QUANTITY,
	LINE_ORIGIN_MOVEMENT_ID
} LineColumn;

#define LINE_COLUMNS (LINE_ORIGIN_MOVEMENT_ID + 1)

typedef struct IdEntry
{
	int64 id;
	int64 value;
	char status;
} IdEntry;

#define SH_PREFIX idhash
#define SH_ELEMENT_TYPE IdEntry
#define SH_KEY_TYPE int64
#define SH_KEY id
#define SH_HASH_KEY(tb, key) ims_hash_id(key)
#define SH_EQUAL(tb, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

void
ims_recall_begin(ImsRecall *recall, int64 owner_id, bool forward, bool by_time,
				 int64 at_most, Snapshot snapshot)
{
	ImsTrace *trace = &recall->trace;

	trace->owner_id = owner_id;
	trace->forward = forward;
	trace->by_time = by_time;
	trace->at_most = at_most;
	trace->snapshot = RegisterSnapshot(snapshot);
	trace->context =
		AllocSetContextCreate(CurrentMemoryContext, "ims recall", ALLOCSET_DEFAULT_SIZES);
	recall->portion = AllocSetContextCreate(trace->context, "ims recall portion",
											ALLOCSET_DEFAULT_SIZES);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
}

void
ims_recall_end(ImsRecall *recall)
{
	SPI_finish();
	UnregisterSnapshot(recall->trace.snapshot);
	MemoryContextDelete(recall->trace.context);
}

void
ims_recall_execute(const ImsRecall *recall, ImsPlan plan, Datum *values)
{
	MemoryContext old = CurrentMemoryContext;

	ims_plan_execute(plan, values, NULL, recall->trace.snapshot);
	MemoryContextSwitchTo(old);
}

static void
append_line(ImsRecall *recall, HeapTuple tuple, TupleDesc desc, bool of_units)
{
	const ImsTrace *trace = &recall->trace;
	Datum values[LINE_COLUMNS];
	bool nulls[LINE_COLUMNS];
	ImsTraceKey key;
	int64 node;
	ImsRecallLine *line;

	if (recall->nline == recall->line_room)
	{
		recall->line_room *= 2;
		recall->lines =
			repalloc_huge(recall->lines, sizeof(ImsRecallLine) * recall->line_room);
	}
	line = &recall->lines[recall->nline++];
	heap_deform_tuple(tuple, desc, values, nulls);
	key.lot_id = DatumGetInt64(values[LINE_LOT_ID]);
	key.serial_id = of_units ? DatumGetInt64(values[LINE_SERIAL_ID]) : 0;
	node = ims_trace_find(trace, key);
	Assert(node >= recall->first_node);

	line->from.group = recall->groups[node - recall->first_node];
	line->from.item_id = DatumGetInt64(values[LINE_ITEM_ID]);
	line->from.lot_id = key.lot_id;
	line->from.serial_id = DatumGetInt64(values[LINE_SERIAL_ID]);
	line->to = line->from;
	line->from.location_id = DatumGetInt64(values[LINE_FROM_LOCATION_ID]);
	line->from.handling_unit_id = DatumGetInt64(values[LINE_FROM_HANDLING_UNIT_ID]);
	line->to.location_id = DatumGetInt64(values[LINE_TO_LOCATION_ID]);
	line->to.handling_unit_id = DatumGetInt64(values[LINE_TO_HANDLING_UNIT_ID]);
	line->movement_id = DatumGetInt64(values[LINE_MOVEMENT_ID]);
	line->posting_id = DatumGetInt64(values[LINE_POSTING_ID]);
	line->origin_movement_id = nulls[LINE_ORIGIN_MOVEMENT_ID]
								   ? 0
								   : DatumGetInt64(values[LINE_ORIGIN_MOVEMENT_ID]);
	line->quantity = ims_quantity_from_numeric(DatumGetNumeric(values[LINE_QUANTITY]));
	line->is_affected =
		ims_trace_is_affected(trace, &trace->nodes[node],
							  DatumGetTimestampTz(values[LINE_EFFECTIVE_AT]));
	line->posting = NULL;
}

static void
append_lines(ImsRecall *recall, ImsPlan plan, Datum *values)
{
	uint64 row;

	ims_recall_execute(recall, plan, values);
	for (row = 0; row < SPI_processed; row++)
	{
		if (row % 1024 == 0)
			CHECK_FOR_INTERRUPTS();
		append_line(recall, SPI_tuptable->vals[row], SPI_tuptable->tupdesc,
					plan == IMS_PLAN_UNIT_LINES);
	}
	SPI_freetuptable(SPI_tuptable);
}

static void
read_lines(ImsRecall *recall, int64 first, int64 count)
{
	int64 *lots = palloc(sizeof(int64) * count);
	int64 *unit_lots = palloc(sizeof(int64) * count);
	int64 *units = palloc(sizeof(int64) * count);
	int64 nlot = 0;
	int64 nunit = 0;
	int64 i;
	Datum values[3];

	for (i = first; i < first + count; i++)
	{
		ImsTraceKey key = recall->ranked[i].key;

		if (key.serial_id == 0)
			lots[nlot++] = key.lot_id;
		else
		{
			unit_lots[nunit] = key.lot_id;
			units[nunit++] = key.serial_id;
		}
	}
	recall->nline = 0;
	recall->line_room = IMS_RECALL_FIRST_SIZE;
	recall->lines = palloc(sizeof(ImsRecallLine) * recall->line_room);
	values[0] = Int64GetDatum(recall->trace.owner_id);
	if (nlot > 0)
	{
		values[1] = ims_int64_array(lots, nlot);
		append_lines(recall, IMS_PLAN_LOT_LINES, values);
	}
	if (nunit > 0)
	{
		values[1] = ims_int64_array(unit_lots, nunit);
		values[2] = ims_int64_array(units, nunit);
		append_lines(recall, IMS_PLAN_UNIT_LINES, values);
	}
}

static ImsRecallPostingKind
posting_kind(text *word)
{
	static const struct
	{
		const char *word;
		ImsRecallPostingKind kind;
	} words[] = {
		{"dispatch", IMS_RECALL_POSTING_DISPATCH},
		{"receive_transfer", IMS_RECALL_POSTING_RECEIVE_TRANSFER},
		{"relot", IMS_RECALL_POSTING_RELOT},
		{"reversal", IMS_RECALL_POSTING_REVERSAL},
		{"usage", IMS_RECALL_POSTING_USAGE},
	};
	size_t length = VARSIZE_ANY_EXHDR(word);
	int i;

	for (i = 0; i < lengthof(words); i++)
	{
		if (length == strlen(words[i].word) &&
			memcmp(VARDATA_ANY(word), words[i].word, length) == 0)
			return words[i].kind;
	}
	return IMS_RECALL_POSTING_OTHER;
}

void
ims_recall_read_postings(ImsRecall *recall)
{
	int64 *ids = MemoryContextAllocHuge(CurrentMemoryContext,
										sizeof(int64) * Max(recall->nline, 1));
	idhash_hash *places;
	Datum values[2];
	int64 n;
	int64 i;

	for (i = 0; i < recall->nline; i++)
		ids[i] = recall->lines[i].posting_id;
	n = ims_distinct_ids(ids, recall->nline);
	values[0] = Int64GetDatum(recall->trace.owner_id);
	values[1] = ims_int64_array(ids, n);
	ims_recall_execute(recall, IMS_PLAN_POSTINGS, values);
	recall->posting_rows = SPI_tuptable;
	places = idhash_create(CurrentMemoryContext, n, NULL);
	recall->postings =
		MemoryContextAllocHuge(CurrentMemoryContext, sizeof(ImsRecallPosting) * Max(n, 1));
	for (i = 0; i < (int64) SPI_processed; i++)
	{
		ImsRecallPosting *posting = &recall->postings[i];
		bool found;

		if (i % 1024 == 0)
			CHECK_FOR_INTERRUPTS();
		heap_deform_tuple(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, posting->values,
						  posting->nulls);
		posting->kind =
			posting_kind(DatumGetTextPP(posting->values[IMS_RECALL_POSTING_KIND]));
		idhash_insert(places, DatumGetInt64(posting->values[IMS_RECALL_POSTING_ID]), &found)
			->value = i;
	}
	for (i = 0; i < recall->nline; i++)
	{
		IdEntry *entry = idhash_lookup(places, recall->lines[i].posting_id);

		if (entry != NULL)
			recall->lines[i].posting = &recall->postings[entry->value];
	}
}

/* Reversals go, and what they undo; and lines of a posting that is being written. */
static void
drop_reversed(ImsRecall *recall)
{
	idhash_hash *undone = idhash_create(CurrentMemoryContext, IMS_RECALL_FIRST_SIZE, NULL);
	int64 kept = 0;
	int64 i;
	bool found;

	for (i = 0; i < recall->nline; i++)
	{
		const ImsRecallPosting *posting = recall->lines[i].posting;

		if (posting != NULL && posting->kind == IMS_RECALL_POSTING_REVERSAL)
			idhash_insert(undone, recall->lines[i].origin_movement_id, &found);
	}
	for (i = 0; i < recall->nline; i++)
	{
		ImsRecallLine *line = &recall->lines[i];

		if (line->posting != NULL && line->posting->kind != IMS_RECALL_POSTING_REVERSAL &&
			(undone->members == 0 || idhash_lookup(undone, line->movement_id) == NULL))
			recall->lines[kept++] = *line;
	}
	recall->nline = kept;
}

static int
compare_departures(const void *a, const void *b)
{
	const ImsRecallDeparture *x = a;
	const ImsRecallDeparture *y = b;

	if (x->posting_id != y->posting_id)
		return x->posting_id < y->posting_id ? -1 : 1;
	return (x->handling_unit_id > y->handling_unit_id) -
		   (x->handling_unit_id < y->handling_unit_id);
}

/* The handling units that left as a whole with goods of the portion in them. */
static void
read_departures(ImsRecall *recall)
{
	int64 *ids = MemoryContextAllocHuge(CurrentMemoryContext,
										sizeof(int64) * Max(recall->nline, 1));
	int64 n = 0;
	int64 i;
	uint64 row;
	Datum values[2];

	recall->ndeparture = 0;
	for (i = 0; i < recall->nline; i++)
	{
		const ImsRecallLine *line = &recall->lines[i];

		if (line->from.handling_unit_id != 0 && ims_is_virtual(line->to.location_id))
			ids[n++] = line->posting_id;
	}
	if (n == 0)
		return;
	n = ims_distinct_ids(ids, n);
	values[0] = Int64GetDatum(recall->trace.owner_id);
	values[1] = ims_int64_array(ids, n);
	ims_recall_execute(recall, IMS_PLAN_DEPARTURES, values);
	recall->departures =
		MemoryContextAllocHuge(CurrentMemoryContext,
							   sizeof(ImsRecallDeparture) * Max(SPI_processed, 1));
	for (row = 0; row < SPI_processed; row++)
	{
		Datum columns[3];
		bool nulls[3];

		heap_deform_tuple(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, columns, nulls);
		recall->departures[recall->ndeparture++] =
			(ImsRecallDeparture){DatumGetInt64(columns[0]), DatumGetInt64(columns[1]),
								 DatumGetInt64(columns[2])};
	}
	SPI_freetuptable(SPI_tuptable);
	qsort(recall->departures, recall->ndeparture, sizeof(ImsRecallDeparture),
		  compare_departures);
}

const ImsRecallDeparture *
ims_recall_departure(const ImsRecall *recall, int64 posting_id, int64 handling_unit_id)
{
	ImsRecallDeparture key = {posting_id, handling_unit_id, 0};

	if (recall->ndeparture == 0)
		return NULL;
	return bsearch(&key, recall->departures, recall->ndeparture,
				   sizeof(ImsRecallDeparture), compare_departures);
}

int64
ims_recall_departed_in(const ImsRecall *recall, int64 posting_id, int64 handling_unit_id)
{
	int level;

	for (level = 0; level < IMS_MAX_NESTING; level++)
	{
		const ImsRecallDeparture *departure =
			ims_recall_departure(recall, posting_id, handling_unit_id);

		if (departure == NULL || departure->parent_id == 0)
			break;
		handling_unit_id = departure->parent_id;
	}
	return handling_unit_id;
}

/* A production that goods went into; of a relot, of one unit (0 for goods without). */
typedef struct Edge
{
	int64 posting_id;
	int64 serial_id;
	int64 level; /* the lowest of those goods */
} Edge;

static int
compare_edges(const void *a, const void *b)
{
	const Edge *x = a;
	const Edge *y = b;

	if (x->posting_id != y->posting_id)
		return x->posting_id < y->posting_id ? -1 : 1;
	return (x->serial_id > y->serial_id) - (x->serial_id < y->serial_id);
}

static int
compare_edges_and_levels(const void *a, const void *b)
{
	int order = compare_edges(a, b);
	int64 x = ((const Edge *) a)->level;
	int64 y = ((const Edge *) b)->level;

	return order != 0 ? order : (x > y) - (x < y);
}

/* Each once. */
static int64
find_edges(const ImsRecall *recall, Edge *edges)
{
	int64 distinct = 0;
	int64 n = 0;
	int64 i;

	for (i = 0; i < recall->nline; i++)
	{
		const ImsRecallLine *line = &recall->lines[i];

		if (line->to.location_id != IMS_LOCATION_PRODUCTION ||
			line->posting->kind == IMS_RECALL_POSTING_USAGE || !line->is_affected)
			continue;
		edges[n].posting_id = line->posting_id;
		edges[n].serial_id =
			line->posting->kind == IMS_RECALL_POSTING_RELOT ? line->from.serial_id : 0;
		edges[n++].level = recall->levels[line->from.group];
	}
	qsort(edges, n, sizeof(Edge), compare_edges_and_levels);
	for (i = 0; i < n; i++)
	{
		if (i == 0 || compare_edges(&edges[i], &edges[distinct - 1]) != 0)
			edges[distinct++] = edges[i];
	}
	return distinct;
}

static const Edge *
find_edge(const Edge *edges, int64 n, int64 posting_id, int64 serial_id)
{
	Edge all = {posting_id, 0, 0};
	Edge unit = {posting_id, serial_id, 0};
	const Edge *edge = bsearch(&all, edges, n, sizeof(Edge), compare_edges);

	return edge != NULL ? edge : bsearch(&unit, edges, n, sizeof(Edge), compare_edges);
}

/* columns of IMS_PLAN_PRODUCTS */
typedef enum ProductColumn
{
	PRODUCT_POSTING_ID,
	PRODUCT_MOVEMENT_ID,
	PRODUCT_ITEM_ID,
	PRODUCT_LOT_ID,
	PRODUCT_SERIAL_ID,
	PRODUCT_QUANTITY
} ProductColumn;

#define PRODUCT_COLUMNS (PRODUCT_QUANTITY + 1)

static void
enter_product(ImsRecall *recall, const Edge *edge, const Datum *values)
{
	ImsTraceKey key = {DatumGetInt64(values[PRODUCT_LOT_ID]),
					   DatumGetInt64(values[PRODUCT_SERIAL_ID])};

	if (key.lot_id == 0 && key.serial_id == 0)
	{
		ImsRecallUntracked untracked = {.movement_id =
											DatumGetInt64(values[PRODUCT_MOVEMENT_ID]),
										.posting_id = edge->posting_id,
										.item_id = DatumGetInt64(values[PRODUCT_ITEM_ID]),
										.level = edge->level + 1,
										.quantity = ims_quantity_from_numeric(
											DatumGetNumeric(values[PRODUCT_QUANTITY]))};

		ims_recall_keep_untracked(recall, untracked);
	}
	else if (!recall->trace.by_time) /* else the search was first */
		ims_trace_reach(&recall->trace, key, edge->level + 1, DT_NOBEGIN);
}

/* By the definition of an edge in 59_trace: there for the search, here for lines in memory. */
void
ims_recall_follow(ImsRecall *recall)
{
	Size room = Max(recall->nline, 1);
	Edge *edges = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Edge) * room);
	int64 *ids = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int64) * room);
	int64 nedge = find_edges(recall, edges);
	int64 nid = 0;
	int64 i;
	uint64 row;
	Datum values[2];

	if (nedge == 0)
		return;
	for (i = 0; i < nedge; i++)
	{
		if (i == 0 || edges[i].posting_id != edges[i - 1].posting_id)
			ids[nid++] = edges[i].posting_id;
	}
	values[0] = Int64GetDatum(recall->trace.owner_id);
	values[1] = ims_int64_array(ids, nid);
	ims_recall_execute(recall, IMS_PLAN_PRODUCTS, values);
	for (row = 0; row < SPI_processed; row++)
	{
		Datum columns[PRODUCT_COLUMNS];
		bool nulls[PRODUCT_COLUMNS];
		const Edge *edge;

		if (row % 1024 == 0)
			CHECK_FOR_INTERRUPTS();
		heap_deform_tuple(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, columns, nulls);
		edge = find_edge(edges, nedge, DatumGetInt64(columns[PRODUCT_POSTING_ID]),
						 DatumGetInt64(columns[PRODUCT_SERIAL_ID]));
		if (edge != NULL)
			enter_product(recall, edge, columns);
	}
	SPI_freetuptable(SPI_tuptable);
}

void
ims_recall_read(ImsRecall *recall, int64 first, int64 count)
{
	read_lines(recall, first, count);
	ims_recall_read_postings(recall);
	drop_reversed(recall);
	read_departures(recall);
}
