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
#define ROOM (32 * 1024 * 1024)

typedef struct SeriesRows
{
	ImsSeriesLogHead head;
	int64 *key;
	const unsigned char *entries;
	int64 next;	 /* series to be answered */
	int64 first; /* of those at hand */
	int64 end;
	char *figures;

	DateADT from; /* of demand */
	DateADT to;
	ImsStep step;
	ImsGaps gaps;
	int periods;

	ImsCalendar *calendar; /* of levels */
	int128 *opening;
	int64 *changes; /* of each series, within the window */
	int64 *start; /* of a series at hand, from the first; while reading, where it is filled to */
} SeriesRows;

PG_FUNCTION_INFO_V1(ims_demand_rows);
PG_FUNCTION_INFO_V1(ims_in_stock_rows);

/* The log is that of a row that stays while it is answered. */
static SeriesRows *
open_log(FunctionCallInfo fcinfo, FuncCallContext *call)
{
	bytea *bytes = PG_GETARG_BYTEA_PP(0);
	const char *from = VARDATA_ANY(bytes);
	SeriesRows *rows = palloc0(sizeof(SeriesRows));
	TupleDesc row;
	Size keys;

	if (get_call_result_type(fcinfo, NULL, &row) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "series are rows");
	call->tuple_desc = BlessTupleDesc(row);
	memcpy(&rows->head, from, sizeof(rows->head));
	keys = sizeof(int64) * IMS_SERIES_KEY * (Size) rows->head.series;
	rows->key = palloc_extended(Max(keys, 1), MCXT_ALLOC_HUGE);
	memcpy(rows->key, from + sizeof(rows->head), keys);
	rows->entries = (const unsigned char *) from + sizeof(rows->head) + keys;
	return rows;
}

static ImsSeriesLogReader
read_from_start(const SeriesRows *rows)
{
	return (ImsSeriesLogReader){.next = rows->entries, .left = rows->head.entries};
}

static Datum
answer(SeriesRows *rows, FuncCallContext *call, Datum values)
{
	Datum columns[IMS_SERIES_KEY + 1];
	bool nulls[IMS_SERIES_KEY + 1] = {false};

	for (int i = 0; i < IMS_SERIES_KEY; i++)
		columns[i] = Int64GetDatum(rows->key[IMS_SERIES_KEY * rows->next + i]);
	columns[IMS_SERIES_KEY] = values;
	rows->next++;
	return HeapTupleGetDatum(heap_form_tuple(call->tuple_desc, columns, nulls));
}

/* Sums of the next series, as many as fit. */
static void
load_sums(SeriesRows *rows)
{
	ImsSeriesLogReader reader = read_from_start(rows);
	int128 *sum = (int128 *) rows->figures;
	int64 fit = Max(1, ROOM / (int64) (sizeof(int128) * rows->periods));

	rows->first = rows->next;
	rows->end = Min(rows->head.series, rows->first + fit);
	for (int64 i = 0; i < (rows->end - rows->first) * rows->periods; i++)
		sum[i] = IMS_DEMAND_NO_ROW;
	while (ims_series_log_read(&reader))
		if (reader.series >= rows->first && reader.series < rows->end &&
			reader.at >= rows->from && reader.at < rows->to)
			ims_demand_add(&sum[(reader.series - rows->first) * rows->periods +
								ims_period_of(rows->from, rows->step, (DateADT) reader.at)],
						   reader.amount);
}

/*
 * ims_demand_rows -- SQL: ims._demand_rows(log bytea, from_period date,
 * to_period date, step text, gaps text)
 *
 * One row per series, as ims.demand_array() has it.
 */
Datum
ims_demand_rows(PG_FUNCTION_ARGS)
{
	FuncCallContext *call;
	SeriesRows *rows;

	if (SRF_IS_FIRSTCALL())
	{
		MemoryContext caller;

		call = SRF_FIRSTCALL_INIT();
		caller = MemoryContextSwitchTo(call->multi_call_memory_ctx);
		rows = open_log(fcinfo, call);
		rows->from = PG_GETARG_DATEADT(1);
		rows->to = PG_GETARG_DATEADT(2);
		rows->step = ims_step_of(PG_GETARG_TEXT_PP(3));
		rows->gaps = ims_gaps_of(PG_GETARG_TEXT_PP(4));
		rows->periods = ims_count_periods(rows->from, rows->to, rows->step);
		rows->figures = palloc(Max(ROOM, sizeof(int128) * rows->periods));
		call->user_fctx = rows;
		MemoryContextSwitchTo(caller);
	}
	call = SRF_PERCALL_SETUP();
	rows = call->user_fctx;
	if (rows->next == rows->head.series)
		SRF_RETURN_DONE(call);
	if (rows->next == rows->end)
		load_sums(rows);
	SRF_RETURN_NEXT(call,
					answer(rows, call,
						   ims_demand_of_sums((int128 *) rows->figures +
												  (rows->next - rows->first) * rows->periods,
											  rows->periods, rows->gaps)));
}

