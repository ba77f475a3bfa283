/*-------------------------------------------------------------------------
 *
 * door.c
 *	  The door of the calls that are written in SQL.
 *
 * A public function ims.<name> is declared with the symbol ims_door; the work
 * is done by ims._<name>, an internal function with the same arguments, which
 * only the ledger's role may execute.  EXECUTE on the public function is the
 * right; membership in the owner is checked here, for the immediate caller;
 * then the internal function runs as the ledger's role.  Where the public one
 * has "owner text", the internal one has "owner_id bigint".
 *
 * No SECURITY DEFINER: such a function would belong to whoever ran CREATE
 * EXTENSION, and see every owner's rows.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "ims.h"
#include "ledger/access.h"

/* What a public function leads to; lives as long as its FmgrInfo. */
typedef struct DoorTarget
{
	FmgrInfo flinfo;
	int owner_argument; /* position from 0, -1 for none */
} DoorTarget;

static DoorTarget *
find_target(FunctionCallInfo fcinfo)
{
	DoorTarget *target =
		MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(DoorTarget));
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(fcinfo->flinfo->fn_oid));
	Form_pg_proc proc;
	Oid *types;
	char **names;
	char *modes;
	char name[NAMEDATALEN];
	oidvector *signature;
	Oid inner;
	int i;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", fcinfo->flinfo->fn_oid);
	proc = (Form_pg_proc) GETSTRUCT(tuple);
	get_func_arg_info(tuple, &types, &names, &modes);

	target->owner_argument = -1;
	signature = buildoidvector(proc->proargtypes.values, proc->pronargs);
	for (i = 0; i < proc->pronargs; i++)
		if (names != NULL && strcmp(names[i], "owner") == 0)
		{
			target->owner_argument = i;
			signature->values[i] = INT8OID;
		}
	snprintf(name, sizeof(name), "_%s", NameStr(proc->proname));
	inner =
		GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum(name),
						PointerGetDatum(signature), ObjectIdGetDatum(proc->pronamespace));
	if (!OidIsValid(inner))
		elog(ERROR, "function ims.%s with the arguments of ims.%s does not exist", name,
			 NameStr(proc->proname));
	ReleaseSysCache(tuple);

	fmgr_info_cxt(inner, &target->flinfo, fcinfo->flinfo->fn_mcxt);
	fmgr_info_set_expr(fcinfo->flinfo->fn_expr, &target->flinfo);
	return target;
}

/*
 * ims_door -- every public call that is written in SQL
 *
 * A strict internal function is not called with a NULL; none is declared so.
 */
PG_FUNCTION_INFO_V1(ims_door);
Datum
ims_door(PG_FUNCTION_ARGS)
{
	DoorTarget *target = fcinfo->flinfo->fn_extra;
	LOCAL_FCINFO(inner, FUNC_MAX_ARGS);
	ImsDoor door;
	Datum result;
	int owner;
	int i;

	if (target == NULL)
		fcinfo->flinfo->fn_extra = target = find_target(fcinfo);
	owner = target->owner_argument;

	InitFunctionCallInfoData(*inner, &target->flinfo, PG_NARGS(), PG_GET_COLLATION(),
							 fcinfo->context, fcinfo->resultinfo);
	for (i = 0; i < PG_NARGS(); i++)
		inner->args[i] = fcinfo->args[i];

	ims_door_enter(&door);
	if (owner >= 0)
	{
		char *code = PG_ARGISNULL(owner) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(owner));

		inner->args[owner].value = Int64GetDatum(ims_owner_for_caller(code));
		inner->args[owner].isnull = false;
	}
	result = FunctionCallInvoke(inner);
	ims_door_leave(&door);

	fcinfo->isnull = inner->isnull;
	return result;
}
