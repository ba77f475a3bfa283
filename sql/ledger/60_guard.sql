-- What nobody may do: change history, or write a balance past the engine.
--
-- Row triggers are ENABLE ALWAYS, so that they bind a subscriber's apply worker
-- and replica mode too; TRUNCATE has a trigger of its own (mixed with other
-- events it would be lost on a distributed table).  The triggers that post are
-- ordinary: the balances that a subscriber needs come over the wire.

CREATE TRIGGER movement_frame
    BEFORE INSERT ON ims.movement
    FOR EACH STATEMENT EXECUTE FUNCTION ims._movement_open_frame();
CREATE TRIGGER movement_post
    AFTER INSERT ON ims.movement REFERENCING NEW TABLE AS new_movement
    FOR EACH STATEMENT EXECUTE FUNCTION ims._movement_post();

CREATE TRIGGER movement_no_change
    BEFORE UPDATE OR DELETE ON ims.movement
    FOR EACH ROW EXECUTE FUNCTION ims._refuse_change();
CREATE TRIGGER movement_no_change_statement
    BEFORE UPDATE OR DELETE ON ims.movement
    FOR EACH STATEMENT EXECUTE FUNCTION ims._refuse_change();
CREATE TRIGGER movement_no_truncate
    BEFORE TRUNCATE ON ims.movement
    FOR EACH STATEMENT EXECUTE FUNCTION ims._refuse_change();
ALTER TABLE ims.movement ENABLE ALWAYS TRIGGER movement_no_change;
ALTER TABLE ims.movement ENABLE ALWAYS TRIGGER movement_no_change_statement;
ALTER TABLE ims.movement ENABLE ALWAYS TRIGGER movement_no_truncate;

CREATE TRIGGER posting_engine_only
    BEFORE INSERT ON ims.posting
    FOR EACH STATEMENT EXECUTE FUNCTION ims._engine_only();
CREATE TRIGGER posting_no_change
    BEFORE UPDATE OR DELETE ON ims.posting
    FOR EACH ROW EXECUTE FUNCTION ims._refuse_change();
CREATE TRIGGER posting_no_change_statement
    BEFORE UPDATE OR DELETE ON ims.posting
    FOR EACH STATEMENT EXECUTE FUNCTION ims._refuse_change();
CREATE TRIGGER posting_no_truncate
    BEFORE TRUNCATE ON ims.posting
    FOR EACH STATEMENT EXECUTE FUNCTION ims._refuse_change();
ALTER TABLE ims.posting ENABLE ALWAYS TRIGGER posting_no_change;
ALTER TABLE ims.posting ENABLE ALWAYS TRIGGER posting_no_change_statement;
ALTER TABLE ims.posting ENABLE ALWAYS TRIGGER posting_no_truncate;

CREATE TRIGGER stock_engine_only
    BEFORE INSERT OR UPDATE OR DELETE ON ims.stock
    FOR EACH STATEMENT EXECUTE FUNCTION ims._engine_only();
CREATE TRIGGER stock_no_truncate
    BEFORE TRUNCATE ON ims.stock
    FOR EACH STATEMENT EXECUTE FUNCTION ims._engine_only();
CREATE TRIGGER availability_engine_only
    BEFORE INSERT OR UPDATE OR DELETE ON ims.availability
    FOR EACH STATEMENT EXECUTE FUNCTION ims._engine_only();
CREATE TRIGGER availability_no_truncate
    BEFORE TRUNCATE ON ims.availability
    FOR EACH STATEMENT EXECUTE FUNCTION ims._engine_only();

-- Counts and keys: what was said stays for ever, what became of it (pending,
-- reversed, the posting of a key) is the engine's to write.  A subscriber gets
-- such a change row by row, so only what was said is guarded there.
CREATE TRIGGER stock_count_engine_only
    BEFORE INSERT OR UPDATE ON ims.stock_count
    FOR EACH STATEMENT EXECUTE FUNCTION ims._engine_only();
CREATE TRIGGER stock_count_no_change
    BEFORE UPDATE ON ims.stock_count
    FOR EACH ROW WHEN (
        (OLD.owner_id, OLD.posting_id, OLD.item_id, OLD.location_id, OLD.lot_id,
         OLD.handling_unit_id, OLD.counted_at, OLD.counted_quantity, OLD.book_quantity)
        IS DISTINCT FROM
        (NEW.owner_id, NEW.posting_id, NEW.item_id, NEW.location_id, NEW.lot_id,
         NEW.handling_unit_id, NEW.counted_at, NEW.counted_quantity, NEW.book_quantity))
    EXECUTE FUNCTION ims._refuse_change();
