/*-------------------------------------------------------------------------
 *
 * heap_check.c
 *	  Whether the ledger's tables are exactly as create_ledger() made them.
 *
 * What is written below the executor passes its CHECKs, NOT NULLs, triggers,
 * rules, generated columns, partitions and unknown indexes by.  The appliers
 * keep the known ones themselves; anything else that a DBA or another
 * extension may have added sends the postings through SQL.
 *
 * The tables below say what is known; they mirror sql/ledger/30_posting.sql,
 * 34_balance.sql and 60_guard.sql.  Runs only when the cache of info.c is made
 * anew.  Memory: in the caller's context, some kilobytes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_am.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "nodes/primnodes.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/reltrigger.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"

#include "ledger/engine.h"
#include "ledger/heap_check.h"
#include "ledger/info.h"

/* How columns, indexes and so on were made. */
typedef struct KnownColumn
{
	const char *name;
	Oid type; /* InvalidOid: ims.quantity */
	bool not_null;
} KnownColumn;

#define MAX_KNOWN_KEYS 5

typedef struct KnownIndex
{
	const char *name;
	Oid method;
	bool unique;
	int nkey;
	AttrNumber keys[MAX_KNOWN_KEYS];
	const char *predicate; /* as the server prints it, NULL where there is none */
} KnownIndex;

typedef struct KnownCheck
{
	const char *name;
	const char *expression; /* as the server prints it */
} KnownCheck;

typedef struct KnownTrigger
{
	const char *name;
	const char *function;
	char enabled;
} KnownTrigger;

typedef struct KnownTable
{
	int ncolumn;
	const KnownColumn *columns;
	int nindex;
	const KnownIndex *indexes;
	int ncheck;
	const KnownCheck *checks;
	int ntrigger;
	const KnownTrigger *triggers;
	uint16 event; /* of the statement that we stand in for */
} KnownTable;

/* of the domain ims.quantity */
static const char *const known_domain_check =
	"((VALUE = trunc(VALUE, 6)) AND (abs(VALUE) < '1000000000000'::numeric))";

static const KnownColumn posting_columns[] = {
	{"owner_id", INT8OID, true},
	{"posting_id", INT8OID, true},
	{"document_number", INT8OID, true},
	{"kind", TEXTOID, true},
	{"effective_at", TIMESTAMPTZOID, true},
	{"utc_offset_minutes", INT4OID, true},
	{"recorded_at", TIMESTAMPTZOID, true},
	{"party_id", INT8OID, false},
	{"channel_id", INT8OID, false},
	{"destination_id", INT8OID, false},
	{"reference_type", TEXTOID, false},
	{"reference_number", TEXTOID, false},
	{"reason", TEXTOID, false},
	{"actor", TEXTOID, false},
	{"session_role", TEXTOID, true},
	{"caller_role", TEXTOID, true},
	{"origin_posting_id", INT8OID, false},
	{"idempotency_key", TEXTOID, false},
	{"system_identifier", INT8OID, true},
	{"commit_xid", XID8OID, true},
};
StaticAssertDecl(lengthof(posting_columns) == IMS_POSTING_NATTS, "columns of ims.posting");

static const KnownIndex posting_indexes[] = {
	{"posting_pkey", BTREE_AM_OID, true, 2, {1, 2}, NULL},
	{"posting_document_idx", BTREE_AM_OID, false, 2, {1, 3}, NULL},
	{"posting_origin_idx", BTREE_AM_OID, false, 2, {1, 17}, "(origin_posting_id IS NOT NULL)"},
};

static const KnownCheck posting_checks[] = {
	{"posting_kind_check",
	 "(kind = ANY (ARRAY['receive'::text, 'ship'::text, 'transfer'::text, "
	 "'dispatch'::text, 'receive_transfer'::text, 'adjust'::text, 'count'::text, "
	 "'count_correction'::text, 'scrap'::text, 'consume'::text, 'produce'::text, "
	 "'return_from_customer'::text, 'return_to_supplier'::text, 'reversal'::text, "
	 "'ownership'::text, 'usage'::text, 'move'::text, 'pack'::text, 'unpack'::text, "
	 "'relot'::text, 'disassemble'::text]))"},
};

