/*
 * gs1_key.c -- GS1 keys: reading, checking, composing.
 *
 * Guaranteed: every valid key is taken and printed as it was; every wrong
 * digit is refused, and every transposition that the check digit can see; the
 * position of an error is that of the character.  Shown by fixed cases, by the
 * cases of ../shared where they are, and by a million random keys of each type.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "type/gs1_check_pair_core.h"
#include "type/gs1_key_core.h"

#define CASES "../shared/cases/gs1/gs1_linters.jsonl"
#define RANDOM_KEYS 1000000

static int count;
static int failed;
static uint64_t state = 20260101;

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

/* fixed cases */

typedef struct KeyCase
{
	const char *kind;
	const char *key;
	ImsGs1Rule rule;
	int position;
} KeyCase;

static const KeyCase key_cases[] = {
	{"gtin", "96385074", IMS_GS1_OK, 0},
	{"gtin", "012345678905", IMS_GS1_OK, 0},
	{"gtin", "4006381333931", IMS_GS1_OK, 0},
	{"gtin", "04006381333931", IMS_GS1_OK, 0},
	{"gtin", "4006381333930", IMS_GS1_CHECK_DIGIT, 13},
	{"gtin", "400638133393", IMS_GS1_CHECK_DIGIT, 12},
	{"gtin", "40063813339", IMS_GS1_LENGTH, 0},
	{"gtin", "004006381333931", IMS_GS1_LENGTH, 0},
	{"gtin", "", IMS_GS1_LENGTH, 0},
	{"gtin", "40063813339a1", IMS_GS1_DIGIT, 12},
	{"gtin", " 400638133393", IMS_GS1_DIGIT, 1},
	{"sscc", "376104250021234569", IMS_GS1_OK, 0},
	{"sscc", "376104250021234568", IMS_GS1_CHECK_DIGIT, 18},
	{"sscc", "37610425002123456", IMS_GS1_LENGTH, 0},
	{"sscc", "3761042500212345690", IMS_GS1_LENGTH, 0},
	{"gln", "0614141123452", IMS_GS1_OK, 0},
	{"gln", "0614141123453", IMS_GS1_CHECK_DIGIT, 13},
	{"gsin", "40123450000000011", IMS_GS1_CHECK_DIGIT, 17},
	{"gsrn", "376104250021234569", IMS_GS1_OK, 0},
	{"grai", "00614141123452", IMS_GS1_OK, 0},
	{"grai", "0061414112345232a/b", IMS_GS1_OK, 0},
	{"grai", "006141411234521234567890123456", IMS_GS1_OK, 0},
	{"grai", "0061414112345212345678901234567", IMS_GS1_LENGTH, 0},
	{"grai", "10614141123452", IMS_GS1_ZERO, 1},
	{"grai", "00614141123453", IMS_GS1_CHECK_DIGIT, 14},
	{"grai", "00614141123452 ", IMS_GS1_CHARACTER, 15},
	{"gdti", "0614141123452", IMS_GS1_OK, 0},
	{"gdti", "061414112345212345678901234567", IMS_GS1_OK, 0},
	{"gdti", "0614141123452123456789012345678", IMS_GS1_LENGTH, 0},
	{"gcn", "0614141123452123456789012", IMS_GS1_OK, 0},
	{"gcn", "061414112345212345678901X", IMS_GS1_CHARACTER, 25},
	{"giai", "061414132a/b", IMS_GS1_OK, 0},
	{"giai", "0614", IMS_GS1_OK, 0},
	{"giai", "061", IMS_GS1_PREFIX, 4},
	{"giai", "06A4141", IMS_GS1_PREFIX, 3},
	{"giai", "", IMS_GS1_PREFIX, 1},
	{"giai", "0614141#", IMS_GS1_CHARACTER, 8},
	{"giai", "1234567890123456789012345678901", IMS_GS1_LENGTH, 0},
	{"ginc", "0614141ABC", IMS_GS1_OK, 0},
	{"cpid", "0614141ABC-1/#", IMS_GS1_OK, 0},
	{"cpid", "0614141abc", IMS_GS1_CHARACTER, 8},
	{"gmn", "1987654Ad4X4bL5ttr2310c2K", IMS_GS1_OK, 0},
	{"gmn", "1987654Ad4X4bL5ttr2310c2L", IMS_GS1_CHECK_PAIR, 24},
	{"gmn", "1987654Ad4X4bL5ttr2310cx2K", IMS_GS1_LENGTH, 0},
	{"gmn", "1987", IMS_GS1_CHECK_PAIR, 3},
};

