/*-------------------------------------------------------------------------
 *
 * forecast_call.c
 *	  One call of the forecasting cores: its arguments, memory and answer.
 *
 * All memory is the caller's context, so a cancel in the middle leaves nothing
 * behind.  Nothing is kept between calls: the answer depends on the arguments
 * alone, whichever worker gives it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "forecast/interval.h"
#include "ims.h"
#include "ledger/detail.h"
#include "sqlfn/argument.h"
#include "sqlfn/forecast_call.h"
#include "sqlfn/rmath.h"

/* What auto stands for, for demand that is regular. */
#define REGULAR_CHOICE IMS_METHOD_ETS_THETA

static double
uniform(void *state)
{
	return pg_prng_double(state);
}

static void
refuse_method(const char *name)
{
	char *shown = pnstrdup(name, pg_mbcliplen(name, strlen(name), 40));
	StringInfoData choices;

	initStringInfo(&choices);
	for (int i = IMS_METHOD_NONE + 1; i < IMS_METHOD_COUNT; i++)
		appendStringInfo(&choices, ", %s", ims_forecast_method_name(i));
	for (int i = IMS_INTERMITTENT_CROSTON; i <= IMS_INTERMITTENT_COMBINED; i++)
		appendStringInfo(&choices, ", %s", ims_intermittent_method_name(i));
	ereport(ERROR,
			(errcode(ERRCODE_IMS_UNKNOWN_METHOD),
			 errmsg("forecasting method \"%s\" is unknown", shown),
			 errdetail_internal("%s", ims_error_detail("No method has that name.",
													   ims_detail_text("method", shown))),
			 errhint("The methods are auto%s.", choices.data)));
}

/*
 * Names are those of the answers; capital or small letters do not matter.  Of
 * the methods for irregular demand those are offered that the others lack.
 */
static void
find_method(const char *name, ImsMethod *method, ImsIntermittentMethod *intermittent)
{
	*method = REGULAR_CHOICE;
	*intermittent = IMS_INTERMITTENT_NONE;
	if (name == NULL || pg_strcasecmp(name, "auto") == 0)
	{
		*intermittent = IMS_INTERMITTENT_AUTO;
		return;
	}
	for (int i = IMS_METHOD_NONE + 1; i < IMS_METHOD_COUNT; i++)
		if (pg_strcasecmp(name, ims_forecast_method_name(i)) == 0)
		{
			*method = i;
			return;
		}
	for (int i = IMS_INTERMITTENT_CROSTON; i <= IMS_INTERMITTENT_COMBINED; i++)
		if (pg_strcasecmp(name, ims_intermittent_method_name(i)) == 0)
		{
			*method = IMS_METHOD_NONE;
			*intermittent = i;
			return;
		}
	refuse_method(name);
}

static int
season_argument(FunctionCallInfo fcinfo, int place)
{
	return ims_integer_argument(fcinfo, place, "season_length", 1, IMS_SERIES_MAX_SEASON,
								1);
}

static int
horizon_argument(FunctionCallInfo fcinfo, int place)
{
	return ims_integer_argument(fcinfo, place, "horizon", 1, IMS_FORECAST_MAX_HORIZON, 0);
}

/* A series and its season alone. */
static void
start_series(ImsForecastCall *call, ImsSeries series, int season_length)
{
	call->series = series;
	call->series.season = season_length;
	ims_forecast_request(&call->request, 1);
	call->request.interrupt = ims_check_for_interrupts;
}

/* The same by their places. */
void
ims_forecast_call_series(ImsForecastCall *call, FunctionCallInfo fcinfo, int demand,
						 int season_length)
{
	start_series(call, ims_series_argument(fcinfo, demand, "demand"),
				 season_argument(fcinfo, season_length));
}

/* No interval, and no sums, until they are asked for. */
static void
start_answer(ImsForecastCall *call)
{
	call->tail = 0;
	call->with_sums = false;
	call->lower = call->upper = NULL;
}

static void
set_random(ImsForecastCall *call, bool non_negative, int64 seed)
{
	call->request.non_negative = non_negative;
	pg_prng_seed(&call->generator, (uint64) seed);
	call->request.uniform = uniform;
	call->request.uniform_state = &call->generator;
	if (call->method == IMS_METHOD_ETS)
		call->request.paths = IMS_FORECAST_PATHS;
}

