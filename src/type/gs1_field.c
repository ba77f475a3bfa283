/*-------------------------------------------------------------------------
 *
 * gs1_field.c
 *	  What an ims.gs1 says: its forms, its elements, dates and weights.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "datatype/timestamp.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "compat.h"
#include "ims.h"
#include "type/gs1.h"

/* Exactly, by definition: 10^-8 kg in a pound, 10^-10 kg in a troy ounce. */
#define POUND_IN_10NG INT64CONST(45359237)
#define POUND_DECIMALS 8
#define TROY_OUNCE_IN_100PG INT64CONST(311034768)
#define TROY_OUNCE_DECIMALS 10

#define IMS_MIN_REFERENCE_YEAR 1000
#define IMS_MAX_REFERENCE_YEAR 9900

ImsGs1Key
ims_gs1_key_argument(const text *ai)
{
	ImsGs1Key key;

	if (!ims_gs1_read_key(VARDATA_ANY(ai), VARSIZE_ANY_EXHDR(ai), &key) ||
		key.digits != VARSIZE_ANY_EXHDR(ai))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("\"%s\" is no application identifier", text_to_cstring(ai)),
						errhint("Give its two to four digits, without brackets: '01'.")));
	return key;
}

static const ImsGs1Element *
find_argument(FunctionCallInfo fcinfo, ImsGs1Message *message)
{
	ims_gs1_from_value(PG_GETARG_TEXT_PP(0), message);
	return ims_gs1_find(message, ims_gs1_key_argument(PG_GETARG_TEXT_PP(1)));
}

/*
 * ims_gs1_wire -- SQL: ims.gs1_wire(value ims.gs1, symbology text) returns text
 *
 * As a reader transmits it, with GS (hexadecimal 1D) where one is needed.
 */
PG_FUNCTION_INFO_V1(ims_gs1_wire);
Datum
ims_gs1_wire(PG_FUNCTION_ARGS)
{
	static const char *const symbologies[] = {"", "]C1", "]e0", "]d2", "]Q3", "]J1"};
	char *symbology = text_to_cstring(PG_GETARG_TEXT_PP(1));
	ImsGs1Message message;
	char wire[IMS_GS1_MAX_WIRE];
	size_t length = strlen(symbology);
	int i = 0;

	while (i < lengthof(symbologies) && strcmp(symbology, symbologies[i]) != 0)
		i++;
	if (i == lengthof(symbologies))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("symbology \"%s\" carries no GS1 element strings", symbology),
				 errhint("Use one of ]C1, ]e0, ]d2, ]Q3, ]J1, or none.")));
	ims_gs1_from_value(PG_GETARG_TEXT_PP(0), &message);
	memcpy(wire, symbology, length);
	length += ims_gs1_write_wire(&message, wire + length);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(wire, (int) length));
}

/* ims_gs1_human -- SQL: ims.gs1_human(value ims.gs1) returns text, for labels */
PG_FUNCTION_INFO_V1(ims_gs1_human);
Datum
ims_gs1_human(PG_FUNCTION_ARGS)
{
	ImsGs1Message message;
	char label[IMS_GS1_MAX_TEXT];
	size_t length;

	ims_gs1_from_value(PG_GETARG_TEXT_PP(0), &message);
	length = ims_gs1_write_human(&message, label);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(label, (int) length));
}

/* The link of a value at a domain, which may come with a scheme and a path. */
static char *
link_of(const text *value, const text *domain, size_t *length)
{
	char *stem = text_to_cstring(domain);
	ImsGs1Message message;
	ImsGs1Problem problem;
	char *link = palloc(IMS_GS1_MAX_LINK);

	if (!ims_gs1_is_link(stem, strlen(stem)))
		stem = psprintf("https://%s", stem);
	ims_gs1_from_value(value, &message);
	if (!ims_gs1_write_link(&message, stem, strlen(stem), link, length, &problem))
		ims_gs1_raise(&problem);
	return link;
}

/*
 * ims_gs1_digital_link -- SQL: ims.gs1_digital_link(value ims.gs1, domain text)
 *
 * The domain may come with a scheme and a path.  Raises IV121 if there is no
 * primary key, or an element that a link cannot hold.
 */
PG_FUNCTION_INFO_V1(ims_gs1_digital_link);
Datum
ims_gs1_digital_link(PG_FUNCTION_ARGS)
{
	size_t length;
	char *link = link_of(PG_GETARG_TEXT_PP(0), PG_GETARG_TEXT_PP(1), &length);

	PG_RETURN_TEXT_P(cstring_to_text_with_len(link, (int) length));
}

/*
 * ims_gs1_ndef -- SQL: ims.gs1_ndef(value ims.gs1, domain text) returns bytea
 *
 * The link as the URI record of an NDEF message.  Raises as the link does.
 */
