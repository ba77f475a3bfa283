/*-------------------------------------------------------------------------
 *
 * engine.c
 *	  The posting engine: lines -> sum per balance -> lock in order -> check
 *	  -> apply -> ledger rows.
 *
 * Every path that changes a balance goes through ims_engine_post(), so this is
 * where the lock order is decided: tables, availability by (owner, item,
 * site), stock by (owner, item, location, lot, handling unit), serial by
 * (owner, serial); within each, ascending key.  Lines are summed before they
 * are checked: the same item twice in one call must not pass twice.
 *
 * Usually a row is locked by the update itself (apply).  Where a value must be
 * known before any balance is written, all rows are locked first (lock): lots,
 * whose status decides what is sellable; report mode, which accepts line by
 * line; explicit times that a count or a closing may be younger than.
 *
 * Memory: the caller's context; the work area dies with the call.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "commands/sequence.h"
#include "common/int.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "ledger/detail.h"
#include "ledger/elr.h"
#include "ledger/engine.h"
#include "ledger/frame.h"
#include "ledger/master.h"
#include "ledger/shortage.h"

const char *const ims_kind_names[IMS_KIND_COUNT_OF] = {"receive",
													   "ship",
													   "transfer",
													   "dispatch",
													   "receive_transfer",
													   "adjust",
													   "count",
													   "count_correction",
													   "scrap",
													   "consume",
													   "produce",
													   "return_from_customer",
													   "return_to_supplier",
													   "reversal",
													   "ownership",
													   "usage",
													   "move",
													   "pack",
													   "unpack",
													   "relot",
													   "disassemble"};

typedef struct StockEntry
{
	ImsStockKey key;
	int64 index;
	char status;
} StockEntry;

static inline uint32
stock_key_hash(const ImsStockKey *key)
{
	uint32 hash = hash_combine(ims_hash_id(key->item_id), ims_hash_id(key->location_id));

	if (key->lot_id != 0)
		hash = hash_combine(hash, ims_hash_id(key->lot_id));
	if (key->handling_unit_id != 0)
		hash = hash_combine(hash, ims_hash_id(key->handling_unit_id));
	return hash;
}

static inline bool
stock_key_equal(const ImsStockKey *a, const ImsStockKey *b)
{
	return a->item_id == b->item_id && a->location_id == b->location_id &&
		   a->lot_id == b->lot_id && a->handling_unit_id == b->handling_unit_id &&
		   a->owner_id == b->owner_id;
}

#define SH_PREFIX stockhash
#define SH_ELEMENT_TYPE StockEntry
#define SH_KEY_TYPE ImsStockKey
#define SH_KEY key
#define SH_HASH_KEY(tb, key) stock_key_hash(&(key))
#define SH_EQUAL(tb, a, b) stock_key_equal(&(a), &(b))
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

typedef struct AvailabilityEntry
{
	ImsAvailabilityKey key;
	int64 index;
	char status;
} AvailabilityEntry;

#define SH_PREFIX availabilityhash
#define SH_ELEMENT_TYPE AvailabilityEntry
#define SH_KEY_TYPE ImsAvailabilityKey
#define SH_KEY key
#define SH_HASH_KEY(tb, key)                                                             \
	hash_combine(ims_hash_id((key).item_id), ims_hash_id((key).site_id))
#define SH_EQUAL(tb, a, b)                                                               \
	((a).item_id == (b).item_id && (a).site_id == (b).site_id &&                         \
	 (a).owner_id == (b).owner_id)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* Growing arrays with a hash over them, while lines are summed. */
typedef struct Summing
{
	stockhash_hash *stocks;
	int64 stock_allocated;
	availabilityhash_hash *availabilities;
	int64 availability_allocated;
} Summing;

bool
ims_kind_from_name(const char *name, ImsKind *kind)
{
	int i;

	for (i = 0; i < IMS_KIND_COUNT_OF; i++)
		if (strcmp(ims_kind_names[i], name) == 0)
		{
			*kind = (ImsKind) i;
			return true;
		}
	return false;
}

void
ims_engine_lock_tables(void)
{
	const ImsLedger *ledger = ims_ledger();

	/* Before the first write: below the executor nothing else refuses it on a standby. */
	PreventCommandIfReadOnly("a posting");
	LockRelationOid(ledger->posting, RowExclusiveLock);
	LockRelationOid(ledger->movement, RowExclusiveLock);
	LockRelationOid(ledger->stock, RowExclusiveLock);
	LockRelationOid(ledger->availability, RowExclusiveLock);
}

