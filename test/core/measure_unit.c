/*
 * measure_unit.c -- the physical units of UN/ECE Recommendation 20.
 *
 * Guaranteed: the table can be searched, its fractions are in lowest terms, and
 * it changes only on purpose, since the order of values on disk rests on it.
 * Against the published list, where it is: every unit that is not deleted and
 * whose factor is a plain multiple of a base unit is in the table or in a list
 * of reasons here; the factor is the published one, or differs from it by no
 * more than half of its last digit, or is listed with what is wrong with it.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "type/measure_unit_core.h"

#define LIST "../shared/data/uom/unece_rec20_rev17e_2021.csv.gz"
#define FIELDS 7
#define MAX_LINE 4000

/* FNV-1a over code, dimension and fraction of every unit. */
#define FINGERPRINT UINT64_C(0xF17BB11D22AF2327)

static int count;
static int failed;

static void
ok(bool passed, const char *what)
{
	failed += !passed;
	printf("%sok %d - %s\n", passed ? "" : "not ", ++count, what);
}

typedef struct Reason
{
	const char *code;
	const char *reason;
} Reason;

/* Plain multiples that are no units of ims, and why. */
static const Reason left_out[] = {
	{"A1", "measured: the calorie at 15 degrees"},
	{"A14", "10^-28 is beyond 64 bits"},
	{"A53", "1.602176634e-19 is beyond 64 bits"},
	{"C63", "irrational: 648000/pi astronomical units"},
	{"C94", "a frequency; the figure is per second"},
	{"D42", "measured: the tropical year"},
	{"D43", "measured: the atomic mass constant"},
	{"D46", "apparent power, no watts that heat"},
	{"E33", "a gradient, no length"},
	{"F80", "sources differ on its definition"},
	{"G98", "a ratio of other quantities"},
	{"G99", "a ratio of other quantities"},
	{"H03", "a ratio of other quantities"},
	{"H04", "a ratio of other quantities"},
	{"H05", "a ratio of other quantities"},
	{"H06", "a ratio of other quantities"},
	{"H07", "a ratio of other quantities"},
	{"J39", "measured: the mean calorie"},
	{"J75", "measured: the mean calorie"},
	{"K42", "rests on measured heat of steam"},
	{"K51", "measured: the mean calorie"},
	{"L96", "measured: the sidereal year"},
	{"M47", "irrational: pi/4 square mils"},
	{"N13", "mercury of a temperature, measured"},
	{"N14", "water of a temperature, measured"},
	{"N15", "water of a temperature, measured"},
	{"N16", "mercury of a temperature, measured"},
	{"N17", "mercury of a temperature, measured"},
	{"N18", "water of a temperature, measured"},
	{"N19", "water of a temperature, measured"},
	{"N35", "a ratio of other quantities"},
	{"F06", "a ratio of other quantities"},
	{"J74", "a ratio of other quantities"},
	{"L16", "a ratio of other quantities"},
	{"N66", "water of a temperature, measured"},
	{"N67", "water of a temperature, measured"},
	{"N68", "water of a temperature, measured"},
	{"N94", "measured since 2019: the elementary charge"},
	{"M37", "a convention of counting days"},
	{"NM3", "gas at 0 degrees, no volume alone"},
	{"SM3", "gas at 15 degrees, no volume alone"},
	{"WCD", "its figure and its description are of two units"},
};

