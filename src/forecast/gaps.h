/*-------------------------------------------------------------------------
 *
 * gaps.h
 *	  Periods of which nothing is known, estimated from those around them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_FORECAST_GAPS_H
#define IMS_FORECAST_GAPS_H

#include "series.h"

extern size_t ims_fill_gaps_size(int count, int season);

/*
 * Fills what is not finite in place; the first value must be.  False when the
 * scratch is too small, or the callback says stop.
 */
extern bool ims_fill_gaps(double *value, int count, int season, ImsInterrupt interrupt,
						  void *context, ImsScratch *scratch);

#endif
