#!/usr/bin/python3
"""EPCIS documents against the JSON schema that GS1 publishes.

The schema is not part of ims: it is looked for at IMS_EPCIS_SCHEMA, by default
../shared/data/epcis/EPCIS-JSON-Schema.json.  Each event is held against the
definition of its own type, since the schema of a document as a whole takes an
event of an unknown type.  Without schema, or without python3-jsonschema, the
shape is tested here alone.
"""

import json
import os
import re
import subprocess

from lib import ROOT, Cluster, Tap

SHARED = os.environ.get("IMS_SHARED", os.path.join(ROOT, "..", "shared"))
SCHEMA = os.environ.get("IMS_EPCIS_SCHEMA",
                        os.path.join(SHARED, "data", "epcis", "EPCIS-JSON-Schema.json"))
# RFC 3986: a scheme, and characters that a URI may hold.
URI = re.compile(r"[a-z][a-z0-9+.-]*:(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-F]{2})+")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}[+-]\d\d:\d\d")
COMMON = {"type", "eventID", "eventTime", "eventTimeZoneOffset", "recordTime",
          "errorDeclaration", "bizStep", "disposition", "readPoint", "bizLocation",
          "bizTransactionList", "sourceList", "destinationList"}
OWN = {
    "ObjectEvent": {"action", "epcList", "quantityList", "ilmd", "persistentDisposition"},
    "AggregationEvent": {"action", "parentID", "childEPCs", "childQuantityList"},
    "TransactionEvent": {"action", "epcList", "quantityList"},
    "TransformationEvent": {"transformationID", "inputEPCList", "inputQuantityList",
                            "outputEPCList", "outputQuantityList", "ilmd"},
}


def uris(value, name=""):
    """Every member that holds a URI."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in ("ilmd", "type", "action", "reason"):
                yield from uris(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from uris(item, name)
    elif name in ("eventID", "id", "epcClass", "bizTransaction", "source", "destination",
                  "parentID", "transformationID") or name.endswith(("EPCs", "List", "IDs")):
        yield value


def faults_of_shape(event):
    names = COMMON | OWN[event["type"]]
    yield from (f"member {name}" for name in event if name not in names)
    yield from (f"no URI: {uri}" for uri in uris(event) if not URI.fullmatch(uri))
    for name in ("eventTime", "recordTime"):
        if not TIME.fullmatch(event[name]):
            yield f"no time: {event[name]}"
    if "ilmd" in event and event.get("action", "ADD") != "ADD":
        yield "ilmd of what was there before"
    for name in ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"):
        for element in event.get(name, []):
            if "quantity" in element and not element["quantity"] > 0:
                yield f"quantity {element['quantity']}"
    for name in ("epcList", "childEPCs", "inputEPCList", "outputEPCList"):
        if len(set(event.get(name, []))) != len(event.get(name, [])):
            yield f"{name} names a thing twice"


def validators():
    """A validator for documents, and one for each type of event."""
    try:
        import jsonschema
    except ImportError:
        return None, "python3-jsonschema is not installed"
    if not os.path.exists(SCHEMA):
        return None, "the EPCIS JSON schema is not there"
    with open(SCHEMA, encoding="utf-8") as handle:
        schema = json.load(handle)
    checker = jsonschema.FormatChecker()
    checker.checks("uri")(lambda text: not isinstance(text, str) or bool(URI.fullmatch(text)
                          or re.fullmatch(r"cbvmda:[A-Za-z]+", text)))
    checker.checks("date-time")(lambda text: not isinstance(text, str)
                                or bool(TIME.fullmatch(text)))

    def validator(root):
        return jsonschema.Draft7Validator(root, format_checker=checker)

    found = {"EPCISDocument": validator(schema)}
    for name in OWN:
        found[name] = validator({"definitions": schema["definitions"],
                                 "$ref": f"#/definitions/{name}"})
    return found, None


def documents_of(cluster):
    """The documents of both owners of test/epcis.psql, and one with URNs."""
    script = ("\\set VERBOSITY terse\n\\set ON_ERROR_STOP 1\nBEGIN;\n\\i test/epcis.psql\n"
              "UPDATE ims.owner SET gs1_company_prefixes = '{0614141,4006381,4023333,9521234,4012}'"
              " WHERE owner_id = 9001;\n"
              "SELECT ims.set_lot_status('SHOP', 'MILK', 'L2', s.status, 'test') FROM (VALUES"
              " (1, 'on_hold'), (2, 'recalled'), (3, 'released'), (4, 'expired')) AS s (n, status)"
              " ORDER BY s.n \\g /dev/null\n"
              "SELECT json_build_array(ims.epcis_document('SHOP')::json,"
              " ims.epcis_document('CLIENT')::json,"
              " ims.epcis_document('SHOP', names => 'urn')::json);\nROLLBACK;\n")
    out = subprocess.run(["psql", "-XqAt", "-d", "epcis", "-U", "postgres"], input=script,
                         text=True, cwd=ROOT, env={**os.environ, **cluster.env}, check=True,
                         stdout=subprocess.PIPE).stdout
    return json.loads(out)


def main():
    found, why = validators()
    tap = Tap(5 if found is None else 8)
    cluster = Cluster("main")
    cluster.new_database("epcis")
    documents = documents_of(cluster)
    events = [event for document in documents for event in document["epcisBody"]["eventList"]]
    tap.ok(len(events) > 40, "there are events of every kind")
    tap.equal({event["type"] for event in events}, set(OWN), "of every type")
    named = {uri.rsplit(":", 1)[0] for event in documents[2]["epcisBody"]["eventList"]
             for uri in uris(event) if uri.startswith("urn:epc:")}
    tap.equal(named, {"urn:epc:id:sgtin", "urn:epc:id:sscc", "urn:epc:id:sgln", "urn:epc:id:pgln",
                      "urn:epc:class:lgtin", "urn:epc:idpat:sgtin"}, "with every kind of URN")
    tap.equal(len(documents[2]["epcisBody"]["eventList"]),
              len(documents[0]["epcisBody"]["eventList"]), "in as many events")
    tap.equal([f"{event['bizStep'] if 'bizStep' in event else event['type']}: {fault}"
             for event in events for fault in faults_of_shape(event)], [],
            "members, URIs, times and quantities are as EPCIS wants them")

    if found is None:
        tap.note("NOT TESTED: events against the schema of GS1: " + why)
    else:
        tap.equal([str(error.message)[:300] for document in documents
                 for error in found["EPCISDocument"].iter_errors(document)], [],
                "documents are valid against the published schema")
        tap.equal([f"{event['eventID']}: {str(error.message)[:300]}" for event in events
                 for error in found[event["type"]].iter_errors(event)], [],
                "each event against the schema of its type")
        damaged = [(dict(events[0], bizStep="gone"), "a step of no vocabulary"),
                   (dict(events[0], ilmd={"cbvmda:lotNumber": "1"}), "ilmd of an observation"),
                   (dict(events[0], eventTimeZoneOffset="02:00"), "an offset without sign"),
                   (dict(events[0], quantityList=[{"quantity": 1}]), "a quantity of nothing")]
        tap.equal([why for event, why in damaged
                 if not list(found["ObjectEvent"].iter_errors(event))], [],
                "and the schema refuses what is wrong")
    tap.done()


if __name__ == "__main__":
    main()
