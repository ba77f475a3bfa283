-- What the functions on master data share: checks of arguments, codes to ids,
-- the audit trigger, and the rules that balances take from master data.
--
-- In their bodies an argument wins over a column of the same name, and every
-- column is qualified.  Readers run as their caller: the checks that they share
-- with the doors tell nobody anything, so those are left to PUBLIC.

CREATE FUNCTION ims._latest(query text, VARIADIC arguments bigint[])
RETURNS bigint
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_latest';
COMMENT ON FUNCTION ims._latest IS
    'first value of a query as seen by the latest snapshot, at every isolation level';
REVOKE ALL ON FUNCTION ims._latest FROM PUBLIC;

-- Checks of arguments.  Each returns or raises; NULL passes unless said.

CREATE FUNCTION ims._check_present(argument text, present boolean)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT present THEN
        RAISE 'argument "%" is missing', argument
            USING ERRCODE = 'IV201',
                DETAIL = 'The call gives no value for it. '
                    || jsonb_build_object('argument', argument)::text,
                HINT = format('Name it in the call: %s => ...', argument);
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_present IS 'raise IV201 unless the argument is present';

-- Blanks as Unicode has them, by their numbers: what the classes of regular
-- expressions hold depends on the collation, and none has the no-break space.
CREATE FUNCTION ims._is_blank(letter text)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ascii(letter) <= 32 OR ascii(letter) BETWEEN 127 AND 160 OR ascii(letter) BETWEEN 8192 AND 8207
    OR ascii(letter) IN (173, 5760, 8232, 8233, 8239, 8287, 8288, 12288, 65279);
COMMENT ON FUNCTION ims._is_blank IS 'whether a letter is a space, a control character, or has no width';
REVOKE ALL ON FUNCTION ims._is_blank FROM PUBLIC;

CREATE FUNCTION ims._is_code(value text)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN value <> '' AND length(value) <= 100
    AND NOT ims._is_blank("left"(value, 1)) AND NOT ims._is_blank("right"(value, 1))
    AND value !~ '[\x01-\x1f\x7f]';
COMMENT ON FUNCTION ims._is_code IS
    'whether it has 1 to 100 characters, no blank at an end, no control character';
REVOKE ALL ON FUNCTION ims._is_code FROM PUBLIC;

