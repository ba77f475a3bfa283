/*-------------------------------------------------------------------------
 *
 * trace_lines.c
 *	  All that was posted of the lots and units that a trace reaches.
 *
 * Read a portion of the nodes at a time, as for a recall (recall_read.c), and
 * handed to the statement that makes events of them (59_trace).
 *
 * Memory: what a portion needs.  Takes no locks.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "ledger/recall.h"
#include "type/quantity.h"

#define TRACE_LINE_COLUMNS 12

static void
put_line(const ImsRecall *recall, const ImsRecallLine *line)
{
	const ImsTraceNode *node = &recall->trace.nodes[line->from.group];
	/* what left in its unit, not what was picked from it */
	int64 unit = ims_is_virtual(line->to.location_id) ? line->from.handling_unit_id : 0;
	bool left_in_it =
		unit != 0 && ims_recall_departure(recall, line->posting_id, unit) != NULL;
	bool nulls[TRACE_LINE_COLUMNS] = {false};
	Datum values[TRACE_LINE_COLUMNS] = {
		Int64GetDatum(node->level),
		BoolGetDatum(line->is_affected),
		Int64GetDatum(line->posting_id),
		line->posting->values[IMS_RECALL_POSTING_KIND],
		Int64GetDatum(line->from.item_id),
		Int64GetDatum(line->from.lot_id),
		Int64GetDatum(line->from.serial_id),
		Int64GetDatum(line->from.location_id),
		Int64GetDatum(line->to.location_id),
		NumericGetDatum(ims_quantity_to_numeric(line->quantity)),
		Int64GetDatum(left_in_it ? unit : 0),
		Int64GetDatum(left_in_it ? ims_recall_departed_in(recall, line->posting_id, unit)
								 : 0),
	};

	tuplestore_putvalues(recall->result, recall->desc, values, nulls);
}

/* The nodes in the order in which they were found, each its own group. */
static void
group_by_node(ImsRecall *recall)
{
	ImsTrace *trace = &recall->trace;
	int64 i;

	recall->ranked = MemoryContextAllocHuge(trace->context,
											sizeof(ImsRecallNode) * Max(trace->nnode, 1));
	recall->groups =
		MemoryContextAllocHuge(trace->context, sizeof(int64) * Max(trace->nnode, 1));
	for (i = 0; i < trace->nnode; i++)
	{
		recall->ranked[i] =
			(ImsRecallNode){.key = trace->nodes[i].key, .index = i, .group = i};
		recall->groups[i] = i;
	}
}

static void
put_portion(ImsRecall *recall, int64 first, int64 count)
{
	MemoryContext old = MemoryContextSwitchTo(recall->portion);
	int64 i;

	ims_recall_read(recall, first, count);
	for (i = 0; i < recall->nline; i++)
	{
		if (i % 1024 == 0)
			CHECK_FOR_INTERRUPTS();
		put_line(recall, &recall->lines[i]);
	}
	SPI_freetuptable(recall->posting_rows);
	MemoryContextSwitchTo(old);
	MemoryContextReset(recall->portion);
}

/*
 * ims_trace_lines -- SQL: ims._trace_lines(owner_id bigint, lot_ids bigint[],
 * serial_ids bigint[], forward boolean, by_time boolean, at_most bigint)
 * returns table (level bigint, is_affected boolean, posting_id bigint, kind text,
 * item_id bigint, lot_id bigint, serial_id bigint, from_location_id bigint,
 * to_location_id bigint, quantity numeric, handling_unit_id bigint,
 * root_handling_unit_id bigint)
 *
 * But for reversals and what they undo.  What is not on the right side of its node's
 * bound is not affected: it left before the affected goods came.  The handling unit is
 * the one that left as a whole with the goods, with the outermost one around it, 0 for
 * none.  Raises IV250 beyond at_most lots and units.
 */
PG_FUNCTION_INFO_V1(ims_trace_lines);
Datum
ims_trace_lines(PG_FUNCTION_ARGS)
{
	ImsRecall *recall = palloc0(sizeof(ImsRecall));
	ImsTrace *trace = &recall->trace;
	int64 first;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	recall->result = ((ReturnSetInfo *) fcinfo->resultinfo)->setResult;
	recall->desc = ((ReturnSetInfo *) fcinfo->resultinfo)->setDesc;
	if (recall->desc->natts != TRACE_LINE_COLUMNS)
		elog(ERROR, "lines of %d columns", recall->desc->natts);
	ims_recall_begin(recall, PG_GETARG_INT64(0), PG_GETARG_BOOL(3), PG_GETARG_BOOL(4),
					 PG_GETARG_INT64(5), GetActiveSnapshot());
	trace->entries = ims_trace_entries(PG_GETARG_ARRAYTYPE_P(1), PG_GETARG_ARRAYTYPE_P(2),
									   trace->forward, &trace->nentry);
	ims_trace_search(trace);
	group_by_node(recall);
	for (first = 0; first < trace->nnode; first += IMS_RECALL_PORTION)
		put_portion(recall, first, Min(IMS_RECALL_PORTION, trace->nnode - first));
	ims_recall_end(recall);
	return (Datum) 0;
}
