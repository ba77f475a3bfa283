/*-------------------------------------------------------------------------
 *
 * rmath.h
 *	  Distributions, from libRmath.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_SQLFN_RMATH_H
#define IMS_SQLFN_RMATH_H

extern double ims_normal_upper_quantile(double share);

#endif /* IMS_SQLFN_RMATH_H */
