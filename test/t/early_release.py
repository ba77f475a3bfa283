#!/usr/bin/python3
"""With ims.early_lock_release the next posting on a row does not wait for the
commit before it, but no answer comes before what it rests on is durable: not
the posting's own, not a replay of its key.  Shown with a synchronous standby
that is not there, so that every commit waits.
"""

import sys
import threading
import time

import psycopg

from lib import Cluster, Tap, differences, one

SHIP = ("SELECT r.posting_id, r.replayed FROM ims.ship(item => 'I', quantity => 1,"
        " from_location => 'N', idempotency_key => %s) AS r")


class Call(threading.Thread):
    """One call in a session of its own."""

    def __init__(self, cluster, key, early):
        super().__init__(daemon=True)
        self.connection = cluster.connect("shop", options="-c ims.early_lock_release=%s" % early)
        self.key = key
        self.answer = None
        self.start()

    def run(self):
        try:
            self.answer = self.connection.execute(SHIP, [self.key]).fetchone()
        except psycopg.Error as error:
            self.answer = error.sqlstate


def waits_of(watcher, calls):
    """What each session waits for, once all wait."""
    for _ in range(200):
        waits = [one(watcher, "SELECT coalesce(max(a.wait_event), '') FROM pg_stat_activity AS a"
                     " WHERE a.pid = %s AND a.state = 'active'", [call.connection.info.backend_pid])
                 for call in calls]
        if all(waits):
            break
        time.sleep(0.05)
    return waits


def standby_is(watcher, names):
    watcher.execute("ALTER SYSTEM SET synchronous_standby_names = '%s'" % names)
    watcher.execute("SELECT pg_reload_conf()")
    while one(watcher, "SHOW synchronous_standby_names") != names:
        time.sleep(0.05)


def three_calls(cluster, watcher, early):
    """A posting, one on the same row, and a replay of the first; what they waited for."""
    standby_is(watcher, "absent")
    calls = []
    for key in ("one", "two", "one"):
        calls.append(Call(cluster, key + early, early))
        waits_of(watcher, calls)
    waits = waits_of(watcher, calls)
    early_answers = [call.answer for call in calls]
    standby_is(watcher, "")
    for call in calls:
        call.join(60)
        call.connection.close()
    return waits, early_answers, [call.answer for call in calls]


def main():
    tap = Tap(7)
    cluster = Cluster("main")
    cluster.new_database("shop")
    with cluster.connect("shop") as watcher:
        watcher.execute("SELECT ims.create_site(code => 'N')")
        watcher.execute("SELECT ims.create_item(code => 'I')")
        watcher.execute("SELECT ims.receive(item => 'I', quantity => 10, to_location => 'N')")

        waits, _, answers = three_calls(cluster, watcher, "off")
        tap.equal([wait == "SyncRep" for wait in waits], [True, False, False],
                  "off: who comes next waits for the row")
        tap.equal([answer[1] for answer in answers], [False, False, True], "off: answers")

        waits, early, answers = three_calls(cluster, watcher, "on")
        tap.equal(waits, ["SyncRep"] * 3, "on: all wait for the standby, the replay too")
        tap.equal(early, [None] * 3, "on: none is answered before")
        tap.equal([answer[1] for answer in answers], [False, False, True], "on: answers")
        tap.ok(answers[2][0] == answers[0][0] != answers[1][0], "on: the replay is the first")
        tap.equal(differences(watcher), [], "verify is clean")
    tap.done()


if __name__ == "__main__":
    sys.exit(main())
