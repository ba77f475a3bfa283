#!/usr/bin/python3
"""Many clients at once: nothing is oversold, no single call deadlocks, readers
always see the same total, a key posts once, and a DBA may change the balance
tables while others post.  ims.verify() finds nothing at the end of each.
"""

import random
import sys
import threading
import time

import psycopg
from psycopg.types.json import Jsonb

from lib import SCALE, SEED, Cluster, Tap, differences, one

BINS = ["B%02d" % n for n in range(1, 9)]
ITEMS = ["I%02d" % n for n in range(1, 13)]


class Clients:
    """Runs one function in many sessions at once; keeps what they returned."""

    def __init__(self, cluster, number, function, **arguments):
        self.cluster = cluster
        self.function = function
        self.arguments = arguments
        self.results = [None] * number
        self.barrier = threading.Barrier(number)
        self.threads = [threading.Thread(target=self.work, args=(n,), daemon=True)
                        for n in range(number)]
        for thread in self.threads:
            thread.start()

    def work(self, number):
        try:
            with self.cluster.connect("shop", prepare_threshold=2) as connection:
                self.barrier.wait(60)
                self.results[number] = self.function(connection, number, **self.arguments)
        except Exception as error:  # pylint: disable=broad-except
            self.results[number] = error
            self.barrier.abort()

    def join(self):
        """The results; an exception of a client is raised here."""
        for thread in self.threads:
            thread.join(300)
        for result in self.results:
            if isinstance(result, Exception):
                raise result
        return self.results


def set_up(cluster):
    cluster.new_database("shop")
    with cluster.connect("shop") as connection:
        for site in ("EAST", "WEST"):
            connection.execute("SELECT ims.create_site(code => %s, name => 'site')", [site])
        for number, place in enumerate(BINS):
            connection.execute("SELECT ims.create_location(code => %s, name => 'bin', kind => 'bin',"
                               " parent => %s)", [place, ("EAST", "WEST")[number % 2]])
        for item in ["HOT", "KEYED", *ITEMS]:
            connection.execute("SELECT ims.create_item(code => %s, name => 'item')", [item])


def receive(cluster, item, quantity, place):
    with cluster.connect("shop") as connection:
        connection.execute("SELECT ims.receive(item => %s, quantity => %s, to_location => %s)",
                           [item, quantity, place])


def on_hand(cluster, item):
    with cluster.connect("shop") as connection:
        return one(connection, "SELECT coalesce(sum(s.on_hand), 0) FROM ims.stock AS s"
                   " JOIN ims.item AS i USING (owner_id, item_id) WHERE i.code = %s", [item])


def choose_path(connection, number):
    """Every other client posts through SQL: both appliers lock alike."""
    connection.execute("SET ims.posting_path = %s" % ("auto", "spi")[number % 2])


def ship_one_by_one(connection, number, attempts, level):
    """Ships 1 at a time; retries conflicts; (shipped, refused)."""
    choose_path(connection, number)
    connection.isolation_level = psycopg.IsolationLevel[level]
    shipped = refused = 0
    while shipped + refused < attempts:
        try:
            connection.execute("SELECT ims.ship(item => 'HOT', quantity => 1,"
                               " from_location => 'B01')")
            shipped += 1
        except psycopg.Error as error:
            if error.sqlstate == "IV301":
                refused += 1
            elif error.sqlstate != "40001":
                raise
    return shipped, refused


def oversell(tap, cluster):
    for level, clients, stock, attempts in (("READ_COMMITTED", 64, 1000, 20),
                                            ("REPEATABLE_READ", 8, 60, 10),
                                            ("SERIALIZABLE", 8, 60, 10)):
        receive(cluster, "HOT", stock, "B01")
        results = Clients(cluster, clients, ship_one_by_one, attempts=attempts, level=level).join()
        name = level.lower().replace("_", " ")
        tap.equal((sum(r[0] for r in results), sum(r[1] for r in results)),
                  (stock, clients * attempts - stock),
                  "%s: %d clients ship exactly the stock of %d" % (name, clients, stock))
        tap.equal(on_hand(cluster, "HOT"), 0, "%s: nothing is left" % name)


