-- Every SQLSTATE of class IV is raised here once, with the facts that
-- doc/errors.md promises.  The page and src/errors.h are read as they are: a
-- code that one of them lacks, a call that raises another code, and a key that
-- is not documented each fail a test.
\i test/setup.psql
BEGIN;
SELECT no_plan();
\i test/posting.psql
\set page `cat doc/errors.md`
\set header `cat src/errors.h`

CREATE TEMPORARY TABLE documented AS
SELECT m[1] AS code, m[2] AS condition,
    ARRAY(SELECT k[1] FROM regexp_matches(m[3], '`(\w+)`', 'g') AS k) AS keys
FROM regexp_matches(:'page', '\n\| `(IV\d\d\d)` \| (\w+) \|([^|]*)\|', 'g') AS m;
CREATE TEMPORARY TABLE listed AS
SELECT 'IV' || m[2] || m[3] || m[4] AS code, lower(m[1]) AS condition
FROM regexp_matches(:'header',
    '#define ERRCODE_IMS_(\w+) MAKE_SQLSTATE\(''I'', ''V'', ''(\d)'', ''(\d)'', ''(\d)''\)', 'g') AS m;
SELECT cmp_ok((SELECT count(*) FROM documented), '>', 40::bigint, 'the page is read');
SELECT set_eq('SELECT code, condition FROM listed', 'SELECT code, condition FROM documented',
    'code and page list the same conditions');

-- What the calls need.
INSERT INTO ims.owner (owner_id, code, name, closed_through)
VALUES (9003, 'CLOSED', 'closed', '2020-01-01 00:00:00+00');
CREATE SEQUENCE ims.document_number_9003_seq;
INSERT INTO ims.item (owner_id, item_id, code, name, base_unit, status, tracking, periodic) VALUES
    (9001, 9307, 'OLD', 'old', 'EA', 'inactive', 'none', false),
    (9001, 9308, 'SCREW', 'screw', 'EA', 'active', 'none', true),
    (9003, 9398, 'PEN', 'pen', 'EA', 'active', 'none', false);
INSERT INTO ims.lot (owner_id, lot_id, item_id, code, status) VALUES
    (9001, 9402, 9303, 'HELD', 'on_hold');
INSERT INTO ims.lot (owner_id, lot_id, item_id, code, expires_on) VALUES
    (9001, 9403, 9303, 'SHORT', '2030-01-31'), (9001, 9404, 9303, 'MADE', NULL), (9001, 9405, 9303, 'ALSO', NULL);
INSERT INTO ims.party (owner_id, code, name, kind, status) VALUES
    (9001, 'GONE', 'gone', 'supplier', 'inactive');
INSERT INTO ims.channel (owner_id, code, name, status) VALUES
    (9001, 'FAX-OUT', 'fax', 'inactive');
SELECT count(*) FROM ims.post('[
    {"item": "PEN", "quantity": 2, "unit": "CS", "to_location": "T-HERE-A"},
    {"item": "MILK", "quantity": 9, "to_location": "T-HERE-A", "lot": "HELD"},
    {"item": "MILK", "quantity": 9, "to_location": "T-HERE-A", "lot": "SHORT"},
    {"item": "MILK", "quantity": 9, "to_location": "T-HERE-A", "lot": "MADE"},
    {"item": "PHONE", "quantity": 1, "to_location": "T-HERE-A", "serial": "S1"},
    {"item": "PHONE", "quantity": 1, "to_location": "T-HERE-B", "serial": "S2"}]',
    kind => 'receive', owner => 'SHOP', effective_at => '2024-03-01 12:00+00') \g /dev/null
SELECT count(*) FROM ims.relot('SHOP', 'MILK', location => 'T-HERE-A', from_lots => '{MADE}', to_lots => '{ALSO}',
    from_quantities => '{1}', effective_at => '2024-03-01 13:00+00') \g /dev/null
SELECT count(*) FROM ims.ship('SHOP', 'PEN', 4, from_location => 'T-HERE-A',
    effective_at => '2024-03-02 12:00+00', idempotency_key => 'K') \g /dev/null
