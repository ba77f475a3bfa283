/*-------------------------------------------------------------------------
 *
 * measure_math.c
 *	  Arithmetic of ims.measure: nothing is rounded but by a rule that is named.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "compat.h"
#include "ims.h"
#include "ledger/detail.h"
#include "type/measure.h"

PG_FUNCTION_INFO_V1(ims_measure_plus);
PG_FUNCTION_INFO_V1(ims_measure_minus);
PG_FUNCTION_INFO_V1(ims_measure_negate);
PG_FUNCTION_INFO_V1(ims_measure_multiply);
PG_FUNCTION_INFO_V1(ims_measure_multiply_by);
PG_FUNCTION_INFO_V1(ims_measure_divide);
PG_FUNCTION_INFO_V1(ims_measure_scale);
PG_FUNCTION_INFO_V1(ims_measure_in_unit);

static char *
unit_text(const char *unit, size_t size)
{
	return pnstrdup(unit, size);
}

static void
raise_incompatible(const ImsMeasure *measure, const char *unit, size_t unit_size)
{
	char *one = unit_text(measure->unit, measure->unit_size);
	char *other = unit_text(unit, unit_size);

	ereport(ERROR,
			(errcode(ERRCODE_IMS_INCOMPATIBLE_UNITS),
			 errmsg("units \"%s\" and \"%s\" have no common dimension", one, other),
			 errdetail_internal("%s",
								ims_error_detail("Only physical units of one dimension are converted here.",
												 ims_detail_text("unit", one),
												 ims_detail_text("other_unit", other))),
			 errhint("ims.convert_quantity() converts the units of an item.")));
}

static void
raise_inexact(const ImsMeasure *measure, const char *unit, size_t unit_size,
			  ImsRounding rounding)
{
	char amount[IMS_AMOUNT_MAX_TEXT];
	char *from = unit_text(measure->unit, measure->unit_size);
	char *to = unit_text(unit, unit_size);
	Numeric number = DatumGetNumeric(ims_amount_datum(measure->amount));

	ims_amount_write(measure->amount, amount);
	ereport(ERROR,
			(errcode(ERRCODE_IMS_INEXACT_CONVERSION),
			 errmsg("result of %s \"%s\" is not exact in unit \"%s\"", amount, from, to),
			 errdetail_internal("%s",
								ims_error_detail(psprintf("%d decimals are allowed.",
														  rounding.decimals),
												 ims_detail_number("quantity", number),
												 ims_detail_text("from_unit", from),
												 ims_detail_text("to_unit", to),
												 ims_detail_integer("decimals",
																	rounding.decimals))),
			 errhint("Name a rounding in ims.measure_in() or ims.measure_scale().")));
}

/* measure is what was given, unit that of the result. */
void
ims_measure_require_result(ImsMeasureRule rule, const ImsMeasure *measure,
						   const char *unit, size_t unit_size, ImsRounding rounding)
{
	char text[IMS_MEASURE_MAX_TEXT];
	size_t length;

	switch (rule)
	{
	case IMS_MEASURE_OK:
		return;
	case IMS_MEASURE_INCOMPATIBLE:
		raise_incompatible(measure, unit, unit_size);
		break;
	case IMS_MEASURE_INEXACT:
		raise_inexact(measure, unit, unit_size, rounding);
		break;
	default:
		length = ims_measure_write(measure, text);
		ereport(ERROR,
				(errcode(ERRCODE_IMS_INVALID_MEASURE),
				 errmsg("result of \"%s\" is out of range", text),
				 errdetail_internal("%s",
									ims_error_detail(psprintf("%s.",
															  ims_measure_rule_text(rule)),
													 ims_detail_text("measure",
																	 pnstrdup(text, length)),
													 ims_detail_integer("position", 0),
													 ims_detail_text("rule",
																	 ims_measure_rule_name(
																		 rule))))));
	}
}

static Datum
add_args(FunctionCallInfo fcinfo, bool is_subtracted)
{
	ImsMeasure a = ims_measure_arg(fcinfo, 0);
	ImsMeasure b = ims_measure_arg(fcinfo, 1);

	ims_measure_require_result(ims_measure_add(&a, &b, is_subtracted, &a.amount), &b,
							   a.unit, a.unit_size, ims_measure_exact);
	return ims_measure_datum(&a);
}

/* ims_measure_plus -- a + b, in the unit of a */
Datum
ims_measure_plus(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(add_args(fcinfo, false));
}

/* ims_measure_minus -- a - b, in the unit of a */
Datum
ims_measure_minus(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(add_args(fcinfo, true));
}

