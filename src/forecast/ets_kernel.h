/*-------------------------------------------------------------------------
 *
 * ets_kernel.h
 *	  Likelihood of several ETS models at once, and its gradient.
 *
 * Four models, or four guesses for one, run side by side in the lanes of a
 * vector: the recursion over time is one long chain of dependent operations,
 * and the processor has room for the others while it waits for one.
 *
 * All models of a call share the kind of error and of season.  What else
 * distinguishes them are numbers: no trend is a trend of zero that nothing
 * feeds, and no damping is phi = 1.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_FORECAST_ETS_KERNEL_H
#define IMS_FORECAST_ETS_KERNEL_H

#include <stdbool.h>

#define IMS_LANES 4

typedef double ImsLanes __attribute__((vector_size(IMS_LANES * sizeof(double))));

/* Forecasts of a model with relative errors must stay above this, of a scale of 1. */
#define IMS_ETS_LEAST_FITTED 1e-8

/* What moves in a search: smoothing parameters, then the states before the first period. */
enum
{
	IMS_ETS_ALPHA,
	IMS_ETS_BETA,
	IMS_ETS_GAMMA,
	IMS_ETS_PHI,
	IMS_ETS_LEVEL,
	IMS_ETS_TREND,
	IMS_ETS_SEASON /* the first of as many as a season has periods */
};

typedef struct ImsEtsLanes
{
	const double *value;
	int count;
	int season;			 /* 1 for a model without season */
	bool multiplicative; /* the season; the trend is always added */
	bool relative;		 /* the error */

	/* Room of the caller's: `season` vectors, then three times `count`. */
	ImsLanes *state;
	ImsLanes *fitted; /* of a multiplicative season: before its factor */
	ImsLanes *trend;
	ImsLanes *factor;

	/* -2 log likelihood, up to a constant; infinite where it has none */
	ImsLanes objective;
	ImsLanes sum; /* of squared errors, relative where they are */
} ImsEtsLanes;

/* Symmetric matrices of lanes: the lower triangle, row by row. */
#define IMS_TRIANGLE(k) ((k) * ((k) + 1) / 2)

typedef struct ImsEtsKernel
{
	/* x and gradient: IMS_ETS_SEASON + season vectors each. */
	void (*evaluate)(ImsEtsLanes *lanes, const ImsLanes *x);
	void (*gradient)(ImsEtsLanes *lanes, const ImsLanes *x, ImsLanes *gradient);

	/* product = matrix times vector; matrix += a s s' - b (s w' + w s') */
	void (*multiply)(const ImsLanes *matrix, int k, const ImsLanes *vector,
					 ImsLanes *product);
	void (*update)(ImsLanes *matrix, int k, const ImsLanes *s, const ImsLanes *w,
				   const ImsLanes *a, const ImsLanes *b);
} ImsEtsKernel;

extern const ImsEtsKernel *ims_ets_kernel(void);
extern const ImsEtsKernel *ims_ets_kernel_plain(void);

#endif
