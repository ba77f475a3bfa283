/*-------------------------------------------------------------------------
 *
 * trace.h
 *	  The search of a trace: which lots and units others lead to.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_TRACE_H
#define IMS_TRACE_H

#include "datatype/timestamp.h"
#include "utils/array.h"
#include "utils/snapshot.h"

#include "ims.h"

/* A lot as a whole (serial 0), a unit of a lot, or a unit of no lot (lot 0). */
typedef struct ImsTraceKey
{
	int64 lot_id;
	int64 serial_id;
} ImsTraceKey;

typedef struct ImsTraceNode
{
	ImsTraceKey key;
	int64 level;
	TimestampTz bound;
	bool is_waiting; /* in the next level already */
} ImsTraceNode;

/* A node to begin with. */
typedef struct ImsTraceEntry
{
	ImsTraceKey key;
	int64 level;
	TimestampTz bound;
} ImsTraceEntry;

typedef struct ImsTrace
{
	/* given by the caller */
	int64 owner_id;
	bool forward;
	bool by_time;
	int64 at_most;
	Snapshot snapshot; /* registered */
	MemoryContext context;
	const ImsTraceEntry *entries; /* ascending by level */
	int64 nentry;

	/* found */
	ImsTraceNode *nodes;
	int64 nnode;

	/* the search's own */
	struct nodehash_hash *hash;
	int64 room;
	int64 *level; /* nodes to follow next; as much room as nodes */
	int64 nlevel;
	int64 next_entry;
} ImsTrace;

/* Nodes of parallel arrays as entries of level 0. */
extern ImsTraceEntry *ims_trace_entries(ArrayType *lots, ArrayType *serials, bool forward,
										int64 *n);

/* Inside SPI_connect(). */
extern void ims_trace_search(ImsTrace *trace);

/*
 * For a caller who reads all lines of the nodes anyway, and finds there what they
 * lead to, a level after the other: no node yet; whether there is one at that index
 * (when those before it were followed), with the entries of its level; and one more
 * node (or a better bound of one).
 */
extern void ims_trace_begin(ImsTrace *trace);
extern bool ims_trace_next(ImsTrace *trace, int64 index);
extern void ims_trace_reach(ImsTrace *trace, ImsTraceKey key, int64 level,
							TimestampTz bound);

/* Its place among the nodes, or -1. */
extern int64 ims_trace_find(const ImsTrace *trace, ImsTraceKey key);

/* Whether what happened then is on the right side of the node's bound. */
static inline bool
ims_trace_is_affected(const ImsTrace *trace, const ImsTraceNode *node, TimestampTz at)
{
	if (!trace->by_time)
		return true;
	return trace->forward ? at >= node->bound : at <= node->bound;
}

#endif /* IMS_TRACE_H */
