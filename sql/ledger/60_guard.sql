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
