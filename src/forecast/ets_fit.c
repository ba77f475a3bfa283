/*-------------------------------------------------------------------------
 *
 * ets_fit.c
 *	  Maximum likelihood for a family of ETS models.
 *
 * The members of a family share the kinds of error and season and differ in
 * their trend; they are fitted in step, one per lane of the kernel, by a
 * quasi-Newton search (BFGS) over smoothing parameters and initial states
 * alike.  The gradient costs little more than a second pass over the series
 * however many states there are, so nothing is gained by searching over fewer.
 *
 * Smoothing parameters are searched without bounds through fold(), which
 * reaches the bounds of the usual region at finite places.  The season's
 * states are all free: adding to them what the level loses changes no
 * forecast, and the search leaves such directions alone.
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "decompose.h"
#include "ets.h"
#include "ets_kernel.h"

/*
 * A search ends after so many evaluations of the gradient, or when two steps
 * in a row gain less than the tolerance in -2 log likelihood.  The candidates
 * are dealt out to so many searches, each of which starts from its best.
 */
static const struct
{
	int cycles;
	double tolerance;
	int searches;
} effort_limit[] = {
	[IMS_ETS_QUICK] = {12, 0.3, 1},
	[IMS_ETS_THOROUGH] = {250, 1e-4, 8},
};

/* Longest step: of a folded parameter, and of a state in its unit. */
#define LONGEST_FOLDED 0.3
#define LONGEST_STATE 3.0

/* How often starting states are moved towards harmless ones. */
#define MAX_SOFTENINGS 5

/* Of the slope along a direction, what a step must gain (Armijo). */
#define LEAST_GAIN 1e-4
#define LEAST_STEP 1e-6

/* The last lane tries the damped trend from another start. */
static const char lane_trend[IMS_LANES] = {'N', 'A', 'D', 'D'};

/* Where searches start: shares of the ranges of alpha, beta, gamma and phi. */
static const double candidate[][4] = {
	{0.03, 0.05, 0.02, 0.9}, {0.1, 0.2, 0.1, 0.5},	 {0.25, 0.05, 0.05, 0.9},
	{0.25, 0.3, 0.3, 0.3},	 {0.5, 0.05, 0.02, 0.8}, {0.6, 0.2, 0.4, 0.5},
	{0.85, 0.03, 0.02, 0.9}, {0.95, 0.3, 0.1, 0.5},
};

/* What the series suggests for the states before its first period. */
typedef struct Suggestion
{
	double mean;  /* of the first periods without season */
	double level; /* and their line */
	double slope;
	double deviation; /* from the line */
	double *figure;	  /* NULL without season */
} Suggestion;

/* Vectors have IMS_ETS_SEASON + season elements of one number per lane. */
typedef struct Search
{
	const ImsEtsKernel *kernel;
	ImsEtsLanes lanes;
	int size;
	ImsEtsEffort effort;
	bool active[IMS_LANES];
	int cycles;
	int calm[IMS_LANES]; /* steps in a row that gained little */
	double value[IMS_LANES];
	double slope[IMS_LANES]; /* along the direction */
	double step[IMS_LANES];
	ImsLanes *x;
	ImsLanes *gradient;
	ImsLanes *trial;
	ImsLanes *trial_gradient;
	ImsLanes *direction;
	ImsLanes *parameter; /* what the kernel sees of the trial */
	ImsLanes *raw;		 /* its gradient by the kernel's parameters */
	ImsLanes *base;		 /* state = base + unit * x */
	ImsLanes *unit;
	ImsLanes *moved;
	ImsLanes *change;
	ImsLanes *product;
	ImsLanes *matrix; /* the inverse Hessian, as far as known */
} Search;

#define VECTORS 12

