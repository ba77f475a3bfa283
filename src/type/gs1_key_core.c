/*-------------------------------------------------------------------------
 *
 * gs1_key_core.c
 *	  GS1 identification keys: reading, checking, composing.
 *
 * Formats: GS1 General Specifications, section 3 (element strings) and 7.9
 * (check characters).  How long the company prefix in a key is cannot be told
 * from the key; only that one must begin, with at least four digits.
 *
 *-------------------------------------------------------------------------
 */
#include "type/gs1_key_core.h"

#include <assert.h>
#include <string.h>

#include "type/gs1_check_pair_core.h"

static const ImsGs1Status status_ok = {IMS_GS1_OK, 0};

static ImsGs1Status
status_at(ImsGs1Rule rule, size_t position)
{
	return (ImsGs1Status){rule, (int) position};
}

const char *
ims_gs1_rule_name(ImsGs1Rule rule)
{
	static const char *const names[] = {"ok",		   "length",	 "digits",
										"check digit", "character",	 "prefix",
										"zero",		   "check pair", "price check digit"};

	assert((size_t) rule < sizeof(names) / sizeof(names[0]));
	return names[rule];
}

const char *
ims_gs1_rule_text(ImsGs1Rule rule)
{
	switch (rule)
	{
	case IMS_GS1_OK:
		break;
	case IMS_GS1_LENGTH:
		return "has the wrong number of characters";
	case IMS_GS1_DIGIT:
		return "has a character that is no digit";
	case IMS_GS1_CHECK_DIGIT:
		return "has a wrong check digit";
	case IMS_GS1_CHARACTER:
		return "has a character that such a key cannot have";
	case IMS_GS1_PREFIX:
		return "has no GS1 company prefix";
	case IMS_GS1_ZERO:
		return "has another digit where a zero is filled in";
	case IMS_GS1_CHECK_PAIR:
		return "has a wrong check character pair";
	case IMS_GS1_PRICE_CHECK_DIGIT:
		return "has a wrong check digit of its price, weight or quantity";
	}
	return "is valid";
}

/* Digits with a check digit at the end, at the given place of a longer key. */
static ImsGs1Status
check_digits(const char *digits, size_t length, size_t offset)
{
	for (size_t i = 0; i < length; i++)
		if (!ims_gs1_is_digits(digits + i, 1))
			return status_at(IMS_GS1_DIGIT, offset + i + 1);
	if (!ims_gs1_has_check_digit(digits, length))
		return status_at(IMS_GS1_CHECK_DIGIT, offset + length);
	return status_ok;
}

static int64_t
number_of(const char *digits, size_t length)
{
	int64_t number = 0;

	assert(length <= IMS_GS1_MAX_KEY_DIGITS);
	for (size_t i = 0; i < length; i++)
		number = number * 10 + (digits[i] - '0');
	return number;
}

static ImsGs1Status
parse_fixed(const char *text, size_t length, size_t digits, int64_t *number)
{
	ImsGs1Status status;

	if (length != digits)
		return status_at(IMS_GS1_LENGTH, 0);
	status = check_digits(text, length, 0);
	if (status.rule == IMS_GS1_OK)
		*number = number_of(text, length);
	return status;
}

ImsGs1Status
ims_gtin_parse(const char *text, size_t length, int64_t *gtin)
{
	if (length != 8 && length != 12 && length != 13 && length != IMS_GTIN_DIGITS)
		return status_at(IMS_GS1_LENGTH, 0);
	return parse_fixed(text, length, length, gtin);
}

ImsGs1Status
ims_sscc_parse(const char *text, size_t length, int64_t *sscc)
{
	return parse_fixed(text, length, IMS_SSCC_DIGITS, sscc);
}

ImsGs1Status
ims_gln_parse(const char *text, size_t length, int64_t *gln)
{
	return parse_fixed(text, length, IMS_GLN_DIGITS, gln);
}

/* For numbers that did not come as text; leading zeros do not change the sum. */
bool
ims_gs1_number_is_valid(int64_t number, int64_t limit)
{
	int sum = 0;
	int weight = 1;

	if (number < 0 || number >= limit)
		return false;
	for (; number > 0; number /= 10, weight = 4 - weight)
		sum += weight * (int) (number % 10);
	return sum % 10 == 0;
}

/* Writes exactly so many digits and a terminator. */
void
ims_gs1_number_format(int64_t number, int digits, char *text)
{
	assert(number >= 0);
	text[digits] = '\0';
	while (digits > 0)
	{
		text[--digits] = (char) ('0' + number % 10);
		number /= 10;
	}
	assert(number == 0);
}

