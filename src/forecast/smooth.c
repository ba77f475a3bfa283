/*-------------------------------------------------------------------------
 *
 * smooth.c
 *	  Simple, Holt's, damped and Holt-Winters' exponential smoothing.
 *
 * With all parameters given, the recursions of the textbooks from the usual
 * starting values (Holt 1957, Winters 1960, Gardner and McKenzie 1985); with
 * any left open, the ETS model that the method is optimal for, fitted by
 * maximum likelihood.
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "decompose.h"
#include "ets.h"
#include "smooth.h"

typedef struct Recursion
{
	double alpha;
	double beta; /* the textbooks': the weight of the latest change of level */
	double gamma;
	double phi;
	double level;
	double trend;
	double *season; /* NULL without; season[t % m] */
	bool multiplicative;
	int first; /* the first period that is forecast, from 0 */
	double sse;
	double relative; /* sum of squared relative errors */
} Recursion;

size_t
ims_smooth_size(int count, int season, int horizon)
{
	size_t own = IMS_SCRATCH_DOUBLES(count) + IMS_SCRATCH_DOUBLES(season) +
				 IMS_SCRATCH_DOUBLES(3 * horizon);
	size_t fitted = ims_ets_size(count, season, horizon);

	return own > fitted ? own : fitted;
}

static void
run_recursion(Recursion *r, const ImsSeries *series)
{
	int m = series->season;

	for (int t = r->first; t < series->count; t++)
	{
		double y = series->value[t];
		double s = r->season ? r->season[t % m] : r->multiplicative;
		double before = r->level;
		double q = r->level + r->phi * r->trend;
		double f = r->multiplicative ? q * s : q + s;

		r->sse += (y - f) * (y - f);
		r->relative += (y - f) / f * ((y - f) / f);
		r->level = r->alpha * (r->multiplicative ? y / s : y - s) + (1 - r->alpha) * q;
		r->trend = r->beta * (r->level - before) + (1 - r->beta) * r->phi * r->trend;
		if (r->season)
			r->season[t % m] =
				r->gamma * (r->multiplicative ? y / r->level : y - r->level) +
				(1 - r->gamma) * s;
	}
}

/*
 * Starts Holt-Winters as stats::HoltWinters of R does: season and line of the
 * trend from the decomposition of the first two seasons; the recursion begins
 * with the second.
 */
static bool
start_holt_winters(Recursion *r, ImsForecastRun *run)
{
	const ImsSeries *series = &run->prepared->series;
	int m = series->season;
	double *trend;
	int half = m / 2;

	if (m < 2 || series->count < 2 * m)
		return false;
	trend = ims_forecast_scratch(run, 2 * (size_t) m);
	r->season = ims_forecast_scratch(run, m);
	if (!ims_decompose(series->value, 2 * m, m, r->multiplicative, trend, r->season))
		return false;
	ims_series_line(trend + half, 2 * m - 2 * half, &r->level, &r->trend);
	/* That line has its origin one step before the first trend value. */
	r->level -= r->trend;
	r->first = m;
	return true;
}

/* As the ETS model with the same forecasts, for variances. */
static void
answer(ImsForecastRun *run, const Recursion *r, ImsMethod method, int parameters)
{
	const ImsSeries *series = &run->prepared->series;
	ImsForecast *forecast = run->forecast;
	int horizon = run->request->horizon;
	int m = r->season ? series->season : 1;
	int used = series->count - r->first;
	double *work = ims_forecast_scratch(run, 3 * (size_t) horizon);
	ImsEtsParameters state = {
		.model = {r->multiplicative ? 'M' : 'A', 'D', r->multiplicative ? 'M' : 'A'},
		.alpha = r->alpha,
		.beta = r->alpha * r->beta,
		.gamma = r->gamma * (1 - r->alpha),
		.phi = r->phi,
		.level = r->level,
		.trend = r->trend,
	};
	int free_points = used - parameters > 0 ? used - parameters : 1;

	for (int j = 0; j < m && r->season; j++)
		state.season[j] = r->season[(series->count + j) % m];
	forecast->method = method;
	forecast->points = series->count;
	forecast->seasonal = r->season != NULL;
	forecast->multiplicative = r->multiplicative;
	forecast->parameters = 1;
	forecast->alpha = state.alpha;
	forecast->beta = r->beta > 0 ? state.beta : NAN;
	forecast->gamma = r->season ? state.gamma : NAN;
	forecast->phi = r->phi < 1 ? r->phi : NAN;
	forecast->level = r->level;
	forecast->trend = r->trend;
	forecast->sse = r->sse;
	forecast->sigma2 = (r->multiplicative ? r->relative : r->sse) / free_points;
	memcpy(forecast->season, state.season, m * sizeof(double));
	ims_ets_means(&state, m, horizon, forecast->mean);
	if (forecast->variance != NULL)
		ims_ets_variances(&state, m, horizon, forecast->sigma2, work, forecast->variance);
	if (forecast->sum_variance != NULL)
		ims_ets_sum_variances(&state, m, horizon, forecast->sigma2, work,
							  forecast->sum_variance);
	/* The unit of sigma2 follows from the model, see forecast.c. */
	if (r->multiplicative)
		forecast->model = (ImsEtsModel){'M', 'A', 'M'};
}

