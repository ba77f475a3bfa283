-- The ledger as EPCIS 2.0 events.
--
-- Nothing is stored: an event is a change of the status of a lot, or a part of a
-- posting (57_epcis.sql lists the parts), so it follows from lines that never
-- change, and its id from theirs.
-- Lines of one part and way are one event, and what it is about is summed by
-- item, lot and unit.  A posting that was reversed did not occur: its events
-- say so themselves, and the reversal has none, but for a shipment that is
-- declared void.  Which unit is in which is no line: it follows from the
-- intervals of nesting, and from what was shipped together.
--
-- Filters on owner_id, posting_id and event_time reach the tables, since lines
-- are grouped by them.
--
-- Of a lot whose status changes the class is told, not how much there is: that is not
-- asked for.  Where it is, is where the ledger knew of any of it then, if that was one
-- place; what is posted later does not change what was told.

CREATE VIEW ims_bi.epcis_event WITH (security_invoker = true) AS
(WITH line AS NOT MATERIALIZED (
    SELECT m.owner_id, m.posting_id, m.effective_at, m.item_id, m.lot_id, m.serial_id,
           m.from_location_id, m.to_location_id, m.from_handling_unit_id,
           m.to_handling_unit_id, m.quantity::numeric AS quantity, p.kind,
           f.kind AS from_kind, t.kind AS to_kind, f.site_id AS from_site_id,
           CASE WHEN p.kind = 'reversal'
                THEN CASE WHEN f.kind IN ('customer', 'supplier', 'transit') AND t.site_id > 0
                          THEN 2 END
                WHEN f.kind = 'service' OR t.kind = 'service' THEN 4
                WHEN t.kind = 'production' OR f.kind = 'production' AND p.kind <> 'usage' THEN 3
                WHEN m.from_location_id = m.to_location_id
                     OR f.kind = 'adjustment' AND p.kind = 'count' THEN NULL
                ELSE 2
           END AS part
      FROM ims.movement AS m
      JOIN ims.posting AS p ON p.owner_id = m.owner_id AND p.posting_id = m.posting_id
      JOIN ims.location AS f ON f.location_id = m.from_location_id
      JOIN ims.location AS t ON t.location_id = m.to_location_id
), nest AS NOT MATERIALIZED (
    -- a shipment ends nesting too, and takes nothing out; a reversal has no events
    SELECT n.owner_id, n.pack_posting_id AS posting_id, n.packed_at AS effective_at, 7 AS part,
           n.parent_id, n.handling_unit_id AS unit_id
      FROM ims.handling_unit_nesting AS n
      JOIN ims.posting AS p
        ON p.owner_id = n.owner_id AND p.posting_id = n.pack_posting_id AND p.kind = 'pack'
    UNION ALL
    SELECT n.owner_id, n.unpack_posting_id, n.unpacked_at, 1, n.parent_id, n.handling_unit_id
      FROM ims.handling_unit_nesting AS n
      JOIN ims.posting AS p
        ON p.owner_id = n.owner_id AND p.posting_id = n.unpack_posting_id AND p.kind = 'unpack'
), piece AS (
    -- goods that are moved, made or used
    SELECT l.owner_id, l.posting_id, l.effective_at, l.part,
           l.part = 3 AND l.to_kind = 'production' AS is_input,
           CASE l.part WHEN 3 THEN 0 ELSE l.from_location_id END AS from_location_id,
           CASE l.part WHEN 3 THEN 0 ELSE l.to_location_id END AS to_location_id,
           CASE WHEN l.part = 3 AND l.to_kind = 'production' THEN l.from_location_id
                ELSE l.to_location_id END AS place_id,
           0::bigint AS parent_id, 0::bigint AS unit_id, l.item_id, l.lot_id, l.serial_id,
           l.quantity
      FROM line AS l
     WHERE l.part IS NOT NULL
    UNION ALL
    -- handling units that come, or move with what is in them
    SELECT l.owner_id, l.posting_id, l.effective_at, 2, false, l.from_location_id,
           l.to_location_id, l.to_location_id, 0::bigint, l.to_handling_unit_id, 0::bigint,
           0::bigint, 0::bigint, 0::numeric
      FROM line AS l
     WHERE l.to_handling_unit_id <> 0 AND l.part = 2
       AND (l.from_handling_unit_id = l.to_handling_unit_id
            OR l.from_site_id = 0 AND l.from_kind <> 'transit')
    UNION ALL
    -- goods that leave a handling unit
    SELECT l.owner_id, l.posting_id, l.effective_at,
           CASE WHEN l.to_kind IN ('customer', 'supplier') THEN 6 ELSE 1 END, false,
           l.from_location_id, l.to_location_id, l.from_location_id, l.from_handling_unit_id,
           0::bigint, l.item_id, l.lot_id, l.serial_id, l.quantity
      FROM line AS l
     WHERE l.from_handling_unit_id <> 0 AND l.from_handling_unit_id <> l.to_handling_unit_id
       AND l.kind <> 'reversal' AND l.to_kind <> 'ownership'
    UNION ALL
    -- goods that enter one
    SELECT l.owner_id, l.posting_id, l.effective_at,
           CASE WHEN l.from_kind IN ('customer', 'supplier', 'adjustment') THEN 6 ELSE 7 END,
           false, l.from_location_id, l.to_location_id, l.to_location_id,
           l.to_handling_unit_id, 0::bigint, l.item_id, l.lot_id, l.serial_id, l.quantity
      FROM line AS l
     WHERE l.to_handling_unit_id <> 0 AND l.from_handling_unit_id <> l.to_handling_unit_id
       AND l.kind <> 'reversal' AND l.from_kind <> 'ownership'
    UNION ALL
    -- units that enter another, or leave it: there where one of both held goods
    SELECT n.owner_id, n.posting_id, n.effective_at, n.part, false, 0::bigint, 0::bigint,
           b.location_id, n.parent_id, n.unit_id, 0::bigint, 0::bigint, 0::bigint, 0::numeric
      FROM nest AS n
     CROSS JOIN LATERAL (
        SELECT CASE WHEN pg_catalog.min(g.location_id) = pg_catalog.max(g.location_id)
                    THEN pg_catalog.min(g.location_id) END AS location_id
          FROM (
            SELECT v.location_id
              FROM (
                SELECT m.to_location_id AS location_id, m.to_handling_unit_id AS unit_id,
                       m.item_id, m.lot_id, m.quantity::numeric AS quantity
                  FROM ims.movement AS m
                 WHERE m.owner_id = n.owner_id AND m.to_handling_unit_id <> 0
                   AND m.to_handling_unit_id IN (n.parent_id, n.unit_id)
                   AND (m.effective_at, m.posting_id) <= (n.effective_at, n.posting_id)
                UNION ALL
                SELECT m.from_location_id, m.from_handling_unit_id, m.item_id, m.lot_id,
                       - m.quantity::numeric
                  FROM ims.movement AS m
                 WHERE m.owner_id = n.owner_id AND m.from_handling_unit_id <> 0
                   AND m.from_handling_unit_id IN (n.parent_id, n.unit_id)
                   AND (m.effective_at, m.posting_id) <= (n.effective_at, n.posting_id)) AS v
             GROUP BY v.location_id, v.unit_id, v.item_id, v.lot_id
            HAVING pg_catalog.sum(v.quantity) > 0) AS g) AS b
    UNION ALL
    -- units that came as a whole, and in each those that were in it
    SELECT n.owner_id, n.pack_posting_id, a.packed_at, u.part, false, 2::bigint, a.to_location_id,
           a.to_location_id, u.parent_id, u.unit_id, 0::bigint, 0::bigint, 0::bigint, 0::numeric
      FROM (
        SELECT e.owner_id, e.pack_posting_id, e.packed_at,
               pg_catalog.min(m.to_location_id) AS to_location_id
          FROM ims.handling_unit_nesting AS e
          JOIN ims.posting AS p
            ON p.owner_id = e.owner_id AND p.posting_id = e.pack_posting_id AND p.kind = 'receive'
          JOIN ims.movement AS m
            ON m.owner_id = e.owner_id AND m.posting_id = e.pack_posting_id
           AND m.to_handling_unit_id IN (e.handling_unit_id, e.parent_id)
           AND m.to_handling_unit_id <> 0
         GROUP BY e.owner_id, e.pack_posting_id, e.packed_at) AS a
      JOIN ims.handling_unit_nesting AS n
        ON n.owner_id = a.owner_id AND n.pack_posting_id = a.pack_posting_id
     CROSS JOIN LATERAL (VALUES (2, 0::bigint, n.parent_id), (2, 0, n.handling_unit_id),
            (6, n.parent_id, n.handling_unit_id)) AS u (part, parent_id, unit_id)
    UNION ALL
    -- units that were shipped as a whole, and in each those that were in it
    SELECT d.owner_id, d.posting_id, a.left_at, u.part, false, a.from_location_id, 3::bigint,
           3::bigint, u.parent_id, d.handling_unit_id, 0::bigint, 0::bigint, 0::bigint, 0::numeric
      FROM (
        SELECT e.owner_id, e.posting_id, e.left_at,
               CASE WHEN pg_catalog.min(m.from_location_id) = pg_catalog.max(m.from_location_id)
                    THEN pg_catalog.min(m.from_location_id) ELSE 0 END AS from_location_id
          FROM ims.handling_unit_departure AS e
          JOIN ims.movement AS m
            ON m.owner_id = e.owner_id AND m.from_handling_unit_id = e.handling_unit_id
           AND m.from_handling_unit_id <> 0 AND m.posting_id = e.posting_id
         GROUP BY e.owner_id, e.posting_id, e.left_at) AS a
      JOIN ims.handling_unit_departure AS d
        ON d.owner_id = a.owner_id AND d.posting_id = a.posting_id
     CROSS JOIN LATERAL (VALUES (2, 0::bigint), (6, d.parent_id)) AS u (part, parent_id)
     WHERE u.parent_id IS NOT NULL
    UNION ALL
    -- what a count saw; to see nothing is an event too
    SELECT c.owner_id, c.posting_id, c.counted_at, 5, false, 0::bigint, c.location_id,
           c.location_id, 0::bigint, 0::bigint,
           CASE WHEN c.counted_quantity > 0 THEN c.item_id ELSE 0 END, c.lot_id, 0::bigint,
           c.counted_quantity::numeric
      FROM ims.stock_count AS c
    UNION ALL
    SELECT s.owner_id, s.posting_id, s.counted_at, 5, false, 0::bigint, s.location_id,
           s.location_id, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::numeric
      FROM ims.stock_count_scope AS s
), named AS (
    SELECT g.owner_id, g.posting_id, g.effective_at, g.part, g.is_input, g.from_location_id,
           g.to_location_id, g.place_id, g.parent_id, g.lot_id,
           CASE WHEN g.unit_id <> 0
                THEN ims._epcis_unit_uri(o.attributes ->> 'epcis_domain', o.code,
                    o.gs1_company_prefixes, h.code)
                ELSE ims._epcis_item_uri(
                    o.attributes ->> 'epcis_domain', o.code, i.code, c.gtin, b.code, r.code)
           END AS uri,
           g.unit_id <> 0 OR g.serial_id <> 0 AS is_instance,
           g.quantity, i.base_unit, u.dimension IN ('count', 'package') AS is_counted,
           i.country_of_origin, b.code AS lot, b.expires_on, b.best_before, b.sell_by
      FROM piece AS g
      JOIN ims.owner AS o ON o.owner_id = g.owner_id
      LEFT JOIN ims.item AS i ON i.owner_id = g.owner_id AND i.item_id = g.item_id
      LEFT JOIN ims.unit AS u ON u.code = i.base_unit
      LEFT JOIN (
            SELECT c.owner_id, c.item_id, pg_catalog.min(c.code) AS gtin
              FROM ims.item_code AS c
              JOIN ims.item AS i ON i.owner_id = c.owner_id AND i.item_id = c.item_id
             WHERE c.kind = 'gtin' AND COALESCE(c.unit, i.base_unit) = i.base_unit
             GROUP BY c.owner_id, c.item_id) AS c
        ON c.owner_id = g.owner_id AND c.item_id = g.item_id
      LEFT JOIN ims.lot AS b ON b.owner_id = g.owner_id AND b.lot_id = g.lot_id
      LEFT JOIN ims.serial AS r ON r.owner_id = g.owner_id AND r.serial_id = g.serial_id
      LEFT JOIN ims.handling_unit AS h
        ON h.owner_id = g.owner_id AND h.handling_unit_id = g.unit_id
), part AS (
    SELECT n.owner_id, n.posting_id, n.effective_at, n.part, n.from_location_id,
           n.to_location_id, n.parent_id,
           pg_catalog.bool_or(n.is_input) AS has_input,
           pg_catalog.bool_or(NOT n.is_input) AS has_output,
           -- where it is made, used or packed, where that is one place
           pg_catalog.min(n.place_id) FILTER (WHERE n.is_input) AS first_source_id,
           pg_catalog.max(n.place_id) FILTER (WHERE n.is_input) AS last_source_id,
           pg_catalog.min(n.place_id) FILTER (WHERE NOT n.is_input) AS first_place_id,
           pg_catalog.max(n.place_id) FILTER (WHERE NOT n.is_input) AS last_place_id,
           ims._epcis_epcs(n.uri) FILTER (WHERE n.is_instance AND n.is_input) AS input_epcs,
           ims._epcis_epcs(n.uri) FILTER (WHERE n.is_instance AND NOT n.is_input) AS epcs,
           ims._epcis_quantities(n.uri, n.quantity, n.base_unit, n.is_counted)
               FILTER (WHERE NOT n.is_instance AND n.is_input) AS input_quantities,
           ims._epcis_quantities(n.uri, n.quantity, n.base_unit, n.is_counted)
               FILTER (WHERE NOT n.is_instance AND NOT n.is_input) AS quantities,
           -- master data of what is made, where it is of one lot; attributes are
           -- those of the Core Business Vocabulary, which the context calls cbvmda
           CASE WHEN n.part = 3 AND pg_catalog.min(n.lot_id) FILTER (WHERE NOT n.is_input)
                     = pg_catalog.max(n.lot_id) FILTER (WHERE NOT n.is_input)
                     AND pg_catalog.min(n.lot_id) FILTER (WHERE NOT n.is_input) > 0
                THEN pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
                    'cbvmda:lotNumber',
                    pg_catalog.min(n.lot) FILTER (WHERE NOT n.is_input),
                    'cbvmda:itemExpirationDate',
                    pg_catalog.min(n.expires_on) FILTER (WHERE NOT n.is_input),
                    'cbvmda:bestBeforeDate',
                    pg_catalog.min(n.best_before) FILTER (WHERE NOT n.is_input),
                    'cbvmda:sellByDate',
                    pg_catalog.min(n.sell_by) FILTER (WHERE NOT n.is_input),
                    'cbvmda:countryOfOrigin',
                    pg_catalog.min(n.country_of_origin) FILTER (WHERE NOT n.is_input)))::text
           END AS ilmd
      FROM named AS n
     GROUP BY n.owner_id, n.posting_id, n.effective_at, n.part, n.from_location_id,
              n.to_location_id, n.parent_id
), event AS (
    SELECT e.owner_id, e.posting_id, e.effective_at, e.part, e.from_location_id,
           e.to_location_id, e.parent_id, e.has_input, e.has_output, e.input_epcs, e.epcs,
           e.input_quantities, e.quantities, e.ilmd,
           p.kind, p.document_number, p.recorded_at, p.utc_offset_minutes,
           p.system_identifier, p.reference_type, p.reference_number,
           o.code AS owner, o.attributes AS owner_attributes,
           o.gs1_company_prefixes AS company_prefixes,
           y.code AS party, y.attributes AS party_attributes,
           CASE WHEN p.kind = 'dispatch' THEN p.document_number ELSE d.document_number END
               AS dispatch_number,
           v.posting_id AS reversal_id, v.recorded_at AS reversed_at,
           v.system_identifier AS reversal_system,
           f.code AS from_place, f.kind AS from_kind, f.attributes AS from_attributes,
           fw.code AS from_site, fw.attributes AS from_site_attributes,
           t.code AS to_place, t.kind AS to_kind, t.attributes AS to_attributes, t.sellable,
           tw.code AS to_site, tw.attributes AS to_site_attributes,
           b.code AS bound_for, b.attributes AS bound_for_attributes,
           f.site_id = t.site_id AS same_site,
           h.code AS parent
      FROM part AS e
      JOIN ims.posting AS p ON p.owner_id = e.owner_id AND p.posting_id = e.posting_id
      JOIN ims.owner AS o ON o.owner_id = e.owner_id
      LEFT JOIN ims.posting AS v
        ON v.owner_id = p.owner_id AND v.kind = 'reversal'
       AND v.origin_posting_id = CASE WHEN p.kind IN ('count_correction', 'usage')
                                      THEN p.origin_posting_id ELSE p.posting_id END
      LEFT JOIN ims.posting AS d
        ON d.owner_id = p.owner_id AND d.posting_id = p.origin_posting_id
       AND d.kind = 'dispatch' AND p.kind = 'receive_transfer'
      LEFT JOIN ims.party AS y ON y.owner_id = p.owner_id AND y.party_id = p.party_id
      LEFT JOIN ims.location AS f
        ON f.location_id = CASE WHEN e.from_location_id <> 0 THEN e.from_location_id
                                WHEN e.part = 1 AND e.first_place_id = e.last_place_id
                                THEN e.first_place_id
                                WHEN e.first_source_id = e.last_source_id
                                THEN e.first_source_id END
      LEFT JOIN ims.location AS fw ON fw.location_id = f.site_id
      LEFT JOIN ims.location AS t
        ON t.location_id = CASE WHEN e.to_location_id <> 0 THEN e.to_location_id
                                WHEN e.first_place_id = e.last_place_id
                                THEN e.first_place_id END
      LEFT JOIN ims.location AS tw ON tw.location_id = t.site_id
      LEFT JOIN ims.location AS b ON b.location_id = p.destination_id
      LEFT JOIN ims.handling_unit AS h
        ON h.owner_id = e.owner_id AND h.handling_unit_id = e.parent_id
)
SELECT e.owner_id,
       e.posting_id,
       pg_catalog.concat_ws(':', e.part, e.from_location_id, e.to_location_id, e.parent_id)
           AS part,
       w.event_uri,
       e.effective_at AS event_time,
       w.record_time,
       e.owner,
       e.document_number,
       e.kind,
       w.event_type,
       w.action,
       w.biz_step,
       w.disposition,
       w.read_point,
       w.biz_location,
       e.reversal_id IS NOT NULL AS is_error,
       ims._epcis_event(w) AS event
  FROM event AS e
 -- each of these once, however often it is used: OFFSET keeps it together
 CROSS JOIN LATERAL (
    SELECT ims._epcis_event_id(e.system_identifier, e.owner_id, e.posting_id, e.part,
               e.from_location_id, e.to_location_id, e.parent_id) AS event_uri,
           CASE WHEN e.part IN (1, 6, 7) THEN 'AggregationEvent'
                WHEN e.part = 3 AND (e.has_input OR e.reference_number IS NOT NULL)
                THEN 'TransformationEvent'
                WHEN e.part = 4 THEN 'TransactionEvent'
                ELSE 'ObjectEvent' END AS event_type,
           CASE WHEN e.part = 1 THEN 'DELETE'
                WHEN e.part IN (4, 7) THEN 'ADD'
                WHEN e.part = 3
                THEN CASE WHEN NOT e.has_input AND e.reference_number IS NULL THEN 'ADD' END
                WHEN e.part = 2 AND e.to_kind IN ('scrap', 'adjustment') THEN 'DELETE'
                ELSE 'OBSERVE' END AS action,
           CASE WHEN e.part <> 5
                THEN ims._epcis_step(e.part, e.kind, e.from_kind, e.to_kind, e.same_site,
                    e.sellable)
                WHEN EXISTS (SELECT FROM ims.stock_count_scope AS s
                              WHERE s.owner_id = e.owner_id AND s.posting_id = e.posting_id)
                THEN 'stock_taking'
                ELSE 'cycle_counting' END AS biz_step,
           ims._epcis_disposition(e.part, e.kind, e.from_kind, e.to_kind, e.same_site,
               e.sellable) AS disposition,
           -- what leaves, or is no more, is read where it was
           CASE WHEN e.part <> 1 AND e.to_site IS NOT NULL
                THEN ims._epcis_place_uri(e.owner_attributes ->> 'epcis_domain', e.to_place,
                    e.to_attributes ->> 'gln', e.to_site_attributes ->> 'gln')
                WHEN e.from_site IS NOT NULL
                THEN ims._epcis_place_uri(e.owner_attributes ->> 'epcis_domain', e.from_place,
                    e.from_attributes ->> 'gln', e.from_site_attributes ->> 'gln')
           END AS read_point,
           -- what has two ends: a way out (1) or in (2), between the owner and
           -- others, or from site to site (3)
           CASE WHEN e.part NOT IN (2, 6) OR e.kind = 'reversal' THEN 0
                WHEN e.to_kind IN ('customer', 'supplier', 'ownership') THEN 1
                WHEN e.from_kind IN ('customer', 'supplier', 'ownership') THEN 2
                WHEN e.to_kind = 'transit' OR e.from_kind = 'transit'
                     OR e.from_site <> e.to_site
                THEN 3 ELSE 0 END AS way
    OFFSET 0) AS k
 -- the columns that ims._epcis_event() knows, by name
 CROSS JOIN LATERAL (
    SELECT k.event_type, k.event_uri, e.effective_at AS event_time, e.utc_offset_minutes,
           GREATEST(e.recorded_at, e.reversed_at) AS record_time, e.reversed_at,
           CASE WHEN e.reversal_id IS NOT NULL AND e.part = 2 AND e.from_site IS NOT NULL
                     AND e.to_kind IN ('customer', 'supplier', 'transit')
                THEN ims._epcis_event_id(e.reversal_system, e.owner_id, e.reversal_id, 2,
                    e.to_location_id, e.from_location_id, 0) END AS corrective_uri,
           k.action, k.biz_step, k.disposition, k.read_point,
           CASE WHEN e.part = 1 OR e.to_site IS NOT NULL OR e.to_kind = 'ownership'
                THEN k.read_point END AS biz_location,
           e.owner_attributes ->> 'epcis_domain' AS domain, e.owner, e.company_prefixes,
           e.parent,
           e.input_epcs, e.input_quantities, e.epcs, e.quantities, e.ilmd,
           CASE WHEN e.reference_number IS NOT NULL THEN e.reference_type
                ELSE e.kind END AS transformation_type,
           CASE WHEN e.reference_number IS NOT NULL THEN e.reference_number
                WHEN NOT e.has_output THEN e.document_number::text
           END AS transformation_number,
           ims._epcis_document_type(e.reference_type) AS document_code,
           CASE WHEN e.reference_number IS NOT NULL THEN e.reference_type
                ELSE e.kind END AS document_type,
           CASE WHEN e.reference_number IS NOT NULL THEN e.reference_number
                WHEN e.part = 4 THEN e.document_number::text END AS document_number,
           e.dispatch_number::text AS dispatch_number,
           CASE k.way WHEN 1 THEN 'source' WHEN 2 THEN 'destination' END AS owner_is,
           CASE WHEN k.way IN (1, 2) THEN e.owner_attributes ->> 'gln' END AS owner_gln,
           e.party,
           CASE WHEN k.way IN (1, 2) THEN e.party_attributes ->> 'gln' END AS party_gln,
           CASE WHEN k.way IN (1, 3) AND e.to_kind <> 'ownership'
                THEN e.from_site END AS source_site,
           CASE WHEN k.way IN (1, 3)
                THEN e.from_site_attributes ->> 'gln' END AS source_site_gln,
           CASE WHEN k.way = 3 AND e.to_kind = 'transit' THEN e.bound_for
                WHEN k.way IN (2, 3) AND e.from_kind <> 'ownership'
                THEN e.to_site END AS destination_site,
           CASE WHEN k.way = 3 AND e.to_kind = 'transit'
                THEN e.bound_for_attributes ->> 'gln'
                WHEN k.way IN (2, 3)
                THEN e.to_site_attributes ->> 'gln' END AS destination_site_gln) AS w)
