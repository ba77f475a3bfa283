-- What every ledger starts with: the virtual places and a few units.
--
-- create_ledger() makes one owner on top, unless seed is false.

IF create_ledger.seed THEN
    INSERT INTO ims.location (location_id, code, name, kind, keeps_stock, sellable)
        OVERRIDING SYSTEM VALUE VALUES
        (1, 'TRANSIT', 'goods in transit between sites', 'transit', true, false),
        (2, 'SUPPLIER', 'suppliers', 'supplier', false, false),
        (3, 'CUSTOMER', 'customers', 'customer', false, false),
        (4, 'ADJUSTMENT', 'differences found', 'adjustment', false, false),
        (5, 'SCRAP', 'scrapped goods', 'scrap', false, false),
        (6, 'PRODUCTION', 'production', 'production', false, false),
        (7, 'OWNERSHIP', 'change of owner', 'ownership', false, false),
        (8, 'SERVICE', 'source of what is not stocked', 'service', false, false);
    INSERT INTO ims.unit (code, name, dimension, whole) VALUES
        ('EA', 'each', 'count', true),
        ('H87', 'piece', 'count', true),
        ('PR', 'pair', 'count', true),
        ('DZN', 'dozen', 'count', true),
        ('CS', 'case', 'package', true),
        ('CT', 'carton', 'package', true),
        ('IN', 'inner pack', 'package', true),
        ('PF', 'pallet', 'package', true),
        ('GRM', 'gram', 'mass', false),
        ('KGM', 'kilogram', 'mass', false),
        ('TNE', 'tonne', 'mass', false),
        ('MLT', 'millilitre', 'volume', false),
        ('LTR', 'litre', 'volume', false),
        ('MMT', 'millimetre', 'length', false),
        ('MTR', 'metre', 'length', false),
        ('MTK', 'square metre', 'area', false);
END IF;
