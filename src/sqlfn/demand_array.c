/*-------------------------------------------------------------------------
 *
 * demand_array.c
 *	  The aggregate ims.demand_array: rows of demand to one value per period.
 *	  forecast_aggregate.c has those that forecast; their states are the same.
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

static Size
state_size(int count)
{
	return offsetof(ImsDemandState, sum) + sizeof(int128) * count;
}

static ImsDemandState *
make_state(MemoryContext context, int count)
{
	ImsDemandState *state = MemoryContextAlloc(context, state_size(count));

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

/* Rows of one group, or of two workers' parts of it, agree on all but demand. */
static void
check_agreement(const ImsDemandState *state, DateADT from, DateADT to, ImsStep step,
				ImsGaps gaps, const ImsForecastOptions *options)
{
	const char *name;

	if (state->from != from || state->to != to || state->step != step || state->gaps != gaps)
		ims_refuse_window("Rows of one group differ in window, step or gaps.", from, to,
						  "Give the same window, step and gaps for all rows.");
	name = ims_forecast_options_difference(&state->options, options);
	if (name != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_IMS_INVALID_FORECAST_ARGUMENT),
				 errmsg("argument \"%s\" changes within a group", name),
				 errdetail_internal("%s",
									ims_error_detail("Rows of one group differ in it.",
													 ims_detail_text("argument", name))),
				 errhint("Give the same for all rows, or group by it.")));
}

/* The state of the group, made by its first row; later rows must agree. */
ImsDemandState *
ims_demand_state_of_row(FunctionCallInfo fcinfo, const ImsForecastOptions *options)
{
	DateADT from;
	DateADT to;
	ImsStep step;
	ImsGaps gaps;
	ImsDemandState *state;

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
		state->options = *options;
		return state;
	}
	state = (ImsDemandState *) PG_GETARG_POINTER(0);
	check_agreement(state, from, to, step, gaps, options);
	return state;
}

/*
 * In millionths.  What was asked of a predecessor may be worth a thousand times
 * as much of its successor, which no single line of the ledger could be.
 */
static ImsQuantityStatus
parse_amount(Numeric number, int128 *amount)
{
	ImsQuantity quantity = 0;
	ImsQuantityStatus status = ims_quantity_parse(number, &quantity);
	Datum million;
	Datum millions;
	Datum rest;

	*amount = quantity;
	if (status != IMS_QUANTITY_TOO_LARGE)
		return status;
	million = DirectFunctionCall1(int4_numeric, Int32GetDatum(MILLION));
	millions = DirectFunctionCall2(numeric_div_trunc, NumericGetDatum(number), million);
	status = ims_quantity_parse(DatumGetNumeric(millions), &quantity);
	if (status != IMS_QUANTITY_OK)
		return status;
	*amount = (int128) quantity * MILLION;
	rest = DirectFunctionCall2(numeric_sub, NumericGetDatum(number),
							   DirectFunctionCall2(numeric_mul, millions, million));
	status = ims_quantity_parse(DatumGetNumeric(rest), &quantity);
	*amount += quantity;
	return status;
}

int128
ims_demand_amount(Numeric number)
{
	int128 amount;
	ImsQuantityStatus status = parse_amount(number, &amount);

	if (status != IMS_QUANTITY_OK)
		ims_refuse_quantity(number, status);
	return amount;
}

/* The same of any number, to the nearest millionth, for what is estimated anyway. */
int128
ims_demand_estimate(Numeric number)
{
	int128 amount;
	ImsQuantityStatus status = parse_amount(number, &amount);

	if (status == IMS_QUANTITY_TOO_FINE)
		status =
			parse_amount(DatumGetNumeric(
							 DirectFunctionCall2(numeric_round, NumericGetDatum(number),
												 Int32GetDatum(IMS_QUANTITY_SCALE))),
						 &amount);
	return status == IMS_QUANTITY_OK ? amount : IMS_DEMAND_UNKNOWN;
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
	static const ImsForecastOptions none = {0};
	ImsDemandState *state = ims_demand_state_of_row(fcinfo, &none);
	DateADT date;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_POINTER(state);
	date = PG_GETARG_DATEADT(2);
	if (date >= state->from && date < state->to)
		ims_demand_add(&state->sum[ims_period_of(state->from, state->step, date)],
					   ims_demand_amount(PG_GETARG_NUMERIC(1)));
	PG_RETURN_POINTER(state);
}

