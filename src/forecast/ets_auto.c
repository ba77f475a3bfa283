/*-------------------------------------------------------------------------
 *
 * ets_auto.c
 *	  ETS without a model given: the best by AICc, or the average of all.
 *
 * The average weighs the forecasts of each model by what AICc says for it
 * (Kolassa 2011, Combining exponential smoothing forecasts using Akaike
 * weights).  The choice of one model is the same thing with all the weight on
 * the best, and a little worse on every set of series that was tried.
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "ets.h"

#define FAMILIES 5

/*
 * The weight of a model is exp(-(AICc - best AICc) / this).  Akaike weights
 * have 2; the likelihoods of quick searches differ by more than they mean.
 */
#define WEIGHT_SCALE 4.0

/* A model with less weight than this is not worth a forecast. */
#define LEAST_WEIGHT 1e-3

static const ImsEtsFamily families[FAMILIES] = {
	{'A', 'N', {true, true, true}}, {'M', 'N', {true, true, true}},
	{'A', 'A', {true, true, true}}, {'M', 'A', {true, true, true}},
	{'M', 'M', {true, true, true}},
};

/* Fits of all families that the data and the request admit. */
typedef struct Contest
{
	int entries;
	int best;
	ImsEtsFit fit[FAMILIES * 3];
	double aicc[FAMILIES * 3];
} Contest;

/* Sums over models for the average; all NULL when only one answers. */
typedef struct Mixture
{
	double *work; /* for variances: three times the horizon */
	double *model_mean;
	double *model_variance;
	double *mean;
	double *square;		/* of variance plus squared mean */
	double *sum_square; /* the same of the sums of the steps up to each */
	double weight;
} Mixture;

size_t
ims_ets_size(int count, int season, int horizon)
{
	int fitted = count < IMS_ETS_MAX_POINTS ? count : IMS_ETS_MAX_POINTS;

	if (season > IMS_ETS_MAX_SEASON)
		season = 1;
	return ims_ets_fit_size(fitted, season) + IMS_SCRATCH_DOUBLES(3 * horizon) +
		   5 * IMS_SCRATCH_DOUBLES(horizon);
}

static bool
admits(char wanted, char letter)
{
	return wanted == 'Z' || wanted == letter;
}

/*
 * What of a family the request and the data leave; false if nothing.  Nothing
 * may be relative to a series that is not positive.
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

static void
enter(Contest *contest, const ImsEtsFit *fit, const ImsSeries *series)
{
	int k = ims_ets_parameter_count(fit->start.model, series->season);
	int free_points = series->count - k - 1;
	double aicc;

	if (free_points <= 0 || !isfinite(fit->objective))
		return;
	aicc = fit->objective + 2.0 * k + 2.0 * k * (k + 1) / free_points;
	if (contest->entries == 0 || aicc < contest->aicc[contest->best])
		contest->best = contest->entries;
	contest->fit[contest->entries] = *fit;
	contest->aicc[contest->entries++] = aicc;
}

/* False when no model can be fitted, or the caller said stop. */
static bool
hold_contest(ImsForecastRun *run, const ImsSeries *series, Contest *contest)
{
	ImsEtsModel asked = run->request->model;
	bool has_season = usable_season(run, series);
	ImsEtsEffort effort = asked.error == 'Z' || asked.trend == 'Z' || asked.season == 'Z'
							  ? IMS_ETS_QUICK
							  : IMS_ETS_THOROUGH;

	contest->entries = 0;
	contest->best = 0;
	for (int i = 0; i < FAMILIES && run->forecast->status != IMS_FORECAST_INTERRUPTED; i++)
	{
		ImsEtsFamily family = families[i];
		ImsEtsFit fits[3];

		if (!narrow(&family, run, has_season) ||
			!ims_ets_fit(run, series, &family, effort, fits))
			continue;
		for (int j = 0; j < 3; j++)
			if (family.wanted[j])
				enter(contest, &fits[j], series);
	}
	return contest->entries > 0 && run->forecast->status != IMS_FORECAST_INTERRUPTED;
}

