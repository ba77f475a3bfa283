/*-------------------------------------------------------------------------
 *
 * ets_search.h
 *	  The search for the most likely parameters of a family of ETS models.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_FORECAST_ETS_SEARCH_H
#define IMS_FORECAST_ETS_SEARCH_H

#include "ets_kernel.h"
#include "forecast.h"

/*
 * One search per lane.  Vectors have IMS_ETS_SEASON + season elements, each of
 * one number per lane: the four smoothing parameters through fold(), and the
 * states as x = (state - base) / unit.
 */
typedef struct ImsEtsSearch
{
	const ImsEtsKernel *kernel;
	ImsForecastRun *run;	/* asked in every cycle whether to stop */
	const char *lane_trend; /* 'N', 'A' or 'D' for each lane */
	int max_cycles;
	double tolerance;

	ImsEtsLanes lanes;
	int size;
	int cycles; /* evaluations of the gradient so far */
	bool active[IMS_LANES];
	int calm[IMS_LANES];	 /* steps in a row that gained little */
	double value[IMS_LANES]; /* -2 log likelihood at x */
	double slope[IMS_LANES]; /* along the direction */
	double step[IMS_LANES];

	ImsLanes *x;
	ImsLanes *gradient;
	ImsLanes *trial;
	ImsLanes *trial_gradient;
	ImsLanes *direction;
	ImsLanes *parameter; /* what the kernel sees of the trial */
	ImsLanes *raw;		 /* its gradient by the kernel's parameters */
	ImsLanes *base;
	ImsLanes *unit;
	ImsLanes *moved;
	ImsLanes *change;
	ImsLanes *product;
	ImsLanes *matrix; /* the inverse Hessian, as far as known */
} ImsEtsSearch;

extern size_t ims_ets_search_size(int count, int season);
extern void ims_ets_search_allocate(ImsEtsSearch *search, ImsScratch *scratch);

/* The folded value of a share of a parameter's range. */
extern double ims_ets_search_unfold(double share);

/* The kernel's parameters of the trial. */
extern void ims_ets_search_place(ImsEtsSearch *search);

/* From x downhill, until each active lane has arrived or the cycles are used up. */
extern void ims_ets_search_descend(ImsEtsSearch *search);

#endif
