/*
 * classify.c -- classes of items.
 *
 * Guaranteed: ADI and CV2 are those of R's tsintermittent where the definition
 * is the same; each class begins exactly at its cut; ABC is stable, does not
 * depend on the order of items and takes ties as they come; broken series get a
 * status.
 */
#include <float.h>

#include "golden.h"

#include "forecast/classify.h"

#define LONG 1000000

static void
test_golden(void)
{
	static GoldenTable table;
	static GoldenTable known;
	static double value[1000];
	double worst = 0;
	int found = 0;

	if (!golden_load("intermittent_golden_series.csv.gz", &table))
		return;
	if (!golden_load("intermittent_golden_r.csv.gz", &known))
		return;
	for (int i = 1, count = 0; i < table.rows; i++)
	{
		ImsDemandProfile profile;
		int row;
		int last = -1;

		value[count++] = atof(table.field[i][2]);
		if (i + 1 < table.rows && strcmp(table.field[i][0], table.field[i + 1][0]) == 0)
			continue;
		row = golden_find(&known, table.field[i][0], "class_adi_cv2", NULL);
		for (int t = 0; t < count; t++)
			if (value[t] > 0)
				last = t;
		/*
		 * The table has all periods over demands, and the sample variance of
		 * the sizes over their mean squared.
		 */
		ims_classify_demand(value, count, IMS_ADI_WHOLE_SERIES, NULL, &profile);
		worst = fmax(worst, relative_difference(profile.adi, atof(known.field[row][2])));
		worst = fmax(worst, relative_difference(profile.cv2, atof(known.field[row][4])));
		found += row > 0 && profile.periods_since_last == count - 1 - last;
		count = 0;
	}
	ok(found == 49 && worst < 1e-9, "ADI and CV2 of %d series: difference %.1e", found,
	   worst);
}

typedef struct Demand
{
	const char *name;
	double value[12];
	int count;
	ImsDemandClass demand_class;
	double adi;
	double cv2;
	ImsClassifyStatus status;
} Demand;

static const Demand demands[] = {
	{"empty", {0}, 0, IMS_DEMAND_NONE, INFINITY, 0, IMS_CLASSIFY_NO_DATA},
	{"all zero", {0, 0, 0}, 3, IMS_DEMAND_NONE, INFINITY, 0, IMS_CLASSIFY_NO_DATA},
	{"all missing", {NAN, NAN}, 2, IMS_DEMAND_NONE, INFINITY, 0, IMS_CLASSIFY_NO_DATA},
	{"returns only", {-1, -2}, 2, IMS_DEMAND_NONE, INFINITY, 0, IMS_CLASSIFY_NO_DATA},
	{"one point", {5}, 1, IMS_DEMAND_SMOOTH, 1, 0, IMS_CLASSIFY_OK},
	{"since the first", {0, 0, 0, 5, 5, 5}, 6, IMS_DEMAND_SMOOTH, 1, 0, IMS_CLASSIFY_OK},
	{"intermittent", {4, 0, 4, 0, 4, 0}, 6, IMS_DEMAND_INTERMITTENT, 2, 0, IMS_CLASSIFY_OK},
	{"erratic", {1, 9, 1, 9}, 4, IMS_DEMAND_ERRATIC, 1, 64.0 / 3 / 25, IMS_CLASSIFY_OK},
	{"lumpy", {1, 0, 9, 0, 1, 0, 9}, 7, IMS_DEMAND_LUMPY, 7 / 4.0, 64.0 / 3 / 25, IMS_CLASSIFY_OK},
	{"a gap is no period", {4, NAN, 4, NAN, 4}, 5, IMS_DEMAND_SMOOTH, 1, 0, IMS_CLASSIFY_OK},
	{"a return is no demand",
	 {4, -1, 4, -1, 4},
	 5,
	 IMS_DEMAND_INTERMITTENT,
	 5 / 3.0,
	 0,
	 IMS_CLASSIFY_OK},
	{"1e300", {1e300, 0, 1e300}, 3, IMS_DEMAND_INTERMITTENT, 1.5, 0, IMS_CLASSIFY_OK},
	{"DBL_MAX and little", {DBL_MAX, 0, 1}, 3, IMS_DEMAND_LUMPY, 1.5, 2, IMS_CLASSIFY_OK},
};

