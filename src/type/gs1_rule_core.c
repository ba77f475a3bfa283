/*-------------------------------------------------------------------------
 *
 * gs1_rule_core.c
 *	  The rules that values of GS1 element strings keep.
 *
 * Each check sees one component of a value, of any length, and is total: what
 * is too short or of the wrong characters is a broken rule, not an accident.
 *
 *-------------------------------------------------------------------------
 */
#include "type/gs1_rule_core.h"

#include <string.h>

#include "type/gs1_check_pair_core.h"
#include "type/gs1_digit_core.h"

#define MIN_PREFIX_DIGITS 4
#define ANGLE_DIGITS 10

#define RULE_NAME(name, sentence) #name,
static const char *const rule_names[] = {IMS_GS1_RULES(RULE_NAME)};

#define RULE_SENTENCE(name, sentence) sentence,
static const char *const rule_sentences[] = {IMS_GS1_RULES(RULE_SENTENCE)};

#define CHECK_NAME(name) #name,
static const char *const check_names[] = {IMS_GS1_CHECKS(CHECK_NAME)};

/* The name in lower case, in a buffer of IMS_GS1_MAX_RULE_NAME. */
const char *
ims_gs1_element_rule_name(ImsGs1ElementRule rule, char *name)
{
	const char *upper = rule_names[rule];
	size_t i;

	for (i = 0; upper[i] != '\0' && i < IMS_GS1_MAX_RULE_NAME - 1; i++)
		name[i] = upper[i] >= 'A' && upper[i] <= 'Z' ? upper[i] - 'A' + 'a' : upper[i];
	name[i] = '\0';
	return name;
}

const char *
ims_gs1_element_rule_sentence(ImsGs1ElementRule rule)
{
	return rule_sentences[rule];
}

const char *
ims_gs1_check_name(ImsGs1Check check)
{
	return check_names[check];
}

bool
ims_gs1_find_check(const char *name, size_t length, ImsGs1Check *check)
{
	for (int i = IMS_GS1_CHECK_none + 1; i < IMS_GS1_NCHECK; i++)
	{
		if (strlen(check_names[i]) == length && memcmp(check_names[i], name, length) == 0)
		{
			*check = (ImsGs1Check) i;
			return true;
		}
	}
	return false;
}

/* Where the first character is that a predicate refuses; length if none is. */
static size_t
first_outside(const char *text, size_t length, bool (*holds)(const char *, size_t))
{
	size_t i = 0;

	if (holds(text, length))
		return length;
	while (i < length && holds(text + i, 1))
		i++;
	return i;
}

static ImsGs1Fault
check_members(const char *text, size_t length, bool (*holds)(const char *, size_t),
			  ImsGs1ElementRule rule)
{
	size_t outside = first_outside(text, length, holds);

	return outside == length ? IMS_GS1_NO_FAULT : ims_gs1_fault(rule, outside);
}

static ImsGs1Fault
check_digits(const char *text, size_t length)
{
	if (ims_gs1_is_digits(text, length))
		return IMS_GS1_NO_FAULT;
	return check_members(text, length, ims_gs1_is_digits, IMS_GS1_RULE_NON_DIGIT_CHARACTER);
}

/* Pads stand at the end only, at most two, and make up a multiple of three. */
static ImsGs1Fault
check_base64(const char *text, size_t length)
{
	size_t end = length;
	ImsGs1Fault fault;

	while (end > 0 && text[end - 1] == '=')
		end--;
	if (length - end > 2 || (end < length && length % 3 != 0))
		return ims_gs1_fault(IMS_GS1_RULE_INVALID_CSET64_PADDING, end);
	fault =
		check_members(text, end, ims_gs1_is_cset64, IMS_GS1_RULE_INVALID_CSET64_CHARACTER);
	if (fault.rule == IMS_GS1_RULE_OK)
	{
		const char *pad = memchr(text, '=', end);

		if (pad)
			fault = ims_gs1_fault(IMS_GS1_RULE_INVALID_CSET64_CHARACTER,
								  (size_t) (pad - text));
	}
	return fault;
}

