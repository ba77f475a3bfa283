/*-------------------------------------------------------------------------
 *
 * censored.c
 *	  ims.uncensor_demand: demand as it would have been with stock.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "forecast/censored.h"
#include "ims.h"
#include "ledger/detail.h"
#include "sqlfn/argument.h"

PG_FUNCTION_INFO_V1(ims_uncensor_demand);

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
	double *estimate;
	double *scratch;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	if (PG_ARGISNULL(1))
		PG_RETURN_DATUM(ims_float_array(demand.value, demand.count));
	check_lengths(&demand, &in_stock);
	estimate = palloc(sizeof(double) * Max(demand.count, 1));
	scratch = palloc(sizeof(double) * Max(demand.count, 1));
	CHECK_FOR_INTERRUPTS();
	ims_censored_estimate(method, demand.value, in_stock.value, demand.count, scratch,
						  estimate);
	PG_RETURN_DATUM(ims_float_array(estimate, demand.count));
}
