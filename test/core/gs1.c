/*
 * gs1.c -- the published cases of GS1 element strings, links, scans, values.
 *
 * Guaranteed: every case of ../shared/cases/gs1 comes out as published, with
 * the same rule where the case names one; those that do not are listed below
 * with the reason, and fail if they stop being different.  The table of
 * identifiers is that of the dictionary in ../shared/data/gs1.  Without these
 * files only what needs none is tested, and that is said.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "type/gs1_parse_core.h"

#define CASES "../shared/cases/gs1/"
#define DICTIONARY "../shared/data/gs1/gs1-syntax-dictionary.txt"
#define TABLE CASES "gs1_ai_table.tsv"
#define LINE 4096

static int count;
static int failed;

static void
ok(bool passed, const char *what)
{
	failed += !passed;
	printf("%sok %d - %s\n", passed ? "" : "not ", ++count, what);
}

/* ------------------------------------------------------------------------
 * cases: one flat JSON object a line
 * ------------------------------------------------------------------------
 */

/* A character of a JSON string; code points up to ff are the bytes meant. */
static const char *
read_character(const char *at, char *c)
{
	unsigned code;

	if (*at != '\\')
	{
		/* two bytes of UTF-8 for one up to ff */
		if ((*at & 0xe0) == 0xc0)
		{
			*c = (char) ((at[0] & 3) << 6 | (at[1] & 0x3f));
			return at + 2;
		}
		*c = *at;
		return at + 1;
	}
	if (at[1] == 'u')
	{
		sscanf(at + 2, "%4x", &code);
		*c = (char) code;
		return at + 6;
	}
	*c = at[1] == 'n' ? '\n' : at[1] == 't' ? '\t' : at[1] == 'r' ? '\r' : at[1];
	if (at[1] == 'b')
		*c = '\b';
	if (at[1] == 'f')
		*c = '\f';
	return at + 2;
}

/* The string at a quote; returns its length, -1 if there is none. */
static int
read_string(const char *at, char *out)
{
	int length = 0;

	if (at == NULL || *at != '"')
		return -1;
	at++;
	while (*at != '"' && *at != '\0')
		at = read_character(at, &out[length++]);
	out[length] = '\0';
	return length;
}

/* A field that is a string. */
static int
field(const char *line, const char *name, char *out)
{
	char key[64];
	const char *found;

	snprintf(key, sizeof(key), "\"%s\": ", name);
	found = strstr(line, key);
	out[0] = '\0';
	return read_string(found ? found + strlen(key) : NULL, out);
}

static bool
says(const char *line, const char *text)
{
	return strstr(line, text) != NULL;
}

/* ------------------------------------------------------------------------
 * what differs, and why
 * ------------------------------------------------------------------------
 */

typedef struct Exception
{
	const char *source; /* field src of the case */
	const char *reason;
} Exception;

static const Exception exceptions[] = {
	{"lint_gcppos1.c",
	 "needs the published table of company prefixes, which is not built in"},
	{"lint_gcppos2.c",
	 "needs the published table of company prefixes, which is not built in"},
	{NULL, NULL},
};

static bool
is_exception(const char *line)
{
	char source[LINE];

	field(line, "src", source);
	for (const Exception *e = exceptions; e->source; e++)
		if (strncmp(source, e->source, strlen(e->source)) == 0)
			return true;
	return false;
}

/* ------------------------------------------------------------------------
 * kinds of cases; each tells whether ours comes out the same
 * ------------------------------------------------------------------------
 */

static ImsGs1Message message;
static ImsGs1Problem status;

static bool
parse(const char *text, size_t length, bool strict, bool legacy)
{
	ImsGs1Options options = {.is_strict = strict, .is_legacy_link = legacy};

	return ims_gs1_parse(text, length, &options, &message, &status);
}

/* The elements in their given order, ^ for each FNC1, as the cases write them. */
static const char *
wire_of_message(void)
{
	static char wire[IMS_GS1_MAX_WIRE + 1];

	wire[0] = '^';
	ims_gs1_write_wire(&message, wire + 1);
	for (char *at = wire; *at; at++)
		if (*at == IMS_GS1_SEPARATOR)
			*at = '^';
	return wire;
}

