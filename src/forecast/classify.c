/*-------------------------------------------------------------------------
 *
 * classify.c
 *	  Classes of items by demand, value, variation, movement and age.
 *
 * Tools differ in what they call ADI, CV2 or A, so each definition is stated
 * where it is computed.
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "classify.h"

/* How many steps of a long loop go by between two looks at the interrupt. */
#define STEPS_BETWEEN_LOOKS 65536

/* The values as they are, but for a power of two that keeps squares finite. */
static double
scale_of(const double *value, int count)
{
	double largest = 0;

	for (int t = 0; t < count; t++)
		if (isfinite(value[t]) && fabs(value[t]) > largest)
			largest = fabs(value[t]);
	return ims_series_scale(largest);
}

/* Mean and sum of squared deviations of a growing sample (Welford 1962). */
typedef struct Moments
{
	int count;
	double mean;
	double squares;
} Moments;

static void
add(Moments *moments, double value)
{
	double change = value - moments->mean;

	moments->count++;
	moments->mean += change / moments->count;
	moments->squares += change * (value - moments->mean);
}

static double
variance(const Moments *moments)
{
	return moments->count > 1 ? moments->squares / (moments->count - 1) : 0;
}

/* What is not finite is no period; what is not positive is one without demand. */
static void
profile_demand(const double *value, int count, ImsAdiStart start, ImsDemandProfile *profile)
{
	double scale = scale_of(value, count);
	Moments sizes = {0};
	int periods = 0;
	int last = 0;

	for (int t = 0; t < count; t++)
	{
		if (!isfinite(value[t]))
			continue;
		if (value[t] > 0)
		{
			add(&sizes, value[t] / scale);
			last = ++periods;
		}
		else if (sizes.count > 0 || start == IMS_ADI_WHOLE_SERIES)
			periods++;
	}
	profile->periods = periods;
	profile->demands = sizes.count;
	profile->periods_since_last = periods - last;
	profile->adi = sizes.count > 0 ? (double) periods / sizes.count : INFINITY;
	profile->mean_size = sizes.mean * scale;
	profile->cv2 = sizes.count > 0 ? variance(&sizes) / (sizes.mean * sizes.mean) : 0;
}

/*
 * By Syntetos, Boylan and Croston (2005).  `cuts` may be NULL for the usual
 * ones.  With no demand at all the class is none and ADI infinite.
 */
ImsClassifyStatus
ims_classify_demand(const double *value, int count, ImsAdiStart start,
					const ImsDemandCuts *cuts, ImsDemandProfile *profile)
{
	const ImsDemandCuts usual = {IMS_USUAL_ADI_CUT, IMS_USUAL_CV2_CUT};
	bool rare;
	bool varied;

	if (cuts == NULL)
		cuts = &usual;
	*profile = (ImsDemandProfile){.demand_class = IMS_DEMAND_NONE, .adi = INFINITY};
	if (!(cuts->adi >= 1) || !(cuts->cv2 >= 0))
		return IMS_CLASSIFY_BAD_CUTS;
	if (count > IMS_SERIES_MAX_POINTS)
		return IMS_CLASSIFY_TOO_MANY;
	profile_demand(value, count, start, profile);
	if (profile->demands == 0)
		return IMS_CLASSIFY_NO_DATA;
	rare = profile->adi >= cuts->adi;
	varied = profile->cv2 >= cuts->cv2;
	if (rare)
		profile->demand_class = varied ? IMS_DEMAND_LUMPY : IMS_DEMAND_INTERMITTENT;
	else
		profile->demand_class = varied ? IMS_DEMAND_ERRATIC : IMS_DEMAND_SMOOTH;
	return IMS_CLASSIFY_OK;
}

const char *
ims_demand_class_name(ImsDemandClass demand_class)
{
	static const char *const names[] = {"none", "smooth", "erratic", "intermittent",
										"lumpy"};

	return demand_class <= IMS_DEMAND_LUMPY ? names[demand_class] : "unknown";
}

typedef struct Ranked
{
	double value;
	int index;
} Ranked;

/* Two rows to merge between. */
size_t
ims_classify_abc_size(int count)
{
	return 2 * (size_t) count * sizeof(Ranked) + sizeof(double);
}

