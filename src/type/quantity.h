/*-------------------------------------------------------------------------
 *
 * quantity.h
 *	  ims.quantity between SQL (numeric) and the engine (int64 millionths).
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_TYPE_QUANTITY_H
#define IMS_TYPE_QUANTITY_H

#include "utils/numeric.h"

#include "ims.h"

typedef enum ImsQuantityStatus
{
	IMS_QUANTITY_OK,
	IMS_QUANTITY_NOT_FINITE, /* NaN or infinity */
	IMS_QUANTITY_TOO_LARGE,	 /* 10^12 or more in size */
	IMS_QUANTITY_TOO_FINE	 /* more than six decimals */
} ImsQuantityStatus;

extern ImsQuantityStatus ims_quantity_parse(Numeric value, ImsQuantity *result);
extern ImsQuantity ims_quantity_from_numeric(Numeric value);
extern Numeric ims_quantity_to_numeric(ImsQuantity quantity);
extern char *ims_quantity_out(ImsQuantity quantity);
extern const char *ims_quantity_problem(ImsQuantityStatus status);

#endif /* IMS_TYPE_QUANTITY_H */
