/*-------------------------------------------------------------------------
 *
 * gtin_core.c
 *	  What the digits of a GTIN tell: indicator, kind, zero suppression.
 *
 * GS1 General Specifications: section 1.4 (GS1 prefixes), 2.1 (restricted
 * circulation and variable measure), 5.2.2.4 (zero suppression of UPC-E).
 *
 *-------------------------------------------------------------------------
 */
#include "type/gs1_key_core.h"

#include <assert.h>
#include <string.h>

#define BASE_LIMIT INT64_C(10000000000000) /* below it: no indicator */
#define GTIN8_LIMIT INT64_C(100000000)

int
ims_gtin_indicator(int64_t gtin)
{
	assert(gtin >= 0 && gtin < IMS_GTIN_LIMIT);
	return (int) (gtin / BASE_LIMIT);
}

/* The same item at another packaging level; the check digit follows. */
int64_t
ims_gtin_with_indicator(int64_t gtin, int indicator)
{
	char text[IMS_GTIN_DIGITS + 1];
	int64_t body = gtin % BASE_LIMIT / 10 + indicator * (BASE_LIMIT / 10);

	assert(indicator >= 0 && indicator <= 9);
	ims_gs1_number_format(body, IMS_GTIN_DIGITS - 1, text);
	return body * 10 + ims_gs1_check_digit(text, IMS_GTIN_DIGITS - 1);
}

/* A number of eight digits is told by its own prefixes: 0 and 2 are restricted. */
static ImsGtinKind
kind_of_eight(int64_t base)
{
	int first = (int) (base / (GTIN8_LIMIT / 10));

	return first == 0 || first == 2 ? IMS_GTIN_RESTRICTED_COMPANY : IMS_GTIN_STANDARD;
}

/* By the prefix of the thirteen digits behind the indicator. */
static ImsGtinKind
kind_of_base(int64_t base)
{
	int prefix = (int) (base / (BASE_LIMIT / 1000)); /* three digits of thirteen */

	if (base < GTIN8_LIMIT)
		return kind_of_eight(base);
	if (prefix >= 40 && prefix <= 49)
		return IMS_GTIN_RESTRICTED_COMPANY;
	if ((prefix >= 20 && prefix <= 29) || (prefix >= 200 && prefix <= 299))
		return IMS_GTIN_RESTRICTED_REGION;
	if (prefix == 977)
		return IMS_GTIN_ISSN;
	/* 979 is shared: sheet music has 979-0 */
	if (prefix == 979 && base / (BASE_LIMIT / 10000) == 9790)
		return IMS_GTIN_ISMN;
	if (prefix == 978 || prefix == 979)
		return IMS_GTIN_ISBN;
	if (prefix == 980)
		return IMS_GTIN_REFUND;
	if ((prefix >= 981 && prefix <= 984) || prefix >= 990)
		return IMS_GTIN_COUPON;
	return IMS_GTIN_STANDARD;
}

ImsGtinKind
ims_gtin_kind(int64_t gtin)
{
	ImsGtinKind kind = kind_of_base(gtin % BASE_LIMIT);

	return kind == IMS_GTIN_STANDARD && ims_gtin_indicator(gtin) == 9
			   ? IMS_GTIN_VARIABLE_MEASURE
			   : kind;
}

/*
 * UPC-E: number system 0, six digits, check digit.  The last of the six says
 * where the zeros go.  Scanners deliver six digits, seven or all eight; those
 * before the eighth lack the check digit, which is then computed.
 */
ImsGs1Status
ims_gtin_from_upce(const char *text, size_t length, int64_t *gtin)
{
	char upca[12];
	const char *six = length == 6 ? text : text + 1;

	if (length < 6 || length > 8)
		return (ImsGs1Status){IMS_GS1_LENGTH, 0};
	for (size_t i = 0; i < length; i++)
		if (!ims_gs1_is_digits(text + i, 1))
			return (ImsGs1Status){IMS_GS1_DIGIT, (int) i + 1};
	if (length > 6 && text[0] != '0')
		return (ImsGs1Status){IMS_GS1_ZERO, 1};

	memset(upca, '0', sizeof(upca));
	memcpy(upca + 1, six, 2);
	switch (six[5])
	{
	case '0':
	case '1':
	case '2':
		upca[3] = six[5];
		memcpy(upca + 8, six + 2, 3);
		break;
	case '3':
		upca[3] = six[2];
		memcpy(upca + 9, six + 3, 2);
		break;
	case '4':
		memcpy(upca + 3, six + 2, 2);
		upca[10] = six[4];
		break;
	default:
		memcpy(upca + 3, six + 2, 3);
		upca[10] = six[5];
	}
	upca[11] = (char) ('0' + ims_gs1_check_digit(upca, 11));
	if (length == 8 && text[7] != upca[11])
		return (ImsGs1Status){IMS_GS1_CHECK_DIGIT, 8};
	return ims_gtin_parse(upca, sizeof(upca), gtin);
}
