#!/usr/bin/python3
"""Nothing acknowledged is lost, nothing is posted twice, whatever is killed.

Writers post under idempotency keys, simple lines and calls of every kind
(calls.py), while the server is killed with SIGKILL:
one backend (the postmaster then restarts the others), or the postmaster with
all its children.  What the client was told must be there after recovery; a
key in doubt is tried again and must give exactly one posting; ims.verify()
finds nothing.  The second half runs with ims.early_lock_release.

The data are on a RAM disk where there is room: it keeps what was written, as
a disk does, and loses what a killed server still had in its own memory.
"""

import ctypes
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time

import psycopg

import calls as api
import lib
from lib import Tap, Cluster, SEED, SCALE, differences, one

CYCLES = int(32 * SCALE)
WRITERS = 6
ITEMS = 20
BINS = ["N-%02d" % n for n in range(1, 5)]


class Book:
    """What the clients were told."""

    def __init__(self):
        self.lock = threading.Lock()
        self.posted = {}
        self.refused = set()
        self.contradictions = []
        self.answers = 0
        self.retried = 0

    def acknowledge(self, key, posting_id):
        with self.lock:
            self.answers += 1
            known = self.posted.setdefault(key, posting_id)
            if known != posting_id or key in self.refused:
                self.contradictions.append((key, known, posting_id))

    def refuse(self, key):
        with self.lock:
            self.answers += 1
            self.refused.add(key)
            if key in self.posted:
                self.contradictions.append((key, self.posted[key], "refused"))