static const KnownTrigger posting_triggers[] = {
	{"posting_engine_only", "_engine_only", TRIGGER_FIRES_ON_ORIGIN},
	{"posting_no_change", "_refuse_change", TRIGGER_FIRES_ALWAYS},
	{"posting_no_change_statement", "_refuse_change", TRIGGER_FIRES_ALWAYS},
	{"posting_no_truncate", "_refuse_change", TRIGGER_FIRES_ALWAYS},
};

static const KnownColumn movement_columns[] = {
	{"owner_id", INT8OID, true},
	{"movement_id", INT8OID, true},
	{"posting_id", INT8OID, true},
	{"effective_at", TIMESTAMPTZOID, true},
	{"recorded_at", TIMESTAMPTZOID, true},
	{"item_id", INT8OID, true},
	{"lot_id", INT8OID, true},
	{"serial_id", INT8OID, true},
	{"from_location_id", INT8OID, true},
	{"to_location_id", INT8OID, true},
	{"from_handling_unit_id", INT8OID, true},
	{"to_handling_unit_id", INT8OID, true},
	{"origin_movement_id", INT8OID, false},
	{"quantity", InvalidOid, true},
	{"entered_quantity", NUMERICOID, false},
	{"entered_unit", TEXTOID, false},
	{"unit_cost", NUMERICOID, false},
	{"sale_value", NUMERICOID, false},
	{"rate", NUMERICOID, false},
	{"currency", TEXTOID, false},
	{"reference_line", TEXTOID, false},
	{"measured_quantity", NUMERICOID, false},
};
StaticAssertDecl(lengthof(movement_columns) == IMS_MOVEMENT_NATTS,
				 "columns of ims.movement");

static const KnownIndex movement_indexes[] = {
	{"movement_pkey", BTREE_AM_OID, true, 2, {1, 2}, NULL},
	{"movement_item_idx", BTREE_AM_OID, false, 3, {1, 6, 4}, NULL},
	{"movement_origin_idx", BTREE_AM_OID, false, 2, {1, 13}, "(origin_movement_id IS NOT NULL)"},
	{"movement_lot_idx", BTREE_AM_OID, false, 2, {1, 7}, "(lot_id <> 0)"},
	{"movement_serial_idx", BTREE_AM_OID, false, 2, {1, 8}, "(serial_id <> 0)"},
	{"movement_from_handling_unit_idx",
	 BTREE_AM_OID,
	 false,
	 2,
	 {1, 11},
	 "(from_handling_unit_id <> 0)"},
	{"movement_to_handling_unit_idx", BTREE_AM_OID, false, 2, {1, 12}, "(to_handling_unit_id <> 0)"},
	{"movement_production_idx",
	 BTREE_AM_OID,
	 false,
	 2,
	 {1, 3},
	 "((from_location_id = 6) OR (to_location_id = 6))"},
	{"movement_time_idx", BRIN_AM_OID, false, 3, {3, 4, 5}, NULL},
};

static const KnownCheck movement_checks[] = {
	{"movement_places_check", "((from_location_id <> to_location_id) OR "
							  "(from_handling_unit_id <> to_handling_unit_id))"},
	{"movement_quantity_check", "((quantity)::numeric > (0)::numeric)"},
};

static const KnownTrigger movement_triggers[] = {
	{"movement_frame", "_movement_open_frame", TRIGGER_FIRES_ON_ORIGIN},
	{"movement_post", "_movement_post", TRIGGER_FIRES_ON_ORIGIN},
	{"movement_no_change", "_refuse_change", TRIGGER_FIRES_ALWAYS},
	{"movement_no_change_statement", "_refuse_change", TRIGGER_FIRES_ALWAYS},
	{"movement_no_truncate", "_refuse_change", TRIGGER_FIRES_ALWAYS},
};

static const KnownColumn stock_columns[] = {
	{"owner_id", INT8OID, true},		 {"item_id", INT8OID, true},
	{"location_id", INT8OID, true},		 {"lot_id", INT8OID, true},
	{"handling_unit_id", INT8OID, true}, {"last_effective_at", TIMESTAMPTZOID, true},
	{"negative_ok", BOOLOID, true},		 {"on_hand", InvalidOid, true},
	{"allocated", InvalidOid, true},
};

