/*-------------------------------------------------------------------------
 *
 * plan.c
 *	  The SQL statements of the engine, prepared once per backend.
 *
 * The only file that prepares SPI plans.  Every name and operator is
 * qualified, so that no search_path can put something else in their place.
 * Statements over balances take their keys as parallel arrays in ascending
 * order and number them by ORDINALITY; unnest() of several arrays is syntax,
 * which the parser itself binds to pg_catalog, and cannot be qualified.  Kept plans are revalidated by the plan
 * cache; they live in its memory.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "ledger/frame.h"
#include "ledger/plan.h"
#include "type/quantity.h"

#define IMS_PLAN_MAX_ARGS 22

typedef struct PlanText
{
	ImsPlan plan;
	int nargs;
	Oid argtypes[IMS_PLAN_MAX_ARGS];
	const char *sql;
	int cursor_options; /* of SPI_prepare_cursor */
} PlanText;

#define EQ " OPERATOR(pg_catalog.=) "
#define STOCK_KEYS                                                                       \
	"unnest($1, $2, $3, $4, $5) WITH ORDINALITY "                                        \
	"AS k(owner_id, item_id, location_id, lot_id, handling_unit_id, n)"
#define STOCK_MATCH                                                                      \
	"s.owner_id" EQ "k.owner_id AND s.item_id" EQ "k.item_id"                            \
	" AND s.location_id" EQ "k.location_id AND s.lot_id" EQ "k.lot_id"                   \
	" AND s.handling_unit_id" EQ "k.handling_unit_id"
#define AVAILABILITY_KEYS                                                                \
	"unnest($1, $2, $3) WITH ORDINALITY AS k(owner_id, item_id, site_id, n)"
#define AVAILABILITY_MATCH                                                               \
	"a.owner_id" EQ "k.owner_id AND a.item_id" EQ "k.item_id AND a.site_id" EQ "k.site_id"

/*
 * Reports look up many rows by id, of a ledger of any size: OFFSET 0 leaves the
 * planner nothing but one look-up for each.  Their functions (59_trace_recall)
 * leave it no other way to look up than an index, whatever it knows of the tables.
 */
#define NE " OPERATOR(pg_catalog.<>) "
#define EACH(keys, columns, source)                                                      \
	"SELECT r.* FROM unnest" keys " CROSS JOIN LATERAL (SELECT " columns " FROM " source \
	" OFFSET 0) AS r"
#define LINE_COLUMNS                                                                     \
	"m.movement_id, m.posting_id, m.effective_at, m.item_id, m.lot_id, m.serial_id,"     \
	" m.from_location_id, m.to_location_id, m.from_handling_unit_id,"                    \
	" m.to_handling_unit_id, m.quantity, m.origin_movement_id"
#define NO_EXTRA "NULL::pg_catalog.text"
#define NO_OTHER "0::pg_catalog.int8"

