/*
 * decompose.c -- trend and seasons.
 *
 * Guaranteed: the classical decomposition and STL give what R's decompose and
 * stl give, to the ten digits of the tables; the components of several seasons
 * are found again where they are known; components always add up to the series;
 * broken series get a status, and nothing outside the given memory is touched.
 */
#include <float.h>

#include "golden.h"

#include "forecast/decompose.h"
#include "forecast/loess.h"
#include "forecast/stl.h"

#define LONG 1000000

static GoldenTable golden;
static GoldenSeries series[GOLDEN_SERIES];
static int series_count;

static double trend[LONG];
static double remainder_[LONG];
static double first[LONG];
static double second[LONG];
static double third[LONG];
static ImsDecomposition result = {trend, remainder_, {first, second, third}, 0};

static ImsStlStatus
stl(const double *value, int count, int season, const ImsStlRequest *request)
{
	ImsSeries s = {value, count, season};
	size_t size = ims_stl_size(count, season);
	void *scratch = malloc(size);
	ImsStlStatus status = ims_stl(&s, request, scratch, size, &result);

	free(scratch);
	return status;
}

static ImsStlStatus
mstl(const double *value, int count, const int *seasons, int season_count,
	 const ImsStlRequest *request)
{
	size_t size = ims_stl_size(count, seasons[season_count - 1]);
	void *scratch = malloc(size);
	ImsStlStatus status =
		ims_mstl(value, count, seasons, season_count, request, scratch, size, &result);

	free(scratch);
	return status;
}

static double
golden_number(int row, int column)
{
	const char *field = golden.field[row][column];

	return strcmp(field, "NA") == 0 ? NAN : atof(field);
}

/* Largest difference from the table, in shares of the largest value. */
static double
difference(const GoldenSeries *s, const char *method, const double *seasonal,
		   const double *its_trend)
{
	int row = golden_find(&golden, s->name, method, NULL);
	double worst = 0;
	double largest = 0;

	if (row < 0)
		return NAN;
	for (int t = 0; t < s->count; t++)
		largest = fmax(largest, fabs(s->value[t]));
	for (int t = 0; t < s->count; t++)
	{
		double known = golden_number(row + t, 4);

		worst = fmax(worst, fabs(seasonal[t] - golden_number(row + t, 3)) / largest);
		if (!isnan(known))
			worst = fmax(worst, fabs(its_trend[t] - known) / largest);
	}
	return worst;
}

static void
test_stl(const char *method, int span)
{
	ImsStlRequest request = {.seasonal_span = span};
	double worst = 0;
	int found = 0;

	for (int i = 0; i < series_count; i++)
	{
		const GoldenSeries *s = &series[i];
		double d;

		if (golden_find(&golden, s->name, method, NULL) < 0)
			continue;
		found++;
		stl(s->value, s->count, s->season, &request);
		d = difference(s, method, first, trend);
		worst = isnan(d) ? d : fmax(worst, d);
	}
	ok(found == 4 && worst < 1e-9, "%s of %d series: largest difference %.1e", method,
	   found, worst);
}

static void
test_classical(void)
{
	double worst = 0;
	int found = 0;

	for (int i = 0; i < series_count; i++)
	{
		const GoldenSeries *s = &series[i];
		double figure[IMS_SERIES_MAX_SEASON];

		if (golden_find(&golden, s->name, "decompose_additive", NULL) < 0)
			continue;
		found++;
		ims_decompose(s->value, s->count, s->season, false, trend, figure);
		for (int t = 0; t < s->count; t++)
			first[t] = figure[t % s->season];
		worst = fmax(worst, difference(s, "decompose_additive", first, trend));
	}
	ok(found == 4 && worst < 1e-9,
	   "classical decomposition of %d series: largest difference %.1e", found, worst);
}

/* Uniform on [-1, 1). */
static double
noise(int t)
{
	unsigned state = (unsigned) t * 2654435761u + 12345;

	state ^= state >> 15;
	state *= 2246822519u;
	state ^= state >> 13;
	return (state >> 8) / 8388608.0 - 1;
}

static double
day(int t)
{
	return 10 * sin(2 * M_PI * t / 24);
}

static double
week(int t)
{
	return 20 * ((t / 24) % 7 >= 5 ? -2.5 : 1);
}

static double
largest_gap(const double *value, int count, int seasons)
{
	double worst = 0;
	double largest = DBL_MIN;

	for (int t = 0; t < count; t++)
	{
		double sum = trend[t] + remainder_[t];

		for (int i = 0; i < seasons; i++)
			sum += result.seasonal[i][t];
		largest = fmax(largest, fabs(value[t]));
		worst = fmax(worst, fabs(sum - value[t]));
		if (!isfinite(sum))
			return INFINITY;
	}
	return worst / largest;
}

static void
test_seasons(void)
{
	static double value[24 * 7 * 8];
	const int count = 24 * 7 * 8;
	const int seasons[] = {24, 168};
	const int three[] = {24, 168, 8766};
	ImsStlRequest request = {0};
	double worst = 0;
	ImsStlStatus status;

	for (int t = 0; t < count; t++)
		value[t] = 100 + 0.01 * t + day(t) + week(t) + noise(t) / 10;
	status = mstl(value, count, seasons, 2, &request);
	for (int t = 0; t < count; t++)
		worst = fmax(worst, fabs(first[t] + second[t] - day(t) - week(t)));
	ok(status == IMS_STL_OK && result.used == 2 && worst < 0.5,
	   "day and week are found in a sum of both (%.2f)", worst);
	worst = 0;
	for (int t = 0; t < count; t++)
		worst = fmax(worst, fabs(trend[t] - 100 - 0.01 * t));
	ok(worst < 0.5, "and the trend (%.2f)", worst);
	ok(largest_gap(value, count, 2) < 1e-12, "and the parts add up");
	status = mstl(value, count, three, 3, &request);
	ok(status == IMS_STL_OK && result.used == 2 && third[0] == 0 &&
		   largest_gap(value, count, 3) < 1e-12,
	   "a season too long for the series is left out");
}

