/*
 * smooth.c -- simple, Holt's, damped and Holt-Winters' smoothing.
 *
 * Guaranteed: with fixed parameters, sums of squares, last states and
 * forecasts equal R's to 1e-9; with parameters to be found, the likelihood is
 * no worse than 0.05 below R's.
 */
#include "golden.h"

static double mean[GOLDEN_POINTS];
static double variance[GOLDEN_POINTS];
static ImsForecast forecast;

/* The forecasts of R, against those just made. */
static double
worst_mean(const GoldenTable *table, const char *series, const char *method, int *horizon)
{
	int row = golden_find(table, series, method, NULL);
	double worst = 0;

	for (*horizon = 0; row >= 0 && row + *horizon < table->rows &&
					   strcmp(table->field[row + *horizon][1], method) == 0;
		 (*horizon)++)
		worst = fmax(worst, relative_difference(mean[*horizon],
												atof(table->field[row + *horizon][3])));
	return worst;
}

static double
worst_state(const GoldenTable *parameters, const char *series, const char *method,
			int season)
{
	double worst = relative_difference(forecast.sse, golden_parameter(parameters, series,
																	  method, "SSE"));
	double b = golden_parameter(parameters, series, method, "b");

	worst = fmax(worst,
				 relative_difference(forecast.level,
									 golden_parameter(parameters, series, method, "a")));
	if (!isnan(b))
		worst = fmax(worst, relative_difference(forecast.trend, b));
	for (int j = 0; j < season; j++)
	{
		char name[16];

		snprintf(name, sizeof(name), "s%d", j + 1);
		worst =
			fmax(worst,
				 relative_difference(forecast.season[j],
									 golden_parameter(parameters, series, method, name)));
	}
	return worst;
}

static void
compare_fixed(const GoldenSeries *series, const GoldenTable *forecasts,
			  const GoldenTable *parameters, ImsMethod method, const char *name,
			  const ImsForecastRequest *request, int season)
{
	int horizon;
	double worst;

	forecast_with(method, series->value, series->count, series->season, request, &forecast);
	worst = worst_mean(forecasts, series->name, name, &horizon);
	ok(horizon > 0 && worst < 1e-9 && forecast.method == method,
	   "forecasts %s of %s: %.1e", name, series->name, worst);
	worst = worst_state(parameters, series->name, name, season);
	ok(worst < 1e-9, "states %s of %s: %.1e", name, series->name, worst);
}

static void
test_fixed(const GoldenSeries *series, const GoldenTable *forecasts,
		   const GoldenTable *parameters)
{
	ImsForecastRequest request;

	ims_forecast_request(&request, 40);
	request.alpha = 0.3;
	compare_fixed(series, forecasts, parameters, IMS_METHOD_SES, "ses_fixed_a0.3_l0=y1",
				  &request, 0);
	request.beta = 0.1;
	compare_fixed(series, forecasts, parameters, IMS_METHOD_HOLT,
				  "holt_fixed_a0.3_b0.1_l2=y2_b2=y2-y1", &request, 0);
	if (series->season == 1)
		return;
	request.gamma = 0.2;
	compare_fixed(series, forecasts, parameters, IMS_METHOD_HOLT_WINTERS_ADDITIVE,
				  "stats_HoltWinters_fixed_a.3_b.1_g.2_additive", &request, series->season);
	compare_fixed(series, forecasts, parameters, IMS_METHOD_HOLT_WINTERS_MULTIPLICATIVE,
				  "stats_HoltWinters_fixed_a.3_b.1_g.2_multiplicative", &request,
				  series->season);
}

static void
test_optimised(const GoldenSeries *series, const GoldenTable *parameters)
{
	static const struct
	{
		ImsMethod method;
		const char *name;
	} cases[] = {
		{IMS_METHOD_SES, "ses_opt"},
		{IMS_METHOD_HOLT, "holt_opt"},
		{IMS_METHOD_DAMPED, "holt_damped_opt"},
		{IMS_METHOD_HOLT_WINTERS_ADDITIVE, "hw_additive_opt"},
		{IMS_METHOD_HOLT_WINTERS_MULTIPLICATIVE, "hw_multiplicative_opt"},
	};
	ImsForecastRequest request;

	ims_forecast_request(&request, 10);
	for (int i = 0; i < (series->season > 1 ? 5 : 3); i++)
	{
		double wanted = golden_parameter(parameters, series->name, cases[i].name, "loglik");

		forecast_with(cases[i].method, series->value, series->count, series->season,
					  &request, &forecast);
		ok(forecast.loglik >= wanted - 0.05 && forecast.method == cases[i].method,
		   "%s of %s: log likelihood %.4f, R %.4f", cases[i].name, series->name,
		   forecast.loglik, wanted);
	}
}

