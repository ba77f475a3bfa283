/*-------------------------------------------------------------------------
 *
 * heap_balance.h
 *	  Rows of a balance table by primary key: find, lock, update.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_HEAP_BALANCE_H
#define IMS_HEAP_BALANCE_H

#include "access/genam.h"
#include "access/relscan.h"
#include "executor/tuptable.h"
#include "storage/buf.h"
#include "utils/rel.h"
#include "utils/snapshot.h"

#include "ims.h"

#define IMS_BALANCE_MAX_KEYS 5
#define IMS_BALANCE_MAX_COLUMNS 9

/*
 * Both tables have the same shape: bigint or timestamptz columns, the key
 * first; one boolean; quantities.  A row is handled as an array of int64.
 */
typedef struct ImsBalanceLayout
{
	int nkey;
	int nint; /* 8-byte columns, key included */
	int nquantity;
} ImsBalanceLayout;

typedef struct ImsBalanceTable
{
	const ImsBalanceLayout *layout;
	Relation heap;
	Relation index;
	Oid unit_index;		/* (owner, handling unit) of rows in units, if the table has it */
	bool xact_snapshot; /* REPEATABLE READ or SERIALIZABLE */
	Snapshot snapshot;
	CommandId cid;
	BlockNumber nblock;		  /* of heap: hints beyond are void */
	BlockNumber index_nblock; /* 0 until it is needed */
	IndexScanDesc scan;
	TupleTableSlot *slot;
	Buffer buffer;
	/* the row found or locked last */
	ItemPointerData tid;
	int64 columns[IMS_BALANCE_MAX_COLUMNS];
} ImsBalanceTable;

extern void ims_balance_open(ImsBalanceTable *table, const ImsBalanceLayout *layout,
							 Oid heap, Oid index, Oid unit_index);
extern void ims_balance_suspend(ImsBalanceTable *table);
extern void ims_balance_resume(ImsBalanceTable *table);
extern bool ims_balance_find(ImsBalanceTable *table, const int64 *key);
extern bool ims_balance_lock(ImsBalanceTable *table);
extern bool ims_balance_update(ImsBalanceTable *table, const int64 *columns);
extern void ims_balance_close(ImsBalanceTable *table);

#endif /* IMS_HEAP_BALANCE_H */
