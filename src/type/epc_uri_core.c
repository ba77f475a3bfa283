/*-------------------------------------------------------------------------
 *
 * epc_uri_core.c
 *	  Electronic product codes as URIs.
 *
 * urn:epc:tag:sgtin-96:3.0614141.812345.6789 is what a tag holds, filter value
 * and size included; urn:epc:id:sgtin:0614141.812345.6789 is what it is about.
 * The serial comes last and may contain dots itself.
 *
 *-------------------------------------------------------------------------
 */
#include "type/epc_core.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "type/gs1_digit_core.h"

#define TAG "urn:epc:tag:"
#define PURE "urn:epc:id:"

/* Characters of set 82 that a URI writes as percent and two digits. */
static const char escaped[] = "\"%&/<>?";

typedef struct Cursor
{
	const char *text;
	size_t length;
	size_t at;
} Cursor;

/* where each field begins, counted from 1 */
typedef struct Places
{
	int filter;
	int prefix;
	int reference;
	int serial;
} Places;

static ImsEpcStatus
syntax_at(size_t at)
{
	return (ImsEpcStatus){IMS_EPC_SYNTAX, (int) at + 1};
}

static bool
skip(Cursor *cursor, const char *expected)
{
	size_t length = strlen(expected);

	if (cursor->length - cursor->at < length ||
		memcmp(cursor->text + cursor->at, expected, length) != 0)
		return false;
	cursor->at += length;
	return true;
}

/* Digits up to a dot or the end, at most max of them. */
static bool
take_digits(Cursor *cursor, size_t max, char *field)
{
	size_t length = 0;

	while (cursor->at < cursor->length && cursor->text[cursor->at] != '.')
	{
		if (length == max || !ims_gs1_is_digits(cursor->text + cursor->at, 1))
			return false;
		field[length++] = cursor->text[cursor->at++];
	}
	field[length] = '\0';
	return true;
}

static int
hex_digit(char c)
{
	const char *digits = "0123456789ABCDEFabcdef";
	const char *found = c != '\0' ? strchr(digits, c) : NULL;
	int value;

	if (found == NULL)
		return -1;
	value = (int) (found - digits);
	return value < 16 ? value : value - 6;
}

/* One character of a serial, escaped or not; 0 if it is neither. */
static char
take_character(Cursor *cursor)
{
	char c = cursor->text[cursor->at];
	int high;
	int low;

	if (c != '%')
	{
		if (!ims_gs1_is_cset82(&c, 1) || strchr(escaped, c) != NULL)
			return '\0';
		cursor->at++;
		return c;
	}
	if (cursor->length - cursor->at < 3)
		return '\0';
	high = hex_digit(cursor->text[cursor->at + 1]);
	low = hex_digit(cursor->text[cursor->at + 2]);
	if (high < 0 || low < 0)
		return '\0';
	c = (char) (high << 4 | low);
	if (!ims_gs1_is_cset82(&c, 1))
		return '\0';
	cursor->at += 3;
	return c;
}

static ImsEpcStatus
take_serial(Cursor *cursor, char *serial)
{
	size_t length = 0;

	while (cursor->at < cursor->length)
	{
		size_t at = cursor->at;
		char c = take_character(cursor);

		if (c == '\0')
			return (ImsEpcStatus){IMS_EPC_SERIAL_CHARACTER, (int) at + 1};
		if (length == IMS_EPC_MAX_SERIAL)
			return (ImsEpcStatus){IMS_EPC_SERIAL_RANGE, (int) at + 1};
		serial[length++] = c;
	}
	serial[length] = '\0';
	return (ImsEpcStatus){IMS_EPC_OK, 0};
}

/* From the company prefix to the end. */
static ImsEpcStatus
take_fields(Cursor *cursor, const ImsEpcFormat *format, ImsEpc *epc, Places *places)
{
	places->prefix = (int) cursor->at + 1;
	if (!take_digits(cursor, IMS_EPC_MAX_PREFIX, epc->prefix))
		return (ImsEpcStatus){IMS_EPC_PREFIX, places->prefix};
	if (format->key_digits > 0)
	{
		if (!skip(cursor, "."))
			return syntax_at(cursor->at);
		places->reference = (int) cursor->at + 1;
		if (!take_digits(cursor, sizeof(epc->reference) - 1, epc->reference))
			return (ImsEpcStatus){IMS_EPC_REFERENCE, places->reference};
	}
	if (format->serial != IMS_EPC_NO_SERIAL)
	{
		if (!skip(cursor, "."))
			return syntax_at(cursor->at);
		places->serial = (int) cursor->at + 1;
		return take_serial(cursor, epc->serial);
	}
	return cursor->at == cursor->length ? (ImsEpcStatus){IMS_EPC_OK, 0}
										: syntax_at(cursor->at);
}