/* Fits the model and says which method it stands for. */
static void
fit(ImsForecastRun *run, ImsMethod method, ImsEtsModel model)
{
	ImsForecastRequest request = *run->request;
	ImsForecastRun fitting = *run;

	request.model = model;
	fitting.request = &request;
	ims_ets_run(&fitting);
	if (run->forecast->method == IMS_METHOD_ETS)
		run->forecast->method = method;
}

void
ims_ses_run(ImsForecastRun *run)
{
	Recursion r = {.alpha = run->request->alpha, .phi = 1, .first = 1};

	if (isnan(r.alpha))
	{
		fit(run, IMS_METHOD_SES, (ImsEtsModel){'A', 'N', 'N'});
		return;
	}
	r.level = run->prepared->series.value[0];
	run_recursion(&r, &run->prepared->series);
	answer(run, &r, IMS_METHOD_SES, 0);
}

static void
run_holt(ImsForecastRun *run, ImsMethod method, double phi, char trend)
{
	const ImsSeries *series = &run->prepared->series;
	Recursion r = {.alpha = run->request->alpha,
				   .beta = run->request->beta,
				   .phi = phi,
				   .first = 2};

	if (isnan(r.alpha) || isnan(r.beta) || isnan(r.phi))
		fit(run, method, (ImsEtsModel){'A', trend, 'N'});
	else if (series->count < 3)
		ims_forecast_fall_back(run, IMS_REASON_SHORT);
	else
	{
		r.level = series->value[1];
		r.trend = series->value[1] - series->value[0];
		run_recursion(&r, series);
		answer(run, &r, method, 0);
	}
}

void
ims_holt_run(ImsForecastRun *run)
{
	run_holt(run, IMS_METHOD_HOLT, 1, 'A');
}

void
ims_damped_run(ImsForecastRun *run)
{
	run_holt(run, IMS_METHOD_DAMPED, run->request->phi, 'D');
}

/* Factors of what is not positive mean nothing: the additive season answers. */
static void
run_holt_winters(ImsForecastRun *run, ImsMethod method, bool multiplicative)
{
	Recursion r = {.alpha = run->request->alpha,
				   .beta = run->request->beta,
				   .gamma = run->request->gamma,
				   .phi = 1,
				   .multiplicative = multiplicative};

	if (multiplicative && !(run->prepared->lowest > 0))
	{
		run_holt_winters(run, IMS_METHOD_HOLT_WINTERS_ADDITIVE, false);
		if (run->forecast->status != IMS_FORECAST_OK)
			return;
		run->forecast->status = IMS_FORECAST_FALLBACK;
		run->forecast->reason = IMS_REASON_NOT_POSITIVE;
	}
	else if (run->prepared->series.season > IMS_ETS_MAX_SEASON)
		ims_forecast_fall_back(run, IMS_REASON_LONG_SEASON);
	else if (isnan(r.alpha) || isnan(r.beta) || isnan(r.gamma))
		fit(run, method,
			multiplicative ? (ImsEtsModel){'M', 'A', 'M'} : (ImsEtsModel){'A', 'A', 'A'});
	else if (!start_holt_winters(&r, run))
		ims_forecast_fall_back(run, IMS_REASON_SHORT_FOR_SEASON);
	else
	{
		run_recursion(&r, &run->prepared->series);
		answer(run, &r, method, 0);
	}
}

void
ims_holt_winters_additive_run(ImsForecastRun *run)
{
	run_holt_winters(run, IMS_METHOD_HOLT_WINTERS_ADDITIVE, false);
}

void
ims_holt_winters_multiplicative_run(ImsForecastRun *run)
{
	run_holt_winters(run, IMS_METHOD_HOLT_WINTERS_MULTIPLICATIVE, true);
}