def random_moves(dice):
    lines = []
    for _ in range(dice.randint(2, 20)):
        place, other = dice.sample(BINS[dice.randint(0, 1)::2], 2)
        lines.append({"item": dice.choice(ITEMS), "quantity": dice.randint(1, 3),
                      "from_location": place, "to_location": other})
    return lines


def transfer_at_random(connection, number, calls):
    """Batches of moves in random order; the SQLSTATEs of those that failed."""
    choose_path(connection, number)
    dice = random.Random(SEED * 100 + number)
    failed = []
    for _ in range(calls):
        try:
            connection.execute("SELECT * FROM ims.post(lines => %s, kind => 'transfer')",
                               [Jsonb(random_moves(dice))])
        except psycopg.Error as error:
            if error.sqlstate != "IV301":
                failed.append(error.sqlstate)
    return failed


def read_totals(connection, number, stopped):
    """Sums all balances again and again; the set of totals seen."""
    query = ("SELECT sum(s.on_hand), (SELECT sum(a.sellable + a.held) FROM ims.availability AS a"
             " JOIN ims.item AS i USING (owner_id, item_id) WHERE i.code LIKE 'I%')"
             " FROM ims.stock AS s JOIN ims.item AS i USING (owner_id, item_id)"
             " WHERE i.code LIKE 'I%'")
    totals = set()
    while not stopped.is_set():
        if number % 2 == 0:
            totals.add(connection.execute(query).fetchone())
        else:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            with connection.transaction():
                totals.add(connection.execute(query).fetchone())
                time.sleep(0.01)
                totals.add(connection.execute(query).fetchone())
    return totals


def transfers(tap, cluster):
    # Half of the balances do not exist yet.
    for item in ITEMS:
        for place in BINS[:4]:
            receive(cluster, item, 100, place)
    stopped = threading.Event()
    readers = Clients(cluster, 4, read_totals, stopped=stopped)
    failed = Clients(cluster, 32, transfer_at_random, calls=int(25 * SCALE)).join()
    stopped.set()
    total = 400 * len(ITEMS)
    tap.equal(sum(failed, []), [], "32 clients transfer in random order: no deadlock, no error")
    tap.equal(set.union(*readers.join()), {(total, total)}, "every reader sees the same total")


def post_keys(connection, number, keys):
    choose_path(connection, number)
    return [connection.execute("SELECT r.posting_id, r.replayed FROM ims.receive(item => 'KEYED',"
                               " quantity => 1, to_location => 'B01', idempotency_key => %s) AS r",
                               ["key-%d" % n]).fetchone() for n in range(keys)]


def same_keys(tap, cluster):
    keys = int(40 * SCALE)
    answers = list(zip(*Clients(cluster, 8, post_keys, keys=keys).join()))
    tap.ok(all(len({posting_id for posting_id, _ in answer}) == 1 for answer in answers),
           "8 sessions with the same keys get the same answers")
    tap.ok(all(sorted(replayed for _, replayed in answer) == [False] + [True] * 7
               for answer in answers), "one of them posts, the others are replays")
    tap.equal(on_hand(cluster, "KEYED"), keys, "each key is posted once")


# What a DBA may do, and what undoes it.
CHANGES = [
    ("an index", "CREATE INDEX dba_idx ON ims.stock (on_hand)", "DROP INDEX ims.dba_idx"),
    ("an index made concurrently", "CREATE INDEX CONCURRENTLY dba_idx ON ims.stock (on_hand)",
     "DROP INDEX CONCURRENTLY ims.dba_idx"),
    ("a CHECK", "ALTER TABLE ims.stock ADD CONSTRAINT dba_check CHECK (on_hand < 1000)",
     "ALTER TABLE ims.stock DROP CONSTRAINT dba_check"),
    ("a row trigger", "CREATE TRIGGER dba_trigger AFTER UPDATE ON ims.stock FOR EACH ROW"
     " EXECUTE FUNCTION public.note_stock()", "DROP TRIGGER dba_trigger ON ims.stock"),
    ("a column", "ALTER TABLE ims.stock ADD COLUMN dba_note text DEFAULT 'x'", None),
]


