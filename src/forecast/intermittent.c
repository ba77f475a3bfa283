/*-------------------------------------------------------------------------
 *
 * intermittent.c
 *	  The door to the methods for irregular demand.
 *
 * Checks before, repairs after: whatever the series, the answer is finite, not
 * negative, and comes with a status.
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "intermittent.h"

/* Mean intervals without demand after which an item counts as dead. */
#define USUAL_DEAD_AFTER 6

static const char *const methods[IMS_INTERMITTENT_COUNT] = {
	[IMS_INTERMITTENT_NONE] = "none",		  [IMS_INTERMITTENT_ZERO] = "zero",
	[IMS_INTERMITTENT_MEAN] = "mean",		  [IMS_INTERMITTENT_SES] = "SES",
	[IMS_INTERMITTENT_CROSTON] = "Croston",	  [IMS_INTERMITTENT_SBA] = "SBA",
	[IMS_INTERMITTENT_SBJ] = "SBJ",			  [IMS_INTERMITTENT_TSB] = "TSB",
	[IMS_INTERMITTENT_ADIDA] = "ADIDA",		  [IMS_INTERMITTENT_IMAPA] = "IMAPA",
	[IMS_INTERMITTENT_COMBINED] = "combined", [IMS_INTERMITTENT_AUTO] = "auto",
};

static const char *const reasons[IMS_WHY_COUNT] = {
	[IMS_WHY_NONE] = "",
	[IMS_WHY_EMPTY] = "no value in the history",
	[IMS_WHY_NO_DEMAND] = "no demand in the history",
	[IMS_WHY_FEW_DEMANDS] = "too few demands",
	[IMS_WHY_NEGATIVE] = "negative values were taken as no demand",
	[IMS_WHY_MISSING] = "missing periods were left out",
	[IMS_WHY_RECENT_ONLY] = "only the latest periods were used",
	[IMS_WHY_DEAD] = "no demand for much longer than usual",
	[IMS_WHY_REGULAR] = "demand is regular",
	[IMS_WHY_INTERMITTENT] = "demand is intermittent",
	[IMS_WHY_LUMPY] = "demand is lumpy",
	[IMS_WHY_BAD_REQUEST] = "request out of bounds",
	[IMS_WHY_NO_SCRATCH] = "scratch memory too small",
	[IMS_WHY_CALLBACK] = "stopped by the caller",
};

void
ims_intermittent_request(ImsIntermittentRequest *request)
{
	*request = (ImsIntermittentRequest){
		.objective = IMS_OBJECTIVE_MSE,
		.start = IMS_START_MEAN,
		.weights = {NAN, NAN, NAN, NAN},
		.cuts = {IMS_USUAL_ADI_CUT, IMS_USUAL_CV2_CUT},
		.dead_after = USUAL_DEAD_AFTER,
	};
}

const char *
ims_intermittent_method_name(ImsIntermittentMethod method)
{
	return method < IMS_INTERMITTENT_COUNT ? methods[method] : "unknown";
}

const char *
ims_intermittent_reason_text(ImsIntermittentReason reason)
{
	return reason < IMS_WHY_COUNT ? reasons[reason] : "unknown";
}

/* The prepared series, the latest part of it, and one row of figures. */
size_t
ims_intermittent_scratch_size(int count)
{
	int fitted = count < IMS_INTERMITTENT_MAX_FITTED ? count : IMS_INTERMITTENT_MAX_FITTED;

	return IMS_SCRATCH_ALIGNMENT + ims_demand_size(count) + ims_demand_size(fitted) +
		   IMS_SCRATCH_DOUBLES(fitted);
}

bool
ims_intermittent_interrupted(ImsIntermittentRun *run)
{
	const ImsIntermittentRequest *request = run->request;

	if (request->interrupt == NULL || !request->interrupt(request->interrupt_context))
		return false;
	run->forecast->status = IMS_FORECAST_INTERRUPTED;
	run->forecast->reason = IMS_WHY_CALLBACK;
	return true;
}

static void
mean_run(ImsIntermittentRun *run)
{
	ImsIntermittentForecast *forecast = run->forecast;
	const ImsDemand *demand = run->demand;
	double sum = 0;

	forecast->method = IMS_INTERMITTENT_MEAN;
	forecast->points = demand->count;
	forecast->size = demand->mean_size;
	forecast->interval = demand->mean_interval;
	forecast->mean = ims_series_mean(demand->value, demand->count);
	for (int t = 0; t < demand->count; t++)
		sum += (demand->value[t] - forecast->mean) * (demand->value[t] - forecast->mean);
	forecast->mse = sum / demand->count;
}

static void
zero_run(ImsIntermittentRun *run)
{
	mean_run(run);
	run->forecast->method = IMS_INTERMITTENT_ZERO;
	run->forecast->mse += run->forecast->mean * run->forecast->mean;
	run->forecast->mean = 0;
}

