/*-------------------------------------------------------------------------
 *
 * ims.h
 *	  What every module of ims shares: limits, the quantity type, Ensure().
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_H
#define IMS_H

#include "common/hashfn.h"

#include "errors.h"

/* Version of the ledger tables that this library posts to (ledger_info). */
#define IMS_LEDGER_VERSION "0.1.0"

/* Amounts are computed in millionths of the base unit. */
typedef int64 ImsQuantity;

#define IMS_QUANTITY_SCALE 6
#define IMS_QUANTITY_ONE INT64CONST(1000000)
/* ims.quantity is below 10^12 in size, so a million of them fit an int64 sum */
#define IMS_QUANTITY_LIMIT INT64CONST(1000000000000000000)

#define IMS_MAX_LINES 10000000			 /* lines of one call */
#define IMS_MAX_CODE_LENGTH 100			 /* characters of a code */
#define IMS_MAX_NAME_LENGTH 1000		 /* characters of a name of master data */
#define IMS_MAX_RFID_READS 1000000		 /* reads of one call of ims.rfid_ingest() */
#define IMS_MAX_TEXT_LENGTH 10000		 /* characters of another text of master data */
#define IMS_MAX_ATTRIBUTES_LENGTH 100000 /* characters of attributes */
#define IMS_MAX_NESTING 10				 /* handling units one inside the other */
#define IMS_MAX_NESTED_UNITS 10000		 /* handling units of one tree */
#define IMS_MAX_KEY_LENGTH 200			 /* characters of an idempotency key */
#define IMS_MAX_TRACE_NODES 10000000	 /* lots and units that one trace reaches */
#define IMS_MAX_AHEAD_USECS (INT64CONST(60) * 1000000) /* effective_at before the clock */

/* Detail of a condition that does not hold (detail.c). */
extern char *ims_condition_detail(const char *condition);

/* State on disk that may be corrupt is checked in production too. */
#define Ensure(cond, msg)                                                                \
	do                                                                                   \
	{                                                                                    \
		if (unlikely(!(cond)))                                                           \
			ereport(ERROR, (errcode(ERRCODE_IMS_INCONSISTENT),                           \
							errmsg("inconsistent ledger: %s", msg),                      \
							errdetail_internal("%s", ims_condition_detail(#cond)),       \
							errhint("Run SELECT * FROM ims.verify().")));                \
	} while (0)

/* Hash of an id, for simplehash. */
static inline uint32
ims_hash_id(int64 id)
{
	return hash_combine(murmurhash32((uint32) id),
						murmurhash32((uint32) ((uint64) id >> 32)));
}

/* settings (ims.c) */
typedef enum ImsPostingPath
{
	IMS_PATH_AUTO,
	IMS_PATH_SPI
} ImsPostingPath;

extern int ims_posting_path;
extern bool ims_early_lock_release;

#endif /* IMS_H */