/* Greatest first; equal ones as they came. */
static void
merge(const Ranked *from, int start, int middle, int end, Ranked *into)
{
	int left = start;
	int right = middle;

	for (int i = start; i < end; i++)
	{
		if (left < middle && (right == end || from[left].value >= from[right].value))
			into[i] = from[left++];
		else
			into[i] = from[right++];
	}
}

/* Returns the sorted row, one of both; NULL when the caller stopped it. */
static Ranked *
sort(Ranked *row, Ranked *other, int count, ImsInterrupt interrupt, void *context)
{
	int merged = 0;

	for (int width = 1; width < count; width *= 2)
	{
		Ranked *swap = row;

		for (int start = 0; start < count; start += 2 * width)
		{
			int middle = count - start > width ? start + width : count;
			int end = count - start > 2 * width ? start + 2 * width : count;

			merge(row, start, middle, end, other);
			merged += end - start;
			if (merged < STEPS_BETWEEN_LOOKS)
				continue;
			merged = 0;
			if (interrupt != NULL && interrupt(context))
				return NULL;
		}
		row = other;
		other = swap;
	}
	return row;
}

/* False when a value is none. */
static bool
rank(const double *value, int count, Ranked *row)
{
	double scale = scale_of(value, count);

	for (int i = 0; i < count; i++)
	{
		if (!isfinite(value[i]) || value[i] < 0)
			return false;
		row[i] = (Ranked){value[i] / scale, i};
	}
	return true;
}

/*
 * Items in descending order of value; an item is A while the share of the sum
 * that it and those before it make up is not above the cut, then B, then C.  So
 * the item that crosses a cut is in the lower class.  Without any value all are
 * C.  `cumulative` (NULL: not wanted) gets the share, 1 for the last.
 */
ImsClassifyStatus
ims_classify_abc(const double *value, int count, const ImsAbcCuts *cuts, void *scratch,
				 size_t scratch_size, ImsInterrupt interrupt, void *interrupt_context,
				 char *classes, double *cumulative)
{
	size_t skip = (sizeof(double) - (size_t) scratch % sizeof(double)) % sizeof(double);
	Ranked *row = (Ranked *) ((char *) scratch + skip);
	double total = 0;
	double sum = 0;

	if (!(cuts->a >= 0) || !(cuts->b >= cuts->a) || !(cuts->b <= 1))
		return IMS_CLASSIFY_BAD_CUTS;
	if (count > IMS_CLASSIFY_MAX_ITEMS || scratch_size < ims_classify_abc_size(count))
		return IMS_CLASSIFY_TOO_MANY;
	if (count <= 0)
		return IMS_CLASSIFY_NO_DATA;
	if (!rank(value, count, row))
		return IMS_CLASSIFY_BAD_VALUE;
	row = sort(row, row + count, count, interrupt, interrupt_context);
	if (row == NULL)
		return IMS_CLASSIFY_INTERRUPTED;
	/* In the same order as below, so that the last share is exactly 1. */
	for (int i = 0; i < count; i++)
		total += row[i].value;
	for (int i = 0; i < count; i++)
	{
		double share;

		sum += row[i].value;
		share = total > 0 ? sum / total : 1;
		classes[row[i].index] = total == 0		   ? 'C'
								: share <= cuts->a ? 'A'
								: share <= cuts->b ? 'B'
												   : 'C';
		if (cumulative != NULL)
			cumulative[row[i].index] = share;
	}
	return total > 0 ? IMS_CLASSIFY_OK : IMS_CLASSIFY_NO_DATA;
}

/*
 * Coefficient of variation of demand per period, periods without any included:
 * sample standard deviation / mean; NaN without at least two values, infinite
 * when the mean is not above zero.
 */
double
ims_variation(const double *value, int count)
{
	double scale = scale_of(value, count);
	Moments moments = {0};

	for (int t = 0; t < count; t++)
		if (isfinite(value[t]))
			add(&moments, value[t] / scale);
	if (moments.count < 2)
		return NAN;
	if (!(moments.mean > 0))
		return INFINITY;
	return sqrt(variance(&moments)) / moments.mean;
}