/* By hand: 7 -> 4: l 5.5, b 1.25; 6.75 -> 8: l 7.375, b 1.5625. */
static void
test_damped(void)
{
	double value[] = {3, 5, 4, 8};
	double holt[3];
	ImsForecastRequest request;

	ims_forecast_request(&request, 3);
	request.alpha = request.beta = 0.5;
	forecast_with(IMS_METHOD_HOLT, value, 4, 1, &request, &forecast);
	memcpy(holt, mean, sizeof(holt));
	ok(forecast.level == 7.375 && forecast.trend == 1.5625, "Holt by hand");
	request.phi = 1;
	forecast_with(IMS_METHOD_DAMPED, value, 4, 1, &request, &forecast);
	ok(memcmp(holt, mean, sizeof(holt)) == 0, "damping by 1 is none");
	/* 6 -> 4: l 5, b .5; 5.25 -> 8: l 6.625, b .9375; then halves of b. */
	request.phi = 0.5;
	forecast_with(IMS_METHOD_DAMPED, value, 4, 1, &request, &forecast);
	ok(mean[0] == 6.625 + 0.46875 && mean[1] == mean[0] + 0.234375, "damping by hand");
}

static void
test_fallbacks(void)
{
	double value[] = {3, 5, 4, 8, 0, 2, 7};
	ImsForecastRequest request;

	ims_forecast_request(&request, 3);
	request.alpha = request.beta = request.gamma = 0.5;
	forecast_with(IMS_METHOD_HOLT, value, 2, 1, &request, &forecast);
	ok(forecast.status == IMS_FORECAST_FALLBACK && forecast.method == IMS_METHOD_MEAN &&
		   forecast.reason == IMS_REASON_SHORT && mean[0] == 4,
	   "Holt of two points");
	forecast_with(IMS_METHOD_HOLT_WINTERS_ADDITIVE, value, 7, 4, &request, &forecast);
	ok(forecast.reason == IMS_REASON_SHORT_FOR_SEASON,
	   "Holt-Winters of less than two seasons");
	forecast_with(IMS_METHOD_HOLT_WINTERS_ADDITIVE, value, 7, 1, &request, &forecast);
	ok(forecast.status == IMS_FORECAST_FALLBACK, "Holt-Winters without a season");
	forecast_with(IMS_METHOD_HOLT_WINTERS_MULTIPLICATIVE, value, 7, 3, &request, &forecast);
	ok(forecast.reason == IMS_REASON_NOT_POSITIVE &&
		   forecast.status == IMS_FORECAST_FALLBACK &&
		   forecast.method == IMS_METHOD_HOLT_WINTERS_ADDITIVE && forecast.seasonal,
	   "a factor of zero: the additive season answers");
	forecast_with(IMS_METHOD_HOLT_WINTERS_ADDITIVE, value, 7, 300, &request, &forecast);
	ok(forecast.reason == IMS_REASON_LONG_SEASON, "a season too long");
}

int
main(void)
{
	static GoldenSeries series[GOLDEN_SERIES];
	static GoldenTable forecasts;
	static GoldenTable parameters;
	int count = golden_series(series);

	forecast.mean = mean;
	forecast.variance = variance;
	if (count > 0 && golden_load("classic_forecasts.csv.gz", &forecasts) &&
		golden_load("classic_params.csv.gz", &parameters))
		for (int i = 0; i < count; i++)
		{
			test_fixed(&series[i], &forecasts, &parameters);
			test_optimised(&series[i], &parameters);
		}
	free(forecasts.text);
	free(parameters.text);
	test_damped();
	test_fallbacks();
	return tap_end();
}
