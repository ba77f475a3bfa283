/*
 * ets.c -- exponential smoothing in state space form.
 *
 * Guaranteed: with R's parameters, the likelihood, errors, forecasts and
 * bounds are R's; left to itself, every one of its 15 models is fitted to a
 * likelihood no worse than 0.05 below R's; nothing multiplies where a value is
 * not positive; vectors of any width give the same bits; the gradient is that
 * of the likelihood; simulated variances agree with the formulas.
 */
#include "forecast/ets.h"
#include "forecast/ets_kernel.h"
#include "golden.h"

#define Z95 1.959963984540054

static double mean[GOLDEN_POINTS];
static double variance[GOLDEN_POINTS];
static ImsForecast forecast;
static GoldenSeries series[GOLDEN_SERIES];
static int series_count;

/* ETS(A:Ad:N), as the tables have it once cut. */
static ImsEtsModel
model_of(const char *name)
{
	ImsEtsModel model = {name[4], name[6], name[strlen(name) - 2]};

	if (name[7] == 'd')
		model.trend = 'D';
	return model;
}

static double
figure(const GoldenTable *parameters, const char *name, const char *what, double otherwise)
{
	double value = golden_parameter(parameters, name, "ets_auto", what);

	return isnan(value) ? otherwise : value;
}

/* R names its seasons backwards from the first period, and leaves out the last. */
static void
take_parameters(const GoldenTable *parameters, const GoldenSeries *s, ImsEtsParameters *p)
{
	int row = golden_find(parameters, s->name, "ets_auto", "model");
	double rest = 0;

	p->model = model_of(parameters->field[row][3]);
	p->alpha = figure(parameters, s->name, "alpha", 0);
	p->beta = figure(parameters, s->name, "beta", 0);
	p->gamma = figure(parameters, s->name, "gamma", 0);
	p->phi = figure(parameters, s->name, "phi", 1);
	p->level = figure(parameters, s->name, "l", 0);
	p->trend = figure(parameters, s->name, "b", 0);
	if (p->model.season == 'N')
		return;
	for (int j = 0; j < s->season - 1; j++)
	{
		char name[16];

		snprintf(name, sizeof(name), "s%d", j);
		p->season[s->season - 1 - j] = figure(parameters, s->name, name, 0);
		rest += p->season[s->season - 1 - j];
	}
	p->season[0] = (p->model.season == 'M' ? s->season : 0) - rest;
}

static void
compare_bounds(const GoldenSeries *s, const GoldenTable *forecasts,
			   const ImsEtsParameters *state)
{
	int row = golden_find(forecasts, s->name, "ets_auto", NULL);
	double worst = 0;
	double worst_deviation = 0;
	int horizon = 0;

	while (row + horizon < forecasts->rows &&
		   strcmp(forecasts->field[row + horizon][1], "ets_auto") == 0)
		horizon++;
	for (int h = 0; h < horizon; h++)
	{
		double wanted = atof(forecasts->field[row + h][3]);
		double deviation = (atof(forecasts->field[row + h][7]) - wanted) / Z95;

		worst = fmax(worst, relative_difference(mean[h], wanted));
		worst_deviation =
			fmax(worst_deviation, relative_difference(sqrt(variance[h]), deviation));
	}
	/*
	 * Where the season multiplies, R gives the expectation in place of the
	 * point forecast, and the exact deviation where the core has an
	 * approximation.  The weight of gamma enters R's deviations a period
	 * before the season comes round; test_weights() shows when it should.
	 */
	ok(horizon > 0 && worst < (state->model.season == 'M' ? 2e-3 : 1e-8),
	   "forecasts of %s with R's parameters: %.1e", s->name, worst);
	ok(worst_deviation < (state->model.season == 'M'   ? 0.06
						  : state->model.season == 'A' ? 1e-3
													   : 1e-6),
	   "deviations of %s with R's parameters: %.1e", s->name, worst_deviation);
}

