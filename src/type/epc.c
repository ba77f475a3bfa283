/*-------------------------------------------------------------------------
 *
 * epc.c
 *	  ims.epc, what an RFID tag of a GS1 key holds.
 *
 * Held as the bits of the tag in whole bytes, so that equality, hash and order
 * are those of bytes; every way in decodes them, so that the rest of the code
 * may believe them.  Printed as the tag URI, which says the same in words.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"

#include "compat.h"
#include "ims.h"
#include "ledger/detail.h"
#include "type/epc_core.h"
#include "type/epcis.h"
#include "type/gs1_key.h"

PG_FUNCTION_INFO_V1(ims_epc_in);
PG_FUNCTION_INFO_V1(ims_epc_out);
PG_FUNCTION_INFO_V1(ims_epc_recv);
PG_FUNCTION_INFO_V1(ims_epc_from_text);
PG_FUNCTION_INFO_V1(ims_epc_from_bytea);
PG_FUNCTION_INFO_V1(ims_is_epc);
PG_FUNCTION_INFO_V1(ims_epc_from_uri);
PG_FUNCTION_INFO_V1(ims_epc_from_element_string);
PG_FUNCTION_INFO_V1(ims_epc_tag_uri);
PG_FUNCTION_INFO_V1(ims_epc_pure_uri);
PG_FUNCTION_INFO_V1(ims_epc_element_string);
PG_FUNCTION_INFO_V1(ims_epc_digital_link);
PG_FUNCTION_INFO_V1(ims_epc_class_uri);
PG_FUNCTION_INFO_V1(ims_epc_hex);
PG_FUNCTION_INFO_V1(ims_epc_scheme_name);
PG_FUNCTION_INFO_V1(ims_epc_filter_value);
PG_FUNCTION_INFO_V1(ims_epc_company_prefix);
PG_FUNCTION_INFO_V1(ims_epc_serial);
PG_FUNCTION_INFO_V1(ims_epc_gtin);
PG_FUNCTION_INFO_V1(ims_epc_sscc);
PG_FUNCTION_INFO_V1(ims_epc_gln);

#define TAG_URI "urn:epc:tag:"
#define RAW_URI "urn:epc:raw:96.x" /* longer tags have no agreed padding */
#define RAW_DIGITS 24

/* Whether the status is ok; IV111 otherwise, left in the context where one is given. */
static bool
require_softly(ImsEpcStatus status, const char *text, size_t length, fmNodePtr context)
{
	char *shown;
	char *sentence;

	if (status.rule == IMS_EPC_OK)
		return true;
	shown = ims_gs1_shown(text, length);
	sentence =
		status.position > 0
			? psprintf("%s: position %d.", ims_epc_rule_text(status.rule), status.position)
			: psprintf("%s.", ims_epc_rule_text(status.rule));
	ims_errsave(context,
				(errcode(status.rule == IMS_EPC_UNSUPPORTED ? ERRCODE_FEATURE_NOT_SUPPORTED
															: ERRCODE_IMS_INVALID_EPC),
				 errmsg("invalid EPC \"%s\"", shown),
				 errdetail_internal("%s",
									ims_error_detail(sentence, ims_detail_text("epc", shown),
													 ims_detail_integer("position",
																		status.position),
													 ims_detail_text("rule",
																	 ims_epc_rule_name(
																		 status.rule))))));
	return false;
}

static void
require(ImsEpcStatus status, const char *text, size_t length)
{
	require_softly(status, text, length, NULL);
}

static bool
has_prefix(const char *text, size_t length, const char *prefix)
{
	return length >= strlen(prefix) && memcmp(text, prefix, strlen(prefix)) == 0;
}

static ImsEpcStatus
parse(const char *text, size_t length, ImsEpc *epc)
{
	ImsEpcStatus status;
	size_t skipped = strlen(RAW_URI);

	if (has_prefix(text, length, TAG_URI))
		return ims_epc_parse_tag_uri(text, length, epc);
	if (!has_prefix(text, length, RAW_URI))
		return ims_epc_parse_hex(text, length, epc);
	if (length != skipped + RAW_DIGITS)
		return (ImsEpcStatus){IMS_EPC_LENGTH, 0};
	status = ims_epc_parse_hex(text + skipped, RAW_DIGITS, epc);
	if (status.position > 0)
		status.position += (int) skipped;
	return status;
}

