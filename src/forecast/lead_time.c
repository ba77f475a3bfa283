/*-------------------------------------------------------------------------
 *
 * lead_time.c
 *	  Demand over a lead time, where mean and variance of the sum are known.
 *
 * The variance of a sum is not the sum of variances: an error that moves the
 * level moves all that follows.  The methods tell the variances of their sums
 * (forecast.h); here lead times that are distributions become mixtures, whose
 * quantiles are found by bisection.  The shape is that of intervals (interval.c).
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <float.h>
#include <math.h>

#include "interval.h"
#include "lead_time.h"

/* Halvings after which a double has no more digits to tell. */
#define MOST_HALVINGS 200

/* Demand over the lead time of one case. */
typedef struct Case
{
	double share;
	double mean;
	double deviation;
} Case;

typedef struct Mixture
{
	const Case *cases;
	int count;
	ImsStudent student;
} Mixture;

/* Periods to be forecast: a part of one needs all of it. */
int
ims_lead_times_horizon(const ImsLeadTimes *times)
{
	double most = 1;

	for (int i = 0; i < times->count; i++)
		most = fmax(most, ceil(times->periods[i]));
	return (int) most;
}

static double
share_of(const ImsLeadTimes *times, int i)
{
	return times->share != NULL ? times->share[i] : 1;
}

double
ims_lead_times_mean(const ImsLeadTimes *times)
{
	double sum = 0;
	double weight = 0;

	for (int i = 0; i < times->count; i++)
	{
		sum += share_of(times, i) * times->periods[i];
		weight += share_of(times, i);
	}
	return sum / weight;
}

void
ims_lead_times_cumulate(const ImsLeadTimes *times, double *cumulated)
{
	double weight = 0;

	for (int i = 0; i < times->count; i++)
		cumulated[i] = weight += share_of(times, i);
	for (int i = 0; i < times->count; i++)
		cumulated[i] /= weight;
}

size_t
ims_lead_time_scratch_size(int cases)
{
	return IMS_SCRATCH_ALIGNMENT +
		   IMS_SCRATCH_DOUBLES(cases * (sizeof(Case) / sizeof(double)));
}

/* NaN stays what it is. */
static double
bounded(double value)
{
	return value > DBL_MAX ? DBL_MAX : value < -DBL_MAX ? -DBL_MAX : value;
}

/* Mean and deviation of a lead time that may end within a period. */
static Case
case_of(const ImsForecast *forecast, double periods)
{
	int whole = (int) periods;
	double part = periods - whole;
	double mean = 0;
	double before = whole > 0 ? forecast->sum_variance[whole - 1] : 0;
	double variance = before;

	for (int h = 0; h < whole; h++)
		mean += forecast->mean[h];
	if (part > 0)
	{
		mean += part * forecast->mean[whole];
		variance += part * (forecast->sum_variance[whole] - before);
	}
	return (Case){.mean = bounded(mean), .deviation = sqrt(variance)};
}

/*
 * The probability of more than x, or of at most x: each has its digits where the
 * other is near 1.
 */
static double
probability(const Mixture *mixture, double x, bool above)
{
	double sum = 0;

	for (int i = 0; i < mixture->count; i++)
	{
		const Case *one = &mixture->cases[i];
		double off;

		if (one->deviation > 0)
		{
			off = (x - one->mean) / one->deviation;
			sum += one->share * ims_student_tail(&mixture->student, above ? off : -off);
		}
		else
			sum += one->share * (above == (x < one->mean));
	}
	return sum;
}

static bool
is_enough(const Mixture *mixture, double x, double level)
{
	return level > 0.5 ? probability(mixture, x, true) <= 1 - level
					   : probability(mixture, x, false) >= level;
}

/*
 * The least demand that is not exceeded with this probability.  Each case has its
 * own in closed form; that of the mixture is between the least and the greatest.
 */
static double
quantile(const Mixture *mixture, double level)
{
	double off = level > 0.5 ? ims_student_quantile(&mixture->student, 1 - level)
							 : -ims_student_quantile(&mixture->student, level);
	double low = INFINITY;
	double high = -INFINITY;

	for (int i = 0; i < mixture->count; i++)
	{
		const Case *one = &mixture->cases[i];

		low = fmin(low, one->mean + off * one->deviation);
		high = fmax(high, one->mean + off * one->deviation);
	}
	if (is_enough(mixture, low, level))
		return low;
	for (int i = 0; i < MOST_HALVINGS; i++)
	{
		double middle = low + (high - low) / 2;

		if (!(middle > low && middle < high))
			break;
		if (is_enough(mixture, middle, level))
			high = middle;
		else
			low = middle;
	}
	return high;
}

static bool
is_known(const Case *cases, int count)
{
	for (int i = 0; i < count; i++)
		if (!isfinite(cases[i].mean) || !isfinite(cases[i].deviation))
			return false;
	return true;
}

/* Shares, means and deviations of all cases; the sum of them all goes to `demand`. */
static void
set_cases(const ImsForecast *forecast, const ImsLeadTimes *times, Case *cases,
		  ImsLeadTimeDemand *demand)
{
	double weight = 0;
	double square = 0;

	demand->mean = 0;
	for (int i = 0; i < times->count; i++)
		weight += share_of(times, i);
	for (int i = 0; i < times->count; i++)
	{
		cases[i] = case_of(forecast, times->periods[i]);
		cases[i].share = share_of(times, i) / weight;
		demand->mean += cases[i].share * cases[i].mean;
	}
	for (int i = 0; i < times->count; i++)
	{
		double off = cases[i].mean - demand->mean;

		square += cases[i].share * (cases[i].deviation * cases[i].deviation + off * off);
	}
	demand->variance = bounded(square);
}

/* False when the scratch is too small, or the callback says stop. */
bool
ims_lead_time_demand(const ImsForecast *forecast, const ImsLeadTimes *times,
					 bool non_negative, const double *level, int levels,
					 const ImsForecastRequest *request, void *scratch,
					 size_t scratch_size, ImsLeadTimeDemand *demand)
{
	ImsScratch pieces;
	Case *cases;
	Mixture mixture;

	assert(times->count > 0 && forecast->sum_variance != NULL);
	ims_scratch_start(&pieces, scratch, scratch_size);
	cases = (Case *) ims_scratch_doubles(&pieces,
										 times->count * (sizeof(Case) / sizeof(double)));
	if (cases == NULL)
		return false;
	set_cases(forecast, times, cases, demand);
	mixture = (Mixture){.cases = cases, .count = times->count};
	ims_student_start(&mixture.student, ims_interval_degrees(forecast));
	for (int i = 0; i < levels; i++)
	{
		if (request->interrupt != NULL && request->interrupt(request->interrupt_context))
			return false;
		demand->quantile[i] =
			is_known(cases, times->count) ? quantile(&mixture, level[i]) : NAN;
		if (non_negative && demand->quantile[i] < 0)
			demand->quantile[i] = 0;
	}
	return true;
}
