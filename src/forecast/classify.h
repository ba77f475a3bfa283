/*-------------------------------------------------------------------------
 *
 * classify.h
 *	  Classes of items by demand, value, variation, movement and age.
 *
 * Every cut point is an argument; the macros below are the usual ones.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_FORECAST_CLASSIFY_H
#define IMS_FORECAST_CLASSIFY_H

#include <stdbool.h>
#include <stddef.h>

#include "series.h"

#define IMS_CLASSIFY_MAX_ITEMS 10000000

/* Syntetos, Boylan and Croston 2005. */
#define IMS_USUAL_ADI_CUT 1.32
#define IMS_USUAL_CV2_CUT 0.49

/* One period in twenty without demand: not yet irregular, but slow. */
#define IMS_SLOW_ADI 1.05

typedef enum ImsClassifyStatus
{
	IMS_CLASSIFY_OK,
	IMS_CLASSIFY_NO_DATA,
	IMS_CLASSIFY_BAD_CUTS,
	IMS_CLASSIFY_BAD_VALUE, /* NaN or negative where there must be none */
	IMS_CLASSIFY_TOO_MANY,
	IMS_CLASSIFY_INTERRUPTED
} ImsClassifyStatus;

/* Demand class: below the cut is regular, at the cut and above is not. */
typedef struct ImsDemandCuts
{
	double adi;
	double cv2;
} ImsDemandCuts;

typedef enum ImsDemandClass
{
	IMS_DEMAND_NONE, /* there was none */
	IMS_DEMAND_SMOOTH,
	IMS_DEMAND_ERRATIC,
	IMS_DEMAND_INTERMITTENT,
	IMS_DEMAND_LUMPY
} ImsDemandClass;

/* From which period on the intervals between demands are counted. */
typedef enum ImsAdiStart
{
	IMS_ADI_SINCE_FIRST_DEMAND, /* periods from the first demand on / their demands */
	IMS_ADI_WHOLE_SERIES		/* all periods / periods with demand */
} ImsAdiStart;

typedef struct ImsDemandProfile
{
	ImsDemandClass demand_class;
	int periods; /* counted ones */
	int demands;
	double adi; /* periods per demand; infinite when there is none */
	double cv2; /* of the sizes: sample variance / mean squared; 0 for a single one */
	double mean_size;
	int periods_since_last;
} ImsDemandProfile;

extern ImsClassifyStatus ims_classify_demand(const double *value, int count,
											 ImsAdiStart start, const ImsDemandCuts *cuts,
											 ImsDemandProfile *profile);
extern const char *ims_demand_class_name(ImsDemandClass demand_class);

/* ABC: 'A', 'B' or 'C' for each value, by shares of the sum. */
typedef struct ImsAbcCuts
{
	double a; /* cumulative share up to which an item is A, 0.8 */
	double b; /* and up to which B, 0.95 */
} ImsAbcCuts;

extern size_t ims_classify_abc_size(int count);
extern ImsClassifyStatus ims_classify_abc(const double *value, int count,
										  const ImsAbcCuts *cuts, void *scratch,
										  size_t scratch_size, ImsInterrupt interrupt,
										  void *interrupt_context, char *classes,
										  double *cumulative);

/* XYZ: by the coefficient of variation of demand per period. */
typedef struct ImsXyzCuts
{
	double x; /* up to which an item is X, 0.5 */
	double y; /* and up to which Y, 1.0 */
} ImsXyzCuts;

extern double ims_variation(const double *value, int count);
extern char ims_classify_xyz(double variation, const ImsXyzCuts *cuts);

/* FSN: fast, slow or not moving, by turns a year or any measure like it. */
typedef struct ImsFsnCuts
{
	double fast; /* from which an item is F, 3 turns a year */
	double slow; /* and from which S, 1 */
} ImsFsnCuts;

extern char ims_classify_fsn(double turns, const ImsFsnCuts *cuts);

/* Life cycle */
typedef enum ImsLifeStage
{
	IMS_LIFE_NONE, /* never in demand */
	IMS_LIFE_NEW,
	IMS_LIFE_GROWING,
	IMS_LIFE_MATURE,
	IMS_LIFE_DECLINING,
	IMS_LIFE_DEAD
} ImsLifeStage;

typedef struct ImsLifeCuts
{
	int new_periods;   /* younger than this since its first demand: new */
	int dead_periods;  /* this long without demand: dead */
	int window;		   /* the latest periods, compared with as many before */
	double growth;	   /* at least this ratio between them: growing, 1.25 */
	double decline;	   /* at most this ratio: declining, 0.8 */
	double confidence; /* and this many standard errors apart, 1.64 */
} ImsLifeCuts;

typedef struct ImsLifeProfile
{
	ImsLifeStage stage;
	int age; /* periods since the first demand, it included */
	int periods_since_last;
	double ratio; /* of the means of both windows; NaN when there is only one */
} ImsLifeProfile;

extern ImsClassifyStatus ims_classify_life(const double *value, int count,
										   const ImsLifeCuts *cuts,
										   ImsLifeProfile *profile);
extern const char *ims_life_stage_name(ImsLifeStage stage);

#endif