/* The published name of a rule. */
static bool
is_named(ImsGs1ElementRule rule, const char *published)
{
	char name[IMS_GS1_MAX_RULE_NAME];
	char wanted[LINE];
	size_t i;

	if (strcmp(published, "GS1_LINTER_COUPON_INVALID_EXIPIRATION_DATE") == 0)
		published = "GS1_LINTER_COUPON_INVALID_EXPIRATION_DATE";
	for (i = 0; published[i]; i++)
		wanted[i] = (char) tolower(published[i]);
	wanted[i] = '\0';
	ims_gs1_element_rule_name(rule, name);
	return strncmp(wanted, "gs1_linter_", 11) == 0 && strcmp(wanted + 11, name) == 0;
}

static bool
linter_case(const char *line)
{
	char name[LINE];
	char text[LINE];
	char error[LINE];
	int length = field(line, "in", text);
	ImsGs1Fault fault;
	ImsGs1Check check;

	field(line, "linter", name);
	field(line, "err", error);
	if (strncmp(name, "cset", 4) == 0)
		fault = ims_gs1_check_set(strcmp(name, "cset82") == 0	? 'X'
								  : strcmp(name, "cset39") == 0 ? 'Y'
								  : strcmp(name, "cset64") == 0 ? 'Z'
																: 'N',
								  text, (size_t) length);
	else if (ims_gs1_find_check(name, strlen(name), &check))
		fault = ims_gs1_check(check, text, (size_t) length);
	else
		return false;
	if (fault.rule != IMS_GS1_RULE_OK && fault.offset > (size_t) length)
		return false;
	return says(line, "\"ok\": true") ? fault.rule == IMS_GS1_RULE_OK
									  : is_named(fault.rule, error);
}

static bool
lint_case(const char *line)
{
	char text[LINE];
	char expected[LINE];
	int length = field(line, "in", text);

	field(line, "expect", expected);
	parse(text, (size_t) length, false, false);
	return is_named(status.rule, expected);
}

/* gs1_ai.jsonl: brackets to FNC1, FNC1 as a scan, associations. */
static bool
ai_case(const char *line)
{
	char kind[LINE];
	char text[LINE];
	char out[LINE];
	int length = field(line, "in", text);
	bool wanted = says(line, "\"ok\": true");
	bool found;

	field(line, "t", kind);
	field(line, "out", out);
	for (int i = 0; i < length; i++)
		if (text[i] == '^')
			text[i] = IMS_GS1_SEPARATOR;
	found = parse(text, (size_t) length, strcmp(kind, "ai_association") == 0, false);
	if (found != wanted)
		return false;
	return !found || strcmp(kind, "bracketed_to_fnc1") != 0 ||
		   strcmp(wire_of_message(), out) == 0;
}

/* Argument n (from 1) of a case that holds calls in C. */
static void
argument(const char *line, int n, char *out)
{
	char quoted[LINE];
	const char *at = strstr(line, "\"args\": [") + strlen("\"args\": [");

	for (;;)
	{
		read_string(at, quoted);
		if (n-- == 0)
			break;
		at++;
		while (*at != '"')
			at += *at == '\\' ? 2 : 1;
		at += strlen("\", ");
	}
	if (read_string(quoted, out) < 0)
		strcpy(out, quoted);
}

static bool
write_link_case(const char *line)
{
	char wanted[LINE];
	char stem[LINE];
	char text[LINE];
	char out[LINE];
	char link[IMS_GS1_MAX_LINK];
	size_t length;
	bool written;

	argument(line, 0, wanted);
	argument(line, 1, stem);
	argument(line, 2, text);
	argument(line, 3, out);
	written = parse(text, strlen(text), false, false) &&
			  ims_gs1_write_link(&message, stem, strlen(stem), link, &length, &status);
	if (strcmp(wanted, "true") != 0)
		return !written;
	return written && strcmp(link, out) == 0;
}

