/*-------------------------------------------------------------------------
 *
 * dry_run.h
 *	  Work that is done and then undone.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_DRY_RUN_H
#define IMS_DRY_RUN_H

typedef void (*ImsWork)(void *argument);

extern void ims_run_dry(ImsWork work, void *argument);

#endif /* IMS_DRY_RUN_H */
