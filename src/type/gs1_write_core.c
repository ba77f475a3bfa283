/*-------------------------------------------------------------------------
 *
 * gs1_write_core.c
 *	  Writing GS1 element strings: text, label and wire.
 *
 * The text form is what a value is stored and printed as: brackets around
 * identifiers, a backslash before an opening bracket that is data.  The label
 * has no backslash, so that it cannot always be read back.  Each writer
 * terminates its text and returns the length.
 *
 *-------------------------------------------------------------------------
 */
#include "type/gs1_parse_core.h"

#include <string.h>

static size_t
write_brackets(const ImsGs1Message *message, bool escapes, char *text)
{
	char *at = text;

	for (int i = 0; i < message->count; i++)
	{
		const ImsGs1Element *element = &message->elements[i];
		const char *value = element->value;
		const char *end = value + element->length;

		*at++ = '(';
		at += ims_gs1_write_key(element->key, at);
		*at++ = ')';
		if (!escapes || memchr(value, '(', element->length) == NULL)
		{
			memcpy(at, value, element->length);
			at += element->length;
			continue;
		}
		for (; value < end; value++)
		{
			if (*value == '(')
				*at++ = '\\';
			*at++ = *value;
		}
	}
	*at = '\0';
	return (size_t) (at - text);
}

/* In IMS_GS1_MAX_TEXT. */
size_t
ims_gs1_write_text(const ImsGs1Message *message, char *text)
{
	return write_brackets(message, true, text);
}

/* In IMS_GS1_MAX_TEXT. */
size_t
ims_gs1_write_human(const ImsGs1Message *message, char *text)
{
	return write_brackets(message, false, text);
}

/* In IMS_GS1_MAX_WIRE; no separator before the first or behind the last element. */
size_t
ims_gs1_write_wire(const ImsGs1Message *message, char *text)
{
	char *at = text;

	for (int i = 0; i < message->count; i++)
	{
		const ImsGs1Element *element = &message->elements[i];

		at += ims_gs1_write_key(element->key, at);
		memcpy(at, element->value, element->length);
		at += element->length;
		if (i + 1 < message->count && ims_gs1_predefined_length(element->key) == 0)
			*at++ = IMS_GS1_SEPARATOR;
	}
	*at = '\0';
	return (size_t) (at - text);
}
