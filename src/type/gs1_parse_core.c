/*-------------------------------------------------------------------------
 *
 * gs1_parse_core.c
 *	  Reading GS1 element strings: scans and the bracketed form.
 *
 * What every element keeps, whoever reads it: identifiers are known or of a
 * length that their first digits tell, values keep the format of the table or,
 * if the table does not know them, are 1 to 90 characters of set 82 (as many
 * as is predefined, where it is); none stands there twice with two values;
 * there are at most 64.
 *
 * GS1 General Specifications, sections 7.8 (element strings) and 7.11
 * (character sets).
 *
 *-------------------------------------------------------------------------
 */
#include "type/gs1_parse_core.h"

#include <assert.h>
#include <string.h>

#include "type/gs1_digit_core.h"

#define SYMBOLOGY_LENGTH 3
#define COMPOSITE_MARK "|]e0" /* before the 2D part that goes with a GTIN */
#define COMPOSITE_MARK_LENGTH 4
#define GTIN_DIGITS 14

static const ImsGs1Key no_key = {0, 0};
static const ImsGs1Key gtin_key = {100, 2};

bool
ims_gs1_refuse_element(ImsGs1Problem *status, ImsGs1ElementRule rule, ImsGs1Key key,
					   size_t offset)
{
	status->rule = rule;
	status->key = key;
	status->offset = offset;
	return false;
}

bool
ims_gs1_refuse(ImsGs1Problem *status, ImsGs1ElementRule rule, size_t offset)
{
	return ims_gs1_refuse_element(status, rule, no_key, offset);
}

/* What is wrong with a value, by the table or for want of it. */
ImsGs1Fault
ims_gs1_check_element(const ImsGs1Element *element)
{
	size_t predefined = (size_t) ims_gs1_predefined_length(element->key);

	if (element->length == 0)
		return ims_gs1_fault(IMS_GS1_RULE_EMPTY_VALUE, 0);
	if (element->ai)
		return ims_gs1_check_format(element->ai->format, element->value, element->length);
	if (predefined > 0 && element->length != predefined)
		return ims_gs1_fault(element->length < predefined ? IMS_GS1_RULE_VALUE_TOO_SHORT
														  : IMS_GS1_RULE_VALUE_TOO_LONG,
							 element->length);
	return ims_gs1_check_set('X', element->value, element->length);
}

bool
ims_gs1_add(ImsGs1Message *message, const ImsGs1Element *element, ImsGs1Problem *status)
{
	if (message->count == IMS_GS1_MAX_ELEMENTS)
		return ims_gs1_refuse_element(status, IMS_GS1_RULE_TOO_MANY_ELEMENTS,
									  element->key, element->ai_offset);
	message->elements[message->count++] = *element;
	return true;
}

/* Adds an element whose value stands in the input as it is. */
static bool
add_checked(ImsGs1Message *message, ImsGs1Element *element, size_t length,
			ImsGs1Problem *status)
{
	ImsGs1Fault fault;

	if (length > IMS_GS1_MAX_VALUE)
		return ims_gs1_refuse_element(status, IMS_GS1_RULE_VALUE_TOO_LONG, element->key,
									  element->value_offset + IMS_GS1_MAX_VALUE);
	element->length = (uint8_t) length;
	element->ai = ims_gs1_find_ai(element->key);
	fault = ims_gs1_check_element(element);
	if (fault.rule != IMS_GS1_RULE_OK)
		return ims_gs1_refuse_element(status, fault.rule, element->key,
									  element->value_offset + fault.offset);
	return ims_gs1_add(message, element, status);
}

/* The identifier at an offset of the input. */
static bool
read_ai(const char *text, size_t length, size_t offset, ImsGs1Element *element,
		ImsGs1Problem *status)
{
	size_t left = length - offset;

	if (ims_gs1_read_key(text + offset, left, &element->key))
	{
		element->ai_offset = (uint32_t) offset;
		return true;
	}
	if (left >= 2 && ims_gs1_is_digits(text + offset, left < 4 ? left : 4))
		return ims_gs1_refuse(status, IMS_GS1_RULE_AI_WITHOUT_LENGTH, offset);
	return ims_gs1_refuse(status, IMS_GS1_RULE_MALFORMED_AI, offset);
}

static size_t
find_separator(const char *text, size_t length, size_t from)
{
	const char *found = memchr(text + from, IMS_GS1_SEPARATOR, length - from);

	return found ? (size_t) (found - text) : length;
}

