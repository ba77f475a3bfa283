/*-------------------------------------------------------------------------
 *
 * late.c
 *	  Postings dated before what is recorded already.
 *
 * Three things may be younger than a line: movements of the same balance, so
 * that every instant from the line on must bear it; a count, which says what
 * the level was, so that the line is compensated at the instant of that count;
 * and a closing, whose balances get the quantity of the line.
 *
 * All is done under the lock of the balance and by SQL in both paths.  A line
 * without a time of its own is stamped later than all of these and never comes
 * here.  Memory: SPI's.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

#include "ledger/detail.h"
#include "ledger/engine.h"
#include "ledger/master.h"
#include "ledger/plan.h"
#include "ledger/shortage.h"
#include "type/quantity.h"

/* One side of a line: what it does to one balance, and when. */
typedef struct Effect
{
	ImsStockKey key;
	int64 serial_id; /* a single unit is compensated by itself */
	TimestampTz effective_at;
	ImsQuantity delta;
	TimestampTz counted_at; /* of the next count, 0 for none */
	int64 count_posting_id;
} Effect;
StaticAssertDecl(offsetof(Effect, key) == 0, "effects are taken by their key");

/*
 * The time of a direct INSERT is its clock: nothing was asserted later, unless
 * the clock is behind that of an earlier primary.
 */
static bool
is_explicit(const ImsCall *call, const ImsPosting *posting)
{
	return posting->effective_given && (posting->effective_at != posting->recorded_at ||
										ims_is_before_assertion(call, posting));
}

static TimestampTz
result_time(uint64 row, int column)
{
	bool isnull;
	Datum value =
		SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &isnull);

	return isnull ? DT_NOBEGIN : DatumGetTimestampTz(value);
}

static int64
result_int64(uint64 row, int column)
{
	bool isnull;

	return DatumGetInt64(
		SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &isnull));
}

/* When these owners counted and closed last. */
static void
read_latest_assertion(ImsCall *call, int64 *owners, int n)
{
	Datum values[1];

	call->latest_count = call->latest_closing = DT_NOBEGIN;
	if (n == 0)
		return;
	SPI_connect();
	values[0] = ims_int64_array(owners, n);
	ims_plan_execute_latest(IMS_PLAN_LATEST_ASSERTION, values);
	call->latest_count = result_time(0, 1);
	call->latest_closing = result_time(0, 2);
	SPI_finish();
}

/* Whether anything of the owners was counted or closed after the earliest line. */
void
ims_late_precheck(ImsCall *call)
{
	int64 *owners = palloc(sizeof(int64) * call->nposting);
	TimestampTz earliest = DT_NOEND;
	int n = 0;
	int p;

	for (p = 0; p < call->nposting; p++)
		if (is_explicit(call, &call->postings[p]))
		{
			owners[n++] = call->postings[p].owner_id;
			earliest = Min(earliest, call->postings[p].effective_at);
		}
	read_latest_assertion(call, owners, n);
	call->asserted = earliest <= call->latest_count;
	pfree(owners);
}

static void
add_effect(Effect *effects, int64 *n, const ImsPosting *posting, const ImsLine *line,
		   const ImsLocation *location, int64 handling_unit_id, ImsQuantity delta)
{
	Effect *effect = &effects[*n];

	if (!location->keeps_stock)
		return;
	memset(effect, 0, sizeof(Effect));
	effect->key.owner_id = posting->owner_id;
	effect->key.item_id = line->item_id;
	effect->key.location_id = location->location_id;
	effect->key.lot_id = line->lot_id;
	effect->key.handling_unit_id = handling_unit_id;
	effect->serial_id = line->serial_id;
	effect->effective_at = posting->effective_at;
	effect->delta = delta;
	(*n)++;
}

/* The effects of all lines with an explicit time at or before an instant. */
static Effect *
gather_effects(const ImsCall *call, TimestampTz upto, int64 *n)
{
	Effect *effects =
		MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Effect) * call->nline * 2);
	int64 i;

	*n = 0;
	for (i = 0; i < call->nline; i++)
	{
		const ImsLine *line = &call->lines[i];
		const ImsPosting *posting = &call->postings[line->posting];

		if (line->rejected || !posting->effective_given || posting->effective_at > upto)
			continue;
		add_effect(effects, n, posting, line,
				   ims_location_by_id(call->masters, line->from_location_id),
				   line->from_handling_unit_id, -line->quantity);
		add_effect(effects, n, posting, line,
				   ims_location_by_id(call->masters, line->to_location_id),
				   line->to_handling_unit_id, line->quantity);
	}
	return effects;
}

