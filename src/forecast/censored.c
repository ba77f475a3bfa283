/*-------------------------------------------------------------------------
 *
 * censored.c
 *	  Demand of periods in which the shelf was empty for a while.
 *
 * Of such a period only what was sold while there was stock is known: sales
 * are demand, censored.  Let demand arrive as a Poisson process whose rate
 * differs from period to period by a gamma distribution of mean m and size r,
 * so that demand per period is negative binomial (Greenwood and Yule 1920), and
 * let a period be in stock for the share s of its time and sell d.  Then
 *
 *	 likelihood		Gamma(d + r) / Gamma(r) (r / m)^r (s + r / m)^-(d + r)
 *	 its mean rate	(d + r) / (s + r / m)
 *	 its demand		d + (1 - s) (d + r) / (s + r / m)
 *
 * This holds whatever emptied the shelf, a late supplier or demand itself: when
 * to stop watching a process depends on its past alone, and so the likelihood of
 * what was watched is the same (Andersen, Borgan, Gill and Keiding 1993).
 * Dividing what was sold by the share of time is right for late suppliers only:
 * a shelf that demand empties is empty early just when demand was high.
 *
 * m and r are those of the highest likelihood, m by iteration and r from a
 * grid; r of the end of the grid is Poisson, the same rate in every period.
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "censored.h"

#define MOST_ITERATIONS 50
#define PRECISION 1e-10

/* Of the periods around one, the nearer the more: a quarter of a year of weeks. */
#define PERIODS_OF_MEMORY 13.0

static const double dispersions[] = {0.05, 0.1, 0.2, 0.5, 1,   2,
									 5,	   10,	20,	 50,  100, INFINITY};

static const char *const method_names[IMS_CENSORED_METHOD_COUNT] = {
	[IMS_CENSORED_NEGATIVE_BINOMIAL] = "negative binomial",
	[IMS_CENSORED_RATE] = "rate",
	[IMS_CENSORED_SHARE] = "share",
	[IMS_CENSORED_MISSING] = "missing",
};

const char *
ims_censored_method_name(ImsCensoredMethod method)
{
	return method_names[method];
}

/* A share that nobody knows is taken as the whole period. */
static double
share_of(const double *in_stock, int t)
{
	if (isnan(in_stock[t]) || in_stock[t] > 1)
		return 1;
	return in_stock[t] > 0 ? in_stock[t] : 0;
}

static bool
is_known(const double *demand, const double *in_stock, int t)
{
	return isfinite(demand[t]) && share_of(in_stock, t) >= IMS_CENSORED_LEAST_SHARE;
}

/* More came back than went out: nothing was asked for. */
static double
sold(const double *demand, int t)
{
	return demand[t] > 0 ? demand[t] : 0;
}

/* In stock for a part of the time. */
static bool
is_partial(const double *demand, const double *in_stock, int t)
{
	return in_stock[t] < 1 && is_known(demand, in_stock, t);
}

/* Whole amounts up to this are counted: there are few different ones. */
#define MOST_COUNTED 256

/*
 * All that the likelihood needs to know of periods in stock throughout, and the
 * amounts of all.
 */
typedef struct Sums
{
	int periods;
	double sold;
	double time;
	int full; /* periods in stock throughout */
	double full_sold;
	int most;				 /* the largest amount; -1 where they are not counted */
	int above[MOST_COUNTED]; /* how many amounts are above each */
} Sums;

static void
add_period(Sums *sums, double amount, double share)
{
	sums->periods++;
	sums->sold += amount;
	sums->time += share;
	if (share >= 1)
	{
		sums->full++;
		sums->full_sold += amount;
	}
	if (amount > MOST_COUNTED || amount != floor(amount))
		sums->most = -1;
	if (sums->most < 0)
		return;
	sums->most = amount > sums->most ? (int) amount : sums->most;
	if (amount > 0)
		sums->above[(int) amount - 1]++;
}

