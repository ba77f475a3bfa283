#!/usr/bin/python3
"""Both appliers, one result: the same seeded random calls, made with
ims.posting_path auto and spi in two databases, give the same answers and
errors, and every table of the ledger is the same row for row, ids included.
Times are compared where they were given.  Calls are lines in every form, drawn
beforehand, and calls of every kind (calls.py), drawn one after the other.
"""

import collections
import datetime
import json
import random
import re
import sys
import threading
from decimal import Decimal

import psycopg
from psycopg.types import json as psycopg_json

import calls as api
from lib import SCALE, SEED, Cluster, Tap, differences, one

CALLS = int(10000 * SCALE)
API_CALLS = int(400 * SCALE)
CHECKPOINT = 1000

MASTERS = """
SELECT ims.create_site(code => s, name => s) FROM unnest('{NORTH,SOUTH}'::text[]) AS s;
SELECT ims.create_location(code => l.code, name => l.code, kind => l.kind, parent => l.site,
                           sellable => l.kind = 'bin', negative_ok => l.code = 'N4')
  FROM (VALUES ('N1', 'bin', 'NORTH'), ('N2', 'bin', 'NORTH'), ('N3', 'bin', 'NORTH'),
               ('N4', 'bin', 'NORTH'), ('NQ', 'quarantine', 'NORTH'), ('S1', 'bin', 'SOUTH'),
               ('S2', 'bin', 'SOUTH'), ('SD', 'damaged', 'SOUTH')) AS l (code, kind, site);
SELECT ims.create_item(code => 'I' || n, name => 'item', negative_ok => n = 7,
                       base_unit => CASE WHEN n IN (3, 5) THEN 'KGM' ELSE 'EA' END,
                       stocked => n <> 8) FROM generate_series(1, 8) AS n;
SELECT ims.create_item(code => 'MILK', name => 'milk', tracking => 'lot');
SELECT ims.create_item(code => 'PHONE', name => 'phone', tracking => 'serial');
SELECT ims.set_item_unit(item => 'I1', unit => 'CS', numerator => 12);
SELECT ims.set_item_unit(item => 'I2', unit => 'CS', numerator => 1, denominator => 3);
SELECT ims.create_lot(item => 'MILK', lot => 'L' || n) FROM generate_series(1, 3) AS n;
SELECT ims.create_handling_unit(code => 'P' || n) FROM generate_series(1, 2) AS n;
SELECT * FROM ims.create_serials(item => 'PHONE', codes => '{S1,S2,S3,S4,S5}');
SELECT ims.create_party(code => 'ACME', name => 'Acme', kind => 'supplier');
"""


def jsonb(value):
    """A parameter; decimals become numbers."""
    return psycopg_json.Jsonb(value, dumps=lambda v: json.dumps(v, default=float))


PLACES = ["N1", "N2", "N3", "N4", "NQ", "S1", "S2", "SD"]
NORTH = PLACES[:5]
VERBS = {  # verb: its places
    "receive": ["to_location"], "ship": ["from_location"],
    "transfer": ["from_location", "to_location"], "dispatch": ["from_location", "to_location"],
    "adjust": ["location"], "scrap": ["from_location"], "consume": ["from_location"],
    "produce": ["to_location"], "return_from_customer": ["to_location"],
    "return_to_supplier": ["from_location"]}
BATCH_VERBS = ["receive", "receive", "ship", "transfer", "adjust", "scrap", "consume"]


