/*
 * accuracy.c -- how accurate and how fast the forecasting methods are.
 *
 * usage: accuracy [-h held_out] [-s season] [-g group] [-k step] [-o offset]
 *                 [-n times] SERIES.csv[.gz] [method ...]
 *
 * The file has a header that names at least series and y; split (train, test),
 * else the last periods are held out; period (YEARLY, ..) and freq where it has
 * groups.  Each series is forecast over its test part, with variances.  Printed,
 * separated by tabs, per group and method: number of series, sMAPE (%), MASE
 * (scaled by the seasonal naive error of the training part), series per second
 * of one core's time, how many fell back to another method, the share (%) of
 * periods within intervals of 80 % and of 95 %, that of sums over the whole test
 * part within 95 %, and MSIS at 95 %.  Methods are numbered as in forecast.h, or
 * named as in intermittent.h: those have no intervals here.  With -g only one group
 * is done, with -k every step-th series of each group, from -o on; -n forecasts each
 * so many times.  Series with a period NA are left out.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "forecast/intermittent.h"
#include "forecast/interval.h"

#define MAX_SERIES 5000
#define MAX_GROUPS 8
#define MAX_LENGTH 4096
#define MAX_LINE 512

typedef struct Entry
{
	char name[32];
	int group;
	int place; /* in its group, from 0 */
	int season;
	int train;
	int test;
	double *value; /* train, then test */
} Entry;

static Entry entry[MAX_SERIES];
static int entries;
static int held_out = 12; /* where the file does not say */
static int usual_season = 1;
static char group_name[MAX_GROUPS][16];
static int group_size[MAX_GROUPS];
static int groups;
static const char *only_group; /* NULL: all */
static int step = 1;
static int offset;
static int times = 1;

static const ImsMethod usual[] = {
	IMS_METHOD_NAIVE,		IMS_METHOD_SEASONAL_NAIVE, IMS_METHOD_DRIFT,
	IMS_METHOD_SES,			IMS_METHOD_HOLT,		   IMS_METHOD_DAMPED,
	IMS_METHOD_THETA,		IMS_METHOD_DYNAMIC_THETA,  IMS_METHOD_ETS,
	IMS_METHOD_ETS_AVERAGE, IMS_METHOD_ETS_THETA,
};

static void
die(const char *what)
{
	fprintf(stderr, "accuracy: %s\n", what);
	exit(1);
}

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec + now.tv_nsec * 1e-9;
}

static int
split_line(char *line, char *field[], int most)
{
	int count = 0;

	for (char *at = strtok(line, ",\r\n"); at != NULL && count < most;
		 at = strtok(NULL, ",\r\n"))
		field[count++] = at[0] == '"' ? (at[strlen(at) - 1] = '\0', at + 1) : at;
	return count;
}

static int
column(char *field[], int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (strcmp(field[i], name) == 0)
			return i;
	return -1;
}

static int
group_of(const char *name)
{
	for (int i = 0; i < groups; i++)
		if (strcmp(group_name[i], name) == 0)
			return i;
	if (groups == MAX_GROUPS)
		die("too many groups");
	snprintf(group_name[groups], sizeof(group_name[0]), "%s", name);
	return groups++;
}

static Entry *
entry_of(const char *name)
{
	Entry *last = entries > 0 ? &entry[entries - 1] : NULL;

	if (last != NULL && strcmp(last->name, name) == 0)
		return last;
	if (entries == MAX_SERIES)
		die("too many series");
	last = &entry[entries++];
	snprintf(last->name, sizeof(last->name), "%s", name);
	last->value = malloc(MAX_LENGTH * sizeof(double));
	return last;
}

static void
read_series(const char *path)
{
	char command[MAX_LINE];
	char line[MAX_LINE];
	char *field[16];
	int count;
	int series, period, freq, split, y;
	FILE *file;

	snprintf(command, sizeof(command), "gzip -dcf '%s'", path);
	file = popen(command, "r");
	if (file == NULL || fgets(line, sizeof(line), file) == NULL)
		die("cannot read the series");
	count = split_line(line, field, 16);
	series = column(field, count, "series");
	period = column(field, count, "period");
	freq = column(field, count, "freq");
	split = column(field, count, "split");
	y = column(field, count, "y");
	if (series < 0 || y < 0)
		die("no such columns");
	while (fgets(line, sizeof(line), file) != NULL)
	{
		Entry *e;

		split_line(line, field, 16);
		e = entry_of(field[series]);
		e->group = group_of(period < 0 ? "ALL" : field[period]);
		if (e->train + e->test == 0)
			e->place = group_size[e->group]++;
		e->season = freq < 0 ? usual_season : atoi(field[freq]);
		if (e->train + e->test == MAX_LENGTH)
			die("series too long");
		e->value[e->train + e->test] = strcmp(field[y], "NA") == 0 ? NAN : atof(field[y]);
		if (split >= 0 && strcmp(field[split], "test") == 0)
			e->test++;
		else
			e->train++;
	}
	pclose(file);
	for (int i = 0; i < entries && split < 0; i++)
	{
		entry[i].test = held_out;
		entry[i].train -= held_out;
	}
}

