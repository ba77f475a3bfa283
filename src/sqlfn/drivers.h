/*-------------------------------------------------------------------------
 *
 * drivers.h
 *	  Known drivers of demand in a call of the cores: taken out, put back.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_SQLFN_DRIVERS_H
#define IMS_SQLFN_DRIVERS_H

#include "forecast/drivers.h"
#include "sqlfn/forecast_call.h"

extern ImsDrivers ims_drivers_argument(FunctionCallInfo fcinfo, int place, int least,
									   int most);
extern void ims_drivers_effects(const ImsForecastCall *call, const ImsDrivers *drivers,
								ImsDriverEffects *effects);
extern void ims_drivers_take_out(ImsForecastCall *call, const ImsDriverEffects *effects);
extern void ims_drivers_put_back(ImsForecastCall *call, const ImsDriverEffects *effects,
								 bool non_negative);

#endif /* IMS_SQLFN_DRIVERS_H */
