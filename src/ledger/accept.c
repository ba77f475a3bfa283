/*-------------------------------------------------------------------------
 *
 * accept.c
 *	  Report mode: which lines of a call are posted.
 *
 * The lines are taken in call order, each against the locked balances as the
 * lines accepted before it leave them: first come, first served.  A line is
 * refused if after it a balance would be short or out of range, a site would
 * have less than is promised there, an instant of the past would be negative,
 * or if its unit is not where it is taken from.  Nothing is written meanwhile,
 * so a refusal has nothing to undo; and since every prefix of the accepted
 * lines passed, the checks that the engine makes of their sum pass as well.
 *
 * A report has one posting, and its lines one time.  So an accepted line shifts
 * every level from that time on alike, and the lowest of them is all that need
 * be known of the past (ims_late_read_past).  Where a count is younger than the
 * lines, its correction takes them back at that instant: the levels before the
 * count must bear them, what is there now does not change.
 *
 * Memory: the caller's context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "ledger/engine.h"
#include "ledger/master.h"
#include "ledger/shortage.h"

/* What a line does at one end. */
typedef struct End
{
	ImsStock *stock;	   /* NULL: the place keeps no stock */
	const ImsPast *past;   /* of that balance; NULL: the line is dated after it all */
	ImsAvailability *site; /* NULL: the place is not at a site that the call changes */
	bool sellable;
	ImsQuantity delta;
} End;

static End
end_of_line(ImsCall *call, const ImsLine *line, int64 location_id, int64 handling_unit_id,
			ImsQuantity delta)
{
	int64 owner_id = call->postings[line->posting].owner_id;
	const ImsLocation *location = ims_location_by_id(call->masters, location_id);
	ImsStockKey key = {owner_id, line->item_id, location_id, line->lot_id,
					   handling_unit_id};
	End end = {.delta = delta};

	if (location->keeps_stock)
		end.stock = ims_engine_find_stock(call, &key);
	if (end.stock != NULL && call->past != NULL)
		end.past = &call->past[end.stock - call->stocks];
	if (location->site_id != 0)
		end.site =
			ims_engine_find_availability(call, owner_id, line->item_id, location->site_id);
	end.sellable = location->sellable && ims_engine_lot_is_sellable(call, line);
	return end;
}

static bool
is_counted_later(const End *end)
{
	return end->past != NULL && end->past->counted;
}

/* Whether the balance as it is now bears the line. */
static bool
bears_now(ImsCall *call, ImsLine *line, const End *end)
{
	ImsStock left;
	ImsQuantity change;

	if (end->stock == NULL)
		return true;
	left = *end->stock;
	left.on_hand += left.delta;
	/* a correction takes back the sum of the lines, which is a quantity too */
	change = is_counted_later(end) ? left.delta : left.on_hand;
	if (!ims_engine_is_in_range(change + end->delta))
	{
		ims_refuse_range(call, line, left.key.owner_id, left.key.item_id);
		return false;
	}
	if (end->delta > 0 || left.negative_ok || is_counted_later(end) ||
		left.on_hand - left.allocated + end->delta >= 0)
		return true;
	ims_refuse_shortage(call, line, &left, -end->delta);
	return false;
}

/* Adds (sign 1) or takes back (sign -1) what a line changes at the site of one end. */
static void
change_site(const End *end, int sign)
{
	if (end->site == NULL || is_counted_later(end))
		return;
	if (end->sellable)
		end->site->sellable_delta += sign * end->delta;
	else
		end->site->held_delta += sign * end->delta;
}

/* Whether the site bears the line, which is in its sums already. */
static bool
site_bears(ImsCall *call, ImsLine *line, const End *end)
{
	ImsAvailability before;
	ImsQuantity sellable;

	if (end->site == NULL)
		return true;
	sellable = end->site->sellable + end->site->sellable_delta;
	if (!ims_engine_is_in_range(sellable) ||
		!ims_engine_is_in_range(end->site->held + end->site->held_delta))
	{
		ims_refuse_range(call, line, end->site->key.owner_id, end->site->key.item_id);
		return false;
	}
	if (end->site->negative_ok || sellable >= end->site->reserved)
		return true;
	before = *end->site;
	before.sellable = sellable + line->quantity;
	ims_refuse_unavailable(call, line, &before, line->quantity);
	return false;
}

/* Whether every instant from the line on bears it. */
static bool
past_bears(ImsCall *call, ImsLine *line, const End *end)
{
	ImsQuantity level;

	if (end->past == NULL || !end->past->changes || end->stock->negative_ok)
		return true;
	level = end->past->lowest + end->stock->delta + end->delta;
	if (level >= 0)
		return true;
	ims_refuse_past_shortage(call, line, &end->stock->key, level, end->past->lowest_at);
	return false;
}

/* In the order in which the engine checks a call that is posted as a whole. */
static bool
accept_line(ImsCall *call, ImsLine *line)
{
	End from = end_of_line(call, line, line->from_location_id,
						   line->from_handling_unit_id, -line->quantity);
	End to = end_of_line(call, line, line->to_location_id, line->to_handling_unit_id,
						 line->quantity);

	if (!bears_now(call, line, &from) || !bears_now(call, line, &to))
		return false;
	change_site(&from, 1);
	change_site(&to, 1);
	/* the unit comes last: it has moved once its line is accepted */
	if (site_bears(call, line, &from) && site_bears(call, line, &to) &&
		past_bears(call, line, &from) && past_bears(call, line, &to) &&
		ims_serial_accept(call, line))
		return true;
	change_site(&from, -1);
	change_site(&to, -1);
	return false;
}

/*
 * Refuses what cannot be posted and returns how many lines are left; with none
 * there is no posting.  The balances are locked.  The sums of the stock are
 * those of the accepted lines then; those of the sites are for the caller to
 * make anew.
 */
int64
ims_accept_lines(ImsCall *call)
{
	int64 accepted = 0;
	int64 i;

	Assert(call->report);
	Assert(call->nposting == 1);
	ims_serial_lock(call);
	ims_late_read_past(call);
	for (i = 0; i < call->nstock; i++)
		call->stocks[i].delta = 0;
	for (i = 0; i < call->navailability; i++)
		call->availabilities[i].sellable_delta = call->availabilities[i].held_delta = 0;
	for (i = 0; i < call->nline; i++)
	{
		ImsLine *line = &call->lines[i];

		if ((i & 0xFFF) == 0)
			CHECK_FOR_INTERRUPTS();
		if (line->rejected || !accept_line(call, line))
			continue;
		ims_engine_add_to_sums(call, line, true, false);
		accepted++;
	}
	return accepted;
}
