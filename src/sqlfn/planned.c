/*-------------------------------------------------------------------------
 *
 * planned.c
 *	  What is known of periods beforehand: drivers, and the days that are open.
 *
 * Stored runs and back-tests know of each period, those to come included, which
 * days are marked as promotions, holidays or events, and which are worked.  Marks
 * become drivers: the share of a period's days that a kind of them touches.  Demand
 * is scaled to a period of the usual number of days before anything is made of it,
 * and the forecast scaled back.
 *
 * Without either a call is the one that it would have been, to the bit.  Drivers
 * never end a run: those that say nothing are left out, and the reason says so
 * where they would have mattered.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datetime.h"

#include "sqlfn/argument.h"
#include "sqlfn/planned.h"
#include "sqlfn/window.h"

PG_FUNCTION_INFO_V1(ims_marked_shares);
PG_FUNCTION_INFO_V1(ims_open_shares);

/* Periods from the first on, and which of their days are closed. */
typedef struct Span
{
	DateADT first;
	DateADT end;
	ImsStep step;
	int periods;
	bool *closed; /* by day */
} Span;

/* First day of a period, counted from 0. */
static DateADT
period_start(const Span *span, int period)
{
	int day;
	int month;

	if (span->step == IMS_STEP_DAY)
		return span->first + period;
	if (span->step == IMS_STEP_WEEK)
		return span->first + DAYS_PER_WEEK * period;
	month = ims_month_of(span->first, &day) + period;
	return date2j(month / MONTHS_PER_YEAR, month % MONTHS_PER_YEAR + 1, 1) -
		   POSTGRES_EPOCH_JDATE;
}

/* Elements of an array without null ones; none where it is null. */
static const void *
elements_argument(FunctionCallInfo fcinfo, int place, Oid type, int *count)
{
	ArrayType *array;

	*count = 0;
	if (PG_ARGISNULL(place))
		return NULL;
	array = PG_GETARG_ARRAYTYPE_P(place);
	Assert(ARR_ELEMTYPE(array) == type && !ARR_HASNULL(array));
	*count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	return ARR_DATA_PTR(array);
}

/* bucket, first_period, periods and closed_days, from a place on */
static void
span_argument(Span *span, FunctionCallInfo fcinfo, int place)
{
	int count;
	const DateADT *days = elements_argument(fcinfo, place + 3, DATEOID, &count);

	span->step = ims_step_of(PG_GETARG_TEXT_PP(place));
	span->first = PG_GETARG_DATEADT(place + 1);
	span->periods =
		ims_integer_argument(fcinfo, place + 2, "periods", 0,
							 IMS_SERIES_MAX_POINTS + IMS_FORECAST_MAX_HORIZON, 0);
	span->end = period_start(span, span->periods);
	span->closed = palloc0(span->end - span->first);
	for (int i = 0; i < count; i++)
		if (days[i] >= span->first && days[i] < span->end)
			span->closed[days[i] - span->first] = true;
}

static int
count_open(const Span *span, int period)
{
	DateADT end = period_start(span, period + 1);
	int open = 0;

	for (DateADT day = period_start(span, period); day < end; day++)
		open += !span->closed[day - span->first];
	return open;
}

/*
 * ims_open_shares -- SQL: ims._open_shares(usual_days, bucket, first_period, periods,
 * closed_days)
 *
 * Open days of each period by the usual number of them.  Null where that is not
 * known, or all are as usual.
 */
Datum
ims_open_shares(PG_FUNCTION_ARGS)
{
	Span span;
	double usual;
	double *share;
	bool as_usual = true;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(4))
		PG_RETURN_NULL();
	usual = PG_GETARG_FLOAT8(0);
	span_argument(&span, fcinfo, 1);
	share = palloc(sizeof(double) * span.periods);
	for (int i = 0; i < span.periods; i++)
	{
		share[i] = count_open(&span, i) / usual;
		as_usual &= share[i] == 1;
	}
	if (as_usual)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(ims_float_array(share, span.periods));
}