static const PlanText plan_texts[IMS_NPLAN] = {
	{IMS_PLAN_INSERT_ZERO_STOCK,
	 7,
	 {INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, BOOLARRAYOID,
	  TIMESTAMPTZARRAYOID},
	 "INSERT INTO ims.stock AS s"
	 " (owner_id, item_id, location_id, lot_id, handling_unit_id, negative_ok, last_effective_at)"
	 " SELECT k.owner_id, k.item_id, k.location_id, k.lot_id, k.handling_unit_id, k.negative_ok,"
	 " k.counted_at FROM unnest($1, $2, $3, $4, $5, $6, $7) WITH ORDINALITY"
	 " AS k(owner_id, item_id, location_id, lot_id, handling_unit_id, negative_ok, counted_at, n)"
	 " ORDER BY k.n"
	 " ON CONFLICT (owner_id, item_id, location_id, lot_id, handling_unit_id)"
	 " DO UPDATE SET negative_ok = s.negative_ok WHERE false"},
	{IMS_PLAN_LAST_SCOPE,
	 3,
	 {INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID},
	 "SELECT coalesce((SELECT pg_catalog.max(q.counted_at) FROM ims.stock_count_scope AS q"
	 " WHERE q.owner_id" EQ "k.owner_id AND q.location_id" EQ "k.location_id"
	 " AND (q.item_id" EQ "0 OR q.item_id" EQ "k.item_id)"
	 " AND q.reversed_posting_id IS NULL), '-infinity')"
	 " FROM unnest($1, $2, $3) WITH ORDINALITY AS k(owner_id, item_id, location_id, n)"
	 " ORDER BY k.n"},
	{IMS_PLAN_FIND_STOCK,
	 5,
	 {INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID},
	 "SELECT k.n FROM " STOCK_KEYS
	 " WHERE NOT EXISTS (SELECT FROM ims.stock AS s WHERE " STOCK_MATCH ") ORDER BY k.n"},
	{IMS_PLAN_LOCK_STOCK,
	 5,
	 {INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID},
	 "SELECT k.n, s.on_hand, s.allocated, s.last_effective_at, s.negative_ok FROM " STOCK_KEYS
	 " JOIN ims.stock AS s ON " STOCK_MATCH " ORDER BY k.n FOR NO KEY UPDATE OF s"},
	{IMS_PLAN_UPDATE_STOCK,
	 7,
	 {INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID,
	  NUMERICARRAYOID, TIMESTAMPTZARRAYOID},
	 "UPDATE ims.stock AS s SET on_hand = k.on_hand, last_effective_at = k.last_effective_at"
	 " FROM unnest($1, $2, $3, $4, $5, $6, $7)"
	 " AS k(owner_id, item_id, location_id, lot_id, handling_unit_id, on_hand, last_effective_at)"
	 " WHERE " STOCK_MATCH},
	{IMS_PLAN_INSERT_ZERO_AVAILABILITY,
	 4,
	 {INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, BOOLARRAYOID},
	 "INSERT INTO ims.availability AS a (owner_id, item_id, site_id, negative_ok)"
	 " SELECT k.owner_id, k.item_id, k.site_id, k.negative_ok"
	 " FROM unnest($1, $2, $3, $4) WITH ORDINALITY"
	 " AS k(owner_id, item_id, site_id, negative_ok, n) ORDER BY k.n"
	 " ON CONFLICT (owner_id, item_id, site_id)"
	 " DO UPDATE SET negative_ok = a.negative_ok WHERE false"},
	{IMS_PLAN_AVAILABILITY_FLAG,
	 3,
	 {INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID},
	 "SELECT EXISTS (SELECT FROM ims.item AS i WHERE i.owner_id" EQ
	 "k.owner_id AND i.item_id" EQ "k.item_id AND (i.negative_ok OR i.backorder_ok))"
	 " OR EXISTS (SELECT FROM ims.location AS l WHERE l.site_id" EQ
	 "k.site_id AND l.negative_ok)"
	 " FROM " AVAILABILITY_KEYS " ORDER BY k.n"},
	{IMS_PLAN_FIND_AVAILABILITY,
	 3,
	 {INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID},
	 "SELECT k.n FROM " AVAILABILITY_KEYS
	 " WHERE NOT EXISTS (SELECT FROM ims.availability AS a WHERE " AVAILABILITY_MATCH
	 ") ORDER BY k.n"},
	{IMS_PLAN_LOCK_AVAILABILITY,
	 3,
	 {INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID},
	 "SELECT k.n, a.sellable, a.held, a.reserved, a.negative_ok FROM " AVAILABILITY_KEYS
	 " JOIN ims.availability AS a ON " AVAILABILITY_MATCH
	 " ORDER BY k.n FOR NO KEY UPDATE OF a"},
	{IMS_PLAN_UPDATE_AVAILABILITY,
	 5,
	 {INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, NUMERICARRAYOID, NUMERICARRAYOID},
	 "UPDATE ims.availability AS a SET sellable = k.sellable, held = k.held"
	 " FROM unnest($1, $2, $3, $4, $5)"
	 " AS k(owner_id, item_id, site_id, sellable, held) WHERE " AVAILABILITY_MATCH},
	{IMS_PLAN_INSERT_POSTING,
	 20,
	 {INT8OID, INT8OID, INT8OID, TEXTOID, TIMESTAMPTZOID, INT4OID, TIMESTAMPTZOID,
	  INT8OID, INT8OID, INT8OID, TEXTOID, TEXTOID,		  TEXTOID, TEXTOID,
	  TEXTOID, TEXTOID, INT8OID, TEXTOID, INT8OID,		  XID8OID},
	 "INSERT INTO ims.posting OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9,"
	 " $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)"},
	{IMS_PLAN_INSERT_MOVEMENT,
	 22,
	 {INT8ARRAYOID,		   INT8ARRAYOID,	INT8ARRAYOID,	 TIMESTAMPTZARRAYOID,
	  TIMESTAMPTZARRAYOID, INT8ARRAYOID,	INT8ARRAYOID,	 INT8ARRAYOID,
	  INT8ARRAYOID,		   INT8ARRAYOID,	INT8ARRAYOID,	 INT8ARRAYOID,
	  INT8ARRAYOID,		   NUMERICARRAYOID, NUMERICARRAYOID, TEXTARRAYOID,
	  NUMERICARRAYOID,	   NUMERICARRAYOID, NUMERICARRAYOID, TEXTARRAYOID,
	  TEXTARRAYOID,		   NUMERICARRAYOID},
	 "INSERT INTO ims.movement OVERRIDING SYSTEM VALUE SELECT * FROM unnest($1, $2, $3,"
	 " $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,"
	 " $22)"},
	{IMS_PLAN_SHARE_UNITS,
	 2,
	 {INT8ARRAYOID, INT8ARRAYOID},
	 "SELECT k.n FROM unnest($1, $2) WITH ORDINALITY AS k(owner_id, handling_unit_id, n)"
	 " JOIN ims.handling_unit AS h ON h.owner_id" EQ "k.owner_id"
	 " AND h.handling_unit_id" EQ "k.handling_unit_id ORDER BY k.n FOR SHARE OF h"},
	{IMS_PLAN_LOCK_SERIAL,
	 2,
	 {INT8ARRAYOID, INT8ARRAYOID},
	 "SELECT k.n, s.item_id, s.location_id, s.handling_unit_id, s.last_effective_at, s.code,"
	 " s.lot_id, s.last_movement_id"
	 " FROM unnest($1, $2) WITH ORDINALITY AS k(owner_id, serial_id, n)"
	 " JOIN ims.serial AS s ON s.owner_id" EQ "k.owner_id AND s.serial_id" EQ "k.serial_id"
	 " ORDER BY k.n FOR NO KEY UPDATE OF s"},
	{IMS_PLAN_UPDATE_SERIAL,
	 7,
	 {INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID,
	  TIMESTAMPTZARRAYOID, INT8ARRAYOID},
	 "UPDATE ims.serial AS s SET location_id = k.location_id,"
	 " handling_unit_id = k.handling_unit_id, lot_id = k.lot_id,"
	 " last_effective_at = k.last_effective_at, last_movement_id = k.last_movement_id"
	 " FROM unnest($1, $2, $3, $4, $5, $6, $7)"
	 " AS k(owner_id, serial_id, location_id, handling_unit_id, lot_id, last_effective_at,"
	 " last_movement_id)"
	 " WHERE s.owner_id" EQ "k.owner_id AND s.serial_id" EQ "k.serial_id"},
	{IMS_PLAN_LATEST_ASSERTION,
	 1,
	 {INT8ARRAYOID},
	 "SELECT pg_catalog.max(GREATEST("
	 "(SELECT s.counted_at FROM ims.stock_count AS s WHERE s.owner_id" EQ "k.owner_id"
	 " ORDER BY s.counted_at DESC LIMIT 1),"
	 " (SELECT q.counted_at FROM ims.stock_count_scope AS q WHERE q.owner_id" EQ "k.owner_id"
	 " ORDER BY q.counted_at DESC LIMIT 1))),"
	 " pg_catalog.max((SELECT pg_catalog.max(c.closed_at) FROM ims.closing AS c"
	 " WHERE c.owner_id" EQ "k.owner_id))"
	 " FROM (SELECT DISTINCT o.owner_id FROM unnest($1) AS o(owner_id)) AS k",
	 /* asked by every call with a time of its own; planning costs more than running */
	 CURSOR_OPT_GENERIC_PLAN},
	{IMS_PLAN_NEXT_COUNT,
	 6,
	 {INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID,
	  TIMESTAMPTZARRAYOID},
	 "SELECT k.n, c.counted_at, c.posting_id"
	 " FROM unnest($1, $2, $3, $4, $5, $6) WITH ORDINALITY"
	 " AS k(owner_id, item_id, location_id, lot_id, handling_unit_id, effective_at, n)"
	 " CROSS JOIN LATERAL (SELECT a.counted_at, a.posting_id FROM ("
	 "(SELECT s.counted_at, s.posting_id FROM ims.stock_count AS s WHERE " STOCK_MATCH
	 " AND s.counted_at OPERATOR(pg_catalog.>=) k.effective_at"
	 " AND s.reversed_posting_id IS NULL AND NOT s.pending"
	 " ORDER BY s.counted_at LIMIT 1)"
	 " UNION ALL "
	 "(SELECT q.counted_at, q.posting_id FROM ims.stock_count_scope AS q"
	 " WHERE q.owner_id" EQ "k.owner_id AND q.location_id" EQ "k.location_id"
	 " AND (q.item_id" EQ "k.item_id OR q.item_id" EQ "0)"
	 " AND q.counted_at OPERATOR(pg_catalog.>=) k.effective_at"
	 " AND q.reversed_posting_id IS NULL"
	 " AND NOT EXISTS (SELECT FROM ims.item AS i WHERE i.owner_id" EQ "k.owner_id"
	 " AND i.item_id" EQ "k.item_id AND (i.periodic"
	 " OR q.recorded_at OPERATOR(pg_catalog.<) i.perpetual_since))"
	 " ORDER BY q.counted_at LIMIT 1)) AS a"
	 " ORDER BY a.counted_at LIMIT 1) AS c ORDER BY k.n"},
	{IMS_PLAN_LOWEST_LEVEL,
	 8,
	 {INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID,
	  TIMESTAMPTZARRAYOID, NUMERICARRAYOID, TIMESTAMPTZARRAYOID},
	 /* the first instant has a level, whether or not there is a movement of just then */
	 "SELECT k.n, l.effective_at, l.level"
	 " FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) WITH ORDINALITY"
	 " AS k(owner_id, item_id, location_id, lot_id, handling_unit_id, effective_at, on_hand,"
	 " until, n)"
	 " CROSS JOIN LATERAL (SELECT t.effective_at, t.level"
	 " FROM (SELECT d.effective_at, k.on_hand OPERATOR(pg_catalog.-)"
	 " (pg_catalog.sum(d.delta) OVER (ORDER BY d.effective_at DESC)"
	 " OPERATOR(pg_catalog.-) d.delta) AS level"
	 " FROM (SELECT e.effective_at, pg_catalog.sum(e.delta) AS delta"
	 " FROM (SELECT k.effective_at, 0::pg_catalog.numeric AS delta"
	 " UNION ALL SELECT m.effective_at,"
	 " CASE WHEN m.to_location_id" EQ "k.location_id AND m.to_handling_unit_id" EQ
	 "k.handling_unit_id THEN m.quantity ELSE 0 END OPERATOR(pg_catalog.-)"
	 " CASE WHEN m.from_location_id" EQ "k.location_id AND m.from_handling_unit_id" EQ
	 "k.handling_unit_id THEN m.quantity ELSE 0 END"
	 " FROM ims.movement AS m WHERE m.owner_id" EQ "k.owner_id AND m.item_id" EQ "k.item_id"
	 " AND m.effective_at OPERATOR(pg_catalog.>=) k.effective_at AND m.lot_id" EQ "k.lot_id"
	 " AND ((m.from_location_id" EQ "k.location_id AND m.from_handling_unit_id" EQ
	 "k.handling_unit_id) OR (m.to_location_id" EQ
	 "k.location_id AND m.to_handling_unit_id" EQ "k.handling_unit_id))) AS e"
	 " GROUP BY e.effective_at) AS d) AS t"
	 " WHERE t.effective_at OPERATOR(pg_catalog.<) k.until"
	 " ORDER BY t.level, t.effective_at LIMIT 1) AS l ORDER BY k.n"},
	{IMS_PLAN_ADJUST_CLOSINGS,
	 7,
	 {INT8OID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, NUMERICARRAYOID,
	  TIMESTAMPTZARRAYOID},
	 "SELECT ims._adjust_closings($1, $2, $3, $4, $5, $6, $7)"},
	{IMS_PLAN_INSERT_KEY,
	 4,
	 {INT8OID, TEXTOID, BYTEAOID, INT8OID},
	 "INSERT INTO ims.posting_key (owner_id, idempotency_key, payload_hash, posting_id)"
	 " VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"},
	{IMS_PLAN_LOCK_KEY,
	 2,
	 {INT8OID, TEXTOID},
	 "SELECT k.payload_hash, coalesce(k.posting_id,"
	 " (k.answer OPERATOR(pg_catalog.->>) 'rejected_posting_id')::pg_catalog.int8),"
	 " p.document_number, p.effective_at"
	 " FROM ims.posting_key AS k LEFT JOIN ims.posting AS p"
	 " ON p.owner_id" EQ "k.owner_id AND p.posting_id" EQ "k.posting_id"
	 " WHERE k.owner_id" EQ "$1 AND k.idempotency_key" EQ "$2 FOR KEY SHARE OF k"},
	{IMS_PLAN_INSERT_REJECTED,
	 7,
	 {INT8OID, INT8OID, INT4OID, TEXTOID, TEXTOID, TEXTOID, JSONBOID},
	 "INSERT INTO ims.rejected_line (owner_id, posting_id, line, sqlstate, message, detail, payload)"
	 " VALUES ($1, $2, $3, $4, $5, $6, $7)"},
	{IMS_PLAN_READ_REJECTED,
	 2,
	 {INT8OID, INT8OID},
	 "SELECT r.line, r.sqlstate, r.message, r.detail FROM ims.rejected_line AS r"
	 " WHERE r.owner_id" EQ "$1 AND r.posting_id" EQ "$2 ORDER BY r.line"},
	{IMS_PLAN_KEY_WITHOUT_POSTING,
	 2,
	 {INT8OID, TEXTOID},
	 "UPDATE ims.posting_key SET posting_id = NULL, answer ="
	 " pg_catalog.jsonb_build_object('rejected_posting_id', posting_id)"
	 " WHERE owner_id" EQ "$1 AND idempotency_key" EQ "$2"},
	{IMS_PLAN_LOCK_POSTING,
	 2,
	 {INT8OID, INT8OID},
	 "SELECT p.posting_id FROM ims.posting AS p WHERE p.owner_id" EQ "$1"
	 " AND p.posting_id" EQ "$2 FOR NO KEY UPDATE"},
	{IMS_PLAN_RETURNED,
	 5,
	 {INT8OID, INT8ARRAYOID, INT8ARRAYOID, TIMESTAMPTZARRAYOID, TEXTOID},
	 /*
	  * Subqueries that the planner does not flatten: a plan kept from when the
	  * ledger was small must not join whole tables later on.
	  */
	 "SELECT k.n, coalesce((SELECT pg_catalog.sum(m.quantity) FROM ims.movement AS m"
	 " WHERE m.owner_id" EQ "$1 AND m.item_id" EQ "k.item_id"
	 " AND m.effective_at OPERATOR(pg_catalog.>=) k.effective_at"
	 " AND m.origin_movement_id" EQ "k.movement_id"
	 " AND (SELECT p.kind FROM ims.posting AS p WHERE p.owner_id" EQ "m.owner_id"
	 " AND p.posting_id" EQ "m.posting_id)" EQ "$5 AND NOT EXISTS ("
	 "SELECT FROM ims.posting AS r WHERE r.owner_id" EQ "m.owner_id"
	 " AND r.origin_posting_id" EQ "m.posting_id AND r.kind" EQ "'reversal' OFFSET 0)), 0),"
	 " EXISTS (SELECT FROM ims.posting AS r WHERE r.owner_id" EQ "$1"
	 " AND r.origin_posting_id" EQ "(SELECT o.posting_id FROM ims.movement AS o"
	 " WHERE o.owner_id" EQ "$1 AND o.movement_id" EQ "k.movement_id)"
	 " AND r.kind" EQ "'reversal')"
	 " FROM unnest($2, $3, $4) WITH ORDINALITY"
	 " AS k(movement_id, item_id, effective_at, n)"},
	{IMS_PLAN_READ_GS1_AI,
	 0,
	 {0},
	 "SELECT DISTINCT ON (a.ai) a.ai, a.format, a.required_with, a.excluded_with, a.title"
	 " FROM ims.gs1_ai AS a"
	 " WHERE a.valid_from OPERATOR(pg_catalog.<=)"
	 " (pg_catalog.timezone('UTC', pg_catalog.now()))::pg_catalog.date"
	 " ORDER BY a.ai, a.valid_from DESC"},
	{IMS_PLAN_TRACE_STEP,
	 6,
	 {INT8OID, INT8ARRAYOID, INT8ARRAYOID, TIMESTAMPTZARRAYOID, BOOLOID, BOOLOID},
	 "SELECT s.lot_id, s.serial_id, s.bound"
	 " FROM ims._trace_step($1, $2, $3, $4, $5, $6) AS s"},
	{IMS_PLAN_LOT_LINES,
	 2,
	 {INT8OID, INT8ARRAYOID},
	 EACH("($2) AS k(lot_id)", LINE_COLUMNS,
		  "ims.movement AS m WHERE m.owner_id" EQ "$1 AND m.lot_id" EQ
		  "k.lot_id AND m.lot_id" NE "0"),
	 CURSOR_OPT_GENERIC_PLAN},
	{IMS_PLAN_UNIT_LINES,
	 3,
	 {INT8OID, INT8ARRAYOID, INT8ARRAYOID},
	 EACH("($2, $3) AS k(lot_id, serial_id)", LINE_COLUMNS,
		  "ims.movement AS m WHERE m.owner_id" EQ "$1 AND m.serial_id" EQ
		  "k.serial_id AND m.serial_id" NE "0 AND m.lot_id" EQ "k.lot_id"),
	 CURSOR_OPT_GENERIC_PLAN},
	{IMS_PLAN_POSTINGS,
	 2,
	 {INT8OID, INT8ARRAYOID},
	 EACH("($2) AS k(posting_id)",
		  "p.posting_id, p.document_number, p.kind, p.effective_at, p.party_id,"
		  " p.destination_id, p.reference_type, p.reference_number",
		  "ims.posting AS p WHERE p.owner_id" EQ "$1 AND p.posting_id" EQ "k.posting_id"),
	 CURSOR_OPT_GENERIC_PLAN},
	{IMS_PLAN_PRODUCTS,
	 2,
	 {INT8OID, INT8ARRAYOID},
	 EACH("($2) AS k(posting_id)",
		  "m.posting_id, m.movement_id, m.item_id, m.lot_id, m.serial_id, m.quantity",
		  "ims.movement AS m WHERE m.owner_id" EQ "$1 AND m.posting_id" EQ
		  "k.posting_id AND (m.from_location_id" EQ "6 OR m.to_location_id" EQ
		  "6) AND m.from_location_id" EQ "6"),
	 CURSOR_OPT_GENERIC_PLAN},
	{IMS_PLAN_OTHER_OWNERS,
	 3,
	 {INT8OID, INT8ARRAYOID, INT8ARRAYOID},
	 "SELECT o.posting_id, o.other_owner_id, o.other_lot_id, o.other_serial_id,"
	 " o.effective_at, o.other_owner, o.other_item, o.other_lot, o.other_serial,"
	 " o.other_posting_id, o.other_document_number"
	 " FROM ims._other_owners($1, $2, $3) AS o"},
	{IMS_PLAN_OWNER_CODE,
	 1,
	 {INT8OID},
	 "SELECT o.code FROM ims.owner AS o WHERE o.owner_id" EQ "$1"},
	{IMS_PLAN_DEPARTURES,
	 2,
	 {INT8OID, INT8ARRAYOID},
	 EACH("($2) AS k(posting_id)",
		  "d.posting_id, d.handling_unit_id, COALESCE(d.parent_id, 0)",
		  "ims.handling_unit_departure AS d WHERE d.owner_id" EQ "$1 AND d.posting_id" EQ
		  "k.posting_id"),
	 CURSOR_OPT_GENERIC_PLAN},
	{IMS_PLAN_BALANCES,
	 5,
	 {INT8OID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID},
	 EACH("($2, $3, $4, $5) WITH ORDINALITY"
		  " AS k(item_id, location_id, lot_id, handling_unit_id, n)",
		  "k.n, s.on_hand",
		  "ims.stock AS s WHERE s.owner_id" EQ "$1 AND s.item_id" EQ
		  "k.item_id AND s.location_id" EQ "k.location_id AND s.lot_id" EQ
		  "k.lot_id AND s.handling_unit_id" EQ "k.handling_unit_id AND s.on_hand" NE "0"),
	 CURSOR_OPT_GENERIC_PLAN},
	{IMS_PLAN_UNTRACKED_BALANCES,
	 2,
	 {INT8OID, INT8ARRAYOID},
	 EACH("($2) WITH ORDINALITY AS k(item_id, n)",
		  "k.n, s.location_id, s.handling_unit_id, s.on_hand",
		  "ims.stock AS s WHERE s.owner_id" EQ "$1 AND s.item_id" EQ
		  "k.item_id AND s.lot_id" EQ "0 AND s.on_hand OPERATOR(pg_catalog.>) 0"),
	 CURSOR_OPT_GENERIC_PLAN},
	{IMS_PLAN_UNIT_PLACES,
	 3,
	 {INT8OID, INT8ARRAYOID, INT8ARRAYOID},
	 EACH("($2, $3) WITH ORDINALITY AS k(lot_id, serial_id, n)",
		  "k.n, s.location_id, s.handling_unit_id",
		  "ims.serial AS s WHERE s.owner_id" EQ "$1 AND s.serial_id" EQ
		  "k.serial_id AND s.lot_id" EQ "k.lot_id AND s.location_id" NE "0"),
	 CURSOR_OPT_GENERIC_PLAN},
	{IMS_PLAN_ITEM_NAMES,
	 2,
	 {INT8OID, INT8ARRAYOID},
	 EACH("($2) AS k(id)", "i.item_id, i.code, i.base_unit, " NO_OTHER,
		  "ims.item AS i WHERE i.owner_id" EQ "$1 AND i.item_id" EQ "k.id"),
	 CURSOR_OPT_GENERIC_PLAN},
	{IMS_PLAN_LOT_NAMES,
	 2,
	 {INT8OID, INT8ARRAYOID},
	 EACH("($2) AS k(id)", "l.lot_id, l.code, l.status, l.item_id",
		  "ims.lot AS l WHERE l.owner_id" EQ "$1 AND l.lot_id" EQ "k.id"),
	 CURSOR_OPT_GENERIC_PLAN},
	{IMS_PLAN_SERIAL_NAMES,
	 2,
	 {INT8OID, INT8ARRAYOID},
	 EACH("($2) AS k(id)", "s.serial_id, s.code, " NO_EXTRA ", s.item_id",
		  "ims.serial AS s WHERE s.owner_id" EQ "$1 AND s.serial_id" EQ "k.id"),
	 CURSOR_OPT_GENERIC_PLAN},
	{IMS_PLAN_LOCATION_NAMES,
	 2,
	 {INT8OID, INT8ARRAYOID},
	 EACH("($2) AS k(id)",
		  "l.location_id, l.code, CASE WHEN l.sellable AND l.status" EQ
		  "'active' THEN 'sellable' END, l.site_id",
		  "ims.location AS l WHERE l.location_id" EQ "k.id"),
	 CURSOR_OPT_GENERIC_PLAN},
	{IMS_PLAN_HANDLING_UNIT_NAMES,
	 2,
	 {INT8OID, INT8ARRAYOID},
	 EACH("($2) AS k(id)",
		  "h.handling_unit_id, h.code, " NO_EXTRA ", ("
		  "WITH RECURSIVE up(unit_id, level) AS ("
		  " SELECT h.handling_unit_id, 0 UNION ALL"
		  " SELECT n.parent_id, u.level OPERATOR(pg_catalog.+) 1 FROM up AS u"
		  " CROSS JOIN LATERAL (SELECT n.parent_id FROM ims.handling_unit_nesting AS n"
		  " WHERE n.owner_id" EQ "$1 AND n.handling_unit_id" EQ "u.unit_id"
		  " AND n.unpacked_at IS NULL OFFSET 0) AS n"
		  " WHERE u.level OPERATOR(pg_catalog.<) 100)"
		  " SELECT u.unit_id FROM up AS u ORDER BY u.level DESC LIMIT 1)",
		  "ims.handling_unit AS h WHERE h.owner_id" EQ "$1 AND h.handling_unit_id" EQ
		  "k.id"),
	 CURSOR_OPT_GENERIC_PLAN},
	{IMS_PLAN_PARTY_NAMES,
	 2,
	 {INT8OID, INT8ARRAYOID},
	 EACH("($2) AS k(id)", "y.party_id, y.code, " NO_EXTRA ", " NO_OTHER,
		  "ims.party AS y WHERE y.owner_id" EQ "$1 AND y.party_id" EQ "k.id"),
	 CURSOR_OPT_GENERIC_PLAN},
};