size_t
ims_ets_fit_size(int count, int season)
{
	size_t size = IMS_ETS_SEASON + season;
	size_t lanes = season + 3 * (size_t) count + VECTORS * size + IMS_TRIANGLE(size);

	return 3 * IMS_SCRATCH_DOUBLES(count) + IMS_SCRATCH_DOUBLES(season) +
		   IMS_SCRATCH_DOUBLES(IMS_LANES * lanes);
}

/*
 * From the whole line to [0, 1] and back again and again, smooth everywhere,
 * level where it touches an end.
 */
static double
fold(double u, double *derivative)
{
	double t = u - 2 * rint(u / 2);
	double sign = t < 0 ? -1 : 1;

	t *= sign;
	*derivative = sign * 6 * t * (1 - t);
	return t * t * (3 - 2 * t);
}

static double
unfold(double share)
{
	return 0.5 - sin(asin(1 - 2 * share) / 3);
}

/* The four folded parameters of one lane, or back from their gradient. */
static void
place_folded(Search *search, int i, bool back)
{
	double range = IMS_ETS_MOST - IMS_ETS_LEAST;
	double by[4];
	double share[4];
	double alpha, least_beta, least_gamma;
	ImsLanes *p = search->parameter;
	ImsLanes *raw = search->raw;

	for (int v = IMS_ETS_ALPHA; v <= IMS_ETS_PHI; v++)
		share[v] = fold(search->trial[v][i], &by[v]);
	alpha = IMS_ETS_LEAST + range * share[IMS_ETS_ALPHA];
	/* The ranges of beta and gamma end where alpha lets them. */
	least_beta = fmin(IMS_ETS_LEAST, alpha);
	least_gamma = fmin(IMS_ETS_LEAST, 1 - alpha);
	if (!back)
	{
		p[IMS_ETS_ALPHA][i] = alpha;
		p[IMS_ETS_BETA][i] = lane_trend[i] == 'N'
								 ? 0
								 : least_beta + (alpha - least_beta) * share[IMS_ETS_BETA];
		p[IMS_ETS_GAMMA][i] =
			search->lanes.season == 1
				? 0
				: least_gamma + (1 - alpha - least_gamma) * share[IMS_ETS_GAMMA];
		p[IMS_ETS_PHI][i] =
			lane_trend[i] == 'D'
				? IMS_ETS_LEAST_PHI +
					  (IMS_ETS_MOST_PHI - IMS_ETS_LEAST_PHI) * share[IMS_ETS_PHI]
				: 1;
		return;
	}
	if (lane_trend[i] == 'N')
		raw[IMS_ETS_BETA][i] = 0;
	if (search->lanes.season == 1)
		raw[IMS_ETS_GAMMA][i] = 0;
	if (lane_trend[i] != 'D')
		raw[IMS_ETS_PHI][i] = 0;
	search->trial_gradient[IMS_ETS_ALPHA][i] =
		(raw[IMS_ETS_ALPHA][i] + raw[IMS_ETS_BETA][i] * share[IMS_ETS_BETA] -
		 raw[IMS_ETS_GAMMA][i] * share[IMS_ETS_GAMMA]) *
		range * by[IMS_ETS_ALPHA];
	search->trial_gradient[IMS_ETS_BETA][i] =
		raw[IMS_ETS_BETA][i] * (alpha - least_beta) * by[IMS_ETS_BETA];
	search->trial_gradient[IMS_ETS_GAMMA][i] =
		raw[IMS_ETS_GAMMA][i] * (1 - alpha - least_gamma) * by[IMS_ETS_GAMMA];
	search->trial_gradient[IMS_ETS_PHI][i] =
		raw[IMS_ETS_PHI][i] * (IMS_ETS_MOST_PHI - IMS_ETS_LEAST_PHI) * by[IMS_ETS_PHI];
}

static void
place_trial(Search *search)
{
	for (int i = 0; i < IMS_LANES; i++)
		place_folded(search, i, false);
	for (int v = IMS_ETS_LEVEL; v < search->size; v++)
		search->parameter[v] = search->base[v] + search->unit[v] * search->trial[v];
}

