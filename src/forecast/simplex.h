/*-------------------------------------------------------------------------
 *
 * simplex.h
 *	  Minimum of a function of a few variables, within bounds.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_FORECAST_SIMPLEX_H
#define IMS_FORECAST_SIMPLEX_H

#define IMS_SIMPLEX_MAX_DIMENSIONS 4

typedef double (*ImsObjective)(const double *x, void *context);

typedef struct ImsSimplex
{
	ImsObjective objective; /* NaN counts as infinite */
	void *context;
	int dimensions;
	double lower[IMS_SIMPLEX_MAX_DIMENSIONS];
	double upper[IMS_SIMPLEX_MAX_DIMENSIONS];
	double step[IMS_SIMPLEX_MAX_DIMENSIONS]; /* of the first simplex */
	int most;								 /* evaluations */
	double tolerance; /* of the objective, relative: smaller differences are none */
} ImsSimplex;

extern double ims_simplex_minimise(const ImsSimplex *simplex, double *x);

#endif
