/*-------------------------------------------------------------------------
 *
 * naive.c
 *	  Naive, seasonal naive, drift, mean and moving average.
 *
 * Variances are those of the models that each is optimal for: random walk,
 * seasonal random walk, random walk with drift, white noise (Hyndman and
 * Athanasopoulos, Forecasting: Principles and Practice, section 5.5).
 *
 * These methods are handed series with their gaps, and go by what is known.
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <math.h>

#include "naive.h"

/*
 * Each value from the one `lag` before, plus `drift`; or from the nearest known one
 * so many lags before, over which a walk makes so many times the variance.
 */
static double
squared_differences(const ImsSeries *series, int lag, double drift, int *pairs)
{
	double sum = 0;

	*pairs = 0;
	for (int t = lag; t < series->count; t++)
	{
		int before = t - lag;
		int steps = 1;
		double e;

		if (!isfinite(series->value[t]))
			continue;
		for (; before >= 0 && !isfinite(series->value[before]); before -= lag)
			steps++;
		if (before < 0)
			continue;
		e = series->value[t] - series->value[before] - steps * drift;
		sum += e * e / steps;
		(*pairs)++;
	}
	return sum;
}

static int
last_known(const ImsSeries *series)
{
	int t = series->count - 1;

	while (!isfinite(series->value[t]))
		t--;
	return t;
}

static void
describe(ImsForecast *forecast, ImsMethod method, int points, int parameters, double sse,
		 int free_points)
{
	forecast->method = method;
	forecast->points = points;
	forecast->parameters = parameters;
	forecast->sse = sse;
	forecast->sigma2 = free_points > 0 ? sse / free_points : NAN;
}

/* As multiples of the one-step variance: of step h, and of the sum up to it. */
static void
set_variance(ImsForecast *forecast, int h, double factor, double sum_factor)
{
	if (forecast->variance != NULL)
		forecast->variance[h] = forecast->sigma2 * factor;
	if (forecast->sum_variance != NULL)
		forecast->sum_variance[h] = forecast->sigma2 * sum_factor;
}

/* 1 + 4 + .. + n^2: an error stays for ever, so the first counts n times. */
static double
sum_of_squares(double n)
{
	return n * (n + 1) * (2 * n + 1) / 6;
}

/* A gap at the end is time in which the walk went on unseen. */
void
ims_naive_run(ImsForecastRun *run)
{
	const ImsSeries *series = &run->prepared->series;
	ImsForecast *forecast = run->forecast;
	int last = last_known(series);
	int unseen = series->count - 1 - last;
	int pairs;
	double sse = squared_differences(series, 1, 0, &pairs);

	assert(series->count > 0);
	describe(forecast, IMS_METHOD_NAIVE, run->prepared->known, 1, sse, pairs);
	forecast->level = series->value[last];
	for (int h = 0; h < run->request->horizon; h++)
	{
		double n = h + 1;

		forecast->mean[h] = forecast->level;
		set_variance(forecast, h, n + unseen, sum_of_squares(n) + unseen * n * n);
	}
}

/*
 * The latest known value of each phase, and how many seasons older than the last
 * one it is.  A phase that was never known lies between those beside it.
 */
static void
take_last_season(const ImsSeries *series, double *value, double *age)
{
	int season = series->season;
	int seasons = (series->count - 1) / season + 1;

	for (int j = 0; j < season; j++)
	{
		int t = series->count - season + j;

		for (age[j] = 0; t >= 0 && !isfinite(series->value[t]); t -= season)
			age[j]++;
		value[j] = t >= 0 ? series->value[t] : NAN;
	}
	for (int j = 0; j < season; j++)
	{
		int before = 1;
		int after = 1;

		if (age[j] < seasons && isfinite(value[j]))
			continue;
		age[j] = seasons;
		while (age[(j + season - before) % season] >= seasons ||
			   !isfinite(value[(j + season - before) % season]))
			before++;
		while (age[(j + after) % season] >= seasons ||
			   !isfinite(value[(j + after) % season]))
			after++;
		value[j] = (value[(j + season - before) % season] * after +
					value[(j + after) % season] * before) /
				   (before + after);
	}
}

