-- Posting: the verbs, one line each, and the two forms for many lines.
--
-- Each function is a door of its own: EXECUTE is the right, and the library
-- checks that the caller may act for the owner.  Every argument has a default,
-- so that a call names what it has; what is missing is an error that says so.
-- src/ledger/field.c lists the same names in the same order.

CREATE FUNCTION ims.receive(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    quantity numeric DEFAULT NULL,
    unit text DEFAULT NULL,
    to_location text DEFAULT NULL,
    lot text DEFAULT NULL,
    serial text DEFAULT NULL,
    handling_unit text DEFAULT NULL,
    effective_at timestamptz DEFAULT NULL,
    reason text DEFAULT NULL,
    party text DEFAULT NULL,
    channel text DEFAULT NULL,
    reference_type text DEFAULT NULL,
    reference_number text DEFAULT NULL,
    reference_line text DEFAULT NULL,
    unit_cost numeric DEFAULT NULL,
    currency text DEFAULT NULL,
    rate numeric DEFAULT NULL,
    sale_value numeric DEFAULT NULL,
    actor text DEFAULT NULL,
    idempotency_key text DEFAULT NULL,
    dry_run boolean DEFAULT false,
    measured_quantity numeric DEFAULT NULL)
RETURNS TABLE (posting_id bigint, document_number bigint, status text, replayed boolean)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 1
AS 'MODULE_PATHNAME', 'ims_receive';
COMMENT ON FUNCTION ims.receive
    IS 'take goods from a supplier into a place';
REVOKE ALL ON FUNCTION ims.receive FROM PUBLIC;

CREATE FUNCTION ims.ship(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    quantity numeric DEFAULT NULL,
    unit text DEFAULT NULL,
    from_location text DEFAULT NULL,
    lot text DEFAULT NULL,
    serial text DEFAULT NULL,
    handling_unit text DEFAULT NULL,
    effective_at timestamptz DEFAULT NULL,
    reason text DEFAULT NULL,
    party text DEFAULT NULL,
    channel text DEFAULT NULL,
    reference_type text DEFAULT NULL,
    reference_number text DEFAULT NULL,
    reference_line text DEFAULT NULL,
    unit_cost numeric DEFAULT NULL,
    currency text DEFAULT NULL,
    rate numeric DEFAULT NULL,
    sale_value numeric DEFAULT NULL,
    actor text DEFAULT NULL,
    idempotency_key text DEFAULT NULL,
    dry_run boolean DEFAULT false,
    measured_quantity numeric DEFAULT NULL)
RETURNS TABLE (posting_id bigint, document_number bigint, status text, replayed boolean)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 1
AS 'MODULE_PATHNAME', 'ims_ship';
COMMENT ON FUNCTION ims.ship
    IS 'send goods from a place to a customer';
REVOKE ALL ON FUNCTION ims.ship FROM PUBLIC;

CREATE FUNCTION ims.transfer(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    quantity numeric DEFAULT NULL,
    unit text DEFAULT NULL,
    from_location text DEFAULT NULL,
    to_location text DEFAULT NULL,
    lot text DEFAULT NULL,
    serial text DEFAULT NULL,
    from_handling_unit text DEFAULT NULL,
    to_handling_unit text DEFAULT NULL,
    effective_at timestamptz DEFAULT NULL,
    reason text DEFAULT NULL,
    party text DEFAULT NULL,
    channel text DEFAULT NULL,
    reference_type text DEFAULT NULL,
    reference_number text DEFAULT NULL,
    reference_line text DEFAULT NULL,
    unit_cost numeric DEFAULT NULL,
    currency text DEFAULT NULL,
    rate numeric DEFAULT NULL,
    sale_value numeric DEFAULT NULL,
    actor text DEFAULT NULL,
    idempotency_key text DEFAULT NULL,
    dry_run boolean DEFAULT false,
    measured_quantity numeric DEFAULT NULL)
RETURNS TABLE (posting_id bigint, document_number bigint, status text, replayed boolean)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 1
AS 'MODULE_PATHNAME', 'ims_transfer';
COMMENT ON FUNCTION ims.transfer
    IS 'move goods between places of one site';
REVOKE ALL ON FUNCTION ims.transfer FROM PUBLIC;