PG_FUNCTION_INFO_V1(ims_gs1_ndef);
Datum
ims_gs1_ndef(PG_FUNCTION_ARGS)
{
	size_t length;
	char *link = link_of(PG_GETARG_TEXT_PP(0), PG_GETARG_TEXT_PP(1), &length);
	bytea *ndef = palloc(VARHDRSZ + IMS_GS1_NDEF_HEADER + length);

	length = ims_gs1_write_ndef(link, length, (unsigned char *) VARDATA(ndef));
	SET_VARSIZE(ndef, VARHDRSZ + length);
	PG_RETURN_BYTEA_P(ndef);
}

/* ims_gs1_get -- SQL: ims.gs1_get(value ims.gs1, ai text) returns text */
PG_FUNCTION_INFO_V1(ims_gs1_get);
Datum
ims_gs1_get(PG_FUNCTION_ARGS)
{
	ImsGs1Message message;
	const ImsGs1Element *element = find_argument(fcinfo, &message);

	if (element == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(element->value, element->length));
}

/*
 * ims_gs1_elements -- SQL: ims.gs1_elements(value ims.gs1)
 *
 * Rows of number (from 1), identifier, title, value; no title for an
 * identifier that is not in the table.
 */
PG_FUNCTION_INFO_V1(ims_gs1_elements);
Datum
ims_gs1_elements(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ImsGs1Message message;

	ims_gs1_from_value(PG_GETARG_TEXT_PP(0), &message);
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	for (int i = 0; i < message.count; i++)
	{
		const ImsGs1Element *element = &message.elements[i];
		char ai[IMS_GS1_AI_TEXT];
		Datum values[4];
		bool nulls[4] = {false};

		values[0] = Int32GetDatum(i + 1);
		values[1] = CStringGetTextDatum(ims_gs1_key_text(element->key, ai));
		nulls[2] = element->ai == NULL;
		values[2] = element->ai ? CStringGetTextDatum(element->ai->title) : (Datum) 0;
		values[3] =
			PointerGetDatum(cstring_to_text_with_len(element->value, element->length));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* ------------------------------------------------------------------------
 * dates
 * ------------------------------------------------------------------------
 */

/* The value of a date element; an error if the identifier has no date. */
static const ImsGs1Element *
find_date(FunctionCallInfo fcinfo, ImsGs1Message *message, int *year_digits)
{
	const ImsGs1Element *element = find_argument(fcinfo, message);
	ImsGs1Key key = ims_gs1_key_argument(PG_GETARG_TEXT_PP(1));
	const ImsGs1Ai *ai = ims_gs1_find_ai(key);
	ImsGs1Check check =
		ai ? (ImsGs1Check) ai->format->parts[0].checks[0] : IMS_GS1_CHECK_none;

	if (check != IMS_GS1_CHECK_yymmd0 && check != IMS_GS1_CHECK_yymmdd &&
		check != IMS_GS1_CHECK_yyyymmdd)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("application identifier (%s) has no date",
						text_to_cstring(PG_GETARG_TEXT_PP(1))),
				 errhint(
					 "Dates are (11), (12), (13), (15), (16), (17) and some of 43nn and 70nn.")));
	*year_digits = check == IMS_GS1_CHECK_yyyymmdd ? 4 : 2;
	return element;
}

/* Of at most 15 digits. */
static int64
digits_value(const char *digits, int count)
{
	int64 value = 0;

	for (int i = 0; i < count; i++)
		value = value * 10 + (digits[i] - '0');
	return value;
}

/*
 * The year that two digits mean: the nearest to the reference year, from 49
 * years before to 50 years after it (GS1 General Specifications, section 7.12).
 */
static int
full_year(int year, int reference_year)
{
	int century = reference_year - reference_year % 100;
	int difference = year - reference_year % 100;

	if (difference >= 51)
		century -= 100;
	else if (difference <= -50)
		century += 100;
	return century + year;
}

static int
last_day(int year, int month)
{
	return day_tab[isleap(year)][month - 1];
}

/*
 * ims_gs1_date -- SQL: ims.gs1_date(value, ai, reference_date) returns date
 *
 * Day 00 is the last day of the month.  Null if the element is missing; IV121
 * for 29 February of a year that has none in the century it falls into.
 */
