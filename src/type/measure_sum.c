/*-------------------------------------------------------------------------
 *
 * measure_sum.c
 *	  sum(ims.measure).
 *
 * The state holds one sum for each unit, so that the result depends neither on
 * the order of rows nor on the number of workers: nothing is converted before
 * the end.  A sum of one unit is in that unit, one of several in the base unit
 * of their dimension.  Memory: as many sums as a dimension has units, in the
 * aggregate's context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "libpq/pqformat.h"
#include "utils/memutils.h"

#include "compat.h"
#include "ims.h"
#include "type/measure.h"

PG_FUNCTION_INFO_V1(ims_measure_sum_add);
PG_FUNCTION_INFO_V1(ims_measure_sum_combine);
PG_FUNCTION_INFO_V1(ims_measure_sum_serialize);
PG_FUNCTION_INFO_V1(ims_measure_sum_deserialize);
PG_FUNCTION_INFO_V1(ims_measure_sum_final);

#define FIRST_SPACE 4

/* palloc() does not align for 128 bits, so the sum is copied in and out. */
typedef struct UnitSum
{
	char sum[sizeof(ImsAmount)];
	uint8 unit_size;
	char unit[IMS_UNIT_MAX_SIZE];
} UnitSum;

typedef struct SumState
{
	int count;
	int space;
	UnitSum *sums;
} SumState;

static ImsMeasure
measure_of(const UnitSum *sum)
{
	ImsMeasure measure;

	memcpy(&measure.amount, sum->sum, sizeof(measure.amount));
	measure.unit = sum->unit;
	measure.unit_size = sum->unit_size;
	return measure;
}

static MemoryContext
aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "aggregate function called in non-aggregate context");
	return context;
}

static SumState *
new_state(MemoryContext context)
{
	SumState *state = MemoryContextAlloc(context, sizeof(SumState));

	state->count = 0;
	state->space = FIRST_SPACE;
	state->sums = MemoryContextAlloc(context, state->space * sizeof(UnitSum));
	return state;
}

/* A unit that the state has not yet must be of the dimension of the others. */
static UnitSum *
new_sum(SumState *state, const ImsMeasure *measure)
{
	const ImsAmount zero = 0;
	UnitSum *sum;

	if (state->count > 0)
	{
		ImsMeasure first = measure_of(&state->sums[0]);
		const ImsRec20Unit *unit = ims_rec20_find(first.unit, first.unit_size);
		const ImsRec20Unit *other = ims_rec20_find(measure->unit, measure->unit_size);

		if (unit == NULL || other == NULL || unit->dimension != other->dimension)
			ims_measure_require_result(IMS_MEASURE_INCOMPATIBLE, &first, measure->unit,
									   measure->unit_size, ims_measure_exact);
	}
	if (state->count == state->space)
	{
		state->space *= 2;
		state->sums = repalloc(state->sums, state->space * sizeof(UnitSum));
	}
	sum = &state->sums[state->count++];
	memcpy(sum->sum, &zero, sizeof(zero));
	sum->unit_size = (uint8) measure->unit_size;
	memcpy(sum->unit, measure->unit, measure->unit_size);
	return sum;
}

static void
add(SumState *state, const ImsMeasure *measure)
{
	UnitSum *sum = NULL;
	ImsAmount amount;

	for (int i = 0; sum == NULL && i < state->count; i++)
		if (state->sums[i].unit_size == measure->unit_size &&
			memcmp(state->sums[i].unit, measure->unit, measure->unit_size) == 0)
			sum = &state->sums[i];
	if (sum == NULL)
		sum = new_sum(state, measure);
	memcpy(&amount, sum->sum, sizeof(amount));
	if (__builtin_add_overflow(amount, measure->amount, &amount))
		ims_measure_require_result(IMS_MEASURE_TOO_LARGE, measure, measure->unit,
								   measure->unit_size, ims_measure_exact);
	memcpy(sum->sum, &amount, sizeof(amount));
}

