/*-------------------------------------------------------------------------
 *
 * request.h
 *	  One call of a posting function, from its arguments to its rows.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_REQUEST_H
#define IMS_REQUEST_H

#include "funcapi.h"

#include "ledger/engine.h"
#include "ledger/field.h"
#include "ledger/resolve.h"

typedef struct ImsRequest ImsRequest;

/* What differs between the forms of a call. */
typedef struct ImsForm
{
	/* number of lines given; raises on a shape that has none */
	int64 (*count_lines)(ImsRequest *request);
	/* adds the lines to the call; a refused line is left out */
	void (*fill_lines)(ImsRequest *request);
	/* the line as given; context is the request */
	Jsonb *(*line_payload)(void *context, int32 line);
	bool has_line_rows; /* answers with a row per line in report mode */
} ImsForm;

struct ImsRequest
{
	const ImsForm *form;
	const ImsSignature *signature;
	FunctionCallInfo fcinfo;
	ImsKind kind;
	ImsInput input;
	int64 ngiven; /* lines given */
	ImsResolver resolver;
	ImsPosting posting;
	ImsCall call;
	ImsRejection *rejections; /* of the resolver and of the engine, by line */
	int nrejection;
	bool posted;   /* at least one line is in the ledger */
	bool replayed; /* the answer is that of an earlier call */
};

/* post.c, post_ids.c */
extern const ImsSignature ims_post_signature;
extern const ImsSignature ims_post_ids_signature;

extern Datum ims_request_run(FunctionCallInfo fcinfo, const ImsForm *form,
							 const ImsSignature *signature, ImsKind kind);

/* Room for the next line; its number is the resolver's. */
extern ImsLine *ims_request_next_line(ImsRequest *request);

/* Resolves a line given by codes and adds it; context is the request. */
extern void ims_request_add_line(void *context, const ImsLineInput *input);

/* The kind that the call names, else the one given here. */
extern ImsKind ims_kind_of_call(const ImsInput *input, ImsKind kind);

extern void ims_raise_missing(ImsField field);
extern void ims_check_line_count(int64 count);

#endif /* IMS_REQUEST_H */
