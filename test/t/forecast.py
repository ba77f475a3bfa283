#!/usr/bin/python3
"""Forecasts through SQL: the same as the cores', and never long in the way.

With fixed parameters forecasts equal those of R's package forecast to 1e-9,
through SQL and psycopg; with parameters of their own the likelihoods are no
worse than R's by more than 0.05.  The figures of R are in $IMS_SHARED, by
default ../shared beside the repository; where they are not, this is said and
skipped.  Arrays of every Python type arrive.  A long forecast is cancelled
within 100 ms, and the session is as before.
"""

import csv
import gzip
import math
import os
import time
from decimal import Decimal

import psycopg

from lib import ROOT, Cluster, Tap, one

CASES = os.path.join(os.environ.get("IMS_SHARED", os.path.join(ROOT, "..", "shared")),
                     "cases", "forecast")
FIXED = [
    ("ses_fixed_a0.3_l0=y1", "simple exponential smoothing", {"alpha": 0.3}, False),
    ("holt_fixed_a0.3_b0.1_l2=y2_b2=y2-y1", "Holt", {"alpha": 0.3, "beta": 0.1}, False),
    ("stats_HoltWinters_fixed_a.3_b.1_g.2_additive", "additive Holt-Winters",
     {"alpha": 0.3, "beta": 0.1, "gamma": 0.2}, True),
    ("stats_HoltWinters_fixed_a.3_b.1_g.2_multiplicative", "multiplicative Holt-Winters",
     {"alpha": 0.3, "beta": 0.1, "gamma": 0.2}, True),
    ("naive", "naive", {}, False), ("snaive", "seasonal naive", {}, True),
    ("drift", "drift", {}, False), ("mean", "mean", {}, False),
]
# With weights of 0.1 and mean starts, of R's package tsintermittent.
IRREGULAR = [("tsi_croston_w.1_initmean", "Croston"), ("tsi_sba_w.1_initmean", "SBA"),
             ("tsi_sbj_w.1_initmean", "SBJ"), ("tsi_tsb_w.1", "TSB")]
# R prints ten digits.
DIGITS = 1e-9
LIKELIHOOD_SLACK = 0.05
CANCEL_SECONDS = 0.1
TRIES = 5

tap = Tap(len(FIXED) + len(IRREGULAR) + 8)