static SPIPlanPtr kept_plans[IMS_NPLAN];

static SPIPlanPtr
prepared(ImsPlan plan)
{
	const PlanText *text = &plan_texts[plan];

	Assert(text->plan == plan);
	if (kept_plans[plan] == NULL)
	{
		SPIPlanPtr fresh = SPI_prepare_cursor(text->sql, text->nargs,
											  (Oid *) text->argtypes, text->cursor_options);

		if (fresh == NULL)
			elog(ERROR, "SPI_prepare of plan %d failed: %s", plan,
				 SPI_result_code_string(SPI_result));
		if (SPI_keepplan(fresh) != 0)
			elog(ERROR, "SPI_keepplan of plan %d failed", plan);
		kept_plans[plan] = fresh;
	}
	return kept_plans[plan];
}

void
ims_plan_execute_latest(ImsPlan plan, Datum *values)
{
	Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());

	ims_plan_execute(plan, values, NULL, snapshot);
	UnregisterSnapshot(snapshot);
}

void
ims_plan_execute(ImsPlan plan, Datum *values, const char *nulls, Snapshot snapshot)
{
	SPIPlanPtr ready = prepared(plan);
	int result = snapshot ? SPI_execute_snapshot(ready, values, nulls, snapshot,
												 InvalidSnapshot, true, false, 0)
						  : SPI_execute_plan(ready, values, nulls, false, 0);

	if (result < 0)
		elog(ERROR, "plan %d failed: %s", plan, SPI_result_code_string(result));
}