static const KnownIndex stock_indexes[] = {
	{"stock_pkey", BTREE_AM_OID, true, 5, {1, 2, 3, 4, 5}, NULL},
	{"stock_handling_unit_idx", BTREE_AM_OID, false, 2, {1, 5}, "(handling_unit_id <> 0)"},
};

static const KnownCheck stock_checks[] = {
	{"stock_allocated_check",
	 "(((allocated)::numeric >= (0)::numeric) AND "
	 "(negative_ok OR ((allocated)::numeric <= (on_hand)::numeric)))"},
	{"stock_on_hand_check", "(negative_ok OR ((on_hand)::numeric >= (0)::numeric))"},
};

static const KnownTrigger stock_triggers[] = {
	{"stock_engine_only", "_engine_only", TRIGGER_FIRES_ON_ORIGIN},
	{"stock_no_truncate", "_engine_only", TRIGGER_FIRES_ON_ORIGIN},
};

static const KnownColumn availability_columns[] = {
	{"owner_id", INT8OID, true},	{"item_id", INT8OID, true},
	{"site_id", INT8OID, true},		{"negative_ok", BOOLOID, true},
	{"sellable", InvalidOid, true}, {"held", InvalidOid, true},
	{"reserved", InvalidOid, true},
};

static const KnownIndex availability_indexes[] = {
	{"availability_pkey", BTREE_AM_OID, true, 3, {1, 2, 3}, NULL},
};

static const KnownCheck availability_checks[] = {
	{"availability_reserved_check",
	 "(((reserved)::numeric >= (0)::numeric) AND "
	 "(negative_ok OR ((reserved)::numeric <= (sellable)::numeric)))"},
};

static const KnownTrigger availability_triggers[] = {
	{"availability_engine_only", "_engine_only", TRIGGER_FIRES_ON_ORIGIN},
	{"availability_no_truncate", "_engine_only", TRIGGER_FIRES_ON_ORIGIN},
};

