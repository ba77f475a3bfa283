/*-------------------------------------------------------------------------
 *
 * spi_apply.c
 *	  Locks, balances and ledger rows by plain SQL.
 *
 * Taken where the tables are not exactly as create_ledger() made them: a DBA's
 * index, a further trigger, a distributed table.  Correct on anything that
 * answers SQL; the heap path is only faster.
 *
 * The keys come sorted; rows are locked by SELECT .. ORDER BY .. FOR NO KEY
 * UPDATE, a missing row is inserted as zero between its neighbours.
 * Memory: SPI's, freed by SPI_finish().
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/sequence.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/array.h"

#include "ledger/detail.h"
#include "ledger/engine.h"
#include "ledger/frame.h"
#include "ledger/movement_columns.h"
#include "ledger/plan.h"
#include "type/quantity.h"

#define IMS_SPI_BATCH 1000 /* movement rows of one INSERT */

static int64
result_int64(uint64 row, int column)
{
	bool isnull;
	Datum value =
		SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &isnull);

	Assert(!isnull);
	return DatumGetInt64(value);
}

static bool
result_bool(uint64 row, int column)
{
	bool isnull;

	return DatumGetBool(
		SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &isnull));
}

static ImsQuantity
result_quantity(uint64 row, int column)
{
	bool isnull;

	return ims_quantity_from_numeric(DatumGetNumeric(
		SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &isnull)));
}

/* The five key columns of stocks [from, to) as arrays. */
static void
stock_keys(const ImsCall *call, int64 from, int64 to, Datum *values)
{
	ims_key_arrays(&call->stocks[from], sizeof(ImsStock), IMS_STOCK_KEYS, to - from,
				   values);
}

static void
availability_keys(const ImsCall *call, int64 from, int64 to, Datum *values)
{
	ims_key_arrays(&call->availabilities[from], sizeof(ImsAvailability),
				   IMS_AVAILABILITY_KEYS, to - from, values);
}

static void
lock_stock_range(ImsCall *call, int64 from, int64 to)
{
	Datum values[5];
	uint64 row;

	if (from >= to)
		return;
	SPI_connect();
	stock_keys(call, from, to, values);
	ims_plan_execute(IMS_PLAN_LOCK_STOCK, values, NULL, NULL);
	if (SPI_processed != (uint64) (to - from))
		ims_raise_concurrent_update();
	for (row = 0; row < SPI_processed; row++)
	{
		ImsStock *stock = &call->stocks[from + result_int64(row, 1) - 1];

		stock->on_hand = result_quantity(row, 2);
		stock->allocated = result_quantity(row, 3);
		stock->last_effective_at = result_int64(row, 4);
		stock->negative_ok = result_bool(row, 5);
		stock->locked = true;
	}
	SPI_finish();
}

static void
lock_availability_range(ImsCall *call, int64 from, int64 to)
{
	Datum values[3];
	uint64 row;

	if (from >= to)
		return;
	SPI_connect();
	availability_keys(call, from, to, values);
	ims_plan_execute(IMS_PLAN_LOCK_AVAILABILITY, values, NULL, NULL);
	if (SPI_processed != (uint64) (to - from))
		ims_raise_concurrent_update();
	for (row = 0; row < SPI_processed; row++)
	{
		ImsAvailability *availability =
			&call->availabilities[from + result_int64(row, 1) - 1];

		availability->sellable = result_quantity(row, 2);
		availability->held = result_quantity(row, 3);
		availability->reserved = result_quantity(row, 4);
		availability->negative_ok = result_bool(row, 5);
		availability->locked = true;
	}
	SPI_finish();
}

/* Positions (from 0) of the keys that have no row yet; *n of them. */
static int64 *
find_missing(ImsPlan plan, Datum *values, int64 *n)
{
	int64 *missing;
	uint64 row;

	ims_plan_execute(plan, values, NULL, NULL);
	missing = SPI_palloc(sizeof(int64) * Max(SPI_processed, 1));
	for (row = 0; row < SPI_processed; row++)
		missing[row] = result_int64(row, 1) - 1;
	*n = (int64) SPI_processed;
	return missing;
}

typedef void (*LockStep)(ImsCall *call, int64 from, int64 to);

/*
 * Locks [0, n) in order: runs of existing rows by one SELECT each, runs of
 * missing ones by an INSERT of zeros at their place first.
 */
