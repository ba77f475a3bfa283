-- The ledger itself: documents and their lines.
--
-- Append-only (60_guard).  No foreign keys: in bulk they cost three times the
-- posting; the engine checks the masters under its locks instead.  movement
-- carries one index in random order, partial ones for the lines that a trace
-- follows (lot, serial, handling unit, production, an earlier line) and that
-- cost others nothing, and a BRIN index on what grows with time; the vacuum
-- settings keep its summaries close behind the inserts.

CREATE TABLE ims.posting (
    owner_id bigint NOT NULL,
    posting_id bigint GENERATED ALWAYS AS IDENTITY (CACHE 20),
    document_number bigint NOT NULL,
    kind text NOT NULL,
    effective_at timestamptz NOT NULL,
    utc_offset_minutes integer NOT NULL,
    recorded_at timestamptz NOT NULL,
    party_id bigint,
    channel_id bigint,
    destination_id bigint,
    reference_type text,
    reference_number text,
    reason text,
    actor text,
    session_role text NOT NULL,
    caller_role text NOT NULL,
    origin_posting_id bigint,
    idempotency_key text,
    system_identifier bigint NOT NULL,
    commit_xid xid8 NOT NULL,
    CONSTRAINT posting_pkey PRIMARY KEY (owner_id, posting_id),
    CONSTRAINT posting_kind_check CHECK (kind IN (
        'receive', 'ship', 'transfer', 'dispatch', 'receive_transfer', 'adjust', 'count',
        'count_correction', 'scrap', 'consume', 'produce', 'return_from_customer',
        'return_to_supplier', 'reversal', 'ownership', 'usage', 'move', 'pack', 'unpack',
        'relot', 'disassemble'))
);
CREATE INDEX posting_document_idx ON ims.posting (owner_id, document_number);
CREATE INDEX posting_origin_idx ON ims.posting (owner_id, origin_posting_id)
    WHERE origin_posting_id IS NOT NULL;
COMMENT ON TABLE ims.posting IS 'documents of the ledger, one row per posting';
COMMENT ON COLUMN ims.posting.owner_id IS 'owner of the stock';
COMMENT ON COLUMN ims.posting.posting_id IS 'identifies the posting';
COMMENT ON COLUMN ims.posting.document_number IS 'number of the document within the owner; gaps are allowed';
COMMENT ON COLUMN ims.posting.kind IS 'verb that made it';
COMMENT ON COLUMN ims.posting.effective_at IS 'when it happened';
COMMENT ON COLUMN ims.posting.utc_offset_minutes IS 'offset from UTC in the zone of the owner at that time';
COMMENT ON COLUMN ims.posting.recorded_at IS 'when the ledger learned of it';
COMMENT ON COLUMN ims.posting.party_id IS 'customer, supplier, carrier or partner';
COMMENT ON COLUMN ims.posting.channel_id IS 'sales channel';
COMMENT ON COLUMN ims.posting.destination_id IS 'site a dispatch is bound for';
COMMENT ON COLUMN ims.posting.reference_type IS 'kind of the caller''s document, such as sales_order';
COMMENT ON COLUMN ims.posting.reference_number IS 'number of the caller''s document';
COMMENT ON COLUMN ims.posting.reason IS 'reason given';
COMMENT ON COLUMN ims.posting.actor IS 'person or program, as the caller says';
COMMENT ON COLUMN ims.posting.session_role IS 'role that logged in';
COMMENT ON COLUMN ims.posting.caller_role IS 'role that called';
COMMENT ON COLUMN ims.posting.origin_posting_id IS 'posting that it reverses, receives, returns or corrects';
COMMENT ON COLUMN ims.posting.idempotency_key IS 'key under which a repeated call is recognised';
COMMENT ON COLUMN ims.posting.system_identifier IS 'cluster that recorded it';
COMMENT ON COLUMN ims.posting.commit_xid IS 'transaction that recorded it, in that cluster';

CREATE TABLE ims.posting_key (
    owner_id bigint NOT NULL,
    idempotency_key text NOT NULL,
    payload_hash bytea NOT NULL,
    posting_id bigint,
    answer jsonb,
    CONSTRAINT posting_key_pkey PRIMARY KEY (owner_id, idempotency_key),
    CONSTRAINT posting_key_length_check CHECK (idempotency_key <> ''
        AND pg_catalog.length(idempotency_key) <= 200)
);
COMMENT ON TABLE ims.posting_key IS 'idempotency keys with the call and the answer they stand for';
COMMENT ON COLUMN ims.posting_key.owner_id IS 'owner';
COMMENT ON COLUMN ims.posting_key.idempotency_key IS 'key given by the client';
COMMENT ON COLUMN ims.posting_key.payload_hash IS 'SHA-256 of the call without the key';
COMMENT ON COLUMN ims.posting_key.posting_id IS 'posting it led to';
COMMENT ON COLUMN ims.posting_key.answer IS 'rows of the first answer, where it was more than the posting';

