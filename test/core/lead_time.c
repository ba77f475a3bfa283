/*
 * lead_time.c -- demand over a lead time.
 *
 * Guaranteed: the variances of sums are those of simulated futures, and by hand
 * where that is easy; the t distribution has its known values; a quantile is
 * exceeded with the probability that it says, for one lead time and for several;
 * part of a period counts by its part; drawn sums follow what is known of one
 * period, stay whole, are the same for a seed, and finite whatever the demand; on
 * simulated truth both hold what they say.
 */
#include <float.h>

#include "irregular.h"

#include "forecast/compound.h"
#include "forecast/ets.h"
#include "forecast/interval.h"

#define STEPS 24
#define PATHS 20000
#define LEVELS 4

static const double level[LEVELS] = {0.5, 0.9, 0.95, 0.99};
static double mean[STEPS];
static double variance[STEPS];
static double sum_variance[STEPS];
static ImsForecast forecast;

/* splitmix64 */
static double
next_uniform(void *state)
{
	uint64_t z = *(uint64_t *) state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (double) ((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

static ImsForecastRequest
seeded(uint64_t *state, int horizon)
{
	ImsForecastRequest request;

	ims_forecast_request(&request, horizon);
	request.paths = PATHS;
	request.uniform = next_uniform;
	request.uniform_state = state;
	return request;
}

static bool
stop(void *context)
{
	return true;
}

/* Errors of 20,000 futures have a variance that is off by 1 % or so. */
static void
test_sums(void)
{
	static const struct
	{
		ImsEtsModel model;
		double most; /* off from the simulated one */
	} cases[] = {
		{{'A', 'N', 'N'}, 0.04}, {{'A', 'A', 'N'}, 0.04}, {{'A', 'D', 'A'}, 0.04},
		{{'M', 'N', 'N'}, 0.04}, {{'M', 'D', 'N'}, 0.04}, {{'M', 'A', 'A'}, 0.04},
		{{'M', 'A', 'M'}, 0.06}, {{'M', 'N', 'M'}, 0.06},
	};

	for (size_t i = 0; i < LENGTH(cases); i++)
	{
		uint64_t state = 1;
		ImsForecastRequest request = seeded(&state, STEPS);
		bool multiplied = cases[i].model.season == 'M';
		ImsEtsParameters p = {.model = cases[i].model,
							  .alpha = 0.3,
							  .beta = cases[i].model.trend == 'N' ? 0 : 0.05,
							  .gamma = cases[i].model.season == 'N' ? 0 : 0.1,
							  .phi = cases[i].model.trend == 'D' ? 0.9 : 1,
							  .level = 100,
							  .trend = cases[i].model.trend == 'N' ? 0 : 1};
		double sigma2 = p.model.error == 'M' ? 0.01 : 100;
		double formula[STEPS];
		double work[3 * STEPS];
		double worst = 0;
		ImsForecastRun run = {.request = &request, .forecast = &forecast};

		for (int j = 0; j < 4 && p.model.season != 'N'; j++)
			p.season[j] = multiplied ? 0.8 + 0.1 * j + 0.1 * (j > 1) : 10 * j - 15;
		ims_ets_means(&p, 4, STEPS, mean);
		ims_ets_sum_variances(&p, 4, STEPS, sigma2, work, formula);
		ims_ets_variances(&p, 4, STEPS, sigma2, work, variance);
		ok(relative_difference(formula[0], variance[0]) < 1e-14,
		   "the sum of one step is that step");
		ims_ets_simulate(&p, 4, sigma2, work, &run);
		for (int h = 0; h < STEPS; h++)
			worst = fmax(worst, relative_difference(formula[h], sum_variance[h]));
		ok(worst < cases[i].most, "sums of ETS(%c,%c,%c): %.3f off", p.model.error,
		   p.model.trend, p.model.season, worst);
	}
}

/* A level that takes a third of each error: by hand. */
static void
test_by_hand(void)
{
	double weight[STEPS];
	double error[STEPS];
	double value[40];
	double worst = 0;
	double sum = 0;
	uint64_t state = 3;
	static const ImsMethod methods[] = {
		IMS_METHOD_NAIVE, IMS_METHOD_SEASONAL_NAIVE, IMS_METHOD_DRIFT,
		IMS_METHOD_MEAN,  IMS_METHOD_MOVING_AVERAGE, IMS_METHOD_SES,
		IMS_METHOD_THETA, IMS_METHOD_DYNAMIC_THETA,	 IMS_METHOD_ETS,
		IMS_METHOD_HOLT,  IMS_METHOD_ETS_AVERAGE,	 IMS_METHOD_ETS_THETA,
	};
	ImsForecastRequest request;

	for (int j = 0; j < STEPS; j++)
	{
		weight[j] = 1.0 / 3;
		error[j] = 9;
	}
	ims_forecast_sum_variances(weight, NULL, 1, error, STEPS, variance);
	for (int h = 0; h < STEPS; h++)
	{
		sum += 9 * (1 + h / 3.0) * (1 + h / 3.0);
		worst = fmax(worst, relative_difference(variance[h], sum));
	}
	ok(worst < 1e-14, "a smoothed level: %.1e", worst);
	for (int t = 0; t < 40; t++)
		value[t] = 100 + 10 * (t % 4) + 20 * next_uniform(&state);
	ims_forecast_request(&request, STEPS);
	request.window = 5;
	for (size_t i = 0; i < LENGTH(methods); i++)
	{
		bool grows = true;

		forecast_with(methods[i], value, 40, 4, &request, &forecast);
		for (int h = 1; h < STEPS; h++)
			grows &= sum_variance[h] > sum_variance[h - 1] + variance[h] * 0.999 ||
					 methods[i] == IMS_METHOD_SEASONAL_NAIVE;
		ok(relative_difference(sum_variance[0], variance[0]) < 1e-12 && grows,
		   "%s: errors add up, and do not cancel", ims_forecast_method_name(methods[i]));
	}
	/* A random walk, and four of them one after the other. */
	for (int j = 0; j < STEPS; j++)
	{
		weight[j] = 1;
		error[j] = 1;
	}
	forecast_with(IMS_METHOD_NAIVE, value, 40, 4, &request, &forecast);
	ims_forecast_sum_variances(weight, NULL, 1, error, STEPS, variance);
	worst = 0;
	for (int h = 0; h < STEPS; h++)
		worst = fmax(worst,
					 relative_difference(variance[h] * forecast.sigma2, sum_variance[h]));
	ok(worst < 1e-12, "naive: %.1e", worst);
	for (int j = 0; j < STEPS; j++)
		weight[j] = j % 4 == 0;
	forecast_with(IMS_METHOD_SEASONAL_NAIVE, value, 40, 4, &request, &forecast);
	ims_forecast_sum_variances(weight, NULL, 1, error, STEPS, variance);
	worst = 0;
	for (int h = 0; h < STEPS; h++)
		worst = fmax(worst,
					 relative_difference(variance[h] * forecast.sigma2, sum_variance[h]));
	ok(worst < 1e-12, "seasonal naive: %.1e", worst);
}

/* The deviation of the mean of forecasts is the mean of theirs, of sums too. */
static void
test_mean_of_methods(void)
{
	static const ImsMethod part[] = {IMS_METHOD_ETS_AVERAGE, IMS_METHOD_THETA,
									 IMS_METHOD_DYNAMIC_THETA};
	double value[60];
	double deviation[STEPS] = {0};
	double worst = 0;
	uint64_t state = 5;
	ImsForecastRequest request;

	for (int t = 0; t < 60; t++)
		value[t] = 100 + t + 10 * (t % 4) + 20 * next_uniform(&state);
	ims_forecast_request(&request, STEPS);
	for (int i = 0; i < 3; i++)
	{
		forecast_with(part[i], value, 60, 4, &request, &forecast);
		for (int h = 0; h < STEPS; h++)
			deviation[h] += (i == 0 ? 0.5 : 0.25) * sqrt(sum_variance[h]);
	}
	forecast_with(IMS_METHOD_ETS_THETA, value, 60, 4, &request, &forecast);
	for (int h = 0; h < STEPS; h++)
		worst = fmax(worst, relative_difference(sqrt(sum_variance[h]), deviation[h]));
	ok(worst < 1e-13, "half and quarters of the deviations of sums: %.1e", worst);
}

static void
test_student(void)
{
	static const struct
	{
		double degrees;
		double tail;
		double quantile;
	} known[] = {
		{1, 0.25, 1},
		{1, 1e-10, 3183098861.8379067},
		{2, 0.025, 4.302652729911275},
		{3, 0.025, 3.182446305284263},
		{6, 0.1, 1.4397557472652},
		{6, 0.0005, 5.958816178818},
		{30, 0.005, 2.749995653567231},
		{1e7, 0.025, 1.959963984540054},
	};
	double worst = 0;

	for (size_t i = 0; i < LENGTH(known); i++)
	{
		ImsStudent student;
		double got;

		ims_student_start(&student, known[i].degrees);
		got = ims_student_quantile(&student, known[i].tail);
		ok(relative_difference(got, known[i].quantile) < 1e-7,
		   "t with %g degrees exceeds %.9g with %g", known[i].degrees, got, known[i].tail);
		worst = fmax(worst,
					 relative_difference(ims_student_tail(&student, got), known[i].tail));
		worst = fmax(worst, fabs(ims_student_tail(&student, -got) + known[i].tail - 1));
		worst = fmax(worst, fabs(ims_student_quantile(&student, 1 - 0.2) +
								 ims_student_quantile(&student, 0.2)));
	}
	ok(worst < 1e-9, "tail and quantile are inverse: %.1e", worst);
}

/* Two steps of 10 and 20 with known variances. */
static void
test_lead_times(void)
{
	static const struct
	{
		const char *name;
		int count;
		double periods[3];
		double share[3];
		double mean;
		double square; /* of the mixture: variance plus squared mean */
	} cases[] = {
		{"one period", 1, {1}, {1}, 10, 4 + 100},
		{"two periods", 1, {2}, {7}, 30, 16 + 900},
		{"none", 1, {0}, {1}, 0, 0},
		{"half a period", 1, {0.5}, {1}, 5, 2 + 25},
		{"one and a quarter", 1, {1.25}, {1}, 15, 7 + 225},
		{"the same twice", 2, {2, 2}, {1, 5}, 30, 16 + 900},
		{"one or two", 2, {1, 2}, {3, 1}, 15, 0.75 * 104 + 0.25 * 916},
		{"one that never is", 3, {1, 2, 0}, {1, 1, 0}, 20, 0.5 * 104 + 0.5 * 916},
	};
	ImsForecastRequest request;
	ImsStudent student;

	ims_forecast_request(&request, 2);
	forecast.points = 40;
	mean[0] = 10;
	mean[1] = 20;
	sum_variance[0] = 4;
	sum_variance[1] = 16;
	ims_student_start(&student, 10);
	for (size_t i = 0; i < LENGTH(cases); i++)
	{
		ImsLeadTimes times = {cases[i].periods, cases[i].share, cases[i].count};
		size_t size = ims_lead_time_scratch_size(times.count);
		void *scratch = malloc(size);
		double q[LEVELS];
		ImsLeadTimeDemand demand = {.quantile = q};
		double weight = 0;
		double worst = 0;

		ims_lead_time_demand(&forecast, &times, false, level, LEVELS, &request, scratch,
							 size, &demand);
		free(scratch);
		for (int c = 0; c < times.count; c++)
			weight += cases[i].share[c];
		for (int l = 0; l < LEVELS; l++)
		{
			double above = 0;

			for (int c = 0; c < times.count; c++)
			{
				double n = cases[i].periods[c];
				double m = n <= 1 ? 10 * n : 10 + 20 * (n - 1);
				double v = n <= 1 ? 4 * n : 4 + 12 * (n - 1);

				above += cases[i].share[c] / weight *
						 (v > 0 ? ims_student_tail(&student, (q[l] - m) / sqrt(v)) : 0);
			}
			worst = fmax(worst, fabs(above - (1 - level[l])));
		}
		ok(fabs(demand.mean - cases[i].mean) < 1e-12 &&
			   fabs(demand.variance + cases[i].mean * cases[i].mean - cases[i].square) <
				   1e-10,
		   "%s: mean and variance", cases[i].name);
		ok(cases[i].mean == 0 ? q[0] == 0 && q[3] == 0 : worst < 1e-12,
		   "%s: exceeded as often as it says (%.1e)", cases[i].name, worst);
	}
}

static void
test_lead_time_bounds(void)
{
	double periods = 1;
	ImsLeadTimes times = {&periods, NULL, 1};
	char scratch[1000];
	double q[LEVELS];
	ImsLeadTimeDemand demand = {.quantile = q};
	ImsForecastRequest request;

	ims_forecast_request(&request, 1);
	mean[0] = 1;
	sum_variance[0] = 100;
	ims_lead_time_demand(&forecast, &times, false, (double[]){0.05}, 1, &request, scratch,
						 sizeof(scratch), &demand);
	ok(q[0] < 0, "below zero where it may be");
	ims_lead_time_demand(&forecast, &times, true, (double[]){0.05}, 1, &request, scratch,
						 sizeof(scratch), &demand);
	ok(q[0] == 0, "not where it may not");
	sum_variance[0] = NAN;
	ims_lead_time_demand(&forecast, &times, true, level, LEVELS, &request, scratch,
						 sizeof(scratch), &demand);
	ok(isnan(q[0]) && isnan(demand.variance) && demand.mean == 1,
	   "no variance, no quantiles");
	sum_variance[0] = 0;
	times = (ImsLeadTimes){(double[]){0, 1}, NULL, 2};
	ims_lead_time_demand(&forecast, &times, true, level, LEVELS, &request, scratch,
						 sizeof(scratch), &demand);
	ok(q[0] == 0 && fabs(q[1] - 1) < 1e-12, "two numbers without a deviation: %g and %g",
	   q[0], q[1]);
	times = (ImsLeadTimes){&periods, NULL, 1};
	mean[0] = DBL_MAX;
	sum_variance[0] = DBL_MAX;
	ims_lead_time_demand(&forecast, &times, true, level, LEVELS, &request, scratch,
						 sizeof(scratch), &demand);
	ok(isfinite(demand.mean) && isfinite(q[3]) && !isnan(demand.variance),
	   "the largest numbers");
	ok(!ims_lead_time_demand(&forecast, &times, true, level, LEVELS, &request, scratch, 8,
							 &demand),
	   "scratch that is too small");
	request.interrupt = stop;
	ok(!ims_lead_time_demand(&forecast, &times, true, level, LEVELS, &request, scratch,
							 sizeof(scratch), &demand),
	   "stopped when told");
}

typedef struct Drawn
{
	ImsLeadTimeDemand demand;
	double q[LEVELS];
	double lower; /* of the demand of one period, 95 % */
	double upper;
	double single[4]; /* and quantiles of it, for single_level */
	double mean;	  /* of the sums themselves */
	bool whole;
	bool sorted;
	bool done;
	bool bounded;
} Drawn;

static const double single_level[] = {0.74, 0.76, 0.9, 0.95};

/* The quantiles of sums of irregular demand, by a seed. */
static void
draw(const double *value, int count, ImsIntermittentMethod method, const double *periods,
	 int cases, uint64_t seed, ImsInterrupt interrupt, Drawn *drawn)
{
	ImsSeries series = {value, count, 1};
	ImsLeadTimes times = {periods, NULL, cases};
	ImsForecastRequest request = seeded(&seed, 1);
	ImsIntermittentRequest usual;
	ImsIntermittentForecast answer;
	ImsCompound compound;
	ImsScratch scratch;
	size_t size = IMS_SCRATCH_ALIGNMENT + ims_compound_scratch_size(count) +
				  ims_compound_sums_size(&times, PATHS);
	void *memory = malloc(size);
	double *sum;

	request.interrupt = interrupt;
	ims_intermittent_request(&usual);
	usual.weights.size = 0.1;
	answer = run(method, value, count, &usual);
	ims_scratch_start(&scratch, memory, size);
	ims_compound_prepare(&series, &answer, &scratch, &compound);
	drawn->bounded =
		ims_compound_interval(&compound, &request, 0.95, &drawn->lower, &drawn->upper);
	for (size_t i = 0; i < LENGTH(single_level); i++)
		drawn->bounded &=
			ims_compound_quantile(&compound, &request, single_level[i], &drawn->single[i]);
	sum = ims_compound_sums(&compound, &times, &request, &scratch);
	drawn->demand.quantile = drawn->q;
	drawn->mean = 0;
	drawn->done = sum != NULL;
	drawn->whole = drawn->sorted = true;
	for (int i = 0; i < PATHS && drawn->done; i++)
	{
		drawn->mean += sum[i] / PATHS;
		drawn->whole &= sum[i] == floor(sum[i]);
		drawn->sorted &= i == 0 || sum[i] >= sum[i - 1];
	}
	if (drawn->done)
		ims_compound_demand(&compound, &times, sum, PATHS, level, LEVELS, &drawn->demand);
	free(memory);
}

static void
test_drawn(void)
{
	double value[48];
	double one = 1;
	double part = 2.5;
	double cases[] = {1, 3};
	Drawn drawn;
	Drawn again;

	for (int t = 0; t < 48; t++)
		value[t] = t % 4 == 3 ? 1 + t % 3 : 0;
	draw(value, 48, IMS_INTERMITTENT_MEAN, &one, 1, 1, NULL, &drawn);
	ok(drawn.whole && drawn.sorted, "whole numbers stay whole");
	ok(relative_difference(drawn.mean, 0.5) < 0.03 && fabs(drawn.demand.mean - 0.5) < 1e-12,
	   "the mean of what is drawn: %.4f of %.4f", drawn.mean, drawn.demand.mean);
	ok(drawn.q[0] == 0 && drawn.q[1] >= 1 && drawn.q[3] >= drawn.q[2] &&
		   drawn.q[2] >= drawn.q[1],
	   "quantiles of a period: %g %g %g %g", drawn.q[0], drawn.q[1], drawn.q[2],
	   drawn.q[3]);
	ok(drawn.single[0] == 0 && drawn.single[1] == 1 && drawn.single[2] == 2 &&
		   drawn.single[3] == 3,
	   "a quarter of the periods has 1, 2 or 3");
	ok(drawn.lower == 0 && drawn.upper == 3,
	   "no demand is within: all that is left out is above");
	draw(value, 48, IMS_INTERMITTENT_ZERO, &one, 1, 1, NULL, &drawn);
	ok(drawn.demand.mean == 0 && drawn.mean == 0 && drawn.q[3] == 0 && drawn.upper == 0,
	   "for a dead item nothing is kept: %.4f", drawn.mean);
	for (int t = 16; t < 48; t++)
		value[t] = 0;
	draw(value, 48, IMS_INTERMITTENT_TSB, &one, 1, 1, NULL, &drawn);
	ok(drawn.demand.mean < 0.1 &&
		   fabs(drawn.mean - 0.7 * drawn.demand.mean - 0.3 * 0.5 * 16 / 48) < 0.012,
	   "demand may return to its old rate: %.4f of %.4f", drawn.mean, drawn.demand.mean);
	for (int t = 0; t < 48; t++)
		value[t] = 1.5;
	draw(value, 48, IMS_INTERMITTENT_MEAN, &one, 1, 1, NULL, &drawn);
	ok(fabs(log(drawn.q[2] / drawn.q[0]) - 1.645 * sqrt(0.1)) < 0.06,
	   "a future has a level of its own, with a variance of 0.1: %.4f",
	   log(drawn.q[2] / drawn.q[0]) * log(drawn.q[2] / drawn.q[0]) / (1.645 * 1.645));
	for (int t = 0; t < 48; t++)
		value[t] = t % 4 == 3 ? 1 + t % 3 : 0;
	draw(value, 48, IMS_INTERMITTENT_MEAN, &part, 1, 1, NULL, &drawn);
	ok(relative_difference(drawn.mean, 1.25) < 0.03, "two periods and a half: %.4f",
	   drawn.mean);
	draw(value, 48, IMS_INTERMITTENT_MEAN, cases, 2, 1, NULL, &drawn);
	ok(relative_difference(drawn.mean, 1) < 0.03, "one or three periods: %.4f", drawn.mean);
	draw(value, 48, IMS_INTERMITTENT_MEAN, cases, 2, 1, NULL, &again);
	ok(memcmp(drawn.q, again.q, sizeof(drawn.q)) == 0 &&
		   drawn.demand.variance == again.demand.variance,
	   "one seed, one answer");
	draw(value, 48, IMS_INTERMITTENT_MEAN, cases, 2, 2, NULL, &again);
	ok(drawn.demand.variance != again.demand.variance, "another seed, another one");
	draw(value, 48, IMS_INTERMITTENT_MEAN, cases, 2, 2, stop, &again);
	ok(!again.done && !again.bounded, "stopped when told");
	for (int t = 0; t < 48; t++)
		value[t] = t % 4 == 3 ? 0.5 + t : 0;
	draw(value, 48, IMS_INTERMITTENT_TSB, &part, 1, 1, NULL, &drawn);
	ok(!drawn.whole, "parts stay parts");
}

static bool
count_looks(void *context)
{
	++*(int *) context;
	return false;
}

/* The bounds of a long history are found by going through it many times. */
static void
test_looks(void)
{
	enum
	{
		COUNT = 200000
	};
	double *value = malloc(sizeof(double) * COUNT);
	size_t size = IMS_SCRATCH_ALIGNMENT + ims_compound_scratch_size(COUNT);
	void *memory = malloc(size);
	uint64_t seed = 1;
	int looks = 0;
	ImsForecastRequest request = seeded(&seed, 1);
	ImsIntermittentForecast forecast = {.mean = 500};
	ImsCompound compound;
	ImsScratch scratch;
	double lower;
	double upper;

	for (int t = 0; t < COUNT; t++)
		value[t] = t % 2 == 0 ? 0 : 1 + 7 * (t % 997) / 11.0;
	request.interrupt = count_looks;
	request.interrupt_context = &looks;
	ims_scratch_start(&scratch, memory, size);
	ims_compound_prepare(&(ImsSeries){value, COUNT, 1}, &forecast, &scratch, &compound);
	ok(ims_compound_interval(&compound, &request, 0.95, &lower, &upper) && looks > 50 &&
		   compound.sizes / 65536 * 50 < looks,
	   "an interrupt is looked for within: %d times", looks);
	free(memory);
	free(value);
}

/* Whatever the demand, finite and in order. */
static void
test_drawn_oddly(void)
{
	static const struct
	{
		const char *name;
		int count;
		double value[6];
	} cases[] = {
		{"nothing", 0, {0}},
		{"all zero", 6, {0}},
		{"one demand", 6, {0, 0, 5, 0, 0, 0}},
		{"always", 6, {3, 3, 3, 3, 3, 3}},
		{"ever more", 6, {1, 10, 100, 1000, 10000, 100000}},
		{"gaps and returns", 6, {NAN, -4, 7, INFINITY, 0, 2}},
		{"the largest", 6, {DBL_MAX, 0, DBL_MAX, 0, 0, DBL_MAX}},
		{"the smallest", 6, {5e-324, 0, 5e-324, 0, 0, 5e-324}},
	};
	double periods[] = {0, 1000, 0.5};

	for (size_t i = 0; i < LENGTH(cases); i++)
	{
		Drawn drawn;
		double value[6];

		memcpy(value, cases[i].value, sizeof(value));
		draw(value, cases[i].count, IMS_INTERMITTENT_SES, periods, 3, 1, NULL, &drawn);
		ok(drawn.done && drawn.sorted && isfinite(drawn.q[3]) && drawn.q[0] >= 0 &&
			   isfinite(drawn.demand.mean) && isfinite(drawn.demand.variance) &&
			   drawn.lower >= 0 && drawn.lower <= drawn.upper && isfinite(drawn.upper),
		   "%s: from %g to %g", cases[i].name, drawn.q[0], drawn.q[3]);
	}
}

/* A level that moves, and demand now and then, made by a known rule. */
static void
test_truth(void)
{
	enum
	{
		SERIES = 600,
		PERIODS = 40,
		LEAD = 6
	};
	uint64_t state = 11;
	int level_within = 0, drawn_below[LEVELS] = {0};

	for (int i = 0; i < SERIES; i++)
	{
		double value[PERIODS + LEAD];
		double now = 100;
		double sum = 0;
		double q[2];
		double pair[2];
		double periods = LEAD;
		ImsLeadTimes times = {&periods, NULL, 1};
		char scratch[1000];
		ImsLeadTimeDemand demand = {.quantile = q};
		ImsForecastRequest request = seeded(&state, LEAD);

		for (int t = 0; t < PERIODS + LEAD; t++)
		{
			ims_forecast_normal_pair(&request, pair);
			value[t] = now + 10 * pair[0];
			now += 0.3 * 10 * pair[0];
			sum += t >= PERIODS ? value[t] : 0;
		}
		request.paths = 0;
		forecast_with(IMS_METHOD_SES, value, PERIODS, 1, &request, &forecast);
		ims_widen_variances(&forecast, LEAD);
		ims_lead_time_demand(&forecast, &times, false, (double[]){0.025, 0.975}, 2,
							 &request, scratch, sizeof(scratch), &demand);
		level_within += sum >= q[0] && sum <= q[1];
	}
	ok(fabs(level_within / (double) SERIES - 0.95) <= 0.03,
	   "95 %% of sums of a moving level: %.3f", level_within / (double) SERIES);
	for (int i = 0; i < SERIES / 6; i++)
	{
		double value[PERIODS + LEAD];
		double periods = LEAD;
		double sum = 0;
		Drawn drawn;

		for (int t = 0; t < PERIODS + LEAD; t++)
		{
			value[t] = next_uniform(&state) < 0.4 ? 10 * exp(next_uniform(&state)) : 0;
			sum += t >= PERIODS ? value[t] : 0;
		}
		draw(value, PERIODS, IMS_INTERMITTENT_AUTO, &periods, 1, 1, NULL, &drawn);
		for (int l = 0; l < LEVELS; l++)
			drawn_below[l] += sum <= drawn.q[l];
	}
	ok(fabs(drawn_below[1] / (SERIES / 6.0) - 0.9) <= 0.06 &&
		   fabs(drawn_below[2] / (SERIES / 6.0) - 0.95) <= 0.04 &&
		   drawn_below[3] / (SERIES / 6.0) >= 0.96,
	   "sums of demand now and then: %d %d %d %d of %d", drawn_below[0], drawn_below[1],
	   drawn_below[2], drawn_below[3], SERIES / 6);
}

int
main(void)
{
	forecast.mean = mean;
	forecast.variance = variance;
	forecast.sum_variance = sum_variance;
	test_sums();
	test_by_hand();
	test_mean_of_methods();
	test_student();
	test_lead_times();
	test_lead_time_bounds();
	test_drawn();
	test_looks();
	test_drawn_oddly();
	test_truth();
	return tap_end();
}