static int
compare_ids(const void *a, const void *b)
{
	int64 x = *(const int64 *) a;
	int64 y = *(const int64 *) b;

	return (x > y) - (x < y);
}

int64
ims_distinct_ids(int64 *ids, int64 n)
{
	int64 distinct = 0;
	int64 i;

	qsort(ids, n, sizeof(int64), compare_ids);
	for (i = 0; i < n; i++)
	{
		if (i == 0 || ids[i] != ids[distinct - 1])
			ids[distinct++] = ids[i];
	}
	return distinct;
}

Datum
ims_int64_array(const int64 *values, int64 n)
{
	Datum *datums = palloc(sizeof(Datum) * Max(n, 1));
	ArrayType *array;
	int64 i;

	for (i = 0; i < n; i++)
		datums[i] = Int64GetDatum(values[i]);
	array = construct_array(datums, n, INT8OID, sizeof(int64), FLOAT8PASSBYVAL,
							TYPALIGN_DOUBLE);
	pfree(datums);
	return PointerGetDatum(array);
}

Datum
ims_timestamptz_array(const TimestampTz *values, int64 n)
{
	Datum *datums = palloc(sizeof(Datum) * Max(n, 1));
	ArrayType *array;
	int64 i;

	for (i = 0; i < n; i++)
		datums[i] = TimestampTzGetDatum(values[i]);
	array = construct_array(datums, n, TIMESTAMPTZOID, sizeof(int64), FLOAT8PASSBYVAL,
							TYPALIGN_DOUBLE);
	pfree(datums);
	return PointerGetDatum(array);
}

