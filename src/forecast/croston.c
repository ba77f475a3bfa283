/*-------------------------------------------------------------------------
 *
 * croston.c
 *	  Croston's method, its two corrections, and TSB.
 *
 * Croston (1972) smooths the sizes of demands and the intervals between them,
 * each when there is a demand, and divides one by the other.  The ratio is
 * biased upwards; Syntetos and Boylan (2005) and Shale, Boylan and Johnston
 * (2006) multiply it by a factor below one.  Teunter, Syntetos and Babai
 * (2011) smooth the probability of a demand in every period instead, so that
 * the forecast of an item that nobody asks for any more goes down.
 *
 * The starting values stand for the first demand (TSB: the first period),
 * which is not smoothed in once more.
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "intermittent.h"
#include "simplex.h"

/* The share of the series at whose end the objective MAR begins to follow it. */
#define RATE_BURN_IN 0.3

/* One search, and the gain at which it ends. */
#define MOST_EVALUATIONS 250
#define TOLERANCE 1e-7

/* Of a start that is given, in units of the scale: its square stays a number. */
#define MOST_START 1e100

/* How far the first simplex reaches, in shares of the range. */
#define FIRST_STEP 0.1

/* Weights from which searches may start. */
static const double guesses[] = {0.01, 0.1, 0.3, 0.6, 0.95};

#define GUESSES (sizeof(guesses) / sizeof(guesses[0]))

/* Searches start from so many of the best guesses; more if starts move as well. */
#define WEIGHT_SEARCHES 3
#define SEARCHES 6

typedef struct Fit
{
	ImsIntermittentRun *run;
	const ImsDemand *demand;
	ImsIntermittentMethod method;
	ImsIntermittentObjective objective;
	const double *rate; /* of demand so far, for MAR */
	double largest;
	bool stopped;

	/* Which weights move, in the order of the simplex. */
	double *moving[IMS_SIMPLEX_MAX_DIMENSIONS];
	ImsIntermittentWeights weights;
	double share; /* TSB: the interval's weight over the size's */
} Fit;

double
ims_croston_factor(ImsIntermittentMethod method, double interval_weight)
{
	if (method == IMS_INTERMITTENT_SBA)
		return 1 - interval_weight / 2;
	if (method == IMS_INTERMITTENT_SBJ)
		return 1 - interval_weight / (2 - interval_weight);
	return 1;
}

/* Sum of what the objective makes of `count` forecasts of `mean` from period t on. */
static inline double
loss(const Fit *fit, int t, int count, double mean)
{
	double sum = 0;

	if (fit->objective == IMS_OBJECTIVE_MSE)
	{
		/* Only the last of the periods up to the next demand has any. */
		double error = fit->demand->value[t + count - 1] - mean;

		return (count - 1) * mean * mean + error * error;
	}
	for (int i = 0; i < count; i++)
		sum += fabs(fit->rate[t + i] - mean);
	return sum;
}

/* Mean loss of the forecasts from the period after the first demand on. */
static double
croston_objective(const Fit *fit)
{
	const ImsDemand *demand = fit->demand;
	const ImsIntermittentWeights *weights = &fit->weights;
	double factor = ims_croston_factor(fit->method, weights->interval);
	double size = weights->start_size;
	double interval = weights->start_interval;
	/* Two operations in a row each, where x += w (y - x) would be three. */
	double keep_size = 1 - weights->size;
	double keep_interval = 1 - weights->interval;
	int t = (int) demand->interval[0];
	double sum = 0;

	for (int i = 1; i < demand->demands; i++)
	{
		sum += loss(fit, t, (int) demand->interval[i], factor * size / interval);
		t += (int) demand->interval[i];
		size = keep_size * size + weights->size * demand->size[i];
		interval = keep_interval * interval + weights->interval * demand->interval[i];
	}
	if (t < demand->count)
		sum += loss(fit, t, demand->count - t, factor * size / interval);
	return sum / (demand->count - demand->interval[0]);
}

static void
croston_states(const Fit *fit, double *size, double *interval)
{
	const ImsDemand *demand = fit->demand;
	const ImsIntermittentWeights *weights = &fit->weights;

	*size = weights->start_size;
	*interval = weights->start_interval;
	for (int i = 1; i < demand->demands; i++)
	{
		*size += weights->size * (demand->size[i] - *size);
		*interval += weights->interval * (demand->interval[i] - *interval);
	}
}

/* Mean loss of the forecasts from the second period on. */
static double
tsb_objective(const Fit *fit)
{
	const ImsDemand *demand = fit->demand;
	const ImsIntermittentWeights *weights = &fit->weights;
	bool rates = fit->objective == IMS_OBJECTIVE_MAR;
	double size = weights->start_size;
	double probability = weights->start_interval;
	double sum = 0;

	for (int t = 1; t < demand->count; t++)
	{
		double mean = size * probability;
		double error = (rates ? fit->rate[t] : demand->value[t]) - mean;

		sum += rates ? fabs(error) : error * error;
		probability -= weights->interval * probability;
		if (demand->value[t] > 0)
		{
			probability += weights->interval;
			size += weights->size * (demand->value[t] - size);
		}
	}
	return sum / (demand->count - 1);
}