static void
test_key_cases(void)
{
	for (size_t i = 0; i < sizeof(key_cases) / sizeof(key_cases[0]); i++)
	{
		const KeyCase *c = &key_cases[i];
		ImsGs1Kind kind;
		bool known = ims_gs1_kind_parse(c->kind, strlen(c->kind), &kind);
		ImsGs1Status status = {IMS_GS1_OK, -1};
		char what[100];

		if (known)
			status = ims_gs1_key_check(kind, c->key, strlen(c->key));
		snprintf(what, sizeof(what), "%s \"%s\": %s at %d", c->kind, c->key,
				 ims_gs1_rule_name(status.rule), status.position);
		ok(known && status.rule == c->rule && status.position == c->position, what);
	}
}

static bool
is_upce(const char *code, const char *upca)
{
	int64_t gtin = -1;
	int64_t expected = -2;

	return ims_gtin_from_upce(code, strlen(code), &gtin).rule == IMS_GS1_OK &&
		   ims_gtin_parse(upca, strlen(upca), &expected).rule == IMS_GS1_OK &&
		   gtin == expected;
}

static ImsGs1Rule
upce_rule(const char *code)
{
	int64_t gtin;

	return ims_gtin_from_upce(code, strlen(code), &gtin).rule;
}

static void
test_upce(void)
{
	ok(is_upce("04252614", "042100005264"), "UPC-E that ends in 1");
	ok(is_upce("425261", "042100005264"), "UPC-E without number system and check digit");
	ok(is_upce("0425261", "042100005264"), "UPC-E without check digit");
	ok(is_upce("123450", "012000003455"), "UPC-E that ends in 0");
	ok(is_upce("123453", "012300000451"), "UPC-E that ends in 3");
	ok(is_upce("123454", "012340000053"), "UPC-E that ends in 4");
	ok(is_upce("123459", "012345000096"), "UPC-E that ends in 9");
	ok(upce_rule("04252615") == IMS_GS1_CHECK_DIGIT, "UPC-E with a wrong check digit");
	ok(upce_rule("14252614") == IMS_GS1_ZERO, "UPC-E of another number system");
	ok(upce_rule("04252") == IMS_GS1_LENGTH, "UPC-E too short");
	ok(upce_rule("042526140") == IMS_GS1_LENGTH, "UPC-E too long");
	ok(upce_rule("04x52614") == IMS_GS1_DIGIT, "UPC-E with a letter");
}

static ImsGtinKind
kind_of(const char *code)
{
	char key[IMS_GTIN_DIGITS + 1];
	size_t length = strlen(code);
	int64_t gtin = 0;

	memcpy(key, code, length);
	key[length] = (char) ('0' + ims_gs1_check_digit(code, length));
	if (ims_gtin_parse(key, length + 1, &gtin).rule != IMS_GS1_OK)
		abort();
	return ims_gtin_kind(gtin);
}

/* Each prefix at both of its ends; the check digit is added. */
static void
test_kinds(void)
{
	ok(kind_of("400638133393") == IMS_GTIN_STANDARD, "an ordinary number");
	ok(kind_of("019999999999") == IMS_GTIN_STANDARD, "prefix 01");
	ok(kind_of("020000000000") == IMS_GTIN_RESTRICTED_REGION, "prefix 02, first");
	ok(kind_of("029999999999") == IMS_GTIN_RESTRICTED_REGION, "prefix 02, last");
	ok(kind_of("030000000000") == IMS_GTIN_STANDARD, "prefix 03");
	ok(kind_of("040000000000") == IMS_GTIN_RESTRICTED_COMPANY, "prefix 04, first");
	ok(kind_of("049999999999") == IMS_GTIN_RESTRICTED_COMPANY, "prefix 04, last");
	ok(kind_of("050000000000") == IMS_GTIN_STANDARD, "prefix 05");
	ok(kind_of("199999999999") == IMS_GTIN_STANDARD, "prefix 19");
	ok(kind_of("200000000000") == IMS_GTIN_RESTRICTED_REGION, "prefix 20");
	ok(kind_of("299999999999") == IMS_GTIN_RESTRICTED_REGION, "prefix 29");
	ok(kind_of("300000000000") == IMS_GTIN_STANDARD, "prefix 30");
	ok(kind_of("976999999999") == IMS_GTIN_STANDARD, "prefix 976");
	ok(kind_of("977000000000") == IMS_GTIN_ISSN, "prefix 977");
	ok(kind_of("978316148410") == IMS_GTIN_ISBN, "prefix 978");
	ok(kind_of("979099999999") == IMS_GTIN_ISMN, "prefix 979-0");
	ok(kind_of("979100000000") == IMS_GTIN_ISBN, "prefix 979-1");
	ok(kind_of("980000000000") == IMS_GTIN_REFUND, "prefix 980");
	ok(kind_of("981000000000") == IMS_GTIN_COUPON, "prefix 981");
	ok(kind_of("984999999999") == IMS_GTIN_COUPON, "prefix 984");
	ok(kind_of("985000000000") == IMS_GTIN_STANDARD, "prefix 985");
	ok(kind_of("990000000000") == IMS_GTIN_COUPON, "prefix 99");
	ok(kind_of("9400638133393") == IMS_GTIN_VARIABLE_MEASURE, "indicator 9");
	ok(kind_of("8400638133393") == IMS_GTIN_STANDARD, "indicator 8");
	ok(kind_of("1200000000000") == IMS_GTIN_RESTRICTED_REGION, "a case of restricted ones");
	ok(kind_of("9638507") == IMS_GTIN_STANDARD, "eight digits");
	ok(kind_of("0638507") == IMS_GTIN_RESTRICTED_COMPANY, "eight digits with prefix 0");
	ok(kind_of("2638507") == IMS_GTIN_RESTRICTED_COMPANY, "eight digits with prefix 2");
}

