/*
 * gtin_pattern.c -- restricted numbers that hold a price, a weight or a quantity.
 *
 * Guaranteed: check digits of prices are those of GS1 General Specifications,
 * section 7.9.3, which see every wrong digit; a random number says by its pattern
 * what it was put together of, and with one digit of price or check digit changed
 * it is refused.  What is no pattern is no pattern.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "type/gtin_pattern_core.h"

#define ROUNDS 200000

static int count;
static int failed;
static uint64_t state = 20260203;

static void
ok(bool passed, const char *what)
{
	failed += !passed;
	printf("%sok %d - %s\n", passed ? "" : "not ", ++count, what);
}

/* Knuth's multiplier; the upper bits are good enough. */
static unsigned
random_below(unsigned limit)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned) (state >> 33) % limit;
}

static int
price_digit(const char *price)
{
	return ims_gtin_price_check_digit(price, strlen(price));
}

/* All prices: another digit at one place has another check digit. */
static bool
sees_each_digit(int digits)
{
	char price[8];
	int limit = digits == 4 ? 10000 : 100000;

	for (int i = 0; i < limit; i++)
	{
		int check;

		snprintf(price, sizeof(price), "%0*d", digits, i);
		check = price_digit(price);
		if (check < 0 || check > 9)
			return false;
		for (int at = 0; at < digits; at++)
		{
			char was = price[at];

			for (char c = '0'; c <= '9'; c++)
			{
				price[at] = c;
				if (c != was && price_digit(price) == check)
					return false;
			}
			price[at] = was;
		}
	}
	return true;
}

static void
test_price_digits(void)
{
	ok(price_digit("2875") == 9, "the published example of four digits");
	ok(price_digit("14685") == 6, "the published example of five digits");
	ok(price_digit("0000") == 0 && price_digit("00000") == 0, "nothing");
	ok(sees_each_digit(4), "a wrong digit of four is seen");
	ok(sees_each_digit(5), "a wrong digit of five is seen");
}

static bool
is_pattern(const char *text)
{
	ImsGtinPattern pattern;

	return ims_gtin_read_pattern(text, strlen(text), &pattern);
}

