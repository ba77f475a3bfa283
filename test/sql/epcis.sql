-- The ledger as EPCIS events: every kind of posting has its events with the
-- words of the vocabulary, things have the names that partners know, ids stay,
-- what is reversed says so, and the events have the quantities of the ledger.
-- test/t/epcis.py holds them against the published schema, where it is there.
\i test/setup.psql
BEGIN;
SELECT no_plan();
\i test/epcis.psql
CREATE TEMP TABLE told AS
SELECT e.*, e.event::jsonb AS json FROM ims_bi.epcis_event AS e WHERE e.owner_id IN (9001, 9002);

-- 1. postings as events; places stand for their URIs
SELECT results_eq(
    $$ SELECT e.kind, extract(epoch FROM e.event_time - pg_temp.at(0))::integer / 3600, left(e.part, 1),
              e.event_type, e.action, e.biz_step, e.disposition,
              regexp_replace(e.read_point, '.*/', ''), regexp_replace(e.biz_location, '.*/', '')
       FROM told AS e WHERE e.owner = 'SHOP' ORDER BY e.event_time, e.posting_id, e.part COLLATE "C" $$,
    $$ VALUES
    ('receive', 8, '2', 'ObjectEvent', 'OBSERVE', 'receiving', 'in_progress', 'T-HERE-A', 'T-HERE-A'),
    ('receive', 8, '2', 'ObjectEvent', 'OBSERVE', 'receiving', 'in_progress', '9521234543213', '9521234543213'),
    ('receive', 8, '6', 'AggregationEvent', 'OBSERVE', 'receiving', 'in_progress', '9521234543213', '9521234543213'),
    ('transfer', 9, '2', 'ObjectEvent', 'OBSERVE', 'storing', 'sellable_not_accessible', '9521234543213', '9521234543213'),
    ('transfer', 9, '2', 'ObjectEvent', 'OBSERVE', 'holding', 'non_sellable_other', 'T-HERE-Q', 'T-HERE-Q'),
    ('transfer', 10, '2', 'ObjectEvent', 'OBSERVE', 'accepting', 'available', 'T-HERE-A', 'T-HERE-A'),
    ('transfer', 11, '7', 'AggregationEvent', 'ADD', 'packing', 'in_progress', 'T-HERE-A', 'T-HERE-A'),
    ('transfer', 12, '1', 'AggregationEvent', 'DELETE', 'unpacking', 'in_progress', 'T-HERE-A', 'T-HERE-A'),
    ('transfer', 12, '2', 'ObjectEvent', 'OBSERVE', 'storing', 'sellable_not_accessible', '9521234543213', '9521234543213'),
    ('transfer', 12, '7', 'AggregationEvent', 'ADD', 'packing', 'in_progress', '9521234543213', '9521234543213'),
    ('ship', 13, '2', 'ObjectEvent', 'OBSERVE', 'shipping', 'in_transit', '9521234543213', NULL),
    ('ship', 13, '6', 'AggregationEvent', 'OBSERVE', 'shipping', 'in_transit', '9521234543213', NULL),
    ('ship', 13, '2', 'ObjectEvent', 'OBSERVE', 'shipping', 'in_transit', '9521234543213', NULL),
    ('return_from_customer', 14, '2', 'ObjectEvent', 'OBSERVE', 'receiving', 'returned', 'T-HERE-Q', 'T-HERE-Q'),
    ('dispatch', 15, '2', 'ObjectEvent', 'OBSERVE', 'shipping', 'in_transit', '9521234543213', NULL),
    ('receive_transfer', 16, '1', 'AggregationEvent', 'DELETE', 'unpacking', 'in_progress', NULL, NULL),
    ('receive_transfer', 16, '1', 'AggregationEvent', 'DELETE', 'unpacking', 'in_progress', NULL, NULL),
    ('receive_transfer', 16, '2', 'ObjectEvent', 'DELETE', 'decommissioning', 'inactive', NULL, NULL),
    ('receive_transfer', 16, '2', 'ObjectEvent', 'OBSERVE', 'receiving', 'in_progress', 'T-THERE-A', 'T-THERE-A'),
    ('receive_transfer', 16, '2', 'ObjectEvent', 'OBSERVE', 'receiving', 'damaged', 'T-THERE-D', 'T-THERE-D'),
    ('move', 17, '2', 'ObjectEvent', 'OBSERVE', 'receiving', 'in_progress', 'T-THERE-A', 'T-THERE-A'),
    ('produce', 18, '3', 'TransformationEvent', NULL, 'commissioning', 'active', 'T-HERE-A', 'T-HERE-A'),
    ('produce', 18, '3', 'ObjectEvent', 'ADD', 'commissioning', 'active', 'T-HERE-A', 'T-HERE-A'),
    ('produce', 18, '3', 'TransformationEvent', NULL, 'commissioning', 'active', '9521234543213', '9521234543213'),
    ('consume', 18, '3', 'TransformationEvent', NULL, NULL, NULL, 'T-HERE-A', NULL),
    ('consume', 18, '1', 'AggregationEvent', 'DELETE', 'unpacking', 'in_progress', '9521234543213', '9521234543213'),
    ('consume', 18, '3', 'TransformationEvent', NULL, NULL, NULL, '9521234543213', NULL),
    ('scrap', 19, '2', 'ObjectEvent', 'DELETE', 'destroying', 'destroyed', 'T-HERE-Q', NULL),
    ('adjust', 19, '2', 'ObjectEvent', 'OBSERVE', 'cycle_counting', NULL, '9521234543213', '9521234543213'),
    ('adjust', 20, '2', 'ObjectEvent', 'DELETE', 'decommissioning', 'inactive', '9521234543213', NULL),
    ('receive', 20, '2', 'ObjectEvent', 'OBSERVE', 'receiving', 'in_progress', 'T-HERE-A', 'T-HERE-A'),
    ('count', 21, '2', 'ObjectEvent', 'DELETE', 'decommissioning', 'inactive', 'T-HERE-A', NULL),
    ('count', 21, '5', 'ObjectEvent', 'OBSERVE', 'cycle_counting', NULL, 'T-HERE-A', 'T-HERE-A'),
    ('count', 21, '5', 'ObjectEvent', 'OBSERVE', 'cycle_counting', NULL, '9521234543213', '9521234543213'),
    ('count_correction', 21, '2', 'ObjectEvent', 'DELETE', 'decommissioning', 'inactive', 'T-HERE-A', NULL),
    ('count', 22, '5', 'ObjectEvent', 'OBSERVE', 'stock_taking', NULL, 'T-HERE-Q', 'T-HERE-Q'),
    ('return_to_supplier', 23, '2', 'ObjectEvent', 'OBSERVE', 'shipping', 'returned', '9521234543213', NULL),
    ('ownership', 24, '2', 'ObjectEvent', 'OBSERVE', 'accepting', NULL, '9521234543213', '9521234543213'),
    ('ship', 25, '4', 'TransactionEvent', 'ADD', NULL, NULL, NULL, NULL),
    ('ship', 26, '2', 'ObjectEvent', 'OBSERVE', 'shipping', 'in_transit', '9521234543213', NULL),
    ('reversal', 27, '2', 'ObjectEvent', 'OBSERVE', 'void_shipping', 'in_progress', '9521234543213', '9521234543213'),
    ('receive', 28, '2', 'ObjectEvent', 'OBSERVE', 'receiving', 'in_progress', '9521234543213', '9521234543213'),
    ('receive', 31, '2', 'ObjectEvent', 'OBSERVE', 'receiving', 'in_progress', 'T-THERE-A', 'T-THERE-A'),
    ('pack', 32, '7', 'AggregationEvent', 'ADD', 'packing', 'in_progress', 'T-THERE-A', 'T-THERE-A'),
    ('pack', 32, '7', 'AggregationEvent', 'ADD', 'packing', 'in_progress', 'T-THERE-A', 'T-THERE-A'),
    ('pack', 33, '7', 'AggregationEvent', 'ADD', 'packing', 'in_progress', 'T-THERE-A', 'T-THERE-A'),
    ('pack', 33, '7', 'AggregationEvent', 'ADD', 'packing', 'in_progress', 'T-THERE-A', 'T-THERE-A'),
    ('transfer', 34, '2', 'ObjectEvent', 'OBSERVE', 'storing', 'sellable_not_accessible', 'T-THERE-Z1', 'T-THERE-Z1'),
    ('unpack', 35, '1', 'AggregationEvent', 'DELETE', 'unpacking', 'in_progress', 'T-THERE-Z1', 'T-THERE-Z1'),
    ('ship', 36, '2', 'ObjectEvent', 'OBSERVE', 'shipping', 'in_transit', 'T-THERE-Z1', NULL),
    ('ship', 36, '6', 'AggregationEvent', 'OBSERVE', 'shipping', 'in_transit', 'T-THERE-Z1', NULL),
    ('ship', 36, '6', 'AggregationEvent', 'OBSERVE', 'shipping', 'in_transit', 'T-THERE-Z1', NULL),
    ('relot', 37, '3', 'TransformationEvent', NULL, 'creating_class_instance', 'active', 'T-THERE-A', 'T-THERE-A'),
    ('unpack', 38, '1', 'AggregationEvent', 'DELETE', 'unpacking', 'in_progress', 'T-THERE-Z1', 'T-THERE-Z1') $$,
    'every posting has its events, in order');
