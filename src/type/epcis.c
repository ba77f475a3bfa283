/*-------------------------------------------------------------------------
 *
 * epcis.c
 *	  Names of things in EPCIS events: URIs, times, event ids.
 *
 * What has a GS1 key is named by a Digital Link URI in its canonical form, as
 * EPCIS 2.0 allows: it needs no length of a company prefix.  Anything else is
 * named below the domain that its owner chose.  Every URI is plain ASCII:
 * codes are percent-coded, RFC 3986.  A key that is wrong, or that does not
 * fit its identifier, is no key: the view that calls this names all there is
 * and fails for nobody.
 *
 * The functions may be called for each line of the ledger; memory is the
 * caller's.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/cryptohash.h"
#include "common/sha2.h"
#include "catalog/pg_type.h"
#include "datatype/timestamp.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "type/epcis.h"
#include "type/gs1_key_core.h"
#include "type/gs1_parse_core.h"

PG_FUNCTION_INFO_V1(ims_epcis_item_uri);
PG_FUNCTION_INFO_V1(ims_epcis_unit_uri);
PG_FUNCTION_INFO_V1(ims_epcis_place_uri);
PG_FUNCTION_INFO_V1(ims_epcis_party_uri);
PG_FUNCTION_INFO_V1(ims_epcis_document_uri);
PG_FUNCTION_INFO_V1(ims_epcis_event_id);
PG_FUNCTION_INFO_V1(ims_epcis_time);
PG_FUNCTION_INFO_V1(ims_epcis_offset);
PG_FUNCTION_INFO_V1(ims_epcis_list);

#define GS1_DOMAIN "https://id.gs1.org"
/* Of an owner that has none: a name that RFC 2606 keeps free for ever. */
#define NO_DOMAIN "https://epcis.invalid"
#define MAX_VARIABLE_VALUE 20 /* characters of lots, serials and extensions */
#define EVENT_ID_BYTES 16	  /* of a UUID */

/* http or https, a host and perhaps a path, without a question or a fragment */
bool
ims_is_link_domain(const char *domain)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
								  "0123456789-._~:/%";
	const char *host;

	if (strncmp(domain, "https://", strlen("https://")) == 0)
		host = domain + strlen("https://");
	else if (strncmp(domain, "http://", strlen("http://")) == 0)
		host = domain + strlen("http://");
	else
		return false;
	return *host != '\0' && *host != '/' && strspn(domain, allowed) == strlen(domain);
}

/* An argument as text, NULL where it is null or empty. */
static char *
text_arg(FunctionCallInfo fcinfo, int place)
{
	text *value;

	if (PG_ARGISNULL(place))
		return NULL;
	value = PG_GETARG_TEXT_PP(place);
	return VARSIZE_ANY_EXHDR(value) > 0 ? text_to_cstring(value) : NULL;
}

/* Appends a slash and a code, percent-coded from UTF-8. */
static void
append_code(StringInfo uri, const char *code)
{
	char *utf8 = pg_server_to_any(code, strlen(code), PG_UTF8);
	size_t length = strlen(utf8);

	appendStringInfoChar(uri, '/');
	enlargeStringInfo(uri, 3 * length + 1);
	uri->len += ims_gs1_escape(utf8, length, false, uri->data + uri->len);
	uri->data[uri->len] = '\0';
}

/* Begins a URI below the owner's domain, for things of one class. */
static void
begin_private(StringInfo uri, const char *domain, const char *class_name)
{
	initStringInfo(uri);
	if (domain == NULL || !ims_is_link_domain(domain))
		domain = NO_DOMAIN;
	appendStringInfoString(uri, domain);
	while (uri->data[uri->len - 1] == '/')
		uri->data[--uri->len] = '\0';
	appendStringInfo(uri, "/%s", class_name);
}

static Datum
built_text(StringInfo uri)
{
	PG_RETURN_TEXT_P(cstring_to_text_with_len(uri->data, uri->len));
}

