/*-------------------------------------------------------------------------
 *
 * compound.c
 *	  Sums of irregular demand: a period has demand or not, and of some size.
 *
 * Whether a period has demand is drawn from an urn with as many balls as the
 * forecast is worth periods, and each draw puts another ball like it into the urn:
 * so what is not known about the rate is in the sums, and grows with their length
 * (Polya's urn; for sizes, the Bayesian bootstrap of Rubin 1981).  A size is one of
 * the past, or one of this future again, or a new one: a few demands do not show
 * the largest.  All sizes of a future share a factor, since demand may come at
 * another level; and its rate lies between the forecast and that of the whole past,
 * to which demand may return, unless the item is dead: nothing is kept for that.
 *
 * How much of each was found on three sets of spare parts, where quantiles of sums
 * over 1 to 12 periods then hold what they say (bench/forecast/intermittent.c).
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <float.h>
#include <math.h>

#include "compound.h"

/* Periods that the rate of a forecast is worth. */
#define OBSERVATIONS 12.0

/* The weight of the rate of the whole past. */
#define PAST 0.3

/* The variance of the logarithm of the level that a future shares. */
#define LEVEL_VARIANCE 0.1

/* How many demands of the past the chance of a new size is worth. */
#define NEW_SIZES 1.0

/* Above this all doubles are whole. */
#define MOST_WHOLE 9007199254740992.0

/* Halvings for the quantile of one period. */
#define MOST_HALVINGS 100

/* Sizes looked at between two looks for an interrupt. */
#define SIZES_AT_ONCE 65536

size_t
ims_compound_scratch_size(int count)
{
	return IMS_SCRATCH_DOUBLES(count);
}

/* False when the scratch is too small. */
bool
ims_compound_prepare(const ImsSeries *series, const ImsIntermittentForecast *forecast,
					 ImsScratch *scratch, ImsCompound *compound)
{
	double *size = ims_scratch_doubles(scratch, series->count);
	double rate;
	int periods = 0;

	if (size == NULL)
		return false;
	*compound = (ImsCompound){.size = size, .factor = 1, .whole = true};
	for (int t = 0; t < series->count; t++)
	{
		double value = series->value[t];

		periods += isfinite(value);
		if (!isfinite(value) || !(value > 0))
			continue;
		size[compound->sizes++] = value;
		/* A running mean, since a sum may leave the numbers. */
		compound->mean_size += (value - compound->mean_size) / compound->sizes;
		compound->whole &= value == floor(value);
	}
	compound->observations = fmin(OBSERVATIONS, periods);
	if (compound->sizes == 0)
		return true;
	compound->mean = forecast->mean;
	if (forecast->method == IMS_INTERMITTENT_ZERO)
		return true;
	rate = (1 - PAST) * forecast->mean +
		   PAST * compound->mean_size * ((double) compound->sizes / periods);
	compound->probability = fmin(1, rate / compound->mean_size);
	if (compound->probability == 1)
		compound->factor = rate / compound->mean_size;
	return true;
}

/* The probability of a new size up to x: geometric or exponential. */
static double
new_size_head(const ImsCompound *compound, double x)
{
	if (!compound->whole)
		return -expm1(-x / compound->mean_size);
	if (compound->mean_size <= 1)
		return x >= 1;
	return -expm1(floor(x) * log1p(-1 / compound->mean_size));
}

static bool
is_interrupted(const ImsForecastRequest *request)
{
	return request->interrupt != NULL && request->interrupt(request->interrupt_context);
}

/*
 * The probability that the demand of a period is at most x; not a number when the
 * callback says stop.
 */
static double
head(const ImsCompound *compound, const ImsForecastRequest *request, double x)
{
	double scaled = x / compound->factor;
	double least = 0;

	if (x < 0)
		return 0;
	if (!(compound->probability > 0))
		return 1;
	for (int i = 0; i < compound->sizes; i++)
	{
		if (i % SIZES_AT_ONCE == 0 && is_interrupted(request))
			return NAN;
		least += compound->size[i] <= scaled;
	}
	least += NEW_SIZES * new_size_head(compound, scaled);
	return 1 - compound->probability +
		   compound->probability * least / (compound->sizes + NEW_SIZES);
}

/* False when the callback says stop. */
bool
ims_compound_quantile(const ImsCompound *compound, const ImsForecastRequest *request,
					  double level, double *quantile)
{
	double low = 0;
	double high = compound->mean_size;
	double below = head(compound, request, 0);

	*quantile = 0;
	if (below >= level)
		return true;
	for (int i = 0; i < MOST_HALVINGS && head(compound, request, high) < level; i++)
		high = fmin(2 * high, DBL_MAX);
	for (int i = 0; i < MOST_HALVINGS && isfinite(below); i++)
	{
		double middle = low + (high - low) / 2;

		if (!(middle > low && middle < high))
			break;
		below = head(compound, request, middle);
		if (below >= level)
			high = middle;
		else
			low = middle;
	}
	*quantile = high;
	return isfinite(below);
}

/*
 * Both sides leave out the same, unless no demand at all is likelier than what
 * one of them may leave out: then the interval begins with zero, and all that is
 * left out is above.  False when the callback says stop.
 */
bool
ims_compound_interval(const ImsCompound *compound, const ImsForecastRequest *request,
					  double coverage, double *lower, double *upper)
{
	return ims_compound_quantile(compound, request, (1 - coverage) / 2, lower) &&
		   ims_compound_quantile(compound, request,
								 *lower > 0 ? (1 + coverage) / 2 : coverage, upper);
}

