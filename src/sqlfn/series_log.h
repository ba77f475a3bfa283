/*-------------------------------------------------------------------------
 *
 * series_log.h
 *	  Rows of many series in one log, as bytes.
 *
 * Behind the length of a varlena: ImsSeriesLogHead; the keys of the series in the
 * order in which they were found; a byte for each with a bit per kind of rows it
 * has; and the entries of each kind.  An entry is three numbers of one to ten
 * bytes: how far its series, its time and its amount are from those of the entry
 * of its kind before, the amount from 0.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_SQLFN_SERIES_LOG_H
#define IMS_SQLFN_SERIES_LOG_H

#include "miscadmin.h"

/* Item, site, channel and class of customers. */
#define IMS_SERIES_KEY 4
#define IMS_SERIES_KEY_SIZE (sizeof(int64) * IMS_SERIES_KEY)

typedef enum ImsSeriesKind
{
	IMS_SERIES_DEMAND, /* by day */
	IMS_SERIES_LEVEL,  /* changes of a level, by instant */
	IMS_SERIES_KINDS
} ImsSeriesKind;

typedef struct ImsSeriesLogHead
{
	int64 series;
	int64 entries[IMS_SERIES_KINDS];
	int64 size[IMS_SERIES_KINDS]; /* of the entries, in bytes */
} ImsSeriesLogHead;

/* Where the parts of a log are. */
typedef struct ImsSeriesLogParts
{
	ImsSeriesLogHead head;
	const char *key; /* not aligned */
	const uint8 *kinds;
	const unsigned char *entries[IMS_SERIES_KINDS];
} ImsSeriesLogParts;

/* One after the other; `left` counts what has not been read. */
typedef struct ImsSeriesLogReader
{
	const unsigned char *next;
	int64 left;
	int64 series;
	int64 at; /* a day, or an instant */
	int64 amount;
} ImsSeriesLogReader;

static inline ImsSeriesLogParts
ims_series_log_parts(const char *bytes)
{
	ImsSeriesLogParts parts;

	memcpy(&parts.head, bytes, sizeof(ImsSeriesLogHead));
	parts.key = bytes + sizeof(ImsSeriesLogHead);
	parts.kinds = (const uint8 *) parts.key + IMS_SERIES_KEY_SIZE * parts.head.series;
	parts.entries[IMS_SERIES_DEMAND] = parts.kinds + parts.head.series;
	parts.entries[IMS_SERIES_LEVEL] =
		parts.entries[IMS_SERIES_DEMAND] + parts.head.size[IMS_SERIES_DEMAND];
	return parts;
}

static inline ImsSeriesLogReader
ims_series_log_reader(const ImsSeriesLogParts *parts, ImsSeriesKind kind)
{
	return (ImsSeriesLogReader){.next = parts->entries[kind],
								.left = parts->head.entries[kind]};
}

/* Small numbers of either sign are short. */
static inline int64
ims_series_log_number(ImsSeriesLogReader *reader)
{
	uint64 bits = 0;
	int shift = 0;

	while (*reader->next >= 0x80)
	{
		bits |= (uint64) (*reader->next++ & 0x7f) << shift;
		shift += 7;
	}
	bits |= (uint64) *reader->next++ << shift;
	return (int64) (bits >> 1) ^ -(int64) (bits & 1);
}

/* False at the end.  Times may be infinite, so differences wrap round. */
static inline bool
ims_series_log_read(ImsSeriesLogReader *reader)
{
	if (reader->left == 0)
		return false;
	if (reader->left-- % 65536 == 0)
		CHECK_FOR_INTERRUPTS();
	reader->series += ims_series_log_number(reader);
	reader->at = (int64) ((uint64) reader->at + (uint64) ims_series_log_number(reader));
	reader->amount = ims_series_log_number(reader);
	return true;
}

#endif /* IMS_SQLFN_SERIES_LOG_H */
