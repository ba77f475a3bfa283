-- Scans against what is expected: receiving, picking and counting.
--
-- Each call compares the scan with its other arguments, field by field, and
-- answers one row per field with a verdict.  A verdict that has a SQLSTATE
-- refuses the posting.  The check takes no locks; the posting, which does,
-- checks balances, lots and single units again.

CREATE TYPE ims._scan_verdict AS (
    place bigint,
    field text,
    expected text,
    scanned text,
    verdict text,
    state text,
    message text,
    facts jsonb);
COMMENT ON TYPE ims._scan_verdict IS 'one field of a scan beside what was expected';

-- What a field holds and what it should: the rule that most fields share.
CREATE FUNCTION ims._scan_compare(
    place bigint, field text, expected text, scanned text, is_unknown boolean, may_be_new boolean,
    state text, item text)
RETURNS ims._scan_verdict
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT (place, field, expected, scanned, v.verdict,
        CASE v.verdict WHEN 'other' THEN 'IV141' WHEN 'unknown' THEN state END,
        CASE v.verdict
            WHEN 'other' THEN format('%s "%s" was scanned, "%s" is expected',
                replace(field, '_', ' '), scanned, expected)
            WHEN 'unknown' THEN format('%s "%s" is unknown', replace(field, '_', ' '), scanned) END,
        CASE v.verdict
            WHEN 'other' THEN jsonb_build_object('field', field, 'expected', expected,
                'scanned', scanned, 'item', item)
            WHEN 'unknown' THEN jsonb_build_object(field, scanned)
                || CASE field WHEN 'item' THEN '{}' ELSE jsonb_build_object('item', item) END
            END)::ims._scan_verdict
    FROM (SELECT CASE
        WHEN scanned IS NULL THEN 'not_scanned'
        WHEN expected <> scanned THEN 'other'
        WHEN is_unknown AND may_be_new THEN 'new'
        WHEN is_unknown THEN 'unknown'
        ELSE 'ok' END) AS v (verdict)
$$;
COMMENT ON FUNCTION ims._scan_compare IS 'verdict on a field that is a code';
REVOKE ALL ON FUNCTION ims._scan_compare FROM PUBLIC;

-- A field that the label should say and does not, or that is wrong by itself.
CREATE FUNCTION ims._scan_refuse(
    verdict ims._scan_verdict, word text, state text, message text, facts jsonb)
RETURNS ims._scan_verdict
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    verdict.verdict := word;
    verdict.state := state;
    verdict.message := message;
    verdict.facts := jsonb_strip_nulls(facts);
    RETURN verdict;
END
$$;
COMMENT ON FUNCTION ims._scan_refuse IS 'the verdict, replaced by another';
REVOKE ALL ON FUNCTION ims._scan_refuse FROM PUBLIC;

-- The answer to a repeated call: the goods have gone since, but what was posted
-- was not refused.
CREATE FUNCTION ims._scan_answer(verdict ims._scan_verdict, replayed boolean)
RETURNS ims._scan_verdict
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF replayed AND verdict.state IS NOT NULL THEN
        RETURN ims._scan_refuse(verdict, 'ok', NULL, NULL, verdict.facts);
    END IF;
    RETURN verdict;
END
$$;
COMMENT ON FUNCTION ims._scan_answer IS 'a verdict as the first call with the same key had it';
REVOKE ALL ON FUNCTION ims._scan_answer FROM PUBLIC;

CREATE FUNCTION ims._scan_item_verdict(s ims._scanned, expected text, takes_expected boolean)
RETURNS ims._scan_verdict
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v ims._scan_verdict := ims._scan_compare(1, 'item', expected, s.item, false, false, NULL, s.item);
BEGIN
    IF s.kind = 'malformed' THEN
        RETURN ims._scan_refuse(v, 'malformed', s.problems -> 0 ->> 'sqlstate',
            s.problems -> 0 ->> 'message', (s.problems -> 0)
                - '{problem,field,sqlstate,message}'::text[]);
    ELSIF 'item' = ANY (s.unknown) THEN
        v.scanned := s.gtin;
        RETURN ims._scan_refuse(v, 'unknown', 'IV203', format('item of GTIN "%s" is unknown', s.gtin),
            jsonb_build_object('item', s.gtin));
    ELSIF s.kind = 'unknown' THEN
        RETURN ims._scan_refuse(v, 'unknown', 'IV140', 'the scan names nothing that is known',
            jsonb_build_object('scan', s.problems -> -1 -> 'scan'));
    ELSIF s.item IS NULL AND takes_expected THEN
        v.verdict := 'taken';
    ELSIF s.item IS NULL THEN
        RETURN ims._scan_refuse(v, 'not_scanned', 'IV141', 'the scan names no item',
            jsonb_build_object('field', 'item', 'expected', expected));
    ELSIF v.state IS NULL AND s.problems @> '[{"problem": "item_inactive"}]' THEN
        RETURN ims._scan_refuse(v, 'inactive', 'IV212', format('item "%s" is inactive', s.item),
            jsonb_build_object('item', s.item));
    ELSIF v.state IS NULL AND (s.problems @> '[{"problem": "ambiguous", "field": "quantity"}]'
        OR s.problems @> '[{"problem": "ambiguous"}]' AND expected IS NULL)
    THEN
        RETURN ims._scan_refuse(v, 'ambiguous', 'IV140', 'the scan may mean several things',
            jsonb_build_object('item', s.item));
    END IF;
    RETURN v;
END
$$;
COMMENT ON FUNCTION ims._scan_item_verdict IS 'verdict on the item of a scan';
REVOKE ALL ON FUNCTION ims._scan_item_verdict FROM PUBLIC;