/* Likelihood and gradient at the trial. */
static void
evaluate_trial(Search *search)
{
	place_trial(search);
	search->kernel->gradient(&search->lanes, search->parameter, search->raw);
	search->cycles++;
	for (int i = 0; i < IMS_LANES; i++)
		place_folded(search, i, true);
	for (int v = IMS_ETS_LEVEL; v < search->size; v++)
		search->trial_gradient[v] = search->raw[v] * search->unit[v];
}

/* A first guess of the inverse Hessian: what a series of white noise would have. */
static void
reset_matrix(Search *search, int i)
{
	int n = search->lanes.count;
	int m = search->lanes.season;
	int at = 0;

	for (int row = 0; row < search->size; row++)
	{
		for (int column = 0; column < row; column++)
			search->matrix[at++][i] = 0;
		search->matrix[at++][i] = row <= IMS_ETS_PHI	 ? 1.0 / n
								  : row < IMS_ETS_SEASON ? 0.2
														 : fmin(0.5, (double) m / n);
	}
}

/* direction = - matrix gradient, shortened where it is longer than allowed. */
static void
choose_direction(Search *search)
{
	ImsLanes slope = {};

	search->kernel->multiply(search->matrix, search->size, search->gradient,
							 search->product);
	for (int v = 0; v < search->size; v++)
	{
		search->direction[v] = -search->product[v];
		slope += search->direction[v] * search->gradient[v];
	}
	for (int i = 0; i < IMS_LANES; i++)
		search->slope[i] = slope[i];
}

static double
longest_step(const Search *search, int i)
{
	double step = 1;

	for (int v = 0; v < search->size; v++)
	{
		double limit = v <= IMS_ETS_PHI ? LONGEST_FOLDED : LONGEST_STATE;
		double length = fabs(search->direction[v][i]);

		if (length * step > limit)
			step = limit / length;
	}
	return step;
}

/*
 * Decides about one lane's trial.  Returns true if it is accepted; a lane that
 * has arrived is made inactive.
 */
static bool
judge_trial(Search *search, int i)
{
	double value = search->lanes.objective[i];
	double wanted = search->value[i] + LEAST_GAIN * search->step[i] * search->slope[i];
	double gain = search->value[i] - value;
	double shorter;

	if (value <= wanted)
	{
		search->calm[i] =
			gain < effort_limit[search->effort].tolerance ? search->calm[i] + 1 : 0;
		search->active[i] = search->calm[i] < 2;
		search->value[i] = value;
		return true;
	}
	/* The minimum of the parabola through value, slope and trial. */
	shorter = 0.25;
	if (isfinite(value))
		shorter = -search->slope[i] * search->step[i] /
				  (2 * (-gain - search->slope[i] * search->step[i]));
	search->step[i] *= fmin(0.5, fmax(0.1, shorter));
	search->active[i] = search->step[i] > LEAST_STEP;
	return false;
}

/* Takes over the accepted trials and what they tell about curvature. */
static void
accept_trials(Search *search, const bool *accepted)
{
	ImsLanes mask = {};
	ImsLanes curvature = {};
	ImsLanes length = {};
	ImsLanes a = {};
	ImsLanes b = {};

	for (int i = 0; i < IMS_LANES; i++)
		mask[i] = accepted[i];
	for (int v = 0; v < search->size; v++)
	{
		search->moved[v] = mask * (search->trial[v] - search->x[v]);
		for (int i = 0; i < IMS_LANES; i++)
			search->change[v][i] =
				accepted[i] ? search->trial_gradient[v][i] - search->gradient[v][i] : 0;
		search->x[v] += search->moved[v];
		search->gradient[v] += search->change[v];
		curvature += search->moved[v] * search->change[v];
	}
	search->kernel->multiply(search->matrix, search->size, search->change, search->product);
	for (int v = 0; v < search->size; v++)
		length += search->change[v] * search->product[v];
	for (int i = 0; i < IMS_LANES; i++)
		if (curvature[i] > 1e-12 && isfinite(length[i]))
		{
			b[i] = 1 / curvature[i];
			a[i] = (1 + length[i] / curvature[i]) / curvature[i];
		}
	search->kernel->update(search->matrix, search->size, search->moved, search->product,
						   &a, &b);
}

