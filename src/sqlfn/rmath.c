/*-------------------------------------------------------------------------
 *
 * rmath.c
 *	  Distributions, from libRmath: the one file that calls it.
 *
 * The library writes to stderr and answers NaN where an argument is out of
 * bounds, so arguments are checked here first.  It keeps no state but for its
 * random numbers, which are not used.  It is licensed under the GPL, version
 * 2; this source is not derived from it.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#ifdef __has_include
#if !__has_include(<Rmath.h>)
#error "Rmath.h of libRmath is missing: install r-mathlib (Debian), libRmath-devel (Fedora)"
#endif
#endif

#define MATHLIB_STANDALONE
#include <Rmath.h>

#include "sqlfn/rmath.h"

/*
 * What a standard normal variable exceeds with this probability.  By the upper
 * tail, so that a share near zero is not lost in rounding.  NaN unless the
 * share is within (0, 1).
 */
double
ims_normal_upper_quantile(double share)
{
	if (!(share > 0 && share < 1))
		return NAN;
	return qnorm(share, 0.0, 1.0, 0, 0);
}
