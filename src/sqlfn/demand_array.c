/*-------------------------------------------------------------------------
 *
 * demand_array.c
 *	  The aggregate ims.demand_array: rows of demand to one value per period.
 *
 * Sums are kept in millionths and become floating point at the very end, so
 * that the order of the rows, and how many workers summed them, does not
 * matter.  No sum of theirs is too large: one item would else end the reading of
 * all.  Memory: 16 bytes for each period of the window, per group.
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
#include "utils/fmgrprotos.h"

#include "ims.h"
#include "ledger/detail.h"
#include "sqlfn/argument.h"
#include "sqlfn/demand_array.h"
#include "sqlfn/window.h"
#include "type/quantity.h"

/* Quantities of a million base units, below 10^12 of them, are quantities too. */
#define MILLION 1000000

typedef struct DemandState
{
	DateADT from; /* first day of the window */
	DateADT to;	  /* the day after its last */
	ImsStep step;
	ImsGaps gaps;
	int count;
	int128 sum[FLEXIBLE_ARRAY_MEMBER];
} DemandState;

PG_FUNCTION_INFO_V1(ims_demand_array_add);
PG_FUNCTION_INFO_V1(ims_demand_array_combine);
PG_FUNCTION_INFO_V1(ims_demand_array_send);
PG_FUNCTION_INFO_V1(ims_demand_array_receive);
PG_FUNCTION_INFO_V1(ims_demand_array_finish);

ImsGaps
ims_gaps_of(const text *value)
{
	if (ims_is_word(value, "zero"))
		return IMS_GAPS_ZERO;
	if (ims_is_word(value, "null"))
		return IMS_GAPS_NULL;
	if (ims_is_word(value, "carry"))
		return IMS_GAPS_CARRY;
	ims_refuse_word("gaps", text_to_cstring(value), "zero, null or carry");
}

static DemandState *
make_state(MemoryContext context, int count)
{
	DemandState *state =
		MemoryContextAlloc(context, offsetof(DemandState, sum) + sizeof(int128) * count);

	state->count = count;
	for (int i = 0; i < count; i++)
		state->sum[i] = IMS_DEMAND_NO_ROW;
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
	ImsGaps gaps;
	DemandState *state;

	check_given(fcinfo);
	from = PG_GETARG_DATEADT(3);
	to = PG_GETARG_DATEADT(4);
	step = ims_step_of(PG_GETARG_TEXT_PP(5));
	gaps = ims_gaps_of(PG_GETARG_TEXT_PP(6));
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

static void
add(DemandState *state, int period, int128 quantity)
{
	Assert(period >= 0 && period < state->count);
	ims_demand_add(&state->sum[period], quantity);
}

/*
 * In millionths.  What was asked of a predecessor may be worth a thousand times
 * as much of its successor, which no single line of the ledger could be.
 */
int128
ims_demand_amount(Numeric number)
{
	ImsQuantity quantity;
	ImsQuantityStatus status = ims_quantity_parse(number, &quantity);
	int128 sum;
	Datum million;
	Datum millions;
	Datum rest;

	if (status == IMS_QUANTITY_OK)
		return quantity;
	if (status != IMS_QUANTITY_TOO_LARGE)
		ims_refuse_quantity(number, status);
	million = DirectFunctionCall1(int4_numeric, Int32GetDatum(MILLION));
	millions = DirectFunctionCall2(numeric_div_trunc, NumericGetDatum(number), million);
	status = ims_quantity_parse(DatumGetNumeric(millions), &quantity);
	if (status != IMS_QUANTITY_OK)
		ims_refuse_quantity(number, status);
	sum = (int128) quantity * MILLION;
	rest = DirectFunctionCall2(numeric_sub, NumericGetDatum(number),
							   DirectFunctionCall2(numeric_mul, millions, million));
	status = ims_quantity_parse(DatumGetNumeric(rest), &quantity);
	if (status != IMS_QUANTITY_OK)
		ims_refuse_quantity(number, status);
	return sum + quantity;
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
		add(state, ims_period_of(state->from, state->step, date),
			ims_demand_amount(PG_GETARG_NUMERIC(1)));
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
		memcpy(state, other, offsetof(DemandState, sum) + sizeof(int128) * other->count);
		PG_RETURN_POINTER(state);
	}
	if (state->from != other->from || state->to != other->to ||
		state->step != other->step || state->gaps != other->gaps)
		ims_refuse_window("Rows of one group differ in window, step or gaps.", other->from,
						  other->to, "Give the same window, step and gaps for all rows.");
	for (int i = 0; i < other->count; i++)
		if (other->sum[i] != IMS_DEMAND_NO_ROW)
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

	/* both processes are of one server: the bytes as they are */
	pq_sendbytes(&message, (const char *) state->sum, sizeof(int128) * state->count);
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
	memcpy(state->sum, pq_getmsgbytes(&message, sizeof(int128) * state->count),
		   sizeof(int128) * state->count);
	pq_getmsgend(&message);
	pfree(message.data);
	PG_RETURN_POINTER(state);
}

/* One value per period, oldest first. */
Datum
ims_demand_of_sums(const int128 *sum, int count, ImsGaps gaps)
{
	double *value = palloc(sizeof(double) * count);

	for (int i = 0; i < count; i++)
	{
		if (sum[i] != IMS_DEMAND_NO_ROW)
			value[i] = (double) sum[i] / IMS_QUANTITY_ONE;
		else if (gaps == IMS_GAPS_CARRY)
			value[i] = i > 0 ? value[i - 1] : NAN;
		else
			value[i] = gaps == IMS_GAPS_ZERO ? 0 : NAN;
	}
	return ims_float_array(value, count);
}

/* ims_demand_array_finish -- the array of a group */
Datum
ims_demand_array_finish(PG_FUNCTION_ARGS)
{
	const DemandState *state;

	aggregate_context(fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (DemandState *) PG_GETARG_POINTER(0);
	PG_RETURN_DATUM(ims_demand_of_sums(state->sum, state->count, state->gaps));
}