SELECT results_eq(
    $$ SELECT e.kind, e.biz_step, e.json -> 'destinationList' -> 0 FROM told AS e WHERE e.owner = 'CLIENT' $$,
    $$ VALUES ('ownership', 'accepting',
        '{"type": "owning_party", "destination": "https://epcis.invalid/party/CLIENT"}'::jsonb) $$,
    'a change of owner is an event of each owner; who has no domain gets one that leads nowhere');
SELECT is_empty(
    $$ SELECT p.kind FROM ims.posting AS p WHERE p.owner_id = 9001 AND p.kind <> 'reversal'
       EXCEPT SELECT e.kind FROM told AS e $$, 'no kind is without events');
-- words for what no verb of this test does, and for kinds that have other words
SELECT results_eq(
    $$ SELECT w.place, ims._epcis_step(w.part, w.kind, w.from_kind, w.to_kind, true, w.sellable),
              ims._epcis_disposition(w.part, w.kind, w.from_kind, w.to_kind, true, w.sellable)
       FROM (VALUES (2, 3, 'disassemble', NULL, 'bin', true),
            (3, 3, 'relot', NULL, 'bin', true), (4, 3, 'usage', 'bin', NULL, NULL),
            (5, 2, 'transfer', 'bin', 'damaged', false), (6, 2, 'transfer', 'bin', 'dock', false),
            (7, 2, 'transfer', 'bin', 'returns', false), (8, 2, 'transfer', 'dock', 'bin', false),
            (9, 2, 'usage', 'production', 'bin', true), (10, 2, 'receive_transfer', 'adjustment', 'bin', true),
            (11, 2, 'transfer', 'quarantine', 'returns', false), (12, 2, 'receive', 'supplier', 'damaged', false),
            (13, 2, 'return_from_customer', 'customer', 'damaged', false))
            AS w (place, part, kind, from_kind, to_kind, sellable) ORDER BY w.place $$,
    $$ VALUES (2, 'disassembling', 'available'),
        (3, 'creating_class_instance', 'active'), (4, NULL, NULL), (5, 'inspecting', 'damaged'),
        (6, 'staging_outbound', 'in_progress'), (7, 'storing', 'returned'), (8, 'storing', 'non_sellable_other'),
        (9, 'cycle_counting', NULL), (10, 'receiving', 'in_progress'), (11, 'storing', 'returned'),
        (12, 'receiving', 'damaged'), (13, 'receiving', 'returned') $$,
    'words of other routes');

-- 2. whole events
CREATE FUNCTION pg_temp.event(hour integer, part text) RETURNS jsonb
LANGUAGE sql AS $$
    SELECT jsonb_agg(e.json - '{eventID,recordTime,eventTime,eventTimeZoneOffset,type,action,bizStep,disposition,readPoint,bizLocation}'::text[]
        ORDER BY e.posting_id, e.part)
    FROM told AS e WHERE e.owner_id = 9001 AND e.event_time = pg_temp.at(hour) AND e.part ~ event.part