/* Arguments by their places; horizon 1 and no interval until told otherwise. */
void
ims_forecast_call_start(ImsForecastCall *call, FunctionCallInfo fcinfo, int demand,
						int season_length, int method)
{
	ims_forecast_call_series(call, fcinfo, demand, season_length);
	find_method(ims_text_argument(fcinfo, method), &call->method, &call->intermittent);
	start_answer(call);
}

/* horizon; then, from its place on, coverage, non_negative and seed */
void
ims_forecast_call_horizon(ImsForecastCall *call, FunctionCallInfo fcinfo, int horizon,
						  int coverage)
{
	call->request.horizon = horizon_argument(fcinfo, horizon);
	call->tail = (1 - ims_coverage_argument(fcinfo, coverage)) / 2;
	ims_forecast_call_random(call, fcinfo, coverage + 1, coverage + 2);
}

/* What is below zero, and where random numbers start. */
void
ims_forecast_call_random(ImsForecastCall *call, FunctionCallInfo fcinfo, int non_negative,
						 int seed)
{
	set_random(call, PG_ARGISNULL(non_negative) || PG_GETARG_BOOL(non_negative),
			   PG_ARGISNULL(seed) ? 1 : PG_GETARG_INT64(seed));
}

/*
 * What the rows of an aggregate bring besides demand.  From a place on: horizon,
 * season_length and method; and where an interval is wanted coverage,
 * non_negative and seed.
 */
void
ims_forecast_options_read(ImsForecastOptions *options, FunctionCallInfo fcinfo, int first,
						  bool with_interval)
{
	options->horizon = horizon_argument(fcinfo, first);
	options->season_length = season_argument(fcinfo, first + 1);
	find_method(ims_text_argument(fcinfo, first + 2), &options->method,
				&options->intermittent);
	options->coverage = 0;
	options->non_negative = true;
	options->seed = 1;
	if (!with_interval)
		return;
	options->coverage = ims_coverage_argument(fcinfo, first + 3);
	options->non_negative = PG_ARGISNULL(first + 4) || PG_GETARG_BOOL(first + 4);
	options->seed = PG_ARGISNULL(first + 5) ? 1 : PG_GETARG_INT64(first + 5);
}

/* The first argument in which they differ, or NULL. */
const char *
ims_forecast_options_difference(const ImsForecastOptions *options,
								const ImsForecastOptions *other)
{
	if (options->horizon != other->horizon)
		return "horizon";
	if (options->season_length != other->season_length)
		return "season_length";
	if (options->method != other->method || options->intermittent != other->intermittent)
		return "method";
	if (options->coverage != other->coverage)
		return "coverage";
	if (options->non_negative != other->non_negative)
		return "non_negative";
	return options->seed != other->seed ? "seed" : NULL;
}

/* A call like that of ims.forecast() with these options. */
void
ims_forecast_call_of(ImsForecastCall *call, ImsSeries series,
					 const ImsForecastOptions *options)
{
	start_series(call, series, options->season_length);
	call->method = options->method;
	call->intermittent = options->intermittent;
	start_answer(call);
	call->request.horizon = options->horizon;
	if (options->coverage > 0)
		call->tail = (1 - options->coverage) / 2;
	set_random(call, options->non_negative, options->seed);
}

/* One of the letters, or NUL. */
static char
letter(const char *text, const char *letters)
{
	return *text != '\0' && strchr(letters, *text) != NULL ? *text : '\0';
}

/*
 * ETS(M,Ad,N), as answers have it; Z in place of a part leaves it open.
 */