/* Published factors that are off by more than half of their last digit. */
static const Reason differs[] = {
	{"A12", "a value before the definition of 2012, 149597870700 m"},
	{"APZ", "misprint: 3.110348e-2; 480 grains of 1/7000 pound"},
	{"BHP", "rounded to four digits: 550 foot pounds-force per second"},
	{"BQL", "the base unit as a rounded reciprocal of the curie"},
	{"DRI", "cut, not rounded: 1/256 pound is 1.7718452 g"},
	{"E19", "cut: 400/121 square metres"},
	{"GLI", "the gallon before 1985; 4.54609 l by the Weights and Measures Act"},
	{"J44", "from a rounded Btu: 1055.05585262/60"},
	{"L43", "two gallons from before 1985"},
	{"L84", "rounded to five digits: 42 cubic feet"},
	{"L86", "cut: 40 cubic feet are 1.13267 cubic metres"},
	{"N26", "misprint: 0.138254954376 N on 6.4516e-4 square metres is 214.2956 Pa"},
	{"N47", "misprint: a twelfth of the foot poundal is 3.511676e-3 J"},
	{"SCR", "misprint: 20 grains are 1.295978 g"},
	{"WSD", "rounded to four digits: 165 cubic feet"},
};

static const char *
reason_of(const Reason *reasons, size_t size, const char *code)
{
	for (size_t i = 0; i < size; i++)
		if (strcmp(reasons[i].code, code) == 0)
			return reasons[i].reason;
	return NULL;
}

#define REASON(list, code) reason_of(list, sizeof(list) / sizeof((list)[0]), code)

/* the table itself */

