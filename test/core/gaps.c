/*
 * gaps.c -- periods of which nothing is known.
 *
 * Guaranteed: a peak of the season that was not seen is forecast from those of
 * other years, by every method that knows a season; intervals of 95 % and the
 * quantile of 0.95 of the demand of six periods hold as often as they say when
 * three or six of ten periods are unknown, and the peaks are not underrated, but
 * by those that were never known (simulated, seeded); what was never known, or not often enough, is bridged.
 */
#include "golden.h"

#include "forecast/gaps.h"
#include "forecast/interval.h"
#include "forecast/lead_time.h"

#define HORIZON 24
#define POINTS 60
#define SERIES 400

static double mean[HORIZON];
static double variance[HORIZON];
static double sum_variance[HORIZON];
static ImsForecast forecast;
static uint64_t state;

static double
uniform(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (double) ((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

static double
normal(void)
{
	double u = 1 - uniform();

	return sqrt(-2 * log(u)) * cos(2 * acos(-1) * uniform());
}

static void
run(ImsMethod method, const double *value, int count, int season)
{
	ImsForecastRequest request;

	ims_forecast_request(&request, HORIZON);
	forecast_with(method, value, count, season, &request, &forecast);
	ims_widen_variances(&forecast, HORIZON);
}

/* Five years of about 105, with 203 each December; that of two years is not known. */
static void
test_peaks(void)
{
	static const ImsMethod methods[] = {IMS_METHOD_ETS_THETA,
										IMS_METHOD_ETS,
										IMS_METHOD_ETS_AVERAGE,
										IMS_METHOD_THETA,
										IMS_METHOD_DYNAMIC_THETA,
										IMS_METHOD_HOLT_WINTERS_ADDITIVE,
										IMS_METHOD_HOLT_WINTERS_MULTIPLICATIVE,
										IMS_METHOD_SEASONAL_NAIVE};
	double value[POINTS];

	for (int t = 0; t < POINTS; t++)
		value[t] = t % 12 == 11 ? 203 : 105 + t * 7 % 5 - 2;
	value[23] = value[47] = NAN;
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
	{
		run(methods[i], value, POINTS, 12);
		ok(fabs(mean[11] - 203) < 6 && fabs(mean[10] - 105) < 6 &&
			   forecast.reason == IMS_REASON_MISSING_FILLED,
		   "%s of a December that was twice unknown: %.1f after %.1f",
		   ims_forecast_method_name(methods[i]), mean[11], mean[10]);
	}
	value[23] = value[47] = 203;
	value[59] = NAN;
	run(IMS_METHOD_SEASONAL_NAIVE, value, POINTS, 12);
	ok(mean[11] == 203 && mean[10] == value[58] && mean[23] == 203 &&
		   variance[11] > 1.9 * variance[10],
	   "seasonal naive of an unknown last December takes the one before");
	run(IMS_METHOD_ETS_THETA, value, POINTS, 12);
	ok(fabs(mean[11] - 203) < 6, "auto of an unknown last December: %.1f", mean[11]);
}

typedef struct Score
{
	double within; /* shares */
	double below;
	double bias; /* of the peak */
} Score;

/* Demand about 100, with a season whose peak adds `peak`; a share is not known. */
static Score
simulate(int season, double missing, double peak)
{
	double level = 0.95;
	double six = 6;
	ImsLeadTimes times = {&six, NULL, 1};
	ImsForecastRequest request;
	Score score = {0};

	ims_forecast_request(&request, HORIZON);
	state = 1;
	for (int s = 0; s < SERIES; s++)
	{
		double value[POINTS + 12];
		double sum = 0;
		double quantile;
		char scratch[1024];
		ImsLeadTimeDemand demand = {.quantile = &quantile};
		ImsStudent student;
		double reach;

		for (int t = 0; t < POINTS + 12; t++)
			value[t] = 100 + (t % 12 == 11 ? peak : 0) +
					   peak / 5 * sin(t % 12 * acos(-1) / 6) + 10 * normal();
		for (int t = 0; t < 6; t++)
			sum += value[POINTS + t];
		for (int t = 0; t < POINTS; t++)
			if (uniform() < missing)
				value[t] = NAN;
		run(IMS_METHOD_ETS_THETA, value, POINTS, season);
		ims_student_start(&student, ims_interval_degrees(&forecast));
		reach = ims_student_quantile(&student, 0.025);
		for (int h = 0; h < 12; h++)
			score.within +=
				(fabs(value[POINTS + h] - mean[h]) <= reach * sqrt(variance[h])) /
				(12.0 * SERIES);
		ims_lead_time_demand(&forecast, &times, false, &level, 1, &request, scratch,
							 sizeof(scratch), &demand);
		score.below += (sum <= quantile) / (double) SERIES;
		score.bias += (mean[11] - 100 - peak * (1 - sin(acos(-1) / 6) / 5)) / SERIES;
	}
	return score;
}

static void
test_coverage(void)
{
	static const double missing[] = {0, 0.3, 0.6};

	for (int i = 0; i < 3; i++)
	{
		Score score = simulate(12, missing[i], 80);

		ok(score.within >= 0.92 && score.within <= 0.995 && score.below >= 0.92 &&
			   fabs(score.bias) < (i < 2 ? 3 : 10),
		   "season, %.0f %% unknown: within 95 %% are %.3f, below 0.95 %.3f; peak off by %+.1f",
		   100 * missing[i], score.within, score.below, score.bias);
		score = simulate(1, missing[i], 0);
		ok(score.within >= 0.92 && score.within <= 0.995 && score.below >= 0.92,
		   "no season, %.0f %% unknown: within 95 %% are %.3f, below 0.95 %.3f",
		   100 * missing[i], score.within, score.below);
	}
}

static bool
stop(void *context)
{
	return --*(int *) context <= 0;
}

static bool
filled(double *value, int count, int season)
{
	size_t size = IMS_SCRATCH_ALIGNMENT + ims_fill_gaps_size(count, season);
	void *memory = malloc(size);
	ImsScratch scratch;
	bool done;

	ims_scratch_start(&scratch, memory, size);
	done = ims_fill_gaps(value, count, season, NULL, NULL, &scratch);
	for (int t = 0; t < count; t++)
		done &= isfinite(value[t]) != 0;
	free(memory);
	return done;
}

/* What was never known, or hardly ever. */
static void
test_corners(void)
{
	double value[POINTS];
	double line[] = {1, NAN, NAN, NAN, 5, 9, NAN};
	bool sound;

	for (int t = 0; t < POINTS; t++)
		value[t] = t % 4 == 2 ? NAN : 10 * (t % 4);
	sound = filled(value, POINTS, 4);
	ok(sound && fabs(value[2] - 20) < 1 && fabs(value[58] - 20) < 1,
	   "a phase that was never known lies between those beside it: %.2f", value[58]);
	for (int t = 0; t < POINTS; t++)
		value[t] = t % 4 == 0 ? 7 : NAN;
	ok(filled(value, POINTS, 4) && value[1] == 7 && value[59] == 7,
	   "one phase alone is the level of all");
	for (int t = 0; t < POINTS; t++)
		value[t] = t < 15 && t != 3 ? 100 + t % 12 : NAN;
	ok(filled(value, POINTS, 12) && value[3] > 99 && value[3] < 112 && value[59] < 120,
	   "little more than one season is known");
	for (int t = 0; t < POINTS; t++)
		value[t] = t < 11 ? 100 + t : NAN;
	ok(filled(value, POINTS, 12) && value[59] == value[11] && value[59] <= 110,
	   "no phase is known twice: the level stays");
	for (int t = 0; t < POINTS; t++)
		value[t] = t == 0 || t == 59 ? 50 : NAN;
	ok(filled(value, POINTS, 12) && value[30] == 50, "two known periods");
	value[1] = NAN;
	ok(filled(value, 2, 12) && value[1] == 50, "one known period, shorter than a season");
	sound = filled(line, 7, 1);
	ok(sound && line[1] > 1 && line[1] <= line[2] && line[2] <= line[3] &&
		   line[3] <= line[5] && line[6] >= 5 && line[6] <= 9,
	   "without a season a gap is between its neighbours: %.2f %.2f %.2f, %.2f", line[1],
	   line[2], line[3], line[6]);
	for (int t = 0; t < POINTS; t++)
		value[t] = t % 4 == 0 ? (t < 40 ? 1 : NAN) : t < 40 ? 100 : 50;
	sound = filled(value, POINTS, 4);
	ok(sound && value[56] == 1, "not below the least that is known: %.2f", value[56]);
	for (int t = 0; t < POINTS; t++)
		value[t] = t % 12 == 5 ? NAN : 2 + t % 12;
	run(IMS_METHOD_SEASONAL_NAIVE, value, POINTS, 12);
	ok(mean[5] == 7 && mean[4] == 6 && isfinite(variance[5]) && variance[5] == variance[17],
	   "seasonal naive of a phase that was never known: %.2f", mean[5]);
}

/* A callback that is called so often before it says stop. */
static void
test_stop(void)
{
	double value[POINTS];
	ImsForecastRequest request;

	for (int t = 0; t < POINTS; t++)
		value[t] = t % 12 == 5 ? NAN : 2 + t % 12;
	ims_forecast_request(&request, 1);
	request.interrupt = stop;
	for (int calls = 1; calls <= 8; calls++)
	{
		int left = calls;

		request.interrupt_context = &left;
		forecast_with(IMS_METHOD_THETA, value, POINTS, 12, &request, &forecast);
		ok(forecast.status == IMS_FORECAST_INTERRUPTED && left == 0, "stopped at call %d",
		   calls);
	}
}

/* Only what is known counts. */
static void
test_known(void)
{
	double value[] = {4, NAN, 6, 8, NAN};
	double walk[POINTS];
	double step;
	double sum;

	run(IMS_METHOD_NAIVE, value, 5, 1);
	ok(mean[0] == 8 && forecast.points == 3 &&
		   fabs(forecast.sigma2 - (4 / 2.0 + 4) / 2) < 1e-12,
	   "naive: the last known value, changes over gaps by their length");
	run(IMS_METHOD_DRIFT, value, 5, 1);
	ok(fabs(mean[0] - (8 + 2 * 4 / 3.0)) < 1e-12 && forecast.points == 3,
	   "drift from the first known to the last known, through the gap");
	run(IMS_METHOD_MEAN, value, 5, 1);
	ok(mean[0] == 6 && fabs(forecast.sigma2 - 4) < 1e-12, "mean of the known");
	state = 5;
	for (int t = 0; t < POINTS; t++)
		walk[t] = 100 + (t > 0 ? walk[t - 1] - 100 : 0) + normal();
	run(IMS_METHOD_SES, walk, POINTS - 12, 1);
	step = variance[12];
	sum = sum_variance[11];
	for (int t = POINTS - 12; t < POINTS; t++)
		walk[t] = NAN;
	run(IMS_METHOD_SES, walk, POINTS, 1);
	ok(forecast.points == POINTS - 12 && variance[0] > 0.6 * step &&
		   sum_variance[11] > 2 * sum,
	   "a walk goes on unseen: %.1f as of a year ago %.1f", variance[0], step);
}

int
main(void)
{
	forecast.mean = mean;
	forecast.variance = variance;
	forecast.sum_variance = sum_variance;
	test_peaks();
	test_corners();
	test_known();
	test_stop();
	test_coverage();
	return tap_end();
}
