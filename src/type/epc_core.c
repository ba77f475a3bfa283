/*-------------------------------------------------------------------------
 *
 * epc_core.c
 *	  Electronic product codes: fields and bits.
 *
 * All schemes are laid out alike: header 8, filter 3, partition 3, company
 * prefix and reference, serial.  The partition tells how many digits the
 * prefix has, and with it how the bits of prefix and reference are divided.
 *
 *-------------------------------------------------------------------------
 */
#include "type/epc_core.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "type/gs1_digit_core.h"

#define HEADER_BITS 8
#define FILTER_BITS 3
#define PARTITION_BITS 3
#define CHARACTER_BITS 7
#define FIRST_FIELD (HEADER_BITS + FILTER_BITS + PARTITION_BITS)

static const ImsEpcFormat formats[IMS_EPC_SCHEMES] = {
	{"sgtin-96", "sgtin", IMS_EPC_SGTIN, 0x30, 96, 44, 13, IMS_EPC_NUMBER, 12},
	{"sgtin-198", "sgtin", IMS_EPC_SGTIN, 0x36, 198, 44, 13, IMS_EPC_TEXT, 20},
	{"sscc-96", "sscc", IMS_EPC_SSCC, 0x31, 96, 58, 17, IMS_EPC_NO_SERIAL, 0},
	{"sgln-96", "sgln", IMS_EPC_SGLN, 0x32, 96, 41, 12, IMS_EPC_NUMBER, 13},
	{"sgln-195", "sgln", IMS_EPC_SGLN, 0x39, 195, 41, 12, IMS_EPC_TEXT, 20},
	{"grai-96", "grai", IMS_EPC_GRAI, 0x33, 96, 44, 12, IMS_EPC_NUMBER, 12},
	{"grai-170", "grai", IMS_EPC_GRAI, 0x37, 170, 44, 12, IMS_EPC_TEXT, 16},
	{"giai-96", "giai", IMS_EPC_GIAI, 0x34, 96, 0, 0, IMS_EPC_NUMBER, 30},
	{"giai-202", "giai", IMS_EPC_GIAI, 0x38, 202, 0, 0, IMS_EPC_TEXT, 30},
};

/* bits of a company prefix, by its digits less six */
static const int prefix_bits[] = {20, 24, 27, 30, 34, 37, 40};

static const ImsEpcStatus status_ok = {IMS_EPC_OK, 0};

static ImsEpcStatus
status_of(ImsEpcRule rule)
{
	return (ImsEpcStatus){rule, 0};
}

const ImsEpcFormat *
ims_epc_format(ImsEpcScheme scheme)
{
	assert((int) scheme >= 0 && (int) scheme < IMS_EPC_SCHEMES);
	return &formats[scheme];
}

/* The scheme of a kind with so many bits. */
bool
ims_epc_scheme_of(ImsEpcKind kind, int bits, ImsEpcScheme *scheme)
{
	for (int i = 0; i < IMS_EPC_SCHEMES; i++)
		if (formats[i].kind == kind && formats[i].bits == bits)
		{
			*scheme = (ImsEpcScheme) i;
			return true;
		}
	return false;
}

const char *
ims_epc_rule_name(ImsEpcRule rule)
{
	static const char *const names[] = {
		"ok",		 "syntax",		 "length",			 "header",	  "unsupported",
		"filter",	 "partition",	 "company prefix",	 "reference", "serial missing",
		"character", "leading zero", "serial too large", "zero bits", "check digit",
		"extension", "element",
	};

	assert((size_t) rule < sizeof(names) / sizeof(names[0]));
	return names[rule];
}

const char *
ims_epc_rule_text(ImsEpcRule rule)
{
	switch (rule)
	{
	case IMS_EPC_OK:
		break;
	case IMS_EPC_SYNTAX:
		return "It is not written as hexadecimal digits, a tag URI or an element string";
	case IMS_EPC_LENGTH:
		return "It has the wrong number of digits or bits for its scheme";
	case IMS_EPC_HEADER:
		return "Its header stands for no scheme";
	case IMS_EPC_UNSUPPORTED:
		return "Its scheme is not supported yet";
	case IMS_EPC_FILTER:
		return "The filter value is a digit from 0 to 7";
	case IMS_EPC_PARTITION:
		return "The partition value is from 0 to 6";
	case IMS_EPC_PREFIX:
		return "The company prefix has 6 to 12 digits";
	case IMS_EPC_REFERENCE:
		return "The reference has not the digits that the company prefix leaves";
	case IMS_EPC_SERIAL_MISSING:
		return "The serial number is missing";
	case IMS_EPC_SERIAL_CHARACTER:
		return "The serial number has a character that the scheme cannot hold";
	case IMS_EPC_SERIAL_ZERO:
		return "A serial number of 96 bits cannot begin with zeros";
	case IMS_EPC_SERIAL_RANGE:
		return "The serial number is too long or too large for the scheme";
	case IMS_EPC_PADDING:
		return "Bits that must be zero are not";
	case IMS_EPC_CHECK_DIGIT:
		return "The check digit is wrong";
	case IMS_EPC_EXTENSION:
		return "An extension 0 stands for no extension: leave it out";
	case IMS_EPC_ELEMENT:
		return "An EPC holds a key and its serial, and no other element";
	}
	return "It is valid";
}

