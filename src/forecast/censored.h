/*-------------------------------------------------------------------------
 *
 * censored.h
 *	  Demand of periods in which the shelf was empty for a while.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_FORECAST_CENSORED_H
#define IMS_FORECAST_CENSORED_H

#include "series.h"

#define IMS_CENSORED_MOST_FITTED 10000 /* of a longer series the latest are fitted */

/* With a smaller share of a period in stock nothing is known of its demand. */
#define IMS_CENSORED_LEAST_SHARE 0.01

/* What is sold beyond these is taken to have been known with certainty. */
#define IMS_CENSORED_MOST_DEMAND 1e12

typedef enum ImsCensoredMethod
{
	IMS_CENSORED_NEGATIVE_BINOMIAL, /* its mean, given what was sold while there was stock */
	IMS_CENSORED_RATE,	  /* of the periods around, for the time without stock */
	IMS_CENSORED_SHARE,	  /* what was sold, over the share of time with stock */
	IMS_CENSORED_MISSING, /* nothing is known of such a period */
	IMS_CENSORED_METHOD_COUNT
} ImsCensoredMethod;

/* Of the negative binomial distribution; infinite dispersion: Poisson. */
typedef struct ImsCensoredFit
{
	double mean;	   /* per period in stock */
	double dispersion; /* size of the gamma distribution of rates */
	int periods;	   /* it was fitted to */
} ImsCensoredFit;

/* False when the callback, which may be NULL, says stop. */
extern bool ims_censored_estimate(ImsCensoredMethod method, const double *demand,
								  const double *in_stock, int count, ImsInterrupt interrupt,
								  void *context, double *scratch, double *estimate);
extern void ims_censored_fit(const double *demand, const double *in_stock, int count,
							 ImsCensoredFit *fit);
extern const char *ims_censored_method_name(ImsCensoredMethod method);

#endif
