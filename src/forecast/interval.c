/*-------------------------------------------------------------------------
 *
 * interval.c
 *	  From the variances of a model to intervals that cover what they say.
 *
 * The formulas of the models take parameters and model for known, and errors
 * for normal.  On real series less lies within such intervals than they say,
 * the less the shorter the series and the further the step.  So variances grow
 * with the step relative to the length of the history, and the quantiles are
 * those of a t distribution with a quarter of the periods as degrees of freedom.
 * Both figures were found on the series of M1, M3, tourism, M4 weekly and
 * hospital; bench/forecast/accuracy.c prints what they cover.
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <float.h>
#include <math.h>

#include "interval.h"

/*
 * What a step adds to the variance, as a share, times the periods of history; and
 * to that of a sum, since errors in level and trend have one sign.
 */
#define GROWTH 2.0
#define SUM_GROWTH 4.0

/* Periods of history per degree of freedom, and the fewest degrees. */
#define PERIODS_PER_DEGREE 4.0
#define LEAST_DEGREES 3.0

/* Above this many degrees the t distribution is the normal one. */
#define MOST_DEGREES 1e6

#define MOST_FRACTIONS 500
#define MOST_STEPS 500

/* NaN stays what it is. */
static double
bounded(double value)
{
	return value > DBL_MAX ? DBL_MAX : value;
}

/* In place. */
void
ims_widen_variances(ImsForecast *forecast, int horizon)
{
	for (int h = 0; h < horizon && forecast->points > 0; h++)
	{
		double share = (h + 1.0) / forecast->points;

		if (forecast->variance != NULL)
			forecast->variance[h] = bounded(forecast->variance[h] * (1 + GROWTH * share));
		if (forecast->sum_variance != NULL)
			forecast->sum_variance[h] =
				bounded(forecast->sum_variance[h] * (1 + SUM_GROWTH * share));
	}
}

double
ims_interval_degrees(const ImsForecast *forecast)
{
	return fmax(LEAST_DEGREES, forecast->points / PERIODS_PER_DEGREE);
}

void
ims_student_start(ImsStudent *student, double degrees)
{
	assert(degrees > 0);
	student->degrees = degrees;
	student->scale =
		exp(lgamma((degrees + 1) / 2) - lgamma(degrees / 2)) / sqrt(degrees * acos(-1));
}

/*
 * The continued fraction of the incomplete beta function (Abramowitz and
 * Stegun, 26.5.8), from its first term on, by the method of Lentz.
 */
static double
beta_fraction(double a, double b, double x)
{
	const double tiny = 1e-300;
	double c = 1;
	double d = 1 / fmax(tiny, 1 - (a + b) * x / (a + 1));
	double value = d;

	for (int m = 1; m < MOST_FRACTIONS; m++)
	{
		double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
		double change;

		d = 1 / (1 + even * d);
		c = 1 + even / c;
		value *= c * d;
		d = 1 / (1 + odd * d);
		c = 1 + odd / c;
		change = c * d;
		value *= change;
		if (fabs(change - 1) < 1e-16)
			break;
	}
	return value;
}

/*
 * The probability of more than x: half the incomplete beta function at n / (n + x^2)
 * with n/2 and 1/2.  Its fraction converges fast where that is small; else the
 * function of the other side is taken from 1.
 */
double
ims_student_tail(const ImsStudent *student, double x)
{
	double n = student->degrees;
	double square = x * x;
	double far = n / (n + square);
	double front;
	double half;

	if (n > MOST_DEGREES)
		return erfc(x / sqrt(2)) / 2;
	front = student->scale * exp(-(n + 1) / 2 * log1p(square / n));
	if (far < (n / 2 + 1) / (n / 2 + 2.5))
		half = front * fabs(x) / n * beta_fraction(n / 2, 0.5, far);
	else
		half = 0.5 - front * fabs(x) * beta_fraction(0.5, n / 2, square / (n + square));
	return x >= 0 ? half : 1 - half;
}

/*
 * What is exceeded with a probability of at most a half.  Above the middle a tail
 * is convex, so Newton's steps from below never pass the quantile.
 */
double
ims_student_quantile(const ImsStudent *student, double tail)
{
	bool normal = student->degrees > MOST_DEGREES;
	double x = 0;

	if (!(tail > 0 && tail < 1))
		return NAN;
	if (tail > 0.5)
		return -ims_student_quantile(student, 1 - tail);
	for (int i = 0; i < MOST_STEPS; i++)
	{
		double density = normal ? exp(-x * x / 2) / sqrt(2 * acos(-1))
								: student->scale * exp(-(student->degrees + 1) / 2 *
													   log1p(x * x / student->degrees));
		double step = (ims_student_tail(student, x) - tail) / density;

		x += step;
		if (!(step > 1e-15 * x))
			break;
	}
	return x;
}
