/*-------------------------------------------------------------------------
 *
 * ets_kernel.c
 *	  The kernel for the processor at hand.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <stddef.h>

#include "ets_kernel.h"
#include "ets_lanes.h"

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define IMS_HAVE_AVX2
#undef IMS_LANES_VARIANT
#undef IMS_LANES_TARGET
#define IMS_LANES_VARIANT(name) name##_avx2
#define IMS_LANES_TARGET __attribute__((target("avx2")))
#include "ets_lanes.h"
#endif

const ImsEtsKernel *
ims_ets_kernel_plain(void)
{
	return &kernel_plain;
}

const ImsEtsKernel *
ims_ets_kernel(void)
{
#ifdef IMS_HAVE_AVX2
	if (__builtin_cpu_supports("avx2"))
		return &kernel_avx2;
#endif
	return &kernel_plain;
}
