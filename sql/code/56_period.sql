-- Accounting periods: closed in order, reopened from the last.
--
-- A closed period refuses every effective time before its end, by
-- owner.closed_through.  Periods close in the order of time: none while an
-- earlier one is open, so that the closed ones are an unbroken chain from the
-- first, and closed_through is the end of the last of them.  What lies between
-- two periods closes with the later one.  The right to close is EXECUTE on the
-- function.

CREATE FUNCTION ims._check_period_span(
    owner_id bigint,
    period_id bigint,
    name text,
    starts_at timestamptz,
    ends_at timestamptz)
RETURNS void
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    through timestamptz;
    other_name text;
BEGIN
    IF ends_at <= starts_at THEN
        RAISE 'period "%" ends before it begins', name
            USING ERRCODE = 'IV230',
                DETAIL = 'The end is not after the beginning. '
                    || jsonb_build_object('period', name, 'starts_at', ims._utc(starts_at),
                        'ends_at', ims._utc(ends_at))::text,
                HINT = 'The end is the first instant after the period.';
    END IF;
    -- The row is locked, so that no other session closes the time meanwhile,
    -- or makes a period in it.
    SELECT o.closed_through INTO through
    FROM ims.owner AS o
    WHERE o.owner_id = owner_id
    FOR NO KEY UPDATE;
    IF starts_at < through THEN
        RAISE 'period "%" begins in time that is closed', name
            USING ERRCODE = 'IV230',
                DETAIL = 'It begins before the last closed period ends. '
                    || jsonb_build_object('period', name, 'starts_at', ims._utc(starts_at),
                        'closed_through', ims._utc(through))::text,
                HINT = 'Reopen the later periods first.';
    END IF;
    SELECT p.name INTO other_name
    FROM ims.period AS p
    WHERE p.owner_id = owner_id AND p.period_id <> period_id
      AND p.starts_at < ends_at AND p.ends_at > starts_at
    ORDER BY p.starts_at
    LIMIT 1;
    IF FOUND THEN
        RAISE 'period "%" overlaps period "%"', name, other_name
            USING ERRCODE = 'IV230',
                DETAIL = 'Periods of an owner do not overlap. '
                    || jsonb_build_object('period', name, 'starts_at', ims._utc(starts_at),
                        'ends_at', ims._utc(ends_at), 'overlaps', other_name)::text,
                HINT = 'Begin where the other one ends, or change that one first.';
    END IF;
    -- A period that the snapshot does not show would be met by the constraint.
    PERFORM ims._check_as_seen('SELECT count(*) FROM ims.period AS p WHERE p.owner_id = $1',
        'periods were made or deleted', owner_id);
END
$$;
COMMENT ON FUNCTION ims._check_period_span IS
    'raise IV230 for a period that is reversed, overlaps, or begins in closed time';
REVOKE ALL ON FUNCTION ims._check_period_span FROM PUBLIC;