static void
test_given_parameters(void)
{
	static GoldenTable parameters;
	static GoldenTable forecasts;
	double work[2 * GOLDEN_POINTS];

	if (!golden_load("classic_params.csv.gz", &parameters) ||
		!golden_load("classic_forecasts.csv.gz", &forecasts))
		return;
	for (int i = 0; i < series_count; i++)
	{
		const GoldenSeries *s = &series[i];
		ImsSeries view = {s->value, s->count, s->season};
		ImsEtsParameters p;
		ImsEtsOutcome outcome;
		double sigma2 = figure(&parameters, s->name, "sigma2", NAN);

		take_parameters(&parameters, s, &p);
		ims_ets_evaluate(&view, &p, &outcome);
		ok(relative_difference(outcome.loglik,
							   figure(&parameters, s->name, "loglik", NAN)) < 1e-9 &&
			   relative_difference(outcome.aicc,
								   figure(&parameters, s->name, "aicc", NAN)) < 1e-9 &&
			   relative_difference(outcome.sse, figure(&parameters, s->name, "sse", NAN)) <
				   1e-7,
		   "likelihood, AICc and errors of %s with R's parameters", s->name);
		ok(relative_difference(outcome.sum / (s->count - outcome.parameters + 1), sigma2) <
			   1e-7,
		   "variance of %s with R's parameters", s->name);
		ims_ets_means(&p, s->season, 50, mean);
		ims_ets_variances(&p, s->season, 50, sigma2, work, variance);
		compare_bounds(s, &forecasts, &p);
	}
	free(parameters.text);
	free(forecasts.text);
}

static const GoldenSeries *
find_series(const char *name)
{
	for (int i = 0; i < series_count; i++)
		if (strcmp(series[i].name, name) == 0)
			return &series[i];
	return NULL;
}

static void
test_every_model(void)
{
	static GoldenTable table;
	ImsForecastRequest request;
	int better = 0;

	if (!golden_load("classic_ets_all_models.csv.gz", &table))
		return;
	ims_forecast_request(&request, 1);
	for (int i = 1; i < table.rows; i++)
	{
		const GoldenSeries *s = find_series(table.field[i][0]);
		double wanted = atof(table.field[i][2]);

		request.model = model_of(table.field[i][1]);
		forecast_with(IMS_METHOD_ETS, s->value, s->count, s->season, &request, &forecast);
		better += forecast.loglik > wanted + 0.05;
		ok(forecast.loglik >= wanted - 0.05, "%s of %s: log likelihood %.4f, R %.4f",
		   table.field[i][1], s->name, forecast.loglik, wanted);
	}
	printf("# more likely than R's by 0.05: %d of %d\n", better, table.rows - 1);
	free(table.text);
}

/* The chosen model is no worse than R's choice by more than a quick search loses. */
static void
test_choice(void)
{
	static GoldenTable parameters;
	ImsForecastRequest request;

	if (!golden_load("classic_params.csv.gz", &parameters))
		return;
	ims_forecast_request(&request, 1);
	for (int i = 0; i < series_count; i++)
	{
		double wanted = figure(&parameters, series[i].name, "aicc", NAN);

		forecast_with(IMS_METHOD_ETS, series[i].value, series[i].count, series[i].season,
					  &request, &forecast);
		ok(forecast.aicc < wanted + 8, "AICc of the choice for %s: %.2f, R %.2f",
		   series[i].name, forecast.aicc, wanted);
	}
	free(parameters.text);
}

/* A made-up series: level, trend, season of 4, and a repeatable noise. */
static void
make_series(double *value, int count, double floor)
{
	unsigned state = 12345;

	for (int t = 0; t < count; t++)
	{
		state = state * 1664525u + 1013904223u;
		value[t] = floor + 20 + 0.1 * t + 5 * ((t % 4) - 1.5) + (state >> 16) / 65536.0 * 6;
	}
}

