/*-------------------------------------------------------------------------
 *
 * amount.c
 *	  Quantities, units and money of a line, as given.
 *
 * A quantity is never rounded: what the base unit cannot hold exactly is
 * refused.  The arithmetic is exact in 128 bits, since a quantity is below
 * 10^18 millionths and a numerator at most 10^12 (item_unit_factor_check).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "ledger/amount.h"
#include "ledger/detail.h"
#include "type/quantity.h"

#define MONEY_LIMIT INT64CONST(1000000000000000)

static bool
refuse_quantity(ImsResolver *resolver, int sqlstate, const char *item, Numeric given,
				const char *unit, const char *problem)
{
	char *value = ims_number_text(given);

	return ims_refuse(resolver, sqlstate, NULL,
					  ims_error_detail(psprintf("The quantity of line %d is %s.",
												resolver->line, value),
									   ims_detail_integer("line", resolver->line),
									   ims_detail_text("item", item),
									   ims_detail_number("quantity", given),
									   ims_detail_text("unit", unit)),
					  "quantity %s of item \"%s\" %s", value, item, problem);
}

/*
 * The quantity in millionths of the unit it was given in; above zero, or not
 * zero where it has a direction.
 */
bool
ims_check_quantity(ImsResolver *resolver, Numeric given, const char *item, bool is_signed,
				   ImsQuantity *quantity)
{
	ImsQuantityStatus status = ims_quantity_parse(given, quantity);

	if (status != IMS_QUANTITY_OK)
		return refuse_quantity(resolver, ERRCODE_IMS_INVALID_QUANTITY, item, given, NULL,
							   ims_quantity_problem(status));
	if (*quantity == 0 && is_signed)
		return refuse_quantity(resolver, ERRCODE_IMS_INVALID_QUANTITY, item, given, NULL,
							   "must not be zero");
	if (*quantity <= 0 && !is_signed)
		return refuse_quantity(resolver, ERRCODE_IMS_INVALID_QUANTITY, item, given, NULL,
							   "must be above zero");
	return true;
}

static bool
check_whole(ImsResolver *resolver, const ImsItem *item, const char *unit, Numeric given,
			ImsQuantity quantity)
{
	if (quantity % IMS_QUANTITY_ONE == 0 || !ims_unit_is_whole(resolver->masters, unit))
		return true;
	return refuse_quantity(resolver, ERRCODE_IMS_INVALID_QUANTITY, item->code, given,
						   unit, psprintf("must be whole in unit \"%s\"", unit));
}

static bool
refuse_inexact(ImsResolver *resolver, const ImsItem *item, const char *unit,
			   Numeric given, int64 numerator, int64 denominator)
{
	char *value = ims_number_text(given);

	return ims_refuse(resolver, ERRCODE_IMS_INEXACT_CONVERSION,
					  "Post the quantity in the base unit, rounded by ims.convert_quantity() or by hand.",
					  ims_error_detail(psprintf("One \"%s\" is " INT64_FORMAT "/" INT64_FORMAT
												" of base unit \"%s\", which keeps six decimals.",
												unit, numerator, denominator,
												item->base_unit),
									   ims_detail_integer("line", resolver->line),
									   ims_detail_text("item", item->code),
									   ims_detail_number("quantity", given),
									   ims_detail_text("unit", unit),
									   ims_detail_text("base_unit", item->base_unit),
									   ims_detail_integer("numerator", numerator),
									   ims_detail_integer("denominator", denominator)),
					  "quantity %s \"%s\" of item \"%s\" is not exact in its base unit",
					  value, unit, item->code);
}

static bool
refuse_unit(ImsResolver *resolver, const ImsItem *item, const char *unit)
{
	return ims_refuse(resolver, ERRCODE_IMS_UNKNOWN_UNIT,
					  "Units of an item are set by ims.set_item_unit().",
					  ims_error_detail(psprintf("Its base unit is \"%s\".", item->base_unit),
									   ims_detail_integer("line", resolver->line),
									   ims_detail_text("item", item->code),
									   ims_detail_text("unit", unit)),
					  "item \"%s\" has no unit \"%s\"", item->code, unit);
}