static void
lock_in_order(ImsCall *call, int64 n, const int64 *missing, int64 nmissing, LockStep lock,
			  LockStep insert)
{
	int64 done = 0;
	int64 i = 0;

	while (i < nmissing)
	{
		int64 from = missing[i];
		int64 to = from;

		while (i < nmissing && missing[i] == to)
		{
			i++;
			to++;
		}
		lock(call, done, from);
		insert(call, from, to);
		lock(call, from, to);
		done = to;
	}
	lock(call, done, n);
}

static void
spi_lock_stock(ImsCall *call)
{
	Datum values[5];
	int64 *missing;
	int64 nmissing;

	if (call->nstock == 0)
		return;
	SPI_connect();
	stock_keys(call, 0, call->nstock, values);
	missing = find_missing(IMS_PLAN_FIND_STOCK, values, &nmissing);
	SPI_finish();
	lock_in_order(call, call->nstock, missing, nmissing, lock_stock_range,
				  ims_plan_insert_zero_stock);
	pfree(missing);
}

static void
spi_lock_availability(ImsCall *call)
{
	Datum values[3];
	int64 *missing;
	int64 nmissing;

	if (call->navailability == 0)
		return;
	SPI_connect();
	availability_keys(call, 0, call->navailability, values);
	missing = find_missing(IMS_PLAN_FIND_AVAILABILITY, values, &nmissing);
	SPI_finish();
	lock_in_order(call, call->navailability, missing, nmissing, lock_availability_range,
				  ims_plan_insert_zero_availability);
	pfree(missing);
}

static Datum
numeric_array(Datum *values, int64 n)
{
	return PointerGetDatum(construct_array(values, n, NUMERICOID, -1, false, TYPALIGN_INT));
}

static void
update_stock(ImsCall *call, int64 upto)
{
	Datum values[7];
	Datum *levels;
	TimestampTz *times;
	int64 i;

	SPI_connect();
	stock_keys(call, 0, upto, values);
	levels = palloc(sizeof(Datum) * upto);
	times = palloc(sizeof(TimestampTz) * upto);
	for (i = 0; i < upto; i++)
	{
		ImsStock *stock = &call->stocks[i];

		levels[i] = NumericGetDatum(ims_quantity_to_numeric(stock->on_hand + stock->delta));
		times[i] = stock->new_effective_at;
	}
	values[5] = numeric_array(levels, upto);
	values[6] = ims_timestamptz_array(times, upto);
	ims_frame_push_applied(call->ledger->stock);
	ims_plan_execute(IMS_PLAN_UPDATE_STOCK, values, NULL, NULL);
	ims_frame_pop_applied();
	Ensure(SPI_processed == (uint64) upto, "a locked stock row was not updated");
	SPI_finish();
}

static void
spi_apply_stock(ImsCall *call)
{
	int64 i;

	if (call->nstock == 0)
		return;
	if (!call->stocks[0].locked)
		spi_lock_stock(call);
	for (i = 0; i < call->nstock; i++)
		ims_engine_check_stock(call, &call->stocks[i]);
	/* every row is locked: the time of the call is final */
	for (i = 0; i < call->nstock; i++)
		if (call->stocks[i].has_stamped)
			call->stocks[i].new_effective_at =
				Max(call->stocks[i].new_effective_at, call->stamped_at);
	update_stock(call, call->nstock);
}

static void
spi_restamp_stock(ImsCall *call, int64 upto)
{
	update_stock(call, upto);
}

static void
spi_apply_availability(ImsCall *call)
{
	Datum values[5];
	Datum *sellable;
	Datum *held;
	int64 n = call->navailability;
	int64 i;

	if (n == 0)
		return;
	if (!call->availabilities[0].locked)
		spi_lock_availability(call);
	SPI_connect();
	availability_keys(call, 0, n, values);
	sellable = palloc(sizeof(Datum) * n);
	held = palloc(sizeof(Datum) * n);
	for (i = 0; i < n; i++)
	{
		ImsAvailability *row = &call->availabilities[i];

		ims_engine_check_availability(call, row);
		sellable[i] =
			NumericGetDatum(ims_quantity_to_numeric(row->sellable + row->sellable_delta));
		held[i] = NumericGetDatum(ims_quantity_to_numeric(row->held + row->held_delta));
	}
	values[3] = numeric_array(sellable, n);
	values[4] = numeric_array(held, n);
	ims_frame_push_applied(call->ledger->availability);
	ims_plan_execute(IMS_PLAN_UPDATE_AVAILABILITY, values, NULL, NULL);
	ims_frame_pop_applied();
	Ensure(SPI_processed == (uint64) n, "a locked availability row was not updated");
	SPI_finish();
}

