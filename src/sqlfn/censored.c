/*-------------------------------------------------------------------------
 *
 * censored.c
 *	  ims.uncensor_demand: demand as it would have been with stock; and what runs
 *	  over many items make of a history and its time in stock.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "utils/builtins.h"

#include "forecast/censored.h"
#include "ims.h"
#include "ledger/detail.h"
#include "sqlfn/argument.h"

PG_FUNCTION_INFO_V1(ims_uncensor_demand);
PG_FUNCTION_INFO_V1(ims_known_demand);
PG_FUNCTION_INFO_V1(ims_known_open_demand);

static ImsCensoredMethod
method_of(const char *name)
{
	if (name == NULL)
		return IMS_CENSORED_NEGATIVE_BINOMIAL;
	for (int i = 0; i < IMS_CENSORED_METHOD_COUNT; i++)
		if (strcmp(name, ims_censored_method_name(i)) == 0)
			return i;
	ims_refuse_word("method", name, "negative binomial, rate, share or missing");
}

static void
check_lengths(const ImsSeries *demand, const ImsSeries *in_stock)
{
	if (in_stock->count != demand->count)
		ereport(ERROR,
				(errcode(ERRCODE_IMS_INVALID_SERIES),
				 errmsg("argument \"%s\" has another length than \"%s\"", "in_stock",
						"demand"),
				 errdetail_internal("%s",
									ims_error_detail(psprintf("It has %d periods instead of %d.",
															  in_stock->count, demand->count),
													 ims_detail_text("argument", "in_stock"),
													 ims_detail_integer("periods",
																		in_stock->count))),
				 errhint("Give one share for each period of demand.")));
}

static double *
estimated(ImsCensoredMethod method, const ImsSeries *demand, const ImsSeries *in_stock)
{
	double *estimate = palloc(sizeof(double) * Max(demand->count, 1));
	double *scratch = palloc(sizeof(double) * Max(demand->count, 1));

	if (!ims_censored_estimate(method, demand->value, in_stock->value, demand->count,
							   ims_check_for_interrupts, NULL, scratch, estimate))
		elog(ERROR, "an estimate was interrupted without an error");
	return estimate;
}

/*
 * ims_uncensor_demand -- SQL: ims.uncensor_demand(demand, in_stock, method)
 *
 * One value per period, in the unit of demand; null where nothing is known.
 * Without in_stock nothing was censored.  Raises IV501 on an unknown method,
 * IV503 on arrays of different lengths.
 */
Datum
ims_uncensor_demand(PG_FUNCTION_ARGS)
{
	ImsSeries demand = ims_series_argument(fcinfo, 0, "demand");
	ImsSeries in_stock = ims_series_argument(fcinfo, 1, "in_stock");
	ImsCensoredMethod method = method_of(ims_text_argument(fcinfo, 2));

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	if (PG_ARGISNULL(1))
		PG_RETURN_DATUM(ims_float_array(demand.value, demand.count));
	check_lengths(&demand, &in_stock);
	PG_RETURN_DATUM(ims_float_array(estimated(method, &demand, &in_stock), demand.count));
}

/* A series in which nothing was missed; a share that nobody knows is all of it. */
static bool
is_always_in_stock(const ImsSeries *in_stock)
{
	for (int t = 0; t < in_stock->count; t++)
		if (in_stock->value[t] < 1)
			return false;
	return true;
}

static bool
is_sold_without_stock(const ImsSeries *demand, const ImsSeries *in_stock)
{
	for (int t = 0; t < demand->count; t++)
		if (in_stock->value[t] <= 0 && demand->value[t] > 0)
			return true;
	return false;
}

/* Null for periods without demand and without stock. */
static double *
without_empty_shelves(const ImsSeries *demand, const ImsSeries *in_stock)
{
	double *known = palloc(sizeof(double) * Max(demand->count, 1));

	for (int t = 0; t < demand->count; t++)
		known[t] =
			in_stock->value[t] <= 0 && demand->value[t] <= 0 ? NAN : demand->value[t];
	return known;
}

static const double *
known_demand(const ImsSeries *demand, const ImsSeries *in_stock, bool uncensor)
{
	if (is_always_in_stock(in_stock))
		return demand->value;
	check_lengths(demand, in_stock);
	if (uncensor && !is_sold_without_stock(demand, in_stock))
		return estimated(IMS_CENSORED_NEGATIVE_BINOMIAL, demand, in_stock);
	return without_empty_shelves(demand, in_stock);
}

/*
 * ims_known_demand -- SQL: ims._known_demand(demand, in_stock, uncensor)
 *
 * The demand as it is where there was stock all the time, or nothing is known
 * about that.
 */
Datum
ims_known_demand(PG_FUNCTION_ARGS)
{
	ImsSeries demand;
	ImsSeries in_stock;
	bool uncensor = !PG_ARGISNULL(2) && PG_GETARG_BOOL(2);

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	in_stock = ims_series_argument(fcinfo, 1, "in_stock");
	if (is_always_in_stock(&in_stock))
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	demand = ims_series_argument(fcinfo, 0, "demand");
	PG_RETURN_DATUM(
		ims_float_array(known_demand(&demand, &in_stock, uncensor), demand.count));
}

/*
 * ims_known_open_demand -- SQL: ims._known_open_demand(demand, in_stock, uncensor,
 * open_shares)
 *
 * The same, where periods are compared as if they had the usual number of open days:
 * what was missed is estimated of those, and scaled back.  What was closed throughout
 * stays as it is, and is compared with nothing.
 */
Datum
ims_known_open_demand(PG_FUNCTION_ARGS)
{
	ImsSeries demand;
	ImsSeries usual;
	ImsSeries in_stock;
	ImsSeries open;
	double *scaled;
	const double *known;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(3))
		return ims_known_demand(fcinfo);
	in_stock = ims_series_argument(fcinfo, 1, "in_stock");
	if (is_always_in_stock(&in_stock))
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	demand = ims_series_argument(fcinfo, 0, "demand");
	open = ims_series_argument(fcinfo, 3, "open_shares");
	if (open.count < demand.count)
		elog(ERROR, "%d open shares for %d periods", open.count, demand.count);
	usual = demand;
	usual.value = scaled = palloc(sizeof(double) * Max(demand.count, 1));
	for (int t = 0; t < demand.count; t++)
		scaled[t] = open.value[t] > 0 ? demand.value[t] / open.value[t] : NAN;
	known = known_demand(&usual, &in_stock, !PG_ARGISNULL(2) && PG_GETARG_BOOL(2));
	for (int t = 0; t < demand.count; t++)
		scaled[t] = open.value[t] > 0 ? known[t] * open.value[t] : demand.value[t];
	PG_RETURN_DATUM(ims_float_array(scaled, demand.count));
}