/* The character set of a component: N, X, Y or Z. */
ImsGs1Fault
ims_gs1_check_set(char set, const char *text, size_t length)
{
	switch (set)
	{
	case 'N':
		return check_digits(text, length);
	case 'Y':
		return check_members(text, length, ims_gs1_is_cset39,
							 IMS_GS1_RULE_INVALID_CSET39_CHARACTER);
	case 'Z':
		return check_base64(text, length);
	default:
		return check_members(text, length, ims_gs1_is_cset82,
							 IMS_GS1_RULE_INVALID_CSET82_CHARACTER);
	}
}

static ImsGs1Fault
check_check_digit(const char *text, size_t length)
{
	ImsGs1Fault fault;

	if (length == 0)
		return ims_gs1_fault(IMS_GS1_RULE_TOO_SHORT_FOR_CHECK_DIGIT, 0);
	if (ims_gs1_has_check_digit(text, length))
		return IMS_GS1_NO_FAULT;
	fault = check_digits(text, length);
	if (fault.rule == IMS_GS1_RULE_OK)
		fault = ims_gs1_fault(IMS_GS1_RULE_INCORRECT_CHECK_DIGIT, length - 1);
	return fault;
}

static ImsGs1Fault
check_check_pair(const char *text, size_t length)
{
	char pair[2];
	ImsGs1Fault fault;

	if (length < 2)
		return ims_gs1_fault(IMS_GS1_RULE_TOO_SHORT_FOR_CHECK_PAIR, 0);
	if (length - 2 > IMS_GS1_MAX_CHECK_PAIR_BODY)
		return ims_gs1_fault(IMS_GS1_RULE_TOO_LONG_FOR_CHECK_PAIR_IMPLEMENTATION, 0);
	fault = ims_gs1_check_set('X', text, length - 2);
	if (fault.rule != IMS_GS1_RULE_OK)
		return fault;
	if (!ims_gs1_check_pair(text, length - 2, pair) ||
		memcmp(pair, text + length - 2, 2) != 0)
		return ims_gs1_fault(IMS_GS1_RULE_INCORRECT_CHECK_PAIR, length - 2);
	return IMS_GS1_NO_FAULT;
}

/*
 * A company prefix from an offset on.  How long it is, only the published
 * table of prefixes tells, which changes daily and is not built in.
 */
static ImsGs1Fault
check_prefix(const char *text, size_t length, size_t offset)
{
	ImsGs1Fault fault;

	if (length < offset + MIN_PREFIX_DIGITS)
		return ims_gs1_fault(IMS_GS1_RULE_TOO_SHORT_FOR_GCP, 0);
	fault = check_digits(text + offset, MIN_PREFIX_DIGITS);
	if (fault.rule != IMS_GS1_RULE_OK)
		fault = ims_gs1_fault(IMS_GS1_RULE_INVALID_GCP_PREFIX, offset + fault.offset);
	return fault;
}

static int
two_digits(const char *text)
{
	return (text[0] - '0') * 10 + (text[1] - '0');
}

/* A two-digit number up to a limit: hour, minute or second. */
static ImsGs1Fault
check_two_digits(const char *text, size_t length, int limit, ImsGs1ElementRule too_short,
				 ImsGs1ElementRule too_long, ImsGs1ElementRule illegal)
{
	ImsGs1Fault fault;

	if (length != 2)
		return ims_gs1_fault(length < 2 ? too_short : too_long, 0);
	fault = check_digits(text, length);
	if (fault.rule == IMS_GS1_RULE_OK && two_digits(text) > limit)
		fault = ims_gs1_fault(illegal, 0);
	return fault;
}

static ImsGs1Fault
check_hour(const char *text, size_t length)
{
	return check_two_digits(text, length, 23, IMS_GS1_RULE_HOUR_TOO_SHORT,
							IMS_GS1_RULE_HOUR_TOO_LONG, IMS_GS1_RULE_ILLEGAL_HOUR);
}

