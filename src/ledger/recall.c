/*-------------------------------------------------------------------------
 *
 * recall.c
 *	  The report of a recall in the books of one owner: where goods came from, where
 *	  they are and went.
 *
 * The nodes of a level are put in the order of the report and read a portion at
 * a time, a lot never split: few statements of many look-ups each
 * (recall_read.c), and everything else is done here.  Their lines say which
 * nodes the next level has.  All with one snapshot, so that the report is of one
 * instant.
 *
 * Memory: what a portion needs, some hundred bytes a line, and names, which
 * are kept until the end.  Takes no locks.
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
#include "utils/tuplestore.h"

#include "compat.h"
#include "ledger/recall.h"
#include "type/quantity.h"

/* ------------------------------------------------------- nodes, in order */

static int
compare_ranked(const void *a, const void *b)
{
	const ImsRecallNode *x = a;
	const ImsRecallNode *y = b;
	int order;

	if (x->level != y->level)
		return x->level < y->level ? -1 : 1;
	if ((order = ims_name_compare(x->item, y->item)) != 0 ||
		(order = ims_name_compare(x->lot, y->lot)) != 0)
		return order;
	return ims_name_compare(x->serial, y->serial);
}

/* Lots are groups, together with their units; units of no lot are groups of their own. */
static bool
is_same_group(const ImsRecallNode *a, const ImsRecallNode *b)
{
	return a->level == b->level && a->key.lot_id != 0 && a->key.lot_id == b->key.lot_id;
}

static const ImsName *
node_item(const ImsRecall *recall, const ImsRecallNode *ranked)
{
	const ImsName *name = ranked->lot != NULL ? ranked->lot : ranked->serial;

	return name != NULL ? ims_name(&recall->names, IMS_NAME_ITEM, name->other) : NULL;
}

static void
name_nodes(ImsRecall *recall)
{
	ImsNames *names = &recall->names;
	int64 i;

	for (i = 0; i < recall->nranked; i++)
	{
		ims_names_want(names, IMS_NAME_LOT, recall->ranked[i].key.lot_id);
		ims_names_want(names, IMS_NAME_SERIAL, recall->ranked[i].key.serial_id);
	}
	ims_names_read(names);
	for (i = 0; i < recall->nranked; i++)
	{
		ImsRecallNode *ranked = &recall->ranked[i];

		ranked->lot = ims_name(names, IMS_NAME_LOT, ranked->key.lot_id);
		ranked->serial = ims_name(names, IMS_NAME_SERIAL, ranked->key.serial_id);
		if (ranked->lot != NULL)
			ims_names_want(names, IMS_NAME_ITEM, ranked->lot->other);
		else if (ranked->serial != NULL)
			ims_names_want(names, IMS_NAME_ITEM, ranked->serial->other);
	}
	ims_names_read(names);
	for (i = 0; i < recall->nranked; i++)
		recall->ranked[i].item = node_item(recall, &recall->ranked[i]);
}

/* The nodes from the first on, in the order of the report. */
static void
rank_nodes(ImsRecall *recall, int64 first)
{
	ImsTrace *trace = &recall->trace;
	int64 n = trace->nnode - first;
	int64 group = -1;
	int64 i;

	recall->first_node = first;
	recall->nranked = n;
	recall->ranked = MemoryContextAllocHuge(trace->context, sizeof(ImsRecallNode) * n);
	recall->groups = MemoryContextAllocHuge(trace->context, sizeof(int64) * n);
	recall->levels = MemoryContextAllocHuge(trace->context, sizeof(int64) * n);
	for (i = 0; i < n; i++)
	{
		recall->ranked[i] = (ImsRecallNode){.key = trace->nodes[first + i].key,
											.level = trace->nodes[first + i].level,
											.index = i};
	}
	name_nodes(recall);
	qsort(recall->ranked, n, sizeof(ImsRecallNode), compare_ranked);
	for (i = 0; i < n; i++)
	{
		ImsRecallNode *ranked = &recall->ranked[i];

		if (i == 0 || !is_same_group(ranked, ranked - 1))
			recall->levels[++group] = ranked->level;
		ranked->group = group;
		recall->groups[ranked->index] = group;
	}
}