Datum
ims_measure_negate(PG_FUNCTION_ARGS)
{
	ImsMeasure measure = ims_measure_arg(fcinfo, 0);

	measure.amount = -measure.amount;
	PG_RETURN_DATUM(ims_measure_datum(&measure));
}

/* Both factors are in 10^-18. */
static Datum
scaled(ImsMeasure measure, ImsAmount numerator, ImsAmount denominator, ImsRounding rounding)
{
	bool is_negative = (numerator < 0) != (denominator < 0);
	ImsMeasure result = measure;

	if (denominator == 0)
		ereport(ERROR, (errcode(ERRCODE_DIVISION_BY_ZERO), errmsg("division by zero")));
	ims_measure_require_result(ims_amount_scale(measure.amount,
												numerator < 0 ? -numerator : numerator,
												denominator < 0 ? -denominator : denominator,
												rounding, &result.amount),
							   &measure, measure.unit, measure.unit_size, rounding);
	if (is_negative)
		result.amount = -result.amount;
	return ims_measure_datum(&result);
}

#define AMOUNT_ONE ((ImsAmount) INT64CONST(1000000000000000000))

Datum
ims_measure_multiply(PG_FUNCTION_ARGS)
{
	ImsMeasure measure = ims_measure_arg(fcinfo, 0);

	PG_RETURN_DATUM(
		scaled(measure, ims_amount_arg(fcinfo, 1), AMOUNT_ONE, ims_measure_exact));
}

/* ims_measure_multiply_by -- the number first */
Datum
ims_measure_multiply_by(PG_FUNCTION_ARGS)
{
	ImsMeasure measure = ims_measure_arg(fcinfo, 1);

	PG_RETURN_DATUM(
		scaled(measure, ims_amount_arg(fcinfo, 0), AMOUNT_ONE, ims_measure_exact));
}

Datum
ims_measure_divide(PG_FUNCTION_ARGS)
{
	ImsMeasure measure = ims_measure_arg(fcinfo, 0);

	PG_RETURN_DATUM(
		scaled(measure, AMOUNT_ONE, ims_amount_arg(fcinfo, 1), ims_measure_exact));
}

static ImsRounding
rounding_args(FunctionCallInfo fcinfo, int place)
{
	text *name = PG_GETARG_TEXT_PP(place);
	ImsRounding rounding = {IMS_ROUND_EXACT, PG_GETARG_INT32(place + 1)};

	if (!ims_rounding_parse(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name), &rounding.rule))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("invalid value \"%s\" for argument \"rounding\"",
							   text_to_cstring(name)),
						errhint("Use one of exact, up, down, half_up, half_even.")));
	if (rounding.decimals < 0 || rounding.decimals > IMS_AMOUNT_DECIMALS)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("decimals must be from 0 to %d, not %d",
							   IMS_AMOUNT_DECIMALS, rounding.decimals)));
	return rounding;
}

/*
 * ims_measure_scale -- SQL: ims.measure_scale(measure ims.measure, numerator numeric,
 *			denominator numeric DEFAULT 1, rounding text DEFAULT 'exact',
 *			decimals integer DEFAULT 18) returns ims.measure
 */
Datum
ims_measure_scale(PG_FUNCTION_ARGS)
{
	ImsMeasure measure = ims_measure_arg(fcinfo, 0);

	PG_RETURN_DATUM(scaled(measure, ims_amount_arg(fcinfo, 1), ims_amount_arg(fcinfo, 2),
						   rounding_args(fcinfo, 3)));
}

/*
 * ims_measure_in_unit -- SQL: ims.measure_in(measure ims.measure, unit text,
 *			rounding text DEFAULT 'exact', decimals integer DEFAULT 18) returns ims.measure
 */
Datum
ims_measure_in_unit(PG_FUNCTION_ARGS)
{
	ImsMeasure measure = ims_measure_arg(fcinfo, 0);
	text *unit = PG_GETARG_TEXT_PP(1);
	ImsMeasure result = {0, VARDATA_ANY(unit), VARSIZE_ANY_EXHDR(unit)};
	ImsRounding rounding = rounding_args(fcinfo, 2);

	ims_measure_require_unit(result.unit, result.unit_size);
	ims_measure_require_result(ims_measure_convert(&measure, result.unit, result.unit_size,
												   rounding, &result.amount),
							   &measure, result.unit, result.unit_size, rounding);
	PG_RETURN_DATUM(ims_measure_datum(&result));
}
