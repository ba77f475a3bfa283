/*-------------------------------------------------------------------------
 *
 * measure_gs1_core.c
 *	  Measures of GS1 element strings.
 *
 * Of four digits of the identifier the first three say what is measured and in
 * which unit, the last how many of the six digits of the value are decimals
 * (GS1 General Specifications, section 3.6).
 *
 *-------------------------------------------------------------------------
 */
#include "type/measure_core.h"

#include <string.h>

#define FIRST_AI 310
#define AI_DIGITS 4
#define VALUE_DIGITS 6
#define MAX_DECIMALS 5

/* by the first three digits, from 310; empty where there is no such identifier */
/* clang-format off */
static const char units[][4] = {
	/* 310 */ "KGM", "MTR", "MTR", "MTR", "MTK", "LTR", "MTQ", "", "", "",
	/* 320 */ "LBR", "INH", "FOT", "YRD", "INH", "FOT", "YRD", "INH", "FOT", "YRD",
	/* 330 */ "KGM", "MTR", "MTR", "MTR", "MTK", "LTR", "MTQ", "28", "", "",
	/* 340 */ "LBR", "INH", "FOT", "YRD", "INH", "FOT", "YRD", "INH", "FOT", "YRD",
	/* 350 */ "INK", "FTK", "YDK", "INK", "FTK", "YDK", "APZ", "OZA", "", "",
	/* 360 */ "QTL", "GLL", "QTL", "GLL", "INQ", "FTQ", "YDQ", "INQ", "FTQ", "YDQ",
};
/* clang-format on */

static bool
is_digits(const char *text, size_t length, size_t digits)
{
	for (size_t i = 0; i < length; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	return length == digits;
}

/* The unit points to memory that stays. */
ImsMeasureStatus
ims_measure_from_gs1(const char *ai, size_t ai_length, const char *value,
					 size_t value_length, ImsMeasure *measure)
{
	int place = -1;
	int decimals = MAX_DECIMALS + 1;
	ImsAmount amount = 0;

	if (is_digits(ai, ai_length, AI_DIGITS))
	{
		place = (ai[0] - '0') * 100 + (ai[1] - '0') * 10 + (ai[2] - '0') - FIRST_AI;
		decimals = ai[3] - '0';
	}
	if (place < 0 || place >= (int) (sizeof(units) / sizeof(units[0])) ||
		units[place][0] == '\0' || decimals > MAX_DECIMALS)
		return (ImsMeasureStatus){IMS_MEASURE_AI, 0};
	if (!is_digits(value, value_length, VALUE_DIGITS))
		return (ImsMeasureStatus){IMS_MEASURE_AI_VALUE, 0};
	for (int i = 0; i < VALUE_DIGITS; i++)
		amount = amount * 10 + (value[i] - '0');
	for (int i = decimals; i < IMS_AMOUNT_DECIMALS; i++)
		amount *= 10;
	measure->amount = amount;
	measure->unit = units[place];
	measure->unit_size = strlen(units[place]);
	return (ImsMeasureStatus){IMS_MEASURE_OK, 0};
}