/* Key columns and times of effects as six arrays. */
static void
effect_arrays(const Effect *effects, int64 n, Datum *values)
{
	TimestampTz *times = palloc(sizeof(TimestampTz) * Max(n, 1));
	int64 i;

	ims_key_arrays(effects, sizeof(Effect), IMS_STOCK_KEYS, n, values);
	for (i = 0; i < n; i++)
		times[i] = effects[i].effective_at;
	values[5] = ims_timestamptz_array(times, n);
	pfree(times);
}

/* Finds the next count of each effect; returns how many have one. */
static int64
find_counts(Effect *effects, int64 n)
{
	Datum values[6];
	uint64 row;
	int64 found;

	SPI_connect();
	effect_arrays(effects, n, values);
	ims_plan_execute_latest(IMS_PLAN_NEXT_COUNT, values);
	for (row = 0; row < SPI_processed; row++)
	{
		Effect *effect = &effects[result_int64(row, 1) - 1];

		effect->counted_at = result_time(row, 2);
		effect->count_posting_id = result_int64(row, 3);
	}
	found = (int64) SPI_processed;
	SPI_finish();
	return found;
}

static int
compare_effects(const void *a, const void *b)
{
	const Effect *x = a;
	const Effect *y = b;
	int result = memcmp(&x->key, &y->key, sizeof(ImsStockKey));

	if (result != 0)
		return result;
	if (x->serial_id != y->serial_id)
		return x->serial_id < y->serial_id ? -1 : 1;
	return x->counted_at < y->counted_at ? -1 : x->counted_at > y->counted_at;
}

/* The line that takes back, at the instant of a count, what was posted before it. */
static void
add_correction(ImsCall *call, const Effect *effect, int128 sum)
{
	ImsPosting posting;
	ImsLine line;
	ImsStock *stock = ims_engine_find_stock(call, &effect->key);

	/* the lines cancel out in the balance, but this one is a line like any other */
	if (sum >= IMS_QUANTITY_LIMIT || sum <= -IMS_QUANTITY_LIMIT)
		ereport(ERROR,
				(errcode(ERRCODE_IMS_QUANTITY_RANGE),
				 errmsg("the correction of a count of item \"%s\" would be out of range",
						ims_item_label(call->masters, effect->key.owner_id,
									   effect->key.item_id)),
				 errdetail_internal("%s",
									ims_error_detail("A line is below 1000000000000.",
													 ims_detail_text("item",
																	 ims_item_label(call->masters,
																					effect
																						->key
																						.owner_id,
																					effect
																						->key
																						.item_id)))),
				 errhint("Split the call.")));
	memset(&posting, 0, sizeof(posting));
	posting.owner_id = effect->key.owner_id;
	posting.kind = IMS_KIND_COUNT_CORRECTION;
	posting.effective_given = true;
	posting.effective_at = effect->counted_at;
	posting.origin_posting_id = effect->count_posting_id;
	posting.reason = "posted after the count, dated before it";

	memset(&line, 0, sizeof(line));
	line.item_id = effect->key.item_id;
	line.lot_id = effect->key.lot_id;
	line.serial_id = effect->serial_id;
	line.quantity = (ImsQuantity) (sum > 0 ? sum : -sum);
	line.from_location_id = sum > 0 ? effect->key.location_id : IMS_LOCATION_ADJUSTMENT;
	line.to_location_id = sum > 0 ? IMS_LOCATION_ADJUSTMENT : effect->key.location_id;
	if (sum > 0)
		line.from_handling_unit_id = effect->key.handling_unit_id;
	else
		line.to_handling_unit_id = effect->key.handling_unit_id;

	ims_engine_add_line(call, &posting, &line);
	stock->latest_given = Max(stock->latest_given, effect->counted_at);
}

/*
 * Compensates, per balance and count, what the lines of the call change before
 * that count.  The balances are locked, nothing is written yet.  A count that
 * we waited for is younger than what the precheck saw, and may be of a line
 * whose time is just its clock.
 */
