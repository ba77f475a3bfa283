/*
 * naive.c -- forecasts without anything to fit.
 *
 * Guaranteed: naive, seasonal naive, drift and mean equal R's forecasts to
 * 1e-9 and R's 95 % bounds to 1e-8; the moving average is one; too little
 * history, and requests out of bounds, are told by status and reason.
 */
#include "golden.h"

#define Z95 1.959963984540054

static double mean[GOLDEN_POINTS];
static double variance[GOLDEN_POINTS];
static ImsForecast forecast;

static void
compare(const GoldenSeries *series, const GoldenTable *table, ImsMethod method,
		const char *name, bool bounds)
{
	int row = golden_find(table, series->name, name, NULL);
	int horizon = 0;
	double worst = 0;
	double worst_bound = 0;
	ImsForecastRequest request;

	if (row > 0 && strcmp(table->field[row][3], "NA") == 0)
	{
		ok(series->season == 1, "R has no %s of %s", name, series->name);
		return;
	}
	while (row + horizon < table->rows && strcmp(table->field[row + horizon][1], name) == 0)
		horizon++;
	ims_forecast_request(&request, horizon);
	forecast_with(method, series->value, series->count, series->season, &request,
				  &forecast);
	for (int h = 0; h < horizon; h++)
	{
		char *const *field = table->field[row + h];

		worst = fmax(worst, relative_difference(mean[h], atof(field[3])));
		worst_bound =
			fmax(worst_bound,
				 relative_difference(mean[h] + Z95 * sqrt(variance[h]), atof(field[7])));
	}
	ok(horizon > 0 && worst < 1e-9, "%s of %s: %.1e", name, series->name, worst);
	if (bounds)
		ok(worst_bound < 1e-8, "95 %% bound of %s of %s: %.1e", name, series->name,
		   worst_bound);
}

static void
test_goldens(void)
{
	static GoldenSeries series[GOLDEN_SERIES];
	static GoldenTable table;
	int count = golden_series(series);

	if (count == 0 || !golden_load("classic_forecasts.csv.gz", &table))
		return;
	for (int i = 0; i < count; i++)
	{
		compare(&series[i], &table, IMS_METHOD_NAIVE, "naive", true);
		compare(&series[i], &table, IMS_METHOD_SEASONAL_NAIVE, "snaive", true);
		compare(&series[i], &table, IMS_METHOD_DRIFT, "drift", false);
		compare(&series[i], &table, IMS_METHOD_MEAN, "mean", false);
	}
	free(table.text);
}

static void
test_by_hand(void)
{
	double value[] = {1, 2, 6, 4, 9};
	ImsForecastRequest request;

	ims_forecast_request(&request, 3);
	request.window = 2;
	forecast_with(IMS_METHOD_MOVING_AVERAGE, value, 5, 1, &request, &forecast);
	ok(mean[0] == 6.5 && mean[2] == 6.5 && variance[0] == 12.5 * 1.5,
	   "moving average of two");
	request.window = 9;
	forecast_with(IMS_METHOD_MOVING_AVERAGE, value, 5, 1, &request, &forecast);
	ok(fabs(mean[0] - 4.4) < 1e-15 && forecast.reason == IMS_REASON_SHORT,
	   "moving average of more than there is");
	/* Residuals 1 - 2, 4 - 2, -2 - 2, 5 - 2 about a drift of 2: 30 / 3 free ones. */
	forecast_with(IMS_METHOD_DRIFT, value, 5, 1, &request, &forecast);
	ok(mean[0] == 11 && mean[2] == 15 && variance[0] == 12.5 &&
		   fabs(variance[2] - 52.5) < 1e-12,
	   "drift and its variance");
	forecast_with(IMS_METHOD_MEAN, value, 5, 1, &request, &forecast);
	ok(fabs(variance[1] - 41.2 / 4 * 1.2) < 1e-12, "variance of the mean");
	forecast_with(IMS_METHOD_SEASONAL_NAIVE, value, 5, 7, &request, &forecast);
	ok(forecast.status == IMS_FORECAST_FALLBACK && forecast.method == IMS_METHOD_NAIVE &&
		   forecast.reason == IMS_REASON_SHORT_FOR_SEASON && mean[2] == 9,
	   "seasonal naive without a season of history");
	forecast_with(IMS_METHOD_DRIFT, value, 1, 1, &request, &forecast);
	ok(forecast.status == IMS_FORECAST_FALLBACK && mean[0] == 1, "drift of one point");
}

