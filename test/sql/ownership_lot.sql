-- Goods of a lot that is held stay held when they change their owner: the lot
-- of the same code at the new owner may be as strict or stricter, never less.
\i test/setup.psql
BEGIN;
SELECT plan(21);
SELECT ims.create_owner(code => 'A') > 0, ims.create_owner(code => 'B') > 0, ims.create_site(code => 'S') > 0;
SELECT ims.create_item(owner => o, code => 'MILK', tracking => 'lot') > 0 FROM unnest('{A,B}'::text[]) AS o;

CREATE FUNCTION pg_temp.move(old_status text, new_status text, OUT state text, OUT facts jsonb)
LANGUAGE plpgsql AS $$
DECLARE
    detail text;
BEGIN
    PERFORM ims.create_lot(owner => 'A', item => 'MILK', lot => 'L', status => old_status);
    PERFORM ims.receive(owner => 'A', item => 'MILK', lot => 'L', quantity => 4, to_location => 'S');
    IF new_status IS NOT NULL THEN
        PERFORM ims.create_lot(owner => 'B', item => 'MILK', lot => 'L', status => new_status);
    END IF;
    PERFORM ims.transfer_ownership(owner => 'A', to_owner => 'B', item => 'MILK', lot => 'L',
        quantity => 3, location => 'S');
    state := (SELECT l.status FROM ims.lot AS l JOIN ims.owner AS o USING (owner_id) WHERE o.code = 'B');
    RAISE SQLSTATE 'P0099';
EXCEPTION
    WHEN SQLSTATE 'P0099' THEN
        NULL;
    WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
        state := SQLSTATE;
        facts := substring(detail FROM '\{.*\}$')::jsonb;
END
$$;

SELECT is((pg_temp.move(s.old_status, s.new_status)).state, s.expected,
    format('%s at the old owner, %s at the new one', s.old_status, coalesce(s.new_status, 'none')))
FROM (VALUES
    (1, 'released', NULL, 'released'), (2, 'released', 'released', 'released'),
    (3, 'released', 'on_hold', 'on_hold'), (4, 'released', 'expired', 'expired'),
    (5, 'released', 'recalled', 'recalled'),
    (6, 'on_hold', NULL, 'on_hold'), (7, 'on_hold', 'released', 'IV304'),
    (8, 'on_hold', 'on_hold', 'on_hold'), (9, 'on_hold', 'expired', 'expired'),
    (10, 'on_hold', 'recalled', 'recalled'),
    (11, 'expired', NULL, 'expired'), (12, 'expired', 'released', 'IV304'),
    (13, 'expired', 'on_hold', 'IV304'), (14, 'expired', 'recalled', 'recalled'),
    (15, 'recalled', NULL, 'recalled'), (16, 'recalled', 'released', 'IV304'),
    (17, 'recalled', 'on_hold', 'IV304'), (18, 'recalled', 'expired', 'IV304'),
    (19, 'recalled', 'recalled', 'recalled')) AS s (n, old_status, new_status, expected)
ORDER BY s.n;
SELECT is((pg_temp.move('recalled', 'released')).facts,
    '{"lot": "L", "item": "MILK", "status": "recalled", "to_owner": "B", "to_status": "released"}',
    'the refusal names both');
SELECT is_empty('SELECT * FROM ims.verify() AS v WHERE v.check_name !~ ''^catalog''', 'all is well');
SELECT * FROM finish();
ROLLBACK;
