/*-------------------------------------------------------------------------
 *
 * forecast.c
 *	  The door to all methods: checks before, repairs after.
 *
 * Whatever the series, the answer is finite, of the asked length, and comes
 * with a status; whatever the method, it sees a series of scale 1 with at least
 * one value, and without gaps unless it is a naive one.
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "combine.h"
#include "ets.h"
#include "forecast.h"
#include "gaps.h"
#include "long_season.h"
#include "naive.h"
#include "smooth.h"
#include "theta.h"

/* A forecast this many times the largest value ever seen is a mistake. */
#define IMPLAUSIBLE 1000.0

typedef struct MethodEntry
{
	const char *name;
	ImsMethodSize size; /* NULL: none needed */
	ImsMethodRun run;
} MethodEntry;

static const MethodEntry methods[IMS_METHOD_COUNT] = {
	[IMS_METHOD_NONE] = {"none", NULL, NULL},
	[IMS_METHOD_NAIVE] = {"naive", NULL, ims_naive_run},
	[IMS_METHOD_SEASONAL_NAIVE] = {"seasonal naive", NULL, ims_seasonal_naive_run},
	[IMS_METHOD_DRIFT] = {"drift", NULL, ims_drift_run},
	[IMS_METHOD_MEAN] = {"mean", NULL, ims_mean_run},
	[IMS_METHOD_MOVING_AVERAGE] = {"moving average", NULL, ims_moving_average_run},
	[IMS_METHOD_SES] = {"simple exponential smoothing", ims_smooth_size, ims_ses_run},
	[IMS_METHOD_HOLT] = {"Holt", ims_smooth_size, ims_holt_run},
	[IMS_METHOD_DAMPED] = {"damped Holt", ims_smooth_size, ims_damped_run},
	[IMS_METHOD_HOLT_WINTERS_ADDITIVE] = {"additive Holt-Winters", ims_smooth_size,
										  ims_holt_winters_additive_run},
	[IMS_METHOD_HOLT_WINTERS_MULTIPLICATIVE] = {"multiplicative Holt-Winters",
												ims_smooth_size,
												ims_holt_winters_multiplicative_run},
	[IMS_METHOD_ETS] = {"ETS", ims_ets_size, ims_ets_run},
	[IMS_METHOD_ETS_AVERAGE] = {"average of ETS models", ims_ets_size, ims_ets_average_run},
	[IMS_METHOD_THETA] = {"Theta", ims_theta_size, ims_theta_run},
	[IMS_METHOD_DYNAMIC_THETA] = {"dynamic optimised Theta", ims_theta_size,
								  ims_dynamic_theta_run},
	[IMS_METHOD_ETS_THETA] = {"mean of ETS and Theta", ims_ets_theta_size,
							  ims_ets_theta_run},
};

static const char *const reasons[IMS_REASON_COUNT] = {
	[IMS_REASON_NONE] = "",
	[IMS_REASON_EMPTY] = "no value in the history",
	[IMS_REASON_CONSTANT] = "all values are equal",
	[IMS_REASON_SHORT] = "too few values",
	[IMS_REASON_SHORT_FOR_SEASON] = "fewer than two seasons",
	[IMS_REASON_LONG_SEASON] = "season too long for this method",
	[IMS_REASON_NOT_POSITIVE] = "values that are not positive",
	[IMS_REASON_MISSING_FILLED] = "some periods are unknown",
	[IMS_REASON_RECENT_ONLY] = "only the latest values were used",
	[IMS_REASON_SEASON_TAKEN_OUT] = "long season was taken out first",
	[IMS_REASON_NO_MODEL] = "no model could be fitted",
	[IMS_REASON_IMPLAUSIBLE] = "implausible forecast was replaced",
	[IMS_REASON_BAD_REQUEST] = "request out of bounds",
	[IMS_REASON_NO_SCRATCH] = "scratch memory too small",
	[IMS_REASON_CALLBACK] = "stopped by the caller",
};

void
ims_forecast_request(ImsForecastRequest *request, int horizon)
{
	*request = (ImsForecastRequest){
		.horizon = horizon,
		.window = 1,
		.alpha = NAN,
		.beta = NAN,
		.gamma = NAN,
		.phi = NAN,
		.model = {'Z', 'Z', 'Z'},
	};
}

