/*-------------------------------------------------------------------------
 *
 * trace.c
 *	  Which lots and units a lot became, or was made of: the search of a trace.
 *
 * A posting with lines into PRODUCTION and lines out of it turns the first
 * into the second: these are the edges, and there is no other record of them.
 * The search is breadth first.  All nodes of a level are asked for in one
 * statement (ims._trace_step), and a node is entered once, so a cycle ends
 * where it began, and the work grows with the edges that are reached, however
 * deep they lie.
 *
 * Where time counts, a node has a bound: going forward, the instant at which
 * the first affected goods came into it; going back, the last at which goods
 * of interest left it.  Only postings on the right side of the bound are
 * followed.  A node that is reached again with a better bound is followed
 * again; bounds are instants of postings and only get better, so this ends too.
 *
 * Memory: a context of its own for the nodes, SPI's for the rows of a level;
 * IMS_MAX_TRACE_NODES bounds both.  Takes no locks.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "ledger/detail.h"
#include "ledger/plan.h"
#include "ledger/trace.h"

#define TRACE_FIRST_SIZE 256

typedef struct NodeEntry
{
	ImsTraceKey key;
	int64 index;
	char status;
} NodeEntry;

#define SH_PREFIX nodehash
#define SH_ELEMENT_TYPE NodeEntry
#define SH_KEY_TYPE ImsTraceKey
#define SH_KEY key
#define SH_HASH_KEY(tb, key)                                                             \
	hash_combine(ims_hash_id((key).lot_id), ims_hash_id((key).serial_id))
#define SH_EQUAL(tb, a, b) ((a).lot_id == (b).lot_id && (a).serial_id == (b).serial_id)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

static void
assert_trace_valid(const ImsTrace *trace)
{
	Assert(trace->nnode <= trace->room);
	Assert(trace->nlevel <= trace->nnode);
	Assert(trace->hash->members == trace->nnode);
}

static void
make_room(ImsTrace *trace)
{
	if (trace->nnode < trace->room)
		return;
	trace->room *= 2;
	trace->nodes = repalloc_huge(trace->nodes, sizeof(ImsTraceNode) * trace->room);
	trace->level = repalloc_huge(trace->level, sizeof(int64) * trace->room);
}

static void
raise_too_many(const ImsTrace *trace)
{
	ereport(ERROR,
			(errcode(ERRCODE_IMS_TRACE_LIMIT),
			 errmsg("the trace reaches more than " INT64_FORMAT " lots and units",
					trace->at_most),
			 errdetail_internal("%s", ims_error_detail("The search was given up.",
													   ims_detail_integer("at_most",
																		  trace->at_most))),
			 errhint("Raise at_most, or trace one of the lots that it leads to.")));
}

static bool
is_better(const ImsTrace *trace, TimestampTz bound, TimestampTz than)
{
	return trace->forward ? bound < than : bound > than;
}

static void
enqueue(ImsTrace *trace, int64 index)
{
	if (trace->nodes[index].is_waiting)
		return;
	trace->nodes[index].is_waiting = true;
	trace->level[trace->nlevel++] = index;
}

/* Enters a node, or betters its bound; it is followed next where that changes what follows. */
void
ims_trace_reach(ImsTrace *trace, ImsTraceKey key, int64 level, TimestampTz bound)
{
	ImsTraceKey whole_lot = {key.lot_id, 0};
	NodeEntry *entry;
	ImsTraceNode *node;
	bool found;

	/* units are nodes of their own but where their lot is one */
	if (key.serial_id != 0 && key.lot_id != 0)
	{
		entry = nodehash_lookup(trace->hash, whole_lot);
		if (entry != NULL && !is_better(trace, bound, trace->nodes[entry->index].bound))
			return;
	}
	entry = nodehash_insert(trace->hash, key, &found);
	if (found)
	{
		node = &trace->nodes[entry->index];
		if (is_better(trace, bound, node->bound))
		{
			node->bound = bound;
			if (trace->by_time)
				enqueue(trace, entry->index);
		}
		return;
	}
	if (trace->nnode >= trace->at_most)
		raise_too_many(trace);
	make_room(trace);
	entry->index = trace->nnode++;
	node = &trace->nodes[entry->index];
	node->key = key;
	node->level = level;
	node->bound = bound;
	node->is_waiting = false;
	enqueue(trace, entry->index);
}

