/*-------------------------------------------------------------------------
 *
 * amount.h
 *	  Quantities, units and money of a line, as given.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_AMOUNT_H
#define IMS_AMOUNT_H

#include "ledger/field.h"
#include "ledger/resolve.h"

extern bool ims_check_quantity(ImsResolver *resolver, Numeric given, const char *item,
							   bool is_signed, ImsQuantity *quantity);
extern bool ims_to_base_unit(ImsResolver *resolver, const ImsItem *item, const char *unit,
							 Numeric given, ImsQuantity entered, ImsQuantity *quantity);
extern bool ims_check_money(ImsResolver *resolver, ImsField field, Numeric value);
extern bool ims_check_currency(ImsResolver *resolver, const char *currency);

#endif /* IMS_AMOUNT_H */
