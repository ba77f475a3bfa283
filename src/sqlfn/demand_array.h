/*-------------------------------------------------------------------------
 *
 * demand_array.h
 *	  Sums of demand per period, in millionths, to an array.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_SQLFN_DEMAND_ARRAY_H
#define IMS_SQLFN_DEMAND_ARRAY_H

#include "fmgr.h"

/* No row in this period; a sum that reaches it is out of range. */
#define IMS_DEMAND_NO_ROW PG_INT64_MIN

/* What a period without rows is. */
typedef enum ImsGaps
{
	IMS_GAPS_ZERO,
	IMS_GAPS_NULL,
	IMS_GAPS_CARRY /* the value of the period before */
} ImsGaps;

extern ImsGaps ims_gaps_of(const text *value);
extern void ims_demand_add(int64 *sum, int64 quantity);
extern Datum ims_demand_of_sums(const int64 *sum, int count, ImsGaps gaps);

#endif /* IMS_SQLFN_DEMAND_ARRAY_H */
