/*-------------------------------------------------------------------------
 *
 * drivers.c
 *	  Known drivers of demand from SQL: forecasts with them, and what they do.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "ims.h"
#include "ledger/detail.h"
#include "sqlfn/argument.h"
#include "sqlfn/drivers.h"

PG_FUNCTION_INFO_V1(ims_forecast_with_drivers);
PG_FUNCTION_INFO_V1(ims_driver_effects);

enum
{
	WITH_STEP,
	WITH_MEAN,
	WITH_LOWER,
	WITH_UPPER,
	WITH_DEVIATION,
	WITH_EFFECT,
	WITH_USED,
	WITH_METHOD,
	WITH_STATUS,
	WITH_REASON,
	WITH_COLUMNS
};

enum
{
	EFFECT_DRIVER,
	EFFECT_STATUS,
	EFFECT_COEFFICIENT,
	EFFECT_ERROR,
	EFFECT_COLUMNS
};

static void
check_fit(int rows, int columns, int least, int most)
{
	if (columns > IMS_DRIVERS_MAX_COLUMNS)
		ereport(ERROR,
				(errcode(ERRCODE_IMS_INVALID_FORECAST_ARGUMENT),
				 errmsg("argument \"%s\" has too many columns", "drivers"),
				 errdetail_internal("%s",
									ims_error_detail(psprintf("It has %d, at most %d are possible.",
															  columns,
															  IMS_DRIVERS_MAX_COLUMNS),
													 ims_detail_text("argument", "drivers"),
													 ims_detail_integer("value", columns),
													 ims_detail_integer("least", 1),
													 ims_detail_integer("most",
																		IMS_DRIVERS_MAX_COLUMNS))),
				 errhint("Give the drivers that matter most.")));
	if (rows < least || rows > most)
		ereport(ERROR,
				(errcode(ERRCODE_IMS_INVALID_SERIES),
				 errmsg("argument \"%s\" does not fit \"demand\"", "drivers"),
				 errdetail_internal("%s",
									ims_error_detail(psprintf("It has %d rows, not from %d to %d.",
															  rows, least, most),
													 ims_detail_text("argument", "drivers"),
													 ims_detail_integer("periods", rows),
													 ims_detail_integer("most", most))),
				 errhint("Give one row per period of demand, then one per period to come.")));
}

/*
 * Rows of drivers: an array of two dimensions, or of one where there is one driver.
 * All must be known.
 */
ImsDrivers
ims_drivers_argument(FunctionCallInfo fcinfo, int place, int least, int most)
{
	ImsDrivers drivers = {NULL, 0, 1};
	ArrayType *array;
	int dimensions = 0;

	if (!PG_ARGISNULL(place))
	{
		array = PG_GETARG_ARRAYTYPE_P(place);
		Assert(ARR_ELEMTYPE(array) == FLOAT8OID);
		dimensions = ARR_NDIM(array);
		drivers.value = (const double *) ARR_DATA_PTR(array);
		drivers.rows = dimensions > 0 ? ARR_DIMS(array)[0] : 0;
		drivers.columns = dimensions > 1 ? ARR_DIMS(array)[1] : 1;
	}
	if (dimensions > 2)
		ereport(ERROR,
				(errcode(ERRCODE_IMS_INVALID_SERIES),
				 errmsg("argument \"%s\" has too many dimensions", "drivers"),
				 errdetail_internal("%s",
									ims_error_detail(psprintf("It has %d.", dimensions),
													 ims_detail_text("argument", "drivers"),
													 ims_detail_integer("dimensions",
																		dimensions))),
				 errhint("Give one row per period, one column per driver.")));
	check_fit(drivers.rows, drivers.columns, least, most);
	for (int i = 0; i < drivers.rows * drivers.columns; i++)
		if (ARR_HASNULL(array) || !(fabs(drivers.value[i]) <= IMS_DRIVERS_MOST))
			ereport(ERROR,
					(errcode(ERRCODE_IMS_INVALID_SERIES),
					 errmsg("argument \"%s\" has a driver that is not known", "drivers"),
					 errdetail_internal("%s",
										ims_error_detail("It is null, or beyond all numbers that make sense.",
														 ims_detail_text("argument",
																		 "drivers"),
														 ims_detail_integer("element",
																			ARR_HASNULL(array)
																				? 0
																				: i + 1))),
					 errhint("Drivers must be known for each period, those to come too.")));
	return drivers;
}

void
ims_drivers_effects(const ImsForecastCall *call, const ImsDrivers *drivers,
					ImsDriverEffects *effects)
{
	size_t size = ims_drivers_scratch_size(&call->series, drivers);
	int ahead = drivers->rows - call->series.count;

	effects->effect =
		palloc_extended(sizeof(double) * Max(drivers->rows, 1), MCXT_ALLOC_HUGE);
	effects->variance = palloc(sizeof(double) * Max(ahead, 1));
	if (!ims_drivers_fit(&call->series, drivers, call->request.interrupt, NULL,
						 palloc(size), size, effects))
		elog(ERROR, "scratch memory is too small");
}

