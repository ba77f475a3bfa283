-- Where the order lines are read to, as they are.

\echo 'Reading the order lines ...'

CREATE SCHEMA demo;
CREATE TABLE demo.raw_line (
    line_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    invoice text NOT NULL,
    sku text NOT NULL,
    description text,
    quantity numeric NOT NULL,
    invoiced_at timestamp NOT NULL,
    price numeric NOT NULL,
    customer text,
    country text
);

-- The file arrives on standard input.
\copy demo.raw_line (invoice, sku, description, quantity, invoiced_at, price, customer, country) FROM pstdin WITH (FORMAT csv, HEADER)
ANALYZE demo.raw_line;
