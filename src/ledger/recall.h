/*-------------------------------------------------------------------------
 *
 * recall.h
 *	  What the parts of the report of a recall share.
 *
 * recall_books.c goes through the books of one owner after the other; of each
 * recall.c puts the nodes of a trace in order and rows out; recall_read.c
 * reads lines and postings, for trace_lines.c too; recall_rows.c makes rows of them;
 * recall_untracked.c keeps what a trace meets that has neither lot nor serial.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_RECALL_H
#define IMS_RECALL_H

#include "executor/spi.h"
#include "nodes/execnodes.h"

#include "ims.h"
#include "ledger/engine.h"
#include "ledger/names.h"
#include "ledger/plan.h"
#include "ledger/trace.h"

#define IMS_RECALL_PORTION 5000 /* lots and units that are read together */
#define IMS_RECALL_FIRST_SIZE 256
#define IMS_RECALL_COLUMNS 27
#define IMS_RECALL_OTHER_COLUMNS 6 /* the last of them */

/* In the order of their words. */
typedef enum ImsRecallKind
{
	IMS_RECALL_ADJUSTED,
	IMS_RECALL_CONSUMED,
	IMS_RECALL_HANDED_OVER,
	IMS_RECALL_IN_TRANSIT,
	IMS_RECALL_MAY_BE_ON_HAND,
	IMS_RECALL_ON_HAND,
	IMS_RECALL_PRODUCED,
	IMS_RECALL_RECEIVED,
	IMS_RECALL_RETURNED,
	IMS_RECALL_RETURNED_TO_SUPPLIER,
	IMS_RECALL_SCRAPPED,
	IMS_RECALL_SHIPPED,
	IMS_RECALL_TAKEN_OVER
} ImsRecallKind;

#define IMS_RECALL_NKIND (IMS_RECALL_TAKEN_OVER + 1)

typedef enum ImsRecallPostingKind
{
	IMS_RECALL_POSTING_OTHER,
	IMS_RECALL_POSTING_DISPATCH,
	IMS_RECALL_POSTING_RECEIVE_TRANSFER,
	IMS_RECALL_POSTING_RELOT,
	IMS_RECALL_POSTING_REVERSAL,
	IMS_RECALL_POSTING_USAGE
} ImsRecallPostingKind;

/* columns of IMS_PLAN_POSTINGS */
typedef enum ImsRecallPostingColumn
{
	IMS_RECALL_POSTING_ID,
	IMS_RECALL_POSTING_DOCUMENT_NUMBER,
	IMS_RECALL_POSTING_KIND,
	IMS_RECALL_POSTING_EFFECTIVE_AT,
	IMS_RECALL_POSTING_PARTY_ID,
	IMS_RECALL_POSTING_DESTINATION_ID,
	IMS_RECALL_POSTING_REFERENCE_TYPE,
	IMS_RECALL_POSTING_REFERENCE_NUMBER
} ImsRecallPostingColumn;

#define IMS_RECALL_POSTING_COLUMNS (IMS_RECALL_POSTING_REFERENCE_NUMBER + 1)

typedef struct ImsRecallPosting
{
	ImsRecallPostingKind kind;
	Datum values[IMS_RECALL_POSTING_COLUMNS]; /* in the rows of the portion */
	bool nulls[IMS_RECALL_POSTING_COLUMNS];
} ImsRecallPosting;

/* Goods at one end of a line, or lying somewhere. */
typedef struct ImsRecallGoods
{
	int64 group; /* rank of level and lot in the report */
	int64 item_id;
	int64 lot_id;
	int64 serial_id;
	int64 location_id;
	int64 handling_unit_id;
} ImsRecallGoods;

typedef struct ImsRecallLine
{
	ImsRecallGoods from;
	ImsRecallGoods to;
	int64 movement_id;
	int64 posting_id;
	int64 origin_movement_id; /* 0 for none */
	ImsQuantity quantity;
	bool is_affected;
	const ImsRecallPosting *posting;
} ImsRecallLine;

/* A handling unit that left as a whole, with what it was in (0 for nothing). */
typedef struct ImsRecallDeparture
{
	int64 posting_id;
	int64 handling_unit_id;
	int64 parent_id;
} ImsRecallDeparture;

/* What a posting of kind ownership is in the books of the other owner. */
typedef struct ImsRecallOther
{
	int64 posting_id; /* of the one that is told of */
	int64 owner_id;
	ImsTraceKey key;
	TimestampTz effective_at;
	Datum values[IMS_RECALL_OTHER_COLUMNS]; /* as rows have them */
	bool nulls[IMS_RECALL_OTHER_COLUMNS];
} ImsRecallOther;

/* Goods that another owner has, whose books the recall may go on in. */
typedef struct ImsRecallHandover
{
	int64 owner_id;
	ImsTraceEntry entry;
} ImsRecallHandover;

