-- The schema of the code.  It is made with a plain CREATE SCHEMA, so that the
-- installation fails when somebody else already owns the name.

\echo Use "CREATE EXTENSION ims CASCADE" to load this file. \quit

CREATE SCHEMA ims;
COMMENT ON SCHEMA ims IS 'inventory management: code of the extension and the ledger';
REVOKE ALL ON SCHEMA ims FROM PUBLIC;
