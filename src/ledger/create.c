/*-------------------------------------------------------------------------
 *
 * create.c
 *	  What create_ledger() and version() ask the library.
 *
 * The functions read state of the backend or constants of the build; they
 * take no locks and touch no table.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/extension.h"
#include "fmgr.h"
#include "utils/builtins.h"

#include "ims.h"

PG_FUNCTION_INFO_V1(ims_creating_extension);
PG_FUNCTION_INFO_V1(ims_library_version);
PG_FUNCTION_INFO_V1(ims_library_ledger_version);

/*
 * ims_creating_extension -- SQL: ims._creating_extension() returns boolean
 *
 * Whether a script of CREATE or ALTER EXTENSION runs.  What is made then
 * becomes a member of that extension, which a ledger must never be: its data
 * would be left out of dumps and go with DROP EXTENSION.
 */
Datum
ims_creating_extension(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(creating_extension);
}

/*
 * ims_library_version -- SQL: ims._library_version() returns text
 *
 * Version of the library that this session has loaded.
 */
Datum
ims_library_version(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(IMS_VERSION));
}

/*
 * ims_library_ledger_version -- SQL: ims._library_ledger_version() returns text
 *
 * Version of the ledger tables that the library was built for.
 */
Datum
ims_library_ledger_version(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(IMS_LEDGER_VERSION));
}
