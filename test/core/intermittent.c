/*
 * intermittent.c -- the door to the methods for irregular demand, and the choice.
 *
 * Guaranteed: whatever the series, the answer is finite, not negative and has a
 * status, and nothing outside the given memory is touched (the program runs
 * under sanitizers, with scratch of exactly the size that was told); each class
 * of demand gets its method, and the reason is told.
 */
#include <float.h>

#include "irregular.h"

#define LONG 1000000

typedef struct Choice
{
	const char *name;
	int count;
	int every; /* a demand every so many periods, the last ones first */
	int until; /* no demand from here on */
	bool varied;
	ImsIntermittentMethod method;
	ImsIntermittentReason reason;
} Choice;

static const Choice choices[] = {
	{"smooth", 48, 1, 48, false, IMS_INTERMITTENT_SES, IMS_WHY_REGULAR},
	{"erratic", 48, 1, 48, true, IMS_INTERMITTENT_SES, IMS_WHY_REGULAR},
	{"intermittent", 48, 4, 48, false, IMS_INTERMITTENT_COMBINED, IMS_WHY_INTERMITTENT},
	{"lumpy", 48, 4, 48, true, IMS_INTERMITTENT_TSB, IMS_WHY_LUMPY},
	{"dead", 48, 1, 6, false, IMS_INTERMITTENT_COMBINED, IMS_WHY_INTERMITTENT},
	{"dead after more", 148, 2, 28, false, IMS_INTERMITTENT_ZERO, IMS_WHY_DEAD},
	{"asked for once", 48, 48, 48, false, IMS_INTERMITTENT_MEAN, IMS_WHY_FEW_DEMANDS},
	{"never asked for", 48, 1, 0, false, IMS_INTERMITTENT_ZERO, IMS_WHY_NO_DEMAND},
};

static void
test_choice(const Choice *c)
{
	double value[150] = {0};
	ImsIntermittentRequest request = request_of(NAN, NAN, IMS_START_MEAN);
	ImsIntermittentForecast f;

	for (int t = 0; t < c->until; t++)
		if ((c->count - 1 - t) % c->every == 0)
			value[t] = c->varied && t % 8 == 7 ? 40 : 4 + t % 2;
	f = run(IMS_INTERMITTENT_AUTO, value, c->count, &request);
	ok(f.method == c->method && f.reason == c->reason &&
		   f.regular == (c->reason == IMS_WHY_REGULAR) && (c->until > 28 || f.mean < 1),
	   "%s: %s, %s, %s", c->name, ims_intermittent_method_name(f.method),
	   ims_intermittent_reason_text(f.reason),
	   ims_demand_class_name(f.profile.demand_class));
}

