/*-------------------------------------------------------------------------
 *
 * recall_untracked.c
 *	  What a recall meets that has neither lot nor serial.
 *
 * Goods of the trace went into a production, and something came out that nobody
 * can tell from the rest of its item: the search ends there.  A recall must not
 * pass over it in silence, so the lines are kept while the lots and units are
 * reported, and told after them: which productions made it, and where the item
 * lies, all of which may be affected.  A posting is met once for each portion
 * that goods of it are in; its lines count once, at their lowest level, and an
 * item is told at the lowest level of its lines.
 *
 * Memory: the lines, some fifty bytes each, in the context of the trace; of a
 * portion, in that of the portion.  Takes no locks.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "compat.h"
#include "ledger/recall.h"

void
ims_recall_keep_untracked(ImsRecall *recall, ImsRecallUntracked untracked)
{
	if (recall->untracked == NULL)
	{
		recall->untracked_room = IMS_RECALL_FIRST_SIZE;
		recall->untracked =
			MemoryContextAlloc(recall->trace.context,
							   sizeof(ImsRecallUntracked) * recall->untracked_room);
	}
	else if (recall->nuntracked == recall->untracked_room)
	{
		recall->untracked_room *= 2;
		recall->untracked = repalloc_huge(recall->untracked, sizeof(ImsRecallUntracked) *
																 recall->untracked_room);
	}
	recall->untracked[recall->nuntracked++] = untracked;
}

static int
compare_lines(const void *a, const void *b)
{
	const ImsRecallUntracked *x = a;
	const ImsRecallUntracked *y = b;

	if (x->item_id != y->item_id)
		return x->item_id < y->item_id ? -1 : 1;
	if (x->movement_id != y->movement_id)
		return x->movement_id < y->movement_id ? -1 : 1;
	return (x->level > y->level) - (x->level < y->level);
}

/* By level and code of the item; ids are there to make the order total. */
static int
compare_ranked(const void *a, const void *b)
{
	const ImsRecallUntracked *x = a;
	const ImsRecallUntracked *y = b;
	int order;

	if (x->level != y->level)
		return x->level < y->level ? -1 : 1;
	if ((order = ims_name_compare(x->item, y->item)) != 0)
		return order;
	return compare_lines(a, b);
}

/* Each line once; all of an item get its lowest level. */
static void
merge_lines(ImsRecall *recall)
{
	ImsRecallUntracked *all = recall->untracked;
	int64 kept = 0;
	int64 first;
	int64 next;
	int64 i;

	qsort(all, recall->nuntracked, sizeof(ImsRecallUntracked), compare_lines);
	for (i = 0; i < recall->nuntracked; i++)
	{
		if (i == 0 || all[i].movement_id != all[kept - 1].movement_id)
			all[kept++] = all[i];
	}
	recall->nuntracked = kept;
	for (first = 0; first < kept; first = next)
	{
		int64 lowest = all[first].level;

		for (next = first; next < kept && all[next].item_id == all[first].item_id; next++)
			lowest = Min(lowest, all[next].level);
		for (i = first; i < next; i++)
			all[i].level = lowest;
	}
}

void
ims_recall_rank_untracked(ImsRecall *recall)
{
	ImsNames *names = &recall->names;
	ImsRecallUntracked *all = recall->untracked;
	int64 group = -1;
	int64 i;

	merge_lines(recall);
	for (i = 0; i < recall->nuntracked; i++)
		ims_names_want(names, IMS_NAME_ITEM, all[i].item_id);
	ims_names_read(names);
	for (i = 0; i < recall->nuntracked; i++)
		all[i].item = ims_name(names, IMS_NAME_ITEM, all[i].item_id);
	qsort(all, recall->nuntracked, sizeof(ImsRecallUntracked), compare_ranked);
	recall->levels =
		MemoryContextAllocHuge(recall->trace.context, sizeof(int64) * recall->nuntracked);
	for (i = 0; i < recall->nuntracked; i++)
	{
		if (i == 0 || all[i].item_id != all[i - 1].item_id)
			recall->levels[++group] = all[i].level;
		all[i].group = group;
	}
}

void
ims_recall_read_untracked(ImsRecall *recall, int64 first, int64 count)
{
	int64 kept = 0;
	int64 i;

	recall->ndeparture = 0;
	recall->nline = count;
	recall->lines =
		MemoryContextAllocHuge(CurrentMemoryContext, sizeof(ImsRecallLine) * count);
	memset(recall->lines, 0, sizeof(ImsRecallLine) * count);
	for (i = 0; i < count; i++)
	{
		const ImsRecallUntracked *untracked = &recall->untracked[first + i];
		ImsRecallLine *line = &recall->lines[i];

		line->to.group = untracked->group;
		line->to.item_id = untracked->item_id;
		line->from = line->to;
		line->from.location_id = IMS_LOCATION_PRODUCTION;
		line->movement_id = untracked->movement_id;
		line->posting_id = untracked->posting_id;
		line->quantity = untracked->quantity;
		line->is_affected = true;
	}
	ims_recall_read_postings(recall);
	/* not those of a posting that is being written */
	for (i = 0; i < count; i++)
	{
		if (recall->lines[i].posting != NULL)
			recall->lines[kept++] = recall->lines[i];
	}
	recall->nline = kept;
}
