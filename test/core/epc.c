/*
 * epc.c -- electronic product codes: bits, URIs, element strings.
 *
 * Guaranteed: each form of an EPC is made from each other; what does not fit
 * the digits or bits of a field is refused, never cut.  Shown by the vectors of
 * the standard, by cases at the bounds, by the vectors of ../shared where they
 * are, and by a million random tags over all schemes and prefix lengths.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "type/epc_core.h"

#define CASES "../shared/cases/gs1/epc_tds.csv"
#define RANDOM_TAGS 1000000

static int count;
static int failed;
static uint64_t state = 20260102;

static void
ok(bool passed, const char *what)
{
	failed += !passed;
	printf("%sok %d - %s\n", passed ? "" : "not ", ++count, what);
}

/* splitmix64 */
static uint64_t
next_random(void)
{
	uint64_t z = (state += UINT64_C(0x9E3779B97F4A7C15));

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

static bool
equals_hex(const ImsEpc *epc, const char *hex)
{
	uint8_t bytes[IMS_EPC_MAX_SIZE];
	char text[IMS_EPC_MAX_HEX + 1];
	size_t size = ims_epc_encode(epc, bytes);

	for (size_t i = 0; i < size; i++)
		sprintf(text + 2 * i, "%02X", bytes[i]);
	return strcmp(text, hex) == 0;
}

/* vectors: one EPC in four forms */

typedef struct Vector
{
	const char *scheme;
	const char *element_string;
	const char *pure_uri;
	const char *tag_uri;
	const char *hex;
} Vector;

/* Tag Data Standard, annex E.3; what it does not print was computed apart. */
static const Vector vectors[] = {
	{"sgtin-96", "(01)80614141123458(21)6789", "urn:epc:id:sgtin:0614141.812345.6789",
	 "urn:epc:tag:sgtin-96:3.0614141.812345.6789", "3074257BF7194E4000001A85"},
	{"sgtin-198", "(01)70614141123451(21)32a/b", "urn:epc:id:sgtin:0614141.712345.32a%2Fb",
	 "urn:epc:tag:sgtin-198:3.0614141.712345.32a%2Fb",
	 "3674257BF6B7A659B2C2BF1000000000000000000000000000"},
	{"sscc-96", "(00)106141412345678908", "urn:epc:id:sscc:0614141.1234567890",
	 "urn:epc:tag:sscc-96:3.0614141.1234567890", "3174257BF4499602D2000000"},
	{"sgln-96", "(414)0614141123452(254)5678", "urn:epc:id:sgln:0614141.12345.5678",
	 "urn:epc:tag:sgln-96:3.0614141.12345.5678", "3274257BF46072000000162E"},
	{"sgln-195", "(414)0614141123452(254)32a/b", "urn:epc:id:sgln:0614141.12345.32a%2Fb",
	 "urn:epc:tag:sgln-195:3.0614141.12345.32a%2Fb",
	 "3974257BF46072CD9615F88000000000000000000000000000"},
	{"grai-96", "(8003)006141411234525678", "urn:epc:id:grai:0614141.12345.5678",
	 "urn:epc:tag:grai-96:3.0614141.12345.5678", "3374257BF40C0E400000162E"},
	{"grai-170", "(8003)0061414112345232a/b", "urn:epc:id:grai:0614141.12345.32a%2Fb",
	 "urn:epc:tag:grai-170:3.0614141.12345.32a%2Fb",
	 "3774257BF40C0E59B2C2BF1000000000000000000000"},
	{"giai-96", "(8004)06141415678", "urn:epc:id:giai:0614141.5678",
	 "urn:epc:tag:giai-96:3.0614141.5678", "3474257BF40000000000162E"},
	{"giai-202", "(8004)061414132a/b", "urn:epc:id:giai:0614141.32a%2Fb",
	 "urn:epc:tag:giai-202:3.0614141.32a%2Fb",
	 "3874257BF59B2C2BF10000000000000000000000000000000000"},
	{"sgtin-198", "(01)70614141123451(21)a\\(b)\"%&.<>?",
	 "urn:epc:id:sgtin:0614141.712345.a(b)%22%25%26.%3C%3E%3F",
	 "urn:epc:tag:sgtin-198:3.0614141.712345.a(b)%22%25%26.%3C%3E%3F",
	 "3674257BF6B7A670A8C4A51254CB9E3E7E0000000000000000"},
};

static bool
is_written(void (*write)(const ImsEpc *, char *), const ImsEpc *epc, const char *expected)
{
	char text[IMS_EPC_MAX_TEXT];

	write(epc, text);
	if (strcmp(text, expected) != 0)
		printf("# %s instead of %s\n", text, expected);
	return strcmp(text, expected) == 0;
}

/* Each form is read, and from it each form is written. */
static bool
holds(const Vector *v)
{
	ImsEpc read[4];
	ImsEpcStatus status[4];
	bool result = true;
	int bits;

	status[0] = ims_epc_parse_hex(v->hex, strlen(v->hex), &read[0]);
	status[1] = ims_epc_parse_tag_uri(v->tag_uri, strlen(v->tag_uri), &read[1]);
	if (status[1].rule != IMS_EPC_OK)
		return false;
	bits = ims_epc_format(read[1].scheme)->bits;
	status[2] = ims_epc_parse_pure_uri(v->pure_uri, strlen(v->pure_uri), read[1].filter,
									   bits, &read[2]);
	status[3] = ims_epc_parse_element_string(v->element_string, strlen(v->element_string),
											 (int) strlen(read[1].prefix), read[1].filter,
											 0, &read[3]);
	for (int i = 0; i < 4; i++)
	{
		if (status[i].rule != IMS_EPC_OK)
		{
			printf("# form %d: %s\n", i, ims_epc_rule_name(status[i].rule));
			return false;
		}
		result &= strcmp(ims_epc_format(read[i].scheme)->name, v->scheme) == 0;
		result &= equals_hex(&read[i], v->hex);
		result &= is_written(ims_epc_write_tag_uri, &read[i], v->tag_uri);
		result &= is_written(ims_epc_write_pure_uri, &read[i], v->pure_uri);
		result &= is_written(ims_epc_write_element_string, &read[i], v->element_string);
	}
	return result;
}

static void
test_vectors(void)
{
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
		ok(holds(&vectors[i]), vectors[i].tag_uri);
}

static void
test_shared_vectors(void)
{
	char line[1000];
	int right = 0;
	int wrong = 0;
	FILE *file = fopen(CASES, "r");

	if (file == NULL)
	{
		printf("# NOT TESTED: the EPC vectors (%s is absent)\n", CASES);
		return;
	}
	while (fgets(line, sizeof(line), file) != NULL)
	{
		Vector v;

		if (strncmp(line, "scheme,", 7) == 0)
			continue;
		v.scheme = strtok(line, ",");
		v.element_string = strtok(NULL, ",");
		v.pure_uri = strtok(NULL, ",");
		v.tag_uri = strtok(NULL, ",");
		v.hex = strtok(NULL, ",");
		if (v.hex != NULL && holds(&v))
			right++;
		else
			wrong++;
	}
	fclose(file);
	printf("# %d shared vectors\n", right + wrong);
	ok(wrong == 0 && right > 40, "the shared vectors, each form from each");
}

/* refused */

typedef ImsEpcStatus (*Parser)(const char *text, size_t length, ImsEpc *epc);

static ImsEpcStatus
parse_pure(const char *text, size_t length, ImsEpc *epc)
{
	return ims_epc_parse_pure_uri(text, length, 0, 0, epc);
}

static ImsEpcStatus
parse_element(const char *text, size_t length, ImsEpc *epc)
{
	return ims_epc_parse_element_string(text, length, 7, 0, 0, epc);
}

typedef struct Refusal
{
	Parser parse;
	const char *text;
	ImsEpcRule rule;
	int position;
} Refusal;

#define TAG ims_epc_parse_tag_uri
#define HEX ims_epc_parse_hex

static const Refusal refusals[] = {
	{HEX, "", IMS_EPC_LENGTH, 0},
	{HEX, "3", IMS_EPC_LENGTH, 0},
	{HEX, "3074257BF7194E4000001A8", IMS_EPC_LENGTH, 0},
	{HEX, "3074257BF7194E4000001A850", IMS_EPC_LENGTH, 0},
	{HEX, "3074257BF7194E4000001A8G", IMS_EPC_SYNTAX, 24},
	{HEX, "3174257BF4499602D2000001", IMS_EPC_PADDING, 0},
	{HEX, "E274257BF7194E4000001A85", IMS_EPC_HEADER, 0},
	{HEX, "0000000000000000000000000", IMS_EPC_HEADER, 0},
	{HEX, "F774257BF7194E4000001A85", IMS_EPC_UNSUPPORTED, 0},
	{HEX, "F974257BF7194E4000001A85", IMS_EPC_UNSUPPORTED, 0},
	{HEX, "2C74257BF7194E4000001A85", IMS_EPC_UNSUPPORTED, 0},
	{HEX, "307C257BF7194E4000001A85", IMS_EPC_PARTITION, 0},
	{HEX, "3077FFFFF7194E4000001A85", IMS_EPC_PREFIX, 0},
	{HEX, "3074257BF7FFFFC000001A85", IMS_EPC_REFERENCE, 0},
	{HEX, "3674257BF6B78000000000000000000000000000000000000000", IMS_EPC_SERIAL_MISSING, 0},
	{HEX, "3674257BF6B7A059B2C2BF10000000000000000000000000000000", IMS_EPC_LENGTH, 0},
	{HEX, "3674257BF6B7A659B2C2BF1000000000000000000000000001", IMS_EPC_PADDING, 0},
	{HEX, "3674257BF6B7A659B2C2BF1000000000000000000000000004", IMS_EPC_PADDING, 0},
	{HEX, "3674257BF6B7A659B2C2BF100000000000000000000000000001", IMS_EPC_PADDING, 0},
	{HEX, "3674257BF6B7A659A0C2BF1000000000000000000000000000", IMS_EPC_SERIAL_CHARACTER, 0},
	{HEX, "3674257BF6B7A65980C2BF1000000000000000000000000000", IMS_EPC_PADDING, 0},
	{HEX, "3220393243F1660000000000", IMS_EPC_REFERENCE, 0},
	{TAG, "", IMS_EPC_SYNTAX, 1},
	{TAG, "urn:epc:tag:", IMS_EPC_HEADER, 13},
	{TAG, "urn:epc:tag:sgtin-97:3.0614141.812345.6789", IMS_EPC_HEADER, 13},
	{TAG, "urn:epc:tag:sgtin-96", IMS_EPC_HEADER, 13},
	{TAG, "urn:epc:tag:gdti-113:0.0614141.06012.1", IMS_EPC_UNSUPPORTED, 13},
	{TAG, "urn:epc:tag:sgtin+:0.1", IMS_EPC_UNSUPPORTED, 13},
	{TAG, "urn:epc:tag:sgtin-96:", IMS_EPC_FILTER, 22},
	{TAG, "urn:epc:tag:sgtin-96:8.0614141.812345.6789", IMS_EPC_FILTER, 22},
	{TAG, "urn:epc:tag:sgtin-96:x.0614141.812345.6789", IMS_EPC_FILTER, 22},
	{TAG, "urn:epc:tag:sgtin-96:12.0614141.812345.6789", IMS_EPC_SYNTAX, 23},
	{TAG, "urn:epc:tag:sgtin-96:3.06141.81234567.6789", IMS_EPC_PREFIX, 24},
	{TAG, "urn:epc:tag:sgtin-96:3.0614141123451.1.6789", IMS_EPC_PREFIX, 24},
	{TAG,
	 "urn:epc:tag:sgtin-96:3.0614141000000000000000000000000000000000000000000000000000000000"
	 "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
	 IMS_EPC_PREFIX, 24},
	{TAG, "urn:epc:tag:sgtin-96:3.06141x1.812345.6789", IMS_EPC_PREFIX, 24},
	{TAG, "urn:epc:tag:sgtin-96:3.0614141", IMS_EPC_SYNTAX, 31},
	{TAG, "urn:epc:tag:sgtin-96:3.0614141.81234.6789", IMS_EPC_REFERENCE, 32},
	{TAG, "urn:epc:tag:sgtin-96:3.0614141.8123456.6789", IMS_EPC_REFERENCE, 32},
	{TAG, "urn:epc:tag:sgtin-96:3.0614141.812345", IMS_EPC_SYNTAX, 38},
	{TAG, "urn:epc:tag:sgtin-96:3.0614141.812345.", IMS_EPC_SERIAL_MISSING, 39},
	{TAG, "urn:epc:tag:sgtin-96:3.0614141.812345.01", IMS_EPC_SERIAL_ZERO, 39},
	{TAG, "urn:epc:tag:sgtin-96:3.0614141.812345.12a", IMS_EPC_SERIAL_CHARACTER, 41},
	{TAG, "urn:epc:tag:sgtin-96:3.0614141.812345.274877906944", IMS_EPC_SERIAL_RANGE, 39},
	{TAG, "urn:epc:tag:sgtin-96:3.0614141.812345.99999999999999999999",
	 IMS_EPC_SERIAL_RANGE, 39},
	{TAG, "urn:epc:tag:sgtin-198:3.0614141.712345.123456789012345678901",
	 IMS_EPC_SERIAL_RANGE, 40},
	{TAG, "urn:epc:tag:sgtin-198:3.0614141.712345.1234567890123456789012345",
	 IMS_EPC_SERIAL_RANGE, 64},
	{TAG, "urn:epc:tag:sgtin-198:3.0614141.712345.a/b", IMS_EPC_SERIAL_CHARACTER, 41},
	{TAG, "urn:epc:tag:sgtin-198:3.0614141.712345.a%2", IMS_EPC_SERIAL_CHARACTER, 41},
	{TAG, "urn:epc:tag:sgtin-198:3.0614141.712345.a%20", IMS_EPC_SERIAL_CHARACTER, 41},
	{TAG, "urn:epc:tag:sgtin-198:3.0614141.712345.a%00", IMS_EPC_SERIAL_CHARACTER, 41},
	{TAG, "urn:epc:tag:sscc-96:3.0614141.1234567890.1", IMS_EPC_SYNTAX, 41},
	{TAG, "urn:epc:tag:sgln-96:3.0614141.12345.2199023255552", IMS_EPC_SERIAL_RANGE, 37},
	{TAG, "urn:epc:tag:giai-96:3.061414112345.4398046511104", IMS_EPC_SERIAL_RANGE, 36},
	{TAG, "urn:epc:tag:giai-202:3.061414112345.1234567890123456789", IMS_EPC_SERIAL_RANGE,
	 37},
	{parse_pure, "urn:epc:tag:sgtin-96:3.0614141.812345.6789", IMS_EPC_SYNTAX, 1},
	{parse_pure, "urn:epc:id:gdti:0614141.12345.1", IMS_EPC_UNSUPPORTED, 12},
	{parse_pure, "urn:epc:id:sgtin:0614141.812345.", IMS_EPC_SERIAL_MISSING, 33},
	{parse_element, "", IMS_EPC_SYNTAX, 1},
	{parse_element, "(10)ABC", IMS_EPC_SYNTAX, 1},
	{parse_element, "0180614141123458216789", IMS_EPC_SYNTAX, 1},
	{parse_element, "(01)8061414112345", IMS_EPC_LENGTH, 5},
	{parse_element, "(01)80614141123459(21)6789", IMS_EPC_CHECK_DIGIT, 18},
	{parse_element, "(01)8061414112345x(21)6789", IMS_EPC_SYNTAX, 18},
	{parse_element, "(01)80614141123458", IMS_EPC_SERIAL_MISSING, 19},
	{parse_element, "(01)80614141123458(21)", IMS_EPC_SERIAL_MISSING, 23},
	{parse_element, "(01)80614141123458(10)6789", IMS_EPC_ELEMENT, 19},
	{parse_element, "(01)80614141123458(21)67(10)89", IMS_EPC_ELEMENT, 25},
	{parse_element, "(01)80614141123458(21)67(3103)001250", IMS_EPC_ELEMENT, 25},
	{parse_element, "(01)80614141123458(21)67(1)8", IMS_EPC_SYNTAX, 25},
	{parse_element, "(01)80614141123458(21)67(31030)8", IMS_EPC_SYNTAX, 25},
	{parse_element, "(01)80614141123458(21)67(10", IMS_EPC_SYNTAX, 25},
	{parse_element, "(01)80614141123458x", IMS_EPC_SYNTAX, 19},
	{parse_element, "(414)0614141123452(254)5(10)8", IMS_EPC_ELEMENT, 25},
	{parse_element, "(8003)006141411234525678(10)8", IMS_EPC_ELEMENT, 25},
	{parse_element, "(8004)06141415678(10)8", IMS_EPC_ELEMENT, 18},
	{parse_element, "(01)80614141123458(21)6 89", IMS_EPC_SERIAL_CHARACTER, 24},
	{parse_element, "(00)106141412345678908(21)1", IMS_EPC_ELEMENT, 23},
	{parse_element, "(00)1061414123456789081", IMS_EPC_SYNTAX, 23},
	{parse_element, "(414)0614141123452(254)0", IMS_EPC_EXTENSION, 24},
	{parse_element, "(8003)106141411234525678", IMS_EPC_SYNTAX, 7},
	{parse_element, "(8003)00614141123452", IMS_EPC_SERIAL_MISSING, 21},
	{parse_element, "(8004)0614141", IMS_EPC_SERIAL_MISSING, 14},
	{parse_element, "(8004)061414", IMS_EPC_PREFIX, 7},
	{parse_element, "(8004)06141x1567", IMS_EPC_PREFIX, 7},
};

static void
test_refusals(void)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
	{
		const Refusal *r = &refusals[i];
		ImsEpc epc;
		ImsEpcStatus status = r->parse(r->text, strlen(r->text), &epc);
		char what[300];

		snprintf(what, sizeof(what), "\"%s\": %s at %d", r->text,
				 ims_epc_rule_name(status.rule), status.position);
		ok(status.rule == r->rule && status.position == r->position, what);
	}
}

