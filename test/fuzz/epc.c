/*
 * epc.c -- any bytes as bits, hexadecimal digits, URI or element string of an
 * EPC.
 *
 * Guaranteed: what is taken is written in every form and read back from it as
 * the same bits, and no two patterns of bits are one EPC.
 */
#include <string.h>

#include "type/epc_core.h"

#include "lib/fuzz.h"

const ImsFuzzSeed ims_fuzz_seeds[] = {
	IMS_FUZZ_SEED("\x30\x74\x25\x7B\xF7\x19\x4E\x40\x00\x00\x1A\x85"),
	IMS_FUZZ_SEED("\x32\x20\x39\x32\x43\xF1\x64\x00\x00\x00\x00\x00"),
	IMS_FUZZ_SEED(
		"\x36\x74\x25\x7B\xF6\xB7\xA6\x59\xB2\xC2\xBF\x10\0\0\0\0\0\0\0\0\0\0\0\0\0"),
	IMS_FUZZ_SEED("3174257BF4499602D2000000"),
	IMS_FUZZ_SEED("3774257BF40C0E59B2C2BF1000000000000000000000"),
	IMS_FUZZ_SEED("3874257BF59B2C2BF10000000000000000000000000000000000"),
	IMS_FUZZ_SEED("urn:epc:tag:sgtin-198:3.0614141.712345.32a%2Fb"),
	IMS_FUZZ_SEED("urn:epc:tag:giai-96:0.0614141.5678"),
	IMS_FUZZ_SEED("urn:epc:tag:sgln-195:1.061414112345..a.b"),
	IMS_FUZZ_SEED("urn:epc:id:grai:0614141.12345.32a%2Fb"),
	IMS_FUZZ_SEED("urn:epc:id:sscc:0614141.1234567890"),
	IMS_FUZZ_SEED("(01)70614141123451(21)32a/b"),
	IMS_FUZZ_SEED("(00)106141412345678908"),
	IMS_FUZZ_SEED("(414)0614141123452(254)56\\(78"),
	IMS_FUZZ_SEED("(8003)0061414112345232a/b"),
	IMS_FUZZ_SEED("(8004)061414132a/b"),
	{NULL, 0},
};

static void
check_same(const ImsEpc *a, const ImsEpc *b)
{
	uint8_t left[IMS_EPC_MAX_SIZE];
	uint8_t right[IMS_EPC_MAX_SIZE];
	size_t size = ims_epc_encode(a, left);

	CHECK(ims_epc_encode(b, right) == size);
	CHECK(memcmp(left, right, size) == 0);
}

/* An EPC that was taken, in every form and back. */
static void
check_epc(const ImsEpc *epc)
{
	uint8_t bytes[IMS_EPC_MAX_SIZE];
	char text[IMS_EPC_MAX_TEXT];
	ImsEpc again;
	int prefix_length = (int) strlen(epc->prefix);
	int bits = ims_epc_format(epc->scheme)->bits;

	CHECK(ims_epc_check(epc).rule == IMS_EPC_OK);
	CHECK(ims_epc_decode(bytes, ims_epc_encode(epc, bytes), &again).rule == IMS_EPC_OK);
	check_same(epc, &again);
	ims_epc_write_tag_uri(epc, text);
	CHECK(ims_epc_parse_tag_uri(text, strlen(text), &again).rule == IMS_EPC_OK);
	check_same(epc, &again);
	ims_epc_write_pure_uri(epc, text);
	CHECK(ims_epc_parse_pure_uri(text, strlen(text), epc->filter, bits, &again).rule ==
		  IMS_EPC_OK);
	check_same(epc, &again);
	ims_epc_write_element_string(epc, text);
	CHECK(ims_epc_parse_element_string(text, strlen(text), prefix_length, epc->filter,
									   bits, &again)
			  .rule == IMS_EPC_OK);
	check_same(epc, &again);
	ims_epc_write_link_path(epc, text);
	CHECK(text[0] == '/');
	CHECK(ims_epc_number(epc) >= -1);
}

static void
check(ImsEpcStatus status, const ImsEpc *epc, size_t size)
{
	CHECK(status.position >= 0 && (size_t) status.position <= size + 1);
	if (status.rule == IMS_EPC_OK)
		check_epc(epc);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *) data;
	uint8_t bytes[IMS_EPC_MAX_SIZE];
	ImsEpc epc;

	if (ims_epc_decode(data, size, &epc).rule == IMS_EPC_OK)
	{
		CHECK(ims_epc_encode(&epc, bytes) == size);
		CHECK(memcmp(bytes, data, size) == 0);
		check_epc(&epc);
	}
	check(ims_epc_parse_hex(text, size, &epc), &epc, size);
	check(ims_epc_parse_tag_uri(text, size, &epc), &epc, size);
	check(ims_epc_parse_pure_uri(text, size, 0, 0, &epc), &epc, size);
	for (int prefix_length = 5; prefix_length <= 13; prefix_length++)
		check(ims_epc_parse_element_string(text, size, prefix_length, 0, 0, &epc), &epc,
			  size);
	return 0;
}
