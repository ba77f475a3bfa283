/*-------------------------------------------------------------------------
 *
 * idempotency.h
 *	  A call that is repeated with its key is answered, not done again.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_IDEMPOTENCY_H
#define IMS_IDEMPOTENCY_H

#include "common/sha2.h"

#include "ledger/engine.h"
#include "ledger/field.h"

#define IMS_PAYLOAD_HASH_LENGTH PG_SHA256_DIGEST_LENGTH

typedef struct ImsFirstAnswer
{
	int64 posting_id;
	int64 document_number;
	bool posted; /* false where every line was rejected */
} ImsFirstAnswer;

extern void ims_check_key(const char *key);
extern void ims_payload_hash(FunctionCallInfo fcinfo, const ImsSignature *signature,
							 uint8 *hash);

/*
 * True: the key is this call's.  False: it was another's with the same
 * payload, whose answer is returned.  Another payload raises IV218.
 */
extern bool ims_key_claim(int64 owner_id, const char *key, const uint8 *hash,
						  int64 posting_id, ImsFirstAnswer *answer);

/* The call with this key posted nothing: its answer is its rejected lines. */
extern void ims_key_without_posting(int64 owner_id, const char *key);

extern void ims_rejected_lines_insert(int64 owner_id, int64 posting_id,
									  const ImsRejection *rejections, int n,
									  Jsonb *(*payload)(void *context, int32 line),
									  void *context);
extern void ims_rejected_lines_read(int64 owner_id, int64 posting_id,
									ImsRejection **rejections, int *n);

#endif /* IMS_IDEMPOTENCY_H */