static ImsEtsModel
parse_model(const char *text)
{
	static const char *const choices =
		"a model such as ETS(M,Ad,N): error A or M, trend N, A or Ad, season N, A or M,"
		" no error A with season M, or Z for what is to be found";
	ImsEtsModel model = {0, 0, 0};
	const char *next = text;
	char normal[16];

	if (strncmp(next, "ETS(", 4) != 0)
		ims_refuse_word("model", text, choices);
	next += 4;
	model.error = letter(next, "AMZ");
	if (model.error == '\0' || next[1] != ',')
		ims_refuse_word("model", text, choices);
	next += 2;
	model.trend = strncmp(next, "Ad", 2) == 0 ? 'D' : letter(next, "NAZ");
	next += model.trend == 'D' ? 2 : 1;
	if (model.trend == '\0' || *next != ',')
		ims_refuse_word("model", text, choices);
	model.season = letter(next + 1, "NAMZ");
	if (model.season != '\0')
		ims_forecast_model_name(model, normal);
	if (model.season == '\0' || strcmp(text, normal) != 0 ||
		(model.error == 'A' && model.season == 'M'))
		ims_refuse_word("model", text, choices);
	return model;
}

/* From a place on: window_length, alpha, beta, gamma, phi and model. */
void
ims_forecast_call_tune(ImsForecastCall *call, FunctionCallInfo fcinfo, int first)
{
	ImsForecastRequest *request = &call->request;
	char *model = ims_text_argument(fcinfo, first + 5);

	request->window = ims_integer_argument(fcinfo, first, "window_length", 1,
										   IMS_FORECAST_MAX_WINDOW, request->window);
	request->alpha = ims_share_argument(fcinfo, first + 1, "alpha", request->alpha);
	request->beta = ims_share_argument(fcinfo, first + 2, "beta", request->beta);
	request->gamma = ims_share_argument(fcinfo, first + 3, "gamma", request->gamma);
	request->phi = ims_share_argument(fcinfo, first + 4, "phi", request->phi);
	if (model != NULL)
		request->model = parse_model(model);
}

/*
 * About the mean, with the tails of a t distribution.  A mean that was raised to
 * zero keeps its deviation, so that the upper bound errs to the safe side.
 */
static void
find_bounds(ImsForecastCall *call)
{
	const ImsForecast *forecast = &call->forecast;
	double quantile =
		ims_student_upper_quantile(call->tail, ims_interval_degrees(forecast));

	for (int h = 0; h < call->request.horizon; h++)
	{
		double half = quantile * sqrt(forecast->variance[h]);

		call->lower[h] = forecast->mean[h] - half;
		call->upper[h] = forecast->mean[h] + half;
		if (call->request.non_negative && call->lower[h] < 0)
			call->lower[h] = 0;
	}
}

/* Whether there is demand and how much; all steps have the same. */
static void
find_irregular_bounds(ImsForecastCall *call)
{
	ImsCompound compound;
	double lower = NAN;
	double upper = NAN;

	ims_forecast_call_compound(call, &compound);
	if (call->irregular.status != IMS_FORECAST_NO_DATA &&
		!ims_compound_interval(&compound, &call->request, 1 - 2 * call->tail, &lower,
							   &upper))
		elog(ERROR, "interval of a forecast was interrupted without an error");
	for (int h = 0; h < call->request.horizon; h++)
	{
		call->lower[h] = lower;
		call->upper[h] = upper;
	}
}

static double *
room_for(int count)
{
	return palloc(sizeof(double) * count);
}

/* Arguments were checked, and nobody but an error stops a core. */
static void
check_answer(const ImsForecastCall *call)
{
	if (call->forecast.status == IMS_FORECAST_REFUSED ||
		call->forecast.status == IMS_FORECAST_INTERRUPTED)
		elog(ERROR, "a forecast was refused: %s", call->reason);
}

static void
run_regular(ImsForecastCall *call)
{
	ImsForecast *forecast = &call->forecast;
	size_t size =
		ims_forecast_scratch_size(call->method, &call->series, call->request.horizon);
	void *scratch = palloc_extended(size, MCXT_ALLOC_HUGE);

	ims_forecast(call->method, &call->series, &call->request, scratch, size, forecast);
	pfree(scratch);
	call->method_name = ims_forecast_method_name(forecast->method);
	call->reason = ims_forecast_reason_text(forecast->reason);
	check_answer(call);
}

/*
 * One rate for every step, with the mean squared error of one step for each:
 * the methods have no variance of their own.  alpha is the weight of sizes,
 * beta that of intervals (TSB: of whether there was demand).
 */
