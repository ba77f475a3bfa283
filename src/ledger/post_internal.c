/*-------------------------------------------------------------------------
 *
 * post_internal.c
 *	  Postings by the ledger's own functions: counts, reversals, transfers.
 *
 * Such a function says exactly what it wants, by ids: several postings in one
 * call, even of two owners, each line of one of them, kinds that no public
 * door takes, links to the lines that it reverses or receives.  The engine
 * checks all of it like any other call.  Only the ledger's role may execute
 * these; they run inside a door, which checked the caller.
 *
 * Memory: the caller's context, for the length of the call.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "ledger/access.h"
#include "ledger/detail.h"
#include "ledger/engine.h"
#include "ledger/master.h"
#include "type/quantity.h"

/* One argument of a parallel-array function. */
typedef struct Column
{
	Datum *values;
	bool *nulls;
	int n;
} Column;

/* Arguments of ims._post_arrays, in the order of its signature. */
enum
{
	POSTING_OWNER_ID,
	POSTING_POSTING_ID,
	POSTING_KIND,
	POSTING_EFFECTIVE_AT,
	POSTING_PARTY_ID,
	POSTING_CHANNEL_ID,
	POSTING_DESTINATION_ID,
	POSTING_ORIGIN_POSTING_ID,
	POSTING_REFERENCE_TYPE,
	POSTING_REFERENCE_NUMBER,
	POSTING_REASON,
	POSTING_ACTOR,
	POSTING_IDEMPOTENCY_KEY,
	POSTING_WHOLE_UNITS,
	LINE_POSTING,
	LINE_ITEM_ID,
	LINE_QUANTITY,
	LINE_FROM_LOCATION_ID,
	LINE_TO_LOCATION_ID,
	LINE_LOT_ID,
	LINE_SERIAL_ID,
	LINE_FROM_HANDLING_UNIT_ID,
	LINE_TO_HANDLING_UNIT_ID,
	LINE_ORIGIN_MOVEMENT_ID,
	LINE_UNIT_COST,
	LINE_SALE_VALUE,
	LINE_RATE,
	LINE_CURRENCY,
	LINE_ENTERED_QUANTITY,
	LINE_ENTERED_UNIT,
	LINE_REFERENCE_LINE,
	LINE_MEASURED_QUANTITY,
	POST_ARRAYS_NARGS
};

/* Arguments of ims._lock_balances. */
enum
{
	KEY_OWNER_ID,
	KEY_ITEM_ID,
	KEY_LOCATION_ID,
	KEY_LOT_ID,
	KEY_HANDLING_UNIT_ID,
	LOCK_BALANCES_NARGS
};

/* Reads arguments [from, to), which are arrays of one length. */
static int
read_columns(FunctionCallInfo fcinfo, int from, int to, Column *columns)
{
	int i;

	for (i = from; i < to; i++)
	{
		ArrayType *array = PG_GETARG_ARRAYTYPE_P(i);
		int16 length;
		bool by_value;
		char align;

		get_typlenbyvalalign(ARR_ELEMTYPE(array), &length, &by_value, &align);
		deconstruct_array(array, ARR_ELEMTYPE(array), length, by_value, align,
						  &columns[i].values, &columns[i].nulls, &columns[i].n);
		if (columns[i].n != columns[from].n)
			elog(ERROR, "array %d has %d elements instead of %d", i + 1, columns[i].n,
				 columns[from].n);
	}
	return columns[from].n;
}

/* 0 where there is none */
static int64
id_of(const Column *column, int row)
{
	return column->nulls[row] ? 0 : DatumGetInt64(column->values[row]);
}

static const char *
text_of(const Column *column, int row)
{
	return column->nulls[row] ? NULL : TextDatumGetCString(column->values[row]);
}

static Numeric
number_of(const Column *column, int row)
{
	return column->nulls[row] ? NULL : DatumGetNumeric(column->values[row]);
}

static void
fill_posting(const Column *columns, int row, ImsPosting *posting)
{
	const char *kind = text_of(&columns[POSTING_KIND], row);

	posting->owner_id = id_of(&columns[POSTING_OWNER_ID], row);
	posting->posting_id = id_of(&columns[POSTING_POSTING_ID], row);
	if (kind == NULL || !ims_kind_from_name(kind, &posting->kind))
		elog(ERROR, "kind \"%s\" is unknown", kind ? kind : "null");
	posting->effective_given = !columns[POSTING_EFFECTIVE_AT].nulls[row];
	if (posting->effective_given)
		posting->effective_at =
			DatumGetTimestampTz(columns[POSTING_EFFECTIVE_AT].values[row]);
	posting->party_id = id_of(&columns[POSTING_PARTY_ID], row);
	posting->channel_id = id_of(&columns[POSTING_CHANNEL_ID], row);
	posting->destination_id = id_of(&columns[POSTING_DESTINATION_ID], row);
	posting->origin_posting_id = id_of(&columns[POSTING_ORIGIN_POSTING_ID], row);
	posting->reference_type = text_of(&columns[POSTING_REFERENCE_TYPE], row);
	posting->reference_number = text_of(&columns[POSTING_REFERENCE_NUMBER], row);
	posting->reason = text_of(&columns[POSTING_REASON], row);
	posting->actor = text_of(&columns[POSTING_ACTOR], row);
	posting->idempotency_key = text_of(&columns[POSTING_IDEMPOTENCY_KEY], row);
	posting->whole_units = !columns[POSTING_WHOLE_UNITS].nulls[row] &&
						   DatumGetBool(columns[POSTING_WHOLE_UNITS].values[row]);
}

