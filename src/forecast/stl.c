/*-------------------------------------------------------------------------
 *
 * stl.c
 *	  Trend and seasons that change over time.
 *
 * STL: Cleveland, Cleveland, McRae and Terpenning, STL: a seasonal-trend
 * decomposition procedure based on loess, Journal of Official Statistics 6
 * (1990); steps are numbered as there, section 3.  Several seasons: Bandara,
 * Hyndman and Bergmeir, MSTL (2021).
 *
 * Invariant: value = trend + seasonals + remainder, in every outcome that has
 * components at all.
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "loess.h"
#include "stl.h"

#define LEAST_SEASONAL_SPAN 7
#define JUMPS_PER_SPAN 10

/* MSTL: passes over all seasons, and the span of the first and further seasons. */
#define MSTL_PASSES 2
#define MSTL_SPAN(i) (11 + 4 * (i))

typedef struct Stl
{
	int count;
	int season;
	const double *value; /* in units of the scale */
	bool periodic;
	int inner;
	int outer;
	ImsLoess seasonal_loess;
	ImsLoess trend_loess;
	ImsLoess low_pass_loess;

	/* Scratch; extended ones have a season more at each end. */
	double *detrended;
	double *cycle;	  /* one phase, and its weights */
	double *extended; /* the seasonal component before the low-pass filter */
	double *filtered;
	double *weight;
	double *seasonal;
	double *trend;
} Stl;

/* The series and seven rows, with room for a season more at each end. */
size_t
ims_stl_size(int count, int season)
{
	return IMS_SCRATCH_ALIGNMENT +
		   8 * IMS_SCRATCH_DOUBLES((size_t) count + 2 * (size_t) season + 2);
}

static int
next_odd(double number)
{
	int whole = (int) ceil(number);

	return whole % 2 == 0 ? whole + 1 : whole;
}

static ImsLoess
loess_of(int span, bool line, const ImsStlRequest *request)
{
	return (ImsLoess){.span = span,
					  .line = line,
					  .jump = (span + JUMPS_PER_SPAN - 1) / JUMPS_PER_SPAN,
					  .interrupt = request->interrupt,
					  .interrupt_context = request->interrupt_context};
}

static bool
is_span(int span, int least)
{
	return span == 0 || (span >= least && span % 2 == 1 && span <= IMS_SERIES_MAX_POINTS);
}

static bool
is_sound(const ImsStlRequest *request)
{
	return is_span(request->seasonal_span, LEAST_SEASONAL_SPAN) &&
		   is_span(request->trend_span, 3) && is_span(request->low_pass_span, 3) &&
		   request->inner >= 0 && request->inner <= IMS_STL_MAX_ITERATIONS &&
		   request->outer >= 0 && request->outer <= IMS_STL_MAX_ITERATIONS;
}

/* The spans that Cleveland et al. advise, sections 3.3 to 3.5. */
static void
set_spans(Stl *stl, const ImsStlRequest *request)
{
	int seasonal = request->seasonal_span;
	int trend = request->trend_span;
	int low_pass = request->low_pass_span;

	stl->periodic = seasonal == 0;
	/* So wide that all weights are alike. */
	if (stl->periodic)
		seasonal = 10 * stl->count + 1;
	if (trend == 0)
		trend = next_odd(1.5 * stl->season / (1 - 1.5 / seasonal));
	if (low_pass == 0)
		low_pass = next_odd(stl->season);
	stl->seasonal_loess = loess_of(seasonal, false, request);
	stl->trend_loess = loess_of(trend, true, request);
	stl->low_pass_loess = loess_of(low_pass, true, request);
	stl->outer = request->outer;
	stl->inner = request->inner > 0 ? request->inner : request->outer > 0 ? 1 : 2;
}

static bool
allocate(Stl *stl, ImsScratch *scratch)
{
	size_t length = (size_t) stl->count + 2 * (size_t) stl->season + 2;
	double **rows[] = {&stl->detrended, &stl->cycle, &stl->extended, &stl->filtered,
					   &stl->weight,	&stl->trend, &stl->seasonal};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if ((*rows[i] = ims_scratch_doubles(scratch, length)) == NULL)
			return false;
	return true;
}

static bool
is_stopped(const Stl *stl)
{
	return stl->seasonal_loess.stopped || stl->trend_loess.stopped ||
		   stl->low_pass_loess.stopped;
}

/*
 * Step 2: each phase of the season, smoothed over the years and carried on by
 * one year at both ends.
 */
