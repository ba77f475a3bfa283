/*-------------------------------------------------------------------------
 *
 * epc_core.h
 *	  Electronic product codes: fields, bits, URIs, element strings.
 *
 * GS1 EPC Tag Data Standard 1.13, sections 6 (pure identity), 7 (element
 * strings), 12 (tag URIs) and 14 (bits).  Bits and tag URI say the same: every
 * pattern of bits that is taken has exactly one URI, and back.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_EPC_CORE_H
#define IMS_EPC_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IMS_EPC_MIN_PREFIX 6 /* digits of the company prefix in an EPC */
#define IMS_EPC_MAX_PREFIX 12
#define IMS_EPC_MAX_SERIAL 24 /* characters; GIAI-202 with a prefix of six */
#define IMS_EPC_MAX_SIZE 26	  /* bytes of the longest tag, 202 bits */
#define IMS_EPC_MAX_HEX 52
#define IMS_EPC_MAX_TEXT 200 /* URI or element string, terminator included */

typedef enum ImsEpcScheme
{
	IMS_EPC_SGTIN_96,
	IMS_EPC_SGTIN_198,
	IMS_EPC_SSCC_96,
	IMS_EPC_SGLN_96,
	IMS_EPC_SGLN_195,
	IMS_EPC_GRAI_96,
	IMS_EPC_GRAI_170,
	IMS_EPC_GIAI_96,
	IMS_EPC_GIAI_202
} ImsEpcScheme;

#define IMS_EPC_SCHEMES (IMS_EPC_GIAI_202 + 1)

typedef enum ImsEpcKind
{
	IMS_EPC_SGTIN,
	IMS_EPC_SSCC,
	IMS_EPC_SGLN,
	IMS_EPC_GRAI,
	IMS_EPC_GIAI
} ImsEpcKind;

typedef enum ImsEpcSerial
{
	IMS_EPC_NO_SERIAL,
	IMS_EPC_NUMBER, /* no leading zeros, bounded by its bits */
	IMS_EPC_TEXT	/* character set 82 in seven bits each */
} ImsEpcSerial;

typedef struct ImsEpcFormat
{
	const char *name;
	const char *kind_name;
	ImsEpcKind kind;
	uint8_t header;
	int bits;
	int key_bits;	/* of company prefix and reference together; 0: no reference */
	int key_digits; /* of company prefix and reference together */
	ImsEpcSerial serial;
	int serial_max; /* characters; for a GIAI together with the prefix */
} ImsEpcFormat;

typedef struct ImsEpc
{
	ImsEpcScheme scheme;
	int filter;
	char prefix[IMS_EPC_MAX_PREFIX + 1];
	/* after the prefix; the first digit of a GTIN or SSCC is its first */
	char reference[17 - IMS_EPC_MIN_PREFIX + 1];
	/* serial, extension of a GLN or asset reference; plain characters */
	char serial[IMS_EPC_MAX_SERIAL + 1];
} ImsEpc;

typedef enum ImsEpcRule
{
	IMS_EPC_OK,
	IMS_EPC_SYNTAX,
	IMS_EPC_LENGTH,
	IMS_EPC_HEADER,
	IMS_EPC_UNSUPPORTED,
	IMS_EPC_FILTER,
	IMS_EPC_PARTITION,
	IMS_EPC_PREFIX,
	IMS_EPC_REFERENCE,
	IMS_EPC_SERIAL_MISSING,
	IMS_EPC_SERIAL_CHARACTER,
	IMS_EPC_SERIAL_ZERO,
	IMS_EPC_SERIAL_RANGE,
	IMS_EPC_PADDING,
	IMS_EPC_CHECK_DIGIT,
	IMS_EPC_EXTENSION,
	IMS_EPC_ELEMENT
} ImsEpcRule;

/* What is wrong, and at which character, counted from 1; 0 is the whole. */
typedef struct ImsEpcStatus
{
	ImsEpcRule rule;
	int position;
} ImsEpcStatus;

extern const char *ims_epc_rule_name(ImsEpcRule rule);
extern const char *ims_epc_rule_text(ImsEpcRule rule);
extern const ImsEpcFormat *ims_epc_format(ImsEpcScheme scheme);
extern bool ims_epc_scheme_of(ImsEpcKind kind, int bits, ImsEpcScheme *scheme);

/* bits (epc_core.c) */
extern size_t ims_epc_size(ImsEpcScheme scheme);
extern ImsEpcStatus ims_epc_check(const ImsEpc *epc);
extern ImsEpcStatus ims_epc_decode(const uint8_t *bytes, size_t size, ImsEpc *epc);
extern ImsEpcStatus ims_epc_decode_words(const uint8_t *bytes, size_t size, ImsEpc *epc);
extern size_t ims_epc_encode(const ImsEpc *epc, uint8_t bytes[IMS_EPC_MAX_SIZE]);
extern ImsEpcStatus ims_epc_parse_hex(const char *text, size_t length, ImsEpc *epc);

/* URIs (epc_uri_core.c) */
extern ImsEpcStatus ims_epc_parse_tag_uri(const char *text, size_t length, ImsEpc *epc);
/* bits 0: 96 if the serial fits */
extern ImsEpcStatus ims_epc_parse_pure_uri(const char *text, size_t length, int filter,
										   int bits, ImsEpc *epc);
extern void ims_epc_write_tag_uri(const ImsEpc *epc, char text[IMS_EPC_MAX_TEXT]);
extern void ims_epc_write_pure_uri(const ImsEpc *epc, char text[IMS_EPC_MAX_TEXT]);

/* all of a lot, or all units of a GTIN (lot NULL); the GTIN in 14 digits */
#define IMS_EPC_MAX_LOT 20
extern ImsEpcStatus ims_epc_write_class_uri(const char *gtin, int prefix_length,
											const char *lot, size_t lot_length,
											char text[IMS_EPC_MAX_TEXT]);

/* GS1 keys (epc_key_core.c) */
extern ImsEpcStatus ims_epc_parse_element_string(const char *text, size_t length,
												 int prefix_length, int filter, int bits,
												 ImsEpc *epc);
extern void ims_epc_write_element_string(const ImsEpc *epc, char text[IMS_EPC_MAX_TEXT]);
/* the path of a GS1 Digital Link, beginning with a slash */
extern void ims_epc_write_link_path(const ImsEpc *epc, char text[IMS_EPC_MAX_TEXT]);
extern int64_t ims_epc_number(const ImsEpc *epc);
extern bool ims_epc_has_extension(const ImsEpc *epc);

#endif