CREATE FUNCTION ims._scan_lot_verdict(
    s ims._scanned, expected text, verb text, may_be_new boolean, tracking text)
RETURNS ims._scan_verdict
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v ims._scan_verdict := ims._scan_compare(2, 'lot', expected, s.lot, 'lot' = ANY (s.unknown),
        may_be_new, 'IV205', s.item);
    held text := jsonb_path_query_first(s.problems,
        '$[*] ? (@.field == "lot" && @.sqlstate == "IV304").status') #>> '{}';
BEGIN
    IF v.state IS NOT NULL THEN
        RETURN v;
    ELSIF s.item IS NULL THEN
        v.verdict := 'taken';
    ELSIF s.lot IS NULL AND expected IS NOT NULL THEN
        RETURN ims._scan_refuse(v, 'not_scanned', 'IV141', 'the scan names no lot',
            jsonb_build_object('field', 'lot', 'expected', expected, 'item', s.item));
    ELSIF s.lot IS NULL AND tracking = 'lot' THEN
        RETURN ims._scan_refuse(v, 'not_scanned', 'IV213',
            format('item "%s" is tracked by lot', s.item),
            jsonb_build_object('item', s.item, 'tracking', tracking));
    ELSIF held IS NOT NULL THEN
        RETURN ims._scan_refuse(v, held, CASE verb WHEN 'pick' THEN 'IV304' END,
            format('lot "%s" is %s', s.lot, replace(held, '_', ' ')),
            jsonb_build_object('item', s.item, 'lot', s.lot, 'status', held));
    END IF;
    RETURN v;
END
$$;
COMMENT ON FUNCTION ims._scan_lot_verdict IS 'verdict on the lot of a scan';
REVOKE ALL ON FUNCTION ims._scan_lot_verdict FROM PUBLIC;

CREATE FUNCTION ims._scan_serial_verdict(
    s ims._scanned, expected text, verb text, may_be_new boolean, tracking text, location text)
RETURNS ims._scan_verdict
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v ims._scan_verdict := ims._scan_compare(3, 'serial', expected, s.serial,
        'serial' = ANY (s.unknown), may_be_new, 'IV206', s.item);
BEGIN
    IF v.state IS NOT NULL THEN
        RETURN v;
    ELSIF s.item IS NULL THEN
        v.verdict := 'taken';
    ELSIF s.serial IS NULL AND expected IS NOT NULL THEN
        RETURN ims._scan_refuse(v, 'not_scanned', 'IV141', 'the scan names no serial',
            jsonb_build_object('field', 'serial', 'expected', expected, 'item', s.item));
    ELSIF s.serial IS NULL AND tracking = 'serial' THEN
        RETURN ims._scan_refuse(v, 'not_scanned', 'IV213',
            format('item "%s" is tracked by serial', s.item),
            jsonb_build_object('item', s.item, 'tracking', tracking));
    ELSIF s.problems @> '[{"problem": "serial_of_other_lot"}]' THEN
        RETURN ims._scan_refuse(v, 'of_other_lot', 'IV213',
            format('serial "%s" is of another lot than "%s"', s.serial, s.lot),
            jsonb_build_object('item', s.item, 'serial', s.serial));
    ELSIF verb = 'pick' AND s.problems @> '[{"problem": "serial_elsewhere"}]'
        OR verb = 'receive' AND s.problems @> '[{"problem": "serial_elsewhere"}]'
    THEN
        RETURN ims._scan_refuse(v, CASE verb WHEN 'pick' THEN 'elsewhere' ELSE 'in_stock' END,
            'IV305', CASE WHEN s.location IS NULL
                THEN format('serial "%s" is not in stock', s.serial)
                ELSE format('serial "%s" lies at "%s"', s.serial, s.location) END,
            jsonb_build_object('item', s.item, 'serial', s.serial, 'location', s.location));
    ELSIF verb = 'count' AND s.problems @> '[{"problem": "serial_elsewhere"}]' THEN
        v.verdict := 'elsewhere';
    END IF;
    RETURN v;
END
$$;
COMMENT ON FUNCTION ims._scan_serial_verdict IS 'verdict on the single unit of a scan';
REVOKE ALL ON FUNCTION ims._scan_serial_verdict FROM PUBLIC;

-- Usable until the end of its last day.  Without a minimum that is today.
CREATE FUNCTION ims._scan_expiry_verdict(
    s ims._scanned, item text, lot text, minimum date, today date, verb text)
RETURNS ims._scan_verdict
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v ims._scan_verdict;
    refuses CONSTANT boolean := verb <> 'count';
    differing CONSTANT jsonb := jsonb_path_query_first(s.problems,
        '$[*] ? (@.problem == "date_differs" && @.field == "expires_on")');
    expires_on CONSTANT date := least(s.expires_on, (differing ->> 'expected')::date);
    wanted CONSTANT date := coalesce(minimum, today);
BEGIN
    v.place := 4;
    v.field := 'expires_on';
    v.expected := to_jsonb(minimum) #>> '{}';
    v.scanned := to_jsonb(s.expires_on) #>> '{}';
    v.verdict := CASE WHEN s.expires_on IS NULL THEN 'not_scanned' ELSE 'ok' END;
    IF s.item IS NULL AND s.expires_on IS NULL AND minimum IS NULL THEN
        v.verdict := 'taken';
    ELSIF minimum IS NOT NULL AND s.expires_on IS NULL THEN
        RETURN ims._scan_refuse(v, 'not_scanned', CASE WHEN refuses THEN 'IV142' END,
            format('no expiry date of item "%s" is known', item),
            jsonb_build_object('item', item, 'lot', lot, 'minimum_expiry', minimum));
    ELSIF expires_on < wanted THEN
        RETURN ims._scan_refuse(v, CASE WHEN expires_on < today THEN 'expired' ELSE 'too_early' END,
            CASE WHEN refuses THEN 'IV142' END,
            format('item "%s" expires too early', item),
            jsonb_build_object('item', item, 'lot', lot, 'expires_on', expires_on,
                'minimum_expiry', wanted));
    ELSIF differing IS NOT NULL THEN
        RETURN ims._scan_refuse(v, 'other', CASE WHEN refuses THEN 'IV141' END,
            format('the label of lot "%s" has another expiry date than the lot', s.lot),
            jsonb_build_object('field', 'expires_on', 'expected', differing -> 'expected',
                'scanned', differing -> 'scanned', 'item', s.item, 'lot', s.lot));
    END IF;
    RETURN v;
