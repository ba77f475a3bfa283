/*-------------------------------------------------------------------------
 *
 * request.c
 *	  One call of a posting function, from its arguments to its rows.
 *
 * The order is the same for every form: become the ledger's role, find the
 * owner, claim the idempotency key, lock ims.movement against changes of
 * masters, resolve codes, post.  The key comes first, since a call that waits
 * for another one with the same key must not hold what that one may need.
 *
 * A dry run does all this in a subtransaction that is rolled back.
 *
 * Memory: everything lives in the caller's per-call context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/sequence.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#include "ledger/access.h"
#include "ledger/detail.h"
#include "ledger/dry_run.h"
#include "ledger/idempotency.h"
#include "ledger/info.h"
#include "ledger/request.h"
#include "ledger/returns.h"

/* columns of the answer */
#define ANSWER_COLUMNS 4
#define REPORT_COLUMNS 8

void
ims_raise_missing(ImsField field)
{
	const char *name = ims_field_name(field);

	ereport(ERROR,
			(errcode(ERRCODE_IMS_MISSING_ARGUMENT),
			 errmsg("argument \"%s\" is missing", name),
			 errdetail_internal("%s", ims_error_detail("It is needed for every call.",
													   ims_detail_text("argument", name)))));
}

void
ims_check_line_count(int64 count)
{
	if (count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_IMS_EMPTY_BATCH), errmsg("there is no line to post"),
				 errdetail_internal("%s",
									ims_error_detail("The call has 0 lines.",
													 ims_detail_integer("lines", 0)))));
	if (count > IMS_MAX_LINES)
		ereport(ERROR,
				(errcode(ERRCODE_IMS_TOO_MANY_LINES),
				 errmsg("there are too many lines in one call"),
				 errdetail_internal("%s",
									ims_error_detail(psprintf("The call has " INT64_FORMAT
															  " lines, at most %d are taken.",
															  count, IMS_MAX_LINES),
													 ims_detail_integer("lines", count))),
				 errhint("Split the call.")));
}

ImsLine *
ims_request_next_line(ImsRequest *request)
{
	ImsCall *call = &request->call;

	if (call->lines == NULL)
		call->lines = MemoryContextAllocHuge(request->resolver.context,
											 sizeof(ImsLine) * request->ngiven);
	Assert(call->nline < request->ngiven);
	return &call->lines[call->nline++];
}

/* A line by codes; "context" is the request. */
void
ims_request_add_line(void *context, const ImsLineInput *input)
{
	ImsRequest *request = context;
	ImsLine line;

	if (ims_resolve_line(&request->resolver, input, &line))
		*ims_request_next_line(request) = line;
}

/* ---------------------------------------------------------------- posting */

static int
compare_rejections(const void *a, const void *b)
{
	const ImsRejection *left = a;
	const ImsRejection *right = b;

	return (left->line > right->line) - (left->line < right->line);
}

/* What the resolver refused and what the engine did, by line. */
static void
merge_rejections(ImsRequest *request)
{
	const ImsResolver *resolver = &request->resolver;
	const ImsCall *call = &request->call;

	request->nrejection = resolver->nrejection + call->nrejection;
	if (request->nrejection == 0)
		return;
	request->rejections =
		MemoryContextAllocHuge(resolver->context,
							   sizeof(ImsRejection) * request->nrejection);
	if (resolver->nrejection > 0)
		memcpy(request->rejections, resolver->rejections,
			   sizeof(ImsRejection) * resolver->nrejection);
	if (call->nrejection > 0)
		memcpy(request->rejections + resolver->nrejection, call->rejections,
			   sizeof(ImsRejection) * call->nrejection);
	qsort(request->rejections, request->nrejection, sizeof(ImsRejection),
		  compare_rejections);
}