static ImsGs1Fault
check_minute(const char *text, size_t length)
{
	return check_two_digits(text, length, 59, IMS_GS1_RULE_MINUTE_TOO_SHORT,
							IMS_GS1_RULE_MINUTE_TOO_LONG, IMS_GS1_RULE_ILLEGAL_MINUTE);
}

static ImsGs1Fault
check_hour_and_minute(const char *text, size_t length)
{
	ImsGs1Fault fault;

	if (length != 4)
		return ims_gs1_fault(length < 4 ? IMS_GS1_RULE_HOUR_WITH_MINUTE_TOO_SHORT
										: IMS_GS1_RULE_HOUR_WITH_MINUTE_TOO_LONG,
							 0);
	fault = check_hour(text, 2);
	if (fault.rule == IMS_GS1_RULE_OK)
	{
		fault = check_minute(text + 2, 2);
		fault.offset += 2;
	}
	return fault;
}

/*
 * A date with a year of two or four digits.  A year of two digits has no
 * century here: 29 February of year 00 passes, since there is such a day in
 * 2000; which century is meant is asked when the date is read.
 */
ImsGs1Fault
ims_gs1_check_date(const char *text, size_t length, int year_digits, bool day_zero)
{
	static const char days_of_month[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	size_t wanted = (size_t) year_digits + 4;
	const char *month_text = text + year_digits;
	ImsGs1Fault fault;
	int month;
	int day;
	int days;
	int year;

	if (length != wanted)
		return ims_gs1_fault(length < wanted ? IMS_GS1_RULE_DATE_TOO_SHORT
											 : IMS_GS1_RULE_DATE_TOO_LONG,
							 0);
	fault = check_digits(text, length);
	if (fault.rule != IMS_GS1_RULE_OK)
		return fault;
	month = two_digits(month_text);
	day = two_digits(month_text + 2);
	if (month < 1 || month > 12)
		return ims_gs1_fault(IMS_GS1_RULE_ILLEGAL_MONTH, (size_t) year_digits);
	days = days_of_month[month - 1];
	year = two_digits(text + year_digits - 2);
	if (month == 2 &&
		(year % 4 != 0 || (year_digits == 4 && year == 0 && two_digits(text) % 4 != 0)))
		days = 28;
	if (day > days || (day == 0 && !day_zero))
		return ims_gs1_fault(IMS_GS1_RULE_ILLEGAL_DAY, (size_t) year_digits + 2);
	return IMS_GS1_NO_FAULT;
}

/* Ten digits up to a limit: degrees from a pole or the antimeridian, times 10^7. */
static ImsGs1Fault
check_angle(const char *text, size_t length, const char *limit,
			ImsGs1ElementRule wrong_length, ImsGs1ElementRule invalid)
{
	ImsGs1Fault fault;

	if (length != ANGLE_DIGITS)
		return ims_gs1_fault(wrong_length, 0);
	fault = check_digits(text, length);
	if (fault.rule == IMS_GS1_RULE_OK && memcmp(text, limit, ANGLE_DIGITS) > 0)
		fault = ims_gs1_fault(invalid, 0);
	return fault;
}

/* Whether all characters, of none or more, are one and the same. */
static bool
is_all(char c, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (text[i] != c)
			return false;
	return true;
}

static ImsGs1Fault
check_nonzero(const char *text, size_t length)
{
	ImsGs1Fault fault = check_digits(text, length);

	if (fault.rule == IMS_GS1_RULE_OK && is_all('0', text, length))
		fault = ims_gs1_fault(IMS_GS1_RULE_ILLEGAL_ZERO_VALUE, 0);
	return fault;
}

static ImsGs1Fault
check_no_zero_prefix(const char *text, size_t length)
{
	if (length > 0 && text[0] == '0')
		return ims_gs1_fault(IMS_GS1_RULE_ILLEGAL_ZERO_PREFIX, 0);
	return check_digits(text, length);
}

/* One character out of a few. */
static ImsGs1Fault
check_one_of(const char *text, size_t length, const char *allowed, ImsGs1ElementRule rule)
{
	if (length != 1 || text[0] == '\0' || strchr(allowed, text[0]) == NULL)
		return ims_gs1_fault(rule, 0);
	return IMS_GS1_NO_FAULT;
}

static ImsGs1Fault
check_importer(const char *text, size_t length)
{
	if (length != 1)
		return ims_gs1_fault(IMS_GS1_RULE_IMPORTER_IDX_MUST_BE_ONE_CHARACTER, 0);
	if (text[0] == '=' || !ims_gs1_is_cset64(text, 1))
		return ims_gs1_fault(IMS_GS1_RULE_INVALID_IMPORT_IDX_CHARACTER, 0);
	return IMS_GS1_NO_FAULT;
}

static bool
is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

static ImsGs1Fault
check_percent(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
	{
		if (text[i] != '%')
			continue;
		if (length - i < 3 || !is_hex(text[i + 1]) || !is_hex(text[i + 2]))
			return ims_gs1_fault(IMS_GS1_RULE_INVALID_PERCENT_SEQUENCE, i);
	}
	return IMS_GS1_NO_FAULT;
}

/* Piece and total, of one length each: 0102 is the first of two. */
static ImsGs1Fault
check_piece(const char *text, size_t length)
{
	size_t half = length / 2;
	ImsGs1Fault fault = check_digits(text, length);

	if (fault.rule != IMS_GS1_RULE_OK)
		return fault;
	if (length == 0 || length % 2 != 0)
		return ims_gs1_fault(IMS_GS1_RULE_INVALID_LENGTH_FOR_PIECE_OF_TOTAL, 0);
	if (is_all('0', text, half))
		return ims_gs1_fault(IMS_GS1_RULE_ZERO_PIECE_NUMBER, 0);
	if (is_all('0', text + half, half))
		return ims_gs1_fault(IMS_GS1_RULE_ZERO_TOTAL_PIECES, half);
	if (memcmp(text, text + half, half) > 0)
		return ims_gs1_fault(IMS_GS1_RULE_PIECE_NUMBER_EXCEEDS_TOTAL, 0);
	return IMS_GS1_NO_FAULT;
}

/* Position and end, as in 2/3. */
static ImsGs1Fault
check_position(const char *text, size_t length)
{
	const char *slash = length ? memchr(text, '/', length) : NULL;
	size_t first = slash ? (size_t) (slash - text) : 0;
	size_t second = slash ? length - first - 1 : 0;

	if (first == 0 || second == 0 || !ims_gs1_is_digits(text, first) ||
		!ims_gs1_is_digits(slash + 1, second))
		return ims_gs1_fault(IMS_GS1_RULE_POSITION_IN_SEQUENCE_MALFORMED, 0);
	if (text[0] == '0')
		return ims_gs1_fault(IMS_GS1_RULE_ILLEGAL_ZERO_PREFIX, 0);
	if (slash[1] == '0')
		return ims_gs1_fault(IMS_GS1_RULE_ILLEGAL_ZERO_PREFIX, first + 1);
	if (first > second || (first == second && memcmp(text, slash + 1, first) > 0))
		return ims_gs1_fault(IMS_GS1_RULE_POSITION_EXCEEDS_END, 0);
	return IMS_GS1_NO_FAULT;
}

/* Whether a component that is fine by rule is, or else the rule. */
static ImsGs1Fault
unless(bool fine, ImsGs1ElementRule rule)
{
	return fine ? IMS_GS1_NO_FAULT : ims_gs1_fault(rule, 0);
}

/* Checks of numbers, codes and marks; dates, times and code lists are below. */
static ImsGs1Fault
check_value(ImsGs1Check check, const char *text, size_t length)
{
	switch (check)
	{
	case IMS_GS1_CHECK_couponcode:
		return ims_gs1_check_coupon(text, length);
	case IMS_GS1_CHECK_couponposoffer:
		return ims_gs1_check_offer(text, length);
	case IMS_GS1_CHECK_csumalpha:
		return check_check_pair(text, length);
	case IMS_GS1_CHECK_hasnondigit:
		return unless(!ims_gs1_is_digits(text, length),
					  IMS_GS1_RULE_REQUIRES_NON_DIGIT_CHARACTER);
	case IMS_GS1_CHECK_hyphen:
		return unless(length > 0 && is_all('-', text, length), IMS_GS1_RULE_NOT_HYPHEN);
	case IMS_GS1_CHECK_iban:
		return ims_gs1_check_iban(text, length);
	case IMS_GS1_CHECK_importeridx:
		return check_importer(text, length);
	case IMS_GS1_CHECK_latitude:
		return check_angle(text, length, "1800000000", IMS_GS1_RULE_LATITUDE_INVALID_LENGTH,
						   IMS_GS1_RULE_INVALID_LATITUDE);
	case IMS_GS1_CHECK_longitude:
		return check_angle(text, length, "3600000000",
						   IMS_GS1_RULE_LONGITUDE_INVALID_LENGTH,
						   IMS_GS1_RULE_INVALID_LONGITUDE);
	case IMS_GS1_CHECK_nonzero:
		return check_nonzero(text, length);
	case IMS_GS1_CHECK_nozeroprefix:
		return check_no_zero_prefix(text, length);
	case IMS_GS1_CHECK_pcenc:
		return check_percent(text, length);
	case IMS_GS1_CHECK_pieceoftotal:
		return check_piece(text, length);
	case IMS_GS1_CHECK_posinseqslash:
		return check_position(text, length);
	case IMS_GS1_CHECK_winding:
		return check_one_of(text, length, "019", IMS_GS1_RULE_INVALID_WINDING_DIRECTION);
	case IMS_GS1_CHECK_yesno:
		return check_one_of(text, length, "01", IMS_GS1_RULE_NOT_ZERO_OR_ONE);
	case IMS_GS1_CHECK_iso5218:
		return check_one_of(text, length, "0129", IMS_GS1_RULE_INVALID_BIOLOGICAL_SEX_CODE);
	case IMS_GS1_CHECK_zero:
		return unless(length > 0 && is_all('0', text, length), IMS_GS1_RULE_NOT_ZERO);
	default:
		return ims_gs1_check_code(check, text, length);
	}
}

/* The first ones are those of nearly every scan. */
ImsGs1Fault
ims_gs1_check(ImsGs1Check check, const char *text, size_t length)
{
	switch (check)
	{
	case IMS_GS1_CHECK_none:
		return IMS_GS1_NO_FAULT;
	case IMS_GS1_CHECK_csum:
		return check_check_digit(text, length);
	case IMS_GS1_CHECK_gcppos1:
		return check_prefix(text, length, 0);
	case IMS_GS1_CHECK_gcppos2:
		return check_prefix(text, length, 1);
	case IMS_GS1_CHECK_yymmd0:
		return ims_gs1_check_date(text, length, 2, true);
	case IMS_GS1_CHECK_yymmdd:
		return ims_gs1_check_date(text, length, 2, false);
	case IMS_GS1_CHECK_yyyymmd0:
		return ims_gs1_check_date(text, length, 4, true);
	case IMS_GS1_CHECK_yyyymmdd:
		return ims_gs1_check_date(text, length, 4, false);
	case IMS_GS1_CHECK_hh:
		return check_hour(text, length);
	case IMS_GS1_CHECK_mi:
		return check_minute(text, length);
	case IMS_GS1_CHECK_ss:
		return check_two_digits(text, length, 59, IMS_GS1_RULE_SECOND_TOO_SHORT,
								IMS_GS1_RULE_SECOND_TOO_LONG, IMS_GS1_RULE_ILLEGAL_SECOND);
	case IMS_GS1_CHECK_hhmi:
		return check_hour_and_minute(text, length);
	default:
		return check_value(check, text, length);
	}
}