void
ims_key_arrays(const void *first, size_t stride, int nkey, int64 n, Datum *values)
{
	int64 *column = palloc(sizeof(int64) * Max(n, 1));
	int64 i;
	int c;

	for (c = 0; c < nkey; c++)
	{
		for (i = 0; i < n; i++)
			column[i] = ((const int64 *) ((const char *) first + i * stride))[c];
		values[c] = ims_int64_array(column, n);
	}
	pfree(column);
}

/* The one column of the rows just read, all of them, as an array. */
static Datum
result_column(Oid type, int16 length, bool by_value, char alignment)
{
	Datum *column = palloc(sizeof(Datum) * Max(SPI_processed, 1));
	uint64 row;

	for (row = 0; row < SPI_processed; row++)
	{
		bool isnull;

		column[row] =
			SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, 1, &isnull);
		Assert(!isnull);
	}
	return PointerGetDatum(
		construct_array(column, SPI_processed, type, length, by_value, alignment));
}

/*
 * Zero rows for the balances [from, to), which the caller found missing.  They
 * are neighbours in the lock order, so nothing is locked out of turn; and one
 * that somebody else has inserted meanwhile is locked at its place, which the
 * update that never happens does.  DO NOTHING would pass it by and lock it
 * after those behind it.
 *
 * A complete count said that a missing balance was zero: that is the last that
 * is known of it, and may be a minute ahead of the clock.  That and the flags
 * of masters are read apart, since the transaction's snapshot may be older
 * than they are; our lock on ims.movement keeps out who would change them.
 */