/* The engine gets what is left after our refusals. */
static void
drop_rejected(ImsCall *call)
{
	int64 kept = 0;
	int64 i;

	for (i = 0; i < call->nline; i++)
	{
		if (!call->lines[i].rejected)
			call->lines[kept++] = call->lines[i];
	}
	call->nline = kept;
}

static void
post_lines(ImsRequest *request)
{
	ImsResolver *resolver = &request->resolver;
	ImsCall *call = &request->call;

	ims_engine_lock_tables();
	resolver->masters = ims_masters_create(resolver->ledger);
	resolver->memo = ims_memo_create(resolver->masters, resolver->owner_id);
	ims_resolve_posting(resolver, &request->input, &request->posting);
	request->form->fill_lines(request);
	request->posting.destination_id = resolver->destination_id;
	if (resolver->norigin > 0)
	{
		ims_check_returns(resolver, &request->posting, call->lines, call->nline);
		drop_rejected(call);
	}

	call->masters = resolver->masters;
	call->ledger = resolver->ledger;
	call->postings = &request->posting;
	call->nposting = 1;
	call->report = resolver->report;
	call->not_before = resolver->not_before;
	if (call->nline > 0)
		ims_engine_post(call);
	request->posting = call->postings[0];
	ims_masters_free(resolver->masters);
	merge_rejections(request);
	request->posted = request->nrejection < request->ngiven;
}

/* Rejected lines are kept where there is something to find them by. */
static void
keep_rejected_lines(ImsRequest *request)
{
	const char *key = request->posting.idempotency_key;

	if (request->nrejection > 0 && (request->posted || key != NULL))
		ims_rejected_lines_insert(request->posting.owner_id, request->posting.posting_id,
								  request->rejections, request->nrejection,
								  request->form->line_payload, request);
	if (!request->posted && key != NULL)
		ims_key_without_posting(request->posting.owner_id, key);
}

/* With the first answer at hand there is nothing to post. */
static bool
is_replay(ImsRequest *request)
{
	const char *key = ims_input_text(&request->input, IMS_FIELD_IDEMPOTENCY_KEY);
	ImsFirstAnswer answer;
	uint8 hash[IMS_PAYLOAD_HASH_LENGTH];

	if (key == NULL)
		return false;
	ims_check_key(key);
	ims_payload_hash(request->fcinfo, request->signature, hash);
	request->posting.posting_id =
		nextval_internal(request->resolver.ledger->posting_sequence, false);
	if (ims_key_claim(request->resolver.owner_id, key, hash, request->posting.posting_id,
					  &answer))
		return false;

	request->replayed = true;
	request->posting.posting_id = answer.posting_id;
	request->posting.document_number = answer.document_number;
	request->posted = answer.posted;
	if (request->resolver.report)
		ims_rejected_lines_read(request->resolver.owner_id, answer.posting_id,
								&request->rejections, &request->nrejection);
	return true;
}

static void
carry_out(void *argument)
{
	ImsRequest *request = argument;

	if (is_replay(request))
		return;
	post_lines(request);
	keep_rejected_lines(request);
}

/* ---------------------------------------------------------------- answering */

