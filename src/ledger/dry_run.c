/*-------------------------------------------------------------------------
 *
 * dry_run.c
 *	  Work that is done and then undone.
 *
 * What a dry run refuses is what the call itself would refuse, since it is the
 * same work; a subtransaction takes all of it back.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "ledger/dry_run.h"

/*
 * Does the work in a subtransaction and rolls it back; an error of the work is
 * raised again.  Whoever catches that error rolls back its own subtransaction
 * only, so ours is ended here.
 *
 * What the work leaves in the caller's memory stays; what it holds open does
 * not, so rows are to be copied while it lasts.
 */
void
ims_run_dry(ImsWork work, void *argument)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData *volatile error = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		work(argument);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
	}
	PG_END_TRY();
	RollbackAndReleaseCurrentSubTransaction();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	if (error != NULL)
		ReThrowError(error);
}