void
ims_engine_refuse(ImsCall *call, ImsLine *line, int sqlstate, char *message, char *detail,
				  const char *hint)
{
	ImsRejection *rejection;

	if (line == NULL || !call->report || line->line == 0)
		ereport(ERROR, (errcode(sqlstate), errmsg_internal("%s", message),
						errdetail_internal("%s", detail), hint ? errhint("%s", hint) : 0));

	if (call->rejections == NULL)
		call->rejections = palloc(sizeof(ImsRejection) * 16);
	else if (call->nrejection >= 16 && (call->nrejection & (call->nrejection - 1)) == 0)
		call->rejections =
			repalloc(call->rejections, sizeof(ImsRejection) * call->nrejection * 2);
	rejection = &call->rejections[call->nrejection++];
	rejection->line = line->line;
	rejection->sqlstate = sqlstate;
	rejection->message = message;
	rejection->detail = detail;
	line->rejected = true;
}

/* In a loop over lines, of which there may be millions. */
static inline void
check_interrupts(int64 i)
{
	if ((i & 0xFFF) == 0)
		CHECK_FOR_INTERRUPTS();
}

static ImsQuantity
add_quantity(ImsCall *call, int64 owner_id, int64 item_id, ImsQuantity a, ImsQuantity b)
{
	ImsQuantity sum;

	if (unlikely(pg_add_s64_overflow(a, b, &sum)))
		ereport(ERROR,
				(errcode(ERRCODE_IMS_QUANTITY_RANGE),
				 errmsg("the lines of a balance add up to more than a quantity can hold"),
				 errdetail_internal("%s",
									ims_error_detail("A quantity is below 1000000000000.",
													 ims_detail_text("item",
																	 ims_item_label(call->masters,
																					owner_id,
																					item_id)))),
				 errhint("Split the call.")));
	return sum;
}

/* The balance a line touches on one side; its index in call->stocks. */
static int64
sum_stock(ImsCall *call, Summing *summing, const ImsLine *line, const ImsPosting *posting,
		  const ImsLocation *location, int64 handling_unit_id, ImsQuantity delta)
{
	ImsStockKey key = {posting->owner_id, line->item_id, location->location_id,
					   line->lot_id, handling_unit_id};
	bool found;
	StockEntry *entry = stockhash_insert(summing->stocks, key, &found);
	ImsStock *stock;

	if (!found)
	{
		if (call->nstock == summing->stock_allocated)
		{
			summing->stock_allocated *= 2;
			call->stocks =
				repalloc_huge(call->stocks, sizeof(ImsStock) * summing->stock_allocated);
		}
		entry->index = call->nstock++;
		stock = &call->stocks[entry->index];
		memset(stock, 0, sizeof(ImsStock));
		stock->key = key;
		stock->earliest_given = DT_NOEND;
		stock->latest_given = DT_NOBEGIN;
		stock->negative_ok =
			location->negative_ok ||
			ims_item_by_id(call->masters, posting->owner_id, line->item_id)->negative_ok;
	}
	stock = &call->stocks[entry->index];
	stock->delta = add_quantity(call, key.owner_id, key.item_id, stock->delta, delta);
	if (posting->effective_given)
	{
		stock->earliest_given = Min(stock->earliest_given, posting->effective_at);
		stock->latest_given = Max(stock->latest_given, posting->effective_at);
	}
	else
		stock->has_stamped = true;
	return entry->index;
}

static ImsAvailability *
sum_availability(ImsCall *call, Summing *summing, int64 owner_id, int64 item_id,
				 int64 site_id)
{
	ImsAvailabilityKey key = {owner_id, item_id, site_id};
	bool found;
	AvailabilityEntry *entry =
		availabilityhash_insert(summing->availabilities, key, &found);

	if (!found)
	{
		if (call->navailability == summing->availability_allocated)
		{
			summing->availability_allocated *= 2;
			call->availabilities =
				repalloc_huge(call->availabilities,
							  sizeof(ImsAvailability) * summing->availability_allocated);
		}
		entry->index = call->navailability++;
		memset(&call->availabilities[entry->index], 0, sizeof(ImsAvailability));
		call->availabilities[entry->index].key = key;
	}
	return &call->availabilities[entry->index];
}

/* Adds to the sellable or the held quantity of a site. */
static void
add_availability(ImsCall *call, ImsAvailability *row, bool sellable, ImsQuantity delta)
{
	ImsQuantity *sum = sellable ? &row->sellable_delta : &row->held_delta;

	*sum = add_quantity(call, row->key.owner_id, row->key.item_id, *sum, delta);
}

