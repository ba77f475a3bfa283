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
#include "utils/datetime.h"

#include "ims.h"
#include "ledger/detail.h"
#include "sqlfn/argument.h"
#include "type/quantity.h"

#define MOST_PERIODS 100000
#define DAYS_PER_WEEK 7

/* No row in this period; a sum that reaches it is out of range. */
#define NO_ROW PG_INT64_MIN

typedef enum Step
{
	STEP_DAY,
	STEP_WEEK,
	STEP_MONTH
} Step;

typedef struct DemandState
{
	DateADT from; /* first day of the window */
	DateADT to;	  /* the day after its last */
	Step step;
	bool gaps_are_zero;
	int count;
	int64 sum[FLEXIBLE_ARRAY_MEMBER];
} DemandState;

PG_FUNCTION_INFO_V1(ims_demand_array_add);
PG_FUNCTION_INFO_V1(ims_demand_array_combine);
PG_FUNCTION_INFO_V1(ims_demand_array_send);
PG_FUNCTION_INFO_V1(ims_demand_array_receive);
PG_FUNCTION_INFO_V1(ims_demand_array_finish);

static bool
is_word(const text *value, const char *word)
{
	return VARSIZE_ANY_EXHDR(value) == strlen(word) &&
		   memcmp(VARDATA_ANY(value), word, strlen(word)) == 0;
}

static Step
step_of(const text *value)
{
	if (is_word(value, "day"))
		return STEP_DAY;
	if (is_word(value, "week"))
		return STEP_WEEK;
	if (is_word(value, "month"))
		return STEP_MONTH;
	ims_refuse_word("step", text_to_cstring(value), "day, week or month");
}

static bool
are_gaps_zero(const text *value)
{
	if (is_word(value, "zero"))
		return true;
	if (is_word(value, "null"))
		return false;
	ims_refuse_word("gaps", text_to_cstring(value), "zero or null");
}

/* Months since January of year 0, and the day in the month. */
static int
month_of(DateADT date, int *day)
{
	int year;
	int month;

	j2date(date + POSTGRES_EPOCH_JDATE, &year, &month, day);
	return year * MONTHS_PER_YEAR + month - 1;
}

/* ISO 8601, whatever the session's settings are. */
static char *
date_text(DateADT date)
{
	char buffer[MAXDATELEN + 1];
	struct pg_tm tm = {0};

	if (DATE_NOT_FINITE(date))
		EncodeSpecialDate(date, buffer);
	else
	{
		j2date(date + POSTGRES_EPOCH_JDATE, &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
		EncodeDateOnly(&tm, USE_ISO_DATES, buffer);
	}
	return pstrdup(buffer);
}

static void
refuse_window(const char *sentence, DateADT from, DateADT to, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_IMS_INVALID_WINDOW),
			 errmsg("the window of a demand array is not valid"),
			 errdetail_internal("%s",
								ims_error_detail(sentence,
												 ims_detail_text("from_period",
																 date_text(from)),
												 ims_detail_text("to_period", date_text(to)),
												 ims_detail_integer("most", MOST_PERIODS))),
			 errhint("%s", hint)));
}

/* How many periods fit in; they must fit in exactly. */
static int
count_periods(DateADT from, DateADT to, Step step)
{
	int64 count = (int64) to - from;
	int first_day = 1;
	int last_day = 1;
	bool is_whole = true;

	if (DATE_NOT_FINITE(from) || DATE_NOT_FINITE(to) || count <= 0)
		refuse_window("It ends before it begins, or never.", from, to,
					  "Give the first day, and the day after the last.");
	if (step == STEP_WEEK)
	{
		is_whole = count % DAYS_PER_WEEK == 0;
		count /= DAYS_PER_WEEK;
	}
	else if (step == STEP_MONTH)
	{
		count = month_of(to, &last_day) - month_of(from, &first_day);
		is_whole = first_day == 1 && last_day == 1;
	}
	if (!is_whole)
		refuse_window("It does not consist of whole periods.", from, to,
					  "Weeks begin on the weekday of the first day, months on the first;"
					  " the last day itself is not part of the window.");
	if (count > MOST_PERIODS)
		refuse_window("It has too many periods.", from, to,
					  "Take a shorter window, or longer periods.");
	return (int) count;
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
	Step step;
	bool gaps_are_zero;
	DemandState *state;

	check_given(fcinfo);
	from = PG_GETARG_DATEADT(3);
	to = PG_GETARG_DATEADT(4);
	step = step_of(PG_GETARG_TEXT_PP(5));
	gaps_are_zero = are_gaps_zero(PG_GETARG_TEXT_PP(6));
	if (PG_ARGISNULL(0))
	{
		state = make_state(aggregate_context(fcinfo), count_periods(from, to, step));
		state->from = from;
		state->to = to;
		state->step = step;
		state->gaps_are_zero = gaps_are_zero;
		return state;
	}
	state = (DemandState *) PG_GETARG_POINTER(0);
	if (state->from != from || state->to != to || state->step != step ||
		state->gaps_are_zero != gaps_are_zero)
		refuse_window("Rows of one group differ in window, step or gaps.", from, to,
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

static int64
quantity_of(Numeric number)
{
	ImsQuantity quantity;
	ImsQuantityStatus status = ims_quantity_parse(number, &quantity);

	if (status != IMS_QUANTITY_OK)
		ereport(ERROR,
				(errcode(ERRCODE_IMS_INVALID_QUANTITY),
				 errmsg("quantity %s %s", ims_number_text(number),
						ims_quantity_problem(status)),
				 errdetail_internal("%s",
									ims_error_detail("It is no quantity of a ledger.",
													 ims_detail_number("quantity", number),
													 ims_detail_text("argument",
																	 "quantity"))),
				 errhint("Round it first, to six decimals at most.")));
	return quantity;
}

static int
period_of(const DemandState *state, DateADT date)
{
	int day;

	if (state->step == STEP_DAY)
		return date - state->from;
	if (state->step == STEP_WEEK)
		return (date - state->from) / DAYS_PER_WEEK;
	return month_of(date, &day) - month_of(state->from, &day);
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
		add(state, period_of(state, date), quantity_of(PG_GETARG_NUMERIC(1)));
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
		state->step != other->step || state->gaps_are_zero != other->gaps_are_zero)
		refuse_window("Rows of one group differ in window, step or gaps.", other->from,
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
	pq_sendint8(&message, state->gaps_are_zero);
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
	header.gaps_are_zero = pq_getmsgbyte(&message) != 0;
	header.count = pq_getmsgint(&message, 4);
	Assert(header.count > 0 && header.count <= MOST_PERIODS);
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
		else
			value[i] = state->gaps_are_zero ? 0 : NAN;
	}
	return ims_float_array(value, state->count);
}