void
ims_late_correct_counts(ImsCall *call)
{
	int64 *owners = palloc(sizeof(int64) * call->nposting);
	Effect *effects;
	int nowner = 0;
	int64 n;
	int64 counted;
	int64 i = 0;
	int p;

	for (p = 0; p < call->nposting; p++)
		if (call->postings[p].effective_given)
			owners[nowner++] = call->postings[p].owner_id;
	read_latest_assertion(call, owners, nowner);
	pfree(owners);
	effects = gather_effects(call, call->latest_count, &n);
	counted = n > 0 ? find_counts(effects, n) : 0;
	if (counted == 0)
	{
		pfree(effects);
		return;
	}
	qsort(effects, n, sizeof(Effect), compare_effects);
	ims_engine_reserve(call, counted);
	while (i < n)
	{
		const Effect *first = &effects[i];
		int128 sum = 0;

		while (i < n && compare_effects(first, &effects[i]) == 0)
			sum += effects[i++].delta;
		if (first->counted_at != 0 && sum != 0)
			add_correction(call, first, sum);
	}
	pfree(effects);
}

/* The late balances as effects, from their earliest line on. */
static Effect *
gather_late(const ImsCall *call, int64 *n)
{
	Effect *late = NULL;
	int64 i;

	*n = 0;
	for (i = 0; i < call->nstock; i++)
	{
		if (!call->stocks[i].late)
			continue;
		if (late == NULL)
			late = MemoryContextAllocHuge(CurrentMemoryContext,
										  sizeof(Effect) * (call->nstock - i));
		memset(&late[*n], 0, sizeof(Effect));
		late[*n].key = call->stocks[i].key;
		late[*n].effective_at = call->stocks[i].earliest_given;
		late[*n].delta = call->stocks[i].on_hand + call->stocks[i].delta;
		(*n)++;
	}
	return late;
}

/*
 * Whether some instant before the last one of the balance changes.  Lines of
 * just that instant change only its level after all of them, which is the
 * level now, and was checked.
 */
static bool
changes_the_past(const ImsStock *stock)
{
	return stock->earliest_given < stock->last_effective_at ||
		   stock->earliest_given != stock->latest_given || stock->has_stamped;
}

static ImsPast *
alloc_past(int64 n)
{
	return MemoryContextAllocExtended(CurrentMemoryContext, sizeof(ImsPast) * n,
									  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
}

/* A level of the past may be more than a quantity can hold; how much more, nobody asks. */
static ImsQuantity
level_of(Datum value)
{
	ImsQuantity quantity;
	const char *text;

	if (ims_quantity_parse(DatumGetNumeric(value), &quantity) == IMS_QUANTITY_OK)
		return quantity;
	text = DatumGetCString(DirectFunctionCall1(numeric_out, value));
	return *text == '-' ? -IMS_QUANTITY_LIMIT : IMS_QUANTITY_LIMIT;
}

/*
 * The lowest level of each balance from its effect on, before its next count;
 * the earliest instant of several.  What is on hand is in the delta.
 */
static void
read_lowest(const Effect *effects, int64 n, ImsPast *past)
{
	Datum values[8];
	Datum *levels;
	TimestampTz *until;
	uint64 row;
	int64 i;

	SPI_connect();
	effect_arrays(effects, n, values);
	levels = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * n);
	until = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(TimestampTz) * n);
	for (i = 0; i < n; i++)
	{
		levels[i] = NumericGetDatum(ims_quantity_to_numeric(effects[i].delta));
		until[i] = effects[i].counted_at != 0 ? effects[i].counted_at : DT_NOEND;
	}
	values[6] =
		PointerGetDatum(construct_array(levels, n, NUMERICOID, -1, false, TYPALIGN_INT));
	values[7] = ims_timestamptz_array(until, n);
	ims_plan_execute_latest(IMS_PLAN_LOWEST_LEVEL, values);
	for (row = 0; row < SPI_processed; row++)
	{
		ImsPast *found = &past[result_int64(row, 1) - 1];
		bool isnull;

		found->changes = true;
		found->lowest_at = result_time(row, 2);
		found->lowest = level_of(
			SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, 3, &isnull));
	}
	SPI_finish();
}

