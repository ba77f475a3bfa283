/*-------------------------------------------------------------------------
 *
 * shortage.c
 *	  What is said where a balance cannot bear a line.
 *
 * One text and one set of facts per condition, whether all lines of a call are
 * judged together or one by one for a report.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "ledger/detail.h"
#include "ledger/master.h"
#include "ledger/shortage.h"
#include "type/quantity.h"

static ImsDetailField
line_field(const ImsLine *line)
{
	return ims_detail_line(line == NULL ? 0 : line->line);
}

void
ims_refuse_shortage(ImsCall *call, ImsLine *line, const ImsStock *stock,
					ImsQuantity requested)
{
	const char *item =
		ims_item_label(call->masters, stock->key.owner_id, stock->key.item_id);
	const char *location = ims_location_label(call->masters, stock->key.location_id);
	char *sentence =
		psprintf("Requested %s, on hand %s, allocated %s.", ims_quantity_out(requested),
				 ims_quantity_out(stock->on_hand), ims_quantity_out(stock->allocated));

	ims_engine_refuse(call, line, ERRCODE_IMS_INSUFFICIENT_STOCK,
					  psprintf("insufficient stock of item \"%s\" at \"%s\"", item,
							   location),
					  ims_error_detail(sentence, line_field(line),
									   ims_detail_text("item", item),
									   ims_detail_text("location", location),
									   ims_detail_quantity("requested", requested),
									   ims_detail_quantity("available",
														   stock->on_hand -
															   stock->allocated)),
					  "Receive stock first, or allow negative stock for the item or the place.");
}

void
ims_refuse_unavailable(ImsCall *call, ImsLine *line, const ImsAvailability *row,
					   ImsQuantity requested)
{
	const char *item = ims_item_label(call->masters, row->key.owner_id, row->key.item_id);
	const char *site = ims_location_label(call->masters, row->key.site_id);
	char *sentence =
		psprintf("Requested %s, sellable %s, reserved %s.", ims_quantity_out(requested),
				 ims_quantity_out(row->sellable), ims_quantity_out(row->reserved));

	ims_engine_refuse(call, line, ERRCODE_IMS_INSUFFICIENT_AVAILABLE,
					  psprintf("item \"%s\" is promised at \"%s\"", item, site),
					  ims_error_detail(sentence, line_field(line),
									   ims_detail_text("item", item),
									   ims_detail_text("location", site),
									   ims_detail_quantity("requested", requested),
									   ims_detail_quantity("available",
														   row->sellable - row->reserved)),
					  "Release reservations, or receive stock first.");
}

void
ims_refuse_past_shortage(ImsCall *call, ImsLine *line, const ImsStockKey *key,
						 ImsQuantity level, TimestampTz at)
{
	const char *item = ims_item_label(call->masters, key->owner_id, key->item_id);
	const char *location = ims_location_label(call->masters, key->location_id);
	char *at_text = ims_time_text(at);
	char *sentence =
		psprintf("At %s it would have been %s.", at_text, ims_quantity_out(level));

	ims_engine_refuse(call, line, ERRCODE_IMS_INSUFFICIENT_PAST_STOCK,
					  psprintf("stock of item \"%s\" at \"%s\" would have been negative",
							   item, location),
					  ims_error_detail(sentence, line_field(line),
									   ims_detail_text("item", item),
									   ims_detail_text("location", location),
									   ims_detail_text("effective_at", at_text),
									   ims_detail_quantity("level", level)),
					  "Date the posting after the receipt that covers it.");
}

void
ims_refuse_range(ImsCall *call, ImsLine *line, int64 owner_id, int64 item_id)
{
	const char *item = ims_item_label(call->masters, owner_id, item_id);

	ims_engine_refuse(call, line, ERRCODE_IMS_QUANTITY_RANGE,
					  psprintf("the balance of item \"%s\" would be out of range", item),
					  ims_error_detail("A balance is below 1000000000000 in size.",
									   line_field(line), ims_detail_text("item", item)),
					  "Post smaller quantities, or use a larger base unit.");
}
