/*-------------------------------------------------------------------------
 *
 * frame.c
 *	  Plain INSERT and COPY into ims.movement, as postings.
 *
 * The BEFORE STATEMENT trigger opens a frame and draws posting id and clock;
 * the column defaults read it (they are STABLE: a volatile default would cost
 * COPY its multi-insert); the AFTER STATEMENT trigger takes the new rows from
 * the transition table, hands them to the engine and closes the frame.
 *
 * In a transaction that opened a posting (ims.open_posting) the frame is of
 * that posting, of the last one where there are several: rows that leave out
 * owner, posting and times are its lines.  All four come together or not at
 * all.  A default knows nothing of the other columns of its row, so it cannot
 * follow a posting_id that the row names; and when the trigger sees the row it
 * is in the heap, where history is not rewritten, least of all for a
 * subscriber that has guards of its own.  So a row that names another open
 * posting brings that one's times too, or is refused.
 *
 * The frames are a stack, one per statement, since the query of an INSERT may
 * post itself.  It lives in the transaction's memory, is cut back when a
 * subtransaction aborts, and forgotten at the end of the transaction.  A frame
 * marked as applied is the engine's own: the triggers return at once.  No
 * setting can forge that mark.  It is for the one statement: what a DBA's
 * trigger or rule runs within it is a statement like any other.
 *
 * A statement may end without its AFTER STATEMENT trigger: a procedural
 * language that runs INSERT .. RETURNING with a limit of rows stops there.
 * Its rows are in the table and were never posted; its frame is still open,
 * and so the transaction cannot commit.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "commands/sequence.h"
#include "commands/trigger.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "ledger/access.h"
#include "ledger/amount.h"
#include "ledger/detail.h"
#include "ledger/frame.h"
#include "ledger/info.h"
#include "ledger/master.h"
#include "ledger/movement_columns.h"
#include "ledger/resolve.h"
#include "type/quantity.h"
#include "type/quantity_stored.h"

typedef struct Frame
{
	struct Frame *outer;
	int nest_level;
	bool applied;
	Oid target; /* applied: the one table that is written; see ims_frame_is_own() */
	int trigger_depth; /* where the engine's statement begins */
	int64 posting_id;
	int64 movement_floor; /* every movement id of the statement is drawn after it */
	TimestampTz effective_at;
	TimestampTz recorded_at;
	int64 open_owner_id; /* of the open posting that the rows fill, 0: one of their own */
	int64 default_owner_id; /* 0 until a row asks for it */
	Oid default_owner_role; /* whose default that is */
} Frame;

typedef struct OpenPosting
{
	struct OpenPosting *next;
	int nest_level;
	int lines_level; /* of the outermost subtransaction that gave it lines, 0: none yet */
	ImsPosting posting;
} OpenPosting;

static Frame *frame_stack = NULL;
static OpenPosting *open_postings = NULL;

static void
at_subxact_end(SubXactEvent event, SubTransactionId my_id, SubTransactionId parent_id,
			   void *arg)
{
	int level = GetCurrentTransactionNestLevel();
	OpenPosting *open;

	if (event == SUBXACT_EVENT_ABORT_SUB)
	{
		while (frame_stack && frame_stack->nest_level >= level)
			frame_stack = frame_stack->outer;
		while (open_postings && open_postings->nest_level >= level)
			open_postings = open_postings->next;
		for (open = open_postings; open; open = open->next)
			if (open->lines_level >= level)
				open->lines_level = 0;
	}
	else if (event == SUBXACT_EVENT_COMMIT_SUB)
	{
		Frame *frame;

		/* what is left open belongs to the parent now, whatever aborts later */
		for (frame = frame_stack; frame; frame = frame->outer)
			frame->nest_level = Min(frame->nest_level, level - 1);
		for (open = open_postings; open; open = open->next)
		{
			open->nest_level = Min(open->nest_level, level - 1);
			open->lines_level = Min(open->lines_level, level - 1);
		}
	}
}

