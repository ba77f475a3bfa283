/*-------------------------------------------------------------------------
 *
 * frame.h
 *	  The stack of statements that insert into ims.movement.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_FRAME_H
#define IMS_FRAME_H

#include "datatype/timestamp.h"

#include "ims.h"
#include "ledger/engine.h"

extern void ims_frame_init(void);

/* The engine's own SQL runs inside such a frame: the triggers let it pass. */
/* A statement of the engine on that table; InvalidOid: those of SQL that writes balances. */
extern void ims_frame_push_applied(Oid target);
extern void ims_frame_pop_applied(void);
extern bool ims_frame_is_applied(void);
extern bool ims_frame_is_own(Oid relid);

/* A posting of this transaction that later statements may name. */
extern void ims_frame_remember_open(const ImsPosting *posting);

#endif /* IMS_FRAME_H */