/* Without a whole season of history: the last value. */
void
ims_seasonal_naive_run(ImsForecastRun *run)
{
	const ImsSeries *series = &run->prepared->series;
	ImsForecast *forecast = run->forecast;
	int season = series->season;
	double value[IMS_SERIES_MAX_SEASON];
	double age[IMS_SERIES_MAX_SEASON];
	double unseen = 0; /* what ages add to the variance of the sum */
	double sse;
	int pairs;

	if (series->count < season || season == 1)
	{
		ims_naive_run(run);
		if (season > 1)
		{
			forecast->status = IMS_FORECAST_FALLBACK;
			forecast->reason = IMS_REASON_SHORT_FOR_SEASON;
		}
		return;
	}
	sse = squared_differences(series, season, 0, &pairs);
	describe(forecast, IMS_METHOD_SEASONAL_NAIVE, run->prepared->known, 1, sse, pairs);
	forecast->seasonal = true;
	take_last_season(series, value, age);
	for (int h = 0; h < run->request->horizon; h++)
	{
		int past = h % season + 1; /* positions of the season that came once more */
		int times = h / season;

		unseen += age[h % season] * (2 * times + 1);
		forecast->mean[h] = value[h % season];
		set_variance(forecast, h, times + 1 + age[h % season],
					 past * sum_of_squares(times + 1) +
						 (season - past) * sum_of_squares(times) + unseen);
	}
}

/* The line through the first and the last value. */
void
ims_drift_run(ImsForecastRun *run)
{
	const ImsSeries *series = &run->prepared->series;
	ImsForecast *forecast = run->forecast;
	int last = last_known(series);
	int unseen = series->count - 1 - last;
	double sse;
	int pairs;

	if (last < 1)
	{
		ims_naive_run(run);
		forecast->status = IMS_FORECAST_FALLBACK;
		forecast->reason = IMS_REASON_SHORT;
		return;
	}
	forecast->drift = (series->value[last] - series->value[0]) / last;
	forecast->level = series->value[last] + unseen * forecast->drift;
	sse = squared_differences(series, 1, forecast->drift, &pairs);
	describe(forecast, IMS_METHOD_DRIFT, run->prepared->known, 2, sse, pairs - 1);
	for (int h = 0; h < run->request->horizon; h++)
	{
		double n = h + 1;
		double steps = n + unseen;
		double drifts = n * (n + 1) / 2 + n * unseen;

		forecast->mean[h] = forecast->level + n * forecast->drift;
		set_variance(forecast, h, steps * (1 + steps / last),
					 sum_of_squares(n) + unseen * n * n + drifts * drifts / last);
	}
}

/* Of the latest `window` values that are known; others may have been filled in. */
static void
average_of_last(ImsForecastRun *run, ImsMethod method, int window)
{
	const ImsSeries *series = &run->prepared->series;
	const double *given = run->prepared->given;
	ImsForecast *forecast = run->forecast;
	int first = series->count;
	double sum = 0;
	double sse = 0;

	for (int found = 0; found < window; found += isfinite(given[first]) != 0)
		first--;
	for (int t = first; t < series->count; t++)
		sum += isfinite(given[t]) ? series->value[t] : 0;
	forecast->level = sum / window;
	for (int t = first; t < series->count; t++)
		if (isfinite(given[t]))
			sse += (series->value[t] - forecast->level) *
				   (series->value[t] - forecast->level);
	describe(forecast, method, run->prepared->known, 2, sse, window - 1);
	for (int h = 0; h < run->request->horizon; h++)
	{
		forecast->mean[h] = forecast->level;
		set_variance(forecast, h, 1 + 1.0 / window,
					 (h + 1) * (1 + (h + 1) / (double) window));
	}
}

void
ims_mean_run(ImsForecastRun *run)
{
	average_of_last(run, IMS_METHOD_MEAN, run->prepared->known);
}

/* The mean of the last `window` values, or of all when there are fewer. */
void
ims_moving_average_run(ImsForecastRun *run)
{
	int known = run->prepared->known;
	int window = run->request->window;

	if (window > known)
		run->forecast->reason = IMS_REASON_SHORT;
	average_of_last(run, IMS_METHOD_MOVING_AVERAGE, window < known ? window : known);
}