class Script:
    """Draws the calls: statements with their arguments."""

    def __init__(self):
        self.dice = random.Random(SEED)
        self.keys = []

    def given_time(self):
        """None, or an instant of 2001: mostly growing, sometimes late."""
        dice = self.dice
        if dice.random() < 0.8:
            return None
        return "2001-%02d-%02d 12:00+00" % (dice.randint(1, 12), dice.randint(1, 28))

    def line(self, verb):
        """What and where of one line, as arguments."""
        dice = self.dice
        item = dice.choice(["I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "MILK", "PHONE"])
        if dice.random() < 0.01:
            item = "NONE"
        quantity = dice.choice([1, 2, 3, 5, Decimal("0.25"), Decimal("1.000001"), 12])
        line = {"item": item, "quantity": quantity}
        if verb == "receive":
            line["quantity"] = quantity * 3
        if verb == "adjust" and dice.random() < 0.5:
            line["quantity"] = -quantity
        if dice.random() < 0.01:
            line["quantity"] = dice.choice([0, -1, Decimal("0.0000001"), 10 ** 12])
        if item == "I1" and dice.random() < 0.3:
            line["unit"] = "CS"
        if item == "I2" and dice.random() < 0.3:
            line["unit"] = "CS"
            line["quantity"] = 3
        if item == "MILK" and dice.random() < 0.98:
            line["lot"] = "L%d" % dice.randint(1, 3)
        if item == "PHONE":
            line["quantity"] = 1
            line["serial"] = "S%d" % dice.randint(1, 5)
        for place in VERBS[verb]:
            line[place] = dice.choice(NORTH if dice.random() < 0.9 else PLACES)
        if verb == "dispatch":
            line["to_location"] = dice.choice(["S1", "S2"])
        if dice.random() < 0.1 and item != "I8":
            line["to_handling_unit" if verb == "transfer" else "handling_unit"] = \
                "P%d" % dice.randint(1, 2)
        if dice.random() < 0.2:
            line["unit_cost"] = Decimal(dice.randint(1, 500)) / 100
            line["currency"] = "USD"
        return line

    def verb(self):
        dice = self.dice
        verb = dice.choice(list(VERBS) + ["receive"] * 6 + ["transfer"] * 3)
        arguments = self.line(verb)
        arguments["effective_at"] = self.given_time()
        if dice.random() < 0.1:
            arguments["party"] = "ACME"
        if verb == "produce" and dice.random() < 0.8:
            arguments["components"] = jsonb([self.line("consume")])
        if dice.random() < 0.1:
            arguments["dry_run"] = True
        elif dice.random() < 0.1:
            self.keys.append((verb, dict(arguments), "key-%d" % len(self.keys)))
            arguments["idempotency_key"] = self.keys[-1][2]
        return self.statement(verb, arguments)

    @staticmethod
    def statement(function, arguments):
        given = {name: value for name, value in arguments.items() if value is not None}
        names = ", ".join("%s => %%(%s)s" % (name, name) for name in given)
        return "SELECT * FROM ims.%s(%s)" % (function, names), given

    def repeated(self):
        """A key again: with the same call, or with another."""
        if not self.keys:
            return self.verb()
        verb, arguments, key = self.dice.choice(self.keys)
        arguments = dict(arguments, idempotency_key=key)
        if self.dice.random() < 0.2:
            arguments["reason"] = "another call"
        return self.statement(verb, arguments)

    def batch(self):
        dice = self.dice
        kind = dice.choice(BATCH_VERBS)
        lines = [self.line(kind) for _ in range(dice.choice([1, 2, 5, 30]))]
        arguments = {"lines": jsonb(lines), "kind": kind, "effective_at": self.given_time()}
        if dice.random() < 0.5:
            arguments["on_error"] = "report"
        if dice.random() < 0.1:
            arguments["dry_run"] = True
        return self.statement("post", arguments)

    def amount(self):
        """Seldom a fraction, which only some items have."""
        if self.dice.random() < 0.02:
            return Decimal("0.5")
        return Decimal(self.dice.randint(1, 9))

    def ids(self):
        """Parallel arrays, every pair of places."""
        dice = self.dice
        count = dice.choice([1, 3, 40])
        return ("SELECT r.* FROM ims.post_ids("
                "item_ids => (SELECT array_agg(i.item_id ORDER BY x.n) FROM unnest(%(items)s::text[])"
                " WITH ORDINALITY AS x (code, n) JOIN ims.item AS i ON i.code = x.code),"
                "quantities => %(quantities)s::numeric[],"
                "from_location_ids => (SELECT array_agg(l.location_id ORDER BY x.n)"
                " FROM unnest(%(froms)s::text[]) WITH ORDINALITY AS x (code, n)"
                " JOIN ims.location AS l ON l.code = x.code),"
                "to_location_ids => (SELECT array_agg(l.location_id ORDER BY x.n)"
                " FROM unnest(%(tos)s::text[]) WITH ORDINALITY AS x (code, n)"
                " JOIN ims.location AS l ON l.code = x.code),"
                "effective_at => %(at)s::timestamptz, on_error => %(on_error)s) AS r",
                {"items": [dice.choice(["I1", "I2", "I3", "I4", "I7"]) for _ in range(count)],
                 "quantities": [self.amount() for _ in range(count)],
                 "froms": [dice.choice(["SUPPLIER", "ADJUSTMENT", *NORTH]) for _ in range(count)],
                 "tos": [dice.choice(["CUSTOMER", "SCRAP", *PLACES]) for _ in range(count)],
                 "at": self.given_time(), "on_error": dice.choice(["error", "report"])})

    def insert(self):
        """Lines straight into the table, in their order."""
        dice = self.dice
        rows = [[dice.choice(["I1", "I3", "I5", "I7"]), dice.choice(["SUPPLIER", "N1", "N2"]),
                 dice.choice(["CUSTOMER", "N3", "S1"]), self.amount()]
                for _ in range(dice.choice([1, 2, 20]))]
        return ("INSERT INTO ims.movement (item_id, from_location_id, to_location_id, quantity)"
                " SELECT i.item_id, f.location_id, t.location_id, (x.v ->> 3)::numeric"
                " FROM jsonb_array_elements(%s) WITH ORDINALITY AS x (v, n)"
                " JOIN ims.item AS i ON i.code = x.v ->> 0"
                " JOIN ims.location AS f ON f.code = x.v ->> 1"
                " JOIN ims.location AS t ON t.code = x.v ->> 2 ORDER BY x.n"
                " RETURNING posting_id, movement_id, quantity", [jsonb(rows)])

    def lot(self):
        return self.statement("set_lot_status", {
            "item": "MILK", "lot": "L%d" % self.dice.randint(1, 3),
            "status": self.dice.choice(["released", "released", "on_hold", "recalled"])})

    def closing(self):
        month = self.dice.randint(1, 12)
        return self.statement(self.dice.choice(["take_closing", "drop_closing"]),
                              {"closed_at": "2001-%02d-01 00:00+00" % month})

    def count(self):
        """A level asserted, now or at an instant of the past."""
        dice = self.dice
        arguments = {"location": dice.choice(NORTH[:3]), "counted_at": self.given_time(),
                     "item": "I%d" % dice.randint(1, 6)}
        if dice.random() < 0.3:
            arguments["lines"] = jsonb([{"quantity": dice.randint(0, 30)}])
            arguments["complete"] = True
        else:
            arguments["quantity"] = dice.randint(0, 30)
        return self.statement("count_stock", arguments)

    def reversal(self):
        """One of the postings so far, undone."""
        return ("SELECT r.* FROM (SELECT p.posting_id FROM ims.posting AS p ORDER BY p.posting_id"
                " OFFSET mod(%s, (SELECT greatest(count(*), 1) FROM ims.posting)) LIMIT 1) AS x,"
                " LATERAL ims.reverse_posting(posting_id => x.posting_id, reason => 'wrong') AS r",
                [self.dice.randrange(1 << 30)])

    @staticmethod
    def arrival():
        """The oldest dispatch that is under way."""
        return ("SELECT r.* FROM (SELECT min(t.posting_id) FROM ims.transfers_outstanding() AS t)"
                " AS x (id), LATERAL ims.receive_transfer(posting_id => x.id,"
                " to_location => 'S1') AS r", [])

    def draw(self):
        choice = self.dice.random()
        for bound, method in ((0.002, self.closing), (0.02, self.count), (0.04, self.reversal),
                              (0.05, self.arrival)):
            if choice < bound:
                return method()
        for bound, method in ((0.45, self.verb), (0.5, self.repeated), (0.7, self.batch),
                              (0.84, self.ids), (0.96, self.insert)):
            if choice < bound:
                return method()
        return self.lot()


# A clock reading in a message.
RECENT = re.compile(r"20[2-9]\d-\d\d-\d\dT[0-9:.]+Z?")

# Columns that tell the clock or the cluster.
TABLES = """
SELECT c.relname, pg_catalog.format('SELECT %s FROM %s AS t ORDER BY 1', pg_catalog.string_agg(
           CASE WHEN a.atttypid = 'xid8'::regtype THEN '''xid'''
                WHEN a.atttypid = 'timestamptz'::regtype THEN pg_catalog.format(
                    'CASE WHEN t.%1$I > ''2010-01-01'' THEN ''recent''
                      ELSE coalesce(t.%1$I::text, ''-'') END',
                    a.attname)
                ELSE pg_catalog.format('coalesce(t.%I::text, ''-'')', a.attname) END,
           $$ || '|' || $$ ORDER BY a.attnum), c.oid::regclass)
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE c.relnamespace = 'ims'::regnamespace AND c.relkind = 'r'
 GROUP BY c.oid, c.relname ORDER BY c.relname"""


def lasting(value):
    """A value without what the clock had to do with it."""
    if isinstance(value, str):
        return RECENT.sub("recent", value)
    if isinstance(value, datetime.datetime) and value.year > 2010:
        return "recent"
    return value


class Player(threading.Thread):
    """Makes all calls in one database and keeps what came of each."""

    def __init__(self, cluster, database, path, calls):
        super().__init__(daemon=True)
        self.calls = calls
        self.answers = []
        self.tables = {}
        self.error = None
        self.connection = cluster.connect(database, prepare_threshold=None)
        self.connection.execute("SET ims.posting_path = %s" % path)
        self.connection.execute("SET timezone = 'UTC'")

    def answer(self, call):
        try:
            return [tuple(map(lasting, row)) for row in self.connection.execute(*call)]
        except psycopg.Error as error:
            if not (error.sqlstate or "").startswith("IV") and error.sqlstate not in api.REFUSED:
                raise
            return (error.sqlstate, error.diag.message_primary,
                    RECENT.sub("recent", error.diag.message_detail or ""))

    def read_tables(self, number):
        for name, query in self.connection.execute(TABLES).fetchall():
            self.tables[number, name] = [RECENT.sub("recent", row[0])
                                         for row in self.connection.execute(query)]

    def run(self):
        try:
            for number, call in enumerate(self.calls, 1):
                self.answers.append(self.answer(call))
                if number % CHECKPOINT == 0 or number == len(self.calls):
                    self.read_tables(number)
        except Exception as error:  # pylint: disable=broad-except
            self.error = (len(self.answers) + 1, self.calls[len(self.answers)], error)


def compare_tables(tap, auto, spi):
    """The first table that differs, and the first row in it."""
    for key in auto.tables:
        ours, theirs = auto.tables[key], spi.tables[key]
        if ours != theirs:
            tap.note("after %d calls, table %s: %d and %d rows" % (*key, len(ours), len(theirs)))
            tap.note("only auto: %s" % sorted(set(ours) - set(theirs))[:3])
            tap.note("only spi:  %s" % sorted(set(theirs) - set(ours))[:3])
            return False
    return True


class SameCalls(api.Calls):
    """Calls with the same outcome whenever they are made: times are given, or now."""

    WEIGHTS = dict(api.Calls.WEIGHTS, period=2, closing=2)

    def time(self):
        if self.dice.random() < 0.8:
            return None
        return "2001-%02d-%02d 12:00+00" % (self.dice.randint(1, 12), self.dice.randint(1, 28))

    def closing(self):
        return self.dice.choice(["take_closing", "take_closing", "drop_closing"]), {
            "owner": self.owner(), "closed_at": "2001-%02d-15 00:00+00" % self.dice.randint(1, 12)}


def whole_api(tap, cluster):
    """Calls of every kind, each made in both databases before the next is drawn."""
    players = []
    for path in ("auto", "spi"):
        cluster.new_database("api_" + path)
        players.append(Player(cluster, "api_" + path, path, []))
        api.set_up(players[-1].connection)
    drawer = SameCalls(random.Random(SEED), "d", players[0].connection)
    told = collections.Counter()
    differing = []
    for number in range(1, API_CALLS + 1):
        call = drawer.draw()
        if call.name == "period" and "close_period" in call.query:
            for player in players:
                api.periodic_counts(player.connection, call.arguments["owner"], call.arguments["name"])
        answers = [player.answer((call.query, call.arguments)) for player in players]
        told[call.name, answers[0][0] if isinstance(answers[0], tuple) else "done"] += 1
        if answers[0] != answers[1]:
            differing.append((number, api.shown(call), *answers))
        if number % CHECKPOINT == 0 or number == API_CALLS:
            for player in players:
                player.read_tables(number)
    for name in drawer.names:
        tap.note("%-16s %s" % (name, ", ".join("%s %d" % (state, count) for (verb, state), count
                                               in sorted(told.items()) if verb == name)))
    tap.equal(differing[:3], [], "calls of every kind have the same answer")
    tap.ok(compare_tables(tap, *players), "and leave every table the same row for row")
    for player, path in zip(players, ("auto", "spi")):
        tap.equal(differences(player.connection) + api.audit(player.connection), [],
                  "%s: verify is clean, and the lines alone give every balance" % path)


def main():
    tap = Tap(7 + 4)
    tap.note("SEED %d, %d calls and %d of every kind" % (SEED, CALLS, API_CALLS))
    script = Script()
    calls = [script.draw() for _ in range(CALLS)]
    cluster = Cluster("main")
    players = []
    for path in ("auto", "spi"):
        cluster.new_database(path)
        with cluster.connect(path) as connection:
            connection.execute("SET client_min_messages = warning")
            for statement in filter(str.strip, MASTERS.split(";")):
                connection.execute(statement)
        players.append(Player(cluster, path, path, calls))
    auto, spi = players
    tap.equal([one(player.connection, "SELECT ims._posting_path()") for player in players],
              ["heap", "spi"], "each database has its path")
    for player in players:
        player.start()
    for player in players:
        player.join()
    tap.equal([player.error for player in players], [None, None], "no call failed unexpectedly")
    refused = sum(isinstance(answer, tuple) for answer in auto.answers)
    kinds = {answer[0] for answer in auto.answers if isinstance(answer, tuple)}
    tap.ok(0.05 * CALLS < refused < 0.6 * CALLS, "some calls are refused, most are not")
    tap.note("%d of %d refused: %s" % (refused, CALLS, ", ".join(sorted(kinds))))
    differing = [n for n, (a, b) in enumerate(zip(auto.answers, spi.answers)) if a != b]
    tap.equal(differing, [], "every call has the same answer")
    for number in differing[:3]:
        tap.note("%s\nauto: %s\nspi:  %s" % (
            calls[number], auto.answers[number], spi.answers[number]))
    tap.ok(compare_tables(tap, auto, spi), "every table is the same row for row")
    for player, path in zip(players, ("auto", "spi")):
        tap.equal(differences(player.connection), [], "%s: verify is clean" % path)
    whole_api(tap, cluster)
    tap.done()


if __name__ == "__main__":
    sys.exit(main())
