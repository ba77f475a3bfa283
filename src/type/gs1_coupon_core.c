/*-------------------------------------------------------------------------
 *
 * gs1_coupon_core.c
 *	  North American coupons, the values of AI (8110) and (8112).
 *
 * "North American Coupon Application Guideline Using GS1 DataBar Expanded
 * Symbols": digits without separators; a field of variable length is told by
 * the digit before it, optional fields by the digit that they begin with.
 *
 *-------------------------------------------------------------------------
 */
#include "type/gs1_digit_core.h"
#include "type/gs1_rule_core.h"

#include <string.h>

#define DATE_DIGITS 6
#define OFFER_DIGITS 6
#define FAMILY_DIGITS 3
#define PREFIX_BASE 6 /* a company prefix or serial has this many digits more than told */
#define NO_PREFIX '9' /* instead of the length of a company prefix */

/* Reads on in the digits; rule is what stopped it. */
typedef struct Coupon
{
	const char *text;
	size_t length;
	size_t at;
	ImsGs1ElementRule rule;
} Coupon;

static bool
stop(Coupon *coupon, ImsGs1ElementRule rule)
{
	coupon->rule = rule;
	return false;
}

static size_t
left(const Coupon *coupon)
{
	return coupon->length - coupon->at;
}

static bool
take_digits(Coupon *coupon, size_t count, ImsGs1ElementRule truncated)
{
	if (left(coupon) < count)
		return stop(coupon, truncated);
	coupon->at += count;
	return true;
}

static bool
take_code(Coupon *coupon, const char *allowed, ImsGs1ElementRule missing,
		  ImsGs1ElementRule invalid)
{
	if (left(coupon) == 0)
		return stop(coupon, missing);
	if (strchr(allowed, coupon->text[coupon->at]) == NULL)
		return stop(coupon, invalid);
	coupon->at++;
	return true;
}

/* A digit that tells the length beyond a base, and as many digits. */
static bool
take_variable(Coupon *coupon, const char *allowed, int base, ImsGs1ElementRule missing,
			  ImsGs1ElementRule invalid, ImsGs1ElementRule truncated)
{
	return take_code(coupon, allowed, missing, invalid) &&
		   take_digits(coupon, (size_t) (coupon->text[coupon->at - 1] - '0' + base),
					   truncated);
}

/* Whether an optional field comes next; it is told by its number. */
static bool
begins(Coupon *coupon, char field)
{
	if (left(coupon) == 0 || coupon->text[coupon->at] != field)
		return false;
	coupon->at++;
	return true;
}

/* The company prefix of another purchase, if it differs. */
static bool
take_prefix(Coupon *coupon, ImsGs1ElementRule missing, ImsGs1ElementRule invalid,
			ImsGs1ElementRule truncated)
{
	return begins(coupon, NO_PREFIX) ||
		   take_variable(coupon, "0123456", PREFIX_BASE, missing, invalid, truncated);
}

static bool
take_first_purchase(Coupon *coupon)
{
	return take_variable(coupon, "12345", 0,
						 IMS_GS1_RULE_COUPON_MISSING_1ST_PURCHASE_REQUIREMENT_VLI,
						 IMS_GS1_RULE_COUPON_INVALID_1ST_PURCHASE_REQUIREMENT_LENGTH,
						 IMS_GS1_RULE_COUPON_TRUNCATED_1ST_PURCHASE_REQUIREMENT) &&
		   take_code(coupon, "012349",
					 IMS_GS1_RULE_COUPON_MISSING_1ST_PURCHASE_REQUIREMENT_CODE,
					 IMS_GS1_RULE_COUPON_INVALID_1ST_PURCHASE_REQUIREMENT_CODE) &&
		   take_digits(coupon, FAMILY_DIGITS,
					   IMS_GS1_RULE_COUPON_TRUNCATED_1ST_PURCHASE_FAMILY_CODE);
}

