/*-------------------------------------------------------------------------
 *
 * epc_key_core.c
 *	  Electronic product codes and the GS1 keys that they stand for.
 *
 * A GTIN or SSCC has one digit before the company prefix, the indicator or
 * extension; an EPC keeps it as the first digit of the reference.  Check digits
 * are left out of an EPC and computed again.  What no element string tells is
 * how long the company prefix is.
 *
 *-------------------------------------------------------------------------
 */
#include "type/epc_core.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "type/gs1_key_core.h"

/* An element string begins with the AI of its key; some have a second. */
typedef struct KeyElement
{
	ImsEpcKind kind;
	const char *ai;
	size_t filler; /* zeros before the digits */
	size_t digits; /* check digit included; 0: none, the serial is the key */
	bool has_lead; /* a digit before the company prefix */
	const char *serial_ai;
	bool serial_is_optional;
} KeyElement;

static const KeyElement elements[] = {
	{IMS_EPC_SGTIN, "01", 0, 14, true, "21", false},
	{IMS_EPC_SSCC, "00", 0, 18, true, NULL, false},
	{IMS_EPC_SGLN, "414", 0, 13, false, "254", true},
	{IMS_EPC_GRAI, "8003", 1, 13, false, NULL, false},
	{IMS_EPC_GIAI, "8004", 0, 0, false, NULL, false},
};

#define ELEMENTS (sizeof(elements) / sizeof(elements[0]))

static const KeyElement *
element_of(ImsEpcKind kind)
{
	for (size_t i = 0; i < ELEMENTS; i++)
		if (elements[i].kind == kind)
			return &elements[i];
	assert(false);
	return NULL;
}

static ImsEpcStatus
status_at(ImsEpcRule rule, size_t position)
{
	return (ImsEpcStatus){rule, (int) position};
}

/* Skips an AI in brackets; false if something else stands there. */
static bool
skip_ai(const char *text, size_t length, size_t *at, const char *ai)
{
	size_t digits = strlen(ai);

	if (length - *at < digits + 2 || text[*at] != '(' ||
		memcmp(text + *at + 1, ai, digits) != 0 || text[*at + 1 + digits] != ')')
		return false;
	*at += digits + 2;
	return true;
}

/* What is wrong where an element begins that no EPC holds, or else nothing does. */
static ImsEpcStatus
refuse_rest(const char *text, size_t length, size_t at)
{
	size_t digits = 0;

	while (at + 1 + digits < length && ims_gs1_is_digits(text + at + 1 + digits, 1))
		digits++;
	if (at < length && text[at] == '(' && digits >= 2 && digits <= 4 &&
		at + 1 + digits < length && text[at + 1 + digits] == ')')
		return status_at(IMS_EPC_ELEMENT, at + 1);
	return status_at(IMS_EPC_SYNTAX, at + 1);
}

/* Splits the digits of a key into prefix and reference; drops filler and check digit. */
static ImsEpcStatus
take_key(const KeyElement *element, const char *text, size_t length, size_t *at,
		 int prefix_length, ImsEpc *epc)
{
	const char *digits = text + *at + element->filler;
	const char *prefix = digits + (element->has_lead ? 1 : 0);
	char *reference = epc->reference;
	size_t rest;

	if (length - *at < element->filler + element->digits)
		return status_at(IMS_EPC_LENGTH, *at + 1);
	if (element->filler > 0 && text[*at] != '0')
		return status_at(IMS_EPC_SYNTAX, *at + 1);
	for (size_t i = 0; i < element->digits; i++)
		if (!ims_gs1_is_digits(digits + i, 1))
			return status_at(IMS_EPC_SYNTAX, *at + element->filler + i + 1);
	*at += element->filler + element->digits;
	if (!ims_gs1_has_check_digit(digits, element->digits))
		return status_at(IMS_EPC_CHECK_DIGIT, *at);

	memcpy(epc->prefix, prefix, (size_t) prefix_length);
	if (element->has_lead)
		*reference++ = *digits;
	rest = (size_t) (digits + element->digits - 1 - (prefix + prefix_length));
	memcpy(reference, prefix + prefix_length, rest);
	reference[rest] = '\0';
	return status_at(IMS_EPC_OK, 0);
}