static ImsEpcRule
element_rule(int prefix_length, int filter, int bits)
{
	static const char text[] = "(01)80614141123458(21)6789";
	ImsEpc epc;

	return ims_epc_parse_element_string(text, strlen(text), prefix_length, filter, bits,
										&epc)
		.rule;
}

static bool
takes_scheme(const char *element_string, int bits, const char *scheme)
{
	ImsEpc epc;

	return ims_epc_parse_element_string(element_string, strlen(element_string), 7, 0,
										bits, &epc)
				   .rule == IMS_EPC_OK &&
		   strcmp(ims_epc_format(epc.scheme)->name, scheme) == 0;
}

static void
test_arguments(void)
{
	ImsEpc epc;

	ok(element_rule(5, 0, 0) == IMS_EPC_PREFIX, "a company prefix of 5 digits");
	ok(element_rule(6, 0, 0) == IMS_EPC_OK, "a company prefix of 6 digits");
	ok(element_rule(12, 0, 0) == IMS_EPC_OK, "a company prefix of 12 digits");
	ok(element_rule(13, 0, 0) == IMS_EPC_PREFIX, "a company prefix of 13 digits");
	ok(element_rule(7, -1, 0) == IMS_EPC_FILTER, "filter value -1");
	ok(element_rule(7, 7, 0) == IMS_EPC_OK, "filter value 7");
	ok(element_rule(7, 8, 0) == IMS_EPC_FILTER, "filter value 8");
	ok(element_rule(7, 0, 170) == IMS_EPC_LENGTH, "no SGTIN has 170 bits");
	ok(takes_scheme("(01)80614141123458(21)6789", 198, "sgtin-198"), "198 bits on demand");
	ok(takes_scheme("(01)80614141123458(21)06789", 0, "sgtin-198"),
	   "a serial with a leading zero takes 198 bits");
	ok(takes_scheme("(01)80614141123458(21)274877906944", 0, "sgtin-198"),
	   "a serial too large for 96 bits takes 198");
	ok(takes_scheme("(01)80614141123458(21)274877906943", 0, "sgtin-96"),
	   "the largest of 96 bits");
	ok(takes_scheme("(414)0614141123452", 195, "sgln-195"), "a GLN alone in 195 bits");
	ok(ims_epc_parse_hex("3674257bf6b7a659b2c2bf100000000000000000000000000000", 52, &epc).rule ==
		   IMS_EPC_OK,
	   "hexadecimal digits of whole words, small letters");
}

