-- Places: calendars, sites and the tree below them.

CREATE FUNCTION ims._check_working_days(working_days bigint[])
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    day bigint;
BEGIN
    FOREACH day IN ARRAY coalesce(working_days, '{}') LOOP
        PERFORM ims._check_present('working_days', day IS NOT NULL);
        PERFORM ims._check_range('working_days', day, 1, 7);
    END LOOP;
END
$$;
COMMENT ON FUNCTION ims._check_working_days IS 'raise 22023 unless all are ISO week days, 1 to 7';
REVOKE ALL ON FUNCTION ims._check_working_days FROM PUBLIC;

CREATE FUNCTION ims._create_calendar(
    code text DEFAULT NULL,
    name text DEFAULT NULL,
    working_days bigint[] DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT calendar_id bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    PERFORM ims._check_code('code', code);
    PERFORM ims._check_working_days(working_days);
    INSERT INTO ims.calendar AS c (code, name, working_days)
    VALUES (code, coalesce(name, code), coalesce(working_days, '{1,2,3,4,5}'))
    ON CONFLICT ON CONSTRAINT calendar_code_key DO NOTHING
    RETURNING c.calendar_id INTO calendar_id;
    PERFORM ims._check_new('calendar', code, calendar_id IS NULL);
END
$$;
COMMENT ON FUNCTION ims._create_calendar IS 'internal form of ims.create_calendar()';
REVOKE ALL ON FUNCTION ims._create_calendar FROM PUBLIC;

CREATE FUNCTION ims.create_calendar(
    code text DEFAULT NULL,
    name text DEFAULT NULL,
    working_days bigint[] DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT calendar_id bigint)
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.create_calendar IS
'create a working calendar

working_days are ISO week days, 1 is Monday; without it Monday to Friday.
Example: SELECT ims.create_calendar(code => ''IT'', working_days => ''{1,2,3,4,5,6}'');';
REVOKE ALL ON FUNCTION ims.create_calendar FROM PUBLIC;

CREATE FUNCTION ims._change_calendar(
    calendar text DEFAULT NULL,
    new_code text DEFAULT NULL,
    name text DEFAULT NULL,
    working_days bigint[] DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT calendar_id bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    PERFORM ims._check_working_days(working_days);
    calendar_id := ims._calendar_id(calendar);
    IF new_code IS NOT NULL THEN
        PERFORM ims._check_code('new_code', new_code);
        PERFORM ims._check_new('calendar', new_code, EXISTS (
            SELECT FROM ims.calendar AS c
            WHERE c.code = new_code AND c.calendar_id <> calendar_id));
    END IF;
    UPDATE ims.calendar AS c
    SET code = coalesce(new_code, c.code),
        name = coalesce(name, c.name),
        working_days = coalesce(working_days::integer[], c.working_days)
    WHERE c.calendar_id = calendar_id;
END
$$;
COMMENT ON FUNCTION ims._change_calendar IS 'internal form of ims.change_calendar()';
REVOKE ALL ON FUNCTION ims._change_calendar FROM PUBLIC;

CREATE FUNCTION ims.change_calendar(
    calendar text DEFAULT NULL,
    new_code text DEFAULT NULL,
    name text DEFAULT NULL,
    working_days bigint[] DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT calendar_id bigint)
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.change_calendar IS
'change a working calendar

Null leaves a value as it is.
Example: SELECT ims.change_calendar(calendar => ''IT'', working_days => ''{1,2,3,4,5}'');';
REVOKE ALL ON FUNCTION ims.change_calendar FROM PUBLIC;

CREATE FUNCTION ims._set_calendar_day(
    calendar text DEFAULT NULL,
    day date DEFAULT NULL,
    works boolean DEFAULT NULL,
    name text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    calendar_id bigint;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    calendar_id := ims._calendar_id(calendar);
    PERFORM ims._check_present('day', day IS NOT NULL);
    PERFORM ims._check_day('day', day);
    INSERT INTO ims.calendar_day AS d (calendar_id, day, works, name)
    VALUES (calendar_id, day, coalesce(works, false), name)
    ON CONFLICT ON CONSTRAINT calendar_day_pkey DO UPDATE
    SET works = excluded.works, name = excluded.name;
END
$$;
COMMENT ON FUNCTION ims._set_calendar_day IS 'internal form of ims.set_calendar_day()';
REVOKE ALL ON FUNCTION ims._set_calendar_day FROM PUBLIC;

CREATE FUNCTION ims.set_calendar_day(
    calendar text DEFAULT NULL,
    day date DEFAULT NULL,
    works boolean DEFAULT NULL,
    name text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.set_calendar_day IS
'set a day that differs from the week of a calendar

works is false by default: a holiday. A day set before is replaced.
Example: SELECT ims.set_calendar_day(calendar => ''IT'', day => ''2026-12-25'', name => ''Christmas'');';
REVOKE ALL ON FUNCTION ims.set_calendar_day FROM PUBLIC;

CREATE FUNCTION ims._remove_calendar_day(
    calendar text DEFAULT NULL,
    day date DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    calendar_id bigint;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    calendar_id := ims._calendar_id(calendar);
    PERFORM ims._check_present('day', day IS NOT NULL);
    PERFORM ims._check_day('day', day);
    DELETE FROM ims.calendar_day AS d WHERE d.calendar_id = calendar_id AND d.day = day;
    IF NOT FOUND THEN
        PERFORM ims._raise_unknown('day', 'calendar day', to_char(day, 'YYYY-MM-DD'), 'IV229');
    END IF;
END
$$;
COMMENT ON FUNCTION ims._remove_calendar_day IS 'internal form of ims.remove_calendar_day()';
REVOKE ALL ON FUNCTION ims._remove_calendar_day FROM PUBLIC;

CREATE FUNCTION ims.remove_calendar_day(
    calendar text DEFAULT NULL,
    day date DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.remove_calendar_day IS
'give a day back to the week of a calendar

IV229 if the day was not set.
Example: SELECT ims.remove_calendar_day(calendar => ''IT'', day => ''2026-12-25'');';
REVOKE ALL ON FUNCTION ims.remove_calendar_day FROM PUBLIC;

CREATE FUNCTION ims._delete_calendar(
    calendar text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    calendar_id bigint;
    mentioned text;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    calendar_id := ims._calendar_id(calendar);
    BEGIN
        DELETE FROM ims.calendar_day AS d WHERE d.calendar_id = calendar_id;
        DELETE FROM ims.calendar AS c WHERE c.calendar_id = calendar_id;
    EXCEPTION WHEN foreign_key_violation THEN
        GET STACKED DIAGNOSTICS mentioned = TABLE_NAME;
        PERFORM ims._raise_in_use('calendar', calendar, mentioned,
            'Give those sites another calendar first.');
    END;
END
$$;
COMMENT ON FUNCTION ims._delete_calendar IS 'internal form of ims.delete_calendar()';
REVOKE ALL ON FUNCTION ims._delete_calendar FROM PUBLIC;

CREATE FUNCTION ims.delete_calendar(
    calendar text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.delete_calendar IS
'delete a calendar that no site uses

IV228 where a site uses it.
Example: SELECT ims.delete_calendar(calendar => ''TYPO'');';
REVOKE ALL ON FUNCTION ims.delete_calendar FROM PUBLIC;

-- How deep a kind stands in the tree; a place stands above what it contains.
CREATE FUNCTION ims._location_depth(kind text)
RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE kind
    WHEN 'site' THEN 1
    WHEN 'zone' THEN 2
    WHEN 'dock' THEN 3
    WHEN 'quarantine' THEN 3
    WHEN 'damaged' THEN 3
    WHEN 'returns' THEN 3
    WHEN 'aisle' THEN 4
    WHEN 'bay' THEN 5
    WHEN 'bin' THEN 6
END;
COMMENT ON FUNCTION ims._location_depth IS
    'depth of a kind of place in the tree, null for a virtual place';
REVOKE ALL ON FUNCTION ims._location_depth FROM PUBLIC;

CREATE FUNCTION ims._check_parent(code text, kind text, parent_id bigint)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    parent ims.location;
BEGIN
    SELECT l.* INTO STRICT parent FROM ims.location AS l WHERE l.location_id = parent_id;
    IF coalesce(ims._location_depth(parent.kind), 99) < ims._location_depth(kind)
       OR (parent.kind = 'zone' AND kind = 'zone')
    THEN
        RETURN;
    END IF;
    RAISE 'place "%" cannot lie in "%"', code, parent.code
        USING ERRCODE = 'IV214',
            DETAIL = format('Their kinds are %s and %s. ', kind, parent.kind)
                || jsonb_build_object('location', code, 'kind', kind,
                    'parent', parent.code, 'parent_kind', parent.kind)::text,
            HINT = 'The order is site, zone (dock, quarantine, damaged, returns), aisle, bay, bin.';
END
$$;
COMMENT ON FUNCTION ims._check_parent IS
    'raise IV214 unless the parent can contain a place of that kind';
REVOKE ALL ON FUNCTION ims._check_parent FROM PUBLIC;

CREATE FUNCTION ims._check_site_only(location text, kind text, time_zone text, calendar text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    argument CONSTANT text := CASE WHEN time_zone IS NOT NULL THEN 'time_zone'
        WHEN calendar IS NOT NULL THEN 'calendar' END;
BEGIN
    IF argument IS NOT NULL AND kind <> 'site' THEN
        RAISE 'place "%" is no site and has no %', location, replace(argument, '_', ' ')
            USING ERRCODE = 'IV214',
                DETAIL = format('Its kind is %s. ', kind)
                    || jsonb_build_object('argument', argument, 'location', location,
                        'kind', kind)::text,
                HINT = 'Give it to the site, whose days all its places have.';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_site_only IS
    'raise IV214 for a time zone or a calendar of what is no site';
REVOKE ALL ON FUNCTION ims._check_site_only FROM PUBLIC;

CREATE FUNCTION ims._create_location(
    code text DEFAULT NULL,
    name text DEFAULT NULL,
    kind text DEFAULT NULL,
    parent text DEFAULT NULL,
    keeps_stock boolean DEFAULT NULL,
    sellable boolean DEFAULT NULL,
    negative_ok boolean DEFAULT NULL,
    time_zone text DEFAULT NULL,
    calendar text DEFAULT NULL,
    sort_order bigint DEFAULT NULL,
    attributes jsonb DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT location_id bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    parent_id bigint;
    site_id bigint;
    calendar_id bigint;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    kind := coalesce(kind, 'bin');
    PERFORM ims._check_code('code', code);
    PERFORM ims._check_choice('kind', kind, 'site', 'zone', 'aisle', 'bay', 'bin',
        'dock', 'quarantine', 'damaged', 'returns');
    PERFORM ims._check_site_only(code, kind, time_zone, calendar);
    PERFORM ims._check_time_zone('time_zone', time_zone);
    PERFORM ims._check_range('sort_order', sort_order, -2147483648, 2147483647);
    IF calendar IS NOT NULL THEN
        calendar_id := ims._calendar_id(calendar);
    END IF;
    location_id := nextval('ims.location_location_id_seq');
    -- One place that may go below zero lets its whole site; locked before the
    -- parent is, as by who moves a place.
    IF negative_ok THEN
        LOCK TABLE ims.movement IN SHARE ROW EXCLUSIVE MODE;
    END IF;
    IF kind = 'site' THEN
        IF parent IS NOT NULL THEN
            RAISE 'site "%" cannot lie in another place', code
                USING ERRCODE = 'IV214',
                    DETAIL = format('The call names the parent "%s". ', parent)
                        || jsonb_build_object('location', code, 'parent', parent)::text,
                    HINT = 'Leave the parent out, or choose another kind.';
        END IF;
        site_id := location_id;
    ELSE
        parent_id := ims._location_id_of('parent', parent);
        PERFORM ims._check_parent(code, kind, parent_id);
        -- Locked, so that nobody moves the parent to another site meanwhile.
        SELECT l.site_id INTO site_id
        FROM ims.location AS l
        WHERE l.location_id = parent_id
        FOR SHARE;
    END IF;
    keeps_stock := coalesce(keeps_stock, true);
    sellable := coalesce(sellable,
        keeps_stock AND kind NOT IN ('dock', 'quarantine', 'damaged', 'returns'));
    PERFORM ims._check_sellable(code, keeps_stock, sellable);
    INSERT INTO ims.location AS l
        (location_id, code, name, kind, parent_id, site_id, keeps_stock, sellable,
         negative_ok, time_zone, calendar_id, sort_order, attributes)
    VALUES (location_id, code, coalesce(name, code), kind, parent_id, site_id, keeps_stock,
            sellable, coalesce(negative_ok, false), time_zone, calendar_id,
            coalesce(sort_order, 0), ims._patch_attributes('{}', attributes))
    ON CONFLICT ON CONSTRAINT location_code_key DO NOTHING;
    PERFORM ims._check_new('location', code, NOT FOUND);
    IF negative_ok THEN
        PERFORM ims._refresh_balances(NULL, NULL, site_id);
    END IF;
END
$$;
COMMENT ON FUNCTION ims._create_location IS 'internal form of ims.create_location()';
REVOKE ALL ON FUNCTION ims._create_location FROM PUBLIC;

CREATE FUNCTION ims.create_location(
    code text DEFAULT NULL,
    name text DEFAULT NULL,
    kind text DEFAULT NULL,
    parent text DEFAULT NULL,
    keeps_stock boolean DEFAULT NULL,
    sellable boolean DEFAULT NULL,
    negative_ok boolean DEFAULT NULL,
    time_zone text DEFAULT NULL,
    calendar text DEFAULT NULL,
    sort_order bigint DEFAULT NULL,
    attributes jsonb DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT location_id bigint)
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.create_location IS
'create a place: a site or a place within one

kind is site, zone, dock, quarantine, damaged, returns, aisle, bay or bin (default).
All but a site need a parent. Places keep stock unless keeps_stock is false; what lies in
dock, quarantine, damaged and returns cannot be sold unless sellable is true.
Example: SELECT ims.create_location(code => ''A-01-3'', kind => ''bin'', parent => ''A-01'');';
REVOKE ALL ON FUNCTION ims.create_location FROM PUBLIC;

CREATE FUNCTION ims._create_site(
    code text DEFAULT NULL,
    name text DEFAULT NULL,
    time_zone text DEFAULT NULL,
    calendar text DEFAULT NULL,
    keeps_stock boolean DEFAULT NULL,
    sellable boolean DEFAULT NULL,
    negative_ok boolean DEFAULT NULL,
    sort_order bigint DEFAULT NULL,
    attributes jsonb DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT location_id bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    kind text;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    PERFORM ims._check_code('code', code);
    PERFORM ims._check_code('code', code || '-QUARANTINE');
    location_id := ims._create_location(
        code => code, name => name, kind => 'site', parent => NULL,
        keeps_stock => keeps_stock, sellable => sellable, negative_ok => negative_ok,
        time_zone => time_zone, calendar => calendar, sort_order => sort_order,
        attributes => attributes, actor => actor);
    FOREACH kind IN ARRAY '{dock,quarantine,damaged,returns}'::text[] LOOP
        PERFORM ims._create_location(
            code => code || '-' || upper(kind),
            name => coalesce(name, code) || ', ' || kind,
            kind => kind, parent => code, actor => actor);
    END LOOP;
END
$$;
COMMENT ON FUNCTION ims._create_site IS 'internal form of ims.create_site()';
REVOKE ALL ON FUNCTION ims._create_site FROM PUBLIC;

CREATE FUNCTION ims.create_site(
    code text DEFAULT NULL,
    name text DEFAULT NULL,
    time_zone text DEFAULT NULL,
    calendar text DEFAULT NULL,
    keeps_stock boolean DEFAULT NULL,
    sellable boolean DEFAULT NULL,
    negative_ok boolean DEFAULT NULL,
    sort_order bigint DEFAULT NULL,
    attributes jsonb DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT location_id bigint)
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.create_site IS
'create a site with dock, quarantine, damaged, returns

The places within have the codes <site>-DOCK, <site>-QUARANTINE, <site>-DAMAGED and
<site>-RETURNS; what lies in them cannot be sold. The site itself keeps stock unless
keeps_stock is false.
Example: SELECT ims.create_site(code => ''ROM'', time_zone => ''Europe/Rome'');';
REVOKE ALL ON FUNCTION ims.create_site FROM PUBLIC;

CREATE FUNCTION ims._change_location(
    location text DEFAULT NULL,
    new_code text DEFAULT NULL,
    name text DEFAULT NULL,
    parent text DEFAULT NULL,
    status text DEFAULT NULL,
    keeps_stock boolean DEFAULT NULL,
    sellable boolean DEFAULT NULL,
    negative_ok boolean DEFAULT NULL,
    time_zone text DEFAULT NULL,
    calendar text DEFAULT NULL,
    sort_order bigint DEFAULT NULL,
    attributes jsonb DEFAULT NULL,
    clear text[] DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT location_id bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    was ims.location;
    calendar_id bigint;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    PERFORM ims._check_choice('status', status, 'active', 'inactive');
    PERFORM ims._check_time_zone('time_zone', time_zone);
    PERFORM ims._check_range('sort_order', sort_order, -2147483648, 2147483647);
    PERFORM ims._check_clear(clear,
        jsonb_build_object('time_zone', time_zone, 'calendar', calendar));
    location_id := ims._location_id(location);
    IF calendar IS NOT NULL THEN
        calendar_id := ims._calendar_id(calendar);
    END IF;
    IF num_nonnulls(parent, status, keeps_stock, sellable, negative_ok) > 0 THEN
        LOCK TABLE ims.movement IN SHARE ROW EXCLUSIVE MODE;
    END IF;
    SELECT l.* INTO STRICT was
    FROM ims.location AS l
    WHERE l.location_id = location_id
    FOR NO KEY UPDATE;
    PERFORM ims._check_site_only(location, was.kind, time_zone, calendar);
    IF ims._location_depth(was.kind) IS NULL
       AND num_nonnulls(new_code, parent, status, keeps_stock, sellable, negative_ok) > 0
    THEN
        RAISE 'virtual place "%" cannot be changed', location
            USING ERRCODE = 'IV214',
                DETAIL = format('Its kind is %s. ', was.kind)
                    || jsonb_build_object('location', location, 'kind', was.kind)::text,
                HINT = 'Only its name and attributes can be changed.';
    END IF;
    IF new_code IS NOT NULL THEN
        PERFORM ims._check_code('new_code', new_code);
        PERFORM ims._check_new('location', new_code, EXISTS (
            SELECT FROM ims.location AS l
            WHERE l.code = new_code AND l.location_id <> location_id));
    END IF;
    PERFORM ims._check_sellable(location, coalesce(keeps_stock, was.keeps_stock),
        coalesce(sellable, was.sellable));
    IF was.keeps_stock AND NOT keeps_stock THEN
        PERFORM ims._check_empty(location_id);
    END IF;
    IF parent IS NOT NULL THEN
        PERFORM ims._move_location(location_id, ims._location_id_of('parent', parent));
    END IF;
    UPDATE ims.location AS l
    SET code = coalesce(new_code, l.code),
        name = coalesce(name, l.name),
        status = coalesce(status, l.status),
        keeps_stock = coalesce(keeps_stock, l.keeps_stock),
        sellable = coalesce(sellable, l.sellable),
        negative_ok = coalesce(negative_ok, l.negative_ok),
        time_zone = CASE WHEN 'time_zone' = ANY (clear) THEN NULL
                         ELSE coalesce(time_zone, l.time_zone) END,
        calendar_id = CASE WHEN 'calendar' = ANY (clear) THEN NULL
                           ELSE coalesce(calendar_id, l.calendar_id) END,
        sort_order = coalesce(sort_order, l.sort_order),
        attributes = ims._patch_attributes(l.attributes, attributes)
    WHERE l.location_id = location_id;
    -- A move has refreshed the site that the place left.
    IF sellable <> was.sellable OR status <> was.status OR negative_ok <> was.negative_ok THEN
        PERFORM ims._refresh_balances(NULL, NULL, l.site_id)
        FROM ims.location AS l
        WHERE l.location_id = location_id;
    END IF;
END
$$;
COMMENT ON FUNCTION ims._change_location IS 'internal form of ims.change_location()';
REVOKE ALL ON FUNCTION ims._change_location FROM PUBLIC;

CREATE FUNCTION ims.change_location(
    location text DEFAULT NULL,
    new_code text DEFAULT NULL,
    name text DEFAULT NULL,
    parent text DEFAULT NULL,
    status text DEFAULT NULL,
    keeps_stock boolean DEFAULT NULL,
    sellable boolean DEFAULT NULL,
    negative_ok boolean DEFAULT NULL,
    time_zone text DEFAULT NULL,
    calendar text DEFAULT NULL,
    sort_order bigint DEFAULT NULL,
    attributes jsonb DEFAULT NULL,
    clear text[] DEFAULT NULL,
    actor text DEFAULT NULL,
    OUT location_id bigint)
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.change_location IS
'change a place

Null leaves a value as it is; keys of attributes are set, or removed where null;
clear names columns to empty: time_zone, calendar. Flags are taken over into the
balances of the site. A place with stock keeps it: keeps_stock goes only when it is empty,
and a place that the ledger mentions cannot move to another site.
Example: SELECT ims.change_location(location => ''A-01-3'', sellable => false);';
REVOKE ALL ON FUNCTION ims.change_location FROM PUBLIC;

CREATE FUNCTION ims._location_id_of(argument text, location text)
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM ims._check_present(argument, location IS NOT NULL);
    RETURN ims._location_id(location);
END
$$;
COMMENT ON FUNCTION ims._location_id_of IS 'place named by another argument than location';
REVOKE ALL ON FUNCTION ims._location_id_of FROM PUBLIC;

CREATE FUNCTION ims._check_sellable(location text, keeps_stock boolean, sellable boolean)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF sellable AND NOT keeps_stock THEN
        RAISE 'place "%" keeps no stock and cannot be sellable', location
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = 'sellable is true, keeps_stock is false. '
                    || jsonb_build_object('location', location,
                        'sellable', sellable, 'keeps_stock', keeps_stock)::text,
                HINT = 'Set both flags in the same call.';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_sellable IS 'raise 22023 for a sellable place that keeps no stock';
REVOKE ALL ON FUNCTION ims._check_sellable FROM PUBLIC;

CREATE FUNCTION ims._check_empty(location_id bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- Whose stock, and how much, is nothing that a call for no owner tells.
    IF ims._latest('SELECT 1::bigint FROM ims.stock AS s'
                   ' WHERE s.location_id = $1 AND (s.on_hand <> 0 OR s.allocated <> 0) LIMIT 1',
                   location_id) IS NOT NULL
    THEN
        PERFORM ims._raise_in_use('location', l.code, 'stock', 'Move the stock away first.')
        FROM ims.location AS l
        WHERE l.location_id = _check_empty.location_id;
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_empty IS 'raise IV228 where stock lies at the place';
REVOKE ALL ON FUNCTION ims._check_empty FROM PUBLIC;

CREATE FUNCTION ims._location_subtree(location_id bigint)
RETURNS SETOF bigint
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH RECURSIVE tree (location_id) AS (
        SELECT $1
        UNION
        SELECT l.location_id
        FROM tree AS t
        JOIN ims.location AS l ON l.parent_id = t.location_id)
    SELECT t.location_id FROM tree AS t
$$;
COMMENT ON FUNCTION ims._location_subtree IS 'the place and all places within it';
REVOKE ALL ON FUNCTION ims._location_subtree FROM PUBLIC;

CREATE FUNCTION ims._move_location(location_id bigint, parent_id bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    was ims.location;
    new_site_id bigint;
BEGIN
    -- Two moves at once could close a circle that neither of them sees.
    LOCK TABLE ims.location IN SHARE ROW EXCLUSIVE MODE;
    SELECT l.* INTO STRICT was FROM ims.location AS l WHERE l.location_id = location_id;
    IF was.kind = 'site' OR parent_id IN (SELECT ims._location_subtree(location_id)) THEN
        RAISE 'place "%" cannot move there', was.code
            USING ERRCODE = 'IV214',
                DETAIL = 'It is a site, or the new parent lies within it. '
                    || jsonb_build_object('location', was.code, 'kind', was.kind)::text,
                HINT = 'Choose a parent outside of the place.';
    END IF;
    PERFORM ims._check_parent(was.code, was.kind, parent_id);
    SELECT l.site_id INTO STRICT new_site_id
    FROM ims.location AS l
    WHERE l.location_id = parent_id;
    IF new_site_id <> was.site_id THEN
        PERFORM ims._check_places_unused(ARRAY(SELECT ims._location_subtree(location_id)),
            'Its history is at its site: create a new place at the other one.');
        UPDATE ims.location AS l
        SET site_id = new_site_id
        WHERE l.location_id IN (SELECT ims._location_subtree(location_id));
    END IF;
    UPDATE ims.location AS l
    SET parent_id = parent_id
    WHERE l.location_id = location_id;
    IF new_site_id <> was.site_id THEN
        PERFORM ims._refresh_balances(NULL, NULL, was.site_id);
        PERFORM ims._refresh_balances(NULL, NULL, new_site_id);
    END IF;
END
$$;
COMMENT ON FUNCTION ims._move_location IS 'give a place another parent, with all that it contains';
REVOKE ALL ON FUNCTION ims._move_location FROM PUBLIC;

CREATE FUNCTION ims._delete_location(
    location text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET ims.actor = ''
AS $$
#variable_conflict use_variable
DECLARE
    was ims.location;
    mentioned text;
BEGIN
    PERFORM set_config('ims.actor', coalesce(actor, ''), true);
    -- What is in use is seen without keeping anybody out.
    PERFORM ims._check_places_unused(ARRAY[ims._location_id(location)],
        'Set its status to inactive.');
    LOCK TABLE ims.movement IN SHARE ROW EXCLUSIVE MODE;
    SELECT l.* INTO STRICT was
    FROM ims.location AS l
    WHERE l.location_id = ims._location_id(location);
    IF ims._location_depth(was.kind) IS NULL THEN
        PERFORM ims._raise_in_use('location', location, 'the ledger itself',
            'Virtual places cannot be deleted.');
    END IF;
    PERFORM ims._check_places_unused(ARRAY[was.location_id], 'Set its status to inactive.');
    IF was.kind = 'site' AND ims._latest('SELECT 1::bigint FROM ims.posting AS p'
        ' WHERE p.destination_id = $1 LIMIT 1', was.location_id) IS NOT NULL
    THEN
        PERFORM ims._raise_in_use('location', location, 'dispatches',
            'Set its status to inactive.');
    END IF;
    PERFORM ims._forget_zero_balances(NULL, NULL, was.location_id);
    BEGIN
        DELETE FROM ims.location AS l WHERE l.location_id = was.location_id;
    EXCEPTION WHEN foreign_key_violation THEN
        GET STACKED DIAGNOSTICS mentioned = TABLE_NAME;
        PERFORM ims._raise_in_use('location', location, mentioned, 'Delete those rows first.');
    END;
    IF was.negative_ok THEN
        PERFORM ims._refresh_balances(NULL, NULL, was.site_id);
    END IF;
END
$$;
COMMENT ON FUNCTION ims._delete_location IS 'internal form of ims.delete_location()';
REVOKE ALL ON FUNCTION ims._delete_location FROM PUBLIC;

CREATE FUNCTION ims.delete_location(
    location text DEFAULT NULL,
    actor text DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.delete_location IS
'delete a place that nothing mentions

IV228 where a movement, a count, a dispatch or another place mentions it.
Example: SELECT ims.delete_location(location => ''TYPO'');';
REVOKE ALL ON FUNCTION ims.delete_location FROM PUBLIC;
