/*-------------------------------------------------------------------------
 *
 * epcis_event.c
 *	  An event as EPCIS 2.0 JSON, from a row of the view.
 *
 * The view says what an event is (sql/ledger/92_view_epcis.sql); here it is
 * written, member by member, into one text.  What is null is left out.  URIs,
 * words and times hold nothing that JSON would escape.
 *
 * The row comes as a record, and its columns are found by name once per
 * statement: a ledger that has other columns, of an earlier version, is read
 * without those that it has not.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "compat.h"
#include "type/epcis.h"

PG_FUNCTION_INFO_V1(ims_epcis_event);

typedef enum Field
{
	EVENT_TYPE,
	EVENT_URI,
	EVENT_TIME,
	UTC_OFFSET_MINUTES,
	RECORD_TIME,
	REVERSED_AT,
	CORRECTIVE_URI,
	ACTION,
	DOMAIN_NAME,
	OWNER,
	COMPANY_PREFIXES,
	PARENT,
	INPUT_EPCS,
	INPUT_QUANTITIES,
	EPCS,
	QUANTITIES,
	TRANSFORMATION_TYPE,
	TRANSFORMATION_NUMBER,
	BIZ_STEP,
	DISPOSITION,
	PERSISTENT_DISPOSITION,
	READ_POINT,
	BIZ_LOCATION,
	DOCUMENT_CODE,
	DOCUMENT_TYPE,
	DOCUMENT_NUMBER,
	DISPATCH_NUMBER,
	OWNER_IS,
	OWNER_GLN,
	PARTY,
	PARTY_GLN,
	SOURCE_SITE,
	SOURCE_SITE_GLN,
	DESTINATION_SITE,
	DESTINATION_SITE_GLN,
	ILMD,
	FIELDS
} Field;

static const struct
{
	const char *name;
	Oid type;
} fields[FIELDS] = {
	[EVENT_TYPE] = {"event_type", TEXTOID},
	[EVENT_URI] = {"event_uri", TEXTOID},
	[EVENT_TIME] = {"event_time", TIMESTAMPTZOID},
	[UTC_OFFSET_MINUTES] = {"utc_offset_minutes", INT4OID},
	[RECORD_TIME] = {"record_time", TIMESTAMPTZOID},
	[REVERSED_AT] = {"reversed_at", TIMESTAMPTZOID},
	[CORRECTIVE_URI] = {"corrective_uri", TEXTOID},
	[ACTION] = {"action", TEXTOID},
	[DOMAIN_NAME] = {"domain", TEXTOID},
	[OWNER] = {"owner", TEXTOID},
	[COMPANY_PREFIXES] = {"company_prefixes", TEXTARRAYOID},
	[PARENT] = {"parent", TEXTOID},
	[INPUT_EPCS] = {"input_epcs", TEXTOID},
	[INPUT_QUANTITIES] = {"input_quantities", TEXTOID},
	[EPCS] = {"epcs", TEXTOID},
	[QUANTITIES] = {"quantities", TEXTOID},
	[TRANSFORMATION_TYPE] = {"transformation_type", TEXTOID},
	[TRANSFORMATION_NUMBER] = {"transformation_number", TEXTOID},
	[BIZ_STEP] = {"biz_step", TEXTOID},
	[DISPOSITION] = {"disposition", TEXTOID},
	[PERSISTENT_DISPOSITION] = {"persistent_disposition", TEXTOID},
	[READ_POINT] = {"read_point", TEXTOID},
	[BIZ_LOCATION] = {"biz_location", TEXTOID},
	[DOCUMENT_CODE] = {"document_code", TEXTOID},
	[DOCUMENT_TYPE] = {"document_type", TEXTOID},
	[DOCUMENT_NUMBER] = {"document_number", TEXTOID},
	[DISPATCH_NUMBER] = {"dispatch_number", TEXTOID},
	[OWNER_IS] = {"owner_is", TEXTOID},
	[OWNER_GLN] = {"owner_gln", TEXTOID},
	[PARTY] = {"party", TEXTOID},
	[PARTY_GLN] = {"party_gln", TEXTOID},
	[SOURCE_SITE] = {"source_site", TEXTOID},
	[SOURCE_SITE_GLN] = {"source_site_gln", TEXTOID},
	[DESTINATION_SITE] = {"destination_site", TEXTOID},
	[DESTINATION_SITE_GLN] = {"destination_site_gln", TEXTOID},
	[ILMD] = {"ilmd", TEXTOID},
};

/* Where the columns of a type of row are; kept with the call. */
typedef struct RowShape
{
	Oid type;
	int32 typmod;
	TupleDesc desc;
	int place[FIELDS]; /* -1: the row has none */
	Datum *values;
	bool *nulls;
} RowShape;

