/*-------------------------------------------------------------------------
 *
 * argument.c
 *	  Arguments of the analytical functions: checked, or refused by name.
 *
 * What is wrong with the call is an error; what is wrong with a series is not,
 * since one bad series must not end a run over many: the cores answer it with
 * a status.  Only an array that is no series at all is refused.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/shortest_dec.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "ims.h"
#include "ledger/detail.h"
#include "sqlfn/argument.h"

#define MOST_OF_A_WORD 40 /* characters of a wrong word that an error repeats */

/* A whole number of the SQL type bigint, within bounds. */
int
ims_integer_argument(FunctionCallInfo fcinfo, int place, const char *name, int least,
					 int most, int value)
{
	int64 given;

	Assert(value >= least || value == 0);
	if (PG_ARGISNULL(place) && value >= least)
		return value;
	given = PG_ARGISNULL(place) ? 0 : PG_GETARG_INT64(place);
	if (given < least || given > most)
		ereport(ERROR,
				(errcode(ERRCODE_IMS_INVALID_FORECAST_ARGUMENT),
				 errmsg("argument \"%s\" is out of range", name),
				 errdetail_internal("%s",
									ims_error_detail(PG_ARGISNULL(place)
														 ? "It is missing."
														 : psprintf(INT64_FORMAT
																	" is not from %d to %d.",
																	given, least, most),
													 ims_detail_text("argument", name),
													 ims_detail_integer(PG_ARGISNULL(place)
																			? NULL
																			: "value",
																		given),
													 ims_detail_integer("least", least),
													 ims_detail_integer("most", most))),
				 errhint("Give a whole number from %d to %d.", least, most)));
	return (int) given;
}

static void
refuse_number(const char *name, double given, const char *sentence, int least, int most)
{
	Numeric number =
		DatumGetNumeric(DirectFunctionCall1(float8_numeric, Float8GetDatum(given)));

	ereport(ERROR,
			(errcode(ERRCODE_IMS_INVALID_FORECAST_ARGUMENT),
			 errmsg("argument \"%s\" is out of range", name),
			 errdetail_internal("%s", ims_error_detail(psprintf("%s %s %d and %d.",
																ims_number_text(number),
																sentence, least, most),
													   ims_detail_text("argument", name),
													   ims_detail_number("value", number),
													   ims_detail_integer("least", least),
													   ims_detail_integer("most", most))),
			 errhint("Give a number between %d and %d.", least, most)));
}

/* A number of the SQL type double precision, from a least to a most. */
double
ims_number_argument(FunctionCallInfo fcinfo, int place, const char *name, int least,
					int most, double value)
{
	double given;

	if (PG_ARGISNULL(place))
		return value;
	given = PG_GETARG_FLOAT8(place);
	if (!(given >= least && given <= most))
		refuse_number(name, given, "is not between or equal to", least, most);
	return given;
}

/* A number from 0 to 1. */
double
ims_share_argument(FunctionCallInfo fcinfo, int place, const char *name, double value)
{
	return ims_number_argument(fcinfo, place, name, 0, 1, value);
}

/* Of an interval: all and nothing are no coverages. */
double
ims_coverage_argument(FunctionCallInfo fcinfo, int place)
{
	double given = PG_ARGISNULL(place) ? 0.95 : PG_GETARG_FLOAT8(place);

	if (!(given > 0 && given < 1))
		refuse_number("coverage", given, "is not between", 0, 1);
	return given;
}

/* NULL where it was not given. */
char *
ims_text_argument(FunctionCallInfo fcinfo, int place)
{
	return PG_ARGISNULL(place) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(place));
}

void
ims_refuse_word(const char *name, const char *value, const char *choices)
{
	char *shown = pnstrdup(value, pg_mbcliplen(value, strlen(value), MOST_OF_A_WORD));

	ereport(ERROR,
			(errcode(ERRCODE_IMS_INVALID_FORECAST_ARGUMENT),
			 errmsg("argument \"%s\" is not known: \"%s\"", name, shown),
			 errdetail_internal("%s",
								ims_error_detail("It is a word that has no meaning here.",
												 ims_detail_text("argument", name),
												 ims_detail_text("value", shown))),
			 errhint("Give %s.", choices)));
}

static void
check_series(const ArrayType *array, const char *name)
{
	int count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_IMS_INVALID_SERIES),
				 errmsg("argument \"%s\" is not a series", name),
				 errdetail_internal("%s",
									ims_error_detail(psprintf("The array has %d dimensions.",
															  ARR_NDIM(array)),
													 ims_detail_text("argument", name),
													 ims_detail_integer("dimensions",
																		ARR_NDIM(array)))),
				 errhint("Give an array of one dimension, oldest period first.")));
	if (count > IMS_SERIES_MAX_POINTS)
		ereport(ERROR,
				(errcode(ERRCODE_IMS_INVALID_SERIES),
				 errmsg("argument \"%s\" is too long", name),
				 errdetail_internal("%s",
									ims_error_detail(psprintf("It has %d periods, at most %d are possible.",
															  count, IMS_SERIES_MAX_POINTS),
													 ims_detail_text("argument", name),
													 ims_detail_integer("periods", count),
													 ims_detail_integer("most",
																		IMS_SERIES_MAX_POINTS))),
				 errhint("Give the latest periods, or longer ones.")));
}

