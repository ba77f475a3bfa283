/*-------------------------------------------------------------------------
 *
 * serial.c
 *	  Single units: each in at most one place, by construction.
 *
 * The row of a unit says where it lies.  Its lines are followed in call order
 * under the lock of that row: a line must take the unit from where it is, in
 * the lot that it is of, and not before its last movement.  By SQL in both
 * paths: a unit is a line of its own, so there is nothing to gain by summing.
 *
 * Whoever replays the ledger orders it by (effective_at, movement_id).  So at
 * the very instant of the last movement a unit may move on only under a higher
 * id: lines whose rows are yet to be written get one, whatever ids the session
 * still has in its cache; a row of a direct INSERT has its id already, and is
 * refused where it is lower.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/sequence.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "ledger/detail.h"
#include "ledger/engine.h"
#include "ledger/frame.h"
#include "ledger/master.h"
#include "ledger/plan.h"

struct ImsUnit
{
	int64 owner_id;
	int64 serial_id;
	int64 item_id;
	int64 location_id; /* 0: not in stock */
	int64 handling_unit_id;
	int64 lot_id;
	TimestampTz last_effective_at;
	int64 last_movement_id; /* 0: none */
	char *code;
};

static int
compare_units(const void *a, const void *b)
{
	const ImsUnit *x = a;
	const ImsUnit *y = b;

	if (x->owner_id != y->owner_id)
		return x->owner_id < y->owner_id ? -1 : 1;
	if (x->serial_id != y->serial_id)
		return x->serial_id < y->serial_id ? -1 : 1;
	return 0;
}