/* A document without lines says nothing: its transaction cannot commit. */
static void
check_open_postings(void)
{
	OpenPosting *open;

	for (open = open_postings; open; open = open->next)
		if (open->lines_level == 0)
			ereport(ERROR,
					(errcode(ERRCODE_IMS_EMPTY_BATCH),
					 errmsg("posting " INT64_FORMAT " has no lines",
							open->posting.posting_id),
					 errdetail_internal("%s",
										ims_error_detail("It was opened in this transaction.",
														 ims_detail_integer("posting_id",
																			open->posting
																				.posting_id))),
					 errhint("Insert its lines into ims.movement before the commit.")));
}

static void
raise_unfinished(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_IMS_INCONSISTENT),
			 errmsg("an INSERT into ims.movement was not run to its end"),
			 errdetail_internal("%s",
								ims_error_detail("Its trigger did not fire, so its rows changed no balance.",
												 ims_detail_text("trigger",
																 "movement_post"))),
			 errhint("Run it without a limit of rows, and with all triggers enabled.")));
}

/* Rows that came in without being posted must not stay. */
static void
check_frames(void)
{
	Frame *frame;

	for (frame = frame_stack; frame; frame = frame->outer)
		if (!frame->applied)
			raise_unfinished();
}

static void
at_xact_end(XactEvent event, void *arg)
{
	switch (event)
	{
	case XACT_EVENT_PRE_COMMIT:
	case XACT_EVENT_PRE_PREPARE:
		check_frames();
		check_open_postings();
		break;
	case XACT_EVENT_COMMIT:
	case XACT_EVENT_ABORT:
	case XACT_EVENT_PREPARE:
		frame_stack = NULL;
		open_postings = NULL;
		break;
	default:
		break;
	}
}

void
ims_frame_init(void)
{
	RegisterXactCallback(at_xact_end, NULL);
	RegisterSubXactCallback(at_subxact_end, NULL);
}

static Frame *
push_frame(void)
{
	Frame *frame = MemoryContextAllocZero(TopTransactionContext, sizeof(Frame));

	frame->outer = frame_stack;
	frame->nest_level = GetCurrentTransactionNestLevel();
	frame_stack = frame;
	return frame;
}

static void
pop_frame(void)
{
	Frame *frame = frame_stack;

	Assert(frame != NULL);
	frame_stack = frame->outer;
	pfree(frame);
}

/* How many triggers are running, one within the other. */
static int
trigger_depth(void)
{
	return DatumGetInt32(DirectFunctionCall1(pg_trigger_depth, (Datum) 0));
}

void
ims_frame_push_applied(Oid target)
{
	Frame *frame = push_frame();

	frame->applied = true;
	frame->target = target;
	frame->trigger_depth = trigger_depth();
}

void
ims_frame_pop_applied(void)
{
	/* a statement within the engine's own was left half-way */
	if (!ims_frame_is_applied())
		raise_unfinished();
	pop_frame();
}

bool
ims_frame_is_applied(void)
{
	return frame_stack != NULL && frame_stack->applied;
}

/*
 * Whether the trigger that is running belongs to a statement of the engine on
 * that table.  The triggers of that statement run one level below where it
 * begins; those of a statement that one of them runs are deeper, and a rule
 * writes another table.
 */
bool
ims_frame_is_own(Oid relid)
{
	if (!ims_frame_is_applied() || trigger_depth() != frame_stack->trigger_depth + 1)
		return false;
	return OidIsValid(frame_stack->target) ? relid == frame_stack->target
										   : relid != ims_ledger()->movement;
}

void
ims_frame_remember_open(const ImsPosting *posting)
{
	OpenPosting *open = MemoryContextAlloc(TopTransactionContext, sizeof(OpenPosting));

	open->posting = *posting;
	/* they are in the row already, and not ours to keep */
	open->posting.reference_type = open->posting.reference_number = NULL;
	open->posting.reason = open->posting.actor = open->posting.idempotency_key = NULL;
	open->lines_level = 0;
	open->nest_level = GetCurrentTransactionNestLevel();
	open->next = open_postings;
	open_postings = open;
}

static OpenPosting *
find_open_posting(int64 owner_id, int64 posting_id)
{
	OpenPosting *open;

	for (open = open_postings; open; open = open->next)
		if (open->posting.posting_id == posting_id && open->posting.owner_id == owner_id)
			return open;
	return NULL;
}

