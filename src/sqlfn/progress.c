/*-------------------------------------------------------------------------
 *
 * progress.c
 *	  How far long runs are, told to every session while they run.
 *
 * A run is one transaction, so its rows say nothing before its end.  Each
 * backend has counters in shared memory for the progress views of the server;
 * they need no lock and no preloading, and the server clears them when the
 * transaction ends or aborts.  The kind of command is a number that the server
 * does not know, so that its own views pass over it; they are read here.
 * Commands of the server that report progress (CREATE INDEX, VACUUM ..) must
 * not run inside a run: the counters are theirs from then on.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/progress.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/backend_progress.h"
#include "utils/backend_status.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "ledger/access.h"

PG_FUNCTION_INFO_V1(ims_progress_begin);
PG_FUNCTION_INFO_V1(ims_progress_phase);
PG_FUNCTION_INFO_V1(ims_progress_step);
PG_FUNCTION_INFO_V1(ims_progress_end);
PG_FUNCTION_INFO_V1(ims_progress_rows);

/* Above every command of the server, in any version. */
#define PROGRESS_COMMAND_IMS 7001

/* The counters of a run. */
enum
{
	PROGRESS_OWNER,
	PROGRESS_KIND,
	PROGRESS_PHASE,
	PROGRESS_DONE,
	PROGRESS_TOTAL,
	PROGRESS_STARTED_AT
};

enum
{
	COLUMN_OWNER_ID,
	COLUMN_PROCESS,
	COLUMN_KIND,
	COLUMN_PHASE,
	COLUMN_DONE,
	COLUMN_TOTAL,
	COLUMN_STARTED_AT,
	COLUMNS
};

static const char *const kinds[] = {"forecast", "back-test", "classification"};
static const char *const phases[] = {"reading", "computing", "storing"};

/* Series that were counted since the counters were last written. */
static int64 done_here = 0;

static int
find_word(const char *const *words, int count, const char *wanted)
{
	for (int i = 0; i < count; i++)
		if (strcmp(words[i], wanted) == 0)
			return i;
	elog(ERROR, "there is no progress of \"%s\"", wanted);
}

/* ims_progress_begin -- SQL: ims._progress_begin(owner_id bigint, kind text) */
Datum
ims_progress_begin(PG_FUNCTION_ARGS)
{
	int kind = find_word(kinds, lengthof(kinds), text_to_cstring(PG_GETARG_TEXT_PP(1)));

	done_here = 0;
	pgstat_progress_start_command((ProgressCommandType) PROGRESS_COMMAND_IMS, InvalidOid);
	pgstat_progress_update_param(PROGRESS_OWNER, PG_GETARG_INT64(0));
	pgstat_progress_update_param(PROGRESS_KIND, kind);
	pgstat_progress_update_param(PROGRESS_STARTED_AT, GetCurrentTimestamp());
	PG_RETURN_VOID();
}

/* ims_progress_phase -- SQL: ims._progress_phase(phase text, total bigint) */
Datum
ims_progress_phase(PG_FUNCTION_ARGS)
{
	const int counters[] = {PROGRESS_PHASE, PROGRESS_DONE, PROGRESS_TOTAL};
	const int64 values[] = {find_word(phases, lengthof(phases),
									  text_to_cstring(PG_GETARG_TEXT_PP(0))),
							0, PG_GETARG_INT64(1)};

	done_here = 0;
	pgstat_progress_update_multi_param(lengthof(counters), counters, values);
	PG_RETURN_VOID();
}

/*
 * ims_progress_step -- SQL: ims._progress_step() returns boolean
 *
 * One more; always true, so that it can stand in any query.
 */
Datum
ims_progress_step(PG_FUNCTION_ARGS)
{
	pgstat_progress_update_param(PROGRESS_DONE, ++done_here);
	PG_RETURN_BOOL(true);
}

/* ims_progress_end -- SQL: ims._progress_end() */
Datum
ims_progress_end(PG_FUNCTION_ARGS)
{
	pgstat_progress_end_command();
	PG_RETURN_VOID();
}

static bool
put_row(const PgBackendStatus *backend, Datum *values)
{
	const int64 *counters = backend->st_progress_param;

	if (backend->st_progress_command != (ProgressCommandType) PROGRESS_COMMAND_IMS ||
		backend->st_databaseid != MyDatabaseId ||
		counters[PROGRESS_KIND] >= lengthof(kinds) ||
		counters[PROGRESS_PHASE] >= lengthof(phases))
		return false;
	values[COLUMN_OWNER_ID] = Int64GetDatum(counters[PROGRESS_OWNER]);
	values[COLUMN_PROCESS] = Int64GetDatum(backend->st_procpid);
	values[COLUMN_KIND] = CStringGetTextDatum(kinds[counters[PROGRESS_KIND]]);
	values[COLUMN_PHASE] = CStringGetTextDatum(phases[counters[PROGRESS_PHASE]]);
	values[COLUMN_DONE] = Int64GetDatum(counters[PROGRESS_DONE]);
	values[COLUMN_TOTAL] = Int64GetDatum(counters[PROGRESS_TOTAL]);
	values[COLUMN_STARTED_AT] = TimestampTzGetDatum(counters[PROGRESS_STARTED_AT]);
	return true;
}

/*
 * ims_progress_rows -- SQL: ims._progress() returns table (owner_id bigint, ..)
 *
 * One row per run of an owner that the current role may act for.
 */
Datum
ims_progress_rows(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int backends = pgstat_fetch_stat_numbackends();

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 1; i <= backends; i++)
	{
		const PgBackendStatus *backend = ims_backend_status(i);
		Datum values[COLUMNS];
		bool nulls[COLUMNS] = {false};

		if (backend != NULL && put_row(backend, values) &&
			ims_role_acts_for(GetUserId(), backend->st_progress_param[PROGRESS_OWNER]))
			tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
