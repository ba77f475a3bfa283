#!/usr/bin/python3
"""Whatever interrupts a call, it is all or nothing and leaves nothing behind.

Batches of 10,000 lines by each door are hit by statement_timeout,
pg_cancel_backend() and pg_terminate_backend() at random instants, plainly and
between savepoints; afterwards the ledger has all lines or none, the session
holds no lock and its memory does not grow.  Each verb undone to a savepoint
and made again leaves the same balances as made once.  Prepared postings
survive a crash with their locks.
"""

import random
import sys
import threading
import time

import psycopg
from psycopg.types.json import Jsonb

from lib import SCALE, SEED, Cluster, Tap, differences, one

ROUNDS = int(120 * SCALE)
LINES = 10000
ITEMS = 500

MASTERS = """
SELECT ims.create_site(code => s, name => s) FROM unnest('{NORTH,SOUTH}'::text[]) AS s;
SELECT ims.create_location(code => 'B' || n, name => 'bin', kind => 'bin',
                           parent => CASE WHEN n < 10 THEN 'NORTH' ELSE 'SOUTH' END)
  FROM generate_series(1, 12) AS n;
SELECT ims.create_item(code => 'I' || n, name => 'item') FROM generate_series(1, %d) AS n;
SELECT ims.create_item(code => 'MILK', name => 'milk', tracking => 'lot');
SELECT ims.create_item(code => 'PHONE', name => 'phone', tracking => 'serial');
SELECT ims.create_lot(item => 'MILK', lot => 'L1');
SELECT ims.create_handling_unit(code => 'P1');
SELECT ims.create_handling_unit(code => 'P2');
SELECT * FROM ims.create_serials(item => 'PHONE', codes => '{S1,S2}');
""" % ITEMS


def set_up(cluster, name):
    cluster.new_database(name)
    with cluster.connect(name) as connection:
        connection.execute("SET client_min_messages = warning")
        for statement in filter(str.strip, MASTERS.split(";")):
            connection.execute(statement)


class Batches:
    """Statements of as many lines, one per door."""

    def __init__(self, connection, dice, count):
        items = dict(connection.execute("SELECT i.code, i.item_id FROM ims.item AS i"))
        place = one(connection, "SELECT l.location_id FROM ims.location AS l WHERE l.code = 'B1'")
        chosen = [dice.randint(1, ITEMS) for _ in range(count)]
        ids = [items["I%d" % n] for n in chosen]
        ones = [1] * count
        lines = [{"item": "I%d" % n, "quantity": 1, "to_location": "B2"} for n in chosen]
        self.statements = [
            ("SELECT * FROM ims.post_ids(item_ids => %s::bigint[], quantities => %s::numeric[],"
             " to_location_ids => %s::bigint[], kind => 'receive')",
             [ids, ones, [place] * count]),
            ("SELECT * FROM ims.post(lines => %s, kind => 'receive')", [Jsonb(lines)]),
            ("INSERT INTO ims.movement (item_id, from_location_id, to_location_id, quantity)"
             " SELECT i, 2, %s, 1 FROM unnest(%s::bigint[]) AS i", [place, ids])]

    def run(self, connection, number):
        connection.execute(*self.statements[number])


class Interrupter(threading.Thread):
    """Cancels or terminates a session after a while."""

    def __init__(self, cluster, pid, function, delay):
        super().__init__(daemon=True)
        self.cluster = cluster
        self.statement = "SELECT %s(%d)" % (function, pid)
        self.delay = delay
        self.start()

    def run(self):
        with self.cluster.connect("shop") as connection:
            time.sleep(self.delay)
            connection.execute(self.statement)


def state(connection):
    """Lines in the ledger and pieces in the balances."""
    return connection.execute(
        "SELECT (SELECT count(*) FROM ims.movement), (SELECT count(*) FROM ims.posting),"
        " (SELECT coalesce(sum(s.on_hand), 0) FROM ims.stock AS s)").fetchone()


def memory(connection):
    return one(connection, "SELECT sum(c.total_bytes) FROM pg_backend_memory_contexts AS c")


def locks_of(connection, pid):
    return one(connection, "SELECT count(*) FROM pg_locks AS l WHERE l.pid = %s", [pid])


def interrupted_batch(connection, batches, number, savepoints):
    """One batch that may be interrupted; how many lines it posted in how many postings."""
    small = ("SELECT ims.receive(item => 'I1', quantity => 1, to_location => 'B3')", None)
    try:
        if not savepoints:
            batches.run(connection, number)
            return LINES, 1
        with connection.transaction():
            connection.execute(*small)
            posted = (2, 2)
            try:
                with connection.transaction():
                    batches.run(connection, number)
                posted = (LINES + 2, 3)
            except psycopg.errors.QueryCanceled:
                connection.execute("SET LOCAL statement_timeout = 0")
            connection.execute(*small)
        return posted
    except psycopg.Error as error:
        if error.sqlstate not in ("57014", "57P01") and not connection.closed:
            raise
        return 0, 0


