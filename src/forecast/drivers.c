/*-------------------------------------------------------------------------
 *
 * drivers.c
 *	  What known drivers do to demand, while its level moves.
 *
 * Regression with errors of simple exponential smoothing: demand and drivers are
 * filtered alike by the recursion of the level, which leaves errors that are
 * independent, and least squares on what is left is the maximum of the likelihood
 * for that weight of the level (Hyndman, Koehler, Ord and Snyder 2008, chapter 9).
 * The weight is the best of a grid: 0 is plain regression, 1 that of differences.
 * A drift and the season are taken out beside the drivers.
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <float.h>
#include <math.h>

#include "drivers.h"

/* Of the sum of squares of a driver: a tie between two is shared, and no more. */
#define RIDGE 1e-4

/* A column of which less than this share is its own says nothing new. */
#define LEAST_OWN 1e-3

#define MOST_SEASON 60

static const double alphas[] = {0, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1};

#define ALPHAS (sizeof(alphas) / sizeof(alphas[0]))

static const char *const states[] = {
	[IMS_DRIVER_USED] = "used",
	[IMS_DRIVER_CONSTANT] = "constant",
	[IMS_DRIVER_COLLINEAR] = "collinear",
};

typedef struct Fit
{
	const ImsSeries *series;
	const ImsDrivers *drivers;
	int first;	  /* period that is looked at */
	int season;	  /* 1: none is taken out */
	int columns;  /* start, drift, season but for one, drivers, demand */
	int before;	  /* columns in front of the drivers */
	double scale; /* of demand */
	double *mean; /* of each driver, and its deviation */
	double *deviation;
	double *row;	/* one period */
	double *level;	/* of each column, after the periods so far */
	double *matrix; /* sums of products; below the diagonal, then its root */
	double *solution;
	double *own; /* sums of squares before any column was taken out */
	bool *dropped;
	int points;
	double sse;
} Fit;

const char *
ims_driver_state_name(ImsDriverState state)
{
	return state <= IMS_DRIVER_COLLINEAR ? states[state] : "unknown";
}

static int
count_columns(const ImsSeries *series, const ImsDrivers *drivers)
{
	int season = series->season <= MOST_SEASON ? series->season : 1;

	return 2 + (season - 1) + drivers->columns + 1;
}

size_t
ims_drivers_scratch_size(const ImsSeries *series, const ImsDrivers *drivers)
{
	size_t columns = count_columns(series, drivers);

	return IMS_SCRATCH_ALIGNMENT + 2 * IMS_SCRATCH_DOUBLES(drivers->columns) +
		   5 * IMS_SCRATCH_DOUBLES(columns) + IMS_SCRATCH_DOUBLES(columns * columns);
}

/* A finite number, whatever the unit made of it. */
static double
bounded(double value)
{
	return value > DBL_MAX ? DBL_MAX : value < -DBL_MAX ? -DBL_MAX : value;
}

static double *
entry(const Fit *fit, int i, int j)
{
	return &fit->matrix[(size_t) i * fit->columns + j];
}

/* Running means and sums of squares, in the order of time. */
static void
describe_drivers(Fit *fit)
{
	const ImsDrivers *drivers = fit->drivers;
	int count = fit->series->count;

	for (int j = 0; j < drivers->columns; j++)
	{
		double mean = 0;
		double square = 0;

		for (int t = fit->first; t < count; t++)
			mean +=
				drivers->value[(size_t) t * drivers->columns + j] / (count - fit->first);
		for (int t = fit->first; t < count; t++)
		{
			double off = drivers->value[(size_t) t * drivers->columns + j] - mean;

			square += off * off / (count - fit->first);
		}
		fit->mean[j] = mean;
		fit->deviation[j] = square > 1e-20 * mean * mean ? sqrt(square) : 0;
	}
}

/* Drivers of a period by their deviations; 0 for what never changed. */
static void
set_drivers(const Fit *fit, int t, double *to)
{
	for (int j = 0; j < fit->drivers->columns; j++)
		to[j] = fit->deviation[j] > 0
					? (fit->drivers->value[(size_t) t * fit->drivers->columns + j] -
					   fit->mean[j]) /
						  fit->deviation[j]
					: 0;
}

static void
set_row(const Fit *fit, int t)
{
	int count = fit->series->count - fit->first;

	fit->row[0] = 1;
	fit->row[1] = (t - fit->first) / (double) count;
	for (int j = 1; j < fit->season; j++)
		fit->row[1 + j] = (t % fit->season == j) - (t % fit->season == 0);
	set_drivers(fit, t, fit->row + fit->before);
	fit->row[fit->columns - 1] = fit->series->value[t] / fit->scale;
}