/*
 * Whether a line changes what its sites can promise.  Told from the flags of
 * the places alone, so that the set of rows to lock is known before the status
 * of a lot is.
 */
static bool
changes_availability(const ImsLocation *from, const ImsLocation *to)
{
	return from->site_id != to->site_id || from->sellable != to->sellable;
}

/*
 * Sums one line into the arrays.  Rows only, where the quantity is added under
 * the locks: of lots, whose status is read then; of a report, which takes only
 * what the balances bear.
 */
static void
sum_line(ImsCall *call, Summing *summing, ImsLine *line)
{
	ImsPosting *posting = &call->postings[line->posting];
	ImsLocation *from = ims_location_by_id(call->masters, line->from_location_id);
	ImsLocation *to = ims_location_by_id(call->masters, line->to_location_id);
	bool changes = changes_availability(from, to);
	ImsQuantity quantity = call->report ? 0 : line->quantity;
	ImsQuantity known = line->lot_id == 0 && changes ? quantity : 0;

	if (from->keeps_stock)
		sum_stock(call, summing, line, posting, from, line->from_handling_unit_id,
				  -quantity);
	if (to->keeps_stock)
		sum_stock(call, summing, line, posting, to, line->to_handling_unit_id, quantity);
	if (from->site_id != 0 && (changes || call->asserted))
		add_availability(call,
						 sum_availability(call, summing, posting->owner_id, line->item_id,
										  from->site_id),
						 from->sellable, -known);
	if (to->site_id != 0 && (changes || call->asserted))
		add_availability(call,
						 sum_availability(call, summing, posting->owner_id, line->item_id,
										  to->site_id),
						 to->sellable, known);
}

static int
compare_int64(int64 a, int64 b)
{
	return a < b ? -1 : a > b;
}

static int
compare_stock_keys(const void *a, const void *b)
{
	const ImsStockKey *x = a;
	const ImsStockKey *y = b;
	int result = compare_int64(x->owner_id, y->owner_id);

	if (result == 0)
		result = compare_int64(x->item_id, y->item_id);
	if (result == 0)
		result = compare_int64(x->location_id, y->location_id);
	if (result == 0)
		result = compare_int64(x->lot_id, y->lot_id);
	if (result == 0)
		result = compare_int64(x->handling_unit_id, y->handling_unit_id);
	return result;
}

static int
compare_availability_keys(const void *a, const void *b)
{
	const ImsAvailabilityKey *x = a;
	const ImsAvailabilityKey *y = b;
	int result = compare_int64(x->owner_id, y->owner_id);

	if (result == 0)
		result = compare_int64(x->item_id, y->item_id);
	if (result == 0)
		result = compare_int64(x->site_id, y->site_id);
	return result;
}

StaticAssertDecl(offsetof(ImsStock, key) == 0, "stock rows are compared by their key");
StaticAssertDecl(offsetof(ImsAvailability, key) == 0,
				 "availability rows are compared by their key");

#define ST_SORT sort_stocks
#define ST_ELEMENT_TYPE ImsStock
#define ST_COMPARE(a, b) compare_stock_keys(a, b)
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

#define ST_SORT sort_availabilities
#define ST_ELEMENT_TYPE ImsAvailability
#define ST_COMPARE(a, b) compare_availability_keys(a, b)
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

/* Sums all lines that were not refused; the arrays come out in lock order. */
static void
sum_lines(ImsCall *call)
{
	Summing summing;
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "ims summing", ALLOCSET_DEFAULT_SIZES);
	int64 i;

	call->nstock = call->navailability = 0;
	summing.stock_allocated = summing.availability_allocated = 64;
	summing.stocks = stockhash_create(context, Min(call->nline * 2, 100000), NULL);
	summing.availabilities =
		availabilityhash_create(context, Min(call->nline, 100000), NULL);
	call->stocks = palloc(sizeof(ImsStock) * summing.stock_allocated);
	call->availabilities = palloc(sizeof(ImsAvailability) * summing.availability_allocated);

	for (i = 0; i < call->nline; i++)
	{
		check_interrupts(i);
		if (!call->lines[i].rejected)
			sum_line(call, &summing, &call->lines[i]);
	}

	MemoryContextDelete(context);
	sort_stocks(call->stocks, call->nstock);
	sort_availabilities(call->availabilities, call->navailability);
}

