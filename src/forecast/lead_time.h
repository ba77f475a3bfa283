/*-------------------------------------------------------------------------
 *
 * lead_time.h
 *	  Demand over a lead time: the distribution of a sum of periods.
 *
 * A lead time may be one number of periods or a distribution: cases with a
 * share each, such as the lead times of the latest deliveries.  Part of a
 * period has its part of the mean and of the variance.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_FORECAST_LEAD_TIME_H
#define IMS_FORECAST_LEAD_TIME_H

#include "forecast.h"

#define IMS_LEAD_TIME_MAX_PERIODS 1000
#define IMS_LEAD_TIME_MAX_CASES 1000
#define IMS_LEAD_TIME_MAX_LEVELS 100

typedef struct ImsLeadTimes
{
	const double *periods; /* from 0 to IMS_LEAD_TIME_MAX_PERIODS */
	const double *share;   /* of any sum; NULL: all cases alike */
	int count;
} ImsLeadTimes;

/* A figure that is not known is NaN. */
typedef struct ImsLeadTimeDemand
{
	double mean;
	double variance;
	double *quantile; /* one per level */
} ImsLeadTimeDemand;

extern int ims_lead_times_horizon(const ImsLeadTimes *times);
extern double ims_lead_times_mean(const ImsLeadTimes *times);

/* Cumulative shares, the last 1: one number per case. */
extern void ims_lead_times_cumulate(const ImsLeadTimes *times, double *cumulated);

/*
 * From a forecast with means and widened variances of sums, as far as the longest
 * lead time.
 */
extern size_t ims_lead_time_scratch_size(int cases);
extern bool ims_lead_time_demand(const ImsForecast *forecast, const ImsLeadTimes *times,
								 bool non_negative, const double *level, int levels,
								 const ImsForecastRequest *request, void *scratch,
								 size_t scratch_size, ImsLeadTimeDemand *demand);

#endif