typedef struct Case
{
	const char *name;
	int count;
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
sparse(int t)
{
	return t % 7 == 3 ? 1 + t % 5 : 0;
}

static double
missing(int t)
{
	return NAN;
}

static double
gaps(int t)
{
	return t % 5 == 0 ? NAN : t % 11 == 0 ? INFINITY : sparse(t);
}

static double
negative(int t)
{
	return -1 - t % 3;
}

static double
returns(int t)
{
	return t % 4 == 0 ? -3 : sparse(t);
}

static double
huge(int t)
{
	return t % 3 == 0 ? 1e300 : 0;
}

static double
largest(int t)
{
	return t % 2 == 0 ? DBL_MAX : 0;
}

static double
tiny(int t)
{
	return t % 3 == 0 ? 1e-310 : 0;
}

static double
both(int t)
{
	return t % 5 == 0 ? 1e300 : t % 3 == 0 ? 1e-300 : 0;
}

static double
last_only(int t)
{
	return t == 59;
}

static double
first_only(int t)
{
	return t == 0;
}

static const Case cases[] = {
	{"empty", 0, zero},
	{"one point", 1, five},
	{"one zero", 1, zero},
	{"two points", 2, five},
	{"all zero", 60, zero},
	{"constant", 60, five},
	{"sparse", 60, sparse},
	{"all missing", 60, missing},
	{"gaps", 60, gaps},
	{"negative", 60, negative},
	{"returns", 60, returns},
	{"1e300", 60, huge},
	{"DBL_MAX", 60, largest},
	{"1e-310", 60, tiny},
	{"1e300 and 1e-300", 60, both},
	{"last only", 60, last_only},
	{"first only", 60, first_only},
};

static bool
is_finite(const ImsIntermittentForecast *f)
{
	return isfinite(f->mean) && f->mean >= 0 && (isnan(f->mse) || isfinite(f->mse)) &&
		   (isnan(f->mse) || f->mse >= 0);
}

static void
test_case(const Case *c, ImsIntermittentMethod method, double *value)
{
	bool sound = true;
	ImsIntermittentForecast f;

	for (int t = 0; t < c->count; t++)
		value[t] = c->value(t);
	for (int objective = 0; objective <= IMS_OBJECTIVE_MAR; objective++)
		for (int start = 0; start <= IMS_START_FITTED; start++)
			for (int given = 0; given < 2; given++)
			{
				ImsIntermittentRequest request =
					request_of(given ? 0.2 : NAN, given ? 0.1 : NAN, start);

				request.objective = objective;
				f = run(method, value, c->count, &request);
				sound &= is_finite(&f) && f.status <= IMS_FORECAST_NO_DATA;
				sound &= f.status == IMS_FORECAST_OK || f.reason != IMS_WHY_NONE;
			}
	ok(sound, "%s of %s: %g, %s, %s", ims_intermittent_method_name(method), c->name,
	   f.mean, ims_forecast_status_name(f.status), ims_intermittent_reason_text(f.reason));
}

/* A unit is but a factor: nothing else may depend on it. */
static void
test_units(void)
{
	double value[60];
	double scaled[60];
	double worst = 0;

	for (int t = 0; t < 60; t++)
	{
		value[t] = sparse(t);
		scaled[t] = 1024 * value[t];
	}
	for (int m = IMS_INTERMITTENT_ZERO; m < IMS_INTERMITTENT_COUNT; m++)
	{
		ImsIntermittentRequest request = request_of(NAN, NAN, IMS_START_FITTED);
		ImsIntermittentForecast a = run(m, value, 60, &request);
		ImsIntermittentForecast b = run(m, scaled, 60, &request);

		worst = fmax(worst, fabs(a.mean * 1024 - b.mean));
		worst = fmax(worst, fabs(a.mse * 1024 * 1024 - b.mse));
	}
	ok(worst == 0, "in another unit the same");
}

/* Missing periods are no periods without demand. */
static void
test_missing(void)
{
	const double with[] = {2, NAN, NAN, 0, 2, NAN, 0, 2, 0, 2};
	const double without[] = {2, 0, 2, 0, 2, 0, 2};
	ImsIntermittentRequest request = request_of(0.1, 0.1, IMS_START_MEAN);
	ImsIntermittentForecast a = run(IMS_INTERMITTENT_CROSTON, with, 10, &request);
	ImsIntermittentForecast b = run(IMS_INTERMITTENT_CROSTON, without, 7, &request);

	ok(a.mean == b.mean && a.missing == 3 && a.reason == IMS_WHY_MISSING,
	   "missing periods are left out");
}

static bool
stop(void *context)
{
	return ++*(int *) context > 5;
}

static void
test_interrupt(double *value)
{
	for (int t = 0; t < 100; t++)
		value[t] = sparse(t);
	for (int m = IMS_INTERMITTENT_CROSTON; m <= IMS_INTERMITTENT_TSB; m++)
	{
		int calls = 0;
		ImsIntermittentRequest request = request_of(NAN, NAN, IMS_START_FITTED);
		ImsIntermittentForecast f;

		request.interrupt = stop;
		request.interrupt_context = &calls;
		f = run(m, value, 100, &request);
		ok(f.status == IMS_FORECAST_INTERRUPTED && f.reason == IMS_WHY_CALLBACK &&
			   calls == 6,
		   "%s is stopped", ims_intermittent_method_name(m));
	}
}

static void
test_long(double *value)
{
	for (int t = 0; t < LONG; t++)
		value[t] = sparse(t);
	for (int m = IMS_INTERMITTENT_ZERO; m < IMS_INTERMITTENT_COUNT; m++)
	{
		ImsIntermittentRequest request = request_of(NAN, NAN, IMS_START_MEAN);
		ImsIntermittentForecast f = run(m, value, LONG, &request);

		ok(is_finite(&f) && f.status == IMS_FORECAST_OK &&
			   (m == IMS_INTERMITTENT_ZERO || fabs(f.mean - 3 / 7.0) < 0.15),
		   "%s of a million points: %.4f, %s", ims_intermittent_method_name(m), f.mean,
		   ims_intermittent_reason_text(f.reason));
	}
}

static void
test_refused(void)
{
	const double value[] = {1, 0, 1};
	ImsSeries series = {value, 3, 1};
	ImsIntermittentRequest request;
	ImsIntermittentForecast f;
	char scratch[64];

	request = request_of(1.1, NAN, IMS_START_MEAN);
	f = run(IMS_INTERMITTENT_SBA, value, 3, &request);
	ok(f.status == IMS_FORECAST_REFUSED && f.reason == IMS_WHY_BAD_REQUEST,
	   "a weight above 1 is refused");
	request = request_of(NAN, -0.1, IMS_START_MEAN);
	f = run(IMS_INTERMITTENT_SBA, value, 3, &request);
	ok(f.status == IMS_FORECAST_REFUSED, "one below 0 too");
	request = request_of(NAN, NAN, IMS_START_MEAN);
	request.bucket = IMS_INTERMITTENT_MAX_BUCKET + 1;
	f = run(IMS_INTERMITTENT_ADIDA, value, 3, &request);
	ok(f.status == IMS_FORECAST_REFUSED, "too long a bucket is refused");
	request.bucket = 0;
	request.cuts.adi = 0.5;
	f = run(IMS_INTERMITTENT_AUTO, value, 3, &request);
	ok(f.status == IMS_FORECAST_REFUSED, "a cut below 1 is refused");
	request.cuts.adi = 1.32;
	ims_intermittent(IMS_INTERMITTENT_SBA, &series, &request, scratch, sizeof(scratch), &f);
	ok(f.status == IMS_FORECAST_REFUSED && f.reason == IMS_WHY_NO_SCRATCH,
	   "too little scratch is refused");
	f = run(IMS_INTERMITTENT_COUNT, value, 3, &request);
	ok(f.status == IMS_FORECAST_REFUSED, "an unknown method is refused");
}

int
main(void)
{
	double *value = malloc(LONG * sizeof(double));

	for (size_t i = 0; i < LENGTH(choices); i++)
		test_choice(&choices[i]);
	for (size_t i = 0; i < LENGTH(cases); i++)
		for (int m = IMS_INTERMITTENT_ZERO; m < IMS_INTERMITTENT_COUNT; m++)
			test_case(&cases[i], m, value);
	test_units();
	test_missing();
	test_interrupt(value);
	test_long(value);
	test_refused();
	free(value);
	return tap_end();
}