def post_until(connection, number, stopped):
    """Moves single pieces back and forth; how many, and what failed."""
    dice = random.Random(SEED * 10 + number)
    posted = 0
    failed = []
    while not stopped.is_set():
        try:
            connection.execute("SELECT * FROM ims.post(lines => %s, kind => 'transfer')",
                               [Jsonb(random_moves(dice)[:3])])
            posted += 1
        except psycopg.Error as error:
            if error.sqlstate != "IV301":
                failed.append((error.sqlstate, str(error)))
    return posted, failed


def change_tables(tap, cluster, connection):
    """Each change while clients post; afterwards one posting by the path it leaves."""
    for name, change, undo in CHANGES:
        connection.execute(change)
        time.sleep(0.3)
        tap.equal(one(connection, "SELECT ims._posting_path()"), "spi",
                  "%s sends postings through SQL" % name)
        connection.execute("SET enable_seqscan = off")
        if "index" in name:
            with connection.transaction():
                connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                indexed = connection.execute(
                    "SELECT count(*), sum(s.on_hand) FROM ims.stock AS s"
                    " WHERE s.on_hand > 0").fetchone()
                scanned = connection.execute(
                    "SELECT count(*) FILTER (WHERE s.on_hand > 0), sum(s.on_hand)"
                    " FROM ims.stock AS s").fetchone()
            tap.equal(indexed, scanned, "%s finds every balance" % name)
        if name == "a CHECK":
            try:
                connection.execute("SELECT ims.receive(item => 'I01', quantity => 5000,"
                                   " to_location => 'B01')")
                tap.ok(False, "a CHECK of the DBA binds postings")
            except psycopg.Error as error:
                tap.equal(error.sqlstate, "23514", "a CHECK of the DBA binds postings")
        if name == "a row trigger":
            tap.ok(one(connection, "SELECT count(*) > 0 FROM public.noted"),
                   "a row trigger of the DBA fires")
        if undo:
            connection.execute(undo)
            tap.equal(one(connection, "SELECT ims._posting_path()"), "heap",
                      "without %s they go below the executor again" % name)


def dba(tap, cluster):
    with cluster.connect("shop") as connection:
        connection.execute("""
            CREATE TABLE public.noted (item_id bigint);
            CREATE FUNCTION public.note_stock() RETURNS trigger LANGUAGE plpgsql AS
                $$BEGIN INSERT INTO public.noted VALUES (NEW.item_id); RETURN NULL; END$$;
            GRANT INSERT ON public.noted TO ims_owner;
            GRANT USAGE ON SCHEMA public TO ims_owner""")
        tap.equal(one(connection, "SELECT ims._posting_path()"), "heap",
                  "the tables as made are written below the executor")
        stopped = threading.Event()
        clients = Clients(cluster, 8, post_until, stopped=stopped)
        time.sleep(0.3)
        for index in ("stock_pkey", "availability_pkey", "movement_pkey", "movement_item_idx"):
            connection.execute("REINDEX INDEX CONCURRENTLY ims." + index)
        tap.equal(one(connection, "SELECT ims._posting_path()"), "heap",
                  "REINDEX CONCURRENTLY leaves the tables as made")
        change_tables(tap, cluster, connection)
        connection.execute("VACUUM FULL ims.stock")
        stopped.set()
        results = clients.join()
        tap.equal(sum((failed for _, failed in results), []), [],
                  "no posting failed while the tables were changed")
        tap.note("%d postings meanwhile" % sum(posted for posted, _ in results))
        connection.execute("RESET enable_seqscan")
        tap.equal(one(connection, "SELECT sum(s.on_hand) FROM ims.stock AS s JOIN ims.item AS i"
                      " USING (owner_id, item_id) WHERE i.code LIKE 'I%'"),
                  400 * len(ITEMS), "nothing was lost")


def main():
    tap = Tap(6 + 2 + 3 + 17 + 1)
    tap.note("SEED %d" % SEED)
    cluster = Cluster("main")
    set_up(cluster)
    oversell(tap, cluster)
    transfers(tap, cluster)
    same_keys(tap, cluster)
    dba(tap, cluster)
    with cluster.connect("shop") as connection:
        found = differences(connection)
    tap.equal(found, [], "verify is clean")
    tap.done()


if __name__ == "__main__":
    sys.exit(main())
