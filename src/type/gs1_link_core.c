/*-------------------------------------------------------------------------
 *
 * gs1_link_core.c
 *	  GS1 Digital Link URIs: reading and writing.
 *
 * GS1 Digital Link Standard, URI syntax: the path ends with a primary key and
 * its qualifiers in their order, each as /identifier/value; the query holds
 * further elements as attributes.  What stands before the key, keys of the
 * query that are not numbers, and the fragment mean nothing here.  Compressed
 * links are not read.
 *
 * An identifier that is not built in is an attribute: its first digits tell how
 * many it has, and its value is checked like that of an element string.  So a
 * link needs no table, and what is written here is read here.
 *
 *-------------------------------------------------------------------------
 */
#include "type/gs1_parse_core.h"

#include <string.h>

#define SHORT_NAME_LENGTH 5
#define GTIN_DIGITS 14

static const char uri_marks[] = "-._~:/?#[]@!$&'()*+,;=%";
static const char domain_marks[] = "-.:[]/"; /* the last one ends it */
static const char default_stem[] = "https://id.gs1.org";
static const ImsGs1Key gtin_key = {100, 2};

/* Names that older links have in the place of identifiers. */
static const struct
{
	char name[SHORT_NAME_LENGTH + 1];
	char ai[IMS_GS1_MAX_AI_DIGITS + 1];
} short_names[] = {
	{"cpid", "8010"}, {"cpsn", "8011"},	 {"cpv", "22"},		{"gcn", "255"},
	{"gdti", "253"},  {"giai", "8004"},	 {"ginc", "401"},	{"gln", "414"},
	{"glnx", "254"},  {"gmn", "8013"},	 {"grai", "8003"},	{"gsin", "402"},
	{"gsrn", "8018"}, {"gsrnp", "8017"}, {"gtin", "01"},	{"itip", "8006"},
	{"lot", "10"},	  {"party", "417"},	 {"refno", "8020"}, {"ser", "21"},
	{"srin", "8019"}, {"sscc", "00"},
};

/* A link while it is read; offsets count from the beginning of the input. */
typedef struct Link
{
	const char *text;
	size_t path;	 /* the slash behind the domain */
	size_t path_end; /* a question mark, hash or the end */
	size_t query;	 /* behind the question mark; query_end if there is none */
	size_t query_end;
	bool is_legacy;
	int path_count; /* elements of the path */
} Link;