/* Whether a code can be the value of identifier 10, 21 or 254. */
static bool
fits_identifier(const char *code)
{
	size_t length = strlen(code);

	return length <= MAX_VARIABLE_VALUE && ims_gs1_is_cset82(code, length);
}

/*
 * A number that is restricted means something else in another company: it is
 * no name for the world.
 */
static bool
is_world_gtin(const char *code, int64_t *gtin)
{
	ImsGtinKind kind;

	if (ims_gtin_parse(code, strlen(code), gtin).rule != IMS_GS1_OK)
		return false;
	kind = ims_gtin_kind(*gtin);
	return kind != IMS_GTIN_RESTRICTED_COMPANY && kind != IMS_GTIN_RESTRICTED_REGION;
}

static bool
is_gln(const char *code)
{
	int64_t gln;

	return code != NULL && ims_gln_parse(code, strlen(code), &gln).rule == IMS_GS1_OK;
}

/*
 * ims_epcis_item_uri -- SQL: ims._epcis_item_uri(domain text, owner text,
 *		item text, gtin text, lot text, serial text) returns text
 *
 * One unit where a serial is given, else a lot, else all of the item.
 */
Datum
ims_epcis_item_uri(PG_FUNCTION_ARGS)
{
	char *domain = text_arg(fcinfo, 0);
	char *owner = text_arg(fcinfo, 1);
	char *item = text_arg(fcinfo, 2);
	char *gtin = text_arg(fcinfo, 3);
	char *lot = text_arg(fcinfo, 4);
	char *serial = text_arg(fcinfo, 5);
	const char *detail = serial != NULL ? serial : lot;
	StringInfoData uri;
	int64_t number;

	if (owner == NULL || item == NULL)
		PG_RETURN_NULL();
	if (gtin != NULL && is_world_gtin(gtin, &number) &&
		(detail == NULL || fits_identifier(detail)))
	{
		char digits[IMS_GTIN_DIGITS + 1];

		ims_gs1_number_format(number, IMS_GTIN_DIGITS, digits);
		initStringInfo(&uri);
		appendStringInfo(&uri, GS1_DOMAIN "/01/%s", digits);
		if (detail != NULL)
			appendStringInfoString(&uri, serial != NULL ? "/21" : "/10");
	}
	else
	{
		begin_private(&uri, domain, serial != NULL ? "obj" : "class");
		append_code(&uri, owner);
		append_code(&uri, item);
	}
	if (detail != NULL)
		append_code(&uri, detail);
	return built_text(&uri);
}

/*
 * ims_epcis_unit_uri -- SQL: ims._epcis_unit_uri(domain text, owner text,
 *		handling_unit text) returns text
 */
Datum
ims_epcis_unit_uri(PG_FUNCTION_ARGS)
{
	char *domain = text_arg(fcinfo, 0);
	char *owner = text_arg(fcinfo, 1);
	char *unit = text_arg(fcinfo, 2);
	StringInfoData uri;
	int64_t number;

	if (owner == NULL || unit == NULL)
		PG_RETURN_NULL();
	if (ims_sscc_parse(unit, strlen(unit), &number).rule == IMS_GS1_OK)
	{
		initStringInfo(&uri);
		appendStringInfo(&uri, GS1_DOMAIN "/00/%s", unit);
		return built_text(&uri);
	}
	begin_private(&uri, domain, "obj");
	append_code(&uri, owner);
	append_code(&uri, unit);
	return built_text(&uri);
}

/*
 * ims_epcis_place_uri -- SQL: ims._epcis_place_uri(domain text, place text,
 *		gln text, site_gln text) returns text
 *
 * A place without a GLN is an extension of the GLN of its site.  The extension
 * 0 stands for none.
 */
