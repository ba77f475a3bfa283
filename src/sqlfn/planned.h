/*-------------------------------------------------------------------------
 *
 * planned.h
 *	  What is known of periods beforehand: drivers, and the days that are open.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_SQLFN_PLANNED_H
#define IMS_SQLFN_PLANNED_H

#include "sqlfn/drivers.h"

typedef struct ImsPlanned
{
	/* Of each period of the series, then of those to come; NULL where there are none. */
	ImsDrivers drivers;
	char **names;		/* of drivers */
	const double *open; /* share of the usual number of days */

	/* The answer. */
	ImsDriverEffects effects; /* effects.used is 0 unless drivers took part */
} ImsPlanned;

extern void ims_planned_arguments(ImsPlanned *planned, FunctionCallInfo fcinfo, int first,
								  int rows);
extern void ims_planned_run(ImsForecastCall *call, ImsPlanned *planned);

#endif /* IMS_SQLFN_PLANNED_H */
