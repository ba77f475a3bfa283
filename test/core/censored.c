/*
 * censored.c -- demand of periods in which the shelf was empty for a while.
 *
 * Guaranteed: where demand is known by simulation, the mean of the estimates is
 * within a few percent of it, be the shelf empty by chance or because demand
 * emptied it, while sales alone are far below; what was in stock all the time
 * stays as it is, of what was never in stock nothing is said; every series is
 * answered, none with an infinite value.
 */
#include <float.h>

#include "golden.h"

#include "forecast/censored.h"

#define SERIES 200
#define PERIODS 104
#define LONG 1000000

static unsigned long long state = 1;

/* Above 0, at most 1: the upper bits of a linear congruential generator. */
static double
uniform(void)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return ((double) (state >> 11) + 1) / 9007199254740992.0;
}

/* A sum of exponentials, so for whole shapes only. */
static double
gamma_of(int shape)
{
	double sum = 0;

	for (int i = 0; i < shape; i++)
		sum -= log(uniform());
	return sum;
}

typedef struct World
{
	const char *name;
	double mean;	/* of demand per period */
	int dispersion; /* shape of the gamma distribution of rates, 0: one rate */
	double stock;	/* at the beginning of each period, in means; 0: never sold out */
	double late;	/* share of periods that begin without stock, for a random while */
	double least_naive; /* what sales alone are off by, at least */
	double most;		/* what the estimate may be off by, by method */
	double most_rate;
	double most_share;
} World;

static const World worlds[] = {
	{"late suppliers, one rate", 20, 0, 0, 0.5, 0.24, 0.01, 0.01, 0.01},
	{"late suppliers, changing rates", 20, 2, 0, 0.5, 0.24, 0.01, 0.01, 0.01},
	{"late suppliers, slow item", 0.7, 0, 0, 0.5, 0.24, 0.02, 0.02, 0.02},
	{"late suppliers, slow and changing", 0.7, 1, 0, 0.5, 0.24, 0.02, 0.02, 0.02},
	{"sold out, one rate", 20, 0, 0.85, 0, 0.18, 0.01, 0.01, 0.1},
	{"sold out, changing rates", 20, 2, 1.0, 0, 0.25, 0.01, 0.2, 0.1},
	{"sold out and late", 20, 2, 1.2, 0.3, 0.3, 0.01, 0.2, 0.1},
};

/* Demand of one period, and what of it was sold while there was stock. */
static void
simulate_period(const World *world, double *demand, double *sold, double *in_stock)
{
	double rate = world->dispersion > 0
					  ? world->mean / world->dispersion * gamma_of(world->dispersion)
					  : world->mean;
	double stock = world->stock > 0 ? floor(world->stock * world->mean) : INFINITY;
	double from = uniform() < world->late ? uniform() : 0;
	double until = 1;
	double at = 0;

	*demand = *sold = 0;
	while ((at -= log(uniform()) / rate) < 1)
	{
		++*demand;
		if (at < from || *sold >= stock)
			continue;
		if (++*sold >= stock)
			until = at;
	}
	*in_stock = until - from;
}

static void
test_world(const World *world)
{
	double truth = 0;
	double sales = 0;
	double estimated[IMS_CENSORED_METHOD_COUNT] = {0};
	double known[IMS_CENSORED_METHOD_COUNT] = {0};
	double bias[IMS_CENSORED_METHOD_COUNT];

	for (int i = 0; i < SERIES; i++)
	{
		double sold[PERIODS];
		double in_stock[PERIODS];
		double estimate[PERIODS];
		double scratch[PERIODS];

		for (int t = 0; t < PERIODS; t++)
		{
			double demand;

			simulate_period(world, &demand, &sold[t], &in_stock[t]);
			truth += demand;
			sales += sold[t];
		}
		for (int m = 0; m < IMS_CENSORED_METHOD_COUNT; m++)
		{
			ims_censored_estimate(m, sold, in_stock, PERIODS, NULL, NULL, scratch,
								  estimate);
			for (int t = 0; t < PERIODS; t++)
				if (!isnan(estimate[t]))
				{
					estimated[m] += estimate[t];
					known[m]++;
				}
		}
	}
	truth /= SERIES * PERIODS;
	for (int m = 0; m < IMS_CENSORED_METHOD_COUNT; m++)
		bias[m] = estimated[m] / known[m] / truth - 1;
	sales = sales / (SERIES * PERIODS) / truth - 1;
	ok(sales <= -world->least_naive &&
		   fabs(bias[IMS_CENSORED_NEGATIVE_BINOMIAL]) <= world->most &&
		   fabs(bias[IMS_CENSORED_RATE]) <= world->most_rate &&
		   fabs(bias[IMS_CENSORED_SHARE]) <= world->most_share,
	   "%s: bias of sales %+.1f %%, negative binomial %+.1f, rate %+.1f, share %+.1f, missing %+.1f",
	   world->name, 100 * sales, 100 * bias[0], 100 * bias[1], 100 * bias[2],
	   100 * bias[3]);
}

