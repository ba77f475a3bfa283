/*-------------------------------------------------------------------------
 *
 * probe.c
 *	  Rows of a ledger table by an index, with the latest snapshot.
 *
 * The checks of a posting rest on what is committed now, at every isolation
 * level; SQL at REPEATABLE READ would see the past.  Keys are bigint or text,
 * leading columns of a btree index.  An error releases everything through the
 * resource owner.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_type.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "compat.h"
#include "ims.h"
#include "ledger/probe.h"

#define IMS_PROBE_MAX_KEYS 5

void
ims_probe_open(ImsProbe *probe, Oid table, Oid index)
{
	probe->heap = table_open(table, AccessShareLock);
	probe->index = index_open(index, AccessShareLock);
	probe->slot = table_slot_create(probe->heap, NULL);
	probe->snapshot = RegisterSnapshot(GetLatestSnapshot());
	probe->scan = NULL;
}

void
ims_probe_start(ImsProbe *probe, int nkeys, const Datum *keys)
{
	ScanKeyData scankeys[IMS_PROBE_MAX_KEYS];
	int i;

	Assert(nkeys >= 1 && nkeys <= IMS_PROBE_MAX_KEYS);
	for (i = 0; i < nkeys; i++)
	{
		Oid type = TupleDescAttr(RelationGetDescr(probe->index), i)->atttypid;

		Assert(type == INT8OID || type == TEXTOID);
		ScanKeyEntryInitialize(&scankeys[i], 0, i + 1, BTEqualStrategyNumber, InvalidOid,
							   probe->index->rd_indcollation[i],
							   type == INT8OID ? F_INT8EQ : F_TEXTEQ, keys[i]);
	}
	if (probe->scan == NULL)
		probe->scan =
			ims_index_beginscan(probe->heap, probe->index, probe->snapshot, nkeys);
	index_rescan(probe->scan, scankeys, nkeys, NULL, 0);
}

bool
ims_probe_next(ImsProbe *probe)
{
	return index_getnext_slot(probe->scan, ForwardScanDirection, probe->slot);
}

/* Value of the row just found; valid until the next one. */
Datum
ims_probe_value(ImsProbe *probe, int attnum, bool *isnull)
{
	bool null;
	Datum value = slot_getattr(probe->slot, attnum, &null);

	if (isnull)
		*isnull = null;
	else
		Ensure(!null, "a column that cannot be null is null");
	return value;
}

void
ims_probe_close(ImsProbe *probe)
{
	if (probe->scan)
		index_endscan(probe->scan);
	ExecDropSingleTupleTableSlot(probe->slot);
	UnregisterSnapshot(probe->snapshot);
	index_close(probe->index, AccessShareLock);
	table_close(probe->heap, AccessShareLock);
}
