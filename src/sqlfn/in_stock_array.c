/*-------------------------------------------------------------------------
 *
 * in_stock_array.c
 *	  The aggregate ims._in_stock_array: for how much of each period there was
 *	  stock, from the changes of its level.
 *
 * Changes are collected in any order, by any number of workers, and put in
 * order of time at the end; what happened at one instant counts as one change,
 * as everywhere in the ledger.  Changes up to the beginning of the window make
 * the level it opens with, those after its end count for nothing.
 * Memory: 16 bytes for each change within the window, per group.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

#include "ims.h"
#include "ledger/detail.h"
#include "sqlfn/argument.h"
#include "sqlfn/in_stock_array.h"
#include "sqlfn/window.h"
#include "type/quantity.h"
#include "type/quantity_stored.h"

#define FIRST_CAPACITY 8
#define MOST_ZONE 255

typedef struct LevelState
{
	const ImsCalendar *calendar;
	int128 opening;
	int64 count;
	int64 capacity;
	ImsLevelChange *change;
} LevelState;

/* sort_changes(), by time */
#define ST_SORT sort_changes
#define ST_ELEMENT_TYPE ImsLevelChange
#define ST_COMPARE(a, b) (((a)->at > (b)->at) - ((a)->at < (b)->at))
#define ST_SCOPE static
#define ST_CHECK_FOR_INTERRUPTS
#define ST_DECLARE
#define ST_DEFINE
#include "lib/sort_template.h"

PG_FUNCTION_INFO_V1(ims_in_stock_array_add);
PG_FUNCTION_INFO_V1(ims_in_stock_array_combine);
PG_FUNCTION_INFO_V1(ims_in_stock_array_send);
PG_FUNCTION_INFO_V1(ims_in_stock_array_receive);
PG_FUNCTION_INFO_V1(ims_in_stock_array_finish);

static MemoryContext
aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "called outside of an aggregate");
	return context;
}

/* The instant a day begins at, as (day::timestamp AT TIME ZONE zone) has it. */
static TimestampTz
midnight(DateADT day, pg_tz *zone)
{
	struct pg_tm tm = {0};
	TimestampTz instant;
	int offset;

	j2date(day + POSTGRES_EPOCH_JDATE, &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
	offset = DetermineTimeZoneOffset(&tm, zone);
	if (tm2timestamp(&tm, 0, &offset, &instant) != 0)
		ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
						errmsg("a period is out of range")));
	return instant;
}

static DateADT
first_day(DateADT from, ImsStep step, int period)
{
	int day;
	int month;

	if (step == IMS_STEP_DAY)
		return from + period;
	if (step == IMS_STEP_WEEK)
		return from + DAYS_PER_WEEK * period;
	month = ims_month_of(from, &day) + period;
	return date2j(month / MONTHS_PER_YEAR, month % MONTHS_PER_YEAR + 1, 1) -
		   POSTGRES_EPOCH_JDATE;
}

ImsCalendar *
ims_calendar_make(MemoryContext context, const char *zone, int length, DateADT from,
				  DateADT to, ImsStep step)
{
	ImsCalendar *calendar = MemoryContextAllocZero(context, sizeof(ImsCalendar));
	pg_tz *tz;

	if (length > MOST_ZONE)
		elog(ERROR, "name of a time zone is too long");
	calendar->from = from;
	calendar->to = to;
	calendar->step = step;
	calendar->count = ims_count_periods(from, to, step);
	memcpy(calendar->zone, zone, length);
	tz = pg_tzset(calendar->zone);
	if (tz == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("time zone \"%s\" is not known", calendar->zone)));
	calendar->start =
		MemoryContextAlloc(context, sizeof(TimestampTz) * (calendar->count + 1));
	for (int i = 0; i <= calendar->count; i++)
		calendar->start[i] = midnight(first_day(from, step, i), tz);
	return calendar;
}

