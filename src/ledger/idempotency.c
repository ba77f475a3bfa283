/*-------------------------------------------------------------------------
 *
 * idempotency.c
 *	  A call that is repeated with its key is answered, not done again.
 *
 * The key is inserted before anything else is locked; a second call with the
 * same key waits there until the first one ends.  If that one committed, its
 * row is locked FOR KEY SHARE: the lock writes WAL, so that this call's commit
 * does not reach the client before the first one's is on disk, even where
 * locks are released early.
 *
 * At REPEATABLE READ and above a row that was committed after the snapshot is
 * a serialization failure, raised by INSERT .. ON CONFLICT.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/cryptohash.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "port/pg_bswap.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

#include "ledger/detail.h"
#include "ledger/frame.h"
#include "ledger/idempotency.h"
#include "ledger/plan.h"

/* columns of IMS_PLAN_LOCK_KEY */
#define KEY_PAYLOAD_HASH 1
#define KEY_POSTING_ID 2
#define KEY_DOCUMENT_NUMBER 3

/* columns of IMS_PLAN_READ_REJECTED */
#define REJECTED_LINE 1
#define REJECTED_SQLSTATE 2
#define REJECTED_MESSAGE 3
#define REJECTED_DETAIL 4

void
ims_check_key(const char *key)
{
	int length = pg_mbstrlen(key);

	if (length == 0 || length > IMS_MAX_KEY_LENGTH)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("idempotency_key must have 1 to %d characters", IMS_MAX_KEY_LENGTH),
				 errdetail("It has %d.", length)));
}

/* ---------------------------------------------------------------- payload */

static void
add_bytes(pg_cryptohash_ctx *context, const void *bytes, size_t length)
{
	if (pg_cryptohash_update(context, bytes, length) < 0)
		elog(ERROR, "could not compute SHA-256: %s", pg_cryptohash_error(context));
}

/* Length first, so that no two different sequences of values read alike. */
static void
add_string(pg_cryptohash_ctx *context, const char *bytes, size_t length)
{
	uint64 prefix = pg_hton64((uint64) length);

	add_bytes(context, &prefix, sizeof(prefix));
	add_bytes(context, bytes, length);
}

static void
add_int64(pg_cryptohash_ctx *context, int64 value)
{
	uint64 bytes = pg_hton64((uint64) value);

	add_bytes(context, &bytes, sizeof(bytes));
}

/* 1.50 and 1.5 are the same number, whatever a driver makes of them. */
static void
add_number(pg_cryptohash_ctx *context, Numeric value)
{
	char *digits = numeric_normalize(value);

	add_string(context, digits, strlen(digits));
	pfree(digits);
}

static void
add_json(pg_cryptohash_ctx *context, Jsonb *json)
{
	JsonbIterator *iterator = JsonbIteratorInit(&json->root);
	JsonbIteratorToken token;
	JsonbValue value;

	while ((token = JsonbIteratorNext(&iterator, &value, false)) != WJB_DONE)
	{
		bool is_value = token == WJB_KEY || token == WJB_VALUE || token == WJB_ELEM;

		CHECK_FOR_INTERRUPTS();
		add_int64(context, token);
		if (!is_value)
			continue;
		add_int64(context, value.type);
		if (value.type == jbvString)
			add_string(context, value.val.string.val, value.val.string.len);
		else if (value.type == jbvNumeric)
			add_number(context, value.val.numeric);
		else if (value.type == jbvBool)
			add_int64(context, value.val.boolean);
	}
}

static void add_array(pg_cryptohash_ctx *context, ImsFieldType element_type,
					  ArrayType *array);

static void
add_value(pg_cryptohash_ctx *context, ImsFieldType type, Datum value)
{
	switch (type)
	{
	case IMS_TYPE_TEXT:
	{
		text *string = DatumGetTextPP(value);

		add_string(context, VARDATA_ANY(string), VARSIZE_ANY_EXHDR(string));
		break;
	}
	case IMS_TYPE_NUMBER:
		add_number(context, DatumGetNumeric(value));
		break;
	case IMS_TYPE_INTEGER:
	case IMS_TYPE_TIME:
		add_int64(context, DatumGetInt64(value));
		break;
	case IMS_TYPE_FLAG:
		add_int64(context, DatumGetBool(value));
		break;
	case IMS_TYPE_JSON:
		add_json(context, DatumGetJsonbP(value));
		break;
	case IMS_TYPE_INTEGERS:
		add_array(context, IMS_TYPE_INTEGER, DatumGetArrayTypeP(value));
		break;
	case IMS_TYPE_NUMBERS:
		add_array(context, IMS_TYPE_NUMBER, DatumGetArrayTypeP(value));
		break;
	case IMS_TYPE_TEXTS:
		add_array(context, IMS_TYPE_TEXT, DatumGetArrayTypeP(value));
		break;
	}
}

