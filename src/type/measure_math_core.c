/*-------------------------------------------------------------------------
 *
 * measure_math_core.c
 *	  Comparing, converting and adding measures, exactly.
 *
 * An amount A (in 10^-18) of a unit n/d is A n/d of the base unit.  Two are
 * compared by cross products; one is converted by a fraction in lowest terms,
 * whose quotient is whole or has a remainder that a named rule rounds.
 *
 *-------------------------------------------------------------------------
 */
#include "type/measure_core.h"

#include <string.h>

const ImsRounding ims_measure_exact = {IMS_ROUND_EXACT, IMS_AMOUNT_DECIMALS};

/* First byte of the key of a unit without dimension, whatever is added before. */
#define KEY_NO_DIMENSION 0xff

static const char *const rounding_names[] = {
	[IMS_ROUND_EXACT] = "exact",		 [IMS_ROUND_UP] = "up",
	[IMS_ROUND_DOWN] = "down",			 [IMS_ROUND_HALF_UP] = "half_up",
	[IMS_ROUND_HALF_EVEN] = "half_even",
};

bool
ims_rounding_parse(const char *name, size_t length, ImsRoundingRule *rule)
{
	for (int i = IMS_ROUND_EXACT; i <= IMS_ROUND_HALF_EVEN; i++)
		if (strlen(rounding_names[i]) == length &&
			memcmp(rounding_names[i], name, length) == 0)
		{
			*rule = (ImsRoundingRule) i;
			return true;
		}
	return false;
}

static ImsUInt128
size_of(ImsAmount amount)
{
	return amount < 0 ? -(ImsUInt128) amount : (ImsUInt128) amount;
}

