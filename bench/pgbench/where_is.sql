\set n random(1, :units)
SELECT * FROM ims.where_is(item => :item, serial => 'S' || :n);
