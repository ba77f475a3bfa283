/*
 * gs1_random.c -- random element strings through every form and back.
 *
 * Guaranteed: a valid value comes back unchanged from its text, its wire form,
 * its link and the NDEF message of that; a damaged input is either refused or read as another valid
 * value, and never read outside its bounds (the build has sanitizers).
 * Every identifier of the table takes part, and those that are in none.  IMS_SEED and IMS_SCALE are those
 * of all seeded tests.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "type/gs1_check_pair_core.h"
#include "type/gs1_digit_core.h"
#include "type/gs1_parse_core.h"

#define ROUNDS 1000000
#define MAX_RANDOM_ELEMENTS 6
#define TRIES 2000

static const char set82[] = "!\"%&'()*+,-./0123456789:;<=>?"
							"ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
static const char set39[] = "#-/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
static const char set64[] =
	"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_-abcdefghijklmnopqrstuvwxyz";

static unsigned long long state;
static int count;
static int failed;

/* Knuth's multiplier; the upper bits are good enough. */
static unsigned
random_below(unsigned limit)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned) (state >> 33) % limit;
}

static void
ok(bool passed, const char *what)
{
	failed += !passed;
	printf("%sok %d - %s\n", passed ? "" : "not ", ++count, what);
}

static void
fill(char *text, size_t length, const char *from)
{
	unsigned size = (unsigned) strlen(from);

	for (size_t i = 0; i < length; i++)
		text[i] = from[random_below(size)];
}

/* Values that chance would hardly hit. */
static void
construct(ImsGs1Check check, char *text, size_t length)
{
	static const char coupon[] = "0123456123456111101230";
	static const char offer[] = "001234561234560123456";

	switch (check)
	{
	case IMS_GS1_CHECK_csum:
		text[length - 1] = (char) ('0' + ims_gs1_check_digit(text, length - 1));
		break;
	case IMS_GS1_CHECK_gcppos1:
	case IMS_GS1_CHECK_gcppos2:
		fill(text, length < 5 ? length : 5, "0123456789");
		break;
	case IMS_GS1_CHECK_posinseqslash:
		memcpy(text, "1/9", 3);
		break;
	case IMS_GS1_CHECK_couponcode:
		memcpy(text, coupon, length < sizeof(coupon) ? length : sizeof(coupon) - 1);
		break;
	case IMS_GS1_CHECK_couponposoffer:
		memcpy(text, offer, length < sizeof(offer) ? length : sizeof(offer) - 1);
		break;
	default:
		break;
	}
}

/* Check pairs and sums that go over what was constructed before. */
static void
complete(ImsGs1Check check, char *text, size_t length)
{
	int rest = 0;

	if (check == IMS_GS1_CHECK_csum)
		construct(check, text, length);
	if (check == IMS_GS1_CHECK_csumalpha && length >= 2)
		ims_gs1_check_pair(text, length - 2, text + length - 2);
	if (check != IMS_GS1_CHECK_iban || length < 11)
		return;
	fill(text, length, "0123456789");
	memcpy(text, "DE00", 4);
	for (size_t i = 4; i < length; i++)
		rest = (rest * 10 + (text[i] - '0')) % 97;
	rest = 98 - (rest * 1000000 % 97 + 131400) % 97;
	text[2] = (char) ('0' + rest / 10);
	text[3] = (char) ('0' + rest % 10);
}

static size_t
try_part(const ImsGs1Part *part, char *text)
{
	size_t length = part->least + random_below((unsigned) (part->most - part->least) + 1);

	fill(text, length,
		 part->set == 'N'	? "0123456789"
		 : part->set == 'X' ? set82
		 : part->set == 'Y' ? set39
							: set64);
	for (int i = 0; i < IMS_GS1_MAX_CHECKS; i++)
		construct((ImsGs1Check) part->checks[i], text, length);
	for (int i = 0; i < IMS_GS1_MAX_CHECKS; i++)
		complete((ImsGs1Check) part->checks[i], text, length);
	return length;
}

static bool
is_fine(const ImsGs1Part *part, const char *text, size_t length)
{
	for (int i = 0; i < IMS_GS1_MAX_CHECKS; i++)
		if (ims_gs1_check((ImsGs1Check) part->checks[i], text, length).rule !=
			IMS_GS1_RULE_OK)
			return false;
	return true;
}

/* A random value of a format; 0 if chance did not find one. */
static size_t
random_value(const ImsGs1Format *format, char *text)
{
	size_t at = 0;

	for (int i = 0; i < format->count; i++)
	{
		const ImsGs1Part *part = &format->parts[i];
		size_t length = 0;
		int tries = 0;

		if (part->optional && random_below(2) == 0)
			break;
		do
			length = try_part(part, text + at);
		while (!is_fine(part, text + at, length) && ++tries < TRIES);
		if (tries == TRIES)
			return 0;
		at += length;
	}
	return at;
}

static long taken_part[1000];
static long unknown;

/* An identifier that the table does not have, with a value as long as it may be. */
static size_t
random_unknown(ImsGs1Element *element, char *value)
{
	char digits[IMS_GS1_MAX_AI_DIGITS];
	size_t length;

	do
		fill(digits, sizeof(digits), "0123456789");
	while (!ims_gs1_read_key(digits, sizeof(digits), &element->key) ||
		   ims_gs1_find_ai(element->key));
	length = (size_t) ims_gs1_predefined_length(element->key);
	if (length == 0)
		length = 1 + random_below(IMS_GS1_MAX_VALUE);
	fill(value, length, set82);
	element->ai = NULL;
	return length;
}