static bytea *
bits_of(const ImsEpc *epc)
{
	uint8 bytes[IMS_EPC_MAX_SIZE];
	size_t size = ims_epc_encode(epc, bytes);
	bytea *result = palloc(VARHDRSZ + size);

	SET_VARSIZE(result, VARHDRSZ + size);
	memcpy(VARDATA(result), bytes, size);
	return result;
}

/* The fields of a value, which was checked when it came in. */
static ImsEpc
fields_arg(FunctionCallInfo fcinfo)
{
	bytea *bits = PG_GETARG_BYTEA_PP(0);
	ImsEpc epc;

	if (ims_epc_decode((const uint8 *) VARDATA_ANY(bits), VARSIZE_ANY_EXHDR(bits), &epc).rule !=
		IMS_EPC_OK)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED), errmsg("a stored EPC is corrupt")));
	return epc;
}

static ImsEpcKind
kind_of(const ImsEpc *epc)
{
	return ims_epc_format(epc->scheme)->kind;
}

static Datum
text_datum(const char *text)
{
	return PointerGetDatum(cstring_to_text(text));
}

/* ims_epc_in -- tag URI, raw URI of 96 bits, or hexadecimal digits */
Datum
ims_epc_in(PG_FUNCTION_ARGS)
{
	char *text = PG_GETARG_CSTRING(0);
	ImsEpc epc;

	if (!require_softly(parse(text, strlen(text), &epc), text, strlen(text),
						fcinfo->context))
		return (Datum) 0;
	PG_RETURN_BYTEA_P(bits_of(&epc));
}

Datum
ims_epc_out(PG_FUNCTION_ARGS)
{
	ImsEpc epc = fields_arg(fcinfo);
	char *text = palloc(IMS_EPC_MAX_TEXT);

	ims_epc_write_tag_uri(&epc, text);
	PG_RETURN_CSTRING(text);
}

/* Bits from a client, in whole bytes or words. */
static bytea *
checked_bits(const uint8 *bytes, size_t size)
{
	ImsEpc epc;
	ImsEpcStatus status = ims_epc_decode_words(bytes, size, &epc);

	if (status.rule != IMS_EPC_OK)
	{
		size_t shown = Min(size, IMS_EPC_MAX_SIZE);
		char *hex = palloc(2 * shown + 1);

		require(status, hex, hex_encode((const char *) bytes, shown, hex));
	}
	return bits_of(&epc);
}

/* ims_epc_recv -- the bits, checked like any other input */
Datum
ims_epc_recv(PG_FUNCTION_ARGS)
{
	StringInfo message = (StringInfo) PG_GETARG_POINTER(0);
	int size = message->len - message->cursor;

	PG_RETURN_BYTEA_P(checked_bits((const uint8 *) pq_getmsgbytes(message, size), size));
}

/* ims_epc_from_text -- cast from text */
Datum
ims_epc_from_text(PG_FUNCTION_ARGS)
{
	text *code = PG_GETARG_TEXT_PP(0);
	ImsEpc epc;

	require(parse(VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code), &epc), VARDATA_ANY(code),
			VARSIZE_ANY_EXHDR(code));
	PG_RETURN_BYTEA_P(bits_of(&epc));
}

/* ims_epc_from_bytea -- cast from bytea */
Datum
ims_epc_from_bytea(PG_FUNCTION_ARGS)
{
	bytea *bits = PG_GETARG_BYTEA_PP(0);

	PG_RETURN_BYTEA_P(
		checked_bits((const uint8 *) VARDATA_ANY(bits), VARSIZE_ANY_EXHDR(bits)));
}

/* ims_is_epc -- SQL: ims.is_epc(code text) returns boolean */
Datum
ims_is_epc(PG_FUNCTION_ARGS)
{
	text *code = PG_GETARG_TEXT_PP(0);
	ImsEpc epc;

	PG_RETURN_BOOL(parse(VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code), &epc).rule ==
				   IMS_EPC_OK);
}

