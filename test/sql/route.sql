-- Rules that hold for every door, kind "move" and plain INSERT among them: stock
-- does not come out of the change of owner or out of transit by itself, and what
-- is counted is not issued.
\i test/setup.psql
BEGIN;
SELECT plan(15);
\i test/posting.psql
\i test/refusal.psql
UPDATE ims.item AS i SET periodic = true WHERE i.owner_id = 9001 AND i.code = 'INK';

SELECT is(regexp_replace(pg_temp.refusal(c.statement), ' \| .*', ''), c.expected, c.name)
FROM (VALUES
    ('out of the change of owner',
     $$ SELECT ims.post('[{"item": "PEN", "quantity": 1, "from_location": "OWNERSHIP", "to_location": "T-HERE-A"}]', owner => 'SHOP') $$,
     'IV214'),
    ('and into it',
     $$ SELECT ims.post('[{"item": "PEN", "quantity": 1, "from_location": "SUPPLIER", "to_location": "OWNERSHIP"}]', owner => 'SHOP') $$,
     'IV214'),
    ('by ids',
     $$ SELECT ims.post_ids('{9301}', '{1}', '{7}', '{9101}', owner => 'SHOP') $$,
     'IV214'),
    ('by INSERT',
     $$ INSERT INTO ims.movement (owner_id, item_id, from_location_id, to_location_id, quantity)
        VALUES (9001, 9301, 7, 9101, 1) $$,
     'IV214'),
    ('out of transit, past the dispatch it belongs to',
     $$ SELECT ims.post('[{"item": "PEN", "quantity": 1, "from_location": "TRANSIT", "to_location": "T-HERE-A"}]', owner => 'SHOP') $$,
     'IV214'),
    ('into transit by INSERT',
     $$ INSERT INTO ims.movement (owner_id, item_id, from_location_id, to_location_id, quantity)
        VALUES (9001, 9301, 2, 1, 1) $$,
     'IV214'),
    ('a pallet lies where stock is kept, not at the supplier''s',
     $$ SELECT ims.post_ids('{9301}', '{1}', '{2}', '{9101}', from_handling_unit_ids => '{9601}',
            owner => 'SHOP') $$,
     'IV214'),
    ('nor at the customer''s',
     $$ INSERT INTO ims.movement (owner_id, item_id, from_location_id, to_location_id,
            to_handling_unit_id, quantity) VALUES (9001, 9301, 9101, 3, 9601, 1) $$,
     'IV214'),
    ('a periodic item is received',
     $$ SELECT ims.receive('SHOP', 'INK', 10, to_location => 'T-HERE-A') $$, 'accepted'),
    ('not shipped',
     $$ SELECT ims.ship('SHOP', 'INK', 1, from_location => 'T-HERE-A') $$, 'IV224'),
    ('nor moved to the customer',
     $$ SELECT ims.post('[{"item": "INK", "quantity": 1, "from_location": "T-HERE-A", "to_location": "CUSTOMER"}]', owner => 'SHOP') $$,
     'IV224'),
    ('nor used up by a production',
     $$ SELECT ims.produce('SHOP', 'PEN', 1, to_location => 'T-HERE-A',
            components => '[{"item": "INK", "quantity": 1, "from_location": "T-HERE-A"}]') $$, 'IV224'),
    ('nor by INSERT',
     $$ INSERT INTO ims.movement (owner_id, item_id, from_location_id, to_location_id, quantity)
        VALUES (9001, 9306, 9101, 6, 1) $$,
     'IV224'),
    ('it may be moved', $$ SELECT ims.transfer('SHOP', 'INK', 1, from_location => 'T-HERE-A', to_location => 'T-HERE-B') $$, 'accepted'),
    ('and scrapped', $$ SELECT ims.scrap('SHOP', 'INK', 1, from_location => 'T-HERE-B') $$, 'accepted')
) AS c (name, statement, expected);
SELECT * FROM finish();
ROLLBACK;
