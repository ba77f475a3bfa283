/*-------------------------------------------------------------------------
 *
 * measure_core.c
 *	  Exact amounts with a unit as text and as bytes.
 *
 * Text: an amount in plain decimals, a space, the unit; more spaces around and
 * between do no harm.  Neither has one within, so that an amount whose digits are
 * in groups (1 000 KGM) is refused and never read as its first one.  Bytes: how
 * many bytes the amount takes, the amount in two's complement with the highest byte
 * first and none that only repeats the sign, the unit.  Either form has one way to
 * write a value, so that what was read comes back.
 *
 *-------------------------------------------------------------------------
 */
#include "type/measure_core.h"

#include <string.h>

static const struct
{
	const char *name;
	const char *text;
} rules[] = {
	[IMS_MEASURE_OK] = {"ok", "It is valid"},
	[IMS_MEASURE_AMOUNT] = {"amount", "No decimal number comes first"},
	[IMS_MEASURE_TOO_LARGE] = {"too large", "The amount is not below 1000000000000 in size"},
	[IMS_MEASURE_TOO_FINE] = {"too fine", "The amount has more than 18 decimals"},
	[IMS_MEASURE_NO_UNIT] = {"unit missing", "No unit comes after the amount"},
	[IMS_MEASURE_UNIT_LENGTH] = {"unit length", "The unit has more than 20 characters"},
	[IMS_MEASURE_UNIT_CHARACTER] = {"unit character",
									"The unit has a control character or a space"},
	[IMS_MEASURE_UNIT_NUMBER] = {"unit number", "The unit is a number"},
	[IMS_MEASURE_AI] = {"ai", "No measure has this application identifier"},
	[IMS_MEASURE_AI_VALUE] = {"ai value", "The value is not of six digits"},
	[IMS_MEASURE_INCOMPATIBLE] = {"incompatible", "The units have no common dimension"},
	[IMS_MEASURE_INEXACT] = {"inexact", "The result would be rounded"},
	[IMS_MEASURE_JSON] = {"json", "It is no object of an amount and a unit"},
	[IMS_MEASURE_STORED] = {"stored", "The bytes are no measure"},
};

const char *
ims_measure_rule_name(ImsMeasureRule rule)
{
	return rules[rule].name;
}