#define KNOWN_TABLE(name, event)                                                         \
	{                                                                                    \
		lengthof(name##_columns), name##_columns, lengthof(name##_indexes),              \
			name##_indexes, lengthof(name##_checks), name##_checks,                      \
			lengthof(name##_triggers), name##_triggers, event                            \
	}

static const KnownTable known_posting = KNOWN_TABLE(posting, TRIGGER_TYPE_INSERT);
static const KnownTable known_movement = KNOWN_TABLE(movement, TRIGGER_TYPE_INSERT);
static const KnownTable known_stock = KNOWN_TABLE(stock, TRIGGER_TYPE_UPDATE);
static const KnownTable known_availability = KNOWN_TABLE(availability, TRIGGER_TYPE_UPDATE);

/* An ordinary, permanent heap that is no part of anything. */
static bool
has_known_kind(Relation rel)
{
	Form_pg_class form = rel->rd_rel;

	return form->relkind == RELKIND_RELATION &&
		   form->relpersistence == RELPERSISTENCE_PERMANENT &&
		   rel->rd_tableam == GetHeapamTableAmRoutine() && !form->relispartition &&
		   !form->relhassubclass && !has_superclass(RelationGetRelid(rel)) &&
		   rel->rd_rules == NULL && form->relreplident == REPLICA_IDENTITY_DEFAULT;
}

/* A plain numeric attribute cannot have the short length that we write. */
static bool
has_known_columns(Relation rel, const KnownTable *known, Oid quantity_type)
{
	TupleDesc desc = RelationGetDescr(rel);
	int i;

	if (desc->natts != known->ncolumn)
		return false;
	for (i = 0; i < known->ncolumn; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, i);
		const KnownColumn *column = &known->columns[i];
		Oid type = OidIsValid(column->type) ? column->type : quantity_type;

		if (attribute->attisdropped ||
			strcmp(NameStr(attribute->attname), column->name) != 0 ||
			attribute->atttypid != type || attribute->atttypmod != -1 ||
			attribute->attnotnull != column->not_null || attribute->attgenerated != '\0' ||
			(type == quantity_type && attribute->attstorage == TYPSTORAGE_PLAIN))
			return false;
	}
	return true;
}

/* The conditions of a partial index are a list, of which ours have one. */
static bool
has_known_predicate(Relation rel, Relation index, const char *known)
{
	List *predicate = RelationGetIndexPredicate(index);
	List *context;

	if (known == NULL || list_length(predicate) != 1)
		return known == NULL && predicate == NIL;
	context = deparse_context_for(RelationGetRelationName(rel), RelationGetRelid(rel));
	return strcmp(deparse_expression(linitial(predicate), context, false, false), known) ==
		   0;
}

static bool
is_known_index(Relation rel, Relation index, const KnownIndex *known)
{
	Form_pg_index form = index->rd_index;
	int i;

	if (strcmp(RelationGetRelationName(index), known->name) != 0 ||
		index->rd_rel->relam != known->method || form->indisunique != known->unique ||
		form->indisprimary != known->unique || !form->indimmediate ||
		form->indisexclusion || !form->indisvalid || !form->indisready ||
		!form->indislive || form->indnkeyatts != known->nkey ||
		form->indnatts != known->nkey || !has_known_predicate(rel, index, known->predicate))
		return false;
	for (i = 0; i < known->nkey; i++)
	{
		Oid operators = GetDefaultOpClass(index->rd_opcintype[i], known->method);

		if (form->indkey.values[i] != known->keys[i] ||
			index->rd_opfamily[i] != get_opclass_family(operators))
			return false;
	}
	return true;
}

static bool
has_known_indexes(Relation rel, const KnownTable *known)
{
	List *list = RelationGetIndexList(rel);
	ListCell *cell;
	bool result = list_length(list) == known->nindex;

	foreach (cell, list)
	{
		Relation index;
		int i;

		if (!result)
			break;
		index = index_open(lfirst_oid(cell), AccessShareLock);
		for (i = 0; i < known->nindex; i++)
			if (is_known_index(rel, index, &known->indexes[i]))
				break;
		result = i < known->nindex;
		index_close(index, AccessShareLock);
	}
	list_free(list);
	return result;
}

static bool
is_known_check(Relation rel, ConstrCheck *check, const KnownCheck *known)
{
	List *context =
		deparse_context_for(RelationGetRelationName(rel), RelationGetRelid(rel));

	return strcmp(check->ccname, known->name) == 0 &&
		   strcmp(deparse_expression(stringToNode(check->ccbin), context, false, false),
				  known->expression) == 0;
}

static bool
has_known_checks(Relation rel, const KnownTable *known)
{
	TupleConstr *constraints = RelationGetDescr(rel)->constr;
	int i;

	if (constraints == NULL || constraints->num_check != known->ncheck)
		return false;
	/* both are sorted by name */
	for (i = 0; i < known->ncheck; i++)
		if (!is_known_check(rel, &constraints->check[i], &known->checks[i]))
			return false;
	return true;
}

static bool
is_known_trigger(Trigger *trigger, const KnownTrigger *known, Oid namespace_id)
{
	char *function = get_func_name(trigger->tgfoid);

	return strcmp(trigger->tgname, known->name) == 0 &&
		   trigger->tgenabled == known->enabled &&
		   get_func_namespace(trigger->tgfoid) == namespace_id && function != NULL &&
		   strcmp(function, known->function) == 0;
}

/*
 * A foreign key that another table has to this one brings internal triggers,
 * which do not matter unless they would fire.
 */
static bool
has_known_triggers(Relation rel, const KnownTable *known, Oid namespace_id)
{
	TriggerDesc *triggers = rel->trigdesc;
	int nfound = 0;
	int i, j;

	for (i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		Trigger *trigger = &triggers->triggers[i];

		if (trigger->tgisinternal && (trigger->tgtype & known->event) == 0)
			continue;
		for (j = 0; j < known->ntrigger; j++)
			if (is_known_trigger(trigger, &known->triggers[j], namespace_id))
				break;
		if (j == known->ntrigger)
			return false;
		nfound++;
	}
	return nfound == known->ntrigger;
}

static bool
is_known_table(const ImsLedger *ledger, Oid relid, const KnownTable *known,
			   Oid quantity_type)
{
	Relation rel = table_open(relid, AccessShareLock);
	bool result = has_known_kind(rel) && has_known_columns(rel, known, quantity_type) &&
				  has_known_indexes(rel, known) && has_known_checks(rel, known) &&
				  has_known_triggers(rel, known, ledger->namespace_id);

	table_close(rel, AccessShareLock);
	return result;
}

/* The CHECK of the domain is enforced in type/quantity.c. */
static bool
is_known_domain_check(HeapTuple constraint, TupleDesc desc)
{
	bool isnull;
	Datum expression = heap_getattr(constraint, Anum_pg_constraint_conbin, desc, &isnull);

	return !isnull &&
		   strcmp(deparse_expression(stringToNode(TextDatumGetCString(expression)), NIL,
									 false, false),
				  known_domain_check) == 0;
}

/* Just the one CHECK, which a DBA may have narrowed by another. */
static bool
has_known_domain_checks(Oid quantity_type)
{
	Relation constraints = table_open(ConstraintRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;
	int n = 0;
	bool result = true;

	ScanKeyInit(&key, Anum_pg_constraint_contypid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(quantity_type));
	scan = systable_beginscan(constraints, ConstraintTypidIndexId, true, NULL, 1, &key);
	while (result && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		result = is_known_domain_check(tuple, RelationGetDescr(constraints));
		n++;
	}
	systable_endscan(scan);
	table_close(constraints, AccessShareLock);
	return result && n == 1;
}

static bool
is_known_domain(Oid quantity_type)
{
	HeapTuple tuple;
	Form_pg_type form;
	bool result;

	if (!OidIsValid(quantity_type))
		return false;
	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(quantity_type));
	if (!HeapTupleIsValid(tuple))
		return false;
	form = (Form_pg_type) GETSTRUCT(tuple);
	result = form->typtype == TYPTYPE_DOMAIN && form->typbasetype == NUMERICOID &&
			 form->typtypmod == -1 && !form->typnotnull;
	ReleaseSysCache(tuple);
	return result && has_known_domain_checks(quantity_type);
}

/* The domain ims.quantity; InvalidOid where there is none. */
Oid
ims_quantity_type(Oid namespace_id)
{
	return GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum("quantity"),
						   ObjectIdGetDatum(namespace_id));
}

