-- What the functions that make their own postings share: posting by ids,
-- locking balances, idempotency keys, and reading lines.
--
-- src/ledger/post_internal.c does the posting; the engine checks what it gets
-- like any other call.

CREATE FUNCTION ims._post_arrays(
    posting_owner_ids bigint[],
    posting_ids bigint[],
    posting_kinds text[],
    posting_effective_ats timestamptz[],
    posting_party_ids bigint[],
    posting_channel_ids bigint[],
    posting_destination_ids bigint[],
    posting_origin_posting_ids bigint[],
    posting_reference_types text[],
    posting_reference_numbers text[],
    posting_reasons text[],
    posting_actors text[],
    posting_idempotency_keys text[],
    posting_whole_units boolean[],
    line_postings bigint[],
    line_item_ids bigint[],
    line_quantities numeric[],
    line_from_location_ids bigint[],
    line_to_location_ids bigint[],
    line_lot_ids bigint[],
    line_serial_ids bigint[],
    line_from_handling_unit_ids bigint[],
    line_to_handling_unit_ids bigint[],
    line_origin_movement_ids bigint[],
    line_unit_costs numeric[],
    line_sale_values numeric[],
    line_rates numeric[],
    line_currencies text[],
    line_entered_quantities numeric[],
    line_entered_units text[],
    line_reference_lines text[],
    line_measured_quantities numeric[])
RETURNS TABLE (posting_id bigint, document_number bigint, effective_at timestamptz)
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE ROWS 1
AS 'MODULE_PATHNAME', 'ims_post_arrays';
COMMENT ON FUNCTION ims._post_arrays IS
    'post lines of one or more postings, by ids, as parallel arrays';
REVOKE ALL ON FUNCTION ims._post_arrays FROM PUBLIC;

-- Objects are named like the columns they fill; "posting" of a line counts the
-- postings of the call from 1.  A posting without lines is written alone.  With
-- whole_units, closed handling units may leave: they do so with all they hold.
CREATE FUNCTION ims._post_lines(postings jsonb, lines jsonb)
RETURNS TABLE (posting_id bigint, document_number bigint, effective_at timestamptz)
LANGUAGE sql VOLATILE PARALLEL UNSAFE ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT r.posting_id, r.document_number, r.effective_at
    FROM (
        SELECT
            array_agg(p.owner_id) AS owner_ids,
            array_agg(p.posting_id) AS posting_ids,
            array_agg(p.kind) AS kinds,
            array_agg(p.effective_at) AS effective_ats,
            array_agg(p.party_id) AS party_ids,
            array_agg(p.channel_id) AS channel_ids,
            array_agg(p.destination_id) AS destination_ids,
            array_agg(p.origin_posting_id) AS origin_posting_ids,
            array_agg(p.reference_type) AS reference_types,
            array_agg(p.reference_number) AS reference_numbers,
            array_agg(p.reason) AS reasons,
            array_agg(p.actor) AS actors,
            array_agg(p.idempotency_key) AS idempotency_keys,
            array_agg(p.whole_units) AS whole_units
        FROM jsonb_to_recordset(postings) AS p (
            owner_id bigint,
            posting_id bigint,
            kind text,
            effective_at timestamptz,
            party_id bigint,
            channel_id bigint,
            destination_id bigint,
            origin_posting_id bigint,
            reference_type text,
            reference_number text,
            reason text,
            actor text,
            idempotency_key text,
            whole_units boolean)
        ) AS p
    CROSS JOIN (
        SELECT
            coalesce(array_agg(coalesce(l.posting, 1)), '{}') AS postings,
            coalesce(array_agg(l.item_id), '{}') AS item_ids,
            coalesce(array_agg(l.quantity), '{}') AS quantities,
            coalesce(array_agg(l.from_location_id), '{}') AS from_location_ids,
            coalesce(array_agg(l.to_location_id), '{}') AS to_location_ids,
            coalesce(array_agg(l.lot_id), '{}') AS lot_ids,
            coalesce(array_agg(l.serial_id), '{}') AS serial_ids,
            coalesce(array_agg(l.from_handling_unit_id), '{}') AS from_handling_unit_ids,
            coalesce(array_agg(l.to_handling_unit_id), '{}') AS to_handling_unit_ids,
            coalesce(array_agg(l.origin_movement_id), '{}') AS origin_movement_ids,
            coalesce(array_agg(l.unit_cost), '{}') AS unit_costs,
            coalesce(array_agg(l.sale_value), '{}') AS sale_values,
            coalesce(array_agg(l.rate), '{}') AS rates,
            coalesce(array_agg(l.currency), '{}') AS currencies,
            coalesce(array_agg(l.entered_quantity), '{}') AS entered_quantities,
            coalesce(array_agg(l.entered_unit), '{}') AS entered_units,
            coalesce(array_agg(l.reference_line), '{}') AS reference_lines,
            coalesce(array_agg(l.measured_quantity), '{}') AS measured_quantities
        FROM jsonb_to_recordset(coalesce(lines, '[]')) AS l (
            posting bigint,
            item_id bigint,
            quantity numeric,
            from_location_id bigint,
            to_location_id bigint,
            lot_id bigint,
            serial_id bigint,
            from_handling_unit_id bigint,
            to_handling_unit_id bigint,
            origin_movement_id bigint,
            unit_cost numeric,
            sale_value numeric,
            rate numeric,
            currency text,
            entered_quantity numeric,
            entered_unit text,
            reference_line text,
            measured_quantity numeric)
        ) AS l
    CROSS JOIN LATERAL ims._post_arrays(
        p.owner_ids,
        p.posting_ids,
        p.kinds,
        p.effective_ats,
        p.party_ids,
        p.channel_ids,
        p.destination_ids,
        p.origin_posting_ids,
        p.reference_types,
        p.reference_numbers,
        p.reasons,
        p.actors,
        p.idempotency_keys,
        p.whole_units,
        l.postings,
        l.item_ids,
        l.quantities,
        l.from_location_ids,
        l.to_location_ids,
        l.lot_ids,
        l.serial_ids,
        l.from_handling_unit_ids,
        l.to_handling_unit_ids,
        l.origin_movement_ids,
        l.unit_costs,
        l.sale_values,
        l.rates,
        l.currencies,
        l.entered_quantities,
        l.entered_units,
        l.reference_lines,
        l.measured_quantities) AS r