CREATE TABLE ims.movement (
    owner_id bigint NOT NULL DEFAULT ims._default_owner_id(),
    movement_id bigint GENERATED ALWAYS AS IDENTITY (CACHE 100),
    posting_id bigint NOT NULL DEFAULT ims._frame_posting_id(),
    effective_at timestamptz NOT NULL DEFAULT ims._frame_effective_at(),
    recorded_at timestamptz NOT NULL DEFAULT ims._frame_recorded_at(),
    item_id bigint NOT NULL,
    lot_id bigint NOT NULL DEFAULT 0,
    serial_id bigint NOT NULL DEFAULT 0,
    from_location_id bigint NOT NULL,
    to_location_id bigint NOT NULL,
    from_handling_unit_id bigint NOT NULL DEFAULT 0,
    to_handling_unit_id bigint NOT NULL DEFAULT 0,
    origin_movement_id bigint,
    quantity ims.quantity NOT NULL,
    entered_quantity numeric,
    entered_unit text,
    unit_cost numeric,
    sale_value numeric,
    rate numeric,
    currency text,
    reference_line text,
    measured_quantity numeric,
    CONSTRAINT movement_pkey PRIMARY KEY (owner_id, movement_id),
    CONSTRAINT movement_quantity_check CHECK (quantity > 0),
    CONSTRAINT movement_places_check CHECK (from_location_id <> to_location_id
        OR from_handling_unit_id <> to_handling_unit_id)
) WITH (autovacuum_vacuum_insert_threshold = 50000, autovacuum_vacuum_insert_scale_factor = 0,
        autovacuum_analyze_scale_factor = 0.05);
CREATE INDEX movement_item_idx ON ims.movement (owner_id, item_id, effective_at);
CREATE INDEX movement_origin_idx ON ims.movement (owner_id, origin_movement_id)
    WHERE origin_movement_id IS NOT NULL;
CREATE INDEX movement_lot_idx ON ims.movement (owner_id, lot_id) WHERE lot_id <> 0;
CREATE INDEX movement_serial_idx ON ims.movement (owner_id, serial_id) WHERE serial_id <> 0;
CREATE INDEX movement_from_handling_unit_idx ON ims.movement (owner_id, from_handling_unit_id)
    WHERE from_handling_unit_id <> 0;
CREATE INDEX movement_to_handling_unit_idx ON ims.movement (owner_id, to_handling_unit_id)
    WHERE to_handling_unit_id <> 0;
CREATE INDEX movement_production_idx ON ims.movement (owner_id, posting_id)
    WHERE from_location_id = 6 OR to_location_id = 6;
CREATE INDEX movement_time_idx ON ims.movement USING brin (posting_id, effective_at, recorded_at)
    WITH (pages_per_range = 32, autosummarize = on);
COMMENT ON TABLE ims.movement IS 'lines of the ledger: a quantity of an item from one place to another';
COMMENT ON COLUMN ims.movement.owner_id IS 'owner of the stock';
COMMENT ON COLUMN ims.movement.movement_id IS 'identifies the line; with effective_at it orders history';
COMMENT ON COLUMN ims.movement.posting_id IS 'posting it belongs to';
COMMENT ON COLUMN ims.movement.effective_at IS 'when it happened, as in its posting';
COMMENT ON COLUMN ims.movement.recorded_at IS 'when the ledger learned of it, as in its posting';
COMMENT ON COLUMN ims.movement.item_id IS 'item';
COMMENT ON COLUMN ims.movement.lot_id IS 'lot, 0 for none';
COMMENT ON COLUMN ims.movement.serial_id IS 'single unit, 0 for none';
COMMENT ON COLUMN ims.movement.from_location_id IS 'place it left';
COMMENT ON COLUMN ims.movement.to_location_id IS 'place it arrived at';
COMMENT ON COLUMN ims.movement.from_handling_unit_id IS 'handling unit it left, 0 for none';
COMMENT ON COLUMN ims.movement.to_handling_unit_id IS 'handling unit it arrived in, 0 for none';
COMMENT ON COLUMN ims.movement.origin_movement_id IS 'line that it reverses, receives or returns';
COMMENT ON COLUMN ims.movement.quantity IS 'amount in base units of the item, above zero';
COMMENT ON COLUMN ims.movement.entered_quantity IS 'amount as entered, null where in base units';
COMMENT ON COLUMN ims.movement.entered_unit IS 'unit as entered, null for the base unit';
COMMENT ON COLUMN ims.movement.unit_cost IS 'cost of one base unit as given, in currency';
COMMENT ON COLUMN ims.movement.sale_value IS 'sale value of the line as given, in currency';
COMMENT ON COLUMN ims.movement.rate IS 'units of the owner''s currency per unit of currency';
COMMENT ON COLUMN ims.movement.currency IS 'ISO 4217 code, null for the owner''s';
COMMENT ON COLUMN ims.movement.reference_line IS 'line of the caller''s document';
COMMENT ON COLUMN ims.movement.measured_quantity IS
    'second quantity measured for the line, such as its weight, null where none was';
