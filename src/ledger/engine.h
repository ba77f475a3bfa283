/*-------------------------------------------------------------------------
 *
 * engine.h
 *	  The posting engine: lines -> sum per balance -> lock in order -> check
 *	  -> apply -> ledger rows.
 *
 * A door fills an ImsCall with postings and lines that name ids, and calls
 * ims_engine_post().  See src/README for the lock order.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_ENGINE_H
#define IMS_ENGINE_H

#include "storage/itemptr.h"
#include "datatype/timestamp.h"
#include "utils/numeric.h"

#include "ims.h"
#include "ledger/info.h"

/* The virtual places, fixed by sql/ledger/80_seed.sql. */
#define IMS_LOCATION_TRANSIT INT64CONST(1)
#define IMS_LOCATION_SUPPLIER INT64CONST(2)
#define IMS_LOCATION_CUSTOMER INT64CONST(3)
#define IMS_LOCATION_ADJUSTMENT INT64CONST(4)
#define IMS_LOCATION_SCRAP INT64CONST(5)
#define IMS_LOCATION_PRODUCTION INT64CONST(6)
#define IMS_LOCATION_OWNERSHIP INT64CONST(7)
#define IMS_LOCATION_SERVICE INT64CONST(8)

/* posting.kind, in the order of ims_kind_names[] (engine.c) */
typedef enum ImsKind
{
	IMS_KIND_RECEIVE,
	IMS_KIND_SHIP,
	IMS_KIND_TRANSFER,
	IMS_KIND_DISPATCH,
	IMS_KIND_RECEIVE_TRANSFER,
	IMS_KIND_ADJUST,
	IMS_KIND_COUNT,
	IMS_KIND_COUNT_CORRECTION,
	IMS_KIND_SCRAP,
	IMS_KIND_CONSUME,
	IMS_KIND_PRODUCE,
	IMS_KIND_RETURN_FROM_CUSTOMER,
	IMS_KIND_RETURN_TO_SUPPLIER,
	IMS_KIND_REVERSAL,
	IMS_KIND_OWNERSHIP,
	IMS_KIND_USAGE,
	IMS_KIND_MOVE,
	IMS_KIND_PACK,
	IMS_KIND_UNPACK,
	IMS_KIND_RELOT,
	IMS_KIND_DISASSEMBLE
} ImsKind;

#define IMS_KIND_COUNT_OF (IMS_KIND_DISASSEMBLE + 1)

extern const char *const ims_kind_names[IMS_KIND_COUNT_OF];
extern bool ims_kind_from_name(const char *name, ImsKind *kind);

/* One document.  0 and NULL mean "none" throughout. */
typedef struct ImsPosting
{
	int64 owner_id;
	int64 posting_id;	   /* drawn by the engine where 0 */
	int64 document_number; /* drawn by the engine where 0 */
	ImsKind kind;
	bool effective_given; /* else stamped under the locks */
	bool written;		  /* row is in the table already (open_posting) */
	bool whole_units;	  /* its handling units leave with all that is in them */
	TimestampTz effective_at;
	TimestampTz recorded_at; /* filled by the engine where 0 */
	int64 party_id;
	int64 channel_id;
	int64 destination_id;
	int64 origin_posting_id;
	const char *reference_type;
	const char *reference_number;
	const char *reason;
	const char *actor;
	const char *idempotency_key;
} ImsPosting;

/* What only some lines carry. */
typedef struct ImsLineExtra
{
	int64 origin_movement_id;
	Numeric entered_quantity;
	const char *entered_unit;
	Numeric unit_cost;
	Numeric sale_value;
	Numeric rate;
	const char *currency;
	const char *reference_line;
	Numeric measured_quantity;
} ImsLineExtra;

/* One line. */
typedef struct ImsLine
{
	int64 item_id;
	int64 lot_id;
	int64 serial_id;
	int64 from_location_id;
	int64 to_location_id;
	int64 from_handling_unit_id;
	int64 to_handling_unit_id;
	ImsQuantity quantity; /* base unit, above zero */
	int64 movement_id;	  /* out: drawn when the row is written */
	ImsLineExtra *extra;  /* NULL where there is nothing more */
	int32 posting;		  /* index into ImsCall.postings */
	int32 line;			  /* number in the call, from 1; 0: made by the engine */
	bool rejected;		  /* report mode: not posted */
} ImsLine;