static bool
is_link(const char *tag_uri, const char *path)
{
	char text[IMS_EPC_MAX_TEXT];
	ImsEpc epc;

	if (TAG(tag_uri, strlen(tag_uri), &epc).rule != IMS_EPC_OK)
		return false;
	ims_epc_write_link_path(&epc, text);
	return strcmp(text, path) == 0;
}

static bool
is_class(const char *lot, const char *uri)
{
	char text[IMS_EPC_MAX_TEXT];

	return ims_epc_write_class_uri("04023333020008", 7, lot,
								   lot != NULL ? strlen(lot) : 0, text)
				   .rule == IMS_EPC_OK &&
		   strcmp(text, uri) == 0;
}

static ImsEpcRule
class_rule(int prefix_length, const char *lot)
{
	char text[IMS_EPC_MAX_TEXT];

	return ims_epc_write_class_uri("04023333020008", prefix_length, lot, strlen(lot), text)
		.rule;
}

static void
test_links_and_classes(void)
{
	ok(is_link("urn:epc:tag:sgtin-96:0.234567890.1123.9999", "/01/12345678901231/21/9999"),
	   "link of an SGTIN");
	ok(is_link("urn:epc:tag:sscc-96:0.123456.06663868985", "/00/012345666638689852"),
	   "link of an SSCC");
	ok(is_link("urn:epc:tag:sgln-96:0.0614141.12345.0", "/414/0614141123452"),
	   "link of a GLN");
	ok(is_link("urn:epc:tag:sgln-195:0.0614141.12345.32a%2Fb",
			   "/414/0614141123452/254/32a%2Fb"),
	   "link of a place within a GLN");
	ok(is_link("urn:epc:tag:sgln-195:0.0614141.12345.32a%2fb",
			   "/414/0614141123452/254/32a%2Fb"),
	   "an escape in small letters");
	ok(is_link("urn:epc:tag:grai-170:0.0614141.12345.a(b)", "/8003/00614141123452a%28b%29"),
	   "link of a GRAI");
	ok(is_link("urn:epc:tag:giai-202:0.0614141.a-b.c_d=e", "/8004/0614141a-b.c_d%3De"),
	   "link of a GIAI");
	ok(is_class("2019-10-07", "urn:epc:class:lgtin:4023333.002000.2019-10-07"),
	   "class of a lot");
	ok(is_class("a/b", "urn:epc:class:lgtin:4023333.002000.a%2Fb"), "lot with an escape");
	ok(is_class(NULL, "urn:epc:idpat:sgtin:4023333.002000.*"), "all units of a GTIN");
	ok(class_rule(5, "a") == IMS_EPC_PREFIX, "class with a prefix of 5 digits");
	ok(class_rule(13, "a") == IMS_EPC_PREFIX, "class with a prefix of 13 digits");
	ok(class_rule(7, "") == IMS_EPC_SERIAL_MISSING, "class of a lot without a code");
	ok(class_rule(7, "a b") == IMS_EPC_SERIAL_CHARACTER, "class of a lot with a space");
	ok(class_rule(7, "123456789012345678901") == IMS_EPC_SERIAL_RANGE,
	   "class of a lot of 21 characters");
}

