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
 *
 * Then, for what auto is in SQL, by demand class: the share of the sums over the
 * first 1, 3, 6, .. held-out periods that are at or below the quantiles of demand
 * over that lead time, and the share of periods within intervals of 80 % and 95 %.
 * Whole numbers cannot meet a level exactly; where the quantiles are of drawn
 * sums, the share counts what equals one by as much as the level needs of it.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "forecast/accuracy.h"
#include "forecast/compound.h"
#include "forecast/interval.h"

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

#define PATHS 2000
#define LEVELS 4
#define LENGTHS 4

static const double level[LEVELS] = {0.5, 0.9, 0.95, 0.99};
static const int length[LENGTHS] = {1, 3, 6, 12};

typedef struct Calibration
{
	int series;
	int steps;
	double at_or_below[LENGTHS][LEVELS];
	double mean[LENGTHS]; /* of what came, and of what was expected */
	double expected[LENGTHS];
	double within_80;
	double within_95;
	double bias;
	int with_mean;
} Calibration;

/* A generator of uniform numbers that anyone may repeat (splitmix64). */
static double
next_uniform(void *state)
{
	uint64_t z = *(uint64_t *) state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (double) ((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

/* The part of demand that counts as at or below the quantile of a level. */
static double
below(const double *sum, double demand, double wanted)
{
	double less = 0;
	double equal = 0;

	for (int i = 0; i < PATHS; i++)
	{
		less += sum[i] < demand;
		equal += sum[i] == demand;
	}
	if (equal == 0)
		return less / PATHS <= wanted;
	return fmin(1, fmax(0, (wanted * PATHS - less) / equal));
}

static void
calibrate_irregular(const Set *set, const ImsSeries *training, const double *actual,
					const ImsIntermittentForecast *forecast,
					const ImsForecastRequest *request, Calibration *c)
{
	static char scratch[1 << 20];
	ImsScratch pieces;
	ImsCompound compound;
	double upper_80, upper_95, lower_80, lower_95;

	ims_scratch_start(&pieces, scratch, sizeof(scratch));
	ims_compound_prepare(training, forecast, &pieces, &compound);
	for (int l = 0; l < LENGTHS && length[l] <= set->held_out; l++)
	{
		double periods = length[l];
		ImsLeadTimes times = {&periods, NULL, 1};
		size_t used = pieces.used;
		double *sum = ims_compound_sums(&compound, &times, request, &pieces);
		double demand = 0;

		for (int h = 0; h < length[l]; h++)
			demand += fmax(actual[h], 0);
		for (int i = 0; i < LEVELS; i++)
			c->at_or_below[l][i] += below(sum, demand, level[i]);
		c->mean[l] += demand;
		c->expected[l] += forecast->mean * length[l];
		pieces.used = used;
	}
	ims_compound_interval(&compound, request, 0.8, &lower_80, &upper_80);
	ims_compound_interval(&compound, request, 0.95, &lower_95, &upper_95);
	for (int h = 0; h < set->held_out; h++)
	{
		double demand = fmax(actual[h], 0);

		c->steps++;
		c->within_80 += demand >= lower_80 && demand <= upper_80;
		c->within_95 += demand >= lower_95 && demand <= upper_95;
	}
}

static void
calibrate_regular(const Set *set, const ImsSeries *training, const double *actual,
				  const ImsForecastRequest *request, Calibration *c, double *rate)
{
	static char scratch[1 << 20];
	static double mean[MAX_PERIODS];
	static double variance[MAX_PERIODS];
	static double sum_variance[MAX_PERIODS];
	static ImsForecast forecast;
	double room[LEVELS];
	double q[2];
	ImsStudent student;

	forecast.mean = mean;
	forecast.variance = variance;
	forecast.sum_variance = sum_variance;
	ims_forecast(IMS_METHOD_ETS_THETA, training, request, scratch, sizeof(scratch),
				 &forecast);
	*rate = 0;
	for (int h = 0; h < set->held_out; h++)
		*rate += mean[h] / set->held_out;
	ims_widen_variances(&forecast, request->horizon);
	ims_student_start(&student, ims_interval_degrees(&forecast));
	q[0] = ims_student_quantile(&student, 0.1);
	q[1] = ims_student_quantile(&student, 0.025);
	for (int l = 0; l < LENGTHS && length[l] <= set->held_out; l++)
	{
		double periods = length[l];
		ImsLeadTimes times = {&periods, NULL, 1};
		ImsLeadTimeDemand sum = {.quantile = room};
		double demand = 0;

		for (int h = 0; h < length[l]; h++)
			demand += actual[h];
		ims_lead_time_demand(&forecast, &times, true, level, LEVELS, request, scratch,
							 sizeof(scratch), &sum);
		for (int i = 0; i < LEVELS; i++)
			c->at_or_below[l][i] += demand <= room[i];
		c->mean[l] += demand;
		c->expected[l] += sum.mean;
	}
	for (int h = 0; h < set->held_out; h++)
	{
		double error = fabs(actual[h] - mean[h]);

		c->steps++;
		c->within_80 += error <= q[0] * sqrt(variance[h]);
		c->within_95 += error <= q[1] * sqrt(variance[h]);
	}
}

static void
print_calibration(const Set *set, const char *name, const Calibration *c)
{
	if (c->series == 0)
		return;
	printf("%-9s %-12s %5d  within 80 %%: %.3f  95 %%: %.3f  bias %+.3f\n", set->name,
		   name, c->series, c->within_80 / c->steps, c->within_95 / c->steps,
		   c->bias / c->with_mean);
	for (int l = 0; l < LENGTHS && length[l] <= set->held_out; l++)
	{
		printf("%-9s %-12s       %2d periods: ", set->name, name, length[l]);
		for (int i = 0; i < LEVELS; i++)
			printf("  %.3f at %.2f", c->at_or_below[l][i] / c->series, level[i]);
		printf("  expected %.2f of what came\n", c->expected[l] / c->mean[l]);
	}
}

/* All that SQL asks, but for the class, before it leaves demand to these methods. */
static bool
is_irregular(const ImsDemandProfile *profile)
{
	return profile->demand_class == IMS_DEMAND_INTERMITTENT ||
		   profile->demand_class == IMS_DEMAND_LUMPY || profile->adi > IMS_SLOW_ADI;
}

static void
calibrate_one(const Set *set, const Item *it, Calibration *by_class)
{
	static char scratch[1 << 16];
	ImsSeries training = {it->value + it->first, set->periods - set->held_out - it->first,
						  1};
	const double *actual = it->value + set->periods - set->held_out;
	uint64_t state = 1;
	ImsIntermittentRequest how;
	ImsIntermittentForecast forecast;
	ImsForecastRequest request;
	Calibration *c;
	double before = ims_series_mean(training.value, training.count);
	double came = ims_series_mean(actual, set->held_out);
	double rate;

	ims_forecast_request(&request, set->held_out);
	request.non_negative = true;
	request.paths = PATHS;
	request.uniform = next_uniform;
	request.uniform_state = &state;
	ims_intermittent_request(&how);
	ims_intermittent(IMS_INTERMITTENT_AUTO, &training, &how, scratch, sizeof(scratch),
					 &forecast);
	c = &by_class[forecast.profile.demand_class];
	c->series++;
	rate = forecast.mean;
	if (is_irregular(&forecast.profile))
		calibrate_irregular(set, &training, actual, &forecast, &request, c);
	else
	{
		request.paths = 0;
		calibrate_regular(set, &training, actual, &request, c, &rate);
	}
	if (!(before > 0))
		return;
	c->with_mean++;
	c->bias += (rate - came) / before;
}

static void
add_calibration(Calibration *to, const Calibration *c)
{
	to->series += c->series;
	to->steps += c->steps;
	to->within_80 += c->within_80;
	to->within_95 += c->within_95;
	to->bias += c->bias;
	to->with_mean += c->with_mean;
	for (int l = 0; l < LENGTHS; l++)
	{
		to->mean[l] += c->mean[l];
		to->expected[l] += c->expected[l];
		for (int i = 0; i < LEVELS; i++)
			to->at_or_below[l][i] += c->at_or_below[l][i];
	}
}

static void
calibrate(const Set *set)
{
	Calibration by_class[IMS_DEMAND_LUMPY + 1] = {0};
	Calibration all = {0};

	for (int i = 0; i < items; i++)
		if (is_usable(set, &item[i]))
			calibrate_one(set, &item[i], by_class);
	for (int k = 0; k <= IMS_DEMAND_LUMPY; k++)
	{
		print_calibration(set, ims_demand_class_name(k), &by_class[k]);
		add_calibration(&all, &by_class[k]);
	}
	print_calibration(set, "all", &all);
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
	calibrate(set);
	return 0;
}
