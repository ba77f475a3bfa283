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

#define TRACE_FIRST_SIZE 256

/* A lot as a whole (serial 0), a unit of a lot, or a unit of no lot (lot 0). */
typedef struct NodeKey
{
	int64 lot_id;
	int64 serial_id;
} NodeKey;

typedef struct NodeEntry
{
	NodeKey key;
	int64 index;
	char status;
} NodeEntry;

#define SH_PREFIX nodehash
#define SH_ELEMENT_TYPE NodeEntry
#define SH_KEY_TYPE NodeKey
#define SH_KEY key
#define SH_HASH_KEY(tb, key)                                                             \
	hash_combine(ims_hash_id((key).lot_id), ims_hash_id((key).serial_id))
#define SH_EQUAL(tb, a, b) ((a).lot_id == (b).lot_id && (a).serial_id == (b).serial_id)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

typedef struct TraceNode
{
	NodeKey key;
	int64 level;
	TimestampTz bound;
	bool is_waiting; /* in the next level already */
} TraceNode;

typedef struct Search
{
	int64 owner_id;
	bool forward;
	bool by_time;
	int64 at_most;
	MemoryContext context;
	nodehash_hash *hash;
	TraceNode *nodes;
	int64 nnode;
	int64 room;
	int64 *level; /* nodes to follow next; as much room as nodes */
	int64 nlevel;
} Search;

static void
assert_search_valid(const Search *search)
{
	Assert(search->nnode <= search->room);
	Assert(search->nlevel <= search->nnode);
	Assert(search->hash->members == search->nnode);
}

static void
make_room(Search *search)
{
	if (search->nnode < search->room)
		return;
	search->room *= 2;
	search->nodes = repalloc_huge(search->nodes, sizeof(TraceNode) * search->room);
	search->level = repalloc_huge(search->level, sizeof(int64) * search->room);
}

static void
raise_too_many(const Search *search)
{
	ereport(ERROR,
			(errcode(ERRCODE_IMS_TRACE_LIMIT),
			 errmsg("the trace reaches more than " INT64_FORMAT " lots and units",
					search->at_most),
			 errdetail_internal("%s", ims_error_detail("The search was given up.",
													   ims_detail_integer("at_most",
																		  search->at_most))),
			 errhint("Raise at_most, or trace one of the lots that it leads to.")));
}

static bool
is_better(const Search *search, TimestampTz bound, TimestampTz than)
{
	return search->forward ? bound < than : bound > than;
}

static void
enqueue(Search *search, int64 index)
{
	if (search->nodes[index].is_waiting)
		return;
	search->nodes[index].is_waiting = true;
	search->level[search->nlevel++] = index;
}

/* Enters a node, or betters its bound; it is followed next where that changes what follows. */
static void
reach(Search *search, NodeKey key, int64 level, TimestampTz bound)
{
	NodeKey whole_lot = {key.lot_id, 0};
	NodeEntry *entry;
	TraceNode *node;
	bool found;

	/* units are nodes of their own but where their lot is one */
	if (key.serial_id != 0 && key.lot_id != 0)
	{
		entry = nodehash_lookup(search->hash, whole_lot);
		if (entry != NULL && !is_better(search, bound, search->nodes[entry->index].bound))
			return;
	}
	entry = nodehash_insert(search->hash, key, &found);
	if (found)
	{
		node = &search->nodes[entry->index];
		if (is_better(search, bound, node->bound))
		{
			node->bound = bound;
			if (search->by_time)
				enqueue(search, entry->index);
		}
		return;
	}
	if (search->nnode >= search->at_most)
		raise_too_many(search);
	make_room(search);
	entry->index = search->nnode++;
	node = &search->nodes[entry->index];
	node->key = key;
	node->level = level;
	node->bound = bound;
	node->is_waiting = false;
	enqueue(search, entry->index);
}

