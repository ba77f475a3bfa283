/*-------------------------------------------------------------------------
 *
 * series_log.c
 *	  The aggregate ims._series_log: rows of many series, put by for later.
 *
 * GROUP BY with an array per group visits several places of memory for each row,
 * a different group every time: over a hundred thousand items that is most of
 * what reading a history costs.  Here a row costs one look into a small table and
 * a few bytes at the end of a log; series_rows.c makes the arrays.  Whoever reads
 * many items makes a log for each of PORTIONS portions of them, so that no value is
 * large, and arrays are made of one portion at a time.
 * Memory: 50 to 100 bytes a series, and of the rows, five to ten bytes each, no more than
 * MOST_BYTES of either kind: the others are in temporary files until the end.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "fmgr.h"
#include "storage/buffile.h"
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

#define FIRST_SERIES 32
#define FIRST_BYTES 4096
#define MOST_BYTES 65536 /* in memory, of one kind */
#define MOST_ENTRY 30	 /* bytes */
#define PLACES 4		 /* for each series there is room for, a power of two */
#define PORTIONS 256	 /* a power of two */

/* Places of arguments, behind the state and the key. */
enum
{
	DAY = 1 + IMS_SERIES_KEY,
	AT,
	AMOUNT
};

/* Entries of one kind: what is in the file comes first. */
typedef struct Entries
{
	int64 count;
	int64 last_series;
	int64 last_at;
	BufFile *file;
	Size filed;
	Size used;
	Size allocated;
	unsigned char *bytes;
} Entries;

typedef struct SeriesLog
{
	uint32 series;
	uint32 room; /* for so many series, a power of two */
	int64 *key;
	uint8 *kinds;  /* of rows that a series has, a bit each */
	uint32 *place; /* 1 + number of a series, 0 for none; the next where it is taken */
	Entries entries[IMS_SERIES_KINDS];
} SeriesLog;

PG_FUNCTION_INFO_V1(ims_series_portion);
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
	log->key = palloc(IMS_SERIES_KEY_SIZE * log->room);
	log->kinds = palloc0(log->room);
	log->place = palloc0(sizeof(uint32) * PLACES * log->room);
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
				  IMS_SERIES_KEY_SIZE) != 0)
		at = (at + 1) & mask;
	return &log->place[at];
}

static void
make_room(SeriesLog *log)
{
	MemoryContext context = GetMemoryChunkContext(log);

	log->room *= 2;
	log->key = repalloc_huge(log->key, IMS_SERIES_KEY_SIZE * log->room);
	log->kinds = repalloc_huge(log->kinds, log->room);
	memset(log->kinds + log->series, 0, log->room - log->series);
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
	memcpy(log->key + IMS_SERIES_KEY * (Size) log->series, key, IMS_SERIES_KEY_SIZE);
	*place = ++log->series;
	return log->series - 1;
}

/* The file is gone when its group is, or with the query. */
static void
close_file(Datum entries)
{
	BufFileClose(((Entries *) DatumGetPointer(entries))->file);
}

static void
put_in_file(FunctionCallInfo fcinfo, Entries *entries)
{
	if (entries->file == NULL)
	{
		MemoryContext caller = MemoryContextSwitchTo(aggregate_context(fcinfo));

		entries->file = BufFileCreateTemp(false);
		MemoryContextSwitchTo(caller);
		AggRegisterCallback(fcinfo, close_file, PointerGetDatum(entries));
	}
	BufFileWrite(entries->file, entries->bytes, entries->used);
	entries->filed += entries->used;
	entries->used = 0;
}

/* Room for one more entry. */
static void
need_room(FunctionCallInfo fcinfo, Entries *entries)
{
	if (likely(entries->allocated - entries->used >= MOST_ENTRY))
		return;
	if (entries->allocated == MOST_BYTES)
		put_in_file(fcinfo, entries);
	else if (entries->allocated == 0)
	{
		entries->allocated = FIRST_BYTES;
		entries->bytes = MemoryContextAlloc(aggregate_context(fcinfo), FIRST_BYTES);
	}
	else
	{
		entries->allocated *= 2;
		entries->bytes = repalloc(entries->bytes, entries->allocated);
	}
}

static void
put_number(Entries *entries, int64 number)
{
	uint64 bits = ((uint64) number << 1) ^ (uint64) (number >> 63);

	for (; bits >= 0x80; bits >>= 7)
		entries->bytes[entries->used++] = (unsigned char) bits | 0x80;
	entries->bytes[entries->used++] = (unsigned char) bits;
}

static void
append(FunctionCallInfo fcinfo, Entries *entries, int64 series, int64 at, int64 amount)
{
	need_room(fcinfo, entries);
	put_number(entries, series - entries->last_series);
	put_number(entries, (int64) ((uint64) at - (uint64) entries->last_at));
	put_number(entries, amount);
	entries->last_series = series;
	entries->last_at = at;
	entries->count++;
}

/* What is too large for one entry is in several. */
static void
append_parts(FunctionCallInfo fcinfo, Entries *entries, int64 series, int64 at,
			 int128 amount)
{
	do
	{
		int64 part = (int64) Min(Max(amount, -(int128) MOST_AMOUNT), (int128) MOST_AMOUNT);

		CHECK_FOR_INTERRUPTS();
		append(fcinfo, entries, series, at, part);
		amount -= part;
	} while (amount != 0);
}

/*
 * ims_series_portion -- SQL: ims._series_portion(item_id bigint) returns xid
 *
 * The log that an item is in: eight neighbours of every 2,048.  A type that can be
 * hashed and not sorted: the planner shall not think of sorting millions of rows to
 * group them, however few it expects.
 */
