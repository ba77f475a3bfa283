/*-------------------------------------------------------------------------
 *
 * measure_core.h
 *	  Exact amounts with a unit: reading, writing, comparing, converting.
 *
 * An amount is a whole number of 10^-18 below 10^12 units in size: every
 * quantity of the engine, with twelve more decimals, so that an ounce in
 * kilograms (12 decimals) or a tenth of a fluid ounce in litres (14) is exact.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_MEASURE_CORE_H
#define IMS_MEASURE_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "type/measure_unit_core.h"
#include "type/wide_core.h"

#define IMS_AMOUNT_DECIMALS 18
#define IMS_AMOUNT_WHOLE_DIGITS 12
/* of any 128 bits, since a sum on its way may be larger; sign, point and end included */
#define IMS_AMOUNT_MAX_DIGITS 39
#define IMS_AMOUNT_MAX_TEXT (IMS_AMOUNT_MAX_DIGITS + 3)
#define IMS_AMOUNT_SIZE 16 /* bytes, highest first */

/* As in ims.unit; a character has at most four bytes. */
#define IMS_UNIT_MAX_LENGTH 20
#define IMS_UNIT_MAX_SIZE (4 * IMS_UNIT_MAX_LENGTH)

#define IMS_MEASURE_MAX_TEXT (IMS_AMOUNT_MAX_TEXT + 1 + IMS_UNIT_MAX_SIZE)
#define IMS_MEASURE_MAX_STORED (1 + IMS_AMOUNT_SIZE + IMS_UNIT_MAX_SIZE)
#define IMS_MEASURE_MAX_KEY (1 + IMS_AMOUNT_SIZE + IMS_UNIT_MAX_SIZE)

typedef ImsInt128 ImsAmount;

/* The unit is not terminated, and lies in memory of the caller. */
typedef struct ImsMeasure
{
	ImsAmount amount;
	const char *unit;
	size_t unit_size;
} ImsMeasure;

typedef enum ImsMeasureRule
{
	IMS_MEASURE_OK,
	IMS_MEASURE_AMOUNT,			/* no decimal number */
	IMS_MEASURE_TOO_LARGE,		/* 10^12 or more in size */
	IMS_MEASURE_TOO_FINE,		/* more than 18 decimals */
	IMS_MEASURE_NO_UNIT,		/* nothing after the amount */
	IMS_MEASURE_UNIT_LENGTH,	/* more than 20 characters */
	IMS_MEASURE_UNIT_CHARACTER, /* a control character or a space */
	IMS_MEASURE_UNIT_NUMBER,	/* the rest of an amount rather than a unit */
	IMS_MEASURE_AI,				/* no measure has this application identifier */
	IMS_MEASURE_AI_VALUE,		/* not six digits */
	IMS_MEASURE_INCOMPATIBLE,	/* neither one unit nor one dimension */
	IMS_MEASURE_INEXACT,		/* cannot be held without rounding */
	IMS_MEASURE_JSON,			/* no object of amount and unit */
	IMS_MEASURE_STORED			/* bytes that are no measure */
} ImsMeasureRule;

/* What is wrong and at which byte, counted from 1; 0 is the whole. */
typedef struct ImsMeasureStatus
{
	ImsMeasureRule rule;
	int position;
} ImsMeasureStatus;

typedef enum ImsRoundingRule
{
	IMS_ROUND_EXACT, /* refuses what would be rounded */
	IMS_ROUND_UP,	 /* away from zero */
	IMS_ROUND_DOWN,	 /* toward zero */
	IMS_ROUND_HALF_UP,
	IMS_ROUND_HALF_EVEN
} ImsRoundingRule;

typedef struct ImsRounding
{
	ImsRoundingRule rule;
	int decimals; /* 0 to 18 */
} ImsRounding;

extern const ImsRounding ims_measure_exact;

extern const char *ims_measure_rule_name(ImsMeasureRule rule);
extern const char *ims_measure_rule_text(ImsMeasureRule rule);
extern bool ims_rounding_parse(const char *name, size_t length, ImsRoundingRule *rule);

/* text */
extern ImsMeasureStatus ims_amount_parse(const char *text, size_t length,
										 ImsAmount *amount);
extern size_t ims_amount_write(ImsAmount amount, char *text);
extern ImsMeasureStatus ims_measure_parse(const char *text, size_t length,
										  ImsMeasure *measure);
extern size_t ims_measure_write(const ImsMeasure *measure, char *text);
extern ImsMeasureStatus ims_measure_from_gs1(const char *ai, size_t ai_length,
											 const char *value, size_t value_length,
											 ImsMeasure *measure);
extern ImsMeasureRule ims_measure_check_unit(const char *unit, size_t size);

/* bytes */
extern bool ims_amount_is_valid(ImsAmount amount);
extern void ims_amount_encode(ImsAmount amount, uint8_t *bytes);
extern ImsAmount ims_amount_decode(const uint8_t *bytes);
extern size_t ims_measure_encode(const ImsMeasure *measure, uint8_t *bytes);
extern ImsMeasureRule ims_measure_decode(const uint8_t *bytes, size_t size,
										 ImsMeasure *measure);

/* order */
extern int ims_measure_compare(const ImsMeasure *a, const ImsMeasure *b);
extern size_t ims_measure_key(const ImsMeasure *measure, uint8_t *key);

/* arithmetic; the result is left alone unless ok */
extern ImsMeasureRule ims_amount_scale(ImsAmount amount, ImsUInt128 numerator,
									   ImsUInt128 denominator, ImsRounding rounding,
									   ImsAmount *result);
extern ImsMeasureRule ims_measure_convert(const ImsMeasure *measure, const char *unit,
										  size_t unit_size, ImsRounding rounding,
										  ImsAmount *result);
extern ImsMeasureRule ims_measure_add(const ImsMeasure *a, const ImsMeasure *b,
									  bool is_subtracted, ImsAmount *result);

#endif
