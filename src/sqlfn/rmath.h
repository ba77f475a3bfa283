/*-------------------------------------------------------------------------
 *
 * rmath.h
 *	  Distributions, from libRmath.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_SQLFN_RMATH_H
#define IMS_SQLFN_RMATH_H

extern double ims_student_upper_quantile(double share, double degrees);

#endif /* IMS_SQLFN_RMATH_H */
