/*-------------------------------------------------------------------------
 *
 * elr.c
 *	  Early lock release: the row locks of a posting go before its commit is
 *	  flushed, and the client waits for the flush afterwards.
 *
 * A hot row is otherwise held for one WAL flush per posting.  Just before the
 * commit the transaction is made asynchronous; once its locks are gone the
 * commit record is flushed, and synchronous standbys are waited for, before
 * the client gets its answer.  Whoever posts on the same row next flushes a
 * later position, so an acknowledged posting implies that all it built on is
 * durable.
 *
 * Only a transaction that posted is armed.  PREPARE always flushes before it
 * answers, so the mark is cleared there, as it is at abort: it must never
 * reach the next transaction.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "replication/syncrep.h"
#include "utils/resowner.h"

#include "ims.h"
#include "ledger/elr.h"

static bool armed = false;	  /* this transaction posted */
static bool deferred = false; /* its commit was made asynchronous */
static int saved_synchronous_commit;

static void
at_xact_end(XactEvent event, void *arg)
{
	switch (event)
	{
	case XACT_EVENT_PRE_COMMIT:
		if (armed && synchronous_commit > SYNCHRONOUS_COMMIT_OFF)
		{
			saved_synchronous_commit = synchronous_commit;
			synchronous_commit = SYNCHRONOUS_COMMIT_OFF;
			deferred = true;
		}
		armed = false;
		break;
	case XACT_EVENT_ABORT:
	case XACT_EVENT_PREPARE:
	case XACT_EVENT_PRE_PREPARE:
		if (deferred)
			synchronous_commit = saved_synchronous_commit;
		armed = false;
		deferred = false;
		break;
	default:
		break;
	}
}

static void
at_resource_release(ResourceReleasePhase phase, bool is_commit, bool is_top_level, void *arg)
{
	if (phase != RESOURCE_RELEASE_AFTER_LOCKS || !is_top_level || !deferred)
		return;
	synchronous_commit = saved_synchronous_commit;
	deferred = false;
	if (is_commit)
	{
		XLogFlush(XactLastCommitEnd);
		SyncRepWaitForLSN(XactLastCommitEnd, true);
	}
}

void
ims_elr_init(void)
{
	RegisterXactCallback(at_xact_end, NULL);
	RegisterResourceReleaseCallback(at_resource_release, NULL);
}

void
ims_elr_arm(void)
{
	armed = ims_early_lock_release;
}
