/*-------------------------------------------------------------------------
 *
 * forecast_plot.c
 *	  ims.forecast_plot: history, forecast and interval as SVG.
 *
 * The same arguments give the same bytes: coordinates have one decimal, and
 * no number depends on a locale.  History is a line with gaps where periods
 * are missing; a value alone between gaps is a dot.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "sqlfn/argument.h"
#include "sqlfn/forecast_call.h"

#define WIDTH 800
#define HEIGHT 300
#define LEFT 70.0
#define RIGHT 785.0
#define TOP 35.0
#define BOTTOM 265.0

#define MOST_HISTORY 2000 /* periods drawn, the latest */
#define MOST_TICKS 6
#define MOST_TITLE 70 /* characters, as many as there is room for */

/* Beyond this nothing is drawn to scale, so that no range overflows. */
#define MOST_VALUE 1e300

PG_FUNCTION_INFO_V1(ims_forecast_plot);

typedef struct Plot
{
	StringInfoData svg;
	const ImsForecastCall *call;
	const double *history;
	int past;  /* periods of history drawn */
	int total; /* and with the forecast */
	double lowest;
	double highest;
	double tick; /* distance of the lines across */
} Plot;

static double
within_reach(double value)
{
	return Max(-MOST_VALUE, Min(MOST_VALUE, value));
}

static double
x_of(const Plot *plot, int period)
{
	return LEFT + (RIGHT - LEFT) * (period + 0.5) / plot->total;
}

static double
y_of(const Plot *plot, double value)
{
	return BOTTOM - (BOTTOM - TOP) * (within_reach(value) - plot->lowest) /
						(plot->highest - plot->lowest);
}

static void
include(Plot *plot, double value)
{
	if (!isfinite(value))
		return;
	plot->lowest = Min(plot->lowest, within_reach(value));
	plot->highest = Max(plot->highest, within_reach(value));
}

/* 1, 2 or 5 times a power of ten, so that there are few lines across. */
static double
round_tick(double range)
{
	static const double steps[] = {1, 2, 5, 10};
	double power = pow(10, floor(log10(range / MOST_TICKS)));

	for (int i = 0; i < lengthof(steps); i++)
		if (range / (power * steps[i]) <= MOST_TICKS)
			return power * steps[i];
	return power * 20;
}

/* Zero is always there, and room where all values are equal. */
static void
find_scale(Plot *plot)
{
	plot->lowest = plot->highest = 0;
	for (int i = 0; i < plot->past; i++)
		include(plot, plot->history[i]);
	for (int h = 0; h < plot->call->request.horizon; h++)
	{
		include(plot, plot->call->forecast.mean[h]);
		include(plot, plot->call->lower[h]);
		include(plot, plot->call->upper[h]);
	}
	if (!(plot->highest - plot->lowest > 1e-300))
		plot->highest = plot->lowest + 1;
	plot->tick = round_tick(plot->highest - plot->lowest);
	plot->lowest = floor(plot->lowest / plot->tick) * plot->tick;
	plot->highest = ceil(plot->highest / plot->tick) * plot->tick;
}

/* What XML has no way to write becomes a question mark. */
static void
put_text(StringInfo svg, const char *text)
{
	for (; *text != '\0'; text++)
		switch (*text)
		{
		case '&':
			appendStringInfoString(svg, "&amp;");
			break;
		case '<':
			appendStringInfoString(svg, "&lt;");
			break;
		case '>':
			appendStringInfoString(svg, "&gt;");
			break;
		default:
			appendStringInfoChar(svg, (unsigned char) *text < ' ' ? '?' : *text);
		}
}

static void
put_label(Plot *plot, double x, double y, const char *anchor, const char *text)
{
	appendStringInfo(&plot->svg, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y,
					 anchor);
	put_text(&plot->svg, text);
	appendStringInfoString(&plot->svg, "</text>\n");
}

static void
put_line(Plot *plot, double x1, double y1, double x2, double y2, const char *colour)
{
	appendStringInfo(&plot->svg,
					 "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\""
					 " stroke=\"%s\"/>\n",
					 x1, y1, x2, y2, colour);
}

