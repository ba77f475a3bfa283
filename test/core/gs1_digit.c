/*
 * gs1_digit.c -- check digits and character sets of GS1 keys.
 *
 * Guaranteed: the check digits printed in the standard's examples come out,
 * and each character set holds exactly the characters of section 7.11.
 */
#include <stdio.h>
#include <string.h>

#include "type/gs1_digit_core.h"

static int count;
static int failed;

static void
ok(bool passed, const char *what)
{
	failed += !passed;
	printf("%sok %d - %s\n", passed ? "" : "not ", ++count, what);
}

static int
members(bool (*is_member)(const char *, size_t))
{
	int found = 0;

	for (int c = 0; c < 256; c++)
	{
		char text = (char) c;

		found += is_member(&text, 1);
	}
	return found;
}

static int
digit(const char *body)
{
	return ims_gs1_check_digit(body, strlen(body));
}

int
main(void)
{
	ok(digit("629104150021") == 3, "GTIN-13");
	ok(digit("37610425002123456") == 9, "SSCC");
	ok(digit("0234567") == 3, "GTIN-8");
	ok(digit("41600033610") == 8, "GTIN-12");
	ok(digit("211234567890") == 0, "a sum of a multiple of ten gives 0");
	ok(ims_gs1_has_check_digit("6291041500213", 13), "a key with its check digit");
	ok(!ims_gs1_has_check_digit("6291041500214", 13), "a key with another");
	ok(!ims_gs1_has_check_digit("629104150021X", 13), "a key with a letter");
	ok(!ims_gs1_has_check_digit("0", 1), "a check digit of nothing");
	ok(members(ims_gs1_is_digits) == 10, "ten digits");
	ok(members(ims_gs1_is_cset82) == 82, "82 characters");
	ok(members(ims_gs1_is_cset39) == 39, "39 characters");
	ok(members(ims_gs1_is_cset64) == 65, "64 characters and the pad");
	printf("1..%d\n", count);
	return failed != 0;
}
