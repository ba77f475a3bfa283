/*-------------------------------------------------------------------------
 *
 * epcis_urn.c
 *	  The names of an EPCIS event as URNs, urn:epc:..., instead of links.
 *
 * EPCIS 2.0 takes both forms for the same thing, and receivers of older versions
 * know URNs alone.  An event is made with Digital Links, which need no length of
 * a company prefix; here those whose key begins with a prefix of the owner are
 * written again (GS1 EPC Tag Data Standard 1.13, sections 6 and 7).  Any other
 * name stays as it is: each is valid by itself.
 *
 * What is in the master data of a lot, the last member of an event, is text of
 * the caller and no name.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "compat.h"
#include "type/epc_core.h"
#include "type/epcis.h"
#include "type/gs1_digit_core.h"
#include "type/gs1_parse_core.h"

PG_FUNCTION_INFO_V1(ims_epcis_urn);

#define MAX_VALUE 30 /* characters of a serial, a lot, an extension, an asset */
#define ILMD "ilmd"

typedef enum Target
{
	TO_EPC,	  /* what a tag could hold, by its element string */
	TO_CLASS, /* all of a GTIN, or of a lot */
	TO_PARTY
} Target;

/* A path of a link: its beginning, digits, what parts them from a value, the value. */
typedef struct Form
{
	const char *start;
	int digits;
	int lead; /* digits before the company prefix */
	const char *middle;
	bool has_value;
	Target target;
	const char *element; /* of these digits, before and behind them */
	const char *element_middle;
} Form;

static const Form forms[] = {
	{"/01/", 14, 1, "/21/", true, TO_EPC, "(01)", "(21)"},
	{"/01/", 14, 1, "/10/", true, TO_CLASS, NULL, NULL},
	{"/01/", 14, 1, "", false, TO_CLASS, NULL, NULL},
	{"/00/", 18, 1, "", false, TO_EPC, "(00)", ""},
	{"/414/", 13, 0, "/254/", true, TO_EPC, "(414)", "(254)"},
	{"/414/", 13, 0, "", false, TO_EPC, "(414)", ""},
	{"/417/", 13, 0, "", false, TO_PARTY, NULL, NULL},
	{"/8003/", 14, 1, "", true, TO_EPC, "(8003)", ""},
	{"/8004/", 0, 0, "", true, TO_EPC, "(8004)", ""},
};

/* What a link says. */
typedef struct Link
{
	const Form *form;
	const char *digits;
	char value[3 * MAX_VALUE];
	size_t value_length;
} Link;

static bool
skip(ImsCode *path, const char *text)
{
	size_t length = strlen(text);

	if (path->length < length || memcmp(path->text, text, length) != 0)
		return false;
	path->text += length;
	path->length -= length;
	return true;
}

/* Whether a path has that form; percent coding of its value is undone. */
static bool
read_form(ImsCode path, const Form *form, Link *link)
{
	link->form = form;
	link->value_length = 0;
	if (!skip(&path, form->start) || path.length < (size_t) form->digits ||
		!ims_gs1_is_digits(path.text, form->digits))
		return false;
	link->digits = path.text;
	path.text += form->digits;
	path.length -= form->digits;
	if (!skip(&path, form->middle))
		return false;
	if (!form->has_value)
		return path.length == 0;
	return path.length > 0 && path.length < sizeof(link->value) &&
		   memchr(path.text, '/', path.length) == NULL &&
		   ims_gs1_unescape(path.text, path.length, false, link->value,
							&link->value_length) &&
		   link->value_length <= MAX_VALUE;
}

/* The element string of a link; a bracket in a value would begin an identifier. */
static void
build_element_string(StringInfo element, const Link *link)
{
	appendStringInfoString(element, link->form->element);
	appendBinaryStringInfo(element, link->digits, link->form->digits);
	appendStringInfoString(element, link->form->element_middle);
	for (size_t i = 0; link->form->has_value && i < link->value_length; i++)
	{
		if (link->value[i] == '(')
			appendStringInfoChar(element, '\\');
		appendStringInfoChar(element, link->value[i]);
	}
}

