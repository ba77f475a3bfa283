/*-------------------------------------------------------------------------
 *
 * gaps.c
 *	  Periods of which nothing is known, estimated from those around them.
 *
 * A gap gets the level at its time and what its phase of the season usually
 * adds.  A peak that nobody saw is thus filled by the peaks of other years, and
 * not by a line between the low months around it.
 *
 * The level is that of a random walk seen through noise, smoothed both ways
 * (Harvey 1989, Forecasting, structural time series models and the Kalman
 * filter, section 3.6).  How much it moves is found by likelihood, so that noise
 * is filled with a mean and a wandering series with straight lines: neither adds
 * an error of one step that known periods did not have.
 *
 * Phases are means of what a local line leaves, found by turns with that line
 * (backfitting), and drawn to zero as far as noise alone would explain them (the
 * garrote of Breiman 1995).  A phase that was never known lies between those
 * beside it.
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <math.h>

#include "gaps.h"

/* Lines and phases are found by turns so often. */
#define TURNS 8

/* Of a longer series the latest say how much the level moves. */
#define MOST_PERIODS_FOR_LIKELIHOOD 20000

/* Periods between two looks at the callback. */
#define PERIODS_AT_ONCE 65536

/* Variances of a change of level, in units of the noise's. */
static const double walk[] = {0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 1e4};

#define WALKS ((int) (sizeof(walk) / sizeof(walk[0])))

typedef struct Gaps
{
	double *value;
	int count;
	int season;
	double *level;	/* NULL until there is one */
	double *spread; /* its variance, in units of the noise's */
	double *figure; /* of each phase; all zero without a season */
	double *noise;	/* of each phase: variance of the figure; infinite if never known */
	ImsInterrupt interrupt;
	void *context;
} Gaps;

/* Sums over known periods of a window, with x counted from its middle. */
typedef struct Window
{
	double n, x, xx, z, xz;
} Window;

size_t
ims_fill_gaps_size(int count, int season)
{
	return 2 * IMS_SCRATCH_DOUBLES(count) + 2 * IMS_SCRATCH_DOUBLES(season);
}

static bool
is_stopped(const Gaps *gaps, int t)
{
	return t % PERIODS_AT_ONCE == 0 && gaps->interrupt != NULL &&
		   gaps->interrupt(gaps->context);
}

static void
count_in(const Gaps *gaps, Window *window, int at, int middle, double sign)
{
	double x = at - middle;
	double z;

	if (at < 0 || at >= gaps->count || !isfinite(gaps->value[at]))
		return;
	z = gaps->value[at] - gaps->figure[at % gaps->season];
	window->n += sign;
	window->x += sign * x;
	window->xx += sign * x * x;
	window->z += sign * z;
	window->xz += sign * x * z;
}

/* The line of the window in its middle; the mean where there is no line. */
static double
line_of(const Window *window)
{
	double determinant = window->n * window->xx - window->x * window->x;

	if (window->n < 3 || !(determinant > 0.5))
		return window->z / window->n;
	return (window->z * window->xx - window->x * window->xz) / determinant;
}

/*
 * Local lines through all that is known within a season before and after.  Sums
 * of x are whole numbers, so moving the window and its middle loses nothing there.
 * False if the callback says stop.
 */
static bool
set_lines(Gaps *gaps)
{
	int reach = gaps->season;
	double last = gaps->value[0];
	Window window = {0};

	for (int t = 0; t < reach; t++)
		count_in(gaps, &window, t, 0, 1);
	for (int t = 0; t < gaps->count; t++)
	{
		if (is_stopped(gaps, t))
			return false;
		count_in(gaps, &window, t + reach, t, 1);
		if (window.n > 0)
			last = line_of(&window);
		gaps->level[t] = last;
		count_in(gaps, &window, t - reach, t, -1);
		window.xz -= window.z;
		window.xx += window.n - 2 * window.x;
		window.x -= window.n;
	}
	return true;
}

/*
 * Mean of each phase, and the variance of that mean in units of what all phases
 * leave, which is infinite where no phase is known twice.  How many phases are
 * known; none if the callback says stop.
 */
static int
set_phases(Gaps *gaps, double *left_over)
{
	double squares = 0;
	int known = 0;
	int known_phases = 0;

	for (int j = 0; j < gaps->season; j++)
		gaps->figure[j] = gaps->noise[j] = 0;
	for (int t = 0; t < gaps->count; t++)
	{
		double off = gaps->value[t] - gaps->level[t];

		if (is_stopped(gaps, t))
			return 0;
		if (!isfinite(off))
			continue;
		gaps->figure[t % gaps->season] += off;
		gaps->noise[t % gaps->season]++;
		squares += off * off;
		known++;
	}
	for (int j = 0; j < gaps->season; j++)
	{
		double n = gaps->noise[j];

		gaps->noise[j] = n > 0 ? 1 / n : INFINITY;
		if (n == 0)
			continue;
		gaps->figure[j] /= n;
		squares -= n * gaps->figure[j] * gaps->figure[j];
		known_phases++;
	}
	*left_over =
		known > known_phases ? fmax(squares, 0) / (known - known_phases) : INFINITY;
	return known_phases;
}

/*
 * The figures of known phases sum to zero.  Where noise alone explains them there
 * is no season; else each is drawn to zero by what noise has in its square, which
 * takes most of what is small and leaves a peak its height.
 */