static void
test_demand(const Demand *d)
{
	ImsDemandProfile profile;
	ImsClassifyStatus status =
		ims_classify_demand(d->value, d->count, IMS_ADI_SINCE_FIRST_DEMAND, NULL, &profile);

	ok(status == d->status && profile.demand_class == d->demand_class &&
		   profile.adi == d->adi && fabs(profile.cv2 - d->cv2) < 1e-12,
	   "%s: %s, ADI %g, CV2 %g", d->name, ims_demand_class_name(profile.demand_class),
	   profile.adi, profile.cv2);
}

/* At a cut demand is irregular already. */
static void
test_demand_cuts(void)
{
	const double value[] = {1, 0, 3, 1, 0, 3};
	ImsDemandProfile profile;
	ImsDemandCuts cuts = {1.5, 1.0 / 3};

	ims_classify_demand(value, 6, IMS_ADI_SINCE_FIRST_DEMAND, NULL, &profile);
	cuts.cv2 = profile.cv2;
	ims_classify_demand(value, 6, IMS_ADI_SINCE_FIRST_DEMAND, &cuts, &profile);
	ok(profile.demand_class == IMS_DEMAND_LUMPY, "at both cuts");
	cuts.adi = nextafter(1.5, 2);
	ims_classify_demand(value, 6, IMS_ADI_SINCE_FIRST_DEMAND, &cuts, &profile);
	ok(profile.demand_class == IMS_DEMAND_ERRATIC, "just below the first");
	cuts.cv2 = nextafter(profile.cv2, 1);
	ims_classify_demand(value, 6, IMS_ADI_SINCE_FIRST_DEMAND, &cuts, &profile);
	ok(profile.demand_class == IMS_DEMAND_SMOOTH, "just below both");
	cuts.adi = 0.9;
	ok(ims_classify_demand(value, 6, IMS_ADI_SINCE_FIRST_DEMAND, &cuts, &profile) ==
		   IMS_CLASSIFY_BAD_CUTS,
	   "ADI is never below 1");
	cuts.adi = NAN;
	ok(ims_classify_demand(value, 6, IMS_ADI_SINCE_FIRST_DEMAND, &cuts, &profile) ==
		   IMS_CLASSIFY_BAD_CUTS,
	   "NaN is no cut");
}

static ImsClassifyStatus
abc(const double *value, int count, double a, double b, char *classes, double *share)
{
	ImsAbcCuts cuts = {a, b};
	size_t size = ims_classify_abc_size(count);
	void *scratch = malloc(size);
	ImsClassifyStatus status =
		ims_classify_abc(value, count, &cuts, scratch, size, NULL, NULL, classes, share);

	free(scratch);
	return status;
}

typedef struct Abc
{
	const char *name;
	double value[8];
	int count;
	double a;
	double b;
	const char *classes;
	ImsClassifyStatus status;
} Abc;

static const Abc abcs[] = {
	{"at the cuts", {80, 10, 10}, 3, 0.8, 0.9, "ABC", IMS_CLASSIFY_OK},
	{"in any order", {10, 80, 10}, 3, 0.8, 0.9, "BAC", IMS_CLASSIFY_OK},
	{"ties as they come", {25, 25, 25, 25}, 4, 0.5, 0.75, "AABC", IMS_CLASSIFY_OK},
	{"the one that crosses a cut", {81, 10, 9}, 3, 0.8, 0.95, "BBC", IMS_CLASSIFY_OK},
	{"the whole", {3, 1}, 2, 1, 1, "AA", IMS_CLASSIFY_OK},
	{"nothing is A", {3, 1}, 2, 0, 1, "BB", IMS_CLASSIFY_OK},
	{"one item", {7}, 1, 0.8, 0.95, "C", IMS_CLASSIFY_OK},
	{"no value", {0, 0}, 2, 0.8, 0.95, "CC", IMS_CLASSIFY_NO_DATA},
	{"empty", {0}, 0, 0.8, 0.95, "", IMS_CLASSIFY_NO_DATA},
	{"1e300", {1e300, 1e300, 1e300, 1e300}, 4, 0.5, 0.75, "AABC", IMS_CLASSIFY_OK},
	{"negative", {1, -1}, 2, 0.8, 0.95, "", IMS_CLASSIFY_BAD_VALUE},
	{"NaN", {1, NAN}, 2, 0.8, 0.95, "", IMS_CLASSIFY_BAD_VALUE},
	{"cuts that fall", {1, 2}, 2, 0.9, 0.8, "", IMS_CLASSIFY_BAD_CUTS},
	{"a cut above 1", {1, 2}, 2, 0.9, 1.1, "", IMS_CLASSIFY_BAD_CUTS},
	{"a cut of NaN", {1, 2}, 2, NAN, 0.9, "", IMS_CLASSIFY_BAD_CUTS},
};