ImsStock *
ims_engine_find_stock(ImsCall *call, const ImsStockKey *key)
{
	return bsearch(key, call->stocks, call->nstock, sizeof(ImsStock), compare_stock_keys);
}

ImsAvailability *
ims_engine_find_availability(ImsCall *call, int64 owner_id, int64 item_id, int64 site_id)
{
	ImsAvailabilityKey key = {owner_id, item_id, site_id};

	return bsearch(&key, call->availabilities, call->navailability,
				   sizeof(ImsAvailability), compare_availability_keys);
}

/* Whether goods of the line's lot are sellable where the place is; its status is known. */
bool
ims_engine_lot_is_sellable(ImsCall *call, const ImsLine *line)
{
	ImsLot *lot;

	if (line->lot_id == 0)
		return true;
	lot =
		ims_lot_by_id(call->masters, call->postings[line->posting].owner_id, line->lot_id);
	Ensure(lot != NULL, "a lot vanished while it was posted");
	return strcmp(lot->status, "released") == 0;
}

/* Adds to the sums of the stock one end of a line; a place without stock has none. */
static void
add_to_stock(ImsCall *call, const ImsLine *line, const ImsLocation *location,
			 int64 handling_unit_id, ImsQuantity delta)
{
	ImsStockKey key = {call->postings[line->posting].owner_id, line->item_id,
					   location->location_id, line->lot_id, handling_unit_id};
	ImsStock *row;

	if (!location->keeps_stock)
		return;
	row = ims_engine_find_stock(call, &key);
	row->delta = add_quantity(call, key.owner_id, key.item_id, row->delta, delta);
}

/* Adds a line to sums that exist already; the status of its lot is known. */
void
ims_engine_add_to_sums(ImsCall *call, const ImsLine *line, bool stock, bool availability)
{
	int64 owner_id = call->postings[line->posting].owner_id;
	ImsLocation *from = ims_location_by_id(call->masters, line->from_location_id);
	ImsLocation *to = ims_location_by_id(call->masters, line->to_location_id);

	if (stock)
	{
		add_to_stock(call, line, from, line->from_handling_unit_id, -line->quantity);
		add_to_stock(call, line, to, line->to_handling_unit_id, line->quantity);
	}
	if (availability && changes_availability(from, to))
	{
		bool released = ims_engine_lot_is_sellable(call, line);

		if (from->site_id != 0)
			add_availability(call,
							 ims_engine_find_availability(call, owner_id, line->item_id,
														  from->site_id),
							 from->sellable && released, -line->quantity);
		if (to->site_id != 0)
			add_availability(call,
							 ims_engine_find_availability(call, owner_id, line->item_id,
														  to->site_id),
							 to->sellable && released, line->quantity);
	}
}

/* Makes room for lines that the engine adds; the caller's arrays are left alone. */
void
ims_engine_reserve(ImsCall *call, int64 more)
{
	ImsPosting *postings =
		MemoryContextAllocHuge(CurrentMemoryContext,
							   sizeof(ImsPosting) * (call->nposting + more));
	ImsLine *lines = MemoryContextAllocHuge(CurrentMemoryContext,
											sizeof(ImsLine) * (call->nline + more));

	memcpy(postings, call->postings, sizeof(ImsPosting) * call->nposting);
	memcpy(lines, call->lines, sizeof(ImsLine) * call->nline);
	call->postings = postings;
	call->lines = lines;
}

/* A line that the engine makes itself, on balances that are locked already. */
void
ims_engine_add_line(ImsCall *call, const ImsPosting *posting, const ImsLine *line)
{
	ImsLine *added = &call->lines[call->nline];

	call->postings[call->nposting] = *posting;
	*added = *line;
	added->posting = call->nposting;
	added->line = 0;
	call->nposting++;
	call->nline++;
	ims_engine_add_to_sums(call, added, true, true);
}

static bool
takes_from(const ImsCall *call, const ImsLine *line, const ImsStockKey *key)
{
	return line->item_id == key->item_id && line->from_location_id == key->location_id &&
		   line->lot_id == key->lot_id &&
		   line->from_handling_unit_id == key->handling_unit_id &&
		   call->postings[line->posting].owner_id == key->owner_id;
}

static bool
gives_to(const ImsCall *call, const ImsLine *line, const ImsStockKey *key)
{
	return line->item_id == key->item_id && line->to_location_id == key->location_id &&
		   line->lot_id == key->lot_id &&
		   line->to_handling_unit_id == key->handling_unit_id &&
		   call->postings[line->posting].owner_id == key->owner_id;
}

