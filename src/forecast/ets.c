/*-------------------------------------------------------------------------
 *
 * ets.c
 *	  ETS models with given parameters: likelihood, forecasts, variances.
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "ets.h"

/* A sum of squares below this is rounding: data of scale 1 have 16 digits. */
#define LEAST_SUM 1e-30

/*
 * Absolute errors with a season that multiplies are left out: their forecasts
 * have no finite variance (2008, section 15.2).
 */
bool
ims_ets_is_admissible(ImsEtsModel model)
{
	return strchr("AM", model.error) && strchr("NAD", model.trend) &&
		   strchr("NAM", model.season) && !(model.error == 'A' && model.season == 'M') &&
		   model.error != 0 && model.trend != 0 && model.season != 0;
}

/* Of a season's states one is known from the others. */
int
ims_ets_parameter_count(ImsEtsModel model, int season)
{
	return 2 + (model.trend != 'N' ? 2 : 0) + (model.trend == 'D' ? 1 : 0) +
		   (model.season != 'N' ? season : 0) + 1;
}

static void
set_criteria(ImsEtsOutcome *outcome, int count)
{
	int k = outcome->parameters;

	outcome->loglik = -outcome->objective / 2;
	outcome->aicc = INFINITY;
	if (count - k - 1 > 0)
		outcome->aicc =
			outcome->objective + 2.0 * k + 2.0 * k * (k + 1) / (double) (count - k - 1);
}

void
ims_ets_evaluate(const ImsSeries *series, ImsEtsParameters *p, ImsEtsOutcome *outcome)
{
	int m = p->model.season == 'N' ? 1 : series->season;
	bool multiplicative = p->model.season == 'M';
	bool relative = p->model.error == 'M';
	double rotated[IMS_ETS_MAX_SEASON];
	double logs = 0;

	assert(m >= 1 && m <= IMS_ETS_MAX_SEASON);
	if (p->model.season == 'N')
		p->season[0] = 0;
	outcome->sse = outcome->sum = 0;
	for (int t = 0, j = 0; t < series->count; t++, j = j + 1 == m ? 0 : j + 1)
	{
		double s = p->season[j];
		double q = p->level + p->phi * p->trend;
		double f = multiplicative ? q * s : q + s;
		double e = series->value[t] - f;
		double v = multiplicative ? e / s : e;

		outcome->sse += e * e;
		outcome->sum += relative ? (e / f) * (e / f) : e * e;
		if (relative)
			logs += log(f);
		p->level = q + p->alpha * v;
		p->trend = p->phi * p->trend + p->beta * v;
		p->season[j] = s + p->gamma * (multiplicative ? e / q : e);
	}
	outcome->objective = series->count * log(outcome->sum + LEAST_SUM) + 2 * logs;
	outcome->parameters = ims_ets_parameter_count(p->model, m);
	set_criteria(outcome, series->count);
	for (int j = 0; j < m; j++)
		rotated[j] = p->season[(series->count + j) % m];
	memcpy(p->season, rotated, m * sizeof(double));
}

void
ims_ets_means(const ImsEtsParameters *state, int season, int horizon, double *mean)
{
	double weight = 0; /* phi + phi^2 + .. + phi^h */
	double power = 1;

	for (int h = 0; h < horizon; h++)
	{
		double q;

		power *= state->phi;
		weight += power;
		q = state->level + weight * state->trend;
		mean[h] = state->model.season == 'M'   ? q * state->season[h % season]
				  : state->model.season == 'A' ? q + state->season[h % season]
											   : q;
	}
}

/* How an error moves the forecast j periods later. */
static void
set_weights(const ImsEtsParameters *state, int season, int horizon, double *weight)
{
	double trends = 0; /* phi + phi^2 + .. + phi^j */
	double power = 1;

	for (int j = 1; j < horizon; j++)
	{
		power *= state->phi;
		trends += power;
		weight[j] = state->alpha + state->beta * trends;
		if (state->model.season == 'A' && j % season == 0)
			weight[j] += state->gamma;
	}
}

/*
 * The mean square of what a relative error is relative to, apart from a season
 * that multiplies: theta of chapter 6.  `mean` is without that season, too.
 */
static void
set_mean_squares(const double *weight, const double *mean, int horizon, double sigma2,
				 double *square)
{
	for (int h = 0; h < horizon; h++)
	{
		square[h] = mean[h] * mean[h];
		for (int j = 1; j <= h; j++)
			square[h] += sigma2 * (weight[j] * weight[j]) * square[h - j];
	}
}

/*
 * Exact for absolute errors (class 1) and for relative errors without a
 * multiplicative season (class 2); for the rest (class 3) the approximation of
 * chapter 6 of the book.  `work` is room for twice the horizon.
 */
