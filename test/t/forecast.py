#!/usr/bin/python3
"""Forecasts through SQL: the same as the cores', and never long in the way.

With fixed parameters forecasts equal those of R's package forecast to 1e-9,
through SQL and psycopg; with parameters of their own the likelihoods are no
worse than R's by more than 0.05.  The figures of R are in $IMS_SHARED, by
default ../shared beside the repository; where they are not, this is said and
skipped.  Arrays of every Python type arrive.  Whatever is asked of a million
periods, by each method, ends or is cancelled within 100 ms of CPU time after
its timeout, and the session is as before.
"""

import csv
import gzip
import math
import os
import threading
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
# What is asked of a million periods besides forecasts, and of whom.
LONG_CALLS = [
    "ims.lead_time_demand(demand => s.demand, lead_times => ARRAY[900, 1000])",
    "ims.lead_time_demand(demand => s.sparse, lead_times => ARRAY[900, 1000])",
    "ims.forecast_model(demand => s.demand, season_length => 12)",
    "ims.forecast_plot(demand => s.demand, horizon => 1000)",
    "ims.forecast_with_drivers(demand => s.demand, drivers => s.demand || s.sparse[1:10])",
    "ims.driver_effects(demand => s.demand, drivers => s.sparse, season_length => 12)",
    "ims.backtest(demand => s.demand, horizon => 12, origins => 1000, season_length => 12)",
    "ims.backtest(demand => s.sparse, horizon => 12, origins => 1000, method => 'IMAPA')",
    "ims.decompose(demand => s.demand, season_lengths => '{24,168}')",
    "ims.decompose(demand => s.demand || ARRAY[NULL, 3]::double precision[], season_lengths => '{24,168}')",
    "ims.forecast(demand => s.demand || ARRAY[NULL, 3]::double precision[], horizon => 9, season_length => 12)",
    "ims.uncensor_demand(demand => s.demand, in_stock => s.share)",
    "ims.uncensor_demand(demand => s.demand, in_stock => s.share, method => 'rate')",
    "ims._known_demand(s.sparse, s.share, true)",
    "ims.forecast_accuracy(actual => s.demand, forecast => s.sparse, training => s.demand)",
    "ims.quantile_accuracy(actual => s.demand, quantile => s.sparse, level => 0.9)",
    "ims.demand_class(demand => s.sparse)", "ims.xyz_class(demand => s.demand)",
    "ims.life_cycle(demand => s.sparse)", "ims.abc_class(amounts => s.demand)",
]

# A million rows, summed and forecast: long in the one and in the other.
ROWS = ("SELECT ims.forecast_json(1000 + abs(hashint4(t)) %% 500, '1900-01-01'::date + t %% 99999, '1900-01-01',"
        " '2173-10-15', 'day', 'zero', 10000, 12, 'auto', 0.9, true, 1) FROM generate_series(1, %d) AS t")

tap = Tap(len(FIXED) + len(IRREGULAR) + 11)


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


def cpu_seconds(process):
    """What a backend has used so far, whoever else is on the machine."""
    with open("/proc/%d/schedstat" % process, encoding="utf-8") as file:
        return int(file.read().split()[0]) / 1e9


def lateness(connection, timeout, statement):
    """CPU seconds after its timeout until a statement was over, at best; whether it was cancelled."""
    process = connection.info.backend_pid
    late, cancelled = [], False
    for _ in range(TRIES):
        used = []
        clock = threading.Timer(timeout, lambda: used.append(cpu_seconds(process)))
        with connection.transaction():
            connection.execute("SET LOCAL statement_timeout = %d" % round(timeout * 1000))
            clock.start()
            try:
                with connection.transaction():
                    connection.execute(statement)
            except psycopg.errors.QueryCanceled:
                cancelled = True
        clock.cancel()
        clock.join()
        late.append(cpu_seconds(process) - used[0] if used else 0)
        if late[-1] < CANCEL_SECONDS:
            break
    return min(late), cancelled


def methods(connection):
    """Their names, as the hint for an unknown one lists them."""
    try:
        with connection.transaction():
            connection.execute("SELECT * FROM ims.forecast('{1}', 1, method => 'unknown')")
    except psycopg.Error as error:
        return error.diag.message_hint.removeprefix("The methods are ").rstrip(".").split(", ")


def cancels(connection):
    # Not compressed: the server's own decompression cannot be interrupted.
    connection.execute("CREATE TABLE long_series (demand double precision[],"
                       " sparse double precision[], share double precision[])")
    for column in ("demand", "sparse", "share"):
        connection.execute("ALTER TABLE long_series ALTER %s SET STORAGE EXTERNAL" % column)
    connection.execute("INSERT INTO long_series SELECT array_agg(1000 + abs(hashint4(t)) % 500),"
                       " array_agg(CASE WHEN hashint4(t) % 5 = 0 THEN 1 + abs(hashint4(t)) % 9"
                       " ELSE 0 END), array_agg(abs(hashint4(-t)) % 101 / 100.0)"
                       " FROM generate_series(1, 1000000) AS t")
    for what, source, method in (
            ("a million points", "long_series", "auto"),
            ("a simulation", "(SELECT ARRAY[3,4,5,2,3,4,5,2,3,5,5,2,3,4,6,2] AS demand) AS s",
             "ETS', model => 'ETS(M,A,M)")):
        statement = ("SELECT count(*) FROM %s, ims.forecast(demand => demand, horizon => 10000,"
                     " season_length => 4, method => '%s') AS f" % (source, method))
        over, cancelled = lateness(connection, 0.15, statement)
        tap.ok(cancelled and over < CANCEL_SECONDS, "%s: cancelled in time" % what)
        tap.note("%.3f s after its timeout" % over)
    over = {count: lateness(connection, 0.15, ROWS % count) for count in (100000, 1000000)}
    tap.ok(all(seconds < CANCEL_SECONDS for seconds, _ in over.values()) and over[1000000][1],
           "forecasts of rows: cancelled in time")
    tap.note(", ".join("%.3f s" % seconds for seconds, _ in over.values()))
    names = methods(connection)
    late = {(name, series, season): lateness(
        connection, 0.05,
        "SELECT count(*) FROM long_series AS s, ims.forecast(demand => s.%s, horizon => 1000,"
        " season_length => %d, method => '%s', window_length => 1000000) AS f"
        % (series, season, name))[0]
            for name in names for series in ("demand", "sparse") for season in (1, 12, 366)}
    tap.ok(len(names) > 20 and max(late.values()) < CANCEL_SECONDS,
           "a million points by any of %d methods: over in time" % len(names))
    calls = {call: lateness(
        connection, 0.05, "SELECT count(*) FROM long_series AS s, %s AS f" % call)[0]
             for call in LONG_CALLS}
    tap.ok(max(calls.values()) < CANCEL_SECONDS, "%d other calls: over in time" % len(LONG_CALLS))
    for what, seconds in sorted((late | calls).items(), key=lambda pair: -pair[1])[:5]:
        tap.note("%s: %.3f s after its timeout" % (what, seconds))
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