/* NULL where the line has nothing of it. */
static ImsLineExtra *
make_extra(const Column *columns, int row)
{
	static const ImsLineExtra nothing = {0};
	ImsLineExtra *extra = palloc0(sizeof(ImsLineExtra));

	extra->origin_movement_id = id_of(&columns[LINE_ORIGIN_MOVEMENT_ID], row);
	extra->entered_quantity = number_of(&columns[LINE_ENTERED_QUANTITY], row);
	extra->entered_unit = text_of(&columns[LINE_ENTERED_UNIT], row);
	extra->unit_cost = number_of(&columns[LINE_UNIT_COST], row);
	extra->sale_value = number_of(&columns[LINE_SALE_VALUE], row);
	extra->rate = number_of(&columns[LINE_RATE], row);
	extra->currency = text_of(&columns[LINE_CURRENCY], row);
	extra->reference_line = text_of(&columns[LINE_REFERENCE_LINE], row);
	extra->measured_quantity = number_of(&columns[LINE_MEASURED_QUANTITY], row);
	if (memcmp(extra, &nothing, sizeof(ImsLineExtra)) != 0)
		return extra;
	pfree(extra);
	return NULL;
}

static void
fill_line(const Column *columns, int row, int nposting, ImsLine *line)
{
	int64 posting = id_of(&columns[LINE_POSTING], row);

	if (posting < 1 || posting > nposting)
		elog(ERROR, "line %d belongs to no posting of the call", row + 1);
	line->posting = (int32) posting - 1;
	line->line = row + 1;
	line->item_id = id_of(&columns[LINE_ITEM_ID], row);
	line->lot_id = id_of(&columns[LINE_LOT_ID], row);
	line->serial_id = id_of(&columns[LINE_SERIAL_ID], row);
	line->from_location_id = id_of(&columns[LINE_FROM_LOCATION_ID], row);
	line->to_location_id = id_of(&columns[LINE_TO_LOCATION_ID], row);
	line->from_handling_unit_id = id_of(&columns[LINE_FROM_HANDLING_UNIT_ID], row);
	line->to_handling_unit_id = id_of(&columns[LINE_TO_HANDLING_UNIT_ID], row);
	line->quantity =
		columns[LINE_QUANTITY].nulls[row]
			? 0
			: ims_quantity_from_numeric(number_of(&columns[LINE_QUANTITY], row));
	line->extra = make_extra(columns, row);
}

/*
 * ims_post_arrays -- SQL: ims._post_arrays(owner_ids bigint[], posting_ids bigint[], ...)
 * returns table (posting_id bigint, document_number bigint, effective_at timestamptz)
 *
 * Fourteen arrays say what each posting is, eighteen what each line is; the
 * answer has a row per posting.  A call without lines writes the postings.
 */
