/*
 * accuracy.c -- measures of how good forecasts were.
 *
 * Guaranteed: each figure is what its definition gives, computed here by hand
 * for small cases; what cannot be had is NaN with a status that says why; gaps,
 * zeros and the largest numbers give no surprise.  On the spare parts sets the
 * figures are those of the notes (see bench/forecast/intermittent.c).
 */
#include <float.h>

#include "golden.h"

#include "forecast/accuracy.h"

static bool
near(double a, double b)
{
	return fabs(a - b) <= 1e-12 * fmax(1, fabs(b));
}

static ImsErrorScale
scale_of(const double *value, int count, int season)
{
	ImsSeries training = {value, count, season};
	ImsErrorScale scale;

	ims_error_scale(&training, &scale);
	return scale;
}

static ImsAccuracy
measure(const double *training, int trained, int season, const double *actual,
		const double *forecast, int count)
{
	ImsSeries series = {training, trained, season};
	ImsErrorScale scale = scale_of(training, trained, season);
	ImsAccuracy accuracy;

	ims_accuracy(&series, &scale, actual, forecast, count, &accuracy);
	return accuracy;
}

/* Errors 1, -2, 0 with actuals 3, 6, 5; changes of training 1, 2, 3. */
static void
test_by_hand(void)
{
	const double training[] = {1, 2, 4, 1};
	const double actual[] = {3, 6, 5};
	const double forecast[] = {4, 4, 5};
	const double large = 300;
	const double little = 1;
	ImsAccuracy a = measure(training, 4, 1, actual, forecast, 3);

	ok(a.status == IMS_ACCURACY_OK && a.periods == 3, "status ok");
	ok(near(a.mean_error, -1 / 3.0), "mean error, positive is too much");
	ok(near(a.mae, 1), "mean absolute error");
	ok(near(a.rmse, sqrt(5 / 3.0)), "root mean squared error");
	ok(near(a.smape, (2 / 7.0 + 4 / 10.0) / 3), "sMAPE");
	ok(near(a.wape, 3 / 14.0), "WAPE");
	ok(near(a.bias, -1 / 14.0), "bias");
	ok(near(a.mase, 1 / 2.0), "MASE");
	ok(near(a.rmsse, sqrt(5 / 3.0 / (14 / 3.0))), "RMSSE");
	ok(near(measure(training, 4, 1, &large, &little, 1).rmsse, 299 / sqrt(14 / 3.0)),
	   "RMSSE of values of another size than before");
	ok(near(a.scaled_bias, -1 / 3.0 / 2), "bias over the mean of the training part");
	ok(near(a.cumulative_error, -1), "cumulative error");
	ok(near(a.scaled_cumulative_error, -0.5), "over the same mean");
	ok(near(a.periods_in_stock, 1 - 1 - 1), "periods in stock");
	ok(near(a.tracking_signal, -1), "tracking signal");
	/* naive forecasts 1: errors 2, 5, 4 */
	ok(near(a.naive_mae, 11 / 3.0), "error of the naive forecast");
	ok(near(a.relative_mae, 3 / 11.0) && near(a.value_added, 8 / 11.0), "value added");
}

static void
test_season(void)
{
	const double training[] = {9, 1, 2, 4, 3, 2, 1};
	const double actual[] = {5, 5, 5, 5};
	const double forecast[] = {5, 5, 5, 6};
	ImsErrorScale scale = scale_of(training, 7, 3);
	ImsAccuracy a = measure(training, 7, 3, actual, forecast, 4);

	/* 4 - 9, 3 - 1, 2 - 2, 1 - 4 */
	ok(scale.count == 4 && near(scale.absolute, 10 / 4.0), "scale a season apart");
	/* 3, 2, 1, then 3 again */
	ok(near(a.naive_mae, (2 + 3 + 4 + 2) / 4.0), "seasonal naive forecast goes round");
	ok(near(a.mase, 0.25 / 2.5), "seasonal MASE");
}