static int64_t
common_divisor(int64_t a, int64_t b)
{
	while (b != 0)
	{
		int64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

static uint64_t
mixed(uint64_t hash, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ at[i]) * UINT64_C(0x100000001b3);
	return hash;
}

static void
test_table(void)
{
	bool is_ordered = true;
	bool is_lowest = true;
	bool is_found = true;
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (int i = 0; i < ims_rec20_count; i++)
	{
		const ImsRec20Unit *unit = &ims_rec20_units[i];
		char fact[100];

		is_ordered &= i == 0 || strcmp(unit[-1].code, unit->code) < 0;
		is_lowest &= unit->numerator > 0 && unit->denominator > 0 &&
					 common_divisor(unit->numerator, unit->denominator) == 1;
		is_found &= ims_rec20_find(unit->code, strlen(unit->code)) == unit &&
					unit->dimension < IMS_NO_DIMENSION && unit->name[0] != '\0';
		snprintf(fact, sizeof(fact), "%s %d %lld/%lld;", unit->code, unit->dimension,
				 (long long) unit->numerator, (long long) unit->denominator);
		hash = mixed(hash, fact, strlen(fact));
	}
	ok(is_ordered, "codes ascend");
	ok(is_lowest, "fractions are positive and in lowest terms");
	ok(is_found, "every unit is found by its code");
	printf("# %d units, fingerprint 0x%llX\n", ims_rec20_count, (unsigned long long) hash);
	ok(hash == FINGERPRINT,
	   "the table is as it was: a change of it needs every index on ims.measure anew");
	ok(ims_rec20_find("", 0) == NULL && ims_rec20_find("K", 1) == NULL &&
		   ims_rec20_find("KGMX", 4) == NULL && ims_rec20_find("kgm", 3) == NULL &&
		   ims_rec20_find("KG", 2) == NULL && ims_rec20_find("\0KG", 3) == NULL &&
		   ims_rec20_find("EA", 2) == NULL && ims_rec20_find("CS", 2) == NULL,
	   "no other code has a dimension");
}

static void
test_base_units(void)
{
	bool right = true;

	for (int i = 0; i < IMS_NO_DIMENSION; i++)
	{
		const char *code = ims_dimension_base_unit((ImsDimension) i);
		const ImsRec20Unit *unit = ims_rec20_find(code, strlen(code));

		right &= unit != NULL && (int) unit->dimension == i && unit->numerator == 1 &&
				 unit->denominator == 1 && ims_dimension_name((ImsDimension) i)[0] != '\0';
	}
	ok(right, "each dimension has a base unit of its own");
}

/* the published list */

typedef struct Base
{
	const char *symbol;
	ImsDimension dimension;
	long double factor; /* of our base unit */
} Base;

/* longer ones before those they end with */
static const Base bases[] = {
	{"W x s", IMS_ENERGY, 1},
	{"A x s", IMS_CHARGE, 1},
	{"mol", IMS_SUBSTANCE, 1},
	{"km2", IMS_AREA, 1e6L},
	{"kg", IMS_MASS, 1},
	{"mg", IMS_MASS, 1e-6L},
	{"m2", IMS_AREA, 1},
	{"m3", IMS_VOLUME, 1e3L},
	{"Pa", IMS_PRESSURE, 1},
	{"Bq", IMS_RADIOACTIVITY, 1},
	{"Ci", IMS_RADIOACTIVITY, 3.7e10L},
	{"g", IMS_MASS, 1e-3L},
	{"m", IMS_LENGTH, 1},
	{"s", IMS_TIME, 1},
	{"N", IMS_FORCE, 1},
	{"J", IMS_ENERGY, 1},
	{"W", IMS_POWER, 1},
	{"C", IMS_CHARGE, 1},
};

/* Superscripts become ^ and digits, the sign of multiplication x, no-break spaces spaces. */
static void
simplify(const char *text, char *plain)
{
	static const char *const from[] = {"\xc2\xa0",	   "\xc3\x97",	   "\xe2\x81\xbb",
									   "\xe2\x81\xb0", "\xc2\xb9",	   "\xc2\xb2",
									   "\xc2\xb3",	   "\xe2\x81\xb4", "\xe2\x81\xb5",
									   "\xe2\x81\xb6", "\xe2\x81\xb7", "\xe2\x81\xb8",
									   "\xe2\x81\xb9"};
	static const char to[] = " x-0123456789";
	bool is_raised = false;

	while (*text != '\0')
	{
		size_t i = 0;

		while (i < sizeof(from) / sizeof(from[0]) &&
			   strncmp(text, from[i], strlen(from[i])) != 0)
			i++;
		if (i < sizeof(from) / sizeof(from[0]))
		{
			/* a power of ten, not of a unit */
			if (i >= 2 && !is_raised && plain[-1] == '0')
				*plain++ = '^';
			is_raised = i >= 2;
			*plain++ = to[i];
			text += strlen(from[i]);
		}
		else
		{
			is_raised = false;
			*plain++ = *text++;
		}
	}
	*plain = '\0';
}

/* A figure with a decimal comma and spaces between thousands; its half last digit. */
static bool
read_figure(char *text, long double *figure, long double *half)
{
	char plain[100];
	size_t length = 0;
	int digits = 0;
	const char *comma;

	for (; *text != '\0'; text++)
		if (*text != ' ' && length < sizeof(plain) - 1)
			plain[length++] = *text == ',' ? '.' : *text;
	plain[length] = '\0';
	if (length == 0 || strspn(plain, "0123456789.") != length)
		return false;
	for (size_t i = 0; i < length; i++)
		digits += plain[i] != '.' && (digits > 0 || plain[i] != '0');
	comma = strchr(plain, '.');
	*figure = strtold(plain, NULL);
	/* five digits or fewer are no rounded figure */
	*half = digits > 5
				? powl(10, -(comma != NULL ? (long double) strlen(comma + 1) : 0)) / 2
				: 0;
	return true;
}

/* Product of a figure and a power of ten, either of which may be absent. */
static bool
read_factor(char *head, long double *factor, long double *tolerance)
{
	char *power = strstr(head, "10^");
	char *end;

	*factor = 1;
	*tolerance = 0;
	if (power == NULL && strncmp(head, "10-", 3) == 0)
		power = head; /* a superscript that was lost */
	if (power != NULL)
	{
		long double ten = powl(10, strtol(power + 2 + (power[2] == '^'), &end, 10));

		if (end[strspn(end, " x")] != '\0')
			return false;
		*power = '\0';
		*factor = ten;
	}
	end = head + strlen(head);
	while (end > head && (end[-1] == ' ' || end[-1] == 'x'))
		*--end = '\0';
	if (strlen(head) > 3 && strcmp(end - 4, "x 10") == 0)
	{
		end[-4] = '\0';
		*factor = 10;
	}
	if (*head != '\0')
	{
		long double figure, half;

		if (!read_figure(head, &figure, &half))
			return false;
		*tolerance = *factor * half;
		*factor *= figure;
	}
	return true;
}

/* NULL: no plain multiple of a base unit. */
static const Base *
read_conversion(const char *text, long double *factor, long double *tolerance)
{
	char plain[MAX_LINE];
	size_t length;

	simplify(text, plain);
	for (length = strlen(plain); length > 0 && plain[length - 1] == ' ';)
		plain[--length] = '\0';
	for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++)
	{
		size_t size = strlen(bases[i].symbol);

		if (length < size || strcmp(plain + length - size, bases[i].symbol) != 0)
			continue;
		plain[length - size] = '\0';
		if (!read_factor(plain, factor, tolerance))
			return NULL;
		*factor *= bases[i].factor;
		*tolerance *= bases[i].factor;
		return &bases[i];
	}
	return NULL;
}

