/*-------------------------------------------------------------------------
 *
 * limits.c
 *	  The named maxima of this build, as rows.
 *
 * Built from the constants that the code itself compares with, so that the
 * list cannot say anything else than what is enforced.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "ims.h"
#include "ledger/resolve.h"

PG_FUNCTION_INFO_V1(ims_limits);

#define LIMIT_COLUMNS 3

typedef struct ImsLimit
{
	const char *name;
	int64 value;
	const char *meaning;
} ImsLimit;

/* In the order of their names. */
static const ImsLimit limits[] = {
	{"attributes_length", IMS_MAX_ATTRIBUTES_LENGTH, "characters of attributes"},
	{"code_length", IMS_MAX_CODE_LENGTH, "characters of a code"},
	{"effective_seconds_ahead", IMS_MAX_AHEAD_USECS / 1000000,
	 "seconds that an effective time may be ahead of the clock"},
	{"handling_unit_levels", IMS_MAX_NESTING, "handling units one inside the other"},
	{"handling_units_per_tree", IMS_MAX_NESTED_UNITS,
	 "handling units inside one, itself included"},
	{"idempotency_key_length", IMS_MAX_KEY_LENGTH, "characters of an idempotency key"},
	{"lines_per_call", IMS_MAX_LINES, "lines of one posting call"},
	{"name_length", IMS_MAX_NAME_LENGTH, "characters of a name of master data"},
	{"quantity_below", IMS_QUANTITY_LIMIT / IMS_QUANTITY_ONE,
	 "size that every quantity is below"},
	{"quantity_decimals", IMS_QUANTITY_SCALE, "decimals of a quantity"},
	{"reason_length", IMS_MAX_REASON_LENGTH, "characters of a reason"},
	{"reference_length", IMS_MAX_REFERENCE_LENGTH, "characters of a reference or an actor"},
	{"rfid_reads_per_call", IMS_MAX_RFID_READS, "reads of one call of ims.rfid_ingest()"},
	{"text_length", IMS_MAX_TEXT_LENGTH, "characters of another text of master data"},
	{"trace_nodes", IMS_MAX_TRACE_NODES, "lots and units that one trace reaches"},
};

/*
 * ims_limits -- SQL: ims.limits() returns table (name text, value bigint, meaning text)
 */
Datum
ims_limits(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < lengthof(limits); i++)
	{
		Datum values[LIMIT_COLUMNS];
		bool nulls[LIMIT_COLUMNS] = {false};

		values[0] = CStringGetTextDatum(limits[i].name);
		values[1] = Int64GetDatum(limits[i].value);
		values[2] = CStringGetTextDatum(limits[i].meaning);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
