/*-------------------------------------------------------------------------
 *
 * errors.h
 *	  The SQLSTATEs of class IV, one per condition that a client branches on.
 *
 * Mirrored in doc/errors.md; a test throws each of them.  IV1xx codes and
 * quantities, IV2xx posting, IV3xx stock and reservation, IV4xx costing,
 * IV5xx forecasting and planning, IV9xx inconsistency.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_ERRORS_H
#define IMS_ERRORS_H

/* codes and quantities */
#define ERRCODE_IMS_INVALID_QUANTITY MAKE_SQLSTATE('I', 'V', '1', '0', '1')
#define ERRCODE_IMS_UNKNOWN_UNIT MAKE_SQLSTATE('I', 'V', '1', '0', '2')
#define ERRCODE_IMS_INEXACT_CONVERSION MAKE_SQLSTATE('I', 'V', '1', '0', '3')
#define ERRCODE_IMS_INVALID_CODE MAKE_SQLSTATE('I', 'V', '1', '0', '4')
#define ERRCODE_IMS_UNIT_IN_USE MAKE_SQLSTATE('I', 'V', '1', '0', '5')
#define ERRCODE_IMS_OUT_OF_TOLERANCE MAKE_SQLSTATE('I', 'V', '1', '0', '6')
#define ERRCODE_IMS_NUMBERS_EXHAUSTED MAKE_SQLSTATE('I', 'V', '1', '0', '7')
#define ERRCODE_IMS_INVALID_GS1_KEY MAKE_SQLSTATE('I', 'V', '1', '1', '0')
#define ERRCODE_IMS_INVALID_EPC MAKE_SQLSTATE('I', 'V', '1', '1', '1')
#define ERRCODE_IMS_UNKNOWN_COMPANY_PREFIX MAKE_SQLSTATE('I', 'V', '1', '1', '2')
#define ERRCODE_IMS_INVALID_GTIN_PATTERN MAKE_SQLSTATE('I', 'V', '1', '1', '3')
#define ERRCODE_IMS_INVALID_ELEMENT_STRING MAKE_SQLSTATE('I', 'V', '1', '2', '1')
#define ERRCODE_IMS_ELEMENT_ASSOCIATION MAKE_SQLSTATE('I', 'V', '1', '2', '2')
#define ERRCODE_IMS_UNKNOWN_AI MAKE_SQLSTATE('I', 'V', '1', '2', '3')
#define ERRCODE_IMS_INVALID_AI MAKE_SQLSTATE('I', 'V', '1', '2', '4')
#define ERRCODE_IMS_INVALID_MEASURE MAKE_SQLSTATE('I', 'V', '1', '3', '0')
#define ERRCODE_IMS_INCOMPATIBLE_UNITS MAKE_SQLSTATE('I', 'V', '1', '3', '1')
#define ERRCODE_IMS_UNKNOWN_SCAN MAKE_SQLSTATE('I', 'V', '1', '4', '0')
#define ERRCODE_IMS_UNEXPECTED_SCAN MAKE_SQLSTATE('I', 'V', '1', '4', '1')
#define ERRCODE_IMS_EXPIRED MAKE_SQLSTATE('I', 'V', '1', '4', '2')
#define ERRCODE_IMS_EXCESS_SCAN MAKE_SQLSTATE('I', 'V', '1', '4', '3')

