/*-------------------------------------------------------------------------
 *
 * classify.c
 *	  ims.demand_class, ims.abc_class and their kin: classes of items.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "forecast/classify.h"
#include "ims.h"
#include "ledger/detail.h"
#include "sqlfn/argument.h"

PG_FUNCTION_INFO_V1(ims_demand_class);
PG_FUNCTION_INFO_V1(ims_history_class);
PG_FUNCTION_INFO_V1(ims_abc_class);
PG_FUNCTION_INFO_V1(ims_xyz_class);
PG_FUNCTION_INFO_V1(ims_fsn_class);
PG_FUNCTION_INFO_V1(ims_life_cycle);

/* The first of two cuts may not be above the second. */
static void
check_order(const char *first, double low, const char *second, double high)
{
	if (!(low > high))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_IMS_INVALID_FORECAST_ARGUMENT),
			 errmsg("argument \"%s\" is above \"%s\"", first, second),
			 errdetail_internal("%s", ims_error_detail("Cuts ascend.",
													   ims_detail_text("argument", first))),
			 errhint("Give \"%s\" at most the value of \"%s\".", first, second)));
}

static void
profile_demand(FunctionCallInfo fcinfo, ImsAdiStart start, ImsDemandProfile *profile)
{
	ImsSeries series = ims_series_argument(fcinfo, 0, "demand");
	ImsDemandCuts cuts;

	cuts.adi =
		ims_number_argument(fcinfo, 1, "adi_cut", 1, IMS_CUT_MOST, IMS_USUAL_ADI_CUT);
	cuts.cv2 =
		ims_number_argument(fcinfo, 2, "cv2_cut", 0, IMS_CUT_MOST, IMS_USUAL_CV2_CUT);
	ims_classify_demand(series.value, series.count, start, &cuts, profile);
}

/*
 * ims_demand_class -- SQL: ims.demand_class(demand, adi_cut, cv2_cut)
 *
 * One row: class, ADI and CV2 by Syntetos, Boylan and Croston (2005).  Raises
 * IV501 on cuts that are none, IV503 on what is no series.
 */
Datum
ims_demand_class(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ImsDemandProfile profile;
	Datum values[7];
	bool nulls[7] = {false};

	profile_demand(fcinfo, IMS_ADI_SINCE_FIRST_DEMAND, &profile);
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	values[0] = CStringGetTextDatum(ims_demand_class_name(profile.demand_class));
	values[1] = ims_float_or_null(isinf(profile.adi) ? NAN : profile.adi, &nulls[1]);
	values[2] = ims_float_or_null(profile.demands == 0 ? NAN : profile.cv2, &nulls[2]);
	values[3] = Int64GetDatum(profile.periods);
	values[4] = Int64GetDatum(profile.demands);
	values[5] =
		ims_float_or_null(profile.demands == 0 ? NAN : profile.mean_size, &nulls[5]);
	values[6] = Int64GetDatum(profile.periods_since_last);
	nulls[6] = profile.demands == 0;
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	return (Datum) 0;
}

/*
 * ims_history_class -- SQL: ims._history_class(demand, adi_cut, cv2_cut) returns text
 *
 * The class of a series that begins where the item does, or a window: periods
 * before the first demand in it count.  Errors as above.
 */
Datum
ims_history_class(PG_FUNCTION_ARGS)
{
	ImsDemandProfile profile;

	profile_demand(fcinfo, IMS_ADI_WHOLE_SERIES, &profile);
	PG_RETURN_TEXT_P(cstring_to_text(ims_demand_class_name(profile.demand_class)));
}

/* Shares of a sum are those of amounts that are there and not negative. */
static void
check_amounts(const ImsSeries *amounts)
{
	for (int i = 0; i < amounts->count; i++)
		if (!isfinite(amounts->value[i]) || amounts->value[i] < 0)
			ereport(ERROR,
					(errcode(ERRCODE_IMS_INVALID_SERIES),
					 errmsg("argument \"%s\" has an element that is null, negative or not finite",
							"amounts"),
					 errdetail_internal("%s",
										ims_error_detail(psprintf("It is element %d.", i + 1),
														 ims_detail_text("argument",
																		 "amounts"),
														 ims_detail_integer("element",
																			i + 1))),
					 errhint("Give zero for what has no value.")));
}

/*
 * ims_abc_class -- SQL: ims.abc_class(amounts, a_cut, b_cut) returns text[]
 *
 * A, B or C for each element.  Raises IV501 on cuts, IV503 on amounts.
 */
