/*
 * combine.c -- the mean of ETS and Theta.
 *
 * Guaranteed: it is half the average of ETS models and a quarter each of the
 * two Thetas; one that runs away is left out; on the given part of the M3
 * competition it has no more sMAPE in any group, and no more MASE overall, than
 * the mean of R's ets and thetaf; the average of ETS models has less of both
 * than R's ets in every group.
 */
#include "golden.h"

#define MAX_TEST 18

static double mean[IMS_FORECAST_MAX_HORIZON];
static double variance[IMS_FORECAST_MAX_HORIZON];
static ImsForecast forecast;

static void
make_series(double *value, int count)
{
	unsigned state = 7;

	for (int t = 0; t < count; t++)
	{
		state = state * 1664525u + 1013904223u;
		value[t] = 100 + t + 10 * (t % 4) + (state >> 16) / 65536.0 * 20;
	}
}

static void
test_parts(void)
{
	double value[60];
	double part[3][8];
	double deviation[3][8];
	ImsMethod method[] = {IMS_METHOD_ETS_AVERAGE, IMS_METHOD_THETA,
						  IMS_METHOD_DYNAMIC_THETA};
	double worst = 0;
	double worst_deviation = 0;
	ImsForecastRequest request;

	make_series(value, 60);
	ims_forecast_request(&request, 8);
	for (int i = 0; i < 3; i++)
	{
		forecast_with(method[i], value, 60, 4, &request, &forecast);
		for (int h = 0; h < 8; h++)
		{
			part[i][h] = mean[h];
			deviation[i][h] = sqrt(variance[h]);
		}
	}
	forecast_with(IMS_METHOD_ETS_THETA, value, 60, 4, &request, &forecast);
	for (int h = 0; h < 8; h++)
	{
		worst = fmax(worst, relative_difference(mean[h], part[0][h] / 2 + part[1][h] / 4 +
															 part[2][h] / 4));
		worst_deviation =
			fmax(worst_deviation,
				 relative_difference(sqrt(variance[h]), deviation[0][h] / 2 +
															deviation[1][h] / 4 +
															deviation[2][h] / 4));
	}
	ok(worst < 1e-14 && forecast.method == IMS_METHOD_ETS_THETA,
	   "half and quarters: %.1e", worst);
	ok(worst_deviation < 1e-14, "of deviations too: %.1e", worst_deviation);
	ok(forecast.theta == 2 && forecast.model.error != 0 && isfinite(forecast.aicc),
	   "what it was made of is told");
	forecast.variance = NULL;
	memcpy(part[0], mean, sizeof(part[0]));
	forecast_with(IMS_METHOD_ETS_THETA, value, 60, 4, &request, &forecast);
	ok(memcmp(part[0], mean, sizeof(part[0])) == 0, "the same without variances");
	forecast.variance = variance;
}

/* After an explosion ETS follows it, Theta its regression line. */
static void
test_guard(void)
{
	double value[200];
	ImsForecastRequest request;

	for (int t = 0; t < 200; t++)
		value[t] = t < 194 ? 100 + t % 3 : 200 * pow(2, t - 193);
	ims_forecast_request(&request, 200);
	forecast_with(IMS_METHOD_ETS_THETA, value, 200, 1, &request, &forecast);
	ok(forecast.reason == IMS_REASON_IMPLAUSIBLE, "one that runs away is left out: %.0f",
	   mean[199]);
	/* A rise that has long ended: half its slope goes on for ever in Theta. */
	for (int t = 0; t < 200; t++)
		value[t] = (t < 40 ? 25.0 * t : 1000) + t % 3;
	ims_forecast_request(&request, 5000);
	forecast_with(IMS_METHOD_ETS_THETA, value, 200, 1, &request, &forecast);
	ok(forecast.reason == IMS_REASON_IMPLAUSIBLE && fabs(mean[4999] - 1001) < 200,
	   "nor Theta's line: %.0f", mean[4999]);
	forecast_with(IMS_METHOD_ETS_THETA, value, 4, 1, &request, &forecast);
	ok(forecast.status == IMS_FORECAST_FALLBACK && forecast.reason == IMS_REASON_SHORT &&
		   forecast.method == IMS_METHOD_MEAN,
	   "four points are too few");
}

typedef struct Score
{
	double smape;
	double mase;
	int count;
} Score;

