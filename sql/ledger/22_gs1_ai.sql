-- Application identifiers of GS1 that are newer than the library, or agreed.
--
-- Strict reading of element strings knows them beside the built-in ones.  All
-- owners share them.

CREATE TABLE ims.gs1_ai (
    ai text NOT NULL,
    valid_from date NOT NULL DEFAULT '-infinity',
    format text NOT NULL,
    required_with text,
    excluded_with text,
    title text NOT NULL,
    release text,
    CONSTRAINT gs1_ai_pkey PRIMARY KEY (ai, valid_from),
    CONSTRAINT gs1_ai_ai_check CHECK (ai ~ '^[0-9]{2,4}$'),
    CONSTRAINT gs1_ai_format_check CHECK (pg_catalog.length(format) < 200),
    CONSTRAINT gs1_ai_required_with_check CHECK (required_with
        ~ '^[0-9]{2}([0-9]{0,2}|[0-9]?n|nn)([+,][0-9]{2}([0-9]{0,2}|[0-9]?n|nn))*$'),
    CONSTRAINT gs1_ai_excluded_with_check CHECK (excluded_with
        ~ '^[0-9]{2}([0-9]{0,2}|[0-9]?n|nn)([+,][0-9]{2}([0-9]{0,2}|[0-9]?n|nn))*$')
);
COMMENT ON TABLE ims.gs1_ai IS 'GS1 application identifiers beside the built-in ones';
COMMENT ON COLUMN ims.gs1_ai.ai IS 'digits of the identifier';
COMMENT ON COLUMN ims.gs1_ai.valid_from IS 'first day of the definition (UTC), until the next one';
COMMENT ON COLUMN ims.gs1_ai.format IS 'components as in the GS1 Barcode Syntax Dictionary, such as N13,csum [X..17]';
COMMENT ON COLUMN ims.gs1_ai.required_with IS 'groups of which one must be there, such as 01+21,02; null: none';
COMMENT ON COLUMN ims.gs1_ai.excluded_with IS 'identifiers that must not be there, such as 37,310n; null: none';
COMMENT ON COLUMN ims.gs1_ai.title IS 'title of the data';
COMMENT ON COLUMN ims.gs1_ai.release IS 'release or agreement that defines it';