static void
test_admissible(void)
{
	double value[60];
	ImsForecastRequest request;
	ImsEtsModel choice = {'M', 'Z', 'Z'};

	ims_forecast_request(&request, 4);
	make_series(value, 60, 0);
	value[30] = 0;
	forecast_with(IMS_METHOD_ETS, value, 60, 4, &request, &forecast);
	ok(forecast.status == IMS_FORECAST_OK && forecast.model.error == 'A' &&
		   forecast.model.season != 'M',
	   "nothing is relative where there is a zero");
	request.model = choice;
	forecast_with(IMS_METHOD_ETS, value, 60, 4, &request, &forecast);
	ok(forecast.status == IMS_FORECAST_FALLBACK &&
		   forecast.reason == IMS_REASON_NOT_POSITIVE && forecast.model.error == 'A',
	   "not even on request: the additive error answers");
	request.model = (ImsEtsModel){'Z', 'Z', 'M'};
	forecast_with(IMS_METHOD_ETS, value, 60, 4, &request, &forecast);
	ok(forecast.status == IMS_FORECAST_FALLBACK &&
		   forecast.reason == IMS_REASON_NOT_POSITIVE && forecast.method == IMS_METHOD_ETS &&
		   forecast.model.season == 'A' && forecast.seasonal,
	   "and the additive season");
	forecast_with(IMS_METHOD_HOLT_WINTERS_MULTIPLICATIVE, value, 60, 4, &request,
				  &forecast);
	ok(forecast.status == IMS_FORECAST_FALLBACK &&
		   forecast.reason == IMS_REASON_NOT_POSITIVE &&
		   forecast.method == IMS_METHOD_HOLT_WINTERS_ADDITIVE && forecast.seasonal,
	   "that of Holt-Winters, too");
	request.model = choice;
	ok(!ims_ets_is_admissible((ImsEtsModel){'A', 'N', 'M'}),
	   "ETS(A,N,M) is not admissible");
	ok(!ims_ets_is_admissible((ImsEtsModel){'M', 'M', 'N'}),
	   "nor is a trend that multiplies");
	make_series(value, 60, 0);
	ims_forecast_request(&request, 4);
	forecast_with(IMS_METHOD_ETS, value, 60, 25, &request, &forecast);
	ok(forecast.status == IMS_FORECAST_OK && !forecast.seasonal &&
		   forecast.reason == IMS_REASON_LONG_SEASON,
	   "no season of 25 unasked");
	request.model.season = 'A';
	forecast_with(IMS_METHOD_ETS, value, 60, 25, &request, &forecast);
	ok(forecast.model.season == 'A', "but on request");
	forecast_with(IMS_METHOD_ETS, value, 60, 31, &request, &forecast);
	ok(forecast.status == IMS_FORECAST_FALLBACK, "not without two seasons of history");
	request.model = (ImsEtsModel){'Z', 'Z', 'Z'};
	forecast_with(IMS_METHOD_ETS, value, 60, 4, &request, &forecast);
	ok(forecast.seasonal && forecast.season[1] > forecast.season[0] + 3,
	   "the season is found, and is that of the next period");
}

/* Logarithms are taken of products; those of a fall like this would vanish. */
static void
test_small_values(void)
{
	double value[600];
	ImsSeries view = {value, 600, 1};
	ImsEtsParameters follow = {.model = {'M', 'N', 'N'},
							   .alpha = 0.9999,
							   .phi = 1,
							   .level = 1000};
	ImsEtsOutcome outcome;
	ImsForecastRequest request;

	for (int t = 0; t < 600; t++)
		value[t] = (t < 20 ? 1000 : 1) * (1 + 0.1 * (t % 7));
	ims_ets_evaluate(&view, &follow, &outcome);
	ims_forecast_request(&request, 1);
	request.model = follow.model;
	forecast_with(IMS_METHOD_ETS, value, 600, 1, &request, &forecast);
	ok(forecast.loglik >= outcome.loglik, "a fall to a thousandth: log likelihood %.2f",
	   forecast.loglik);
}

#define KERNEL_POINTS 47
#define KERNEL_SEASON 4
#define KERNEL_SIZE (IMS_ETS_SEASON + KERNEL_SEASON)

typedef struct KernelCase
{
	ImsEtsLanes lanes;
	double value[KERNEL_POINTS];
	ImsLanes room[KERNEL_SEASON + 3 * KERNEL_POINTS];
	ImsLanes x[KERNEL_SIZE];
	ImsLanes gradient[KERNEL_SIZE];
} KernelCase;

