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
 * are dealt out to so many starts, each of which begins at its best.
 */
static const struct
{
	int cycles;
	double tolerance;
	int starts;
} effort_limit[] = {
	[IMS_ETS_QUICK] = {12, 0.3, 1},
	[IMS_ETS_THOROUGH] = {250, 1e-4, 8},
};

/* How often starting states are moved towards harmless ones. */
#define MAX_SOFTENINGS 5

/* Where searches start: shares of the ranges of alpha, beta, gamma and phi. */
static const double candidate[][4] = {
	{0.03, 0.05, 0.02, 0.9}, {0.1, 0.2, 0.1, 0.5},	 {0.25, 0.05, 0.05, 0.9},
	{0.25, 0.3, 0.3, 0.3},	 {0.5, 0.05, 0.02, 0.8}, {0.6, 0.2, 0.4, 0.5},
	{0.85, 0.03, 0.02, 0.9}, {0.95, 0.3, 0.1, 0.5},
};

#define CANDIDATES ((int) (sizeof(candidate) / sizeof(candidate[0])))

/*
 * Who is in which lane.  Several trends share the lanes, the damped one with a
 * second start; one alone has all of them, each with a start of its own.
 */
typedef struct Lineup
{
	char trend[IMS_LANES];
	bool alone;
	int parts; /* that the candidates are dealt into */
} Lineup;

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

	assert(adjusted != NULL && trend != NULL && figure != NULL);
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
		bool has_trend = search->lane_trend[i] != 'N';

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

static void
line_up(const ImsEtsFamily *family, ImsEtsEffort effort, Lineup *lineup)
{
	int wanted = family->wanted[0] + family->wanted[1] + family->wanted[2];

	memcpy(lineup->trend, "NADD", IMS_LANES);
	lineup->alone = wanted == 1;
	lineup->parts = effort_limit[effort].starts;
	if (!lineup->alone)
		return;
	for (int j = 0; j < 3; j++)
		if (family->wanted[j])
			memset(lineup->trend, IMS_ETS_FAMILY_TRENDS[j], IMS_LANES);
	if (lineup->parts < IMS_LANES)
		lineup->parts = IMS_LANES;
}

static void
place_candidate(ImsEtsSearch *search, const double *shares, bool other_damping, int i)
{
	for (int v = IMS_ETS_ALPHA; v <= IMS_ETS_PHI; v++)
		search->trial[v][i] = ims_ets_search_unfold(shares[v]);
	if (other_damping)
		search->trial[IMS_ETS_PHI][i] = ims_ets_search_unfold(1 - shares[IMS_ETS_PHI]);
}

/* Each lane's best of the candidates that are dealt to it, from part `part` on. */
static void
try_candidates(ImsEtsSearch *search, const Lineup *lineup, int part, double *best)
{
	for (int c = part; c < CANDIDATES; c += lineup->parts)
	{
		for (int i = 0; i < IMS_LANES; i++)
			place_candidate(search, candidate[lineup->alone ? c + i : c],
							!lineup->alone && i == IMS_LANES - 1, i);
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
choose_start(ImsEtsSearch *search, const Suggestion *suggestion, const Lineup *lineup,
			 int part)
{
	double best[IMS_LANES] = {INFINITY, INFINITY, INFINITY, INFINITY};
	bool again = true;

	for (int v = IMS_ETS_LEVEL; v < search->size; v++)
		search->trial[v] = search->x[v] = (ImsLanes){};
	for (int attempt = 0; attempt < MAX_SOFTENINGS && again; attempt++)
	{
		try_candidates(search, lineup, part, best);
		again = false;
		for (int i = 0; i < IMS_LANES; i++)
			if (search->active[i] && isinf(best[i]))
			{
				soften_states(search, suggestion, i);
				again = true;
			}
	}
}

static int
trend_index(char trend)
{
	return strchr(IMS_ETS_FAMILY_TRENDS, trend) - IMS_ETS_FAMILY_TRENDS;
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
		ImsEtsFit *fit = &fits[trend_index(search->lane_trend[i])];
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
 * fitted is infinite.  False when none can.  What is used of the run's scratch
 * is free again afterwards.
 */
bool
ims_ets_fit(ImsForecastRun *run, const ImsSeries *series, const ImsEtsFamily *family,
			ImsEtsEffort effort, ImsEtsFit fits[3])
{
	ImsScratch scratch = run->scratch;
	double *value = ims_scratch_doubles(&scratch, series->count);
	double scale = mean_size(series);
	Suggestion suggestion;
	Lineup lineup;
	ImsEtsSearch search = {.kernel = ims_ets_kernel(),
						   .run = run,
						   .lane_trend = lineup.trend,
						   .max_cycles = effort_limit[effort].cycles,
						   .tolerance = effort_limit[effort].tolerance};

	for (int i = 0; i < 3; i++)
	{
		fits[i].objective = INFINITY;
		fits[i].start.model =
			(ImsEtsModel){family->error, IMS_ETS_FAMILY_TRENDS[i], family->season};
	}
	assert(value != NULL);
	if (series->count < 2 || !(scale > 0))
		return false;
	for (int t = 0; t < series->count; t++)
		value[t] = series->value[t] / scale;
	search.lanes = (ImsEtsLanes){.value = value,
								 .count = series->count,
								 .season = family->season == 'N' ? 1 : series->season,
								 .multiplicative = family->season == 'M',
								 .relative = family->error == 'M'};
	search.size = IMS_ETS_SEASON + search.lanes.season;
	if (!suggest(family, value, series->count, search.lanes.season, &scratch, &suggestion))
		return false;
	ims_ets_search_allocate(&search, &scratch);
	line_up(family, effort, &lineup);
	place_states(&search, &suggestion);
	for (int part = 0; part < lineup.parts; part += lineup.alone ? IMS_LANES : 1)
	{
		for (int i = 0; i < IMS_LANES; i++)
			search.active[i] = family->wanted[trend_index(lineup.trend[i])];
		choose_start(&search, &suggestion, &lineup, part);
		ims_ets_search_descend(&search);
		report(&search, scale, fits);
	}
	return true;
}
