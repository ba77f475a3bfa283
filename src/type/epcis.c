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
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "type/epcis.h"
#include "type/gs1_key_core.h"
#include "type/gs1_parse_core.h"

PG_FUNCTION_INFO_V1(ims_is_epcis_domain);
PG_FUNCTION_INFO_V1(ims_epcis_item_uri);
PG_FUNCTION_INFO_V1(ims_epcis_unit_uri);
PG_FUNCTION_INFO_V1(ims_epcis_place_uri);
PG_FUNCTION_INFO_V1(ims_epcis_event_id);
PG_FUNCTION_INFO_V1(ims_epcis_time);

/* Of an owner that has none: a name that RFC 2606 keeps free for ever. */
#define NO_DOMAIN "https://epcis.invalid"
#define MAX_VARIABLE_VALUE 20 /* characters of lots, serials and extensions */
#define GRAI_DIGITS 14		  /* a zero and the digits of a type of asset */
#define MAX_GRAI 30			  /* with its serial */
#define MAX_GIAI 30
#define EVENT_ID_BYTES 16 /* of a UUID */
#define MAX_KEY_TEXT 160  /* seven numbers of 20 characters and what parts them */
#define MAX_TIME_TEXT 40  /* of a year with five digits, an offset with three */

static bool
is_domain_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		   (c != '\0' && strchr("-._~:/%", c) != NULL);
}

static bool
is_hex_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* http or https, a host and perhaps a path, without a question or a fragment */
bool
ims_is_link_domain(const char *domain, size_t length)
{
	static const char *const schemes[] = {"https://", "http://"};
	size_t scheme = 0;

	for (int i = 0; i < lengthof(schemes) && scheme == 0; i++)
		if (length > strlen(schemes[i]) &&
			memcmp(domain, schemes[i], strlen(schemes[i])) == 0)
			scheme = strlen(schemes[i]);
	if (scheme == 0 || domain[scheme] == '/' || domain[scheme] == ':')
		return false;
	for (size_t i = scheme; i < length; i++)
		if (!is_domain_character(domain[i]) ||
			(domain[i] == '%' && !(i + 2 < length && is_hex_digit(domain[i + 1]) &&
								   is_hex_digit(domain[i + 2]))))
			return false;
	return true;
}

/* ims_is_epcis_domain -- SQL: ims._is_epcis_domain(domain text) returns boolean */
Datum
ims_is_epcis_domain(PG_FUNCTION_ARGS)
{
	text *domain = PG_GETARG_TEXT_PP(0);

	PG_RETURN_BOOL(ims_is_link_domain(VARDATA_ANY(domain), VARSIZE_ANY_EXHDR(domain)));
}

ImsCode
ims_code_of_text(text *value)
{
	ImsCode code = {VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value)};

	if (code.length == 0)
		code.text = NULL;
	return code;
}

static ImsCode
code_arg(FunctionCallInfo fcinfo, int place)
{
	if (PG_ARGISNULL(place))
		return (ImsCode){NULL, 0};
	return ims_code_of_text(PG_GETARG_TEXT_PP(place));
}

/* Appends a slash and a code, percent-coded from UTF-8. */
static void
append_code(StringInfo uri, ImsCode code)
{
	char *utf8 = pg_server_to_any(code.text, (int) code.length, PG_UTF8);
	size_t length = utf8 == code.text ? code.length : strlen(utf8);

	enlargeStringInfo(uri, (int) (3 * length + 2));
	uri->data[uri->len++] = '/';
	uri->len += (int) ims_gs1_escape(utf8, length, false, uri->data + uri->len);
	uri->data[uri->len] = '\0';
}

/* Names a thing below the domain, in its class, by those of the codes that there are. */
static void
append_private(StringInfo uri, ImsCode domain, const char *class_name, int count,
			   const ImsCode *codes)
{
	if (domain.text == NULL || !ims_is_link_domain(domain.text, domain.length))
		domain = (ImsCode){NO_DOMAIN, strlen(NO_DOMAIN)};
	while (domain.text[domain.length - 1] == '/')
		domain.length--;
	appendBinaryStringInfo(uri, domain.text, (int) domain.length);
	appendStringInfoString(uri, class_name);
	for (int i = 0; i < count; i++)
		if (codes[i].text != NULL)
			append_code(uri, codes[i]);
}

