/*-------------------------------------------------------------------------
 *
 * memo.h
 *	  Items and places by code, looked up once per call.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_MEMO_H
#define IMS_MEMO_H

#include "ledger/master.h"

typedef struct ImsMemo ImsMemo;

/* Valid as long as the masters. */
extern ImsMemo *ims_memo_create(ImsMasters *masters, int64 owner_id);

/* NULL where there is no such row. */
extern ImsItem *ims_memo_item(ImsMemo *memo, const char *code);
extern ImsLocation *ims_memo_location(ImsMemo *memo, const char *code);

#endif /* IMS_MEMO_H */
