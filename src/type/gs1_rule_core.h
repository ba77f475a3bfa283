/*-------------------------------------------------------------------------
 *
 * gs1_rule_core.h
 *	  The rules that values of GS1 element strings keep, one name for each.
 *
 * A check looks at one component of a value and names the rule that it breaks
 * and where.  Checks bear the names, and most rules the error names, of the
 * linters of the GS1 Barcode Syntax Dictionary, so that what is reported here
 * can be looked up there.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_GS1_RULE_CORE_H
#define IMS_GS1_RULE_CORE_H

#include <stdbool.h>
#include <stddef.h>

#define IMS_GS1_MAX_RULE_NAME 64 /* with the terminator */

/* Rules with the sentence that explains them, without its period. */
#define IMS_GS1_RULES(RULE)                                                               \
	RULE(OK, "No rule is broken")                                                         \
	/* of the whole */                                                                    \
	RULE(EMPTY, "There is no element")                                                    \
	RULE(INPUT_TOO_LONG, "The input is longer than any element string")                   \
	RULE(TOO_MANY_ELEMENTS, "There are more than 64 elements")                            \
	RULE(UNKNOWN_SYMBOLOGY, "The symbology identifier carries no GS1 data")               \
	RULE(PLAIN_DATA, "The symbol carries plain data, not a GS1 element string")           \
	RULE(PRIMARY_TOO_SHORT, "The symbol carries fewer digits than its GTIN has")          \
	RULE(PRIMARY_TOO_LONG, "The symbol carries more than its GTIN")                       \
	RULE(MISSING_BRACKET, "An application identifier stands in brackets")                 \
	RULE(MALFORMED_AI, "An application identifier has two to four digits")                \
	RULE(AI_WITHOUT_LENGTH, "No application identifiers begin with these digits")         \
	RULE(EMPTY_VALUE, "The value is empty")                                               \
	RULE(VALUE_TOO_SHORT, "The value is shorter than its format")                         \
	RULE(VALUE_TOO_LONG, "The value is longer than its format")                           \
	RULE(REPEATED_AI, "The application identifier stands there twice with two values")    \
	RULE(UNKNOWN_AI, "The application identifier is in no table")                         \
	RULE(REQUIRED_AI_MISSING, "An element that this one needs is missing")                \
	RULE(EXCLUDED_AI, "The element cannot stand beside another one")                      \
	RULE(SERIAL_MISSING, "A digital signature needs a key with a serial component")       \
	RULE(DAY_ZERO, "The date has no day")                                                 \
	/* of Digital Links */                                                                \
	RULE(ILLEGAL_URI_CHARACTER, "The character cannot stand in a URI")                    \
	RULE(ILLEGAL_SCHEME, "A link begins with http:// or https://")                        \
	RULE(ILLEGAL_DOMAIN, "The domain has a character that none can have")                 \
	RULE(MISSING_PATH, "The link has no domain or no path")                               \
	RULE(MISSING_PRIMARY_KEY, "There is no primary key of a Digital Link")                \
	RULE(ILLEGAL_QUALIFIER, "Qualifiers of the key are wrong or in wrong order")          \
	RULE(ILLEGAL_ATTRIBUTE, "The element cannot be an attribute of a link")               \
	RULE(ATTRIBUTE_IN_QUERY, "The element belongs into the path of the link")             \
	RULE(DUPLICATE_AI, "The element stands in the link twice")                            \
	RULE(ILLEGAL_NULL, "A value cannot hold a zero byte")                                 \
	/* of NDEF messages */                                                                \
	RULE(NDEF_TRUNCATED, "The NDEF message ends within a record")                         \
	RULE(NDEF_UNSUPPORTED, "The NDEF message has no whole URI or UTF-8 text record")      \
	/* of components */                                                                   \
	RULE(NON_DIGIT_CHARACTER, "A character is not a digit")                               \
	RULE(INVALID_CSET82_CHARACTER, "The character is not in character set 82")            \
	RULE(INVALID_CSET39_CHARACTER, "The character is not in character set 39")            \
	RULE(INVALID_CSET64_CHARACTER, "The character is not in the base 64 set for URIs")    \
	RULE(INVALID_CSET64_PADDING, "Pads end a value whose length is a multiple of three")  \
	RULE(TOO_SHORT_FOR_CHECK_DIGIT, "There is no check digit")                            \
	RULE(INCORRECT_CHECK_DIGIT, "The check digit is wrong")                               \
	RULE(TOO_SHORT_FOR_CHECK_PAIR, "There is no pair of check characters")                \
	RULE(TOO_LONG_FOR_CHECK_PAIR_IMPLEMENTATION, "The value is too long for its pair")    \
	RULE(INCORRECT_CHECK_PAIR, "The pair of check characters is wrong")                   \
	RULE(TOO_SHORT_FOR_GCP, "There is no whole company prefix")                           \
	RULE(INVALID_GCP_PREFIX, "A company prefix begins with four digits")                  \
	RULE(DATE_TOO_SHORT, "The date is too short")                                         \
	RULE(DATE_TOO_LONG, "The date is too long")                                           \
	RULE(ILLEGAL_MONTH, "There is no such month")                                         \
	RULE(ILLEGAL_DAY, "The month has no such day")                                        \
	RULE(HOUR_TOO_SHORT, "The hour is too short")                                         \
	RULE(HOUR_TOO_LONG, "The hour is too long")                                           \
	RULE(ILLEGAL_HOUR, "There is no such hour")                                           \
	RULE(MINUTE_TOO_SHORT, "The minute is too short")                                     \
	RULE(MINUTE_TOO_LONG, "The minute is too long")                                       \
	RULE(ILLEGAL_MINUTE, "There is no such minute")                                       \
	RULE(SECOND_TOO_SHORT, "The second is too short")                                     \
	RULE(SECOND_TOO_LONG, "The second is too long")                                       \
	RULE(ILLEGAL_SECOND, "There is no such second")                                       \
	RULE(HOUR_WITH_MINUTE_TOO_SHORT, "The time is too short")                             \
	RULE(HOUR_WITH_MINUTE_TOO_LONG, "The time is too long")                               \
	RULE(NOT_ISO3166, "The number is no country of ISO 3166")                             \
	RULE(NOT_ISO3166_OR_999, "The number is neither a country of ISO 3166 nor 999")       \
	RULE(NOT_ISO3166_ALPHA2, "The letters are no country of ISO 3166")                    \
	RULE(NOT_ISO4217, "The number is no currency of ISO 4217")                            \
	RULE(INVALID_BIOLOGICAL_SEX_CODE, "The code is not 0, 1, 2 or 9")                     \
	RULE(IBAN_TOO_SHORT, "The account number is too short")                               \
	RULE(IBAN_TOO_LONG, "The account number is too long")                                 \
	RULE(INVALID_IBAN_CHARACTER, "The character cannot stand in an account number")       \
	RULE(ILLEGAL_IBAN_COUNTRY_CODE, "The account number begins with no country")          \
	RULE(INCORRECT_IBAN_CHECKSUM, "The check sum of the account number is wrong")         \
	RULE(IMPORTER_IDX_MUST_BE_ONE_CHARACTER, "The importer index is one character")       \
	RULE(INVALID_IMPORT_IDX_CHARACTER, "The character is no importer index")              \
	RULE(LATITUDE_INVALID_LENGTH, "A latitude has ten digits")                            \
	RULE(INVALID_LATITUDE, "A latitude is at most 1800000000")                            \
	RULE(LONGITUDE_INVALID_LENGTH, "A longitude has ten digits")                          \
	RULE(INVALID_LONGITUDE, "A longitude is at most 3600000000")                          \
	RULE(INVALID_MEDIA_TYPE, "There is no such media type")                               \
	RULE(INVALID_PACKAGE_TYPE, "There is no such package type")                           \
	RULE(INVALID_PERCENT_SEQUENCE, "Two hexadecimal digits follow a per cent sign")       \
	RULE(INVALID_LENGTH_FOR_PIECE_OF_TOTAL, "Piece and total have as many digits")        \
	RULE(ZERO_PIECE_NUMBER, "The piece is number zero")                                   \
	RULE(ZERO_TOTAL_PIECES, "The total is zero pieces")                                   \
	RULE(PIECE_NUMBER_EXCEEDS_TOTAL, "The piece is beyond the total")                     \
	RULE(POSITION_IN_SEQUENCE_MALFORMED, "A position is written like 1/2")                \
	RULE(POSITION_EXCEEDS_END, "The position is beyond the end")                          \
	RULE(ILLEGAL_ZERO_PREFIX, "The number begins with zero")                              \
	RULE(ILLEGAL_ZERO_VALUE, "The number is zero")                                        \
	RULE(NOT_ZERO, "The number is not zero")                                              \
	RULE(NOT_ZERO_OR_ONE, "The digit is neither 0 nor 1")                                 \
	RULE(NOT_HYPHEN, "The character is not a hyphen")                                     \
	RULE(INVALID_WINDING_DIRECTION, "The digit is not 0, 1 or 9")                         \
	RULE(REQUIRES_NON_DIGIT_CHARACTER, "All characters are digits")                       \
	/* of coupons */                                                                      \
	RULE(COUPON_MISSING_FORMAT_CODE, "The format is missing")                             \
	RULE(COUPON_INVALID_FORMAT_CODE, "The format is not 0 or 1")                          \
	RULE(COUPON_MISSING_FUNDER_VLI, "The length of the funder is missing")                \
	RULE(COUPON_INVALID_FUNDER_LENGTH, "The length of the funder is not 0 to 6")          \
	RULE(COUPON_TRUNCATED_FUNDER, "The funder is too short")                              \
	RULE(COUPON_MISSING_GCP_VLI, "The length of the company prefix is missing")           \
	RULE(COUPON_INVALID_GCP_LENGTH, "The length of the company prefix is not 0 to 6")     \
	RULE(COUPON_TRUNCATED_GCP, "The company prefix is too short")                         \
	RULE(COUPON_TRUNCATED_OFFER_CODE, "The offer has six digits")                         \
	RULE(COUPON_MISSING_SAVE_VALUE_VLI, "The length of the saving is missing")            \
	RULE(COUPON_INVALID_SAVE_VALUE_LENGTH, "The length of the saving is not 1 to 5")      \
	RULE(COUPON_TRUNCATED_SAVE_VALUE, "The saving is too short")                          \
	RULE(COUPON_MISSING_1ST_PURCHASE_REQUIREMENT_VLI, "A length is missing")              \
	RULE(COUPON_INVALID_1ST_PURCHASE_REQUIREMENT_LENGTH, "A length is not 1 to 5")        \
	RULE(COUPON_TRUNCATED_1ST_PURCHASE_REQUIREMENT, "The first purchase is too short")    \
	RULE(COUPON_MISSING_1ST_PURCHASE_REQUIREMENT_CODE, "A requirement is missing")        \
	RULE(COUPON_INVALID_1ST_PURCHASE_REQUIREMENT_CODE, "There is no such requirement")    \
	RULE(COUPON_TRUNCATED_1ST_PURCHASE_FAMILY_CODE, "A family has three digits")          \
	RULE(COUPON_MISSING_ADDITIONAL_PURCHASE_RULES_CODE, "A rule is missing")              \
	RULE(COUPON_INVALID_ADDITIONAL_PURCHASE_RULES_CODE, "There is no such rule")          \
	RULE(COUPON_MISSING_2ND_PURCHASE_REQUIREMENT_VLI, "A length is missing")              \
	RULE(COUPON_INVALID_2ND_PURCHASE_REQUIREMENT_LENGTH, "A length is not 1 to 5")        \
	RULE(COUPON_TRUNCATED_2ND_PURCHASE_REQUIREMENT, "The second purchase is too short")   \
	RULE(COUPON_MISSING_2ND_PURCHASE_REQUIREMENT_CODE, "A requirement is missing")        \
	RULE(COUPON_INVALID_2ND_PURCHASE_REQUIREMENT_CODE, "There is no such requirement")    \
	RULE(COUPON_TRUNCATED_2ND_PURCHASE_FAMILY_CODE, "A family has three digits")          \
	RULE(COUPON_MISSING_2ND_PURCHASE_GCP_VLI, "A length is missing")                      \
	RULE(COUPON_INVALID_2ND_PURCHASE_GCP_LENGTH, "A length is not 0 to 6 or 9")           \
	RULE(COUPON_TRUNCATED_2ND_PURCHASE_GCP, "The company prefix is too short")            \
	RULE(COUPON_MISSING_3RD_PURCHASE_REQUIREMENT_VLI, "A length is missing")              \
	RULE(COUPON_INVALID_3RD_PURCHASE_REQUIREMENT_LENGTH, "A length is not 1 to 5")        \
	RULE(COUPON_TRUNCATED_3RD_PURCHASE_REQUIREMENT, "The third purchase is too short")    \
	RULE(COUPON_MISSING_3RD_PURCHASE_REQUIREMENT_CODE, "A requirement is missing")        \
	RULE(COUPON_INVALID_3RD_PURCHASE_REQUIREMENT_CODE, "There is no such requirement")    \
	RULE(COUPON_TRUNCATED_3RD_PURCHASE_FAMILY_CODE, "A family has three digits")          \
	RULE(COUPON_MISSING_3RD_PURCHASE_GCP_VLI, "A length is missing")                      \
	RULE(COUPON_INVALID_3RD_PURCHASE_GCP_LENGTH, "A length is not 0 to 6 or 9")           \
	RULE(COUPON_TRUNCATED_3RD_PURCHASE_GCP, "The company prefix is too short")            \
	RULE(COUPON_TOO_SHORT_FOR_EXPIRATION_DATE, "The expiration date has six digits")      \
	RULE(COUPON_INVALID_EXPIRATION_DATE, "There is no such expiration date")              \
	RULE(COUPON_TOO_SHORT_FOR_START_DATE, "The start date has six digits")                \
	RULE(COUPON_INVALID_START_DATE, "There is no such start date")                        \
	RULE(COUPON_EXPIRATION_BEFORE_START, "The coupon expires before it starts")           \
	RULE(COUPON_MISSING_SERIAL_NUMBER_VLI, "The length of the serial is missing")         \
	RULE(COUPON_TRUNCATED_SERIAL_NUMBER, "The serial is too short")                       \
	RULE(COUPON_MISSING_RETAILER_GCP_OR_GLN_VLI, "The length of the retailer is missing") \
	RULE(COUPON_INVALID_RETAILER_GCP_OR_GLN_LENGTH, "The length is not 1 to 7")           \
	RULE(COUPON_TRUNCATED_RETAILER_GCP_OR_GLN, "The retailer is too short")               \
	RULE(COUPON_MISSING_SAVE_VALUE_CODE, "The kind of saving is missing")                 \
	RULE(COUPON_INVALID_SAVE_VALUE_CODE, "There is no such kind of saving")               \
	RULE(COUPON_MISSING_SAVE_VALUE_APPLIES_TO_ITEM, "The item saved on is missing")       \
	RULE(COUPON_INVALID_SAVE_VALUE_APPLIES_TO_ITEM, "The item saved on is not 0 to 2")    \
	RULE(COUPON_MISSING_STORE_COUPON_FLAG, "The store coupon flag is missing")            \
	RULE(COUPON_MISSING_DONT_MULTIPLY_FLAG, "The multiplication flag is missing")         \
	RULE(COUPON_INVALID_DONT_MULTIPLY_FLAG, "The multiplication flag is not 0 or 1")      \
	RULE(COUPON_EXCESS_DATA, "Something follows the coupon")