def durations(connection, batches):
    """Seconds of each batch when nobody interrupts it."""
    result = []
    for number in range(len(batches.statements)):
        started = time.monotonic()
        batches.run(connection, number)
        result.append(time.monotonic() - started)
    return result


class Interruptions:
    """ROUNDS interrupted batches, watched by a session of their own."""

    def __init__(self, cluster, dice):
        self.cluster = cluster
        self.dice = dice
        self.watcher = cluster.connect("shop")
        self.connection = None
        self.problems = []
        self.completed = 0
        self.growth = 0
        self.first_memory = None
        self.batches = self.small = self.seconds = None

    def reconnect(self):
        """A session that has run each door and so has its plans and caches."""
        self.connection = self.cluster.connect("shop")
        for number in range(3):
            self.small.run(self.connection, number)
        self.first_memory = memory(self.connection)

    def round(self, number):
        dice = self.dice
        door = dice.randrange(3)
        delay = dice.uniform(0, 1.1) * self.seconds[door]
        way = dice.choice(["timeout", "timeout", "cancel", "cancel", "terminate"])
        pid = self.connection.info.backend_pid
        before = state(self.watcher)
        interrupter = None
        if way == "timeout":
            self.connection.execute("SET statement_timeout = %d" % max(1, delay * 1000))
        else:
            interrupter = Interrupter(self.cluster, pid, "pg_%s_backend" % way, delay)
        lines, postings = interrupted_batch(self.connection, self.batches, door, dice.random() < 0.5)
        self.completed += lines >= LINES
        if interrupter:
            interrupter.join()
        self.settle(pid)
        got = tuple(a - b for a, b in zip(state(self.watcher), before))
        # Who was cut off at the end was not told that all was posted.
        in_doubt = self.connection.closed and got in ((LINES, 1, LINES), (LINES + 2, 3, LINES + 2))
        if got != (lines, postings, lines) and not in_doubt:
            self.problems.append("round %d, door %d, %s: told %s, found %s" % (
                number, door, way, (lines, postings), got))
        if self.connection.closed:
            self.reconnect()
        else:
            self.growth = max(self.growth, memory(self.connection) - self.first_memory)

    def settle(self, pid):
        """Waits until the session is idle or gone, then looks at what it holds."""
        if not self.connection.closed:
            try:
                # A cancel may still be on its way.
                self.connection.execute("SET statement_timeout = 0")
            except psycopg.Error:
                if not self.connection.closed:
                    self.connection.execute("SET statement_timeout = 0")
        deadline = time.monotonic() + 1
        while locks_of(self.watcher, pid) > 0 and time.monotonic() < deadline:
            time.sleep(0.01)
        if locks_of(self.watcher, pid) > 0:
            self.problems.append("locks are left")

    def run(self):
        self.batches = Batches(self.watcher, self.dice, LINES)
        self.small = Batches(self.watcher, self.dice, ITEMS * 4)
        self.reconnect()
        self.seconds = durations(self.connection, self.batches)
        for number in range(ROUNDS):
            self.round(number)


def interruptions(tap, cluster, dice):
    test = Interruptions(cluster, dice)
    test.run()
    tap.equal(test.problems, [], "%d interrupted batches: all lines or none, no lock left" % ROUNDS)
    tap.ok(0 < test.completed < ROUNDS, "some were interrupted, some were not")
    tap.note("%d of %d were completed" % (test.completed, ROUNDS))
    tap.ok(test.growth < 1 << 20, "the memory of a session does not grow with them")
    tap.note("%d bytes more at most" % test.growth)
    tap.equal(differences(test.watcher), [], "verify is clean")


