#!/usr/bin/python3
"""Every verb can be called with bound parameters from everyday drivers.

Each function that posts is called with its quantity bound as an integer, as a
decimal and as text, and its other arguments as the types that a program has
at hand: psycopg 3 with parameters and results as text and binary, libpq
itself with parameters of known and of unknown type, JDBC, and node's pg.  The
answer comes back as columns, the ledger holds what was bound to the last
decimal, and verify() is clean at the end.  A driver that is not installed is
named as not tested.
"""

import datetime
import glob
import json
import os
import re
import shutil
import subprocess
from decimal import Decimal

import psycopg
from psycopg import pq
from psycopg.types.json import Jsonb

from lib import ROOT, Cluster, Tap, differences, one

COLUMNS = ["posting_id", "document_number", "status", "replayed"]
QUANTITIES = {"integer": 3, "decimal": Decimal("2.500000"), "text": "1.25"}

# function: argument -> (kind of value, value).  Q is the quantity; the names
# of CONTEXT are ids that are made before the call.
Q = object()
CONTEXT = {
    "dispatched": "SELECT document_number FROM ims.dispatch(owner => 'MAIN', item => 'SUGAR',"
                  " quantity => 10, from_location => 'N-01', to_location => 'S-01')",
    "sold": "SELECT posting_id FROM ims.ship(owner => 'MAIN', item => 'SUGAR', quantity => 10,"
            " from_location => 'N-01', party => 'JANE')",
    "received": "SELECT posting_id FROM ims.receive(owner => 'MAIN', item => 'SUGAR',"
                " quantity => 10, to_location => 'N-01')",
}


def arguments(**more):
    return dict({"owner": ("text", "MAIN"), "item": ("text", "SUGAR"), "quantity": ("quantity", Q)},
                **more)


def place(code):
    return ("text", code)


