-- RFID: visits and events follow from the set of the reads and from the latest
-- instant swept, whatever the order, batches and repeats they come in: random
-- reads, cut and shuffled in many ways, give what one plain query over all of
-- them says, and verify() finds no contradiction.  Around it: the rules at
-- their bounds, idempotency, retention, guards.
\i test/setup.psql
BEGIN;
SELECT no_plan();
\i test/posting.psql
\i test/refusal.psql
INSERT INTO ims.owner (owner_id, code, name) VALUES (9002, 'OTHER', 'other');

CREATE FUNCTION pg_temp.t(seconds numeric) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
    SELECT '2026-01-01 00:00:00+00'::timestamptz + seconds * interval '1 second'
$$;
CREATE FUNCTION pg_temp.s(at timestamptz) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
    SELECT trim_scale(extract(epoch FROM at - '2026-01-01 00:00:00+00'))
$$;
-- Reads at these seconds, sequence from first_sequence on.
CREATE FUNCTION pg_temp.reads(epc text, seconds numeric[], first_sequence bigint DEFAULT 1, rssi numeric DEFAULT NULL)
RETURNS jsonb LANGUAGE sql AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object('epc', epc, 'read_at', pg_temp.t(s),
        'sequence', first_sequence + n - 1, 'rssi', rssi) ORDER BY n), '[]')
    FROM unnest(seconds) WITH ORDINALITY AS u (s, n)
