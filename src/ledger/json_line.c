/*-------------------------------------------------------------------------
 *
 * json_line.c
 *	  Lines given as an array of JSON objects.
 *
 * Keys are the argument names of the posting functions.  A key that the kind
 * of posting does not have is refused, so that nothing that was said is
 * passed over.  Numbers may be written as strings, as careful clients do.
 *
 * Memory: what one line needs is in a context that is reset for the next.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <ctype.h>

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "ledger/detail.h"
#include "ledger/json_line.h"

/* digits of an exponent; with more a number is out of every range */
#define MAX_EXPONENT_DIGITS 3

int64
ims_json_count(Jsonb *json, ImsField argument)
{
	if (!JB_ROOT_IS_ARRAY(json) || JB_ROOT_IS_SCALAR(json))
		ereport(ERROR,
				(errcode(ERRCODE_IMS_INVALID_LINE),
				 errmsg("argument \"%s\" must be an array of objects",
						ims_field_name(argument)),
				 errdetail_internal("%s",
									ims_error_detail("It is another kind of JSON value.",
													 ims_detail_text("argument",
																	 ims_field_name(
																		 argument))))));
	return JB_ROOT_COUNT(json);
}

Jsonb *
ims_json_element(Jsonb *json, int32 index)
{
	return JsonbValueToJsonb(getIthJsonbValueFromContainer(&json->root, index));
}

static bool
refuse_type(ImsResolver *resolver, ImsField field, const char *expected)
{
	const char *name = ims_field_name(field);

	return ims_refuse(resolver, ERRCODE_IMS_INVALID_LINE, NULL,
					  ims_error_detail(psprintf("Line %d has another type there.",
												resolver->line),
									   ims_detail_integer("line", resolver->line),
									   ims_detail_text("key", name)),
					  "value of key \"%s\" must be %s", name, expected);
}

static const char *
skip_digits(const char *s)
{
	while (isdigit((unsigned char) *s))
		s++;
	return s;
}

/* What numeric_in() takes without an error, NaN and infinity apart. */
static bool
is_number_text(const char *s)
{
	const char *digits;
	const char *exponent;
	bool any;

	if (*s == '+' || *s == '-')
		s++;
	digits = s;
	s = skip_digits(s);
	any = s > digits;
	if (*s == '.')
	{
		digits = ++s;
		s = skip_digits(s);
		any = any || s > digits;
	}
	if (!any)
		return false;
	if (*s == 'e' || *s == 'E')
	{
		s++;
		if (*s == '+' || *s == '-')
			s++;
		exponent = s;
		s = skip_digits(s);
		if (s == exponent || s - exponent > MAX_EXPONENT_DIGITS)
			return false;
	}
	return *s == '\0';
}

static bool
is_special_number(const char *s)
{
	return pg_strcasecmp(s, "NaN") == 0 || pg_strcasecmp(s, "Infinity") == 0 ||
		   pg_strcasecmp(s, "-Infinity") == 0;
}

static char *
string_of(const JsonbValue *value)
{
	return pnstrdup(value->val.string.val, value->val.string.len);
}

static bool
read_number(ImsResolver *resolver, ImsField field, const JsonbValue *value, Numeric *number)
{
	char *s;

	if (value->type == jbvNumeric)
	{
		*number = value->val.numeric;
		return true;
	}
	if (value->type != jbvString || value->val.string.len > IMS_MAX_NUMBER_LENGTH)
		return refuse_type(resolver, field, "a number");
	s = string_of(value);
	if (!is_number_text(s) && !is_special_number(s))
		return refuse_type(resolver, field, "a number");
	*number = DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum(s),
												  ObjectIdGetDatum(InvalidOid),
												  Int32GetDatum(-1)));
	return true;
}

static bool
read_integer(ImsResolver *resolver, ImsField field, const JsonbValue *value, int64 *result)
{
	Numeric number;
	char *s;
	char *end;

	if (!read_number(resolver, field, value, &number))
		return false;
	s = numeric_normalize(number);
	errno = 0;
	*result = strtoi64(s, &end, 10);
	if (errno != 0 || *end != '\0' || *result <= 0)
		return refuse_type(resolver, field, "an id");
	return true;
}

