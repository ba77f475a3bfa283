#!/usr/bin/python3
"""Many clients over the whole API at once (calls.py): every refusal is one that
is documented, deadlocks come only where they may, readers never fail, and in the
end ims.verify() finds nothing, the lines alone give every balance, level and
content, and ims.rebuild() changes no row.

Some clients post through SQL, some under REPEATABLE READ.  At first each call is
a transaction; then some clients make several calls in one, with savepoints, and
may meet others in a deadlock.
"""

import collections
import random
import re
import sys
import threading

import psycopg

import calls
from lib import SCALE, SEED, Cluster, Tap, differences, one

CALLS = int(30 * SCALE)
CLIENTS = 10

# Calls that join trees of handling units, of which two may meet in a deadlock.
JOINS = {"nest", "unpack", "reversal", "whole_unit", "pack", "move_unit"}


# Clients by the process that serves them.
SESSIONS = {}


def may_deadlock(error):
    """Whether one of those who met makes several calls, or all of them join trees."""
    met = [SESSIONS.get(int(pid))
           for pid in re.findall(r"Process (\d+) waits", error.diag.message_detail)]
    return all(met) and (any(client.several for client in met)
                         or all(client.current in JOINS for client in met))


class Client(threading.Thread):
    """Makes calls; keeps how many were posted, which were refused, what is wrong."""

    def __init__(self, number, cluster, several):
        super().__init__(daemon=True)
        self.number = number
        self.label = "%d%s" % (number, "s" if several else "")
        self.cluster = cluster
        self.dice = random.Random(SEED * 1000 + number + several * 500)
        self.isolation = "repeatable read" if number % 5 == 4 else "read committed"
        self.several = several and number % 5 == 3
        self.told = collections.Counter()
        self.wrong = []
        self.connection = None
        self.current = None

    def run(self):
        try:
            with self.cluster.connect("shop", prepare_threshold=3) as connection:
                self.connection = connection
                SESSIONS[connection.info.backend_pid] = self
                connection.execute("SET ims.posting_path = %s" % ("auto", "spi")[self.number % 2])
                connection.execute("SET default_transaction_isolation = '%s'" % self.isolation)
                drawer = calls.Calls(self.dice, self.label, connection)
                for _ in range(CALLS):
                    if self.several:
                        self.make_several(drawer)
                    else:
                        self.make(drawer.draw())
        except Exception as error:  # pylint: disable=broad-except
            self.wrong.append(repr(error))

    def make(self, call):
        """One call, again after a conflict."""
        while True:
            try:
                self.current = call.name
                self.connection.execute(call.query, call.arguments)
                self.told[call.name, "done"] += 1
                return
            except psycopg.Error as error:
                self.told[call.name, error.sqlstate] += 1
                if error.sqlstate == "40001" and self.isolation != "read committed":
                    continue
                if error.sqlstate == "40P01" and may_deadlock(error):
                    continue
                self.judge(call, error)
                return

    def judge(self, call, error):
        """Notes an error that is not documented for the call, or for the isolation."""
        if error.sqlstate in calls.REFUSED or (
                error.sqlstate == "25001" and call.name in ("closing", "period")
                and self.isolation != "read committed"):
            return
        self.wrong.append("%s %s %s\n%s\n%s" % (
            error.sqlstate, error.diag.message_primary, error.diag.message_detail,
            calls.shown(call), error.diag.context))

    def make_several(self, drawer):
        """Calls of one transaction, each within a savepoint; some are taken back."""
        try:
            with self.connection.transaction():
                for _ in range(self.dice.randint(2, 4)):
                    call = drawer.draw()
                    try:
                        with self.connection.transaction():
                            self.connection.execute(call.query, call.arguments)
                            if self.dice.random() < 0.2:
                                raise psycopg.Rollback
                            self.told[call.name, "done"] += 1
                    except psycopg.Error as error:
                        self.told[call.name, error.sqlstate] += 1
                        if error.sqlstate == "40P01":
                            raise
                        self.judge(call, error)
        except psycopg.errors.DeadlockDetected:
            pass


READERS = [
    "SELECT count(*) FROM ims.stock_at(at => '2001-07-01 00:00+00', owner => 'ALPHA')",
    "SELECT count(*) FROM ims.stock_card(item => 'MILK', owner => 'ALPHA')",
    "SELECT count(*) FROM ims.where_is(owner => 'ALPHA', item => 'MILK', lot => 'L1')",
    "SELECT count(*) FROM ims.trace_forward(owner => 'ALPHA', item => 'MILK', lot => 'L1')",
    "SELECT count(*) FROM ims.recall_report(owner => 'ALPHA', item => 'MILK', lot => 'L1')",
    "SELECT count(*) FROM ims.mass_balance(owner => 'ALPHA', item => 'MILK', lot => 'L1')",
    "SELECT count(*) FROM ims.contents_at(owner => 'ALPHA', handling_unit => 'P1')",
    "SELECT count(*) FROM ims.measured_stock(owner => 'ALPHA')",
    "SELECT count(*) FROM ims.serial_history(owner => 'ALPHA', item => 'PHONE', serial => 'S01')",
    "SELECT count(*) FROM ims_bi.epcis_event",
    "SELECT count(*) FROM ims_bi.handling_unit",
    "SELECT count(*) FROM ims_bi.stock_card",
    "SELECT count(*) FROM ims_bi.serial",
]


