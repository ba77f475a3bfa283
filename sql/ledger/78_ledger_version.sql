-- The version of the ledger, before the first call that asks for it.
--
-- A ledger made without seed gets it from the dump that is loaded into it, and
-- refuses postings until then.

IF create_ledger.seed THEN
    INSERT INTO ims.ledger_info (ledger_version)
    VALUES (ims._library_ledger_version());
END IF;