static void
test_limits(void)
{
	ok(ims_gs1_number_is_valid(INT64_C(99999999999997), IMS_GTIN_LIMIT), "the last GTIN");
	ok(!ims_gs1_number_is_valid(INT64_C(100000000000009), IMS_GTIN_LIMIT),
	   "the first number of 15 digits with a right check digit");
	ok(!ims_gs1_number_is_valid(-10, IMS_GTIN_LIMIT), "a negative number");
	ok(!ims_gs1_number_is_valid(INT64_MAX, IMS_SSCC_LIMIT), "the largest number");
	ok(!ims_gs1_number_is_valid(INT64_MIN, IMS_SSCC_LIMIT), "the smallest number");
}

static bool
composes(int lead, const char *prefix, const char *reference, int digits, int64_t expected)
{
	int64_t number = -1;

	return ims_gs1_compose(lead, prefix, strlen(prefix), reference, strlen(reference),
						   digits, &number)
				   .rule == IMS_GS1_OK &&
		   number == expected;
}

static ImsGs1Rule
compose_rule(const char *prefix, const char *reference)
{
	int64_t number;

	return ims_gs1_compose(-1, prefix, strlen(prefix), reference, strlen(reference),
						   IMS_GLN_DIGITS, &number)
		.rule;
}

static void
test_compose(void)
{
	ok(composes(0, "4006381", "33393", IMS_GTIN_DIGITS, INT64_C(4006381333931)), "GTIN");
	ok(composes(8, "0614141", "12345", IMS_GTIN_DIGITS, INT64_C(80614141123458)),
	   "GTIN with an indicator");
	ok(composes(3, "7610425", "2123456", IMS_SSCC_DIGITS, INT64_C(376104250021234569)),
	   "SSCC, its serial reference filled with zeros");
	ok(composes(-1, "0614141", "12345", IMS_GLN_DIGITS, INT64_C(614141123452)), "GLN");
	ok(composes(-1, "061414112345", "", IMS_GLN_DIGITS, INT64_C(614141123452)),
	   "GLN of a prefix with twelve digits");
	ok(compose_rule("061", "1") == IMS_GS1_PREFIX, "a prefix of three digits");
	ok(compose_rule("0614", "1") == IMS_GS1_OK, "a prefix of four digits");
	ok(compose_rule("0614141123451", "") == IMS_GS1_PREFIX, "a prefix of 13 digits");
	ok(compose_rule("06141x1", "1") == IMS_GS1_PREFIX, "a prefix with a letter");
	ok(compose_rule("0614141", "123456") == IMS_GS1_LENGTH, "a reference too long");
	ok(compose_rule("0614141", "12x") == IMS_GS1_DIGIT, "a reference with a letter");
}

/* random keys */

static ImsGs1Rule
rule_of(const char *key, int digits)
{
	int64_t number;

	switch (digits)
	{
	case IMS_SSCC_DIGITS:
		return ims_sscc_parse(key, digits, &number).rule;
	case IMS_GTIN_DIGITS:
		return ims_gtin_parse(key, digits, &number).rule;
	default:
		return ims_gln_parse(key, digits, &number).rule;
	}
}

