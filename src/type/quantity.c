/*-------------------------------------------------------------------------
 *
 * quantity.c
 *	  ims.quantity between SQL (numeric) and the engine (int64 millionths).
 *
 * Nothing is rounded: a value that the engine cannot hold exactly is refused
 * and the caller raises the error, since only it knows what to name.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "type/quantity.h"
#include "type/quantity_stored.h"

ImsQuantityStatus
ims_quantity_parse(Numeric value, ImsQuantity *result)
{
	Datum scaled;
	Datum limit;

	if (likely(ims_quantity_try_stored((const char *) value, result)))
		return IMS_QUANTITY_OK;
	if (numeric_is_nan(value) || numeric_is_inf(value))
		return IMS_QUANTITY_NOT_FINITE;

	limit = NumericGetDatum(int64_to_numeric(IMS_QUANTITY_LIMIT / IMS_QUANTITY_ONE));
	if (DatumGetBool(
			DirectFunctionCall2(numeric_ge,
								DirectFunctionCall1(numeric_abs, NumericGetDatum(value)),
								limit)))
		return IMS_QUANTITY_TOO_LARGE;
	if (DatumGetInt32(DirectFunctionCall1(numeric_min_scale, NumericGetDatum(value))) >
		IMS_QUANTITY_SCALE)
		return IMS_QUANTITY_TOO_FINE;

	scaled = DirectFunctionCall2(numeric_mul, NumericGetDatum(value),
								 NumericGetDatum(int64_to_numeric(IMS_QUANTITY_ONE)));
	*result = DatumGetInt64(DirectFunctionCall1(numeric_int8, scaled));
	return IMS_QUANTITY_OK;
}

/* For a value of the domain: anything the engine cannot hold is corruption. */
ImsQuantity
ims_quantity_from_numeric(Numeric value)
{
	ImsQuantity result = 0;
	ImsQuantityStatus status = ims_quantity_parse(value, &result);

	Ensure(status == IMS_QUANTITY_OK, "a stored quantity is out of its domain");
	return result;
}

/* As few decimals as the value needs: 5, not 5.000000. */
Numeric
ims_quantity_to_numeric(ImsQuantity quantity)
{
	int scale = IMS_QUANTITY_SCALE;

	if (quantity % IMS_QUANTITY_ONE == 0)
		return int64_to_numeric(quantity / IMS_QUANTITY_ONE);
	while (quantity % 10 == 0)
	{
		quantity /= 10;
		scale--;
	}
	Assert(scale > 0);
	return int64_div_fast_to_numeric(quantity, scale);
}

char *
ims_quantity_out(ImsQuantity quantity)
{
	return DatumGetCString(
		DirectFunctionCall1(numeric_out,
							NumericGetDatum(ims_quantity_to_numeric(quantity))));
}

const char *
ims_quantity_problem(ImsQuantityStatus status)
{
	switch (status)
	{
	case IMS_QUANTITY_OK:
		break;
	case IMS_QUANTITY_NOT_FINITE:
		return "is not a finite number";
	case IMS_QUANTITY_TOO_LARGE:
		return "must be below 1000000000000 in size";
	case IMS_QUANTITY_TOO_FINE:
		return "has more than six decimals";
	}
	return "is valid";
}
