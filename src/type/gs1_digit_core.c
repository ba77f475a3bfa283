/*-------------------------------------------------------------------------
 *
 * gs1_digit_core.c
 *	  Digits and characters that every GS1 identification key shares.
 *
 * Check digit: GS1 General Specifications, section 7.9: from the right of the
 * body, digits weigh 3, 1, 3, 1 ..; the check digit completes the sum to a
 * multiple of ten.  Character sets: section 7.11.
 *
 *-------------------------------------------------------------------------
 */
#include "type/gs1_digit_core.h"

#include <stdint.h>
#include <string.h>

/* The sets that a character is in, one bit each; all others are in none. */
#define DIGIT 1
#define SET_82 2
#define SET_39 4
#define SET_64 8

/* clang-format off */
static const uint8_t sets[256] = {
	['0'...'9'] = DIGIT | SET_82 | SET_39 | SET_64,
	['A'...'Z'] = SET_82 | SET_39 | SET_64,
	['a'...'z'] = SET_82 | SET_64,
	['!'] = SET_82, ['"'] = SET_82, ['%'] = SET_82, ['&'] = SET_82, ['\''] = SET_82,
	['('] = SET_82, [')'] = SET_82, ['*'] = SET_82, ['+'] = SET_82, [','] = SET_82,
	['.'] = SET_82, [':'] = SET_82, [';'] = SET_82, ['<'] = SET_82, ['>'] = SET_82,
	['?'] = SET_82,
	['-'] = SET_82 | SET_39 | SET_64, ['_'] = SET_82 | SET_64, ['='] = SET_82 | SET_64,
	['/'] = SET_82 | SET_39,
	['#'] = SET_39,
};
/* clang-format on */

static bool
are_in(const char *text, size_t length, uint8_t set)
{
	for (size_t i = 0; i < length; i++)
		if ((sets[(unsigned char) text[i]] & set) == 0)
			return false;
	return true;
}

/*
 * Eight at once: the upper half of each byte is 3, and stays so if 6 is added to
 * the lower half.  A byte that carries into the next one had another upper half.
 */
static bool
are_eight_digits(const char *text)
{
	const uint64_t upper_halves = UINT64_C(0xF0F0F0F0F0F0F0F0);
	const uint64_t threes = UINT64_C(0x3030303030303030);
	uint64_t eight;

	memcpy(&eight, text, sizeof(eight));
	return (eight & upper_halves) == threes &&
		   ((eight + UINT64_C(0x0606060606060606)) & upper_halves) == threes;
}

/* The same for four. */
static bool
are_four_digits(const char *text)
{
	const uint32_t upper_halves = UINT32_C(0xF0F0F0F0);
	const uint32_t threes = UINT32_C(0x30303030);
	uint32_t four;

	memcpy(&four, text, sizeof(four));
	return (four & upper_halves) == threes &&
		   ((four + UINT32_C(0x06060606)) & upper_halves) == threes;
}

/* The last four or eight may overlap those before. */
bool
ims_gs1_is_digits(const char *text, size_t length)
{
	if (length < 4)
		return are_in(text, length, DIGIT);
	if (length < 8)
		return are_four_digits(text) && are_four_digits(text + length - 4);
	for (size_t i = 0; i + 8 < length; i += 8)
		if (!are_eight_digits(text + i))
			return false;
	return are_eight_digits(text + length - 8);
}

/* The check digit, 0 to 9, of a body of digits. */
int
ims_gs1_check_digit(const char *body, size_t length)
{
	int threes = 0; /* sums of characters; the zeros in them are taken off last */
	int ones = 0;
	size_t left = length;

	for (; left >= 2; left -= 2)
	{
		threes += body[left - 1];
		ones += body[left - 2];
	}
	if (left == 1)
		threes += body[0];
	threes -= (int) ((length + 1) / 2) * '0';
	ones -= (int) (length / 2) * '0';
	return (10 - (3 * threes + ones) % 10) % 10;
}

/* Whether a key of digits ends with the check digit of the digits before. */
bool
ims_gs1_has_check_digit(const char *key, size_t length)
{
	return length >= 2 && ims_gs1_is_digits(key, length) &&
		   key[length - 1] - '0' == ims_gs1_check_digit(key, length - 1);
}

bool
ims_gs1_is_cset82(const char *text, size_t length)
{
	return are_in(text, length, SET_82);
}

bool
ims_gs1_is_cset39(const char *text, size_t length)
{
	return are_in(text, length, SET_39);
}

bool
ims_gs1_is_cset64(const char *text, size_t length)
{
	return are_in(text, length, SET_64);
}