/* Names a thing by its key; the identifier stands between slashes. */
static void
append_key(StringInfo uri, const char *identifier, ImsCode key)
{
	appendStringInfoString(uri, IMS_GS1_DOMAIN);
	appendStringInfoString(uri, identifier);
	appendBinaryStringInfo(uri, key.text, (int) key.length);
}

/* Whether a code can be the value of identifier 10, 21 or 254. */
static bool
fits_identifier(ImsCode code)
{
	return code.length <= MAX_VARIABLE_VALUE && ims_gs1_is_cset82(code.text, code.length);
}

/*
 * A number that is restricted means something else in another company: it is
 * no name for the world.
 */
static bool
is_world_gtin(ImsCode code, int64_t *gtin)
{
	ImsGtinKind kind;

	if (code.text == NULL || ims_gtin_parse(code.text, code.length, gtin).rule != IMS_GS1_OK)
		return false;
	kind = ims_gtin_kind(*gtin);
	return kind != IMS_GTIN_RESTRICTED_COMPANY && kind != IMS_GTIN_RESTRICTED_REGION;
}

static bool
is_gln(ImsCode code)
{
	int64_t gln;

	return code.text != NULL &&
		   ims_gln_parse(code.text, code.length, &gln).rule == IMS_GS1_OK;
}

/* One unit where a serial is given, else a lot, else all of the item. */
void
ims_epcis_item(StringInfo to, const ImsEpcisNamer *namer, ImsCode item, ImsCode gtin,
			   ImsCode lot, ImsCode serial)
{
	ImsCode detail = serial.text != NULL ? serial : lot;
	int64_t number;

	if (is_world_gtin(gtin, &number) && (detail.text == NULL || fits_identifier(detail)))
	{
		char digits[IMS_GTIN_DIGITS + 1];

		ims_gs1_number_format(number, IMS_GTIN_DIGITS, digits);
		append_key(to, "/01/", (ImsCode){digits, IMS_GTIN_DIGITS});
		if (detail.text != NULL)
		{
			appendStringInfoString(to, serial.text != NULL ? "/21" : "/10");
			append_code(to, detail);
		}
	}
	else
		append_private(to, namer->domain, serial.text != NULL ? "/obj" : "/class", 3,
					   (ImsCode[]){namer->owner, item, detail});
}

/* Whether the owner may have given a number: it begins with a prefix of his, and more. */
static bool
is_own_key(const ImsEpcisNamer *namer, const char *digits, size_t length)
{
	int prefix;

	if (namer->prefixes == NULL)
		return false;
	prefix = ims_company_prefix_length(namer->prefixes, digits, length);
	return prefix > 0 && length > (size_t) prefix;
}

/*
 * A returnable asset, by itself: a zero, the number of its type, a serial.  Any
 * digits could be one, so that only those under a prefix of the owner are.
 */
static bool
is_grai(const ImsEpcisNamer *namer, ImsCode code)
{
	return code.length > GRAI_DIGITS && code.length <= MAX_GRAI &&
		   ims_gs1_is_digits(code.text, GRAI_DIGITS) && code.text[0] == '0' &&
		   ims_gs1_has_check_digit(code.text + 1, GRAI_DIGITS - 1) &&
		   ims_gs1_is_cset82(code.text, code.length) &&
		   is_own_key(namer, code.text + 1, code.length - 1);
}

static bool
is_giai(const ImsEpcisNamer *namer, ImsCode code)
{
	return code.length <= MAX_GIAI && ims_gs1_is_cset82(code.text, code.length) &&
		   is_own_key(namer, code.text, code.length);
}

void
ims_epcis_unit(StringInfo to, const ImsEpcisNamer *namer, ImsCode unit)
{
	int64_t number;

	if (ims_sscc_parse(unit.text, unit.length, &number).rule == IMS_GS1_OK)
		append_key(to, "/00/", unit);
	else if (is_grai(namer, unit) || is_giai(namer, unit))
	{
		appendStringInfoString(to, IMS_GS1_DOMAIN);
		appendStringInfoString(to, is_grai(namer, unit) ? "/8003" : "/8004");
		append_code(to, unit);
	}
	else
		append_private(to, namer->domain, "/obj", 2, (ImsCode[]){namer->owner, unit});
}

/*
 * A place without a GLN is an extension of the GLN of its site.  The extension
 * 0 stands for none.  Places are of no owner.
 */