static bool
percent_case(const char *line, bool escapes)
{
	char text[LINE];
	char path[LINE];
	char query[LINE];
	char out[LINE];
	int length = field(line, "in", text);
	bool same = true;

	field(line, "path", path);
	field(line, "query", query);
	for (int is_query = 0; is_query < 2; is_query++)
	{
		size_t got = 0;

		if (escapes)
			got = ims_gs1_escape(text, (size_t) length, is_query, out);
		else
			same &= ims_gs1_unescape(text, (size_t) length, is_query, out, &got);
		out[got] = '\0';
		same &= strcmp(out, is_query ? query : path) == 0;
	}
	return same;
}

static bool
link_case(const char *line)
{
	char kind[LINE];
	char text[LINE];
	char out[LINE];
	int length = field(line, "in", text);
	bool legacy = says(line, "\"permitConvenienceAlphas\": \"true\"") ||
				  says(line, "\"PermitZeroSuppressedGTINinDLuris\": \"true\"");
	bool found;

	field(line, "t", kind);
	if (strcmp(kind, "gen_dl") == 0)
		return write_link_case(line);
	if (strncmp(kind, "uri_", 4) == 0)
		return percent_case(line, strcmp(kind, "uri_escape") == 0);
	field(line, "out", out);
	/* The reader of links alone: other texts are not links. */
	found = ims_gs1_is_link(text, (size_t) length) &&
			parse(text, (size_t) length, false, legacy);
	if (says(line, "\"ok\": true") != found)
		return false;
	return !found || strcmp(wire_of_message(), out) == 0;
}

/* Plain data that is no link is refused here, where the published reader passes it on. */
static bool
plain_case(const char *text, size_t length, const char *out)
{
	char other[IMS_GS1_MAX_TEXT];
	char ours[IMS_GS1_MAX_TEXT];
	bool is_link = ims_gs1_is_link(out, strlen(out));

	if (!parse(text, length, false, false))
		return !is_link && (status.rule == IMS_GS1_RULE_PLAIN_DATA);
	ims_gs1_write_text(&message, ours);
	if (!is_link || !parse(out, strlen(out), false, false))
		return false;
	ims_gs1_write_text(&message, other);
	return strcmp(ours, other) == 0;
}

static bool
read_scan_case(const char *line)
{
	char text[LINE];
	char out[LINE];
	char symbology[LINE];
	char wanted[LINE];
	int length = field(line, "in", text);
	const char *bar;

	field(line, "out", out);
	field(line, "sym", symbology);
	if (!says(line, "\"ok\": true"))
		return !parse(text, (size_t) length, false, false);
	if (strncmp(symbology, "EAN", 3) == 0)
	{
		/* A GTIN is an element here; its 2D part follows. */
		bar = strchr(out, '|');
		snprintf(wanted, sizeof(wanted), "^01%014lld%s", atoll(out), bar ? bar + 2 : "");
		return parse(text, (size_t) length, false, false) &&
			   strcmp(wire_of_message(), wanted) == 0;
	}
	if (out[0] != '^')
		return plain_case(text, (size_t) length, out);
	return parse(text, (size_t) length, false, false) &&
		   strcmp(wire_of_message(), out) == 0;
}

/* The text form of elements, FNC1 as ^, of a GTIN before them as an element. */
static bool
text_of_data(const char *data, char *text)
{
	char wire[LINE + 20];
	char *mark;
	size_t digits = strspn(data, "0123456789");
	size_t length;

	if (digits == strlen(data) || data[digits] == '|')
		snprintf(wire, sizeof(wire), "01%014lld%s", atoll(data), data + digits);
	else
		snprintf(wire, sizeof(wire), "%s", data);
	/* The 2D part begins with an FNC1 of its own. */
	mark = strchr(wire, '|');
	if (mark)
		memmove(mark, mark + 1, strlen(mark));
	length = strlen(wire);
	for (size_t i = 0; i < length; i++)
		if (wire[i] == '^')
			wire[i] = IMS_GS1_SEPARATOR;
	if (!parse(wire, length, false, false))
		return false;
	ims_gs1_normalise(&message);
	ims_gs1_write_text(&message, text);
	return true;
}

/*
 * Data for a symbol that is not written here, a GTIN with or without a 2D part or
 * plain data: what the published writer makes of it is read, what it refuses is not.
 */
