/*-------------------------------------------------------------------------
 *
 * field.h
 *	  What a call can say: one list of names for arguments and JSON keys.
 *
 * The order of ImsField groups the fields by where their value goes; each
 * function's own list gives the order of its SQL signature.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_FIELD_H
#define IMS_FIELD_H

#include "datatype/timestamp.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "ims.h"

/* In the order of ims_fields[] (field.c). */
typedef enum ImsField
{
	/* of a line: text */
	IMS_FIELD_ITEM,
	IMS_FIELD_UNIT,
	IMS_FIELD_FROM_LOCATION,
	IMS_FIELD_TO_LOCATION,
	IMS_FIELD_LOCATION,
	IMS_FIELD_LOT,
	IMS_FIELD_SERIAL,
	IMS_FIELD_HANDLING_UNIT,
	IMS_FIELD_FROM_HANDLING_UNIT,
	IMS_FIELD_TO_HANDLING_UNIT,
	IMS_FIELD_REFERENCE_LINE,
	IMS_FIELD_CURRENCY,
	/* of a line: numeric */
	IMS_FIELD_QUANTITY,
	IMS_FIELD_UNIT_COST,
	IMS_FIELD_RATE,
	IMS_FIELD_SALE_VALUE,
	IMS_FIELD_MEASURED_QUANTITY,
	/* of a line: bigint */
	IMS_FIELD_ORIGIN_MOVEMENT_ID,
	/* of the call: text */
	IMS_FIELD_OWNER,
	IMS_FIELD_KIND,
	IMS_FIELD_REASON,
	IMS_FIELD_PARTY,
	IMS_FIELD_CHANNEL,
	IMS_FIELD_REFERENCE_TYPE,
	IMS_FIELD_REFERENCE_NUMBER,
	IMS_FIELD_ACTOR,
	IMS_FIELD_IDEMPOTENCY_KEY,
	IMS_FIELD_ON_ERROR,
	/* of the call: other scalars */
	IMS_FIELD_EFFECTIVE_AT,
	IMS_FIELD_ORIGIN_POSTING_ID,
	IMS_FIELD_DRY_RUN,
	/* of the call: jsonb */
	IMS_FIELD_LINES,
	IMS_FIELD_COMPONENTS,
	/* of the call: bigint arrays */
	IMS_FIELD_ITEM_IDS,
	IMS_FIELD_FROM_LOCATION_IDS,
	IMS_FIELD_TO_LOCATION_IDS,
	IMS_FIELD_LOT_IDS,
	IMS_FIELD_SERIAL_IDS,
	IMS_FIELD_FROM_HANDLING_UNIT_IDS,
	IMS_FIELD_TO_HANDLING_UNIT_IDS,
	IMS_FIELD_ORIGIN_MOVEMENT_IDS,
	/* of the call: numeric arrays */
	IMS_FIELD_QUANTITIES,
	IMS_FIELD_UNIT_COSTS,
	IMS_FIELD_SALE_VALUES,
	IMS_FIELD_MEASURED_QUANTITIES,
	/* of the call: text arrays */
	IMS_FIELD_UNITS,
	IMS_FIELD_REFERENCE_LINES
} ImsField;

#define IMS_LINE_TEXTS (IMS_FIELD_CURRENCY + 1)
#define IMS_LINE_NUMBERS (IMS_FIELD_MEASURED_QUANTITY - IMS_FIELD_CURRENCY)
#define IMS_LINE_FIELDS (IMS_FIELD_ORIGIN_MOVEMENT_ID + 1)
#define IMS_CALL_TEXTS (IMS_FIELD_ON_ERROR - IMS_FIELD_ORIGIN_MOVEMENT_ID)
#define IMS_ARRAYS (IMS_FIELD_REFERENCE_LINES - IMS_FIELD_COMPONENTS)
#define IMS_FIELDS (IMS_FIELD_REFERENCE_LINES + 1)

typedef enum ImsFieldType
{
	IMS_TYPE_TEXT,
	IMS_TYPE_NUMBER,
	IMS_TYPE_INTEGER,
	IMS_TYPE_TIME,
	IMS_TYPE_FLAG,
	IMS_TYPE_JSON,
	IMS_TYPE_INTEGERS,
	IMS_TYPE_NUMBERS,
	IMS_TYPE_TEXTS
} ImsFieldType;

/* One line as given; NULL and 0 mean that a field was not. */
typedef struct ImsLineInput
{
	const char *texts[IMS_LINE_TEXTS];
	Numeric numbers[IMS_LINE_NUMBERS];
	int64 origin_movement_id;
} ImsLineInput;

/* One call as given. */
typedef struct ImsInput
{
	ImsLineInput line;
	const char *texts[IMS_CALL_TEXTS];
	TimestampTz effective_at;
	int64 origin_posting_id;
	bool effective_given;
	bool dry_run;
	Jsonb *json; /* lines or components, whichever the function has */
	ArrayType *arrays[IMS_ARRAYS];
} ImsInput;

/* A function's signature. */
typedef struct ImsSignature
{
	const char *name;
	const ImsField *fields;
	int nfields;
} ImsSignature;

static inline const char *
ims_line_text(const ImsLineInput *line, ImsField field)
{
	Assert(field < IMS_LINE_TEXTS);
	return line->texts[field];
}

static inline Numeric
ims_line_number(const ImsLineInput *line, ImsField field)
{
	Assert(field >= IMS_LINE_TEXTS && field < IMS_LINE_TEXTS + IMS_LINE_NUMBERS);
	return line->numbers[field - IMS_LINE_TEXTS];
}

static inline const char *
ims_input_text(const ImsInput *input, ImsField field)
{
	Assert(field >= IMS_FIELD_OWNER && field <= IMS_FIELD_ON_ERROR);
	return input->texts[field - IMS_FIELD_OWNER];
}

static inline ArrayType *
ims_input_array(const ImsInput *input, ImsField field)
{
	Assert(field >= IMS_FIELD_ITEM_IDS && field <= IMS_FIELD_REFERENCE_LINES);
	return input->arrays[field - IMS_FIELD_ITEM_IDS];
}

extern const char *ims_field_name(ImsField field);
extern ImsFieldType ims_field_type(ImsField field);
extern int ims_line_field_by_name(const char *name, int length);
extern void ims_read_arguments(FunctionCallInfo fcinfo, const ImsSignature *signature,
							   ImsInput *input);

#endif /* IMS_FIELD_H */
