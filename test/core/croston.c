/*
 * croston.c -- irregular demand: Croston, SBA, SBJ, TSB, ADIDA, IMAPA.
 *
 * Guaranteed: with fixed weights the forecasts are those of R's tsintermittent
 * and forecast to 1e-9, as many digits as the tables have; with R's fitted
 * weights too.  The objectives have several valleys, so no search finds the
 * deepest in every series: ours is better than R's in nearly all of them.
 */
#include "irregular.h"

#include "forecast/aggregate.h"
#include "forecast/simplex.h"

#define MAX_ITEMS 60
/* The tables have ten digits. */
#define GOLDEN_DIGITS 1e-9

typedef struct Item
{
	char name[32];
	int count;
	double value[200];
} Item;

static Item item[MAX_ITEMS];
static int items;
static GoldenTable golden;

static bool
load(void)
{
	static GoldenTable table;

	if (!golden_load("intermittent_golden_series.csv.gz", &table))
		return false;
	for (int i = 1; i < table.rows; i++)
	{
		Item *last = items > 0 ? &item[items - 1] : NULL;

		if (last == NULL || strcmp(last->name, table.field[i][0]) != 0)
		{
			last = &item[items++];
			snprintf(last->name, sizeof(last->name), "%s", table.field[i][0]);
		}
		last->value[last->count++] = atof(table.field[i][2]);
	}
	free(table.text);
	return golden_load("intermittent_golden_r.csv.gz", &golden);
}

typedef struct GoldenCase
{
	const char *name;
	ImsIntermittentMethod method;
	ImsIntermittentObjective objective;
	ImsIntermittentStart start;
} GoldenCase;

static const GoldenCase fixed[] = {
	{"tsi_croston_w.1_initmean", IMS_INTERMITTENT_CROSTON, 0, IMS_START_MEAN},
	{"tsi_croston_w.1_initnaive", IMS_INTERMITTENT_CROSTON, 0, IMS_START_NAIVE},
	{"forecast_croston_a.1", IMS_INTERMITTENT_CROSTON, 0, IMS_START_NAIVE},
	{"tsi_sba_w.1_initmean", IMS_INTERMITTENT_SBA, 0, IMS_START_MEAN},
	{"tsi_sba_w.1_initnaive", IMS_INTERMITTENT_SBA, 0, IMS_START_NAIVE},
	{"tsi_sbj_w.1_initmean", IMS_INTERMITTENT_SBJ, 0, IMS_START_MEAN},
	{"tsi_sbj_w.1_initnaive", IMS_INTERMITTENT_SBJ, 0, IMS_START_NAIVE},
	{"tsi_tsb_w.1", IMS_INTERMITTENT_TSB, 0, IMS_START_MEAN},
};

static const GoldenCase fitted[] = {
	{"tsi_croston_opt_mar", IMS_INTERMITTENT_CROSTON, IMS_OBJECTIVE_MAR, 0},
	{"tsi_croston_opt_mse", IMS_INTERMITTENT_CROSTON, IMS_OBJECTIVE_MSE, 0},
	{"tsi_sba_opt_mar", IMS_INTERMITTENT_SBA, IMS_OBJECTIVE_MAR, 0},
	{"tsi_sba_opt_mse", IMS_INTERMITTENT_SBA, IMS_OBJECTIVE_MSE, 0},
	{"tsi_sbj_opt_mar", IMS_INTERMITTENT_SBJ, IMS_OBJECTIVE_MAR, 0},
	{"tsi_sbj_opt_mse", IMS_INTERMITTENT_SBJ, IMS_OBJECTIVE_MSE, 0},
	{"tsi_tsb_opt_mar", IMS_INTERMITTENT_TSB, IMS_OBJECTIVE_MAR, 0},
};

static double
golden_figure(const Item *it, const char *method, int column)
{
	int row = golden_find(&golden, it->name, method, NULL);

	return row < 0 ? NAN : atof(golden.field[row][column]);
}

static void
test_fixed(const GoldenCase *c)
{
	ImsIntermittentRequest request = request_of(0.1, 0.1, c->start);
	double worst = 0;
	int found = 0;

	for (int i = 0; i < items; i++)
	{
		ImsIntermittentForecast forecast =
			run(c->method, item[i].value, item[i].count, &request);
		double expected = golden_figure(&item[i], c->name, 6);

		if (isnan(expected))
			continue;
		found++;
		worst = fmax(worst, relative_difference(forecast.mean, expected));
	}
	ok(found == 49 && worst <= GOLDEN_DIGITS, "%s: %d series, largest difference %.1e",
	   c->name, found, worst);
}

/* The request with R's own weights and starts. */
static ImsIntermittentRequest
request_of_r(const GoldenCase *c, const Item *it)
{
	ImsIntermittentRequest request =
		request_of(golden_figure(it, c->name, 2), golden_figure(it, c->name, 3), c->start);

	request.weights.start_size = golden_figure(it, c->name, 4);
	request.weights.start_interval = golden_figure(it, c->name, 5);
	request.objective = c->objective;
	return request;
}

