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

#include <string.h>

static const char cset39_marks[] = "#-/";
static const char cset64_marks[] = "-_=";
static const char cset82_marks[] = "!\"%&'()*+,-./:;<=>?_";

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool
is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

/* strchr() would find the terminator too, and a zero byte is in no set. */
static bool
is_mark(char c, const char *marks)
{
	return c != '\0' && strchr(marks, c) != NULL;
}

bool
ims_gs1_is_digits(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!is_digit(text[i]))
			return false;
	return true;
}

/* The check digit, 0 to 9, of a body of digits. */
int
ims_gs1_check_digit(const char *body, size_t length)
{
	int sum = 0;
	int weight = length % 2 == 1 ? 3 : 1;

	for (size_t i = 0; i < length; i++)
	{
		sum += weight * (body[i] - '0');
		weight = 4 - weight;
	}
	return (10 - sum % 10) % 10;
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
	for (size_t i = 0; i < length; i++)
		if (!is_digit(text[i]) && !is_upper(text[i]) && !is_lower(text[i]) &&
			!is_mark(text[i], cset82_marks))
			return false;
	return true;
}

bool
ims_gs1_is_cset39(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!is_digit(text[i]) && !is_upper(text[i]) && !is_mark(text[i], cset39_marks))
			return false;
	return true;
}

bool
ims_gs1_is_cset64(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!is_digit(text[i]) && !is_upper(text[i]) && !is_lower(text[i]) &&
			!is_mark(text[i], cset64_marks))
			return false;
	return true;
}
