/*-------------------------------------------------------------------------
 *
 * gtin_pattern_core.c
 *	  Restricted circulation numbers that hold a price, a weight or a quantity.
 *
 * Each region and each company divides such numbers in its own way (GS1 General
 * Specifications, section 2.1.14), so the caller says what each digit means:
 *
 *	0 to 9	the digit itself
 *	I		of the item
 *	P p		of a price, before and behind the decimal point; W w: of a weight;
 *			Q q: of another quantity
 *	V		check digit of the price, weight or quantity (section 7.9.3)
 *	.		any digit
 *	C		check digit of the number, its last one
 *
 *-------------------------------------------------------------------------
 */
#include "type/gtin_pattern_core.h"

#include <assert.h>
#include <string.h>

static bool
is_measure(char meaning)
{
	return meaning != '\0' && strchr("PpWwQq", meaning) != NULL;
}

static bool
is_decimal(char meaning)
{
	return meaning == 'p' || meaning == 'w' || meaning == 'q';
}

static char
upper(char meaning)
{
	return is_decimal(meaning) ? (char) (meaning - 'a' + 'A') : meaning;
}

/* How many digits have a meaning, decimals counted with what is before them. */
static int
count_of(const ImsGtinPattern *pattern, char meaning)
{
	int count = 0;

	for (int i = 0; i < pattern->digits; i++)
		count += upper(pattern->meaning[i]) == meaning;
	return count;
}

/* One measure, its decimals last; a check digit only of four or five digits. */
static bool
has_one_measure(ImsGtinPattern *pattern)
{
	bool in_decimals = false;
	int digits;

	pattern->measure = '\0';
	for (int i = 0; i < pattern->digits; i++)
	{
		char meaning = pattern->meaning[i];

		if (!is_measure(meaning))
			continue;
		if ((pattern->measure != '\0' && pattern->measure != upper(meaning)) ||
			(in_decimals && !is_decimal(meaning)))
			return false;
		pattern->measure = upper(meaning);
		in_decimals = is_decimal(meaning);
	}
	digits = pattern->measure ? count_of(pattern, pattern->measure) : 0;
	return count_of(pattern, 'V') == 0 ||
		   (count_of(pattern, 'V') == 1 && (digits == 4 || digits == 5));
}

/* False if the text is no pattern. */
bool
ims_gtin_read_pattern(const char *text, size_t length, ImsGtinPattern *pattern)
{
	if (length != 8 && length != 12 && length != IMS_GTIN_PATTERN_MAX)
		return false;
	for (size_t i = 0; i < length; i++)
		if (text[i] == '\0' || strchr("0123456789IPpWwQqV.C", text[i]) == NULL)
			return false;
	pattern->digits = (int) length;
	memcpy(pattern->meaning, text, length);
	return count_of(pattern, 'I') > 0 && count_of(pattern, 'C') == 1 &&
		   text[length - 1] == 'C' && has_one_measure(pattern);
}

/* Whether a number is a restricted one of as many digits, with those of the pattern. */
bool
ims_gtin_matches(const ImsGtinPattern *pattern, int64_t gtin)
{
	ImsGtinKind kind = ims_gtin_kind(gtin);
	char digits[IMS_GTIN_DIGITS + 1];
	const char *first = digits + IMS_GTIN_DIGITS - pattern->digits;

	if (kind != IMS_GTIN_RESTRICTED_COMPANY && kind != IMS_GTIN_RESTRICTED_REGION)
		return false;
	ims_gs1_number_format(gtin, IMS_GTIN_DIGITS, digits);
	for (const char *at = digits; at < first; at++)
		if (*at != '0')
			return false;
	for (int i = 0; i < pattern->digits; i++)
		if (ims_gs1_is_digits(&pattern->meaning[i], 1) && pattern->meaning[i] != first[i])
			return false;
	return true;
}

/*
 * A digit times its weight; the tens of the product are added to its units,
 * subtracted from them or left out.
 */
static int
weighted(char digit, int weight, int sign)
{
	int product = (digit - '0') * weight;

	return (product + sign * (product / 10)) % 10;
}

/* The check digit, 0 to 9, of a price or weight of four or five digits. */
int
ims_gtin_price_check_digit(const char *digits, size_t length)
{
	int sum;

	assert(length == 4 || length == 5);
	assert(ims_gs1_is_digits(digits, length));
	if (length == 4)
	{
		sum = weighted(digits[0], 2, -1) + weighted(digits[1], 2, -1) +
			  weighted(digits[2], 3, 0) + weighted(digits[3], 5, -1);
		return sum * 3 % 10;
	}
	sum = weighted(digits[0], 5, 1) + weighted(digits[1], 2, -1) +
		  weighted(digits[2], 5, -1) + weighted(digits[3], 5, 1) +
		  weighted(digits[4], 2, -1);
	/* The digit whose own weighted value completes the sum; each value has one. */
	for (char check = '0'; check < '9'; check++)
		if ((sum + weighted(check, 5, -1)) % 10 == 0)
			return check - '0';
	return 9;
}

/* The number with zeros for the measure and its check digit, as items are listed. */
static int64_t
base_of(const ImsGtinPattern *pattern, const char *number)
{
	int64_t base = 0;
	char digits[IMS_GTIN_PATTERN_MAX];

	for (int i = 0; i < pattern->digits; i++)
	{
		char meaning = pattern->meaning[i];

		digits[i] = is_measure(meaning) || meaning == 'V' ? '0' : number[i];
	}
	digits[pattern->digits - 1] =
		(char) ('0' + ims_gs1_check_digit(digits, (size_t) pattern->digits - 1));
	for (int i = 0; i < pattern->digits; i++)
		base = base * 10 + (digits[i] - '0');
	return base;
}

/* What a number says that matches; the check digit of its measure is verified. */
ImsGs1Status
ims_gtin_read_fields(const ImsGtinPattern *pattern, int64_t gtin, ImsGtinFields *fields)
{
	char number[IMS_GTIN_PATTERN_MAX + 1];
	char measure[IMS_GTIN_PATTERN_MAX];
	size_t measure_digits = 0;
	size_t reference_digits = 0;
	int verifier = -1;

	assert(ims_gtin_matches(pattern, gtin));
	ims_gs1_number_format(gtin, pattern->digits, number);
	memset(fields, 0, sizeof(*fields));
	for (int i = 0; i < pattern->digits; i++)
	{
		char meaning = pattern->meaning[i];

		if (meaning == 'I')
			fields->reference[reference_digits++] = number[i];
		if (meaning == 'V')
			verifier = i;
		if (!is_measure(meaning))
			continue;
		measure[measure_digits++] = number[i];
		fields->amount = fields->amount * 10 + (number[i] - '0');
		fields->decimals += is_decimal(meaning);
	}
	fields->base = base_of(pattern, number);
	if (verifier >= 0 &&
		number[verifier] - '0' != ims_gtin_price_check_digit(measure, measure_digits))
		return (ImsGs1Status){IMS_GS1_PRICE_CHECK_DIGIT, verifier + 1};
	return (ImsGs1Status){IMS_GS1_OK, 0};
}
