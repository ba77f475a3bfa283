/*-------------------------------------------------------------------------
 *
 * unit_lock.c
 *	  Handling units that goods go into or out of are not closed meanwhile.
 *
 * Their rows are locked FOR SHARE, ascending, before the lines are checked and
 * any balance is locked: who closes a unit waits for the postings that are in
 * it, and for no others; a posting that comes later finds it closed.  Units
 * that move as a whole, and lines that a closed unit takes all the same, lock
 * none.  Callers that lock balances before they post lock the units first
 * (ims._share_units).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "ledger/engine.h"
#include "ledger/plan.h"

typedef struct UnitKey
{
	int64 owner_id;
	int64 handling_unit_id;
} UnitKey;

static int
compare_keys(const void *a, const void *b)
{
	const UnitKey *x = a;
	const UnitKey *y = b;

	if (x->owner_id != y->owner_id)
		return x->owner_id < y->owner_id ? -1 : 1;
	if (x->handling_unit_id != y->handling_unit_id)
		return x->handling_unit_id < y->handling_unit_id ? -1 : 1;
	return 0;
}

static bool
opens_unit(const ImsCall *call, const ImsLine *line)
{
	const ImsPosting *posting = &call->postings[line->posting];

	return line->from_handling_unit_id != line->to_handling_unit_id && !line->rejected &&
		   !posting->whole_units && !ims_kind_follows(posting->kind);
}

/* The units, each once, in lock order; NULL where there are none. */
static UnitKey *
gather_keys(const ImsCall *call, int64 *nkey)
{
	UnitKey *keys;
	int64 n = 0;
	int64 distinct = 0;
	int64 i;

	for (i = 0; i < call->nline; i++)
		if (unlikely(call->lines[i].from_handling_unit_id !=
					 call->lines[i].to_handling_unit_id))
			n++;
	*nkey = 0;
	if (n == 0)
		return NULL;
	keys = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(UnitKey) * n * 2);
	n = 0;
	for (i = 0; i < call->nline; i++)
	{
		const ImsLine *line = &call->lines[i];
		int64 owner_id = call->postings[line->posting].owner_id;

		if (!opens_unit(call, line))
			continue;
		if (line->from_handling_unit_id != 0)
			keys[n++] = (UnitKey){owner_id, line->from_handling_unit_id};
		if (line->to_handling_unit_id != 0)
			keys[n++] = (UnitKey){owner_id, line->to_handling_unit_id};
	}
	qsort(keys, n, sizeof(UnitKey), compare_keys);
	for (i = 0; i < n; i++)
		if (distinct == 0 || compare_keys(&keys[distinct - 1], &keys[i]) != 0)
			keys[distinct++] = keys[i];
	*nkey = distinct;
	return keys;
}

void
ims_lock_handling_units(const ImsCall *call)
{
	int64 n;
	UnitKey *keys = gather_keys(call, &n);
	int64 *owner_ids;
	int64 *unit_ids;
	Datum values[2];
	int64 i;

	if (n == 0)
		return;
	owner_ids = palloc(sizeof(int64) * n);
	unit_ids = palloc(sizeof(int64) * n);
	for (i = 0; i < n; i++)
	{
		owner_ids[i] = keys[i].owner_id;
		unit_ids[i] = keys[i].handling_unit_id;
	}
	values[0] = ims_int64_array(owner_ids, n);
	values[1] = ims_int64_array(unit_ids, n);
	SPI_connect();
	ims_plan_execute(IMS_PLAN_SHARE_UNITS, values, NULL, NULL);
	SPI_finish();
}