size_t
ims_epc_size(ImsEpcScheme scheme)
{
	return (size_t) (ims_epc_format(scheme)->bits + 7) / 8;
}

/* Bits of the reference and of the serial, for a prefix of so many digits. */

static int
reference_bits(const ImsEpcFormat *format, int prefix_digits)
{
	return format->key_bits > 0
			   ? format->key_bits - prefix_bits[prefix_digits - IMS_EPC_MIN_PREFIX]
			   : 0;
}

static int
reference_digits(const ImsEpcFormat *format, int prefix_digits)
{
	return format->key_digits > 0 ? format->key_digits - prefix_digits : 0;
}

static int
serial_bits(const ImsEpcFormat *format, int prefix_digits)
{
	return format->bits - FIRST_FIELD - prefix_bits[prefix_digits - IMS_EPC_MIN_PREFIX] -
		   reference_bits(format, prefix_digits);
}

static int
serial_characters(const ImsEpcFormat *format, int prefix_digits)
{
	return format->serial_max - (format->kind == IMS_EPC_GIAI ? prefix_digits : 0);
}

/*
 * check_number_serial -- digits without leading zeros, below two to its bits
 *
 * The value is computed only when it cannot overflow: 19 digits fit uint64.
 */
static ImsEpcStatus
check_number_serial(const char *serial, size_t length, int bits)
{
	for (size_t i = 0; i < length; i++)
		if (!ims_gs1_is_digits(serial + i, 1))
			return (ImsEpcStatus){IMS_EPC_SERIAL_CHARACTER, (int) i};
	if (length > 1 && serial[0] == '0')
		return status_of(IMS_EPC_SERIAL_ZERO);
	assert(bits < 64);
	if (length > 19 || strtoull(serial, NULL, 10) >> bits != 0)
		return status_of(IMS_EPC_SERIAL_RANGE);
	return status_ok;
}

static ImsEpcStatus
check_serial(const ImsEpcFormat *format, const ImsEpc *epc, int prefix_digits)
{
	size_t length = strlen(epc->serial);

	if (format->serial == IMS_EPC_NO_SERIAL)
		return length == 0 ? status_ok : status_of(IMS_EPC_SYNTAX);
	if (length == 0)
		return status_of(IMS_EPC_SERIAL_MISSING);
	if (format->serial == IMS_EPC_NUMBER)
		return check_number_serial(epc->serial, length, serial_bits(format, prefix_digits));
	for (size_t i = 0; i < length; i++)
		if (!ims_gs1_is_cset82(epc->serial + i, 1))
			return (ImsEpcStatus){IMS_EPC_SERIAL_CHARACTER, (int) i};
	if ((int) length > serial_characters(format, prefix_digits))
		return status_of(IMS_EPC_SERIAL_RANGE);
	return status_ok;
}

/*
 * ims_epc_check -- whether the fields make an EPC of the scheme
 *
 * The rule names the field, the position counts from 0 within it.
 */
ImsEpcStatus
ims_epc_check(const ImsEpc *epc)
{
	const ImsEpcFormat *format = ims_epc_format(epc->scheme);
	size_t prefix_digits = strlen(epc->prefix);
	size_t digits = strlen(epc->reference);

	if (epc->filter < 0 || epc->filter > 7)
		return status_of(IMS_EPC_FILTER);
	if (prefix_digits < IMS_EPC_MIN_PREFIX || prefix_digits > IMS_EPC_MAX_PREFIX ||
		!ims_gs1_is_digits(epc->prefix, prefix_digits))
		return status_of(IMS_EPC_PREFIX);
	if ((int) digits != reference_digits(format, (int) prefix_digits) ||
		!ims_gs1_is_digits(epc->reference, digits))
		return status_of(IMS_EPC_REFERENCE);
	return check_serial(format, epc, (int) prefix_digits);
}

