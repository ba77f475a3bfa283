/*
 * degenerate.c -- series that have broken other forecasters.
 *
 * Guaranteed, for every method: whatever the series, the answer is finite, of
 * the asked length, and comes with a status; nothing outside the given memory
 * is touched (the program runs under sanitizers, with scratch of exactly the
 * size that was told); the same call gives the same answer.
 */
#include <float.h>

#include "golden.h"

#define HORIZON 30
#define LONG 1000000

static double mean[HORIZON];
static double variance[HORIZON];
static ImsForecast forecast;

typedef struct Case
{
	const char *name;
	int count;
	int season;
	double (*value)(int t);
} Case;

static double
zero(int t)
{
	return 0;
}

static double
five(int t)
{
	return 5;
}

static double
ramp(int t)
{
	return t;
}

static double
missing(int t)
{
	return NAN;
}

static double
gaps(int t)
{
	return t % 3 == 0 ? NAN : t % 7 == 0 ? -INFINITY : 10 + t % 5;
}

static double
huge(int t)
{
	return t % 2 == 0 ? 1e300 : 1e299;
}

static double
tiny(int t)
{
	return (1 + t % 3) * 1e-310;
}

static double
mixed_sizes(int t)
{
	return t % 10 == 3 ? 1e300 : t % 4 == 0 ? 1e-300 : 1;
}

static double
negative(int t)
{
	return -10 - t % 6;
}

static double
largest(int t)
{
	return t % 2 == 0 ? DBL_MAX : -DBL_MAX;
}

static double
intermittent(int t)
{
	return t % 11 == 0 ? 4 : 0;
}

static double
one_spike(int t)
{
	return t == 20 ? 1e9 : 1;
}

static double
explosion(int t)
{
	return pow(1.5, t);
}

static double
noise(int t)
{
	unsigned state = (unsigned) t * 2654435761u;

	state ^= state >> 15;
	state *= 2246822519u;
	state ^= state >> 13;
	return 50 + (state >> 16) / 1000.0 + 20 * (t % 12 == 0);
}

static const Case cases[] = {
	{"empty", 0, 12, zero},
	{"one point", 1, 12, five},
	{"one gap", 1, 12, missing},
	{"two points", 2, 1, ramp},
	{"three points", 3, 4, ramp},
	{"four points", 4, 4, noise},
	{"five points", 5, 4, noise},
	{"six points", 6, 4, noise},
	{"nine points", 9, 4, noise},
	{"less than two seasons", 23, 12, noise},
	{"just two seasons", 24, 12, noise},
	{"two seasons and a point", 25, 12, noise},
	{"all zero", 40, 12, zero},
	{"constant", 40, 12, five},
	{"a line", 40, 12, ramp},
	{"nothing but gaps", 40, 12, missing},
	{"gaps", 60, 12, gaps},
	{"1e300", 60, 12, huge},
	{"1e-310", 60, 12, tiny},
	{"1e300 and 1e-300", 60, 12, mixed_sizes},
	{"the largest numbers", 60, 12, largest},
	{"negative", 60, 12, negative},
	{"intermittent", 60, 12, intermittent},
	{"one spike", 60, 12, one_spike},
	{"an explosion", 60, 12, explosion},
	{"the longest season", 800, IMS_SERIES_MAX_SEASON, noise},
	{"a season of two", 60, 2, noise},
	{"a season as long as the series", 60, 60, noise},
	{"weeks of three years", 156, 52, noise},
};

static bool
is_finite(bool non_negative)
{
	for (int h = 0; h < HORIZON; h++)
		if (!isfinite(mean[h]) || (non_negative && mean[h] < 0) ||
			(!isnan(variance[h]) && !(variance[h] >= 0)))
			return false;
	return true;
}

static void
test_case(const Case *c, ImsMethod method, double *value)
{
	ImsForecastRequest request;
	ImsForecast first;
	double first_mean[HORIZON];
	bool sound;

	for (int t = 0; t < c->count; t++)
		value[t] = c->value(t);
	ims_forecast_request(&request, HORIZON);
	request.window = 4;
	request.non_negative = true;
	forecast_with(method, value, c->count, c->season, &request, &forecast);
	sound = is_finite(true);
	request.non_negative = false;
	forecast_with(method, value, c->count, c->season, &request, &forecast);
	first = forecast;
	memcpy(first_mean, mean, sizeof(mean));
	sound &= is_finite(false) && forecast.status <= IMS_FORECAST_NO_DATA;
	sound &= forecast.status == IMS_FORECAST_OK || forecast.reason != IMS_REASON_NONE;
	forecast_with(method, value, c->count, c->season, &request, &forecast);
	sound &= memcmp(&first, &forecast, offsetof(ImsForecast, points)) == 0 &&
			 memcmp(first_mean, mean, sizeof(mean)) == 0;
	ok(sound, "%s of %s: %s, %s", ims_forecast_method_name(method), c->name,
	   ims_forecast_status_name(forecast.status),
	   ims_forecast_reason_text(forecast.reason));
}

/* Fixed parameters take other paths than those to be found. */
static void
test_fixed(const Case *c, ImsMethod method, double *value)
{
	ImsForecastRequest request;

	for (int t = 0; t < c->count; t++)
		value[t] = c->value(t);
	ims_forecast_request(&request, HORIZON);
	request.alpha = request.beta = request.gamma = 0.5;
	request.phi = 0.9;
	forecast_with(method, value, c->count, c->season, &request, &forecast);
	ok(is_finite(false) && forecast.status <= IMS_FORECAST_NO_DATA,
	   "fixed %s of %s: %s, %s", ims_forecast_method_name(method), c->name,
	   ims_forecast_status_name(forecast.status),
	   ims_forecast_reason_text(forecast.reason));
}

static void
test_long(ImsMethod method, double *value)
{
	ImsForecastRequest request;

	ims_forecast_request(&request, HORIZON);
	forecast_with(method, value, LONG, 12, &request, &forecast);
	ok(is_finite(false) && forecast.status == IMS_FORECAST_OK, "%s of a million points: %s",
	   ims_forecast_method_name(method), ims_forecast_reason_text(forecast.reason));
}

int
main(void)
{
	double *value = malloc(LONG * sizeof(double));
	int count = sizeof(cases) / sizeof(cases[0]);

	forecast.mean = mean;
	forecast.variance = variance;
	for (int i = 0; i < count; i++)
		for (int m = IMS_METHOD_NAIVE; m < IMS_METHOD_COUNT; m++)
			test_case(&cases[i], (ImsMethod) m, value);
	for (int i = 0; i < count; i++)
		for (int m = IMS_METHOD_SES; m <= IMS_METHOD_HOLT_WINTERS_MULTIPLICATIVE; m++)
			test_fixed(&cases[i], (ImsMethod) m, value);
	for (int t = 0; t < LONG; t++)
		value[t] = noise(t);
	for (int m = IMS_METHOD_NAIVE; m < IMS_METHOD_COUNT; m++)
		test_long((ImsMethod) m, value);
	free(value);
	return tap_end();
}