static void
put_row(ReturnSetInfo *rsinfo, ImsRequest *request, int64 line, const char *status,
		const ImsRejection *rejection)
{
	Datum values[REPORT_COLUMNS] = {0};
	bool nulls[REPORT_COLUMNS];
	bool has_ids = rejection == NULL && request->posted &&
				   (request->replayed || !request->input.dry_run);

	memset(nulls, true, sizeof(nulls));
	if (has_ids)
	{
		values[0] = Int64GetDatum(request->posting.posting_id);
		values[1] = Int64GetDatum(request->posting.document_number);
		nulls[0] = nulls[1] = false;
	}
	values[2] = CStringGetTextDatum(status);
	values[3] = BoolGetDatum(request->replayed);
	nulls[2] = nulls[3] = false;
	if (line > 0)
	{
		values[4] = Int32GetDatum((int32) line);
		nulls[4] = false;
	}
	if (rejection != NULL)
	{
		values[5] = CStringGetTextDatum(unpack_sql_state(rejection->sqlstate));
		values[6] = CStringGetTextDatum(rejection->message);
		nulls[5] = nulls[6] = false;
		nulls[7] = rejection->detail == NULL;
		if (!nulls[7])
			values[7] = CStringGetTextDatum(rejection->detail);
	}
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

static void
put_line_rows(ReturnSetInfo *rsinfo, ImsRequest *request, const char *posted)
{
	MemoryContext row_context =
		AllocSetContextCreate(CurrentMemoryContext, "ims answer", ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(row_context);
	int64 line;
	int next = 0;

	for (line = 1; line <= request->ngiven; line++)
	{
		const ImsRejection *rejection = NULL;

		CHECK_FOR_INTERRUPTS();
		if (next < request->nrejection && request->rejections[next].line == line)
			rejection = &request->rejections[next++];
		put_row(rsinfo, request, line, rejection ? "rejected" : posted, rejection);
		MemoryContextReset(row_context);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(row_context);
}

static void
answer(FunctionCallInfo fcinfo, ImsRequest *request)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	const char *posted =
		request->input.dry_run && !request->replayed ? "dry_run" : "posted";

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	Ensure(rsinfo->setDesc->natts ==
			   (request->form->has_line_rows ? REPORT_COLUMNS : ANSWER_COLUMNS),
		   "a function's columns are not the library's");
	put_row(rsinfo, request, 0, request->posted ? posted : "rejected", NULL);
	if (request->resolver.report)
		put_line_rows(rsinfo, request, posted);
}

/* ---------------------------------------------------------------- the call */

static bool
wants_report(const ImsInput *input)
{
	const char *on_error = ims_input_text(input, IMS_FIELD_ON_ERROR);

	if (on_error == NULL || strcmp(on_error, "error") == 0)
		return false;
	if (strcmp(on_error, "report") == 0)
		return true;
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("on_error \"%s\" is unknown", on_error),
					errhint("It is error or report.")));
}

/* Kinds that hang together with other records are posted by their functions alone. */
ImsKind
ims_kind_of_call(const ImsInput *input, ImsKind kind)
{
	const char *name = ims_input_text(input, IMS_FIELD_KIND);

	if (name == NULL)
		return kind;
	if (!ims_kind_from_name(name, &kind))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("kind \"%s\" is unknown", name),
				 errhint("Kinds are the names of the posting functions, and move.")));
	if (ims_shape_of(kind)->is_internal &&
		ims_immediate_caller() != ims_ledger()->ledger_role)
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
						errmsg("kind \"%s\" is posted by its own function only", name)));
	return kind;
}

/* Of the kind given, unless the call names another. */
Datum
ims_request_run(FunctionCallInfo fcinfo, const ImsForm *form,
				const ImsSignature *signature, ImsKind kind)
{
	ImsRequest request = {.form = form, .signature = signature, .fcinfo = fcinfo};
	ImsResolver *resolver = &request.resolver;
	ImsDoor door;

	ims_read_arguments(fcinfo, signature, &request.input);
	resolver->report = wants_report(&request.input);
	resolver->context = CurrentMemoryContext;

	ims_door_enter(&door);
	resolver->ledger = ims_ledger();
	resolver->owner_id =
		ims_owner_for_caller(ims_input_text(&request.input, IMS_FIELD_OWNER));
	resolver->kind = request.kind = ims_kind_of_call(&request.input, kind);
	resolver->shape = ims_shape_of(request.kind);
	request.ngiven = form->count_lines(&request);
	ims_check_line_count(request.ngiven);
	if (request.input.dry_run)
		ims_run_dry(carry_out, &request);
	else
		carry_out(&request);
	ims_door_leave(&door);

	answer(fcinfo, &request);
	return (Datum) 0;
}