static bool
unwritten_scan_case(const char *text, const char *symbology, const char *out)
{
	char scan[LINE + 4];
	char wanted[IMS_GS1_MAX_TEXT];
	char got[IMS_GS1_MAX_TEXT];

	if (out[0] == '\0')
	{
		snprintf(scan, sizeof(scan), "%s%s", strcmp(symbology, "EAN13") == 0 ? "]E0" : "",
				 text);
		return !parse(scan, strlen(scan), false, false);
	}
	if (!parse(out, strlen(out), false, false))
		return status.rule == IMS_GS1_RULE_PLAIN_DATA && strchr("QdJ", out[1]) != NULL;
	ims_gs1_normalise(&message);
	ims_gs1_write_text(&message, got);
	return text_of_data(text, wanted) && strcmp(got, wanted) == 0;
}

/*
 * Data for a symbol, in the cases that carry elements in one message; a
 * trailing FNC1 is given back by the published writer and left out by ours.
 */
static bool
write_scan_case(const char *line)
{
	char text[LINE];
	char out[LINE];
	char symbology[LINE];
	char got[IMS_GS1_MAX_WIRE];
	int length = field(line, "in", text);
	size_t out_length;

	field(line, "sym", symbology);
	if (text[0] != '^' || strchr(text, '|') != NULL || field(line, "out", out) <= 0)
	{
		field(line, "out", out);
		return unwritten_scan_case(text, symbology, out);
	}
	for (int i = 0; i < length; i++)
		if (text[i] == '^')
			text[i] = IMS_GS1_SEPARATOR;
	out_length = strlen(out);
	if (out[out_length - 1] == IMS_GS1_SEPARATOR)
		out[out_length - 1] = '\0';
	if (!parse(text, (size_t) length, false, false))
		return false;
	ims_gs1_write_wire(&message, got);
	return strcmp(got, out + 3) == 0;
}

static bool
scan_case(const char *line)
{
	return says(line, "\"scan_to_fnc1\"") ? read_scan_case(line) : write_scan_case(line);
}

static void
run_cases(const char *name, bool (*run)(const char *))
{
	char path[256];
	char line[LINE];
	char what[300];
	FILE *file;
	int cases = 0;
	int wrong = 0;
	int expected_wrong = 0;

	snprintf(path, sizeof(path), CASES "%s.jsonl", name);
	file = fopen(path, "r");
	if (file == NULL)
	{
		printf("# NOT TESTED: %s is not there\n", path);
		return;
	}
	while (fgets(line, sizeof(line), file))
	{
		bool same = run(line);

		cases++;
		if (is_exception(line))
			expected_wrong += !same;
		if (same == is_exception(line))
		{
			wrong++;
			printf("# %s# ours: rule %d at %zu\n", line, status.rule, status.offset);
		}
	}
	fclose(file);
	snprintf(what, sizeof(what), "%s: %d cases, %d of them differ for a reason", name,
			 cases, expected_wrong);
	ok(cases > 0 && wrong == 0, what);
}

/* ------------------------------------------------------------------------
 * the table of identifiers
 * ------------------------------------------------------------------------
 */

/* A row as the dictionary has it: identifiers, flags, format, rules, title. */
static void
print_row(const ImsGs1Ai *ai, char *text)
{
	char low[8];
	char high[8];
	char format[IMS_GS1_MAX_FORMAT_TEXT];
	ImsGs1Key key = {ai->low, ai->digits};
	bool predefined = ims_gs1_predefined_length(key) > 0;

	low[ims_gs1_write_key(key, low)] = '\0';
	key.number = ai->high;
	high[ims_gs1_write_key(key, high)] = '\0';
	ims_gs1_write_format(ai->format, format);
	text += sprintf(text, "%s%s%s|%s%s|%s|", low, ai->low == ai->high ? "" : "-",
					ai->low == ai->high ? "" : high, predefined ? "*" : "",
					ai->is_attribute ? "?" : "", format);
	text += sprintf(text, "%s%s|", ai->required ? ai->required : "-", "");
	text += sprintf(text, "%s|", ai->excluded ? ai->excluded : "-");
	text += sprintf(text, "%s|%s", ai->qualifiers ? ai->qualifiers : "-", ai->title);
}