VERBS = [
    "SELECT * FROM ims.receive(item => 'I1', quantity => 100, to_location => 'B1')",
    "SELECT * FROM ims.receive(item => 'MILK', quantity => 9, to_location => 'B1', lot => 'L1')",
    "SELECT * FROM ims.receive(item => 'PHONE', quantity => 1, to_location => 'B1', serial => 'S1')",
    "SELECT * FROM ims.ship(item => 'I1', quantity => 3, from_location => 'B1',"
    " idempotency_key => 'ship')",
    "SELECT * FROM ims.transfer(item => 'I1', quantity => 7, from_location => 'B1',"
    " to_location => 'B2', to_handling_unit => 'P1')",
    "SELECT * FROM ims.transfer(item => 'PHONE', quantity => 1, from_location => 'B1',"
    " to_location => 'B2', serial => 'S1')",
    "SELECT * FROM ims.dispatch(item => 'I1', quantity => 5, from_location => 'B1',"
    " to_location => 'B11')",
    "SELECT * FROM ims.adjust(item => 'I1', quantity => -2, location => 'B1', reason => 'lost')",
    "SELECT * FROM ims.scrap(item => 'I1', quantity => 1, from_location => 'B1')",
    "SELECT * FROM ims.consume(item => 'I1', quantity => 1, from_location => 'B1')",
    "SELECT * FROM ims.produce(item => 'I2', quantity => 1, to_location => 'B1', components =>"
    " '[{\"item\": \"I1\", \"quantity\": 2, \"from_location\": \"B1\"}]')",
    "SELECT * FROM ims.return_from_customer(item => 'I1', quantity => 1, to_location => 'B1')",
    "SELECT * FROM ims.return_to_supplier(item => 'I1', quantity => 1, from_location => 'B1')",
    "SELECT * FROM ims.pack(handling_unit => 'P2', location => 'B1',"
    " lines => '[{\"item\": \"I1\", \"quantity\": 3}, {\"item\": \"MILK\", \"lot\": \"L1\", \"quantity\": 2}]')",
    "SELECT * FROM ims.pack(handling_unit => 'P1', location => 'B2', lines => '[{\"item\": \"PHONE\","
    " \"serial\": \"S1\"}]')",
    "SELECT * FROM ims.move_handling_unit(handling_unit => 'P2', to_location => 'B2')",
    "SELECT * FROM ims.pack(handling_unit => 'P1', handling_units => '{P2}')",
    "SELECT * FROM ims.unpack(handling_unit => 'P1', handling_units => '{P2}')",
    "SELECT * FROM ims.move_handling_unit(handling_unit => 'P2', kind => 'ship')",
    "SELECT * FROM ims.relot(item => 'MILK', location => 'B1', from_lots => '{L1}', to_lots => '{L2}',"
    " from_quantities => '{4}')",
    "SELECT r.* FROM ims.item AS i, ims.location AS l, ims.post_ids(item_ids => ARRAY[i.item_id],"
    " quantities => '{2}', from_location_ids => ARRAY[l.location_id], to_location_ids => '{3}',"
    " kind => 'ship') AS r WHERE i.code = 'I1' AND l.code = 'B1'",
    "SELECT ims.receive_transfer(posting_id => t.posting_id, to_location => 'B11',"
    " lines => '[{\"item\": \"I1\", \"quantity\": 2, \"missing\": 1}]')"
    " FROM ims.transfers_outstanding() AS t",
    "SELECT * FROM ims.count_stock(item => 'I1', quantity => 70, location => 'B1')",
    "SELECT ims.reverse_posting(posting_id => p.posting_id, reason => 'wrong') FROM ims.posting AS p"
    " WHERE p.kind = 'scrap'",
    "SELECT * FROM ims.set_lot_status(item => 'MILK', lot => 'L1', status => 'on_hold',"
    " reason => 'smell')",
    "SELECT * FROM ims.post(kind => 'move', lines => '[{\"item\": \"I1\", \"quantity\": 4,"
    " \"from_location\": \"B1\", \"to_location\": \"CUSTOMER\"}]')",
    "INSERT INTO ims.movement (item_id, from_location_id, to_location_id, quantity)"
    " SELECT i.item_id, 2, l.location_id, 6 FROM ims.item AS i, ims.location AS l"
    " WHERE i.code = 'I3' AND l.code = 'B3'",
    "SELECT * FROM ims.close_period(name => 'year', reason => 'x')",
]

