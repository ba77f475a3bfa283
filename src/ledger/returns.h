/*-------------------------------------------------------------------------
 *
 * returns.h
 *	  Not more comes back than went out.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_RETURNS_H
#define IMS_RETURNS_H

#include "ledger/resolve.h"

/*
 * Checks the lines of a return against the lines that they return, under a
 * lock on the postings of these; a line that returns too much is refused.
 */
extern void ims_check_returns(ImsResolver *resolver, const ImsPosting *posting,
							  ImsLine *lines, int64 nline);

#endif /* IMS_RETURNS_H */