PG_FUNCTION_INFO_V1(ims_post_arrays);
Datum
ims_post_arrays(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Column columns[POST_ARRAYS_NARGS];
	int nposting = read_columns(fcinfo, POSTING_OWNER_ID, LINE_POSTING, columns);
	int nline = read_columns(fcinfo, LINE_POSTING, POST_ARRAYS_NARGS, columns);
	ImsCall call;
	int i;

	if (nposting == 0)
		elog(ERROR, "there is no posting");
	memset(&call, 0, sizeof(call));
	call.nposting = nposting;
	call.postings = palloc0(sizeof(ImsPosting) * nposting);
	for (i = 0; i < nposting; i++)
		fill_posting(columns, i, &call.postings[i]);
	call.nline = nline;
	call.lines = palloc0(sizeof(ImsLine) * Max(nline, 1));
	for (i = 0; i < nline; i++)
		fill_line(columns, i, nposting, &call.lines[i]);

	if (nline > 0)
		ims_engine_post(&call);
	else
		for (i = 0; i < nposting; i++)
			ims_engine_write_posting(&call.postings[i]);

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	for (i = 0; i < nposting; i++)
	{
		Datum values[3] = {Int64GetDatum(call.postings[i].posting_id),
						   Int64GetDatum(call.postings[i].document_number),
						   TimestampTzGetDatum(call.postings[i].effective_at)};
		bool nulls[3] = {false, false, false};

		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* ---------------------------------------------------------------- locking */

static void
check_key(ImsCall *call, const Column *columns, int row)
{
	int64 item_id = id_of(&columns[KEY_ITEM_ID], row);
	int64 location_id = id_of(&columns[KEY_LOCATION_ID], row);

	if (ims_item_by_id(call->masters, id_of(&columns[KEY_OWNER_ID], row), item_id) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_IMS_UNKNOWN_ITEM),
				 errmsg("item " INT64_FORMAT " is unknown", item_id),
				 errdetail_internal("%s", ims_error_detail("It was removed meanwhile.",
														   ims_detail_integer("item_id",
																			  item_id))),
				 errhint("Repeat the call.")));
	if (ims_location_by_id(call->masters, location_id) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_IMS_UNKNOWN_LOCATION),
				 errmsg("location " INT64_FORMAT " is unknown", location_id),
				 errdetail_internal("%s", ims_error_detail("It was removed meanwhile.",
														   ims_detail_integer("location_id",
																			  location_id))),
				 errhint("Repeat the call.")));
}

/* A line that would touch just this balance, and a posting of its owner. */
static void
fill_key(ImsCall *call, const Column *columns, int row)
{
	ImsPosting *posting = &call->postings[row];
	ImsLine *line = &call->lines[row];

	check_key(call, columns, row);
	posting->owner_id = id_of(&columns[KEY_OWNER_ID], row);
	posting->kind = IMS_KIND_COUNT;
	line->posting = row;
	line->line = row + 1;
	line->item_id = id_of(&columns[KEY_ITEM_ID], row);
	line->lot_id = id_of(&columns[KEY_LOT_ID], row);
	line->from_location_id = IMS_LOCATION_ADJUSTMENT;
	line->to_location_id = id_of(&columns[KEY_LOCATION_ID], row);
	line->to_handling_unit_id = id_of(&columns[KEY_HANDLING_UNIT_ID], row);
	line->quantity = IMS_QUANTITY_ONE;
}

static void
put_balance(ReturnSetInfo *rsinfo, const ImsStock *stock)
{
	Datum values[8] = {Int64GetDatum(stock->key.owner_id),
					   Int64GetDatum(stock->key.item_id),
					   Int64GetDatum(stock->key.location_id),
					   Int64GetDatum(stock->key.lot_id),
					   Int64GetDatum(stock->key.handling_unit_id),
					   NumericGetDatum(ims_quantity_to_numeric(stock->on_hand)),
					   NumericGetDatum(ims_quantity_to_numeric(stock->allocated)),
					   TimestampTzGetDatum(stock->last_effective_at)};
	bool nulls[8] = {false};

	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * ims_lock_balances -- SQL: ims._lock_balances(owner_ids bigint[], item_ids bigint[],
 * location_ids bigint[], lot_ids bigint[], handling_unit_ids bigint[]) returns table (...)
 *
 * Locks the balances as a posting of them would, in the order of the engine,
 * and returns each once; what is missing is inserted as zero.  Places that keep
 * no stock have no balance, and are left out.
 */
PG_FUNCTION_INFO_V1(ims_lock_balances);
Datum
ims_lock_balances(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Column columns[LOCK_BALANCES_NARGS];
	int n = read_columns(fcinfo, KEY_OWNER_ID, LOCK_BALANCES_NARGS, columns);
	ImsCall call;
	int64 i;

	memset(&call, 0, sizeof(call));
	ims_engine_lock_tables();
	CommandCounterIncrement();
	call.ledger = ims_ledger();
	call.masters = ims_masters_create(call.ledger);
	call.nposting = call.nline = n;
	call.postings = palloc0(sizeof(ImsPosting) * Max(n, 1));
	call.lines = palloc0(sizeof(ImsLine) * Max(n, 1));
	for (i = 0; i < n; i++)
		fill_key(&call, columns, (int) i);
	ims_engine_lock_balances(&call);
	CommandCounterIncrement();

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	for (i = 0; i < call.nstock; i++)
		put_balance(rsinfo, &call.stocks[i]);
	ims_masters_free(call.masters);
	return (Datum) 0;
}

/*
 * ims_second_owner -- SQL: ims._second_owner(owner text) returns bigint
 *
 * An owner besides that of the call: the caller must be able to act for it too.
 */
PG_FUNCTION_INFO_V1(ims_second_owner);
Datum
ims_second_owner(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(ims_owner_for_caller(text_to_cstring(PG_GETARG_TEXT_PP(0))));
}