/* Levels at the beginning of the window, and how many changes there are in it. */
static void
count_changes(SeriesRows *rows)
{
	ImsSeriesLogReader reader = read_from_start(rows);
	const ImsCalendar *calendar = rows->calendar;

	while (ims_series_log_read(&reader))
		if (reader.at <= calendar->start[0])
			rows->opening[reader.series] += reader.amount;
		else if (reader.at < calendar->start[calendar->count])
			rows->changes[reader.series]++;
}

/* Changes of the next series, as many as fit, one series after the other. */
static void
load_changes(SeriesRows *rows)
{
	ImsSeriesLogReader reader = read_from_start(rows);
	const ImsCalendar *calendar = rows->calendar;
	int64 most = ROOM / (int64) sizeof(ImsLevelChange);
	ImsLevelChange *change;
	int64 count = 0;

	rows->first = rows->end = rows->next;
	while (rows->end < rows->head.series &&
		   (rows->end == rows->first || count + rows->changes[rows->end] <= most))
	{
		rows->start[rows->end] = count;
		count += rows->changes[rows->end++];
	}
	if (rows->figures != NULL)
		pfree(rows->figures);
	rows->figures =
		palloc_extended(sizeof(ImsLevelChange) * Max(count, 1), MCXT_ALLOC_HUGE);
	change = (ImsLevelChange *) rows->figures;
	while (ims_series_log_read(&reader))
		if (reader.series >= rows->first && reader.series < rows->end &&
			reader.at > calendar->start[0] && reader.at < calendar->start[calendar->count])
			change[rows->start[reader.series]++] =
				(ImsLevelChange){reader.at, reader.amount};
	for (int64 i = rows->first; i < rows->end; i++)
		rows->start[i] -= rows->changes[i];
}

/*
 * ims_in_stock_rows -- SQL: ims._in_stock_rows(log bytea, zone text, from_period
 * date, to_period date, step text)
 *
 * One row per series, as ims._in_stock_array() has it.
 */
Datum
ims_in_stock_rows(PG_FUNCTION_ARGS)
{
	FuncCallContext *call;
	SeriesRows *rows;
	int64 at;

	if (SRF_IS_FIRSTCALL())
	{
		MemoryContext caller;
		const text *zone;
		Size size;

		call = SRF_FIRSTCALL_INIT();
		caller = MemoryContextSwitchTo(call->multi_call_memory_ctx);
		rows = open_log(fcinfo, call);
		zone = PG_GETARG_TEXT_PP(1);
		size = Max((Size) rows->head.series, 1);
		rows->calendar =
			ims_calendar_make(CurrentMemoryContext, VARDATA_ANY(zone),
							  VARSIZE_ANY_EXHDR(zone), PG_GETARG_DATEADT(2),
							  PG_GETARG_DATEADT(3), ims_step_of(PG_GETARG_TEXT_PP(4)));
		rows->opening =
			palloc_extended(sizeof(int128) * size, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
		rows->changes =
			palloc_extended(sizeof(int64) * size, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
		rows->start =
			palloc_extended(sizeof(int64) * size, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
		count_changes(rows);
		call->user_fctx = rows;
		MemoryContextSwitchTo(caller);
	}
	call = SRF_PERCALL_SETUP();
	rows = call->user_fctx;
	if (rows->next == rows->head.series)
		SRF_RETURN_DONE(call);
	if (rows->next == rows->end)
	{
		MemoryContext caller = MemoryContextSwitchTo(call->multi_call_memory_ctx);

		load_changes(rows);
		MemoryContextSwitchTo(caller);
	}
	at = rows->next;
	SRF_RETURN_NEXT(call, answer(rows, call,
								 ims_in_stock_of_changes(rows->calendar, rows->opening[at],
														 (ImsLevelChange *) rows->figures +
															 rows->start[at],
														 rows->changes[at])));
}
