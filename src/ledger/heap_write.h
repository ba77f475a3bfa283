/*-------------------------------------------------------------------------
 *
 * heap_write.h
 *	  The rows of posting and movement, written below the executor.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_HEAP_WRITE_H
#define IMS_HEAP_WRITE_H

#include "ledger/engine.h"

extern void ims_heap_write_postings(ImsCall *call);
extern void ims_heap_write_movements(ImsCall *call);

#endif /* IMS_HEAP_WRITE_H */
