/*-------------------------------------------------------------------------
 *
 * shortage.h
 *	  What is said where a balance cannot bear a line.
 *
 * Each raises, or in report mode keeps the refusal and marks the line.  Where
 * no single line is to blame it is NULL, and they raise.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_SHORTAGE_H
#define IMS_SHORTAGE_H

#include "ledger/engine.h"

/* IV301: less is on hand, allocations apart, than is taken. */
extern void ims_refuse_shortage(ImsCall *call, ImsLine *line, const ImsStock *stock,
								ImsQuantity requested);

/* IV302: less is sellable at the site than is promised. */
extern void ims_refuse_unavailable(ImsCall *call, ImsLine *line,
								   const ImsAvailability *row, ImsQuantity requested);

/* IV303: below zero at an instant of the past. */
extern void ims_refuse_past_shortage(ImsCall *call, ImsLine *line, const ImsStockKey *key,
									 ImsQuantity level, TimestampTz at);

/* IV306: more than a balance can hold. */
extern void ims_refuse_range(ImsCall *call, ImsLine *line, int64 owner_id, int64 item_id);

#endif /* IMS_SHORTAGE_H */