static ImsUInt128
common_divisor(ImsUInt128 a, ImsUInt128 b)
{
	while (b != 0)
	{
		ImsUInt128 rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

static bool
is_same_unit(const ImsMeasure *a, const ImsMeasure *b)
{
	return a->unit_size == b->unit_size && memcmp(a->unit, b->unit, a->unit_size) == 0;
}

/* By bytes, what ends first before what goes on. */
static int
compare_codes(const ImsMeasure *a, const ImsMeasure *b)
{
	size_t size = a->unit_size < b->unit_size ? a->unit_size : b->unit_size;
	int order = memcmp(a->unit, b->unit, size);

	if (order != 0)
		return order < 0 ? -1 : 1;
	return (a->unit_size > b->unit_size) - (a->unit_size < b->unit_size);
}

static int
compare_amounts(const ImsMeasure *a, const ImsRec20Unit *a_unit, const ImsMeasure *b,
				const ImsRec20Unit *b_unit)
{
	int a_sign = (a->amount > 0) - (a->amount < 0);
	int b_sign = (b->amount > 0) - (b->amount < 0);
	ImsUInt128 a_factor = (ImsUInt128) a_unit->numerator * (uint64_t) b_unit->denominator;
	ImsUInt128 b_factor = (ImsUInt128) b_unit->numerator * (uint64_t) a_unit->denominator;

	if (a_sign != b_sign)
		return a_sign < b_sign ? -1 : 1;
	return a_sign * ims_wide_compare(ims_wide_multiply(size_of(a->amount), a_factor),
									 ims_wide_multiply(size_of(b->amount), b_factor));
}

/* Physical units by dimension and amount, then the others by code and amount. */
int
ims_measure_compare(const ImsMeasure *a, const ImsMeasure *b)
{
	const ImsRec20Unit *a_unit;
	const ImsRec20Unit *b_unit;

	if (is_same_unit(a, b))
		return (a->amount > b->amount) - (a->amount < b->amount);
	a_unit = ims_rec20_find(a->unit, a->unit_size);
	b_unit = ims_rec20_find(b->unit, b->unit_size);
	if (a_unit == NULL && b_unit == NULL)
		return compare_codes(a, b);
	if (a_unit == NULL || b_unit == NULL)
		return a_unit == NULL ? 1 : -1;
	if (a_unit->dimension != b_unit->dimension)
		return a_unit->dimension < b_unit->dimension ? -1 : 1;
	return compare_amounts(a, a_unit, b, b_unit);
}

/*
 * Bytes for hashing, the same for equal measures: the amount in base units as a
 * fraction in lowest terms.  A unit's fraction is in lowest terms already.
 */
size_t
ims_measure_key(const ImsMeasure *measure, uint8_t *key)
{
	const ImsRec20Unit *unit = ims_rec20_find(measure->unit, measure->unit_size);
	ImsUInt128 size = size_of(measure->amount);
	ImsUInt128 divisor;
	ImsUInt256 product;

	if (unit == NULL)
	{
		key[0] = KEY_NO_DIMENSION;
		ims_amount_encode(measure->amount, key + 1);
		memcpy(key + 1 + IMS_AMOUNT_SIZE, measure->unit, measure->unit_size);
		return 1 + IMS_AMOUNT_SIZE + measure->unit_size;
	}
	divisor = common_divisor(size, (ImsUInt128) unit->denominator);
	product = ims_wide_multiply(size / divisor, (ImsUInt128) unit->numerator);
	key[0] = (uint8_t) unit->dimension;
	key[1] = measure->amount < 0;
	ims_amount_encode((ImsAmount) product.high, key + 2);
	ims_amount_encode((ImsAmount) product.low, key + 2 + IMS_AMOUNT_SIZE);
	ims_amount_encode((ImsAmount) ((ImsUInt128) unit->denominator / divisor),
					  key + 2 + 2 * IMS_AMOUNT_SIZE);
	return 2 + 3 * IMS_AMOUNT_SIZE;
}

/* What division leaves, compared with half of the divisor. */
typedef enum Rest
{
	REST_NONE,
	REST_BELOW_HALF,
	REST_HALF,
	REST_ABOVE_HALF
} Rest;

static Rest
rest_of(ImsUInt128 remainder, ImsUInt128 divisor)
{
	ImsUInt128 other = divisor - remainder;

	if (remainder == 0)
		return REST_NONE;
	if (remainder == other)
		return REST_HALF;
	return remainder < other ? REST_BELOW_HALF : REST_ABOVE_HALF;
}

/* The rest of a coarser division, when the finer one left something too. */
static Rest
rest_with(Rest coarse, Rest fine)
{
	if (fine == REST_NONE)
		return coarse;
	if (coarse == REST_NONE)
		return REST_BELOW_HALF;
	return coarse == REST_HALF ? REST_ABOVE_HALF : coarse;
}

static bool
is_rounded_up(Rest rest, bool is_odd, ImsRoundingRule rule)
{
	switch (rule)
	{
	case IMS_ROUND_EXACT:
	case IMS_ROUND_DOWN:
		break;
	case IMS_ROUND_UP:
		return rest != REST_NONE;
	case IMS_ROUND_HALF_UP:
		return rest >= REST_HALF;
	case IMS_ROUND_HALF_EVEN:
		return rest == REST_ABOVE_HALF || (rest == REST_HALF && is_odd);
	}
	return false;
}

/* amount * numerator / denominator */
ImsMeasureRule
ims_amount_scale(ImsAmount amount, ImsUInt128 numerator, ImsUInt128 denominator,
				 ImsRounding rounding, ImsAmount *result)
{
	ImsUInt256 product = ims_wide_multiply(size_of(amount), numerator);
	ImsUInt128 step = 1;
	ImsUInt128 quotient, remainder, steps;
	Rest rest;

	if (product.high >= denominator)
		return IMS_MEASURE_TOO_LARGE;
	quotient = ims_wide_divide(product, denominator, &remainder);
	if (quotient >> 127 != 0 || !ims_amount_is_valid((ImsAmount) quotient))
		return IMS_MEASURE_TOO_LARGE;
	rest = rest_of(remainder, denominator);
	for (int i = rounding.decimals; i < IMS_AMOUNT_DECIMALS; i++)
		step *= 10;
	steps = quotient / step;
	if (step > 1)
		rest = rest_with(rest_of(quotient % step, step), rest);
	if (rest != REST_NONE && rounding.rule == IMS_ROUND_EXACT)
		return IMS_MEASURE_INEXACT;
	if (is_rounded_up(rest, (steps & 1) != 0, rounding.rule))
		steps++;
	quotient = steps * step;
	if (!ims_amount_is_valid((ImsAmount) quotient))
		return IMS_MEASURE_TOO_LARGE;
	*result = amount < 0 ? -(ImsAmount) quotient : (ImsAmount) quotient;
	return IMS_MEASURE_OK;
}

ImsMeasureRule
ims_measure_convert(const ImsMeasure *measure, const char *unit, size_t unit_size,
					ImsRounding rounding, ImsAmount *result)
{
	ImsMeasure target = {0, unit, unit_size};
	const ImsRec20Unit *from;
	const ImsRec20Unit *to;
	int64_t numerators, denominators;

	if (is_same_unit(measure, &target))
		return ims_amount_scale(measure->amount, 1, 1, rounding, result);
	from = ims_rec20_find(measure->unit, measure->unit_size);
	to = ims_rec20_find(unit, unit_size);
	if (from == NULL || to == NULL || from->dimension != to->dimension)
		return IMS_MEASURE_INCOMPATIBLE;
	numerators =
		(int64_t) common_divisor((ImsUInt128) from->numerator, (ImsUInt128) to->numerator);
	denominators = (int64_t) common_divisor((ImsUInt128) from->denominator,
											(ImsUInt128) to->denominator);
	return ims_amount_scale(measure->amount,
							(ImsUInt128) (from->numerator / numerators) *
								(uint64_t) (to->denominator / denominators),
							(ImsUInt128) (from->denominator / denominators) *
								(uint64_t) (to->numerator / numerators),
							rounding, result);
}

/* In the unit of the left operand. */
ImsMeasureRule
ims_measure_add(const ImsMeasure *a, const ImsMeasure *b, bool is_subtracted,
				ImsAmount *result)
{
	ImsAmount addend = 0;
	ImsAmount sum;
	ImsMeasureRule rule =
		ims_measure_convert(b, a->unit, a->unit_size, ims_measure_exact, &addend);

	if (rule != IMS_MEASURE_OK)
		return rule;
	sum = is_subtracted ? a->amount - addend : a->amount + addend;
	if (!ims_amount_is_valid(sum))
		return IMS_MEASURE_TOO_LARGE;
	*result = sum;
	return IMS_MEASURE_OK;
}
