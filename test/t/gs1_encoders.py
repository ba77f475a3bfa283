#!/usr/bin/python3
"""Element strings as other encoders write them.

zint and bwip-js put a bracketed element string into a GS1-128 symbol; the
characters of the symbol, decoded here by ISO/IEC 15417, are the wire form that
ims.gs1_wire() gives, separators included. What they refuse as data, ims refuses
too; and bwip-js, which checks which elements go together, accepts what
ims.gs1_parse() reads strictly, of every identifier that chance finds a value
for. An encoder that is not there is named as not tested; the examples of the
General Specifications are tested in any case.
"""

import json
import os
import random
import re
import shutil
import subprocess

from lib import ROOT, SCALE, SEED, Cluster, Tap, one

ROUNDS = int(150 * SCALE)
COMBINATIONS = int(2000 * SCALE)
FNC1 = 102
GS = "\x1d"
SET_82 = "!\"%&'*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
EXAMPLES = [
    ("(01)09521234543213(3103)000123(10)A", "01095212345432133103000123" "10A"),
    ("(10)ABC123(01)09521234543213(21)7", "0109521234543213" "10ABC123" + GS + "217"),
    ("(00)095201234567891235(02)09521234543213(37)48",
     "00095201234567891235" "0209521234543213" "3748"),
]
DAMAGED = ["(01)09521234543214", "(00)095201234567891234", "(01)0952123454321",
           "(17)271301", "(17)270230", "(17)27121", "(10)" + "A" * 21, "(3103)00012",
           "(3103)A00123", "(422)999", "(8008)27120125", "(414)9521234543214",
           "(8003)19521234543213", "(4321)2"]
# Widths of bars and spaces of the characters of Code 128, 0 to 105, and the stop.
WIDTHS = """
    212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212
    112232 122132 122231 113222 123122 123221 223211 221132 221231 213212 223112 312131
    311222 321122 321221 312212 322112 322211 212123 212321 232121 111323 131123 131321
    112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121
    313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111
    314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 112412 122114
    122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212
    124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113
    114311 411113 411311 113141 114131 311141 411131 211412 211214 211232""".split()
STOP = "2331112"


def with_check_digit(body):
    total = sum(int(digit) * (3 if place % 2 == 0 else 1)
                for place, digit in enumerate(reversed(body)))
    return body + str((10 - total % 10) % 10)


def digits(dice, count):
    return "".join(dice.choice("0123456789") for _ in range(count))


def text(dice, most):
    return "".join(dice.choice(SET_82) for _ in range(dice.randint(1, most)))


def date(dice):
    return "%02d%02d%02d" % (dice.randint(0, 99), dice.randint(1, 12), dice.randint(1, 28))


def generators(dice):
    return {
        "00": lambda: with_check_digit(digits(dice, 17)),
        "01": lambda: with_check_digit(digits(dice, 13)),
        "10": lambda: text(dice, 12), "11": lambda: date(dice), "13": lambda: date(dice),
        "15": lambda: date(dice), "17": lambda: date(dice)[:4] + "00",
        "20": lambda: digits(dice, 2), "21": lambda: text(dice, 12),
        "30": lambda: digits(dice, 3), "37": lambda: digits(dice, 4),
        "240": lambda: text(dice, 10), "251": lambda: text(dice, 8),
        "3102": lambda: digits(dice, 6), "3205": lambda: digits(dice, 6),
        "400": lambda: text(dice, 10), "410": lambda: with_check_digit(digits(dice, 12)),
        "420": lambda: text(dice, 8), "422": lambda: dice.choice(["276", "840", "250"]),
        "8005": lambda: digits(dice, 6), "8020": lambda: text(dice, 9),
        "91": lambda: text(dice, 14),
    }


