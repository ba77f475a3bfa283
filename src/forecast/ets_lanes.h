/*-------------------------------------------------------------------------
 *
 * ets_lanes.h
 *	  The arithmetic of ets_kernel.h, compiled once per instruction set.
 *
 * ets_kernel.c includes this file with other values of the two macros below.
 * Wider vectors do the same operations in the same order and never fuse a
 * multiplication with an addition, so all variants give the same bits.
 *
 * The recursion, for a season that adds: q = l + phi b, f = q + s, e = y - f,
 * l' = q + alpha e, b' = phi b + beta e, s' = s + gamma e; for one that
 * multiplies: f = q s, and e/s, e/s, e/q in place of e (Hyndman, Koehler, Ord
 * and Snyder 2008, tables 2.1 to 2.3, where a relative error is e / f).  The gradient is
 * the same recursion run backwards over what the forward run noted down.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "ets_kernel.h"

#ifndef IMS_LANES_VARIANT
#define IMS_LANES_VARIANT(name) name##_plain
#define IMS_LANES_TARGET
#endif

#define SPREAD(number) ((ImsLanes){} + (number))

/* How many forecasts are multiplied before the logarithm is taken. */
#define IMS_LANES_BLOCK 16

/* The logarithms of a block of forecasts, added to those before. */
IMS_LANES_TARGET static inline void
IMS_LANES_VARIANT(add_logs)(ImsLanes *product, ImsLanes *logs)
{
	for (int i = 0; i < IMS_LANES; i++)
		(*logs)[i] += log((*product)[i]);
	*product = SPREAD(1.0);
}

/* Inlined with constant `relative`, so that absolute errors cost no division. */
IMS_LANES_TARGET static inline __attribute__((always_inline)) void
IMS_LANES_VARIANT(forward_additive)(ImsEtsLanes *lanes, const ImsLanes *x, ImsLanes *logs,
									bool relative)
{
	const ImsLanes alpha = x[IMS_ETS_ALPHA];
	const ImsLanes beta = x[IMS_ETS_BETA];
	const ImsLanes gamma = x[IMS_ETS_GAMMA];
	const ImsLanes phi = x[IMS_ETS_PHI];
	ImsLanes l = x[IMS_ETS_LEVEL];
	ImsLanes b = x[IMS_ETS_TREND];
	ImsLanes sum = {};
	ImsLanes product = SPREAD(1.0);

	for (int t = 0, j = 0; t < lanes->count; t++)
	{
		ImsLanes s = lanes->state[j];
		ImsLanes p = phi * b;
		ImsLanes q = l + p;
		ImsLanes f = q + s;
		ImsLanes e = lanes->value[t] - f;
		ImsLanes u = relative ? e / f : e;

		lanes->fitted[t] = f;
		lanes->trend[t] = b;
		sum += u * u;
		l = q + alpha * e;
		b = p + beta * e;
		lanes->state[j] = s + gamma * e;
		j = j + 1 == lanes->season ? 0 : j + 1;
		if (relative)
			product *= f;
		if (relative && t % IMS_LANES_BLOCK == IMS_LANES_BLOCK - 1)
			IMS_LANES_VARIANT(add_logs)(&product, logs);
	}
	if (relative)
		IMS_LANES_VARIANT(add_logs)(&product, logs);
	lanes->sum = sum;
}

IMS_LANES_TARGET static inline __attribute__((always_inline)) void
IMS_LANES_VARIANT(forward_multiplicative)(ImsEtsLanes *lanes, const ImsLanes *x,
										  ImsLanes *logs, bool relative)
{
	const ImsLanes alpha = x[IMS_ETS_ALPHA];
	const ImsLanes beta = x[IMS_ETS_BETA];
	const ImsLanes gamma = x[IMS_ETS_GAMMA];
	const ImsLanes phi = x[IMS_ETS_PHI];
	ImsLanes l = x[IMS_ETS_LEVEL];
	ImsLanes b = x[IMS_ETS_TREND];
	ImsLanes sum = {};
	ImsLanes product = SPREAD(1.0);

	for (int t = 0, j = 0; t < lanes->count; t++)
	{
		ImsLanes s = lanes->state[j];
		ImsLanes p = phi * b;
		ImsLanes q = l + p;
		ImsLanes v = lanes->value[t] / s - q;
		ImsLanes u = relative ? v / q : v * s;

		lanes->fitted[t] = q;
		lanes->trend[t] = b;
		lanes->factor[t] = s;
		sum += u * u;
		l = q + alpha * v;
		b = p + beta * v;
		lanes->state[j] = s + gamma * (v / q * s);
		j = j + 1 == lanes->season ? 0 : j + 1;
		if (relative)
			product *= q * s;
		if (relative && t % IMS_LANES_BLOCK == IMS_LANES_BLOCK - 1)
			IMS_LANES_VARIANT(add_logs)(&product, logs);
	}
	if (relative)
		IMS_LANES_VARIANT(add_logs)(&product, logs);
	lanes->sum = sum;
}