/* Of this function call's calendars the one asked for, made when it is new. */
static const ImsCalendar *
calendar_of(FunctionCallInfo fcinfo, const char *zone, int length, DateADT from,
			DateADT to, ImsStep step)
{
	ImsCalendar *calendar = fcinfo->flinfo->fn_extra;

	for (; calendar != NULL; calendar = calendar->next)
		if (calendar->from == from && calendar->to == to && calendar->step == step &&
			memcmp(calendar->zone, zone, length) == 0 && calendar->zone[length] == '\0')
			return calendar;
	calendar = ims_calendar_make(fcinfo->flinfo->fn_mcxt, zone, length, from, to, step);
	calendar->next = fcinfo->flinfo->fn_extra;
	fcinfo->flinfo->fn_extra = calendar;
	return calendar;
}

static LevelState *
make_state(MemoryContext context, const ImsCalendar *calendar, int64 capacity)
{
	LevelState *state = MemoryContextAllocZero(context, sizeof(LevelState));

	state->calendar = calendar;
	state->capacity = Max(capacity, FIRST_CAPACITY);
	state->change =
		MemoryContextAllocHuge(context, sizeof(ImsLevelChange) * state->capacity);
	return state;
}

static void
reserve(LevelState *state, int64 count)
{
	if (count <= state->capacity)
		return;
	state->capacity = Max(count, 2 * state->capacity);
	state->change = repalloc_huge(state->change, sizeof(ImsLevelChange) * state->capacity);
}

static void
add(LevelState *state, TimestampTz at, int64 quantity)
{
	const ImsCalendar *calendar = state->calendar;

	if (at <= calendar->start[0])
		state->opening += quantity;
	else if (at < calendar->start[calendar->count])
	{
		reserve(state, state->count + 1);
		state->change[state->count].at = at;
		state->change[state->count++].quantity = quantity;
	}
}

/*
 * ims_in_stock_array_add -- transition: (internal, change numeric, at
 * timestamptz, zone text, from_period date, to_period date, step text)
 *
 * The rows of a group are of one zone.  A row without change or instant counts
 * for nothing.
 */
Datum
ims_in_stock_array_add(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	LevelState *state = PG_ARGISNULL(0) ? NULL : (LevelState *) PG_GETARG_POINTER(0);

	for (int i = 3; i <= 6; i++)
		if (PG_ARGISNULL(i))
			elog(ERROR, "zone or window is null");
	if (state == NULL)
	{
		const text *zone = PG_GETARG_TEXT_PP(3);

		if (VARSIZE_ANY_EXHDR(zone) > MOST_ZONE)
			elog(ERROR, "name of a time zone is too long");
		state = make_state(context,
						   calendar_of(fcinfo, VARDATA_ANY(zone), VARSIZE_ANY_EXHDR(zone),
									   PG_GETARG_DATEADT(4), PG_GETARG_DATEADT(5),
									   ims_step_of(PG_GETARG_TEXT_PP(6))),
						   0);
	}
	if (!PG_ARGISNULL(1) && !PG_ARGISNULL(2))
	{
		ImsQuantity change;

		/* As it lies in a tuple, where it can be read so. */
		if (!ims_quantity_try_stored(DatumGetPointer(PG_GETARG_DATUM(1)), &change))
			change = ims_demand_quantity(PG_GETARG_NUMERIC(1));
		add(state, PG_GETARG_TIMESTAMPTZ(2), change);
	}
	PG_RETURN_POINTER(state);
}

/* ims_in_stock_array_combine -- of two workers' states of one group */
Datum
ims_in_stock_array_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	LevelState *state = PG_ARGISNULL(0) ? NULL : (LevelState *) PG_GETARG_POINTER(0);
	LevelState *other = PG_ARGISNULL(1) ? NULL : (LevelState *) PG_GETARG_POINTER(1);

	if (other == NULL && state == NULL)
		PG_RETURN_NULL();
	if (other == NULL)
		PG_RETURN_POINTER(state);
	if (state == NULL)
		state = make_state(context, other->calendar, other->count);
	reserve(state, state->count + other->count);
	if (other->count > 0)
		memcpy(state->change + state->count, other->change,
			   sizeof(ImsLevelChange) * other->count);
	state->count += other->count;
	state->opening += other->opening;
	PG_RETURN_POINTER(state);
}

