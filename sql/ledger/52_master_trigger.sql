-- Audit of master data, and guards on the histories themselves.
--
-- Ordinary triggers record, so that a subscriber gets the record over the wire
-- and not twice; the guards are ENABLE ALWAYS, like those of the ledger.

CREATE TRIGGER owner_record
    AFTER INSERT OR DELETE ON ims.owner
    FOR EACH ROW EXECUTE FUNCTION ims._record_master_change('owner_id');
CREATE TRIGGER owner_record_update
    AFTER UPDATE ON ims.owner
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION ims._record_master_change('owner_id');
CREATE TRIGGER owner_member_record
    AFTER INSERT OR DELETE ON ims.owner_member
    FOR EACH ROW EXECUTE FUNCTION ims._record_master_change('owner_id', 'role_name');
CREATE TRIGGER owner_member_record_update
    AFTER UPDATE ON ims.owner_member
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION ims._record_master_change('owner_id', 'role_name');
CREATE TRIGGER period_record
    AFTER INSERT OR DELETE ON ims.period
    FOR EACH ROW EXECUTE FUNCTION ims._record_master_change('owner_id', 'period_id');
CREATE TRIGGER period_record_update
    AFTER UPDATE ON ims.period
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION ims._record_master_change('owner_id', 'period_id');
CREATE TRIGGER calendar_record
    AFTER INSERT OR DELETE ON ims.calendar
    FOR EACH ROW EXECUTE FUNCTION ims._record_master_change('calendar_id');
CREATE TRIGGER calendar_record_update
    AFTER UPDATE ON ims.calendar
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION ims._record_master_change('calendar_id');
CREATE TRIGGER calendar_day_record
    AFTER INSERT OR DELETE ON ims.calendar_day
    FOR EACH ROW EXECUTE FUNCTION ims._record_master_change('calendar_id', 'day');
CREATE TRIGGER calendar_day_record_update
    AFTER UPDATE ON ims.calendar_day
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION ims._record_master_change('calendar_id', 'day');
CREATE TRIGGER gs1_ai_record
    AFTER INSERT OR DELETE ON ims.gs1_ai
    FOR EACH ROW EXECUTE FUNCTION ims._record_master_change('ai', 'valid_from');
CREATE TRIGGER gs1_ai_record_update
    AFTER UPDATE ON ims.gs1_ai
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION ims._record_master_change('ai', 'valid_from');
CREATE TRIGGER location_record
    AFTER INSERT OR DELETE ON ims.location
    FOR EACH ROW EXECUTE FUNCTION ims._record_master_change('location_id');
CREATE TRIGGER location_record_update
    AFTER UPDATE ON ims.location
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION ims._record_master_change('location_id');
CREATE TRIGGER party_record
    AFTER INSERT OR DELETE ON ims.party
    FOR EACH ROW EXECUTE FUNCTION ims._record_master_change('owner_id', 'party_id');
CREATE TRIGGER party_record_update
    AFTER UPDATE ON ims.party
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION ims._record_master_change('owner_id', 'party_id');
CREATE TRIGGER channel_record
    AFTER INSERT OR DELETE ON ims.channel
    FOR EACH ROW EXECUTE FUNCTION ims._record_master_change('owner_id', 'channel_id');
CREATE TRIGGER channel_record_update
    AFTER UPDATE ON ims.channel
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION ims._record_master_change('owner_id', 'channel_id');
CREATE TRIGGER unit_record
    AFTER INSERT OR DELETE ON ims.unit
    FOR EACH ROW EXECUTE FUNCTION ims._record_master_change('code');
CREATE TRIGGER unit_record_update
    AFTER UPDATE ON ims.unit
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION ims._record_master_change('code');
CREATE TRIGGER category_record
    AFTER INSERT OR DELETE ON ims.category
    FOR EACH ROW EXECUTE FUNCTION ims._record_master_change('owner_id', 'category_id');
CREATE TRIGGER category_record_update
    AFTER UPDATE ON ims.category
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION ims._record_master_change('owner_id', 'category_id');
CREATE TRIGGER item_record
    AFTER INSERT OR DELETE ON ims.item
    FOR EACH ROW EXECUTE FUNCTION ims._record_master_change('owner_id', 'item_id');
CREATE TRIGGER item_record_update
    AFTER UPDATE ON ims.item
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION ims._record_master_change('owner_id', 'item_id');
CREATE TRIGGER item_unit_record
    AFTER INSERT OR DELETE ON ims.item_unit
    FOR EACH ROW EXECUTE FUNCTION ims._record_master_change('owner_id', 'item_id', 'unit');
CREATE TRIGGER item_unit_record_update
    AFTER UPDATE ON ims.item_unit
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION ims._record_master_change('owner_id', 'item_id', 'unit');
CREATE TRIGGER item_code_record
    AFTER INSERT OR DELETE ON ims.item_code
    FOR EACH ROW EXECUTE FUNCTION ims._record_master_change('owner_id', 'kind', 'code');
CREATE TRIGGER item_code_record_update
    AFTER UPDATE ON ims.item_code
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION ims._record_master_change('owner_id', 'kind', 'code');
CREATE TRIGGER item_supplier_record
    AFTER INSERT OR DELETE ON ims.item_supplier
    FOR EACH ROW EXECUTE FUNCTION ims._record_master_change('owner_id', 'item_id', 'party_id');
CREATE TRIGGER item_supplier_record_update
    AFTER UPDATE ON ims.item_supplier
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION ims._record_master_change('owner_id', 'item_id', 'party_id');
CREATE TRIGGER lot_record
    AFTER INSERT OR DELETE ON ims.lot
    FOR EACH ROW EXECUTE FUNCTION ims._record_master_change('owner_id', 'lot_id');
