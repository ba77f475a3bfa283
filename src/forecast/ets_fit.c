/*-------------------------------------------------------------------------
 *
 * ets_fit.c
 *	  Maximum likelihood for a family of ETS models.
 *
 * The members of a family share the kinds of error and season and differ in
 * their trend; they are fitted in step, one per lane of the kernel.  Here is
 * where the searches start and what becomes of their results.
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "decompose.h"
#include "ets.h"
#include "ets_search.h"

/*
 * A search ends after so many evaluations of the gradient, or when two steps
 * in a row gain less than the tolerance in -2 log likelihood.  The candidates
 * are dealt out to so many searches, each of which starts from its best.
 */
static const struct
{
	int cycles;
	double tolerance;
	int searches;
} effort_limit[] = {
	[IMS_ETS_QUICK] = {12, 0.3, 1},
	[IMS_ETS_THOROUGH] = {250, 1e-4, 8},
};

/* How often starting states are moved towards harmless ones. */
#define MAX_SOFTENINGS 5

/* The last lane tries the damped trend from another start. */
static const char lane_trend[IMS_LANES] = {'N', 'A', 'D', 'D'};

/* Where searches start: shares of the ranges of alpha, beta, gamma and phi. */
static const double candidate[][4] = {
	{0.03, 0.05, 0.02, 0.9}, {0.1, 0.2, 0.1, 0.5},	 {0.25, 0.05, 0.05, 0.9},
	{0.25, 0.3, 0.3, 0.3},	 {0.5, 0.05, 0.02, 0.8}, {0.6, 0.2, 0.4, 0.5},
	{0.85, 0.03, 0.02, 0.9}, {0.95, 0.3, 0.1, 0.5},
};

/* What the series suggests for the states before its first period. */
typedef struct Suggestion
{
	double mean;  /* of the first periods without season */
	double level; /* and their line */
	double slope;
	double deviation; /* from the line */
	double *figure;	  /* NULL without season */
} Suggestion;

size_t
ims_ets_fit_size(int count, int season)
{
	return 3 * IMS_SCRATCH_DOUBLES(count) + IMS_SCRATCH_DOUBLES(season) +
		   ims_ets_search_size(count, season);
}

/* Season, level and slope at the beginning; false where the family has no place. */
static bool
suggest(const ImsEtsFamily *family, const double *value, int count, int season,
		ImsScratch *scratch, Suggestion *suggestion)
{
	double *adjusted = ims_scratch_doubles(scratch, count);
	double *trend = ims_scratch_doubles(scratch, count);
	double *figure = ims_scratch_doubles(scratch, season);
	int first = count < 10 ? count : 10;
	double squares = 0;

	if (adjusted == NULL || trend == NULL || figure == NULL)
		return false;
	suggestion->figure = NULL;
	memcpy(adjusted, value, count * sizeof(double));
	if (family->season != 'N')
	{
		bool multiplicative = family->season == 'M';

		if (!ims_decompose(value, count, season, multiplicative, trend, figure))
			return false;
		ims_deseasonalise(value, count, season, multiplicative, figure, adjusted);
		suggestion->figure = figure;
		first = first < 2 * season ? 2 * season : first;
	}
	suggestion->mean = ims_series_mean(adjusted, first);
	ims_series_line(adjusted, first, &suggestion->level, &suggestion->slope);
	suggestion->level -= suggestion->slope;
	for (int t = 0; t < first; t++)
	{
		double e = adjusted[t] - suggestion->level - (t + 1) * suggestion->slope;

		squares += e * e;
	}
	suggestion->deviation = fmax(sqrt(squares / first), 1e-3);
	return true;
}

static void
place_states(ImsEtsSearch *search, const Suggestion *suggestion)
{
	double scale = search->lanes.multiplicative ? fmax(fabs(suggestion->mean), 1e-3) : 1;

	for (int i = 0; i < IMS_LANES; i++)
	{
		bool has_trend = lane_trend[i] != 'N';

		search->base[IMS_ETS_LEVEL][i] = has_trend ? suggestion->level : suggestion->mean;
		search->unit[IMS_ETS_LEVEL][i] = suggestion->deviation;
		search->base[IMS_ETS_TREND][i] = has_trend ? suggestion->slope : 0;
		search->unit[IMS_ETS_TREND][i] = has_trend ? suggestion->deviation / 10 : 0;
		for (int j = 0; j < search->lanes.season; j++)
		{
			int v = IMS_ETS_SEASON + j;

			search->base[v][i] = suggestion->figure ? suggestion->figure[j] : 0;
			search->unit[v][i] = suggestion->figure ? suggestion->deviation / scale : 0;
		}
	}
}

/* The best of the candidates that this search is dealt, for each lane. */
static void
try_candidates(ImsEtsSearch *search, int number, int step, double *best)
{
	int count = sizeof(candidate) / sizeof(candidate[0]);

	for (int c = number; c < count; c += step)
	{
		for (int v = IMS_ETS_ALPHA; v <= IMS_ETS_PHI; v++)
		{
			double u = ims_ets_search_unfold(candidate[c][v]);

			for (int i = 0; i < IMS_LANES; i++)
				search->trial[v][i] = u;
		}
		/* The last lane differs from the one before it in its damping. */
		search->trial[IMS_ETS_PHI][IMS_LANES - 1] =
			ims_ets_search_unfold(1 - candidate[c][IMS_ETS_PHI]);
		ims_ets_search_place(search);
		search->kernel->evaluate(&search->lanes, search->parameter);
		for (int i = 0; i < IMS_LANES; i++)
		{
			if (!(search->lanes.objective[i] < best[i]))
				continue;
			best[i] = search->lanes.objective[i];
			for (int v = IMS_ETS_ALPHA; v <= IMS_ETS_PHI; v++)
				search->x[v][i] = search->trial[v][i];
		}
	}
}

