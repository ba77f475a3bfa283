-- Triggers that a DBA adds to the ledger's tables may post themselves, by
-- INSERT as by a verb: a statement of its own, which the mark of the engine's
-- statement around it does not cover.  What only the engine may write is
-- refused there as anywhere.
\i test/setup.psql
\i test/refusal.psql
BEGIN;
SELECT plan(18);
\i test/posting.psql

CREATE FUNCTION pg_temp.differences() RETURNS bigint
LANGUAGE sql AS $$
    SELECT count(*) FROM ims.verify('SHOP') AS v WHERE v.check_name !~ '^catalog'
$$;
CREATE FUNCTION pg_temp.on_hand(location bigint, item bigint) RETURNS numeric
LANGUAGE sql AS $$
    SELECT sum(s.on_hand)::numeric FROM ims.stock AS s
    WHERE s.owner_id = 9001 AND s.item_id = item AND s.location_id = location
$$;

-- For each table and event a trigger that runs a statement, once: what it
-- posts has the item INK, whose balance tells whether it was applied.
CREATE FUNCTION ims_test_echo() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    echo text := current_setting('ims_test.echo');
BEGIN
    IF echo <> '' THEN
        PERFORM set_config('ims_test.echo', '', true);
        EXECUTE echo;
    END IF;
    RETURN NULL;
END
$$;
CREATE FUNCTION pg_temp.echo(on_table text, level text, echo text, call text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    EXECUTE format('CREATE TRIGGER echo AFTER %s ON ims.%I FOR EACH %s EXECUTE FUNCTION ims_test_echo()',
        CASE on_table WHEN 'posting' THEN 'INSERT' WHEN 'movement' THEN 'INSERT' ELSE 'INSERT OR UPDATE' END,
        on_table, level);
    PERFORM set_config('ims_test.echo', echo, true);
    BEGIN
        EXECUTE call;
        answer := format('%s of PEN, %s of INK, %s differences', pg_temp.on_hand(9101, 9301),
            pg_temp.on_hand(9101, 9306), pg_temp.differences());
        RAISE EXCEPTION 'undone' USING ERRCODE = 'ZZZZZ';
    EXCEPTION
        WHEN SQLSTATE 'ZZZZZ' THEN
            NULL;
        WHEN OTHERS THEN
            answer := SQLSTATE;
    END;
    EXECUTE format('DROP TRIGGER echo ON ims.%I', on_table);
    RETURN answer;
END
$$;

SELECT is(pg_temp.echo(t.name, t.level, e.echo, $$ SELECT ims.receive('SHOP', 'PEN', 5, to_location => 'T-HERE-A') $$),
    '5 of PEN, 3 of INK, 0 differences', format('%s, each %s: %s', t.name, t.level, e.name))
FROM (VALUES
    ('stock', 'ROW'), ('stock', 'STATEMENT'), ('availability', 'ROW'), ('posting', 'ROW'), ('movement', 'ROW'))
    AS t (name, level)
CROSS JOIN (VALUES
    (1, 'a plain insert', 'INSERT INTO ims.movement (owner_id, item_id, from_location_id, to_location_id, quantity)
        VALUES (9001, 9306, 2, 9101, 3)'),
    (2, 'a verb', 'SELECT ims.receive(''SHOP'', ''INK'', 3, to_location => ''T-HERE-A'')'))
    AS e (n, name, echo)
ORDER BY t.name, t.level, e.n;

-- A posting that was opened, with its own times and id.
SELECT is(pg_temp.echo('stock', 'ROW',
    'SELECT set_config(''ims_test.opened'', ims.open_posting(''SHOP'')::text, true);
     INSERT INTO ims.movement (owner_id, posting_id, effective_at, recorded_at, item_id, from_location_id,
        to_location_id, quantity)
     SELECT p.owner_id, p.posting_id, p.effective_at, p.recorded_at, 9306, 2, 9101, 3
     FROM ims.posting AS p WHERE p.posting_id = current_setting(''ims_test.opened'')::bigint',
    $$ SELECT ims.receive('SHOP', 'PEN', 5, to_location => 'T-HERE-A') $$),
    '5 of PEN, 3 of INK, 0 differences', 'stock: an opened posting');
SELECT is(pg_temp.echo('stock', 'ROW',
    'INSERT INTO ims.movement (owner_id, posting_id, effective_at, recorded_at, item_id, from_location_id,
        to_location_id, quantity)
     VALUES (9001, 1, clock_timestamp(), clock_timestamp(), 9306, 2, 9101, 3)',
    $$ SELECT ims.receive('SHOP', 'PEN', 5, to_location => 'T-HERE-A') $$),
    'IV223', 'stock: a posting that is not its own');

-- The engine's mark is for the engine's statement.
SELECT is(pg_temp.echo('stock', 'ROW', e.echo,
    $$ SELECT ims.receive('SHOP', 'PEN', 5, to_location => 'T-HERE-A') $$), 'IV222', e.echo)
FROM (VALUES
    ('UPDATE ims.stock SET on_hand = 7 WHERE item_id = 9301'),
    ('DELETE FROM ims.availability WHERE item_id = 9301'),
    ('INSERT INTO ims.posting OVERRIDING SYSTEM VALUE SELECT * FROM ims.posting')) AS e (echo);

-- Nor does what the ledger's role begins reach an INSERT into ims.movement.
SELECT ims._engine_begin() \g /dev/null
INSERT INTO ims.movement (owner_id, item_id, from_location_id, to_location_id, quantity)
    VALUES (9001, 9301, 2, 9101, 4);
SELECT ims._engine_end() \g /dev/null
SELECT is(pg_temp.on_hand(9101, 9301), 4::numeric, 'an INSERT is posted wherever it is');

-- A rule adds a statement of its own to the engine's, at the same depth.
CREATE RULE echo AS ON INSERT TO ims.posting WHERE new.kind = 'receive'
    DO ALSO INSERT INTO ims.movement (owner_id, item_id, from_location_id, to_location_id, quantity)
        VALUES (9001, 9306, 2, 9101, 3);
SELECT ims.receive('SHOP', 'PEN', 5, to_location => 'T-HERE-A') \g /dev/null
SELECT is(pg_temp.on_hand(9101, 9306), 3::numeric, 'a rule that inserts posts as well');
DROP RULE echo ON ims.posting;

-- What is begun within the engine's statement must have ended with it.
ALTER TABLE ims.movement DISABLE TRIGGER movement_post;
SELECT is(pg_temp.echo('stock', 'ROW',
    'INSERT INTO ims.movement (owner_id, item_id, from_location_id, to_location_id, quantity)
     VALUES (9001, 9306, 2, 9101, 3)',
    $$ SELECT ims.receive('SHOP', 'PEN', 5, to_location => 'T-HERE-A') $$),
    'IV901', 'an INSERT that is never posted');
SELECT * FROM finish();
ROLLBACK;