CREATE TRIGGER stock_count_no_delete
    BEFORE DELETE ON ims.stock_count
    FOR EACH ROW EXECUTE FUNCTION ims._refuse_change();
CREATE TRIGGER stock_count_no_delete_statement
    BEFORE DELETE ON ims.stock_count
    FOR EACH STATEMENT EXECUTE FUNCTION ims._refuse_change();
CREATE TRIGGER stock_count_no_truncate
    BEFORE TRUNCATE ON ims.stock_count
    FOR EACH STATEMENT EXECUTE FUNCTION ims._refuse_change();
ALTER TABLE ims.stock_count ENABLE ALWAYS TRIGGER stock_count_no_change;
ALTER TABLE ims.stock_count ENABLE ALWAYS TRIGGER stock_count_no_delete;
ALTER TABLE ims.stock_count ENABLE ALWAYS TRIGGER stock_count_no_delete_statement;
ALTER TABLE ims.stock_count ENABLE ALWAYS TRIGGER stock_count_no_truncate;

CREATE TRIGGER stock_count_scope_engine_only
    BEFORE INSERT OR UPDATE ON ims.stock_count_scope
    FOR EACH STATEMENT EXECUTE FUNCTION ims._engine_only();
CREATE TRIGGER stock_count_scope_no_change
    BEFORE UPDATE ON ims.stock_count_scope
    FOR EACH ROW WHEN (
        (OLD.owner_id, OLD.posting_id, OLD.location_id, OLD.item_id, OLD.counted_at,
         OLD.recorded_at)
        IS DISTINCT FROM
        (NEW.owner_id, NEW.posting_id, NEW.location_id, NEW.item_id, NEW.counted_at,
         NEW.recorded_at))
    EXECUTE FUNCTION ims._refuse_change();
CREATE TRIGGER stock_count_scope_no_delete
    BEFORE DELETE ON ims.stock_count_scope
    FOR EACH ROW EXECUTE FUNCTION ims._refuse_change();
CREATE TRIGGER stock_count_scope_no_delete_statement
    BEFORE DELETE ON ims.stock_count_scope
    FOR EACH STATEMENT EXECUTE FUNCTION ims._refuse_change();
CREATE TRIGGER stock_count_scope_no_truncate
    BEFORE TRUNCATE ON ims.stock_count_scope
    FOR EACH STATEMENT EXECUTE FUNCTION ims._refuse_change();
ALTER TABLE ims.stock_count_scope ENABLE ALWAYS TRIGGER stock_count_scope_no_change;
ALTER TABLE ims.stock_count_scope ENABLE ALWAYS TRIGGER stock_count_scope_no_delete;
ALTER TABLE ims.stock_count_scope ENABLE ALWAYS TRIGGER stock_count_scope_no_delete_statement;
ALTER TABLE ims.stock_count_scope ENABLE ALWAYS TRIGGER stock_count_scope_no_truncate;

CREATE TRIGGER posting_key_engine_only
    BEFORE INSERT OR UPDATE ON ims.posting_key
    FOR EACH STATEMENT EXECUTE FUNCTION ims._engine_only();
CREATE TRIGGER posting_key_no_change
    BEFORE UPDATE ON ims.posting_key
    FOR EACH ROW WHEN ((OLD.owner_id, OLD.idempotency_key, OLD.payload_hash)
        IS DISTINCT FROM (NEW.owner_id, NEW.idempotency_key, NEW.payload_hash))
    EXECUTE FUNCTION ims._refuse_change();
CREATE TRIGGER posting_key_no_delete
    BEFORE DELETE ON ims.posting_key
    FOR EACH ROW EXECUTE FUNCTION ims._refuse_change();
CREATE TRIGGER posting_key_no_delete_statement
    BEFORE DELETE ON ims.posting_key
    FOR EACH STATEMENT EXECUTE FUNCTION ims._refuse_change();
CREATE TRIGGER posting_key_no_truncate
    BEFORE TRUNCATE ON ims.posting_key
    FOR EACH STATEMENT EXECUTE FUNCTION ims._refuse_change();
ALTER TABLE ims.posting_key ENABLE ALWAYS TRIGGER posting_key_no_change;
ALTER TABLE ims.posting_key ENABLE ALWAYS TRIGGER posting_key_no_delete;
ALTER TABLE ims.posting_key ENABLE ALWAYS TRIGGER posting_key_no_delete_statement;
ALTER TABLE ims.posting_key ENABLE ALWAYS TRIGGER posting_key_no_truncate;