$$;
SELECT is(pg_temp.event(c.hour, c.part), c.expected::jsonb, c.title)
FROM (VALUES
    (8, '^2:2:9101', 'a receipt counts, weighs, and says from whom for which order', '[{
        "quantityList": [{"epcClass": "https://id.gs1.org/01/04006381333931", "quantity": 124},
            {"epcClass": "https://shop.example/epcis/class/SHOP/INK", "quantity": 20},
            {"epcClass": "https://shop.example/epcis/class/SHOP/SUGAR", "quantity": 12.5, "uom": "KGM"}],
        "bizTransactionList": [{"type": "po", "bizTransaction": "https://shop.example/epcis/bt/SHOP/purchase_order/PO%2F1"}],
        "sourceList": [{"type": "possessing_party", "source": "https://id.gs1.org/417/4006381000000"}],
        "destinationList": [{"type": "owning_party", "destination": "https://id.gs1.org/417/4012345000009"},
            {"type": "location", "destination": "https://id.gs1.org/414/0614141123452"}]}]'),
    (8, '^2:2:9102', 'units by serial, a lot, and the pallet', '[{
        "epcList": ["https://id.gs1.org/00/106141412345678908", "https://id.gs1.org/01/80614141123458/21/S1",
            "https://shop.example/epcis/obj/SHOP/PHONE/A%2F1%20%25"],
        "quantityList": [{"epcClass": "https://id.gs1.org/01/04023333020008/10/L1", "quantity": 50}],
        "bizTransactionList": [{"type": "po", "bizTransaction": "https://shop.example/epcis/bt/SHOP/purchase_order/PO%2F1"}],
        "sourceList": [{"type": "possessing_party", "source": "https://id.gs1.org/417/4006381000000"}],
        "destinationList": [{"type": "owning_party", "destination": "https://id.gs1.org/417/4012345000009"},
            {"type": "location", "destination": "https://id.gs1.org/414/0614141123452"}]}]'),
    (11, '^7', 'packing: the handling unit and what goes in', '[{
        "parentID": "https://shop.example/epcis/obj/SHOP/P1",
        "childQuantityList": [{"epcClass": "https://shop.example/epcis/class/SHOP/INK", "quantity": 5}]}]'),
    (13, '^6', 'what left in a pallet was seen there', '[{
        "parentID": "https://id.gs1.org/00/106141412345678908",
        "childQuantityList": [{"epcClass": "https://id.gs1.org/01/04023333020008/10/L1", "quantity": 10}],
        "bizTransactionList": [{"bizTransaction": "https://shop.example/epcis/bt/SHOP/sales_order/4711"}],
        "sourceList": [{"type": "owning_party", "source": "https://id.gs1.org/417/4012345000009"},
            {"type": "location", "source": "https://id.gs1.org/414/0614141123452"}],
        "destinationList": [{"type": "possessing_party", "destination": "https://shop.example/epcis/party/SHOP/JANE"}]}]'),
    (17, '^2', 'between sites without transit', '[{
        "quantityList": [{"epcClass": "https://shop.example/epcis/class/SHOP/SUGAR", "quantity": 2.25, "uom": "KGM"}],
        "sourceList": [{"type": "location", "source": "https://id.gs1.org/414/0614141123452"}],
        "destinationList": [{"type": "location", "destination": "https://shop.example/epcis/loc/T-THERE"}]}]'),
    (18, '^3', 'production: inputs, outputs, master data of the one lot made; a work order links what was posted apart', '[{
        "inputEPCList": ["https://shop.example/epcis/obj/SHOP/PHONE/A%2F1%20%25"],
        "inputQuantityList": [{"epcClass": "https://shop.example/epcis/class/SHOP/SUGAR", "quantity": 0.5, "uom": "KGM"}],
        "outputQuantityList": [{"epcClass": "https://shop.example/epcis/class/SHOP/MILK/N%C2%B01%2F%222%22", "quantity": 8}],
        "ilmd": {"cbvmda:lotNumber": "N°1/\"2\"", "cbvmda:bestBeforeDate": "2031-01-31", "cbvmda:itemExpirationDate": "2031-02-28"}}, {
        "quantityList": [{"epcClass": "https://id.gs1.org/01/04023333020008/10/L2", "quantity": 1}],
        "ilmd": {"cbvmda:lotNumber": "L2", "cbvmda:itemExpirationDate": "2030-01-31"}}, {
        "outputEPCList": ["https://id.gs1.org/01/80614141123458/21/S2"],
        "transformationID": "https://shop.example/epcis/bt/SHOP/work_order/W%201",
        "bizTransactionList": [{"type": "prodorder", "bizTransaction": "https://shop.example/epcis/bt/SHOP/work_order/W%201"}]}, {
        "inputQuantityList": [{"epcClass": "https://shop.example/epcis/class/SHOP/INK", "quantity": 1}],
        "transformationID": "https://shop.example/epcis/bt/SHOP/work_order/W%201",
        "bizTransactionList": [{"type": "prodorder", "bizTransaction": "https://shop.example/epcis/bt/SHOP/work_order/W%201"}]}, {
        "inputQuantityList": [{"epcClass": "https://shop.example/epcis/class/SHOP/INK", "quantity": 1}],
        "transformationID": "https://shop.example/epcis/bt/SHOP/consume/' || (
            SELECT p.document_number FROM ims.posting AS p WHERE p.posting_id = pg_temp.last('consume')) || '"}]'),
    (19, '^2:9103:5', 'what is destroyed comes from no party', '[{
        "quantityList": [{"epcClass": "https://id.gs1.org/01/04006381333931", "quantity": 1}]}]'),
    (21, '^5:0:9101', 'a count tells what was seen, not what was not', '[{
        "quantityList": [{"epcClass": "https://id.gs1.org/01/04006381333931", "quantity": 98}]}]'),
    (25, '^4', 'a service is a matter of documents', '[{
        "quantityList": [{"epcClass": "https://shop.example/epcis/class/SHOP/CARRIAGE", "quantity": 1}],
        "bizTransactionList": [{"type": "inv", "bizTransaction": "https://shop.example/epcis/bt/SHOP/invoice/V-1"}]}]'),
    (32, '', 'a carton is packed', '[{
        "parentID": "https://id.gs1.org/00/106141412345678922",
        "childQuantityList": [{"epcClass": "https://id.gs1.org/01/04006381333931", "quantity": 12}]}, {
        "parentID": "https://id.gs1.org/00/106141412345678939",
        "childQuantityList": [{"epcClass": "https://id.gs1.org/01/04006381333931", "quantity": 6}]}]'),
    (33, '', 'units go into a unit, and goods besides', '[{
        "parentID": "https://id.gs1.org/00/106141412345678915",
        "childEPCs": ["https://id.gs1.org/00/106141412345678922", "https://id.gs1.org/00/106141412345678939"],
        "bizTransactionList": [{"type": "prodorder", "bizTransaction": "https://shop.example/epcis/bt/SHOP/work_order/W%202"}]}, {
        "parentID": "https://id.gs1.org/00/106141412345678915",
        "childQuantityList": [{"epcClass": "https://id.gs1.org/01/04023333020008/10/L2", "quantity": 6}],
        "bizTransactionList": [{"type": "prodorder", "bizTransaction": "https://shop.example/epcis/bt/SHOP/work_order/W%202"}]}]'),
    (34, '', 'a pallet moves with its cartons', '[{
        "epcList": ["https://id.gs1.org/00/106141412345678915", "https://id.gs1.org/00/106141412345678922",
            "https://id.gs1.org/00/106141412345678939"],
        "quantityList": [{"epcClass": "https://id.gs1.org/01/04006381333931", "quantity": 18},
            {"epcClass": "https://id.gs1.org/01/04023333020008/10/L2", "quantity": 6}]}]'),
    (35, '', 'a carton comes off', '[{
        "parentID": "https://id.gs1.org/00/106141412345678915", "childEPCs": ["https://id.gs1.org/00/106141412345678939"]}]'),
    (36, '^2', 'what is shipped as a whole is named', '[{
        "epcList": ["https://id.gs1.org/00/106141412345678915", "https://id.gs1.org/00/106141412345678922"],
        "quantityList": [{"epcClass": "https://id.gs1.org/01/04006381333931", "quantity": 12},
            {"epcClass": "https://id.gs1.org/01/04023333020008/10/L2", "quantity": 6}],
        "sourceList": [{"type": "owning_party", "source": "https://id.gs1.org/417/4012345000009"},
            {"type": "location", "source": "https://shop.example/epcis/loc/T-THERE"}],
        "destinationList": [{"type": "possessing_party", "destination": "https://shop.example/epcis/party/SHOP/JANE"}]}]'),
    (36, '^6:9204:3:9604', 'and seen in the pallet, which it does not leave', '[{
        "parentID": "https://id.gs1.org/00/106141412345678915", "childEPCs": ["https://id.gs1.org/00/106141412345678922"],
        "childQuantityList": [{"epcClass": "https://id.gs1.org/01/04023333020008/10/L2", "quantity": 6}],
        "sourceList": [{"type": "owning_party", "source": "https://id.gs1.org/417/4012345000009"},
            {"type": "location", "source": "https://shop.example/epcis/loc/T-THERE"}],
        "destinationList": [{"type": "possessing_party", "destination": "https://shop.example/epcis/party/SHOP/JANE"}]}]'),
    (36, '^6:9204:3:9605', 'or in its carton', '[{
        "parentID": "https://id.gs1.org/00/106141412345678922",
        "childQuantityList": [{"epcClass": "https://id.gs1.org/01/04006381333931", "quantity": 12}],
        "sourceList": [{"type": "owning_party", "source": "https://id.gs1.org/417/4012345000009"},
            {"type": "location", "source": "https://shop.example/epcis/loc/T-THERE"}],
        "destinationList": [{"type": "possessing_party", "destination": "https://shop.example/epcis/party/SHOP/JANE"}]}]'),
    (37, '', 'a lot becomes another', '[{
        "inputQuantityList": [{"epcClass": "https://id.gs1.org/01/04023333020008/10/L2", "quantity": 4}],
        "outputQuantityList": [{"epcClass": "https://id.gs1.org/01/04023333020008/10/L3", "quantity": 4}],
        "ilmd": {"cbvmda:lotNumber": "L3", "cbvmda:itemExpirationDate": "2030-01-31"}}]'),
    (38, '', 'and a carton is emptied', '[{
        "parentID": "https://id.gs1.org/00/106141412345678939",
        "childQuantityList": [{"epcClass": "https://id.gs1.org/01/04006381333931", "quantity": 6}]}]')
    ) AS c (hour, part, title, expected);
SELECT is(d.json -> 'bizTransactionList', r.json -> 'bizTransactionList', 'a dispatch and its receipt name the same document')
FROM told AS d JOIN told AS r ON d.kind = 'dispatch' AND r.kind = 'receive_transfer' AND r.disposition = 'damaged';
SELECT is(count(*) FILTER (WHERE e.json -> 'bizTransactionList' -> 0 ->> 'type' = 'desadv'), 5::bigint, 'on each event of it')
FROM told AS e WHERE e.kind = 'receive_transfer';
SELECT results_eq(
    $$ SELECT e.json ->> 'eventTime', e.json ->> 'eventTimeZoneOffset', e.json ->> 'recordTime' ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$'
       FROM told AS e WHERE e.part = '2:2:9101:0' AND e.event_time = pg_temp.at(8) $$,
    $$ VALUES ('2024-07-01T10:00:00.000000+02:00', '+02:00', true) $$, 'the time of the day that people saw');
-- a complete count of an empty place
SELECT posting_id AS nothing FROM ims.count_stock('SHOP', location => 'T-THERE-Z1', complete => true,
    counted_at => pg_temp.at(30)) \gset
