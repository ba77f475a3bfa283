/*-------------------------------------------------------------------------
 *
 * probe.h
 *	  Rows of a ledger table by an index, with the latest snapshot.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_PROBE_H
#define IMS_PROBE_H

#include "access/genam.h"
#include "access/relscan.h"
#include "datatype/timestamp.h"
#include "executor/tuptable.h"
#include "utils/snapshot.h"

typedef struct ImsProbe
{
	Relation heap;
	Relation index;
	IndexScanDesc scan;
	TupleTableSlot *slot;
	Snapshot snapshot;
	BlockNumber nblock; /* for hints; InvalidBlockNumber until needed */
} ImsProbe;

extern Snapshot ims_latest_snapshot(void);

extern void ims_probe_open(ImsProbe *probe, Oid table, Oid index);
extern void ims_probe_start(ImsProbe *probe, int nkeys, const Datum *keys);
/* The rows of an owner from an instant on, by an index of (owner_id, instant), ascending. */
extern void ims_probe_start_from(ImsProbe *probe, int64 owner_id, TimestampTz from);
extern bool ims_probe_next(ImsProbe *probe);
extern bool ims_probe_one(ImsProbe *probe, int nkeys, const int64 *key);
extern Datum ims_probe_value(ImsProbe *probe, int attnum, bool *isnull);
extern void ims_probe_close(ImsProbe *probe);

#endif /* IMS_PROBE_H */
