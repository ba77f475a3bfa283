-- Counts: what somebody saw on the shelf at an instant.
--
-- A count asserts levels: those it names (stock_count), and, where it was
-- complete, zero for all else at its places (stock_count_scope).  A posting
-- dated before it must leave the levels true, so the engine adds a compensating
-- movement at the instant of the next count; it finds that count here, under
-- the lock of the balance.
--
-- The count of a periodic item is pending until its period is closed: only
-- then the books are brought to it, by the usage; and a complete count says
-- nothing of an item that is periodic, or was when the count was entered
-- (item.perpetual_since).  A count that was reversed asserts nothing any more,
-- and stays for the record.

CREATE TABLE ims.stock_count (
    owner_id bigint NOT NULL,
    posting_id bigint NOT NULL,
    item_id bigint NOT NULL,
    location_id bigint NOT NULL,
    lot_id bigint NOT NULL,
    handling_unit_id bigint NOT NULL,
    counted_at timestamptz NOT NULL,
    counted_quantity ims.quantity NOT NULL,
    book_quantity numeric NOT NULL,
    entered_quantity numeric,
    entered_unit text,
    pending boolean NOT NULL DEFAULT false,
    reversed_posting_id bigint,
    CONSTRAINT stock_count_pkey PRIMARY KEY
        (owner_id, posting_id, item_id, location_id, lot_id, handling_unit_id),
    CONSTRAINT stock_count_quantity_check CHECK (counted_quantity >= 0),
    CONSTRAINT stock_count_entered_check CHECK (
        (entered_quantity IS NULL) = (entered_unit IS NULL))
);
CREATE UNIQUE INDEX stock_count_balance_key ON ims.stock_count
    (owner_id, item_id, location_id, lot_id, handling_unit_id, counted_at)
    WHERE reversed_posting_id IS NULL;
CREATE INDEX stock_count_time_idx ON ims.stock_count (owner_id, counted_at);
CREATE INDEX stock_count_pending_idx ON ims.stock_count (owner_id, counted_at) WHERE pending;
COMMENT ON TABLE ims.stock_count IS 'counted levels: what each balance was at an instant';
COMMENT ON COLUMN ims.stock_count.owner_id IS 'owner of the stock';
COMMENT ON COLUMN ims.stock_count.posting_id IS 'posting of the count';
COMMENT ON COLUMN ims.stock_count.item_id IS 'item';
COMMENT ON COLUMN ims.stock_count.location_id IS 'place';
COMMENT ON COLUMN ims.stock_count.lot_id IS 'lot, 0 for none';
COMMENT ON COLUMN ims.stock_count.handling_unit_id IS 'handling unit, 0 for none';
COMMENT ON COLUMN ims.stock_count.counted_at IS 'instant the level is asserted for, movements of that instant included';
COMMENT ON COLUMN ims.stock_count.counted_quantity IS 'level counted, base units';
COMMENT ON COLUMN ims.stock_count.book_quantity IS 'level of the books before the count, base units';
COMMENT ON COLUMN ims.stock_count.entered_quantity IS 'quantity as it was entered, null in the base unit';
COMMENT ON COLUMN ims.stock_count.entered_unit IS 'unit as it was entered, null for the base unit';
COMMENT ON COLUMN ims.stock_count.pending IS 'periodic item: the books follow when the period is closed';
COMMENT ON COLUMN ims.stock_count.reversed_posting_id IS 'posting that reversed the count, null while it holds';

CREATE TABLE ims.stock_count_scope (
    owner_id bigint NOT NULL,
    posting_id bigint NOT NULL,
    location_id bigint NOT NULL,
    item_id bigint NOT NULL,
    counted_at timestamptz NOT NULL,
    reversed_posting_id bigint,
    recorded_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    CONSTRAINT stock_count_scope_pkey PRIMARY KEY (owner_id, posting_id, location_id, item_id)
);
CREATE INDEX stock_count_scope_place_idx ON ims.stock_count_scope
    (owner_id, location_id, item_id, counted_at) WHERE reversed_posting_id IS NULL;
CREATE INDEX stock_count_scope_time_idx ON ims.stock_count_scope (owner_id, counted_at);
COMMENT ON TABLE ims.stock_count_scope IS 'places counted completely: what the count does not name was zero there';
COMMENT ON COLUMN ims.stock_count_scope.owner_id IS 'owner of the stock';
COMMENT ON COLUMN ims.stock_count_scope.posting_id IS 'posting of the count';
COMMENT ON COLUMN ims.stock_count_scope.location_id IS 'place';
COMMENT ON COLUMN ims.stock_count_scope.item_id IS 'item, 0 for every item';
COMMENT ON COLUMN ims.stock_count_scope.counted_at IS 'instant of the count';
COMMENT ON COLUMN ims.stock_count_scope.reversed_posting_id IS 'posting that reversed the count, null while it holds';
COMMENT ON COLUMN ims.stock_count_scope.recorded_at IS 'when the count was entered: it speaks of the items that were perpetual then';
