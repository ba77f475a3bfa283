/*-------------------------------------------------------------------------
 *
 * master_sql.c
 *	  What the functions on master data cannot do in PL/pgSQL.
 *
 * Under REPEATABLE READ a statement does not see what others committed since
 * the transaction's snapshot, so "no movement mentions this item" would be
 * believed too easily.  After the table lock that keeps postings out, such
 * questions are asked with the latest snapshot, as ri_triggers.c does.
 *
 * ims.actor carries the actor of a call to the audit trigger.  The functions
 * set it in their own SET clause, so that it ends with the call.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/snapmgr.h"

#include "ledger/master_sql.h"

#define IMS_MAX_LATEST_ARGUMENTS 8

static char *actor = NULL;

void
ims_master_sql_init(void)
{
	DefineCustomStringVariable("ims.actor", "Actor of the running call, for the record.",
							   "Set by the functions that take an actor; gives no rights.",
							   &actor, "", PGC_USERSET,
							   GUC_NO_SHOW_ALL | GUC_NOT_IN_SAMPLE, NULL, NULL, NULL);
}

/*
 * ims_latest -- SQL: ims._latest(query text, VARIADIC arguments bigint[]) returns bigint
 *
 * First column of the first row of a query, with the latest snapshot at every
 * isolation level; NULL where there is no row.  The arguments are $1, $2 ...
 */
PG_FUNCTION_INFO_V1(ims_latest);
Datum
ims_latest(PG_FUNCTION_ARGS)
{
	char *query = text_to_cstring(PG_GETARG_TEXT_PP(0));
	ArrayType *array = PG_GETARG_ARRAYTYPE_P(1);
	Oid types[IMS_MAX_LATEST_ARGUMENTS];
	char nulls[IMS_MAX_LATEST_ARGUMENTS];
	Datum *values;
	bool *isnull;
	int n;
	int i;
	Datum result = (Datum) 0;
	bool result_isnull = true;

	deconstruct_array(array, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
					  &values, &isnull, &n);
	if (n > IMS_MAX_LATEST_ARGUMENTS)
		elog(ERROR, "ims._latest takes at most %d arguments", IMS_MAX_LATEST_ARGUMENTS);
	for (i = 0; i < n; i++)
	{
		types[i] = INT8OID;
		nulls[i] = isnull[i] ? 'n' : ' ';
	}

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	/* a read-only query takes the active snapshot, at every isolation level */
	PushActiveSnapshot(GetLatestSnapshot());
	if (SPI_execute_with_args(query, n, types, values, nulls, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "ims._latest takes a SELECT");
	PopActiveSnapshot();
	if (SPI_processed > 0)
	{
		if (SPI_gettypeid(SPI_tuptable->tupdesc, 1) != INT8OID)
			elog(ERROR, "ims._latest takes a SELECT of a bigint");
		result =
			SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &result_isnull);
	}
	SPI_finish();

	if (result_isnull)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(result);
}
