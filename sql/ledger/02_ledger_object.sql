-- What the ledger is made of, as create_ledger() or migrate_ledger() left it.
--
-- verify() compares the catalog with these rows and repair_guards() takes the
-- states of the triggers from them.  They travel with every dump.

CREATE TABLE ims.ledger_object (
    kind text NOT NULL,
    name text NOT NULL,
    definition text NOT NULL,
    CONSTRAINT ledger_object_pkey PRIMARY KEY (kind, name)
);
COMMENT ON TABLE ims.ledger_object IS 'objects of the ledger as they were made';
COMMENT ON COLUMN ims.ledger_object.kind IS 'kind of object, such as column or trigger';
COMMENT ON COLUMN ims.ledger_object.name IS 'qualified name of the object';
COMMENT ON COLUMN ims.ledger_object.definition IS 'its definition, without parentheses';