/* Lines across at round values; periods counted below, the last known being 0. */
static void
put_axes(Plot *plot)
{
	int lines = (int) rint((plot->highest - plot->lowest) / plot->tick);
	int step = Max(1, (int) round_tick(plot->total));
	int first = -((plot->past - 1) / step) * step;

	for (int i = 0; i <= lines; i++)
	{
		double value = plot->lowest + i * plot->tick;

		if (fabs(value) < plot->tick / 2)
			value = 0;
		put_line(plot, LEFT, y_of(plot, value), RIGHT, y_of(plot, value),
				 value == 0 ? "#444" : "#ddd");
		put_label(plot, LEFT - 6, y_of(plot, value) + 4, "end", psprintf("%g", value));
	}
	for (int i = plot->past == 0 ? 1 : first; i <= plot->call->request.horizon; i += step)
		put_label(plot, x_of(plot, plot->past - 1 + i), BOTTOM + 18, "middle",
				  psprintf("%d", i));
	put_line(plot, x_of(plot, plot->past - 1) + (RIGHT - LEFT) / plot->total / 2, TOP,
			 x_of(plot, plot->past - 1) + (RIGHT - LEFT) / plot->total / 2, BOTTOM, "#aaa");
}

/* A path through values, broken where they are missing. */
static void
put_path(Plot *plot, const double *value, int count, int first, const char *style)
{
	bool is_open = false;

	appendStringInfo(&plot->svg, "<path %s d=\"", style);
	for (int i = 0; i < count; i++)
	{
		if (isfinite(value[i]))
			appendStringInfo(&plot->svg, "%s%.1f %.1f", is_open ? "L" : "M",
							 x_of(plot, first + i), y_of(plot, value[i]));
		/* A round cap on a line of no length is a dot. */
		if (isfinite(value[i]) && !is_open)
			appendStringInfoString(&plot->svg, "h0");
		is_open = isfinite(value[i]);
	}
	appendStringInfoString(&plot->svg, "\"/>\n");
}

/* The steps that have an interval come first, all or none. */
static void
put_band(Plot *plot)
{
	const ImsForecastCall *call = plot->call;
	int horizon = call->request.horizon;

	if (isnan(call->upper[0]))
		return;
	appendStringInfoString(&plot->svg, "<path class=\"interval\" fill=\"#9ecae1\""
									   " fill-opacity=\"0.5\" d=\"");
	for (int h = 0; h < horizon; h++)
		appendStringInfo(&plot->svg, "%s%.1f %.1f", h == 0 ? "M" : "L",
						 x_of(plot, plot->past + h), y_of(plot, call->upper[h]));
	for (int h = horizon - 1; h >= 0; h--)
		appendStringInfo(&plot->svg, "L%.1f %.1f", x_of(plot, plot->past + h),
						 y_of(plot, call->lower[h]));
	appendStringInfoString(&plot->svg, "Z\"/>\n");
}

static void
draw(Plot *plot, const char *title)
{
	initStringInfo(&plot->svg);
	appendStringInfo(&plot->svg,
					 "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
					 " viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\""
					 " fill=\"#222\">\n<title>",
					 WIDTH, HEIGHT, WIDTH, HEIGHT);
	put_text(&plot->svg, title);
	appendStringInfo(&plot->svg,
					 "</title>\n<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n",
					 WIDTH, HEIGHT);
	put_label(plot, LEFT, 20, "start",
			  pnstrdup(title, pg_mbcharcliplen(title, strlen(title), MOST_TITLE)));
	put_axes(plot);
	put_band(plot);
	put_path(plot, plot->history, plot->past, 0,
			 "class=\"history\" fill=\"none\" stroke=\"#222\" stroke-width=\"1.5\""
			 " stroke-linecap=\"round\"");
	put_path(plot, plot->call->forecast.mean, plot->call->request.horizon, plot->past,
			 "class=\"forecast\" fill=\"none\" stroke=\"#08519c\" stroke-width=\"2\""
			 " stroke-linecap=\"round\"");
	put_label(plot, RIGHT, 20, "end", plot->call->method_name);
	appendStringInfoString(&plot->svg, "</svg>\n");
}

/*
 * ims_forecast_plot -- SQL: ims.forecast_plot(demand double precision[], ..)
 * returns text
 *
 * SVG of 800 by 300.  Arguments and errors as of ims.forecast(), and a title.
 */
Datum
ims_forecast_plot(PG_FUNCTION_ARGS)
{
	char *title = ims_text_argument(fcinfo, 7);
	ImsForecastCall call;
	Plot plot;

	ims_forecast_call_start(&call, fcinfo, 0, 2, 3);
	ims_forecast_call_horizon(&call, fcinfo, 1, 4);
	ims_forecast_call_run(&call);
	plot.call = &call;
	plot.past = Min(call.series.count, MOST_HISTORY);
	plot.history =
		plot.past == 0 ? NULL : call.series.value + (call.series.count - plot.past);
	plot.total = plot.past + call.request.horizon;
	find_scale(&plot);
	draw(&plot, title == NULL ? "" : title);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(plot.svg.data, plot.svg.len));
}