/*
 * Sums of products of the errors that the recursion leaves.  False when the callback
 * says stop.
 */
static bool
add_products(Fit *fit, double alpha, ImsInterrupt interrupt, void *context)
{
	int n = fit->columns;

	for (int i = 0; i < n; i++)
	{
		fit->level[i] = 0;
		for (int j = 0; j <= i; j++)
			*entry(fit, i, j) = 0;
	}
	fit->points = 0;
	for (int t = fit->first; t < fit->series->count; t++)
	{
		if (!isfinite(fit->series->value[t]))
			continue;
		if (fit->points++ % 64 == 0 && interrupt != NULL && interrupt(context))
			return false;
		set_row(fit, t);
		for (int i = 0; i < n; i++)
		{
			double error = fit->row[i] - fit->level[i];

			fit->level[i] += alpha * error;
			fit->row[i] = error;
			for (int j = 0; j <= i; j++)
				*entry(fit, i, j) += error * fit->row[j];
		}
	}
	for (int i = 0; i < n; i++)
		fit->own[i] = *entry(fit, i, i);
	for (int i = fit->before; i < n - 1; i++)
		*entry(fit, i, i) += RIDGE * fit->own[i];
	return true;
}

/*
 * Cholesky's root, in place, the last row being that of demand.  A column that has
 * nearly nothing of its own is left out: its part of the root is that of no column.
 */
static void
take_root(Fit *fit)
{
	int n = fit->columns;

	for (int j = 0; j < n; j++)
	{
		double left = *entry(fit, j, j);
		double ridge = j >= fit->before && j < n - 1 ? RIDGE * fit->own[j] : 0;

		for (int k = 0; k < j; k++)
			left -= *entry(fit, j, k) * *entry(fit, j, k);
		if (j == n - 1)
		{
			fit->sse = fmax(left, 0);
			return;
		}
		fit->dropped[j] = !(left - ridge > LEAST_OWN * fit->own[j]);
		for (int i = j; i < n; i++)
		{
			double sum = *entry(fit, i, j);

			for (int k = 0; k < j; k++)
				sum -= *entry(fit, i, k) * *entry(fit, j, k);
			*entry(fit, i, j) = fit->dropped[j] ? 0
								: i == j		? sqrt(left)
												: sum / sqrt(left);
		}
	}
}

static void
solve(Fit *fit)
{
	int last = fit->columns - 1;

	for (int i = last - 1; i >= 0; i--)
	{
		double sum = *entry(fit, last, i);

		for (int k = i + 1; k < last; k++)
			sum -= *entry(fit, k, i) * fit->solution[k];
		fit->solution[i] = fit->dropped[i] ? 0 : sum / *entry(fit, i, i);
	}
}

/* The variance of x times the coefficients, in one-step variances; x is spoilt. */
static double
spread(const Fit *fit, double *x)
{
	double sum = 0;

	for (int i = fit->before; i < fit->columns - 1; i++)
	{
		double left = x[i - fit->before];

		if (fit->dropped[i])
		{
			x[i - fit->before] = 0;
			continue;
		}
		for (int k = fit->before; k < i; k++)
			left -= *entry(fit, i, k) * x[k - fit->before];
		x[i - fit->before] = left / *entry(fit, i, i);
		sum += x[i - fit->before] * x[i - fit->before];
	}
	return sum;
}

static void
report(Fit *fit, double alpha, ImsDriverEffects *effects)
{
	int estimated = 1;
	double variance;
	double x[IMS_DRIVERS_MAX_COLUMNS];
	int columns = fit->drivers->columns;

	for (int i = 0; i < fit->columns - 1; i++)
		estimated += !fit->dropped[i];
	variance = fit->sse / (fit->points > estimated ? fit->points - estimated : 1) *
			   fit->scale * fit->scale;
	variance = bounded(variance);
	effects->alpha = alpha;
	effects->points = fit->points;
	effects->used = 0;
	for (int j = 0; j < columns; j++)
	{
		bool dropped = fit->dropped[fit->before + j];

		effects->state[j] = fit->deviation[j] == 0 ? IMS_DRIVER_CONSTANT
							: dropped			   ? IMS_DRIVER_COLLINEAR
												   : IMS_DRIVER_USED;
		effects->used += !dropped;
		for (int k = 0; k < columns; k++)
			x[k] = k == j;
		effects->coefficient[j] =
			dropped ? 0 : fit->solution[fit->before + j] * fit->scale / fit->deviation[j];
		effects->standard_error[j] =
			dropped ? NAN : sqrt(variance * spread(fit, x)) / fit->deviation[j];
	}
	for (int t = 0; t < fit->drivers->rows; t++)
	{
		set_drivers(fit, t, x);
		effects->effect[t] = 0;
		for (int j = 0; j < columns; j++)
			effects->effect[t] += fit->solution[fit->before + j] * fit->scale * x[j];
		effects->effect[t] = bounded(effects->effect[t]);
		if (t < fit->series->count)
			continue;
		for (int j = 0; j < columns; j++)
			x[j] -= fit->level[fit->before + j];
		effects->variance[t - fit->series->count] = bounded(variance * spread(fit, x));
	}
}

