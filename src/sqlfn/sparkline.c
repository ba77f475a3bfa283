/*-------------------------------------------------------------------------
 *
 * sparkline.c
 *	  ims.sparkline: a series as one line of text.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "ims.h"
#include "ledger/detail.h"
#include "sqlfn/argument.h"

#define MOST_POINTS 10000
#define LEVELS 8

PG_FUNCTION_INFO_V1(ims_sparkline);

static void
check_length(const ImsSeries *series)
{
	if (series->count > MOST_POINTS)
		ereport(ERROR,
				(errcode(ERRCODE_IMS_INVALID_SERIES),
				 errmsg("argument \"%s\" is too long", "series"),
				 errdetail_internal("%s",
									ims_error_detail(psprintf("It has %d periods, at most %d are possible.",
															  series->count, MOST_POINTS),
													 ims_detail_text("argument", "series"),
													 ims_detail_integer("periods",
																		series->count),
													 ims_detail_integer("most",
																		MOST_POINTS))),
				 errhint("Give the latest periods, or longer ones.")));
}

/* Lowest and highest finite value. */
static void
find_range(const ImsSeries *series, double *lowest, double *highest)
{
	*lowest = INFINITY;
	*highest = -INFINITY;
	for (int i = 0; i < series->count; i++)
	{
		if (!isfinite(series->value[i]))
			continue;
		*lowest = Min(*lowest, series->value[i]);
		*highest = Max(*highest, series->value[i]);
	}
}

/* From 0 to LEVELS - 1; halves are taken so that no difference overflows. */
static int
level_of(double value, double lowest, double highest)
{
	double range = highest / 2 - lowest / 2;
	int level;

	if (!(range > 0))
		return 0;
	level = (int) ((value / 2 - lowest / 2) / range * LEVELS);
	return Min(level, LEVELS - 1);
}

/*
 * ims_sparkline -- SQL: ims.sparkline(series double precision[]) returns text
 *
 * A block character (U+2581 to U+2588) for each period, from the lowest value
 * to the highest; a space for a missing one.  Raises IV503 on a long series.
 */
Datum
ims_sparkline(PG_FUNCTION_ARGS)
{
	ImsSeries series = ims_series_argument(fcinfo, 0, "series");
	StringInfoData line;
	double lowest;
	double highest;

	check_length(&series);
	find_range(&series, &lowest, &highest);
	initStringInfo(&line);
	for (int i = 0; i < series.count; i++)
	{
		if (isfinite(series.value[i]))
		{
			appendStringInfoString(&line, "\xE2\x96");
			appendStringInfoChar(&line, (char) (0x81 + level_of(series.value[i], lowest,
																highest)));
		}
		else
			appendStringInfoChar(&line, ' ');
	}
	/* An error where the database's encoding has no such characters. */
	PG_RETURN_TEXT_P(cstring_to_text(pg_any_to_server(line.data, line.len, PG_UTF8)));
}
