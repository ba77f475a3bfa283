/*
 * coverage.c -- intervals and quantiles on real series cover what they say.
 *
 * Guaranteed, for what auto is, on some of the series of each set (all of them:
 * make bench-forecast): within intervals of 95 % lie 92 to 98 % of the periods to
 * come of M1, M3, tourism and M4 weekly, and 90 % at least of their sums; quantiles
 * of sums of spare parts are not exceeded as often as they say, within 0.03; the
 * bias of their forecasts is at most 0.05 of mean demand.
 */
#include "irregular.h"

#include "forecast/compound.h"
#include "forecast/interval.h"

#define POINTS 3000
#define HORIZON 60
#define PATHS 400
#define LEVELS 3

static double mean[HORIZON];
static double variance[HORIZON];
static double sum_variance[HORIZON];
static ImsForecast forecast;

static const double level[LEVELS] = {0.9, 0.95, 0.99};

typedef struct Set
{
	const char *name;
	int held_out; /* 0: the file says */
	int every;	  /* series of so many is looked at */
} Set;

typedef struct Score
{
	int series;
	int steps;
	int within;
	int sums_within;
	double below[LEVELS];
	double bias;
	int with_mean;
} Score;

static double
next_uniform(void *state)
{
	uint64_t z = *(uint64_t *) state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (double) ((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

static void
score_regular(const double *value, int train, int test, int season, Score *score)
{
	ImsForecastRequest request;
	ImsStudent student;
	double reach;
	double off = 0;

	ims_forecast_request(&request, test);
	forecast_with(IMS_METHOD_ETS_THETA, value, train, season, &request, &forecast);
	ims_widen_variances(&forecast, test);
	ims_student_start(&student, ims_interval_degrees(&forecast));
	reach = ims_student_quantile(&student, 0.025);
	for (int h = 0; h < test; h++)
	{
		score->steps++;
		score->within += fabs(value[train + h] - mean[h]) <= reach * sqrt(variance[h]);
		off += value[train + h] - mean[h];
	}
	score->series++;
	score->sums_within += fabs(off) <= reach * sqrt(sum_variance[test - 1]);
}

/* What equals a quantile counts by as much as the level needs of it. */
static double
part_below(const double *sum, double demand, double wanted)
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
score_irregular(const double *value, int train, int test, Score *score)
{
	static char memory[1 << 17];
	uint64_t state = 1;
	double periods = test;
	double came = 0;
	double before = 0;
	ImsSeries series = {value, train, 1};
	ImsLeadTimes times = {&periods, NULL, 1};
	ImsForecastRequest request;
	ImsIntermittentRequest usual;
	ImsIntermittentForecast answer;
	ImsCompound compound;
	ImsScratch scratch;
	const double *sum;

	ims_intermittent_request(&usual);
	answer = run(IMS_INTERMITTENT_AUTO, value, train, &usual);
	if (answer.profile.demands < 2 || train < 12)
		return;
	ims_forecast_request(&request, 1);
	request.paths = PATHS;
	request.uniform = next_uniform;
	request.uniform_state = &state;
	ims_scratch_start(&scratch, memory, sizeof(memory));
	ims_compound_prepare(&series, &answer, &scratch, &compound);
	sum = ims_compound_sums(&compound, &times, &request, &scratch);
	for (int h = 0; h < test; h++)
		came += fmax(0, value[train + h]);
	for (int t = 0; t < train; t++)
		before += value[t] / train;
	score->series++;
	for (int l = 0; l < LEVELS; l++)
		score->below[l] += part_below(sum, came, level[l]);
	if (!(before > 0))
		return;
	score->with_mean++;
	score->bias += (answer.mean - came / test) / before;
}

static int
find_column(char *field[], const char *name)
{
	for (int i = 0; i < GOLDEN_FIELDS; i++)
		if (strcmp(field[i], name) == 0)
			return i;
	return -1;
}

/* False when the set is not there.  Series with gaps are left out. */
static bool
score_set(const Set *set, Score *score)
{
	static double value[POINTS];
	char command[300];
	char line[200];
	char name[32] = "";
	char *field[GOLDEN_FIELDS];
	int count = 0, train = 0, season = 1, number = 0;
	int name_at, split_at, freq_at, y_at;
	bool gap = false;
	FILE *file;

	snprintf(command, sizeof(command), "gzip -dc '%s/data/series/%s.csv.gz' 2>/dev/null",
			 golden_folder(), set->name);
	file = popen(command, "r");
	if (fgets(line, sizeof(line), file) == NULL)
	{
		pclose(file);
		return false;
	}
	golden_cut(line, field);
	name_at = find_column(field, "series") < 0 ? find_column(field, "item")
											   : find_column(field, "series");
	split_at = find_column(field, "split");
	freq_at = find_column(field, "freq");
	y_at = find_column(field, "y");
	for (;;)
	{
		bool more = fgets(line, sizeof(line), file) != NULL;

		if (more)
			golden_cut(line, field);
		if (count > 0 && (!more || strcmp(field[name_at], name) != 0))
		{
			bool wanted = number++ % set->every == 0 && !gap;

			if (set->held_out > 0)
				train = count - set->held_out;
			if (wanted && set->held_out > 0)
				score_irregular(value, train, count - train, score);
			else if (wanted)
				score_regular(value, train, count - train, season, score);
			count = train = 0;
			gap = false;
		}
		if (!more)
			break;
		snprintf(name, sizeof(name), "%s", field[name_at]);
		season = freq_at < 0 ? 1 : atoi(field[freq_at]);
		gap |= strcmp(field[y_at], "NA") == 0;
		value[count++] = atof(field[y_at]);
		train += split_at >= 0 && strcmp(field[split_at], "train") == 0;
	}
	pclose(file);
	return true;
}

static bool
is_there(const Set *set, Score *score)
{
	if (score_set(set, score) && score->series > 0)
		return true;
	printf("ok %d # SKIP %s/data/series/%s.csv.gz is not there\n", ++tap_count,
		   golden_folder(), set->name);
	return false;
}

int
main(void)
{
	static const Set regular[] = {{"m3", 0, 4},
								  {"m1", 0, 2},
								  {"tourism", 0, 3},
								  {"m4_weekly", 0, 2}};
	static const Set irregular[] = {{"carparts", 12, 1}, {"spares_auto", 6, 1}};

	forecast.mean = mean;
	forecast.variance = variance;
	forecast.sum_variance = sum_variance;
	for (size_t i = 0; i < LENGTH(regular); i++)
	{
		Score score = {0};

		if (!is_there(&regular[i], &score))
			continue;
		ok(fabs(score.within / (double) score.steps - 0.95) <= 0.03 &&
			   score.sums_within / (double) score.series >= 0.9,
		   "%d series of %s: within 95 %% are %.3f of the periods, %.3f of the sums",
		   score.series, regular[i].name, score.within / (double) score.steps,
		   score.sums_within / (double) score.series);
	}
	for (size_t i = 0; i < LENGTH(irregular); i++)
	{
		Score score = {0};

		if (!is_there(&irregular[i], &score))
			continue;
		ok(fabs(score.below[0] / score.series - 0.9) <= 0.03 &&
			   fabs(score.below[1] / score.series - 0.95) <= 0.03 &&
			   fabs(score.below[2] / score.series - 0.99) <= 0.03,
		   "%d series of %s: %.3f, %.3f and %.3f of sums below 0.9, 0.95 and 0.99",
		   score.series, irregular[i].name, score.below[0] / score.series,
		   score.below[1] / score.series, score.below[2] / score.series);
		ok(fabs(score.bias / score.with_mean) <= 0.05, "bias %+.3f of mean demand",
		   score.bias / score.with_mean);
	}
	return tap_end();
}
