-- RFID for people and BI tools; the rules are those of 90_view.

CREATE VIEW ims_bi.rfid_event WITH (security_invoker = true) AS
SELECT e.owner_id,
       e.rfid_event_id,
       e.location_id,
       o.code AS owner,
       o.name AS owner_name,
       e.epc,
       e.kind,
       e.occurred_at,
       p.code AS read_point,
       r.code AS reader,
       l.code AS location,
       l.name AS location_name,
       l.site_id,
       w.code AS site,
       e.recorded_at,
       e.retracted_at
  FROM ims.rfid_event AS e
  LEFT JOIN ims.owner AS o ON o.owner_id = e.owner_id
  LEFT JOIN ims.rfid_point AS p
    ON p.owner_id = e.owner_id AND p.rfid_point_id = e.rfid_point_id
  LEFT JOIN ims.rfid_reader AS r
    ON r.owner_id = e.owner_id AND r.rfid_reader_id = e.rfid_reader_id
  LEFT JOIN ims.location AS l ON l.location_id = e.location_id
  LEFT JOIN ims.location AS w ON w.location_id = l.site_id;
COMMENT ON VIEW ims_bi.rfid_event IS
    'arrivals and departures of tags: one row each, those taken back included';
COMMENT ON COLUMN ims_bi.rfid_event.owner_id IS 'identifies the owner';
COMMENT ON COLUMN ims_bi.rfid_event.rfid_event_id IS 'identifies the event';
COMMENT ON COLUMN ims_bi.rfid_event.location_id IS 'identifies the place';
COMMENT ON COLUMN ims_bi.rfid_event.owner IS 'code of the owner';
COMMENT ON COLUMN ims_bi.rfid_event.owner_name IS 'name of the owner';
COMMENT ON COLUMN ims_bi.rfid_event.epc IS 'bits of the tag in hexadecimal digits';
COMMENT ON COLUMN ims_bi.rfid_event.kind IS 'arrive or depart';
COMMENT ON COLUMN ims_bi.rfid_event.occurred_at IS 'first or last read of the visit';
COMMENT ON COLUMN ims_bi.rfid_event.read_point IS 'code of the read point';
COMMENT ON COLUMN ims_bi.rfid_event.reader IS 'code of the reader that heard the visit most';
COMMENT ON COLUMN ims_bi.rfid_event.location IS 'code of the place';
COMMENT ON COLUMN ims_bi.rfid_event.location_name IS 'name of the place';
COMMENT ON COLUMN ims_bi.rfid_event.site_id IS 'identifies the site, 0 for a virtual place';
COMMENT ON COLUMN ims_bi.rfid_event.site IS 'code of the site';
COMMENT ON COLUMN ims_bi.rfid_event.recorded_at IS 'when it followed from the reads';
COMMENT ON COLUMN ims_bi.rfid_event.retracted_at IS 'when later reads took it back, null while it holds';

CREATE VIEW ims_bi.rfid_presence WITH (security_invoker = true) AS
SELECT v.owner_id,
       v.rfid_point_id,
       r.location_id,
       o.code AS owner,
       o.name AS owner_name,
       v.epc,
       p.code AS read_point,
       r.code AS reader,
       l.code AS location,
       l.name AS location_name,
       l.site_id,
       w.code AS site,
       v.first_seen_at,
       v.last_seen_at,
       v.read_count
  FROM ims.rfid_visit AS v
  LEFT JOIN ims.owner AS o ON o.owner_id = v.owner_id
  LEFT JOIN ims.rfid_point AS p
    ON p.owner_id = v.owner_id AND p.rfid_point_id = v.rfid_point_id
  LEFT JOIN ims.rfid_reader AS r
    ON r.owner_id = v.owner_id AND r.rfid_reader_id = v.rfid_reader_id
  LEFT JOIN ims.location AS l ON l.location_id = r.location_id
  LEFT JOIN ims.location AS w ON w.location_id = l.site_id
 WHERE NOT v.departed;
COMMENT ON VIEW ims_bi.rfid_presence IS 'tags that are there: one row per tag and read point';
COMMENT ON COLUMN ims_bi.rfid_presence.owner_id IS 'identifies the owner';
COMMENT ON COLUMN ims_bi.rfid_presence.rfid_point_id IS 'identifies the read point';
COMMENT ON COLUMN ims_bi.rfid_presence.location_id IS 'identifies the place';
COMMENT ON COLUMN ims_bi.rfid_presence.owner IS 'code of the owner';
COMMENT ON COLUMN ims_bi.rfid_presence.owner_name IS 'name of the owner';
COMMENT ON COLUMN ims_bi.rfid_presence.epc IS 'bits of the tag in hexadecimal digits';
COMMENT ON COLUMN ims_bi.rfid_presence.read_point IS 'code of the read point';
COMMENT ON COLUMN ims_bi.rfid_presence.reader IS 'code of the reader that heard the tag most';
COMMENT ON COLUMN ims_bi.rfid_presence.location IS 'code of the place';
COMMENT ON COLUMN ims_bi.rfid_presence.location_name IS 'name of the place';
COMMENT ON COLUMN ims_bi.rfid_presence.site_id IS 'identifies the site, 0 for a virtual place';
COMMENT ON COLUMN ims_bi.rfid_presence.site IS 'code of the site';
COMMENT ON COLUMN ims_bi.rfid_presence.first_seen_at IS 'first read of the visit';
COMMENT ON COLUMN ims_bi.rfid_presence.last_seen_at IS 'last read so far';
COMMENT ON COLUMN ims_bi.rfid_presence.read_count IS 'reads of the visit so far';