/* Raises for the first line, in call order, that the balance could not bear. */
static void
raise_shortage(ImsCall *call, const ImsStock *stock)
{
	ImsQuantity level = stock->on_hand - stock->allocated;
	ImsLine *last = NULL;
	ImsQuantity requested = 0;
	int64 i;

	call->report = false;
	for (i = 0; i < call->nline; i++)
	{
		ImsLine *line = &call->lines[i];

		if (line->rejected)
			continue;
		if (gives_to(call, line, &stock->key))
			level += line->quantity;
		if (takes_from(call, line, &stock->key))
		{
			level -= line->quantity;
			requested += line->quantity;
			last = line;
			if (level < 0)
				break;
		}
	}
	Ensure(last != NULL, "a balance is short though nothing was taken");
	ims_refuse_shortage(call, last, stock, requested);
}

bool
ims_engine_is_in_range(ImsQuantity level)
{
	return level < IMS_QUANTITY_LIMIT && level > -IMS_QUANTITY_LIMIT;
}

static void
check_range(ImsCall *call, int64 owner_id, int64 item_id, ImsQuantity level)
{
	if (unlikely(!ims_engine_is_in_range(level)))
		ims_refuse_range(call, NULL, owner_id, item_id);
}

static bool
is_short(ImsCall *call, const ImsStock *stock)
{
	ImsQuantity level = add_quantity(call, stock->key.owner_id, stock->key.item_id,
									 stock->on_hand, stock->delta);

	return !stock->negative_ok && (level < 0 || stock->allocated > level);
}

/* The rules of the CHECKs of ims.stock, and the time of the row. */
void
ims_engine_check_stock(ImsCall *call, ImsStock *stock)
{
	ImsQuantity level = add_quantity(call, stock->key.owner_id, stock->key.item_id,
									 stock->on_hand, stock->delta);
	bool has_given = stock->earliest_given <= stock->latest_given;

	check_range(call, stock->key.owner_id, stock->key.item_id, level);
	if (unlikely(is_short(call, stock)))
		raise_shortage(call, stock);

	stock->new_effective_at = stock->last_effective_at;
	if (stock->has_stamped)
	{
		if (call->stamped_at <= stock->last_effective_at)
			call->stamped_at = stock->last_effective_at + 1;
		stock->new_effective_at = call->stamped_at;
	}
	if (has_given)
	{
		stock->new_effective_at = Max(stock->new_effective_at, stock->latest_given);
		stock->late = stock->earliest_given <= stock->last_effective_at ||
					  stock->earliest_given != stock->latest_given || stock->has_stamped;
	}
}

static const ImsApplier *
choose_applier(ImsCall *call)
{
	call->used_heap = ims_posting_path == IMS_PATH_AUTO && call->ledger->heap_path;
	return call->used_heap ? &ims_heap_applier : &ims_spi_applier;
}

/*
 * More than is sellable and not promised would leave a site.  Where the goods
 * are not even there, that is what the caller should hear.
 */
static void
raise_unavailable(ImsCall *call, const ImsAvailability *row)
{
	int64 i;

	choose_applier(call)->lock_stock(call);
	for (i = 0; i < call->nstock; i++)
		if (is_short(call, &call->stocks[i]))
			raise_shortage(call, &call->stocks[i]);
	ims_refuse_unavailable(call, NULL, row, -row->sellable_delta);
}

/* The rule of the CHECK of ims.availability. */
void
ims_engine_check_availability(ImsCall *call, ImsAvailability *row)
{
	int64 owner_id = row->key.owner_id;
	int64 item_id = row->key.item_id;
	ImsQuantity sellable =
		add_quantity(call, owner_id, item_id, row->sellable, row->sellable_delta);
	ImsQuantity held = add_quantity(call, owner_id, item_id, row->held, row->held_delta);

	check_range(call, owner_id, item_id, sellable);
	check_range(call, owner_id, item_id, held);
	if (unlikely(!row->negative_ok && row->reserved > sellable))
		raise_unavailable(call, row);
}

/* The availability of all lines anew, with the status of lots as it is under the locks. */
static void
sum_availability_under_locks(ImsCall *call)
{
	int64 i;

	for (i = 0; i < call->navailability; i++)
		call->availabilities[i].sellable_delta = call->availabilities[i].held_delta = 0;
	for (i = 0; i < call->nline; i++)
	{
		check_interrupts(i);
		if (!call->lines[i].rejected)
			ims_engine_add_to_sums(call, &call->lines[i], false, true);
	}
}