void
ims_plan_insert_zero_stock(ImsCall *call, int64 from, int64 to)
{
	int64 n = to - from;
	Datum *flags = palloc(sizeof(Datum) * n);
	Datum values[7];
	int64 i;

	ims_key_arrays(&call->stocks[from], sizeof(ImsStock), IMS_STOCK_KEYS, n, values);
	for (i = 0; i < n; i++)
		flags[i] = BoolGetDatum(call->stocks[from + i].negative_ok);
	values[5] = PointerGetDatum(construct_array(flags, n, BOOLOID, 1, true, TYPALIGN_CHAR));

	SPI_connect();
	ims_plan_execute_latest(IMS_PLAN_LAST_SCOPE, values);
	values[6] = result_column(TIMESTAMPTZOID, sizeof(TimestampTz), FLOAT8PASSBYVAL,
							  TYPALIGN_DOUBLE);
	ims_frame_push_applied(call->ledger->stock);
	ims_plan_execute(IMS_PLAN_INSERT_ZERO_STOCK, values, NULL, NULL);
	ims_frame_pop_applied();
	SPI_finish();
	pfree(flags);
}

void
ims_plan_insert_zero_availability(ImsCall *call, int64 from, int64 to)
{
	int64 n = to - from;
	Datum values[IMS_AVAILABILITY_KEYS + 1];

	ims_key_arrays(&call->availabilities[from], sizeof(ImsAvailability),
				   IMS_AVAILABILITY_KEYS, n, values);
	SPI_connect();
	ims_plan_execute_latest(IMS_PLAN_AVAILABILITY_FLAG, values);
	values[IMS_AVAILABILITY_KEYS] =
		result_column(BOOLOID, sizeof(bool), true, TYPALIGN_CHAR);
	ims_frame_push_applied(call->ledger->availability);
	ims_plan_execute(IMS_PLAN_INSERT_ZERO_AVAILABILITY, values, NULL, NULL);
	ims_frame_pop_applied();
	SPI_finish();
}
