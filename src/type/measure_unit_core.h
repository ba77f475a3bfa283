/*-------------------------------------------------------------------------
 *
 * measure_unit_core.h
 *	  The physical units of UN/ECE Recommendation 20, with exact factors.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_MEASURE_UNIT_CORE_H
#define IMS_MEASURE_UNIT_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The order of measures begins with this; a new dimension goes before the last. */
typedef enum ImsDimension
{
	IMS_MASS,
	IMS_LENGTH,
	IMS_AREA,
	IMS_VOLUME,
	IMS_TIME,
	IMS_FORCE,
	IMS_PRESSURE,
	IMS_ENERGY,
	IMS_POWER,
	IMS_CHARGE,
	IMS_SUBSTANCE,
	IMS_RADIOACTIVITY,
	IMS_NO_DIMENSION
} ImsDimension;

/* One of the unit is numerator/denominator of the dimension's base unit, in lowest terms. */
typedef struct ImsRec20Unit
{
	char code[4];
	const char *name;
	const char *symbol; /* UTF-8, empty where there is none */
	ImsDimension dimension;
	bool is_deprecated;
	int64_t numerator;
	int64_t denominator;
} ImsRec20Unit;

extern const ImsRec20Unit ims_rec20_units[];
extern const int ims_rec20_count;

/* NULL: a code without dimension. */
extern const ImsRec20Unit *ims_rec20_find(const char *code, size_t size);
extern const char *ims_dimension_name(ImsDimension dimension);
extern const char *ims_dimension_base_unit(ImsDimension dimension);

#endif