/* What demand and drivers are measured by; false where there is nothing to learn. */
static bool
prepare(Fit *fit)
{
	double largest = 0;
	int known = 0;

	for (int t = fit->first; t < fit->series->count; t++)
		if (isfinite(fit->series->value[t]))
		{
			known++;
			largest = fmax(largest, fabs(fit->series->value[t]));
		}
	fit->scale = ims_series_scale(largest);
	if (known < 2 * fit->season)
		fit->season = 1;
	fit->before = 2 + fit->season - 1;
	fit->columns = fit->before + fit->drivers->columns + 1;
	describe_drivers(fit);
	return known > fit->columns;
}

static void
report_nothing(const Fit *fit, ImsDriverEffects *effects)
{
	effects->alpha = NAN;
	effects->points = effects->used = 0;
	for (int j = 0; j < fit->drivers->columns; j++)
	{
		effects->state[j] =
			fit->deviation[j] > 0 ? IMS_DRIVER_COLLINEAR : IMS_DRIVER_CONSTANT;
		effects->coefficient[j] = 0;
		effects->standard_error[j] = NAN;
	}
	for (int t = 0; t < fit->drivers->rows; t++)
		effects->effect[t] = 0;
	for (int h = 0; h < fit->drivers->rows - fit->series->count; h++)
		effects->variance[h] = 0;
}

/* False when the scratch is too small, or the callback says stop. */
bool
ims_drivers_fit(const ImsSeries *series, const ImsDrivers *drivers,
				ImsInterrupt interrupt, void *interrupt_context, void *scratch,
				size_t scratch_size, ImsDriverEffects *effects)
{
	int columns = count_columns(series, drivers);
	double best = INFINITY;
	double alpha = 0;
	ImsScratch pieces;
	bool dropped[2 + MOST_SEASON + IMS_DRIVERS_MAX_COLUMNS + 1] = {false};
	Fit fit = {.series = series,
			   .drivers = drivers,
			   .season = series->season <= MOST_SEASON ? series->season : 1,
			   .dropped = dropped};

	assert(drivers->columns >= 1 && drivers->columns <= IMS_DRIVERS_MAX_COLUMNS);
	assert(drivers->rows >= series->count);
	if (series->count > IMS_DRIVERS_MAX_POINTS)
		fit.first = series->count - IMS_DRIVERS_MAX_POINTS;
	ims_scratch_start(&pieces, scratch, scratch_size);
	fit.mean = ims_scratch_doubles(&pieces, drivers->columns);
	fit.deviation = ims_scratch_doubles(&pieces, drivers->columns);
	fit.row = ims_scratch_doubles(&pieces, columns);
	fit.level = ims_scratch_doubles(&pieces, columns);
	fit.solution = ims_scratch_doubles(&pieces, columns);
	fit.own = ims_scratch_doubles(&pieces, columns);
	fit.matrix = ims_scratch_doubles(&pieces, (size_t) columns * columns);
	if (fit.matrix == NULL)
		return false;
	if (!prepare(&fit))
	{
		report_nothing(&fit, effects);
		return true;
	}
	for (size_t i = 0; i <= ALPHAS; i++)
	{
		/* The last time with the best. */
		if (!add_products(&fit, i < ALPHAS ? alphas[i] : alpha, interrupt,
						  interrupt_context))
			return false;
		take_root(&fit);
		if (i < ALPHAS && fit.sse < best)
		{
			best = fit.sse;
			alpha = alphas[i];
		}
	}
	solve(&fit);
	report(&fit, alpha, effects);
	return true;
}
