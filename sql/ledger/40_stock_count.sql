-- Counts: what somebody saw on the shelf at an instant.
--
-- A count asserts a level.  A posting dated before it must leave the level
-- true, so the engine adds a compensating movement at the instant of the next
-- count; it finds that count here, under the lock of the balance.

CREATE TABLE ims.stock_count (
    owner_id bigint NOT NULL,
    item_id bigint NOT NULL,
    location_id bigint NOT NULL,
    lot_id bigint NOT NULL,
    handling_unit_id bigint NOT NULL,
    counted_at timestamptz NOT NULL,
    posting_id bigint NOT NULL,
    counted_quantity ims.quantity NOT NULL,
    book_quantity ims.quantity NOT NULL,
    CONSTRAINT stock_count_pkey PRIMARY KEY
        (owner_id, item_id, location_id, lot_id, handling_unit_id, counted_at),
    CONSTRAINT stock_count_quantity_check CHECK (counted_quantity >= 0)
);
CREATE INDEX stock_count_posting_idx ON ims.stock_count (owner_id, posting_id);
COMMENT ON TABLE ims.stock_count IS 'counted levels: what each balance was at an instant';
COMMENT ON COLUMN ims.stock_count.owner_id IS 'owner of the stock';
COMMENT ON COLUMN ims.stock_count.item_id IS 'item';
COMMENT ON COLUMN ims.stock_count.location_id IS 'place';
COMMENT ON COLUMN ims.stock_count.lot_id IS 'lot, 0 for none';
COMMENT ON COLUMN ims.stock_count.handling_unit_id IS 'handling unit, 0 for none';
COMMENT ON COLUMN ims.stock_count.counted_at IS 'instant the level is asserted for';
COMMENT ON COLUMN ims.stock_count.posting_id IS 'posting of the count';
COMMENT ON COLUMN ims.stock_count.counted_quantity IS 'level counted, base units';
COMMENT ON COLUMN ims.stock_count.book_quantity IS 'level of the books before the count, base units';