static void
test_gaps(void)
{
	const double training[] = {1, NAN, 3, 5, NAN, 8};
	const double actual[] = {NAN, 2, 4, INFINITY};
	const double forecast[] = {1, 3, NAN, 2};
	const double ones[] = {1, 1};
	ImsErrorScale scale = scale_of(training, 6, 1);
	ImsAccuracy a = measure(training, 6, 1, actual, forecast, 4);

	ok(scale.count == 1 && near(scale.absolute, 2) && near(scale.mean, 17 / 4.0),
	   "pairs with a gap do not count");
	ok(a.status == IMS_ACCURACY_MISSING && a.periods == 1 && near(a.mae, 1),
	   "nor do periods");
	a = measure(training, 6, 1, actual, actual, 1);
	ok(a.status == (IMS_ACCURACY_MISSING | IMS_ACCURACY_NO_PERIODS) && isnan(a.mae) &&
		   isnan(a.smape) && isnan(a.mase),
	   "nothing left");
	/* 5, and for the gap what was two periods before it: 3 */
	a = measure(training, 5, 2, ones, ones, 2);
	ok(near(a.naive_mae, (4 + 2) / 2.0), "the naive forecast looks for the season before");
}

typedef struct Status
{
	const char *name;
	double training[4];
	int trained;
	double actual;
	double forecast;
	unsigned status;
} Status;

static const Status statuses[] = {
	{"no training", {0}, 0, 1, 2, IMS_ACCURACY_NO_SCALE | IMS_ACCURACY_ZERO_MEAN},
	{"one point", {3}, 1, 1, 2, IMS_ACCURACY_NO_SCALE},
	{"constant", {3, 3, 3}, 3, 1, 2, IMS_ACCURACY_ZERO_SCALE},
	{"constant and right", {3, 3, 3}, 3, 3, 3, IMS_ACCURACY_ZERO_SCALE | IMS_ACCURACY_ZERO_NAIVE},
	{"no demand before", {0, 0, 0}, 3, 1, 2, IMS_ACCURACY_ZERO_SCALE | IMS_ACCURACY_ZERO_MEAN},
	{"no demand at all",
	 {0, 0, 0},
	 3,
	 0,
	 0,
	 IMS_ACCURACY_ZERO_SCALE | IMS_ACCURACY_ZERO_MEAN | IMS_ACCURACY_ZERO_ACTUAL |
		 IMS_ACCURACY_ZERO_NAIVE},
	{"no demand now", {1, 2, 3}, 3, 0, 1, IMS_ACCURACY_ZERO_ACTUAL},
	{"returns", {-1, -2, -3}, 3, -2, 1, IMS_ACCURACY_ZERO_MEAN},
};

static void
test_status(const Status *s)
{
	ImsAccuracy a = measure(s->training, s->trained, 1, &s->actual, &s->forecast, 1);
	bool scaled = (s->status & (IMS_ACCURACY_NO_SCALE | IMS_ACCURACY_ZERO_SCALE)) == 0;

	ok(a.status == s->status && isfinite(a.mae) && isfinite(a.smape) &&
		   isfinite(a.tracking_signal),
	   "%s: status %u", s->name, a.status);
	ok(isfinite(a.mase) == scaled && isfinite(a.rmsse) == scaled &&
		   isnan(a.wape) == ((s->status & IMS_ACCURACY_ZERO_ACTUAL) != 0) &&
		   isnan(a.scaled_bias) == ((s->status & IMS_ACCURACY_ZERO_MEAN) != 0) &&
		   isnan(a.value_added) ==
			   ((s->status & IMS_ACCURACY_ZERO_NAIVE) != 0 || s->trained == 0),
	   "%s: what cannot be had is NaN", s->name);
}

/* Pinball: 0.9 of what is above, 0.1 of what is below. */
static void
test_quantile(void)
{
	const double training[] = {1, 3};
	const double actual[] = {10, 4, 6, NAN};
	const double quantile[] = {6, 6, 6, 6};
	ImsErrorScale scale = scale_of(training, 2, 1);
	ImsErrorScale none = scale_of(training, 0, 1);
	ImsQuantileAccuracy q;

	ims_quantile_accuracy(&scale, actual, quantile, 4, 0.9, &q);
	ok(q.periods == 3 && near(q.pinball, (0.9 * 4 + 0.1 * 2) / 3), "pinball loss");
	ok(near(q.scaled_pinball, q.pinball / 2), "scaled");
	ok(near(q.below, 2 / 3.0), "share not above the quantile");
	ok(q.status == IMS_ACCURACY_MISSING, "a gap is told");
	ims_quantile_accuracy(&none, actual, quantile, 3, 0.9, &q);
	ok(q.status == IMS_ACCURACY_NO_SCALE && isnan(q.scaled_pinball) && isfinite(q.pinball),
	   "no scale");
	ims_quantile_accuracy(&scale, actual + 3, quantile, 1, 0.9, &q);
	ok(q.status == (IMS_ACCURACY_MISSING | IMS_ACCURACY_NO_PERIODS) && isnan(q.pinball),
	   "no periods");
	ims_quantile_accuracy(&scale, actual, quantile, 3, 1, &q);
	ok(q.status == IMS_ACCURACY_BAD_REQUEST, "a level of 1 is refused");
	ims_quantile_accuracy(&scale, actual, quantile, 3, NAN, &q);
	ok(q.status == IMS_ACCURACY_BAD_REQUEST, "and one of NaN");
}

