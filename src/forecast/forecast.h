/*-------------------------------------------------------------------------
 *
 * forecast.h
 *	  What is asked of a forecasting method, and what it answers.
 *
 * Every method takes a series, a request and scratch memory and fills in an
 * ImsForecast.  It never fails: where it cannot be applied, a simpler one is,
 * and status and reason say so.  All figures are in the unit of the series.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_FORECAST_FORECAST_H
#define IMS_FORECAST_FORECAST_H

#include <math.h>
#include <stdint.h>

#include "series.h"

#define IMS_FORECAST_MAX_HORIZON 10000
#define IMS_FORECAST_MAX_WINDOW IMS_SERIES_MAX_POINTS
#define IMS_FORECAST_MAX_PATHS 100000

/* The numbers are not stored anywhere; new ones may go between the others. */
typedef enum ImsMethod
{
	IMS_METHOD_NONE,
	IMS_METHOD_NAIVE,
	IMS_METHOD_SEASONAL_NAIVE,
	IMS_METHOD_DRIFT,
	IMS_METHOD_MEAN,
	IMS_METHOD_MOVING_AVERAGE,
	IMS_METHOD_SES,
	IMS_METHOD_HOLT,
	IMS_METHOD_DAMPED,
	IMS_METHOD_HOLT_WINTERS_ADDITIVE,
	IMS_METHOD_HOLT_WINTERS_MULTIPLICATIVE,
	IMS_METHOD_ETS,
	IMS_METHOD_ETS_AVERAGE,
	IMS_METHOD_THETA,
	IMS_METHOD_DYNAMIC_THETA,
	IMS_METHOD_ETS_THETA,
	IMS_METHOD_COUNT
} ImsMethod;

typedef enum ImsForecastStatus
{
	IMS_FORECAST_OK,
	IMS_FORECAST_FALLBACK,	  /* another method answered; `method` says which */
	IMS_FORECAST_NO_DATA,	  /* nothing to go by: the forecast is zero */
	IMS_FORECAST_INTERRUPTED, /* the callback said stop; nothing was forecast */
	IMS_FORECAST_REFUSED	  /* the request is out of bounds; nothing was forecast */
} ImsForecastStatus;

typedef enum ImsForecastReason
{
	IMS_REASON_NONE,
	IMS_REASON_EMPTY,
	IMS_REASON_CONSTANT,
	IMS_REASON_SHORT,
	IMS_REASON_SHORT_FOR_SEASON,
	IMS_REASON_LONG_SEASON,
	IMS_REASON_NOT_POSITIVE,
	IMS_REASON_MISSING_FILLED,
	IMS_REASON_RECENT_ONLY,
	IMS_REASON_SEASON_TAKEN_OUT,
	IMS_REASON_NO_MODEL,
	IMS_REASON_IMPLAUSIBLE,
	IMS_REASON_BAD_REQUEST,
	IMS_REASON_NO_SCRATCH,
	IMS_REASON_CALLBACK,
	IMS_REASON_COUNT
} ImsForecastReason;

/* An ETS model: the letters of Hyndman, Koehler, Ord and Snyder (2008). */
typedef struct ImsEtsModel
{
	char error;	 /* 'A' or 'M'; 'Z' leaves the choice to AICc */
	char trend;	 /* 'N', 'A', 'D' (damped) or 'Z' */
	char season; /* 'N', 'A', 'M' or 'Z' */
} ImsEtsModel;

/* Uniform on [0, 1); `state` is the caller's generator. */
typedef double (*ImsUniform)(void *state);

/* Start from ims_forecast_request(); NaN means: find the best. */
typedef struct ImsForecastRequest
{
	int horizon;
	bool non_negative; /* point forecasts below zero become zero */
	ImsInterrupt interrupt;
	void *interrupt_context;

	int window; /* periods of the moving average */
	double alpha;
	double beta; /* of Holt's own recursion: the trend's share of a change in level */
	double gamma;
	double phi;
	ImsEtsModel model;

	/* Variances without a formula are simulated when there is a generator. */
	int paths;
	ImsUniform uniform;
	void *uniform_state;
} ImsForecastRequest;

/*
 * The caller sets mean, variance and sum_variance (NULL: not wanted, the last
 * only beside variance), room for `horizon` values each.  What a method has no
 * figure for is NaN, or 0 for a count.
 */
typedef struct ImsForecast
{
	double *mean;
	double *variance;	  /* of the forecast error, per step */
	double *sum_variance; /* of the error of the sum of the steps up to each */

	ImsMethod method;
	ImsForecastStatus status;
	ImsForecastReason reason;
	ImsEtsModel model;
	bool seasonal;		 /* a season was found and used */
	bool multiplicative; /* its states are factors, not amounts */

	int points;		/* periods the method was fitted to */
	int parameters; /* estimated ones, the variance included */
	double alpha;
	double beta; /* of the recursion b' = phi b + beta e, as in ETS */
	double gamma;
	double phi;
	double theta;
	double drift;  /* per period */
	double sse;	   /* of one-step errors, in squared units */
	double sigma2; /* of one-step errors; relative ones if the error is 'M' */
	double loglik;
	double aicc;

	/* States after the last period; season[0] belongs to the next period. */
	double level;
	double trend;
	double season[IMS_SERIES_MAX_SEASON];
} ImsForecast;

extern void ims_forecast_request(ImsForecastRequest *request, int horizon);
extern const char *ims_forecast_method_name(ImsMethod method);
extern const char *ims_forecast_status_name(ImsForecastStatus status);
extern const char *ims_forecast_reason_text(ImsForecastReason reason);
extern void ims_forecast_model_name(ImsEtsModel model, char name[16]);

/* The door: any method by its number. */
extern size_t ims_forecast_scratch_size(ImsMethod method, const ImsSeries *series,
										int horizon);
extern void ims_forecast(ImsMethod method, const ImsSeries *series,
						 const ImsForecastRequest *request, void *scratch,
						 size_t scratch_size, ImsForecast *forecast);

/*
 * Between the methods of this folder.  A method's function is called with a
 * prepared series of at least one point, and answers in the prepared scale;
 * ims_forecast() scales back, clamps and checks.
 */
typedef struct ImsForecastRun
{
	const ImsPrepared *prepared;
	const ImsForecastRequest *request;
	ImsScratch scratch;
	ImsForecast *forecast;
} ImsForecastRun;

typedef size_t (*ImsMethodSize)(int count, int season, int horizon);
typedef void (*ImsMethodRun)(ImsForecastRun *run);

extern bool ims_forecast_interrupted(ImsForecastRun *run);
extern void ims_forecast_fall_back(ImsForecastRun *run, ImsForecastReason reason);
extern double *ims_forecast_scratch(ImsForecastRun *run, size_t count);

/* Two standard normal numbers, from the request's generator. */
extern void ims_forecast_normal_pair(const ImsForecastRequest *request, double pair[2]);

/*
 * Variances of the sums of the steps up to each, in a model in which the error
 * of a step moves the demand j steps later by weight[j] times its size (weight[0]
 * is not read) and all of a step is multiplied by a factor (NULL: by none) of
 * the season.  `error` is the variance of each step's own error; errors are
 * uncorrelated.
 */
extern void ims_forecast_sum_variances(const double *weight, const double *factor,
									   int season, const double *error, int horizon,
									   double *variance);

#endif