/*
 * Elements one after another.  A value ends where its predefined length does,
 * at a separator or at the end; superfluous separators after a predefined
 * length or at the end are accepted.
 */
bool
ims_gs1_parse_wire(const char *text, size_t length, size_t start, ImsGs1Message *message,
				   ImsGs1Problem *status)
{
	size_t at = start;
	size_t separator = start; /* the next one that is not before the value */

	/* Some readers transmit the first FNC1, which only marks the symbol. */
	if (at < length && text[at] == IMS_GS1_SEPARATOR)
		at++;
	if (at == length)
		return ims_gs1_refuse(status, IMS_GS1_RULE_EMPTY, at);
	while (at < length)
	{
		ImsGs1Element element;
		size_t predefined;
		size_t value_length;

		if (!read_ai(text, length, at, &element, status))
			return false;
		at += element.key.digits;
		element.value = text + at;
		element.value_offset = (uint32_t) at;
		if (separator < at)
			separator = find_separator(text, length, at);
		value_length = separator - at;
		predefined = (size_t) ims_gs1_predefined_length(element.key);
		if (predefined > 0 && value_length > predefined)
			value_length = predefined;
		if (!add_checked(message, &element, value_length, status))
			return false;
		at += value_length;
		if (at == separator)
			at++;
	}
	return true;
}

/* ------------------------------------------------------------------------
 * the bracketed form: (01)09506000134352(10)A\(B
 * ------------------------------------------------------------------------
 */

/* From an opening bracket; leaves offset behind the closing one. */
static bool
read_bracketed_ai(const char *text, size_t length, size_t *offset, ImsGs1Element *element,
				  ImsGs1Problem *status)
{
	size_t at = *offset + 1;
	const char *close;

	if (text[*offset] != '(' || at == length)
		return ims_gs1_refuse(status, IMS_GS1_RULE_MISSING_BRACKET, *offset);
	close = memchr(text + at, ')', length - at);
	if (close == NULL)
		return ims_gs1_refuse(status, IMS_GS1_RULE_MISSING_BRACKET, length);
	if (!read_ai(text, (size_t) (close - text), at, element, status))
		return false;
	if (close != text + at + element->key.digits)
		return ims_gs1_refuse(status, IMS_GS1_RULE_MALFORMED_AI, at);
	*offset = (size_t) (close - text) + 1;
	return true;
}

/*
 * The value up to the next opening bracket that no backslash precedes.  It is
 * copied only if it holds one.  Leaves offset behind the value; the length
 * stops growing when it is beyond what a value can have.
 */
static size_t
read_bracketed_value(const char *text, size_t length, size_t *offset,
					 ImsGs1Message *message, ImsGs1Element *element)
{
	size_t at = *offset;
	size_t count = 0;
	char *copy = NULL;

	element->value = text + at;
	element->value_offset = (uint32_t) at;
	while (at < length && text[at] != '(' && count <= IMS_GS1_MAX_VALUE)
	{
		if (text[at] == '\\' && at + 1 < length && text[at + 1] == '(')
		{
			if (copy == NULL && message->used + IMS_GS1_MAX_VALUE <= IMS_GS1_MAX_DATA)
			{
				copy = message->data + message->used;
				memcpy(copy, element->value, count);
				element->value = copy;
			}
			at++;
		}
		if (copy && count < IMS_GS1_MAX_VALUE)
			copy[count] = text[at];
		count++;
		at++;
	}
	if (copy)
		message->used += count < IMS_GS1_MAX_VALUE ? count : IMS_GS1_MAX_VALUE;
	*offset = at;
	return count;
}

/* Faults are counted in characters of the value: where they stand in the input. */
static size_t
escaped_offset(const char *text, size_t length, size_t value_offset, size_t offset)
{
	size_t at = value_offset;

	while (offset > 0 && at < length)
	{
		if (text[at] == '\\' && at + 1 < length && text[at + 1] == '(')
			at++;
		at++;
		offset--;
	}
	return at;
}

bool
ims_gs1_parse_brackets(const char *text, size_t length, ImsGs1Message *message,
					   ImsGs1Problem *status)
{
	size_t at = 0;

	while (at < length)
	{
		ImsGs1Element element;
		size_t value_length;

		if (!read_bracketed_ai(text, length, &at, &element, status))
			return false;
		value_length = read_bracketed_value(text, length, &at, message, &element);
		if (!add_checked(message, &element, value_length, status))
		{
			if (status->offset > element.value_offset)
				status->offset = escaped_offset(text, length, element.value_offset,
												status->offset - element.value_offset);
			return false;
		}
	}
	return true;
}