Datum
ims_epcis_place_uri(PG_FUNCTION_ARGS)
{
	char *domain = text_arg(fcinfo, 0);
	char *place = text_arg(fcinfo, 1);
	char *gln = text_arg(fcinfo, 2);
	char *site_gln = text_arg(fcinfo, 3);
	StringInfoData uri;

	if (place == NULL)
		PG_RETURN_NULL();
	if (is_gln(gln))
	{
		initStringInfo(&uri);
		appendStringInfo(&uri, GS1_DOMAIN "/414/%s", gln);
		return built_text(&uri);
	}
	if (is_gln(site_gln) && fits_identifier(place) && strcmp(place, "0") != 0)
	{
		initStringInfo(&uri);
		appendStringInfo(&uri, GS1_DOMAIN "/414/%s/254", site_gln);
	}
	else
		begin_private(&uri, domain, "loc");
	append_code(&uri, place);
	return built_text(&uri);
}

/*
 * ims_epcis_party_uri -- SQL: ims._epcis_party_uri(domain text, owner text,
 *		party text, gln text) returns text
 *
 * The owner itself where no party is given.
 */
Datum
ims_epcis_party_uri(PG_FUNCTION_ARGS)
{
	char *domain = text_arg(fcinfo, 0);
	char *owner = text_arg(fcinfo, 1);
	char *party = text_arg(fcinfo, 2);
	char *gln = text_arg(fcinfo, 3);
	StringInfoData uri;

	if (owner == NULL)
		PG_RETURN_NULL();
	if (is_gln(gln))
	{
		initStringInfo(&uri);
		appendStringInfo(&uri, GS1_DOMAIN "/417/%s", gln);
		return built_text(&uri);
	}
	begin_private(&uri, domain, "party");
	append_code(&uri, owner);
	if (party != NULL)
		append_code(&uri, party);
	return built_text(&uri);
}

/*
 * ims_epcis_document_uri -- SQL: ims._epcis_document_uri(domain text, owner text,
 *		type text, number text) returns text
 */
Datum
ims_epcis_document_uri(PG_FUNCTION_ARGS)
{
	char *domain = text_arg(fcinfo, 0);
	char *owner = text_arg(fcinfo, 1);
	char *type = text_arg(fcinfo, 2);
	char *number = text_arg(fcinfo, 3);
	StringInfoData uri;

	if (owner == NULL || number == NULL)
		PG_RETURN_NULL();
	begin_private(&uri, domain, "bt");
	append_code(&uri, owner);
	if (type != NULL)
		append_code(&uri, type);
	append_code(&uri, number);
	return built_text(&uri);
}

/*
 * ims_epcis_event_id -- SQL: ims._epcis_event_id(system_identifier bigint,
 *		owner_id bigint, posting_id bigint, part text) returns text
 *
 * A UUID of version 8 (RFC 9562) from SHA-256: the same event has the same id
 * whenever it is read, before and after a restore; another cluster has others.
 */
Datum
ims_epcis_event_id(PG_FUNCTION_ARGS)
{
	static const char digits[] = "0123456789abcdef";
	text *part = PG_GETARG_TEXT_PP(3);
	uint8 hash[PG_SHA256_DIGEST_LENGTH];
	pg_cryptohash_ctx *ctx = pg_cryptohash_create(PG_SHA256);
	StringInfoData uri;
	int i;

	initStringInfo(&uri);
	appendStringInfo(&uri, INT64_FORMAT "/" INT64_FORMAT "/" INT64_FORMAT "/%.*s",
					 PG_GETARG_INT64(0), PG_GETARG_INT64(1), PG_GETARG_INT64(2),
					 (int) VARSIZE_ANY_EXHDR(part), VARDATA_ANY(part));
	if (ctx == NULL || pg_cryptohash_init(ctx) < 0 ||
		pg_cryptohash_update(ctx, (uint8 *) uri.data, uri.len) < 0 ||
		pg_cryptohash_final(ctx, hash, sizeof(hash)) < 0)
		elog(ERROR, "could not compute SHA-256 of an event");
	pg_cryptohash_free(ctx);
	hash[6] = (hash[6] & 0x0F) | 0x80;
	hash[8] = (hash[8] & 0x3F) | 0x80;

	resetStringInfo(&uri);
	appendStringInfoString(&uri, "urn:uuid:");
	for (i = 0; i < EVENT_ID_BYTES; i++)
	{
		if (i == 4 || i == 6 || i == 8 || i == 10)
			appendStringInfoChar(&uri, '-');
		appendStringInfoChar(&uri, digits[hash[i] >> 4]);
		appendStringInfoChar(&uri, digits[hash[i] & 15]);
	}
	return built_text(&uri);
}