/* Demand as it would have been with each driver at its mean. */
void
ims_drivers_take_out(ImsForecastCall *call, const ImsDriverEffects *effects)
{
	double *rest =
		palloc_extended(sizeof(double) * Max(call->series.count, 1), MCXT_ALLOC_HUGE);

	for (int t = 0; t < call->series.count; t++)
		rest[t] = call->series.value[t] - effects->effect[t];
	call->series.value = rest;
}

/* The effect of a step back in, with what is not known of it. */
static void
put_effect_back(ImsForecastCall *call, const ImsDriverEffects *effects, int h,
				bool non_negative)
{
	ImsForecast *forecast = &call->forecast;
	double effect = effects->effect[call->series.count + h];
	double variance = forecast->variance[h] + effects->variance[h];
	double wider = forecast->variance[h] > 0 ? sqrt(variance / forecast->variance[h]) : 1;
	double mean = Max(-DBL_MAX, Min(forecast->mean[h] + effect, DBL_MAX));

	call->lower[h] = mean + (call->lower[h] - forecast->mean[h]) * wider;
	call->upper[h] = mean + (call->upper[h] - forecast->mean[h]) * wider;
	forecast->mean[h] = mean;
	forecast->variance[h] = variance > DBL_MAX ? DBL_MAX : variance;
	if (!non_negative)
		return;
	if (forecast->mean[h] < 0)
		forecast->mean[h] = 0;
	if (call->lower[h] < 0)
		call->lower[h] = 0;
	if (call->upper[h] < 0)
		call->upper[h] = 0;
}

void
ims_drivers_put_back(ImsForecastCall *call, const ImsDriverEffects *effects,
					 bool non_negative)
{
	for (int h = 0; h < call->request.horizon; h++)
		put_effect_back(call, effects, h, non_negative);
}

/*
 * ims_forecast_with_drivers -- SQL: ims.forecast_with_drivers(demand, drivers, ..)
 *
 * One row per step, in the unit of the series.  Raises IV501 to IV503 on bad
 * arguments; a bad series is answered with a status.
 */
Datum
ims_forecast_with_drivers(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ImsForecastCall call;
	ImsDrivers drivers;
	ImsDriverEffects effects;
	bool non_negative;
	Datum values[WITH_COLUMNS];
	bool nulls[WITH_COLUMNS] = {false};

	ims_forecast_call_start(&call, fcinfo, 0, 2, 3);
	drivers = ims_drivers_argument(fcinfo, 1, call.series.count + 1,
								   call.series.count + IMS_FORECAST_MAX_HORIZON);
	call.request.horizon = drivers.rows - call.series.count;
	call.tail = (1 - ims_coverage_argument(fcinfo, 4)) / 2;
	ims_forecast_call_random(&call, fcinfo, 5, 6);
	non_negative = call.request.non_negative;
	call.request.non_negative = false;
	ims_drivers_effects(&call, &drivers, &effects);
	/* What is left of a regular series is regular, though it may touch zero. */
	if (!ims_forecast_call_is_irregular(&call))
		call.intermittent = IMS_INTERMITTENT_NONE;
	ims_drivers_take_out(&call, &effects);
	ims_forecast_call_run(&call);
	ims_drivers_put_back(&call, &effects, non_negative);

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	values[WITH_METHOD] = CStringGetTextDatum(call.method_name);
	values[WITH_STATUS] =
		CStringGetTextDatum(ims_forecast_status_name(call.forecast.status));
	values[WITH_REASON] = CStringGetTextDatum(call.reason);
	values[WITH_USED] = Int64GetDatum(effects.used);
	for (int h = 0; h < call.request.horizon; h++)
	{
		values[WITH_STEP] = Int64GetDatum(h + 1);
		values[WITH_MEAN] = Float8GetDatum(call.forecast.mean[h]);
		values[WITH_LOWER] = ims_float_or_null(call.lower[h], &nulls[WITH_LOWER]);
		values[WITH_UPPER] = ims_float_or_null(call.upper[h], &nulls[WITH_UPPER]);
		values[WITH_DEVIATION] =
			ims_float_or_null(sqrt(call.forecast.variance[h]), &nulls[WITH_DEVIATION]);
		values[WITH_EFFECT] = Float8GetDatum(effects.effect[call.series.count + h]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/*
 * ims_driver_effects -- SQL: ims.driver_effects(demand, drivers, ..)
 *
 * One row per driver: what one unit of it does to demand.  Errors as above.
 */
Datum
ims_driver_effects(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ImsForecastCall call;
	ImsDrivers drivers;
	ImsDriverEffects effects;
	Datum values[EFFECT_COLUMNS];
	bool nulls[EFFECT_COLUMNS] = {false};

	ims_forecast_call_series(&call, fcinfo, 0, 2);
	drivers = ims_drivers_argument(fcinfo, 1, call.series.count,
								   call.series.count + IMS_FORECAST_MAX_HORIZON);
	ims_drivers_effects(&call, &drivers, &effects);

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	for (int j = 0; j < drivers.columns; j++)
	{
		values[EFFECT_DRIVER] = Int64GetDatum(j + 1);
		values[EFFECT_STATUS] =
			CStringGetTextDatum(ims_driver_state_name(effects.state[j]));
		values[EFFECT_COEFFICIENT] = Float8GetDatum(effects.coefficient[j]);
		values[EFFECT_ERROR] =
			ims_float_or_null(effects.standard_error[j], &nulls[EFFECT_ERROR]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
