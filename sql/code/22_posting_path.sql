-- Which of the two appliers writes a posting.

CREATE FUNCTION ims._posting_path()
RETURNS text
LANGUAGE c VOLATILE STRICT PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'ims_current_posting_path';
COMMENT ON FUNCTION ims._posting_path()
    IS 'how the next posting of this session would be written: heap or spi';
REVOKE ALL ON FUNCTION ims._posting_path() FROM PUBLIC;