/* posting */
#define ERRCODE_IMS_MISSING_ARGUMENT MAKE_SQLSTATE('I', 'V', '2', '0', '1')
#define ERRCODE_IMS_UNKNOWN_OWNER MAKE_SQLSTATE('I', 'V', '2', '0', '2')
#define ERRCODE_IMS_UNKNOWN_ITEM MAKE_SQLSTATE('I', 'V', '2', '0', '3')
#define ERRCODE_IMS_UNKNOWN_LOCATION MAKE_SQLSTATE('I', 'V', '2', '0', '4')
#define ERRCODE_IMS_UNKNOWN_LOT MAKE_SQLSTATE('I', 'V', '2', '0', '5')
#define ERRCODE_IMS_UNKNOWN_SERIAL MAKE_SQLSTATE('I', 'V', '2', '0', '6')
#define ERRCODE_IMS_UNKNOWN_HANDLING_UNIT MAKE_SQLSTATE('I', 'V', '2', '0', '7')
#define ERRCODE_IMS_UNKNOWN_PARTY MAKE_SQLSTATE('I', 'V', '2', '0', '8')
#define ERRCODE_IMS_UNKNOWN_CHANNEL MAKE_SQLSTATE('I', 'V', '2', '0', '9')
#define ERRCODE_IMS_UNKNOWN_POSTING MAKE_SQLSTATE('I', 'V', '2', '1', '0')
#define ERRCODE_IMS_UNKNOWN_KEY MAKE_SQLSTATE('I', 'V', '2', '1', '1')
#define ERRCODE_IMS_INACTIVE MAKE_SQLSTATE('I', 'V', '2', '1', '2')
#define ERRCODE_IMS_TRACKING MAKE_SQLSTATE('I', 'V', '2', '1', '3')
#define ERRCODE_IMS_WRONG_PLACE MAKE_SQLSTATE('I', 'V', '2', '1', '4')
#define ERRCODE_IMS_SAME_PLACE MAKE_SQLSTATE('I', 'V', '2', '1', '5')
#define ERRCODE_IMS_CLOSED_PERIOD MAKE_SQLSTATE('I', 'V', '2', '1', '6')
#define ERRCODE_IMS_FUTURE_TIME MAKE_SQLSTATE('I', 'V', '2', '1', '7')
#define ERRCODE_IMS_KEY_REUSED MAKE_SQLSTATE('I', 'V', '2', '1', '8')
#define ERRCODE_IMS_EMPTY_BATCH MAKE_SQLSTATE('I', 'V', '2', '1', '9')
#define ERRCODE_IMS_TOO_MANY_LINES MAKE_SQLSTATE('I', 'V', '2', '2', '0')
#define ERRCODE_IMS_HISTORY MAKE_SQLSTATE('I', 'V', '2', '2', '1')
#define ERRCODE_IMS_ENGINE_ONLY MAKE_SQLSTATE('I', 'V', '2', '2', '2')
#define ERRCODE_IMS_INVALID_LINE MAKE_SQLSTATE('I', 'V', '2', '2', '3')
#define ERRCODE_IMS_PERIODIC_ITEM MAKE_SQLSTATE('I', 'V', '2', '2', '4')
#define ERRCODE_IMS_ALREADY_REVERSED MAKE_SQLSTATE('I', 'V', '2', '2', '5')
#define ERRCODE_IMS_UNKNOWN_PERIOD MAKE_SQLSTATE('I', 'V', '2', '2', '6')
#define ERRCODE_IMS_COUNT_CONFLICT MAKE_SQLSTATE('I', 'V', '2', '2', '7')
#define ERRCODE_IMS_IN_USE MAKE_SQLSTATE('I', 'V', '2', '2', '8')
#define ERRCODE_IMS_UNKNOWN_MASTER MAKE_SQLSTATE('I', 'V', '2', '2', '9')
#define ERRCODE_IMS_PERIOD_ORDER MAKE_SQLSTATE('I', 'V', '2', '3', '0')
#define ERRCODE_IMS_NOT_REVERSIBLE MAKE_SQLSTATE('I', 'V', '2', '3', '1')
#define ERRCODE_IMS_INSTANT_RANGE MAKE_SQLSTATE('I', 'V', '2', '3', '2')
#define ERRCODE_IMS_WRONG_NESTING MAKE_SQLSTATE('I', 'V', '2', '4', '0')
#define ERRCODE_IMS_NESTING_ORDER MAKE_SQLSTATE('I', 'V', '2', '4', '1')
#define ERRCODE_IMS_UNIT_IN_STOCK MAKE_SQLSTATE('I', 'V', '2', '4', '2')
#define ERRCODE_IMS_TRACE_LIMIT MAKE_SQLSTATE('I', 'V', '2', '5', '0')
#define ERRCODE_IMS_LOT_LIFE MAKE_SQLSTATE('I', 'V', '2', '5', '1')

/* stock and reservation */
#define ERRCODE_IMS_INSUFFICIENT_STOCK MAKE_SQLSTATE('I', 'V', '3', '0', '1')
#define ERRCODE_IMS_INSUFFICIENT_AVAILABLE MAKE_SQLSTATE('I', 'V', '3', '0', '2')
#define ERRCODE_IMS_INSUFFICIENT_PAST_STOCK MAKE_SQLSTATE('I', 'V', '3', '0', '3')
#define ERRCODE_IMS_LOT_HELD MAKE_SQLSTATE('I', 'V', '3', '0', '4')
#define ERRCODE_IMS_SERIAL_ELSEWHERE MAKE_SQLSTATE('I', 'V', '3', '0', '5')
#define ERRCODE_IMS_QUANTITY_RANGE MAKE_SQLSTATE('I', 'V', '3', '0', '6')
#define ERRCODE_IMS_NOTHING_OUTSTANDING MAKE_SQLSTATE('I', 'V', '3', '0', '7')

/* forecasting and planning */
#define ERRCODE_IMS_INVALID_FORECAST_ARGUMENT MAKE_SQLSTATE('I', 'V', '5', '0', '1')
#define ERRCODE_IMS_UNKNOWN_METHOD MAKE_SQLSTATE('I', 'V', '5', '0', '2')
#define ERRCODE_IMS_INVALID_SERIES MAKE_SQLSTATE('I', 'V', '5', '0', '3')
#define ERRCODE_IMS_INVALID_WINDOW MAKE_SQLSTATE('I', 'V', '5', '0', '4')

/* inconsistency */
#define ERRCODE_IMS_INCONSISTENT MAKE_SQLSTATE('I', 'V', '9', '0', '1')
#define ERRCODE_IMS_LEDGER_MISSING MAKE_SQLSTATE('I', 'V', '9', '0', '2')
#define ERRCODE_IMS_LEDGER_VERSION MAKE_SQLSTATE('I', 'V', '9', '0', '3')
#define ERRCODE_IMS_LEDGER_FOREIGN MAKE_SQLSTATE('I', 'V', '9', '0', '4')

#endif /* IMS_ERRORS_H */