/* random tags */

static void
random_digits(char *text, int length)
{
	for (int i = 0; i < length; i++)
		text[i] = (char) ('0' + next_random() % 10);
	text[length] = '\0';
}

static void
random_serial(const ImsEpcFormat *format, int prefix_length, char *serial)
{
	static const char cset82[] = "!\"%&'()*+,-./0123456789:;<=>?"
								 "ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
	int max = format->serial_max - (format->kind == IMS_EPC_GIAI ? prefix_length : 0);

	if (format->serial == IMS_EPC_NUMBER)
		sprintf(serial, "%llu",
				(unsigned long long) (next_random() >> (26 + next_random() % 38)));
	else if (format->serial == IMS_EPC_TEXT)
	{
		int length = 1 + (int) (next_random() % (uint64_t) max);

		for (int i = 0; i < length; i++)
			serial[i] = cset82[next_random() % 82];
		serial[length] = '\0';
	}
}

static bool
survives(void)
{
	ImsEpc epc = {(ImsEpcScheme) (next_random() % IMS_EPC_SCHEMES)};
	const ImsEpcFormat *format = ims_epc_format(epc.scheme);
	int prefix_length = 6 + (int) (next_random() % 7);
	char element[IMS_EPC_MAX_TEXT];
	char pure[IMS_EPC_MAX_TEXT];
	char tag[IMS_EPC_MAX_TEXT];
	char hex[IMS_EPC_MAX_HEX + 1] = "";
	uint8_t bytes[IMS_EPC_MAX_SIZE];
	ImsEpc read[4];
	size_t size;

	epc.filter = (int) (next_random() % 8);
	random_digits(epc.prefix, prefix_length);
	random_digits(epc.reference,
				  format->key_digits > 0 ? format->key_digits - prefix_length : 0);
	random_serial(format, prefix_length, epc.serial);
	if (ims_epc_check(&epc).rule != IMS_EPC_OK)
		return false;

	size = ims_epc_encode(&epc, bytes);
	for (size_t i = 0; i < size; i++)
		sprintf(hex + 2 * i, "%02X", bytes[i]);
	ims_epc_write_tag_uri(&epc, tag);
	ims_epc_write_pure_uri(&epc, pure);
	ims_epc_write_element_string(&epc, element);
	if (HEX(hex, 2 * size, &read[0]).rule != IMS_EPC_OK ||
		TAG(tag, strlen(tag), &read[1]).rule != IMS_EPC_OK ||
		ims_epc_parse_pure_uri(pure, strlen(pure), epc.filter, format->bits, &read[2]).rule !=
			IMS_EPC_OK ||
		ims_epc_parse_element_string(element, strlen(element), prefix_length, epc.filter,
									 format->bits, &read[3])
				.rule != IMS_EPC_OK)
		return false;
	for (int i = 0; i < 4; i++)
		if (memcmp(&read[i].filter, &epc.filter, sizeof(epc.filter)) != 0 ||
			read[i].scheme != epc.scheme || strcmp(read[i].prefix, epc.prefix) != 0 ||
			strcmp(read[i].reference, epc.reference) != 0 ||
			strcmp(read[i].serial, epc.serial) != 0)
			return false;
	return true;
}

static void
test_random(void)
{
	int survived = 0;

	for (int i = 0; i < RANDOM_TAGS; i++)
		survived += survives();
	printf("# %d of %d\n", survived, RANDOM_TAGS);
	ok(survived == RANDOM_TAGS, "random tags survive every form");
}

int
main(void)
{
	test_vectors();
	test_shared_vectors();
	test_refusals();
	test_arguments();
	test_links_and_classes();
	test_random();
	printf("1..%d\n", count);
	return failed != 0;
}