/* ims_demand_array_combine -- of two workers' states of one group */
Datum
ims_demand_array_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	ImsDemandState *state =
		PG_ARGISNULL(0) ? NULL : (ImsDemandState *) PG_GETARG_POINTER(0);
	ImsDemandState *other =
		PG_ARGISNULL(1) ? NULL : (ImsDemandState *) PG_GETARG_POINTER(1);

	if (other == NULL && state == NULL)
		PG_RETURN_NULL();
	if (other == NULL)
		PG_RETURN_POINTER(state);
	if (state == NULL)
	{
		state = make_state(context, other->count);
		memcpy(state, other, state_size(other->count));
		PG_RETURN_POINTER(state);
	}
	check_agreement(state, other->from, other->to, other->step, other->gaps,
					&other->options);
	for (int i = 0; i < other->count; i++)
		if (other->sum[i] != IMS_DEMAND_NO_ROW)
			ims_demand_add_estimate(&state->sum[i], other->sum[i]);
	PG_RETURN_POINTER(state);
}

/* ims_demand_array_send -- a worker's state, as bytes for the leader */
Datum
ims_demand_array_send(PG_FUNCTION_ARGS)
{
	const ImsDemandState *state = (ImsDemandState *) PG_GETARG_POINTER(0);
	StringInfoData message;

	aggregate_context(fcinfo);
	/* both processes are of one server: the bytes as they are */
	pq_begintypsend(&message);
	pq_sendbytes(&message, (const char *) state, state_size(state->count));
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/* ims_demand_array_receive -- the same bytes as a state again */
Datum
ims_demand_array_receive(PG_FUNCTION_ARGS)
{
	bytea *bytes = PG_GETARG_BYTEA_PP(0);
	ImsDemandState head;
	ImsDemandState *state;

	aggregate_context(fcinfo);
	memcpy(&head, VARDATA_ANY(bytes), offsetof(ImsDemandState, sum));
	Assert(head.count > 0 && head.count <= IMS_WINDOW_MOST_PERIODS);
	Assert(VARSIZE_ANY_EXHDR(bytes) == state_size(head.count));
	state = make_state(CurrentMemoryContext, head.count);
	memcpy(state, VARDATA_ANY(bytes), state_size(head.count));
	PG_RETURN_POINTER(state);
}

/* One value per period, oldest first; NaN for what is not known. */
double *
ims_demand_values(const int128 *sum, int count, ImsGaps gaps)
{
	double *value = palloc(sizeof(double) * count);

	for (int i = 0; i < count; i++)
	{
		if (sum[i] < IMS_DEMAND_NO_ROW)
			value[i] = NAN;
		else if (sum[i] > IMS_DEMAND_NO_ROW)
			value[i] = (double) sum[i] / IMS_QUANTITY_ONE;
		else if (gaps == IMS_GAPS_CARRY)
			value[i] = i > 0 ? value[i - 1] : NAN;
		else
			value[i] = gaps == IMS_GAPS_ZERO ? 0 : NAN;
	}
	return value;
}

Datum
ims_demand_of_sums(const int128 *sum, int count, ImsGaps gaps)
{
	return ims_float_array(ims_demand_values(sum, count, gaps), count);
}

/* ims_demand_array_finish -- the array of a group */
Datum
ims_demand_array_finish(PG_FUNCTION_ARGS)
{
	const ImsDemandState *state;

	aggregate_context(fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (ImsDemandState *) PG_GETARG_POINTER(0);
	PG_RETURN_DATUM(ims_demand_of_sums(state->sum, state->count, state->gaps));
}
