/*-------------------------------------------------------------------------
 *
 * names.h
 *	  What rows of a report call things: codes by id, read many at a time.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_NAMES_H
#define IMS_NAMES_H

#include "utils/snapshot.h"

#include "ims.h"

typedef enum ImsNameKind
{
	IMS_NAME_ITEM,			/* with its base unit */
	IMS_NAME_LOT,			/* with its status, and its item as other */
	IMS_NAME_SERIAL,		/* and its item as other */
	IMS_NAME_LOCATION,		/* with a word if it sells, and its site as other */
	IMS_NAME_HANDLING_UNIT, /* and as other the outermost unit that it is in now */
	IMS_NAME_PARTY
} ImsNameKind;

#define IMS_NNAME (IMS_NAME_PARTY + 1)

typedef struct ImsName
{
	text *code;
	text *extra;
	int64 other;
} ImsName;

struct namehash_hash;

typedef struct ImsNames
{
	int64 owner_id;
	Snapshot snapshot;
	MemoryContext context;
	struct
	{
		struct namehash_hash *hash;
		int64 *wanted; /* not read yet */
		int64 nwanted;
		int64 room;
	} kinds[IMS_NNAME];
} ImsNames;

extern void ims_names_init(ImsNames *names, int64 owner_id, Snapshot snapshot,
						   MemoryContext context);
/* The name will be asked for; 0 means none. */
extern void ims_names_want(ImsNames *names, ImsNameKind kind, int64 id);
/* Reads all that are wanted; inside SPI_connect(). */
extern void ims_names_read(ImsNames *names);
/* NULL for 0 and for what the caller may not see. */
extern const ImsName *ims_name(const ImsNames *names, ImsNameKind kind, int64 id);

/* As text sorts in collation "C"; NULL is last. */
extern int ims_name_compare(const ImsName *a, const ImsName *b);

#endif /* IMS_NAMES_H */