static bool
is_asked_for(const Entry *e)
{
	for (int t = 0; t < e->train + e->test; t++)
		if (isnan(e->value[t]))
			return false;
	return e->place % step == offset &&
		   (only_group == NULL || strcmp(group_name[e->group], only_group) == 0);
}

static double
smape(const Entry *e, const double *mean)
{
	const double *actual = e->value + e->train;
	double sum = 0;

	for (int h = 0; h < e->test; h++)
		if (fabs(actual[h]) + fabs(mean[h]) > 0)
			sum += 200 * fabs(actual[h] - mean[h]) / (fabs(actual[h]) + fabs(mean[h]));
	return sum / e->test;
}

static double
mase(const Entry *e, const double *mean)
{
	int lag = e->train > e->season ? e->season : 1;
	double scale = 0;
	double sum = 0;

	for (int t = lag; t < e->train; t++)
		scale += fabs(e->value[t] - e->value[t - lag]) / (e->train - lag);
	for (int h = 0; h < e->test; h++)
		sum += fabs(e->value[e->train + h] - mean[h]) / e->test;
	return scale > 0 ? sum / scale : NAN;
}

typedef struct Total
{
	int count;
	int scaled;
	int fallbacks;
	int periods; /* with an interval */
	int sums;
	double smape;
	double mase;
	double time;
	double within_80;
	double within_95;
	double sums_within_95;
	double msis;
} Total;

static void
print_total(const char *group, const char *method, const Total *total)
{
	if (total->count == 0)
		return;
	printf("%s\t%s\t%d\t%.4f\t%.4f\t%.0f\t%d\t%.2f\t%.2f\t%.2f\t%.3f\n", group, method,
		   total->count, total->smape / total->count, total->mase / total->scaled,
		   total->count / total->time, total->fallbacks,
		   100 * total->within_80 / total->periods, 100 * total->within_95 / total->periods,
		   100 * total->sums_within_95 / total->sums, total->msis / total->scaled);
}

static void
add(Total *to, const Total *total)
{
	to->count += total->count;
	to->scaled += total->scaled;
	to->fallbacks += total->fallbacks;
	to->periods += total->periods;
	to->sums += total->sums;
	to->smape += total->smape;
	to->mase += total->mase;
	to->time += total->time;
	to->within_80 += total->within_80;
	to->within_95 += total->within_95;
	to->sums_within_95 += total->sums_within_95;
	to->msis += total->msis;
}

/* What lies within intervals. */
static void
score_intervals(const Entry *e, ImsForecast *forecast, Total *total)
{
	const double *actual = e->value + e->train;
	int lag = e->train > e->season ? e->season : 1;
	double scale = 0;
	double width = 0;
	double off = 0;
	ImsStudent student;
	double reach_80;
	double reach_95;

	ims_widen_variances(forecast, e->test);
	ims_student_start(&student, ims_interval_degrees(forecast));
	reach_80 = ims_student_quantile(&student, 0.1);
	reach_95 = ims_student_quantile(&student, 0.025);
	for (int t = lag; t < e->train; t++)
		scale += fabs(e->value[t] - e->value[t - lag]) / (e->train - lag);
	for (int h = 0; h < e->test; h++)
	{
		double deviation = sqrt(forecast->variance[h]);
		double error = fabs(actual[h] - forecast->mean[h]);

		off += actual[h] - forecast->mean[h];
		if (isnan(deviation))
			continue;
		total->periods++;
		total->within_80 += error <= reach_80 * deviation;
		total->within_95 += error <= reach_95 * deviation;
		width += (2 * reach_95 * deviation + 40 * fmax(0, error - reach_95 * deviation)) /
				 e->test;
	}
	if (scale > 0)
		total->msis += width / scale;
	if (isnan(forecast->sum_variance[e->test - 1]))
		return;
	total->sums++;
	total->sums_within_95 +=
		fabs(off) <= reach_95 * sqrt(forecast->sum_variance[e->test - 1]);
}