class Writer(threading.Thread):
    """Posts until told to stop; what is in doubt is tried again first."""

    def __init__(self, number, cluster, book):
        super().__init__(daemon=True)
        self.number = number
        self.cluster = cluster
        self.book = book
        self.random = random.Random(SEED * 1000 + number)
        self.stopped = threading.Event()
        self.connection = None
        self.early = False
        self.doubtful = []
        self.error = None
        self.sequence = 0
        self.drawer = api.Calls(self.random, str(number))

    def call(self):
        """One call: its key, the statement and its arguments."""
        self.sequence += 1
        dice = self.random
        key = "w%d-%d" % (self.number, self.sequence)
        if dice.random() < 0.3:
            self.drawer.connection = self.connection
            return (key, *self.drawer.draw(key)[1:])
        item = "I%d" % min(int(dice.paretovariate(0.7)), ITEMS)
        quantity = dice.randint(1, 5)
        place, other = dice.sample(BINS, 2)
        choice = dice.random()
        if choice < 0.1:
            # The same call from whoever comes by: one of them posts.
            key = "shared-%d" % (self.sequence // 4)
            return key, ("SELECT posting_id FROM ims.receive(owner => 'MAIN', item => 'I1',"
                         " quantity => 1, to_location => 'N-01', idempotency_key => %s)"), [key]
        if choice < 0.35:
            return key, ("SELECT posting_id FROM ims.receive(owner => 'MAIN', item => %s,"
                         " quantity => %s, to_location => %s, idempotency_key => %s)"), [item, quantity, place, key]
        if choice < 0.65:
            return key, ("SELECT posting_id FROM ims.ship(owner => 'MAIN', item => %s, quantity => %s,"
                         " from_location => %s, idempotency_key => %s)"), [item, quantity, place, key]
        if choice < 0.85:
            return key, ("SELECT posting_id FROM ims.transfer(owner => 'MAIN', item => %s,"
                         " quantity => %s, from_location => %s, to_location => %s, idempotency_key => %s)"), \
                [item, quantity, place, other, key]
        lines = [{"item": "I%d" % dice.randint(1, ITEMS), "quantity": dice.randint(1, 3),
                  "to_location": dice.choice(BINS)} for _ in range(dice.randint(2, 60))]
        return key, ("SELECT posting_id FROM ims.post(owner => 'MAIN', kind => 'receive',"
                     " lines => %s::jsonb, idempotency_key => %s)"), [json.dumps(lines), key]

    def connect(self):
        while not self.stopped.is_set():
            try:
                self.connection = self.cluster.connect(
                    "shop", prepare_threshold=3, options="-c ims.early_lock_release=%s"
                    % ("on" if self.early else "off"))
                return
            except psycopg.OperationalError:
                time.sleep(0.03)

    def execute(self, calls):
        """Runs the calls in one transaction; tells the book what came of it."""
        try:
            answers = []
            with self.connection.transaction():
                for _, query, arguments in calls:
                    answers.append(self.connection.execute(query, arguments).fetchone()[0])
            for (key, _, _), posting_id in zip(calls, answers):
                self.book.acknowledge(key, posting_id)
        except psycopg.Error as error:
            if error.sqlstate in api.REFUSED:
                # Of several calls only the one that failed was refused.
                self.book.refuse(calls[len(answers)][0])
                self.doubtful += calls[:len(answers)] + calls[len(answers) + 1:]
            elif self.connection.closed or error.sqlstate in ("40P01", "40001", "57P02", "57P01"):
                self.doubtful += calls
            else:
                raise

    def work(self):
        while not self.stopped.is_set():
            if self.connection is None or self.connection.closed:
                self.connect()
                continue
            if self.doubtful:
                retry, self.doubtful = self.doubtful, []
                for call in retry:
                    self.book.retried += 1
                    self.execute([call])
            else:
                try:
                    drawn = [self.call() for _ in range(self.random.choice((1, 1, 1, 2)))]
                except psycopg.OperationalError:
                    continue
                self.execute(drawn)

    def run(self):
        try:
            self.work()
        except Exception as error:  # pylint: disable=broad-except
            self.error = error


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


class Server:
    """The cluster on the RAM disk, and how it is killed."""

    def __init__(self):
        self.directory = None
        name = (os.environ.get("IMS_CLUSTER") or "t_crash") + "_main"
        if os.path.isdir("/dev/shm") and shutil.disk_usage("/dev/shm").free > 4 << 30:
            self.directory = tempfile.mkdtemp(prefix="ims-crash-", dir="/dev/shm")
            os.chmod(self.directory, 0o755)
            self.link(name)
        self.cluster = Cluster("main", "--durable", "--conf", "recovery_init_sync_method = syncfs",
                               "--conf", "wal_writer_delay = 10s", "--conf", "max_wal_size = 256MB",
                               "--conf", "shared_buffers = 64MB",
                               "--conf", "deadlock_timeout = 20ms")
        self.pid_file = os.path.join(self.cluster.env["PGDATA"], "postmaster.pid")

    def link(self, name):
        """Puts the directory where tools/cluster will look for the cluster."""
        tool = [os.path.join(lib.ROOT, "tools", "cluster"), "--name", name]
        lib.subprocess.run([os.path.join(lib.ROOT, "tools", "server")], check=True,
                           stdout=lib.subprocess.DEVNULL)
        # A link that an interrupted run left leads nowhere.
        lib.subprocess.run([*tool, "destroy"], check=True)
        shown = lib.subprocess.run([*tool, "env"], check=True, text=True,
                                   stdout=lib.subprocess.PIPE).stdout
        data = lib.re.search(r"^export PGDATA=(.*)$", shown, lib.re.M).group(1)
        home = os.path.dirname(data)
        lib.subprocess.run([*tool, "destroy"], check=True)
        os.makedirs(os.path.dirname(home), exist_ok=True)
        os.symlink(self.directory, home)

    def remove(self):
        self.cluster.run("destroy", check=False)
        if self.directory:
            shutil.rmtree(self.directory, ignore_errors=True)

    def postmaster(self):
        with open(self.pid_file, encoding="ascii") as handle:
            return int(handle.readline())

    def kill_backend(self, dice):
        with self.cluster.connect("shop") as connection:
            backends = [row[0] for row in connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
                " AND pid <> pg_backend_pid() ORDER BY pid")]
        if backends:
            kill(dice.choice(backends))
        self.wait()

    def kill_all(self):
        # A backend that starts meanwhile ends by itself without its postmaster;
        # until then the next one refuses to start.
        with self.cluster.connect("shop") as connection:
            processes = [self.postmaster()] + [row[0] for row in connection.execute(
                "SELECT pid FROM pg_stat_activity ORDER BY pid = pg_backend_pid()")]
        for pid in processes:
            kill(pid)
        while not all(is_gone(pid) for pid in processes):
            time.sleep(0.01)
        deadline = time.monotonic() + 30
        while True:
            try:
                self.cluster.run("start", options=["--no-build"])
                break
            except RuntimeError:
                if time.monotonic() > deadline:
                    raise
        self.wait()

    def wait(self):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with self.cluster.connect("shop") as connection:
                    connection.execute("SELECT 1")
                return
            except psycopg.OperationalError:
                time.sleep(0.02)
        raise RuntimeError("the server did not come back")


def adopt_orphans():
    """Makes this process reap the servers: a dead one that its next postmaster
    can still see as a zombie would keep it from starting."""
    ctypes.CDLL(None, use_errno=True).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def is_gone(pid):
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        pass
    try:
        os.kill(pid, 0)
        return False
    except ProcessLookupError:
        return True