SELECT results_eq(
    format($$ SELECT e.biz_step, e.event::jsonb -> 'epcList', e.event::jsonb ? 'quantityList'
       FROM ims_bi.epcis_event AS e WHERE e.posting_id = %s $$, :nothing),
    $$ VALUES ('stock_taking', '[]'::jsonb, false) $$, 'to see nothing is an event');

-- 3. reversals
SELECT results_eq(
    format($$ SELECT e.kind, e.is_error, e.json -> 'errorDeclaration' ->> 'reason',
              e.json -> 'errorDeclaration' ->> 'declarationTime' = e.json ->> 'recordTime',
              e.json -> 'errorDeclaration' -> 'correctiveEventIDs' ->> 0
              IS NOT DISTINCT FROM (SELECT v.event_uri FROM told AS v WHERE v.posting_id = %s),
              e.record_time = p.recorded_at
       FROM told AS e JOIN ims.posting AS p ON p.posting_id = %s WHERE e.posting_id = %s $$,
       :slip_reversal, :slip_reversal, :slip),
    $$ VALUES ('ship', true, 'did_not_occur', true, true, true) $$,
    'a shipment that was reversed did not occur, and is declared void');
SELECT results_eq(
    format($$ SELECT e.is_error, e.json -> 'errorDeclaration' ? 'correctiveEventIDs' FROM told AS e WHERE e.posting_id = %s $$, :ghost),
    $$ VALUES (true, false) $$, 'a receipt that was reversed did not occur');
SELECT is_empty(format($$ SELECT * FROM told AS e WHERE e.posting_id = %s $$, :ghost_reversal), 'and its reversal is no event');
SELECT is(count(*), 2::bigint, 'nothing else is an error') FROM told AS e WHERE e.is_error OR e.json ? 'errorDeclaration';
SELECT posting_id AS back FROM ims.reverse_posting('SHOP', :shipped, reason => 'stays here', effective_at => pg_temp.at(39)) \gset
SELECT results_eq(
    format($$ SELECT e.kind, e.biz_step, e.is_error FROM ims_bi.epcis_event AS e
       WHERE e.owner_id = 9001 AND e.posting_id IN (%s, %s) ORDER BY e.posting_id, e.part COLLATE "C" $$, :shipped, :back),
    $$ VALUES ('ship', 'shipping', true), ('ship', 'shipping', true), ('ship', 'shipping', true),
        ('reversal', 'void_shipping', false) $$, 'a carton that is on its pallet again was not packed by that');
SELECT count(*) FROM ims.unpack('SHOP', '106141412345678915', effective_at => pg_temp.at(40)) \g /dev/null
SELECT posting_id AS empty FROM ims.pack('SHOP', '106141412345678915', handling_units => '{106141412345678939}',
    location => 'T-THERE-A', effective_at => pg_temp.at(41)) \gset
SELECT results_eq(
    format($$ SELECT e.part, e.read_point, e.biz_location, e.event::jsonb -> 'childEPCs'
       FROM ims_bi.epcis_event AS e WHERE e.posting_id = %s $$, :empty),
    $$ VALUES ('7:0:0:9604', NULL, NULL, '["https://id.gs1.org/00/106141412345678939"]'::jsonb) $$,
    'where empty units are packed, no line tells');
SELECT posting_id AS recount FROM ims.reverse_posting('SHOP', pg_temp.last('count'), reason => 'wrong place') \gset
SELECT posting_id AS counted FROM ims.posting WHERE owner_id = 9001 AND kind = 'count' AND effective_at = pg_temp.at(21) \gset
SELECT count(*) FROM ims.reverse_posting('SHOP', :counted, reason => 'counted wrong') \g /dev/null
SELECT results_eq(
    $$ SELECT e.kind, count(*), bool_and(e.is_error) FROM ims_bi.epcis_event AS e
       WHERE e.owner_id = 9001 AND e.event_time = pg_temp.at(21) GROUP BY e.kind ORDER BY e.kind $$,
    $$ VALUES ('count', 3::bigint, true), ('count_correction', 1, true) $$,
    'a count that is reversed takes its corrections with it');

-- 4. names
SELECT is(c.uri, c.expected, c.title)
FROM (VALUES
    ('a GTIN in any length', ims._epcis_item_uri(NULL, 'O', 'I', '4006381333931', NULL, NULL), 'https://id.gs1.org/01/04006381333931'),
    ('a wrong check digit is no key', ims._epcis_item_uri(NULL, 'O', 'I', '4006381333932', NULL, NULL), 'https://epcis.invalid/class/O/I'),
    ('a restricted number is not for the world', ims._epcis_item_uri(NULL, 'O', 'I', '2112345678900', NULL, NULL), 'https://epcis.invalid/class/O/I'),
    ('nor one of a company', ims._epcis_item_uri(NULL, 'O', 'I', '0412345678903', NULL, 'S'), 'https://epcis.invalid/obj/O/I/S'),
    ('a lot of 20 characters', ims._epcis_item_uri(NULL, 'O', 'I', '4006381333931', repeat('a', 20), NULL), 'https://id.gs1.org/01/04006381333931/10/aaaaaaaaaaaaaaaaaaaa'),
    ('a lot of 21', ims._epcis_item_uri(NULL, 'O', 'I', '4006381333931', repeat('a', 21), NULL), 'https://epcis.invalid/class/O/I/aaaaaaaaaaaaaaaaaaaaa'),
    ('a lot with a space', ims._epcis_item_uri(NULL, 'O', 'I', '4006381333931', 'a b', NULL), 'https://epcis.invalid/class/O/I/a%20b'),
    ('characters of a lot that a URI does not bear', ims._epcis_item_uri(NULL, 'O', 'I', '4006381333931', '"%&/<>?', NULL), 'https://id.gs1.org/01/04006381333931/10/%22%25%26%2F%3C%3E%3F'),
    ('a serial goes before a lot', ims._epcis_item_uri('https://a.b', 'O', 'I', NULL, 'L', 'S'), 'https://a.b/obj/O/I/S'),
    ('an empty lot is none', ims._epcis_item_uri('https://a.b', 'O', 'I', NULL, '', NULL), 'https://a.b/class/O/I'),
    ('no item, no name', ims._epcis_item_uri('https://a.b', 'O', NULL, '4006381333931', NULL, NULL), NULL),
    ('codes in other scripts', ims._epcis_item_uri('https://a.b', 'Ö', '茶 1', NULL, NULL, NULL), 'https://a.b/class/%C3%96/%E8%8C%B6%201'),
    ('a path, and slashes at its end', ims._epcis_unit_uri('http://a.b:8080/x//', 'O', NULL, 'P'), 'http://a.b:8080/x/obj/O/P'),
    ('no scheme', ims._epcis_unit_uri('a.b', 'O', NULL, 'P'), 'https://epcis.invalid/obj/O/P'),
    ('a domain that would break out', ims._epcis_unit_uri('https://a.b/"', 'O', NULL, 'P'), 'https://epcis.invalid/obj/O/P'),
    ('a domain with a query', ims._epcis_unit_uri('https://a.b/?x=', 'O', NULL, 'P'), 'https://epcis.invalid/obj/O/P'),
    ('no host', ims._epcis_unit_uri('https://', 'O', NULL, 'P'), 'https://epcis.invalid/obj/O/P'),
    ('an SSCC', ims._epcis_unit_uri('https://a.b', 'O', NULL, '106141412345678908'), 'https://id.gs1.org/00/106141412345678908'),
    ('18 digits that are none', ims._epcis_unit_uri('https://a.b', 'O', NULL, '106141412345678909'), 'https://a.b/obj/O/106141412345678909'),
    ('no unit', ims._epcis_unit_uri('https://a.b', 'O', NULL, NULL), NULL),
    ('a GLN', ims._epcis_place_uri('https://a.b', 'BIN', '0614141123452', '9521234543213'), 'https://id.gs1.org/414/0614141123452'),
    ('an extension of 20 characters', ims._epcis_place_uri('https://a.b', repeat('B', 20), NULL, '0614141123452'), 'https://id.gs1.org/414/0614141123452/254/BBBBBBBBBBBBBBBBBBBB'),
    ('of 21', ims._epcis_place_uri('https://a.b', repeat('B', 21), NULL, '0614141123452'), 'https://a.b/loc/BBBBBBBBBBBBBBBBBBBBB'),
    ('the extension 0 means none', ims._epcis_place_uri('https://a.b', '0', NULL, '0614141123452'), 'https://a.b/loc/0'),
    ('a place without GLN', ims._epcis_place_uri('https://a.b', 'BIN 1', NULL, 'x'), 'https://a.b/loc/BIN%201'),
    ('no place', ims._epcis_place_uri('https://a.b', NULL, NULL, '0614141123452'), NULL),
    ('half past in the east', ims._epcis_time('2024-02-29 23:59:59.999999+00', 330), '2024-03-01T05:29:59.999999+05:30'),
    ('the day before in the west', ims._epcis_time('2024-03-01 00:00+00', -570), '2024-02-29T14:30:00.000000-09:30'),
    ('the last zone', ims._epcis_time('0001-01-02 00:00+00', 840), '0001-01-02T14:00:00.000000+14:00'),
    ('no instant', ims._epcis_time('infinity', 0), NULL),
    ('no offset at all', ims._epcis_time('2024-03-01 00:00+00', 2000000000), NULL),
    ('a document kind of the vocabulary', ims._epcis_document_type('recadv'), 'recadv'),
    ('one of ours', ims._epcis_document_type('purchase_order'), 'po'),
    ('one of nobody', ims._epcis_document_type('sales_order'), NULL)
    ) AS c (title, uri, expected);

