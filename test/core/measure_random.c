/*
 * measure_random.c -- random measures.
 *
 * Guaranteed: a million random measures survive text and bytes; random pairs of
 * one dimension are ordered as products that are computed digit by digit, and
 * lie between their conversions down and up.
 */
#include <stdio.h>
#include <string.h>

#include "type/measure_core.h"

#define RANDOM_MEASURES 1000000
#define RANDOM_PAIRS 100000

static int count;
static int failed;
static uint64_t state = 20260103;

static void
ok(bool passed, const char *what)
{
	failed += !passed;
	printf("%sok %d - %s\n", passed ? "" : "not ", ++count, what);
}

/* splitmix64 */
static uint64_t
next_random(void)
{
	uint64_t z = (state += UINT64_C(0x9E3779B97F4A7C15));

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

/* Whole numbers of 20 digits of base 2^16, lowest first: slow and simple. */
#define BIG 20

typedef struct Big
{
	uint32_t digit[BIG];
} Big;

static Big
big(ImsUInt128 value)
{
	Big result = {{0}};

	for (int i = 0; value != 0; i++, value >>= 16)
		result.digit[i] = (uint32_t) (value & 0xffff);
	return result;
}

static Big
big_product(Big a, Big b)
{
	Big result = {{0}};

	for (int i = 0; i < BIG; i++)
	{
		uint32_t carry = 0;

		for (int j = 0; i + j < BIG; j++)
		{
			uint32_t sum = result.digit[i + j] + a.digit[i] * b.digit[j] + carry;

			result.digit[i + j] = sum & 0xffff;
			carry = sum >> 16;
		}
	}
	return result;
}

static int
big_compare(Big a, Big b)
{
	for (int i = BIG - 1; i >= 0; i--)
		if (a.digit[i] != b.digit[i])
			return a.digit[i] < b.digit[i] ? -1 : 1;
	return 0;
}

static Big
big_wide(ImsUInt256 value)
{
	Big result = big(value.low);
	Big high = big(value.high);

	memcpy(result.digit + 8, high.digit, 8 * sizeof(uint32_t));
	return result;
}

static ImsUInt128
random_bits(int bits)
{
	ImsUInt128 value = ((ImsUInt128) next_random() << 64) | next_random();

	return bits == 0 ? 0 : value >> (128 - bits);
}

static ImsAmount
random_amount(void)
{
	ImsUInt128 size = random_bits((int) (next_random() % 101));
	ImsAmount amount;

	/* often few decimals, as people write */
	for (int i = (int) (next_random() % 19); i > 0 && next_random() % 2; i--)
		size = size / 10 * 10;
	amount = (ImsAmount) (size % ((ImsUInt128) 1000000000000 * 1000000000000000000));
	return next_random() % 2 ? -amount : amount;
}

static void
test_random_wide(void)
{
	int right = 0;

	for (int i = 0; i < RANDOM_PAIRS; i++)
	{
		ImsUInt128 a = random_bits((int) (next_random() % 129));
		ImsUInt128 b = random_bits((int) (next_random() % 129));
		ImsUInt128 c = random_bits((int) (next_random() % 129));
		ImsUInt256 product = ims_wide_multiply(a, b);
		ImsUInt256 other = ims_wide_multiply(b, c);
		bool passed = big_compare(big_wide(product), big_product(big(a), big(b))) == 0 &&
					  ims_wide_compare(product, other) ==
						  big_compare(big_wide(product), big_wide(other));

		if (product.high < c)
		{
			ImsUInt128 remainder;
			ImsUInt128 quotient = ims_wide_divide(product, c, &remainder);
			ImsUInt256 back = ims_wide_multiply(quotient, c);

			back.low += remainder;
			back.high += back.low < remainder;
			passed &= remainder < c && ims_wide_compare(back, product) == 0;
		}
		right += passed;
	}
	printf("# %d of %d\n", right, RANDOM_PAIRS);
	ok(right == RANDOM_PAIRS, "random products and quotients");
}

/* Of two measures of a dimension: a n d' against b n' d, in the other arithmetic. */
static bool
compares(const ImsMeasure *a, const ImsRec20Unit *a_unit, const ImsMeasure *b,
		 const ImsRec20Unit *b_unit)
{
	ImsUInt128 a_size = a->amount < 0 ? -(ImsUInt128) a->amount : (ImsUInt128) a->amount;
	ImsUInt128 b_size = b->amount < 0 ? -(ImsUInt128) b->amount : (ImsUInt128) b->amount;
	Big left = big_product(big_product(big(a_size), big((ImsUInt128) a_unit->numerator)),
						   big((ImsUInt128) b_unit->denominator));
	Big right = big_product(big_product(big(b_size), big((ImsUInt128) b_unit->numerator)),
							big((ImsUInt128) a_unit->denominator));
	int sizes = big_compare(left, right);
	bool a_negative = a->amount < 0;
	bool b_negative = b->amount < 0;
	int expected = a_negative != b_negative ? (a_negative ? -1 : 1)
				   : a_negative				? -sizes
											: sizes;
	uint8_t a_key[IMS_MEASURE_MAX_KEY];
	uint8_t b_key[IMS_MEASURE_MAX_KEY];
	size_t a_length = ims_measure_key(a, a_key);
	size_t b_length = ims_measure_key(b, b_key);
	bool has_one_key = a_length == b_length && memcmp(a_key, b_key, a_length) == 0;

	return ims_measure_compare(a, b) == expected &&
		   ims_measure_compare(b, a) == -expected && has_one_key == (expected == 0);
}

static bool
converts(const ImsMeasure *a, const ImsMeasure *b)
{
	ImsMeasure down = *b;
	ImsMeasure up = *b;
	ImsMeasure exact = *b;
	int decimals = (int) (next_random() % 19);
	ImsMeasureRule rule =
		ims_measure_convert(a, b->unit, b->unit_size,
							(ImsRounding){IMS_ROUND_EXACT, decimals}, &exact.amount);

	if (rule == IMS_MEASURE_OK && ims_measure_compare(a, &exact) != 0)
		return false;
	if (ims_measure_convert(a, b->unit, b->unit_size,
							(ImsRounding){IMS_ROUND_DOWN, decimals},
							&down.amount) != IMS_MEASURE_OK ||
		ims_measure_convert(a, b->unit, b->unit_size, (ImsRounding){IMS_ROUND_UP, decimals},
							&up.amount) != IMS_MEASURE_OK)
		return rule != IMS_MEASURE_OK;
	if (rule == IMS_MEASURE_OK)
		return down.amount == exact.amount && up.amount == exact.amount;
	return a->amount < 0
			   ? ims_measure_compare(&up, a) < 0 && ims_measure_compare(a, &down) < 0
			   : ims_measure_compare(&down, a) < 0 && ims_measure_compare(a, &up) < 0;
}

static bool
survives(const ImsMeasure *measure)
{
	char text[IMS_MEASURE_MAX_TEXT];
	uint8_t bytes[IMS_MEASURE_MAX_STORED];
	uint8_t again[IMS_MEASURE_MAX_STORED];
	size_t size = ims_measure_encode(measure, bytes);
	ImsMeasure read, decoded;

	return ims_measure_parse(text, ims_measure_write(measure, text), &read).rule ==
			   IMS_MEASURE_OK &&
		   ims_measure_decode(bytes, size, &decoded) == IMS_MEASURE_OK &&
		   read.amount == measure->amount && decoded.amount == measure->amount &&
		   ims_measure_encode(&read, again) == size && memcmp(bytes, again, size) == 0;
}

static const ImsRec20Unit *
random_unit(void)
{
	return &ims_rec20_units[next_random() % ims_rec20_count];
}

static void
test_random(void)
{
	int survived = 0;

	for (int i = 0; i < RANDOM_MEASURES; i++)
	{
		const ImsRec20Unit *unit = random_unit();
		ImsMeasure measure = {random_amount(), unit->code, strlen(unit->code)};

		survived += survives(&measure);
	}
	printf("# %d of %d\n", survived, RANDOM_MEASURES);
	ok(survived == RANDOM_MEASURES, "random measures survive text and bytes");
}

/* Of one dimension; every other pair is equal where the units allow it. */
static void
test_random_pairs(void)
{
	int compared = 0;
	int converted = 0;
	int equal = 0;

	for (int i = 0; i < RANDOM_PAIRS; i++)
	{
		const ImsRec20Unit *a_unit = random_unit();
		const ImsRec20Unit *b_unit = random_unit();
		ImsMeasure a = {random_amount(), a_unit->code, strlen(a_unit->code)};
		ImsMeasure b;

		while (b_unit->dimension != a_unit->dimension)
			b_unit = random_unit();
		b = (ImsMeasure){random_amount(), b_unit->code, strlen(b_unit->code)};
		if (i % 2)
			ims_measure_convert(&a, b.unit, b.unit_size,
								(ImsRounding){IMS_ROUND_HALF_EVEN, 18}, &b.amount);
		compared += compares(&a, a_unit, &b, b_unit);
		equal += ims_measure_compare(&a, &b) == 0;
		converted += converts(&a, &b);
	}
	printf("# %d compared (%d equal), %d converted of %d\n", compared, equal, converted,
		   RANDOM_PAIRS);
	ok(compared == RANDOM_PAIRS && equal > RANDOM_PAIRS / 20,
	   "random pairs are ordered as their products are, equal ones with one key");
	ok(converted == RANDOM_PAIRS, "and lie between their conversions down and up");
}

int
main(void)
{
	test_random_wide();
	test_random();
	test_random_pairs();
	printf("1..%d\n", count);
	return failed != 0;
}
