/*-------------------------------------------------------------------------
 *
 * bucket.c
 *	  Forecasts of irregular demand by way of longer periods.
 *
 * In buckets as long as the mean interval there is demand most of the time,
 * and what works for regular demand works for them (ADIDA: Nikolopoulos,
 * Syntetos, Boylan, Petropoulos and Assimakopoulos 2011).  Averaging over many
 * lengths saves choosing one (IMAPA: Petropoulos and Kourentzes 2015).  At each
 * level the sums are smoothed exponentially with the best weight.
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <math.h>

#include "aggregate.h"
#include "intermittent.h"

/* Weights that are tried; above 0.3 a forecast follows single demands. */
#define LEAST_WEIGHT 0.02
#define MOST_WEIGHT 0.3
#define SEARCH_STEPS 14

/* A level with fewer buckets tells nothing about its neighbours. */
#define LEAST_BUCKETS 4

typedef struct Smoothing
{
	double weight;
	double level;
	double mse;
} Smoothing;

/* From the mean of the series on: the first values are as irregular as any. */
static void
smooth(const double *value, int count, double start, Smoothing *s)
{
	double sum = 0;

	s->level = start;
	for (int t = 0; t < count; t++)
	{
		double error = value[t] - s->level;

		sum += error * error;
		s->level += s->weight * error;
	}
	s->mse = sum / count;
}

/* Golden section (Kiefer 1953) between the least and the greatest weight. */
static void
smooth_best(const double *value, int count, double start, Smoothing *best)
{
	const double golden = 0.6180339887498949;
	double low = LEAST_WEIGHT;
	double high = MOST_WEIGHT;
	Smoothing a = {.weight = high - golden * (high - low)};
	Smoothing b = {.weight = low + golden * (high - low)};

	smooth(value, count, start, &a);
	smooth(value, count, start, &b);
	for (int i = 0; i < SEARCH_STEPS; i++)
	{
		if (a.mse <= b.mse)
		{
			high = b.weight;
			b = a;
			a.weight = high - golden * (high - low);
			smooth(value, count, start, &a);
		}
		else
		{
			low = a.weight;
			a = b;
			b.weight = low + golden * (high - low);
			smooth(value, count, start, &b);
		}
	}
	*best = a.mse <= b.mse ? a : b;
}

/* The rate per period at one level; false when the caller stopped it. */
static bool
level_rate(ImsIntermittentRun *run, const ImsDemand *demand, int bucket, double *sums,
		   double *rate, Smoothing *s)
{
	const double *value = bucket == 1 ? demand->value : sums;
	int count = ims_aggregate_count(demand->count, bucket);
	double weight = run->request->weights.size;
	double start;

	if (ims_intermittent_interrupted(run))
		return false;
	if (bucket > 1)
		ims_aggregate(demand->value, demand->count, bucket, sums);
	start = ims_series_mean(value, count);
	s->weight = weight;
	if (isnan(weight))
		smooth_best(value, count, start, s);
	else
		smooth(value, count, start, s);
	*rate = s->level / bucket;
	return true;
}

/* The longest bucket asked for, or the mean interval; at least four fit in. */
static int
longest_bucket(const ImsIntermittentRun *run, const ImsDemand *demand)
{
	double wanted = run->request->bucket;

	if (wanted == 0)
		wanted = round(demand->mean_interval);
	wanted = fmin(wanted, IMS_INTERMITTENT_MAX_BUCKET);
	wanted = fmin(wanted, demand->count / LEAST_BUCKETS);
	return wanted < 1 ? 1 : (int) wanted;
}

static double
squared_error(const ImsDemand *demand, double mean)
{
	double sum = 0;

	for (int t = 0; t < demand->count; t++)
		sum += (demand->value[t] - mean) * (demand->value[t] - mean);
	return sum / demand->count;
}

static void
take_recent(ImsIntermittentRun *run, ImsDemand *recent)
{
	ims_demand_recent(run->demand, IMS_INTERMITTENT_MAX_FITTED, &run->scratch, recent);
	if (recent->count < run->demand->count)
		run->forecast->reason = IMS_WHY_RECENT_ONLY;
	run->forecast->points = recent->count;
	run->forecast->size = recent->mean_size;
	run->forecast->interval = recent->mean_interval;
}

static void
single_level(ImsIntermittentRun *run, const ImsDemand *demand, int bucket)
{
	ImsIntermittentForecast *forecast = run->forecast;
	double *sums = ims_scratch_doubles(&run->scratch, demand->count);
	Smoothing s;

	assert(sums != NULL);
	if (!level_rate(run, demand, bucket, sums, &forecast->mean, &s))
		return;
	forecast->bucket = bucket;
	forecast->weights.size = s.weight;
	forecast->mse = bucket == 1 ? s.mse : squared_error(demand, forecast->mean);
}

void
ims_intermittent_ses_run(ImsIntermittentRun *run)
{
	ImsDemand recent;

	run->forecast->method = IMS_INTERMITTENT_SES;
	take_recent(run, &recent);
	single_level(run, &recent, 1);
}

void
ims_adida_run(ImsIntermittentRun *run)
{
	ImsDemand recent;

	run->forecast->method = IMS_INTERMITTENT_ADIDA;
	take_recent(run, &recent);
	single_level(run, &recent, longest_bucket(run, &recent));
}

void
ims_imapa_run(ImsIntermittentRun *run)
{
	ImsIntermittentForecast *forecast = run->forecast;
	ImsDemand recent;
	double *sums;
	double sum = 0;
	Smoothing s;

	forecast->method = IMS_INTERMITTENT_IMAPA;
	take_recent(run, &recent);
	forecast->bucket = longest_bucket(run, &recent);
	sums = ims_scratch_doubles(&run->scratch, recent.count);
	assert(sums != NULL);
	for (int bucket = 1; bucket <= forecast->bucket; bucket++)
	{
		double rate;

		if (!level_rate(run, &recent, bucket, sums, &rate, &s))
			return;
		sum += rate;
	}
	forecast->mean = sum / forecast->bucket;
	forecast->mse = squared_error(&recent, forecast->mean);
}
