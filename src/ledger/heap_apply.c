/*-------------------------------------------------------------------------
 *
 * heap_apply.c
 *	  The applier that writes heap tuples: balances.
 *
 * Works through the balances of a call in the order of their keys, which is
 * the lock order.  A balance that is missing is inserted as zero at its place
 * in that order, together with the missing ones that follow it.
 *
 * A balance that is not locked yet is read, checked and updated in one go.
 * Only if somebody else changed it meanwhile, or what was read falls short, is
 * it locked, read and checked again: nothing is refused on the ground of a
 * version that may be out of date.
 *
 * Locks: see heap_balance.c.  Memory: nothing outlives the functions.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/timestamp.h"

#include "ledger/detail.h"
#include "ledger/engine.h"
#include "ledger/heap_balance.h"
#include "ledger/heap_write.h"
#include "ledger/plan.h"

/* Missing rows that are inserted by one statement. */
#define MAX_MISSING_RUN 10000

/* Columns of ims.stock and ims.availability (sql/ledger/34_balance.sql). */
enum
{
	STOCK_OWNER,
	STOCK_ITEM,
	STOCK_LOCATION,
	STOCK_LOT,
	STOCK_HANDLING_UNIT,
	STOCK_LAST_EFFECTIVE_AT,
	STOCK_NEGATIVE_OK,
	STOCK_ON_HAND,
	STOCK_ALLOCATED
};

enum
{
	AVAILABILITY_OWNER,
	AVAILABILITY_ITEM,
	AVAILABILITY_SITE,
	AVAILABILITY_NEGATIVE_OK,
	AVAILABILITY_SELLABLE,
	AVAILABILITY_HELD,
	AVAILABILITY_RESERVED
};

static const ImsBalanceLayout stock_layout = {.nkey = 5, .nint = 6, .nquantity = 2};
static const ImsBalanceLayout availability_layout = {.nkey = 3, .nint = 3, .nquantity = 3};

StaticAssertDecl(sizeof(ImsStockKey) == 5 * sizeof(int64), "a stock key is five numbers");
StaticAssertDecl(sizeof(ImsAvailabilityKey) == 3 * sizeof(int64),
				 "an availability key is three numbers");

/* One pass over the stocks or the availabilities of a call. */
typedef struct Pass
{
	ImsCall *call;
	bool is_stock;
	int64 nrow;
	ImsBalanceTable table;
} Pass;

static void
open_pass(Pass *pass, ImsCall *call, bool is_stock)
{
	const ImsLedger *ledger = call->ledger;

	pass->call = call;
	pass->is_stock = is_stock;
	pass->nrow = is_stock ? call->nstock : call->navailability;
	if (is_stock)
		ims_balance_open(&pass->table, &stock_layout, ledger->stock, ledger->stock_pkey,
						 ledger->stock_handling_unit_idx);
	else
		ims_balance_open(&pass->table, &availability_layout, ledger->availability,
						 ledger->availability_pkey, InvalidOid);
}

static inline const int64 *
row_key(Pass *pass, int64 i)
{
	return pass->is_stock ? (const int64 *) &pass->call->stocks[i].key
						  : (const int64 *) &pass->call->availabilities[i].key;
}

/* What was found or locked, into the struct of the call. */
static void
take_row(Pass *pass, int64 i)
{
	const int64 *columns = pass->table.columns;

	if (pass->is_stock)
	{
		ImsStock *stock = &pass->call->stocks[i];

		stock->last_effective_at = columns[STOCK_LAST_EFFECTIVE_AT];
		stock->negative_ok = columns[STOCK_NEGATIVE_OK] != 0;
		stock->on_hand = columns[STOCK_ON_HAND];
		stock->allocated = columns[STOCK_ALLOCATED];
		stock->tid = pass->table.tid;
	}
	else
	{
		ImsAvailability *row = &pass->call->availabilities[i];

		row->negative_ok = columns[AVAILABILITY_NEGATIVE_OK] != 0;
		row->sellable = columns[AVAILABILITY_SELLABLE];
		row->held = columns[AVAILABILITY_HELD];
		row->reserved = columns[AVAILABILITY_RESERVED];
		row->tid = pass->table.tid;
	}
}