/* Trigger functions are bound to their table; whoever attaches one elsewhere is refused. */
static void
check_trigger(FunctionCallInfo fcinfo, Oid relid)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_FOR_STATEMENT(trigdata->tg_event) ||
		!TRIGGER_FIRED_BY_INSERT(trigdata->tg_event) ||
		RelationGetRelid(trigdata->tg_relation) != relid)
		ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
						errmsg("this function may only be the trigger of ims.movement")));
}

/*
 * ims_movement_open_frame -- trigger: BEFORE INSERT ON ims.movement, statement
 */
PG_FUNCTION_INFO_V1(ims_movement_open_frame);
Datum
ims_movement_open_frame(PG_FUNCTION_ARGS)
{
	const ImsLedger *ledger = ims_ledger();
	Frame *frame;

	check_trigger(fcinfo, ledger->movement);
	if (ims_frame_is_own(ledger->movement))
		return PointerGetDatum(NULL);

	frame = push_frame();
	frame->movement_floor = nextval_internal(ledger->movement_sequence, false);
	if (open_postings != NULL)
	{
		const ImsPosting *last = &open_postings->posting;

		frame->posting_id = last->posting_id;
		frame->effective_at = last->effective_at;
		frame->recorded_at = last->recorded_at;
		frame->open_owner_id = last->owner_id;
	}
	else
	{
		frame->posting_id = nextval_internal(ledger->posting_sequence, false);
		frame->effective_at = frame->recorded_at = GetCurrentTimestamp();
	}
	return PointerGetDatum(NULL);
}

static Frame *
current_frame(void)
{
	if (frame_stack == NULL || frame_stack->applied)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("there is no statement that inserts into ims.movement")));
	return frame_stack;
}

/* ims_frame_posting_id -- SQL: ims._frame_posting_id() returns bigint, default of a column */
PG_FUNCTION_INFO_V1(ims_frame_posting_id);
Datum
ims_frame_posting_id(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(current_frame()->posting_id);
}

/* ims_frame_effective_at -- SQL: ims._frame_effective_at(), default of a column */
PG_FUNCTION_INFO_V1(ims_frame_effective_at);
Datum
ims_frame_effective_at(PG_FUNCTION_ARGS)
{
	PG_RETURN_TIMESTAMPTZ(current_frame()->effective_at);
}

/* ims_frame_recorded_at -- SQL: ims._frame_recorded_at(), default of a column */
PG_FUNCTION_INFO_V1(ims_frame_recorded_at);
Datum
ims_frame_recorded_at(PG_FUNCTION_ARGS)
{
	PG_RETURN_TIMESTAMPTZ(current_frame()->recorded_at);
}

/*
 * ims_default_owner_id -- SQL: ims._default_owner_id() returns bigint
 *
 * The owner of the open posting that a statement fills; else the only owner
 * that the current role may act for; IV201 where there are more.  A default of
 * ims.movement: looked up once for all rows of a statement.
 */
PG_FUNCTION_INFO_V1(ims_default_owner_id);
Datum
ims_default_owner_id(PG_FUNCTION_ARGS)
{
	Frame *frame = frame_stack;

	if (frame == NULL || frame->applied)
		PG_RETURN_INT64(ims_owner_for_caller(NULL));
	if (frame->open_owner_id != 0)
		PG_RETURN_INT64(frame->open_owner_id);
	if (frame->default_owner_id == 0 || frame->default_owner_role != GetUserId())
	{
		frame->default_owner_id = ims_owner_for_caller(NULL);
		frame->default_owner_role = GetUserId();
	}
	PG_RETURN_INT64(frame->default_owner_id);
}

/* What is collected from the transition table. */
typedef struct Gathered
{
	ImsCall call;
	int posting_allocated;
	int64 line_allocated;
	int64 min_movement_id;
	int64 max_movement_id;
	ImsResolver resolver;	/* for the checks of values; it never collects */
	MemoryContext context;	/* of the statement */
	MemoryContext checking; /* of the checks of one line */
} Gathered;

static void
raise_bad_line(int64 line, const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_IMS_INVALID_LINE),
			 errmsg("line " INT64_FORMAT ": %s", line, what),
			 errdetail_internal("%s", ims_error_detail(psprintf("It is row " INT64_FORMAT
																" of the statement.",
																line),
													   ims_detail_integer("line", line))),
			 errhint("Leave posting_id, effective_at and recorded_at out, or take all "
					 "three from a posting of ims.open_posting().")));
}

