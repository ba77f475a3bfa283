/*-------------------------------------------------------------------------
 *
 * simplex.c
 *	  The downhill simplex of Nelder and Mead (1965).
 *
 * The objectives of intermittent demand have kinks (absolute errors) and few
 * variables, so a method without derivatives is at home here.  A point that
 * leaves the bounds is moved to the nearest one within.  Nothing is random:
 * equal calls give equal answers.
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "simplex.h"

#define CORNERS (IMS_SIMPLEX_MAX_DIMENSIONS + 1)

typedef struct State
{
	const ImsSimplex *simplex;
	double corner[CORNERS][IMS_SIMPLEX_MAX_DIMENSIONS];
	double value[CORNERS];
	int evaluations;
} State;

static double
evaluate(State *state, double *x)
{
	const ImsSimplex *simplex = state->simplex;
	double value;

	for (int i = 0; i < simplex->dimensions; i++)
		x[i] = fmin(fmax(x[i], simplex->lower[i]), simplex->upper[i]);
	state->evaluations++;
	value = simplex->objective(x, simplex->context);
	return isnan(value) ? INFINITY : value;
}

static void
start(State *state, const double *x)
{
	const ImsSimplex *simplex = state->simplex;

	for (int c = 0; c <= simplex->dimensions; c++)
	{
		memcpy(state->corner[c], x, simplex->dimensions * sizeof(double));
		if (c > 0)
		{
			double *moved = &state->corner[c][c - 1];

			/* Away from the bound, or the simplex would be flat. */
			*moved += *moved + simplex->step[c - 1] <= simplex->upper[c - 1]
						  ? simplex->step[c - 1]
						  : -simplex->step[c - 1];
		}
		state->value[c] = evaluate(state, state->corner[c]);
	}
}

/* Puts corner `c`, whose value is new, at its place: values ascend. */
static void
sort_in(State *state, int c)
{
	while (c > 0 && state->value[c] < state->value[c - 1])
	{
		double value = state->value[c];
		double corner[IMS_SIMPLEX_MAX_DIMENSIONS];

		memcpy(corner, state->corner[c], sizeof(corner));
		memcpy(state->corner[c], state->corner[c - 1], sizeof(corner));
		memcpy(state->corner[c - 1], corner, sizeof(corner));
		state->value[c] = state->value[c - 1];
		state->value[--c] = value;
	}
}

/* centre + factor * (centre - worst) */
static double
try_point(State *state, const double *centre, double factor, double *point)
{
	int n = state->simplex->dimensions;

	for (int i = 0; i < n; i++)
		point[i] = centre[i] + factor * (centre[i] - state->corner[n][i]);
	return evaluate(state, point);
}

static void
replace_worst(State *state, const double *point, double value)
{
	int n = state->simplex->dimensions;

	memcpy(state->corner[n], point, n * sizeof(double));
	state->value[n] = value;
	sort_in(state, n);
}

static void
shrink(State *state)
{
	int n = state->simplex->dimensions;

	for (int c = 1; c <= n; c++)
	{
		for (int i = 0; i < n; i++)
			state->corner[c][i] = (state->corner[c][i] + state->corner[0][i]) / 2;
		state->value[c] = evaluate(state, state->corner[c]);
	}
	for (int c = 1; c <= n; c++)
		sort_in(state, c);
}

static void
step(State *state)
{
	int n = state->simplex->dimensions;
	double centre[IMS_SIMPLEX_MAX_DIMENSIONS] = {0};
	double point[IMS_SIMPLEX_MAX_DIMENSIONS];
	double further[IMS_SIMPLEX_MAX_DIMENSIONS];
	double value;
	double better;

	for (int c = 0; c < n; c++)
		for (int i = 0; i < n; i++)
			centre[i] += state->corner[c][i] / n;
	value = try_point(state, centre, 1.0, point);
	if (value < state->value[0])
	{
		better = try_point(state, centre, 2.0, further);
		if (better < value)
			replace_worst(state, further, better);
		else
			replace_worst(state, point, value);
		return;
	}
	if (value < state->value[n - 1])
	{
		replace_worst(state, point, value);
		return;
	}
	better = try_point(state, centre, value < state->value[n] ? 0.5 : -0.5, further);
	if (better < fmin(value, state->value[n]))
		replace_worst(state, further, better);
	else
		shrink(state);
}

/* From x to a minimum near it, which is left in x. */
double
ims_simplex_minimise(const ImsSimplex *simplex, double *x)
{
	State state = {.simplex = simplex};
	int n = simplex->dimensions;

	assert(n >= 1 && n <= IMS_SIMPLEX_MAX_DIMENSIONS);
	assert(simplex->most > n);
	start(&state, x);
	for (int c = 1; c <= n; c++)
		sort_in(&state, c);
	while (state.evaluations < simplex->most && isfinite(state.value[0]) &&
		   !(state.value[n] - state.value[0] <= simplex->tolerance * fabs(state.value[0])))
		step(&state);
	memcpy(x, state.corner[0], n * sizeof(double));
	return state.value[0];
}
