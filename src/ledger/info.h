/*-------------------------------------------------------------------------
 *
 * info.h
 *	  Where the ledger's tables are, and whether the heap path may be taken.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_INFO_H
#define IMS_INFO_H

/* Cached per backend, dropped on any relcache invalidation of its tables. */
typedef struct ImsLedger
{
	Oid namespace_id;
	Oid ledger_role; /* owner of ims.movement */
	Oid owner, owner_code_key, owner_member, owner_member_pkey, owner_pkey;
	Oid item, item_pkey, item_code_key;
	Oid location, location_pkey, location_code_key;
	Oid lot, lot_pkey, lot_code_key;
	Oid serial, serial_pkey, serial_code_key;
	Oid handling_unit, handling_unit_pkey, handling_unit_code_key;
	Oid party, party_pkey, party_code_key;
	Oid channel, channel_pkey, channel_code_key;
	Oid item_unit, item_unit_pkey;
	Oid unit, unit_pkey;
	Oid posting, posting_pkey, posting_document_idx, posting_origin_idx;
	Oid posting_key;
	Oid posting_sequence;
	Oid movement, movement_pkey, movement_item_idx, movement_origin_idx, movement_time_idx;
	Oid movement_lot_idx, movement_serial_idx, movement_production_idx;
	Oid movement_from_handling_unit_idx, movement_to_handling_unit_idx;
	Oid movement_sequence;
	Oid stock, stock_pkey, stock_handling_unit_idx;
	Oid availability, availability_pkey;
	Oid closing, closing_instant_key;
	Oid stock_count, stock_count_time_idx;
	Oid stock_count_scope, stock_count_scope_time_idx;
	bool writable;	/* of the version that the library writes */
	bool heap_path; /* all four tables are exactly as made */
} ImsLedger;

/* Raises IV902 where there is no ledger in this database. */
extern const ImsLedger *ims_ledger(void);
/* Raises IV903 where the ledger is of another version than the library's. */
extern void ims_ledger_check_writable(void);
extern void ims_info_init(void);

#endif /* IMS_INFO_H */