/* A direction that does not lead down means the matrix is spoiled: start it anew. */
static void
turn_downhill(Search *search, const bool *accepted)
{
	bool again = false;

	choose_direction(search);
	for (int i = 0; i < IMS_LANES; i++)
		if (search->active[i] && !(search->slope[i] < 0))
		{
			reset_matrix(search, i);
			again = true;
		}
	if (again)
		choose_direction(search);
	for (int i = 0; i < IMS_LANES; i++)
	{
		if (accepted[i])
			search->step[i] = longest_step(search, i);
		if (!(search->slope[i] < 0))
			search->active[i] = false;
	}
}

static bool
any_active(const Search *search)
{
	bool any = false;

	for (int i = 0; i < IMS_LANES; i++)
		any |= search->active[i];
	return any;
}

static void
descend(Search *search)
{
	bool accepted[IMS_LANES] = {true, true, true, true};

	memcpy(search->trial, search->x, search->size * sizeof(ImsLanes));
	search->cycles = 0;
	evaluate_trial(search);
	for (int i = 0; i < IMS_LANES; i++)
	{
		reset_matrix(search, i);
		search->value[i] = search->lanes.objective[i];
		search->active[i] &= isfinite(search->value[i]) != 0;
		search->calm[i] = 0;
		for (int v = 0; v < search->size; v++)
			search->gradient[v][i] = search->active[i] ? search->trial_gradient[v][i] : 0;
	}
	turn_downhill(search, accepted);
	while (any_active(search) && search->cycles < effort_limit[search->effort].cycles)
	{
		for (int v = 0; v < search->size; v++)
			for (int i = 0; i < IMS_LANES; i++)
				search->trial[v][i] =
					search->x[v][i] +
					(search->active[i] ? search->step[i] * search->direction[v][i] : 0);
		evaluate_trial(search);
		for (int i = 0; i < IMS_LANES; i++)
			accepted[i] = search->active[i] && judge_trial(search, i);
		accept_trials(search, accepted);
		turn_downhill(search, accepted);
	}
}

/* Season, level and slope at the beginning; false where the family has no place. */
static bool
suggest(const ImsEtsFamily *family, const double *value, int count, int season,
		ImsScratch *scratch, Suggestion *suggestion)
{
	double *adjusted = ims_scratch_doubles(scratch, count);
	double *trend = ims_scratch_doubles(scratch, count);
	double *figure = ims_scratch_doubles(scratch, season);
	int first = count < 10 ? count : 10;
	double squares = 0;

	if (adjusted == NULL || trend == NULL || figure == NULL)
		return false;
	suggestion->figure = NULL;
	memcpy(adjusted, value, count * sizeof(double));
	if (family->season != 'N')
	{
		bool multiplicative = family->season == 'M';

		if (!ims_decompose(value, count, season, multiplicative, trend, figure))
			return false;
		ims_deseasonalise(value, count, season, multiplicative, figure, adjusted);
		suggestion->figure = figure;
		first = first < 2 * season ? 2 * season : first;
	}
	suggestion->mean = ims_series_mean(adjusted, first);
	ims_series_line(adjusted, first, &suggestion->level, &suggestion->slope);
	suggestion->level -= suggestion->slope;
	for (int t = 0; t < first; t++)
	{
		double e = adjusted[t] - suggestion->level - (t + 1) * suggestion->slope;

		squares += e * e;
	}
	suggestion->deviation = fmax(sqrt(squares / first), 1e-3);
	return true;
}