/* The nodes of the level as arrays; the level is empty afterwards. */
static int64
take_level(ImsTrace *trace, Datum *values)
{
	int64 n = trace->nlevel;
	int64 *lots = MemoryContextAllocHuge(trace->context, sizeof(int64) * Max(n, 1));
	int64 *serials = MemoryContextAllocHuge(trace->context, sizeof(int64) * Max(n, 1));
	int64 *bounds = MemoryContextAllocHuge(trace->context, sizeof(int64) * Max(n, 1));
	int64 i;

	for (i = 0; i < n; i++)
	{
		ImsTraceNode *node = &trace->nodes[trace->level[i]];

		Assert(node->is_waiting);
		node->is_waiting = false;
		lots[i] = node->key.lot_id;
		serials[i] = node->key.serial_id;
		bounds[i] = node->bound;
	}
	trace->nlevel = 0;
	values[1] = ims_int64_array(lots, n);
	values[2] = ims_int64_array(serials, n);
	values[3] = ims_timestamptz_array(bounds, n);
	pfree(lots);
	pfree(serials);
	pfree(bounds);
	return n;
}

static void
follow_level(ImsTrace *trace, int64 level)
{
	Datum values[6];
	uint64 row;

	take_level(trace, values);
	values[0] = Int64GetDatum(trace->owner_id);
	values[4] = BoolGetDatum(trace->forward);
	values[5] = BoolGetDatum(trace->by_time);
	ims_plan_execute(IMS_PLAN_TRACE_STEP, values, NULL, trace->snapshot);
	for (row = 0; row < SPI_processed; row++)
	{
		HeapTuple tuple = SPI_tuptable->vals[row];
		TupleDesc desc = SPI_tuptable->tupdesc;
		bool isnull;
		ImsTraceKey key;
		TimestampTz bound;

		if (row % 1024 == 0)
			CHECK_FOR_INTERRUPTS();
		key.lot_id = DatumGetInt64(SPI_getbinval(tuple, desc, 1, &isnull));
		key.serial_id = DatumGetInt64(SPI_getbinval(tuple, desc, 2, &isnull));
		bound = DatumGetTimestampTz(SPI_getbinval(tuple, desc, 3, &isnull));
		ims_trace_reach(trace, key, level, bound);
	}
	SPI_freetuptable(SPI_tuptable);
	pfree(DatumGetPointer(values[1]));
	pfree(DatumGetPointer(values[2]));
	pfree(DatumGetPointer(values[3]));
	assert_trace_valid(trace);
}

ImsTraceEntry *
ims_trace_entries(ArrayType *lots, ArrayType *serials, bool forward, int64 *n)
{
	ImsTraceEntry *entries;
	Datum *lot_ids;
	Datum *serial_ids;
	int nlot;
	int nserial;
	int i;

	deconstruct_array(lots, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
					  &lot_ids, NULL, &nlot);
	deconstruct_array(serials, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
					  &serial_ids, NULL, &nserial);
	if (nlot != nserial)
		elog(ERROR, "%d lots and %d serials to begin with", nlot, nserial);
	entries = palloc(sizeof(ImsTraceEntry) * Max(nlot, 1));
	for (i = 0; i < nlot; i++)
	{
		entries[i].key.lot_id = DatumGetInt64(lot_ids[i]);
		entries[i].key.serial_id = DatumGetInt64(serial_ids[i]);
		entries[i].level = 0;
		entries[i].bound = forward ? DT_NOBEGIN : DT_NOEND;
	}
	*n = nlot;
	return entries;
}