CALLS = {
    "receive": arguments(
        to_location=place("N-01"), party=place("ACME"), unit=("text", "KGM"),
        effective_at=("time", "2026-01-05T10:00:00+00:00"), unit_cost=("decimal", "1.0499"),
        currency=("text", "EUR"), reference_type=("text", "purchase_order"),
        reference_number=("text", "PO-1"), dry_run=("boolean", "false")),
    "ship": arguments(from_location=place("N-01"), party=place("JANE"), sale_value=("decimal", "12.34")),
    "transfer": arguments(from_location=place("N-01"), to_location=place("N-02")),
    "dispatch": arguments(from_location=place("N-01"), to_location=place("S-01")),
    "receive_transfer": {
        "owner": ("text", "MAIN"), "document_number": ("id", "dispatched"),
        "to_location": place("S-01"), "lines": ("lines", [{"item": "SUGAR", "quantity": Q}]),
        "accept_overage": ("boolean", "false")},
    "adjust": arguments(location=place("N-01"), reason=("text", "found")),
    "scrap": arguments(from_location=place("N-01"), reason=("text", "broken")),
    "consume": arguments(from_location=place("N-01")),
    "produce": arguments(
        to_location=place("N-02"),
        components=("lines", [{"item": "SALT", "quantity": 1, "from_location": "N-01"}])),
    "return_from_customer": arguments(
        to_location=place("N-01"), origin_movement_id=("id", "sold")),
    "return_to_supplier": arguments(from_location=place("N-01"), party=place("ACME")),
    "count_stock": arguments(location=place("N-03")),
    "reverse_posting": {
        "owner": ("text", "MAIN"), "posting_id": ("id", "received"), "reason": ("text", "twice")},
    "transfer_ownership": arguments(to_owner=("text", "CLIENT"), location=place("N-01")),
    "post": {
        "lines": ("lines", [{"item": "SUGAR", "quantity": Q, "to_location": "N-01"}]),
        "kind": ("text", "receive"), "owner": ("text", "MAIN")},
    "post_ids": {
        "item_ids": ("ids", ["item"]), "quantities": ("quantities", [Q]),
        "from_location_ids": ("ids", ["from"]), "to_location_ids": ("ids", ["to"]),
        "owner": ("text", "MAIN")},
    "open_posting": {"owner": ("text", "MAIN"), "kind": ("text", "receive"),
                     "effective_at": ("time", "2026-01-06T10:00:00+01:00")},
}
# What is put together of several lines, or answers more than its posting: called
# by psycopg, after the statement that it rests on.
SUGAR_LINE = ("lines", [{"item": "SUGAR", "quantity": Q}])
OTHER_CALLS = {
    "pack": (None, {"owner": ("text", "MAIN"), "handling_unit": ("text", "P1"),
                    "lines": SUGAR_LINE, "location": place("N-01")}),
    "unpack": ("pack(owner => 'MAIN', handling_unit => 'P1', location => 'N-01',"
               " lines => '[{\"item\": \"SUGAR\", \"quantity\": 10}]')",
               {"owner": ("text", "MAIN"), "handling_unit": ("text", "P1"), "lines": SUGAR_LINE}),
    "move_handling_unit": ("receive(owner => 'MAIN', item => 'SUGAR', quantity => 10,"
                           " to_location => 'N-01', handling_unit => 'P2')",
                           {"owner": ("text", "MAIN"), "handling_unit": ("text", "P2"),
                            "kind": ("text", "ship"), "party": place("JANE")}),
    "relot": (None, {"owner": ("text", "MAIN"), "item": ("text", "MILK"),
                     "from_quantities": ("quantities", [Q]), "location": place("N-01"),
                     "from_lots": ("quantities", ["L1"]), "to_lots": ("quantities", ["L2"]),
                     "reason": ("text", "renamed")}),
    "recall": (None, {"owner": ("text", "MAIN"), "item": ("text", "MILK"), "lot": ("text", "L1"),
                      "reason": ("text", "glass"), "dry_run": ("boolean", "true")}),
    "receive_scan": (None, arguments(scan=("text", "SUGAR"), to_location=place("N-01"),
                                     post=("boolean", "true"))),
    "receive_handling_unit": ("ship(owner => 'MAIN', item => 'SUGAR', quantity => s.on_hand,"
                              " from_location => s.location, handling_unit => 'P3',"
                              " party => 'JANE') FROM ims_bi.stock AS s"
                              " WHERE s.handling_unit = 'P3' AND s.on_hand > 0",
                              {"owner": ("text", "MAIN"), "scan": ("text", "P3"),
                               "contents": SUGAR_LINE, "to_location": place("N-01"),
                               "register": ("boolean", "true"), "post": ("boolean", "true")}),
    "pick_scan": (None, arguments(scan=("text", "SUGAR"), from_location=place("N-01"),
                                  post=("boolean", "true"))),
    "count_scan": (None, arguments(scan=("text", "SUGAR"), location=place("N-03"),
                                   post=("boolean", "true"))),
}
# Called with INSERT in one transaction, by psycopg alone.
ONLY_PSYCOPG = {"open_posting"}


def arguments_of(function):
    return CALLS[function] if function in CALLS else OTHER_CALLS[function][1]