static bool
is_alphanumeric(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool
is_of(char c, const char *marks)
{
	return is_alphanumeric(c) || (c != '\0' && strchr(marks, c) != NULL);
}

/* The length of the scheme, all lower or all upper case; 0 if it is another. */
static size_t
scheme_length(const char *text, size_t length)
{
	static const char *const schemes[] = {"https://", "http://", "HTTPS://", "HTTP://"};

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
	{
		size_t wanted = strlen(schemes[i]);

		if (length >= wanted && memcmp(text, schemes[i], wanted) == 0)
			return wanted;
	}
	return 0;
}

bool
ims_gs1_is_link(const char *text, size_t length)
{
	return scheme_length(text, length) > 0;
}

/* Scheme and domain; leaves in *end where the path begins, or the end. */
static bool
check_domain(const char *text, size_t length, size_t start, size_t *end,
			 ImsGs1Problem *status)
{
	size_t scheme = scheme_length(text + start, length - start);
	size_t at = start + scheme;

	for (size_t i = start; i < length; i++)
		if (!is_of(text[i], uri_marks))
			return ims_gs1_refuse(status, IMS_GS1_RULE_ILLEGAL_URI_CHARACTER, i);
	if (scheme == 0)
		return ims_gs1_refuse(status, IMS_GS1_RULE_ILLEGAL_SCHEME, start);
	for (; at < length && text[at] != '/'; at++)
		if (!is_of(text[at], domain_marks))
			return ims_gs1_refuse(status, IMS_GS1_RULE_ILLEGAL_DOMAIN, at);
	*end = at;
	return at > start + scheme || ims_gs1_refuse(status, IMS_GS1_RULE_MISSING_PATH, at);
}

static bool
split(const char *text, size_t length, size_t start, Link *link, ImsGs1Problem *status)
{
	const char *mark;

	link->text = text;
	if (!check_domain(text, length, start, &link->path, status))
		return false;
	if (link->path == length)
		return ims_gs1_refuse(status, IMS_GS1_RULE_MISSING_PATH, length);
	mark = memchr(text + link->path, '#', length - link->path);
	link->query_end = mark ? (size_t) (mark - text) : length;
	mark = memchr(text + link->path, '?', link->query_end - link->path);
	link->path_end = mark ? (size_t) (mark - text) : link->query_end;
	link->query = mark ? link->path_end + 1 : link->query_end;
	return true;
}

static bool
read_short_name(const char *text, size_t length, ImsGs1Key *key)
{
	for (size_t i = 0; i < sizeof(short_names) / sizeof(short_names[0]); i++)
		if (strlen(short_names[i].name) == length &&
			memcmp(short_names[i].name, text, length) == 0)
			return ims_gs1_read_key(short_names[i].ai, strlen(short_names[i].ai), key);
	return false;
}

/* Null unless a part of the path is a known identifier. */
static const ImsGs1Ai *
read_path_ai(const Link *link, size_t start, size_t end, ImsGs1Key *key)
{
	const char *text = link->text + start;
	size_t length = end - start;

	if (!(link->is_legacy && read_short_name(text, length, key)) &&
		!(ims_gs1_read_key(text, length, key) && key->digits == length))
		return NULL;
	return ims_gs1_find_ai(*key);
}

/* The slash before a place in the path; the path begins with one. */
static size_t
slash_before(const Link *link, size_t place)
{
	while (link->text[--place] != '/')
		;
	return place;
}

/*
 * The slash before the primary key: from the end, pairs of identifier and
 * value, until an identifier is a key.
 */
static bool
find_primary_key(const Link *link, size_t *slash, ImsGs1Problem *status)
{
	size_t end = link->path_end;

	while (end > link->path)
	{
		size_t value_slash = slash_before(link, end);
		ImsGs1Key key;
		const ImsGs1Ai *ai;

		if (value_slash == link->path)
			break;
		end = slash_before(link, value_slash);
		ai = read_path_ai(link, end + 1, value_slash, &key);
		if (ai == NULL)
			break;
		if (ai->qualifiers)
		{
			*slash = end;
			return true;
		}
	}
	return ims_gs1_refuse(status, IMS_GS1_RULE_MISSING_PRIMARY_KEY, link->path);
}

/* Where a character of the decoded value stands in the input. */
size_t
ims_gs1_encoded_offset(const char *text, size_t start, size_t end, size_t offset)
{
	size_t at = start;

	for (; offset > 0 && at < end; offset--)
	{
		char decoded[3];
		size_t decoded_length;
		bool is_coded = end - at >= 3 && text[at] == '%' &&
						ims_gs1_unescape(text + at, 3, false, decoded, &decoded_length) &&
						decoded_length == 1;

		at += is_coded ? 3 : 1;
	}
	return at;
}

/* Older links have GTINs of 8, 12 and 13 digits. */
static void
fill_up_gtin(ImsGs1Message *message, ImsGs1Element *element)
{
	char *filled = message->data + message->used;
	size_t zeros = (size_t) GTIN_DIGITS - element->length;

	if (element->length != 8 && element->length != 12 && element->length != 13)
		return;
	if (message->used + GTIN_DIGITS > IMS_GS1_MAX_DATA)
		return;
	memset(filled, '0', zeros);
	memcpy(filled + zeros, element->value, element->length);
	message->used += GTIN_DIGITS;
	element->value = filled;
	element->length = GTIN_DIGITS;
}

/* Decodes a value, checks it and adds the element. */
static bool
add_encoded(const Link *link, size_t start, size_t end, bool is_query,
			ImsGs1Element *element, ImsGs1Message *message, ImsGs1Problem *status)
{
	char decoded[3 * IMS_GS1_MAX_VALUE];
	size_t length;
	size_t filled;
	ImsGs1Fault fault;

	element->value_offset = (uint32_t) start;
	if (end - start > sizeof(decoded))
		return ims_gs1_refuse_element(status, IMS_GS1_RULE_VALUE_TOO_LONG, element->key,
									  start);
	if (!ims_gs1_unescape(link->text + start, end - start, is_query, decoded, &length))
		return ims_gs1_refuse_element(status, IMS_GS1_RULE_ILLEGAL_NULL, element->key,
									  start);
	if (length > IMS_GS1_MAX_VALUE || message->used + length > IMS_GS1_MAX_DATA)
		return ims_gs1_refuse_element(status, IMS_GS1_RULE_VALUE_TOO_LONG, element->key,
									  start);
	memcpy(message->data + message->used, decoded, length);
	element->value = message->data + message->used;
	element->length = (uint8_t) length;
	message->used += length;
	if (link->is_legacy && element->key.number == gtin_key.number)
		fill_up_gtin(message, element);
	filled = element->length - length;
	fault = ims_gs1_check_element(element);
	if (fault.rule != IMS_GS1_RULE_OK)
	{
		/* Zeros that were filled in are no part of the input. */
		size_t offset = fault.offset > filled ? fault.offset - filled : 0;

		return ims_gs1_refuse_element(status, fault.rule, element->key,
									  ims_gs1_encoded_offset(link->text, start, end,
															 offset));
	}
	return ims_gs1_add(message, element, status);
}

static bool
read_path(Link *link, ImsGs1Message *message, ImsGs1Problem *status)
{
	size_t at = link->path_end;

	if (!find_primary_key(link, &at, status))
		return false;
	while (at < link->path_end)
	{
		ImsGs1Element element;
		const char *slash = memchr(link->text + at + 1, '/', link->path_end - at - 1);
		size_t value = (size_t) (slash - link->text) + 1;
		const char *next = memchr(link->text + value, '/', link->path_end - value);
		size_t end = next ? (size_t) (next - link->text) : link->path_end;

		element.ai_offset = (uint32_t) (at + 1);
		element.ai = read_path_ai(link, at + 1, value - 1, &element.key);
		if (!add_encoded(link, value, end, false, &element, message, status))
			return false;
		at = end;
	}
	link->path_count = message->count;
	return true;
}

/* One parameter of the query; those whose key is no number are left out. */
static bool
read_parameter(const Link *link, size_t start, size_t end, ImsGs1Message *message,
			   ImsGs1Problem *status)
{
	const char *equals = memchr(link->text + start, '=', end - start);
	size_t length = equals ? (size_t) (equals - link->text) - start : 0;
	ImsGs1Element element;

	if (length == 0)
		return true;
	for (size_t i = start; i < start + length; i++)
		if (link->text[i] < '0' || link->text[i] > '9')
			return true;
	element.ai_offset = (uint32_t) start;
	if (!ims_gs1_read_key(link->text + start, length, &element.key) ||
		element.key.digits != length)
		return ims_gs1_refuse(status, IMS_GS1_RULE_MALFORMED_AI, start);
	element.ai = ims_gs1_find_ai(element.key);
	return add_encoded(link, start + length + 1, end, true, &element, message, status);
}

static bool
read_query(const Link *link, ImsGs1Message *message, ImsGs1Problem *status)
{
	size_t at = link->query;

	while (at < link->query_end)
	{
		const char *next = memchr(link->text + at, '&', link->query_end - at);
		size_t end = next ? (size_t) (next - link->text) : link->query_end;

		if (!read_parameter(link, at, end, message, status))
			return false;
		at = end + 1;
	}
	return true;
}

/* ------------------------------------------------------------------------
 * keys, qualifiers, attributes
 * ------------------------------------------------------------------------
 */

/* The place of an identifier in one alternative, as in 22,10,21; -1 if none. */
static int
place_in(const char *alternative, size_t length, ImsGs1Key key)
{
	int place = 0;
	size_t at = 0;

	while (at < length)
	{
		const char *comma = memchr(alternative + at, ',', length - at);
		size_t end = comma ? (size_t) (comma - alternative) : length;

		if (ims_gs1_matches(key, alternative + at, end - at))
			return place;
		place++;
		at = end + 1;
	}
	return -1;
}

/* Whether the qualifiers in the path ascend in an alternative. */
static bool
fits(const Link *link, const ImsGs1Message *message, const char *alternative, size_t length)
{
	int last = -1;

	for (int i = 1; i < link->path_count; i++)
	{
		int place = place_in(alternative, length, message->elements[i].key);

		if (place <= last)
			return false;
		last = place;
	}
	return true;
}

/* An attribute could be a further qualifier in the path. */
static bool
belongs_into_path(const Link *link, const ImsGs1Message *message, ImsGs1Key key)
{
	const char *alternative = message->elements[0].ai->qualifiers;

	while (*alternative != '\0')
	{
		size_t length = strcspn(alternative, "|");

		if (fits(link, message, alternative, length) &&
			place_in(alternative, length, key) >= 0)
			return true;
		alternative += length;
		alternative += *alternative == '|';
	}
	return false;
}

static bool
check_qualifiers(const Link *link, const ImsGs1Message *message, ImsGs1Problem *status)
{
	const char *alternative = message->elements[0].ai->qualifiers;

	while (link->path_count > 1)
	{
		size_t length = strcspn(alternative, "|");

		if (fits(link, message, alternative, length))
			break;
		if (alternative[length] == '\0')
			return ims_gs1_refuse_element(status, IMS_GS1_RULE_ILLEGAL_QUALIFIER,
										  message->elements[1].key,
										  message->elements[1].ai_offset);
		alternative += length + 1;
	}
	return true;
}

static bool
check_attributes(const Link *link, const ImsGs1Message *message, ImsGs1Problem *status)
{
	for (int i = 1; i < message->count; i++)
	{
		const ImsGs1Element *element = &message->elements[i];
		ImsGs1ElementRule rule = IMS_GS1_RULE_OK;

		if (ims_gs1_find(message, element->key) != element)
			rule = IMS_GS1_RULE_DUPLICATE_AI;
		else if (i < link->path_count)
			continue;
		else if (element->ai && !element->ai->is_attribute)
			rule = IMS_GS1_RULE_ILLEGAL_ATTRIBUTE;
		else if (belongs_into_path(link, message, element->key))
			rule = IMS_GS1_RULE_ATTRIBUTE_IN_QUERY;
		if (rule != IMS_GS1_RULE_OK)
			return ims_gs1_refuse_element(status, rule, element->key, element->ai_offset);
	}
	return true;
}

/* Reads a link that begins at an offset of the input. */
bool
ims_gs1_parse_link(const char *text, size_t length, size_t start, bool legacy,
				   ImsGs1Message *message, ImsGs1Problem *status)
{
	Link link = {.is_legacy = legacy};

	return split(text, length, start, &link, status) &&
		   read_path(&link, message, status) && read_query(&link, message, status) &&
		   check_qualifiers(&link, message, status) &&
		   check_attributes(&link, message, status);
}

/* ------------------------------------------------------------------------
 * writing
 * ------------------------------------------------------------------------
 */

/* A link while it is written. */
typedef struct Writer
{
	const ImsGs1Message *message;
	char *link;
	size_t length;
	bool is_written[IMS_GS1_MAX_ELEMENTS];
} Writer;

static void
write_element(Writer *writer, int i, char before, char between, bool is_query)
{
	const ImsGs1Element *element = &writer->message->elements[i];
	char *at = writer->link + writer->length;

	*at++ = before;
	at += ims_gs1_write_key(element->key, at);
	*at++ = between;
	at += ims_gs1_escape(element->value, element->length, is_query, at);
	writer->length = (size_t) (at - writer->link);
	writer->is_written[i] = true;
}

/* Writes the qualifiers of an alternative that are there; or only counts them. */
static int
write_qualifiers(Writer *writer, const char *alternative, size_t length, bool only_count)
{
	int count = 0;
	size_t at = 0;

	while (at < length)
	{
		const char *comma = memchr(alternative + at, ',', length - at);
		size_t end = comma ? (size_t) (comma - alternative) : length;
		ImsGs1Key key;
		const ImsGs1Element *element = NULL;

		if (ims_gs1_read_key(alternative + at, end - at, &key))
			element = ims_gs1_find(writer->message, key);
		if (element)
		{
			if (!only_count)
				write_element(writer, (int) (element - writer->message->elements), '/',
							  '/', false);
			count++;
		}
		at = end + 1;
	}
	return count;
}

/* The key with the alternative of which most qualifiers are there. */
static void
write_path(Writer *writer, int key)
{
	const char *alternative = writer->message->elements[key].ai->qualifiers;
	const char *best = alternative;
	int best_count = 0;

	write_element(writer, key, '/', '/', false);
	while (*alternative != '\0')
	{
		size_t length = strcspn(alternative, "|");
		int count = write_qualifiers(writer, alternative, length, true);

		if (count > best_count)
		{
			best = alternative;
			best_count = count;
		}
		alternative += length;
		alternative += *alternative == '|';
	}
	write_qualifiers(writer, best, strcspn(best, "|"), false);
}

/* Attributes: those of predefined length first, as on the wire. */
static bool
write_query(Writer *writer, ImsGs1Problem *status)
{
	char before = '?';

	for (int pass = 0; pass < 2; pass++)
	{
		for (int i = 0; i < writer->message->count; i++)
		{
			const ImsGs1Element *element = &writer->message->elements[i];
			bool is_first = ims_gs1_predefined_length(element->key) > 0;

			if (writer->is_written[i] || is_first != (pass == 0) ||
				ims_gs1_find(writer->message, element->key) != element)
				continue;
			if (element->ai && !element->ai->is_attribute)
				return ims_gs1_refuse_element(status, IMS_GS1_RULE_ILLEGAL_ATTRIBUTE,
											  element->key, element->ai_offset);
			write_element(writer, i, before, '=', true);
			before = '&';
		}
	}
	return true;
}

/* The first element that is a primary key; -1 if none is. */
static int
find_key(const ImsGs1Message *message)
{
	for (int i = 0; i < message->count; i++)
		if (message->elements[i].ai && message->elements[i].ai->qualifiers)
			return i;
	return -1;
}

/*
 * Writes a link in IMS_GS1_MAX_LINK, terminated.  The stem is scheme, domain
 * and possibly a path; null takes the resolver of GS1.
 */
bool
ims_gs1_write_link(const ImsGs1Message *message, const char *stem, size_t stem_length,
				   char *link, size_t *length, ImsGs1Problem *status)
{
	Writer writer = {.message = message, .link = link};
	int key = find_key(message);
	size_t path;

	if (stem == NULL)
	{
		stem = default_stem;
		stem_length = strlen(default_stem);
	}
	if (stem_length > IMS_GS1_MAX_STEM)
		return ims_gs1_refuse(status, IMS_GS1_RULE_INPUT_TOO_LONG, IMS_GS1_MAX_STEM);
	if (!check_domain(stem, stem_length, 0, &path, status))
		return false;
	for (size_t i = path; i < stem_length; i++)
		if (stem[i] == '?' || stem[i] == '#')
			return ims_gs1_refuse(status, IMS_GS1_RULE_ILLEGAL_URI_CHARACTER, i);
	if (key < 0)
		return ims_gs1_refuse(status, IMS_GS1_RULE_MISSING_PRIMARY_KEY, 0);
	memcpy(link, stem, stem_length);
	writer.length = stem_length;
	if (link[writer.length - 1] == '/')
		writer.length--;
	write_path(&writer, key);
	if (!write_query(&writer, status))
		return false;
	link[writer.length] = '\0';
	*length = writer.length;
	return true;
}
