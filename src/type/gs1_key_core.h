/*-------------------------------------------------------------------------
 *
 * gs1_key_core.h
 *	  GS1 identification keys: reading, checking, composing.
 *
 * A key of digits is held as the number that its digits make: leading zeros
 * mean nothing, so that a GTIN of 8, 12, 13 or 14 digits is one value.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_GS1_KEY_CORE_H
#define IMS_GS1_KEY_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "type/gs1_digit_core.h"

#define IMS_GTIN_DIGITS 14
#define IMS_SSCC_DIGITS 18
#define IMS_GLN_DIGITS 13
#define IMS_GTIN_LIMIT INT64_C(100000000000000)
#define IMS_SSCC_LIMIT INT64_C(1000000000000000000)
#define IMS_GLN_LIMIT INT64_C(10000000000000)

#define IMS_GS1_MIN_PREFIX 4 /* digits of a company prefix */
#define IMS_GS1_MAX_PREFIX 12
#define IMS_GS1_MAX_KEY 30 /* characters of the longest key */

typedef enum ImsGs1Rule
{
	IMS_GS1_OK,
	IMS_GS1_LENGTH,			  /* too few or too many characters */
	IMS_GS1_DIGIT,			  /* a character that is no digit */
	IMS_GS1_CHECK_DIGIT,	  /* not the one of the digits before */
	IMS_GS1_CHARACTER,		  /* a character that the key cannot have */
	IMS_GS1_PREFIX,			  /* no company prefix where one begins */
	IMS_GS1_ZERO,			  /* a filler that must be zero */
	IMS_GS1_CHECK_PAIR,		  /* not the pair of the characters before */
	IMS_GS1_PRICE_CHECK_DIGIT /* not the one of the price or weight beside it */
} ImsGs1Rule;

/* What is wrong and at which character, counted from 1; 0 is the whole key. */
typedef struct ImsGs1Status
{
	ImsGs1Rule rule;
	int position;
} ImsGs1Status;

typedef enum ImsGs1Kind
{
	IMS_GS1_GTIN,
	IMS_GS1_SSCC,
	IMS_GS1_GLN,
	IMS_GS1_GSIN,
	IMS_GS1_GSRN,
	IMS_GS1_GRAI,
	IMS_GS1_GIAI,
	IMS_GS1_GDTI,
	IMS_GS1_GCN,
	IMS_GS1_GINC,
	IMS_GS1_CPID,
	IMS_GS1_GMN
} ImsGs1Kind;

extern const char *ims_gs1_rule_name(ImsGs1Rule rule);
extern const char *ims_gs1_rule_text(ImsGs1Rule rule);

/* keys of any kind, as text */
extern bool ims_gs1_kind_parse(const char *name, size_t length, ImsGs1Kind *kind);
extern ImsGs1Status ims_gs1_key_check(ImsGs1Kind kind, const char *key, size_t length);

/* keys that are numbers */
extern ImsGs1Status ims_gtin_parse(const char *text, size_t length, int64_t *gtin);
extern ImsGs1Status ims_sscc_parse(const char *text, size_t length, int64_t *sscc);
extern ImsGs1Status ims_gln_parse(const char *text, size_t length, int64_t *gln);
extern bool ims_gs1_number_is_valid(int64_t number, int64_t limit);
extern void ims_gs1_number_format(int64_t number, int digits, char *text);

/*
 * lead (one digit, or -1 for none) + company prefix + reference, filled with
 * zeros on the left to `digits` in all, the check digit included.
 */
extern ImsGs1Status ims_gs1_compose(int lead, const char *prefix, size_t prefix_length,
									const char *reference, size_t reference_length,
									int digits, int64_t *number);

/* GTIN */
typedef enum ImsGtinKind
{
	IMS_GTIN_STANDARD,
	IMS_GTIN_VARIABLE_MEASURE,
	IMS_GTIN_RESTRICTED_COMPANY,
	IMS_GTIN_RESTRICTED_REGION,
	IMS_GTIN_ISSN,
	IMS_GTIN_ISBN,
	IMS_GTIN_ISMN,
	IMS_GTIN_REFUND,
	IMS_GTIN_COUPON
} ImsGtinKind;

extern ImsGtinKind ims_gtin_kind(int64_t gtin);
extern int ims_gtin_indicator(int64_t gtin);
extern int64_t ims_gtin_with_indicator(int64_t gtin, int indicator);
extern ImsGs1Status ims_gtin_from_upce(const char *text, size_t length, int64_t *gtin);

#endif