const char *
ims_forecast_method_name(ImsMethod method)
{
	return method < IMS_METHOD_COUNT ? methods[method].name : "unknown";
}

const char *
ims_forecast_status_name(ImsForecastStatus status)
{
	static const char *const names[] = {"ok", "fallback", "no data", "interrupted",
										"refused"};

	return status <= IMS_FORECAST_REFUSED ? names[status] : "unknown";
}

const char *
ims_forecast_reason_text(ImsForecastReason reason)
{
	return reason < IMS_REASON_COUNT ? reasons[reason] : "unknown";
}

/* ETS(M,Ad,N); empty for a method that is not ETS. */
void
ims_forecast_model_name(ImsEtsModel model, char name[16])
{
	if (model.error == 0)
		name[0] = '\0';
	else
		snprintf(name, 16, "ETS(%c,%s,%c)", model.error,
				 model.trend == 'D' ? "Ad" : (char[]){model.trend, '\0'}, model.season);
}

/* Methods that can do without the season, as long as others see to it. */
static bool
leaves_long_season(ImsMethod method)
{
	return method >= IMS_METHOD_ETS && method <= IMS_METHOD_ETS_THETA;
}

static bool
has_gap(const ImsSeries *series)
{
	for (int t = 0; t < series->count; t++)
		if (!isfinite(series->value[t]))
			return true;
	return false;
}

size_t
ims_forecast_scratch_size(ImsMethod method, const ImsSeries *series, int horizon)
{
	size_t size = IMS_SCRATCH_ALIGNMENT + ims_series_prepare_size(series->count);

	if (method < IMS_METHOD_COUNT && methods[method].size != NULL)
	{
		size += methods[method].size(series->count, series->season, horizon);
		if (leaves_long_season(method))
			size += ims_long_season_size(series->count, series->season);
		if (has_gap(series))
			size += ims_fill_gaps_size(series->count, series->season);
	}
	return size;
}

bool
ims_forecast_interrupted(ImsForecastRun *run)
{
	const ImsForecastRequest *request = run->request;

	if (request->interrupt == NULL || !request->interrupt(request->interrupt_context))
		return false;
	run->forecast->status = IMS_FORECAST_INTERRUPTED;
	run->forecast->reason = IMS_REASON_CALLBACK;
	return true;
}

/* What a method uses when it cannot do its own: the mean of what there is. */
void
ims_forecast_fall_back(ImsForecastRun *run, ImsForecastReason reason)
{
	ims_mean_run(run);
	run->forecast->status = IMS_FORECAST_FALLBACK;
	run->forecast->reason = reason;
}

double *
ims_forecast_scratch(ImsForecastRun *run, size_t count)
{
	double *piece = ims_scratch_doubles(&run->scratch, count);

	assert(piece != NULL);
	return piece;
}

/* Marsaglia's polar method. */
void
ims_forecast_normal_pair(const ImsForecastRequest *request, double pair[2])
{
	double square;
	double factor;

	do
	{
		pair[0] = 2 * request->uniform(request->uniform_state) - 1;
		pair[1] = 2 * request->uniform(request->uniform_state) - 1;
		square = pair[0] * pair[0] + pair[1] * pair[1];
	} while (square >= 1 || square == 0);
	factor = sqrt(-2 * log(square) / square);
	pair[0] *= factor;
	pair[1] *= factor;
}

void
ims_forecast_sum_variances(const double *weight, const double *factor, int season,
						   const double *error, int horizon, double *variance)
{
	for (int h = 0; h < horizon; h++)
		variance[h] = 0;
	for (int i = 0; i < horizon; i++)
	{
		double moved = 0; /* all steps up to h, by one unit of the error of step i */

		for (int h = i; h < horizon; h++)
		{
			moved += (h == i ? 1 : weight[h - i]) * (factor ? factor[h % season] : 1);
			variance[h] += error[i] * moved * moved;
		}
	}
}

