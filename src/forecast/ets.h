/*-------------------------------------------------------------------------
 *
 * ets.h
 *	  Exponential smoothing in state space form: ETS(error, trend, season).
 *
 * The models, their likelihood and variances are those of Hyndman, Koehler,
 * Ord and Snyder, Forecasting with Exponential Smoothing (2008).  The trend
 * is none, additive or damped; exponential trends are left out, as their
 * forecasts explode.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_FORECAST_ETS_H
#define IMS_FORECAST_ETS_H

#include "forecast.h"

/* Seasons of a model that is asked for, and of those that are tried unasked. */
#define IMS_ETS_MAX_SEASON 60
#define IMS_ETS_MAX_CHOSEN_SEASON 24

/* Of a longer series the latest are fitted: what is older has no weight left. */
#define IMS_ETS_MAX_POINTS 4000

/* The usual region, within which every weight is one of an average. */
#define IMS_ETS_LEAST 0.0001
#define IMS_ETS_MOST 0.9999
#define IMS_ETS_LEAST_PHI 0.8
#define IMS_ETS_MOST_PHI 0.98

/* Parameters and the states before the first period, or after the last. */
typedef struct ImsEtsParameters
{
	ImsEtsModel model;
	double alpha;
	double beta;
	double gamma;
	double phi;
	double level;
	double trend;
	double season[IMS_ETS_MAX_SEASON]; /* of the next period, and on */
} ImsEtsParameters;

/* What a model makes of a series. */
typedef struct ImsEtsOutcome
{
	double objective; /* -2 log likelihood up to a constant that the series decides */
	double sse;
	double sum;		/* of squared errors, relative ones if the error is 'M' */
	int parameters; /* estimated ones, the variance included */
	double loglik;
	double aicc; /* infinite when there are too few points */
} ImsEtsOutcome;

extern bool ims_ets_is_admissible(ImsEtsModel model);
extern int ims_ets_parameter_count(ImsEtsModel model, int season);

/* Runs the recursion over the series; the states come out as after the last period. */
extern void ims_ets_evaluate(const ImsSeries *series, ImsEtsParameters *parameters,
							 ImsEtsOutcome *outcome);
extern void ims_ets_means(const ImsEtsParameters *state, int season, int horizon,
						  double *mean);
extern void ims_ets_variances(const ImsEtsParameters *state, int season, int horizon,
							  double sigma2, double *work, double *variance);
extern void ims_ets_sum_variances(const ImsEtsParameters *state, int season, int horizon,
								  double sigma2, double *work, double *variance);
extern bool ims_ets_simulate(const ImsEtsParameters *state, int season, double sigma2,
							 double *work, ImsForecastRun *run);

/* ets_fit.c: models of one kind of error and season, each with three trends. */
typedef struct ImsEtsFamily
{
	char error;
	char season;
	bool wanted[3]; /* trends N, A, D */
} ImsEtsFamily;

#define IMS_ETS_FAMILY_TRENDS "NAD"

typedef struct ImsEtsFit
{
	ImsEtsParameters start; /* with the states before the first period */
	double objective;
	int cycles; /* evaluations of likelihood and gradient that the search took */
} ImsEtsFit;

/*
 * A thorough search finds the maximum of the likelihood.  A quick one stops
 * where the states are still near what the series suggests for them, which
 * forecasts better: on the M1, M3 and tourism series both the model chosen and
 * the average of models gain from it.
 */
typedef enum ImsEtsEffort
{
	IMS_ETS_QUICK,
	IMS_ETS_THOROUGH
} ImsEtsEffort;

extern size_t ims_ets_fit_size(int count, int season);
extern bool ims_ets_fit(ImsForecastRun *run, const ImsSeries *series,
						const ImsEtsFamily *family, ImsEtsEffort effort, ImsEtsFit fits[3]);

/* ets_auto.c */
extern size_t ims_ets_size(int count, int season, int horizon);
extern void ims_ets_run(ImsForecastRun *run);
extern void ims_ets_average_run(ImsForecastRun *run);

#endif