-- A serial is master data but for where it lies, which follows from the ledger.
CREATE TRIGGER serial_engine_only
    BEFORE DELETE OR UPDATE OF location_id, handling_unit_id, lot_id, last_effective_at,
        last_movement_id ON ims.serial
    FOR EACH STATEMENT EXECUTE FUNCTION ims._engine_only();
CREATE TRIGGER serial_nowhere_at_first
    AFTER INSERT ON ims.serial
    FOR EACH ROW WHEN (NEW.location_id <> 0 OR NEW.handling_unit_id <> 0
        OR NEW.last_effective_at > '-infinity')
    EXECUTE FUNCTION ims._engine_only();
CREATE TRIGGER serial_no_truncate
    BEFORE TRUNCATE ON ims.serial
    FOR EACH STATEMENT EXECUTE FUNCTION ims._engine_only();
CREATE TRIGGER closing_engine_only
    BEFORE INSERT OR UPDATE OR DELETE ON ims.closing
    FOR EACH STATEMENT EXECUTE FUNCTION ims._engine_only();
CREATE TRIGGER closing_no_truncate
    BEFORE TRUNCATE ON ims.closing
    FOR EACH STATEMENT EXECUTE FUNCTION ims._engine_only();
CREATE TRIGGER closing_balance_engine_only
    BEFORE INSERT OR UPDATE OR DELETE ON ims.closing_balance
    FOR EACH STATEMENT EXECUTE FUNCTION ims._engine_only();
CREATE TRIGGER closing_balance_no_truncate
    BEFORE TRUNCATE ON ims.closing_balance
    FOR EACH STATEMENT EXECUTE FUNCTION ims._engine_only();
CREATE TRIGGER closing_clock_engine_only
    BEFORE INSERT OR UPDATE OR DELETE ON ims.closing_clock
    FOR EACH STATEMENT EXECUTE FUNCTION ims._engine_only();
CREATE TRIGGER closing_clock_no_truncate
    BEFORE TRUNCATE ON ims.closing_clock
    FOR EACH STATEMENT EXECUTE FUNCTION ims._engine_only();

-- Nesting: a row may be ended once, and is history from then on.
CREATE TRIGGER handling_unit_nesting_engine_only
    BEFORE INSERT OR UPDATE ON ims.handling_unit_nesting
    FOR EACH STATEMENT EXECUTE FUNCTION ims._engine_only();
CREATE TRIGGER handling_unit_nesting_no_change
    BEFORE UPDATE ON ims.handling_unit_nesting
    FOR EACH ROW WHEN (OLD.unpacked_at IS NOT NULL OR
        (OLD.owner_id, OLD.handling_unit_nesting_id, OLD.handling_unit_id, OLD.parent_id,
         OLD.packed_at, OLD.pack_posting_id)
        IS DISTINCT FROM
        (NEW.owner_id, NEW.handling_unit_nesting_id, NEW.handling_unit_id, NEW.parent_id,
         NEW.packed_at, NEW.pack_posting_id))
    EXECUTE FUNCTION ims._refuse_change();
CREATE TRIGGER handling_unit_nesting_no_delete
    BEFORE DELETE ON ims.handling_unit_nesting
    FOR EACH ROW EXECUTE FUNCTION ims._refuse_change();
CREATE TRIGGER handling_unit_nesting_no_delete_statement
    BEFORE DELETE ON ims.handling_unit_nesting
    FOR EACH STATEMENT EXECUTE FUNCTION ims._refuse_change();
CREATE TRIGGER handling_unit_nesting_no_truncate
    BEFORE TRUNCATE ON ims.handling_unit_nesting
    FOR EACH STATEMENT EXECUTE FUNCTION ims._refuse_change();
ALTER TABLE ims.handling_unit_nesting ENABLE ALWAYS TRIGGER handling_unit_nesting_no_change;
ALTER TABLE ims.handling_unit_nesting ENABLE ALWAYS TRIGGER handling_unit_nesting_no_delete;
ALTER TABLE ims.handling_unit_nesting
    ENABLE ALWAYS TRIGGER handling_unit_nesting_no_delete_statement;
ALTER TABLE ims.handling_unit_nesting ENABLE ALWAYS TRIGGER handling_unit_nesting_no_truncate;
CREATE TRIGGER handling_unit_departure_engine_only
    BEFORE INSERT ON ims.handling_unit_departure
    FOR EACH STATEMENT EXECUTE FUNCTION ims._engine_only();
CREATE TRIGGER handling_unit_departure_no_change
    BEFORE UPDATE OR DELETE ON ims.handling_unit_departure
    FOR EACH ROW EXECUTE FUNCTION ims._refuse_change();