/* Everything unknown, nothing forecast. */
static void
clear(ImsForecast *forecast)
{
	double *mean = forecast->mean;
	double *variance = forecast->variance;
	double *sum_variance = forecast->sum_variance;

	memset(forecast, 0, sizeof(*forecast));
	forecast->mean = mean;
	forecast->variance = variance;
	forecast->sum_variance = sum_variance;
	forecast->alpha = forecast->beta = forecast->gamma = forecast->phi = NAN;
	forecast->theta = forecast->drift = NAN;
	forecast->sse = forecast->sigma2 = forecast->loglik = forecast->aicc = NAN;
	forecast->level = forecast->trend = NAN;
}

static void
refuse(ImsForecast *forecast, ImsForecastStatus status, ImsForecastReason reason)
{
	forecast->method = IMS_METHOD_NONE;
	forecast->status = status;
	forecast->reason = reason;
}

static bool
is_share(double value)
{
	return isnan(value) || (value >= 0 && value <= 1);
}

static bool
is_model(ImsEtsModel model)
{
	ImsEtsModel chosen = {model.error == 'Z' ? 'M' : model.error,
						  model.trend == 'Z' ? 'N' : model.trend,
						  model.season == 'Z' ? 'N' : model.season};

	return ims_ets_is_admissible(chosen);
}

static bool
is_sound(ImsMethod method, const ImsSeries *series, const ImsForecastRequest *request)
{
	return method > IMS_METHOD_NONE && method < IMS_METHOD_COUNT && series->count >= 0 &&
		   series->count <= IMS_SERIES_MAX_POINTS && series->season >= 1 &&
		   series->season <= IMS_SERIES_MAX_SEASON && request->horizon >= 1 &&
		   request->horizon <= IMS_FORECAST_MAX_HORIZON && request->window >= 1 &&
		   request->window <= IMS_FORECAST_MAX_WINDOW && request->paths >= 0 &&
		   request->paths <= IMS_FORECAST_MAX_PATHS &&
		   (request->paths == 0 || request->uniform != NULL) &&
		   is_share(request->alpha) && is_share(request->beta) &&
		   is_share(request->gamma) && is_share(request->phi) && is_model(request->model);
}

/* A finite number, whatever the unit made of it. */
static double
in_unit(double value, double scale)
{
	double scaled = value * scale;

	if (!isinf(scaled))
		return scaled;
	return scaled > 0 ? DBL_MAX : -DBL_MAX;
}

/* Forecasts far outside everything seen are replaced. */
static void
check_plausible(ImsForecastRun *run)
{
	const ImsPrepared *prepared = run->prepared;
	double bound = IMPLAUSIBLE * fmax(fabs(prepared->lowest), fabs(prepared->highest));

	for (int h = 0; h < run->request->horizon; h++)
		if (!(fabs(run->forecast->mean[h]) <= bound))
		{
			clear(run->forecast);
			ims_forecast_fall_back(run, IMS_REASON_IMPLAUSIBLE);
			return;
		}
}

/* NaN stays what it is. */
static double
bounded(double value)
{
	return value > DBL_MAX ? DBL_MAX : value;
}

/* From the prepared scale to the caller's unit. */
static void
scale_back(ImsForecastRun *run)
{
	ImsForecast *forecast = run->forecast;
	double scale = run->prepared->scale;
	double shift = forecast->points * log(scale);

	for (int h = 0; h < run->request->horizon; h++)
	{
		double mean = in_unit(forecast->mean[h], scale);

		forecast->mean[h] = run->request->non_negative && mean < 0 ? 0 : mean;
		if (forecast->variance != NULL)
			forecast->variance[h] = in_unit(in_unit(forecast->variance[h], scale), scale);
		if (forecast->sum_variance != NULL)
			forecast->sum_variance[h] =
				in_unit(in_unit(forecast->sum_variance[h], scale), scale);
	}
	forecast->level *= scale;
	forecast->trend *= scale;
	forecast->drift *= scale;
	for (int j = 0; j < IMS_SERIES_MAX_SEASON && !forecast->multiplicative; j++)
		forecast->season[j] *= scale;
	forecast->sse = in_unit(in_unit(forecast->sse, scale), scale);
	if (forecast->model.error != 'M')
		forecast->sigma2 = in_unit(in_unit(forecast->sigma2, scale), scale);
	forecast->loglik -= shift;
	forecast->aicc += 2 * shift;
}

