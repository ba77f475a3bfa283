/*-------------------------------------------------------------------------
 *
 * long_season.c
 *	  Seasons that are too long for a method, taken out before and put back after.
 *
 * A state for each of the 52 weeks of a year would be more than a few years can
 * tell, and the test for a season of Theta fails where neighbouring weeks are
 * alike.  So the season is found by STL (stl.c), what is left is forecast without
 * one, and the last season is added again (Hyndman and Athanasopoulos, Forecasting:
 * Principles and Practice, section 3.6).
 *
 * Noise gives each phase of the season a share of its variance that is one by the
 * number of seasons.  What STL finds beyond that is the season's; it is drawn to
 * zero by the rest, and left alone where it is little.
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <math.h>

#include "ets.h"
#include "long_season.h"
#include "naive.h"
#include "stl.h"

/* Of a longer series only the latest are used. */
#define MAX_POINTS 20000

/* Seasons that must have been seen, and those of which a phase is a mean at most. */
#define LEAST_SEASONS 2.5
#define MOST_SEASONS 7.0

/* The span of the loess over the years, as usual for one season (stl.c). */
#define SEASONAL_SPAN 11

/* The least share of what the trend leaves that must be the season's. */
#define LEAST_STRENGTH 0.3

static int
used_points(int count)
{
	return count < MAX_POINTS ? count : MAX_POINTS;
}

size_t
ims_long_season_size(int count, int season)
{
	int used = used_points(count);

	if (season <= IMS_ETS_MAX_CHOSEN_SEASON)
		return 0;
	return 3 * IMS_SCRATCH_DOUBLES(used) +
		   IMS_SCRATCH_DOUBLES(ims_stl_size(used, season) / sizeof(double) + 1);
}

static double
mean_square(const double *value, int count)
{
	double sum = 0;

	for (int t = 0; t < count; t++)
		sum += value[t] * value[t];
	return sum / count;
}

static int
known_of_latest(const ImsPrepared *prepared, int used)
{
	int known = 0;

	for (int t = prepared->series.count - used; t < prepared->series.count; t++)
		known += isfinite(prepared->given[t]) != 0;
	return known;
}

/* A long season, seen often enough, where no model was asked for. */
static bool
is_called_for(const ImsForecastRun *run)
{
	const ImsSeries *series = &run->prepared->series;
	int used = used_points(series->count);

	return series->season > IMS_ETS_MAX_CHOSEN_SEASON &&
		   run->request->model.season == 'Z' && used >= LEAST_SEASONS * series->season &&
		   known_of_latest(run->prepared, used) >= 2 * series->season;
}

/*
 * The share of the season that is not noise, by the mean squares of season and
 * remainder.  `seasons` values make each phase, which takes so much off the noise.
 */
static double
sound_share(double season, double remainder, double seasons, double *strength)
{
	double noise = remainder / (seasons - 1); /* in the mean square of the season */
	double signal = fmax(season - noise, 0);

	*strength = signal > 0 ? signal / (signal + remainder + noise) : 0;
	return signal > 0 ? signal / season : 0;
}

/* Takes the season out of the series; `left` is the remainder as it comes. */
static bool
take_out(ImsForecastRun *run, ImsDecomposition *d, int used, double *noise)
{
	const ImsSeries *all = &run->prepared->series;
	ImsSeries series = {all->value + all->count - used, used, all->season};
	ImsStlRequest request = {.seasonal_span = SEASONAL_SPAN,
							 .interrupt = run->request->interrupt,
							 .interrupt_context = run->request->interrupt_context};
	size_t size = ims_stl_size(used, all->season);
	double seasons = fmin(MOST_SEASONS, used / (double) all->season);
	void *scratch = ims_forecast_scratch(run, size / sizeof(double) + 1);
	ImsStlStatus status = ims_stl(&series, &request, scratch, size, d);
	double remainder;
	double share;
	double strength;

	if (status == IMS_STL_INTERRUPTED)
	{
		run->forecast->status = IMS_FORECAST_INTERRUPTED;
		run->forecast->reason = IMS_REASON_CALLBACK;
	}
	if (status != IMS_STL_OK)
		return false;
	remainder = mean_square(d->remainder, used);
	share = sound_share(mean_square(d->seasonal[0], used), remainder, seasons, &strength);
	if (strength < LEAST_STRENGTH)
		return false;
	*noise = remainder / (seasons - 1);
	for (int t = 0; t < used; t++)
	{
		d->seasonal[0][t] *= share;
		d->remainder[t] = series.value[t] - d->seasonal[0][t];
	}
	return true;
}

/* Squares of how often each phase is in a sum: its noise is the same each time. */
static double
repeated(double steps, int season)
{
	double seasons = floor(steps / season);
	double rest = steps - seasons * season;

	return rest * (seasons + 1) * (seasons + 1) + (season - rest) * seasons * seasons;
}

/*
 * The noise in each phase is added twice: the fit took it for season, and the
 * season that is put back has it.
 */
static void
put_back(ImsForecastRun *run, const double *last_season, double noise)
{
	ImsForecast *forecast = run->forecast;
	int season = run->prepared->series.season;

	forecast->seasonal = true;
	for (int j = 0; j < season; j++)
		forecast->season[j] = last_season[j];
	for (int h = 0; h < run->request->horizon; h++)
	{
		forecast->mean[h] += last_season[h % season];
		if (forecast->variance != NULL)
			forecast->variance[h] += 2 * noise;
		if (forecast->sum_variance != NULL)
			forecast->sum_variance[h] += 2 * noise * repeated(h + 1, season);
	}
	if (forecast->reason == IMS_REASON_NONE)
		forecast->reason = IMS_REASON_SEASON_TAKEN_OUT;
}

bool
ims_long_season_run(ImsForecastRun *run, ImsMethodRun method)
{
	ImsPrepared adjusted = *run->prepared;
	ImsForecastRun inner = *run;
	int used = used_points(run->prepared->series.count);
	ImsDecomposition d;
	double noise;

	if (!is_called_for(run))
		return false;
	d.trend = ims_forecast_scratch(&inner, used);
	d.remainder = ims_forecast_scratch(&inner, used);
	d.seasonal[0] = ims_forecast_scratch(&inner, used);
	if (!take_out(&inner, &d, used, &noise))
		return run->forecast->status == IMS_FORECAST_INTERRUPTED;
	adjusted.series = (ImsSeries){d.remainder, used, 1};
	adjusted.given += run->prepared->series.count - used;
	adjusted.known = known_of_latest(run->prepared, used);
	adjusted.lowest = INFINITY;
	adjusted.highest = -INFINITY;
	for (int t = 0; t < used; t++)
	{
		adjusted.lowest = fmin(adjusted.lowest, d.remainder[t]);
		adjusted.highest = fmax(adjusted.highest, d.remainder[t]);
	}
	inner.prepared = &adjusted;
	if (adjusted.lowest == adjusted.highest)
		ims_mean_run(&inner);
	else
		method(&inner);
	if (run->forecast->status == IMS_FORECAST_INTERRUPTED)
		return true;
	put_back(run, d.seasonal[0] + used - run->prepared->series.season, noise);
	return true;
}