static void
sum_up(const double *demand, const double *in_stock, int count, Sums *sums)
{
	*sums = (Sums){0};
	for (int t = 0; t < count; t++)
		if (is_known(demand, in_stock, t))
			add_period(sums, sold(demand, t), share_of(in_stock, t));
	for (int j = sums->most - 2; j >= 0; j--)
		sums->above[j] += sums->above[j + 1];
}

/*
 * The mean of the highest likelihood for a dispersion r: the root of the sum of
 * (d - s m) / (s m + r), as a weighted mean whose weights depend on itself.
 */
static double
mean_for(double dispersion, const double *demand, const double *in_stock, int count,
		 const Sums *sums)
{
	double mean = sums->sold / sums->time;

	for (int i = 0; i < MOST_ITERATIONS; i++)
	{
		double weight = 1 / (mean + dispersion);
		double sum = weight * sums->full_sold;
		double time = weight * sums->full;
		double next;

		for (int t = 0; t < count; t++)
			if (is_partial(demand, in_stock, t))
			{
				weight = 1 / (in_stock[t] * mean + dispersion);
				sum += weight * sold(demand, t);
				time += weight * in_stock[t];
			}
		next = sum / time;
		if (fabs(next - mean) <= PRECISION * mean)
			return next;
		mean = next;
	}
	return mean;
}

/* Of all periods, log Gamma(d + r) / Gamma(r): log r (r + 1) .. (r + d - 1). */
static double
log_gammas(double dispersion, const double *demand, const double *in_stock, int count,
		   const Sums *sums)
{
	double sum = 0;

	for (int j = 0; j < sums->most; j++)
		sum += sums->above[j] * log(dispersion + j);
	if (sums->most >= 0)
		return sum;
	for (int t = 0; t < count; t++)
		if (is_known(demand, in_stock, t))
			sum += lgamma(sold(demand, t) + dispersion);
	return sum - sums->periods * lgamma(dispersion);
}

static double
log_likelihood(double mean, double dispersion, const double *demand,
			   const double *in_stock, int count, const Sums *sums)
{
	double ratio = dispersion / mean;
	double sum;

	if (isinf(dispersion))
		return sums->sold * log(mean) - sums->time * mean;
	sum = log_gammas(dispersion, demand, in_stock, count, sums) +
		  sums->periods * dispersion * log(ratio) -
		  (sums->full_sold + sums->full * dispersion) * log1p(ratio);
	for (int t = 0; t < count; t++)
		if (is_partial(demand, in_stock, t))
			sum -= (sold(demand, t) + dispersion) * log(in_stock[t] + ratio);
	return sum;
}

/* Mean and dispersion of the highest likelihood. */
void
ims_censored_fit(const double *demand, const double *in_stock, int count,
				 ImsCensoredFit *fit)
{
	double best = -INFINITY;
	Sums sums;

	*fit = (ImsCensoredFit){.dispersion = INFINITY};
	if (count > IMS_CENSORED_MOST_FITTED)
	{
		demand += count - IMS_CENSORED_MOST_FITTED;
		in_stock += count - IMS_CENSORED_MOST_FITTED;
		count = IMS_CENSORED_MOST_FITTED;
	}
	sum_up(demand, in_stock, count, &sums);
	fit->periods = sums.periods;
	if (sums.sold <= 0)
		return;
	fit->mean = sums.sold / sums.time;
	for (size_t i = 0; i < sizeof(dispersions) / sizeof(dispersions[0]); i++)
	{
		double mean = isinf(dispersions[i])
						  ? sums.sold / sums.time
						  : mean_for(dispersions[i], demand, in_stock, count, &sums);
		double value = log_likelihood(mean, dispersions[i], demand, in_stock, count, &sums);

		if (value > best)
		{
			best = value;
			fit->mean = mean;
			fit->dispersion = dispersions[i];
		}
	}
}

/* Periods between two looks at the callback. */
#define PERIODS_AT_ONCE 65536

/*
 * Sums of the periods around each, whose weights fade by a factor a period:
 * what was sold over the time it was there, kept in estimate.  False when the
 * callback says stop.
 */