/* Inserts the missing rows from i on, up to the first that is there. */
static void
insert_missing(Pass *pass, int64 i)
{
	int64 end = Min(pass->nrow, i + MAX_MISSING_RUN);
	int64 upto = i + 1;

	while (upto < end && !ims_balance_find(&pass->table, row_key(pass, upto)))
		upto++;
	ims_balance_suspend(&pass->table);
	if (pass->is_stock)
		ims_plan_insert_zero_stock(pass->call, i, upto);
	else
		ims_plan_insert_zero_availability(pass->call, i, upto);
	ims_balance_resume(&pass->table);
}

static void
find_row(Pass *pass, int64 i)
{
	CHECK_FOR_INTERRUPTS();
	if (!ims_balance_find(&pass->table, row_key(pass, i)))
	{
		insert_missing(pass, i);
		if (!ims_balance_find(&pass->table, row_key(pass, i)))
		{
			if (pass->table.xact_snapshot)
				ims_raise_concurrent_update();
			Ensure(false, "a balance that was just inserted is missing");
		}
	}
	take_row(pass, i);
}

/*
 * Locks the row found.  If its newest version is another one, somebody was
 * waited for: what has no time of its own happens after that.
 */
static void
lock_row(Pass *pass, int64 i)
{
	ImsCall *call = pass->call;
	bool changed = ims_balance_lock(&pass->table);

	Ensure(memcmp(pass->table.columns, row_key(pass, i),
				  pass->table.layout->nkey * sizeof(int64)) == 0,
		   "the key of a balance was changed");
	take_row(pass, i);
	if (pass->is_stock)
	{
		call->stocks[i].locked = true;
		if (changed && call->stocks[i].has_stamped)
			call->stamped_at = Max(call->stamped_at, GetCurrentTimestamp());
	}
	else
		call->availabilities[i].locked = true;
}

static void
lock_rows(ImsCall *call, bool is_stock)
{
	Pass pass;
	int64 i;

	open_pass(&pass, call, is_stock);
	for (i = 0; i < pass.nrow; i++)
	{
		find_row(&pass, i);
		lock_row(&pass, i);
	}
	ims_balance_close(&pass.table);
}

static void
heap_lock_stock(ImsCall *call)
{
	lock_rows(call, true);
}

static void
heap_lock_availability(ImsCall *call)
{
	lock_rows(call, false);
}

static inline bool
is_out_of_range(ImsQuantity value)
{
	return value <= -IMS_QUANTITY_LIMIT || value >= IMS_QUANTITY_LIMIT;
}

/*
 * True if the engine's check may be asked about a version that is not locked:
 * it will not refuse it, and the row will be written, which locks it.
 */
static bool
can_skip_lock(Pass *pass, int64 i)
{
	if (pass->is_stock)
	{
		ImsStock *stock = &pass->call->stocks[i];
		ImsQuantity on_hand = stock->on_hand + stock->delta;

		return !is_out_of_range(on_hand) &&
			   (stock->negative_ok || (on_hand >= 0 && stock->allocated <= on_hand));
	}
	else
	{
		ImsAvailability *row = &pass->call->availabilities[i];
		ImsQuantity sellable = row->sellable + row->sellable_delta;

		return (row->sellable_delta != 0 || row->held_delta != 0) &&
			   !is_out_of_range(sellable) &&
			   !is_out_of_range(row->held + row->held_delta) &&
			   (row->negative_ok || row->reserved <= sellable);
	}
}

static bool
update_stock(Pass *pass, ImsStock *stock)
{
	int64 columns[IMS_BALANCE_MAX_COLUMNS];

	memcpy(columns, &stock->key, sizeof(stock->key));
	columns[STOCK_LAST_EFFECTIVE_AT] = stock->new_effective_at;
	columns[STOCK_NEGATIVE_OK] = stock->negative_ok;
	columns[STOCK_ON_HAND] = stock->on_hand + stock->delta;
	columns[STOCK_ALLOCATED] = stock->allocated;
	Ensure(!is_out_of_range(columns[STOCK_ON_HAND]), "a quantity on hand is out of range");

	if (!ims_balance_update(&pass->table, columns))
		return false;
	stock->tid = pass->table.tid;
	return true;
}