END
$$;
COMMENT ON FUNCTION ims._scan_expiry_verdict IS 'verdict on the expiry date of a scan';
REVOKE ALL ON FUNCTION ims._scan_expiry_verdict FROM PUBLIC;

-- In base units.  Less than expected is no fault: the rest may follow.
CREATE FUNCTION ims._scan_quantity_verdict(
    s ims._scanned, scanned numeric, expected numeric, verb text)
RETURNS ims._scan_verdict
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v ims._scan_verdict;
BEGIN
    v.place := 5;
    v.field := 'quantity';
    v.expected := trim_scale(expected)::text;
    v.scanned := trim_scale(scanned)::text;
    v.verdict := CASE WHEN s.item IS NULL THEN 'taken' WHEN scanned > expected THEN 'over'
        WHEN scanned < expected THEN 'under' ELSE 'ok' END;
    IF v.verdict IN ('over', 'under') AND s.problems @> '[{"problem": "units_inside"}]' THEN
        RETURN ims._scan_refuse(v, v.verdict, 'IV223',
            format('%s of item "%s" were counted on handling unit "%s", the books have %s in units inside',
                v.scanned, s.item, s.handling_unit, v.expected),
            jsonb_build_object('item', s.item, 'handling_unit', s.handling_unit,
                'expected', trim_scale(expected), 'scanned', trim_scale(scanned)));
    ELSIF v.verdict = 'over' AND verb <> 'count' THEN
        RETURN ims._scan_refuse(v, 'over', 'IV143',
            format('%s of item "%s" were scanned, %s are expected', v.scanned, s.item, v.expected),
            jsonb_build_object('item', s.item, 'expected', trim_scale(expected),
                'scanned', trim_scale(scanned)));
    END IF;
    RETURN v;
END
$$;
COMMENT ON FUNCTION ims._scan_quantity_verdict IS 'verdict on the quantity of a scan';
REVOKE ALL ON FUNCTION ims._scan_quantity_verdict FROM PUBLIC;

CREATE FUNCTION ims._scan_unit_verdict(s ims._scanned, expected text, may_be_new boolean)
RETURNS ims._scan_verdict
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v ims._scan_verdict := ims._scan_compare(6, 'handling_unit', expected, s.handling_unit,
        'handling_unit' = ANY (s.unknown), may_be_new, 'IV207', s.item);
    wrong jsonb := jsonb_path_query_first(s.problems,
        '$[*] ? (@.problem like_regex "^handling_unit_(closed|in_stock|elsewhere)$")');
    facts jsonb;
BEGIN
    IF v.state IS NOT NULL OR wrong IS NULL THEN
        RETURN v;
    END IF;
    facts := wrong - '{problem,field,sqlstate}'::text[];
    RETURN ims._scan_refuse(v, replace(wrong ->> 'problem', 'handling_unit_', ''),
        wrong ->> 'sqlstate', CASE wrong ->> 'problem'
            WHEN 'handling_unit_closed'
            THEN format('handling unit "%s" is closed', facts ->> 'handling_unit')
            WHEN 'handling_unit_in_stock'
            THEN format('handling unit "%s" is in stock already', facts ->> 'handling_unit')
            ELSE format('handling unit "%s" lies at %s', facts ->> 'handling_unit',
                coalesce('"' || (facts ->> 'location') || '"', 'other places')) END, facts);
END
$$;
COMMENT ON FUNCTION ims._scan_unit_verdict IS 'verdict on the handling unit of a scan';
REVOKE ALL ON FUNCTION ims._scan_unit_verdict FROM PUBLIC;

-- All verdicts, of the fields that the call or the scan speaks of.
CREATE FUNCTION ims._scan_verdicts(
    s ims._scanned, verb text, call jsonb, quantity numeric, expected numeric, tracking text,
    today date)
RETURNS SETOF ims._scan_verdict
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT (v.verdict).*
    FROM (
        SELECT (call ->> 'register')::boolean AS may_be_new) AS r
    CROSS JOIN LATERAL (VALUES
        (ims._scan_item_verdict(s, call ->> 'item',
            s.kind = 'handling_unit' AND call ? 'item' AND call ? 'quantity' AND verb <> 'count')),
        (ims._scan_lot_verdict(s, call ->> 'lot', verb, r.may_be_new, tracking)),
        (ims._scan_serial_verdict(s, call ->> 'serial', verb, r.may_be_new,
            CASE WHEN verb <> 'pick' OR s.kind <> 'handling_unit' THEN tracking END,
            call ->> 'location')),
        (ims._scan_expiry_verdict(s, coalesce(s.item, call ->> 'item'),
            CASE WHEN s.item IS NULL THEN call ->> 'lot' ELSE s.lot END,
            (call ->> 'minimum_expiry')::date, today, verb)),
        (ims._scan_quantity_verdict(s, quantity, expected, verb)),
        (ims._scan_unit_verdict(s, call ->> 'handling_unit', r.may_be_new)),
        (ims._scan_compare(7, 'order_number', call ->> 'order_number', s.order_number,
            false, false, NULL, s.item))
        ) AS v (verdict)
    WHERE (v.verdict).field = 'item'
       OR (v.verdict).state IS NOT NULL OR (v.verdict).scanned IS NOT NULL
       OR (v.verdict).expected IS NOT NULL
    ORDER BY (v.verdict).place