static bool
rates_around(const double *demand, const double *in_stock, int count,
			 ImsInterrupt interrupt, void *context, double *scratch, double *estimate)
{
	double fade = exp(-1 / PERIODS_OF_MEMORY);
	double sum = 0;
	double time = 0;

	for (int t = count - 1; t >= 0; t--)
	{
		if (t % PERIODS_AT_ONCE == 0 && interrupt != NULL && interrupt(context))
			return false;
		estimate[t] = sum;
		scratch[t] = time;
		if (is_known(demand, in_stock, t))
		{
			sum += sold(demand, t);
			time += share_of(in_stock, t);
		}
		sum *= fade;
		time *= fade;
	}
	sum = time = 0;
	for (int t = 0; t < count; t++)
	{
		if (t % PERIODS_AT_ONCE == 0 && interrupt != NULL && interrupt(context))
			return false;
		if (is_known(demand, in_stock, t))
		{
			sum += sold(demand, t);
			time += share_of(in_stock, t);
		}
		time = fmax(time, 0);
		estimate[t] = sum + estimate[t] > 0 ? (sum + estimate[t]) / (time + scratch[t]) : 0;
		sum *= fade;
		time *= fade;
	}
	return true;
}

/* What the shelf, empty for a part of the period, could not sell. */
static double
lost(ImsCensoredMethod method, double amount, double share, double rate,
	 const ImsCensoredFit *fit)
{
	if (method == IMS_CENSORED_SHARE)
		rate = amount / share;
	else if (method == IMS_CENSORED_NEGATIVE_BINOMIAL && fit->mean <= 0)
		rate = 0;
	else if (method == IMS_CENSORED_NEGATIVE_BINOMIAL)
		rate = isinf(fit->dispersion)
				   ? fit->mean
				   : (amount + fit->dispersion) / (share + fit->dispersion / fit->mean);
	return (1 - share) * rate;
}

static bool
has_large(const double *demand, int count)
{
	for (int t = 0; t < count; t++)
		if (isfinite(demand[t]) && demand[t] > IMS_CENSORED_MOST_DEMAND)
			return true;
	return false;
}

/* Demand as it would have been, from one period to before another. */
static void
estimate_periods(ImsCensoredMethod method, const double *demand, const double *in_stock,
				 int from, int to, const ImsCensoredFit *fit, double *estimate)
{
	for (int t = from; t < to; t++)
	{
		double share = share_of(in_stock, t);

		if (!is_known(demand, in_stock, t) || (share < 1 && method == IMS_CENSORED_MISSING))
			estimate[t] = NAN;
		else if (share >= 1)
			estimate[t] = demand[t];
		else
			estimate[t] =
				demand[t] + lost(method, sold(demand, t), share, estimate[t], fit);

		/* near the largest number there is a sum is no number any more */
		if (isinf(estimate[t]))
			estimate[t] = demand[t];
	}
}

/*
 * Demand as it would have been with stock all the time; NaN where nothing is
 * known.  Periods that were in stock throughout stay as they are.  `scratch` has
 * room for as many values as `estimate`.
 */
bool
ims_censored_estimate(ImsCensoredMethod method, const double *demand,
					  const double *in_stock, int count, ImsInterrupt interrupt,
					  void *context, double *scratch, double *estimate)
{
	ImsCensoredFit fit = {.dispersion = INFINITY};

	assert(method >= 0 && method < IMS_CENSORED_METHOD_COUNT);
	/* the likelihood of such amounts has no figures left for a difference */
	if (method == IMS_CENSORED_NEGATIVE_BINOMIAL && has_large(demand, count))
		method = IMS_CENSORED_RATE;
	if (method == IMS_CENSORED_NEGATIVE_BINOMIAL)
		ims_censored_fit(demand, in_stock, count, &fit);
	else if (method == IMS_CENSORED_RATE &&
			 !rates_around(demand, in_stock, count, interrupt, context, scratch, estimate))
		return false;
	for (int from = 0; from < count; from += PERIODS_AT_ONCE)
	{
		if (interrupt != NULL && interrupt(context))
			return false;
		estimate_periods(method, demand, in_stock, from,
						 count - from < PERIODS_AT_ONCE ? count : from + PERIODS_AT_ONCE,
						 &fit, estimate);
	}
	return true;
}
