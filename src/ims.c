/*-------------------------------------------------------------------------
 *
 * ims.c
 *	  The library's entry: magic block and start-up.
 *
 * Nothing else lives here: each module brings its own <module>_init(), and
 * this file only calls them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"

#ifdef PG_MODULE_MAGIC_EXT
PG_MODULE_MAGIC_EXT(.name = "ims", .version = IMS_VERSION);
#else
PG_MODULE_MAGIC;
#endif

PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
}
