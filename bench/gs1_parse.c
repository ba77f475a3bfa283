/*
 * gs1_parse.c -- how many element strings of four elements the core reads.
 *
 * usage: gs1_parse [seconds]    prints strings per second of CPU time: read as a
 * cast reads them, which the target of the row is about, and strictly, with what
 * the elements need and exclude.  Either is put in order and written as text.
 * bench/run compiles and runs it for the row gs1_parse.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "type/gs1_parse_core.h"

#define BATCH 100000

static double
rate(const ImsGs1Options *options, double seconds)
{
	static const char scan[] = "]C101095201234567881727123110ABC123\x1d"
							   "21SN000017";
	static ImsGs1Message message;
	static char text[IMS_GS1_MAX_TEXT];
	ImsGs1Problem problem;
	clock_t started = clock();
	double spent;
	long count = 0;

	do
	{
		for (int i = 0; i < BATCH; i++)
		{
			if (!ims_gs1_parse(scan, sizeof(scan) - 1, options, &message, &problem))
				abort();
			ims_gs1_normalise(&message);
			ims_gs1_write_text(&message, text);
		}
		count += BATCH;
		spent = (double) (clock() - started) / CLOCKS_PER_SEC;
	} while (spent < seconds);
	return (double) count / spent;
}

int
main(int argc, char **argv)
{
	static const ImsGs1Options lenient;
	static const ImsGs1Options strict = {.is_strict = true};
	double seconds = argc > 1 ? atof(argv[1]) : 1;

	printf("%.0f %.0f\n", rate(&lenient, seconds), rate(&strict, seconds));
	return 0;
}