/* Index of the posting a row belongs to; adds it when it is new to the call. */
static int
gather_posting(Gathered *gathered, Frame *frame, int64 owner_id, int64 posting_id,
			   TimestampTz effective_at)
{
	ImsCall *call = &gathered->call;
	ImsPosting *posting;
	int i;

	for (i = call->nposting - 1; i >= 0; i--)
		if (call->postings[i].posting_id == posting_id &&
			call->postings[i].owner_id == owner_id)
			return i;

	if (call->nposting == gathered->posting_allocated)
	{
		gathered->posting_allocated *= 2;
		call->postings =
			repalloc(call->postings, sizeof(ImsPosting) * gathered->posting_allocated);
	}
	posting = &call->postings[call->nposting];
	if (posting_id == frame->posting_id && frame->open_owner_id == 0)
	{
		for (i = 0; i < call->nposting; i++)
			if (call->postings[i].posting_id == posting_id)
				raise_bad_line(call->nline + 1, "the lines of one posting have one owner");
		memset(posting, 0, sizeof(ImsPosting));
		posting->owner_id = owner_id;
		posting->posting_id = posting_id;
		posting->kind = IMS_KIND_MOVE;
		posting->effective_at = effective_at;
		posting->effective_given = true;
		posting->recorded_at = frame->recorded_at;
	}
	else
	{
		OpenPosting *open = find_open_posting(owner_id, posting_id);
		int level = GetCurrentTransactionNestLevel();

		if (open == NULL && posting_id == frame->posting_id)
			raise_bad_line(call->nline + 1, "the lines of one posting have one owner");
		if (open == NULL)
			raise_bad_line(call->nline + 1,
						   "the posting is not one that this transaction opened");
		if (open->lines_level == 0 || open->lines_level > level)
			open->lines_level = level;
		*posting = open->posting;
		posting->effective_given = true;
		posting->written = true;
	}
	ims_check_owner_for_caller(owner_id);
	return call->nposting++;
}

static int64
slot_int64(TupleTableSlot *slot, int attnum)
{
	return DatumGetInt64(slot->tts_values[attnum - 1]);
}

static Numeric
slot_numeric(TupleTableSlot *slot, int attnum)
{
	return slot->tts_isnull[attnum - 1] ? NULL
										: DatumGetNumeric(slot->tts_values[attnum - 1]);
}

static char *
slot_text(TupleTableSlot *slot, int attnum)
{
	return slot->tts_isnull[attnum - 1]
			   ? NULL
			   : TextDatumGetCString(slot->tts_values[attnum - 1]);
}

/* What was entered must be the quantity, by the item's own factor. */
static void
check_entered(Gathered *gathered, int64 owner_id, const ImsLine *line, TupleTableSlot *slot)
{
	ImsResolver *resolver = &gathered->resolver;
	Numeric entered = slot_numeric(slot, MOVEMENT_ENTERED_QUANTITY);
	char *unit = slot_text(slot, MOVEMENT_ENTERED_UNIT);
	const ImsItem *item;
	ImsQuantity quantity;

	if (entered == NULL && unit == NULL)
		return;
	if (entered == NULL || unit == NULL)
		raise_bad_line(line->line, "entered_quantity and entered_unit go together");
	if (gathered->call.masters == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(gathered->context);

		ims_engine_lock_tables();
		gathered->call.masters = ims_masters_create(ims_ledger());
		resolver->masters = gathered->call.masters;
		MemoryContextSwitchTo(old);
	}
	item = ims_item_by_id(resolver->masters, owner_id, line->item_id);
	if (item == NULL)
		return; /* the engine refuses the line */
	ims_check_quantity(resolver, entered, item->code, false, &quantity);
	ims_to_base_unit(resolver, item, unit, entered, quantity, &quantity);
	if (quantity != line->quantity)
		raise_bad_line(line->line, "quantity is not what was entered");
}

/*
 * What the engine does not look at, as the other doors check it.  A link to
 * another line is more than a value: it is made under the locks of a function
 * that knows how much of that line is left.
 */