BALANCES = [
    "SELECT i.code, l.code, t.code, h.code, s.on_hand FROM ims.stock AS s"
    " JOIN ims.item AS i USING (owner_id, item_id) JOIN ims.location AS l USING (location_id)"
    " LEFT JOIN ims.lot AS t ON t.owner_id = s.owner_id AND t.lot_id = s.lot_id"
    " LEFT JOIN ims.handling_unit AS h ON h.owner_id = s.owner_id"
    " AND h.handling_unit_id = s.handling_unit_id ORDER BY 1, 2, 3, 4",
    "SELECT i.code, l.code, a.sellable, a.held, a.reserved FROM ims.availability AS a"
    " JOIN ims.item AS i USING (owner_id, item_id)"
    " JOIN ims.location AS l ON l.location_id = a.site_id ORDER BY 1, 2",
    "SELECT s.code, l.code FROM ims.serial AS s LEFT JOIN ims.location AS l USING (location_id)"
    " ORDER BY 1",
    "SELECT p.kind, count(*), sum(m.quantity) FROM ims.posting AS p"
    " JOIN ims.movement AS m USING (owner_id, posting_id) GROUP BY 1 ORDER BY 1",
    "SELECT h.code, g.code, n.unpacked_at IS NULL FROM ims.handling_unit_nesting AS n"
    " JOIN ims.handling_unit AS h USING (owner_id, handling_unit_id) JOIN ims.handling_unit AS g"
    " ON g.owner_id = n.owner_id AND g.handling_unit_id = n.parent_id ORDER BY 1, 2",
    "SELECT h.code FROM ims.handling_unit_departure AS d"
    " JOIN ims.handling_unit AS h USING (owner_id, handling_unit_id) ORDER BY 1",
    "SELECT k.idempotency_key FROM ims.posting_key AS k ORDER BY 1",
    "SELECT l.code, l.status FROM ims.lot AS l ORDER BY 1",
    "SELECT p.name, p.status FROM ims.period AS p ORDER BY 1",
]


def balances(connection):
    return [connection.execute(query).fetchall() for query in BALANCES]


def savepoints(tap, cluster):
    for name in ("once", "again"):
        set_up(cluster, name)
        with cluster.connect(name) as connection:
            connection.execute("SELECT ims.create_period(name => 'year', starts_at =>"
                               " '2020-01-01 00:00+00', ends_at => '2021-01-01 00:00+00')")
    with cluster.connect("once") as once, cluster.connect("again") as again:
        wrong = []
        for verb in VERBS:
            once.execute(verb)
            before = balances(again)
            with again.transaction():
                again.execute("SAVEPOINT one")
                again.execute(verb)
                again.execute("SAVEPOINT two")
                try:
                    again.execute("SELECT ims.ship(item => 'I1', quantity => 1000000,"
                                  " from_location => 'B1')")
                    wrong.append("oversold")
                except psycopg.Error:
                    again.execute("ROLLBACK TO SAVEPOINT two")
                again.execute("ROLLBACK TO SAVEPOINT one")
                if balances(again) != before:
                    wrong.append("not undone: " + verb)
                again.execute(verb)
            if balances(again) != balances(once):
                wrong.append("differs: " + verb)
        tap.equal(wrong, [], "%d verbs undone to a savepoint and made again are made once"
                  % len(VERBS))
        tap.equal(differences(again), [], "verify is clean")


def try_to_ship(connection, quantity):
    """The SQLSTATE of a shipment that does not wait."""
    connection.execute("SET lock_timeout = '200ms'")
    try:
        connection.execute("SELECT ims.ship(item => 'I1', quantity => %s, from_location => 'B1')",
                           [quantity])
        return "posted"
    except psycopg.Error as error:
        return error.sqlstate


def prepared(tap, cluster):
    with cluster.connect("once") as connection:
        connection.execute("SET ims.early_lock_release = on")
        before = one(connection, "SELECT count(*) FROM ims.posting")
        for number, item in enumerate(("I1", "I5"), 1):
            connection.execute("BEGIN")
            connection.execute("SELECT ims.receive(item => %s, quantity => 11, to_location => 'B1',"
                               " idempotency_key => %s)", [item, "prepared-%d" % number])
            connection.execute("PREPARE TRANSACTION 'prepared-%d'" % number)
        connection.execute("SELECT ims.receive(item => 'I9', quantity => 1, to_location => 'B1')")
    cluster.crash()
    with cluster.connect("once") as connection:
        tap.equal([row[0] for row in connection.execute(
            "SELECT gid FROM pg_prepared_xacts ORDER BY 1")], ["prepared-1", "prepared-2"],
            "prepared postings survive a crash")
        tap.equal(try_to_ship(connection, 1), "55P03", "with their locks")
        connection.execute("COMMIT PREPARED 'prepared-1'")
        connection.execute("ROLLBACK PREPARED 'prepared-2'")
        tap.equal(one(connection, "SELECT count(*) FROM ims.posting") - before, 2,
                  "one is committed, the other never was")
        tap.equal(try_to_ship(connection, 1), "posted", "and the locks are gone")
        tap.equal(differences(connection), [], "verify is clean")


def main():
    tap = Tap(4 + 2 + 5)
    tap.note("SEED %d" % SEED)
    dice = random.Random(SEED)
    cluster = Cluster("main", "--durable")
    set_up(cluster, "shop")
    interruptions(tap, cluster, dice)
    savepoints(tap, cluster)
    prepared(tap, cluster)
    tap.done()


if __name__ == "__main__":
    sys.exit(main())
