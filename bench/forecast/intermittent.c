/*
 * intermittent.c -- how accurate and how fast the methods for irregular demand are.
 *
 * usage: intermittent carparts|auto|oil|hospital FOLDER
 *
 * FOLDER holds the series.  The last periods of each are held out; printed per
 * method are MASE, RMSSE, scaled bias (mean error over mean demand of the
 * training part), the mean absolute sum of errors over the same, what
 * statsforecast 1.7.6 reaches on the full set for MASE, RMSSE and bias, and
 * series per second on one core, of whole series (84 periods in hospital, whose
 * demand is regular: the most work there is at that length).  Series without
 * demand in their training part, or with gaps, are left out.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "forecast/accuracy.h"
#include "forecast/intermittent.h"

#define MAX_SERIES 8000
#define MAX_PERIODS 84
#define REPEATS 5

typedef struct Set
{
	const char *name;
	const char *file;
	int periods;
	int held_out;
	int name_column;
	int t_column;
	int y_column;
	const char *items; /* where an item begins later than the set */
} Set;

static const Set sets[] = {
	{"carparts", "carparts.csv.gz", 51, 12, 0, 1, 3, NULL},
	{"auto", "spares_auto.csv.gz", 24, 6, 0, 1, 2, NULL},
	{"hospital", "hospital.csv.gz", 84, 12, 0, 1, 2, NULL},
	{"oil", "spares_oil.csv.gz", 56, 12, 0, 1, 3, "spares_oil_items.csv.gz"},
};

typedef struct Item
{
	char name[16];
	int first; /* period, from 0 */
	double value[MAX_PERIODS];
} Item;

static Item item[MAX_SERIES];
static int items;

typedef struct Figures
{
	double mase;
	double rmsse;
	double bias;
} Figures;

typedef struct Candidate
{
	const char *name;
	ImsIntermittentMethod method;
	double weight; /* NaN: the best */
	ImsIntermittentObjective objective;
	ImsIntermittentStart start;
	Figures known[2]; /* carparts and auto, full sets */
} Candidate;

