/*-------------------------------------------------------------------------
 *
 * guard.c
 *	  Triggers that refuse what nobody may do.
 *
 * History is append-only; balances are written by the engine alone.  The
 * engine's own SQL is known by its frame (frame.c).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/trigger.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/rel.h"

#include "ledger/detail.h"
#include "ledger/frame.h"
#include "ledger/info.h"

static TriggerData *
trigger_of_ledger(FunctionCallInfo fcinfo)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
						errmsg("this function may only be a trigger of the ledger")));
	return trigdata;
}

static const char *
event_name(TriggerEvent event)
{
	if (TRIGGER_FIRED_BY_INSERT(event))
		return "INSERT";
	if (TRIGGER_FIRED_BY_UPDATE(event))
		return "UPDATE";
	if (TRIGGER_FIRED_BY_DELETE(event))
		return "DELETE";
	return "TRUNCATE";
}

/* With what was tried, of which table. */
static char *
refusal_detail(const char *sentence, const TriggerData *trigdata)
{
	char *table = psprintf("ims.%s", RelationGetRelationName(trigdata->tg_relation));

	return ims_error_detail(sentence, ims_detail_text("table", table),
							ims_detail_text("operation", event_name(trigdata->tg_event)));
}

/* ims_refuse_change -- trigger: history is never changed. IV221 */
PG_FUNCTION_INFO_V1(ims_refuse_change);
Datum
ims_refuse_change(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = trigger_of_ledger(fcinfo);

	ereport(ERROR,
			(errcode(ERRCODE_IMS_HISTORY),
			 errmsg("%s of \"ims.%s\" is refused: history is append-only",
					event_name(trigdata->tg_event),
					RelationGetRelationName(trigdata->tg_relation)),
			 errdetail_internal("%s", refusal_detail("What was recorded stays.", trigdata)),
			 errhint("Correct a posting by ims.reverse_posting() and a new posting.")));
	return PointerGetDatum(NULL);
}

/* ims_engine_only -- trigger: only the engine writes this table. IV222 */
PG_FUNCTION_INFO_V1(ims_engine_only);
Datum
ims_engine_only(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = trigger_of_ledger(fcinfo);

	if (!ims_frame_is_own(RelationGetRelid(trigdata->tg_relation)))
		ereport(ERROR,
				(errcode(ERRCODE_IMS_ENGINE_ONLY),
				 errmsg("%s of \"ims.%s\" is refused: it follows from the ledger",
						event_name(trigdata->tg_event),
						RelationGetRelationName(trigdata->tg_relation)),
				 errdetail_internal("%s", refusal_detail("Only the engine writes it.",
														 trigdata)),
				 errhint("Post movements; ims.rebuild() derives the balances anew.")));
	return PointerGetDatum(NULL);
}

static void
check_ledger_role(void)
{
	if (!has_privs_of_role(GetUserId(), ims_ledger()->ledger_role))
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
						errmsg("only the role of the ledger may write as the engine")));
}

/*
 * ims_engine_begin -- SQL: ims._engine_begin() returns void
 *
 * What follows in this (sub)transaction may write balances, until
 * ims._engine_end() or an abort; what its triggers run may not.  For the
 * functions of the ledger itself.
 */
PG_FUNCTION_INFO_V1(ims_engine_begin);
Datum
ims_engine_begin(PG_FUNCTION_ARGS)
{
	check_ledger_role();
	ims_frame_push_applied(InvalidOid);
	PG_RETURN_VOID();
}

/* ims_engine_end -- SQL: ims._engine_end() returns void */
PG_FUNCTION_INFO_V1(ims_engine_end);
Datum
ims_engine_end(PG_FUNCTION_ARGS)
{
	check_ledger_role();
	if (!ims_frame_is_applied())
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("ims._engine_end() without ims._engine_begin()")));
	ims_frame_pop_applied();
	PG_RETURN_VOID();
}