/* What is wrong with fields that were read, at its place in the text. */
static ImsEpcStatus
check_at(const ImsEpc *epc, const Places *places)
{
	ImsEpcStatus status = ims_epc_check(epc);

	switch (status.rule)
	{
	case IMS_EPC_FILTER:
		status.position = places->filter;
		break;
	case IMS_EPC_PREFIX:
		status.position = places->prefix;
		break;
	case IMS_EPC_REFERENCE:
		status.position = places->reference;
		break;
	default:
		if (status.rule != IMS_EPC_OK)
			status.position += places->serial;
	}
	return status;
}

/*
 * Whether a scheme exists that has no code here, and why its name is refused:
 * those of TDS 1 for other keys, and those of TDS 2, which end with a plus.
 */
static ImsEpcStatus
unknown_scheme(const char *text, size_t length, size_t name_at, const char *const *names)
{
	const char *end = memchr(text + name_at, ':', length - name_at);
	size_t size = end != NULL ? (size_t) (end - text) - name_at : 0;
	bool is_known = size > 1 && text[name_at + size - 1] == '+';

	for (; *names != NULL && !is_known; names++)
		is_known = strlen(*names) == size && memcmp(*names, text + name_at, size) == 0;
	return (ImsEpcStatus){is_known ? IMS_EPC_UNSUPPORTED : IMS_EPC_HEADER,
						  (int) name_at + 1};
}

ImsEpcStatus
ims_epc_parse_tag_uri(const char *text, size_t length, ImsEpc *epc)
{
	Cursor cursor = {text, length, 0};
	Places places = {0};
	ImsEpcStatus status;
	static const char *const elsewhere[] = {"adi-var",	"cpi-96",	"cpi-var",	"gdti-96",
											"gdti-113", "gdti-174", "gid-96",	"gsrn-96",
											"gsrnp-96", "itip-110", "itip-212", "sgcn-96",
											"usdod-96", NULL};
	size_t name_at;
	int i;

	memset(epc, 0, sizeof(*epc));
	if (!skip(&cursor, TAG))
		return syntax_at(0);
	name_at = cursor.at;
	for (i = 0; i < IMS_EPC_SCHEMES; i++)
	{
		cursor.at = name_at;
		if (skip(&cursor, ims_epc_format((ImsEpcScheme) i)->name) && skip(&cursor, ":"))
			break;
	}
	if (i == IMS_EPC_SCHEMES)
		return unknown_scheme(text, length, name_at, elsewhere);
	epc->scheme = (ImsEpcScheme) i;

	places.filter = (int) cursor.at + 1;
	if (cursor.at == length || !ims_gs1_is_digits(text + cursor.at, 1))
		return (ImsEpcStatus){IMS_EPC_FILTER, places.filter};
	epc->filter = text[cursor.at++] - '0';
	if (!skip(&cursor, "."))
		return syntax_at(cursor.at);
	status = take_fields(&cursor, ims_epc_format(epc->scheme), epc, &places);
	return status.rule != IMS_EPC_OK ? status : check_at(epc, &places);
}

/* The shortest scheme of a kind that holds the fields, or the one asked for. */
static ImsEpcStatus
choose_scheme(ImsEpcKind kind, int bits, ImsEpc *epc, const Places *places)
{
	ImsEpcStatus status = {IMS_EPC_LENGTH, 0};

	for (int i = 0; i < IMS_EPC_SCHEMES; i++)
	{
		const ImsEpcFormat *format = ims_epc_format((ImsEpcScheme) i);

		if (format->kind != kind || (bits != 0 && format->bits != bits))
			continue;
		epc->scheme = (ImsEpcScheme) i;
		status = check_at(epc, places);
		if (status.rule == IMS_EPC_OK)
			break;
	}
	return status;
}