/* Why a line was not posted (report mode); indexed like lines. */
typedef struct ImsRejection
{
	int32 line; /* number in the call */
	int sqlstate;
	char *message;
	char *detail;
} ImsRejection;

typedef struct ImsStockKey
{
	int64 owner_id;
	int64 item_id;
	int64 location_id;
	int64 lot_id;
	int64 handling_unit_id;
} ImsStockKey;

/* One row of ims.stock that the call changes. */
typedef struct ImsStock
{
	ImsStockKey key;
	ImsQuantity delta;
	/* as read under the lock */
	ImsQuantity on_hand;
	ImsQuantity allocated;
	TimestampTz last_effective_at; /* as read */
	TimestampTz new_effective_at;  /* as to be written: >= last_effective_at */
	TimestampTz earliest_given; /* earliest explicit time of its lines, else DT_NOEND */
	TimestampTz latest_given;	/* latest explicit time, else DT_NOBEGIN */
	bool has_stamped;			/* some line takes the time of the call */
	bool negative_ok;			/* row's flag; for a missing row: what to insert */
	bool late;					/* takes the check against later instants */
	bool locked;				/* lock pass done, values above are of the locked row */
	ItemPointerData tid;
} ImsStock;

typedef struct ImsAvailabilityKey
{
	int64 owner_id;
	int64 item_id;
	int64 site_id;
} ImsAvailabilityKey;

/* One row of ims.availability that the call changes. */
typedef struct ImsAvailability
{
	ImsAvailabilityKey key;
	ImsQuantity sellable_delta;
	ImsQuantity held_delta;
	ImsQuantity sellable;
	ImsQuantity held;
	ImsQuantity reserved;
	bool negative_ok;
	bool locked;
	ItemPointerData tid;
} ImsAvailability;

/* The past of a balance, as the lines of a report find it; indexed like stocks. */
typedef struct ImsPast
{
	bool changes; /* there are instants before the present one that a line changes */
	bool counted; /* a count at or after the lines keeps the level from there on */
	ImsQuantity lowest; /* of those instants */
	TimestampTz lowest_at;
} ImsPast;

typedef struct ImsMasters ImsMasters; /* master.h */
typedef struct ImsUnit ImsUnit;		  /* serial.c */

typedef struct ImsCall
{
	const ImsLedger *ledger;
	ImsPosting *postings;
	int nposting;
	ImsLine *lines;
	int64 nline;
	bool lines_written;		/* rows are in movement already (direct INSERT, COPY) */
	bool report;			/* post the good lines, collect the others */
	TimestampTz not_before; /* lines without a time happen no earlier */

	/* work area of the engine */
	ImsMasters *masters;
	ImsStock *stocks; /* ascending by key */
	int64 nstock;
	ImsAvailability *availabilities; /* ascending by key */
	int64 navailability;
	ImsPast *past;	/* NULL where no line of a report changes the past */
	ImsUnit *units; /* locked by ims_serial_lock(), ascending by key */
	int64 nunit;
	ImsRejection *rejections; /* in the order of the refusals */
	int nrejection;
	TimestampTz stamped_at;	  /* time of the lines without one; grows under the locks */
	bool asserted;			  /* a count may be younger than a line: see late.c */
	TimestampTz latest_count; /* of the owners of the call */
	TimestampTz latest_closing;
	bool used_heap; /* which applier ran */
} ImsCall;

extern void ims_engine_post(ImsCall *call);

/* Locks against changes of masters; a door that resolves codes calls it first. */
extern void ims_engine_lock_tables(void);

/* Draws the ids of a posting and writes its row (ims.open_posting). */
extern void ims_engine_open_posting(ImsPosting *posting);

/* Writes the row of a posting that has no lines. */
extern void ims_engine_write_posting(ImsPosting *posting);

/* Locks and reads the balances of the lines; ledger and masters are set. */
extern void ims_engine_lock_balances(ImsCall *call);

/* Whether the applier is to write the row of a line. */
static inline bool
ims_line_is_to_write(const ImsCall *call, const ImsLine *line)
{
	return !line->rejected && (!call->lines_written || line->line == 0);
}

