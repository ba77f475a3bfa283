/*-------------------------------------------------------------------------
 *
 * gs1_ndef_core.c
 *	  NDEF messages, as NFC tags hold them: the text in one, and one of a link.
 *
 * NFC Forum: NDEF 1.0 (records), RTD URI 1.0 (the first byte stands for how
 * the URI begins), RTD Text 1.0 (status byte, language, text).  The first URI
 * or text record counts; others are passed over.  Chunked records and UTF-16
 * text are not read.  What is written is one URI record, as short as it can be.
 *
 *-------------------------------------------------------------------------
 */
#include "type/gs1_parse_core.h"

#include <string.h>

#define FLAG_FIRST 0x80
#define FLAG_LAST 0x40
#define FLAG_CHUNK 0x20
#define FLAG_SHORT 0x10
#define FLAG_ID 0x08
#define FORMAT_MASK 0x07
#define FORMAT_WELL_KNOWN 1
#define TEXT_IS_UTF16 0x80
#define TEXT_LANGUAGE_MASK 0x3f
#define MAX_SHORT_PAYLOAD 255

/* What the first byte of a URI record stands for (RTD URI, table 3). */
static const char *const uri_beginnings[] = {
	"",
	"http://www.",
	"https://www.",
	"http://",
	"https://",
	"tel:",
	"mailto:",
	"ftp://anonymous:anonymous@",
	"ftp://ftp.",
	"ftps://",
	"sftp://",
	"smb://",
	"nfs://",
	"ftp://",
	"dav://",
	"news:",
	"telnet://",
	"imap:",
	"rtsp://",
	"urn:",
	"pop:",
	"sip:",
	"sips:",
	"tftp:",
	"btspp://",
	"btl2cap://",
	"btgoep://",
	"tcpobex://",
	"irdaobex://",
	"file://",
	"urn:epc:id:",
	"urn:epc:tag:",
	"urn:epc:pat:",
	"urn:epc:raw:",
	"urn:epc:",
	"urn:nfc:",
};

#define NBEGINNINGS (sizeof(uri_beginnings) / sizeof(uri_beginnings[0]))

/* A message while it is read, and the record that was read last. */
typedef struct Reader
{
	const unsigned char *bytes;
	size_t length;
	size_t at;
	unsigned char flags;
	size_t type;
	size_t type_length;
	size_t payload;
	size_t payload_length;
} Reader;

static bool
read_length(Reader *reader, int bytes, size_t *length)
{
	*length = 0;
	for (int i = 0; i < bytes; i++)
	{
		if (reader->at == reader->length)
			return false;
		*length = *length << 8 | reader->bytes[reader->at++];
	}
	return true;
}

static bool
skip(Reader *reader, size_t count)
{
	if (reader->length - reader->at < count)
		return false;
	reader->at += count;
	return true;
}

static bool
read_record(Reader *reader)
{
	size_t flags;
	size_t id_length = 0;

	if (!read_length(reader, 1, &flags))
		return false;
	reader->flags = (unsigned char) flags;
	if (!read_length(reader, 1, &reader->type_length) ||
		!read_length(reader, flags & FLAG_SHORT ? 1 : 4, &reader->payload_length) ||
		((flags & FLAG_ID) && !read_length(reader, 1, &id_length)))
		return false;
	reader->type = reader->at;
	if (!skip(reader, reader->type_length) || !skip(reader, id_length))
		return false;
	reader->payload = reader->at;
	return skip(reader, reader->payload_length);
}

static bool
take_text(const Reader *reader, const char *beginning, size_t header, char *text,
		  size_t *text_length, ImsGs1Problem *status)
{
	size_t length = strlen(beginning);
	size_t rest = reader->payload_length - header;

	if (length + rest > IMS_GS1_MAX_INPUT)
		return ims_gs1_refuse(status, IMS_GS1_RULE_INPUT_TOO_LONG, reader->payload);
	memcpy(text, beginning, length);
	memcpy(text + length, reader->bytes + reader->payload + header, rest);
	*text_length = length + rest;
	return true;
}