void
ims_ets_variances(const ImsEtsParameters *state, int season, int horizon, double sigma2,
				  double *work, double *variance)
{
	bool multiplicative = state->model.season == 'M';
	double *weight = work;
	double *mean = work + horizon;
	double seasonal = 1 + state->gamma * state->gamma * sigma2;
	ImsEtsParameters smooth = *state;
	double sum = 1;

	set_weights(state, season, horizon, weight);
	if (state->model.error == 'A')
	{
		for (int h = 0; h < horizon; h++)
		{
			sum += h > 0 ? weight[h] * weight[h] : 0;
			variance[h] = sigma2 * sum;
		}
		return;
	}
	if (multiplicative)
		smooth.model.season = 'N';
	ims_ets_means(&smooth, season, horizon, mean);
	set_mean_squares(weight, mean, horizon, sigma2, variance);
	for (int h = 0; h < horizon; h++)
	{
		double factor = multiplicative ? state->season[h % season] : 1;
		double growth = multiplicative ? pow(seasonal, h / season) : 1;

		variance[h] =
			factor * factor * ((1 + sigma2) * growth * variance[h] - mean[h] * mean[h]);
	}
}

/*
 * Of the sums of the steps up to each.  Exact for classes 1 and 2: errors are
 * uncorrelated, and demand is linear in them.  For class 3 it is nearly so: what an
 * error does to a factor of the season is taken as if all else stayed as it is.
 * `work` is room for three times the horizon.
 */
void
ims_ets_sum_variances(const ImsEtsParameters *state, int season, int horizon,
					  double sigma2, double *work, double *variance)
{
	bool multiplicative = state->model.season == 'M';
	double *weight = work;
	double *mean = work + horizon;
	double *error = work + 2 * horizon;
	ImsEtsParameters smooth = *state;

	set_weights(state, season, horizon, weight);
	if (multiplicative)
		smooth.model.season = 'N';
	ims_ets_means(&smooth, season, horizon, mean);
	if (state->model.error == 'M')
		set_mean_squares(weight, mean, horizon, sigma2, error);
	for (int h = 0; h < horizon; h++)
		error[h] = sigma2 * (state->model.error == 'M' ? error[h] : 1);
	for (int j = season; j < horizon && multiplicative; j += season)
		weight[j] += state->gamma;
	ims_forecast_sum_variances(weight, multiplicative ? state->season : NULL, season,
							   error, horizon, variance);
}

/* One future of the model; returns false if it left the finite numbers. */
static bool
simulate_path(ImsEtsParameters state, int season, double deviation,
			  const ImsForecastRequest *request, double *path)
{
	bool multiplicative = state.model.season == 'M';
	double pair[2];

	if (state.model.season == 'N')
		state.season[0] = 0;
	for (int h = 0, j = 0; h < request->horizon; h++, j = j + 1 == season ? 0 : j + 1)
	{
		double s = state.season[j];
		double q = state.level + state.phi * state.trend;
		double f = multiplicative ? q * s : q + s;
		double e;
		double v;

		if (h % 2 == 0)
			ims_forecast_normal_pair(request, pair);
		e = pair[h % 2] * deviation * (state.model.error == 'M' ? f : 1);
		v = multiplicative ? e / s : e;
		path[h] = f + e;
		state.level = q + state.alpha * v;
		state.trend = state.phi * state.trend + state.beta * v;
		state.season[j] = s + state.gamma * (multiplicative ? e / q : e);
		if (!isfinite(path[h]))
			return false;
	}
	return true;
}

/*
 * Variances from `paths` futures with normal errors, about the point forecasts
 * that the answer already has.  A future that leaves the finite numbers is
 * left out.  False, with the variances as they were, when too few are left or
 * the callback says stop.  `work` is room for three times the horizon.
 */
bool
ims_ets_simulate(const ImsEtsParameters *state, int season, double sigma2, double *work,
				 ImsForecastRun *run)
{
	int horizon = run->request->horizon;
	double *path = work;
	double *sum = work + horizon;
	double *sum_of_sums = work + 2 * horizon;
	int kept = 0;

	if (state->model.season == 'N')
		season = 1;
	for (int h = 0; h < horizon; h++)
		sum[h] = sum_of_sums[h] = 0;
	for (int i = 0; i < run->request->paths; i++)
	{
		double off = 0; /* of the sum up to each step */

		if (ims_forecast_interrupted(run))
			return false;
		if (!simulate_path(*state, season, sqrt(sigma2), run->request, path))
			continue;
		kept++;
		for (int h = 0; h < horizon; h++)
		{
			double e = path[h] - run->forecast->mean[h];

			off += e;
			sum[h] += e * e;
			sum_of_sums[h] += off * off;
		}
	}
	if (kept < run->request->paths / 2 || kept == 0)
		return false;
	for (int h = 0; h < horizon; h++)
	{
		run->forecast->variance[h] = sum[h] / kept;
		if (run->forecast->sum_variance != NULL)
			run->forecast->sum_variance[h] = sum_of_sums[h] / kept;
	}
	return true;
}