static int
place_of(TupleDesc desc, Field field)
{
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, i);

		if (attribute->attisdropped ||
			strcmp(NameStr(attribute->attname), fields[field].name) != 0)
			continue;
		if (attribute->atttypid != fields[field].type)
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("column \"%s\" of an event is of type %s", fields[field].name,
							format_type_be(attribute->atttypid))));
		return i;
	}
	return -1;
}

static RowShape *
shape_of(FunctionCallInfo fcinfo, HeapTupleHeader row)
{
	RowShape *shape = fcinfo->flinfo->fn_extra;
	Oid type = HeapTupleHeaderGetTypeId(row);
	int32 typmod = HeapTupleHeaderGetTypMod(row);
	MemoryContext caller;

	if (shape != NULL && shape->type == type && shape->typmod == typmod)
		return shape;
	caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	shape = palloc(sizeof(RowShape));
	shape->type = type;
	shape->typmod = typmod;
	shape->desc = lookup_rowtype_tupdesc_copy(type, typmod);
	for (int i = 0; i < FIELDS; i++)
		shape->place[i] = place_of(shape->desc, (Field) i);
	shape->values = palloc(shape->desc->natts * sizeof(Datum));
	shape->nulls = palloc(shape->desc->natts * sizeof(bool));
	MemoryContextSwitchTo(caller);
	fcinfo->flinfo->fn_extra = shape;
	return shape;
}

static bool
has(const RowShape *row, Field field)
{
	return row->place[field] >= 0 && !row->nulls[row->place[field]];
}

static Datum
value_of(const RowShape *row, Field field)
{
	Assert(has(row, field));
	return row->values[row->place[field]];
}

static ImsCode
code_of(const RowShape *row, Field field)
{
	if (!has(row, field))
		return (ImsCode){NULL, 0};
	return ims_code_of_text(DatumGetTextPP(value_of(row, field)));
}

static bool
is_word(const RowShape *row, Field field, const char *word)
{
	ImsCode code = code_of(row, field);

	return code.length == strlen(word) && memcmp(code.text, word, code.length) == 0;
}

static ImsEpcisNamer
namer_of(const RowShape *row)
{
	return (ImsEpcisNamer){code_of(row, DOMAIN_NAME), code_of(row, OWNER),
						   has(row, COMPANY_PREFIXES)
							   ? DatumGetArrayTypeP(value_of(row, COMPANY_PREFIXES))
							   : NULL};
}

/* The separator of members and elements, unless one of them begins here. */
static void
append_comma(StringInfo json)
{
	char last = json->data[json->len - 1];

	if (last != '{' && last != '[')
		appendBinaryStringInfo(json, ", ", 2);
}

/* Begins a member; its value follows. */
static void
begin_member(StringInfo json, const char *name)
{
	append_comma(json);
	appendStringInfoCharMacro(json, '"');
	appendStringInfoString(json, name);
	appendBinaryStringInfo(json, "\": ", 3);
}

/* A member whose value is in the row, as JSON or between these. */
static void
add_value(StringInfo json, const RowShape *row, Field field, const char *name,
		  const char *before, const char *after)
{
	ImsCode value = code_of(row, field);

	if (value.text == NULL)
		return;
	begin_member(json, name);
	appendStringInfoString(json, before);
	appendBinaryStringInfo(json, value.text, (int) value.length);
	appendStringInfoString(json, after);
}

static void
add_word(StringInfo json, const RowShape *row, Field field, const char *name)
{
	add_value(json, row, field, name, "\"", "\"");
}

static void
add_list(StringInfo json, const RowShape *row, Field field, const char *name)
{
	add_value(json, row, field, name, "", "");
}

