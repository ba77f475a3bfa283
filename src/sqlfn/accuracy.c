/*-------------------------------------------------------------------------
 *
 * accuracy.c
 *	  ims.forecast_accuracy: how good a forecast was.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "forecast/accuracy.h"
#include "ims.h"
#include "ledger/detail.h"
#include "sqlfn/argument.h"

#define FIRST_FIGURE 2
#define FIGURES 19

PG_FUNCTION_INFO_V1(ims_forecast_accuracy);
PG_FUNCTION_INFO_V1(ims_quantile_accuracy_row);

static void
check_length(const ImsSeries *series, const char *name, const ImsSeries *actual)
{
	if (series->count != actual->count)
		ereport(ERROR,
				(errcode(ERRCODE_IMS_INVALID_SERIES),
				 errmsg("argument \"%s\" has another length than \"actual\"", name),
				 errdetail_internal("%s",
									ims_error_detail(psprintf("It has %d periods, actual has %d.",
															  series->count, actual->count),
													 ims_detail_text("argument", name),
													 ims_detail_integer("periods",
																		series->count),
													 ims_detail_integer("most",
																		actual->count))),
				 errhint("Give one value per period, NULL where there is none.")));
}

/* Why figures are null, in words. */
static Datum
status_text(unsigned status)
{
	static const struct
	{
		unsigned bit;
		const char *text;
	} words[] = {
		{IMS_ACCURACY_NO_PERIODS, "no period with both"},
		{IMS_ACCURACY_MISSING, "periods were left out"},
		{IMS_ACCURACY_ZERO_ACTUAL, "all actuals are zero"},
		{IMS_ACCURACY_NO_SCALE, "training part is too short"},
		{IMS_ACCURACY_ZERO_SCALE, "training part repeats itself"},
		{IMS_ACCURACY_ZERO_MEAN, "no demand in the training part"},
		{IMS_ACCURACY_ZERO_NAIVE, "seasonal naive was perfect"},
		{IMS_ACCURACY_BAD_INTERVAL, "lower bound above upper"},
		{IMS_ACCURACY_BAD_REQUEST, "request out of bounds"},
	};
	StringInfoData text;

	if (status == IMS_ACCURACY_OK)
		return CStringGetTextDatum("ok");
	initStringInfo(&text);
	for (int i = 0; i < lengthof(words); i++)
		if ((status & words[i].bit) != 0)
			appendStringInfo(&text, "%s%s", text.len > 0 ? ", " : "", words[i].text);
	return CStringGetTextDatum(text.data);
}

/* Coverage, width and MSIS of the bounds; NaN where there are none. */
static void
judge_interval(FunctionCallInfo fcinfo, const ImsErrorScale *scale,
			   const ImsSeries *actual, ImsIntervalAccuracy *interval)
{
	ImsSeries lower = ims_series_argument(fcinfo, 4, "lower");
	ImsSeries upper = ims_series_argument(fcinfo, 5, "upper");
	double coverage = ims_coverage_argument(fcinfo, 6);

	*interval = (ImsIntervalAccuracy){.coverage = NAN, .width = NAN, .msis = NAN};
	if (PG_ARGISNULL(4) && PG_ARGISNULL(5))
		return;
	check_length(&lower, "lower", actual);
	check_length(&upper, "upper", actual);
	ims_interval_accuracy(scale, actual->value, lower.value, upper.value, actual->count,
						  coverage, interval);
}

/*
 * ims_forecast_accuracy -- SQL: ims.forecast_accuracy(actual, forecast, ..)
 *
 * One row; null is what has no meaning for these periods.  Raises IV501, and
 * IV503 on arrays of different lengths.
 */
Datum
ims_forecast_accuracy(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ImsSeries actual = ims_series_argument(fcinfo, 0, "actual");
	ImsSeries forecast = ims_series_argument(fcinfo, 1, "forecast");
	ImsSeries training = ims_series_argument(fcinfo, 2, "training");
	Datum values[FIRST_FIGURE + FIGURES];
	bool nulls[FIRST_FIGURE + FIGURES] = {false};
	ImsErrorScale scale;
	ImsAccuracy a;
	ImsIntervalAccuracy interval;

	training.season =
		ims_integer_argument(fcinfo, 3, "season_length", 1, IMS_SERIES_MAX_SEASON, 1);
	check_length(&forecast, "forecast", &actual);
	ims_error_scale(&training, &scale);
	ims_accuracy(&training, &scale, actual.value, forecast.value, actual.count, &a);
	judge_interval(fcinfo, &scale, &actual, &interval);

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	values[0] = status_text(a.status | interval.status);
	values[1] = Int64GetDatum(a.periods);
	{
		const double figures[FIGURES] = {a.mean_error,
										 a.mae,
										 a.rmse,
										 a.smape,
										 a.wape,
										 a.bias,
										 a.mase,
										 a.rmsse,
										 a.scaled_bias,
										 a.cumulative_error,
										 a.scaled_cumulative_error,
										 a.periods_in_stock,
										 a.tracking_signal,
										 a.naive_mae,
										 a.relative_mae,
										 a.value_added,
										 interval.coverage,
										 interval.width,
										 interval.msis};

		for (int i = 0; i < FIGURES; i++)
			values[FIRST_FIGURE + i] =
				ims_float_or_null(figures[i], &nulls[FIRST_FIGURE + i]);
	}
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	return (Datum) 0;
}

/*
 * ims_quantile_accuracy_row -- SQL: ims.quantile_accuracy(actual, quantile, level, ..)
 *
 * One row; null is what has no meaning for these periods.  Raises IV501, and
 * IV503 on arrays of different lengths.
 */
Datum
ims_quantile_accuracy_row(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ImsSeries actual = ims_series_argument(fcinfo, 0, "actual");
	ImsSeries quantile = ims_series_argument(fcinfo, 1, "quantile");
	double level = ims_share_argument(fcinfo, 2, "level", 0.5);
	ImsSeries training = ims_series_argument(fcinfo, 3, "training");
	Datum values[5];
	bool nulls[5] = {false};
	ImsErrorScale scale;
	ImsQuantileAccuracy a;

	training.season =
		ims_integer_argument(fcinfo, 4, "season_length", 1, IMS_SERIES_MAX_SEASON, 1);
	check_length(&quantile, "quantile", &actual);
	ims_error_scale(&training, &scale);
	ims_quantile_accuracy(&scale, actual.value, quantile.value, actual.count, level, &a);

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	values[0] = status_text(a.status);
	values[1] = Int64GetDatum(a.periods);
	values[2] = ims_float_or_null(a.pinball, &nulls[2]);
	values[3] = ims_float_or_null(a.scaled_pinball, &nulls[3]);
	values[4] = ims_float_or_null(a.below, &nulls[4]);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	return (Datum) 0;
}