/* One method on a prepared series that has demand; scratch is given back. */
void
ims_intermittent_run(ImsIntermittentMethod method, ImsIntermittentRun *run)
{
	size_t used = run->scratch.used;

	if (method == IMS_INTERMITTENT_ZERO)
		zero_run(run);
	else if (method == IMS_INTERMITTENT_MEAN)
		mean_run(run);
	else if (method == IMS_INTERMITTENT_SES)
		ims_intermittent_ses_run(run);
	else if (method == IMS_INTERMITTENT_ADIDA)
		ims_adida_run(run);
	else if (method == IMS_INTERMITTENT_IMAPA)
		ims_imapa_run(run);
	else if (method == IMS_INTERMITTENT_COMBINED)
		ims_intermittent_combined_run(run);
	else if (method == IMS_INTERMITTENT_AUTO)
		ims_intermittent_auto_run(run);
	else
		ims_croston_run(method, run);
	run->scratch.used = used;
}

static void
clear(ImsIntermittentForecast *forecast)
{
	*forecast = (ImsIntermittentForecast){
		.mse = NAN,
		.size = NAN,
		.interval = NAN,
		.weights = {NAN, NAN, NAN, NAN},
		.objective = NAN,
	};
}

static bool
is_between(double value, double low, double high)
{
	return isnan(value) || (value >= low && value <= high);
}

/* Starts are bounded so that no product of theirs leaves the numbers. */
static bool
is_sound(ImsIntermittentMethod method, const ImsSeries *series,
		 const ImsIntermittentRequest *request)
{
	const ImsIntermittentWeights *weights = &request->weights;
	bool is_tsb = method == IMS_INTERMITTENT_TSB;

	return method > IMS_INTERMITTENT_NONE && method < IMS_INTERMITTENT_COUNT &&
		   series->count >= 0 && series->count <= IMS_SERIES_MAX_POINTS &&
		   request->objective <= IMS_OBJECTIVE_MAR && request->start <= IMS_START_FITTED &&
		   request->bucket >= 0 && request->bucket <= IMS_INTERMITTENT_MAX_BUCKET &&
		   is_between(weights->size, 0, 1) && is_between(weights->interval, 0, 1) &&
		   is_between(weights->start_size, 0, DBL_MAX) &&
		   is_between(weights->start_interval, is_tsb ? 0 : 1,
					  is_tsb ? 1 : IMS_SERIES_MAX_POINTS) &&
		   request->cuts.adi >= 1 && request->cuts.cv2 >= 0 && request->dead_after > 0;
}

/* A finite number, whatever the unit made of it. */
static double
in_unit(double value, double scale)
{
	double scaled = value * scale;

	return scaled > DBL_MAX ? DBL_MAX : scaled;
}

static void
scale_back(ImsIntermittentForecast *forecast, double scale,
		   ImsIntermittentObjective objective)
{
	forecast->mean = in_unit(forecast->mean, scale);
	forecast->mse = in_unit(in_unit(forecast->mse, scale), scale);
	forecast->size = in_unit(forecast->size, scale);
	forecast->weights.start_size = in_unit(forecast->weights.start_size, scale);
	if (!isnan(forecast->objective))
		forecast->objective =
			in_unit(objective == IMS_OBJECTIVE_MAR ? forecast->objective
												   : in_unit(forecast->objective, scale),
					scale);
}

static void
answer(ImsIntermittentMethod method, ImsIntermittentRun *run)
{
	ImsIntermittentForecast *forecast = run->forecast;
	const ImsDemand *demand = run->demand;

	ims_classify_demand(demand->value, demand->count, IMS_ADI_SINCE_FIRST_DEMAND,
						&run->request->cuts, &forecast->profile);
	if (demand->demands == 0)
	{
		forecast->method = IMS_INTERMITTENT_ZERO;
		forecast->status = IMS_FORECAST_NO_DATA;
		forecast->reason = demand->count == 0 ? IMS_WHY_EMPTY : IMS_WHY_NO_DEMAND;
		forecast->mse = demand->count == 0 ? NAN : 0;
		forecast->points = demand->count;
		return;
	}
	ims_intermittent_run(method, run);
	if (forecast->status == IMS_FORECAST_INTERRUPTED)
		return;
	if (forecast->reason == IMS_WHY_NONE && demand->negative > 0)
		forecast->reason = IMS_WHY_NEGATIVE;
	if (forecast->reason == IMS_WHY_NONE && demand->missing > 0)
		forecast->reason = IMS_WHY_MISSING;
	forecast->profile.mean_size = in_unit(forecast->profile.mean_size, demand->scale);
	scale_back(forecast, demand->scale, run->request->objective);
}

void
ims_intermittent(ImsIntermittentMethod method, const ImsSeries *series,
				 const ImsIntermittentRequest *request, void *scratch,
				 size_t scratch_size, ImsIntermittentForecast *forecast)
{
	ImsDemand demand;
	ImsIntermittentRun run = {&demand, request, {0}, forecast};

	clear(forecast);
	if (!is_sound(method, series, request))
	{
		forecast->status = IMS_FORECAST_REFUSED;
		forecast->reason = IMS_WHY_BAD_REQUEST;
		return;
	}
	ims_scratch_start(&run.scratch, scratch, scratch_size);
	if (scratch_size < ims_intermittent_scratch_size(series->count) ||
		!ims_demand_prepare(series, &run.scratch, &demand))
	{
		forecast->status = IMS_FORECAST_REFUSED;
		forecast->reason = IMS_WHY_NO_SCRATCH;
		return;
	}
	forecast->missing = demand.missing;
	forecast->negative = demand.negative;
	answer(method, &run);
}
