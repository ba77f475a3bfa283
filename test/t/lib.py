"""Shared by the server-level tests in Python: TAP, clusters, connections.

A test ends with tap.done(); clusters made by it are destroyed then, and when
it is interrupted.  Random numbers start from IMS_SEED, loops run IMS_SCALE
times longer than usual.
"""

import atexit
import logging
import os
import re
import signal
import subprocess
import sys
import threading
import time

import psycopg

# A rollback on a connection that was killed is no news.
logging.getLogger("psycopg").setLevel(logging.CRITICAL)

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SEED = int(os.environ.get("IMS_SEED", "1"))
SCALE = float(os.environ.get("IMS_SCALE", "1"))


class Tap:
    """ok and not ok lines, from any thread; exit status by their sum."""

    def __init__(self, planned):
        self.planned = planned
        self.number = 0
        self.failed = 0
        self.lock = threading.Lock()
        print("1..%d" % planned, flush=True)

    def ok(self, condition, description):
        with self.lock:
            self.number += 1
            self.failed += 0 if condition else 1
            print("%s %d - %s" % ("ok" if condition else "not ok", self.number, description),
                  flush=True)
        return condition

    def equal(self, got, wanted, description):
        if not self.ok(got == wanted, description):
            self.note("got:    %s" % (got,))
            self.note("wanted: %s" % (wanted,))

    def note(self, text):
        for line in str(text).splitlines():
            print("# " + line, flush=True)

    def done(self):
        if self.number != self.planned:
            self.note("planned %d tests but ran %d" % (self.planned, self.number))
        sys.exit(1 if self.failed or self.number != self.planned else 0)


class Cluster:
    """A private cluster of this test, gone at the end."""

    def __init__(self, name, *options):
        prefix = os.environ.get("IMS_CLUSTER") or "t_" + re.sub(
            r"[^a-z0-9_]", "_", os.path.splitext(os.path.basename(sys.argv[0]))[0])
        self.tool = [os.path.join(ROOT, "tools", "cluster"), "--name", prefix + "_" + name]
        atexit.register(self.run, "destroy", check=False)
        self.run("start", options=options)
        self.env = dict(re.findall(r"^export (\w+)=(.*)$", self.run("env"), re.M))

    def run(self, *command, options=(), check=True):
        result = subprocess.run([*self.tool, *options, *command], stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, check=False)
        if check and result.returncode != 0:
            raise RuntimeError("%s failed:\n%s" % (command, result.stdout))
        return result.stdout

    def crash(self):
        """Ends the server without a checkpoint and starts it again."""
        with open(os.path.join(self.env["PGDATA"], "postmaster.pid"), encoding="ascii") as handle:
            postmaster = int(handle.readline())
        os.kill(postmaster, signal.SIGQUIT)
        while os.path.exists(os.path.join(self.env["PGDATA"], "postmaster.pid")):
            time.sleep(0.02)
        self.run("start", options=["--no-build"])

    def connect(self, database="postgres", **arguments):
        arguments.setdefault("autocommit", True)
        return psycopg.connect(host=self.env["PGHOST"], port=self.env["PGPORT"],
                               user="postgres", dbname=database, **arguments)

    def new_database(self, name):
        with self.connect() as connection:
            connection.execute("CREATE DATABASE " + name)
        with self.connect(name) as connection:
            connection.execute("SET client_min_messages = warning")
            connection.execute("CREATE EXTENSION ims CASCADE")
            connection.execute("SELECT ims.create_ledger()")


def one(connection, query, arguments=None):
    """The only column of the only row."""
    return connection.execute(query, arguments).fetchone()[0]


def differences(connection):
    """What ims.verify() finds; an empty list is a clean ledger."""
    return connection.execute("SELECT * FROM ims.verify() LIMIT 20").fetchall()