class Shop:
    """The database, and what the calls refer to."""

    def __init__(self, cluster):
        cluster.new_database("shop")
        self.cluster = cluster
        self.connection = cluster.connect("shop")
        for statement in (
                "create_owner(code => 'CLIENT')", "create_site(code => 'NORTH')",
                "create_site(code => 'SOUTH')", "create_location(code => 'N-01', parent => 'NORTH')",
                "create_location(code => 'N-02', parent => 'NORTH')",
                "create_location(code => 'N-03', parent => 'NORTH')",
                "create_location(code => 'S-01', parent => 'SOUTH')",
                "create_party(owner => 'MAIN', code => 'ACME', kind => 'supplier')",
                "create_party(owner => 'MAIN', code => 'JANE', kind => 'customer')",
                "create_item(owner => 'MAIN', code => 'SUGAR', base_unit => 'KGM')",
                "create_item(owner => 'MAIN', code => 'SALT', base_unit => 'KGM')",
                "create_item(owner => 'CLIENT', code => 'SUGAR', base_unit => 'KGM')",
                "create_item(owner => 'MAIN', code => 'MILK', base_unit => 'KGM', tracking => 'lot')",
                "create_lot(owner => 'MAIN', item => 'MILK', lot => 'L1')",
                "create_handling_unit(owner => 'MAIN', code => 'P1')",
                "create_handling_unit(owner => 'MAIN', code => 'P2')",
                "receive(owner => 'MAIN', item => 'MILK', quantity => 100000, lot => 'L1',"
                " to_location => 'N-01', effective_at => '2026-01-01 00:00+00')",
                "receive(owner => 'MAIN', item => 'SUGAR', quantity => 100000,"
                " to_location => 'N-01', effective_at => '2026-01-01 00:00+00')",
                "receive(owner => 'MAIN', item => 'SALT', quantity => 100000,"
                " to_location => 'N-01', effective_at => '2026-01-01 00:00+00')"):
            self.connection.execute("SELECT ims." + statement)
        self.ids = {
            "item": one(self.connection, "SELECT item_id FROM ims.item AS i JOIN ims.owner AS o"
                        " USING (owner_id) WHERE i.code = 'SUGAR' AND o.code = 'MAIN'"),
            "from": one(self.connection, "SELECT location_id FROM ims.location WHERE code = 'SUPPLIER'"),
            "to": one(self.connection, "SELECT location_id FROM ims.location WHERE code = 'N-02'")}

    def values(self, function, quantity):
        """The arguments of a call, ids made and the quantity put in."""
        def fill(value):
            if value is Q:
                return quantity
            if isinstance(value, list):
                return [fill(element) for element in value]
            if isinstance(value, dict):
                return {key: fill(element) for key, element in value.items()}
            return value

        filled = {}
        for name, (kind, value) in arguments_of(function).items():
            if kind == "id":
                made = one(self.connection, CONTEXT[value])
                value = made if value != "sold" else one(
                    self.connection,
                    "SELECT movement_id FROM ims.movement WHERE posting_id = %s", (made,))
            elif kind == "ids":
                value = [self.ids[element] for element in value]
            filled[name] = (kind, fill(value))
        return filled

    def problem(self, function, quantity, columns, row):
        """What is wrong with an answer; None if nothing is."""
        if columns[:4] != COLUMNS:
            return "columns %s" % (columns,)
        if row[2:4] != ("posted", False):
            return "answer %s" % (row,)
        if not one(self.connection, "SELECT count(*) FROM ims.posting"
                   " WHERE posting_id = %s AND document_number = %s", row[:2]):
            return "no posting %s with document number %s" % row[:2]
        if function == "count_stock":
            query = "SELECT counted_quantity FROM ims.stock_count WHERE posting_id = %s"
        else:
            query = ("SELECT m.quantity FROM ims.movement AS m JOIN ims.item AS i"
                     " USING (owner_id, item_id) WHERE m.posting_id = %s AND i.code = 'SUGAR'")
        wanted = 10 if function == "reverse_posting" else Decimal(quantity)
        got = [quantity for (quantity,) in self.connection.execute(query, (row[0],))]
        return None if got == [wanted] else "quantity %s" % (got,)


def statement(function, names, marker):
    return "SELECT * FROM ims.%s(%s)" % (function, ", ".join(
        "%s => %s" % (name, marker(number)) for number, name in enumerate(names, 1)))


def as_json(value):
    """JSON text; a decimal keeps its digits."""
    text = json.dumps(value, default=lambda number: "<%s>" % number)
    return re.sub(r'"<([0-9.]+)>"', r"\1", text)


# ---------------------------------------------------------------- psycopg