static void
place_states(Search *search, const Suggestion *suggestion)
{
	double scale = search->lanes.multiplicative ? fmax(fabs(suggestion->mean), 1e-3) : 1;

	for (int i = 0; i < IMS_LANES; i++)
	{
		bool has_trend = lane_trend[i] != 'N';

		search->base[IMS_ETS_LEVEL][i] = has_trend ? suggestion->level : suggestion->mean;
		search->unit[IMS_ETS_LEVEL][i] = suggestion->deviation;
		search->base[IMS_ETS_TREND][i] = has_trend ? suggestion->slope : 0;
		search->unit[IMS_ETS_TREND][i] = has_trend ? suggestion->deviation / 10 : 0;
		for (int j = 0; j < search->lanes.season; j++)
		{
			int v = IMS_ETS_SEASON + j;

			search->base[v][i] = suggestion->figure ? suggestion->figure[j] : 0;
			search->unit[v][i] = suggestion->figure ? suggestion->deviation / scale : 0;
		}
	}
}

/* The best of the candidates that this search is dealt, for each lane. */
static void
try_candidates(Search *search, int number, double *best)
{
	int count = sizeof(candidate) / sizeof(candidate[0]);

	for (int c = number; c < count; c += effort_limit[search->effort].searches)
	{
		for (int v = IMS_ETS_ALPHA; v <= IMS_ETS_PHI; v++)
		{
			double u = unfold(candidate[c][v]);

			for (int i = 0; i < IMS_LANES; i++)
				search->trial[v][i] = u;
		}
		/* The last lane differs from the one before it in its damping. */
		search->trial[IMS_ETS_PHI][IMS_LANES - 1] = unfold(1 - candidate[c][IMS_ETS_PHI]);
		place_trial(search);
		search->kernel->evaluate(&search->lanes, search->parameter);
		for (int i = 0; i < IMS_LANES; i++)
		{
			if (!(search->lanes.objective[i] < best[i]))
				continue;
			best[i] = search->lanes.objective[i];
			for (int v = IMS_ETS_ALPHA; v <= IMS_ETS_PHI; v++)
				search->x[v][i] = search->trial[v][i];
		}
	}
}

/* Half the season and no trend, where the suggested ones lead below zero. */
static void
soften_states(Search *search, const Suggestion *suggestion, int i)
{
	double neutral = search->lanes.multiplicative;

	search->base[IMS_ETS_LEVEL][i] = suggestion->mean;
	search->base[IMS_ETS_TREND][i] = 0;
	for (int v = IMS_ETS_SEASON; v < search->size; v++)
		search->base[v][i] = neutral + (search->base[v][i] - neutral) / 2;
}

static void
choose_start(Search *search, const Suggestion *suggestion, int number)
{
	double best[IMS_LANES] = {INFINITY, INFINITY, INFINITY, INFINITY};
	bool again = true;

	for (int v = IMS_ETS_LEVEL; v < search->size; v++)
		search->trial[v] = search->x[v] = (ImsLanes){};
	for (int attempt = 0; attempt < MAX_SOFTENINGS && again; attempt++)
	{
		try_candidates(search, number, best);
		again = false;
		for (int i = 0; i < IMS_LANES; i++)
			if (search->active[i] && isinf(best[i]))
			{
				soften_states(search, suggestion, i);
				again = true;
			}
	}
}

static ImsLanes *
take(ImsScratch *scratch, size_t vectors)
{
	return (ImsLanes *) ims_scratch_doubles(scratch, vectors * IMS_LANES);
}