$$;
CREATE FUNCTION pg_temp.ingest(reader text, batch text, reads jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', r.stored, r.repeated, r.too_old, '+' || r.arrived, '-' || r.departed, '~' || r.retracted)
    FROM ims.rfid_ingest('SHOP', reader, batch, reads) AS r
$$;
-- Tags that an owner keeps of a portal, reads left out, by what is in the reads.
CREATE FUNCTION pg_temp.portal(owner text, batch text, reads jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', r.stored, r.repeated, r.foreign_tags) FROM ims.rfid_ingest(owner, 'PORTAL', batch, reads) AS r
$$;
CREATE FUNCTION pg_temp.kept(owner text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(coalesce(substr(CASE WHEN ims.is_epc(e.epc) THEN ims.epc_pure_uri(e.epc::ims.epc) END, 12), e.epc), ' '
        ORDER BY e.epc COLLATE "C")
    FROM ims_bi.rfid_event AS e WHERE e.owner = $1 AND e.reader = 'PORTAL' AND e.kind = 'arrive' AND e.retracted_at IS NULL
$$;
-- Events that hold.
CREATE FUNCTION pg_temp.events(point text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat(e.epc, CASE e.kind WHEN 'arrive' THEN '+' ELSE '-' END,
        pg_temp.s(e.occurred_at), '@', e.location), ' ' ORDER BY e.epc, e.occurred_at, e.kind)
    FROM ims_bi.rfid_event AS e
    WHERE e.owner = 'SHOP' AND e.read_point = point AND e.retracted_at IS NULL
$$;

-- readers
SELECT lives_ok($$
    SELECT ims.set_rfid_reader('SHOP', 'DOOR', 'T-HERE-A', window_seconds => 10);
    SELECT ims.set_rfid_reader('SHOP', 'LEFT', 'T-HERE-A', 'GATE', 10, 'left of the gate');
    SELECT ims.set_rfid_reader('SHOP', 'RIGHT', 'T-HERE-B', 'GATE');
    SELECT ims.set_rfid_reader('SHOP', 'OFF', 'T-HERE-A', status => 'inactive') $$, 'readers are made');
SELECT results_eq($$SELECT r.code, r.name, p.code, p.window_seconds, l.code, r.status
    FROM ims.rfid_reader AS r JOIN ims.rfid_point AS p USING (owner_id, rfid_point_id)
    JOIN ims.location AS l USING (location_id) WHERE r.owner_id = 9001 ORDER BY r.code$$,
    $$VALUES ('DOOR', 'DOOR', 'DOOR', 10::bigint, 'T-HERE-A', 'active'),
        ('LEFT', 'left of the gate', 'GATE', 10, 'T-HERE-A', 'active'),
        ('OFF', 'OFF', 'OFF', 30, 'T-HERE-A', 'inactive'),
        ('RIGHT', 'RIGHT', 'GATE', 10, 'T-HERE-B', 'active')$$, 'as said, or by default');
SELECT lives_ok($$
    SELECT ims.set_rfid_reader('SHOP', 'OFF', 'T-HERE-B', 'ELSEWHERE', 86400, 'off');
    SELECT ims.set_rfid_reader('SHOP', 'OFF', window_seconds => 1) $$, 'what no reads rest on is changed');

-- visits, at the bounds of the window
SELECT is(pg_temp.ingest('DOOR', 'A', pg_temp.reads('AA', '{0,10,20}')), '3 0 0 +1 -0 ~0', 'reads 10 s apart are one visit');
SELECT is(pg_temp.ingest('DOOR', 'B', pg_temp.reads('AA', '{30.000001}')), '1 0 0 +1 -1 ~0', 'a little more ends it');
SELECT is(pg_temp.events('DOOR'), 'AA+0@T-HERE-A AA-20@T-HERE-A AA+30.000001@T-HERE-A', 'with its last read');
SELECT is(ims.rfid_sweep('SHOP', pg_temp.t(40.000001)), 0::bigint, 'after the window itself it is there');
SELECT is(ims.rfid_sweep('SHOP', pg_temp.t(40.000002)), 1::bigint, 'a little later it has gone');
SELECT is(ims.rfid_sweep('SHOP', pg_temp.t(40.000002)), 0::bigint, 'once');
SELECT is(ims.rfid_sweep('SHOP', pg_temp.t(7)), 0::bigint, 'an earlier sweep says nothing');
SELECT is(pg_temp.ingest('DOOR', 'C', pg_temp.reads('AA', '{25}')), '1 0 0 +0 -0 ~2', 'a late read joins two visits');
SELECT is(pg_temp.events('DOOR'), 'AA+0@T-HERE-A AA-30.000001@T-HERE-A', 'and takes back what was between');
SELECT is(pg_temp.ingest('DOOR', 'D', pg_temp.reads('AA', '{40}')), '1 0 0 +0 -0 ~1', 'and one that takes back a departure');
SELECT is(pg_temp.ingest('DOOR', 'E', pg_temp.reads('AA', '{-30}')), '1 0 0 +1 -1 ~0', 'one before all others is a visit that ended');
SELECT is(pg_temp.ingest('DOOR', 'F', pg_temp.reads('AA', '{60,80,100}')), '3 0 0 +3 -3 ~0', 'several visits in one call');
SELECT is(pg_temp.ingest('DOOR', 'G', pg_temp.reads('AA', '{}')), '0 0 0 +0 -0 ~0', 'no reads');
SELECT is(pg_temp.events('DOOR'), 'AA+-30@T-HERE-A AA--30@T-HERE-A AA+0@T-HERE-A AA-40@T-HERE-A '
    'AA+60@T-HERE-A AA-60@T-HERE-A AA+80@T-HERE-A AA-80@T-HERE-A AA+100@T-HERE-A', 'all of them');
SELECT results_eq($$SELECT p.epc, p.reader, pg_temp.s(p.first_seen_at), p.read_count FROM ims_bi.rfid_presence AS p$$,
    $$VALUES ('AA', 'DOOR', 100::numeric, 1::bigint)$$, 'it is there');

-- idempotency
SELECT is(pg_temp.ingest('DOOR', 'F', pg_temp.reads('AA', '{60,80,100}')), '0 3 0 +0 -0 ~0', 'a batch again');
SELECT is(pg_temp.ingest('DOOR', 'F', pg_temp.reads('AA', '{60,80,100,101}')), '1 3 0 +0 -0 ~0', 'the rest of it');
SELECT is(pg_temp.ingest('DOOR', 'H', pg_temp.reads('AA', '{102}') || pg_temp.reads('AA', '{102}')), '1 1 0 +0 -0 ~0', 'twice in one call');
SELECT is(pg_temp.refusal($$SELECT ims.rfid_ingest('SHOP', 'DOOR', 'F', pg_temp.reads('AA', '{61}'))$$),
    'IV218 | number 1 of batch "F" stands for another read | {"line": 1, "batch": "F", "sequence": 1}',
    'a number of another read');
SELECT is(pg_temp.refusal($$SELECT ims.rfid_ingest('SHOP', 'DOOR', 'I', pg_temp.reads('AA', '{103}') || pg_temp.reads('BB', '{103}'))$$),
    'IV218 | number 1 of batch "I" stands for another read | {"line": 2, "batch": "I", "sequence": 1}',
    'in one call too');
SELECT is(pg_temp.ingest('DOOR', 'J', '[{"epc": "urn:epc:tag:sgtin-96:3.0614141.812345.6789", "read_at": "2026-01-01T00:00:00Z"},
    {"epc": "3074257bf7194e4000001a85", "read_at": "2026-01-01T00:00:01Z"}]'), '2 0 0 +1 -1 ~0',
    'tag URI and small letters are one tag; the line numbers the reads');
SELECT is(pg_temp.ingest('DOOR', 'K', jsonb_build_array(
    jsonb_build_object('epc', t.uri, 'read_at', pg_temp.t(0)),
    jsonb_build_object('epc', rpad(ims.epc_hex(t.uri::ims.epc), 52, '0'), 'read_at', pg_temp.t(1)))), '2 0 0 +1 -1 ~0',
    'nor are bits that fill up the last word another tag')
FROM (VALUES ('urn:epc:tag:sgtin-198:3.0614141.712345.32a%2Fb')) AS t (uri);
SELECT is(pg_temp.ingest('DOOR', 'L', pg_temp.reads('DD', '{200,260,320}')), '3 0 0 +3 -2 ~0',
    'a tag that is new there, and comes three times');

-- several readers of a point: most reads, then the stronger signal, then the older reader
SELECT is(pg_temp.ingest('LEFT', 'A', pg_temp.reads('AA', '{0,1}', 1, -70)), '2 0 0 +1 -1 ~0', 'left');
SELECT is(pg_temp.ingest('RIGHT', 'A', pg_temp.reads('AA', '{2}', 1, -40)), '1 0 0 +0 -1 ~1', 'right, fewer reads');
SELECT is(pg_temp.events('GATE'), 'AA+0@T-HERE-A AA-2@T-HERE-A', 'heard most on the left');
SELECT is(pg_temp.ingest('RIGHT', 'B', pg_temp.reads('AA', '{3}', 1, -40)), '1 0 0 +1 -1 ~2', 'as many, stronger');
SELECT is(pg_temp.events('GATE'), 'AA+0@T-HERE-B AA-3@T-HERE-B', 'is on the right');
SELECT is(pg_temp.ingest('LEFT', 'B', pg_temp.reads('AA', '{3}')), '1 0 0 +1 -1 ~2', 'more reads');
SELECT is(pg_temp.events('GATE'), 'AA+0@T-HERE-A AA-3@T-HERE-A', 'is on the left again');
SELECT is(pg_temp.ingest('LEFT', 'C', pg_temp.reads('CC', '{0}')) || pg_temp.ingest('RIGHT', 'C', pg_temp.reads('CC', '{0}')),
    '1 0 0 +1 -1 ~01 0 0 +0 -0 ~0', 'as many and no signal: the older reader');

-- What one query over all reads says.
CREATE TEMP TABLE given (reader text, point text, location text, age bigint, batch text, sequence bigint, epc text,
    read_at timestamptz, rssi numeric);
CREATE FUNCTION pg_temp.model(for_point text, gap interval, swept timestamptz) RETURNS text LANGUAGE sql AS $$
    WITH island AS (
        SELECT m.*, count(*) FILTER (WHERE m.begins) OVER (PARTITION BY m.epc ORDER BY m.read_at) AS island
        FROM (
            SELECT g.*, g.read_at - lag(g.read_at) OVER (PARTITION BY g.epc ORDER BY g.read_at) > gap AS begins
            FROM given AS g WHERE g.point = for_point) AS m),
    visit AS (
        SELECT i.epc, i.island, min(i.read_at) AS first_at, max(i.read_at) AS last_at,
            (SELECT h.location FROM island AS h WHERE h.epc = i.epc AND h.island = i.island
             GROUP BY h.location, h.age ORDER BY count(*) DESC, avg(h.rssi) DESC NULLS LAST, h.age LIMIT 1) AS location
        FROM island AS i GROUP BY i.epc, i.island),
    event AS (
        SELECT v.epc, '+' AS kind, v.first_at AS at, v.location FROM visit AS v
        UNION ALL
        SELECT v.epc, '-', v.last_at, v.location FROM visit AS v
        WHERE v.last_at + gap < swept
            OR EXISTS (SELECT FROM visit AS w WHERE w.epc = v.epc AND w.first_at > v.last_at))
    SELECT string_agg(concat(e.epc, e.kind, pg_temp.s(e.at), '@', e.location), ' '
        ORDER BY e.epc, e.at, CASE e.kind WHEN '+' THEN 'arrive' ELSE 'depart' END)
    FROM event AS e
$$;
-- A trial: reads of a few tags by two readers at a point of its own, sent in
-- pieces of batches in random order, some twice, with sweeps between.
CREATE FUNCTION pg_temp.trial(n bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    point text := 'POINT-' || n;
    piece record;
    swept timestamptz := '-infinity';
    gap bigint := 1 + floor(random() * 12);
BEGIN
    DELETE FROM given;
    PERFORM ims.set_rfid_reader('SHOP', 'L-' || n, 'T-HERE-A', point, gap);
    PERFORM ims.set_rfid_reader('SHOP', 'R-' || n, 'T-HERE-B', point);
    INSERT INTO given
    SELECT r.reader || '-' || n, point, CASE r.reader WHEN 'L' THEN 'T-HERE-A' ELSE 'T-HERE-B' END,
        CASE r.reader WHEN 'L' THEN 1 ELSE 2 END, 'B' || floor(r.b * 6), row_number() OVER (), r.epc,
        pg_temp.t(r.seconds), r.rssi
    FROM (
        SELECT CASE WHEN random() < 0.5 THEN 'L' ELSE 'R' END AS reader, random() AS b,
            'A' || floor(random() * 4) AS epc,
            floor(random() * 1000)::numeric / 4 AS seconds,
            CASE WHEN random() < 0.7 THEN -40 - floor(random() * 40)::numeric END AS rssi
        FROM generate_series(1, 120)) AS r;
    FOR piece IN
        SELECT p.reader, p.batch, jsonb_agg(jsonb_build_object('sequence', p.sequence, 'epc', p.epc,
            'read_at', p.read_at, 'rssi', p.rssi) ORDER BY random()) AS reads
        FROM (
            SELECT g.*, t.again, floor(random() * 3) AS part
            FROM given AS g CROSS JOIN generate_series(1, 2) AS t (again)
            WHERE t.again = 1 OR random() < 0.3) AS p
        GROUP BY p.reader, p.batch, p.again, p.part
        ORDER BY random()
    LOOP
        PERFORM ims.rfid_ingest('SHOP', piece.reader, piece.batch, piece.reads);
        IF random() < 0.3 THEN
            swept := greatest(swept, pg_temp.t(floor(random() * 260)::numeric));
            PERFORM ims.rfid_sweep('SHOP', swept);
        END IF;
    END LOOP;
    -- every point of the owner was swept, by earlier trials too
    swept := (SELECT p.swept_through FROM ims.rfid_point AS p WHERE p.owner_id = 9001 AND p.code = point);
    RETURN pg_temp.events(point) = pg_temp.model(point, make_interval(secs => gap), swept);
END
$$;
SELECT setseed(coalesce(nullif(current_setting('ims.test_seed', true), '')::numeric, 0.25)) \g /dev/null
SELECT is((SELECT count(*) FILTER (WHERE pg_temp.trial(n)) FROM generate_series(1, 20) AS n), 20::bigint,
    'twenty times random reads in random pieces');
SELECT cmp_ok((SELECT count(*) FROM ims.rfid_event AS e WHERE e.retracted_at IS NOT NULL), '>', 500::bigint,
    'many events were taken back on the way');
SELECT is_empty($$SELECT * FROM ims.verify('SHOP')$$, 'verify() agrees');

-- a portal that goods of several owners pass: each keeps what is his
CREATE SEQUENCE ims.document_number_9002_seq;
INSERT INTO ims.item_code (owner_id, kind, code, item_id) VALUES
    (9001, 'gtin', '09520123456788', 9301), (9001, 'gtin', '09520123456801', 9304);
INSERT INTO ims.item (owner_id, item_id, code, name, base_unit, tracking, stocked) VALUES
    (9002, 9304, 'PHONE', 'phone', 'EA', 'serial', true), (9002, 9305, 'CUP', 'cup', 'EA', 'none', true);
INSERT INTO ims.item_code (owner_id, kind, code, item_id) VALUES
    (9002, 'gtin', '09520123456801', 9304), (9002, 'gtin', '09520123456818', 9305);
INSERT INTO ims.serial (owner_id, serial_id, item_id, code) VALUES (9001, 9510, 9304, '510'), (9002, 9511, 9304, '511');
INSERT INTO ims.handling_unit (owner_id, handling_unit_id, code) VALUES
    (9001, 9610, '106141412345678908'), (9001, 9611, '8003ROOT'), (9002, 9612, 'BEEF01');
SELECT lives_ok($$ SELECT ims.set_rfid_reader(o.owner, 'PORTAL', 'T-HERE-A', window_seconds => 10, tags => 'own')
    FROM (VALUES ('SHOP'), ('OTHER')) AS o (owner) $$, 'a reader for each owner');
SELECT jsonb_agg(jsonb_build_object('epc', coalesce(ims.epc_hex(t.epc::ims.epc), t.code), 'read_at', pg_temp.t(t.n)) ORDER BY t.n) AS passing
FROM (
    SELECT n, CASE WHEN element IS NOT NULL THEN ims.epc_from_element_string(element, 7)::text END AS epc, code
    FROM (VALUES (1, '(01)09520123456788(21)1', NULL), (2, '(01)09520123456818(21)1', NULL), (3, '(01)09520123456801(21)510', NULL),
        (4, '(01)09520123456801(21)511', NULL), (5, '(01)09520123456801(21)512', NULL), (6, '(00)106141412345678908', NULL),
        (7, '(414)9520123456788', NULL), (8, NULL, 'BEEF01'), (9, NULL, 'BEEF02')) AS v (n, element, code)) AS t \gset
SELECT is(pg_temp.portal(c.owner, 'A', :'passing'), c.expected, 'reads that ' || c.owner || ' keeps, and leaves out')
FROM (VALUES ('SHOP', '3 0 6'), ('OTHER', '3 0 6')) AS c (owner, expected);
SELECT is(pg_temp.kept('SHOP'), 'sgtin:9520123.045678.1 sgtin:9520123.045680.510 sscc:0614141.1234567890', 'goods, a unit, a pallet of his');
SELECT is(pg_temp.kept('OTHER'), 'sgtin:9520123.045680.511 sgtin:9520123.045681.1 BEEF01', 'and those of the other');
INSERT INTO ims.serial (owner_id, serial_id, item_id, code) VALUES (9001, 9512, 9304, '512');
SELECT is(pg_temp.portal('SHOP', 'A', :'passing'), '1 3 5', 'the same batch again: what has become his since');
SELECT lives_ok($$ SELECT ims.set_rfid_reader('OTHER', 'PORTAL', tags => 'all') $$, 'a reader that keeps all');
SELECT is(pg_temp.portal('OTHER', 'B', :'passing'), '9 0 0', 'does so');
SELECT is(pg_temp.portal('SHOP', 'C', '[]'), '0 0 0', 'no reads');
\i doc/roles.sql
CREATE ROLE ims_test_of_shop IN ROLE ims_clerk;
SELECT ims.add_owner_member('SHOP', 'ims_test_of_shop') \g /dev/null
SET LOCAL ROLE ims_test_of_shop;
SELECT results_eq($$ SELECT DISTINCT e.owner FROM ims_bi.rfid_event AS e UNION SELECT DISTINCT p.owner FROM ims_bi.rfid_presence AS p $$,
    $$ VALUES ('SHOP') $$, 'a member of one owner sees no other''s');
SELECT is(split_part(pg_temp.refusal($$ SELECT ims.rfid_ingest('OTHER', 'PORTAL', 'Z', '[]') $$), ' | ', 1), 'IV202', 'nor sends for him');
RESET ROLE;
SELECT is_empty($$SELECT * FROM ims.verify('SHOP')$$, 'verify() agrees');

-- retention
SELECT is((SELECT count(*) FROM ims.rfid_read AS r JOIN ims.rfid_reader AS d USING (owner_id, rfid_reader_id)
    WHERE d.code = 'DOOR' AND r.read_at < pg_temp.t(60)), 11::bigint, 'reads of before');
SELECT cmp_ok(ims.drop_rfid_reads('SHOP', pg_temp.t(60)), '>', 100::bigint, 'are dropped');
SELECT is((SELECT count(*) FROM ims.rfid_read AS r WHERE r.owner_id = 9001 AND r.read_at < pg_temp.t(60)), 0::bigint, 'all');
SELECT is(pg_temp.ingest('DOOR', 'F', pg_temp.reads('AA', '{60,80,100,101}')), '0 4 0 +0 -0 ~0', 'those after are known');
SELECT is(pg_temp.ingest('DOOR', 'A', pg_temp.reads('AA', '{0,10,20,60}')), '1 0 3 +0 -0 ~0',
    'those before are taken no more, new ones are');
SELECT is(ims.drop_rfid_reads('SHOP', pg_temp.t(60)), 0::bigint, 'nothing more to drop');
SELECT is_empty($$SELECT * FROM ims.verify('SHOP')$$, 'visits and events stay');

-- refusals
SELECT is(split_part(pg_temp.refusal('SELECT ims.' || c.call), ' | ', 1), c.expected, c.name)
FROM (VALUES
    (1, 'no reader', $$rfid_ingest('SHOP', NULL, 'A', '[]')$$, 'IV201'),
    (2, 'no batch', $$rfid_ingest('SHOP', 'DOOR', NULL, '[]')$$, 'IV201'),
    (3, 'no reads', $$rfid_ingest('SHOP', 'DOOR', 'A')$$, 'IV201'),
    (4, 'unknown reader', $$rfid_ingest('SHOP', 'WINDOW', 'A', '[]')$$, 'IV229'),
    (5, 'a reader of another owner', $$rfid_ingest('OTHER', 'DOOR', 'A', '[]')$$, 'IV229'),
    (6, 'inactive reader', $$rfid_ingest('SHOP', 'OFF', 'A', '[]')$$, 'IV212'),
    (7, 'batch code too long', $$rfid_ingest('SHOP', 'DOOR', repeat('x', 101), '[]')$$, 'IV104'),
    (8, 'longest batch code', $$rfid_ingest('SHOP', 'DOOR', repeat('x', 100), '[]')$$, 'accepted'),
    (9, 'no array', $$rfid_ingest('SHOP', 'DOOR', 'A', '{}')$$, 'IV223'),
    (10, 'no object', $$rfid_ingest('SHOP', 'DOOR', 'A', '[1]')$$, 'IV223'),
    (11, 'unknown key', $$rfid_ingest('SHOP', 'DOOR', 'A', '[{"tag": "AA"}]')$$, 'IV211'),
    (12, 'no tag', $$rfid_ingest('SHOP', 'DOOR', 'A', '[{"read_at": "2026-01-01T00:00:00Z"}]')$$, 'IV201'),
    (13, 'no time', $$rfid_ingest('SHOP', 'DOOR', 'A', '[{"epc": "AA"}]')$$, 'IV201'),
    (14, 'no bits', $$rfid_ingest('SHOP', 'DOOR', 'A', '[{"epc": "", "read_at": "2026-01-01T00:00:00Z"}]')$$, 'IV111'),
    (15, 'half a byte', $$rfid_ingest('SHOP', 'DOOR', 'A', '[{"epc": "AAA", "read_at": "2026-01-01T00:00:00Z"}]')$$, 'IV111'),
    (16, 'no digits', $$rfid_ingest('SHOP', 'DOOR', 'A', '[{"epc": "GG", "read_at": "2026-01-01T00:00:00Z"}]')$$, 'IV111'),
    (17, 'longest tag', $$rfid_ingest('SHOP', 'DOOR', 'Z', jsonb_build_array(jsonb_build_object(
        'epc', repeat('A', 124), 'read_at', pg_temp.t(70))))$$, 'accepted'),
    (18, 'one byte more', $$rfid_ingest('SHOP', 'DOOR', 'Z', jsonb_build_array(jsonb_build_object(
        'epc', repeat('A', 126), 'read_at', pg_temp.t(70))))$$, 'IV111'),
    (19, 'future', $$rfid_ingest('SHOP', 'DOOR', 'A', '[{"epc": "AA", "read_at": "9026-01-01T00:00:00Z"}]')$$, 'IV217'),
    (20, 'no instant', $$rfid_ingest('SHOP', 'DOOR', 'A', '[{"epc": "AA", "read_at": "infinity"}]')$$, 'IV223'),
    (21, 'negative sequence', $$rfid_ingest('SHOP', 'DOOR', 'A', '[{"epc": "AA", "read_at": "2026-01-01T00:00:00Z", "sequence": -1}]')$$, '22023'),
    (22, 'first sequence', $$rfid_ingest('SHOP', 'DOOR', 'Y', '[{"epc": "AA", "read_at": "2026-01-01T00:00:00Z", "sequence": 0}]')$$, 'accepted'),
    (23, 'signal out of range', $$rfid_ingest('SHOP', 'DOOR', 'A', '[{"epc": "AA", "read_at": "2026-01-01T00:00:00Z", "rssi": 1001}]')$$, '22023'),
    (24, 'no number', $$rfid_ingest('SHOP', 'DOOR', 'A', '[{"epc": "AA", "read_at": "2026-01-01T00:00:00Z", "rssi": "loud"}]')$$, '22P02'),
    (24.1, 'time without zone', $$rfid_ingest('SHOP', 'DOOR', 'A', '[{"epc": "AA", "read_at": "2026-01-01 00:00:00"}]')$$, 'IV223'),
    (24.2, 'date alone', $$rfid_ingest('SHOP', 'DOOR', 'A', '[{"epc": "AA", "read_at": "2026-01-01"}]')$$, 'IV223'),
    (24.3, 'offset', $$rfid_ingest('SHOP', 'DOOR', 'X', '[{"epc": "AA", "read_at": "2026-01-01 03:00:00+02"}]')$$, 'accepted'),
    (25, 'sweep of the future', $$rfid_sweep('SHOP', '9026-01-01 00:00+00')$$, 'IV217'),
    (26, 'sweep of no instant', $$rfid_sweep('SHOP', 'infinity')$$, '22023'),
    (27, 'drop of the future', $$drop_rfid_reads('SHOP', '9026-01-01 00:00+00')$$, 'IV217'),
    (28, 'drop without instant', $$drop_rfid_reads('SHOP')$$, 'IV201'),
    (29, 'no place', $$set_rfid_reader('SHOP', 'NEW')$$, 'IV201'),
    (30, 'unknown place', $$set_rfid_reader('SHOP', 'NEW', 'NOWHERE')$$, 'IV204'),
    (31, 'no window', $$set_rfid_reader('SHOP', 'NEW', 'T-HERE', window_seconds => 0)$$, '22023'),
    (32, 'window of more than a day', $$set_rfid_reader('SHOP', 'NEW', 'T-HERE', window_seconds => 86401)$$, '22023'),
    (33, 'unknown status', $$set_rfid_reader('SHOP', 'NEW', 'T-HERE', status => 'idle')$$, '22023'),
    (34, 'another window after reads', $$set_rfid_reader('SHOP', 'DOOR', window_seconds => 11)$$, 'IV228'),
    (35, 'another place after reads', $$set_rfid_reader('SHOP', 'DOOR', 'T-HERE-B')$$, 'IV228'),
    (36, 'another point after reads', $$set_rfid_reader('SHOP', 'DOOR', read_point => 'GATE')$$, 'IV228'),
    (36.1, 'unknown tags', $$set_rfid_reader('SHOP', 'DOOR', tags => 'some')$$, '22023'),
    (37, 'the same again', $$set_rfid_reader('SHOP', 'DOOR', 'T-HERE-A', 'DOOR', 10, 'door')$$, 'accepted')
    ) AS c (place, name, call, expected)
ORDER BY c.place;

-- guards: statement by statement, past the functions
SELECT is(split_part(pg_temp.refusal(c.statement), ' | ', 1), c.expected, c.statement)
FROM (VALUES
    (1, $$INSERT INTO ims.rfid_read (owner_id, rfid_reader_id, batch, sequence, epc, read_at) VALUES (9001, 1, 'A', 1, 'AA', now())$$, 'IV222'),
    (2, $$UPDATE ims.rfid_read SET epc = 'BB'$$, 'IV221'),
    (3, $$DELETE FROM ims.rfid_read$$, 'IV222'),
    (4, $$TRUNCATE ims.rfid_read$$, 'IV221'),
    (5, $$UPDATE ims.rfid_visit SET departed = true$$, 'IV222'),
    (6, $$DELETE FROM ims.rfid_visit$$, 'IV222'),
    (7, $$TRUNCATE ims.rfid_visit$$, 'IV222'),
    (8, $$UPDATE ims.rfid_event SET retracted_at = now()$$, 'IV222'),
    (9, $$SELECT ims._engine_begin(); UPDATE ims.rfid_event SET kind = 'depart' WHERE kind = 'arrive'$$, 'IV221'),
    (10, $$SELECT ims._engine_begin(); UPDATE ims.rfid_event SET retracted_at = NULL WHERE retracted_at IS NOT NULL$$, 'IV221'),
    (11, $$DELETE FROM ims.rfid_event$$, 'IV221'),
    (12, $$TRUNCATE ims.rfid_event$$, 'IV221')
    ) AS c (place, statement, expected)
ORDER BY c.place;

-- verify() sees each contradiction
CREATE FUNCTION pg_temp.found(damage text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    found text;
BEGIN
    SET LOCAL session_replication_role = replica;
    ALTER TABLE ims.rfid_event DISABLE TRIGGER USER;
    ALTER TABLE ims.rfid_visit DISABLE TRIGGER USER;
    ALTER TABLE ims.rfid_read DISABLE TRIGGER USER;
    EXECUTE damage;
    found := (SELECT string_agg(DISTINCT v.check_name, ' ' ORDER BY v.check_name)
        FROM ims._verify_rows(9001) AS v);
    RAISE EXCEPTION USING ERRCODE = 'P0099', MESSAGE = coalesce(found, 'nothing');
EXCEPTION WHEN SQLSTATE 'P0099' THEN
    RETURN SQLERRM;
END
$$;
SELECT is(pg_temp.found(c.damage), c.expected, c.damage)
FROM (VALUES
    (1, $$UPDATE ims.rfid_visit SET last_seen_at = pg_temp.t(55) WHERE epc = 'AA' AND last_seen_at = pg_temp.t(40)$$,
        'rfid_event.visit rfid_visit.gap'),
    (2, $$UPDATE ims.rfid_visit SET departed = NOT departed WHERE epc = 'AA' AND last_seen_at = pg_temp.t(40)$$,
        'rfid_event.visit rfid_visit.departed'),
    (3, $$UPDATE ims.rfid_event SET retracted_at = now() WHERE epc = 'AA' AND occurred_at = pg_temp.t(40)$$,
        'rfid_event.visit'),
    (4, $$UPDATE ims.rfid_visit SET read_count = read_count + 1 WHERE epc = 'AA' AND last_seen_at = pg_temp.t(40)$$,
        'rfid_point.read_count'),
    (5, $$UPDATE ims.rfid_visit SET rfid_reader_id = 77 WHERE epc = 'AA' AND last_seen_at = pg_temp.t(40)$$,
        'rfid_event.visit rfid_visit.reader'),
    (6, $$UPDATE ims.rfid_read SET rfid_reader_id = 77 WHERE epc = 'AA' AND read_at = pg_temp.t(102)$$,
        'rfid_read.reader')
    ) AS c (place, damage, expected)
ORDER BY c.place;

SELECT * FROM finish();
ROLLBACK;