/*
 * ims_epc_from_uri -- SQL: ims.epc_from_uri(uri text, filter integer DEFAULT 0,
 *										   bits integer DEFAULT 0) returns ims.epc
 *
 * Of a pure identity URI, which names neither filter value nor size.
 */
Datum
ims_epc_from_uri(PG_FUNCTION_ARGS)
{
	text *uri = PG_GETARG_TEXT_PP(0);
	ImsEpc epc;

	require(ims_epc_parse_pure_uri(VARDATA_ANY(uri), VARSIZE_ANY_EXHDR(uri),
								   PG_GETARG_INT32(1), PG_GETARG_INT32(2), &epc),
			VARDATA_ANY(uri), VARSIZE_ANY_EXHDR(uri));
	PG_RETURN_BYTEA_P(bits_of(&epc));
}

/*
 * ims_epc_from_element_string -- SQL: ims.epc_from_element_string(element_string text,
 *			company_prefix_length integer, filter integer DEFAULT 0,
 *			bits integer DEFAULT 0) returns ims.epc
 */
Datum
ims_epc_from_element_string(PG_FUNCTION_ARGS)
{
	text *element = PG_GETARG_TEXT_PP(0);
	ImsEpc epc;

	require(ims_epc_parse_element_string(VARDATA_ANY(element), VARSIZE_ANY_EXHDR(element),
										 PG_GETARG_INT32(1), PG_GETARG_INT32(2),
										 PG_GETARG_INT32(3), &epc),
			VARDATA_ANY(element), VARSIZE_ANY_EXHDR(element));
	PG_RETURN_BYTEA_P(bits_of(&epc));
}

/* ims_epc_tag_uri -- SQL: ims.epc_tag_uri(epc ims.epc) returns text */
Datum
ims_epc_tag_uri(PG_FUNCTION_ARGS)
{
	ImsEpc epc = fields_arg(fcinfo);
	char text[IMS_EPC_MAX_TEXT];

	ims_epc_write_tag_uri(&epc, text);
	return text_datum(text);
}

/* ims_epc_pure_uri -- SQL: ims.epc_pure_uri(epc ims.epc) returns text */
Datum
ims_epc_pure_uri(PG_FUNCTION_ARGS)
{
	ImsEpc epc = fields_arg(fcinfo);
	char text[IMS_EPC_MAX_TEXT];

	ims_epc_write_pure_uri(&epc, text);
	return text_datum(text);
}

/* ims_epc_element_string -- SQL: ims.epc_element_string(epc ims.epc) returns text */
Datum
ims_epc_element_string(PG_FUNCTION_ARGS)
{
	ImsEpc epc = fields_arg(fcinfo);
	char text[IMS_EPC_MAX_TEXT];

	ims_epc_write_element_string(&epc, text);
	return text_datum(text);
}

/*
 * ims_epc_digital_link -- SQL: ims.epc_digital_link(epc ims.epc,
 *								domain text DEFAULT 'https://id.gs1.org') returns text
 */
Datum
ims_epc_digital_link(PG_FUNCTION_ARGS)
{
	ImsEpc epc = fields_arg(fcinfo);
	char *domain = text_to_cstring(PG_GETARG_TEXT_PP(1));
	size_t length = strlen(domain);
	char path[IMS_EPC_MAX_TEXT];

	if (!ims_is_link_domain(domain, length))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is no domain for a link", ims_gs1_shown(domain, length)),
				 errhint("Give scheme and host, for example https://id.gs1.org.")));
	if (domain[length - 1] == '/')
		domain[length - 1] = '\0';
	ims_epc_write_link_path(&epc, path);
	return text_datum(psprintf("%s%s", domain, path));
}

/*
 * ims_epc_class_uri -- SQL: ims.epc_class_uri(gtin ims.gtin,
 *			company_prefix_length integer, lot text DEFAULT NULL) returns text
 */
