/*-------------------------------------------------------------------------
 *
 * loess.h
 *	  Smoothing by locally weighted regression.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_FORECAST_LOESS_H
#define IMS_FORECAST_LOESS_H

#include "series.h"

typedef struct ImsLoess
{
	int span;  /* values in a neighbourhood */
	bool line; /* fit a line; else a mean */
	int jump;  /* fit every jump-th value, and straight lines between */

	/* Looked at after every so much work; `stopped` stays true. */
	ImsInterrupt interrupt;
	void *interrupt_context;
	long work;
	bool stopped;
} ImsLoess;

/* `weight` may be NULL.  x counts from 0 and may lie outside the values. */
extern bool ims_loess_at(ImsLoess *loess, const double *value, const double *weight,
						 int count, double x, int left, int right, double *fitted);
extern void ims_loess(ImsLoess *loess, const double *value, const double *weight,
					  int count, double *fitted);

#endif