-- what an event is about
SELECT is(c.list, c.expected, c.title)
FROM (VALUES
    ('instances by their bytes, each once', (SELECT ims._epcis_epcs(u.uri) FROM unnest('{b,a,B,ab,NULL,a}'::text[]) AS u (uri)),
        '["B", "a", "ab", "b"]'),
    ('no instance', (SELECT ims._epcis_epcs(u.uri) FROM unnest('{}'::text[]) AS u (uri)), NULL),
    ('nothing that was seen', (SELECT ims._epcis_epcs(u.uri) FROM unnest('{NULL,NULL}'::text[]) AS u (uri)), NULL),
    ('a thousand', (SELECT md5(ims._epcis_epcs(n::text)) FROM generate_series(1000, 1, -1) AS n),
        (SELECT md5('["' || string_agg(n::text, '", "' ORDER BY n::text COLLATE "C") || '"]') FROM generate_series(1, 1000) AS n))
    ) AS c (title, list, expected);
SELECT is((SELECT ims._epcis_quantities(q.uri, q.quantity, c.unit, c.is_counted)
           FROM (VALUES ('u', c.quantity), ('v', 1), ('u', c.more)) AS q (uri, quantity) WHERE q.quantity IS NOT NULL),
    '[{"epcClass": "u"' || c.expected || '}, {"epcClass": "v"' || c.other || '}]', c.title)
FROM (VALUES
    ('a count is whole', 3.000000, NULL, 'EA', true, ', "quantity": 3', ', "quantity": 1'),
    ('and needs no code of the unit', 3, NULL, 'bucket', true, ', "quantity": 3', ', "quantity": 1'),
    ('half a piece has a unit', 2.5, NULL, 'EA', true, ', "quantity": 2.5, "uom": "EA"', ', "quantity": 1'),
    ('two halves are one piece', 0.5, 0.5, 'EA', true, ', "quantity": 1', ', "quantity": 1'),
    ('a measure has a unit', 3, 0.25, 'KGM', false, ', "quantity": 3.25, "uom": "KGM"', ', "quantity": 1, "uom": "KGM"'),
    ('of two characters, too', 100, NULL, '23', NULL, ', "quantity": 100, "uom": "23"', ', "quantity": 1, "uom": "23"'),
    ('no code for the unit, no quantity', 3, NULL, 'bucket', false, '', ''),
    ('a code of one character', 3, NULL, 'K', false, '', ''),
    ('of four', 3, NULL, 'KGMS', false, '', ''),
    ('none', 3, NULL, NULL, NULL, '', ''),
    ('the largest quantity, twice', 999999999999.999999, 999999999999.999999, 'KGM', false,
        ', "quantity": 1999999999999.999998, "uom": "KGM"', ', "quantity": 1, "uom": "KGM"'),
    ('the least', 0.000001, NULL, 'KGM', false, ', "quantity": 0.000001, "uom": "KGM"', ', "quantity": 1, "uom": "KGM"')
    ) AS c (title, quantity, more, unit, is_counted, expected, other);
SELECT is(ims._epcis_document(v.event, 'head '), E'head a,\n,\nb]}}', 'a document: head, events, tail')
FROM (VALUES ('a'), (''), ('b')) AS v (event);
SELECT is(ims._epcis_document(v.event, 'head'), NULL, 'none of nothing') FROM (SELECT ''::text WHERE false) AS v (event);
SELECT is(left(pg_temp.refusal(c.call), 5), '22004', c.call)
FROM (VALUES ($$ SELECT ims._epcis_document(NULL, 'head') $$), ($$ SELECT ims._epcis_document('a', NULL) $$)) AS c (call);
-- how it is written: only what is there, from a row with columns in any order
SELECT is(ims._epcis_event(e), '{"type": "ObjectEvent", "eventID": "urn:x", "eventTime": "2024-02-29T23:29:00.000001-00:31"'
    ', "eventTimeZoneOffset": "-00:31", "recordTime": "2024-03-01T00:00:00.000000+00:00", "action": "ADD"'
    ', "quantityList": [], "bizStep": "s", "bizTransactionList": [{"bizTransaction": "https://a.b/bt/O/%231"}'
    ', {"type": "desadv", "bizTransaction": "https://a.b/bt/O/dispatch/7"}]'
    ', "sourceList": [{"type": "owning_party", "source": "https://a.b/party/O"}]'
    ', "destinationList": [{"type": "possessing_party", "destination": "https://a.b/party/O/P"}'
    ', {"type": "location", "destination": "https://a.b/loc/S"}], "ilmd": {}}', 'an event of many members')
FROM (SELECT 'S'::text AS destination_site, 1 AS unknown, 'ADD'::text AS action, 'ObjectEvent'::text AS event_type,
             timestamptz '2024-03-01 00:00:00.000001+00' AS event_time, -31 AS utc_offset_minutes,
             timestamptz '2024-03-01 00:00+00' AS record_time, 'urn:x'::text AS event_uri, '[]'::text AS quantities,
             's'::text AS biz_step, ''::text AS disposition, 'https://a.b'::text AS domain, 'O'::text AS owner,
             '#1'::text AS document_number, '7'::text AS dispatch_number, 'source'::text AS owner_is,
             'P'::text AS party, '1'::text AS party_gln, '{}'::text AS ilmd) AS e;
SELECT is(ims._epcis_event(e), '{"type": "TransformationEvent", "eventTimeZoneOffset": "+14:00", "errorDeclaration": {'
    '"declarationTime": "2024-03-01T00:00:00.000000+00:00", "reason": "did_not_occur", "correctiveEventIDs": ["urn:y"]}'
    ', "transformationID": "https://epcis.invalid/bt/O/%C3%A4/1"'
    ', "sourceList": [{"type": "possessing_party", "source": "https://id.gs1.org/417/4006381000000"}]'
    ', "destinationList": [{"type": "owning_party", "destination": "https://id.gs1.org/417/0614141123452"}]}', 'or of others')
FROM (SELECT 'TransformationEvent'::text AS event_type, 840 AS utc_offset_minutes, timestamptz 'infinity' AS event_time,
             timestamptz '2024-03-01 00:00+00' AS reversed_at, 'urn:y'::text AS corrective_uri, NULL::text AS domain,
             'O'::text AS owner, 'ä'::text AS transformation_type, '1'::text AS transformation_number,
             'destination'::text AS owner_is, '0614141123452'::text AS owner_gln, 'P'::text AS party,
             '4006381000000'::text AS party_gln, ''::text AS document_number) AS e;
