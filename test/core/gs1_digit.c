/*
 * gs1_digit.c -- check digits and character sets of GS1 keys.
 *
 * Guaranteed: the check digits printed in the standard's examples come out, and
 * those of its definition for bodies of any length; each character set holds
 * exactly the characters of section 7.11; digits are told from everything else,
 * wherever it stands.
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

/* Every byte at every place of texts of up to 40 digits. */
static bool
finds_what_is_no_digit(void)
{
	char text[40];

	for (size_t length = 0; length <= sizeof(text); length++)
	{
		for (size_t i = 0; i < length; i++)
			text[i] = (char) ('0' + i % 10);
		if (!ims_gs1_is_digits(text, length))
			return false;
		for (size_t at = 0; at < length; at++)
		{
			char was = text[at];

			for (int c = 0; c < 256; c++)
			{
				text[at] = (char) c;
				if (ims_gs1_is_digits(text, length) != (c >= '0' && c <= '9'))
					return false;
			}
			text[at] = was;
		}
	}
	return true;
}

/* Two bytes beside each other, one of which could carry into the other. */
static bool
finds_pairs(void)
{
	char text[9] = "123456780";

	for (int place = 0; place < 8; place++)
	{
		for (int pair = 0; pair < 65536; pair++)
		{
			int a = pair & 255;
			int b = pair >> 8;

			text[place] = (char) a;
			text[place + 1] = (char) b;
			if (ims_gs1_is_digits(text, sizeof(text)) !=
				(a >= '0' && a <= '9' && b >= '0' && b <= '9'))
				return false;
		}
		text[place] = text[place + 1] = '5';
	}
	return true;
}

/* The definition: from the right, weights 3 and 1. */
static bool
sums_as_defined(void)
{
	char body[30];

	for (size_t length = 0; length <= sizeof(body); length++)
	{
		int sum = 0;

		for (size_t i = 0; i < length; i++)
		{
			body[i] = (char) ('0' + (i * 7 + length) % 10);
			sum += (body[i] - '0') * ((length - i) % 2 == 1 ? 3 : 1);
		}
		if ((sum + ims_gs1_check_digit(body, length)) % 10 != 0)
			return false;
	}
	return true;
}

int
main(void)
{
	ok(finds_what_is_no_digit(), "what is no digit is seen at every place");
	ok(finds_pairs(), "and beside another");
	ok(sums_as_defined(), "bodies of up to 30 digits");
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
