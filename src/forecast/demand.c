/*-------------------------------------------------------------------------
 *
 * demand.c
 *	  Sizes of demands and the intervals between them.
 *
 * This is the decomposition of Croston (1972) on which all methods for
 * irregular demand rest.
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <math.h>

#include "demand.h"

/* Values, sizes and intervals. */
size_t
ims_demand_size(int count)
{
	return 3 * IMS_SCRATCH_DOUBLES(count);
}

/* Fills in what rests on value and count. */
static bool
decompose(ImsDemand *demand, ImsScratch *scratch)
{
	double *size = ims_scratch_doubles(scratch, demand->count);
	double *interval = ims_scratch_doubles(scratch, demand->count);
	double sum = 0;
	int found = 0;

	if (size == NULL || interval == NULL)
		return false;
	demand->last = -1;
	for (int t = 0; t < demand->count; t++)
	{
		if (demand->value[t] == 0)
			continue;
		size[found] = demand->value[t];
		interval[found++] = t - demand->last;
		demand->last = t;
		sum += demand->value[t];
	}
	demand->size = size;
	demand->interval = interval;
	demand->demands = found;
	demand->mean_size = found > 0 ? sum / found : 0;
	demand->mean_interval = found > 0 ? (demand->last + 1.0) / found : INFINITY;
	return true;
}

/* False when the scratch is too small. */
bool
ims_demand_prepare(const ImsSeries *series, ImsScratch *scratch, ImsDemand *demand)
{
	double *copy = ims_scratch_doubles(scratch, series->count);
	double largest = 0;

	if (copy == NULL)
		return false;
	for (int t = 0; t < series->count; t++)
		if (isfinite(series->value[t]) && series->value[t] > largest)
			largest = series->value[t];
	*demand = (ImsDemand){.value = copy, .scale = ims_series_scale(largest)};
	for (int t = 0; t < series->count; t++)
	{
		if (!isfinite(series->value[t]))
		{
			demand->missing++;
			continue;
		}
		demand->negative += series->value[t] < 0;
		copy[demand->count++] = series->value[t] > 0 ? series->value[t] / demand->scale : 0;
	}
	return decompose(demand, scratch);
}

/* The latest `most` periods alone; needs ims_demand_size(most) of scratch at most. */
bool
ims_demand_recent(const ImsDemand *demand, int most, ImsScratch *scratch, ImsDemand *recent)
{
	*recent = *demand;
	if (demand->count <= most)
		return true;
	recent->value = demand->value + demand->count - most;
	recent->count = most;
	return decompose(recent, scratch);
}
