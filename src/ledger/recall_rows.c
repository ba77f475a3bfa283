/*-------------------------------------------------------------------------
 *
 * recall_rows.c
 *	  What lines say of goods: whence, whereto, and where they are.
 *
 * A line says something by each end at a virtual place.  What is on its way is
 * said by dispatches less what of them arrived; what is there now, by the
 * balances and units that the lines lead to.  Of each lot and level (each
 * serial, where there are) the rows of where goods came from and the others
 * have the same sum, unless time counts: then what left before is left out of
 * what came and went, but not of what is there.  Nobody can tell it apart.  Of
 * goods with neither lot nor serial all that is there of the item may be affected.
 *
 * Memory: in the context of the portion.  Takes no locks.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "common/int.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "compat.h"
#include "ledger/recall.h"
#include "type/quantity.h"

typedef struct OpenEntry
{
	int64 id;
	int64 value;
	char status;
} OpenEntry;

#define SH_PREFIX openhash
#define SH_ELEMENT_TYPE OpenEntry
#define SH_KEY_TYPE int64
#define SH_KEY id
#define SH_HASH_KEY(tb, key) ims_hash_id(key)
#define SH_EQUAL(tb, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

static ImsQuantity
add_quantity(ImsQuantity a, ImsQuantity b)
{
	ImsQuantity sum = 0;

	Ensure(!pg_add_s64_overflow(a, b, &sum), "quantities of a lot are out of range");
	return sum;
}

/* ImsRecallGoods are ids only. */
static int
compare_goods(const void *a, const void *b)
{
	const int64 *x = a;
	const int64 *y = b;
	size_t i;

	for (i = 0; i < sizeof(ImsRecallGoods) / sizeof(int64); i++)
	{
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	}
	return 0;
}

static bool
is_incoming(ImsRecallKind kind)
{
	return kind == IMS_RECALL_RECEIVED || kind == IMS_RECALL_PRODUCED ||
		   kind == IMS_RECALL_TAKEN_OVER;
}

static void
add_row(ImsRecall *recall, ImsRecallKind kind, const ImsRecallGoods *goods,
		const ImsRecallLine *line, ImsQuantity quantity)
{
	ImsRecallRow *row;

	if (recall->nrow == recall->row_room)
	{
		recall->row_room *= 2;
		recall->rows = repalloc_huge(recall->rows, sizeof(ImsRecallRow) * recall->row_room);
	}
	row = &recall->rows[recall->nrow++];
	memset(row, 0, sizeof(ImsRecallRow));
	row->goods = *goods;
	row->kind = kind;
	row->is_incoming = is_incoming(kind);
	row->posting_id = line != NULL ? line->posting_id : 0;
	row->posting = line != NULL ? line->posting : NULL;
	row->quantity = quantity;
}

/* What a line says by its end at a virtual place. */
static ImsRecallKind
kind_of_end(int64 location_id, bool leaves)
{
	switch (location_id)
	{
	case IMS_LOCATION_SUPPLIER:
		return leaves ? IMS_RECALL_RECEIVED : IMS_RECALL_RETURNED_TO_SUPPLIER;
	case IMS_LOCATION_CUSTOMER:
		return leaves ? IMS_RECALL_RETURNED : IMS_RECALL_SHIPPED;
	case IMS_LOCATION_SCRAP:
		return IMS_RECALL_SCRAPPED;
	case IMS_LOCATION_PRODUCTION:
		return leaves ? IMS_RECALL_PRODUCED : IMS_RECALL_CONSUMED;
	case IMS_LOCATION_OWNERSHIP:
		return leaves ? IMS_RECALL_TAKEN_OVER : IMS_RECALL_HANDED_OVER;
	default:
		Assert(location_id == IMS_LOCATION_ADJUSTMENT ||
			   location_id == IMS_LOCATION_SERVICE);
		return IMS_RECALL_ADJUSTED;
	}
}

/*
 * What came back is what went, less than nothing.  The handling unit is told of
 * what left in it, not of what was picked from it.
 */
static void
add_end(ImsRecall *recall, const ImsRecallLine *line, bool leaves)
{
	ImsRecallGoods goods = leaves ? line->from : line->to;
	ImsRecallKind kind = kind_of_end(goods.location_id, leaves);
	int64 unit = leaves ? 0 : line->from.handling_unit_id;

	goods.location_id = 0;
	goods.handling_unit_id =
		unit != 0 && ims_recall_departure(recall, line->posting_id, unit) != NULL ? unit
																				  : 0;
	add_row(recall, kind, &goods, line,
			leaves && !is_incoming(kind) ? -line->quantity : line->quantity);
}