/* ----------------------------------------------------------------- output */

static int64
posting_id_column(const ImsRecallRow *row, ImsRecallPostingColumn column)
{
	return row->posting == NULL || row->posting->nulls[column]
			   ? 0
			   : DatumGetInt64(row->posting->values[column]);
}

/* The outermost handling unit: as it left, or as it is now. */
static int64
root_of(const ImsRecall *recall, const ImsRecallRow *row)
{
	if (row->goods.handling_unit_id == 0 || row->goods.location_id != 0)
		return row->handling_unit != NULL ? row->handling_unit->other : 0;
	return ims_recall_departed_in(recall, row->posting_id, row->goods.handling_unit_id);
}

static void
name_rows(ImsRecall *recall)
{
	ImsNames *names = &recall->names;
	int64 i;

	for (i = 0; i < recall->nrow; i++)
	{
		const ImsRecallRow *row = &recall->rows[i];

		ims_names_want(names, IMS_NAME_ITEM, row->goods.item_id);
		ims_names_want(names, IMS_NAME_SERIAL, row->goods.serial_id);
		ims_names_want(names, IMS_NAME_LOCATION, row->goods.location_id);
		ims_names_want(names, IMS_NAME_HANDLING_UNIT, row->goods.handling_unit_id);
		ims_names_want(names, IMS_NAME_PARTY,
					   posting_id_column(row, IMS_RECALL_POSTING_PARTY_ID));
		ims_names_want(names, IMS_NAME_LOCATION,
					   posting_id_column(row, IMS_RECALL_POSTING_DESTINATION_ID));
	}
	ims_names_read(names);
	for (i = 0; i < recall->nrow; i++)
	{
		ImsRecallRow *row = &recall->rows[i];

		row->serial = ims_name(names, IMS_NAME_SERIAL, row->goods.serial_id);
		row->location = ims_name(names, IMS_NAME_LOCATION, row->goods.location_id);
		row->handling_unit =
			ims_name(names, IMS_NAME_HANDLING_UNIT, row->goods.handling_unit_id);
		row->root_id = root_of(recall, row);
		ims_names_want(names, IMS_NAME_HANDLING_UNIT, row->root_id);
		if (row->location != NULL)
			ims_names_want(names, IMS_NAME_LOCATION, row->location->other);
	}
	ims_names_read(names);
}

/* Rows of the report as it is read: within a lot, nulls last. */
static int
compare_named_rows(const void *a, const void *b)
{
	const ImsRecallRow *x = a;
	const ImsRecallRow *y = b;
	TimestampTz x_at;
	TimestampTz y_at;
	int order;

	if (x->goods.group != y->goods.group)
		return x->goods.group < y->goods.group ? -1 : 1;
	if (x->serial != y->serial && (order = ims_name_compare(x->serial, y->serial)) != 0)
		return order;
	if (x->is_incoming != y->is_incoming)
		return x->is_incoming ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->location != y->location &&
		(order = ims_name_compare(x->location, y->location)) != 0)
		return order;
	if (x->handling_unit != y->handling_unit &&
		(order = ims_name_compare(x->handling_unit, y->handling_unit)) != 0)
		return order;
	if (x->posting == NULL || y->posting == NULL)
		return (x->posting == NULL) - (y->posting == NULL);
	x_at = DatumGetTimestampTz(x->posting->values[IMS_RECALL_POSTING_EFFECTIVE_AT]);
	y_at = DatumGetTimestampTz(y->posting->values[IMS_RECALL_POSTING_EFFECTIVE_AT]);
	if (x_at != y_at)
		return x_at < y_at ? -1 : 1;
	return (x->posting_id > y->posting_id) - (x->posting_id < y->posting_id);
}

static void
put_text(const text *value, Datum *datum, bool *isnull)
{
	*isnull = value == NULL;
	*datum = PointerGetDatum(value);
}

