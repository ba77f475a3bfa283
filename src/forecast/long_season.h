/*-------------------------------------------------------------------------
 *
 * long_season.h
 *	  Seasons that are too long for a method, taken out before and put back after.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_FORECAST_LONG_SEASON_H
#define IMS_FORECAST_LONG_SEASON_H

#include "forecast.h"

extern size_t ims_long_season_size(int count, int season);

/* False, with nothing done, where there is no such season, or it would not pay. */
extern bool ims_long_season_run(ImsForecastRun *run, ImsMethodRun method);

#endif