/* The units that the lines name, each once, in lock order. */
static ImsUnit *
gather_units(const ImsCall *call, int64 *nunit)
{
	ImsUnit *units = NULL;
	int64 n = 0;
	int64 distinct = 0;
	int64 i;

	for (i = 0; i < call->nline; i++)
		if (call->lines[i].serial_id != 0 && !call->lines[i].rejected)
			n++;
	*nunit = 0;
	if (n == 0)
		return NULL;
	units = MemoryContextAllocExtended(CurrentMemoryContext, sizeof(ImsUnit) * n,
									   MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	n = 0;
	for (i = 0; i < call->nline; i++)
		if (call->lines[i].serial_id != 0 && !call->lines[i].rejected)
		{
			units[n].owner_id = call->postings[call->lines[i].posting].owner_id;
			units[n].serial_id = call->lines[i].serial_id;
			n++;
		}
	qsort(units, n, sizeof(ImsUnit), compare_units);
	for (i = 0; i < n; i++)
		if (distinct == 0 || compare_units(&units[distinct - 1], &units[i]) != 0)
			units[distinct++] = units[i];
	*nunit = distinct;
	return units;
}

static void
unit_keys(const ImsUnit *units, int64 n, Datum *values)
{
	int64 *column = palloc(sizeof(int64) * n);
	int64 i;

	for (i = 0; i < n; i++)
		column[i] = units[i].owner_id;
	values[0] = ims_int64_array(column, n);
	for (i = 0; i < n; i++)
		column[i] = units[i].serial_id;
	values[1] = ims_int64_array(column, n);
	pfree(column);
}

static void
lock_units(ImsUnit *units, int64 n, MemoryContext context)
{
	Datum values[2];
	uint64 row;

	unit_keys(units, n, values);
	ims_plan_execute(IMS_PLAN_LOCK_SERIAL, values, NULL, NULL);
	for (row = 0; row < SPI_processed; row++)
	{
		HeapTuple tuple = SPI_tuptable->vals[row];
		TupleDesc desc = SPI_tuptable->tupdesc;
		bool isnull;
		ImsUnit *unit = &units[DatumGetInt64(SPI_getbinval(tuple, desc, 1, &isnull)) - 1];
		char *code = SPI_getvalue(tuple, desc, 6);

		unit->item_id = DatumGetInt64(SPI_getbinval(tuple, desc, 2, &isnull));
		unit->location_id = DatumGetInt64(SPI_getbinval(tuple, desc, 3, &isnull));
		unit->handling_unit_id = DatumGetInt64(SPI_getbinval(tuple, desc, 4, &isnull));
		unit->last_effective_at =
			DatumGetTimestampTz(SPI_getbinval(tuple, desc, 5, &isnull));
		unit->code = MemoryContextStrdup(context, code);
		unit->lot_id = DatumGetInt64(SPI_getbinval(tuple, desc, 7, &isnull));
		unit->last_movement_id = DatumGetInt64(SPI_getbinval(tuple, desc, 8, &isnull));
	}
}

static void
refuse_unit(ImsCall *call, ImsLine *line, const ImsUnit *unit, int sqlstate,
			char *message, const char *sentence, const char *hint)
{
	const char *item = ims_item_label(call->masters, unit->owner_id, line->item_id);

	ims_engine_refuse(call, line, sqlstate, message,
					  ims_error_detail(sentence, ims_detail_integer("line", line->line),
									   ims_detail_text("item", item),
									   ims_detail_text("serial", unit->code)),
					  hint);
}

/*
 * In stock a unit is of the lot that its balance is counted in, and what comes
 * back from a customer is still of the lot that went out; else the unit of a
 * lot on hold would leave under no lot, or another.  Received anew it may be
 * of another lot, but not lose its own by not being asked; only the reversal of
 * a relot takes back the lot that a unit was given.
 */
static bool
check_lot(ImsCall *call, ImsLine *line, const ImsUnit *unit)
{
	ImsLot *lot;
	bool is_fixed = unit->location_id != 0;
	bool is_undone = call->postings[line->posting].kind == IMS_KIND_REVERSAL &&
					 line->from_location_id == IMS_LOCATION_PRODUCTION;

	if (unit->lot_id != 0 && !is_undone)
		is_fixed |= line->lot_id == 0 || line->from_location_id == IMS_LOCATION_CUSTOMER;
	if (line->lot_id == unit->lot_id || !is_fixed)
		return true;
	lot = unit->lot_id == 0 ? NULL
							: ims_lot_by_id(call->masters, unit->owner_id, unit->lot_id);
	refuse_unit(call, line, unit, ERRCODE_IMS_TRACKING,
				lot ? psprintf("serial \"%s\" is of lot \"%s\"", unit->code, lot->code)
					: psprintf("serial \"%s\" is of no lot", unit->code),
				"The line says otherwise.", "Name the lot that the unit is of.");
	return false;
}

/* A line without a row has no id yet, and will get one that is high enough. */
static bool
is_row_before(const ImsLine *line, const ImsUnit *unit)
{
	return line->movement_id != 0 && line->movement_id <= unit->last_movement_id;
}

/* False: the line was refused, and the refusal kept (report mode). */
static bool
follow_line(ImsCall *call, ImsLine *line, ImsUnit *unit, TimestampTz at)
{
	ImsLocation *from = ims_location_by_id(call->masters, line->from_location_id);
	ImsLocation *to = ims_location_by_id(call->masters, line->to_location_id);
	int64 expected = from->keeps_stock ? from->location_id : 0;
	int64 expected_unit = from->keeps_stock ? line->from_handling_unit_id : 0;

	if (unit->code == NULL || unit->item_id != line->item_id)
	{
		const char *item = ims_item_label(call->masters, unit->owner_id, line->item_id);

		/* there, but made after the snapshot of the transaction: it cannot be locked */
		if (unit->code == NULL &&
			ims_serial_exists(call->masters, unit->owner_id, line->serial_id))
			ims_raise_concurrent_update();
		ims_engine_refuse(call, line, ERRCODE_IMS_UNKNOWN_SERIAL,
						  psprintf("serial " INT64_FORMAT " is unknown", line->serial_id),
						  ims_error_detail("The item has no such serial.",
										   ims_detail_line(line->line),
										   ims_detail_text("item", item),
										   ims_detail_integer("serial_id", line->serial_id)),
						  "Create the serial first.");
		return false;
	}
	if (unit->location_id != expected || unit->handling_unit_id != expected_unit)
	{
		refuse_unit(call, line, unit, ERRCODE_IMS_SERIAL_ELSEWHERE,
					psprintf("serial \"%s\" is not at \"%s\"", unit->code, from->code),
					unit->location_id == 0
						? "It is not in stock."
						: psprintf("It lies at \"%s\".",
								   ims_location_label(call->masters, unit->location_id)),
					"Take the unit from where it is.");
		return false;
	}
	if (!check_lot(call, line, unit))
		return false;
	if (at < unit->last_effective_at)
	{
		refuse_unit(call, line, unit, ERRCODE_IMS_SERIAL_ELSEWHERE,
					psprintf("serial \"%s\" has moved later already", unit->code),
					psprintf("Its last movement is of %s.",
							 ims_time_text(unit->last_effective_at)),
					"A single unit can only move forward in time; reverse the later postings first.");
		return false;
	}
	if (at == unit->last_effective_at && is_row_before(line, unit))
	{
		refuse_unit(call, line, unit, ERRCODE_IMS_SERIAL_ELSEWHERE,
					psprintf("serial \"%s\" moved under a higher id already", unit->code),
					psprintf("Its last movement is of the same instant, %s, and its id is " INT64_FORMAT
							 ".",
							 ims_time_text(at), unit->last_movement_id),
					"Give a later effective_at, or use a posting function, which draws a higher id.");
		return false;
	}
	unit->location_id = to->keeps_stock ? to->location_id : 0;
	unit->handling_unit_id = to->keeps_stock ? line->to_handling_unit_id : 0;
	unit->lot_id = line->lot_id;
	unit->last_effective_at = at;
	unit->last_movement_id = line->movement_id;
	return true;
}

static ImsUnit *
find_unit(const ImsCall *call, const ImsLine *line)
{
	ImsUnit key;

	key.owner_id = call->postings[line->posting].owner_id;
	key.serial_id = line->serial_id;
	return bsearch(&key, call->units, call->nunit, sizeof(ImsUnit), compare_units);
}

static void
update_units(const ImsUnit *units, int64 n)
{
	Datum values[7];
	int64 *column = palloc(sizeof(int64) * n);
	int64 i;

	unit_keys(units, n, values);
	for (i = 0; i < n; i++)
		column[i] = units[i].location_id;
	values[2] = ims_int64_array(column, n);
	for (i = 0; i < n; i++)
		column[i] = units[i].handling_unit_id;
	values[3] = ims_int64_array(column, n);
	for (i = 0; i < n; i++)
		column[i] = units[i].lot_id;
	values[4] = ims_int64_array(column, n);
	for (i = 0; i < n; i++)
		column[i] = units[i].last_effective_at;
	values[5] = ims_timestamptz_array(column, n);
	for (i = 0; i < n; i++)
		column[i] = units[i].last_movement_id;
	values[6] = ims_int64_array(column, n);
	ims_frame_push_applied(ims_ledger()->serial);
	ims_plan_execute(IMS_PLAN_UPDATE_SERIAL, values, NULL, NULL);
	ims_frame_pop_applied();
	Ensure(SPI_processed == (uint64) n, "a locked serial was not updated");
}

static bool
moves_unit(const ImsLine *line)
{
	return line->serial_id != 0 && !line->rejected;
}

/*
 * Locks and reads the units that the lines name.  A line without a time of its
 * own happens after the last movement of its unit, wherever that was: the unit
 * may come back to another balance than the one it left.
 */
void
ims_serial_lock(ImsCall *call)
{
	MemoryContext context = CurrentMemoryContext;
	int64 i;

	call->units = gather_units(call, &call->nunit);
	if (call->nunit == 0)
		return;
	SPI_connect();
	lock_units(call->units, call->nunit, context);
	SPI_finish();
	for (i = 0; i < call->nline; i++)
	{
		const ImsLine *line = &call->lines[i];

		if (moves_unit(line) && !call->postings[line->posting].effective_given)
			call->stamped_at =
				Max(call->stamped_at, find_unit(call, line)->last_effective_at + 1);
	}
}

/*
 * Report mode, before anything is written: refuses a line whose unit is not its
 * to move, after the lines that were accepted before it.  The time of the call
 * is not final, but it will be no earlier than it is now.
 */
bool
ims_serial_accept(ImsCall *call, ImsLine *line)
{
	const ImsPosting *posting = &call->postings[line->posting];

	return !moves_unit(line) ||
		   follow_line(call, line, find_unit(call, line),
					   posting->effective_given ? posting->effective_at : call->stamped_at);
}

/*
 * The ids of a block that a session keeps in its cache may be lower than those
 * that others have used since; those of a new block are higher than all that
 * were ever drawn.  So a block is thrown away at most.
 */
static void
draw_ids_after(const ImsCall *call, int64 movement_id)
{
	Oid sequence = call->ledger->movement_sequence;

	Ensure(movement_id <= DatumGetInt64(DirectFunctionCall1(pg_sequence_last_value,
															ObjectIdGetDatum(sequence))),
		   "a movement has an id that was not drawn yet");
	while (nextval_internal(sequence, false) < movement_id)
		CHECK_FOR_INTERRUPTS();
}

/* Follows the units of all lines; the times of the lines are final. */
void
ims_serial_follow(ImsCall *call)
{
	int64 after = 0;
	int64 i;

	/* balances are written already: a refusal of one line fails the call */
	if (call->nunit > 0)
		call->report = false;
	for (i = 0; call->nunit > 0 && i < call->nline; i++)
	{
		ImsLine *line = &call->lines[i];
		TimestampTz at = call->postings[line->posting].effective_at;
		ImsUnit *unit;

		if (!moves_unit(line))
			continue;
		unit = find_unit(call, line);
		if (at == unit->last_effective_at && line->movement_id == 0)
			after = Max(after, unit->last_movement_id);
		(void) follow_line(call, line, unit, at);
	}
	if (after > 0)
		draw_ids_after(call, after);
}

/* Writes where the units are now; the lines have their ids. */
void
ims_serial_write(ImsCall *call)
{
	int64 i;

	if (call->nunit == 0)
		return;
	for (i = 0; i < call->nline; i++)
		if (moves_unit(&call->lines[i]))
			find_unit(call, &call->lines[i])->last_movement_id = call->lines[i].movement_id;
	SPI_connect();
	update_units(call->units, call->nunit);
	SPI_finish();
}
