/*-------------------------------------------------------------------------
 *
 * epcis_document.c
 *	  Events joined to an EPCIS document.
 *
 * A document may have hundreds of megabytes, and each copy of it costs as much
 * as some part of making it: the aggregate builds the text that it returns,
 * header included, in one piece of memory of its context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"

#include "compat.h"
#include "type/epcis.h"

PG_FUNCTION_INFO_V1(ims_epcis_document_add);
PG_FUNCTION_INFO_V1(ims_epcis_document_finish);

#define TAIL "]}}"

static StringInfo
new_document(MemoryContext context, ImsCode head)
{
	MemoryContext caller = MemoryContextSwitchTo(context);
	StringInfo document = makeStringInfo();

	appendStringInfoSpaces(document, VARHDRSZ);
	appendBinaryStringInfo(document, head.text, (int) head.length);
	MemoryContextSwitchTo(caller);
	return document;
}

/*
 * ims_epcis_document_add -- SQL: ims._epcis_document_add(state internal, event text,
 *		head text) returns internal
 *
 * The head is that of the first event.
 */
Datum
ims_epcis_document_add(PG_FUNCTION_ARGS)
{
	StringInfo document = PG_ARGISNULL(0) ? NULL : (StringInfo) PG_GETARG_POINTER(0);
	MemoryContext context;
	ImsCode event;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "aggregate function called in non-aggregate context");
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("an event and the head of its document cannot be null")));
	event = ims_code_of_text(PG_GETARG_TEXT_PP(1));
	if (document == NULL)
		document = new_document(context, ims_code_of_text(PG_GETARG_TEXT_PP(2)));
	else
		appendBinaryStringInfo(document, ",\n", 2);
	appendBinaryStringInfo(document, event.text, (int) event.length);
	PG_RETURN_POINTER(document);
}

/*
 * ims_epcis_document_finish -- SQL: ims._epcis_document_finish(state internal)
 *		returns text
 */
Datum
ims_epcis_document_finish(PG_FUNCTION_ARGS)
{
	StringInfo document = PG_ARGISNULL(0) ? NULL : (StringInfo) PG_GETARG_POINTER(0);

	if (document == NULL)
		PG_RETURN_NULL();
	appendBinaryStringInfo(document, TAIL, strlen(TAIL));
	SET_VARSIZE(document->data, document->len);
	PG_RETURN_TEXT_P((text *) document->data);
}
