/*-------------------------------------------------------------------------
 *
 * gs1_format_core.c
 *	  Formats of values: reading, writing and applying them.
 *
 * A format is a row of components; each takes as many characters as it can
 * have, so that only the last one has a variable length, and those that are
 * optional end the row.
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "type/gs1_ai_core.h"

/* Reads on in the text of a format. */
typedef struct Reader
{
	const char *at;
	const char *end;
} Reader;

static bool
skip(Reader *reader, char c)
{
	if (reader->at == reader->end || *reader->at != c)
		return false;
	reader->at++;
	return true;
}

static bool
read_number(Reader *reader, uint8_t *number)
{
	int value = 0;
	const char *start = reader->at;

	while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9' &&
		   value <= IMS_GS1_MAX_VALUE)
		value = value * 10 + (*reader->at++ - '0');
	*number = (uint8_t) value;
	return reader->at > start && value >= 1 && value <= IMS_GS1_MAX_VALUE;
}

static bool
read_checks(Reader *reader, ImsGs1Part *part)
{
	int count = 0;

	while (skip(reader, ','))
	{
		const char *name = reader->at;
		ImsGs1Check check;

		while (reader->at < reader->end && *reader->at != ',' && *reader->at != ' ' &&
			   *reader->at != ']')
			reader->at++;
		if (count == IMS_GS1_MAX_CHECKS ||
			!ims_gs1_find_check(name, (size_t) (reader->at - name), &check))
			return false;
		part->checks[count++] = (uint8_t) check;
	}
	return true;
}

/* N6 | N..6 | [N6], each with ,check ... */
static bool
read_part(Reader *reader, ImsGs1Part *part)
{
	bool is_open;

	memset(part, 0, sizeof(*part));
	part->optional = is_open = skip(reader, '[');
	if (reader->at == reader->end || strchr("NXYZ", *reader->at) == NULL ||
		*reader->at == '\0')
		return false;
	part->set = *reader->at++;
	if (skip(reader, '.'))
	{
		if (!skip(reader, '.'))
			return false;
		part->least = 1;
	}
	if (!read_number(reader, &part->most))
		return false;
	if (part->least == 0)
		part->least = part->most;
	/* The dictionary closes the bracket before the checks. */
	if (is_open && !skip(reader, ']'))
		return false;
	return read_checks(reader, part);
}

/* Only the last component may be of variable length, and optional ones are last. */
static bool
is_well_formed(const ImsGs1Format *format)
{
	for (int i = 0; i + 1 < format->count; i++)
		if (format->parts[i].least != format->parts[i].most ||
			(format->parts[i].optional && !format->parts[i + 1].optional))
			return false;
	return format->count > 0 && !format->parts[0].optional &&
		   ims_gs1_longest(format) <= IMS_GS1_MAX_VALUE;
}

/* False if the text is no format. */
bool
ims_gs1_read_format(const char *text, size_t length, ImsGs1Format *format)
{
	Reader reader = {text, text + length};

	memset(format, 0, sizeof(*format));
	if (length >= IMS_GS1_MAX_FORMAT_TEXT)
		return false;
	do
	{
		if (format->count == IMS_GS1_MAX_PARTS ||
			!read_part(&reader, &format->parts[format->count]))
			return false;
		format->count++;
	} while (skip(&reader, ' '));
	return reader.at == reader.end && is_well_formed(format);
}

/* Writes and terminates; returns the length.  The text has IMS_GS1_MAX_FORMAT_TEXT. */
size_t
ims_gs1_write_format(const ImsGs1Format *format, char *text)
{
	size_t at = 0;

	for (int i = 0; i < format->count; i++)
	{
		const ImsGs1Part *part = &format->parts[i];

		at += (size_t) sprintf(text + at, "%s%s%c%s%d%s", i > 0 ? " " : "",
							   part->optional ? "[" : "", part->set,
							   part->least < part->most ? ".." : "", part->most,
							   part->optional ? "]" : "");
		for (int k = 0; k < IMS_GS1_MAX_CHECKS && part->checks[k] != 0; k++)
			at += (size_t) sprintf(text + at, ",%s",
								   ims_gs1_check_name((ImsGs1Check) part->checks[k]));
		assert(at < IMS_GS1_MAX_FORMAT_TEXT);
	}
	return at;
}

/* The most characters that a value can have. */
size_t
ims_gs1_longest(const ImsGs1Format *format)
{
	size_t longest = 0;

	for (int i = 0; i < format->count; i++)
		longest += format->parts[i].most;
	return longest;
}

static ImsGs1Fault
check_part(const ImsGs1Part *part, const char *text, size_t length)
{
	ImsGs1Fault fault = ims_gs1_check_set(part->set, text, length);

	for (int i = 0; i < IMS_GS1_MAX_CHECKS; i++)
	{
		if (fault.rule != IMS_GS1_RULE_OK || part->checks[i] == IMS_GS1_CHECK_none)
			break;
		fault = ims_gs1_check((ImsGs1Check) part->checks[i], text, length);
	}
	return fault;
}

ImsGs1Fault
ims_gs1_check_format(const ImsGs1Format *format, const char *value, size_t length)
{
	size_t at = 0;

	for (int i = 0; i < format->count; i++)
	{
		const ImsGs1Part *part = &format->parts[i];
		size_t taken = length - at < part->most ? length - at : part->most;
		ImsGs1Fault fault;

		if (taken == 0 && part->optional)
			break;
		if (taken < part->least)
			return ims_gs1_fault(IMS_GS1_RULE_VALUE_TOO_SHORT, length);
		fault = check_part(part, value + at, taken);
		if (fault.rule != IMS_GS1_RULE_OK)
			return ims_gs1_fault(fault.rule, at + fault.offset);
		at += taken;
	}
	return ims_gs1_fault(at < length ? IMS_GS1_RULE_VALUE_TOO_LONG : IMS_GS1_RULE_OK, at);
}