CREATE TRIGGER handling_unit_departure_no_change_statement
    BEFORE UPDATE OR DELETE ON ims.handling_unit_departure
    FOR EACH STATEMENT EXECUTE FUNCTION ims._refuse_change();
CREATE TRIGGER handling_unit_departure_no_truncate
    BEFORE TRUNCATE ON ims.handling_unit_departure
    FOR EACH STATEMENT EXECUTE FUNCTION ims._refuse_change();
ALTER TABLE ims.handling_unit_departure ENABLE ALWAYS TRIGGER handling_unit_departure_no_change;
ALTER TABLE ims.handling_unit_departure
    ENABLE ALWAYS TRIGGER handling_unit_departure_no_change_statement;
ALTER TABLE ims.handling_unit_departure ENABLE ALWAYS TRIGGER handling_unit_departure_no_truncate;

-- RFID: raw reads come and are dropped by the functions alone, and are never
-- changed; what happened is never deleted, only taken back, once.
CREATE TRIGGER rfid_read_engine_only
    BEFORE INSERT OR DELETE ON ims.rfid_read
    FOR EACH STATEMENT EXECUTE FUNCTION ims._engine_only();
CREATE TRIGGER rfid_read_no_change
    BEFORE UPDATE ON ims.rfid_read
    FOR EACH ROW EXECUTE FUNCTION ims._refuse_change();
CREATE TRIGGER rfid_read_no_change_statement
    BEFORE UPDATE ON ims.rfid_read
    FOR EACH STATEMENT EXECUTE FUNCTION ims._refuse_change();
CREATE TRIGGER rfid_read_no_truncate
    BEFORE TRUNCATE ON ims.rfid_read
    FOR EACH STATEMENT EXECUTE FUNCTION ims._refuse_change();
ALTER TABLE ims.rfid_read ENABLE ALWAYS TRIGGER rfid_read_no_change;
ALTER TABLE ims.rfid_read ENABLE ALWAYS TRIGGER rfid_read_no_change_statement;
ALTER TABLE ims.rfid_read ENABLE ALWAYS TRIGGER rfid_read_no_truncate;

CREATE TRIGGER rfid_visit_engine_only
    BEFORE INSERT OR UPDATE OR DELETE ON ims.rfid_visit
    FOR EACH STATEMENT EXECUTE FUNCTION ims._engine_only();
CREATE TRIGGER rfid_visit_no_truncate
    BEFORE TRUNCATE ON ims.rfid_visit
    FOR EACH STATEMENT EXECUTE FUNCTION ims._engine_only();

CREATE TRIGGER rfid_event_engine_only
    BEFORE INSERT OR UPDATE ON ims.rfid_event
    FOR EACH STATEMENT EXECUTE FUNCTION ims._engine_only();
CREATE TRIGGER rfid_event_no_change
    BEFORE UPDATE ON ims.rfid_event
    FOR EACH ROW WHEN (OLD.retracted_at IS NOT NULL OR
        (OLD.owner_id, OLD.rfid_event_id, OLD.epc, OLD.rfid_point_id, OLD.kind,
         OLD.occurred_at, OLD.rfid_reader_id, OLD.location_id, OLD.recorded_at)
        IS DISTINCT FROM
        (NEW.owner_id, NEW.rfid_event_id, NEW.epc, NEW.rfid_point_id, NEW.kind,
         NEW.occurred_at, NEW.rfid_reader_id, NEW.location_id, NEW.recorded_at))
    EXECUTE FUNCTION ims._refuse_change();
CREATE TRIGGER rfid_event_no_delete
    BEFORE DELETE ON ims.rfid_event
    FOR EACH ROW EXECUTE FUNCTION ims._refuse_change();
CREATE TRIGGER rfid_event_no_delete_statement
    BEFORE DELETE ON ims.rfid_event
    FOR EACH STATEMENT EXECUTE FUNCTION ims._refuse_change();
CREATE TRIGGER rfid_event_no_truncate
    BEFORE TRUNCATE ON ims.rfid_event
    FOR EACH STATEMENT EXECUTE FUNCTION ims._refuse_change();
ALTER TABLE ims.rfid_event ENABLE ALWAYS TRIGGER rfid_event_no_change;
ALTER TABLE ims.rfid_event ENABLE ALWAYS TRIGGER rfid_event_no_delete;
ALTER TABLE ims.rfid_event ENABLE ALWAYS TRIGGER rfid_event_no_delete_statement;
ALTER TABLE ims.rfid_event ENABLE ALWAYS TRIGGER rfid_event_no_truncate;