/* What is missing counts for nothing; before the first value there is nothing. */
static void
test_missing(void)
{
	double value[] = {NAN, INFINITY, 2, NAN, NAN, 5, NAN};
	ImsForecastRequest request;

	ims_forecast_request(&request, 1);
	forecast_with(IMS_METHOD_MEAN, value, 7, 1, &request, &forecast);
	ok(mean[0] == (2 + 5) / 2.0 && forecast.points == 2 &&
		   forecast.reason == IMS_REASON_MISSING_FILLED,
	   "gaps inside and at the end are left out of the mean");
	forecast_with(IMS_METHOD_MEAN, value, 2, 1, &request, &forecast);
	ok(forecast.status == IMS_FORECAST_NO_DATA && mean[0] == 0, "nothing but gaps");
	value[2] = -4;
	request.non_negative = true;
	forecast_with(IMS_METHOD_NAIVE, value, 3, 1, &request, &forecast);
	ok(mean[0] == 0, "not below zero where that is asked");
}

static bool
refused(ImsMethod method, int count, int season, const ImsForecastRequest *request)
{
	double value[] = {1, 2, 3};
	ImsSeries series = {value, count, season};
	char scratch[4096];

	ims_forecast(method, &series, request, scratch, sizeof(scratch), &forecast);
	return forecast.status == IMS_FORECAST_REFUSED &&
		   forecast.reason == IMS_REASON_BAD_REQUEST;
}

static void
test_bounds(void)
{
	ImsForecastRequest good, bad;
	ImsSeries series = {(double[]){1, 2, 3}, 3, 1};
	char scratch[256];

	ims_forecast_request(&good, 1);
	ok(!refused(IMS_METHOD_NAIVE, 3, IMS_SERIES_MAX_SEASON, &good), "the longest season");
	ok(refused(IMS_METHOD_NAIVE, 3, IMS_SERIES_MAX_SEASON + 1, &good), "a season too long");
	ok(refused(IMS_METHOD_NAIVE, 3, 0, &good), "a season of nothing");
	ok(refused(IMS_METHOD_NAIVE, -1, 1, &good), "a count below zero");
	ok(refused(IMS_METHOD_NAIVE, IMS_SERIES_MAX_POINTS + 1, 1, &good), "too many points");
	ok(refused(IMS_METHOD_NONE, 3, 1, &good), "no method");
	ok(refused(IMS_METHOD_COUNT, 3, 1, &good), "an unknown method");
	bad = good;
	bad.horizon = 0;
	ok(refused(IMS_METHOD_NAIVE, 3, 1, &bad), "no horizon");
	bad.horizon = IMS_FORECAST_MAX_HORIZON + 1;
	ok(refused(IMS_METHOD_NAIVE, 3, 1, &bad), "a horizon too long");
	bad = good;
	bad.window = 0;
	ok(refused(IMS_METHOD_MOVING_AVERAGE, 3, 1, &bad), "no window");
	bad = good;
	bad.alpha = 1.5;
	ok(refused(IMS_METHOD_SES, 3, 1, &bad), "a share above one");
	bad = good;
	bad.model = (ImsEtsModel){'A', 'N', 'M'};
	ok(refused(IMS_METHOD_ETS, 3, 1, &bad), "a model that is not admissible");
	bad = good;
	bad.paths = 10;
	ok(refused(IMS_METHOD_ETS, 3, 1, &bad), "paths without a generator");
	ims_forecast(IMS_METHOD_ETS, &series, &good, scratch, sizeof(scratch), &forecast);
	ok(forecast.status == IMS_FORECAST_REFUSED && forecast.reason == IMS_REASON_NO_SCRATCH,
	   "scratch too small");
}

static void
test_names(void)
{
	char name[16];
	bool all = true;

	for (int m = IMS_METHOD_NAIVE; m < IMS_METHOD_COUNT; m++)
		all &= ims_forecast_method_name((ImsMethod) m)[0] != '\0';
	for (int r = IMS_REASON_EMPTY; r < IMS_REASON_COUNT; r++)
		all &= ims_forecast_reason_text((ImsForecastReason) r)[0] != '\0';
	ok(all, "every method and reason has a text");
	ims_forecast_model_name((ImsEtsModel){'M', 'D', 'N'}, name);
	ok(strcmp(name, "ETS(M,Ad,N)") == 0, "the name of a model");
	ok(strcmp(ims_forecast_status_name(IMS_FORECAST_NO_DATA), "no data") == 0,
	   "the name of a status");
}

int
main(void)
{
	forecast.mean = mean;
	forecast.variance = variance;
	test_goldens();
	test_by_hand();
	test_missing();
	test_bounds();
	test_names();
	return tap_end();
}