static void
put_name(const ImsName *name, Datum *datum, bool *isnull)
{
	put_text(name != NULL ? name->code : NULL, datum, isnull);
}

static void
put_posting(const ImsRecallRow *row, ImsRecallPostingColumn column, Datum *datum,
			bool *isnull)
{
	*isnull = row->posting == NULL || row->posting->nulls[column];
	if (!*isnull)
		*datum = row->posting->values[column];
}

/*
 * Whether what is there cannot be sold: its lot is not released, or its place is not
 * sellable, or inactive.  What is on its way has no place yet.
 */
static void
put_blocked(const ImsRecallRow *row, const ImsName *lot, Datum *datum, bool *isnull)
{
	bool is_held = lot != NULL && lot->extra != NULL &&
				   (VARSIZE_ANY_EXHDR(lot->extra) != strlen("released") ||
					memcmp(VARDATA_ANY(lot->extra), "released", strlen("released")) != 0);
	bool is_sellable = row->goods.location_id == IMS_LOCATION_TRANSIT ||
					   (row->location != NULL && row->location->extra != NULL);

	*isnull = row->goods.location_id == 0;
	*datum = BoolGetDatum(is_held || !is_sellable);
}

/* What it is in the books of the other owner, for who may see them. */
static void
put_other(const ImsRecall *recall, const ImsRecallRow *row, Datum *values, bool *nulls)
{
	const ImsRecallOther *other = NULL;

	if (row->kind == IMS_RECALL_HANDED_OVER || row->kind == IMS_RECALL_TAKEN_OVER)
		other = ims_recall_other(recall, row->posting_id);
	if (other == NULL)
	{
		memset(nulls, true, sizeof(bool) * IMS_RECALL_OTHER_COLUMNS);
		return;
	}
	memcpy(values, other->values, sizeof(Datum) * IMS_RECALL_OTHER_COLUMNS);
	memcpy(nulls, other->nulls, sizeof(bool) * IMS_RECALL_OTHER_COLUMNS);
}

static void
put_row(const ImsRecall *recall, const ImsRecallRow *row)
{
	const ImsNames *names = &recall->names;
	const ImsName *item = ims_name(names, IMS_NAME_ITEM, row->goods.item_id);
	const ImsName *lot = ims_name(names, IMS_NAME_LOT, row->goods.lot_id);
	/* where it lies, or the site that it is bound for */
	int64 site_id = row->kind == IMS_RECALL_IN_TRANSIT
						? posting_id_column(row, IMS_RECALL_POSTING_DESTINATION_ID)
						: (row->location != NULL ? row->location->other : 0);
	Datum values[IMS_RECALL_COLUMNS] = {0};
	bool nulls[IMS_RECALL_COLUMNS] = {false};
	int n = 0;

#define PUT(function, ...) (function(__VA_ARGS__, &values[n], &nulls[n]), n++)
	values[n++] = Int64GetDatum(recall->levels[row->goods.group]);
	values[n++] = recall->words[row->kind];
	values[n++] = BoolGetDatum(row->is_incoming);
	PUT(put_name, item);
	PUT(put_name, lot);
	PUT(put_text, lot != NULL ? lot->extra : NULL);
	PUT(put_blocked, row, lot);
	PUT(put_name, row->serial);
	values[n++] = NumericGetDatum(ims_quantity_to_numeric(row->quantity));
	PUT(put_text, item != NULL ? item->extra : NULL);
	PUT(put_name, ims_name(names, IMS_NAME_LOCATION, site_id));
	PUT(put_name, row->location);
	PUT(put_name, row->handling_unit);
	PUT(put_name, ims_name(names, IMS_NAME_HANDLING_UNIT, row->root_id));
	PUT(put_name, ims_name(names, IMS_NAME_PARTY,
						   posting_id_column(row, IMS_RECALL_POSTING_PARTY_ID)));
	PUT(put_posting, row, IMS_RECALL_POSTING_ID);
	PUT(put_posting, row, IMS_RECALL_POSTING_DOCUMENT_NUMBER);
	PUT(put_posting, row, IMS_RECALL_POSTING_EFFECTIVE_AT);
	PUT(put_posting, row, IMS_RECALL_POSTING_REFERENCE_TYPE);
	PUT(put_posting, row, IMS_RECALL_POSTING_REFERENCE_NUMBER);
#undef PUT
	values[n++] = recall->owner;
	put_other(recall, row, &values[n], &nulls[n]);
	Assert(n + IMS_RECALL_OTHER_COLUMNS == IMS_RECALL_COLUMNS);
	tuplestore_putvalues(recall->result, recall->desc, values, nulls);
}