SELECT is(ims._epcis_event(e), '{"type": "AggregationEvent", "eventTimeZoneOffset": "+00:00"'
    ', "parentID": "https://epcis.invalid/obj/O/P"}', 'an empty unit')
FROM (SELECT 'AggregationEvent'::text AS event_type, 'O'::text AS owner, 'P'::text AS parent) AS e;
SELECT is(ims._epcis_event(e), '{"eventTimeZoneOffset": "+00:00", "epcList": []}', 'a row without any of the columns')
FROM (SELECT 1 AS one) AS e;
SELECT is(pg_temp.refusal($$ SELECT ims._epcis_event(e) FROM (SELECT 1 AS owner) AS e $$),
    '42804 | column "owner" of an event is of type integer', 'a column of another type');

-- 5. ids
SELECT is_empty($$ SELECT e.event_uri FROM told AS e
    WHERE e.event_uri !~ '^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'
    OR e.event_uri <> e.json ->> 'eventID' $$, 'ids are UUIDs of version 8');
SELECT is(count(DISTINCT e.event_uri), count(*), 'each event has its own') FROM told AS e;
SELECT is(ims._epcis_event_id(1, 2, 3, 2, 4, 5, 0), 'urn:uuid:'
    || substr(h.x, 1, 8) || '-' || substr(h.x, 9, 4) || '-8' || substr(h.x, 14, 3) || '-'
    || to_hex(('x' || substr(h.x, 17, 1))::bit(4)::integer & 3 | 8) || substr(h.x, 18, 3) || '-' || substr(h.x, 21, 12),
    'made of cluster, owner, posting and part')
FROM (VALUES (encode(sha256('1/2/3/2:4:5:0'), 'hex'))) AS h (x);

-- 6. the events have the quantities of the ledger
CREATE TEMP TABLE told_quantity AS
SELECT e.posting_id, sum(CASE WHEN jsonb_typeof(q.value) = 'string'
        THEN CASE WHEN q.value #>> '{}' LIKE '%/00/%' THEN 0 ELSE 1 END
        ELSE (q.value ->> 'quantity')::numeric END) AS quantity
FROM told AS e
CROSS JOIN unnest('{epcList,quantityList,inputEPCList,inputQuantityList,outputEPCList,outputQuantityList}'::text[]) AS n (name)
CROSS JOIN jsonb_array_elements(coalesce(e.json -> n.name, '[]')) AS q
WHERE left(e.part, 1) IN ('2', '3', '4') GROUP BY e.posting_id;
SELECT results_eq(
    $$ SELECT q.posting_id, q.quantity FROM told_quantity AS q ORDER BY 1 $$,
    $$ SELECT m.posting_id, sum(m.quantity)::numeric FROM ims.movement AS m
       JOIN ims.posting AS p USING (owner_id, posting_id)
       WHERE m.owner_id IN (9001, 9002) AND m.from_location_id <> m.to_location_id
         AND NOT (p.kind = 'reversal' AND m.from_location_id <> 3)
         AND NOT (p.kind = 'count' AND m.from_location_id = 4) -- seen, not moved
         AND m.posting_id IN (SELECT e.posting_id FROM told AS e)
       GROUP BY m.posting_id ORDER BY 1 $$,
    'all that moves is told once');
SELECT is_empty($$ SELECT e.kind FROM told AS e WHERE e.json ? 'ilmd' AND e.action IS DISTINCT FROM 'ADD' AND e.event_type <> 'TransformationEvent' $$,
    'master data are given where goods are made, only');

-- 7. functions
SELECT results_eq(
    $$ SELECT e.event_uri, e.event_time, e.record_time, e.event_type, e.posting_id, e.event FROM ims.epcis_events('SHOP') AS e $$,
    $$ SELECT e.event_uri, e.event_time, e.record_time, e.event_type, e.posting_id, e.event FROM ims_bi.epcis_event AS e
       WHERE e.owner = 'SHOP' ORDER BY e.event_time, e.posting_id, e.part COLLATE "C" $$, 'epcis_events() is the view, in order');
SELECT is(c.found, c.expected, c.title)
FROM (VALUES
    ('from is included', (SELECT count(*) FROM ims.epcis_events('SHOP', from_at => pg_temp.at(25), to_at => pg_temp.at(26))), 1::bigint),
    ('to is not', (SELECT count(*) FROM ims.epcis_events('SHOP', to_at => pg_temp.at(8))), 0),
    ('the first instant', (SELECT count(*) FROM ims.epcis_events('SHOP', to_at => pg_temp.at(8) + interval '1 microsecond')), 3),
    ('nothing between', (SELECT count(*) FROM ims.epcis_events('SHOP', pg_temp.at(9), pg_temp.at(9))), 0),
    ('bounds without end', (SELECT count(*) FROM ims.epcis_events('SHOP', '-infinity', 'infinity'))
        - (SELECT count(*) FROM ims.epcis_events('SHOP')), 0),
    ('one posting', (SELECT count(*) FROM ims.epcis_events('SHOP', posting_ids => ARRAY[:dispatch])), 1),
    ('a reversal brings what it reversed', (SELECT count(*) FROM ims.epcis_events('SHOP', posting_ids => ARRAY[:slip_reversal])), 2),
    ('that of a count its corrections', (SELECT count(*) FROM ims.epcis_events('SHOP', posting_ids => ARRAY[pg_temp.last('reversal')])), 4),
    ('no posting', (SELECT count(*) FROM ims.epcis_events('SHOP', posting_ids => '{}')), 0),
    ('none that there is', (SELECT count(*) FROM ims.epcis_events('SHOP', posting_ids => '{-1,NULL}')), 0),
    ('a posting of another owner', (SELECT count(*) FROM ims.epcis_events('CLIENT', posting_ids => ARRAY[:dispatch])), 0)
    ) AS c (title, found, expected);
SELECT results_eq(
    $$ SELECT d.json ->> 'type', d.json ->> 'schemaVersion', d.json ->> 'creationDate', d.json -> '@context',
              d.json -> 'epcisBody' -> 'eventList' = (SELECT jsonb_agg(e.event::jsonb) FROM ims.epcis_events('SHOP', to_at => pg_temp.at(18)) AS e)
       FROM (SELECT ims.epcis_document('SHOP', to_at => pg_temp.at(18), created_at => '2026-11-01 12:00+01')::jsonb) AS d (json) $$,
    $$ VALUES ('EPCISDocument', '2.0', '2026-11-01T11:00:00.000000+00:00',
        '["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"]'::jsonb, true) $$, 'a document holds them');
SELECT is(ims.epcis_document('SHOP', posting_ids => '{}')::jsonb -> 'epcisBody', '{"eventList": []}', 'a document without events');
SELECT is(split_part(pg_temp.refusal(c.call), ' |', 1), c.state, c.call)
FROM (VALUES
    ($$ SELECT * FROM ims.epcis_events('NOBODY') $$, 'IV202'),
    ($$ SELECT * FROM ims.epcis_events() $$, 'IV201'),
    ($$ SELECT * FROM ims.epcis_events('SHOP', from_at => '10000-01-01 00:00+00') $$, 'IV232'),
    ($$ SELECT * FROM ims.epcis_events('SHOP', to_at => '0001-01-01 00:00+00 BC') $$, 'IV232'),
    ($$ SELECT ims.epcis_document('NOBODY') $$, 'IV202'),
    ($$ SELECT ims.epcis_document('SHOP', created_at => '10000-01-01 00:00+00') $$, 'IV232')
    ) AS c (call, state);
SET LOCAL TimeZone = 'Asia/Tokyo';
SET LOCAL DateStyle = 'SQL, DMY';
SELECT is_empty($$ SELECT e.event FROM ims.epcis_events('SHOP', to_at => pg_temp.at(21)) AS e
    EXCEPT SELECT t.event FROM told AS t $$, 'settings of the session change nothing');
RESET TimeZone;
RESET DateStyle;

