/*-------------------------------------------------------------------------
 *
 * combine.c
 *	  The mean of ETS and Theta.
 *
 * Half of it is the average of ETS models, a quarter each the classic and the
 * dynamic Theta.  On the series of the M3 competition already the plain mean
 * of the best ETS model and classic Theta beats every entrant on yearly,
 * quarterly and monthly data; what is averaged here beats that mean.
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "combine.h"
#include "ets.h"
#include "theta.h"

/*
 * A forecast that leaves the range of the history by more than its length,
 * and this many times as far as the other does, is left out.
 */
#define OUTLYING 20.0

size_t
ims_ets_theta_size(int count, int season, int horizon)
{
	size_t ets = ims_ets_size(count, season, horizon);
	size_t theta = ims_theta_size(count, season, horizon);

	return 6 * IMS_SCRATCH_DOUBLES(horizon) + (ets > theta ? ets : theta);
}

/* How far a forecast leaves the range of the history, in lengths of that range. */
static double
excess(const ImsForecastRun *run, const double *mean)
{
	double range = run->prepared->highest - run->prepared->lowest;
	double most = 0;

	for (int h = 0; h < run->request->horizon; h++)
	{
		most = fmax(most, mean[h] - run->prepared->highest);
		most = fmax(most, run->prepared->lowest - mean[h]);
	}
	return most / range;
}

/*
 * Their errors move together, so the deviation of the mean of two forecasts is
 * taken for the mean of their deviations, which is never less than the truth.
 */
static void
mix_variances(double *variance, const double *other, double share, int horizon)
{
	for (int h = 0; h < horizon; h++)
	{
		double deviation = (1 - share) * sqrt(variance[h]) + share * sqrt(other[h]);

		variance[h] = deviation * deviation;
	}
}

static void
mix(ImsForecast *forecast, const ImsForecast *other, double share, int horizon)
{
	for (int h = 0; h < horizon; h++)
		forecast->mean[h] += share * (other->mean[h] - forecast->mean[h]);
	if (forecast->variance != NULL)
		mix_variances(forecast->variance, other->variance, share, horizon);
	if (forecast->sum_variance != NULL)
		mix_variances(forecast->sum_variance, other->sum_variance, share, horizon);
}

/* Means and the variances that are wanted, in three pieces of the length of the horizon. */
static void
place(const ImsForecastRun *run, double *room, ImsForecast *forecast)
{
	int horizon = run->request->horizon;

	forecast->mean = room;
	forecast->variance = run->forecast->variance != NULL ? room + horizon : NULL;
	forecast->sum_variance =
		run->forecast->sum_variance != NULL ? room + 2 * (size_t) horizon : NULL;
}

/* The mean of the classic and the dynamic Theta, in the first three of six pieces. */
static void
run_thetas(const ImsForecastRun *run, double *room, ImsForecast *theta)
{
	int horizon = run->request->horizon;
	ImsForecastRun own = *run;
	ImsForecast dynamic;

	own.forecast = theta;
	place(run, room + 3 * (size_t) horizon, theta);
	ims_dynamic_theta_run(&own);
	dynamic = *theta;
	own.scratch = run->scratch;
	place(run, room, theta);
	ims_theta_run(&own);
	mix(theta, &dynamic, 0.5, horizon);
}

/* Parameters, states and model are those of the best ETS model. */
void
ims_ets_theta_run(ImsForecastRun *run)
{
	ImsForecast *forecast = run->forecast;
	ImsForecast theta = *forecast;
	int horizon = run->request->horizon;
	double *room = ims_forecast_scratch(run, 6 * (size_t) horizon);
	double share = 0.5;
	double ets_excess;
	double theta_excess;

	run_thetas(run, room, &theta);
	ims_ets_average_run(run);
	if (forecast->status != IMS_FORECAST_OK)
		return;
	forecast->method = IMS_METHOD_ETS_THETA;
	forecast->theta = theta.theta;
	forecast->drift = theta.drift;
	ets_excess = excess(run, forecast->mean);
	theta_excess = excess(run, theta.mean);
	if (theta_excess > fmax(1, OUTLYING * ets_excess))
		share = 0;
	else if (ets_excess > fmax(1, OUTLYING * theta_excess))
		share = 1;
	if (share != 0.5)
		forecast->reason = IMS_REASON_IMPLAUSIBLE;
	mix(forecast, &theta, share, horizon);
}
