/*-------------------------------------------------------------------------
 *
 * forecast.c
 *	  ims.forecast and ims.forecast_model: the forecasting cores from SQL.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "sqlfn/argument.h"
#include "sqlfn/forecast_call.h"

PG_FUNCTION_INFO_V1(ims_forecast_rows);
PG_FUNCTION_INFO_V1(ims_forecast_model);

enum
{
	FORECAST_STEP,
	FORECAST_MEAN,
	FORECAST_LOWER,
	FORECAST_UPPER,
	FORECAST_DEVIATION,
	FORECAST_METHOD,
	FORECAST_STATUS,
	FORECAST_REASON,
	FORECAST_COLUMNS
};

enum
{
	MODEL_METHOD,
	MODEL_MODEL,
	MODEL_STATUS,
	MODEL_REASON,
	MODEL_POINTS,
	MODEL_PARAMETERS,
	MODEL_ALPHA,
	MODEL_BETA,
	MODEL_GAMMA,
	MODEL_PHI,
	MODEL_THETA,
	MODEL_DRIFT,
	MODEL_SSE,
	MODEL_SIGMA,
	MODEL_LOG_LIKELIHOOD,
	MODEL_AICC,
	MODEL_LEVEL,
	MODEL_TREND,
	MODEL_SEASON,
	MODEL_COLUMNS
};

/* Method, status and reason, from a column on. */
static void
describe(const ImsForecastCall *call, Datum *method, Datum *status, Datum *reason)
{
	*method = CStringGetTextDatum(call->method_name);
	*status = CStringGetTextDatum(ims_forecast_status_name(call->forecast.status));
	*reason = CStringGetTextDatum(call->reason);
}

/*
 * ims_forecast_rows -- SQL: ims.forecast(demand double precision[], ..)
 *
 * One row per step, in the unit of the series.  Raises IV501 to IV503 on bad
 * arguments; a bad series is answered with a status.
 */
Datum
ims_forecast_rows(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ImsForecastCall call;
	Datum values[FORECAST_COLUMNS];
	bool nulls[FORECAST_COLUMNS] = {false};

	ims_forecast_call_start(&call, fcinfo, 0, 2, 3);
	ims_forecast_call_horizon(&call, fcinfo, 1, 4);
	ims_forecast_call_tune(&call, fcinfo, 7);
	ims_forecast_call_run(&call);

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	describe(&call, &values[FORECAST_METHOD], &values[FORECAST_STATUS],
			 &values[FORECAST_REASON]);
	for (int h = 0; h < call.request.horizon; h++)
	{
		values[FORECAST_STEP] = Int64GetDatum(h + 1);
		values[FORECAST_MEAN] = Float8GetDatum(call.forecast.mean[h]);
		values[FORECAST_LOWER] = ims_float_or_null(call.lower[h], &nulls[FORECAST_LOWER]);
		values[FORECAST_UPPER] = ims_float_or_null(call.upper[h], &nulls[FORECAST_UPPER]);
		values[FORECAST_DEVIATION] =
			ims_float_or_null(sqrt(call.forecast.variance[h]), &nulls[FORECAST_DEVIATION]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

static Datum
season_array(const ImsForecastCall *call, bool *is_null)
{
	*is_null = !call->forecast.seasonal;
	return *is_null ? (Datum) 0
					: ims_float_array(call->forecast.season, call->series.season);
}

static void
put_parameters(const ImsForecast *forecast, Datum *values, bool *nulls)
{
	const double figures[] = {
		forecast->alpha,  forecast->beta,  forecast->gamma, forecast->phi,
		forecast->theta,  forecast->drift, forecast->sse,	sqrt(forecast->sigma2),
		forecast->loglik, forecast->aicc,  forecast->level, forecast->trend,
	};

	StaticAssertStmt(lengthof(figures) == MODEL_SEASON - MODEL_ALPHA,
					 "a figure for each column");
	for (int i = 0; i < lengthof(figures); i++)
		values[MODEL_ALPHA + i] = ims_float_or_null(figures[i], &nulls[MODEL_ALPHA + i]);
}

/*
 * ims_forecast_model -- SQL: ims.forecast_model(demand double precision[], ..)
 *
 * One row: what ims.forecast() makes of the same arguments.  Null is what the
 * method has no figure for.  Errors as there.
 */
Datum
ims_forecast_model(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ImsForecastCall call;
	Datum values[MODEL_COLUMNS];
	bool nulls[MODEL_COLUMNS] = {false};

	ims_forecast_call_start(&call, fcinfo, 0, 1, 2);
	ims_forecast_call_tune(&call, fcinfo, 3);
	call.request.horizon =
		ims_integer_argument(fcinfo, 9, "horizon", 1, IMS_FORECAST_MAX_HORIZON, 1);
	ims_forecast_call_run(&call);

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	describe(&call, &values[MODEL_METHOD], &values[MODEL_STATUS], &values[MODEL_REASON]);
	values[MODEL_MODEL] = ims_forecast_model_text(&call.forecast, &nulls[MODEL_MODEL]);
	values[MODEL_POINTS] = Int64GetDatum(call.forecast.points);
	values[MODEL_PARAMETERS] = Int64GetDatum(call.forecast.parameters);
	put_parameters(&call.forecast, values, nulls);
	values[MODEL_SEASON] = season_array(&call, &nulls[MODEL_SEASON]);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	return (Datum) 0;
}
