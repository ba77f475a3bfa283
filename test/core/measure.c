/*
 * measure.c -- exact amounts with a unit.
 *
 * Guaranteed: what is read is written back, as text and as bytes; equal measures
 * have one key and compare as equal in whatever unit; the order is total; what
 * is converted is exact or rounded as the rule says.  Shown by cases at the
 * bounds and by the identifiers of ../shared where they are; measure_random.c
 * has random ones, measure_unit.c the units.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "type/measure_core.h"

#define AI_TABLE "../shared/cases/gs1/gs1_ai_table.tsv"

static int count;
static int failed;

static void
ok(bool passed, const char *what)
{
	failed += !passed;
	printf("%sok %d - %s\n", passed ? "" : "not ", ++count, what);
}

static bool
parse(const char *text, ImsMeasure *measure)
{
	return ims_measure_parse(text, strlen(text), measure).rule == IMS_MEASURE_OK;
}

/* text */

typedef struct TextCase
{
	const char *text;
	const char *written; /* NULL: refused */
	ImsMeasureRule rule;
	int position;
} TextCase;

static const TextCase text_cases[] = {
	{"3 CS", "3 CS", IMS_MEASURE_OK, 0},
	{"12.5 KGM", "12.5 KGM", IMS_MEASURE_OK, 0},
	{"  +012.500   KGM ", "12.5 KGM", IMS_MEASURE_OK, 0},
	{"-0.5 KGM", "-0.5 KGM", IMS_MEASURE_OK, 0},
	{"-0 KGM", "0 KGM", IMS_MEASURE_OK, 0},
	{".5 l", "0.5 l", IMS_MEASURE_OK, 0},
	{"5. l", "5 l", IMS_MEASURE_OK, 0},
	{"1 big-box", "1 big-box", IMS_MEASURE_OK, 0},
	{"10 10", "10 10", IMS_MEASURE_OK, 0},
	{"1 2x", "1 2x", IMS_MEASURE_OK, 0},
	{"1 \xc3\xa4", "1 \xc3\xa4", IMS_MEASURE_OK, 0},
	{"999999999999.999999999999999999 EA", "999999999999.999999999999999999 EA",
	 IMS_MEASURE_OK, 0},
	{"0000000000000999999999999 EA", "999999999999 EA", IMS_MEASURE_OK, 0},
	{"0.000000000000000001 EA", "0.000000000000000001 EA", IMS_MEASURE_OK, 0},
	{"0.1000000000000000000000 EA", "0.1 EA", IMS_MEASURE_OK, 0},
	{"1000000000000 EA", NULL, IMS_MEASURE_TOO_LARGE, 13},
	{"-1000000000000 EA", NULL, IMS_MEASURE_TOO_LARGE, 14},
	{"0.0000000000000000001 EA", NULL, IMS_MEASURE_TOO_FINE, 21},
	{"", NULL, IMS_MEASURE_AMOUNT, 1},
	{" ", NULL, IMS_MEASURE_AMOUNT, 1},
	{"-", NULL, IMS_MEASURE_AMOUNT, 1},
	{". EA", NULL, IMS_MEASURE_AMOUNT, 1},
	{"1,5 EA", NULL, IMS_MEASURE_AMOUNT, 2},
	{"1.5.1 EA", NULL, IMS_MEASURE_AMOUNT, 4},
	{"1e3 EA", NULL, IMS_MEASURE_AMOUNT, 2},
	{"--1 EA", NULL, IMS_MEASURE_AMOUNT, 2},
	{"NaN EA", NULL, IMS_MEASURE_AMOUNT, 1},
	{"EA 3", NULL, IMS_MEASURE_AMOUNT, 1},
	{"3EA", NULL, IMS_MEASURE_AMOUNT, 2},
	{"3", NULL, IMS_MEASURE_NO_UNIT, 2},
	{"3 ", NULL, IMS_MEASURE_NO_UNIT, 2},
	{"3 E\tA", NULL, IMS_MEASURE_UNIT_CHARACTER, 3},
	{"3 \t", NULL, IMS_MEASURE_UNIT_CHARACTER, 3},
	{"3 A\x7f", NULL, IMS_MEASURE_UNIT_CHARACTER, 3},
	{"1 big box", NULL, IMS_MEASURE_UNIT_CHARACTER, 3},
	{"1 000 KGM", NULL, IMS_MEASURE_UNIT_CHARACTER, 3},
	{" 1  000 000 KGM", NULL, IMS_MEASURE_UNIT_CHARACTER, 5},
	{"1 000", NULL, IMS_MEASURE_UNIT_NUMBER, 3},
	{"1 0", NULL, IMS_MEASURE_UNIT_NUMBER, 3},
	{"1 000.5", NULL, IMS_MEASURE_UNIT_NUMBER, 3},
	{"1 .5", NULL, IMS_MEASURE_UNIT_NUMBER, 3},
	{"1 ,", NULL, IMS_MEASURE_UNIT_NUMBER, 3},
};

