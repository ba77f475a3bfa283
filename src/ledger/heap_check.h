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

extern Oid ims_quantity_type(Oid namespace_id);
extern bool ims_heap_eligible(const ImsLedger *ledger, Oid quantity_type);

#endif /* IMS_HEAP_CHECK_H */