$$;
COMMENT ON FUNCTION ims._scan_verdicts IS 'verdicts on the fields of a scan';
REVOKE ALL ON FUNCTION ims._scan_verdicts FROM PUBLIC;

CREATE FUNCTION ims._raise_verdict(verdicts ims._scan_verdict[])
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v record;
BEGIN
    SELECT r.* INTO v
    FROM unnest(verdicts) AS r
    WHERE r.state IS NOT NULL
    ORDER BY r.place
    LIMIT 1;
    IF FOUND THEN
        RAISE '%', v.message
            USING ERRCODE = v.state,
                DETAIL = format('Expected %s, scanned %s. ', coalesce(v.expected, 'nothing else'),
                    coalesce(v.scanned, 'nothing')) || coalesce(v.facts, '{}')::text,
                HINT = CASE v.state
                    WHEN 'IV223' THEN 'Count what is in each of the units, by its own label.'
                    WHEN 'IV242' THEN 'Was it received before? To add to it, scan other goods, '
                        'and name it as handling_unit.'
                    WHEN 'IV305' THEN 'Where it lies, ims.where_is() tells; post the move that '
                        'was forgotten.'
                    ELSE 'Call without post to see every verdict.' END;
    END IF;
END
$$;
COMMENT ON FUNCTION ims._raise_verdict IS 'raise the first verdict that refuses';
REVOKE ALL ON FUNCTION ims._raise_verdict FROM PUBLIC;

-- Another scanner may make the lot meanwhile.
CREATE FUNCTION ims._register_lot(owner_id bigint, s ims._scanned, actor text)
RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN c.lot_id
    FROM ims._create_lot(owner_id, s.item, s.lot, made_on => s.made_on,
        best_before => s.best_before, sell_by => s.sell_by, expires_on => s.expires_on,
        actor => actor) AS c;
EXCEPTION WHEN unique_violation THEN
    RETURN ims._lot_id(owner_id, s.item_id, s.lot);
END
$$;
COMMENT ON FUNCTION ims._register_lot IS 'make the lot that a label names, with its dates';
REVOKE ALL ON FUNCTION ims._register_lot FROM PUBLIC;

-- Makes the lot and the single unit that a label names.  The lot may come from
-- another scanner meanwhile; a single unit may not.
CREATE FUNCTION ims._register_goods(owner_id bigint, s ims._scanned, actor text)
RETURNS ims._scanned
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    IF 'lot' = ANY (s.unknown) THEN
        s.lot_id := ims._register_lot(owner_id, s, actor);
    END IF;
    IF 'serial' = ANY (s.unknown) THEN
        SELECT c.serial_id INTO s.serial_id
        FROM ims._create_serials(owner_id, s.item, ARRAY[s.serial], s.lot, actor => actor) AS c;
    END IF;
    RETURN s;
END
$$;
COMMENT ON FUNCTION ims._register_goods IS 'make the lot and serial of a label that nobody knows yet';
REVOKE ALL ON FUNCTION ims._register_goods FROM PUBLIC;