/* The nodes of the level as arrays; the level is empty afterwards. */
static int64
take_level(Search *search, Datum *values)
{
	int64 n = search->nlevel;
	int64 *lots = MemoryContextAllocHuge(search->context, sizeof(int64) * Max(n, 1));
	int64 *serials = MemoryContextAllocHuge(search->context, sizeof(int64) * Max(n, 1));
	int64 *bounds = MemoryContextAllocHuge(search->context, sizeof(int64) * Max(n, 1));
	int64 i;

	for (i = 0; i < n; i++)
	{
		TraceNode *node = &search->nodes[search->level[i]];

		Assert(node->is_waiting);
		node->is_waiting = false;
		lots[i] = node->key.lot_id;
		serials[i] = node->key.serial_id;
		bounds[i] = node->bound;
	}
	search->nlevel = 0;
	values[1] = ims_int64_array(lots, n);
	values[2] = ims_int64_array(serials, n);
	values[3] = ims_timestamptz_array(bounds, n);
	pfree(lots);
	pfree(serials);
	pfree(bounds);
	return n;
}

static void
follow_level(Search *search, int64 level, Snapshot snapshot)
{
	Datum values[6];
	uint64 row;

	take_level(search, values);
	values[0] = Int64GetDatum(search->owner_id);
	values[4] = BoolGetDatum(search->forward);
	values[5] = BoolGetDatum(search->by_time);
	ims_plan_execute(IMS_PLAN_TRACE_STEP, values, NULL, snapshot);
	for (row = 0; row < SPI_processed; row++)
	{
		HeapTuple tuple = SPI_tuptable->vals[row];
		TupleDesc desc = SPI_tuptable->tupdesc;
		bool isnull;
		NodeKey key;
		TimestampTz bound;

		if (row % 1024 == 0)
			CHECK_FOR_INTERRUPTS();
		key.lot_id = DatumGetInt64(SPI_getbinval(tuple, desc, 1, &isnull));
		key.serial_id = DatumGetInt64(SPI_getbinval(tuple, desc, 2, &isnull));
		bound = DatumGetTimestampTz(SPI_getbinval(tuple, desc, 3, &isnull));
		reach(search, key, level, bound);
	}
	SPI_freetuptable(SPI_tuptable);
	pfree(DatumGetPointer(values[1]));
	pfree(DatumGetPointer(values[2]));
	pfree(DatumGetPointer(values[3]));
	assert_search_valid(search);
}

static void
search_from(Search *search, ArrayType *lots, ArrayType *serials)
{
	TimestampTz bound = search->forward ? DT_NOBEGIN : DT_NOEND;
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
	for (i = 0; i < nlot; i++)
	{
		NodeKey key = {DatumGetInt64(lot_ids[i]), DatumGetInt64(serial_ids[i])};

		reach(search, key, 0, bound);
	}
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
	Search search = {0};
	Snapshot snapshot;
	int64 level = 0;
	int64 i;

	search.owner_id = PG_GETARG_INT64(0);
	search.forward = PG_GETARG_BOOL(3);
	search.by_time = PG_GETARG_BOOL(4);
	search.at_most = PG_GETARG_INT64(5);
	Assert(search.at_most <= IMS_MAX_TRACE_NODES);
	search.context =
		AllocSetContextCreate(CurrentMemoryContext, "ims trace", ALLOCSET_DEFAULT_SIZES);
	search.hash = nodehash_create(search.context, TRACE_FIRST_SIZE, NULL);
	search.room = TRACE_FIRST_SIZE;
	search.nodes = MemoryContextAlloc(search.context, sizeof(TraceNode) * search.room);
	search.level = MemoryContextAlloc(search.context, sizeof(int64) * search.room);
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);

	search_from(&search, PG_GETARG_ARRAYTYPE_P(1), PG_GETARG_ARRAYTYPE_P(2));
	snapshot =
		RegisterSnapshot(PG_GETARG_BOOL(6) ? GetLatestSnapshot() : GetActiveSnapshot());
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	while (search.nlevel > 0)
		follow_level(&search, ++level, snapshot);
	SPI_finish();
	UnregisterSnapshot(snapshot);

	for (i = 0; i < search.nnode; i++)
	{
		Datum values[4] = {Int64GetDatum(search.nodes[i].key.lot_id),
						   Int64GetDatum(search.nodes[i].key.serial_id),
						   Int64GetDatum(search.nodes[i].level),
						   TimestampTzGetDatum(search.nodes[i].bound)};
		bool nulls[4] = {false};

		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	MemoryContextDelete(search.context);
	return (Datum) 0;
}
