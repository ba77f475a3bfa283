/*-------------------------------------------------------------------------
 *
 * loess.c
 *	  Smoothing by locally weighted regression.
 *
 * As in Cleveland, Cleveland, McRae and Terpenning, STL (1990), section 2:
 * tricube weights, neighbourhoods of a number of values that at the ends lie
 * to one side, and a wider reach where there are fewer values than the span.
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <math.h>

#include "loess.h"

/* Weights beyond these shares of the reach are taken as 0 and 1. */
#define FAR 0.999
#define NEAR 0.001

/* Weights computed between two looks at the interrupt: a few milliseconds. */
#define WORK_BETWEEN_LOOKS 1000000

static bool
is_stopped(ImsLoess *loess, int work)
{
	loess->work += work;
	if (loess->work >= WORK_BETWEEN_LOOKS && !loess->stopped)
	{
		loess->work = 0;
		loess->stopped =
			loess->interrupt != NULL && loess->interrupt(loess->interrupt_context);
	}
	return loess->stopped;
}

static inline double
tricube(double distance, double reach)
{
	double share;

	if (distance > FAR * reach)
		return 0;
	if (distance <= NEAR * reach)
		return 1;
	share = distance / reach;
	share = 1 - share * share * share;
	return share * share * share;
}

/*
 * The fit at x from the values left .. right.  The weights are computed twice
 * rather than kept: there is no bound on how many there are.  False when none
 * has any weight.
 */
bool
ims_loess_at(ImsLoess *loess, const double *value, const double *weight, int count,
			 double x, int left, int right, double *fitted)
{
	double reach = fmax(x - left, right - x);
	double sum = 0;
	double centre = 0;
	double spread = 0;
	double level = 0;
	double slope = 0;

	assert(left >= 0 && right < count);
	if (is_stopped(loess, 2 * (right - left + 1)))
		return false;
	if (loess->span > count)
		reach += (loess->span - count) / 2;
	for (int i = left; i <= right; i++)
	{
		double w = tricube(fabs(i - x), reach) * (weight != NULL ? weight[i] : 1);

		sum += w;
		centre += w * (i - x);
		level += w * value[i];
	}
	if (!(sum > 0))
		return false;
	centre /= sum;
	level /= sum;
	*fitted = level;
	if (!loess->line || !(reach > 0))
		return true;
	for (int i = left; i <= right; i++)
	{
		double w = tricube(fabs(i - x), reach) * (weight != NULL ? weight[i] : 1) / sum;

		spread += w * (i - x - centre) * (i - x - centre);
		slope += w * (i - x - centre) * value[i];
	}
	/* Values that are all in one place have no slope. */
	if (sqrt(spread) > NEAR * (count - 1))
		*fitted = level - centre * slope / spread;
	return true;
}

/* The neighbourhood of value i: in the middle of it, but for the ends. */
static void
fit_at(ImsLoess *loess, const double *value, const double *weight, int count, int i,
	   double *fitted)
{
	int span = loess->span < count ? loess->span : count;
	int left = i - (span - 1) / 2;

	if (left > count - span)
		left = count - span;
	if (left < 0)
		left = 0;
	if (!ims_loess_at(loess, value, weight, count, i, left, left + span - 1, &fitted[i]))
		fitted[i] = value[i];
}

static void
draw_line(double *fitted, int from, int to)
{
	double step = (fitted[to] - fitted[from]) / (to - from);

	for (int i = from + 1; i < to; i++)
		fitted[i] = fitted[from] + step * (i - from);
}

void
ims_loess(ImsLoess *loess, const double *value, const double *weight, int count,
		  double *fitted)
{
	int jump = loess->jump < count - 1 ? loess->jump : count - 1;
	int last = 0;

	assert(count > 0 && loess->span > 0 && loess->jump > 0);
	fitted[0] = value[0];
	if (count < 2)
		return;
	fit_at(loess, value, weight, count, 0, fitted);
	for (int i = jump; i < count && !loess->stopped; i += jump)
	{
		fit_at(loess, value, weight, count, i, fitted);
		draw_line(fitted, last, i);
		last = i;
	}
	if (last == count - 1 || loess->stopped)
		return;
	fit_at(loess, value, weight, count, count - 1, fitted);
	draw_line(fitted, last, count - 1);
}
