/*-------------------------------------------------------------------------
 *
 * demand_array.c
 *	  The aggregate ims.demand_array: rows of demand to one value per period.
 *
 * Sums are kept in millionths and become floating point at the very end, so
 * that the order of the rows, and how many workers summed them, does not
 * matter.  Memory: 8 bytes for each period of the window, per group.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/int.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"

#include "ims.h"
#include "ledger/detail.h"
#include "sqlfn/argument.h"
#include "sqlfn/window.h"
#include "type/quantity.h"

/* No row in this period; a sum that reaches it is out of range. */
#define NO_ROW PG_INT64_MIN

/* What a period without rows is. */
typedef enum Gaps
{
	GAPS_ZERO,
	GAPS_NULL,
	GAPS_CARRY /* the value of the period before */
} Gaps;

typedef struct DemandState
{
	DateADT from; /* first day of the window */
	DateADT to;	  /* the day after its last */
	ImsStep step;
	Gaps gaps;
	int count;
	int64 sum[FLEXIBLE_ARRAY_MEMBER];
} DemandState;

PG_FUNCTION_INFO_V1(ims_demand_array_add);
PG_FUNCTION_INFO_V1(ims_demand_array_combine);
PG_FUNCTION_INFO_V1(ims_demand_array_send);
PG_FUNCTION_INFO_V1(ims_demand_array_receive);
PG_FUNCTION_INFO_V1(ims_demand_array_finish);

static Gaps
gaps_of(const text *value)
{
	if (ims_is_word(value, "zero"))
		return GAPS_ZERO;
	if (ims_is_word(value, "null"))
		return GAPS_NULL;
	if (ims_is_word(value, "carry"))
		return GAPS_CARRY;
	ims_refuse_word("gaps", text_to_cstring(value), "zero, null or carry");
}

static DemandState *
make_state(MemoryContext context, int count)
{
	DemandState *state =
		MemoryContextAlloc(context, offsetof(DemandState, sum) + sizeof(int64) * count);

	state->count = count;
	for (int i = 0; i < count; i++)
		state->sum[i] = NO_ROW;
	return state;
}

static MemoryContext
aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "called outside of an aggregate");
	return context;
}

static void
check_given(FunctionCallInfo fcinfo)
{
	static const char *const names[] = {"from_period", "to_period", "step", "gaps"};

	for (int i = 0; i < lengthof(names); i++)
		if (PG_ARGISNULL(3 + i))
			ereport(ERROR,
					(errcode(ERRCODE_IMS_INVALID_FORECAST_ARGUMENT),
					 errmsg("argument \"%s\" is missing", names[i]),
					 errdetail_internal("%s", ims_error_detail("It is null.",
															   ims_detail_text("argument",
																			   names[i]))),
					 errhint("Give the same window, step and gaps for all rows.")));
}

/* The state of the group, made by its first row; later rows must agree. */
static DemandState *
state_for_row(FunctionCallInfo fcinfo)
{
	DateADT from;
	DateADT to;
	ImsStep step;
	Gaps gaps;
	DemandState *state;

	check_given(fcinfo);
	from = PG_GETARG_DATEADT(3);
	to = PG_GETARG_DATEADT(4);
	step = ims_step_of(PG_GETARG_TEXT_PP(5));
	gaps = gaps_of(PG_GETARG_TEXT_PP(6));
	if (PG_ARGISNULL(0))
	{
		state = make_state(aggregate_context(fcinfo), ims_count_periods(from, to, step));
		state->from = from;
		state->to = to;
		state->step = step;
		state->gaps = gaps;
		return state;
	}
	state = (DemandState *) PG_GETARG_POINTER(0);
	if (state->from != from || state->to != to || state->step != step || state->gaps != gaps)
		ims_refuse_window("Rows of one group differ in window, step or gaps.", from, to,
						  "Give the same window, step and gaps for all rows.");
	return state;
}

/* Adds to the sum of a period. */
static void
add(DemandState *state, int period, int64 quantity)
{
	int64 *sum = &state->sum[period];

	Assert(period >= 0 && period < state->count);
	if (pg_add_s64_overflow(*sum == NO_ROW ? 0 : *sum, quantity, sum) || *sum == NO_ROW)
		ereport(ERROR,
				(errcode(ERRCODE_IMS_INVALID_QUANTITY),
				 errmsg("demand of a period is too large"),
				 errdetail_internal("%s",
									ims_error_detail("The sum is above 9 * 10^12 in size.",
													 ims_detail_text("argument",
																	 "quantity"))),
				 errhint("Give quantities in a larger unit.")));
}