static void
add_time(StringInfo json, const RowShape *row, Field field, int32 offset_minutes,
		 const char *name)
{
	int start = json->len;

	if (!has(row, field))
		return;
	begin_member(json, name);
	appendStringInfoCharMacro(json, '"');
	if (ims_epcis_instant(json, DatumGetTimestampTz(value_of(row, field)), offset_minutes))
		appendStringInfoCharMacro(json, '"');
	else
		json->data[json->len = start] = '\0';
}

/* What, when, and whether it occurred at all. */
static void
add_head(StringInfo json, const RowShape *row)
{
	int32 offset = has(row, UTC_OFFSET_MINUTES)
					   ? DatumGetInt32(value_of(row, UTC_OFFSET_MINUTES))
					   : 0;

	add_word(json, row, EVENT_TYPE, "type");
	add_word(json, row, EVENT_URI, "eventID");
	add_time(json, row, EVENT_TIME, offset, "eventTime");
	begin_member(json, "eventTimeZoneOffset");
	appendStringInfoCharMacro(json, '"');
	ims_epcis_offset(json, offset);
	appendStringInfoCharMacro(json, '"');
	add_time(json, row, RECORD_TIME, 0, "recordTime");
	if (has(row, REVERSED_AT))
	{
		begin_member(json, "errorDeclaration");
		appendStringInfoCharMacro(json, '{');
		add_time(json, row, REVERSED_AT, 0, "declarationTime");
		begin_member(json, "reason");
		appendStringInfoString(json, "\"did_not_occur\"");
		add_value(json, row, CORRECTIVE_URI, "correctiveEventIDs", "[\"", "\"]");
		appendStringInfoCharMacro(json, '}');
	}
	add_word(json, row, ACTION, "action");
}

/* What it is about, as its type of event wants it. */
static void
add_things(StringInfo json, const RowShape *row)
{
	ImsEpcisNamer namer = namer_of(row);
	ImsCode parent = code_of(row, PARENT);
	ImsCode transformation = code_of(row, TRANSFORMATION_NUMBER);

	if (is_word(row, EVENT_TYPE, "AggregationEvent"))
	{
		if (parent.text != NULL)
		{
			begin_member(json, "parentID");
			appendStringInfoCharMacro(json, '"');
			ims_epcis_unit(json, &namer, parent);
			appendStringInfoCharMacro(json, '"');
		}
		add_list(json, row, EPCS, "childEPCs");
		add_list(json, row, QUANTITIES, "childQuantityList");
	}
	else if (is_word(row, EVENT_TYPE, "TransformationEvent"))
	{
		add_list(json, row, INPUT_EPCS, "inputEPCList");
		add_list(json, row, INPUT_QUANTITIES, "inputQuantityList");
		add_list(json, row, EPCS, "outputEPCList");
		add_list(json, row, QUANTITIES, "outputQuantityList");
		if (transformation.text != NULL)
		{
			begin_member(json, "transformationID");
			appendStringInfoCharMacro(json, '"');
			ims_epcis_document(json, &namer, code_of(row, TRANSFORMATION_TYPE),
							   transformation);
			appendStringInfoCharMacro(json, '"');
		}
	}
	else
	{
		add_list(json, row, EPCS, "epcList");
		add_list(json, row, QUANTITIES, "quantityList");
		/* to see nothing is an event too */
		if (!has(row, EPCS) && !has(row, QUANTITIES))
		{
			begin_member(json, "epcList");
			appendStringInfoString(json, "[]");
		}
	}
}

/* Begins an element of a list of typed things, up to the URI. */
static void
begin_typed(StringInfo json, ImsCode type, const char *name)
{
	append_comma(json);
	appendStringInfoCharMacro(json, '{');
	if (type.text != NULL)
	{
		begin_member(json, "type");
		appendStringInfoCharMacro(json, '"');
		appendBinaryStringInfo(json, type.text, (int) type.length);
		appendStringInfoCharMacro(json, '"');
	}
	begin_member(json, name);
	appendStringInfoCharMacro(json, '"');
}

static void
end_typed(StringInfo json)
{
	appendBinaryStringInfo(json, "\"}", 2);
}

