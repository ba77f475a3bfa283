/*-------------------------------------------------------------------------
 *
 * accuracy.h
 *	  How good forecasts were.
 *
 * One sign throughout: an error is forecast - actual, so that positive bias,
 * cumulative error and tracking signal say that too much was forecast.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_FORECAST_ACCURACY_H
#define IMS_FORECAST_ACCURACY_H

#include <stdbool.h>

#include "series.h"

/* Why figures are NaN; several may be true at once. */
typedef enum ImsAccuracyStatus
{
	IMS_ACCURACY_OK = 0,
	IMS_ACCURACY_NO_PERIODS = 1 << 0,	/* no period with both actual and forecast */
	IMS_ACCURACY_MISSING = 1 << 1,		/* some periods were left out */
	IMS_ACCURACY_ZERO_ACTUAL = 1 << 2,	/* nothing to divide by: WAPE, bias share */
	IMS_ACCURACY_NO_SCALE = 1 << 3,		/* training part too short: MASE, RMSSE .. */
	IMS_ACCURACY_ZERO_SCALE = 1 << 4,	/* training part repeats itself: the same */
	IMS_ACCURACY_ZERO_MEAN = 1 << 5,	/* no demand in it: scaled bias */
	IMS_ACCURACY_ZERO_NAIVE = 1 << 6,	/* the seasonal naive forecast was perfect */
	IMS_ACCURACY_BAD_INTERVAL = 1 << 7, /* a lower bound above the upper one */
	IMS_ACCURACY_BAD_REQUEST = 1 << 8
} ImsAccuracyStatus;

/*
 * What errors are measured by, from the training part alone: the errors of the
 * seasonal naive method one season ahead (Hyndman and Koehler 2006).
 */
typedef struct ImsErrorScale
{
	double absolute; /* mean absolute error; NaN when there is none */
	double squared;	 /* mean squared error, over unit squared */
	double mean;	 /* of the training part */
	int count;		 /* pairs a season apart */
	double unit;	 /* a power of two; figures above are already multiplied by it */
} ImsErrorScale;

/* Figures without a meaning for these periods are NaN. */
typedef struct ImsAccuracy
{
	unsigned status;
	int periods;
	double mean_error;
	double mae;
	double rmse;
	double smape; /* 0 to 2: 2 |f - y| / (|f| + |y|); 0 where both are zero */
	double wape;  /* sum |f - y| / sum |y| */
	double bias;  /* sum (f - y) / sum |y| */
	double mase;
	double rmsse;
	double scaled_bias;		 /* mean error / mean of the training part */
	double cumulative_error; /* sum (f - y) */
	double scaled_cumulative_error;
	double periods_in_stock; /* sum of the cumulative errors (Wallstrom, Segerstedt 2010) */
	double tracking_signal; /* cumulative error / mae, from -periods to periods */
	double naive_mae;		/* of the seasonal naive forecast over the same periods */
	double relative_mae;	/* mae / naive_mae */
	double value_added;		/* 1 - relative_mae: above 0 is better than naive */
} ImsAccuracy;

typedef struct ImsQuantileAccuracy
{
	unsigned status;
	int periods;
	double pinball;		   /* mean loss */
	double scaled_pinball; /* by the scale's absolute error */
	double below;		   /* share of actuals not above the quantile */
} ImsQuantileAccuracy;

typedef struct ImsIntervalAccuracy
{
	unsigned status;
	int periods;
	double coverage; /* share of actuals within, bounds included */
	double width;	 /* mean */
	double score;	 /* mean interval score (Gneiting and Raftery 2007) */
	double msis;	 /* scaled, as in M4 */
} ImsIntervalAccuracy;

/* The value of the same time of the latest season that has one, or NaN; step from 0. */
extern double ims_last_season(const ImsSeries *training, int step);
/* A training part that is not there (NULL, 0) gives no scale. */
extern void ims_error_scale(const ImsSeries *training, ImsErrorScale *scale);
extern void ims_accuracy(const ImsSeries *training, const ImsErrorScale *scale,
						 const double *actual, const double *forecast, int count,
						 ImsAccuracy *accuracy);
extern void ims_quantile_accuracy(const ImsErrorScale *scale, const double *actual,
								  const double *quantile, int count, double level,
								  ImsQuantileAccuracy *accuracy);
extern void ims_interval_accuracy(const ImsErrorScale *scale, const double *actual,
								  const double *lower, const double *upper, int count,
								  double level, ImsIntervalAccuracy *accuracy);

#endif