static int
period_of(const DemandState *state, DateADT date)
{
	int day;

	if (state->step == IMS_STEP_DAY)
		return date - state->from;
	if (state->step == IMS_STEP_WEEK)
		return (date - state->from) / DAYS_PER_WEEK;
	return ims_month_of(date, &day) - ims_month_of(state->from, &day);
}

/*
 * ims_demand_array_add -- transition: (internal, quantity numeric, period date,
 * from_period date, to_period date, step text, gaps text)
 *
 * A row without quantity or date, or outside of the window, is no demand.
 */
Datum
ims_demand_array_add(PG_FUNCTION_ARGS)
{
	DemandState *state = state_for_row(fcinfo);
	DateADT date;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_POINTER(state);
	date = PG_GETARG_DATEADT(2);
	if (date >= state->from && date < state->to)
		add(state, period_of(state, date), ims_demand_quantity(PG_GETARG_NUMERIC(1)));
	PG_RETURN_POINTER(state);
}

/* ims_demand_array_combine -- of two workers' states of one group */
Datum
ims_demand_array_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	DemandState *state = PG_ARGISNULL(0) ? NULL : (DemandState *) PG_GETARG_POINTER(0);
	DemandState *other = PG_ARGISNULL(1) ? NULL : (DemandState *) PG_GETARG_POINTER(1);

	if (other == NULL && state == NULL)
		PG_RETURN_NULL();
	if (other == NULL)
		PG_RETURN_POINTER(state);
	if (state == NULL)
	{
		state = make_state(context, other->count);
		memcpy(state, other, offsetof(DemandState, sum) + sizeof(int64) * other->count);
		PG_RETURN_POINTER(state);
	}
	if (state->from != other->from || state->to != other->to ||
		state->step != other->step || state->gaps != other->gaps)
		ims_refuse_window("Rows of one group differ in window, step or gaps.", other->from,
						  other->to, "Give the same window, step and gaps for all rows.");
	for (int i = 0; i < other->count; i++)
		if (other->sum[i] != NO_ROW)
			add(state, i, other->sum[i]);
	PG_RETURN_POINTER(state);
}

/* ims_demand_array_send -- a worker's state, as bytes for the leader */
Datum
ims_demand_array_send(PG_FUNCTION_ARGS)
{
	const DemandState *state = (DemandState *) PG_GETARG_POINTER(0);
	StringInfoData message;

	aggregate_context(fcinfo);
	pq_begintypsend(&message);
	pq_sendint32(&message, state->from);
	pq_sendint32(&message, state->to);
	pq_sendint8(&message, state->step);
	pq_sendint8(&message, state->gaps);
	pq_sendint32(&message, state->count);
	for (int i = 0; i < state->count; i++)
		pq_sendint64(&message, state->sum[i]);
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/* ims_demand_array_receive -- the same bytes as a state again */
Datum
ims_demand_array_receive(PG_FUNCTION_ARGS)
{
	bytea *bytes = PG_GETARG_BYTEA_PP(0);
	StringInfoData message;
	DemandState header;
	DemandState *state;

	aggregate_context(fcinfo);
	initStringInfo(&message);
	appendBinaryStringInfo(&message, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
	header.from = (DateADT) pq_getmsgint(&message, 4);
	header.to = (DateADT) pq_getmsgint(&message, 4);
	header.step = pq_getmsgbyte(&message);
	header.gaps = pq_getmsgbyte(&message);
	header.count = pq_getmsgint(&message, 4);
	Assert(header.count > 0 && header.count <= IMS_WINDOW_MOST_PERIODS);
	state = make_state(CurrentMemoryContext, header.count);
	memcpy(state, &header, offsetof(DemandState, sum));
	for (int i = 0; i < state->count; i++)
		state->sum[i] = pq_getmsgint64(&message);
	pq_getmsgend(&message);
	pfree(message.data);
	PG_RETURN_POINTER(state);
}

/* ims_demand_array_finish -- one value per period, oldest first */
Datum
ims_demand_array_finish(PG_FUNCTION_ARGS)
{
	const DemandState *state;
	double *value;

	aggregate_context(fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (DemandState *) PG_GETARG_POINTER(0);
	value = palloc(sizeof(double) * state->count);
	for (int i = 0; i < state->count; i++)
	{
		if (state->sum[i] != NO_ROW)
			value[i] = (double) state->sum[i] / IMS_QUANTITY_ONE;
		else if (state->gaps == GAPS_CARRY)
			value[i] = i > 0 ? value[i - 1] : NAN;
		else
			value[i] = state->gaps == GAPS_ZERO ? 0 : NAN;
	}
	return ims_float_array(value, state->count);
}