static SumState *
state_arg(FunctionCallInfo fcinfo, int place)
{
	return PG_ARGISNULL(place) ? NULL : (SumState *) PG_GETARG_POINTER(place);
}

/* ims_measure_sum_add -- transition */
Datum
ims_measure_sum_add(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	SumState *state = state_arg(fcinfo, 0);
	ImsMeasure measure;

	if (!PG_ARGISNULL(1))
	{
		measure = ims_measure_arg(fcinfo, 1);
		if (state == NULL)
			state = new_state(context);
		add(state, &measure);
	}
	if (state == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(state);
}

/* ims_measure_sum_combine -- the states of two workers */
Datum
ims_measure_sum_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	SumState *state = state_arg(fcinfo, 0);
	SumState *other = state_arg(fcinfo, 1);

	if (other != NULL)
	{
		if (state == NULL)
			state = new_state(context);
		for (int i = 0; i < other->count; i++)
		{
			ImsMeasure measure = measure_of(&other->sums[i]);

			add(state, &measure);
		}
	}
	if (state == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(state);
}

/* ims_measure_sum_serialize -- for each unit: sum, size of the unit, unit */
Datum
ims_measure_sum_serialize(PG_FUNCTION_ARGS)
{
	SumState *state = (SumState *) PG_GETARG_POINTER(0);
	StringInfoData message;

	(void) aggregate_context(fcinfo);
	pq_begintypsend(&message);
	for (int i = 0; i < state->count; i++)
	{
		pq_sendbytes(&message, state->sums[i].sum, sizeof(state->sums[i].sum));
		pq_sendint8(&message, state->sums[i].unit_size);
		pq_sendbytes(&message, state->sums[i].unit, state->sums[i].unit_size);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

Datum
ims_measure_sum_deserialize(PG_FUNCTION_ARGS)
{
	bytea *bytes = PG_GETARG_BYTEA_PP(0);
	const char *at = VARDATA_ANY(bytes);
	const char *end = at + VARSIZE_ANY_EXHDR(bytes);
	SumState *state;

	(void) aggregate_context(fcinfo);
	state = new_state(CurrentMemoryContext);
	while (at < end)
	{
		ImsMeasure measure;

		memcpy(&measure.amount, at, sizeof(measure.amount));
		at += sizeof(measure.amount);
		measure.unit_size = (uint8) *at++;
		measure.unit = at;
		at += measure.unit_size;
		add(state, &measure);
	}
	PG_RETURN_POINTER(state);
}

/* The sums of several units in the base unit of their dimension. */
static ImsMeasure
total_of(const SumState *state)
{
	ImsMeasure total = measure_of(&state->sums[0]);
	const ImsRec20Unit *unit = ims_rec20_find(total.unit, total.unit_size);

	total.amount = 0;
	total.unit = ims_dimension_base_unit(unit->dimension);
	total.unit_size = strlen(total.unit);
	for (int i = 0; i < state->count; i++)
	{
		ImsMeasure part = measure_of(&state->sums[i]);
		ImsAmount amount = 0;

		ims_measure_require_result(ims_measure_convert(&part, total.unit, total.unit_size,
													   ims_measure_exact, &amount),
								   &part, total.unit, total.unit_size, ims_measure_exact);
		total.amount += amount;
	}
	return total;
}

Datum
ims_measure_sum_final(PG_FUNCTION_ARGS)
{
	SumState *state = state_arg(fcinfo, 0);
	ImsMeasure total;

	(void) aggregate_context(fcinfo);
	if (state == NULL)
		PG_RETURN_NULL();
	total = state->count == 1 ? measure_of(&state->sums[0]) : total_of(state);
	if (!ims_amount_is_valid(total.amount))
		ims_measure_require_result(IMS_MEASURE_TOO_LARGE, &total, total.unit,
								   total.unit_size, ims_measure_exact);
	PG_RETURN_DATUM(ims_measure_datum(&total));
}