/* The lowest of a row of vectors, lane by lane. */
IMS_LANES_TARGET static void
IMS_LANES_VARIANT(lower)(const ImsLanes *row, int count, double *lowest)
{
	for (int t = 0; t < count; t++)
	{
		const double *value = (const double *) &row[t];

		for (int i = 0; i < IMS_LANES; i++)
			lowest[i] = value[i] < lowest[i] ? value[i] : lowest[i];
	}
}

IMS_LANES_TARGET static void
IMS_LANES_VARIANT(forward)(ImsEtsLanes *lanes, const ImsLanes *x, ImsLanes *logs)
{
	if (lanes->multiplicative && lanes->relative)
		IMS_LANES_VARIANT(forward_multiplicative)(lanes, x, logs, true);
	else if (lanes->multiplicative)
		IMS_LANES_VARIANT(forward_multiplicative)(lanes, x, logs, false);
	else if (lanes->relative)
		IMS_LANES_VARIANT(forward_additive)(lanes, x, logs, true);
	else
		IMS_LANES_VARIANT(forward_additive)(lanes, x, logs, false);
}

/*
 * Lanes whose likelihood makes no sense get an infinite objective: a relative
 * error needs forecasts above zero, a multiplicative season factors and levels
 * above zero, and everything must be finite.
 */
IMS_LANES_TARGET static void
IMS_LANES_VARIANT(evaluate)(ImsEtsLanes *lanes, const ImsLanes *x)
{
	bool bounded = lanes->multiplicative || lanes->relative;
	double lowest[IMS_LANES];
	ImsLanes logs = {};

	for (int j = 0; j < lanes->season; j++)
		lanes->state[j] = x[IMS_ETS_SEASON + j];
	for (int i = 0; i < IMS_LANES; i++)
		lowest[i] = INFINITY;
	IMS_LANES_VARIANT(forward)(lanes, x, &logs);
	if (bounded)
		IMS_LANES_VARIANT(lower)(lanes->fitted, lanes->count, lowest);
	if (lanes->multiplicative)
		IMS_LANES_VARIANT(lower)(lanes->factor, lanes->count, lowest);
	for (int i = 0; i < IMS_LANES; i++)
	{
		double objective = lanes->count * log(lanes->sum[i]) + 2 * logs[i];

		if (!(lowest[i] > IMS_ETS_LEAST_FITTED) || !isfinite(objective))
			objective = INFINITY;
		lanes->objective[i] = objective;
	}
}

IMS_LANES_TARGET static inline __attribute__((always_inline)) void
IMS_LANES_VARIANT(backward_additive)(const ImsEtsLanes *lanes, const ImsLanes *x,
									 ImsLanes *gradient, bool relative)
{
	const ImsLanes alpha = x[IMS_ETS_ALPHA];
	const ImsLanes beta = x[IMS_ETS_BETA];
	const ImsLanes gamma = x[IMS_ETS_GAMMA];
	const ImsLanes phi = x[IMS_ETS_PHI];
	const ImsLanes weight = 2.0 * lanes->count / lanes->sum;
	ImsLanes *season = gradient + IMS_ETS_SEASON;
	ImsLanes l = {}, b = {}, by_alpha = {}, by_beta = {}, by_gamma = {}, by_phi = {};

	for (int t = lanes->count - 1, j = t % lanes->season; t >= 0; t--)
	{
		ImsLanes y = SPREAD(lanes->value[t]);
		ImsLanes f = lanes->fitted[t];
		ImsLanes s = season[j];
		ImsLanes e = y - f;
		ImsLanes by_f;

		if (relative)
		{
			ImsLanes inverse = 1.0 / f;

			by_f = inverse * (2.0 - weight * e * y * (inverse * inverse));
		}
		else
			by_f = -weight * e;
		by_f -= alpha * l + beta * b + gamma * s;
		by_alpha += l * e;
		by_beta += b * e;
		by_gamma += s * e;
		season[j] = s + by_f;
		l += by_f;
		b += l;
		by_phi += lanes->trend[t] * b;
		b *= phi;
		j = j == 0 ? lanes->season - 1 : j - 1;
	}
	gradient[IMS_ETS_ALPHA] = by_alpha;
	gradient[IMS_ETS_BETA] = by_beta;
	gradient[IMS_ETS_GAMMA] = by_gamma;
	gradient[IMS_ETS_PHI] = by_phi;
	gradient[IMS_ETS_LEVEL] = l;
	gradient[IMS_ETS_TREND] = b;
}

