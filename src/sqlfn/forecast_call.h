/*-------------------------------------------------------------------------
 *
 * forecast_call.h
 *	  One call of the forecasting cores: its arguments, memory and answer.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_SQLFN_FORECAST_CALL_H
#define IMS_SQLFN_FORECAST_CALL_H

#include "common/pg_prng.h"
#include "fmgr.h"

#include "forecast/compound.h"

/* Futures, where there is no formula. */
#define IMS_FORECAST_PATHS 2000

/* What is asked for, without a series; of plain bytes, for states of aggregates. */
typedef struct ImsForecastOptions
{
	ImsMethod method;					/* as of a call */
	ImsIntermittentMethod intermittent; /* as of a call */
	int horizon;
	int season_length;
	double coverage; /* 0: no interval */
	int64 seed;
	bool non_negative;
} ImsForecastOptions;

typedef struct ImsForecastCall
{
	ImsSeries series;
	ImsMethod method;					/* IMS_METHOD_NONE: an intermittent one */
	ImsIntermittentMethod intermittent; /* auto: whichever the demand calls for */
	ImsForecastRequest request;
	pg_prng_state generator;
	double tail;	/* the share that each side of the interval leaves out */
	bool with_sums; /* variances of sums are wanted, too */

	/* The answer, of either door, in words; bounds are NULL where none were asked for. */
	ImsForecast forecast;
	bool is_irregular;				   /* an intermittent method answered: */
	ImsIntermittentForecast irregular; /* in its own words */
	const char *method_name;
	const char *reason;
	double *lower;
	double *upper;
} ImsForecastCall;

extern void ims_forecast_call_series(ImsForecastCall *call, FunctionCallInfo fcinfo,
									 int demand, int season_length);
extern void ims_forecast_call_start(ImsForecastCall *call, FunctionCallInfo fcinfo,
									int demand, int season_length, int method);
extern void ims_forecast_call_horizon(ImsForecastCall *call, FunctionCallInfo fcinfo,
									  int horizon, int coverage);
extern void ims_forecast_call_random(ImsForecastCall *call, FunctionCallInfo fcinfo,
									 int non_negative, int seed);
extern void ims_forecast_call_tune(ImsForecastCall *call, FunctionCallInfo fcinfo,
								   int first);
extern bool ims_forecast_call_is_irregular(const ImsForecastCall *call);
extern void ims_forecast_options_read(ImsForecastOptions *options, FunctionCallInfo fcinfo,
									  int first, bool with_interval);
extern const char *ims_forecast_options_difference(const ImsForecastOptions *options,
												   const ImsForecastOptions *other);
extern void ims_forecast_call_of(ImsForecastCall *call, ImsSeries series,
								 const ImsForecastOptions *options);
extern void ims_forecast_call_run(ImsForecastCall *call);
extern void ims_forecast_call_compound(const ImsForecastCall *call, ImsCompound *compound);
extern Datum ims_forecast_model_text(const ImsForecast *forecast, bool *is_null);

#endif /* IMS_SQLFN_FORECAST_CALL_H */
