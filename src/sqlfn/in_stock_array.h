/*-------------------------------------------------------------------------
 *
 * in_stock_array.h
 *	  For how much of each period a level was above zero.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_SQLFN_IN_STOCK_ARRAY_H
#define IMS_SQLFN_IN_STOCK_ARRAY_H

#include "fmgr.h"
#include "utils/date.h"
#include "utils/timestamp.h"

#include "sqlfn/window.h"

/* First instants of the periods in a zone, and the end of the last. */
typedef struct ImsCalendar
{
	struct ImsCalendar *next;
	DateADT from;
	DateADT to;
	ImsStep step;
	int count;
	char zone[256];
	TimestampTz *start; /* count + 1 */
} ImsCalendar;

typedef struct ImsLevelChange
{
	TimestampTz at;
	int64 quantity;
} ImsLevelChange;

extern ImsCalendar *ims_calendar_make(MemoryContext context, const char *zone, int length,
									  DateADT from, DateADT to, ImsStep step);

/* Changes of the window, in any order: they are sorted. */
extern Datum ims_in_stock_of_changes(const ImsCalendar *calendar, int128 opening,
									 ImsLevelChange *change, int64 count);

#endif /* IMS_SQLFN_IN_STOCK_ARRAY_H */