static void
add_ends(ImsRecall *recall)
{
	int64 i;

	for (i = 0; i < recall->nline; i++)
	{
		const ImsRecallLine *line = &recall->lines[i];

		if (!line->is_affected)
			continue;
		if (ims_is_virtual(line->from.location_id))
			add_end(recall, line, true);
		if (ims_is_virtual(line->to.location_id))
			add_end(recall, line, false);
	}
}

/*
 * On its way, by the dispatch that sent it.  What is in transit beyond that,
 * since a count changed it, belongs to no dispatch: the balance (add_balances)
 * less all dispatches.
 */
static void
add_dispatches(ImsRecall *recall)
{
	openhash_hash *arrived =
		openhash_create(CurrentMemoryContext, IMS_RECALL_FIRST_SIZE, NULL);
	int64 i;

	for (i = 0; i < recall->nline; i++)
	{
		const ImsRecallLine *line = &recall->lines[i];
		OpenEntry *entry;
		bool found;

		if (line->posting->kind != IMS_RECALL_POSTING_RECEIVE_TRANSFER ||
			line->from.location_id != IMS_LOCATION_TRANSIT)
			continue;
		entry = openhash_insert(arrived, line->origin_movement_id, &found);
		entry->value = add_quantity(found ? entry->value : 0, line->quantity);
	}
	for (i = 0; i < recall->nline; i++)
	{
		const ImsRecallLine *line = &recall->lines[i];
		OpenEntry *entry;
		ImsQuantity open;

		if (line->posting->kind != IMS_RECALL_POSTING_DISPATCH ||
			line->to.location_id != IMS_LOCATION_TRANSIT)
			continue;
		entry = openhash_lookup(arrived, line->movement_id);
		open = line->quantity - (entry != NULL ? entry->value : 0);
		add_row(recall, IMS_RECALL_IN_TRANSIT, &line->to, line, open);
		add_row(recall, IMS_RECALL_IN_TRANSIT, &line->to, NULL, -open);
	}
}

/* Sorted, each once; returns their number. */
static int64
distinct_goods(ImsRecallGoods *goods, int64 n)
{
	int64 kept = 0;
	int64 i;

	qsort(goods, n, sizeof(ImsRecallGoods), compare_goods);
	for (i = 0; i < n; i++)
	{
		if (i == 0 || compare_goods(&goods[i], &goods[kept - 1]) != 0)
			goods[kept++] = goods[i];
	}
	return kept;
}

static Datum
goods_column(const ImsRecallGoods *goods, int64 n, size_t offset)
{
	int64 *column = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int64) * Max(n, 1));
	Datum result;
	int64 i;

	for (i = 0; i < n; i++)
		column[i] = *(const int64 *) ((const char *) &goods[i] + offset);
	result = ims_int64_array(column, n);
	pfree(column);
	return result;
}

static void
add_place(ImsRecall *recall, const ImsRecallGoods *goods, ImsQuantity quantity)
{
	add_row(recall,
			goods->location_id == IMS_LOCATION_TRANSIT ? IMS_RECALL_IN_TRANSIT
													   : IMS_RECALL_ON_HAND,
			goods, NULL, quantity);
}

/* Balances that the lots ever had. */
static void
add_balances(ImsRecall *recall)
{
	ImsRecallGoods *goods =
		MemoryContextAllocHuge(CurrentMemoryContext,
							   sizeof(ImsRecallGoods) * Max(2 * recall->nline, 1));
	int64 n = 0;
	int64 i;
	uint64 row;
	Datum values[5];

	for (i = 0; i < recall->nline; i++)
	{
		const ImsRecallLine *line = &recall->lines[i];

		if (line->from.serial_id != 0)
			continue;
		if (!ims_is_virtual(line->from.location_id))
			goods[n++] = line->from;
		if (!ims_is_virtual(line->to.location_id))
			goods[n++] = line->to;
	}
	if ((n = distinct_goods(goods, n)) == 0)
		return;
	values[0] = Int64GetDatum(recall->trace.owner_id);
	values[1] = goods_column(goods, n, offsetof(ImsRecallGoods, item_id));
	values[2] = goods_column(goods, n, offsetof(ImsRecallGoods, location_id));
	values[3] = goods_column(goods, n, offsetof(ImsRecallGoods, lot_id));
	values[4] = goods_column(goods, n, offsetof(ImsRecallGoods, handling_unit_id));
	ims_recall_execute(recall, IMS_PLAN_BALANCES, values);
	for (row = 0; row < SPI_processed; row++)
	{
		Datum columns[2];
		bool nulls[2];

		heap_deform_tuple(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, columns, nulls);
		add_place(recall, &goods[DatumGetInt64(columns[0]) - 1],
				  ims_quantity_from_numeric(DatumGetNumeric(columns[1])));
	}
	SPI_freetuptable(SPI_tuptable);
}