static void
test_abc(const Abc *c)
{
	char classes[9] = "";
	double share[8];
	ImsClassifyStatus status = abc(c->value, c->count, c->a, c->b, classes, share);

	ok(status == c->status && strcmp(classes, c->classes) == 0, "ABC, %s: %s", c->name,
	   classes);
}

static bool
stop(void *context)
{
	return true;
}

static void
test_abc_long(void)
{
	double *value = malloc(LONG * sizeof(double));
	double *share = malloc(LONG * sizeof(double));
	char *classes = malloc(LONG);
	size_t size = ims_classify_abc_size(LONG);
	void *scratch = malloc(size);
	ImsAbcCuts cuts = {0.8, 0.95};
	int first = 0;
	bool sorted = true;
	bool right = true;

	for (int i = 0; i < LONG; i++)
		value[i] = (double) ((long) i * 7919 % LONG + 1);
	abc(value, LONG, 0.8, 0.95, classes, share);
	for (int i = 0; i < LONG; i++)
	{
		double above = LONG - value[i] + 1;
		/* the sum of this many of the largest numbers up to a million */
		double expected = above * (2.0 * LONG - above + 1) / ((double) LONG * (LONG + 1));

		sorted &= fabs(share[i] - expected) < 1e-9;
		right &= classes[i] == (share[i] <= 0.8 ? 'A' : share[i] <= 0.95 ? 'B' : 'C');
		first += classes[i] == 'A';
	}
	ok(sorted && right, "shares of a million items");
	ok(abs(first - 552786) <= 1, "%d of them are A", first);
	ok(ims_classify_abc(value, LONG, &cuts, scratch, size, stop, NULL, classes, NULL) ==
		   IMS_CLASSIFY_INTERRUPTED,
	   "stopped");
	ok(ims_classify_abc(value, LONG, &cuts, scratch, size - 1, NULL, NULL, classes,
						NULL) == IMS_CLASSIFY_TOO_MANY,
	   "too little scratch");
	ok(ims_classify_abc(value, IMS_CLASSIFY_MAX_ITEMS + 1, &cuts, scratch, SIZE_MAX, NULL,
						NULL, classes, NULL) == IMS_CLASSIFY_TOO_MANY,
	   "too many items");
	free(scratch);
	free(classes);
	free(share);
	free(value);
}

static void
test_xyz(void)
{
	const ImsXyzCuts cuts = {0.5, 1};
	const double steady[] = {4, 4, 4};
	const double varied[] = {1, 2, 3};
	const double gaps[] = {1, NAN, 2, INFINITY, 3};
	const double none[] = {0, 0};
	const double huge[] = {1e300, 2e300, 3e300};

	ok(ims_variation(steady, 3) == 0, "no variation");
	ok(fabs(ims_variation(varied, 3) - 0.5) < 1e-15 &&
		   fabs(ims_variation(gaps, 5) - 0.5) < 1e-15 &&
		   fabs(ims_variation(huge, 3) - 0.5) < 1e-15,
	   "sample deviation over mean");
	ok(isnan(ims_variation(steady, 1)) && isnan(ims_variation(steady, 0)),
	   "too few values");
	ok(isinf(ims_variation(none, 2)), "no demand");
	ok(ims_classify_xyz(0, &cuts) == 'X' && ims_classify_xyz(0.5, &cuts) == 'X' &&
		   ims_classify_xyz(nextafter(0.5, 1), &cuts) == 'Y' &&
		   ims_classify_xyz(1, &cuts) == 'Y' &&
		   ims_classify_xyz(nextafter(1, 2), &cuts) == 'Z' &&
		   ims_classify_xyz(INFINITY, &cuts) == 'Z' && ims_classify_xyz(NAN, &cuts) == 'Z',
	   "XYZ at its cuts");
}

static void
test_fsn(void)
{
	const ImsFsnCuts cuts = {3, 1};

	ok(ims_classify_fsn(3, &cuts) == 'F' && ims_classify_fsn(INFINITY, &cuts) == 'F' &&
		   ims_classify_fsn(nextafter(3, 0), &cuts) == 'S' &&
		   ims_classify_fsn(1, &cuts) == 'S' &&
		   ims_classify_fsn(nextafter(1, 0), &cuts) == 'N' &&
		   ims_classify_fsn(0, &cuts) == 'N' && ims_classify_fsn(NAN, &cuts) == 'N',
	   "FSN at its cuts");
}

