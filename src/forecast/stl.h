/*-------------------------------------------------------------------------
 *
 * stl.h
 *	  Trend and seasons that change over time.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_FORECAST_STL_H
#define IMS_FORECAST_STL_H

#include "series.h"

/* Hours of a year, and how many seasons one series may have. */
#define IMS_STL_MAX_SEASON 8784
#define IMS_STL_MAX_SEASONS 4

#define IMS_STL_MAX_ITERATIONS 100

typedef enum ImsStlStatus
{
	IMS_STL_OK,
	IMS_STL_SHORT,	 /* not more than two of any season: the trend is the mean */
	IMS_STL_MISSING, /* a value is not finite: gaps are the caller's to fill */
	IMS_STL_INTERRUPTED,
	IMS_STL_REFUSED /* the request is out of bounds, or the scratch too small */
} ImsStlStatus;

/*
 * Spans are odd numbers of values: of one phase of the season for the seasonal
 * component, of periods for the others.  0 is the usual one.
 */
typedef struct ImsStlRequest
{
	int seasonal_span; /* at least 7; 0: the season never changes */
	int trend_span;
	int low_pass_span;
	int inner; /* passes; 0: 2, or 1 if robust */
	int outer; /* passes that give outliers less weight; 0: none */
	ImsInterrupt interrupt;
	void *interrupt_context;
} ImsStlRequest;

/* Room for `count` values each: value = trend + the seasonals + remainder. */
typedef struct ImsDecomposition
{
	double *trend;
	double *remainder;
	double *seasonal[IMS_STL_MAX_SEASONS];
	int used; /* seasons that the series was long enough for */
} ImsDecomposition;

extern size_t ims_stl_size(int count, int season);

/* One season; its component is seasonal[0]. */
extern ImsStlStatus ims_stl(const ImsSeries *series, const ImsStlRequest *request,
							void *scratch, size_t scratch_size,
							ImsDecomposition *decomposition);

/* Several seasons, ascending, as a day and a week; spans are the usual ones. */
extern ImsStlStatus ims_mstl(const double *value, int count, const int *seasons,
							 int season_count, const ImsStlRequest *request, void *scratch,
							 size_t scratch_size, ImsDecomposition *decomposition);

#endif
