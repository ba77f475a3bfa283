/*
 * measure.c -- any bytes as a measure: text, stored bytes, a GS1 element.
 *
 * Guaranteed: what is taken is written and read back as the same value, in text
 * and in bytes; it is equal to itself, and to itself in every other unit that
 * holds it exactly; the position of an error lies within the text.
 */
#include <string.h>

#include "type/measure_core.h"

#include "lib/fuzz.h"

const ImsFuzzSeed ims_fuzz_seeds[] = {
	IMS_FUZZ_SEED("3 CS"),
	IMS_FUZZ_SEED(" -12.500 KGM "),
	IMS_FUZZ_SEED("999999999999.999999999999999999 LBR"),
	IMS_FUZZ_SEED("0.000000000000000001 M52"),
	IMS_FUZZ_SEED("1 000 KGM"),
	IMS_FUZZ_SEED("3103000195"),
	IMS_FUZZ_SEED("\x01\x05KGM"),
	IMS_FUZZ_SEED("\x08\x29\xa2\x24\x1a\xf6\x2c\x00\x00"
				  "CS"),
	{NULL, 0},
};

static void
check_conversion(const ImsMeasure *measure, const ImsRec20Unit *unit)
{
	ImsMeasure other = {0, unit->code, strlen(unit->code)};
	uint8_t key[IMS_MEASURE_MAX_KEY];
	uint8_t other_key[IMS_MEASURE_MAX_KEY];
	size_t size;

	if (ims_measure_convert(measure, other.unit, other.unit_size, ims_measure_exact,
							&other.amount) != IMS_MEASURE_OK)
		return;
	CHECK(ims_measure_compare(measure, &other) == 0);
	CHECK(ims_measure_compare(&other, measure) == 0);
	size = ims_measure_key(measure, key);
	CHECK(ims_measure_key(&other, other_key) == size);
	CHECK(memcmp(key, other_key, size) == 0);
}

static void
check_value(const ImsMeasure *measure, size_t seed)
{
	char text[IMS_MEASURE_MAX_TEXT];
	uint8_t bytes[IMS_MEASURE_MAX_STORED];
	size_t length = ims_measure_write(measure, text);
	size_t size = ims_measure_encode(measure, bytes);
	ImsMeasure again;
	ImsAmount doubled;

	CHECK(length < sizeof(text) && text[length] == '\0' && size <= sizeof(bytes));
	CHECK(strchr(text, ' ') != NULL && strchr(text, ' ') == strrchr(text, ' '));
	CHECK(ims_measure_parse(text, length, &again).rule == IMS_MEASURE_OK);
	CHECK(again.amount == measure->amount && ims_measure_compare(&again, measure) == 0);
	CHECK(ims_measure_decode(bytes, size, &again) == IMS_MEASURE_OK);
	CHECK(again.amount == measure->amount && again.unit_size == measure->unit_size);
	CHECK(memcmp(again.unit, measure->unit, measure->unit_size) == 0);
	if (ims_measure_add(measure, measure, false, &doubled) == IMS_MEASURE_OK)
		CHECK(doubled == 2 * measure->amount);
	check_conversion(measure, &ims_rec20_units[seed % (size_t) ims_rec20_count]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *) data;
	size_t seed = size > 0 ? (size_t) data[size - 1] * 31 + data[0] : 0;
	ImsMeasure measure;
	ImsMeasureStatus status = ims_measure_parse(text, size, &measure);

	CHECK(status.position >= 0 && (size_t) status.position <= size + 1);
	if (status.rule == IMS_MEASURE_OK)
		check_value(&measure, seed);
	if (ims_measure_decode(data, size, &measure) == IMS_MEASURE_OK)
	{
		uint8_t bytes[IMS_MEASURE_MAX_STORED];

		CHECK(ims_measure_encode(&measure, bytes) == size);
		CHECK(memcmp(bytes, data, size) == 0);
		check_value(&measure, seed);
	}
	if (size >= 4 && ims_measure_from_gs1(text, 4, text + 4, size - 4, &measure).rule ==
						 IMS_MEASURE_OK)
		check_value(&measure, seed);
	return 0;
}