static void
test_patterns(void)
{
	static const char *const good[] = {
		"21IIIIIWWwwwC", "20IIIIIVPPPPC", "2IIIIIVPPPPC",
		"0IIIPPpC",		 "IIIIIIIIIIIIC", "22IIIIWWwwwVC",
		"22IIIIIqqqqqC", "2PIPIPIPIPI.C", "2.....VPPPPIC",
	};
	static const char *const bad[] = {
		"",
		"C",
		"IIIIIIIC\n",
		"21IIIIIWWwwwIC",
		"21IIIIIWWwwC1",
		"21IIIIIWWwwww",
		"21IIIIICWwwwC",
		"21.....WWwwwC",
		"21IIIIIWWPPPC",
		"21IIIIIWwWwwC",
		"21IIIIIVVWWwC",
		"21IIIIIIVWWwC",
		"21IIIVWWWWWWC",
		"21IIIIIVIIIIC",
		"21IIIIIXWWwwC",
		"21iIIIIWWwwwC",
		"21IIIIIWWwwwc",
		"21IIIII WWwwC",
	};
	bool taken = true;
	bool refused = true;
	ImsGtinPattern pattern;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		taken &= is_pattern(good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused &= !is_pattern(bad[i]);
	ok(taken, "patterns");
	ok(refused, "what is none");
	ok(!ims_gtin_read_pattern("21IIIII\0WWwwC", 13, &pattern),
	   "nor is one with a zero byte");
}

/* A random number of a pattern, and what it was put together of. */
static void
make(const ImsGtinPattern *pattern, char *number, ImsGtinFields *wanted)
{
	char measure[IMS_GTIN_PATTERN_MAX];
	size_t measure_digits = 0;
	size_t reference_digits = 0;
	int verifier = -1;

	memset(wanted, 0, sizeof(*wanted));
	for (int i = 0; i < pattern->digits - 1; i++)
	{
		char meaning = pattern->meaning[i];

		number[i] =
			meaning >= '0' && meaning <= '9' ? meaning : (char) ('0' + random_below(10));
		if (meaning == 'V')
			verifier = i;
		if (meaning == 'I')
			wanted->reference[reference_digits++] = number[i];
		if (strchr("PpWwQq", meaning) == NULL)
			continue;
		measure[measure_digits++] = number[i];
		wanted->amount = wanted->amount * 10 + (number[i] - '0');
		wanted->decimals += strchr("pwq", meaning) != NULL;
	}
	if (verifier >= 0)
		number[verifier] =
			(char) ('0' + ims_gtin_price_check_digit(measure, measure_digits));
}

static int64_t
number_of(char *number, int digits)
{
	int64_t gtin = 0;

	number[digits - 1] = (char) ('0' + ims_gs1_check_digit(number, (size_t) digits - 1));
	for (int i = 0; i < digits; i++)
		gtin = gtin * 10 + (number[i] - '0');
	return gtin;
}

/* The measure of the base is nothing, and its other digits are those of the number. */
static bool
is_base(const ImsGtinPattern *pattern, const char *number, int64_t base)
{
	char digits[IMS_GTIN_DIGITS + 1];

	if (!ims_gs1_number_is_valid(base, IMS_GTIN_LIMIT))
		return false;
	ims_gs1_number_format(base, pattern->digits, digits);
	for (int i = 0; i < pattern->digits - 1; i++)
		if (digits[i] != (strchr("PpWwQqV", pattern->meaning[i]) ? '0' : number[i]))
			return false;
	return true;
}

static bool
round_trip(const char *text)
{
	ImsGtinPattern pattern;
	ImsGtinFields wanted;
	ImsGtinFields got;
	char number[IMS_GTIN_PATTERN_MAX];
	int64_t gtin;
	int at;

	if (!ims_gtin_read_pattern(text, strlen(text), &pattern))
		return false;
	make(&pattern, number, &wanted);
	gtin = number_of(number, pattern.digits);
	if (!ims_gtin_matches(&pattern, gtin) ||
		ims_gtin_read_fields(&pattern, gtin, &got).rule != IMS_GS1_OK ||
		strcmp(got.reference, wanted.reference) != 0 || got.amount != wanted.amount ||
		got.decimals != wanted.decimals || !is_base(&pattern, number, got.base))
		return false;
	if (strchr(text, 'V') == NULL)
		return true;
	do
		at = (int) random_below((unsigned) pattern.digits);
	while (strchr("PpWwQqV", pattern.meaning[at]) == NULL);
	number[at] = (char) ('0' + (number[at] - '0' + 1 + random_below(9)) % 10);
	gtin = number_of(number, pattern.digits);
	return ims_gtin_read_fields(&pattern, gtin, &got).rule == IMS_GS1_PRICE_CHECK_DIGIT;
}

static void
test_random(void)
{
	static const char *const patterns[] = {
		"21IIIIIWWwwwC", "20IIIIIVPPPPC", "2.IIIIVPPPppC", "2IIIIIVPPPPC",
		"22IIIIWWwwwVC", "22IIIIIQQQQQC", "2PIPIPIPIPI.C", "041IIIIIIIIIC",
	};

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
	{
		int wrong = 0;

		for (int n = 0; n < ROUNDS; n++)
			wrong += !round_trip(patterns[i]);
		ok(wrong == 0, patterns[i]);
	}
}

static bool
matches(const char *text, int64_t gtin)
{
	ImsGtinPattern pattern;

	return ims_gtin_read_pattern(text, strlen(text), &pattern) &&
		   ims_gtin_matches(&pattern, gtin);
}

static void
test_matches(void)
{
	ok(matches("21IIIIIWWwwwC", INT64_C(2112345012346)), "a number of the pattern");
	ok(!matches("20IIIIIWWwwwC", INT64_C(2112345012346)), "another prefix");
	ok(!matches("IIIIIIIIIIIIC", INT64_C(4006381333931)), "a number of the world");
	ok(!matches("2.IIIIIWWwwwC", INT64_C(12112345012343)), "a case of it");
	ok(matches("2IIIIIIIIIIC", INT64_C(212345012343)), "twelve digits");
	ok(matches("02IIIIIIIIIIC", INT64_C(212345012343)), "of which thirteen are made");
	ok(!matches("2IIIIIIIIIIC", INT64_C(2112345012346)), "thirteen are not twelve");
}

int
main(void)
{
	test_price_digits();
	test_patterns();
	test_matches();
	test_random();
	printf("1..%d\n", count);
	return failed != 0;
}