PG_FUNCTION_INFO_V1(ims_gs1_date);
Datum
ims_gs1_date(PG_FUNCTION_ARGS)
{
	DateADT reference = PG_GETARG_DATEADT(2);
	ImsGs1Message message;
	int year_digits;
	const ImsGs1Element *element = find_date(fcinfo, &message, &year_digits);
	int year;
	int month;
	int day;

	if (DATE_NOT_FINITE(reference))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the reference date is not finite")));
	if (element == NULL)
		PG_RETURN_NULL();
	j2date(reference + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	if (year < IMS_MIN_REFERENCE_YEAR || year > IMS_MAX_REFERENCE_YEAR)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the reference date is not in the years %d to %d",
							   IMS_MIN_REFERENCE_YEAR, IMS_MAX_REFERENCE_YEAR)));
	year = year_digits == 4 ? (int) digits_value(element->value, 4)
							: full_year((int) digits_value(element->value, 2), year);
	month = (int) digits_value(element->value + year_digits, 2);
	day = (int) digits_value(element->value + year_digits + 2, 2);
	if (day == 0)
		day = last_day(year, month);
	if (day > last_day(year, month) || year == 0)
		ims_gs1_raise(&(ImsGs1Problem){IMS_GS1_RULE_ILLEGAL_DAY, element->key,
									   element->value_offset + year_digits + 2});
	PG_RETURN_DATEADT(date2j(year, month, day) - POSTGRES_EPOCH_JDATE);
}

/*
 * ims_gs1_has_day -- SQL: ims.gs1_has_day(value, ai) returns boolean
 *
 * False if the day is 00, which means the end of the month.
 */
PG_FUNCTION_INFO_V1(ims_gs1_has_day);
Datum
ims_gs1_has_day(PG_FUNCTION_ARGS)
{
	ImsGs1Message message;
	int year_digits;
	const ImsGs1Element *element = find_date(fcinfo, &message, &year_digits);

	if (element == NULL)
		PG_RETURN_NULL();
	PG_RETURN_BOOL(memcmp(element->value + year_digits + 2, "00", 2) != 0);
}

/* ------------------------------------------------------------------------
 * amounts
 * ------------------------------------------------------------------------
 */

static void
refuse_beside_another(const ImsGs1Element *element)
{
	ims_gs1_raise(
		&(ImsGs1Problem){IMS_GS1_RULE_EXCLUDED_AI, element->key, element->ai_offset});
}

/*
 * The element of a group of identifiers, such as 310n; null if there is none.  Of
 * those n that the dictionary has not for it, values hold any text.  A value that
 * is not read strictly may have two of a group, of which neither is the one meant.
 */
static const ImsGs1Element *
find_amount(const ImsGs1Message *message, const char *pattern)
{
	const ImsGs1Element *found = NULL;

	for (int i = 0; i < message->count; i++)
	{
		const ImsGs1Element *element = &message->elements[i];

		if (element->ai == NULL || !ims_gs1_matches(element->key, pattern, strlen(pattern)))
			continue;
		if (found)
			refuse_beside_another(element);
		found = element;
	}
	return found;
}

/* n of the identifier tells the decimals. */
static bool
find_measure(const ImsGs1Message *message, const char *pattern, int64 *amount, int *decimals)
{
	const ImsGs1Element *element = find_amount(message, pattern);

	if (element == NULL)
		return false;
	*amount = digits_value(element->value, element->length);
	*decimals = element->key.number % 10;
	return true;
}

/* amount * unit / 10^decimals, with no more decimals than it needs */
static Datum
exact_product(int64 amount, int64 unit, int decimals)
{
	Numeric product = int64_div_fast_to_numeric(amount * unit, decimals);

	return DirectFunctionCall1(numeric_trim_scale, NumericGetDatum(product));
}

static Datum
kilograms(int64 amount, int decimals)
{
	return exact_product(amount, 1, decimals);
}

static Datum
pounds(int64 amount, int decimals)
{
	return exact_product(amount, POUND_IN_10NG, decimals + POUND_DECIMALS);
}

/*
 * ims_gs1_net_weight -- SQL: ims.gs1_net_weight(value ims.gs1) returns numeric
 *
 * In kilograms, from 310n, else 320n (pounds) or 356n (troy ounces), exactly.
 * Raises IV122 if the value has two of a group.
 */
PG_FUNCTION_INFO_V1(ims_gs1_net_weight);
Datum
ims_gs1_net_weight(PG_FUNCTION_ARGS)
{
	ImsGs1Message message;
	int64 amount;
	int decimals;

	ims_gs1_from_value(PG_GETARG_TEXT_PP(0), &message);
	if (find_measure(&message, "310n", &amount, &decimals))
		PG_RETURN_DATUM(kilograms(amount, decimals));
	if (find_measure(&message, "320n", &amount, &decimals))
		PG_RETURN_DATUM(pounds(amount, decimals));
	if (find_measure(&message, "356n", &amount, &decimals))
		PG_RETURN_DATUM(
			exact_product(amount, TROY_OUNCE_IN_100PG, decimals + TROY_OUNCE_DECIMALS));
	PG_RETURN_NULL();
}

