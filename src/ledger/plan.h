/*-------------------------------------------------------------------------
 *
 * plan.h
 *	  The SQL statements of the engine, prepared once per backend.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_PLAN_H
#define IMS_PLAN_H

#include "executor/spi.h"
#include "utils/snapshot.h"

#include "ims.h"
#include "ledger/engine.h"

typedef enum ImsPlan
{
	IMS_PLAN_INSERT_ZERO_STOCK,
	IMS_PLAN_LAST_SCOPE,
	IMS_PLAN_FIND_STOCK,
	IMS_PLAN_LOCK_STOCK,
	IMS_PLAN_UPDATE_STOCK,
	IMS_PLAN_INSERT_ZERO_AVAILABILITY,
	IMS_PLAN_AVAILABILITY_FLAG,
	IMS_PLAN_FIND_AVAILABILITY,
	IMS_PLAN_LOCK_AVAILABILITY,
	IMS_PLAN_UPDATE_AVAILABILITY,
	IMS_PLAN_INSERT_POSTING,
	IMS_PLAN_INSERT_MOVEMENT,
	IMS_PLAN_SHARE_UNITS,
	IMS_PLAN_LOCK_SERIAL,
	IMS_PLAN_UPDATE_SERIAL,
	IMS_PLAN_LATEST_ASSERTION,
	IMS_PLAN_NEXT_COUNT,
	IMS_PLAN_LOWEST_LEVEL,
	IMS_PLAN_ADJUST_CLOSINGS,
	IMS_PLAN_INSERT_KEY,
	IMS_PLAN_LOCK_KEY,
	IMS_PLAN_INSERT_REJECTED,
	IMS_PLAN_READ_REJECTED,
	IMS_PLAN_KEY_WITHOUT_POSTING,
	IMS_PLAN_LOCK_POSTING,
	IMS_PLAN_RETURNED,
	IMS_PLAN_READ_GS1_AI,
	IMS_PLAN_TRACE_STEP,
	IMS_PLAN_LOT_LINES,
	IMS_PLAN_UNIT_LINES,
	IMS_PLAN_POSTINGS,
	IMS_PLAN_PRODUCTS,
	IMS_PLAN_OTHER_OWNERS,
	IMS_PLAN_OWNER_CODE,
	IMS_PLAN_DEPARTURES,
	IMS_PLAN_BALANCES,
	IMS_PLAN_UNTRACKED_BALANCES,
	IMS_PLAN_UNIT_PLACES,
	IMS_PLAN_ITEM_NAMES,
	IMS_PLAN_LOT_NAMES,
	IMS_PLAN_SERIAL_NAMES,
	IMS_PLAN_LOCATION_NAMES,
	IMS_PLAN_HANDLING_UNIT_NAMES,
	IMS_PLAN_PARTY_NAMES
} ImsPlan;

#define IMS_NPLAN (IMS_PLAN_PARTY_NAMES + 1)

/*
 * Runs a plan inside SPI_connect(); raises unless SPI succeeds.  A snapshot
 * makes it read with just that one (the latest, at every isolation level).
 */
extern void ims_plan_execute(ImsPlan plan, Datum *values, const char *nulls,
							 Snapshot snapshot);

/* The same with the latest snapshot, at every isolation level: for a read under locks. */
extern void ims_plan_execute_latest(ImsPlan plan, Datum *values);

extern void ims_plan_insert_zero_stock(ImsCall *call, int64 from, int64 to);
extern void ims_plan_insert_zero_availability(ImsCall *call, int64 from, int64 to);

/* Sorts ids and keeps each once; returns their number. */
extern int64 ims_distinct_ids(int64 *ids, int64 n);
/* Arrays for parameters; palloc'd. */
extern Datum ims_int64_array(const int64 *values, int64 n);
/* The int64 that n structs begin with, stride bytes apart: an array per column of the key. */
extern void ims_key_arrays(const void *first, size_t stride, int nkey, int64 n,
						   Datum *values);
#define IMS_STOCK_KEYS ((int) (sizeof(ImsStockKey) / sizeof(int64)))
#define IMS_AVAILABILITY_KEYS ((int) (sizeof(ImsAvailabilityKey) / sizeof(int64)))
extern Datum ims_timestamptz_array(const TimestampTz *values, int64 n);

#endif /* IMS_PLAN_H */
