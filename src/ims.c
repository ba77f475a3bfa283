/*-------------------------------------------------------------------------
 *
 * ims.c
 *	  Loading of the library: magic block, settings, module start-up.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/guc.h"

#include "ims.h"
#include "ledger/access.h"
#include "ledger/elr.h"
#include "ledger/frame.h"
#include "ledger/info.h"
#include "ledger/master_sql.h"

#ifdef PG_MODULE_MAGIC_EXT
PG_MODULE_MAGIC_EXT(.name = "ims", .version = IMS_VERSION);
#else
PG_MODULE_MAGIC;
#endif

int ims_posting_path = IMS_PATH_AUTO;
bool ims_early_lock_release = false;

static const struct config_enum_entry posting_path_options[] =
	{{"auto", IMS_PATH_AUTO, false}, {"spi", IMS_PATH_SPI, false}, {NULL, 0, false}};

PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	DefineCustomEnumVariable("ims.posting_path",
							 "Sets how postings are written to the tables.",
							 "auto writes heap tuples directly where the tables are exactly as "
							 "create_ledger() made them; spi always runs SQL.",
							 &ims_posting_path, IMS_PATH_AUTO, posting_path_options,
							 PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomBoolVariable("ims.early_lock_release",
							 "Releases the row locks of a posting before its commit is flushed.",
							 "The client still waits for the flush before it gets its answer.",
							 &ims_early_lock_release, false, PGC_SUSET, 0, NULL, NULL,
							 NULL);
	ims_master_sql_init();
	MarkGUCPrefixReserved("ims");

	ims_info_init();
	ims_access_init();
	ims_frame_init();
	ims_elr_init();
}
