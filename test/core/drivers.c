/*
 * drivers.c -- what known drivers do to demand.
 *
 * Guaranteed: without noise the coefficients are found, beside a level, a drift and
 * a season; on simulated truth with a level that moves they are unbiased and their
 * errors as large as they say; constant and collinear drivers are told and have no
 * effect; gaps are left out; nothing to learn from means no effect; the same call
 * gives the same answer.
 */
#include "golden.h"

#include "forecast/drivers.h"

#define POINTS 96
#define AHEAD 4
#define COLUMNS 3

static double effect[POINTS + AHEAD];
static double variance[AHEAD];
static ImsDriverEffects effects = {.effect = effect, .variance = variance};

static double
next_uniform(void *state)
{
	uint64_t z = *(uint64_t *) state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (double) ((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

static bool
stop(void *context)
{
	return true;
}

static bool
fit(const double *value, int count, int season, const double *driver, int columns,
	ImsInterrupt interrupt)
{
	ImsSeries series = {value, count, season};
	ImsDrivers drivers = {driver, count + AHEAD, columns};
	size_t size = ims_drivers_scratch_size(&series, &drivers);
	void *scratch = malloc(size);
	bool done =
		ims_drivers_fit(&series, &drivers, interrupt, NULL, scratch, size, &effects);

	free(scratch);
	return done;
}

static void
make_drivers(uint64_t *state, double *driver)
{
	for (int t = 0; t < POINTS + AHEAD; t++)
	{
		driver[t * COLUMNS] = 10 + 2 * next_uniform(state);		  /* a price */
		driver[t * COLUMNS + 1] = next_uniform(state) < 0.2;	  /* a promotion */
		driver[t * COLUMNS + 2] = floor(4 * next_uniform(state)); /* holidays */
	}
}

static double
truth(const double *driver, int t)
{
	return -15 * driver[t * COLUMNS] + 40 * driver[t * COLUMNS + 1] +
		   3 * driver[t * COLUMNS + 2];
}

static void
test_exact(void)
{
	double value[POINTS];
	double driver[(POINTS + AHEAD) * COLUMNS];
	double worst = 0;
	uint64_t state = 1;

	make_drivers(&state, driver);
	for (int t = 0; t < POINTS; t++)
		value[t] = 500 + 0.5 * t + 20 * (t % 12 == 3) + truth(driver, t);
	ok(fit(value, POINTS, 12, driver, COLUMNS, NULL), "it answers");
	ok(fabs(effects.coefficient[0] + 15) < 0.01 &&
		   fabs(effects.coefficient[1] - 40) < 0.02 &&
		   fabs(effects.coefficient[2] - 3) < 0.002 && effects.used == 3,
	   "without noise: %.4f %.4f %.4f", effects.coefficient[0], effects.coefficient[1],
	   effects.coefficient[2]);
	for (int t = 1; t < POINTS + AHEAD; t++)
		worst =
			fmax(worst, fabs(effect[t] - effect[0] - truth(driver, t) + truth(driver, 0)));
	ok(worst < 0.05, "effects of all periods, those to come too: %.1e", worst);
	for (int t = 0; t < POINTS; t++)
		value[t] *= 1024;
	fit(value, POINTS, 12, driver, COLUMNS, NULL);
	ok(relative_difference(effect[5], 1024 * (effect[5] / 1024)) == 0 &&
		   fabs(effects.coefficient[1] / 1024 - 40) < 0.02,
	   "in any unit");
	value[7] = NAN;
	value[50] = INFINITY;
	fit(value, POINTS, 12, driver, COLUMNS, NULL);
	ok(effects.points == POINTS - 2 && fabs(effects.coefficient[0] / 1024 + 15) < 0.01,
	   "gaps are left out: %.4f", effects.coefficient[0] / 1024);
	ok(!fit(value, POINTS, 12, driver, COLUMNS, stop), "stopped when told");
}

static void
test_dropped(void)
{
	double value[POINTS];
	double driver[(POINTS + AHEAD) * COLUMNS];
	uint64_t state = 2;

	make_drivers(&state, driver);
	for (int t = 0; t < POINTS + AHEAD; t++)
	{
		if (t < POINTS)
			value[t] = 100 + 40 * driver[t * COLUMNS + 1] + next_uniform(&state);
		driver[t * COLUMNS] = 7;
		driver[t * COLUMNS + 2] = 3 - 2 * driver[t * COLUMNS + 1];
	}
	driver[POINTS * COLUMNS] = 9;
	fit(value, POINTS, 1, driver, COLUMNS, NULL);
	ok(effects.state[0] == IMS_DRIVER_CONSTANT && effects.coefficient[0] == 0 &&
		   isnan(effects.standard_error[0]),
	   "a driver that never changed");
	ok(effects.state[2] == IMS_DRIVER_COLLINEAR && effects.coefficient[2] == 0,
	   "one that another tells");
	ok(effects.state[1] == IMS_DRIVER_USED && fabs(effects.coefficient[1] - 40) < 0.5 &&
		   effects.used == 1,
	   "which is used: %.3f", effects.coefficient[1]);
	for (int t = 0; t < POINTS + AHEAD; t++)
		driver[t * COLUMNS] = t;
	fit(value, POINTS, 1, driver, COLUMNS, NULL);
	ok(effects.state[0] == IMS_DRIVER_COLLINEAR, "a drift is no driver");
	fit(value, 5, 1, driver, COLUMNS, NULL);
	ok(effects.used == 0 && effect[0] == 0 && effect[8] == 0 && variance[3] == 0,
	   "too few periods, no effect");
	fit(value, 0, 1, driver, COLUMNS, NULL);
	ok(effects.used == 0 && effect[3] == 0, "none at all");
}

/* A level that takes a part of each error: 400 futures of it. */
static void
test_truth(double alpha)
{
	enum
	{
		SERIES = 400
	};
	double sum = 0, square = 0;
	int within = 0;
	uint64_t state = 3;

	for (int i = 0; i < SERIES; i++)
	{
		double value[POINTS];
		double driver[(POINTS + AHEAD) * COLUMNS];
		double level = 500;

		make_drivers(&state, driver);
		for (int t = 0; t < POINTS; t++)
		{
			double error = -24;

			for (int k = 0; k < 12; k++)
				error += 4 * next_uniform(&state);
			value[t] = level + error + truth(driver, t);
			level += alpha * error;
		}
		fit(value, POINTS, 1, driver, COLUMNS, NULL);
		sum += (effects.coefficient[1] - 40) / SERIES;
		square += effects.standard_error[1] * effects.standard_error[1] / SERIES;
		within += fabs(effects.coefficient[1] - 40) <= 1.96 * effects.standard_error[1];
	}
	ok(fabs(sum) <= 3 * sqrt(square / SERIES), "level that takes %.1f: bias %.3f of %.3f",
	   alpha, sum, sqrt(square));
	/* Regression without the filter is several times less certain of a walk. */
	ok(fabs(within / (double) SERIES - 0.95) <= 0.03 && sqrt(square) < 1.5,
	   "standard errors hold: %.3f", within / (double) SERIES);
}

int
main(void)
{
	test_exact();
	test_dropped();
	test_truth(0);
	test_truth(0.3);
	test_truth(1);
	return tap_end();
}