/*
 * A list of numbers from a least to a most, or between both where the bounds are
 * no numbers of it: at least one, none of them null.
 */
double *
ims_numbers_argument(FunctionCallInfo fcinfo, int place, const char *name, int least,
					 int most, bool bounds_too, int most_numbers, int *count)
{
	ImsSeries list = ims_series_argument(fcinfo, place, name);

	*count = list.count;
	if (list.count < 1 || list.count > most_numbers)
		ereport(ERROR,
				(errcode(ERRCODE_IMS_INVALID_FORECAST_ARGUMENT),
				 errmsg("argument \"%s\" has too %s numbers", name,
						list.count < 1 ? "few" : "many"),
				 errdetail_internal("%s",
									ims_error_detail(psprintf("It has %d, not from %d to %d.",
															  list.count, 1, most_numbers),
													 ims_detail_text("argument", name),
													 ims_detail_integer("value", list.count),
													 ims_detail_integer("least", 1),
													 ims_detail_integer("most",
																		most_numbers))),
				 errhint("Give an array of %d to %d numbers.", 1, most_numbers)));
	for (int i = 0; i < list.count; i++)
	{
		double given = list.value[i];

		if (!(given >= least && given <= most) ||
			(!bounds_too && (given == least || given == most)))
			refuse_number(name, given,
						  bounds_too ? "is not between or equal to" : "is not between",
						  least, most);
	}
	return (double *) list.value;
}

/*
 * An array of double precision: null elements are missing periods, a null
 * array is an empty series.  Without null elements it is read where it lies,
 * so the argument must outlive the series.
 */
ImsSeries
ims_series_argument(FunctionCallInfo fcinfo, int place, const char *name)
{
	ImsSeries series = {NULL, 0, 1};
	ArrayType *array;
	const double *next;
	const bits8 *present;
	double *copy;

	if (PG_ARGISNULL(place))
		return series;
	array = PG_GETARG_ARRAYTYPE_P(place);
	Assert(ARR_ELEMTYPE(array) == FLOAT8OID);
	check_series(array, name);
	series.count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	next = (const double *) ARR_DATA_PTR(array);
	present = ARR_NULLBITMAP(array);
	series.value = next;
	if (present == NULL)
		return series;
	copy = palloc(sizeof(double) * Max(series.count, 1));
	for (int i = 0; i < series.count; i++)
		copy[i] = (present[i / 8] & (1 << (i % 8))) != 0 ? *next++ : NAN;
	series.value = copy;
	return series;
}

Datum
ims_float_or_null(double value, bool *is_null)
{
	*is_null = isnan(value);
	return Float8GetDatum(*is_null ? 0 : value);
}

/*
 * For the cores, which ask now and then whether to stop.  They have nothing to
 * clean up, so an error may leave through them.
 */
bool
ims_check_for_interrupts(void *context)
{
	CHECK_FOR_INTERRUPTS();
	return false;
}

/* As few digits as give the same number again, whatever the session's settings are. */
void
ims_append_float(StringInfo text, double value)
{
	char digits[DOUBLE_SHORTEST_DECIMAL_LEN];

	double_to_shortest_decimal_buf(value, digits);
	appendStringInfoString(text, digits);
}

/* Without a null element the array is its head and the values. */
static Datum
array_without_nulls(const double *value, int count)
{
	Size size = ARR_OVERHEAD_NONULLS(1) + sizeof(float8) * (Size) count;
	ArrayType *array = palloc(size);

	Assert(count > 0);
	SET_VARSIZE(array, size);
	array->ndim = 1;
	array->dataoffset = 0;
	array->elemtype = FLOAT8OID;
	ARR_DIMS(array)[0] = count;
	ARR_LBOUND(array)[0] = 1;
	memcpy(ARR_DATA_PTR(array), value, sizeof(float8) * (Size) count);
	return PointerGetDatum(array);
}

/* NaN becomes a null element. */
Datum
ims_float_array(const double *value, int count)
{
	Datum *elements;
	bool *nulls;
	int lower_bound = 1;
	bool any_null = false;

	if (count == 0)
		return PointerGetDatum(construct_empty_array(FLOAT8OID));
	for (int i = 0; i < count; i++)
		any_null |= isnan(value[i]) != 0;
	if (!any_null)
		return array_without_nulls(value, count);
	elements = palloc(sizeof(Datum) * count);
	nulls = palloc(sizeof(bool) * count);
	for (int i = 0; i < count; i++)
		elements[i] = ims_float_or_null(value[i], &nulls[i]);
	return PointerGetDatum(construct_md_array(elements, nulls, 1, &count, &lower_bound,
											  FLOAT8OID, sizeof(float8), true,
											  TYPALIGN_DOUBLE));
}
