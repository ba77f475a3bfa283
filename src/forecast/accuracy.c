/*-------------------------------------------------------------------------
 *
 * accuracy.c
 *	  How good forecasts were.
 *
 * Sums are taken of values divided by a power of two, so that neither squares
 * nor sums of the largest numbers overflow.  A period counts if all of its
 * values are finite; each figure that cannot be had is NaN, and the status
 * says why.
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <float.h>
#include <math.h>

#include "accuracy.h"

static double
greater(double largest, double value)
{
	return isfinite(value) ? fmax(largest, fabs(value)) : largest;
}

/* A finite number, whatever the unit made of it; NaN stays NaN. */
static double
in_unit(double value, double unit)
{
	double scaled = value * unit;

	return isinf(scaled) ? copysign(DBL_MAX, scaled) : scaled;
}

static double
ratio(double value, double by)
{
	return by > 0 ? value / by : NAN;
}

void
ims_error_scale(const ImsSeries *training, ImsErrorScale *scale)
{
	double largest = 0;
	double absolute = 0;
	double squared = 0;
	double sum = 0;
	int values = 0;

	*scale = (ImsErrorScale){.absolute = NAN, .squared = NAN, .mean = NAN, .unit = 1};
	if (training == NULL || training->season < 1)
		return;
	for (int t = 0; t < training->count; t++)
		largest = greater(largest, training->value[t]);
	scale->unit = ims_series_scale(largest);
	for (int t = 0; t < training->count; t++)
	{
		double value = training->value[t] / scale->unit;
		double change;

		if (!isfinite(value))
			continue;
		sum += value;
		values++;
		if (t < training->season || !isfinite(training->value[t - training->season]))
			continue;
		change = value - training->value[t - training->season] / scale->unit;
		absolute += fabs(change);
		squared += change * change;
		scale->count++;
	}
	if (values > 0)
		scale->mean = in_unit(sum / values, scale->unit);
	if (scale->count > 0)
	{
		scale->absolute = in_unit(absolute / scale->count, scale->unit);
		scale->squared = squared / scale->count;
	}
}

static unsigned
scale_status(const ImsErrorScale *scale)
{
	if (!(scale->count > 0))
		return IMS_ACCURACY_NO_SCALE;
	return scale->absolute > 0 ? IMS_ACCURACY_OK : IMS_ACCURACY_ZERO_SCALE;
}

/* Sums over the periods, in units of `unit`. */
typedef struct Sums
{
	double unit;
	int periods;
	double error;
	double absolute;
	double squared;
	double actual;
	double symmetric;
	double in_stock;
	double naive;
	int naive_periods;
	double absolute_of_naive; /* of the forecast, where naive has one */
} Sums;

static void
add_period(Sums *sums, double actual, double forecast, double naive)
{
	double y = actual / sums->unit;
	double f = forecast / sums->unit;
	double size = fabs(y) + fabs(f);

	sums->periods++;
	sums->error += f - y;
	sums->in_stock += sums->error;
	sums->absolute += fabs(f - y);
	sums->squared += (f - y) * (f - y);
	sums->actual += fabs(y);
	sums->symmetric += size > 0 ? 2 * fabs(f - y) / size : 0;
	if (!isfinite(naive))
		return;
	sums->naive += fabs(naive / sums->unit - y);
	sums->absolute_of_naive += fabs(f - y);
	sums->naive_periods++;
}

double
ims_last_season(const ImsSeries *training, int step)
{
	int season = training == NULL ? 0 : training->season;
	int t;

	if (season < 1 || training->count < 1)
		return NAN;
	t = training->count - season + step % season;
	while (t >= 0 && !isfinite(training->value[t]))
		t -= season;
	return t >= 0 ? training->value[t] : NAN;
}

static void
fill(const Sums *sums, const ImsErrorScale *scale, ImsAccuracy *a)
{
	int n = sums->periods;
	double unit = sums->unit;
	double relative_unit = unit / scale->unit;

	a->mean_error = in_unit(sums->error / n, unit);
	a->mae = in_unit(sums->absolute / n, unit);
	a->rmse = in_unit(sqrt(sums->squared / n), unit);
	a->smape = sums->symmetric / n;
	a->wape = ratio(sums->absolute, sums->actual);
	a->bias = ratio(sums->error, sums->actual);
	a->cumulative_error = in_unit(sums->error, unit);
	a->periods_in_stock = in_unit(sums->in_stock, unit);
	a->tracking_signal = sums->absolute > 0 ? sums->error / sums->absolute * n : 0;
	a->mase = ratio(sums->absolute / n, scale->absolute / unit);
	a->rmsse = ratio(sqrt(sums->squared / n) * relative_unit, sqrt(scale->squared));
	a->scaled_bias = ratio(sums->error / n, scale->mean / unit);
	a->scaled_cumulative_error = ratio(sums->error, scale->mean / unit);
	if (sums->naive_periods > 0)
	{
		a->naive_mae = in_unit(sums->naive / sums->naive_periods, unit);
		a->relative_mae = ratio(sums->absolute_of_naive, sums->naive);
		a->value_added = 1 - a->relative_mae;
	}
}