/* X up to the first cut, it included, Y up to the second, else Z; NaN is Z. */
char
ims_classify_xyz(double variation, const ImsXyzCuts *cuts)
{
	if (variation <= cuts->x)
		return 'X';
	return variation <= cuts->y ? 'Y' : 'Z';
}

/* F from the first cut on, it included, S from the second on, else N; NaN is N. */
char
ims_classify_fsn(double turns, const ImsFsnCuts *cuts)
{
	if (turns >= cuts->fast)
		return 'F';
	return turns >= cuts->slow ? 'S' : 'N';
}

/* Finite values of the periods from `start` up to `end`. */
static Moments
moments_of(const double *value, int start, int end, double scale)
{
	Moments moments = {0};

	for (int t = start; t < end; t++)
		if (isfinite(value[t]))
			add(&moments, value[t] / scale);
	return moments;
}

/* Whether the latest window is above (1), below (-1) or like (0) the one before. */
static int
direction(const double *value, int count, const ImsLifeCuts *cuts, double *ratio)
{
	double scale = scale_of(value, count);
	Moments now = moments_of(value, count - cuts->window, count, scale);
	Moments before =
		moments_of(value, count - 2 * cuts->window, count - cuts->window, scale);
	double error;

	if (now.count < 2 || before.count < 2 || !(before.mean > 0))
		return 0;
	*ratio = now.mean / before.mean;
	error = sqrt(variance(&now) / now.count + variance(&before) / before.count);
	if (!(fabs(now.mean - before.mean) >= cuts->confidence * error))
		return 0;
	return *ratio >= cuts->growth ? 1 : *ratio <= cuts->decline ? -1 : 0;
}

static bool
are_life_cuts(const ImsLifeCuts *cuts)
{
	return cuts->new_periods >= 0 && cuts->dead_periods >= 1 && cuts->window >= 1 &&
		   cuts->window <= IMS_SERIES_MAX_POINTS / 2 && cuts->growth >= 1 &&
		   cuts->decline <= 1 && cuts->decline >= 0 && cuts->confidence >= 0;
}

/*
 * Dead when there was no demand for dead_periods; else new when the first
 * demand is younger than new_periods; else growing or declining when the mean
 * of the latest window is far enough from that of the window before, in ratio
 * and in standard errors of the difference (Welch); else mature.  An item that
 * is too young for two windows is mature until it can be told otherwise.
 */
ImsClassifyStatus
ims_classify_life(const double *value, int count, const ImsLifeCuts *cuts,
				  ImsLifeProfile *profile)
{
	int first = 0;
	int last = count - 1;
	int trend = 0;

	*profile = (ImsLifeProfile){.stage = IMS_LIFE_NONE, .ratio = NAN};
	if (!are_life_cuts(cuts))
		return IMS_CLASSIFY_BAD_CUTS;
	if (count > IMS_SERIES_MAX_POINTS)
		return IMS_CLASSIFY_TOO_MANY;
	while (first < count && !(value[first] > 0 && isfinite(value[first])))
		first++;
	if (first >= count)
		return IMS_CLASSIFY_NO_DATA;
	while (!(value[last] > 0 && isfinite(value[last])))
		last--;
	profile->age = count - first;
	/* what is not known may have been demand */
	for (int t = last + 1; t < count; t++)
		profile->periods_since_last += isfinite(value[t]) != 0;
	if (profile->age / 2 >= cuts->window)
		trend = direction(value + first, profile->age, cuts, &profile->ratio);
	if (profile->periods_since_last >= cuts->dead_periods)
		profile->stage = IMS_LIFE_DEAD;
	else if (profile->age < cuts->new_periods)
		profile->stage = IMS_LIFE_NEW;
	else
		profile->stage = trend > 0	 ? IMS_LIFE_GROWING
						 : trend < 0 ? IMS_LIFE_DECLINING
									 : IMS_LIFE_MATURE;
	return IMS_CLASSIFY_OK;
}

const char *
ims_life_stage_name(ImsLifeStage stage)
{
	static const char *const names[] = {"none",	  "new",	   "growing",
										"mature", "declining", "dead"};

	return stage <= IMS_LIFE_DEAD ? names[stage] : "unknown";
}
