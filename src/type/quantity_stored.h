/*-------------------------------------------------------------------------
 *
 * quantity_stored.h
 *	  Quantities as numeric lies in a tuple, without the numeric functions.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_TYPE_QUANTITY_STORED_H
#define IMS_TYPE_QUANTITY_STORED_H

#include "ims.h"

/* one-byte length, header, five digits of base 10,000 */
#define IMS_QUANTITY_STORED_MAX 13

extern bool ims_quantity_try_stored(const char *stored, ImsQuantity *quantity);
extern ImsQuantity ims_quantity_read_stored(const char *stored);
extern int ims_quantity_write_stored(ImsQuantity quantity, char *stored);

#endif /* IMS_TYPE_QUANTITY_STORED_H */