static void
spi_write_postings(ImsCall *call)
{
	int p;

	SPI_connect();
	ims_frame_push_applied(call->ledger->posting);
	for (p = 0; p < call->nposting; p++)
	{
		Datum values[IMS_POSTING_NATTS];
		bool isnull[IMS_POSTING_NATTS];
		char nulls[IMS_POSTING_NATTS];
		int i;

		if (call->postings[p].written)
			continue;
		ims_engine_posting_values(call, &call->postings[p], values, isnull);
		for (i = 0; i < IMS_POSTING_NATTS; i++)
			nulls[i] = isnull[i] ? 'n' : ' ';
		ims_plan_execute(IMS_PLAN_INSERT_POSTING, values, nulls, NULL);
	}
	ims_frame_pop_applied();
	SPI_finish();
}

/* How a movement column goes into an array. */
static const Oid movement_types[IMS_MOVEMENT_NATTS] =
	{INT8OID,	 INT8OID,	 INT8OID,	 TIMESTAMPTZOID, TIMESTAMPTZOID, INT8OID,
	 INT8OID,	 INT8OID,	 INT8OID,	 INT8OID,		 INT8OID,		 INT8OID,
	 INT8OID,	 NUMERICOID, NUMERICOID, TEXTOID,		 NUMERICOID,	 NUMERICOID,
	 NUMERICOID, TEXTOID,	 TEXTOID,	 NUMERICOID};

static Datum
nullable_array(Datum *values, bool *nulls, int n, Oid type)
{
	int dims[1];
	int lbs[1];
	bool varlena = type == NUMERICOID || type == TEXTOID;

	dims[0] = n;
	lbs[0] = 1;
	return PointerGetDatum(construct_md_array(values, nulls, 1, dims, lbs, type,
											  varlena ? -1 : 8,
											  varlena ? false : FLOAT8PASSBYVAL,
											  varlena ? TYPALIGN_INT : TYPALIGN_DOUBLE));
}

/* Inserts those of the lines [from, to) that are to be written. */
static void
insert_lines(ImsCall *call, int64 from, int64 to)
{
	Datum *columns[IMS_MOVEMENT_NATTS];
	bool *nulls[IMS_MOVEMENT_NATTS];
	Datum arrays[IMS_MOVEMENT_NATTS];
	int n = 0;
	int c;
	int64 i;

	for (c = 0; c < IMS_MOVEMENT_NATTS; c++)
	{
		columns[c] = palloc(sizeof(Datum) * (to - from));
		nulls[c] = palloc(sizeof(bool) * (to - from));
	}
	for (i = from; i < to; i++)
	{
		Datum values[IMS_MOVEMENT_NATTS];
		bool isnull[IMS_MOVEMENT_NATTS];

		if (!ims_line_is_to_write(call, &call->lines[i]))
			continue;
		call->lines[i].movement_id =
			nextval_internal(call->ledger->movement_sequence, false);
		ims_engine_movement_values(call, &call->lines[i], values, isnull);
		for (c = 0; c < IMS_MOVEMENT_NATTS; c++)
		{
			columns[c][n] = values[c];
			nulls[c][n] = isnull[c];
		}
		n++;
	}
	if (n == 0)
		return;
	for (c = 0; c < IMS_MOVEMENT_NATTS; c++)
		arrays[c] = nullable_array(columns[c], nulls[c], n, movement_types[c]);
	ims_plan_execute(IMS_PLAN_INSERT_MOVEMENT, arrays, NULL, NULL);
	Ensure(SPI_processed == (uint64) n, "not every line was written");
}

static void
spi_write_movements(ImsCall *call)
{
	int64 from;

	for (from = 0; from < call->nline; from += IMS_SPI_BATCH)
	{
		int64 to = Min(from + IMS_SPI_BATCH, call->nline);

		/* a direct INSERT brought its own rows; only what the engine added is missing */
		if (call->lines_written && call->lines[to - 1].line != 0)
			continue;
		CHECK_FOR_INTERRUPTS();
		SPI_connect();
		ims_frame_push_applied(call->ledger->movement);
		insert_lines(call, from, to);
		ims_frame_pop_applied();
		SPI_finish();
	}
}

const ImsApplier ims_spi_applier = {.name = "spi",
									.lock_availability = spi_lock_availability,
									.lock_stock = spi_lock_stock,
									.apply_availability = spi_apply_availability,
									.apply_stock = spi_apply_stock,
									.restamp_stock = spi_restamp_stock,
									.write_postings = spi_write_postings,
									.write_movements = spi_write_movements};
