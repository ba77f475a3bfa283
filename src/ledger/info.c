/*-------------------------------------------------------------------------
 *
 * info.c
 *	  Where the ledger's tables are, and whether the heap path may be taken.
 *
 * Looked up by name once per backend and dropped on any invalidation that
 * touches one of the tables or the domain of quantities, so that a DBA's new
 * index is seen by the next posting.  Memory: one static struct.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "access/tableam.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "fmgr.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "ims.h"
#include "ledger/detail.h"
#include "ledger/heap_check.h"
#include "ledger/info.h"
#include "ledger/probe.h"

#define LEDGER_INFO_LEDGER_VERSION 2

/* How often the tables are looked at again because something changed meanwhile. */
#define MAX_LOOKS 8

static ImsLedger ledger;
static bool ledger_valid = false;
static bool changed_meanwhile; /* news arrived while the ledger was looked at */
static uint32 quantity_hash;   /* of the domain in the cache of types; 0: any */

/* name -> field of ImsLedger */
typedef struct LedgerRelation
{
	const char *name;
	size_t offset;
} LedgerRelation;

#define LEDGER_RELATION(field)                                                           \
	{                                                                                    \
#field, offsetof(ImsLedger, field)                                               \
	}

static const LedgerRelation ledger_relations[] = {
	LEDGER_RELATION(owner),
	LEDGER_RELATION(owner_pkey),
	LEDGER_RELATION(owner_code_key),
	LEDGER_RELATION(owner_member),
	LEDGER_RELATION(owner_member_pkey),
	LEDGER_RELATION(item),
	LEDGER_RELATION(item_pkey),
	LEDGER_RELATION(item_code_key),
	LEDGER_RELATION(item_unit),
	LEDGER_RELATION(item_unit_pkey),
	LEDGER_RELATION(unit),
	LEDGER_RELATION(unit_pkey),
	LEDGER_RELATION(location),
	LEDGER_RELATION(location_pkey),
	LEDGER_RELATION(location_code_key),
	LEDGER_RELATION(lot),
	LEDGER_RELATION(lot_pkey),
	LEDGER_RELATION(lot_code_key),
	LEDGER_RELATION(serial),
	LEDGER_RELATION(serial_pkey),
	LEDGER_RELATION(serial_code_key),
	LEDGER_RELATION(handling_unit),
	LEDGER_RELATION(handling_unit_pkey),
	LEDGER_RELATION(handling_unit_code_key),
	LEDGER_RELATION(party),
	LEDGER_RELATION(party_pkey),
	LEDGER_RELATION(party_code_key),
	LEDGER_RELATION(channel),
	LEDGER_RELATION(channel_pkey),
	LEDGER_RELATION(channel_code_key),
	LEDGER_RELATION(posting),
	LEDGER_RELATION(posting_pkey),
	LEDGER_RELATION(posting_document_idx),
	LEDGER_RELATION(posting_origin_idx),
	LEDGER_RELATION(posting_key),
	{"posting_posting_id_seq", offsetof(ImsLedger, posting_sequence)},
	LEDGER_RELATION(movement),
	LEDGER_RELATION(movement_pkey),
	LEDGER_RELATION(movement_item_idx),
	LEDGER_RELATION(movement_origin_idx),
	LEDGER_RELATION(movement_lot_idx),
	LEDGER_RELATION(movement_serial_idx),
	LEDGER_RELATION(movement_from_handling_unit_idx),
	LEDGER_RELATION(movement_to_handling_unit_idx),
	LEDGER_RELATION(movement_production_idx),
	LEDGER_RELATION(movement_time_idx),
	{"movement_movement_id_seq", offsetof(ImsLedger, movement_sequence)},
	LEDGER_RELATION(stock),
	LEDGER_RELATION(stock_pkey),
	LEDGER_RELATION(stock_handling_unit_idx),
	LEDGER_RELATION(availability),
	LEDGER_RELATION(availability_pkey),
	LEDGER_RELATION(closing),
	LEDGER_RELATION(closing_instant_key),
	LEDGER_RELATION(stock_count),
	LEDGER_RELATION(stock_count_time_idx),
	LEDGER_RELATION(stock_count_scope),
	LEDGER_RELATION(stock_count_scope_time_idx),
};

static void
at_relcache_inval(Datum arg, Oid relid)
{
	int i;

	if (!OidIsValid(relid))
		ledger_valid = false;
	for (i = 0; ledger_valid && i < lengthof(ledger_relations); i++)
		if (*(Oid *) ((char *) &ledger + ledger_relations[i].offset) == relid)
			ledger_valid = false;
	/* a look that is under way does not know yet which tables it will find */
	if (!ledger_valid)
		changed_meanwhile = true;
}

/* A constraint that is added to the domain of quantities: its row is touched. */
static void
at_type_inval(Datum arg, int cacheid, uint32 hash)
{
	if (hash == 0 || quantity_hash == 0 || hash == quantity_hash)
	{
		ledger_valid = false;
		changed_meanwhile = true;
	}
}

void
ims_info_init(void)
{
	CacheRegisterRelcacheCallback(at_relcache_inval, (Datum) 0);
	CacheRegisterSyscacheCallback(TYPEOID, at_type_inval, (Datum) 0);
}

static char *
missing_detail(const char *name)
{
	char *object = psprintf("ims.%s", name);

	return ims_error_detail(psprintf("There is no relation \"%s\".", object),
							ims_detail_text("object", object));
}

