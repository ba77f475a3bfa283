/*-------------------------------------------------------------------------
 *
 * gs1_ai_core.h
 *	  The application identifiers of GS1 and the formats of their values.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_GS1_AI_CORE_H
#define IMS_GS1_AI_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "type/gs1_rule_core.h"

#define IMS_GS1_MAX_AI_DIGITS 4
#define IMS_GS1_MAX_VALUE 90 /* characters of a value */
#define IMS_GS1_MAX_PARTS 5	 /* components of a value */
#define IMS_GS1_MAX_CHECKS 3 /* checks of a component, beside its character set */

/* A component of a value; only the last ones are optional or of variable length. */
typedef struct ImsGs1Part
{
	char set; /* N digits, X set 82, Y set 39, Z base 64 */
	uint8_t least;
	uint8_t most;
	bool optional;
	uint8_t checks[IMS_GS1_MAX_CHECKS]; /* ImsGs1Check, none ends them early */
} ImsGs1Part;

typedef struct ImsGs1Format
{
	int count;
	ImsGs1Part parts[IMS_GS1_MAX_PARTS];
} ImsGs1Format;

/*
 * One application identifier, or a range that differs in its last digits only.
 * Identifiers compare as if padded with zeros to four digits: no identifier is
 * the beginning of another one.
 */
typedef struct ImsGs1Ai
{
	uint16_t low;
	uint16_t high;
	uint8_t digits;
	bool is_attribute; /* may be an attribute of a Digital Link */
	const ImsGs1Format *format;
	const char *required;	/* "01+21,02": one of these groups, null: none */
	const char *excluded;	/* "37,310n": none of these, null: none */
	const char *qualifiers; /* "22,10,21|235": of a primary key, null: is none */
	const char *title;
} ImsGs1Ai;

/* An identifier as it stands in data: padded number and how many digits it has. */
typedef struct ImsGs1Key
{
	uint16_t number;
	uint8_t digits;
} ImsGs1Key;

/* Identifiers of as many digits from low to high, padded. */
typedef struct ImsGs1Range
{
	uint16_t low;
	uint16_t high;
	uint8_t digits;
} ImsGs1Range;

static inline bool
ims_gs1_is_in(ImsGs1Key key, ImsGs1Range range)
{
	return key.digits == range.digits && key.number >= range.low &&
		   key.number <= range.high;
}

extern const char *ims_gs1_dictionary_version(void);
extern int ims_gs1_ai_count(void);
extern const ImsGs1Ai *ims_gs1_ai_row(int row);

extern bool ims_gs1_read_key(const char *text, size_t length, ImsGs1Key *key);
extern int ims_gs1_write_key(ImsGs1Key key, char *text);
extern const ImsGs1Ai *ims_gs1_find_ai(ImsGs1Key key);
extern ImsGs1Range ims_gs1_read_pattern(const char *pattern, size_t length);
extern bool ims_gs1_matches(ImsGs1Key key, const char *pattern, size_t length);

/* By the first two digits of an identifier; 0: a separator tells. */
extern const uint8_t ims_gs1_length_by_prefix[100];

/* Characters of the value where they are predefined, else 0. */
static inline int
ims_gs1_predefined_length(ImsGs1Key key)
{
	return ims_gs1_length_by_prefix[key.number / 100];
}

/* Formats as the dictionary writes them: "N13,csum,gcppos1 [X..17]". */
#define IMS_GS1_MAX_FORMAT_TEXT 200
extern bool ims_gs1_read_format(const char *text, size_t length, ImsGs1Format *format);
extern size_t ims_gs1_write_format(const ImsGs1Format *format, char *text);
extern ImsGs1Fault ims_gs1_check_format(const ImsGs1Format *format, const char *value,
										size_t length);
extern size_t ims_gs1_longest(const ImsGs1Format *format);

#endif