/* Bits, counted from the most significant of the first byte. */

static uint64_t
get_bits(const uint8_t *bytes, int first, int count)
{
	uint64_t value = 0;

	assert(count <= 64);
	for (int i = first; i < first + count; i++)
		value = value << 1 | (bytes[i / 8] >> (7 - i % 8) & 1);
	return value;
}

static void
put_bits(uint8_t *bytes, int first, int count, uint64_t value)
{
	assert(count <= 64 && (count == 64 || value >> count == 0));
	for (int i = first + count - 1; i >= first; i--, value >>= 1)
		if (value & 1)
			bytes[i / 8] |= (uint8_t) (0x80 >> i % 8);
}

/* Whether all bits from there to the end of the last byte are zero. */
static bool
is_zero_from(const uint8_t *bytes, size_t size, int first)
{
	for (int i = first; i < (int) size * 8; i++)
		if (get_bits(bytes, i, 1) != 0)
			return false;
	return true;
}

/* The value with exactly so many digits; false if it has more. */
static bool
write_digits(uint64_t value, int digits, char *text)
{
	text[digits] = '\0';
	for (int i = digits - 1; i >= 0; i--, value /= 10)
		text[i] = (char) ('0' + value % 10);
	return value == 0;
}

/*
 * Headers of schemes that exist but have no code here: those of TDS 1 for
 * other keys, and those of TDS 2 whose names end with a plus.
 */
static bool
is_known_elsewhere(uint8_t header)
{
	return (header >= 0x2C && header <= 0x2F) || header == 0x35 ||
		   (header >= 0x3A && header <= 0x41) || (header >= 0xF0 && header <= 0xFB);
}

static ImsEpcStatus
scheme_of_header(uint8_t header, ImsEpcScheme *scheme)
{
	for (int i = 0; i < IMS_EPC_SCHEMES; i++)
		if (formats[i].header == header)
		{
			*scheme = (ImsEpcScheme) i;
			return status_ok;
		}
	return status_of(is_known_elsewhere(header) ? IMS_EPC_UNSUPPORTED : IMS_EPC_HEADER);
}

/* Characters up to the first zero; the number of bits that they take. */
static int
get_characters(const uint8_t *bytes, int first, int max, char *text)
{
	int length = 0;

	while (length < max)
	{
		char c = (char) get_bits(bytes, first + length * CHARACTER_BITS, CHARACTER_BITS);

		if (c == '\0')
			break;
		text[length++] = c;
	}
	text[length] = '\0';
	return length * CHARACTER_BITS;
}

/*
 * ims_epc_decode -- the fields of a tag's bits, in whole bytes
 *
 * Checked like any other input; a field whose value needs more digits than it
 * has is refused, and so are bits after the end.
 */
ImsEpcStatus
ims_epc_decode(const uint8_t *bytes, size_t size, ImsEpc *epc)
{
	const ImsEpcFormat *format;
	ImsEpcStatus status;
	int partition;
	int prefix_digits;
	int at = FIRST_FIELD;
	int bits;

	if (size == 0)
		return status_of(IMS_EPC_LENGTH);
	memset(epc, 0, sizeof(*epc));
	status = scheme_of_header(bytes[0], &epc->scheme);
	if (status.rule != IMS_EPC_OK)
		return status;
	format = ims_epc_format(epc->scheme);
	if (size != ims_epc_size(epc->scheme))
		return status_of(IMS_EPC_LENGTH);
	epc->filter = (int) get_bits(bytes, HEADER_BITS, FILTER_BITS);
	partition = (int) get_bits(bytes, HEADER_BITS + FILTER_BITS, PARTITION_BITS);
	if (partition > IMS_EPC_MAX_PREFIX - IMS_EPC_MIN_PREFIX)
		return status_of(IMS_EPC_PARTITION);
	prefix_digits = IMS_EPC_MAX_PREFIX - partition;

	bits = prefix_bits[prefix_digits - IMS_EPC_MIN_PREFIX];
	if (!write_digits(get_bits(bytes, at, bits), prefix_digits, epc->prefix))
		return status_of(IMS_EPC_PREFIX);
	at += bits;
	bits = reference_bits(format, prefix_digits);
	if (!write_digits(get_bits(bytes, at, bits), reference_digits(format, prefix_digits),
					  epc->reference))
		return status_of(IMS_EPC_REFERENCE);
	at += bits;
	if (format->serial == IMS_EPC_NUMBER)
	{
		bits = serial_bits(format, prefix_digits);
		snprintf(epc->serial, sizeof(epc->serial), "%llu",
				 (unsigned long long) get_bits(bytes, at, bits));
		at += bits;
	}
	else if (format->serial == IMS_EPC_TEXT)
		at += get_characters(bytes, at, serial_characters(format, prefix_digits),
							 epc->serial);
	if (!is_zero_from(bytes, size, at))
		return status_of(IMS_EPC_PADDING);
	return status_of(ims_epc_check(epc).rule);
}