/*
 * ims_gs1_gross_weight -- SQL: ims.gs1_gross_weight(value ims.gs1) returns numeric
 *
 * In kilograms, from 330n, else 340n (pounds), exactly.  Raises IV122 if the value
 * has two of a group.
 */
PG_FUNCTION_INFO_V1(ims_gs1_gross_weight);
Datum
ims_gs1_gross_weight(PG_FUNCTION_ARGS)
{
	ImsGs1Message message;
	int64 amount;
	int decimals;

	ims_gs1_from_value(PG_GETARG_TEXT_PP(0), &message);
	if (find_measure(&message, "330n", &amount, &decimals))
		PG_RETURN_DATUM(kilograms(amount, decimals));
	if (find_measure(&message, "340n", &amount, &decimals))
		PG_RETURN_DATUM(pounds(amount, decimals));
	PG_RETURN_NULL();
}

/*
 * The price of an item of variable measure: 392n, or 393n, which has the number of a
 * currency before the amount.  Null if there is none; IV122 if there are two.
 */
static const ImsGs1Element *
find_price(const text *value, ImsGs1Message *message, int *currency_digits)
{
	const ImsGs1Element *plain;
	const ImsGs1Element *with_currency;

	ims_gs1_from_value(value, message);
	plain = find_amount(message, "392n");
	with_currency = find_amount(message, "393n");
	if (plain && with_currency)
		refuse_beside_another(with_currency);
	*currency_digits = with_currency ? 3 : 0;
	return with_currency ? with_currency : plain;
}

/* ims_gs1_price -- SQL: ims.gs1_price(value ims.gs1) returns numeric, from 392n or 393n */
PG_FUNCTION_INFO_V1(ims_gs1_price);
Datum
ims_gs1_price(PG_FUNCTION_ARGS)
{
	ImsGs1Message message;
	int skipped;
	const ImsGs1Element *element = find_price(PG_GETARG_TEXT_PP(0), &message, &skipped);

	if (element == NULL)
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(int64_div_fast_to_numeric(digits_value(element->value + skipped,
															 element->length - skipped),
												element->key.number % 10));
}

/*
 * ims_gs1_price_currency -- SQL: ims.gs1_price_currency(value ims.gs1) returns text
 *
 * The number of the currency by ISO 4217, from 393n.
 */
PG_FUNCTION_INFO_V1(ims_gs1_price_currency);
Datum
ims_gs1_price_currency(PG_FUNCTION_ARGS)
{
	ImsGs1Message message;
	int digits;
	const ImsGs1Element *element = find_price(PG_GETARG_TEXT_PP(0), &message, &digits);

	if (element == NULL || digits == 0)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(element->value, digits));
}

/* ------------------------------------------------------------------------
 * the dictionary
 * ------------------------------------------------------------------------
 */

/* ims_gs1_dictionary_release -- SQL: ims.gs1_dictionary_version() returns text */
PG_FUNCTION_INFO_V1(ims_gs1_dictionary_release);
Datum
ims_gs1_dictionary_release(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(ims_gs1_dictionary_version()));
}

static void
put_text(Datum *values, bool *nulls, int place, const char *text)
{
	nulls[place] = text == NULL;
	values[place] = text ? CStringGetTextDatum(text) : (Datum) 0;
}

/* ims_gs1_dictionary -- SQL: ims.gs1_dictionary(), the built-in identifiers as rows */
PG_FUNCTION_INFO_V1(ims_gs1_dictionary);
Datum
ims_gs1_dictionary(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	for (int i = 0; i < ims_gs1_ai_count(); i++)
	{
		const ImsGs1Ai *ai = ims_gs1_ai_row(i);
		char first[IMS_GS1_AI_TEXT];
		char last[IMS_GS1_AI_TEXT];
		char format[IMS_GS1_MAX_FORMAT_TEXT];
		Datum values[9];
		bool nulls[9] = {false};

		ims_gs1_write_format(ai->format, format);
		put_text(values, nulls, 0,
				 ims_gs1_key_text((ImsGs1Key){ai->low, ai->digits}, first));
		put_text(values, nulls, 1,
				 ims_gs1_key_text((ImsGs1Key){ai->high, ai->digits}, last));
		put_text(values, nulls, 2, ai->title);
		put_text(values, nulls, 3, format);
		values[4] =
			BoolGetDatum(ims_gs1_predefined_length((ImsGs1Key){ai->low, ai->digits}) > 0);
		values[5] = BoolGetDatum(ai->is_attribute);
		put_text(values, nulls, 6, ai->required);
		put_text(values, nulls, 7, ai->excluded);
		put_text(values, nulls, 8, ai->qualifiers);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