CREATE FUNCTION ims._post_scan(
    owner_id bigint, verb text, s ims._scanned, call jsonb, quantity numeric, posting_id bigint,
    from_id bigint, to_id bigint, OUT document_number bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    unit_id bigint;
    posting jsonb;
    line jsonb;
    entered numeric;
    measured numeric;
BEGIN
    LOCK TABLE ims.movement IN ROW EXCLUSIVE MODE;
    IF verb = 'receive' THEN
        s := ims._register_scan(owner_id, s, call, to_id);
    END IF;
    unit_id := ims._scan_unit_id(owner_id, s, verb, call ->> 'handling_unit');
    posting := jsonb_build_object(
        'owner_id', owner_id, 'posting_id', posting_id,
        'kind', CASE WHEN verb = 'receive' THEN 'receive'
            WHEN to_id = 3 THEN 'ship' ELSE 'transfer' END,
        'effective_at', (call ->> 'effective_at')::timestamp AT TIME ZONE 'UTC',
        'party_id', CASE WHEN call ? 'party' THEN ims._party_id(owner_id, call ->> 'party') END,
        'reason', call -> 'reason', 'actor', call -> 'actor',
        'reference_type', call -> 'reference_type',
        'reference_number', call -> 'reference_number',
        'idempotency_key', call -> 'idempotency_key');
    entered := ims._entered_quantity(owner_id, s.item_id, s.unit, quantity);
    line := jsonb_build_object('reference_line', call -> 'reference_line',
        'entered_quantity', entered,
        'entered_unit', CASE WHEN entered IS NOT NULL THEN s.unit END);
    IF verb = 'pick' AND s.kind = 'handling_unit' AND from_id <> to_id
        AND ims._takes_all(owner_id, unit_id, s, quantity, from_id)
    THEN
        document_number := ims._pick_unit(owner_id, unit_id, s, quantity, posting, line,
            from_id, to_id);
        IF document_number IS NOT NULL THEN
            RETURN;
        END IF;
    END IF;
    -- what the label measures, where that is what the item is measured in
    SELECT coalesce((call ->> 'labels')::numeric, 1) * ims.measure_amount(ims.measure_in(
        ims.measure_make(s.measured_quantity, s.measured_unit), i.measured_unit, 'half_up', 6))
    INTO measured
    FROM ims.item AS i
    WHERE i.owner_id = owner_id AND i.item_id = s.item_id
      AND ims._unit_dimension(i.measured_unit) = ims._unit_dimension(s.measured_unit);
    SELECT r.document_number INTO document_number
    FROM ims._post_lines(jsonb_build_array(posting),
        jsonb_build_array(line || jsonb_build_object(
            'item_id', s.item_id, 'quantity', quantity, 'lot_id', coalesce(s.lot_id, 0),
            'serial_id', coalesce(s.serial_id, 0),
            'from_location_id', from_id, 'to_location_id', to_id,
            'from_handling_unit_id', CASE verb WHEN 'pick' THEN unit_id ELSE 0 END,
            'to_handling_unit_id', CASE verb WHEN 'receive' THEN unit_id ELSE 0 END,
            'measured_quantity', measured,
            'unit_cost', call -> 'unit_cost', 'currency', call -> 'currency'))) AS r;
END
$$;
COMMENT ON FUNCTION ims._post_scan IS 'post what was scanned, as received or picked';
REVOKE ALL ON FUNCTION ims._post_scan FROM PUBLIC;

-- The scan of a call, and how much it is: base units of the labels together,
-- and what the call expects.  A pallet label that says nothing of its content
-- is taken for what the call expects.
CREATE FUNCTION ims._read_scan_call(
    owner_id bigint, verb text, call jsonb, location_id bigint, today date, OUT s ims._scanned,
    OUT quantity numeric, OUT expected numeric, OUT tracking text)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    labels CONSTANT numeric := coalesce((call ->> 'labels')::numeric, 1);
    item_id bigint;
BEGIN
    PERFORM ims._check_present('scan', call ? 'scan');
    PERFORM ims._check_text('scan', call ->> 'scan', 10000);
    PERFORM ims._check_range('labels', labels, 1, 1000000);
    IF labels <> trunc(labels) THEN
        RAISE 'labels come in whole numbers'
            USING ERRCODE = 'IV101',
                DETAIL = format('It is %s. ', labels)
                    || jsonb_build_object('argument', 'labels', 'quantity', labels)::text,
                HINT = 'Give what was counted as quantity where it is a part of a label.';
    END IF;
    IF call ? 'item' THEN
        item_id := ims._item_id(owner_id, call ->> 'item');
    END IF;
    -- What arrives is nowhere yet.
    s := ims._scan_resolve(owner_id, call ->> 'scan', false, today,
        CASE verb WHEN 'receive' THEN 0 ELSE location_id END, item_id, NULL);
    IF verb = 'receive' THEN
        s := ims._scan_arriving(owner_id, s, call, location_id);
    ELSE
        s := ims._scan_load(owner_id, s, location_id, today,
            verb = 'count' OR NOT call ?& '{item,quantity}');
    END IF;
    IF s.item_id IS NOT NULL THEN
        quantity := ims._base_quantity(owner_id, s.item_id, s.item, NULL, s.quantity * labels,
            s.unit);
    ELSIF s.kind = 'handling_unit' AND item_id IS NOT NULL AND call ? 'lot' THEN
        s.expires_on := (SELECT l.expires_on FROM ims.lot AS l
            WHERE l.owner_id = owner_id AND l.item_id = item_id AND l.code = call ->> 'lot');
    END IF;
    IF call ? 'quantity' AND coalesce(s.item_id, item_id) IS NOT NULL THEN
        PERFORM ims._check_quantity('quantity', (call ->> 'quantity')::numeric, 0);
        expected := ims._base_quantity(owner_id, coalesce(item_id, s.item_id),
            coalesce(call ->> 'item', s.item), NULL, (call ->> 'quantity')::numeric,
            call ->> 'unit');
    END IF;
    tracking := (SELECT i.tracking FROM ims.item AS i
        WHERE i.owner_id = owner_id AND i.item_id = s.item_id);
END
$$;
COMMENT ON FUNCTION ims._read_scan_call IS 'scan of a call, with quantities in base units';
REVOKE ALL ON FUNCTION ims._read_scan_call FROM PUBLIC;

CREATE FUNCTION ims._take_expected(owner_id bigint, s ims._scanned, call jsonb)
RETURNS ims._scanned
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF s.item_id IS NULL THEN
        s.item := call ->> 'item';
        s.item_id := ims._item_id(owner_id, s.item);
        s.unit := call ->> 'unit';
        IF call ? 'lot' THEN
            s.lot_id := ims._lot_id(owner_id, s.item_id, call ->> 'lot');
        END IF;
        IF call ? 'serial' THEN
            s.serial_id := ims._serial_id(owner_id, s.item_id, call ->> 'serial');
        END IF;
    END IF;
    RETURN s;
END
$$;
COMMENT ON FUNCTION ims._take_expected IS 'the scan, with the item of the call where it names none';
REVOKE ALL ON FUNCTION ims._take_expected FROM PUBLIC;

-- Receiving and picking: the verdicts, and the posting where it is asked for.
CREATE FUNCTION ims._move_scan(owner_id bigint, verb text, call jsonb, post boolean)
RETURNS TABLE (
    field text,
    expected text,
    scanned text,
    verdict text,
    "sqlstate" text,
    message text,
    posting_id bigint,
    document_number bigint,
    status text,
    replayed boolean)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 5
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    from_id bigint;
    to_id bigint;
    today date;
    reading record;
    verdicts ims._scan_verdict[];
BEGIN
    from_id := CASE verb WHEN 'receive' THEN 2
        ELSE ims._location_id(call ->> 'from_location', 'from_location') END;
    to_id := CASE WHEN verb = 'pick' AND NOT call ? 'to_location' THEN 3
        ELSE ims._location_id(call ->> 'to_location', 'to_location') END;
    today := ims._day_at(owner_id, CASE verb WHEN 'pick' THEN from_id ELSE to_id END,
        clock_timestamp());
    IF post THEN
        SELECT k.posting_id, k.document_number, k.replayed
        INTO posting_id, document_number, replayed
        FROM ims._claim_key(owner_id, call ->> 'idempotency_key', verb || '_scan',
            call - 'idempotency_key', ims._next_posting_id()) AS k;
    END IF;
    reading := ims._read_scan_call(owner_id, verb, call,
        CASE verb WHEN 'pick' THEN from_id ELSE to_id END, today);
    verdicts := ARRAY(SELECT v FROM ims._scan_verdicts(reading.s, verb, call,
        reading.quantity, reading.expected, reading.tracking, today) AS v ORDER BY v.place);
    status := CASE WHEN EXISTS (SELECT FROM unnest(verdicts) AS v WHERE v.state IS NOT NULL)
        THEN 'refused' ELSE 'checked' END;
    IF replayed THEN
        status := 'posted';
    ELSIF post THEN
        PERFORM ims._raise_verdict(verdicts);
        SELECT r.document_number INTO document_number
        FROM ims._post_scan(owner_id, verb, ims._take_expected(owner_id, reading.s, call),
            call, CASE WHEN (reading.s).item_id IS NULL THEN reading.expected
                ELSE reading.quantity END, posting_id, from_id, to_id) AS r;
        status := 'posted';
    END IF;
    RETURN QUERY
    SELECT v.field, v.expected, v.scanned, v.verdict, v.state, v.message,
        CASE status WHEN 'posted' THEN posting_id END,
        CASE status WHEN 'posted' THEN document_number END, status, coalesce(replayed, false)
    FROM unnest(verdicts) AS u
    CROSS JOIN LATERAL ims._scan_answer(u, replayed) AS v
    ORDER BY v.place;
END
$$;
COMMENT ON FUNCTION ims._move_scan IS 'verdicts on a scan, and its posting';
REVOKE ALL ON FUNCTION ims._move_scan FROM PUBLIC;

CREATE FUNCTION ims._receive_scan(
    owner_id bigint,
    scan text DEFAULT NULL,
    item text DEFAULT NULL,
    quantity numeric DEFAULT NULL,
    unit text DEFAULT NULL,
    labels numeric DEFAULT 1,
    to_location text DEFAULT NULL,
    lot text DEFAULT NULL,
    serial text DEFAULT NULL,
    minimum_expiry date DEFAULT NULL,
    handling_unit text DEFAULT NULL,
    order_number text DEFAULT NULL,
    register boolean DEFAULT false,
    post boolean DEFAULT false,
    effective_at timestamptz DEFAULT NULL,
    reason text DEFAULT NULL,
    party text DEFAULT NULL,
    reference_type text DEFAULT NULL,
    reference_number text DEFAULT NULL,
    reference_line text DEFAULT NULL,
    unit_cost numeric DEFAULT NULL,
    currency text DEFAULT NULL,
    actor text DEFAULT NULL,
    idempotency_key text DEFAULT NULL)
RETURNS TABLE (
    field text,
    expected text,
    scanned text,
    verdict text,
    "sqlstate" text,
    message text,
    posting_id bigint,
    document_number bigint,
    status text,
    replayed boolean)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 5
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    RETURN QUERY SELECT r.* FROM ims._move_scan(owner_id, 'receive',
        jsonb_strip_nulls(jsonb_build_object('scan', scan, 'item', item, 'quantity', quantity,
            'unit', unit, 'labels', labels, 'to_location', to_location, 'lot', lot,
            'serial', serial, 'minimum_expiry', minimum_expiry, 'handling_unit', handling_unit,
            'order_number', order_number, 'register', coalesce(register, false),
            'effective_at', effective_at AT TIME ZONE 'UTC', 'reason', reason, 'party', party,
            'reference_type', reference_type, 'reference_number', reference_number,
            'reference_line', reference_line, 'unit_cost', unit_cost, 'currency', currency,
            'actor', actor, 'idempotency_key', idempotency_key)),
        coalesce(post, false)) AS r;
END
$$;
COMMENT ON FUNCTION ims._receive_scan IS 'internal form of ims.receive_scan()';
REVOKE ALL ON FUNCTION ims._receive_scan FROM PUBLIC;

CREATE FUNCTION ims.receive_scan(
    owner text DEFAULT NULL,
    scan text DEFAULT NULL,
    item text DEFAULT NULL,
    quantity numeric DEFAULT NULL,
    unit text DEFAULT NULL,
    labels numeric DEFAULT 1,
    to_location text DEFAULT NULL,
    lot text DEFAULT NULL,
    serial text DEFAULT NULL,
    minimum_expiry date DEFAULT NULL,
    handling_unit text DEFAULT NULL,
    order_number text DEFAULT NULL,
    register boolean DEFAULT false,
    post boolean DEFAULT false,
    effective_at timestamptz DEFAULT NULL,
    reason text DEFAULT NULL,
    party text DEFAULT NULL,
    reference_type text DEFAULT NULL,
    reference_number text DEFAULT NULL,
    reference_line text DEFAULT NULL,
    unit_cost numeric DEFAULT NULL,
    currency text DEFAULT NULL,
    actor text DEFAULT NULL,
    idempotency_key text DEFAULT NULL,
    dry_run boolean DEFAULT false)
RETURNS TABLE (
    field text,
    expected text,
    scanned text,
    verdict text,
    "sqlstate" text,
    message text,
    posting_id bigint,
    document_number bigint,
    status text,
    replayed boolean)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 5
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.receive_scan IS
'check a scan of arriving goods against what is expected, and receive them

item, lot, serial, handling_unit and order_number are what is expected, quantity how much at
most, minimum_expiry the earliest expiry date (today at the site unless given); labels tells how
many labels like this one there are. One row per field with a verdict. With post => true goods
are received as scanned, unless a verdict has a SQLSTATE, which is raised: IV140 to IV143, or
what the posting itself would raise. register => true makes lots, serials and handling units
that only the label knows. A handling unit arrives once (IV242); goods are added to one by their
own label with handling_unit, or by one of the unit with another item or lot.
Example: SELECT * FROM ims.receive_scan(scan => ''(01)09520123456788(17)271231(10)ABC'',
item => ''A-1'', quantity => 12, to_location => ''DOCK'', register => true, post => true);';
REVOKE ALL ON FUNCTION ims.receive_scan FROM PUBLIC;

CREATE FUNCTION ims._pick_scan(
    owner_id bigint,
    scan text DEFAULT NULL,
    item text DEFAULT NULL,
    quantity numeric DEFAULT NULL,
    unit text DEFAULT NULL,
    labels numeric DEFAULT 1,
    from_location text DEFAULT NULL,
    to_location text DEFAULT NULL,
    lot text DEFAULT NULL,
    serial text DEFAULT NULL,
    minimum_expiry date DEFAULT NULL,
    handling_unit text DEFAULT NULL,
    post boolean DEFAULT false,
    effective_at timestamptz DEFAULT NULL,
    reason text DEFAULT NULL,
    party text DEFAULT NULL,
    reference_type text DEFAULT NULL,
    reference_number text DEFAULT NULL,
    reference_line text DEFAULT NULL,
    actor text DEFAULT NULL,
    idempotency_key text DEFAULT NULL)
RETURNS TABLE (
    field text,
    expected text,
    scanned text,
    verdict text,
    "sqlstate" text,
    message text,
    posting_id bigint,
    document_number bigint,
    status text,
    replayed boolean)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 5
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    RETURN QUERY SELECT r.* FROM ims._move_scan(owner_id, 'pick',
        jsonb_strip_nulls(jsonb_build_object('scan', scan, 'item', item, 'quantity', quantity,
            'unit', unit, 'labels', labels, 'from_location', from_location,
            'to_location', to_location, 'lot', lot, 'serial', serial,
            'minimum_expiry', minimum_expiry, 'handling_unit', handling_unit,
            'effective_at', effective_at AT TIME ZONE 'UTC', 'reason', reason, 'party', party,
            'reference_type', reference_type, 'reference_number', reference_number,
            'reference_line', reference_line, 'actor', actor,
            'idempotency_key', idempotency_key)),
        coalesce(post, false)) AS r;
END
$$;
COMMENT ON FUNCTION ims._pick_scan IS 'internal form of ims.pick_scan()';
REVOKE ALL ON FUNCTION ims._pick_scan FROM PUBLIC;

CREATE FUNCTION ims.pick_scan(
    owner text DEFAULT NULL,
    scan text DEFAULT NULL,
    item text DEFAULT NULL,
    quantity numeric DEFAULT NULL,
    unit text DEFAULT NULL,
    labels numeric DEFAULT 1,
    from_location text DEFAULT NULL,
    to_location text DEFAULT NULL,
    lot text DEFAULT NULL,
    serial text DEFAULT NULL,
    minimum_expiry date DEFAULT NULL,
    handling_unit text DEFAULT NULL,
    post boolean DEFAULT false,
    effective_at timestamptz DEFAULT NULL,
    reason text DEFAULT NULL,
    party text DEFAULT NULL,
    reference_type text DEFAULT NULL,
    reference_number text DEFAULT NULL,
    reference_line text DEFAULT NULL,
    actor text DEFAULT NULL,
    idempotency_key text DEFAULT NULL,
    dry_run boolean DEFAULT false)
RETURNS TABLE (
    field text,
    expected text,
    scanned text,
    verdict text,
    "sqlstate" text,
    message text,
    posting_id bigint,
    document_number bigint,
    status text,
    replayed boolean)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 5
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.pick_scan IS
'check a scan of picked goods against what was asked for, and move them

As ims.receive_scan(): with post => true goods go from from_location to to_location (a
transfer), or to the customer where there is none (a shipment). Another item, lot or unit than
asked for, an expired or held lot, a single unit that lies elsewhere, more than quantity:
each is refused with its SQLSTATE and the numbers. The label of a handling unit with all that
is in it moves or ships the unit; the SSCC alone is all of it, where it is one load.
Example: SELECT * FROM ims.pick_scan(scan => ''(01)09520123456788(10)ABC'', item => ''A-1'',
lot => ''ABC'', quantity => 1, from_location => ''BIN-7'', post => true);';
REVOKE ALL ON FUNCTION ims.pick_scan FROM PUBLIC;

CREATE FUNCTION ims._count_scan(
    owner_id bigint,
    scan text DEFAULT NULL,
    item text DEFAULT NULL,
    quantity numeric DEFAULT NULL,
    unit text DEFAULT NULL,
    labels numeric DEFAULT 1,
    location text DEFAULT NULL,
    lot text DEFAULT NULL,
    handling_unit text DEFAULT NULL,
    post boolean DEFAULT false,
    counted_at timestamptz DEFAULT NULL,
    reason text DEFAULT NULL,
    reference_type text DEFAULT NULL,
    reference_number text DEFAULT NULL,
    actor text DEFAULT NULL,
    idempotency_key text DEFAULT NULL)
RETURNS TABLE (
    field text,
    expected text,
    scanned text,
    verdict text,
    "sqlstate" text,
    message text,
    posting_id bigint,
    document_number bigint,
    status text,
    replayed boolean)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 5
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    call CONSTANT jsonb := jsonb_strip_nulls(jsonb_build_object('scan', scan, 'item', item,
        'quantity', quantity, 'unit', unit, 'labels', labels, 'lot', lot,
        'handling_unit', handling_unit));
    location_id CONSTANT bigint := ims._location_id(location);
    today CONSTANT date := ims._day_at(owner_id, location_id, clock_timestamp());
    reading record;
    s ims._scanned;
    book record;
    verdicts ims._scan_verdict[];
BEGIN
    replayed := false;
    IF post THEN
        SELECT k.posting_id, k.document_number, k.replayed
        INTO posting_id, document_number, replayed
        FROM ims._claim_key(owner_id, idempotency_key, 'count_scan', call || jsonb_build_object(
            'location', location, 'counted_at', extract(epoch FROM counted_at),
            'reason', reason, 'reference_type', reference_type,
            'reference_number', reference_number, 'actor', actor),
            ims._next_posting_id()) AS k;
    END IF;
    reading := ims._read_scan_call(owner_id, 'count', call, location_id, today);
    IF post AND NOT replayed AND (reading.s).kind = 'handling_unit'
        AND (reading.s).handling_unit_id IS NOT NULL
    THEN
        PERFORM ims._lock_unit(owner_id, (reading.s).handling_unit_id);
        reading := ims._read_scan_call(owner_id, 'count', call, location_id, today);
    END IF;
    s := reading.s;
    -- The unit that a label on the shelf names, not the one that the books say.
    IF s.kind <> 'handling_unit' THEN
        s.handling_unit := NULL;
    END IF;
    book := ims._count_book(owner_id, s, location_id, handling_unit, counted_at);
    IF book.lines IS NOT NULL THEN
        s := ims._scan_problem(s, 'units_inside', 'quantity', NULL);
    END IF;
    verdicts := ARRAY(SELECT v FROM ims._scan_verdicts(s, 'count', call,
        coalesce(reading.expected, reading.quantity),
        CASE WHEN s.item_id IS NOT NULL THEN book.quantity END,
        reading.tracking, today) AS v ORDER BY v.place);
    status := CASE WHEN EXISTS (SELECT FROM unnest(verdicts) AS v WHERE v.state IS NOT NULL)
        THEN 'refused' ELSE 'checked' END;
    IF replayed THEN
        status := 'posted';
    ELSIF post THEN
        PERFORM ims._raise_verdict(verdicts);
        IF reading.tracking = 'serial' THEN
            RAISE 'item "%" is counted unit by unit', s.item
                USING ERRCODE = 'IV213',
                    DETAIL = 'A unit that a count does not name is gone. '
                        || jsonb_build_object('item', s.item, 'tracking', reading.tracking)::text,
                    HINT = 'Collect the scans, and give them to ims.count_stock() as lines.';
        END IF;
        IF book.lines IS NOT NULL THEN
            document_number := ims._post_count(owner_id, posting_id, NULL, NULL, NULL, location,
                NULL, NULL, NULL, book.lines, false, counted_at, reason, reference_type,
                reference_number, actor, idempotency_key);
        ELSE
            document_number := ims._post_count(owner_id, posting_id, s.item,
                coalesce(quantity, s.quantity * coalesce(labels, 1)),
                CASE WHEN quantity IS NULL THEN s.unit ELSE unit END, location, s.lot, NULL,
                coalesce(s.handling_unit, handling_unit), NULL, false, counted_at, reason,
                reference_type, reference_number, actor, idempotency_key);
        END IF;
        status := 'posted';
    END IF;
    RETURN QUERY
    SELECT v.field, v.expected, v.scanned, v.verdict, v.state, v.message, posting_id,
        document_number, status, replayed
    FROM unnest(verdicts) AS u
    CROSS JOIN LATERAL ims._scan_answer(u, replayed) AS v
    ORDER BY v.place;
END
$$;
COMMENT ON FUNCTION ims._count_scan IS 'internal form of ims.count_scan()';
REVOKE ALL ON FUNCTION ims._count_scan FROM PUBLIC;

CREATE FUNCTION ims.count_scan(
    owner text DEFAULT NULL,
    scan text DEFAULT NULL,
    item text DEFAULT NULL,
    quantity numeric DEFAULT NULL,
    unit text DEFAULT NULL,
    labels numeric DEFAULT 1,
    location text DEFAULT NULL,
    lot text DEFAULT NULL,
    handling_unit text DEFAULT NULL,
    post boolean DEFAULT false,
    counted_at timestamptz DEFAULT NULL,
    reason text DEFAULT NULL,
    reference_type text DEFAULT NULL,
    reference_number text DEFAULT NULL,
    actor text DEFAULT NULL,
    idempotency_key text DEFAULT NULL,
    dry_run boolean DEFAULT false)
RETURNS TABLE (
    field text,
    expected text,
    scanned text,
    verdict text,
    "sqlstate" text,
    message text,
    posting_id bigint,
    document_number bigint,
    status text,
    replayed boolean)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 5
AS 'MODULE_PATHNAME', 'ims_door';
COMMENT ON FUNCTION ims.count_scan IS
'check a scan on the shelf against the books, and count

quantity is what was counted of what the label names, all of it at that place; left out, it is
the quantity of the scan times labels. The row of the quantity has the books as expected: over
and under are no fault, but for the label of a handling unit whose goods lie in units inside
(IV223), where what agrees counts each of them. With post => true it is a count like
ims.count_stock(); items tracked by serial are counted there, with one line per unit (IV213).
Example: SELECT * FROM ims.count_scan(scan => ''(01)09520123456788(10)ABC'', quantity => 42,
location => ''BIN-7'', post => true);';
REVOKE ALL ON FUNCTION ims.count_scan FROM PUBLIC;
