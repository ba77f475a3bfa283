/*-------------------------------------------------------------------------
 *
 * naive.c
 *	  Naive, seasonal naive, drift, mean and moving average.
 *
 * Variances are those of the models that each is optimal for: random walk,
 * seasonal random walk, random walk with drift, white noise (Hyndman and
 * Athanasopoulos, Forecasting: Principles and Practice, section 5.5).
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <math.h>

#include "naive.h"

/* Each value from the one `lag` before, plus `drift`. */
static double
squared_differences(const ImsSeries *series, int lag, double drift)
{
	double sum = 0;

	for (int t = lag; t < series->count; t++)
	{
		double e = series->value[t] - series->value[t - lag] - drift;

		sum += e * e;
	}
	return sum;
}

static void
describe(ImsForecast *forecast, ImsMethod method, const ImsSeries *series, int parameters,
		 double sse, int free_points)
{
	forecast->method = method;
	forecast->points = series->count;
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

void
ims_naive_run(ImsForecastRun *run)
{
	const ImsSeries *series = &run->prepared->series;
	ImsForecast *forecast = run->forecast;

	assert(series->count > 0);
	describe(forecast, IMS_METHOD_NAIVE, series, 1, squared_differences(series, 1, 0),
			 series->count - 1);
	forecast->level = series->value[series->count - 1];
	for (int h = 0; h < run->request->horizon; h++)
	{
		forecast->mean[h] = forecast->level;
		set_variance(forecast, h, h + 1, sum_of_squares(h + 1));
	}
}

/* Without a whole season of history: the last value. */
void
ims_seasonal_naive_run(ImsForecastRun *run)
{
	const ImsSeries *series = &run->prepared->series;
	ImsForecast *forecast = run->forecast;
	int season = series->season;

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
	describe(forecast, IMS_METHOD_SEASONAL_NAIVE, series, 1,
			 squared_differences(series, season, 0), series->count - season);
	forecast->seasonal = true;
	for (int h = 0; h < run->request->horizon; h++)
	{
		int past = h % season + 1; /* positions of the season that came once more */

		forecast->mean[h] = series->value[series->count - season + h % season];
		set_variance(forecast, h, h / season + 1,
					 past * sum_of_squares(h / season + 1) +
						 (season - past) * sum_of_squares(h / season));
	}
}

/* The line through the first and the last value. */
void
ims_drift_run(ImsForecastRun *run)
{
	const ImsSeries *series = &run->prepared->series;
	ImsForecast *forecast = run->forecast;
	int count = series->count;

	if (count < 2)
	{
		ims_naive_run(run);
		forecast->status = IMS_FORECAST_FALLBACK;
		forecast->reason = IMS_REASON_SHORT;
		return;
	}
	forecast->drift = (series->value[count - 1] - series->value[0]) / (count - 1);
	forecast->level = series->value[count - 1];
	describe(forecast, IMS_METHOD_DRIFT, series, 2,
			 squared_differences(series, 1, forecast->drift), count - 2);
	for (int h = 0; h < run->request->horizon; h++)
	{
		double n = h + 1;
		double drifts = n * (n + 1) / 2;

		forecast->mean[h] = forecast->level + n * forecast->drift;
		set_variance(forecast, h, n * (1 + n / (count - 1)),
					 sum_of_squares(n) + drifts * drifts / (count - 1));
	}
}

static void
average_of_last(ImsForecastRun *run, ImsMethod method, int window)
{
	const ImsSeries *series = &run->prepared->series;
	ImsForecast *forecast = run->forecast;
	const double *value = series->value + series->count - window;
	double sse = 0;

	forecast->level = ims_series_mean(value, window);
	for (int t = 0; t < window; t++)
		sse += (value[t] - forecast->level) * (value[t] - forecast->level);
	describe(forecast, method, series, 2, sse, window - 1);
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
	average_of_last(run, IMS_METHOD_MEAN, run->prepared->series.count);
}

/* The mean of the last `window` values, or of all when there are fewer. */
void
ims_moving_average_run(ImsForecastRun *run)
{
	int count = run->prepared->series.count;
	int window = run->request->window;

	if (window > count)
		run->forecast->reason = IMS_REASON_SHORT;
	average_of_last(run, IMS_METHOD_MOVING_AVERAGE, window < count ? window : count);
}