static void
shrink_phases(Gaps *gaps, int known_phases, double left_over)
{
	double mean = 0;
	double square = 0;
	double noise = 0;

	for (int j = 0; j < gaps->season; j++)
		mean += gaps->figure[j] / known_phases;
	for (int j = 0; j < gaps->season; j++)
		if (isfinite(gaps->noise[j]))
		{
			gaps->figure[j] -= mean;
			square += gaps->figure[j] * gaps->figure[j];
			noise += left_over * gaps->noise[j];
		}
	for (int j = 0; j < gaps->season; j++)
		if (isfinite(gaps->noise[j]))
		{
			double own = gaps->figure[j] * gaps->figure[j];
			double left = own - left_over * gaps->noise[j];

			gaps->figure[j] *= square > noise && left > 0 ? left / own : 0;
		}
}

/* Phases that were never known, by straight lines around the season. */
static void
bridge_phases(Gaps *gaps)
{
	int season = gaps->season;

	for (int j = 0; j < season; j++)
	{
		int before = 1;
		int after = 1;

		if (isfinite(gaps->noise[j]))
			continue;
		while (isinf(gaps->noise[(j + season - before) % season]))
			before++;
		while (isinf(gaps->noise[(j + after) % season]))
			after++;
		gaps->figure[j] = (gaps->figure[(j + season - before) % season] * after +
						   gaps->figure[(j + after) % season] * before) /
						  (before + after);
	}
}

/*
 * Phases and lines by turns.  False if the callback says stop.  A series of which
 * no phase is known twice has no season that could be told from its level.
 */
static bool
find_season(Gaps *gaps)
{
	for (int j = 0; j < gaps->season; j++)
		gaps->figure[j] = 0;
	for (int turn = 0; turn < TURNS && gaps->season > 1; turn++)
	{
		double left_over;
		int known_phases;

		if (!set_lines(gaps))
			return false;
		known_phases = set_phases(gaps, &left_over);
		if (known_phases == 0)
			return false;
		if (isinf(left_over))
		{
			for (int j = 0; j < gaps->season; j++)
				gaps->figure[j] = 0;
			return true;
		}
		shrink_phases(gaps, known_phases, left_over);
		bridge_phases(gaps);
	}
	return true;
}

/*
 * Filters periods from `start` on; returns -2 log likelihood up to a constant, NaN
 * if the callback says stop.
 */
static double
filter(Gaps *gaps, int start, double moves, bool keep)
{
	double level = 0;
	double spread = INFINITY;
	double logs = 0;
	double squares = 0;
	int known = 0;

	for (int t = start; t < gaps->count; t++)
	{
		if (is_stopped(gaps, t))
			return NAN;
		spread += moves;
		if (isfinite(gaps->value[t]))
		{
			double z = gaps->value[t] - gaps->figure[t % gaps->season];

			if (isinf(spread))
			{
				level = z;
				spread = 1;
			}
			else
			{
				double e = z - level;

				logs += log1p(spread);
				squares += e * e / (1 + spread);
				level += spread / (1 + spread) * e;
				spread /= 1 + spread;
				known++;
			}
		}
		if (keep)
		{
			gaps->level[t] = level;
			gaps->spread[t] = spread;
		}
	}
	return logs + known * log(squares + 1e-30);
}

/* The level at all times, from what is known before and after. */
static bool
smooth_level(Gaps *gaps)
{
	int start = gaps->count > MOST_PERIODS_FOR_LIKELIHOOD
					? gaps->count - MOST_PERIODS_FOR_LIKELIHOOD
					: 0;
	double least = INFINITY;
	double best = 0;

	for (int i = 0; i < WALKS; i++)
	{
		double likelihood = filter(gaps, start, walk[i], false);

		if (likelihood < least)
		{
			least = likelihood;
			best = walk[i];
		}
	}
	if (isnan(filter(gaps, 0, best, true)))
		return false;
	for (int t = gaps->count - 2; t >= 0; t--)
	{
		if (is_stopped(gaps, t))
			return false;
		gaps->level[t] += gaps->spread[t] / (gaps->spread[t] + best) *
						  (gaps->level[t + 1] - gaps->level[t]);
	}
	return true;
}

/* What is filled stays above the least that is known, so that factors stay factors. */
bool
ims_fill_gaps(double *value, int count, int season, ImsInterrupt interrupt, void *context,
			  ImsScratch *scratch)
{
	Gaps gaps = {.value = value,
				 .count = count,
				 .season = season,
				 .interrupt = interrupt,
				 .context = context};
	double lowest = INFINITY;

	assert(count > 0 && isfinite(value[0]) && season >= 1);
	gaps.level = ims_scratch_doubles(scratch, count);
	gaps.spread = ims_scratch_doubles(scratch, count);
	gaps.figure = ims_scratch_doubles(scratch, season);
	gaps.noise = ims_scratch_doubles(scratch, season);
	if (gaps.level == NULL || gaps.spread == NULL || gaps.figure == NULL ||
		gaps.noise == NULL || !find_season(&gaps) || !smooth_level(&gaps))
		return false;
	for (int t = 0; t < count; t++)
		lowest = isfinite(value[t]) ? fmin(lowest, value[t]) : lowest;
	for (int t = 0; t < count; t++)
		if (!isfinite(value[t]))
			value[t] = fmax(lowest, gaps.level[t] + gaps.figure[t % season]);
	return true;
}