void
ims_epcis_place(StringInfo to, const ImsEpcisNamer *namer, ImsCode place, ImsCode gln,
				ImsCode site_gln)
{
	bool is_zero = place.length == 1 && *place.text == '0';

	if (is_gln(gln))
		append_key(to, "/414/", gln);
	else if (is_gln(site_gln) && fits_identifier(place) && !is_zero)
	{
		append_key(to, "/414/", site_gln);
		appendStringInfoString(to, "/254");
		append_code(to, place);
	}
	else
		append_private(to, namer->domain, "/loc", 1, &place);
}

/* The owner itself where no party is given. */
void
ims_epcis_party(StringInfo to, const ImsEpcisNamer *namer, ImsCode party, ImsCode gln)
{
	if (is_gln(gln))
		append_key(to, "/417/", gln);
	else
		append_private(to, namer->domain, "/party", 2, (ImsCode[]){namer->owner, party});
}

void
ims_epcis_document(StringInfo to, const ImsEpcisNamer *namer, ImsCode type, ImsCode number)
{
	append_private(to, namer->domain, "/bt", 3, (ImsCode[]){namer->owner, type, number});
}

/*
 * A UUID of version 8 (RFC 9562) from SHA-256: the same event has the same id
 * whenever it is read, before and after a restore; another cluster has others.
 */
void
ims_epcis_event_uri(StringInfo to, const ImsEpcisKey *key)
{
	static const char digits[] = "0123456789abcdef";
	const int64 numbers[] = {key->system_identifier, key->owner_id,
							 key->posting_id,		 key->part,
							 key->from_location_id,	 key->to_location_id,
							 key->parent_id};
	char text[MAX_KEY_TEXT];
	char *end = text;
	uint8 hash[PG_SHA256_DIGEST_LENGTH];
	pg_cryptohash_ctx *ctx = pg_cryptohash_create(PG_SHA256);

	/* cluster/owner/posting/part:from:to:parent */
	for (int i = 0; i < lengthof(numbers); i++)
	{
		if (i > 0)
			*end++ = i <= 3 ? '/' : ':';
		end += pg_lltoa(numbers[i], end);
	}
	if (ctx == NULL || pg_cryptohash_init(ctx) < 0 ||
		pg_cryptohash_update(ctx, (uint8 *) text, end - text) < 0 ||
		pg_cryptohash_final(ctx, hash, sizeof(hash)) < 0)
		elog(ERROR, "could not compute SHA-256 of an event");
	pg_cryptohash_free(ctx);
	hash[6] = (hash[6] & 0x0F) | 0x80;
	hash[8] = (hash[8] & 0x3F) | 0x80;

	appendStringInfoString(to, "urn:uuid:");
	for (int i = 0; i < EVENT_ID_BYTES; i++)
	{
		if (i == 4 || i == 6 || i == 8 || i == 10)
			appendStringInfoCharMacro(to, '-');
		appendStringInfoCharMacro(to, digits[hash[i] >> 4]);
		appendStringInfoCharMacro(to, digits[hash[i] & 15]);
	}
}

/* Writes a separator and a number of two digits or more; returns where it ends. */
static char *
write_part(char *to, char separator, int number, int digits)
{
	*to = separator;
	return pg_ultostr_zeropad(to + 1, (uint32) number, digits);
}

static char *
write_offset(char *to, int32 minutes)
{
	to = write_part(to, minutes < 0 ? '-' : '+', abs(minutes) / MINS_PER_HOUR, 2);
	return write_part(to, ':', abs(minutes) % MINS_PER_HOUR, 2);
}

/* An offset from UTC, such as +01:00. */
void
ims_epcis_offset(StringInfo to, int32 offset_minutes)
{
	char text[MAX_TIME_TEXT];

	appendBinaryStringInfo(to, text, (int) (write_offset(text, offset_minutes) - text));
}

/*
 * The time of the day that people saw, with its offset, ISO 8601.  Appends
 * nothing, and says so, where that is no time: nothing so far away is posted.
 */
bool
ims_epcis_instant(StringInfo to, TimestampTz instant, int32 offset_minutes)
{
	char text[MAX_TIME_TEXT];
	char *end = text;
	struct pg_tm tm;
	fsec_t fsec;

	if (TIMESTAMP_NOT_FINITE(instant) || offset_minutes > MINS_PER_HOUR * HOURS_PER_DAY ||
		offset_minutes < -MINS_PER_HOUR * HOURS_PER_DAY ||
		timestamp2tm(instant + offset_minutes * (SECS_PER_MINUTE * USECS_PER_SEC), NULL,
					 &tm, &fsec, NULL, NULL) != 0 ||
		tm.tm_year < 0)
		return false;
	end = pg_ultostr_zeropad(end, (uint32) tm.tm_year, 4);
	end = write_part(end, '-', tm.tm_mon, 2);
	end = write_part(end, '-', tm.tm_mday, 2);
	end = write_part(end, 'T', tm.tm_hour, 2);
	end = write_part(end, ':', tm.tm_min, 2);
	end = write_part(end, ':', tm.tm_sec, 2);
	end = write_part(end, '.', (int) fsec, 6);
	end = write_offset(end, offset_minutes);
	appendBinaryStringInfo(to, text, (int) (end - text));
	return true;
}