def audit(server, book, since):
    """Compares the ledger with a copy of the book; returns what is wrong."""
    with book.lock:
        posted = {key: book.posted[key] for key in list(book.posted)[since:]}
        refused = list(book.refused)
        contradictions = list(book.contradictions)
    problems = ["contradicting answers: %s" % (c,) for c in contradictions[:5]]
    while True:
        try:
            with server.cluster.connect("shop") as connection:
                there = dict(connection.execute(
                    "SELECT p.idempotency_key, p.posting_id FROM ims.posting AS p"
                    " WHERE p.idempotency_key = ANY (%s)", [list(posted)]))
                doubled = connection.execute(
                    "SELECT p.idempotency_key, count(*) FROM ims.posting AS p"
                    " WHERE p.idempotency_key IS NOT NULL GROUP BY 1 HAVING count(*) > 1"
                    " LIMIT 5").fetchall()
                wrongly = connection.execute(
                    "SELECT p.idempotency_key FROM ims.posting AS p"
                    " WHERE p.idempotency_key = ANY (%s) LIMIT 5", [refused]).fetchall()
                break
        except psycopg.OperationalError:
            server.wait()
    lost = [key for key, posting_id in posted.items() if there.get(key) != posting_id]
    problems += ["lost: %s" % key for key in lost[:5]]
    problems += ["doubled: %s" % (row,) for row in doubled]
    problems += ["refused but posted: %s" % (row,) for row in wrongly]
    return problems


def set_up(server):
    server.cluster.new_database("shop")
    with server.cluster.connect("shop") as connection:
        connection.execute("SELECT ims.create_site(code => 'NORTH', name => 'north')")
        for place in BINS:
            connection.execute("SELECT ims.create_location(code => %s, name => 'bin',"
                               " kind => 'bin', parent => 'NORTH')", [place])
        api.set_up(connection)
        for number in range(1, ITEMS + 1):
            connection.execute("SELECT ims.create_item(owner => 'MAIN', code => %s, name => 'item')",
                               ["I%d" % number])


def half(tap, server, book, dice, early):
    """CYCLES / 2 kills under load; one test for the answers and one for the ledger."""
    writers = [Writer(number + (WRITERS if early else 0), server.cluster, book)
               for number in range(WRITERS)]
    for writer in writers:
        writer.early = early
        writer.start()
    problems = []
    dirty = []
    since = len(book.posted)
    for cycle in range(CYCLES // 2):
        time.sleep(dice.uniform(0.2, 1.2))
        if dice.random() < 0.5:
            server.kill_backend(dice)
        else:
            server.kill_all()
        problems += audit(server, book, since)
        if cycle % 5 == 4:
            with server.cluster.connect("shop") as connection:
                dirty += differences(connection)
    deadline = time.monotonic() + 30
    while any(writer.doubtful for writer in writers) and time.monotonic() < deadline:
        time.sleep(0.05)
    for writer in writers:
        writer.stopped.set()
    for writer in writers:
        writer.join(30)
        if writer.error:
            problems.append("writer %d: %r" % (writer.number, writer.error))
        # What the last calls left in doubt is settled here.
        writer.stopped.clear()
        while writer.doubtful:
            writer.connect()
            retry, writer.doubtful = writer.doubtful, []
            for call in retry:
                writer.execute([call])
    problems += audit(server, book, 0)
    with server.cluster.connect("shop") as connection:
        dirty += differences(connection) + api.audit(connection)
        unknown = one(connection, "SELECT count(*) FROM ims.posting AS p WHERE"
                      " p.idempotency_key IS NOT NULL AND NOT p.idempotency_key = ANY (%s)",
                      [list(book.posted)])
    path = "early lock release" if early else "plain commit"
    tap.ok(not problems, "%s: no acknowledged posting lost, none doubled" % path)
    tap.note("\n".join(problems))
    tap.ok(unknown == 0, "%s: every posting is known to a client" % path)
    tap.ok(not dirty, "%s: verify is clean, and the lines alone give every balance" % path)
    tap.note("\n".join(map(str, dirty)))


def main():
    tap = Tap(6)
    tap.note("SEED %d, %d cycles, %d writers" % (SEED, CYCLES, WRITERS))
    dice = random.Random(SEED)
    adopt_orphans()
    server = Server()
    try:
        set_up(server)
        book = Book()
        half(tap, server, book, dice, early=False)
        half(tap, server, book, dice, early=True)
        tap.note("%d answers, %d postings, %d refused, %d tried again" % (
            book.answers, len(book.posted), len(book.refused), book.retried))
    finally:
        server.remove()
    tap.done()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    main()
