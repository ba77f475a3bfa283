/*-------------------------------------------------------------------------
 *
 * forecast_aggregate.c
 *	  The aggregates ims.forecast_array and ims.forecast_json: rows of demand to
 *	  a forecast.
 *
 * The state is that of ims.demand_array, with what is asked for beside it, so a
 * forecast is that of the same array, whoever summed it.  Workers sum; who has
 * all rows of a group forecasts it: the leader, where there are workers.
 * No row ends a query over many groups: what is no quantity makes its period
 * unknown.
 * Memory: the state, and what one forecast needs until the next group.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"

#include "ims.h"
#include "sqlfn/argument.h"
#include "sqlfn/demand_array.h"
#include "sqlfn/forecast_call.h"
#include "sqlfn/window.h"

/* Where the options begin, behind state, row, window, step and gaps. */
#define FIRST_OPTION 7

PG_FUNCTION_INFO_V1(ims_forecast_array_add);
PG_FUNCTION_INFO_V1(ims_forecast_json_add);
PG_FUNCTION_INFO_V1(ims_forecast_array_finish);
PG_FUNCTION_INFO_V1(ims_forecast_json_finish);

static Datum
add_row(FunctionCallInfo fcinfo, bool with_interval)
{
	ImsForecastOptions options;
	ImsDemandState *state;
	DateADT date;

	ims_forecast_options_read(&options, fcinfo, FIRST_OPTION, with_interval);
	state = ims_demand_state_of_row(fcinfo, &options);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_POINTER(state);
	date = PG_GETARG_DATEADT(2);
	if (date >= state->from && date < state->to)
		ims_demand_add_estimate(&state->sum[ims_period_of(state->from, state->step, date)],
								ims_demand_estimate(PG_GETARG_NUMERIC(1)));
	PG_RETURN_POINTER(state);
}

/*
 * ims_forecast_array_add -- transition: (internal, quantity numeric, period date,
 * from_period date, to_period date, step text, gaps text, horizon bigint,
 * season_length bigint, method text)
 *
 * Raises IV501, IV502 and IV504 on bad arguments, or such as differ in a group.
 */
Datum
ims_forecast_array_add(PG_FUNCTION_ARGS)
{
	return add_row(fcinfo, false);
}

/*
 * ims_forecast_json_add -- transition: the same, and (.., coverage double
 * precision, non_negative boolean, seed bigint)
 */
Datum
ims_forecast_json_add(PG_FUNCTION_ARGS)
{
	return add_row(fcinfo, true);
}

/* As often as somebody wants to know: the state stays as it is. */
static void
forecast(ImsForecastCall *call, const ImsDemandState *state)
{
	ImsSeries series = {ims_demand_values(state->sum, state->count, state->gaps),
						state->count, 1};

	ims_forecast_call_of(call, series, &state->options);
	ims_forecast_call_run(call);
}

/* ims_forecast_array_finish -- the forecast of a group, one value per step */
Datum
ims_forecast_array_finish(PG_FUNCTION_ARGS)
{
	ImsForecastCall call;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	forecast(&call, (ImsDemandState *) PG_GETARG_POINTER(0));
	PG_RETURN_DATUM(ims_float_array(call.forecast.mean, call.request.horizon));
}

static void
put_key(StringInfo json, const char *key)
{
	appendStringInfo(json, "%s\"%s\": ", json->len > 1 ? ", " : "", key);
}

/* What is not known is null. */
static void
put_figures(StringInfo json, const char *key, const double *value, int count)
{
	put_key(json, key);
	for (int i = 0; i < count; i++)
	{
		appendStringInfoString(json, i == 0 ? "[" : ", ");
		if (isfinite(value[i]))
			ims_append_float(json, value[i]);
		else
			appendStringInfoString(json, "null");
	}
	appendStringInfoChar(json, ']');
}

static void
put_text(StringInfo json, const char *key, const char *value)
{
	put_key(json, key);
	escape_json(json, value);
}

/* ims_forecast_json_finish -- all that ims.forecast() says of a group */
Datum
ims_forecast_json_finish(PG_FUNCTION_ARGS)
{
	ImsForecastCall call;
	StringInfoData json;
	double *deviation;
	int horizon;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	forecast(&call, (ImsDemandState *) PG_GETARG_POINTER(0));
	horizon = call.request.horizon;
	deviation = call.forecast.variance;
	for (int h = 0; h < horizon; h++)
		deviation[h] = sqrt(deviation[h]);

	initStringInfo(&json);
	appendStringInfoChar(&json, '{');
	put_figures(&json, "forecast", call.forecast.mean, horizon);
	put_figures(&json, "lower", call.lower, horizon);
	put_figures(&json, "upper", call.upper, horizon);
	put_figures(&json, "standard_deviation", deviation, horizon);
	put_text(&json, "method_used", call.method_name);
	put_text(&json, "status", ims_forecast_status_name(call.forecast.status));
	put_text(&json, "reason", call.reason);
	appendStringInfoChar(&json, '}');
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data)));
}