static void
test_text(void)
{
	for (size_t i = 0; i < sizeof(text_cases) / sizeof(text_cases[0]); i++)
	{
		const TextCase *c = &text_cases[i];
		ImsMeasure measure;
		ImsMeasureStatus status = ims_measure_parse(c->text, strlen(c->text), &measure);
		char written[IMS_MEASURE_MAX_TEXT] = "";
		char what[200];

		if (status.rule == IMS_MEASURE_OK)
			ims_measure_write(&measure, written);
		snprintf(what, sizeof(what), "\"%s\" gives \"%s\", %s at %d", c->text, written,
				 ims_measure_rule_name(status.rule), status.position);
		ok(status.rule == c->rule && status.position == c->position &&
			   strcmp(written, c->written != NULL ? c->written : "") == 0,
		   what);
	}
}

static void
test_unit_length(void)
{
	char unit[IMS_UNIT_MAX_SIZE + 1];
	bool is_taken = true;

	memset(unit, 'U', sizeof(unit));
	ok(ims_measure_check_unit(unit, IMS_UNIT_MAX_SIZE) == IMS_MEASURE_OK,
	   "a unit of 80 bytes");
	ok(ims_measure_check_unit(unit, IMS_UNIT_MAX_SIZE + 1) == IMS_MEASURE_UNIT_LENGTH,
	   "and none of 81");
	ok(ims_measure_check_unit(unit, 0) == IMS_MEASURE_NO_UNIT, "nor of none");
	ok(ims_measure_check_unit(" U", 2) == IMS_MEASURE_UNIT_CHARACTER &&
		   ims_measure_check_unit("U ", 2) == IMS_MEASURE_UNIT_CHARACTER &&
		   ims_measure_check_unit("U\0U", 3) == IMS_MEASURE_UNIT_CHARACTER,
	   "nor with a space at an end or a zero byte");
	ok(ims_measure_check_unit("U U", 3) == IMS_MEASURE_UNIT_CHARACTER &&
		   ims_measure_check_unit("12", 2) == IMS_MEASURE_OK &&
		   ims_measure_check_unit("123", 3) == IMS_MEASURE_UNIT_NUMBER,
	   "nor with one within; a number has two digits, as some codes of Rec 20");
	for (int i = 0; i < ims_rec20_count && is_taken; i++)
		is_taken =
			ims_measure_check_unit(ims_rec20_units[i].code,
								   strlen(ims_rec20_units[i].code)) == IMS_MEASURE_OK;
	ok(is_taken, "every physical unit is one");
}

/* bytes */