/*
 * What was filled in is no evidence: it has hardly an error of its own, so that
 * all of the error is that of the known periods, and a gap at the end is time in
 * which the level moved unseen.
 */
static void
count_known(ImsForecastRun *run)
{
	const ImsPrepared *prepared = run->prepared;
	ImsForecast *forecast = run->forecast;
	int count = prepared->series.count;
	int used = forecast->points;
	int spent = forecast->parameters - 1;
	int known = 0;
	int unseen = 0;
	double share;
	double moved;

	for (int t = count - used; t < count; t++)
		known += isfinite(prepared->given[t]);
	while (!isfinite(prepared->given[count - 1 - unseen]))
		unseen++;
	if (known == used)
		return;
	share = fmax(1, (used - spent) / fmax(known - spent, fmax(1, known / 2.0)));
	moved = isfinite(forecast->alpha) ? unseen * forecast->alpha * forecast->alpha : 0;
	forecast->points = known;
	forecast->sigma2 = bounded(forecast->sigma2 * share);
	if (forecast->variance == NULL)
		return;
	moved *= forecast->variance[0];
	for (int h = 0; h < run->request->horizon; h++)
	{
		double n = h + 1;

		forecast->variance[h] = bounded((forecast->variance[h] + moved) * share);
		if (forecast->sum_variance != NULL)
			forecast->sum_variance[h] =
				bounded((forecast->sum_variance[h] + n * n * moved) * share);
	}
}

static void
forget_variances(const ImsForecast *forecast, int horizon)
{
	for (int h = 0; h < horizon && forecast->variance != NULL; h++)
		forecast->variance[h] = NAN;
	for (int h = 0; h < horizon && forecast->sum_variance != NULL; h++)
		forecast->sum_variance[h] = NAN;
}

static void
answer(ImsMethod method, ImsForecastRun *run)
{
	const ImsPrepared *prepared = run->prepared;

	forget_variances(run->forecast, run->request->horizon);
	if (prepared->missing > 0)
		run->forecast->reason = IMS_REASON_MISSING_FILLED;
	if (prepared->lowest == prepared->highest && methods[method].size != NULL)
	{
		ims_forecast_fall_back(run, prepared->series.count == 1 ? IMS_REASON_SHORT
																: IMS_REASON_CONSTANT);
	}
	else if (!leaves_long_season(method) || !ims_long_season_run(run, methods[method].run))
		methods[method].run(run);
	if (run->forecast->status == IMS_FORECAST_INTERRUPTED)
		return;
	check_plausible(run);
	scale_back(run);
	if (methods[run->forecast->method].size != NULL && prepared->missing > 0)
		count_known(run);
}

void
ims_forecast(ImsMethod method, const ImsSeries *series, const ImsForecastRequest *request,
			 void *scratch, size_t scratch_size, ImsForecast *forecast)
{
	ImsPrepared prepared;
	ImsForecastRun run = {&prepared, request, {0}, forecast};

	clear(forecast);
	if (!is_sound(method, series, request))
	{
		refuse(forecast, IMS_FORECAST_REFUSED, IMS_REASON_BAD_REQUEST);
		return;
	}
	ims_scratch_start(&run.scratch, scratch, scratch_size);
	if (scratch_size < ims_forecast_scratch_size(method, series, request->horizon) ||
		!ims_series_prepare(series, &run.scratch, &prepared))
	{
		refuse(forecast, IMS_FORECAST_REFUSED, IMS_REASON_NO_SCRATCH);
		return;
	}
	if (prepared.series.count == 0)
	{
		refuse(forecast, IMS_FORECAST_NO_DATA, IMS_REASON_EMPTY);
		for (int h = 0; h < request->horizon; h++)
			forecast->mean[h] = 0;
		forget_variances(forecast, request->horizon);
		return;
	}
	if (prepared.known < prepared.series.count && methods[method].size != NULL &&
		!ims_fill_gaps(prepared.value, prepared.series.count, series->season,
					   request->interrupt, request->interrupt_context, &run.scratch))
	{
		refuse(forecast, IMS_FORECAST_INTERRUPTED, IMS_REASON_CALLBACK);
		return;
	}
	answer(method, &run);
}
