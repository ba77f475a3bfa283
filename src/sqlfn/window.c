/*-------------------------------------------------------------------------
 *
 * window.c
 *	  Windows of whole periods: days, weeks or months.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"

#include "ims.h"
#include "ledger/detail.h"
#include "sqlfn/argument.h"
#include "sqlfn/window.h"
#include "type/quantity.h"

bool
ims_is_word(const text *value, const char *word)
{
	return VARSIZE_ANY_EXHDR(value) == strlen(word) &&
		   memcmp(VARDATA_ANY(value), word, strlen(word)) == 0;
}

ImsStep
ims_step_of(const text *value)
{
	if (ims_is_word(value, "day"))
		return IMS_STEP_DAY;
	if (ims_is_word(value, "week"))
		return IMS_STEP_WEEK;
	if (ims_is_word(value, "month"))
		return IMS_STEP_MONTH;
	ims_refuse_word("step", text_to_cstring(value), "day, week or month");
}

/* Months since January of year 0, and the day in the month. */
int
ims_month_of(DateADT date, int *day)
{
	int year;
	int month;

	j2date(date + POSTGRES_EPOCH_JDATE, &year, &month, day);
	return year * MONTHS_PER_YEAR + month - 1;
}

/* ISO 8601, whatever the session's settings are. */
static char *
date_text(DateADT date)
{
	char buffer[MAXDATELEN + 1];
	struct pg_tm tm = {0};

	if (DATE_NOT_FINITE(date))
		EncodeSpecialDate(date, buffer);
	else
	{
		j2date(date + POSTGRES_EPOCH_JDATE, &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
		EncodeDateOnly(&tm, USE_ISO_DATES, buffer);
	}
	return pstrdup(buffer);
}

void
ims_refuse_window(const char *sentence, DateADT from, DateADT to, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_IMS_INVALID_WINDOW),
			 errmsg("the window of a demand array is not valid"),
			 errdetail_internal("%s",
								ims_error_detail(sentence,
												 ims_detail_text("from_period",
																 date_text(from)),
												 ims_detail_text("to_period", date_text(to)),
												 ims_detail_integer("most",
																	IMS_WINDOW_MOST_PERIODS))),
			 errhint("%s", hint)));
}

/* How many periods fit in; they must fit in exactly. */
int
ims_count_periods(DateADT from, DateADT to, ImsStep step)
{
	int64 count = (int64) to - from;
	int first_day = 1;
	int last_day = 1;
	bool is_whole = true;

	if (DATE_NOT_FINITE(from) || DATE_NOT_FINITE(to) || count <= 0)
		ims_refuse_window("It ends before it begins, or never.", from, to,
						  "Give the first day, and the day after the last.");
	if (step == IMS_STEP_WEEK)
	{
		is_whole = count % DAYS_PER_WEEK == 0;
		count /= DAYS_PER_WEEK;
	}
	else if (step == IMS_STEP_MONTH)
	{
		count = ims_month_of(to, &last_day) - ims_month_of(from, &first_day);
		is_whole = first_day == 1 && last_day == 1;
	}
	if (!is_whole)
		ims_refuse_window("It does not consist of whole periods.", from, to,
						  "Weeks begin on the weekday of the first day, months on the first;"
						  " the last day itself is not part of the window.");
	if (count > IMS_WINDOW_MOST_PERIODS)
		ims_refuse_window("It has too many periods.", from, to,
						  "Take a shorter window, or longer periods.");
	return (int) count;
}

/* Which period of a window a day is in, from 0. */
int
ims_period_of(DateADT from, ImsStep step, DateADT date)
{
	int day;

	if (step == IMS_STEP_DAY)
		return date - from;
	if (step == IMS_STEP_WEEK)
		return (date - from) / DAYS_PER_WEEK;
	return ims_month_of(date, &day) - ims_month_of(from, &day);
}

void
ims_refuse_quantity(Numeric number, ImsQuantityStatus status)
{
	ereport(ERROR,
			(errcode(ERRCODE_IMS_INVALID_QUANTITY),
			 errmsg("quantity %s %s", ims_number_text(number), ims_quantity_problem(status)),
			 errdetail_internal("%s",
								ims_error_detail("It is no quantity of a ledger.",
												 ims_detail_number("quantity", number),
												 ims_detail_text("argument", "quantity"))),
			 errhint("Round it first, to six decimals at most.")));
}

/* In millionths. */
int64
ims_demand_quantity(Numeric number)
{
	ImsQuantity quantity;
	ImsQuantityStatus status = ims_quantity_parse(number, &quantity);

	if (status != IMS_QUANTITY_OK)
		ims_refuse_quantity(number, status);
	return quantity;
}
