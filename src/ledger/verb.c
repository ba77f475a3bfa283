/*-------------------------------------------------------------------------
 *
 * verb.c
 *	  The verbs: one line, one posting, by codes.
 *
 * Each verb is a door of its own, so that EXECUTE on it is the right to do
 * just that.  All of them are one line of a kind; what differs is in the
 * signatures here and in the shapes of resolve.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "ledger/access.h"
#include "ledger/json_line.h"
#include "ledger/request.h"

#define HEAD IMS_FIELD_OWNER, IMS_FIELD_ITEM, IMS_FIELD_QUANTITY, IMS_FIELD_UNIT
#define WHICH IMS_FIELD_LOT, IMS_FIELD_SERIAL, IMS_FIELD_HANDLING_UNIT
#define TAIL                                                                             \
	IMS_FIELD_EFFECTIVE_AT, IMS_FIELD_REASON, IMS_FIELD_PARTY, IMS_FIELD_CHANNEL,        \
		IMS_FIELD_REFERENCE_TYPE, IMS_FIELD_REFERENCE_NUMBER, IMS_FIELD_REFERENCE_LINE,  \
		IMS_FIELD_UNIT_COST, IMS_FIELD_CURRENCY, IMS_FIELD_RATE, IMS_FIELD_SALE_VALUE,   \
		IMS_FIELD_ACTOR, IMS_FIELD_IDEMPOTENCY_KEY, IMS_FIELD_DRY_RUN,                   \
		IMS_FIELD_MEASURED_QUANTITY

static const ImsField to_fields[] = {HEAD, IMS_FIELD_TO_LOCATION, WHICH, TAIL};
static const ImsField from_fields[] = {HEAD, IMS_FIELD_FROM_LOCATION, WHICH, TAIL};
static const ImsField adjust_fields[] = {HEAD, IMS_FIELD_LOCATION, WHICH, TAIL};
static const ImsField dispatch_fields[] = {HEAD, IMS_FIELD_FROM_LOCATION,
										   IMS_FIELD_TO_LOCATION, WHICH, TAIL};
static const ImsField transfer_fields[] = {HEAD,
										   IMS_FIELD_FROM_LOCATION,
										   IMS_FIELD_TO_LOCATION,
										   IMS_FIELD_LOT,
										   IMS_FIELD_SERIAL,
										   IMS_FIELD_FROM_HANDLING_UNIT,
										   IMS_FIELD_TO_HANDLING_UNIT,
										   TAIL};
static const ImsField produce_fields[] = {HEAD, IMS_FIELD_TO_LOCATION, WHICH,
										  IMS_FIELD_COMPONENTS, TAIL};
static const ImsField from_customer_fields[] = {HEAD,
												IMS_FIELD_TO_LOCATION,
												WHICH,
												IMS_FIELD_ORIGIN_POSTING_ID,
												IMS_FIELD_ORIGIN_MOVEMENT_ID,
												TAIL};
static const ImsField to_supplier_fields[] = {HEAD,
											  IMS_FIELD_FROM_LOCATION,
											  WHICH,
											  IMS_FIELD_ORIGIN_POSTING_ID,
											  IMS_FIELD_ORIGIN_MOVEMENT_ID,
											  TAIL};

#define SIGNATURE(name, fields)                                                          \
	{                                                                                    \
		name, fields, lengthof(fields)                                                   \
	}

/* By kind; a kind without a name is no verb. */
static const ImsSignature signatures[IMS_KIND_COUNT_OF] = {
	[IMS_KIND_RECEIVE] = SIGNATURE("receive", to_fields),
	[IMS_KIND_SHIP] = SIGNATURE("ship", from_fields),
	[IMS_KIND_TRANSFER] = SIGNATURE("transfer", transfer_fields),
	[IMS_KIND_DISPATCH] = SIGNATURE("dispatch", dispatch_fields),
	[IMS_KIND_ADJUST] = SIGNATURE("adjust", adjust_fields),
	[IMS_KIND_SCRAP] = SIGNATURE("scrap", from_fields),
	[IMS_KIND_CONSUME] = SIGNATURE("consume", from_fields),
	[IMS_KIND_PRODUCE] = SIGNATURE("produce", produce_fields),
	[IMS_KIND_RETURN_FROM_CUSTOMER] =
		SIGNATURE("return_from_customer", from_customer_fields),
	[IMS_KIND_RETURN_TO_SUPPLIER] = SIGNATURE("return_to_supplier", to_supplier_fields),
};

static const ImsField open_posting_fields[] = {IMS_FIELD_OWNER,
											   IMS_FIELD_KIND,
											   IMS_FIELD_EFFECTIVE_AT,
											   IMS_FIELD_REASON,
											   IMS_FIELD_PARTY,
											   IMS_FIELD_CHANNEL,
											   IMS_FIELD_REFERENCE_TYPE,
											   IMS_FIELD_REFERENCE_NUMBER,
											   IMS_FIELD_ACTOR};

static const ImsSignature open_posting_signature =
	SIGNATURE("open_posting", open_posting_fields);

/* What a component may say; the output's document is its own. */
#define COMPONENT_FIELDS                                                                 \
	((1 << IMS_FIELD_ITEM) | (1 << IMS_FIELD_QUANTITY) | (1 << IMS_FIELD_UNIT) |         \
	 (1 << IMS_FIELD_FROM_LOCATION) | (1 << IMS_FIELD_LOT) | (1 << IMS_FIELD_SERIAL) |   \
	 (1 << IMS_FIELD_HANDLING_UNIT) | (1 << IMS_FIELD_MEASURED_QUANTITY))

