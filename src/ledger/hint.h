/*-------------------------------------------------------------------------
 *
 * hint.h
 *	  Where rows may be: keys to tuple ids, remembered by a backend.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_HINT_H
#define IMS_HINT_H

#include "storage/itemptr.h"

#define IMS_MAX_HINTS (512 * 1024) /* of one relation: 4 MB */

typedef struct ImsHints ImsHints;

/* Finalizer of splitmix64 over the columns of a key. */
static inline uint64
ims_hint_hash(const int64 *key, int nkey)
{
	uint64 hash = 0;
	int i;

	for (i = 0; i < nkey; i++)
	{
		hash = (hash ^ (uint64) key[i]) * UINT64CONST(0x9E3779B97F4A7C15);
		hash ^= hash >> 32;
	}
	hash *= UINT64CONST(0xBF58476D1CE4E5B9);
	return hash ^ (hash >> 29);
}

extern ImsHints *ims_hints_of(Oid heap);
extern bool ims_hint_get(ImsHints *hints, uint64 hash, ItemPointer tid);
extern void ims_hint_put(ImsHints *hints, uint64 hash, ItemPointer tid);
extern bool ims_hints_reserve(ImsHints *hints, uint64 nentry);

#endif /* IMS_HINT_H */