bool
ims_gs1_read_text(const char *text, size_t length, ImsGs1Message *message)
{
	ImsGs1Problem status;
	size_t at = 0;

	message->input = text;
	message->input_length = length;
	message->count = 0;
	message->used = 0;
	while (at < length)
	{
		ImsGs1Element element;
		size_t value_length;

		if (!read_bracketed_ai(text, length, &at, &element, &status))
			return false;
		value_length = read_bracketed_value(text, length, &at, message, &element);
		if (value_length == 0 || value_length > IMS_GS1_MAX_VALUE)
			return false;
		element.length = (uint8_t) value_length;
		element.ai = ims_gs1_find_ai(element.key);
		if (!ims_gs1_add(message, &element, &status))
			return false;
	}
	return message->count > 0;
}

/* ------------------------------------------------------------------------
 * scans with a symbology identifier
 * ------------------------------------------------------------------------
 */

typedef enum Carrier
{
	CARRIER_UNKNOWN,
	CARRIER_ELEMENTS,
	CARRIER_GTIN_14,
	CARRIER_GTIN_13,
	CARRIER_GTIN_13_ADD_ON,
	CARRIER_GTIN_8,
	CARRIER_PLAIN
} Carrier;

/* ISO/IEC 15424: the identifier of the symbology and how it was used. */
static Carrier
find_carrier(const char *symbology)
{
	static const struct
	{
		char identifier[SYMBOLOGY_LENGTH + 1];
		Carrier carrier;
	} carriers[] = {
		{"]C1", CARRIER_ELEMENTS}, {"]e0", CARRIER_ELEMENTS},
		{"]d2", CARRIER_ELEMENTS}, {"]Q3", CARRIER_ELEMENTS},
		{"]J1", CARRIER_ELEMENTS}, {"]E0", CARRIER_GTIN_13},
		{"]E4", CARRIER_GTIN_8},   {"]d1", CARRIER_PLAIN},
		{"]Q1", CARRIER_PLAIN},	   {"]J0", CARRIER_PLAIN},
		{"]I1", CARRIER_GTIN_14},  {"]E3", CARRIER_GTIN_13_ADD_ON},
	};

	for (size_t i = 0; i < sizeof(carriers) / sizeof(carriers[0]); i++)
		if (memcmp(symbology, carriers[i].identifier, SYMBOLOGY_LENGTH) == 0)
			return carriers[i].carrier;
	return CARRIER_UNKNOWN;
}

/* A GTIN of 8, 13 or 14 digits, filled up to 14. */
static bool
add_gtin(const char *text, size_t offset, size_t digits, ImsGs1Message *message,
		 ImsGs1Problem *status)
{
	ImsGs1Element element = {.key = gtin_key, .length = GTIN_DIGITS};
	ImsGs1Fault fault;
	char *copy = message->data;

	memset(copy, '0', GTIN_DIGITS - digits);
	memcpy(copy + GTIN_DIGITS - digits, text + offset, digits);
	message->used = GTIN_DIGITS;
	element.ai = ims_gs1_find_ai(gtin_key);
	element.value = copy;
	element.ai_offset = element.value_offset = (uint32_t) offset;
	fault = ims_gs1_check_element(&element);
	if (fault.rule != IMS_GS1_RULE_OK)
		return ims_gs1_refuse_element(status, fault.rule, gtin_key,
									  offset + fault.offset - (GTIN_DIGITS - digits));
	return ims_gs1_add(message, &element, status);
}

/* The GTIN of EAN or UPC; a 2D part may follow, behind a mark. */
static bool
parse_gtin(const char *text, size_t length, size_t digits, ImsGs1Message *message,
		   ImsGs1Problem *status)
{
	size_t end = SYMBOLOGY_LENGTH + digits;

	if (length < end)
		return ims_gs1_refuse_element(status, IMS_GS1_RULE_PRIMARY_TOO_SHORT, gtin_key,
									  length);
	if (!add_gtin(text, SYMBOLOGY_LENGTH, digits, message, status))
		return false;
	if (length == end)
		return true;
	if (length - end < COMPOSITE_MARK_LENGTH ||
		memcmp(text + end, COMPOSITE_MARK, COMPOSITE_MARK_LENGTH) != 0)
		return ims_gs1_refuse_element(status, IMS_GS1_RULE_PRIMARY_TOO_LONG, gtin_key, end);
	return ims_gs1_parse_wire(text, length, end + COMPOSITE_MARK_LENGTH, message, status);
}

