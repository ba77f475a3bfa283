/*-------------------------------------------------------------------------
 *
 * theta.c
 *	  Theta: simple exponential smoothing plus a share of the trend.
 *
 * The classic method (Assimakopoulos and Nikolopoulos 2000) is simple
 * exponential smoothing with half the slope of the regression line as drift
 * (Hyndman and Billah 2003).  The dynamic optimised one (Fiorucci, Pellegrini,
 * Louzada, Petropoulos and Koehler 2016, model DOTM) estimates the share and
 * renews the line with every period.
 *
 * In both, errors are linear in everything but alpha, so that the rest is
 * known in closed form for each alpha and the search has one dimension; four
 * values of alpha are tried at a time.
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "decompose.h"
#include "ets_kernel.h"
#include "theta.h"

#define LEAST_ALPHA 0.0001
#define MOST_ALPHA 0.9999

/* Of a longer series only the latest are used. */
#define MAX_POINTS 20000

/* Steps that each narrow the search about the best alpha so far. */
#define GRID 12
#define REFINEMENTS 7

/* What one value of alpha leads to. */
typedef struct Candidate
{
	double alpha;
	double level; /* before the first period */
	double omega; /* 1 - 1 / theta: the share of the line; dynamic only */
	double sse;
} Candidate;

typedef struct Work
{
	const double *value;
	int count;
	/* Dynamic only: intercept and slope of the line through all before t. */
	double *intercept;
	double *slope;
} Work;

size_t
ims_theta_size(int count, int season, int horizon)
{
	int used = count < MAX_POINTS ? count : MAX_POINTS;

	return 4 * IMS_SCRATCH_DOUBLES(used) + IMS_SCRATCH_DOUBLES(season) +
		   2 * IMS_SCRATCH_DOUBLES(horizon);
}

/*
 * Sums of squares for four alphas at once: e is the error with the first value
 * as level, d how it changes with the level, g how with the share of the line.
 */
typedef struct Sums
{
	ImsLanes ee, ed, dd, eg, gg, dg;
} Sums;

static void
sum_classic(const Work *work, const ImsLanes *alpha, Sums *sums)
{
	ImsLanes keep = 1 - *alpha;
	ImsLanes level = (ImsLanes){} + work->value[0];
	ImsLanes d = (ImsLanes){} + 1.0;

	*sums = (Sums){};
	for (int t = 0; t < work->count; t++)
	{
		ImsLanes e = work->value[t] - level;

		sums->ee += e * e;
		sums->ed += e * d;
		sums->dd += d * d;
		level += *alpha * e;
		d *= keep;
	}
}

/* The line through one point or two explains nothing: the third is the first to count. */
static void
sum_dynamic(const Work *work, const ImsLanes *alpha, Sums *sums)
{
	ImsLanes keep = 1 - *alpha;
	ImsLanes inverse = 1 / *alpha;
	ImsLanes level = (ImsLanes){} + work->value[0];
	ImsLanes d = (ImsLanes){} + 1.0;

	*sums = (Sums){};
	for (int t = 0; t < work->count; t++)
	{
		ImsLanes e = work->value[t] - level;
		ImsLanes next = d * keep;
		ImsLanes g = d * work->intercept[t] + (1 - next) * inverse * work->slope[t];

		if (t >= 2)
		{
			sums->ee += e * e;
			sums->ed += e * d;
			sums->dd += d * d;
			sums->eg += e * g;
			sums->gg += g * g;
			sums->dg += d * g;
		}
		level += *alpha * e;
		d = next;
	}
}

/* The best level, with the share given. */
static double
solve_level(const Sums *sums, int i, double omega, double *sse)
{
	double ed = sums->ed[i] - omega * sums->dg[i];
	double ee = sums->ee[i] - 2 * omega * sums->eg[i] + omega * omega * sums->gg[i];
	double shift = sums->dd[i] > 0 ? ed / sums->dd[i] : 0;

	*sse = fmax(ee - shift * ed, 0);
	return shift;
}

