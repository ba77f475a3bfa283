/*-------------------------------------------------------------------------
 *
 * lead_time.c
 *	  ims.lead_time_demand: the distribution of demand over a lead time.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "forecast/interval.h"
#include "ims.h"
#include "ledger/detail.h"
#include "sqlfn/argument.h"
#include "sqlfn/forecast_call.h"

PG_FUNCTION_INFO_V1(ims_lead_time_row);

/* Arguments by their places. */
enum
{
	ARGUMENT_DEMAND,
	ARGUMENT_LEAD_TIMES,
	ARGUMENT_SEASON_LENGTH,
	ARGUMENT_METHOD,
	ARGUMENT_LEVELS,
	ARGUMENT_SHARES,
	ARGUMENT_NON_NEGATIVE,
	ARGUMENT_SEED,
	ARGUMENT_TUNE
};

enum
{
	LEAD_TIME_MEAN,
	LEAD_TIME_VARIANCE,
	LEAD_TIME_QUANTILES,
	LEAD_TIME_DISTRIBUTION,
	LEAD_TIME_METHOD,
	LEAD_TIME_STATUS,
	LEAD_TIME_REASON,
	LEAD_TIME_COLUMNS
};

/* Shares of any sum above zero, as large as they like. */
static void
read_shares(FunctionCallInfo fcinfo, ImsLeadTimes *times)
{
	int count;
	double sum = 0;

	times->share = NULL;
	if (PG_ARGISNULL(ARGUMENT_SHARES))
		return;
	times->share = ims_numbers_argument(fcinfo, ARGUMENT_SHARES, "shares", 0, IMS_CUT_MOST,
										true, IMS_LEAD_TIME_MAX_CASES, &count);
	for (int i = 0; i < count; i++)
		sum += times->share[i];
	if (count != times->count || !(sum > 0))
		ereport(ERROR,
				(errcode(ERRCODE_IMS_INVALID_SERIES),
				 errmsg("argument \"%s\" does not fit \"lead_times\"", "shares"),
				 errdetail_internal("%s",
									ims_error_detail(psprintf("It has %d numbers, lead_times has %d.",
															  count, times->count),
													 ims_detail_text("argument", "shares"),
													 ims_detail_integer("periods", count),
													 ims_detail_integer("most",
																		times->count))),
				 errhint("Give a share for each lead time, one of them above 0.")));
}

/* The usual levels, unless others were given. */
static const double *
read_levels(FunctionCallInfo fcinfo, int *count)
{
	static const double usual[] = {0.5, 0.9, 0.95, 0.99};

	*count = lengthof(usual);
	if (PG_ARGISNULL(ARGUMENT_LEVELS))
		return usual;
	return ims_numbers_argument(fcinfo, ARGUMENT_LEVELS, "levels", 0, 1, false,
								IMS_LEAD_TIME_MAX_LEVELS, count);
}

static void
draw_irregular(ImsForecastCall *call, const ImsLeadTimes *times, const double *level,
			   int levels, ImsLeadTimeDemand *demand)
{
	size_t size = IMS_SCRATCH_ALIGNMENT + ims_compound_sums_size(times, IMS_FORECAST_PATHS);
	ImsScratch scratch;
	ImsCompound compound;
	const double *sum;

	call->request.paths = IMS_FORECAST_PATHS;
	ims_forecast_call_compound(call, &compound);
	ims_scratch_start(&scratch, palloc(size), size);
	sum = ims_compound_sums(&compound, times, &call->request, &scratch);
	if (sum == NULL)
		elog(ERROR, "scratch memory is too small");
	ims_compound_demand(&compound, times, sum, IMS_FORECAST_PATHS, level, levels, demand);
}

static void
find_regular(ImsForecastCall *call, const ImsLeadTimes *times, const double *level,
			 int levels, ImsLeadTimeDemand *demand)
{
	size_t size = ims_lead_time_scratch_size(times->count);

	if (!ims_lead_time_demand(&call->forecast, times, call->request.non_negative, level,
							  levels, &call->request, palloc(size), size, demand))
		elog(ERROR, "scratch memory is too small");
}

/*
 * ims_lead_time_row -- SQL: ims.lead_time_demand(demand double precision[], ..)
 *
 * One row, in the unit of the series.  Raises IV501 to IV503 on bad arguments;
 * a bad series is answered with a status.
 */
Datum
ims_lead_time_row(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ImsForecastCall call;
	ImsLeadTimes times;
	ImsLeadTimeDemand demand;
	int levels;
	const double *level;
	Datum values[LEAD_TIME_COLUMNS];
	bool nulls[LEAD_TIME_COLUMNS] = {false};

	ims_forecast_call_start(&call, fcinfo, ARGUMENT_DEMAND, ARGUMENT_SEASON_LENGTH,
							ARGUMENT_METHOD);
	times.periods = ims_numbers_argument(fcinfo, ARGUMENT_LEAD_TIMES, "lead_times", 0,
										 IMS_LEAD_TIME_MAX_PERIODS, true,
										 IMS_LEAD_TIME_MAX_CASES, &times.count);
	read_shares(fcinfo, &times);
	level = read_levels(fcinfo, &levels);
	call.request.horizon = ims_lead_times_horizon(&times);
	call.with_sums = true;
	ims_forecast_call_random(&call, fcinfo, ARGUMENT_NON_NEGATIVE, ARGUMENT_SEED);
	ims_forecast_call_tune(&call, fcinfo, ARGUMENT_TUNE);
	ims_forecast_call_run(&call);

	demand.quantile = palloc(sizeof(double) * levels);
	if (call.is_irregular)
		draw_irregular(&call, &times, level, levels, &demand);
	else
		find_regular(&call, &times, level, levels, &demand);
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	values[LEAD_TIME_MEAN] = Float8GetDatum(demand.mean);
	values[LEAD_TIME_VARIANCE] =
		ims_float_or_null(demand.variance, &nulls[LEAD_TIME_VARIANCE]);
	values[LEAD_TIME_QUANTILES] = ims_float_array(demand.quantile, levels);
	values[LEAD_TIME_DISTRIBUTION] = CStringGetTextDatum(call.is_irregular ? "drawn" : "t");
	values[LEAD_TIME_METHOD] = CStringGetTextDatum(call.method_name);
	values[LEAD_TIME_STATUS] =
		CStringGetTextDatum(ims_forecast_status_name(call.forecast.status));
	values[LEAD_TIME_REASON] = CStringGetTextDatum(call.reason);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	return (Datum) 0;
}