/* An outlier moves the robust fit of its neighbours less. */
static void
test_robust(void)
{
	static double value[120];
	ImsStlRequest plain = {.seasonal_span = 7};
	ImsStlRequest robust = {.seasonal_span = 7, .outer = 15};
	double moved;

	for (int t = 0; t < 120; t++)
		value[t] = 50 + 5 * sin(2 * M_PI * t / 12) + noise(t) / 10;
	value[60] += 100;
	stl(value, 120, 12, &plain);
	moved = fabs(trend[60] - 50);
	stl(value, 120, 12, &robust);
	ok(moved > 3 && fabs(trend[60] - 50) < 0.2 && remainder_[60] > 99,
	   "an outlier: trend off by %.2f, robust by %.2f", moved, fabs(trend[60] - 50));
	ok(largest_gap(value, 120, 1) < 1e-12, "robust parts add up");
}

typedef struct Broken
{
	const char *name;
	int count;
	int season;
	double low; /* alternates with high */
	double high;
	ImsStlStatus status;
} Broken;

static const Broken broken[] = {
	{"empty", 0, 12, 0, 0, IMS_STL_SHORT},
	{"one point", 1, 12, 5, 5, IMS_STL_SHORT},
	{"two seasons", 24, 12, 1, 2, IMS_STL_SHORT},
	{"two seasons and a point", 25, 12, 1, 2, IMS_STL_OK},
	{"a season of two", 5, 2, 1, 2, IMS_STL_OK},
	{"a long season of two", 501, 2, 1, 2, IMS_STL_OK},
	{"constant", 60, 12, 7, 7, IMS_STL_OK},
	{"all zero", 60, 12, 0, 0, IMS_STL_OK},
	{"negative", 60, 12, -3, -9, IMS_STL_OK},
	{"1e300", 60, 12, 1e300, -1e299, IMS_STL_OK},
	{"1e-310", 60, 12, 1e-310, 3e-310, IMS_STL_OK},
	{"NaN", 60, 12, 1, NAN, IMS_STL_MISSING},
	{"infinite", 60, 12, 1, INFINITY, IMS_STL_MISSING},
	{"no season", 60, 1, 1, 2, IMS_STL_REFUSED},
	{"a season beyond the limit", 60, IMS_STL_MAX_SEASON + 1, 1, 2, IMS_STL_REFUSED},
};

static void
test_broken(const Broken *b, const ImsStlRequest *request)
{
	/* On the heap and of exactly that size, so that reading past it is seen. */
	double *value = malloc(b->count * sizeof(double));
	ImsStlStatus status;

	for (int t = 0; t < b->count; t++)
		value[t] = t % 2 == 0 ? b->low : b->high;
	status = stl(value, b->count, b->season, request);
	ok(status == b->status &&
		   (status > IMS_STL_SHORT || largest_gap(value, b->count, 1) < 1e-9),
	   "%s: status %d", b->name, status);
	free(value);
}

static bool
stop(void *context)
{
	return ++*(int *) context > 2;
}

static void
test_limits(void)
{
	double value[60] = {0};
	const int falling[] = {24, 12};
	int calls = 0;
	ImsStlRequest even = {.seasonal_span = 8};
	ImsStlRequest less = {.seasonal_span = 5};
	ImsStlRequest many = {.outer = IMS_STL_MAX_ITERATIONS + 1};
	ImsStlRequest most = {.outer = 3};
	ImsStlRequest stopped = {.interrupt = stop, .interrupt_context = &calls};
	ImsSeries s = {value, 60, 12};
	char scratch[100];

	ok(stl(value, 60, 12, &even) == IMS_STL_REFUSED, "an even span is refused");
	ok(stl(value, 60, 12, &less) == IMS_STL_REFUSED, "a span below 7 is refused");
	ok(stl(value, 60, 12, &many) == IMS_STL_REFUSED, "too many passes are refused");
	ok(stl(value, 60, 12, &most) == IMS_STL_OK, "some are not");
	ok(mstl(value, 60, falling, 2, &most) == IMS_STL_REFUSED,
	   "seasons that do not ascend are refused");
	ok(ims_stl(&s, &most, scratch, sizeof(scratch), &result) == IMS_STL_REFUSED,
	   "too little scratch is refused");
	for (int t = 0; t < LONG; t++)
		third[t] = noise(t) + day(t);
	ok(stl(third, LONG, 24, &stopped) == IMS_STL_INTERRUPTED && calls == 3,
	   "the caller stops a long one");
	stopped.interrupt = NULL;
	ok(stl(third, LONG, 24, &stopped) == IMS_STL_OK && largest_gap(third, LONG, 1) < 1e-12,
	   "a million points");
}

int
main(void)
{
	const ImsStlRequest periodic = {0};
	const ImsStlRequest robust = {.seasonal_span = 7, .outer = 2};

	series_count = golden_series(series);
	if (series_count > 0 && golden_load("classic_decompositions.csv.gz", &golden))
	{
		test_classical();
		test_stl("stl_periodic", 0);
		test_stl("stl_swin13", 13);
	}
	test_seasons();
	test_robust();
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
	{
		test_broken(&broken[i], &periodic);
		test_broken(&broken[i], &robust);
	}
	test_limits();
	return tap_end();
}