SELECT count(*) FROM ims.count_stock('SHOP', 'INK', 5, location => 'T-HERE-A',
    counted_at => '2024-03-03 12:00+00') \g /dev/null
SELECT posting_id AS sale FROM ims.posting WHERE owner_id = 9001 AND kind = 'ship' \gset
SELECT posting_id AS receipt FROM ims.posting WHERE owner_id = 9001 AND kind = 'receive' \gset
SELECT m.movement_id AS sold FROM ims.movement AS m WHERE m.posting_id = :sale \gset
SELECT r.posting_id AS back FROM ims.receive('SHOP', 'INK', 1, to_location => 'T-HERE-B') AS r \gset
SELECT count(*) FROM ims.reverse_posting('SHOP', :back, dry_run => true, reason => 'try') \g /dev/null
SELECT count(*) FROM ims.reverse_posting('SHOP', :back, reason => 'typed twice') \g /dev/null
SELECT ims.create_period('SHOP', 'march', '2024-03-01 00:00+00', '2024-04-01 00:00+00') \g /dev/null
SELECT ims.create_period('SHOP', 'april', '2024-04-01 00:00+00', '2024-05-01 00:00+00') \g /dev/null

-- SQLSTATE of a statement, and the facts of its detail; 00001 if it passes.
CREATE FUNCTION pg_temp.facts(statements text, OUT code text, OUT detail text, OUT facts jsonb)
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statements;
    RAISE SQLSTATE '00001';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    code := SQLSTATE;
    facts := substring(detail FROM '\{.*\}$')::jsonb;
END
$$;

