-- What the ledger's triggers, defaults and policies call.
--
-- A function that a ledger trigger, default, policy or view names never
-- changes its signature: the ledger is not replaced by an update.

CREATE FUNCTION ims._my_owners()
RETURNS SETOF bigint
LANGUAGE c STABLE STRICT PARALLEL SAFE ROWS 10
AS 'MODULE_PATHNAME', 'ims_my_owners';
COMMENT ON FUNCTION ims._my_owners()
    IS 'owners that the current role may act for';

CREATE FUNCTION ims._default_owner_id()
RETURNS bigint
LANGUAGE c STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_default_owner_id';
COMMENT ON FUNCTION ims._default_owner_id()
    IS 'owner of the open posting that an INSERT fills, else the only one of the role';

CREATE FUNCTION ims._caller_role()
RETURNS text
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'ims_caller_role';
COMMENT ON FUNCTION ims._caller_role()
    IS 'role whose call of a door led here';

CREATE FUNCTION ims._frame_posting_id()
RETURNS bigint
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'ims_frame_posting_id';
COMMENT ON FUNCTION ims._frame_posting_id()
    IS 'posting of the running INSERT into ims.movement: the one opened last, else its own';

CREATE FUNCTION ims._frame_effective_at()
RETURNS timestamptz
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'ims_frame_effective_at';
COMMENT ON FUNCTION ims._frame_effective_at()
    IS 'effective time of the posting of the running INSERT into ims.movement';

CREATE FUNCTION ims._frame_recorded_at()
RETURNS timestamptz
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'ims_frame_recorded_at';
COMMENT ON FUNCTION ims._frame_recorded_at()
    IS 'recording time of the posting of the running INSERT into ims.movement';

CREATE FUNCTION ims._movement_open_frame()
RETURNS trigger
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'ims_movement_open_frame';
COMMENT ON FUNCTION ims._movement_open_frame()
    IS 'trigger: begins the posting of a direct INSERT';

CREATE FUNCTION ims._movement_post()
RETURNS trigger
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'ims_movement_post';
COMMENT ON FUNCTION ims._movement_post()
    IS 'trigger: posts the rows of a direct INSERT';

CREATE FUNCTION ims._refuse_change()
RETURNS trigger
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'ims_refuse_change';
COMMENT ON FUNCTION ims._refuse_change()
    IS 'trigger: history is append-only';

CREATE FUNCTION ims._engine_only()
RETURNS trigger
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'ims_engine_only';
COMMENT ON FUNCTION ims._engine_only()
    IS 'trigger: only the engine writes this table';

CREATE FUNCTION ims._engine_begin()
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_engine_begin';
COMMENT ON FUNCTION ims._engine_begin()
    IS 'lets the ledger role write balances until ims._engine_end()';

CREATE FUNCTION ims._engine_end()
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_engine_end';
COMMENT ON FUNCTION ims._engine_end()
    IS 'ends what ims._engine_begin() began';

REVOKE ALL ON FUNCTION ims._engine_begin(), ims._engine_end(), ims._caller_role() FROM PUBLIC;