/* ims_in_stock_array_send -- a worker's state, as bytes for the leader */
Datum
ims_in_stock_array_send(PG_FUNCTION_ARGS)
{
	const LevelState *state = (LevelState *) PG_GETARG_POINTER(0);
	const ImsCalendar *calendar = state->calendar;
	StringInfoData message;

	aggregate_context(fcinfo);
	pq_begintypsend(&message);
	pq_sendint32(&message, calendar->from);
	pq_sendint32(&message, calendar->to);
	pq_sendint8(&message, calendar->step);
	pq_sendint8(&message, strlen(calendar->zone));
	pq_sendbytes(&message, calendar->zone, strlen(calendar->zone));
	pq_sendint64(&message, state->count);

	/* both processes are of one server: the bytes as they are */
	pq_sendbytes(&message, (char *) &state->opening, sizeof(state->opening));
	pq_sendbytes(&message, (char *) state->change, sizeof(ImsLevelChange) * state->count);
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/* ims_in_stock_array_receive -- the same bytes as a state again */
Datum
ims_in_stock_array_receive(PG_FUNCTION_ARGS)
{
	bytea *bytes = PG_GETARG_BYTEA_PP(0);
	StringInfoData message;
	DateADT from;
	DateADT to;
	ImsStep step;
	int length;
	const char *zone;
	int64 count;
	LevelState *state;

	aggregate_context(fcinfo);
	initStringInfo(&message);
	appendBinaryStringInfo(&message, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
	from = (DateADT) pq_getmsgint(&message, 4);
	to = (DateADT) pq_getmsgint(&message, 4);
	step = pq_getmsgbyte(&message);
	length = pq_getmsgbyte(&message);
	zone = pq_getmsgbytes(&message, length);
	count = pq_getmsgint64(&message);
	state = make_state(CurrentMemoryContext,
					   calendar_of(fcinfo, zone, length, from, to, step), count);
	memcpy(&state->opening, pq_getmsgbytes(&message, sizeof(state->opening)),
		   sizeof(state->opening));
	state->count = count;
	memcpy(state->change, pq_getmsgbytes(&message, sizeof(ImsLevelChange) * count),
		   sizeof(ImsLevelChange) * count);
	pq_getmsgend(&message);
	pfree(message.data);
	PG_RETURN_POINTER(state);
}

/* Adds the time from one instant to another to the periods it lies in. */
static void
add_time(const ImsCalendar *calendar, int *period, TimestampTz from, TimestampTz until,
		 bool there_is_stock, double *in_stock)
{
	while (from < until)
	{
		TimestampTz end = Min(until, calendar->start[*period + 1]);

		if (there_is_stock)
			in_stock[*period] += (double) (end - from);
		from = end;
		if (end == calendar->start[*period + 1])
			++*period;
	}
}

/* A share from 0 to 1 per period, oldest first. */
Datum
ims_in_stock_of_changes(const ImsCalendar *calendar, int128 opening,
						ImsLevelChange *change, int64 count)
{
	double *in_stock = palloc0(sizeof(double) * calendar->count);
	TimestampTz from = calendar->start[0];
	int128 level = opening;
	int period = 0;

	sort_changes(change, count);
	for (int64 i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		add_time(calendar, &period, from, change[i].at, level > 0, in_stock);
		from = change[i].at;
		level += change[i].quantity;
	}
	add_time(calendar, &period, from, calendar->start[calendar->count], level > 0,
			 in_stock);
	for (int i = 0; i < calendar->count; i++)
		in_stock[i] /= (double) (calendar->start[i + 1] - calendar->start[i]);
	return ims_float_array(in_stock, calendar->count);
}

/* ims_in_stock_array_finish -- the array of a group */
Datum
ims_in_stock_array_finish(PG_FUNCTION_ARGS)
{
	LevelState *state;

	aggregate_context(fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (LevelState *) PG_GETARG_POINTER(0);
	PG_RETURN_DATUM(ims_in_stock_of_changes(state->calendar, state->opening,
											state->change, state->count));
}