static void
make_case(KernelCase *c, bool multiplicative, bool relative)
{
	static const double x[] = {0.3, 0.1, 0.2, 0.9, 1, 0.01};

	make_series(c->value, KERNEL_POINTS, 10);
	for (int t = 0; t < KERNEL_POINTS; t++)
		c->value[t] /= 30;
	c->lanes = (ImsEtsLanes){.value = c->value,
							 .count = KERNEL_POINTS,
							 .season = KERNEL_SEASON,
							 .multiplicative = multiplicative,
							 .relative = relative,
							 .state = c->room,
							 .fitted = c->room + KERNEL_SEASON,
							 .trend = c->room + KERNEL_SEASON + KERNEL_POINTS,
							 .factor = c->room + KERNEL_SEASON + 2 * KERNEL_POINTS};
	for (int v = 0; v < KERNEL_SIZE; v++)
		for (int i = 0; i < IMS_LANES; i++)
			c->x[v][i] = v < IMS_ETS_SEASON ? x[v] * (1 + 0.05 * i)
											: multiplicative + 0.1 * (v % 3 - 1);
}

/* Central differences, and the same bits from every width of vector. */
static void
test_kernel(bool multiplicative, bool relative)
{
	static KernelCase c;
	static KernelCase plain;
	double worst = 0;

	make_case(&c, multiplicative, relative);
	plain = c;
	ims_ets_kernel()->gradient(&c.lanes, c.x, c.gradient);
	make_case(&plain, multiplicative, relative);
	ims_ets_kernel_plain()->gradient(&plain.lanes, plain.x, plain.gradient);
	ok(memcmp(c.gradient, plain.gradient, sizeof(c.gradient)) == 0 &&
		   memcmp(&c.lanes.objective, &plain.lanes.objective, sizeof(ImsLanes)) == 0,
	   "same bits (multiplicative %d, relative %d)", multiplicative, relative);
	for (int v = 0; v < KERNEL_SIZE; v++)
	{
		const double step = 1e-6;
		ImsLanes before = plain.x[v];
		ImsLanes high;

		plain.x[v] = before + step;
		ims_ets_kernel()->evaluate(&plain.lanes, plain.x);
		high = plain.lanes.objective;
		plain.x[v] = before - step;
		ims_ets_kernel()->evaluate(&plain.lanes, plain.x);
		plain.x[v] = before;
		for (int i = 0; i < IMS_LANES; i++)
			worst = fmax(worst, fabs((high[i] - plain.lanes.objective[i]) / (2 * step) -
									 c.gradient[v][i]) /
									(1 + fabs(c.gradient[v][i])));
	}
	ok(worst < 1e-5, "gradient (multiplicative %d, relative %d): %.1e", multiplicative,
	   relative, worst);
}

/*
 * With absolute errors, the variance of step h is sigma2 (1 + c1^2 + ..), with
 * c the difference that one unit of error makes to later forecasts.
 */
static void
test_weights(ImsEtsModel model)
{
	const ImsEtsParameters start = {model, 0.4, model.trend == 'N' ? 0 : 0.1,
									model.season == 'N' ? 0 : 0.3,
									model.trend == 'D' ? 0.9 : 1};
	ImsEtsParameters still = start;
	ImsEtsParameters moved = start;
	ImsSeries zero = {(double[]){0}, 1, 4};
	ImsSeries one = {(double[]){1}, 1, 4};
	ImsEtsOutcome outcome;
	double other[12];
	double work[24];
	double sum = 1;
	double worst = 0;

	ims_ets_evaluate(&zero, &still, &outcome);
	ims_ets_evaluate(&one, &moved, &outcome);
	ims_ets_means(&still, 4, 12, other);
	ims_ets_means(&moved, 4, 12, mean);
	ims_ets_variances(&start, 4, 12, 2.5, work, variance);
	for (int h = 0; h < 12; h++)
	{
		worst = fmax(worst, relative_difference(variance[h], 2.5 * sum));
		sum += (mean[h] - other[h]) * (mean[h] - other[h]);
	}
	ok(worst < 1e-12, "weights of errors, trend %c, season %c: %.1e", model.trend,
	   model.season, worst);
}

