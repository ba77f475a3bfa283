/*-------------------------------------------------------------------------
 *
 * backtest.c
 *	  ims.backtest: what would have been forecast, at several origins.
 *
 * At each origin a method sees the periods before it, and forecasts those
 * after.  The training part grows from origin to origin; nothing that comes
 * after an origin is known at it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "sqlfn/argument.h"
#include "sqlfn/planned.h"

PG_FUNCTION_INFO_V1(ims_backtest);

#define IMS_BACKTEST_MAX_ORIGINS 10000

enum
{
	ARGUMENT_DEMAND,
	ARGUMENT_HORIZON,
	ARGUMENT_ORIGINS,
	ARGUMENT_SPACING,
	ARGUMENT_SEASON,
	ARGUMENT_METHOD,
	ARGUMENT_COVERAGE,
	ARGUMENT_NON_NEGATIVE,
	ARGUMENT_SEED,
	ARGUMENT_DRIVERS
};

enum
{
	BACKTEST_ORIGIN,
	BACKTEST_STEP,
	BACKTEST_ACTUAL,
	BACKTEST_FORECAST,
	BACKTEST_LOWER,
	BACKTEST_UPPER,
	BACKTEST_METHOD,
	BACKTEST_STATUS,
	BACKTEST_COLUMNS
};

static void
put_origin(ReturnSetInfo *rsinfo, const ImsForecastCall *call, const double *actual)
{
	Datum values[BACKTEST_COLUMNS];
	bool nulls[BACKTEST_COLUMNS] = {false};

	values[BACKTEST_ORIGIN] = Int64GetDatum(call->series.count);
	values[BACKTEST_METHOD] = CStringGetTextDatum(call->method_name);
	values[BACKTEST_STATUS] =
		CStringGetTextDatum(ims_forecast_status_name(call->forecast.status));
	for (int h = 0; h < call->request.horizon; h++)
	{
		double value = isfinite(actual[h]) ? actual[h] : NAN;

		values[BACKTEST_STEP] = Int64GetDatum(h + 1);
		values[BACKTEST_ACTUAL] = ims_float_or_null(value, &nulls[BACKTEST_ACTUAL]);
		values[BACKTEST_FORECAST] = Float8GetDatum(call->forecast.mean[h]);
		values[BACKTEST_LOWER] = ims_float_or_null(call->lower[h], &nulls[BACKTEST_LOWER]);
		values[BACKTEST_UPPER] = ims_float_or_null(call->upper[h], &nulls[BACKTEST_UPPER]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
}

/*
 * ims_backtest -- SQL: ims.backtest(demand double precision[], horizon, origins, ..)
 *
 * One row per origin and step, earliest origin first; none where the series
 * is too short for a single one.  ims._backtest() has what is planned, too: drivers,
 * their names and open_shares, for each period of demand; at an origin those of its
 * horizon are known.  Raises IV501 to IV503 on bad arguments.
 */
Datum
ims_backtest(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ImsForecastCall call;
	ImsPlanned planned = {.drivers = {NULL, 0, 0}};
	int origins;
	int spacing;
	int count;
	MemoryContext one_origin;
	MemoryContext outer;
	pg_prng_state seeded;

	ims_forecast_call_start(&call, fcinfo, ARGUMENT_DEMAND, ARGUMENT_SEASON,
							ARGUMENT_METHOD);
	ims_forecast_call_horizon(&call, fcinfo, ARGUMENT_HORIZON, ARGUMENT_COVERAGE);
	origins = ims_integer_argument(fcinfo, ARGUMENT_ORIGINS, "origins", 1,
								   IMS_BACKTEST_MAX_ORIGINS, 4);
	spacing = ims_integer_argument(fcinfo, ARGUMENT_SPACING, "spacing", 1,
								   IMS_SERIES_MAX_POINTS, 1);
	count = call.series.count;
	if (PG_NARGS() > ARGUMENT_DRIVERS)
		ims_planned_arguments(&planned, fcinfo, ARGUMENT_DRIVERS, count);
	seeded = call.generator;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	one_origin = AllocSetContextCreate(CurrentMemoryContext, "ims back-test",
									   ALLOCSET_DEFAULT_SIZES);
	for (int i = origins - 1; i >= 0; i--)
	{
		int64 training = (int64) count - call.request.horizon - (int64) i * spacing;

		if (training < 1)
			continue;
		outer = MemoryContextSwitchTo(one_origin);
		call.series.count = (int) training;
		call.generator = seeded;
		ims_planned_run(&call, &planned);
		put_origin(rsinfo, &call, call.series.value + training);
		MemoryContextSwitchTo(outer);
		MemoryContextReset(one_origin);
	}
	MemoryContextDelete(one_origin);
	return (Datum) 0;
}