static ImsCode
word(const char *text)
{
	return (ImsCode){text, strlen(text)};
}

/* Ends a list, or takes it back where nothing is in it. */
static void
end_list(StringInfo json, int start)
{
	if (json->data[json->len - 1] == '[')
		json->data[json->len = start] = '\0';
	else
		appendStringInfoCharMacro(json, ']');
}

static int
begin_list(StringInfo json, const char *name)
{
	int start = json->len;

	begin_member(json, name);
	appendStringInfoCharMacro(json, '[');
	return start;
}

static void
add_documents(StringInfo json, const RowShape *row)
{
	ImsEpcisNamer namer = namer_of(row);
	ImsCode document = code_of(row, DOCUMENT_NUMBER);
	ImsCode dispatch = code_of(row, DISPATCH_NUMBER);
	int start = begin_list(json, "bizTransactionList");

	if (document.text != NULL)
	{
		begin_typed(json, code_of(row, DOCUMENT_CODE), "bizTransaction");
		ims_epcis_document(json, &namer, code_of(row, DOCUMENT_TYPE), document);
		end_typed(json);
	}
	if (dispatch.text != NULL)
	{
		begin_typed(json, word("desadv"), "bizTransaction");
		ims_epcis_document(json, &namer, word("dispatch"), dispatch);
		end_typed(json);
	}
	end_list(json, start);
}

/* One end of a way: the owner, the party or neither, and a site. */
static void
add_end(StringInfo json, const RowShape *row, const char *name, bool is_source)
{
	ImsEpcisNamer namer = namer_of(row);
	Field site = is_source ? SOURCE_SITE : DESTINATION_SITE;
	Field site_gln = is_source ? SOURCE_SITE_GLN : DESTINATION_SITE_GLN;
	ImsCode party = code_of(row, PARTY);
	ImsCode place = code_of(row, site);
	bool is_owner = is_word(row, OWNER_IS, name);
	bool is_party = has(row, OWNER_IS) && !is_owner && party.text != NULL;
	int start = begin_list(json, is_source ? "sourceList" : "destinationList");

	if (is_owner)
	{
		begin_typed(json, word("owning_party"), name);
		ims_epcis_party(json, &namer, (ImsCode){NULL, 0}, code_of(row, OWNER_GLN));
		end_typed(json);
	}
	if (is_party)
	{
		begin_typed(json, word("possessing_party"), name);
		ims_epcis_party(json, &namer, party, code_of(row, PARTY_GLN));
		end_typed(json);
	}
	if (place.text != NULL)
	{
		begin_typed(json, word("location"), name);
		ims_epcis_place(json, &namer, place, code_of(row, site_gln), (ImsCode){NULL, 0});
		end_typed(json);
	}
	end_list(json, start);
}

/*
 * ims_epcis_event -- SQL: ims._epcis_event(event record) returns text
 */
Datum
ims_epcis_event(PG_FUNCTION_ARGS)
{
	HeapTupleHeader header = PG_GETARG_HEAPTUPLEHEADER(0);
	RowShape *row = shape_of(fcinfo, header);
	HeapTupleData tuple;
	StringInfoData json;

	tuple.t_len = HeapTupleHeaderGetDatumLength(header);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = header;
	heap_deform_tuple(&tuple, row->desc, row->values, row->nulls);

	initStringInfo(&json);
	appendStringInfoChar(&json, '{');
	add_head(&json, row);
	add_things(&json, row);
	add_word(&json, row, BIZ_STEP, "bizStep");
	add_word(&json, row, DISPOSITION, "disposition");
	add_value(&json, row, PERSISTENT_DISPOSITION, "persistentDisposition", "", "");
	add_value(&json, row, READ_POINT, "readPoint", "{\"id\": \"", "\"}");
	add_value(&json, row, BIZ_LOCATION, "bizLocation", "{\"id\": \"", "\"}");
	add_documents(&json, row);
	add_end(&json, row, "source", true);
	add_end(&json, row, "destination", false);
	add_value(&json, row, ILMD, "ilmd", "", "");
	appendStringInfoChar(&json, '}');
	PG_RETURN_TEXT_P(cstring_to_text_with_len(json.data, json.len));
}