/* One of req=, ex= and dlpkey into its place; a line that has it twice is told. */
static bool
read_rule(const char *token, char *required, char *excluded, char *qualifiers)
{
	char *place = strncmp(token, "req=", 4) == 0	 ? required
				  : strncmp(token, "ex=", 3) == 0	 ? excluded
				  : strncmp(token, "dlpkey", 6) == 0 ? qualifiers
													 : NULL;
	const char *equals = strchr(token, '=');

	if (place)
		strcpy(place, strcmp(place, "-") != 0 ? "twice" : equals ? equals + 1 : "");
	return place != NULL;
}

/* A line of the dictionary in the same form. */
static bool
print_line(char *line, char *text)
{
	char *title = strchr(line, '#');
	char *token;
	char flags[8] = "";
	char format[LINE] = "";
	char required[LINE] = "-";
	char excluded[LINE] = "-";
	char qualifiers[LINE] = "-";
	char ai[16];

	if (!isdigit((unsigned char) line[0]))
		return false;
	if (title)
	{
		*title++ = '\0';
		title += strspn(title, " ");
	}
	else
		title = "";
	snprintf(ai, sizeof(ai), "%s", strtok(line, " "));
	while ((token = strtok(NULL, " ")) != NULL)
	{
		if (token[0] == '*' || token[0] == '?')
			snprintf(flags, sizeof(flags), "%s", token);
		else if (!read_rule(token, required, excluded, qualifiers))
			sprintf(format + strlen(format), "%s%s", format[0] ? " " : "", token);
	}
	sprintf(text, "%s|%s|%s|%s|%s|%s|%s", ai, flags, format, required, excluded,
			qualifiers, title);
	return true;
}

/* A line of the table beside the cases: six fields with tabs between them. */
static bool
print_fields(char *line, char *text)
{
	char *fields[6];
	char required[LINE] = "-";
	char excluded[LINE] = "-";
	char qualifiers[LINE] = "-";

	if (!isdigit((unsigned char) line[0]))
		return false;
	for (int i = 0; i < 6; i++)
	{
		fields[i] = line;
		line += strcspn(line, "\t");
		if (*line != '\0')
			*line++ = '\0';
	}
	for (char *token = strtok(fields[4], " "); token; token = strtok(NULL, " "))
		read_rule(token, required, excluded, qualifiers);
	sprintf(text, "%s|%s%s|%s|%s|%s|%s|%s", fields[0], fields[1][0] == 'N' ? "*" : "",
			fields[2][0] == 'Y' ? "?" : "", fields[3], required, excluded, qualifiers,
			fields[5]);
	return true;
}

static void
compare_table(const char *path, bool (*print)(char *, char *), const char *what)
{
	char line[LINE];
	char wanted[8 * LINE];
	char got[8 * LINE];
	FILE *file = fopen(path, "r");
	int row = 0;
	int wrong = 0;

	if (file == NULL)
	{
		printf("# NOT TESTED: %s is not there\n", path);
		return;
	}
	while (fgets(line, sizeof(line), file))
	{
		line[strcspn(line, "\n")] = '\0';
		if (!print(line, wanted))
			continue;
		got[0] = '\0';
		if (row < ims_gs1_ai_count())
			print_row(ims_gs1_ai_row(row), got);
		row++;
		if (strcmp(got, wanted) != 0)
		{
			wrong++;
			printf("# theirs %s\n# ours   %s\n", wanted, got);
		}
	}
	fclose(file);
	ok(row == ims_gs1_ai_count() && wrong == 0, what);
}

