/*-------------------------------------------------------------------------
 *
 * local_day.c
 *	  ims._local_day: the day of an instant in a zone, many times over.
 *
 * The same as (instant AT TIME ZONE zone)::date, which looks the zone up and
 * takes the instant apart for each row.  Here the answer before is remembered
 * for the middle of its day: rows of a ledger come in the order of time, more
 * or less.  Near midnight, where clocks are changed, it is computed each time.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "ims.h"

#define MOST_ZONE 255

/* What the last call found; lives as long as its FmgrInfo. */
typedef struct DayMemory
{
	char zone[MOST_ZONE + 1];
	pg_tz *tz;
	TimestampTz from; /* between these two all instants are of the day */
	TimestampTz until;
	DateADT day;
} DayMemory;

PG_FUNCTION_INFO_V1(ims_local_day);

static DayMemory *
memory_of(FunctionCallInfo fcinfo, const text *zone)
{
	DayMemory *memory = fcinfo->flinfo->fn_extra;
	int length = VARSIZE_ANY_EXHDR(zone);

	if (memory == NULL)
		memory = fcinfo->flinfo->fn_extra =
			MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(DayMemory));
	if (memory->tz != NULL && strlen(memory->zone) == length &&
		memcmp(memory->zone, VARDATA_ANY(zone), length) == 0)
		return memory;
	memset(memory, 0, sizeof(DayMemory));
	if (length <= MOST_ZONE)
	{
		memcpy(memory->zone, VARDATA_ANY(zone), length);
		memory->tz = pg_tzset(memory->zone);
	}
	if (memory->tz == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("time zone \"%s\" is not known", text_to_cstring(zone))));
	return memory;
}

/* ims_local_day -- SQL: ims._local_day(instant timestamptz, zone text) returns date */
Datum
ims_local_day(PG_FUNCTION_ARGS)
{
	TimestampTz at = PG_GETARG_TIMESTAMPTZ(0);
	DayMemory *memory = memory_of(fcinfo, PG_GETARG_TEXT_PP(1));
	struct pg_tm tm;
	fsec_t fraction;
	int offset;
	TimestampTz since_midnight;

	if (at >= memory->from && at < memory->until)
		PG_RETURN_DATEADT(memory->day);
	if (TIMESTAMP_IS_NOBEGIN(at) || TIMESTAMP_IS_NOEND(at))
		PG_RETURN_DATEADT(TIMESTAMP_IS_NOEND(at) ? DATEVAL_NOEND : DATEVAL_NOBEGIN);
	if (timestamp2tm(at, &offset, &tm, &fraction, NULL, memory->tz) != 0)
		ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
						errmsg("timestamp out of range")));
	memory->day = date2j(tm.tm_year, tm.tm_mon, tm.tm_mday) - POSTGRES_EPOCH_JDATE;
	since_midnight =
		((tm.tm_hour * SECS_PER_HOUR) + tm.tm_min * SECS_PER_MINUTE + tm.tm_sec) *
			USECS_PER_SEC +
		fraction;
	memory->from = memory->until = 0;
	if (tm.tm_hour >= 4 && tm.tm_hour < 20)
	{
		memory->from = at - since_midnight + 4 * USECS_PER_HOUR;
		memory->until = at - since_midnight + 20 * USECS_PER_HOUR;
	}
	PG_RETURN_DATEADT(memory->day);
}
