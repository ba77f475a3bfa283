/*-------------------------------------------------------------------------
 *
 * drivers.h
 *	  What known drivers do to demand: price, promotion, holidays.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_FORECAST_DRIVERS_H
#define IMS_FORECAST_DRIVERS_H

#include "forecast.h"

#define IMS_DRIVERS_MAX_COLUMNS 20

/* Drivers beyond this are mistakes. */
#define IMS_DRIVERS_MOST 1e15

/* Of a longer series the latest are looked at. */
#define IMS_DRIVERS_MAX_POINTS 10000

typedef enum ImsDriverState
{
	IMS_DRIVER_USED,
	IMS_DRIVER_CONSTANT, /* it never changed, so nobody knows what it does */
	IMS_DRIVER_COLLINEAR /* others say all that it says */
} ImsDriverState;

/* One row per period of the series, then one per period to come; all finite. */
typedef struct ImsDrivers
{
	const double *value; /* row by row */
	int rows;
	int columns;
} ImsDrivers;

typedef struct ImsDriverEffects
{
	/* The caller's: one number per row; one per period to come. */
	double *effect;	  /* on demand, from the mean of each driver */
	double *variance; /* of that effect, for what is not known of coefficients */

	ImsDriverState state[IMS_DRIVERS_MAX_COLUMNS];
	double coefficient[IMS_DRIVERS_MAX_COLUMNS]; /* 0 unless it is used */
	double standard_error[IMS_DRIVERS_MAX_COLUMNS];
	double alpha; /* how fast the level moves meanwhile */
	int points;	  /* periods that were looked at */
	int used;	  /* drivers */
} ImsDriverEffects;

extern const char *ims_driver_state_name(ImsDriverState state);
extern size_t ims_drivers_scratch_size(const ImsSeries *series, const ImsDrivers *drivers);
extern bool ims_drivers_fit(const ImsSeries *series, const ImsDrivers *drivers,
							ImsInterrupt interrupt, void *interrupt_context,
							void *scratch, size_t scratch_size, ImsDriverEffects *effects);

#endif
