/*-------------------------------------------------------------------------
 *
 * smooth.h
 *	  Exponential smoothing as the textbooks have it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_FORECAST_SMOOTH_H
#define IMS_FORECAST_SMOOTH_H

#include "forecast.h"

extern size_t ims_smooth_size(int count, int season, int horizon);
extern void ims_ses_run(ImsForecastRun *run);
extern void ims_holt_run(ImsForecastRun *run);
extern void ims_damped_run(ImsForecastRun *run);
extern void ims_holt_winters_additive_run(ImsForecastRun *run);
extern void ims_holt_winters_multiplicative_run(ImsForecastRun *run);

#endif