typedef struct Life
{
	const char *name;
	int count;
	int first;
	int last;
	double before; /* up to the middle of the series */
	double after;
	double noise;
	ImsLifeStage stage;
} Life;

/* Windows of 6, new below 6 periods, dead after 6 without demand. */
static const Life lives[] = {
	{"never asked for", 24, 24, 23, 0, 0, 0, IMS_LIFE_NONE},
	{"empty", 0, 0, -1, 0, 0, 0, IMS_LIFE_NONE},
	{"new", 24, 19, 23, 5, 5, 0, IMS_LIFE_NEW},
	{"just not new", 24, 18, 23, 5, 5, 0, IMS_LIFE_MATURE},
	{"mature", 24, 0, 23, 5, 5, 0.1, IMS_LIFE_MATURE},
	{"growing", 12, 0, 11, 4, 8, 0.1, IMS_LIFE_GROWING},
	{"just growing", 12, 0, 11, 4, 5, 0, IMS_LIFE_GROWING},
	{"not growing enough", 12, 0, 11, 4, 4.9, 0, IMS_LIFE_MATURE},
	{"declining", 12, 0, 11, 8, 4, 0.1, IMS_LIFE_DECLINING},
	{"just declining", 12, 0, 11, 5, 4, 0, IMS_LIFE_DECLINING},
	{"in noise", 12, 0, 11, 4, 8, 20, IMS_LIFE_MATURE},
	{"nearly dead", 24, 0, 18, 5, 5, 0, IMS_LIFE_DECLINING},
	{"dead", 24, 0, 17, 5, 5, 0, IMS_LIFE_DEAD},
};

static void
test_life(const Life *l)
{
	const ImsLifeCuts cuts = {6, 6, 6, 1.25, 0.8, 1.64};
	double value[24] = {0};
	ImsLifeProfile profile;
	ImsClassifyStatus status;

	for (int t = l->first; t <= l->last; t++)
		value[t] = (t < l->count / 2 ? l->before : l->after) + (t % 2 == 0	   ? l->noise
																: t == l->last ? 0
																			   : -l->noise);
	status = ims_classify_life(value, l->count, &cuts, &profile);
	ok(profile.stage == l->stage &&
		   (status == IMS_CLASSIFY_NO_DATA) == (l->stage == IMS_LIFE_NONE),
	   "%s: %s, ratio %g", l->name, ims_life_stage_name(profile.stage), profile.ratio);
}

static void
test_life_broken(void)
{
	const double gaps[] = {NAN, 1, NAN, 1, 1, INFINITY, 1, NAN};
	const double sold_out[] = {1, 1, 1, 1, NAN, 0, NAN, NAN};
	const double huge[] = {1e300, 1e300, 1e300, 1e300};
	ImsLifeCuts cuts = {0, 6, 2, 1.25, 0.8, 0};
	ImsLifeProfile profile;

	ims_classify_life(gaps, 8, &cuts, &profile);
	ok(profile.stage == IMS_LIFE_MATURE && profile.age == 7 &&
		   profile.periods_since_last == 0,
	   "gaps");
	ims_classify_life(sold_out, 8, &cuts, &profile);
	ok(profile.periods_since_last == 1, "what is not known may have been demand");
	ims_classify_life(huge, 4, &cuts, &profile);
	ok(profile.stage == IMS_LIFE_MATURE && profile.ratio == 1, "1e300");
	cuts.window = 0;
	ok(ims_classify_life(huge, 4, &cuts, &profile) == IMS_CLASSIFY_BAD_CUTS, "no window");
	cuts.window = 2;
	cuts.growth = NAN;
	ok(ims_classify_life(huge, 4, &cuts, &profile) == IMS_CLASSIFY_BAD_CUTS,
	   "a cut of NaN");
	cuts.growth = 1;
	ok(ims_classify_life(huge, IMS_SERIES_MAX_POINTS + 1, &cuts, &profile) ==
		   IMS_CLASSIFY_TOO_MANY,
	   "too long");
}

int
main(void)
{
	test_golden();
	for (size_t i = 0; i < sizeof(demands) / sizeof(demands[0]); i++)
		test_demand(&demands[i]);
	test_demand_cuts();
	for (size_t i = 0; i < sizeof(abcs) / sizeof(abcs[0]); i++)
		test_abc(&abcs[i]);
	test_abc_long();
	test_xyz();
	test_fsn();
	for (size_t i = 0; i < sizeof(lives) / sizeof(lives[0]); i++)
		test_life(&lives[i]);
	test_life_broken();
	return tap_end();
}
