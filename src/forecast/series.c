/*-------------------------------------------------------------------------
 *
 * series.c
 *	  Scratch memory, and series made fit for computing.
 *
 * What ims_series_prepare() hands on is at most 2 in size and, unless nothing is
 * known, at least one point long; where gaps.c has filled it, it is finite.  The
 * methods rely on that and check nothing again.
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <math.h>
#include <stdint.h>

#include "series.h"

void
ims_scratch_start(ImsScratch *scratch, void *memory, size_t size)
{
	size_t skip = (IMS_SCRATCH_ALIGNMENT - (uintptr_t) memory % IMS_SCRATCH_ALIGNMENT) %
				  IMS_SCRATCH_ALIGNMENT;

	scratch->memory = memory;
	scratch->size = size;
	scratch->used = skip;
}

/* NULL when there is not enough left. */
double *
ims_scratch_doubles(ImsScratch *scratch, size_t count)
{
	size_t bytes = IMS_SCRATCH_DOUBLES(count);
	double *piece;

	if (scratch->used > scratch->size || bytes > scratch->size - scratch->used)
		return NULL;
	piece = (double *) (scratch->memory + scratch->used);
	scratch->used += bytes;
	return piece;
}

size_t
ims_series_prepare_size(int count)
{
	return IMS_SCRATCH_DOUBLES(count);
}

/*
 * The power of two that brings the largest value to between 1/2 and 1.  The
 * exponent is kept where both it and its inverse are normal numbers.
 */
double
ims_series_scale(double largest)
{
	int exponent = 0;

	if (largest > 0)
		frexp(largest, &exponent);
	exponent = exponent > 1000 ? 1000 : exponent < -1000 ? -1000 : exponent;
	return ldexp(1.0, exponent);
}

/*
 * Returns false when the scratch is too small.  A series without any value
 * comes out with a count of 0.
 */
bool
ims_series_prepare(const ImsSeries *series, ImsScratch *scratch, ImsPrepared *prepared)
{
	double *copy = ims_scratch_doubles(scratch, series->count);
	double largest = 0;
	int start = 0;
	int count;

	if (copy == NULL)
		return false;
	while (start < series->count && !isfinite(series->value[start]))
		start++;
	count = series->count - start;
	for (int t = 0; t < count; t++)
		if (isfinite(series->value[start + t]) && fabs(series->value[start + t]) > largest)
			largest = fabs(series->value[start + t]);
	prepared->scale = ims_series_scale(largest);
	prepared->given = series->value + start;
	prepared->known = 0;
	prepared->lowest = INFINITY;
	prepared->highest = -INFINITY;
	for (int t = 0; t < count; t++)
	{
		copy[t] = series->value[start + t] / prepared->scale;
		if (!isfinite(copy[t]))
			continue;
		prepared->known++;
		prepared->lowest = fmin(prepared->lowest, copy[t]);
		prepared->highest = fmax(prepared->highest, copy[t]);
	}
	prepared->missing = series->count - prepared->known;
	prepared->series.value = prepared->value = copy;
	prepared->series.count = count;
	prepared->series.season = series->season;
	return true;
}

double
ims_series_mean(const double *value, int count)
{
	double sum = 0;

	assert(count > 0);
	for (int t = 0; t < count; t++)
		sum += value[t];
	return sum / count;
}

void
ims_series_line(const double *value, int count, double *intercept, double *slope)
{
	double middle = (count - 1) / 2.0;
	double mean = ims_series_mean(value, count);
	double cross = 0;

	for (int t = 0; t < count; t++)
		cross += (t - middle) * (value[t] - mean);
	/* The sum of squares of 0 .. count - 1 about their mean. */
	*slope = count > 1 ? cross / (count * ((double) count * count - 1) / 12) : 0;
	*intercept = mean - *slope * middle;
}