Datum
ims_epc_class_uri(PG_FUNCTION_ARGS)
{
	char gtin[IMS_GTIN_DIGITS + 1];
	char uri[IMS_EPC_MAX_TEXT];
	text *lot = PG_ARGISNULL(2) ? NULL : PG_GETARG_TEXT_PP(2);
	const char *code = lot != NULL ? VARDATA_ANY(lot) : NULL;
	size_t length = lot != NULL ? VARSIZE_ANY_EXHDR(lot) : 0;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	ims_gs1_number_format(PG_GETARG_INT64(0), IMS_GTIN_DIGITS, gtin);
	require(ims_epc_write_class_uri(gtin, PG_GETARG_INT32(1), code, length, uri),
			code != NULL ? code : gtin, code != NULL ? length : IMS_GTIN_DIGITS);
	return text_datum(uri);
}

/* ims_epc_hex -- SQL: ims.epc_hex(epc ims.epc) returns text, whole bytes */
Datum
ims_epc_hex(PG_FUNCTION_ARGS)
{
	bytea *bits = PG_GETARG_BYTEA_PP(0);
	size_t size = VARSIZE_ANY_EXHDR(bits);
	text *result = palloc(VARHDRSZ + 2 * size);
	char *hex = VARDATA(result);

	hex_encode(VARDATA_ANY(bits), size, hex);
	for (size_t i = 0; i < 2 * size; i++)
		hex[i] = pg_toupper((unsigned char) hex[i]);
	SET_VARSIZE(result, VARHDRSZ + 2 * size);
	PG_RETURN_TEXT_P(result);
}

/* ims_epc_scheme_name -- SQL: ims.epc_scheme(epc ims.epc) returns text */
Datum
ims_epc_scheme_name(PG_FUNCTION_ARGS)
{
	ImsEpc epc = fields_arg(fcinfo);

	return text_datum(ims_epc_format(epc.scheme)->name);
}

/* ims_epc_filter_value -- SQL: ims.epc_filter(epc ims.epc) returns integer */
Datum
ims_epc_filter_value(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(fields_arg(fcinfo).filter);
}

/* ims_epc_company_prefix -- SQL: ims.epc_company_prefix(epc ims.epc) returns text */
Datum
ims_epc_company_prefix(PG_FUNCTION_ARGS)
{
	ImsEpc epc = fields_arg(fcinfo);

	return text_datum(epc.prefix);
}

/*
 * ims_epc_serial -- SQL: ims.epc_serial(epc ims.epc) returns text
 *
 * Serial of a GTIN or GRAI, extension of a GLN; null where there is none.  The
 * asset reference of a GIAI is part of its key.
 */
Datum
ims_epc_serial(PG_FUNCTION_ARGS)
{
	ImsEpc epc = fields_arg(fcinfo);
	ImsEpcKind kind = kind_of(&epc);

	if (kind == IMS_EPC_SSCC || kind == IMS_EPC_GIAI ||
		(kind == IMS_EPC_SGLN && !ims_epc_has_extension(&epc)))
		PG_RETURN_NULL();
	return text_datum(epc.serial);
}

static Datum
key_of_kind(FunctionCallInfo fcinfo, ImsEpcKind kind)
{
	ImsEpc epc = fields_arg(fcinfo);

	if (kind_of(&epc) != kind)
		PG_RETURN_NULL();
	PG_RETURN_INT64(ims_epc_number(&epc));
}

/* ims_epc_gtin -- SQL: ims.epc_gtin(epc ims.epc) returns ims.gtin, null for other keys */
Datum
ims_epc_gtin(PG_FUNCTION_ARGS)
{
	return key_of_kind(fcinfo, IMS_EPC_SGTIN);
}

/* ims_epc_sscc -- SQL: ims.epc_sscc(epc ims.epc) returns ims.sscc, null for other keys */
Datum
ims_epc_sscc(PG_FUNCTION_ARGS)
{
	return key_of_kind(fcinfo, IMS_EPC_SSCC);
}

/* ims_epc_gln -- SQL: ims.epc_gln(epc ims.epc) returns ims.gln, null for other keys */
Datum
ims_epc_gln(PG_FUNCTION_ARGS)
{
	return key_of_kind(fcinfo, IMS_EPC_SGLN);
}
