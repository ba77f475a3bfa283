/*-------------------------------------------------------------------------
 *
 * ets_auto.c
 *	  The ETS model of a series: chosen by AICc, or fitted as asked.
 *
 * A family whose parent without season is already far better in AICc than the
 * members fitted so far can hardly win, but seasons surprise, so every family
 * that the data admit is fitted; the search is cheap enough.
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "ets.h"

#define FAMILIES 5

static const ImsEtsFamily families[FAMILIES] = {
	{'A', 'N', {true, true, true}}, {'M', 'N', {true, true, true}},
	{'A', 'A', {true, true, true}}, {'M', 'A', {true, true, true}},
	{'M', 'M', {true, true, true}},
};

size_t
ims_ets_size(int count, int season, int horizon)
{
	int fitted = count < IMS_ETS_MAX_POINTS ? count : IMS_ETS_MAX_POINTS;

	if (season > IMS_ETS_MAX_SEASON)
		season = 1;
	return ims_ets_fit_size(fitted, season) + IMS_SCRATCH_DOUBLES(2 * horizon);
}

static bool
admits(char wanted, char letter)
{
	return wanted == 'Z' || wanted == letter;
}

/*
 * What of a family the request and the data leave; false if nothing.  Without
 * a positive series nothing may be relative to it.
 */
static bool
narrow(ImsEtsFamily *family, const ImsForecastRun *run, bool has_season)
{
	ImsEtsModel asked = run->request->model;
	bool any = false;

	if (!admits(asked.error, family->error) || !admits(asked.season, family->season) ||
		(family->season != 'N' && !has_season) ||
		((family->error == 'M' || family->season == 'M') && !(run->prepared->lowest > 0)))
		return false;
	for (int i = 0; i < 3; i++)
	{
		family->wanted[i] = admits(asked.trend, IMS_ETS_FAMILY_TRENDS[i]);
		any |= family->wanted[i];
	}
	return any;
}

/* Whether a season can be fitted; why not goes to the forecast. */
static bool
usable_season(ImsForecastRun *run, const ImsSeries *series)
{
	int most = run->request->model.season == 'Z' ? IMS_ETS_MAX_CHOSEN_SEASON
												 : IMS_ETS_MAX_SEASON;

	if (series->season < 2 || run->request->model.season == 'N')
		return false;
	if (series->season > most)
		run->forecast->reason = IMS_REASON_LONG_SEASON;
	else if (series->count < 2 * series->season)
		run->forecast->reason = IMS_REASON_SHORT_FOR_SEASON;
	else
		return true;
	return false;
}

/* The best by AICc of all families; false when none fits. */
static bool
choose(ImsForecastRun *run, const ImsSeries *series, ImsEtsParameters *best)
{
	bool has_season = usable_season(run, series);
	double best_aicc = INFINITY;

	for (int i = 0; i < FAMILIES; i++)
	{
		ImsEtsFamily family = families[i];
		ImsEtsFit fits[3];

		if (ims_forecast_interrupted(run))
			return false;
		if (!narrow(&family, run, has_season) ||
			!ims_ets_fit(series, &family, run->scratch, INFINITY, fits))
			continue;
		for (int j = 0; j < 3; j++)
		{
			int k = ims_ets_parameter_count(fits[j].start.model, series->season);
			double aicc = fits[j].objective + 2.0 * k +
						  2.0 * k * (k + 1) / (double) (series->count - k - 1);

			if (!family.wanted[j] || series->count - k - 1 <= 0 || !(aicc < best_aicc))
				continue;
			best_aicc = aicc;
			*best = fits[j].start;
		}
	}
	return isfinite(best_aicc) != 0;
}

static void
answer(ImsForecastRun *run, const ImsSeries *series, ImsEtsParameters *state)
{
	ImsForecast *forecast = run->forecast;
	int horizon = run->request->horizon;
	int season = state->model.season == 'N' ? 1 : series->season;
	ImsEtsOutcome outcome;
	int free_points;

	ims_ets_evaluate(series, state, &outcome);
	free_points = series->count - (outcome.parameters - 1);
	forecast->method = IMS_METHOD_ETS;
	forecast->model = state->model;
	forecast->seasonal = state->model.season != 'N';
	forecast->points = series->count;
	forecast->parameters = outcome.parameters;
	forecast->alpha = state->alpha;
	forecast->beta = state->model.trend == 'N' ? NAN : state->beta;
	forecast->gamma = state->model.season == 'N' ? NAN : state->gamma;
	forecast->phi = state->model.trend == 'D' ? state->phi : NAN;
	forecast->sse = outcome.sse;
	forecast->sigma2 = outcome.sum / (free_points > 0 ? free_points : 1);
	forecast->loglik = outcome.loglik;
	forecast->aicc = outcome.aicc;
	forecast->level = state->level;
	forecast->trend = state->model.trend == 'N' ? NAN : state->trend;
	if (forecast->seasonal)
		memcpy(forecast->season, state->season, season * sizeof(double));
	ims_ets_means(state, season, horizon, forecast->mean);
	if (forecast->variance != NULL)
	{
		double *work = ims_forecast_scratch(run, 2 * (size_t) horizon);

		if (work == NULL)
			return;
		ims_ets_variances(state, season, horizon, forecast->sigma2, work,
						  forecast->variance);
		if (state->model.season == 'M' && run->request->paths > 0)
			ims_ets_simulate(state, season, forecast->sigma2, work, run);
	}
}

void
ims_ets_run(ImsForecastRun *run)
{
	ImsSeries series = run->prepared->series;
	ImsEtsParameters best;

	if (series.count > IMS_ETS_MAX_POINTS)
	{
		series.value += series.count - IMS_ETS_MAX_POINTS;
		series.count = IMS_ETS_MAX_POINTS;
		run->forecast->reason = IMS_REASON_RECENT_ONLY;
	}
	if (choose(run, &series, &best))
		answer(run, &series, &best);
	else if (run->forecast->status != IMS_FORECAST_INTERRUPTED)
		ims_forecast_fall_back(run,
							   series.count < 5 ? IMS_REASON_SHORT : IMS_REASON_NO_MODEL);
}
