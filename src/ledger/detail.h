/*-------------------------------------------------------------------------
 *
 * detail.h
 *	  The detail of a class IV error: a sentence, then a JSON object.  And the
 *	  one error of another class that is thrown in many places.
 *
 * People read the sentence, programs the object; its keys never change.  A
 * detail is built where it is thrown:
 *
 *	  errdetail_internal("%s", ims_error_detail("Requested 5, available 3.",
 *												ims_detail_integer("line", 1),
 *												ims_detail_text("item", code)))
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_DETAIL_H
#define IMS_DETAIL_H

#include "datatype/timestamp.h"
#include "utils/numeric.h"

#include "compat.h"
#include "ims.h"

typedef enum ImsDetailType
{
	IMS_DETAIL_END,
	IMS_DETAIL_TEXT,
	IMS_DETAIL_INTEGER,
	IMS_DETAIL_QUANTITY,
	IMS_DETAIL_NUMBER
} ImsDetailType;

typedef struct ImsDetailField
{
	ImsDetailType type;
	const char *key;
	const char *text;
	int64 integer;
	Numeric number;
} ImsDetailField;

/* NULL leaves the key out. */
static inline ImsDetailField
ims_detail_text(const char *key, const char *value)
{
	return (ImsDetailField){IMS_DETAIL_TEXT, key, value, 0, NULL};
}

static inline ImsDetailField
ims_detail_integer(const char *key, int64 value)
{
	return (ImsDetailField){IMS_DETAIL_INTEGER, key, NULL, value, NULL};
}

/* 0 leaves it out: no single line is to blame. */
static inline ImsDetailField
ims_detail_line(int32 line)
{
	return (ImsDetailField){IMS_DETAIL_INTEGER, line == 0 ? NULL : "line", NULL, line,
							NULL};
}

static inline ImsDetailField
ims_detail_quantity(const char *key, ImsQuantity value)
{
	return (ImsDetailField){IMS_DETAIL_QUANTITY, key, NULL, value, NULL};
}

/* NULL leaves the key out; NaN and infinity become strings. */
static inline ImsDetailField
ims_detail_number(const char *key, Numeric value)
{
	return (ImsDetailField){IMS_DETAIL_NUMBER, key, NULL, 0, value};
}

#define ims_error_detail(sentence, ...)                                                  \
	ims_error_detail_build((sentence),                                                   \
						   (const ImsDetailField[]){__VA_ARGS__, {IMS_DETAIL_END}})

/* A number for a message: in scientific notation where it would be long. */
extern char *ims_number_text(Numeric number);

/* An instant for messages: ISO 8601 in UTC, whatever the session's settings are. */
extern char *ims_time_text(TimestampTz at);

/* 40001: a balance is not as the snapshot of the transaction has it. */
pg_noreturn extern void ims_raise_concurrent_update(void);

extern char *ims_error_detail_build(const char *sentence, const ImsDetailField *fields);

#endif /* IMS_DETAIL_H */