static bool
read_uri(const Reader *reader, char *text, size_t *text_length, ImsGs1Problem *status)
{
	size_t code;

	if (reader->payload_length == 0)
		return ims_gs1_refuse(status, IMS_GS1_RULE_NDEF_UNSUPPORTED, reader->payload);
	code = reader->bytes[reader->payload];
	if (code >= NBEGINNINGS)
		return ims_gs1_refuse(status, IMS_GS1_RULE_NDEF_UNSUPPORTED, reader->payload);
	return take_text(reader, uri_beginnings[code], 1, text, text_length, status);
}

static bool
read_plain(const Reader *reader, char *text, size_t *text_length, ImsGs1Problem *status)
{
	size_t first = reader->payload_length > 0 ? reader->bytes[reader->payload] : 0;
	size_t header = 1 + (first & TEXT_LANGUAGE_MASK);

	if (reader->payload_length < header || (first & TEXT_IS_UTF16))
		return ims_gs1_refuse(status, IMS_GS1_RULE_NDEF_UNSUPPORTED, reader->payload);
	return take_text(reader, "", header, text, text_length, status);
}

/* The text, unterminated, in a buffer of IMS_GS1_MAX_INPUT. */
bool
ims_gs1_read_ndef(const unsigned char *bytes, size_t length, char *text,
				  size_t *text_length, ImsGs1Problem *status)
{
	Reader reader = {.bytes = bytes, .length = length};

	*status = (ImsGs1Problem){IMS_GS1_RULE_OK, {0, 0}, 0};
	do
	{
		char type;

		if (!read_record(&reader))
			return ims_gs1_refuse(status, IMS_GS1_RULE_NDEF_TRUNCATED, length);
		if (reader.flags & FLAG_CHUNK)
			return ims_gs1_refuse(status, IMS_GS1_RULE_NDEF_UNSUPPORTED, reader.payload);
		if ((reader.flags & FORMAT_MASK) != FORMAT_WELL_KNOWN || reader.type_length != 1)
			continue;
		type = (char) bytes[reader.type];
		if (type == 'U')
			return read_uri(&reader, text, text_length, status);
		if (type == 'T')
			return read_plain(&reader, text, text_length, status);
	} while (!(reader.flags & FLAG_LAST) && reader.at < length);
	return ims_gs1_refuse(status, IMS_GS1_RULE_NDEF_UNSUPPORTED, reader.at);
}

/* The code of the longest beginning that the URI has; the empty one always fits. */
static unsigned char
beginning_of(const char *uri, size_t length)
{
	size_t best = 0;

	for (size_t i = 1; i < NBEGINNINGS; i++)
	{
		size_t size = strlen(uri_beginnings[i]);

		if (size > strlen(uri_beginnings[best]) && size <= length &&
			memcmp(uri, uri_beginnings[i], size) == 0)
			best = i;
	}
	return (unsigned char) best;
}

/* A message of one URI record, in length + IMS_GS1_NDEF_HEADER bytes; returns its size. */
size_t
ims_gs1_write_ndef(const char *uri, size_t length, unsigned char *bytes)
{
	unsigned char code = beginning_of(uri, length);
	size_t skipped = strlen(uri_beginnings[code]);
	size_t payload = 1 + length - skipped;
	bool is_short = payload <= MAX_SHORT_PAYLOAD;
	unsigned char *at = bytes;

	*at++ = (unsigned char) (FLAG_FIRST | FLAG_LAST | (is_short ? FLAG_SHORT : 0) |
							 FORMAT_WELL_KNOWN);
	*at++ = 1; /* length of the type */
	for (int shift = is_short ? 0 : 24; shift >= 0; shift -= 8)
		*at++ = (unsigned char) (payload >> shift);
	*at++ = 'U';
	*at++ = code;
	memcpy(at, uri + skipped, length - skipped);
	return (size_t) (at - bytes) + length - skipped;
}
