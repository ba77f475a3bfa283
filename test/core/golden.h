/*
 * golden.h -- what the tests of forecasting share: TAP, tables of figures made
 * by R's package forecast 8.20, and a call that finds every stray access.
 *
 * The tables are looked for in $IMS_SHARED/cases/forecast, by default
 * ../shared beside the repository.  Where they are not, the tests that need
 * them are reported as skipped.
 */
#ifndef IMS_TEST_GOLDEN_H
#define IMS_TEST_GOLDEN_H

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forecast/forecast.h"

#define GOLDEN_FIELDS 10
#define GOLDEN_ROWS 4000
#define GOLDEN_POINTS 600
#define GOLDEN_SERIES 20

typedef struct GoldenTable
{
	int rows;
	char *text;
	char *field[GOLDEN_ROWS][GOLDEN_FIELDS];
} GoldenTable;

typedef struct GoldenSeries
{
	char name[32];
	int count;
	int season;
	double value[GOLDEN_POINTS];
} GoldenSeries;

static int tap_count;
static int tap_failed;

static inline void __attribute__((format(printf, 2, 3)))
ok(bool passed, const char *format, ...)
{
	va_list arguments;

	tap_failed += !passed;
	printf("%sok %d - ", passed ? "" : "not ", ++tap_count);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf("\n");
}

static inline int
tap_end(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed != 0;
}

/* Cuts a line of a CSV file without commas in its fields. */
static inline void
golden_cut(char *line, char *field[])
{
	for (int i = 0; i < GOLDEN_FIELDS; i++)
	{
		char *end;

		field[i] = line;
		end = line + strcspn(line, ",\n");
		line = *end == '\0' ? end : end + 1;
		*end = '\0';
		if (field[i][0] == '"' && strlen(field[i]) > 1)
		{
			field[i][strlen(field[i]) - 1] = '\0';
			field[i]++;
		}
	}
}

/* ETS(A,Ad,N) has commas of its own: they become colons before the cut. */
static inline void
golden_protect(char *line)
{
	bool quoted = false;

	for (; *line != '\0'; line++)
	{
		quoted ^= *line == '"';
		if (quoted && *line == ',')
			*line = ':';
	}
}

static inline const char *
golden_folder(void)
{
	const char *shared = getenv("IMS_SHARED");

	return shared != NULL ? shared : "../shared";
}

/* False, with a skipped test to show for it, when the table is not there. */
static inline bool
golden_load(const char *name, GoldenTable *table)
{
	char command[300];
	char line[300];
	size_t used = 0;
	size_t size = 1 << 20;
	FILE *file;

	snprintf(command, sizeof(command), "gzip -dc '%s/cases/forecast/%s' 2>/dev/null",
			 golden_folder(), name);
	table->rows = 0;
	table->text = malloc(size);
	file = popen(command, "r");
	while (file != NULL && table->rows < GOLDEN_ROWS &&
		   fgets(line, sizeof(line), file) != NULL && used + strlen(line) < size)
	{
		char *start = table->text + used;

		memcpy(start, line, strlen(line) + 1);
		used += strlen(line) + 1;
		golden_protect(start);
		golden_cut(start, table->field[table->rows++]);
	}
	if (file != NULL)
		pclose(file);
	if (table->rows > 0)
		return true;
	free(table->text);
	printf("ok %d # SKIP %s/cases/forecast/%s is not there\n", ++tap_count,
		   golden_folder(), name);
	return false;
}

static inline int
golden_series(GoldenSeries *series)
{
	static GoldenTable table;
	int count = 0;

	if (!golden_load("classic_series.csv.gz", &table))
		return 0;
	for (int i = 1; i < table.rows; i++)
	{
		char **field = table.field[i];

		if (count == 0 || strcmp(series[count - 1].name, field[0]) != 0)
		{
			snprintf(series[count].name, sizeof(series[count].name), "%s", field[0]);
			series[count].count = 0;
			series[count++].season = atof(field[1]) < 1 ? 1 : atoi(field[1]);
		}
		series[count - 1].value[series[count - 1].count++] = atof(field[4]);
	}
	free(table.text);
	return count;
}

/* The row with these two first fields, and a third unless it is NULL. */
static inline int
golden_find(const GoldenTable *table, const char *series, const char *method,
			const char *third)
{
	for (int i = 1; i < table->rows; i++)
		if (strcmp(table->field[i][0], series) == 0 &&
			strcmp(table->field[i][1], method) == 0 &&
			(third == NULL || strcmp(table->field[i][2], third) == 0))
			return i;
	return -1;
}

/* classic_params: one figure; NaN when there is none. */
static inline double
golden_parameter(const GoldenTable *table, const char *series, const char *method,
				 const char *name)
{
	int row = golden_find(table, series, method, name);

	return row < 0 ? NAN : atof(table->field[row][3]);
}

static inline double
relative_difference(double a, double b)
{
	return fabs(a - b) / fmax(fmax(fabs(a), fabs(b)), 1e-300);
}

/* With scratch of exactly the size that was told, on a heap that is watched. */
static inline void
forecast_with(ImsMethod method, const double *value, int count, int season,
			  const ImsForecastRequest *request, ImsForecast *forecast)
{
	ImsSeries series = {value, count, season};
	size_t size = ims_forecast_scratch_size(method, &series, request->horizon);
	void *scratch = malloc(size);

	ims_forecast(method, &series, request, scratch, size, forecast);
	free(scratch);
}

#endif