#define IMS_GS1_RULE_ENUM(name, sentence) IMS_GS1_RULE_##name,
typedef enum ImsGs1ElementRule
{
	IMS_GS1_RULES(IMS_GS1_RULE_ENUM) IMS_GS1_NRULE
} ImsGs1ElementRule;

/* Checks of a component, by their names in formats. */
#define IMS_GS1_CHECKS(CHECK)                                                            \
	CHECK(none)                                                                          \
	CHECK(couponcode)                                                                    \
	CHECK(couponposoffer)                                                                \
	CHECK(csum)                                                                          \
	CHECK(csumalpha)                                                                     \
	CHECK(gcppos1)                                                                       \
	CHECK(gcppos2)                                                                       \
	CHECK(hasnondigit)                                                                   \
	CHECK(hh)                                                                            \
	CHECK(hhmi)                                                                          \
	CHECK(hyphen)                                                                        \
	CHECK(iban)                                                                          \
	CHECK(importeridx)                                                                   \
	CHECK(iso3166)                                                                       \
	CHECK(iso3166999)                                                                    \
	CHECK(iso3166alpha2)                                                                 \
	CHECK(iso4217)                                                                       \
	CHECK(iso5218)                                                                       \
	CHECK(latitude)                                                                      \
	CHECK(longitude)                                                                     \
	CHECK(mediatype)                                                                     \
	CHECK(mi)                                                                            \
	CHECK(nonzero)                                                                       \
	CHECK(nozeroprefix)                                                                  \
	CHECK(packagetype)                                                                   \
	CHECK(pcenc)                                                                         \
	CHECK(pieceoftotal)                                                                  \
	CHECK(posinseqslash)                                                                 \
	CHECK(ss)                                                                            \
	CHECK(winding)                                                                       \
	CHECK(yesno)                                                                         \
	CHECK(yymmd0)                                                                        \
	CHECK(yymmdd)                                                                        \
	CHECK(yyyymmd0)                                                                      \
	CHECK(yyyymmdd)                                                                      \
	CHECK(zero)

