/*
 * theta.c -- the Theta method and its dynamic optimised form.
 *
 * Guaranteed: the classic method finds the seasons that R's thetaf finds and
 * forecasts what it forecasts, up to what R's search for alpha leaves open;
 * the search over alpha misses nothing that a fine grid finds; the dynamic
 * method's line is the regression line; decomposition is R's.
 */
#include "forecast/decompose.h"
#include "golden.h"

static double mean[GOLDEN_POINTS];
static double variance[GOLDEN_POINTS];
static ImsForecast forecast;

/* The search for alpha stops elsewhere than R's, but no worse. */
static void
compare(const GoldenSeries *s, const GoldenTable *forecasts, const GoldenTable *parameters)
{
	int row = golden_find(forecasts, s->name, "thetaf", NULL);
	double alpha = golden_parameter(parameters, s->name, "thetaf", "alpha");
	double drift = golden_parameter(parameters, s->name, "thetaf", "drift.X");
	double sigma2 = golden_parameter(parameters, s->name, "thetaf", "sigma2");
	double worst = 0;
	int horizon = 0;
	ImsForecastRequest request;

	while (row + horizon < forecasts->rows &&
		   strcmp(forecasts->field[row + horizon][1], "thetaf") == 0)
		horizon++;
	ims_forecast_request(&request, horizon);
	forecast_with(IMS_METHOD_THETA, s->value, s->count, s->season, &request, &forecast);
	for (int h = 0; h < horizon; h++)
		worst =
			fmax(worst, relative_difference(mean[h], atof(forecasts->field[row + h][3])));
	ok(horizon > 0 && worst < 1e-4, "forecasts of %s: %.1e (alpha %.5f, R %.5f)", s->name,
	   worst, forecast.alpha, alpha);
	ok(relative_difference(forecast.drift, drift) < 1e-9, "drift of %s: %.10g, R %.10g",
	   s->name, forecast.drift, drift);
	ok(forecast.sigma2 < sigma2 * (1 + 1e-6), "errors of %s: %.8g, R %.8g", s->name,
	   forecast.sigma2, sigma2);
}

static void
test_goldens(const GoldenSeries *series, int count)
{
	static GoldenTable forecasts;
	static GoldenTable parameters;

	if (count == 0 || !golden_load("classic_forecasts.csv.gz", &forecasts) ||
		!golden_load("classic_params.csv.gz", &parameters))
		return;
	for (int i = 0; i < count; i++)
		compare(&series[i], &forecasts, &parameters);
	free(forecasts.text);
	free(parameters.text);
}

static void
compare_decomposition(const GoldenSeries *s, const GoldenTable *table, const char *method,
					  bool multiplicative)
{
	static double trend[GOLDEN_POINTS];
	double seasonal[IMS_SERIES_MAX_SEASON];
	double worst = 0;
	int row = golden_find(table, s->name, method, NULL);
	int half = s->season / 2;

	if (row < 0)
		return;
	ims_decompose(s->value, s->count, s->season, multiplicative, trend, seasonal);
	for (int t = 0; t < s->count; t++)
	{
		worst = fmax(worst, relative_difference(seasonal[t % s->season],
												atof(table->field[row + t][3])));
		if (t >= half && t < s->count - half)
			worst =
				fmax(worst, relative_difference(trend[t], atof(table->field[row + t][4])));
	}
	ok(worst < 1e-8, "%s decomposition of %s: %.1e", method, s->name, worst);
}

static void
test_decomposition(const GoldenSeries *series, int count)
{
	static GoldenTable table;

	if (count == 0 || !golden_load("classic_decompositions.csv.gz", &table))
		return;
	for (int i = 0; i < count; i++)
	{
		compare_decomposition(&series[i], &table, "decompose_additive", false);
		compare_decomposition(&series[i], &table, "decompose_multiplicative", true);
	}
	free(table.text);
}

static void
make_series(double *value, int count)
{
	unsigned state = 99;

	for (int t = 0; t < count; t++)
	{
		state = state * 1664525u + 1013904223u;
		value[t] = 50 + 0.4 * t + (state >> 16) / 65536.0 * 30;
	}
}