/* The demands of one future. */
typedef struct Future
{
	const ImsCompound *compound;
	const ImsForecastRequest *request;
	double *own; /* sizes drawn so far */
	int demands;
} Future;

static double
uniform(const Future *future)
{
	return future->request->uniform(future->request->uniform_state);
}

static double
new_size(const Future *future)
{
	double mean = future->compound->mean_size;
	double u = 1 - uniform(future);

	if (!future->compound->whole)
		return -mean * log(u);
	return mean <= 1 ? 1 : 1 + floor(log(u) / log1p(-1 / mean));
}

static double
draw_size(Future *future)
{
	const ImsCompound *compound = future->compound;
	double ball = uniform(future) * (compound->sizes + NEW_SIZES + future->demands);
	double size;

	if (ball < compound->sizes)
		size = compound->size[(int) ball];
	else if (ball < compound->sizes + NEW_SIZES)
		size = new_size(future);
	else
		size = future->own[(int) (ball - compound->sizes - NEW_SIZES)];
	future->own[future->demands++] = size;
	return size;
}

/*
 * What all sizes of a future are multiplied by, with mean 1.  Whole numbers stay
 * whole by chance, as often up as the mean wants it.
 */
static double
at_another_level(Future *future, double sum)
{
	double pair[2];

	if (sum == 0)
		return 0;
	ims_forecast_normal_pair(future->request, pair);
	sum *= exp(sqrt(LEVEL_VARIANCE) * pair[0] - LEVEL_VARIANCE / 2);
	if (future->compound->whole && sum < MOST_WHOLE)
		sum = floor(sum + uniform(future));
	return fmin(sum, DBL_MAX);
}

/* The last period counts by as much of it as belongs to the lead time. */
static double
draw_sum(Future *future, double periods)
{
	const ImsCompound *compound = future->compound;
	double with = compound->probability * compound->observations;
	double all = compound->observations;
	double sum = 0;

	future->demands = 0;
	for (; periods > 0; periods--, all++)
	{
		double part = fmin(1, periods);

		if (uniform(future) * all >= with * part)
			continue;
		with++;
		sum += draw_size(future) * compound->factor;
	}
	return at_another_level(future, sum);
}

static double
draw_periods(const ImsLeadTimes *times, const double *cumulated, double u)
{
	int low = 0;
	int high = times->count - 1;

	while (low < high)
	{
		int middle = low + (high - low) / 2;

		if (u < cumulated[middle])
			high = middle;
		else
			low = middle + 1;
	}
	return times->periods[low];
}

/* Merges runs of ever greater length from one row into the other. */
static double *
sort(double *row, double *other, int count)
{
	for (int length = 1; length < count; length *= 2)
	{
		double *swap = row;

		for (int start = 0; start < count; start += 2 * length)
		{
			int middle = start + length < count ? start + length : count;
			int end = start + 2 * length < count ? start + 2 * length : count;
			int left = start;
			int right = middle;

			for (int i = start; i < end; i++)
				other[i] = left < middle && (right >= end || row[left] <= row[right])
							   ? row[left++]
							   : row[right++];
		}
		row = other;
		other = swap;
	}
	return row;
}

size_t
ims_compound_sums_size(const ImsLeadTimes *times, int paths)
{
	return 2 * IMS_SCRATCH_DOUBLES(paths) + IMS_SCRATCH_DOUBLES(times->count) +
		   IMS_SCRATCH_DOUBLES(ims_lead_times_horizon(times));
}

/* NULL when the scratch is too small, or the callback says stop. */
double *
ims_compound_sums(const ImsCompound *compound, const ImsLeadTimes *times,
				  const ImsForecastRequest *request, ImsScratch *scratch)
{
	double *sum = ims_scratch_doubles(scratch, request->paths);
	double *other = ims_scratch_doubles(scratch, request->paths);
	double *cumulated = ims_scratch_doubles(scratch, times->count);
	Future future = {compound, request, NULL, 0};

	future.own = ims_scratch_doubles(scratch, ims_lead_times_horizon(times));
	if (sum == NULL || other == NULL || cumulated == NULL || future.own == NULL)
		return NULL;
	ims_lead_times_cumulate(times, cumulated);
	for (int i = 0; i < request->paths; i++)
	{
		double periods = times->periods[0];

		if (is_interrupted(request))
			return NULL;
		if (times->count > 1)
			periods = draw_periods(times, cumulated, uniform(&future));
		sum[i] = draw_sum(&future, periods);
	}
	return sort(sum, other, request->paths);
}

void
ims_compound_demand(const ImsCompound *compound, const ImsLeadTimes *times,
					const double *sum, int paths, const double *level, int levels,
					ImsLeadTimeDemand *demand)
{
	double square = 0;

	assert(paths > 0);
	demand->mean = fmin(compound->mean * ims_lead_times_mean(times), DBL_MAX);
	for (int i = 0; i < paths; i++)
	{
		double off = (sum[i] - demand->mean) / sqrt(paths);

		square += off * off;
	}
	demand->variance = fmin(square, DBL_MAX);
	for (int i = 0; i < levels; i++)
	{
		int place = (int) ceil(level[i] * paths) - 1;

		demand->quantile[i] = sum[place < 0 ? 0 : place];
	}
}
