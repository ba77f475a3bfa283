/*
 * long_season.c -- seasons of more than 24 periods.
 *
 * Guaranteed, on simulated weeks of a year (seeded): a season that is there is
 * forecast by auto, ETS and Theta about as well as noise allows, from two and a half
 * seasons on, and intervals hold what they say; of series without one hardly any is
 * given one.  A model that is asked for without a season has none.
 */
#include "golden.h"

#include "forecast/interval.h"

#define HORIZON 26
#define SEASON 52
#define SERIES 40
#define POINTS 400

static double mean[HORIZON];
static double variance[HORIZON];
static double sum_variance[HORIZON];
static ImsForecast forecast;
static uint64_t state;

typedef enum Kind
{
	SINE,
	FIGURE, /* each week of the year has its own deviation */
	NOISE,
	WALK
} Kind;

typedef struct Score
{
	double error; /* mean absolute */
	double within;
	int seasonal;
} Score;

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

/* Noise of 10 about 100, or a walk of such a kind. */
static void
simulate(Kind kind, double *value, int count)
{
	double figure[SEASON];
	double phase = 2 * acos(-1) * uniform();
	double level = 100;

	for (int j = 0; j < SEASON; j++)
		figure[j] = kind == SINE	 ? 60 * sin(2 * acos(-1) * j / SEASON + phase)
					: kind == FIGURE ? 20 * normal()
									 : 0;
	for (int t = 0; t < count; t++)
	{
		level += kind == WALK ? 5 * normal() : 0;
		value[t] = level + figure[t % SEASON] + (kind == WALK ? 2 : 10) * normal();
	}
}

static Score
score_of(Kind kind, ImsMethod method, int count)
{
	ImsForecastRequest request;
	Score score = {0};

	ims_forecast_request(&request, HORIZON);
	state = 7;
	for (int s = 0; s < SERIES; s++)
	{
		double value[POINTS];
		ImsStudent student;
		double reach;

		simulate(kind, value, count + HORIZON);
		forecast_with(method, value, count, SEASON, &request, &forecast);
		ims_widen_variances(&forecast, HORIZON);
		ims_student_start(&student, ims_interval_degrees(&forecast));
		reach = ims_student_quantile(&student, 0.025);
		score.seasonal += forecast.seasonal;
		for (int h = 0; h < HORIZON; h++)
		{
			double error = fabs(value[count + h] - mean[h]);

			score.error += error / (SERIES * HORIZON);
			score.within +=
				(error <= reach * sqrt(variance[h])) / (double) (SERIES * HORIZON);
		}
	}
	return score;
}

/* Noise of 10 has a mean absolute error of 8. */
static void
test_seasonal(void)
{
	static const ImsMethod methods[] = {IMS_METHOD_ETS, IMS_METHOD_ETS_AVERAGE,
										IMS_METHOD_THETA, IMS_METHOD_DYNAMIC_THETA,
										IMS_METHOD_ETS_THETA};

	for (int i = 0; i < 5; i++)
		for (Kind kind = SINE; kind <= FIGURE; kind++)
			for (int count = 130; count <= 208; count += 78)
			{
				Score score = score_of(kind, methods[i], count);

				ok(score.error < 10.5 && score.seasonal == SERIES &&
					   score.within > 0.93 && score.within < 0.99 &&
					   forecast.reason == IMS_REASON_SEASON_TAKEN_OUT &&
					   isfinite(forecast.season[SEASON - 1]),
				   "%s, %s, %d weeks: off by %.1f, within 95 %% are %.3f",
				   kind == SINE ? "a sine" : "a figure",
				   ims_forecast_method_name(methods[i]), count, score.error, score.within);
			}
}

static void
test_without_season(void)
{
	for (Kind kind = NOISE; kind <= WALK; kind++)
	{
		Score score = score_of(kind, IMS_METHOD_ETS_THETA, 208);

		ok(score.seasonal <= (kind == NOISE ? 0 : 4) && score.within > 0.93,
		   "%s: %d of %d got a season, off by %.1f", kind == NOISE ? "noise" : "a walk",
		   score.seasonal, SERIES, score.error);
	}
}

static void
run(ImsMethod method, const double *value, int count, int season, ImsEtsModel model)
{
	ImsForecastRequest request;

	ims_forecast_request(&request, HORIZON);
	request.model = model;
	forecast_with(method, value, count, season, &request, &forecast);
}

static bool
stop(void *context)
{
	return --*(int *) context <= 0;
}

static void
test_bounds(void)
{
	static double value[4 * IMS_SERIES_MAX_SEASON];
	const ImsEtsModel any = {'Z', 'Z', 'Z'};
	ImsForecastRequest request;
	int calls = 1;

	state = 3;
	simulate(SINE, value, POINTS);
	run(IMS_METHOD_ETS, value, 129, SEASON, any);
	ok(!forecast.seasonal && forecast.reason == IMS_REASON_LONG_SEASON,
	   "less than two and a half seasons: none");
	run(IMS_METHOD_ETS, value, 208, SEASON, (ImsEtsModel){'A', 'N', 'N'});
	ok(!forecast.seasonal && forecast.reason == IMS_REASON_NONE,
	   "none where a model without is asked for");
	for (int t = 1; t <= 105; t++)
		value[t] = NAN;
	run(IMS_METHOD_ETS, value, 208, SEASON, any);
	ok(!forecast.seasonal && isfinite(mean[25]), "less than two seasons are known");
	value[1] = value[0];
	run(IMS_METHOD_ETS, value, 208, SEASON, any);
	ok(forecast.seasonal, "two seasons are known");
	for (int t = 0; t < 208; t++)
		value[t] = t % SEASON;
	run(IMS_METHOD_ETS_THETA, value, 208, SEASON, any);
	ok(fabs(mean[0]) < 1 && fabs(mean[25] - 25) < 1, "a season without noise: %.3f",
	   mean[25]);
	for (int t = 0; t < 4 * 366; t++)
		value[t] = 100 + 50 * sin(2 * acos(-1) * t / 366) + t % 7;
	run(IMS_METHOD_ETS_THETA, value, 4 * 366, 366, any);
	ok(forecast.seasonal && fabs(mean[0] - 103) < 4, "days of a year: %.1f", mean[0]);
	for (int t = 0; t < 200; t++)
		value[t] = t % 24 + t % 5;
	run(IMS_METHOD_ETS_THETA, value, 200, 24, any);
	ok(forecast.reason != IMS_REASON_SEASON_TAKEN_OUT,
	   "a season of 24 is left to the method");
	ims_forecast_request(&request, 1);
	request.interrupt = stop;
	for (; calls <= 3; calls++)
	{
		int left = calls;

		request.interrupt_context = &left;
		forecast_with(IMS_METHOD_ETS, value, 200, 25, &request, &forecast);
		if (forecast.status != IMS_FORECAST_INTERRUPTED)
			break;
	}
	ok(calls == 4, "stopped at calls 1 to 3");
}

int
main(void)
{
	forecast.mean = mean;
	forecast.variance = variance;
	forecast.sum_variance = sum_variance;
	test_seasonal();
	test_without_season();
	test_bounds();
	return tap_end();
}