$$;
COMMENT ON FUNCTION ims._post_lines IS 'post lines of one or more postings, by ids, as JSON objects';
REVOKE ALL ON FUNCTION ims._post_lines FROM PUBLIC;

CREATE FUNCTION ims._lock_balances(
    owner_ids bigint[],
    item_ids bigint[],
    location_ids bigint[],
    lot_ids bigint[],
    handling_unit_ids bigint[])
RETURNS TABLE (
    owner_id bigint,
    item_id bigint,
    location_id bigint,
    lot_id bigint,
    handling_unit_id bigint,
    on_hand numeric,
    allocated numeric,
    last_effective_at timestamptz)
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE ROWS 10
AS 'MODULE_PATHNAME', 'ims_lock_balances';
COMMENT ON FUNCTION ims._lock_balances IS
    'lock balances as a posting of them would, and read them; a missing one is made as zero';
REVOKE ALL ON FUNCTION ims._lock_balances FROM PUBLIC;

CREATE FUNCTION ims._second_owner(owner text)
RETURNS bigint
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'ims_second_owner';
COMMENT ON FUNCTION ims._second_owner IS
    'owner of that code, for which the caller of the door may act too, or IV202';
REVOKE ALL ON FUNCTION ims._second_owner FROM PUBLIC;

-- The engine asks for itself (stamp.c); this is for what chooses an instant
-- before it posts.
CREATE FUNCTION ims._closed_until(owner_id bigint)
RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT greatest(o.closed_through, (
        SELECT max(c.closed_at) FROM ims.closing AS c WHERE c.owner_id = $1))
    FROM ims.owner AS o
    WHERE o.owner_id = $1
$$;
COMMENT ON FUNCTION ims._closed_until IS
    'end of the closed periods of an owner or its latest closing, null for neither';
REVOKE ALL ON FUNCTION ims._closed_until FROM PUBLIC;

CREATE FUNCTION ims._next_posting_id()
RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT nextval(pg_get_serial_sequence('ims.posting', 'posting_id'))
$$;
COMMENT ON FUNCTION ims._next_posting_id IS 'draw the id of a posting';
REVOKE ALL ON FUNCTION ims._next_posting_id FROM PUBLIC;

