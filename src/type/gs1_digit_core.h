/*-------------------------------------------------------------------------
 *
 * gs1_digit_core.h
 *	  Digits and characters that every GS1 identification key shares.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_GS1_DIGIT_CORE_H
#define IMS_GS1_DIGIT_CORE_H

#include <stdbool.h>
#include <stddef.h>

/* Longest key with a check digit is the SSCC or the GSRN, 18 digits. */
#define IMS_GS1_MAX_KEY_DIGITS 18

extern bool ims_gs1_is_digits(const char *text, size_t length);
extern int ims_gs1_check_digit(const char *body, size_t length);
extern bool ims_gs1_has_check_digit(const char *key, size_t length);

extern bool ims_gs1_is_cset82(const char *text, size_t length);
extern bool ims_gs1_is_cset39(const char *text, size_t length);
extern bool ims_gs1_is_cset64(const char *text, size_t length);

#endif
