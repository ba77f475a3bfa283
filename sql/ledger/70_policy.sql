-- Which rows a role sees: those of the owners it may act for.
--
-- Keyed on role membership, never on a setting.  The ledger's own role is not
-- subject to the policies; dumps need it, or a role with BYPASSRLS.

ALTER TABLE ims.owner ENABLE ROW LEVEL SECURITY;
CREATE POLICY owner_rows ON ims.owner
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.owner_member ENABLE ROW LEVEL SECURITY;
CREATE POLICY owner_member_rows ON ims.owner_member
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.period ENABLE ROW LEVEL SECURITY;
CREATE POLICY period_rows ON ims.period
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.period_change ENABLE ROW LEVEL SECURITY;
CREATE POLICY period_change_rows ON ims.period_change
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.party ENABLE ROW LEVEL SECURITY;
CREATE POLICY party_rows ON ims.party
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.channel ENABLE ROW LEVEL SECURITY;
CREATE POLICY channel_rows ON ims.channel
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.category ENABLE ROW LEVEL SECURITY;
CREATE POLICY category_rows ON ims.category
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.item ENABLE ROW LEVEL SECURITY;
CREATE POLICY item_rows ON ims.item
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.item_unit ENABLE ROW LEVEL SECURITY;
CREATE POLICY item_unit_rows ON ims.item_unit
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.item_code ENABLE ROW LEVEL SECURITY;
CREATE POLICY item_code_rows ON ims.item_code
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.item_supplier ENABLE ROW LEVEL SECURITY;
CREATE POLICY item_supplier_rows ON ims.item_supplier
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.lot ENABLE ROW LEVEL SECURITY;
CREATE POLICY lot_rows ON ims.lot
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.lot_status_change ENABLE ROW LEVEL SECURITY;
CREATE POLICY lot_status_change_rows ON ims.lot_status_change
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.serial ENABLE ROW LEVEL SECURITY;
CREATE POLICY serial_rows ON ims.serial
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.serial_counter ENABLE ROW LEVEL SECURITY;
CREATE POLICY serial_counter_rows ON ims.serial_counter
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.handling_unit ENABLE ROW LEVEL SECURITY;
CREATE POLICY handling_unit_rows ON ims.handling_unit
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.posting ENABLE ROW LEVEL SECURITY;
CREATE POLICY posting_rows ON ims.posting
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.posting_key ENABLE ROW LEVEL SECURITY;
CREATE POLICY posting_key_rows ON ims.posting_key
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.movement ENABLE ROW LEVEL SECURITY;
CREATE POLICY movement_rows ON ims.movement
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.stock ENABLE ROW LEVEL SECURITY;
CREATE POLICY stock_rows ON ims.stock
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.availability ENABLE ROW LEVEL SECURITY;
CREATE POLICY availability_rows ON ims.availability
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.rejected_line ENABLE ROW LEVEL SECURITY;
CREATE POLICY rejected_line_rows ON ims.rejected_line
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.stock_count ENABLE ROW LEVEL SECURITY;
CREATE POLICY stock_count_rows ON ims.stock_count
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.stock_count_scope ENABLE ROW LEVEL SECURITY;
CREATE POLICY stock_count_scope_rows ON ims.stock_count_scope
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.closing ENABLE ROW LEVEL SECURITY;
CREATE POLICY closing_rows ON ims.closing
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.closing_clock ENABLE ROW LEVEL SECURITY;
CREATE POLICY closing_clock_rows ON ims.closing_clock
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.closing_balance ENABLE ROW LEVEL SECURITY;
CREATE POLICY closing_balance_rows ON ims.closing_balance
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.master_change ENABLE ROW LEVEL SECURITY;
CREATE POLICY master_change_rows ON ims.master_change
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.demand_mark ENABLE ROW LEVEL SECURITY;
CREATE POLICY demand_mark_rows ON ims.demand_mark
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.item_succession ENABLE ROW LEVEL SECURITY;
CREATE POLICY item_succession_rows ON ims.item_succession
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.handling_unit_nesting ENABLE ROW LEVEL SECURITY;
CREATE POLICY handling_unit_nesting_rows ON ims.handling_unit_nesting
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.handling_unit_departure ENABLE ROW LEVEL SECURITY;
CREATE POLICY handling_unit_departure_rows ON ims.handling_unit_departure
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.sscc_serial ENABLE ROW LEVEL SECURITY;
CREATE POLICY sscc_serial_rows ON ims.sscc_serial
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.rfid_point ENABLE ROW LEVEL SECURITY;
CREATE POLICY rfid_point_rows ON ims.rfid_point
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.rfid_reader ENABLE ROW LEVEL SECURITY;
CREATE POLICY rfid_reader_rows ON ims.rfid_reader
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.rfid_read ENABLE ROW LEVEL SECURITY;
CREATE POLICY rfid_read_rows ON ims.rfid_read
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.rfid_visit ENABLE ROW LEVEL SECURITY;
CREATE POLICY rfid_visit_rows ON ims.rfid_visit
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.rfid_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY rfid_event_rows ON ims.rfid_event
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.forecast_run ENABLE ROW LEVEL SECURITY;
CREATE POLICY forecast_run_rows ON ims.forecast_run
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.forecast_result ENABLE ROW LEVEL SECURITY;
CREATE POLICY forecast_result_rows ON ims.forecast_result
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.forecast_override ENABLE ROW LEVEL SECURITY;
CREATE POLICY forecast_override_rows ON ims.forecast_override
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.forecast_import ENABLE ROW LEVEL SECURITY;
CREATE POLICY forecast_import_rows ON ims.forecast_import
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.backtest ENABLE ROW LEVEL SECURITY;
CREATE POLICY backtest_rows ON ims.backtest
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.backtest_result ENABLE ROW LEVEL SECURITY;
CREATE POLICY backtest_result_rows ON ims.backtest_result
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.item_class ENABLE ROW LEVEL SECURITY;
CREATE POLICY item_class_rows ON ims.item_class
    USING (owner_id IN (SELECT ims._my_owners()));
ALTER TABLE ims.item_class_change ENABLE ROW LEVEL SECURITY;
CREATE POLICY item_class_change_rows ON ims.item_class_change
    USING (owner_id IN (SELECT ims._my_owners()));
