/*-------------------------------------------------------------------------
 *
 * json_line.h
 *	  Lines given as an array of JSON objects.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_JSON_LINE_H
#define IMS_JSON_LINE_H

#include "utils/jsonb.h"

#include "ledger/field.h"
#include "ledger/resolve.h"

#define IMS_MAX_NUMBER_LENGTH 100 /* characters of a number in a JSON string */

/* Elements of the array; raises IV223 on anything else. */
extern int64 ims_json_count(Jsonb *json, ImsField argument);

/* Bits of the fields, 1 << ImsField, that a line may have. */
typedef uint32 ImsFieldSet;

/* Those that lines of the kind have. */
extern ImsFieldSet ims_fields_of_kind(ImsKind kind);

/* One element, as line resolver->line; false: refused, which is kept. */
extern bool ims_json_line(ImsResolver *resolver, JsonbValue *element, ImsFieldSet allowed,
						  ImsLineInput *input);

/* Called per element; the line's number is in the resolver. */
typedef void (*ImsJsonLineFunction)(void *context, const ImsLineInput *input);

/*
 * Reads the elements one after the other, the first as line first_line.  A
 * refused one is passed over.
 */
extern void ims_json_lines(ImsResolver *resolver, Jsonb *json, ImsFieldSet allowed,
						   int32 first_line, ImsJsonLineFunction function, void *context);

extern Jsonb *ims_json_element(Jsonb *json, int32 index);

#endif /* IMS_JSON_LINE_H */
