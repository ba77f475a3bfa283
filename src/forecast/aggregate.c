/*-------------------------------------------------------------------------
 *
 * aggregate.c
 *	  Sums over buckets of several periods.
 *
 * Buckets end with the latest period, since that is what a forecast goes on
 * from; the oldest periods, too few for a bucket, are left out.
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>

#include "aggregate.h"

int
ims_aggregate_count(int count, int bucket)
{
	assert(count >= 0 && bucket >= 1);
	return count / bucket;
}

/* Buckets side by side; returns how many. */
int
ims_aggregate(const double *value, int count, int bucket, double *sum)
{
	int buckets = ims_aggregate_count(count, bucket);

	value += count % bucket;
	for (int b = 0; b < buckets; b++)
	{
		double total = 0;

		for (int i = 0; i < bucket; i++)
			total += *value++;
		sum[b] = total;
	}
	return buckets;
}