static void
draw_numbers(ImsCall *call)
{
	int p;

	for (p = 0; p < call->nposting; p++)
	{
		ImsPosting *posting = &call->postings[p];

		if (posting->posting_id == 0)
			posting->posting_id = nextval_internal(call->ledger->posting_sequence, false);
		if (posting->document_number == 0)
			posting->document_number =
				nextval_internal(ims_owner_by_id(call->masters, posting->owner_id)
									 ->document_sequence,
								 false);
		if (posting->recorded_at == 0)
			posting->recorded_at = Max(GetCurrentTimestamp(), call->stamped_at);
	}
}

static bool
has_lots(const ImsCall *call)
{
	int64 i;

	for (i = 0; i < call->nline; i++)
		if (call->lines[i].lot_id != 0 && !call->lines[i].rejected)
			return true;
	return false;
}

/*
 * Posts the lines of a call: all of them, or none; in report mode the good
 * ones.  Runs as the ledger's role (the door switched to it).
 */
static void
post_lines(ImsCall *call)
{
	const ImsApplier *applier;
	bool lots;
	int64 i;

	ims_check_postings(call);
	ims_stamp_after_closed(call);
	ims_lock_handling_units(call);
	for (i = 0; i < call->nline; i++)
	{
		check_interrupts(i);
		if (!call->lines[i].rejected)
			ims_check_line(call, &call->lines[i]);
	}

	lots = has_lots(call);
	ims_late_precheck(call);
	sum_lines(call);
	applier = choose_applier(call);
	if (lots || call->asserted || call->report)
	{
		applier->lock_availability(call);
		applier->lock_stock(call);
		ims_masters_forget_lots(call->masters);
		call->stamped_at = Max(call->stamped_at, GetCurrentTimestamp());
		ims_check_lots(call);
		if (call->report && ims_accept_lines(call) == 0)
			return;
		sum_availability_under_locks(call);
		if (call->asserted)
			ims_late_correct_counts(call);
	}
	applier->apply_availability(call);
	applier->apply_stock(call);
	ims_serial_lock(call);
	ims_stamp_settle(call, applier);
	ims_serial_follow(call);
	draw_numbers(call);
	applier->write_postings(call);
	applier->write_movements(call);
	ims_serial_write(call);
	ims_late_verify(call);
}

/*
 * The entry.  A door that resolved codes brings its masters, made after
 * ims_engine_lock_tables(), and frees them itself.
 */
void
ims_engine_post(ImsCall *call)
{
	bool own_masters = call->masters == NULL;

	Assert(call->nposting > 0 && call->nline > 0);
	ims_engine_lock_tables();
	CommandCounterIncrement();
	call->ledger = ims_ledger();
	if (own_masters)
		call->masters = ims_masters_create(call->ledger);
	call->stamped_at = Max(GetCurrentTimestamp(), call->not_before);
	post_lines(call);
	if (own_masters)
	{
		ims_masters_free(call->masters);
		call->masters = NULL;
	}
	CommandCounterIncrement();
	ims_elr_arm();
}

/* A posting without lines: a count that agreed with the books, or one to be filled. */
void
ims_engine_write_posting(ImsPosting *posting)
{
	ImsCall call;

	memset(&call, 0, sizeof(call));
	ims_engine_lock_tables();
	CommandCounterIncrement();
	call.ledger = ims_ledger();
	call.masters = ims_masters_create(call.ledger);
	call.postings = posting;
	call.nposting = 1;
	call.stamped_at = GetCurrentTimestamp();
	ims_check_postings(&call);
	ims_stamp_after_closed(&call);
	if (!posting->effective_given)
		posting->effective_at = call.stamped_at;
	draw_numbers(&call);
	choose_applier(&call)->write_postings(&call);
	ims_masters_free(call.masters);
	CommandCounterIncrement();
	ims_elr_arm();
}

/* A posting whose lines come by INSERT or COPY later in the transaction. */
void
ims_engine_open_posting(ImsPosting *posting)
{
	ims_engine_write_posting(posting);
	ims_frame_remember_open(posting);
}

/*
 * Locks what posting the lines would lock, reads the balances into
 * call->stocks, and posts nothing.  For a caller that must know a balance
 * before it can say what to post: a count, a reversal.
 */
void
ims_engine_lock_balances(ImsCall *call)
{
	const ImsApplier *applier = choose_applier(call);

	call->asserted = true; /* the availability of every line's sites is locked too */
	sum_lines(call);
	applier->lock_availability(call);
	applier->lock_stock(call);
}