static void
check_values(Gathered *gathered, int64 owner_id, const ImsLine *line, TupleTableSlot *slot)
{
	ImsResolver *resolver = &gathered->resolver;
	MemoryContext old;
	int i;

	for (i = MOVEMENT_ENTERED_QUANTITY; i <= MOVEMENT_REFERENCE_LINE; i++)
		if (!slot->tts_isnull[i - 1])
			break;
	if (i > MOVEMENT_REFERENCE_LINE && slot->tts_isnull[MOVEMENT_ORIGIN_MOVEMENT_ID - 1])
		return;
	if (!slot->tts_isnull[MOVEMENT_ORIGIN_MOVEMENT_ID - 1])
		raise_bad_line(line->line, "origin_movement_id is set by the posting functions");
	if (gathered->checking == NULL)
		gathered->checking =
			AllocSetContextCreate(gathered->context, "ims insert", ALLOCSET_SMALL_SIZES);
	old = MemoryContextSwitchTo(gathered->checking);
	resolver->line = line->line;
	ims_check_money(resolver, IMS_FIELD_UNIT_COST, slot_numeric(slot, MOVEMENT_UNIT_COST));
	ims_check_money(resolver, IMS_FIELD_SALE_VALUE,
					slot_numeric(slot, MOVEMENT_SALE_VALUE));
	ims_check_money(resolver, IMS_FIELD_RATE, slot_numeric(slot, MOVEMENT_RATE));
	ims_check_currency(resolver, slot_text(slot, MOVEMENT_CURRENCY));
	ims_check_reference_line(resolver, slot_text(slot, MOVEMENT_REFERENCE_LINE));
	check_entered(gathered, owner_id, line, slot);
	MemoryContextSwitchTo(old);
	MemoryContextReset(gathered->checking);
}

/* The engine looks at what was measured. */
static void
gather_measured(Gathered *gathered, ImsLine *line, TupleTableSlot *slot)
{
	MemoryContext old;

	if (slot->tts_isnull[MOVEMENT_MEASURED_QUANTITY - 1])
		return;
	old = MemoryContextSwitchTo(gathered->context);
	line->extra = palloc0(sizeof(ImsLineExtra));
	line->extra->measured_quantity =
		DatumGetNumericCopy(slot->tts_values[MOVEMENT_MEASURED_QUANTITY - 1]);
	MemoryContextSwitchTo(old);
}

static void
gather_line(Gathered *gathered, Frame *frame, TupleTableSlot *slot)
{
	ImsCall *call = &gathered->call;
	ImsLine *line;
	ImsPosting *posting;
	TimestampTz effective_at;
	TimestampTz recorded_at;
	int index;

	slot_getallattrs(slot);
	effective_at = DatumGetTimestampTz(slot->tts_values[MOVEMENT_EFFECTIVE_AT - 1]);
	recorded_at = DatumGetTimestampTz(slot->tts_values[MOVEMENT_RECORDED_AT - 1]);
	index = gather_posting(gathered, frame, slot_int64(slot, MOVEMENT_OWNER_ID),
						   slot_int64(slot, MOVEMENT_POSTING_ID), effective_at);
	posting = &call->postings[index];
	if (effective_at != posting->effective_at)
		raise_bad_line(call->nline + 1, "effective_at differs from that of its posting");
	if (recorded_at != posting->recorded_at)
		raise_bad_line(call->nline + 1, "recorded_at cannot be chosen");

	if (call->nline == gathered->line_allocated)
	{
		gathered->line_allocated *= 2;
		call->lines =
			repalloc_huge(call->lines, sizeof(ImsLine) * gathered->line_allocated);
	}
	line = &call->lines[call->nline++];
	if (call->nline > IMS_MAX_LINES)
		ereport(ERROR,
				(errcode(ERRCODE_IMS_TOO_MANY_LINES),
				 errmsg("more than %d lines in one statement", IMS_MAX_LINES),
				 errdetail_internal("%s", ims_error_detail("The rest was not read.",
														   ims_detail_integer("lines",
																			  call->nline))),
				 errhint("Split the statement.")));
	line->line = (int32) call->nline;
	line->posting = index;
	line->item_id = slot_int64(slot, MOVEMENT_ITEM_ID);
	line->lot_id = slot_int64(slot, MOVEMENT_LOT_ID);
	line->serial_id = slot_int64(slot, MOVEMENT_SERIAL_ID);
	line->from_location_id = slot_int64(slot, MOVEMENT_FROM_LOCATION_ID);
	line->to_location_id = slot_int64(slot, MOVEMENT_TO_LOCATION_ID);
	line->from_handling_unit_id = slot_int64(slot, MOVEMENT_FROM_HANDLING_UNIT_ID);
	line->to_handling_unit_id = slot_int64(slot, MOVEMENT_TO_HANDLING_UNIT_ID);
	line->quantity =
		ims_quantity_read_stored(DatumGetPointer(slot->tts_values[MOVEMENT_QUANTITY - 1]));
	line->movement_id = slot_int64(slot, MOVEMENT_MOVEMENT_ID);
	line->extra = NULL;
	line->rejected = false;
	gathered->min_movement_id = Min(gathered->min_movement_id, line->movement_id);
	gathered->max_movement_id = Max(gathered->max_movement_id, line->movement_id);
	check_values(gathered, posting->owner_id, line, slot);
	gather_measured(gathered, line, slot);
}