static void
score_means(const Entry *e, const double *mean, Total *total)
{
	double scaled = mase(e, mean);

	total->count++;
	total->smape += smape(e, mean);
	if (!isfinite(scaled))
		return;
	total->scaled++;
	total->mase += scaled;
}

static void
print_totals(const char *method, const Total *total)
{
	Total all = {0};

	for (int g = 0; g < groups; g++)
	{
		print_total(group_name[g], method, &total[g]);
		add(&all, &total[g]);
	}
	if (groups > 1 && only_group == NULL)
		print_total("all", method, &all);
}

/* One rate for all periods. */
static void
run_intermittent(ImsIntermittentMethod method)
{
	static double mean[IMS_FORECAST_MAX_HORIZON];
	Total total[MAX_GROUPS] = {0};

	for (int i = 0; i < entries; i++)
	{
		Entry *e = &entry[i];
		ImsSeries series = {e->value, e->train, e->season};
		ImsIntermittentRequest request;
		ImsIntermittentForecast forecast;
		size_t size = ims_intermittent_scratch_size(e->train);
		void *scratch;
		double start;

		if (!is_asked_for(e))
			continue;
		scratch = malloc(size);
		ims_intermittent_request(&request);
		start = seconds();
		for (int n = 0; n < times; n++)
			ims_intermittent(method, &series, &request, scratch, size, &forecast);
		total[e->group].time += (seconds() - start) / times;
		for (int h = 0; h < e->test; h++)
			mean[h] = forecast.mean;
		total[e->group].fallbacks += forecast.status != IMS_FORECAST_OK;
		score_means(e, mean, &total[e->group]);
		free(scratch);
	}
	print_totals(ims_intermittent_method_name(method), total);
}

static void
run_method(ImsMethod method)
{
	static double mean[IMS_FORECAST_MAX_HORIZON];
	static double variance[IMS_FORECAST_MAX_HORIZON];
	static double sum_variance[IMS_FORECAST_MAX_HORIZON];
	static ImsForecast forecast;
	Total total[MAX_GROUPS] = {0};

	for (int i = 0; i < entries; i++)
	{
		Entry *e = &entry[i];
		ImsSeries series = {e->value, e->train, e->season};
		ImsForecastRequest request;
		size_t size = ims_forecast_scratch_size(method, &series, e->test);
		Total *group = &total[e->group];
		void *scratch;
		double start;

		if (!is_asked_for(e))
			continue;
		scratch = malloc(size);
		forecast.mean = mean;
		forecast.variance = variance;
		forecast.sum_variance = NULL;
		ims_forecast_request(&request, e->test);
		start = seconds();
		for (int n = 0; n < times; n++)
			ims_forecast(method, &series, &request, scratch, size, &forecast);
		group->time += (seconds() - start) / times;
		forecast.sum_variance = sum_variance;
		ims_forecast(method, &series, &request, scratch, size, &forecast);
		score_intervals(e, &forecast, group);
		group->fallbacks += forecast.status != IMS_FORECAST_OK;
		score_means(e, mean, group);
		free(scratch);
	}
	print_totals(ims_forecast_method_name(method), total);
}

static void
run_named(const char *name)
{
	if (strspn(name, "0123456789") == strlen(name))
	{
		run_method((ImsMethod) atoi(name));
		return;
	}
	for (int i = IMS_INTERMITTENT_ZERO; i < IMS_INTERMITTENT_COUNT; i++)
		if (strcmp(name, ims_intermittent_method_name(i)) == 0)
		{
			run_intermittent(i);
			return;
		}
	die("no such method");
}

int
main(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "h:s:g:k:o:n:")) != -1)
		if (option == 'h')
			held_out = atoi(optarg);
		else if (option == 's')
			usual_season = atoi(optarg);
		else if (option == 'g')
			only_group = optarg;
		else if (option == 'k')
			step = atoi(optarg);
		else if (option == 'o')
			offset = atoi(optarg);
		else if (option == 'n')
			times = atoi(optarg);
		else
			optind = argc;
	if (optind >= argc || step < 1 || times < 1)
		die("usage: accuracy [-h held_out] [-s season] [-g group] [-k step] [-o offset]"
			" [-n times] SERIES.csv[.gz] [method ...]");
	read_series(argv[optind]);
	for (int i = optind + 1; i < argc; i++)
		run_named(argv[i]);
	for (size_t i = 0; optind + 1 == argc && i < sizeof(usual) / sizeof(usual[0]); i++)
		run_method(usual[i]);
	return 0;
}