UNION ALL
SELECT c.owner_id, NULL::bigint, pg_catalog.concat_ws(':', 8, c.lot_status_change_id),
       w.event_uri, w.event_time, w.record_time, w.owner, NULL::bigint, 'lot_status'::text,
       w.event_type, w.action, w.biz_step, w.disposition, w.read_point, w.biz_location, false,
       ims._epcis_event(w)
  FROM ims.lot_status_change AS c
  JOIN ims.owner AS o ON o.owner_id = c.owner_id
  JOIN ims.lot AS b ON b.owner_id = c.owner_id AND b.lot_id = c.lot_id
  JOIN ims.item AS i ON i.owner_id = b.owner_id AND i.item_id = b.item_id
 CROSS JOIN LATERAL (
    SELECT pg_catalog.min(x.code) AS gtin
      FROM ims.item_code AS x
     WHERE x.owner_id = i.owner_id AND x.item_id = i.item_id AND x.kind = 'gtin'
       AND COALESCE(x.unit, i.base_unit) = i.base_unit) AS g
 CROSS JOIN LATERAL (
    SELECT CASE WHEN pg_catalog.count(*) = 1 THEN pg_catalog.min(v.location_id) END AS location_id
      FROM (
        SELECT e.location_id
          FROM ims.movement AS m
         CROSS JOIN LATERAL (VALUES (m.to_location_id, m.quantity::numeric),
                (m.from_location_id, - m.quantity::numeric)) AS e (location_id, quantity)
         WHERE m.owner_id = c.owner_id AND m.lot_id = c.lot_id AND m.lot_id <> 0
           AND m.effective_at <= c.changed_at AND m.recorded_at <= c.changed_at
         GROUP BY e.location_id
        HAVING pg_catalog.sum(e.quantity) > 0) AS v
      JOIN ims.location AS l ON l.location_id = v.location_id AND l.site_id > 0) AS k
  LEFT JOIN ims.location AS l ON l.location_id = k.location_id
  LEFT JOIN ims.location AS s ON s.location_id = l.site_id
 CROSS JOIN LATERAL (
    SELECT 'ObjectEvent' AS event_type,
           ims._epcis_event_id(0, c.owner_id, c.lot_status_change_id, 8, c.lot_id, 0,
               (EXTRACT(epoch FROM c.changed_at) * 1000000)::bigint) AS event_uri,
           c.changed_at AS event_time, 0 AS utc_offset_minutes, c.changed_at AS record_time,
           'OBSERVE' AS action,
           CASE c.new_status WHEN 'released' THEN 'inspecting' ELSE 'holding' END AS biz_step,
           CASE c.new_status WHEN 'released' THEN 'available'
                WHEN 'on_hold' THEN 'non_sellable_other'
                ELSE c.new_status END AS disposition,
           CASE WHEN c.new_status = 'recalled' THEN '{"set": ["recalled"]}'
                WHEN c.old_status = 'recalled' THEN '{"unset": ["recalled"]}'
           END AS persistent_disposition,
           p.place AS read_point, p.place AS biz_location,
           o.attributes ->> 'epcis_domain' AS domain, o.code AS owner,
           '[{"epcClass": "' || ims._epcis_item_uri(o.attributes ->> 'epcis_domain', o.code,
               i.code, g.gtin, b.code, NULL) || '"}]' AS quantities
      FROM (
        SELECT CASE WHEN s.location_id IS NOT NULL
                    THEN ims._epcis_place_uri(o.attributes ->> 'epcis_domain', l.code,
                        l.attributes ->> 'gln', s.attributes ->> 'gln') END AS place) AS p) AS w
 WHERE c.old_status IS NOT NULL OR c.new_status <> 'released';
