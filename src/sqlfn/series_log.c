/*-------------------------------------------------------------------------
 *
 * series_log.c
 *	  The aggregate ims._series_log: rows of many series, put by for later.
 *
 * GROUP BY with an array per group visits several places of memory for each row,
 * a different group every time: over a hundred thousand items that is most of
 * what reading a history costs.  Here a row costs one look into a small table and
 * a few bytes at the end of a log; series_rows.c makes the arrays, some series at
 * a time.  Workers' logs are joined by the leader.
 * Memory: the log, five to ten bytes a row, and 48 bytes a series.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "ims.h"
#include "sqlfn/demand_array.h"
#include "sqlfn/series_log.h"
#include "sqlfn/window.h"
#include "type/quantity.h"
#include "type/quantity_stored.h"

/* Of one entry. */
#define MOST_AMOUNT PG_INT64_MAX

#define FIRST_SERIES 1024
#define FIRST_BYTES 8192
#define MOST_ENTRY 30 /* bytes */
#define PLACES 4	  /* for each series there is room for, a power of two */

/* Places of arguments, behind the state and the key. */
enum
{
	DAY = 1 + IMS_SERIES_KEY,
	AT,
	AMOUNT
};

typedef struct SeriesLog
{
	uint32 series;
	uint32 room; /* for so many series, a power of two */
	int64 *key;
	uint32 *place; /* 1 + number of a series, 0 for none; the next where it is taken */
	int64 entries;
	int64 last_series;
	int64 last_at;
	Size used;
	Size allocated;
	unsigned char *bytes;
} SeriesLog;

PG_FUNCTION_INFO_V1(ims_series_log_add);
PG_FUNCTION_INFO_V1(ims_series_log_combine);
PG_FUNCTION_INFO_V1(ims_series_log_send);
PG_FUNCTION_INFO_V1(ims_series_log_receive);
PG_FUNCTION_INFO_V1(ims_series_log_finish);

static MemoryContext
aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "called outside of an aggregate");
	return context;
}

static SeriesLog *
make_log(MemoryContext context)
{
	MemoryContext caller = MemoryContextSwitchTo(context);
	SeriesLog *log = palloc0(sizeof(SeriesLog));

	log->room = FIRST_SERIES;
	log->key = palloc(sizeof(int64) * IMS_SERIES_KEY * log->room);
	log->place = palloc0(sizeof(uint32) * PLACES * log->room);
	log->allocated = FIRST_BYTES;
	log->bytes = palloc(log->allocated);
	MemoryContextSwitchTo(caller);
	return log;
}

/*
 * Where a key is, or would be.  Eight items that are neighbours have places that
 * are: lines of a posting often go by item.
 */
static uint32 *
find_place(const SeriesLog *log, const int64 *key)
{
	uint32 mask = PLACES * log->room - 1;
	uint64 item = (uint64) key[0];
	uint32 block = murmurhash32((uint32) (item >> 3) ^ (uint32) (item >> 35) * 31 ^
								(uint32) key[1] * 2654435761u ^ (uint32) key[2] * 40503u ^
								(uint32) key[3] * 69069u);
	uint32 at = (block << 3 | (uint32) (item & 7)) & mask;

	while (log->place[at] != 0 &&
		   memcmp(log->key + IMS_SERIES_KEY * (Size) (log->place[at] - 1), key,
				  sizeof(int64) * IMS_SERIES_KEY) != 0)
		at = (at + 1) & mask;
	return &log->place[at];
}

