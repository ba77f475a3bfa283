/*-------------------------------------------------------------------------
 *
 * combine.h
 *	  The mean of ETS and Theta: what regular demand gets unasked.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_FORECAST_COMBINE_H
#define IMS_FORECAST_COMBINE_H

#include "forecast.h"

extern size_t ims_ets_theta_size(int count, int season, int horizon);
extern void ims_ets_theta_run(ImsForecastRun *run);

#endif
