/*-------------------------------------------------------------------------
 *
 * access.c
 *	  Who calls, for which owner, and the switch to the ledger's role.
 *
 * A door may be called by whoever has EXECUTE on it.  It then checks that the
 * caller may act for the owner, and works as the role that owns the ledger,
 * as ri_triggers.c does: a local change of user, undone by leaving the door or
 * by an abort.  Members of the ledger's role act for every owner; other roles
 * for those that owner_member names.
 *
 * The stack of open doors tells who called first.  It lives in the
 * transaction's memory and is cut back when a subtransaction aborts.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "ledger/access.h"
#include "ledger/detail.h"
#include "ledger/info.h"
#include "ledger/probe.h"

typedef struct DoorNode
{
	struct DoorNode *outer;
	Oid immediate; /* role that opened this door */
	Oid caller;	   /* role that opened the outermost one */
	int nest_level;
} DoorNode;

static DoorNode *door_stack = NULL;

/* owner_member columns */
#define OWNER_MEMBER_OWNER_ID 1
#define OWNER_MEMBER_ROLE_NAME 2
/* owner columns */
#define OWNER_OWNER_ID 1
#define OWNER_CODE 2

static void
cut_back(int nest_level)
{
	while (door_stack && door_stack->nest_level >= nest_level)
		door_stack = door_stack->outer;
}

static void
at_subxact_end(SubXactEvent event, SubTransactionId my_id, SubTransactionId parent_id,
			   void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		cut_back(GetCurrentTransactionNestLevel());
}

static void
at_xact_end(XactEvent event, void *arg)
{
	switch (event)
	{
	case XACT_EVENT_COMMIT:
	case XACT_EVENT_ABORT:
	case XACT_EVENT_PREPARE:
		door_stack = NULL;
		break;
	default:
		break;
	}
}

void
ims_access_init(void)
{
	RegisterXactCallback(at_xact_end, NULL);
	RegisterSubXactCallback(at_subxact_end, NULL);
}

void
ims_door_enter(ImsDoor *door)
{
	Oid ledger_role = ims_ledger()->ledger_role;
	DoorNode *node;

	ims_ledger_check_writable();
	node = MemoryContextAlloc(TopTransactionContext, sizeof(DoorNode));
	GetUserIdAndSecContext(&door->save_user, &door->save_sec_context);
	node->outer = door_stack;
	node->immediate = door->save_user;
	node->caller = door_stack && door->save_user == ledger_role ? door_stack->caller
																: door->save_user;
	node->nest_level = GetCurrentTransactionNestLevel();
	door_stack = node;
	SetUserIdAndSecContext(ledger_role, door->save_sec_context |
											SECURITY_LOCAL_USERID_CHANGE |
											SECURITY_NOFORCE_RLS);
}

void
ims_door_leave(ImsDoor *door)
{
	DoorNode *node = door_stack;

	Assert(node != NULL);
	SetUserIdAndSecContext(door->save_user, door->save_sec_context);
	door_stack = node->outer;
	pfree(node);
}

/* The role whose call led here, for the record. */
Oid
ims_caller(void)
{
	return door_stack ? door_stack->caller : GetUserId();
}

/* The role whose rights count: the one that opened the innermost door. */
Oid
ims_immediate_caller(void)
{
	return door_stack ? door_stack->immediate : GetUserId();
}

static bool
acts_for_all(Oid role)
{
	return superuser_arg(role) || has_privs_of_role(role, ims_ledger()->ledger_role);
}

/* Whether a row of owner_member names a role whose privileges "role" has. */
static bool
is_member_row(Datum role_name, Oid role)
{
	char *name = TextDatumGetCString(role_name);
	Oid member = get_role_oid(name, true);

	pfree(name);
	return OidIsValid(member) && has_privs_of_role(role, member);
}

bool
ims_role_acts_for(Oid role, int64 owner_id)
{
	const ImsLedger *ledger = ims_ledger();
	ImsProbe probe;
	Datum key = Int64GetDatum(owner_id);
	bool found = false;

	if (acts_for_all(role))
		return true;

	ims_probe_open(&probe, ledger->owner_member, ledger->owner_member_pkey);
	ims_probe_start(&probe, 1, &key);
	while (!found && ims_probe_next(&probe))
		found = is_member_row(ims_probe_value(&probe, OWNER_MEMBER_ROLE_NAME, NULL), role);
	ims_probe_close(&probe);
	return found;
}

/*
 * The owners that a role may act for, at most "limit" of them, ascending only
 * by accident.  Returns their number; *owners is palloc'd.
 */