CREATE TRIGGER lot_record_update
    AFTER UPDATE ON ims.lot
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION ims._record_master_change('owner_id', 'lot_id');
CREATE TRIGGER handling_unit_record
    AFTER INSERT OR DELETE ON ims.handling_unit
    FOR EACH ROW EXECUTE FUNCTION ims._record_master_change('owner_id', 'handling_unit_id');
CREATE TRIGGER handling_unit_record_update
    AFTER UPDATE ON ims.handling_unit
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION ims._record_master_change('owner_id', 'handling_unit_id');

-- Postings move serials: where one lies is in the ledger, and not recorded here.
-- New ones come by the hundred thousand, and are recorded by the statement.
CREATE TRIGGER serial_record_insert
    AFTER INSERT ON ims.serial REFERENCING NEW TABLE AS new_serial
    FOR EACH STATEMENT EXECUTE FUNCTION ims._record_new_serials();
CREATE TRIGGER serial_record
    AFTER DELETE ON ims.serial
    FOR EACH ROW EXECUTE FUNCTION ims._record_master_change('owner_id', 'serial_id');
CREATE TRIGGER serial_record_update
    AFTER UPDATE OF item_id, code, attributes ON ims.serial
    FOR EACH ROW WHEN ((OLD.item_id, OLD.code, OLD.attributes)
        IS DISTINCT FROM (NEW.item_id, NEW.code, NEW.attributes))
    EXECUTE FUNCTION ims._record_master_change('owner_id', 'serial_id');

-- Ingesting and sweeping write counts and instants: no record of these.
CREATE TRIGGER rfid_point_record
    AFTER INSERT OR DELETE ON ims.rfid_point
    FOR EACH ROW EXECUTE FUNCTION ims._record_master_change('owner_id', 'rfid_point_id');
CREATE TRIGGER rfid_point_record_update
    AFTER UPDATE OF code, window_seconds ON ims.rfid_point
    FOR EACH ROW WHEN ((OLD.code, OLD.window_seconds)
        IS DISTINCT FROM (NEW.code, NEW.window_seconds))
    EXECUTE FUNCTION ims._record_master_change('owner_id', 'rfid_point_id');
CREATE TRIGGER rfid_reader_record
    AFTER INSERT OR DELETE ON ims.rfid_reader
    FOR EACH ROW EXECUTE FUNCTION ims._record_master_change('owner_id', 'rfid_reader_id');
CREATE TRIGGER rfid_reader_record_update
    AFTER UPDATE OF code, name, rfid_point_id, location_id, status, tags ON ims.rfid_reader
    FOR EACH ROW WHEN (
        (OLD.code, OLD.name, OLD.rfid_point_id, OLD.location_id, OLD.status, OLD.tags)
        IS DISTINCT FROM
        (NEW.code, NEW.name, NEW.rfid_point_id, NEW.location_id, NEW.status, NEW.tags))
    EXECUTE FUNCTION ims._record_master_change('owner_id', 'rfid_reader_id');

CREATE TRIGGER master_change_no_change
    BEFORE UPDATE OR DELETE ON ims.master_change
    FOR EACH ROW EXECUTE FUNCTION ims._refuse_change();
CREATE TRIGGER master_change_no_change_statement
    BEFORE UPDATE OR DELETE ON ims.master_change
    FOR EACH STATEMENT EXECUTE FUNCTION ims._refuse_change();
CREATE TRIGGER master_change_no_truncate
    BEFORE TRUNCATE ON ims.master_change
    FOR EACH STATEMENT EXECUTE FUNCTION ims._refuse_change();
ALTER TABLE ims.master_change ENABLE ALWAYS TRIGGER master_change_no_change;
ALTER TABLE ims.master_change ENABLE ALWAYS TRIGGER master_change_no_change_statement;
ALTER TABLE ims.master_change ENABLE ALWAYS TRIGGER master_change_no_truncate;
CREATE TRIGGER lot_status_change_no_change
    BEFORE UPDATE OR DELETE ON ims.lot_status_change
    FOR EACH ROW EXECUTE FUNCTION ims._refuse_change();
CREATE TRIGGER lot_status_change_no_change_statement
    BEFORE UPDATE OR DELETE ON ims.lot_status_change
    FOR EACH STATEMENT EXECUTE FUNCTION ims._refuse_change();
CREATE TRIGGER lot_status_change_no_truncate
    BEFORE TRUNCATE ON ims.lot_status_change
    FOR EACH STATEMENT EXECUTE FUNCTION ims._refuse_change();
ALTER TABLE ims.lot_status_change ENABLE ALWAYS TRIGGER lot_status_change_no_change;
ALTER TABLE ims.lot_status_change ENABLE ALWAYS TRIGGER lot_status_change_no_change_statement;
ALTER TABLE ims.lot_status_change ENABLE ALWAYS TRIGGER lot_status_change_no_truncate;
CREATE TRIGGER period_change_no_change
    BEFORE UPDATE OR DELETE ON ims.period_change
    FOR EACH ROW EXECUTE FUNCTION ims._refuse_change();
CREATE TRIGGER period_change_no_change_statement
    BEFORE UPDATE OR DELETE ON ims.period_change
    FOR EACH STATEMENT EXECUTE FUNCTION ims._refuse_change();
CREATE TRIGGER period_change_no_truncate
    BEFORE TRUNCATE ON ims.period_change
    FOR EACH STATEMENT EXECUTE FUNCTION ims._refuse_change();
ALTER TABLE ims.period_change ENABLE ALWAYS TRIGGER period_change_no_change;
ALTER TABLE ims.period_change ENABLE ALWAYS TRIGGER period_change_no_change_statement;
ALTER TABLE ims.period_change ENABLE ALWAYS TRIGGER period_change_no_truncate;
