/*
 * gtin.c -- any bytes as a GS1 key, or as the pattern of a restricted number.
 *
 * Guaranteed: what is taken as a GTIN, SSCC or GLN is printed and read back as
 * the same number; the position of an error lies within the text; a key of any
 * kind that is taken ends with the right check.  A pattern that is taken says of
 * any number no more than it has digits, and names a right one for the item.
 */
#include <string.h>

#include "type/gs1_check_pair_core.h"
#include "type/gs1_key_core.h"
#include "type/gtin_pattern_core.h"

#include "lib/fuzz.h"

const ImsFuzzSeed ims_fuzz_seeds[] = {
	IMS_FUZZ_SEED("96385074"),
	IMS_FUZZ_SEED("012345678905"),
	IMS_FUZZ_SEED("4006381333931"),
	IMS_FUZZ_SEED("14006381333938"),
	IMS_FUZZ_SEED("376104250021234569"),
	IMS_FUZZ_SEED("0614141123452"),
	IMS_FUZZ_SEED("04252614"),
	IMS_FUZZ_SEED("0061414112345232a/b"),
	IMS_FUZZ_SEED("061414132a/b"),
	IMS_FUZZ_SEED("1987654Ad4X4bL5ttr2310c2K"),
	IMS_FUZZ_SEED("21IIIIIWWwwwC"
				  "2112345012346"),
	IMS_FUZZ_SEED("2.IIIIVPPPppC"
				  "2312346146853"),
	IMS_FUZZ_SEED("0IIIPPpC"
				  "01234503"),
	{NULL, 0},
};

typedef ImsGs1Status (*Parser)(const char *text, size_t length, int64_t *number);

static void
check_number(Parser parse, int digits, int64_t limit, const char *text, size_t size)
{
	char printed[IMS_GS1_MAX_KEY_DIGITS + 1];
	int64_t number = -1;
	int64_t again = -1;
	ImsGs1Status status = parse(text, size, &number);

	CHECK(status.position >= 0 && (size_t) status.position <= size);
	if (status.rule != IMS_GS1_OK)
		return;
	CHECK(ims_gs1_number_is_valid(number, limit));
	ims_gs1_number_format(number, digits, printed);
	CHECK(strlen(printed) == (size_t) digits);
	CHECK(memcmp(printed + digits - size, text, size) == 0);
	CHECK(parse(printed, digits, &again).rule == IMS_GS1_OK);
	CHECK(again == number);
}

static void
check_gtin(const char *text, size_t size)
{
	int64_t gtin;
	int64_t other;

	if (ims_gtin_parse(text, size, &gtin).rule != IMS_GS1_OK)
		return;
	CHECK(ims_gtin_kind(gtin) <= IMS_GTIN_COUPON);
	other = ims_gtin_with_indicator(gtin, (int) (size % 10));
	CHECK(ims_gs1_number_is_valid(other, IMS_GTIN_LIMIT));
	CHECK(ims_gtin_with_indicator(other, ims_gtin_indicator(gtin)) == gtin);
}

/* A pattern, and behind it the number that it is held against. */
static void
check_pattern(const char *text, size_t length, size_t size)
{
	ImsGtinPattern pattern;
	ImsGtinFields fields;
	ImsGs1Status status;
	int64_t gtin;

	if (size < length || !ims_gtin_read_pattern(text, length, &pattern) ||
		ims_gtin_parse(text + length, size - length, &gtin).rule != IMS_GS1_OK ||
		!ims_gtin_matches(&pattern, gtin))
		return;
	status = ims_gtin_read_fields(&pattern, gtin, &fields);
	CHECK(status.position >= 0 && (size_t) status.position < length);
	CHECK(strlen(fields.reference) > 0 && strlen(fields.reference) < length);
	CHECK(ims_gs1_number_is_valid(fields.base, IMS_GTIN_LIMIT));
	CHECK(fields.amount >= 0 && fields.decimals >= 0 && (size_t) fields.decimals < length);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *) data;
	int64_t gtin;
	char pair[2];

	check_number(ims_gtin_parse, IMS_GTIN_DIGITS, IMS_GTIN_LIMIT, text, size);
	check_number(ims_sscc_parse, IMS_SSCC_DIGITS, IMS_SSCC_LIMIT, text, size);
	check_number(ims_gln_parse, IMS_GLN_DIGITS, IMS_GLN_LIMIT, text, size);
	check_gtin(text, size);
	check_pattern(text, 8, size);
	check_pattern(text, 12, size);
	check_pattern(text, 13, size);
	if (ims_gtin_from_upce(text, size, &gtin).rule == IMS_GS1_OK)
		CHECK(ims_gs1_number_is_valid(gtin, IMS_GTIN_LIMIT));
	for (int kind = IMS_GS1_GTIN; kind <= IMS_GS1_GMN; kind++)
	{
		ImsGs1Status status = ims_gs1_key_check((ImsGs1Kind) kind, text, size);

		CHECK(status.position >= 0 && (size_t) status.position <= size + 1);
		if (status.rule == IMS_GS1_OK && kind == IMS_GS1_GMN)
			CHECK(ims_gs1_check_pair(text, size - 2, pair) &&
				  memcmp(text + size - 2, pair, 2) == 0);
	}
	return 0;
}