Datum
ims_series_portion(PG_FUNCTION_ARGS)
{
	PG_RETURN_TRANSACTIONID((uint64) PG_GETARG_INT64(0) >> 3 & (PORTIONS - 1));
}

/*
 * ims_series_log_add -- transition: (internal, item_id bigint, site_id bigint,
 * channel_id bigint, class_id bigint, day date, at timestamptz, amount numeric)
 *
 * A row with an instant is a change of a level, any other is demand.  A row of
 * demand without a day, or a row without an amount, says that there is the series.
 */
Datum
ims_series_log_add(PG_FUNCTION_ARGS)
{
	SeriesLog *log = PG_ARGISNULL(0) ? make_log(aggregate_context(fcinfo))
									 : (SeriesLog *) PG_GETARG_POINTER(0);
	ImsSeriesKind kind = PG_ARGISNULL(AT) ? IMS_SERIES_DEMAND : IMS_SERIES_LEVEL;
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
	log->kinds[series] |= 1 << kind;
	if ((PG_ARGISNULL(DAY) && PG_ARGISNULL(AT)) || PG_ARGISNULL(AMOUNT))
		PG_RETURN_POINTER(log);
	at = kind == IMS_SERIES_DEMAND ? (int64) PG_GETARG_DATEADT(DAY)
								   : PG_GETARG_TIMESTAMPTZ(AT);
	/* As it lies in a tuple, where it can be read so. */
	if (ims_quantity_try_stored(DatumGetPointer(PG_GETARG_DATUM(AMOUNT)), &amount))
		append(fcinfo, &log->entries[kind], series, at, amount);
	else
		append_parts(fcinfo, &log->entries[kind], series, at,
					 ims_demand_amount(PG_GETARG_NUMERIC(AMOUNT)));
	PG_RETURN_POINTER(log);
}

/* ims_series_log_combine -- of two workers' logs; the other is one that was received */
Datum
ims_series_log_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	SeriesLog *log;
	const ImsSeriesLogParts *other;
	int64 *number;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	log = PG_ARGISNULL(0) ? make_log(context) : (SeriesLog *) PG_GETARG_POINTER(0);
	other = (const ImsSeriesLogParts *) PG_GETARG_POINTER(1);
	number = palloc_extended(sizeof(int64) * Max(other->head.series, 1), MCXT_ALLOC_HUGE);
	for (int64 i = 0; i < other->head.series; i++)
	{
		int64 key[IMS_SERIES_KEY];

		memcpy(key, other->key + IMS_SERIES_KEY_SIZE * i, IMS_SERIES_KEY_SIZE);
		number[i] = series_of(log, key);
		log->kinds[number[i]] |= other->kinds[i];
	}
	for (int kind = 0; kind < IMS_SERIES_KINDS; kind++)
	{
		ImsSeriesLogReader reader = ims_series_log_reader(other, kind);

		while (ims_series_log_read(&reader))
			append(fcinfo, &log->entries[kind], number[reader.series], reader.at,
				   reader.amount);
	}
	pfree(number);
	PG_RETURN_POINTER(log);
}

/* All entries of a kind, in order.  More may be added after. */
static void
copy_entries(Entries *entries, char *to)
{
	if (entries->file != NULL &&
		(BufFileSeek(entries->file, 0, 0, SEEK_SET) != 0 ||
		 BufFileRead(entries->file, to, entries->filed) != entries->filed))
		ereport(ERROR, (errcode_for_file_access(),
						errmsg("could not read rows of series from a temporary file: %m")));
	if (entries->used > 0)
		memcpy(to + entries->filed, entries->bytes, entries->used);
}

static bytea *
bytes_of(SeriesLog *log)
{
	ImsSeriesLogHead head = {.series = log->series};
	Size keys = IMS_SERIES_KEY_SIZE * log->series;
	Size size = VARHDRSZ + sizeof(head) + keys + log->series;
	bytea *bytes;
	char *to;

	for (int kind = 0; kind < IMS_SERIES_KINDS; kind++)
	{
		head.entries[kind] = log->entries[kind].count;
		head.size[kind] = log->entries[kind].filed + log->entries[kind].used;
		size += head.size[kind];
	}
	bytes = palloc(size);
	SET_VARSIZE(bytes, size);
	to = VARDATA(bytes);
	memcpy(to, &head, sizeof(head));
	to += sizeof(head);
	memcpy(to, log->key, keys);
	to += keys;
	memcpy(to, log->kinds, log->series);
	to += log->series;
	for (int kind = 0; kind < IMS_SERIES_KINDS; kind++)
	{
		copy_entries(&log->entries[kind], to);
		to += head.size[kind];
	}
	return bytes;
}

/* ims_series_log_send -- a worker's log, as bytes for the leader */
Datum
ims_series_log_send(PG_FUNCTION_ARGS)
{
	aggregate_context(fcinfo);
	PG_RETURN_BYTEA_P(bytes_of((SeriesLog *) PG_GETARG_POINTER(0)));
}

/* ims_series_log_finish -- the same of all rows, for series_rows.c */
Datum
ims_series_log_finish(PG_FUNCTION_ARGS)
{
	aggregate_context(fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_BYTEA_P(bytes_of((SeriesLog *) PG_GETARG_POINTER(0)));
}

/* ims_series_log_receive -- where the parts of the same bytes are: they are read at once */
Datum
ims_series_log_receive(PG_FUNCTION_ARGS)
{
	ImsSeriesLogParts *parts = palloc(sizeof(ImsSeriesLogParts));

	aggregate_context(fcinfo);
	*parts = ims_series_log_parts(VARDATA_ANY(PG_GETARG_BYTEA_PP(0)));
	PG_RETURN_POINTER(parts);
}
