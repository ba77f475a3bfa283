/*-------------------------------------------------------------------------
 *
 * epcis.h
 *	  URIs below a domain.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_EPCIS_H
#define IMS_EPCIS_H

#include <stdbool.h>

extern bool ims_is_link_domain(const char *domain);

#endif