-- names as URNs: of keys that begin with a company prefix of the owner
SELECT is(ims._epcis_urn('{"id": "' || c.link || '"}', '{0614141,4006381,95212345,9521}'), '{"id": "' || c.expected || '"}', c.title)
FROM (VALUES
    ('a single unit', 'https://id.gs1.org/01/80614141123458/21/6789', 'urn:epc:id:sgtin:0614141.812345.6789'),
    ('a serial with every character that is coded', 'https://id.gs1.org/01/80614141123458/21/%22%25%26%2F%3C%3E%3F%28%29',
        'urn:epc:id:sgtin:0614141.812345.%22%25%26%2F%3C%3E%3F()'),
    ('of 20 characters', 'https://id.gs1.org/01/80614141123458/21/' || repeat('a', 20), 'urn:epc:id:sgtin:0614141.812345.' || repeat('a', 20)),
    ('a lot', 'https://id.gs1.org/01/80614141123458/10/L%2F1', 'urn:epc:class:lgtin:0614141.812345.L%2F1'),
    ('an item', 'https://id.gs1.org/01/04006381333931', 'urn:epc:idpat:sgtin:4006381.033393.*'),
    ('an SSCC', 'https://id.gs1.org/00/106141412345678908', 'urn:epc:id:sscc:0614141.1234567890'),
    ('a place', 'https://id.gs1.org/414/0614141123452', 'urn:epc:id:sgln:0614141.12345.0'),
    ('a place in it', 'https://id.gs1.org/414/0614141123452/254/BIN%2F7', 'urn:epc:id:sgln:0614141.12345.BIN%2F7'),
    ('a party', 'https://id.gs1.org/417/0614141123452', 'urn:epc:id:pgln:0614141.12345'),
    ('a returnable asset', 'https://id.gs1.org/8003/006141411234525678', 'urn:epc:id:grai:0614141.12345.5678'),
    ('an asset', 'https://id.gs1.org/8004/06141415678', 'urn:epc:id:giai:0614141.5678'),
    ('the longest prefix', 'https://id.gs1.org/417/9521234543213', 'urn:epc:id:pgln:95212345.4321'),
    ('one of four digits stands for those of six', 'https://id.gs1.org/417/9521999000006', 'urn:epc:id:pgln:952199.900000'),
    ('an asset that has no digits there', 'https://id.gs1.org/8004/9521-1', 'https://id.gs1.org/8004/9521-1'),
    ('a prefix of nobody', 'https://id.gs1.org/01/04012345678901', 'https://id.gs1.org/01/04012345678901'),
    ('a prefix is no indicator', 'https://id.gs1.org/00/061414123456789012', 'https://id.gs1.org/00/061414123456789012'),
    ('a name of one''s own', 'https://shop.example/epcis/obj/SHOP/P1', 'https://shop.example/epcis/obj/SHOP/P1'),
    ('another domain', 'https://id.gs1.org.example/00/106141412345678908', 'https://id.gs1.org.example/00/106141412345678908'),
    ('digits missing', 'https://id.gs1.org/00/10614141234567890', 'https://id.gs1.org/00/10614141234567890'),
    ('digits too many', 'https://id.gs1.org/00/1061414123456789080', 'https://id.gs1.org/00/1061414123456789080'),
    ('a path that goes on', 'https://id.gs1.org/01/80614141123458/21/1/x', 'https://id.gs1.org/01/80614141123458/21/1/x'),
    ('a value of 31 characters', 'https://id.gs1.org/8004/0614141' || repeat('1', 24), 'https://id.gs1.org/8004/0614141' || repeat('1', 24)),
    ('another identifier', 'https://id.gs1.org/253/0614141123452', 'https://id.gs1.org/253/0614141123452')
    ) AS c (title, link, expected);
