/*-------------------------------------------------------------------------
 *
 * intermittent.h
 *	  Forecasts of irregular demand: many periods without any.
 *
 * All of these methods forecast the same rate for every period to come, so
 * the answer is one number, not a row of them.  Like the methods of
 * forecast.h they never fail: status and reason say what was done instead.
 * Demand is not negative, so neither is a forecast.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_FORECAST_INTERMITTENT_H
#define IMS_FORECAST_INTERMITTENT_H

#include "classify.h"
#include "demand.h"
#include "forecast.h"

/* Of a longer series the latest are searched for weights: older have none. */
#define IMS_INTERMITTENT_MAX_FITTED 10000

/* Periods in a bucket, and thereby levels of IMAPA. */
#define IMS_INTERMITTENT_MAX_BUCKET 366

/* With fewer there is no telling how sizes and intervals change. */
#define IMS_INTERMITTENT_LEAST_DEMANDS 2

/* Syntetos and Boylan (2005) find weights from 0.05 to 0.2 best for such demand. */
#define IMS_INTERMITTENT_USUAL_WEIGHT 0.1

typedef enum ImsIntermittentMethod
{
	IMS_INTERMITTENT_NONE,
	IMS_INTERMITTENT_ZERO,	   /* no demand is expected */
	IMS_INTERMITTENT_MEAN,	   /* of all periods */
	IMS_INTERMITTENT_SES,	   /* smoothed, periods without demand included */
	IMS_INTERMITTENT_CROSTON,  /* Croston 1972 */
	IMS_INTERMITTENT_SBA,	   /* Syntetos and Boylan 2005 */
	IMS_INTERMITTENT_SBJ,	   /* Shale, Boylan and Johnston 2006 */
	IMS_INTERMITTENT_TSB,	   /* Teunter, Syntetos and Babai 2011 */
	IMS_INTERMITTENT_ADIDA,	   /* Nikolopoulos et al. 2011 */
	IMS_INTERMITTENT_IMAPA,	   /* Petropoulos and Kourentzes 2015 */
	IMS_INTERMITTENT_COMBINED, /* the mean of SES and TSB with usual weights */
	IMS_INTERMITTENT_AUTO,
	IMS_INTERMITTENT_COUNT
} ImsIntermittentMethod;

typedef enum ImsIntermittentReason
{
	IMS_WHY_NONE,
	IMS_WHY_EMPTY,
	IMS_WHY_NO_DEMAND,
	IMS_WHY_FEW_DEMANDS,
	IMS_WHY_NEGATIVE,
	IMS_WHY_MISSING,
	IMS_WHY_RECENT_ONLY,
	IMS_WHY_DEAD,
	IMS_WHY_REGULAR,
	IMS_WHY_INTERMITTENT,
	IMS_WHY_LUMPY,
	IMS_WHY_BAD_REQUEST,
	IMS_WHY_NO_SCRATCH,
	IMS_WHY_CALLBACK,
	IMS_WHY_COUNT
} ImsIntermittentReason;

/* What the best weights minimise, over the periods that have a forecast. */
typedef enum ImsIntermittentObjective
{
	/* the mean squared error of the one-step forecasts */
	IMS_OBJECTIVE_MSE,

	/*
	 * the mean absolute difference between the forecasts and the demand rate so
	 * far, sum / periods; in the first 30 % of the series the rate of all of them
	 * is taken (Kourentzes 2014)
	 */
	IMS_OBJECTIVE_MAR
} ImsIntermittentObjective;

/* The first size is always that of the first demand, unless it is fitted. */
typedef enum ImsIntermittentStart
{
	IMS_START_MEAN,	 /* the mean interval, or share of periods with demand */
	IMS_START_NAIVE, /* the first interval, or whether the first period has demand */
	IMS_START_FITTED /* both are searched for together with the weights */
} ImsIntermittentStart;

/*
 * The weight of the latest size and of the latest interval (TSB: of whether
 * there was demand in the latest period), and where both start.
 */
typedef struct ImsIntermittentWeights
{
	double size;
	double interval;
	double start_size;
	double start_interval; /* TSB: a probability */
} ImsIntermittentWeights;

/* Start from ims_intermittent_request(); NaN means: find the best. */
typedef struct ImsIntermittentRequest
{
	ImsIntermittentObjective objective;
	ImsIntermittentStart start;
	bool one_weight; /* the same for size and interval */
	ImsIntermittentWeights weights;
	int bucket; /* periods, of ADIDA; at most, of IMAPA; 0: the mean interval */
	ImsDemandCuts cuts;
	double dead_after; /* mean intervals without demand */
	ImsInterrupt interrupt;
	void *interrupt_context;
} ImsIntermittentRequest;

typedef struct ImsIntermittentForecast
{
	double mean; /* per period */
	double mse;	 /* of one-step forecasts; of the mean itself, where a method has none */

	ImsIntermittentMethod method; /* that answered */
	ImsForecastStatus status;
	ImsIntermittentReason reason;
	bool regular; /* smooth or erratic demand: ETS and Theta may know more */
	ImsDemandProfile profile;

	int points; /* periods the method was fitted to */
	int missing;
	int negative;
	int bucket;		 /* ADIDA's, or the longest of IMAPA */
	double size;	 /* of the next demand */
	double interval; /* until it, in periods */
	ImsIntermittentWeights weights;
	double objective; /* at these weights, in the unit of the series */
} ImsIntermittentForecast;

extern void ims_intermittent_request(ImsIntermittentRequest *request);
extern const char *ims_intermittent_method_name(ImsIntermittentMethod method);
extern const char *ims_intermittent_reason_text(ImsIntermittentReason reason);
extern size_t ims_intermittent_scratch_size(int count);
extern void ims_intermittent(ImsIntermittentMethod method, const ImsSeries *series,
							 const ImsIntermittentRequest *request, void *scratch,
							 size_t scratch_size, ImsIntermittentForecast *forecast);

/* Between the methods: all figures are in the prepared scale. */
typedef struct ImsIntermittentRun
{
	const ImsDemand *demand;
	const ImsIntermittentRequest *request;
	ImsScratch scratch;
	ImsIntermittentForecast *forecast;
} ImsIntermittentRun;

/* intermittent.c */
extern bool ims_intermittent_interrupted(ImsIntermittentRun *run);
extern void ims_intermittent_run(ImsIntermittentMethod method, ImsIntermittentRun *run);

/* croston.c; for the three that differ in a factor, and for TSB */
extern double ims_croston_factor(ImsIntermittentMethod method, double interval_weight);
extern void ims_croston_run(ImsIntermittentMethod method, ImsIntermittentRun *run);

/* bucket.c */
extern void ims_intermittent_ses_run(ImsIntermittentRun *run);
extern void ims_adida_run(ImsIntermittentRun *run);
extern void ims_imapa_run(ImsIntermittentRun *run);

/* intermittent_auto.c */
extern void ims_intermittent_combined_run(ImsIntermittentRun *run);
extern void ims_intermittent_auto_run(ImsIntermittentRun *run);

#endif