/*
 * ims_epcis_time -- SQL: ims._epcis_time(instant timestamptz,
 *		utc_offset_minutes integer) returns text
 *
 * The time of the day that people saw, with its offset, ISO 8601.
 */
Datum
ims_epcis_time(PG_FUNCTION_ARGS)
{
	TimestampTz instant = PG_GETARG_TIMESTAMPTZ(0);
	int32 minutes = PG_GETARG_INT32(1);
	struct pg_tm tm;
	fsec_t fsec;

	/* nothing so far away is posted */
	if (TIMESTAMP_NOT_FINITE(instant) || abs(minutes) > MINS_PER_HOUR * HOURS_PER_DAY ||
		timestamp2tm(instant + minutes * (SECS_PER_MINUTE * USECS_PER_SEC), NULL, &tm,
					 &fsec, NULL, NULL) != 0)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(
		psprintf("%04d-%02d-%02dT%02d:%02d:%02d.%06d%c%02d:%02d", tm.tm_year, tm.tm_mon,
				 tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int) fsec,
				 minutes < 0 ? '-' : '+', abs(minutes) / MINS_PER_HOUR,
				 abs(minutes) % MINS_PER_HOUR)));
}

/* ims_epcis_offset -- SQL: ims._epcis_offset(utc_offset_minutes integer) returns text */
Datum
ims_epcis_offset(PG_FUNCTION_ARGS)
{
	int32 minutes = PG_GETARG_INT32(0);

	PG_RETURN_TEXT_P(cstring_to_text(psprintf("%c%02d:%02d", minutes < 0 ? '-' : '+',
											  abs(minutes) / MINS_PER_HOUR,
											  abs(minutes) % MINS_PER_HOUR)));
}

static int
compare_elements(const void *a, const void *b)
{
	text *x = DatumGetTextPP(*(const Datum *) a);
	text *y = DatumGetTextPP(*(const Datum *) b);
	size_t shorter = Min(VARSIZE_ANY_EXHDR(x), VARSIZE_ANY_EXHDR(y));
	int result = memcmp(VARDATA_ANY(x), VARDATA_ANY(y), shorter);

	if (result == 0)
		result = VARSIZE_ANY_EXHDR(x) < VARSIZE_ANY_EXHDR(y) ? -1 : 1;
	return result;
}

/*
 * ims_epcis_list -- SQL: ims._epcis_list(elements text[]) returns text
 *
 * An array of JSON from its elements, in the order of their bytes.  Sorting
 * here spares the view a sort for each list of each event.
 */
Datum
ims_epcis_list(PG_FUNCTION_ARGS)
{
	StringInfoData list;
	Datum *elements;
	int n;
	int i;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), TEXTOID, -1, false, TYPALIGN_INT,
					  &elements, NULL, &n);
	qsort(elements, n, sizeof(Datum), compare_elements);
	initStringInfo(&list);
	appendStringInfoChar(&list, '[');
	for (i = 0; i < n; i++)
	{
		text *element = DatumGetTextPP(elements[i]);

		if (i > 0)
			appendStringInfoString(&list, ", ");
		appendBinaryStringInfo(&list, VARDATA_ANY(element), VARSIZE_ANY_EXHDR(element));
	}
	appendStringInfoChar(&list, ']');
	return built_text(&list);
}
