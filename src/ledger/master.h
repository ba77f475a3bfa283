/*-------------------------------------------------------------------------
 *
 * master.h
 *	  Masters as the engine sees them: by id or by code, remembered per call.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_MASTER_H
#define IMS_MASTER_H

#include "datatype/timestamp.h"

#include "ims.h"
#include "ledger/info.h"

/* location.kind, in the order of its CHECK */
typedef enum ImsLocationKind
{
	IMS_PLACE_SITE,
	IMS_PLACE_ZONE,
	IMS_PLACE_AISLE,
	IMS_PLACE_BAY,
	IMS_PLACE_BIN,
	IMS_PLACE_DOCK,
	IMS_PLACE_QUARANTINE,
	IMS_PLACE_DAMAGED,
	IMS_PLACE_RETURNS,
	IMS_PLACE_TRANSIT,
	IMS_PLACE_SUPPLIER,
	IMS_PLACE_CUSTOMER,
	IMS_PLACE_ADJUSTMENT,
	IMS_PLACE_SCRAP,
	IMS_PLACE_PRODUCTION,
	IMS_PLACE_OWNERSHIP,
	IMS_PLACE_SERVICE
} ImsLocationKind;

typedef struct ImsOwner
{
	int64 owner_id;
	char *code;
	bool active;
	char *time_zone;
	TimestampTz closed_through; /* DT_NOBEGIN where nothing is closed */
	Oid document_sequence;
} ImsOwner;

typedef struct ImsItem
{
	int64 owner_id;
	int64 item_id;
	char *code;
	char *base_unit;
	char tracking; /* 'n'one, 'l'ot, 's'erial */
	bool active;
	bool stocked;
	bool periodic;
	bool negative_ok;
	char *measured_unit; /* of its catch weight, NULL where it has none */
	ImsQuantity measured_per_base;
	int64 measured_tolerance; /* millionths of the nominal amount, -1 for any */
	char whole;				  /* of the base unit: 'y', 'n', 0 where nobody has asked */
} ImsItem;

typedef struct ImsLocation
{
	int64 location_id;
	char *code;
	ImsLocationKind kind;
	int64 site_id; /* 0 for a virtual place */
	bool active;
	bool keeps_stock;
	bool sellable; /* and active */
	bool negative_ok;
} ImsLocation;

typedef struct ImsLot
{
	int64 lot_id;
	int64 item_id;
	char *code;
	char *status;
} ImsLot;

typedef struct ImsMasters ImsMasters;

extern ImsMasters *ims_masters_create(const ImsLedger *ledger);
extern void ims_masters_free(ImsMasters *masters);

/* NULL where there is no such row.  Valid as long as the masters. */
extern ImsOwner *ims_owner_by_id(ImsMasters *masters, int64 owner_id);
extern ImsItem *ims_item_by_id(ImsMasters *masters, int64 owner_id, int64 item_id);
extern ImsItem *ims_item_by_code(ImsMasters *masters, int64 owner_id, const char *code);
extern ImsLocation *ims_location_by_id(ImsMasters *masters, int64 location_id);
extern ImsLocation *ims_location_by_code(ImsMasters *masters, const char *code);

/*
 * Valid until ims_masters_forget_lots(): a lot's status may change until its
 * balances are locked, and whoever has locked them forgets what it was.
 */
extern ImsLot *ims_lot_by_id(ImsMasters *masters, int64 owner_id, int64 lot_id);
extern void ims_masters_forget_lots(ImsMasters *masters);

/* 0 where there is no such row. */
extern int64 ims_lot_by_code(ImsMasters *masters, int64 owner_id, int64 item_id,
							 const char *code);
extern int64 ims_serial_by_code(ImsMasters *masters, int64 owner_id, int64 item_id,
								const char *code, int64 *lot_id);
extern int64 ims_handling_unit_by_code(ImsMasters *masters, int64 owner_id,
									   const char *code);
extern int64 ims_party_by_code(ImsMasters *masters, int64 owner_id, const char *code);
extern int64 ims_channel_by_code(ImsMasters *masters, int64 owner_id, const char *code);

extern bool ims_handling_unit_exists(ImsMasters *masters, int64 owner_id,
									 int64 handling_unit_id, char **code, bool *is_open);
extern bool ims_party_exists(ImsMasters *masters, int64 owner_id, int64 party_id,
							 char **code, bool *active);
extern bool ims_channel_exists(ImsMasters *masters, int64 owner_id, int64 channel_id,
							   char **code, bool *active);
extern bool ims_serial_exists(ImsMasters *masters, int64 owner_id, int64 serial_id);
extern bool ims_posting_exists(ImsMasters *masters, int64 owner_id, int64 posting_id);

/* Factor of a unit of an item as a fraction of its base unit; false where unknown. */
extern bool ims_item_unit_factor(ImsMasters *masters, const ImsItem *item,
								 const char *unit, int64 *numerator, int64 *denominator);
/* Whether only whole numbers of a unit make sense; false for an unknown unit too. */
extern bool ims_unit_is_whole(ImsMasters *masters, const char *unit);
/* The same of the base unit, looked up once per item. */
extern bool ims_item_is_whole(ImsMasters *masters, ImsItem *item);

/* Codes for messages: the id in digits where the row is gone. */
extern const char *ims_item_label(ImsMasters *masters, int64 owner_id, int64 item_id);
extern const char *ims_location_label(ImsMasters *masters, int64 location_id);

#endif /* IMS_MASTER_H */