#define IMS_GS1_CHECK_ENUM(name) IMS_GS1_CHECK_##name,
typedef enum ImsGs1Check
{
	IMS_GS1_CHECKS(IMS_GS1_CHECK_ENUM) IMS_GS1_NCHECK
} ImsGs1Check;

/* What is wrong with a component, and at which of its characters (from 0). */
typedef struct ImsGs1Fault
{
	ImsGs1ElementRule rule;
	size_t offset;
} ImsGs1Fault;

static inline ImsGs1Fault
ims_gs1_fault(ImsGs1ElementRule rule, size_t offset)
{
	return (ImsGs1Fault){rule, offset};
}

#define IMS_GS1_NO_FAULT ims_gs1_fault(IMS_GS1_RULE_OK, 0)

extern const char *ims_gs1_element_rule_name(ImsGs1ElementRule rule, char *name);
extern const char *ims_gs1_element_rule_sentence(ImsGs1ElementRule rule);
extern const char *ims_gs1_check_name(ImsGs1Check check);
extern bool ims_gs1_find_check(const char *name, size_t length, ImsGs1Check *check);

extern ImsGs1Fault ims_gs1_check(ImsGs1Check check, const char *text, size_t length);
extern ImsGs1Fault ims_gs1_check_set(char set, const char *text, size_t length);

/* Parts of the above that have files of their own. */
extern ImsGs1Fault ims_gs1_check_coupon(const char *text, size_t length);
extern ImsGs1Fault ims_gs1_check_offer(const char *text, size_t length);
extern ImsGs1Fault ims_gs1_check_date(const char *text, size_t length, int year_digits,
									  bool day_zero);
extern ImsGs1Fault ims_gs1_check_code(ImsGs1Check check, const char *text, size_t length);
extern ImsGs1Fault ims_gs1_check_iban(const char *text, size_t length);
extern bool ims_gs1_is_country(const char *letters);

#endif