enum
{
	YEARLY,
	QUARTERLY,
	MONTHLY,
	OTHER,
	ALL,
	GROUPS
};

static const char *const group_name[] = {"YEARLY", "QUARTERLY", "MONTHLY", "OTHER", "all"};

static void
score_one(ImsMethod method, const GoldenSeries *s, int train, Score *group, Score *all)
{
	int horizon = s->count - train;
	double smape = 0, error = 0, scale = 0;
	ImsForecastRequest request;

	ims_forecast_request(&request, horizon);
	forecast_with(method, s->value, train, s->season, &request, &forecast);
	for (int t = s->season; t < train; t++)
		scale += fabs(s->value[t] - s->value[t - s->season]) / (train - s->season);
	for (int h = 0; h < horizon; h++)
	{
		double actual = s->value[train + h];

		smape += 200 * fabs(actual - mean[h]) / (fabs(actual) + fabs(mean[h])) / horizon;
		error += fabs(actual - mean[h]) / horizon;
	}
	for (int i = 0; i < 2; i++)
	{
		Score *score = i == 0 ? group : all;

		score->smape += smape;
		score->mase += error / scale;
		score->count++;
	}
}

/* series,period,type,freq,start,t,split,y; the test part follows the other. */
static bool
score_m3(const ImsMethod method[2], Score score[2][GROUPS])
{
	static GoldenSeries s;
	char command[300];
	char line[200];
	char *field[GOLDEN_FIELDS];
	int train = 0;
	int group = 0;
	FILE *file;

	snprintf(command, sizeof(command), "gzip -dc '%s/data/series/m3.csv.gz' 2>/dev/null",
			 golden_folder());
	file = popen(command, "r");
	s.count = 0;
	for (;;)
	{
		bool more = fgets(line, sizeof(line), file) != NULL;

		if (more)
			golden_cut(line, field);
		if (s.count > 0 && (!more || strcmp(field[0], s.name) != 0))
			for (int m = 0; m < 2; m++)
				score_one(method[m], &s, train, &score[m][group], &score[m][ALL]);
		if (!more)
			break;
		if (strcmp(field[0], s.name) != 0)
		{
			snprintf(s.name, sizeof(s.name), "%s", field[0]);
			s.count = train = 0;
			s.season = atoi(field[3]);
			for (group = 0; group < OTHER && strcmp(field[1], group_name[group]) != 0;)
				group++;
		}
		if (strcmp(field[6], "y") == 0 || strcmp(field[6], "split") == 0)
			continue;
		s.value[s.count++] = atof(field[7]);
		train += strcmp(field[6], "train") == 0;
	}
	return pclose(file) == 0 && score[0][ALL].count > 0;
}

/* What R's ets, and the mean of its ets and thetaf, reach on the same series. */
static void
test_m3(void)
{
	static const ImsMethod method[2] = {IMS_METHOD_ETS_AVERAGE, IMS_METHOD_ETS_THETA};
	static const double bar[2][GROUPS][2] = {
		{{16.2482, 2.8559},
		 {10.0916, 1.1908},
		 {14.0101, 0.8706},
		 {4.7729, 1.8063},
		 {12.9992, 1.4265}},
		{{15.8, INFINITY},
		 {9.4, INFINITY},
		 {13.3, INFINITY},
		 {4.6893, INFINITY},
		 {12.3956, 1.3568}},
	};
	Score score[2][GROUPS] = {0};

	if (!score_m3(method, score))
	{
		printf("ok %d # SKIP %s/data/series/m3.csv.gz is not there\n", ++tap_count,
			   golden_folder());
		return;
	}
	for (int m = 0; m < 2; m++)
		for (int g = 0; g < GROUPS; g++)
		{
			double smape = score[m][g].smape / score[m][g].count;
			double mase = score[m][g].mase / score[m][g].count;

			ok(smape <= bar[m][g][0] && mase <= bar[m][g][1],
			   "%s of %d M3 series (%s): sMAPE %.3f of %.3f, MASE %.4f of %.4f",
			   ims_forecast_method_name(method[m]), score[m][g].count, group_name[g],
			   smape, bar[m][g][0], mase, bar[m][g][1]);
		}
}

int
main(void)
{
	forecast.mean = mean;
	forecast.variance = variance;
	test_parts();
	test_guard();
	test_m3();
	return tap_end();
}