/*
 * EAN-13 with an add-on symbol of two or five digits behind it, such as the
 * issue of a periodical: no element says that, so it is left out.
 */
static bool
parse_gtin_with_add_on(const char *text, size_t length, ImsGs1Message *message,
					   ImsGs1Problem *status)
{
	size_t end = SYMBOLOGY_LENGTH + 13;

	if (length == end + 2 || length == end + 5)
	{
		for (size_t i = end; i < length; i++)
			if (text[i] < '0' || text[i] > '9')
				return ims_gs1_refuse_element(status, IMS_GS1_RULE_NON_DIGIT_CHARACTER,
											  gtin_key, i);
		length = end;
	}
	return parse_gtin(text, length, 13, message, status);
}

static bool
parse_scan(const char *text, size_t length, bool legacy, ImsGs1Message *message,
		   ImsGs1Problem *status)
{
	if (length < SYMBOLOGY_LENGTH)
		return ims_gs1_refuse(status, IMS_GS1_RULE_UNKNOWN_SYMBOLOGY, 0);
	switch (find_carrier(text))
	{
	case CARRIER_ELEMENTS:
		return ims_gs1_parse_wire(text, length, SYMBOLOGY_LENGTH, message, status);
	case CARRIER_GTIN_14:
		return parse_gtin(text, length, GTIN_DIGITS, message, status);
	case CARRIER_GTIN_13_ADD_ON:
		return parse_gtin_with_add_on(text, length, message, status);
	case CARRIER_GTIN_13:
		return parse_gtin(text, length, 13, message, status);
	case CARRIER_GTIN_8:
		return parse_gtin(text, length, 8, message, status);
	case CARRIER_PLAIN:
		if (ims_gs1_is_link(text + SYMBOLOGY_LENGTH, length - SYMBOLOGY_LENGTH))
			return ims_gs1_parse_link(text, length, SYMBOLOGY_LENGTH, legacy, message,
									  status);
		return ims_gs1_refuse(status, IMS_GS1_RULE_PLAIN_DATA, SYMBOLOGY_LENGTH);
	case CARRIER_UNKNOWN:
		break;
	}
	return ims_gs1_refuse(status, IMS_GS1_RULE_UNKNOWN_SYMBOLOGY, 0);
}

static bool
parse_form(const char *text, size_t length, bool legacy, ImsGs1Message *message,
		   ImsGs1Problem *status)
{
	if (length == 0)
		return ims_gs1_refuse(status, IMS_GS1_RULE_EMPTY, 0);
	if (length > IMS_GS1_MAX_INPUT)
		return ims_gs1_refuse(status, IMS_GS1_RULE_INPUT_TOO_LONG, IMS_GS1_MAX_INPUT);
	if (text[0] == ']')
		return parse_scan(text, length, legacy, message, status);
	if (text[0] == '(')
		return ims_gs1_parse_brackets(text, length, message, status);
	if (ims_gs1_is_link(text, length))
		return ims_gs1_parse_link(text, length, 0, legacy, message, status);
	return ims_gs1_parse_wire(text, length, 0, message, status);
}

size_t
ims_gs1_place(const ImsGs1Message *message, const ImsGs1Element *element, size_t offset)
{
	const char *text = message->input;
	size_t length = message->input_length;
	size_t start = length > SYMBOLOGY_LENGTH && text[0] == ']' ? SYMBOLOGY_LENGTH : 0;

	if (length > 0 && text[0] == '(')
		return escaped_offset(text, length, element->value_offset, offset);
	if (ims_gs1_is_link(text + start, length - start))
		return ims_gs1_encoded_offset(text, element->value_offset, length, offset);
	return element->value_offset + offset;
}

/*
 * Reads any form.  Elements stay in the order of the input.  False leaves the
 * first broken rule in the status.
 */
bool
ims_gs1_parse(const char *text, size_t length, const ImsGs1Options *options,
			  ImsGs1Message *message, ImsGs1Problem *status)
{
	int at = 0;

	message->input = text;
	message->input_length = length;
	message->count = 0;
	message->used = 0;
	*status = (ImsGs1Problem){IMS_GS1_RULE_OK, no_key, 0};
	if (!parse_form(text, length, options->is_legacy_link, message, status))
		return false;
	assert(message->count > 0 && message->count <= IMS_GS1_MAX_ELEMENTS);
	return !ims_gs1_next_problem(message, options, &at, status);
}
