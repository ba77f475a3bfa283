-- EPCIS 2.0: the ledger as events for partners, in JSON.
--
-- What happened to what, where and why is told by ims_bi.epcis_event; here are
-- the names that it gives to things, the words of the Core Business Vocabulary
-- that it uses, and the functions that ask it.  The view names the functions
-- that begin with _epcis_: their signatures stay, and they are left to PUBLIC,
-- since they read nothing that their caller may not.
--
-- The parts of a posting, in the order of its events:
--   1 taken out of a handling unit     AggregationEvent DELETE
--   2 moved                            ObjectEvent
--   3 made of something                TransformationEvent, or ObjectEvent ADD
--   4 a service                        TransactionEvent
--   5 seen by a count                  ObjectEvent OBSERVE
--   6 come or gone in a handling unit  AggregationEvent OBSERVE
--   7 put into a handling unit         AggregationEvent ADD
-- A change of the status of a lot is an ObjectEvent OBSERVE with part 8, of no posting.

CREATE FUNCTION ims._epcis_item_uri(
    domain text, owner text, item text, gtin text, lot text, serial text)
RETURNS text
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_epcis_item_uri';
COMMENT ON FUNCTION ims._epcis_item_uri IS 'URI of an item, of a lot or of a single unit of it';

CREATE FUNCTION ims._epcis_unit_uri(
    domain text, owner text, prefixes text[], handling_unit text)
RETURNS text
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_epcis_unit_uri';
COMMENT ON FUNCTION ims._epcis_unit_uri IS 'URI of a handling unit';

CREATE FUNCTION ims._epcis_place_uri(domain text, place text, gln text, site_gln text)
RETURNS text
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_epcis_place_uri';
COMMENT ON FUNCTION ims._epcis_place_uri IS 'URI of a place, by its GLN or that of its site';

CREATE FUNCTION ims._epcis_event_id(
    system_identifier bigint, owner_id bigint, posting_id bigint, part bigint,
    from_location_id bigint, to_location_id bigint, parent_id bigint)
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_epcis_event_id';
COMMENT ON FUNCTION ims._epcis_event_id IS 'URI of an event, the same whenever it is read';

CREATE FUNCTION ims._epcis_time(instant timestamptz, utc_offset_minutes integer)
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_epcis_time';
COMMENT ON FUNCTION ims._epcis_time IS 'an instant with its offset from UTC, ISO 8601';

-- What an event is about.
CREATE FUNCTION ims._epcis_epcs_add(state internal, uri text)
RETURNS internal
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_epcis_list_add';
COMMENT ON FUNCTION ims._epcis_epcs_add IS 'adds an instance to the state of ims._epcis_epcs()';

CREATE FUNCTION ims._epcis_quantities_add(
    state internal, uri text, quantity numeric, unit text, is_counted boolean)
RETURNS internal
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_epcis_list_add';
COMMENT ON FUNCTION ims._epcis_quantities_add IS
    'adds a quantity to the state of ims._epcis_quantities()';

CREATE FUNCTION ims._epcis_list_finish(state internal)
RETURNS text
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_epcis_list_finish';
COMMENT ON FUNCTION ims._epcis_list_finish IS
    'array of JSON from the state of ims._epcis_epcs() or ims._epcis_quantities()';