static void
test_fitted(const GoldenCase *c)
{
	double worst_forecast = 0;
	int worse = 0;
	int found = 0;
	int better = 0;

	for (int i = 0; i < items; i++)
	{
		ImsIntermittentRequest request;
		ImsIntermittentForecast theirs;
		ImsIntermittentForecast ours;

		if (golden_find(&golden, item[i].name, c->name, NULL) < 0)
			continue;
		found++;
		request = request_of_r(c, &item[i]);
		theirs = run(c->method, item[i].value, item[i].count, &request);
		worst_forecast =
			fmax(worst_forecast,
				 relative_difference(theirs.mean, golden_figure(&item[i], c->name, 6)));
		request = request_of(NAN, NAN, IMS_START_FITTED);
		request.objective = c->objective;
		ours = run(c->method, item[i].value, item[i].count, &request);
		worse += ours.objective > theirs.objective * 1.001;
		better += ours.objective < theirs.objective * (1 - 1e-6);
		if (getenv("IMS_TRACE") != NULL && ours.objective > theirs.objective * 1.001)
			printf("# %s %s %g %g\n", c->name, item[i].name, ours.objective,
				   theirs.objective);
	}
	ok(found == 49 && worst_forecast <= 1e-8, "%s with R's weights: difference %.1e",
	   c->name, worst_forecast);
	ok(worse <= 1 && better >= 40, "%s: better than R in %d series, worse in %d", c->name,
	   better, worse);
}

/*
 * The objective's surface has several valleys, and the simplex walks down those
 * where it starts: a fine grid of weights finds another now and then.
 */
static void
test_search(ImsIntermittentMethod method, ImsIntermittentObjective objective)
{
	int worse = 0;

	for (int i = 0; i < items; i++)
	{
		ImsIntermittentRequest request = request_of(NAN, NAN, IMS_START_MEAN);
		double best = INFINITY;
		double found;

		request.objective = objective;
		found = run(method, item[i].value, item[i].count, &request).objective;
		for (int a = 0; a <= 20; a++)
			for (int b = 0; b <= (method == IMS_INTERMITTENT_TSB ? a : 20); b++)
			{
				request.weights.size = a / 20.0;
				request.weights.interval = b / 20.0;
				best = fmin(best,
							run(method, item[i].value, item[i].count, &request).objective);
			}
		worse += found > 1.01 * best;
	}
	ok(worse <= 1, "%s, objective %d: 1 %% worse than the best of a grid in %d of %d",
	   ims_intermittent_method_name(method), objective, worse, items);
}

static void
test_one_weight(void)
{
	ImsIntermittentRequest request = request_of(NAN, NAN, IMS_START_MEAN);
	int same = 0;

	request.one_weight = true;
	for (int i = 0; i < items; i++)
	{
		ImsIntermittentForecast f =
			run(IMS_INTERMITTENT_SBA, item[i].value, item[i].count, &request);

		same += f.weights.size == f.weights.interval && f.weights.size >= 0;
	}
	ok(same == items, "one weight for size and interval");
}

/* Small cases that can be computed by hand. */
static void
test_by_hand(void)
{
	const double value[] = {0, 4, 0, 0, 8, 0};
	ImsIntermittentRequest request = request_of(0.5, 0.5, IMS_START_NAIVE);
	ImsIntermittentForecast f = run(IMS_INTERMITTENT_CROSTON, value, 6, &request);

	/* size 4 -> 6, interval 2 -> 2.5 */
	ok(f.mean == 2.4 && f.size == 6 && f.interval == 2.5, "Croston by hand");
	/* forecasts 2 for periods 3, 4, 5 and 2.4 for period 6 */
	ok(fabs(f.mse - (4 + 4 + 36 + 5.76) / 4) < 1e-12 && f.objective == f.mse,
	   "its squared error");
	f = run(IMS_INTERMITTENT_SBA, value, 6, &request);
	ok(fabs(f.mean - 1.8) < 1e-12, "SBA by hand");
	f = run(IMS_INTERMITTENT_SBJ, value, 6, &request);
	ok(fabs(f.mean - 1.6) < 1e-12, "SBJ by hand");
	/* probability 0, .5, .25, .125, .5625, .28125; size 4 -> 4 (its first) -> 6 */
	f = run(IMS_INTERMITTENT_TSB, value, 6, &request);
	ok(fabs(f.mean - 6 * 0.28125) < 1e-12, "TSB by hand");
	f = run(IMS_INTERMITTENT_MEAN, value, 6, &request);
	ok(f.mean == 2, "mean by hand");
	/* from the mean: 2, 1, 2.5, 1.25, .625, 4.3125, 2.15625 */
	f = run(IMS_INTERMITTENT_SES, value, 6, &request);
	ok(f.mean == 2.15625, "SES by hand");
	request.bucket = 3;
	f = run(IMS_INTERMITTENT_ADIDA, value, 6, &request);
	ok(f.bucket == 1, "at least four buckets");
}

