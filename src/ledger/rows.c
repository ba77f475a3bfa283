/*-------------------------------------------------------------------------
 *
 * rows.c
 *	  The values of a posting row and of a movement row, for both appliers.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/xid8.h"

#include "ledger/access.h"
#include "ledger/engine.h"
#include "ledger/master.h"
#include "ledger/movement_columns.h"
#include "type/quantity.h"

static void
set_text(Datum *values, bool *nulls, int attnum, const char *text)
{
	nulls[attnum - 1] = text == NULL;
	values[attnum - 1] = text ? CStringGetTextDatum(text) : (Datum) 0;
}

/* 0 stands for "none" and becomes NULL. */
static void
set_id(Datum *values, bool *nulls, int attnum, int64 id)
{
	nulls[attnum - 1] = id == 0;
	values[attnum - 1] = Int64GetDatum(id);
}

static void
set_numeric(Datum *values, bool *nulls, int attnum, Numeric number)
{
	nulls[attnum - 1] = number == NULL;
	values[attnum - 1] = NumericGetDatum(number);
}

/* Minutes east of UTC in the owner's zone at an instant. */
static int
utc_offset_minutes(const ImsOwner *owner, TimestampTz at)
{
	pg_tz *zone = pg_tzset(owner->time_zone);
	struct pg_tm tm;
	fsec_t fsec;
	int seconds_west;

	if (zone == NULL || timestamp2tm(at, &seconds_west, &tm, &fsec, NULL, zone) != 0)
		return 0;
	return -seconds_west / SECS_PER_MINUTE;
}

void
ims_engine_posting_values(ImsCall *call, ImsPosting *posting, Datum *values, bool *nulls)
{
	ImsOwner *owner = ims_owner_by_id(call->masters, posting->owner_id);

	memset(nulls, 0, sizeof(bool) * IMS_POSTING_NATTS);
	values[POSTING_OWNER_ID - 1] = Int64GetDatum(posting->owner_id);
	values[POSTING_POSTING_ID - 1] = Int64GetDatum(posting->posting_id);
	values[POSTING_DOCUMENT_NUMBER - 1] = Int64GetDatum(posting->document_number);
	set_text(values, nulls, POSTING_KIND, ims_kind_names[posting->kind]);
	values[POSTING_EFFECTIVE_AT - 1] = TimestampTzGetDatum(posting->effective_at);
	values[POSTING_UTC_OFFSET_MINUTES - 1] =
		Int32GetDatum(utc_offset_minutes(owner, posting->effective_at));
	values[POSTING_RECORDED_AT - 1] = TimestampTzGetDatum(posting->recorded_at);
	set_id(values, nulls, POSTING_PARTY_ID, posting->party_id);
	set_id(values, nulls, POSTING_CHANNEL_ID, posting->channel_id);
	set_id(values, nulls, POSTING_DESTINATION_ID, posting->destination_id);
	set_text(values, nulls, POSTING_REFERENCE_TYPE, posting->reference_type);
	set_text(values, nulls, POSTING_REFERENCE_NUMBER, posting->reference_number);
	set_text(values, nulls, POSTING_REASON, posting->reason);
	set_text(values, nulls, POSTING_ACTOR, posting->actor);
	set_text(values, nulls, POSTING_SESSION_ROLE,
			 GetUserNameFromId(GetSessionUserId(), false));
	set_text(values, nulls, POSTING_CALLER_ROLE, GetUserNameFromId(ims_caller(), false));
	set_id(values, nulls, POSTING_ORIGIN_POSTING_ID, posting->origin_posting_id);
	set_text(values, nulls, POSTING_IDEMPOTENCY_KEY, posting->idempotency_key);
	values[POSTING_SYSTEM_IDENTIFIER - 1] = Int64GetDatum((int64) GetSystemIdentifier());
	values[POSTING_COMMIT_XID - 1] = FullTransactionIdGetDatum(GetTopFullTransactionId());
}

void
ims_engine_movement_values(ImsCall *call, ImsLine *line, Datum *values, bool *nulls)
{
	const ImsPosting *posting = &call->postings[line->posting];
	const ImsLineExtra *extra = line->extra;

	values[MOVEMENT_OWNER_ID - 1] = Int64GetDatum(posting->owner_id);
	values[MOVEMENT_MOVEMENT_ID - 1] = Int64GetDatum(line->movement_id);
	values[MOVEMENT_POSTING_ID - 1] = Int64GetDatum(posting->posting_id);
	values[MOVEMENT_EFFECTIVE_AT - 1] = TimestampTzGetDatum(posting->effective_at);
	values[MOVEMENT_RECORDED_AT - 1] = TimestampTzGetDatum(posting->recorded_at);
	values[MOVEMENT_ITEM_ID - 1] = Int64GetDatum(line->item_id);
	values[MOVEMENT_LOT_ID - 1] = Int64GetDatum(line->lot_id);
	values[MOVEMENT_SERIAL_ID - 1] = Int64GetDatum(line->serial_id);
	values[MOVEMENT_FROM_LOCATION_ID - 1] = Int64GetDatum(line->from_location_id);
	values[MOVEMENT_TO_LOCATION_ID - 1] = Int64GetDatum(line->to_location_id);
	values[MOVEMENT_FROM_HANDLING_UNIT_ID - 1] = Int64GetDatum(line->from_handling_unit_id);
	values[MOVEMENT_TO_HANDLING_UNIT_ID - 1] = Int64GetDatum(line->to_handling_unit_id);
	values[MOVEMENT_QUANTITY - 1] =
		NumericGetDatum(ims_quantity_to_numeric(line->quantity));

	memset(nulls, 0, sizeof(bool) * IMS_MOVEMENT_NATTS);
	if (extra == NULL)
	{
		nulls[MOVEMENT_ORIGIN_MOVEMENT_ID - 1] = nulls[MOVEMENT_ENTERED_QUANTITY - 1] =
			nulls[MOVEMENT_ENTERED_UNIT - 1] = nulls[MOVEMENT_UNIT_COST - 1] =
				nulls[MOVEMENT_SALE_VALUE - 1] = nulls[MOVEMENT_RATE - 1] =
					nulls[MOVEMENT_CURRENCY - 1] = nulls[MOVEMENT_REFERENCE_LINE - 1] =
						nulls[MOVEMENT_MEASURED_QUANTITY - 1] = true;
		return;
	}
	set_id(values, nulls, MOVEMENT_ORIGIN_MOVEMENT_ID, extra->origin_movement_id);
	set_numeric(values, nulls, MOVEMENT_ENTERED_QUANTITY, extra->entered_quantity);
	set_text(values, nulls, MOVEMENT_ENTERED_UNIT, extra->entered_unit);
	set_numeric(values, nulls, MOVEMENT_UNIT_COST, extra->unit_cost);
	set_numeric(values, nulls, MOVEMENT_SALE_VALUE, extra->sale_value);
	set_numeric(values, nulls, MOVEMENT_RATE, extra->rate);
	set_text(values, nulls, MOVEMENT_CURRENCY, extra->currency);
	set_text(values, nulls, MOVEMENT_REFERENCE_LINE, extra->reference_line);
	set_numeric(values, nulls, MOVEMENT_MEASURED_QUANTITY, extra->measured_quantity);
}