/* One line of comma-separated values, quoted where they hold commas; in place. */
static bool
split(char *line, char **fields)
{
	char *to = line;

	for (int i = 0; i < FIELDS; i++)
	{
		bool is_quoted = *line == '"';

		fields[i] = to;
		if (is_quoted)
			line++;
		while (*line != '\0' && (is_quoted || (*line != ',' && *line != '\n')))
		{
			if (*line == '"' && *++line != '"')
				break;
			*to++ = *line++;
		}
		if (*line == '\0' || (i < FIELDS - 1 && *line != ','))
			return false;
		line++;
		*to++ = '\0';
	}
	return true;
}

/* Whether the line of a unit agrees with the table. */
static bool
agrees(char **fields, int *compared)
{
	const char *code = fields[1];
	bool is_deleted = strcmp(fields[0], "X") == 0;
	const ImsRec20Unit *unit = ims_rec20_find(code, strlen(code));
	long double factor, tolerance, ours;
	const Base *base = is_deleted ? NULL : read_conversion(fields[6], &factor, &tolerance);
	bool is_close;

	if (strcmp(code, "NEW") == 0) /* the list takes it apart into base units */
		return unit != NULL && unit->dimension == IMS_FORCE;
	if (unit == NULL)
		return base == NULL || REASON(left_out, code) != NULL;
	if (base == NULL || base->dimension != unit->dimension || REASON(left_out, code) != NULL)
		return false;
	(*compared)++;
	ours = (long double) unit->numerator / (long double) unit->denominator;
	is_close = fabsl(ours - factor) <= tolerance + factor * 1e-15L;
	if (is_close == (REASON(differs, code) != NULL))
		printf("# %s %s: %s is %.15Lg, not %.15Lg\n", code, fields[2], fields[6], factor,
			   ours);
	return is_close != (REASON(differs, code) != NULL) &&
		   unit->is_deprecated == (strcmp(fields[0], "D") == 0);
}

static void
test_published_list(void)
{
	FILE *file = fopen(LIST, "r");
	char line[MAX_LINE];
	char *fields[FIELDS];
	int units = 0;
	int wrong = 0;
	int compared = 0;

	if (file == NULL)
	{
		printf("# NOT TESTED: the published list of units (%s is absent)\n", LIST);
		return;
	}
	fclose(file);
	file = popen("gzip -dc " LIST, "r");
	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
	{
		units++;
		if (!split(line, fields) || (units > 1 && !agrees(fields, &compared)))
		{
			printf("# %s %s %s\n", fields[1], fields[2], fields[6]);
			wrong++;
		}
	}
	if (file != NULL)
		pclose(file);
	printf("# %d of %d published units compared\n", compared, units - 1);
	ok(wrong == 0 && units > 2000 && compared == ims_rec20_count - 1,
	   "the units of the published list");
}

int
main(void)
{
	test_table();
	test_base_units();
	test_published_list();
	printf("1..%d\n", count);
	return failed != 0;
}