static void
make_room(SeriesLog *log)
{
	MemoryContext context = GetMemoryChunkContext(log);

	log->room *= 2;
	log->key = repalloc_huge(log->key, sizeof(int64) * IMS_SERIES_KEY * (Size) log->room);
	pfree(log->place);
	log->place =
		MemoryContextAllocExtended(context, sizeof(uint32) * PLACES * (Size) log->room,
								   MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (uint32 i = 0; i < log->series; i++)
		*find_place(log, log->key + IMS_SERIES_KEY * (Size) i) = i + 1;
}

/* The number of a series, which is new or not. */
static int64
series_of(SeriesLog *log, const int64 *key)
{
	uint32 *place = find_place(log, key);

	if (*place != 0)
		return *place - 1;
	if (log->series == log->room)
	{
		make_room(log);
		place = find_place(log, key);
	}
	memcpy(log->key + IMS_SERIES_KEY * (Size) log->series, key,
		   sizeof(int64) * IMS_SERIES_KEY);
	*place = ++log->series;
	return log->series - 1;
}

static void
put_number(SeriesLog *log, int64 number)
{
	uint64 bits = ((uint64) number << 1) ^ (uint64) (number >> 63);

	for (; bits >= 0x80; bits >>= 7)
		log->bytes[log->used++] = (unsigned char) bits | 0x80;
	log->bytes[log->used++] = (unsigned char) bits;
}

static void
append(SeriesLog *log, int64 series, int64 at, int64 amount)
{
	if (log->allocated - log->used < MOST_ENTRY)
	{
		log->allocated *= 2;
		log->bytes = repalloc_huge(log->bytes, log->allocated);
	}
	put_number(log, series - log->last_series);
	put_number(log, (int64) ((uint64) at - (uint64) log->last_at));
	put_number(log, amount);
	log->last_series = series;
	log->last_at = at;
	log->entries++;
}

/* What is too large for one entry is in several. */
static Datum
add_in_parts(SeriesLog *log, int64 series, int64 at, int128 amount)
{
	do
	{
		int64 part = (int64) Min(Max(amount, -(int128) MOST_AMOUNT), (int128) MOST_AMOUNT);

		CHECK_FOR_INTERRUPTS();
		append(log, series, at, part);
		amount -= part;
	} while (amount != 0);
	PG_RETURN_POINTER(log);
}

/*
 * ims_series_log_add -- transition: (internal, item_id bigint, site_id bigint,
 * channel_id bigint, class_id bigint, day date, at timestamptz, amount numeric)
 *
 * Of day and at one is given, the same for all rows.  A row without either, or
 * without an amount, says that there is the series.
 */
Datum
ims_series_log_add(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	SeriesLog *log =
		PG_ARGISNULL(0) ? make_log(context) : (SeriesLog *) PG_GETARG_POINTER(0);
	int64 key[IMS_SERIES_KEY];
	int64 series;
	int64 at;
	ImsQuantity amount;

	for (int i = 0; i < IMS_SERIES_KEY; i++)
	{
		if (PG_ARGISNULL(1 + i))
			elog(ERROR, "the key of a series is null");
		key[i] = PG_GETARG_INT64(1 + i);
	}
	series = series_of(log, key);
	if ((PG_ARGISNULL(DAY) && PG_ARGISNULL(AT)) || PG_ARGISNULL(AMOUNT))
		PG_RETURN_POINTER(log);
	at = PG_ARGISNULL(AT) ? (int64) PG_GETARG_DATEADT(DAY) : PG_GETARG_TIMESTAMPTZ(AT);
	/* As it lies in a tuple, where it can be read so. */
	if (!ims_quantity_try_stored(DatumGetPointer(PG_GETARG_DATUM(AMOUNT)), &amount))
		return add_in_parts(log, series, at, ims_demand_amount(PG_GETARG_NUMERIC(AMOUNT)));
	append(log, series, at, amount);
	PG_RETURN_POINTER(log);
}

/* ims_series_log_combine -- of two workers' logs */
Datum
ims_series_log_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	SeriesLog *log;
	SeriesLog *other;
	ImsSeriesLogReader reader = {0};
	int64 *number;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	log = PG_ARGISNULL(0) ? make_log(context) : (SeriesLog *) PG_GETARG_POINTER(0);
	other = (SeriesLog *) PG_GETARG_POINTER(1);
	number = palloc_extended(sizeof(int64) * Max(other->series, 1), MCXT_ALLOC_HUGE);
	for (uint32 i = 0; i < other->series; i++)
		number[i] = series_of(log, other->key + IMS_SERIES_KEY * (Size) i);
	reader.next = other->bytes;
	reader.left = other->entries;
	while (ims_series_log_read(&reader))
		append(log, number[reader.series], reader.at, reader.amount);
	pfree(number);
	PG_RETURN_POINTER(log);
}

static bytea *
bytes_of(const SeriesLog *log)
{
	ImsSeriesLogHead head = {log->series, log->entries};
	Size keys = sizeof(int64) * IMS_SERIES_KEY * (Size) log->series;
	Size size = VARHDRSZ + sizeof(head) + keys + log->used;
	bytea *bytes = palloc(size);
	char *to = VARDATA(bytes);

	SET_VARSIZE(bytes, size);
	memcpy(to, &head, sizeof(head));
	memcpy(to + sizeof(head), log->key, keys);
	memcpy(to + sizeof(head) + keys, log->bytes, log->used);
	return bytes;
}

/* ims_series_log_send -- a worker's log, as bytes for the leader */
Datum
ims_series_log_send(PG_FUNCTION_ARGS)
{
	aggregate_context(fcinfo);
	PG_RETURN_BYTEA_P(bytes_of((SeriesLog *) PG_GETARG_POINTER(0)));
}

/* ims_series_log_finish -- the same of all rows, for series_rows.c; nothing else is kept */
Datum
ims_series_log_finish(PG_FUNCTION_ARGS)
{
	SeriesLog *log;
	bytea *bytes;

	aggregate_context(fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	log = (SeriesLog *) PG_GETARG_POINTER(0);
	bytes = bytes_of(log);
	pfree(log->bytes);
	pfree(log->place);
	pfree(log->key);
	pfree(log);
	PG_RETURN_BYTEA_P(bytes);
}

/* ims_series_log_receive -- the same bytes as a log, read where it lies at once */
Datum
ims_series_log_receive(PG_FUNCTION_ARGS)
{
	bytea *bytes = PG_GETARG_BYTEA_PP(0);
	const char *from = VARDATA_ANY(bytes);
	SeriesLog *log = palloc0(sizeof(SeriesLog));
	ImsSeriesLogHead head;
	Size keys;

	aggregate_context(fcinfo);
	memcpy(&head, from, sizeof(head));
	keys = sizeof(int64) * IMS_SERIES_KEY * (Size) head.series;
	log->series = (uint32) head.series;
	log->entries = head.entries;
	log->used = VARSIZE_ANY_EXHDR(bytes) - sizeof(head) - keys;
	log->key = palloc_extended(Max(keys, 1), MCXT_ALLOC_HUGE);
	memcpy(log->key, from + sizeof(head), keys);
	log->bytes = (unsigned char *) from + sizeof(head) + keys;
	PG_RETURN_POINTER(log);
}