/* The version of the ledger's tables; NULL where there is none recorded. */
static char *
read_version(Oid namespace_id)
{
	Oid relid = get_relname_relid("ledger_info", namespace_id);
	Relation rel;
	Snapshot snapshot;
	TupleTableSlot *slot;
	TableScanDesc scan;
	char *version = NULL;

	if (!OidIsValid(relid))
		ereport(ERROR, (errcode(ERRCODE_IMS_LEDGER_MISSING),
						errmsg("there is no ledger in this database"),
						errdetail_internal("%s", missing_detail("ledger_info")),
						errhint("Run SELECT ims.create_ledger().")));
	rel = table_open(relid, AccessShareLock);
	snapshot = RegisterSnapshot(ims_latest_snapshot());
	slot = table_slot_create(rel, NULL);
	scan = table_beginscan(rel, snapshot, 0, NULL);
	if (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		bool isnull;
		Datum value = slot_getattr(slot, LEDGER_INFO_LEDGER_VERSION, &isnull);

		if (!isnull)
			version = TextDatumGetCString(value);
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	UnregisterSnapshot(snapshot);
	table_close(rel, AccessShareLock);
	return version;
}

/*
 * ims_ledger_version -- SQL: ims._ledger_version() returns text
 *
 * Version of the ledger in this database, NULL where there is none.
 */
PG_FUNCTION_INFO_V1(ims_ledger_version);
Datum
ims_ledger_version(PG_FUNCTION_ARGS)
{
	Oid namespace_id = get_namespace_oid("ims", true);
	char *version = NULL;

	if (OidIsValid(namespace_id) &&
		OidIsValid(get_relname_relid("ledger_info", namespace_id)))
		version = read_version(namespace_id);
	if (version == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(version));
}

/* New code reads a ledger of another version, but writes only to its own. */
void
ims_ledger_check_writable(void)
{
	char *version;

	if (likely(ims_ledger()->writable))
		return;
	version = read_version(ledger.namespace_id);
	ereport(ERROR,
			(errcode(ERRCODE_IMS_LEDGER_VERSION),
			 errmsg("the ledger is of version %s, the library of version %s",
					version ? version : "(none)", IMS_LEDGER_VERSION),
			 errdetail_internal("%s",
								ims_error_detail("Postings need the library of the ledger's version.",
												 ims_detail_text("ledger_version", version),
												 ims_detail_text("library_version",
																 IMS_LEDGER_VERSION))),
			 errhint("Run ALTER EXTENSION ims UPDATE, then SELECT ims.migrate_ledger().")));
}

static void
find_relations(ImsLedger *found)
{
	int i;

	for (i = 0; i < lengthof(ledger_relations); i++)
	{
		const LedgerRelation *relation = &ledger_relations[i];
		Oid relid = OidIsValid(found->namespace_id)
						? get_relname_relid(relation->name, found->namespace_id)
						: InvalidOid;

		/* An older ledger may lack what only postings need. */
		if (!OidIsValid(relid) &&
			(found->writable || relation->offset == offsetof(ImsLedger, movement)))
			ereport(ERROR,
					(errcode(ERRCODE_IMS_LEDGER_MISSING),
					 errmsg("the ledger is not complete: \"ims.%s\" is missing",
							relation->name),
					 errdetail_internal("%s", missing_detail(relation->name)),
					 errhint("Run SELECT ims.create_ledger(), or restore the ledger.")));
		*(Oid *) ((char *) found + relation->offset) = relid;
	}
}

static void
look_at_ledger(ImsLedger *found)
{
	char *version = NULL;
	HeapTuple tuple;
	Oid quantity_type;

	memset(found, 0, sizeof(*found));
	found->namespace_id = get_namespace_oid("ims", true);
	if (OidIsValid(found->namespace_id))
		version = read_version(found->namespace_id);
	found->writable = version && strcmp(version, IMS_LEDGER_VERSION) == 0;
	find_relations(found);

	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(found->movement));
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", found->movement);
	found->ledger_role = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	quantity_type = ims_quantity_type(found->namespace_id);
	quantity_hash = GetSysCacheHashValue1(TYPEOID, ObjectIdGetDatum(quantity_type));
	found->heap_path = found->writable && ims_heap_eligible(found, quantity_type);
}

/*
 * Looking takes locks, and with each may come news of a change to what was
 * seen before: then it is looked at again.  Where news never ends (a server
 * that discards its caches all the time) the last look is as good as any, and
 * is not kept.  An error on the way leaves nothing that would be believed.
 */
const ImsLedger *
ims_ledger(void)
{
	ImsLedger found;
	int look;

	if (likely(ledger_valid))
		return &ledger;
	for (look = 0; look < MAX_LOOKS && !ledger_valid; look++)
	{
		changed_meanwhile = false;
		look_at_ledger(&found);
		ledger_valid = !changed_meanwhile;
	}
	ledger = found;
	return &ledger;
}

/*
 * ims_forget_ledger -- SQL: ims._forget_ledger() returns void
 *
 * Makes every session look at the ledger and its version again, once this
 * transaction has committed: else a session with an older library would go on
 * posting to a ledger that was migrated.
 */
PG_FUNCTION_INFO_V1(ims_forget_ledger);
Datum
ims_forget_ledger(PG_FUNCTION_ARGS)
{
	Oid namespace_id = get_namespace_oid("ims", false);
	Oid movement = get_relname_relid("movement", namespace_id);

	if (OidIsValid(movement))
		CacheInvalidateRelcacheByRelid(movement);
	PG_RETURN_VOID();
}