void
ims_trace_begin(ImsTrace *trace)
{
	Assert(trace->at_most <= IMS_MAX_TRACE_NODES);
	trace->hash = nodehash_create(trace->context, TRACE_FIRST_SIZE, NULL);
	trace->room = TRACE_FIRST_SIZE;
	trace->nodes = MemoryContextAlloc(trace->context, sizeof(ImsTraceNode) * trace->room);
	trace->level = MemoryContextAlloc(trace->context, sizeof(int64) * trace->room);
	assert_trace_valid(trace);
}

static void
enter_next(ImsTrace *trace)
{
	const ImsTraceEntry *entry = &trace->entries[trace->next_entry++];

	ims_trace_reach(trace, entry->key, entry->level, entry->bound);
}

bool
ims_trace_next(ImsTrace *trace, int64 index)
{
	while (trace->next_entry < trace->nentry &&
		   (index == trace->nnode ||
			trace->entries[trace->next_entry].level <= trace->nodes[index].level))
		enter_next(trace);
	return index < trace->nnode;
}

void
ims_trace_search(ImsTrace *trace)
{
	int64 level = 0;

	ims_trace_begin(trace);
	while (trace->nlevel > 0 || trace->next_entry < trace->nentry)
	{
		if (trace->nlevel == 0)
			level = trace->entries[trace->next_entry].level;
		while (trace->next_entry < trace->nentry &&
			   trace->entries[trace->next_entry].level <= level)
			enter_next(trace);
		follow_level(trace, ++level);
	}
}

int64
ims_trace_find(const ImsTrace *trace, ImsTraceKey key)
{
	NodeEntry *entry = nodehash_lookup(trace->hash, key);

	return entry != NULL ? entry->index : -1;
}

/*
 * ims_trace_nodes -- SQL: ims._trace_nodes(owner_id bigint, lot_ids bigint[],
 * serial_ids bigint[], forward boolean, by_time boolean, at_most bigint, latest boolean)
 * returns table (lot_id bigint, serial_id bigint, level bigint, bound timestamptz)
 *
 * The nodes to begin with are parallel arrays, level 0.  latest: as of the latest
 * snapshot at every isolation level, for a search under locks; else as of the
 * caller's.  Raises IV250 beyond at_most nodes.
 */
PG_FUNCTION_INFO_V1(ims_trace_nodes);
Datum
ims_trace_nodes(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ImsTrace trace = {0};
	int64 i;

	trace.owner_id = PG_GETARG_INT64(0);
	trace.forward = PG_GETARG_BOOL(3);
	trace.by_time = PG_GETARG_BOOL(4);
	trace.at_most = PG_GETARG_INT64(5);
	trace.snapshot =
		RegisterSnapshot(PG_GETARG_BOOL(6) ? GetLatestSnapshot() : GetActiveSnapshot());
	trace.context =
		AllocSetContextCreate(CurrentMemoryContext, "ims trace", ALLOCSET_DEFAULT_SIZES);
	trace.entries = ims_trace_entries(PG_GETARG_ARRAYTYPE_P(1), PG_GETARG_ARRAYTYPE_P(2),
									  trace.forward, &trace.nentry);
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	ims_trace_search(&trace);
	SPI_finish();
	UnregisterSnapshot(trace.snapshot);

	for (i = 0; i < trace.nnode; i++)
	{
		Datum values[4] = {Int64GetDatum(trace.nodes[i].key.lot_id),
						   Int64GetDatum(trace.nodes[i].key.serial_id),
						   Int64GetDatum(trace.nodes[i].level),
						   TimestampTzGetDatum(trace.nodes[i].bound)};
		bool nulls[4] = {false};

		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	MemoryContextDelete(trace.context);
	return (Datum) 0;
}