static bool
take_second_purchase(Coupon *coupon)
{
	return take_code(coupon, "0123",
					 IMS_GS1_RULE_COUPON_MISSING_ADDITIONAL_PURCHASE_RULES_CODE,
					 IMS_GS1_RULE_COUPON_INVALID_ADDITIONAL_PURCHASE_RULES_CODE) &&
		   take_variable(coupon, "12345", 0,
						 IMS_GS1_RULE_COUPON_MISSING_2ND_PURCHASE_REQUIREMENT_VLI,
						 IMS_GS1_RULE_COUPON_INVALID_2ND_PURCHASE_REQUIREMENT_LENGTH,
						 IMS_GS1_RULE_COUPON_TRUNCATED_2ND_PURCHASE_REQUIREMENT) &&
		   take_code(coupon, "012349",
					 IMS_GS1_RULE_COUPON_MISSING_2ND_PURCHASE_REQUIREMENT_CODE,
					 IMS_GS1_RULE_COUPON_INVALID_2ND_PURCHASE_REQUIREMENT_CODE) &&
		   take_digits(coupon, FAMILY_DIGITS,
					   IMS_GS1_RULE_COUPON_TRUNCATED_2ND_PURCHASE_FAMILY_CODE) &&
		   take_prefix(coupon, IMS_GS1_RULE_COUPON_MISSING_2ND_PURCHASE_GCP_VLI,
					   IMS_GS1_RULE_COUPON_INVALID_2ND_PURCHASE_GCP_LENGTH,
					   IMS_GS1_RULE_COUPON_TRUNCATED_2ND_PURCHASE_GCP);
}

static bool
take_third_purchase(Coupon *coupon)
{
	return take_variable(coupon, "12345", 0,
						 IMS_GS1_RULE_COUPON_MISSING_3RD_PURCHASE_REQUIREMENT_VLI,
						 IMS_GS1_RULE_COUPON_INVALID_3RD_PURCHASE_REQUIREMENT_LENGTH,
						 IMS_GS1_RULE_COUPON_TRUNCATED_3RD_PURCHASE_REQUIREMENT) &&
		   take_code(coupon, "012349",
					 IMS_GS1_RULE_COUPON_MISSING_3RD_PURCHASE_REQUIREMENT_CODE,
					 IMS_GS1_RULE_COUPON_INVALID_3RD_PURCHASE_REQUIREMENT_CODE) &&
		   take_digits(coupon, FAMILY_DIGITS,
					   IMS_GS1_RULE_COUPON_TRUNCATED_3RD_PURCHASE_FAMILY_CODE) &&
		   take_prefix(coupon, IMS_GS1_RULE_COUPON_MISSING_3RD_PURCHASE_GCP_VLI,
					   IMS_GS1_RULE_COUPON_INVALID_3RD_PURCHASE_GCP_LENGTH,
					   IMS_GS1_RULE_COUPON_TRUNCATED_3RD_PURCHASE_GCP);
}

static bool
take_date(Coupon *coupon, ImsGs1ElementRule truncated, ImsGs1ElementRule invalid)
{
	const char *date = coupon->text + coupon->at;

	if (left(coupon) < DATE_DIGITS)
		return stop(coupon, truncated);
	if (ims_gs1_check_date(date, DATE_DIGITS, 2, false).rule != IMS_GS1_RULE_OK)
		return stop(coupon, invalid);
	coupon->at += DATE_DIGITS;
	return true;
}

/* Expiration and start; the two are compared as the digits that they are. */
static bool
take_dates(Coupon *coupon)
{
	const char *expiration = NULL;

	if (begins(coupon, '3'))
	{
		expiration = coupon->text + coupon->at;
		if (!take_date(coupon, IMS_GS1_RULE_COUPON_TOO_SHORT_FOR_EXPIRATION_DATE,
					   IMS_GS1_RULE_COUPON_INVALID_EXPIRATION_DATE))
			return false;
	}
	if (!begins(coupon, '4'))
		return true;
	if (!take_date(coupon, IMS_GS1_RULE_COUPON_TOO_SHORT_FOR_START_DATE,
				   IMS_GS1_RULE_COUPON_INVALID_START_DATE))
		return false;
	if (expiration &&
		memcmp(coupon->text + coupon->at - DATE_DIGITS, expiration, DATE_DIGITS) > 0)
		return stop(coupon, IMS_GS1_RULE_COUPON_EXPIRATION_BEFORE_START);
	return true;
}

static bool
take_serial(Coupon *coupon)
{
	return take_variable(coupon, "0123456789", PREFIX_BASE,
						 IMS_GS1_RULE_COUPON_MISSING_SERIAL_NUMBER_VLI,
						 IMS_GS1_RULE_COUPON_MISSING_SERIAL_NUMBER_VLI,
						 IMS_GS1_RULE_COUPON_TRUNCATED_SERIAL_NUMBER);
}