/* The rest of the text; a bracket in it is written \( since it would begin an AI. */
static ImsEpcStatus
take_serial(const char *text, size_t length, size_t at, size_t max, char *serial)
{
	size_t taken = 0;

	for (; at < length; at++)
	{
		if (text[at] == '(')
			return refuse_rest(text, length, at);
		if (text[at] == '\\' && at + 1 < length && text[at + 1] == '(')
			at++;
		if (!ims_gs1_is_cset82(text + at, 1))
			return status_at(IMS_EPC_SERIAL_CHARACTER, at + 1);
		if (taken == max)
			return status_at(IMS_EPC_SERIAL_RANGE, at + 1);
		serial[taken++] = text[at];
	}
	serial[taken] = '\0';
	return status_at(IMS_EPC_OK, 0);
}

/* What follows the digits of the key: a serial under its AI, at once, or nothing. */
static ImsEpcStatus
take_rest(const KeyElement *element, const char *text, size_t length, size_t at, ImsEpc *epc)
{
	ImsEpcStatus status;

	if (element->kind == IMS_EPC_SSCC || (element->serial_is_optional && at == length))
	{
		/* a GLN alone is a place as a whole: extension 0 */
		if (element->serial_is_optional)
			strcpy(epc->serial, "0");
		return at == length ? status_at(IMS_EPC_OK, 0) : refuse_rest(text, length, at);
	}
	if (at == length)
		return status_at(IMS_EPC_SERIAL_MISSING, at + 1);
	if (element->serial_ai != NULL && !skip_ai(text, length, &at, element->serial_ai))
		return refuse_rest(text, length, at);
	if (at == length)
		return status_at(IMS_EPC_SERIAL_MISSING, at + 1);
	status = take_serial(text, length, at, IMS_EPC_MAX_SERIAL, epc->serial);
	if (status.rule == IMS_EPC_OK && element->serial_is_optional &&
		strcmp(epc->serial, "0") == 0)
		return status_at(IMS_EPC_EXTENSION, at + 1);
	return status;
}

/* The prefix of a GIAI stands at the front of what was read as its serial. */
static ImsEpcStatus
take_asset(const char *text, size_t length, size_t at, int prefix_length, ImsEpc *epc)
{
	size_t digits = (size_t) prefix_length;

	if (length - at < digits || !ims_gs1_is_digits(text + at, digits))
		return status_at(IMS_EPC_PREFIX, at + 1);
	memcpy(epc->prefix, text + at, digits);
	if (at + digits == length)
		return status_at(IMS_EPC_SERIAL_MISSING, at + digits + 1);
	return take_serial(text, length, at + digits, IMS_EPC_MAX_SERIAL, epc->serial);
}

/* The scheme asked for, or the shorter if the serial fits. */
static ImsEpcStatus
choose_scheme(ImsEpcKind kind, int bits, ImsEpc *epc)
{
	ImsEpcStatus status = {IMS_EPC_LENGTH, 0};

	for (int i = 0; i < IMS_EPC_SCHEMES; i++)
	{
		const ImsEpcFormat *format = ims_epc_format((ImsEpcScheme) i);

		if (format->kind != kind || (bits != 0 && format->bits != bits))
			continue;
		epc->scheme = (ImsEpcScheme) i;
		status = ims_epc_check(epc);
		if (status.rule == IMS_EPC_OK)
			break;
	}
	return (ImsEpcStatus){status.rule, 0};
}