static double
uniform(void *context)
{
	unsigned long long *state = context;

	*state = *state * 6364136223846793005ull + 1442695040888963407ull;
	return (double) (*state >> 11) / 9007199254740992.0;
}

static bool
never(void *context)
{
	(*(int *) context)++;
	return false;
}

static bool
always(void *context)
{
	return true;
}

/* The formula of class 3 is an approximation, close at this variance. */
static void
test_simulation(void)
{
	double value[60];
	double formula[12];
	double worst = 0;
	unsigned long long state = 1;
	ImsForecastRequest request;

	make_series(value, 60, 0);
	ims_forecast_request(&request, 12);
	request.model = (ImsEtsModel){'M', 'A', 'M'};
	forecast_with(IMS_METHOD_ETS, value, 60, 4, &request, &forecast);
	memcpy(formula, variance, sizeof(formula));
	request.paths = 20000;
	request.uniform = uniform;
	request.uniform_state = &state;
	forecast_with(IMS_METHOD_ETS, value, 60, 4, &request, &forecast);
	for (int h = 0; h < 12; h++)
		worst = fmax(worst, relative_difference(formula[h], variance[h]));
	ok(worst > 0 && worst < 0.05, "simulated variances: %.3f off", worst);
	memcpy(formula, variance, sizeof(formula));
	state = 1;
	forecast_with(IMS_METHOD_ETS, value, 60, 4, &request, &forecast);
	ok(memcmp(formula, variance, sizeof(formula)) == 0,
	   "the same seed, the same variances");
}

static void
test_interrupt(void)
{
	double value[60];
	int calls = 0;
	ImsForecastRequest request;

	make_series(value, 60, 0);
	ims_forecast_request(&request, 4);
	request.interrupt = never;
	request.interrupt_context = &calls;
	forecast_with(IMS_METHOD_ETS_THETA, value, 60, 4, &request, &forecast);
	ok(calls >= 5 && forecast.status == IMS_FORECAST_OK,
	   "asked whether to stop, %d times", calls);
	request.interrupt = always;
	forecast_with(IMS_METHOD_ETS_THETA, value, 60, 4, &request, &forecast);
	ok(forecast.status == IMS_FORECAST_INTERRUPTED && forecast.reason == IMS_REASON_CALLBACK,
	   "stopped");
}

/* The average lies within what its models say, and says who is best. */
static void
test_average(void)
{
	double value[60];
	double best[8];
	ImsForecastRequest request;
	ImsForecast chosen;

	make_series(value, 60, 0);
	ims_forecast_request(&request, 8);
	forecast_with(IMS_METHOD_ETS, value, 60, 4, &request, &forecast);
	chosen = forecast;
	memcpy(best, mean, sizeof(best));
	forecast_with(IMS_METHOD_ETS_AVERAGE, value, 60, 4, &request, &forecast);
	ok(forecast.method == IMS_METHOD_ETS_AVERAGE && forecast.aicc == chosen.aicc &&
		   memcmp(&forecast.model, &chosen.model, sizeof(chosen.model)) == 0,
	   "the best model is told");
	ok(memcmp(best, mean, sizeof(best)) != 0 && relative_difference(best[0], mean[0]) < 0.1,
	   "others have a say");
	request.model = (ImsEtsModel){'A', 'N', 'A'};
	forecast_with(IMS_METHOD_ETS, value, 60, 4, &request, &forecast);
	memcpy(best, mean, sizeof(best));
	forecast_with(IMS_METHOD_ETS_AVERAGE, value, 60, 4, &request, &forecast);
	ok(relative_difference(best[3], mean[3]) < 1e-12, "the average of one is that one");
}

int
main(void)
{
	forecast.mean = mean;
	forecast.variance = variance;
	series_count = golden_series(series);
	if (series_count > 0)
	{
		test_given_parameters();
		test_every_model();
		test_choice();
	}
	test_admissible();
	test_small_values();
	for (int i = 0; i < 4; i++)
		test_kernel(i / 2, i % 2);
	for (int i = 0; i < 6; i++)
		test_weights((ImsEtsModel){'A', "NAD"[i % 3], "NA"[i / 3]});
	test_simulation();
	test_interrupt();
	test_average();
	return tap_end();
}
