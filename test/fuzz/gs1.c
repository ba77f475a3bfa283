/*
 * gs1.c -- hostile element strings: scans, brackets, links, NDEF, formats.
 *
 * The first byte of the input chooses the reader and the options.  Whatever is
 * accepted is written in each form, and reads back as itself from its text, its
 * wire form with and without a symbology, its link and the NDEF message of that.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "type/gs1_parse_core.h"

#include "lib/fuzz.h"

const ImsFuzzSeed ims_fuzz_seeds[] = {
	IMS_FUZZ_SEED("\0(01)09520123456788(10)A\\(B"),
	IMS_FUZZ_SEED("\1]d201095201234567881727123110ABC\x1d"
				  "21x/y"),
	IMS_FUZZ_SEED("\1]E09520123456788|]e010A"),
	IMS_FUZZ_SEED("\1]E3952012345678842"),
	IMS_FUZZ_SEED("\1]I110614141000415"),
	IMS_FUZZ_SEED("\2https://a/gtin/9520123456788/lot/A?17=271231"),
	IMS_FUZZ_SEED("\2https://a/gtin/96385074?7099=A%2Fb&04=1234567890123456"),
	IMS_FUZZ_SEED("\0(01)09520123456788(22)2A(10)L/1(21)S%(235)T(17)271200(7099)x"),
	IMS_FUZZ_SEED("\0(414)9520123456788(254)12(00)095201234567891235"),
	IMS_FUZZ_SEED("\0(8006)095201234567880102(21)7(10)A"),
	IMS_FUZZ_SEED("\0(8110)012345612345611110123101101230"),
	IMS_FUZZ_SEED("\10N13,csum,gcppos1 [X..17]"),
	IMS_FUZZ_SEED("\20\xd1\x01\x1dU\x04id.gs1.org/01/09520123456788"),
	IMS_FUZZ_SEED("\20\xd1\x01\x15T\x02"
				  "en(01)09520123456788"),
	{NULL, 0},
};

static ImsGs1Message message;
static ImsGs1Message again;

static char text[IMS_GS1_MAX_TEXT];
static size_t text_length;

/* Whether a form is read as the value in text. */
static bool
reads_back(const char *form, size_t length)
{
	static const ImsGs1Options lenient;
	static char other[IMS_GS1_MAX_TEXT];
	ImsGs1Problem status;

	if (!ims_gs1_parse(form, length, &lenient, &again, &status))
		return false;
	ims_gs1_normalise(&again);
	return ims_gs1_write_text(&again, other) == text_length &&
		   memcmp(text, other, text_length) == 0;
}

static void
check_wire(void)
{
	static char wire[3 + IMS_GS1_MAX_WIRE] = "]d2";
	size_t length = ims_gs1_write_wire(&message, wire + 3);

	CHECK(reads_back(wire + 3, length));
	CHECK(reads_back(wire, 3 + length));
}

/* A value without a link has no key, or an element that stands in none. */
static void
check_link(void)
{
	static char link[IMS_GS1_MAX_LINK];
	static unsigned char ndef[IMS_GS1_MAX_NDEF];
	static char again_link[IMS_GS1_MAX_INPUT];
	size_t length;
	size_t again_length;
	ImsGs1Problem status;

	if (!ims_gs1_write_link(&message, NULL, 0, link, &length, &status))
	{
		CHECK(status.rule == IMS_GS1_RULE_MISSING_PRIMARY_KEY ||
			  status.rule == IMS_GS1_RULE_ILLEGAL_ATTRIBUTE);
		return;
	}
	CHECK(reads_back(link, length));
	CHECK(ims_gs1_read_ndef(ndef, ims_gs1_write_ndef(link, length, ndef), again_link,
							&again_length, &status));
	CHECK(again_length == length && memcmp(again_link, link, length) == 0);
}

static void
check_forms(void)
{
	static char label[IMS_GS1_MAX_TEXT];

	ims_gs1_normalise(&message);
	text_length = ims_gs1_write_text(&message, text);
	CHECK(reads_back(text, text_length));
	CHECK(ims_gs1_read_text(text, text_length, &again) && again.count == message.count);
	CHECK(ims_gs1_write_human(&message, label) <= text_length);
	check_wire();
	check_link();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char ndef[IMS_GS1_MAX_INPUT];
	const char *input = (const char *) data + 1;
	size_t length = size - 1;
	ImsGs1Options options = {0};
	ImsGs1Format format;
	ImsGs1Problem status;

	if (size == 0)
		return 0;
	options.is_strict = data[0] & 1;
	options.is_legacy_link = data[0] & 2;
	options.needs_day = data[0] & 4;
	if (data[0] & 8)
		ims_gs1_read_format(input, length, &format);
	if (data[0] & 16)
	{
		if (!ims_gs1_read_ndef(data + 1, size - 1, ndef, &length, &status))
			return 0;
		input = ndef;
	}
	if (ims_gs1_parse(input, length, &options, &message, &status))
		check_forms();
	else
		CHECK(status.rule != IMS_GS1_RULE_OK);
	return 0;
}
