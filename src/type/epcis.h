/*-------------------------------------------------------------------------
 *
 * epcis.h
 *	  Names of things, times and ids in EPCIS events.
 *
 * Each is appended to a text that is being built, so that an event of some
 * dozen names is written in one go.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_EPCIS_H
#define IMS_EPCIS_H

#include "datatype/timestamp.h"
#include "lib/stringinfo.h"
#include "utils/array.h"

#define IMS_GS1_DOMAIN "https://id.gs1.org"

/* A code; text is null where there is none, or an empty one. */
typedef struct ImsCode
{
	const char *text; /* not terminated */
	size_t length;
} ImsCode;

/* Whose names they are. */
typedef struct ImsEpcisNamer
{
	ImsCode domain;
	ImsCode owner;
	ArrayType *prefixes; /* GS1 company prefixes of the owner; null: not known */
} ImsEpcisNamer;

/* An event: a part of a posting. */
typedef struct ImsEpcisKey
{
	int64 system_identifier;
	int64 owner_id;
	int64 posting_id;
	int64 part;
	int64 from_location_id;
	int64 to_location_id;
	int64 parent_id;
} ImsEpcisKey;

extern bool ims_is_link_domain(const char *domain, size_t length);
extern ImsCode ims_code_of_text(text *value);
extern int ims_company_prefix_length(ArrayType *prefixes, const char *key, size_t length);

extern void ims_epcis_item(StringInfo to, const ImsEpcisNamer *namer, ImsCode item,
						   ImsCode gtin, ImsCode lot, ImsCode serial);
extern void ims_epcis_unit(StringInfo to, const ImsEpcisNamer *namer, ImsCode unit);
extern void ims_epcis_place(StringInfo to, const ImsEpcisNamer *namer, ImsCode place,
							ImsCode gln, ImsCode site_gln);
extern void ims_epcis_party(StringInfo to, const ImsEpcisNamer *namer, ImsCode party,
							ImsCode gln);
extern void ims_epcis_document(StringInfo to, const ImsEpcisNamer *namer, ImsCode type,
							   ImsCode number);
extern void ims_epcis_event_uri(StringInfo to, const ImsEpcisKey *key);
extern bool ims_epcis_instant(StringInfo to, TimestampTz instant, int32 offset_minutes);
extern void ims_epcis_offset(StringInfo to, int32 offset_minutes);

#endif