static bool
update_availability(Pass *pass, ImsAvailability *row)
{
	int64 columns[IMS_BALANCE_MAX_COLUMNS];

	memcpy(columns, &row->key, sizeof(row->key));
	columns[AVAILABILITY_NEGATIVE_OK] = row->negative_ok;
	columns[AVAILABILITY_SELLABLE] = row->sellable + row->sellable_delta;
	columns[AVAILABILITY_HELD] = row->held + row->held_delta;
	columns[AVAILABILITY_RESERVED] = row->reserved;
	Ensure(!is_out_of_range(columns[AVAILABILITY_SELLABLE]) &&
			   !is_out_of_range(columns[AVAILABILITY_HELD]),
		   "an available quantity is out of range");

	if (!ims_balance_update(&pass->table, columns))
		return false;
	row->tid = pass->table.tid;
	return true;
}

/* Checks the row and writes it; false if it turned out to be out of date. */
static bool
check_and_update(Pass *pass, int64 i)
{
	ImsCall *call = pass->call;

	if (pass->is_stock)
	{
		ImsStock *stock = &call->stocks[i];

		ims_engine_check_stock(call, stock);
		Assert(stock->new_effective_at >= stock->last_effective_at);

		/*
		 * Written even where the level stays, as after a late line and its
		 * correction: whoever reads history with an older snapshot learns of
		 * the new lines by the version of the balance alone.
		 */
		return update_stock(pass, stock);
	}
	else
	{
		ImsAvailability *row = &call->availabilities[i];

		ims_engine_check_availability(call, row);
		if (row->sellable_delta == 0 && row->held_delta == 0)
			return true;
		return update_availability(pass, row);
	}
}

static void
apply_rows(ImsCall *call, bool is_stock)
{
	Pass pass;
	int64 i;

	open_pass(&pass, call, is_stock);
	for (i = 0; i < pass.nrow; i++)
	{
		bool locked = is_stock ? call->stocks[i].locked : call->availabilities[i].locked;

		if (locked)
		{
			CHECK_FOR_INTERRUPTS();
			pass.table.tid = is_stock ? call->stocks[i].tid : call->availabilities[i].tid;
		}
		else
		{
			find_row(&pass, i);
			if (!can_skip_lock(&pass, i))
				lock_row(&pass, i);
		}
		while (!check_and_update(&pass, i))
			lock_row(&pass, i);
	}
	ims_balance_close(&pass.table);
}

static void
heap_apply_stock(ImsCall *call)
{
	apply_rows(call, true);
}

static void
heap_apply_availability(ImsCall *call)
{
	apply_rows(call, false);
}

/* The rows are ours by now: a second version with the later time. */
static void
heap_restamp_stock(ImsCall *call, int64 upto)
{
	Pass pass;
	int64 i;

	Assert(upto <= call->nstock);
	open_pass(&pass, call, true);
	for (i = 0; i < upto; i++)
	{
		ImsStock *stock = &call->stocks[i];

		CHECK_FOR_INTERRUPTS();
		if (!stock->has_stamped)
			continue;
		Ensure(ims_balance_find(&pass.table, row_key(&pass, i)), "a balance is missing");
		if (pass.table.columns[STOCK_LAST_EFFECTIVE_AT] >= stock->new_effective_at)
			continue;
		Ensure(pass.table.columns[STOCK_ON_HAND] == stock->on_hand + stock->delta,
			   "a balance is not what was written");
		Ensure(update_stock(&pass, stock), "a balance of our own was changed");
	}
	ims_balance_close(&pass.table);
}

const ImsApplier ims_heap_applier = {.name = "heap",
									 .lock_availability = heap_lock_availability,
									 .lock_stock = heap_lock_stock,
									 .apply_availability = heap_apply_availability,
									 .apply_stock = heap_apply_stock,
									 .restamp_stock = heap_restamp_stock,
									 .write_postings = ims_heap_write_postings,
									 .write_movements = ims_heap_write_movements};
