/*-------------------------------------------------------------------------
 *
 * measure.h
 *	  ims.measure between SQL and its core: arguments, results, errors.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_TYPE_MEASURE_H
#define IMS_TYPE_MEASURE_H

#include "fmgr.h"

#include "type/measure_core.h"

/* Of a stored value, into which the unit points. */
extern ImsMeasure ims_measure_arg(FunctionCallInfo fcinfo, int place);
extern Datum ims_measure_datum(const ImsMeasure *measure);

/* Each raises unless the rule is ok; shown is what was to be a measure. */
extern void ims_measure_require(ImsMeasureStatus status, const char *shown, size_t length);
extern void ims_measure_require_unit(const char *unit, size_t size);
extern void ims_measure_require_result(ImsMeasureRule rule, const ImsMeasure *measure,
									   const char *unit, size_t unit_size,
									   ImsRounding rounding);

/* A numeric with at most 18 decimals, below 10^12 in size. */
extern ImsAmount ims_amount_arg(FunctionCallInfo fcinfo, int place);
extern Datum ims_amount_datum(ImsAmount amount);

#endif /* IMS_TYPE_MEASURE_H */
