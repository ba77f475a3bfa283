/*-------------------------------------------------------------------------
 *
 * access.h
 *	  Who calls, for which owner, and the switch to the ledger's role.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_ACCESS_H
#define IMS_ACCESS_H

#include "ims.h"

typedef struct ImsDoor
{
	Oid save_user;
	int save_sec_context;
} ImsDoor;

extern void ims_access_init(void);
extern void ims_door_enter(ImsDoor *door);
extern void ims_door_leave(ImsDoor *door);
extern Oid ims_caller(void);
extern Oid ims_immediate_caller(void);
extern bool ims_role_acts_for(Oid role, int64 owner_id);

/* Both raise IV202 alike for an unknown owner and for one of somebody else. */
extern int64 ims_owner_for_caller(const char *code);
extern void ims_check_owner_for_caller(int64 owner_id);

#endif /* IMS_ACCESS_H */