const char *
ims_measure_rule_text(ImsMeasureRule rule)
{
	return rules[rule].text;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool
ims_amount_is_valid(ImsAmount amount)
{
	const ImsAmount limit =
		(ImsAmount) INT64_C(1000000000000) * INT64_C(1000000000000000000);

	return amount > -limit && amount < limit;
}

static ImsMeasureStatus
failed(ImsMeasureRule rule, size_t at)
{
	return (ImsMeasureStatus){rule, (int) at + 1};
}

/* An optional sign, digits, at most one point among or around them. */
ImsMeasureStatus
ims_amount_parse(const char *text, size_t length, ImsAmount *amount)
{
	ImsAmount size = 0;
	int whole = 0;
	int decimals = -1; /* no point yet */
	bool has_digit = false;
	bool is_negative = length > 0 && text[0] == '-';

	for (size_t i = length > 0 && (text[0] == '-' || text[0] == '+'); i < length; i++)
	{
		if (text[i] == '.' && decimals < 0)
		{
			decimals = 0;
			continue;
		}
		if (!is_digit(text[i]))
			return failed(IMS_MEASURE_AMOUNT, i);
		has_digit = true;
		if (decimals == IMS_AMOUNT_DECIMALS)
		{
			if (text[i] != '0')
				return failed(IMS_MEASURE_TOO_FINE, i);
			continue;
		}
		if (decimals >= 0)
			decimals++;
		else if ((size != 0 || text[i] != '0') && ++whole > IMS_AMOUNT_WHOLE_DIGITS)
			return failed(IMS_MEASURE_TOO_LARGE, i);
		size = size * 10 + (text[i] - '0');
	}
	if (!has_digit)
		return failed(IMS_MEASURE_AMOUNT, 0);
	for (int i = decimals < 0 ? 0 : decimals; i < IMS_AMOUNT_DECIMALS; i++)
		size *= 10;
	*amount = is_negative ? -size : size;
	return (ImsMeasureStatus){IMS_MEASURE_OK, 0};
}

/* As few decimals as it needs; returns the length. */
size_t
ims_amount_write(ImsAmount amount, char *text)
{
	enum
	{
		POINT = IMS_AMOUNT_MAX_DIGITS - IMS_AMOUNT_DECIMALS
	};
	char digits[IMS_AMOUNT_MAX_DIGITS];
	ImsUInt128 rest = amount < 0 ? -(ImsUInt128) amount : (ImsUInt128) amount;
	int first = POINT - 1;
	int end = IMS_AMOUNT_MAX_DIGITS;
	char *at = text;

	for (int i = IMS_AMOUNT_MAX_DIGITS - 1; i >= 0; i--)
	{
		digits[i] = (char) ('0' + (int) (rest % 10));
		rest /= 10;
		if (digits[i] != '0' && i < first)
			first = i;
	}
	while (end > POINT && digits[end - 1] == '0')
		end--;
	if (amount < 0)
		*at++ = '-';
	for (int i = first; i < end; i++)
	{
		if (i == POINT)
			*at++ = '.';
		*at++ = digits[i];
	}
	*at = '\0';
	return (size_t) (at - text);
}

/* Two digits alone are a code of Rec 20, as 28 is kilograms per square metre. */
static bool
is_number(const char *unit, size_t size)
{
	bool has_mark = false;

	for (size_t i = 0; i < size; i++)
	{
		if (!is_digit(unit[i]) && unit[i] != '.' && unit[i] != ',')
			return false;
		has_mark |= !is_digit(unit[i]);
	}
	return has_mark || size != 2;
}

ImsMeasureRule
ims_measure_check_unit(const char *unit, size_t size)
{
	if (size == 0)
		return IMS_MEASURE_NO_UNIT;
	if (size > IMS_UNIT_MAX_SIZE)
		return IMS_MEASURE_UNIT_LENGTH;
	for (size_t i = 0; i < size; i++)
		if ((unsigned char) unit[i] <= ' ' || unit[i] == '\x7f')
			return IMS_MEASURE_UNIT_CHARACTER;
	return is_number(unit, size) ? IMS_MEASURE_UNIT_NUMBER : IMS_MEASURE_OK;
}

ImsMeasureStatus
ims_measure_parse(const char *text, size_t length, ImsMeasure *measure)
{
	size_t first = 0;
	size_t unit;
	ImsMeasureStatus status;
	ImsMeasureRule rule;

	while (length > 0 && text[length - 1] == ' ')
		length--;
	while (first < length && text[first] == ' ')
		first++;
	for (unit = first; unit < length && text[unit] != ' ';)
		unit++;
	status = ims_amount_parse(text + first, unit - first, &measure->amount);
	if (status.rule != IMS_MEASURE_OK)
	{
		status.position += (int) first;
		return status;
	}
	while (unit < length && text[unit] == ' ')
		unit++;
	rule = ims_measure_check_unit(text + unit, length - unit);
	if (rule != IMS_MEASURE_OK)
		return failed(rule, unit);
	measure->unit = text + unit;
	measure->unit_size = length - unit;
	return (ImsMeasureStatus){IMS_MEASURE_OK, 0};
}

size_t
ims_measure_write(const ImsMeasure *measure, char *text)
{
	size_t length = ims_amount_write(measure->amount, text);

	text[length++] = ' ';
	memcpy(text + length, measure->unit, measure->unit_size);
	length += measure->unit_size;
	text[length] = '\0';
	return length;
}

void
ims_amount_encode(ImsAmount amount, uint8_t *bytes)
{
	for (int i = IMS_AMOUNT_SIZE - 1; i >= 0; i--)
	{
		bytes[i] = (uint8_t) amount;
		amount >>= 8;
	}
}

ImsAmount
ims_amount_decode(const uint8_t *bytes)
{
	ImsUInt128 amount = 0;

	for (int i = 0; i < IMS_AMOUNT_SIZE; i++)
		amount = (amount << 8) | bytes[i];
	return (ImsAmount) amount;
}

static bool
repeats_sign(const uint8_t *bytes)
{
	return (bytes[0] == 0x00 && bytes[1] < 0x80) || (bytes[0] == 0xff && bytes[1] >= 0x80);
}

size_t
ims_measure_encode(const ImsMeasure *measure, uint8_t *bytes)
{
	uint8_t amount[IMS_AMOUNT_SIZE];
	size_t skipped = 0;
	size_t size;

	ims_amount_encode(measure->amount, amount);
	while (skipped < IMS_AMOUNT_SIZE - 1 && repeats_sign(amount + skipped))
		skipped++;
	size = IMS_AMOUNT_SIZE - skipped;
	bytes[0] = (uint8_t) size;
	memcpy(bytes + 1, amount + skipped, size);
	memcpy(bytes + 1 + size, measure->unit, measure->unit_size);
	return 1 + size + measure->unit_size;
}

/* Believes nothing; the unit points into the bytes. */
ImsMeasureRule
ims_measure_decode(const uint8_t *bytes, size_t size, ImsMeasure *measure)
{
	size_t length = size > 0 ? bytes[0] : 0;
	ImsUInt128 amount;

	if (length < 1 || length > IMS_AMOUNT_SIZE || size < 1 + length)
		return IMS_MEASURE_STORED;
	if (length > 1 && repeats_sign(bytes + 1))
		return IMS_MEASURE_STORED;
	amount = bytes[1] >= 0x80 ? ~(ImsUInt128) 0 : 0;
	for (size_t i = 1; i <= length; i++)
		amount = (amount << 8) | bytes[i];
	measure->amount = (ImsAmount) amount;
	if (!ims_amount_is_valid(measure->amount))
		return IMS_MEASURE_TOO_LARGE;
	measure->unit = (const char *) bytes + 1 + length;
	measure->unit_size = size - 1 - length;
	return ims_measure_check_unit(measure->unit, measure->unit_size);
}
