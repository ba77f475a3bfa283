/*-------------------------------------------------------------------------
 *
 * gs1_key.h
 *	  GS1 keys between SQL and their core: arguments and errors.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_GS1_KEY_H
#define IMS_GS1_KEY_H

#include "fmgr.h"

#include "type/gs1_key_core.h"

/* For messages and details: no more of the input than a code may have. */
extern char *ims_gs1_shown(const char *text, size_t length);

/* Raises IV110 unless the status is ok; softly leaves it in the context, if any. */
extern bool ims_gs1_require_softly(ImsGs1Status status, const char *kind,
								   const char *text, size_t length, fmNodePtr context);
extern void ims_gs1_require(ImsGs1Status status, const char *kind, const char *text,
							size_t length);

/* A key of digits in a message of the binary protocol. */
extern int64 ims_gs1_recv_number(FunctionCallInfo fcinfo, const char *kind, int64 limit);
extern void ims_gs1_require_number(int64 number, const char *kind, int64 limit);

/* lead, company prefix and reference of a function, starting at an argument */
extern int64 ims_gs1_compose_args(FunctionCallInfo fcinfo, int first, const char *kind,
								  int lead, int digits);

/* A digit from 0 to 9 given as an integer; 22023 otherwise. */
extern int ims_gs1_digit_arg(FunctionCallInfo fcinfo, int place, const char *name);

#endif