static void
test_bytes(void)
{
	static const struct
	{
		const char *bytes;
		size_t size;
		ImsMeasureRule rule;
	} cases[] = {
		{"", 0, IMS_MEASURE_STORED},
		{"\x01\x00", 2, IMS_MEASURE_NO_UNIT},
		{"\x01\x01U", 3, IMS_MEASURE_OK},
		{"\x00U", 2, IMS_MEASURE_STORED},
		{"\x02\x01", 2, IMS_MEASURE_STORED},
		{"\x02\x00\x01U", 4, IMS_MEASURE_STORED}, /* one byte would do */
		{"\x02\xff\x80U", 4, IMS_MEASURE_STORED},
		{"\x02\x00\x80U", 4, IMS_MEASURE_OK},
		{"\x11UUUUUUUUUUUUUUUUUU", 19, IMS_MEASURE_STORED},
		{"\x10\x7f\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xffU", 18,
		 IMS_MEASURE_TOO_LARGE},
		{"\x10\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00U", 18,
		 IMS_MEASURE_TOO_LARGE},
		{"\x01\x01 U", 4, IMS_MEASURE_UNIT_CHARACTER},
		{"\x01\x01U U", 5, IMS_MEASURE_UNIT_CHARACTER},
		{"\x01\x01"
		 "000",
		 5, IMS_MEASURE_UNIT_NUMBER},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		ImsMeasure measure;
		ImsMeasureRule rule =
			ims_measure_decode((const uint8_t *) cases[i].bytes, cases[i].size, &measure);
		char what[80];

		snprintf(what, sizeof(what), "%d bytes: %s", (int) cases[i].size,
				 ims_measure_rule_name(rule));
		ok(rule == cases[i].rule, what);
	}
}

/* order */

static void
test_order(void)
{
	/* ascending; those with an equals sign are equal to the one before */
	static const char *const ascending[] = {
		"-1 TNE",	 "0 KGM", "=0 GRM",		  "1 MC",		"1 ONZ",	"=0.0625 LBR",
		"1 LBR",	 "1 KGM", "=1000 GRM",	  "=0.001 TNE", "1.1 KGM",	"1 MTR",
		"0.001 MTK", "1 ACR", "1 HAR",		  "=1 H18",		"5 H18",	"-1 LTR",
		"1 OZA",	 "1 LTR", "=1 DMQ",		  "1 GLL",		"=231 INQ", "1 MTQ",
		"0.5 MIN",	 "1 DAY", "1 NEW",		  "1 BAR",		"1 ATM",	"=760 UA",
		"1 JOU",	 "1 KWH", "=3600000 JOU", "1 WTT",		"1 COU",	"1 C34",
		"1 BQL",	 "-5 10", "1 10",		  "2 10",		"1 C",		"1 CS",
		"2 CS",		 "1 CSX", "0 DZN",		  "1 EA",		"1 kgm",
	};
	size_t size = sizeof(ascending) / sizeof(ascending[0]);
	int rank[sizeof(ascending) / sizeof(ascending[0])];
	bool right = true;

	for (size_t i = 0; i < size; i++)
		rank[i] = i == 0 ? 0 : rank[i - 1] + (ascending[i][0] != '=');
	for (size_t i = 0; i < size; i++)
		for (size_t j = 0; j < size; j++)
		{
			ImsMeasure a, b;
			int expected = (rank[i] > rank[j]) - (rank[i] < rank[j]);

			right &= parse(ascending[i] + (ascending[i][0] == '='), &a) &&
					 parse(ascending[j] + (ascending[j][0] == '='), &b);
			if (ims_measure_compare(&a, &b) != expected)
			{
				printf("# %s and %s\n", ascending[i], ascending[j]);
				right = false;
			}
		}
	ok(right, "measures of every kind have one order");
}

static void
test_keys(void)
{
	static const char *const different[] = {"1 KGM", "-1 KGM", "1 LTR", "1 CS",
											"-1 CS", "1 EA",   "1 CSX"};
	size_t size = sizeof(different) / sizeof(different[0]);
	bool right = true;

	for (size_t i = 0; i < size; i++)
		for (size_t j = 0; j < size; j++)
		{
			ImsMeasure a, b;
			uint8_t a_key[IMS_MEASURE_MAX_KEY] = {0};
			uint8_t b_key[IMS_MEASURE_MAX_KEY] = {0};

			right &= parse(different[i], &a) && parse(different[j], &b);
			ims_measure_key(&a, a_key);
			ims_measure_key(&b, b_key);
			right &= (memcmp(a_key, b_key, sizeof(a_key)) == 0) == (i == j);
		}
	ok(right, "keys tell sign, dimension and code");
}

