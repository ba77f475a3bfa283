/*-------------------------------------------------------------------------
 *
 * stamp.c
 *	  The time of the lines that come without one.
 *
 * A call has one such time.  It starts at the clock, and grows: past what is
 * closed, and under the locks past the last movement of every balance and unit
 * that it touches.  So it is right even where the clock is behind the books,
 * as it may be after a failover: what happens now is never in a closed period,
 * and never before a closing, which would not learn of it.
 *
 * Periods and closings are changed under a lock that shuts out postings, which
 * hold ROW EXCLUSIVE on ims.movement when they ask here: the answer stays true
 * until the end of the transaction.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "ledger/engine.h"
#include "ledger/master.h"
#include "ledger/probe.h"

#define CLOSING_CLOSED_AT 3

/*
 * The latest closing of an owner at or after an instant, DT_NOBEGIN for none.
 * Usually there is none, and this is one descent of an index.
 */
static TimestampTz
latest_closing_from(const ImsLedger *ledger, int64 owner_id, TimestampTz from)
{
	TimestampTz latest = DT_NOBEGIN;
	ImsProbe probe;

	ims_probe_open(&probe, ledger->closing, ledger->closing_instant_key);
	ims_probe_start_from(&probe, owner_id, from);
	while (ims_probe_next(&probe))
		latest = DatumGetTimestampTz(ims_probe_value(&probe, CLOSING_CLOSED_AT, NULL));
	ims_probe_close(&probe);
	return latest;
}

static void
raise_stamp(ImsCall *call, TimestampTz closed)
{
	if (unlikely(closed >= call->stamped_at))
		call->stamped_at = closed + 1;
}

/* Moves the time of the call past the closed periods and the closings of its owners. */
void
ims_stamp_after_closed(ImsCall *call)
{
	int64 done = 0;
	int p;

	for (p = 0; p < call->nposting; p++)
	{
		ImsPosting *posting = &call->postings[p];
		const ImsOwner *owner;

		if (posting->effective_given || posting->owner_id == done)
			continue;
		done = posting->owner_id;
		owner = ims_owner_by_id(call->masters, done);
		posting->effective_at = call->stamped_at;
		if (TIMESTAMP_IS_NOEND(owner->closed_through))
			ims_check_open(call, posting);
		raise_stamp(call, owner->closed_through);
		raise_stamp(call, latest_closing_from(call->ledger, done, call->stamped_at));
	}
}

static bool
has_row_from(Oid table, Oid index, int64 owner_id, TimestampTz from)
{
	ImsProbe probe;
	bool found;

	ims_probe_open(&probe, table, index);
	ims_probe_start_from(&probe, owner_id, from);
	found = ims_probe_next(&probe);
	ims_probe_close(&probe);
	return found;
}

/* Whether a posting whose row has its time already is before a closing or a count. */
bool
ims_is_before_assertion(const ImsCall *call, const ImsPosting *posting)
{
	const ImsLedger *ledger = call->ledger;
	int64 owner_id = posting->owner_id;
	TimestampTz at = posting->effective_at;

	return has_row_from(ledger->closing, ledger->closing_instant_key, owner_id, at + 1) ||
		   has_row_from(ledger->stock_count, ledger->stock_count_time_idx, owner_id, at) ||
		   has_row_from(ledger->stock_count_scope, ledger->stock_count_scope_time_idx,
						owner_id, at);
}

/* After the locks the time of the call is known; rows written before it grew are written again. */
void
ims_stamp_settle(ImsCall *call, const ImsApplier *applier)
{
	int64 upto = 0;
	int64 i;
	int p;

	for (i = 0; i < call->nstock; i++)
		if (call->stocks[i].has_stamped &&
			call->stocks[i].new_effective_at < call->stamped_at)
		{
			call->stocks[i].new_effective_at = call->stamped_at;
			upto = i + 1;
		}
	if (upto > 0)
		applier->restamp_stock(call, upto);
	for (p = 0; p < call->nposting; p++)
		if (!call->postings[p].effective_given)
			call->postings[p].effective_at = call->stamped_at;
}