/* A line out of a production on the way, of goods with neither lot nor serial. */
typedef struct ImsRecallUntracked
{
	int64 movement_id;
	int64 posting_id;
	int64 item_id;
	int64 level;
	int64 group; /* of the item, once they are ranked */
	ImsQuantity quantity;
	const ImsName *item;
} ImsRecallUntracked;

typedef struct ImsRecallRow
{
	ImsRecallGoods goods; /* place 0: gone */
	ImsRecallKind kind;
	bool is_incoming;
	int64 posting_id; /* 0 for none */
	const ImsRecallPosting *posting;
	ImsQuantity quantity;
	int64 root_id; /* outermost handling unit, while rows are put out */
	const ImsName *serial;
	const ImsName *location;
	const ImsName *handling_unit;
} ImsRecallRow;

/* A node at its place in the report. */
typedef struct ImsRecallNode
{
	ImsTraceKey key;
	int64 level;
	int64 index; /* among the nodes */
	int64 group;
	const ImsName *item;
	const ImsName *lot;
	const ImsName *serial;
} ImsRecallNode;

typedef struct ImsRecall
{
	ImsTrace trace;
	ImsNames names;
	ImsRecallNode *ranked; /* nodes that are reported together, in order */
	int64 nranked;
	int64 first_node; /* the first of them as the trace has them */
	int64 *groups;	  /* of those nodes as the trace has them */
	int64 *levels;	  /* of the groups */
	ImsRecallUntracked *untracked;
	int64 nuntracked;
	int64 untracked_room;
	Datum words[IMS_RECALL_NKIND];
	Datum owner;			 /* code */
	Datum owner_ids;		 /* array of those whose books may be told of */
	TupleDesc desc;			 /* of the rows */
	Tuplestorestate *result; /* NULL: the nodes alone are asked for */

	/* in the caller's context */
	ImsRecallHandover *handovers;
	int64 nhandover;
	int64 handover_room;

	/* of the portion */
	MemoryContext portion;
	ImsRecallLine *lines;
	int64 nline;
	int64 line_room;
	ImsRecallPosting *postings;
	SPITupleTable *posting_rows;
	ImsRecallDeparture *departures;
	int64 ndeparture;
	ImsRecallOther *others; /* ascending by posting */
	int64 nother;
	ImsRecallRow *rows;
	int64 nrow;
	int64 row_room;
} ImsRecall;

/* recall_read.c: begin and end connect to SPI and finish; what is read dies with the end */
extern void ims_recall_begin(ImsRecall *recall, int64 owner_id, bool forward,
							 bool by_time, int64 at_most, Snapshot snapshot);
extern void ims_recall_end(ImsRecall *recall);
/* recall_read.c: the lines of some nodes, without reversals, and what is told of them */
extern void ims_recall_read(ImsRecall *recall, int64 first, int64 count);
/* The postings of the lines, of each once. */
extern void ims_recall_read_postings(ImsRecall *recall);
/* What the goods of those lines became: nodes to search further, and untracked goods. */
extern void ims_recall_follow(ImsRecall *recall);
/* The unit as it left with that posting, or NULL; and the outermost one it left in. */
extern const ImsRecallDeparture *
ims_recall_departure(const ImsRecall *recall, int64 posting_id, int64 handling_unit_id);
extern int64 ims_recall_departed_in(const ImsRecall *recall, int64 posting_id,
									int64 handling_unit_id);
/* Runs a plan with the snapshot of the report; the caller's memory context stays. */
extern void ims_recall_execute(const ImsRecall *recall, ImsPlan plan, Datum *values);

/* recall.c: all of one owner, between begin and end */
extern void ims_recall_report(ImsRecall *recall);

/* recall_books.c: what the changes of owner of the portion are in the other's books */
extern void ims_recall_read_others(ImsRecall *recall);
extern const ImsRecallOther *ims_recall_other(const ImsRecall *recall, int64 posting_id);

/* recall_rows.c: rows of the report from those lines, those that say the same as one */
extern void ims_recall_make_rows(ImsRecall *recall);
/* The same for untracked goods: where they came from, and all that is there of their items. */
extern void ims_recall_make_untracked_rows(ImsRecall *recall);

/* recall_untracked.c */
extern void ims_recall_keep_untracked(ImsRecall *recall, ImsRecallUntracked untracked);
/* Each line once, by item, in the order of the report. */
extern void ims_recall_rank_untracked(ImsRecall *recall);
/* Some of them as lines of the portion, with their postings. */
extern void ims_recall_read_untracked(ImsRecall *recall, int64 first, int64 count);

static inline bool
ims_is_virtual(int64 location_id)
{
	return location_id >= IMS_LOCATION_SUPPLIER && location_id <= IMS_LOCATION_SERVICE;
}

#endif /* IMS_RECALL_H */