/* The URN of a link; false where there is none, as for a serial that no tag holds. */
static bool
write_urn(const Link *link, int prefix_length, char urn[IMS_EPC_MAX_TEXT])
{
	const Form *form = link->form;
	StringInfoData element;
	ImsEpc epc;

	/* what is longer is no prefix, and leaves nothing of some keys */
	if (prefix_length > IMS_EPC_MAX_PREFIX)
		return false;
	switch (form->target)
	{
	case TO_CLASS:
		return ims_epc_write_class_uri(link->digits, prefix_length,
									   form->has_value ? link->value : NULL,
									   link->value_length, urn)
				   .rule == IMS_EPC_OK;
	case TO_PARTY:
		snprintf(urn, IMS_EPC_MAX_TEXT, "urn:epc:id:pgln:%.*s.%.*s", prefix_length,
				 link->digits, form->digits - 1 - prefix_length,
				 link->digits + prefix_length);
		return true;
	case TO_EPC:
		break;
	}
	initStringInfo(&element);
	build_element_string(&element, link);
	if (ims_epc_parse_element_string(element.data, element.len, prefix_length, 0, 0, &epc).rule !=
		IMS_EPC_OK)
		return false;
	ims_epc_write_pure_uri(&epc, urn);
	return true;
}

/*
 * Digits of the longest prefix that a key begins with; 0: with none.  What SQL asks
 * of an owner is ims._company_prefix_length().
 */
int
ims_company_prefix_length(ArrayType *prefixes, const char *key, size_t length)
{
	Datum *elements;
	int count;
	int longest = 0;

	deconstruct_array(prefixes, TEXTOID, -1, false, TYPALIGN_INT, &elements, NULL, &count);
	for (int i = 0; i < count; i++)
	{
		ImsCode prefix = ims_code_of_text(DatumGetTextPP(elements[i]));

		if (prefix.length <= length && (int) prefix.length > longest &&
			memcmp(prefix.text, key, prefix.length) == 0)
			longest = (int) prefix.length;
	}
	return longest;
}

/* The URN of a name; false where it is no link, or its key begins with no prefix. */
static bool
find_urn(ImsCode name, ArrayType *prefixes, char urn[IMS_EPC_MAX_TEXT])
{
	Link link;

	if (!skip(&name, IMS_GS1_DOMAIN))
		return false;
	for (int i = 0; i < lengthof(forms); i++)
	{
		const Form *form = &forms[i];
		bool is_number = form->digits > 0;
		int prefix_length;

		if (!read_form(name, form, &link))
			continue;
		prefix_length =
			ims_company_prefix_length(prefixes,
									  (is_number ? link.digits : link.value) + form->lead,
									  (is_number ? (size_t) form->digits
												 : link.value_length) -
										  form->lead);
		/*
		 * EPCs have no prefix of less than six digits (the tables of the standard,
		 * section 14, begin there): one of four or five stands for those of six
		 * that begin with it.
		 */
		return prefix_length > 0 &&
			   write_urn(&link, Max(prefix_length, IMS_EPC_MIN_PREFIX), urn);
	}
	return false;
}

/* The end of a string of JSON that begins here, behind its first quote. */
static const char *
end_of_string(const char *at, const char *end)
{
	for (; at < end && *at != '"'; at++)
		if (*at == '\\')
			at++;
	return Min(at, end);
}

/*
 * ims_epcis_urn -- SQL: ims._epcis_urn(event text, prefixes text[]) returns text
 */
Datum
ims_epcis_urn(PG_FUNCTION_ARGS)
{
	ImsCode event = ims_code_of_text(PG_GETARG_TEXT_PP(0));
	ArrayType *prefixes = PG_GETARG_ARRAYTYPE_P(1);
	const char *at = event.text;
	const char *end = event.text + event.length;
	StringInfoData json;

	initStringInfo(&json);
	while (at < end)
	{
		const char *quote = memchr(at, '"', end - at);
		ImsCode string;
		char urn[IMS_EPC_MAX_TEXT];

		if (quote == NULL)
			break;
		string.text = quote + 1;
		string.length = end_of_string(string.text, end) - string.text;
		if (string.length == strlen(ILMD) && memcmp(string.text, ILMD, strlen(ILMD)) == 0)
			break;
		appendBinaryStringInfo(&json, at, (int) (string.text - at));
		if (find_urn(string, prefixes, urn))
			appendStringInfoString(&json, urn);
		else
			appendBinaryStringInfo(&json, string.text, (int) string.length);
		at = string.text + string.length;
		/* the quote that ends it */
		if (at < end)
			appendStringInfoChar(&json, *at++);
	}
	if (at < end)
		appendBinaryStringInfo(&json, at, (int) (end - at));
	PG_RETURN_TEXT_P(cstring_to_text_with_len(json.data, json.len));
}