CREATE FUNCTION ims.dispatch(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    quantity numeric DEFAULT NULL,
    unit text DEFAULT NULL,
    from_location text DEFAULT NULL,
    to_location text DEFAULT NULL,
    lot text DEFAULT NULL,
    serial text DEFAULT NULL,
    handling_unit text DEFAULT NULL,
    effective_at timestamptz DEFAULT NULL,
    reason text DEFAULT NULL,
    party text DEFAULT NULL,
    channel text DEFAULT NULL,
    reference_type text DEFAULT NULL,
    reference_number text DEFAULT NULL,
    reference_line text DEFAULT NULL,
    unit_cost numeric DEFAULT NULL,
    currency text DEFAULT NULL,
    rate numeric DEFAULT NULL,
    sale_value numeric DEFAULT NULL,
    actor text DEFAULT NULL,
    idempotency_key text DEFAULT NULL,
    dry_run boolean DEFAULT false,
    measured_quantity numeric DEFAULT NULL)
RETURNS TABLE (posting_id bigint, document_number bigint, status text, replayed boolean)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 1
AS 'MODULE_PATHNAME', 'ims_dispatch';
COMMENT ON FUNCTION ims.dispatch
    IS 'send goods on their way to another site; they are in transit until received there';
REVOKE ALL ON FUNCTION ims.dispatch FROM PUBLIC;

CREATE FUNCTION ims.adjust(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    quantity numeric DEFAULT NULL,
    unit text DEFAULT NULL,
    location text DEFAULT NULL,
    lot text DEFAULT NULL,
    serial text DEFAULT NULL,
    handling_unit text DEFAULT NULL,
    effective_at timestamptz DEFAULT NULL,
    reason text DEFAULT NULL,
    party text DEFAULT NULL,
    channel text DEFAULT NULL,
    reference_type text DEFAULT NULL,
    reference_number text DEFAULT NULL,
    reference_line text DEFAULT NULL,
    unit_cost numeric DEFAULT NULL,
    currency text DEFAULT NULL,
    rate numeric DEFAULT NULL,
    sale_value numeric DEFAULT NULL,
    actor text DEFAULT NULL,
    idempotency_key text DEFAULT NULL,
    dry_run boolean DEFAULT false,
    measured_quantity numeric DEFAULT NULL)
RETURNS TABLE (posting_id bigint, document_number bigint, status text, replayed boolean)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 1
AS 'MODULE_PATHNAME', 'ims_adjust';
COMMENT ON FUNCTION ims.adjust
    IS 'add a difference found to a place, or take it away where quantity is below zero';
REVOKE ALL ON FUNCTION ims.adjust FROM PUBLIC;

CREATE FUNCTION ims.scrap(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    quantity numeric DEFAULT NULL,
    unit text DEFAULT NULL,
    from_location text DEFAULT NULL,
    lot text DEFAULT NULL,
    serial text DEFAULT NULL,
    handling_unit text DEFAULT NULL,
    effective_at timestamptz DEFAULT NULL,
    reason text DEFAULT NULL,
    party text DEFAULT NULL,
    channel text DEFAULT NULL,
    reference_type text DEFAULT NULL,
    reference_number text DEFAULT NULL,
    reference_line text DEFAULT NULL,
    unit_cost numeric DEFAULT NULL,
    currency text DEFAULT NULL,
    rate numeric DEFAULT NULL,
    sale_value numeric DEFAULT NULL,
    actor text DEFAULT NULL,
    idempotency_key text DEFAULT NULL,
    dry_run boolean DEFAULT false,
    measured_quantity numeric DEFAULT NULL)
RETURNS TABLE (posting_id bigint, document_number bigint, status text, replayed boolean)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 1
AS 'MODULE_PATHNAME', 'ims_scrap';
COMMENT ON FUNCTION ims.scrap
    IS 'take goods that are lost or spoilt out of a place';
REVOKE ALL ON FUNCTION ims.scrap FROM PUBLIC;

CREATE FUNCTION ims.consume(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    quantity numeric DEFAULT NULL,
    unit text DEFAULT NULL,
    from_location text DEFAULT NULL,
    lot text DEFAULT NULL,
    serial text DEFAULT NULL,
    handling_unit text DEFAULT NULL,
    effective_at timestamptz DEFAULT NULL,
    reason text DEFAULT NULL,
    party text DEFAULT NULL,
    channel text DEFAULT NULL,
    reference_type text DEFAULT NULL,
    reference_number text DEFAULT NULL,
    reference_line text DEFAULT NULL,
    unit_cost numeric DEFAULT NULL,
    currency text DEFAULT NULL,
    rate numeric DEFAULT NULL,
    sale_value numeric DEFAULT NULL,
    actor text DEFAULT NULL,
    idempotency_key text DEFAULT NULL,
    dry_run boolean DEFAULT false,
    measured_quantity numeric DEFAULT NULL)