CREATE FUNCTION ims._call_hash(call text, arguments jsonb)
RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_call_hash';
COMMENT ON FUNCTION ims._call_hash IS
    'SHA-256 of a call and its arguments; a number is the same however it is written';
REVOKE ALL ON FUNCTION ims._call_hash FROM PUBLIC;

-- The key is claimed before anything is locked.  A second call with the same
-- key waits here for the first, and its lock of the row writes WAL, so that
-- its answer is not older than the first one's commit.
CREATE FUNCTION ims._claim_key(
    owner_id bigint,
    idempotency_key text,
    call text,
    arguments jsonb,
    INOUT posting_id bigint,
    OUT document_number bigint,
    OUT replayed boolean)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    payload bytea;
    is_new boolean;
    first record;
BEGIN
    replayed := false;
    IF idempotency_key IS NULL THEN
        RETURN;
    END IF;
    IF length(idempotency_key) NOT BETWEEN 1 AND 200 THEN
        RAISE 'idempotency_key must have 1 to 200 characters'
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = format('It has %s.', length(idempotency_key));
    END IF;
    payload := ims._call_hash(call, jsonb_strip_nulls(arguments));
    PERFORM ims._engine_begin();
    INSERT INTO ims.posting_key (owner_id, idempotency_key, payload_hash, posting_id)
    VALUES (owner_id, idempotency_key, payload, posting_id)
    ON CONFLICT ON CONSTRAINT posting_key_pkey DO NOTHING;
    is_new := FOUND;
    PERFORM ims._engine_end();
    IF is_new THEN
        RETURN;
    END IF;
    SELECT k.payload_hash, k.posting_id, p.document_number INTO first
    FROM ims.posting_key AS k
    LEFT JOIN ims.posting AS p ON p.owner_id = k.owner_id AND p.posting_id = k.posting_id
    WHERE k.owner_id = owner_id AND k.idempotency_key = idempotency_key
    FOR KEY SHARE OF k;
    IF first.payload_hash IS DISTINCT FROM payload THEN
        RAISE 'idempotency key "%" stands for another call', idempotency_key
            USING ERRCODE = 'IV218',
                DETAIL = 'It was used with another function or other arguments. '
                    || jsonb_build_object('idempotency_key', idempotency_key)::text,
                HINT = 'Repeat a call unchanged, or give a new key to a new call.';
    END IF;
    posting_id := first.posting_id;
    document_number := first.document_number;
    replayed := true;
END
$$;
COMMENT ON FUNCTION ims._claim_key IS
    'take an idempotency key for a call, or the first answer it stands for';
REVOKE ALL ON FUNCTION ims._claim_key FROM PUBLIC;

CREATE FUNCTION ims._posting_id(owner_id bigint, posting_id bigint, document_number bigint)
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    found_id bigint;
BEGIN
    PERFORM ims._check_present('posting_id', posting_id IS NOT NULL OR document_number IS NOT NULL);
    IF posting_id IS NOT NULL THEN
        SELECT p.posting_id INTO found_id
        FROM ims.posting AS p
        WHERE p.owner_id = owner_id AND p.posting_id = posting_id
          AND p.document_number = coalesce(document_number, p.document_number);
    ELSE
        SELECT p.posting_id INTO found_id
        FROM ims.posting AS p
        WHERE p.owner_id = owner_id AND p.document_number = document_number;
    END IF;
    IF found_id IS NULL THEN
        RAISE 'posting % is unknown', coalesce(posting_id, document_number)
            USING ERRCODE = 'IV210',
                DETAIL = 'The owner has no such posting. ' || jsonb_strip_nulls(
                    jsonb_build_object('posting_id', posting_id,
                        'document_number', document_number))::text,
                HINT = 'Postings are in ims_bi.posting.';
    END IF;
    RETURN found_id;
END
$$;
COMMENT ON FUNCTION ims._posting_id IS
    'posting of that id or document number, or of both, or IV210';
REVOKE ALL ON FUNCTION ims._posting_id FROM PUBLIC;

