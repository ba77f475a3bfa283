/*-------------------------------------------------------------------------
 *
 * gs1_parse_core.h
 *	  GS1 element strings: read in each of their forms, checked, written.
 *
 * Nothing is allocated: the caller hands over the message that is filled and
 * the buffer that is written to.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_GS1_PARSE_CORE_H
#define IMS_GS1_PARSE_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "type/gs1_ai_core.h"

#define IMS_GS1_MAX_ELEMENTS 64
#define IMS_GS1_MAX_INPUT 20000 /* bytes of an input, in any form */
#define IMS_GS1_MAX_DATA (IMS_GS1_MAX_ELEMENTS * IMS_GS1_MAX_VALUE)
#define IMS_GS1_SEPARATOR '\x1d' /* how FNC1 between elements is transmitted */

/* Each form with its terminator: two brackets, every character escaped. */
#define IMS_GS1_MAX_TEXT                                                                 \
	(IMS_GS1_MAX_ELEMENTS * (2 + IMS_GS1_MAX_AI_DIGITS + 2 * IMS_GS1_MAX_VALUE) + 1)
#define IMS_GS1_MAX_WIRE                                                                 \
	(3 + IMS_GS1_MAX_ELEMENTS * (IMS_GS1_MAX_AI_DIGITS + IMS_GS1_MAX_VALUE + 1) + 1)
#define IMS_GS1_MAX_STEM                                                                 \
	2000 /* of a Digital Link: scheme, domain and path before the key */
#define IMS_GS1_MAX_LINK                                                                 \
	(IMS_GS1_MAX_STEM +                                                                  \
	 IMS_GS1_MAX_ELEMENTS * (2 + IMS_GS1_MAX_AI_DIGITS + 3 * IMS_GS1_MAX_VALUE) + 1)

/* NDEF: flags, length of the type, length of the payload, type, beginning of the URI. */
#define IMS_GS1_NDEF_HEADER (1 + 1 + 4 + 1 + 1)
#define IMS_GS1_MAX_NDEF (IMS_GS1_NDEF_HEADER + IMS_GS1_MAX_LINK)

typedef struct ImsGs1Element
{
	ImsGs1Key key;
	uint8_t length;		/* of the value */
	const ImsGs1Ai *ai; /* null: in no table */
	const char *value;	/* not terminated; in the input or the message's data */
	uint32_t ai_offset; /* where it stands in the input, from 0 */
	uint32_t value_offset;
} ImsGs1Element;

/* Values point into data or the input, which must outlive the message. */
typedef struct ImsGs1Message
{
	const char *input; /* what the elements were read from */
	size_t input_length;
	int count;
	size_t used;
	ImsGs1Element elements[IMS_GS1_MAX_ELEMENTS];
	char data[IMS_GS1_MAX_DATA];
} ImsGs1Message;

/* What was wrong: the rule, the element (digits 0: none) and where, from 0. */
typedef struct ImsGs1Problem
{
	ImsGs1ElementRule rule;
	ImsGs1Key key;
	size_t offset;
} ImsGs1Problem;

typedef struct ImsGs1Options
{
	bool is_strict;		   /* tables know every element, and they go together */
	bool is_legacy_link;   /* names for identifiers and short GTINs in links */
	bool needs_day;		   /* (11) and (17) without a day are refused */
	const ImsGs1Ai *added; /* identifiers beside the built-in ones */
	int added_count;
} ImsGs1Options;

extern bool ims_gs1_parse(const char *text, size_t length, const ImsGs1Options *options,
						  ImsGs1Message *message, ImsGs1Problem *status);

/* The forms one by one, as ims_gs1_parse() tells them apart. */
extern bool ims_gs1_parse_wire(const char *text, size_t length, size_t start,
							   ImsGs1Message *message, ImsGs1Problem *status);
extern bool ims_gs1_parse_brackets(const char *text, size_t length,
								   ImsGs1Message *message, ImsGs1Problem *status);
extern bool ims_gs1_is_link(const char *text, size_t length);
extern bool ims_gs1_parse_link(const char *text, size_t length, size_t start, bool legacy,
							   ImsGs1Message *message, ImsGs1Problem *status);

/* For readers of a form. */
extern bool ims_gs1_refuse(ImsGs1Problem *status, ImsGs1ElementRule rule, size_t offset);
extern bool ims_gs1_refuse_element(ImsGs1Problem *status, ImsGs1ElementRule rule,
								   ImsGs1Key key, size_t offset);
extern bool ims_gs1_add(ImsGs1Message *message, const ImsGs1Element *element,
						ImsGs1Problem *status);
extern ImsGs1Fault ims_gs1_check_element(const ImsGs1Element *element);
extern size_t ims_gs1_encoded_offset(const char *text, size_t start, size_t end,
									 size_t offset);

/* Where a character of the value of an element stands in the input, from 0. */
extern size_t ims_gs1_place(const ImsGs1Message *message, const ImsGs1Element *element,
							size_t offset);

/*
 * What is wrong with elements as a whole, element by element from the given
 * one on; the element that is wrong is left in *at.
 */
extern bool ims_gs1_next_problem(const ImsGs1Message *message, const ImsGs1Options *options,
								 int *at, ImsGs1Problem *status);

extern void ims_gs1_normalise(ImsGs1Message *message);
extern const ImsGs1Ai *ims_gs1_find_added(const ImsGs1Options *options, ImsGs1Key key);
extern const ImsGs1Element *ims_gs1_find(const ImsGs1Message *message, ImsGs1Key key);

extern size_t ims_gs1_write_text(const ImsGs1Message *message, char *text);
extern size_t ims_gs1_write_human(const ImsGs1Message *message, char *text);
extern size_t ims_gs1_write_wire(const ImsGs1Message *message, char *text);
extern bool ims_gs1_write_link(const ImsGs1Message *message, const char *stem,
							   size_t stem_length, char *link, size_t *length,
							   ImsGs1Problem *status);

/* The text form as ims_gs1_write_text() wrote it: not checked but for its shape. */
extern bool ims_gs1_read_text(const char *text, size_t length, ImsGs1Message *message);

/* Percent coding of a path or a query. */
extern size_t ims_gs1_escape(const char *text, size_t length, bool is_query, char *out);
extern bool ims_gs1_unescape(const char *text, size_t length, bool is_query, char *out,
							 size_t *out_length);

/* The text of the first URI or text record of an NDEF message. */
extern bool ims_gs1_read_ndef(const unsigned char *bytes, size_t length, char *text,
							  size_t *text_length, ImsGs1Problem *status);

/* A message of one record that holds a URI. */
extern size_t ims_gs1_write_ndef(const char *uri, size_t length, unsigned char *bytes);

#endif