static void
tsb_states(const Fit *fit, double *size, double *probability)
{
	const ImsDemand *demand = fit->demand;
	const ImsIntermittentWeights *weights = &fit->weights;

	*size = weights->start_size;
	*probability = weights->start_interval;
	for (int t = 1; t < demand->count; t++)
	{
		*probability -= weights->interval * *probability;
		if (demand->value[t] > 0)
		{
			*probability += weights->interval;
			*size += weights->size * (demand->value[t] - *size);
		}
	}
}

static double
objective(const Fit *fit)
{
	return fit->method == IMS_INTERMITTENT_TSB ? tsb_objective(fit)
											   : croston_objective(fit);
}

static double
objective_at(const double *x, void *context)
{
	Fit *fit = context;

	if (fit->stopped || ims_intermittent_interrupted(fit->run))
	{
		fit->stopped = true;
		return INFINITY;
	}
	for (int i = 0; i < IMS_SIMPLEX_MAX_DIMENSIONS && fit->moving[i] != NULL; i++)
		*fit->moving[i] = x[i];
	if (fit->run->request->one_weight)
		fit->weights.interval = fit->weights.size;
	if (!isnan(fit->share))
		fit->weights.interval = fit->share * fit->weights.size;
	return objective(fit);
}

/* Demand per period so far; at the beginning, that of the whole beginning. */
static void
set_rates(const ImsDemand *demand, double *rate)
{
	int burn_in = (int) ceil(RATE_BURN_IN * demand->count);
	double sum = 0;

	for (int t = 0; t < demand->count; t++)
	{
		sum += demand->value[t];
		rate[t] = sum / (t + 1);
	}
	for (int t = 0; t < burn_in - 1; t++)
		rate[t] = rate[burn_in - 1];
}

/* What the request gives, and the usual starts for what it does not. */
static void
set_weights(Fit *fit)
{
	const ImsIntermittentRequest *request = fit->run->request;
	const ImsDemand *demand = fit->demand;
	bool naive = request->start == IMS_START_NAIVE;

	fit->weights = request->weights;
	fit->share = NAN;
	if (isnan(fit->weights.start_size))
		fit->weights.start_size = demand->size[0];
	else
		fit->weights.start_size = fmin(fit->weights.start_size / demand->scale, MOST_START);
	if (request->one_weight)
		fit->weights.interval = fit->weights.size;
	if (!isnan(fit->weights.start_interval))
		return;
	if (fit->method == IMS_INTERMITTENT_TSB)
		fit->weights.start_interval = naive ? (double) (demand->value[0] > 0)
											: (double) demand->demands / demand->count;
	else
		fit->weights.start_interval = naive ? demand->interval[0] : demand->mean_interval;
}

static void
add_moving(Fit *fit, ImsSimplex *simplex, double *weight, double lower, double upper)
{
	int i = simplex->dimensions++;

	fit->moving[i] = weight;
	simplex->lower[i] = lower;
	simplex->upper[i] = upper;
	simplex->step[i] = FIRST_STEP * (upper - lower);
}

/*
 * Weights from 0 to 1; starts within what was seen.  TSB's probability must not
 * react faster than its size, or a single demand after a long pause would be
 * taken for a revival (Kourentzes 2014): what moves is their ratio.
 */
static void
set_moving(Fit *fit, ImsSimplex *simplex)
{
	const ImsIntermittentRequest *request = fit->run->request;
	const ImsDemand *demand = fit->demand;
	bool is_tsb = fit->method == IMS_INTERMITTENT_TSB;
	double longest = 1;

	for (int i = 0; i < demand->demands; i++)
	{
		fit->largest = fmax(fit->largest, demand->size[i]);
		longest = fmax(longest, demand->interval[i]);
	}
	*simplex = (ImsSimplex){.objective = objective_at,
							.context = fit,
							.most = MOST_EVALUATIONS,
							.tolerance = TOLERANCE};
	if (isnan(request->weights.size))
		add_moving(fit, simplex, &fit->weights.size,
				   is_tsb && !request->one_weight ? fmax(request->weights.interval, 0) : 0,
				   1);
	if (isnan(request->weights.interval) && !request->one_weight)
		add_moving(fit, simplex, is_tsb ? &fit->share : &fit->weights.interval, 0, 1);
	if (request->start != IMS_START_FITTED)
		return;
	if (isnan(request->weights.start_size))
		add_moving(fit, simplex, &fit->weights.start_size, 0, fit->largest);
	if (isnan(request->weights.start_interval))
		add_moving(fit, simplex, &fit->weights.start_interval, is_tsb ? 0 : 1,
				   is_tsb ? 1 : longest);
}