/* The least sum of squares over alpha, the level solved for at each. */
static double
grid_minimum(const double *value, int count)
{
	double least = INFINITY;

	for (int g = 1; g < 10000; g++)
	{
		double alpha = g / 10000.0;
		double level = value[0];
		double d = 1;
		double ee = 0, ed = 0, dd = 0;

		for (int t = 0; t < count; t++)
		{
			double e = value[t] - level;

			ee += e * e;
			ed += e * d;
			dd += d * d;
			level += alpha * e;
			d *= 1 - alpha;
		}
		least = fmin(least, ee - ed * ed / dd);
	}
	return least;
}

static void
test_search(void)
{
	double value[80];
	ImsForecastRequest request;

	ims_forecast_request(&request, 5);
	make_series(value, 80);
	forecast_with(IMS_METHOD_THETA, value, 80, 1, &request, &forecast);
	ok(forecast.sse <= grid_minimum(value, 80) * (1 + 1e-6),
	   "no better alpha on a fine grid");
	ok(forecast.theta == 2 && !forecast.seasonal, "theta is 2, and there is no season");
}

/* Share and line by hand, from what the answer tells. */
static void
test_dynamic(void)
{
	double value[80];
	double intercept;
	double slope;
	double omega;
	double level;
	ImsForecastRequest request;

	ims_forecast_request(&request, 5);
	make_series(value, 80);
	forecast_with(IMS_METHOD_DYNAMIC_THETA, value, 80, 1, &request, &forecast);
	omega = 1 - 1 / forecast.theta;
	ims_series_line(value, 80, &intercept, &slope);
	ok(forecast.theta >= 1 && relative_difference(forecast.drift, omega * slope) < 1e-9,
	   "the line is the regression line (theta %.3f)", forecast.theta);
	level = forecast.level;
	intercept -= slope;
	ok(relative_difference(mean[0], level + omega * (pow(1 - forecast.alpha, 80) * intercept +
													 (1 - pow(1 - forecast.alpha, 81)) /
														 forecast.alpha * slope)) < 1e-9,
	   "the first forecast by its formula");
	/* On a line every forecast is on it. */
	for (int t = 0; t < 80; t++)
		value[t] = 3 + 2 * t;
	forecast_with(IMS_METHOD_DYNAMIC_THETA, value, 80, 1, &request, &forecast);
	ok(fabs(mean[4] - (3 + 2 * 84)) < 0.1, "a line is continued: %.4f", mean[4]);
}

static void
test_season(void)
{
	double value[48];
	ImsForecastRequest request;

	ims_forecast_request(&request, 12);
	make_series(value, 48);
	ok(!ims_is_seasonal(value, 48, 12), "noise has no season");
	for (int t = 0; t < 48; t++)
		value[t] += t % 12 == 11 ? 60 : 0;
	ok(ims_is_seasonal(value, 48, 12), "a December has");
	ok(!ims_is_seasonal(value, 24, 12), "two years are too few to tell");
	forecast_with(IMS_METHOD_THETA, value, 48, 12, &request, &forecast);
	ok(forecast.seasonal && mean[11] > mean[10] + 40 && forecast.season[11] > 1.3,
	   "it comes back, at its place");
	value[5] = -10;
	forecast_with(IMS_METHOD_THETA, value, 48, 12, &request, &forecast);
	ok(forecast.seasonal && mean[11] > mean[10] + 40 && forecast.season[11] > 20,
	   "as a difference where values are not positive: %d, %.1f after %.1f, %.2f",
	   forecast.seasonal, mean[11], mean[10], forecast.season[11]);
}

int
main(void)
{
	static GoldenSeries series[GOLDEN_SERIES];
	int count = golden_series(series);

	forecast.mean = mean;
	forecast.variance = variance;
	test_goldens(series, count);
	test_decomposition(series, count);
	test_search();
	test_dynamic();
	test_season();
	return tap_end();
}