def component(dice, part):
    """A value of a component such as N13,csum; None of one with rules unknown here."""
    charset, many, count, checks = re.fullmatch(r"\[?([NXYZ])(\.\.)?(\d+)\]?((?:,\w+)*)",
                                                part).groups()
    checks = set(checks.split(",")[1:])
    length = dice.randint(1, int(count)) if many else int(count)
    if checks & {"yymmd0", "yymmdd"}:
        return date(dice)
    if "hhmi" in checks:
        return "%02d%02d" % (dice.randint(0, 23), dice.randint(0, 59))
    if "iso3166" in checks:
        return dice.choice(["276", "840", "250"])
    if "iso4217" in checks:
        return dice.choice(["978", "840"])
    if checks - {"csum", "gcppos1", "gcppos2"} or charset in "YZ":
        return None
    if charset == "X":
        value = "".join(dice.choice(SET_82) for _ in range(length))
        return digits(dice, 5) + value[5:] if checks else value
    return with_check_digit(digits(dice, length - 1)) if "csum" in checks else digits(dice, length)


def element(dice, row):
    """A random element of a row of the dictionary; None if there is none to be had."""
    first, last, form = row
    ai = "%0*d" % (len(first), dice.randint(int(first), int(last)))
    values = []
    for part in form.split(" "):
        if part.startswith("[") and dice.random() < 0.5:
            break
        values.append(component(dice, part))
    return None if None in values else "(%s)%s" % (ai, "".join(values))


def zint(values):
    """The data of each symbol with GS for FNC1; None if zint finds them wrong."""
    return [decoded_by_zint(value) for value in values]


