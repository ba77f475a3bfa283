/*-------------------------------------------------------------------------
 *
 * wide_core.h
 *	  Products of two 128-bit numbers, compared and divided without loss.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_WIDE_CORE_H
#define IMS_WIDE_CORE_H

#include <stdint.h>

typedef __int128 ImsInt128;
typedef unsigned __int128 ImsUInt128;

typedef struct ImsUInt256
{
	ImsUInt128 high;
	ImsUInt128 low;
} ImsUInt256;

extern ImsUInt256 ims_wide_multiply(ImsUInt128 a, ImsUInt128 b);
extern int ims_wide_compare(ImsUInt256 a, ImsUInt256 b);

/* The quotient must fit: dividend.high < divisor. */
extern ImsUInt128 ims_wide_divide(ImsUInt256 dividend, ImsUInt128 divisor,
								  ImsUInt128 *remainder);

#endif