CREATE FUNCTION ims._create_period(
    owner_id bigint,
    name text,
    starts_at timestamptz,
    ends_at timestamptz,
    actor text DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    new_period_id bigint;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    PERFORM ims._check_code('name', name);
    PERFORM ims._check_present('starts_at', starts_at IS NOT NULL);
    PERFORM ims._check_present('ends_at', ends_at IS NOT NULL);
    PERFORM ims._check_finite('starts_at', starts_at);
    PERFORM ims._check_finite('ends_at', ends_at);
    PERFORM ims._check_new('period', name, EXISTS (
        SELECT FROM ims.period AS p WHERE p.owner_id = owner_id AND p.name = name));
    PERFORM ims._check_period_span(owner_id, 0, name, starts_at, ends_at);
    INSERT INTO ims.period AS p (owner_id, name, starts_at, ends_at)
    VALUES (owner_id, name, starts_at, ends_at)
    RETURNING p.period_id INTO new_period_id;
    RETURN new_period_id;
END
$$;
COMMENT ON FUNCTION ims._create_period IS 'internal form of ims.create_period()';
REVOKE ALL ON FUNCTION ims._create_period FROM PUBLIC;

CREATE FUNCTION ims.create_period(
    owner text DEFAULT NULL,
    name text DEFAULT NULL,
    starts_at timestamptz DEFAULT NULL,
    ends_at timestamptz DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS bigint
LANGUAGE c
VOLATILE
PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.create_period IS
'make an accounting period: its id

Half open: ends_at is the first instant after it. Periods of an owner do not overlap (IV230).
Example: SELECT ims.create_period(name => ''2026-01'', starts_at => ''2026-01-01 00:00+01'', ends_at => ''2026-02-01 00:00+01'');';
REVOKE ALL ON FUNCTION ims.create_period FROM PUBLIC;

-- A period that was closed once is part of the books, reopened or not.
CREATE FUNCTION ims._lock_unclosed_period(owner_id bigint, name text)
RETURNS bigint
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    period_id bigint := ims._period_id(owner_id, name);
BEGIN
    PERFORM FROM ims.period AS p
    WHERE p.owner_id = owner_id AND p.period_id = period_id
    FOR UPDATE;
    IF ims._latest('SELECT 1::bigint FROM ims.period_change AS h'
        ' WHERE h.owner_id = $1 AND h.period_id = $2 LIMIT 1', owner_id, period_id) IS NOT NULL
    THEN
        RAISE 'period "%" was closed', name
            USING ERRCODE = 'IV230',
                DETAIL = 'Only a period that was never closed is changed or deleted. '
                    || jsonb_build_object('period', name)::text,
                HINT = 'Who closed it is in ims.period_change.';
    END IF;
    RETURN period_id;
END
$$;
COMMENT ON FUNCTION ims._lock_unclosed_period IS
    'period of that name, locked, or IV226; IV230 if it was ever closed';
REVOKE ALL ON FUNCTION ims._lock_unclosed_period FROM PUBLIC;

CREATE FUNCTION ims._change_period(
    owner_id bigint,
    name text DEFAULT NULL,
    new_name text DEFAULT NULL,
    starts_at timestamptz DEFAULT NULL,
    ends_at timestamptz DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT period_id bigint)
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    PERFORM ims._check_finite('starts_at', starts_at);
    PERFORM ims._check_finite('ends_at', ends_at);
    period_id := ims._lock_unclosed_period(owner_id, name);
    IF new_name IS NOT NULL THEN
        PERFORM ims._check_code('new_name', new_name);
        PERFORM ims._check_new('period', new_name, EXISTS (
            SELECT FROM ims.period AS p
            WHERE p.owner_id = owner_id AND p.name = new_name AND p.period_id <> period_id));
    END IF;
    SELECT coalesce(starts_at, p.starts_at), coalesce(ends_at, p.ends_at) INTO STRICT starts_at, ends_at
    FROM ims.period AS p
    WHERE p.owner_id = owner_id AND p.period_id = period_id;
    PERFORM ims._check_period_span(owner_id, period_id, name, starts_at, ends_at);
    UPDATE ims.period AS p
    SET name = coalesce(new_name, p.name), starts_at = starts_at, ends_at = ends_at
    WHERE p.owner_id = owner_id AND p.period_id = period_id;
END
$$;
COMMENT ON FUNCTION ims._change_period IS 'internal form of ims.change_period()';
REVOKE ALL ON FUNCTION ims._change_period FROM PUBLIC;

CREATE FUNCTION ims.change_period(
    owner text DEFAULT NULL,
    name text DEFAULT NULL,
    new_name text DEFAULT NULL,
    starts_at timestamptz DEFAULT NULL,
    ends_at timestamptz DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT period_id bigint)
LANGUAGE c
VOLATILE
PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.change_period IS
'change a period that was never closed

Null leaves a value as it is. IV230 where the period was closed once, or would overlap
another or begin in closed time.
Example: SELECT ims.change_period(name => ''2026-10'', new_name => ''2026-01'');';
REVOKE ALL ON FUNCTION ims.change_period FROM PUBLIC;

CREATE FUNCTION ims._delete_period(
    owner_id bigint,
    name text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    period_id bigint;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    period_id := ims._lock_unclosed_period(owner_id, name);
    DELETE FROM ims.period AS p WHERE p.owner_id = owner_id AND p.period_id = period_id;
END
$$;
COMMENT ON FUNCTION ims._delete_period IS 'internal form of ims.delete_period()';
REVOKE ALL ON FUNCTION ims._delete_period FROM PUBLIC;

CREATE FUNCTION ims.delete_period(
    owner text DEFAULT NULL,
    name text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE c
VOLATILE
PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.delete_period IS
'delete a period that was never closed

IV230 where it was closed once, reopened or not.
Example: SELECT ims.delete_period(name => ''TYPO'');';
REVOKE ALL ON FUNCTION ims.delete_period FROM PUBLIC;

CREATE FUNCTION ims._period_id(owner_id bigint, name text)
RETURNS bigint
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found_id bigint;
BEGIN
    IF name IS NULL THEN
        RAISE EXCEPTION 'argument "name" is missing'
            USING ERRCODE = 'IV201',
                  DETAIL = 'Periods are named. {"argument": "name"}',
                  HINT = 'The names are in ims.period.';
    END IF;
    SELECT p.period_id INTO found_id
      FROM ims.period AS p
     WHERE p.owner_id = _period_id.owner_id AND p.name = _period_id.name;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'period "%" is unknown', name
            USING ERRCODE = 'IV226',
                  DETAIL = 'The owner has no such period. '
                           || pg_catalog.jsonb_build_object('period', name)::text,
                  HINT = 'The names are in ims.period.';
    END IF;
    RETURN found_id;
END
$$;
COMMENT ON FUNCTION ims._period_id(bigint, text) IS
    'identifies the period of a name, an unknown one is an error';
REVOKE ALL ON FUNCTION ims._period_id(bigint, text) FROM PUBLIC;

CREATE FUNCTION ims._set_period_status(
    owner_id bigint,
    period_id bigint,
    action text,
    closed_through timestamptz,
    reason text,
    actor text)
RETURNS void
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM ims._check_why(reason, actor);
    UPDATE ims.period AS p
       SET status = CASE WHEN action = 'close' THEN 'closed' ELSE 'open' END
     WHERE p.owner_id = _set_period_status.owner_id
       AND p.period_id = _set_period_status.period_id;
    UPDATE ims.owner AS o
       SET closed_through = _set_period_status.closed_through
     WHERE o.owner_id = _set_period_status.owner_id;
    INSERT INTO ims.period_change AS h
           (owner_id, period_id, action, reason, changed_at, session_role, caller_role, actor)
    VALUES (_set_period_status.owner_id, _set_period_status.period_id, action, reason,
            pg_catalog.clock_timestamp(), session_user, ims._caller_role(), actor);
END
$$;
COMMENT ON FUNCTION ims._set_period_status(bigint, bigint, text, timestamptz, text, text) IS
    'close or reopen a period, with the record of it';
REVOKE ALL ON FUNCTION ims._set_period_status(bigint, bigint, text, timestamptz, text, text)
    FROM PUBLIC;

CREATE FUNCTION ims._close_period(owner_id bigint, name text, reason text, actor text)
RETURNS TABLE (period_id bigint, status text, closed_through timestamptz)
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
ROWS 1
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET ims.actor = ''
AS $$
DECLARE
    found_period record;
    earlier_name text;
BEGIN
    PERFORM pg_catalog.set_config('ims.actor', coalesce(actor, ''), true);
    -- Nothing is being posted from here on: the engine reads closed_through
    -- under its own lock of the table.
    PERFORM ims._lock_movement();
    SELECT p.period_id, p.starts_at, p.ends_at, p.status INTO found_period
      FROM ims.period AS p
     WHERE p.owner_id = _close_period.owner_id
       AND p.period_id = ims._period_id(_close_period.owner_id, _close_period.name)
       FOR UPDATE;
    IF found_period.status = 'closed' THEN
        RAISE EXCEPTION 'period "%" is closed already', name
            USING ERRCODE = 'IV230',
                  DETAIL = 'Who closed it is in ims.period_change. '
                           || pg_catalog.jsonb_build_object('period', name)::text,
                  HINT = 'Reopen it to post into it.';
    END IF;
    IF found_period.ends_at > pg_catalog.clock_timestamp() THEN
        RAISE EXCEPTION 'period "%" is not over', name
            USING ERRCODE = 'IV217',
                  DETAIL = 'Postings of now would be refused. '
                           || pg_catalog.jsonb_build_object(
                                  'period', name, 'ends_at', ims._utc(found_period.ends_at))::text,
                  HINT = 'Close it after its end.';
    END IF;
    -- Whoever makes or changes a period locks the owner, too: from here on no
    -- earlier one appears.
    PERFORM FROM ims.owner AS o WHERE o.owner_id = _close_period.owner_id FOR NO KEY UPDATE;
    SELECT p.name INTO earlier_name
      FROM ims.period AS p
     WHERE p.owner_id = _close_period.owner_id
       AND p.status = 'open'
       AND p.starts_at < found_period.starts_at
     ORDER BY p.starts_at
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'period "%" cannot be closed before period "%"', name, earlier_name
            USING ERRCODE = 'IV230',
                  DETAIL = 'Periods close in the order of time. '
                           || pg_catalog.jsonb_build_object(
                                  'period', name, 'open', earlier_name)::text,
                  HINT = 'Close the earlier period first.';
    END IF;
    PERFORM ims._post_period_usage(_close_period.owner_id, found_period.period_id);
    PERFORM ims._set_period_status(
        _close_period.owner_id, found_period.period_id, 'close', found_period.ends_at,
        _close_period.reason, _close_period.actor);
    IF NOT EXISTS (SELECT FROM ims.closing AS c
                    WHERE c.owner_id = _close_period.owner_id
                      AND c.closed_at = found_period.ends_at)
    THEN
        PERFORM ims._take_closing(_close_period.owner_id, found_period.ends_at);
    END IF;
    RETURN QUERY SELECT found_period.period_id, 'closed', found_period.ends_at;
END
$$;
COMMENT ON FUNCTION ims._close_period(bigint, text, text, text) IS
    'work of ims.close_period';
REVOKE ALL ON FUNCTION ims._close_period(bigint, text, text, text) FROM PUBLIC;

CREATE FUNCTION ims.close_period(
    owner text DEFAULT NULL,
    name text DEFAULT NULL,
    reason text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS TABLE (period_id bigint, status text, closed_through timestamptz)
LANGUAGE c
VOLATILE
PARALLEL UNSAFE
ROWS 1
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.close_period(text, text, text, text) IS
    'close a period: its effective times and all before are refused; '
    'earlier periods must be closed, and it must be over; takes a closing at its end; '
    'example: SELECT * FROM ims.close_period(name => ''2026-01'', reason => ''month end'')';
REVOKE ALL ON FUNCTION ims.close_period(text, text, text, text) FROM PUBLIC;

CREATE FUNCTION ims._reopen_period(owner_id bigint, name text, reason text, actor text)
RETURNS TABLE (period_id bigint, status text, closed_through timestamptz)
LANGUAGE plpgsql
VOLATILE
PARALLEL UNSAFE
ROWS 1
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
DECLARE
    found_period record;
    later_name text;
    through timestamptz;
BEGIN
    PERFORM pg_catalog.set_config('ims.actor', coalesce(actor, ''), true);
    IF COALESCE(reason, '') = '' THEN
        RAISE EXCEPTION 'argument "reason" is missing'
            USING ERRCODE = 'IV201',
                  DETAIL = 'A period is reopened for a reason. {"argument": "reason"}',
                  HINT = 'Say why; it is kept in ims.period_change.';
    END IF;
    PERFORM ims._lock_movement();
    SELECT p.period_id, p.starts_at, p.status INTO found_period
      FROM ims.period AS p
     WHERE p.owner_id = _reopen_period.owner_id
       AND p.period_id = ims._period_id(_reopen_period.owner_id, _reopen_period.name)
       FOR UPDATE;
    IF found_period.status = 'open' THEN
        RAISE EXCEPTION 'period "%" is open', name
            USING ERRCODE = 'IV230',
                  DETAIL = 'Only a closed period is reopened. '
                           || pg_catalog.jsonb_build_object('period', name)::text,
                  HINT = 'The states are in ims.period.';
    END IF;
    SELECT p.name INTO later_name
      FROM ims.period AS p
     WHERE p.owner_id = _reopen_period.owner_id
       AND p.status = 'closed'
       AND p.starts_at > found_period.starts_at
     ORDER BY p.starts_at DESC
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'period "%" cannot be reopened before period "%"', name, later_name
            USING ERRCODE = 'IV230',
                  DETAIL = 'Only the last closed period is reopened. '
                           || pg_catalog.jsonb_build_object(
                                  'period', name, 'closed', later_name)::text,
                  HINT = 'Reopen the later period first.';
    END IF;
    SELECT pg_catalog.max(p.ends_at) INTO through
      FROM ims.period AS p
     WHERE p.owner_id = _reopen_period.owner_id
       AND p.status = 'closed'
       AND p.starts_at < found_period.starts_at;
    PERFORM ims._set_period_status(
        _reopen_period.owner_id, found_period.period_id, 'reopen', through,
        _reopen_period.reason, _reopen_period.actor);
    RETURN QUERY SELECT found_period.period_id, 'open', through;
END
$$;
COMMENT ON FUNCTION ims._reopen_period(bigint, text, text, text) IS
    'work of ims.reopen_period';
REVOKE ALL ON FUNCTION ims._reopen_period(bigint, text, text, text) FROM PUBLIC;

CREATE FUNCTION ims.reopen_period(
    owner text DEFAULT NULL,
    name text DEFAULT NULL,
    reason text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS TABLE (period_id bigint, status text, closed_through timestamptz)
LANGUAGE c
VOLATILE
PARALLEL UNSAFE
ROWS 1
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.reopen_period(text, text, text, text) IS
    'reopen the last closed period; needs a reason, and is recorded; '
    'its closing stays and is kept exact; '
    'example: SELECT * FROM ims.reopen_period(name => ''2026-01'', reason => ''late invoice'')';
REVOKE ALL ON FUNCTION ims.reopen_period(text, text, text, text) FROM PUBLIC;
