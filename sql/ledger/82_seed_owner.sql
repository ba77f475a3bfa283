-- The company itself: the owner of every call of a single company.

IF create_ledger.seed THEN
    PERFORM ims._create_owner(code => 'MAIN', name => 'company');
END IF;