static int64
count_lines(ImsRequest *request)
{
	if (request->input.json == NULL)
		return 1;
	return 1 + ims_json_count(request->input.json, IMS_FIELD_COMPONENTS);
}

/* The line of the verb's own arguments, then a production's components. */
static void
fill_lines(ImsRequest *request)
{
	ImsResolver *resolver = &request->resolver;

	resolver->line = 1;
	resolver->one_origin = true;
	ims_request_add_line(request, &request->input.line);
	request->posting.origin_posting_id = resolver->origin_posting_id;
	if (request->input.json == NULL)
		return;
	resolver->shape = &ims_component_shape;
	ims_json_lines(resolver, request->input.json, COMPONENT_FIELDS, 2,
				   ims_request_add_line, request);
}

static const ImsForm verb_form = {count_lines, fill_lines, NULL, false};

/*
 * ims_<verb> -- SQL: ims.<verb>(owner text, item text, quantity numeric, unit text, ...)
 *
 * One line of one posting.  Quantity is in the unit given, or in the item's
 * base unit; above zero, but for adjust, where the sign is the direction.
 */
#define VERB(name, kind)                                                                 \
	PG_FUNCTION_INFO_V1(ims_##name);                                                     \
	Datum ims_##name(PG_FUNCTION_ARGS)                                                   \
	{                                                                                    \
		return ims_request_run(fcinfo, &verb_form, &signatures[kind], kind);             \
	}                                                                                    \
	extern int ims_verb_needs_a_semicolon

VERB(receive, IMS_KIND_RECEIVE);
VERB(ship, IMS_KIND_SHIP);
VERB(transfer, IMS_KIND_TRANSFER);
VERB(dispatch, IMS_KIND_DISPATCH);
VERB(adjust, IMS_KIND_ADJUST);
VERB(scrap, IMS_KIND_SCRAP);
VERB(consume, IMS_KIND_CONSUME);
VERB(produce, IMS_KIND_PRODUCE);
VERB(return_from_customer, IMS_KIND_RETURN_FROM_CUSTOMER);
VERB(return_to_supplier, IMS_KIND_RETURN_TO_SUPPLIER);

/* What is inserted later are lines; a dispatch also names the site it is bound for. */
static void
check_kind_to_open(ImsKind kind)
{
	if (kind == IMS_KIND_DISPATCH)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a dispatch cannot be opened for INSERT"),
				 errdetail("It would name no site that it is bound for. "
						   "{\"argument\": \"kind\", \"value\": \"dispatch\"}"),
				 errhint("Use ims.dispatch(), or ims.post() with kind => 'dispatch'.")));
}

/*
 * ims_open_posting -- SQL: ims.open_posting(owner text, kind text, ...) returns bigint
 *
 * Draws and writes a posting; INSERT and COPY into ims.movement may name it
 * until the end of the transaction.
 */
PG_FUNCTION_INFO_V1(ims_open_posting);
Datum
ims_open_posting(PG_FUNCTION_ARGS)
{
	ImsInput input;
	ImsPosting posting = {0};
	ImsResolver resolver = {0};
	ImsDoor door;

	ims_read_arguments(fcinfo, &open_posting_signature, &input);
	ims_door_enter(&door);
	resolver.ledger = ims_ledger();
	resolver.context = CurrentMemoryContext;
	resolver.owner_id = ims_owner_for_caller(ims_input_text(&input, IMS_FIELD_OWNER));
	resolver.kind = ims_kind_of_call(&input, IMS_KIND_MOVE);
	check_kind_to_open(resolver.kind);
	ims_engine_lock_tables();
	resolver.masters = ims_masters_create(resolver.ledger);
	ims_resolve_posting(&resolver, &input, &posting);
	ims_masters_free(resolver.masters);
	ims_engine_open_posting(&posting);
	ims_door_leave(&door);
	PG_RETURN_INT64(posting.posting_id);
}

/* ---------------------------------------------------------------- signatures */

static const ImsSignature *
signature_by_name(const char *name)
{
	int kind;

	for (kind = 0; kind < IMS_KIND_COUNT_OF; kind++)
	{
		if (signatures[kind].name != NULL && strcmp(signatures[kind].name, name) == 0)
			return &signatures[kind];
	}
	if (strcmp(ims_post_signature.name, name) == 0)
		return &ims_post_signature;
	if (strcmp(ims_post_ids_signature.name, name) == 0)
		return &ims_post_ids_signature;
	if (strcmp(open_posting_signature.name, name) == 0)
		return &open_posting_signature;
	return NULL;
}

/*
 * ims_verb_arguments -- SQL: ims._verb_arguments(verb text) returns text[]
 *
 * Argument names as the library reads them, by position; null for a function
 * that is not a posting one.
 */
PG_FUNCTION_INFO_V1(ims_verb_arguments);
Datum
ims_verb_arguments(PG_FUNCTION_ARGS)
{
	const ImsSignature *signature =
		signature_by_name(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	Datum names[FUNC_MAX_ARGS];
	int i;

	if (signature == NULL)
		PG_RETURN_NULL();
	Assert(signature->nfields <= FUNC_MAX_ARGS);
	for (i = 0; i < signature->nfields; i++)
		names[i] = CStringGetTextDatum(ims_field_name(signature->fields[i]));
	PG_RETURN_ARRAYTYPE_P(
		construct_array(names, signature->nfields, TEXTOID, -1, false, TYPALIGN_INT));
}