static const Candidate candidates[] = {
	{"zero", IMS_INTERMITTENT_ZERO, NAN, 0, 0, {{.769, .695, -1.14}, {1.12, 1.13, -.97}}},
	{"mean", IMS_INTERMITTENT_MEAN, NAN, 0, 0, {{1.15, .738, -.14}, {.880, .819, .03}}},
	{"SES 0.1", IMS_INTERMITTENT_SES, 0.1, 0, 0, {{1.10, .690, -.09}, {.892, .828, .04}}},
	{"SES", IMS_INTERMITTENT_SES, NAN, 0, 0, {{1.109, .705, -.10}, {.922, .857, .05}}},
	{"Croston 0.1",
	 IMS_INTERMITTENT_CROSTON,
	 0.1,
	 0,
	 IMS_START_NAIVE,
	 {{1.26, .785, .00}, {.898, .833, .05}}},
	{"Croston MSE",
	 IMS_INTERMITTENT_CROSTON,
	 NAN,
	 IMS_OBJECTIVE_MSE,
	 IMS_START_MEAN,
	 {{1.211, .741, .02}, {.904, .836, .08}}},
	{"Croston MSE, starts",
	 IMS_INTERMITTENT_CROSTON,
	 NAN,
	 IMS_OBJECTIVE_MSE,
	 IMS_START_FITTED,
	 {{NAN, NAN, NAN}, {NAN, NAN, NAN}}},
	{"Croston MAR",
	 IMS_INTERMITTENT_CROSTON,
	 NAN,
	 IMS_OBJECTIVE_MAR,
	 IMS_START_MEAN,
	 {{NAN, NAN, NAN}, {NAN, NAN, NAN}}},
	{"Croston MAR, starts",
	 IMS_INTERMITTENT_CROSTON,
	 NAN,
	 IMS_OBJECTIVE_MAR,
	 IMS_START_FITTED,
	 {{NAN, NAN, NAN}, {NAN, NAN, NAN}}},
	{"SBA 0.1",
	 IMS_INTERMITTENT_SBA,
	 0.1,
	 0,
	 IMS_START_NAIVE,
	 {{1.24, .774, -.06}, {.883, .824, .00}}},
	{"SBA MSE",
	 IMS_INTERMITTENT_SBA,
	 NAN,
	 IMS_OBJECTIVE_MSE,
	 IMS_START_MEAN,
	 {{NAN, NAN, NAN}, {NAN, NAN, NAN}}},
	{"SBJ MSE",
	 IMS_INTERMITTENT_SBJ,
	 NAN,
	 IMS_OBJECTIVE_MSE,
	 IMS_START_MEAN,
	 {{NAN, NAN, NAN}, {NAN, NAN, NAN}}},
	{"TSB 0.1",
	 IMS_INTERMITTENT_TSB,
	 0.1,
	 0,
	 IMS_START_NAIVE,
	 {{1.12, .700, -.05}, {.894, .830, .03}}},
	{"TSB MSE",
	 IMS_INTERMITTENT_TSB,
	 NAN,
	 IMS_OBJECTIVE_MSE,
	 IMS_START_MEAN,
	 {{NAN, NAN, NAN}, {NAN, NAN, NAN}}},
	{"TSB MAR, starts",
	 IMS_INTERMITTENT_TSB,
	 NAN,
	 IMS_OBJECTIVE_MAR,
	 IMS_START_FITTED,
	 {{NAN, NAN, NAN}, {NAN, NAN, NAN}}},
	{"ADIDA", IMS_INTERMITTENT_ADIDA, NAN, 0, 0, {{1.05, .689, -.26}, {.902, .837, .04}}},
	{"IMAPA", IMS_INTERMITTENT_IMAPA, NAN, 0, 0, {{1.06, .684, -.19}, {.904, .838, .05}}},
	{"combined",
	 IMS_INTERMITTENT_COMBINED,
	 NAN,
	 IMS_OBJECTIVE_MSE,
	 IMS_START_MEAN,
	 {{NAN, NAN, NAN}, {NAN, NAN, NAN}}},
	{"auto",
	 IMS_INTERMITTENT_AUTO,
	 NAN,
	 IMS_OBJECTIVE_MSE,
	 IMS_START_MEAN,
	 {{NAN, NAN, NAN}, {NAN, NAN, NAN}}},
};

static void
die(const char *what)
{
	fprintf(stderr, "intermittent: %s\n", what);
	exit(1);
}

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec + now.tv_nsec * 1e-9;
}

static FILE *
open_file(const char *folder, const char *name)
{
	char command[600];
	char header[200];
	FILE *file;

	snprintf(command, sizeof(command), "gzip -dc '%s/%s'", folder, name);
	file = popen(command, "r");
	if (file == NULL || fgets(header, sizeof(header), file) == NULL)
		die("cannot read the series");
	return file;
}

static int
cut(char *line, char *field[], int most)
{
	int count = 0;

	for (char *at = line; at != NULL && count < most;)
		field[count++] = strsep(&at, ",\r\n");
	return count;
}

/* An item without any demand before its first is 0, as are absent rows. */
static Item *
item_of(const char *name)
{
	if (items > 0 && strcmp(item[items - 1].name, name) == 0)
		return &item[items - 1];
	if (items == MAX_SERIES)
		die("too many series");
	snprintf(item[items].name, sizeof(item[items].name), "%s", name);
	return &item[items++];
}

static void
read_set(const Set *set, const char *folder)
{
	char line[200];
	char *field[16];
	FILE *file = open_file(folder, set->file);

	while (fgets(line, sizeof(line), file) != NULL)
	{
		int t;

		if (cut(line, field, 16) <= set->y_column)
			die("a line is too short");
		t = atoi(field[set->t_column]) - 1;
		if (t < 0 || t >= set->periods)
			die("a period is out of bounds");
		item_of(field[set->name_column])->value[t] =
			strcmp(field[set->y_column], "NA") == 0 ? NAN : atof(field[set->y_column]);
	}
	pclose(file);
	if (set->items == NULL)
		return;
	file = open_file(folder, set->items);
	while (fgets(line, sizeof(line), file) != NULL)
	{
		cut(line, field, 16);
		for (int i = 0; i < items; i++)
			if (strcmp(item[i].name, field[0]) == 0)
				item[i].first = atoi(field[9]) - 1;
	}
	pclose(file);
}

