/*-------------------------------------------------------------------------
 *
 * heap_check.h
 *	  Whether the ledger's tables are exactly as create_ledger() made them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_HEAP_CHECK_H
#define IMS_HEAP_CHECK_H

#include "ledger/info.h"

extern bool ims_heap_eligible(const ImsLedger *ledger);

#endif /* IMS_HEAP_CHECK_H */