static void
put_rows(ImsRecall *recall)
{
	int64 i;

	name_rows(recall);
	qsort(recall->rows, recall->nrow, sizeof(ImsRecallRow), compare_named_rows);
	for (i = 0; i < recall->nrow; i++)
	{
		if (i % 1024 == 0)
			CHECK_FOR_INTERRUPTS();
		put_row(recall, &recall->rows[i]);
	}
}

static void
report_portion(ImsRecall *recall, int64 first, int64 count)
{
	MemoryContext old = MemoryContextSwitchTo(recall->portion);

	ims_recall_read(recall, first, count);
	ims_recall_follow(recall);
	ims_recall_read_others(recall);
	if (recall->result != NULL)
	{
		ims_recall_make_rows(recall);
		put_rows(recall);
	}
	SPI_freetuptable(recall->posting_rows);
	MemoryContextSwitchTo(old);
	MemoryContextReset(recall->portion);
}

/* Whole groups, about as many nodes as a portion should have. */
static int64
portion_size(const ImsRecall *recall, int64 first)
{
	int64 next = Min(first + IMS_RECALL_PORTION, recall->nranked);

	while (next < recall->nranked &&
		   recall->ranked[next].group == recall->ranked[next - 1].group)
		next++;
	return next - first;
}

/* All nodes from the first on that are known by now. */
static void
report_from(ImsRecall *recall, int64 first_node)
{
	int64 first;
	int64 count;

	rank_nodes(recall, first_node);
	for (first = 0; first < recall->nranked; first += count)
	{
		count = portion_size(recall, first);
		report_portion(recall, first, count);
	}
	pfree(recall->ranked);
	pfree(recall->groups);
	pfree(recall->levels);
}

/* After all lots and units: what nobody can tell apart, an item never split. */
static void
report_untracked(ImsRecall *recall)
{
	const ImsRecallUntracked *all;
	int64 first;
	int64 next;

	if (recall->nuntracked == 0 || recall->result == NULL)
		return;
	ims_recall_rank_untracked(recall);
	all = recall->untracked;
	for (first = 0; first < recall->nuntracked; first = next)
	{
		MemoryContext old = MemoryContextSwitchTo(recall->portion);

		next = Min(first + IMS_RECALL_PORTION, recall->nuntracked);
		while (next < recall->nuntracked && all[next].group == all[next - 1].group)
			next++;
		ims_recall_read_untracked(recall, first, next - first);
		ims_recall_make_untracked_rows(recall);
		put_rows(recall);
		SPI_freetuptable(recall->posting_rows);
		MemoryContextSwitchTo(old);
		MemoryContextReset(recall->portion);
	}
}

/*
 * The report is read by level, and the lines of a level say what the next one is:
 * they are read once.  Where time counts, a later level may better the bound of
 * an earlier one, so the search comes first.
 */
void
ims_recall_report(ImsRecall *recall)
{
	ImsTrace *trace = &recall->trace;
	int64 first = 0;
	int64 last;

	ims_names_init(&recall->names, trace->owner_id, trace->snapshot, trace->context);
	if (trace->by_time)
		ims_trace_search(trace);
	else
		ims_trace_begin(trace);
	for (; ims_trace_next(trace, first); first = last)
	{
		last = trace->nnode;
		report_from(recall, first);
	}
	report_untracked(recall);
}