static bool
take_retailer(Coupon *coupon)
{
	return take_variable(coupon, "1234567", PREFIX_BASE,
						 IMS_GS1_RULE_COUPON_MISSING_RETAILER_GCP_OR_GLN_VLI,
						 IMS_GS1_RULE_COUPON_INVALID_RETAILER_GCP_OR_GLN_LENGTH,
						 IMS_GS1_RULE_COUPON_TRUNCATED_RETAILER_GCP_OR_GLN);
}

static bool
take_flags(Coupon *coupon)
{
	return take_code(coupon, "01256", IMS_GS1_RULE_COUPON_MISSING_SAVE_VALUE_CODE,
					 IMS_GS1_RULE_COUPON_INVALID_SAVE_VALUE_CODE) &&
		   take_code(coupon, "012", IMS_GS1_RULE_COUPON_MISSING_SAVE_VALUE_APPLIES_TO_ITEM,
					 IMS_GS1_RULE_COUPON_INVALID_SAVE_VALUE_APPLIES_TO_ITEM) &&
		   take_digits(coupon, 1, IMS_GS1_RULE_COUPON_MISSING_STORE_COUPON_FLAG) &&
		   take_code(coupon, "01", IMS_GS1_RULE_COUPON_MISSING_DONT_MULTIPLY_FLAG,
					 IMS_GS1_RULE_COUPON_INVALID_DONT_MULTIPLY_FLAG);
}

static bool
take_end(Coupon *coupon)
{
	return left(coupon) == 0 || stop(coupon, IMS_GS1_RULE_COUPON_EXCESS_DATA);
}

static bool
take_coupon(Coupon *coupon)
{
	return take_variable(coupon, "0123456", PREFIX_BASE,
						 IMS_GS1_RULE_COUPON_MISSING_GCP_VLI,
						 IMS_GS1_RULE_COUPON_INVALID_GCP_LENGTH,
						 IMS_GS1_RULE_COUPON_TRUNCATED_GCP) &&
		   take_digits(coupon, OFFER_DIGITS, IMS_GS1_RULE_COUPON_TRUNCATED_OFFER_CODE) &&
		   take_variable(coupon, "12345", 0, IMS_GS1_RULE_COUPON_MISSING_SAVE_VALUE_VLI,
						 IMS_GS1_RULE_COUPON_INVALID_SAVE_VALUE_LENGTH,
						 IMS_GS1_RULE_COUPON_TRUNCATED_SAVE_VALUE) &&
		   take_first_purchase(coupon) &&
		   (!begins(coupon, '1') || take_second_purchase(coupon)) &&
		   (!begins(coupon, '2') || take_third_purchase(coupon)) && take_dates(coupon) &&
		   (!begins(coupon, '5') || take_serial(coupon)) &&
		   (!begins(coupon, '6') || take_retailer(coupon)) &&
		   (!begins(coupon, '9') || take_flags(coupon)) && take_end(coupon);
}

static bool
take_offer(Coupon *coupon)
{
	return take_code(coupon, "01", IMS_GS1_RULE_COUPON_MISSING_FORMAT_CODE,
					 IMS_GS1_RULE_COUPON_INVALID_FORMAT_CODE) &&
		   take_variable(coupon, "0123456", PREFIX_BASE,
						 IMS_GS1_RULE_COUPON_MISSING_FUNDER_VLI,
						 IMS_GS1_RULE_COUPON_INVALID_FUNDER_LENGTH,
						 IMS_GS1_RULE_COUPON_TRUNCATED_FUNDER) &&
		   take_digits(coupon, OFFER_DIGITS, IMS_GS1_RULE_COUPON_TRUNCATED_OFFER_CODE) &&
		   take_serial(coupon) && take_end(coupon);
}

static ImsGs1Fault
check_coupon(const char *text, size_t length, bool (*take)(Coupon *))
{
	Coupon coupon = {text, length, 0, IMS_GS1_RULE_OK};
	ImsGs1Fault fault = ims_gs1_check_set('N', text, length);

	if (fault.rule != IMS_GS1_RULE_OK)
		return fault;
	take(&coupon);
	return ims_gs1_fault(coupon.rule, coupon.at);
}

/* AI (8110). */
ImsGs1Fault
ims_gs1_check_coupon(const char *text, size_t length)
{
	return check_coupon(text, length, take_coupon);
}

/* AI (8112): an offer with a serial, whose conditions are kept in a file. */
ImsGs1Fault
ims_gs1_check_offer(const char *text, size_t length)
{
	return check_coupon(text, length, take_offer);
}
