/*-------------------------------------------------------------------------
 *
 * decompose.h
 *	  Season and trend of a series, and whether there is a season.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_FORECAST_DECOMPOSE_H
#define IMS_FORECAST_DECOMPOSE_H

#include <stdbool.h>

extern bool ims_decompose(const double *value, int count, int season, bool multiplicative,
						  double *trend, double *figure);
extern void ims_deseasonalise(const double *value, int count, int season,
							  bool multiplicative, const double *figure, double *adjusted);
extern bool ims_is_seasonal(const double *value, int count, int season);

#endif