IMS_LANES_TARGET static inline __attribute__((always_inline)) void
IMS_LANES_VARIANT(backward_multiplicative)(const ImsEtsLanes *lanes, const ImsLanes *x,
										   ImsLanes *gradient, bool relative)
{
	const ImsLanes alpha = x[IMS_ETS_ALPHA];
	const ImsLanes beta = x[IMS_ETS_BETA];
	const ImsLanes gamma = x[IMS_ETS_GAMMA];
	const ImsLanes phi = x[IMS_ETS_PHI];
	const ImsLanes weight = 2.0 * lanes->count / lanes->sum;
	ImsLanes *season = gradient + IMS_ETS_SEASON;
	ImsLanes l = {}, b = {}, by_alpha = {}, by_beta = {}, by_gamma = {}, by_phi = {};

	for (int t = lanes->count - 1, j = t % lanes->season; t >= 0; t--)
	{
		ImsLanes y = SPREAD(lanes->value[t]);
		ImsLanes q = lanes->fitted[t];
		ImsLanes factor = lanes->factor[t];
		ImsLanes by_q = 1.0 / q;
		ImsLanes by_factor = 1.0 / factor;
		ImsLanes inverse = by_q * by_factor;
		ImsLanes s = season[j];
		ImsLanes e = y - q * factor;
		ImsLanes v = e * by_factor;
		ImsLanes w = e * by_q;
		/* What one more unit of e/factor and of e/q would do, per unit of e. */
		ImsLanes through_v = (alpha * l + beta * b) * by_factor;
		ImsLanes through_w = gamma * s * by_q;
		ImsLanes by_f = relative ? inverse * (2.0 - weight * e * y * (inverse * inverse))
								 : -weight * e;

		by_f -= through_v + through_w;
		by_alpha += l * v;
		by_beta += b * v;
		by_gamma += s * w;
		season[j] = s - through_v * v + by_f * q;
		l += by_f * factor - through_w * w;
		b += l;
		by_phi += lanes->trend[t] * b;
		b *= phi;
		j = j == 0 ? lanes->season - 1 : j - 1;
	}
	gradient[IMS_ETS_ALPHA] = by_alpha;
	gradient[IMS_ETS_BETA] = by_beta;
	gradient[IMS_ETS_GAMMA] = by_gamma;
	gradient[IMS_ETS_PHI] = by_phi;
	gradient[IMS_ETS_LEVEL] = l;
	gradient[IMS_ETS_TREND] = b;
}

/* Also evaluates; the gradient of a lane with an infinite objective is noise. */
IMS_LANES_TARGET static void
IMS_LANES_VARIANT(gradient)(ImsEtsLanes *lanes, const ImsLanes *x, ImsLanes *gradient)
{
	IMS_LANES_VARIANT(evaluate)(lanes, x);
	for (int j = 0; j < lanes->season; j++)
		gradient[IMS_ETS_SEASON + j] = SPREAD(0.0);
	if (lanes->multiplicative && lanes->relative)
		IMS_LANES_VARIANT(backward_multiplicative)(lanes, x, gradient, true);
	else if (lanes->multiplicative)
		IMS_LANES_VARIANT(backward_multiplicative)(lanes, x, gradient, false);
	else if (lanes->relative)
		IMS_LANES_VARIANT(backward_additive)(lanes, x, gradient, true);
	else
		IMS_LANES_VARIANT(backward_additive)(lanes, x, gradient, false);
}

IMS_LANES_TARGET static void
IMS_LANES_VARIANT(multiply)(const ImsLanes *matrix, int k, const ImsLanes *vector,
							ImsLanes *product)
{
	for (int i = 0; i < k; i++)
	{
		ImsLanes own = vector[i];
		ImsLanes sum = {};

		for (int j = 0; j < i; j++)
		{
			sum += matrix[j] * vector[j];
			product[j] += matrix[j] * own;
		}
		product[i] = sum + matrix[i] * own;
		matrix += i + 1;
	}
}

IMS_LANES_TARGET static void
IMS_LANES_VARIANT(update)(ImsLanes *matrix, int k, const ImsLanes *s, const ImsLanes *w,
						  const ImsLanes *a, const ImsLanes *b)
{
	for (int i = 0; i < k; i++)
	{
		ImsLanes by_s = *a * s[i] - *b * w[i];
		ImsLanes by_w = *b * s[i];

		for (int j = 0; j <= i; j++)
			matrix[j] += by_s * s[j] - by_w * w[j];
		matrix += i + 1;
	}
}

static const ImsEtsKernel IMS_LANES_VARIANT(kernel) = {
	IMS_LANES_VARIANT(evaluate),
	IMS_LANES_VARIANT(gradient),
	IMS_LANES_VARIANT(multiply),
	IMS_LANES_VARIANT(update),
};

#undef SPREAD
#undef IMS_LANES_BLOCK