/* One row per period, one column per kind, all zero. */
static ArrayType *
make_shares(int rows, int columns)
{
	Size size = ARR_OVERHEAD_NONULLS(2) + sizeof(float8) * (Size) rows * columns;
	ArrayType *array = palloc0(size);

	SET_VARSIZE(array, size);
	array->ndim = 2;
	array->elemtype = FLOAT8OID;
	ARR_DIMS(array)[0] = rows;
	ARR_DIMS(array)[1] = columns;
	ARR_LBOUND(array)[0] = ARR_LBOUND(array)[1] = 1;
	return array;
}

/* Open days that marks of a kind touch, of all open days; whether there are any. */
static bool
add_shares(const Span *span, const bool *touched, int columns, double *share)
{
	bool any = false;

	for (int i = 0; i < span->periods; i++)
	{
		int open = count_open(span, i);
		DateADT start = period_start(span, i) - span->first;
		DateADT end = period_start(span, i + 1) - span->first;
		int days = 0;

		for (DateADT day = start; day < end; day++)
			days += touched[day] && !span->closed[day];
		share[(Size) i * columns] = days > 0 ? (double) days / open : 0;
		any |= days > 0;
	}
	return any;
}

/*
 * ims_marked_shares -- SQL: ims._marked_shares(kinds, places, from_days, to_days, bucket,
 * first_period, periods, closed_days)
 *
 * Share of the open days of each period that marks of each kind touch; a mark is of the
 * kind at its place, counted from 1.  A day that several touch counts once.  Null where
 * no open day is touched.
 */
Datum
ims_marked_shares(PG_FUNCTION_ARGS)
{
	int kinds = ims_integer_argument(fcinfo, 0, "kinds", 1, IMS_DRIVERS_MAX_COLUMNS, 0);
	Span span;
	const int32 *place;
	const DateADT *from;
	const DateADT *to;
	int marks;
	bool *touched;
	ArrayType *shares;
	bool any = false;

	CHECK_FOR_INTERRUPTS();
	place = elements_argument(fcinfo, 1, INT4OID, &marks);
	if (marks == 0)
		PG_RETURN_NULL();
	from = elements_argument(fcinfo, 2, DATEOID, &marks);
	to = elements_argument(fcinfo, 3, DATEOID, &marks);
	span_argument(&span, fcinfo, 4);
	shares = make_shares(span.periods, kinds);
	touched = palloc(span.end - span.first);
	for (int j = 0; j < kinds; j++)
	{
		memset(touched, 0, span.end - span.first);
		for (int i = 0; i < marks; i++)
			for (DateADT day = Max(from[i], span.first);
				 place[i] == j + 1 && day < Min(to[i], span.end); day++)
				touched[day - span.first] = true;
		any |= add_shares(&span, touched, kinds, (double *) ARR_DATA_PTR(shares) + j);
	}
	if (!any)
		PG_RETURN_NULL();
	PG_RETURN_ARRAYTYPE_P(shares);
}

static char **
names_argument(FunctionCallInfo fcinfo, int place, int wanted)
{
	Datum *element;
	char **name;
	int count;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(place), TEXTOID, -1, false, TYPALIGN_INT,
					  &element, NULL, &count);
	if (count != wanted)
		elog(ERROR, "%d drivers have %d names", wanted, count);
	name = palloc(sizeof(char *) * count);
	for (int i = 0; i < count; i++)
		name[i] = TextDatumGetCString(element[i]);
	return name;
}

/* drivers, their names and open_shares, from a place on; each of so many rows */
void
ims_planned_arguments(ImsPlanned *planned, FunctionCallInfo fcinfo, int first, int rows)
{
	*planned = (ImsPlanned){.drivers = {NULL, 0, 0}};
	if (!PG_ARGISNULL(first))
	{
		planned->drivers = ims_drivers_argument(fcinfo, first, rows, rows);
		planned->names = names_argument(fcinfo, first + 1, planned->drivers.columns);
	}
	if (!PG_ARGISNULL(first + 2))
	{
		ImsSeries open = ims_series_argument(fcinfo, first + 2, "open_shares");

		if (open.count != rows)
			elog(ERROR, "%d open shares for %d periods", open.count, rows);
		planned->open = open.value;
	}
}

/*
 * Demand as if each period had its usual number of days.  One that was closed
 * throughout says nothing, unless something was sold.
 */