RETURNS TABLE (posting_id bigint, document_number bigint, status text, replayed boolean)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 1
AS 'MODULE_PATHNAME', 'ims_consume';
COMMENT ON FUNCTION ims.consume
    IS 'take goods out of a place into production';
REVOKE ALL ON FUNCTION ims.consume FROM PUBLIC;

CREATE FUNCTION ims.produce(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    quantity numeric DEFAULT NULL,
    unit text DEFAULT NULL,
    to_location text DEFAULT NULL,
    lot text DEFAULT NULL,
    serial text DEFAULT NULL,
    handling_unit text DEFAULT NULL,
    components jsonb DEFAULT NULL,
    effective_at timestamptz DEFAULT NULL,
    reason text DEFAULT NULL,
    party text DEFAULT NULL,
    channel text DEFAULT NULL,
    reference_type text DEFAULT NULL,
    reference_number text DEFAULT NULL,
    reference_line text DEFAULT NULL,
    unit_cost numeric DEFAULT NULL,
    currency text DEFAULT NULL,
    rate numeric DEFAULT NULL,
    sale_value numeric DEFAULT NULL,
    actor text DEFAULT NULL,
    idempotency_key text DEFAULT NULL,
    dry_run boolean DEFAULT false,
    measured_quantity numeric DEFAULT NULL)
RETURNS TABLE (posting_id bigint, document_number bigint, status text, replayed boolean)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 1
AS 'MODULE_PATHNAME', 'ims_produce';
COMMENT ON FUNCTION ims.produce
    IS 'put goods made into a place and take their components out of theirs, in one posting';
REVOKE ALL ON FUNCTION ims.produce FROM PUBLIC;

CREATE FUNCTION ims.return_from_customer(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    quantity numeric DEFAULT NULL,
    unit text DEFAULT NULL,
    to_location text DEFAULT NULL,
    lot text DEFAULT NULL,
    serial text DEFAULT NULL,
    handling_unit text DEFAULT NULL,
    origin_posting_id bigint DEFAULT NULL,
    origin_movement_id bigint DEFAULT NULL,
    effective_at timestamptz DEFAULT NULL,
    reason text DEFAULT NULL,
    party text DEFAULT NULL,
    channel text DEFAULT NULL,
    reference_type text DEFAULT NULL,
    reference_number text DEFAULT NULL,
    reference_line text DEFAULT NULL,
    unit_cost numeric DEFAULT NULL,
    currency text DEFAULT NULL,
    rate numeric DEFAULT NULL,
    sale_value numeric DEFAULT NULL,
    actor text DEFAULT NULL,
    idempotency_key text DEFAULT NULL,
    dry_run boolean DEFAULT false,
    measured_quantity numeric DEFAULT NULL)
RETURNS TABLE (posting_id bigint, document_number bigint, status text, replayed boolean)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 1
AS 'MODULE_PATHNAME', 'ims_return_from_customer';
COMMENT ON FUNCTION ims.return_from_customer
    IS 'take back goods from a customer, linked to the shipment where it is known';
REVOKE ALL ON FUNCTION ims.return_from_customer FROM PUBLIC;

CREATE FUNCTION ims.return_to_supplier(
    owner text DEFAULT NULL,
    item text DEFAULT NULL,
    quantity numeric DEFAULT NULL,
    unit text DEFAULT NULL,
    from_location text DEFAULT NULL,
    lot text DEFAULT NULL,
    serial text DEFAULT NULL,
    handling_unit text DEFAULT NULL,
    origin_posting_id bigint DEFAULT NULL,
    origin_movement_id bigint DEFAULT NULL,
    effective_at timestamptz DEFAULT NULL,
    reason text DEFAULT NULL,
    party text DEFAULT NULL,
    channel text DEFAULT NULL,
    reference_type text DEFAULT NULL,
    reference_number text DEFAULT NULL,
    reference_line text DEFAULT NULL,
    unit_cost numeric DEFAULT NULL,
    currency text DEFAULT NULL,
    rate numeric DEFAULT NULL,
    sale_value numeric DEFAULT NULL,
    actor text DEFAULT NULL,
    idempotency_key text DEFAULT NULL,
    dry_run boolean DEFAULT false,
    measured_quantity numeric DEFAULT NULL)