/* The guesses for variable i; of a start, three values within its range. */
static int
guesses_for(const Fit *fit, const ImsSimplex *simplex, int i, double guess[GUESSES])
{
	const double *variable = fit->moving[i];
	double own = *variable;

	if (variable == &fit->weights.start_size || variable == &fit->weights.start_interval)
	{
		guess[0] = own;
		guess[1] = fmin(own, simplex->upper[i]) / 2 + simplex->lower[i] / 2;
		guess[2] = fmin(2 * own, simplex->upper[i]);
		return 3;
	}
	for (size_t g = 0; g < GUESSES; g++)
		guess[g] = fmax(guesses[g], simplex->lower[i]);
	return GUESSES;
}

typedef struct Best
{
	int count;
	double value[SEARCHES];
	double x[SEARCHES][IMS_SIMPLEX_MAX_DIMENSIONS];
} Best;

static void
keep_best(Best *best, int wanted, const double *x, double value)
{
	int place = best->count;

	while (place > 0 && value < best->value[place - 1])
		place--;
	if (place >= wanted)
		return;
	if (best->count < wanted)
		best->count++;
	for (int i = best->count - 1; i > place; i--)
	{
		best->value[i] = best->value[i - 1];
		memcpy(best->x[i], best->x[i - 1], sizeof(best->x[i]));
	}
	best->value[place] = value;
	memcpy(best->x[place], x, sizeof(best->x[place]));
}

/* The best of all combinations of guesses, as many as are wanted. */
static void
guess(Fit *fit, const ImsSimplex *simplex, int wanted, Best *best)
{
	double guess[IMS_SIMPLEX_MAX_DIMENSIONS][GUESSES];
	int guesses_of[IMS_SIMPLEX_MAX_DIMENSIONS];
	int combinations = 1;

	for (int i = 0; i < simplex->dimensions; i++)
	{
		guesses_of[i] = guesses_for(fit, simplex, i, guess[i]);
		combinations *= guesses_of[i];
	}
	for (int c = 0; c < combinations; c++)
	{
		double x[IMS_SIMPLEX_MAX_DIMENSIONS] = {0};
		int rest = c;

		for (int i = 0; i < simplex->dimensions; i++)
		{
			x[i] = guess[i][rest % guesses_of[i]];
			rest /= guesses_of[i];
		}
		keep_best(best, wanted, x, objective_at(x, fit));
	}
}

/* False when the caller stopped it. */
static bool
search(Fit *fit)
{
	ImsSimplex simplex;
	Best best = {0};
	const double *x = best.x[0];
	double least = INFINITY;

	set_moving(fit, &simplex);
	if (simplex.dimensions == 0)
		return true;
	guess(fit, &simplex, simplex.dimensions > 2 ? SEARCHES : WEIGHT_SEARCHES, &best);
	for (int i = 0; i < best.count; i++)
	{
		double value = ims_simplex_minimise(&simplex, best.x[i]);

		/* It may have collapsed onto a bound: once more from there. */
		if (simplex.dimensions > 2)
			value = ims_simplex_minimise(&simplex, best.x[i]);
		if (value < least)
		{
			least = value;
			x = best.x[i];
		}
	}
	objective_at(x, fit);
	return !fit->stopped;
}

static void
report(Fit *fit, double size, double interval)
{
	ImsIntermittentForecast *forecast = fit->run->forecast;
	bool is_tsb = fit->method == IMS_INTERMITTENT_TSB;

	forecast->method = fit->method;
	forecast->points = fit->demand->count;
	forecast->weights = fit->weights;
	forecast->size = size;
	forecast->interval = is_tsb ? 1 / interval : interval;
	forecast->mean =
		is_tsb ? size * interval
			   : ims_croston_factor(fit->method, fit->weights.interval) * size / interval;
	forecast->objective = objective(fit);
	fit->objective = IMS_OBJECTIVE_MSE;
	forecast->mse = objective(fit);
}

/* Needs two demands; series that are too long are searched at their end only. */
void
ims_croston_run(ImsIntermittentMethod method, ImsIntermittentRun *run)
{
	Fit fit = {.run = run, .method = method, .objective = run->request->objective};
	ImsDemand recent;
	double size;
	double interval;
	double *rate;

	ims_demand_recent(run->demand, IMS_INTERMITTENT_MAX_FITTED, &run->scratch, &recent);
	if (recent.demands < IMS_INTERMITTENT_LEAST_DEMANDS)
	{
		ims_intermittent_run(IMS_INTERMITTENT_MEAN, run);
		run->forecast->status = IMS_FORECAST_FALLBACK;
		run->forecast->reason = IMS_WHY_FEW_DEMANDS;
		return;
	}
	if (recent.count < run->demand->count)
		run->forecast->reason = IMS_WHY_RECENT_ONLY;
	fit.demand = &recent;
	rate = ims_scratch_doubles(&run->scratch, recent.count);
	assert(rate != NULL);
	set_rates(&recent, rate);
	fit.rate = rate;
	set_weights(&fit);
	if (!search(&fit))
		return;
	if (method == IMS_INTERMITTENT_TSB)
		tsb_states(&fit, &size, &interval);
	else
		croston_states(&fit, &size, &interval);
	report(&fit, size, interval);
}
