/*-------------------------------------------------------------------------
 *
 * plain.c
 *	  Runs a harness where clang is absent: the seeds, then seeds changed at
 *	  random places.  Blind to coverage, but with the same checks.
 *
 * usage: harness RUNS SEED
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "fuzz.h"

#define MAX_INPUT 256

static uint64_t state;

/* splitmix64 */
static uint64_t
next_random(void)
{
	uint64_t z = (state += UINT64_C(0x9E3779B97F4A7C15));

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

static size_t
mutate(uint8_t *input, size_t size)
{
	for (uint64_t changes = next_random() % 4; changes > 0; changes--)
	{
		size_t at = size > 0 ? next_random() % size : 0;

		switch (next_random() % 4)
		{
		case 0: /* another byte */
			if (size > 0)
				input[at] = (uint8_t) next_random();
			break;
		case 1: /* another digit */
			if (size > 0)
				input[at] = (uint8_t) ('0' + next_random() % 10);
			break;
		case 2: /* cut */
			size = at;
			break;
		default: /* a byte twice */
			if (size > 0 && size < MAX_INPUT)
			{
				memmove(input + at + 1, input + at, size - at);
				size++;
			}
		}
	}
	return size;
}

int
main(int argc, char **argv)
{
	unsigned long runs = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
	size_t seeds = 0;

	state = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	while (ims_fuzz_seeds != NULL && ims_fuzz_seeds[seeds].bytes != NULL)
		seeds++;
	for (unsigned long run = 0; run < runs; run++)
	{
		/* of its exact size, so that the sanitizer sees the end */
		uint8_t input[MAX_INPUT];
		size_t size = 0;
		uint8_t *exact;

		if (seeds > 0)
		{
			const ImsFuzzSeed *seed = &ims_fuzz_seeds[run % seeds];

			size = seed->length < MAX_INPUT ? seed->length : MAX_INPUT;
			memcpy(input, seed->bytes, size);
		}
		if (run >= seeds)
			size = mutate(input, size);
		exact = malloc(size > 0 ? size : 1);
		CHECK(exact != NULL);
		memcpy(exact, input, size);
		LLVMFuzzerTestOneInput(exact, size);
		free(exact);
	}
	printf("%lu runs\n", runs);
	return 0;
}
