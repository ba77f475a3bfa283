/*-------------------------------------------------------------------------
 *
 * quantity_stored.c
 *	  Quantities as numeric lies in a tuple, without the numeric functions.
 *
 * A balance row holds two or three quantities, and reading and writing them
 * through the numeric functions costs more than finding and updating the row.
 * The layout is that of NumericShort in the server's numeric.c: a variable
 * length header, two bytes of sign, display scale and weight, then digits of
 * base 10,000 without leading and trailing zeros.  It cannot change without
 * breaking pg_upgrade.  Anything but a short, finite number in the domain goes
 * to the general function, which raises.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/numeric.h"

#include "compat.h"
#include "type/quantity.h"
#include "type/quantity_stored.h"

#define SHORT_FORM_MASK 0xC000
#define SHORT_FORM 0x8000
#define SHORT_NEGATIVE 0x2000
#define SHORT_SCALE_SHIFT 7
#define SHORT_WEIGHT_NEGATIVE 0x0040
#define SHORT_WEIGHT_MASK 0x007F

/* Digits of a quantity: three before the point, two behind it. */
#define NDIGITS 5
#define FIRST_WEIGHT 2
#define DIGIT_BASE 10000

static const int64 digit_value[NDIGITS - 1] = {INT64CONST(100000000000000),
											   INT64CONST(10000000000),
											   INT64CONST(1000000), 100};

/*
 * stored: a numeric, which need not be aligned.  False where only the numeric
 * functions can tell; nothing is said about the value then.
 */
bool
ims_quantity_try_stored(const char *stored, ImsQuantity *quantity)
{
	const char *data;
	uint16 header;
	int ndigit, place, i;
	ImsQuantity result = 0;

	if (VARATT_IS_EXTERNAL(stored) || VARATT_IS_COMPRESSED(stored))
		return false;
	data = VARDATA_ANY(stored);
	ndigit = ((int) VARSIZE_ANY_EXHDR(stored) - (int) sizeof(uint16)) / (int) sizeof(int16);
	memcpy(&header, data, sizeof(header));
	if ((header & SHORT_FORM_MASK) != SHORT_FORM)
		return false;
	place = header & SHORT_WEIGHT_MASK;
	if (place & SHORT_WEIGHT_NEGATIVE)
		place -= SHORT_WEIGHT_MASK + 1;
	place = FIRST_WEIGHT - place; /* index into the five digits */
	if (ndigit > 0 && (place < 0 || place + ndigit > NDIGITS))
		return false;

	for (i = 0; i < ndigit; i++, place++)
	{
		int16 digit;

		memcpy(&digit, data + sizeof(uint16) + i * sizeof(int16), sizeof(digit));
		if (place < NDIGITS - 1)
			result += digit * digit_value[place];
		else if (digit % 100 == 0)
			result += digit / 100;
		else
			return false;
	}
	*quantity = (header & SHORT_NEGATIVE) ? -result : result;
	return true;
}

/* stored: an attribute of a tuple, in the domain. */
ImsQuantity
ims_quantity_read_stored(const char *stored)
{
	ImsQuantity quantity;

	if (ims_quantity_try_stored(stored, &quantity))
		return quantity;
	return ims_quantity_from_numeric(DatumGetNumeric(PointerGetDatum(stored)));
}

/*
 * Writes the attribute with a one-byte length, for any offset in a tuple, and
 * returns its size.  As few decimals as the value needs: 5, not 5.000000.
 */
int
ims_quantity_write_stored(ImsQuantity quantity, char *stored)
{
	int64 size = quantity < 0 ? -quantity : quantity;
	int64 whole = size / IMS_QUANTITY_ONE;
	int64 part = size % IMS_QUANTITY_ONE;
	int16 digits[NDIGITS];
	int first = 0, end = NDIGITS, scale = 0;
	uint16 header = SHORT_FORM;
	Size length;

	Assert(quantity > -IMS_QUANTITY_LIMIT && quantity < IMS_QUANTITY_LIMIT);
	digits[0] = whole / (DIGIT_BASE * DIGIT_BASE);
	digits[1] = whole / DIGIT_BASE % DIGIT_BASE;
	digits[2] = whole % DIGIT_BASE;
	digits[3] = part / 100;
	digits[4] = part % 100 * 100;
	while (first < end && digits[first] == 0)
		first++;
	while (end > first && digits[end - 1] == 0)
		end--;
	if (part != 0)
	{
		scale = IMS_QUANTITY_SCALE;
		while (part % 10 == 0)
		{
			part /= 10;
			scale--;
		}
	}
	if (quantity < 0)
		header |= SHORT_NEGATIVE;
	header |= scale << SHORT_SCALE_SHIFT;
	if (end > first)
		header |= (FIRST_WEIGHT - first) & SHORT_WEIGHT_MASK;

	length = 1 + sizeof(header) + (end - first) * sizeof(int16);
	SET_VARSIZE_SHORT(stored, length);
	memcpy(stored + 1, &header, sizeof(header));
	memcpy(stored + 1 + sizeof(header), &digits[first], (end - first) * sizeof(int16));
	return (int) length;
}