static void
smooth_phases(Stl *stl, const double *weight)
{
	int season = stl->season;
	ImsLoess *loess = &stl->seasonal_loess;
	double *value = stl->cycle;

	for (int phase = 0; phase < season && !is_stopped(stl); phase++)
	{
		int length = (stl->count - phase - 1) / season + 1;
		int span = loess->span < length ? loess->span : length;
		double *weights = weight != NULL ? value + length : NULL;
		double *fitted = stl->filtered + 1;

		for (int i = 0; i < length; i++)
		{
			value[i] = stl->detrended[i * season + phase];
			if (weights != NULL)
				weights[i] = weight[i * season + phase];
		}
		ims_loess(loess, value, weights, length, fitted);
		if (!ims_loess_at(loess, value, weights, length, -1, 0, span - 1, &fitted[-1]))
			fitted[-1] = fitted[0];
		if (!ims_loess_at(loess, value, weights, length, length, length - span,
						  length - 1, &fitted[length]))
			fitted[length] = fitted[length - 1];
		for (int i = 0; i < length + 2; i++)
			stl->extended[i * season + phase] = fitted[i - 1];
	}
}

/* Means over `span` values; returns how many there are.  `mean` may be `value`. */
static int
moving_mean(const double *value, int count, int span, double *mean)
{
	double sum = 0;

	for (int i = 0; i < span; i++)
		sum += value[i];
	for (int i = 0; i <= count - span; i++)
	{
		double oldest = value[i];

		mean[i] = sum / span;
		if (i < count - span)
			sum += value[i + span] - oldest;
	}
	return count - span + 1;
}

/* Step 3: what is left of the trend in the phases. */
static void
filter(Stl *stl)
{
	int count = stl->count + 2 * stl->season;

	count = moving_mean(stl->extended, count, stl->season, stl->filtered);
	count = moving_mean(stl->filtered, count, stl->season, stl->filtered);
	count = moving_mean(stl->filtered, count, 3, stl->filtered);
	assert(count == stl->count);
	ims_loess(&stl->low_pass_loess, stl->filtered, NULL, count, stl->detrended);
}

/* One pass of the inner loop. */
static void
pass(Stl *stl, const double *weight)
{
	for (int t = 0; t < stl->count; t++)
		stl->detrended[t] = stl->value[t] - stl->trend[t];
	smooth_phases(stl, weight);
	if (is_stopped(stl))
		return;
	filter(stl);
	if (is_stopped(stl))
		return;
	for (int t = 0; t < stl->count; t++)
	{
		stl->seasonal[t] = stl->extended[stl->season + t] - stl->detrended[t];
		stl->filtered[t] = stl->value[t] - stl->seasonal[t];
	}
	ims_loess(&stl->trend_loess, stl->filtered, weight, stl->count, stl->trend);
}

/* The k-th smallest (Hoare 1961); the row is reordered. */
static double
select_smallest(double *row, int count, int k)
{
	int low = 0;
	int high = count - 1;

	while (low < high)
	{
		double pivot = row[low + (high - low) / 2];
		int i = low;
		int j = high;

		while (i <= j)
		{
			while (row[i] < pivot)
				i++;
			while (row[j] > pivot)
				j--;
			if (i <= j)
			{
				double swap = row[i];

				row[i++] = row[j];
				row[j--] = swap;
			}
		}
		if (k <= j)
			high = j;
		else if (k >= i)
			low = i;
		else
			break;
	}
	return row[k];
}

/* Bisquare weights: nothing that is beyond six median residuals counts. */
static void
set_weights(Stl *stl)
{
	int count = stl->count;
	double *residual = stl->detrended;
	double limit;

	for (int t = 0; t < count; t++)
		stl->filtered[t] = residual[t] =
			fabs(stl->value[t] - stl->trend[t] - stl->seasonal[t]);
	limit = 3 * (select_smallest(stl->filtered, count, count / 2) +
				 select_smallest(stl->filtered, count, (count - 1) / 2));
	for (int t = 0; t < count; t++)
	{
		double share = residual[t] / limit;

		if (!(residual[t] > 0.001 * limit))
			stl->weight[t] = 1;
		else if (residual[t] <= 0.999 * limit)
			stl->weight[t] = (1 - share * share) * (1 - share * share);
		else
			stl->weight[t] = 0;
	}
}

/* A season that never changes is the mean of each of its phases. */
static void
average_phases(Stl *stl)
{
	for (int phase = 0; phase < stl->season; phase++)
	{
		double sum = 0;
		int found = 0;

		for (int t = phase; t < stl->count; t += stl->season, found++)
			sum += stl->seasonal[t];
		for (int t = phase; t < stl->count; t += stl->season)
			stl->seasonal[t] = sum / found;
	}
}

/* Fills seasonal and trend; false when the caller stopped it. */
static bool
run(Stl *stl)
{
	const double *weight = NULL;

	memset(stl->trend, 0, stl->count * sizeof(double));
	for (int outer = 0; outer <= stl->outer; outer++)
	{
		for (int inner = 0; inner < stl->inner; inner++)
		{
			pass(stl, weight);
			if (is_stopped(stl))
				return false;
		}
		if (outer == stl->outer)
			break;
		set_weights(stl);
		weight = stl->weight;
	}
	if (stl->periodic)
		average_phases(stl);
	return true;
}

