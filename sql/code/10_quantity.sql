-- ims.quantity: the one type of every amount of stock.
--
-- A domain over numeric, so that every driver and BI tool sees numeric.  No
-- typmod: numeric(18,6) would round a seventh decimal silently, the CHECK
-- refuses it.  NaN fails the bound, infinity too.  The engine computes in
-- int64 millionths, which the bound keeps far from overflow.

CREATE DOMAIN ims.quantity AS numeric
    CONSTRAINT quantity_check
    CHECK (VALUE = pg_catalog.trunc(VALUE, 6) AND pg_catalog.abs(VALUE) < 1e12);
COMMENT ON DOMAIN ims.quantity
    IS 'amount of an item in its base unit: at most six decimals, below 10^12 in size';