/* Half the season and no trend, where the suggested ones lead below zero. */
static void
soften_states(ImsEtsSearch *search, const Suggestion *suggestion, int i)
{
	double neutral = search->lanes.multiplicative;

	search->base[IMS_ETS_LEVEL][i] = suggestion->mean;
	search->base[IMS_ETS_TREND][i] = 0;
	for (int v = IMS_ETS_SEASON; v < search->size; v++)
		search->base[v][i] = neutral + (search->base[v][i] - neutral) / 2;
}

static void
choose_start(ImsEtsSearch *search, const Suggestion *suggestion, int number, int step)
{
	double best[IMS_LANES] = {INFINITY, INFINITY, INFINITY, INFINITY};
	bool again = true;

	for (int v = IMS_ETS_LEVEL; v < search->size; v++)
		search->trial[v] = search->x[v] = (ImsLanes){};
	for (int attempt = 0; attempt < MAX_SOFTENINGS && again; attempt++)
	{
		try_candidates(search, number, step, best);
		again = false;
		for (int i = 0; i < IMS_LANES; i++)
			if (search->active[i] && isinf(best[i]))
			{
				soften_states(search, suggestion, i);
				again = true;
			}
	}
}

/* The best lane of each trend, in the scale of the series. */
static void
report(ImsEtsSearch *search, double scale, ImsEtsFit fits[3])
{
	int season = search->lanes.season;
	double shift = 2 * search->lanes.count * log(scale);

	memcpy(search->trial, search->x, search->size * sizeof(ImsLanes));
	ims_ets_search_place(search);
	for (int i = 0; i < IMS_LANES; i++)
	{
		ImsEtsFit *fit =
			&fits[strchr(IMS_ETS_FAMILY_TRENDS, lane_trend[i]) - IMS_ETS_FAMILY_TRENDS];
		ImsEtsParameters *start = &fit->start;
		const ImsLanes *p = search->parameter;
		double by_season = search->lanes.multiplicative ? 1 : scale;

		if (!isfinite(search->value[i]) || search->value[i] + shift >= fit->objective)
			continue;
		fit->objective = search->value[i] + shift;
		fit->cycles = search->cycles;
		start->alpha = p[IMS_ETS_ALPHA][i];
		start->beta = p[IMS_ETS_BETA][i];
		start->gamma = p[IMS_ETS_GAMMA][i];
		start->phi = p[IMS_ETS_PHI][i];
		start->level = p[IMS_ETS_LEVEL][i] * scale;
		start->trend = p[IMS_ETS_TREND][i] * scale;
		for (int j = 0; j < season; j++)
			start->season[j] = p[IMS_ETS_SEASON + j][i] * by_season;
	}
}

static double
mean_size(const ImsSeries *series)
{
	double sum = 0;

	for (int t = 0; t < series->count; t++)
		sum += fabs(series->value[t]);
	return sum / series->count;
}

/*
 * Fits the wanted members of a family; the objective of one that cannot be
 * fitted is infinite.  False when none can.  The scratch is taken by value:
 * what is used of it is free again afterwards.
 */
bool
ims_ets_fit(const ImsSeries *series, const ImsEtsFamily *family, ImsEtsEffort effort,
			ImsScratch scratch, ImsEtsFit fits[3])
{
	double *value = ims_scratch_doubles(&scratch, series->count);
	double scale = mean_size(series);
	Suggestion suggestion;
	ImsEtsSearch search = {.kernel = ims_ets_kernel(),
						   .lane_trend = lane_trend,
						   .max_cycles = effort_limit[effort].cycles,
						   .tolerance = effort_limit[effort].tolerance};

	for (int i = 0; i < 3; i++)
	{
		fits[i].objective = INFINITY;
		fits[i].start.model =
			(ImsEtsModel){family->error, IMS_ETS_FAMILY_TRENDS[i], family->season};
	}
	if (value == NULL || series->count < 2 || !(scale > 0))
		return false;
	for (int t = 0; t < series->count; t++)
		value[t] = series->value[t] / scale;
	search.lanes = (ImsEtsLanes){.value = value,
								 .count = series->count,
								 .season = family->season == 'N' ? 1 : series->season,
								 .multiplicative = family->season == 'M',
								 .relative = family->error == 'M'};
	search.size = IMS_ETS_SEASON + search.lanes.season;
	if (!suggest(family, value, series->count, search.lanes.season, &scratch, &suggestion) ||
		!ims_ets_search_allocate(&search, &scratch))
		return false;
	place_states(&search, &suggestion);
	for (int number = 0; number < effort_limit[effort].searches; number++)
	{
		for (int i = 0; i < IMS_LANES; i++)
			search.active[i] = family->wanted[i < 3 ? i : 2];
		choose_start(&search, &suggestion, number, effort_limit[effort].searches);
		ims_ets_search_descend(&search);
		report(&search, scale, fits);
	}
	return true;
}