ImsEpcStatus
ims_epc_parse_pure_uri(const char *text, size_t length, int filter, int bits, ImsEpc *epc)
{
	Cursor cursor = {text, length, 0};
	Places places = {0};
	static const char *const elsewhere[] = {"adi",	 "bic",	  "cpi",   "gdti",
											"gid",	 "ginc",  "gsin",  "gsrn",
											"gsrnp", "imovn", "itip",  "pgln",
											"sgcn",	 "upui",  "usdod", NULL};
	const ImsEpcFormat *format = NULL;
	ImsEpcStatus status;
	size_t name_at;

	memset(epc, 0, sizeof(*epc));
	if (!skip(&cursor, PURE))
		return syntax_at(0);
	name_at = cursor.at;
	for (int i = 0; i < IMS_EPC_SCHEMES && format == NULL; i++)
	{
		cursor.at = name_at;
		if (skip(&cursor, ims_epc_format((ImsEpcScheme) i)->kind_name) && skip(&cursor, ":"))
			format = ims_epc_format((ImsEpcScheme) i);
	}
	if (format == NULL)
		return unknown_scheme(text, length, name_at, elsewhere);
	epc->filter = filter;
	status = take_fields(&cursor, format, epc, &places);
	return status.rule != IMS_EPC_OK ? status
									 : choose_scheme(format->kind, bits, epc, &places);
}

static void
write_escaped(char *to, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
	{
		assert(ims_gs1_is_cset82(text + i, 1));
		if (strchr(escaped, text[i]) != NULL)
			to += sprintf(to, "%%%02X", (unsigned) text[i]);
		else
			*to++ = text[i];
	}
	*to = '\0';
}

static void
write_fields(const ImsEpc *epc, char *to)
{
	const ImsEpcFormat *format = ims_epc_format(epc->scheme);

	assert(ims_epc_check(epc).rule == IMS_EPC_OK);
	to += sprintf(to, "%s", epc->prefix);
	if (format->key_digits > 0)
		to += sprintf(to, ".%s", epc->reference);
	if (format->serial != IMS_EPC_NO_SERIAL)
	{
		*to++ = '.';
		write_escaped(to, epc->serial, strlen(epc->serial));
	}
}

void
ims_epc_write_tag_uri(const ImsEpc *epc, char text[IMS_EPC_MAX_TEXT])
{
	int length =
		sprintf(text, TAG "%s:%d.", ims_epc_format(epc->scheme)->name, epc->filter);

	write_fields(epc, text + length);
}

void
ims_epc_write_pure_uri(const ImsEpc *epc, char text[IMS_EPC_MAX_TEXT])
{
	int length = sprintf(text, PURE "%s:", ims_epc_format(epc->scheme)->kind_name);

	write_fields(epc, text + length);
}

ImsEpcStatus
ims_epc_write_class_uri(const char *gtin, int prefix_length, const char *lot,
						size_t lot_length, char text[IMS_EPC_MAX_TEXT])
{
	const char *reference;
	int reference_length;

	if (prefix_length < IMS_EPC_MIN_PREFIX || prefix_length > IMS_EPC_MAX_PREFIX)
		return (ImsEpcStatus){IMS_EPC_PREFIX, 0};
	/* indicator, prefix, reference, check digit */
	reference = gtin + 1 + prefix_length;
	reference_length = IMS_EPC_MAX_PREFIX - prefix_length;
	if (lot == NULL)
	{
		sprintf(text, "urn:epc:idpat:sgtin:%.*s.%c%.*s.*", prefix_length, gtin + 1,
				gtin[0], reference_length, reference);
		return (ImsEpcStatus){IMS_EPC_OK, 0};
	}
	if (lot_length == 0)
		return (ImsEpcStatus){IMS_EPC_SERIAL_MISSING, 0};
	if (lot_length > IMS_EPC_MAX_LOT)
		return (ImsEpcStatus){IMS_EPC_SERIAL_RANGE, 0};
	for (size_t i = 0; i < lot_length; i++)
		if (!ims_gs1_is_cset82(lot + i, 1))
			return (ImsEpcStatus){IMS_EPC_SERIAL_CHARACTER, (int) i + 1};
	text += sprintf(text, "urn:epc:class:lgtin:%.*s.%c%.*s.", prefix_length, gtin + 1,
					gtin[0], reference_length, reference);
	write_escaped(text, lot, lot_length);
	return (ImsEpcStatus){IMS_EPC_OK, 0};
}
