/*-------------------------------------------------------------------------
 *
 * argument.h
 *	  Arguments of the analytical functions: checked, or refused by name.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_SQLFN_ARGUMENT_H
#define IMS_SQLFN_ARGUMENT_H

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "utils/array.h"

#include "compat.h"
#include "forecast/series.h"

/* Cut points and other figures without a natural bound. */
#define IMS_CUT_MOST 1000000

/* A null argument is one that was not given: the default counts. */
extern int ims_integer_argument(FunctionCallInfo fcinfo, int place, const char *name,
								int least, int most, int value);
extern double ims_number_argument(FunctionCallInfo fcinfo, int place, const char *name,
								  int least, int most, double value);
extern double ims_share_argument(FunctionCallInfo fcinfo, int place, const char *name,
								 double value);
extern double ims_coverage_argument(FunctionCallInfo fcinfo, int place);
extern double *ims_numbers_argument(FunctionCallInfo fcinfo, int place, const char *name,
									int least, int most, bool bounds_too,
									int most_numbers, int *count);
extern char *ims_text_argument(FunctionCallInfo fcinfo, int place);
extern ImsSeries ims_series_argument(FunctionCallInfo fcinfo, int place, const char *name);
pg_noreturn extern void ims_refuse_word(const char *name, const char *value,
										const char *choices);

extern bool ims_check_for_interrupts(void *context);

extern Datum ims_float_or_null(double value, bool *is_null);
extern void ims_append_float(StringInfo text, double value);
extern Datum ims_float_array(const double *value, int count);

#endif /* IMS_SQLFN_ARGUMENT_H */
