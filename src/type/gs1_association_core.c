/*-------------------------------------------------------------------------
 *
 * gs1_association_core.c
 *	  Which elements go together, and their one order.
 *
 * GS1 General Specifications, section 4.13 (data relationships): an element
 * may need one of several groups of others and may exclude others.  Order
 * carries no meaning, so the normal form has one: elements of predefined
 * length first, which need no separator, then the others, each by identifier.
 * The list of predefined lengths is closed, so that a later table never
 * changes the order of a stored value.
 *
 *-------------------------------------------------------------------------
 */
#include "type/gs1_parse_core.h"

#include <string.h>

static const ImsGs1Key signature_key = {8030, 4};

/* Keys whose serial component is optional, and their length without it. */
static const struct
{
	ImsGs1Key key;
	uint8_t length;
} serial_keys[] = {{{2530, 3}, 13}, {{2550, 3}, 13}, {{8003, 4}, 14}};

static bool
same_key(ImsGs1Key a, ImsGs1Key b)
{
	return a.number == b.number && a.digits == b.digits;
}

static bool
same_value(const ImsGs1Element *a, const ImsGs1Element *b)
{
	return a->length == b->length && memcmp(a->value, b->value, a->length) == 0;
}

/* Null if no element has the identifier. */
const ImsGs1Element *
ims_gs1_find(const ImsGs1Message *message, ImsGs1Key key)
{
	for (int i = 0; i < message->count; i++)
		if (same_key(message->elements[i].key, key))
			return &message->elements[i];
	return NULL;
}

/* Whether an element other than the given identifier matches a pattern. */
static bool
has_match(const ImsGs1Message *message, const char *pattern, size_t length, ImsGs1Key except)
{
	ImsGs1Range range = ims_gs1_read_pattern(pattern, length);

	for (int i = 0; i < message->count; i++)
	{
		ImsGs1Key key = message->elements[i].key;

		if (ims_gs1_is_in(key, range) && !same_key(key, except))
			return true;
	}
	return false;
}

/* Whether one of the groups of a list, as in 02,01+21, has a match for each pattern. */
static bool
has_any(const ImsGs1Message *message, const char *list, ImsGs1Key except)
{
	bool is_matched = true;

	for (const char *at = list;; at++)
	{
		const char *pattern = at;

		while (*at != '+' && *at != ',' && *at != '\0')
			at++;
		is_matched =
			is_matched && has_match(message, pattern, (size_t) (at - pattern), except);
		if (*at == '+')
			continue;
		if (is_matched || *at == '\0')
			return is_matched;
		is_matched = true;
	}
}

static bool
is_repeated(const ImsGs1Message *message, int at)
{
	const ImsGs1Element *element = &message->elements[at];

	for (int i = 0; i < at; i++)
		if (same_key(message->elements[i].key, element->key) &&
			!same_value(&message->elements[i], element))
			return true;
	return false;
}

static bool
lacks_serial(const ImsGs1Message *message, const ImsGs1Element *element)
{
	for (size_t i = 0; i < sizeof(serial_keys) / sizeof(serial_keys[0]); i++)
		if (same_key(serial_keys[i].key, element->key))
			return element->length == serial_keys[i].length &&
				   ims_gs1_find(message, signature_key) != NULL;
	return false;
}

/* Rules that an element breaks as a whole; others are broken by its value. */
static bool
is_of_element(ImsGs1ElementRule rule)
{
	return rule == IMS_GS1_RULE_REPEATED_AI || rule == IMS_GS1_RULE_UNKNOWN_AI ||
		   rule == IMS_GS1_RULE_EXCLUDED_AI || rule == IMS_GS1_RULE_REQUIRED_AI_MISSING ||
		   rule == IMS_GS1_RULE_SERIAL_MISSING;
}

static bool
lacks_day(const ImsGs1Element *element)
{
	return element->key.digits == 2 &&
		   (element->key.number == 1100 || element->key.number == 1700) &&
		   memcmp(element->value + 4, "00", 2) == 0;
}

/* Null if it is not among the added identifiers. */
const ImsGs1Ai *
ims_gs1_find_added(const ImsGs1Options *options, ImsGs1Key key)
{
	for (int i = 0; i < options->added_count; i++)
		if (options->added[i].low == key.number && options->added[i].digits == key.digits)
			return &options->added[i];
	return NULL;
}

/* What is wrong with one element beside the others, if it is known. */
static ImsGs1Fault
check_strictly(const ImsGs1Message *message, const ImsGs1Options *options,
			   const ImsGs1Element *element)
{
	const ImsGs1Ai *ai =
		element->ai ? element->ai : ims_gs1_find_added(options, element->key);
	ImsGs1Fault fault;

	if (ai == NULL)
		return ims_gs1_fault(IMS_GS1_RULE_UNKNOWN_AI, 0);
	if (element->ai == NULL)
	{
		fault = ims_gs1_check_format(ai->format, element->value, element->length);
		if (fault.rule != IMS_GS1_RULE_OK)
			return fault;
	}
	if (ai->excluded && has_any(message, ai->excluded, element->key))
		return ims_gs1_fault(IMS_GS1_RULE_EXCLUDED_AI, 0);
	if (ai->required && !has_any(message, ai->required, element->key))
		return ims_gs1_fault(IMS_GS1_RULE_REQUIRED_AI_MISSING, 0);
	return ims_gs1_fault(lacks_serial(message, element) ? IMS_GS1_RULE_SERIAL_MISSING
														: IMS_GS1_RULE_OK,
						 0);
}

/*
 * The next element from *at on that is wrong beside the others, one rule for
 * each; the one after it is left in *at.
 */
bool
ims_gs1_next_problem(const ImsGs1Message *message, const ImsGs1Options *options, int *at,
					 ImsGs1Problem *status)
{
	while (*at < message->count)
	{
		const ImsGs1Element *element = &message->elements[*at];
		ImsGs1Fault fault = IMS_GS1_NO_FAULT;

		if (is_repeated(message, *at))
			fault.rule = IMS_GS1_RULE_REPEATED_AI;
		else if (options->needs_day && lacks_day(element))
			fault = ims_gs1_fault(IMS_GS1_RULE_DAY_ZERO, 4);
		else if (options->is_strict)
			fault = check_strictly(message, options, element);
		(*at)++;
		if (fault.rule != IMS_GS1_RULE_OK)
		{
			ims_gs1_refuse_element(status, fault.rule, element->key,
								   is_of_element(fault.rule)
									   ? element->ai_offset
									   : ims_gs1_place(message, element, fault.offset));
			return true;
		}
	}
	return false;
}

static bool
comes_before(ImsGs1Key a, ImsGs1Key b)
{
	bool a_first = ims_gs1_predefined_length(a) > 0;
	bool b_first = ims_gs1_predefined_length(b) > 0;

	return a_first != b_first ? a_first : a.number < b.number;
}

/* Orders the elements and keeps one of those that are given twice. */
void
ims_gs1_normalise(ImsGs1Message *message)
{
	ImsGs1Element *elements = message->elements;
	int kept = 0;

	for (int i = 0; i < message->count; i++)
	{
		ImsGs1Element element;
		int place = kept;

		while (place > 0 && comes_before(elements[i].key, elements[place - 1].key))
			place--;
		if (place > 0 && same_key(elements[i].key, elements[place - 1].key))
			continue;
		kept++;
		if (place == i)
			continue;
		element = elements[i];
		for (int k = kept - 1; k > place; k--)
			elements[k] = elements[k - 1];
		elements[place] = element;
	}
	message->count = kept;
}