static void
test_interval(void)
{
	const double training[] = {1, 3};
	const double actual[] = {5, 11, 2, 4, 7};
	const double lower[] = {5, 5, 5, 9, NAN};
	const double upper[] = {9, 9, 9, 8, 9};
	ImsErrorScale scale = scale_of(training, 2, 1);
	ImsIntervalAccuracy i;

	ims_interval_accuracy(&scale, actual, lower, upper, 3, 0.95, &i);
	ok(i.status == IMS_ACCURACY_OK && i.periods == 3, "interval");
	ok(near(i.coverage, 1 / 3.0), "coverage, bounds included");
	ok(near(i.width, 4), "width");
	ok(near(i.score, (4 + 4 + 40 * 2 + 4 + 40 * 3) / 3.0), "interval score");
	ok(near(i.msis, i.score / 2), "MSIS");
	ims_interval_accuracy(&scale, actual, lower, upper, 5, 0.95, &i);
	ok(i.status == (IMS_ACCURACY_BAD_INTERVAL | IMS_ACCURACY_MISSING) && i.periods == 3,
	   "a wrong interval and a missing one");
	ims_interval_accuracy(&scale, actual, lower, upper, 0, 0.95, &i);
	ok(i.status == IMS_ACCURACY_NO_PERIODS && isnan(i.coverage), "no periods");
	ims_interval_accuracy(&scale, actual, lower, upper, 3, 0, &i);
	ok(i.status == IMS_ACCURACY_BAD_REQUEST, "a level of 0 is refused");
}

static void
test_largest(void)
{
	const double training[] = {DBL_MAX, -DBL_MAX, DBL_MAX};
	const double actual[] = {DBL_MAX, -DBL_MAX, 1e300, 1e-300};
	const double forecast[] = {-DBL_MAX, DBL_MAX, 1e300, 0};
	ImsAccuracy a = measure(training, 3, 1, actual, forecast, 4);
	const double small[] = {1e-310, 3e-310, 1e-310};

	ok(isfinite(a.mae) && isfinite(a.rmse) && isfinite(a.mean_error),
	   "the largest numbers");
	ok(fabs(a.mase - 0.5) < 0.51 && isfinite(a.rmsse), "their MASE: %g", a.mase);
	a = measure(small, 3, 1, small, small + 1, 2);
	ok(near(a.mase, 1) && near(a.rmsse, 1), "the smallest: %g %g", a.mase, a.rmsse);
	a = measure(training, 3, 1, forecast, forecast, 4);
	ok(a.tracking_signal == 0 && a.mae == 0, "no error, no signal");
}

/* The best quantile by pinball is the quantile; no other figure is as good. */
static void
test_proper(void)
{
	double actual[100] = {0};
	ImsErrorScale scale = scale_of(actual, 0, 1);
	double best = INFINITY;
	int best_at = -1;

	for (int t = 0; t < 100; t++)
		actual[t] = (t * 37) % 100;
	for (int guess = 0; guess < 100; guess++)
	{
		double quantile[100];
		ImsQuantileAccuracy q;

		for (int t = 0; t < 100; t++)
			quantile[t] = guess;
		ims_quantile_accuracy(&scale, actual, quantile, 100, 0.905, &q);
		if (q.pinball < best)
		{
			best = q.pinball;
			best_at = guess;
		}
	}
	ok(best_at == 90, "pinball is least at the quantile: %d", best_at);
}

int
main(void)
{
	test_by_hand();
	test_season();
	test_gaps();
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		test_status(&statuses[i]);
	test_quantile();
	test_interval();
	test_largest();
	test_proper();
	return tap_end();
}