ImsGs1Status
ims_gs1_compose(int lead, const char *prefix, size_t prefix_length, const char *reference,
				size_t reference_length, int digits, int64_t *number)
{
	char key[IMS_GS1_MAX_KEY_DIGITS];
	size_t body = (size_t) digits - 1;
	size_t lead_length = lead >= 0 ? 1 : 0;
	size_t room;

	assert(body < sizeof(key) && lead <= 9);
	if (prefix_length < IMS_GS1_MIN_PREFIX || prefix_length > IMS_GS1_MAX_PREFIX ||
		!ims_gs1_is_digits(prefix, prefix_length))
		return status_at(IMS_GS1_PREFIX, 0);
	room = body - lead_length - prefix_length;
	if (reference_length > room)
		return status_at(IMS_GS1_LENGTH, 0);
	for (size_t i = 0; i < reference_length; i++)
		if (!ims_gs1_is_digits(reference + i, 1))
			return status_at(IMS_GS1_DIGIT, i + 1);

	memset(key, '0', sizeof(key));
	if (lead >= 0)
		key[0] = (char) ('0' + lead);
	memcpy(key + lead_length, prefix, prefix_length);
	memcpy(key + body - reference_length, reference, reference_length);
	*number = number_of(key, body) * 10 + ims_gs1_check_digit(key, body);
	return status_ok;
}

/* Keys of any kind. */

typedef enum Serial
{
	SERIAL_NONE,
	SERIAL_DIGITS,
	SERIAL_CSET39,
	SERIAL_CSET82
} Serial;

/* filler zero, digits with a check digit, then a serial of any length up to max */
typedef struct KeyFormat
{
	const char *name;
	ImsGs1Kind kind;
	size_t filler;
	size_t digits;
	Serial serial;
	size_t serial_max;
} KeyFormat;

static const KeyFormat key_formats[] = {
	{"sscc", IMS_GS1_SSCC, 0, 18, SERIAL_NONE, 0},
	{"gln", IMS_GS1_GLN, 0, 13, SERIAL_NONE, 0},
	{"gsin", IMS_GS1_GSIN, 0, 17, SERIAL_NONE, 0},
	{"gsrn", IMS_GS1_GSRN, 0, 18, SERIAL_NONE, 0},
	{"grai", IMS_GS1_GRAI, 1, 13, SERIAL_CSET82, 16},
	{"gdti", IMS_GS1_GDTI, 0, 13, SERIAL_CSET82, 17},
	{"gcn", IMS_GS1_GCN, 0, 13, SERIAL_DIGITS, 12},
	{"giai", IMS_GS1_GIAI, 0, 0, SERIAL_CSET82, 30},
	{"ginc", IMS_GS1_GINC, 0, 0, SERIAL_CSET82, 30},
	{"cpid", IMS_GS1_CPID, 0, 0, SERIAL_CSET39, 30},
	{"gmn", IMS_GS1_GMN, 0, 0, SERIAL_CSET82, 25},
	{"gtin", IMS_GS1_GTIN, 0, 0, SERIAL_NONE, 0},
};

#define KEY_FORMATS (sizeof(key_formats) / sizeof(key_formats[0]))

bool
ims_gs1_kind_parse(const char *name, size_t length, ImsGs1Kind *kind)
{
	for (size_t i = 0; i < KEY_FORMATS; i++)
		if (strlen(key_formats[i].name) == length &&
			memcmp(key_formats[i].name, name, length) == 0)
		{
			*kind = key_formats[i].kind;
			return true;
		}
	return false;
}

static const KeyFormat *
format_of(ImsGs1Kind kind)
{
	for (size_t i = 0; i < KEY_FORMATS; i++)
		if (key_formats[i].kind == kind)
			return &key_formats[i];
	assert(false);
	return NULL;
}

static bool
serial_has(Serial serial, const char *c)
{
	switch (serial)
	{
	case SERIAL_NONE:
		break;
	case SERIAL_DIGITS:
		return ims_gs1_is_digits(c, 1);
	case SERIAL_CSET39:
		return ims_gs1_is_cset39(c, 1);
	case SERIAL_CSET82:
		return ims_gs1_is_cset82(c, 1);
	}
	return false;
}

ImsGs1Status
ims_gs1_key_check(ImsGs1Kind kind, const char *key, size_t length)
{
	const KeyFormat *format = format_of(kind);
	size_t fixed = format->filler + format->digits;
	int64_t gtin;

	if (kind == IMS_GS1_GTIN)
		return ims_gtin_parse(key, length, &gtin);
	if (length < fixed || length > fixed + format->serial_max)
		return status_at(IMS_GS1_LENGTH, 0);
	if (format->filler > 0 && key[0] != '0')
		return status_at(IMS_GS1_ZERO, 1);
	if (format->digits > 0)
	{
		ImsGs1Status status =
			check_digits(key + format->filler, format->digits, format->filler);

		if (status.rule != IMS_GS1_OK)
			return status;
	}
	for (size_t i = fixed; i < length; i++)
		if (!serial_has(format->serial, key + i))
			return status_at(IMS_GS1_CHARACTER, i + 1);
	if (format->digits == 0)
	{
		/* no check digit: what can be told is that a company prefix begins */
		for (size_t i = 0; i < IMS_GS1_MIN_PREFIX; i++)
			if (i >= length || !ims_gs1_is_digits(key + i, 1))
				return status_at(IMS_GS1_PREFIX, i + 1);
	}
	if (kind == IMS_GS1_GMN && !ims_gs1_has_check_pair(key, length))
		return status_at(IMS_GS1_CHECK_PAIR, length - 1);
	return status_ok;
}