/* arithmetic */

typedef struct ConvertCase
{
	const char *measure;
	const char *unit;
	ImsRoundingRule rule;
	int decimals;
	const char *result;
} ConvertCase;

static const ConvertCase convert_cases[] = {
	{"1 LBR", "KGM", IMS_ROUND_EXACT, 18, "0.45359237"},
	{"1 ONZ", "KGM", IMS_ROUND_EXACT, 18, "0.028349523125"},
	{"1 OZA", "LTR", IMS_ROUND_EXACT, 18, "0.0295735295625"},
	{"1 OZI", "MLT", IMS_ROUND_EXACT, 18, "28.4130625"},
	{"1 SMI", "FOT", IMS_ROUND_EXACT, 18, "5280"},
	{"1 ACR", "M48", IMS_ROUND_EXACT, 18, "0.0015625"},
	{"1 MTQ", "LTR", IMS_ROUND_EXACT, 18, "1000"},
	{"7000 GRN", "LBR", IMS_ROUND_EXACT, 18, "1"},
	{"1 HUR", "DAY", IMS_ROUND_EXACT, 18, "inexact"},
	{"1 KGM", "LBR", IMS_ROUND_EXACT, 18, "inexact"},
	{"1 KGM", "LBR", IMS_ROUND_HALF_UP, 6, "2.204623"},
	{"1 KGM", "LBR", IMS_ROUND_DOWN, 6, "2.204622"},
	{"-1 KGM", "LBR", IMS_ROUND_UP, 6, "-2.204623"},
	{"-1 KGM", "LBR", IMS_ROUND_DOWN, 6, "-2.204622"},
	{"1 KGM", "LBR", IMS_ROUND_HALF_EVEN, 18, "2.204622621848775807"},
	{"500 GRM", "KGM", IMS_ROUND_EXACT, 0, "inexact"},
	{"500 GRM", "KGM", IMS_ROUND_HALF_UP, 0, "1"},
	{"500 GRM", "KGM", IMS_ROUND_HALF_EVEN, 0, "0"},
	{"1500 GRM", "KGM", IMS_ROUND_HALF_EVEN, 0, "2"},
	{"500.000000000000000001 GRM", "KGM", IMS_ROUND_HALF_EVEN, 0, "1"},
	{"499.999999999999999999 GRM", "KGM", IMS_ROUND_HALF_UP, 0, "0"},
	{"0.000000000000000001 GRM", "KGM", IMS_ROUND_UP, 0, "1"},
	{"0.000000000000000001 GRM", "KGM", IMS_ROUND_UP, 18, "0.000000000000000001"},
	{"0.000000000000000001 GRM", "KGM", IMS_ROUND_HALF_UP, 18, "0"},
	{"0.0000000000000005 GRM", "KGM", IMS_ROUND_HALF_UP, 18, "0.000000000000000001"},
	{"-1500 GRM", "KGM", IMS_ROUND_HALF_UP, 0, "-2"},
	{"1.25 CS", "CS", IMS_ROUND_HALF_EVEN, 1, "1.2"},
	{"1 CS", "EA", IMS_ROUND_UP, 0, "incompatible"},
	{"1 KGM", "LTR", IMS_ROUND_UP, 0, "incompatible"},
	{"1 DZN", "C62", IMS_ROUND_EXACT, 18, "incompatible"},
	{"999999999999 TNE", "KGM", IMS_ROUND_EXACT, 18, "too large"},
	{"999999999999 B57", "A71", IMS_ROUND_EXACT, 18, "too large"},
	{"999999999999.9 CS", "CS", IMS_ROUND_UP, 0, "too large"},
	{"999999999999 MGM", "KTN", IMS_ROUND_EXACT, 18, "0.999999999999"},
};

