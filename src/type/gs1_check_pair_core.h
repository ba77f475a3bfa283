/*-------------------------------------------------------------------------
 *
 * gs1_check_pair_core.h
 *	  The check character pair of the Global Model Number.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_GS1_CHECK_PAIR_CORE_H
#define IMS_GS1_CHECK_PAIR_CORE_H

#include <stdbool.h>
#include <stddef.h>

/* One prime as weight for each character; the key itself has at most 23. */
#define IMS_GS1_MAX_CHECK_PAIR_BODY 97

extern bool ims_gs1_check_pair(const char *body, size_t length, char pair[2]);
extern bool ims_gs1_has_check_pair(const char *key, size_t length);

#endif
