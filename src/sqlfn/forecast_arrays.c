/*-------------------------------------------------------------------------
 *
 * forecast_arrays.c
 *	  One row per series, for runs over many: forecast and bounds as arrays.
 *
 * A run keeps what was said of each item, so besides the figures it gets the
 * weights of the method, and what accuracy is judged by later, when that
 * history is gone: the scale of its errors and its last season.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "forecast/accuracy.h"
#include "sqlfn/argument.h"
#include "sqlfn/planned.h"

PG_FUNCTION_INFO_V1(ims_forecast_arrays);

enum
{
	ARRAYS_FORECAST,
	ARRAYS_LOWER,
	ARRAYS_UPPER,
	ARRAYS_METHOD,
	ARRAYS_MODEL,
	ARRAYS_STATUS,
	ARRAYS_REASON,
	ARRAYS_PARAMETERS,
	ARRAYS_PERIODS,
	ARRAYS_MEAN,
	ARRAYS_NAIVE_ERROR,
	ARRAYS_NAIVE_DEVIATION,
	ARRAYS_LAST_SEASON,
	ARRAYS_EFFECT,
	ARRAYS_COLUMNS
};

static void
put_weight(StringInfo json, const char *name, double value)
{
	if (!isfinite(value))
		return;
	appendStringInfo(json, "%s\"%s\": ", json->len > 1 ? ", " : "", name);
	ims_append_float(json, value);
}

/* What each driver does in a period of usual length that it has for itself. */
static void
put_drivers(StringInfo json, const ImsPlanned *planned)
{
	const ImsDriverEffects *effects = &planned->effects;
	char separator = '{';

	if (effects->used == 0)
		return;
	appendStringInfo(json, "%s\"drivers\": ", json->len > 1 ? ", " : "");
	for (int j = 0; j < planned->drivers.columns; j++)
		if (effects->state[j] == IMS_DRIVER_USED)
		{
			appendStringInfo(json, "%c\"%s\": ", separator, planned->names[j]);
			ims_append_float(json, effects->coefficient[j]);
			separator = ',';
		}
	appendStringInfoChar(json, '}');
}

/* What the method has no figure for is left out. */
static Datum
parameters_of(const ImsForecast *forecast, const ImsPlanned *planned)
{
	StringInfoData json;

	initStringInfo(&json);
	appendStringInfoChar(&json, '{');
	put_weight(&json, "alpha", forecast->alpha);
	put_weight(&json, "beta", forecast->beta);
	put_weight(&json, "gamma", forecast->gamma);
	put_weight(&json, "phi", forecast->phi);
	put_weight(&json, "theta", forecast->theta);
	put_weight(&json, "drift", forecast->drift);
	put_weight(&json, "sigma", sqrt(forecast->sigma2));
	put_weight(&json, "aicc", forecast->aicc);
	put_drivers(&json, planned);
	appendStringInfoChar(&json, '}');
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data));
}

static void
put_scale(const ImsSeries *series, Datum *values, bool *nulls)
{
	ImsErrorScale scale;

	ims_error_scale(series, &scale);
	values[ARRAYS_MEAN] = ims_float_or_null(scale.mean, &nulls[ARRAYS_MEAN]);
	values[ARRAYS_NAIVE_ERROR] =
		ims_float_or_null(scale.absolute, &nulls[ARRAYS_NAIVE_ERROR]);
	values[ARRAYS_NAIVE_DEVIATION] = ims_float_or_null(sqrt(scale.squared) * scale.unit,
													   &nulls[ARRAYS_NAIVE_DEVIATION]);
}

/* The seasonal naive forecast, once round; null without a whole season. */
static Datum
last_season(const ImsSeries *series, bool *is_null)
{
	double *season;

	*is_null = series->count < series->season;
	if (*is_null)
		return (Datum) 0;
	season = palloc(sizeof(double) * series->season);
	for (int i = 0; i < series->season; i++)
		season[i] = ims_last_season(series, i);
	return ims_float_array(season, series->season);
}

/* What drivers do to each step, in the unit of the forecast; null without any. */
static Datum
effect_of(const ImsForecastCall *call, const ImsPlanned *planned, bool *is_null)
{
	int count = call->series.count;
	double *effect;

	*is_null = planned->effects.used == 0;
	if (*is_null)
		return (Datum) 0;
	effect = palloc(sizeof(double) * call->request.horizon);
	for (int h = 0; h < call->request.horizon; h++)
		effect[h] = planned->effects.effect[count + h] *
					(planned->open != NULL ? planned->open[count + h] : 1);
	return ims_float_array(effect, call->request.horizon);
}

/* Looked up once for all rows of a query. */
static TupleDesc
row_type(FunctionCallInfo fcinfo)
{
	MemoryContext caller;
	TupleDesc row;

	if (fcinfo->flinfo->fn_extra != NULL)
		return fcinfo->flinfo->fn_extra;
	caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	if (get_call_result_type(fcinfo, NULL, &row) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "ims._forecast_arrays() returns a row");
	fcinfo->flinfo->fn_extra = BlessTupleDesc(row);
	MemoryContextSwitchTo(caller);
	return fcinfo->flinfo->fn_extra;
}

/*
 * ims_forecast_arrays -- SQL: ims._forecast_arrays(demand double precision[], ..)
 *
 * One row, whatever the series.  Bounds are null where the method has no
 * figure for them.  drivers and open_shares have a row for each period of demand,
 * then for each to come; null is none.  Raises IV501 to IV503 on bad arguments.
 */
Datum
ims_forecast_arrays(PG_FUNCTION_ARGS)
{
	ImsForecastCall call;
	ImsPlanned planned;
	Datum values[ARRAYS_COLUMNS];
	bool nulls[ARRAYS_COLUMNS] = {false};
	int horizon;

	ims_forecast_call_start(&call, fcinfo, 0, 2, 3);
	ims_forecast_call_horizon(&call, fcinfo, 1, 4);
	horizon = call.request.horizon;
	ims_planned_arguments(&planned, fcinfo, 7, call.series.count + horizon);
	ims_planned_run(&call, &planned);

	values[ARRAYS_FORECAST] = ims_float_array(call.forecast.mean, horizon);
	values[ARRAYS_LOWER] = ims_float_array(call.lower, horizon);
	values[ARRAYS_UPPER] = ims_float_array(call.upper, horizon);
	nulls[ARRAYS_LOWER] = nulls[ARRAYS_UPPER] = isnan(call.upper[0]);
	values[ARRAYS_METHOD] = CStringGetTextDatum(call.method_name);
	values[ARRAYS_MODEL] = ims_forecast_model_text(&call.forecast, &nulls[ARRAYS_MODEL]);
	values[ARRAYS_STATUS] =
		CStringGetTextDatum(ims_forecast_status_name(call.forecast.status));
	values[ARRAYS_REASON] = CStringGetTextDatum(call.reason);
	values[ARRAYS_PARAMETERS] = parameters_of(&call.forecast, &planned);
	values[ARRAYS_PERIODS] = Int64GetDatum(call.series.count);
	put_scale(&call.series, values, nulls);
	values[ARRAYS_LAST_SEASON] = last_season(&call.series, &nulls[ARRAYS_LAST_SEASON]);
	values[ARRAYS_EFFECT] = effect_of(&call, &planned, &nulls[ARRAYS_EFFECT]);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(row_type(fcinfo), values, nulls)));
}