static void
scale_to_usual(ImsForecastCall *call, const double *open)
{
	const double *value = call->series.value;
	double *usual =
		palloc_extended(sizeof(double) * Max(call->series.count, 1), MCXT_ALLOC_HUGE);

	for (int t = 0; t < call->series.count; t++)
		usual[t] = open[t] > 0 ? value[t] / open[t] : value[t] != 0 ? value[t] : NAN;
	call->series.value = usual;
}

static void
scale_from_usual(ImsForecastCall *call, const double *open)
{
	for (int h = 0; h < call->request.horizon; h++)
	{
		double share = open[call->series.count + h];

		call->forecast.mean[h] *= share;
		call->lower[h] *= share;
		call->upper[h] *= share;
	}
}

/* Whether a step is to come the like of which there was none in the history. */
static bool
is_unheard_of(const ImsForecastCall *call, const ImsDrivers *drivers, int column)
{
	const double *first = NULL;

	for (int t = 0; t < drivers->rows; t++)
	{
		const double *value = &drivers->value[(Size) t * drivers->columns + column];

		if (t < call->series.count && !isfinite(call->series.value[t]))
			continue;
		if (first == NULL)
			first = value;
		else if (*value != *first)
			return t >= call->series.count;
	}
	return false;
}

static void
add_reason(ImsForecastCall *call, const char *reason)
{
	call->reason =
		call->reason[0] == '\0' ? reason : psprintf("%s; %s", call->reason, reason);
}

/* Drivers that say nothing are named, unless nothing would have come of them. */
static void
note_unused(ImsForecastCall *call, const ImsPlanned *planned, const ImsDrivers *drivers)
{
	bool is_short = planned->effects.points == 0;
	bool is_unknown = false;

	for (int j = 0; j < drivers->columns; j++)
		if (planned->effects.state[j] != IMS_DRIVER_USED && is_unheard_of(call, drivers, j))
		{
			add_reason(call, psprintf("%s was the same in all of the history",
									  planned->names[j]));
			is_unknown = true;
		}
		else if (planned->effects.state[j] == IMS_DRIVER_COLLINEAR && !is_short)
			add_reason(call,
					   psprintf("%s cannot be told from the rest", planned->names[j]));
	if (is_short && !is_unknown)
		add_reason(call, "the history is too short for drivers");
	if ((is_short || is_unknown) && call->forecast.status == IMS_FORECAST_OK)
		call->forecast.status = IMS_FORECAST_FALLBACK;
}

/* The rest of a regular series is regular, though it may touch zero. */
static void
run_with_drivers(ImsForecastCall *call, const ImsPlanned *planned)
{
	ImsIntermittentMethod intermittent = call->intermittent;
	bool non_negative = call->request.non_negative;

	ims_drivers_take_out(call, &planned->effects);
	call->intermittent = IMS_INTERMITTENT_NONE;
	call->request.non_negative = false;
	ims_forecast_call_run(call);
	ims_drivers_put_back(call, &planned->effects, non_negative);
	call->intermittent = intermittent;
	call->request.non_negative = non_negative;
}

/*
 * The forecast of a call, with what is planned of its periods.  Of a longer plan the
 * first rows count.  Bounds are wanted.
 */
void
ims_planned_run(ImsForecastCall *call, ImsPlanned *planned)
{
	ImsDrivers drivers = planned->drivers;
	const double *value = call->series.value;
	bool regular = true;

	Assert(call->tail > 0);
	drivers.rows = call->series.count + call->request.horizon;
	Assert(drivers.columns == 0 || drivers.rows <= planned->drivers.rows);
	planned->effects.used = 0;
	if (planned->open != NULL)
		scale_to_usual(call, planned->open);
	if (drivers.columns > 0)
	{
		regular = !ims_forecast_call_is_irregular(call);
		if (regular)
			ims_drivers_effects(call, &drivers, &planned->effects);
	}
	if (planned->effects.used > 0)
		run_with_drivers(call, planned);
	else
		ims_forecast_call_run(call);
	if (!regular)
		add_reason(call, "drivers are for regular demand");
	else if (drivers.columns > 0 && call->forecast.status != IMS_FORECAST_NO_DATA)
		note_unused(call, planned, &drivers);
	if (planned->open != NULL)
		scale_from_usual(call, planned->open);
	call->series.value = value;
}
