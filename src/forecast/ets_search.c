/*-------------------------------------------------------------------------
 *
 * ets_search.c
 *	  A quasi-Newton search (BFGS) in each lane of the kernel, in step.
 *
 * It goes over smoothing parameters and initial states alike: the gradient
 * costs little more than a second pass over the series however many states
 * there are, so nothing is gained by searching over fewer.
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

#include "ets.h"
#include "ets_search.h"

/* Longest step: of a folded parameter, and of a state in its unit. */
#define LONGEST_FOLDED 0.3
#define LONGEST_STATE 3.0

/* Of the slope along a direction, what a step must gain (Armijo). */
#define LEAST_GAIN 1e-4
#define LEAST_STEP 1e-6

/* Vectors of a search, its matrix apart. */
#define VECTORS 12

size_t
ims_ets_search_size(int count, int season)
{
	size_t size = IMS_ETS_SEASON + season;
	size_t lanes = season + 3 * (size_t) count + VECTORS * size + IMS_TRIANGLE(size);

	return IMS_SCRATCH_DOUBLES(IMS_LANES * lanes);
}

static ImsLanes *
take(ImsScratch *scratch, size_t vectors)
{
	return (ImsLanes *) ims_scratch_doubles(scratch, vectors * IMS_LANES);
}

void
ims_ets_search_allocate(ImsEtsSearch *search, ImsScratch *scratch)
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

	assert(room != NULL);
	search->lanes.state = room;
	search->lanes.fitted = search->lanes.state + season;
	search->lanes.trend = search->lanes.fitted + count;
	search->lanes.factor = search->lanes.trend + count;
	room = search->lanes.factor + count;
	for (int i = 0; i < VECTORS; i++, room += search->size)
		*vector[i] = room;
	search->matrix = room;
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

double
ims_ets_search_unfold(double share)
{
	return 0.5 - sin(asin(1 - 2 * share) / 3);
}

/* The folded parameters of one lane: shares of ranges, which depend on alpha. */
typedef struct Folded
{
	double share[IMS_ETS_PHI + 1];
	double derivative[IMS_ETS_PHI + 1];
	double alpha;
	double least_beta;
	double least_gamma;
	bool has_trend;
	bool has_season;
	bool is_damped;
} Folded;

#define ALPHA_RANGE (IMS_ETS_MOST - IMS_ETS_LEAST)
#define PHI_RANGE (IMS_ETS_MOST_PHI - IMS_ETS_LEAST_PHI)

static void
fold_lane(const ImsEtsSearch *search, int i, Folded *folded)
{
	for (int v = IMS_ETS_ALPHA; v <= IMS_ETS_PHI; v++)
		folded->share[v] = fold(search->trial[v][i], &folded->derivative[v]);
	folded->alpha = IMS_ETS_LEAST + ALPHA_RANGE * folded->share[IMS_ETS_ALPHA];
	folded->least_beta = fmin(IMS_ETS_LEAST, folded->alpha);
	folded->least_gamma = fmin(IMS_ETS_LEAST, 1 - folded->alpha);
	folded->has_trend = search->lane_trend[i] != 'N';
	folded->has_season = search->lanes.season > 1;
	folded->is_damped = search->lane_trend[i] == 'D';
}

/* The usual region: beta below alpha, gamma below 1 - alpha. */
static void
place_lane(ImsEtsSearch *search, int i)
{
	ImsLanes *p = search->parameter;
	Folded f;

	fold_lane(search, i, &f);
	p[IMS_ETS_ALPHA][i] = f.alpha;
	p[IMS_ETS_BETA][i] = 0;
	p[IMS_ETS_GAMMA][i] = 0;
	p[IMS_ETS_PHI][i] = 1;
	if (f.has_trend)
		p[IMS_ETS_BETA][i] =
			f.least_beta + (f.alpha - f.least_beta) * f.share[IMS_ETS_BETA];
	if (f.has_season)
		p[IMS_ETS_GAMMA][i] =
			f.least_gamma + (1 - f.alpha - f.least_gamma) * f.share[IMS_ETS_GAMMA];
	if (f.is_damped)
		p[IMS_ETS_PHI][i] = IMS_ETS_LEAST_PHI + PHI_RANGE * f.share[IMS_ETS_PHI];
}

/* The gradient by the folded parameters, from that by the kernel's. */
static void
pull_back_lane(ImsEtsSearch *search, int i)
{
	ImsLanes *gradient = search->trial_gradient;
	double by_alpha = search->raw[IMS_ETS_ALPHA][i];
	double by_beta = search->raw[IMS_ETS_BETA][i];
	double by_gamma = search->raw[IMS_ETS_GAMMA][i];
	double by_phi = search->raw[IMS_ETS_PHI][i];
	Folded f;

	fold_lane(search, i, &f);
	by_beta = f.has_trend ? by_beta : 0;
	by_gamma = f.has_season ? by_gamma : 0;
	by_phi = f.is_damped ? by_phi : 0;
	by_alpha += by_beta * f.share[IMS_ETS_BETA] - by_gamma * f.share[IMS_ETS_GAMMA];
	gradient[IMS_ETS_ALPHA][i] = by_alpha * ALPHA_RANGE * f.derivative[IMS_ETS_ALPHA];
	gradient[IMS_ETS_BETA][i] =
		by_beta * (f.alpha - f.least_beta) * f.derivative[IMS_ETS_BETA];
	gradient[IMS_ETS_GAMMA][i] =
		by_gamma * (1 - f.alpha - f.least_gamma) * f.derivative[IMS_ETS_GAMMA];
	gradient[IMS_ETS_PHI][i] = by_phi * PHI_RANGE * f.derivative[IMS_ETS_PHI];
}

void
ims_ets_search_place(ImsEtsSearch *search)
{
	for (int i = 0; i < IMS_LANES; i++)
		place_lane(search, i);
	for (int v = IMS_ETS_LEVEL; v < search->size; v++)
		search->parameter[v] = search->base[v] + search->unit[v] * search->trial[v];
}

/* Likelihood and gradient at the trial. */
static void
evaluate_trial(ImsEtsSearch *search)
{
	ims_ets_search_place(search);
	search->kernel->gradient(&search->lanes, search->parameter, search->raw);
	search->cycles++;
	for (int i = 0; i < IMS_LANES; i++)
		pull_back_lane(search, i);
	for (int v = IMS_ETS_LEVEL; v < search->size; v++)
		search->trial_gradient[v] = search->raw[v] * search->unit[v];
}

/* A first guess of the inverse Hessian: what a series of white noise would have. */
static void
reset_matrix(ImsEtsSearch *search, int i)
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
choose_direction(ImsEtsSearch *search)
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
longest_step(const ImsEtsSearch *search, int i)
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
judge_trial(ImsEtsSearch *search, int i)
{
	double value = search->lanes.objective[i];
	double wanted = search->value[i] + LEAST_GAIN * search->step[i] * search->slope[i];
	double gain = search->value[i] - value;
	double shorter;

	if (value <= wanted)
	{
		search->calm[i] = gain < search->tolerance ? search->calm[i] + 1 : 0;
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
accept_trials(ImsEtsSearch *search, const bool *accepted)
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
turn_downhill(ImsEtsSearch *search, const bool *accepted)
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
any_active(const ImsEtsSearch *search)
{
	bool any = false;

	for (int i = 0; i < IMS_LANES; i++)
		any |= search->active[i];
	return any;
}

void
ims_ets_search_descend(ImsEtsSearch *search)
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
	while (any_active(search) && search->cycles < search->max_cycles &&
		   !ims_forecast_interrupted(search->run))
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