/* Units where they lie. */
static void
add_units(ImsRecall *recall)
{
	ImsRecallGoods *goods =
		MemoryContextAllocHuge(CurrentMemoryContext,
							   sizeof(ImsRecallGoods) * Max(recall->nline, 1));
	int64 n = 0;
	int64 i;
	uint64 row;
	Datum values[3];

	for (i = 0; i < recall->nline; i++)
	{
		if (recall->lines[i].from.serial_id == 0)
			continue;
		goods[n] = recall->lines[i].from;
		goods[n].location_id = goods[n].handling_unit_id = 0;
		n++;
	}
	if ((n = distinct_goods(goods, n)) == 0)
		return;
	values[0] = Int64GetDatum(recall->trace.owner_id);
	values[1] = goods_column(goods, n, offsetof(ImsRecallGoods, lot_id));
	values[2] = goods_column(goods, n, offsetof(ImsRecallGoods, serial_id));
	ims_recall_execute(recall, IMS_PLAN_UNIT_PLACES, values);
	for (row = 0; row < SPI_processed; row++)
	{
		Datum columns[3];
		bool nulls[3];
		ImsRecallGoods place;

		heap_deform_tuple(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, columns, nulls);
		place = goods[DatumGetInt64(columns[0]) - 1];
		place.location_id = DatumGetInt64(columns[1]);
		place.handling_unit_id = DatumGetInt64(columns[2]);
		add_place(recall, &place, IMS_QUANTITY_ONE);
	}
	SPI_freetuptable(SPI_tuptable);
}

static int
compare_rows(const void *a, const void *b)
{
	const ImsRecallRow *x = a;
	const ImsRecallRow *y = b;
	int order = compare_goods(&x->goods, &y->goods);

	if (order != 0)
		return order;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return (x->posting_id > y->posting_id) - (x->posting_id < y->posting_id);
}

/* Rows that say the same become one; what adds up to nothing goes. */
static void
merge_rows(ImsRecall *recall)
{
	int64 kept = 0;
	int64 i;
	int64 next;

	qsort(recall->rows, recall->nrow, sizeof(ImsRecallRow), compare_rows);
	for (i = 0; i < recall->nrow; i = next)
	{
		ImsRecallRow sum = recall->rows[i];

		for (next = i + 1; next < recall->nrow; next++)
		{
			if (compare_rows(&recall->rows[next], &sum) != 0)
				break;
			sum.quantity = add_quantity(sum.quantity, recall->rows[next].quantity);
		}
		if (sum.quantity != 0)
			recall->rows[kept++] = sum;
	}
	recall->nrow = kept;
}

/* All that is there of the items of the lines; those of an item stand together. */
static void
add_untracked_balances(ImsRecall *recall)
{
	ImsRecallGoods *goods =
		MemoryContextAllocHuge(CurrentMemoryContext,
							   sizeof(ImsRecallGoods) * Max(recall->nline, 1));
	int64 n = 0;
	int64 i;
	uint64 row;
	Datum values[2];

	for (i = 0; i < recall->nline; i++)
	{
		if (n == 0 || recall->lines[i].to.item_id != goods[n - 1].item_id)
			goods[n++] = recall->lines[i].to;
	}
	values[0] = Int64GetDatum(recall->trace.owner_id);
	values[1] = goods_column(goods, n, offsetof(ImsRecallGoods, item_id));
	ims_recall_execute(recall, IMS_PLAN_UNTRACKED_BALANCES, values);
	for (row = 0; row < SPI_processed; row++)
	{
		Datum columns[4];
		bool nulls[4];
		ImsRecallGoods place;

		heap_deform_tuple(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, columns, nulls);
		place = goods[DatumGetInt64(columns[0]) - 1];
		place.location_id = DatumGetInt64(columns[1]);
		place.handling_unit_id = DatumGetInt64(columns[2]);
		add_row(recall, IMS_RECALL_MAY_BE_ON_HAND, &place, NULL,
				ims_quantity_from_numeric(DatumGetNumeric(columns[3])));
	}
	SPI_freetuptable(SPI_tuptable);
}

static void
begin_rows(ImsRecall *recall)
{
	recall->nrow = 0;
	recall->row_room = IMS_RECALL_FIRST_SIZE;
	recall->rows = palloc(sizeof(ImsRecallRow) * recall->row_room);
}

void
ims_recall_make_untracked_rows(ImsRecall *recall)
{
	begin_rows(recall);
	add_ends(recall);
	add_untracked_balances(recall);
	merge_rows(recall);
}

void
ims_recall_make_rows(ImsRecall *recall)
{
	begin_rows(recall);
	add_ends(recall);
	add_dispatches(recall);
	add_balances(recall);
	add_units(recall);
	merge_rows(recall);
}