static bool
allocate(Search *search, ImsScratch *scratch)
{
	ImsLanes **vector[VECTORS] = {
		&search->x,	   &search->gradient,  &search->trial,	&search->trial_gradient,
		&search->base, &search->direction, &search->unit,	&search->parameter,
		&search->raw,  &search->moved,	   &search->change, &search->product,
	};
	int count = search->lanes.count;
	int season = search->lanes.season;
	ImsLanes *room =
		take(scratch, season + 3 * (size_t) count + VECTORS * (size_t) search->size +
						  IMS_TRIANGLE((size_t) search->size));

	if (room == NULL)
		return false;
	search->lanes.state = room;
	search->lanes.fitted = search->lanes.state + season;
	search->lanes.trend = search->lanes.fitted + count;
	search->lanes.factor = search->lanes.trend + count;
	room = search->lanes.factor + count;
	for (int i = 0; i < VECTORS; i++, room += search->size)
		*vector[i] = room;
	search->matrix = room;
	return true;
}

/* The best lane of each trend, in the scale of the series. */
static void
report(Search *search, double scale, ImsEtsFit fits[3])
{
	int season = search->lanes.season;
	double shift = 2 * search->lanes.count * log(scale);

	memcpy(search->trial, search->x, search->size * sizeof(ImsLanes));
	place_trial(search);
	for (int i = 0; i < IMS_LANES; i++)
	{
		ImsEtsFit *fit =
			&fits[strchr(IMS_ETS_FAMILY_TRENDS, lane_trend[i]) - IMS_ETS_FAMILY_TRENDS];
		ImsEtsParameters *start = &fit->start;
		const ImsLanes *p = search->parameter;
		double by_season = search->lanes.multiplicative ? 1 : scale;

		if (!isfinite(search->value[i]) || search->value[i] + shift >= fit->objective)
			continue;
		fit->objective = search->value[i] + shift;
		fit->cycles = search->cycles;
		start->alpha = p[IMS_ETS_ALPHA][i];
		start->beta = p[IMS_ETS_BETA][i];
		start->gamma = p[IMS_ETS_GAMMA][i];
		start->phi = p[IMS_ETS_PHI][i];
		start->level = p[IMS_ETS_LEVEL][i] * scale;
		start->trend = p[IMS_ETS_TREND][i] * scale;
		for (int j = 0; j < season; j++)
			start->season[j] = p[IMS_ETS_SEASON + j][i] * by_season;
	}
}

/*
 * Fits the wanted members of a family; the objective of one that cannot be
 * fitted is infinite.  False when none can.  The scratch is taken by value:
 * what is used of it is free again afterwards.
 */
bool
ims_ets_fit(const ImsSeries *series, const ImsEtsFamily *family, ImsEtsEffort effort,
			ImsScratch scratch, ImsEtsFit fits[3])
{
	int count = series->count;
	int season = family->season == 'N' ? 1 : series->season;
	double *value = ims_scratch_doubles(&scratch, count);
	double scale = 0;
	Suggestion suggestion;
	Search search = {.kernel = ims_ets_kernel(), .effort = effort};

	for (int i = 0; i < 3; i++)
	{
		fits[i].objective = INFINITY;
		fits[i].start.model =
			(ImsEtsModel){family->error, IMS_ETS_FAMILY_TRENDS[i], family->season};
	}
	if (value == NULL || count < 2)
		return false;
	for (int t = 0; t < count; t++)
		scale += fabs(series->value[t]) / count;
	if (!(scale > 0))
		return false;
	for (int t = 0; t < count; t++)
		value[t] = series->value[t] / scale;
	search.lanes.value = value;
	search.lanes.count = count;
	search.lanes.season = season;
	search.lanes.multiplicative = family->season == 'M';
	search.lanes.relative = family->error == 'M';
	search.size = IMS_ETS_SEASON + season;
	if (!suggest(family, value, count, season, &scratch, &suggestion) ||
		!allocate(&search, &scratch))
		return false;
	place_states(&search, &suggestion);
	for (int number = 0; number < effort_limit[effort].searches; number++)
	{
		for (int i = 0; i < IMS_LANES; i++)
			search.active[i] = family->wanted[i < 3 ? i : 2];
		choose_start(&search, &suggestion, number);
		descend(&search);
		report(&search, scale, fits);
	}
	return true;
}
