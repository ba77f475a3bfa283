/*-------------------------------------------------------------------------
 *
 * elr.h
 *	  Early lock release.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_ELR_H
#define IMS_ELR_H

extern void ims_elr_init(void);
extern void ims_elr_arm(void);

#endif /* IMS_ELR_H */
