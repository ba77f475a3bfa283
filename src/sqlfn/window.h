/*-------------------------------------------------------------------------
 *
 * window.h
 *	  Windows of whole periods: days, weeks or months.
 *
 * Weeks begin on the weekday of the first day of the window, months on the
 * first; a window ends before the day `to`.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_SQLFN_WINDOW_H
#define IMS_SQLFN_WINDOW_H

#include "utils/date.h"
#include "utils/numeric.h"

#include "compat.h"
#include "type/quantity.h"

#define IMS_WINDOW_MOST_PERIODS 100000
#define DAYS_PER_WEEK 7

typedef enum ImsStep
{
	IMS_STEP_DAY,
	IMS_STEP_WEEK,
	IMS_STEP_MONTH
} ImsStep;

extern bool ims_is_word(const text *value, const char *word);
extern ImsStep ims_step_of(const text *value);
extern int ims_month_of(DateADT date, int *day);
extern void ims_refuse_window(const char *sentence, DateADT from, DateADT to,
							  const char *hint);
extern int ims_count_periods(DateADT from, DateADT to, ImsStep step);
extern int ims_period_of(DateADT from, ImsStep step, DateADT date);
pg_noreturn extern void ims_refuse_quantity(Numeric number, ImsQuantityStatus status);
extern int64 ims_demand_quantity(Numeric number);

#endif /* IMS_SQLFN_WINDOW_H */
