/*-------------------------------------------------------------------------
 *
 * decompose.c
 *	  Classical decomposition by a centred moving average.
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <math.h>

#include "decompose.h"
#include "series.h"

/* The normal quantile of 0.95: a test of 90 % on both sides. */
#define SEASONALITY_QUANTILE 1.6448536269514722

/* A factor this small cannot be divided by with any meaning. */
#define LEAST_FACTOR 1e-4

/*
 * The moving average over one season, its ends at half weight when the season
 * is even; trend[t] is set for half a season <= t < count - half a season.
 */
static void
moving_average(const double *value, int count, int season, double *trend)
{
	int half = season / 2;
	bool even = season % 2 == 0;

	/* Summed anew for each t: a running sum would carry rounding along. */
	for (int t = half; t < count - half; t++)
	{
		double sum = even ? (value[t - half] + value[t + half]) / 2 : 0;

		for (int i = even ? -half + 1 : -half; i <= (even ? half - 1 : half); i++)
			sum += value[t + i];
		trend[t] = sum / season;
	}
}

/*
 * figure[j] is the average deviation from the trend (or ratio to it) of the
 * periods t with t % season = j; the figures sum to 0 (or average 1).  False
 * when there are fewer than two seasons, or no ratios to take.  `trend` is room for
 * `count` values and holds the trend where it exists.
 */
bool
ims_decompose(const double *value, int count, int season, bool multiplicative,
			  double *trend, double *figure)
{
	int half = season / 2;
	double mean;

	if (season < 2 || count / 2 < season)
		return false;
	moving_average(value, count, season, trend);
	for (int j = 0; j < season; j++)
	{
		double sum = 0;
		int found = 0;

		for (int t = j; t < count - half; t += season)
		{
			if (t < half)
				continue;
			if (multiplicative && !(trend[t] > 0))
				return false;
			sum += multiplicative ? value[t] / trend[t] : value[t] - trend[t];
			found++;
		}
		assert(found > 0);
		figure[j] = sum / found;
	}
	mean = ims_series_mean(figure, season);
	for (int j = 0; j < season; j++)
	{
		figure[j] = multiplicative ? figure[j] / mean : figure[j] - mean;
		if (!isfinite(figure[j]) || (multiplicative && figure[j] < LEAST_FACTOR))
			return false;
	}
	return true;
}

void
ims_deseasonalise(const double *value, int count, int season, bool multiplicative,
				  const double *figure, double *adjusted)
{
	for (int t = 0, j = 0; t < count; t++, j = j + 1 == season ? 0 : j + 1)
		adjusted[t] = multiplicative ? value[t] / figure[j] : value[t] - figure[j];
}

/*
 * Whether the autocorrelation at one season's lag stands out of those at
 * shorter lags, by Bartlett's formula, at 90 % (Assimakopoulos and
 * Nikolopoulos 2000, section 4).
 */
bool
ims_is_seasonal(const double *value, int count, int season)
{
	double mean;
	double variance = 0;
	double squares = 0;
	double last = 0;

	if (season < 2 || count <= 2 * season)
		return false;
	mean = ims_series_mean(value, count);
	for (int t = 0; t < count; t++)
		variance += (value[t] - mean) * (value[t] - mean);
	if (!(variance > 0))
		return false;
	for (int lag = 1; lag <= season; lag++)
	{
		double sum = 0;

		for (int t = lag; t < count; t++)
			sum += (value[t] - mean) * (value[t - lag] - mean);
		last = sum / variance;
		if (lag < season)
			squares += last * last;
	}
	return fabs(last) > SEASONALITY_QUANTILE * sqrt((1 + 2 * squares) / count);
}