/* The power of two that brings the largest value below 1; 0 if one is not finite. */
static double
scale_of(const double *value, int count)
{
	double largest = 0;

	for (int t = 0; t < count; t++)
	{
		if (!isfinite(value[t]))
			return 0;
		largest = fmax(largest, fabs(value[t]));
	}
	return ims_series_scale(largest);
}

/* Without seasons the trend is the mean. */
static void
take_mean(const double *value, int count, double scale, ImsDecomposition *d)
{
	double mean = 0;

	for (int t = 0; t < count; t++)
		mean += value[t] / scale / count;
	for (int t = 0; t < count; t++)
	{
		d->trend[t] = mean * scale;
		d->remainder[t] = (value[t] / scale - mean) * scale;
	}
}

/*
 * MSTL: in turn each season is put back and fitted anew to what the others
 * leave.  `left` holds the series without the seasons known so far.
 */
static bool
run_seasons(Stl *stl, double *left, const int *seasons, const int *spans,
			const ImsStlRequest *request, int passes, ImsDecomposition *d)
{
	stl->value = left;
	for (int p = 0; p < passes; p++)
		for (int i = 0; i < d->used; i++)
		{
			ImsStlRequest own = *request;

			own.seasonal_span = spans[i];
			stl->season = seasons[i];
			set_spans(stl, &own);
			for (int t = 0; t < stl->count; t++)
				left[t] += d->seasonal[i][t];
			if (!run(stl))
				return false;
			for (int t = 0; t < stl->count; t++)
			{
				d->seasonal[i][t] = stl->seasonal[t];
				left[t] -= stl->seasonal[t];
			}
		}
	return true;
}

static ImsStlStatus
decompose(const double *value, int count, const int *seasons, const int *spans,
		  int season_count, int passes, const ImsStlRequest *request, void *scratch,
		  size_t scratch_size, ImsDecomposition *d)
{
	Stl stl = {.count = count, .season = seasons[season_count - 1]};
	ImsScratch arena;
	double scale = scale_of(value, count);
	double *left;

	d->used = 0;
	if (scale == 0)
		return IMS_STL_MISSING;
	while (d->used < season_count && seasons[d->used] < (count + 1) / 2)
		d->used++;
	for (int i = 0; i < season_count; i++)
		memset(d->seasonal[i], 0, count * sizeof(double));
	if (d->used == 0)
	{
		take_mean(value, count, scale, d);
		return IMS_STL_SHORT;
	}
	ims_scratch_start(&arena, scratch, scratch_size);
	left = ims_scratch_doubles(&arena, count);
	if (left == NULL || !allocate(&stl, &arena))
		return IMS_STL_REFUSED;
	for (int t = 0; t < count; t++)
		left[t] = value[t] / scale;
	if (!run_seasons(&stl, left, seasons, spans, request, passes, d))
		return IMS_STL_INTERRUPTED;
	for (int t = 0; t < count; t++)
	{
		d->trend[t] = stl.trend[t] * scale;
		d->remainder[t] = (left[t] - stl.trend[t]) * scale;
		for (int i = 0; i < d->used; i++)
			d->seasonal[i][t] *= scale;
	}
	return IMS_STL_OK;
}

ImsStlStatus
ims_stl(const ImsSeries *series, const ImsStlRequest *request, void *scratch,
		size_t scratch_size, ImsDecomposition *decomposition)
{
	decomposition->used = 0;
	if (!is_sound(request) || series->count < 0 || series->count > IMS_SERIES_MAX_POINTS ||
		series->season < 2 || series->season > IMS_STL_MAX_SEASON ||
		scratch_size < ims_stl_size(series->count, series->season))
		return IMS_STL_REFUSED;
	return decompose(series->value, series->count, &series->season, &request->seasonal_span,
					 1, 1, request, scratch, scratch_size, decomposition);
}

ImsStlStatus
ims_mstl(const double *value, int count, const int *seasons, int season_count,
		 const ImsStlRequest *request, void *scratch, size_t scratch_size,
		 ImsDecomposition *decomposition)
{
	int spans[IMS_STL_MAX_SEASONS];

	decomposition->used = 0;
	if (!is_sound(request) || request->seasonal_span != 0 || count < 0 ||
		count > IMS_SERIES_MAX_POINTS || season_count < 1 ||
		season_count > IMS_STL_MAX_SEASONS)
		return IMS_STL_REFUSED;
	for (int i = 0; i < season_count; i++)
	{
		spans[i] = MSTL_SPAN(i);
		if (seasons[i] < 2 || seasons[i] > IMS_STL_MAX_SEASON ||
			(i > 0 && seasons[i] <= seasons[i - 1]))
			return IMS_STL_REFUSED;
	}
	if (scratch_size < ims_stl_size(count, seasons[season_count - 1]))
		return IMS_STL_REFUSED;
	return decompose(value, count, seasons, spans, season_count,
					 season_count > 1 ? MSTL_PASSES : 1, request, scratch, scratch_size,
					 decomposition);
}