/* One-step variance, as R's ets has it: the variance itself is not counted. */
static double
residual_variance(const ImsEtsOutcome *outcome, int count)
{
	int free_points = count - (outcome->parameters - 1);

	return outcome->sum / (free_points > 0 ? free_points : 1);
}

static void
describe(ImsForecast *forecast, const ImsEtsParameters *state,
		 const ImsEtsOutcome *outcome, const ImsSeries *series)
{
	forecast->method = IMS_METHOD_ETS;
	forecast->model = state->model;
	forecast->seasonal = state->model.season != 'N';
	forecast->multiplicative = state->model.season == 'M';
	forecast->points = series->count;
	forecast->parameters = outcome->parameters;
	forecast->alpha = state->alpha;
	forecast->beta = state->model.trend == 'N' ? NAN : state->beta;
	forecast->gamma = state->model.season == 'N' ? NAN : state->gamma;
	forecast->phi = state->model.trend == 'D' ? state->phi : NAN;
	forecast->sse = outcome->sse;
	forecast->sigma2 = residual_variance(outcome, series->count);
	forecast->loglik = outcome->loglik;
	forecast->aicc = outcome->aicc;
	forecast->level = state->level;
	forecast->trend = state->model.trend == 'N' ? NAN : state->trend;
	if (forecast->seasonal)
		memcpy(forecast->season, state->season, series->season * sizeof(double));
}

/* The forecasts of the best model; its states are left in `state`. */
static void
answer_best(ImsForecastRun *run, const ImsSeries *series, const Contest *contest,
			double *work)
{
	ImsForecast *forecast = run->forecast;
	ImsEtsParameters state = contest->fit[contest->best].start;
	int horizon = run->request->horizon;
	int season = state.model.season == 'N' ? 1 : series->season;
	ImsEtsOutcome outcome;

	ims_ets_evaluate(series, &state, &outcome);
	describe(forecast, &state, &outcome, series);
	ims_ets_means(&state, season, horizon, forecast->mean);
	if (forecast->variance == NULL)
		return;
	ims_ets_variances(&state, season, horizon, forecast->sigma2, work, forecast->variance);
	if (forecast->sum_variance != NULL)
		ims_ets_sum_variances(&state, season, horizon, forecast->sigma2, work,
							  forecast->sum_variance);
	if (state.model.season == 'M' && run->request->paths > 0)
		ims_ets_simulate(&state, season, forecast->sigma2, work, run);
}

/* What a model says of the sums of the steps, by what of its mean is at hand. */
static void
add_sums_to_mixture(Mixture *mixture, const ImsEtsParameters *state, int season,
					double sigma2, double weight, int horizon)
{
	double sum = 0;

	ims_ets_sum_variances(state, season, horizon, sigma2, mixture->work,
						  mixture->model_variance);
	for (int h = 0; h < horizon; h++)
	{
		sum += mixture->model_mean[h];
		mixture->sum_square[h] += weight * (mixture->model_variance[h] + sum * sum);
	}
}

static void
add_to_mixture(Mixture *mixture, const ImsEtsFit *fit, const ImsSeries *series,
			   double weight, const ImsForecast *forecast, int horizon)
{
	ImsEtsParameters state = fit->start;
	int season = state.model.season == 'N' ? 1 : series->season;
	bool with_variance = forecast->variance != NULL;
	ImsEtsOutcome outcome;
	double sigma2;

	ims_ets_evaluate(series, &state, &outcome);
	sigma2 = residual_variance(&outcome, series->count);
	ims_ets_means(&state, season, horizon, mixture->model_mean);
	if (forecast->sum_variance != NULL)
		add_sums_to_mixture(mixture, &state, season, sigma2, weight, horizon);
	if (with_variance)
		ims_ets_variances(&state, season, horizon, sigma2, mixture->work,
						  mixture->model_variance);
	mixture->weight += weight;
	for (int h = 0; h < horizon; h++)
	{
		double mean = mixture->model_mean[h];

		mixture->mean[h] += weight * mean;
		if (with_variance)
			mixture->square[h] += weight * (mixture->model_variance[h] + mean * mean);
	}
}