/* ims_epc_parse_element_string -- a key and its serial in the bracketed form */
ImsEpcStatus
ims_epc_parse_element_string(const char *text, size_t length, int prefix_length,
							 int filter, int bits, ImsEpc *epc)
{
	const KeyElement *element = NULL;
	ImsEpcStatus status;
	size_t at = 0;

	memset(epc, 0, sizeof(*epc));
	epc->filter = filter;
	if (prefix_length < IMS_EPC_MIN_PREFIX || prefix_length > IMS_EPC_MAX_PREFIX)
		return status_at(IMS_EPC_PREFIX, 0);
	for (size_t i = 0; i < ELEMENTS && element == NULL; i++)
		if (skip_ai(text, length, &at, elements[i].ai))
			element = &elements[i];
	if (element == NULL)
		return status_at(IMS_EPC_SYNTAX, 1);

	if (element->digits == 0)
		status = take_asset(text, length, at, prefix_length, epc);
	else
	{
		status = take_key(element, text, length, &at, prefix_length, epc);
		if (status.rule == IMS_EPC_OK)
			status = take_rest(element, text, length, at, epc);
	}
	return status.rule != IMS_EPC_OK ? status : choose_scheme(element->kind, bits, epc);
}

/* Whether a GLN is of a place within a place; else its extension is 0. */
bool
ims_epc_has_extension(const ImsEpc *epc)
{
	return ims_epc_format(epc->scheme)->kind == IMS_EPC_SGLN &&
		   strcmp(epc->serial, "0") != 0;
}

/* The digits of the key, lead first and check digit last, without filler. */
static size_t
write_key(const ImsEpc *epc, const KeyElement *element, char *key)
{
	size_t length;

	if (element->has_lead)
		length = (size_t) sprintf(key, "%c%s%s", epc->reference[0], epc->prefix,
								  epc->reference + 1);
	else
		length = (size_t) sprintf(key, "%s%s", epc->prefix, epc->reference);
	if (element->digits > 0)
	{
		assert(length + 1 == element->digits);
		length += (size_t) sprintf(key + length, "%d", ims_gs1_check_digit(key, length));
	}
	return length;
}

/* GTIN, SSCC, GLN or GRAI without its serial, as a number; -1 for a GIAI. */
int64_t
ims_epc_number(const ImsEpc *epc)
{
	const KeyElement *element = element_of(ims_epc_format(epc->scheme)->kind);
	char key[IMS_EPC_MAX_TEXT];
	int64_t number = 0;

	if (element->digits == 0)
		return -1;
	write_key(epc, element, key);
	for (const char *c = key; *c != '\0'; c++)
		number = number * 10 + (*c - '0');
	return number;
}

static void
write_human(char *to, const char *serial)
{
	for (; *serial != '\0'; serial++)
	{
		if (*serial == '(')
			*to++ = '\\';
		*to++ = *serial;
	}
	*to = '\0';
}

void
ims_epc_write_element_string(const ImsEpc *epc, char text[IMS_EPC_MAX_TEXT])
{
	const KeyElement *element = element_of(ims_epc_format(epc->scheme)->kind);
	char *to = text + sprintf(text, "(%s)%s", element->ai, element->filler > 0 ? "0" : "");

	to += write_key(epc, element, to);
	if (element->serial_is_optional && !ims_epc_has_extension(epc))
		return;
	if (element->serial_ai != NULL)
		to += sprintf(to, "(%s)", element->serial_ai);
	write_human(to, epc->serial);
}

/* In a path: all but the unreserved characters of RFC 3986 are escaped. */
static void
write_path(char *to, const char *text)
{
	for (; *text != '\0'; text++)
	{
		char c = *text;

		if (ims_gs1_is_cset64(&c, 1) ? c != '=' : c == '.')
			*to++ = c;
		else
			to += sprintf(to, "%%%02X", (unsigned) c);
	}
	*to = '\0';
}

void
ims_epc_write_link_path(const ImsEpc *epc, char text[IMS_EPC_MAX_TEXT])
{
	const KeyElement *element = element_of(ims_epc_format(epc->scheme)->kind);
	char *to = text + sprintf(text, "/%s/%s", element->ai, element->filler > 0 ? "0" : "");

	to += write_key(epc, element, to);
	if (element->serial_is_optional && !ims_epc_has_extension(epc))
		return;
	if (element->serial_ai != NULL)
		to += sprintf(to, "/%s/", element->serial_ai);
	write_path(to, epc->serial);
}