static int
owners_of_role(Oid role, int limit, int64 **owners)
{
	const ImsLedger *ledger = ims_ledger();
	bool all = acts_for_all(role);
	Relation rel = table_open(all ? ledger->owner : ledger->owner_member, AccessShareLock);
	Snapshot snapshot = RegisterSnapshot(ims_latest_snapshot());
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan(rel, snapshot, 0, NULL);
	int n = 0;
	int allocated = 16;

	*owners = palloc(sizeof(int64) * allocated);
	while (n < limit && table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		bool isnull;
		int64 owner_id;
		bool known = false;
		int i;

		if (!all &&
			!is_member_row(slot_getattr(slot, OWNER_MEMBER_ROLE_NAME, &isnull), role))
			continue;
		owner_id = DatumGetInt64(slot_getattr(slot, OWNER_OWNER_ID, &isnull));
		for (i = 0; !all && i < n && !known; i++)
			known = (*owners)[i] == owner_id;
		if (known)
			continue;
		if (n == allocated)
		{
			allocated *= 2;
			*owners = repalloc(*owners, sizeof(int64) * allocated);
		}
		(*owners)[n++] = owner_id;
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	UnregisterSnapshot(snapshot);
	table_close(rel, AccessShareLock);
	return n;
}

/* The owner is named by its code, or by its id where that is NULL. */
static void
raise_unknown_owner(const char *code, int64 owner_id)
{
	ImsDetailField name = code != NULL ? ims_detail_text("owner", code)
									   : ims_detail_integer("owner_id", owner_id);

	ereport(ERROR,
			(errcode(ERRCODE_IMS_UNKNOWN_OWNER),
			 code != NULL ? errmsg("owner \"%s\" is unknown", code)
						  : errmsg("owner " INT64_FORMAT " is unknown", owner_id),
			 errdetail_internal("%s",
								ims_error_detail("It does not exist, or the role may not act for it.",
												 name)),
			 errhint("Owners and their roles are in ims.owner and ims.owner_member.")));
}

int64
ims_owner_for_caller(const char *code)
{
	Oid role = ims_immediate_caller();

	if (code == NULL)
	{
		int64 *owners;
		int n = owners_of_role(role, 2, &owners);
		int64 owner_id = n == 1 ? owners[0] : 0;

		pfree(owners);
		if (n != 1)
			ereport(ERROR,
					(errcode(ERRCODE_IMS_MISSING_ARGUMENT),
					 errmsg("argument \"owner\" is missing"),
					 errdetail_internal("%s",
										ims_error_detail(n == 0 ? "The role may act for no owner."
																: "The role may act for several owners.",
														 ims_detail_text("argument",
																		 "owner"))),
					 errhint(
						 "Name the owner; it may be left out only by a role with exactly one.")));
		return owner_id;
	}
	else
	{
		const ImsLedger *ledger = ims_ledger();
		Datum key = CStringGetTextDatum(code);
		ImsProbe probe;
		int64 owner_id = 0;

		ims_probe_open(&probe, ledger->owner, ledger->owner_code_key);
		ims_probe_start(&probe, 1, &key);
		if (ims_probe_next(&probe))
			owner_id = DatumGetInt64(ims_probe_value(&probe, OWNER_OWNER_ID, NULL));
		ims_probe_close(&probe);
		if (owner_id == 0 || !ims_role_acts_for(role, owner_id))
			raise_unknown_owner(code, 0);
		return owner_id;
	}
}

void
ims_check_owner_for_caller(int64 owner_id)
{
	if (!ims_role_acts_for(ims_immediate_caller(), owner_id))
		raise_unknown_owner(NULL, owner_id);
}

static void
put_owners_of_role(FunctionCallInfo fcinfo, Oid role)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int64 *owners;
	int n;
	int i;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	n = owners_of_role(role, PG_INT32_MAX, &owners);
	for (i = 0; i < n; i++)
	{
		Datum value = Int64GetDatum(owners[i]);
		bool isnull = false;

		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, &value, &isnull);
	}
}

/*
 * ims_my_owners -- SQL: ims._my_owners() returns setof bigint
 *
 * The owners that the current role may act for; the policies rest on it.
 * Reads the tables directly, else the policy on owner_member would recurse.
 */
PG_FUNCTION_INFO_V1(ims_my_owners);
Datum
ims_my_owners(PG_FUNCTION_ARGS)
{
	put_owners_of_role(fcinfo, GetUserId());
	return (Datum) 0;
}

/*
 * ims_caller_owners -- SQL: ims._caller_owners() returns setof bigint
 *
 * The owners that whoever opened the door may act for.
 */
PG_FUNCTION_INFO_V1(ims_caller_owners);
Datum
ims_caller_owners(PG_FUNCTION_ARGS)
{
	put_owners_of_role(fcinfo, ims_immediate_caller());
	return (Datum) 0;
}

/*
 * ims_caller_role -- SQL: ims._caller_role() returns text
 *
 * Name of the role whose call of a door led here.
 */
PG_FUNCTION_INFO_V1(ims_caller_role);
Datum
ims_caller_role(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(GetUserNameFromId(ims_caller(), false)));
}