static void
run_intermittent(ImsForecastCall *call)
{
	ImsForecast *forecast = &call->forecast;
	double *mean = forecast->mean;
	double *variance = forecast->variance;
	double *sum_variance = forecast->sum_variance;
	size_t size = ims_intermittent_scratch_size(call->series.count);
	void *scratch = palloc_extended(size, MCXT_ALLOC_HUGE);
	ImsIntermittentRequest request;
	ImsIntermittentForecast answer;

	call->is_irregular = true;
	ims_intermittent_request(&request);
	request.weights.size = call->request.alpha;
	request.weights.interval = call->request.beta;
	request.interrupt = ims_check_for_interrupts;
	ims_intermittent(call->intermittent, &call->series, &request, scratch, size, &answer);
	pfree(scratch);
	call->irregular = answer;
	*forecast = (ImsForecast){.mean = mean,
							  .variance = variance,
							  .sum_variance = sum_variance,
							  .status = answer.status,
							  .points = answer.points,
							  .alpha = answer.weights.size,
							  .beta = answer.weights.interval,
							  .gamma = NAN,
							  .phi = NAN,
							  .theta = NAN,
							  .drift = NAN,
							  .sse = NAN,
							  .sigma2 = answer.mse,
							  .loglik = NAN,
							  .aicc = NAN,
							  .level = answer.mean,
							  .trend = NAN};
	for (int h = 0; h < call->request.horizon; h++)
	{
		mean[h] = answer.mean;
		if (variance != NULL)
			variance[h] = answer.mse;
	}
	call->method_name = ims_intermittent_method_name(answer.method);
	call->reason = ims_intermittent_reason_text(answer.reason);
	check_answer(call);
}

/*
 * Many periods without demand; the class has no opinion on a series of none.
 * Without a season some are enough: such an item has no trend to be trusted.
 */
static bool
is_irregular(const ImsSeries *series)
{
	ImsDemandProfile profile;

	return ims_classify_demand(series->value, series->count, IMS_ADI_SINCE_FIRST_DEMAND,
							   NULL, &profile) == IMS_CLASSIFY_OK &&
		   (profile.demand_class == IMS_DEMAND_INTERMITTENT ||
			profile.demand_class == IMS_DEMAND_LUMPY ||
			(series->season == 1 && profile.adi > IMS_SLOW_ADI));
}

/* Whether an intermittent method will answer. */
bool
ims_forecast_call_is_irregular(const ImsForecastCall *call)
{
	return call->method == IMS_METHOD_NONE ||
		   (call->intermittent == IMS_INTERMITTENT_AUTO && is_irregular(&call->series));
}

/* What an intermittent method answered, as whether there is demand and how much. */
void
ims_forecast_call_compound(const ImsForecastCall *call, ImsCompound *compound)
{
	size_t size = IMS_SCRATCH_ALIGNMENT + ims_compound_scratch_size(call->series.count);
	ImsScratch scratch;

	ims_scratch_start(&scratch, palloc_extended(size, MCXT_ALLOC_HUGE), size);
	if (!ims_compound_prepare(&call->series, &call->irregular, &scratch, compound))
		elog(ERROR, "scratch memory is too small");
}

/* auto asks the demand; any other method was asked for. */
void
ims_forecast_call_run(ImsForecastCall *call)
{
	int horizon = call->request.horizon;
	bool with_bounds = call->tail > 0;

	call->forecast.mean = room_for(horizon);
	call->forecast.variance = with_bounds || call->with_sums ? room_for(horizon) : NULL;
	call->forecast.sum_variance = call->with_sums ? room_for(horizon) : NULL;
	call->is_irregular = false;
	if (ims_forecast_call_is_irregular(call))
		run_intermittent(call);
	else
	{
		run_regular(call);
		ims_widen_variances(&call->forecast, horizon);
	}
	if (!with_bounds)
		return;
	call->lower = room_for(horizon);
	call->upper = room_for(horizon);
	if (call->is_irregular)
		find_irregular_bounds(call);
	else
		find_bounds(call);
}

/* Null for what is no ETS model. */
Datum
ims_forecast_model_text(const ImsForecast *forecast, bool *is_null)
{
	char name[16];

	ims_forecast_model_name(forecast->model, name);
	*is_null = name[0] == '\0';
	return *is_null ? (Datum) 0 : CStringGetTextDatum(name);
}