/* By hand. */
static void
test_by_hand(void)
{
	double sold[] = {4, 2, 0, 4, 2};
	double in_stock[] = {1, 0.5, 0, NAN, 0.25};
	double scratch[5];
	double estimate[5];
	ImsCensoredFit fit;

	ims_censored_estimate(IMS_CENSORED_SHARE, sold, in_stock, 5, NULL, NULL, scratch,
						  estimate);
	ok(estimate[0] == 4 && estimate[1] == 4 && isnan(estimate[2]) && estimate[3] == 4 &&
		   estimate[4] == 8,
	   "share: what was sold over the share of time; nothing of a period without stock");
	ims_censored_estimate(IMS_CENSORED_MISSING, sold, in_stock, 5, NULL, NULL, scratch,
						  estimate);
	ok(estimate[0] == 4 && isnan(estimate[1]) && isnan(estimate[2]) && estimate[3] == 4,
	   "missing: only full periods are left");
	ims_censored_estimate(IMS_CENSORED_RATE, sold, in_stock, 1, NULL, NULL, scratch,
						  estimate);
	ok(estimate[0] == 4, "rate: a full period stays as it is");
	in_stock[0] = in_stock[3] = 0.5;
	sold[0] = sold[1] = sold[3] = 2;
	in_stock[4] = 0.5;
	ims_censored_estimate(IMS_CENSORED_RATE, sold, in_stock, 5, NULL, NULL, scratch,
						  estimate);
	ok(fabs(estimate[0] - 4) < 1e-12 && fabs(estimate[4] - 4) < 1e-12,
	   "rate: the same rate everywhere is the rate of each");
	ims_censored_fit(sold, in_stock, 5, &fit);
	ok(fabs(fit.mean - 4) < 1e-9 && isinf(fit.dispersion) && fit.periods == 4,
	   "what never varies is Poisson, and the mean is sales over time in stock");
}

/* The mean is where the likelihood is highest: twice as far is lower. */
static void
test_fit(void)
{
	double sold[] = {9, 0, 3, 30, 1, 0, 12, 5, 2, 7};
	double in_stock[] = {0.5, 1, 1, 0.8, 0.2, 1, 0.9, 1, 1, 0.1};
	ImsCensoredFit fit;
	double score = 0;

	ims_censored_fit(sold, in_stock, 10, &fit);
	for (int t = 0; t < 10; t++)
		score +=
			(sold[t] - in_stock[t] * fit.mean) / (in_stock[t] * fit.mean + fit.dispersion);
	ok(fabs(score) < 1e-6 && fit.dispersion < 2,
	   "the score is zero at the mean: %.1e, %g", score, fit.dispersion);
}

typedef struct Case
{
	const char *name;
	int count;
	double (*demand)(int t);
	double (*in_stock)(int t);
} Case;

static double
zero(int t)
{
	return 0;
}

static double
one(int t)
{
	return 1;
}

static double
half(int t)
{
	return 0.5;
}

static double
huge(int t)
{
	return DBL_MAX;
}

static double
large(int t)
{
	return 1e13 * (t % 7);
}

static double
tiny(int t)
{
	return DBL_MIN;
}

static double
negative(int t)
{
	return t % 3 - 1;
}

static double
broken(int t)
{
	return t % 4 == 0 ? NAN : t % 4 == 1 ? INFINITY : t % 4 == 2 ? -INFINITY : 3;
}

static const Case cases[] = {
	{"no period", 0, one, one},
	{"one", 1, one, half},
	{"never in stock", 50, one, zero},
	{"never sold", 50, zero, half},
	{"the largest numbers", 50, huge, half},
	{"large ones", 50, large, half},
	{"the smallest", 50, tiny, half},
	{"returns", 50, negative, half},
	{"values that are none", 50, broken, half},
	{"shares that are none", 50, one, broken},
	{"shares that are negative", 50, one, negative},
	{"shares that vanish", 50, one, tiny},
	{"a million periods", LONG, one, half},
};

static void
test_case(const Case *c)
{
	double *demand = malloc(sizeof(double) * (c->count + 1));
	double *in_stock = malloc(sizeof(double) * (c->count + 1));
	double *scratch = malloc(sizeof(double) * (c->count + 1));
	double *estimate = malloc(sizeof(double) * (c->count + 1));
	bool good = true;

	for (int t = 0; t < c->count; t++)
	{
		demand[t] = c->demand(t);
		in_stock[t] = c->in_stock(t);
	}
	for (int m = 0; m < IMS_CENSORED_METHOD_COUNT; m++)
	{
		ims_censored_estimate(m, demand, in_stock, c->count, NULL, NULL, scratch, estimate);
		for (int t = 0; t < c->count; t++)
			good = good && !isinf(estimate[t]) &&
				   (isnan(estimate[t]) || estimate[t] >= demand[t]);
	}
	ok(good, "%s: at least what was sold, or unknown", c->name);
	free(demand);
	free(in_stock);
	free(scratch);
	free(estimate);
}

static bool
stop(void *context)
{
	return --*(int *) context <= 0;
}

/* A look each 65,536 periods; the rates of the periods around take two more passes. */
static void
test_stop(void)
{
	static double demand[70000];
	static double in_stock[70000];
	static double scratch[70000];
	static double estimate[70000];

	for (int t = 0; t < 70000; t++)
	{
		demand[t] = t % 7;
		in_stock[t] = t % 3 / 2.0;
	}
	for (int m = 0; m < IMS_CENSORED_METHOD_COUNT; m++)
	{
		int looks = m == IMS_CENSORED_RATE ? 6 : 2;
		int last = looks;
		int none = looks + 1;

		ok(!ims_censored_estimate(m, demand, in_stock, 70000, stop, &last, scratch,
								  estimate) &&
			   ims_censored_estimate(m, demand, in_stock, 70000, stop, &none, scratch,
									 estimate) &&
			   none == 1,
		   "%s: stopped at look %d, the last", ims_censored_method_name(m), looks);
	}
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(worlds) / sizeof(worlds[0]); i++)
		test_world(&worlds[i]);
	test_by_hand();
	test_fit();
	test_stop();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		test_case(&cases[i]);
	return tap_end();
}