def decoded_by_zint(value):
    # zint has brackets around identifiers, which no value can have.
    data = re.sub(r"(?<!\\)\((\d+)\)", r"[\1]", value).replace("\\(", "(")
    said = subprocess.run(["zint", "--barcode=GS1_128", "--verbose", "--dump", "--data=" + data],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    found = re.search(r"^Codewords: ([0-9 ]+) \(", said.stdout, re.M)
    if said.returncode != 0 or "Warning" in said.stdout or not found:
        return None
    return decode([int(word) for word in found.group(1).split()])


def bwip_path():
    """Where node finds bwip-js; None if it does not."""
    if not shutil.which("node"):
        return None
    places = [os.environ.get("NODE_PATH", ""), os.path.join(ROOT, "build", "node_modules")]
    if shutil.which("npm"):
        places.append(subprocess.run(["npm", "root", "--global"], capture_output=True, text=True,
                                     check=False).stdout.strip())
    for place in places:
        found = subprocess.run(["node", "-e", "require('bwip-js')"], capture_output=True,
                               env=dict(os.environ, NODE_PATH=place), check=False)
        if found.returncode == 0:
            return place
    return None


def bwip(path, values, lint=False):
    """The data of each symbol with GS for FNC1; None if bwip-js finds them wrong."""
    # Nothing but ^ and a number escapes a character.
    lines = "".join(json.dumps([value.replace("\\(", "^040"), lint]) + "\n" for value in values)
    said = subprocess.run(["node", os.path.join(ROOT, "test", "t", "gs1_encoders", "bwip.js")],
                          input=lines, stdout=subprocess.PIPE, text=True, check=True,
                          env=dict(os.environ, NODE_PATH=path))
    answers = [json.loads(line) for line in said.stdout.splitlines()]
    return [decode(characters(answer["bars"])) if "bars" in answer else None
            for answer in answers]


def characters(bars):
    """The numbers of the characters of a symbol, the stop too."""
    if not bars.endswith(STOP):
        raise ValueError("no stop: " + bars)
    body = bars[:-len(STOP)]
    return [WIDTHS.index(body[at:at + 6]) for at in range(0, len(body), 6)] + [len(WIDTHS)]


def decode(words):
    """Characters of Code 128 without start, first FNC1, check character and stop."""
    code_set = {103: "A", 104: "B", 105: "C"}[words[0]]
    data = ""
    for word in words[1:-2]:
        if word == FNC1:
            data += GS
        elif code_set == "C" and word < 100:
            data += "%02d" % word
        elif word in (99, 100, 101) and {99: "C", 100: "B", 101: "A"}[word] != code_set:
            code_set = {99: "C", 100: "B", 101: "A"}[word]
        elif code_set == "B" and word < 96:
            data += chr(word + 32)
        elif code_set == "A" and word < 64:
            data += chr(word + 32)
        else:
            raise ValueError("character %d in set %s" % (word, code_set))
    return data[1:]


def random_values(connection, dice):
    """Values in the one order of ims, each with its wire form."""
    makers = generators(dice)
    for _ in range(ROUNDS):
        # Not the count of contained items beside a GTIN, which bwip-js refuses in any case.
        chosen = dice.sample(sorted(set(makers) - {dice.choice(["01", "37"])}), dice.randint(1, 4))
        value = "".join("(%s)%s" % (ai, makers[ai]()) for ai in chosen)
        yield connection.execute("SELECT %s::ims.gs1::text, ims.gs1_wire(%s::ims.gs1)",
                                 (value, value)).fetchone()


def compare(tap, connection, name, encode):
    """What an encoder writes, and what it refuses."""
    tap.equal(encode(["(01)09521234543213(10)A", "(10)A(21)B"]),
              ["010952123454321310A", "10A" + GS + "21B"], name + ": symbols are decoded")
    pairs = list(random_values(connection, random.Random(SEED)))
    tap.equal([(value, got, wire) for (value, wire), got
               in zip(pairs, encode([value for value, _ in pairs])) if got != wire], [],
              "%s: %d random values are in the symbol as ims writes them" % (name, ROUNDS))
    tap.equal([value for value, got in zip(DAMAGED, encode(DAMAGED))
               if got is not None or one(connection, "SELECT ims.is_gs1(%s)", (value,))], [],
              name + ": both refuse damaged values")


def is_strict(connection, value):
    return one(connection, "SELECT NOT EXISTS (SELECT FROM ims.gs1_problems(%s))", (value,))


def compare_associations(tap, connection, path):
    """Random elements of all identifiers: which of them go together."""
    dice = random.Random(SEED)
    rows = connection.execute("SELECT first_ai, last_ai, format FROM ims.gs1_dictionary()"
                              " ORDER BY first_ai").fetchall()
    keys = [row for row in rows if row[0] in ("00", "01", "02", "21", "37", "414", "8006", "8018")]
    values = []
    while len(values) < COMBINATIONS:
        chosen = dice.sample(rows, dice.randint(1, 2)) + dice.sample(keys, dice.randint(0, 3))
        elements = [element(dice, row) for row in dict.fromkeys(chosen)]
        if None not in elements:
            values.append("".join(elements))
    theirs = [answer is not None for answer in bwip(path, values, lint=True)]
    ours = [is_strict(connection, value) for value in values]
    tap.equal([(value, their) for value, our, their in zip(values, ours, theirs) if our != their],
              [], "bwip-js: of %d random combinations, both accept %d" % (len(values), sum(ours)))


def main():
    has_zint = shutil.which("zint") is not None
    path = bwip_path()
    tap = Tap(1 + (3 if has_zint else 0) + (4 if path is not None else 0))
    cluster = Cluster("main")
    cluster.new_database("gs1")
    with cluster.connect("gs1") as connection:
        tap.equal([one(connection, "SELECT ims.gs1_wire(%s::ims.gs1)", (value,))
                   for value, _ in EXAMPLES], [wire for _, wire in EXAMPLES],
                  "the wire forms of known examples")
        if has_zint:
            compare(tap, connection, "zint", zint)
        else:
            tap.note("NOT TESTED: zint is not there")
        if path is not None:
            compare(tap, connection, "bwip-js", lambda values: bwip(path, values))
            compare_associations(tap, connection, path)
        else:
            tap.note("NOT TESTED: bwip-js (node or its module bwip-js is not installed)")
    tap.done()


if __name__ == "__main__":
    main()
