/*-------------------------------------------------------------------------
 *
 * gs1_check_pair_core.c
 *	  The check character pair of the Global Model Number.
 *
 * GS1 General Specifications, section 7.9.5: a character counts as its place
 * in character set 82; from the right of the body, the weights are the primes
 * 2, 3, 5 ..; the weighted sum modulo 1021 is written as two digits of base 32,
 * in digits and letters that are not easily confused.
 *
 *-------------------------------------------------------------------------
 */
#include "type/gs1_check_pair_core.h"

#include <assert.h>
#include <string.h>

#define MODULUS 1021

static const char cset82[] = "!\"%&'()*+,-./0123456789:;<=>?"
							 "ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
static const char cset32[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

static int
next_prime(int prime)
{
	for (;;)
	{
		int divisor = 2;

		prime++;
		while (divisor * divisor <= prime && prime % divisor != 0)
			divisor++;
		if (divisor * divisor > prime)
			return prime;
	}
}

/* False if the body is too long or has a character outside the set. */
bool
ims_gs1_check_pair(const char *body, size_t length, char pair[2])
{
	int sum = 0;
	int weight = 1;

	assert(sizeof(cset82) - 1 == 82);
	assert(sizeof(cset32) - 1 == 32);
	if (length > IMS_GS1_MAX_CHECK_PAIR_BODY)
		return false;
	for (size_t i = length; i > 0; i--)
	{
		const char *place = body[i - 1] != '\0' ? strchr(cset82, body[i - 1]) : NULL;

		if (place == NULL)
			return false;
		weight = next_prime(weight);
		sum = (sum + weight * (int) (place - cset82)) % MODULUS;
	}
	pair[0] = cset32[sum / 32];
	pair[1] = cset32[sum % 32];
	return true;
}

/* Whether a key ends with the check pair of the characters before it. */
bool
ims_gs1_has_check_pair(const char *key, size_t length)
{
	char pair[2];

	return length >= 2 && ims_gs1_check_pair(key, length - 2, pair) &&
		   memcmp(key + length - 2, pair, 2) == 0;
}