/* A message of one to six elements in random order. */
static void
random_message(ImsGs1Message *message)
{
	int wanted = 1 + (int) random_below(MAX_RANDOM_ELEMENTS);

	message->count = 0;
	message->used = 0;
	for (int i = 0; i < wanted; i++)
	{
		int row = (int) random_below((unsigned) ims_gs1_ai_count());
		const ImsGs1Ai *ai = ims_gs1_ai_row(row);
		unsigned step = ai->digits == 2 ? 100 : ai->digits == 3 ? 10 : 1;
		ImsGs1Element element = {.ai = ai};

		element.key.number =
			(uint16_t) (ai->low +
						step * random_below((unsigned) (ai->high - ai->low) / step + 1));
		element.key.digits = ai->digits;
		element.value = message->data + message->used;
		if (random_below(16) == 0)
			element.length =
				(uint8_t) random_unknown(&element, message->data + message->used);
		else
			element.length =
				(uint8_t) random_value(ai->format, message->data + message->used);
		if (element.length == 0 || ims_gs1_find(message, element.key))
			continue;
		message->used += element.length;
		message->elements[message->count++] = element;
		taken_part[row] += element.ai != NULL;
		unknown += element.ai == NULL;
	}
}

static ImsGs1Message given;
static ImsGs1Message got;
static char text[IMS_GS1_MAX_TEXT];
static size_t text_length;

/* Whether a form reads back as the value in text. */
static bool
reads_back(const char *form, size_t length)
{
	static const ImsGs1Options lenient;
	char again[IMS_GS1_MAX_TEXT];
	ImsGs1Problem status;

	if (!ims_gs1_parse(form, length, &lenient, &got, &status))
	{
		char name[IMS_GS1_MAX_RULE_NAME];

		printf("# %.*s: %s at %zu\n", (int) length, form,
			   ims_gs1_element_rule_name(status.rule, name), status.offset);
		return false;
	}
	ims_gs1_normalise(&got);
	if (ims_gs1_write_text(&got, again) == text_length &&
		memcmp(again, text, text_length) == 0)
		return true;
	printf("# %s became %s\n", text, again);
	return false;
}

/* The message in memory of just its size, so that the sanitizer sees a byte too far. */
static bool
ndef_reads_back(const char *link, size_t length)
{
	unsigned char ndef[IMS_GS1_MAX_NDEF];
	char again[IMS_GS1_MAX_INPUT];
	size_t size = ims_gs1_write_ndef(link, length, ndef);
	unsigned char *copy = malloc(size);
	ImsGs1Problem status;
	size_t got_length;
	bool same;

	memcpy(copy, ndef, size);
	same = size <= length && ims_gs1_read_ndef(copy, size, again, &got_length, &status) &&
		   got_length == length && memcmp(again, link, length) == 0 &&
		   reads_back(again, got_length);
	free(copy);
	return same;
}

static bool
round_trip(long *links)
{
	char form[IMS_GS1_MAX_LINK];
	size_t length;
	ImsGs1Problem status;
	char *copy;
	bool same;

	ims_gs1_normalise(&given);
	text_length = ims_gs1_write_text(&given, text);
	same = reads_back(text, text_length);
	length = ims_gs1_write_wire(&given, form);
	/* A copy of just that size: the sanitizer sees a byte too far. */
	copy = malloc(length);
	memcpy(copy, form, length);
	same &= reads_back(copy, length);
	free(copy);
	if (ims_gs1_write_link(&given, NULL, 0, form, &length, &status))
	{
		same &= reads_back(form, length) && ndef_reads_back(form, length);
		(*links)++;
	}
	same &= ims_gs1_read_text(text, text_length, &got) && got.count == given.count;
	return same;
}

/* A byte changed, left out or cut off: refused, or another value that round-trips. */
static bool
survives_damage(void)
{
	static const ImsGs1Options strict = {.is_strict = true};
	char damaged[IMS_GS1_MAX_TEXT];
	size_t length = text_length;
	ImsGs1Problem status;

	memcpy(damaged, text, length);
	if (random_below(2))
		damaged[random_below((unsigned) length)] = (char) random_below(256);
	if (random_below(4) == 0)
		length = random_below((unsigned) length);
	if (!ims_gs1_parse(damaged, length, &strict, &got, &status))
		return status.rule != IMS_GS1_RULE_OK && status.offset <= length;
	ims_gs1_normalise(&got);
	text_length = ims_gs1_write_text(&got, text);
	memcpy(damaged, text, text_length);
	return reads_back(damaged, text_length);
}

int
main(void)
{
	const char *seed = getenv("IMS_SEED");
	const char *scale = getenv("IMS_SCALE");
	long rounds = ROUNDS * (scale ? atol(scale) : 1);
	long links = 0;
	long wrong = 0;
	long wrong_damaged = 0;
	int unused = 0;
	char what[100];

	state = seed ? strtoull(seed, NULL, 10) : 1;
	for (long i = 0; i < rounds; i++)
	{
		random_message(&given);
		if (given.count == 0)
			continue;
		wrong += !round_trip(&links);
		wrong_damaged += !survives_damage();
	}
	for (int i = 0; i < ims_gs1_ai_count(); i++)
		unused += taken_part[i] == 0;
	snprintf(what, sizeof(what),
			 "%ld values round-trip, %ld of them as links and on tags", rounds, links);
	ok(wrong == 0 && links > 0, what);
	ok(wrong_damaged == 0, "damaged inputs are refused, or read as what they say");
	ok(unused == 0 && unknown > 0, "every identifier took part, and unknown ones");
	printf("1..%d\n", count);
	return failed != 0;
}
