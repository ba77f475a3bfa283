\set item random(1, :items)
\set from random(1, 20)
\set to 1 + (:from + random(0, 18)) % 20
SELECT status FROM ims.transfer(item => 'I' || lpad((:item)::text, 7, '0'), quantity => 1, from_location => 'B' || lpad((:from)::text, 2, '0'), to_location => 'B' || lpad((:to)::text, 2, '0'));