/* Rows ascend, formats read back as they are written, lengths are as told. */
static void
check_table(void)
{
	bool ascends = true;
	bool reads_back = true;
	bool is_found = true;
	bool has_length = true;

	for (int i = 0; i < ims_gs1_ai_count(); i++)
	{
		const ImsGs1Ai *ai = ims_gs1_ai_row(i);
		ImsGs1Key key = {ai->low, ai->digits};
		ImsGs1Key read;
		ImsGs1Format format;
		char text[IMS_GS1_MAX_FORMAT_TEXT];
		char digits[IMS_GS1_MAX_AI_DIGITS];
		size_t length = ims_gs1_write_format(ai->format, text);
		int predefined = ims_gs1_predefined_length(key);

		ascends &= ai->low <= ai->high && (i == 0 || ims_gs1_ai_row(i - 1)->high < ai->low);
		reads_back &= ims_gs1_read_format(text, length, &format) &&
					  memcmp(&format, ai->format, sizeof(format)) == 0;
		ims_gs1_write_key(key, digits);
		is_found &= ims_gs1_find_ai(key) == ai &&
					ims_gs1_read_key(digits, ai->digits, &read) &&
					read.number == key.number && read.digits == key.digits;
		has_length &= predefined == 0 || (size_t) predefined == ims_gs1_longest(ai->format);
	}
	ok(ascends, "rows ascend");
	ok(is_found, "each identifier is read and found");
	ok(reads_back, "each format reads back as it is written");
	ok(has_length, "predefined lengths are those of the formats");
}

/* Every number of two to four digits, against a search through all rows. */
static void
check_search(void)
{
	bool same = true;

	for (int number = 0; number < 10000; number++)
	{
		char digits[16];
		ImsGs1Key key;
		const ImsGs1Ai *wanted = NULL;

		snprintf(digits, sizeof(digits), "%04d", number);
		if (!ims_gs1_read_key(digits, 4, &key))
			continue;
		for (int i = 0; i < ims_gs1_ai_count(); i++)
		{
			const ImsGs1Ai *ai = ims_gs1_ai_row(i);

			if (ai->digits == key.digits && ai->low <= key.number && ai->high >= key.number)
				wanted = ai;
		}
		same &= ims_gs1_find_ai(key) == wanted;
	}
	ok(same, "a search finds what is in the table and nothing else");
}

/* doc/element_strings.md explains every rule. */
static void
check_page(void)
{
	static char page[100000];
	FILE *file = fopen("doc/element_strings.md", "r");
	bool complete = file != NULL;

	if (file)
	{
		page[fread(page, 1, sizeof(page) - 1, file)] = '\0';
		fclose(file);
	}
	for (int rule = IMS_GS1_RULE_OK + 1; rule < IMS_GS1_NRULE; rule++)
	{
		char name[IMS_GS1_MAX_RULE_NAME];
		char entry[300];

		ims_gs1_element_rule_name((ImsGs1ElementRule) rule, name);
		snprintf(entry, sizeof(entry), "| `%s` | %s |", name,
				 ims_gs1_element_rule_sentence((ImsGs1ElementRule) rule));
		if (strstr(page, entry) == NULL)
		{
			printf("# missing: %s\n", entry);
			complete = false;
		}
	}
	ok(complete, "the page lists every rule with its sentence");
}

static void
check_formats(void)
{
	static const char *const bad[] = {
		"",
		"N",
		"N0",
		"N91",
		"X..",
		"X.5",
		"A6",
		"N6,",
		"N6,x",
		"[N6]",
		"N..6 N2",
		"[N6] N2",
		"N6 [N2] N2",
		"N6  N2",
		"N6 ",
		"N50 N41",
		"N6]",
		"[N6,csum]",
		"N1 N1 N1 N1 N1 N1",
		"N6,csum,csum,csum,csum",
		"N999999999999",
	};
	bool refused = true;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
	{
		ImsGs1Format format;

		if (ims_gs1_read_format(bad[i], strlen(bad[i]), &format))
		{
			printf("# accepted: '%s'\n", bad[i]);
			refused = false;
		}
	}
	ok(refused, "what is no format is refused");
}

int
main(void)
{
	check_table();
	check_search();
	check_page();
	check_formats();
	compare_table(DICTIONARY, print_line, "the table is that of the dictionary");
	compare_table(TABLE, print_fields, "and that of the cases");
	run_cases("gs1_linters", linter_case);
	run_cases("gs1_lint", lint_case);
	run_cases("gs1_ai", ai_case);
	run_cases("gs1_dl", link_case);
	run_cases("gs1_scan", scan_case);
	printf("1..%d\n", count);
	return failed != 0;
}
