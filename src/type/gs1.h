/*-------------------------------------------------------------------------
 *
 * gs1.h
 *	  ims.gs1 between SQL and the pure core.
 *
 * A value is stored as its text form, which is what it is compared by.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_TYPE_GS1_H
#define IMS_TYPE_GS1_H

#include "type/gs1_parse_core.h"

#define IMS_GS1_AI_TEXT (IMS_GS1_MAX_AI_DIGITS + 1)

/* The identifier as text, terminated, in a buffer of IMS_GS1_AI_TEXT; empty for none. */
extern char *ims_gs1_key_text(ImsGs1Key key, char *text);

/* An argument that names an identifier by its digits; 22023 otherwise. */
extern ImsGs1Key ims_gs1_key_argument(const text *ai);

/* Raises what is wrong with an input. */
extern void ims_gs1_raise(const ImsGs1Problem *problem);

/* A message as a value; it is normalised on the way. */
extern text *ims_gs1_to_value(ImsGs1Message *message);

/* The elements of a value; they point into it. */
extern void ims_gs1_from_value(const text *value, ImsGs1Message *message);

#endif /* IMS_TYPE_GS1_H */