static void
add_array(pg_cryptohash_ctx *context, ImsFieldType element_type, ArrayType *array)
{
	ArrayIterator iterator = array_create_iterator(array, 0, NULL);
	Datum element;
	bool isnull;
	int64 n;

	for (n = 0; array_iterate(iterator, &element, &isnull); n++)
	{
		char given = isnull ? 'n' : 'v';

		if ((n & 0xFFF) == 0)
			CHECK_FOR_INTERRUPTS();
		add_bytes(context, &given, 1);
		if (!isnull)
			add_value(context, element_type, element);
	}
	array_free_iterator(iterator);
}

/*
 * What does not make another call: the key itself, the owner, which is part
 * of the key, and dry_run, which leaves no key behind.
 */
static bool
is_payload(ImsField field)
{
	return field != IMS_FIELD_OWNER && field != IMS_FIELD_IDEMPOTENCY_KEY &&
		   field != IMS_FIELD_DRY_RUN;
}

static pg_cryptohash_ctx *
begin_hash(void)
{
	pg_cryptohash_ctx *context = pg_cryptohash_create(PG_SHA256);

	if (pg_cryptohash_init(context) < 0)
		elog(ERROR, "could not compute SHA-256: %s", pg_cryptohash_error(context));
	return context;
}

static void
end_hash(pg_cryptohash_ctx *context, uint8 *hash)
{
	if (pg_cryptohash_final(context, hash, IMS_PAYLOAD_HASH_LENGTH) < 0)
		elog(ERROR, "could not compute SHA-256: %s", pg_cryptohash_error(context));
	pg_cryptohash_free(context);
}

/*
 * SHA-256 of the function's name and, by name, of every argument given.
 * Arguments are named, and those left out are not there, so that a later
 * version with one more argument still knows the call.
 */
void
ims_payload_hash(FunctionCallInfo fcinfo, const ImsSignature *signature, uint8 *hash)
{
	pg_cryptohash_ctx *context = begin_hash();
	int i;

	add_string(context, signature->name, strlen(signature->name));
	for (i = 0; i < signature->nfields; i++)
	{
		ImsField field = signature->fields[i];
		const char *name = ims_field_name(field);

		if (PG_ARGISNULL(i) || !is_payload(field))
			continue;
		add_string(context, name, strlen(name));
		add_value(context, ims_field_type(field), PG_GETARG_DATUM(i));
	}
	end_hash(context, hash);
}

/*
 * ims_call_hash -- SQL: ims._call_hash(call text, arguments jsonb) returns bytea
 *
 * The same for calls that are written in SQL: arguments left out are not there.
 */
PG_FUNCTION_INFO_V1(ims_call_hash);
Datum
ims_call_hash(PG_FUNCTION_ARGS)
{
	text *call = PG_GETARG_TEXT_PP(0);
	pg_cryptohash_ctx *context = begin_hash();
	bytea *hash = palloc(VARHDRSZ + IMS_PAYLOAD_HASH_LENGTH);

	add_string(context, VARDATA_ANY(call), VARSIZE_ANY_EXHDR(call));
	add_json(context, PG_GETARG_JSONB_P(1));
	SET_VARSIZE(hash, VARHDRSZ + IMS_PAYLOAD_HASH_LENGTH);
	end_hash(context, (uint8 *) VARDATA(hash));
	PG_RETURN_BYTEA_P(hash);
}

/* ---------------------------------------------------------------- the key */

static bool
insert_key(int64 owner_id, const char *key, const uint8 *hash, int64 posting_id)
{
	bytea *hash_bytes = palloc(VARHDRSZ + IMS_PAYLOAD_HASH_LENGTH);
	Datum values[4];

	SET_VARSIZE(hash_bytes, VARHDRSZ + IMS_PAYLOAD_HASH_LENGTH);
	memcpy(VARDATA(hash_bytes), hash, IMS_PAYLOAD_HASH_LENGTH);
	values[0] = Int64GetDatum(owner_id);
	values[1] = CStringGetTextDatum(key);
	values[2] = PointerGetDatum(hash_bytes);
	values[3] = Int64GetDatum(posting_id);
	ims_frame_push_applied(ims_ledger()->posting_key);
	ims_plan_execute(IMS_PLAN_INSERT_KEY, values, NULL, NULL);
	ims_frame_pop_applied();
	return SPI_processed == 1;
}

static int64
first_answer_id(int column, bool *isnull)
{
	return DatumGetInt64(
		SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column, isnull));
}

static void
raise_key_reused(const char *key)
{
	ereport(ERROR,
			(errcode(ERRCODE_IMS_KEY_REUSED),
			 errmsg("idempotency key \"%s\" stands for another call", key),
			 errdetail_internal("%s",
								ims_error_detail("It was used with another function or other arguments.",
												 ims_detail_text("idempotency_key", key))),
			 errhint("Repeat a call unchanged, or give a new key to a new call.")));
}