/*
 * INSERT and COPY may carry movement ids of their own.  One of the past would
 * change the order of history; one that is yet to be drawn, by this session or
 * by another that keeps it in its cache, would collide later.  Where nothing
 * was drawn after the frame was opened, every id was chosen.
 */
static void
check_movement_ids(const ImsLedger *ledger, const Frame *frame, const Gathered *gathered)
{
	int64 last = DatumGetInt64(
		DirectFunctionCall1(currval_oid, ObjectIdGetDatum(ledger->movement_sequence)));
	int64 wrong;

	if (gathered->min_movement_id > frame->movement_floor &&
		gathered->max_movement_id <= last)
		return;
	wrong = gathered->max_movement_id > last ? gathered->max_movement_id
											 : gathered->min_movement_id;
	ereport(ERROR,
			(errcode(ERRCODE_IMS_INVALID_LINE),
			 errmsg("movement_id " INT64_FORMAT " was not drawn by this statement", wrong),
			 errdetail_internal("%s",
								ims_error_detail("Ids are drawn from a sequence.",
												 ims_detail_integer("movement_id", wrong))),
			 errhint("Leave movement_id out.")));
}

/*
 * ims_movement_post -- trigger: AFTER INSERT ON ims.movement, statement
 *
 * The rows are in the table; the engine locks, checks and applies them.
 */
PG_FUNCTION_INFO_V1(ims_movement_post);
Datum
ims_movement_post(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	const ImsLedger *ledger = ims_ledger();
	Frame *frame;
	Gathered gathered;
	TupleTableSlot *slot;
	ImsDoor door;

	check_trigger(fcinfo, ledger->movement);
	if (ims_frame_is_own(ledger->movement))
		return PointerGetDatum(NULL);
	frame = current_frame();

	ims_door_enter(&door);
	memset(&gathered, 0, sizeof(gathered));
	gathered.posting_allocated = 4;
	gathered.line_allocated = 64;
	gathered.call.lines_written = true;
	gathered.min_movement_id = PG_INT64_MAX;
	gathered.context = CurrentMemoryContext;
	gathered.call.postings = palloc(sizeof(ImsPosting) * gathered.posting_allocated);
	gathered.call.lines = palloc(sizeof(ImsLine) * gathered.line_allocated);

	slot = MakeSingleTupleTableSlot(RelationGetDescr(trigdata->tg_relation),
									&TTSOpsMinimalTuple);
	tuplestore_rescan(trigdata->tg_newtable);
	while (tuplestore_gettupleslot(trigdata->tg_newtable, true, false, slot))
	{
		if ((gathered.call.nline & 0xFFF) == 0)
			CHECK_FOR_INTERRUPTS();
		gather_line(&gathered, frame, slot);
	}
	ExecDropSingleTupleTableSlot(slot);

	if (gathered.call.nline > 0)
	{
		check_movement_ids(ledger, frame, &gathered);
		ims_engine_post(&gathered.call);
	}
	if (gathered.resolver.masters != NULL)
		ims_masters_free(gathered.resolver.masters);
	if (gathered.checking != NULL)
		MemoryContextDelete(gathered.checking);
	pfree(gathered.call.lines);
	pfree(gathered.call.postings);
	pop_frame();
	ims_door_leave(&door);
	return PointerGetDatum(NULL);
}