COMMENT ON VIEW ims_bi.epcis_event IS
    'EPCIS 2.0 events: one row per part of a posting, or change of a lot''s status; '
    'filters on owner_id, posting_id and event_time are fast';
COMMENT ON COLUMN ims_bi.epcis_event.owner_id IS 'identifies the owner';
COMMENT ON COLUMN ims_bi.epcis_event.posting_id IS
    'identifies the posting, null for the status of a lot';
COMMENT ON COLUMN ims_bi.epcis_event.part IS
    'part of the posting: its number, places and handling unit; by bytes, it orders its events; '
    '8 and a number for the status of a lot';
COMMENT ON COLUMN ims_bi.epcis_event.event_uri IS 'URI of the event, the same whenever it is read';
COMMENT ON COLUMN ims_bi.epcis_event.event_time IS 'when it happened';
COMMENT ON COLUMN ims_bi.epcis_event.record_time IS
    'when the ledger learned of it, or that it did not occur';
COMMENT ON COLUMN ims_bi.epcis_event.owner IS 'code of the owner';
COMMENT ON COLUMN ims_bi.epcis_event.document_number IS 'number of the document';
COMMENT ON COLUMN ims_bi.epcis_event.kind IS
    'verb that made the posting, or lot_status';
COMMENT ON COLUMN ims_bi.epcis_event.event_type IS
    'ObjectEvent, AggregationEvent, TransactionEvent or TransformationEvent';
COMMENT ON COLUMN ims_bi.epcis_event.action IS
    'ADD, OBSERVE or DELETE; null for a transformation';
COMMENT ON COLUMN ims_bi.epcis_event.biz_step IS 'business step, by the vocabulary of GS1';
COMMENT ON COLUMN ims_bi.epcis_event.disposition IS 'state of the goods after it';
COMMENT ON COLUMN ims_bi.epcis_event.read_point IS 'URI of the place where it happened';
COMMENT ON COLUMN ims_bi.epcis_event.biz_location IS 'URI of the place where the goods are then';
COMMENT ON COLUMN ims_bi.epcis_event.is_error IS 'whether it was reversed, and so did not occur';
COMMENT ON COLUMN ims_bi.epcis_event.event IS 'the event in the JSON of EPCIS 2.0';