/* From the unit given, NULL for the base unit, to the base unit: exact or refused. */
bool
ims_to_base_unit(ImsResolver *resolver, const ImsItem *item, const char *unit,
				 Numeric given, ImsQuantity entered, ImsQuantity *quantity)
{
	int64 numerator;
	int64 denominator;
	int128 scaled;

	Assert(entered > 0 && entered < IMS_QUANTITY_LIMIT);
	*quantity = entered;
	if (unit == NULL || strcmp(unit, item->base_unit) == 0)
		return check_whole(resolver, item, item->base_unit, given, entered);

	if (!ims_item_unit_factor(resolver->masters, item, unit, &numerator, &denominator))
		return refuse_unit(resolver, item, unit);
	if (!check_whole(resolver, item, unit, given, entered))
		return false;
	Ensure(numerator > 0 && denominator > 0, "a unit's factor is not above zero");
	scaled = (int128) entered * numerator;
	if (scaled % denominator != 0)
		return refuse_inexact(resolver, item, unit, given, numerator, denominator);
	scaled /= denominator;
	if (scaled >= IMS_QUANTITY_LIMIT)
		return refuse_quantity(resolver, ERRCODE_IMS_INVALID_QUANTITY, item->code, given,
							   unit, "must be below 1000000000000 in the base unit");
	*quantity = (ImsQuantity) scaled;
	return check_whole(resolver, item, item->base_unit, given, *quantity);
}

static bool
is_below(Numeric value, int64 limit)
{
	return DatumGetBool(DirectFunctionCall2(numeric_lt, NumericGetDatum(value),
											NumericGetDatum(int64_to_numeric(limit))));
}

static bool
is_above(Numeric value, int64 limit)
{
	return DatumGetBool(DirectFunctionCall2(numeric_gt, NumericGetDatum(value),
											NumericGetDatum(int64_to_numeric(limit))));
}

/*
 * Costs are not below zero, rates above it; a sale value may have either sign,
 * for a return.  NULL is valid.
 */
bool
ims_check_money(ImsResolver *resolver, ImsField field, Numeric value)
{
	const char *name = ims_field_name(field);
	const char *condition = "It must be finite and below 10^15 in size.";
	bool valid;

	if (value == NULL)
		return true;
	/* infinity fails the bounds; NaN counts as greater than every number */
	valid = is_below(value, MONEY_LIMIT) && is_above(value, -MONEY_LIMIT);
	if (field == IMS_FIELD_UNIT_COST)
	{
		condition = "It must be zero or above, and below 10^15.";
		valid = valid && !is_below(value, 0);
	}
	else if (field == IMS_FIELD_RATE)
	{
		condition = "It must be above zero and below 10^15.";
		valid = valid && is_above(value, 0);
	}
	if (valid)
		return true;
	return ims_refuse(resolver, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, NULL,
					  ims_error_detail(condition, ims_detail_integer("line", resolver->line),
									   ims_detail_text("argument", name),
									   ims_detail_number(name, value)),
					  "%s %s is out of range", name, ims_number_text(value));
}

bool
ims_check_currency(ImsResolver *resolver, const char *currency)
{
	const char *letter = currency;

	if (currency == NULL)
		return true;
	while (*letter >= 'A' && *letter <= 'Z')
		letter++;
	if (*letter == '\0' && letter - currency == 3)
		return true;
	return ims_refuse(resolver, ERRCODE_IMS_INVALID_CODE, "ISO 4217 codes look like EUR.",
					  ims_error_detail("A currency is three capital letters.",
									   ims_detail_integer("line", resolver->line),
									   ims_detail_text("currency", currency)),
					  "currency \"%s\" is invalid", currency);
}
