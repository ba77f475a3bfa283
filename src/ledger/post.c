/*-------------------------------------------------------------------------
 *
 * post.c
 *	  ims.post: many lines of one posting, as JSON.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"

#include "ledger/json_line.h"
#include "ledger/request.h"

static const ImsField post_fields[] = {IMS_FIELD_LINES,
									   IMS_FIELD_KIND,
									   IMS_FIELD_OWNER,
									   IMS_FIELD_EFFECTIVE_AT,
									   IMS_FIELD_REASON,
									   IMS_FIELD_PARTY,
									   IMS_FIELD_CHANNEL,
									   IMS_FIELD_REFERENCE_TYPE,
									   IMS_FIELD_REFERENCE_NUMBER,
									   IMS_FIELD_ACTOR,
									   IMS_FIELD_IDEMPOTENCY_KEY,
									   IMS_FIELD_ON_ERROR,
									   IMS_FIELD_DRY_RUN};

const ImsSignature ims_post_signature = {"post", post_fields, lengthof(post_fields)};

static int64
count_lines(ImsRequest *request)
{
	if (request->input.json == NULL)
		ims_raise_missing(IMS_FIELD_LINES);
	return ims_json_count(request->input.json, IMS_FIELD_LINES);
}

static void
fill_lines(ImsRequest *request)
{
	ims_json_lines(&request->resolver, request->input.json,
				   ims_fields_of_kind(request->kind), 1, ims_request_add_line, request);
}

static Jsonb *
line_payload(void *context, int32 line)
{
	ImsRequest *request = context;

	return ims_json_element(request->input.json, line - 1);
}

static const ImsForm post_form = {count_lines, fill_lines, line_payload, true};

/*
 * ims_post -- SQL: ims.post(lines jsonb, kind text, ...)
 *
 * lines is an array of objects, one per line of the posting; errors name the
 * line, counted from 1.
 */
PG_FUNCTION_INFO_V1(ims_post);
Datum
ims_post(PG_FUNCTION_ARGS)
{
	return ims_request_run(fcinfo, &post_form, &ims_post_signature, IMS_KIND_MOVE);
}