/* The bits of checked fields; returns the number of bytes. */
size_t
ims_epc_encode(const ImsEpc *epc, uint8_t bytes[IMS_EPC_MAX_SIZE])
{
	const ImsEpcFormat *format = ims_epc_format(epc->scheme);
	int prefix_digits = (int) strlen(epc->prefix);
	int at = FIRST_FIELD;
	int bits = prefix_bits[prefix_digits - IMS_EPC_MIN_PREFIX];

	assert(ims_epc_check(epc).rule == IMS_EPC_OK);
	memset(bytes, 0, IMS_EPC_MAX_SIZE);
	bytes[0] = format->header;
	put_bits(bytes, HEADER_BITS, FILTER_BITS, (uint64_t) epc->filter);
	put_bits(bytes, HEADER_BITS + FILTER_BITS, PARTITION_BITS,
			 (uint64_t) (IMS_EPC_MAX_PREFIX - prefix_digits));
	put_bits(bytes, at, bits, strtoull(epc->prefix, NULL, 10));
	at += bits;
	bits = reference_bits(format, prefix_digits);
	put_bits(bytes, at, bits, strtoull(epc->reference, NULL, 10));
	at += bits;
	if (format->serial == IMS_EPC_NUMBER)
		put_bits(bytes, at, serial_bits(format, prefix_digits),
				 strtoull(epc->serial, NULL, 10));
	else
		for (const char *c = epc->serial; *c != '\0'; c++, at += CHARACTER_BITS)
			put_bits(bytes, at, CHARACTER_BITS, (uint64_t) *c);
	return ims_epc_size(epc->scheme);
}

/* Hexadecimal digits. */

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/*
 * ims_epc_decode_words -- bits in whole bytes, or in words of 16 as memory has them
 *
 * A tag of 198 bits is 25 bytes, or 13 words: 26 bytes, the last of zeros.
 */
ImsEpcStatus
ims_epc_decode_words(const uint8_t *bytes, size_t size, ImsEpc *epc)
{
	ImsEpcScheme scheme;

	if (size > 0 && size % 2 == 0 &&
		scheme_of_header(bytes[0], &scheme).rule == IMS_EPC_OK &&
		size == ims_epc_size(scheme) + 1)
	{
		if (bytes[size - 1] != 0)
			return status_of(IMS_EPC_PADDING);
		size--;
	}
	return ims_epc_decode(bytes, size, epc);
}

/*
 * ims_epc_parse_hex -- a tag's bits as readers write them
 *
 * Readers cut or fill with zeros to whole digits, bytes or words of 16 bits.
 */
ImsEpcStatus
ims_epc_parse_hex(const char *text, size_t length, ImsEpc *epc)
{
	uint8_t bytes[IMS_EPC_MAX_SIZE] = {0};
	ImsEpcScheme scheme;
	ImsEpcStatus status;
	size_t bits;

	for (size_t i = 0; i < length; i++)
	{
		int value = hex_value(text[i]);

		if (value < 0)
			return (ImsEpcStatus){IMS_EPC_SYNTAX, (int) i + 1};
		if (i < IMS_EPC_MAX_HEX)
			bytes[i / 2] |= (uint8_t) (i % 2 == 0 ? value << 4 : value);
	}
	if (length < 2)
		return status_of(IMS_EPC_LENGTH);
	status = scheme_of_header(bytes[0], &scheme);
	if (status.rule != IMS_EPC_OK)
		return status;
	bits = (size_t) ims_epc_format(scheme)->bits;
	if (length < (bits + 3) / 4 || length > (bits + 15) / 16 * 4)
		return status_of(IMS_EPC_LENGTH);
	if (!is_zero_from(bytes, sizeof(bytes), (int) bits))
		return status_of(IMS_EPC_PADDING);
	return ims_epc_decode(bytes, ims_epc_size(scheme), epc);
}
