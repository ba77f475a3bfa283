/*-------------------------------------------------------------------------
 *
 * iso_time.c
 *	  Days and instants in a caller's JSON: as ISO 8601 has them, and no other way.
 *
 * What the types of the server read depends on the session: 01/02/2026 on
 * DateStyle, an instant without its zone on TimeZone.  A call must mean the same
 * in every session, so such text is read here: days in the extended form,
 * 2026-12-31, instants with minutes at least and with Z or an offset.  Anything
 * else gives null, and the caller says what is wrong.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "type/gs1_digit_core.h"

PG_FUNCTION_INFO_V1(ims_iso_day);
PG_FUNCTION_INFO_V1(ims_iso_instant);

#define MAX_OFFSET 15  /* hours, as the server has it */
#define DECIMALS 6	   /* of a second */
#define LEAP_SECOND 60 /* the server takes it for the second after */

typedef struct Cursor
{
	const char *at;
	const char *end;
} Cursor;

/* Takes one of these characters. */
static bool
take(Cursor *cursor, const char *characters)
{
	if (cursor->at == cursor->end || strchr(characters, *cursor->at) == NULL ||
		*cursor->at == '\0')
		return false;
	cursor->at++;
	return true;
}

/* Takes a number of so many digits, from least to most. */
static bool
take_number(Cursor *cursor, int digits, int least, int most, int *number)
{
	if (cursor->end - cursor->at < digits || !ims_gs1_is_digits(cursor->at, digits))
		return false;
	*number = 0;
	for (int i = 0; i < digits; i++)
		*number = *number * 10 + (*cursor->at++ - '0');
	return *number >= least && *number <= most;
}

/* Takes a day of the years 1 to 9999. */
static bool
take_day(Cursor *cursor, DateADT *day)
{
	int year;
	int month;
	int of_month;

	if (!take_number(cursor, 4, 1, 9999, &year) || !take(cursor, "-") ||
		!take_number(cursor, 2, 1, MONTHS_PER_YEAR, &month) || !take(cursor, "-") ||
		!take_number(cursor, 2, 1, day_tab[isleap(year)][month - 1], &of_month))
		return false;
	*day = date2j(year, month, of_month) - POSTGRES_EPOCH_JDATE;
	return true;
}

/* Takes the decimals of a second, as many as there are, rounded to microseconds. */
static bool
take_decimals(Cursor *cursor, int64 *microseconds)
{
	int digits = 0;
	int digit;

	*microseconds = 0;
	for (; cursor->at < cursor->end && ims_gs1_is_digits(cursor->at, 1); digits++)
	{
		digit = *cursor->at++ - '0';
		if (digits < DECIMALS)
			*microseconds = *microseconds * 10 + digit;
		else if (digits == DECIMALS)
			*microseconds += digit >= 5;
	}
	for (int i = digits; i < DECIMALS; i++)
		*microseconds *= 10;
	return digits > 0;
}

/* Takes a time of the day, seconds and their decimals where there are any. */
static bool
take_time(Cursor *cursor, int64 *microseconds)
{
	int hour;
	int minute;
	int second = 0;
	int64 decimals = 0;

	if (!take_number(cursor, 2, 0, HOURS_PER_DAY - 1, &hour) || !take(cursor, ":") ||
		!take_number(cursor, 2, 0, MINS_PER_HOUR - 1, &minute))
		return false;
	if (take(cursor, ":") && (!take_number(cursor, 2, 0, LEAP_SECOND, &second) ||
							  (take(cursor, ".") && !take_decimals(cursor, &decimals))))
		return false;
	*microseconds =
		((hour * MINS_PER_HOUR + minute) * SECS_PER_MINUTE + second) * USECS_PER_SEC +
		decimals;
	return true;
}

/* Takes Z or an offset such as +01, +0100 or +01:00. */
static bool
take_zone(Cursor *cursor, int64 *microseconds)
{
	bool is_west = cursor->at < cursor->end && *cursor->at == '-';
	int hours;
	int minutes = 0;

	*microseconds = 0;
	if (take(cursor, "Zz"))
		return true;
	if (!take(cursor, "+-") || !take_number(cursor, 2, 0, MAX_OFFSET, &hours))
		return false;
	if (cursor->at < cursor->end)
	{
		take(cursor, ":");
		if (!take_number(cursor, 2, 0, MINS_PER_HOUR - 1, &minutes))
			return false;
	}
	*microseconds = (hours * MINS_PER_HOUR + minutes) * SECS_PER_MINUTE *
					(is_west ? -USECS_PER_SEC : USECS_PER_SEC);
	return true;
}

static Cursor
cursor_on(text *value)
{
	return (Cursor){VARDATA_ANY(value), VARDATA_ANY(value) + VARSIZE_ANY_EXHDR(value)};
}

/* ims_iso_day -- SQL: ims._iso_day(value text) returns date */
Datum
ims_iso_day(PG_FUNCTION_ARGS)
{
	Cursor cursor = cursor_on(PG_GETARG_TEXT_PP(0));
	DateADT day;

	if (!take_day(&cursor, &day) || cursor.at != cursor.end)
		PG_RETURN_NULL();
	PG_RETURN_DATEADT(day);
}

/* ims_iso_instant -- SQL: ims._iso_instant(value text) returns timestamptz */
Datum
ims_iso_instant(PG_FUNCTION_ARGS)
{
	Cursor cursor = cursor_on(PG_GETARG_TEXT_PP(0));
	DateADT day;
	int64 time;
	int64 offset;

	if (!take_day(&cursor, &day) || !take(&cursor, "Tt ") || !take_time(&cursor, &time) ||
		!take_zone(&cursor, &offset) || cursor.at != cursor.end)
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ((TimestampTz) day * USECS_PER_DAY + time - offset);
}
