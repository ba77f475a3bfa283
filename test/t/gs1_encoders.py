#!/usr/bin/python3
"""Element strings as another encoder writes them.

zint puts a bracketed element string into a GS1-128 symbol; the characters of
the symbol, decoded here by ISO/IEC 15417, are the wire form that ims.gs1_wire()
gives, separators included. What zint refuses as data, ims refuses too. Without
zint only the examples of the General Specifications are tested.
"""

import random
import re
import shutil
import subprocess

from lib import SCALE, SEED, Cluster, Tap, one

ROUNDS = int(150 * SCALE)
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


def with_check_digit(body):
    total = sum(int(digit) * (3 if place % 2 == 0 else 1)
                for place, digit in enumerate(reversed(body)))
    return body + str((10 - total % 10) % 10)


def generators(dice):
    def digits(count):
        return "".join(dice.choice("0123456789") for _ in range(count))

    def text(most):
        return "".join(dice.choice(SET_82) for _ in range(dice.randint(1, most)))

    def date():
        return "%02d%02d%02d" % (dice.randint(0, 99), dice.randint(1, 12), dice.randint(0, 28))

    return {
        "00": lambda: with_check_digit(digits(17)), "01": lambda: with_check_digit(digits(13)),
        "10": lambda: text(12), "11": date, "13": date, "15": date, "17": date,
        "20": lambda: digits(2), "21": lambda: text(12), "30": lambda: digits(3),
        "37": lambda: digits(4), "240": lambda: text(10), "251": lambda: text(8),
        "3102": lambda: digits(6), "3205": lambda: digits(6), "400": lambda: text(10),
        "410": lambda: with_check_digit(digits(12)), "420": lambda: text(8),
        "422": lambda: dice.choice(["276", "840", "250"]), "8005": lambda: digits(6),
        "8020": lambda: text(9), "91": lambda: text(14),
    }


def zint(value):
    """The data of the symbol with GS for FNC1; None if zint finds them wrong."""
    # zint has brackets around identifiers, which no value can have.
    data = re.sub(r"(?<!\\)\((\d+)\)", r"[\1]", value).replace("\\(", "(")
    said = subprocess.run(["zint", "--barcode=GS1_128", "--verbose", "--dump", "--data=" + data],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    found = re.search(r"^Codewords: ([0-9 ]+) \(", said.stdout, re.M)
    if said.returncode != 0 or "Warning" in said.stdout or not found:
        return None
    return decode([int(word) for word in found.group(1).split()])


def decode(words):
    """Characters of Code 128 without start, first FNC1, check character and stop."""
    code_set = {103: "A", 104: "B", 105: "C"}[words[0]]
    text = ""
    for word in words[1:-2]:
        if word == FNC1:
            text += GS
        elif code_set == "C" and word < 100:
            text += "%02d" % word
        elif word in (99, 100, 101) and {99: "C", 100: "B", 101: "A"}[word] != code_set:
            code_set = {99: "C", 100: "B", 101: "A"}[word]
        elif code_set == "B" and word < 96:
            text += chr(word + 32)
        elif code_set == "A" and word < 64:
            text += chr(word + 32)
        else:
            raise ValueError("character %d in set %s" % (word, code_set))
    return text[1:]


def compare(connection, dice):
    """Values of which the symbol differs from ours."""
    makers = generators(dice)
    wrong = []
    for _ in range(ROUNDS):
        chosen = dice.sample(sorted(makers), dice.randint(1, 4))
        value = "".join("(%s)%s" % (ai, makers[ai]()) for ai in chosen)
        # In the one order of ims, so that both write the same elements.
        value, wire = connection.execute(
            "SELECT %s::ims.gs1::text, ims.gs1_wire(%s::ims.gs1)", (value, value)).fetchone()
        got = zint(value)
        if got != wire:
            wrong.append((value, got, wire))
    return wrong


def main():
    has_zint = shutil.which("zint") is not None
    tap = Tap(4 if has_zint else 1)
    cluster = Cluster("main")
    cluster.new_database("gs1")
    with cluster.connect("gs1") as connection:
        tap.equal([one(connection, "SELECT ims.gs1_wire(%s::ims.gs1)", (value,))
                   for value, _ in EXAMPLES], [wire for _, wire in EXAMPLES],
                  "the wire forms of known examples")
        if has_zint:
            tap.equal([zint(value) for value in ("(01)09521234543213(10)A", "(10)A(21)B")],
                      ["010952123454321310A", "10A" + GS + "21B"], "symbols are decoded")
            tap.equal(compare(connection, random.Random(SEED)), [],
                      "%d random values are in the symbol as ims writes them" % ROUNDS)
            tap.equal([value for value in DAMAGED
                       if zint(value) is not None
                       or one(connection, "SELECT ims.is_gs1(%s)", (value,))], [],
                      "both refuse damaged values")
        else:
            tap.note("NOT TESTED: zint is not there")
    tap.done()


if __name__ == "__main__":
    main()