def psycopg_value(kind, value):
    if kind == "lines":
        return Jsonb(value, dumps=as_json)
    if kind == "time":
        return datetime.datetime.fromisoformat(value)
    if kind == "boolean":
        return value == "true"
    if kind == "decimal":
        return Decimal(value)
    return value


def with_psycopg(shop, function):
    """Problems of a verb, over all forms of its quantity and both formats."""
    for form, quantity in QUANTITIES.items():
        for marker in ("%s", "%t", "%b"):
            for binary in (False, True):
                values = shop.values(function, quantity)
                with shop.connection.cursor(binary=binary) as cursor:
                    # A quantity as text has no binary form of a number.
                    query = statement(function, values, lambda n: marker)
                    if form == "text" and marker == "%b":
                        query = re.sub(r"(quantity|quantities) => %b", r"\1 => %t", query)
                    cursor.execute(query, [psycopg_value(*value) for value in values.values()])
                    columns = [column.name for column in cursor.description]
                    problem = shop.problem(function, quantity, columns, cursor.fetchone())
                if problem:
                    yield "%s, %s, binary %s: %s" % (form, marker, binary, problem)


def with_open_posting(shop):
    """A posting that is opened, then filled by INSERT and by binary COPY."""
    values = CALLS["open_posting"]
    query = statement("open_posting", values, lambda n: "%s").replace("* FROM", "")
    line = "ims.movement (owner_id, posting_id, effective_at, recorded_at, item_id," \
           " from_location_id, to_location_id, quantity)"
    types = ["int8", "int8", "timestamptz", "timestamptz", "int8", "int8", "int8", "numeric"]
    with shop.cluster.connect("shop", autocommit=False) as connection:
        cursor = connection.cursor()
        posting = one(connection, query, [psycopg_value(*value) for value in values.values()])
        # The lines have the owner and the times of their posting.
        shared = cursor.execute("SELECT owner_id, posting_id, effective_at, recorded_at"
                                " FROM ims.posting WHERE posting_id = %s", (posting,)).fetchone()
        shared += (shop.ids["item"], shop.ids["from"], shop.ids["to"])
        for quantity in QUANTITIES.values():
            cursor.execute("INSERT INTO " + line + " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                           shared + (quantity,))
        with cursor.copy("COPY " + line + " FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(types)
            copy.write_row(shared + (Decimal("0.75"),))
        connection.commit()
    got = [quantity for (quantity,) in shop.connection.execute(
        "SELECT quantity FROM ims.movement WHERE posting_id = %s ORDER BY movement_id", (posting,))]
    wanted = [Decimal(quantity) for quantity in QUANTITIES.values()] + [Decimal("0.75")]
    if got != wanted:
        yield "quantities %s" % (got,)


# ------------------------------------------------------------------ libpq

TYPES = {"text": "text", "time": "timestamptz", "boolean": "bool", "decimal": "numeric",
         "quantity": "numeric", "id": "int8", "ids": "int8[]", "quantities": "numeric[]",
         "lines": "jsonb"}


def libpq_text(kind, value):
    if kind == "lines":
        return as_json(value)
    if isinstance(value, list):
        return "{%s}" % ",".join(str(element) for element in value)
    return str(value)


def with_libpq(shop, function):
    """PQexecParams: types left to the server or given, results text and binary."""
    connection = shop.connection.pgconn
    for form, quantity in QUANTITIES.items():
        for typed in (False, True):
            for result_format in (pq.Format.TEXT, pq.Format.BINARY):
                values = shop.values(function, quantity)
                types = None
                if typed:
                    types = [shop.connection.adapters.types[TYPES[kind]].oid
                             if not TYPES[kind].endswith("[]")
                             else shop.connection.adapters.types[TYPES[kind][:-2]].array_oid
                             for kind, _ in values.values()]
                result = connection.exec_params(
                    statement(function, values, lambda n: "$%d" % n).encode(),
                    [libpq_text(*value).encode() for value in values.values()],
                    types, None, result_format)
                if result.status != pq.ExecStatus.TUPLES_OK:
                    yield "%s, typed %s: %s" % (form, typed, result.error_message.decode())
                    continue
                cells = [result.get_value(0, n) for n in range(4)]
                if result_format == pq.Format.TEXT:
                    row = (int(cells[0]), int(cells[1]), cells[2].decode(), cells[3] == b"t")
                else:
                    row = (int.from_bytes(cells[0], "big"), int.from_bytes(cells[1], "big"),
                           cells[2].decode(), cells[3] == b"\x01")
                columns = [result.fname(n).decode() for n in range(result.nfields)]
                problem = shop.problem(function, quantity, columns, row)
                if problem:
                    yield "%s, typed %s: %s" % (form, typed, problem)


# ---------------------------------------------------------- other programs

def with_program(shop, command, functions, text_quantity=True, environment=None):
    """Runs a driver's program, one call a line; problems by function.

    A line is the statement with $1, $2 .. and, tab-separated, kind:value of
    each parameter; the answer a line of column names and values, or 'error'.
    """
    calls = []
    for function in functions:
        for form, quantity in QUANTITIES.items():
            if form == "text" and not text_quantity:
                continue
            values = shop.values(function, quantity)
            fields = [statement(function, values, lambda n: "$%d" % n)]
            for kind, value in values.values():
                if kind in ("quantity", "quantities"):
                    kind = form + ("s" if kind == "quantities" else "")
                text = libpq_text(kind, value)
                fields.append("%s:%s" % (kind, text.strip("{}") if isinstance(value, list)
                                         and kind != "lines" else text))
            calls.append((function, form, quantity, "\t".join(fields)))
    result = subprocess.run(command, input="\n".join(call[3] for call in calls) + "\n",
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
                            env=dict(os.environ, **(environment or {})), timeout=120)
    problems = {function: [] for function in functions}
    answers = result.stdout.splitlines()
    if len(answers) != len(calls):
        for function in functions:
            problems[function].append("%d answers to %d calls: %s" % (
                len(answers), len(calls), result.stderr[-1000:]))
        return problems
    for (function, form, quantity, _), answer in zip(calls, answers):
        cells = answer.split("\t")
        if cells[0] == "error":
            problems[function].append("%s: %s" % (form, cells[1]))
            continue
        columns, row = cells[0].split(","), cells[1].split(",")
        problem = shop.problem(function, quantity, columns,
                               (int(row[0]), int(row[1]), row[2], row[3] == "true"))
        if problem:
            problems[function].append("%s: %s" % (form, problem))
    return problems


def jdbc_url(cluster, options):
    """JDBC speaks TCP only: the cluster listens on the loopback for it."""
    return "jdbc:postgresql://127.0.0.1:%s/shop?user=postgres&sslmode=disable%s" % (
        cluster.env["PGPORT"], options)


def jdbc_jar():
    jars = glob.glob("/usr/share/java/postgresql.jar") + glob.glob("/usr/share/java/postgresql-4*.jar")
    return jars[0] if jars and shutil.which("java") else None


def node_path():
    """Where node finds pg; None if it does not."""
    if not shutil.which("node"):
        return None
    # npm install --prefix build pg, or Debian's node-pg.
    for path in (os.environ.get("NODE_PATH", ""), os.path.join(ROOT, "build", "node_modules"),
                 "/usr/share/nodejs"):
        found = subprocess.run(["node", "-e", "require('pg')"], env=dict(os.environ, NODE_PATH=path),
                               capture_output=True, check=False)
        if found.returncode == 0:
            return path
    return None


def with_others(shop, function):
    """Problems of a verb of OTHER_CALLS, over all forms of its quantity."""
    for form, quantity in QUANTITIES.items():
        if OTHER_CALLS[function][0]:
            shop.connection.execute("SELECT ims." + OTHER_CALLS[function][0])
        values = shop.values(function, quantity)
        with shop.connection.cursor() as cursor:
            cursor.execute(statement(function, values, lambda n: "%s"),
                           [psycopg_value(*value) for value in values.values()])
            rows = cursor.fetchall()
            names = [column.name for column in cursor.description]
        if not rows or "status" in names and rows[0][names.index("status")] != "posted":
            yield "%s: answer %s" % (form, rows)


def main():
    jar, modules = jdbc_jar(), node_path()
    functions = sorted(set(CALLS) - ONLY_PSYCOPG)
    jdbc = [("JDBC, text", "&prepareThreshold=0", False),
            ("JDBC, binary", "&prepareThreshold=-1", False),
            ("JDBC, untyped strings", "&stringtype=unspecified", True)] if jar else []
    programs = len(jdbc) + (modules is not None)
    tap = Tap((2 + programs) * len(functions) + len(OTHER_CALLS) + 4 + (jar is not None))

    def report(driver, function, problems):
        problems = list(problems)
        tap.ok(not problems, "%s: %s" % (driver, function))
        for problem in problems:
            tap.note(problem)

    options = ("--conf", "listen_addresses = '127.0.0.1'") if jar else ()
    shop = Shop(Cluster("main", *options))
    posting = {name for (name,) in shop.connection.execute(
        "SELECT p.proname FROM pg_proc AS p WHERE p.pronamespace = 'ims'::regnamespace"
        " AND p.proname !~ '^_' AND p.provolatile = 'v'"
        " AND ('document_number' = ANY (p.proargnames[p.pronargs + 1:]) OR p.proname = 'open_posting')")}
    tap.equal(sorted(list(CALLS) + list(OTHER_CALLS)), sorted(posting),
              "every function that posts is called")

    for function in functions:
        report("psycopg " + psycopg.__version__, function, with_psycopg(shop, function))
    report("psycopg " + psycopg.__version__, "open_posting", with_open_posting(shop))
    for function in sorted(OTHER_CALLS):
        report("psycopg " + psycopg.__version__, function, with_others(shop, function))
    for function in functions:
        report("libpq %d" % (pq.version() // 10000), function, with_libpq(shop, function))

    for driver, url_options, text_quantity in jdbc:
        problems = with_program(
            shop, ["java", "-cp", jar, os.path.join(ROOT, "test", "t", "drivers", "Calls.java"),
                   jdbc_url(shop.cluster, url_options)], functions, text_quantity)
        for function in functions:
            report(driver, function, problems[function])
    if jar:
        # setString is varchar to the server, which is no number.
        problems = with_program(
            shop, ["java", "-cp", jar, os.path.join(ROOT, "test", "t", "drivers", "Calls.java"),
                   jdbc_url(shop.cluster, "")], ["ship"])["ship"]
        tap.ok([problem[:11] for problem in problems] == ["text: 42883"],
               "JDBC: a quantity as a string needs stringtype=unspecified")
    if modules is not None:
        problems = with_program(
            shop, ["node", os.path.join(ROOT, "test", "t", "drivers", "calls.js")], functions,
            environment=dict(shop.cluster.env, NODE_PATH=modules, PGUSER="postgres",
                             PGDATABASE="shop"))
        for function in functions:
            report("node pg", function, problems[function])
    if not jar:
        tap.note("NOT TESTED: JDBC (java or libpostgresql-jdbc-java is not installed)")
    if modules is None:
        tap.note("NOT TESTED: node (node or its module pg is not installed)")

    try:
        shop.connection.execute("SELECT ims.receive(item => %s, quantity => %s)", ("SUGAR", 1.5))
        state = "accepted"
    except psycopg.Error as error:
        state = error.sqlstate
    tap.equal(state, "42883", "a quantity as floating point is refused: it is not exact")
    tap.equal(differences(shop.connection), [], "verify is clean")
    tap.done()


if __name__ == "__main__":
    main()
