WITH p AS (
    INSERT INTO raw.posting (owner_id, kind, effective_at, utc_offset_minutes, recorded_at,
                             session_role, caller_role, system_identifier, commit_xid)
    VALUES (1, 'move', clock_timestamp(), 0, clock_timestamp(), current_user, current_user,
            1, pg_current_xact_id())
    RETURNING owner_id, posting_id, effective_at, recorded_at)
INSERT INTO raw.movement (owner_id, posting_id, effective_at, recorded_at, item_id,
                          from_location_id, to_location_id, quantity)
SELECT p.owner_id, p.posting_id, p.effective_at, p.recorded_at, s.item_id, s.from_id, s.to_id,
       s.quantity
  FROM p, source_bulk AS s
 WHERE s.n <= :lines