/*
 * Raises, or in report mode keeps the refusal and marks the line.  A line that
 * the engine made, and NULL where it is no single line's doing, raise.
 */
extern void ims_engine_refuse(ImsCall *call, ImsLine *line, int sqlstate, char *message,
							  char *detail, const char *hint);

/* steps of the engine in files of their own */
extern void ims_check_postings(ImsCall *call); /* line_check.c */
extern void ims_check_open(const ImsCall *call, const ImsPosting *posting);
extern bool ims_kind_follows(ImsKind kind);
extern void ims_lock_handling_units(const ImsCall *call); /* unit_lock.c */
extern void ims_check_line(ImsCall *call, ImsLine *line);
extern void ims_stamp_after_closed(ImsCall *call); /* stamp.c */
extern bool ims_is_before_assertion(const ImsCall *call, const ImsPosting *posting);
extern void ims_check_lots(ImsCall *call);
extern void ims_serial_lock(ImsCall *call); /* serial.c */
extern bool ims_serial_accept(ImsCall *call, ImsLine *line);
extern void ims_serial_follow(ImsCall *call);
extern void ims_serial_write(ImsCall *call);
extern int64 ims_accept_lines(ImsCall *call); /* accept.c */
extern void ims_late_precheck(ImsCall *call); /* late.c */
extern void ims_late_read_past(ImsCall *call);
extern void ims_late_correct_counts(ImsCall *call);
extern void ims_late_verify(ImsCall *call);
extern void ims_engine_reserve(ImsCall *call, int64 more);
extern void ims_engine_add_line(ImsCall *call, const ImsPosting *posting,
								const ImsLine *line);
extern ImsStock *ims_engine_find_stock(ImsCall *call, const ImsStockKey *key);
extern ImsAvailability *ims_engine_find_availability(ImsCall *call, int64 owner_id,
													 int64 item_id, int64 site_id);
extern void ims_engine_add_to_sums(ImsCall *call, const ImsLine *line, bool stock,
								   bool availability);
extern bool ims_engine_lot_is_sellable(ImsCall *call, const ImsLine *line);
extern bool ims_engine_is_in_range(ImsQuantity level);

/*
 * The two appliers.  Each function works through the array in its order (it
 * is sorted), taking row locks one by one, so that no two calls deadlock.  A
 * missing row is inserted as zero at its place in the order.
 *
 * lock: lock every row and read it into the array; set locked.
 * apply: lock what is not locked yet, read, call ims_engine_check_stock() (or
 * _availability), which raises on a shortage and fixes new_effective_at, and
 * write the row.  At READ COMMITTED the latest version is locked and checked; at the higher
 * levels a row changed since the snapshot is 40001.
 * restamp: write new_effective_at of the rows again, after the time of the
 * call grew under a later lock (rare).
 */
typedef struct ImsApplier
{
	const char *name;
	void (*lock_availability)(ImsCall *call);
	void (*lock_stock)(ImsCall *call);
	void (*apply_availability)(ImsCall *call);
	void (*apply_stock)(ImsCall *call);
	void (*restamp_stock)(ImsCall *call, int64 upto);
	void (*write_postings)(ImsCall *call);
	void (*write_movements)(ImsCall *call);
} ImsApplier;

extern const ImsApplier ims_heap_applier; /* heap_apply.c */
extern const ImsApplier ims_spi_applier;  /* spi_apply.c */

extern void ims_stamp_settle(ImsCall *call, const ImsApplier *applier); /* stamp.c */

/* Checks of the engine that both appliers call on a locked row. */
extern void ims_engine_check_stock(ImsCall *call, ImsStock *stock);
extern void ims_engine_check_availability(ImsCall *call, ImsAvailability *row);

/* Values of one posting or movement row, in column order, for both appliers. */
#define IMS_POSTING_NATTS 20
#define IMS_MOVEMENT_NATTS 22
extern void ims_engine_posting_values(ImsCall *call, ImsPosting *posting, Datum *values,
									  bool *nulls);
extern void ims_engine_movement_values(ImsCall *call, ImsLine *line, Datum *values,
									   bool *nulls);

#endif /* IMS_ENGINE_H */
