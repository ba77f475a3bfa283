/*-------------------------------------------------------------------------
 *
 * wide_core.c
 *	  Products of two 128-bit numbers, compared and divided without loss.
 *
 * An amount has up to 100 bits and the ratio of two units up to 126 on either
 * side, so that comparing and converting measures needs 256 bits in between.
 *
 *-------------------------------------------------------------------------
 */
#include "type/wide_core.h"

/* Schoolbook, in four products of 64-bit halves. */
ImsUInt256
ims_wide_multiply(ImsUInt128 a, ImsUInt128 b)
{
	ImsUInt128 a_low = (uint64_t) a;
	ImsUInt128 a_high = a >> 64;
	ImsUInt128 b_low = (uint64_t) b;
	ImsUInt128 b_high = b >> 64;
	ImsUInt128 low = a_low * b_low;
	ImsUInt128 cross = a_high * b_low + (low >> 64);
	ImsUInt128 other = a_low * b_high + (uint64_t) cross;
	ImsUInt256 product;

	product.low = (other << 64) | (uint64_t) low;
	product.high = a_high * b_high + (cross >> 64) + (other >> 64);
	return product;
}

int
ims_wide_compare(ImsUInt256 a, ImsUInt256 b)
{
	if (a.high != b.high)
		return a.high < b.high ? -1 : 1;
	if (a.low != b.low)
		return a.low < b.low ? -1 : 1;
	return 0;
}

/* Most products fit 128 bits; the others are divided bit by bit. */
ImsUInt128
ims_wide_divide(ImsUInt256 dividend, ImsUInt128 divisor, ImsUInt128 *remainder)
{
	ImsUInt128 rest = dividend.high;
	ImsUInt128 quotient = 0;

	if (dividend.high == 0)
	{
		*remainder = dividend.low % divisor;
		return dividend.low / divisor;
	}
	for (int bit = 127; bit >= 0; bit--)
	{
		/* The bit that falls out on the left makes the rest larger than any divisor. */
		int carry = (int) (rest >> 127);

		rest = (rest << 1) | ((dividend.low >> bit) & 1);
		if (carry || rest >= divisor)
		{
			rest -= divisor;
			quotient |= (ImsUInt128) 1 << bit;
		}
	}
	*remainder = rest;
	return quotient;
}
