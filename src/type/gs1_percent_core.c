/*-------------------------------------------------------------------------
 *
 * gs1_percent_core.c
 *	  Percent coding of URIs, RFC 3986, section 2.
 *
 *-------------------------------------------------------------------------
 */
#include "type/gs1_parse_core.h"

#include <string.h>

/* The value of a hexadecimal digit, -1 for another character. */
static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
is_unreserved(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		   (c != '\0' && strchr("-._~", c) != NULL);
}

/* Three bytes for one at most; returns the length, terminates nothing. */
size_t
ims_gs1_escape(const char *text, size_t length, bool is_query, char *out)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t at = 0;

	for (size_t i = 0; i < length; i++)
	{
		if (is_unreserved(text[i]))
			out[at++] = text[i];
		else if (is_query && text[i] == ' ')
			out[at++] = '+';
		else
		{
			out[at++] = '%';
			out[at++] = hex[(unsigned char) text[i] >> 4];
			out[at++] = hex[(unsigned char) text[i] & 15];
		}
	}
	return at;
}

/*
 * No longer than the input.  A per cent sign that two digits do not follow
 * stays.  False for a coded zero byte, which no value can hold.
 */
bool
ims_gs1_unescape(const char *text, size_t length, bool is_query, char *out,
				 size_t *out_length)
{
	size_t at = 0;

	for (size_t i = 0; i < length; i++)
	{
		int high = length - i >= 3 && text[i] == '%' ? hex_value(text[i + 1]) : -1;
		int low = high >= 0 ? hex_value(text[i + 2]) : -1;

		if (low >= 0)
		{
			if (high == 0 && low == 0)
				return false;
			out[at++] = (char) (high * 16 + low);
			i += 2;
		}
		else
			out[at++] = is_query && text[i] == '+' ? ' ' : text[i];
	}
	*out_length = at;
	return true;
}