-- What ims.post() takes for a posting of the kind, as ids and base units, for
-- functions that post something else than is written.  Errors call the
-- elements by their numbers.
CREATE FUNCTION ims._resolve_lines(owner_id bigint, kind text, lines jsonb, numbers bigint[])
RETURNS TABLE (
    place bigint,
    item_id bigint,
    lot_id bigint,
    serial_id bigint,
    quantity numeric,
    from_location_id bigint,
    to_location_id bigint,
    from_handling_unit_id bigint,
    to_handling_unit_id bigint,
    entered_quantity numeric,
    entered_unit text,
    measured_quantity numeric,
    reference_line text)
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE ROWS 100
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'ims_resolve_lines';
COMMENT ON FUNCTION ims._resolve_lines IS
    'lines by codes as ids and base units, each with its place in the array';
REVOKE ALL ON FUNCTION ims._resolve_lines FROM PUBLIC;

CREATE FUNCTION ims._check_lines(lines jsonb, VARIADIC allowed text[])
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    bad record;
BEGIN
    IF jsonb_typeof(lines) <> 'array' THEN
        RAISE 'lines must be a JSON array of objects'
            USING ERRCODE = 'IV223',
                DETAIL = format('It is a JSON %s. ', jsonb_typeof(lines))
                    || jsonb_build_object('argument', 'lines')::text,
                HINT = 'Write for example [{"item": "A-1", "quantity": 3}].';
    END IF;
    SELECT l.line, jsonb_typeof(l.value) AS type INTO bad
    FROM jsonb_array_elements(lines) WITH ORDINALITY AS l (value, line)
    WHERE jsonb_typeof(l.value) <> 'object'
    LIMIT 1;
    IF FOUND THEN
        RAISE 'line % is not a JSON object', bad.line
            USING ERRCODE = 'IV223',
                DETAIL = format('It is a JSON %s. ', bad.type)
                    || jsonb_build_object('line', bad.line)::text,
                HINT = 'Write for example {"item": "A-1", "quantity": 3}.';
    END IF;
    SELECT l.line, p.key, jsonb_typeof(p.value) AS type INTO bad
    FROM jsonb_array_elements(lines) WITH ORDINALITY AS l (value, line)
    CROSS JOIN LATERAL jsonb_each(l.value) AS p (key, value)
    WHERE p.key <> ALL (allowed) OR jsonb_typeof(p.value) IN ('array', 'object')
    LIMIT 1;
    IF bad.key = ANY (allowed) THEN
        RAISE 'line %: "%" is not a single value', bad.line, bad.key
            USING ERRCODE = 'IV223',
                DETAIL = format('It is a JSON %s. ', bad.type)
                    || jsonb_build_object('line', bad.line, 'key', bad.key)::text,
                HINT = 'Give a string or a number.';
    ELSIF FOUND THEN
        RAISE 'line %: key "%" is unknown', bad.line, bad.key
            USING ERRCODE = 'IV211',
                DETAIL = format('Known are %s. ', array_to_string(allowed, ', '))
                    || jsonb_build_object('line', bad.line, 'key', bad.key)::text,
                HINT = 'Keys are the names of the arguments.';
    END IF;
END
$$;
COMMENT ON FUNCTION ims._check_lines IS
    'raise unless the value is an array of objects that have only the keys allowed';
REVOKE ALL ON FUNCTION ims._check_lines FROM PUBLIC;

-- Numbers come as text, so that the caller says what is wrong with them.
CREATE FUNCTION ims._quantity_or_null(value text)
RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    number numeric;
BEGIN
    BEGIN
        number := value::numeric;
    EXCEPTION WHEN invalid_text_representation OR numeric_value_out_of_range THEN
        RETURN NULL;
    END;
    RETURN CASE WHEN number = trunc(number, 6) AND number >= 0 AND number < 1e12 THEN number END;
END
$$;
COMMENT ON FUNCTION ims._quantity_or_null IS 'quantity not below zero, null where the text is none';
REVOKE ALL ON FUNCTION ims._quantity_or_null FROM PUBLIC;

CREATE FUNCTION ims._line_number(line bigint, key text, value text)
RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    number CONSTANT numeric := ims._quantity_or_null(value);
BEGIN
    IF value IS NOT NULL AND number IS NULL THEN
        RAISE 'line %: % "%" is not a quantity', line, key, left(value, 120)
            USING ERRCODE = 'IV101',
                DETAIL = 'A quantity has at most six decimals, and is from 0 to below 10^12. '
                    || jsonb_build_object('line', line, key, left(value, 120))::text,
                HINT = 'Give a decimal number, such as 12.5.';
    END IF;
    RETURN number;
