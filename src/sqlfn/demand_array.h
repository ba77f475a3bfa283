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
#include "utils/numeric.h"

/* No row in this period; no sum gets there, in 10^14 rows. */
#define IMS_DEMAND_NO_ROW (-((int128) 1 << 126))

/* What a period without rows is. */
typedef enum ImsGaps
{
	IMS_GAPS_ZERO,
	IMS_GAPS_NULL,
	IMS_GAPS_CARRY /* the value of the period before */
} ImsGaps;

extern ImsGaps ims_gaps_of(const text *value);
extern int128 ims_demand_amount(Numeric number);
extern Datum ims_demand_of_sums(const int128 *sum, int count, ImsGaps gaps);

/* Adds to the sum of a period. */
static inline void
ims_demand_add(int128 *sum, int128 quantity)
{
	*sum = *sum == IMS_DEMAND_NO_ROW ? quantity : *sum + quantity;
}

#endif /* IMS_SQLFN_DEMAND_ARRAY_H */
