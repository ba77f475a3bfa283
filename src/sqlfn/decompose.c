/*-------------------------------------------------------------------------
 *
 * decompose.c
 *	  ims.decompose: trend and seasons of a series.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"

#include "forecast/gaps.h"
#include "forecast/stl.h"
#include "ims.h"
#include "ledger/detail.h"
#include "sqlfn/argument.h"

PG_FUNCTION_INFO_V1(ims_decompose_rows);

enum
{
	DECOMPOSE_PERIOD,
	DECOMPOSE_DEMAND,
	DECOMPOSE_TREND,
	DECOMPOSE_SEASONALS,
	DECOMPOSE_REMAINDER,
	DECOMPOSE_COLUMNS
};

pg_noreturn static void
refuse_seasons(const char *sentence)
{
	ereport(ERROR,
			(errcode(ERRCODE_IMS_INVALID_FORECAST_ARGUMENT),
			 errmsg("argument \"%s\" is out of range", "season_lengths"),
			 errdetail_internal("%s", ims_error_detail(sentence,
													   ims_detail_text("argument",
																	   "season_lengths"))),
			 errhint("Give 1 to %d ascending whole numbers from 2 to %d.",
					 IMS_STL_MAX_SEASONS, IMS_STL_MAX_SEASON)));
}

/* Ascending lengths of seasons; how many. */
static int
seasons_argument(FunctionCallInfo fcinfo, int place, int *season)
{
	Datum *length;
	bool *is_null;
	int count;

	if (PG_ARGISNULL(place))
		refuse_seasons("It is missing.");
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(place), INT8OID, sizeof(int64),
					  FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &length, &is_null, &count);
	if (count < 1 || count > IMS_STL_MAX_SEASONS)
		refuse_seasons(psprintf("There are %d seasons.", count));
	for (int i = 0; i < count; i++)
	{
		int64 given = is_null[i] ? 0 : DatumGetInt64(length[i]);

		if (is_null[i])
			refuse_seasons("A length is NULL.");
		if (given < 2 || given > IMS_STL_MAX_SEASON)
			refuse_seasons(psprintf(INT64_FORMAT " is not from 2 to %d.", given,
									IMS_STL_MAX_SEASON));
		if (i > 0 && given <= season[i - 1])
			refuse_seasons(
				psprintf(INT64_FORMAT " is not longer than %d.", given, season[i - 1]));
		season[i] = (int) given;
	}
	return count;
}

static bool
has_gap(const double *value, int count)
{
	for (int t = 0; t < count; t++)
		if (!isfinite(value[t]))
			return true;
	return false;
}

static double *
room_for(int count)
{
	return palloc_extended(sizeof(double) * Max(count, 1), MCXT_ALLOC_HUGE);
}

/* The series, or a copy whose gaps are filled by the longest season that was seen twice. */
static const double *
filled(const double *value, int count, const int *season, int seasons)
{
	double *copy;
	int longest = 1;
	size_t size;
	ImsScratch scratch;

	if (!has_gap(value, count))
		return value;
	copy = room_for(count);
	for (int i = 0; i < seasons; i++)
		if (season[i] <= count / 2)
			longest = season[i];
	memcpy(copy, value, sizeof(double) * count);
	size = IMS_SCRATCH_ALIGNMENT + ims_fill_gaps_size(count, longest);
	ims_scratch_start(&scratch, palloc_extended(size, MCXT_ALLOC_HUGE), size);
	if (!ims_fill_gaps(copy, count, longest, ims_check_for_interrupts, NULL, &scratch))
		elog(ERROR, "scratch memory is too small");
	pfree(scratch.memory);
	return copy;
}

/* Leaves what is in `d` for the periods of `value`. */
static void
decompose(const double *value, int count, const int *season, int seasons,
		  ImsDecomposition *d)
{
	ImsStlRequest request = {.interrupt = ims_check_for_interrupts};
	size_t size = ims_stl_size(count, season[seasons - 1]);
	void *scratch = palloc_extended(size, MCXT_ALLOC_HUGE);
	ImsStlStatus status;

	d->trend = room_for(count);
	d->remainder = room_for(count);
	for (int i = 0; i < seasons; i++)
		d->seasonal[i] = room_for(count);
	status = ims_mstl(value, count, season, seasons, &request, scratch, size, d);
	if (status != IMS_STL_OK && status != IMS_STL_SHORT)
		elog(ERROR, "a decomposition was refused");
	pfree(scratch);
}

/*
 * ims_decompose_rows -- SQL: ims.decompose(demand double precision[], season_lengths bigint[])
 *
 * One row per period, from the first that is known on.  Raises IV501 on lengths out
 * of bounds, IV503 on an array that is no series.
 */
Datum
ims_decompose_rows(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ImsSeries series = ims_series_argument(fcinfo, 0, "demand");
	int season[IMS_STL_MAX_SEASONS];
	int seasons = seasons_argument(fcinfo, 1, season);
	int start = 0;
	int count;
	ImsDecomposition d;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	while (start < series.count && !isfinite(series.value[start]))
		start++;
	count = series.count - start;
	if (count == 0)
		return (Datum) 0;
	decompose(filled(series.value + start, count, season, seasons), count, season,
			  seasons, &d);
	for (int t = 0; t < count; t++)
	{
		Datum values[DECOMPOSE_COLUMNS];
		bool nulls[DECOMPOSE_COLUMNS] = {false};
		double demand = series.value[start + t];
		double seasonal[IMS_STL_MAX_SEASONS];

		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < seasons; i++)
			seasonal[i] = d.seasonal[i][t];
		values[DECOMPOSE_PERIOD] = Int64GetDatum(start + t + 1);
		nulls[DECOMPOSE_DEMAND] = nulls[DECOMPOSE_REMAINDER] = !isfinite(demand);
		values[DECOMPOSE_DEMAND] = Float8GetDatum(demand);
		values[DECOMPOSE_TREND] = Float8GetDatum(d.trend[t]);
		values[DECOMPOSE_SEASONALS] = ims_float_array(seasonal, seasons);
		values[DECOMPOSE_REMAINDER] = Float8GetDatum(d.remainder[t]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		pfree(DatumGetPointer(values[DECOMPOSE_SEASONALS]));
	}
	return (Datum) 0;
}
