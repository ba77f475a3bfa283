/*-------------------------------------------------------------------------
 *
 * series_rows.c
 *	  Arrays of the series in a log of ims._series_log.
 *
 * The log is in the order in which rows were read.  It is gone through once for
 * as many series as there is room for, so memory does not grow with the log.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "ims.h"
#include "sqlfn/demand_array.h"
#include "sqlfn/in_stock_array.h"
#include "sqlfn/series_log.h"
#include "sqlfn/window.h"

/* Bytes for the figures of the series at hand; one series may need more. */
#define ROOM (8 * 1024 * 1024)

#define COLUMN_DEMAND IMS_SERIES_KEY
#define COLUMN_IN_STOCK (IMS_SERIES_KEY + 1)
#define COLUMNS (IMS_SERIES_KEY + 2)

typedef struct SeriesRows
{
	ImsSeriesLogParts parts;
	ImsGaps gaps;
	ImsCalendar *calendar; /* of the window */
	int64 next;			   /* series to be answered */
	int64 first;		   /* of those at hand */
	int64 end;
	int128 *sum;			/* of demand, per period of each series at hand */
	int128 *opening;		/* of each series: level at the beginning of the window */
	int64 *changes;			/* and how often it changes within */
	int64 *start;			/* changes of a series at hand, from the first */
	ImsLevelChange *change; /* of all series at hand */
} SeriesRows;

PG_FUNCTION_INFO_V1(ims_series_rows);

static bool
has_rows(const SeriesRows *rows, int64 series, ImsSeriesKind kind)
{
	return (rows->parts.kinds[series] & (1 << kind)) != 0;
}

/* Levels at the beginning of the window, and how many changes there are in it. */
static void
count_changes(SeriesRows *rows)
{
	ImsSeriesLogReader reader = ims_series_log_reader(&rows->parts, IMS_SERIES_LEVEL);
	const ImsCalendar *calendar = rows->calendar;

	while (ims_series_log_read(&reader))
		if (reader.at <= calendar->start[0])
			rows->opening[reader.series] += reader.amount;
		else if (reader.at < calendar->start[calendar->count])
			rows->changes[reader.series]++;
}

