/*-------------------------------------------------------------------------
 *
 * corpus.c
 *	  Writes the seeds of a harness into the directory IMS_FUZZ_CORPUS, before
 *	  libFuzzer reads it.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

extern int LLVMFuzzerInitialize(int *argc, char ***argv);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *directory = getenv("IMS_FUZZ_CORPUS");

	(void) argc;
	(void) argv;
	if (directory == NULL || ims_fuzz_seeds == NULL)
		return 0;
	for (size_t i = 0; ims_fuzz_seeds[i].bytes != NULL; i++)
	{
		char path[4096];
		FILE *file;

		snprintf(path, sizeof(path), "%s/seed-%zu", directory, i);
		file = fopen(path, "wb");
		CHECK(file != NULL);
		CHECK(fwrite(ims_fuzz_seeds[i].bytes, 1, ims_fuzz_seeds[i].length, file) ==
			  ims_fuzz_seeds[i].length);
		CHECK(fclose(file) == 0);
	}
	return 0;
}
