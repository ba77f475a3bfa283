-- ims.quantity: six decimals, below 10^12 in size, nothing rounded; it is a
-- numeric in every expression and to every driver.
\i test/setup.psql
BEGIN;
SELECT plan(23);

SELECT lives_ok(
    format('SELECT %L::ims.quantity', v.value), v.value || ' is a quantity')
  FROM (VALUES ('0'), ('-0'), ('0.000001'), ('-0.000001'), ('999999999999.999999'),
               ('-999999999999.999999'), ('1.10000000'), ('1e11')) AS v (value);
SELECT throws_ok(
    format('SELECT %L::ims.quantity', v.value), '23514', NULL, v.value || ' is none')
  FROM (VALUES ('0.0000001'), ('-0.0000001'), ('1e12'), ('-1e12'), ('999999999999.9999999'),
               ('1e-400'), ('1e100'), ('NaN'), ('Infinity'), ('-Infinity')) AS v (value);
SELECT throws_ok($$ SELECT ''::ims.quantity $$, '22P02', NULL, 'an empty text is none');
SELECT is(NULL::ims.quantity, NULL, 'NULL stays NULL where a column allows it');
SELECT is(pg_typeof(coalesce('2.5'::ims.quantity, 0) + 1)::text, 'numeric',
    'an expression over it is numeric');
SELECT is(('2.50'::ims.quantity)::text, '2.50', 'a value is kept as given');
SELECT is((SELECT sum(v.value) FROM (VALUES ('0.1'::ims.quantity), ('0.2')) AS v (value)), 0.3,
    'a sum is exact');

SELECT * FROM finish();
ROLLBACK;