/* Least squares for level and share, the share within [0, 1]. */
static void
solve(const Work *work, const Sums *sums, int i, bool dynamic, Candidate *candidate)
{
	double determinant = sums->dd[i] * sums->gg[i] - sums->dg[i] * sums->dg[i];

	candidate->omega = 0;
	if (dynamic && determinant > 1e-12 * sums->dd[i] * sums->gg[i])
		candidate->omega =
			(sums->eg[i] * sums->dd[i] - sums->ed[i] * sums->dg[i]) / determinant;
	candidate->omega = fmin(1, fmax(0, candidate->omega));
	candidate->level =
		work->value[0] + solve_level(sums, i, candidate->omega, &candidate->sse);
}

static void
try_alphas(const Work *work, double middle, double outer, double inner, bool dynamic,
		   Candidate *best)
{
	ImsLanes alpha = {middle - outer, middle - inner, middle + inner, middle + outer};
	Sums sums;

	for (int i = 0; i < IMS_LANES; i++)
		alpha[i] = fmin(MOST_ALPHA, fmax(LEAST_ALPHA, alpha[i]));
	if (dynamic)
		sum_dynamic(work, &alpha, &sums);
	else
		sum_classic(work, &alpha, &sums);
	for (int i = 0; i < IMS_LANES; i++)
	{
		Candidate candidate = {.alpha = alpha[i]};

		solve(work, &sums, i, dynamic, &candidate);
		if (candidate.sse < best->sse)
			*best = candidate;
	}
}

/* A grid over all alphas, then ever finer about the best. */
static Candidate
search_alpha(const Work *work, bool dynamic)
{
	Candidate best = {.alpha = 0.5, .level = work->value[0], .sse = INFINITY};
	double width = 1.0 / GRID;

	for (int g = 0; g < GRID; g += IMS_LANES)
		try_alphas(work, (g + 2) * width, 1.5 * width, 0.5 * width, dynamic, &best);
	for (int r = 0; r < REFINEMENTS; r++)
	{
		width *= 0.4;
		try_alphas(work, best.alpha, 1.5 * width, 0.6 * width, dynamic, &best);
	}
	return best;
}

static void
describe(ImsForecast *forecast, ImsMethod method, const Work *work, const Candidate *best)
{
	int free_points = work->count - 2;

	forecast->method = method;
	forecast->points = work->count;
	forecast->parameters = method == IMS_METHOD_THETA ? 3 : 4;
	forecast->alpha = best->alpha;
	forecast->sse = best->sse;
	forecast->sigma2 = best->sse / (free_points > 0 ? free_points : 1);
}

/* The level after the last period. */
static double
last_level(const Work *work, const Candidate *best)
{
	double level = best->level;

	for (int t = 0; t < work->count; t++)
		level += best->alpha * (work->value[t] - level);
	return level;
}

static void
forecast_classic(ImsForecastRun *run, const Work *work)
{
	ImsForecast *forecast = run->forecast;
	Candidate best = search_alpha(work, false);
	double intercept;
	double slope;
	double lag;

	ims_series_line(work->value, work->count, &intercept, &slope);
	describe(forecast, IMS_METHOD_THETA, work, &best);
	forecast->theta = 2;
	forecast->drift = slope / 2;
	forecast->level = last_level(work, &best);
	lag = (1 - pow(1 - best.alpha, work->count)) / best.alpha;
	for (int h = 0; h < run->request->horizon; h++)
		forecast->mean[h] = forecast->level + forecast->drift * (h + lag);
}

/* The line through the first t values, from the one through t - 1. */
static void
extend_line(double value, int t, double *mean, double *slope, double *intercept)
{
	double deviation = value - *mean;

	*slope = t < 2 ? 0 : ((t - 2) * *slope + 6 * deviation / t) / (t + 1);
	*mean += deviation / t;
	*intercept = *mean - *slope * (t + 1) / 2;
}

