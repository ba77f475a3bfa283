/*-------------------------------------------------------------------------
 *
 * aggregate.h
 *	  Demand in longer periods.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_FORECAST_AGGREGATE_H
#define IMS_FORECAST_AGGREGATE_H

extern int ims_aggregate_count(int count, int bucket);
extern int ims_aggregate(const double *value, int count, int bucket, double *sum);

#endif
