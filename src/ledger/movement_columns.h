/*-------------------------------------------------------------------------
 *
 * movement_columns.h
 *	  Numbers of the columns of ims.posting and ims.movement.
 *
 * In the order of sql/ledger/30_posting.sql; heap_check.c compares the tables
 * with it before anything is written by number.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_MOVEMENT_COLUMNS_H
#define IMS_MOVEMENT_COLUMNS_H

#define POSTING_OWNER_ID 1
#define POSTING_POSTING_ID 2
#define POSTING_DOCUMENT_NUMBER 3
#define POSTING_KIND 4
#define POSTING_EFFECTIVE_AT 5
#define POSTING_UTC_OFFSET_MINUTES 6
#define POSTING_RECORDED_AT 7
#define POSTING_PARTY_ID 8
#define POSTING_CHANNEL_ID 9
#define POSTING_DESTINATION_ID 10
#define POSTING_REFERENCE_TYPE 11
#define POSTING_REFERENCE_NUMBER 12
#define POSTING_REASON 13
#define POSTING_ACTOR 14
#define POSTING_SESSION_ROLE 15
#define POSTING_CALLER_ROLE 16
#define POSTING_ORIGIN_POSTING_ID 17
#define POSTING_IDEMPOTENCY_KEY 18
#define POSTING_SYSTEM_IDENTIFIER 19
#define POSTING_COMMIT_XID 20

#define MOVEMENT_OWNER_ID 1
#define MOVEMENT_MOVEMENT_ID 2
#define MOVEMENT_POSTING_ID 3
#define MOVEMENT_EFFECTIVE_AT 4
#define MOVEMENT_RECORDED_AT 5
#define MOVEMENT_ITEM_ID 6
#define MOVEMENT_LOT_ID 7
#define MOVEMENT_SERIAL_ID 8
#define MOVEMENT_FROM_LOCATION_ID 9
#define MOVEMENT_TO_LOCATION_ID 10
#define MOVEMENT_FROM_HANDLING_UNIT_ID 11
#define MOVEMENT_TO_HANDLING_UNIT_ID 12
#define MOVEMENT_ORIGIN_MOVEMENT_ID 13
#define MOVEMENT_QUANTITY 14
#define MOVEMENT_ENTERED_QUANTITY 15
#define MOVEMENT_ENTERED_UNIT 16
#define MOVEMENT_UNIT_COST 17
#define MOVEMENT_SALE_VALUE 18
#define MOVEMENT_RATE 19
#define MOVEMENT_CURRENCY 20
#define MOVEMENT_REFERENCE_LINE 21
#define MOVEMENT_MEASURED_QUANTITY 22

#endif /* IMS_MOVEMENT_COLUMNS_H */