/* The rate of demand so far; in the first three of ten periods that of the three. */
static void
test_rates_by_hand(void)
{
	const double value[] = {4, 0, 0, 0, 8, 0, 0, 0, 0, 0};
	ImsIntermittentRequest request = request_of(0.5, 0.5, IMS_START_NAIVE);
	/* forecast 4 for periods 2 to 5, then 6 / 2.5 */
	double first = 2 * (4 - 4 / 3.0) + (4 - 1) + (4 - 12 / 5.0);
	double rest = (2.4 - 2) + (2.4 - 12 / 7.0) + (2.4 - 1.5) + (2.4 - 4 / 3.0) + 1.2;

	request.objective = IMS_OBJECTIVE_MAR;
	ok(fabs(run(IMS_INTERMITTENT_CROSTON, value, 10, &request).objective -
			(first + rest) / 9) < 1e-12,
	   "mean absolute rate by hand");
}

/* TSB's probability never reacts faster than its size. */
static void
test_tsb_weights(void)
{
	int held = 0;

	for (int i = 0; i < items; i++)
		for (int start = IMS_START_MEAN; start <= IMS_START_FITTED; start++)
		{
			ImsIntermittentRequest request = request_of(NAN, NAN, start);
			ImsIntermittentForecast f =
				run(IMS_INTERMITTENT_TSB, item[i].value, item[i].count, &request);

			held += f.weights.interval <= f.weights.size;
		}
	ok(held == 3 * items, "TSB's weights are in order in %d searches", held);
}

static void
test_aggregate(void)
{
	const double value[] = {1, 2, 3, 4, 5, 6, 7};
	double sum[7];

	ok(ims_aggregate(value, 7, 3, sum) == 2 && sum[0] == 9 && sum[1] == 18,
	   "buckets end with the latest period");
	ok(ims_aggregate(value, 7, 1, sum) == 7 && sum[6] == 7, "buckets of one");
	ok(ims_aggregate(value, 7, 8, sum) == 0 && ims_aggregate(value, 0, 1, sum) == 0,
	   "buckets longer than the series");
}

/* ADIDA and IMAPA from their definition: buckets by hand, one weight. */
static void
test_buckets(void)
{
	double value[24] = {0};
	ImsIntermittentRequest request = request_of(0.2, NAN, IMS_START_MEAN);
	double level = 2;
	double rate;
	ImsIntermittentForecast f;

	for (int t = 2; t < 24; t += 3)
		value[t] = t < 12 ? 1 : 3;
	for (int b = 0; b < 8; b++)
		level += 0.2 * ((b < 4 ? 1 : 3) - level);
	f = run(IMS_INTERMITTENT_ADIDA, value, 24, &request);
	ok(f.bucket == 3 && fabs(f.mean - level / 3) < 1e-12, "ADIDA: %.6f", f.mean);
	rate = f.mean;
	request.bucket = 1;
	rate += run(IMS_INTERMITTENT_ADIDA, value, 24, &request).mean;
	request.bucket = 2;
	rate += run(IMS_INTERMITTENT_ADIDA, value, 24, &request).mean;
	request.bucket = 0;
	f = run(IMS_INTERMITTENT_IMAPA, value, 24, &request);
	ok(f.bucket == 3 && fabs(f.mean - rate / 3) < 1e-12, "IMAPA is the mean of levels");
	request.weights.size = NAN;
	f = run(IMS_INTERMITTENT_ADIDA, value, 24, &request);
	ok(f.weights.size > 0.29, "the best weight is at its bound: %.3f", f.weights.size);
}

/* Rosenbrock's valley, and a minimum on a bound. */
static double
valley(const double *x, void *context)
{
	double a = 1 - x[0];
	double b = x[1] - x[0] * x[0];

	return a * a + 100 * b * b;
}

static void
test_simplex(void)
{
	ImsSimplex simplex = {valley, NULL, 2, {-2, -2}, {2, 2}, {0.5, 0.5}, 1000, 1e-12};
	double x[] = {-1.2, 1};

	ims_simplex_minimise(&simplex, x);
	ok(fabs(x[0] - 1) < 1e-3 && fabs(x[1] - 1) < 1e-3, "simplex: %.6f %.6f", x[0], x[1]);
	simplex.upper[0] = 0.5;
	x[0] = -1.2;
	x[1] = 1;
	ims_simplex_minimise(&simplex, x);
	ok(x[0] == 0.5 && fabs(x[1] - 0.25) < 1e-3, "on a bound: %.6f %.6f", x[0], x[1]);
}

int
main(void)
{
	if (load())
	{
		for (size_t i = 0; i < LENGTH(fixed); i++)
			test_fixed(&fixed[i]);
		for (size_t i = 0; i < LENGTH(fitted); i++)
			test_fitted(&fitted[i]);
		for (int m = IMS_INTERMITTENT_CROSTON; m <= IMS_INTERMITTENT_TSB; m++)
			for (int o = IMS_OBJECTIVE_MSE; o <= IMS_OBJECTIVE_MAR; o++)
				test_search(m, o);
		test_one_weight();
		test_tsb_weights();
	}
	test_by_hand();
	test_rates_by_hand();
	test_aggregate();
	test_buckets();
	test_simplex();
	return tap_end();
}