class Reader(threading.Thread):
    """Asks everything, and has the ledger proved, while the clients post."""

    def __init__(self, cluster, stopped):
        super().__init__(daemon=True)
        self.cluster = cluster
        self.stopped = stopped
        self.wrong = []
        self.proofs = 0

    def run(self):
        with self.cluster.connect("shop") as connection:
            number = 0
            while not self.stopped.is_set():
                query = READERS[number % len(READERS)]
                number += 1
                try:
                    connection.execute(query)
                    if number % 6 == 0:
                        self.wrong += differences(connection)
                        self.proofs += 1
                except psycopg.Error as error:
                    self.wrong.append((error.sqlstate, str(error), query))


def close_periods(cluster, stopped, wrong):
    """Counts what is periodic, so that periods can be closed."""
    with cluster.connect("shop") as connection:
        while not stopped.wait(0.5):
            for owner in calls.OWNERS:
                found = connection.execute(
                    "SELECT p.name FROM ims.period AS p JOIN ims.owner AS o USING (owner_id)"
                    " WHERE o.code = %s AND p.status = 'open' AND p.name <= '2001-06'"
                    " ORDER BY p.starts_at LIMIT 1", [owner]).fetchone()
                if not found:
                    continue
                try:
                    calls.periodic_counts(connection, owner, found[0])
                    connection.execute("SELECT ims.close_period(owner => %s, name => %s,"
                                       " reason => 'month end')", [owner, found[0]])
                except psycopg.Error as error:
                    if error.sqlstate not in calls.REFUSED:
                        wrong.append((error.sqlstate, str(error)))


# All rows of the tables that are derived from the ledger.
DERIVED = ["SELECT s.owner_id, s.item_id, s.location_id, s.lot_id, s.handling_unit_id, s.on_hand,"
           " s.negative_ok FROM ims.stock AS s WHERE s.on_hand <> 0 ORDER BY 1, 2, 3, 4, 5",
           "SELECT a.* FROM ims.availability AS a WHERE a.sellable <> 0 OR a.held <> 0 ORDER BY 1, 2, 3",
           "SELECT s.serial_id, s.location_id, s.handling_unit_id, s.lot_id, s.last_movement_id"
           " FROM ims.serial AS s ORDER BY 1",
           "SELECT c.* FROM ims.closing_balance AS c WHERE c.on_hand <> 0 ORDER BY 1, 2, 3, 4, 5, 6"]


def derived(connection):
    return [connection.execute(query).fetchall() for query in DERIVED]


def main():
    tap = Tap(6)
    tap.note("SEED %d, twice %d clients, %d calls each" % (SEED, CLIENTS, CALLS))
    cluster = Cluster("main", "--conf", "deadlock_timeout = 100ms")
    cluster.new_database("shop")
    with cluster.connect("shop") as connection:
        calls.set_up(connection)
        tap.equal(differences(connection), [], "the ledger begins sound")

    stopped = threading.Event()
    wrong = []
    closer = threading.Thread(target=close_periods, args=(cluster, stopped, wrong), daemon=True)
    reader = Reader(cluster, stopped)
    for thread in (closer, reader):
        thread.start()
    clients = []
    for several in (False, True):
        now = [Client(number, cluster, several) for number in range(CLIENTS)]
        for client in now:
            client.start()
        for client in now:
            client.join(600 * SCALE)
        clients += now
    stopped.set()
    reader.join(60)
    closer.join(60)

    told = sum((client.told for client in clients), collections.Counter())
    for name in calls.Calls.WEIGHTS:
        tap.note("%-16s %s" % (name, ", ".join(
            "%s %d" % (state, count) for (verb, state), count in sorted(told.items())
            if verb == name)))
    tap.note("the ledger was proved %d times meanwhile" % reader.proofs)
    wrong += sum((client.wrong for client in clients), [])
    tap.ok(not wrong, "every call was made, or refused for a reason that is documented")
    tap.note("\n".join(map(str, wrong[:20])))
    tap.equal(reader.wrong[:5], [], "readers and proofs never fail meanwhile")
    with cluster.connect("shop") as connection:
        tap.equal(differences(connection), [], "verify is clean")
        tap.equal(calls.audit(connection)[:5], [], "the lines alone give every balance and level")
        before = derived(connection)
        one(connection, "SELECT count(*) FROM ims.rebuild()")
        after = derived(connection)
        tap.ok(after == before, "rebuild changes no row")
        for query, rows, anew in zip(DERIVED, before, after):
            tap.note("%s: %s, %s" % (query, sorted(set(rows) - set(anew))[:3],
                                     sorted(set(anew) - set(rows))[:3]) if rows != anew else "")
    tap.done()


if __name__ == "__main__":
    sys.exit(main())
