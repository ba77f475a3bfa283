/*-------------------------------------------------------------------------
 *
 * theta.h
 *	  The Theta method, and its dynamic optimised form.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_FORECAST_THETA_H
#define IMS_FORECAST_THETA_H

#include "forecast.h"

extern size_t ims_theta_size(int count, int season, int horizon);
extern void ims_theta_run(ImsForecastRun *run);
extern void ims_dynamic_theta_run(ImsForecastRun *run);

#endif
