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
 * "dry_run" of the public function is an argument of the door alone: with it
 * the internal function runs as ever, its rows are kept, and what it did is
 * undone.  In rows that tell of a posting there is none then.
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
#include "executor/executor.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"

#include "ims.h"
#include "ledger/access.h"
#include "ledger/dry_run.h"

/* What a public function leads to; lives as long as its FmgrInfo. */
typedef struct DoorTarget
{
	FmgrInfo flinfo;
	int owner_argument;	  /* position from 0, -1 for none */
	int dry_run_argument; /* the same */
} DoorTarget;

/* A dry run: the call, and where its rows go. */
typedef struct DryCall
{
	FunctionCallInfo inner;
	ReturnSetInfo *rows;
} DryCall;

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
	Oid signature[FUNC_MAX_ARGS];
	int n = 0;
	Oid inner;
	int i;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", fcinfo->flinfo->fn_oid);
	proc = (Form_pg_proc) GETSTRUCT(tuple);
	get_func_arg_info(tuple, &types, &names, &modes);

	target->owner_argument = target->dry_run_argument = -1;
	for (i = 0; i < proc->pronargs; i++)
	{
		if (names != NULL && strcmp(names[i], "dry_run") == 0)
		{
			target->dry_run_argument = i;
			continue;
		}
		signature[n] = proc->proargtypes.values[i];
		if (names != NULL && strcmp(names[i], "owner") == 0)
		{
			target->owner_argument = i;
			signature[n] = INT8OID;
		}
		n++;
	}
	/* the arguments before it keep their places */
	Ensure(target->dry_run_argument < 0 || target->dry_run_argument == n,
		   "dry_run is not the last argument of a function");
	snprintf(name, sizeof(name), "_%s", NameStr(proc->proname));
	inner = GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum(name),
							PointerGetDatum(buildoidvector(signature, n)),
							ObjectIdGetDatum(proc->pronamespace));
	if (!OidIsValid(inner))
		elog(ERROR, "function ims.%s with the arguments of ims.%s does not exist", name,
			 NameStr(proc->proname));
	ReleaseSysCache(tuple);

	fmgr_info_cxt(inner, &target->flinfo, fcinfo->flinfo->fn_mcxt);
	fmgr_info_set_expr(fcinfo->flinfo->fn_expr, &target->flinfo);
	return target;
}

/* ---------------------------------------------------------------- dry run */

/* Columns of rows that tell of a posting; SPI_ERROR_NOATTRIBUTE where there is none. */
typedef struct AnswerColumns
{
	int status;
	int replayed;
	int posting_id;
	int document_number;
} AnswerColumns;

static void
set_null(TupleTableSlot *row, int attnum)
{
	if (attnum > 0)
		row->tts_isnull[attnum - 1] = true;
}

/*
 * What was posted was not, unless an earlier call with the same key did it.
 * Rows without a status tell of no posting of this call.
 */
static void
mark_dry(const AnswerColumns *columns, TupleTableSlot *row)
{
	int status = columns->status - 1;
	int replayed = columns->replayed - 1;

	if (columns->status <= 0 || row->tts_isnull[status] ||
		(!row->tts_isnull[replayed] && DatumGetBool(row->tts_values[replayed])))
		return;
	if (strcmp(TextDatumGetCString(row->tts_values[status]), "posted") == 0)
		row->tts_values[status] = CStringGetTextDatum("dry_run");
	set_null(row, columns->posting_id);
	set_null(row, columns->document_number);
}

static void
call_and_keep_rows(void *argument)
{
	DryCall *call = argument;
	ReturnSetInfo given = *call->rows;
	AnswerColumns columns;
	TupleTableSlot *row;

	given.allowedModes = SFRM_ValuePerCall | SFRM_Materialize | SFRM_Materialize_Preferred;
	given.returnMode = SFRM_ValuePerCall;
	given.setResult = NULL;
	given.setDesc = NULL;
	call->inner->resultinfo = (Node *) &given;
	FunctionCallInvoke(call->inner);
	Ensure(given.returnMode == SFRM_Materialize,
		   "a function with a dry run does not return a set");
	if (given.setResult == NULL)
		return;

	columns.status = SPI_fnumber(given.setDesc, "status");
	columns.replayed = SPI_fnumber(given.setDesc, "replayed");
	columns.posting_id = SPI_fnumber(given.setDesc, "posting_id");
	columns.document_number = SPI_fnumber(given.setDesc, "document_number");
	row = MakeSingleTupleTableSlot(given.setDesc, &TTSOpsMinimalTuple);
	while (tuplestore_gettupleslot(given.setResult, true, false, row))
	{
		CHECK_FOR_INTERRUPTS();
		slot_getallattrs(row);
		mark_dry(&columns, row);
		tuplestore_putvalues(call->rows->setResult, call->rows->setDesc, row->tts_values,
							 row->tts_isnull);
	}
	ExecDropSingleTupleTableSlot(row);
	tuplestore_end(given.setResult);
}

/* ---------------------------------------------------------------- the door */

static bool
is_dry_run(FunctionCallInfo fcinfo, const DoorTarget *target)
{
	int i = target->dry_run_argument;

	return i >= 0 && !PG_ARGISNULL(i) && PG_GETARG_BOOL(i);
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
	Datum result = (Datum) 0;
	int owner;
	int nargs;
	int i;

	if (target == NULL)
		fcinfo->flinfo->fn_extra = target = find_target(fcinfo);
	owner = target->owner_argument;
	nargs = target->dry_run_argument >= 0 ? target->dry_run_argument : PG_NARGS();

	InitFunctionCallInfoData(*inner, &target->flinfo, nargs, PG_GET_COLLATION(),
							 fcinfo->context, fcinfo->resultinfo);
	for (i = 0; i < nargs; i++)
		inner->args[i] = fcinfo->args[i];

	ims_door_enter(&door);
	if (owner >= 0)
	{
		char *code = PG_ARGISNULL(owner) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(owner));

		inner->args[owner].value = Int64GetDatum(ims_owner_for_caller(code));
		inner->args[owner].isnull = false;
	}
	if (is_dry_run(fcinfo, target))
	{
		DryCall call = {.inner = inner, .rows = (ReturnSetInfo *) fcinfo->resultinfo};

		InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
		ims_run_dry(call_and_keep_rows, &call);
	}
	else
		result = FunctionCallInvoke(inner);
	ims_door_leave(&door);

	fcinfo->isnull = inner->isnull;
	return result;
}
