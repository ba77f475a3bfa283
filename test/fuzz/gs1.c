/*
 * gs1.c -- hostile element strings: scans, brackets, links, NDEF, formats.
 *
 * The first byte of the input chooses the reader and the options.  Whatever is
 * accepted is written in each form, and its text reads back as itself.
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
	IMS_FUZZ_SEED("\0(8110)012345612345611110123101101230"),
	IMS_FUZZ_SEED("\10N13,csum,gcppos1 [X..17]"),
	IMS_FUZZ_SEED("\20\xd1\x01\x1dU\x04id.gs1.org/01/09520123456788"),
	IMS_FUZZ_SEED("\20\xd1\x01\x15T\x02"
				  "en(01)09520123456788"),
	{NULL, 0},
};

static ImsGs1Message message;
static ImsGs1Message again;

static void
check_ndef(const char *link, size_t length)
{
	static unsigned char ndef[IMS_GS1_MAX_NDEF];
	static char text[IMS_GS1_MAX_INPUT];
	size_t text_length;
	ImsGs1Problem status;

	if (!ims_gs1_read_ndef(ndef, ims_gs1_write_ndef(link, length, ndef), text,
						   &text_length, &status))
		abort();
	if (text_length != length || memcmp(text, link, length) != 0)
		abort();
}

static void
check_forms(void)
{
	static const ImsGs1Options lenient;
	static char text[IMS_GS1_MAX_TEXT];
	static char other[IMS_GS1_MAX_TEXT];
	static char link[IMS_GS1_MAX_LINK];
	ImsGs1Problem status;
	size_t length;
	size_t link_length;

	ims_gs1_normalise(&message);
	length = ims_gs1_write_text(&message, text);
	if (!ims_gs1_parse(text, length, &lenient, &again, &status))
		abort();
	ims_gs1_normalise(&again);
	if (ims_gs1_write_text(&again, other) != length || memcmp(text, other, length) != 0)
		abort();
	if (!ims_gs1_read_text(text, length, &again) || again.count != message.count)
		abort();
	ims_gs1_write_human(&message, other);
	length = ims_gs1_write_wire(&message, other);
	if (!ims_gs1_parse(other, length, &lenient, &again, &status))
		abort();
	if (ims_gs1_write_link(&message, NULL, 0, link, &link_length, &status))
	{
		if (!ims_gs1_parse(link, link_length, &lenient, &again, &status))
			abort();
		check_ndef(link, link_length);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char ndef[IMS_GS1_MAX_INPUT];
	const char *text = (const char *) data + 1;
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
		ims_gs1_read_format(text, length, &format);
	if (data[0] & 16)
	{
		if (!ims_gs1_read_ndef(data + 1, size - 1, ndef, &length, &status))
			return 0;
		text = ndef;
	}
	if (ims_gs1_parse(text, length, &options, &message, &status))
		check_forms();
	else if (status.rule == IMS_GS1_RULE_OK)
		abort();
	return 0;
}
