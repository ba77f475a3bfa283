-- What this ledger is: one row, written by create_ledger() and migrate_ledger().

CREATE TABLE ims.ledger_info (
    singleton boolean NOT NULL DEFAULT true,
    ledger_version text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    migrated_at timestamptz,
    CONSTRAINT ledger_info_pkey PRIMARY KEY (singleton),
    CONSTRAINT ledger_info_singleton_check CHECK (singleton)
);
COMMENT ON TABLE ims.ledger_info IS 'version of the ledger tables, one row';
COMMENT ON COLUMN ims.ledger_info.singleton IS 'always true: there is one row';
COMMENT ON COLUMN ims.ledger_info.ledger_version IS 'version whose tables these are';
COMMENT ON COLUMN ims.ledger_info.created_at IS 'when create_ledger() made the tables';
COMMENT ON COLUMN ims.ledger_info.migrated_at IS 'when migrate_ledger() last changed them';
