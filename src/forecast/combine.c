/*-------------------------------------------------------------------------
 *
 * combine.c
 *	  The mean of ETS and Theta.
 *
 * On the M3 competition's series the plain mean of the two beats either, and
 * every entrant of the competition on yearly, quarterly and monthly data.
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "combine.h"
#include "ets.h"
#include "theta.h"

/* With one of the two this many times as far from the history, it is left out. */
#define OUTLYING 5.0

size_t
ims_ets_theta_size(int count, int season, int horizon)
{
	return 2 * IMS_SCRATCH_DOUBLES(horizon) + ims_ets_size(count, season, horizon) +
		   ims_theta_size(count, season, horizon);
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
 * Parameters, states and model are those of ETS.  The variance of the mean of
 * two forecasts whose errors move together is taken as that of their average
 * deviation: exact for a correlation of 1, and no smaller than the truth.
 */
void
ims_ets_theta_run(ImsForecastRun *run)
{
	ImsForecast *forecast = run->forecast;
	ImsForecast theta = *forecast;
	ImsForecastRun theta_run = *run;
	int horizon = run->request->horizon;
	double ets_excess;
	double theta_excess;

	theta.mean = ims_forecast_scratch(run, horizon);
	theta.variance = ims_forecast_scratch(run, horizon);
	theta_run.scratch = run->scratch;
	theta_run.forecast = &theta;
	ims_theta_run(&theta_run);
	ims_ets_run(run);
	if (forecast->status != IMS_FORECAST_OK)
		return;
	ets_excess = excess(run, forecast->mean);
	theta_excess = excess(run, theta.mean);
	forecast->theta = theta.theta;
	forecast->drift = theta.drift;
	if (theta_excess > 1 && theta_excess > OUTLYING * ets_excess)
	{
		forecast->reason = IMS_REASON_IMPLAUSIBLE;
		return;
	}
	forecast->method = IMS_METHOD_ETS_THETA;
	for (int h = 0; h < horizon; h++)
	{
		bool only_theta = ets_excess > 1 && ets_excess > OUTLYING * theta_excess;

		forecast->mean[h] =
			only_theta ? theta.mean[h] : (forecast->mean[h] + theta.mean[h]) / 2;
		if (forecast->variance != NULL)
		{
			double deviation =
				only_theta ? sqrt(theta.variance[h])
						   : (sqrt(forecast->variance[h]) + sqrt(theta.variance[h])) / 2;

			forecast->variance[h] = deviation * deviation;
		}
		if (only_theta)
			forecast->reason = IMS_REASON_IMPLAUSIBLE;
	}
}
