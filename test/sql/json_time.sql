-- Days and instants in a caller's JSON mean the same in every session: they are
-- read as ISO 8601 has them, and refused in any other form.  Shown by cases at
-- the bounds, against the types of the server, and by calls in a session whose
-- dates begin with the day.
\i test/setup.psql
BEGIN;
SELECT no_plan();
\i test/posting.psql
\i test/refusal.psql

-- days
SELECT is(ims._iso_day(c.value), c.expected::date, format('day "%s"', c.value))
FROM (VALUES
    (1, '2026-12-31', '2026-12-31'), (2, '0001-01-01', '0001-01-01'), (3, '9999-12-31', '9999-12-31'),
    (4, '2024-02-29', '2024-02-29'), (5, '2026-02-29', NULL), (6, '1900-02-29', NULL), (7, '2000-02-29', '2000-02-29'),
    (8, '0000-12-31', NULL), (9, '10000-01-01', NULL), (10, '2026-00-10', NULL), (11, '2026-13-10', NULL),
    (12, '2026-04-00', NULL), (13, '2026-04-31', NULL), (14, '2026-1-1', NULL), (15, '20261231', NULL),
    (16, '31/12/2026', NULL), (17, '01-02-2026', NULL), (18, '2026/12/31', NULL), (19, '2026-12-3x', NULL),
    (20, '', NULL), (21, ' 2026-12-31', NULL), (22, '2026-12-31 ', NULL), (23, 'today', NULL), (24, 'infinity', NULL),
    (25, '2026-12-31T00:00:00Z', NULL), (26, '-2026-12-31', NULL), (27, NULL, NULL)
    ) AS c (place, value, expected)
ORDER BY c.place;
SELECT is((SELECT count(*) FROM generate_series(0, 3652058, 37) AS n
    WHERE ims._iso_day(to_char(date '0001-01-01' + n, 'YYYY-MM-DD')) IS DISTINCT FROM date '0001-01-01' + n), 0::bigint,
    'every 37th day of the years 1 to 9999');

