/*-------------------------------------------------------------------------
 *
 * interval.h
 *	  From the variances of a model to intervals that cover what they say.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_FORECAST_INTERVAL_H
#define IMS_FORECAST_INTERVAL_H

#include "forecast.h"

extern void ims_widen_variances(ImsForecast *forecast, int horizon);
extern double ims_interval_degrees(const ImsForecast *forecast);

/* Student's t distribution, with any degrees of freedom. */
typedef struct ImsStudent
{
	double degrees;
	double scale; /* of the density, and of the tail */
} ImsStudent;

extern void ims_student_start(ImsStudent *student, double degrees);
extern double ims_student_tail(const ImsStudent *student, double x);
extern double ims_student_quantile(const ImsStudent *student, double tail);

#endif
