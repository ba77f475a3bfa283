/*-------------------------------------------------------------------------
 *
 * compound.h
 *	  Irregular demand as whether there is any, and how much.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_FORECAST_COMPOUND_H
#define IMS_FORECAST_COMPOUND_H

#include "intermittent.h"
#include "lead_time.h"

/*
 * What the history says of a period to come.  The probability of demand is
 * uncertain: it is worth `observations` periods.  So are the sizes: they are
 * those of the past, and now and then new ones.
 */
typedef struct ImsCompound
{
	const double *size; /* of the demands of the past, in the caller's unit */
	int sizes;
	double mean_size;
	double mean; /* of a period, as the method forecast it */
	double probability;
	double observations;
	double factor; /* of sizes; 1 unless there is demand in each period, and more of it */
	bool whole;	   /* all sizes are whole numbers, so new ones are */
} ImsCompound;

extern size_t ims_compound_scratch_size(int count);
extern bool ims_compound_prepare(const ImsSeries *series,
								 const ImsIntermittentForecast *forecast,
								 ImsScratch *scratch, ImsCompound *compound);

/*
 * Demand of one period: the least that is not exceeded with a probability.  Both
 * are false when the callback of the request says stop.
 */
extern bool ims_compound_quantile(const ImsCompound *compound,
								  const ImsForecastRequest *request, double level,
								  double *quantile);
extern bool ims_compound_interval(const ImsCompound *compound,
								  const ImsForecastRequest *request, double coverage,
								  double *lower, double *upper);

/*
 * Sums over lead times, in ascending order: request->paths of them, and scratch
 * for twice as many and for the longest lead time.
 */
extern size_t ims_compound_sums_size(const ImsLeadTimes *times, int paths);
extern double *ims_compound_sums(const ImsCompound *compound, const ImsLeadTimes *times,
								 const ImsForecastRequest *request, ImsScratch *scratch);

/* Figures from sorted sums; the mean is known without them. */
extern void ims_compound_demand(const ImsCompound *compound, const ImsLeadTimes *times,
								const double *sum, int paths, const double *level,
								int levels, ImsLeadTimeDemand *demand);

#endif