-- instants
SELECT is(ims._utc(ims._iso_instant(c.value)), c.expected, format('instant "%s"', c.value))
FROM (VALUES
    (1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'), (2, '2026-01-01t00:00:00z', '2026-01-01T00:00:00Z'),
    (3, '2026-01-01 03:00:00+02', '2026-01-01T01:00:00Z'), (4, '2026-01-01T03:00+0230', '2026-01-01T00:30:00Z'),
    (5, '2026-01-01T03:00:59.5-02:30', '2026-01-01T05:30:59.5Z'), (6, '2026-01-01T00:00:00.1234564Z', '2026-01-01T00:00:00.123456Z'),
    (7, '2026-01-01T00:00:00.1234565Z', '2026-01-01T00:00:00.123457Z'), (8, '2026-01-01T00:00:00.9999999999999Z', '2026-01-01T00:00:01Z'),
    (9, '2016-12-31T23:59:60Z', '2017-01-01T00:00:00Z'), (10, '2026-01-01T23:59:59+15:59', '2026-01-01T08:00:59Z'),
    (11, '0001-01-01T00:00:00+15:59', '0001-12-31T08:01:00Z BC'), (12, '9999-12-31T23:59:59.999999-15:59', '10000-01-01T15:58:59.999999Z'),
    (13, '2026-01-01T24:00:00Z', NULL), (14, '2026-01-01T23:60:00Z', NULL), (15, '2026-01-01T23:00:61Z', NULL),
    (16, '2026-01-01T00:00:00', NULL), (17, '2026-01-01', NULL), (18, '2026-01-01T00Z', NULL), (19, '2026-01-01T00:00:00.Z', NULL),
    (20, '2026-01-01T00:00:00+16', NULL), (21, '2026-01-01T00:00:00+01:60', NULL), (22, '2026-01-01T00:00:00+1', NULL),
    (23, '2026-01-01T00:00:00Z+01', NULL), (24, '2026-01-01T00:00:00 Z', NULL), (25, '01/02/2026 10:00:00+00', NULL),
    (26, '2026-02-29T00:00:00Z', NULL), (27, '2026-01-01T00:00:00 UTC', NULL), (28, 'now', NULL), (29, 'infinity', NULL),
    (30, '', NULL), (31, NULL, NULL)
    ) AS c (place, value, expected)
ORDER BY c.place;
SELECT is((SELECT count(*) FROM generate_series(0, 5000) AS n
    CROSS JOIN LATERAL (SELECT timestamptz '1970-01-01 00:00+00' + n * interval '5 days 01:23:45.678901') AS t (instant)
    WHERE ims._iso_instant(to_jsonb(t.instant) #>> '{}') IS DISTINCT FROM t.instant), 0::bigint, 'as JSON of the server has it');

-- calls, in two sessions that take 01/02/2026 for different days
CREATE FUNCTION pg_temp.in_both(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    said text[];
    style text;
BEGIN
    FOREACH style IN ARRAY '{"ISO, MDY","SQL, DMY"}'::text[] LOOP
        PERFORM set_config('datestyle', style, true);
        PERFORM set_config('timezone', CASE style WHEN 'SQL, DMY' THEN 'Asia/Kolkata' ELSE 'UTC' END, true);
        said := said || pg_temp.refusal(call);
    END LOOP;
    PERFORM set_config('datestyle', 'ISO, MDY', true), set_config('timezone', 'UTC', true);
    RETURN CASE WHEN said[1] = said[2] THEN said[1] ELSE said::text END;
END
$$;
SELECT ims.set_rfid_reader('SHOP', 'DOOR', 'T-HERE-A') \g /dev/null
SELECT is(pg_temp.in_both(c.call), c.expected, c.title)
FROM (VALUES
    (1, 'day of a scan', $$SELECT ims.scan('SHOP', 'PEN', '{"reference_date": "01/02/2026"}')$$,
        'IV223 | "01/02/2026" is no day of reference_date | {"key": "reference_date", "value": "01/02/2026"}'),
    (2, 'that is one', $$SELECT ims.scan('SHOP', 'PEN', '{"reference_date": "2026-02-01"}')$$, 'accepted'),
    (3, 'a number', $$SELECT ims.scan('SHOP', 'PEN', '{"reference_date": 20260201}')$$,
        'IV223 | "20260201" is no day of reference_date | {"key": "reference_date", "value": "20260201"}'),
    (4, 'none', $$SELECT ims.scan('SHOP', 'PEN', '{"reference_date": null}')$$, 'accepted'),
    (5, 'time of a read', $$SELECT ims.rfid_ingest('SHOP', 'DOOR', 'A', '[{"epc": "AA", "read_at": "01/02/2026 10:00:00+00"}]')$$,
        'IV223 | read_at of read 1 is no instant | {"line": 1, "read_at": "01/02/2026 10:00:00+00"}'),
    (6, 'day of a line', $$SELECT ims.receive_handling_unit('SHOP', 'P2', '[{"item": "PEN", "quantity": 1},
        {"item": "MILK", "quantity": 1, "lot": "L1", "best_before": "01/02/2030"}]', 'T-HERE-A')$$,
        'IV223 | line 2: "01/02/2030" is no day of best_before | {"key": "best_before", "line": 2, "value": "01/02/2030"}'),
    (7, 'a text that is long', format($$SELECT ims.scan('SHOP', 'PEN', '{"reference_date": "%s"}')$$, repeat('x', 1000)),
        format('IV223 | "%1$s" is no day of reference_date | {"key": "reference_date", "value": "%1$s"}', repeat('x', 100)))
    ) AS c (place, title, call, expected)
ORDER BY c.place;
SET LOCAL DateStyle = 'SQL, DMY';
SET LOCAL TimeZone = 'Asia/Kolkata';
SELECT count(*) FROM ims.rfid_ingest('SHOP', 'DOOR', 'B', '[{"epc": "AB", "read_at": "2026-02-01T10:00:00+01:00"}]') \g /dev/null
SELECT is(ims._utc(r.read_at), '2026-02-01T09:00:00Z', 'the instant of the read') FROM ims.rfid_read AS r WHERE r.epc = 'AB';
SELECT is(s.expires_on, date '2026-02-28', 'the century of a label by the day of the call')
FROM ims.scan('SHOP', '(01)09520123456788(17)260228', '{"reference_date": "2026-02-01"}') AS s;

SELECT * FROM finish();
ROLLBACK;
