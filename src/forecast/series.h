/*-------------------------------------------------------------------------
 *
 * series.h
 *	  A series of demand, scratch memory, and what every core needs of both.
 *
 * The cores of this folder know no PostgreSQL.  They allocate nothing: each
 * tells how many bytes it needs, the caller hands them over.  They keep
 * nothing between calls, so that results do not depend on how many workers
 * run, or on what ran before.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_FORECAST_SERIES_H
#define IMS_FORECAST_SERIES_H

#include <stdbool.h>
#include <stddef.h>

#define IMS_SERIES_MAX_POINTS 10000000
#define IMS_SERIES_MAX_SEASON 366

/* Oldest first; one value per period; NaN and infinity are missing periods. */
typedef struct ImsSeries
{
	const double *value;
	int count;
	int season; /* periods in a season; 1 when there is none */
} ImsSeries;

/*
 * Called from every long loop.  Returning true stops the computation, which
 * then reports IMS_FORECAST_INTERRUPTED; it may also leave by longjmp, since
 * there is nothing to clean up.
 */
typedef bool (*ImsInterrupt)(void *context);

typedef struct ImsScratch
{
	char *memory;
	size_t size;
	size_t used;
} ImsScratch;

/* Every piece starts on a cache line; this much is added for the start. */
#define IMS_SCRATCH_ALIGNMENT 64
#define IMS_SCRATCH_DOUBLES(n)                                                           \
	(((size_t) (n) * sizeof(double) + IMS_SCRATCH_ALIGNMENT) / IMS_SCRATCH_ALIGNMENT *   \
	 IMS_SCRATCH_ALIGNMENT)

extern void ims_scratch_start(ImsScratch *scratch, void *memory, size_t size);
extern double *ims_scratch_doubles(ImsScratch *scratch, size_t count);

/*
 * A copy fit for computing: without leading gaps, its first value finite, and
 * divided by a power of two so that squares neither overflow nor vanish.
 * Multiplying a result by `scale` gives the caller's unit back, exactly.
 */
typedef struct ImsPrepared
{
	ImsSeries series;
	double *value; /* those of the series, which gaps.c may fill */
	double scale;
	const double *given; /* the caller's values, from the first that is known on */
	int known;
	int missing; /* values that are not known, leading ones included */
	double lowest;
	double highest;
} ImsPrepared;

extern double ims_series_scale(double largest);
extern size_t ims_series_prepare_size(int count);
extern bool ims_series_prepare(const ImsSeries *series, ImsScratch *scratch,
							   ImsPrepared *prepared);

/* Intercept and slope of the least squares line over x = 0, 1, .. count - 1. */
extern void ims_series_line(const double *value, int count, double *intercept,
							double *slope);
extern double ims_series_mean(const double *value, int count);

#endif