/* The domain and the owner, arguments 0 and 1 of the functions below. */
static ImsEpcisNamer
namer_arg(FunctionCallInfo fcinfo)
{
	return (ImsEpcisNamer){code_arg(fcinfo, 0), code_arg(fcinfo, 1), NULL};
}

static Datum
built_text(StringInfo uri)
{
	PG_RETURN_TEXT_P(cstring_to_text_with_len(uri->data, uri->len));
}

/*
 * ims_epcis_item_uri -- SQL: ims._epcis_item_uri(domain text, owner text,
 *		item text, gtin text, lot text, serial text) returns text
 */
Datum
ims_epcis_item_uri(PG_FUNCTION_ARGS)
{
	ImsEpcisNamer namer = namer_arg(fcinfo);
	ImsCode item = code_arg(fcinfo, 2);
	StringInfoData uri;

	if (namer.owner.text == NULL || item.text == NULL)
		PG_RETURN_NULL();
	initStringInfo(&uri);
	ims_epcis_item(&uri, &namer, item, code_arg(fcinfo, 3), code_arg(fcinfo, 4),
				   code_arg(fcinfo, 5));
	return built_text(&uri);
}

/*
 * ims_epcis_unit_uri -- SQL: ims._epcis_unit_uri(domain text, owner text,
 *		prefixes text[], handling_unit text) returns text
 */
Datum
ims_epcis_unit_uri(PG_FUNCTION_ARGS)
{
	ImsEpcisNamer namer = namer_arg(fcinfo);
	ImsCode unit = code_arg(fcinfo, 3);
	StringInfoData uri;

	if (namer.owner.text == NULL || unit.text == NULL)
		PG_RETURN_NULL();
	if (!PG_ARGISNULL(2))
		namer.prefixes = PG_GETARG_ARRAYTYPE_P(2);
	initStringInfo(&uri);
	ims_epcis_unit(&uri, &namer, unit);
	return built_text(&uri);
}

/*
 * ims_epcis_place_uri -- SQL: ims._epcis_place_uri(domain text, place text,
 *		gln text, site_gln text) returns text
 */
Datum
ims_epcis_place_uri(PG_FUNCTION_ARGS)
{
	ImsEpcisNamer namer = {code_arg(fcinfo, 0), {NULL, 0}, NULL};
	ImsCode place = code_arg(fcinfo, 1);
	StringInfoData uri;

	if (place.text == NULL)
		PG_RETURN_NULL();
	initStringInfo(&uri);
	ims_epcis_place(&uri, &namer, place, code_arg(fcinfo, 2), code_arg(fcinfo, 3));
	return built_text(&uri);
}

/*
 * ims_epcis_event_id -- SQL: ims._epcis_event_id(system_identifier bigint,
 *		owner_id bigint, posting_id bigint, part bigint, from_location_id bigint,
 *		to_location_id bigint, parent_id bigint) returns text
 */
Datum
ims_epcis_event_id(PG_FUNCTION_ARGS)
{
	ImsEpcisKey key = {PG_GETARG_INT64(0), PG_GETARG_INT64(1), PG_GETARG_INT64(2),
					   PG_GETARG_INT64(3), PG_GETARG_INT64(4), PG_GETARG_INT64(5),
					   PG_GETARG_INT64(6)};
	StringInfoData uri;

	initStringInfo(&uri);
	ims_epcis_event_uri(&uri, &key);
	return built_text(&uri);
}

/*
 * ims_epcis_time -- SQL: ims._epcis_time(instant timestamptz,
 *		utc_offset_minutes integer) returns text
 */
Datum
ims_epcis_time(PG_FUNCTION_ARGS)
{
	StringInfoData text;

	initStringInfo(&text);
	if (!ims_epcis_instant(&text, PG_GETARG_TIMESTAMPTZ(0), PG_GETARG_INT32(1)))
		PG_RETURN_NULL();
	return built_text(&text);
}