def rows(name):
    with gzip.open(os.path.join(CASES, name), "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def series():
    """name -> (season, values)"""
    found = {}
    for row in rows("classic_series.csv.gz"):
        found.setdefault(row["series"], (max(1, int(float(row["freq"]))), []))[1].append(float(row["y"]))
    return found


def is_near(got, wanted):
    return math.isclose(got, wanted, rel_tol=DIGITS, abs_tol=DIGITS)


def compare_fixed(connection, known, wanted, label, method, weights, seasonal):
    """Every series for which R has this method."""
    compared, worst = 0, []
    more = "".join(", %s => %r" % item for item in weights.items())
    for name, (season, demand) in known.items():
        means = wanted.get((name, label))
        if not means or (seasonal and season == 1):
            continue
        got = [row[0] for row in connection.execute(
            "SELECT f.forecast FROM ims.forecast(demand => %s, horizon => %s, season_length => %s,"
            " method => %s, non_negative => false" + more + ") AS f ORDER BY f.step",
            [demand, len(means), season, method])]
        compared += 1
        if len(got) != len(means) or not all(map(is_near, got, means)):
            worst.append(name)
    tap.ok(compared > 0 and not worst, "%s: %d series as in R %s" % (method, compared, worst or ""))


def compare_likelihoods(connection, known):
    """Each model that R fitted to each series."""
    worse, compared = [], 0
    for row in rows("classic_ets_all_models.csv.gz"):
        season, demand = known[row["series"]]
        status, loglik = connection.execute(
            "SELECT m.status, m.log_likelihood FROM ims.forecast_model(demand => %s,"
            " season_length => %s, method => 'ETS', model => %s) AS m",
            [demand, season, row["model"]]).fetchone()
        compared += 1
        if status != "ok" or loglik < float(row["loglik"]) - LIKELIHOOD_SLACK:
            worse.append((row["series"], row["model"], status, loglik, row["loglik"]))
    tap.ok(compared > 0 and not worse, "%d likelihoods no worse than R's" % compared)
    for line in worse[:10]:
        tap.note(line)


def compare_irregular(connection):
    demand, wanted = {}, {}
    for row in rows("intermittent_golden_series.csv.gz"):
        demand.setdefault(row["series"], []).append(float(row["y"]))
    for row in rows("intermittent_golden_r.csv.gz"):
        wanted[row["series"], row["method"]] = row["fc"]
    for label, method in IRREGULAR:
        compared, worst = 0, []
        for name, values in demand.items():
            if wanted.get((name, label), "NA") == "NA":
                continue
            compared += 1
            status, mean = connection.execute(
                "SELECT f.status, f.forecast FROM ims.forecast(demand => %s, horizon => 1,"
                " method => %s, alpha => 0.1, beta => 0.1) AS f", [values, method]).fetchone()
            if status == "ok" and not is_near(mean, float(wanted[name, label])):
                worst.append((name, mean, wanted[name, label]))
        tap.ok(compared > 0 and not worst, "%s: %d series as in R" % (method, compared))
        for line in worst[:5]:
            tap.note(line)


def goldens(connection):
    if not os.path.exists(os.path.join(CASES, "classic_series.csv.gz")):
        tap.note("NOT TESTED: %s is not there" % CASES)
        for number in range(len(FIXED) + len(IRREGULAR) + 1):
            tap.ok(True, "comparison %d # SKIP %s is not there" % (number + 1, CASES))
        return
    known = series()
    wanted = {}
    for row in rows("classic_forecasts.csv.gz"):
        if row["mean"] != "NA":
            wanted.setdefault((row["series"], row["method"]), []).append(float(row["mean"]))
    for case in FIXED:
        compare_fixed(connection, known, wanted, *case)
    compare_likelihoods(connection, known)
    compare_irregular(connection)


def python_types(connection):
    for name, demand in (("integers", [10, 15, 2 ** 40]), ("floats", [10.0, 15.0, 2.0 ** 40]),
                         ("decimals", [Decimal("10.0"), Decimal(15), Decimal(2 ** 40)]),
                         ("a None", [10, None, 2 ** 40])):
        for binary in (False, True):
            with connection.cursor(binary=binary) as cursor:
                cursor.execute("SELECT * FROM ims.forecast(%s, %s, method => %s, coverage => %s)",
                               [demand, 2, "naive", Decimal("0.9")])
                answer = cursor.fetchall()
            if [row[:2] for row in answer] != [(1, 2.0 ** 40), (2, 2.0 ** 40)]:
                tap.note(answer)
                break
        else:
            tap.ok(True, "a list of %s, as text and binary" % name)
            continue
        tap.ok(False, "a list of %s, as text and binary" % name)


def seconds_over(connection, timeout, statement):
    """How long after its timeout a statement ended, at best of some tries."""
    over = []
    for _ in range(TRIES):
        with connection.transaction():
            connection.execute("SET LOCAL statement_timeout = %d" % round(timeout * 1000))
            began = time.monotonic()
            try:
                with connection.transaction():
                    connection.execute(statement)
                return None
            except psycopg.errors.QueryCanceled:
                over.append(time.monotonic() - began - timeout)
    return min(over)


def cancels(connection):
    # Not compressed: the server's own decompression cannot be interrupted.
    connection.execute("CREATE TABLE long_series (demand double precision[])")
    connection.execute("ALTER TABLE long_series ALTER demand SET STORAGE EXTERNAL")
    connection.execute("INSERT INTO long_series SELECT array_agg(1000 + abs(hashint4(t)) % 500)"
                       " FROM generate_series(1, 1000000) AS t")
    for what, source, method in (
            ("a million points", "long_series", "auto"),
            ("a simulation", "(SELECT ARRAY[3,4,5,2,3,4,5,2,3,5,5,2,3,4,6,2] AS demand) AS s",
             "ETS', model => 'ETS(M,A,M)")):
        statement = ("SELECT count(*) FROM %s, ims.forecast(demand => demand, horizon => 10000,"
                     " season_length => 4, method => '%s') AS f" % (source, method))
        over = seconds_over(connection, 0.15, statement)
        tap.ok(over is not None and over < CANCEL_SECONDS, "%s: cancelled in time" % what)
        tap.note("%s s after its timeout" % over)
    tap.ok(one(connection, "SELECT count(*) FROM ims.forecast('{1,2,3}', 3)") == 3,
           "the session goes on")


def main():
    cluster = Cluster("main")
    cluster.new_database("forecast")
    with cluster.connect("forecast") as connection:
        goldens(connection)
        python_types(connection)
        cancels(connection)
    tap.done()


main()