SELECT is(ims._epcis_urn(c.event, '{0614141}'), c.expected, c.title)
FROM (VALUES
    ('lists and members', '{"epcList": ["https://id.gs1.org/00/106141412345678908", "x"], "https://id.gs1.org/x": 1}',
        '{"epcList": ["urn:epc:id:sscc:0614141.1234567890", "x"], "https://id.gs1.org/x": 1}'),
    ('master data are no names', '{"a": "https://id.gs1.org/00/106141412345678908", "ilmd": {"cbvmda:lotNumber": "https://id.gs1.org/00/106141412345678908"}}',
        '{"a": "urn:epc:id:sscc:0614141.1234567890", "ilmd": {"cbvmda:lotNumber": "https://id.gs1.org/00/106141412345678908"}}'),
    ('a quote in a string', '{"a": "\"https://id.gs1.org/00/106141412345678908"}', '{"a": "\"https://id.gs1.org/00/106141412345678908"}'),
    ('a text that ends', '"https://id.gs1.org/00/106141412345678908', '"urn:epc:id:sscc:0614141.1234567890'),
    ('in the middle of nothing', '{"a": "\', '{"a": "\'),
    ('nothing', '', '')) AS c (title, event, expected);
SELECT is(ims._epcis_urn('{"a": "' || c.link || '"}', c.prefixes::text[]), '{"a": "' || c.expected || '"}', 'a prefix ' || c.title)
FROM (VALUES
    ('of 12 digits', 'https://id.gs1.org/417/0614141123452', '{061414112345}', 'urn:epc:id:pgln:061414112345.'),
    ('of 13, which is none', 'https://id.gs1.org/417/0614141123452', '{0614141123452}', 'https://id.gs1.org/417/0614141123452'),
    ('of 13, of an SSCC', 'https://id.gs1.org/00/106141412345678908', '{0614141234567}', 'https://id.gs1.org/00/106141412345678908'),
    ('of nothing', 'https://id.gs1.org/417/0614141123452', '{""}', 'https://id.gs1.org/417/0614141123452'))
    AS c (title, link, prefixes, expected);
SELECT is(ims._epcis_urn('{"a": "https://id.gs1.org/00/106141412345678908"}', '{}'), '{"a": "https://id.gs1.org/00/106141412345678908"}', 'no prefix');
-- units that are assets of the owner
SELECT is(ims._epcis_unit_uri('https://a.b', 'O', '{0614141}', c.code), c.expected, c.title)
FROM (VALUES
    ('a returnable asset', '0061414112345256789', 'https://id.gs1.org/8003/0061414112345256789'),
    ('that is an SSCC, too', '006141411234525678', 'https://id.gs1.org/00/006141411234525678'),
    ('its type alone', '00614141123452', 'https://a.b/obj/O/00614141123452'),
    ('another check digit', '006141411234535678', 'https://a.b/obj/O/006141411234535678'),
    ('a serial of 16 characters', '00614141123452' || repeat('s', 16), 'https://id.gs1.org/8003/00614141123452' || repeat('s', 16)),
    ('of 17', '00614141123452' || repeat('s', 17), 'https://a.b/obj/O/00614141123452' || repeat('s', 17)),
    ('of another company', '040123451234525678', 'https://a.b/obj/O/040123451234525678'),
    ('an asset', '0614141A/1', 'https://id.gs1.org/8004/0614141A%2F1'),
    ('the prefix alone', '0614141', 'https://a.b/obj/O/0614141'),
    ('of 30 characters', '0614141' || repeat('a', 23), 'https://id.gs1.org/8004/0614141' || repeat('a', 23)),
    ('of 31', '0614141' || repeat('a', 24), 'https://a.b/obj/O/0614141' || repeat('a', 24)),
    ('with a space', '0614141 1', 'https://a.b/obj/O/0614141%201')) AS c (title, code, expected);
-- whole documents
UPDATE ims.owner SET gs1_company_prefixes = '{0614141,4006381,4023333,9521234,4012}' WHERE owner_id = 9001;
SELECT results_eq(
    $$ SELECT e.event_uri, e.event_time, e.record_time, e.event_type, e.posting_id, e.event FROM ims.epcis_events('SHOP', names => 'urn') AS e $$,
    $$ SELECT e.event_uri, e.event_time, e.record_time, e.event_type, e.posting_id,
              ims._epcis_urn(e.event, '{0614141,4006381,4023333,9521234,4012}') FROM ims.epcis_events('SHOP') AS e $$,
    'each event with other names');
SELECT is_empty($$ SELECT e.event FROM ims.epcis_events('SHOP', names => 'urn') AS e WHERE e.event ~ 'id\.gs1\.org' $$,
    'no link where each prefix is known');
SELECT is_empty(
    $$ SELECT e.event_uri FROM ims.epcis_events('SHOP', names => 'urn') AS e
       JOIN ims.epcis_events('SHOP') AS l USING (event_uri) WHERE e.event !~ 'urn:epc:' AND l.event ~ 'id\.gs1\.org' $$,
    'as many names as before');
SELECT is(ims.epcis_document('SHOP', created_at => '2026-11-01 12:00+01', names => 'urn')::jsonb -> 'epcisBody' -> 'eventList',
    (SELECT jsonb_agg(e.event::jsonb) FROM ims.epcis_events('SHOP', names => 'urn') AS e), 'a document of them');
SELECT is(d.text, ims.epcis_document('SHOP', to_at => pg_temp.at(18), created_at => '2026-11-01 12:00+01'), d.title)
FROM (VALUES
    ('link is what is told anyway', ims.epcis_document('SHOP', to_at => pg_temp.at(18), created_at => '2026-11-01 12:00+01', names => 'link')),
    ('so is nothing', ims.epcis_document('SHOP', to_at => pg_temp.at(18), created_at => '2026-11-01 12:00+01', names => NULL)))
    AS d (title, text);
SELECT is(ims.epcis_document('SHOP', posting_ids => '{}', names => 'urn')::jsonb -> 'epcisBody', '{"eventList": []}', 'none of nothing');
SELECT is(split_part(pg_temp.refusal(c.call), ' |', 1), '22023', c.call)
FROM (VALUES ($$ SELECT * FROM ims.epcis_events('SHOP', names => 'URN') $$), ($$ SELECT ims.epcis_document('SHOP', names => '') $$)) AS c (call);

-- 8. filters reach the tables
CREATE FUNCTION pg_temp.plan_of(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || query;
END
$$;
SELECT is_empty($$ SELECT * FROM pg_temp.plan_of('SELECT * FROM ims_bi.epcis_event WHERE owner_id = 9001 AND posting_id = 1') AS p (line)
    WHERE p.line ~ 'CTE Scan' $$, 'lines are not gathered before they are filtered');

SELECT is_empty($$ SELECT * FROM pg_temp.plan_of('SELECT * FROM ims_bi.epcis_event WHERE owner_id = 9001 AND posting_id = 1') AS p (line)
    WHERE p.line ~ 'lot_status_change' $$, 'nor is the status of lots asked for by a posting');

-- 9. the status of lots: held, released, recalled and not, expired; what changes nothing is no event
SELECT is_empty($$ SELECT e.kind FROM told AS e WHERE e.kind = 'lot_status' $$, 'a lot that is made released is no event');
INSERT INTO ims.lot (owner_id, lot_id, item_id, code) VALUES (9001, 9410, 9303, 'W"1'), (9001, 9411, 9303, 'W2'), (9001, 9412, 9303, 'W3');
SELECT count(*) FROM (VALUES ('W"1', 'T-HERE-A'), ('W2', 'T-HERE-A'), ('W2', 'T-HERE-B')) AS g (lot, place)
    CROSS JOIN LATERAL ims.receive('SHOP', 'MILK', 3, to_location => g.place, lot => g.lot) \g /dev/null
SELECT count(*) FROM ims.ship('SHOP', 'MILK', 1, from_location => 'T-HERE-A', lot => 'W"1') \g /dev/null
SELECT count(*) FROM ims.transfer('SHOP', 'MILK', 3, from_location => 'T-HERE-A', to_location => 'T-HERE-B', lot => 'W2') \g /dev/null
SELECT ims.set_lot_status('SHOP', 'MILK', s.lot, s.status, 'test')
FROM (VALUES (1, 'W"1', 'on_hold'), (2, 'W"1', 'on_hold'), (3, 'W"1', 'released'), (4, 'W2', 'expired'), (5, 'W3', 'recalled'),
    (6, 'W3', 'on_hold'), (7, 'W3', 'recalled'), (8, 'W3', 'released')) AS s (n, lot, status) ORDER BY s.n \g /dev/null
SELECT count(*) FROM ims.recall('SHOP', 'MILK', 'W"1', reason => 'glass') \g /dev/null
SELECT ims.create_lot('SHOP', 'MILK', 'W4', status => 'on_hold') \g /dev/null
CREATE TEMP TABLE held AS SELECT e.*, e.event::jsonb AS json FROM ims_bi.epcis_event AS e WHERE e.owner_id = 9001 AND e.kind = 'lot_status';
SELECT results_eq(
    $$ SELECT regexp_replace(h.json -> 'quantityList' -> 0 ->> 'epcClass', '.*/', ''), h.biz_step, h.disposition, h.json -> 'persistentDisposition',
              regexp_replace(h.json -> 'readPoint' ->> 'id', '.*/', ''), h.json -> 'bizLocation' = h.json -> 'readPoint'
       FROM held AS h ORDER BY h.event_time, h.part COLLATE "C" $$,
    $$ VALUES ('W%221', 'holding', 'non_sellable_other', NULL::jsonb, 'T-HERE-A', true), ('W%221', 'inspecting', 'available', NULL, 'T-HERE-A', true),
        ('W2', 'holding', 'expired', NULL, '9521234543213', true), ('W3', 'holding', 'recalled', '{"set": ["recalled"]}', NULL, NULL),
        ('W3', 'holding', 'non_sellable_other', '{"unset": ["recalled"]}', NULL, NULL),
        ('W3', 'holding', 'recalled', '{"set": ["recalled"]}', NULL, NULL),
        ('W3', 'inspecting', 'available', '{"unset": ["recalled"]}', NULL, NULL),
        ('W%221', 'holding', 'recalled', '{"set": ["recalled"]}', 'T-HERE-A', true),
        ('W4', 'holding', 'non_sellable_other', NULL, NULL, NULL) $$, 'each change is an event');
SELECT is_empty($$ SELECT h.* FROM held AS h LEFT JOIN ims.lot_status_change AS c ON h.part = '8:' || c.lot_status_change_id AND c.owner_id = 9001
    WHERE (h.event_time, h.record_time, h.posting_id IS NULL, h.event_type, h.action, h.is_error, h.json - '{eventID,readPoint,bizLocation}'::text[])
        IS DISTINCT FROM (c.changed_at, c.changed_at, true, 'ObjectEvent', 'OBSERVE', false, jsonb_strip_nulls(jsonb_build_object(
            'type', 'ObjectEvent', 'action', 'OBSERVE', 'bizStep', h.biz_step, 'disposition', h.disposition,
            'eventTime', ims._epcis_time(c.changed_at, 0), 'recordTime', ims._epcis_time(c.changed_at, 0), 'eventTimeZoneOffset', '+00:00',
            'persistentDisposition', h.json -> 'persistentDisposition', 'quantityList', h.json -> 'quantityList'))) $$,
    'with its time, and nothing else');
SELECT is(count(DISTINCT e.event_uri), count(*), 'each has an id of its own') FROM (
    SELECT h.event_uri FROM held AS h UNION ALL SELECT t.event_uri FROM told AS t) AS e;
SELECT count(*) FROM ims.receive('SHOP', 'MILK', 1, to_location => 'T-THERE-A', lot => 'W"1', effective_at => pg_temp.at(40)) \g /dev/null
SELECT is_empty($$ SELECT h.event FROM held AS h EXCEPT SELECT e.event FROM ims.epcis_events('SHOP') AS e $$,
    'what is posted later, for an earlier time, changes nothing, and epcis_events() tells them');
SELECT is((SELECT count(*) FROM ims.epcis_events('SHOP', posting_ids => ARRAY(SELECT p.posting_id FROM ims.posting AS p)) AS e
    WHERE e.posting_id IS NULL), 0::bigint, 'not by posting');
SELECT is((SELECT h.json -> 'quantityList' -> 0 ->> 'epcClass' FROM held AS h ORDER BY h.event_time LIMIT 1),
    'https://id.gs1.org/01/04023333020008/10/W%221', 'a lot is named by its GTIN');

SELECT * FROM finish();
ROLLBACK;