static void
forecast_dynamic(ImsForecastRun *run, Work *work)
{
	ImsForecast *forecast = run->forecast;
	double mean = 0;
	double slope = 0;
	double intercept = work->value[0];
	double level;
	double power;
	Candidate best;

	for (int t = 0; t < work->count; t++)
	{
		work->intercept[t] = intercept;
		work->slope[t] = slope;
		extend_line(work->value[t], t + 1, &mean, &slope, &intercept);
	}
	best = search_alpha(work, true);
	level = last_level(work, &best);
	describe(forecast, IMS_METHOD_DYNAMIC_THETA, work, &best);
	forecast->theta = 1 / (1 - best.omega);
	forecast->drift = best.omega * slope;
	forecast->level = level;
	power = pow(1 - best.alpha, work->count);
	for (int h = 0; h < run->request->horizon; h++)
	{
		double next = power * (1 - best.alpha);
		double f =
			level + best.omega * (power * intercept + (1 - next) / best.alpha * slope);

		/* Each forecast is taken for the value that comes. */
		forecast->mean[h] = f;
		level += best.alpha * (f - level);
		extend_line(f, work->count + h + 1, &mean, &slope, &intercept);
		power = next;
	}
}

static void
put_season_back(ImsForecastRun *run, const double *figure, int season,
				bool multiplicative, int count)
{
	ImsForecast *forecast = run->forecast;

	forecast->seasonal = true;
	forecast->multiplicative = multiplicative;
	for (int j = 0; j < season; j++)
		forecast->season[j] = figure[(count + j) % season];
	for (int h = 0; h < run->request->horizon; h++)
	{
		double s = forecast->season[h % season];

		forecast->mean[h] = multiplicative ? forecast->mean[h] * s : forecast->mean[h] + s;
		if (multiplicative && forecast->variance != NULL)
			forecast->variance[h] *= s * s;
	}
}

/* An error moves all later forecasts alike; a season that multiplies is known. */
static void
set_sum_variances(ImsForecastRun *run, int season)
{
	ImsForecast *forecast = run->forecast;
	int horizon = run->request->horizon;
	double *weight = ims_forecast_scratch(run, horizon);
	double *error = ims_forecast_scratch(run, horizon);

	for (int h = 0; h < horizon; h++)
	{
		weight[h] = forecast->alpha;
		error[h] = forecast->sigma2;
	}
	ims_forecast_sum_variances(weight, forecast->multiplicative ? forecast->season : NULL,
							   season, error, horizon, forecast->sum_variance);
}

/*
 * The season, if there is one, is taken out before and put back after: as
 * factors where all values are positive, else as differences.
 */
static void
run_theta(ImsForecastRun *run, bool dynamic)
{
	const ImsSeries *series = &run->prepared->series;
	int count = series->count < MAX_POINTS ? series->count : MAX_POINTS;
	const double *value = series->value + series->count - count;
	bool multiplicative = run->prepared->lowest > 0;
	double *adjusted = ims_forecast_scratch(run, count);
	double *trend = ims_forecast_scratch(run, count);
	double *figure = ims_forecast_scratch(run, series->season);
	Work work = {value, count, NULL, NULL};
	bool seasonal =
		ims_is_seasonal(value, count, series->season) &&
		ims_decompose(value, count, series->season, multiplicative, trend, figure);

	if (count < series->count)
		run->forecast->reason = IMS_REASON_RECENT_ONLY;
	if (seasonal)
	{
		ims_deseasonalise(value, count, series->season, multiplicative, figure, adjusted);
		work.value = adjusted;
	}
	if (dynamic)
	{
		work.intercept = ims_forecast_scratch(run, count);
		work.slope = trend;
		forecast_dynamic(run, &work);
	}
	else
		forecast_classic(run, &work);
	for (int h = 0; h < run->request->horizon && run->forecast->variance != NULL; h++)
		run->forecast->variance[h] =
			run->forecast->sigma2 * (1 + h * run->forecast->alpha * run->forecast->alpha);
	if (seasonal)
		put_season_back(run, figure, series->season, multiplicative, count);
	if (run->forecast->sum_variance != NULL)
		set_sum_variances(run, series->season);
}

void
ims_theta_run(ImsForecastRun *run)
{
	run_theta(run, false);
}

void
ims_dynamic_theta_run(ImsForecastRun *run)
{
	run_theta(run, true);
}