END
$$;
COMMENT ON FUNCTION ims._line_number IS 'quantity of a line, not below zero, or IV101';
REVOKE ALL ON FUNCTION ims._line_number FROM PUBLIC;

-- How a unit converts, for one quantity and for thousands in a statement: the
-- planner puts both into the query.  div() is exact; "/" would cut the quotient
-- at some scale.
CREATE FUNCTION ims._in_base_unit(quantity numeric, numerator numeric, denominator numeric)
RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(div(quantity * 1000000 * numerator, denominator) * 0.000001);
COMMENT ON FUNCTION ims._in_base_unit IS
    'quantity in the base unit, cut to six decimals where it is not exact';
REVOKE ALL ON FUNCTION ims._in_base_unit FROM PUBLIC;

CREATE FUNCTION ims._is_exact(quantity numeric, numerator numeric, denominator numeric)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN mod(quantity * 1000000 * numerator, denominator) = 0;
COMMENT ON FUNCTION ims._is_exact IS 'whether six decimals hold the quantity in the base unit';
REVOKE ALL ON FUNCTION ims._is_exact FROM PUBLIC;

-- Exactly, or an error: what a person counted is never rounded silently.
CREATE FUNCTION ims._base_quantity(
    owner_id bigint, item_id bigint, item text, line bigint, quantity numeric, unit text)
RETURNS numeric
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    factor record;
    base_unit text;
    result numeric;
    part text;
BEGIN
    SELECT i.base_unit INTO STRICT base_unit
    FROM ims.item AS i
    WHERE i.owner_id = owner_id AND i.item_id = item_id;
    factor := ims._unit_factor(owner_id, item_id, item, unit);
    result := ims._in_base_unit(quantity, factor.numerator, factor.denominator);
    SELECT u.code INTO part
    FROM ims.unit AS u
    WHERE u.whole
      AND ((u.code = unit AND quantity <> trunc(quantity))
        OR (u.code = base_unit AND result <> trunc(result)))
    LIMIT 1;
    IF FOUND OR result >= 1e12 THEN
        RAISE 'quantity % of item "%" cannot be', quantity, item
            USING ERRCODE = 'IV101',
                DETAIL = CASE WHEN part IS NULL THEN 'It is 10^12 base units or more. '
                        ELSE format('Unit %s has only whole numbers. ', part) END
                    || jsonb_build_object('line', line, 'item', item, 'quantity', quantity,
                        'unit', coalesce(unit, base_unit))::text,
                HINT = 'Check the quantity and its unit.';
    END IF;
    IF NOT ims._is_exact(quantity, factor.numerator, factor.denominator) THEN
        RAISE 'quantity % of item "%" is not exact in its base unit', quantity, item
            USING ERRCODE = 'IV103',
                DETAIL = format('One %s is %s/%s %s. ', unit, factor.numerator, factor.denominator,
                        base_unit)
                    || jsonb_build_object('line', line, 'item', item, 'quantity', quantity,
                        'unit', unit)::text,
                HINT = 'Give the quantity in the base unit.';
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION ims._base_quantity IS
    'quantity in the base unit of the item, or IV101, IV102, IV103';
REVOKE ALL ON FUNCTION ims._base_quantity FROM PUBLIC;

-- What was entered is kept on the line.  Where a line is divided, a part of it
-- was entered in the unit as far as the unit divides too.
CREATE FUNCTION ims._entered_quantity(
    owner_id bigint, item_id bigint, unit text, quantity numeric)
RETURNS numeric
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ims._in_base_unit($4, f.denominator, f.numerator)
    FROM ims.item AS i
    JOIN ims.item_unit AS f
        ON f.owner_id = i.owner_id AND f.item_id = i.item_id AND f.unit <> i.base_unit
    JOIN ims.unit AS u ON u.code = f.unit
    WHERE i.owner_id = $1 AND i.item_id = $2 AND f.unit = $3
      AND ims._is_exact($4, f.denominator, f.numerator)
      AND (NOT u.whole OR mod($4 * f.denominator, f.numerator) = 0)
$$;
COMMENT ON FUNCTION ims._entered_quantity IS
    'base units in another unit of the item, null for the base unit and where it is not exact';
REVOKE ALL ON FUNCTION ims._entered_quantity FROM PUBLIC;
