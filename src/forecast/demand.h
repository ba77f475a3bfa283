/*-------------------------------------------------------------------------
 *
 * demand.h
 *	  A series of demand as the methods for irregular demand see it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_FORECAST_DEMAND_H
#define IMS_FORECAST_DEMAND_H

#include "series.h"

/*
 * Missing periods (NaN, infinity) are left out of the clock: nobody knows
 * whether there was demand in them.  Negative ones, in which more came back
 * than went out, are periods without demand.  Values are divided by a power of
 * two, `scale`, as in ImsPrepared.
 */
typedef struct ImsDemand
{
	const double *value; /* finite, not negative */
	int count;
	double scale;
	int missing;
	int negative;

	/* The periods with demand; the first interval is counted from the start. */
	int demands;
	const double *size;
	const double *interval; /* periods since the demand before */
	double mean_size;
	double mean_interval;
	int last; /* period of the last demand, from 0; -1 if there is none */
} ImsDemand;

extern size_t ims_demand_size(int count);
extern bool ims_demand_prepare(const ImsSeries *series, ImsScratch *scratch,
							   ImsDemand *demand);
extern bool ims_demand_recent(const ImsDemand *demand, int most, ImsScratch *scratch,
							  ImsDemand *recent);

#endif
