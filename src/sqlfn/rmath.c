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
 * What a variable with Student's t distribution exceeds with this probability.  By
 * the upper tail, so that a share near zero is not lost in rounding.  NaN unless the
 * share is within (0, 1) and there are degrees of freedom.
 */
double
ims_student_upper_quantile(double share, double degrees)
{
	if (!(share > 0 && share < 1) || !(degrees > 0))
		return NAN;
	return qt(share, degrees, 0, 0);
}