/*
 * Report mode: reads what the lines find in the past of the locked balances
 * into call->past.  Nothing is written yet.
 */
void
ims_late_read_past(ImsCall *call)
{
	const ImsPosting *posting = &call->postings[0];
	Effect *effects;
	ImsPast *found;
	int64 *indexes;
	int64 n = 0;
	int64 i;

	call->past = NULL;
	if (!posting->effective_given)
		return;
	effects = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Effect) * call->nstock);
	indexes = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int64) * call->nstock);
	for (i = 0; i < call->nstock; i++)
	{
		const ImsStock *stock = &call->stocks[i];

		if (!call->asserted && posting->effective_at >= stock->last_effective_at)
			continue;
		memset(&effects[n], 0, sizeof(Effect));
		effects[n].key = stock->key;
		effects[n].effective_at = posting->effective_at;
		effects[n].delta = stock->on_hand;
		indexes[n++] = i;
	}
	if (n > 0)
	{
		if (call->asserted)
			find_counts(effects, n);
		found = alloc_past(n);
		read_lowest(effects, n, found);
		call->past = alloc_past(call->nstock);
		for (i = 0; i < n; i++)
		{
			call->past[indexes[i]] = found[i];
			call->past[indexes[i]].counted = effects[i].counted_at != 0;
		}
		pfree(found);
	}
	pfree(indexes);
	pfree(effects);
}

/* Every later instant must bear the late lines, which are written by now. */
static void
check_levels(ImsCall *call, const Effect *late, int64 n)
{
	Effect *guarded = palloc(sizeof(Effect) * n);
	ImsPast *past;
	int64 guards = 0;
	int64 i;

	for (i = 0; i < n; i++)
	{
		const ImsStock *stock = ims_engine_find_stock(call, &late[i].key);

		if (!stock->negative_ok && changes_the_past(stock))
			guarded[guards++] = late[i];
	}
	if (guards > 0)
	{
		past = alloc_past(guards);
		read_lowest(guarded, guards, past);
		for (i = 0; i < guards; i++)
			if (past[i].lowest < 0)
				ims_refuse_past_shortage(call, NULL, &guarded[i].key, past[i].lowest,
										 past[i].lowest_at);
		pfree(past);
	}
	pfree(guarded);
}

/* One call per owner: closings are kept per owner. */
static void
adjust_closings(ImsCall *call)
{
	int64 n;
	Effect *effects = gather_effects(call, call->latest_closing, &n);
	int64 from = 0;

	qsort(effects, n, sizeof(Effect), compare_effects);
	while (from < n)
	{
		Datum arrays[6];
		Datum values[7];
		Datum *deltas;
		int64 to = from;
		int64 i;

		while (to < n && effects[to].key.owner_id == effects[from].key.owner_id)
			to++;
		SPI_connect();
		effect_arrays(&effects[from], to - from, arrays);
		deltas = palloc(sizeof(Datum) * (to - from));
		for (i = from; i < to; i++)
			deltas[i - from] = NumericGetDatum(ims_quantity_to_numeric(effects[i].delta));
		values[0] = Int64GetDatum(effects[from].key.owner_id);
		memcpy(&values[1], &arrays[1], sizeof(Datum) * 4);
		values[5] = PointerGetDatum(
			construct_array(deltas, to - from, NUMERICOID, -1, false, TYPALIGN_INT));
		values[6] = arrays[5];
		ims_plan_execute(IMS_PLAN_ADJUST_CLOSINGS, values, NULL, NULL);
		SPI_finish();
		from = to;
	}
	pfree(effects);
}

/* After everything is written: what the late lines must not have broken. */
void
ims_late_verify(ImsCall *call)
{
	int64 n;
	Effect *late = gather_late(call, &n);

	if (n > 0)
	{
		CommandCounterIncrement();
		if (!call->asserted && find_counts(late, n) > 0)
			ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
							errmsg("could not serialize access due to a concurrent count"),
							errhint("Retry the transaction.")));
		/* a report has asked before it accepted a line */
		if (call->past == NULL)
			check_levels(call, late, n);
		pfree(late);
	}
	if (call->latest_closing != DT_NOBEGIN)
		adjust_closings(call);
}