CREATE AGGREGATE ims._epcis_epcs(uri text) (
    SFUNC = ims._epcis_epcs_add,
    STYPE = internal,
    SSPACE = 300,
    FINALFUNC = ims._epcis_list_finish,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE ims._epcis_epcs(text) IS
    'array of URIs in JSON, each once, by bytes; null where there is none';

CREATE AGGREGATE ims._epcis_quantities(
    uri text,
    quantity numeric,
    unit text,
    is_counted boolean) (
    SFUNC = ims._epcis_quantities_add,
    STYPE = internal,
    SSPACE = 300,
    FINALFUNC = ims._epcis_list_finish,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE ims._epcis_quantities(text, numeric, text, boolean) IS
    'array of quantities in JSON, one per URI, by bytes; null where there is none';

CREATE FUNCTION ims._epcis_document_add(state internal, event text, head text)
RETURNS internal
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_epcis_document_add';
COMMENT ON FUNCTION ims._epcis_document_add IS
    'adds an event to the state of ims._epcis_document()';

CREATE FUNCTION ims._epcis_document_finish(state internal)
RETURNS text
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'ims_epcis_document_finish';
COMMENT ON FUNCTION ims._epcis_document_finish IS
    'document from the state of ims._epcis_document()';

CREATE AGGREGATE ims._epcis_document(event text, head text) (
    SFUNC = ims._epcis_document_add,
    STYPE = internal,
    FINALFUNC = ims._epcis_document_finish,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE ims._epcis_document(text, text) IS
    'document of events in their order, behind its head; null where there is none';

CREATE FUNCTION ims._epcis_event(event record)
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
AS 'MODULE_PATHNAME', 'ims_epcis_event';
COMMENT ON FUNCTION ims._epcis_event IS 'an event in JSON, from a row with the columns it knows';

CREATE FUNCTION ims._epcis_urn(event text, prefixes text[])
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'ims_epcis_urn';
COMMENT ON FUNCTION ims._epcis_urn IS
    'an event with URNs for the keys that begin with one of the company prefixes';

-- Words of the Core Business Vocabulary 2.0.

CREATE FUNCTION ims._epcis_step(
    part bigint, kind text, from_kind text, to_kind text, same_site boolean, sellable boolean)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN part = 1 THEN 'unpacking'
    WHEN part = 7 THEN 'packing'
    WHEN part = 3 THEN CASE
        WHEN kind = 'disassemble' THEN 'disassembling'
        WHEN kind = 'relot' THEN 'creating_class_instance'
        WHEN kind NOT IN ('consume', 'usage') THEN 'commissioning'
        END
    WHEN part = 4 THEN NULL
    WHEN kind = 'reversal' THEN 'void_shipping'
    WHEN to_kind IN ('customer', 'supplier', 'transit') THEN 'shipping'
    WHEN to_kind = 'scrap' THEN 'destroying'
    WHEN to_kind = 'adjustment' THEN 'decommissioning'
    WHEN 'ownership' IN (from_kind, to_kind) THEN 'accepting'
    WHEN from_kind IN ('customer', 'supplier', 'transit') OR kind = 'receive_transfer'
        THEN 'receiving'
    WHEN from_kind IN ('adjustment', 'production', 'scrap') THEN 'cycle_counting'
    WHEN NOT same_site THEN 'receiving'
    WHEN to_kind = 'quarantine' THEN 'holding'
    WHEN to_kind = 'damaged' THEN 'inspecting'
    WHEN to_kind = 'dock' THEN 'staging_outbound'
    WHEN from_kind = 'quarantine' AND sellable THEN 'accepting'
    ELSE 'storing'
    END;
COMMENT ON FUNCTION ims._epcis_step IS 'business step of a part of a posting';

CREATE FUNCTION ims._epcis_disposition(
    part bigint, kind text, from_kind text, to_kind text, same_site boolean, sellable boolean)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN part IN (1, 7) THEN 'in_progress'
    WHEN part = 3 THEN CASE
        WHEN kind = 'disassemble' THEN 'available'
        WHEN kind NOT IN ('consume', 'usage') THEN 'active'
        END
    WHEN part IN (4, 5) THEN NULL
    WHEN kind = 'reversal' THEN 'in_progress'
    WHEN to_kind = 'supplier' THEN 'returned'
    WHEN to_kind IN ('customer', 'transit') THEN 'in_transit'
    WHEN to_kind = 'scrap' THEN 'destroyed'
    WHEN to_kind = 'adjustment' THEN 'inactive'
    WHEN 'ownership' IN (from_kind, to_kind) THEN NULL
    WHEN from_kind = 'customer' THEN 'returned'
    WHEN to_kind = 'damaged' THEN 'damaged'
    WHEN from_kind IN ('supplier', 'transit') OR kind = 'receive_transfer' THEN 'in_progress'
    WHEN from_kind IN ('adjustment', 'production', 'scrap') THEN NULL
    WHEN NOT same_site OR to_kind = 'dock' THEN 'in_progress'
    WHEN to_kind = 'returns' THEN 'returned'
    WHEN to_kind = 'quarantine' OR NOT sellable THEN 'non_sellable_other'
    WHEN from_kind = 'quarantine' THEN 'available'
    ELSE 'sellable_not_accessible'
    END;
COMMENT ON FUNCTION ims._epcis_disposition IS 'disposition of the goods after a part of a posting';

CREATE FUNCTION ims._epcis_document_type(reference_type text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN reference_type IN ('bol', 'cert', 'desadv', 'inv', 'pedigree', 'po', 'poc', 'prodorder',
        'recadv', 'rma', 'testprd', 'testres', 'upevt') THEN reference_type
    WHEN reference_type = 'bill_of_lading' THEN 'bol'
    WHEN reference_type = 'certificate' THEN 'cert'
    WHEN reference_type IN ('despatch_advice', 'dispatch_advice', 'delivery_note') THEN 'desadv'
    WHEN reference_type = 'invoice' THEN 'inv'
    WHEN reference_type = 'purchase_order' THEN 'po'
    WHEN reference_type = 'order_confirmation' THEN 'poc'
    WHEN reference_type IN ('production_order', 'work_order') THEN 'prodorder'
    WHEN reference_type = 'receiving_advice' THEN 'recadv'
    WHEN reference_type IN ('return_authorization', 'return_authorisation') THEN 'rma'
    END;
COMMENT ON FUNCTION ims._epcis_document_type IS
    'business transaction type of a caller''s document, null where the vocabulary has none';

-- What is reversed is told by its own events, so these are asked for too.
CREATE FUNCTION ims._epcis_postings(owner_id bigint, posting_ids bigint[])
RETURNS bigint[]
LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT posting_ids || ARRAY(
        SELECT o.posting_id
          FROM ims.posting AS v
          JOIN ims.posting AS o
            ON o.owner_id = v.owner_id
           AND (o.posting_id = v.origin_posting_id
                OR o.origin_posting_id = v.origin_posting_id
                   AND o.kind IN ('count_correction', 'usage'))
         WHERE v.owner_id = _epcis_postings.owner_id AND v.kind = 'reversal'
           AND v.posting_id = ANY (posting_ids))
$$;
COMMENT ON FUNCTION ims._epcis_postings IS
    'the postings, and those that reversals among them reverse; null for null';

CREATE FUNCTION ims._epcis_prefixes(owner_id bigint, names text)
RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM ims._check_choice('names', names, 'link', 'urn');
    RETURN (
        SELECT o.gs1_company_prefixes FROM ims.owner AS o
         WHERE o.owner_id = _epcis_prefixes.owner_id AND names = 'urn');
END
$$;
COMMENT ON FUNCTION ims._epcis_prefixes IS
    'company prefixes by which names become URNs, null where they stay links';

CREATE FUNCTION ims.epcis_events(
    owner text DEFAULT NULL,
    from_at timestamptz DEFAULT NULL,
    to_at timestamptz DEFAULT NULL,
    posting_ids bigint[] DEFAULT NULL,
    names text DEFAULT 'link')
RETURNS TABLE (
    event_uri text,
    event_time timestamptz,
    record_time timestamptz,
    event_type text,
    posting_id bigint,
    event text)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10000
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET jit = off
AS $$
DECLARE
    my_owner_id CONSTANT bigint := ims._reading_owner_id(owner);
    my_postings CONSTANT bigint[] := ims._epcis_postings(my_owner_id, posting_ids);
    prefixes CONSTANT text[] := ims._epcis_prefixes(my_owner_id, names);
BEGIN
    PERFORM ims._check_instant('from_at', from_at), ims._check_instant('to_at', to_at);
    RETURN QUERY
    SELECT e.event_uri, e.event_time, e.record_time, e.event_type, e.posting_id,
           coalesce(ims._epcis_urn(e.event, prefixes), e.event)
      FROM ims_bi.epcis_event AS e
     WHERE e.owner_id = my_owner_id
       AND (from_at IS NULL OR e.event_time >= from_at)
       AND (to_at IS NULL OR e.event_time < to_at)
       AND (my_postings IS NULL OR e.posting_id = ANY (my_postings))
     ORDER BY e.event_time, e.posting_id, e.part COLLATE "C";
END
$$;
COMMENT ON FUNCTION ims.epcis_events IS
'EPCIS 2.0 events of an owner, in their order

from_at and to_at bound the time of the event, half open; posting_ids takes the events of these
postings alone, and of those that they reverse, and not the status of lots, which is of no
posting. IV201 and IV202 for the owner, IV232 for an instant out of range. names is link (GS1
Digital Links) or urn: urn:epc names for the keys that begin with one of the owner''s
gs1_company_prefixes. How postings become events: doc/epcis.md.
Example: SELECT e.event::jsonb FROM ims.epcis_events(from_at => ''2026-11-01 00:00+01'') AS e;';
REVOKE ALL ON FUNCTION ims.epcis_events FROM PUBLIC;

CREATE FUNCTION ims.epcis_document(
    owner text DEFAULT NULL,
    from_at timestamptz DEFAULT NULL,
    to_at timestamptz DEFAULT NULL,
    posting_ids bigint[] DEFAULT NULL,
    created_at timestamptz DEFAULT NULL,
    names text DEFAULT 'link')
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET jit = off
AS $$
DECLARE
    my_owner_id CONSTANT bigint := ims._reading_owner_id(owner);
    my_postings CONSTANT bigint[] := ims._epcis_postings(my_owner_id, posting_ids);
    prefixes CONSTANT text[] := ims._epcis_prefixes(my_owner_id, names);
    head text;
BEGIN
    PERFORM ims._check_instant('from_at', from_at), ims._check_instant('to_at', to_at),
        ims._check_instant('created_at', created_at);
    head := '{"@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"]'
        ', "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "'
        || ims._epcis_time(coalesce(created_at, statement_timestamp()), 0)
        || '", "epcisBody": {"eventList": [';
    -- As ims.epcis_events(), whose rows would be kept once more before they are one text.
    RETURN coalesce((
        SELECT ims._epcis_document(coalesce(ims._epcis_urn(v.event, prefixes), v.event), head)
          FROM (
            SELECT e.event
              FROM ims_bi.epcis_event AS e
             WHERE e.owner_id = my_owner_id
               AND (from_at IS NULL OR e.event_time >= from_at)
               AND (to_at IS NULL OR e.event_time < to_at)
               AND (my_postings IS NULL OR e.posting_id = ANY (my_postings))
             ORDER BY e.event_time, e.posting_id, e.part COLLATE "C") AS v), head || ']}}');
END
$$;
COMMENT ON FUNCTION ims.epcis_document IS
'EPCIS 2.0 document with the events of an owner, JSON

Arguments as of ims.epcis_events(); created_at is the date of the document, now if left out.
A text ends at 1 GB: ask for a longer history in parts.
Example: SELECT ims.epcis_document(from_at => ''2026-11-01 00:00+01'', to_at => ''2026-12-01 00:00+01'');';
REVOKE ALL ON FUNCTION ims.epcis_document FROM PUBLIC;