static bool
survives(int digits, int64_t limit)
{
	char key[IMS_GS1_MAX_KEY_DIGITS + 1];
	char printed[IMS_GS1_MAX_KEY_DIGITS + 1];
	int64_t body = (int64_t) (next_random() % (uint64_t) (limit / 10));
	int64_t number = -1;
	int at = (int) (next_random() % (uint64_t) digits);
	char was;

	ims_gs1_number_format(body, digits - 1, key);
	key[digits - 1] = (char) ('0' + ims_gs1_check_digit(key, digits - 1));
	key[digits] = '\0';
	if (rule_of(key, digits) != IMS_GS1_OK)
		return false;
	number = body * 10 + key[digits - 1] - '0';
	ims_gs1_number_format(number, digits, printed);
	if (strcmp(key, printed) != 0 || !ims_gs1_number_is_valid(number, limit))
		return false;

	was = key[at];
	key[at] = (char) ('0' + (was - '0' + 1 + next_random() % 9) % 10);
	if (rule_of(key, digits) != IMS_GS1_CHECK_DIGIT)
		return false;
	key[at] = was;
	at = at % (digits - 1);
	if (abs(key[at] - key[at + 1]) % 5 == 0)
		return true;
	key[at] = key[at + 1];
	key[at + 1] = printed[at];
	return rule_of(key, digits) == IMS_GS1_CHECK_DIGIT;
}

static void
test_random(const char *what, int digits, int64_t limit)
{
	int survived = 0;
	char title[100];

	for (int i = 0; i < RANDOM_KEYS; i++)
		survived += survives(digits, limit);
	snprintf(title, sizeof(title), "%d random %ss survive, their neighbours do not",
			 survived, what);
	ok(survived == RANDOM_KEYS, title);
}

static void
test_random_pairs(void)
{
	static const char cset82[] = "!\"%&'()*+,-./0123456789:;<=>?"
								 "ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
	int survived = 0;

	for (int i = 0; i < RANDOM_KEYS; i++)
	{
		char key[25];
		size_t body = 4 + next_random() % 20;
		size_t at = next_random() % body;
		char other;

		for (size_t k = 0; k < body; k++)
			key[k] = k < 4 ? (char) ('0' + next_random() % 10) : cset82[next_random() % 82];
		if (!ims_gs1_check_pair(key, body, key + body) ||
			ims_gs1_key_check(IMS_GS1_GMN, key, body + 2).rule != IMS_GS1_OK)
			continue;
		do
			other = cset82[next_random() % 82];
		while (other == key[at]);
		key[at] = other;
		survived += !ims_gs1_has_check_pair(key, body + 2);
	}
	ok(survived == RANDOM_KEYS,
	   "random model numbers survive, with a wrong character none");
}

/* The cases of ../shared: {"linter": "csum", "ok": true, "in": "..", ..}. */

static bool
json_text(const char *line, const char *name, char *value, size_t size)
{
	const char *at = strstr(line, name);
	size_t length = 0;

	if (at == NULL)
		return false;
	for (at += strlen(name); *at != '"' && length + 1 < size; at++)
	{
		if (*at == '\\')
			at++;
		value[length++] = *at;
	}
	value[length] = '\0';
	return true;
}

static void
test_shared_cases(void)
{
	char line[2000];
	char linter[50];
	char in[200];
	int right = 0;
	int wrong = 0;
	FILE *file = fopen(CASES, "r");

	if (file == NULL)
	{
		printf("# NOT TESTED: the check digit cases (%s is absent)\n", CASES);
		return;
	}
	while (fgets(line, sizeof(line), file) != NULL)
	{
		bool is_valid = strstr(line, "\"ok\": true") != NULL;
		bool found;

		if (!json_text(line, "\"linter\": \"", linter, sizeof(linter)) ||
			!json_text(line, "\"in\": \"", in, sizeof(in)))
			continue;
		if (strcmp(linter, "csum") == 0)
			found = ims_gs1_has_check_digit(in, strlen(in));
		else if (strcmp(linter, "csumalpha") == 0)
			found = ims_gs1_has_check_pair(in, strlen(in));
		else
			continue;
		right += found == is_valid;
		wrong += found != is_valid;
		if (found != is_valid)
			printf("# %s", line);
	}
	fclose(file);
	printf("# %d shared cases\n", right + wrong);
	ok(wrong == 0 && right > 30, "check digits and check pairs of the shared cases");
}

int
main(void)
{
	test_key_cases();
	test_upce();
	test_kinds();
	test_limits();
	test_compose();
	test_random("GTIN", IMS_GTIN_DIGITS, IMS_GTIN_LIMIT);
	test_random("SSCC", IMS_SSCC_DIGITS, IMS_SSCC_LIMIT);
	test_random("GLN", IMS_GLN_DIGITS, IMS_GLN_LIMIT);
	test_random_pairs();
	test_shared_cases();
	printf("1..%d\n", count);
	return failed != 0;
}