RETURNS TABLE (posting_id bigint, document_number bigint, status text, replayed boolean)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 1
AS 'MODULE_PATHNAME', 'ims_return_to_supplier';
COMMENT ON FUNCTION ims.return_to_supplier
    IS 'send back goods to a supplier, linked to the receipt where it is known';
REVOKE ALL ON FUNCTION ims.return_to_supplier FROM PUBLIC;

CREATE FUNCTION ims.post(
    lines jsonb DEFAULT NULL,
    kind text DEFAULT 'move',
    owner text DEFAULT NULL,
    effective_at timestamptz DEFAULT NULL,
    reason text DEFAULT NULL,
    party text DEFAULT NULL,
    channel text DEFAULT NULL,
    reference_type text DEFAULT NULL,
    reference_number text DEFAULT NULL,
    actor text DEFAULT NULL,
    idempotency_key text DEFAULT NULL,
    on_error text DEFAULT 'error',
    dry_run boolean DEFAULT false)
RETURNS TABLE (
    posting_id bigint,
    document_number bigint,
    status text,
    replayed boolean,
    line integer,
    sqlstate text,
    message text,
    detail text)
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_post';
COMMENT ON FUNCTION ims.post
    IS 'post many lines, given as an array of JSON objects, as one posting';
REVOKE ALL ON FUNCTION ims.post FROM PUBLIC;

CREATE FUNCTION ims.post_ids(
    item_ids bigint[] DEFAULT NULL,
    quantities numeric[] DEFAULT NULL,
    from_location_ids bigint[] DEFAULT NULL,
    to_location_ids bigint[] DEFAULT NULL,
    lot_ids bigint[] DEFAULT NULL,
    serial_ids bigint[] DEFAULT NULL,
    from_handling_unit_ids bigint[] DEFAULT NULL,
    to_handling_unit_ids bigint[] DEFAULT NULL,
    units text[] DEFAULT NULL,
    origin_movement_ids bigint[] DEFAULT NULL,
    reference_lines text[] DEFAULT NULL,
    unit_costs numeric[] DEFAULT NULL,
    sale_values numeric[] DEFAULT NULL,
    measured_quantities numeric[] DEFAULT NULL,
    currency text DEFAULT NULL,
    rate numeric DEFAULT NULL,
    owner text DEFAULT NULL,
    kind text DEFAULT 'move',
    effective_at timestamptz DEFAULT NULL,
    reason text DEFAULT NULL,
    party text DEFAULT NULL,
    channel text DEFAULT NULL,
    reference_type text DEFAULT NULL,
    reference_number text DEFAULT NULL,
    actor text DEFAULT NULL,
    idempotency_key text DEFAULT NULL,
    on_error text DEFAULT 'error',
    dry_run boolean DEFAULT false)
RETURNS TABLE (
    posting_id bigint,
    document_number bigint,
    status text,
    replayed boolean,
    line integer,
    sqlstate text,
    message text,
    detail text)
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_post_ids';
COMMENT ON FUNCTION ims.post_ids
    IS 'post many lines, given as parallel arrays of ids, as one posting';
REVOKE ALL ON FUNCTION ims.post_ids FROM PUBLIC;

CREATE FUNCTION ims.open_posting(
    owner text DEFAULT NULL,
    kind text DEFAULT 'move',
    effective_at timestamptz DEFAULT NULL,
    reason text DEFAULT NULL,
    party text DEFAULT NULL,
    channel text DEFAULT NULL,
    reference_type text DEFAULT NULL,
    reference_number text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_open_posting';
COMMENT ON FUNCTION ims.open_posting IS
'begin a posting whose lines follow by INSERT or COPY

Until the end of the transaction, or until another one is opened, rows of ims.movement that
leave out owner_id, posting_id, effective_at and recorded_at are its lines. Returns its id; a
row that names one opened earlier gives the times of that one too.
Example: SELECT ims.open_posting(kind => ''receive'', party => ''ACME'', reference_number => ''PO-78'');';
REVOKE ALL ON FUNCTION ims.open_posting FROM PUBLIC;

CREATE FUNCTION ims._verb_arguments(verb text)
RETURNS text[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_verb_arguments';
COMMENT ON FUNCTION ims._verb_arguments
    IS 'argument names of a posting function as the library reads them, by position';
REVOKE ALL ON FUNCTION ims._verb_arguments FROM PUBLIC;
