/*-------------------------------------------------------------------------
 *
 * demand_array.h
 *	  Sums of demand per period, in millionths, and what becomes of them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_SQLFN_DEMAND_ARRAY_H
#define IMS_SQLFN_DEMAND_ARRAY_H

#include "fmgr.h"
#include "utils/date.h"
#include "utils/numeric.h"

#include "sqlfn/forecast_call.h"
#include "sqlfn/window.h"

/* No row in this period; no sum gets there, in 10^14 rows. */
#define IMS_DEMAND_NO_ROW (-((int128) 1 << 126))

/* Nothing is known of this period: so is any figure below the one above, whatever is added. */
#define IMS_DEMAND_UNKNOWN (IMS_DEMAND_NO_ROW / 2 * 3)

/* What a period without rows is. */
typedef enum ImsGaps
{
	IMS_GAPS_ZERO,
	IMS_GAPS_NULL,
	IMS_GAPS_CARRY /* the value of the period before */
} ImsGaps;

/* State of the aggregates over rows of demand; options are those of a forecast. */
typedef struct ImsDemandState
{
	DateADT from; /* first day of the window */
	DateADT to;	  /* the day after its last */
	ImsStep step;
	ImsGaps gaps;
	int count;
	ImsForecastOptions options;
	int128 sum[FLEXIBLE_ARRAY_MEMBER];
} ImsDemandState;

extern ImsGaps ims_gaps_of(const text *value);
extern ImsDemandState *ims_demand_state_of_row(FunctionCallInfo fcinfo,
											   const ImsForecastOptions *options);
extern int128 ims_demand_amount(Numeric number);
extern int128 ims_demand_estimate(Numeric number);
extern double *ims_demand_values(const int128 *sum, int count, ImsGaps gaps);
extern Datum ims_demand_of_sums(const int128 *sum, int count, ImsGaps gaps);

/* Adds to the sum of a period. */
static inline void
ims_demand_add(int128 *sum, int128 quantity)
{
	*sum = *sum == IMS_DEMAND_NO_ROW ? quantity : *sum + quantity;
}

/* The same where it may be that nothing is known of either. */
static inline void
ims_demand_add_estimate(int128 *sum, int128 quantity)
{
	if (quantity < IMS_DEMAND_NO_ROW)
		*sum = IMS_DEMAND_UNKNOWN;
	else
		ims_demand_add(sum, quantity);
}

#endif /* IMS_SQLFN_DEMAND_ARRAY_H */
