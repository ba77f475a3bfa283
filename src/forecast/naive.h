/*-------------------------------------------------------------------------
 *
 * naive.h
 *	  Forecasts without anything to fit.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_FORECAST_NAIVE_H
#define IMS_FORECAST_NAIVE_H

#include "forecast.h"

extern void ims_naive_run(ImsForecastRun *run);
extern void ims_seasonal_naive_run(ImsForecastRun *run);
extern void ims_drift_run(ImsForecastRun *run);
extern void ims_mean_run(ImsForecastRun *run);
extern void ims_moving_average_run(ImsForecastRun *run);

#endif