static bool
read_value(ImsResolver *resolver, ImsField field, const JsonbValue *value,
		   ImsLineInput *input)
{
	if (value->type == jbvNull)
		return true;
	switch (ims_field_type(field))
	{
	case IMS_TYPE_TEXT:
		if (value->type != jbvString)
			return refuse_type(resolver, field, "a string");
		input->texts[field] = string_of(value);
		return true;
	case IMS_TYPE_NUMBER:
		return read_number(resolver, field, value, &input->numbers[field - IMS_LINE_TEXTS]);
	default:
		Assert(field == IMS_FIELD_ORIGIN_MOVEMENT_ID);
		return read_integer(resolver, field, value, &input->origin_movement_id);
	}
}

static bool
refuse_key(ImsResolver *resolver, const char *key, bool is_known)
{
	return ims_refuse(resolver, ERRCODE_IMS_UNKNOWN_KEY,
					  "Keys are the argument names of the posting function.",
					  ims_error_detail(psprintf("Line %d has it.", resolver->line),
									   ims_detail_integer("line", resolver->line),
									   ims_detail_text("key", key)),
					  is_known ? "key \"%s\" has no place in a line of kind \"%s\""
							   : "key \"%s\" is unknown in a line of kind \"%s\"",
					  key, ims_kind_names[resolver->kind]);
}

ImsFieldSet
ims_fields_of_kind(ImsKind kind)
{
	ImsFieldSet allowed = 0;
	int field;

	for (field = 0; field < IMS_LINE_FIELDS; field++)
	{
		if (ims_shape_has_field(ims_shape_of(kind), field))
			allowed |= (ImsFieldSet) 1 << field;
	}
	return allowed;
}

/* Reads what is given; false where a refusal was kept for the report. */
bool
ims_json_line(ImsResolver *resolver, JsonbValue *element, ImsFieldSet allowed,
			  ImsLineInput *input)
{
	JsonbIterator *iterator;
	JsonbValue value;
	JsonbIteratorToken token;

	if (element->type != jbvBinary || !JsonContainerIsObject(element->val.binary.data))
		return ims_refuse(resolver, ERRCODE_IMS_INVALID_LINE, NULL,
						  ims_error_detail(psprintf("Line %d is another kind of JSON value.",
													resolver->line),
										   ims_detail_integer("line", resolver->line)),
						  "a line must be a JSON object");

	memset(input, 0, sizeof(ImsLineInput));
	iterator = JsonbIteratorInit(element->val.binary.data);
	(void) JsonbIteratorNext(&iterator, &value, false);
	while ((token = JsonbIteratorNext(&iterator, &value, true)) == WJB_KEY)
	{
		int field = ims_line_field_by_name(value.val.string.val, value.val.string.len);

		if (field < 0 || (allowed & ((ImsFieldSet) 1 << field)) == 0)
			return refuse_key(resolver, string_of(&value), field >= 0);
		(void) JsonbIteratorNext(&iterator, &value, true);
		if (!read_value(resolver, field, &value, input))
			return false;
	}
	Assert(token == WJB_END_OBJECT);
	return true;
}

void
ims_json_lines(ImsResolver *resolver, Jsonb *json, ImsFieldSet allowed, int32 first_line,
			   ImsJsonLineFunction function, void *context)
{
	MemoryContext line_context =
		AllocSetContextCreate(CurrentMemoryContext, "ims line", ALLOCSET_DEFAULT_SIZES);
	JsonbIterator *iterator = JsonbIteratorInit(&json->root);
	JsonbValue element;
	ImsLineInput input;

	Assert(JB_ROOT_IS_ARRAY(json) && !JB_ROOT_IS_SCALAR(json));
	(void) JsonbIteratorNext(&iterator, &element, false);
	resolver->line = first_line;
	while (JsonbIteratorNext(&iterator, &element, true) == WJB_ELEM)
	{
		MemoryContext old = MemoryContextSwitchTo(line_context);

		CHECK_FOR_INTERRUPTS();
		if (ims_json_line(resolver, &element, allowed, &input))
			function(context, &input);
		resolver->line++;
		MemoryContextSwitchTo(old);
		MemoryContextReset(line_context);
	}
	MemoryContextDelete(line_context);
}