CREATE FUNCTION ims._check_code(argument text, value text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM ims._check_present(argument, value IS NOT NULL);
    IF NOT ims._is_code(value) THEN
        RAISE 'invalid code "%" for argument "%"', left(value, 120), argument
            USING ERRCODE = 'IV104',
                DETAIL = format('It has %s characters. ', length(value))
                    || jsonb_build_object('argument', argument, 'length', length(value))::text,
                HINT = 'A code has 1 to 100 characters, no blank at either end and no control character.';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_code IS 'raise IV201 without a code, IV104 for a bad one';
REVOKE ALL ON FUNCTION ims._check_code FROM PUBLIC;

CREATE FUNCTION ims._check_choice(argument text, value text, VARIADIC allowed text[])
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF value <> ALL (allowed) THEN
        RAISE 'invalid value "%" for argument "%"', value, argument
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = format('It is none of %s. ', array_to_string(allowed, ', '))
                    || jsonb_build_object('argument', argument, 'value', value)::text,
                HINT = format('Use one of %s.', array_to_string(allowed, ', '));
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_choice IS 'raise 22023 unless the value is one of those allowed';

CREATE FUNCTION ims._check_range(argument text, value numeric, lowest numeric, highest numeric)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- NaN is above every number, and so beyond "highest".
    IF value < lowest OR value > highest THEN
        RAISE 'invalid value % for argument "%"', value, argument
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = format('It is not between %s and %s. ', lowest, highest)
                    || jsonb_build_object('argument', argument, 'value', value::text)::text,
                HINT = format('Give a number from %s to %s.', lowest, highest);
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_range IS 'raise 22023 unless the number is from lowest to highest';

CREATE FUNCTION ims._check_quantity(argument text, value numeric, lowest numeric)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF value <> trunc(value, 6) OR NOT abs(value) < 1e12 OR value < lowest THEN
        RAISE 'invalid quantity % for argument "%"', value, argument
            USING ERRCODE = 'IV101',
                DETAIL = format('The least allowed is %s, with at most six decimals. ', lowest)
                    || jsonb_build_object('argument', argument, 'quantity', value::text)::text,
                HINT = 'A quantity has at most six decimals and is below 10^12.';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_quantity IS
    'raise IV101 unless the value is a quantity and not too small';
REVOKE ALL ON FUNCTION ims._check_quantity FROM PUBLIC;

CREATE FUNCTION ims._check_pattern(argument text, value text, pattern text, example text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF value !~ pattern THEN
        RAISE 'invalid value "%" for argument "%"', left(value, 120), argument
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = format('It does not match %s. ', pattern)
                    || jsonb_build_object('argument', argument, 'value', left(value, 120))::text,
                HINT = format('Write it like %s.', example);
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_pattern IS 'raise 22023 unless the text matches the pattern';
REVOKE ALL ON FUNCTION ims._check_pattern FROM PUBLIC;

CREATE FUNCTION ims._check_time_zone(argument text, value text)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF value IS NULL THEN
        RETURN;
    END IF;
    PERFORM timestamptz 'epoch' AT TIME ZONE value;
    -- That also takes abbreviations, and FOO+99 after POSIX, which has a digit.
    -- The view reads every file of the time zones, so it is asked last.
    IF value !~ '^[A-Za-z_-]+(/[A-Za-z_-]+)+$' AND NOT EXISTS (
        SELECT FROM pg_timezone_names AS z WHERE lower(z.name) = lower(value))
    THEN
        RAISE invalid_parameter_value;
    END IF;
EXCEPTION WHEN invalid_parameter_value THEN
    RAISE 'invalid time zone "%" for argument "%"', value, argument
        USING ERRCODE = 'invalid_parameter_value',
            DETAIL = 'The server has no zone of that name. '
                || jsonb_build_object('argument', argument, 'value', value)::text,
            HINT = 'Use a name from pg_timezone_names, such as Europe/Rome.';
END
$$;
COMMENT ON FUNCTION ims._check_time_zone IS 'raise 22023 unless it is the name of a time zone';
REVOKE ALL ON FUNCTION ims._check_time_zone FROM PUBLIC;

-- Years 1 to 9999: what every driver reads and every calendar has, and far from
-- where arithmetic with dates overflows.
CREATE FUNCTION ims._check_day(argument text, value date)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF value < date '0001-01-01' OR value > date '9999-12-31' THEN
        PERFORM ims._raise_time(argument,
            CASE WHEN isfinite(value) THEN to_char(value, 'YYYY-MM-DD BC') ELSE value::text END);
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_day IS 'raise 22023 unless the day is in the years 1 to 9999';
REVOKE ALL ON FUNCTION ims._check_day FROM PUBLIC;

CREATE FUNCTION ims._check_finite(argument text, value timestamptz)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT isfinite(value) THEN
        PERFORM ims._raise_time(argument, value::text);
    END IF;
    PERFORM ims._check_instant(argument, value);
END
$$;
COMMENT ON FUNCTION ims._check_finite IS
    'raise 22023 for an infinite instant, IV232 for one outside of the years 1 to 9999';
REVOKE ALL ON FUNCTION ims._check_finite FROM PUBLIC;

CREATE FUNCTION ims._raise_time(argument text, value text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE 'invalid time % for argument "%"', value, argument
        USING ERRCODE = 'invalid_parameter_value',
            DETAIL = 'It is not between the years 1 and 9999. '
                || jsonb_build_object('argument', argument, 'value', value)::text,
            HINT = 'Leave it out where there is none.';
END
$$;
COMMENT ON FUNCTION ims._raise_time IS 'raise 22023 for a day that is infinite or far away, or an infinite instant';
REVOKE ALL ON FUNCTION ims._raise_time FROM PUBLIC;

-- Days and instants in JSON: only as ISO 8601 has them, since what else is one
-- depends on the session.

CREATE FUNCTION ims._iso_day(value text)
RETURNS date
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_iso_day';
COMMENT ON FUNCTION ims._iso_day IS 'the day that a text like 2026-12-31 is, null for any other text';

CREATE FUNCTION ims._iso_instant(value text)
RETURNS timestamptz
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_iso_instant';
COMMENT ON FUNCTION ims._iso_instant IS
    'the instant that a text like 2026-12-31T18:30:00Z is, null for any other text';
REVOKE ALL ON FUNCTION ims._iso_instant FROM PUBLIC;

CREATE FUNCTION ims._json_day(object jsonb, key text, line bigint DEFAULT NULL)
RETURNS date
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    day CONSTANT date := ims._iso_day(object ->> key);
BEGIN
    IF day IS NULL AND object ->> key IS NOT NULL THEN
        RAISE '%', CASE WHEN line IS NULL THEN '' ELSE format('line %s: ', line) END
                || format('"%s" is no day of %s', left(object ->> key, 100), key)
            USING ERRCODE = 'IV223',
                DETAIL = 'Another form would be another day in another session. '
                    || jsonb_strip_nulls(jsonb_build_object('line', line, 'key', key,
                        'value', left(object ->> key, 100)))::text,
                HINT = 'Write it like 2026-12-31.';
    END IF;
    RETURN day;
END
$$;
COMMENT ON FUNCTION ims._json_day IS 'day under a key of an object, null without, IV223 for another text';
REVOKE ALL ON FUNCTION ims._json_day FROM PUBLIC;

CREATE FUNCTION ims._check_clear(clear text[], given jsonb)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY coalesce(clear, '{}') LOOP
        PERFORM ims._check_choice('clear', coalesce(name, 'NULL'),
            VARIADIC ARRAY(SELECT k.name FROM jsonb_object_keys(given) AS k (name) ORDER BY k.name));
        IF given ->> name IS NOT NULL THEN
            RAISE 'argument "%" is given and cleared', name
                USING ERRCODE = 'IV223',
                    DETAIL = 'One call cannot do both. '
                        || jsonb_build_object('argument', name)::text,
                    HINT = format('Leave out %s, or take it out of clear.', name);
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION ims._check_clear IS
    'raise 22023 for what cannot be cleared, IV223 for what is given too; the keys are what can';
REVOKE ALL ON FUNCTION ims._check_clear FROM PUBLIC;

-- The same limits as in ims.limits().
CREATE FUNCTION ims._check_text(argument text, value text, longest bigint)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF length(value) > longest THEN
        RAISE '% is too long', argument
            USING ERRCODE = 'string_data_right_truncation',
                DETAIL = format('It has %s characters, at most %s are kept. ',
                        length(value), longest)
                    || jsonb_build_object('argument', argument, 'length', length(value),
                        'longest', longest)::text,
                HINT = 'Keep long texts elsewhere, and a reference to them here.';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_text IS 'raise 22001 for a text that is longer than is kept';
REVOKE ALL ON FUNCTION ims._check_text FROM PUBLIC;

-- Reason and actor of a change that has a record of its own.
CREATE FUNCTION ims._check_why(reason text, actor text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM ims._check_text('reason', reason, 1000);
    PERFORM ims._check_text('actor', actor, 100);
END
$$;
COMMENT ON FUNCTION ims._check_why IS 'raise 22001 for a reason or an actor that is too long';
REVOKE ALL ON FUNCTION ims._check_why FROM PUBLIC;

CREATE FUNCTION ims._check_new(what text, code text, taken boolean)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF taken THEN
        RAISE '% "%" exists already', what, code
            USING ERRCODE = 'unique_violation',
                DETAIL = 'The code is taken. ' || jsonb_build_object('code', code)::text,
                HINT = 'Choose another code, or change the one that exists.';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_new IS 'raise 23505 if the code is taken';
REVOKE ALL ON FUNCTION ims._check_new FROM PUBLIC;

CREATE FUNCTION ims._patch_attributes(attributes jsonb, patch jsonb)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF jsonb_typeof(patch) <> 'object' THEN
        RAISE 'attributes must be a JSON object'
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = format('It is a JSON %s. ', jsonb_typeof(patch))
                    || jsonb_build_object('argument', 'attributes')::text,
                HINT = 'Write for example {"colour": "red"}.';
    END IF;
    RETURN (SELECT coalesce(jsonb_object_agg(pair.key, pair.value), '{}')
            FROM jsonb_each(coalesce(attributes, '{}') || coalesce(patch, '{}'))
                AS pair (key, value)
            WHERE jsonb_typeof(pair.value) <> 'null');
END
$$;
COMMENT ON FUNCTION ims._patch_attributes IS
    'attributes with the keys of the patch set, and those that it gives as null removed';
REVOKE ALL ON FUNCTION ims._patch_attributes FROM PUBLIC;

-- Codes to ids.  Each raises where the code is missing or unknown; the detail
-- has it under the name of the argument that gave it.

CREATE FUNCTION ims._raise_unknown(argument text, what text, code text, state text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM ims._check_present(argument, code IS NOT NULL);
    RAISE '% "%" is unknown', what, left(code, 120)
        USING ERRCODE = state,
            DETAIL = 'No row has this code. '
                || jsonb_build_object(argument, left(code, 120))::text,
            HINT = 'Codes are matched exactly, upper and lower case included.';
END
$$;
COMMENT ON FUNCTION ims._raise_unknown IS 'raise IV201 without a code, else that it is unknown';

CREATE FUNCTION ims._item_id(owner_id bigint, item text, argument text DEFAULT 'item')
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    found_id bigint;
BEGIN
    SELECT r.item_id INTO found_id
    FROM ims.item AS r
    WHERE r.owner_id = owner_id AND r.code = item;
    IF found_id IS NULL THEN
        PERFORM ims._raise_unknown(argument, 'item', item, 'IV203');
    END IF;
    RETURN found_id;
END
$$;
COMMENT ON FUNCTION ims._item_id IS 'item of that code, or IV203';
REVOKE ALL ON FUNCTION ims._item_id FROM PUBLIC;

CREATE FUNCTION ims._location_id(location text, argument text DEFAULT 'location')
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    found_id bigint;
BEGIN
    SELECT r.location_id INTO found_id
    FROM ims.location AS r
    WHERE r.code = location;
    IF found_id IS NULL THEN
        PERFORM ims._raise_unknown(argument, 'location', location, 'IV204');
    END IF;
    RETURN found_id;
END
$$;
COMMENT ON FUNCTION ims._location_id IS 'location of that code, or IV204';
REVOKE ALL ON FUNCTION ims._location_id FROM PUBLIC;

CREATE FUNCTION ims._lot_id(owner_id bigint, item_id bigint, lot text)
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    found_id bigint;
BEGIN
    SELECT r.lot_id INTO found_id
    FROM ims.lot AS r
    WHERE r.owner_id = owner_id AND r.item_id = item_id AND r.code = lot;
    IF found_id IS NULL THEN
        PERFORM ims._raise_unknown('lot', 'lot', lot, 'IV205');
    END IF;
    RETURN found_id;
END
$$;
COMMENT ON FUNCTION ims._lot_id IS 'lot of that code, or IV205';
REVOKE ALL ON FUNCTION ims._lot_id FROM PUBLIC;

CREATE FUNCTION ims._serial_id(owner_id bigint, item_id bigint, serial text)
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    found_id bigint;
BEGIN
    SELECT r.serial_id INTO found_id
    FROM ims.serial AS r
    WHERE r.owner_id = owner_id AND r.item_id = item_id AND r.code = serial;
    IF found_id IS NULL THEN
        PERFORM ims._raise_unknown('serial', 'serial', serial, 'IV206');
    END IF;
    RETURN found_id;
END
$$;
COMMENT ON FUNCTION ims._serial_id IS 'serial of that code, or IV206';
REVOKE ALL ON FUNCTION ims._serial_id FROM PUBLIC;

CREATE FUNCTION ims._handling_unit_id(owner_id bigint, handling_unit text, argument text DEFAULT 'handling_unit')
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    found_id bigint;
BEGIN
    SELECT r.handling_unit_id INTO found_id
    FROM ims.handling_unit AS r
    WHERE r.owner_id = owner_id AND r.code = handling_unit;
    IF found_id IS NULL THEN
        PERFORM ims._raise_unknown(argument, 'handling unit', handling_unit, 'IV207');
    END IF;
    RETURN found_id;
END
$$;
COMMENT ON FUNCTION ims._handling_unit_id IS 'handling unit of that code, or IV207';
REVOKE ALL ON FUNCTION ims._handling_unit_id FROM PUBLIC;

CREATE FUNCTION ims._party_id(owner_id bigint, party text, argument text DEFAULT 'party')
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    found_id bigint;
BEGIN
    SELECT r.party_id INTO found_id
    FROM ims.party AS r
    WHERE r.owner_id = owner_id AND r.code = party;
    IF found_id IS NULL THEN
        PERFORM ims._raise_unknown(argument, 'party', party, 'IV208');
    END IF;
    RETURN found_id;
END
$$;
COMMENT ON FUNCTION ims._party_id IS 'party of that code, or IV208';
REVOKE ALL ON FUNCTION ims._party_id FROM PUBLIC;

CREATE FUNCTION ims._channel_id(owner_id bigint, channel text)
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    found_id bigint;
BEGIN
    SELECT r.channel_id INTO found_id
    FROM ims.channel AS r
    WHERE r.owner_id = owner_id AND r.code = channel;
    IF found_id IS NULL THEN
        PERFORM ims._raise_unknown('channel', 'channel', channel, 'IV209');
    END IF;
    RETURN found_id;
END
$$;
COMMENT ON FUNCTION ims._channel_id IS 'channel of that code, or IV209';
REVOKE ALL ON FUNCTION ims._channel_id FROM PUBLIC;

CREATE FUNCTION ims._category_id(owner_id bigint, category text, argument text DEFAULT 'category')
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    found_id bigint;
BEGIN
    SELECT r.category_id INTO found_id
    FROM ims.category AS r
    WHERE r.owner_id = owner_id AND r.code = category;
    IF found_id IS NULL THEN
        PERFORM ims._raise_unknown(argument, 'category', category, 'IV229');
    END IF;
    RETURN found_id;
END
$$;
COMMENT ON FUNCTION ims._category_id IS 'category of that code, or IV229';
REVOKE ALL ON FUNCTION ims._category_id FROM PUBLIC;

CREATE FUNCTION ims._calendar_id(calendar text)
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    found_id bigint;
BEGIN
    SELECT r.calendar_id INTO found_id
    FROM ims.calendar AS r
    WHERE r.code = calendar;
    IF found_id IS NULL THEN
        PERFORM ims._raise_unknown('calendar', 'calendar', calendar, 'IV229');
    END IF;
    RETURN found_id;
END
$$;
COMMENT ON FUNCTION ims._calendar_id IS 'calendar of that code, or IV229';
REVOKE ALL ON FUNCTION ims._calendar_id FROM PUBLIC;

CREATE FUNCTION ims._check_unit(argument text, unit text)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF unit IS NULL OR NOT EXISTS (SELECT FROM ims.unit AS u WHERE u.code = unit) THEN
        PERFORM ims._raise_unknown(argument, 'unit', unit, 'IV102');
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_unit IS 'raise IV201 without a unit, IV102 for an unknown one';
REVOKE ALL ON FUNCTION ims._check_unit FROM PUBLIC;

-- Removing and changing what the ledger mentions.  The caller holds the lock
-- on ims.movement that keeps postings out.

CREATE FUNCTION ims._raise_stale_snapshot(what text, detail text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE 'could not serialize access: % since the snapshot', what
        USING ERRCODE = 'serialization_failure',
            DETAIL = coalesce(detail, 'The transaction began before.'),
            HINT = 'Retry the transaction.';
END
$$;
COMMENT ON FUNCTION ims._raise_stale_snapshot IS
    'raise 40001: what a check rests on is newer than the snapshot';
REVOKE ALL ON FUNCTION ims._raise_stale_snapshot FROM PUBLIC;

-- For who computes with the transaction's snapshot, and holds the locks that
-- keep the answer as it is.  Where each statement has a snapshot of its own there
-- is nothing to compare.
CREATE FUNCTION ims._check_as_seen(question text, what text, VARIADIC arguments bigint[])
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    seen bigint;
BEGIN
    IF current_setting('transaction_isolation') NOT IN ('repeatable read', 'serializable') THEN
        RETURN;
    END IF;
    EXECUTE question INTO seen USING arguments[1], arguments[2], arguments[3];
    IF ims._latest(question, VARIADIC arguments) <> seen THEN
        PERFORM ims._raise_stale_snapshot(what);
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_as_seen IS
    'raise 40001 where the latest snapshot answers a query (a bigint, $1 to $3) otherwise';
REVOKE ALL ON FUNCTION ims._check_as_seen FROM PUBLIC;

CREATE FUNCTION ims._raise_in_use(what text, code text, mentioned_by text, reason text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE '% "%" is in use', what, code
        USING ERRCODE = 'IV228',
            DETAIL = format('It is mentioned by %s. ', mentioned_by)
                || jsonb_build_object(replace(what, ' ', '_'), code,
                    'mentioned_by', mentioned_by)::text,
            HINT = reason;
END
$$;
COMMENT ON FUNCTION ims._raise_in_use IS 'raise IV228: something mentions the row';
REVOKE ALL ON FUNCTION ims._raise_in_use FROM PUBLIC;

CREATE FUNCTION ims._item_use(owner_id bigint, item_id bigint)
RETURNS text
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN CASE
        WHEN ims._latest(
            'SELECT 1::bigint FROM ims.movement AS m'
            ' WHERE m.owner_id = $1 AND m.item_id = $2 LIMIT 1', owner_id, item_id) IS NOT NULL
        THEN 'movements'
        WHEN ims._latest(
            'SELECT 1::bigint FROM ims.stock_count AS c'
            ' WHERE c.owner_id = $1 AND c.item_id = $2 LIMIT 1', owner_id, item_id) IS NOT NULL
            OR ims._latest(
            'SELECT 1::bigint FROM ims.stock_count_scope AS c'
            ' WHERE c.owner_id = $1 AND c.item_id = $2 LIMIT 1', owner_id, item_id) IS NOT NULL
        THEN 'counts' END;
END
$$;
COMMENT ON FUNCTION ims._item_use IS 'movements or counts if they mention the item, else null';
REVOKE ALL ON FUNCTION ims._item_use FROM PUBLIC;

-- Every place, lot and handling unit that a movement mentions has a balance
-- that knows when it last moved (verify() proves it), so that the ledger,
-- which is a thousand times larger and has no index for the question, is not
-- read under the lock.  A count writes the time into its balance too; it is
-- asked first.
CREATE FUNCTION ims._check_places_unused(location_ids bigint[], reason text)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    asked record;
    found_id bigint;
BEGIN
    FOR asked IN VALUES
        ('counts',
            'SELECT min(c.location_id) FROM ims.stock_count AS c'
            ' WHERE c.location_id = ANY (%L::bigint[])'),
        ('counts',
            'SELECT min(c.location_id) FROM ims.stock_count_scope AS c'
            ' WHERE c.location_id = ANY (%L::bigint[])'),
        ('movements',
            'SELECT min(s.location_id) FROM ims.stock AS s'
            ' WHERE s.location_id = ANY (%L::bigint[])'
            ' AND (s.last_effective_at > ''-infinity'' OR s.on_hand <> 0 OR s.allocated <> 0)')
    LOOP
        found_id := ims._latest(format(asked.column2, location_ids), VARIADIC '{}'::bigint[]);
        IF found_id IS NOT NULL THEN
            PERFORM ims._raise_in_use('location',
                (SELECT l.code FROM ims.location AS l WHERE l.location_id = found_id),
                asked.column1, reason);
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION ims._check_places_unused IS
    'raise IV228 where a count or a movement mentions one of the places';
REVOKE ALL ON FUNCTION ims._check_places_unused FROM PUBLIC;

-- The flags that balances copy, so that their CHECK needs no other table.

CREATE FUNCTION ims._stock_negative_ok(owner_id bigint, item_id bigint, location_id bigint)
RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT i.negative_ok OR l.negative_ok
    FROM ims.item AS i
    CROSS JOIN ims.location AS l
    WHERE i.owner_id = _stock_negative_ok.owner_id
      AND i.item_id = _stock_negative_ok.item_id
      AND l.location_id = _stock_negative_ok.location_id
$$;
COMMENT ON FUNCTION ims._stock_negative_ok IS 'negative_ok of the balances of an item at a place';
REVOKE ALL ON FUNCTION ims._stock_negative_ok FROM PUBLIC;

CREATE FUNCTION ims._availability_negative_ok(owner_id bigint, item_id bigint, site_id bigint)
RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT i.negative_ok OR i.backorder_ok OR EXISTS (
        SELECT FROM ims.location AS l
        WHERE l.site_id = _availability_negative_ok.site_id AND l.negative_ok)
    FROM ims.item AS i
    WHERE i.owner_id = _availability_negative_ok.owner_id
      AND i.item_id = _availability_negative_ok.item_id
$$;
COMMENT ON FUNCTION ims._availability_negative_ok IS
    'negative_ok of the availability of an item at a site';
REVOKE ALL ON FUNCTION ims._availability_negative_ok FROM PUBLIC;

CREATE FUNCTION ims._check_balance_snapshot(owner_id bigint, item_id bigint, site_id bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_variable
DECLARE
    seen bigint;
    latest bigint;
BEGIN
    IF current_setting('transaction_isolation') NOT IN ('repeatable read', 'serializable') THEN
        RETURN;
    END IF;
    -- Rows that changed raise 40001 by themselves when written; rows that are
    -- new since the snapshot would be passed over.
    SELECT count(*) INTO seen
    FROM ims.stock AS s
    JOIN ims.location AS l ON l.location_id = s.location_id
    WHERE (owner_id IS NULL OR s.owner_id = owner_id)
      AND (item_id IS NULL OR s.item_id = item_id)
      AND (site_id IS NULL OR l.site_id = site_id);
    latest := ims._latest(
        'SELECT count(*) FROM ims.stock AS s'
        ' JOIN ims.location AS l ON l.location_id = s.location_id'
        ' WHERE ($1 IS NULL OR s.owner_id = $1) AND ($2 IS NULL OR s.item_id = $2)'
        ' AND ($3 IS NULL OR l.site_id = $3)', owner_id, item_id, site_id);
    IF seen = latest THEN
        SELECT count(*) INTO seen
        FROM ims.availability AS a
        WHERE (owner_id IS NULL OR a.owner_id = owner_id)
          AND (item_id IS NULL OR a.item_id = item_id)
          AND (site_id IS NULL OR a.site_id = site_id);
        latest := ims._latest(
            'SELECT count(*) FROM ims.availability AS a'
            ' WHERE ($1 IS NULL OR a.owner_id = $1) AND ($2 IS NULL OR a.item_id = $2)'
            ' AND ($3 IS NULL OR a.site_id = $3)', owner_id, item_id, site_id);
    END IF;
    IF seen <> latest THEN
        PERFORM ims._raise_stale_snapshot('balances were added',
            CASE WHEN owner_id IS NULL THEN 'It may no longer be so.'
                ELSE format('%s of %s rows are seen. ', seen, latest)
                    || jsonb_build_object('seen', seen, 'latest', latest)::text END);
    END IF;
    -- A transfer between two places changes no availability.
    PERFORM ims._check_as_seen(
        'SELECT coalesce(bit_xor(hash_record_extended(s, 0)), 0) FROM ims.stock AS s'
        ' JOIN ims.location AS l ON l.location_id = s.location_id'
        ' WHERE ($1 IS NULL OR s.owner_id = $1) AND ($2 IS NULL OR s.item_id = $2)'
        ' AND ($3 IS NULL OR l.site_id = $3)', 'balances were changed', owner_id, item_id, site_id);
END
$$;
COMMENT ON FUNCTION ims._check_balance_snapshot IS
    'raise 40001 if balances of item or site are newer than the snapshot';
REVOKE ALL ON FUNCTION ims._check_balance_snapshot FROM PUBLIC;

CREATE FUNCTION ims._site_totals(for_owner_id bigint, for_item_id bigint, for_site_id bigint)
RETURNS TABLE (
    owner_id bigint,
    item_id bigint,
    site_id bigint,
    sellable numeric,
    held numeric,
    negative_ok boolean)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT a.owner_id, a.item_id, a.site_id,
        coalesce(sum(b.on_hand) FILTER (WHERE b.is_sellable), 0),
        coalesce(sum(b.on_hand) FILTER (WHERE NOT b.is_sellable), 0),
        i.negative_ok OR i.backorder_ok OR site.negative_ok
    FROM ims.availability AS a
    JOIN ims.item AS i ON i.owner_id = a.owner_id AND i.item_id = a.item_id
    JOIN (
        SELECT l.site_id, bool_or(l.negative_ok) AS negative_ok
        FROM ims.location AS l
        WHERE l.site_id > 0
        GROUP BY l.site_id) AS site ON site.site_id = a.site_id
    LEFT JOIN (
        SELECT s.owner_id, s.item_id, l.site_id, s.on_hand,
            l.sellable AND l.status = 'active' AND coalesce(lot.status = 'released', true)
                AS is_sellable
        FROM ims.stock AS s
        JOIN ims.location AS l ON l.location_id = s.location_id
        LEFT JOIN ims.lot AS lot ON lot.owner_id = s.owner_id AND lot.lot_id = s.lot_id
        WHERE ($1 IS NULL OR s.owner_id = $1)
          AND ($2 IS NULL OR s.item_id = $2)
          AND ($3 IS NULL OR l.site_id = $3)
    ) AS b ON b.owner_id = a.owner_id AND b.item_id = a.item_id AND b.site_id = a.site_id
    WHERE ($1 IS NULL OR a.owner_id = $1)
      AND ($2 IS NULL OR a.item_id = $2)
      AND ($3 IS NULL OR a.site_id = $3)
    GROUP BY a.owner_id, a.item_id, a.site_id, i.negative_ok, i.backorder_ok, site.negative_ok
$$;
COMMENT ON FUNCTION ims._site_totals IS
    'what each row of availability should hold; null arguments mean all';
REVOKE ALL ON FUNCTION ims._site_totals FROM PUBLIC;

CREATE FUNCTION ims._check_balance_rules(owner_id bigint, item_id bigint, site_id bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_variable
DECLARE
    short record;
BEGIN
    SELECT i.code AS item, l.code AS location, s.on_hand, s.allocated INTO short
    FROM ims.stock AS s
    JOIN ims.item AS i ON i.owner_id = s.owner_id AND i.item_id = s.item_id
    JOIN ims.location AS l ON l.location_id = s.location_id
    WHERE (owner_id IS NULL OR s.owner_id = owner_id)
      AND (item_id IS NULL OR s.item_id = item_id)
      AND (site_id IS NULL OR l.site_id = site_id)
      AND NOT i.negative_ok AND NOT l.negative_ok
      AND (s.on_hand < 0 OR s.allocated > s.on_hand)
    ORDER BY s.owner_id, s.item_id, s.location_id, s.lot_id, s.handling_unit_id
    LIMIT 1;
    IF FOUND AND owner_id IS NULL THEN
        -- A call that acts for no owner learns nothing of any.
        RAISE 'stock at "%" is below zero or allocated in excess', short.location
            USING ERRCODE = 'IV301',
                DETAIL = 'It may no longer be so. '
                    || jsonb_build_object('location', short.location)::text,
                HINT = 'Bring the stock to zero or above first.';
    ELSIF FOUND THEN
        RAISE 'stock of item "%" at "%" is below zero or allocated in excess',
            short.item, short.location
            USING ERRCODE = 'IV301',
                DETAIL = format('On hand %s, allocated %s. ', short.on_hand, short.allocated)
                    || jsonb_build_object('item', short.item, 'location', short.location,
                        'on_hand', short.on_hand, 'allocated', short.allocated)::text,
                HINT = 'Bring the stock to zero or above first.';
    END IF;
    SELECT i.code AS item, site.code AS site, a.reserved, t.sellable INTO short
    FROM ims._site_totals(owner_id, item_id, site_id) AS t
    JOIN ims.availability AS a
        ON a.owner_id = t.owner_id AND a.item_id = t.item_id AND a.site_id = t.site_id
    JOIN ims.item AS i ON i.owner_id = a.owner_id AND i.item_id = a.item_id
    JOIN ims.location AS site ON site.location_id = a.site_id
    WHERE a.reserved > t.sellable
      AND a.reserved > 0
      AND NOT t.negative_ok
    ORDER BY a.owner_id, a.item_id, a.site_id
    LIMIT 1;
    IF FOUND AND owner_id IS NULL THEN
        RAISE 'more is reserved at "%" than would be available', short.site
            USING ERRCODE = 'IV302',
                DETAIL = 'Stock of some item would no longer do. '
                    || jsonb_build_object('site', short.site)::text,
                HINT = 'Release reservations first, or allow backorder for the items.';
    ELSIF FOUND THEN
        PERFORM ims._raise_reserved(short.item, short.site, short.reserved, short.sellable);
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_balance_rules IS
    'raise IV301 or IV302 where stock breaks the rules of the master data';
REVOKE ALL ON FUNCTION ims._check_balance_rules FROM PUBLIC;

CREATE FUNCTION ims._raise_reserved(item text, site text, reserved numeric, sellable numeric)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE 'more of item "%" is reserved at "%" than would be available', item, site
        USING ERRCODE = 'IV302',
            DETAIL = format('Reserved %s, sellable would be %s. ', reserved, sellable)
                || jsonb_build_object('item', item, 'site', site,
                    'reserved', reserved, 'sellable', sellable)::text,
            HINT = 'Release reservations first, or allow backorder for the item.';
END
$$;
COMMENT ON FUNCTION ims._raise_reserved IS 'raise IV302: reserved would exceed sellable';
REVOKE ALL ON FUNCTION ims._raise_reserved FROM PUBLIC;

CREATE FUNCTION ims._refresh_balances(owner_id bigint, item_id bigint, site_id bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM ims._check_balance_snapshot(owner_id, item_id, site_id);
    PERFORM ims._check_balance_rules(owner_id, item_id, site_id);
    PERFORM ims._engine_begin();
    UPDATE ims.stock AS s
    SET negative_ok = i.negative_ok OR l.negative_ok
    FROM ims.item AS i, ims.location AS l
    WHERE (owner_id IS NULL OR s.owner_id = owner_id)
      AND (item_id IS NULL OR s.item_id = item_id)
      AND (site_id IS NULL OR l.site_id = site_id)
      AND i.owner_id = s.owner_id
      AND i.item_id = s.item_id
      AND l.location_id = s.location_id
      AND s.negative_ok <> (i.negative_ok OR l.negative_ok);
    UPDATE ims.availability AS a
    SET sellable = t.sellable, held = t.held, negative_ok = t.negative_ok
    FROM ims._site_totals(owner_id, item_id, site_id) AS t
    WHERE a.owner_id = t.owner_id
      AND a.item_id = t.item_id
      AND a.site_id = t.site_id
      AND (a.sellable, a.held, a.negative_ok) <> (t.sellable, t.held, t.negative_ok);
    PERFORM ims._engine_end();
END
$$;
COMMENT ON FUNCTION ims._refresh_balances IS
    'take flags and availability of item or site anew from master data; null means all';
REVOKE ALL ON FUNCTION ims._refresh_balances FROM PUBLIC;

CREATE FUNCTION ims._forget_zero_balances(owner_id bigint, item_id bigint, location_id bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM ims._check_balance_snapshot(owner_id, item_id, NULL);
    PERFORM ims._engine_begin();
    DELETE FROM ims.stock AS s
    WHERE (owner_id IS NULL OR s.owner_id = owner_id)
      AND (item_id IS NULL OR s.item_id = item_id)
      AND (location_id IS NULL OR s.location_id = location_id);
    DELETE FROM ims.availability AS a
    WHERE (owner_id IS NULL OR a.owner_id = owner_id)
      AND (item_id IS NULL OR a.item_id = item_id)
      AND (location_id IS NULL OR a.site_id = location_id);
    PERFORM ims._engine_end();
END
$$;
COMMENT ON FUNCTION ims._forget_zero_balances IS
    'delete the rows, all zero, of an item or place that no movement mentions';
REVOKE ALL ON FUNCTION ims._forget_zero_balances FROM PUBLIC;

-- The audit trigger of every master table.  Its arguments are the columns of
-- the primary key.

-- Every change of every master table comes by here, direct ones too; most rows
-- are short as a whole.
CREATE FUNCTION ims._check_row_texts(new_row jsonb)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF pg_column_size(new_row) > 1000 THEN
        PERFORM ims._check_text(f.key, f.value,
            CASE f.key WHEN 'name' THEN 1000 WHEN 'attributes' THEN 100000 ELSE 10000 END)
        FROM jsonb_each_text(new_row) AS f (key, value);
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_row_texts IS 'raise 22001 for a row with a text that is too long';
REVOKE ALL ON FUNCTION ims._check_row_texts FROM PUBLIC;

CREATE FUNCTION ims._record_master_change()
RETURNS trigger
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    old_row jsonb;
    new_row jsonb;
BEGIN
    IF TG_TABLE_SCHEMA <> 'ims' OR TG_LEVEL <> 'ROW' OR TG_WHEN <> 'AFTER' THEN
        RAISE 'ims._record_master_change() is only for master tables'
            USING ERRCODE = 'trigger_protocol_violated';
    END IF;
    IF TG_OP <> 'INSERT' THEN
        old_row := to_jsonb(OLD);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        new_row := to_jsonb(NEW);
        PERFORM ims._check_row_texts(new_row);
    END IF;
    PERFORM ims._check_text('actor', current_setting('ims.actor', true), 100);
    INSERT INTO ims.master_change
        (owner_id, table_name, action, row_key, old_row, new_row,
         changed_at, session_role, caller_role, actor)
    SELECT coalesce((coalesce(new_row, old_row) ->> 'owner_id')::bigint, 0),
        TG_TABLE_NAME, lower(TG_OP),
        jsonb_object_agg(k.name, coalesce(new_row, old_row) -> k.name),
        old_row, new_row, clock_timestamp(), session_user, ims._caller_role(),
        nullif(current_setting('ims.actor', true), '')
    FROM unnest(TG_ARGV) AS k (name);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION ims._record_master_change IS
    'trigger: keep the old and the new row of master data';
REVOKE ALL ON FUNCTION ims._record_master_change FROM PUBLIC;

-- The same for the serials of one statement.
CREATE FUNCTION ims._record_new_serials()
RETURNS trigger
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_RELID <> 'ims.serial'::regclass OR TG_OP <> 'INSERT' OR TG_LEVEL <> 'STATEMENT' THEN
        RAISE 'ims._record_new_serials() is only for ims.serial'
            USING ERRCODE = 'trigger_protocol_violated';
    END IF;
    PERFORM ims._check_row_texts(to_jsonb(n)) FROM new_serial AS n WHERE n.attributes <> '{}';
    PERFORM ims._check_text('actor', current_setting('ims.actor', true), 100);
    INSERT INTO ims.master_change
        (owner_id, table_name, action, row_key, new_row, changed_at, session_role, caller_role,
         actor)
    SELECT n.owner_id, TG_TABLE_NAME, 'insert',
        jsonb_build_object('owner_id', n.owner_id, 'serial_id', n.serial_id), to_jsonb(n),
        clock_timestamp(), session_user, c.role, nullif(current_setting('ims.actor', true), '')
    FROM new_serial AS n
    CROSS JOIN (SELECT ims._caller_role() AS role OFFSET 0) AS c
    ORDER BY n.serial_id;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION ims._record_new_serials IS 'trigger: keep the new rows of ims.serial';
REVOKE ALL ON FUNCTION ims._record_new_serials FROM PUBLIC;