CREATE TEMPORARY TABLE thrown AS
SELECT c.code, c.call, f.code AS got, f.detail, f.facts
FROM (VALUES
    ('IV101', $$ SELECT ims.receive('SHOP', 'PEN', 0, to_location => 'T-HERE-A') $$),
    ('IV102', $$ SELECT ims.receive('SHOP', 'PEN', 1, 'PAL', 'T-HERE-A') $$),
    ('IV103', $$ SELECT ims.receive('SHOP', 'SUGAR', 1, 'IN', 'T-HERE-A') $$),
    ('IV104', $$ SELECT ims.create_item('SHOP', ' X') $$),
    ('IV105', $$ SELECT ims.set_item_unit('SHOP', 'PEN', 'CS', 24) $$),
    ('IV106', $$ SELECT ims.create_item('SHOP', 'HAM', measured_unit => 'KGM', measured_per_base => 10, measured_tolerance => 0.1) AS made;
        SELECT ims.receive('SHOP', 'HAM', 1, to_location => 'T-HERE-A', measured_quantity => 12) $$),
    ('IV107', $$ SELECT ims.generate_serials('SHOP', 'PHONE', 100, 'X##') $$),
    ('IV110', $$ SELECT '4006381333932'::ims.gtin $$),
    ('IV110', $$ SELECT ims.gtin_format('4006381333931', 12) $$),
    ('IV111', $$ SELECT '3174257BF4499602D2000001'::ims.epc $$),
    ('IV112', $$ SELECT ims.encode_class_uri('SHOP', '4006381333931') $$),
    ('IV113', $$ SELECT ims.gtin_restricted_fields('2112345012346', '21IIIII') $$),
    ('IV113', $$ SELECT ims.change_owner('SHOP', gtin_patterns => '{21IIIII}') $$),
    ('IV121', $$ SELECT '(01)09520123456789'::ims.gs1 $$),
    ('IV122', $$ SELECT ims.gs1_parse('(10)A') $$),
    ('IV123', $$ SELECT ims.gs1_parse('(7099)A') $$),
    ('IV124', $$ SELECT ims.set_gs1_ai(ai => '10', format => 'N1', title => 'x') $$),
    ('IV103', $$ SELECT '1 LBR'::ims.measure + '1 KGM' $$),
    ('IV130', $$ SELECT '1.5'::ims.measure $$),
    ('IV130', $$ SELECT '999999999999 KGM'::ims.measure * 2 $$),
    ('IV131', $$ SELECT '1 CS'::ims.measure + '1 KGM' $$),
    ('IV140', $$ SELECT ims.pick_scan('SHOP', 'NOTHING', from_location => 'T-HERE-A', post => true) $$),
    ('IV141', $$ SELECT ims.pick_scan('SHOP', 'PEN', 'INK', from_location => 'T-HERE-A', post => true) $$),
    ('IV142', $$ SELECT ims.receive_scan('SHOP', 'PEN', to_location => 'T-HERE-A',
                    minimum_expiry => '2026-01-01', post => true) $$),
    ('IV143', $$ SELECT ims.pick_scan('SHOP', 'PEN', 'PEN', 1, labels => 2, from_location => 'T-HERE-A',
                    post => true) $$),
    ('IV201', $$ SELECT ims.receive('SHOP', 'PEN', to_location => 'T-HERE-A') $$),
    ('IV201', $$ SELECT ims.create_item('SHOP') $$),
    ('IV201', $$ INSERT INTO ims.movement (item_id, from_location_id, to_location_id, quantity)
                 VALUES (9301, 2, 9101, 1) $$),
    ('IV202', $$ INSERT INTO ims.movement (owner_id, item_id, from_location_id, to_location_id, quantity)
                 VALUES (77, 9301, 2, 9101, 1) $$),
    ('IV202', $$ SELECT ims.receive('NOBODY', 'PEN', 1, to_location => 'T-HERE-A') $$),
    ('IV203', $$ SELECT ims.receive('SHOP', 'PIN', 1, to_location => 'T-HERE-A') $$),
    ('IV203', $$ SELECT ims.change_item('SHOP', 'PIN') $$),
    ('IV204', $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'NOWHERE') $$),
    ('IV203', $$ SELECT ims.post_ids('{77}', '{1}', '{2}', '{9101}', owner => 'SHOP') $$),
    ('IV204', $$ SELECT ims.post_ids('{9301}', '{1}', '{2}', '{77}', owner => 'SHOP') $$),
    ('IV204', $$ SELECT ims.change_location('NOWHERE') $$),
    ('IV205', $$ SELECT ims.receive('SHOP', 'MILK', 1, to_location => 'T-HERE-A', lot => 'L9') $$),
    ('IV205', $$ SELECT ims.post_ids('{9303}', '{1}', '{2}', '{9101}', '{77}', owner => 'SHOP') $$),
    ('IV206', $$ SELECT ims.post_ids('{9304}', '{1}', '{2}', '{9101}', serial_ids => '{77}', owner => 'SHOP') $$),
    ('IV206', $$ SELECT ims.receive('SHOP', 'PHONE', 1, to_location => 'T-HERE-A', serial => 'S9') $$),
    ('IV207', $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', handling_unit => 'P9') $$),
    ('IV207', $$ SELECT ims.post_ids('{9301}', '{1}', '{2}', '{9101}', to_handling_unit_ids => '{77}',
                    owner => 'SHOP') $$),
    ('IV208', $$ SELECT ims._post_lines('[{"owner_id": 9001, "kind": "move", "party_id": 77}]', '[]') $$),
    ('IV209', $$ SELECT ims._post_lines('[{"owner_id": 9001, "kind": "move", "channel_id": 77}]', '[]') $$),
    ('IV208', $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', party => 'JIM') $$),
    ('IV209', $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', channel => 'FAX') $$),
    ('IV210', $$ SELECT ims.reverse_posting('SHOP', 0, reason => 'none') $$),
    ('IV211', $$ SELECT ims.post('[{"itme": "PEN"}]', 'receive', 'SHOP') $$),
    ('IV212', $$ SELECT ims.receive('SHOP', 'OLD', 1, to_location => 'T-HERE-A') $$),
    ('IV212', $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', party => 'GONE') $$),
    ('IV212', $$ SELECT ims.ship('SHOP', 'PEN', 1, from_location => 'T-HERE-A', channel => 'FAX-OUT') $$),
    ('IV213', $$ SELECT ims.receive('SHOP', 'MILK', 1, to_location => 'T-HERE-A') $$),
    ('IV214', $$ SELECT ims.transfer('SHOP', 'PEN', 1, from_location => 'T-HERE-A',
                    to_location => 'T-THERE-A') $$),
    ('IV215', $$ SELECT ims.transfer('SHOP', 'PEN', 1, from_location => 'T-HERE-A',
                    to_location => 'T-HERE-A') $$),
    ('IV216', $$ SELECT ims.receive('CLOSED', 'PEN', 1, to_location => 'T-HERE-A',
                    effective_at => '2019-12-31 12:00+00') $$),
    ('IV217', $$ SELECT ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A',
                    effective_at => '2999-01-01 00:00+00') $$),
    ('IV218', $$ SELECT ims.ship('SHOP', 'PEN', 5, from_location => 'T-HERE-A', idempotency_key => 'K') $$),
    ('IV219', $$ SELECT ims.post('[]', 'receive', 'SHOP') $$),
    ('IV220', $$ SELECT ims.post_ids(array_fill(9301::bigint, '{10000001}'), '{1}', '{1}', '{9101}',
                    owner => 'SHOP') $$),
    ('IV221', $$ DELETE FROM ims.posting $$),
    ('IV222', $$ UPDATE ims.stock SET on_hand = 1 $$),
    ('IV223', $$ SELECT ims.post('{}', 'receive', 'SHOP') $$),
    ('IV224', $$ SELECT ims.ship('SHOP', 'SCREW', 1, from_location => 'T-HERE-A') $$),
    ('IV225', format($$ SELECT ims.reverse_posting('SHOP', %s, reason => 'again') $$, :back)),
    ('IV226', $$ SELECT ims.close_period('SHOP', 'may') $$),
    ('IV227', $$ SELECT ims.count_stock('SHOP', 'INK', 6, location => 'T-HERE-A',
                    counted_at => '2024-03-03 12:00+00') $$),
    ('IV228', $$ SELECT ims.delete_item('SHOP', 'PEN') $$),
    ('IV228', $$ DO $do$
                 BEGIN
                     PERFORM ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', handling_unit => 'P1');
                     PERFORM ims.delete_handling_unit('SHOP', 'P1');
                 END
                 $do$ $$),
    ('IV229', $$ SELECT ims.delete_category('SHOP', 'none') $$),
    ('IV230', $$ SELECT ims.close_period('SHOP', 'april') $$),
    ('IV231', $$ DO $do$
                 BEGIN
                     PERFORM ims.receive('SHOP', 'INK', 1, to_location => 'T-HERE-A',
                         effective_at => '2024-03-02 12:00+00');
                     PERFORM ims.reverse_posting('SHOP', (SELECT max(p.posting_id)
                         FROM ims.posting AS p WHERE p.kind = 'count_correction'), reason => 'no');
                 END
                 $do$ $$),
    ('IV232', $$ SELECT * FROM ims.stock_at('294276-12-31 23:59:59.999999+00', 'SHOP') $$),
    ('IV240', $$ SELECT ims.pack('SHOP', 'P1', handling_units => '{P1}', location => 'T-HERE-A') $$),
    ('IV240', $$ SELECT ims.unpack('SHOP', 'P1', handling_units => '{P2}') $$),
    ('IV241', $$ DO $do$
                 BEGIN
                     PERFORM ims.pack('SHOP', 'P1', handling_units => '{P2}', location => 'T-HERE-A');
                     PERFORM ims.unpack('SHOP', 'P1', effective_at => '2024-03-01 12:00+00');
                 END
                 $do$ $$),
    ('IV242', $$ DO $do$
                 BEGIN
                     PERFORM ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A', handling_unit => 'P1');
                     PERFORM ims.receive_handling_unit('SHOP', 'P1', '[{"item": "PEN", "quantity": 1}]', 'T-HERE-A',
                         post => true);
                 END
                 $do$ $$),
    ('IV250', $$ SELECT * FROM ims.trace_forward('SHOP', 'MILK', 'MADE', at_most => 1) $$),
    ('IV251', $$ SELECT * FROM ims.relot('SHOP', 'MILK', location => 'T-HERE-A', from_lots => '{SHORT}', to_lots => '{MADE}') $$),
    ('IV301', $$ SELECT ims.ship('SHOP', 'PEN', 21, from_location => 'T-HERE-A') $$),
    ('IV302', $$ DO $do$
                 BEGIN
                     PERFORM set_config('session_replication_role', 'replica', true);
                     UPDATE ims.availability SET reserved = 19 WHERE item_id = 9301;
                     PERFORM set_config('session_replication_role', 'origin', true);
                     PERFORM ims.ship('SHOP', 'PEN', 2, from_location => 'T-HERE-A');
                 END
                 $do$ $$),
    ('IV303', $$ SELECT ims.transfer('SHOP', 'PEN', 1, from_location => 'T-HERE-A',
                    to_location => 'T-HERE-B', effective_at => '2024-02-01 12:00+00') $$),
    ('IV304', $$ SELECT ims.ship('SHOP', 'MILK', 1, from_location => 'T-HERE-A', lot => 'HELD') $$),
    ('IV305', $$ SELECT ims.ship('SHOP', 'PHONE', 1, from_location => 'T-HERE-B', serial => 'S1') $$),
    ('IV306', $$ DO $do$
                 BEGIN
                     PERFORM ims.receive('SHOP', 'SUGAR', 999999999999.999999, to_location => 'T-HERE-A');
                     PERFORM ims.receive('SHOP', 'SUGAR', 0.000001, to_location => 'T-HERE-A');
                 END
                 $do$ $$),
    ('IV306', $$ SELECT ims.post_ids(array_fill(9301::bigint, '{11}'), array_fill(999999999999::numeric, '{11}'),
                    array_fill(2::bigint, '{11}'), array_fill(9101::bigint, '{11}'), owner => 'SHOP') $$),
    ('IV307', format($$ SELECT ims.return_from_customer('SHOP', 'PEN', 5, to_location => 'T-HERE-A',
                    origin_movement_id => %s) $$, :sold)),
    ('IV501', $$ SELECT ims.forecast('{1}', 0) $$),
    ('IV501', $$ SELECT ims.forecast('{1}', 1, coverage => 1) $$),
    ('IV501', $$ SELECT ims.forecast('{1}', 1, model => 'ARIMA') $$),
    ('IV501', $$ SELECT ims.demand_array(1, '2026-01-01', '2026-01-01', NULL, 'day', 'zero') $$),
    ('IV501', $$ SELECT ims.forecast_array(1, '2026-01-01', '2026-01-01', '2026-01-02', 'day', 'zero', h, 1, 'auto')
                FROM (VALUES (1), (2)) AS v (h) $$),
    ('IV502', $$ SELECT ims.forecast('{1}', 1, method => 'ARIMA') $$),
    ('IV503', $$ SELECT ims.forecast('{{1}}', 1) $$),
    ('IV503', $$ SELECT ims.abc_class('{1,-1}') $$),
    ('IV503', $$ SELECT ims.sparkline(array_fill(1, ARRAY[10001])) $$),
    ('IV504', $$ SELECT ims.demand_array(1, '2026-01-01', '2026-01-01', '2026-01-01', 'day', 'zero') $$),
    ('IV901', $$ DO $do$
                 BEGIN
                     ALTER TABLE ims.movement DISABLE TRIGGER movement_no_change;
                     PERFORM ims.migrate_ledger();
                 END
                 $do$ $$),
    ('IV901', $$ DO $do$
                 BEGIN
                     ALTER TABLE ims.movement DISABLE TRIGGER USER;
                     DELETE FROM ims.movement WHERE to_location_id = 9101 AND item_id = 9301;
                     PERFORM ims.rebuild('SHOP');
                 END
                 $do$ $$),
    ('IV902', $$ DO $do$
                 BEGIN
                     ALTER TABLE ims.ledger_object RENAME TO elsewhere;
                     PERFORM ims.repair_guards();
                 END
                 $do$ $$),
    ('IV902', $$ DO $do$
                 BEGIN
                     ALTER TABLE ims.movement RENAME TO elsewhere;
                     PERFORM ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A');
                 END
                 $do$ $$),
    ('IV903', $$ DO $do$
                 BEGIN
                     UPDATE ims.ledger_info SET ledger_version = '0.0.1';
                     PERFORM ims.receive('SHOP', 'PEN', 1, to_location => 'T-HERE-A');
                 END
                 $do$ $$),
    ('IV903', $$ DO $do$
                 BEGIN
                     UPDATE ims.ledger_info SET ledger_version = '99.10.1';
                     PERFORM ims.migrate_ledger();
                 END
                 $do$ $$),
    ('IV904', $$ DO $do$
                 BEGIN
                     ALTER TABLE ims.ledger_info RENAME COLUMN ledger_version TO mine;
                     PERFORM ims.create_ledger();
                 END
                 $do$ $$)
    ) AS c (code, call)
CROSS JOIN LATERAL pg_temp.facts(c.call) AS f;

SELECT is(t.got || CASE WHEN t.got = t.code THEN '' ELSE ': ' || coalesce(t.detail, '') END, t.code,
    t.code || ' ' || d.condition || ': ' || coalesce((
        SELECT string_agg(k.key, ', ' ORDER BY k.key)
        FROM jsonb_object_keys(t.facts) AS k (key)), 'no facts'))
FROM thrown AS t
LEFT JOIN documented AS d USING (code)
ORDER BY t.code, t.call;
SELECT set_eq('SELECT DISTINCT code FROM thrown', 'SELECT code FROM listed',
    'every code is raised here');
SELECT is_empty($$
    SELECT t.code, k.key
    FROM thrown AS t
    JOIN documented AS d USING (code)
    CROSS JOIN LATERAL jsonb_object_keys(t.facts) AS k (key)
    WHERE t.code NOT IN ('IV204', 'IV207', 'IV228') AND k.key <> ALL (d.keys) $$,
    'every key is documented (of three codes, by a rule)');
SELECT is_empty($$
    SELECT t.code, t.call, t.detail FROM thrown AS t
    WHERE t.facts IS NULL OR t.facts = '{}' OR t.detail !~ '^[A-Z0-9].*\. \{' $$,
    'every detail is a sentence and ends with an object');
SELECT is_empty($$
    SELECT t.code, k.key FROM thrown AS t CROSS JOIN LATERAL jsonb_object_keys(t.facts) AS k (key)
    WHERE k.key !~ '^[a-z]+(_[a-z]+)*$' $$,
    'keys are names');
SELECT is_empty($$
    SELECT d.code FROM documented AS d WHERE cardinality(d.keys) = 0 $$,
    'and the page gives keys for each');
-- Times, in C and in SQL alike.
SELECT results_eq($$
    SELECT DISTINCT t.code, k.key, regexp_replace(k.value, '\d', '9', 'g')
    FROM thrown AS t CROSS JOIN LATERAL jsonb_each_text(t.facts) AS k
    WHERE k.key ~ '_at$|_through$' ORDER BY 1, 2, 3 $$, $$ VALUES
    ('IV216', 'closed_through', '9999-99-99T99:99:99Z'),
    ('IV216', 'effective_at', '9999-99-99T99:99:99Z'),
    ('IV217', 'effective_at', '9999-99-99T99:99:99Z'),
    ('IV227', 'counted_at', '9999-99-99T99:99:99Z'),
    ('IV241', 'effective_at', '9999-99-99T99:99:99Z'),
    ('IV303', 'effective_at', '9999-99-99T99:99:99Z') $$,
    'times are ISO 8601 in UTC, and say so');
SELECT results_eq($$
    SELECT ims._utc(t.at) FROM (VALUES (1, timestamptz '2024-03-01 12:00:00.25+01'), (2, '0044-03-15 12:00+00 BC'),
        (3, '12024-03-01 12:00+00'), (4, 'infinity'), (5, '-infinity'), (6, NULL)) AS t (n, at) ORDER BY t.n $$,
    $$ VALUES ('2024-03-01T11:00:00.25Z'), ('0044-03-15T12:00:00Z BC'), ('12024-03-01T12:00:00Z'), ('infinity'),
        ('-infinity'), (NULL) $$, 'whatever the instant');
SELECT * FROM finish();
ROLLBACK;
