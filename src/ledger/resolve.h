/*-------------------------------------------------------------------------
 *
 * resolve.h
 *	  From what people write, codes and units, to what the engine takes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_RESOLVE_H
#define IMS_RESOLVE_H

#include "ledger/engine.h"
#include "ledger/field.h"
#include "ledger/master.h"
#include "ledger/memo.h"

#define IMS_MAX_REFERENCE_LENGTH 100 /* characters of reference_*, actor */
#define IMS_MAX_REASON_LENGTH 1000	 /* characters of a reason */

#define IMS_NO_FIELD (-1)

/* What a kind of posting says about the places of its lines. */
typedef struct ImsShape
{
	int from_field; /* ImsField that names the place, or IMS_NO_FIELD */
	int to_field;
	int from_unit_field; /* the same for the handling unit */
	int to_unit_field;
	int64 from_location_id; /* the place where no field names it */
	int64 to_location_id;
	bool is_internal; /* only the ledger's own functions post it */
} ImsShape;

/* A line of the ledger that a line of the call returns. */
typedef struct ImsOrigin
{
	int64 movement_id;
	int64 posting_id;
	int64 item_id;
	TimestampTz effective_at;
	ImsQuantity quantity;
	ImsQuantity rest; /* not returned yet (returns.c) */
} ImsOrigin;

typedef struct ImsResolver
{
	const ImsLedger *ledger;
	ImsMasters *masters;
	ImsMemo *memo;
	int64 owner_id;
	ImsKind kind;
	const ImsShape *shape;
	bool report;			 /* collect refusals instead of raising them */
	MemoryContext context;	 /* what outlives the resolving of a line */
	int32 line;				 /* being resolved, from 1 */
	int64 destination_id;	 /* site that the lines of a dispatch name */
	int64 origin_posting_id; /* posting that is returned */
	bool one_origin;		 /* every line is of that one */
	ImsOrigin *origins;		 /* in the order of the lines */
	int norigin;
	int norigin_allocated;
	TimestampTz not_before;	  /* of what is returned: the latest */
	ImsRejection *rejections; /* ascending by line */
	int nrejection;
	int nallocated;
} ImsResolver;

/* A component of a production. */
extern const ImsShape ims_component_shape;

extern const ImsShape *ims_shape_of(ImsKind kind);

/* Whether a line of this kind may have this field. */
extern bool ims_shape_has_field(const ImsShape *shape, ImsField field);

extern void ims_resolve_posting(ImsResolver *resolver, const ImsInput *input,
								ImsPosting *posting);
extern bool ims_resolve_line(ImsResolver *resolver, const ImsLineInput *input,
							 ImsLine *line);
extern bool ims_resolve_destination(ImsResolver *resolver, const char *item,
									const ImsLocation *from, const ImsLocation *to);
extern bool ims_resolve_origin(ImsResolver *resolver, const ImsItem *item,
							   const ImsLine *line, int64 origin_movement_id,
							   int64 *origin_posting_id);
extern bool ims_check_reference_line(ImsResolver *resolver, const char *text);
extern bool ims_holds_stock(const ImsLocation *location);

/* Raises, or in report mode keeps the refusal and returns false. */
extern bool ims_refuse(ImsResolver *resolver, int sqlstate, const char *hint,
					   char *detail, const char *format, ...) pg_attribute_printf(5, 6);
extern bool ims_refuse_not_stocked(ImsResolver *resolver, const char *item);
extern bool ims_refuse_missing(ImsResolver *resolver, ImsField field);

#endif /* IMS_RESOLVE_H */