/* Expressions are printed as the settings of the session say: these are ours. */
static void
pin_printing(void)
{
	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET,
							 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	(void) set_config_option("quote_all_identifiers", "off", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
}

static bool
are_known_tables(const ImsLedger *ledger, Oid quantity_type)
{
	return is_known_domain(quantity_type) &&
		   is_known_table(ledger, ledger->posting, &known_posting, quantity_type) &&
		   is_known_table(ledger, ledger->movement, &known_movement, quantity_type) &&
		   is_known_table(ledger, ledger->stock, &known_stock, quantity_type) &&
		   is_known_table(ledger, ledger->availability, &known_availability, quantity_type);
}

/*
 * ims_heap_eligible -- may the ledger be written below the executor?
 */
bool
ims_heap_eligible(const ImsLedger *ledger, Oid quantity_type)
{
	int settings = NewGUCNestLevel();
	bool result;

	pin_printing();
	result = are_known_tables(ledger, quantity_type);
	AtEOXact_GUC(true, settings);
	return result;
}

/*
 * ims_current_posting_path -- SQL: ims._posting_path() returns text
 *
 * 'heap' or 'spi': how the next posting of this session would be written.
 */
PG_FUNCTION_INFO_V1(ims_current_posting_path);
Datum
ims_current_posting_path(PG_FUNCTION_ARGS)
{
	const ImsLedger *ledger;
	bool heap;

	/* news of changes arrive with the locks */
	ledger = ims_ledger();
	LockRelationOid(ledger->posting, AccessShareLock);
	LockRelationOid(ledger->movement, AccessShareLock);
	LockRelationOid(ledger->stock, AccessShareLock);
	LockRelationOid(ledger->availability, AccessShareLock);
	ledger = ims_ledger();
	heap = ims_posting_path == IMS_PATH_AUTO && ledger->heap_path;
	PG_RETURN_TEXT_P(cstring_to_text(heap ? "heap" : "spi"));
}