/* Whether a training part of more than a few periods has demand and no gaps. */
static bool
is_usable(const Set *set, const Item *it)
{
	int end = set->periods - set->held_out;
	int demands = 0;

	for (int t = it->first; t < set->periods; t++)
	{
		if (isnan(it->value[t]))
			return false;
		demands += t < end && it->value[t] > 0;
	}
	return end - it->first >= 12 && demands >= 2;
}

typedef struct Total
{
	int count;
	double mase;
	double rmsse;
	double bias;
	double absolute;
	int with_mean;
	double time;
} Total;

static double
forecast_one(const Set *set, const Candidate *c, const Item *it, Total *total)
{
	static char scratch[1 << 16];
	ImsSeries training = {it->value + it->first, set->periods - set->held_out - it->first,
						  1};
	ImsSeries whole = {it->value + it->first, set->periods - it->first, 1};
	ImsIntermittentRequest request;
	ImsIntermittentForecast forecast;
	double start;

	ims_intermittent_request(&request);
	request.weights.size = request.weights.interval = c->weight;
	request.objective = c->objective;
	request.start = c->start;
	start = seconds();
	for (int i = 0; i < REPEATS; i++)
		ims_intermittent(c->method, &whole, &request, scratch, sizeof(scratch), &forecast);
	total->time += (seconds() - start) / REPEATS;
	ims_intermittent(c->method, &training, &request, scratch, sizeof(scratch), &forecast);
	return forecast.mean;
}

static void
run(const Set *set, const Candidate *c)
{
	Total total = {0};
	Figures none = {NAN, NAN, NAN};
	const Figures *known = set - sets < 2 ? &c->known[set - sets] : &none;

	for (int i = 0; i < items; i++)
	{
		const Item *it = &item[i];
		ImsSeries training = {it->value + it->first,
							  set->periods - set->held_out - it->first, 1};
		double mean[MAX_PERIODS];
		ImsErrorScale scale;
		ImsAccuracy accuracy;
		double rate;

		if (!is_usable(set, it))
			continue;
		ims_error_scale(&training, &scale);
		rate = forecast_one(set, c, it, &total);
		for (int h = 0; h < set->held_out; h++)
			mean[h] = rate;
		ims_accuracy(&training, &scale, it->value + set->periods - set->held_out, mean,
					 set->held_out, &accuracy);
		total.count++;
		total.mase += accuracy.mase;
		total.rmsse += accuracy.rmsse;
		/* Returns may leave nothing to scale by. */
		if ((accuracy.status & IMS_ACCURACY_ZERO_MEAN) != 0)
			continue;
		total.with_mean++;
		total.bias += accuracy.scaled_bias;
		total.absolute += fabs(accuracy.scaled_cumulative_error);
	}
	printf("%-9s %-20s %5d  MASE %6.3f  RMSSE %6.4f  bias %+6.3f  sum %6.2f"
		   "  (%5.3f %5.3f %+5.2f) %9.0f series/s\n",
		   set->name, c->name, total.count, total.mase / total.count,
		   total.rmsse / total.count, total.bias / total.with_mean,
		   total.absolute / total.with_mean, known->mase, known->rmsse, known->bias,
		   total.count / total.time);
}

int
main(int argc, char **argv)
{
	const Set *set = NULL;

	for (size_t i = 0; argc == 3 && i < sizeof(sets) / sizeof(sets[0]); i++)
		if (strcmp(sets[i].name, argv[1]) == 0)
			set = &sets[i];
	if (set == NULL)
		die("usage: intermittent carparts|auto|oil|hospital FOLDER");
	read_set(set, argv[2]);
	for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++)
		run(set, &candidates[i]);
	return 0;
}