/*
 * The mean of the mixture of all models, and its variance: what the models say
 * and how far they disagree.
 */
static void
answer_average(ImsForecastRun *run, const ImsSeries *series, const Contest *contest,
			   Mixture *mixture)
{
	ImsForecast *forecast = run->forecast;
	int horizon = run->request->horizon;
	double sum = 0;

	mixture->weight = 0;
	for (int h = 0; h < horizon; h++)
		mixture->mean[h] = mixture->square[h] = mixture->sum_square[h] = 0;
	for (int i = 0; i < contest->entries; i++)
	{
		double weight =
			exp(-(contest->aicc[i] - contest->aicc[contest->best]) / WEIGHT_SCALE);

		if (ims_forecast_interrupted(run))
			return;
		if (weight >= LEAST_WEIGHT)
			add_to_mixture(mixture, &contest->fit[i], series, weight, forecast, horizon);
	}
	for (int h = 0; h < horizon; h++)
	{
		double mean = mixture->mean[h] / mixture->weight;

		sum += mean;
		forecast->mean[h] = mean;
		if (forecast->variance != NULL)
			forecast->variance[h] =
				fmax(mixture->square[h] / mixture->weight - mean * mean, 0);
		if (forecast->sum_variance != NULL)
			forecast->sum_variance[h] =
				fmax(mixture->sum_square[h] / mixture->weight - sum * sum, 0);
	}
	forecast->method = IMS_METHOD_ETS_AVERAGE;
}

/* Whether a model is asked for that is relative to values that are not positive. */
static bool
is_relative_to_nothing(const ImsForecastRun *run)
{
	ImsEtsModel asked = run->request->model;

	return (asked.error == 'M' || asked.season == 'M') && !(run->prepared->lowest > 0);
}

static void run_ets(ImsForecastRun *run, bool average);

/* The model with amounts in place of factors. */
static void
run_additive(ImsForecastRun *run, bool average)
{
	ImsForecastRequest request = *run->request;
	ImsForecastRun own = *run;

	if (request.model.error == 'M')
		request.model.error = 'A';
	if (request.model.season == 'M')
		request.model.season = 'A';
	own.request = &request;
	run_ets(&own, average);
	if (run->forecast->status != IMS_FORECAST_OK)
		return;
	run->forecast->status = IMS_FORECAST_FALLBACK;
	run->forecast->reason = IMS_REASON_NOT_POSITIVE;
}

static void
run_ets(ImsForecastRun *run, bool average)
{
	ImsSeries series = run->prepared->series;
	int horizon = run->request->horizon;
	Contest contest;
	Mixture mixture;

	if (is_relative_to_nothing(run))
	{
		run_additive(run, average);
		return;
	}
	if (series.count > IMS_ETS_MAX_POINTS)
	{
		series.value += series.count - IMS_ETS_MAX_POINTS;
		series.count = IMS_ETS_MAX_POINTS;
		run->forecast->reason = IMS_REASON_RECENT_ONLY;
	}
	mixture.work = ims_forecast_scratch(run, 3 * (size_t) horizon);
	mixture.model_mean = ims_forecast_scratch(run, horizon);
	mixture.model_variance = ims_forecast_scratch(run, horizon);
	mixture.mean = ims_forecast_scratch(run, horizon);
	mixture.square = ims_forecast_scratch(run, horizon);
	mixture.sum_square = ims_forecast_scratch(run, horizon);
	if (hold_contest(run, &series, &contest))
	{
		answer_best(run, &series, &contest, mixture.work);
		if (average)
			answer_average(run, &series, &contest, &mixture);
	}
	else if (run->forecast->status != IMS_FORECAST_INTERRUPTED)
		ims_forecast_fall_back(run,
							   series.count < 5 ? IMS_REASON_SHORT : IMS_REASON_NO_MODEL);
}

void
ims_ets_run(ImsForecastRun *run)
{
	run_ets(run, false);
}

/* Parameters, states and model are those of the best. */
void
ims_ets_average_run(ImsForecastRun *run)
{
	run_ets(run, true);
}