static void
test_convert(void)
{
	for (size_t i = 0; i < sizeof(convert_cases) / sizeof(convert_cases[0]); i++)
	{
		const ConvertCase *c = &convert_cases[i];
		ImsMeasure measure;
		ImsAmount amount = 0;
		char result[IMS_AMOUNT_MAX_TEXT];
		char what[200];
		ImsMeasureRule rule = IMS_MEASURE_AMOUNT;

		if (parse(c->measure, &measure))
			rule = ims_measure_convert(&measure, c->unit, strlen(c->unit),
									   (ImsRounding){c->rule, c->decimals}, &amount);
		if (rule == IMS_MEASURE_OK)
			ims_amount_write(amount, result);
		else
			strcpy(result, ims_measure_rule_name(rule));
		snprintf(what, sizeof(what), "%s in %s: %s", c->measure, c->unit, result);
		ok(strcmp(result, c->result) == 0, what);
	}
}

static void
test_add(void)
{
	static const struct
	{
		const char *a, *b;
		bool is_subtracted;
		const char *result;
	} cases[] = {
		{"1 KGM", "1 LBR", false, "1.45359237"},
		{"1 LBR", "1 KGM", false, "inexact"},
		{"3 CS", "2 CS", true, "1"},
		{"3 CS", "2 EA", false, "incompatible"},
		{"1 KGM", "1 LTR", false, "incompatible"},
		{"0.1 MTR", "0.2 MTR", false, "0.3"},
		{"1 MTR", "1 CMT", true, "0.99"},
		{"999999999999.5 EA", "0.5 EA", false, "too large"},
		{"-999999999999.5 EA", "0.5 EA", true, "too large"},
		{"999999999999.5 EA", "0.499999999999999999 EA", false,
		 "999999999999.999999999999999999"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		ImsMeasure a, b;
		ImsAmount sum = 0;
		char result[IMS_AMOUNT_MAX_TEXT];
		char what[200];
		ImsMeasureRule rule = IMS_MEASURE_AMOUNT;

		if (parse(cases[i].a, &a) && parse(cases[i].b, &b))
			rule = ims_measure_add(&a, &b, cases[i].is_subtracted, &sum);
		if (rule == IMS_MEASURE_OK)
			ims_amount_write(sum, result);
		else
			strcpy(result, ims_measure_rule_name(rule));
		snprintf(what, sizeof(what), "%s %c %s: %s", cases[i].a,
				 cases[i].is_subtracted ? '-' : '+', cases[i].b, result);
		ok(strcmp(result, cases[i].result) == 0, what);
	}
}

static void
test_roundings(void)
{
	static const char *const names[] = {"exact", "up", "down", "half_up", "half_even"};
	ImsRoundingRule rule;
	bool right = true;

	for (int i = 0; i < 5; i++)
		right &= ims_rounding_parse(names[i], strlen(names[i]), &rule) && (int) rule == i;
	ok(right && !ims_rounding_parse("", 0, &rule) && !ims_rounding_parse("half", 4, &rule),
	   "roundings by name");
}

/* GS1 */

static void
test_gs1(void)
{
	static const struct
	{
		const char *ai, *value, *result;
	} cases[] = {
		{"3103", "000195", "0.195 KGM"},   {"3100", "000195", "195 KGM"},
		{"3105", "000001", "0.00001 KGM"}, {"3202", "012345", "123.45 LBR"},
		{"3111", "000000", "0 MTR"},	   {"3150", "999999", "999999 LTR"},
		{"3163", "001500", "1.5 MTQ"},	   {"3271", "000125", "12.5 INH"},
		{"3370", "000012", "12 28"},	   {"3560", "000001", "1 APZ"},
		{"3571", "000120", "12 OZA"},	   {"3602", "000150", "1.5 QTL"},
		{"3693", "000500", "0.5 YDQ"},	   {"3106", "000195", "ai"},
		{"3180", "000195", "ai"},		   {"3580", "000195", "ai"},
		{"3700", "000195", "ai"},		   {"3099", "000195", "ai"},
		{"310", "000195", "ai"},		   {"31030", "000195", "ai"},
		{"310n", "000195", "ai"},		   {"3103", "00195", "ai value"},
		{"3103", "0000195", "ai value"},   {"3103", "00019a", "ai value"},
		{"3103", "", "ai value"},		   {"", "000195", "ai"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		ImsMeasure measure;
		ImsMeasureStatus status =
			ims_measure_from_gs1(cases[i].ai, strlen(cases[i].ai), cases[i].value,
								 strlen(cases[i].value), &measure);
		char result[IMS_MEASURE_MAX_TEXT];
		char what[200];

		if (status.rule == IMS_MEASURE_OK)
			ims_measure_write(&measure, result);
		else
			strcpy(result, ims_measure_rule_name(status.rule));
		snprintf(what, sizeof(what), "(%s)%s: %s", cases[i].ai, cases[i].value, result);
		ok(strcmp(result, cases[i].result) == 0, what);
	}
}

/* What the table says in brackets, and the code of it. */
static const char *const title_units[][2] = {
	{"(kg)", "KGM"},		 {"(m)", "MTR"},		  {"(m\xc2\xb2)", "MTK"},
	{"(l)", "LTR"},			 {"(m\xc2\xb3)", "MTQ"},  {"(lb)", "LBR"},
	{"(in)", "INH"},		 {"(ft)", "FOT"},		  {"(yd)", "YRD"},
	{"KG PER m", "28"},		 {"(in\xc2\xb2)", "INK"}, {"(ft\xc2\xb2)", "FTK"},
	{"(yd\xc2\xb2)", "YDK"}, {"(tr oz)", "APZ"},	  {"(oz)", "OZA"},
	{"(qt (US))", "QTL"},	 {"(gal.)", "GLL"},		  {"(gal (US))", "GLL"},
	{"(in\xc2\xb3)", "INQ"}, {"(ft\xc2\xb3)", "FTQ"}, {"(yd\xc2\xb3)", "YDQ"},
};

static const char *
unit_of_title(const char *title)
{
	for (size_t i = 0; i < sizeof(title_units) / sizeof(title_units[0]); i++)
		if (strstr(title, title_units[i][0]) != NULL)
			return title_units[i][1];
	return "?";
}

/* Lines such as 3100-3105 .. N6 .. NET WEIGHT (kg). */
static void
test_shared_identifiers(void)
{
	FILE *file = fopen(AI_TABLE, "r");
	bool is_listed[10000] = {false};
	char line[1000];
	int right = 0;
	int wrong = 0;

	if (file == NULL)
	{
		printf("# NOT TESTED: the table of identifiers (%s is absent)\n", AI_TABLE);
		return;
	}
	while (fgets(line, sizeof(line), file) != NULL)
	{
		int first, last;

		if (sscanf(line, "%4d-%4d", &first, &last) != 2 || first < 3100 || first >= 3700)
			continue;
		for (int ai = first; ai <= last; ai++)
		{
			char digits[12];
			ImsMeasure measure;

			snprintf(digits, sizeof(digits), "%04d", ai);
			is_listed[ai] = true;
			if (ims_measure_from_gs1(digits, 4, "000001", 6, &measure).rule ==
					IMS_MEASURE_OK &&
				strlen(unit_of_title(line)) == measure.unit_size &&
				memcmp(unit_of_title(line), measure.unit, measure.unit_size) == 0)
				right++;
			else
				printf("# %s", line), wrong++;
		}
	}
	fclose(file);
	for (int ai = 0; ai < 10000; ai++)
	{
		char digits[12];
		ImsMeasure measure;

		snprintf(digits, sizeof(digits), "%04d", ai);
		wrong +=
			!is_listed[ai] &&
			ims_measure_from_gs1(digits, 4, "000001", 6, &measure).rule == IMS_MEASURE_OK;
	}
	printf("# %d identifiers\n", right + wrong);
	ok(wrong == 0 && right > 300, "the shared identifiers, and no others");
}

int
main(void)
{
	test_text();
	test_unit_length();
	test_bytes();
	test_order();
	test_keys();
	test_convert();
	test_add();
	test_roundings();
	test_gs1();
	test_shared_identifiers();
	printf("1..%d\n", count);
	return failed != 0;
}
