/*-------------------------------------------------------------------------
 *
 * returns.c
 *	  Not more comes back than went out.
 *
 * A return that names the line it returns is checked against that line's
 * quantity less what came back before.  Two returns of one line must not both
 * see the same rest, so the postings that are returned are locked first, in
 * ascending order, and the sum is read with a snapshot taken after that, at
 * every isolation level.  A return that was reversed does not count; of a
 * posting that was reversed nothing is left to return.
 *
 * The earlier returns are found among the later movements of the item: a
 * return is never dated before what it returns.  A return without a time is
 * stamped no earlier, for what it returns may be a minute ahead of the clock.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "ledger/detail.h"
#include "ledger/plan.h"
#include "ledger/returns.h"
#include "type/quantity.h"

/* columns of IMS_PLAN_RETURNED */
#define RETURNED_INDEX 1
#define RETURNED_QUANTITY 2
#define RETURNED_IS_REVERSED 3

static int
compare_origins(const void *a, const void *b)
{
	int64 left = ((const ImsOrigin *) a)->movement_id;
	int64 right = ((const ImsOrigin *) b)->movement_id;

	return (left > right) - (left < right);
}

/* Row locks on the postings that are returned, ascending. */
static void
lock_postings(ImsResolver *resolver, const ImsOrigin *origins, int n)
{
	int64 *ids = palloc(sizeof(int64) * n);
	Datum values[2];
	int64 distinct;
	int i;

	for (i = 0; i < n; i++)
		ids[i] = origins[i].posting_id;
	distinct = ims_distinct_ids(ids, n);

	/* one by one: for an array of ids a plan kept from when there were few would read them all */
	values[0] = Int64GetDatum(resolver->owner_id);
	for (i = 0; i < distinct; i++)
	{
		values[1] = Int64GetDatum(ids[i]);
		ims_plan_execute(IMS_PLAN_LOCK_POSTING, values, NULL, NULL);
		if (SPI_processed != 1)
			ereport(ERROR,
					(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
					 errmsg("could not serialize access to a posting that is returned")));
	}
	pfree(ids);
}

/* Direct inserts may have linked more than a quantity can hold: that is all of it. */
static ImsQuantity
quantity_returned(Datum sum)
{
	ImsQuantity quantity;

	if (ims_quantity_parse(DatumGetNumeric(sum), &quantity) != IMS_QUANTITY_OK)
		return IMS_QUANTITY_LIMIT;
	return quantity;
}

/* Sets what is left of each origin; they are sorted and distinct. */
static void
read_rests(ImsResolver *resolver, ImsOrigin *origins, int n)
{
	int64 *movement_ids = palloc(sizeof(int64) * n);
	int64 *item_ids = palloc(sizeof(int64) * n);
	TimestampTz *times = palloc(sizeof(TimestampTz) * n);
	Datum values[5];
	int i;

	for (i = 0; i < n; i++)
	{
		movement_ids[i] = origins[i].movement_id;
		item_ids[i] = origins[i].item_id;
		times[i] = origins[i].effective_at;
	}
	values[0] = Int64GetDatum(resolver->owner_id);
	values[1] = ims_int64_array(movement_ids, n);
	values[2] = ims_int64_array(item_ids, n);
	values[3] = ims_timestamptz_array(times, n);
	values[4] = CStringGetTextDatum(ims_kind_names[resolver->kind]);
	ims_plan_execute_latest(IMS_PLAN_RETURNED, values);
	Ensure(SPI_processed == n, "a line that is returned is gone");
	for (i = 0; i < n; i++)
	{
		HeapTuple row = SPI_tuptable->vals[i];
		TupleDesc desc = SPI_tuptable->tupdesc;
		bool isnull;
		int64 index = DatumGetInt64(SPI_getbinval(row, desc, RETURNED_INDEX, &isnull));
		Datum returned = SPI_getbinval(row, desc, RETURNED_QUANTITY, &isnull);
		ImsOrigin *origin = &origins[index - 1];

		origin->rest = origin->quantity - quantity_returned(returned);
		if (DatumGetBool(SPI_getbinval(row, desc, RETURNED_IS_REVERSED, &isnull)))
			origin->rest = 0;
	}
}

static int
keep_distinct(ImsOrigin *origins, int n)
{
	int distinct = 0;
	int i;

	for (i = 0; i < n; i++)
	{
		if (i == 0 || origins[i].movement_id != origins[distinct - 1].movement_id)
			origins[distinct++] = origins[i];
	}
	return distinct;
}

static bool
check_time(ImsResolver *resolver, const ImsPosting *posting, const ImsOrigin *origin)
{
	if (!posting->effective_given)
		resolver->not_before = Max(resolver->not_before, origin->effective_at);
	if (!posting->effective_given || posting->effective_at >= origin->effective_at)
		return true;
	return ims_refuse(resolver, ERRCODE_IMS_INVALID_LINE,
					  "Leave effective_at out, or correct it.",
					  ims_error_detail("What comes back went out before.",
									   ims_detail_integer("line", resolver->line),
									   ims_detail_integer("origin_movement_id",
														  origin->movement_id)),
					  "a return is not dated before what it returns");
}

static bool
check_rest(ImsResolver *resolver, const ImsLine *line, ImsOrigin *origin)
{
	const char *item;

	if (line->quantity <= origin->rest)
	{
		origin->rest -= line->quantity;
		return true;
	}
	item = ims_item_label(resolver->masters, resolver->owner_id, line->item_id);
	return ims_refuse(resolver, ERRCODE_IMS_NOTHING_OUTSTANDING,
					  "Return less, or return the rest without naming a movement.",
					  ims_error_detail(psprintf("Requested %s, of %s not returned yet %s.",
												ims_quantity_out(line->quantity),
												ims_quantity_out(origin->quantity),
												ims_quantity_out(origin->rest)),
									   ims_detail_integer("line", resolver->line),
									   ims_detail_text("item", item),
									   ims_detail_integer("origin_movement_id",
														  origin->movement_id),
									   ims_detail_quantity("requested", line->quantity),
									   ims_detail_quantity("available", origin->rest)),
					  "more of item \"%s\" is returned than is left to return", item);
}

void
ims_check_returns(ImsResolver *resolver, const ImsPosting *posting, ImsLine *lines,
				  int64 nline)
{
	ImsOrigin *origins = resolver->origins;
	int n = resolver->norigin;
	int64 i;

	if (n == 0 || (resolver->kind != IMS_KIND_RETURN_FROM_CUSTOMER &&
				   resolver->kind != IMS_KIND_RETURN_TO_SUPPLIER))
		return;
	SPI_connect();
	lock_postings(resolver, origins, n);
	qsort(origins, n, sizeof(ImsOrigin), compare_origins);
	n = keep_distinct(origins, n);
	read_rests(resolver, origins, n);
	SPI_finish();

	for (i = 0; i < nline; i++)
	{
		ImsOrigin key = {0};
		ImsOrigin *origin;

		if (lines[i].extra == NULL || lines[i].extra->origin_movement_id == 0)
			continue;
		resolver->line = lines[i].line;
		key.movement_id = lines[i].extra->origin_movement_id;
		origin = bsearch(&key, origins, n, sizeof(ImsOrigin), compare_origins);
		Assert(origin != NULL);
		lines[i].rejected = !check_time(resolver, posting, origin) ||
							!check_rest(resolver, &lines[i], origin);
	}
}
