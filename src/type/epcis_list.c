/*-------------------------------------------------------------------------
 *
 * epcis_list.c
 *	  Lists of an EPCIS event: what it is about, in JSON.
 *
 * Two aggregates over the lines of an event.  A thing that several lines name
 * is one element: instances are named once, quantities of a class are added.
 * Elements are in the order of the bytes of their URIs, so that an event is the
 * same text whatever the plan.  What has no URI was not seen, and is left out.
 *
 * Memory: as many elements as an event has lines, in the context of the
 * aggregate.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/numeric.h"

#include "compat.h"
#include "type/epcis.h"

PG_FUNCTION_INFO_V1(ims_epcis_list_add);
PG_FUNCTION_INFO_V1(ims_epcis_list_finish);

#define FIRST_SPACE 2
#define MIN_UOM 2 /* characters of a code of UN/ECE Recommendation 20 */
#define MAX_UOM 3

typedef struct Element
{
	text *uri;
	Numeric quantity; /* null for an instance */
	text *unit;		  /* null where the base unit is none of the world's */
	bool is_counted;  /* in pieces or packages, not in a measure */
} Element;

typedef struct ListState
{
	int count;
	int space;
	Element *elements;
} ListState;

static ListState *
new_state(MemoryContext context)
{
	ListState *state = MemoryContextAlloc(context, sizeof(ListState));

	state->count = 0;
	state->space = FIRST_SPACE;
	state->elements = MemoryContextAlloc(context, state->space * sizeof(Element));
	return state;
}

static bool
is_uom(ImsCode unit)
{
	for (size_t i = 0; i < unit.length; i++)
		if (!((unit.text[i] >= 'A' && unit.text[i] <= 'Z') ||
			  (unit.text[i] >= '0' && unit.text[i] <= '9')))
			return false;
	return unit.length >= MIN_UOM && unit.length <= MAX_UOM;
}

/* An argument, copied; null where it is null. */
static void *
kept_arg(FunctionCallInfo fcinfo, int place)
{
	return PG_ARGISNULL(place) ? NULL : PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(place));
}

/*
 * ims_epcis_list_add -- SQL: ims._epcis_list_add(state internal, uri text,
 *		quantity numeric, unit text, is_counted boolean) returns internal
 *
 * Of ims._epcis_epcs(), too, which has the URI alone.
 */
Datum
ims_epcis_list_add(PG_FUNCTION_ARGS)
{
	ListState *state = PG_ARGISNULL(0) ? NULL : (ListState *) PG_GETARG_POINTER(0);
	MemoryContext context;
	MemoryContext caller;
	Element *element;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "aggregate function called in non-aggregate context");
	if (PG_ARGISNULL(1) && state == NULL)
		PG_RETURN_NULL();
	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(state);

	caller = MemoryContextSwitchTo(context);
	if (state == NULL)
		state = new_state(context);
	if (state->count == state->space)
	{
		state->space *= 2;
		state->elements =
			repalloc_huge(state->elements, (Size) state->space * sizeof(Element));
	}
	element = &state->elements[state->count++];
	memset(element, 0, sizeof(*element));
	element->uri = kept_arg(fcinfo, 1);
	if (PG_NARGS() > 2)
	{
		element->quantity = kept_arg(fcinfo, 2);
		element->unit = kept_arg(fcinfo, 3);
		element->is_counted = !PG_ARGISNULL(4) && PG_GETARG_BOOL(4);
	}
	MemoryContextSwitchTo(caller);
	PG_RETURN_POINTER(state);
}

static int
compare_elements(const void *a, const void *b)
{
	ImsCode x = ims_code_of_text(((const Element *) a)->uri);
	ImsCode y = ims_code_of_text(((const Element *) b)->uri);
	int result = memcmp(x.text, y.text, Min(x.length, y.length));

	return result != 0 ? result : (x.length > y.length) - (x.length < y.length);
}

/*
 * A quantity without a unit counts units of the class, in whole numbers.  No
 * quantity is told where no code names the unit of a measure.
 */
static void
append_quantity(StringInfo list, const Element *element)
{
	ImsCode unit = {NULL, 0};
	char *number = numeric_normalize(element->quantity);
	bool is_whole = strchr(number, '.') == NULL;

	if (element->unit != NULL)
		unit = ims_code_of_text(element->unit);
	if (!(element->is_counted && is_whole) && !is_uom(unit))
		return;
	appendStringInfoString(list, ", \"quantity\": ");
	appendStringInfoString(list, number);
	if (!(element->is_counted && is_whole))
		appendStringInfo(list, ", \"uom\": \"%.*s\"", (int) unit.length, unit.text);
}

static void
append_element(StringInfo list, const Element *element)
{
	ImsCode uri = ims_code_of_text(element->uri);
	bool is_class = element->quantity != NULL;

	appendStringInfoString(list, list->len > 1 ? ", " : "");
	appendStringInfoString(list, is_class ? "{\"epcClass\": \"" : "\"");
	appendBinaryStringInfo(list, uri.text, (int) uri.length);
	appendStringInfoChar(list, '"');
	if (is_class)
	{
		append_quantity(list, element);
		appendStringInfoChar(list, '}');
	}
}

/* How many elements from the first on name the same thing; their sum is left in *sum. */
static int
merge_equal(const Element *first, int rest, Element *sum)
{
	int same = 1;

	*sum = *first;
	for (; same < rest && compare_elements(first, first + same) == 0; same++)
		if (sum->quantity != NULL && first[same].quantity != NULL)
			sum->quantity = DatumGetNumeric(
				DirectFunctionCall2(numeric_add, NumericGetDatum(sum->quantity),
									NumericGetDatum(first[same].quantity)));
	return same;
}

/*
 * ims_epcis_list_finish -- SQL: ims._epcis_list_finish(state internal) returns text
 */
Datum
ims_epcis_list_finish(PG_FUNCTION_ARGS)
{
	ListState *state = PG_ARGISNULL(0) ? NULL : (ListState *) PG_GETARG_POINTER(0);
	StringInfoData list;
	int same;

	if (state == NULL)
		PG_RETURN_NULL();
	if (state->count > 1)
		qsort(state->elements, state->count, sizeof(Element), compare_elements);
	initStringInfo(&list);
	appendStringInfoChar(&list, '[');
	for (int i = 0; i < state->count; i += same)
	{
		Element sum;

		same = merge_equal(&state->elements[i], state->count - i, &sum);
		append_element(&list, &sum);
	}
	appendStringInfoChar(&list, ']');
	PG_RETURN_TEXT_P(cstring_to_text_with_len(list.data, list.len));
}
