/*-------------------------------------------------------------------------
 *
 * intermittent_auto.c
 *	  The choice of a method for irregular demand, and its reason.
 *
 * By the class of demand.  Weights are not searched for: there is so little to
 * learn from in a short and irregular series that the usual weight forecasts
 * better than the one that would have been best in the past.  Lumpy demand goes
 * to TSB, whose size a single large demand moves but once and by a little;
 * smoothing the demand of each period would follow it.  Intermittent demand
 * gets the mean of both.  The choice was made on three sets of spare parts
 * (bench/forecast/intermittent.c prints what it reaches there), where Croston
 * and its corrections are less accurate over each set, though not in each class.
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <math.h>

#include "intermittent.h"

static const ImsIntermittentMethod combined[] = {IMS_INTERMITTENT_SES,
												 IMS_INTERMITTENT_TSB};

#define COMBINED (sizeof(combined) / sizeof(combined[0]))

/* The usual weights, unless the caller gave others. */
static void
set_usual_weights(ImsIntermittentRequest *request)
{
	if (isnan(request->weights.size))
		request->weights.size = IMS_INTERMITTENT_USUAL_WEIGHT;
	if (isnan(request->weights.interval))
		request->weights.interval = request->weights.size;
	request->start = IMS_START_MEAN;
}

/*
 * The mean of two methods that err in different ways: demand smoothed as it is,
 * and its parts smoothed.  Size, interval and weights are those of TSB.
 */
void
ims_intermittent_combined_run(ImsIntermittentRun *run)
{
	ImsIntermittentForecast *forecast = run->forecast;
	ImsIntermittentRequest request = *run->request;
	ImsIntermittentRun part = {run->demand, &request, run->scratch, forecast};
	double mean = 0;
	double mse = 0;

	assert(run->demand->demands > 0);
	set_usual_weights(&request);
	for (size_t i = 0; i < COMBINED; i++)
	{
		ims_intermittent_run(combined[i], &part);
		if (forecast->status != IMS_FORECAST_OK)
			return;
		mean += forecast->mean / COMBINED;
		mse += forecast->mse / COMBINED;
	}
	forecast->method = IMS_INTERMITTENT_COMBINED;
	forecast->objective = NAN;
	forecast->mean = mean;
	forecast->mse = mse;
}

static ImsIntermittentMethod
choose(const ImsIntermittentRun *run, ImsIntermittentReason *reason)
{
	const ImsDemandProfile *profile = &run->forecast->profile;

	if (profile->demands < IMS_INTERMITTENT_LEAST_DEMANDS)
	{
		*reason = IMS_WHY_FEW_DEMANDS;
		return IMS_INTERMITTENT_MEAN;
	}
	if (profile->periods_since_last > run->request->dead_after * profile->adi)
	{
		*reason = IMS_WHY_DEAD;
		return IMS_INTERMITTENT_ZERO;
	}
	if (profile->demand_class == IMS_DEMAND_INTERMITTENT)
	{
		*reason = IMS_WHY_INTERMITTENT;
		return IMS_INTERMITTENT_COMBINED;
	}
	if (profile->demand_class == IMS_DEMAND_LUMPY)
	{
		*reason = IMS_WHY_LUMPY;
		return IMS_INTERMITTENT_TSB;
	}
	*reason = IMS_WHY_REGULAR;
	return IMS_INTERMITTENT_SES;
}

/*
 * The pause after which an item counts as dead is measured by ADI, in which it
 * is contained: so after few demands, which tell little about how often there
 * are some, no pause is long enough.
 */
void
ims_intermittent_auto_run(ImsIntermittentRun *run)
{
	ImsIntermittentForecast *forecast = run->forecast;
	ImsIntermittentRequest request = *run->request;
	ImsIntermittentRun chosen = {run->demand, &request, run->scratch, forecast};
	ImsIntermittentReason reason;
	ImsIntermittentMethod method = choose(run, &reason);

	set_usual_weights(&request);
	ims_intermittent_run(method, &chosen);
	if (forecast->status != IMS_FORECAST_OK)
		return;
	forecast->regular = reason == IMS_WHY_REGULAR;
	forecast->reason = reason;
}
