/*-------------------------------------------------------------------------
 *
 * gtin_pattern_core.h
 *	  Restricted circulation numbers that hold a price, a weight or a quantity.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_GTIN_PATTERN_CORE_H
#define IMS_GTIN_PATTERN_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "type/gs1_key_core.h"

#define IMS_GTIN_PATTERN_MAX 13 /* digits of a pattern */

/* What each digit of a number means; ims_gtin_read_pattern() makes it. */
typedef struct ImsGtinPattern
{
	int digits;
	char meaning[IMS_GTIN_PATTERN_MAX];
	char measure; /* P, W or Q; 0: the number holds none */
} ImsGtinPattern;

/* What a number says by its pattern. */
typedef struct ImsGtinFields
{
	char reference[IMS_GTIN_PATTERN_MAX + 1]; /* digits of the item, terminated */
	int64_t base;							  /* the number without its measure */
	int64_t amount;							  /* of the measure, without decimal point */
	int decimals;
} ImsGtinFields;

extern bool ims_gtin_read_pattern(const char *text, size_t length, ImsGtinPattern *pattern);
extern bool ims_gtin_matches(const ImsGtinPattern *pattern, int64_t gtin);
extern ImsGs1Status ims_gtin_read_fields(const ImsGtinPattern *pattern, int64_t gtin,
										 ImsGtinFields *fields);
extern int ims_gtin_price_check_digit(const char *digits, size_t length);

#endif
