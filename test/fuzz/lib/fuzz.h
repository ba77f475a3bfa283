/*-------------------------------------------------------------------------
 *
 * fuzz.h
 *	  What a harness in test/fuzz gives to the fuzzer.
 *
 * LLVMFuzzerTestOneInput gets any bytes; CHECK ends the program where the code
 * under test broke a promise, and the sanitizers where it broke memory.  Seeds
 * are valid inputs, so that the fuzzer need not guess a check digit.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_FUZZ_H
#define IMS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct ImsFuzzSeed
{
	const char *bytes;
	size_t length;
} ImsFuzzSeed;

#define IMS_FUZZ_SEED(text)                                                              \
	{                                                                                    \
		(text), sizeof(text) - 1                                                         \
	}

/* A harness may have seeds; the list ends with {NULL, 0}. */
extern const ImsFuzzSeed ims_fuzz_seeds[] __attribute__((weak));

extern int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(cond)                                                                      \
	do                                                                                   \
	{                                                                                    \
		if (!(cond))                                                                     \
		{                                                                                \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #cond);                   \
			abort();                                                                     \
		}                                                                                \
	} while (0)

#endif