static void *
room_for(Size size, int64 count)
{
	return palloc_extended(size * Max(count, 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
}

/* The log is that of a row that stays while it is answered. */
static SeriesRows *
open_log(FunctionCallInfo fcinfo, FuncCallContext *call)
{
	SeriesRows *rows = palloc0(sizeof(SeriesRows));
	const text *zone = PG_GETARG_TEXT_PP(5);
	TupleDesc row;

	if (get_call_result_type(fcinfo, NULL, &row) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "series are rows");
	call->tuple_desc = BlessTupleDesc(row);
	rows->parts = ims_series_log_parts(VARDATA_ANY(PG_GETARG_BYTEA_PP(0)));
	rows->gaps = ims_gaps_of(PG_GETARG_TEXT_PP(4));
	rows->calendar =
		ims_calendar_make(CurrentMemoryContext, VARDATA_ANY(zone),
						  VARSIZE_ANY_EXHDR(zone), PG_GETARG_DATEADT(1),
						  PG_GETARG_DATEADT(2), ims_step_of(PG_GETARG_TEXT_PP(3)));
	rows->opening = room_for(sizeof(int128), rows->parts.head.series);
	rows->changes = room_for(sizeof(int64), rows->parts.head.series);
	rows->start = room_for(sizeof(int64), rows->parts.head.series);
	count_changes(rows);
	return rows;
}

/* The next series, as many as fit, and at least one. */
static void
choose_series(SeriesRows *rows)
{
	Size of_sums = sizeof(int128) * rows->calendar->count;
	Size used = 0;
	int64 count = 0;

	rows->first = rows->end = rows->next;
	while (rows->end < rows->parts.head.series)
	{
		used += of_sums + sizeof(ImsLevelChange) * rows->changes[rows->end];
		if (rows->end > rows->first && used > ROOM)
			break;
		rows->start[rows->end] = count;
		count += rows->changes[rows->end++];
	}
	if (rows->sum != NULL)
	{
		pfree(rows->sum);
		pfree(rows->change);
	}
	rows->sum = room_for(of_sums, rows->end - rows->first);
	rows->change = room_for(sizeof(ImsLevelChange), count);
}

static void
load_sums(SeriesRows *rows)
{
	ImsSeriesLogReader reader = ims_series_log_reader(&rows->parts, IMS_SERIES_DEMAND);
	const ImsCalendar *calendar = rows->calendar;

	for (int64 i = 0; i < (rows->end - rows->first) * calendar->count; i++)
		rows->sum[i] = IMS_DEMAND_NO_ROW;
	while (ims_series_log_read(&reader))
		if (reader.series >= rows->first && reader.series < rows->end &&
			reader.at >= calendar->from && reader.at < calendar->to)
			ims_demand_add(&rows->sum[(reader.series - rows->first) * calendar->count +
									  ims_period_of(calendar->from, calendar->step,
													(DateADT) reader.at)],
						   reader.amount);
}

/* One series after the other. */
static void
load_changes(SeriesRows *rows)
{
	ImsSeriesLogReader reader = ims_series_log_reader(&rows->parts, IMS_SERIES_LEVEL);
	const ImsCalendar *calendar = rows->calendar;

	while (ims_series_log_read(&reader))
		if (reader.series >= rows->first && reader.series < rows->end &&
			reader.at > calendar->start[0] && reader.at < calendar->start[calendar->count])
			rows->change[rows->start[reader.series]++] =
				(ImsLevelChange){reader.at, reader.amount};
	for (int64 i = rows->first; i < rows->end; i++)
		rows->start[i] -= rows->changes[i];
}

static Datum
answer(SeriesRows *rows, FuncCallContext *call)
{
	int64 at = rows->next++;
	int64 key[IMS_SERIES_KEY];
	Datum columns[COLUMNS];
	bool nulls[COLUMNS] = {false};

	memcpy(key, rows->parts.key + IMS_SERIES_KEY_SIZE * at, IMS_SERIES_KEY_SIZE);
	for (int i = 0; i < IMS_SERIES_KEY; i++)
		columns[i] = Int64GetDatum(key[i]);
	nulls[COLUMN_DEMAND] = !has_rows(rows, at, IMS_SERIES_DEMAND);
	if (!nulls[COLUMN_DEMAND])
		columns[COLUMN_DEMAND] =
			ims_demand_of_sums(rows->sum + (at - rows->first) * rows->calendar->count,
							   rows->calendar->count, rows->gaps);
	nulls[COLUMN_IN_STOCK] = !has_rows(rows, at, IMS_SERIES_LEVEL);
	if (!nulls[COLUMN_IN_STOCK])
		columns[COLUMN_IN_STOCK] =
			ims_in_stock_of_changes(rows->calendar, rows->opening[at],
									rows->change + rows->start[at], rows->changes[at]);
	return HeapTupleGetDatum(heap_form_tuple(call->tuple_desc, columns, nulls));
}

/*
 * ims_series_rows -- SQL: ims._series_rows(log bytea, from_period date, to_period
 * date, step text, gaps text, zone text)
 *
 * One row per series: demand as ims.demand_array() has it, and time in stock as
 * ims._in_stock_array() has it; null without a row of that kind.
 */
Datum
ims_series_rows(PG_FUNCTION_ARGS)
{
	FuncCallContext *call;
	SeriesRows *rows;

	if (SRF_IS_FIRSTCALL())
	{
		MemoryContext caller;

		call = SRF_FIRSTCALL_INIT();
		caller = MemoryContextSwitchTo(call->multi_call_memory_ctx);
		call->user_fctx = open_log(fcinfo, call);
		MemoryContextSwitchTo(caller);
	}
	call = SRF_PERCALL_SETUP();
	rows = call->user_fctx;
	if (rows->next == rows->parts.head.series)
		SRF_RETURN_DONE(call);
	if (rows->next == rows->end)
	{
		MemoryContext caller = MemoryContextSwitchTo(call->multi_call_memory_ctx);

		choose_series(rows);
		MemoryContextSwitchTo(caller);
		load_sums(rows);
		load_changes(rows);
	}
	SRF_RETURN_NEXT(call, answer(rows, call));
}