/* Locks the row of a key that another call, or an earlier one of ours, inserted. */
static void
lock_first_answer(int64 owner_id, const char *key, const uint8 *hash, ImsFirstAnswer *answer)
{
	Datum values[2];
	bytea *first_hash;
	bool isnull;

	values[0] = Int64GetDatum(owner_id);
	values[1] = CStringGetTextDatum(key);
	ims_plan_execute(IMS_PLAN_LOCK_KEY, values, NULL, NULL);
	if (SPI_processed == 0)
		ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
						errmsg("could not serialize access due to concurrent use of an "
							   "idempotency key")));
	first_hash = DatumGetByteaPP(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
											   KEY_PAYLOAD_HASH, &isnull));
	if (isnull || VARSIZE_ANY_EXHDR(first_hash) != IMS_PAYLOAD_HASH_LENGTH ||
		memcmp(VARDATA_ANY(first_hash), hash, IMS_PAYLOAD_HASH_LENGTH) != 0)
		raise_key_reused(key);
	answer->posting_id = first_answer_id(KEY_POSTING_ID, &isnull);
	Ensure(!isnull, "an idempotency key has no posting");
	answer->document_number = first_answer_id(KEY_DOCUMENT_NUMBER, &isnull);
	answer->posted = !isnull;
}

bool
ims_key_claim(int64 owner_id, const char *key, const uint8 *hash, int64 posting_id,
			  ImsFirstAnswer *answer)
{
	bool claimed;

	SPI_connect();
	claimed = insert_key(owner_id, key, hash, posting_id);
	if (!claimed)
		lock_first_answer(owner_id, key, hash, answer);
	SPI_finish();
	return claimed;
}

void
ims_key_without_posting(int64 owner_id, const char *key)
{
	Datum values[2];

	SPI_connect();
	values[0] = Int64GetDatum(owner_id);
	values[1] = CStringGetTextDatum(key);
	ims_frame_push_applied(ims_ledger()->posting_key);
	ims_plan_execute(IMS_PLAN_KEY_WITHOUT_POSTING, values, NULL, NULL);
	ims_frame_pop_applied();
	Ensure(SPI_processed == 1, "an idempotency key is gone");
	SPI_finish();
}

/* ---------------------------------------------------------------- rejected lines */

static void
insert_rejected_line(Datum *values, const ImsRejection *rejection, Jsonb *payload)
{
	char nulls[8] = "       ";

	values[2] = Int32GetDatum(rejection->line);
	values[3] = CStringGetTextDatum(unpack_sql_state(rejection->sqlstate));
	values[4] = CStringGetTextDatum(rejection->message);
	if (rejection->detail == NULL)
		nulls[5] = 'n';
	else
		values[5] = CStringGetTextDatum(rejection->detail);
	values[6] = JsonbPGetDatum(payload);
	ims_plan_execute(IMS_PLAN_INSERT_REJECTED, values, nulls, NULL);
}

void
ims_rejected_lines_insert(int64 owner_id, int64 posting_id,
						  const ImsRejection *rejections, int n,
						  Jsonb *(*payload)(void *context, int32 line), void *context)
{
	MemoryContext row_context;
	Datum values[7];
	int i;

	SPI_connect();
	row_context = AllocSetContextCreate(CurrentMemoryContext, "ims rejected line",
										ALLOCSET_DEFAULT_SIZES);
	values[0] = Int64GetDatum(owner_id);
	values[1] = Int64GetDatum(posting_id);
	for (i = 0; i < n; i++)
	{
		MemoryContext old = MemoryContextSwitchTo(row_context);

		insert_rejected_line(values, &rejections[i], payload(context, rejections[i].line));
		MemoryContextSwitchTo(old);
		MemoryContextReset(row_context);
	}
	SPI_finish();
}

static int
sqlstate_from_text(const char *text)
{
	Ensure(strlen(text) == 5, "a rejected line has no SQLSTATE");
	return MAKE_SQLSTATE(text[0], text[1], text[2], text[3], text[4]);
}

static ImsRejection
read_rejection(HeapTuple tuple, TupleDesc tupdesc, MemoryContext context)
{
	ImsRejection rejection;
	char *detail = SPI_getvalue(tuple, tupdesc, REJECTED_DETAIL);
	bool isnull;

	rejection.line = DatumGetInt32(SPI_getbinval(tuple, tupdesc, REJECTED_LINE, &isnull));
	rejection.sqlstate =
		sqlstate_from_text(SPI_getvalue(tuple, tupdesc, REJECTED_SQLSTATE));
	rejection.message =
		MemoryContextStrdup(context, SPI_getvalue(tuple, tupdesc, REJECTED_MESSAGE));
	rejection.detail = detail == NULL ? NULL : MemoryContextStrdup(context, detail);
	return rejection;
}

/* The lines that the call of a posting refused, by line. */
void
ims_rejected_lines_read(int64 owner_id, int64 posting_id, ImsRejection **rejections, int *n)
{
	MemoryContext context = CurrentMemoryContext;
	Datum values[2];
	int i;

	values[0] = Int64GetDatum(owner_id);
	values[1] = Int64GetDatum(posting_id);
	SPI_connect();
	ims_plan_execute(IMS_PLAN_READ_REJECTED, values, NULL, NULL);
	*n = (int) SPI_processed;
	*rejections = MemoryContextAllocHuge(context, sizeof(ImsRejection) * Max(*n, 1));
	for (i = 0; i < *n; i++)
		(*rejections)[i] =
			read_rejection(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, context);
	SPI_finish();
}