Datum
ims_abc_class(PG_FUNCTION_ARGS)
{
	ImsSeries amounts = ims_series_argument(fcinfo, 0, "amounts");
	ImsAbcCuts cuts;
	size_t size = ims_classify_abc_size(amounts.count);
	Datum *elements;
	char *classes;

	cuts.a = ims_share_argument(fcinfo, 1, "a_cut", 0.8);
	cuts.b = ims_share_argument(fcinfo, 2, "b_cut", 0.95);
	check_order("a_cut", cuts.a, "b_cut", cuts.b);
	check_amounts(&amounts);
	if (amounts.count == 0)
		PG_RETURN_ARRAYTYPE_P(construct_empty_array(TEXTOID));
	classes = palloc(amounts.count);
	elements = palloc(sizeof(Datum) * amounts.count);
	ims_classify_abc(amounts.value, amounts.count, &cuts,
					 palloc_extended(size, MCXT_ALLOC_HUGE), size,
					 ims_check_for_interrupts, NULL, classes, NULL);
	for (int i = 0; i < amounts.count; i++)
		elements[i] = PointerGetDatum(cstring_to_text_with_len(&classes[i], 1));
	PG_RETURN_ARRAYTYPE_P(
		construct_array(elements, amounts.count, TEXTOID, -1, false, TYPALIGN_INT));
}

/*
 * ims_xyz_class -- SQL: ims.xyz_class(demand, x_cut, y_cut) returns text
 *
 * X, Y or Z by the coefficient of variation.  Raises IV501 on cuts, IV503.
 */
Datum
ims_xyz_class(PG_FUNCTION_ARGS)
{
	ImsSeries series = ims_series_argument(fcinfo, 0, "demand");
	ImsXyzCuts cuts;
	char class;

	cuts.x = ims_number_argument(fcinfo, 1, "x_cut", 0, IMS_CUT_MOST, 0.5);
	cuts.y = ims_number_argument(fcinfo, 2, "y_cut", 0, IMS_CUT_MOST, 1.0);
	check_order("x_cut", cuts.x, "y_cut", cuts.y);
	class = ims_classify_xyz(ims_variation(series.value, series.count), &cuts);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(&class, 1));
}

/*
 * ims_fsn_class -- SQL: ims.fsn_class(turns, fast_cut, slow_cut) returns text
 *
 * F, S or N; N without turns.  Raises IV501 on cuts.
 */
Datum
ims_fsn_class(PG_FUNCTION_ARGS)
{
	double turns = PG_ARGISNULL(0) ? NAN : PG_GETARG_FLOAT8(0);
	ImsFsnCuts cuts;
	char class;

	cuts.fast = ims_number_argument(fcinfo, 1, "fast_cut", 0, IMS_CUT_MOST, 3);
	cuts.slow = ims_number_argument(fcinfo, 2, "slow_cut", 0, IMS_CUT_MOST, 1);
	check_order("slow_cut", cuts.slow, "fast_cut", cuts.fast);
	class = ims_classify_fsn(turns, &cuts);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(&class, 1));
}

/*
 * ims_life_cycle -- SQL: ims.life_cycle(demand, new_periods, dead_periods, ..)
 *
 * One row: the stage, the age and what it was told by.  Raises IV501 on cuts,
 * IV503 on what is no series.
 */
Datum
ims_life_cycle(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ImsSeries series = ims_series_argument(fcinfo, 0, "demand");
	ImsLifeCuts cuts;
	ImsLifeProfile profile;
	Datum values[4];
	bool nulls[4] = {false};

	cuts.new_periods = ims_integer_argument(fcinfo, 1, "new_periods", 0, IMS_CUT_MOST, 12);
	cuts.dead_periods =
		ims_integer_argument(fcinfo, 2, "dead_periods", 1, IMS_CUT_MOST, 26);
	cuts.window =
		ims_integer_argument(fcinfo, 3, "window_length", 1, IMS_SERIES_MAX_POINTS / 2, 13);
	cuts.growth = ims_number_argument(fcinfo, 4, "growth_cut", 1, IMS_CUT_MOST, 1.25);
	cuts.decline = ims_share_argument(fcinfo, 5, "decline_cut", 0.8);
	cuts.confidence =
		ims_number_argument(fcinfo, 6, "confidence_cut", 0, IMS_CUT_MOST, 1.64);
	ims_classify_life(series.value, series.count, &cuts, &profile);
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	values[0] = CStringGetTextDatum(ims_life_stage_name(profile.stage));
	values[1] = Int64GetDatum(profile.age);
	values[2] = Int64GetDatum(profile.periods_since_last);
	nulls[2] = profile.stage == IMS_LIFE_NONE;
	values[3] = ims_float_or_null(profile.ratio, &nulls[3]);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	return (Datum) 0;
}