/* `training` serves the seasonal naive forecast only, and may be NULL. */
void
ims_accuracy(const ImsSeries *training, const ImsErrorScale *scale, const double *actual,
			 const double *forecast, int count, ImsAccuracy *accuracy)
{
	Sums sums = {0};
	double largest = 0;

	*accuracy = (ImsAccuracy){
		.mean_error = NAN,
		.mae = NAN,
		.rmse = NAN,
		.smape = NAN,
		.wape = NAN,
		.bias = NAN,
		.mase = NAN,
		.rmsse = NAN,
		.scaled_bias = NAN,
		.cumulative_error = NAN,
		.scaled_cumulative_error = NAN,
		.periods_in_stock = NAN,
		.tracking_signal = NAN,
		.naive_mae = NAN,
		.relative_mae = NAN,
		.value_added = NAN,
	};
	for (int h = 0; h < count; h++)
		largest = greater(greater(greater(largest, actual[h]), forecast[h]),
						  ims_last_season(training, h));
	sums.unit = ims_series_scale(largest);
	for (int h = 0; h < count; h++)
		if (isfinite(actual[h]) && isfinite(forecast[h]))
			add_period(&sums, actual[h], forecast[h], ims_last_season(training, h));
	accuracy->periods = sums.periods;
	if (sums.periods < count)
		accuracy->status |= IMS_ACCURACY_MISSING;
	if (sums.periods == 0)
	{
		accuracy->status |= IMS_ACCURACY_NO_PERIODS;
		return;
	}
	fill(&sums, scale, accuracy);
	accuracy->status |= scale_status(scale);
	if (sums.actual == 0)
		accuracy->status |= IMS_ACCURACY_ZERO_ACTUAL;
	if (!(scale->mean > 0))
		accuracy->status |= IMS_ACCURACY_ZERO_MEAN;
	if (sums.naive_periods > 0 && sums.naive == 0)
		accuracy->status |= IMS_ACCURACY_ZERO_NAIVE;
}

/* Pinball loss of forecasts of one quantile, 0 < level < 1 (Koenker, Bassett 1978). */
void
ims_quantile_accuracy(const ImsErrorScale *scale, const double *actual,
					  const double *quantile, int count, double level,
					  ImsQuantileAccuracy *accuracy)
{
	double largest = 0;
	double unit;
	double sum = 0;
	int below = 0;

	*accuracy = (ImsQuantileAccuracy){.pinball = NAN, .scaled_pinball = NAN, .below = NAN};
	if (!(level > 0 && level < 1))
	{
		accuracy->status = IMS_ACCURACY_BAD_REQUEST;
		return;
	}
	for (int h = 0; h < count; h++)
		largest = greater(greater(largest, actual[h]), quantile[h]);
	unit = ims_series_scale(largest);
	for (int h = 0; h < count; h++)
	{
		double error = actual[h] / unit - quantile[h] / unit;

		if (!isfinite(actual[h]) || !isfinite(quantile[h]))
			continue;
		accuracy->periods++;
		below += error <= 0;
		sum += error > 0 ? level * error : (level - 1) * error;
	}
	accuracy->status = accuracy->periods < count ? IMS_ACCURACY_MISSING : 0;
	if (accuracy->periods == 0)
	{
		accuracy->status |= IMS_ACCURACY_NO_PERIODS;
		return;
	}
	accuracy->status |= scale_status(scale);
	sum /= accuracy->periods;
	accuracy->pinball = in_unit(sum, unit);
	accuracy->scaled_pinball = ratio(sum, scale->absolute / unit);
	accuracy->below = (double) below / accuracy->periods;
}

/* What an actual outside its interval adds to the width. */
static double
penalty(double y, double low, double high, double level)
{
	double outside = y < low ? low - y : y > high ? y - high : 0;

	return 2 / (1 - level) * outside;
}

/* Intervals meant to hold the actual with probability `level`. */
void
ims_interval_accuracy(const ImsErrorScale *scale, const double *actual,
					  const double *lower, const double *upper, int count, double level,
					  ImsIntervalAccuracy *accuracy)
{
	double largest = 0;
	double unit;
	double width = 0;
	double score = 0;
	int within = 0;

	*accuracy =
		(ImsIntervalAccuracy){.coverage = NAN, .width = NAN, .score = NAN, .msis = NAN};
	if (!(level > 0 && level < 1))
	{
		accuracy->status = IMS_ACCURACY_BAD_REQUEST;
		return;
	}
	for (int h = 0; h < count; h++)
		largest = greater(greater(greater(largest, actual[h]), lower[h]), upper[h]);
	unit = ims_series_scale(largest);
	for (int h = 0; h < count; h++)
	{
		double y = actual[h] / unit;
		double low = lower[h] / unit;
		double high = upper[h] / unit;

		if (!isfinite(y) || !isfinite(low) || !isfinite(high))
			continue;
		if (low > high)
		{
			accuracy->status |= IMS_ACCURACY_BAD_INTERVAL;
			continue;
		}
		accuracy->periods++;
		within += y >= low && y <= high;
		width += high - low;
		score += high - low + penalty(y, low, high, level);
	}
	if (accuracy->periods < count)
		accuracy->status |= IMS_ACCURACY_MISSING;
	if (accuracy->periods == 0)
	{
		accuracy->status |= IMS_ACCURACY_NO_PERIODS;
		return;
	}
	accuracy->status |= scale_status(scale);
	accuracy->coverage = (double) within / accuracy->periods;
	accuracy->width = in_unit(width / accuracy->periods, unit);
	accuracy->score = in_unit(score / accuracy->periods, unit);
	accuracy->msis = ratio(score / accuracy->periods, scale->absolute / unit);
}
